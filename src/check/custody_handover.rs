//! A transfer signed only by the giver puts evidence into the hands of somebody who never took it;
//! signed only by the receiver, it takes evidence that nobody gave. And whoever acts on evidence
//! that was never handed to him holds it without right.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.handover`.
pub const ABOUT: About = About {
    id: CheckId::CustodyHandover,
    title: "handover signed by both",
    establishes: "Every transfer of custody carries the signatures of the giving and of the receiving \
        party, two different identities, over the same event; the giver held the evidence until then, and \
        nobody acts as custodian to whom it was not handed.",
    why: "Responsibility would otherwise change hands on the word of one of them, and a loss could be \
        pushed to either side.",
    remedy: "Ask both parties for their record of the transfer. A missing signature can be given only as a \
        new event that refers to the old one.",
    clause: "docs/formats/custody.md, handover",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Handover, book);
}
