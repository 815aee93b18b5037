//! A signed vulnerability report is not an approval, however well it is signed. The predicate type
//! says what kind of statement it is, and the policy says which kinds count.

use crate::finding::{About, CheckId};

/// What there is to say about `statement.predicate-type`.
pub const ABOUT: About = About {
    id: CheckId::StatementPredicateType,
    title: "required predicate types present",
    establishes: "For each subject there are verified statements of all the predicate types that the policy \
        requires, compared exactly.",
    why: "Any signed statement about an artifact could stand in for the one that matters.",
    remedy: "Ask the producer for the missing statement, or see whether it carries a type that the policy \
        spells in another version.",
    clause: "in-toto Attestation Framework v1, predicateType; docs/formats/policy.md, predicate types",
};
