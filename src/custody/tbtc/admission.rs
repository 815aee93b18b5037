//! Who is admitted as an operator: rules, a candidate, and where the rules
//! refuse him an exception that somebody signed. The decision follows from
//! them and from the time at which it was made, and is made again here.

use std::collections::BTreeMap;

use super::{Judged, Peer, holds, lenient, moment, xonly};
use crate::custody::BreakKind;
use crate::digest::Digest;
use crate::limits;
use crate::wire::json::{self, Value};
use crate::wire::shape::{Fields, ShapeError};

/// For how long an exception may hold where the rules do not say.
const TTL_MAX: u64 = 604_800;
const COMMAND: &str = "admission_checker";

/// Rules of admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    per_provider_max: Option<u64>,
    per_region_max: Option<u64>,
    custody_classes: Vec<String>,
    attestation_status: String,
    patch_days_min: u64,
    contact_required: bool,
    /// Who may sign exceptions, as it stands there.
    pub override_key: Option<String>,
    override_ttl_max: u64,
}

/// Who asks for admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who he is, and where.
    pub operator: Operator,
    custody_class: String,
    attestation_status: String,
    patched_until: u64,
    contact: Option<String>,
}

/// An operator, and where he is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Who.
    pub id: String,
    provider: String,
    region: String,
}

/// An exception: a text, and a signature over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    payload: String,
    signature: String,
}

/// Exceptions that are used up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// When each expires, by its id.
    consumed: BTreeMap<String, u64>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// `allow` or `reject`.
    pub decision: String,
    /// The codes of the reasons, in order.
    pub reasons: Vec<String>,
    override_applied: Option<bool>,
    override_reference: Option<String>,
    /// When, in seconds since 1970.
    pub at: u64,
}

impl Policy {
    pub(super) fn read(value: &Value) -> Result<Policy, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let policy = Policy {
            per_provider_max: fields.opt_u64("max_operators_per_provider")?,
            per_region_max: fields.opt_u64("max_operators_per_region")?,
            custody_classes: fields
                .strings("allowed_custody_classes")?
                .into_iter()
                .map(str::to_owned)
                .collect(),
            attestation_status: fields.str("required_attestation_status")?.to_owned(),
            patch_days_min: fields.u64("min_patch_sla_days_remaining")?,
            contact_required: fields.bool("require_incident_response_contact")?,
            override_key: fields.opt_str("dao_override_trust_root_pubkey_hex")?.map(str::to_owned),
            override_ttl_max: fields.opt_u64("dao_override_max_ttl_seconds")?.unwrap_or(TTL_MAX),
        };
        fields.finish()?;
        Ok(policy)
    }
}

impl Operator {
    fn read(fields: &mut Fields<'_>) -> Result<Operator, ShapeError> {
        Ok(Operator {
            id: fields.str("operator_id")?.to_owned(),
            provider: fields.str("provider")?.to_owned(),
            region: fields.str("region")?.to_owned(),
        })
    }
}

impl Candidate {
    pub(super) fn read(value: &Value) -> Result<Candidate, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let candidate = Candidate {
            operator: Operator::read(&mut fields)?,
            custody_class: fields.str("custody_class")?.to_owned(),
            attestation_status: fields.str("attestation_status")?.to_owned(),
            patched_until: fields.u64("patch_sla_expires_at_unix")?,
            contact: opt_text(&mut fields, "incident_response_contact")?,
        };
        fields.finish()?;
        Ok(candidate)
    }
}

/// A text; `null` where there is none.
fn opt_text(fields: &mut Fields<'_>, name: &str) -> Result<Option<String>, ShapeError> {
    match fields.opt_value(name)? {
        None | Some(Value::Null) => Ok(None),
        Some(_) => Ok(fields.opt_str(name)?.map(str::to_owned)),
    }
}

