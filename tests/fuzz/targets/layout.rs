//! What is signed without an envelope has one canonical form, however it is
//! spelt; a layout or link is read the same from each spelling, and its patterns
//! come to an end.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use stella_forensic::proof::metablock;
use stella_forensic::statement::layout::{Metadata, Pattern, Side, apply};
use stella_forensic::wire::{canonical, json, olpc};

fuzz_target!(|bytes: &[u8]| {
    if let Some((pattern, path)) = std::str::from_utf8(bytes).ok().and_then(|text| text.split_once('\n')) {
        if let Ok(pattern) = Pattern::parse(pattern) {
            let found = pattern.matches(path, &mut 1_000_000);
            if !pattern.as_str().contains(['*', '?', '[']) {
                assert_eq!(found, Ok(pattern.as_str() == path));
            }
        }
    }
    let Ok(value) = json::parse(bytes) else { return };
    let Ok(envelope) = metablock::parse(&value) else { return };
    let said = envelope.value_unverified().expect("a metablock says something");
    let form = olpc::to_bytes(said).expect("it was read");
    assert_eq!(envelope.payload_unverified(), form);
    if let Ok(respelt) = canonical::to_bytes(said) {
        let again = json::parse(&respelt).expect("canonical JSON is JSON");
        assert_eq!(olpc::to_bytes(&again).as_deref(), Ok(&form[..]));
    }
    match Metadata::from_value(said) {
        Ok(Metadata::Link(link)) => {
            let links = BTreeMap::from([(link.name.as_str(), &*link)]);
            assert_eq!(apply(&[], Side::Products, &link, &links, &mut 0), Ok(()));
        }
        Ok(Metadata::Layout(layout)) => {
            let names: std::collections::BTreeSet<&str> =
                layout.steps.iter().map(|step| step.name.as_str()).collect();
            assert_eq!(names.len(), layout.steps.len());
            assert!(layout.steps.iter().all(|step| step.threshold > 0));
        }
        Err(_) => {}
    }
});
