//! One event: its members, and the bytes that are hashed and signed.

use super::cesr::{CesrError, KeriKey};
use super::said::{self, Members};
use super::threshold::{Threshold, ThresholdError, hexadecimal};
use crate::digest::Digest;
use crate::limits;
use crate::wire::json::{Object, Value};
use crate::wire::quoted;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// Begins a log.
    Inception,
    /// Changes the keys.
    Rotation,
    /// Anchors something.
    Interaction,
    /// Begins the log of somebody who acts for another.
    DelegatedInception,
    /// Changes the keys of such a one.
    DelegatedRotation,
}

impl EventKind {
    /// `icp`, `rot`, `ixn`, `dip`, `drt`
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Inception => "icp",
            EventKind::Rotation => "rot",
            EventKind::Interaction => "ixn",
            EventKind::DelegatedInception => "dip",
            EventKind::DelegatedRotation => "drt",
        }
    }

    fn from_name(name: &str) -> Option<EventKind> {
        let all = [
            EventKind::Inception,
            EventKind::Rotation,
            EventKind::Interaction,
            EventKind::DelegatedInception,
            EventKind::DelegatedRotation,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it begins a log.
    pub fn begins(self) -> bool {
        matches!(self, EventKind::Inception | EventKind::DelegatedInception)
    }

    /// Whether it has keys of its own.
    pub fn establishes(self) -> bool {
        self != EventKind::Interaction
    }

    /// Whether somebody else has to say so, too.
    pub fn is_delegated(self) -> bool {
        matches!(self, EventKind::DelegatedInception | EventKind::DelegatedRotation)
    }

    /// Its members in the order in which they are hashed.
    fn members(self) -> &'static [&'static str] {
        match self {
            EventKind::Inception => &["v", "t", "d", "i", "s", "kt", "k", "nt", "n", "bt", "b", "c", "a"],
            EventKind::Rotation => {
                &["v", "t", "d", "i", "s", "p", "kt", "k", "nt", "n", "bt", "br", "ba", "a"]
            }
            EventKind::Interaction => &["v", "t", "d", "i", "s", "p", "a"],
            EventKind::DelegatedInception => {
                &["v", "t", "d", "i", "s", "kt", "k", "nt", "n", "bt", "b", "c", "a", "di"]
            }
            EventKind::DelegatedRotation => {
                &["v", "t", "d", "i", "s", "p", "kt", "k", "nt", "n", "bt", "br", "ba", "a", "di"]
            }
        }
    }
}

/// Why something is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// Not an object, or without a kind that is known.
    #[error("no event of a kind that is known")]
    Kind,
    /// A member that is not there, or not what it has to be.
    #[error("{}: expected {expected}", quoted(.member))]
    Member {
        /// Which one.
        member: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// A key that is none.
    #[error("{0}")]
    Key(#[from] CesrError),
    /// A threshold that is none.
    #[error("{0}")]
    Threshold(#[from] ThresholdError),
    /// More of something than anybody has.
    #[error("{found} {what}, at most {max} are read")]
    Many {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are read.
        max: usize,
    },
}

/// Something that an event anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Whose event it is about, where it is about one.
    pub prefix: Option<String>,
    /// Which event.
    pub sequence: Option<u64>,
    /// What it anchors.
    pub said: Option<String>,
}

/// The keys that an event establishes, and what it promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Established {
    /// In the order of their indices.
    pub keys: Vec<KeriKey>,
    /// How many of them have to sign.
    pub threshold: Threshold,
    /// Hashes of the keys that come next.
    pub next: Vec<String>,
    /// How many of those have to sign the change.
    pub next_threshold: Threshold,
    /// How many witnesses are wanted.
    pub witness_threshold: u64,
}

/// An event as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it does.
    pub kind: EventKind,
    /// Its own hash, as it says.
    pub said: String,
    /// Whose it is.
    pub prefix: String,
    /// Its number.
    pub sequence: u64,
    /// The hash of the event before, where it is not the first.
    pub prior: Option<String>,
    /// Its keys, where it establishes some.
    pub established: Option<Established>,
    /// Witnesses at the beginning; those that go; those that come.
    pub witnesses: [Vec<String>; 3],
    /// Traits of the log.
    pub traits: Vec<String>,
    /// What it anchors.
    pub seals: Vec<Seal>,
    /// Who delegates.
    pub delegator: Option<String>,
    /// Members that belong to no event of this kind, which nothing covers.
    pub unknown: Vec<String>,
    /// Members that are not there, where auths puts an empty list.
    pub absent: Vec<&'static str>,
    /// Whether the size that it states is its own.
    pub sized: bool,
    /// The hash that it has.
    pub computed: String,
    /// The bytes that are signed.
    pub text: String,
}

