//! A ledger, with its first line taken for the payload of an anchor: no panic, and the same twice.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use stella_forensic::custody::ledger::anchor::Anchor;
use stella_forensic::custody::{Beside, Fold, Format, Roster};

fuzz_target!(|file: &[u8]| {
    let mut lines = file.split(|byte| *byte == b'\n');
    let anchors: Vec<Anchor> = lines.next().and_then(|line| Anchor::parse(line).ok()).into_iter().collect();
    let beside = Arc::new(Beside { anchors, ..Beside::default() });
    let nobody = Arc::new(Roster::new(&[]));
    let run = || {
        let mut fold = Fold::among(Format::LedgerEventV1, &nobody, &[], &beside);
        lines.clone().for_each(|line| fold.line(line));
        fold.finish(true)
    };
    let timelines = run();
    assert_eq!(timelines, run());
    for timeline in timelines {
        let noted: u64 = timeline.tallies.values().map(|tally| tally.broken + tally.not_established).sum();
        assert!(noted >= timeline.breaks.len() as u64);
    }
});
