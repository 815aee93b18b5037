//! HMAC-SHA-256 under a key that both sides hold.
//!
//! A shared key proves less than a signature: whoever can check it can also
//! make it. Policy says whether that is ever enough.
//!
//! How to attack it: learn the tag byte by byte from the time a comparison
//! takes; hand in a tag cut short, so that a prefix comparison passes; find the
//! key in a log line, in a panic message or in memory that was freed. The
//! comparison is constant in time, takes the full length only, `Debug` shows
//! nothing of the key, and what is dropped is overwritten.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

use crate::crypto::key::KeyId;
use crate::digest::Digest;
use crate::limits;

/// A secret that the verifier and the maker of a tag share. Its memory is
/// overwritten when it is dropped.
#[derive(Clone)]
pub struct SharedKey {
    bytes: Zeroizing<Vec<u8>>,
}

/// Why some bytes are no shared key, or a tag does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MacError {
    /// The key is too short to resist guessing, or absurdly long.
    #[error("a shared key of {found} bytes, expected {min} to {max}")]
    KeyLength {
        /// How long it is.
        found: usize,
        /// The shortest that is taken.
        min: usize,
        /// The longest that is taken.
        max: usize,
    },
    /// The tag is not 32 bytes long.
    #[error("an HMAC-SHA-256 tag of {found} bytes, expected 32")]
    TagLength {
        /// How long it is.
        found: usize,
    },
    /// The tag is not that of the message under this key.
    #[error("the HMAC-SHA-256 tag does not match")]
    Mismatch,
}

impl SharedKey {
    /// A key from its raw bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<SharedKey, MacError> {
        let (min, max) = (limits::SHARED_KEY_BYTES_MIN, limits::SHARED_KEY_BYTES_MAX);
        if !(min..=max).contains(&bytes.len()) {
            return Err(MacError::KeyLength { found: bytes.len(), min, max });
        }
        Ok(SharedKey { bytes: Zeroizing::new(bytes.to_vec()) })
    }

    /// Holds the tag against the message, in time that depends on neither.
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> Result<(), MacError> {
        if tag.len() != 32 {
            return Err(MacError::TagLength { found: tag.len() });
        }
        self.keyed(message).verify_slice(tag).map_err(|_| MacError::Mismatch)
    }

    /// The tag of a message: what the producing side writes.
    pub fn tag(&self, message: &[u8]) -> [u8; 32] {
        self.keyed(message).finalize().into_bytes().into()
    }

    /// A name for the key that a report may show: the tag of a text that no
    /// format of ours ever authenticates. Whoever has it can test guesses at the
    /// key, as with any tag; [`limits::SHARED_KEY_BYTES_MIN`] makes that idle.
    pub fn id(&self) -> KeyId {
        KeyId::new(Digest::sha256(&self.tag(b"stella/shared-key-id/v1\0")))
    }

    /// The key itself, for whoever writes it into a trust store. Never shown.
    pub(crate) fn dangerous_secret(&self) -> &[u8] {
        &self.bytes
    }

    fn keyed(&self, message: &[u8]) -> Hmac<sha2::Sha256> {
        let mut mac =
            Hmac::<sha2::Sha256>::new_from_slice(&self.bytes).expect("HMAC takes any length of key");
        mac.update(message);
        mac
    }
}

/// Says that it is a key, never which.
impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{decode_hex, encode_hex};

    fn hex(text: &str) -> Vec<u8> {
        decode_hex(text).expect("the vectors are hexadecimal")
    }

    /// RFC 4231, test cases 1, 3, 6 and 7: the keys that are long enough for us.
    #[test]
    fn rfc_4231() {
        let check = |key: &str, message: &[u8], tag: &str| {
            let key = SharedKey::from_bytes(&hex(key)).unwrap();
            assert_eq!(encode_hex(&key.tag(message)), tag);
            assert_eq!(key.verify(message, &hex(tag)), Ok(()));
        };
        check(
            &"0b".repeat(20),
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        );
        check(
            &"aa".repeat(20),
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        );
        check(
            &"aa".repeat(131),
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
    }

    #[test]
    fn refused() {
        let key = SharedKey::from_bytes(&[7; 32]).unwrap();
        let tag = key.tag(b"message");
        assert_eq!(key.verify(b"message", &tag), Ok(()));
        assert_eq!(key.verify(b"Message", &tag), Err(MacError::Mismatch));
        assert_eq!(key.verify(b"message", &tag[..16]), Err(MacError::TagLength { found: 16 }));
        assert_eq!(key.verify(b"message", &[]), Err(MacError::TagLength { found: 0 }));
        for byte in 0..32 {
            let mut wrong = tag;
            wrong[byte] ^= 1;
            assert_eq!(key.verify(b"message", &wrong), Err(MacError::Mismatch));
        }
        assert!(matches!(SharedKey::from_bytes(b"secret"), Err(MacError::KeyLength { found: 6, .. })));
        assert!(matches!(SharedKey::from_bytes(&[1; 5000]), Err(MacError::KeyLength { .. })));
    }

    #[test]
    fn never_shown() {
        let key = SharedKey::from_bytes(b"correct horse battery staple").unwrap();
        assert_eq!(format!("{key:?}"), "SharedKey(..)");
    }
}
