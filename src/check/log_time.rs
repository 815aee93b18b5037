//! The key of a log is trusted for a time, like every other key.

use crate::anchor::Identity;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::{Interval, UnixTime, Window};

/// What there is to say about `log.time`.
pub const ABOUT: About = About {
    id: CheckId::LogTime,
    title: "within the window of the log",
    establishes: "The time of an entry lies inside the window in which the key of its log is trusted, both ends \
        included. Of an entry without a time of its own it is the time that others prove.",
    why: "A retired key of a log can promise any time, also one at which a stolen certificate was valid.",
    remedy: "Compare the window in the trust store with what the operator of the log publishes. A bundle from \
        outside of it must be signed again.",
    clause: "sigstore protobuf-specs, TransparencyLogInstance and TimeRange",
};

/// It lies outside.
pub fn outside(log: &Identity, at: &Interval, window: Option<Window>) -> Finding {
    let text = |time: Option<UnixTime>| time.map_or("open".to_owned(), |time| time.to_string());
    let expected = match window {
        Some(Window { not_before, not_after }) => format!("{} to {}", text(not_before), text(not_after)),
        None => "no time at all".to_owned(),
    };
    let detail = format!("the time of the entry lies outside the window of the log {log}");
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(expected).found(text(at.latest))
}

/// It lies after the validation.
pub fn later(at: &Interval, validation: UnixTime) -> Finding {
    let found = at.earliest.map_or("open".to_owned(), |time| time.to_string());
    Finding::new(Severity::Failed, ABOUT.id, "the time lies after that of validation")
        .expected(format!("not after {validation}"))
        .found(found)
}
