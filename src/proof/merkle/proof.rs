//! Proofs of RFC 9162: a leaf is in a tree (2.1.3), a tree continues another
//! one (2.1.4).
//!
//! How they would be attacked: a path that is too long or too short for the
//! size; an index outside the tree; a hash that is not 32 bytes, so that its
//! bytes slide over into its neighbour; an empty older tree, which every tree
//! continues; equal sizes with a proof that nobody looks at.

use crate::digest::{Digest, encode_hex};
use crate::limits;

use super::rfc6962::{Hash, node_hash, to_digest};

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// A hash of the wrong length, in the path or as leaf.
    #[error("a hash of the proof has {found} bytes, expected 32")]
    HashLength {
        /// How long it is.
        found: usize,
    },
    /// More hashes than any tree is deep.
    #[error("the proof has {found} hashes, at most {limit} are read")]
    TooLong {
        /// How many there are.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// The leaf would lie outside the tree.
    #[error("leaf {index} is outside a tree of {size} leaves")]
    Index {
        /// Index of the leaf.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// The path has too few or too many hashes for these sizes.
    #[error("the proof does not have the number of hashes that the sizes demand")]
    PathLength,
    /// Nothing can be said of these two sizes.
    #[error("a tree of {newer} leaves cannot be shown to continue one of {older}")]
    Sizes {
        /// Leaves of the older tree.
        older: u64,
        /// Leaves of the newer tree.
        newer: u64,
    },
    /// The root that the proof leads to is another one.
    #[error("the proof leads to the root {found}, expected {expected}")]
    Root {
        /// The root that was to be reached, in hexadecimal.
        expected: String,
        /// The root that was reached.
        found: String,
    },
}

/// A claim, not yet verified: where a leaf lies, and the hashes up to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    index: u64,
    size: u64,
    path: Vec<Hash>,
}

/// A leaf is in a tree. Only [`Inclusion::verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Included {
    leaf_hash: Digest,
    index: u64,
    size: u64,
    root: Digest,
}

/// A claim, not yet verified: that a tree begins with the leaves of an older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    older: u64,
    newer: u64,
    path: Vec<Hash>,
}

/// A tree begins with the leaves of another one. Only [`Consistency::verify`]
/// makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistent {
    older: u64,
    newer: u64,
    newer_root: Vec<u8>,
}

impl Inclusion {
    /// Reads the parts of a proof; `path` as the log gave it, leaf side first.
    pub fn new<P: AsRef<[u8]>>(index: u64, size: u64, path: &[P]) -> Result<Inclusion, ProofError> {
        if index >= size {
            return Err(ProofError::Index { index, size });
        }
        Ok(Inclusion { index, size, path: hashes(path)? })
    }

    /// RFC 9162 2.1.3.2. `root` comes from a signed tree head, never from the
    /// proof.
    pub fn verify(&self, leaf_hash: &[u8], root: &[u8]) -> Result<Included, ProofError> {
        let leaf_hash = hash(leaf_hash)?;
        // f walks up from the leaf, s from the last leaf of the tree; where
        // they meet, the way up has no right neighbour any more.
        let (mut f, mut s) = (self.index, self.size - 1);
        let mut reached = leaf_hash;
        for sibling in &self.path {
            if s == 0 {
                return Err(ProofError::PathLength);
            }
            if f & 1 == 1 || f == s {
                reached = node_hash(sibling, &reached);
                while f & 1 == 0 && f != 0 {
                    f >>= 1;
                    s >>= 1;
                }
            } else {
                reached = node_hash(&reached, sibling);
            }
            f >>= 1;
            s >>= 1;
        }
        if s != 0 {
            return Err(ProofError::PathLength);
        }
        same_root(&reached, root)?;
        Ok(Included {
            leaf_hash: to_digest(&leaf_hash),
            index: self.index,
            size: self.size,
            root: to_digest(&reached),
        })
    }
}

impl Included {
    /// Hash of the leaf.
    pub fn leaf_hash(&self) -> Digest {
        self.leaf_hash
    }

    /// Where it lies, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        self.root
    }
}

impl Consistency {
    /// Reads the parts of a proof; `path` as the log gave it.
    pub fn new<P: AsRef<[u8]>>(older: u64, newer: u64, path: &[P]) -> Result<Consistency, ProofError> {
        // Every tree continues the empty one, so a proof from size 0 would
        // prove nothing about the newer root.
        if older == 0 || older > newer {
            return Err(ProofError::Sizes { older, newer });
        }
        Ok(Consistency { older, newer, path: hashes(path)? })
    }

