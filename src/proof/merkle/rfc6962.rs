//! The tree of RFC 6962 2.1 and RFC 9162 2.1.1, with SHA-256.
//!
//! How it would be attacked: pass a node off as a leaf (the prefixes 0 and 1
//! keep them apart), or a list off as another one with the same root (there is
//! no padding and no doubling, so a root belongs to one list).

use sha2::Digest as _;

use crate::digest::{Algorithm, Digest};

/// Hash of a leaf or a node.
pub type Hash = [u8; 32];

/// RFC 9162 2.1.1: `HASH(0x00 || d)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut hasher = sha2::Sha256::new();
    hasher.update([0]);
    hasher.update(leaf);
    hasher.finalize().into()
}

/// RFC 9162 2.1.1: `HASH(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut block = [0; 65];
    block[0] = 1;
    block[1..33].copy_from_slice(left);
    block[33..].copy_from_slice(right);
    sha2::Sha256::digest(block).into()
}

/// A tree that grows by leaves and remembers only its right edge: one hash per
/// bit that is set in its size.
///
/// RFC 9162 2.1.1 splits `n` leaves at the largest power of two below `n`, so
/// the whole tree is a row of perfect trees of falling size, and the sizes are
/// the bits of `n`.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    size: u64,
    /// Roots of the perfect trees, largest first.
    edge: Vec<Hash>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf `data`.
    pub fn push(&mut self, data: &[u8]) {
        self.push_hash(leaf_hash(data));
    }

    /// Adds a leaf by its hash, for whoever defines leaf hashes otherwise.
    pub fn push_hash(&mut self, hash: Hash) {
        let mut hash = hash;
        // Like adding one to a binary number: every 1 at the end carries.
        for _ in 0..self.size.trailing_ones() {
            let left = self.edge.pop().expect("one perfect tree stands for each bit of the size");
            hash = node_hash(&left, &hash);
        }
        self.edge.push(hash);
        self.size += 1;
    }

    /// The root: the perfect trees joined from the right. Of no leaves it is
    /// the hash of nothing (RFC 9162 2.1.1).
    pub fn root(&self) -> Digest {
        let root = self.edge.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        to_digest(&root.unwrap_or_else(|| sha2::Sha256::digest([]).into()))
    }
}

/// The root of the tree over `leaves`.
pub fn root<L: AsRef<[u8]>>(leaves: impl IntoIterator<Item = L>) -> Digest {
    let mut tree = Tree::new();
    for leaf in leaves {
        tree.push(leaf.as_ref());
    }
    tree.root()
}

pub(super) fn to_digest(hash: &Hash) -> Digest {
    Digest::new(Algorithm::Sha256, hash).expect("32 bytes are a SHA-256")
}

/// The slow twin: RFC 9162 2.1 word for word, over slices of all the leaves.
#[cfg(test)]
pub(in crate::proof) mod twin {
    use super::*;

    pub fn split(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    /// 2.1.1: MTH(D)
    pub fn mth(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => sha2::Sha256::digest([]).into(),
            [leaf] => leaf_hash(leaf),
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node_hash(&mth(left), &mth(right))
            }
        }
    }

    /// 2.1.3.1: PATH(m, D)
    pub fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut path, sibling) =
            if m < k { (path(m, left), mth(right)) } else { (path(m - k, right), mth(left)) };
        path.push(sibling);
        path
    }

    /// 2.1.4.1: PROOF(m, D)
    pub fn proof(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
        subproof(m, leaves, true)
    }

    fn subproof(m: usize, leaves: &[Vec<u8>], complete: bool) -> Vec<Hash> {
        if m == leaves.len() {
            return if complete { Vec::new() } else { vec![mth(leaves)] };
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut proof, sibling) = if m <= k {
            (subproof(m, left, complete), mth(right))
        } else {
            (subproof(m - k, right, false), mth(left))
        };
        proof.push(sibling);
        proof
    }

    pub fn leaves(n: usize) -> Vec<Vec<u8>> {
        (0..n).map(|i| format!("leaf {i}").into_bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::encode_hex;

    /// The roots that the authors of Certificate Transparency publish for
    /// these eight leaves.
    #[test]
    fn published_roots() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, expected) in roots.iter().enumerate() {
            assert_eq!(root(&leaves[..size]).hex(), *expected, "{size} leaves");
        }
    }

    #[test]
    fn the_edge_agrees_with_the_definition() {
        let mut tree = Tree::new();
        for size in 0..=200usize {
            let leaves = twin::leaves(size);
            assert_eq!(tree.root().bytes(), twin::mth(&leaves), "{size} leaves");
            assert_eq!(tree.edge.len(), tree.size().count_ones() as usize);
            tree.push(format!("leaf {size}").as_bytes());
        }
    }

    #[test]
    fn a_node_is_no_leaf() {
        let (left, right) = (leaf_hash(b"l"), leaf_hash(b"r"));
        assert_ne!(encode_hex(&node_hash(&left, &right)), encode_hex(&leaf_hash(&[left, right].concat())));
    }
}
