//! Follows the HMACs along the rows. Rows have no numbers: a row is at its place
//! if it names the HMAC of the row before, and its number is what we count.
//!
//! | what comes                                    | fault     | the chain goes on with |
//! |-----------------------------------------------|-----------|------------------------|
//! | first, and it names nothing                   | none      | this row               |
//! | first, and it names something                 | genesis   | this row               |
//! | the HMAC of the head                          | none      | this row               |
//! | a row that was there already                  | duplicate, once for a run | the head |
//! | a row that another one waits for              | order     | the head               |
//! | nothing named, again                          | genesis   | this row               |
//! | the HMAC of an earlier row                    | fork; follows if the head is forged | this row |
//! | an HMAC that is nowhere                       | link, unless that row comes late; follows if the head is forged or lines went unread | this row |
//!
//! How it would be attacked: bury one fault under many, so that it is taken for
//! what follows from them. Only what a rule explains is counted as following,
//! and each of these rules needs a fault that was reported.

use std::collections::VecDeque;

use super::Stored;
use crate::custody::breaks::{At, Breaks};
use crate::custody::{BreakKind, Head, PinOutcome};
use crate::digest::{Algorithm, Digest, encode_hex};
use crate::limits;

pub(super) struct Links {
    /// How many rows continue the chain.
    count: u64,
    head: Stored,
    begun: bool,
    last_line: u64,
    recalled: VecDeque<(u64, [u8; 32])>,
    /// Rows whose predecessor is nowhere so far.
    waiting: Vec<Waiting>,
    /// Number of the last row that was repeated, while the repetition runs.
    echo: Option<u64>,
    /// The head is a row that nobody authenticated though somebody should have.
    forged: bool,
    /// Lines that could not be read since the head.
    unread: u64,
    pins: Vec<(Head, Option<Digest>)>,
}

struct Waiting {
    at: At,
    wanted: [u8; 32],
    head: Stored,
}

/// What a row has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It continues the chain, and it is the head's successor.
    Next(u64),
    /// It continues the chain, and something is wrong between it and the head.
    Apart(u64),
    /// It comes after a row that follows it.
    Late,
    /// It was there already.
    Echo,
}

pub(super) fn digest(tag: [u8; 32]) -> Digest {
    Digest::new(Algorithm::Sha256, &tag).expect("32 bytes are a SHA-256")
}

fn shown(tag: Stored) -> String {
    tag.map_or("nothing".to_owned(), |tag| encode_hex(&tag))
}

impl Links {
    pub fn new() -> Links {
        Links {
            count: 0,
            head: None,
            begun: false,
            last_line: 0,
            recalled: VecDeque::new(),
            waiting: Vec::new(),
            echo: None,
            forged: false,
            unread: 0,
            pins: Vec::new(),
        }
    }

    /// Goes on after rows that lie elsewhere.
    pub fn after((head, count): (Stored, u64)) -> Links {
        Links { head, count, begun: head.is_some(), ..Links::new() }
    }

    /// The head and its number.
    pub fn place(&self) -> (Stored, u64) {
        (self.head, self.count)
    }

    /// A row stands for `count` rows that lie elsewhere, the last of which has
    /// this HMAC. What comes next follows that one.
    pub fn elsewhere(&mut self, breaks: &mut Breaks, line: u64, last: Stored, count: u64) {
        self.count = self.count.saturating_add(count).saturating_sub(1);
        self.take(breaks, At { line, sequence: Some(self.count.saturating_add(1)) }, last);
        self.echo = None;
    }

