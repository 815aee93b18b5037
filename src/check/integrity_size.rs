//! A size that does not fit is the first sign of a cut or grown file, and it is known before a
//! single byte is hashed.

use crate::digest::Digest;
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

/// Whether `item` is as long as the entry says, where it says so. Who agreed to
/// the digest `excused` agreed to its length.
pub fn examine(
    list: &str,
    path: &str,
    entry: &Entry,
    item: &Item,
    excused: Option<&Digest>,
    book: &mut Book,
) -> bool {
    if excused.is_some_and(|digest| item.digests.get(digest.algorithm()) == Some(*digest)) {
        book.skip(ABOUT.id, "the difference was agreed to");
        return true;
    }
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

/// `Payload-Oxum` of a bag: how many bytes and files its payload has.
pub fn payload(item: &str, stated: &str, bytes: u64, files: u64, book: &mut Book) {
    let found = format!("{bytes}.{files}");
    if stated == found {
        return book.pass(ABOUT.id);
    }
    let detail = "the payload of the bag has another length or number of files than is stated";
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, detail)
            .item(item)
            .expected(crate::path::escape(stated.as_bytes()))
            .found(found)
            .at("Payload-Oxum"),
    );
}

/// `Payload-Oxum` stands there a second time: which of them a reader takes is
/// anybody's guess (RFC 8493 2.2.2).
pub fn payload_again(item: &str, stated: &str, book: &mut Book) {
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, "the bag states the length of its payload twice")
            .item(item)
            .found(crate::path::escape(stated.as_bytes()))
            .at("Payload-Oxum"),
    );
}
