//! A log signs that it will take an entry in, and when it was asked. That is its word for the time.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.promise`.
pub const ABOUT: About = About {
    id: CheckId::LogPromise,
    title: "promise of a log",
    establishes: "The signed entry timestamp verifies under the key of the log, over the entry, its index and its \
        time.",
    why: "The time of an entry is what shows that a certificate of a few minutes was still valid. Without the \
        signature anybody could choose it.",
    remedy: "Get the bundle again from its producer. If it still fails, entry or time were altered.",
    clause: "Rekor, signed entry timestamp; sigstore protobuf-specs, InclusionPromise",
};

/// The promise does not hold.
pub fn failed(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}

/// A form in which every entry has a promise, and none is there.
pub fn absent() -> Finding {
    let detail = "a bundle of version 0.1 whose entry has no signed entry timestamp";
    Finding::new(Severity::Failed, ABOUT.id, detail)
}
