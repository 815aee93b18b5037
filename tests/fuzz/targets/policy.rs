//! A policy that is read is printed and read again as the same policy; a fault has a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::policy::{parse, to_toml};

fuzz_target!(|bytes: &[u8]| match parse(bytes) {
    Ok(policy) => {
        let text = to_toml(&policy);
        let again = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(again, policy);
        assert_eq!(again.digest(), policy.digest());
        assert_eq!(to_toml(&again), text);
    }
    Err(error) => {
        let lines = bytes.split(|byte| *byte == b'\n').count();
        assert!((1..=lines).contains(&error.place.line), "{error}");
        assert!(error.place.column >= 1);
        assert!(!error.kind.to_string().is_empty());
    }
});
