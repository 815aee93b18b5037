//! Signatures that lie beside the file they are over.
//!
//! Two formats. [`MinisignFile`] is minisign's: four lines, a key id, and a
//! second signature that covers the first one and the trusted comment.
//! [`SignatureFile`] is a signature and nothing else, in base64 (`cosign
//! sign-blob`) or as raw bytes (`openssl dgst -sign`); it names neither key nor
//! algorithm, so the trusted key decides.
//!
//! How to attack it:
//! - cut the trusted comment off, or put another one in: without a comment it is
//!   no minisign file, and with another the second signature fails;
//! - turn a prehashed signature into a legacy one and hand in a "file" that is a
//!   digest: the file's own bytes are then 64 bytes long, and the verifier sees
//!   which of the two it was ([`Minisign`]);
//! - a key id that names another key: a hint, looked at by nobody here;
//! - replace the file between digest and signature: what was verified is returned
//!   with the digests of the very bytes that were measured;
//! - a signature file with two readings: what is base64 throughout, on one line
//!   or wrapped as the usual tools wrap it, is base64; everything else is raw bytes.

use super::attempt::{AttemptError, Content, Spellings, attempt};
use super::sshsig::SshsigError;
use crate::anchor::{KeyMaterial, TrustedKey};
use crate::crypto::key::{KeyId, PublicKey, minisign};
use crate::crypto::signature::{self, Algorithm, Encoding, SignatureError};
use crate::digest::{Algorithm as Hash, AlgorithmSet, Digest, Digests, Hasher};
use crate::limits;
use crate::wire::base64::{self, Base64Error};

/// What is at hand of a file that somebody signed.
#[derive(Clone, Copy, Debug)]
pub enum SignedContent<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Its digests, as of a file that was streamed.
    Digests(&'a Digests),
}

/// A file that one trusted key has been found to have signed.
///
/// Only the `signed_by` of a signature file makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedFile {
    digests: Digests,
    key_id: KeyId,
    algorithm: Algorithm,
    trusted_comment: Option<String>,
}

/// Why a signature file proves nothing under a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetachedError {
    /// Longer than any signature file.
    #[error("a signature file of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// The file is empty.
    #[error("an empty signature file")]
    Empty,
    /// Not the four lines that minisign writes.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which line, from one.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A line is not base64.
    #[error("line {line}: {error}")]
    Base64 {
        /// Which line, from one.
        line: usize,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// The key is trusted for no algorithm that it could sign with.
    #[error("the key {key} is trusted for no algorithm that fits this signature")]
    NoAlgorithm {
        /// Which key.
        key: KeyId,
    },
    /// The signature is over the file itself, and only digests are at hand.
    #[error("{algorithm} signs the whole file, its digest is not enough", algorithm = .algorithm.name())]
    NeedsContent {
        /// The algorithm that the key is trusted for.
        algorithm: Algorithm,
    },
    /// The digest that was signed was not measured.
    #[error("the {digest} digest of the file is not known", digest = .digest.name())]
    NeedsDigest {
        /// Which one it would be.
        digest: Hash,
    },
    /// The bytes cannot be a signature of this key.
    #[error("{0}")]
    Malformed(SignatureError),
    /// It is no signature of this file under this key.
    #[error("the signature does not match")]
    Mismatch,
    /// Not a signature of SSH.
    #[error("{0}")]
    Ssh(#[from] SshsigError),
    /// A signature of SSH that is for something else.
    #[error("a signature for {}, expected one for {expected}", crate::wire::quoted(.found))]
    Namespace {
        /// What it is for.
        found: String,
        /// What was asked.
        expected: String,
    },
    /// A device signed by itself.
    #[error("a signature of a device that nobody touched")]
    Untouched,
    /// The file is signed, but the trusted comment is not.
    #[error("the signature over the trusted comment does not match")]
    TrustedComment,
}

/// What a minisign signature is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minisign {
    /// `Ed`: the file itself.
    Legacy,
    /// `ED`: the BLAKE2b-512 digest of the file.
    Prehashed,
}

/// A `.minisig` file, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinisignFile {
    kind: Minisign,
    key_name: String,
    signature: [u8; 64],
    trusted_comment: String,
    global_signature: [u8; 64],
}

/// A file that holds one signature and nothing else, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureFile {
    signature: Vec<u8>,
}

/// Which digests of a file a signature by this key may need.
pub fn demanded(key: &TrustedKey) -> AlgorithmSet {
    let mut demanded = AlgorithmSet::EMPTY;
    key.algorithms.iter().filter_map(|algorithm| algorithm.digest()).for_each(|hash| demanded.insert(hash));
    demanded
}

