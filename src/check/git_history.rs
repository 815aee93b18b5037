//! A signed commit says by their ids what came before it. Whether that is there, and who signed it, is
//! another matter.

use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `git.history`.
pub const ABOUT: About = About {
    id: CheckId::GitHistory,
    title: "history of git",
    establishes: "Every commit on the way back from a branch or tag is there, except where the repository says \
        that its history was cut.",
    why: "Of a history with holes nobody can say who made it. And a signature at its end says nothing of who \
        made what came before: that is counted, and shown.",
    remedy: "Copy the whole repository (`git clone --mirror`), not a part of it.",
    clause: "gitglossary(7), reachable; docs/formats/git.md",
};

/// Who signed what is on the way back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// Commits and tags by signers of the trust store.
    pub known: u64,
    /// By others, or in a way that is not verified here.
    pub others: u64,
    /// By nobody.
    pub nobody: u64,
}

/// All of a history is there.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A commit is not there.
pub fn missing(id: &Digest) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "an object on the way back is not here")
        .expected(id.hex())
}

/// There is more than is read.
pub fn beyond(max: usize) -> Finding {
    let detail = "more commits than are read; those further back were not examined";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(format!("at most {max}"))
}

/// Who signed what.
pub fn told(signed: &Signed) -> Finding {
    let Signed { known, others, nobody } = signed;
    let detail = format!(
        "of the commits and tags on the way back {known} are signed by trusted signers, {others} by others, \
         {nobody} by nobody"
    );
    Finding::new(Severity::Note, ABOUT.id, detail)
}

/// Nothing in the repository has a name.
pub fn empty() -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "the repository has no branch and no tag")
}
