//! A token is about one hash. Everything else about it may be right, and it is about something else.

use crate::digest::Digest;
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `timestamp.imprint`.
pub const ABOUT: About = About {
    id: CheckId::TimestampImprint,
    title: "token is over these bytes",
    establishes: "The hash in the token is that of the file beside which it lies, or which was named for it.",
    why: "A genuine token over another file proves the age of that other file.",
    remedy: "Find the file that was stamped (its hash stands in the finding), or have this one stamped.",
    clause: "RFC 3161 section 2.4.1",
};

/// The token is over something else than what lies beside it.
pub fn differs(what: &str, measured: &Digest, imprint: &Digest) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("the token is not over {what}"))
        .expected(measured.to_string())
        .found(imprint.to_string())
}

/// Nothing has the digest that should be there.
pub fn elsewhere(imprint: &Digest, expected: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "the token is over something else")
        .expected(expected)
        .found(imprint.to_string())
}

/// What it should be compared with was not measured so.
pub fn unmeasured(path: &str, imprint: &Digest) -> Finding {
    let detail = format!("{path} was not measured with {}", imprint.algorithm().name());
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).found(imprint.to_string())
}

/// Nothing at hand has that digest.
pub fn nothing(imprint: &Digest) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "nothing at hand has the digest that was stamped")
        .found(imprint.to_string())
}

/// A hash function for which other bytes with the same digest can be made.
pub fn weak(imprint: &Digest) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "the token is over a digest that does not pin anything")
        .expected("SHA-256 or stronger")
        .found(imprint.to_string())
}

/// Not the length of a digest.
pub fn no_digest(imprint: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "what the token is over has the length of no digest")
        .found(imprint)
}
