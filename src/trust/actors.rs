//! The trust map of prx: `{"provenance": {"trust": {ACTOR: "ed25519:BASE64"}}}` in
//! its configuration. docs/formats/prx.md.
//!
//! Each actor is an authority of its own, `prx://ACTOR`. What else the file says is
//! prx's: where its master secret lies is of no interest here, and the secret itself
//! must never be.

use super::Naming;
use super::error::TrustErrorKind;
use super::store::Draft;
use crate::anchor::{Authority, Identity, Purpose, TrustedKey};
use crate::crypto::key::PublicKey;
use crate::custody::prx::SCHEME;
use crate::limits;
use crate::wire::base64;
use crate::wire::json::Value;
use crate::wire::quoted;
use crate::wire::shape::ShapeError;

type Kind = TrustErrorKind;

/// Whether it has a map of actors.
pub(super) fn recognise(value: &Value) -> bool {
    value.get("provenance").and_then(|provenance| provenance.get("trust")?.as_object()).is_some()
}

/// Adds its actors, if they were given for custody expressly.
pub(super) fn add(draft: &mut Draft, value: &Value, naming: Naming) -> Result<(), Kind> {
    match naming {
        Naming::Purpose(Purpose::Custody) => {}
        _ => return Err(Kind::ActorsPurpose),
    }
    let map = value.get("provenance").and_then(|provenance| provenance.get("trust")?.as_object());
    let map = map.expect("it was recognised by this");
    if map.len() > limits::TRUST_KEYS_MAX {
        return Err(Kind::TooMany { what: "actors", found: map.len(), limit: limits::TRUST_KEYS_MAX });
    }
    for (actor, key) in map.iter() {
        let at = |expected: &str, found: String| ShapeError::Value {
            pointer: format!("/provenance/trust/{}", quoted(actor)),
            expected: expected.to_owned(),
            found,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:@-".contains(&byte);
        if actor.is_empty() || actor.len() > limits::CUSTODY_NAME_BYTES_MAX || !actor.bytes().all(plain) {
            let expected = "names of letters, digits, _, ., :, @ and -";
            return Err(at(expected, quoted(actor)).into());
        }
        let expected = "ed25519: and the base64 of a point, or of a key in DER";
        let text = key.as_str().ok_or_else(|| at(expected, key.type_name().to_owned()))?;
        let bytes = text.strip_prefix("ed25519:").and_then(|text| base64::decode_standard(text).ok());
        let bytes = bytes.ok_or_else(|| at(expected, quoted(text)))?;
        let key = match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(point) => PublicKey::from_ed25519_bytes(&point),
            Err(_) => PublicKey::from_spki_der(&bytes),
        };
        let key = key.map_err(|error| at(expected, error.to_string()))?;
        let identity = Identity::new(&format!("{SCHEME}{actor}"));
        let identity = identity.map_err(|error| at("the name of an actor", error.to_string()))?;
        let mut authority = Authority::new(identity, [Purpose::Custody]);
        authority.keys.push(TrustedKey::public(key));
        draft.authorities.push(authority);
    }
    Ok(())
}
