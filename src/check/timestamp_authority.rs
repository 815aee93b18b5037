//! Time is only as good as the clock's owner.

use std::collections::BTreeSet;

use crate::anchor::{Authority, Identity, Purpose};
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::{Interval, Position, UnixTime};

/// What there is to say about `timestamp.authority`.
pub const ABOUT: About = About {
    id: CheckId::TimestampAuthority,
    title: "known time-stamp authority",
    establishes: "The signer's certificate leads to an authority of the trust store that is trusted for time \
        stamps, is not distrusted, and was within its window when it stamped.",
    why: "Anybody can run a time-stamp server that stamps any date.",
    remedy: "If you trust this authority for time, get its root on another way and give it with \
        `--trust-roots timestamp=PATH`.",
    clause: "RFC 3161 section 4; docs/formats/trust-store.md, purposes",
};

/// Whether the authority was trusted when it stamped.
pub fn examine(authority: &Authority, interval: &Interval) -> Option<Finding> {
    let severity = match authority.window_position(interval) {
        Position::Inside => return None,
        Position::Straddling => Severity::NotEstablished,
        Position::Outside => Severity::Failed,
    };
    let text = |time: Option<UnixTime>| time.map_or("open".to_owned(), |time| time.to_string());
    let detail = format!("{} stamped outside the window in which it is trusted", authority.identity);
    Some(
        Finding::new(severity, ABOUT.id, detail)
            .expected(format!(
                "{} to {}",
                text(authority.window.not_before),
                text(authority.window.not_after)
            ))
            .found(format!("{} to {}", text(interval.earliest), text(interval.latest))),
    )
}

/// Trusted, and not for this.
pub fn other_purpose(identity: &Identity) -> Finding {
    let detail = format!("{identity} is trusted, but not for time stamps");
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(Purpose::Timestamp.to_string())
}

/// Nobody in the trust store issued the certificate of the signer.
pub fn unknown(signer: &str) -> Finding {
    let detail = "nobody in the trust store who may stamp time issued the certificate of the signer";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).found(signer)
}

/// Issued under a policy that does not count here.
pub fn policy(found: &str, expected: &BTreeSet<String>) -> Finding {
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    Finding::new(Severity::Failed, ABOUT.id, "the token is issued under a policy that does not count here")
        .expected(expected.join(" or "))
        .found(found)
}
