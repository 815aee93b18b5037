//! Follows numbers and hashes along one chain, whatever the format.
//!
//! How it would be attacked: take a line out, put one in, exchange one, turn
//! two round, repeat one, keep two histories, begin again in the middle; and
//! do one of these loudly, to drown another one in the noise. So each fault
//! has a rule by which the fold finds back to the chain, and only what such a
//! rule explains is counted as following from an earlier fault.
//!
//! | what comes                              | fault                      | the chain goes on with            |
//! |-----------------------------------------|----------------------------|-----------------------------------|
//! | next number, hash of the head           | none                       | this event                        |
//! | next number, hash of a recalled event   | fork                       | this event                        |
//! | next number, hash of the fork's branch  | follows from the fork      | this event: the branch won        |
//! | next number, zeros                      | genesis                    | this event                        |
//! | next number, any other hash             | link                       | this event                        |
//! | higher number                           | gap, unless filled later   | this event                        |
//! | other number, hash of the head          | duplicate, order or gap    | this event: it is only misnumbered|
//! | number of a gap                         | order, once for the gap    | the head; the gap is smaller      |
//! | known number, same event                | duplicate, once for a run  | the head                          |
//! | known number, same predecessor          | fork                       | the head; this is a branch        |
//! | known number, hash of the branch        | follows from the fork      | the head                          |
//! | known number, anything else             | duplicate                  | the head                          |
//! | number beyond recall                    | order                      | the head                          |
//!
//! A gap that is as wide as the lines that could not be read before it follows
//! from those. Gaps at the beginning that nothing fills are a fault of genesis.

use std::collections::VecDeque;

use super::breaks::{At, Breaks};
use super::{BreakKind, Gap, Head, Link, PinOutcome};
use crate::digest::{Algorithm, Digest};
use crate::limits;

/// What an event has become in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It continues the head.
    Next,
    /// It continues the chain, but something before it is missing or unknown.
    AfterLoss,
    /// It comes late, into a gap.
    Late,
    /// It is a second version of an event.
    Aside,
    /// It is a line that was there already.
    Echo,
}

impl Place {
    /// Whether the chain goes on from here.
    pub fn continues(self) -> bool {
        matches!(self, Place::Next | Place::AfterLoss)
    }
}

/// A gap that late lines may still fill.
struct OpenGap {
    gap: Gap,
    missing: u64,
    line: u64,
    /// Whether a late line was already reported.
    late: bool,
}

pub(super) struct Chain {
    count: u64,
    last: u64,
    head: Option<Digest>,
    /// The hash that the last event states, where its content gives another one.
    stated: Option<Digest>,
    last_line: u64,
    recalled: VecDeque<Link>,
    first: Option<Link>,
    gaps: Vec<OpenGap>,
    /// Tip of the history beside the one that is followed.
    branch: Option<Link>,
    /// Number of the last repeated line, while the repetition runs.
    echo: Option<u64>,
    /// The last event was numbered wrongly, so the next number may jump back.
    misnumbered: bool,
    /// The last event is known to be altered, so its hash is not what was linked to.
    doubtful: bool,
    /// Lines that could not be read since the last event.
    unread: u64,
    pins: Vec<(Head, Option<Digest>)>,
}

pub(super) fn zeros() -> Digest {
    Digest::new(Algorithm::Sha256, &[0; 32]).expect("32 bytes are a SHA-256")
}

impl Chain {
    pub fn new() -> Chain {
        Chain {
            count: 0,
            last: 0,
            head: None,
            stated: None,
            last_line: 0,
            recalled: VecDeque::new(),
            first: None,
            gaps: Vec::new(),
            branch: None,
            echo: None,
            misnumbered: false,
            doubtful: false,
            unread: 0,
            pins: Vec::new(),
        }
    }

    /// Heads that the chain should have. To be called before the first event.
    pub fn expect(&mut self, pins: impl Iterator<Item = Head>) {
        self.pins.extend(pins.map(|head| (head, None)));
    }

    /// How many events the chain has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The last event.
    pub fn head(&self) -> Option<Head> {
        self.head.map(|hash| Head { count: self.last, hash })
    }

    /// A line that may have been an event of this chain could not be read.
    pub fn unread(&mut self) {
        self.unread = self.unread.saturating_add(1);
    }

    /// The content of the event just taken is known to be altered. `stated` is
    /// the hash that its successor will name, where the format states one.
    pub fn doubt(&mut self, stated: Option<Digest>) {
        self.doubtful = true;
        self.stated = stated;
    }

