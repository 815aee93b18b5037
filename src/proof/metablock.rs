//! `{signed, signatures}`: how in-toto signed before it used envelopes.
//!
//! A signature is over the canonical form ([`crate::wire::olpc`]) of the member
//! `signed`, in hexadecimal. There is no type beside it: what is signed says
//! what it is in its own `_type`.
//!
//! How to attack it:
//! - a second `signed`, or `Signed` beside it: refused by the reader;
//! - two texts with one canonical form: see there;
//! - metadata of another kind under the same key (TUF signs in this form too):
//!   whoever reads `signed` asks for its `_type`, which is in what is signed;
//! - the same bytes as the payload of an envelope, whose signature is then over
//!   the bare payload: [`super::dsse`] refuses that;
//! - a key id that names an honest key: it is a hint, as in an envelope;
//! - an OpenPGP signature, which is over more than the form: it is read as a
//!   signature that no key here made.

use crate::digest::decode_hex;
use crate::limits;
use crate::proof::dsse::{Envelope, EnvelopeError, EnvelopeSignature, bounded, counted};
use crate::wire::json::Value;
use crate::wire::olpc;
use crate::wire::shape::Fields;

/// Reads `{signed, signatures: [{keyid, sig}]}` as an envelope without a type.
pub fn parse(value: &Value) -> Result<Envelope, EnvelopeError> {
    let mut fields = Fields::open(value, "")?;
    let signed = fields.value("signed")?;
    Fields::open(signed, "/signed")?.finish()?;
    let elements = fields.elements("signatures")?;
    counted(elements.len())?;
    let signatures = elements
        .enumerate()
        .map(|(index, (pointer, element))| signature(index, pointer, element))
        .collect::<Result<_, _>>()?;
    fields.finish()?;
    let canonical = olpc::to_bytes(signed).map_err(EnvelopeError::Canonical)?;
    Ok(Envelope::over_canonical(signed.clone(), canonical, signatures))
}

fn signature(index: usize, pointer: String, value: &Value) -> Result<EnvelopeSignature, EnvelopeError> {
    let mut fields = Fields::open(value, pointer)?;
    // What OpenPGP made lies in `signature`, with `other_headers` beside it.
    let hex = match fields.opt_str("signature")? {
        Some(hex) if fields.opt_value("other_headers")?.is_some() => hex,
        _ => fields.str("sig")?,
    };
    bounded("a signature", hex.len() / 2, limits::SIGNATURE_BYTES_MAX)?;
    let sig = decode_hex(hex).ok_or(EnvelopeError::Hex { index })?;
    let keyid = fields.opt_str("keyid")?.unwrap_or_default();
    bounded("a key id", keyid.len(), limits::ENVELOPE_NAME_BYTES_MAX)?;
    fields.finish()?;
    Ok(EnvelopeSignature { keyid: (!keyid.is_empty()).then(|| keyid.to_owned()), sig, certified: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchor::TrustedKey;
    use crate::crypto::key::PublicKey;
    use crate::wire::json;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let found = parse(&json::parse(text.as_bytes()).unwrap());
        match (found, expected) {
            (Ok(envelope), Ok(payload)) => {
                assert_eq!(envelope.payload_unverified(), payload.as_bytes(), "{text}");
                assert_eq!(envelope.payload_type(), "");
            }
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected, "{text}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn forms() {
        let one = r#"[{"keyid":"k","sig":"00ff"}]"#;
        check(&format!(r#"{{"signed":{{"b":1, "a":"x"}},"signatures":{one}}}"#), Ok(r#"{"a":"x","b":1}"#));
        check(
            r#"{"signed":{},"signatures":[{"keyid":"k","signature":"00","other_headers":"04"}]}"#,
            Ok("{}"),
        );
        check(r#"{"signed":{},"signatures":[]}"#, Err("an envelope without signatures"));
        check(r#"{"signatures":[{"sig":""}]}"#, Err("\"/signed\" is missing"));
        check(
            &format!(r#"{{"signed":[],"signatures":{one}}}"#),
            Err("\"/signed\" is an array, expected an object"),
        );
        check(
            &format!(r#"{{"signed":{{}},"Signed":{{}},"signatures":{one}}}"#),
            Err("\"/Signed\" is \"signed\" but for letter case"),
        );
        check(
            &format!(r#"{{"signed":{{"a":1.5}},"signatures":{one}}}"#),
            Err("the number \"1.5\" has no canonical form"),
        );
        check(r#"{"signed":{},"signatures":[{"sig":"0G"}]}"#, Err("signature 0: not lower-case hexadecimal"));
        check(r#"{"signed":{},"signatures":[{"sig":"FF"}]}"#, Err("signature 0: not lower-case hexadecimal"));
        check(r#"{"signed":{},"signatures":[{"signature":"00"}]}"#, Err("\"/signatures/0/sig\" is missing"));
    }

    #[test]
    fn the_form_is_what_is_signed() {
        use ed25519_dalek::Signer as _;
        let signing = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let public = PublicKey::from_ed25519_bytes(signing.verifying_key().as_bytes()).unwrap();
        let sig = crate::digest::encode_hex(&signing.sign(br#"{"_type":"link","name":"x"}"#).to_bytes());
        let read = |signed: &str| {
            let text = format!(r#"{{"signed":{signed},"signatures":[{{"keyid":"","sig":"{sig}"}}]}}"#);
            parse(&json::parse(text.as_bytes()).unwrap()).unwrap()
        };
        let key = TrustedKey::public(public);
        assert!(read(r#"{ "name": "x", "_type": "\u006cink" }"#).signed_by(0, &key).is_ok());
        assert!(read(r#"{"_type":"link","name":"y"}"#).signed_by(0, &key).is_err());
    }
}
