//! The signature verifies over the payload alone, without the type in front of it. Then the type is
//! nobody's statement: a signed receipt can be presented as an approval.

use crate::anchor::Identity;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `signature.bare-payload`.
pub const ABOUT: About = About {
    id: CheckId::SignatureBarePayload,
    title: "signature covers the payload type",
    establishes: "No signature in an envelope is one over the bare payload; what is counted was made over \
        the pre-authentication encoding, with type and length.",
    why: "An attacker could take any signature of that key over plain bytes and present it in an envelope, \
        with a type of his choice.",
    remedy: "Have the producer's signing tool corrected. What it signed so far must be signed again.",
    clause: "DSSE protocol, signature definition (PAE)",
};

/// A signature verified over the encoding that it should be made over.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A signature verifies over the payload alone.
pub fn failed(identity: &Identity) -> Finding {
    let detail = format!("the signature of {identity} covers the bare payload and not its type");
    Finding::new(Severity::Failed, ABOUT.id, detail)
        .expected("a signature over the pre-authentication encoding")
        .found("a signature over the payload alone")
}
