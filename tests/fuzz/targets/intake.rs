//! A whole stream, packed or not, becomes cases whose items are in order and
//! hash to what they say.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::{Algorithm, Digest};
use stella_forensic::evidence::{Options, Source, collect};

fn packed(how: u8, bytes: &[u8]) -> Vec<u8> {
    match how % 3 {
        0 => bytes.to_vec(),
        1 => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(1));
            gzip.write_all(bytes).expect("memory does not fail");
            gzip.finish().expect("memory does not fail")
        }
        _ => zstd::bulk::compress(bytes, 1).expect("memory does not fail"),
    }
}

/// Makes the checksum of every header right, so that the fuzzer gets behind it.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut fixed = bytes.to_vec();
    for block in fixed.chunks_exact_mut(512).filter(|block| block[257..262] == *b"ustar") {
        block[148..156].fill(b' ');
        let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    fixed
}

fuzz_target!(|bytes: &[u8]| {
    let Some((how, tar)) = bytes.split_first() else { return };
    let archive = packed(*how, &with_checksums(tar));
    let source = || vec![Source::Stdin(Box::new(Cursor::new(archive.clone())))];
    let evidence = collect(source(), &Options::default()).expect("a stream is always a case");
    for case in &evidence.cases {
        assert!(case.items.windows(2).all(|pair| pair[0].path < pair[1].path));
        assert!(case.faults.is_sorted());
        for item in &case.items {
            let sha256 = item.digests.get(Algorithm::Sha256).expect("always measured");
            if let Some(content) = &item.content {
                assert_eq!((sha256, item.size), (Digest::sha256(content), content.len() as u64));
            }
        }
    }
    assert_eq!(collect(source(), &Options::default()).expect("as before"), evidence);
});
