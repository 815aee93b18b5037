//! Anchors: a root over the leaves of a window of time, published elsewhere.
//!
//! How it would be attacked: an anchor of another tenant or window shown beside
//! a rewritten ledger; one whose leaves were reordered, doubled or left out.

use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::proof::merkle::rfc6962::Tree;
use crate::time::UnixTime;
use crate::wire::json::{self, JsonError};
use crate::wire::shape::{Fields, ShapeError};

use crate::custody::BreakKind;
use crate::custody::breaks::{At, Breaks};

/// The payload type of an anchor in its DSSE envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.stella-ledger-anchor+json";

/// What an anchor states. Nothing of it is verified: that its envelope is
/// signed is shown elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Whose ledger.
    pub tenant: String,
    /// Root over the leaves.
    pub root: Digest,
    /// How many leaves.
    pub leaf_count: u64,
    /// First instant covered.
    pub window_start: UnixTime,
    /// Last instant covered.
    pub window_end: UnixTime,
    /// Hash of the policy in force, as the ledger writes it.
    pub policy_hash: String,
}

/// How the events stand to an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorOutcome {
    /// Root and number of leaves follow from the events.
    Matched,
    /// They do not.
    Differs {
        /// Number of events in the window.
        count: u64,
        /// Root over their leaves, where there is one.
        root: Option<Digest>,
    },
    /// A break within the window explains that they do not.
    Disturbed,
    /// The tenant has several chains here, and no order over them is known.
    SeveralChains,
}

/// An anchor and how it fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// What was stated.
    pub anchor: Anchor,
    /// What was found.
    pub outcome: AnchorOutcome,
}

/// Why a payload is no anchor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// JSON of another shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The window ends before it begins.
    #[error("the window ends at {end}, before it begins at {start}")]
    Window {
        /// Where it begins.
        start: UnixTime,
        /// Where it ends.
        end: UnixTime,
    },
}

impl Anchor {
    /// Reads the payload of an envelope of [`PAYLOAD_TYPE`].
    pub fn parse(payload: &[u8]) -> Result<Anchor, AnchorError> {
        let value = json::parse(payload)?;
        let mut fields = Fields::closed(&value, "")?;
        let version = fields.str("schemaVersion")?;
        if version != "ledger.event.v1" {
            return Err(fields.invalid("schemaVersion", "ledger.event.v1", version).into());
        }
        let text = |fields: &mut Fields<'_>, name: &str| -> Result<String, ShapeError> {
            let text = fields.str(name)?;
            if text.is_empty() || text.len() > limits::CUSTODY_NAME_BYTES_MAX {
                return Err(fields.invalid(name, "1 to 256 bytes", text));
            }
            Ok(text.to_owned())
        };
        let time = |fields: &mut Fields<'_>, name: &str| -> Result<UnixTime, ShapeError> {
            let text = fields.str(name)?;
            super::milliseconds("window", text)
                .map_err(|_| fields.invalid(name, "yyyy-MM-ddTHH:mm:ss.fffZ", text))
        };
        let tenant = text(&mut fields, "tenant")?;
        let hex = fields.str("rootHash")?;
        let root = Digest::from_hex(Algorithm::Sha256, hex)
            .map_err(|_| fields.invalid("rootHash", "64 lower-case hexadecimal digits", hex))?;
        let leaf_count = fields.u64("leafCount")?;
        if leaf_count == 0 {
            return Err(fields.invalid("leafCount", "a number from 1", "0").into());
        }
        let (start, end) = (time(&mut fields, "windowStart")?, time(&mut fields, "windowEnd")?);
        let policy_hash = text(&mut fields, "policyHash")?;
        fields.finish()?;
        if end < start {
            return Err(AnchorError::Window { start, end });
        }
        Ok(Anchor { tenant, root, leaf_count, window_start: start, window_end: end, policy_hash })
    }

    fn covers(&self, at: UnixTime) -> bool {
        (self.window_start..=self.window_end).contains(&at)
    }

    fn meets(&self, from: UnixTime, to: UnixTime) -> bool {
        self.window_start <= to && from <= self.window_end
    }
}

struct Growing {
    anchor: Anchor,
    tree: Tree,
    disturbed: bool,
}

