//! Signed, but by whom? A signature under a key that nobody here knows is arithmetic, not
//! authority; and the key in the evidence is the attacker's first gift.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::limits;
use crate::path;

/// What there is to say about `trust.known-signer`.
pub const ABOUT: About = About {
    id: CheckId::TrustKnownSigner,
    title: "signer known",
    establishes: "A signature, seal or event is by an authority of the trust store. A signature by anybody \
        else is listed, and proves nothing either way; so many signatures without the name of a known key \
        that trying every key would take too long are refused.",
    why: "Anybody can make a key and sign with it.",
    remedy: "Ask the producer for his key's fingerprint on another way; if it fits, add the key to a trust \
        store with the purpose that it has.",
    clause: "DSSE protocol (key ids are unauthenticated hints); docs/formats/trust-store.md",
};

/// A signature was made by someone in the trust store.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// Nobody in the trust store made this signature.
pub fn unknown(hint: Option<&str>) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "nobody in the trust store made this signature").found(
        match hint {
            Some(hint) => format!("keyid {}", path::escape(hint.as_bytes())),
            None => "no keyid".to_owned(),
        },
    )
}

/// Nobody in the trust store made it, and a certificate lies beside it that
/// somebody on line might find in a log.
pub fn certificate_beside() -> Finding {
    let detail = "nobody in the trust store made this signature; the certificate beside it has neither an entry of \
        a log nor a time stamp with it, so that nothing here shows when it was used";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected("a bundle")
}

/// The signatures of the item name none of so many keys that they are not
/// tried: `trials` is how many times a key would have to be.
pub fn too_many_trials(trials: usize) -> Finding {
    Finding::new(
        Severity::Failed,
        ABOUT.id,
        "the signature names no key, and there are too many signatures to try every key on each",
    )
    .expected(format!("at most {} trials of keys in the item", limits::KEY_TRIALS_MAX))
    .found(format!("{trials} trials"))
}

/// The trials would go over so many `bytes`.
pub fn too_much_to_hash(bytes: u64) -> Finding {
    Finding::new(
        Severity::Failed,
        ABOUT.id,
        "the signature names no key, and what is signed is too long to try every key on each signature",
    )
    .expected(format!("at most {} bytes for the trials of keys in the item", limits::KEY_TRIAL_BYTES_MAX))
    .found(format!("{bytes} bytes"))
}

/// There is no signature at all.
pub fn nobody() -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "without an envelope: nobody signed it")
}

/// A commit or a bundle is of an identity that nobody outside the evidence pinned.
pub fn not_pinned(did: &str) -> Finding {
    let detail = "nobody in the trust store pinned this identity";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).found(path::escape(did.as_bytes()))
}
