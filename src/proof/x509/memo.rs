//! What is remembered between searches: that this key signed these bytes.
//!
//! Nothing else may be remembered. Times, constraints, policies and revocation
//! are judged afresh every time, and budgets are charged all the same.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::signature::SignatureAlgorithm;
use crate::crypto::key::PublicKey;
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::{Algorithm as Hash, AlgorithmSet};
use crate::digest::{Digest, Hasher};

/// Signatures that were checked in this run. Shared between threads: what it
/// answers is what checking again would answer.
#[derive(Debug, Default)]
pub struct Memo(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    answers: BTreeMap<Digest, Result<Algorithm, SignatureError>>,
    checked: u64,
}

impl Memo {
    /// Nothing seen yet.
    pub fn new() -> Memo {
        Memo::default()
    }

    /// Whether `key` signed `message`, which with `signature` is `object`: the
    /// SHA-256 of the whole certificate, CRL or response as it was received.
    pub fn verify(
        &self,
        object: &[u8],
        algorithm: &SignatureAlgorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Algorithm, SignatureError> {
        // The key's own form has a length in front, so nothing of the object can
        // pass for the end of a key.
        let mut hasher = Hasher::new(AlgorithmSet::only(Hash::Sha256));
        hasher.update(key.id().digest().bytes());
        hasher.update(object);
        let name = hasher.finish().get(Hash::Sha256).expect("the one algorithm asked for is computed");
        if let Some(answer) = self.seen().answers.get(&name) {
            return answer.clone();
        }
        let answer = algorithm.verify(key, message, signature);
        let mut seen = self.seen();
        seen.checked += 1;
        seen.answers.insert(name, answer.clone());
        answer
    }

    /// How many signatures were checked and not remembered.
    pub fn checked(&self) -> u64 {
        self.seen().checked
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        // Whoever panicked while holding it had nothing half done.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
