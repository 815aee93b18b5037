//! Invalid UTF-8 is replaced by some readers, dropped by others, and passed through by a third
//! kind; a lone surrogate in an escape likewise. A byte-order mark is eaten or not.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};
use crate::wire::json::JsonErrorKind;

/// What there is to say about `json.utf8`.
pub const ABOUT: About = About {
    id: CheckId::JsonUtf8,
    title: "valid Unicode",
    establishes: "Every JSON text is valid UTF-8 without a byte-order mark, and every escaped surrogate has \
        its partner.",
    why: "Names that are different bytes become equal in one tool and stay different in another, and so do \
        the digests of what they were read as.",
    remedy: "Have the producer write UTF-8. Do not convert signed files: that breaks their signatures.",
    clause: "RFC 8259 sections 8.1 and 8.2; RFC 7493 section 2.1; RFC 3629",
};

/// Whether the fault is one of encoding.
pub fn catches(error: &ClaimError) -> bool {
    matches!(error.json_kind(), Some(JsonErrorKind::Utf8 | JsonErrorKind::Surrogate))
}
