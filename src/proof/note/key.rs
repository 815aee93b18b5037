//! The keys of notes: a name, four bytes, a key. As text `name+hash+key`
//! (C2SP signed-note, "verifier keys").
//!
//! How to attack it: a key whose hash is another one's (the hash in the text must
//! be the one that follows from the key, or it is no key); the same key under two
//! names, to count twice (whoever counts, counts [`NoteKey::trusted`] keys); a
//! type that signs something else than it seems (each type is named, and those
//! that are not understood are refused).

use std::fmt;

use crate::anchor::TrustedKey;
use crate::crypto::key::{KeyError, Kind, PublicKey};
use crate::digest::{Digest, decode_hex, encode_hex};
use crate::limits;
use crate::wire::base64::{self, Base64Error};
use crate::wire::quoted;

/// What tells keys of one name apart.
pub type KeyHash = [u8; 4];

/// What a key's signatures are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// The text of the note.
    Plain,
    /// `cosignature/v1`, a time, and the text of the note.
    Cosignature,
}

/// C2SP signed-note, "signature types".
const ED25519: u8 = 1;
const ECDSA: u8 = 2;
const COSIGNATURE: u8 = 4;
/// What Rekor writes before the SubjectPublicKeyInfo of an RSA key.
const RSA: &[u8] = b"\xffPKIX-RSA-PKCS#1v1.5";

/// A key that signs notes under a name.
#[derive(Clone, Debug)]
pub struct NoteKey {
    name: String,
    hash: KeyHash,
    scheme: Scheme,
    key: TrustedKey,
}

/// Why something is no key of notes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteKeyError {
    /// Longer than any key.
    #[error("a key of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// Not `name+hash+key`.
    #[error("expected {expected}")]
    Text {
        /// What should stand there.
        expected: &'static str,
    },
    /// A name that a signature line could not carry.
    #[error("{} is no name of a key", quoted(.name))]
    Name {
        /// The name.
        name: String,
    },
    /// The key is not base64.
    #[error("{0}")]
    Base64(#[from] Base64Error),
    /// The key itself is broken.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// A type of signature that is not read.
    #[error("signatures of type {found} are not verified here")]
    Type {
        /// The number of the type.
        found: u8,
    },
    /// A key that cannot make signatures of this kind.
    #[error("a key of the kind {found} does not sign {scheme}")]
    Kind {
        /// The kind of the key.
        found: Kind,
        /// What it should sign.
        scheme: Scheme,
    },
    /// A shared key.
    #[error("a shared key does not sign notes")]
    Shared,
    /// The hash in the text is not that of the key.
    #[error("the hash {found} is not that of the key, which is {expected}")]
    Hash {
        /// In the text.
        found: String,
        /// Of the key.
        expected: String,
    },
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scheme::Plain => "notes",
            Scheme::Cosignature => "cosignatures",
        })
    }
}

impl NoteKey {
    /// A key that signs the text of notes under `name`.
    pub fn plain(name: &str, key: TrustedKey) -> Result<NoteKey, NoteKeyError> {
        let digest = plain_digest(name, public(&key)?);
        NoteKey::new(name, digest, Scheme::Plain, key)
    }

    /// A key that makes timed cosignatures under `name` (C2SP tlog-cosignature, Ed25519).
    pub fn cosignature(name: &str, key: TrustedKey) -> Result<NoteKey, NoteKeyError> {
        let scheme = Scheme::Cosignature;
        let public = public(&key)?;
        let raw = public.ed25519_bytes().ok_or(NoteKeyError::Kind { found: public.kind(), scheme })?;
        NoteKey::new(name, named_digest(name, &[COSIGNATURE], &raw), scheme, key)
    }

    fn new(name: &str, digest: Digest, scheme: Scheme, key: TrustedKey) -> Result<NoteKey, NoteKeyError> {
        if !super::is_key_name(name) {
            return Err(NoteKeyError::Name { name: name.to_owned() });
        }
        Ok(NoteKey { name: name.to_owned(), hash: short(&digest), scheme, key })
    }

    /// Reads `name+hash+key`.
    pub fn parse(text: &str) -> Result<NoteKey, NoteKeyError> {
        let max = limits::KEY_TEXT_BYTES_MAX;
        if text.len() > max {
            return Err(NoteKeyError::TooLong { found: text.len(), max });
        }
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteKeyError::Text { expected: "name+hash+key" });
        };
        let stated = decode_hex(hash).filter(|bytes| bytes.len() == 4);
        let stated = stated.ok_or(NoteKeyError::Text { expected: "a hash of eight hexadecimal digits" })?;
        let bytes = base64::decode_standard(encoded)?;
        let (kind, bytes) = bytes.split_first().ok_or(NoteKeyError::Text { expected: "a type and a key" })?;
        let made = match *kind {
            ED25519 => NoteKey::plain(name, TrustedKey::public(PublicKey::from_ed25519_bytes(bytes)?))?,
            COSIGNATURE => {
                NoteKey::cosignature(name, TrustedKey::public(PublicKey::from_ed25519_bytes(bytes)?))?
            }
            ECDSA => {
                let key = PublicKey::from_spki_der(bytes)?;
                if !matches!(key.kind(), Kind::EcdsaP256 | Kind::EcdsaP384 | Kind::EcdsaP521) {
                    return Err(NoteKeyError::Kind { found: key.kind(), scheme: Scheme::Plain });
                }
                NoteKey::plain(name, TrustedKey::public(key))?
            }
            found => return Err(NoteKeyError::Type { found }),
        };
        if made.hash[..] != stated[..] {
            return Err(NoteKeyError::Hash { found: encode_hex(&stated), expected: encode_hex(&made.hash) });
        }
        Ok(made)
    }

    /// The name that stands in signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes that stand in signature lines.
    pub fn hash(&self) -> KeyHash {
        self.hash
    }

    /// What its signatures are over.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The key itself, with what it is trusted for.
    pub fn trusted(&self) -> &TrustedKey {
        &self.key
    }

    /// C2SP signed-note: name and hash together name the key; one of them does not.
    pub fn is_named_by(&self, name: &str, hash: KeyHash) -> bool {
        self.name == name && self.hash == hash
    }
}

/// The public half, of keys that have one.
pub(in crate::proof) fn public(key: &TrustedKey) -> Result<&PublicKey, NoteKeyError> {
    match &key.material {
        crate::anchor::KeyMaterial::Public(key) => Ok(key),
        crate::anchor::KeyMaterial::Security(_) | crate::anchor::KeyMaterial::Shared(_) => {
            Err(NoteKeyError::Shared)
        }
    }
}

/// The whole digest of which a signature line has the first four bytes, for keys
/// that sign the text itself.
///
/// ECDSA keys are named by their own digest, whatever the name above it: so does
/// Rekor, and C2SP lists it as an exception.
pub(in crate::proof) fn plain_digest(name: &str, key: &PublicKey) -> Digest {
    match (key.ed25519_bytes(), key.kind()) {
        (Some(raw), _) => named_digest(name, &[ED25519], &raw),
        (None, Kind::Rsa { .. }) => named_digest(name, RSA, &key.spki_der()),
        (None, _) => Digest::sha256(&key.spki_der()),
    }
}

/// The first four bytes.
pub(in crate::proof) fn short(digest: &Digest) -> KeyHash {
    *digest.bytes().first_chunk().expect("a digest is longer than four bytes")
}

fn named_digest(name: &str, kind: &[u8], key: &[u8]) -> Digest {
    Digest::sha256(&[name.as_bytes(), b"\n", kind, key].concat())
}
