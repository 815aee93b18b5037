//! Tokens of enclaves: what runs, as several verifiers attest, held against
//! rules about enclaves, the keys of the verifiers and a list of what is revoked.
//!
//! The list may be some minutes old at most, and no list on a medium is: the
//! decision is made again at its own time, never at that of the reader.

use std::collections::{BTreeMap, BTreeSet};

use super::admission::{self, Decision};
use super::{Judged, Peer, holds, lenient, moment};
use crate::custody::BreakKind;
use crate::digest::Digest;
use crate::wire::json::{self, Value};
use crate::wire::shape::{Fields, ShapeError};

const COMMAND: &str = "tee_token_checker";

/// A token: a text, and signatures over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    payload: String,
    signatures: Vec<(String, String)>,
}

/// Rules about enclaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclaves {
    profile: String,
    age_max: u64,
    staleness_max: u64,
    operators: Vec<Operator>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Operator {
    id: String,
    signer: String,
    status: String,
    types: Vec<String>,
    measurements: Vec<String>,
    age_max: Option<u64>,
    effective_from: Option<u64>,
}

/// The keys of verifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyset {
    threshold: u64,
    age_max: u64,
    /// Each key.
    pub keys: Vec<Key>,
}

/// A key of a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    id: String,
    instance: String,
    /// Under whose root it is.
    pub trust_root: String,
    /// The `x` in hexadecimal, as it stands there.
    pub public_key: String,
    /// From when to when it counts, in seconds since 1970.
    pub window: (u64, u64),
}

/// What is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denylist {
    refreshed_at: u64,
    epoch_min: u64,
    tokens: BTreeSet<String>,
    keys: BTreeSet<String>,
}

/// What a token says.
struct Payload {
    id: String,
    operator: String,
    signer: String,
    type_: String,
    measurement: String,
    issued_at: u64,
    expires_at: u64,
    keys: Vec<String>,
    epoch: u64,
}

impl Payload {
    fn read(text: &str) -> Option<Payload> {
        let value = json::parse(text.trim().as_bytes()).ok()?;
        let mut fields = Fields::closed(&value, "").ok()?;
        let mut text = |name: &str| fields.str(name).ok().map(str::to_owned);
        let (id, operator, signer) = (text("token_id")?, text("operator_id")?, text("signer_identifier")?);
        let (type_, measurement) = (text("tee_type")?, text("measurement_digest")?);
        let mut number = |name: &str| fields.u64(name).ok();
        let (issued_at, expires_at) = (number("issued_at_unix")?, number("expires_at_unix")?);
        number("registry_snapshot_version")?;
        let epoch = number("token_revocation_epoch")?;
        let keys = fields.strings("verifier_key_ids").ok()?.into_iter().map(str::to_owned).collect();
        fields.finish().ok()?;
        Digest::parse(&lenient(&measurement)).ok()?;
        Some(Payload { id, operator, signer, type_, measurement, issued_at, expires_at, keys, epoch })
    }
}

impl Token {
    pub(super) fn read(value: &Value) -> Result<Token, ShapeError> {
        let mut fields = Fields::closed(value, "")?;
        let payload = fields.str("payload_json")?.to_owned();
        let mut signatures = Vec::new();
        for (index, one) in fields.array("signatures")?.iter().enumerate().take(super::ATTEMPTS_MAX as usize)
        {
            let mut one = Fields::closed(one, format!("/signatures/{index}"))?;
            let id = one.str("verifier_key_id")?.to_owned();
            signatures.push((id, one.str("signature_hex")?.to_owned()));
            one.finish()?;
        }
        fields.finish()?;
        Ok(Token { payload, signatures })
    }
}

