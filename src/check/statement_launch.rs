//! A commit is attested as written from a work cell. If the launch of that cell is another one, or
//! nobody's, whatever the cell was not allowed to do says nothing of the commit.

use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `statement.launch`.
pub const ABOUT: About = About {
    id: CheckId::StatementLaunch,
    title: "launch behind a write",
    establishes: "The attestation of a write names, by the digest of its statement, the attestation of a launch that \
        lies here and is signed by somebody trusted for attestations.",
    why: "The bounds of a work cell (what it may use, what it is denied) stand in the launch. A write beside \
        the launch of another cell borrows bounds that nobody kept.",
    remedy: "Get the launch attestation whose statement has the digest that the write names, from the store of \
        the launcher, and put it beside the write.",
    clause: "prx, verifyLaunchChain; docs/formats/prx.md, launches and writes",
};

/// The launch is here.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// No such launch is here, or nobody trusted signed it.
pub fn elsewhere(launch: &Digest) -> Finding {
    let detail = "the launch that this write names is not here, signed by somebody trusted";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(format!("a launch with {launch}"))
}

/// It names none.
pub fn unnamed() -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "a write that names no launch")
        .expected("a link of the level launch")
}
