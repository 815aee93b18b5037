//! One member can be described three times: by the ustar header, by GNU extensions and by PAX
//! records. If they disagree about name, size or type, each reader believes another one, and behind
//! a wrong size begins another world.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.tar-headers`.
pub const ABOUT: About = About {
    id: CheckId::IntakeTarHeaders,
    title: "tar headers agree",
    establishes: "The ustar, GNU and PAX descriptions of every member agree, each PAX record is \
        well-formed, and numbers are in a permitted spelling.",
    why: "The verifier and the unpacker would see different files in the same archive.",
    remedy: "Refuse the archive, and have it written anew by a plain `tar --format=pax` or \
        `--format=ustar`.",
    clause: "POSIX.1-2017 pax, pax Header Block and ustar Interchange Format",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::TarHeaders);
}
