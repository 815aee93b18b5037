//! Signed certificate timestamps in a certificate (RFC 6962 3.2 and 3.3): a log
//! promised to show the certificate to everybody before it was issued.
//!
//! The promise is over the precertificate: what is signed in the certificate
//! without the extension that holds the promises, and the key of the issuer. Both
//! are made from the bytes that arrived; nothing else is encoded anew but the
//! lengths around what was taken out.

use crate::anchor::TrustedKey;
use crate::crypto::signature::Algorithm;
use crate::digest::{self, Digest};
use crate::limits;
use crate::proof::attempt::{AttemptError, Content, Spellings, attempt};
use crate::proof::x509::Certificate;
use crate::time::UnixTime;
use crate::wire::der::{self, DerError, Reader, Tag};

/// 1.3.6.1.4.1.11129.2.4.2
const LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];

/// A promise, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    log: [u8; 32],
    /// Milliseconds since 1970.
    timestamp: u64,
    extensions: Vec<u8>,
    /// HashAlgorithm and SignatureAlgorithm of RFC 5246 7.4.1.4.1.
    scheme: (u8, u8),
    signature: Vec<u8>,
}

/// A promise that a log has been found to have made for a certificate.
///
/// Only [`Promise::made_by`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPromise {
    time: UnixTime,
    algorithm: Algorithm,
}

/// Why a certificate has no promise of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromiseError {
    /// The list is not of the form of RFC 6962 3.3.
    #[error("the list of signed certificate timestamps is not of its form")]
    Form,
    /// More than anybody needs.
    #[error("{found} signed certificate timestamps, at most {} are read", limits::PROMISES_MAX)]
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// A time that no calendar has.
    #[error("a signed certificate timestamp at no time of a calendar")]
    Time,
    /// The certificate cannot be taken apart.
    #[error("{0}")]
    Der(#[from] DerError),
    /// The promise names another algorithm than the key of the log has.
    #[error("the signed certificate timestamp is not signed as this log signs")]
    Algorithm,
    /// It is no promise of this log for this certificate by this issuer.
    #[error("the signed certificate timestamp does not match the certificate and its issuer")]
    Mismatch,
}

/// The promises in a certificate, of whatever logs; none where there is no list.
pub fn promises(certificate: &Certificate) -> Result<Vec<Promise>, PromiseError> {
    let Some(extension) = certificate.extension(LIST) else { return Ok(Vec::new()) };
    let list = der::read_all(&extension.value, |reader| reader.octet_string())?;
    let mut list = Tls(list);
    let mut all = Tls(list.vector(2)?);
    list.end()?;
    let mut promises = Vec::new();
    while !all.0.is_empty() {
        let one = all.vector(2)?;
        // Further ones are counted, and not taken apart.
        match promises.len() < limits::PROMISES_MAX {
            true => promises.push(Promise::read(Tls(one))?),
            false => return Err(PromiseError::TooMany { found: promises.len() + 1 }),
        }
    }
    // RFC 6962 3.3: at least one.
    if promises.is_empty() { Err(PromiseError::Form) } else { Ok(promises) }
}

impl Promise {
    fn read(mut bytes: Tls<'_>) -> Result<Promise, PromiseError> {
        // Version 1 is written as zero.
        if bytes.number(1)? != 0 {
            return Err(PromiseError::Form);
        }
        let log = bytes.take(32)?.try_into().map_err(|_| PromiseError::Form)?;
        let timestamp = bytes.number(8)?;
        let extensions = bytes.vector(2)?.to_vec();
        let scheme = bytes.take(2)?;
        let scheme = (scheme[0], scheme[1]);
        let signature = bytes.vector(2)?.to_vec();
        bytes.end()?;
        Ok(Promise { log, timestamp, extensions, scheme, signature })
    }

    /// The log that is said to have made it.
    pub fn log_id(&self) -> &[u8] {
        &self.log
    }

