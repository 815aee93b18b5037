//! The key of the scan service signs a promotion. The key is known, trusted, and good, but not for
//! that. An authority may be narrowed to the payloads, predicates and build types it is there for.

use crate::finding::{About, CheckId};

/// What there is to say about `trust.narrowing`.
pub const ABOUT: About = About {
    id: CheckId::TrustNarrowing,
    title: "within the authority's narrowing",
    establishes: "What was signed is of a payload type, predicate type and build type that its authority is \
        narrowed to, where it is narrowed at all.",
    why: "The weakest service with a key could issue the strongest statements.",
    remedy: "Have the statement issued by the authority responsible. Widen the narrowing only if that \
        authority is meant to issue such statements.",
    clause: "docs/formats/trust.md, narrowing",
};
