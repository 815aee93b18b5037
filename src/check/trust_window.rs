//! A key is good for a time. A signature after its end may be the thief's, who found the old key in
//! the waste; and who cannot show when it was made cannot show that it was before.

use crate::anchor::{Authority, Profile, TrustedKey};
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::{Interval, Position, UnixTime};

/// What there is to say about `trust.window`.
pub const ABOUT: About = About {
    id: CheckId::TrustWindow,
    title: "within the authority's window",
    establishes: "The proven time of each signature lies inside the window of the authority and key that \
        made it, with the whole of its uncertainty. Wholly outside is failed; across an edge, or with no \
        proven time where one is needed, is not established.",
    why: "Retired keys are guarded less than current ones, and claimed dates can be chosen freely.",
    remedy: "Look for a proof of time (a time-stamp token or log entry) by another authority. If there is \
        none, have the artifact signed again by a current key.",
    clause: "docs/verdict.md, time; docs/formats/trust-store.md, windows; RFC 5280 section 4.1.2.5",
};

/// Whether something that existed in `existed` lies in the window of the key.
///
/// A proof of time bounds a signature from above. For a long-lived key that is
/// enough: it existed before the end, and before the beginning nobody could
/// have made it. A short-lived key wants the whole interval inside.
pub fn examine(
    authority: &Authority,
    key: &TrustedKey,
    existed: &Interval,
    at: Option<UnixTime>,
) -> Option<Finding> {
    let mut position = authority.key_position(key, existed);
    if position == Position::Straddling && authority.profile == Profile::LongLived {
        let last = Interval { earliest: existed.latest, latest: existed.latest };
        if existed.latest.is_some() && authority.key_position(key, &last) == Position::Inside {
            position = Position::Inside;
        }
    }
    let severity = match position {
        Position::Inside => return None,
        Position::Straddling => Severity::NotEstablished,
        Position::Outside => Severity::Failed,
    };
    let detail = match (position, at) {
        (Position::Outside, _) => "signed outside the window of the key",
        (_, None) => "nothing proves when it was signed, and no time of validation was given",
        (_, Some(_)) => "nothing proves that it was signed inside the window of the key",
    };
    let text = |time: Option<UnixTime>| time.map_or("open".to_owned(), |time| time.to_string());
    let window = |w: &crate::time::Window| format!("{} to {}", text(w.not_before), text(w.not_after));
    let expected =
        match (authority.window == crate::time::Window::OPEN, key.window == crate::time::Window::OPEN) {
            (false, false) => format!("{} and {}", window(&authority.window), window(&key.window)),
            (false, true) => window(&authority.window),
            _ => window(&key.window),
        };
    let found =
        existed.latest.map_or("no proven time".to_owned(), |latest| format!("at the latest {latest}"));
    let detail = format!("{}: {detail}", authority.identity);
    Some(Finding::new(severity, ABOUT.id, detail).expected(expected).found(found))
}
