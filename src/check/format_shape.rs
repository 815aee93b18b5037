//! A file whose name claims a format and whose content does not keep it was either broken or made
//! to be overlooked. It is never quietly taken as `just a file`.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};

/// What there is to say about `format.shape`.
pub const ABOUT: About = About {
    id: CheckId::FormatShape,
    title: "item keeps its declared format",
    establishes: "Every item that claims a format, by its name or by its discriminating members, has all \
        the members that the format requires, with the right types and no forbidden ones.",
    why: "If a malformed attestation counted as an uninteresting file, damaging it would be a way to make \
        it disappear.",
    remedy: "Look at the place that the finding names. Get the item again from its producer; if the \
        producer's tool writes it so, report the fault there.",
    clause: "docs/formats/classification.md; in-toto Attestation Framework v1; DSSE envelope specification",
};

/// Whether the fault is one of shape: whatever no narrower check catches.
pub fn catches(error: &ClaimError) -> bool {
    error.json_kind().is_none()
        && !error.is_base64()
        && !error.is_lines()
        && !super::json_member_case::catches(error)
}
