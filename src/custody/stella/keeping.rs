//! Who holds the evidence, and whether it is still the evidence.
//!
//! After a fault: whoever acted without the evidence may hold it from now on,
//! and so may the one who held it; what either of them does follows from the
//! fault. A digest that changed is reported once for each new value. After
//! events that are missing or cannot be trusted, the next actor is taken to
//! hold the evidence, and items that nobody saw being collected are no fault.

use std::collections::BTreeMap;

use super::{Action, Exhibit, Record};
use crate::custody::BreakKind::{Genesis, Handover, Order, Redaction, Rehash, Time};
use crate::custody::breaks::{At, Breaks};
use crate::custody::chain::Place;
use crate::digest::Digest;
use crate::limits;
use crate::time::UnixTime;
use crate::wire::quoted;

#[derive(Debug)]
enum Custodian {
    /// The timeline has not begun.
    Nobody,
    /// It is one of those who act next.
    Unknown,
    Holds(String),
    /// The second acted although the first held the evidence.
    Contested(String, String),
}

struct Item {
    /// As collected.
    digest: Digest,
    /// The last digest that differed from it.
    changed: Option<Digest>,
    missing: bool,
}

pub(super) struct Keeping {
    custodian: Custodian,
    items: BTreeMap<String, Item>,
    name_bytes: usize,
    /// Something may have been collected that nobody saw.
    uncertain: bool,
    sealed: bool,
    closed: bool,
    at: Option<UnixTime>,
}

impl Keeping {
    pub fn new() -> Keeping {
        Keeping {
            custodian: Custodian::Nobody,
            items: BTreeMap::new(),
            name_bytes: 0,
            uncertain: false,
            sealed: false,
            closed: false,
            at: None,
        }
    }

    /// Evidence that is followed, as it was collected.
    pub fn exhibits(self) -> impl Iterator<Item = (String, Digest)> {
        self.items.into_iter().map(|(path, item)| (path, item.digest))
    }

    /// Something happened, and what it was is not known.
    pub fn lose(&mut self) {
        self.custodian = Custodian::Unknown;
        self.uncertain = true;
    }

    /// An event that comes late: only what it adds is taken.
    pub fn take_late(&mut self, record: &Record<'_>) {
        if let Action::Collected(evidence) = &record.action {
            for exhibit in evidence {
                self.add(exhibit);
            }
        }
    }

    /// The next event of the chain, its content as signed.
    pub fn take(&mut self, breaks: &mut Breaks, at: At, record: &Record<'_>, place: Place) {
        if place == Place::AfterLoss {
            self.lose();
        }
        self.beginning(breaks, at, record);
        self.time(breaks, at, record.at);
        self.ending(breaks, at, record);
        self.custody(breaks, at, record);
        match &record.action {
            Action::Collected(evidence) => self.collect(breaks, at, evidence),
            Action::Transferred { evidence, .. } | Action::Sealed(evidence) => {
                self.rehash(breaks, at, evidence);
            }
            Action::RedactionNotice { supersedes } => {
                breaks.examined(Redaction);
                if *supersedes >= record.sequence {
                    let expected = format!("an event before {}", record.sequence);
                    breaks.broken(Redaction, at, expected, format!("event {supersedes}"));
                }
            }
            Action::Opened | Action::Observed | Action::Closed => {}
        }
        self.sealed |= matches!(record.action, Action::Sealed(_));
        self.closed |= matches!(record.action, Action::Closed);
    }

    fn beginning(&self, breaks: &mut Breaks, at: At, record: &Record<'_>) {
        let opens = record.action == Action::Opened;
        match (record.sequence, opens) {
            (1, false) => breaks.broken(Genesis, at, "opened", record.action.kind()),
            (2.., true) => breaks.broken(Genesis, at, "one event opened, the first", "opened again"),
            _ => {}
        }
    }

    /// Compared with the event before only: one wrong clock is one fault,
    /// whether it is ahead or behind.
    fn time(&mut self, breaks: &mut Breaks, at: At, claimed: UnixTime) {
        if let Some(before) = self.at.replace(claimed) {
            breaks.examined(Time);
            if claimed < before {
                breaks.broken(Time, at, format!("not before {before}"), claimed.to_string());
            }
        }
    }

    fn ending(&mut self, breaks: &mut Breaks, at: At, record: &Record<'_>) {
        if std::mem::replace(&mut self.closed, false) {
            breaks.broken(Order, at, "nothing after the event closed", record.action.kind());
        }
        let collects = matches!(record.action, Action::Collected(_));
        if collects && std::mem::replace(&mut self.sealed, false) {
            breaks.broken(Order, at, "nothing collected after the event sealed", "collected");
        }
    }

