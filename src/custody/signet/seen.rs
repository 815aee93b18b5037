//! One line, read and authenticated. Nothing here depends on other lines, so
//! that many are read at once and only what links them is asked in order.

use super::receipt::{Receipt, Vouched};
use super::stamp::{self, SeenStamp};
use super::{Form, KeyName, Row, RowError, Stored};
use std::collections::BTreeMap;

use crate::custody::roster::Roster;
use crate::digest::{self, Digest};
use crate::limits;
use crate::time::UnixTime;
use crate::wire::json::{self, JsonErrorKind, Value};
use crate::wire::{python, quoted};

/// What came of a line.
pub(in crate::custody) enum Seen {
    /// Nothing stands there; signet passes over it.
    Blank,
    /// A row.
    Row(Entry),
    /// No row for us, and what it is for signet.
    Unread(String, Lax),
}

/// What signet makes of a line that we refuse.
pub(in crate::custody) enum Lax {
    /// It refuses it, too, and stops.
    Malformed,
    /// It takes it for this row.
    Row(Entry),
    /// We cannot say.
    Untold(&'static str),
}

/// A row, without its line.
pub(in crate::custody) struct Entry {
    pub entry_id: String,
    /// The decision and the check that made it.
    pub kind: String,
    pub owner: String,
    pub at: UnixTime,
    pub previous: Stored,
    pub stated: Stored,
    pub key: String,
    pub vouch: Vouch,
    /// What is wrong with how it is written.
    pub flaw: Option<String>,
    /// The time stamp over it.
    pub stamp: Option<Box<SeenStamp>>,
    /// What it says of archived rows.
    pub marker: Option<Box<SeenMarker>>,
    /// The receipts that name it, the digest of what they should be over, and
    /// what came of each.
    pub receipts: Vec<(usize, Digest, Vouched)>,
}

/// Receipts that rows are held against.
#[derive(Clone, Copy, Default)]
pub(in crate::custody) struct Asked<'a> {
    pub receipts: &'a [Receipt],
    pub by_entry: Option<&'a BTreeMap<String, Vec<usize>>>,
}

impl Asked<'_> {
    fn of(&self, row: &Row, payload: &[u8], roster: &Roster) -> Vec<(usize, Digest, Vouched)> {
        let Some(named) = self.by_entry.and_then(|by_entry| by_entry.get(row.entry_id)) else {
            return Vec::new();
        };
        let digest = Digest::sha256(payload);
        let over = |index: &usize| (*index, digest, self.receipts[*index].over(payload, row.stated, roster));
        named.iter().map(over).collect()
    }
}

/// What a marker says.
pub(in crate::custody) struct SeenMarker {
    /// The last part of the path that it names.
    pub archive: String,
    pub count: u64,
    pub root: String,
    /// Whether its own signature is right, where its key is known.
    pub signed: Option<bool>,
}

/// Who authenticated a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::custody) enum Vouch {
    /// It names no key.
    NoKey,
    /// What should name the key is no text.
    NotText,
    /// Nobody in the trust store has a shared key of that name.
    Unknown,
    /// This entry of the trust store, with this key of his.
    By(usize, usize),
    /// One that may not, for that reason.
    Refused(&'static str),
    /// None of those with that name.
    Wrong,
}

/// Reads the line, without its line feed.
pub(in crate::custody) fn see(raw: &[u8], first: bool, roster: &Roster, asked: &Asked<'_>) -> Seen {
    // One mark at the beginning of the file says nothing.
    let raw = if first { raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(raw) } else { raw };
    if raw.len() > limits::CUSTODY_LINE_BYTES_MAX {
        return Seen::Unread(RowError::TooLong.to_string(), Lax::Untold("a line that is too long for us"));
    }
    let Ok(text) = str::from_utf8(raw) else {
        return Seen::Unread("not UTF-8".to_owned(), Lax::Malformed);
    };
    let stripped = text.trim_matches(python_space);
    if stripped.is_empty() {
        return Seen::Blank;
    }
    match json::parse(raw) {
        Ok(value) => match entry(&value, raw, roster, asked) {
            Ok(entry) => Seen::Row(entry),
            Err(error) => Seen::Unread(error.to_string(), lax_error(&error)),
        },
        Err(error) => Seen::Unread(error.to_string(), lax(stripped, roster)),
    }
}

