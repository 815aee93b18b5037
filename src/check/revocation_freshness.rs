//! `Good` is said about a moment. Data from before that moment says nothing about it.

use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::UnixTime;

/// What there is to say about `revocation.freshness`.
pub const ABOUT: About = About {
    id: CheckId::RevocationFreshness,
    title: "revocation data fresh enough",
    establishes: "The revocation data was issued at or after the time that it is asked about, so that it can say \
        `good` about that time.",
    why: "A list from yesterday cannot know what happened today.",
    remedy: "Get a revocation list or OCSP response that was issued after the time that the finding names, \
        and put it beside the evidence.",
    clause: "RFC 5280 section 5.1.2.4; RFC 6960 section 2.4; docs/formats/revocation.md",
};

/// Nothing at hand was issued late enough to know.
pub fn stale(
    severity: Severity,
    subject: &str,
    by: &str,
    this_update: UnixTime,
    wanted: Option<UnixTime>,
) -> Finding {
    let detail = format!("{subject}: {by} says good, and is too old to know");
    let wanted = wanted.map_or("the time that is asked about".to_owned(), |time| time.to_string());
    Finding::new(severity, ABOUT.id, detail)
        .expected(format!("issued at or after {wanted}"))
        .found(format!("issued at {this_update}"))
}
