//! `TSTInfo`, RFC 3161 2.4.2: what the authority signs.
//!
//! How to attack it: a time of another precision or zone, so that two readers
//! see two instants; an accuracy of a thousand milliseconds, or of none, which
//! is not zero; an imprint of a hash function that is none; an extension that
//! changes the meaning and is not looked at; numbers without end.

use std::fmt;

use crate::digest::{Algorithm as Hash, Digest, encode_hex};
use crate::limits;
use crate::proof::x509::{GeneralName, Oid, signature::digest_algorithm};
use crate::time::{Interval, UnixTime};
use crate::wire::der::{self, Reader, Tag};

use super::error::{TokenError, bounded, within};

/// What the authority says, read and not believed.
#[derive(Clone, Debug)]
pub(super) struct TstInfo {
    pub policy: Oid,
    pub imprint: MessageImprint,
    /// Content octets of the INTEGER, which some write below zero.
    pub serial: Vec<u8>,
    pub gen_time: GenTime,
    /// In nanoseconds; `None` where it is not stated.
    pub accuracy: Option<u64>,
    pub ordering: bool,
    /// Content octets of the INTEGER.
    pub nonce: Option<Vec<u8>>,
    pub tsa: Option<GeneralName>,
    /// The extensions that are not critical; critical ones are refused.
    pub extensions: Vec<Oid>,
}

/// What a token says it is over.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageImprint {
    /// With which hash function.
    pub hash: Hash,
    /// The digest, in whatever length it was sent in: an authority signs what it
    /// is sent. Of another length than the hash function's it is over nothing.
    pub bytes: Vec<u8>,
}

impl MessageImprint {
    /// The digest, where it has the length of one.
    pub fn digest(&self) -> Option<Digest> {
        Digest::new(self.hash, &self.bytes).ok()
    }
}

/// `sha256:<hex>`
impl fmt::Display for MessageImprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.hash.name(), encode_hex(&self.bytes))
    }
}

impl fmt::Debug for MessageImprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An instant as it is written; a leap second is an interval of one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GenTime(Interval);

/// Reads the content of the signed OCTET STRING.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<TstInfo, TokenError> {
    within("TSTInfo", reader.sequence(fields))
}

fn fields(reader: &mut Reader<'_>) -> Result<TstInfo, TokenError> {
    let version = reader.small_integer()?;
    if version != 1 {
        return Err(TokenError::Version { part: "TSTInfo", found: version, expected: 1 });
    }
    let policy = Oid::read(reader)?;
    let imprint = reader.sequence(imprint)?;
    let serial = integer(reader, "serial number", limits::TOKEN_SERIAL_BYTES_MAX)?;
    let gen_time = GenTime::read(reader.element(Tag::GENERALIZED_TIME)?.content)?;
    let accuracy = match reader.peek() {
        Some(Tag::SEQUENCE) => reader.sequence(accuracy)?,
        _ => None,
    };
    // FALSE is the default. Some write it all the same; it is signed, so nobody
    // can add or remove it afterwards.
    let ordering = reader.peek() == Some(Tag::BOOLEAN) && reader.boolean()?;
    let nonce = match reader.peek() {
        Some(Tag::INTEGER) => Some(integer(reader, "nonce", limits::TOKEN_NONCE_BYTES_MAX)?.to_vec()),
        _ => None,
    };
    let tsa = match reader.peek() {
        Some(tag) if tag == Tag::context_constructed(0) => {
            let name = reader.nested(tag, |reader| reader.any())?.whole;
            let read = der::read_all(name, GeneralName::read);
            Some(read.map_err(|error| TokenError::TsaName { fault: error.to_string() })?)
        }
        _ => None,
    };
    let extensions = match reader.peek() {
        Some(tag) if tag == Tag::context_constructed(1) => reader.nested(tag, extensions)?,
        _ => Vec::new(),
    };
    Ok(TstInfo {
        policy,
        imprint,
        serial: serial.to_vec(),
        gen_time,
        accuracy,
        ordering,
        nonce,
        tsa,
        extensions,
    })
}

/// `MessageImprint`
fn imprint(reader: &mut Reader<'_>) -> Result<MessageImprint, TokenError> {
    const PART: &str = "message imprint";
    let identifier = reader.element(Tag::SEQUENCE)?.whole;
    let hash = digest_algorithm(identifier).map_err(|error| TokenError::Hash { part: PART, error })?;
    let bytes = reader.octet_string()?;
    if bytes.len() > limits::TOKEN_IMPRINT_BYTES_MAX {
        let (found, max) = (bytes.len(), limits::TOKEN_IMPRINT_BYTES_MAX);
        return Err(TokenError::TooMany { what: "bytes of imprint", found, max });
    }
    Ok(MessageImprint { hash, bytes: bytes.to_vec() })
}

/// A digest of exactly the length of its hash function.
pub(super) fn digest(part: &'static str, hash: Hash, bytes: &[u8]) -> Result<Digest, TokenError> {
    Digest::new(hash, bytes).map_err(|_| TokenError::DigestLength { part, hash, found: bytes.len() })
}

