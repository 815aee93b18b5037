//! An entry counts by the key of its log. The id of a log in the evidence only says which one to ask.

use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `log.known`.
pub const ABOUT: About = About {
    id: CheckId::LogKnown,
    title: "log known",
    establishes: "An entry is of a log that the trust store trusts as one. An entry of any other is listed, and \
        proves nothing either way.",
    why: "Anybody can run a log, and write into it what he likes and when he likes.",
    remedy: "If the log is one that you rely on, add its key to the trust store with the purpose `log`, or give \
        the trusted root of its operator with --trust-roots.",
    clause: "sigstore protobuf-specs, TransparencyLogEntry.log_id; docs/formats/trust-store.md",
};

/// The log is one of the trust store.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// Nobody in the trust store runs a log of this id.
pub fn unknown(id: &str) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "an entry of a log that nobody here knows").found(id)
}

/// None of these keys is a log's that anybody here trusts.
pub fn nobody(names: &[&str]) -> Finding {
    let names: Vec<String> = names.iter().map(|name| crate::path::escape(name.as_bytes())).collect();
    Finding::new(Severity::NotEstablished, ABOUT.id, "a head that no log that is known here signed")
        .found(names.join(", "))
}