    /// Takes the next event.
    pub fn follow(&mut self, breaks: &mut Breaks, line: u64, link: Link) -> Place {
        use BreakKind::{Duplicate, Fork, Gap, Order};
        for kind in [Gap, Order, Duplicate, Fork] {
            breaks.examined(kind);
        }
        let at = At { line, sequence: Some(link.sequence) };
        let place = match self.head {
            None => self.begin(breaks, at, link),
            Some(_) => self.go_on(breaks, at, link),
        };
        if place.continues() {
            self.last = link.sequence;
            self.head = Some(link.hash);
            self.last_line = line;
            (self.stated, self.doubtful, self.unread) = (None, false, 0);
        }
        if place != Place::Echo {
            self.echo = None;
        }
        if place.continues() || place == Place::Late {
            self.count += 1;
            self.recall(link);
            self.pin(breaks, at, link);
        }
        place
    }

    fn begin(&mut self, breaks: &mut Breaks, at: At, link: Link) -> Place {
        breaks.examined(BreakKind::Genesis);
        if link.sequence == 1 {
            if link.previous != zeros() {
                breaks.broken(BreakKind::Genesis, at, "a previous hash of 64 zeros", link.previous.hex());
            }
            return Place::Next;
        }
        self.skip(breaks, at, 1);
        Place::AfterLoss
    }

    fn go_on(&mut self, breaks: &mut Breaks, at: At, link: Link) -> Place {
        let next = self.last.saturating_add(1);
        let follows_head = Some(link.previous) == self.head || Some(link.previous) == self.stated;
        if link.sequence == next {
            self.misnumbered = false;
            breaks.examined(BreakKind::Link);
            if !follows_head {
                self.link_fault(breaks, at, link);
            }
            return Place::Next;
        }
        if follows_head {
            return self.number_fault(breaks, at, link, next);
        }
        self.misnumbered = false;
        if link.sequence > next {
            self.skip(breaks, at, next);
            return Place::AfterLoss;
        }
        self.behind(breaks, at, link)
    }

    /// The right number, but not the hash of the head.
    fn link_fault(&mut self, breaks: &mut Breaks, at: At, link: Link) {
        if self.branch.is_some_and(|tip| tip.sequence == self.last && tip.hash == link.previous) {
            breaks.cascaded(BreakKind::Fork);
            self.branch = None;
            return;
        }
        let mut recalled = self.recalled.iter().chain(&self.first);
        if let Some(origin) = recalled.find(|earlier| earlier.hash == link.previous) {
            let found = format!("it follows event {}, which has a successor", origin.sequence);
            breaks.broken(BreakKind::Fork, at, format!("an event that follows event {}", self.last), found);
        } else if self.doubtful {
            breaks.cascaded(BreakKind::Link);
        } else if link.previous == zeros() {
            breaks.broken(BreakKind::Genesis, at, "one beginning", "a previous hash of 64 zeros again");
        } else {
            let expected = self.head.map(|head| head.hex()).unwrap_or_default();
            breaks.broken(BreakKind::Link, at, expected, link.previous.hex());
        }
    }

    /// The hash of the head, but not the right number: the links say that
    /// nothing is missing here, so only the numbers are wrong.
    fn number_fault(&mut self, breaks: &mut Breaks, at: At, link: Link, next: u64) -> Place {
        if std::mem::replace(&mut self.misnumbered, false) {
            breaks.cascaded(BreakKind::Order);
            return Place::Next;
        }
        self.misnumbered = true;
        let kind = match link.sequence {
            n if n > next => BreakKind::Gap,
            n if self.known(n).is_some() => BreakKind::Duplicate,
            _ => BreakKind::Order,
        };
        breaks.broken(kind, at, format!("sequence {next}"), format!("sequence {}", link.sequence));
        Place::Next
    }

    /// Events are missing before this one.
    fn skip(&mut self, breaks: &mut Breaks, at: At, first: u64) {
        let last = at.sequence.map_or(0, |sequence| sequence - 1);
        let missing = last - first + 1;
        if missing <= self.unread {
            breaks.cascaded(BreakKind::Gap);
            return;
        }
        let open = OpenGap { gap: Gap { first, last }, missing, line: at.line, late: false };
        if self.gaps.len() < limits::CUSTODY_GAPS_OPEN_MAX {
            self.gaps.push(open);
        } else {
            close(breaks, &open);
        }
    }

