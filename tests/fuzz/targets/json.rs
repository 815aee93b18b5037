//! What we accept serde_json accepts; what it accepts and we do not breaks a rule that it has not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::json::{JsonErrorKind, parse};

fuzz_target!(|bytes: &[u8]| {
    match (parse(bytes), serde_json::from_slice::<serde_json::Value>(bytes)) {
        (Ok(_), Err(error)) => {
            let text = error.to_string();
            assert!(text.starts_with("number out of range") || text.starts_with("recursion limit"), "{text}");
        }
        (Err(error), Ok(_)) => assert!(
            matches!(error.kind, JsonErrorKind::DuplicateMember { .. } | JsonErrorKind::NumberLength { .. }),
            "{error}"
        ),
        _ => {}
    }
});
