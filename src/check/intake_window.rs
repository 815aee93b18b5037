//! A zstd frame states how much memory its decoder needs. A few bytes can ask for gigabytes, before
//! a single byte of content is seen.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.window`.
pub const ABOUT: About = About {
    id: CheckId::IntakeWindow,
    title: "decoder memory within the limit",
    establishes: "No zstd frame asks for a larger window than the limit.",
    why: "The memory of the auditor's machine would be at the disposal of whoever wrote the frame.",
    remedy: "Have the file compressed without `--long` or `--ultra` with a large window.",
    clause: "RFC 8878 section 3.1.1.1.2 (Window_Descriptor)",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Window);
}
