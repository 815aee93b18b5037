//! An event in the middle is taken out. If the numbers stay as they were a number is missing; if
//! the numbers are rewritten the hashes no longer fit. Both must be found, each by its own check.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.gap`.
pub const ABOUT: About = About {
    id: CheckId::CustodyGap,
    title: "no gap in the sequence",
    establishes: "The sequence numbers of each chain rise by one from 1 on, none left out.",
    why: "A missing number is a missing event: for instance the night on which the exhibit left the store.",
    remedy: "Ask for the missing lines, or for a second copy of the timeline. Do not renumber.",
    clause: "StellaOps `ledger.event.v1`, sequence; docs/formats/custody.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Gap, book);
}
