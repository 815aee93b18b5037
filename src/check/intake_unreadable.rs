//! A bad sector, a missing permission, an archive in a format that is not read here. What cannot be
//! read was not examined, and the report has to say so by name.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.unreadable`.
pub const ABOUT: About = About {
    id: CheckId::IntakeUnreadable,
    title: "everything could be read",
    establishes: "Every file that was found could be opened and read to its end.",
    why: "Silently leaving out what cannot be read would make damage to the medium a way to hide things.",
    remedy: "Give the reading user the permission, or copy the medium with a tool that reports bad sectors, \
        and verify again.",
    clause: "docs/verdict.md, what happened and its result",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Unreadable);
}
