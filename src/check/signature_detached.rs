//! A signature in a file of its own, beside the file that it is about. The link between the two is
//! only a name, so the digest decides and the name is no more than where to look.

use crate::anchor::Identity;
use crate::custody::auths::attestation::Unsigned;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `signature.detached`.
pub const ABOUT: About = About {
    id: CheckId::SignatureDetached,
    title: "detached signature",
    establishes: "The detached signature (minisign, or a raw or base64 signature file) verifies over \
        exactly the bytes of the file beside it, under a key of the trust store. An attestation of auths is \
        signed by the identity and the device that it names.",
    why: "A file and the signature of another file look well together in a directory.",
    remedy: "If the key is unknown, add it to the trust store after checking its fingerprint on another \
        way. If a known key does not verify, file and signature do not belong together: get both again.",
    clause: "minisign signature format; docs/formats/classification.md, detached signatures; docs/formats/auths.md",
};

/// A detached signature verified over the file that it lies beside.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A detached signature names a key of `identity` and does not verify under it.
pub fn failed(target: &str, identity: &Identity) -> Finding {
    let detail = format!("the signature names a key of {identity} and does not verify over {target}");
    Finding::new(Severity::Failed, ABOUT.id, detail)
}

/// A detached signature lies there without the file that it covers.
pub fn alone(target: &str) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "the file that it covers is not there").expected(target)
}

/// The bytes or the digest that this signature covers were not measured.
pub fn unmeasured(target: &str) -> Finding {
    let detail = "what this signature covers was not measured; give the file, not a stream";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(target)
}

/// An attestation names an identity whose key did not sign it, or whose device did not.
pub fn unsigned(issuer: &str, error: &Unsigned) -> Finding {
    let detail = format!("the attestation is not signed by whom it names: {error}");
    Finding::new(Severity::Failed, ABOUT.id, detail).expected(crate::path::escape(issuer.as_bytes()))
}
