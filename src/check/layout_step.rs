//! The layout wants two people to have built the same. One of them, with two key ids, or with the
//! key that he has for another step, is still one.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::limits;
use crate::path;

/// What there is to say about `layout.step`.
pub const ABOUT: About = About {
    id: CheckId::LayoutStep,
    title: "steps carried out by those who may",
    establishes: "For every step of the layout there are links by as many different functionaries as it asks \
        for, each with a key that the layout names for this very step, and all of them report the same \
        materials and products. Layouts in place of links hold in turn.",
    why: "A step that nobody, or somebody else, carried out is where code comes in that nobody reviewed.",
    remedy: "Ask the functionaries of the step for their links, and see in the report which were not counted, \
        and why.",
    clause: "in-toto specification 1.0, 4.3.1 (steps and thresholds), 4.4 (links) and 4.5 (sublayouts); \
        docs/formats/layout.md",
};

/// A step was carried out as the layout asks.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

fn finding(severity: Severity, step: &str, detail: impl Into<String>) -> Finding {
    Finding::new(severity, ABOUT.id, detail).at(format!("step {}", path::escape(step.as_bytes())))
}

/// There are fewer distinct functionaries than the layout asks for.
pub fn too_few(step: &str, found: usize, threshold: usize) -> Finding {
    let detail = "fewer functionaries report this step than the layout asks for";
    finding(Severity::NotEstablished, step, detail).expected(threshold.to_string()).found(found.to_string())
}

/// A link is by somebody whom the layout does not name for this step.
pub fn not_named(step: &str) -> Finding {
    finding(Severity::NotEstablished, step, "the link is signed by no functionary of this step")
}

/// A link is by a functionary of another step.
pub fn another_step(step: &str) -> Finding {
    finding(
        Severity::Failed,
        step,
        "the link is signed by a functionary of other steps, who may not sign this one",
    )
}

/// The key is one that nobody should rely on.
pub fn distrusted(step: &str, reason: &str) -> Finding {
    finding(Severity::Failed, step, "the key of the functionary is distrusted")
        .found(path::escape(reason.as_bytes()))
}

/// A key of the layout cannot be read here.
pub fn unusable(step: &str, id: &str, why: &str) -> Finding {
    let found = format!("keyid {}: {}", path::escape(id.as_bytes()), path::escape(why.as_bytes()));
    finding(Severity::NotEstablished, step, "a key that the layout names for this step is not read here")
        .found(found)
}

/// The step names a key that the layout does not have.
pub fn absent_key(step: &str, id: &str) -> Finding {
    let found = format!("keyid {}", path::escape(id.as_bytes()));
    finding(Severity::NotEstablished, step, "the step names a key that the layout does not have").found(found)
}

/// Two functionaries report different things.
pub fn disagree(step: &str) -> Finding {
    finding(Severity::Failed, step, "links that count for this step report different materials or products")
}

/// What was run is not what the layout expects; decides nothing.
pub fn command(step: &str, expected: &[String], found: &[String]) -> Finding {
    let shown = |words: &[String]| path::escape(words.join(" ").as_bytes());
    finding(Severity::Note, step, "another command was run than the layout expects")
        .expected(shown(expected))
        .found(shown(found))
}

/// A layout that asks for nothing.
pub fn no_steps() -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, "the layout has no steps, and so establishes nothing")
}

/// A layout lies in itself.
pub fn cyclic(step: &str) -> Finding {
    finding(Severity::Failed, step, "the layout lies below itself")
}

/// Layouts lie in layouts too deep.
pub fn too_deep(step: &str) -> Finding {
    finding(Severity::Failed, step, "layouts lie in layouts deeper than is followed")
        .expected(format!("at most {}", limits::LAYOUT_DEPTH_MAX))
}

/// So many links and signatures would have to be looked at that none more are.
pub fn too_many(step: &str) -> Finding {
    let detail = "more links or signatures than are looked at for all layouts here";
    finding(Severity::Failed, step, detail).expected(format!(
        "at most {} links, and {} trials of signatures with keys",
        limits::LAYOUT_LOOKS_MAX,
        limits::LAYOUT_TRIALS_MAX
    ))
}
