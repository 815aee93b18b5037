//! Blocks that are read are written so that they are read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::pem::{blocks, encode};

fuzz_target!(|text: &str| {
    let Ok(read) = blocks(text) else { return };
    let written: Vec<String> = read.iter().map(|block| encode(&block.label, &block.der)).collect();
    assert_eq!(blocks(&written.concat()), Ok(read));
});
