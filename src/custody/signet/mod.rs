//! The audit log of signet: rows of JSON, each with an HMAC over itself and the
//! HMAC of the row before. docs/formats/signet.md is the format.
//!
//! How it would be attacked: change a row and leave its HMAC; take one out, put
//! one in, exchange two; write data beside what the HMAC covers (members that
//! signet does not know, a member twice, a number spelt so that it changes its
//! meaning); name no key, so that nothing is computed; cut the end off; or hold
//! the key, and write everything anew. The last two do not show in the rows:
//! heads noted elsewhere, time stamps and receipts are for them.

pub mod archive;
pub(super) mod follow;
mod links;
pub mod peer;
pub mod receipt;
mod seen;
pub mod stamp;

use crate::limits;
use crate::time::UnixTime;
use crate::wire::json::{JsonError, Value};
use crate::wire::python::{self, PythonError};
use crate::wire::quoted;

/// As what an authority is asked for rows, where it is narrowed to some content.
pub const ROW_TYPE: &str = "application/vnd.signet.audit-row+json";

/// The member of `metadata` that names the key.
const KEY_ID: &str = "_signing_key_id";

/// The member of `metadata` that holds what somebody else said of the row.
const ANCHOR: &str = "_anchor";

/// The latest time that signet accepts, in nanoseconds since the epoch.
const NANOS_MAX: u64 = 10_000_000_000_000_000_000;

/// An HMAC-SHA-256 as it is stored; `None` where the text is empty.
pub type Stored = Option<[u8; 32]>;

/// A row as far as it is looked at; the rest is only authenticated.
#[derive(Clone, Debug)]
pub struct Row<'v> {
    /// Its own name, a claim.
    pub entry_id: &'v str,
    /// When the decision was made, by the clock of whoever made it.
    pub at: UnixTime,
    /// Whose request it was, `type:id`.
    pub owner: String,
    /// Which check decided.
    pub check: &'v str,
    /// `allow`, `block`, `redact` or `escalate`.
    pub decision: &'v str,
    /// Which key is said to have authenticated it.
    pub key: KeyName<'v>,
    /// The HMAC that it names as that of the row before.
    pub previous: Stored,
    /// The HMAC that it states for itself.
    pub stated: Stored,
    /// The first member that the format does not know, which no HMAC covers.
    pub unknown_member: Option<&'v str>,
    value: &'v Value,
}

/// In which form a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it stands in a log.
    Whole,
    /// Without its HMAC: what that covers.
    Authenticated,
    /// Without its HMAC and without the stamp: whose HMAC is stamped.
    Stamped,
}

/// What a row says of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyName<'v> {
    /// Nothing, or an empty text.
    Absent,
    /// A name.
    Named(&'v str),
    /// Something that is no text.
    NotText,
}

/// Why a line is no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// Longer than [`limits::CUSTODY_LINE_BYTES_MAX`].
    #[error("a line of more than {} bytes", limits::CUSTODY_LINE_BYTES_MAX)]
    TooLong,
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Not an object.
    #[error("{found}, expected an object")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A member is not there.
    #[error("no member {member}")]
    Missing {
        /// Which one.
        member: &'static str,
    },
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
    /// No text can be written for it.
    #[error(transparent)]
    Unwritable(#[from] PythonError),
}

/// The members of a row in the order of the writer; `hmac` is not among what it covers.
const MEMBERS: [&str; 12] = [
    "approval_chain",
    "check_name",
    "decision",
    "entry_id",
    "hmac",
    "metadata",
    "owner_id",
    "owner_type",
    "prev_hmac",
    "reason",
    "request_fingerprint",
    "ts_ns",
];

impl<'v> Row<'v> {
    /// Reads a row with signet's own rules of what is one.
    pub fn read(value: &'v Value) -> Result<Row<'v>, RowError> {
        let Some(object) = value.as_object() else {
            return Err(RowError::NotAnObject { found: value.type_name() });
        };
        let text = |member: &'static str| match value.get(member) {
            None => Err(RowError::Missing { member }),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => Err(wrong(member, "a string", other.type_name())),
        };
        let optional = |member| match value.get(member) {
            None => Ok(""),
            Some(_) => text(member),
        };
        let at = time(value.get("ts_ns").ok_or(RowError::Missing { member: "ts_ns" })?)?;
        let (entry_id, check, decision) = (text("entry_id")?, text("check_name")?, text("decision")?);
        let (owner_type, owner_id) = (text("owner_type")?, text("owner_id")?);
        text("reason")?;
        optional("request_fingerprint")?;
        if !matches!(decision, "allow" | "block" | "redact" | "escalate") {
            return Err(wrong("decision", "allow, block, redact or escalate", &quoted(decision)));
        }
        match owner_type {
            "human" | "agent" | "policy" if !owner_id.is_empty() => {}
            "human" | "agent" | "policy" => return Err(wrong("owner_id", "not empty", "\"\"")),
            "unresolved" => {}
            _ => {
                let expected = "human, agent, policy or unresolved";
                return Err(wrong("owner_type", expected, &quoted(owner_type)));
            }
        }
        let chain = value.get("approval_chain").map_or(Some(&[][..]), Value::as_array);
        if !chain.is_some_and(|links| links.iter().all(|link| link.as_str().is_some())) {
            return Err(wrong("approval_chain", "an array of strings", "something else"));
        }
        let key = match value.get("metadata") {
            None => KeyName::Absent,
            Some(metadata @ Value::Object(_)) => match metadata.get(KEY_ID) {
                None | Some(Value::Null) => KeyName::Absent,
                Some(Value::String(name)) if name.is_empty() => KeyName::Absent,
                Some(Value::String(name)) => KeyName::Named(name),
                Some(_) => KeyName::NotText,
            },
            Some(other) => return Err(wrong("metadata", "an object", other.type_name())),
        };
        Ok(Row {
            entry_id,
            at,
            owner: format!("{owner_type}:{owner_id}"),
            check,
            decision,
            key,
            previous: stored("prev_hmac", optional("prev_hmac")?)?,
            stated: stored("hmac", optional("hmac")?)?,
            unknown_member: object.iter().map(|(name, _)| name).find(|name| !MEMBERS.contains(name)),
            value,
        })
    }

