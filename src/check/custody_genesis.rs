//! A chain that begins in the middle hides everything before. The first event must therefore say
//! that it is the first, in a way that no later event can imitate.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.genesis`.
pub const ABOUT: About = About {
    id: CheckId::CustodyGenesis,
    title: "true beginning",
    establishes: "The first event has sequence 1 and a previous hash of 64 zeros, and no later event has \
        either.",
    why: "If any line may be the first, cutting off the head of a history is as easy as cutting off its \
        tail.",
    remedy: "Ask for the timeline from its first event. A deliberate continuation of an older chain must be \
        shown by the older chain and its head.",
    clause: "StellaOps `ledger.event.v1`, genesis; docs/formats/custody.md; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Genesis, book);
}
