//! Some issuers certify only what is shown in a log. Without its entry nobody could have noticed.

use crate::anchor::Identity;
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.presence`.
pub const ABOUT: About = About {
    id: CheckId::LogPresence,
    title: "entry of a log present",
    establishes: "Where the issuer of the signer's certificate belongs to an instance with transparency logs, at \
        least one entry of a trusted log about this signature counts.",
    why: "Whoever signs with a stolen identity leaves a trace in the log, for its owner to find. Evidence from which \
        the trace was taken out shows nothing less than evidence that never had one.",
    remedy: "Ask the producer for the bundle with its log entry.",
    clause: "sigstore client specification; docs/formats/sigstore.md",
};

/// No entry counts, and one is needed.
pub fn nothing(issuer: &Identity, entries: usize) -> Finding {
    let detail = format!("{issuer} belongs to an instance with logs, and no entry of one counts");
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
        .expected("an entry of a trusted log")
        .found(format!("{entries} entries, none that counts"))
}
