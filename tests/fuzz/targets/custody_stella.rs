//! A timeline of our own: no panic, the same twice, and what is read is spelt in one way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::custody::{Fold, Format, stella};

fuzz_target!(|file: &[u8]| {
    let run = || {
        let mut fold = Fold::new(Format::StellaCustodyV1, &[], &[]);
        file.split(|byte| *byte == b'\n').for_each(|line| fold.line(line));
        fold.finish(true)
    };
    let timelines = run();
    assert_eq!(timelines, run());
    for timeline in timelines {
        let noted: u64 = timeline.tallies.values().map(|tally| tally.broken + tally.not_established).sum();
        assert!(noted >= timeline.breaks.len() as u64);
    }
    for line in file.split(|byte| *byte == b'\n') {
        let _ = stella::read(line, |read| assert_eq!(read.record.to_bytes().as_deref(), Ok(read.event)));
    }
});
