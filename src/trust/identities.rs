//! Identities that are pinned by their names, as auths keeps them in `.auths/roots`: one
//! `did:keri:` on each line, or a JSON array of them. The name is the hash of the event that
//! began the identity, so no key has to stand beside it: evidence brings the log.

use super::Naming;
use super::error::TrustErrorKind;
use super::store::Draft;
use crate::anchor::{Authority, Identity, Purpose};
use crate::limits;
use crate::wire::json::{self, Value};

type Kind = TrustErrorKind;

/// How the name of such an identity begins.
pub(super) const DID: &str = "did:keri:";

/// Whether a text is made of such names.
pub(super) fn is_identities(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let listed = text.trim_start().strip_prefix('[').and_then(|rest| rest.trim_start().strip_prefix('"'));
    first.is_some_and(|line| line.starts_with(DID)) || listed.is_some_and(|name| name.starts_with(DID))
}

/// Adds an authority for each, for attestation and custody, or for what was named.
pub(super) fn add(draft: &mut Draft, bytes: &[u8], naming: Naming) -> Result<(), Kind> {
    let text = std::str::from_utf8(bytes).map_err(|_| Kind::Unrecognised)?;
    let names: Vec<String> = match text.trim_start().starts_with('[') {
        true => {
            let value = json::parse(bytes)?;
            let names = value.as_array().unwrap_or_default().iter().map(Value::as_str);
            names.map(|name| name.map(str::to_owned)).collect::<Option<_>>().ok_or(Kind::Unrecognised)?
        }
        false => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            lines.map(str::to_owned).collect()
        }
    };
    if names.len() > limits::TRUST_AUTHORITIES_MAX {
        let (found, limit) = (names.len(), limits::TRUST_AUTHORITIES_MAX);
        return Err(Kind::TooMany { what: "identities", found, limit });
    }
    for name in names {
        let sound =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !name.strip_prefix(DID).is_some_and(|prefix| matches!(prefix.len(), 44 | 48) && sound(prefix)) {
            return Err(Kind::Unrecognised);
        }
        let identity = Identity::new(&name).map_err(|_| Kind::Unrecognised)?;
        let purposes = match naming {
            Naming::Bare(_) => vec![Purpose::Attestation, Purpose::Custody],
            Naming::Purpose(purpose) => vec![purpose],
        };
        draft.authorities.push(Authority::new(identity, purposes));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{CertificateUse, TrustStore, parse_file};
    use super::*;

    fn store(text: &str) -> Result<TrustStore, String> {
        let naming = Naming::Bare(CertificateUse::Any);
        parse_file("roots", text.as_bytes(), naming, None).map_err(|error| error.to_string())
    }

    #[test]
    fn names_on_lines_and_in_an_array() {
        let one = "did:keri:EDR9TQF7wkYcbjPVwRGgvMVaDX1T15Lj0JfQdsT2emZd";
        let lines = store(&format!("# pinned\n{one}\n")).unwrap();
        let array = store(&format!("[\"{one}\"]")).unwrap();
        for store in [&lines, &array] {
            assert_eq!(store.authorities()[0].identity.as_str(), one);
            assert!(store.authorities()[0].keys.is_empty());
        }
        assert_eq!(lines.digest(), array.digest());
        for wrong in ["did:keri:E", "did:key:z6Mk", &format!("{one}\nalice\n"), &format!("[\"{one}\", 1]")] {
            assert!(store(wrong).is_err(), "{wrong}");
        }
    }
}
