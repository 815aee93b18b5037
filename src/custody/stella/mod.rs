//! `stella.custody/v1`: our own timelines. docs/formats/custody.md is the
//! specification; this file reads, writes and hashes one line of it.
//!
//! How it would be attacked: a line that two readers read differently (so a
//! line must be, byte for byte, its own RFC 8785 form, with no member that the
//! format does not know, no number and no null); a signature carried over to
//! another case, place or format (so case, sequence and previous hash are
//! signed, under a type of its own); a hash with two readings (so every part
//! of variable length is preceded by its length); a signature exchanged
//! afterwards (so the hash covers the whole line, signatures included).

use sha2::Digest as _;

pub(super) mod follow;
mod keeping;

use super::decimal;
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::path::{EvidencePath, PathError, misleads};
use crate::time::UnixTime;
use crate::wire::base64::{self, Base64Error};
use crate::wire::canonical::{self, CanonicalError};
use crate::wire::json::{self, JsonError, Value};
use crate::wire::shape::{Fields, ShapeError};

/// What every event says it is.
pub const SCHEMA: &str = "stella.custody/v1";

/// The type under which an event is signed, in the pre-authentication encoding
/// of DSSE.
pub const EVENT_TYPE: &str = "application/vnd.stella.custody.event.v1+json";

/// What the hash of a line begins with.
const LINK_TAG: &[u8] = b"stella.custody/v1/link\0";

/// One event, read from a line or about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Id of the case.
    pub case: &'a str,
    /// Its number, from 1.
    pub sequence: u64,
    /// Hash of the line before; zeros at the beginning.
    pub previous: Digest,
    /// When it happened, as the actor says.
    pub at: UnixTime,
    /// Identity of whoever acts.
    pub actor: &'a str,
    /// What happened.
    pub action: Action<'a>,
    /// Words about it.
    pub note: Option<&'a str>,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// The case begins; the actor holds the evidence from now on.
    Opened,
    /// Evidence was taken in.
    Collected(Vec<Exhibit<'a>>),
    /// Something worth a note was done or seen.
    Observed,
    /// The evidence passes to somebody else, all of it hashed again.
    Transferred {
        /// Who receives it, and signs too.
        to: &'a str,
        /// Every item with its digest at this time.
        evidence: Vec<Exhibit<'a>>,
    },
    /// Nothing is added from now on; all of it is hashed again.
    Sealed(Vec<Exhibit<'a>>),
    /// The text of an earlier event is to be disregarded; the event stays.
    RedactionNotice {
        /// Number of that event.
        supersedes: u64,
    },
    /// The timeline ends.
    Closed,
}

/// An item of evidence and its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exhibit<'a> {
    /// Its name within the case.
    pub path: &'a str,
    /// SHA-256 or stronger.
    pub digest: Digest,
}

/// A signature as it stands in a line: a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// Whose it says to be.
    pub actor: &'a str,
    /// Under which key: `sha256:<hex>` over its SubjectPublicKeyInfo.
    pub keyid: &'a str,
    /// The signature.
    pub sig: Vec<u8>,
}

/// Why a line is no event, or an event cannot be written.
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
    /// Has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Has one, and is spelt otherwise.
    #[error("not in canonical form from byte {at} on")]
    Spelling {
        /// Offset of the first byte that differs.
        at: usize,
    },
    /// A signature is not base64.
    #[error("a signature is not base64: {0}")]
    Base64(#[from] Base64Error),
    /// A name of evidence is refused.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A member whose value the format does not allow.
    #[error("{member} is {found}, expected {expected}")]
    Member {
        /// Which member.
        member: &'static str,
        /// What would do.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// More items than a timeline follows.
    #[error("{found} items of evidence, expected at most {}", limits::CUSTODY_ITEMS_MAX)]
    Items {
        /// How many.
        found: usize,
    },
}

impl<'a> Action<'a> {
    /// The word for it in the format.
    pub fn kind(&self) -> &'static str {
        match self {
            Action::Opened => "opened",
            Action::Collected(_) => "collected",
            Action::Observed => "observed",
            Action::Transferred { .. } => "transferred",
            Action::Sealed(_) => "sealed",
            Action::RedactionNotice { .. } => "redaction-notice",
            Action::Closed => "closed",
        }
    }

    /// The evidence it lists.
    pub fn evidence(&self) -> Option<&[Exhibit<'a>]> {
        match self {
            Action::Collected(evidence) | Action::Sealed(evidence) => Some(evidence),
            Action::Transferred { evidence, .. } => Some(evidence),
            _ => None,
        }
    }
}

