//! Anchors publish the state of a ledger at some point, so that rewriting history would have to
//! rewrite the anchor too. An anchor copied from another ledger, or one whose count or root does
//! not follow from the events at hand, anchors nothing.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.anchor`.
pub const ABOUT: About = About {
    id: CheckId::CustodyAnchor,
    title: "anchor agrees with the events",
    establishes: "Each anchor given with the ledger names a root and a number of leaves that follow from \
        the events present. It proves that the anchor belongs to this ledger, not that the anchor is \
        authentic; that needs a signature over it.",
    why: "With an anchor that is merely displayed, a rewritten ledger borrows the credibility of the \
        original.",
    remedy: "Obtain the events of the anchored window in full and the anchor from its publisher. If root or \
        count still differ, take the ledger as altered and compare it with another copy.",
    clause: "docs/formats/ledger.md, anchors; StellaOps findings ledger, Merkle anchor policy",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Anchor, book);
}
