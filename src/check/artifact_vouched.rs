//! A stick holds forty files and a signature over thirty-nine of them. The signature is good, the
//! fortieth file is the attack. Vouching is therefore decided per artifact, by digest, and never
//! inferred from a neighbour, a name or a directory.

use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `artifact.vouched`.
pub const ABOUT: About = About {
    id: CheckId::ArtifactVouched,
    title: "artifact vouched for",
    establishes: "An authority that the policy accepts for this purpose names this artifact by SHA-256 or a \
        stronger digest, in a signature, a signed list or a verified statement of an approving kind. It \
        says nothing about whether the artifact is free of faults.",
    why: "A file that lies beside signed files looks signed. An attacker who can add one file to a delivery \
        needs nothing more if coverage is assumed instead of shown.",
    remedy: "Treat the artifact as unknown. If it should be covered, ask the supplier for a signature, a \
        signed checksum list or a provenance statement that names its SHA-256.",
    clause: "in-toto Attestation Framework v1, statement (subjects are matched by digest); docs/verdict.md",
};

/// Someone who may vouches for the artifact.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// Nobody who may vouches for the artifact.
pub fn open(path: &str, digest: &Digest, severity: Severity, book: &mut Book) {
    book.find(
        Finding::new(severity, ABOUT.id, "nobody who is trusted vouches for this file")
            .item(path)
            .found(digest.to_string()),
    );
}

/// What an operating system leaves on a stick is asked about by nobody.
pub fn debris(path: &str, book: &mut Book) {
    let detail = "by its name an operating system left it there: nobody was asked to vouch for it";
    book.find(Finding::new(Severity::Note, ABOUT.id, detail).item(path));
}