    /// RFC 9162 2.1.4.2. Both roots come from signed tree heads.
    pub fn verify(&self, older_root: &[u8], newer_root: &[u8]) -> Result<Consistent, ProofError> {
        let consistent = Consistent { older: self.older, newer: self.newer, newer_root: newer_root.to_vec() };
        if self.older == self.newer {
            // The RFC leaves this case out: nothing was added, nothing is to be proven.
            return match self.path.is_empty() {
                false => Err(ProofError::PathLength),
                true if older_root == newer_root => Ok(consistent),
                true => Err(differs(older_root, newer_root)),
            };
        }
        let older_hash = hash(older_root)?;
        // An older tree that is perfect is itself the first node of the proof,
        // and is left out of it.
        let mut path = self.path.iter();
        let start = match self.older.is_power_of_two() {
            true => &older_hash,
            false => path.next().ok_or(ProofError::PathLength)?,
        };
        let (mut f, mut s) = (self.older - 1, self.newer - 1);
        while f & 1 == 1 {
            f >>= 1;
            s >>= 1;
        }
        let (mut older_reached, mut newer_reached) = (*start, *start);
        for node in path {
            if s == 0 {
                return Err(ProofError::PathLength);
            }
            if f & 1 == 1 || f == s {
                older_reached = node_hash(node, &older_reached);
                newer_reached = node_hash(node, &newer_reached);
                while f & 1 == 0 && f != 0 {
                    f >>= 1;
                    s >>= 1;
                }
            } else {
                newer_reached = node_hash(&newer_reached, node);
            }
            f >>= 1;
            s >>= 1;
        }
        if s != 0 {
            return Err(ProofError::PathLength);
        }
        same_root(&older_reached, older_root)?;
        same_root(&newer_reached, newer_root)?;
        Ok(consistent)
    }
}

impl Consistent {
    /// Leaves of the older tree.
    pub fn older(&self) -> u64 {
        self.older
    }

    /// Leaves of the newer tree.
    pub fn newer(&self) -> u64 {
        self.newer
    }

    /// Root of the newer tree, as it was given.
    pub fn newer_root(&self) -> &[u8] {
        &self.newer_root
    }
}

fn hashes<P: AsRef<[u8]>>(path: &[P]) -> Result<Vec<Hash>, ProofError> {
    if path.len() > limits::MERKLE_PATH_MAX {
        return Err(ProofError::TooLong { found: path.len(), limit: limits::MERKLE_PATH_MAX });
    }
    path.iter().map(|p| hash(p.as_ref())).collect()
}

fn hash(bytes: &[u8]) -> Result<Hash, ProofError> {
    bytes.try_into().map_err(|_| ProofError::HashLength { found: bytes.len() })
}

fn same_root(reached: &Hash, expected: &[u8]) -> Result<(), ProofError> {
    if reached == expected { Ok(()) } else { Err(differs(reached, expected)) }
}

fn differs(found: &[u8], expected: &[u8]) -> ProofError {
    ProofError::Root { expected: encode_hex(expected), found: encode_hex(found) }
}

#[cfg(test)]
mod tests {
    use super::super::rfc6962::{leaf_hash, twin};
    use super::*;

    const SIZE_MAX: usize = 70;

    /// Ways to spoil a path: every bit of every hash would be too many, so
    /// each hash gets another bit; drop, double, swap, empty, lengthen.
    fn spoilt(path: &[Hash], root: &Hash) -> Vec<Vec<Hash>> {
        let mut all = Vec::new();
        for at in 0..path.len() {
            let mut flipped = path.to_vec();
            flipped[at][at % 32] ^= 1 << (at % 8);
            all.push(flipped);
            let mut dropped = path.to_vec();
            dropped.remove(at);
            all.push(dropped);
            let mut doubled = path.to_vec();
            doubled.insert(at, path[at]);
            all.push(doubled);
            if at > 0 && path[at] != path[at - 1] {
                let mut swapped = path.to_vec();
                swapped.swap(at, at - 1);
                all.push(swapped);
            }
        }
        for garbage in [[0; 32], *root] {
            all.push([path, &[garbage]].concat());
            all.push([&[garbage], path].concat());
        }
        all
    }

    fn included(index: u64, size: u64, path: &[Hash], leaf: &[u8], root: &[u8]) -> Result<(), ProofError> {
        Inclusion::new(index, size, path)?.verify(leaf, root).map(|_| ())
    }

    #[test]
    fn inclusion_agrees_with_the_definition_and_nothing_else_passes() {
        for size in 1..=SIZE_MAX {
            let leaves = twin::leaves(size);
            let root = twin::mth(&leaves);
            for index in 0..size {
                let (path, leaf) = (twin::path(index, &leaves), leaf_hash(&leaves[index]));
                let (i, n) = (index as u64, size as u64);
                assert_eq!(included(i, n, &path, &leaf, &root), Ok(()), "{index} of {size}");
                for (number, bad) in spoilt(&path, &root).iter().enumerate() {
                    assert!(included(i, n, bad, &leaf, &root).is_err(), "{index} of {size}, {number}");
                }
                // Every other place in this tree is a lie.
                for other in (0..size as u64 + 3).filter(|o| *o != i) {
                    assert!(included(other, n, &path, &leaf, &root).is_err(), "{index} as {other} of {size}");
                }
                let mut wrong = leaf;
                wrong[31] ^= 1;
                assert!(included(i, n, &path, &wrong, &root).is_err());
                assert!(included(i, n, &path, &leaf, &leaf_hash(b"another")).is_err());
                assert!(included(i, n, &path, &leaf, b"").is_err());
                assert!(included(i, n, &path, &leaf[..31], &root).is_err());
            }
        }
    }

