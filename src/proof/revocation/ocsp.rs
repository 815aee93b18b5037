//! OCSP responses, RFC 6960 section 4.2: their form, and which certificate a
//! single response in them is about.

use std::ops::Range;
use std::sync::Arc;

use super::Reason;
use super::crl::{Revoked, range};
use super::fields::{self, FieldError};
use crate::crypto::key::PublicKey;
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::{Algorithm as Hash, Digest, DigestError};
use crate::limits;
use crate::proof::x509::signature::digest_algorithm;
use crate::proof::x509::{
    AlgorithmError, Certificate, Extension, ExtensionError, Memo, Name, Oid, SignatureAlgorithm,
};
use crate::time::UnixTime;
use crate::wire::der::{DerError, Reader, Tag, read_all};

/// 1.3.6.1.5.5.7.48.1.1
const BASIC: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// 1.3.6.1.5.5.7.48.1.2
const NONCE: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
/// 1.3.6.1.5.5.7.48.1.3: where the list lies that the answer was taken from.
const CRL_REFERENCES: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x03];
/// 1.3.6.1.5.5.7.48.1.6
const ARCHIVE_CUTOFF: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x06];
/// 1.3.6.1.5.5.7.48.1.9: certificates that were never issued are revoked.
const EXTENDED_REVOKE: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x09];

/// Why bytes are not a response that says anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspError {
    /// Longer than any response.
    #[error("an OCSP response of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// More answers or certificates than any response has.
    #[error("more than {max} {what} in one OCSP response")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are read.
        max: usize,
    },
    /// A part that cannot be read.
    #[error("{0}")]
    Field(#[from] FieldError),
    /// The responder gave no answer, and signed nothing.
    #[error("the responder did not answer: {status}")]
    Status {
        /// What it said instead.
        status: ResponseStatus,
    },
    /// A number that stands for no status.
    #[error("{found} is no status of a response")]
    UnknownStatus {
        /// The number.
        found: u8,
    },
    /// `successful`, and nothing with it.
    #[error("a successful response without content")]
    NoContent,
    /// Content beside a status that has none.
    #[error("content in a response whose status is {status}")]
    Content {
        /// The status.
        status: ResponseStatus,
    },
    /// Content of another type than RFC 6960 4.2.1 defines.
    #[error("a response of the type {oid}")]
    Type {
        /// Which.
        oid: Oid,
    },
    /// RFC 6960 4.2.2.3: there is one version, and it is left out.
    #[error("version number {found}, expected none")]
    Version {
        /// The number.
        found: u8,
    },
    /// The hash of the responder's key has another length than SHA-1 gives.
    #[error("a responder named by {found} bytes, expected 20")]
    ResponderKey {
        /// How many there are.
        found: usize,
    },
    /// The status of a certificate is none of the three.
    #[error("{tag} is no status of a certificate")]
    CertificateStatus {
        /// What stands there.
        tag: Tag,
    },
    /// An algorithm that is not known here.
    #[error("{0}")]
    Algorithm(#[from] AlgorithmError),
    /// A hash of another length than its function gives.
    #[error("{0}")]
    Digest(#[from] DigestError),
    /// The next answer is announced for an earlier time.
    #[error("nextUpdate {next_update} lies before thisUpdate {this_update}")]
    UpdateOrder {
        /// When it was known.
        this_update: UnixTime,
        /// When more was to be known.
        next_update: UnixTime,
    },
    /// An answer that RFC 6960 has no place for.
    #[error("removeFromCRL is no reason for a revocation")]
    RemoveFromCrl,
}

impl From<ExtensionError> for OcspError {
    fn from(error: ExtensionError) -> OcspError {
        OcspError::Field(FieldError::Extensions(error))
    }
}

impl From<DerError> for OcspError {
    fn from(error: DerError) -> OcspError {
        OcspError::Field(FieldError::Der(error))
    }
}

/// OCSPResponseStatus, RFC 6960 4.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseStatus {
    /// 0: there is an answer.
    Successful,
    /// 1: the request was not understood.
    MalformedRequest,
    /// 2: the responder is broken.
    InternalError,
    /// 3: not now.
    TryLater,
    /// 5: the request must be signed.
    SigRequired,
    /// 6: not for you, or not about this certificate.
    Unauthorized,
}

impl ResponseStatus {
    fn from_code(code: u8) -> Option<ResponseStatus> {
        Some(match code {
            0 => ResponseStatus::Successful,
            1 => ResponseStatus::MalformedRequest,
            2 => ResponseStatus::InternalError,
            3 => ResponseStatus::TryLater,
            5 => ResponseStatus::SigRequired,
            6 => ResponseStatus::Unauthorized,
            _ => return None,
        })
    }
}

impl std::fmt::Display for ResponseStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ResponseStatus::Successful => "successful",
            ResponseStatus::MalformedRequest => "malformedRequest",
            ResponseStatus::InternalError => "internalError",
            ResponseStatus::TryLater => "tryLater",
            ResponseStatus::SigRequired => "sigRequired",
            ResponseStatus::Unauthorized => "unauthorized",
        })
    }
}

