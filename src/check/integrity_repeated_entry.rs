//! A list names one path twice, with two digests. Whichever tool takes the first and whichever
//! takes the last, both say `OK`, about different files.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::listing::Entry;

/// What there is to say about `integrity.repeated-entry`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityRepeatedEntry,
    title: "no path listed twice",
    establishes: "No list names a path more than once.",
    why: "A second entry for a path lets an exchanged file pass wherever the other entry is the one that \
        counts.",
    remedy: "Have the list written anew from the files. Even two equal entries are refused: a list made by \
        a tool has none.",
    clause: "RFC 8493 section 2.1.3; docs/formats/classification.md",
};

/// An entry names a path for the first time.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// An entry names a path that was named before.
pub fn failed(list: &str, path: &str, entry: &Entry, book: &mut Book) {
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, "the list names this path twice")
            .item(path)
            .found(entry.digest.to_string())
            .at(format!("{list}, {}", entry.at)),
    );
}
