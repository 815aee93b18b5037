//! Whoever can verify a MAC can also make one. A proof under a shared key therefore tells the
//! holder of that key that it was he or one of the others, and it tells third parties nothing.

use crate::anchor::Authority;
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `signature.shared-key`.
pub const ABOUT: About = About {
    id: CheckId::SignatureSharedKey,
    title: "shared key does not stand alone",
    establishes: "Nothing here rests on a shared-key (HMAC) proof alone: where there is one, a public-key \
        signature stands beside it.",
    why: "Every holder of the shared key, the verifier included, could have written the evidence.",
    remedy: "Ask for a public-key signature. For tests in which a shared key is meant to suffice, the \
        policy can say so, and the report repeats it.",
    clause: "RFC 2104; docs/verdict.md, kinds of evidence",
};

/// Whether the signature is one that every holder of the key could have made.
/// `insufficient` says that it is, and that the policy asks for more.
pub fn examine(authority: &Authority, insufficient: bool) -> Option<Finding> {
    if !insufficient {
        return None;
    }
    let detail = format!(
        "a shared key proves less: everyone who can check this as {} could have made it",
        authority.identity
    );
    Some(Finding::new(Severity::NotEstablished, ABOUT.id, detail))
}
