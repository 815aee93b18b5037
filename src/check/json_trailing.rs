//! Something follows the end of the JSON value: a second value, garbage, a script. Readers that
//! stop at the end of the first never see it.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};
use crate::wire::json::JsonErrorKind;

/// What there is to say about `json.trailing`.
pub const ABOUT: About = About {
    id: CheckId::JsonTrailing,
    title: "nothing after the value",
    establishes: "Every JSON text is one value, with nothing but white space after it.",
    why: "What lies behind the value is inside the file, hence inside its digest, and seen only by some.",
    remedy: "If there are several values, the file is JSON lines and must be named so; otherwise refuse it.",
    clause: "RFC 8259 section 2 (JSON-text = ws value ws)",
};

/// Whether the fault is something after the value.
pub fn catches(error: &ClaimError) -> bool {
    matches!(error.json_kind(), Some(JsonErrorKind::Trailing { .. }))
}
