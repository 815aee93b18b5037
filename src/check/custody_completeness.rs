//! The easiest forgery of a log is to stop reading early: a cut tail leaves a chain in which every
//! remaining link is right. Only a head known from elsewhere shows that something is missing.

use crate::check::chain;
use crate::check::existence::Proof;
use crate::custody::{Completeness, Timeline};
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `custody.completeness`.
pub const ABOUT: About = About {
    id: CheckId::CustodyCompleteness,
    title: "complete up to a known head",
    establishes: "The timeline reaches a head, as count and hash, that was pinned by the person who \
        verifies, or fixed by a proof of time over the whole file, given by somebody who signed none of its \
        events. Such a proof shows that nothing was cut off since, and its time says since when. Without \
        either the history is at most unbroken as far as it goes.",
    why: "The last events are often the interesting ones: the unplanned access, the failed re-hash, the \
        redaction. Dropping them leaves no trace inside the file.",
    remedy: "Get the head (count and hash) from the custodian on another way and give it with \
        `--expect-head CHAIN=COUNT:HASH`, or have the file time-stamped. From then on keep the head with \
        your own notes after each verification.",
    clause: "docs/formats/custody.md, heads; docs/verdict.md, completeness",
};

/// Whether a pinned or stamped head shows that nothing was cut off the end.
/// `stamped` is a proof of time over the whole file by somebody who signed no
/// event in it: whoever cuts the file loses it, and can only get a later one.
pub fn examine(item: &str, timeline: &Timeline, stamped: Option<&Proof>, book: &mut Book) -> bool {
    let until = match timeline.completeness() {
        Completeness::Pinned => {
            book.pass(ABOUT.id);
            return true;
        }
        Completeness::PinnedUntil { count } => format!("a head pinned at event {count}"),
        Completeness::PinnedEvent { count } => {
            format!("a pin on event {count}, whose hash does not cover the events before it")
        }
        Completeness::NotEstablished => "no pinned head that agrees".to_owned(),
    };
    if let (Some(stamped), Some(head)) = (stamped, timeline.head) {
        book.pass(ABOUT.id);
        let detail = "a time stamp fixes the head: what was cut off before it was made would not show";
        let latest =
            stamped.interval.latest.map_or("a time that is open".to_owned(), |time| time.to_string());
        book.note(
            Finding::new(Severity::Note, ABOUT.id, detail)
                .item(item)
                .found(format!("{head}, stamped by {} not after {latest}", stamped.by)),
        );
        return true;
    }
    let head = timeline.head.map_or("no event".to_owned(), |head| head.to_string());
    book.find(
        Finding::new(
            Severity::NotEstablished,
            ABOUT.id,
            "completeness not established: a cut tail would not show",
        )
        .item(item)
        .expected(format!("a pin on the last event of chain {}: {head}", chain::shown(&timeline.chain)))
        .found(until),
    );
    false
}
