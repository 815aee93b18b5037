//! The signature is right and the algorithm is one that attackers can break, or will be able to by
//! the time somebody relies on it; or the evidence itself chose the algorithm.

use crate::finding::{About, CheckId};

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
