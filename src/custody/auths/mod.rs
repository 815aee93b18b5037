//! Identity bundles of auths: the key event logs of an identity and of its devices,
//! so that commits can be verified without anybody else (docs/formats/auths.md).
//!
//! How to attack it: a bundle is evidence, and brings no trust; whom it is about has
//! to be pinned elsewhere. Its date, its term, its `public_key_hex` and its chain of
//! attestations are signed by nobody, or not by whom they say, and decide nothing of ours.

pub mod attestation;
pub mod peer;
pub(super) mod timelines;

use std::collections::BTreeMap;

use crate::digest::decode_hex;
use crate::limits;
use crate::proof::keri::{Attachment, CesrError, Event, EventError, Kel, KelError, replay};
use crate::time::UnixTime;
use crate::wire::json::{self, JsonError, Value};
use crate::wire::shape::{Fields, ShapeError};

/// What stands before the prefix of a log in the name of an identity.
pub const DID: &str = "did:keri:";

/// Why some bytes are no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member that is missing or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An event that is none.
    #[error("event {index} of {did}: {error}")]
    Event {
        /// Whose log.
        did: String,
        /// Which one, from zero.
        index: usize,
        /// What is wrong.
        error: EventError,
    },
    /// What stands beside an event is nothing of CESR.
    #[error("attachment {index} of {did}: {error}")]
    Attachment {
        /// Whose log.
        did: String,
        /// Which one, from zero.
        index: usize,
        /// What is wrong.
        error: CesrError,
    },
    /// More than anybody has.
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

/// A log as it stands in the bundle, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Whose it says it is.
    pub did: String,
    /// The events.
    pub events: Vec<Event>,
    /// What stands beside each.
    pub attachments: Vec<Attachment>,
}

/// A bundle, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The log of the identity.
    pub root: Log,
    /// Those of its devices.
    pub devices: Vec<Log>,
    /// When it says it was made.
    pub made: UnixTime,
    /// For how many seconds it says it is good.
    pub term: u64,
}

impl Bundle {
    /// Whether a JSON object has the members of one.
    pub fn is_claimed(value: &Value) -> bool {
        ["identity_did", "kel", "bundle_timestamp"].iter().all(|name| value.get(name).is_some())
    }

    /// Reads a bundle.
    pub fn parse(bytes: &[u8]) -> Result<Bundle, BundleError> {
        let value = json::parse(bytes)?;
        let mut fields = Fields::open(&value, "")?;
        let did = fields.str("identity_did")?;
        let made = fields.str("bundle_timestamp")?;
        let made = UnixTime::parse_rfc3339(made)
            .map_err(|_| fields.invalid("bundle_timestamp", "a time after RFC 3339", made))?;
        let term = value.get("max_valid_for_secs").and_then(Value::as_u64);
        let term = term.ok_or_else(|| fields.invalid("max_valid_for_secs", "a number", "something else"))?;
        let root = log(did, &value, "")?;
        let devices = value.get("device_kels").and_then(Value::as_array).unwrap_or_default();
        if devices.len() > limits::KERI_LOGS_MAX {
            let (found, max) = (devices.len(), limits::KERI_LOGS_MAX);
            return Err(BundleError::Many { what: "logs of devices", found, max });
        }
        let device = |(index, value): (usize, &Value)| {
            let pointer = format!("/device_kels/{index}");
            let did = Fields::open(value, pointer.as_str())?.str("did")?;
            log(did, value, &pointer)
        };
        let devices = devices.iter().enumerate().map(device).collect::<Result<_, _>>()?;
        Ok(Bundle { root, devices, made, term })
    }

    /// The log of that identity.
    pub fn log(&self, did: &str) -> Option<&Log> {
        std::iter::once(&self.root).chain(&self.devices).find(|log| log.did == did)
    }

    /// Walks all of its logs; devices with that of the identity as the one that delegates.
    pub fn replay(&self) -> Walked<'_> {
        let root = self.root.replay(None);
        let mut devices = BTreeMap::new();
        for log in &self.devices {
            devices.entry(log.did.as_str()).or_insert_with(|| log.replay(root.as_ref().ok()));
        }
        Walked { bundle: self, root, devices }
    }
}

/// What the logs of a bundle come to.
#[derive(Debug)]
pub struct Walked<'b> {
    /// The bundle.
    pub bundle: &'b Bundle,
    /// The log of the identity.
    pub root: Result<Kel, KelError>,
    /// Those of its devices, by name.
    pub devices: BTreeMap<&'b str, Result<Kel, KelError>>,
}

impl Walked<'_> {
    /// What the log of that identity comes to.
    pub fn of(&self, did: &str) -> Option<&Result<Kel, KelError>> {
        match did == self.bundle.root.did {
            true => Some(&self.root),
            false => self.devices.get(did),
        }
    }
}

impl Log {
    /// The prefix that its name promises.
    pub fn prefix(&self) -> &str {
        self.did.strip_prefix(DID).unwrap_or(&self.did)
    }

    /// The prefix that its first event makes; `None` where it has none.
    pub fn begun(&self) -> Option<&str> {
        let first = self.events.first()?;
        Some(if first.prefix.starts_with('E') { &first.computed } else { &first.prefix })
    }

    fn replay(&self, delegator: Option<&Kel>) -> Result<Kel, KelError> {
        replay(&self.events, &self.attachments, delegator)
    }
}

fn log(did: &str, value: &Value, pointer: &str) -> Result<Log, BundleError> {
    let mut fields = Fields::open(value, pointer)?;
    let events = fields.array("kel")?;
    let texts = value.get("kel_attachments").and_then(Value::as_array).unwrap_or_default();
    for (what, found) in [("events", events.len()), ("attachments", texts.len())] {
        if found > limits::KERI_EVENTS_MAX {
            return Err(BundleError::Many { what, found, max: limits::KERI_EVENTS_MAX });
        }
    }
    let event = |(index, value)| {
        Event::read(value).map_err(|error| BundleError::Event { did: did.to_owned(), index, error })
    };
    let attachment = |(index, value): (usize, &Value)| {
        let wrong = |error| BundleError::Attachment { did: did.to_owned(), index, error };
        let bytes = value.as_str().and_then(decode_hex).ok_or(wrong(CesrError::Base64))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(CesrError::Base64))?;
        Attachment::read(&text).map_err(wrong)
    };
    Ok(Log {
        did: did.to_owned(),
        events: events.iter().enumerate().map(event).collect::<Result<_, _>>()?,
        attachments: texts.iter().enumerate().map(attachment).collect::<Result<_, _>>()?,
    })
}
