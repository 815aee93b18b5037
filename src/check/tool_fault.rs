//! This tool is a program and can be wrong. When it breaks on one item it says so, goes on with the
//! others, writes the report, and never takes its own failure for a result.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `tool.fault`.
pub const ABOUT: About = About {
    id: CheckId::ToolFault,
    title: "the tool did not break",
    establishes: "No item made the tool fail. It says nothing about the items.",
    why: "A fault that looked like success, or that stopped the report, would be a door for whoever finds \
        it.",
    remedy: "Keep the item, and report it with the version from the report. Exit code 1 is not a verdict: \
        examine the item by other means.",
    clause: "docs/verdict.md, exit codes",
};

/// The tool itself broke while it was `doing` something with an item, or with
/// the case where no item is named.
pub fn broke(doing: &str) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, format!("the tool broke while {doing} this"))
}