/// ResponderID: who says so, by name or by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponderId {
    /// The subject of the responder's certificate.
    Name(Name),
    /// SHA-1 of the responder's key. It selects a certificate; the signature proves.
    Key(Digest),
}

/// CertID: a certificate, by its issuer and serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertId {
    issuer_name: Digest,
    issuer_key: Digest,
    serial: Vec<u8>,
}

/// What a response says about one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Not known to be revoked. Not more than that: it may never have been issued.
    Good,
    /// Revoked, for good or for a time.
    Revoked(Revoked),
    /// The responder does not know the certificate.
    Unknown,
}

/// SingleResponse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleResponse {
    /// About which certificate.
    pub certificate: CertId,
    /// What.
    pub status: CertificateStatus,
    /// What the responder knew at this time.
    pub this_update: UnixTime,
    /// When more would be known; absent where it may be at any time.
    pub next_update: Option<UnixTime>,
    /// ArchiveCutoff: certificates that expired from then on are still known.
    pub archive_cutoff: Option<UnixTime>,
    /// A critical extension that is not known here.
    pub unprocessable: Option<Oid>,
}

/// A response, unproven: what it says is worth what its signature is.
#[derive(Clone, Debug)]
pub struct OcspResponse(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    der: Vec<u8>,
    fingerprint: Digest,
    tbs: Range<usize>,
    signature: Range<usize>,
    algorithm: SignatureAlgorithm,
    responder: ResponderId,
    produced_at: UnixTime,
    responses: Vec<SingleResponse>,
    certificates: Vec<Range<usize>>,
    unprocessable: Option<Oid>,
}

impl OcspResponse {
    /// Reads an OCSPResponse in DER. One that carries no answer is an error: it
    /// is not signed and says nothing.
    pub fn parse(der: &[u8]) -> Result<OcspResponse, OcspError> {
        let max = limits::OCSP_BYTES_MAX;
        if der.len() > max {
            return Err(OcspError::TooLong { found: der.len(), max });
        }
        let basic = read_all(der, |reader| reader.sequence(content))?;
        let inner = read_all(basic, |reader| reader.sequence(|reader| basic_response(reader, der)))?;
        Ok(OcspResponse(Arc::new(Inner { der: der.to_vec(), fingerprint: Digest::sha256(der), ..inner })))
    }

    /// The bytes that were read.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of them.
    pub fn fingerprint(&self) -> Digest {
        self.0.fingerprint
    }

    /// Who says so.
    pub fn responder(&self) -> &ResponderId {
        &self.0.responder
    }

    /// When it was signed, by the responder's own clock.
    pub fn produced_at(&self) -> UnixTime {
        self.0.produced_at
    }

    /// The answers.
    pub fn responses(&self) -> &[SingleResponse] {
        &self.0.responses
    }

    /// The certificates that came with it, as bytes: whoever relays a response
    /// can put in what he likes.
    pub fn certificates_unverified(&self) -> impl Iterator<Item = &[u8]> {
        self.0.certificates.iter().map(|range| &self.0.der[range.clone()])
    }

    /// A critical extension that is not known here, so that nothing in the
    /// response can be relied on.
    pub fn unprocessable(&self) -> Option<&Oid> {
        self.0.unprocessable.as_ref()
    }

    /// Whether `key` signed it. Whether that is the key of somebody who may is
    /// another question.
    pub fn signed_by(&self, key: &PublicKey, memo: &Memo) -> Result<Algorithm, SignatureError> {
        memo.verify(self.fingerprint().bytes(), self.algorithm(), key, self.tbs(), self.signature())
    }

    /// The bytes that are signed.
    pub(super) fn tbs(&self) -> &[u8] {
        &self.0.der[self.0.tbs.clone()]
    }

    /// The signature.
    pub(super) fn signature(&self) -> &[u8] {
        &self.0.der[self.0.signature.clone()]
    }

    /// With which algorithm it is made.
    pub(super) fn algorithm(&self) -> &SignatureAlgorithm {
        &self.0.algorithm
    }
}

impl ResponderId {
    /// Whether that certificate is the one that is meant.
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            ResponderId::Name(name) => name == certificate.subject(),
            ResponderId::Key(digest) => key_hash(digest.algorithm(), certificate).as_ref() == Some(digest),
        }
    }
}