    /// A number that has already passed, and another predecessor than the head.
    fn behind(&mut self, breaks: &mut Breaks, at: At, link: Link) -> Place {
        if let Some(earlier) = self.known(link.sequence) {
            if earlier.hash == link.hash {
                let run = self.echo.is_some_and(|echo| echo.saturating_add(1) == link.sequence);
                self.echo = Some(link.sequence);
                match run {
                    true => breaks.cascaded(BreakKind::Duplicate),
                    false => breaks.broken(
                        BreakKind::Duplicate,
                        at,
                        "each event once",
                        format!("event {} again", link.sequence),
                    ),
                }
                return Place::Echo;
            }
            let continues_branch = self.branch.is_some_and(|tip| {
                tip.sequence.saturating_add(1) == link.sequence && tip.hash == link.previous
            });
            if continues_branch {
                breaks.cascaded(BreakKind::Fork);
                self.branch = Some(link);
            } else if earlier.previous == link.previous {
                breaks.broken(
                    BreakKind::Fork,
                    at,
                    format!("one event {}", link.sequence),
                    format!("another one with hash {}", link.hash.hex()),
                );
                self.branch = Some(link);
            } else {
                breaks.broken(
                    BreakKind::Duplicate,
                    at,
                    format!("each sequence once, next {}", self.last.saturating_add(1)),
                    format!("another event {}", link.sequence),
                );
            }
            return Place::Aside;
        }
        if let Some(open) = self.gaps.iter_mut().find(|g| (g.gap.first..=g.gap.last).contains(&link.sequence))
        {
            open.missing = open.missing.saturating_sub(1);
            match std::mem::replace(&mut open.late, true) {
                true => breaks.cascaded(BreakKind::Order),
                false => breaks.broken(
                    BreakKind::Order,
                    at,
                    format!("event {} before line {}", link.sequence, open.line),
                    format!("after event {}", self.last),
                ),
            }
            self.gaps.retain(|open| open.missing > 0);
            self.fits(breaks, at, link);
            return Place::Late;
        }
        let next = self.last.saturating_add(1);
        breaks.broken(
            BreakKind::Order,
            at,
            format!("sequence {next}"),
            format!("sequence {}, which has passed", link.sequence),
        );
        Place::Aside
    }

    /// A late event must still be linked with its neighbours, where they are recalled.
    fn fits(&self, breaks: &mut Breaks, at: At, link: Link) {
        let before = link.sequence.checked_sub(1).and_then(|n| self.known(n));
        let after = link.sequence.checked_add(1).and_then(|n| self.known(n));
        let previous = match (link.sequence, before) {
            (1, _) => Some(zeros()),
            (_, before) => before.map(|before| before.hash),
        };
        if previous.is_some() || after.is_some() {
            breaks.examined(BreakKind::Link);
        }
        if let Some(expected) = previous.filter(|hash| *hash != link.previous) {
            breaks.broken(BreakKind::Link, at, expected.hex(), link.previous.hex());
        } else if let Some(expected) = after.map(|after| after.previous).filter(|hash| *hash != link.hash) {
            breaks.broken(BreakKind::Link, at, expected.hex(), link.hash.hex());
        }
    }

    /// The event of that number, if it is recalled. The first one always is.
    fn known(&self, sequence: u64) -> Option<Link> {
        let recalled = self.recalled.iter().rev().chain(&self.first);
        recalled.copied().find(|link| link.sequence == sequence)
    }

    fn recall(&mut self, link: Link) {
        if link.sequence == 1 && self.first.is_none() {
            self.first = Some(link);
        }
        if self.recalled.len() == limits::CUSTODY_RECALL_MAX {
            self.recalled.pop_front();
        }
        self.recalled.push_back(link);
    }

    fn pin(&mut self, breaks: &mut Breaks, at: At, link: Link) {
        for (head, found) in &mut self.pins {
            if head.count != link.sequence || found.is_some() {
                continue;
            }
            *found = Some(link.hash);
            breaks.examined(BreakKind::Head);
            if head.hash != link.hash {
                breaks.broken(BreakKind::Head, at, head.hash.hex(), link.hash.hex());
            }
        }
    }

