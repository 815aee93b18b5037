//! DER, X.690, as much as keys and signatures need.
//!
//! How it would be attacked: a second encoding of one value (long lengths,
//! indefinite length, padded integers, `TRUE` as 1, spare bits), so that a
//! signature changes and still verifies; bytes after the end that nobody
//! looks at; a length that reaches beyond the input. BER is refused throughout.

use crate::time::UnixTime;

/// An identifier octet. Tags above 30, which need more octets, do not occur
/// in what is read here and are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u8);

impl Tag {
    /// `BOOLEAN`
    pub const BOOLEAN: Tag = Tag(0x01);
    /// `INTEGER`
    pub const INTEGER: Tag = Tag(0x02);
    /// `BIT STRING`
    pub const BIT_STRING: Tag = Tag(0x03);
    /// `OCTET STRING`
    pub const OCTET_STRING: Tag = Tag(0x04);
    /// `NULL`
    pub const NULL: Tag = Tag(0x05);
    /// `OBJECT IDENTIFIER`
    pub const OID: Tag = Tag(0x06);
    /// `ENUMERATED`
    pub const ENUMERATED: Tag = Tag(0x0A);
    /// `UTF8String`
    pub const UTF8_STRING: Tag = Tag(0x0C);
    /// `NumericString`
    pub const NUMERIC_STRING: Tag = Tag(0x12);
    /// `PrintableString`
    pub const PRINTABLE_STRING: Tag = Tag(0x13);
    /// `TeletexString`, whose character sets nobody implements.
    pub const TELETEX_STRING: Tag = Tag(0x14);
    /// `IA5String`
    pub const IA5_STRING: Tag = Tag(0x16);
    /// `UTCTime`
    pub const UTC_TIME: Tag = Tag(0x17);
    /// `GeneralizedTime`
    pub const GENERALIZED_TIME: Tag = Tag(0x18);
    /// `VisibleString`
    pub const VISIBLE_STRING: Tag = Tag(0x1A);
    /// `UniversalString`
    pub const UNIVERSAL_STRING: Tag = Tag(0x1C);
    /// `BMPString`
    pub const BMP_STRING: Tag = Tag(0x1E);
    /// `SEQUENCE` and `SEQUENCE OF`
    pub const SEQUENCE: Tag = Tag(0x30);
    /// `SET` and `SET OF`
    pub const SET: Tag = Tag(0x31);

    /// `[n]` around a primitive value, as `IMPLICIT` makes it.
    pub const fn context(n: u8) -> Tag {
        assert!(n < 31, "one octet holds no larger number");
        Tag(0x80 | n)
    }

    /// `[n]` around other elements.
    pub const fn context_constructed(n: u8) -> Tag {
        assert!(n < 31, "one octet holds no larger number");
        Tag(0xA0 | n)
    }

    /// The octet.
    pub const fn octet(self) -> u8 {
        self.0
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tag {:#04x}", self.0)
    }
}

/// Why bytes are not the DER asked for; offsets are counted from the
/// outermost element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DerError {
    /// An element begins or goes on beyond the end of what it lies in.
    #[error("the element at offset {offset} goes beyond the end")]
    Truncated {
        /// Where the element begins.
        offset: usize,
    },
    /// Another element was expected here.
    #[error("expected {expected} at offset {offset}, found {found}")]
    Tag {
        /// What should stand here.
        expected: Tag,
        /// What does.
        found: Tag,
        /// Where.
        offset: usize,
    },
    /// A tag of more than one octet.
    #[error("a tag of several octets at offset {offset}")]
    LongTag {
        /// Where.
        offset: usize,
    },
    /// X.690 10.1: indefinite, or longer than it needs to be.
    #[error("the length of the element at offset {offset} is not in its shortest form")]
    Length {
        /// Where the element begins.
        offset: usize,
    },
    /// Bytes follow that belong to nothing.
    #[error("expected nothing more at offset {offset}")]
    Trailing {
        /// Where they begin.
        offset: usize,
    },
    /// The content breaks a rule of its type.
    #[error("the {kind} at offset {offset} is not in the one form that DER allows")]
    Content {
        /// Which type.
        kind: &'static str,
        /// Where the element begins.
        offset: usize,
    },
    /// A number below zero where none can be.
    #[error("the integer at offset {offset} is negative")]
    Negative {
        /// Where the element begins.
        offset: usize,
    },
}

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its identifier.
    pub tag: Tag,
    /// Its content octets.
    pub content: &'a [u8],
    /// The whole of it, with identifier and length: what signatures are made over.
    pub whole: &'a [u8],
}

