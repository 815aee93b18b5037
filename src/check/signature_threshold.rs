//! Three signatures by one person, under three names, with an old key and a new one. Counting
//! signatures or key ids makes a committee of him; counting identities does not.

use crate::finding::{About, CheckId};

/// What there is to say about `signature.threshold`.
pub const ABOUT: About = About {
    id: CheckId::SignatureThreshold,
    title: "enough distinct identities",
    establishes: "As many different identities of the trust store as the policy demands have signed for \
        this subject. An identity with several keys counts once, and one key under two names counts once.",
    why: "A single stolen key, or a single bribed person, would meet a requirement that was meant for \
        several.",
    remedy: "See in the report who signed and who was not counted and why; ask the missing parties for \
        their signatures.",
    clause: "DSSE protocol, multi-signature verification (at least t of n unique keys); docs/verdict.md, \
        thresholds",
};