/// The content octets of an INTEGER of at most `max` octets of magnitude, which
/// may be negative, as nonces are that somebody wrote as they came.
fn integer<'a>(reader: &mut Reader<'a>, what: &'static str, max: usize) -> Result<&'a [u8], TokenError> {
    let content = reader.integer_as(Tag::INTEGER)?;
    let found = content.len() - usize::from(content.len() > 1 && content[0] == 0);
    if found > max {
        return Err(TokenError::IntegerLength { what, found, max });
    }
    Ok(content)
}

/// `Accuracy`. A part that is missing is zero; where all are missing nothing is
/// stated, and nothing is not zero.
fn accuracy(reader: &mut Reader<'_>) -> Result<Option<u64>, TokenError> {
    let mut nanos = None;
    let parts = [
        (Tag::INTEGER, "seconds", 0, u64::from(u32::MAX), 1_000_000_000),
        (Tag::context(0), "millis", 1, 999, 1_000_000),
        (Tag::context(1), "micros", 1, 999, 1_000),
    ];
    for (tag, part, min, max, unit) in parts {
        let Some(element) = reader.optional(tag)? else { continue };
        let value = unsigned(element.content).filter(|value| (min..=max).contains(value));
        let value = value.ok_or(TokenError::Accuracy { part })?;
        nanos = Some(nanos.unwrap_or(0) + value * unit);
    }
    Ok(nanos)
}

/// An INTEGER that is not negative and has at most 32 bits.
fn unsigned(content: &[u8]) -> Option<u64> {
    match content {
        [] | [0, 0..=0x7F, ..] | [0x80..=0xFF, ..] => None,
        _ if content.len() > 5 => None,
        _ => Some(content.iter().fold(0, |value, octet| value << 8 | u64::from(*octet))),
    }
}

/// `Extensions`. None is known here, so none may be critical.
fn extensions(reader: &mut Reader<'_>) -> Result<Vec<Oid>, TokenError> {
    let mut known: Vec<Oid> = Vec::new();
    while !reader.is_empty() {
        bounded("extensions", known.len() + 1, limits::TOKEN_EXTENSIONS_MAX)?;
        known.push(reader.sequence(|reader| -> Result<Oid, TokenError> {
            let oid = Oid::read(reader)?;
            let critical = reader.peek() == Some(Tag::BOOLEAN) && reader.boolean()?;
            reader.octet_string()?;
            match critical {
                true => Err(TokenError::CriticalExtension { found: oid }),
                false if known.contains(&oid) => Err(TokenError::ExtensionRepeated { found: oid }),
                false => Ok(oid),
            }
        })?);
    }
    Ok(known)
}

impl GenTime {
    /// `YYYYMMDDhhmmss[.s...]Z`: UTC, seconds always, a fraction without zeros at
    /// its end, down to nanoseconds.
    fn read(content: &[u8]) -> Result<GenTime, TokenError> {
        let wrong = || TokenError::Time { part: "genTime", found: quote(content) };
        let text = std::str::from_utf8(content).map_err(|_| wrong())?;
        let body = text.strip_suffix('Z').ok_or_else(wrong)?;
        let (whole, fraction) = match body.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (body, None),
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let fraction_is_right = fraction.is_none_or(|f| digits(f) && !f.ends_with('0') && f.len() <= 9);
        if whole.len() != 14 || !digits(whole) || !fraction_is_right {
            return Err(wrong());
        }
        let tail = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
        let (date, clock) = whole.split_at(8);
        let rfc3339 = format!(
            "{}-{}-{}T{}:{}:{}{tail}Z",
            &date[..4],
            &date[4..6],
            &date[6..],
            &clock[..2],
            &clock[2..4],
            &clock[4..]
        );
        Interval::parse_rfc3339(&rfc3339).map(GenTime).map_err(|_| wrong())
    }

    /// The instant that is written there, the first one of a leap second.
    pub fn instant(self) -> UnixTime {
        self.0.earliest.expect("the time was read")
    }

    /// From the instant to itself, or to the end of the leap second.
    pub fn interval(self) -> Interval {
        self.0
    }

    /// The interval that `nanos` on both sides make of it. What no calendar can
    /// spell is unbounded.
    pub fn give_or_take(self, nanos: u64) -> Interval {
        let moved = |time: Option<UnixTime>, by: i128| {
            let time = time?;
            let total = i128::from(time.seconds()) * 1_000_000_000 + i128::from(time.nanos()) + by;
            let seconds = i64::try_from(total.div_euclid(1_000_000_000)).ok()?;
            UnixTime::new(seconds, total.rem_euclid(1_000_000_000) as u32).ok()
        };
        Interval {
            earliest: moved(self.0.earliest, -i128::from(nanos)),
            latest: moved(self.0.latest, i128::from(nanos)),
        }
    }
}

/// A few bytes of what stands there, to be shown.
pub(super) fn quote(content: &[u8]) -> String {
    String::from_utf8_lossy(&content[..content.len().min(32)]).escape_debug().to_string()
}

#[cfg(test)]
mod tests;
