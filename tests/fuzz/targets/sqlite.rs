//! A database, and a write-ahead log beside it: no panic, and the same twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::custody::Roster;
use stella_forensic::custody::prx::store::{self, Files};

fuzz_target!(|input: (&[u8], Option<&[u8]>, Option<&[u8]>)| {
    let (main, wal, journal) = input;
    let roster = Roster::new(&[]).into();
    let walk = || store::walk(Files { main, wal, journal }, &roster, &[]);
    let timeline = walk();
    assert_eq!(timeline, walk());
    // Nobody is trusted, and no row is established by what it says.
    assert!(timeline.signers.is_empty());
});