/// What `str.strip` of Python takes away.
fn python_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// What signet makes of a text that is no JSON by our rules.
fn lax(stripped: &str, roster: &Roster) -> Lax {
    match json::parse_dangerous_last_wins(stripped.as_bytes()) {
        Ok(value) => match entry(&value, stripped.as_bytes(), roster, &Asked::default()) {
            Ok(entry) => Lax::Row(entry),
            Err(error) => lax_error(&error),
        },
        Err(error) => match error.kind {
            JsonErrorKind::Surrogate => {
                Lax::Untold("half of a surrogate pair, which it reads and cannot write")
            }
            JsonErrorKind::Depth { .. }
            | JsonErrorKind::Values { .. }
            | JsonErrorKind::NumberLength { .. } => Lax::Untold("a line beyond our limits"),
            _ => Lax::Malformed,
        },
    }
}

fn lax_error(error: &RowError) -> Lax {
    match error {
        RowError::Unwritable(_) => Lax::Untold("a number that it reads as infinite and cannot write"),
        _ => Lax::Malformed,
    }
}

fn entry(value: &Value, raw: &[u8], roster: &Roster, asked: &Asked<'_>) -> Result<Entry, RowError> {
    let row = Row::read(value)?;
    let payload = row.payload()?;
    let (key, vouch) = match row.key {
        KeyName::Absent => (String::new(), Vouch::NoKey),
        KeyName::NotText => (String::new(), Vouch::NotText),
        KeyName::Named(name) => (name.to_owned(), vouch(roster, name, &payload, row.stated)),
    };
    let mut written = Vec::with_capacity(raw.len());
    row.write(&mut written, Form::Whole)?;
    let stamp = row.anchor().map(|anchor| Box::new(stamp::see(&row, anchor, vouch, roster)));
    Ok(Entry {
        entry_id: row.entry_id.to_owned(),
        kind: format!("{} {}", row.decision, row.check),
        flaw: flaw(&row, raw, &written),
        at: row.at,
        previous: row.previous,
        stated: row.stated,
        marker: row
            .marker()
            .map(|(marker, signature)| Box::new(see_marker(marker, signature, vouch, roster))),
        key,
        vouch,
        stamp,
        receipts: asked.of(&row, &payload, roster),
        owner: row.owner,
    })
}

fn see_marker(marker: &Value, signature: &str, vouch: Vouch, roster: &Roster) -> SeenMarker {
    let text = |name: &str| marker.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = match vouch {
        Vouch::By(authority, key) => roster.shared_at(authority, key),
        _ => None,
    };
    let signed = key.map(|key| {
        let members = marker.as_object().into_iter().flat_map(|object| object.iter());
        let others = members.filter(|(name, _)| *name != "_marker_signature");
        let others = Value::object(others.map(|(name, value)| (name, value.clone())));
        let mut message = b"signet-compaction-marker-v1\0".to_vec();
        let tag = digest::decode_hex(signature);
        python::write(&mut message, &others).is_ok()
            && tag.is_some_and(|tag| key.verify(&message, &tag).is_ok())
    });
    let path = text("archive_path");
    SeenMarker {
        archive: path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        count: marker.get("compacted_count").and_then(Value::as_u64).unwrap_or_default(),
        root: text("merkle_root").to_owned(),
        signed,
    }
}

fn vouch(roster: &Roster, name: &str, payload: &[u8], stated: Stored) -> Vouch {
    let mut known = roster.shared(name).peekable();
    if known.peek().is_none() {
        return Vouch::Unknown;
    }
    // Nothing is right without a tag.
    let tag = stated.unwrap_or_default();
    let mut refused = None;
    for candidate in known.take(limits::CUSTODY_KEYS_TRIED_MAX) {
        if stated.is_some() && candidate.key.verify(payload, &tag).is_ok() {
            match roster.refused_shared(&candidate, super::ROW_TYPE) {
                None => return Vouch::By(candidate.authority, candidate.index),
                Some(why) => refused = Some(why),
            }
        }
    }
    refused.map_or(Vouch::Wrong, Vouch::Refused)
}

/// What of the line the HMAC does not see.
fn flaw(row: &Row, raw: &[u8], written: &[u8]) -> Option<String> {
    const ZEROS: Stored = Some([0; 32]);
    if let Some(member) = row.unknown_member {
        return Some(format!("a member {} that no HMAC covers", quoted(member)));
    }
    if row.stated.is_none() || row.stated == ZEROS {
        return Some("no HMAC".to_owned());
    }
    // We take 64 zeros for the beginning, which signet spells as an empty text.
    if row.previous == ZEROS {
        return Some("64 zeros for the HMAC of the row before".to_owned());
    }
    (raw != written).then(|| "the same row in another spelling than that of its writer".to_owned())
}
