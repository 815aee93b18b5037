//! A log only grows. Whoever shows one history to some and another one to others has to show two heads.

use crate::anchor::Identity;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::proof::log::{Fork, SignedCheckpoint};

/// What there is to say about `log.consistency`.
pub const ABOUT: About = About {
    id: CheckId::LogConsistency,
    title: "one history of a log",
    establishes: "All heads of one log in the evidence, and all that is proven under them, can belong to one tree \
        that only grew. Where something leads from one head to another, by a proof of consistency or by the \
        ways of entries, it was followed.",
    why: "A log that may rewrite its past can hide an entry from those who watch it and show it to you. Two \
        signed heads that contradict each other prove it, for everybody and for ever.",
    remedy: "Keep both heads: they are what was expected and what was found, each a note with the log's own \
        signature. Send them to the operator and to those who watch the log, and rely on nothing of the log.",
    clause: "RFC 6962 sections 2.1.1 and 2.1.2; C2SP tlog-checkpoint, Signatures",
};

/// The log signed two heads that contradict each other.
pub fn forked(log: &Identity, fork: &Fork) -> Finding {
    let leaves = match fork.first == fork.last {
        true => format!("leaf {}", fork.first),
        false => format!("the leaves {} to {}", fork.first, fork.last),
    };
    let detail = format!("the log {log} signed two histories, which differ in {leaves}");
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(fork.one.to_text()).found(fork.other.to_text())
}

/// A proof that a head continues another one does not hold.
pub fn failed(error: &str, older: &SignedCheckpoint, newer: &SignedCheckpoint) -> Finding {
    let detail = format!("it is not shown that the newer head continues the older one: {error}");
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(older.to_text()).found(newer.to_text())
}

/// The older head is not at hand.
pub fn nothing(old: u64) -> Finding {
    let detail = format!("no head of {old} leaves that this log signed is at hand");
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
}
