//! DSSE: the Dead Simple Signing Envelope, version 1.
//!
//! A signature is over the pre-authentication encoding of the payload type and
//! the payload bytes as they were received. Those bytes cannot be read from an
//! [`Envelope`]; [`Envelope::signed_by`] gives a [`SignedEnvelope`], which has them.
//!
//! How to attack it:
//! - sign the payload without its type (an old signature over the same bytes, or
//!   one made for another purpose): found out and refused as [`DsseError::BarePayload`];
//! - change the payload type and keep the signature: the type is in what is signed;
//! - smuggle lengths: `PAE` counts bytes, and both lengths are in it;
//! - no signatures at all, so that "all of them verify": an error of its own;
//! - a million signatures, or one a million times: bounded, and whoever counts
//!   thresholds counts identities;
//! - a key id that names an honest key: it is a hint, and nothing here looks at it;
//! - a second spelling of payload or signature in base64, `Payload` beside
//!   `payload`, members twice: refused below, in `wire`;
//! - re-encode the payload and keep its meaning: verified is what was received.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::attempt::{AttemptError, Content, Spellings, attempt};
use crate::anchor::TrustedKey;
use crate::crypto::key::KeyId;
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::wire::base64::{self, Base64Error};
use crate::wire::json::Value;
use crate::wire::olpc::OlpcError;
use crate::wire::shape::{Fields, ShapeError};

/// An envelope as it was received; nothing about it is proven.
#[derive(Clone, Debug)]
pub struct Envelope {
    payload_type: String,
    /// What a signature must be over; the payload is its tail.
    pae: Arc<[u8]>,
    payload_at: usize,
    signatures: Vec<EnvelopeSignature>,
    /// What a [`super::metablock`] says: its payload is a canonical form of
    /// this, which nobody can read back.
    value: Option<Arc<Value>>,
    digests: Digests,
    bare_digests: Digests,
}

/// The digests of one message, each made when a key first needs it.
#[derive(Clone, Debug, Default)]
struct Digests([OnceLock<Digest>; 3]);

impl Digests {
    fn of(&self, hash: Hash, message: &[u8]) -> Digest {
        let slot = match hash {
            Hash::Sha256 => 0,
            Hash::Sha384 => 1,
            Hash::Sha512 => 2,
            Hash::Sha1 | Hash::Blake2b512 => return Digest::of(hash, message),
        };
        *self.0[slot].get_or_init(|| Digest::of(hash, message))
    }
}

/// One signature of an envelope, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// Which key is said to have made it. A hint, never proof; empty is absent.
    pub keyid: Option<String>,
    /// The bytes of the signature.
    pub sig: Vec<u8>,
    /// Whether a certificate lies beside it, in `cert`. No form of the protocol
    /// has one; generators of provenance for Rekor write it.
    pub certified: bool,
}

