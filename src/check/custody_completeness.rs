//! The easiest forgery of a log is to stop reading early: a cut tail leaves a chain in which every
//! remaining link is right. Only a head known from elsewhere shows that something is missing.

use crate::finding::{About, CheckId};

/// What there is to say about `custody.completeness`.
pub const ABOUT: About = About {
    id: CheckId::CustodyCompleteness,
    title: "complete up to a known head",
    establishes: "The timeline reaches a head, as count and hash, that was pinned by the person who \
        verifies or fixed by a proof of time outside the timeline. Without such a head the history is at \
        most unbroken as far as it goes.",
    why: "The last events are often the interesting ones: the unplanned access, the failed re-hash, the \
        redaction. Dropping them leaves no trace inside the file.",
    remedy: "Get the head (count and hash) from the custodian on another way and give it with \
        `--expect-head CHAIN=COUNT:HASH`. From then on keep the head with your own notes after each \
        verification.",
    clause: "docs/formats/custody.md, heads; docs/verdict.md, completeness",
};
