//! A FIFO on the stick blocks the reader for ever; a device node reads the machine's own disk; a
//! socket talks. They are neither opened nor waited for.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.special-file`.
pub const ABOUT: About = About {
    id: CheckId::IntakeSpecialFile,
    title: "ordinary files only",
    establishes: "The evidence consists of ordinary files and directories: no device, FIFO or socket, on \
        the medium or in an archive.",
    why: "Opening them stops the audit, or brings bytes from the auditor's machine into the evidence.",
    remedy: "Remove nothing from the original; have the evidence copied again without these entries, and \
        note that they were there.",
    clause: "POSIX.1-2017 pax, ustar typeflag 3, 4 and 6",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::SpecialFile);
}
