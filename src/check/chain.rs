//! What the walk along a timeline found, each kind of break under its own check.

use crate::custody::{Break, BreakKind, Format, Standing, Timeline};
use crate::finding::{Book, CheckId, Finding, Severity};

/// The check of that kind of break.
pub fn check_of(kind: BreakKind) -> CheckId {
    CheckId::parse(&format!("custody.{}", kind.name()))
        .expect("every kind of break is a check of the same name")
}

/// Writes what was found of one kind in `timeline`, which lies in `item`.
pub fn examine(item: &str, timeline: &Timeline, id: CheckId, kind: BreakKind, book: &mut Book) {
    let tally = timeline.tallies.get(&kind).copied().unwrap_or_default();
    book.pass_many(id, tally.examined.saturating_sub(tally.broken + tally.not_established));
    let (mut broken, mut open) = (0, 0);
    for one in timeline.breaks.iter().filter(|one| one.kind == kind) {
        let severity = match one.standing {
            Standing::Broken => Severity::Failed,
            Standing::NotEstablished => Severity::NotEstablished,
        };
        match severity {
            Severity::Failed => broken += 1,
            _ => open += 1,
        }
        book.find(finding(item, timeline, id, severity, one));
    }
    book.left_out(id, Severity::Failed, tally.broken.saturating_sub(broken));
    book.left_out(id, Severity::NotEstablished, tally.not_established.saturating_sub(open));
}

fn finding(item: &str, timeline: &Timeline, id: CheckId, severity: Severity, one: &Break) -> Finding {
    // A transcript is one text, whatever lines it has.
    let place = if timeline.format == Format::TbtcTranscript { "record" } else { "line" };
    let at = match one.sequence {
        Some(sequence) => {
            format!("{place} {}, event {sequence} of chain {}", one.line, shown(&timeline.chain))
        }
        None => format!("{place} {}", one.line),
    };
    let finding = Finding::new(severity, id, detail(one.kind)).item(item).at(at);
    Finding {
        expected: Some(one.expected.clone()).filter(|text| !text.is_empty()),
        found: Some(one.found.clone()).filter(|text| !text.is_empty()),
        ..finding
    }
}

/// A chain's own name for itself, safe to print.
pub fn shown(chain: &str) -> String {
    crate::path::escape(chain.as_bytes())
}

/// What is wrong, in words.
pub fn detail(kind: BreakKind) -> &'static str {
    match kind {
        BreakKind::Shape => "the line is not an event in its one spelling",
        BreakKind::Genesis => "the timeline does not begin as it must",
        BreakKind::Gap => "events are missing",
        BreakKind::Order => "events stand in another order than they are numbered",
        BreakKind::Duplicate => "the same event stands there twice",
        BreakKind::Fork => "two different events claim the same place",
        BreakKind::Link => "the hash of the event before is another",
        BreakKind::Hash => "the recorded hash is not that of the event",
        BreakKind::Leaf => "the recorded Merkle leaf is not that of the event",
        BreakKind::Anchor => "a signed anchor says something else",
        BreakKind::Case => "the event belongs to another case",
        BreakKind::Signature => "a signature is missing or wrong",
        BreakKind::Actor => "whoever acted is nobody who may",
        BreakKind::Handover => "someone acted without having been handed the evidence",
        BreakKind::Rehash => "the evidence, hashed again, is not what was collected",
        BreakKind::Redaction => "the redaction names no earlier event",
        BreakKind::Time => "the claimed time runs backwards",
        BreakKind::Head => "the timeline contradicts the pinned head",
        BreakKind::Record => "the record does not follow from what it was made from",
    }
}
