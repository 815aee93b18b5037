//! What several proofs of one log say together: whether all of its heads can be
//! heads of one tree that only grew.
//!
//! The hash of a subtree that is full never changes when a tree grows (RFC 6962
//! 2.1). So each proof of inclusion, which is a way through such subtrees, says
//! something about every larger and smaller tree of the log: wherever two proofs,
//! or a proof and a head, have different hashes for the same full subtree, the log
//! has shown two histories. No proof of consistency is needed to see that, though
//! one that is there says more.
//!
//! How to attack it: show one history to one victim and another one to the next,
//! each sound by itself, which is what a log could do before anybody put the two
//! side by side. Two different logs must not be put together, nor two trees of one
//! operator: whoever fills a [`History`] has one key and one origin for it.

use std::collections::BTreeMap;

use super::tiles::Rehashed;
use super::{Included, SignedCheckpoint};
use crate::proof::merkle::rfc6962::{Hash, node_hash};

/// Hashes of full subtrees, by height and by their place at that height, each with
/// where it is from.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    pub(super) hashes: BTreeMap<(u32, u64), (Hash, usize)>,
}

/// The heads of one log, and what proofs under them say of its tree.
#[derive(Clone, Debug, Default)]
pub struct History {
    heads: Vec<SignedCheckpoint>,
    /// By size, the first of each.
    sizes: BTreeMap<u64, usize>,
    nodes: Nodes,
    fork: Option<Box<Fork>>,
}

/// A log signed two heads that cannot be heads of one tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// One of them, the smaller where they differ in size.
    pub one: SignedCheckpoint,
    /// The other.
    pub other: SignedCheckpoint,
    /// Leaves on which they differ, or among which some differ: the first.
    pub first: u64,
    /// And the last.
    pub last: u64,
}

impl Nodes {
    /// Takes in a hash. Gives where another hash for the same subtree is from.
    pub fn insert(&mut self, height: u32, index: u64, hash: Hash, from: usize) -> Option<usize> {
        let (known, other) = *self.hashes.entry((height, index)).or_insert((hash, from));
        (known != hash).then_some(other)
    }

    /// The hash of a subtree, where it is known.
    pub fn get(&self, height: u32, index: u64) -> Option<Hash> {
        self.hashes.get(&(height, index)).map(|(hash, _)| *hash)
    }

    /// The hashes at a height, in their order.
    pub fn at(&self, height: u32) -> impl Iterator<Item = (u64, Hash)> {
        let row = self.hashes.range((height, 0)..(height + 1, 0));
        row.map(|((_, index), (hash, _))| (*index, *hash))
    }

    /// The root of the tree of the first `size` leaves, where enough is known, and
    /// where the last of its parts is from.
    ///
    /// RFC 9162 2.1.1: such a tree is a row of full subtrees, one for each bit of
    /// its size.
    pub fn root(&self, size: u64) -> Option<(Hash, usize)> {
        let mut whole: Option<(Hash, usize)> = None;
        // From the right: the smallest subtree first.
        let mut rest = size;
        while rest != 0 {
            let height = rest.trailing_zeros();
            rest &= rest - 1;
            let (hash, from) = *self.hashes.get(&(height, rest >> height))?;
            whole = Some(match whole {
                None => (hash, from),
                Some((right, of)) => (node_hash(&hash, &right), of),
            });
        }
        whole
    }
}

impl History {
    /// Takes in a head. Gives its number.
    pub fn head(&mut self, head: &SignedCheckpoint) -> usize {
        if let Some(known) = self.sizes.get(&head.size()) {
            let known = *known;
            if self.heads[known].root() == head.root() {
                return known;
            }
            self.heads.push(head.clone());
            self.forked(known, self.heads.len() - 1, 0, head.size().saturating_sub(1));
            return self.heads.len() - 1;
        }
        self.heads.push(head.clone());
        self.sizes.insert(head.size(), self.heads.len() - 1);
        self.heads.len() - 1
    }

    /// Takes in a proof, and the head that it is under.
    pub fn included(&mut self, included: &Included) {
        let from = self.head(included.checkpoint());
        for (height, index, hash) in full_subtrees(included) {
            if let Some(other) = self.nodes.insert(height, index, hash, from) {
                let first = index << height;
                self.forked(other, from, first, first + ((1 << height) - 1));
            }
        }
    }

    /// Takes in tiles that come to the root of a head.
    pub fn tiles(&mut self, tree: &Rehashed) {
        let from = self.head(tree.checkpoint());
        for ((height, index), (hash, _)) in &tree.nodes().hashes {
            if let Some(other) = self.nodes.insert(*height, *index, *hash, from) {
                let first = index << height;
                self.forked(other, from, first, first + ((1 << height) - 1));
            }
        }
    }

    /// How many different heads there are.
    pub fn heads(&self) -> &[SignedCheckpoint] {
        &self.heads
    }

    /// Two heads that cannot be of one tree, where there are any: the first that
    /// were found.
    pub fn fork(&self) -> Option<Fork> {
        if let Some(fork) = &self.fork {
            return Some((**fork).clone());
        }
        // Where the proofs say enough of a smaller tree, its root must be the one that was signed.
        for (size, number) in &self.sizes {
            let head = &self.heads[*number];
            if let Some((root, from)) = self.nodes.root(*size)
                && root[..] != *head.root().bytes()
            {
                return Some(self.between(from, *number, 0, size - 1));
            }
        }
        None
    }

    /// How many of the heads are shown to belong to one tree with a larger one:
    /// those whose root follows from what was proven under others.
    pub fn joined(&self) -> usize {
        self.sizes
            .iter()
            .filter(|(size, number)| self.nodes.root(**size).is_some_and(|(_, from)| from != **number))
            .count()
    }

    fn forked(&mut self, a: usize, b: usize, first: u64, last: u64) {
        if self.fork.is_none() {
            self.fork = Some(Box::new(self.between(a, b, first, last)));
        }
    }

    fn between(&self, a: usize, b: usize, first: u64, last: u64) -> Fork {
        let (a, b) = (self.heads[a].clone(), self.heads[b].clone());
        let (one, other) = match (a.size(), a.to_text()) <= (b.size(), b.to_text()) {
            true => (a, b),
            false => (b, a),
        };
        Fork { one, other, first, last }
    }
}

/// The full subtrees that a proof has on its way: those it joins, and those it
/// makes of them. What reaches over the end of the tree will still change.
fn full_subtrees(included: &Included) -> Vec<(u32, u64, Hash)> {
    let size = included.checkpoint().size();
    let mut reached: Hash = included.leaf_hash().bytes().try_into().expect("a SHA-256 has 32 bytes");
    let (mut f, mut s) = (included.index(), size - 1);
    let mut height = 0;
    let mut found = vec![(0, f, reached)];
    // The walk of RFC 9162 2.1.3.2, which has been verified.
    for sibling in included.path() {
        if f & 1 == 1 || f == s {
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
                height += 1;
            }
            found.push((height, f - 1, *sibling));
            reached = node_hash(sibling, &reached);
        } else {
            // A neighbour on the right is full, unless it is the ragged end.
            if f + 1 < s || ends_within(height, f + 1, size) {
                found.push((height, f + 1, *sibling));
            }
            reached = node_hash(&reached, sibling);
        }
        f >>= 1;
        s >>= 1;
        height += 1;
        if ends_within(height, f, size) {
            found.push((height, f, reached));
        }
    }
    found
}

/// Whether subtree `index` of that height lies within the first `size` leaves.
fn ends_within(height: u32, index: u64, size: u64) -> bool {
    let end = (u128::from(index) + 1) << height;
    end <= u128::from(size)
}