/// Reads elements one after another.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

/// Reads `bytes` and insists that `read` uses all of them.
pub fn read_all<'a, T, E: From<DerError>>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, E>,
) -> Result<T, E> {
    let mut reader = Reader { rest: bytes, offset: 0 };
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// A reader that does not insist on the end: to recognise something by how it
/// begins, never to read it.
pub fn beginning(bytes: &[u8]) -> Reader<'_> {
    Reader { rest: bytes, offset: 0 }
}

impl<'a> Reader<'a> {
    /// Whether all has been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The identifier of the next element, if there is one.
    pub fn peek(&self) -> Option<Tag> {
        self.rest.first().map(|octet| Tag(*octet))
    }

    /// The next element, whatever it is.
    pub fn any(&mut self) -> Result<Element<'a>, DerError> {
        let offset = self.offset;
        let truncated = DerError::Truncated { offset };
        let tag = self.peek().ok_or(truncated)?;
        if tag.0 & 0x1F == 0x1F {
            return Err(DerError::LongTag { offset });
        }
        let first = *self.rest.get(1).ok_or(truncated)?;
        let (header, length) = match first {
            0..=0x7F => (2, usize::from(first)),
            0x80 => return Err(DerError::Length { offset }),
            // X.690 8.1.3.5: the low bits count the octets of the length. Four make 4 GiB.
            0x81..=0x84 => {
                let octets = self.rest.get(2..2 + usize::from(first & 0x7F)).ok_or(truncated)?;
                let length = octets.iter().fold(0u64, |length, octet| length << 8 | u64::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return Err(DerError::Length { offset });
                }
                (2 + octets.len(), usize::try_from(length).map_err(|_| truncated)?)
            }
            _ => return Err(DerError::Length { offset }),
        };
        let end = header.checked_add(length).ok_or(truncated)?;
        let whole = self.rest.get(..end).ok_or(truncated)?;
        self.rest = &self.rest[end..];
        self.offset += end;
        Ok(Element { tag, content: &whole[header..], whole })
    }

    /// The next element, which must be of that kind.
    pub fn element(&mut self, expected: Tag) -> Result<Element<'a>, DerError> {
        match self.peek() {
            Some(found) if found != expected => Err(DerError::Tag { expected, found, offset: self.offset }),
            _ => self.any(),
        }
    }

    /// The next element, if it is of that kind.
    pub fn optional(&mut self, expected: Tag) -> Result<Option<Element<'a>>, DerError> {
        if self.peek() == Some(expected) { self.any().map(Some) } else { Ok(None) }
    }

    /// Reads what lies in the next element and insists that `read` uses all of it.
    pub fn nested<T, E: From<DerError>>(
        &mut self,
        expected: Tag,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, E>,
    ) -> Result<T, E> {
        let element = self.element(expected)?;
        let mut inner = Reader { rest: element.content, offset: self.offset - element.content.len() };
        let value = read(&mut inner)?;
        inner.finish()?;
        Ok(value)
    }

    /// Reads a `SEQUENCE`.
    pub fn sequence<T, E: From<DerError>>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.nested(Tag::SEQUENCE, read)
    }

    /// Reads a `SEQUENCE OF` or a `SET OF`, each element with `read`.
    pub fn each<T, E: From<DerError>>(
        &mut self,
        expected: Tag,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        self.nested(expected, |reader| {
            let mut all = Vec::new();
            while !reader.is_empty() {
                all.push(read(reader)?);
            }
            Ok(all)
        })
    }

    /// A `BOOLEAN`. X.690 11.1: true is all ones.
    pub fn boolean(&mut self) -> Result<bool, DerError> {
        self.boolean_as(Tag::BOOLEAN)
    }

    /// A `BOOLEAN` under another tag, as `IMPLICIT` makes it.
    pub fn boolean_as(&mut self, tag: Tag) -> Result<bool, DerError> {
        let offset = self.offset;
        match self.element(tag)?.content {
            [0x00] => Ok(false),
            [0xFF] => Ok(true),
            _ => Err(DerError::Content { kind: "boolean", offset }),
        }
    }

    /// An `INTEGER` that is not negative: its magnitude, big-endian, without
    /// leading zeros; zero is empty.
    pub fn unsigned_integer(&mut self) -> Result<&'a [u8], DerError> {
        let offset = self.offset;
        match self.element(Tag::INTEGER)?.content {
            [0] => Ok(&[]),
            // X.690 8.3.2: the first nine bits are not all alike.
            [] | [0, 0..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] => {
                Err(DerError::Content { kind: "integer", offset })
            }
            [0x80..=0xFF, ..] => Err(DerError::Negative { offset }),
            [0, magnitude @ ..] | magnitude => Ok(magnitude),
        }
    }

    /// An `INTEGER` of either sign under that tag ([`Tag::INTEGER`], or what
    /// `IMPLICIT` makes of it): its content octets, of which there is one form.
    pub fn integer_as(&mut self, tag: Tag) -> Result<&'a [u8], DerError> {
        let offset = self.offset;
        match self.element(tag)?.content {
            // X.690 8.3.2: the first nine bits are not all alike.
            [] | [0, 0..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] => {
                Err(DerError::Content { kind: "integer", offset })
            }
            content => Ok(content),
        }
    }

    /// An `INTEGER` from 0 to 255, as versions are.
    pub fn small_integer(&mut self) -> Result<u8, DerError> {
        let offset = self.offset;
        match self.unsigned_integer()? {
            [] => Ok(0),
            [value] => Ok(*value),
            _ => Err(DerError::Content { kind: "small integer", offset }),
        }
    }

    /// A `BIT STRING` of whole octets.
    pub fn bit_string(&mut self) -> Result<&'a [u8], DerError> {
        let offset = self.offset;
        match self.element(Tag::BIT_STRING)?.content {
            [0, octets @ ..] => Ok(octets),
            _ => Err(DerError::Content { kind: "bit string of whole octets", offset }),
        }
    }

    /// A `BIT STRING` of named bits under that tag, of which there are at most
    /// sixteen: bit `n` of the list is `1 << n`.
    pub fn named_bits_as(&mut self, tag: Tag) -> Result<u16, DerError> {
        let offset = self.offset;
        let wrong = DerError::Content { kind: "list of named bits", offset };
        let (unused, octets) = self.element(tag)?.content.split_first().ok_or(wrong)?;
        // X.690 11.2.1 and 11.2.2: unused bits are zero, and the last used one is not.
        let one_form = match octets.last() {
            None => *unused == 0,
            Some(last) => *unused < 8 && last.trailing_zeros() == u32::from(*unused),
        };
        if !one_form || octets.len() > 2 {
            return Err(wrong);
        }
        let reversed = octets.iter().map(|octet| u16::from(octet.reverse_bits()));
        Ok(reversed.rev().fold(0, |bits, octet| bits << 8 | octet))
    }

    /// A `UTCTime` of the one form that RFC 5280 4.1.2.5.1 allows: with seconds,
    /// in UTC, of the years 1950 to 2049.
    pub fn utc_time(&mut self) -> Result<UnixTime, DerError> {
        let offset = self.offset;
        let digits = self.element(Tag::UTC_TIME)?.content;
        let century: &[u8] = if digits.first() >= Some(&b'5') { b"19" } else { b"20" };
        calendar(&[century, digits].concat(), false).ok_or(DerError::Content { kind: "UTCTime", offset })
    }

    /// A `GeneralizedTime` of the one form that RFC 5280 4.1.2.5.2 allows: with
    /// seconds, without a fraction, in UTC.
    pub fn generalized_time(&mut self) -> Result<UnixTime, DerError> {
        self.generalized_time_as(Tag::GENERALIZED_TIME, false)
    }

    /// A `GeneralizedTime` under that tag. `fraction` says whether a fraction of
    /// a second may stand there, in the form of X.690 11.7.3: a full stop, and
    /// no zeros at its end; of at most nine digits.
    pub fn generalized_time_as(&mut self, tag: Tag, fraction: bool) -> Result<UnixTime, DerError> {
        let offset = self.offset;
        let text = self.element(tag)?.content;
        calendar(text, fraction).ok_or(DerError::Content { kind: "GeneralizedTime", offset })
    }

    /// An `OCTET STRING`.
    pub fn octet_string(&mut self) -> Result<&'a [u8], DerError> {
        self.element(Tag::OCTET_STRING).map(|element| element.content)
    }

    /// A `NULL`.
    pub fn null(&mut self) -> Result<(), DerError> {
        let offset = self.offset;
        match self.element(Tag::NULL)?.content {
            [] => Ok(()),
            _ => Err(DerError::Content { kind: "null", offset }),
        }
    }

    /// An `OBJECT IDENTIFIER`, as its content octets, which are compared as they are.
    pub fn oid(&mut self) -> Result<&'a [u8], DerError> {
        self.oid_as(Tag::OID)
    }

    /// An `OBJECT IDENTIFIER` under another tag, as `IMPLICIT` makes it.
    pub fn oid_as(&mut self, tag: Tag) -> Result<&'a [u8], DerError> {
        let offset = self.offset;
        let content = self.element(tag)?.content;
        // X.690 8.19.2: octets with the top bit go on, and no number begins with 0x80.
        let ends = content.last().is_some_and(|octet| octet & 0x80 == 0);
        let padded = |at: usize| content[at] == 0x80 && (at == 0 || content[at - 1] & 0x80 == 0);
        if !ends || (0..content.len()).any(padded) {
            return Err(DerError::Content { kind: "object identifier", offset });
        }
        Ok(content)
    }

    /// Insists that all has been read.
    pub fn finish(self) -> Result<(), DerError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DerError::Trailing { offset: self.offset }) }
    }
}

