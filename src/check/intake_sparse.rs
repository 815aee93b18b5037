//! Sparse entries describe holes by tables, in four dialects, with sizes given twice. Readers
//! disagree about them, and a small table can describe a huge file.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.sparse`.
pub const ABOUT: About = About {
    id: CheckId::IntakeSparse,
    title: "no sparse entries",
    establishes: "The archive has no sparse entry: the size in the header is the number of bytes that \
        follow.",
    why: "A reader that misreads the table takes content for headers, and so sees other members than the \
        next reader.",
    remedy: "Have the archive made without `--sparse`.",
    clause: "GNU tar manual, sparse formats; POSIX.1-2017 pax knows none",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Sparse);
}
