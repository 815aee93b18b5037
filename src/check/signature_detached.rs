//! A signature in a file of its own, beside the file that it is about. The link between the two is
//! only a name, so the digest decides and the name is no more than where to look.

use crate::finding::{About, CheckId};

/// What there is to say about `signature.detached`.
pub const ABOUT: About = About {
    id: CheckId::SignatureDetached,
    title: "detached signature",
    establishes: "The detached signature (minisign, or a raw or base64 signature file) verifies over \
        exactly the bytes of the file beside it, under a key of the trust store.",
    why: "A file and the signature of another file look well together in a directory.",
    remedy: "If the key is unknown, add it to the trust store after checking its fingerprint on another \
        way. If a known key does not verify, file and signature do not belong together: get both again.",
    clause: "minisign signature format; docs/formats/classification.md, detached signatures",
};