impl CertId {
    /// Whether that certificate of that issuer is meant. RFC 6960 4.1.1: the
    /// hashes are over the issuer's name as the certificate spells it, and over
    /// the bits of the issuer's key.
    pub fn names(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let hash = self.issuer_name.algorithm();
        self.serial == certificate.serial()
            && self.issuer_name == Digest::of(hash, certificate.issuer().der())
            && key_hash(hash, issuer).as_ref() == Some(&self.issuer_key)
    }

    /// The serial number, as the content octets of its INTEGER.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }
}

/// The digest of the bits of a certificate's key, without the frame that names
/// its algorithm.
fn key_hash(hash: Hash, certificate: &Certificate) -> Option<Digest> {
    let key = read_all(certificate.spki_der(), |reader| {
        reader.sequence(|reader| {
            reader.element(Tag::SEQUENCE)?;
            reader.bit_string()
        })
    });
    key.ok().map(|key: &[u8]| Digest::of(hash, key))
}

/// What lies in an `OCSPResponse`: the DER of a BasicOCSPResponse.
fn content<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], OcspError> {
    let status = match reader.element(Tag::ENUMERATED)?.content {
        [code] => ResponseStatus::from_code(*code).ok_or(OcspError::UnknownStatus { found: *code })?,
        _ => return Err(OcspError::UnknownStatus { found: u8::MAX }),
    };
    let bytes = match reader.peek() {
        None => None,
        Some(_) => Some(reader.nested(Tag::context_constructed(0), |reader| {
            reader.sequence(|reader| Ok::<_, OcspError>((reader.oid()?, reader.octet_string()?)))
        })?),
    };
    match (status, bytes) {
        (ResponseStatus::Successful, None) => Err(OcspError::NoContent),
        (ResponseStatus::Successful, Some((BASIC, bytes))) => Ok(bytes),
        (ResponseStatus::Successful, Some((oid, _))) => Err(OcspError::Type { oid: Oid::of(oid) }),
        (status, None) => Err(OcspError::Status { status }),
        (status, Some(_)) => Err(OcspError::Content { status }),
    }
}

/// `BasicOCSPResponse`, RFC 6960 4.2.1.
fn basic_response(reader: &mut Reader<'_>, der: &[u8]) -> Result<Inner, OcspError> {
    let tbs = reader.element(Tag::SEQUENCE)?;
    let algorithm = SignatureAlgorithm::parse(reader.element(Tag::SEQUENCE)?.whole)?;
    let signature = reader.bit_string()?;
    let mut certificates = Vec::new();
    if reader.peek().is_some() {
        let max = limits::OCSP_CERTIFICATES_MAX;
        reader.nested(Tag::context_constructed(0), |reader| {
            reader.sequence(|reader| {
                while !reader.is_empty() {
                    certificates.push(range(der, reader.element(Tag::SEQUENCE)?.whole));
                    if certificates.len() > max {
                        return Err(OcspError::TooMany { what: "certificates", max });
                    }
                }
                Ok(())
            })
        })?;
    }
    let mut inner = Inner {
        der: Vec::new(),
        fingerprint: Digest::sha256(&[]),
        tbs: range(der, tbs.whole),
        signature: range(der, signature),
        algorithm,
        responder: ResponderId::Key(Digest::of(Hash::Sha1, &[])),
        produced_at: UnixTime::MIN,
        responses: Vec::new(),
        certificates,
        unprocessable: None,
    };
    read_all(tbs.content, |reader| inner.take(reader))?;
    Ok(inner)
}

impl Inner {
    /// `ResponseData`.
    fn take(&mut self, reader: &mut Reader<'_>) -> Result<(), OcspError> {
        if reader.peek() == Some(Tag::context_constructed(0)) {
            // X.690 11.5: a default is left out, and there is no other version.
            let found = reader.nested(Tag::context_constructed(0), |reader| reader.small_integer())?;
            return Err(OcspError::Version { found });
        }
        self.responder = match reader.optional(Tag::context_constructed(1))? {
            Some(name) => ResponderId::Name(fields::name(name.content, "the responder")?),
            None => {
                let key = reader.nested(Tag::context_constructed(2), |reader| reader.octet_string())?;
                let digest = Digest::new(Hash::Sha1, key);
                ResponderId::Key(digest.map_err(|_| OcspError::ResponderKey { found: key.len() })?)
            }
        };
        self.produced_at = reader.generalized_time()?;
        let max = limits::OCSP_RESPONSES_MAX;
        reader.sequence(|reader| {
            while !reader.is_empty() {
                self.responses.push(reader.sequence(single)?);
                if self.responses.len() > max {
                    return Err(OcspError::TooMany { what: "answers", max });
                }
            }
            Ok(())
        })?;
        if reader.peek().is_some() {
            for extension in reader.nested(Tag::context_constructed(1), Extension::read_list)? {
                let known = matches!(extension.oid.content(), NONCE | EXTENDED_REVOKE);
                if extension.critical && !known && self.unprocessable.is_none() {
                    self.unprocessable = Some(extension.oid.clone());
                }
            }
        }
        Ok(())
    }
}

