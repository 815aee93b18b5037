//! A symbolic link in evidence can point to `/etc/shadow`, to the good file instead of the bad one,
//! or to itself. A hard link in an archive is a second name for bytes that may change between the
//! two.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.link`.
pub const ABOUT: About = About {
    id: CheckId::IntakeLink,
    title: "no links",
    establishes: "The evidence contains no symbolic and no hard link; none was followed.",
    why: "Through a link the verifier would read files outside the evidence, or verify another file than \
        the one that gets used.",
    remedy: "Have the evidence written with the files themselves in place of the links.",
    clause: "POSIX.1-2017 pax, ustar typeflag 1 and 2; CWE-59 (link following)",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::Link);
}
