//! No list, no answer: that is not `good`, and the report does not pretend that it is.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `revocation.presence`.
pub const ABOUT: About = About {
    id: CheckId::RevocationPresence,
    title: "revocation data present",
    establishes: "For every certificate of the path, short of the root, there is revocation data that speaks about \
        it. With the mode `if-present` absence is only stated; with `require` it leaves the certificate \
        not established.",
    why: "Absence of bad news is no news when the messenger belongs to the other side.",
    remedy: "Collect the revocation lists or OCSP responses for the certificates that the findings name, at \
        best when the evidence is made, and carry them along.",
    clause: "RFC 5280 section 6.3; docs/formats/policy.md, revocation",
};

/// Nothing at hand speaks about the certificate.
pub fn missing(severity: Severity, subject: &str) -> Finding {
    let detail = format!("{subject}: no revocation list and no OCSP response speaks about it");
    Finding::new(severity, ABOUT.id, detail)
}
