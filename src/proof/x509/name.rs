//! Distinguished names, and when two of them are the same.
//!
//! RFC 5280 7.1: attributes are compared after the preparation of RFC 4518, so
//! that letter case, the kind of string and spaces at the ends or in a row do
//! not count. A string of a kind that has no characters we could decode
//! (TeletexString) or that is not well-formed is compared byte by byte.
//!
//! How to attack it: a name that is equal under one comparison and different
//! under another, to escape a constraint or to chain to an authority: there is
//! one comparison, for chaining and for constraints; a character that nobody
//! sees, which the preparation takes out, so that it separates nothing; a name
//! that breaks out of the line in which a report shows it.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use unicode_casefold::UnicodeCaseFold;
use unicode_normalization::UnicodeNormalization;

use super::oid::{Oid, OidError};
use crate::digest::encode_hex;
use crate::limits;
use crate::path::misleads;
use crate::wire::der::{self, DerError, Element, Reader, Tag};

/// A distinguished name. Two are equal when RFC 5280 7.1 says so.
#[derive(Clone)]
pub struct Name {
    der: Vec<u8>,
    relative: Vec<Relative>,
    /// Of the compared forms. Names that differ here differ; the others are compared.
    hash: u64,
}

/// A relative distinguished name: attributes in the order of their compared form.
type Relative = Vec<Attribute>;

/// One attribute of a name.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type.
    pub oid: Oid,
    /// The value as text, where it is a string that can be decoded.
    pub text: Option<String>,
    /// The value in DER.
    pub value: Vec<u8>,
    compared: Vec<u8>,
}

/// Why bytes are no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Not in DER.
    #[error("{0}")]
    Der(#[from] DerError),
    /// An attribute type that is not read.
    #[error("{0}")]
    Oid(#[from] OidError),
    /// A relative name without attributes.
    #[error("a relative distinguished name without attributes")]
    Empty,
    /// More than [`limits::NAME_ATTRIBUTES_MAX`].
    #[error("a name of more than {} attributes", limits::NAME_ATTRIBUTES_MAX)]
    TooMany,
}

impl Name {
    /// Reads a name and insists on its end.
    pub fn parse(der: &[u8]) -> Result<Name, NameError> {
        der::read_all(der, Name::read)
    }

    /// Reads the next element.
    pub fn read(reader: &mut Reader<'_>) -> Result<Name, NameError> {
        let element = reader.element(Tag::SEQUENCE)?;
        let mut relative = Vec::new();
        let mut attributes = 0;
        der::read_all(element.content, |reader| {
            while !reader.is_empty() {
                let one = reader.each(Tag::SET, attribute)?;
                attributes += one.len();
                relative.push(sorted(one)?);
                if attributes > limits::NAME_ATTRIBUTES_MAX {
                    return Err(NameError::TooMany);
                }
            }
            Ok(())
        })?;
        let mut hasher = DefaultHasher::new();
        for attribute in relative.iter().flatten() {
            (attribute.oid.content(), &attribute.compared).hash(&mut hasher);
        }
        Ok(Name { der: element.whole.to_vec(), relative, hash: hasher.finish() })
    }

    /// This name and one more relative name, of which `content` is the content
    /// octets: how CRL distribution points abbreviate.
    pub fn with_relative(&self, content: &[u8]) -> Result<Name, NameError> {
        let set = der::encode(Tag::SET, &[content]);
        let outer = der::read_all(&self.der, |reader| reader.element(Tag::SEQUENCE))?;
        Name::parse(&der::encode(Tag::SEQUENCE, &[outer.content, &set]))
    }

    /// As it was received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it names nobody.
    pub fn is_empty(&self) -> bool {
        self.relative.is_empty()
    }

    /// Whether `self` is `base`, or lies below it in the directory.
    pub fn is_within(&self, base: &Name) -> bool {
        base.relative.len() <= self.relative.len()
            && base.relative.iter().zip(&self.relative).all(|(base, ours)| same(base, ours))
    }

    /// All attributes, from the root of the directory downwards.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.relative.iter().flatten()
    }
}

fn same(a: &Relative, b: &Relative) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.oid == b.oid && a.compared == b.compared)
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.hash == other.hash && self.relative.len() == other.relative.len() && self.is_within(other)
    }
}

impl Eq for Name {}

/// X.690 11.6 sorts the attributes of a relative name. Some authorities do not;
/// nothing depends on it, because they are sorted here before they are compared.
fn sorted(mut attributes: Relative) -> Result<Relative, NameError> {
    if attributes.is_empty() {
        return Err(NameError::Empty);
    }
    attributes.sort_by(|a, b| (&a.oid, &a.compared).cmp(&(&b.oid, &b.compared)));
    Ok(attributes)
}

fn attribute(reader: &mut Reader<'_>) -> Result<Attribute, NameError> {
    reader.sequence(|reader| {
        let oid = Oid::read(reader)?;
        let value = reader.any()?;
        let text = decode(&value);
        let compared = match &text {
            Some(text) => prepare(text).into_bytes(),
            None => value.whole.to_vec(),
        };
        // A tag in front keeps strings and other values apart.
        let compared = [&[u8::from(text.is_some())][..], &compared].concat();
        Ok(Attribute { oid, text, value: value.whole.to_vec(), compared })
    })
}

