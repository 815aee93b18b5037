//! What the signer of tBTC leaves behind, docs/formats/tbtc.md: contexts of
//! attempts, transcripts of how attempts gave way to others, decisions about who
//! is admitted, attestations of what runs, tokens of enclaves, evidence of fraud
//! and signatures of a group.
//!
//! Each file says by its members what it is. A mechanism computes what can be
//! computed and returns it as [`Judged`]; whose keys are in it, and whether the
//! rules that it rests on are anybody's but the evidence's own, is asked of the
//! trust store afterwards.
//!
//! How it would be attacked: rules that come with the evidence and allow what
//! the real ones refuse; a decision at another time than its own; keys in the
//! evidence that are taken for trust.

pub mod admission;
pub mod attempt;
pub mod coordinator;
pub mod fraud;
pub mod group;
pub mod provenance;
pub mod tee;
pub mod transcript;

use super::{BreakKind, Standing};
use crate::crypto::key::PublicKey;
use crate::crypto::schnorr::{SchnorrError, XOnlyKey};
use crate::digest::{Digest, decode_hex};
use crate::time::UnixTime;
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError};

/// Attempts of a session.
const ATTEMPTS_MAX: u32 = 128;

/// The payload type that an authority may be narrowed to.
pub const PAYLOAD_TYPE: &str = "application/vnd.tbtc.signer+json";

/// Which of the files it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A context of an attempt.
    Attempt,
    /// The transitions between the attempts of a session.
    Transcript,
    /// Rules of admission.
    Policy,
    /// Who asks for admission.
    Candidate,
    /// Who is admitted already.
    Existing,
    /// An exception from the rules, signed.
    Override,
    /// Which exceptions are used up.
    Registry,
    /// What was decided.
    Decision,
    /// An attestation of what runs, and what it was compared with.
    Provenance,
    /// A token of an enclave.
    Token,
    /// Rules about enclaves.
    Enclaves,
    /// The keys of those who verify enclaves.
    Keyset,
    /// Which tokens and keys are revoked.
    Denylist,
    /// A wallet's signature that nobody asked for.
    Fraud,
    /// A signature of a group.
    Group,
}

impl Form {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Form::Attempt => "tbtc-attempt",
            Form::Transcript => "tbtc-transcript",
            Form::Policy => "tbtc-admission-policy",
            Form::Candidate => "tbtc-candidate",
            Form::Existing => "tbtc-existing-operators",
            Form::Override => "tbtc-override",
            Form::Registry => "tbtc-override-registry",
            Form::Decision => "tbtc-decision",
            Form::Provenance => "tbtc-provenance",
            Form::Token => "tbtc-tee-token",
            Form::Enclaves => "tbtc-tee-registry",
            Form::Keyset => "tbtc-tee-keyset",
            Form::Denylist => "tbtc-tee-denylist",
            Form::Fraud => "tbtc-fraud-evidence",
            Form::Group => "tbtc-group-signature",
        }
    }

    /// Whether it is what others are judged by, and counts only from outside
    /// the evidence.
    pub fn is_rules(self) -> bool {
        matches!(
            self,
            Form::Policy | Form::Existing | Form::Registry | Form::Enclaves | Form::Keyset | Form::Denylist
        )
    }
}

/// What a file is by its members. Nearly all of the members are enough: the
/// missing one may be what was taken out, and then it is refused as what it is.
pub fn recognise(value: &Value) -> Option<Form> {
    let object = value.as_object()?;
    let count = |names: &[&str]| {
        let has = |name: &&&str| object.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        names.iter().filter(has).count()
    };
    let all = |names: &[&str]| count(names) == names.len();
    let forms: [(Form, usize, &[&str]); 13] = [
        (
            Form::Attempt,
            4,
            &[
                "attempt_number",
                "coordinator_identifier",
                "included_participants",
                "included_participants_fingerprint",
                "attempt_id",
            ],
        ),
        (Form::Transcript, 3, &["session_id", "transition_count", "records"]),
        (Form::Policy, 2, &["allowed_custody_classes", "required_attestation_status"]),
        (Form::Candidate, 2, &["custody_class", "attestation_status", "patch_sla_expires_at_unix"]),
        (Form::Override, 2, &["payload_json", "signature_hex"]),
        (Form::Registry, 1, &["consumed_override_ids"]),
        (Form::Decision, 3, &["decision", "reasons", "override_applied", "evaluated_at_unix"]),
        (
            Form::Provenance,
            4,
            &["payload", "signature", "trust_root", "runtime_version", "minimum_approved_version"],
        ),
        (Form::Token, 2, &["payload_json", "signatures"]),
        (Form::Enclaves, 3, &["profile_status", "enforcement", "operators"]),
        (Form::Keyset, 3, &["threshold_m", "keys", "keyset_version"]),
        (Form::Denylist, 2, &["denylist_refreshed_at_unix", "min_token_revocation_epoch"]),
        (Form::Fraud, 3, &["walletIDHex", "unsignedTransactionHex", "prevouts", "witnessSignatureHex"]),
    ];
    let found = forms.into_iter().find(|(_, enough, names)| count(names) >= *enough);
    let group = || all(&["internal_key_compressed", "message", "signature"]).then_some(Form::Group);
    found.map(|(form, ..)| form).or_else(group)
}

