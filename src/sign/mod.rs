//! Making signatures. Nothing is signed that this tool would not verify: every
//! signature is checked under its public key before it is handed out.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this room reads private keys from files"
)]

mod ed25519;

use crate::crypto::key::PublicKey;
use crate::crypto::signature::{self, Algorithm, Encoding, SignatureError};
use crate::proof::dsse;
use crate::wire::base64;
use crate::wire::json::Value;

pub use ed25519::Ed25519File;

/// Whoever can sign.
pub trait Signer {
    /// The key that verifies what this signs.
    fn public_key(&self) -> &PublicKey;
    /// By which algorithm.
    fn algorithm(&self) -> Algorithm;
    /// A signature over `message`, not yet verified.
    fn sign_unverified(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key file cannot be read.
    #[error("the key {path} cannot be read: {source}")]
    Unreadable {
        /// As it was given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Longer than any key.
    #[error("the key {path} is longer than any private key")]
    TooLarge {
        /// As it was given.
        path: String,
    },
    /// Not an Ed25519 private key in PKCS#8 PEM.
    #[error("the key {path} is no Ed25519 private key in PKCS#8 PEM: {reason}")]
    Key {
        /// As it was given.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The signature that was made does not verify.
    #[error("the signature that was made does not verify: {0}")]
    Broken(#[from] SignatureError),
}

/// A signature over `message` that verifies.
pub fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, SignError> {
    let made = signer.sign_unverified(message)?;
    signature::verify(signer.algorithm(), Encoding::Der, signer.public_key(), message, &made)?;
    Ok(made)
}

/// A DSSE envelope over `payload`, signed by each of `signers` in their order.
pub fn envelope(payload_type: &str, payload: &[u8], signers: &[&dyn Signer]) -> Result<Value, SignError> {
    let message = dsse::pae(payload_type, payload);
    let mut signatures = Vec::new();
    for signer in signers {
        signatures.push(Value::object([
            ("keyid", Value::from(signer.public_key().id().to_string())),
            ("sig", Value::from(base64::encode_standard(&sign(*signer, &message)?))),
        ]));
    }
    Ok(Value::object([
        ("payloadType", Value::from(payload_type)),
        ("payload", Value::from(base64::encode_standard(payload))),
        ("signatures", Value::from(signatures)),
    ]))
}
