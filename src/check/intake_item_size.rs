//! Structured items are held in memory as a whole; an attestation of ten gigabytes is no
//! attestation. Plain files have no such limit, as they are only streamed.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.item-size`.
pub const ABOUT: About = About {
    id: CheckId::IntakeItemSize,
    title: "structured item within the limit",
    establishes: "No item that has to be understood is larger than the limit for such items.",
    why: "Memory would be the attacker's to use up.",
    remedy: "Check what the item really is. A large legitimate payload should be referred to by digest and \
        not carried inside a statement.",
    clause: "docs/ARCHITECTURE.md, limits",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::ItemSize);
}
