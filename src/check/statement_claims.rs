//! A good signature of the right person under a statement that says something else: approved for
//! the test system, built from a fork, result failed. Whether it was signed and what was signed are
//! two questions.

use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `statement.claims`.
pub const ABOUT: About = About {
    id: CheckId::StatementClaims,
    title: "required claims hold",
    establishes: "Every claim that the policy requires stands in the verified statement, with a value that \
        the policy accepts.",
    why: "A true statement about the wrong branch, environment or result would be used as an approval.",
    remedy: "Read the claim in the report beside what the policy asks. Either the evidence is not the one \
        you need, or the policy asks for too much.",
    clause: "in-toto Attestation Framework v1, predicate; docs/formats/policy.md, claims, provenance and summaries; SLSA 1.0, provenance and verification summary",
};

/// A required claim is made with the required value.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// No statement makes the claims that the policy wants of one.
pub fn nobody(item: Option<&str>, what: &'static str, book: &mut Book) {
    let detail = format!("the policy asks what {what} says, and no trusted one names this file");
    let mut finding = Finding::new(Severity::NotEstablished, ABOUT.id, detail);
    finding.item = item.map(str::to_owned);
    book.find(finding);
}

/// A trusted statement makes a claim with another value than is required, or none.
pub fn failed(item: &str, pointer: &str, expected: &str, found: Option<String>, book: &mut Book) {
    let severity = if found.is_some() { Severity::Failed } else { Severity::NotEstablished };
    let detail = match found {
        Some(_) => "a trusted statement claims another value than the policy requires",
        None => "a trusted statement does not make a claim that the policy requires",
    };
    let finding = Finding::new(severity, ABOUT.id, detail).item(item).expected(expected).at(pointer);
    book.find(Finding { found, ..finding });
}
