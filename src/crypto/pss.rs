//! RSASSA-PSS with any parameters, after RFC 8017 sections 8.1.2 and 9.1.2.
//!
//! The crypto library takes a salt of a length known when the program is built,
//! and MGF1 over the hash of the message. X.509 and CMS write other parameters
//! out, and old signers use the longest salt that fits. That is what this is for;
//! the algorithms of the table go through the library, which is also the twin
//! that the tests hold this against.
//!
//! How to attack it: a signature integer not below the modulus; leftover bits
//! in front of the encoded message; padding that is not zero before the `01`; a
//! trailer other than `bc`; a salt of another length than agreed; a key too
//! short for hash and salt, so that a length goes below zero.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use crate::crypto::key::RsaKey;
use crate::digest::{Algorithm as Hash, Digest};

/// The parameters that a format names beside the hash of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pss {
    /// The hash function inside MGF1.
    pub mgf: Hash,
    /// How long the salt must be.
    pub salt: SaltLength,
}

/// What is agreed about the length of the salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaltLength {
    /// So many bytes.
    Exactly(usize),
    /// Whatever the signature says, for formats that fix nothing.
    Any,
}

/// Why an encoded message is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PssError {
    /// Hash and salt do not fit into the modulus.
    #[error("a modulus of {modulus} bytes cannot hold a digest of {digest} and a salt of {salt}")]
    TooShort {
        /// Bytes of the encoded message.
        modulus: usize,
        /// Bytes of the digest.
        digest: usize,
        /// Bytes of the salt.
        salt: usize,
    },
    /// Some step of the check says no.
    #[error("the signature does not match")]
    Mismatch,
}

impl Pss {
    /// Checks a signature over a digest. The caller has seen to it that the
    /// signature is exactly as long as the modulus.
    pub(crate) fn verify(&self, key: &RsaKey, digest: &Digest, signature: &[u8]) -> Result<(), PssError> {
        let bits = key.bits() - 1;
        let encoded = public_operation(key, signature).ok_or(PssError::Mismatch)?;
        // 8.1.2 step 2c: the encoded message has one bit less than the modulus,
        // and so one byte less where the modulus has 8k + 1 bits.
        let length = bits.div_ceil(8) as usize;
        let (excess, encoded) = encoded.split_at(encoded.len() - length);
        if excess.iter().any(|b| *b != 0) {
            return Err(PssError::Mismatch);
        }
        self.check_encoding(encoded, bits, digest)
    }

    /// EMSA-PSS-VERIFY, RFC 8017 9.1.2, steps 3 to 14.
    fn check_encoding(&self, encoded: &[u8], bits: u32, digest: &Digest) -> Result<(), PssError> {
        let hash = digest.algorithm();
        let least = match self.salt {
            SaltLength::Exactly(salt) => salt,
            SaltLength::Any => 0,
        };
        // Step 3.
        let needed = (hash.size() + 2).saturating_add(least);
        let Some(padding) = encoded.len().checked_sub(needed) else {
            return Err(PssError::TooShort { modulus: encoded.len(), digest: hash.size(), salt: least });
        };
        // Steps 4 and 5.
        let (masked, rest) = encoded.split_at(encoded.len() - hash.size() - 1);
        let (h, trailer) = rest.split_at(hash.size());
        if trailer != [0xbc] {
            return Err(PssError::Mismatch);
        }
        // Step 6.
        let unused = 8 * encoded.len() as u32 - bits;
        let keep = 0xff_u8 >> unused;
        if masked[0] & !keep != 0 {
            return Err(PssError::Mismatch);
        }
        // Steps 7 to 9.
        let mut block: Vec<u8> =
            masked.iter().zip(mgf1(self.mgf, h, masked.len())).map(|(a, b)| a ^ b).collect();
        block[0] &= keep;
        // Step 10.
        let zeros = block.iter().position(|b| *b != 0).ok_or(PssError::Mismatch)?;
        if block[zeros] != 1 || (self.salt != SaltLength::Any && zeros != padding) {
            return Err(PssError::Mismatch);
        }
        // Steps 11 to 14.
        let mut message = vec![0; 8];
        message.extend(digest.bytes());
        message.extend(&block[zeros + 1..]);
        if Digest::of(hash, &message).bytes() != h {
            return Err(PssError::Mismatch);
        }
        Ok(())
    }
}

/// RSAVP1, RFC 8017 5.2.2: the signature to the public exponent, as long as the
/// modulus; `None` for an integer not below it. All of this is public, so
/// nothing here needs to take constant time.
fn public_operation(key: &RsaKey, signature: &[u8]) -> Option<Vec<u8>> {
    let modulus = BoxedUint::from_be_slice_vartime(key.modulus());
    let precision = modulus.bits_precision();
    let signature = BoxedUint::from_be_slice(signature, precision).ok()?;
    if signature >= modulus {
        return None;
    }
    let parameters = BoxedMontyParams::new_vartime(Odd::new(modulus).into_option()?);
    let exponent = BoxedUint::from(key.exponent());
    let exponent_bits = exponent.bits_vartime();
    let message =
        BoxedMontyForm::new(signature, &parameters).pow_bounded_exp(&exponent, exponent_bits).retrieve();
    let bytes = message.to_be_bytes();
    Some(bytes[bytes.len() - key.size()..].to_vec())
}

/// MGF1, RFC 8017 B.2.1.
fn mgf1(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + hash.size());
    for counter in 0_u32.. {
        if mask.len() >= length {
            break;
        }
        let mut input = seed.to_vec();
        input.extend(counter.to_be_bytes());
        mask.extend(Digest::of(hash, &input).bytes());
    }
    mask.truncate(length);
    mask
}
