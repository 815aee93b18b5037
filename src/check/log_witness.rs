//! Witnesses see the same log as everybody else, and say so. Which of them it takes is for the policy to say
//! that came with the trust, and never for the evidence.

use crate::finding::{About, CheckId, Finding, Severity};
use crate::trust::Cosigned;

/// What there is to say about `log.witness`.
pub const ABOUT: About = About {
    id: CheckId::LogWitness,
    title: "enough witnesses",
    establishes: "The head carries cosignatures by as many of the witnesses as the policy for logs asks for, each \
        counted once and none of them by the log.",
    why: "A log can show each of its readers another tree. Witnesses that were shown this one too are who would \
        have noticed.",
    remedy: "Ask for the head again, with its cosignatures. If the witnesses are gone, the policy has to name \
        others; that is a decision, not a repair.",
    clause: "C2SP tlog-cosignature and tlog-policy",
};

/// Whether there are enough.
pub fn examine(cosigned: &Cosigned, quorum: &str) -> Option<Finding> {
    if cosigned.met {
        return None;
    }
    let names: Vec<&str> = cosigned.by.keys().map(String::as_str).collect();
    let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let detail = "too few witnesses have seen the head";
    Some(Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(quorum).found(found))
}

/// A line that names a witness and is not by it.
pub fn failing(error: &str) -> Finding {
    Finding::new(Severity::Note, ABOUT.id, error)
}
