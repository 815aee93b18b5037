//! The ledger states a Merkle leaf per event, which anchors later commit to. A leaf that does not
//! follow from the event's hash and number lets the anchored tree be about something else.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.leaf`.
pub const ABOUT: About = About {
    id: CheckId::CustodyLeaf,
    title: "Merkle leaf recomputed",
    establishes: "The leaf that each event states follows from its hash and its sequence number by the \
        ledger's rule.",
    why: "With free leaves, an anchored root can be genuine while the events beside it are invented.",
    remedy: "Treat the ledger as not anchored, and get another copy. If the leaf follows another rule, name \
        the recipe; this tool does not search for one that fits.",
    clause: "docs/formats/ledger.md, leaves; StellaOps `ledger.event.v1`, merkle_leaf_hash",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Leaf, book);
}
