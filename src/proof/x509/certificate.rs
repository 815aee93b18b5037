//! A certificate as it was received, RFC 5280 4.1.
//!
//! Reading says nothing about whether any of it is true. What is laxer than the
//! RFC: a serial number may be zero or negative (it is compared octet by octet),
//! a validity before 2050 may be a GeneralizedTime, the issuer may be unnamed
//! (such a certificate has no path), and a default may be spelled out.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::extensions::{
    AuthorityKeyId, BasicConstraints, DistributionPoint, ExtendedKeyUsage, Extension, ExtensionError,
    Extensions, KeyUsage, NameConstraints, PolicyConstraints,
};
use super::memo::Memo;
use super::name::{Name, NameError};
use super::names::GeneralName;
use super::oid::Oid;
use super::signature::{AlgorithmError, SignatureAlgorithm};
use crate::crypto::key::{KeyError, PublicKey};
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::{Digest, encode_hex};
use crate::limits;
use crate::time::{UnixTime, Window};
use crate::wire::der::{self, DerError, Reader, Tag};

/// A certificate, unproven. Cloning is cheap.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    der: Vec<u8>,
    fingerprint: Digest,
    tbs: Range<usize>,
    version: Version,
    serial: Vec<u8>,
    algorithm: Result<SignatureAlgorithm, AlgorithmError>,
    algorithm_der: Vec<u8>,
    issuer: Name,
    window: Window,
    subject: Name,
    spki: Vec<u8>,
    key: Result<PublicKey, KeyError>,
    extensions: Extensions,
    signature: Vec<u8>,
}

/// The version of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words of RFC 5280")]
pub enum Version {
    V1,
    V2,
    V3,
}

