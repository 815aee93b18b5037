//! An entry is in a log's tree (RFC 6962 2.1.1, over a checkpoint that the log signed).
//!
//! How to attack it: state a root of one's own and lead to it; state the size of
//! one tree and sign another; take the index in the whole log for the one in the
//! tree. The root and the size come from the signed checkpoint alone.

use super::{Entry, HeadError, InclusionProof, LogKey, SignedCheckpoint};
use crate::digest::{Digest, encode_hex};
use crate::proof::merkle::rfc6962::{self, Hash};
use crate::proof::merkle::{self, Consistency, Consistent, Inclusion, ProofError};

/// A leaf is in a log's tree.
///
/// Only [`Entry::included`] and [`SignedCheckpoint::includes`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    checkpoint: SignedCheckpoint,
    index: u64,
    leaf_hash: Digest,
    path: Vec<Hash>,
}

/// Why a leaf is not shown to be in a log's tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InclusionError {
    /// The entry has no proof.
    #[error("the entry has no inclusion proof")]
    Absent,
    /// A proof without a head that it could lead to.
    #[error("the inclusion proof has no checkpoint")]
    NoCheckpoint,
    /// The entry says that it is in another log.
    #[error("the entry is of the log {found}, not of this one")]
    OtherLog {
        /// The id in the entry, in hexadecimal.
        found: String,
    },
    /// The checkpoint is none of this log.
    #[error("checkpoint: {0}")]
    Head(#[from] HeadError),
    /// The proof states another size than the checkpoint.
    #[error("the proof is for a tree of {stated} leaves, the checkpoint of one of {signed}")]
    Size {
        /// In the proof.
        stated: u64,
        /// In the checkpoint.
        signed: u64,
    },
    /// The proof states another root than the checkpoint.
    #[error("the proof states the root {stated}, the checkpoint {signed}")]
    Root {
        /// In the proof, in hexadecimal.
        stated: String,
        /// In the checkpoint, in hexadecimal.
        signed: String,
    },
    /// The way up does not end at the root.
    #[error("{0}")]
    Proof(#[from] ProofError),
}

impl InclusionProof {
    /// The checkpoint of the proof, signed by this log, and what the proof states
    /// of it compared with it.
    pub fn checkpoint(&self, log: &LogKey) -> Result<SignedCheckpoint, InclusionError> {
        let text = self.note_unverified().ok_or(InclusionError::NoCheckpoint)?;
        let signed = log.head(text)?;
        if self.stated_root() != signed.root().bytes() {
            let stated = encode_hex(self.stated_root());
            return Err(InclusionError::Root { stated, signed: signed.root().hex() });
        }
        if self.stated_size() != signed.size() {
            return Err(InclusionError::Size { stated: self.stated_size(), signed: signed.size() });
        }
        Ok(signed)
    }

    /// Whether the way up ends at the root that the proof itself states, which
    /// anybody can make it do.
    pub fn leads_to_stated_root(&self, leaf_hash: &[u8]) -> Result<(), ProofError> {
        let claim = Inclusion::new(self.index(), self.stated_size(), self.hashes())?;
        claim.verify(leaf_hash, self.stated_root()).map(drop)
    }
}

impl Entry {
    /// The hash of the leaf that this entry is: that of its body (RFC 6962 2.1).
    pub fn leaf_hash(&self) -> Digest {
        Digest::new(crate::digest::Algorithm::Sha256, &rfc6962::leaf_hash(self.body_bytes()))
            .expect("32 bytes are a SHA-256")
    }

    /// Verifies that the entry is in the tree of the log that has this key.
    pub fn included(&self, log: &LogKey) -> Result<Included, InclusionError> {
        let proof = self.proof().ok_or(InclusionError::Absent)?;
        if !log.is_named_by(self.log_id()) {
            return Err(InclusionError::OtherLog { found: encode_hex(self.log_id()) });
        }
        let signed = proof.checkpoint(log)?;
        Ok(signed.includes(&self.leaf_hash(), proof.index(), proof.hashes())?)
    }
}

impl SignedCheckpoint {
    /// Verifies that this tree begins with all the leaves of an older one of the log.
    pub fn continues<P: AsRef<[u8]>>(
        &self,
        older: &SignedCheckpoint,
        path: &[P],
    ) -> Result<Consistent, ProofError> {
        let claim = Consistency::new(older.size(), self.size(), path)?;
        claim.verify(older.root().bytes(), self.root().bytes())
    }

    /// Verifies that the leaf with this hash is at `index` of the tree.
    pub fn includes<P: AsRef<[u8]>>(
        &self,
        leaf_hash: &Digest,
        index: u64,
        path: &[P],
    ) -> Result<Included, ProofError> {
        let claim = Inclusion::new(index, self.size(), path)?;
        let shown: merkle::Included = claim.verify(leaf_hash.bytes(), self.root().bytes())?;
        let path = path.iter().filter_map(|hash| hash.as_ref().try_into().ok()).collect();
        Ok(Included { checkpoint: self.clone(), index: shown.index(), leaf_hash: shown.leaf_hash(), path })
    }
}

impl Included {
    /// The head of the tree.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Where the leaf lies in that tree, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hash of the leaf.
    pub fn leaf_hash(&self) -> Digest {
        self.leaf_hash
    }

    /// The hashes on the way to the root, leaf side first.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }
}
