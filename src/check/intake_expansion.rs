//! A kilobyte that unpacks to a gigabyte of zeros, and again inside. Nothing is wrong with any one
//! byte; the purpose is to exhaust whoever looks.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.expansion`.
pub const ABOUT: About = About {
    id: CheckId::IntakeExpansion,
    title: "expansion within the limit",
    establishes: "No compressed stream unpacked to more than the limit, in bytes and in proportion to its \
        size.",
    why: "A verifier that runs out of memory or disk gives no verdict, and a gate that takes this for \
        success is open.",
    remedy: "Find out what the item is before unpacking it anywhere. If it is legitimate, give it unpacked.",
    clause: "docs/ARCHITECTURE.md, limits; CWE-409 (data amplification)",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Expansion);
}