/// Why bytes are no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Longer than [`limits::CERTIFICATE_BYTES_MAX`].
    #[error("a certificate of {found} bytes, at most {} are read", limits::CERTIFICATE_BYTES_MAX)]
    TooLong {
        /// How long it is.
        found: usize,
    },
    /// The structure is broken.
    #[error("not a certificate in DER: {0}")]
    Der(#[from] DerError),
    /// A version that there is not, or version 1 spelled out.
    #[error("a certificate of version {found}, expected 1 to 3, and 1 to be left out")]
    Version {
        /// The number, which counts from zero in DER and from one here.
        found: u32,
    },
    /// RFC 5280 4.1.2.2: longer than any serial number.
    #[error("a serial number of {found} bytes, at most {} are read", limits::SERIAL_BYTES_MAX)]
    Serial {
        /// How long it is.
        found: usize,
    },
    /// RFC 5280 4.1.1.2: the algorithm inside is the algorithm outside.
    #[error("the certificate names two signature algorithms")]
    TwoAlgorithms,
    /// The name of the issuer is not read.
    #[error("issuer: {0}")]
    Issuer(NameError),
    /// The name of the subject is not read.
    #[error("subject: {0}")]
    Subject(NameError),
    /// RFC 5280 4.1.2.1: fields of a later version.
    #[error("{field} in a certificate of version {version:?}")]
    Later {
        /// Which.
        field: &'static str,
        /// The version that it says it has.
        version: Version,
    },
    /// Extensions that are not read.
    #[error("{0}")]
    Extension(#[from] ExtensionError),
}

/// Why nobody can tell that a key signed a certificate, or why it did not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The algorithm of the signature is not one of ours.
    #[error("{0}")]
    Algorithm(#[from] AlgorithmError),
    /// The signature does not hold.
    #[error("{0}")]
    Signature(#[from] SignatureError),
}

impl Certificate {
    /// Reads one certificate and insists on its end.
    pub fn parse(bytes: &[u8]) -> Result<Certificate, CertificateError> {
        if bytes.len() > limits::CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::TooLong { found: bytes.len() });
        }
        let inner = der::read_all(bytes, |reader| {
            reader.sequence(|reader| {
                let tbs = reader.element(Tag::SEQUENCE)?;
                let algorithm = reader.element(Tag::SEQUENCE)?.whole;
                let signature = reader.bit_string()?;
                let mut inner = der::read_all(tbs.content, |reader| to_be_signed(reader, algorithm))?;
                inner.tbs = 0..tbs.whole.len();
                inner.signature = signature.to_vec();
                Ok::<_, CertificateError>(inner)
            })
        });
        let mut inner = inner?;
        // The TBS is what comes first after the header of the outermost sequence.
        let content = der::read_all(bytes, Reader::any).map_err(CertificateError::Der)?.content.len();
        let header = bytes.len() - content;
        inner.tbs = header..header + inner.tbs.end;
        inner.der = bytes.to_vec();
        inner.fingerprint = Digest::sha256(bytes);
        Ok(Certificate(Arc::new(inner)))
    }

    /// All of it, as received.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of all of it.
    pub fn fingerprint(&self) -> &Digest {
        &self.0.fingerprint
    }

    /// What is signed, as received.
    pub fn tbs(&self) -> &[u8] {
        &self.0.der[self.0.tbs.clone()]
    }

    /// Its version.
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// Whose key it says it is.
    pub fn subject(&self) -> &Name {
        &self.0.subject
    }

    /// Who says so.
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// The content octets of the serial number.
    pub fn serial(&self) -> &[u8] {
        &self.0.serial
    }

    /// The serial number as `openssl x509 -serial` writes it, in lower case.
    pub fn serial_hex(&self) -> String {
        match self.serial() {
            [0, rest @ ..] if !rest.is_empty() => encode_hex(rest),
            content => encode_hex(content),
        }
    }

    /// From notBefore to notAfter.
    pub fn window(&self) -> Window {
        self.0.window
    }

    /// The SubjectPublicKeyInfo, as received.
    pub fn spki_der(&self) -> &[u8] {
        &self.0.spki
    }

    /// The key, where it is of a kind that is known here.
    pub fn public_key(&self) -> Result<&PublicKey, &KeyError> {
        self.0.key.as_ref()
    }

    /// How it says it is signed.
    pub fn signature_algorithm(&self) -> Result<&SignatureAlgorithm, &AlgorithmError> {
        self.0.algorithm.as_ref()
    }

    /// The AlgorithmIdentifier of its signature, as received.
    pub fn signature_algorithm_der(&self) -> &[u8] {
        &self.0.algorithm_der
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.0.signature
    }

    /// Whether issuer and subject have the same name. That says nothing about
    /// who signed it.
    pub fn is_self_issued(&self) -> bool {
        self.0.issuer == self.0.subject
    }

    /// The identifier that its issuer gave to its key.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_id.as_deref()
    }

    /// Which key is said to have signed it.
    pub fn authority_key_id(&self) -> Option<&AuthorityKeyId> {
        self.0.extensions.authority_key_id.as_ref()
    }

    /// Whether it may issue.
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.0.extensions.basic_constraints
    }

    /// What its key may do.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// What its key is for.
    pub fn extended_key_usage(&self) -> Option<&ExtendedKeyUsage> {
        self.0.extensions.extended_key_usage.as_ref()
    }

    /// Its subject alternative names.
    pub fn names(&self) -> &[GeneralName] {
        &self.0.extensions.names
    }

    /// How it confines the names of those below it.
    pub fn name_constraints(&self) -> Option<&NameConstraints> {
        self.0.extensions.name_constraints.as_ref()
    }

    /// Its policies; `None` where there is no such extension.
    pub fn policies(&self) -> Option<&[Oid]> {
        self.0.extensions.policies.as_deref()
    }

    /// Which policies of its issuer are which of its subject.
    pub fn policy_mappings(&self) -> &[(Oid, Oid)] {
        &self.0.extensions.policy_mappings
    }

    /// How it confines the policies of those below it.
    pub fn policy_constraints(&self) -> Option<PolicyConstraints> {
        self.0.extensions.policy_constraints
    }

    /// After how many further certificates anyPolicy no longer counts.
    pub fn inhibit_any_policy(&self) -> Option<u32> {
        self.0.extensions.inhibit_any_policy
    }

    /// Which CRLs speak of it.
    pub fn crl_distribution_points(&self) -> &[DistributionPoint] {
        &self.0.extensions.crl_distribution_points
    }

    /// The extension of that identifier.
    pub fn extension(&self, oid: &[u8]) -> Option<&Extension> {
        self.0.extensions.find(oid)
    }

    /// All its extensions.
    pub fn extensions(&self) -> &[Extension] {
        self.0.extensions.all()
    }

    /// Whether `issuer` signed it: the signature alone. What `memo` has seen is
    /// not checked again.
    pub fn signed_by(&self, issuer: &PublicKey, memo: &Memo) -> Result<Algorithm, LinkError> {
        let algorithm = self.0.algorithm.as_ref().map_err(AlgorithmError::clone)?;
        let object = self.fingerprint().bytes();
        Ok(memo.verify(object, algorithm, issuer, self.tbs(), self.signature())?)
    }
}

