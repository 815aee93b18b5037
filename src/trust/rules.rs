//! Rules by which other systems decide, given from outside the evidence: an
//! admission policy of tBTC, lists of operators, keys of verifiers. A decision
//! counts only under rules that lie here, byte for byte; the keys in them may
//! sign what the rules say, and nothing else. docs/formats/tbtc.md.

use super::Naming;
use super::error::TrustErrorKind;
use super::store::{Draft, Rules};
use crate::anchor::{Authority, Identity, Narrowing, Purpose, TrustedKey};
use crate::custody::tbtc::{self, Form};
use crate::digest::Digest;
use crate::wire::json::Value;

type Kind = TrustErrorKind;

/// What rules it has the members of. A list is one of operators.
pub(super) fn form(value: &Value) -> Option<Form> {
    match value {
        Value::Array(_) => Some(Form::Existing),
        _ => tbtc::recognise(value).filter(|form| form.is_rules()),
    }
}

/// Adds rules that were given for custody expressly.
pub(super) fn add(draft: &mut Draft, bytes: &[u8], value: &Value, naming: Naming) -> Result<(), Kind> {
    let form = form(value).ok_or(Kind::Unrecognised)?;
    match naming {
        Naming::Purpose(Purpose::Custody) => {}
        _ => return Err(Kind::RulesPurpose),
    }
    let record = tbtc::read(form, value)?;
    for named in tbtc::keys(&record) {
        let key = TrustedKey::public(named.key);
        let identity = Identity::new(&named.of).unwrap_or_else(|_| Identity::of_bare_key(&key.id));
        let types = Some([tbtc::PAYLOAD_TYPE.to_owned()].into());
        let mut authority = Authority::new(identity, [Purpose::Custody]);
        authority.narrowing = Narrowing { payload_types: types, ..Narrowing::default() };
        draft.authorities.push(authority.with_key(key));
    }
    draft.rules.insert(Rules { form: form.name(), digest: Digest::sha256(bytes) });
    Ok(())
}
