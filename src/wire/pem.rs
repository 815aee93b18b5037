//! PEM, RFC 7468.
//!
//! How it would be attacked: a block that one reader sees and another skips
//! (broken boundaries, white space before them, another number of dashes, the
//! label of the end unlike that of the beginning), old headers inside that
//! change the meaning (`Proc-Type`), or a second base64 spelling.
//!
//! Lines between blocks are explanatory text (RFC 7468 5.2), as bundles of
//! authorities have it; they are passed over unless they could be taken for a
//! boundary. Beyond the strict grammar, spaces at the end of a line are passed
//! over, and lines may have any one width (RFC 7468 2 allows both to those who
//! read): OpenSSH wraps at 70, and some tools do not wrap at all. Neither lets
//! two readers see different bytes.

use super::base64::{self, Base64Error};
use crate::limits;

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands between `BEGIN ` and the dashes.
    pub label: String,
    /// The bytes.
    pub der: Vec<u8>,
}

/// Why a text is not PEM, and on which line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at line {line}")]
pub struct PemError {
    /// What is wrong.
    pub kind: PemErrorKind,
    /// Where.
    pub line: usize,
}

/// What is wrong with a text that is not PEM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemErrorKind {
    /// Five dashes, but neither `-----BEGIN label-----` nor its end.
    #[error("expected '-----BEGIN label-----' or its end on a line of its own")]
    Boundary,
    /// An end that no beginning belongs to, or that of another label.
    #[error("the end of the block has another label than its beginning")]
    Label,
    /// The text ends within a block.
    #[error("the block has no end")]
    Unclosed,
    /// All lines of a block but the last are of one width, the last is no
    /// wider, and none is empty.
    #[error("expected a base64 line of {expected} characters, found {found}")]
    LineLength {
        /// The width of the first line; the widest that the last may be.
        expected: usize,
        /// That of this one.
        found: usize,
    },
    /// Nothing between beginning and end.
    #[error("the block is empty")]
    Empty,
    /// The base64 is wrong.
    #[error("{0}")]
    Base64(Base64Error),
    /// More than [`limits::PEM_BLOCKS_MAX`] blocks.
    #[error("more than {limit} blocks")]
    Blocks {
        /// The bound.
        limit: usize,
    },
    /// A carriage return that no line feed follows.
    #[error("a carriage return without line feed")]
    CarriageReturn,
}

/// RFC 7468 2: where those who write wrap.
const WIDTH: usize = 64;

/// Longest label; those in use have under thirty characters.
const LABEL_BYTES_MAX: usize = 64;

/// How base64 of a certificate in PEM begins.
const WRAPPED: &[u8] = b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t";

/// The PEM of certificates that is in base64 once more, on one line: so cosign
/// writes certificates unless it is told otherwise.
pub fn unwrapped(content: &[u8]) -> Option<Vec<u8>> {
    let line = content.strip_suffix(b"\n").unwrap_or(content);
    let text = std::str::from_utf8(line).ok().filter(|_| line.starts_with(WRAPPED))?;
    base64::decode_standard(text).ok()
}

/// All blocks of `text`, in order. A text without blocks has none.
pub fn blocks(text: &str) -> Result<Vec<Block>, PemError> {
    let mut blocks = Vec::new();
    let mut open: Option<Open> = None;
    let mut line = 0;
    for raw in text.split_inclusive('\n') {
        line += 1;
        let fail = |kind| PemError { kind, line };
        let content = match raw.strip_suffix('\n') {
            Some(ended) => ended.strip_suffix('\r').unwrap_or(ended),
            None => raw,
        };
        if content.contains('\r') {
            return Err(fail(PemErrorKind::CarriageReturn));
        }
        let content = content.trim_end_matches([' ', '\t']);
        if content.contains("-----") {
            open = match (boundary(content).ok_or_else(|| fail(PemErrorKind::Boundary))?, open) {
                (Boundary::Begin(label), None) => Some(Open::new(label, line)),
                (Boundary::End(label), Some(block)) if block.label == label => {
                    if blocks.len() == limits::PEM_BLOCKS_MAX {
                        return Err(fail(PemErrorKind::Blocks { limit: limits::PEM_BLOCKS_MAX }));
                    }
                    blocks.push(block.close()?);
                    None
                }
                (Boundary::Begin(_), Some(_)) => return Err(fail(PemErrorKind::Boundary)),
                (Boundary::End(_), _) => return Err(fail(PemErrorKind::Label)),
            };
        } else if let Some(block) = &mut open {
            block.line(content).map_err(fail)?;
        }
    }
    match open {
        Some(block) => Err(PemError { kind: PemErrorKind::Unclosed, line: block.begins }),
        None => Ok(blocks),
    }
}

enum Boundary<'a> {
    Begin(&'a str),
    End(&'a str),
}

fn boundary(line: &str) -> Option<Boundary<'_>> {
    let inner = line.strip_prefix("-----")?.strip_suffix("-----")?;
    let boundary = match inner.strip_prefix("BEGIN ") {
        Some(label) => Boundary::Begin(label),
        None => Boundary::End(inner.strip_prefix("END ")?),
    };
    let (Boundary::Begin(label) | Boundary::End(label)) = boundary;
    is_label(label).then_some(boundary)
}

/// RFC 7468 3: printable ASCII but `-`, in words with one space or `-` between
/// them. The empty label that the grammar has room for says nothing.
fn is_label(label: &str) -> bool {
    label.len() <= LABEL_BYTES_MAX
        && label
            .split([' ', '-'])
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// A block that has begun.
struct Open<'a> {
    label: &'a str,
    begins: usize,
    base64: String,
    /// Of the first line; zero before it.
    width: usize,
    /// Whether a line was narrower, so that it must be the last.
    narrowed: bool,
}