/// One file, read.
#[derive(Clone, Debug)]
pub enum Record {
    /// See [`attempt`].
    Attempt(attempt::Context),
    /// See [`transcript`].
    Transcript(transcript::Transcript),
    /// See [`admission`].
    Policy(admission::Policy),
    /// See [`admission`].
    Candidate(admission::Candidate),
    /// See [`admission`].
    Existing(Vec<admission::Operator>),
    /// See [`admission`].
    Override(admission::Override),
    /// See [`admission`].
    Registry(admission::Registry),
    /// See [`admission`].
    Decision(admission::Decision),
    /// See [`provenance`].
    Provenance(provenance::Gate),
    /// See [`tee`].
    Token(tee::Token),
    /// See [`tee`].
    Enclaves(tee::Enclaves),
    /// See [`tee`].
    Keyset(tee::Keyset),
    /// See [`tee`].
    Denylist(tee::Denylist),
    /// See [`fraud`].
    Fraud(Box<fraud::Evidence>),
    /// See [`group`].
    Group(group::Signature),
}

/// Reads a file as what it is.
pub fn read(form: Form, value: &Value) -> Result<Record, ShapeError> {
    Ok(match form {
        Form::Attempt => Record::Attempt(attempt::Context::read(value)?),
        Form::Transcript => Record::Transcript(transcript::Transcript::read(value)?),
        Form::Policy => Record::Policy(admission::Policy::read(value)?),
        Form::Candidate => Record::Candidate(admission::Candidate::read(value)?),
        Form::Existing => Record::Existing(admission::existing(value)?),
        Form::Override => Record::Override(admission::Override::read(value)?),
        Form::Registry => Record::Registry(admission::Registry::read(value)?),
        Form::Decision => Record::Decision(admission::Decision::read(value)?),
        Form::Provenance => Record::Provenance(provenance::Gate::read(value)?),
        Form::Token => Record::Token(tee::Token::read(value)?),
        Form::Enclaves => Record::Enclaves(tee::Enclaves::read(value)?),
        Form::Keyset => Record::Keyset(tee::Keyset::read(value)?),
        Form::Denylist => Record::Denylist(tee::Denylist::read(value)?),
        Form::Fraud => Record::Fraud(Box::new(fraud::Evidence::read(value)?)),
        Form::Group => Record::Group(group::Signature::read(value)?),
    })
}

/// The keys that rules name. When they count is asked where a decision is made
/// again, at its own time.
pub fn keys(record: &Record) -> Vec<NamedKey> {
    match record {
        Record::Policy(policy) => {
            let key = policy.override_key.as_deref().and_then(xonly);
            key.into_iter().map(|key| NamedKey { key, of: String::new() }).collect()
        }
        Record::Keyset(keyset) => {
            let keys = keyset.keys.iter().filter_map(|one| {
                let key = xonly(&one.public_key)?;
                Some(NamedKey { key, of: one.trust_root.clone() })
            });
            keys.collect()
        }
        _ => Vec::new(),
    }
}

/// A key that rules name.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// The key.
    pub key: PublicKey,
    /// Whose, as the rules call him; empty where they do not.
    pub of: String,
}

/// What was found of one record.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// What was computed and is right.
    pub passed: Vec<BreakKind>,
    /// What is not.
    pub faults: Vec<Fault>,
    /// The signatures that hold, under keys that the record names.
    pub signed: Vec<Signed>,
    /// What the verifier of the system itself says.
    pub peer: Option<Peer>,
    /// When it says to have happened.
    pub at: Option<UnixTime>,
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// Under this key; or, where it was made from another one, under either.
    pub keys: Vec<PublicKey>,
    /// What was signed.
    pub payload: Digest,
}

/// One thing that is wrong, or open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Under which check.
    pub kind: BreakKind,
    /// Proven, or not established.
    pub standing: Standing,
    /// Which member.
    pub at: &'static str,
    /// What should be.
    pub expected: String,
    /// What is.
    pub found: String,
}

impl Fault {
    fn broken(
        kind: BreakKind,
        at: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Fault {
        Fault { kind, standing: Standing::Broken, at, expected: expected.into(), found: found.into() }
    }
}

/// What the verifier of tBTC itself says of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Which part of it.
    pub command: &'static str,
    /// `ok` or `broken`, `allow` or `reject`, or `untold`.
    pub verdict: &'static str,
    /// Its reasons, in its own words and order.
    pub reasons: Vec<&'static str>,
    /// Why its answer cannot be told.
    pub untold: Option<&'static str>,
}

