//! The three timelines of StellaOps that have no links: events of forensics with
//! ULIDs, events with `eventSeq`, and envelopes ordered by a hybrid logical
//! clock. docs/formats/stellaops.md says what its documents fix and what we took.
//!
//! How it would be attacked: nothing in an event names the one before, so events
//! are taken out, put in and moved; only numbers, clocks and ids that follow
//! from the content show it. A redaction names an event that never was. An event
//! says of itself that its signature was verified.

pub(super) mod follow;

use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::time::UnixTime;
use crate::wire::canonical::{self, CanonicalError};
use crate::wire::json::{self, JsonError, Value};
use crate::wire::shape::{Fields, ShapeError};

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Schema {
    /// `event_id` is a ULID; redactions supersede events.
    Forensics,
    /// `timeline-event.json`, numbered by `eventSeq`.
    Numbered,
    /// `timeline-event.v1.json`, ordered by `tHlc`; and its export.
    Clocked,
}

impl Schema {
    /// What the documents leave open, and what we took.
    pub fn assumptions(self) -> &'static [&'static str] {
        match self {
            Schema::Forensics => &[
                "the kind of an event is its member kind, and a redaction has supersedes beside it or in details",
                "an export is ordered by timestamp, and events of one timestamp by event_id",
            ],
            Schema::Numbered => &["eventSeq has no gaps within an export"],
            Schema::Clocked => &[
                "eventId is taken over the UTF-8 of correlationId, tHlc, service and kind, with nothing between them",
                "payloadDigest is SHA-256 of the RFC 8785 form of payload",
            ],
        }
    }
}

/// Where an event stands among the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// By a time, and an id among those of one time.
    Time(UnixTime, u128),
    /// By a number.
    Number(u64),
    /// By milliseconds, a counter and the name of a node.
    Clock(u64, u64, String),
    /// Nothing orders it.
    None,
}

/// What an event says of an envelope that its content came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Number of the line, from 1.
    pub line: u64,
    /// SHA-256 of the envelope.
    pub envelope: Digest,
    /// The payload type of the envelope.
    pub payload_type: String,
}

/// An event as far as it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    schema: Schema,
    /// Whose timeline.
    tenant: String,
    /// The id, as a number.
    id: u128,
    id_text: String,
    place: Place,
    kind: String,
    actor: String,
    at: UnixTime,
    /// The id that follows from the content, where one does and can be made.
    made: Made,
    /// `payloadDigest` as it is stated, and as it follows.
    payload: Option<(Digest, Digest)>,
    /// Which event is redacted: as it stands there.
    supersedes: Option<String>,
    redacts: bool,
    provenance: Option<(Digest, String)>,
}

/// Whether an id follows from the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// It is drawn at random.
    No,
    /// It is this.
    From(u128),
    /// What it is made from is not in an export.
    Open,
}

