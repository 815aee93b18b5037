//! Schnorr signatures over secp256k1 (BIP-340), and keys tweaked as Taproot
//! does (BIP-341). What a threshold of signers makes with FROST is such a
//! signature, and nothing shows that it was not one signer.
//!
//! How to attack it: an `x` that is no coordinate, or not below the prime; `R`
//! with an odd `y`, at infinity, or an `r` or `s` that is reduced first; a
//! message hashed once too often or too little, so that a signature means two
//! things; a tweak that is not below the order.

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::point::AffineCoordinates;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::schnorr::{Signature, VerifyingKey};
use k256::{AffinePoint, ProjectivePoint, Scalar};

use crate::digest::Digest;

/// A public key of BIP-340: the `x` of a point whose `y` is even.
#[derive(Clone, Debug, PartialEq)]
pub struct XOnlyKey(VerifyingKey);

/// Why some bytes are no key, no tweak, or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchnorrError {
    /// Not 32 bytes.
    #[error("an x-only key of {found} bytes, expected 32")]
    KeyLength {
        /// How many.
        found: usize,
    },
    /// No point has that coordinate.
    #[error("no point of secp256k1 has that x")]
    OffCurve,
    /// Not 64 bytes.
    #[error("a signature of {found} bytes, expected 64")]
    Length {
        /// How many.
        found: usize,
    },
    /// The tweak is not below the order, or leads to no key.
    #[error("a tweak that leads to no key")]
    Tweak,
    /// The mathematics says no.
    #[error("the signature does not match")]
    Mismatch,
}

impl XOnlyKey {
    /// A key from the 32 bytes of its `x`.
    pub fn from_bytes(bytes: &[u8]) -> Result<XOnlyKey, SchnorrError> {
        if bytes.len() != 32 {
            return Err(SchnorrError::KeyLength { found: bytes.len() });
        }
        VerifyingKey::from_slice(bytes).map(XOnlyKey).map_err(|_| SchnorrError::OffCurve)
    }

    /// The 32 bytes of its `x`.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// `04 || x || y`, with the even `y`.
    pub fn to_point(&self) -> Vec<u8> {
        self.0.as_affine().to_sec1_point(false).as_bytes().to_vec()
    }

    /// BIP-340, verification, over a message of whatever length.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SchnorrError> {
        if signature.len() != 64 {
            return Err(SchnorrError::Length { found: signature.len() });
        }
        let signature = Signature::try_from(signature).map_err(|_| SchnorrError::Mismatch)?;
        self.0.verify_raw(message, &signature).map_err(|_| SchnorrError::Mismatch)
    }

    /// BIP-341, `taproot_tweak_pubkey`: this key with a tweak that commits to
    /// `root`; an empty one commits to there being no scripts.
    pub fn tweaked(&self, root: &[u8]) -> Result<XOnlyKey, SchnorrError> {
        let tweak = tagged("TapTweak", &[&self.to_bytes(), root]);
        let bytes: [u8; 32] = tweak.bytes().try_into().expect("a SHA-256 has 32 bytes");
        let scalar = Scalar::from_repr(bytes.into()).into_option().ok_or(SchnorrError::Tweak)?;
        let point = ProjectivePoint::from(*self.0.as_affine()) + ProjectivePoint::GENERATOR * scalar;
        if point == ProjectivePoint::IDENTITY {
            return Err(SchnorrError::Tweak);
        }
        let x = AffinePoint::from(point).x();
        XOnlyKey::from_bytes(&x).map_err(|_| SchnorrError::Tweak)
    }
}

/// BIP-340, tagged hashes: SHA-256 of the hash of the tag twice and the parts.
pub fn tagged(tag: &str, parts: &[&[u8]]) -> Digest {
    let tag = Digest::sha256(tag.as_bytes());
    let mut all = [tag.bytes(), tag.bytes()].concat();
    parts.iter().for_each(|part| all.extend_from_slice(part));
    Digest::sha256(&all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::decode_hex;

    #[test]
    fn messages_of_any_length() {
        let signer = k256::schnorr::SigningKey::from_slice(&[7; 32]).unwrap();
        let key = XOnlyKey::from_bytes(&signer.verifying_key().to_bytes()).unwrap();
        for length in [0, 1, 31, 32, 33, 200] {
            let message = vec![5; length];
            let signature = signer.sign_raw(&message, &[0; 32]).unwrap().to_bytes();
            assert_eq!(key.verify(&message, &signature), Ok(()));
            for at in 0..64 {
                let mut other = signature;
                other[at] ^= 1;
                assert_eq!(key.verify(&message, &other), Err(SchnorrError::Mismatch), "{at}");
            }
            assert_eq!(key.verify(&message, &signature[1..]), Err(SchnorrError::Length { found: 63 }));
            assert!(key.verify(&[&message[..], b"x"].concat(), &signature).is_err());
        }
        assert_eq!(XOnlyKey::from_bytes(&[0xff; 32]), Err(SchnorrError::OffCurve));
        assert_eq!(XOnlyKey::from_bytes(&[1; 33]), Err(SchnorrError::KeyLength { found: 33 }));
    }

    #[test]
    fn as_an_algorithm() {
        use crate::crypto::key::{KeyError, PublicKey};
        use crate::crypto::signature::{Algorithm, Encoding, SignatureError, verify};
        let signer = k256::schnorr::SigningKey::from_slice(&[7; 32]).unwrap();
        let key = PublicKey::from_xonly_bytes(&signer.verifying_key().to_bytes()).unwrap();
        let signature = signer.sign_raw(Digest::sha256(b"x").bytes(), &[0; 32]).unwrap().to_bytes();
        let check = |message: &[u8], signature: &[u8]| {
            verify(Algorithm::Bip340Sha256, Encoding::Der, &key, message, signature)
        };
        assert_eq!(check(b"x", &signature), Ok(()));
        assert_eq!(check(b"y", &signature), Err(SignatureError::Mismatch));
        assert_eq!(check(b"x", b""), Err(SignatureError::Length { found: 0, expected: 64 }));
        assert_eq!(PublicKey::from_spki_der(&key.spki_der()).as_ref(), Ok(&key));
        // The same `x` with the other `y` is no second spelling.
        let mut odd = key.spki_der();
        let end = odd.len();
        use crypto_bigint::U256;
        let prime = U256::from_be_hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
        let y = prime.wrapping_sub(&U256::from_be_slice(&odd[end - 32..]));
        odd[end - 32..].copy_from_slice(y.to_be_bytes().as_ref());
        assert_eq!(PublicKey::from_spki_der(&odd), Err(KeyError::OddY));
    }

    /// BIP-341, wallet-test-vectors.json, `scriptPubKey`, the first of all.
    #[test]
    fn a_key_without_scripts() {
        let of = |text| XOnlyKey::from_bytes(&decode_hex(text).unwrap()).unwrap();
        let internal = of("d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d");
        let expected = of("53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343");
        assert_eq!(internal.tweaked(b""), Ok(expected));
    }
}
