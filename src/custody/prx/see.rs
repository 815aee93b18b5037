//! Looks at one line: what it says, what prx would answer, and what we do. Done on
//! several threads; nothing here knows of other lines.

use super::statement::{self, Difference};
use super::{ROW_TYPE, Row, RowError, SCHEME, actor};
use crate::anchor::Identity;
use crate::crypto::key::KeyId;
use crate::crypto::signature::Algorithm;
use crate::custody::roster::{Actor, Roster, Signed};
use crate::limits;
use crate::path::escape;
use crate::proof::dsse::pae;
use crate::time::UnixTime;
use crate::wire::base64;
use crate::wire::javascript;
use crate::wire::json::{self, JsonErrorKind, Value};
use crate::wire::quoted;

/// What was seen of a line.
pub(super) enum Seen {
    /// Nothing stands there.
    Blank,
    /// A derivation, as far as prx reads one.
    Row(Box<Derived>),
    /// No derivation for anybody.
    Unread(String),
}

/// A derivation.
pub(super) struct Derived {
    pub id: String,
    pub producer: String,
    /// Actor and subcommand, where it is an effect.
    pub effect: Option<(Option<String>, String)>,
    pub commits: Vec<String>,
    pub at: Option<UnixTime>,
    /// What is wrong with how it is written.
    pub flaw: Option<String>,
    /// The id that the manifest has, where it is another one.
    pub own_id: Option<String>,
    pub vouch: Vouch,
    /// How the signed statement differs from the row, but for the time.
    pub differs: Vec<Difference>,
    /// How its time does.
    pub time: Option<Difference>,
    /// What prx says, and whether that can be told.
    pub peer: Peer,
}

