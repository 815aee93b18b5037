//! What a snapshot lays out the readers of evidence read as just that, in
//! whatever order the files came.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::attest::snapshot::{Entry, Layout};
use stella_forensic::digest::Digest;
use stella_forensic::listing::{BundleInfo, Grammar, Manifest, ManifestForm, parse_text};
use stella_forensic::statement::{Kind, Statement};
use stella_forensic::wire::json;

fuzz_target!(|input: (&str, Vec<(&str, u64, u8)>)| {
    let (case, files) = input;
    let entry = |(path, size, content): &(&str, u64, u8)| Entry {
        path: format!("evidence/{path}"),
        sha256: Digest::sha256(&[*content]),
        size: *size,
    };
    let entries: Vec<Entry> = files.iter().map(entry).collect();
    // Gathering has made them paths before.
    if entries.iter().any(|entry| {
        stella_forensic::path::EvidencePath::new(entry.path.as_bytes())
            .map_or(true, |p| p.as_str() != entry.path)
    }) {
        return;
    }
    let Ok(layout) = Layout::new(case, None, entries.clone()) else { return };
    let mut backwards = entries.clone();
    backwards.reverse();
    assert_eq!(Layout::new(case, None, backwards).as_ref(), Ok(&layout));

    let manifest = json::parse(&layout.manifest).expect("our own JSON");
    let manifest = Manifest::parse(&manifest).expect("a manifest of ours");
    assert_eq!((manifest.form, manifest.id.as_deref()), (ManifestForm::Snapshot, Some(case)));
    let mut listed = entries;
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(manifest.entries.len(), listed.len());
    for (read, given) in manifest.entries.iter().zip(&listed) {
        let found = (read.path.as_str(), read.digest, read.size);
        assert_eq!(found, (given.path.as_str(), given.sha256, Some(given.size)));
    }
    let list = parse_text(Grammar::Checksums, &layout.checksums).expect("a list of ours");
    assert_eq!(list.entries.len(), listed.len() + 3);
    assert!(list.entries.is_sorted_by(|a, b| a.path < b.path));
    for given in &listed {
        assert!(list.entries.iter().any(|e| e.path.as_str() == given.path && e.digest == given.sha256));
    }
    let info = BundleInfo::parse(&json::parse(&layout.bundle).expect("our own JSON")).expect("bundle.json");
    assert_eq!(info.case.as_deref(), Some(case));
    let statement = Statement::parse(&layout.statement()).expect("a statement of ours");
    assert_eq!((statement.kind(), &statement.subjects[0].digests[..]), (Kind::Manifest, &[layout.root][..]));
});
