//! Lines in another order than their numbers: perhaps a harmless sort by some tool, perhaps an
//! attempt to show the re-hash before the access. The file is the record; its order is part of it.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.order`.
pub const ABOUT: About = About {
    id: CheckId::CustodyOrder,
    title: "lines in order",
    establishes: "The events of each chain stand in the file in the order of their sequence numbers.",
    why: "Readers that take the file's order and readers that sort by number would tell two different \
        stories.",
    remedy: "Get the file as the custodian wrote it. If a program reordered it on the way, use the original \
        export.",
    clause: "StellaOps merkle anchor policy, ordering; docs/formats/custody.md; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Order, book);
}
