//! The signature is right and the algorithm is one that attackers can break, or will be able to by
//! the time somebody relies on it; or the evidence itself chose the algorithm.

use crate::anchor::{Rules, Standing};
use crate::crypto::signature::Algorithm;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::Interval;

/// What there is to say about `signature.algorithm`.
pub const ABOUT: About = About {
    id: CheckId::SignatureAlgorithm,
    title: "algorithm allowed by policy",
    establishes: "Every counted signature was made with an algorithm that the policy allows for this key, \
        at a time before the algorithm's sunset where it has one.",
    why: "With a weak algorithm a signature can be forged, and where the envelope may choose the algorithm, \
        the weakest is the one in force.",
    remedy: "Ask for a signature with a current algorithm. For old evidence a proof of time from before the \
        sunset is needed, by somebody other than the signer.",
    clause: "docs/formats/policy.md, algorithms; NIST SP 800-131A",
};

/// Whether policy lets `algorithm` count for something that existed in `existed`.
pub fn examine(rules: &Rules, algorithm: Algorithm, existed: &Interval) -> Option<Finding> {
    let (severity, sunset) = match rules.algorithm(algorithm, existed) {
        Standing::Allowed => return None,
        Standing::NotEstablished { sunset } => (Severity::NotEstablished, Some(sunset)),
        Standing::Forbidden { sunset } => (Severity::Failed, sunset),
    };
    let detail = match sunset {
        None => "the algorithm is not one that the policy allows".to_owned(),
        Some(sunset) => format!("the algorithm counts only before {sunset}"),
    };
    Some(Finding::new(severity, ABOUT.id, detail).found(algorithm.name()))
}
