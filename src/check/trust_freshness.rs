//! An old trust store still knows the key that was withdrawn last month. Without a clock nobody
//! notices; so the policy may limit the age, and the caller states the time.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::time::UnixTime;

/// What there is to say about `trust.freshness`.
pub const ABOUT: About = About {
    id: CheckId::TrustFreshness,
    title: "trust recent enough",
    establishes: "At the time given with `--at`, the trust store is no older than the policy allows. \
        Without `--at` this cannot be established.",
    why: "Whoever holds back an update keeps stolen and withdrawn keys alive.",
    remedy: "Import the current trust store with `stella trust import`. If there is none newer, write down \
        until when this one suffices.",
    clause: "docs/formats/trust-store.md, issuedAt; docs/verdict.md, time",
};

/// Whether the trust store is young enough at the time of validation.
pub fn examine(
    issued: Option<UnixTime>,
    at: Option<UnixTime>,
    age_max_seconds: Option<u64>,
    book: &mut Book,
) -> bool {
    let Some(age_max) = age_max_seconds else {
        book.skip(ABOUT.id, "the policy sets no limit to the age of trust");
        return true;
    };
    let detail = match (issued, at) {
        (None, _) => "the trust store does not say when it was issued",
        (_, None) => "no time of validation was given, so the age of the trust store is unknown",
        (Some(issued), Some(at)) if at < issued => "the trust store was issued after the time of validation",
        (Some(issued), Some(at)) if at.seconds().abs_diff(issued.seconds()) > age_max => {
            "the trust store is older than the policy allows"
        }
        _ => {
            book.pass(ABOUT.id);
            return true;
        }
    };
    let finding = Finding::new(Severity::NotEstablished, ABOUT.id, detail)
        .expected(format!("at most {age_max} seconds"));
    book.find(match issued {
        Some(issued) => finding.found(format!("issued {issued}")),
        None => finding,
    });
    false
}
