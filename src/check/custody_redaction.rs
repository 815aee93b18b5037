//! Redaction is legitimate, and the best disguise for deletion. A notice must therefore point to an
//! event that exists, come after it, and leave the chain itself whole.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.redaction`.
pub const ABOUT: About = About {
    id: CheckId::CustodyRedaction,
    title: "redaction points to an event",
    establishes: "Every redaction notice names an earlier event of the same chain, and the place of the \
        redacted event in the chain is still there.",
    why: "A notice that points to nothing explains away whatever happens to be missing.",
    remedy: "Ask who ordered the redaction and for the notice's target. A redaction without target is to be \
        treated like a removed event.",
    clause: "StellaOps forensic timeline, redaction_notice; docs/formats/custody.md, redaction",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Redaction, book);
}
