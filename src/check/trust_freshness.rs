//! An old trust store still knows the key that was withdrawn last month. Without a clock nobody
//! notices; so the policy may limit the age, and the caller states the time.

use crate::finding::{About, CheckId};

/// What there is to say about `trust.freshness`.
pub const ABOUT: About = About {
    id: CheckId::TrustFreshness,
    title: "trust recent enough",
    establishes: "At the time given with `--at`, the trust store is no older than the policy allows. \
        Without `--at` this cannot be established.",
    why: "Whoever holds back an update keeps stolen and withdrawn keys alive.",
    remedy: "Import the current trust store with `stella trust import`. If there is none newer, write down \
        until when this one suffices.",
    clause: "docs/formats/trust.md, issuedAt; docs/verdict.md, time",
};
