//! Two members with one name. The verifier hashes the first, the unpacker keeps the last: the
//! classic way to have a signed file and use another.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.duplicate-name`.
pub const ABOUT: About = About {
    id: CheckId::IntakeDuplicateName,
    title: "every name once",
    establishes: "No container holds two items of the same name.",
    why: "What is verified and what is installed would be two different files under one name.",
    remedy: "Refuse the container. Ask the producer why it was written twice; an honest archive made in one \
        go has no duplicates.",
    clause: "docs/formats/classification.md; POSIX.1-2017 pax (which leaves later copies to replace earlier \
        ones)",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::DuplicateName);
}