impl<'a> Open<'a> {
    fn new(label: &'a str, begins: usize) -> Open<'a> {
        Open { label, begins, base64: String::new(), width: 0, narrowed: false }
    }

    fn line(&mut self, line: &str) -> Result<(), PemErrorKind> {
        if self.width == 0 {
            self.width = line.len();
        }
        if line.is_empty() || self.narrowed || line.len() > self.width {
            return Err(PemErrorKind::LineLength { expected: self.width, found: line.len() });
        }
        self.narrowed = line.len() < self.width;
        self.base64.push_str(line);
        Ok(())
    }

    fn close(self) -> Result<Block, PemError> {
        let fail = |kind| PemError { kind, line: self.begins };
        if self.base64.is_empty() {
            return Err(fail(PemErrorKind::Empty));
        }
        let der = base64::decode_standard(&self.base64).map_err(|e| fail(PemErrorKind::Base64(e)))?;
        Ok(Block { label: self.label.to_owned(), der })
    }
}

/// One block, as RFC 7468 demands of those who write, with LF.
pub fn encode(label: &str, der: &[u8]) -> String {
    let base64 = base64::encode_standard(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(WIDTH));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &[u8])]) {
        let expected: Vec<Block> =
            expected.iter().map(|(label, der)| Block { label: (*label).into(), der: der.to_vec() }).collect();
        assert_eq!(blocks(text), Ok(expected), "{text}");
    }

    fn refused(text: &str, expected: &str) {
        assert_eq!(blocks(text).expect_err(text).to_string(), expected, "{text}");
    }

    const A: &str = "-----BEGIN A-----\nZm9v\n-----END A-----\n";

    #[test]
    fn good_ones() {
        check("", &[]);
        check("# only a comment\n", &[]);
        check(A, &[("A", b"foo")]);
        check(&A.replace('\n', "\r\n"), &[("A", b"foo")]);
        check(A.trim_end(), &[("A", b"foo")]);
        check(&format!("# Root\n=====\n{A}\nmore\n{A}\n"), &[("A", b"foo"), ("A", b"foo")]);
        check(&A.replace('\n', " \t\n"), &[("A", b"foo")]);
        check(&A.replace("Zm9v", "Zm\n9v"), &[("A", b"foo")]);
        check(&A.replace("Zm9v", "Zm9\nv"), &[("A", b"foo")]);
        check(&A.replace("Zm9v", &"Zm9v".repeat(100)), &[("A", &b"foo".repeat(100))]);
        check("-----BEGIN X509 CRL-----\nZg==\n-----END X509 CRL-----\n", &[("X509 CRL", b"f")]);
    }

    #[test]
    fn what_is_written_is_read() {
        for length in (1..200).chain([1000]) {
            let der = vec![0xA5; length];
            check(&encode("PUBLIC KEY", &der), &[("PUBLIC KEY", &der)]);
        }
    }

    #[test]
    fn boundaries() {
        let boundary = |line: &str, at: usize| {
            let expected =
                format!("expected '-----BEGIN label-----' or its end on a line of its own, at line {at}");
            refused(&format!("{line}\nZm9v\n-----END A-----\n"), &expected);
        };
        boundary(" -----BEGIN A-----", 1);
        boundary("-----BEGIN A-----\u{a0}", 1);
        boundary("------BEGIN A-----", 1);
        boundary("-----BEGIN A------", 1);
        boundary("-----BEGIN  A-----", 1);
        boundary("-----BEGIN A -----", 1);
        boundary("-----BEGIN -----", 1);
        boundary("-----BEGIN-----", 1);
        boundary("-----begin A-----", 1);
        boundary("-----BEGIN Ä-----", 1);
        boundary("x-----BEGIN A-----", 1);
        boundary("-----", 1);
        boundary("-----BEGIN A-----\n-----BEGIN A-----", 2);
        let label = "the end of the block has another label than its beginning";
        refused("-----END A-----\n", &format!("{label}, at line 1"));
        refused(&A.replace("END A", "END B"), &format!("{label}, at line 3"));
        refused("\n-----BEGIN A-----\nZm9v\n", "the block has no end, at line 2");
    }

    #[test]
    fn lines() {
        let body = |body: &str, expected: &str| {
            refused(&format!("-----BEGIN A-----\n{body}-----END A-----\n"), expected);
        };
        let length = |expected: usize, found: usize, line: usize| {
            format!("expected a base64 line of {expected} characters, found {found}, at line {line}")
        };
        body("", "the block is empty, at line 1");
        body("\nZm9v\n", &length(0, 0, 2));
        body("Zm9v\n\n", &length(4, 0, 3));
        body("Zm9v\n \nZm9v\n", &length(4, 0, 3));
        body("Zm9vZm9v\nZm9v\nZm9v\n", &length(8, 4, 4));
        body("Zm9v\nZm9vZm9v\n", &length(4, 8, 3));
        body("Proc-Type: 4,ENCRYPTED\n", "expected a base64 character, found '-' at offset 4, at line 1");
        body(" Zm9v\n", "expected a base64 character, found ' ' at offset 0, at line 1");
        body("Zm9\rv\n", "a carriage return without line feed, at line 2");
        refused(&format!("{}\r", A.trim_end()), "a carriage return without line feed, at line 3");
        body("Zm8\n", "expected 1 padding characters, found 0, at line 1");
        body("Zh==\n", "the last base64 character has bits that belong to no byte, at line 1");
    }

    #[test]
    fn bounded() {
        assert_eq!(blocks(&A.repeat(limits::PEM_BLOCKS_MAX)).unwrap().len(), limits::PEM_BLOCKS_MAX);
        assert!(blocks(&A.repeat(limits::PEM_BLOCKS_MAX + 1)).is_err());
    }
}