impl Record<'_> {
    /// Whose signatures the event needs, sorted.
    pub fn signers(&self) -> Vec<&str> {
        let mut signers = vec![self.actor];
        if let Action::Transferred { to, .. } = &self.action {
            signers.push(to);
        }
        signers.sort_unstable();
        signers.dedup();
        signers
    }

    /// The canonical bytes of the event: what is signed, under [`EVENT_TYPE`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        let mut members = vec![
            ("actor", Value::from(self.actor)),
            ("at", Value::from(self.at.to_string())),
            ("case", Value::from(self.case)),
            ("kind", Value::from(self.action.kind())),
            ("previous", Value::from(self.previous.hex())),
            ("schema", Value::from(SCHEMA)),
            ("sequence", Value::from(self.sequence.to_string())),
        ];
        if let Some(evidence) = self.action.evidence() {
            let exhibit = |e: &Exhibit| {
                let digest = Value::from(e.digest.to_string());
                Value::object([("digest", digest), ("path", Value::from(e.path))])
            };
            members.push(("evidence", Value::from(evidence.iter().map(exhibit).collect::<Vec<_>>())));
        }
        match &self.action {
            Action::Transferred { to, .. } => members.push(("to", Value::from(*to))),
            Action::RedactionNotice { supersedes } => {
                members.push(("supersedes", Value::from(supersedes.to_string())));
            }
            _ => {}
        }
        members.extend(self.note.map(|note| ("note", Value::from(note))));
        canonical::to_bytes(&Value::object(members))
    }
}

/// What a signature over the event is made of: the pre-authentication encoding
/// of DSSE with [`EVENT_TYPE`].
pub fn signed_bytes(event: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {EVENT_TYPE} {} ", EVENT_TYPE.len(), event.len()).into_bytes();
    bytes.extend_from_slice(event);
    bytes
}

/// The hash of a line, which the next event names as `previous`.
pub fn link_hash(case: &str, sequence: u64, previous: &Digest, line: &[u8]) -> Digest {
    let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
    let mut hasher = sha2::Sha256::new();
    hasher.update(LINK_TAG);
    hasher.update(length(case.as_bytes()));
    hasher.update(case);
    hasher.update(sequence.to_be_bytes());
    hasher.update(previous.bytes());
    hasher.update(length(line));
    hasher.update(line);
    Digest::new(Algorithm::Sha256, &hasher.finalize()).expect("SHA-256 gives 32 bytes")
}

/// A line that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The line, without its line feed.
    pub line: Vec<u8>,
    /// Its hash.
    pub hash: Digest,
}

/// Writes one event. `sign` gets an identity and the bytes to sign, and gives
/// the key's id (`sha256:<hex>`) and the signature; it is asked once for each
/// of [`Record::signers`]. What a reader would refuse is not written.
pub fn seal_event<E: From<LineError>>(
    record: &Record<'_>,
    mut sign: impl FnMut(&str, &[u8]) -> Result<(String, Vec<u8>), E>,
) -> Result<Written, E> {
    let event = record.to_bytes().map_err(LineError::from)?;
    let message = signed_bytes(&event);
    let mut signatures = Vec::new();
    for actor in record.signers() {
        let (keyid, sig) = sign(actor, &message)?;
        signatures.push(Value::object([
            ("actor", Value::from(actor)),
            ("keyid", Value::from(keyid)),
            ("sig", Value::from(base64::encode_standard(&sig))),
        ]));
    }
    let signatures = canonical::to_bytes(&Value::from(signatures)).map_err(LineError::from)?;
    let line = join(&event, &signatures);
    read(&line, |_| ())?;
    let hash = link_hash(record.case, record.sequence, &record.previous, &line);
    Ok(Written { line, hash })
}

const OPEN: &[u8] = b"{\"event\":";
const MIDDLE: &[u8] = b",\"signatures\":";
const CLOSE: &[u8] = b"}";

fn join(event: &[u8], signatures: &[u8]) -> Vec<u8> {
    [OPEN, event, MIDDLE, signatures, CLOSE].concat()
}

/// A line, read but not verified.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// What it says.
    pub record: Record<'a>,
    /// Who says to have signed it; a subset of [`Record::signers`], sorted.
    pub signatures: Vec<Signature<'a>>,
    /// The bytes of the event as they stand in the line.
    pub event: &'a [u8],
}

