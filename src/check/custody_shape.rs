//! A line that two readers read differently can be hashed in one way and shown in another: extra
//! spaces, other member order, an unknown member, a number written in two ways. Our own format
//! therefore allows one spelling of each line and nothing else.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.shape`.
pub const ABOUT: About = About {
    id: CheckId::CustodyShape,
    title: "well-formed event",
    establishes: "Every line of the timeline is a complete event of its format, with all members of the \
        right type; in `stella.custody/v1` the line is its own RFC 8785 form, byte for byte, and in a log of signet it is \
        as its writer spells it, with no member that the HMAC does not cover.",
    why: "If the text that was hashed may differ from the text that is read, hash and signature protect the \
        wrong one.",
    remedy: "Look at the line named in the finding. Get the original export; editors and converters that \
        reformat JSON destroy the record.",
    clause: "docs/formats/custody.md; RFC 8785 section 3; StellaOps `ledger.event.v1`; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Shape, book);
}
