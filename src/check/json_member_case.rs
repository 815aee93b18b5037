//! Some well-known parsers match member names without regard to case. A second member `Payload`
//! beside `payload` is invisible to us and is the payload for them.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};
use crate::wire::shape::ShapeError;

/// What there is to say about `json.member-case`.
pub const ABOUT: About = About {
    id: CheckId::JsonMemberCase,
    title: "no look-alike member names",
    establishes: "No member differs only by letter case from a name that the format knows, in open objects \
        as in closed ones.",
    why: "Two tools would read two different documents from the same signed bytes.",
    remedy: "Refuse the item and tell its producer. Where a producer really spells its members otherwise, \
        it writes another format.",
    clause: "RFC 8259 section 8.3 (names compare by code unit); docs/formats/classification.md",
};

/// Whether the fault is a member that equals a known one but for letter case.
pub fn catches(error: &ClaimError) -> bool {
    matches!(error.shape(), Some(ShapeError::MemberCase { .. }))
}
