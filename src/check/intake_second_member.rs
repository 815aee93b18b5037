//! A gzip file may hold several members one after the other, and a zstd file several frames. Some
//! tools read all, some only the first: one file, two contents.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.second-member`.
pub const ABOUT: About = About {
    id: CheckId::IntakeSecondMember,
    title: "one compressed member",
    establishes: "Every compressed file is one gzip member or one zstd frame, and nothing follows it.",
    why: "What lies in the second member is seen by one tool and not by the other.",
    remedy: "Ask for the file compressed in one piece. Some parallel compressors write several pieces; the \
        tar file itself is then the better delivery.",
    clause: "RFC 1952 section 2.2 and RFC 8878 section 3 allow several; docs/formats/classification.md \
        refuses them",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::SecondMember);
}