impl Enclaves {
    pub(super) fn read(value: &Value) -> Result<Enclaves, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let profile = fields.str("profile_status")?.to_owned();
        let mut enforcement = fields.nested_open("enforcement")?;
        let age_max = enforcement.u64("attestation_max_age_seconds")?;
        let staleness_max = enforcement.u64("denylist_max_staleness_seconds")?;
        let mut operators = Vec::new();
        for (index, one) in fields.array("operators")?.iter().enumerate() {
            let mut one = Fields::open(one, format!("/operators/{index}"))?;
            let texts = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect::<Vec<_>>();
            operators.push(Operator {
                id: one.str("operator_id")?.to_owned(),
                signer: one.str("signer_identifier")?.to_owned(),
                status: one.str("status")?.to_owned(),
                types: texts(one.strings("allowed_tee_types")?),
                measurements: texts(one.strings("allowed_measurements")?),
                age_max: one.opt_u64("attestation_max_age_seconds")?,
                effective_from: one.opt_u64("effective_from")?,
            });
        }
        fields.finish()?;
        Ok(Enclaves { profile, age_max, staleness_max, operators })
    }
}

impl Keyset {
    pub(super) fn read(value: &Value) -> Result<Keyset, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let threshold = fields.u64("threshold_m")?;
        let age_max = fields.u64("max_key_age_seconds")?;
        let mut keys = Vec::new();
        for (index, one) in fields.array("keys")?.iter().enumerate() {
            let mut one = Fields::open(one, format!("/keys/{index}"))?;
            keys.push(Key {
                id: one.str("key_id")?.to_owned(),
                instance: one.str("verifier_instance_id")?.to_owned(),
                trust_root: one.str("trust_root_id")?.to_owned(),
                public_key: one.str("pubkey_hex")?.to_owned(),
                window: (one.u64("valid_from_unix")?, one.u64("valid_until_unix")?),
            });
        }
        fields.finish()?;
        Ok(Keyset { threshold, age_max, keys })
    }

    fn key(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| lenient(&key.id) == lenient(id))
    }
}

impl Denylist {
    pub(super) fn read(value: &Value) -> Result<Denylist, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let mut names = |name: &str| {
            let all = fields.opt_object(name)?;
            Ok(all.into_iter().flat_map(|all| all.iter()).map(|(id, _)| lenient(id)).collect())
        };
        let (tokens, keys) = (names("revoked_token_ids")?, names("revoked_verifier_key_ids")?);
        let denylist = Denylist {
            refreshed_at: fields.u64("denylist_refreshed_at_unix")?,
            epoch_min: fields.u64("min_token_revocation_epoch")?,
            tokens,
            keys,
        };
        fields.finish()?;
        Ok(denylist)
    }
}

/// What a decision about a token follows from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The token.
    pub token: &'a Token,
    /// The rules.
    pub enclaves: &'a Enclaves,
    /// The keys.
    pub keyset: &'a Keyset,
    /// What is revoked.
    pub denylist: &'a Denylist,
}

/// The codes for which tBTC refuses the token at `now`; an error is a case of
/// which we do not know its word.
pub fn refused(inputs: &Inputs<'_>, now: u64) -> Result<Vec<&'static str>, &'static str> {
    let Inputs { token, enclaves, keyset, denylist } = inputs;
    let sound = lenient(&enclaves.profile) == "mandatory"
        && enclaves.age_max <= 86_400
        && (1..=300).contains(&enclaves.staleness_max)
        && keyset.threshold >= 2
        && keyset.age_max <= 2_592_000;
    if !sound {
        return Err("rules that it does not load");
    }
    let mut codes = Vec::new();
    if denylist.refreshed_at > now || now - denylist.refreshed_at > enclaves.staleness_max {
        codes.push("denylist_stale");
    }
    let Some(payload) = Payload::read(&token.payload) else {
        codes.push("token_payload_invalid");
        return Ok(codes);
    };
    let mut of = enclaves.operators.iter().filter(|one| lenient(&one.id) == lenient(&payload.operator));
    let operator = of.next().ok_or("an operator that the rules do not know")?;
    let active =
        lenient(&operator.status) == "active" && operator.effective_from.is_none_or(|from| from <= now);
    if !active {
        return Err("an operator who is not active");
    }
    if lenient(&operator.signer) != lenient(&payload.signer) {
        codes.push("signer_identifier_mismatch");
    }
    if !operator.types.iter().any(|allowed| lenient(allowed) == lenient(&payload.type_)) {
        return Err("a type of enclave that the rules do not allow");
    }
    if !operator.measurements.iter().any(|allowed| lenient(allowed) == lenient(&payload.measurement)) {
        codes.push("measurement_not_allowlisted");
    }
    if payload.issued_at > now || payload.expires_at <= payload.issued_at {
        return Err("a token from the future, or one that ends before it begins");
    }
    if payload.expires_at < now {
        codes.push("token_expired");
    }
    let age_max = operator.age_max.map_or(enclaves.age_max, |age| age.min(enclaves.age_max));
    if payload.expires_at - payload.issued_at > age_max {
        codes.push("token_ttl_exceeds_attestation_max_age");
    }
    if payload.epoch < denylist.epoch_min {
        codes.push("token_revocation_epoch_below_minimum");
    }
    if denylist.tokens.contains(&lenient(&payload.id)) {
        codes.push("token_id_revoked");
    }
    signatures(inputs, &payload, now, &mut codes)?;
    Ok(codes)
}

