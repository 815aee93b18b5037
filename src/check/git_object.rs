//! What lies in a repository under an id must have that id: everything else in git hangs on it.

use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::proof::git::StoreError;

/// What there is to say about `git.object`.
pub const ABOUT: About = About {
    id: CheckId::GitObject,
    title: "objects of git",
    establishes: "Every object that was read has the id under which it lies, computed anew from its bytes: in a \
        repository, and for a file of one commit or tag whose name is an id.",
    why: "A commit names its tree and what came before it by their ids. Another object in their place is \
        another history.",
    remedy: "Fetch the repository again, and run `git fsck` on it where there is git. If the file was renamed, \
        give it the name of its id.",
    clause: "gitformat-pack(5), gitformat-loose; docs/formats/git.md",
};

/// One object has its id.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// Something of a repository could not be read, or is not what it lies there as.
pub fn failed(error: &StoreError) -> Finding {
    let severity = match error {
        StoreError::Missing { .. } | StoreError::Many { .. } => Severity::NotEstablished,
        _ => Severity::Failed,
    };
    Finding::new(severity, ABOUT.id, error.to_string())
}

/// An object has another id than the name of its file says.
pub fn named(expected: &str, found: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "the file has the name of another object's id")
        .expected(expected)
        .found(found)
}

/// A commit or tag that is not one.
pub fn shape(id: &Digest, why: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("{}: {why}", id.hex()))
}
