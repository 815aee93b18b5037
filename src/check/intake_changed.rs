//! A file is good while it is hashed and bad when it is parsed. Between the two lies a moment in
//! which the medium, or somebody at it, can change it.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.changed`.
pub const ABOUT: About = About {
    id: CheckId::IntakeChanged,
    title: "not changed while reading",
    establishes: "The bytes that were parsed are the bytes that were hashed, and a second reading gave the \
        same digest and size.",
    why: "A writable or hostile medium could show one file to the hash and another to the parser.",
    remedy: "Copy the evidence to a medium that nobody else writes to, or mount it read-only, and verify \
        the copy.",
    clause: "docs/ARCHITECTURE.md, measure; CWE-367 (time of check, time of use)",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Changed);
}
