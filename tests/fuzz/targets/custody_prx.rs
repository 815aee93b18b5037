//! A ledger of prx under a key of our own: no panic, and the same twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::{Authority, Identity, Purpose, TrustedKey};
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::custody::{Fold, Format};

fuzz_target!(|file: &[u8]| {
    let mut point = [0; 32];
    point[0] = 9;
    let Ok(key) = PublicKey::from_ed25519_bytes(&point) else { return };
    let keeper = Identity::new("prx://keeper").unwrap();
    let authority = Authority::new(keeper, [Purpose::Custody]).with_key(TrustedKey::public(key));
    let run = || {
        let mut fold = Fold::new(Format::PrxDerivations, &[authority.clone()], &[]);
        file.split(|byte| *byte == b'\n').for_each(|line| fold.line(line));
        fold.finish(true)
    };
    let timelines = run();
    assert_eq!(timelines, run());
    for timeline in timelines {
        let noted: u64 = timeline.tallies.values().map(|tally| tally.broken + tally.not_established).sum();
        assert!(noted >= timeline.breaks.len() as u64);
        // Every commit was made by some row.
        assert!(timeline.guard.commits.values().all(|one| one.rows > 0 && one.sound <= one.rows));
    }
});
