//! Certificate revocation lists, RFC 5280 section 5: their form.
//!
//! A list may have a million entries. They are read once, to be refused whole
//! if one of them is malformed, and then searched where they lie: a search is a
//! walk over the bytes that compares serial numbers and builds nothing.

use std::ops::Range;
use std::sync::Arc;

use super::Reason;
use super::distribution::{IssuingDistributionPoint, certificate_issuer};
use super::fields::{self, FieldError};
use crate::crypto::key::PublicKey;
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::Digest;
use crate::limits;
use crate::proof::x509::{AlgorithmError, Extension, ExtensionError, Memo, Name, Oid, SignatureAlgorithm};
use crate::time::UnixTime;
use crate::wire::der::{DerError, Reader, Tag, read_all};

/// 2.5.29.20
const CRL_NUMBER: &[u8] = &[0x55, 0x1D, 0x14];
/// 2.5.29.27
const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1D, 0x1B];
/// 2.5.29.28
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1D, 0x1C];
/// 2.5.29.35
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x23];
/// 2.5.29.46
const FRESHEST_CRL: &[u8] = &[0x55, 0x1D, 0x2E];
/// 2.5.29.60, X.509 9.5.2.8
const EXPIRED_CERTS_ON_CRL: &[u8] = &[0x55, 0x1D, 0x3C];

/// Why bytes are not a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// Longer than any list.
    #[error("a revocation list of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// More entries than any list.
    #[error("a revocation list of {max} entries and more")]
    Entries {
        /// How many are read.
        max: usize,
    },
    /// A part that cannot be read.
    #[error("{0}")]
    Field(#[from] FieldError),
    /// RFC 5280 5.1.2.1: absent, or 1 which means v2.
    #[error("version number {found}, expected 1 or none")]
    Version {
        /// The number.
        found: u8,
    },
    /// Version 1 has no extensions.
    #[error("extensions in a list of version 1")]
    ExtensionsInVersion1,
    /// RFC 5280 5.1.1.2: the algorithm outside is the one that is signed.
    #[error("the signature algorithm differs from the one that is signed")]
    AlgorithmsDiffer,
    /// An algorithm that is not known here.
    #[error("{0}")]
    Algorithm(#[from] AlgorithmError),
    /// The next list is announced for an earlier time.
    #[error("nextUpdate {next_update} lies before thisUpdate {this_update}")]
    UpdateOrder {
        /// When it was made.
        this_update: UnixTime,
        /// When the next was to be.
        next_update: UnixTime,
    },
    /// An entry that takes another back, where there is none to take back.
    #[error("removeFromCRL in a list that is no delta")]
    RemoveFromComplete,
    /// An entry for another issuer's certificate in a list that does not say so.
    #[error("an entry names another issuer, and the list is not marked as indirect")]
    IssuerInDirect,
    /// An entry says the same thing twice.
    #[error("the entry extension {oid} occurs twice")]
    RepeatedEntryExtension {
        /// Which.
        oid: Oid,
    },
}

impl From<ExtensionError> for CrlError {
    fn from(error: ExtensionError) -> CrlError {
        CrlError::Field(FieldError::Extensions(error))
    }
}

impl From<DerError> for CrlError {
    fn from(error: DerError) -> CrlError {
        CrlError::Field(FieldError::Der(error))
    }
}

/// What a list says about one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The date that the list gives.
    pub at: UnixTime,
    /// Why; `None` where it does not say.
    pub reason: Option<Reason>,
    /// Since when the key is thought to be in other hands.
    pub invalidity: Option<UnixTime>,
}

/// A revocation list, unproven: what it says is worth what its signature is.
#[derive(Clone, Debug)]
pub struct Crl(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    der: Vec<u8>,
    fingerprint: Digest,
    tbs: Range<usize>,
    signature: Range<usize>,
    algorithm: SignatureAlgorithm,
    issuer: Name,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    entries: Range<usize>,
    entry_count: usize,
    number: Option<Vec<u8>>,
    delta_base: Option<Vec<u8>>,
    point: Option<IssuingDistributionPoint>,
    point_der: Option<Vec<u8>>,
    authority_key_identifier: Option<Vec<u8>>,
    expired_since: Option<UnixTime>,
    freshest: bool,
    unprocessable: Option<Oid>,
    unprocessable_entry: Option<Oid>,
}