/// RFC 5280 4.1.2, field by field.
fn to_be_signed(reader: &mut Reader<'_>, algorithm: &[u8]) -> Result<Inner, CertificateError> {
    let version = match reader.peek() == Some(Tag::context_constructed(0)) {
        // X.690 11.5: a default is left out.
        true => match reader.nested(Tag::context_constructed(0), |reader| reader.small_integer())? {
            1 => Version::V2,
            2 => Version::V3,
            found => return Err(CertificateError::Version { found: u32::from(found) + 1 }),
        },
        false => Version::V1,
    };
    let serial = reader.integer_as(Tag::INTEGER)?.to_vec();
    if serial.len() > limits::SERIAL_BYTES_MAX {
        return Err(CertificateError::Serial { found: serial.len() });
    }
    if reader.element(Tag::SEQUENCE)?.whole != algorithm {
        return Err(CertificateError::TwoAlgorithms);
    }
    let issuer = Name::read(reader).map_err(CertificateError::Issuer)?;
    let (not_before, not_after) =
        reader.sequence(|reader| Ok::<_, DerError>((time(reader)?, time(reader)?)))?;
    let subject = Name::read(reader).map_err(CertificateError::Subject)?;
    let spki = reader.element(Tag::SEQUENCE)?;
    der::read_all(spki.content, key_frame)?;
    let spki = spki.whole.to_vec();
    for (n, field) in [(1, "issuerUniqueID"), (2, "subjectUniqueID")] {
        if reader.optional(Tag::context(n))?.is_some() && version == Version::V1 {
            return Err(CertificateError::Later { field, version });
        }
    }
    let mut extensions = Extensions::default();
    if reader.peek() == Some(Tag::context_constructed(3)) {
        if version != Version::V3 {
            return Err(CertificateError::Later { field: "extensions", version });
        }
        extensions = reader.nested(Tag::context_constructed(3), Extensions::read)?;
    }
    Ok(Inner {
        der: Vec::new(),
        fingerprint: Digest::sha256(&[]),
        tbs: 0..0,
        version,
        serial,
        algorithm: SignatureAlgorithm::parse(algorithm),
        algorithm_der: algorithm.to_vec(),
        issuer,
        window: Window { not_before: Some(not_before), not_after: Some(not_after) },
        subject,
        key: PublicKey::from_spki_der(&spki),
        spki,
        extensions,
        signature: Vec::new(),
    })
}

/// What every SubjectPublicKeyInfo has, RFC 5280 4.1.2.7, whatever kind of key it
/// is. A key that nobody needs is no reason to look away.
fn key_frame(reader: &mut Reader<'_>) -> Result<(), DerError> {
    reader.sequence(|reader| {
        reader.oid()?;
        if reader.is_empty() { Ok(()) } else { reader.any().map(drop) }
    })?;
    reader.bit_string().map(drop)
}

/// Time, RFC 5280 4.1.2.5.
pub fn time(reader: &mut Reader<'_>) -> Result<UnixTime, DerError> {
    match reader.peek() {
        Some(Tag::UTC_TIME) => reader.utc_time(),
        _ => reader.generalized_time(),
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Certificate) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, serial {})", self.subject(), self.serial_hex())
    }
}

#[cfg(test)]
mod tests;
