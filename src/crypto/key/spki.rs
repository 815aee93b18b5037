//! SubjectPublicKeyInfo: writing the one form, and reading only that form.
//!
//! RFC 5280 4.1.2.7 for the frame, RFC 3279 2.3.1 for RSA (parameters are NULL),
//! RFC 5480 2.1.1 for named curves, RFC 8410 section 3 for Ed25519 (no parameters).

use super::{Curve, KeyError, Material, PublicKey};
use crate::crypto::schnorr::XOnlyKey;
use crate::digest::encode_hex;
use crate::wire::der::{self, Tag};

/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// secp256k1, SEC 2 A.2.1: 1.3.132.0.10
const SECP256K1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x0a];

/// The object identifier of a named curve, RFC 5480 2.1.1.1.
fn curve_oid(curve: Curve) -> &'static [u8] {
    match curve {
        Curve::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        Curve::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
        Curve::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
    }
}

/// Reads a SubjectPublicKeyInfo.
pub(super) fn parse(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    enum Algorithm {
        Ed25519,
        Rsa,
        Ec(Curve),
        Schnorr,
    }
    der::read_all(bytes, |reader| {
        reader.sequence(|reader| {
            let algorithm = reader.sequence(|reader| match reader.oid()? {
                ED25519 => Ok(Algorithm::Ed25519),
                RSA_ENCRYPTION => reader.null().map(|()| Algorithm::Rsa).map_err(KeyError::from),
                EC_PUBLIC_KEY if reader.peek() == Some(Tag::SEQUENCE) => {
                    Err(KeyError::Unsupported { found: "a curve that is spelled out".to_owned() })
                }
                EC_PUBLIC_KEY => {
                    let oid = reader.oid()?;
                    if oid == SECP256K1 {
                        return Ok(Algorithm::Schnorr);
                    }
                    let curve = Curve::ALL.into_iter().find(|curve| curve_oid(*curve) == oid);
                    curve.map(Algorithm::Ec).ok_or_else(|| unknown(oid))
                }
                oid => Err(unknown(oid)),
            })?;
            let key = reader.bit_string()?;
            match algorithm {
                Algorithm::Ed25519 => PublicKey::from_ed25519_bytes(key),
                Algorithm::Rsa => parse_rsa_public_key(key),
                Algorithm::Ec(curve) => PublicKey::from_ec_point(curve, key),
                Algorithm::Schnorr => from_point(key),
            }
        })
    })
}

/// Keys on secp256k1 are for BIP-340 here, which takes the point with the even `y`.
fn from_point(point: &[u8]) -> Result<PublicKey, KeyError> {
    let [4, rest @ ..] = point else {
        return Err(KeyError::Text { expected: "an uncompressed point of secp256k1" });
    };
    let key = XOnlyKey::from_bytes(rest.get(..32).unwrap_or(rest))?;
    if key.to_point() != point {
        return Err(KeyError::OddY);
    }
    PublicKey::from_xonly_bytes(&key.to_bytes())
}

fn unknown(oid: &[u8]) -> KeyError {
    KeyError::Unsupported { found: format!("object identifier {}", encode_hex(oid)) }
}

/// Reads an RSAPublicKey, RFC 8017 A.1.1.
pub(super) fn parse_rsa_public_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    let (modulus, exponent) = der::read_all(bytes, |reader| {
        reader.sequence(|reader| Ok::<_, KeyError>((reader.unsigned_integer()?, reader.unsigned_integer()?)))
    })?;
    PublicKey::from_rsa(modulus, exponent)
}

/// The SubjectPublicKeyInfo of a key.
pub(super) fn encode(material: &Material) -> Vec<u8> {
    let oid = |oid: &[u8]| der::encode(Tag::OID, &[oid]);
    let point = match material {
        Material::Schnorr(key) => key.to_point(),
        _ => Vec::new(),
    };
    let (algorithm, parameters, key): (&[u8], Vec<u8>, &[u8]) = match material {
        Material::Ed25519(key) => (ED25519, vec![], key.as_bytes()),
        Material::Ecdsa { curve, point } => (EC_PUBLIC_KEY, oid(curve_oid(*curve)), point),
        Material::Rsa(key) => (RSA_ENCRYPTION, der::encode(Tag::NULL, &[]), key.pkcs1_der()),
        Material::Schnorr(_) => (EC_PUBLIC_KEY, oid(SECP256K1), &point),
    };
    let algorithm = der::encode(Tag::SEQUENCE, &[&oid(algorithm), &parameters]);
    der::encode(Tag::SEQUENCE, &[&algorithm, &der::encode_bit_string(key)])
}

/// Writes an RSAPublicKey.
pub(super) fn encode_rsa_public_key(modulus: &[u8], exponent: u64) -> Vec<u8> {
    let [modulus, exponent] = [modulus, &exponent.to_be_bytes()].map(der::encode_unsigned_integer);
    der::encode(Tag::SEQUENCE, &[&modulus, &exponent])
}
