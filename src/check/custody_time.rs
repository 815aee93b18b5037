//! Clocks go wrong, and histories are written afterwards. An event that claims to be earlier than
//! its predecessor is at least one of the two.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.time`.
pub const ABOUT: About = About {
    id: CheckId::CustodyTime,
    title: "time does not run backwards",
    establishes: "The times that the events claim never decrease along the chain. They remain claims of the \
        actors; only a proof of time from outside bounds when something happened.",
    why: "Back-dated events can make an access look as if it was before the seizure, or a repair before the \
        damage.",
    remedy: "Ask the actor about his clock, and look for proven times near the place. A corrected time \
        belongs in a new event.",
    clause: "docs/formats/custody.md, time; StellaOps `ledger.event.v1`, recordedAt",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Time, book);
}
