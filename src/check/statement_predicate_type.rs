//! A signed vulnerability report is not an approval, however well it is signed. The predicate type
//! says what kind of statement it is, and the policy says which kinds count.

use std::collections::BTreeSet;

use crate::finding::{About, Book, CheckId, Finding, Severity};

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

/// Whether an artifact has a statement of every type that the policy requires.
pub fn examine(path: &str, required: &BTreeSet<String>, found: &BTreeSet<String>, book: &mut Book) -> bool {
    if required.is_empty() {
        book.skip(ABOUT.id, "the policy requires no predicate type");
        return true;
    }
    let mut all = true;
    for predicate_type in required {
        if found.contains(predicate_type) {
            book.pass(ABOUT.id);
        } else {
            all = false;
            book.find(
                Finding::new(
                    Severity::NotEstablished,
                    ABOUT.id,
                    "no trusted statement of a required type names this file",
                )
                .item(path)
                .expected(predicate_type.as_str()),
            );
        }
    }
    all
}
