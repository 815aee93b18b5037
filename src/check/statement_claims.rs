//! A good signature of the right person under a statement that says something else: approved for
//! the test system, built from a fork, result failed. Whether it was signed and what was signed are
//! two questions.

use crate::finding::{About, CheckId};

/// What there is to say about `statement.claims`.
pub const ABOUT: About = About {
    id: CheckId::StatementClaims,
    title: "required claims hold",
    establishes: "Every claim that the policy requires stands in the verified statement, with a value that \
        the policy accepts.",
    why: "A true statement about the wrong branch, environment or result would be used as an approval.",
    remedy: "Read the claim in the report beside what the policy asks. Either the evidence is not the one \
        you need, or the policy asks for too much.",
    clause: "in-toto Attestation Framework v1, predicate; docs/formats/policy.md, claims",
};
