//! A log of signet under a key of our own: no panic, and the same twice, also where every row is read alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::{Authority, Identity, Purpose, TrustedKey};
use stella_forensic::crypto::mac::SharedKey;
use stella_forensic::custody::{Fold, Format};

fuzz_target!(|file: &[u8]| {
    let mut key = TrustedKey::shared(SharedKey::from_bytes(&[7; 32]).unwrap());
    key.hints.insert("k1".to_owned());
    let authority = Authority::new(Identity::new("gate").unwrap(), [Purpose::Custody]).with_key(key);
    let run = || {
        let mut fold = Fold::new(Format::SignetAudit, &[authority.clone()], &[]);
        file.split(|byte| *byte == b'\n').for_each(|line| fold.line(line));
        fold.finish(true)
    };
    let timelines = run();
    assert_eq!(timelines, run());
    for timeline in timelines {
        let noted: u64 = timeline.tallies.values().map(|tally| tally.broken + tally.not_established).sum();
        assert!(noted >= timeline.breaks.len() as u64);
        // Whoever wrote this has no key.
        assert!(timeline.signers.is_empty());
    }
});
