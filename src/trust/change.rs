//! From one store to the next: what changes, and whether it may take its place.

use std::collections::BTreeMap;
use std::fmt;

use super::store::{Distrust, Distrusted, TrustStore, describe_authority};
use crate::anchor::Identity;
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::wire::canonical;
use crate::wire::json::Value;

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the older store has it.
    Removed,
    /// Only the newer store has it.
    Added,
    /// Both have it, and not alike.
    Changed,
}

impl ChangeKind {
    /// The word in lists.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Removed => "removed",
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
        }
    }
}

/// One difference between two stores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it concerns, such as `authority release@example.org`.
    pub subject: String,
    /// Of it, which member; empty for the whole.
    pub member: String,
    /// What happened.
    pub kind: ChangeKind,
    /// How it was, as canonical JSON.
    pub old: Option<String>,
    /// How it is, as canonical JSON.
    pub new: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.subject)?;
        if !self.member.is_empty() {
            write!(f, " {}", self.member)?;
        }
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, ": {old} -> {new}"),
            (Some(only), None) | (None, Some(only)) => write!(f, ": {only}"),
            (None, None) => Ok(()),
        }
    }
}

/// All differences between two stores, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// Digest and sequence of the older one.
    pub old: (Digest, Option<u64>),
    /// Digest and sequence of the newer one.
    pub new: (Digest, Option<u64>),
    /// What differs; empty if and only if the digests are equal.
    pub changes: Vec<Change>,
}

/// Compares two stores.
pub fn diff(old: &TrustStore, new: &TrustStore) -> Diff {
    let mut changes = Vec::new();
    for name in ["sequence", "issuedAt", "supersedes"] {
        let member = |store: &TrustStore| text(store.describe().get(name).expect("the names are its own"));
        compare(&mut changes, "store", name, member(old), member(new));
    }
    let (before, after) = (authorities(old), authorities(new));
    let identities: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for name in identities {
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => members(&mut changes, name, old, new),
            (old, new) => {
                compare(&mut changes, name, "", old.map(text).unwrap_or(None), new.map(text).unwrap_or(None))
            }
        }
    }
    let (before, after) = (withdrawn(old), withdrawn(new));
    let whom: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for name in whom {
        compare(&mut changes, name, "", before.get(name).cloned(), after.get(name).cloned());
    }
    let ders: std::collections::BTreeSet<_> = old.intermediates().union(new.intermediates()).collect();
    for der in ders {
        let name = format!("intermediate {}", Digest::sha256(der));
        let side = |store: &TrustStore| store.intermediates().contains(der).then(String::new);
        compare(&mut changes, &name, "", side(old), side(new));
    }
    changes.sort();
    Diff { old: (old.digest(), old.sequence()), new: (new.digest(), new.sequence()), changes }
}

fn compare(changes: &mut Vec<Change>, subject: &str, member: &str, old: Option<String>, new: Option<String>) {
    let kind = match (&old, &new) {
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(old), Some(new)) if old != new => ChangeKind::Changed,
        _ => return,
    };
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (subject, member) = (subject.to_owned(), member.to_owned());
    changes.push(Change { subject, member, kind, old: filled(old), new: filled(new) });
}

/// The canonical JSON of a member; `None` for `null`.
fn text(value: &Value) -> Option<String> {
    if *value == Value::Null {
        return None;
    }
    let bytes = canonical::to_bytes(value).expect("a description has no numbers and is not deep");
    Some(String::from_utf8(bytes).expect("JSON is UTF-8"))
}

/// Descriptions by a name that is distinct also where a merged store has one
/// identity several times.
fn authorities(store: &TrustStore) -> BTreeMap<String, Value> {
    let mut count: BTreeMap<&Identity, usize> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for authority in store.authorities() {
        let count = count.entry(&authority.identity).or_default();
        *count += 1;
        let ordinal = if *count == 1 { String::new() } else { format!(" ({count})") };
        all.insert(format!("authority {}{ordinal}", authority.identity), describe_authority(authority));
    }
    all
}

