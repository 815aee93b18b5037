//! An anchor of a ledger is read in one way and says what another reader finds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::custody::ledger::anchor::Anchor;
use stella_forensic::time::UnixTime;
use stella_forensic::wire::{canonical, json};

fuzz_target!(|bytes: &[u8]| {
    let Ok(anchor) = Anchor::parse(bytes) else { return };
    let twin: serde_json::Value = serde_json::from_slice(bytes).expect("what we accept serde_json accepts");
    assert_eq!(twin.as_object().map(serde_json::Map::len), Some(7), "closed");
    assert_eq!(twin["tenant"], anchor.tenant.as_str());
    assert_eq!(twin["rootHash"], anchor.root.hex().as_str());
    assert_eq!(twin["leafCount"].as_u64(), Some(anchor.leaf_count));
    assert_eq!(twin["policyHash"], anchor.policy_hash.as_str());
    let time = |name: &str| UnixTime::parse_rfc3339(twin[name].as_str().expect("a text")).expect("a time");
    assert_eq!((time("windowStart"), time("windowEnd")), (anchor.window_start, anchor.window_end));
    assert!(anchor.window_start <= anchor.window_end && anchor.leaf_count > 0);
    assert_eq!(twin["windowEnd"].as_str().map(str::len), Some("yyyy-MM-ddTHH:mm:ss.fffZ".len()));
    let form = canonical::to_bytes(&json::parse(bytes).expect("parsed above"));
    // A number beyond what JSON carries has no canonical form, and is an anchor.
    if let Ok(form) = form {
        assert_eq!(Anchor::parse(&form), Ok(anchor));
    }
});
