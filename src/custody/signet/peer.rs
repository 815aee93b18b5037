//! What signet's own verifier answers: its rules of what is a break, at which
//! index, and where it stops. It is kept beside our verdict and never part of it.

use super::Stored;
use super::seen::{Entry, Vouch};
use crate::digest::encode_hex;
use crate::limits;

/// What signet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether archives were walked, too (`--including-archives`).
    pub archives: bool,
    /// How many rows it walked.
    pub entries: u64,
    /// The first [`limits::BREAKS_KEPT_MAX`] breaks.
    pub breaks: Vec<PeerBreak>,
    /// How many breaks there are.
    pub broken: u64,
    /// The last row that it found good: its index and its HMAC.
    pub good: Option<(u64, String)>,
    /// Why its answer cannot be told.
    pub untold: Option<&'static str>,
}

impl Answer {
    /// `ok`, `broken` or `untold`.
    pub fn verdict(&self) -> &'static str {
        match (self.untold, self.broken) {
            (Some(_), _) => "untold",
            (None, 0) => "ok",
            (None, _) => "broken",
        }
    }
}

/// A break as signet reports it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerBreak {
    /// Number of the row, from 0; archived rows count.
    pub index: u64,
    /// Which row; empty where none could be read.
    pub entry_id: String,
    /// In its own words.
    pub kind: &'static str,
}

/// Follows the rows as signet does.
pub(super) struct Walk {
    /// Whether breaks that follow from one are one (`--summarize-cascades`).
    compact: bool,
    answer: Answer,
    /// Number of the next row.
    index: u64,
    expected: Stored,
    stopped: bool,
    cascade: Option<(u64, u64)>,
}

impl Walk {
    pub fn new(compact: bool, archives: bool) -> Walk {
        let answer = Answer { archives, entries: 0, breaks: Vec::new(), broken: 0, good: None, untold: None };
        Walk { compact, answer, index: 0, expected: None, stopped: false, cascade: None }
    }

    fn broken(&mut self, index: u64, entry_id: &str, kind: &'static str) {
        self.answer.broken += 1;
        if self.answer.breaks.len() < limits::BREAKS_KEPT_MAX {
            let entry_id = crate::custody::breaks::cut(entry_id.to_owned());
            self.answer.breaks.push(PeerBreak { index, entry_id, kind });
        }
    }

    /// A line that it cannot read: it stops.
    pub fn malformed(&mut self) {
        if !self.stopped {
            self.broken(self.index, "", "malformed_line");
            self.stopped = true;
        }
    }

    /// A line of which we do not know what it makes.
    pub fn untold(&mut self, why: &'static str) {
        if !self.stopped {
            self.answer.untold = Some(why);
            self.stopped = true;
        }
    }

    /// A row.
    pub fn row(&mut self, entry: &Entry) {
        if self.stopped {
            return;
        }
        let linked = self.link(entry);
        self.own(entry, !linked);
        self.index += 1;
        self.answer.entries += 1;
        self.expected = entry.stated;
    }

    fn link(&mut self, entry: &Entry) -> bool {
        let linked = entry.previous == self.expected;
        match (&mut self.cascade, linked) {
            (_, true) => self.end_cascade(),
            (Some((_, count)), false) => *count += 1,
            (None, false) => {
                self.broken(self.index, &entry.entry_id, "link_mismatch");
                self.cascade = self.compact.then_some((self.index + 1, 0));
            }
        }
        linked
    }

    /// Both breaks of a row would have one cause: only the link is reported.
    fn own(&mut self, entry: &Entry, unlinked: bool) {
        let kind = match entry.vouch {
            Vouch::NoKey => "missing_key_id",
            Vouch::NotText => "malformed_line",
            Vouch::Unknown => "unknown_key",
            Vouch::Wrong if unlinked => return,
            Vouch::Wrong => "self_mismatch",
            Vouch::By(..) | Vouch::Refused(_) => {
                let hmac = entry.stated.map_or(String::new(), |tag| encode_hex(&tag));
                self.answer.good = Some((self.index, hmac));
                return;
            }
        };
        self.broken(self.index, &entry.entry_id, kind);
    }

    fn end_cascade(&mut self) {
        if let Some((index, count)) = self.cascade.take().filter(|(_, count)| *count > 0) {
            let _ = count;
            self.broken(index, "", "cascade_suppressed");
        }
    }

    pub fn finish(mut self) -> Answer {
        self.end_cascade();
        self.answer
    }
}
