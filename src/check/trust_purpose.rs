//! A time-stamping key approves a release, a build key hands over custody. Each key is honest at
//! its own work; moved to another's it makes statements its owner never meant.

use crate::finding::{About, CheckId};

/// What there is to say about `trust.purpose`.
pub const ABOUT: About = About {
    id: CheckId::TrustPurpose,
    title: "authority of the right purpose",
    establishes: "Everything that was established rests on an authority whose purposes include exactly that \
        use: attestation, promotion, custody, timestamp, log, witness, kit, policy and so on.",
    why: "The owner of any one key in the trust store would own everything that the store is used for.",
    remedy: "Have the right authority sign. Do not add a purpose to make a check pass; that gives the key \
        this power for all evidence.",
    clause: "docs/formats/trust.md, purposes; RFC 5280 section 4.2.1.12 for the same idea in certificates",
};
