//! The caller names what must be covered (`--artifact`), and the evidence simply leaves it out. A
//! verdict over what happens to be present would be true and worthless; so what was asked for is an
//! examined thing of its own, present or not.

use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `artifact.demanded`.
pub const ABOUT: About = About {
    id: CheckId::ArtifactDemanded,
    title: "demanded artifact covered",
    establishes: "Every artifact named with `--artifact` is either in the evidence or named by digest in a \
        verified statement, and an authority allowed to do so vouches for exactly that digest.",
    why: "Whoever hands over the evidence chooses what is in it. Without this check, leaving out the one \
        file that matters would still give a verdict about the rest.",
    remedy: "Ask the supplier for the missing artifact or for the statement that names its digest, and \
        compare the digest you demanded with the one on your own records.",
    clause: "docs/verdict.md, subjects and vouching",
};

/// Whether what was demanded is vouched for.
pub fn examine(digest: &Digest, vouched: bool, book: &mut Book) {
    if vouched {
        book.pass(ABOUT.id);
        return;
    }
    let detail = "the artifact that was asked for is not vouched for by this evidence";
    book.find(Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(digest.to_string()));
}
