//! Proofs as files of text: that a record is in a log (C2SP tlog-proof), and that a
//! log continues an older head (the request of C2SP tlog-witness).
//!
//! ```text
//! c2sp.org/tlog-proof@v1        old 17
//! extra <base64>                <hash>
//! index 42                      <hash>
//! <hash>
//! <hash>                        <checkpoint>
//!
//! <checkpoint>
//! ```
//!
//! How to attack it: `extra` is signed by nobody, and nothing here believes it; a
//! second spelling of the index; hashes after the empty line, where the checkpoint
//! begins; a checkpoint without the log's signature, so that only witnesses, who
//! do not know what is in the log, speak.

use super::{Included, InclusionError, LogKey, SignedCheckpoint};
use crate::digest::Digest;
use crate::limits;
use crate::proof::note::{Checkpoint, CheckpointError, Note};
use crate::wire::base64::{self, Base64Error};
use crate::wire::shape::decimal;

/// The first line of a proof.
pub const TLOG_PROOF: &str = "c2sp.org/tlog-proof@v1";

/// That a record is in a log, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    extra: Option<Vec<u8>>,
    index: u64,
    hashes: Vec<Vec<u8>>,
    note: Note,
}

/// That a log's tree begins with an older one, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogConsistency {
    old: u64,
    hashes: Vec<Vec<u8>>,
    note: Note,
}

/// Why bytes are no such proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// Not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// A line that should be another one.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which line, from one.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A line is not base64.
    #[error("line {line}: {error}")]
    Base64 {
        /// Which line, from one.
        line: usize,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// More hashes than any tree is deep.
    #[error("more than {max} hashes")]
    TooManyHashes {
        /// How many are read.
        max: usize,
    },
    /// What follows is no checkpoint.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
}

impl TlogProof {
    /// Reads a proof. All of `bytes` is the proof.
    pub fn parse(bytes: &[u8]) -> Result<TlogProof, TlogProofError> {
        let (lines, note) = split(bytes)?;
        let mut lines = lines.peekable();
        match lines.next() {
            Some((_, TLOG_PROOF)) => {}
            _ => return Err(TlogProofError::Line { line: 1, expected: TLOG_PROOF }),
        }
        let mut extra = None;
        if let Some((line, text)) = lines.next_if(|(_, line)| line.starts_with("extra ")) {
            let text = &text["extra ".len()..];
            extra =
                Some(base64::decode_standard(text).map_err(|error| TlogProofError::Base64 { line, error })?);
        }
        let expected = TlogProofError::Line {
            line: if extra.is_some() { 3 } else { 2 },
            expected: "index and a number",
        };
        let (_, text) = lines.next().ok_or(expected.clone())?;
        let index = text.strip_prefix("index ").and_then(decimal).ok_or(expected)?;
        Ok(TlogProof { extra, index, hashes: hashes(lines)?, note })
    }

    /// What the proof says besides. Nobody signed it.
    pub fn extra_unverified(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Where the record is said to be.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The head that the proof leads to.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Verifies that the record with this hash is in the tree of the log that has this key.
    pub fn included(&self, leaf_hash: &Digest, log: &LogKey) -> Result<Included, InclusionError> {
        Ok(log.checkpoint(&self.note)?.includes(leaf_hash, self.index, &self.hashes)?)
    }
}

impl TlogConsistency {
    /// Reads such a request. All of `bytes` is the request.
    pub fn parse(bytes: &[u8]) -> Result<TlogConsistency, TlogProofError> {
        let (mut lines, note) = split(bytes)?;
        let expected = TlogProofError::Line { line: 1, expected: "old and a number" };
        let (_, text) = lines.next().ok_or(expected.clone())?;
        let old = text.strip_prefix("old ").and_then(decimal).ok_or(expected)?;
        Ok(TlogConsistency { old, hashes: hashes(lines)?, note })
    }

    /// How many leaves the older tree had.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The hashes of the proof.
    pub fn hashes(&self) -> &[Vec<u8>] {
        &self.hashes
    }

    /// The newer head.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Verifies that `newer`, a head that the log signed, continues `older`.
    pub fn between(
        &self,
        older: &SignedCheckpoint,
        newer: &SignedCheckpoint,
    ) -> Result<(), crate::proof::merkle::ProofError> {
        newer.continues(older, &self.hashes).map(drop)
    }
}

/// The lines before the first empty one, numbered from one, and the checkpoint
/// that comes after it.
fn split(bytes: &[u8]) -> Result<(impl Iterator<Item = (usize, &str)>, Note), TlogProofError> {
    let text = std::str::from_utf8(bytes).map_err(|_| TlogProofError::Utf8)?;
    let expected =
        TlogProofError::Line { line: 1, expected: "an empty line and a checkpoint after the proof" };
    let (before, checkpoint) = text.split_once("\n\n").ok_or(expected)?;
    let (note, _) = Checkpoint::parse_note_unverified(checkpoint.as_bytes())?;
    Ok((before.split('\n').enumerate().map(|(index, line)| (index + 1, line)), note))
}

fn hashes<'t>(lines: impl Iterator<Item = (usize, &'t str)>) -> Result<Vec<Vec<u8>>, TlogProofError> {
    let mut hashes = Vec::new();
    for (line, text) in lines {
        if hashes.len() == limits::MERKLE_PATH_MAX {
            return Err(TlogProofError::TooManyHashes { max: limits::MERKLE_PATH_MAX });
        }
        let hash = base64::decode_standard(text).map_err(|error| TlogProofError::Base64 { line, error })?;
        if hash.len() != 32 {
            return Err(TlogProofError::Line { line, expected: "a hash of 32 bytes" });
        }
        hashes.push(hash);
    }
    Ok(hashes)
}
