//! The one file that would incriminate is left out, and all others are perfect. In a closed
//! container, absence is a fault like a wrong digest.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::listing::Entry;

/// What there is to say about `integrity.missing`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityMissing,
    title: "no listed file missing",
    establishes: "Every file that a closed container lists is present. In open lists such as SHA256SUMS an \
        absent file is only counted as not examined.",
    why: "Who may leave out files chooses what the evidence says.",
    remedy: "Ask for the complete container. If a file was lawfully withheld, it needs a container made \
        without it, or a redaction that says so.",
    clause: "RFC 8493 section 3 (complete); StellaOps sealed bundle, checksums.txt; \
        docs/formats/classification.md",
};

/// A listed file is there.
pub fn present(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A listed file is not there: a fault in a closed container, and elsewhere
/// something that was not brought along.
pub fn missing(list: &str, path: &str, entry: &Entry, closed: bool, book: &mut Book) {
    if !closed {
        book.skip(ABOUT.id, "listed in an open list and not at hand");
        return;
    }
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, "a listed file is not there")
            .item(path)
            .expected(entry.digest.to_string())
            .at(format!("{list}, {}", entry.at)),
    );
}

/// A file that the format itself demands is not there.
pub fn demanded(path: &str, book: &mut Book) {
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, "a file that the format demands is not there").item(path),
    );
}
