//! `{"digest":"good","digest":"evil"}`: some parsers take the first, some the last. With escapes
//! (`"d\u0069gest"`) the two do not even look alike. Verifier and consumer must not be able to read
//! two different objects.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};
use crate::wire::json::JsonErrorKind;

/// What there is to say about `json.duplicate-member`.
pub const ABOUT: About = About {
    id: CheckId::JsonDuplicateMember,
    title: "no member name twice",
    establishes: "No JSON object has two members of the same name, compared after resolving escapes.",
    why: "The verifier would approve one value and the installer use the other.",
    remedy: "Refuse the item. Honest producers do not write duplicates.",
    clause: "RFC 8259 section 4; RFC 7493 section 2.3 (I-JSON)",
};

/// Whether the fault is a member that is there twice.
pub fn catches(error: &ClaimError) -> bool {
    matches!(error.json_kind(), Some(JsonErrorKind::DuplicateMember { .. }))
}
