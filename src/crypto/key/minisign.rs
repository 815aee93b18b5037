//! Public keys of minisign and signify: `untrusted comment:` and a line of base64.
//!
//! The base64 holds the letters `Ed`, a random key id of eight bytes, and the
//! raw Ed25519 key. The comment is what its name says and is thrown away.

use super::{KeyError, PublicKey};
use crate::wire::base64;

/// Reads the file of two lines, or its second line alone.
pub(super) fn parse(text: &str) -> Result<PublicKey, KeyError> {
    const EXPECTED: KeyError = KeyError::Text { expected: "an untrusted comment and a line of base64" };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let line = match text.split_once('\n') {
        None => text,
        Some((comment, line)) if comment.starts_with("untrusted comment: ") => line,
        Some(_) => return Err(EXPECTED),
    };
    let bytes = base64::decode_standard(line)?;
    let (algorithm, rest) = bytes.split_first_chunk::<2>().ok_or(EXPECTED)?;
    if algorithm != b"Ed" {
        return Err(KeyError::Unsupported { found: algorithm.escape_ascii().to_string() });
    }
    let (id, key) = rest.split_first_chunk::<8>().ok_or(EXPECTED)?;
    let mut key = PublicKey::from_ed25519_bytes(key)?;
    key.names.insert(name(*id));
    Ok(key)
}

/// A key id as minisign prints it: the eight bytes as a little-endian number.
pub fn name(id: [u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(id))
}
