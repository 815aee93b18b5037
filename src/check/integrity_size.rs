//! A size that does not fit is the first sign of a cut or grown file, and it is known before a
//! single byte is hashed.

use crate::finding::{About, CheckId};

/// What there is to say about `integrity.size`.
pub const ABOUT: About = About {
    id: CheckId::IntegritySize,
    title: "size of every listed file",
    establishes: "Every listed file has exactly the number of bytes that its list states, where it states \
        one.",
    why: "Sizes are shown to people and used by other programs to reserve, stream and bill; a false one \
        misleads them even if the digest is right.",
    remedy: "Copy the file again. If digest and size contradict each other in the list itself, the list was \
        put together wrongly.",
    clause: "StellaOps bundle manifest, sizeBytes; RFC 8493 section 2.2.2 (Payload-Oxum)",
};
