//! Hashes are free: whoever rewrites a chain computes them anew in a second. The actors' signatures
//! are what he cannot compute.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::finding::{About, Book, CheckId};

/// What there is to say about `custody.signature`.
pub const ABOUT: About = About {
    id: CheckId::CustodySignature,
    title: "actor's signature",
    establishes: "The signature on each event that carries one verifies, over exactly the bytes of the \
        event and with its place in the chain, under a key that the trust store holds for the named actor.",
    why: "Without signatures a whole history can be composed by anybody in one afternoon, with every link \
        right.",
    remedy: "If the key is unknown, get the actor's key on another way and add it to the trust store. If a \
        known key does not verify, the event was altered or signed by somebody else.",
    clause: "docs/formats/custody.md, signatures; RFC 8032 for Ed25519; docs/formats/signet.md",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Signature, book);
}