/// Why a line is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// Longer than [`limits::CUSTODY_LINE_BYTES_MAX`].
    #[error("a line of {found} bytes, expected at most {}", limits::CUSTODY_LINE_BYTES_MAX)]
    TooLong {
        /// How long it is.
        found: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON of another shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The payload has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

const SERVICES: [&str; 8] =
    ["Scheduler", "AirGap", "Attestor", "Policy", "VexLens", "Scanner", "Concelier", "Platform"];

impl Record {
    /// Reads a line.
    fn read(schema: Schema, raw: &[u8]) -> Result<Record, LineError> {
        if raw.len() > limits::CUSTODY_LINE_BYTES_MAX {
            return Err(LineError::TooLong { found: raw.len() });
        }
        let value = json::parse(raw)?;
        let mut record = match schema {
            Schema::Forensics => Record::forensics(&value)?,
            Schema::Numbered => Record::numbered(&value)?,
            Schema::Clocked => Record::clocked(&value)?,
        };
        record.provenance = provenance(&value)?;
        Ok(record)
    }

    fn forensics(value: &Value) -> Result<Record, LineError> {
        let mut fields = Fields::open(value, "")?;
        let id_text = fields.str("event_id")?;
        let id = ulid(id_text).ok_or_else(|| fields.invalid("event_id", "a ULID", id_text))?;
        let tenant = name(&mut fields, "tenant")?;
        let at = time(&mut fields, "timestamp")?;
        let category = fields.str("category")?;
        if !["scanner", "policy", "runtime", "evidence", "notify"].contains(&category) {
            let expected = "scanner, policy, runtime, evidence or notify";
            return Err(fields.invalid("category", expected, category).into());
        }
        let details = fields.nested_open("details")?.object_itself();
        let kind = fields.opt_str("kind")?.unwrap_or(category);
        fields.opt_str("trace_id")?;
        let redacts = kind == "redaction_notice";
        let beside = fields.opt_str("supersedes")?;
        let inside = details.get("supersedes").and_then(Value::as_str);
        Ok(Record {
            schema: Schema::Forensics,
            tenant,
            id,
            id_text: id_text.to_owned(),
            place: Place::Time(at, id),
            kind: kind.to_owned(),
            actor: category.to_owned(),
            at,
            made: Made::No,
            payload: None,
            supersedes: beside.or(inside).map(str::to_owned),
            redacts,
            provenance: None,
        })
    }

    fn numbered(value: &Value) -> Result<Record, LineError> {
        let mut fields = Fields::open(value, "")?;
        let id_text = fields.str("eventId")?;
        let id = uuid(id_text).ok_or_else(|| fields.invalid("eventId", "a UUID", id_text))?;
        let tenant = name(&mut fields, "tenantId")?;
        let kind = name(&mut fields, "eventType")?;
        let source = name(&mut fields, "source")?;
        let at = time(&mut fields, "occurredAt")?;
        if fields.opt_str("receivedAt")?.is_some() {
            time(&mut fields, "receivedAt")?;
        }
        if let Some(severity) = fields.opt_str("severity")?
            && !["debug", "info", "warning", "error", "critical"].contains(&severity)
        {
            let expected = "debug, info, warning, error or critical";
            return Err(fields.invalid("severity", expected, severity).into());
        }
        if let Some(attributes) = fields.opt_object("attributes")?
            && attributes.iter().any(|(_, value)| value.as_str().is_none())
        {
            return Err(fields.invalid("attributes", "texts by name", "something else").into());
        }
        let place = fields.opt_u64("eventSeq")?.map_or(Place::None, Place::Number);
        Ok(Record {
            schema: Schema::Numbered,
            tenant,
            id,
            id_text: id_text.to_owned(),
            place,
            kind,
            actor: source,
            at,
            made: Made::No,
            payload: None,
            supersedes: None,
            redacts: false,
            provenance: None,
        })
    }

    /// An envelope, or a row of an export, which has other names and neither what
    /// the id is made from nor the payload.
    fn clocked(value: &Value) -> Result<Record, LineError> {
        let exported = value.get("t_hlc").is_some();
        let names = match exported {
            true => ["event_id", "t_hlc", "ts_wall", "payload_digest", "engine_version"],
            false => ["eventId", "tHlc", "tsWall", "payloadDigest", "engineVersion"],
        };
        let [id_name, clock_name, wall_name, digest_name, engine_name] = names;
        let mut fields = Fields::open(value, "")?;
        let id_text = fields.str(id_name)?;
        let short = id_text.len() == 32 && id_text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let id = u128::from_str_radix(id_text, 16).ok().filter(|_| short);
        let id = id.ok_or_else(|| fields.invalid(id_name, "32 lower-case hexadecimal digits", id_text))?;
        let clock_text = fields.str(clock_name)?;
        let clock = clock(clock_text).ok_or_else(|| {
            fields.invalid(clock_name, "milliseconds, a counter and a node between colons", clock_text)
        })?;
        time(&mut fields, wall_name)?;
        let service = fields.str("service")?;
        if !SERVICES.contains(&service) {
            return Err(fields.invalid("service", &SERVICES.join(", "), service).into());
        }
        let kind = name(&mut fields, "kind")?;
        let stated = digest(&mut fields, digest_name)?;
        // An object or a text, which the documents leave open.
        fields.value(engine_name)?;
        let (made, payload) = match exported {
            true => (Made::Open, None),
            false => {
                let correlation = fields.str("correlationId")?;
                let version = fields.value("schemaVersion")?;
                if version.as_str().is_none() && !matches!(version, Value::Number(_)) {
                    return Err(fields.invalid("schemaVersion", "a version", version.type_name()).into());
                }
                let text = [correlation, clock_text, service, &kind].concat();
                let hash = Digest::sha256(text.as_bytes());
                let first: [u8; 16] = hash.bytes()[..16].try_into().expect("a SHA-256 is longer");
                let payload = Digest::sha256(&canonical::to_bytes(fields.value("payload")?)?);
                (Made::From(u128::from_be_bytes(first)), Some((stated, payload)))
            }
        };
        let (milliseconds, counter, node) = clock;
        let at = i64::try_from(milliseconds / 1000)
            .ok()
            .and_then(|seconds| UnixTime::new(seconds, (milliseconds % 1000) as u32 * 1_000_000).ok());
        let at = at.ok_or_else(|| fields.invalid(clock_name, "a time until the year 9999", clock_text))?;
        Ok(Record {
            schema: Schema::Clocked,
            tenant: String::new(),
            id,
            id_text: id_text.to_owned(),
            place: Place::Clock(milliseconds, counter, node.to_owned()),
            kind,
            actor: service.to_owned(),
            at,
            made,
            payload,
            supersedes: None,
            redacts: false,
            provenance: None,
        })
    }
}

/// `provenance.dsse` of an event, wherever the event has it. What stands beside
/// it about its own verification is nobody's word.
fn provenance(value: &Value) -> Result<Option<(Digest, String)>, LineError> {
    let Some(dsse) = value.get("provenance").and_then(|provenance| provenance.get("dsse")) else {
        return Ok(None);
    };
    let mut fields = Fields::open(dsse, "/provenance/dsse")?;
    let envelope = digest(&mut fields, "envelopeDigest")?;
    let payload_type = fields.str("payloadType")?.to_owned();
    Ok(Some((envelope, payload_type)))
}

fn name(fields: &mut Fields<'_>, member: &str) -> Result<String, ShapeError> {
    let text = fields.str(member)?;
    let good = !text.is_empty() && text.len() <= limits::CUSTODY_NAME_BYTES_MAX;
    good.then(|| text.to_owned()).ok_or_else(|| fields.invalid(member, "1 to 256 bytes", text))
}

fn time(fields: &mut Fields<'_>, member: &str) -> Result<UnixTime, ShapeError> {
    let text = fields.str(member)?;
    UnixTime::parse_rfc3339(text).map_err(|_| fields.invalid(member, "a time after RFC 3339", text))
}

/// SHA-256 in hexadecimal, with or without its name before it.
fn digest(fields: &mut Fields<'_>, member: &str) -> Result<Digest, ShapeError> {
    let text = fields.str(member)?;
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    Digest::from_hex(Algorithm::Sha256, hex).map_err(|_| fields.invalid(member, "SHA-256", text))
}

/// 26 digits of Crockford's base 32, in upper case.
fn ulid(text: &str) -> Option<u128> {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0_u128, |value, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        Some(value << 5 | digit as u128)
    })
}

