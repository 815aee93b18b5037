//! An Ed25519 key in a file: PKCS#8 in PEM, as `openssl genpkey -algorithm
//! ed25519` writes it (RFC 8410 section 7).
//!
//! How it would be attacked: a file that never ends, a key of another
//! algorithm read as seed, bytes after the key, a public half in the file that
//! does not belong to the seed (only version 1, which has none, is read).

use std::io::Read;
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::crypto::key::PublicKey;
use crate::crypto::signature::Algorithm;
use crate::limits;
use crate::sign::{SignError, Signer};
use crate::wire::pem;

/// RFC 8410 section 7: version 0, OID 1.3.101.112, and the seed as an OCTET
/// STRING inside an OCTET STRING. All of it but the seed is constant.
const PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A private key that was read from a file. Never shown.
pub struct Ed25519File {
    key: SigningKey,
    public: PublicKey,
}

impl Ed25519File {
    /// Reads the key in the file `path`.
    pub fn open(path: &Path) -> Result<Ed25519File, SignError> {
        let shown = || path.display().to_string();
        let mut text = String::new();
        let limit = limits::KEY_TEXT_BYTES_MAX as u64;
        std::fs::File::open(path)
            .and_then(|file| file.take(limit + 1).read_to_string(&mut text))
            .map_err(|source| SignError::Unreadable { path: shown(), source })?;
        if text.len() as u64 > limit {
            return Err(SignError::TooLarge { path: shown() });
        }
        Ed25519File::from_pem(&text).map_err(|reason| SignError::Key { path: shown(), reason })
    }

    fn from_pem(text: &str) -> Result<Ed25519File, String> {
        let blocks = pem::blocks(text).map_err(|error| error.to_string())?;
        let [block] = blocks.as_slice() else {
            return Err(format!("{} blocks where one is expected", blocks.len()));
        };
        if block.label != "PRIVATE KEY" {
            return Err(format!("a block 'PRIVATE KEY' is expected, '{}' is found", block.label));
        }
        let seed = block.der.strip_prefix(&PREFIX).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let key = SigningKey::from_bytes(&seed.ok_or("its algorithm or form is another one")?);
        let public = PublicKey::from_ed25519_bytes(key.verifying_key().as_bytes())
            .map_err(|error| error.to_string())?;
        Ok(Ed25519File { key, public })
    }
}

impl Signer for Ed25519File {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn sign_unverified(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(message).to_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVELOPMENT: &str = include_str!("../../kit/development-key.pem");

    #[test]
    fn the_public_half_is_the_one_beside_it() {
        let key = Ed25519File::from_pem(DEVELOPMENT).unwrap();
        let spki = pem::encode("PUBLIC KEY", &key.public.spki_der());
        assert_eq!(spki, include_str!("../../kit/development-key.pub.pem"));
    }

    #[test]
    fn what_it_signs_verifies() {
        let key = Ed25519File::from_pem(DEVELOPMENT).unwrap();
        assert_eq!(crate::sign::sign(&key, b"message").unwrap().len(), 64);
    }

    #[test]
    fn refusals() {
        let check = |text: &str, expected: &str| {
            let found = Ed25519File::from_pem(text).map(|_| ()).unwrap_err();
            assert!(found.contains(expected), "{found}");
        };
        let der = pem::blocks(DEVELOPMENT).unwrap()[0].der.clone();
        let other = |at: usize, byte: u8| {
            let mut der = der.clone();
            der[at] = byte;
            pem::encode("PRIVATE KEY", &der)
        };
        check(&DEVELOPMENT.repeat(2), "2 blocks");
        check(include_str!("../../kit/development-key.pub.pem"), "'PUBLIC KEY' is found");
        check(&other(4, 1), "another one"); // version 2, with a public key
        check(&other(11, 0x71), "another one"); // Ed448
        check(&pem::encode("PRIVATE KEY", &[&der[..], &[0]].concat()), "another one");
        check(&pem::encode("PRIVATE KEY", &der[..47]), "another one");
    }
}
