//! The same event stands in the file twice. It may be a harmless copy, and it may be an old event
//! played again where its second appearance means something: a second approval, a second release.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.duplicate`.
pub const ABOUT: About = About {
    id: CheckId::CustodyDuplicate,
    title: "no event twice",
    establishes: "No event occurs twice in a chain.",
    why: "A repeated event counts twice with whoever counts events, and hides that another one, which \
        belonged in its place, is missing.",
    remedy: "Compare with another copy of the timeline, and ask the custodian how the second came about. \
        Deleting one of them by hand destroys the evidence of the fault.",
    clause: "docs/formats/custody.md, sequence; StellaOps `ledger.event.v1`, sequence without gaps from 1; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Duplicate, book);
}
