//! AlgorithmIdentifier: which algorithm a certificate, CRL, response or signer
//! says it is signed with.
//!
//! The table is the one of [`crate::crypto::signature`]; here it is only found.
//! Parameters have one form each, after RFC 3279, 4055, 5758 and 8410, but that
//! the NULL of RSA may be left out, which RFC 4055 5 wants accepted. SHA-1 and
//! short RSA keys are *read*: they have names of their own, and rules allow them
//! by name or not at all.
//!
//! How to attack it: an identifier of a strong hash with parameters that say
//! another one; RSASSA-PSS with a hash that nobody meant, a negative or giant
//! salt, a trailer that hides something; parameters where there are none.

use super::oid::{Oid, OidError};
use crate::crypto::key::{Kind, PublicKey};
use crate::crypto::pss::{Pss, SaltLength};
use crate::crypto::signature::{self as crypto, Algorithm, Encoding, SignatureError};
use crate::digest::{Algorithm as Hash, Digest};
use crate::wire::der::{self, DerError, Reader, Tag};

/// What an AlgorithmIdentifier says, as far as the key does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RFC 8410.
    Ed25519,
    /// RFC 5758, and RFC 3279 for SHA-1.
    Ecdsa(Hash),
    /// RFC 4055, and RFC 3279 for SHA-1.
    RsaPkcs1(Hash),
    /// RFC 4055 3.1.
    RsaPss {
        /// The hash of the message.
        hash: Hash,
        /// The rest of the parameters.
        parameters: Pss,
    },
}

/// Why an AlgorithmIdentifier is not one of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlgorithmError {
    /// Not the DER of an AlgorithmIdentifier.
    #[error("not an algorithm identifier: {0}")]
    Der(#[from] DerError),
    /// Not an object identifier that is read.
    #[error("{0}")]
    Oid(#[from] OidError),
    /// An algorithm that is not supported.
    #[error("the algorithm {oid} is not supported")]
    Unsupported {
        /// Its identifier.
        oid: Oid,
    },
    /// An algorithm of ours with other parameters than its RFC has.
    #[error("the parameters of the algorithm {oid} are not those of its RFC")]
    Parameters {
        /// Its identifier.
        oid: Oid,
    },
}

/// 1.2.840.113549.1.1, under which 1 is rsaEncryption, 5, 11, 12, 13 PKCS#1 v1.5
/// with SHA-1, 256, 384, 512, 8 MGF1 and 10 RSASSA-PSS.
const PKCS1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
/// 1.2.840.10045.4, under which 1 is ECDSA with SHA-1, and 3.2, 3.3, 3.4 with
/// SHA-256, 384, 512.
const ECDSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04];
/// 1.2.840.10045.2.1 id-ecPublicKey
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// 1.3.101.112
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
/// 1.3.14.3.2.26
const SHA1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
/// 2.16.840.1.101.3.4.2, under which 1, 2, 3 are SHA-256, 384, 512.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

/// An AlgorithmIdentifier, unjudged.
struct Identifier<'a> {
    oid: Oid,
    /// The whole element, where there is one.
    parameters: Option<&'a [u8]>,
}

impl<'a> Identifier<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Identifier<'a>, AlgorithmError> {
        reader.sequence(|reader| {
            let oid = Oid::read(reader)?;
            let parameters = if reader.is_empty() { None } else { Some(reader.any()?.whole) };
            Ok(Identifier { oid, parameters })
        })
    }

    fn null(&self) -> bool {
        self.parameters == Some(&[Tag::NULL.octet(), 0])
    }

    fn unsupported(self) -> AlgorithmError {
        AlgorithmError::Unsupported { oid: self.oid }
    }

    fn parameters(self) -> AlgorithmError {
        AlgorithmError::Parameters { oid: self.oid }
    }

    fn hash(self) -> Result<Hash, AlgorithmError> {
        let hash = match self.oid.content() {
            SHA1 => Hash::Sha1,
            oid => match oid.strip_prefix(SHA2) {
                Some([1]) => Hash::Sha256,
                Some([2]) => Hash::Sha384,
                Some([3]) => Hash::Sha512,
                _ => return Err(self.unsupported()),
            },
        };
        // RFC 5754 2: without parameters or with NULL, both must be taken.
        if self.parameters.is_none() || self.null() { Ok(hash) } else { Err(self.parameters()) }
    }
}

