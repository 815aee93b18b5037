//! Collects the faults of one timeline, bounded, and counts all of them.

use std::collections::BTreeMap;

use super::{Break, BreakKind, Standing, Tally};
use crate::limits;

/// A place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub line: u64,
    pub sequence: Option<u64>,
}

#[derive(Default)]
pub(super) struct Breaks {
    kept: Vec<Break>,
    tallies: [Tally; BreakKind::ALL.len()],
    /// The kinds already noted on one line, and as what: a line has a fault of
    /// a kind once, and what is proven wrong outweighs what is only unknown.
    noted: (u64, [Option<Standing>; BreakKind::ALL.len()]),
    /// The last line that had a fault.
    latest: u64,
}

impl Breaks {
    fn tally(&mut self, kind: BreakKind) -> &mut Tally {
        &mut self.tallies[kind as usize]
    }

    /// A check looks at one more event.
    pub fn examined(&mut self, kind: BreakKind) {
        self.tally(kind).examined += 1;
    }

    /// A fault that an earlier one explains.
    pub fn cascaded(&mut self, kind: BreakKind) {
        self.tally(kind).cascaded += 1;
    }

    /// A fault.
    pub fn broken(&mut self, kind: BreakKind, at: At, expected: impl Into<String>, found: impl Into<String>) {
        self.note(kind, Standing::Broken, at, expected.into(), found.into());
    }

    /// Something that nobody we know vouches for.
    pub fn not_established(
        &mut self,
        kind: BreakKind,
        at: At,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.note(kind, Standing::NotEstablished, at, expected.into(), found.into());
    }

    /// One of several, each not established, that are found at the same line.
    pub fn not_established_each(&mut self, kind: BreakKind, at: At, expected: String, found: String) {
        self.noted.1[kind as usize] = None;
        self.note(kind, Standing::NotEstablished, at, expected, found);
    }

    /// One more of what is kept already, with nothing new to say of it.
    pub fn not_established_again(&mut self, kind: BreakKind) {
        self.tally(kind).not_established += 1;
    }

    fn note(&mut self, kind: BreakKind, standing: Standing, at: At, expected: String, found: String) {
        // A gap is noted at the end, at the line where it opened.
        let afterwards = at.line < self.latest;
        self.latest = self.latest.max(at.line);
        if afterwards && self.kept.iter().any(|earlier| (earlier.line, earlier.kind) == (at.line, kind)) {
            return;
        }
        if self.noted.0 != at.line {
            self.noted = (at.line, Default::default());
        }
        match (self.noted.1[kind as usize], standing) {
            (None, _) => {}
            (Some(Standing::NotEstablished), Standing::Broken) => {
                self.tally(kind).not_established -= 1;
                let weaker = |one: &Break| {
                    (one.line, one.kind, one.standing) == (at.line, kind, Standing::NotEstablished)
                };
                if let Some(index) = self.kept.iter().rposition(weaker) {
                    self.kept.remove(index);
                }
            }
            (Some(_), _) => return,
        }
        self.noted.1[kind as usize] = Some(standing);
        match standing {
            Standing::Broken => self.tally(kind).broken += 1,
            Standing::NotEstablished => self.tally(kind).not_established += 1,
        }
        // Those that come afterwards may push later ones out.
        let room = if afterwards { limits::CUSTODY_GAPS_OPEN_MAX } else { 0 };
        if self.kept.len() < limits::BREAKS_KEPT_MAX + room {
            let (expected, found) = (cut(expected), cut(found));
            self.kept.push(Break { line: at.line, kind, standing, sequence: at.sequence, expected, found });
        }
    }

    /// What was noted, by line.
    pub fn finish(mut self) -> (Vec<Break>, BTreeMap<BreakKind, Tally>) {
        self.kept.sort();
        self.kept.truncate(limits::BREAKS_KEPT_MAX);
        let tallies = BreakKind::ALL.into_iter().zip(self.tallies);
        (self.kept, tallies.filter(|(_, tally)| *tally != Tally::default()).collect())
    }
}

/// At most [`limits::CUSTODY_QUOTE_BYTES_MAX`] bytes of a text.
pub(super) fn cut(mut text: String) -> String {
    let max = limits::CUSTODY_QUOTE_BYTES_MAX;
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max - 3));
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_fault_of_a_kind_once() {
        let mut breaks = Breaks::default();
        let at = |line| At { line, sequence: None };
        breaks.broken(BreakKind::Link, at(2), "a", "b");
        breaks.broken(BreakKind::Link, at(2), "a", "c");
        breaks.broken(BreakKind::Gap, at(2), "a", "b");
        breaks.broken(BreakKind::Link, at(1), "a", "b");
        breaks.broken(BreakKind::Gap, at(3), "a", "b");
        breaks.broken(BreakKind::Link, at(1), "a", "b");
        breaks.broken(BreakKind::Gap, at(2), "a", "b");
        breaks.broken(BreakKind::Gap, at(1), "a", "b");
        breaks.broken(BreakKind::Link, at(2), "a", "b");
        let (kept, tallies) = breaks.finish();
        assert_eq!(kept.iter().map(|b| b.line).collect::<Vec<_>>(), [1, 1, 2, 2, 3]);
        assert_eq!(tallies[&BreakKind::Link].broken, 2);
    }

    #[test]
    fn what_is_proven_wrong_outweighs_what_is_unknown() {
        let mut breaks = Breaks::default();
        let at = At { line: 4, sequence: Some(4) };
        breaks.not_established(BreakKind::Signature, at, "a key of a", "another");
        breaks.broken(BreakKind::Signature, at, "a signature of b", "the bytes do not verify");
        breaks.not_established(BreakKind::Signature, at, "a key of c", "another");
        let (kept, tallies) = breaks.finish();
        assert_eq!(kept.iter().map(|b| (b.line, b.standing)).collect::<Vec<_>>(), [(4, Standing::Broken)]);
        assert_eq!(
            (tallies[&BreakKind::Signature].broken, tallies[&BreakKind::Signature].not_established),
            (1, 0)
        );
    }

    #[test]
    fn what_is_beyond_the_bound_is_counted() {
        let mut breaks = Breaks::default();
        for line in 0..1000 {
            breaks.broken(BreakKind::Shape, At { line, sequence: None }, "ä".repeat(200), "");
        }
        breaks.broken(BreakKind::Gap, At { line: 7, sequence: None }, "", "");
        let (kept, tallies) = breaks.finish();
        assert_eq!(kept.len(), limits::BREAKS_KEPT_MAX);
        assert!(kept.iter().any(|b| b.kind == BreakKind::Gap));
        assert!(kept[0].expected.len() <= limits::CUSTODY_QUOTE_BYTES_MAX);
        assert_eq!(tallies[&BreakKind::Shape].broken, 1000);
    }
}
