//! GeneralName: the other names of a subject, RFC 5280 4.2.1.6.

use std::fmt;

use super::extensions::ValueError;
use super::name::Name;
use super::oid::Oid;
use crate::digest::encode_hex;
use crate::limits;
use crate::path::misleads;
use crate::wire::der::{DerError, Reader, Tag};

/// A name in one of the nine forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// otherName, unread.
    Other(Vec<u8>),
    /// rfc822Name, a mailbox; in a constraint also a host or a domain.
    Email(String),
    /// dNSName.
    Dns(String),
    /// x400Address, unread.
    X400(Vec<u8>),
    /// directoryName.
    Directory(Name),
    /// ediPartyName, unread.
    EdiParty(Vec<u8>),
    /// uniformResourceIdentifier; in a constraint a host or a domain.
    Uri(String),
    /// iPAddress: 4 or 16 octets; in a constraint twice as many, with a mask.
    Ip(Vec<u8>),
    /// registeredID.
    RegisteredId(Oid),
}

/// The form of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words of RFC 5280")]
pub enum NameForm {
    Other,
    Email,
    Dns,
    X400,
    Directory,
    EdiParty,
    Uri,
    Ip,
    RegisteredId,
}

impl NameForm {
    /// The name of RFC 5280.
    pub fn name(self) -> &'static str {
        match self {
            NameForm::Other => "otherName",
            NameForm::Email => "rfc822Name",
            NameForm::Dns => "dNSName",
            NameForm::X400 => "x400Address",
            NameForm::Directory => "directoryName",
            NameForm::EdiParty => "ediPartyName",
            NameForm::Uri => "uniformResourceIdentifier",
            NameForm::Ip => "iPAddress",
            NameForm::RegisteredId => "registeredID",
        }
    }
}

impl GeneralName {
    /// Reads the next element.
    pub fn read(reader: &mut Reader<'_>) -> Result<GeneralName, ValueError> {
        let string = |reader: &mut Reader<'_>, n| ia5(reader, Tag::context(n));
        let whole = |reader: &mut Reader<'_>| reader.any().map(|element| element.whole.to_vec());
        Ok(match reader.peek().map(Tag::octet) {
            Some(0xA0) => GeneralName::Other(whole(reader)?),
            Some(0x81) => GeneralName::Email(string(reader, 1)?),
            Some(0x82) => GeneralName::Dns(string(reader, 2)?),
            Some(0xA3) => GeneralName::X400(whole(reader)?),
            // A CHOICE is never tagged implicitly.
            Some(0xA4) => GeneralName::Directory(
                reader.nested(Tag::context_constructed(4), |reader| Name::read(reader))?,
            ),
            Some(0xA5) => GeneralName::EdiParty(whole(reader)?),
            Some(0x86) => GeneralName::Uri(string(reader, 6)?),
            Some(0x87) => GeneralName::Ip(reader.element(Tag::context(7))?.content.to_vec()),
            Some(0x88) => GeneralName::RegisteredId(Oid::read_as(reader, Tag::context(8))?),
            Some(tag) => return Err(ValueError::NameForm { tag }),
            None => return Err(DerError::Truncated { offset: 0 }.into()),
        })
    }

    /// Reads GeneralNames under that tag; there is at least one.
    pub fn read_list(reader: &mut Reader<'_>, tag: Tag) -> Result<Vec<GeneralName>, ValueError> {
        let names = reader.each(tag, GeneralName::read)?;
        match names.len() {
            0 => Err(ValueError::Empty),
            1..=limits::NAMES_MAX => Ok(names),
            found => Err(ValueError::TooMany { found, max: limits::NAMES_MAX }),
        }
    }

    /// Its form.
    pub fn form(&self) -> NameForm {
        match self {
            GeneralName::Other(_) => NameForm::Other,
            GeneralName::Email(_) => NameForm::Email,
            GeneralName::Dns(_) => NameForm::Dns,
            GeneralName::X400(_) => NameForm::X400,
            GeneralName::Directory(_) => NameForm::Directory,
            GeneralName::EdiParty(_) => NameForm::EdiParty,
            GeneralName::Uri(_) => NameForm::Uri,
            GeneralName::Ip(_) => NameForm::Ip,
            GeneralName::RegisteredId(_) => NameForm::RegisteredId,
        }
    }
}

fn ia5(reader: &mut Reader<'_>, tag: Tag) -> Result<String, ValueError> {
    let content = reader.element(tag)?.content;
    match std::str::from_utf8(content) {
        Ok(text) if text.is_ascii() => Ok(text.to_owned()),
        _ => Err(ValueError::Ascii),
    }
}

/// Octets with full stops, or groups with colons; a mask behind a slash.
fn address(octets: &[u8]) -> String {
    let groups = |octets: &[u8]| match octets.len() {
        4 => octets.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        _ => octets.chunks(2).map(encode_hex).collect::<Vec<_>>().join(":"),
    };
    match octets.len() {
        8 | 32 => {
            let (address, mask) = octets.split_at(octets.len() / 2);
            format!("{}/{}", groups(address), groups(mask))
        }
        _ => groups(octets),
    }
}

/// The form and the name, with what a reader cannot see escaped, and cut where
/// it is too long.
impl fmt::Display for GeneralName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => text
                .chars()
                .map(|c| if misleads(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() })
                .collect(),
            GeneralName::Directory(name) => name.to_string(),
            GeneralName::Ip(octets) => address(octets),
            GeneralName::RegisteredId(oid) => oid.to_string(),
            GeneralName::Other(der) | GeneralName::X400(der) | GeneralName::EdiParty(der) => encode_hex(der),
        };
        let end = text.floor_char_boundary(limits::NAME_SHOWN_BYTES_MAX);
        let more = if end < text.len() { "..." } else { "" };
        write!(f, "{}:{}{more}", self.form().name(), &text[..end])
    }
}
