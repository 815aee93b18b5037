//! Whoever can verify a MAC can also make one. A proof under a shared key therefore tells the
//! holder of that key that it was he or one of the others, and it tells third parties nothing.

use crate::finding::{About, CheckId};

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