impl MinisignFile {
    /// Reads the four lines; each ends with a line feed, the last one may lack it.
    pub fn parse(bytes: &[u8]) -> Result<MinisignFile, DetachedError> {
        let text = text(bytes)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut lines = text.split('\n').zip(1..);
        let mut line = |expected, prefix: &str| {
            let missing = DetachedError::Line { line: 4, expected };
            let (text, line) = lines.next().ok_or(missing)?;
            let rest = text.strip_prefix(prefix).ok_or(DetachedError::Line { line, expected })?;
            Ok::<_, DetachedError>((rest, line))
        };
        line("an untrusted comment", "untrusted comment: ")?;
        let (signature, at) = line("a signature in base64", "")?;
        let signature = decode::<74>(signature, at)?;
        let (trusted_comment, _) = line("a trusted comment", "trusted comment: ")?;
        let (global_signature, at) = line("the signature over the trusted comment, in base64", "")?;
        let global_signature = decode::<64>(global_signature, at)?;
        if let Some((_, line)) = lines.next() {
            return Err(DetachedError::Line { line, expected: "nothing more" });
        }
        let (algorithm, rest) = signature.split_first_chunk::<2>().expect("74 bytes are more than 2");
        let (id, signature) = rest.split_first_chunk::<8>().expect("72 bytes are more than 8");
        Ok(MinisignFile {
            kind: match algorithm {
                b"Ed" => Minisign::Legacy,
                b"ED" => Minisign::Prehashed,
                _ => return Err(DetachedError::Line { line: 2, expected: "a signature of kind Ed or ED" }),
            },
            key_name: minisign::name(*id),
            signature: signature.try_into().expect("74 less 2 and 8 are 64"),
            trusted_comment: trusted_comment.to_owned(),
            global_signature,
        })
    }

    /// Over what the signature is.
    pub fn kind(&self) -> Minisign {
        self.kind
    }

    /// Which key is said to have made it, as minisign prints it. A hint.
    pub fn key_name(&self) -> &str {
        &self.key_name
    }

    /// The trusted comment before anybody has been found to have signed it.
    pub fn trusted_comment_unverified(&self) -> &str {
        &self.trusted_comment
    }

    /// Which digests of the file are needed to verify it; none where the file
    /// itself is.
    pub fn demanded(&self) -> AlgorithmSet {
        match self.kind {
            Minisign::Legacy => AlgorithmSet::EMPTY,
            Minisign::Prehashed => AlgorithmSet::only(Hash::Blake2b512),
        }
    }

    /// Verifies the file and the trusted comment under one trusted key.
    pub fn signed_by(
        &self,
        key: &TrustedKey,
        content: SignedContent<'_>,
    ) -> Result<SignedFile, DetachedError> {
        let algorithm = Algorithm::Ed25519;
        let public = match &key.material {
            KeyMaterial::Public(public)
                if key.algorithms.contains(&algorithm) && algorithm.fits(public.kind()) =>
            {
                public
            }
            _ => return Err(DetachedError::NoAlgorithm { key: key.id }),
        };
        match self.kind {
            Minisign::Legacy => match content {
                SignedContent::Bytes(bytes) => ed25519(public, bytes, &self.signature)?,
                SignedContent::Digests(_) => return Err(DetachedError::NeedsContent { algorithm }),
            },
            Minisign::Prehashed => {
                let digest = content
                    .digest(Hash::Blake2b512)
                    .ok_or(DetachedError::NeedsDigest { digest: Hash::Blake2b512 })?;
                ed25519(public, digest.bytes(), &self.signature)?;
            }
        }
        let commented = [&self.signature[..], self.trusted_comment.as_bytes()].concat();
        ed25519(public, &commented, &self.global_signature).map_err(|_| DetachedError::TrustedComment)?;
        Ok(SignedFile {
            digests: content.digests(),
            key_id: key.id,
            algorithm,
            trusted_comment: Some(self.trusted_comment.clone()),
        })
    }
}

fn ed25519(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), DetachedError> {
    signature::verify(Algorithm::Ed25519, Encoding::Der, key, message, signature)
        .map_err(|_| DetachedError::Mismatch)
}