    /// Writes the row as signet does.
    pub fn write(&self, out: &mut Vec<u8>, form: Form) -> Result<(), RowError> {
        let mut separator = b'{';
        for member in MEMBERS {
            if member == "hmac" && form != Form::Whole {
                continue;
            }
            out.push(separator);
            separator = b',';
            python::string(out, member);
            out.push(b':');
            match (self.value.get(member), member) {
                (Some(metadata), "metadata") if form == Form::Stamped => {
                    let members = metadata.as_object().into_iter().flat_map(|object| object.iter());
                    let others = members.filter(|(name, _)| *name != ANCHOR);
                    let others = others.map(|(name, value)| (name, value.clone()));
                    python::write(out, &Value::object(others))?;
                }
                (Some(value), _) => python::write(out, value)?,
                // What is not there has its default.
                (None, "approval_chain") => out.extend_from_slice(b"[]"),
                (None, "metadata") => out.extend_from_slice(b"{}"),
                (None, _) => out.extend_from_slice(b"\"\""),
            }
        }
        out.push(b'}');
        Ok(())
    }

    /// What the HMAC covers.
    pub fn payload(&self) -> Result<Vec<u8>, RowError> {
        let mut out = Vec::with_capacity(1024);
        self.write(&mut out, Form::Authenticated)?;
        Ok(out)
    }

    /// The marker in it and its signature, by signet's rules of what has the shape of one.
    fn marker(&self) -> Option<(&'v Value, &'v str)> {
        if self.check != "_compaction" {
            return None;
        }
        let marker = self.value.get("metadata")?.get("_compaction_marker")?;
        marker.as_object()?;
        let signature = marker.get("_marker_signature")?.as_str().filter(|text| !text.is_empty())?;
        Some((marker, signature))
    }

    /// What somebody else said of the row, where it is a stamp that was granted.
    fn anchor(&self) -> Option<&'v Value> {
        let anchor = self.value.get("metadata")?.get(ANCHOR)?;
        let granted = anchor.get("success").and_then(Value::as_bool) == Some(true);
        let stamped = anchor.get("backend").and_then(Value::as_str) == Some("rfc3161");
        (granted && stamped).then_some(anchor)
    }
}

/// An integer, not `1.0`, up to 10^19.
fn time(value: &Value) -> Result<UnixTime, RowError> {
    let expected = "an integer from 0 to 10^19";
    let Value::Number(number) = value else { return Err(wrong("ts_ns", expected, value.type_name())) };
    let nanos = if number.text() == "-0" { Some(0) } else { number.as_u64() };
    let Some(nanos) = nanos.filter(|nanos| *nanos <= NANOS_MAX) else {
        return Err(wrong("ts_ns", expected, &quoted(number.text())));
    };
    let (seconds, nanos) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let seconds = i64::try_from(seconds).expect("10^10 seconds at most");
    Ok(UnixTime::new(seconds, nanos as u32).expect("the year 2286 at the latest"))
}

/// Empty, or 64 digits in lower case.
fn stored(member: &'static str, text: &str) -> Result<Stored, RowError> {
    if text.is_empty() {
        return Ok(None);
    }
    let tag = crate::digest::Digest::from_hex(crate::digest::Algorithm::Sha256, text);
    let tag = tag.map_err(|_| wrong(member, "64 lower-case hexadecimal digits", &quoted(text)))?;
    Ok(Some(tag.bytes().try_into().expect("a SHA-256 has 32 bytes")))
}

fn wrong(member: &'static str, expected: &'static str, found: &str) -> RowError {
    RowError::Member { member, expected, found: found.to_owned() }
}

#[cfg(test)]
mod tests;
