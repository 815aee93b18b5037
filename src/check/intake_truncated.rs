//! The transfer broke off, or somebody cut where it suited him. An archive without its end mark may
//! have lost any number of members.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.truncated`.
pub const ABOUT: About = About {
    id: CheckId::IntakeTruncated,
    title: "nothing cut off",
    establishes: "Every archive and every compressed stream is there up to its own end mark, and every \
        member has the number of bytes that its header says.",
    why: "A cut archive with all remaining members good would otherwise pass as the whole.",
    remedy: "Transfer the file again. If the original is cut too, its missing part was never delivered.",
    clause: "POSIX.1-2017 pax, end-of-archive; RFC 1952 section 2.3; RFC 8878 section 3.1.1",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Truncated);
}