impl SignatureFile {
    /// Reads base64 of the standard alphabet, or else raw bytes.
    pub fn parse(bytes: &[u8]) -> Result<SignatureFile, DetachedError> {
        let max = limits::SIGNATURE_FILE_BYTES_MAX;
        if bytes.len() > max {
            return Err(DetachedError::TooLong { found: bytes.len(), max });
        }
        let signature = match unwrapped(bytes) {
            Some(text) => {
                base64::decode_standard(&text).map_err(|error| DetachedError::Base64 { line: 1, error })?
            }
            None => bytes.to_vec(),
        };
        if signature.is_empty() {
            return Err(DetachedError::Empty);
        }
        let max = limits::SIGNATURE_BYTES_MAX;
        if signature.len() > max {
            return Err(DetachedError::TooLong { found: signature.len(), max });
        }
        Ok(SignatureFile { signature })
    }

    /// The bytes of the signature, as they stand there.
    pub fn signature_unverified(&self) -> &[u8] {
        &self.signature
    }

    /// Verifies the file under one trusted key, with the algorithms that this
    /// key is trusted for. ECDSA signatures are in DER.
    pub fn signed_by(
        &self,
        key: &TrustedKey,
        content: SignedContent<'_>,
    ) -> Result<SignedFile, DetachedError> {
        let bytes = match content {
            SignedContent::Bytes(bytes) => Some(bytes),
            SignedContent::Digests(_) => None,
        };
        let at_hand = Content { bytes, digest: &|hash| content.digest(hash) };
        match attempt(key, Spellings::Der, &at_hand, &self.signature) {
            Ok(algorithm) => Ok(SignedFile {
                digests: content.digests(),
                key_id: key.id,
                algorithm,
                trusted_comment: None,
            }),
            Err(AttemptError::NoAlgorithm) => Err(DetachedError::NoAlgorithm { key: key.id }),
            Err(AttemptError::Malformed(error)) => Err(DetachedError::Malformed(error)),
            Err(AttemptError::Mismatch) => Err(DetachedError::Mismatch),
            Err(AttemptError::Needs(algorithm)) => Err(match algorithm.digest() {
                Some(digest) => DetachedError::NeedsDigest { digest },
                None => DetachedError::NeedsContent { algorithm },
            }),
        }
    }
}

impl SignedContent<'_> {
    pub(super) fn digest(&self, hash: Hash) -> Option<Digest> {
        match self {
            SignedContent::Bytes(bytes) => Some(Digest::of(hash, bytes)),
            SignedContent::Digests(digests) => digests.get(hash),
        }
    }

    fn digests(&self) -> Digests {
        match self {
            SignedContent::Bytes(bytes) => {
                let mut hasher = Hasher::new(AlgorithmSet::only(Hash::Sha256));
                hasher.update(bytes);
                hasher.finish()
            }
            SignedContent::Digests(digests) => (*digests).clone(),
        }
    }
}

/// The text, if it is of the base64 alphabet throughout: one line, or lines of
/// 64 or of 76 characters, which is how `openssl base64` and `base64` wrap, and
/// a last line that is no longer and not empty.
fn unwrapped(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let (last, wrapped) = lines.split_last()?;
    let width = lines[0].len();
    let even = wrapped.is_empty()
        || matches!(width, 64 | 76)
            && wrapped.iter().all(|line| line.len() == width)
            && (1..=width).contains(&last.len());
    (even && lines.iter().all(|line| line.bytes().all(is_base64))).then(|| lines.concat())
}

fn text(bytes: &[u8]) -> Result<&str, DetachedError> {
    let max = limits::SIGNATURE_FILE_BYTES_MAX;
    if bytes.len() > max {
        return Err(DetachedError::TooLong { found: bytes.len(), max });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        DetachedError::Line { line, expected: "UTF-8" }
    })
}

fn decode<const SIZE: usize>(text: &str, line: usize) -> Result<[u8; SIZE], DetachedError> {
    let bytes = base64::decode_standard(text).map_err(|error| DetachedError::Base64 { line, error })?;
    bytes.try_into().map_err(|_| DetachedError::Line { line, expected: "a signature of its full length" })
}

impl SignedFile {
    /// Of a mechanism that has found it so.
    pub(super) fn of(content: SignedContent<'_>, key_id: KeyId, algorithm: Algorithm) -> SignedFile {
        SignedFile { digests: content.digests(), key_id, algorithm, trusted_comment: None }
    }

    /// Digests of the file that was signed; SHA-256 is always among them when
    /// the caller measured it.
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    /// Whose key verified it.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The algorithm that was used.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What the signer wrote beside it, where the format has such a thing.
    pub fn trusted_comment(&self) -> Option<&str> {
        self.trusted_comment.as_deref()
    }
}

#[cfg(test)]
mod tests;
