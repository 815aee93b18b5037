//! Ten thousand opening brackets cost the attacker ten kilobytes and a recursive parser its stack.

use crate::finding::{About, CheckId};

/// What there is to say about `json.depth`.
pub const ABOUT: About = About {
    id: CheckId::JsonDepth,
    title: "nesting within the limit",
    establishes: "No JSON text is nested deeper than the limit.",
    why: "A crashed verifier gives no verdict; and parsers with different limits see different files.",
    remedy: "Real attestations need about a dozen levels. Find out what produced this one.",
    clause: "RFC 8259 section 9 (limits on depth are allowed)",
};
