//! The canonical form is a fixed point, and the one that another writer gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::{canonical::to_bytes, json::parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = parse(bytes) else { return };
    let Ok(written) = to_bytes(&value) else { return };
    let again = parse(&written).expect("canonical JSON is JSON");
    assert_eq!(to_bytes(&again).as_ref(), Ok(&written));
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
        assert_eq!(serde_json_canonicalizer::to_vec(&value).expect("it writes everything"), written);
    }
});
