//! BER (X.690 8) written anew with definite lengths, as far as signers use it.
//!
//! CMS lets everything be BER but the certificates and what is signed. Signers
//! that stream write indefinite lengths, and strings in pieces. This makes one
//! definite form of them for the strict reader, which then judges the result;
//! nothing is made valid here that it would refuse for another reason.
//!
//! How to attack it:
//! - nest a thousand levels, or pieces of strings in pieces: the depth is bounded;
//! - an end-of-contents that ends something else, or none: an error;
//! - BER inside a certificate, so that another certificate comes out: what lies
//!   in the bags of certificates and revocation data is copied as it is;
//! - a long form of a length that overflows: at most four octets.

use crate::limits;

/// Why bytes are not BER that can be written with definite lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BerError {
    /// An element goes on beyond the end of what it lies in, or never ends.
    #[error("an element goes beyond the end of what it lies in")]
    Truncated,
    /// A tag of several octets, or a length of more than four.
    #[error("a header longer than any that a token needs")]
    Header,
    /// An indefinite length where none can be: on a primitive element, or on a
    /// certificate, which has to be DER.
    #[error("an indefinite length where none is allowed")]
    Indefinite,
    /// A piece of a string is of another type than the string.
    #[error("a string whose pieces are of another type")]
    Pieces,
    /// Deeper than any token.
    #[error("nested more than {max} levels deep")]
    Depth {
        /// How deep may be nested.
        max: usize,
    },
    /// Bytes follow that belong to nothing.
    #[error("bytes after the end")]
    Trailing,
}

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;
const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xA0;
const CONTEXT_1: u8 = 0xA1;

/// The tags above an element, the nearest one last.
type Above = [u8; 4];

/// Where `SignedData` keeps certificates and revocation data: `[0]` and `[1]`
/// in it, itself in the `[0]` of a `ContentInfo`.
fn is_bag(above: Above) -> bool {
    above[..3] == [SEQUENCE, CONTEXT_0, SEQUENCE] && matches!(above[3], CONTEXT_0 | CONTEXT_1)
}

/// The same element with definite lengths in their shortest form and octet
/// strings in one piece.
pub fn definite(bytes: &[u8]) -> Result<Vec<u8>, BerError> {
    let mut rest = bytes;
    let mut out = Vec::with_capacity(bytes.len());
    element(&mut rest, &mut out, [0; 4], 0)?;
    if rest.is_empty() { Ok(out) } else { Err(BerError::Trailing) }
}

struct Header {
    tag: u8,
    size: usize,
    length: Option<usize>,
}

fn header(rest: &[u8]) -> Result<Header, BerError> {
    let [tag, first, ..] = *rest else { return Err(BerError::Truncated) };
    if tag & 0x1F == 0x1F {
        return Err(BerError::Header);
    }
    let (size, length) = match first {
        0..=0x7F => (2, Some(usize::from(first))),
        0x80 => (2, None),
        0x81..=0x84 => {
            let size = 2 + usize::from(first & 0x7F);
            let octets = rest.get(2..size).ok_or(BerError::Truncated)?;
            let length = octets.iter().fold(0u64, |length, octet| length << 8 | u64::from(*octet));
            (size, Some(usize::try_from(length).map_err(|_| BerError::Truncated)?))
        }
        _ => return Err(BerError::Header),
    };
    Ok(Header { tag, size, length })
}

/// Takes `length` bytes off `rest`.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], BerError> {
    let (taken, after) = rest.split_at_checked(length).ok_or(BerError::Truncated)?;
    *rest = after;
    Ok(taken)
}

fn element(rest: &mut &[u8], out: &mut Vec<u8>, above: Above, depth: usize) -> Result<(), BerError> {
    if depth == limits::TOKEN_DEPTH_MAX {
        return Err(BerError::Depth { max: limits::TOKEN_DEPTH_MAX });
    }
    let Header { tag, size, length } = header(rest)?;
    if is_bag(above) {
        let length = length.ok_or(BerError::Indefinite)?;
        out.extend_from_slice(take(rest, size + length)?);
        return Ok(());
    }
    take(rest, size)?;
    if tag & CONSTRUCTED == 0 {
        let content = take(rest, length.ok_or(BerError::Indefinite)?)?;
        write(tag, content, out);
        return Ok(());
    }
    let mut content = Vec::new();
    let below = [above[1], above[2], above[3], tag];
    let string = tag == OCTET_STRING | CONSTRUCTED;
    let child = |rest: &mut &[u8]| match string {
        true => piece(rest, &mut content, depth + 1),
        false => element(rest, &mut content, below, depth + 1),
    };
    children(rest, length, child)?;
    write(if string { OCTET_STRING } else { tag }, &content, out);
    Ok(())
}

/// X.690 8.7.3: a piece of an octet string is an octet string, possibly of
/// pieces itself.
fn piece(rest: &mut &[u8], content: &mut Vec<u8>, depth: usize) -> Result<(), BerError> {
    if depth == limits::TOKEN_DEPTH_MAX {
        return Err(BerError::Depth { max: limits::TOKEN_DEPTH_MAX });
    }
    let Header { tag, size, length } = header(rest)?;
    take(rest, size)?;
    if tag == OCTET_STRING {
        content.extend_from_slice(take(rest, length.ok_or(BerError::Indefinite)?)?);
        return Ok(());
    }
    if tag != OCTET_STRING | CONSTRUCTED {
        return Err(BerError::Pieces);
    }
    children(rest, length, |rest| piece(rest, content, depth + 1))
}