/// Who signed it.
pub(super) enum Vouch {
    /// There is no envelope.
    Unsigned,
    /// Nobody of that name is known.
    Unknown(String),
    /// The name is known, and may not.
    Refused(&'static str),
    /// A known actor did not sign this.
    Wrong(String),
    /// He did.
    By(Identity, KeyId, Algorithm),
}

/// prx's own word for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// A reason, or `verified`.
    Says(&'static str),
    /// Why its answer cannot be told.
    Untold(&'static str),
}

const VERIFIED: Peer = Peer::Says("verified");

impl Peer {
    pub fn is_verified(self) -> bool {
        self == VERIFIED
    }
}

pub(super) fn see(raw: &[u8], roster: &Roster) -> Seen {
    if raw.trim_ascii().is_empty() {
        return Seen::Blank;
    }
    if raw.len() > limits::CUSTODY_LINE_BYTES_MAX {
        return Seen::Unread(RowError::TooLong.to_string());
    }
    let (value, flaw) = match json::parse(raw) {
        Ok(value) => (value, None),
        // JavaScript takes the last of several members of one name.
        Err(error) => match json::parse_dangerous_last_wins(raw) {
            Ok(value) => (value, Some(error.to_string())),
            Err(_) => return Seen::Unread(error.to_string()),
        },
    };
    match Row::read(&value) {
        Ok(row) => Seen::Row(Box::new(derived(&row, flaw, roster))),
        Err(error) => match lax(&value) {
            Some(row) => Seen::Row(Box::new(derived(&row, Some(flaw.unwrap_or(error.to_string())), roster))),
            None => Seen::Unread(error.to_string()),
        },
    }
}

/// A row as far as prx looks: it does not mind what else there is.
fn lax(value: &Value) -> Option<Row<'_>> {
    let manifest = value.get("manifest")?;
    let at = value.get("ts").and_then(|ts| super::time(ts).ok());
    let (at, started) = at.unwrap_or((UnixTime::new(0, 0).ok()?, String::new()));
    Some(Row {
        id: value.get("derivationId")?.as_str()?,
        manifest: super::Manifest {
            producer: manifest.get("producer")?.as_str()?,
            inputs: manifest.get("inputs")?.as_object()?,
            outputs: manifest.get("outputs")?.as_object()?,
            contracts: manifest.get("contracts").and_then(Value::as_array).unwrap_or_default(),
            params: manifest.get("params")?,
            value: manifest,
        },
        at,
        started,
        envelope: value.get("envelope").filter(|value| !matches!(value, Value::Null)),
    })
}

fn derived(row: &Row, flaw: Option<String>, roster: &Roster) -> Derived {
    let manifest = &row.manifest;
    let own = manifest.id();
    let mut derived = Derived {
        id: escape(row.id.as_bytes()),
        producer: escape(manifest.producer.as_bytes()),
        effect: manifest
            .subcommand()
            .map(|sub| (actor(manifest.producer).map(|one| escape(one.as_bytes())), escape(sub.as_bytes()))),
        commits: manifest.commits().map(|commit| escape(commit.as_bytes())).collect(),
        at: (!row.started.is_empty()).then_some(row.at),
        flaw,
        own_id: (own != row.id).then_some(own),
        vouch: Vouch::Unsigned,
        differs: Vec::new(),
        time: None,
        peer: Peer::Says("unsigned"),
    };
    let Some(envelope) = row.envelope else { return derived };
    let payload = envelope.get("payload").and_then(Value::as_str).unwrap_or("");
    let bytes = base64::decode_standard(payload).ok();
    let parsed = bytes.as_deref().map(json::parse);
    let spelt = |value: &Value| base64::encode_standard(&javascript::stringify(value)) == payload;
    let normal = matches!(&parsed, Some(Ok(value)) if spelt(value));
    let signatures: Vec<(&str, Vec<u8>)> = envelope
        .get("signatures")
        .and_then(Value::as_array)
        .unwrap_or_default()
        .iter()
        .take(limits::SIGNATURES_MAX)
        .filter_map(|one| {
            let keyid = one.get("keyid").and_then(Value::as_str).unwrap_or("");
            Some((keyid, base64::decode_standard(one.get("sig")?.as_str()?).ok()?))
        })
        .collect();
    let statement = match &parsed {
        Some(Ok(value)) => Some(value.clone()),
        // What else would read it, for what it says of the builder.
        _ => bytes.as_deref().and_then(|bytes| json::parse_dangerous_last_wins(bytes).ok()),
    };
    if !normal && derived.flaw.is_none() {
        let why = match &parsed {
            None => "a payload in another spelling of base64".to_owned(),
            Some(Err(error)) => format!("a payload that is no JSON: {error}"),
            Some(Ok(_)) => "a payload that prx would write in another way".to_owned(),
        };
        derived.flaw = Some(why);
    }
    let builder = statement.as_ref().and_then(statement::builder);
    let name = builder.and_then(actor).map(|actor| format!("{SCHEME}{actor}"));
    let bytes = bytes.unwrap_or_default();

    // prx takes one payload type for all, and any signature that holds.
    let holds = |payload_type: &str, name: &str| {
        signatures.iter().any(|(_, sig)| roster.holds(name, &pae(payload_type, &bytes), sig))
    };
    derived.peer = match (&name, &parsed) {
        (_, Some(Err(error)))
            if matches!(error.kind, JsonErrorKind::Depth { .. } | JsonErrorKind::Values { .. }) =>
        {
            Peer::Untold("a payload is larger than we read")
        }
        (_, Some(Err(error))) if matches!(error.kind, JsonErrorKind::Surrogate) => {
            Peer::Untold("a payload holds half a character")
        }
        (None, Some(Ok(_))) => Peer::Says("no-actor"),
        (Some(name), _) if !roster.knows(name) => Peer::Says("actor-not-trusted"),
        _ if !normal => Peer::Says("payload-not-reserialisable"),
        _ if signatures.is_empty() => Peer::Says("no-signatures"),
        (Some(name), _) if holds(ROW_TYPE, name) => VERIFIED,
        _ => Peer::Says("bad-signature"),
    };

    derived.vouch = vouch(envelope, statement.as_ref(), name, &signatures, &bytes, roster);
    if let Some(statement) = &statement {
        derived.differs = statement::differences(row, statement);
        let time = derived.differs.iter().position(|one| one.part == "time");
        derived.time = time.map(|place| derived.differs.remove(place));
    }
    derived
}

/// Who signed, by our rules: over the type that the envelope has.
fn vouch(
    envelope: &Value,
    statement: Option<&Value>,
    name: Option<String>,
    signatures: &[(&str, Vec<u8>)],
    bytes: &[u8],
    roster: &Roster,
) -> Vouch {
    let payload_type = envelope.get("payloadType").and_then(Value::as_str).unwrap_or("");
    if payload_type != ROW_TYPE {
        return Vouch::Wrong(format!("a payload of the type {}", quoted(payload_type)));
    }
    if signatures.is_empty() {
        return Vouch::Wrong("no signature that can be read".to_owned());
    }
    let message = pae(payload_type, bytes);
    let mut worst = None;
    for (keyid, sig) in signatures {
        let signed = match &name {
            Some(name) if roster.actor(name, ROW_TYPE) == Actor::Unknown => {
                return Vouch::Unknown(format!("the actor {}", quoted(name)));
            }
            Some(name) => roster.signed_as(name, ROW_TYPE, &message, sig),
            // A statement without a builder is by whoever holds the key that it names.
            None if statement.is_some_and(statement::is_derivation) => {
                roster.signed_with(&format!("sha256:{keyid}"), ROW_TYPE, &message, sig)
            }
            None => return Vouch::Unknown("a builder that names no actor".to_owned()),
        };
        worst = Some(match signed {
            Signed::By(_, _, _, Actor::Refused(why)) => Vouch::Refused(why),
            Signed::By(who, key, algorithm, _) => return Vouch::By(who, key, algorithm),
            Signed::UnknownKey => Vouch::Unknown("a key that nobody gave".to_owned()),
            Signed::Wrong(why) => Vouch::Wrong(why),
        });
    }
    worst.unwrap_or_else(|| Vouch::Wrong("no signature".to_owned()))
}
