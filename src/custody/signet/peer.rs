//! What signet's own verifier answers: its rules of what is a break, at which
//! index, and where it stops. It is kept beside our verdict and never part of it.

use super::Stored;
use super::archive::{Archive, Marker};
use super::seen::{Entry, Vouch};
use crate::digest::encode_hex;
use crate::limits;

/// Whose verifier answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// signet, over an audit log.
    Signet,
    /// prx, over each row of a ledger.
    Prx,
}

impl System {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            System::Signet => "signet",
            System::Prx => "prx",
        }
    }
}

/// What the verifier of a system says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whose answer it is.
    pub system: System,
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
    /// Nothing seen yet.
    pub(in crate::custody) fn of(system: System) -> Answer {
        Answer {
            system,
            archives: false,
            entries: 0,
            breaks: Vec::new(),
            broken: 0,
            good: None,
            untold: None,
        }
    }

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
    /// The first row, where what comes before it is not known yet.
    first: Option<First>,
    begins_anywhere: bool,
}

/// The first row of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct First {
    entry_id: String,
    previous: Stored,
    wrong: bool,
}

/// Rows that follow each other, wherever they begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// As if the first row were linked right, numbered from 0.
    answer: Answer,
    first: Option<First>,
    last: Stored,
    stopped: bool,
}

/// A log in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Rows between markers.
    Rows(Segment),
    /// A marker.
    Marker(Box<Marker>),
}

/// What became of the archive of a marker.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// It is not there.
    Missing,
    /// It cannot be read.
    Invalid,
    /// This.
    Found(&'a Archive),
}

impl Walk {
    pub fn new(compact: bool, archives: bool) -> Walk {
        let answer = Answer { archives, ..Answer::of(System::Signet) };
        Walk {
            compact,
            answer,
            index: 0,
            expected: None,
            stopped: false,
            cascade: None,
            first: None,
            begins_anywhere: false,
        }
    }

    /// Of rows whose predecessor is not known.
    pub fn segment() -> Walk {
        Walk { begins_anywhere: true, ..Walk::new(false, false) }
    }

    pub fn into_segment(self) -> Segment {
        Segment { answer: self.answer, first: self.first, last: self.expected, stopped: self.stopped }
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
        if self.begins_anywhere && self.first.is_none() {
            self.expected = entry.previous;
            let wrong = entry.vouch == Vouch::Wrong;
            self.first = Some(First { entry_id: entry.entry_id.clone(), previous: entry.previous, wrong });
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
        match own(entry.vouch) {
            Some("self_mismatch") if unlinked => {}
            Some(kind) => self.broken(self.index, &entry.entry_id, kind),
            None => self.answer.good = Some((self.index, hex(entry.stated))),
        }
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

fn hex(tag: Stored) -> String {
    tag.map_or(String::new(), |tag| encode_hex(&tag))
}

/// What is wrong with a row alone.
pub(super) fn own(vouch: Vouch) -> Option<&'static str> {
    match vouch {
        Vouch::NoKey => Some("missing_key_id"),
        Vouch::NotText => Some("malformed_line"),
        Vouch::Unknown => Some("unknown_key"),
        Vouch::Wrong => Some("self_mismatch"),
        Vouch::By(..) | Vouch::Refused(_) => None,
    }
}

/// What signet answers if it is given archives, too.
pub fn with_archives<'a>(parts: &[Part], lookup: impl Fn(&Marker) -> Lookup<'a>) -> Answer {
    let mut walk = Walk::new(false, true);
    // After an archive that it cannot read it forgives one link.
    let mut forgives = false;
    for part in parts {
        match part {
            Part::Rows(segment) => walk.append(segment, &mut forgives),
            Part::Marker(marker) => walk.marker(marker, lookup(marker), &mut forgives),
        }
    }
    walk.answer
}

impl Walk {
    fn append(&mut self, segment: &Segment, forgives: &mut bool) {
        if self.stopped {
            return;
        }
        let mut hidden = None;
        if let Some(first) = &segment.first {
            if first.previous != self.expected {
                if !*forgives {
                    self.broken(self.index, &first.entry_id, "link_mismatch");
                }
                hidden = first.wrong.then_some("self_mismatch");
            }
            *forgives = false;
        }
        let base = self.index;
        for one in &segment.answer.breaks {
            if one.index == 0 && hidden == Some(one.kind) {
                hidden = None;
                continue;
            }
            self.broken(base + one.index, &one.entry_id, one.kind);
        }
        let kept = segment.answer.breaks.len() as u64;
        self.answer.broken += segment.answer.broken - kept;
        if let Some((index, hmac)) = &segment.answer.good {
            self.answer.good = Some((base + index, hmac.clone()));
        }
        self.index += segment.answer.entries;
        self.answer.entries += segment.answer.entries;
        if segment.first.is_some() {
            self.expected = segment.last;
        }
        self.answer.untold = self.answer.untold.or(segment.answer.untold);
        self.stopped = segment.stopped;
    }

    fn marker(&mut self, marker: &Marker, found: Lookup, forgives: &mut bool) {
        if self.stopped {
            return;
        }
        let archive = match found {
            Lookup::Found(archive) if !archive.split_by_signet => archive,
            Lookup::Missing => return self.lost(marker, "archive_missing"),
            _ => {
                *forgives = true;
                return self.lost(marker, "archive_format_invalid");
            }
        };
        let mut none = false;
        self.append(&archive.segment, &mut none);
        let at = self.index;
        if [&archive.root, &archive.header_root, &archive.tree_root].iter().any(|root| **root != marker.root)
        {
            self.broken(at, &marker.entry_id, "merkle_mismatch");
        }
        if archive.count != marker.count {
            self.broken(at, &marker.entry_id, "archive_format_invalid");
        }
        let linked = marker.previous == archive.last;
        if !linked {
            self.broken(at, &marker.entry_id, "link_mismatch");
        }
        match marker.own {
            Some("self_mismatch") if !linked => {}
            Some(kind) => self.broken(at, &marker.entry_id, kind),
            None => self.answer.good = Some((at, hex(marker.stated))),
        }
        self.index += 1;
        self.answer.entries += 1;
        self.expected = archive.last;
    }

    /// A marker whose archive cannot be walked.
    fn lost(&mut self, marker: &Marker, kind: &'static str) {
        self.broken(self.index, &marker.entry_id, kind);
        if let Some(kind) = marker.own {
            self.broken(self.index, &marker.entry_id, kind);
        }
        self.index += 1;
        self.answer.entries += 1;
        self.expected = marker.stated;
    }
}