/// Reads one child after another, up to the length or the end-of-contents.
fn children(
    rest: &mut &[u8],
    length: Option<usize>,
    mut child: impl FnMut(&mut &[u8]) -> Result<(), BerError>,
) -> Result<(), BerError> {
    match length {
        Some(length) => {
            let mut inner = take(rest, length)?;
            while !inner.is_empty() {
                child(&mut inner)?;
            }
        }
        None => {
            while rest.get(..2).ok_or(BerError::Truncated)? != [0, 0] {
                child(rest)?;
            }
            take(rest, 2)?;
        }
    }
    Ok(())
}

fn write(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    let octets = content.len().to_be_bytes();
    let skipped = content.len().leading_zeros() as usize / 8;
    match u8::try_from(content.len()) {
        Ok(short @ 0..=0x7F) => out.push(short),
        _ => {
            out.push(0x80 | (octets.len() - skipped) as u8);
            out.extend_from_slice(&octets[skipped..]);
        }
    }
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Result<&[u8], BerError>) {
        assert_eq!(definite(bytes), expected.map(<[u8]>::to_vec), "{bytes:02x?}");
    }

    #[test]
    fn der_stays_as_it_is() {
        check(&[4, 0], Ok(&[4, 0]));
        check(&[0x30, 3, 2, 1, 5], Ok(&[0x30, 3, 2, 1, 5]));
        let long = [&[4, 0x81, 0x80][..], &[7; 0x80]].concat();
        check(&long, Ok(&long));
        let longer = [&[4, 0x82, 1, 0][..], &[7; 0x100]].concat();
        check(&longer, Ok(&longer));
    }

    #[test]
    fn lengths_become_definite_and_short() {
        check(&[0x30, 0x80, 2, 1, 5, 0, 0], Ok(&[0x30, 3, 2, 1, 5]));
        check(&[0x30, 0x80, 0x30, 0x80, 0, 0, 5, 0, 0, 0], Ok(&[0x30, 4, 0x30, 0, 5, 0]));
        check(&[0x30, 0x82, 0, 3, 2, 0x81, 0], Ok(&[0x30, 2, 2, 0]));
        check(&[0x30, 0x84, 0, 0, 0, 0], Ok(&[0x30, 0]));
    }

    #[test]
    fn strings_become_whole() {
        check(&[0x24, 0x80, 4, 1, 1, 4, 0, 4, 2, 2, 3, 0, 0], Ok(&[4, 3, 1, 2, 3]));
        check(&[0x24, 7, 0x24, 3, 4, 1, 1, 4, 0], Ok(&[4, 1, 1]));
        check(&[0x24, 0], Ok(&[4, 0]));
        check(&[0x24, 3, 2, 1, 1], Err(BerError::Pieces));
        check(&[0x24, 2, 0x30, 0], Err(BerError::Pieces));
    }

    #[test]
    fn what_never_ends() {
        check(&[], Err(BerError::Truncated));
        check(&[0x30], Err(BerError::Truncated));
        check(&[0x30, 0x80], Err(BerError::Truncated));
        check(&[0x30, 0x80, 0], Err(BerError::Truncated));
        check(&[0x30, 0x80, 2, 1, 5, 0], Err(BerError::Truncated));
        check(&[0x30, 3, 0x30, 0x80, 0, 0, 0], Err(BerError::Truncated));
        check(&[4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], Err(BerError::Truncated));
        check(&[4, 0x80, 0, 0], Err(BerError::Indefinite));
        check(&[4, 0x85, 0, 0, 0, 0, 0], Err(BerError::Header));
        check(&[0x3F, 0x20, 0], Err(BerError::Header));
        check(&[4, 0, 0], Err(BerError::Trailing));
    }

    #[test]
    fn depth() {
        let nested = |levels: usize| {
            let mut bytes = [0x30, 0x80].repeat(levels);
            bytes.extend([0, 0].repeat(levels));
            bytes
        };
        assert!(definite(&nested(limits::TOKEN_DEPTH_MAX)).is_ok());
        let deep = Err(BerError::Depth { max: limits::TOKEN_DEPTH_MAX });
        check(&nested(limits::TOKEN_DEPTH_MAX + 1), deep);
        check(&nested(100_000), deep);
        let pieces = [0x24, 0x80].repeat(100_000);
        check(&pieces, deep);
    }

    #[test]
    fn certificates_are_copied_as_they_are() {
        // SEQUENCE { [0] { SEQUENCE { [0] { a certificate with a long length } } } }
        let bytes = [0x30, 0x80, 0xA0, 0x80, 0x30, 0x80, 0xA0, 0x80, 0x30, 0x81, 2, 5, 0];
        let ended = [&bytes[..], &[0; 8]].concat();
        check(&ended, Ok(&[0x30, 11, 0xA0, 9, 0x30, 7, 0xA0, 5, 0x30, 0x81, 2, 5, 0]));
        let indefinite = [&bytes[..8], &[0x30, 0x80, 0, 0], &[0; 8]].concat();
        check(&indefinite, Err(BerError::Indefinite));
    }
}