/// Reads the AlgorithmIdentifier of a hash function.
pub fn digest_algorithm(identifier: &[u8]) -> Result<Hash, AlgorithmError> {
    der::read_all(identifier, Identifier::read)?.hash()
}

impl SignatureAlgorithm {
    /// Reads an AlgorithmIdentifier that names everything there is to name.
    pub fn parse(identifier: &[u8]) -> Result<SignatureAlgorithm, AlgorithmError> {
        SignatureAlgorithm::read(identifier, None)
    }

    /// Reads the signatureAlgorithm of a CMS signer, which may name only the kind
    /// of key: then the hash is the one of the signer's digestAlgorithm. Where it
    /// names a hash of its own, that one must agree.
    pub fn parse_with_digest(identifier: &[u8], hash: Hash) -> Result<SignatureAlgorithm, AlgorithmError> {
        SignatureAlgorithm::read(identifier, Some(hash))
    }

    fn read(identifier: &[u8], outer: Option<Hash>) -> Result<SignatureAlgorithm, AlgorithmError> {
        let identifier = der::read_all(identifier, Identifier::read)?;
        let bare = identifier.parameters.is_none();
        let (algorithm, right) = match (identifier.oid.content(), outer) {
            (ED25519, _) => (SignatureAlgorithm::Ed25519, bare),
            // RFC 3370 3.2: rsaEncryption in CMS.
            (EC_PUBLIC_KEY, Some(hash)) => (SignatureAlgorithm::Ecdsa(hash), bare),
            (oid, _) => match (oid.strip_prefix(PKCS1), oid.strip_prefix(ECDSA), outer) {
                (Some([1]), _, Some(hash)) => (SignatureAlgorithm::RsaPkcs1(hash), bare || identifier.null()),
                (Some([5]), ..) => (SignatureAlgorithm::RsaPkcs1(Hash::Sha1), bare || identifier.null()),
                (Some([11]), ..) => (SignatureAlgorithm::RsaPkcs1(Hash::Sha256), bare || identifier.null()),
                (Some([12]), ..) => (SignatureAlgorithm::RsaPkcs1(Hash::Sha384), bare || identifier.null()),
                (Some([13]), ..) => (SignatureAlgorithm::RsaPkcs1(Hash::Sha512), bare || identifier.null()),
                (Some([10]), ..) => match identifier.parameters {
                    Some(parameters) => (der::read_all(parameters, pss)?, true),
                    None => return Err(identifier.parameters()),
                },
                (_, Some([1]), _) => (SignatureAlgorithm::Ecdsa(Hash::Sha1), bare),
                (_, Some([3, 2]), _) => (SignatureAlgorithm::Ecdsa(Hash::Sha256), bare),
                (_, Some([3, 3]), _) => (SignatureAlgorithm::Ecdsa(Hash::Sha384), bare),
                (_, Some([3, 4]), _) => (SignatureAlgorithm::Ecdsa(Hash::Sha512), bare),
                _ => return Err(identifier.unsupported()),
            },
        };
        let agrees = outer.is_none() || algorithm.digest().is_none() || algorithm.digest() == outer;
        if right && agrees { Ok(algorithm) } else { Err(identifier.parameters()) }
    }

    /// The hash of the message, where one is named.
    pub fn digest(&self) -> Option<Hash> {
        match self {
            SignatureAlgorithm::Ed25519 => None,
            SignatureAlgorithm::Ecdsa(hash)
            | SignatureAlgorithm::RsaPkcs1(hash)
            | SignatureAlgorithm::RsaPss { hash, .. } => Some(*hash),
        }
    }

