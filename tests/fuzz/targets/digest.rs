//! A digest has one spelling, and hexadecimal is what the slow way says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::{Algorithm, AlgorithmSet, Digest, Hasher, decode_hex, encode_hex};

fn slowly(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| "0123456789abcdef".find(c).map(|at| at as u8)).collect::<Option<_>>()?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect())
}

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(decode_hex(&encode_hex(bytes)).as_deref(), Some(bytes));
    // In pieces as in one go, and each algorithm beside the others as alone.
    let mut hasher =
        Hasher::new(Algorithm::ALL.into_iter().fold(AlgorithmSet::EMPTY, |mut set, algorithm| {
            set.insert(algorithm);
            set
        }));
    let piece = usize::from(bytes.first().copied().unwrap_or(0)) + 1;
    bytes.chunks(piece).for_each(|piece| hasher.update(piece));
    let all = hasher.finish();
    for algorithm in Algorithm::ALL {
        let digest = Digest::of(algorithm, bytes);
        assert_eq!(all.get(algorithm), Some(digest));
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
        assert_eq!(Digest::new(algorithm, bytes).is_ok(), bytes.len() == algorithm.size());
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    assert_eq!(decode_hex(text), slowly(text));
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(digest.to_string(), text);
    }
    for algorithm in Algorithm::ALL {
        let read = Digest::from_hex(algorithm, text);
        assert_eq!(read.is_ok(), slowly(text).is_some_and(|raw| raw.len() == algorithm.size()));
        assert!(read.is_err() || read.is_ok_and(|digest| digest.hex() == text));
    }
});