/// Reads a line and hands it to `then`: what is read borrows from the line and
/// from its parsed form.
pub fn read<T>(raw: &[u8], then: impl FnOnce(&Line<'_>) -> T) -> Result<T, LineError> {
    if raw.len() > limits::CUSTODY_LINE_BYTES_MAX {
        return Err(LineError::TooLong { found: raw.len() });
    }
    let value = json::parse(raw)?;
    let written = canonical::to_bytes(&value)?;
    if let Some(at) = first_difference(raw, &written) {
        return Err(LineError::Spelling { at });
    }
    let mut fields = Fields::closed(&value, "")?;
    let (event, signatures) = (fields.value("event")?, fields.value("signatures")?);
    fields.finish()?;
    let record = record(event)?;
    let signatures = read_signatures(signatures, &record)?;
    Ok(then(&Line { record, signatures, event: event_of(raw) }))
}

/// The bytes of the event in a line that is canonical and of the right shape.
fn event_of(raw: &[u8]) -> &[u8] {
    // Within a string the quotation marks would be escaped, and what follows
    // the event has no member of this name, so the last place is the one.
    let middle = raw.windows(MIDDLE.len()).rposition(|window| window == MIDDLE);
    let middle = middle.expect("a canonical line has its signatures after its event");
    &raw[OPEN.len()..middle]
}

fn first_difference(a: &[u8], b: &[u8]) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    Some(same)
}

/// The members of an event, before it is known which of them its kind has.
#[derive(Default)]
struct Members<'a> {
    actor: Option<&'a str>,
    at: Option<&'a str>,
    case: Option<&'a str>,
    evidence: Option<&'a Value>,
    kind: Option<&'a str>,
    note: Option<&'a str>,
    previous: Option<&'a str>,
    schema: Option<&'a str>,
    sequence: Option<&'a str>,
    supersedes: Option<&'a str>,
    to: Option<&'a str>,
}

impl<'a> Members<'a> {
    fn read(event: &'a Value) -> Result<Members<'a>, LineError> {
        let Some(object) = event.as_object() else {
            return Err(member("event", "an object", event.type_name()));
        };
        let mut members = Members::default();
        for (name, value) in object.iter() {
            let place = match name {
                "actor" => &mut members.actor,
                "at" => &mut members.at,
                "case" => &mut members.case,
                "evidence" => {
                    members.evidence = Some(value);
                    continue;
                }
                "kind" => &mut members.kind,
                "note" => &mut members.note,
                "previous" => &mut members.previous,
                "schema" => &mut members.schema,
                "sequence" => &mut members.sequence,
                "supersedes" => &mut members.supersedes,
                "to" => &mut members.to,
                other => return Err(member("event", "members of docs/formats/custody.md", other)),
            };
            *place = Some(value.as_str().ok_or_else(|| member("event", "strings", value.type_name()))?);
        }
        Ok(members)
    }
}

/// A member that must be there.
fn needed<T>(name: &'static str, value: Option<T>) -> Result<T, LineError> {
    value.ok_or_else(|| member(name, "a value", "missing"))
}

fn record(event: &Value) -> Result<Record<'_>, LineError> {
    let mut members = Members::read(event)?;
    let schema = needed("schema", members.schema)?;
    if schema != SCHEMA {
        return Err(member("schema", "stella.custody/v1", schema));
    }
    let mut listed = || evidence(needed("evidence", members.evidence.take())?);
    let action = match needed("kind", members.kind)? {
        "opened" => Action::Opened,
        "collected" => match listed()? {
            exhibits if exhibits.is_empty() => {
                return Err(member("evidence", "at least one item", "none"));
            }
            exhibits => Action::Collected(exhibits),
        },
        "observed" => Action::Observed,
        "transferred" => {
            let to = identity("to", needed("to", members.to.take())?)?;
            Action::Transferred { to, evidence: listed()? }
        }
        "sealed" => Action::Sealed(listed()?),
        "redaction-notice" => {
            let supersedes = needed("supersedes", members.supersedes.take())?;
            Action::RedactionNotice { supersedes: number("supersedes", supersedes)? }
        }
        "closed" => Action::Closed,
        other => return Err(member("kind", "a kind of docs/formats/custody.md", other)),
    };
    // What the kind has was taken; what is left belongs to another kind.
    if members.evidence.is_some() || members.to.is_some() || members.supersedes.is_some() {
        return Err(member("event", "only the members of its kind", "one of another kind"));
    }
    let record = Record {
        case: name("case", needed("case", members.case)?)?,
        sequence: number("sequence", needed("sequence", members.sequence)?)?,
        previous: hash(needed("previous", members.previous)?)?,
        at: time(needed("at", members.at)?)?,
        actor: identity("actor", needed("actor", members.actor)?)?,
        note: members.note,
        action,
    };
    if record.note.is_some_and(|note| note.is_empty() || note.len() > limits::CUSTODY_NOTE_BYTES_MAX) {
        return Err(member("note", "1 to 4096 bytes", "another length"));
    }
    let needs_note = matches!(record.action, Action::Observed | Action::RedactionNotice { .. });
    if needs_note && record.note.is_none() {
        return Err(member("note", "words about an event of this kind", "nothing"));
    }
    Ok(record)
}

