//! Bundles of auths: whatever the bytes, a walk ends, and its two answers agree where it is sound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::custody::auths::{Bundle, peer};
use stella_forensic::time::UnixTime;

fuzz_target!(|bytes: &[u8]| {
    let Ok(bundle) = Bundle::parse(bytes) else { return };
    let walked = bundle.replay();
    let answer = peer::bundle(&bundle, &walked, UnixTime::MIN);
    assert_eq!(answer, peer::bundle(&bundle, &bundle.replay(), UnixTime::MIN));
    if answer.is_ok() && !bundle.root.events.is_empty() {
        assert!(walked.root.is_ok());
    }
});
