//! A decision is recorded, and the rules and inputs that it was made from lie beside it. Whoever
//! brings all of them along can make them agree: so the rules must come from outside, and the
//! decision is made again.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `custody.record`.
pub const ABOUT: About = About {
    id: CheckId::CustodyRecord,
    title: "record follows from what it was made from",
    establishes: "What another system recorded, a decision or a receipt, is what follows from its inputs when it \
        is computed again at its own time, under rules that the auditor was given on another way. That \
        a recorded decision is right does not mean that it allows anything.",
    why: "A record that is only displayed says what its writer wants; rules that come with it allow what \
        he needs.",
    remedy: "Give the rules that were in force with --trust-roots custody=FILE. If the record still says \
        something else than what follows, ask who decided, and take the record as altered.",
    clause: "docs/formats/tbtc.md, decisions; docs/formats/signet.md, receipts",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Record, book);
}

/// Rules at `path` that nobody outside the evidence gave, or others than these.
pub fn rules(item: &str, path: &str, given: bool) -> Finding {
    let (severity, detail, expected) = match given {
        true => {
            (Severity::Failed, "the record rests on other rules than those of the trust store", "the same")
        }
        false => (
            Severity::NotEstablished,
            "the record rests on rules that came with the evidence itself",
            "the rules that were in force, given with --trust-roots custody=FILE",
        ),
    };
    Finding::new(severity, ABOUT.id, detail).item(item).expected(expected).found(path)
}

/// Nobody signed what the record rests on.
pub fn unsigned(item: &str) -> Finding {
    let detail = "nobody signed the record or what it was made from: anybody could have computed it";
    Finding::new(Severity::NotEstablished, CheckId::CustodySignature, detail).item(item)
}

/// Something that the record was made from is not here, or not alone.
pub fn input(item: &str, what: &str, found: &str) -> Finding {
    let detail = "what the record was made from is not here";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item).expected(what).found(found)
}