fn read_signatures<'a>(value: &'a Value, record: &Record<'_>) -> Result<Vec<Signature<'a>>, LineError> {
    let Some(elements) = value.as_array() else {
        return Err(member("signatures", "an array", value.type_name()));
    };
    let needed = record.signers();
    if elements.len() > needed.len() {
        return Err(member("signatures", "one of each party to the event", "more"));
    }
    let mut signatures: Vec<Signature> = Vec::with_capacity(elements.len());
    for element in elements {
        let mut fields = Fields::closed(element, "/signatures")?;
        let (actor, keyid) = (fields.str("actor")?, fields.str("keyid")?);
        let sig = base64::decode_standard(fields.str("sig")?)?;
        fields.finish()?;
        if !needed.contains(&actor) {
            return Err(member("signatures", "a party to the event", actor));
        }
        if signatures.last().is_some_and(|before| before.actor >= actor) {
            return Err(member("signatures", "parties in order, each once", actor));
        }
        if !keyid.starts_with("sha256:") || Digest::parse(keyid).is_err() {
            return Err(member("keyid", "sha256: and 64 lower-case hexadecimal digits", keyid));
        }
        if sig.is_empty() || sig.len() > limits::CUSTODY_SIGNATURE_BYTES_MAX {
            return Err(member("sig", "1 to 1024 bytes", "another length"));
        }
        signatures.push(Signature { actor, keyid, sig });
    }
    Ok(signatures)
}

fn evidence(value: &Value) -> Result<Vec<Exhibit<'_>>, LineError> {
    let Some(elements) = value.as_array() else {
        return Err(member("evidence", "an array", value.type_name()));
    };
    if elements.len() > limits::CUSTODY_ITEMS_MAX {
        return Err(LineError::Items { found: elements.len() });
    }
    let mut exhibits: Vec<Exhibit> = Vec::with_capacity(elements.len());
    for element in elements {
        let mut fields = Fields::closed(element, "/event/evidence")?;
        let (path, digest) = (fields.str("path")?, fields.str("digest")?);
        fields.finish()?;
        EvidencePath::new(path.as_bytes())?;
        let strong = |digest: &Digest| {
            matches!(digest.algorithm(), Algorithm::Sha256 | Algorithm::Sha384 | Algorithm::Sha512)
        };
        let digest = Digest::parse(digest).ok().filter(strong).ok_or_else(|| {
            member("digest", "sha256:, sha384: or sha512: and lower-case hexadecimal digits", digest)
        })?;
        if exhibits.last().is_some_and(|before| before.path >= path) {
            return Err(member("evidence", "paths in order, each once", path));
        }
        exhibits.push(Exhibit { path, digest });
    }
    Ok(exhibits)
}

fn number(name: &'static str, text: &str) -> Result<u64, LineError> {
    let number = decimal(text).filter(|n| *n > 0);
    number.ok_or_else(|| member(name, "a number from 1 in decimal digits", text))
}

fn hash(text: &str) -> Result<Digest, LineError> {
    Digest::from_hex(Algorithm::Sha256, text)
        .map_err(|_| member("previous", "64 lower-case hexadecimal digits", text))
}

/// RFC 3339 in the spelling that [`UnixTime`] writes.
fn time(text: &str) -> Result<UnixTime, LineError> {
    let at = UnixTime::parse_rfc3339(text).ok();
    let one_spelling = text.ends_with('Z') && !(text.contains('.') && text.ends_with("0Z"));
    at.filter(|_| one_spelling).ok_or_else(|| member("at", "YYYY-MM-DDThh:mm:ss[.f]Z", text))
}

/// A name that shows as what it is: no characters that mislead, bounded.
fn name<'a>(member_name: &'static str, text: &'a str) -> Result<&'a str, LineError> {
    let good = !text.is_empty()
        && text.len() <= limits::CUSTODY_NAME_BYTES_MAX
        && !text.chars().any(misleads)
        && !text.chars().any(|c| c != ' ' && c.is_whitespace())
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ");
    good.then_some(text).ok_or_else(|| member(member_name, "1 to 256 bytes of visible text", text))
}

fn identity<'a>(member_name: &'static str, text: &'a str) -> Result<&'a str, LineError> {
    name(member_name, text)
}

fn member(member: &'static str, expected: &'static str, found: &str) -> LineError {
    LineError::Member { member, expected, found: crate::wire::quoted(found) }
}

#[cfg(test)]
mod tests;
