//! A key was stolen, or its owner is no longer trusted. All its signatures are as valid as before;
//! only this list says that they no longer mean anything.

use crate::anchor::{Authority, Identity, TrustedKey};
use crate::finding::{About, CheckId, Finding, Severity};
use crate::path;

/// What there is to say about `trust.distrusted`.
pub const ABOUT: About = About {
    id: CheckId::TrustDistrusted,
    title: "not distrusted",
    establishes: "No counted signature is from an authority, key or certificate on the `distrusted` list. \
        That list beats every other entry.",
    why: "A stolen key would go on approving until the end of its window.",
    remedy: "Read the reason in the report. Whatever this authority alone vouched for must be vouched for \
        anew by another.",
    clause: "docs/formats/trust-store.md, distrusted",
};

/// Whether the key or its authority is distrusted.
pub fn examine(authority: &Authority, key: &TrustedKey) -> Option<Finding> {
    let reason = authority.distrust_of(key)?;
    let detail = format!("{} signed with a distrusted key", authority.identity);
    Some(Finding::new(Severity::Failed, ABOUT.id, detail).found(path::escape(reason.as_bytes())))
}

/// A path leads to, or through, somebody who is distrusted.
pub fn certified(identity: &Identity, reason: &str) -> Finding {
    let detail = format!("a certificate under {identity} is distrusted");
    Finding::new(Severity::Failed, ABOUT.id, detail).found(path::escape(reason.as_bytes()))
}
