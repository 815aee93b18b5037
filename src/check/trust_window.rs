//! A key is good for a time. A signature after its end may be the thief's, who found the old key in
//! the waste; and who cannot show when it was made cannot show that it was before.

use crate::anchor::{Authority, TrustedKey};
use crate::check::existence::Bound;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::{Position, UnixTime};

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

/// Whether what is proven of a signature lies in the window of the key.
pub fn examine(
    authority: &Authority,
    key: &TrustedKey,
    bound: &Bound,
    at: Option<UnixTime>,
) -> Option<Finding> {
    let existed = &bound.existed;
    // Two windows that do not meet leave nothing open.
    let position = match authority.window_of(key) {
        Some(window) => bound.position(&window, authority.profile),
        None => Position::Outside,
    };
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
