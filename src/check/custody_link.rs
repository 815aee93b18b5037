//! An event is replaced by another with its own correct hash. The next event still names the hash
//! of the old one, unless all later events are written anew, which a pinned head then shows.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.link`.
pub const ABOUT: About = About {
    id: CheckId::CustodyLink,
    title: "link to the previous event",
    establishes: "Each event names the hash of the event directly before it.",
    why: "Without links a timeline is a heap of notes, each of which can be exchanged for another.",
    remedy: "Find the first broken link: everything before it stands, and everything after it hangs in the \
        air. Compare that place with another copy.",
    clause: "StellaOps `ledger.event.v1`, previous_hash; docs/formats/custody.md; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Link, book);
}