/// The characters of a string.
fn decode(value: &Element<'_>) -> Option<String> {
    let ascii = || std::str::from_utf8(value.content).ok().filter(|s| s.is_ascii()).map(str::to_owned);
    match value.tag {
        Tag::UTF8_STRING => std::str::from_utf8(value.content).ok().map(str::to_owned),
        Tag::PRINTABLE_STRING | Tag::IA5_STRING | Tag::NUMERIC_STRING | Tag::VISIBLE_STRING => ascii(),
        // ISO 10646 in two octets each: without what needs four.
        Tag::BMP_STRING => {
            let (pairs, rest) = value.content.as_chunks::<2>();
            let one = |pair: &[u8; 2]| char::from_u32(u32::from(u16::from_be_bytes(*pair)));
            if rest.is_empty() { pairs.iter().map(one).collect() } else { None }
        }
        Tag::UNIVERSAL_STRING => {
            let (fours, rest) = value.content.as_chunks::<4>();
            let one = |four: &[u8; 4]| char::from_u32(u32::from_be_bytes(*four));
            if rest.is_empty() { fours.iter().map(one).collect() } else { None }
        }
        _ => None,
    }
}

/// RFC 4518 2: map, fold, normalise, and treat spaces as one.
fn prepare(text: &str) -> String {
    let mapped = text.chars().filter_map(|character| match character {
        '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | '\u{85}' => Some(' '),
        c if c.is_whitespace() => Some(' '),
        c if misleads(c) => None,
        c => Some(c),
    });
    let folded: String = mapped.case_fold().nfkc().collect();
    folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The short names of RFC 4514 3, and those that are seen every day.
fn short(oid: &Oid) -> Option<&'static str> {
    Some(match oid.content() {
        [0x55, 0x04, 3] => "CN",
        [0x55, 0x04, 4] => "SN",
        [0x55, 0x04, 5] => "serialNumber",
        [0x55, 0x04, 6] => "C",
        [0x55, 0x04, 7] => "L",
        [0x55, 0x04, 8] => "ST",
        [0x55, 0x04, 9] => "STREET",
        [0x55, 0x04, 10] => "O",
        [0x55, 0x04, 11] => "OU",
        [0x55, 0x04, 12] => "title",
        [0x55, 0x04, 42] => "GN",
        [0x55, 0x04, 97] => "organizationIdentifier",
        b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19" => "DC",
        b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01" => "UID",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01" => "emailAddress",
        _ => return None,
    })
}

/// RFC 4514, which begins at the leaf of the directory; what a reader cannot see
/// is escaped, and what is longer than [`limits::NAME_SHOWN_BYTES_MAX`] is cut.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (index, relative) in self.relative.iter().rev().enumerate() {
            for (nth, attribute) in relative.iter().enumerate() {
                text.push_str(match (index, nth) {
                    (0, 0) => "",
                    (_, 0) => ",",
                    _ => "+",
                });
                show(&mut text, attribute);
            }
            if text.len() > limits::NAME_SHOWN_BYTES_MAX {
                let end = text.floor_char_boundary(limits::NAME_SHOWN_BYTES_MAX);
                return write!(f, "{}...", &text[..end]);
            }
        }
        f.write_str(&text)
    }
}

fn show(out: &mut String, attribute: &Attribute) {
    match (short(&attribute.oid), &attribute.text) {
        (Some(name), Some(text)) => {
            out.push_str(name);
            out.push('=');
            escape(out, text);
        }
        (name, _) => {
            out.push_str(name.map_or_else(|| attribute.oid.to_string(), str::to_owned).as_str());
            out.push_str("=#");
            out.push_str(&encode_hex(&attribute.value));
        }
    }
}

