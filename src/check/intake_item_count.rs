//! A million empty files weigh nothing on the medium and much in memory. The count is bounded so
//! that the tool answers instead of dying.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.item-count`.
pub const ABOUT: About = About {
    id: CheckId::IntakeItemCount,
    title: "number of items within the limit",
    establishes: "The container holds no more items than the limit, and all of them were looked at.",
    why: "An exhausted verifier says nothing, and what lies behind the limit is never seen.",
    remedy: "Split the evidence into several containers. If a delivery should be small and is not, ask why.",
    clause: "docs/ARCHITECTURE.md, limits",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::ItemCount);
}
