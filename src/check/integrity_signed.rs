//! Checksums inside the container guard against bad sectors. Against people they guard only when
//! somebody trusted signed them: whoever changes a file changes its checksum too.

use crate::fact::Standing;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `integrity.signed`.
pub const ABOUT: About = About {
    id: CheckId::IntegritySigned,
    title: "container signed by a trusted authority",
    establishes: "An authority allowed to do so has signed the manifest or the root of the closed \
        container, and all its digests hang on what was signed.",
    why: "Without that signature the container proves that it is consistent, not where it comes from: \
        anybody can seal a directory.",
    remedy: "Ask for the signature of the container, or add the signer's key to the trust store after \
        checking its fingerprint on another way.",
    clause: "StellaOps attestation contract (subject is the root); DSSE protocol; docs/verdict.md, kinds of \
        evidence",
};

/// Whether enough identities stand behind a closed container.
pub fn examine(item: &str, standing: &Standing, threshold: usize, distinct: usize, book: &mut Book) {
    if distinct >= threshold {
        book.pass(ABOUT.id);
        return;
    }
    let severity = if standing.failed.is_empty() { Severity::NotEstablished } else { Severity::Failed };
    book.find(
        Finding::new(severity, ABOUT.id, "too few trusted identities stand behind the manifest or its root")
            .item(item)
            .expected(threshold.to_string())
            .found(distinct.to_string()),
    );
}