/// In lower case with hyphens.
fn uuid(text: &str) -> Option<u128> {
    let hyphens = [8, 13, 18, 23];
    let shaped = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match hyphens.contains(&at) {
            true => byte == b'-',
            false => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    u128::from_str_radix(&digits, 16).ok().filter(|_| shaped)
}

/// `<physicalMs>:<logical>:<nodeId>`, numbers in their one spelling.
fn clock(text: &str) -> Option<(u64, u64, &str)> {
    let (milliseconds, rest) = text.split_once(':')?;
    let (counter, node) = rest.split_once(':')?;
    let good = !node.is_empty() && node.len() <= limits::CUSTODY_NAME_BYTES_MAX;
    let (milliseconds, counter) = (super::decimal(milliseconds)?, super::decimal(counter)?);
    good.then_some((milliseconds, counter, node))
}

/// A receipt of an import: `{hash, operator, time, decision}` and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What was imported.
    pub hash: Digest,
    /// By whom.
    pub operator: String,
    /// When.
    pub time: UnixTime,
    /// What was decided about it.
    pub decision: String,
}

impl Receipt {
    /// The receipt that a payload is, where it is one.
    pub fn parse(payload: &[u8]) -> Option<Receipt> {
        let value = json::parse(payload).ok()?;
        let mut fields = Fields::closed(&value, "").ok()?;
        let receipt = Receipt {
            hash: digest(&mut fields, "hash").ok()?,
            operator: fields.str("operator").ok()?.to_owned(),
            time: time(&mut fields, "time").ok()?,
            decision: fields.str("decision").ok()?.to_owned(),
        };
        fields.finish().ok()?;
        Some(receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        assert_eq!(ulid("00000000000000000000000001"), Some(1));
        assert_eq!(ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Some(u128::MAX));
        for text in
            ["8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0000000000000000000000000I", "0", "0000000000000000000000000a"]
        {
            assert_eq!(ulid(text), None, "{text}");
        }
        assert_eq!(uuid("00000000-0000-0000-0000-000000000010"), Some(16));
        assert_eq!(uuid("00000000-0000-0000-0000-00000000001A"), None);
        assert_eq!(clock("1:2:a:b"), Some((1, 2, "a:b")));
        for text in ["1:2:", "01:2:a", "1:a", "1:-1:a"] {
            assert_eq!(clock(text), None, "{text}");
        }
    }
}
