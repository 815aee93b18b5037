//! SubjectPublicKeyInfo: writing the one form, and reading only that form.
//!
//! RFC 5280 4.1.2.7 for the frame, RFC 3279 2.3.1 for RSA (parameters are NULL),
//! RFC 5480 2.1.1 for named curves, RFC 8410 for Ed25519.

use super::{Curve, Material};

const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
const RSA_ENCRYPTION: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const EC_P256: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
    0x01, 0x07,
];
const EC_P384: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
const EC_P521: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];

/// The contents of the AlgorithmIdentifier for keys on that curve.
fn ec_algorithm(curve: Curve) -> &'static [u8] {
    match curve {
        Curve::P256 => EC_P256,
        Curve::P384 => EC_P384,
        Curve::P521 => EC_P521,
    }
}

/// The SubjectPublicKeyInfo of a key.
pub(super) fn encode(material: &Material) -> Vec<u8> {
    let (algorithm, key): (&[u8], &[u8]) = match material {
        Material::Ed25519(key) => (ED25519, key.as_bytes()),
        Material::Ecdsa { curve, point } => (ec_algorithm(*curve), point),
        Material::Rsa(key) => (RSA_ENCRYPTION, key.pkcs1_der()),
    };
    // A BIT STRING starts with the number of unused bits.
    let mut bits = vec![0];
    bits.extend(key);
    element(0x30, &[element(0x30, algorithm), element(0x03, &bits)].concat())
}

/// RSAPublicKey, RFC 8017 A.1.1.
pub(super) fn rsa_public_key(modulus: &[u8], exponent: u64) -> Vec<u8> {
    let exponent = exponent.to_be_bytes();
    let first = exponent.iter().position(|b| *b != 0).unwrap_or(exponent.len() - 1);
    element(0x30, &[unsigned(modulus), unsigned(&exponent[first..])].concat())
}

/// An INTEGER that is not negative, from bytes without leading zeros.
fn unsigned(integer: &[u8]) -> Vec<u8> {
    let mut contents = Vec::with_capacity(integer.len() + 1);
    if integer.first().is_none_or(|b| *b >= 0x80) {
        contents.push(0);
    }
    contents.extend(integer);
    element(0x02, &contents)
}

/// Tag, shortest length, contents.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    let length = contents.len();
    if length < 0x80 {
        der.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let first = bytes.iter().position(|b| *b != 0).expect("a length of 128 or more is not zero");
        der.push(0x80 | (bytes.len() - first) as u8);
        der.extend(&bytes[first..]);
    }
    der.extend(contents);
    der
}
