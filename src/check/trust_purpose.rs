//! A time-stamping key approves a release, a build key hands over custody. Each key is honest at
//! its own work; moved to another's it makes statements its owner never meant.

use crate::anchor::{Authority, Purpose};
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `trust.purpose`.
pub const ABOUT: About = About {
    id: CheckId::TrustPurpose,
    title: "authority of the right purpose",
    establishes: "Everything that was established rests on an authority whose purposes include exactly that \
        use: attestation, promotion, custody, timestamp, log, witness, kit, policy and so on.",
    why: "The owner of any one key in the trust store would own everything that the store is used for.",
    remedy: "Have the right authority sign. Do not add a purpose to make a check pass; that gives the key \
        this power for all evidence.",
    clause: "docs/formats/trust-store.md, purposes; RFC 5280 section 4.2.1.12 for the same idea in certificates",
};

/// Whether `authority` is trusted for `purpose`.
pub fn examine(authority: &Authority, purpose: Purpose) -> Option<Finding> {
    if authority.may(purpose) {
        return None;
    }
    let has: Vec<_> = authority.purposes.iter().map(|purpose| purpose.name()).collect();
    let detail = format!("{} is trusted, but not for this purpose", authority.identity);
    Some(Finding::new(Severity::Failed, ABOUT.id, detail).expected(purpose.name()).found(
        match has.as_slice() {
            [] => "no purpose".to_owned(),
            has => has.join(", "),
        },
    ))
}
