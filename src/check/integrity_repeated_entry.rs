//! A list names one path twice, with two digests. Whichever tool takes the first and whichever
//! takes the last, both say `OK`, about different files.

use crate::finding::{About, CheckId};

/// What there is to say about `integrity.repeated-entry`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityRepeatedEntry,
    title: "no path listed twice",
    establishes: "No list names a path more than once.",
    why: "A second entry for a path lets an exchanged file pass wherever the other entry is the one that \
        counts.",
    remedy: "Have the list written anew from the files. Even two equal entries are refused: a list made by \
        a tool has none.",
    clause: "RFC 8493 section 2.1.3; docs/formats/classification.md",
};