/// `YYYYMMDDHHMMSS[.f]Z` as an instant. A leap second has no spelling here.
fn calendar(text: &[u8], fraction: bool) -> Option<UnixTime> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?.strip_suffix('Z')?;
    let (digits, part) = match text.split_once('.') {
        Some((digits, part)) if fraction && !part.ends_with('0') => (digits, Some(part)),
        Some(_) => return None,
        None => (text, None),
    };
    if digits.len() != 14 {
        return None;
    }
    let dot = if part.is_some() { "." } else { "" };
    let [year, month, day, hour, minute, second] =
        [0..4, 4..6, 6..8, 8..10, 10..12, 12..14].map(|range| &digits[range]);
    let part = part.unwrap_or_default();
    UnixTime::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}{dot}{part}Z")).ok()
}

/// An element of these contents, one after another.
pub fn encode(tag: Tag, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let octets = length.to_be_bytes();
    let mut out = vec![tag.0];
    if length < 0x80 {
        out.push(octets[octets.len() - 1]);
    } else {
        let skipped = length.leading_zeros() as usize / 8;
        out.push(0x80 | (octets.len() - skipped) as u8);
        out.extend_from_slice(&octets[skipped..]);
    }
    for content in contents {
        out.extend_from_slice(content);
    }
    out
}

