//! A bundle holds the signed manifest twice: as payload of the signature, and as a readable file
//! beside it. The machine checks the one and the human reads the other.

use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `integrity.payload-matches`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityPayloadMatches,
    title: "readable copy says what was signed",
    establishes: "A readable copy of signed content, such as `manifest.json`, has the same JSON value as \
        the signed payload, member for member. White space and member order may differ; nothing else.",
    why: "People and other tools read the readable copy. If it may differ, the signature protects a text \
        that nobody looks at.",
    remedy: "Trust only the signed payload. Have the bundle sealed again if the copies differ.",
    clause: "StellaOps bundle packaging (manifest.json re-emits the DSSE payload); \
        docs/interop-stellaops.md",
};

/// The signed payload says what the container says.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// The signed payload says something else.
pub fn failed(item: &str, detail: &str, expected: String, found: String, book: &mut Book) {
    book.find(Finding::new(Severity::Failed, ABOUT.id, detail).item(item).expected(expected).found(found));
}

/// The id of `bundle.json` is that of the manifest, with or without dashes.
pub fn ids(item: &str, manifest: &str, info: &str, book: &mut Book) {
    let plain = |text: &str| text.replace('-', "");
    if plain(manifest) == plain(info) {
        return passed(book);
    }
    let detail = "the container calls itself by another name than its manifest does";
    let shown = |text: &str| crate::path::escape(text.as_bytes());
    failed(item, detail, shown(manifest), shown(info), book);
}
