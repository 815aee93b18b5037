//! The heart of the matter: an envelope names a key that we know, and the signature is not that
//! key's. Altered payload, exchanged type, copied signature: all end here.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::path;

/// What there is to say about `signature.dsse`.
pub const ABOUT: About = About {
    id: CheckId::SignatureDsse,
    title: "envelope signature",
    establishes: "The signature verifies over the pre-authentication encoding of the received payload bytes \
        and their type, under a key of the trust store. A key id is only a hint where to look; the key \
        decides.",
    why: "Whoever can alter the payload under a signature can state anything in another's name.",
    remedy: "Get the envelope again from its producer. If it still fails, it was altered, signed by \
        somebody else, or signed by a faulty tool; none of these can be told apart from here.",
    clause: "DSSE protocol, steps to verify (a key id must not decide anything); DSSE envelope",
};

/// A signature verified.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// It does not verify under the certificate that came with it.
pub fn failed_certified() -> Finding {
    let detail = "the signature does not verify under the certificate of the bundle";
    Finding::new(Severity::Failed, ABOUT.id, detail)
}

/// A signature names a key that we know and does not verify under any.
pub fn failed(hint: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "the signature names a trusted key and does not verify under it")
        .found(format!("keyid {}", path::escape(hint.as_bytes())))
}
