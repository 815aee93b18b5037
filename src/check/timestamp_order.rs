//! Two honest clocks never contradict each other beyond their accuracy.

use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::{Interval, UnixTime};

/// What there is to say about `timestamp.order`.
pub const ABOUT: About = About {
    id: CheckId::TimestampOrder,
    title: "times agree",
    establishes: "No proven time lies after the time of validation, and nothing is proven older than something \
        that it contains or covers.",
    why: "Times that contradict each other mean that one of the clocks, or one of the stories, is wrong.",
    remedy: "Compare the times in the findings with what is known of the events. Ask the authority whose \
        token does not fit.",
    clause: "RFC 3161 section 2.4.2 (ordering, accuracy); docs/verdict.md, time",
};

/// Made after the time of validation.
pub fn after(interval: &Interval, at: UnixTime) -> Finding {
    let earliest = interval.earliest.map_or("unknown".to_owned(), |time| time.to_string());
    Finding::new(Severity::Failed, ABOUT.id, "the token is from after the time of validation")
        .expected(format!("not after {at}"))
        .found(format!("not before {earliest}"))
}

/// It says that it is older than a token that it is over, and that counts.
pub fn contradiction(outer: UnixTime, inner: UnixTime) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "the token says that it is older than the token that it is over")
        .expected(format!("not before {inner}"))
        .found(format!("at the latest {outer}"))
}