impl Crl {
    /// Reads a CertificateList in DER.
    pub fn parse(der: &[u8]) -> Result<Crl, CrlError> {
        let max = limits::CRL_BYTES_MAX;
        if der.len() > max {
            return Err(CrlError::TooLong { found: der.len(), max });
        }
        let inner = read_all(der, |reader| {
            reader.sequence(|reader| {
                let tbs = reader.element(Tag::SEQUENCE)?;
                let outer = reader.element(Tag::SEQUENCE)?;
                let signature = reader.bit_string()?;
                let mut inner = read_all(tbs.content, |reader| list(reader, der, outer.whole))?;
                inner.tbs = range(der, tbs.whole);
                inner.signature = range(der, signature);
                Ok::<_, CrlError>(inner)
            })
        })?;
        Ok(Crl(Arc::new(Inner { der: der.to_vec(), fingerprint: Digest::sha256(der), ..inner })))
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
    pub fn issuer(&self) -> &Name {
        &self.0.issuer
    }

    /// What its issuer knew at this time.
    pub fn this_update(&self) -> UnixTime {
        self.0.this_update
    }

    /// When the next list was promised; RFC 5280 demands it, X.509 does not.
    pub fn next_update(&self) -> Option<UnixTime> {
        self.0.next_update
    }

    /// How many entries there are.
    pub fn entry_count(&self) -> usize {
        self.0.entry_count
    }

    /// CRLNumber, big-endian without leading zeros.
    pub fn number(&self) -> Option<&[u8]> {
        self.0.number.as_deref()
    }

    /// BaseCRLNumber, where this is a delta.
    pub fn delta_base(&self) -> Option<&[u8]> {
        self.0.delta_base.as_deref()
    }

    /// Whether it only says what changed since another list.
    pub fn is_delta(&self) -> bool {
        self.0.delta_base.is_some()
    }

    /// Whether it says that there are deltas to it.
    pub fn has_deltas(&self) -> bool {
        self.0.freshest
    }

    /// Which certificates it is about, where it says so.
    pub fn point(&self) -> Option<&IssuingDistributionPoint> {
        self.0.point.as_ref()
    }

    /// Whether it lists certificates of other issuers.
    pub fn is_indirect(&self) -> bool {
        self.0.point.as_ref().is_some_and(|point| point.indirect)
    }

    /// Certificates that expired from then on stay on the list; `None` where it
    /// makes no such promise.
    pub fn expired_since(&self) -> Option<UnixTime> {
        self.0.expired_since
    }

    /// A critical extension that is not known here, so that nothing in the list
    /// can be relied on (RFC 5280 5.2).
    pub fn unprocessable(&self) -> Option<&Oid> {
        self.0.unprocessable.as_ref()
    }

    /// The same of an entry (RFC 5280 5.3).
    pub fn unprocessable_entry(&self) -> Option<&Oid> {
        self.0.unprocessable_entry.as_ref()
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

    /// RFC 5280 6.3.3 (c): whether this delta belongs to `base`. The same key
    /// must have signed both, which is for the caller to see.
    pub(super) fn continues(&self, base: &Crl) -> bool {
        let (delta, complete) = (&self.0, &base.0);
        let (Some(since), Some(number), Some(base_number)) =
            (&delta.delta_base, &delta.number, &complete.number)
        else {
            return false;
        };
        complete.delta_base.is_none()
            && delta.issuer == complete.issuer
            && delta.point_der == complete.point_der
            && delta.authority_key_identifier == complete.authority_key_identifier
            && !exceeds(since, base_number)
            && exceeds(number, base_number)
    }

    /// Whether this delta is a later one of the same scope than that delta.
    pub(super) fn succeeds(&self, other: &Crl) -> bool {
        let (later, earlier) = (&self.0, &other.0);
        later.delta_base.is_some()
            && earlier.delta_base.is_some()
            && later.issuer == earlier.issuer
            && later.point_der == earlier.point_der
            && matches!((&later.number, &earlier.number), (Some(a), Some(b)) if exceeds(a, b))
    }

    /// What the list says about the certificate of that issuer and serial
    /// number; the worst, if it says several things.
    pub fn lookup(&self, issuer: &Name, serial: &[u8]) -> Option<Revoked> {
        let inner = &*self.0;
        let indirect = self.is_indirect();
        let mut of_issuer = inner.issuer == *issuer;
        let mut worst: Option<Revoked> = None;
        let walked = read_all(&inner.der[inner.entries.clone()], |reader| {
            while !reader.is_empty() {
                let content = reader.any()?.content;
                if !indirect && !begins_with(content, serial) {
                    continue;
                }
                let entry = entry(content)?;
                // RFC 5280 5.3.3: an entry without an issuer is of the one before.
                if let Some(name) = entry.issuer {
                    of_issuer = name == *issuer;
                }
                if of_issuer && entry.serial == serial {
                    worst = Some(worst.map_or(entry.revoked, |other| other.worse(entry.revoked)));
                }
            }
            Ok::<_, CrlError>(())
        });
        walked.expect("every entry was read when the list was parsed");
        worst
    }
}

impl Revoked {
    /// The one that excuses less: no excuse before an excuse, then the earlier.
    /// What takes back is the least of all.
    pub fn worse(self, other: Revoked) -> Revoked {
        if self.weight() <= other.weight() { self } else { other }
    }

    fn weight(self) -> (u8, UnixTime, UnixTime, Option<Reason>) {
        let class = match self.reason {
            None | Some(Reason::KeyCompromise | Reason::CaCompromise | Reason::AaCompromise) => 0,
            Some(Reason::PrivilegeWithdrawn) => 1,
            Some(Reason::CertificateHold) => 3,
            Some(Reason::RemoveFromCrl) => 4,
            Some(_) => 2,
        };
        let since = self.invalidity.map_or(self.at, |invalidity| invalidity.min(self.at));
        (class, since, self.at, self.reason)
    }
}

/// Whether one number is greater than another, both without leading zeros.
fn exceeds(one: &[u8], other: &[u8]) -> bool {
    (one.len(), one) > (other.len(), other)
}

/// Where `part`, a slice of `whole`, lies in it.
pub(super) fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

/// `TBSCertList`, RFC 5280 5.1.2.
fn list(reader: &mut Reader<'_>, der: &[u8], outer_algorithm: &[u8]) -> Result<Inner, CrlError> {
    let version_2 = match reader.peek() {
        Some(Tag::INTEGER) => match reader.small_integer()? {
            1 => true,
            found => return Err(CrlError::Version { found }),
        },
        _ => false,
    };
    let algorithm = reader.element(Tag::SEQUENCE)?.whole;
    if algorithm != outer_algorithm {
        return Err(CrlError::AlgorithmsDiffer);
    }
    let issuer = fields::name(reader.element(Tag::SEQUENCE)?.whole, "the issuer of the list")?;
    let this_update = fields::time(reader)?;
    let next_update = match reader.peek() {
        Some(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => Some(fields::time(reader)?),
        _ => None,
    };
    if let Some(next_update) = next_update.filter(|next| *next < this_update) {
        return Err(CrlError::UpdateOrder { this_update, next_update });
    }
    // RFC 5280 5.1.2.6 wants an empty list left out; some authorities write it.
    let revoked = reader.optional(Tag::SEQUENCE)?.map_or(&der[..0], |element| element.content);
    let extensions = match reader.peek() {
        Some(_) => reader.nested(Tag::context_constructed(0), Extension::read_list)?,
        None => Vec::new(),
    };
    if !version_2 && !extensions.is_empty() {
        return Err(CrlError::ExtensionsInVersion1);
    }
    let mut inner = Inner {
        der: Vec::new(),
        fingerprint: Digest::sha256(&[]),
        tbs: 0..0,
        signature: 0..0,
        algorithm: SignatureAlgorithm::parse(algorithm)?,
        issuer,
        this_update,
        next_update,
        entries: range(der, revoked),
        entry_count: 0,
        number: None,
        delta_base: None,
        point: None,
        point_der: None,
        authority_key_identifier: None,
        expired_since: None,
        freshest: false,
        unprocessable: None,
        unprocessable_entry: None,
    };
    for extension in &extensions {
        inner.take(extension)?;
    }
    inner.take_entries(revoked, version_2)?;
    Ok(inner)
}

impl Inner {
    fn take(&mut self, extension: &Extension) -> Result<(), FieldError> {
        let value = extension.value.as_slice();
        let number = || read_all(value, |reader| reader.unsigned_integer().map(<[u8]>::to_vec));
        match extension.oid.content() {
            CRL_NUMBER => self.number = Some(number()?),
            DELTA_CRL_INDICATOR => self.delta_base = Some(number()?),
            ISSUING_DISTRIBUTION_POINT => {
                self.point = Some(IssuingDistributionPoint::parse(value, &self.issuer)?);
                self.point_der = Some(value.to_vec());
            }
            AUTHORITY_KEY_IDENTIFIER => self.authority_key_identifier = Some(value.to_vec()),
            EXPIRED_CERTS_ON_CRL => self.expired_since = Some(fields::date(value)?),
            FRESHEST_CRL => self.freshest = true,
            _ if extension.critical && self.unprocessable.is_none() => {
                self.unprocessable = Some(extension.oid.clone());
            }
            _ => {}
        }
        Ok(())
    }

    fn take_entries(&mut self, revoked: &[u8], version_2: bool) -> Result<(), CrlError> {
        let max = limits::CRL_ENTRIES_MAX;
        let indirect = self.point.as_ref().is_some_and(|point| point.indirect);
        read_all(revoked, |reader| {
            while !reader.is_empty() {
                let entry = entry(reader.element(Tag::SEQUENCE)?.content)?;
                self.entry_count += 1;
                if self.entry_count > max {
                    return Err(CrlError::Entries { max });
                }
                if entry.has_extensions && !version_2 {
                    return Err(CrlError::ExtensionsInVersion1);
                }
                if entry.issuer.is_some() && !indirect {
                    return Err(CrlError::IssuerInDirect);
                }
                if entry.revoked.reason == Some(Reason::RemoveFromCrl) && self.delta_base.is_none() {
                    return Err(CrlError::RemoveFromComplete);
                }
                if self.unprocessable_entry.is_none() {
                    self.unprocessable_entry = entry.unprocessable;
                }
            }
            Ok(())
        })
    }
}

/// One of the revokedCertificates.
struct Entry<'a> {
    serial: &'a [u8],
    revoked: Revoked,
    issuer: Option<Name>,
    has_extensions: bool,
    unprocessable: Option<Oid>,
}

/// Whether an entry of that content is of this serial number.
fn begins_with(content: &[u8], serial: &[u8]) -> bool {
    let after_tag = content.strip_prefix(&[Tag::INTEGER.octet()]);
    let after_length = after_tag.and_then(|rest| match rest {
        [length, rest @ ..] if *length < 0x80 => Some((usize::from(*length), rest)),
        _ => None,
    });
    match after_length {
        Some((length, rest)) => length == serial.len() && rest.starts_with(serial),
        // Serial numbers above 127 octets have a longer length in front.
        None => entry(content).is_ok_and(|entry| entry.serial == serial),
    }
}

fn entry(content: &[u8]) -> Result<Entry<'_>, CrlError> {
    read_all(content, |reader| {
        let serial = reader.integer_as(Tag::INTEGER)?;
        let at = fields::time(reader)?;
        let mut entry = Entry {
            serial,
            revoked: Revoked { at, reason: None, invalidity: None },
            issuer: None,
            has_extensions: !reader.is_empty(),
            unprocessable: None,
        };
        if entry.has_extensions {
            reader.sequence(|reader| {
                while !reader.is_empty() {
                    entry.take(&fields::extension(reader)?)?;
                }
                Ok::<_, CrlError>(())
            })?;
        }
        Ok(entry)
    })
}

impl Entry<'_> {
    fn take(&mut self, extension: &fields::Extension<'_>) -> Result<(), CrlError> {
        let repeated = match extension.oid {
            fields::REASON_CODE => {
                self.revoked.reason.replace(fields::reason_code(extension.value)?).is_some()
            }
            fields::INVALIDITY_DATE => {
                self.revoked.invalidity.replace(fields::date(extension.value)?).is_some()
            }
            fields::CERTIFICATE_ISSUER => self.issuer.replace(certificate_issuer(extension.value)?).is_some(),
            // RFC 3280 5.3.2: what to do with a hold; says nothing about whether.
            fields::HOLD_INSTRUCTION => false,
            _ => {
                if extension.critical && self.unprocessable.is_none() {
                    self.unprocessable = Some(fields::named(extension.oid));
                }
                false
            }
        };
        if repeated {
            return Err(CrlError::RepeatedEntryExtension { oid: fields::named(extension.oid) });
        }
        Ok(())
    }
}
