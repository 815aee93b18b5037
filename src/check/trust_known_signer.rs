//! Signed, but by whom? A signature under a key that nobody here knows is arithmetic, not
//! authority; and the key in the evidence is the attacker's first gift.

use crate::finding::{About, CheckId};

/// What there is to say about `trust.known-signer`.
pub const ABOUT: About = About {
    id: CheckId::TrustKnownSigner,
    title: "signer known",
    establishes: "A signature, seal or event is by an authority of the trust store. A signature by anybody \
        else is listed, and proves nothing either way.",
    why: "Anybody can make a key and sign with it.",
    remedy: "Ask the producer for his key's fingerprint on another way; if it fits, add the key to a trust \
        store with the purpose that it has.",
    clause: "DSSE protocol (key ids are unauthenticated hints); docs/formats/trust.md",
};
