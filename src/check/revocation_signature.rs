//! Revocation data is carried by the same hands as the evidence; it counts by its signature alone.

use crate::finding::{About, CheckId, Finding, Severity};
use crate::proof::revocation::RefusalError;
use crate::time::UnixTime;

/// What there is to say about `revocation.signature`.
pub const ABOUT: About = About {
    id: CheckId::RevocationSignature,
    title: "revocation data authentic",
    establishes: "Every revocation list and OCSP response that was used is signed by the issuer of the certificate \
        it speaks about, or by one to whom that issuer delegated it.",
    why: "Whoever could forge an answer could call a stolen key good, or a good one revoked.",
    remedy: "Get the list or response again from the address that the certificate names. A responder that \
        cannot show its delegation is a fault of the issuer.",
    clause: "RFC 5280 sections 5 and 6.3; RFC 6960 sections 3.2 and 4.2.2.2",
};

/// Something speaks about the certificate and cannot be relied on.
pub fn refused(severity: Severity, subject: &str, source: Option<String>, why: &RefusalError) -> Finding {
    let source = source.map_or(String::new(), |source| format!("{source}: "));
    Finding::new(severity, ABOUT.id, format!("{subject}: {source}{why}"))
}

/// Nobody at hand could have signed it.
pub fn nobody(what: &str) -> Finding {
    let detail = format!("{what}: no certificate of whoever signed it is at hand");
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
}

/// Whoever is named did not sign it, or may not.
pub fn wrong(what: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("{what}: not signed by whoever is named, or who may"))
}

/// It is from after the time of validation.
pub fn future(what: &str, stated: UnixTime, at: UnixTime) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, format!("{what}: from after the time of validation"))
        .expected(format!("not after {at}"))
        .found(stated.to_string())
}
