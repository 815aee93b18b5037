//! The content of an event is edited and its hash left as it was, in the hope that only the links
//! are compared and nobody computes.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.hash`.
pub const ABOUT: About = About {
    id: CheckId::CustodyHash,
    title: "event hash recomputed",
    establishes: "The hash that each event states is the hash of that event as it lies here, computed by \
        the rule of its format; in a log of signet it is the HMAC under the key that the row names.",
    why: "A tool that compares stated hashes with each other, and never with the content, accepts any \
        content.",
    remedy: "Get the event from another copy. If only this event differs, it was changed after it was \
        written; all later events hang on the stated hash and not on the content you see.",
    clause: "StellaOps `ledger.event.v1`, event_hash; docs/formats/custody.md, hash; RFC 8785; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Hash, book);
}
