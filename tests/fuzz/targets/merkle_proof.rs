//! Proofs are right exactly where the recursive definitions of RFC 9162 say so.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::proof::merkle::rfc6962::{Hash, node_hash};
use stella_forensic::proof::merkle::{Consistency, Inclusion};

fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// 2.1.3.1 from the root down.
fn inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash]) -> Option<Hash> {
    if size == 1 {
        return path.is_empty().then_some(*leaf);
    }
    let (sibling, path) = path.split_last()?;
    let k = split(size);
    if index < k {
        Some(node_hash(&inclusion(index, k, leaf, path)?, sibling))
    } else {
        Some(node_hash(sibling, &inclusion(index - k, size - k, leaf, path)?))
    }
}

/// 2.1.4.1 from the root down: the older and the newer root.
fn consistency(m: u64, n: u64, older: Option<&Hash>, path: &[Hash]) -> Option<(Hash, Hash)> {
    if m == n {
        return match (older, path) {
            (Some(older), []) => Some((*older, *older)),
            (None, [node]) => Some((*node, *node)),
            _ => None,
        };
    }
    let (sibling, path) = path.split_last()?;
    let k = split(n);
    if m <= k {
        let (old, new) = consistency(m, k, older, path)?;
        Some((old, node_hash(&new, sibling)))
    } else {
        let (old, new) = consistency(m - k, n - k, None, path)?;
        Some((node_hash(sibling, &old), node_hash(sibling, &new)))
    }
}

fuzz_target!(|input: (u8, u64, u64, [u8; 32], Vec<[u8; 32]>)| {
    let (shift, a, b, hash, path) = input;
    // Small numbers more often: their proofs are as short as the input.
    let (a, b) = (a >> (shift % 64), b >> (shift % 64));
    if let Ok(claim) = Inclusion::new(a, b, &path) {
        let root = inclusion(a, b, &hash, &path);
        assert_eq!(claim.verify(&hash, &root.unwrap_or(hash)).is_ok(), root.is_some());
        let mut other = root.unwrap_or(hash);
        other[0] ^= 1;
        assert!(claim.verify(&hash, &other).is_err());
    }
    if let Ok(claim) = Consistency::new(a, b, &path) {
        let roots = consistency(a, b, Some(&hash), &path);
        let (old, new) = roots.unwrap_or((hash, hash));
        assert_eq!(claim.verify(&old, &new).is_ok(), roots.is_some());
    }
});