fn signatures(
    inputs: &Inputs<'_>,
    payload: &Payload,
    now: u64,
    codes: &mut Vec<&'static str>,
) -> Result<(), &'static str> {
    let mut good: BTreeMap<String, &Key> = BTreeMap::new();
    for (id, signature) in &inputs.token.signatures {
        if !payload.keys.iter().any(|declared| lenient(declared) == lenient(id)) {
            codes.push("token_signature_key_not_declared");
            continue;
        }
        let key = inputs.keyset.key(id).ok_or("a key that the set of keys does not hold")?;
        if key.window.0 > now || key.window.1 < now || key.window.1 - key.window.0 > inputs.keyset.age_max {
            return Err("a key outside its time");
        }
        if inputs.denylist.keys.contains(&lenient(id)) {
            codes.push("token_signature_key_revoked");
        } else if !holds(&key.public_key, &inputs.token.payload, signature) {
            codes.push("token_signature_verification_failed");
        } else if good.insert(lenient(id), key).is_some() {
            return Err("two signatures of one key");
        }
    }
    if (good.len() as u64) < inputs.keyset.threshold {
        codes.push("token_signature_quorum_not_met");
    }
    let distinct =
        |name: fn(&Key) -> &str| good.values().map(|key| lenient(name(key))).collect::<BTreeSet<_>>();
    if !good.is_empty() && distinct(|key| &key.trust_root).len() < 2 {
        codes.push("token_signature_trust_root_diversity_violation");
    }
    if !good.is_empty() && distinct(|key| &key.instance).len() < 2 {
        codes.push("token_signature_instance_diversity_violation");
    }
    Ok(())
}

/// A recorded decision about a token, held against the one that follows, and
/// each signature under the key that it names.
pub fn judge(inputs: &Inputs<'_>, recorded: Option<&Decision>, now: Option<u64>) -> Judged {
    let mut judged = Judged::default();
    let digest = Digest::sha256(inputs.token.payload.trim().as_bytes());
    for (id, signature) in &inputs.token.signatures {
        let key = inputs.keyset.key(id).map(|key| lenient(&key.public_key)).unwrap_or_default();
        judged.signature("signatures", &key, digest, &lenient(signature));
    }
    let Some(now) = recorded.map(|decision| decision.at).or(now) else {
        judged.peer = Some(Peer::untold(COMMAND, "neither a recorded decision nor a time of validation"));
        judged.open(BreakKind::Record, "evaluated_at_unix", "a recorded decision", "none");
        return judged;
    };
    judged.at = moment(now);
    match refused(inputs, now) {
        Err(why) => {
            judged.open(BreakKind::Record, "decision", "a case whose outcome is known", why);
            judged.peer = Some(Peer::untold(COMMAND, why));
        }
        Ok(reasons) => {
            let word = if reasons.is_empty() { "allow" } else { "reject" };
            admission::compare(&mut judged, recorded, word, &reasons);
            judged.peer = Some(Peer { command: COMMAND, verdict: word, reasons, untold: None });
        }
    }
    judged
}
