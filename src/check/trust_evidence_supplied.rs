//! The evidence brings its own keys, roots, policy, even its own verifier, and everything fits
//! together. Of course it does: it was made by one hand.

use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `trust.evidence-supplied`.
pub const ABOUT: About = About {
    id: CheckId::TrustEvidenceSupplied,
    title: "evidence brings no trust",
    establishes: "Keys, trust stores, policies and programs found in the evidence were shown as claims and \
        used for nothing.",
    why: "Evidence that may bring its own trust verifies itself, whoever made it.",
    remedy: "If such a key should be trusted, get its fingerprint on another way, compare, and give the key \
        with `--trust-roots` from outside the evidence.",
    clause: "docs/verdict.md, trust; docs/formats/trust-store.md",
};

/// Evidence brought something along that looks like trust: shown, and not used.
pub fn shown(what: &str, path: &str, book: &mut Book) {
    book.pass(ABOUT.id);
    let detail = format!("{what} lies in the evidence: a claim, not used");
    book.note(Finding::new(Severity::Note, ABOUT.id, detail).item(path));
}

/// Evidence brought certificates along: paths may lead through them, and none
/// ends there.
pub fn material(path: &str, book: &mut Book) {
    book.pass(ABOUT.id);
    let detail = "certificates lie in the evidence: paths may lead through them, and end at the trust store";
    book.note(Finding::new(Severity::Note, ABOUT.id, detail).item(path));
}
