//! A compressed stream with a wrong check sum, a reserved flag or a demanded dictionary: some tools
//! warn and go on, and give out bytes that others never see.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.compression`.
pub const ABOUT: About = About {
    id: CheckId::IntakeCompression,
    title: "compressed stream is sound",
    establishes: "Every compressed stream decodes completely, with its own check sums and lengths right, \
        and needs nothing from outside such as a dictionary.",
    why: "Partly decoded data differs from tool to tool, so that two auditors would look at different \
        evidence.",
    remedy: "Transfer the file again and compare its digest with the sender's. If it is the same, the \
        sender's copy is broken too.",
    clause: "RFC 1952 section 2.3.1 (CRC32, ISIZE); RFC 8878 section 3.1.1",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Compression);
}
