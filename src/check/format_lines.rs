//! Lists are read line by line, by many tools, with many ideas of where a line ends. A carriage
//! return, a missing last line feed or a line of a gigabyte makes two tools read two lists.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};

/// What there is to say about `format.lines`.
pub const ABOUT: About = About {
    id: CheckId::FormatLines,
    title: "clean lines",
    establishes: "Every line of a line-based format ends with one line feed (a carriage return before it \
        only where the format allows one), is no longer than the limit, and has the form that its format \
        states.",
    why: "A line that one tool skips and another reads takes a file out of the check, or puts one in.",
    remedy: "Get the list as the producer wrote it; do not convert line ends. For a list that you make \
        yourself use the plain output of `sha256sum`.",
    clause: "GNU coreutils sha256sum, output format; RFC 8493 section 2.1.3; docs/formats/classification.md",
};

/// Whether the fault is one of a text made of lines.
pub fn catches(error: &ClaimError) -> bool {
    error.is_lines()
}