/// An `INTEGER` of this magnitude, big-endian, with or without leading zeros.
pub fn encode_unsigned_integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
    let digits = &magnitude[zeros..];
    let sign: &[u8] = if digits.first().is_none_or(|octet| octet & 0x80 != 0) { &[0] } else { &[] };
    encode(Tag::INTEGER, &[sign, digits])
}

/// A `BIT STRING` of whole octets.
pub fn encode_bit_string(octets: &[u8]) -> Vec<u8> {
    encode(Tag::BIT_STRING, &[&[0], octets])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: PartialEq + std::fmt::Debug>(
        bytes: &[u8],
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, DerError>,
        expected: Result<T, DerError>,
    ) {
        assert_eq!(read_all(bytes, read), expected, "{bytes:02x?}");
    }

    fn content<T>(kind: &'static str) -> Result<T, DerError> {
        Err(DerError::Content { kind, offset: 0 })
    }

    #[test]
    fn lengths() {
        let any = |r: &mut Reader<'_>| r.any().map(|e| e.content.len());
        let with = |header: &[u8], length: usize| [header, &vec![7; length]].concat();
        check(&with(&[4, 0], 0), any, Ok(0));
        check(&with(&[4, 0x7F], 0x7F), any, Ok(0x7F));
        check(&with(&[4, 0x81, 0x80], 0x80), any, Ok(0x80));
        check(&with(&[4, 0x82, 1, 0], 0x100), any, Ok(0x100));
        check(&with(&[4, 0x83, 1, 0, 0], 0x1_0000), any, Ok(0x1_0000));
        check(&with(&[4, 0x84, 1, 0, 0, 0], 0x100_0000), any, Ok(0x100_0000));
        let long = Err(DerError::Length { offset: 0 });
        check(&with(&[4, 0x81, 0x7F], 0x7F), any, long);
        check(&with(&[4, 0x82, 0, 0x80], 0x80), any, long);
        check(&with(&[4, 0x80], 2), any, long);
        check(&with(&[4, 0x85, 0, 0, 0, 0, 1], 1), any, long);
        check(&with(&[4, 0xFF], 1), any, long);
        let truncated = Err(DerError::Truncated { offset: 0 });
        check(&[], any, truncated);
        check(&[4], any, truncated);
        check(&[4, 1], any, truncated);
        check(&[4, 0x81], any, truncated);
        check(&[4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0], any, truncated);
        check(&[4, 0, 0], any, Err(DerError::Trailing { offset: 2 }));
        check(&[0x1F, 0x20, 0], any, Err(DerError::LongTag { offset: 0 }));
    }

    #[test]
    fn integers() {
        let integer = |r: &mut Reader<'_>| r.unsigned_integer().map(<[u8]>::to_vec);
        check(&[2, 1, 0], integer, Ok(vec![]));
        check(&[2, 1, 1], integer, Ok(vec![1]));
        check(&[2, 2, 0, 0x80], integer, Ok(vec![0x80]));
        check(&[2, 2, 1, 0], integer, Ok(vec![1, 0]));
        check(&[2, 0], integer, content("integer"));
        check(&[2, 2, 0, 0], integer, content("integer"));
        check(&[2, 2, 0, 0x7F], integer, content("integer"));
        check(&[2, 2, 0xFF, 0x80], integer, content("integer"));
        check(&[2, 1, 0x80], integer, Err(DerError::Negative { offset: 0 }));
        check(&[2, 1, 0xFF], integer, Err(DerError::Negative { offset: 0 }));
        check(&[2, 2, 0xFF, 0x7F], integer, Err(DerError::Negative { offset: 0 }));
        check(&[2, 2, 0, 0xFF], |r| r.small_integer(), Ok(255));
        check(&[2, 2, 1, 0], |r| r.small_integer(), content("small integer"));
    }

    #[test]
    fn other_types() {
        check(&[1, 1, 0], |r| r.boolean(), Ok(false));
        check(&[1, 1, 0xFF], |r| r.boolean(), Ok(true));
        check(&[1, 1, 1], |r| r.boolean(), content("boolean"));
        check(&[1, 0], |r| r.boolean(), content("boolean"));
        check(&[5, 0], |r| r.null(), Ok(()));
        check(&[5, 1, 0], |r| r.null(), content("null"));
        check(&[3, 2, 0, 9], |r| r.bit_string().map(<[u8]>::to_vec), Ok(vec![9]));
        check(&[3, 1, 0], |r| r.bit_string().map(<[u8]>::to_vec), Ok(vec![]));
        check(&[3, 2, 1, 8], |r| r.bit_string().map(drop), content("bit string of whole octets"));
        check(&[3, 0], |r| r.bit_string().map(drop), content("bit string of whole octets"));
        check(&[6, 3, 0x2B, 0x65, 0x70], |r| r.oid().map(<[u8]>::to_vec), Ok(vec![0x2B, 0x65, 0x70]));
        check(&[6, 3, 0x2A, 0x86, 0x48], |r| r.oid().map(<[u8]>::len), Ok(3));
        for wrong in [&[6, 0][..], &[6, 1, 0x86], &[6, 2, 0x80, 1], &[6, 3, 0x2A, 0x80, 1]] {
            check(wrong, |r| r.oid().map(drop), content("object identifier"));
        }
    }

    #[test]
    fn named_bits() {
        let bits = |r: &mut Reader<'_>| r.named_bits_as(Tag::BIT_STRING);
        check(&[3, 1, 0], bits, Ok(0));
        check(&[3, 2, 7, 0x80], bits, Ok(1));
        check(&[3, 2, 1, 0x06], bits, Ok(1 << 5 | 1 << 6));
        check(&[3, 3, 7, 0x00, 0x80], bits, Ok(1 << 8));
        check(&[3, 3, 0, 0x80, 0x01], bits, Ok(1 | 1 << 15));
        let wrong: [&[u8]; 6] =
            [&[3, 0], &[3, 1, 1], &[3, 2, 0, 6], &[3, 2, 7, 0], &[3, 2, 8, 0], &[3, 4, 0, 1, 1, 1]];
        for wrong in wrong {
            check(wrong, bits, content("list of named bits"));
        }
    }

    #[test]
    fn signed_integers() {
        let integer = |r: &mut Reader<'_>| r.integer_as(Tag::INTEGER).map(<[u8]>::to_vec);
        check(&[2, 1, 0], integer, Ok(vec![0]));
        check(&[2, 1, 0xFF], integer, Ok(vec![0xFF]));
        check(&[2, 2, 0, 0x80], integer, Ok(vec![0, 0x80]));
        check(&[2, 2, 0, 0x7F], integer, content("integer"));
        check(&[2, 2, 0xFF, 0x80], integer, content("integer"));
        check(&[2, 0], integer, content("integer"));
    }

    #[test]
    fn times() {
        let read = |tag: Tag, text: &str, fraction: bool| {
            let der = encode(tag, &[text.as_bytes()]);
            let time = read_all(&der, |r| match tag {
                Tag::UTC_TIME => r.utc_time(),
                _ => r.generalized_time_as(tag, fraction),
            });
            time.map_or_else(|_| "refused".to_owned(), |time| time.to_string())
        };
        let utc =
            |text: &str, expected: &str| assert_eq!(read(Tag::UTC_TIME, text, true), expected, "{text}");
        utc("500101000000Z", "1950-01-01T00:00:00Z");
        utc("491231235959Z", "2049-12-31T23:59:59Z");
        utc("000229120000Z", "2000-02-29T12:00:00Z");
        for wrong in
            ["", "Z", "5001010000Z", "500101000000", "500101000000+0000", "500101000060Z", "500001000000Z"]
        {
            utc(wrong, "refused");
        }
        utc("5001010000:0Z", "refused");
        utc("500101000000.5Z", "refused");
        utc("-00101000000Z", "refused");
        utc("50010100000\u{e9}Z", "refused");
        let general = |text: &str, expected: &str| {
            assert_eq!(read(Tag::GENERALIZED_TIME, text, false), expected, "{text}");
        };
        general("99991231235959Z", "9999-12-31T23:59:59Z");
        general("20000101000000.5Z", "refused");
        general("20000101000000Z0", "refused");
        general("200001010000Z", "refused");
        let fraction = |text: &str, expected: &str| {
            assert_eq!(read(Tag::GENERALIZED_TIME, text, true), expected, "{text}");
        };
        fraction("20000101000000.5Z", "2000-01-01T00:00:00.5Z");
        fraction("20000101000000.000000001Z", "2000-01-01T00:00:00.000000001Z");
        for wrong in ["20000101000000.Z", "20000101000000.50Z", "20000101000000.0000000001Z"] {
            fraction(wrong, "refused");
        }
        fraction("20000101000000,5Z", "refused");
    }

    #[test]
    fn nesting_uses_everything_and_knows_where() {
        let pair = |r: &mut Reader<'_>| r.sequence(|r| Ok((r.small_integer()?, r.small_integer()?)));
        check(&[0x30, 6, 2, 1, 1, 2, 1, 2], pair, Ok((1, 2)));
        check(&[0x30, 3, 2, 1, 1], pair, Err(DerError::Truncated { offset: 5 }));
        check(&[0x30, 9, 2, 1, 1, 2, 1, 2, 2, 1, 3], pair, Err(DerError::Trailing { offset: 8 }));
        let found = Tag::OCTET_STRING;
        let expected = Tag::INTEGER;
        check(&[0x30, 6, 2, 1, 1, 4, 1, 2], pair, Err(DerError::Tag { expected, found, offset: 5 }));
        check(&[0x31, 0], |r| r.optional(Tag::SEQUENCE).map(drop), Err(DerError::Trailing { offset: 0 }));
        assert_eq!(Tag::context_constructed(3).octet(), 0xA3);
        assert_eq!(Tag::context(0).octet(), 0x80);
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            let bytes = vec![0x5A; length];
            let der = encode(Tag::OCTET_STRING, &[&bytes]);
            check(&der, |r| r.octet_string().map(<[u8]>::to_vec), Ok(bytes.clone()));
            let der = encode_bit_string(&bytes);
            check(&der, |r| r.bit_string().map(<[u8]>::to_vec), Ok(bytes));
        }
        let integer = |magnitude: &[u8]| {
            let der = encode_unsigned_integer(magnitude);
            read_all(&der, |r| r.unsigned_integer().map(<[u8]>::to_vec)).unwrap()
        };
        assert_eq!(integer(&[]), []);
        assert_eq!(integer(&[0, 0]), []);
        assert_eq!(integer(&[0, 0, 0x7F]), [0x7F]);
        assert_eq!(integer(&[0x80, 0]), [0x80, 0]);
    }
}
