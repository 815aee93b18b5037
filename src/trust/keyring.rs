//! Keys of signet: `{"active": NAME, "keys": {NAME: SECRET}}`, the secrets in
//! lower-case hexadecimal. docs/formats/signet.md.
//!
//! All of them are one authority: whoever has one key of a ring has had the
//! others. A name points a row at its key and proves nothing.

use super::Naming;
use super::error::TrustErrorKind;
use super::store::Draft;
use crate::anchor::{Authority, Identity, Purpose, TrustedKey};
use crate::crypto::mac::SharedKey;
use crate::digest::decode_hex;
use crate::limits;
use crate::wire::json::Value;
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

type Kind = TrustErrorKind;

/// Whether it has the members of a ring.
pub(super) fn recognise(value: &Value) -> bool {
    value.get("active").is_some() && value.get("keys").and_then(Value::as_object).is_some()
}

/// Adds its keys, if they were given for custody expressly: a secret that anybody
/// in the room has serves nothing else.
pub(super) fn add(draft: &mut Draft, value: &Value, naming: Naming) -> Result<(), Kind> {
    match naming {
        Naming::Purpose(Purpose::Custody) => {}
        _ => return Err(Kind::KeyringPurpose),
    }
    let mut fields = Fields::closed(value, "")?;
    let active = fields.str("active")?;
    let keys = fields.object("keys")?;
    let (pointer, named) = (fields.pointer("active"), keys.get(active).is_some());
    fields.finish()?;
    if keys.len() > limits::TRUST_KEYS_MAX {
        return Err(Kind::TooMany { what: "keys", found: keys.len(), limit: limits::TRUST_KEYS_MAX });
    }
    let mut trusted: Vec<TrustedKey> = Vec::new();
    let mut first = None;
    for (name, secret) in keys.iter() {
        let at = |what: &str, expected: &str, found: String| ShapeError::Value {
            pointer: format!("/keys/{what}"),
            expected: expected.to_owned(),
            found,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
        if name.is_empty() || name.len() > limits::CUSTODY_NAME_BYTES_MAX || !name.bytes().all(plain) {
            let expected = "names of letters, digits, _, ., : and -";
            return Err(at("", expected, quoted(name)).into());
        }
        let bytes = secret.as_str().and_then(decode_hex);
        // What stands there may be a secret in another spelling: it is not shown.
        let wrong = || at(name, "lower-case hexadecimal", "something else".to_owned());
        let mut key = TrustedKey::shared(SharedKey::from_bytes(&bytes.ok_or_else(wrong)?)?);
        if trusted.iter().any(|other| other.id == key.id) {
            return Err(Kind::RepeatedKey(key.id));
        }
        if name == active {
            first = Some(key.id);
        }
        key.hints.insert(name.to_owned());
        trusted.push(key);
    }
    let Some(first) = first.filter(|_| named) else {
        let expected = "the name of one of the keys".to_owned();
        return Err(ShapeError::Value { pointer, expected, found: quoted(active) }.into());
    };
    let mut authority = Authority::new(Identity::of_bare_key(&first), [Purpose::Custody]);
    authority.keys = trusted;
    draft.authorities.push(authority);
    Ok(())
}
