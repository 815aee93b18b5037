//! The plain case: a file that is not the file that was listed. By a bad sector, a wrong copy, or
//! by somebody who hoped that nobody computes.

use crate::finding::{About, CheckId};

/// What there is to say about `integrity.digest`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityDigest,
    title: "digest of every listed file",
    establishes: "Every listed file that is present has exactly the digest that the list states, computed \
        over its bytes as they lie here. Who vouches for the list is another question (`integrity.signed`, \
        `artifact.vouched`).",
    why: "A list that nobody recomputes protects nothing.",
    remedy: "Copy the file again from its source and compare. If it still differs, either file or list was \
        changed; the signed one of the two is right.",
    clause: "GNU coreutils sha256sum; RFC 8493 section 2.1.3; docs/formats/classification.md",
};
