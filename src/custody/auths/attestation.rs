//! Attestations of auths, schema v1: an identity says something of a device, or of a file.
//!
//! Both the identity and the device sign the same bytes: some of the members, in the
//! canonical form of RFC 8785. `commit_message`, `author` and `environment_claim` are signed by
//! nobody, and are not read.
//!
//! How to attack it: put the key of another beside a good signature (the device has to have
//! signed too); date it back (the date is the signer's word); leave `expires_at` out (then it
//! is missing in what was signed).

use crate::crypto::key::{KeyError, Kind, PublicKey};
use crate::crypto::signature::{self, Algorithm, Encoding};
use crate::digest::{self, Digest, decode_hex};
use crate::time::UnixTime;
use crate::wire::canonical;
use crate::wire::json::{self, JsonError, Value};
use crate::wire::shape::{Fields, ShapeError};

/// As what a scope of a trust store knows it.
pub const PAYLOAD_TYPE: &str = "auths.attestation/v1";

/// Why some bytes are no attestation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member that is missing or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The key of the device is none.
    #[error("the key of the device: {0}")]
    Key(#[from] KeyError),
    /// Numbers in it that have no canonical form.
    #[error("what was signed has no canonical form")]
    Canonical,
}

/// An attestation, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Who says it.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// When it was taken back.
    pub revoked_at: Option<UnixTime>,
    /// Until when it is good.
    pub expires_at: Option<UnixTime>,
    /// When it says it was made.
    pub made: UnixTime,
    /// The file that it is about, where it is about one.
    pub file: Option<Digest>,
    device: PublicKey,
    signed: Vec<u8>,
    by_identity: Vec<u8>,
    by_device: Vec<u8>,
}

/// Which of the two signatures does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// That of the identity.
    #[error("the identity's signature does not match")]
    Identity,
    /// That of the device.
    #[error("the device's signature does not match")]
    Device,
}

impl Attestation {
    /// Whether a JSON object has the members of one.
    pub fn is_claimed(value: &Value) -> bool {
        ["identity_signature", "device_signature", "device_public_key", "rid"]
            .iter()
            .all(|name| value.get(name).is_some())
    }

    /// Reads an attestation.
    pub fn parse(bytes: &[u8]) -> Result<Attestation, AttestationError> {
        let value = json::parse(bytes)?;
        let mut fields = Fields::open(&value, "")?;
        let mut key = Fields::open(fields.value("device_public_key")?, "/device_public_key")?;
        let hex = key.str("key")?.to_owned();
        let point = decode_hex(&hex).ok_or_else(|| key.invalid("key", "lower-case hexadecimal", &hex))?;
        let device = match (key.opt_str("curve")?.unwrap_or("p256"), point.len()) {
            ("ed25519", 32) => PublicKey::from_ed25519_bytes(&point)?,
            _ => PublicKey::from_p256_compressed(&point)?,
        };
        let mut signatures = Vec::new();
        for name in ["identity_signature", "device_signature"] {
            let text = fields.str(name)?;
            let wrong = || fields.invalid(name, "64 bytes in hexadecimal", text);
            signatures.push(decode_hex(text).filter(|bytes| bytes.len() == 64).ok_or_else(wrong)?);
        }
        let [by_identity, by_device] = signatures.try_into().expect("two were pushed");
        let mut time = |name: &'static str| -> Result<Option<UnixTime>, ShapeError> {
            let Some(text) = fields.opt_str(name)? else { return Ok(None) };
            let time = UnixTime::parse_rfc3339(text);
            time.map(Some).map_err(|_| fields.invalid(name, "a time after RFC 3339", text))
        };
        let (revoked_at, expires_at, made) = (time("revoked_at")?, time("expires_at")?, time("timestamp")?);
        let made = made.ok_or_else(|| fields.invalid("timestamp", "a time", "none"))?;
        let member = |name: &str| value.get(name).cloned().unwrap_or(Value::Null);
        let always = [
            "version",
            "rid",
            "issuer",
            "subject",
            "payload",
            "timestamp",
            "expires_at",
            "revoked_at",
            "note",
        ];
        let present = ["delegated_by", "signer_type", "commit_sha", "oidc_binding"];
        let members =
            always.iter().copied().chain(present.into_iter().filter(|name| value.get(name).is_some()));
        let members = members.map(|name| (name.to_owned(), member(name)));
        let key = ("device_public_key".to_owned(), Value::from(hex));
        let signed = canonical::to_bytes(&Value::object(members.chain([key])));
        Ok(Attestation {
            issuer: fields.str("issuer")?.to_owned(),
            subject: fields.str("subject")?.to_owned(),
            revoked_at,
            expires_at,
            made,
            file: value.get("payload").and_then(file),
            device,
            signed: signed.map_err(|_| AttestationError::Canonical)?,
            by_identity,
            by_device,
        })
    }

    /// Whether an identity with this key signed it, and the device that it names.
    pub fn signed_by(&self, key: &PublicKey) -> Result<Algorithm, Unsigned> {
        verify(&self.device, &self.signed, &self.by_device).ok_or(Unsigned::Device)?;
        verify(key, &self.signed, &self.by_identity).ok_or(Unsigned::Identity)
    }

    /// What both signed.
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }
}

fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Option<Algorithm> {
    let (algorithm, encoding) = match key.kind() {
        Kind::Ed25519 => (Algorithm::Ed25519, Encoding::Der),
        _ => (Algorithm::EcdsaP256Sha256, Encoding::P1363),
    };
    signature::verify(algorithm, encoding, key, message, signature).is_ok().then_some(algorithm)
}

/// `{"artifact_type": "file", "digest": {"algorithm": "sha256", "hex": ...}}`
fn file(payload: &Value) -> Option<Digest> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let of_file = text(payload, "artifact_type").as_deref() == Some("file");
    let digest = payload.get("digest").filter(|_| of_file)?;
    match text(digest, "algorithm").as_deref() {
        Some("sha256") => Digest::from_hex(digest::Algorithm::Sha256, &text(digest, "hex")?).ok(),
        _ => None,
    }
}
