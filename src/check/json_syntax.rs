//! Comments, single quotes, trailing commas, `NaN`, a leading zero: each is accepted by some parser
//! and read in its own way. Here only the grammar counts.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};
use crate::wire::json::JsonErrorKind;

/// What there is to say about `json.syntax`.
pub const ABOUT: About = About {
    id: CheckId::JsonSyntax,
    title: "JSON by the grammar",
    establishes: "Every JSON text follows the grammar exactly.",
    why: "Every tolerance is a place in which two tools can read different things from the same bytes.",
    remedy: "Look at the line and column in the finding. Have the producer write standard JSON.",
    clause: "RFC 8259 sections 2 to 7",
};

/// Whether the fault is one of grammar.
pub fn catches(error: &ClaimError) -> bool {
    matches!(
        error.json_kind(),
        Some(
            JsonErrorKind::Syntax { .. } | JsonErrorKind::NumberLength { .. } | JsonErrorKind::ByteOrderMark
        )
    )
}
