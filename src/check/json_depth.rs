//! Ten thousand opening brackets cost the attacker ten kilobytes and a recursive parser its
//! stack; ten million empty arrays cost a tolerant one its memory.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};
use crate::wire::json::JsonErrorKind;

/// What there is to say about `json.depth`.
pub const ABOUT: About = About {
    id: CheckId::JsonDepth,
    title: "structure within the limits",
    establishes: "No JSON text is nested deeper, holds more values, or writes longer numbers than the limits.",
    why: "A crashed verifier gives no verdict; and parsers with different limits see different files.",
    remedy: "Real attestations need about a dozen levels. Find out what produced this one.",
    clause: "RFC 8259 section 9 (a parser may set limits); docs/ARCHITECTURE.md, limits",
};

/// Whether the fault is one of depth or number.
pub fn catches(error: &ClaimError) -> bool {
    matches!(error.json_kind(), Some(JsonErrorKind::Depth { .. } | JsonErrorKind::Values { .. }))
}