    /// The path alone does not fix the size (the last leaf of 6 and of 8 have
    /// paths of one shape), so what must fail is a size at which the shape of
    /// the way up differs; the twin says which.
    #[test]
    fn a_size_passes_only_if_the_way_up_is_the_same() {
        let shape = |index: usize, size: usize| {
            // left and right turns from the leaf to the root
            fn turns(m: usize, n: usize, way: &mut Vec<bool>) {
                if n > 1 {
                    let k = twin::split(n);
                    let right = m >= k;
                    turns(if right { m - k } else { m }, if right { n - k } else { k }, way);
                    way.push(right);
                }
            }
            let mut way = Vec::new();
            turns(index, size, &mut way);
            way
        };
        for size in 1..=SIZE_MAX {
            let leaves = twin::leaves(size);
            let root = twin::mth(&leaves);
            for index in 0..size {
                let (path, leaf) = (twin::path(index, &leaves), leaf_hash(&leaves[index]));
                for other in 1..=SIZE_MAX + 2 {
                    let passes = included(index as u64, other as u64, &path, &leaf, &root).is_ok();
                    let same = index < other && shape(index, other) == shape(index, size);
                    assert_eq!(passes, same, "{index} of {size} as of {other}");
                }
            }
        }
    }

    fn consistent(m: u64, n: u64, path: &[Hash], older: &[u8], newer: &[u8]) -> Result<(), ProofError> {
        Consistency::new(m, n, path)?.verify(older, newer).map(|_| ())
    }

    #[test]
    fn consistency_agrees_with_the_definition_and_nothing_else_passes() {
        let leaves = twin::leaves(SIZE_MAX);
        let roots: Vec<Hash> = (0..=SIZE_MAX).map(|n| twin::mth(&leaves[..n])).collect();
        for newer in 1..=SIZE_MAX {
            for older in 1..=newer {
                let path = twin::proof(older, &leaves[..newer]);
                let (m, n) = (older as u64, newer as u64);
                assert_eq!(consistent(m, n, &path, &roots[older], &roots[newer]), Ok(()), "{m} {n}");
                for (number, bad) in spoilt(&path, &roots[newer]).iter().enumerate() {
                    assert!(
                        consistent(m, n, bad, &roots[older], &roots[newer]).is_err(),
                        "{m} {n}, {number}"
                    );
                }
                for other in (1..=SIZE_MAX).filter(|o| *o != older) {
                    assert!(consistent(m, n, &path, &roots[other], &roots[newer]).is_err());
                }
                for other in (1..=SIZE_MAX).filter(|o| *o != newer) {
                    assert!(consistent(m, n, &path, &roots[older], &roots[other]).is_err());
                }
                if older != newer {
                    assert!(consistent(m, n, &path, &roots[newer], &roots[older]).is_err());
                    assert!(consistent(m, n, &[], &roots[older], &roots[newer]).is_err());
                    assert!(consistent(n, m, &path, &roots[newer], &roots[older]).is_err());
                }
            }
        }
    }

    #[test]
    fn what_proves_nothing() {
        let root = twin::mth(&twin::leaves(1));
        assert_eq!(consistent(0, 0, &[], &root, &root), Err(ProofError::Sizes { older: 0, newer: 0 }));
        assert_eq!(consistent(0, 1, &[], &root, &root), Err(ProofError::Sizes { older: 0, newer: 1 }));
        assert_eq!(consistent(1, 1, &[root], &root, &root), Err(ProofError::PathLength));
        assert_eq!(included(0, 0, &[], &root, &root), Err(ProofError::Index { index: 0, size: 0 }));
        assert_eq!(Inclusion::new(0, 2, &[[0u8; 31].as_slice()]), Err(ProofError::HashLength { found: 31 }));
        assert_eq!(
            Inclusion::new(0, u64::MAX, &vec![[0u8; 32]; 65]),
            Err(ProofError::TooLong { found: 65, limit: 64 })
        );
        // The largest numbers end like any others.
        assert!(included(u64::MAX - 1, u64::MAX, &[[0; 32]; 64], &root, &root).is_err());
        assert!(consistent(u64::MAX - 1, u64::MAX, &[[0; 32]; 64], &root, &root).is_err());
    }
}
