//! StellaOps' `time-anchor-trust-roots.json`: who may anchor time.
//!
//! The page that describes it is a draft with placeholder keys. Roots for
//! Roughtime hold a key and no certificate, roots for RFC 3161 a certificate
//! and no key, so a token of one format finds no root of the other.

use super::Naming;
use super::error::TrustErrorKind;
use super::store::{Draft, Unused};
use crate::anchor::{Authority, CertificateOutline, Identity, Purpose, TrustedKey};
use crate::crypto::key::PublicKey;
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::path::escape;
use crate::time::{Interval, Position, UnixTime, Window};
use crate::wire::json::Value;
use crate::wire::pem;
use crate::wire::shape::{Fields, ShapeError};

type Kind = TrustErrorKind;

/// Whether a JSON file is one of these.
pub(super) fn recognise(value: &Value) -> bool {
    value.get("roughtime").is_some() || value.get("rfc3161").is_some()
}

/// Adds the roots. One whose window `at` lies outside of is not used, and said so.
pub(super) fn add(
    draft: &mut Draft,
    value: &Value,
    naming: Naming,
    at: Option<UnixTime>,
) -> Result<(), Kind> {
    if let Naming::Purpose(purpose) = naming
        && purpose != Purpose::Timestamp
    {
        return Err(Kind::NamedStore { purpose });
    }
    let mut fields = Fields::closed(value, "")?;
    let version = fields.u64("version")?;
    if version != 1 {
        return Err(fields.invalid("version", "1", &version.to_string()).into());
    }
    let mut roots = Vec::new();
    for (pointer, value) in entries(&mut fields, "roughtime")? {
        roots.push(roughtime(value, pointer)?);
    }
    for (pointer, value) in entries(&mut fields, "rfc3161")? {
        roots.push(rfc3161(value, pointer)?);
    }
    fields.finish()?;
    let point = Interval { earliest: at, latest: at };
    for root in roots {
        if at.is_some() && root.window.position(&point) == Position::Outside {
            let name = escape(root.identity.as_str().as_bytes());
            draft.unused.insert(Unused { name, why: "its window does not hold the instant of validation" });
        } else {
            draft.authorities.push(root);
        }
    }
    Ok(())
}

fn entries<'v>(fields: &mut Fields<'v>, name: &'static str) -> Result<Vec<(String, &'v Value)>, Kind> {
    if fields.opt_value(name)?.is_none() {
        return Ok(Vec::new());
    }
    let entries: Vec<_> = fields.elements(name)?.collect();
    match entries.len() {
        found if found > limits::TRUST_KEYS_MAX => {
            Err(Kind::TooMany { what: name, found, limit: limits::TRUST_KEYS_MAX })
        }
        _ => Ok(entries),
    }
}

fn roughtime(value: &Value, pointer: String) -> Result<Authority, Kind> {
    let mut fields = Fields::closed(value, pointer)?;
    let mut root = root(&mut fields)?;
    let key = PublicKey::from_ed25519_base64(fields.str("publicKeyBase64")?)?;
    root.keys.push(TrustedKey::public(key));
    fields.finish()?;
    Ok(root)
}

fn rfc3161(value: &Value, pointer: String) -> Result<Authority, Kind> {
    let mut fields = Fields::closed(value, pointer)?;
    let mut root = root(&mut fields)?;
    let blocks = pem::blocks(fields.str("certificatePem")?)?;
    let der = match &blocks[..] {
        [block] if block.label == "CERTIFICATE" => block.der.clone(),
        [block] => return Err(Kind::Label { label: block.label.clone() }),
        blocks => return Err(Kind::Blocks { found: blocks.len() }),
    };
    CertificateOutline::read(&der)?;
    let found = Digest::sha256(&der);
    // The page shows no filled-in fingerprint, so either letter case is read.
    let stated = fields.str("fingerprintSha256")?.to_ascii_lowercase();
    if Digest::from_hex(Algorithm::Sha256, &stated) != Ok(found) {
        return Err(Kind::Fingerprint { pointer: fields.pointer("fingerprintSha256"), found });
    }
    root.certificates.push(der);
    fields.finish()?;
    Ok(root)
}

/// What both kinds have: a name and a window.
fn root(fields: &mut Fields<'_>) -> Result<Authority, Kind> {
    let name = fields.str("name")?;
    let identity = Identity::new(name)
        .map_err(|error| fields.invalid("name", &format!("an identity: {error}"), name))?;
    if identity.is_bare_key() {
        return Err(Kind::ForeignKeyIdentity(identity));
    }
    let mut time = |name: &str| -> Result<UnixTime, ShapeError> {
        let text = fields.str(name)?;
        UnixTime::parse_rfc3339(text).map_err(|_| fields.invalid(name, "an RFC 3339 time", text))
    };
    let (from, to) = (time("validFrom")?, time("validTo")?);
    if from > to {
        return Err(Kind::WindowReversed { pointer: fields.pointer("validFrom") });
    }
    let mut root = Authority::new(identity, [Purpose::Timestamp]);
    root.window = Window { not_before: Some(from), not_after: Some(to) };
    Ok(root)
}