fn members(changes: &mut Vec<Change>, subject: &str, old: &Value, new: &Value) {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return };
    for (name, before) in old.iter() {
        let after = new.get(name).expect("descriptions have the same members");
        if name == "keys" {
            keys(changes, subject, before, after);
        } else {
            compare(changes, subject, name, text(before), text(after));
        }
    }
}

fn keys(changes: &mut Vec<Change>, subject: &str, old: &Value, new: &Value) {
    let by_id = |value: &Value| -> BTreeMap<String, String> {
        let keys = value.as_array().unwrap_or_default();
        let id = |key: &Value| key.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        keys.iter().filter_map(|key| Some((id(key), text(key)?))).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let ids: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for id in ids {
        let member = format!("key {id}");
        compare(changes, subject, &member, before.get(id).cloned(), after.get(id).cloned());
    }
}

fn withdrawn(store: &TrustStore) -> BTreeMap<String, String> {
    let name = |whom: &Distrusted| match whom {
        Distrusted::Identity(identity) => format!("distrust of identity {identity}"),
        Distrusted::Key(id) => format!("distrust of key {id}"),
    };
    store.distrusted().iter().map(|Distrust { whom, reason }| (name(whom), reason.clone())).collect()
}

/// Why a store may not take the place of another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// It has no number, so nobody could tell later whether it is old.
    #[error("the store has no sequence and no date of issue")]
    Unnumbered,
    /// It is older.
    #[error("the store has sequence {found}, and the one in place has {in_place}")]
    Older {
        /// Its sequence.
        found: u64,
        /// That of the store in place.
        in_place: u64,
    },
    /// It has the same number and says something else.
    #[error("the store has sequence {sequence} like the one in place, and other content")]
    SameSequence {
        /// The number of both.
        sequence: u64,
    },
    /// It is newer by its number and older by its date.
    #[error("the store was issued at {found}, and the one in place at {in_place}")]
    IssuedEarlier {
        /// Its date.
        found: UnixTime,
        /// That of the store in place.
        in_place: UnixTime,
    },
    /// It names another store as the one it takes the place of.
    #[error("the store supersedes {found}, and the one in place is {in_place}")]
    Supersedes {
        /// What it names.
        found: Digest,
        /// The digest of the store in place.
        in_place: Digest,
    },
    /// It is below the sequence that was demanded.
    #[error("the store has sequence {found}, at least {demanded} is demanded")]
    BelowDemanded {
        /// Its sequence.
        found: u64,
        /// What was demanded.
        demanded: u64,
    },
}

/// Whether `new` may take the place of `old`, or the first place at all, with at
/// least the sequence `demanded`.
pub fn may_replace(
    old: Option<&TrustStore>,
    new: &TrustStore,
    demanded: Option<u64>,
) -> Result<(), ReplaceError> {
    let (Some(found), Some(issued)) = (new.sequence(), new.issued_at()) else {
        return Err(ReplaceError::Unnumbered);
    };
    if let Some(demanded) = demanded.filter(|demanded| found < *demanded) {
        return Err(ReplaceError::BelowDemanded { found, demanded });
    }
    let Some(old) = old else { return Ok(()) };
    if old.digest() == new.digest() {
        return Ok(());
    }
    if let Some(in_place) = old.sequence() {
        if found < in_place {
            return Err(ReplaceError::Older { found, in_place });
        }
        if found == in_place {
            return Err(ReplaceError::SameSequence { sequence: found });
        }
    }
    if let Some(in_place) = old.issued_at().filter(|in_place| issued < *in_place) {
        return Err(ReplaceError::IssuedEarlier { found: issued, in_place });
    }
    match new.supersedes() {
        Some(found) if found != old.digest() => {
            Err(ReplaceError::Supersedes { found, in_place: old.digest() })
        }
        _ => Ok(()),
    }
}
