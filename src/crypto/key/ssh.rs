//! SSH public keys: the line of a `.pub` file, and the blob inside it.
//!
//! RFC 4253 6.6 for the frame and `ssh-rsa`, RFC 5656 3.1 for ECDSA, RFC 8709 4
//! for Ed25519. Options in front of the type (`authorized_keys`), certificates
//! and security-key types are refused: each would change what the key is good for.

use super::{Curve, KeyError, Material, PublicKey};
use crate::wire::base64;

/// Reads `ssh-ed25519 AAAA... comment`.
pub(super) fn parse(text: &str) -> Result<PublicKey, KeyError> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    if line.chars().any(char::is_control) {
        return Err(KeyError::Text { expected: "one line with an SSH public key" });
    }
    let mut words = line.splitn(3, ' ');
    let (Some(name), Some(blob)) = (words.next(), words.next()) else {
        return Err(KeyError::Text { expected: "an SSH key type and its base64" });
    };
    let blob = base64::decode_standard(blob)?;
    let mut reader = Reader(&blob);
    let inner = reader.string()?;
    if inner != name.as_bytes() {
        return Err(KeyError::Text { expected: "the same SSH key type outside and inside the base64" });
    }
    let key = match name {
        "ssh-ed25519" => PublicKey::from_ed25519_bytes(reader.string()?)?,
        "ssh-rsa" => {
            let (exponent, modulus) = (reader.mpint()?, reader.mpint()?);
            PublicKey::from_rsa(modulus, exponent)?
        }
        _ => {
            let curve = Curve::ALL
                .into_iter()
                .find(|curve| name.strip_prefix("ecdsa-sha2-") == Some(curve.ssh_name()))
                .ok_or_else(|| KeyError::Unsupported { found: name.to_owned() })?;
            if reader.string()? != curve.ssh_name().as_bytes() {
                return Err(KeyError::Text { expected: "the curve that the SSH key type names" });
            }
            PublicKey::from_ec_point(curve, reader.string()?)?
        }
    };
    match reader.0 {
        [] => Ok(key),
        rest => Err(KeyError::Trailing { bytes: rest.len() }),
    }
}

/// The blob of a key: what stands in base64, and what fingerprints are taken over.
pub(super) fn blob(material: &Material) -> Vec<u8> {
    match material {
        Material::Ed25519(key) => strings(&[b"ssh-ed25519", key.as_bytes()]),
        Material::Ecdsa { curve, point } => {
            let name = format!("ecdsa-sha2-{}", curve.ssh_name());
            strings(&[name.as_bytes(), curve.ssh_name().as_bytes(), point])
        }
        Material::Rsa(key) => {
            let [exponent, modulus] = [&key.exponent_bytes(), key.modulus()].map(mpint);
            strings(&[b"ssh-rsa", &exponent, &modulus])
        }
    }
}

/// RFC 4251 section 5: a zero in front where the top bit would mean a sign.
fn mpint(magnitude: &[u8]) -> Vec<u8> {
    let sign = magnitude.first().is_some_and(|octet| *octet >= 0x80);
    std::iter::repeat_n(0, usize::from(sign)).chain(magnitude.iter().copied()).collect()
}

fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let mut blob = Vec::new();
    for part in parts {
        blob.extend((part.len() as u32).to_be_bytes());
        blob.extend(*part);
    }
    blob
}

/// RFC 4251 section 5: fields with their length in front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn string(&mut self) -> Result<&'a [u8], KeyError> {
        const EXPECTED: KeyError = KeyError::Text { expected: "a field of the length that stands before it" };
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or(EXPECTED)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (field, rest) = rest.split_at_checked(length).ok_or(EXPECTED)?;
        self.0 = rest;
        Ok(field)
    }

    /// A positive integer without needless leading zeros.
    fn mpint(&mut self) -> Result<&'a [u8], KeyError> {
        match self.string()? {
            [0, rest @ ..] if rest.first().is_some_and(|b| *b >= 0x80) => Ok(rest),
            integer if integer.first().is_some_and(|b| (1..0x80).contains(b)) => Ok(integer),
            _ => Err(KeyError::Text { expected: "a positive integer in its shortest form" }),
        }
    }
}
