//! `Setup.exe` and `setup.exe` are two files on one system and one file on another; `e` with an
//! accent has two spellings that look alike. What was two verified files becomes one unverified
//! survivor.

use crate::check::refusal;
use crate::check::view::CaseView;
use crate::evidence::FaultKind;
use crate::finding::{About, Book, CheckId};

/// What there is to say about `intake.folded-name`.
pub const ABOUT: About = About {
    id: CheckId::IntakeFoldedName,
    title: "names differ for every file system",
    establishes: "No two names in a closed container are equal after Unicode normalisation (NFC) and simple \
        case folding. In open ones such names are only reported.",
    why: "On a file system that ignores case, the file unpacked later replaces the verified one.",
    remedy: "Ask for a container in which the names differ by more than case or accents.",
    clause: "Unicode Standard Annex 15 (NFC); Unicode Standard section 3.13 (case folding); \
        docs/formats/classification.md",
};

/// Turns the refusals of this kind into findings.
pub fn examine(view: &CaseView, book: &mut Book) {
    refusal::examine(view, book, ABOUT.id, FaultKind::FoldedName);
}
