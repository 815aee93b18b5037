//! Signed notes: text and the signatures below it (C2SP signed-note).
//!
//! A note ends with signature lines, each an em dash, the name of a key and, in
//! base64, four bytes that tell keys of one name apart and the signature itself.
//! A line that names a known key and does not verify under it is an error; a
//! line by an unknown key is nothing at all. Whoever has verified a line gets a
//! [`SignedNote`]; the text before that has `unverified` in its name.
//!
//! How to attack it:
//! - move the border between text and signatures: it is the *last* empty line,
//!   and after it nothing but signature lines may stand;
//! - put a key's name over another one's signature, or another name over his:
//!   name and hash together choose the key, and the hash is taken over the name;
//! - find a key with the same four bytes: then the signature does not verify,
//!   which is an error and not an unknown line;
//! - repeat a line until somebody counts it twice: whoever counts, counts keys;
//! - take a signature over a checkpoint for a cosignature or the reverse: what is
//!   signed begins otherwise, and the hash of the key contains the type;
//! - carriage returns, tabs, look-alike spaces in names, a second spelling of a
//!   signature in base64: refused.

mod checkpoint;
mod key;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use key::{KeyHash, NoteKey, NoteKeyError, Scheme};
pub(super) use key::{plain_digest, public, short};

use super::attempt::{AttemptError, Content, Spellings, attempt};
use crate::anchor::TrustedKey;
use crate::crypto::key::KeyId;
use crate::crypto::signature::SignatureError;
use crate::digest::Digest;
use crate::limits;
use crate::time::UnixTime;
use crate::wire::base64::{self, Base64Error};
use crate::wire::quoted;

/// A note as it was received; nothing about it is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key that is said to have made it.
    pub name: String,
    /// Tells keys of one name apart. Too short to prove anything.
    pub hash: KeyHash,
    /// The bytes of the signature.
    pub signature: Vec<u8>,
}

/// Why bytes are no signed note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// More than [`limits::NOTE_BYTES_MAX`].
    #[error("a note of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// Not UTF-8.
    #[error("a note that is not UTF-8")]
    Utf8,
    /// A control character that is no line feed.
    #[error("a control character at offset {offset}")]
    Control {
        /// Where, in bytes.
        offset: usize,
    },
    /// The last line is not ended.
    #[error("the last line does not end with a line feed")]
    Unended,
    /// No empty line between text and signatures.
    #[error("no empty line between the text and the signatures")]
    NoSeparator,
    /// Nothing after the empty line.
    #[error("a note without signatures")]
    NoSignatures,
    /// More than [`limits::NOTE_SIGNATURES_MAX`].
    #[error("{found} signature lines, at most {max} are read")]
    TooManySignatures {
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// A line among the signatures that is none.
    #[error("signature line {line}: expected {expected}")]
    Line {
        /// Which of the signature lines, from one.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A signature is not base64.
    #[error("signature line {line}: {error}")]
    Base64 {
        /// Which of the signature lines, from one.
        line: usize,
        /// What is wrong with it.
        error: Base64Error,
    },
}

/// Why a note is not shown to be signed by a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteSignatureError {
    /// No line names the key. It is unknown whether it would have signed.
    #[error("no signature by {}", quoted(.name))]
    Absent {
        /// The name of the key.
        name: String,
    },
    /// A line names the key, and the signature is not by it.
    #[error("signature line {line}, by {}, does not match", quoted(.name))]
    Mismatch {
        /// Which of the signature lines, from one.
        line: usize,
        /// The name of the key.
        name: String,
    },
    /// A line names the key, and the bytes can be no signature by it.
    #[error("signature line {line}, by {}: {error}", quoted(.name))]
    Malformed {
        /// Which of the signature lines, from one.
        line: usize,
        /// The name of the key.
        name: String,
        /// What is wrong with it.
        error: SignatureError,
    },
    /// A cosignature without a time, or with one that no calendar has.
    #[error("signature line {line}, by {}: a cosignature without a readable time", quoted(.name))]
    Time {
        /// Which of the signature lines, from one.
        line: usize,
        /// The name of the key.
        name: String,
    },
    /// The key is trusted for no algorithm that it could sign with.
    #[error("the key {key} is trusted for no algorithm that it can serve")]
    NoAlgorithm {
        /// Which key.
        key: KeyId,
    },
}

/// A note that one key has been found to have signed.
///
/// Only [`Note::signed_by`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    name: String,
    key_id: KeyId,
    lines: Vec<usize>,
    time: Option<UnixTime>,
}

