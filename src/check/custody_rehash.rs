//! Evidence changes hands and nobody looks whether it is still the same. The receiving party must
//! hash anew what it received, and the new digest must be the one from before.

use crate::check::chain;
use crate::custody::{BreakKind, Timeline};
use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `custody.rehash`.
pub const ABOUT: About = About {
    id: CheckId::CustodyRehash,
    title: "re-hash at each transfer",
    establishes: "At each transfer the evidence was hashed again, and the digests are those recorded at the \
        transfer before; the last ones are those of the evidence given here, where it is given.",
    why: "Without it, the time and place of an exchange cannot be narrowed down: the chain of hands is \
        whole and the thing in the hands is another.",
    remedy: "Look for the transfer between which the digest changed, and speak to its two parties. If no \
        re-hash was made, say so in your report; it cannot be made up for.",
    clause: "docs/formats/custody.md, transfer",
};

/// Writes the breaks of this kind in `timeline`.
pub fn examine(item: &str, timeline: &Timeline, book: &mut Book) {
    chain::examine(item, timeline, ABOUT.id, BreakKind::Rehash, book);
}

/// A file that the timeline collected is still what it was.
pub fn same(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A file that the timeline collected is something else now.
pub fn differs(timeline: &str, path: &str, collected: &Digest, found: &Digest, book: &mut Book) {
    let detail = format!("the file is not what {timeline} says was collected");
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, detail)
            .item(path)
            .expected(collected.to_string())
            .found(found.to_string()),
    );
}

/// A file that the timeline collected was not hashed as it was then.
pub fn unmeasured(timeline: &str, path: &str, collected: &Digest, book: &mut Book) {
    let detail = format!("the file was not hashed as {timeline} says that it was when it was collected");
    book.find(
        Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(path).expected(collected.to_string()),
    );
}
