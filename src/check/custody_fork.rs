//! Two different events claim the same place in the chain. Each branch is a perfect chain of its
//! own; only side by side do they show that somebody kept two sets of books.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.fork`.
pub const ABOUT: About = About {
    id: CheckId::CustodyFork,
    title: "no fork",
    establishes: "No two different events claim the same place, by number or by predecessor: there is one \
        history and not several.",
    why: "Whoever keeps two histories shows each party the one that suits it.",
    remedy: "Collect all copies of the timeline, find the last common event, and ask the actor who signed \
        both continuations. Nothing after that event is established.",
    clause: "docs/formats/custody.md, forks; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Fork, book);
}