pub(super) fn existing(value: &Value) -> Result<Vec<Operator>, ShapeError> {
    let wrong = |expected, found| ShapeError::Type { pointer: String::new(), expected, found };
    let all = value.as_array().ok_or_else(|| wrong("an array", value.type_name()))?;
    if all.len() > limits::TBTC_OPERATORS_MAX {
        return Err(ShapeError::Value {
            pointer: String::new(),
            expected: format!("{} operators at most", limits::TBTC_OPERATORS_MAX),
            found: all.len().to_string(),
        });
    }
    let operator = |(index, one)| {
        let mut fields = Fields::open(one, format!("/{index}"))?;
        let operator = Operator::read(&mut fields)?;
        fields.finish()?;
        Ok(operator)
    };
    all.iter().enumerate().map(operator).collect()
}

impl Override {
    /// Nothing stands beside text and signature: nobody signed it.
    pub(super) fn read(value: &Value) -> Result<Override, ShapeError> {
        let mut fields = Fields::closed(value, "")?;
        let one = Override {
            payload: fields.str("payload_json")?.to_owned(),
            signature: fields.str("signature_hex")?.to_owned(),
        };
        fields.finish()?;
        Ok(one)
    }
}

impl Registry {
    pub(super) fn read(value: &Value) -> Result<Registry, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let all = fields.object("consumed_override_ids")?;
        let mut consumed = BTreeMap::new();
        for (id, entry) in all.iter() {
            let mut entry = Fields::open(entry, "/consumed_override_ids/*")?;
            consumed.insert(id.to_owned(), entry.u64("expires_at_unix")?);
        }
        fields.finish()?;
        Ok(Registry { consumed })
    }
}

impl Decision {
    pub(super) fn read(value: &Value) -> Result<Decision, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let decision = fields.str("decision")?.to_owned();
        let mut reasons = Vec::new();
        for (index, reason) in fields.array("reasons")?.iter().enumerate() {
            let mut reason = Fields::open(reason, format!("/reasons/{index}"))?;
            reasons.push(reason.str("code")?.to_owned());
        }
        let at = fields.u64("evaluated_at_unix")?;
        if moment(at).is_none() {
            let expected = "seconds until the year 9999";
            return Err(fields.invalid("evaluated_at_unix", expected, &at.to_string()));
        }
        let decision = Decision {
            decision,
            reasons,
            override_applied: fields.opt_bool("override_applied")?,
            override_reference: opt_text(&mut fields, "override_reference")?,
            at,
        };
        fields.finish()?;
        Ok(decision)
    }
}

/// What a decision follows from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// Who asks.
    pub candidate: &'a Candidate,
    /// Who is there already.
    pub existing: &'a [Operator],
    /// An exception.
    pub exception: Option<&'a Override>,
    /// Which exceptions are used up.
    pub registry: Option<&'a Registry>,
}

/// A decision as tBTC comes to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The codes of the reasons, in order.
    pub reasons: Vec<&'static str>,
    /// Whether the candidate is admitted.
    pub allowed: bool,
    /// Who approved the exception that was used, and when.
    pub reference: Option<String>,
    /// The id of the exception that is used up by this, and when it expires.
    pub consumed: Option<(String, u64)>,
}

/// Decides at `now`.
pub fn decide(inputs: &Inputs<'_>, now: u64) -> Outcome {
    let mut reasons = refused(inputs, now);
    let mut outcome = Outcome { allowed: reasons.is_empty(), ..Outcome::default() };
    if let Some(exception) = inputs.exception.filter(|_| !outcome.allowed) {
        match excepted(inputs, exception, now) {
            Ok(used) => {
                reasons.push("dao_override_applied");
                outcome.allowed = true;
                outcome.reference = Some(format!("{}:{}", used.approver, used.approved_at));
                outcome.consumed = Some((lenient(&used.id), used.expires_at));
            }
            Err(code) => reasons.push(code),
        }
    }
    Outcome { reasons, ..outcome }
}