    /// Heads that the chain should have. To be called before the first row.
    pub fn expect(&mut self, pins: impl Iterator<Item = Head>) {
        self.pins.extend(pins.map(|head| (head, None)));
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn head(&self) -> Option<Head> {
        self.head.map(|tag| Head { count: self.count, hash: digest(tag) })
    }

    /// A line that may have been a row could not be read.
    pub fn unread(&mut self) {
        self.unread = self.unread.saturating_add(1);
    }

    /// The row just taken is not what its HMAC says.
    pub fn forged(&mut self) {
        self.forged = true;
    }

    /// Takes the next row.
    pub fn follow(&mut self, breaks: &mut Breaks, line: u64, previous: Stored, stated: Stored) -> Place {
        use BreakKind::{Duplicate, Fork, Genesis, Link, Order};
        for kind in [Duplicate, Fork, Order] {
            breaks.examined(kind);
        }
        let next = self.count + 1;
        let at = At { line, sequence: Some(next) };
        if !self.begun {
            breaks.examined(Genesis);
            if let Some(before) = previous {
                match self.unread {
                    0 => {
                        breaks.broken(Genesis, at, "a first row that names none before", encode_hex(&before))
                    }
                    _ => breaks.cascaded(Genesis),
                }
            }
            self.take(breaks, at, stated);
            return Place::Next(next);
        }
        breaks.examined(Link);
        if previous == self.head && previous.is_some() {
            self.echo = None;
            self.take(breaks, at, stated);
            return Place::Next(next);
        }
        let known = |tag: Stored| {
            let tag = tag?;
            self.recalled.iter().rev().find(|(_, known)| *known == tag).map(|(number, _)| *number)
        };
        if let Some(number) = known(stated) {
            match self.echo.replace(number).is_some_and(|echo| echo + 1 == number) {
                true => breaks.cascaded(Duplicate),
                false => breaks.broken(Duplicate, at, "each row once", format!("row {number} again")),
            }
            return Place::Echo;
        }
        self.echo = None;
        let origin = known(previous);
        if let Some(waiting) = self.waiting.iter().position(|one| Some(one.wanted) == stated) {
            let one = self.waiting.remove(waiting);
            breaks.broken(Order, at, format!("this row before line {}", one.at.line), "this row after it");
            return Place::Late;
        }
        match (previous, origin) {
            (None, _) => {
                breaks.examined(Genesis);
                breaks.broken(Genesis, at, "one beginning", "a row that names none before, again");
            }
            (Some(_), Some(_)) if self.forged => breaks.cascaded(Fork),
            (Some(_), Some(number)) => {
                let found = format!("it follows row {number}, which has a successor");
                breaks.broken(Fork, at, format!("a row that follows row {}", self.count), found);
            }
            (Some(_), None) if self.forged || self.unread > 0 => breaks.cascaded(Link),
            (Some(wanted), None) => {
                let one = Waiting { at, wanted, head: self.head };
                match self.waiting.len() < limits::CUSTODY_GAPS_OPEN_MAX {
                    true => self.waiting.push(one),
                    false => close(breaks, &one),
                }
            }
        }
        self.take(breaks, at, stated);
        Place::Apart(next)
    }

    fn take(&mut self, breaks: &mut Breaks, at: At, stated: Stored) {
        (self.begun, self.forged, self.unread, self.last_line) = (true, false, 0, at.line);
        self.count += 1;
        self.head = stated;
        let Some(tag) = stated else { return };
        if self.recalled.len() == limits::CUSTODY_RECALL_MAX {
            self.recalled.pop_front();
        }
        self.recalled.push_back((self.count, tag));
        for (head, found) in self.pins.iter_mut().filter(|(head, _)| head.count == self.count) {
            let hash = digest(tag);
            *found = Some(hash);
            breaks.examined(BreakKind::Head);
            if head.hash != hash {
                breaks.broken(BreakKind::Head, at, head.hash.hex(), hash.hex());
            }
        }
    }

    /// Ends the chain.
    pub fn finish(self, breaks: &mut Breaks) -> Vec<(Head, PinOutcome)> {
        self.waiting.iter().for_each(|one| close(breaks, one));
        let at = At { line: self.last_line, sequence: Some(self.count) };
        let outcome = |(head, found): (Head, Option<Digest>)| {
            let outcome = match found {
                Some(hash) if hash == head.hash => PinOutcome::Matched { behind: self.count - head.count },
                Some(found) => PinOutcome::Differs { found },
                None => {
                    breaks.examined(BreakKind::Head);
                    match head.count <= self.count.saturating_add(self.unread) {
                        true => breaks.cascaded(BreakKind::Head),
                        false => breaks.broken(
                            BreakKind::Head,
                            at,
                            format!("at least {} rows", head.count),
                            format!("{} rows", self.count),
                        ),
                    }
                    PinOutcome::NotReached
                }
            };
            (head, outcome)
        };
        self.pins.into_iter().map(outcome).collect()
    }
}

fn close(breaks: &mut Breaks, one: &Waiting) {
    breaks.broken(BreakKind::Link, one.at, shown(one.head), encode_hex(&one.wanted));
}
