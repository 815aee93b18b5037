//! An entry of a log says that *something* was signed. It must be this: the same signature, over the
//! same digest, under the same key or certificate.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.entry`.
pub const ABOUT: About = About {
    id: CheckId::LogEntry,
    title: "entry about this bundle",
    establishes: "The body of an entry names the digest that is signed here, exactly the signature that stands \
        here, and exactly the certificate or key under which it verifies; and no entry stands there twice.",
    why: "Logs hold millions of valid entries. One of them, taken from elsewhere, would give a signature with a \
        stolen key the time and the publicity of somebody else's.",
    remedy: "Get the bundle again from its producer. If it still fails, its parts come from different bundles.",
    clause: "sigstore client specification, verification of the transparency log entry; Rekor types hashedrekord, \
        dsse, intoto",
};

/// The entry is about something else.
pub fn differs(what: &str, expected: impl Into<String>, found: impl Into<String>) -> Finding {
    let detail = format!("the entry of the log is about another {what}");
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(expected).found(found)
}

/// The body cannot be read.
pub fn unread(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("the body of the entry: {error}"))
}

/// The same entry again.
pub fn repeated() -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "the same entry of the log stands there twice")
}
