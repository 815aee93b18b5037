//! The one file that would incriminate is left out, and all others are perfect. In a closed
//! container, absence is a fault like a wrong digest.

use crate::finding::{About, CheckId};

/// What there is to say about `integrity.missing`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityMissing,
    title: "no listed file missing",
    establishes: "Every file that a closed container lists is present. In open lists such as SHA256SUMS an \
        absent file is only counted as not examined.",
    why: "Who may leave out files chooses what the evidence says.",
    remedy: "Ask for the complete container. If a file was lawfully withheld, it needs a container made \
        without it, or a redaction that says so.",
    clause: "RFC 8493 section 3 (complete); StellaOps sealed bundle, checksums.txt; \
        docs/formats/classification.md",
};