    fn custody(&mut self, breaks: &mut Breaks, at: At, record: &Record<'_>) {
        let actor = || record.actor.to_owned();
        let custodian = std::mem::replace(&mut self.custodian, Custodian::Unknown);
        if !matches!(custodian, Custodian::Nobody) {
            breaks.examined(Handover);
        }
        self.custodian = match custodian {
            Custodian::Nobody => Custodian::Holds(actor()),
            Custodian::Unknown => {
                breaks.cascaded(Handover);
                Custodian::Holds(actor())
            }
            Custodian::Holds(holder) if holder == record.actor => Custodian::Holds(holder),
            Custodian::Contested(a, b) if a == record.actor || b == record.actor => {
                breaks.cascaded(Handover);
                Custodian::Contested(a, b)
            }
            Custodian::Holds(holder) | Custodian::Contested(_, holder) => {
                breaks.broken(
                    Handover,
                    at,
                    format!("{}, who holds the evidence", quoted(&holder)),
                    quoted(record.actor),
                );
                Custodian::Contested(holder, actor())
            }
        };
        if let Action::Transferred { to, .. } = &record.action {
            self.custodian = Custodian::Holds((*to).to_owned());
        }
    }

    /// Whether the item is followed from now on.
    fn add(&mut self, exhibit: &Exhibit<'_>) -> bool {
        let name_bytes = self.name_bytes + exhibit.path.len();
        if self.items.len() == limits::CUSTODY_ITEMS_MAX || name_bytes > limits::CUSTODY_ITEM_NAME_BYTES_MAX {
            self.uncertain = true;
            return false;
        }
        self.name_bytes = name_bytes;
        let item = Item { digest: exhibit.digest, changed: None, missing: false };
        self.items.insert(exhibit.path.to_owned(), item);
        true
    }

    fn collect(&mut self, breaks: &mut Breaks, at: At, evidence: &[Exhibit<'_>]) {
        let mut again = None;
        let mut beyond = 0;
        for exhibit in evidence {
            if self.items.contains_key(exhibit.path) {
                again = again.or(Some(exhibit.path));
            } else if !self.add(exhibit) {
                beyond += 1;
            }
        }
        if let Some(path) = again {
            breaks.broken(Rehash, at, "each item collected once", format!("{} again", quoted(path)));
        } else if beyond > 0 {
            let expected = format!("at most {} items", limits::CUSTODY_ITEMS_MAX);
            breaks.not_established(Rehash, at, expected, format!("{beyond} items more"));
        }
    }

    /// Holds a complete list against what was collected. Both are sorted.
    fn rehash(&mut self, breaks: &mut Breaks, at: At, evidence: &[Exhibit<'_>]) {
        breaks.examined(Rehash);
        let mut faults = Faults::default();
        let mut extra = Vec::new();
        let mut listed = evidence.iter().peekable();
        for (path, item) in &mut self.items {
            while let Some(exhibit) = listed.next_if(|exhibit| exhibit.path < path.as_str()) {
                extra.push(*exhibit);
            }
            match listed.next_if(|exhibit| exhibit.path == path) {
                Some(exhibit) => {
                    item.missing = false;
                    if exhibit.digest != item.digest {
                        let known = item.changed.replace(exhibit.digest) == Some(exhibit.digest);
                        faults.add(known, path, || (item.digest.to_string(), exhibit.digest.to_string()));
                    }
                }
                None => {
                    let known = std::mem::replace(&mut item.missing, true);
                    faults.add(known, path, || (item.digest.to_string(), "nothing".to_owned()));
                }
            }
        }
        extra.extend(listed);
        for exhibit in extra {
            faults.add(self.uncertain, exhibit.path, || {
                ("nothing, it was not collected".to_owned(), exhibit.digest.to_string())
            });
            self.add(&exhibit);
        }
        faults.report(breaks, at);
    }
}

/// What one list has wrong: one fault, however many items.
#[derive(Default)]
struct Faults {
    first: Option<(String, String)>,
    new: u64,
    known: u64,
}

impl Faults {
    fn add(&mut self, known: bool, path: &str, words: impl FnOnce() -> (String, String)) {
        if known {
            self.known += 1;
            return;
        }
        self.new += 1;
        if self.first.is_none() {
            let (expected, found) = words();
            self.first = Some((format!("{expected} for {}", quoted(path)), found));
        }
    }

    fn report(self, breaks: &mut Breaks, at: At) {
        match self.first {
            Some((expected, found)) if self.new == 1 => breaks.broken(Rehash, at, expected, found),
            Some((expected, found)) => {
                breaks.broken(Rehash, at, expected, format!("{found}, and {} items more", self.new - 1));
            }
            None if self.known > 0 => breaks.cascaded(Rehash),
            None => {}
        }
    }
}
