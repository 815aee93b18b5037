//! A tar archive ends with two blocks of zeros. What follows them is invisible to most tools and
//! visible to some (GNU tar with `-i`), so a second archive can ride behind the first.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.archive-tail`.
pub const ABOUT: About = About {
    id: CheckId::IntakeArchiveTail,
    title: "nothing after the end of the archive",
    establishes: "After the end mark of the archive there is nothing but zeros up to the end of the file.",
    why: "Members behind the end reach those who unpack with another tool, without ever having been \
        examined.",
    remedy: "Refuse the archive and ask for a clean one. To look at the tail, split the file at the offset \
        in the finding, on a machine made for that.",
    clause: "POSIX.1-2017 pax, ustar Interchange Format (two blocks of zeros mark the end)",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::ArchiveTail);
}
