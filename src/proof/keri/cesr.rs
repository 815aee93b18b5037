//! Keys, signatures and places as CESR writes them: a code that says what follows
//! and how long it is, then base64 in which the code stands where zeros were.

use crate::crypto::key::{KeyError, Kind, PublicKey};
use crate::crypto::signature::{self, Algorithm, Encoding};
use crate::limits;
use crate::wire::base64;

/// Why a text is nothing of CESR that is read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CesrError {
    /// A code that is not known here.
    #[error("the code of {}, which is not read here", crate::wire::quoted(.found))]
    Code {
        /// What stands there.
        found: String,
    },
    /// Shorter than its code says.
    #[error("the text ends before what its code announces")]
    Short,
    /// Not base64, or bits where the code wants zeros.
    #[error("not base64 with zeros where the code stands")]
    Base64,
    /// A key that is none.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// Something after what was expected.
    #[error("{characters} characters after the last group")]
    Trailing {
        /// How many.
        characters: usize,
    },
    /// More signatures than anybody makes.
    #[error("{found} signatures, at most {max} are read", max = limits::KERI_KEYS_MAX)]
    Many {
        /// How many.
        found: usize,
    },
}

/// A key as its text, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeriKey {
    /// As it stands in the event: commitments are over this.
    pub text: String,
    /// What signatures are checked with.
    pub key: PublicKey,
}

impl KeriKey {
    /// Ed25519 (`D`, `B`) and P-256 (`1AAJ`, `1AAI`).
    pub fn read(text: &str) -> Result<KeriKey, CesrError> {
        let key = match text.as_bytes() {
            [b'D' | b'B', ..] if text.len() == 44 => PublicKey::from_ed25519_bytes(&plain(text, 1, 1)?)?,
            [b'1', b'A', b'A', b'J' | b'I', ..] if text.len() == 48 => {
                let point = base64::decode_url(&text[4..]).map_err(|_| CesrError::Base64)?;
                PublicKey::from_p256_compressed(&point)?
            }
            _ => return Err(CesrError::Code { found: text.to_owned() }),
        };
        Ok(KeriKey { text: text.to_owned(), key })
    }

    /// Whether it made that signature.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let (algorithm, encoding) = match self.key.kind() {
            Kind::Ed25519 => (Algorithm::Ed25519, Encoding::Der),
            _ => (Algorithm::EcdsaP256Sha256, Encoding::P1363),
        };
        signature::verify(algorithm, encoding, &self.key, message, signature).is_ok()
    }
}

/// What follows a code of `code` characters, where `lead` bytes stand for it.
fn plain(text: &str, code: usize, lead: usize) -> Result<Vec<u8>, CesrError> {
    let body = text.get(code..).ok_or(CesrError::Base64)?;
    let bytes = base64::decode_url(&format!("{}{body}", "A".repeat(code))).map_err(|_| CesrError::Base64)?;
    match bytes.split_at_checked(lead) {
        Some((zeros, rest)) if zeros.iter().all(|byte| *byte == 0) => Ok(rest.to_vec()),
        _ => Err(CesrError::Base64),
    }
}

/// One signature, and by which of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedSignature {
    /// Which of the keys that the event has.
    pub index: usize,
    /// Which of the promises before, where that is another place.
    pub prior: Option<usize>,
    /// 64 bytes.
    pub signature: Vec<u8>,
}

/// What stands beside an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// By its controllers.
    pub signatures: Vec<IndexedSignature>,
    /// Where the delegator anchored it: number and hash of that event.
    pub source: Option<(u128, String)>,
}

impl Attachment {
    /// Groups of signatures, then at most one of places.
    pub fn read(text: &str) -> Result<Attachment, CesrError> {
        if !text.is_ascii() {
            return Err(CesrError::Base64);
        }
        let mut rest = text;
        let mut attachment = Attachment::default();
        while !rest.is_empty() {
            let (code, count) = (take(&mut rest, 2)?, number(take(&mut rest, 2)?)?);
            match code {
                "-A" if attachment.source.is_none() => {
                    let found = attachment.signatures.len() + count;
                    if found > limits::KERI_KEYS_MAX {
                        return Err(CesrError::Many { found });
                    }
                    for _ in 0..count {
                        attachment.signatures.push(indexed(&mut rest)?);
                    }
                }
                "-G" if attachment.source.is_none() && count == 1 => {
                    let sequence = take(&mut rest, 24)?;
                    if !sequence.starts_with("0A") {
                        return Err(CesrError::Code { found: sequence.to_owned() });
                    }
                    let sequence = plain(sequence, 2, 2)?;
                    let sequence = sequence.try_into().map_err(|_| CesrError::Base64)?;
                    let said = take(&mut rest, 44)?;
                    attachment.source = Some((u128::from_be_bytes(sequence), said.to_owned()));
                }
                _ if attachment.source.is_some() => {
                    return Err(CesrError::Trailing { characters: rest.len() + 4 });
                }
                _ => return Err(CesrError::Code { found: code.to_owned() }),
            }
        }
        Ok(attachment)
    }
}

fn indexed(rest: &mut &str) -> Result<IndexedSignature, CesrError> {
    let double = rest.starts_with('2');
    let text = take(rest, if double { 92 } else { 88 })?;
    let code = if double { &text[1..2] } else { &text[..1] };
    if !matches!(code, "A" | "B" | "C" | "D" | "E" | "F") {
        return Err(CesrError::Code { found: text[..2].to_owned() });
    }
    let (index, prior, signature) = match double {
        false => (number(&text[1..2])?, None, plain(text, 2, 2)?),
        true => (number(&text[2..4])?, Some(number(&text[4..6])?), plain(text, 6, 5)?),
    };
    Ok(IndexedSignature { index, prior, signature })
}

fn take<'a>(rest: &mut &'a str, count: usize) -> Result<&'a str, CesrError> {
    let (taken, left) = rest.split_at_checked(count).ok_or(CesrError::Short)?;
    *rest = left;
    Ok(taken)
}

/// Digits of base64url, the highest first.
fn number(text: &str) -> Result<usize, CesrError> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    text.bytes()
        .try_fold(0, |value, byte| Ok(value * 64 + usize::from(digit(byte).ok_or(CesrError::Base64)?)))
}