impl Event {
    /// Reads an event, whatever is left out or added that auths passes over.
    pub fn read(value: &Value) -> Result<Event, EventError> {
        let object = value.as_object().ok_or(EventError::Kind)?;
        let kind = object.get("t").and_then(Value::as_str).and_then(EventKind::from_name);
        let kind = kind.ok_or(EventError::Kind)?;
        let mut members: Members<'_> = Vec::new();
        let mut absent = Vec::new();
        for name in kind.members() {
            match object.get(name) {
                Some(value) if *name == "a" => members.push((name, seals_in_order(value)?)),
                Some(value) => members.push((name, value.clone())),
                None if ["b", "br", "ba", "c", "a"].contains(name) => {
                    absent.push(*name);
                    members.push((name, Value::Array(Vec::new())));
                }
                None => {
                    return Err(EventError::Member { member: (*name).to_owned(), expected: "the member" });
                }
            }
        }
        let known = |name: &str| kind.members().contains(&name);
        let unknown =
            object.iter().map(|(name, _)| name).filter(|name| !known(name)).map(str::to_owned).collect();
        let fields = Fields(object);
        let prefix = fields.text("i")?;
        let self_addressing = kind.begins() && (prefix.is_empty() || prefix.starts_with('E'));
        let text = said::of_members(&members);
        let sized = fields.text("v")? == said::version(text.len());
        let established = match kind.establishes() {
            false => None,
            true => Some(Established {
                keys: fields.texts("k")?.iter().map(|text| KeriKey::read(text)).collect::<Result<_, _>>()?,
                threshold: Threshold::read(fields.value("kt")?)?,
                next: fields.texts("n")?,
                next_threshold: Threshold::read(fields.value("nt")?)?,
                witness_threshold: fields.number("bt")?,
            }),
        };
        Ok(Event {
            kind,
            said: fields.text("d")?.to_owned(),
            prefix: prefix.to_owned(),
            sequence: fields.number("s")?,
            prior: match kind.begins() {
                true => None,
                false => Some(fields.text("p")?.to_owned()),
            },
            established,
            witnesses: [fields.opt_texts("b")?, fields.opt_texts("br")?, fields.opt_texts("ba")?],
            traits: fields.opt_texts("c")?,
            seals: seals(object.get("a"))?,
            delegator: match kind.is_delegated() {
                true => Some(fields.text("di")?.to_owned()),
                false => None,
            },
            unknown,
            absent,
            sized,
            computed: said::of_event(&members, self_addressing),
            text,
        })
    }

    /// What pins and time stamps of ours know it by.
    pub fn digest(&self) -> Digest {
        said::sha256(&self.text)
    }
}

struct Fields<'v>(&'v Object);

impl<'v> Fields<'v> {
    fn value(&self, name: &str) -> Result<&'v Value, EventError> {
        self.0.get(name).ok_or_else(|| EventError::Member { member: name.to_owned(), expected: "the member" })
    }

    fn text(&self, name: &str) -> Result<&'v str, EventError> {
        let wrong = || EventError::Member { member: name.to_owned(), expected: "a string" };
        self.value(name)?.as_str().ok_or_else(wrong)
    }

    fn number(&self, name: &str) -> Result<u64, EventError> {
        let wrong = || EventError::Member { member: name.to_owned(), expected: "a number in hexadecimal" };
        hexadecimal(self.text(name)?).ok_or_else(wrong)
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, EventError> {
        strings(name, self.value(name)?)
    }

    fn opt_texts(&self, name: &str) -> Result<Vec<String>, EventError> {
        self.0.get(name).map_or(Ok(Vec::new()), |value| strings(name, value))
    }
}

fn strings(name: &str, value: &Value) -> Result<Vec<String>, EventError> {
    let wrong = || EventError::Member { member: name.to_owned(), expected: "a list of strings" };
    let elements = value.as_array().ok_or_else(wrong)?;
    if elements.len() > limits::KERI_KEYS_MAX {
        let (found, max) = (elements.len(), limits::KERI_KEYS_MAX);
        return Err(EventError::Many { what: "entries of a list", found, max });
    }
    elements.iter().map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// The order of the members of a seal.
const SEAL: [&str; 5] = ["i", "s", "p", "t", "d"];

/// Seals as they are hashed: each with its members in the one order.
fn seals_in_order(value: &Value) -> Result<Value, EventError> {
    let wrong = EventError::Member { member: "a".to_owned(), expected: "a list of seals" };
    let elements = value.as_array().ok_or(wrong)?;
    let ordered = elements.iter().map(|seal| {
        let Some(object) = seal.as_object() else { return seal.clone() };
        if object.iter().any(|(name, _)| !SEAL.contains(&name)) {
            return seal.clone();
        }
        let members = SEAL.iter().filter_map(|name| Some(((*name).to_owned(), object.get(name)?.clone())));
        Value::object(members)
    });
    Ok(Value::Array(ordered.collect()))
}

fn seals(value: Option<&Value>) -> Result<Vec<Seal>, EventError> {
    let elements = value.and_then(Value::as_array).unwrap_or_default();
    if elements.len() > limits::KERI_EVENTS_MAX {
        let (found, max) = (elements.len(), limits::KERI_EVENTS_MAX);
        return Err(EventError::Many { what: "seals", found, max });
    }
    let read = |seal: &Value| {
        let text = |name: &str| seal.get(name).and_then(Value::as_str).map(str::to_owned);
        Seal { prefix: text("i"), sequence: text("s").as_deref().and_then(hexadecimal), said: text("d") }
    };
    Ok(elements.iter().map(read).collect())
}
