//! Text from anywhere inside XML and HTML.
//!
//! How it would be attacked: a name that ends an element and begins a script,
//! one that leaves an attribute through a quote, `]]>`, a control character
//! that XML 1.0 has no place for (a reader then refuses the whole report), or a
//! bidi control that swaps what a person reads. So nothing is written raw, there
//! is no CDATA, and what cannot be seen is spelt out.

use crate::path::misleads;

/// `text` as content of an element or of a quoted attribute, in XML and in
/// HTML. Characters that mislead or that no XML may hold stand as `\u{XX}`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push(' '),
            other if misleads(other) || is_noncharacter(other) => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}

/// `text` as JSON for other tools may show it: what misleads is spelt out.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push(' '),
            other if misleads(other) || is_noncharacter(other) => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}

/// U+FFFE and U+FFFF, which XML 1.0 excludes (section 2.2), and their like on
/// the other planes, which it advises against.
fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    code & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(escaped(text), expected);
    }

    #[test]
    fn hostile() {
        check("</script>", "&lt;/script&gt;");
        check("a\"b'c&", "a&quot;b&#39;c&amp;");
        check("]]>", "]]&gt;");
        check("a\u{202E}b", "a\\u{202e}b");
        check("\0\u{1}\u{7f}", "\\u{0}\\u{1}\\u{7f}");
        check("a\nb\tc\r", "a b\\u{9}c\\u{d}");
        check("\u{FFFE}\u{1FFFF}\u{FDD0}", "\\u{fffe}\\u{1ffff}\\u{fdd0}");
        check("ä \u{1F600} ]", "ä \u{1F600} ]");
    }

    #[test]
    fn every_character_becomes_one_that_xml_allows() {
        for character in '\0'..=char::MAX {
            for shown in escaped(&character.to_string()).chars().chain(plain(&character.to_string()).chars())
            {
                let code = u32::from(shown);
                let allowed = matches!(code, 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x10000..);
                assert!(allowed && !misleads(shown), "U+{:04X}", u32::from(character));
            }
        }
    }
}
