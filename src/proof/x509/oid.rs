//! Object identifiers.

use std::fmt;

use crate::digest::encode_hex;
use crate::limits;
use crate::wire::der::{DerError, Reader, Tag};

/// An object identifier as its content octets, of which there is one form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Vec<u8>);

/// Why an object identifier is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OidError {
    /// Not the DER of one.
    #[error("{0}")]
    Der(#[from] DerError),
    /// Longer than [`limits::OID_BYTES_MAX`].
    #[error("an object identifier of {found} bytes, at most {} are read", limits::OID_BYTES_MAX)]
    TooLong {
        /// How long it is.
        found: usize,
    },
}

impl Oid {
    /// Of content octets that are known to be right, as constants are.
    pub fn of(content: &[u8]) -> Oid {
        Oid(content.to_vec())
    }

    /// Reads the next element.
    pub fn read(reader: &mut Reader<'_>) -> Result<Oid, OidError> {
        Oid::read_as(reader, Tag::OID)
    }

    /// Reads the next element, under another tag, as `IMPLICIT` makes it.
    pub fn read_as(reader: &mut Reader<'_>, tag: Tag) -> Result<Oid, OidError> {
        let content = reader.oid_as(tag)?;
        if content.len() > limits::OID_BYTES_MAX {
            return Err(OidError::TooLong { found: content.len() });
        }
        Ok(Oid(content.to_vec()))
    }

    /// The identifier of that dotted spelling; `None` for what is none, or has an
    /// arc beyond 128 bits.
    pub fn from_dotted(text: &str) -> Option<Oid> {
        let arcs: Vec<u128> = text.split('.').map(arc).collect::<Option<_>>()?;
        let [first @ 0..=2, second, rest @ ..] = arcs.as_slice() else { return None };
        if *first < 2 && *second > 39 {
            return None;
        }
        let mut content = Vec::new();
        for arc in std::iter::once(first.checked_mul(40)?.checked_add(*second)?).chain(rest.iter().copied()) {
            let septets = (128 - arc.leading_zeros()).div_ceil(7).max(1);
            content.extend((0..septets).rev().map(|at| {
                let septet = (arc >> (7 * at) & 0x7F) as u8;
                if at == 0 { septet } else { septet | 0x80 }
            }));
        }
        (content.len() <= limits::OID_BYTES_MAX).then_some(Oid(content))
    }

    /// The content octets.
    pub fn content(&self) -> &[u8] {
        &self.0
    }
}

fn arc(text: &str) -> Option<u128> {
    let one_form = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if one_form { text.parse().ok() } else { None }
}

/// Dotted; an arc beyond 128 bits shows the whole as hexadecimal.
impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arcs: Vec<u128> = Vec::new();
        let mut arc = 0_u128;
        for octet in &self.0 {
            if arc >> 121 != 0 {
                return write!(f, "oid:{}", encode_hex(&self.0));
            }
            arc = arc << 7 | u128::from(octet & 0x7F);
            if octet & 0x80 == 0 {
                arcs.push(std::mem::take(&mut arc));
            }
        }
        let Some((first, rest)) = arcs.split_first() else { return f.write_str("oid:") };
        let root = (first / 40).min(2);
        write!(f, "{root}.{}", first - 40 * root)?;
        rest.iter().try_for_each(|arc| write!(f, ".{arc}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::der;

    #[test]
    fn dotted() {
        let check = |text: &str, content: &[u8]| {
            assert_eq!(Oid::of(content).to_string(), text);
            assert_eq!(Oid::from_dotted(text), Some(Oid::of(content)), "{text}");
        };
        check("2.5.29.32.0", &[0x55, 0x1D, 0x20, 0]);
        check("1.2.840.113549", &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D]);
        check("0.0", &[0]);
        check("0.39", &[39]);
        check("1.0", &[40]);
        check("2.999.3", &[0x88, 0x37, 3]);
        for wrong in ["", "1", "3.1", "1.40", "0.40.1", "1.2.", "1.02", "1.-2", "1.+2", "1. 2", "a.b"] {
            assert_eq!(Oid::from_dotted(wrong), None, "{wrong}");
        }
        assert_eq!(Oid::from_dotted(&format!("1.2.{}", u128::MAX)).unwrap().content().len(), 20);
        assert_eq!(Oid::from_dotted(&format!("1.2.{}0", u128::MAX)), None);
        assert!(Oid::of(&[&[0x55][..], &[0xFF; 30], &[1]].concat()).to_string().starts_with("oid:55ff"));
    }

    #[test]
    fn bounded() {
        let read = |length| {
            let der = der::encode(Tag::OID, &[&vec![1; length]]);
            der::read_all(&der, Oid::read).map(drop)
        };
        assert_eq!(read(limits::OID_BYTES_MAX), Ok(()));
        let found = limits::OID_BYTES_MAX + 1;
        assert_eq!(read(found), Err(OidError::TooLong { found }));
    }
}
