//! A list as JSON names only files that stand in it, where it says that they
//! stand, and reads the same in its canonical form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::listing::{BundleInfo, Entry, FileManifest, Manifest};
use stella_forensic::wire::{canonical, json};

/// What another reader finds where the entry is said to stand.
fn stands_there(entry: &Entry, twin: &serde_json::Value) {
    let member = twin.pointer(&entry.at).expect("a pointer leads to something");
    let text = |names: &[&str]| {
        let found: Vec<&str> = names.iter().filter_map(|name| member[name].as_str()).collect();
        assert_eq!(found.len(), 1, "one spelling of one thing");
        found[0].to_owned()
    };
    assert_eq!(text(&["canonicalPath", "path", "name"]).into_bytes(), entry.path.raw());
    let hex = text(&["sha256", "hash"]);
    assert_eq!(hex.strip_prefix("sha256:").unwrap_or(&hex), entry.digest.hex());
    let sizes: Vec<u64> = ["sizeBytes", "size"]
        .iter()
        .filter_map(|name| member[name].as_u64().or_else(|| member[name].as_str()?.parse().ok()))
        .collect();
    assert_eq!(entry.size.as_slice(), sizes);
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = json::parse(bytes) else { return };
    let twin: serde_json::Value = match serde_json::from_slice(bytes) {
        Ok(twin) => twin,
        Err(_) => return,
    };
    let form = canonical::to_bytes(&value).ok().map(|form| json::parse(&form).expect("canonical is JSON"));
    if let Ok(manifest) = Manifest::parse(&value) {
        manifest.entries.iter().for_each(|entry| stands_there(entry, &twin));
        assert_eq!(manifest.value, value);
        if let Some(form) = &form {
            let again = Manifest::parse(form).expect("the canonical form is the same manifest");
            assert_eq!(
                (again.form, &again.id, &again.entries),
                (manifest.form, &manifest.id, &manifest.entries)
            );
            assert_eq!((again.recipe, again.root), (manifest.recipe, manifest.root));
        }
    }
    if let Ok(files) = FileManifest::parse(&value) {
        files.entries.iter().for_each(|entry| stands_there(entry, &twin));
        for one in &files.divergences {
            let member = twin.pointer(&one.at).expect("a pointer leads to something");
            assert_eq!(member["path"].as_str().map(str::as_bytes), Some(&one.path.raw()[..]));
            assert_eq!(member["approvals"].as_array().map(Vec::len), Some(one.approvals.len()));
            // What is approved is all of it: each member changes the bytes.
            let listed = one.actual;
            let mut other = one.clone();
            other.reason.push('.');
            assert_ne!(one.approved_bytes(listed), other.approved_bytes(listed));
        }
    }
    if let Ok(info) = BundleInfo::parse(&value) {
        assert_eq!(info.id.as_deref(), twin["bundleId"].as_str());
        assert_eq!(info.case.as_deref(), twin["caseId"].as_str());
    }
});
