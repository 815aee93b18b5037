//! Every tar header carries a sum over its own bytes. A tolerant reader that goes on with a wrong
//! sum takes damaged, or cunningly placed, content for a header.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.tar-checksum`.
pub const ABOUT: About = About {
    id: CheckId::IntakeTarChecksum,
    title: "header sum is right",
    establishes: "The check sum of every tar header is that of its bytes. It guards against accident and \
        against readers that lose their place, not against an attacker, who can compute it.",
    why: "A header that one reader accepts and another skips hides or shows members.",
    remedy: "Transfer the archive again and compare its digest with the sender's.",
    clause: "POSIX.1-2017 pax, ustar Interchange Format, chksum",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::TarChecksum);
}
