//! The plain case: a file that is not the file that was listed. By a bad sector, a wrong copy, or
//! by somebody who hoped that nobody computes.

use crate::check::entries;
use crate::digest::Digest;
use crate::evidence::Item;
use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::listing::Entry;

/// What there is to say about `integrity.digest`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityDigest,
    title: "digest of every listed file",
    establishes: "Every listed file that is present has exactly the digest that the list states, computed \
        over its bytes as they lie here. Who vouches for the list is another question (`integrity.signed`, \
        `artifact.vouched`).",
    why: "A list that nobody recomputes protects nothing.",
    remedy: "Copy the file again from its source and compare. If it still differs, either file or list was \
        changed; the signed one of the two is right.",
    clause: "GNU coreutils sha256sum; RFC 8493 section 2.1.3; docs/formats/classification.md",
};

/// Whether `item` hashes to what the entry says; `None` where the digest that
/// the list uses was not measured. `excused` is a digest that others agreed to.
pub fn examine(
    list: &str,
    path: &str,
    entry: &Entry,
    item: &Item,
    excused: Option<&Digest>,
    book: &mut Book,
) -> Option<bool> {
    let Some(found) = entries::measured(item, entry) else {
        let detail = "the digest that the list uses was not measured; give the file, not a stream";
        book.find(
            Finding::new(Severity::NotEstablished, ABOUT.id, detail)
                .item(path)
                .expected(entry.digest.to_string())
                .at(format!("{list}, {}", entry.at)),
        );
        return None;
    };
    let agreed = excused.is_some_and(|digest| item.digests.get(digest.algorithm()) == Some(*digest));
    if found == entry.digest || agreed {
        book.pass(ABOUT.id);
        return Some(true);
    }
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, "the file is not the one that was listed")
            .item(path)
            .expected(entry.digest.to_string())
            .found(found.to_string())
            .at(format!("{list}, {}", entry.at)),
    );
    Some(false)
}

/// Every list of a container uses an algorithm under which a second content
/// can be made for a digest.
pub fn weak(list: &str, book: &mut Book) {
    let detail = "the files are listed by weak digests only";
    book.find(
        Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(list).expected("SHA-256 or stronger"),
    );
}

/// A blob lies under the name of another digest, and nobody names it.
pub fn misnamed(item: &Item, stated: &Digest, found: &Digest, book: &mut Book) {
    let detail = "the blob has another digest than its name says";
    let finding = Finding::new(Severity::Failed, ABOUT.id, detail).item(item.path.as_str());
    book.find(finding.expected(stated.to_string()).found(found.to_string()));
}

/// What a descriptor has with it is not what it describes.
pub fn embedded(list: &str, at: &str, stated: &Digest, found: &Digest, book: &mut Book) {
    let detail = "the data in a descriptor is not what the descriptor names";
    let finding = Finding::new(Severity::Failed, ABOUT.id, detail).item(list).at(format!("{at}/data"));
    book.find(finding.expected(stated.to_string()).found(found.to_string()));
}
