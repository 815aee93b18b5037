//! The head of a tree is worth the signature of its log, and the name in it must be the log's.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.checkpoint`.
pub const ABOUT: About = About {
    id: CheckId::LogCheckpoint,
    title: "head signed by its log",
    establishes: "The checkpoint is a note of origin, size and root, with a line by the key of the log that \
        verifies. Lines of others are left aside; a line of this key that fails is a fault.",
    why: "A proof of inclusion leads to a root. Whoever may choose the root may include anything.",
    remedy: "Get the bundle again from its producer. If it still fails, the checkpoint was altered or is of another \
        log.",
    clause: "C2SP tlog-checkpoint and signed-note; sigstore protobuf-specs, Checkpoint",
};

/// The checkpoint is none of this log.
pub fn failed(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}
