//! A store that is read is written and read again as the same store, and nothing but canonical JSON is one.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use stella_forensic::trust::{
    CertificateUse, Naming, STORE_FILE, diff, may_replace, parse_directory, to_files,
};
use stella_forensic::wire::{canonical, json};

const BARE: Naming = Naming::Bare(CertificateUse::Any);

fn files(trust: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let key = include_bytes!("../seeds/keys/ed25519.ssh").to_vec();
    BTreeMap::from([(STORE_FILE.to_owned(), trust.to_vec()), ("key.pub".to_owned(), key)])
}

fuzz_target!(|bytes: &[u8]| {
    let raw = parse_directory(&files(bytes), BARE, None);
    let Ok(value) = json::parse(bytes) else {
        assert!(raw.is_err());
        return;
    };
    let Ok(form) = canonical::to_bytes(&value) else { return };
    let read = parse_directory(&files(&form), BARE, None);
    assert_eq!(raw.is_ok(), read.is_ok() && (bytes == form || bytes.strip_suffix(b"\n") == Some(&form[..])));
    let Ok(store) = read else { return };
    let written = to_files(&store).expect("a store of our form has a number and distinct identities");
    let again = parse_directory(&written, BARE, None).expect("what we write we read");
    assert_eq!(again.digest(), store.digest());
    assert_eq!(to_files(&again).as_ref(), Ok(&written));
    assert!(diff(&store, &again).changes.is_empty());
    assert_eq!(may_replace(Some(&store), &again, None), Ok(()));
});