/// RFC 4514 2.4.
fn escape(out: &mut String, text: &str) {
    let last = text.chars().count().saturating_sub(1);
    for (at, character) in text.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (character == ' ' && (at == 0 || at == last))
            || (character == '#' && at == 0);
        if misleads(character) {
            let mut octets = [0; 4];
            for octet in character.encode_utf8(&mut octets).bytes() {
                out.push_str(&format!("\\{octet:02X}"));
            }
            continue;
        }
        if special {
            out.push('\\');
        }
        out.push(character);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];

    fn value(oid: &[u8], tag: Tag, content: &[u8]) -> Vec<u8> {
        der::encode(Tag::SEQUENCE, &[&der::encode(Tag::OID, &[oid]), &der::encode(tag, &[content])])
    }

    fn name(relative: &[&[Vec<u8>]]) -> Name {
        let sets: Vec<u8> = relative.iter().flat_map(|r| der::encode(Tag::SET, &[&r.concat()])).collect();
        Name::parse(&der::encode(Tag::SEQUENCE, &[&sets])).unwrap()
    }

    fn cn(tag: Tag, content: &[u8]) -> Name {
        name(&[&[value(CN, tag, content)]])
    }

    #[test]
    fn the_same_or_not() {
        let check = |a: (Tag, &[u8]), b: (Tag, &[u8]), expected| {
            assert_eq!(cn(a.0, a.1) == cn(b.0, b.1), expected, "{a:?} {b:?}");
        };
        let (utf8, printable) = (Tag::UTF8_STRING, Tag::PRINTABLE_STRING);
        check((utf8, b"Good CA"), (printable, b"  good   ca "), true);
        check((utf8, b"Good CA"), (printable, b"goodca"), false);
        check((utf8, "stra\u{df}e".as_bytes()), (utf8, b"STRASSE"), true);
        check((utf8, "e\u{301}".as_bytes()), (utf8, "\u{c9}".as_bytes()), true);
        check((utf8, "a\u{200b}b".as_bytes()), (utf8, b"ab"), true);
        check((Tag::BMP_STRING, b"\0a\0b"), (utf8, b"AB"), true);
        check((Tag::UNIVERSAL_STRING, b"\0\0\0a"), (utf8, b"a"), true);
        check((Tag::TELETEX_STRING, b"a"), (Tag::TELETEX_STRING, b"a"), true);
        check((Tag::TELETEX_STRING, b"a"), (Tag::TELETEX_STRING, b"A"), false);
        check((Tag::TELETEX_STRING, b"a"), (utf8, b"a"), false);
        check((utf8, b"\xff"), (utf8, b"\xff"), true);
        check((utf8, b"\xff"), (printable, b"\xff"), false);
        check((Tag::BMP_STRING, b"\0a\0"), (utf8, b"a"), false);
    }

    #[test]
    fn structure_counts() {
        let (a, b) = (value(CN, Tag::UTF8_STRING, b"a"), value(O, Tag::UTF8_STRING, b"b"));
        assert_ne!(
            name(&[std::slice::from_ref(&a), std::slice::from_ref(&b)]),
            name(&[&[a.clone(), b.clone()]])
        );
        assert_eq!(name(&[&[a.clone(), b.clone()]]), name(&[&[b.clone(), a.clone()]]));
        assert_ne!(
            name(&[std::slice::from_ref(&a), std::slice::from_ref(&b)]),
            name(&[&[b], std::slice::from_ref(&a)])
        );
        let other = value(O, Tag::UTF8_STRING, b"a");
        assert_ne!(name(&[&[a]]), name(&[&[other]]));
        assert!(name(&[]).is_empty() && name(&[]) == name(&[]));
    }

    #[test]
    fn within() {
        let [a, b] = [b"a", b"b"].map(|text| value(O, Tag::UTF8_STRING, text));
        let ab = name(&[std::slice::from_ref(&a), std::slice::from_ref(&b)]);
        assert!(
            ab.is_within(&name(&[std::slice::from_ref(&a)])) && ab.is_within(&ab) && ab.is_within(&name(&[]))
        );
        assert!(!ab.is_within(&name(&[std::slice::from_ref(&b)])));
        assert!(!name(&[&[a]]).is_within(&ab));
        assert_eq!(name(&[]).with_relative(&b).unwrap(), name(&[&[b]]));
    }

    #[test]
    fn shown() {
        let check = |name: Name, expected: &str| assert_eq!(name.to_string(), expected);
        let text = |text: &str| cn(Tag::UTF8_STRING, text.as_bytes());
        check(text("a"), "CN=a");
        check(text(" #a,b+c "), "CN=\\ #a\\,b\\+c\\ ");
        check(text("#\n"), "CN=\\#\\0A");
        check(text("a\u{202e}b"), "CN=a\\E2\\80\\AEb");
        check(cn(Tag::TELETEX_STRING, b"a"), "CN=#140161");
        let o = value(O, Tag::UTF8_STRING, b"o");
        let c = value(CN, Tag::UTF8_STRING, b"c");
        check(name(&[std::slice::from_ref(&o), std::slice::from_ref(&c)]), "CN=c,O=o");
        check(name(&[&[o, c]]), "CN=c+O=o");
        check(name(&[&[value(&[0x2A, 3], Tag::UTF8_STRING, b"x")]]), "1.2.3=#0c0178");
        let long = text(&"\u{e9}".repeat(1000)).to_string();
        assert!(long.ends_with("...") && long.len() <= limits::NAME_SHOWN_BYTES_MAX + 3);
    }

    #[test]
    fn broken() {
        let check = |content: &[u8], expected: Option<NameError>| {
            let found = Name::parse(&der::encode(Tag::SEQUENCE, &[content])).err();
            assert_eq!(found, expected);
        };
        check(&[Tag::SET.octet(), 0], Some(NameError::Empty));
        let one = der::encode(Tag::SET, &[&value(CN, Tag::UTF8_STRING, b"a")]);
        check(&one.repeat(limits::NAME_ATTRIBUTES_MAX), None);
        check(&one.repeat(limits::NAME_ATTRIBUTES_MAX + 1), Some(NameError::TooMany));
        check(
            &[&one[..], &[Tag::SET.octet()]].concat(),
            Some(DerError::Truncated { offset: one.len() }.into()),
        );
    }
}
