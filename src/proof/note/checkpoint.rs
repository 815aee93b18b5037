//! The text of a checkpoint: who says it, how large the tree is, what its root is
//! (C2SP tlog-checkpoint).
//!
//! How to attack it: a size in a second spelling (`007`, `+7`), a root of another
//! length, an empty tree with a root that something is in, lines after the root
//! that a reader takes for the root. Extension lines are signed by the log and by
//! nobody audited; nothing here looks at them.

use super::{Note, NoteError};
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::wire::base64::{self, Base64Error};
use crate::wire::shape::decimal;

/// What a log says of its tree. As such it is unproven; a signed one is a
/// [`super::super::log::SignedCheckpoint`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is said to be.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// The root of the tree.
    pub root: Digest,
    /// Whatever else the log says.
    pub extensions: Vec<String>,
}

/// Why a text is no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It is no signed note either.
    #[error("{0}")]
    Note(#[from] NoteError),
    /// Too few lines, or an empty one.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which line, from one.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The root is not base64.
    #[error("line 3: {0}")]
    Base64(#[from] Base64Error),
    /// The root is no SHA-256.
    #[error("a root of {found} bytes, expected 32")]
    RootLength {
        /// How long it is.
        found: usize,
    },
    /// An empty tree with a root that is not that of nothing.
    #[error("a tree without leaves with a root that is not the hash of nothing")]
    EmptyRoot,
    /// More extension lines than are read.
    #[error("more than {max} extension lines")]
    TooManyExtensions {
        /// How many are read.
        max: usize,
    },
}

impl Checkpoint {
    /// Reads the text of a note, with or without its last line feed.
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
        let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n').enumerate();
        let mut next = |line: usize, expected: &'static str| match lines.next() {
            Some((_, text)) if !text.is_empty() => Ok(text),
            _ => Err(CheckpointError::Line { line, expected }),
        };
        let origin = next(1, "the origin of the log")?;
        if origin.len() > limits::LOG_NAME_BYTES_MAX {
            return Err(CheckpointError::Line { line: 1, expected: "an origin of at most 256 bytes" });
        }
        let size = next(2, "the number of leaves")?;
        let size =
            decimal(size).ok_or(CheckpointError::Line { line: 2, expected: "the number of leaves" })?;
        let root = base64::decode_standard(next(3, "the root of the tree")?)?;
        let root = Digest::new(Algorithm::Sha256, &root)
            .map_err(|_| CheckpointError::RootLength { found: root.len() })?;
        if size == 0 && root != Digest::sha256(b"") {
            return Err(CheckpointError::EmptyRoot);
        }
        let mut extensions = Vec::new();
        for (index, line) in lines {
            if line.is_empty() {
                return Err(CheckpointError::Line { line: index + 1, expected: "a line that is not empty" });
            }
            if extensions.len() == limits::CHECKPOINT_EXTENSIONS_MAX {
                return Err(CheckpointError::TooManyExtensions { max: limits::CHECKPOINT_EXTENSIONS_MAX });
            }
            extensions.push(line.to_owned());
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root, extensions })
    }

    /// Reads a signed note whose text is a checkpoint; nobody's signature is looked at.
    pub fn parse_note_unverified(bytes: &[u8]) -> Result<(Note, Checkpoint), CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text_unverified())?;
        Ok((note, checkpoint))
    }

    /// The text that a log signs.
    pub fn to_text(&self) -> String {
        let root = base64::encode_standard(self.root.bytes());
        let extensions: String = self.extensions.iter().map(|line| format!("{line}\n")).collect();
        format!("{}\n{}\n{root}\n{extensions}", self.origin, self.size)
    }
}
