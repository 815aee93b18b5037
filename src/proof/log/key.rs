//! The key of a log, and the heads that it signed.
//!
//! How to attack it: a checkpoint of another log under the same operator (the
//! origin belongs to the name of the key, but for the number that Rekor puts after
//! it); a key without a name where the name is what tells logs apart (then the
//! checkpoint has to name itself as its signature line does).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::anchor::TrustedKey;
use crate::crypto::key::{KeyId, PublicKey};
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::proof::note::{
    Checkpoint, CheckpointError, Note, NoteKeyError, NoteSignature, NoteSignatureError, Scheme,
};
use crate::proof::note::{plain_digest, public, short};
use crate::time::{Interval, Position, Window};
use crate::wire::quoted;

/// A key that a log signs with: the name of the log, what the key is trusted for,
/// when, and under which ids entries know it.
#[derive(Clone, Debug)]
pub struct LogKey {
    name: Option<String>,
    ids: BTreeSet<Vec<u8>>,
    key: TrustedKey,
    heads: Arc<Heads>,
}

/// Heads that were verified in this run, by the digest of their whole note. Many
/// entries of one log stand under the same head; what this answers is what
/// verifying again would answer.
#[derive(Debug, Default)]
struct Heads(Mutex<BTreeMap<Digest, SignedCheckpoint>>);

impl Heads {
    fn get(&self, note: &Digest) -> Option<SignedCheckpoint> {
        self.all().get(note).cloned()
    }

    fn keep(&self, note: Digest, head: &SignedCheckpoint) {
        let mut all = self.all();
        if all.len() < limits::HEADS_KEPT_MAX {
            all.insert(note, head.clone());
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Digest, SignedCheckpoint>> {
        // Whoever panicked while holding it had nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The head of a log's tree, found to be signed by the log.
///
/// Only [`LogKey::checkpoint`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    name: String,
    key_id: KeyId,
    lines: String,
}

/// Why a note is not the head of this log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadError {
    /// No note, or no checkpoint in it.
    #[error("{0}")]
    Checkpoint(#[from] CheckpointError),
    /// The log did not sign it, or it cannot be told.
    #[error("{0}")]
    Signature(#[from] NoteSignatureError),
    /// The log signed the head of another log.
    #[error("the checkpoint is that of {}, not of {}", quoted(.found), quoted(.expected))]
    Origin {
        /// What the checkpoint says.
        found: String,
        /// The name under which it is signed.
        expected: String,
    },
}

impl HeadError {
    /// Whether it is only that nobody known signed.
    pub fn is_unknown(&self) -> bool {
        matches!(self, HeadError::Signature(NoteSignatureError::Absent { .. }))
    }
}

impl LogKey {
    /// The key of the log `name`: its origin, or the host below which it is.
    pub fn new(name: &str, key: PublicKey, window: Window) -> Result<LogKey, NoteKeyError> {
        LogKey::of(Some(name), TrustedKey { window, ..TrustedKey::public(key) })
    }

    /// The same of a key as a trust store has it. Without a name, any log whose
    /// checkpoints name themselves as their signature lines do.
    pub fn of(name: Option<&str>, key: TrustedKey) -> Result<LogKey, NoteKeyError> {
        let public = public(&key)?;
        let mut ids = BTreeSet::from([public.id().digest().bytes().to_vec()]);
        if let Some(name) = name {
            if !crate::proof::note::is_key_name(name) {
                return Err(NoteKeyError::Name { name: name.to_owned() });
            }
            ids.insert(plain_digest(name, public).bytes().to_vec());
        }
        Ok(LogKey { name: name.map(str::to_owned), ids, key, heads: Arc::default() })
    }

    /// The same, also known under this id, because a trust store says so.
    pub fn known_as(mut self, id: &[u8]) -> LogKey {
        self.ids.insert(id.to_vec());
        // What was verified before was asked of another key, as far as ids go.
        self.heads = Arc::default();
        self
    }

    /// The name of the log, where it is known.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The key itself, with what it is trusted for.
    pub fn trusted(&self) -> &TrustedKey {
        &self.key
    }

    /// Whether entries that carry this log id are said to be of this log. An id
    /// finds a key; it proves nothing.
    pub fn is_named_by(&self, id: &[u8]) -> bool {
        self.ids.contains(id)
    }

    /// How a time lies to the window of the key.
    pub fn position(&self, interval: &Interval) -> Position {
        self.key.window.position(interval)
    }

    /// Whether a signature line of a note names this key.
    pub fn names_line(&self, line: &NoteSignature) -> bool {
        if self.name.as_ref().is_some_and(|name| *name != line.name) {
            return false;
        }
        let of_key = public(&self.key).map(|key| short(&plain_digest(&line.name, key)));
        of_key == Ok(line.hash) || self.ids.iter().any(|id| id.starts_with(&line.hash))
    }

    /// The same as [`Self::checkpoint`] for the text of a note.
    pub fn head(&self, text: &str) -> Result<SignedCheckpoint, HeadError> {
        let name = Digest::of(Algorithm::Sha256, text.as_bytes());
        if let Some(head) = self.heads.get(&name) {
            return Ok(head);
        }
        let note = Note::parse(text.as_bytes()).map_err(|error| HeadError::Checkpoint(error.into()))?;
        let head = self.checkpoint(&note)?;
        if text.len() <= limits::HEAD_KEPT_BYTES_MAX {
            self.heads.keep(name, &head);
        }
        Ok(head)
    }

    /// Reads a note as a head of this log's tree, and verifies each of its lines
    /// that names this key. There must be one, and none may fail.
    pub fn checkpoint(&self, note: &Note) -> Result<SignedCheckpoint, HeadError> {
        let checkpoint = Checkpoint::parse(note.text_unverified())?;
        let mut signer = note.signatures().iter().filter(|line| self.names_line(line));
        // Without a name of its own the key takes that of its first line.
        let first = signer.next().map(|line| line.name.as_str()).or(self.name());
        let name = first.unwrap_or("this log").to_owned();
        let named = |line: &NoteSignature| self.names_line(line) && line.name == name;
        let signed = note.verified(&name, &self.key, Scheme::Plain, named)?;
        if !is_origin_of(&checkpoint.origin, &name) {
            return Err(HeadError::Origin { found: checkpoint.origin, expected: name });
        }
        let lines = signed.lines().iter().map(|line| note.signatures()[line - 1].to_line()).collect();
        Ok(SignedCheckpoint { checkpoint, name, key_id: self.key.id, lines })
    }
}

/// C2SP tlog-checkpoint: the name in the signature line matches the origin. Rekor
/// v1 has a number of the tree after it: `rekor.sigstore.dev - 2605736670972794746`.
fn is_origin_of(origin: &str, name: &str) -> bool {
    match origin.strip_prefix(name) {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix(" - ")
            .is_some_and(|tree| !tree.is_empty() && tree.bytes().all(|b| b.is_ascii_digit())),
        None => false,
    }
}

impl SignedCheckpoint {
    /// What the log says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The tree that is spoken of: two of the same origin and key must agree.
    pub fn origin(&self) -> &str {
        &self.checkpoint.origin
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        self.checkpoint.root
    }

    /// The name under which the log signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key with which the log signed.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The head with the log's own signature, as a note that others can verify.
    pub fn to_text(&self) -> String {
        format!("{}\n{}", self.checkpoint.to_text(), self.lines)
    }
}
