//! Strict grammars: bytes in, structure out, nothing about meaning.
//!
//! Everything that comes from evidence is read here and nowhere else, so that
//! no two parts of the program can disagree about what a file says.

pub mod base64;
pub mod canonical;
pub mod der;
pub mod javascript;
pub mod json;
pub mod lines;
pub mod olpc;
pub mod pem;
pub mod python;
pub mod shape;
pub mod ssh;
pub mod sqlite;
pub mod tar;
pub mod unpack;

/// `text` in quotation marks, with everything escaped that could mislead a
/// reader or a terminal, and cut where it grows too long for one line.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 64;
    match text.char_indices().nth(SHOWN_MAX) {
        None => format!("{text:?}"),
        Some((cut, _)) => format!("{:?}... ({} bytes)", &text[..cut], text.len()),
    }
}
