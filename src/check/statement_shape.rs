//! The envelope is good and its payload is no statement: no subject, a wrong type, a digest of the
//! wrong length. A lenient reader would find in it whatever it looks for.

use crate::claim::ClaimError;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `statement.shape`.
pub const ABOUT: About = About {
    id: CheckId::StatementShape,
    title: "well-formed statement",
    establishes: "The verified payload is an in-toto statement v0.1 or v1 (or a type that docs/formats \
        lists) with type, subjects with digests, and predicate type, all in their proper form.",
    why: "A statement without proper subjects could be read as one about everything, or about nothing.",
    remedy: "Look at the place in the finding and have the producer correct the statement and sign it anew.",
    clause: "in-toto Attestation Framework v1, statement and digest set; v0.1 statement",
};

/// A payload is a well-formed statement.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A payload is not what its type says.
pub fn failed(error: &ClaimError) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("the payload is not what its type says: {error}"))
}
