//! What was valid then may be expired now, and the other way round: windows are held against
//! proven times, never against a clock.

use crate::anchor::Profile;
use crate::check::existence::Bound;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::proof::x509::Certificate;
use crate::time::{Interval, Position, UnixTime, Window};

/// What there is to say about `certificate.window`.
pub const ABOUT: About = About {
    id: CheckId::CertificateWindow,
    title: "certificate valid at its time",
    establishes: "At the time that is proven (or, for a certificate alone, at `--at`), every certificate of the \
        path was within its validity.",
    why: "An expired certificate is no longer watched: nobody revokes it when its key leaks.",
    remedy: "Look for a time stamp by another authority from before the end of the validity. For a \
        certificate alone give the time that you ask about with `--at`.",
    clause: "RFC 5280 sections 4.1.2.5 and 6.1.3 (a)(2)",
};

/// Whether what is proven of a signature lies where the path to the trust store
/// holds.
pub fn examine(subject: &str, holds: &Window, profile: Profile, bound: &Bound) -> Option<Finding> {
    let severity = match bound.position(holds, profile) {
        Position::Inside => return None,
        Position::Straddling => Severity::NotEstablished,
        Position::Outside => Severity::Failed,
    };
    let detail = match (severity, bound.existed.latest) {
        (Severity::Failed, _) => format!("{subject}: used outside the validity of its certificates"),
        (_, None) => {
            format!("{subject}: nothing proves when it was used, and no time of validation was given")
        }
        _ => format!("{subject}: nothing proves that it was used within the validity of its certificates"),
    };
    let found = match bound.existed.latest {
        Some(latest) => format!("at the latest {latest}"),
        None => "no proven time".to_owned(),
    };
    Some(Finding::new(severity, ABOUT.id, detail).expected(words(holds)).found(found))
}

/// Whether a certificate alone is valid at the time that is asked about.
pub fn alone(certificate: &Certificate, holds: &Window, at: &Interval) -> Option<Finding> {
    let subject = certificate.subject();
    let severity = match (holds.position(at), at.latest) {
        (Position::Inside, Some(_)) => return None,
        (_, None) | (Position::Straddling, _) => Severity::NotEstablished,
        (Position::Outside, _) => Severity::Failed,
    };
    let (detail, found) = match at.latest {
        Some(at) => (format!("{subject}: not valid at that time"), at.to_string()),
        None => (format!("{subject}: no time was asked about"), "no --at".to_owned()),
    };
    Some(Finding::new(severity, ABOUT.id, detail).expected(words(holds)).found(found))
}

fn words(window: &Window) -> String {
    let text = |time: Option<UnixTime>| time.map_or("open".to_owned(), |time| time.to_string());
    format!("{} to {}", text(window.not_before), text(window.not_after))
}