impl Peer {
    fn untold(command: &'static str, why: &'static str) -> Peer {
        Peer { command, verdict: "untold", reasons: Vec::new(), untold: Some(why) }
    }
}

impl Judged {
    fn compare(&mut self, kind: BreakKind, at: &'static str, expected: &str, found: &str) {
        match expected == found {
            true => self.passed.push(kind),
            false => self.broken(kind, at, expected, found),
        }
    }

    fn broken(
        &mut self,
        kind: BreakKind,
        at: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.faults.push(Fault::broken(kind, at, expected, found));
    }

    fn open(
        &mut self,
        kind: BreakKind,
        at: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        let fault = Fault::broken(kind, at, expected, found);
        self.faults.push(Fault { standing: Standing::NotEstablished, ..fault });
    }

    /// A signature over `message`, under a key that the record names.
    fn signature(&mut self, at: &'static str, key: &str, payload: Digest, signature: &str) {
        let expected = "a signature of BIP-340 under the key that is named";
        match verified(key, payload.bytes(), signature) {
            Ok(key) => {
                self.passed.push(BreakKind::Signature);
                self.signed.push(Signed { keys: vec![key], payload });
            }
            Err(error) => self.broken(BreakKind::Signature, at, expected, error),
        }
    }
}

/// The key, if `signature` is by it over `message`.
fn verified(key: &str, message: &[u8], signature: &str) -> Result<PublicKey, String> {
    let public = xonly(key).ok_or("the key is no x-only key in hexadecimal")?;
    let bytes = decode_hex(signature).ok_or("the signature is not in lower-case hexadecimal")?;
    let key = XOnlyKey::from_bytes(&decode_hex(key).unwrap_or_default());
    key.and_then(|key| key.verify(message, &bytes)).map_err(|error: SchnorrError| error.to_string())?;
    Ok(public)
}

/// Whether that holds, as the system itself asks: over the SHA-256 of a text
/// without the white space around it, hexadecimal in whatever case.
fn holds(key: &str, text: &str, signature: &str) -> bool {
    let digest = Digest::sha256(text.trim().as_bytes());
    verified(&lenient(key), digest.bytes(), &lenient(signature)).is_ok()
}

fn lenient(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

fn xonly(text: &str) -> Option<PublicKey> {
    PublicKey::from_xonly_hex(text).ok()
}

fn moment(seconds: u64) -> Option<UnixTime> {
    i64::try_from(seconds).ok().and_then(|seconds| UnixTime::new(seconds, 0).ok())
}

/// The number of a member of a group, from 1.
fn identifier(fields: &mut Fields<'_>, name: &str) -> Result<u16, ShapeError> {
    let number = fields.u64(name)?;
    let found = || fields.invalid(name, "a number from 1 to 65535", &number.to_string());
    u16::try_from(number).ok().filter(|id| *id > 0).ok_or_else(found)
}

fn identifiers(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u16>, ShapeError> {
    let wrong = |fields: &Fields<'_>| fields.invalid(name, "numbers from 1 to 65535", "something else");
    let all = fields.array(name)?;
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_u64().and_then(|n| u16::try_from(n).ok()).filter(|n| *n > 0),
        _ => None,
    };
    let ids: Option<Vec<u16>> = all.iter().map(number).collect();
    ids.ok_or_else(|| wrong(fields))
}

/// 64 digits of lower-case hexadecimal.
fn hex64(fields: &mut Fields<'_>, name: &str) -> Result<String, ShapeError> {
    let text = fields.str(name)?;
    match decode_hex(text).is_some_and(|bytes| bytes.len() == 32) {
        true => Ok(text.to_owned()),
        false => Err(fields.invalid(name, "64 lower-case hexadecimal digits", text)),
    }
}

/// Whether a text may be the id of a session.
fn text_id(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !" =\"/\\".contains(c);
    (1..=128).contains(&text.len()) && text.chars().all(plain)
}

/// How attempts and a transcript of the same session go together.
pub fn continued(transcript: &transcript::Transcript, contexts: &[&attempt::Context]) -> Judged {
    let mut judged = Judged::default();
    let of = |number: u32| contexts.iter().find(|context| context.number == number);
    for record in &transcript.records {
        let sides = [
            (record.from, &record.from_id, record.from_coordinator),
            (record.to, &record.to_id, record.to_coordinator),
        ];
        for (number, id, coordinator) in sides {
            match of(number).map(|context| context.holds(id, coordinator)) {
                Some(Ok(())) => judged.passed.push(BreakKind::Link),
                Some(Err(fault)) => judged.faults.push(fault),
                None => {}
            }
        }
        let (Some(before), Some(after)) = (of(record.from), of(record.to)) else { continue };
        let at = "excluded_member_identifiers";
        for id in &record.excluded {
            if !before.included.contains(id) || after.included.contains(id) {
                let expected = "one who took part before and does not any more";
                judged.broken(BreakKind::Actor, at, expected, id.to_string());
            } else {
                judged.passed.push(BreakKind::Actor);
            }
        }
    }
    judged
}
