//! `ledger.event.v1`: the hash-chained ledger of StellaOps. docs/formats/ledger.md
//! says what its documents fix and what we took where they are silent.
//!
//! How it would be attacked: rewrite an event and its hash, and the link after
//! it (the event's hash does not cover the link, so only an anchor over the
//! leaves shows it; a head of such a chain says nothing of its history);
//! renumber; mix chains; put data beside the event, where no hash covers it
//! (so nothing else may stand there); spell the content in two ways (so it is
//! hashed in its RFC 8785 form, whatever the spelling).

pub mod anchor;
pub(super) mod follow;

use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::time::UnixTime;
use crate::wire::canonical::{self, CanonicalError};
use crate::wire::json::{self, JsonError};
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

/// What the documents of the format leave open, and what we took.
pub const ASSUMPTIONS: &[&str] = &[
    "a line is an object of event, event_hash, previous_hash and merkle_leaf_hash",
    "event_hash covers the RFC 8785 form of the event member, and nothing beside it",
    "merkle_leaf_hash is taken over the ASCII text of event_hash, a hyphen and the sequence",
    "recordedAt does not run backwards along a chain",
    "an anchor covers the events recorded in its window, both ends included, nodes as in RFC 6962",
];

/// An event as far as it is looked at; the rest is only hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which chain it belongs to, a UUID.
    pub chain: &'a str,
    /// Whose ledger.
    pub tenant: &'a str,
    /// Its number, from 1.
    pub sequence: u64,
    /// What kind of event.
    pub kind: &'a str,
    /// Who acted, as the ledger says.
    pub actor: &'a str,
    /// When the ledger took it in.
    pub recorded_at: UnixTime,
    /// Hash that the line names as that of the event before.
    pub previous: Digest,
    /// Hash that the line states for this event.
    pub stated_hash: Digest,
    /// Leaf that the line states for this event.
    pub stated_leaf: Digest,
    /// Hash of the event as it lies here.
    pub hash: Digest,
}

/// Why a line is no event of the ledger.
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
    /// The event has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
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
}

/// `merkle_leaf_hash`: SHA-256 of the event hash in hexadecimal, `-`, and the
/// sequence in decimal.
pub fn leaf_hash(event_hash: &Digest, sequence: u64) -> Digest {
    Digest::sha256(format!("{}-{sequence}", event_hash.hex()).as_bytes())
}

/// Reads a line and hands it to `then`.
pub fn read<T>(raw: &[u8], then: impl FnOnce(&Record<'_>) -> T) -> Result<T, LineError> {
    if raw.len() > limits::CUSTODY_LINE_BYTES_MAX {
        return Err(LineError::TooLong { found: raw.len() });
    }
    let value = json::parse(raw)?;
    let mut line = Fields::closed(&value, "")?;
    let event = line.value("event")?;
    let previous = sha256("previous_hash", line.str("previous_hash")?)?;
    let stated_hash = sha256("event_hash", line.str("event_hash")?)?;
    let stated_leaf = sha256("merkle_leaf_hash", line.str("merkle_leaf_hash")?)?;
    line.finish()?;
    let mut fields = Fields::open(event, "/event")?;
    uuid("event.id", fields.str("id")?)?;
    let kind = text("event.type", fields.str("type")?)?;
    let tenant = text("event.tenant", fields.str("tenant")?)?;
    let chain = uuid("event.chainId", fields.str("chainId")?)?;
    let sequence = fields.u64("sequence")?;
    if sequence == 0 {
        return Err(member("event.sequence", "a number from 1", "0"));
    }
    fields.str("policyVersion")?;
    let mut finding = fields.nested_open("finding")?;
    for name in ["id", "artifactId", "vulnId"] {
        finding.str(name)?;
    }
    let mut acting = fields.nested_open("actor")?;
    let actor = text("event.actor.id", acting.str("id")?)?;
    let actor_type = acting.str("type")?;
    if !matches!(actor_type, "system" | "operator" | "integration") {
        return Err(member("event.actor.type", "system, operator or integration", actor_type));
    }
    milliseconds("event.occurredAt", fields.str("occurredAt")?)?;
    let recorded_at = milliseconds("event.recordedAt", fields.str("recordedAt")?)?;
    fields.value("payload")?;
    fields.opt_str("evidenceBundleRef")?;
    if let Some(mut airgap) = fields.opt_nested_open("airgap")? {
        airgap.opt_str("bundle")?;
    }
    fields.finish()?;
    let hash = Digest::sha256(&canonical::to_bytes(event)?);
    Ok(then(&Record {
        chain,
        tenant,
        sequence,
        kind,
        actor,
        recorded_at,
        previous,
        stated_hash,
        stated_leaf,
        hash,
    }))
}

fn sha256(name: &'static str, text: &str) -> Result<Digest, LineError> {
    Digest::from_hex(Algorithm::Sha256, text)
        .map_err(|_| member(name, "64 lower-case hexadecimal digits", text))
}

/// In the spelling of .NET's "D": lower case, with hyphens.
fn uuid<'a>(name: &'static str, text: &'a str) -> Result<&'a str, LineError> {
    let good = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    good.then_some(text).ok_or_else(|| member(name, "a UUID in lower case with hyphens", text))
}

fn text<'a>(name: &'static str, text: &'a str) -> Result<&'a str, LineError> {
    let good = !text.is_empty() && text.len() <= limits::CUSTODY_NAME_BYTES_MAX;
    good.then_some(text).ok_or_else(|| member(name, "1 to 256 bytes", text))
}

/// `yyyy-MM-ddTHH:mm:ss.fffZ`, the only precision that the ledger writes.
fn milliseconds(name: &'static str, text: &str) -> Result<UnixTime, LineError> {
    let bytes = text.as_bytes();
    let good = bytes.len() == 24 && bytes[19] == b'.' && bytes[23] == b'Z';
    let at = UnixTime::parse_rfc3339(text).ok().filter(|_| good);
    at.ok_or_else(|| member(name, "yyyy-MM-ddTHH:mm:ss.fffZ", text))
}

fn member(member: &'static str, expected: &'static str, found: &str) -> LineError {
    LineError::Member { member, expected, found: quoted(found) }
}

#[cfg(test)]
mod tests;
