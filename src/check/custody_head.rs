//! The verifier brings a head (a count and a hash) that he wrote down earlier. A chain that is
//! perfect in itself and does not contain that head is another chain.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.head`.
pub const ABOUT: About = About {
    id: CheckId::CustodyHead,
    title: "pinned head found",
    establishes: "The chain has, at the pinned count, exactly the pinned hash.",
    why: "A history rewritten from the beginning is consistent in itself. Only a value kept outside the \
        evidence can show that it is not the history you saw before.",
    remedy: "Check the pinned value first: chain, count and hash. If it is right, the chain was replaced or \
        cut since you noted it; demand the earlier copy.",
    clause: "docs/formats/custody.md, heads; RFC 6962 section 2.1.2 for the same idea in logs; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Head, book);
}