    /// Ends the chain.
    pub fn finish(self, breaks: &mut Breaks) -> Vec<(Head, PinOutcome)> {
        for open in &self.gaps {
            close(breaks, open);
        }
        let at = At { line: self.last_line, sequence: Some(self.last) };
        let mut outcomes = Vec::new();
        for (head, found) in self.pins {
            let outcome = match found {
                Some(hash) if hash == head.hash => {
                    PinOutcome::Matched { behind: self.last.saturating_sub(head.count) }
                }
                Some(found) => PinOutcome::Differs { found },
                None => {
                    breaks.examined(BreakKind::Head);
                    // Within the chain or among unread lines, it is a gap or a
                    // bad line that has been reported; beyond them the tail is cut.
                    match head.count <= self.last.saturating_add(self.unread) {
                        true => breaks.cascaded(BreakKind::Head),
                        false => breaks.broken(
                            BreakKind::Head,
                            at,
                            format!("at least {} events", head.count),
                            format!("{} events", self.last),
                        ),
                    }
                    PinOutcome::NotReached
                }
            };
            outcomes.push((head, outcome));
        }
        outcomes
    }
}

/// A gap that stays open.
fn close(breaks: &mut Breaks, open: &OpenGap) {
    let at = At { line: open.line, sequence: open.gap.last.checked_add(1) };
    let found = format!("{} missing from {} to {}", open.missing, open.gap.first, open.gap.last);
    if open.gap.first == 1 {
        breaks.broken(BreakKind::Genesis, at, "a chain that begins with sequence 1", found);
    } else {
        breaks.broken(BreakKind::Gap, at, format!("sequence {}", open.gap.first), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::Break;

    /// An event by its number and a letter for its content; the letter of its
    /// predecessor is that of the honest one unless given.
    fn hash(sequence: u64, letter: char) -> Digest {
        if sequence == 0 { zeros() } else { Digest::sha256(format!("{sequence}{letter}").as_bytes()) }
    }

    /// `3` is the honest third event, `3x` another one with the same
    /// predecessor, `3x<2x` one that follows `2x`, `?` a line that cannot be read.
    fn run(text: &str, pins: Vec<Head>) -> (Vec<Break>, u64, Option<Head>) {
        let split = |token: &str| -> (u64, char) {
            let digits = token.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            (digits.parse().unwrap(), token[digits.len()..].chars().next().unwrap_or('a'))
        };
        let (mut chain, mut breaks) = (Chain::new(), Breaks::default());
        chain.expect(pins.into_iter());
        for (index, token) in text.split_whitespace().enumerate() {
            if token == "?" {
                chain.unread();
                continue;
            }
            let (event, previous) = token.split_once('<').unwrap_or((token, ""));
            let (sequence, letter) = split(event);
            let previous = match previous {
                "" => hash(sequence - 1, 'a'),
                other => split(other).0.checked_add(0).map(|n| hash(n, split(other).1)).unwrap(),
            };
            let link = Link { sequence, previous, hash: hash(sequence, letter) };
            chain.follow(&mut breaks, index as u64 + 1, link);
        }
        let (count, head) = (chain.count(), chain.head());
        chain.finish(&mut breaks);
        (breaks.finish().0, count, head)
    }

    fn check(text: &str, expected: &[(u64, BreakKind)]) {
        let (breaks, ..) = run(text, Vec::new());
        let found: Vec<_> = breaks.iter().map(|b| (b.line, b.kind)).collect();
        assert_eq!(found, expected, "{text}: {breaks:#?}");
    }

    use BreakKind::{Duplicate, Fork, Genesis, Order};
    const GAP: BreakKind = BreakKind::Gap;
    const LINK: BreakKind = BreakKind::Link;
    const HEAD: BreakKind = BreakKind::Head;

    #[test]
    fn whole_chains() {
        check("", &[]);
        check("1", &[]);
        check("1 2 3 4 5", &[]);
    }

    #[test]
    fn one_fault_is_one_break() {
        // lines taken out
        check("1 2 4 5", &[(3, GAP)]);
        check("1 2 6 7", &[(3, GAP)]);
        check("1 3 5 6", &[(2, GAP), (3, GAP)]);
        check("2 3 4", &[(1, Genesis)]);
        check("4", &[(1, Genesis)]);
        // turned round and moved
        check("1 3 2 4", &[(3, Order)]);
        check("2 1 3", &[(2, Order)]);
        check("1 2 5 3 4 6", &[(4, Order)]);
        check("1 3 4 5 2 6", &[(5, Order)]);
        check("5 4 3 2 1", &[(2, Order)]);
        check("1 2 6 4 7", &[(3, GAP), (4, Order)]);
        // repeated
        check("1 2 2 3", &[(3, Duplicate)]);
        check("1 2 3 1 4", &[(4, Duplicate)]);
        check("1 2 3 1 2 3", &[(4, Duplicate)]);
        check("1 2 3 1 2 3 2", &[(4, Duplicate), (7, Duplicate)]);
        check("1 3 2 2 4", &[(3, Order), (4, Duplicate)]);
        // two histories
        check("1 2 3 3x 4", &[(4, Fork)]);
        check("1 2 3 3x 4x<3x 5<4x 6", &[(4, Fork)]);
        check("1 2 3 3x 4 5", &[(4, Fork)]);
        check("1 2 3 4 5 2x 3x<2x 4x<3x", &[(6, Fork)]);
        check("1 2 3 4 5 2x 3x<2x 4x<3x 5x<4x 6x<5x 7x<6x", &[(6, Fork)]);
        check("1 2 3 1x 2x<1x 3x<2x", &[(4, Fork)]);
        check("1 2 3 4<2 5", &[(4, Fork)]);
        // wrong hashes
        check("1 2 3<2x 4", &[(3, LINK)]);
        check("1<1x 2", &[(1, Genesis)]);
        check("1 2 3<0 4", &[(3, Genesis)]);
        check("1 3 2<1x 4", &[(3, Order), (3, LINK)]);
        check("1 3 2x 4", &[(3, Order), (3, LINK)]);
        // wrong numbers with right hashes
        check("1 2 5<2 3<5 4", &[(3, GAP)]);
        check("1 2 5<2 6 7", &[(3, GAP)]);
        check("1 2 2x<2 3<2x", &[(3, Duplicate)]);
        check("1 2 2x<2 4<2x 5", &[(3, Duplicate)]);
        // a number that another event has
        check("1 2 3 2x<3x 4", &[(4, Duplicate)]);
    }

    #[test]
    fn an_unread_line_explains_a_gap_of_its_width() {
        check("1 2 ? 4 5", &[]);
        check("1 ? 2 3", &[]);
        check("1 2 ? 5 6", &[(4, GAP)]);
        check("1 2 ? 3 5", &[(5, GAP)]);
        check("? 2 3", &[]);
    }

    #[test]
    fn far_back_is_out_of_order() {
        let many: Vec<String> = (1..=limits::CUSTODY_RECALL_MAX as u64 + 10).map(|n| n.to_string()).collect();
        let many = many.join(" ");
        let line = limits::CUSTODY_RECALL_MAX as u64 + 11;
        check(&format!("{many} 5x"), &[(line, Order)]);
        check(&format!("{many} 1"), &[(line, Duplicate)]);
        check(&format!("{many} 1x"), &[(line, Fork)]);
    }

    #[test]
    fn pins() {
        let pin = |count, letter| vec![Head { count, hash: hash(count, letter) }];
        let kinds = |text, pins| run(text, pins).0.iter().map(|b| (b.line, b.kind)).collect::<Vec<_>>();
        assert_eq!(kinds("1 2 3", pin(3, 'a')), []);
        assert_eq!(kinds("1 2 3", pin(2, 'a')), []);
        assert_eq!(kinds("1 2 3", pin(2, 'x')), [(2, HEAD)]);
        assert_eq!(kinds("1 2 3", pin(4, 'a')), [(3, HEAD)]);
        assert_eq!(kinds("1 2 ?", pin(3, 'a')), []);
        assert_eq!(kinds("1 3", pin(2, 'a')), [(2, GAP)]);
        assert_eq!(run("1 2 3", Vec::new()).2, Some(Head { count: 3, hash: hash(3, 'a') }));
        assert_eq!(run("1 3 2 2 4", Vec::new()).1, 4);
    }

    #[test]
    fn open_gaps_are_bounded() {
        let odd: Vec<String> =
            (0..limits::CUSTODY_GAPS_OPEN_MAX + 20).map(|n| (2 * n + 1).to_string()).collect();
        let (breaks, ..) = run(&odd.join(" "), Vec::new());
        assert_eq!(breaks.len(), limits::CUSTODY_GAPS_OPEN_MAX + 19);
        assert!(breaks.iter().all(|b| b.kind == GAP));
    }

    #[test]
    fn the_largest_number_ends_the_chain() {
        let (mut chain, mut breaks) = (Chain::new(), Breaks::default());
        for (line, sequence) in [(1, u64::MAX), (2, u64::MAX), (3, 1), (4, u64::MAX - 1)] {
            let link = Link { sequence, previous: zeros(), hash: hash(sequence, 'a') };
            chain.follow(&mut breaks, line, link);
        }
        chain.finish(&mut breaks);
        assert!(!breaks.finish().0.is_empty());
    }
}