/// Why a JSON value is no envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Members are missing, of another type, or look-alikes.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// The payload is not base64.
    #[error("payload: {0}")]
    Payload(Base64Error),
    /// A signature is not base64.
    #[error("signature {index}: {error}")]
    Signature {
        /// Which one, from zero.
        index: usize,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// The list of signatures is empty: nobody vouches for anything.
    #[error("an envelope without signatures")]
    NoSignatures,
    /// More than [`limits::SIGNATURES_MAX`].
    #[error("{found} signatures, at most {max} are read")]
    TooManySignatures {
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// The payload type is empty.
    #[error("an empty payload type")]
    NoPayloadType,
    /// A signature of a metablock is not lower-case hexadecimal.
    #[error("signature {index}: not lower-case hexadecimal")]
    Hex {
        /// Which one, from zero.
        index: usize,
    },
    /// What a metablock says has no canonical form, so nothing can be signed.
    #[error("{0}")]
    Canonical(OlpcError),
    /// A payload type, key id or signature longer than any honest one.
    #[error("{what} of {found} bytes, at most {max} are read")]
    TooLong {
        /// Which of them.
        what: &'static str,
        /// How long it is.
        found: usize,
        /// The longest that is read.
        max: usize,
    },
}

/// Why a signature of an envelope proves nothing under a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DsseError {
    /// The envelope has fewer signatures.
    #[error("no signature {index}, the envelope has {count}")]
    NoSuchSignature {
        /// Which was asked for, from zero.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The key is trusted for no algorithm that it could sign with.
    #[error("the key {key} is trusted for no algorithm that it can serve")]
    NoAlgorithm {
        /// Which key.
        key: KeyId,
    },
    /// The bytes cannot be a signature of this key.
    #[error("{0}")]
    Malformed(SignatureError),
    /// The signature verifies over the payload alone, so the type is not signed.
    #[error("the signature is over the bare payload, not over its type and the payload ({algorithm})", algorithm = .algorithm.name())]
    BarePayload {
        /// The algorithm under which it does.
        algorithm: Algorithm,
    },
    /// It is no signature of this type and payload under this key.
    #[error("the signature does not match")]
    Mismatch,
}

/// An envelope of which one signature has been verified under one trusted key.
///
/// Only [`Envelope::signed_by`] makes one.
#[derive(Clone, Debug)]
pub struct SignedEnvelope {
    payload_type: String,
    pae: Arc<[u8]>,
    payload_at: usize,
    index: usize,
    key_id: KeyId,
    algorithm: Algorithm,
}

/// The pre-authentication encoding: `DSSEv1 <length> <type> <length> <payload>`,
/// lengths in bytes and decimal digits.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut encoding =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    encoding.extend(payload);
    encoding
}

impl Envelope {
    /// Reads `{payloadType, payload, signatures: [{keyid?, sig}]}`. Other members
    /// are tolerated, as the protocol asks, unless they look like these.
    pub fn parse(value: &Value) -> Result<Envelope, EnvelopeError> {
        let mut fields = Fields::open(value, "")?;
        let payload_type = fields.str("payloadType")?;
        if payload_type.is_empty() {
            return Err(EnvelopeError::NoPayloadType);
        }
        bounded("a payload type", payload_type.len(), limits::ENVELOPE_NAME_BYTES_MAX)?;
        let payload = base64::decode_dsse(fields.str("payload")?).map_err(EnvelopeError::Payload)?;
        let elements = fields.elements("signatures")?;
        counted(elements.len())?;
        let signatures = elements
            .enumerate()
            .map(|(index, (pointer, element))| EnvelopeSignature::parse(index, pointer, element))
            .collect::<Result<_, _>>()?;
        let pae = pae(payload_type, &payload);
        Ok(Envelope {
            payload_type: payload_type.to_owned(),
            payload_at: pae.len() - payload.len(),
            pae: pae.into(),
            signatures,
            value: None,
            digests: Digests::default(),
            bare_digests: Digests::default(),
        })
    }

    /// Signatures over the canonical form of a value, without a type: see
    /// [`super::metablock`].
    pub(super) fn over_canonical(
        value: Value,
        canonical: Vec<u8>,
        signatures: Vec<EnvelopeSignature>,
    ) -> Envelope {
        Envelope {
            payload_type: String::new(),
            payload_at: 0,
            pae: canonical.into(),
            signatures,
            value: Some(Arc::new(value)),
            digests: Digests::default(),
            bare_digests: Digests::default(),
        }
    }

    /// What a metablock says, before anybody has been found to have signed it;
    /// an envelope has a payload of bytes instead.
    pub fn value_unverified(&self) -> Option<&Value> {
        self.value.as_deref()
    }

    /// What the envelope claims its payload to be; empty in a metablock.
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The signatures, in the order of the envelope; at least one.
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// How many different signatures there are; the same one again proves
    /// nothing more.
    pub fn distinct(&self) -> usize {
        self.signatures.iter().map(|signature| &signature.sig).collect::<BTreeSet<_>>().len()
    }

    /// How many bytes the signatures are made over.
    pub fn length(&self) -> usize {
        self.pae.len()
    }

