//! An archive is read alike however its bytes come by, and what is read well is
//! read the same after it was written again.
#![no_main]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::tar::{MemberKind, Mode, Reader, Step, Writer};

#[derive(Debug, Default, PartialEq)]
struct Seen {
    files: Vec<(Vec<u8>, Vec<u8>)>,
    refused: Vec<(Vec<u8>, String, u64)>,
    end: Option<String>,
}

fn read(source: impl BufRead) -> Seen {
    let mut reader = Reader::new(source);
    let mut seen = Seen::default();
    loop {
        match reader.step() {
            Ok(None) => return seen,
            Ok(Some(Step::Refused(refused))) => {
                seen.refused.push((refused.name, refused.why.to_string(), refused.offset));
            }
            Ok(Some(Step::Member(member))) => {
                let mut content = Vec::new();
                loop {
                    match reader.chunk() {
                        Ok([]) => break,
                        Ok(bytes) => content.extend_from_slice(bytes),
                        Err(error) => {
                            seen.end = Some(error.to_string());
                            return seen;
                        }
                    }
                }
                assert_eq!(content.len() as u64, member.size);
                if member.kind == MemberKind::File {
                    seen.files.push((member.name, content));
                }
            }
            Err(error) => {
                seen.end = Some(error.to_string());
                return seen;
            }
        }
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
    for archive in [bytes.to_vec(), with_checksums(bytes)] {
        let seen = read(archive.as_slice());
        assert_eq!(seen, read(BufReader::with_capacity(61, archive.as_slice())));
        if seen.end.is_some() || !seen.refused.is_empty() {
            continue;
        }
        let mut writer = Writer::new(Vec::new(), 0);
        let sorted: BTreeMap<_, _> = seen.files.into_iter().collect();
        let mut written = Vec::new();
        for (name, content) in sorted {
            let Ok(text) = str::from_utf8(&name) else { continue };
            let size = content.len() as u64;
            if writer.append(text, Mode::File, size, &mut content.as_slice()).is_ok() {
                written.push((name, content));
            }
        }
        let archive = writer.finish().expect("memory does not fail");
        assert_eq!(read(archive.as_slice()), Seen { files: written, ..Seen::default() });
    }
});
