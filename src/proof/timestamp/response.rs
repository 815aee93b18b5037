//! `TimeStampResp`, RFC 3161 2.4.2: what an authority answers. With the token
//! comes a status, and without one a reason.

use std::fmt;

use crate::limits;
use crate::wire::der::{DerError, Reader, Tag};

use super::error::{TokenError, bounded, within};

/// Why there is no token, in the words of the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `PKIStatus`.
    pub status: u8,
    /// What is set in `PKIFailureInfo`, by number of the bit.
    pub failures: Vec<u8>,
    /// Free text; escaped before it is shown.
    pub texts: Vec<String>,
}

/// The name of a `PKIStatus`.
fn status_name(status: u8) -> Option<&'static str> {
    Some(match status {
        0 => "granted",
        1 => "grantedWithMods",
        2 => "rejection",
        3 => "waiting",
        4 => "revocationWarning",
        5 => "revocationNotification",
        _ => return None,
    })
}

/// The name of a bit of `PKIFailureInfo`, as far as RFC 3161 uses them.
fn failure_name(bit: u8) -> Option<&'static str> {
    Some(match bit {
        0 => "badAlg",
        2 => "badRequest",
        5 => "badDataFormat",
        14 => "timeNotAvailable",
        15 => "unacceptedPolicy",
        16 => "unacceptedExtension",
        17 => "addInfoNotAvailable",
        25 => "systemFailure",
        _ => return None,
    })
}

/// `rejection (badAlg): text of the authority`
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match status_name(self.status) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "status {}", self.status)?,
        }
        for (index, bit) in self.failures.iter().enumerate() {
            f.write_str(if index == 0 { " (" } else { ", " })?;
            match failure_name(*bit) {
                Some(name) => f.write_str(name)?,
                None => write!(f, "failure {bit}")?,
            }
        }
        if !self.failures.is_empty() {
            f.write_str(")")?;
        }
        for (index, text) in self.texts.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            write!(f, "{}", text.escape_debug())?;
        }
        Ok(())
    }
}

/// Reads the content of a `TimeStampResp` and gives the token in it, unread.
pub fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], TokenError> {
    let answer = within("status of the response", reader.sequence(status))?;
    let token = if reader.is_empty() { None } else { Some(reader.element(Tag::SEQUENCE)?.whole) };
    match (answer.status, token) {
        (0 | 1, Some(_)) if !answer.failures.is_empty() => Err(TokenError::Contradiction(answer)),
        (0 | 1, Some(token)) => Ok(token),
        (0 | 1, None) if answer.failures.is_empty() => Err(TokenError::NoToken),
        // A token beside a refusal must not be there, and is not looked at.
        _ => Err(TokenError::Refused(answer)),
    }
}

/// `PKIStatusInfo`
fn status(reader: &mut Reader<'_>) -> Result<Refusal, TokenError> {
    let status = reader.small_integer()?;
    let mut texts = Vec::new();
    if reader.peek() == Some(Tag::SEQUENCE) {
        reader.sequence(|reader| -> Result<(), TokenError> {
            while !reader.is_empty() {
                bounded("status texts", texts.len() + 1, limits::TOKEN_STATUS_TEXTS_MAX)?;
                texts.push(utf8(reader)?);
            }
            Ok(())
        })?;
    }
    let failures = if reader.is_empty() { Vec::new() } else { failure_bits(reader)? };
    Ok(Refusal { status, failures, texts })
}

/// A `UTF8String`, cut after [`limits::TOKEN_STATUS_TEXT_BYTES_MAX`].
fn utf8(reader: &mut Reader<'_>) -> Result<String, DerError> {
    let content = reader.element(Tag::UTF8_STRING)?.content;
    let text =
        std::str::from_utf8(content).map_err(|_| DerError::Content { kind: "UTF8String", offset: 0 })?;
    let end = text.floor_char_boundary(limits::TOKEN_STATUS_TEXT_BYTES_MAX.min(text.len()));
    Ok(text[..end].to_owned())
}

