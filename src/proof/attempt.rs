//! One signature, one trusted key, and the algorithms that this key is trusted for.
//!
//! Formats such as DSSE name no algorithm. Then the trusted key says which may
//! have been used, and nothing outside its set is tried. Trying several is safe
//! because each is one the store trusts this very key for; it is not a
//! fallback, because the evidence cannot add to the set.

use crate::anchor::{KeyMaterial, TrustedKey};
use crate::crypto::key::PublicKey;
use crate::crypto::pss::{Pss, SaltLength};
use crate::crypto::signature::{self, Algorithm, Encoding, SignatureError};
use crate::digest::{Algorithm as Hash, Digest};

/// Which spellings of an ECDSA signature a format allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spellings {
    /// DER alone.
    Der,
    /// DER, or `r || s` of exactly the curve's length. What is well-formed DER is
    /// read as DER, so that every signature has one reading.
    DerOrP1363,
}

/// Why no algorithm of the key accepts the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AttemptError {
    /// The key is trusted for no algorithm that it can serve.
    NoAlgorithm,
    /// What this algorithm signs is not at hand.
    Needs(Algorithm),
    /// It is a signature, but not of this content by this key.
    Mismatch,
    /// It cannot be a signature of this key at all.
    Malformed(SignatureError),
}

/// What the signature is said to be over.
pub(super) struct Content<'a> {
    /// The bytes themselves, where they are at hand.
    pub bytes: Option<&'a [u8]>,
    /// Their digest of that kind, where it is at hand.
    pub digest: &'a dyn Fn(Hash) -> Option<Digest>,
}

/// The algorithm of the key's set under which the signature holds.
pub(super) fn attempt(
    key: &TrustedKey,
    spellings: Spellings,
    content: &Content<'_>,
    signature: &[u8],
) -> Result<Algorithm, AttemptError> {
    let (mut needs, mut mismatch, mut malformed) = (None, false, None);
    // The likely ones first: what a key does not usually sign costs as much as what it does.
    let (native, other): (Vec<_>, Vec<_>) = key.algorithms.iter().copied().partition(|a| a.is_native());
    for algorithm in native.into_iter().chain(other) {
        match under(algorithm, key, spellings, content, signature) {
            None => {}
            Some(Ok(())) => return Ok(algorithm),
            Some(Err(AttemptError::Needs(algorithm))) => needs = needs.or(Some(algorithm)),
            Some(Err(AttemptError::Malformed(error))) => malformed = malformed.or(Some(error)),
            Some(Err(_)) => mismatch = true,
        }
    }
    // Something not at hand leaves the question open; a mismatch answers it only
    // when every algorithm could be tried.
    Err(match (needs, mismatch, malformed) {
        (Some(algorithm), ..) => AttemptError::Needs(algorithm),
        (None, true, _) => AttemptError::Mismatch,
        (None, false, Some(error)) => AttemptError::Malformed(error),
        (None, false, None) => AttemptError::NoAlgorithm,
    })
}

/// `None` where the key cannot serve the algorithm.
fn under(
    algorithm: Algorithm,
    key: &TrustedKey,
    spellings: Spellings,
    content: &Content<'_>,
    signature: &[u8],
) -> Option<Result<(), AttemptError>> {
    let needs = AttemptError::Needs(algorithm);
    let result = match &key.material {
        KeyMaterial::Shared(secret) if algorithm == Algorithm::HmacSha256 => {
            content.bytes.ok_or(needs).map(|bytes| secret.verify(bytes, signature).map_err(Into::into))
        }
        KeyMaterial::Public(key) if algorithm.fits(key.kind()) => {
            let encoding = encoding(algorithm, spellings, signature);
            match algorithm.digest() {
                Some(hash) => (content.digest)(hash)
                    .ok_or(needs)
                    .map(|digest| over_digest(algorithm, encoding, key, &digest, signature)),
                None => content
                    .bytes
                    .ok_or(needs)
                    .map(|bytes| signature::verify(algorithm, encoding, key, bytes, signature)),
            }
        }
        _ => return None,
    };
    Some(match result {
        Err(needs) => Err(needs),
        Ok(Err(SignatureError::Mismatch)) => Err(AttemptError::Mismatch),
        Ok(Err(error)) => Err(AttemptError::Malformed(error)),
        Ok(Ok(())) => Ok(()),
    })
}

/// Formats that name no algorithm name no length of salt either, and signers
/// choose two of them: as long as the hash, or as long as fits. How long it is
/// carries no security that a verifier could demand, see docs/deviations.md.
fn over_digest(
    algorithm: Algorithm,
    encoding: Encoding,
    key: &PublicKey,
    digest: &Digest,
    signature: &[u8],
) -> Result<(), SignatureError> {
    match signature::verify_digest(algorithm, encoding, key, digest, signature) {
        Err(SignatureError::Mismatch) if algorithm.is_pss() => {
            let parameters = Pss { mgf: digest.algorithm(), salt: SaltLength::Any };
            signature::verify_pss_digest(&parameters, key, digest, signature).map(drop)
        }
        other => other,
    }
}

fn encoding(algorithm: Algorithm, spellings: Spellings, signature: &[u8]) -> Encoding {
    let raw = |curve: crate::crypto::key::Curve| signature.len() == 2 * curve.size();
    match spellings {
        Spellings::DerOrP1363
            if algorithm.curve().is_some_and(raw) && signature::ecdsa_sig_value(signature).is_err() =>
        {
            Encoding::P1363
        }
        _ => Encoding::Der,
    }
}
