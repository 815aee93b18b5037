//! Anchors publish the state of a ledger at some point, so that rewriting history would have to
//! rewrite the anchor too. An anchor copied from another ledger, or one whose count or root does
//! not follow from the events at hand, anchors nothing.

use crate::check::chain;
use crate::custody::ledger::anchor::{Anchor, AnchorOutcome};
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `custody.anchor`.
pub const ABOUT: About = About {
    id: CheckId::CustodyAnchor,
    title: "anchor agrees with the events",
    establishes: "Each anchor that somebody trusted for custody signed names a root and a number of leaves \
        that follow from the events present. An anchor that nobody known signed is compared too, and \
        establishes nothing either way. In a log of signet each time stamp is over the row in which it stands.",
    why: "With an anchor that is merely displayed, a rewritten ledger borrows the credibility of the \
        original.",
    remedy: "Obtain the events of the anchored window in full and the anchor from its publisher. If root or \
        count still differ, take the ledger as altered and compare it with another copy.",
    clause: "docs/formats/ledger.md, anchors; docs/formats/signet.md, time stamps; StellaOps findings ledger, Merkle anchor policy",
};

/// Writes the breaks of this kind in `timeline`, and how each anchor compares.
/// `signed` are those of the case that somebody trusted for custody signed.
/// Returns the worst that any of them says of the timeline.
pub fn examine(item: &str, timeline: &Timeline, signed: &[Anchor], book: &mut Book) -> Option<Severity> {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Anchor, book);
    let mut worst = None;
    for one in &timeline.anchors {
        let known = signed.contains(&one.anchor);
        match (one.outcome, known) {
            (AnchorOutcome::Matched, true) => book.pass(ABOUT.id),
            (AnchorOutcome::Differs { .. }, _) => {
                let (severity, detail) = match known {
                    true => (Severity::Failed, "a signed anchor says something else"),
                    false => {
                        (Severity::NotEstablished, "an anchor that nobody known signed says something else")
                    }
                };
                let (expected, found) = one.compared();
                let finding = Finding::new(severity, ABOUT.id, detail).item(item).expected(expected);
                book.find(finding.found(found.unwrap_or_default()));
                worst = Some(worst.map_or(severity, |worst: Severity| worst.min(severity)));
            }
            _ => {}
        }
    }
    worst
}

/// Time stamps over rows of `item` whose authority was not asked about.
pub fn unasked(item: &str, count: u64, book: &mut Book) {
    let detail = "stamps over rows were compared with them, and their authority was not asked";
    let finding = Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item);
    book.find(finding.found(format!("{count} of them, in an archive or beyond the first and last")));
}
