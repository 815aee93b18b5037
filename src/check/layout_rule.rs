//! Two sound links side by side prove nothing of a chain. That what one step made is what the next
//! one took, and that nothing slipped in between, stands in the rules.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::path;
use crate::statement::layout::{RuleError, Side};

/// What there is to say about `layout.rule`.
pub const ABOUT: About = About {
    id: CheckId::LayoutRule,
    title: "artifact rules hold",
    establishes: "What the links report as materials and products of each step is what the artifact rules of \
        the layout account for, applied in their order; what `MATCH` takes has the same digests in both steps.",
    why: "Between two honest steps anybody could exchange the files, or add some.",
    remedy: "The finding names the step, the rule and the first file that no rule accounts for. Find out where \
        it came from.",
    clause: "in-toto specification 1.0, 4.3.3 (artifact rules, rule processing)",
};

/// The rules of one side of one step hold.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// They do not.
pub fn failed(step: &str, side: Side, error: &RuleError) -> Finding {
    let at = format!("{} of step {}", side.name(), path::escape(step.as_bytes()));
    let finding = Finding::new(Severity::Failed, ABOUT.id, error.to_string()).at(at);
    match error {
        RuleError::Disallowed { path, .. } => finding.found(path::escape(path.as_bytes())),
        RuleError::Required { path, .. } => finding.expected(path::escape(path.as_bytes())),
        _ => finding,
    }
}