impl Note {
    /// Reads a note. All of `bytes` is the note.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        let max = limits::NOTE_BYTES_MAX;
        if bytes.len() > max {
            return Err(NoteError::TooLong { found: bytes.len(), max });
        }
        if let Some(offset) = bytes.iter().position(|byte| *byte < 0x20 && *byte != b'\n') {
            return Err(NoteError::Control { offset });
        }
        let all = std::str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
        if !all.ends_with('\n') {
            return Err(NoteError::Unended);
        }
        // The text may have empty lines of its own: the last one is the border.
        let border = all.rfind("\n\n").ok_or(NoteError::NoSeparator)?;
        let lines: Vec<&str> = all[border + 2..].lines().collect();
        match lines.len() {
            0 => return Err(NoteError::NoSignatures),
            found if found > limits::NOTE_SIGNATURES_MAX => {
                return Err(NoteError::TooManySignatures { found, max: limits::NOTE_SIGNATURES_MAX });
            }
            _ => {}
        }
        let signatures = lines.iter().enumerate();
        let signatures = signatures
            .map(|(index, line)| NoteSignature::parse(index + 1, line))
            .collect::<Result<_, _>>()?;
        Ok(Note { text: all[..=border].to_owned(), signatures })
    }

    /// The text before anybody has been found to have signed it, its last line
    /// feed included.
    pub fn text_unverified(&self) -> &str {
        &self.text
    }

    /// The signature lines, in their order; at least one.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The note as it was read.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.text);
        for signature in &self.signatures {
            text.push_str(&signature.to_line());
        }
        text
    }

    /// Whether any line names this key.
    pub fn names(&self, key: &NoteKey) -> bool {
        self.signatures.iter().any(|signature| key.is_named_by(&signature.name, signature.hash))
    }

    /// Verifies every line that names this key. There must be one, and none may fail.
    pub fn signed_by(&self, key: &NoteKey) -> Result<SignedNote, NoteSignatureError> {
        let named = |signature: &NoteSignature| key.is_named_by(&signature.name, signature.hash);
        self.verified(key.name(), key.trusted(), key.scheme(), named)
    }

    /// Verifies every line that `named` picks, all of them as made by `key`.
    pub(super) fn verified(
        &self,
        name: &str,
        key: &TrustedKey,
        scheme: Scheme,
        named: impl Fn(&NoteSignature) -> bool,
    ) -> Result<SignedNote, NoteSignatureError> {
        let (mut lines, mut time) = (Vec::new(), None);
        for (index, signature) in self.signatures.iter().enumerate().filter(|(_, s)| named(s)) {
            let stated = self.verify_line(index + 1, signature, key, scheme)?;
            // Twice by one witness: it had seen the tree at the earlier of the two.
            time = match (time, stated) {
                (Some(a), Some(b)) => Some(std::cmp::min::<UnixTime>(a, b)),
                (a, b) => a.or(b),
            };
            lines.push(index + 1);
        }
        if lines.is_empty() {
            return Err(NoteSignatureError::Absent { name: name.to_owned() });
        }
        Ok(SignedNote { text: self.text.clone(), name: name.to_owned(), key_id: key.id, lines, time })
    }

    fn verify_line(
        &self,
        line: usize,
        signature: &NoteSignature,
        key: &TrustedKey,
        scheme: Scheme,
    ) -> Result<Option<UnixTime>, NoteSignatureError> {
        let name = || signature.name.clone();
        let cosigned;
        let (message, signed, time) = match scheme {
            Scheme::Plain => (self.text.as_bytes(), &signature.signature[..], None),
            Scheme::Cosignature => {
                let untimed = || NoteSignatureError::Time { line, name: name() };
                let (stated, rest) = signature.signature.split_first_chunk::<8>().ok_or_else(untimed)?;
                let stated = i64::try_from(u64::from_be_bytes(*stated)).map_err(|_| untimed())?;
                let time = UnixTime::new(stated, 0).map_err(|_| untimed())?;
                cosigned = format!("cosignature/v1\ntime {stated}\n{}", self.text);
                (cosigned.as_bytes(), rest, Some(time))
            }
        };
        let digest = |hash| Some(Digest::of(hash, message));
        let content = Content { bytes: Some(message), digest: &digest };
        match attempt(key, Spellings::Der, &content, signed) {
            Ok(_) => Ok(time),
            Err(AttemptError::NoAlgorithm) => Err(NoteSignatureError::NoAlgorithm { key: key.id }),
            Err(AttemptError::Malformed(error)) => {
                Err(NoteSignatureError::Malformed { line, name: name(), error })
            }
            Err(AttemptError::Mismatch | AttemptError::Needs(_)) => {
                Err(NoteSignatureError::Mismatch { line, name: name() })
            }
        }
    }
}

impl NoteSignature {
    fn parse(line: usize, text: &str) -> Result<NoteSignature, NoteError> {
        let expected = |expected| NoteError::Line { line, expected };
        let rest = text.strip_prefix("\u{2014} ").ok_or(expected("an em dash and a space"))?;
        let (name, encoded) = rest.split_once(' ').ok_or(expected("a name, a space and a signature"))?;
        if !is_key_name(name) {
            return Err(expected("the name of a key, without spaces and plus signs"));
        }
        let bytes = base64::decode_standard(encoded).map_err(|error| NoteError::Base64 { line, error })?;
        match bytes.split_first_chunk::<4>() {
            Some((hash, signature)) if (1..=limits::SIGNATURE_BYTES_MAX).contains(&signature.len()) => {
                Ok(NoteSignature { name: name.to_owned(), hash: *hash, signature: signature.to_vec() })
            }
            _ => Err(expected("four bytes of a key's hash and a signature")),
        }
    }

    /// The line, its line feed included.
    pub fn to_line(&self) -> String {
        let bytes = [&self.hash[..], &self.signature].concat();
        format!("\u{2014} {} {}\n", self.name, base64::encode_standard(&bytes))
    }
}

/// C2SP: not empty, no white space of Unicode, no plus sign.
pub(super) fn is_key_name(name: &str) -> bool {
    (1..=limits::LOG_NAME_BYTES_MAX).contains(&name.len())
        && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl SignedNote {
    /// The text that was signed, its last line feed included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name under which the key signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key that signed.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Which signature lines it made, from one.
    pub fn lines(&self) -> &[usize] {
        &self.lines
    }

    /// When the key says to have signed; only cosignatures say so. Of several
    /// the earliest.
    pub fn time(&self) -> Option<UnixTime> {
        self.time
    }
}

#[cfg(test)]
mod tests;
