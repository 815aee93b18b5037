//! What revocation lists and responses have in common, RFC 5280.

use super::Reason;
use crate::proof::x509::{ExtensionError, Name, NameError, Oid, ValueError};
use crate::time::UnixTime;
use crate::wire::der::{DerError, Reader, Tag, read_all};

/// 2.5.29.21
pub(super) const REASON_CODE: &[u8] = &[0x55, 0x1D, 0x15];
/// 2.5.29.23
pub(super) const HOLD_INSTRUCTION: &[u8] = &[0x55, 0x1D, 0x17];
/// 2.5.29.24
pub(super) const INVALIDITY_DATE: &[u8] = &[0x55, 0x1D, 0x18];
/// 2.5.29.29
pub(super) const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1D, 0x1D];

/// Why a part is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Not DER.
    #[error("{0}")]
    Der(#[from] DerError),
    /// A name that is none.
    #[error("{what}: {error}")]
    Name {
        /// Whose.
        what: &'static str,
        /// What is wrong with it.
        error: NameError,
    },
    /// An entry's issuer that has no distinguished name.
    #[error("an entry of an issuer without a distinguished name")]
    IssuerForm,
    /// Extensions that cannot be read.
    #[error("{0}")]
    Extensions(#[from] ExtensionError),
    /// A value in them that cannot be read.
    #[error("{0}")]
    Value(#[from] ValueError),
    /// A number that stands for no reason.
    #[error("{found} is no reason for a revocation")]
    Reason {
        /// The number.
        found: u8,
    },
}

/// One extension of an entry, unread and not copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

/// The next extension of a sequence.
pub(super) fn extension<'a>(reader: &mut Reader<'a>) -> Result<Extension<'a>, DerError> {
    reader.sequence(|reader| {
        let oid = reader.oid()?;
        // A spelled-out FALSE is not DER, but it is signed as it stands, and
        // some authorities write it.
        let critical = reader.peek() == Some(Tag::BOOLEAN) && reader.boolean()?;
        Ok(Extension { oid, critical, value: reader.octet_string()? })
    })
}

/// `Time`: UTCTime to 2049, GeneralizedTime from 2050. Old lists have the
/// latter for earlier years too; the instant is the same.
pub(super) fn time(reader: &mut Reader<'_>) -> Result<UnixTime, DerError> {
    if reader.peek() == Some(Tag::UTC_TIME) { reader.utc_time() } else { reader.generalized_time() }
}

/// `CRLReason`.
pub(super) fn reason(reader: &mut Reader<'_>) -> Result<Reason, FieldError> {
    match reader.element(Tag::ENUMERATED)?.content {
        [code] => Reason::from_code(*code).ok_or(FieldError::Reason { found: *code }),
        _ => Err(FieldError::Reason { found: u8::MAX }),
    }
}

/// The value of an extension that is a CRLReason.
pub(super) fn reason_code(value: &[u8]) -> Result<Reason, FieldError> {
    read_all(value, reason)
}

/// The value of an extension that is a GeneralizedTime.
pub(super) fn date(value: &[u8]) -> Result<UnixTime, FieldError> {
    read_all(value, |reader| reader.generalized_time().map_err(FieldError::Der))
}

/// A distinguished name.
pub(super) fn name(der: &[u8], what: &'static str) -> Result<Name, FieldError> {
    Name::parse(der).map_err(|error| FieldError::Name { what, error })
}

/// How reports name an extension.
pub(super) fn named(oid: &[u8]) -> Oid {
    Oid::of(oid)
}
