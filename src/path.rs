//! Names of evidence, safe to compare and to print.
//!
//! How it would be attacked: climb out (`..`, absolute, drive letters), end a
//! C string early (NUL), be another separator (`\`), be dropped by Windows
//! (trailing dot or space), be two names for one file (`a//b`, `./a`), or fake
//! a member of an archive (`outer.tgz!/inner` as the name of a directory).

use std::fmt;

use crate::limits;

/// A relative path with `/` between its parts, in one spelling only.
///
/// Bytes that are not UTF-8, control characters, `%` and `!` are kept as
/// `%XX`, so `!/` occurs only where [`EvidencePath::inside`] put it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidencePath(String);

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No name at all.
    #[error("the name is empty")]
    Empty,
    /// Begins with `/`.
    #[error("the name is absolute")]
    Absolute,
    /// Has `..` as a part.
    #[error("the name climbs with '..'")]
    Parent,
    /// Has `.` or nothing as a part.
    #[error("the name has an empty or '.' part")]
    NotNormal,
    /// Contains a zero byte.
    #[error("the name contains NUL")]
    Nul,
    /// Contains `\`.
    #[error("the name contains a backslash")]
    Backslash,
    /// A part begins like `C:`.
    #[error("the name has a drive letter")]
    Drive,
    /// A part ends with a dot or a space.
    #[error("a part of the name ends with a dot or a space")]
    Trailing,
    /// Longer than [`limits::PATH_BYTES_MAX`].
    #[error("the name is longer than {} bytes", limits::PATH_BYTES_MAX)]
    TooLong,
    /// Deeper than [`limits::PATH_DEPTH_MAX`].
    #[error("the name is deeper than {} parts", limits::PATH_DEPTH_MAX)]
    TooDeep,
}

impl EvidencePath {
    /// The only way to make one.
    pub fn new(raw: &[u8]) -> Result<EvidencePath, PathError> {
        if raw.is_empty() {
            return Err(PathError::Empty);
        }
        if raw.contains(&0) {
            return Err(PathError::Nul);
        }
        if raw[0] == b'/' {
            return Err(PathError::Absolute);
        }
        if raw.contains(&b'\\') {
            return Err(PathError::Backslash);
        }
        if raw.len() > limits::PATH_BYTES_MAX {
            return Err(PathError::TooLong);
        }
        for (depth, part) in raw.split(|b| *b == b'/').enumerate() {
            match part {
                b".." => return Err(PathError::Parent),
                b"" | b"." => return Err(PathError::NotNormal),
                _ if part.ends_with(b".") || part.ends_with(b" ") => return Err(PathError::Trailing),
                [letter, b':', ..] if letter.is_ascii_alphabetic() => return Err(PathError::Drive),
                _ if depth >= limits::PATH_DEPTH_MAX => return Err(PathError::TooDeep),
                _ => {}
            }
        }
        Ok(EvidencePath(escape(raw)))
    }

    /// This path without the directory `folder` (escaped, no slash at its end),
    /// below which it must lie.
    pub fn below(&self, folder: &str) -> Option<EvidencePath> {
        // Every rule of `new` is about one part, so what is left of a path is a path.
        Some(EvidencePath(self.0.strip_prefix(folder)?.strip_prefix('/')?.to_owned()))
    }

    /// The directory that this path lies in, as a path.
    pub fn folder(&self) -> Option<EvidencePath> {
        Some(self.parent()).filter(|parent| !parent.is_empty()).map(|parent| EvidencePath(parent.to_owned()))
    }

    /// This path, as a member of the archive `outer`.
    pub fn inside(&self, outer: &EvidencePath) -> EvidencePath {
        EvidencePath(format!("{}!/{}", outer.0, self.0))
    }

    /// The text, safe to print.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes that [`EvidencePath::new`] was given: the name on the disk or
    /// in the archive. Not for paths that [`EvidencePath::inside`] made.
    pub fn raw(&self) -> Vec<u8> {
        let mut raw = Vec::with_capacity(self.0.len());
        let mut rest = self.0.as_bytes();
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'%' => {
                    let (hex, after) = rest.split_at(2);
                    let hex = std::str::from_utf8(hex).expect("escape writes two digits after each '%'");
                    raw.push(u8::from_str_radix(hex, 16).expect("escape writes hexadecimal"));
                    rest = after;
                }
                _ => raw.push(*byte),
            }
        }
        raw
    }

    /// The part after the last `/`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().expect("split gives at least one part")
    }

    /// The path without its last part; `""` at the top.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

impl fmt::Display for EvidencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `raw` with everything that could mislead a reader or a terminal as `%XX`.
/// Also used for names that [`EvidencePath::new`] refuses, to show them.
pub fn escape(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '%' || character == '!' || misleads(character) {
                let mut buffer = [0; 4];
                for byte in character.encode_utf8(&mut buffer).bytes() {
                    text.push_str(&format!("%{byte:02X}"));
                }
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// `text` with what misleads as `\u{XX}`, for prose rather than for names.
pub fn escape_text(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' => " ".to_owned(),
            other if misleads(other) => other.escape_unicode().to_string(),
            other => other.to_string(),
        })
        .collect()
}

/// Control, bidi and invisible characters and line separators: shown to nobody
/// as they are.
pub fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &[u8], expected: Result<&str, PathError>) {
        let found = EvidencePath::new(raw);
        assert_eq!(found.as_ref().map(EvidencePath::as_str).map_err(|e| *e), expected);
    }

    #[test]
    fn names() {
        check(b"a/b.txt", Ok("a/b.txt"));
        check(b"", Err(PathError::Empty));
        check(b"/etc/passwd", Err(PathError::Absolute));
        check(b"a/../b", Err(PathError::Parent));
        check(b"..", Err(PathError::Parent));
        check(b"a//b", Err(PathError::NotNormal));
        check(b"./a", Err(PathError::NotNormal));
        check(b"a/", Err(PathError::NotNormal));
        check(b"a\0b", Err(PathError::Nul));
        check(b"a\\b", Err(PathError::Backslash));
        check(b"C:x", Err(PathError::Drive));
        check(b"a/C:", Err(PathError::Drive));
        check(b"a/CD:x", Ok("a/CD:x"));
        check(b"a./b", Err(PathError::Trailing));
        check(b"a ", Err(PathError::Trailing));
        check("ä!/%\u{202e}x".as_bytes(), Ok("ä%21/%25%E2%80%AEx"));
        check(b"\xff\n", Ok("%FF%0A"));
        check(&[b'a'; limits::PATH_BYTES_MAX + 1], Err(PathError::TooLong));
    }

    #[test]
    fn raw_gives_back_what_was_escaped() {
        for raw in [b"a/b.txt".as_slice(), "ä!/%\u{202e}x".as_bytes(), b"\xff\n", b"%41"] {
            assert_eq!(EvidencePath::new(raw).unwrap().raw(), raw);
        }
    }

    #[test]
    fn only_inside_makes_the_member_mark() {
        let outer = EvidencePath::new(b"o.tgz").unwrap();
        let inner = EvidencePath::new(b"i").unwrap();
        assert_eq!(inner.inside(&outer).as_str(), "o.tgz!/i");
        assert_ne!(EvidencePath::new(b"o.tgz!/i").unwrap(), inner.inside(&outer));
    }
}
