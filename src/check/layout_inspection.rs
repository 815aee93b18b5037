//! A layout may ask whoever verifies to run a command. What it would run comes with the evidence,
//! and nothing of the evidence is ever run.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::path;
use crate::statement::layout::Inspection;
use crate::wire::canonical;
use crate::wire::json::Value;

/// What there is to say about `layout.inspection`.
pub const ABOUT: About = About {
    id: CheckId::LayoutInspection,
    title: "inspections of a layout",
    establishes: "The layout asks for no inspection. Where it asks for one, the command is shown and not run, \
        and what it would have shown is not established.",
    why: "A command that evidence brings along, run by the verifier, would be the end of the verification.",
    remedy: "Read the command in the report. Where you judge it to be sound, run it yourself on a machine that \
        may be lost, and hold its result against the rules of the layout; or ask the owners for a layout that \
        makes it a step.",
    clause: "in-toto specification 1.0, 4.3.2 (inspections); docs/formats/layout.md",
};

/// Nothing is asked for.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// It was not carried out, and will not be.
pub fn not_run(inspection: &Inspection) -> Finding {
    let words = inspection.run.iter().map(|word| Value::from(word.as_str())).collect();
    let command = canonical::to_bytes(&Value::Array(words)).expect("strings have a canonical form");
    Finding::new(
        Severity::NotEstablished,
        ABOUT.id,
        "the inspection was not carried out; this is what it would have run",
    )
    .found(path::escape(&command))
    .at(format!("inspection {}", path::escape(inspection.name.as_bytes())))
}
