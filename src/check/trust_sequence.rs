//! The attacker cannot forge the trust store, but he can supply last year's, genuine and signed. A
//! number that only rises, and a demand for a minimum, shut him out.

use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `trust.sequence`.
pub const ABOUT: About = About {
    id: CheckId::TrustSequence,
    title: "trust store not rolled back",
    establishes: "The sequence of the trust store is at least the one demanded by `--min-trust` or by \
        policy.",
    why: "A rolled-back store brings back withdrawn keys and forgets the distrusted ones.",
    remedy: "Import the current trust store, and note its sequence for the next time. `stella trust import` \
        never goes back.",
    clause: "docs/formats/trust-store.md, sequence; The Update Framework specification, rollback protection, for \
        the same idea",
};

/// Whether the trust store is as recent as is demanded: how it ended where it
/// did not pass. A store without a number may be of any age.
pub fn examine(found: Option<u64>, demanded: Option<u64>, book: &mut Book) -> Option<Severity> {
    match (demanded, found) {
        (None, _) => {
            book.skip(ABOUT.id, "no sequence is demanded");
            None
        }
        (Some(demanded), Some(found)) if found >= demanded => {
            book.pass(ABOUT.id);
            None
        }
        (Some(demanded), found) => {
            let (severity, detail, found) = match found {
                Some(found) => (
                    Severity::Failed,
                    "the trust store is older than is demanded",
                    format!("sequence {found}"),
                ),
                None => (
                    Severity::NotEstablished,
                    "the trust store does not say how recent it is",
                    "no sequence".to_owned(),
                ),
            };
            book.find(
                Finding::new(severity, ABOUT.id, detail)
                    .expected(format!("sequence {demanded} or later"))
                    .found(found),
            );
            Some(severity)
        }
    }
}
