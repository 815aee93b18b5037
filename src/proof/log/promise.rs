//! Signed entry timestamps: the log signs the entry, its index and a time (Rekor v1).
//!
//! What is signed is canonical JSON of four members: the body in base64, the time,
//! the log id in hexadecimal, and the index in the whole log.
//!
//! How to attack it: a promise for another entry, another time or another place
//! (all four are signed); a time before the log had its key (see
//! [`Promised::position`]); `0` for a time, which is how some encoders spell absent.

use super::{Entry, LogKey};
use crate::crypto::key::KeyId;
use crate::crypto::signature::SignatureError;
use crate::digest::{Digest, encode_hex};
use crate::proof::attempt::{AttemptError, Content, Spellings, attempt};
use crate::time::{Interval, Position, UnixTime};
use crate::wire::base64;

/// A log promised to take an entry in, and said when.
///
/// Only [`Entry::promised`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    time: UnixTime,
    index: u64,
    key_id: KeyId,
    position: Position,
}

/// Why an entry is not promised by a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromiseError {
    /// The entry has none.
    #[error("the entry has no signed entry timestamp")]
    Absent,
    /// A promise without the time that it would prove.
    #[error("a signed entry timestamp without an integrated time")]
    NoTime,
    /// The entry says that it is in another log.
    #[error("the entry is of the log {found}, not of this one")]
    OtherLog {
        /// The id in the entry, in hexadecimal.
        found: String,
    },
    /// The key is trusted for no algorithm that it could sign with.
    #[error("the key {key} is trusted for no algorithm that it can serve")]
    NoAlgorithm {
        /// Which key.
        key: KeyId,
    },
    /// The bytes can be no signature by this key.
    #[error("{0}")]
    Malformed(SignatureError),
    /// It is no signature of this entry by this key.
    #[error("the signed entry timestamp does not match the entry")]
    Mismatch,
}

impl Entry {
    /// Verifies the promise of the log that has this key.
    pub fn promised(&self, log: &LogKey) -> Result<Promised, PromiseError> {
        let signature = self.promise().ok_or(PromiseError::Absent)?;
        let time = self.integrated_time_unverified().ok_or(PromiseError::NoTime)?;
        if !log.is_named_by(self.log_id()) {
            return Err(PromiseError::OtherLog { found: encode_hex(self.log_id()) });
        }
        let message = self.promise_message(time);
        let digest = |hash| Some(Digest::of(hash, &message));
        let content = Content { bytes: Some(&message), digest: &digest };
        let key = log.trusted();
        match attempt(key, Spellings::Der, &content, signature) {
            Ok(_) => {
                let at = Interval { earliest: Some(time), latest: Some(time) };
                Ok(Promised { time, index: self.index(), key_id: key.id, position: log.position(&at) })
            }
            Err(AttemptError::NoAlgorithm) => Err(PromiseError::NoAlgorithm { key: key.id }),
            Err(AttemptError::Malformed(error)) => Err(PromiseError::Malformed(error)),
            Err(AttemptError::Mismatch | AttemptError::Needs(_)) => Err(PromiseError::Mismatch),
        }
    }

    /// The four members, sorted; none of them has anything to escape.
    fn promise_message(&self, time: UnixTime) -> Vec<u8> {
        let body = base64::encode_standard(self.body_bytes());
        let (time, index) = (time.seconds(), self.index());
        let log = encode_hex(self.log_id());
        format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{log}","logIndex":{index}}}"#)
            .into_bytes()
    }
}

impl Promised {
    /// When the log says to have taken the entry in.
    pub fn time(&self) -> UnixTime {
        self.time
    }

    /// Where, in the whole log.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The key that signed.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// How the time lies to the window of the key.
    pub fn position(&self) -> Position {
        self.position
    }
}
