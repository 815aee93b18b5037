//! Keys of functionaries, as a layout carries them.
//!
//! They are trusted for what the layout says and for nothing else: for links of
//! the steps that name them. Who owns the layout answers for them.
//!
//! How it would be attacked: one key under two ids, or in two spellings, to meet
//! a threshold of two (whoever counts, counts the key itself); a scheme that
//! lets the signature choose its algorithm (the key has the one of its scheme);
//! a private key that somebody left in the layout, so that anybody is the
//! functionary: refused.

use crate::anchor::TrustedKey;
use crate::crypto::key::PublicKey;
use crate::crypto::signature::Algorithm;
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError};

use super::LayoutError;

/// A key of a layout.
#[derive(Clone, Debug)]
pub enum LayoutKey {
    /// One that can be used.
    Usable(Box<TrustedKey>),
    /// One of a kind or form that is not read here; why.
    Unusable(String),
}

/// Reads one member of `keys`.
pub fn parse(pointer: String, value: &Value) -> Result<LayoutKey, LayoutError> {
    let mut fields = Fields::open(value, pointer)?;
    let keytype = fields.str("keytype")?;
    // OpenPGP keys have a `method` in its place.
    let scheme = fields.opt_str("scheme")?.unwrap_or_default();
    let mut keyval = fields.nested_open("keyval")?;
    if keyval.opt_str("private")?.is_some_and(|private| !private.is_empty()) {
        return Err(LayoutError::PrivateKey { pointer: keyval.pointer("private") });
    }
    let usable = usable(keytype, scheme, &mut keyval)?;
    keyval.finish()?;
    fields.finish()?;
    Ok(usable)
}

fn usable(keytype: &str, scheme: &str, keyval: &mut Fields) -> Result<LayoutKey, ShapeError> {
    let Some(algorithm) = algorithm(scheme) else {
        return Ok(LayoutKey::Unusable(format!("a key of type {keytype:?} and scheme {scheme:?}")));
    };
    let public = keyval.str("public")?;
    let key = match algorithm {
        Algorithm::Ed25519 => PublicKey::from_ed25519_hex(public),
        _ => PublicKey::from_pem(public),
    };
    Ok(match key {
        Ok(key) if !algorithm.fits(key.kind()) => {
            LayoutKey::Unusable(format!("a key {} with the scheme {scheme:?}", key.kind()))
        }
        Ok(key) => {
            let mut key = TrustedKey::public(key);
            key.algorithms = [algorithm].into();
            LayoutKey::Usable(Box::new(key))
        }
        Err(error) => LayoutKey::Unusable(error.to_string()),
    })
}

/// The schemes of the specification (4.2.1), and their siblings that its
/// implementations know.
fn algorithm(scheme: &str) -> Option<Algorithm> {
    Some(match scheme {
        "ed25519" => Algorithm::Ed25519,
        "ecdsa-sha2-nistp256" => Algorithm::EcdsaP256Sha256,
        "ecdsa-sha2-nistp384" => Algorithm::EcdsaP384Sha384,
        "ecdsa-sha2-nistp521" => Algorithm::EcdsaP521Sha512,
        "rsassa-pss-sha256" => Algorithm::RsaPssSha256,
        "rsassa-pss-sha384" => Algorithm::RsaPssSha384,
        "rsassa-pss-sha512" => Algorithm::RsaPssSha512,
        "rsa-pkcs1v15-sha256" => Algorithm::RsaPkcs1Sha256,
        "rsa-pkcs1v15-sha384" => Algorithm::RsaPkcs1Sha384,
        "rsa-pkcs1v15-sha512" => Algorithm::RsaPkcs1Sha512,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    fn read(text: &str) -> Result<LayoutKey, String> {
        parse("/keys/k".into(), &json::parse(text.as_bytes()).unwrap()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn unusable(text: &str, expected: &str) {
        match read(text) {
            Ok(LayoutKey::Unusable(why)) => assert!(why.contains(expected), "{why}"),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn keys() {
        let signing = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let hex = crate::digest::encode_hex(signing.verifying_key().as_bytes());
        let ed25519 = |scheme: &str, keyval: &str| {
            format!(r#"{{"keytype":"ed25519","scheme":"{scheme}","keyval":{{{keyval}}}}}"#)
        };
        let public = format!(r#""public":"{hex}""#);
        let key = read(&ed25519("ed25519", &public)).unwrap();
        assert!(matches!(key, LayoutKey::Usable(key) if key.algorithms == [Algorithm::Ed25519].into()));
        assert!(read(&ed25519("ed25519", &format!(r#"{public},"private":"""#))).is_ok());
        let private = read(&ed25519("ed25519", &format!(r#"{public},"private":"00""#))).unwrap_err();
        assert_eq!(private, "\"/keys/k/keyval/private\" holds a private key");
        unusable(&ed25519("rsassa-pss-sha256", &public), "");
        unusable(&ed25519("sigstore-oidc", r#""identity":"a","issuer":"b""#), "sigstore-oidc");
        unusable(&ed25519("ed25519", r#""public":"00""#), "");
        assert!(read(&ed25519("ed25519", "")).is_err());
    }
}
