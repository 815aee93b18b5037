//! A size that does not fit is the first sign of a cut or grown file, and it is known before a
//! single byte is hashed.

use crate::evidence::Item;
use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::listing::Entry;

/// What there is to say about `integrity.size`.
pub const ABOUT: About = About {
    id: CheckId::IntegritySize,
    title: "size of every listed file",
    establishes: "Every listed file has exactly the number of bytes that its list states, where it states \
        one.",
    why: "Sizes are shown to people and used by other programs to reserve, stream and bill; a false one \
        misleads them even if the digest is right.",
    remedy: "Copy the file again. If digest and size contradict each other in the list itself, the list was \
        put together wrongly.",
    clause: "StellaOps bundle manifest, sizeBytes; RFC 8493 section 2.2.2 (Payload-Oxum)",
};

/// Whether `item` is as long as the entry says, where it says so.
pub fn examine(list: &str, path: &str, entry: &Entry, item: &Item, book: &mut Book) -> bool {
    match entry.size {
        None => {
            book.skip(ABOUT.id, "the list gives no size");
            true
        }
        Some(size) if size == item.size => {
            book.pass(ABOUT.id);
            true
        }
        Some(size) => {
            book.find(
                Finding::new(Severity::Failed, ABOUT.id, "the file has another length than was listed")
                    .item(path)
                    .expected(size.to_string())
                    .found(item.size.to_string())
                    .at(format!("{list}, {}", entry.at)),
            );
            false
        }
    }
}
