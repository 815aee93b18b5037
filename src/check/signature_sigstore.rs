//! The signature of a bundle is over the message whose digest stands in it, under the certificate or
//! key that the bundle names.

use crate::finding::{About, CheckId, Finding, Severity};
use crate::path::escape;

/// What there is to say about `signature.sigstore`.
pub const ABOUT: About = About {
    id: CheckId::SignatureSigstore,
    title: "message signature of a bundle",
    establishes: "The signature in a Sigstore bundle verifies over the message whose digest stands beside it, under \
        the key of the bundle's certificate, or under a key of the trust store where the bundle names one. The \
        artifact is the file that has this digest. For those with an envelope see `signature.dsse`.",
    why: "Otherwise a bundle of one artifact could be laid beside another.",
    remedy: "Get artifact and bundle again from their producer. If it still fails, one of them was altered.",
    clause: "sigstore client specification, verification of the signature; protobuf-specs, MessageSignature",
};

/// It does not verify under the certificate of the bundle.
pub fn failed(error: &str) -> Finding {
    let detail = format!("the signature does not verify under the certificate of the bundle: {error}");
    Finding::new(Severity::Failed, ABOUT.id, detail)
}

/// It does not verify under the trusted key that the bundle names.
pub fn failed_hint(hint: &str) -> Finding {
    let detail = "the bundle names a trusted key, and the signature does not verify under it";
    Finding::new(Severity::Failed, ABOUT.id, detail).found(format!("hint {}", escape(hint.as_bytes())))
}

/// What the key signs is not at hand.
pub fn unmeasured(error: &str) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, error)
}
