//! The provenance ledger of prx: derivations, each a manifest with the digest of
//! its sorted JSON for an id, and an envelope that somebody signed about it.
//! docs/formats/prx.md is the format.
//!
//! How it would be attacked: graft the envelope of one commit onto the row of
//! another (nothing of the row but its id is inside the envelope); name outputs that
//! nobody signed; give a row another id; hide members where the digest does not
//! look (`__proto__`, members twice, members that nobody knows); have another actor
//! sign; use an effect that the actor does not own; move the time, which no id
//! covers; take rows out, which leaves no hole, because no row names another.

pub(super) mod follow;
pub mod guard;
mod see;
mod statement;
pub mod store;
#[cfg(test)]
mod tests;

use crate::digest::{Algorithm, Digest};
use crate::time::UnixTime;
use crate::wire::javascript;
use crate::wire::json::{JsonError, Object, Value};
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

/// As what an authority is asked for rows, where it is narrowed to some content.
pub const ROW_TYPE: &str = "application/vnd.in-toto+json";

/// What stands before the name of an actor in the name of an authority, and in builder ids.
pub const SCHEME: &str = "prx://";

/// A derivation as a line of `derivations.jsonl` holds it.
#[derive(Clone, Debug)]
pub struct Row<'v> {
    /// The id that it states.
    pub id: &'v str,
    /// What was derived from what.
    pub manifest: Manifest<'v>,
    /// When, in milliseconds since 1970, as nobody's digest covers it.
    pub at: UnixTime,
    /// The same as it is written in a statement.
    pub started: String,
    /// What somebody signed.
    pub envelope: Option<&'v Value>,
}

/// What was derived from what.
#[derive(Clone, Debug)]
pub struct Manifest<'v> {
    /// Who says to have made it.
    pub producer: &'v str,
    /// Digests by name.
    pub inputs: &'v Object,
    /// Digests by name.
    pub outputs: &'v Object,
    /// Names of contracts.
    pub contracts: &'v [Value],
    /// Anything.
    pub params: &'v Value,
    value: &'v Value,
}

/// Why a line is no derivation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// Longer than [`crate::limits::CUSTODY_LINE_BYTES_MAX`].
    #[error("a line of more than {} bytes", crate::limits::CUSTODY_LINE_BYTES_MAX)]
    TooLong,
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Other members than a derivation has.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A member that the id does not cover.
    #[error("a member {}, which no id covers", javascript::PROTO)]
    Proto,
    /// A time that is none.
    #[error("ts is {found}, expected milliseconds since 1970")]
    Time {
        /// What it is.
        found: String,
    },
    /// A value that is no digest.
    #[error("{member} is {found}, expected NAME:HEX")]
    Digest {
        /// Where.
        member: String,
        /// What it is.
        found: String,
    },
}

impl<'v> Row<'v> {
    /// Reads a derivation; it has no member that nobody knows.
    pub fn read(value: &'v Value) -> Result<Row<'v>, RowError> {
        let mut fields = Fields::closed(value, "")?;
        let id = fields.str("derivationId")?;
        let manifest = fields.value("manifest")?;
        let envelope = fields.opt_value("envelope")?.filter(|value| !matches!(value, Value::Null));
        let at = fields.value("ts")?;
        fields.finish()?;
        let manifest = Manifest::read(manifest)?;
        let (at, started) = time(at)?;
        Ok(Row { id, manifest, at, started, envelope })
    }
}

impl<'v> Manifest<'v> {
    fn read(value: &'v Value) -> Result<Manifest<'v>, RowError> {
        if javascript::names_proto(value) {
            return Err(RowError::Proto);
        }
        let mut fields = Fields::closed(value, "/manifest")?;
        let producer = fields.str("producer")?;
        let (inputs, outputs) = (fields.object("inputs")?, fields.object("outputs")?);
        let contracts = fields.array("contracts")?;
        let params = fields.value("params")?;
        fields.finish()?;
        for (place, digests) in [("inputs", inputs), ("outputs", outputs)] {
            for (name, digest) in digests.iter() {
                if digest.as_str().is_none_or(|text| parts(text).is_none()) {
                    let found = digest.as_str().map_or(digest.type_name().to_owned(), quoted);
                    return Err(RowError::Digest { member: format!("{place} {}", quoted(name)), found });
                }
            }
        }
        Ok(Manifest { producer, inputs, outputs, contracts, params, value })
    }

    /// The id that it has.
    pub fn id(&self) -> String {
        Digest::sha256(&javascript::sorted(self.value)).to_string()
    }

    /// The commits among what was made.
    pub fn commits(&self) -> impl Iterator<Item = &'v str> {
        self.outputs.iter().filter_map(|(_, digest)| digest.as_str()?.strip_prefix("gitCommit:"))
    }

    /// The subcommand of git that it is about.
    pub fn subcommand(&self) -> Option<&'v str> {
        self.params.get("subcommand").and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

/// The two parts of a digest as text.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (name, hex) = text.split_once(':')?;
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (!name.is_empty() && !hex.is_empty() && hex.bytes().all(lower)).then_some((name, hex))
}

/// The actor in a builder's id: `prx://keeper/push` is of `keeper`.
pub fn actor(builder: &str) -> Option<&str> {
    let (actor, _) = builder.strip_prefix(SCHEME)?.split_once('/')?;
    Some(actor).filter(|actor| !actor.is_empty())
}

/// Milliseconds since 1970 as a time, and as JavaScript writes it.
fn time(value: &Value) -> Result<(UnixTime, String), RowError> {
    let wrong = || match value {
        Value::Number(number) => RowError::Time { found: quoted(number.text()) },
        other => RowError::Time { found: other.type_name().to_owned() },
    };
    let Value::Number(number) = value else { return Err(wrong()) };
    let millis = number.as_u64().ok_or_else(wrong)?;
    let (seconds, millis) = (millis / 1000, (millis % 1000) as u32);
    let seconds = i64::try_from(seconds).map_err(|_| wrong())?;
    let at = UnixTime::new(seconds, millis * 1_000_000).map_err(|_| wrong())?;
    let whole = UnixTime::new(seconds, 0).map_err(|_| wrong())?.to_string();
    Ok((at, format!("{}.{millis:03}Z", whole.trim_end_matches('Z'))))
}

/// A row's place in the history of the ledger: the hash of the place before and of
/// its id. It is ours; prx has nothing of the kind.
fn chained(before: &Digest, id: &str) -> Digest {
    let mut text = before.bytes().to_vec();
    text.extend_from_slice(id.as_bytes());
    Digest::of(Algorithm::Sha256, &text)
}
