//! What can be wrong with a token: with its form, and with what it proves.

use crate::digest::Algorithm as Hash;
use crate::proof::x509::{AlgorithmError, CertificateError, NameError, Oid, OidError};
use crate::wire::der::DerError;

use super::ber::BerError;
use super::response::Refusal;

/// Why bytes are no time-stamp token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Longer than any token.
    #[error("{found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How long it may be.
        max: usize,
    },
    /// Neither DER nor BER that could be written as DER.
    #[error("{0}")]
    Ber(#[from] BerError),
    /// Not the structure that stands in the module of the standard.
    #[error("{part}: {error}")]
    Der {
        /// Of what.
        part: &'static str,
        /// What is wrong with it.
        error: DerError,
    },
    /// The authority answered, and its answer is no.
    #[error("the authority refused: {0}")]
    Refused(Refusal),
    /// Granted, with a reason for a refusal.
    #[error("a response that grants and refuses: {0}")]
    Contradiction(Refusal),
    /// Granted, and nothing in it.
    #[error("a response that grants a token and holds none")]
    NoToken,
    /// Not `id-signedData`.
    #[error("content of type {found}, not signed data")]
    ContentType {
        /// The type that stands there.
        found: Oid,
    },
    /// What is signed is not a `TSTInfo`.
    #[error("signed content of type {found}, not id-ct-TSTInfo")]
    SignedContentType {
        /// The type that stands there.
        found: Oid,
    },
    /// The signed content is somewhere else.
    #[error("the signed content is not in the token")]
    Detached,
    /// A version that the standard does not have in this place.
    #[error("version {found} of {part}, expected {expected}")]
    Version {
        /// Of what.
        part: &'static str,
        /// Which stands there.
        found: u8,
        /// Which must.
        expected: u8,
    },
    /// RFC 3161 2.4.2: exactly one signature, that of the authority.
    #[error("{found} signers, a token has one")]
    Signers {
        /// How many there are.
        found: usize,
    },
    /// More of something than any honest token has.
    #[error("{found} {what}, at most {max} are read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// A hash function that is not known here, or is not named as it should be.
    #[error("{part}: {error}")]
    Hash {
        /// Where it is named.
        part: &'static str,
        /// What is wrong with it.
        error: AlgorithmError,
    },
    /// A signature algorithm that is not known here, or that is of another hash
    /// function than the digest algorithm.
    #[error("signature algorithm: {0}")]
    SignatureAlgorithm(AlgorithmError),
    /// RFC 8419 3.1: Ed25519 goes with SHA-512.
    #[error("ed25519 beside the digest algorithm {found}, expected sha512", found = .found.name())]
    Ed25519Digest {
        /// The digest algorithm of the signer.
        found: Hash,
    },
    /// RFC 6211 3: an algorithm is not the one that is signed.
    #[error("the {part} algorithm is not the one in the signed attributes")]
    AlgorithmProtection {
        /// Which one.
        part: &'static str,
    },
    /// An object identifier that is too long.
    #[error("{0}")]
    Oid(OidError),
    /// A name that is none.
    #[error("{part}: {error}")]
    Name {
        /// Whose name.
        part: &'static str,
        /// What is wrong with it.
        error: NameError,
    },
    /// The bag holds something that is no certificate.
    #[error("certificate {index} of the token: {error}")]
    Certificate {
        /// Which one, from zero.
        index: usize,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// The digest algorithm of the signer is not in the list of all of them.
    #[error("the digest algorithm of the signer is missing in the list of digest algorithms")]
    DigestAlgorithms,
    /// A digest that does not have the length of its hash function.
    #[error("{part}: a {hash} digest of {found} bytes, expected {expected}", hash = .hash.name(), expected = .hash.size())]
    DigestLength {
        /// Where it stands.
        part: &'static str,
        /// The hash function that is named.
        hash: Hash,
        /// How long it is.
        found: usize,
    },
    /// An attribute that a token must have is not signed, or there is none at all.
    #[error("the signed attribute {attribute} is missing")]
    AttributeMissing {
        /// Which one.
        attribute: &'static str,
    },
    /// RFC 5652 5.3: each attribute once.
    #[error("the signed attribute {attribute} is there twice")]
    AttributeRepeated {
        /// Its object identifier.
        attribute: Oid,
    },
    /// An attribute with several values, or none, where one must stand.
    #[error("the signed attribute {attribute} has {found} values, expected 1")]
    AttributeValues {
        /// Which one.
        attribute: &'static str,
        /// How many it has.
        found: usize,
    },
    /// The type that is signed is not that of the content.
    #[error("the signed content type is {found}, not that of the content")]
    ContentTypeAttribute {
        /// The type that stands in the attribute.
        found: Oid,
    },
    /// A signing certificate attribute that names no certificate.
    #[error("the signed attribute {attribute} names no certificate")]
    EssEmpty {
        /// Which one.
        attribute: &'static str,
    },
    /// RFC 5035 3: SHA-1 belongs into the first version of the attribute.
    #[error("the signed attribute signing-certificate-v2 uses {found}", found = .found.name())]
    EssHash {
        /// Which hash function.
        found: Hash,
    },
    /// The issuer in an ESSCertID is not written as a name of a directory.
    #[error("the issuer in {attribute} is not a directory name: {error}")]
    EssIssuer {
        /// In which attribute.
        attribute: &'static str,
        /// What is wrong with it.
        error: DerError,
    },
    /// A time that is not in the one form of RFC 3161 2.4.2.
    #[error("{part} is no time in the form that is required: {found:?}")]
    Time {
        /// Which time.
        part: &'static str,
        /// What stands there, cut.
        found: String,
    },
    /// The name of the authority is not one.
    #[error("the name of the authority: {fault}")]
    TsaName {
        /// What is wrong with it.
        fault: String,
    },
    /// A part of the accuracy that is out of range.
    #[error("the {part} of the accuracy are out of range")]
    Accuracy {
        /// `seconds`, `millis` or `micros`.
        part: &'static str,
    },
    /// RFC 3161 2.4.2: users must be ready for 160 bits, not for more.
    #[error("a {what} of {found} bytes, at most {max} are read")]
    IntegerLength {
        /// Which number.
        what: &'static str,
        /// How long it is.
        found: usize,
        /// How long it may be.
        max: usize,
    },
    /// An extension that must be understood and is not.
    #[error("the critical extension {found} is not known here")]
    CriticalExtension {
        /// Its object identifier.
        found: Oid,
    },
    /// An extension that is there twice.
    #[error("the extension {found} is there twice")]
    ExtensionRepeated {
        /// Its object identifier.
        found: Oid,
    },
}

impl From<DerError> for TokenError {
    fn from(error: DerError) -> TokenError {
        TokenError::Der { part: "", error }
    }
}

impl From<OidError> for TokenError {
    fn from(error: OidError) -> TokenError {
        match error {
            OidError::Der(error) => error.into(),
            other => TokenError::Oid(other),
        }
    }
}

/// Says in which part a fault of form lies, unless something nearer did.
pub(super) fn within<T>(part: &'static str, result: Result<T, TokenError>) -> Result<T, TokenError> {
    result.map_err(|error| match error {
        TokenError::Der { part: "", error } => TokenError::Der { part, error },
        other => other,
    })
}

/// Refuses more than `max` of `what`.
pub(super) fn bounded(what: &'static str, found: usize, max: usize) -> Result<(), TokenError> {
    if found > max { Err(TokenError::TooMany { what, found, max }) } else { Ok(()) }
}
