//! The key of the scan service signs a promotion. The key is known, trusted, and good, but not for
//! that. An authority may be narrowed to the payloads, predicates and build types it is there for.

use crate::anchor::Authority;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::path;
use crate::statement::Statement;

/// What there is to say about `trust.narrowing`.
pub const ABOUT: About = About {
    id: CheckId::TrustNarrowing,
    title: "within the authority's narrowing",
    establishes: "What was signed is of a payload type, predicate type and build type that its authority is \
        narrowed to, where it is narrowed at all.",
    why: "The weakest service with a key could issue the strongest statements.",
    remedy: "Have the statement issued by the authority responsible. Widen the narrowing only if that \
        authority is meant to issue such statements.",
    clause: "docs/formats/trust-store.md, narrowing",
};

/// Whether what was signed is of a type to which `authority` is narrowed.
pub fn examine(authority: &Authority, payload_type: &str, statement: Option<&Statement>) -> Option<Finding> {
    let narrowing = &authority.narrowing;
    let payload_type = Some(payload_type).filter(|text| !text.is_empty());
    let predicate_type = statement.map(|statement| statement.predicate_type.as_str());
    let build_type = statement.and_then(Statement::build_type);
    let (what, found) = if !narrowing.allows_payload_type(payload_type) {
        ("payload type", payload_type)
    } else if !narrowing.allows_predicate_type(predicate_type) {
        ("predicate type", predicate_type)
    } else if !narrowing.allows_build_type(build_type) {
        ("build type", build_type)
    } else {
        return None;
    };
    let detail = format!("{} is not trusted for this {what}", authority.identity);
    let found = found.map_or_else(|| format!("no {what}"), |text| path::escape(text.as_bytes()));
    Some(Finding::new(Severity::Failed, ABOUT.id, detail).found(found))
}
