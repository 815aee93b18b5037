//! A certificate that was shown to nobody could have been issued to anybody.

use crate::anchor::Identity;
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `certificate.sct`.
pub const ABOUT: About = About {
    id: CheckId::CertificateSct,
    title: "certificate promised to a log",
    establishes: "The certificate holds a signed certificate timestamp of a trusted certificate transparency log, \
        over the certificate as it was before, its issuer's key and the time; the time lies in the window of the \
        log. One of a trusted log that does not verify is a fault; others are left aside.",
    why: "An issuer that was broken into, or that was ordered to, could certify a name for somebody else; only the \
        log lets the owner of the name see it.",
    remedy: "Give the trusted root that was in force when the certificate was issued. If the promise of a trusted \
        log fails, the certificate or the log's key was exchanged.",
    clause: "RFC 6962 sections 3.2 and 3.3; sigstore client specification",
};

/// What is there cannot be read.
pub fn unread(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}

/// A promise in the name of a trusted log does not hold.
pub fn failed(log: &Identity, error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("{log}: {error}"))
}

/// No promise at all, though the instance has such logs.
pub fn absent(issuer: &Identity) -> Finding {
    let detail =
        format!("{issuer} belongs to an instance with logs of certificates, and this one holds no promise");
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
}

/// Promises, and none by a log that is known here.
pub fn unknown(ids: &[String]) -> Finding {
    let detail = "the certificate holds no promise of a log of certificates that is trusted here";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).found(ids.join(", "))
}