/// What of the rules refuses the candidate.
fn refused(inputs: &Inputs<'_>, now: u64) -> Vec<&'static str> {
    let Inputs { policy, candidate, existing, .. } = inputs;
    let mut codes = Vec::new();
    let operator = &candidate.operator;
    let id = lenient(&operator.id);
    if id.is_empty() {
        codes.push("operator_id_missing");
    } else if existing.iter().any(|other| lenient(&other.id) == id) {
        codes.push("operator_id_already_registered");
    }
    let places = [
        (&operator.provider, "provider_missing", policy.per_provider_max, "provider_diversity_violation"),
        (&operator.region, "region_missing", policy.per_region_max, "geo_diversity_violation"),
    ];
    codes.extend(places.iter().filter(|(place, ..)| lenient(place).is_empty()).map(|(_, code, ..)| *code));
    for (index, (place, _, max, code)) in places.iter().enumerate() {
        let place = lenient(place);
        let of = |other: &&Operator| lenient([&other.provider, &other.region][index]) == place;
        let there = existing.iter().filter(of).count() as u64;
        if !place.is_empty() && max.is_some_and(|max| there + 1 > max) {
            codes.push(code);
        }
    }
    let class = lenient(&candidate.custody_class);
    if class.is_empty() {
        codes.push("custody_class_missing");
    } else if !policy.custody_classes.iter().any(|allowed| lenient(allowed) == class) {
        codes.push("custody_class_not_allowed");
    }
    let (required, status) = (lenient(&policy.attestation_status), lenient(&candidate.attestation_status));
    if required.is_empty() {
        codes.push("required_attestation_status_missing");
    } else if status.is_empty() {
        codes.push("attestation_status_missing");
    } else if status != required {
        codes.push("attestation_status_not_approved");
    }
    if candidate.patched_until < now.saturating_add(policy.patch_days_min.saturating_mul(86_400)) {
        codes.push("patch_sla_below_minimum_remaining");
    }
    let contact = candidate.contact.as_deref().map(str::trim).unwrap_or_default();
    if policy.contact_required && contact.is_empty() {
        codes.push("incident_response_contact_missing");
    }
    codes
}

/// What an exception says.
struct Payload {
    id: String,
    operator: String,
    decision: String,
    reason: String,
    approver: String,
    approved_at: u64,
    expires_at: u64,
}

impl Payload {
    fn read(text: &str) -> Option<Payload> {
        let value = json::parse(text.trim().as_bytes()).ok()?;
        let mut fields = Fields::open(&value, "").ok()?;
        let mut text = |name: &str| fields.str(name).ok().map(str::to_owned);
        let (id, operator, decision) = (text("override_id")?, text("operator_id")?, text("decision")?);
        let (reason, approver) = (text("reason")?, text("approved_by")?);
        let (approved_at, expires_at) =
            (fields.u64("approved_at_unix").ok()?, fields.u64("expires_at_unix").ok()?);
        Some(Payload { id, operator, decision, reason, approver, approved_at, expires_at })
    }
}

fn excepted(inputs: &Inputs<'_>, exception: &Override, now: u64) -> Result<Payload, &'static str> {
    let key = inputs.policy.override_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
    let key = key.ok_or("dao_override_policy_not_configured")?;
    xonly(&lenient(key)).ok_or("dao_override_invalid_trust_root")?;
    if exception.payload.trim().is_empty() {
        return Err("dao_override_payload_invalid");
    }
    if !holds(key, &exception.payload, &exception.signature) {
        return Err("dao_override_invalid_signature");
    }
    let payload = Payload::read(&exception.payload).ok_or("dao_override_payload_invalid")?;
    let id = lenient(&payload.id);
    if id.is_empty() {
        return Err("dao_override_id_missing");
    }
    let registry = inputs.registry.ok_or("dao_override_replay_registry_not_configured")?;
    let kept = registry.consumed.iter().filter(|(_, expires)| **expires >= now);
    if kept.map(|(id, _)| lenient(id)).any(|used| used == id) {
        return Err("dao_override_replay_detected");
    }
    if lenient(&payload.operator) != lenient(&inputs.candidate.operator.id) {
        return Err("dao_override_candidate_mismatch");
    }
    if lenient(&payload.decision) != "allow" {
        return Err("dao_override_decision_not_allow");
    }
    if payload.reason.trim().is_empty() {
        return Err("dao_override_reason_missing");
    }
    let approver = payload.approver.trim().to_owned();
    if approver.is_empty() {
        return Err("dao_override_approver_missing");
    }
    if payload.approved_at > now {
        return Err("dao_override_not_yet_valid");
    }
    if payload.expires_at < now {
        return Err("dao_override_expired");
    }
    if payload.expires_at - payload.approved_at > inputs.policy.override_ttl_max {
        return Err("dao_override_ttl_exceeds_policy");
    }
    Ok(Payload { approver, ..payload })
}

/// A recorded decision, held against the one that follows. Without a record
/// nothing is established.
pub fn judge(inputs: &Inputs<'_>, recorded: Option<&Decision>, now: Option<u64>) -> Judged {
    let mut judged = Judged::default();
    let Some(now) = recorded.map(|decision| decision.at).or(now) else {
        judged.peer = Some(Peer::untold(COMMAND, "neither a recorded decision nor a time of validation"));
        judged.open(BreakKind::Record, "evaluated_at_unix", "a recorded decision", "none");
        return judged;
    };
    judged.at = moment(now);
    let outcome = decide(inputs, now);
    let word = if outcome.allowed { "allow" } else { "reject" };
    match recorded {
        None => judged.open(BreakKind::Record, "decision", "a recorded decision", "none"),
        Some(recorded) => {
            let [computed, stated] = [
                told(word, outcome.reasons.iter().copied(), outcome.reference.as_deref()),
                told(
                    &recorded.decision,
                    recorded.reasons.iter().map(String::as_str),
                    recorded.override_reference.as_deref(),
                ),
            ];
            judged.compare(BreakKind::Record, "decision", &computed, &stated);
            if recorded.override_applied.is_some_and(|applied| applied != outcome.reference.is_some()) {
                let (expected, found) =
                    (outcome.reference.is_some().to_string(), outcome.reference.is_none().to_string());
                judged.broken(BreakKind::Record, "override_applied", expected, found);
            }
        }
    }
    if let Some(exception) = inputs.exception {
        let digest = Digest::sha256(exception.payload.trim().as_bytes());
        let key = inputs.policy.override_key.as_deref().map(lenient).unwrap_or_default();
        judged.signature("signature_hex", &key, digest, &lenient(&exception.signature));
        // One that was not used says nothing of this decision: anybody may lay it beside.
        if outcome.reference.is_none() {
            judged.signed.clear();
        }
        // One that was not used says nothing of this decision: anybody may lay it beside.
        if outcome.reference.is_none() {
            judged.signed.clear();
        }
    }
    judged.peer = Some(Peer { command: COMMAND, verdict: word, reasons: outcome.reasons, untold: None });
    judged
}

/// A decision as one line.
fn told<'a>(decision: &str, reasons: impl Iterator<Item = &'a str>, reference: Option<&str>) -> String {
    let reasons: Vec<&str> = reasons.collect();
    let reference = reference.map(|by| format!(", by the exception {by}")).unwrap_or_default();
    format!("{decision} [{}]{reference}", reasons.join(", "))
}

/// A recorded decision about an enclave, held against the codes that follow.
pub(super) fn compare(
    judged: &mut Judged,
    recorded: Option<&Decision>,
    word: &str,
    reasons: &[&'static str],
) {
    match recorded {
        None => judged.open(BreakKind::Record, "decision", "a recorded decision", "none"),
        Some(recorded) => {
            let computed = told(word, reasons.iter().copied(), None);
            let stated = told(&recorded.decision, recorded.reasons.iter().map(String::as_str), None);
            judged.compare(BreakKind::Record, "decision", &computed, &stated);
        }
    }
}
