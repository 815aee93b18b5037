//! `verification: passed`, says the file about itself.

use crate::claim::TimeAnchor;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::{Interval, Position, UnixTime, Window};

/// What there is to say about `time.anchor`.
pub const ABOUT: About = About {
    id: CheckId::TimeAnchor,
    title: "time anchor holds",
    establishes: "A `time-anchor.json` names a time that a token proves: the token's digest is the one named, it \
        is by a known authority, and the time is its; where policy gives a staleness budget, it is no older \
        than that at the time of validation.",
    why: "The anchor tells a machine without a clock how late it is. A false one makes stale evidence \
        fresh.",
    remedy: "Get the anchor again together with its token. The member `verification` in it is a claim of \
        whoever wrote it, and is not used.",
    clause: "docs/interop-stellaops.md, time anchors",
};

/// How old an anchor may be, and when it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// In hours.
    pub hours: u32,
    /// The time of validation.
    pub at: Option<UnixTime>,
}

/// Whether the time of an anchor is that of the token that it names; `proven` is
/// the interval of that token, where it is here and counts.
pub fn examine(anchor: &TimeAnchor, proven: Option<Interval>, budget: Option<Budget>) -> Option<Finding> {
    let open = |detail: &str| Some(Finding::new(Severity::NotEstablished, ABOUT.id, detail));
    if anchor.source != "rfc3161" {
        let finding = open("the anchor is not by a time-stamp token, and other proofs of time are not read");
        return finding.map(|finding| finding.found(crate::path::escape(anchor.source.as_bytes())));
    }
    if let Some(format) = anchor.format.as_ref().filter(|format| !format.starts_with("rfc3161")) {
        let detail = "the anchor names a time-stamp token in a format that is not one";
        let finding = Finding::new(Severity::Failed, ABOUT.id, detail).expected("rfc3161-v1");
        return Some(finding.found(crate::path::escape(format.as_bytes())));
    }
    let Some(proven) = proven else {
        let finding = open("the token that the anchor names is not here, or does not count");
        return finding.map(|finding| finding.expected(anchor.token.to_string()));
    };
    let window = Window { not_before: proven.earliest, not_after: proven.latest };
    let time = Interval { earliest: Some(anchor.time), latest: Some(anchor.time) };
    if window.position(&time) == Position::Inside {
        return budget.and_then(|budget| stale(anchor, budget));
    }
    let text = |time: Option<UnixTime>| time.map_or("open".to_owned(), |time| time.to_string());
    Some(
        Finding::new(Severity::Failed, ABOUT.id, "the anchor names another time than its token")
            .expected(format!("{} to {}", text(proven.earliest), text(proven.latest)))
            .found(anchor.time.to_string()),
    )
}

/// Whether the budget is used up at the time of validation.
fn stale(anchor: &TimeAnchor, Budget { hours, at }: Budget) -> Option<Finding> {
    let open = |detail: &str| Finding::new(Severity::NotEstablished, ABOUT.id, detail);
    let Some(at) = at else {
        let finding = open("how old the anchor is was not asked: no time of validation was given");
        return Some(finding.expected(format!("at most {hours} hours before --at")));
    };
    let age = at.seconds().saturating_sub(anchor.time.seconds()).max(0);
    if age <= i64::from(hours) * 3600 {
        return None;
    }
    let finding = open("the anchor is older than the policy allows");
    Some(finding.expected(format!("at most {hours} hours before {at}")).found(format!(
        "{}, {} hours before",
        anchor.time,
        age / 3600
    )))
}