/// A `BIT STRING` whose bits are flags: the numbers of those that are set.
/// Authorities do not agree on whether zeros are cut off its end.
fn failure_bits(reader: &mut Reader<'_>) -> Result<Vec<u8>, DerError> {
    let content = reader.element(Tag::BIT_STRING)?.content;
    let wrong = DerError::Content { kind: "failure information", offset: 0 };
    let (unused, octets) = content.split_first().ok_or(wrong)?;
    let spare = octets.last().map_or(0, |last| last & ((1u16 << (*unused).min(8)) - 1) as u8);
    if *unused > 7 || (octets.is_empty() && *unused != 0) || spare != 0 || octets.len() > 8 {
        return Err(wrong);
    }
    let bits = 0..8 * octets.len() as u8;
    Ok(bits.filter(|bit| octets[usize::from(bit / 8)] & (0x80 >> (bit % 8)) != 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::der::{encode, read_all};

    const TOKEN: [u8; 2] = [0x30, 0];

    fn check(info: &[&[u8]], token: &[u8], expected: Result<(), &str>) {
        let bytes = [encode(Tag::SEQUENCE, info), token.to_vec()].concat();
        let found = read_all(&bytes, read).map(|found| assert_eq!(found, TOKEN));
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{bytes:02x?}");
    }

    #[test]
    fn statuses() {
        check(&[&[2, 1, 0]], &TOKEN, Ok(()));
        check(&[&[2, 1, 1]], &TOKEN, Ok(()));
        check(&[&[2, 1, 0]], &[], Err("a response that grants a token and holds none"));
        check(&[&[2, 1, 2]], &[], Err("the authority refused: rejection"));
        check(&[&[2, 1, 2]], &TOKEN, Err("the authority refused: rejection"));
        check(&[&[2, 1, 3]], &[], Err("the authority refused: waiting"));
        check(&[&[2, 1, 9]], &[], Err("the authority refused: status 9"));
        check(&[&[2, 1, 0xFF]], &TOKEN, Err("status of the response: the integer at offset 2 is negative"));
        check(&[&[2, 1, 0]], &[&TOKEN[..], &TOKEN].concat(), Err(": expected nothing more at offset 7"));
    }

    #[test]
    fn failures_and_texts() {
        let text = encode(Tag::SEQUENCE, &[&[0x0C, 3, b'n', 0x1B, b'o'], &[0x0C, 1, b'x']]);
        let refusal = "the authority refused: rejection";
        let with = |rest: &str| format!("{refusal}{rest}");
        check(&[&[2, 1, 2], &text], &[], Err(&with(r": n\u{1b}o; x")));
        check(&[&[2, 1, 2], &text, &[3, 2, 7, 0x80]], &[], Err(&with(r" (badAlg): n\u{1b}o; x")));
        check(&[&[2, 1, 2], &[3, 2, 5, 0x20]], &[], Err(&with(" (badRequest)")));
        check(
            &[&[2, 1, 2], &[3, 4, 0, 0, 3, 0x80]],
            &[],
            Err(&with(" (timeNotAvailable, unacceptedPolicy, unacceptedExtension)")),
        );
        check(&[&[2, 1, 2], &[3, 5, 6, 0, 0, 0, 0x40]], &[], Err(&with(" (systemFailure)")));
        check(&[&[2, 1, 2], &[3, 2, 0, 0x40]], &[], Err(&with(" (failure 1)")));
        check(&[&[2, 1, 2], &[3, 1, 0]], &[], Err(refusal));
        check(
            &[&[2, 1, 0], &[3, 2, 7, 0x80]],
            &TOKEN,
            Err("a response that grants and refuses: granted (badAlg)"),
        );
        let malformed = "status of the response: the failure information at offset 0 is not in the one form that DER allows";
        for wrong in [&[3, 0][..], &[3, 1, 1], &[3, 2, 8, 0], &[3, 2, 7, 0xC0]] {
            check(&[&[2, 1, 2], wrong], &[], Err(malformed));
        }
    }
}
