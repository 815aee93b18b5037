//! in-toto signed, before envelopes, the canonical form of what stands in `signed`; and a link
//! counts by the key that the layout gives its functionary, not by the name of its file.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::path;

/// What there is to say about `layout.signature`.
pub const ABOUT: About = About {
    id: CheckId::LayoutSignature,
    title: "signatures of layouts and links",
    establishes: "A layout or link in the form with `signed` and `signatures` verifies over the canonical form \
        of `signed`, and every link that a layout counts verifies under a key that this layout names for its \
        step. A key id is only a hint where to look.",
    why: "Whoever can alter a link, or put in one of his own under a functionary's name, decides what the \
        product was made of.",
    remedy: "Get the file again from whoever signed it. If it still fails, it was altered or signed by \
        somebody else.",
    clause: "in-toto specification 1.0, 4.2 (signatures over canonical JSON) and 5.2 (verifying links); \
        docs/formats/layout.md",
};

/// A signature verified.
pub fn passed(book: &mut Book) {
    book.pass(ABOUT.id);
}

/// A signature names a key of the trust store and does not verify under any.
pub fn failed(hint: &str) -> Finding {
    let detail = "the signature names a trusted key and does not verify under it";
    Finding::new(Severity::Failed, ABOUT.id, detail).found(format!("keyid {}", path::escape(hint.as_bytes())))
}

/// A link names a key that the layout has for its step, and does not verify under it.
pub fn of_link(hint: &str) -> Finding {
    let detail = "the link names a functionary of its step and does not verify under his key";
    Finding::new(Severity::Failed, ABOUT.id, detail).found(format!("keyid {}", path::escape(hint.as_bytes())))
}

/// A layout in a bundle, whose steps nobody follows.
pub fn bundled() -> Finding {
    let detail = "a layout in a bundle: its steps are followed only where its owners sign with keys";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
}
