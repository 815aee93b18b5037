//! A token ages like everything that is signed. Another one over it, made in time, keeps it alive;
//! its own date does not.

use crate::anchor::Identity;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::time::UnixTime;

/// What there is to say about `timestamp.validity`.
pub const ABOUT: About = About {
    id: CheckId::TimestampValidity,
    title: "token still counts",
    establishes: "Between the token and the time of validation nothing happened that takes away its worth: the \
        authority's certificate had not expired or been revoked, its algorithms had not been broken; or \
        a later token by another authority proves that this one existed before.",
    why: "Whoever has the key of an authority that was broken today can stamp yesterday's date.",
    remedy: "Have old tokens stamped again by another authority before the date that the report names. Now \
        only a token that was made in time helps.",
    clause: "EN 319 102-1 section 5.6.2; RFC 3161 section 4; RFC 4998 section 1.1",
};

/// The certificate behind the token has ended, and nobody else shows that the
/// token is older.
pub fn expired(end: UnixTime, latest: UnixTime) -> Finding {
    let detail = "the certificate behind the token ended, and nobody else shows that the token is older";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
        .expected(format!("shown to exist by another authority not later than {end}"))
        .found(format!("judged at {latest}"))
}

/// From when on the evidence no longer suffices.
pub fn until(identity: &Identity, end: UnixTime) -> Finding {
    let detail = format!(
        "counts until {end}, when a certificate behind this token of {identity} ends: have it stamped again \
         by another authority before"
    );
    Finding::new(Severity::Note, ABOUT.id, detail)
}

/// It counts now, and not for as long as the policy asks for.
pub fn too_soon(end: UnixTime, at: Option<UnixTime>, days_min: Option<u32>) -> Option<Finding> {
    let days = i64::from(days_min?);
    let detail = match at {
        None => {
            "for how long the token still counts is not known: no time of validation was given".to_owned()
        }
        Some(at) if end.seconds().saturating_sub(at.seconds()) / 86_400 >= days => return None,
        Some(at) => {
            let left = end.seconds().saturating_sub(at.seconds()) / 86_400;
            format!("the token counts for {left} more days")
        }
    };
    let finding = Finding::new(Severity::NotEstablished, ABOUT.id, detail);
    Some(finding.expected(format!("at least {days} days")).found(format!("until {end}")))
}

/// Nobody said when it is judged, so that whether it still counts is not known.
pub fn unasked(end: UnixTime) -> Finding {
    let detail = format!(
        "whether the token still counts is not established: it does until {end}, and no time of validation \
         was given"
    );
    Finding::new(Severity::Note, ABOUT.id, detail)
}
