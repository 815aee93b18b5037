//! `Good` is said about a moment. Data from before that moment says nothing about it.

use crate::check::pki::Until;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::UnixTime;

/// What there is to say about `revocation.freshness`.
pub const ABOUT: About = About {
    id: CheckId::RevocationFreshness,
    title: "revocation data fresh enough",
    establishes: "The revocation data was issued at or after the time that it is asked about, so that it can say \
        `good` about that time. An authority whose own clock is all that speaks for its word is asked about \
        until somebody else's proof begins, or else until the time of validation, at which the data has to \
        be in force.",
    why: "A list from yesterday cannot know what happened today. And a key that was stolen since writes any date: \
        an old list hides it.",
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
    until: Option<Until>,
) -> Finding {
    let detail = format!("{subject}: {by} says good, and is too old to know");
    let wanted = wanted.map_or("the time that is asked about".to_owned(), |time| time.to_string());
    Finding::new(severity, ABOUT.id, detail)
        .expected(match until {
            Some(Until::Validation(_)) => format!("in force at {wanted}, or issued later"),
            _ => format!("issued at or after {wanted}"),
        })
        .found(format!("issued at {this_update}"))
}
