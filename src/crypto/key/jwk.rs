//! JSON Web Keys, RFC 7517, with the parameters of RFC 7518 and RFC 8037.
//!
//! Members that nobody here knows are tolerated, as RFC 7517 section 4 asks;
//! those that make it a private or a symmetric key are not, and neither is a
//! `use`, `key_ops` or `alg` that says the key is for something else.

use super::{Curve, KeyError, Material, PublicKey};
use crate::crypto::signature::Algorithm;
use crate::digest::Digest;
use crate::wire::base64;
use crate::wire::json::Value;
use crate::wire::shape::Fields;

/// RFC 7518 6.2.2, 6.3.2 and 6.4, RFC 8037 section 2: what only the owner may have.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Reads one JWK (not a set).
pub(super) fn parse(value: &Value) -> Result<PublicKey, KeyError> {
    let mut fields = Fields::open(value, "")?;
    for name in PRIVATE {
        if fields.opt_value(name)?.is_some() {
            return Err(KeyError::Private);
        }
    }
    let mut key = match fields.str("kty")? {
        "OKP" => match fields.str("crv")? {
            "Ed25519" => PublicKey::from_ed25519_bytes(&base64::decode_url(fields.str("x")?)?)?,
            other => return Err(KeyError::Unsupported { found: other.to_owned() }),
        },
        "EC" => {
            let name = fields.str("crv")?;
            let curve = Curve::ALL
                .into_iter()
                .find(|curve| curve.name() == name)
                .ok_or_else(|| KeyError::Unsupported { found: name.to_owned() })?;
            let mut point = vec![4];
            for name in ["x", "y"] {
                let coordinate = base64::decode_url(fields.str(name)?)?;
                // RFC 7518 6.2.1.2: leading zeros are part of the coordinate.
                if coordinate.len() != curve.size() {
                    let expected = format!("a coordinate of {} bytes", curve.size());
                    let found = format!("{} bytes", coordinate.len());
                    return Err(fields.invalid(name, &expected, &found).into());
                }
                point.extend(coordinate);
            }
            PublicKey::from_ec_point(curve, &point)?
        }
        "RSA" => {
            let modulus = base64::decode_url(fields.str("n")?)?;
            let exponent = base64::decode_url(fields.str("e")?)?;
            PublicKey::from_rsa(&modulus, &exponent)?
        }
        other => return Err(KeyError::Unsupported { found: other.to_owned() }),
    };
    if let Some(other) = fields.opt_str("use")?.filter(|name| *name != "sig") {
        return Err(fields.invalid("use", "sig", other).into());
    }
    if fields.opt_array("key_ops")?.is_some_and(|ops| ops.iter().all(|op| op.as_str() != Some("verify"))) {
        return Err(fields.invalid("key_ops", "verify among the operations", "others").into());
    }
    if let Some(name) = fields.opt_str("alg")? {
        let algorithm = algorithm(name).ok_or_else(|| KeyError::Unsupported { found: name.to_owned() })?;
        if !algorithm.fits(key.kind()) {
            return Err(fields.invalid("alg", "an algorithm for this kind of key", name).into());
        }
    }
    if let Some(name) = fields.opt_str("kid")? {
        key.names.insert(name.to_owned());
    }
    Ok(key)
}

/// The algorithm that a JOSE name stands for (RFC 7518 3.1, RFC 8037 3.1, RFC 9864).
pub fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "EdDSA" | "Ed25519" => Algorithm::Ed25519,
        "ES256" => Algorithm::EcdsaP256Sha256,
        "ES384" => Algorithm::EcdsaP384Sha384,
        "ES512" => Algorithm::EcdsaP521Sha512,
        "RS256" => Algorithm::RsaPkcs1Sha256,
        "RS384" => Algorithm::RsaPkcs1Sha384,
        "RS512" => Algorithm::RsaPkcs1Sha512,
        "PS256" => Algorithm::RsaPssSha256,
        "PS384" => Algorithm::RsaPssSha384,
        "PS512" => Algorithm::RsaPssSha512,
        "HS256" => Algorithm::HmacSha256,
        _ => return None,
    })
}

/// The thumbprint of RFC 7638 with SHA-256: the required members, in order of
/// their names, without white space.
pub(super) fn thumbprint(material: &Material) -> Digest {
    let text = match material {
        Material::Ed25519(key) => {
            format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64::encode_url(key.as_bytes()))
        }
        Material::Ecdsa { curve, point } => {
            let (x, y) = point[1..].split_at(curve.size());
            format!(
                r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                curve.name(),
                base64::encode_url(x),
                base64::encode_url(y)
            )
        }
        // RFC 8812 3.1.
        Material::Schnorr(key) => {
            let point = key.to_point();
            let (x, y) = point[1..].split_at(32);
            let [x, y] = [x, y].map(base64::encode_url);
            format!(r#"{{"crv":"secp256k1","kty":"EC","x":"{x}","y":"{y}"}}"#)
        }
        Material::Rsa(key) => {
            format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                base64::encode_url(&key.exponent_bytes()),
                base64::encode_url(key.modulus())
            )
        }
    };
    Digest::sha256(text.as_bytes())
}