    /// Verifies that the log of this key made it for `certificate`, issued by
    /// `issuer`.
    pub fn made_by(
        &self,
        key: &TrustedKey,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<VerifiedPromise, PromiseError> {
        let (seconds, millis) = (self.timestamp / 1000, (self.timestamp % 1000) as u32);
        let time = i64::try_from(seconds).ok().and_then(|s| UnixTime::new(s, millis * 1_000_000).ok());
        let time = time.ok_or(PromiseError::Time)?;
        let message = self.signed(certificate, issuer)?;
        let digest = |hash| Some(Digest::of(hash, &message));
        let content = Content { bytes: Some(&message), digest: &digest };
        match attempt(key, Spellings::Der, &content, &self.signature) {
            Ok(algorithm) if scheme(algorithm) == Some(self.scheme) => {
                Ok(VerifiedPromise { time, algorithm })
            }
            Ok(_) | Err(AttemptError::NoAlgorithm) => Err(PromiseError::Algorithm),
            Err(_) => Err(PromiseError::Mismatch),
        }
    }

    /// RFC 6962 3.2: version, kind of signature, time, kind of entry, the digest
    /// of the issuer's key, the precertificate, extensions.
    fn signed(&self, certificate: &Certificate, issuer: &Certificate) -> Result<Vec<u8>, PromiseError> {
        let tbs = precertificate(certificate.tbs())?;
        let mut message = vec![0, 0];
        message.extend(self.timestamp.to_be_bytes());
        message.extend([0, 1]);
        message.extend(Digest::sha256(issuer.spki_der()).bytes());
        let length = u32::try_from(tbs.len()).map_err(|_| PromiseError::Form)?.to_be_bytes();
        message.extend(&length[1..]);
        message.extend(&tbs);
        let length = u16::try_from(self.extensions.len()).map_err(|_| PromiseError::Form)?;
        message.extend(length.to_be_bytes());
        message.extend(&self.extensions);
        Ok(message)
    }
}

/// The codes of RFC 5246 7.4.1.4.1 and RFC 8422 5.1.3.
fn scheme(algorithm: Algorithm) -> Option<(u8, u8)> {
    let hash = match algorithm.digest() {
        Some(digest::Algorithm::Sha256) => 4,
        Some(digest::Algorithm::Sha384) => 5,
        Some(digest::Algorithm::Sha512) => 6,
        None if algorithm == Algorithm::Ed25519 => return Some((8, 7)),
        _ => return None,
    };
    let signature = match algorithm {
        Algorithm::RsaPkcs1Sha256 | Algorithm::RsaPkcs1Sha384 | Algorithm::RsaPkcs1Sha512 => 1,
        _ if algorithm.curve().is_some() => 3,
        _ => return None,
    };
    Some((hash, signature))
}

/// What is signed in a certificate, without the list of promises.
fn precertificate(tbs: &[u8]) -> Result<Vec<u8>, DerError> {
    der::read_all(tbs, |reader| {
        reader.sequence(|reader| {
            let mut fields: Vec<Vec<u8>> = Vec::new();
            while !reader.is_empty() {
                match reader.peek() == Some(Tag::context_constructed(3)) {
                    false => fields.push(reader.any()?.whole.to_vec()),
                    true => {
                        let kept = reader.nested(Tag::context_constructed(3), without_list)?;
                        fields.push(der::encode(Tag::context_constructed(3), &[&kept]));
                    }
                }
            }
            let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
            Ok::<_, DerError>(der::encode(Tag::SEQUENCE, &fields))
        })
    })
}

fn without_list(reader: &mut Reader<'_>) -> Result<Vec<u8>, DerError> {
    reader.sequence(|reader| {
        let mut kept: Vec<&[u8]> = Vec::new();
        while !reader.is_empty() {
            let extension = reader.element(Tag::SEQUENCE)?;
            let oid = der::beginning(extension.content).oid()?;
            if oid != LIST {
                kept.push(extension.whole);
            }
        }
        Ok::<_, DerError>(der::encode(Tag::SEQUENCE, &kept))
    })
}

impl VerifiedPromise {
    /// When the log made it.
    pub fn time(&self) -> UnixTime {
        self.time
    }

    /// The algorithm that was used.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// The vectors of RFC 5246 4.3.
struct Tls<'a>(&'a [u8]);

impl<'a> Tls<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PromiseError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(PromiseError::Form)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, octets: usize) -> Result<u64, PromiseError> {
        Ok(self.take(octets)?.iter().fold(0, |value, octet| value << 8 | u64::from(*octet)))
    }

    fn vector(&mut self, octets: usize) -> Result<&'a [u8], PromiseError> {
        let length = self.number(octets)?;
        self.take(usize::try_from(length).map_err(|_| PromiseError::Form)?)
    }

    fn end(&self) -> Result<(), PromiseError> {
        if self.0.is_empty() { Ok(()) } else { Err(PromiseError::Form) }
    }
}