/// All anchors of one tenant, growing along a chain.
pub(super) struct Anchors {
    /// By beginning of the window.
    all: Vec<Growing>,
    /// Those before this one ended before the present event.
    from: usize,
    at: Option<UnixTime>,
    /// How many there were beyond the bound.
    beyond: usize,
}

impl Anchors {
    pub fn new<'a>(anchors: impl Iterator<Item = &'a Anchor>) -> Anchors {
        let mut anchors = anchors.fuse();
        let mut all: Vec<Growing> = anchors
            .by_ref()
            .take(limits::CUSTODY_ANCHORS_MAX)
            .map(|anchor| Growing { anchor: anchor.clone(), tree: Tree::new(), disturbed: false })
            .collect();
        all.sort_by_key(|growing| (growing.anchor.window_start, growing.anchor.window_end));
        Anchors { all, from: 0, at: None, beyond: anchors.count() }
    }

    /// The next event of the chain.
    pub fn leaf(&mut self, at: UnixTime, leaf: &Digest) {
        if self.at.is_some_and(|before| at < before) {
            // Time runs backwards: which leaves lie in a window is no longer
            // what the anchor's maker saw.
            self.disturb(at, at);
            return;
        }
        self.at = Some(at);
        while self.all.get(self.from).is_some_and(|growing| growing.anchor.window_end < at) {
            self.from += 1;
        }
        for growing in &mut self.all[self.from..] {
            if growing.anchor.window_start > at {
                break;
            }
            if growing.anchor.covers(at) {
                growing.tree.push_hash(leaf.bytes().try_into().expect("a SHA-256 has 32 bytes"));
            }
        }
    }

    /// Events between the last one and `at` are missing.
    pub fn missing_before(&mut self, at: UnixTime) {
        let from = self.at.unwrap_or(UnixTime::MIN);
        self.disturb(from.min(at), at);
    }

    /// An event at that time is not what it was, or not where it was.
    pub fn disturb(&mut self, from: UnixTime, to: UnixTime) {
        for growing in self.all.iter_mut().filter(|growing| growing.anchor.meets(from, to)) {
            growing.disturbed = true;
        }
    }

    /// Compares. `alone` says whether the tenant has no other chain here.
    pub fn finish(self, breaks: &mut Breaks, at: At, alone: bool) -> Vec<Anchored> {
        if self.beyond > 0 {
            let expected = format!("at most {} anchors", limits::CUSTODY_ANCHORS_MAX);
            breaks.not_established_each(BreakKind::Anchor, at, expected, format!("{} more", self.beyond));
        }
        self.all.into_iter().map(|growing| growing.finish(breaks, at, alone)).collect()
    }
}

/// `8 leaves under 11...`
fn words(count: u64, root: Option<Digest>) -> String {
    let root = root.map_or("no root".to_owned(), |root| root.hex());
    format!("{count} leaves under {root}")
}

impl Anchored {
    /// What the anchor states, and where it differs what follows from the events.
    pub fn compared(&self) -> (String, Option<String>) {
        let found = match self.outcome {
            AnchorOutcome::Differs { count, root } => Some(words(count, root)),
            _ => None,
        };
        (words(self.anchor.leaf_count, Some(self.anchor.root)), found)
    }
}

impl Growing {
    /// What matches and what differs is no break yet: that depends on whether
    /// anybody signed the anchor, which is asked when signatures are.
    fn finish(self, breaks: &mut Breaks, at: At, alone: bool) -> Anchored {
        let count = self.tree.size();
        let root = (count > 0).then(|| self.tree.root());
        let stated = (self.anchor.leaf_count, Some(self.anchor.root));
        let outcome = if !alone {
            breaks.examined(BreakKind::Anchor);
            breaks.not_established_each(
                BreakKind::Anchor,
                at,
                "one chain of the tenant".to_owned(),
                "several".to_owned(),
            );
            AnchorOutcome::SeveralChains
        } else if stated == (count, root) {
            AnchorOutcome::Matched
        } else if self.disturbed {
            breaks.cascaded(BreakKind::Anchor);
            AnchorOutcome::Disturbed
        } else {
            AnchorOutcome::Differs { count, root }
        };
        Anchored { anchor: self.anchor, outcome }
    }
}