/// `SingleResponse`.
fn single(reader: &mut Reader<'_>) -> Result<SingleResponse, OcspError> {
    let certificate = reader.sequence(cert_id)?;
    let status = status(reader)?;
    let this_update = reader.generalized_time()?;
    let mut next_update = None;
    if reader.peek() == Some(Tag::context_constructed(0)) {
        next_update = Some(reader.nested(Tag::context_constructed(0), |reader| reader.generalized_time())?);
    }
    if let Some(next_update) = next_update.filter(|next| *next < this_update) {
        return Err(OcspError::UpdateOrder { this_update, next_update });
    }
    let mut response = SingleResponse {
        certificate,
        status,
        this_update,
        next_update,
        archive_cutoff: None,
        unprocessable: None,
    };
    if reader.peek().is_some() {
        for extension in reader.nested(Tag::context_constructed(1), Extension::read_list)? {
            response.take(&extension)?;
        }
    }
    if let CertificateStatus::Revoked(Revoked { reason: Some(Reason::RemoveFromCrl), .. }) = response.status {
        return Err(OcspError::RemoveFromCrl);
    }
    Ok(response)
}

fn cert_id(reader: &mut Reader<'_>) -> Result<CertId, OcspError> {
    let hash = digest_algorithm(reader.element(Tag::SEQUENCE)?.whole)?;
    Ok(CertId {
        issuer_name: Digest::new(hash, reader.octet_string()?)?,
        issuer_key: Digest::new(hash, reader.octet_string()?)?,
        serial: reader.integer_as(Tag::INTEGER)?.to_vec(),
    })
}

/// `CertStatus`: the alternatives have implicit tags.
fn status(reader: &mut Reader<'_>) -> Result<CertificateStatus, OcspError> {
    const GOOD: Tag = Tag::context(0);
    const REVOKED: Tag = Tag::context_constructed(1);
    const UNKNOWN: Tag = Tag::context(2);
    let empty = |reader: &mut Reader<'_>, tag| reader.nested(tag, |_| Ok::<_, OcspError>(()));
    match reader.peek() {
        Some(GOOD) => empty(reader, GOOD).map(|()| CertificateStatus::Good),
        Some(UNKNOWN) => empty(reader, UNKNOWN).map(|()| CertificateStatus::Unknown),
        Some(REVOKED) => reader.nested(REVOKED, |reader| {
            let at = reader.generalized_time()?;
            let reason = match reader.peek() {
                Some(_) => Some(reader.nested(Tag::context_constructed(0), fields::reason)?),
                None => None,
            };
            Ok(CertificateStatus::Revoked(Revoked { at, reason, invalidity: None }))
        }),
        Some(tag) => Err(OcspError::CertificateStatus { tag }),
        None => Err(OcspError::NoContent),
    }
}

impl SingleResponse {
    fn take(&mut self, extension: &Extension) -> Result<(), OcspError> {
        match (extension.oid.content(), &mut self.status) {
            (ARCHIVE_CUTOFF, _) => self.archive_cutoff = Some(fields::date(&extension.value)?),
            // RFC 6960 4.4.5: what an entry of a list may say, a response may say.
            (fields::REASON_CODE, CertificateStatus::Revoked(revoked)) => {
                let reason = Some(fields::reason_code(&extension.value)?);
                if revoked.reason != reason {
                    // Two reasons: the one that excuses less.
                    *revoked = match revoked.reason {
                        None => Revoked { reason, ..*revoked },
                        Some(_) => revoked.worse(Revoked { reason, ..*revoked }),
                    };
                }
            }
            (fields::INVALIDITY_DATE, CertificateStatus::Revoked(revoked)) => {
                revoked.invalidity = Some(fields::date(&extension.value)?);
            }
            (
                fields::REASON_CODE | fields::INVALIDITY_DATE | fields::HOLD_INSTRUCTION | CRL_REFERENCES,
                _,
            ) => {}
            _ if extension.critical && self.unprocessable.is_none() => {
                self.unprocessable = Some(extension.oid.clone());
            }
            _ => {}
        }
        Ok(())
    }
}