    /// The payload before anybody has been found to have signed it.
    pub fn payload_unverified(&self) -> &[u8] {
        &self.pae[self.payload_at..]
    }

    /// Verifies one signature under one trusted key, with the algorithms that
    /// this key is trusted for.
    ///
    /// An ECDSA signature may be in DER or `r || s`: the protocol leaves it open,
    /// and the example in it is the latter.
    pub fn signed_by(&self, index: usize, key: &TrustedKey) -> Result<SignedEnvelope, DsseError> {
        let count = self.signatures.len();
        let EnvelopeSignature { sig, .. } =
            self.signatures.get(index).ok_or(DsseError::NoSuchSignature { index, count })?;
        let content =
            Content { bytes: Some(&self.pae), digest: &|hash| Some(self.digests.of(hash, &self.pae)) };
        match attempt(key, Spellings::DerOrP1363, &content, sig) {
            Ok(algorithm) => Ok(SignedEnvelope {
                payload_type: self.payload_type.clone(),
                pae: self.pae.clone(),
                payload_at: self.payload_at,
                index,
                key_id: key.id,
                algorithm,
            }),
            Err(AttemptError::Malformed(error)) => Err(DsseError::Malformed(error)),
            Err(AttemptError::NoAlgorithm) => Err(DsseError::NoAlgorithm { key: key.id }),
            Err(AttemptError::Mismatch | AttemptError::Needs(_)) => Err(self.why_not(key, sig)),
        }
    }

    /// Whether the signature is of the kind that some tools make by mistake.
    fn why_not(&self, key: &TrustedKey, sig: &[u8]) -> DsseError {
        if self.value.is_some() {
            return DsseError::Mismatch;
        }
        let payload = self.payload_unverified();
        let digest = |hash| Some(self.bare_digests.of(hash, payload));
        let bare = Content { bytes: Some(payload), digest: &digest };
        match attempt(key, Spellings::DerOrP1363, &bare, sig) {
            Ok(algorithm) => DsseError::BarePayload { algorithm },
            Err(_) => DsseError::Mismatch,
        }
    }
}

impl EnvelopeSignature {
    fn parse(index: usize, pointer: String, value: &Value) -> Result<EnvelopeSignature, EnvelopeError> {
        let mut fields = Fields::open(value, pointer)?;
        let sig = base64::decode_dsse(fields.str("sig")?)
            .map_err(|error| EnvelopeError::Signature { index, error })?;
        bounded("a signature", sig.len(), limits::SIGNATURE_BYTES_MAX)?;
        let keyid = fields.opt_str("keyid")?.unwrap_or_default();
        bounded("a key id", keyid.len(), limits::ENVELOPE_NAME_BYTES_MAX)?;
        let certified = value.get("cert").and_then(Value::as_str).is_some_and(|cert| !cert.is_empty());
        Ok(EnvelopeSignature { keyid: (!keyid.is_empty()).then(|| keyid.to_owned()), sig, certified })
    }
}

/// Between one and [`limits::SIGNATURES_MAX`] signatures.
pub(super) fn counted(found: usize) -> Result<(), EnvelopeError> {
    match found {
        0 => Err(EnvelopeError::NoSignatures),
        found if found > limits::SIGNATURES_MAX => {
            Err(EnvelopeError::TooManySignatures { found, max: limits::SIGNATURES_MAX })
        }
        _ => Ok(()),
    }
}

pub(super) fn bounded(what: &'static str, found: usize, max: usize) -> Result<(), EnvelopeError> {
    if found > max {
        return Err(EnvelopeError::TooLong { what, found, max });
    }
    Ok(())
}

impl SignedEnvelope {
    /// The bytes that were signed, exactly as they were received.
    pub fn payload(&self) -> &[u8] {
        &self.pae[self.payload_at..]
    }

    /// What the signer said the payload is.
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// Which signature of the envelope it was, from zero.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whose key verified it.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The algorithm that was used.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests;
