//! Keys of fixtures, trials and first steps have public or careless private halves. They must work,
//! or nobody could try anything, and they must never look like the real thing.

use crate::anchor::Authority;
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `trust.development`.
pub const ABOUT: About = About {
    id: CheckId::TrustDevelopment,
    title: "no development trust needed",
    establishes: "What was established does not rest on an authority that is marked as development. If it \
        does, the result is at most inconclusive, unless `--allow-development` is given, which the report \
        repeats.",
    why: "Anybody may hold the private half of a development key; its signature is no more than a \
        self-test.",
    remedy: "Give production trust roots with `--trust-roots`. `stella trust status` shows which \
        authorities are marked and what the next step is.",
    clause: "docs/formats/trust-store.md, development",
};

/// Whether `authority` is one for development only.
pub fn examine(authority: &Authority, allowed: bool) -> Option<Finding> {
    if !authority.development || allowed {
        return None;
    }
    let detail = format!("{} is trusted for development only", authority.identity);
    Some(Finding::new(Severity::NotEstablished, ABOUT.id, detail))
}
