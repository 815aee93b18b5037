//! A kit's manifest is written and read again as the same one, and its list
//! for `sha256sum` says what it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::Digest;
use stella_forensic::kit::manifest::{BINARY, ENVELOPE, KitManifest, MANIFEST};
use stella_forensic::listing::{Grammar, Manifest, ManifestForm, parse_text};
use stella_forensic::wire::json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = KitManifest::parse_unverified(bytes) else { return };
    assert_eq!(manifest.files[BINARY].sha256, manifest.binary);
    let written = manifest.to_bytes();
    assert_eq!(KitManifest::parse_unverified(&written).as_ref(), Ok(&manifest));
    let list =
        parse_text(Grammar::Checksums, &manifest.checksums(&written, b"envelope")).expect("sha256sum -c");
    let made = [(MANIFEST, Digest::sha256(&written)), (ENVELOPE, Digest::sha256(b"envelope"))];
    assert_eq!(list.entries.len(), manifest.files.len() + made.len());
    for entry in &list.entries {
        let path = entry.path.as_str();
        let made = made.iter().find(|(name, _)| *name == path).map(|(_, digest)| *digest);
        assert_eq!(manifest.files.get(path).map(|file| file.sha256).or(made), Some(entry.digest));
    }
    // The reader of evidence sees the same files.
    let seen =
        Manifest::parse(&json::parse(&written).expect("our own JSON")).expect("a manifest of evidence");
    assert_eq!(seen.form, ManifestForm::Kit);
    for entry in &seen.entries {
        let file = manifest.files[entry.path.as_str()];
        assert_eq!((file.sha256, Some(file.size)), (entry.digest, entry.size));
    }
    assert_eq!(seen.entries.len(), manifest.files.len());
});
