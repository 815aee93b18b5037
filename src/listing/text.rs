//! Digest lists as text: `SHA256SUMS`, StellaOps' `checksums.txt`, BagIt
//! manifests.
//!
//! How it would be attacked: a name that climbs out, a name twice with two
//! digests, a digest cut short, a second spelling of one name, a carriage
//! return that hides part of a line from a terminal, a `root` line where none
//! belongs, a list that ends in the middle of a line.

use crate::digest::{Algorithm, Digest};
use crate::listing::{Entry, ListingError};
use crate::path::EvidencePath;

/// Which grammar a list follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// What `sha256sum` and its sisters write and read, also in the `--tag`
    /// form: an open list.
    Sums(Algorithm),
    /// StellaOps' `checksums.txt`: SHA-256, canonical paths, and in the older
    /// packaging a first line `root <hex>`.
    Checksums,
    /// RFC 8493 2.1.3: digest, white space, path with percent-encoded line ends.
    Bag(Algorithm),
}

/// What a list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList {
    /// A first line `root <hex>`, where the grammar knows it.
    pub root: Option<Digest>,
    /// The entries in the order written.
    pub entries: Vec<Entry>,
}

/// Reads a whole list.
pub fn parse(grammar: Grammar, text: &[u8]) -> Result<TextList, ListingError> {
    let mut list = TextList::default();
    let mut lines = text.split(|byte| *byte == b'\n').collect::<Vec<_>>();
    if lines.pop().is_some_and(|last| !last.is_empty()) {
        return Err(ListingError::Unfinished { line: lines.len() + 1 });
    }
    if lines.is_empty() {
        return Err(ListingError::Empty);
    }
    for (index, raw) in lines.into_iter().enumerate() {
        let line = index + 1;
        let text = std::str::from_utf8(raw).map_err(|_| ListingError::Utf8 { line })?;
        if text.contains('\r') {
            return Err(ListingError::CarriageReturn { line });
        }
        if grammar == Grammar::Checksums
            && line == 1
            && let Some(hex) = text.strip_prefix("root ")
        {
            let root = Digest::from_hex(Algorithm::Sha256, hex);
            list.root = Some(root.map_err(|e| ListingError::Digest { line, reason: e.to_string() })?);
            continue;
        }
        if text.starts_with('#') && !matches!(grammar, Grammar::Bag(_)) {
            continue;
        }
        list.entries.push(entry(grammar, line, text)?);
    }
    Ok(list)
}

fn entry(grammar: Grammar, line: usize, text: &str) -> Result<Entry, ListingError> {
    let (algorithm, hex, name) = match grammar {
        Grammar::Sums(algorithm) => match tagged(text) {
            Some((name, path, hex)) if name == algorithm => (algorithm, hex, path),
            _ => {
                let (hex, path) = gnu(text).ok_or(ListingError::Line { line })?;
                (algorithm, hex, path)
            }
        },
        Grammar::Checksums => {
            let (hex, path) = gnu(text).ok_or(ListingError::Line { line })?;
            (Algorithm::Sha256, hex, path)
        }
        Grammar::Bag(algorithm) => {
            let (hex, path) = text.split_once([' ', '\t']).ok_or(ListingError::Line { line })?;
            (algorithm, hex, path.trim_start_matches([' ', '\t']))
        }
    };
    // GNU and BagIt accept both cases of hexadecimal; a StellaOps list does not.
    let hex = if grammar == Grammar::Checksums { hex.to_owned() } else { hex.to_ascii_lowercase() };
    let digest = Digest::from_hex(algorithm, &hex)
        .map_err(|e| ListingError::Digest { line, reason: e.to_string() })?;
    let name = match grammar {
        // `find . -exec sha256sum` writes the prefix; it changes no meaning.
        Grammar::Sums(_) => name.strip_prefix("./").unwrap_or(name).to_owned(),
        Grammar::Checksums => name.to_owned(),
        // RFC 8493 2.1.3: only LF, CR and the percent sign are encoded.
        Grammar::Bag(_) => name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%"),
    };
    let path = EvidencePath::new(name.as_bytes()).map_err(|reason| ListingError::Path { line, reason })?;
    Ok(Entry { path, digest, size: None, at: format!("line {line}") })
}

/// `<hex>  <path>` or `<hex> *<path>`; a leading `\` (an escaped name) is no
/// line of ours, because the names it stands for are refused anyway.
fn gnu(text: &str) -> Option<(&str, &str)> {
    let (hex, rest) = text.split_once(' ')?;
    let path = rest.strip_prefix(' ').or_else(|| rest.strip_prefix('*'))?;
    (!path.is_empty()).then_some((hex, path))
}

/// `SHA256 (path) = hex`
fn tagged(text: &str) -> Option<(Algorithm, &str, &str)> {
    let (tag, rest) = text.split_once(" (")?;
    let (path, hex) = rest.rsplit_once(") = ")?;
    let algorithm = Algorithm::from_name(&tag.to_ascii_lowercase().replace('-', ""))?;
    Some((algorithm, path, hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const SUMS: Grammar = Grammar::Sums(Algorithm::Sha256);

    fn check(grammar: Grammar, template: &str, expected: Result<&[&str], &str>) {
        let text = template.replace("HEX", HEX);
        match (parse(grammar, text.as_bytes()), expected) {
            (Ok(list), Ok(paths)) => {
                let found: Vec<_> = list.entries.iter().map(|e| e.path.as_str()).collect();
                assert_eq!(found, paths, "{text}");
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{text}: {error}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn lists() {
        check(SUMS, "HEX  a\nHEX *b/c\n", Ok(&["a", "b/c"]));
        check(SUMS, "# made by hand\nSHA256 (a b) = HEX\nHEX  ./c\n", Ok(&["a b", "c"]));
        check(Grammar::Checksums, "root HEX\nHEX  a\n", Ok(&["a"]));
        check(
            Grammar::Bag(Algorithm::Sha256),
            "HEX  data/a%0Ab\nHEX\tdata/c\n",
            Ok(&["data/a%0Ab", "data/c"]),
        );
    }

    #[test]
    fn refusals() {
        check(SUMS, "", Err("empty"));
        check(SUMS, "HEX  a", Err("ends in the middle"));
        check(SUMS, "HEX  a\r\n", Err("carriage return"));
        check(SUMS, "HEX a\n", Err("not of the form"));
        check(SUMS, "HEX  ../a\n", Err("climbs"));
        check(SUMS, "HEX  /a\n", Err("absolute"));
        check(SUMS, "00  a\n", Err("wants 32 bytes"));
        check(SUMS, "root HEX\n", Err("not of the form"));
        check(SUMS, "\\HEX  a\\\\b\n", Err("digest"));
        check(Grammar::Checksums, "HEX  a\nroot HEX\n", Err("not of the form"));
        check(Grammar::Checksums, &format!("{}  a\n", HEX.to_uppercase()), Err("lower-case"));
        check(Grammar::Checksums, "HEX  ./a\n", Err("'.' part"));
    }
}
