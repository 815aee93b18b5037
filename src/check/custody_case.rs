//! Events are cut from the timeline of one case and spliced into another: same actors, same keys,
//! good signatures. The case id is under the hash and under the signature for exactly this reason.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.case`.
pub const ABOUT: About = About {
    id: CheckId::CustodyCase,
    title: "events of one case",
    establishes: "Every event belongs to the case (in a ledger: the tenant) that the timeline is about, so \
        that none was transplanted from elsewhere.",
    why: "The quiet history of an unimportant exhibit could otherwise stand in for the troubled one of an \
        important exhibit.",
    remedy: "Find out where the foreign events come from. Ask each custodian for the timeline of this case \
        as he kept it himself.",
    clause: "docs/formats/custody.md, case id; StellaOps `ledger.event.v1`, event.tenant and event.chainId",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Case, book);
}