    /// Its name in the table, with a key of that kind; `None` where no key of
    /// that kind serves it, or none that is strong enough to have a name.
    pub fn with_key(&self, kind: Kind) -> Option<Algorithm> {
        let prefixes: &[&str] = match self {
            SignatureAlgorithm::Ed25519 => &["ed25519"],
            SignatureAlgorithm::Ecdsa(_) => &["ecdsa-", "legacy-ecdsa-"],
            SignatureAlgorithm::RsaPkcs1(_) => &["rsa-pkcs1-", "legacy-rsa"],
            SignatureAlgorithm::RsaPss { .. } => &["rsa-pss-"],
        };
        Algorithm::ALL.into_iter().find(|algorithm| {
            prefixes.iter().any(|prefix| algorithm.name().starts_with(prefix))
                && algorithm.digest() == self.digest()
                && algorithm.fits(kind)
        })
    }

    /// Checks a signature over `message`, and says under which name of the table
    /// it is to be judged.
    pub fn verify(
        &self,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Algorithm, SignatureError> {
        if let SignatureAlgorithm::RsaPss { hash, parameters } = self {
            return crypto::verify_pss_digest(parameters, key, &Digest::of(*hash, message), signature);
        }
        let algorithm = self
            .with_key(key.kind())
            .ok_or_else(|| SignatureError::Key { algorithm: self.strongest(), found: key.kind() })?;
        crypto::verify(algorithm, Encoding::Der, key, message, signature)?;
        Ok(algorithm)
    }

    /// A name for errors where the key fits none.
    fn strongest(&self) -> Algorithm {
        let family = match self {
            SignatureAlgorithm::Ed25519 => return Algorithm::Ed25519,
            SignatureAlgorithm::Ecdsa(_) => "ecdsa-",
            SignatureAlgorithm::RsaPkcs1(_) => "pkcs1-",
            SignatureAlgorithm::RsaPss { .. } => "rsa-pss-",
        };
        let fits = |a: &Algorithm| a.name().contains(family) && a.digest() == self.digest();
        Algorithm::ALL.into_iter().find(fits).unwrap_or(Algorithm::RsaPssSha256)
    }
}

/// RSASSA-PSS-params, RFC 4055 3.1; what is left out has its default.
fn pss(reader: &mut Reader<'_>) -> Result<SignatureAlgorithm, AlgorithmError> {
    let wrong = || AlgorithmError::Parameters { oid: Oid::of(&[PKCS1, &[10]].concat()) };
    let explicit = Tag::context_constructed;
    reader.sequence(|reader| {
        let mut hash = Hash::Sha1;
        if reader.peek() == Some(explicit(0)) {
            hash = reader.nested(explicit(0), Identifier::read)?.hash()?;
        }
        let mut mgf = Hash::Sha1;
        if reader.peek() == Some(explicit(1)) {
            mgf = reader.nested(explicit(1), |reader| {
                let generation = Identifier::read(reader)?;
                match (generation.oid.content().strip_prefix(PKCS1), generation.parameters) {
                    (Some([8]), Some(hash)) => digest_algorithm(hash),
                    (Some([8]), None) => Err(generation.parameters()),
                    _ => Err(generation.unsupported()),
                }
            })?;
        }
        let mut salt = 20;
        if reader.peek() == Some(explicit(2)) {
            salt = match reader.nested(explicit(2), |reader| reader.unsigned_integer())? {
                [] => 0,
                [low] => usize::from(*low),
                [high, low] => usize::from(*high) << 8 | usize::from(*low),
                _ => return Err(wrong()),
            };
        }
        if reader.peek() == Some(explicit(3))
            && reader.nested(explicit(3), |reader| reader.small_integer())? != 1
        {
            return Err(wrong());
        }
        let parameters = Pss { mgf, salt: SaltLength::Exactly(salt) };
        Ok(SignatureAlgorithm::RsaPss { hash, parameters })
    })
}

#[cfg(test)]
mod tests;
