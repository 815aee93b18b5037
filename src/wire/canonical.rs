//! The canonical form of JSON, RFC 8785.
//!
//! How it would be attacked: two values with one canonical form (integers that
//! a double cannot tell apart: `9007199254740993` and `9007199254740992`), one
//! value with two (names sorted by code point where the RFC sorts by UTF-16
//! unit), or a number that is none (`1e999`). The first and the last are
//! errors here; the RFC itself leaves them to the caller.

use std::cmp::Ordering;

use super::json::{Number, Value};
use super::quoted;
use crate::limits;

/// Why a value has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalError {
    /// An integer that cannot be told from its neighbours as a double.
    #[error("the integer {} is beyond 2^53", quoted(.text))]
    IntegerRange {
        /// The number as written.
        text: String,
    },
    /// A number too large for a double.
    #[error("the number {} is beyond the range of a double", quoted(.text))]
    NotFinite {
        /// The number as written.
        text: String,
    },
    /// Nested deeper than what would be read again.
    #[error("nested deeper than {limit}")]
    Depth {
        /// The bound.
        limit: usize,
    },
}

/// The canonical bytes of `value`.
pub fn to_bytes(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    write_value(&mut out, value, 0)?;
    Ok(out)
}

fn write_value(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_string(out, text),
        Value::Array(_) | Value::Object(_) if depth == limits::JSON_DEPTH_MAX => {
            return Err(CanonicalError::Depth { limit: limits::JSON_DEPTH_MAX });
        }
        Value::Array(elements) => {
            out.push(b'[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_value(out, element, depth + 1)?;
            }
            out.push(b']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&str, &Value)> = object.iter().collect();
            members.sort_unstable_by(|a, b| utf16_order(a.0, b.0));
            out.push(b'{');
            for (position, (name, value)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_string(out, name);
                out.push(b':');
                write_value(out, value, depth + 1)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// RFC 8785 3.2.3: by UTF-16 code unit.
///
/// That is the order of the UTF-8 bytes, but for one thing: characters beyond
/// U+FFFF (lead bytes F0 to F4) are surrogates in UTF-16 and come before
/// U+E000 to U+FFFF (lead bytes EE and EF).
fn utf16_order(a: &str, b: &str) -> Ordering {
    let differs = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    match differs {
        None => a.len().cmp(&b.len()),
        Some((0xEE..=0xEF, 0xF0..)) => Ordering::Greater,
        Some((0xF0.., 0xEE..=0xEF)) => Ordering::Less,
        Some((a, b)) => a.cmp(&b),
    }
}

/// RFC 8785 3.2.2.2.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = text.as_bytes();
    let mut copied = 0;
    out.push(b'"');
    // Most strings have nothing to escape, and a pass without branches sees it.
    let escapes = |byte: &u8| (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\');
    if !bytes.iter().fold(false, |any, byte| any | escapes(byte)) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => *byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0C => b'f',
            b'\r' => b'r',
            0x00..0x20 => 0,
            _ => continue,
        };
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        match short {
            0 => {
                out.extend_from_slice(b"\\u00");
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 15)]);
            }
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// 2^53: every integer up to here is a double of its own.
const INTEGER_MAX: u64 = 1 << 53;

/// RFC 8785 3.2.2.3, less the integers that would lose digits.
fn write_number(out: &mut Vec<u8>, number: &Number) -> Result<(), CanonicalError> {
    let text = number.text();
    let beyond = || CanonicalError::IntegerRange { text: text.to_owned() };
    if number.is_plain_integer() {
        let magnitude: u64 = text.trim_start_matches('-').parse().map_err(|_| beyond())?;
        match magnitude {
            0 => out.push(b'0'),
            1..=INTEGER_MAX => out.extend_from_slice(text.as_bytes()),
            _ => return Err(beyond()),
        }
        return Ok(());
    }
    let value: f64 = text.parse().expect("the grammar of JSON numbers is within that of Rust");
    let mut buffer = ryu_js::Buffer::new();
    let written =
        double(value, &mut buffer).ok_or_else(|| CanonicalError::NotFinite { text: text.to_owned() })?;
    // `1e20` would be written with digits that this function refuses to read,
    // and 2^53 spelt with a point may be the rounding of its neighbour.
    if value.abs() >= INTEGER_MAX as f64 && written.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return Err(beyond());
    }
    out.extend_from_slice(written.as_bytes());
    Ok(())
}

/// A double as ECMAScript writes it; `None` if it is not finite.
fn double(value: f64, buffer: &mut ryu_js::Buffer) -> Option<&str> {
    value.is_finite().then(|| buffer.format_finite(value))
}

/// How RFC 8785 writes the double of these bits; `None` if it is not finite.
/// For the published vectors, which are given as bits.
pub fn double_from_bits(bits: u64) -> Option<String> {
    double(f64::from_bits(bits), &mut ryu_js::Buffer::new()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::parse;

    fn check(input: &str, expected: &str) {
        let bytes = to_bytes(&parse(input.as_bytes()).unwrap()).expect(input);
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    fn refused(input: &str, expected: &str) {
        let error = to_bytes(&parse(input.as_bytes()).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn structure() {
        check(" { \"b\" : [ 1 , true , null ] , \"a\" : { } } ", r#"{"a":{},"b":[1,true,null]}"#);
        check("[]", "[]");
        check(
            r#""\u0000\u001F\u007f\b\t\n\f\r\"\\\/é""#,
            "\"\\u0000\\u001f\u{7f}\\b\\t\\n\\f\\r\\\"\\\\/é\"",
        );
    }

    #[test]
    fn names_by_utf16_unit() {
        // RFC 8785 3.2.3: U+1F600 before U+FB33.
        check(
            r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}",
        );
        check(r#"{"aa":1,"":2,"a":3}"#, r#"{"":2,"a":3,"aa":1}"#);
    }

    #[test]
    fn order_agrees_with_its_slow_twin() {
        let parts =
            ["", "a", "z", "\u{7f}", "é", "\u{d7ff}", "\u{e000}", "\u{efff}", "\u{ffff}", "𐀀", "\u{10ffff}"];
        let names: Vec<String> =
            parts.iter().flat_map(|a| parts.iter().map(move |b| format!("{a}{b}"))).collect();
        for a in &names {
            for b in &names {
                assert_eq!(utf16_order(a, b), a.encode_utf16().cmp(b.encode_utf16()), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn numbers() {
        check("[0,-0,-0.0,0e5,1,-1]", "[0,0,0,0,1,-1]");
        check("[4.50,2e-3,1E30,0.000000000000000000000000001]", "[4.5,0.002,1e+30,1e-27]");
        check(
            "[333333333.33333329,1e-7,0.000001,100e-2,1e15]",
            "[333333333.3333333,1e-7,0.000001,1,1000000000000000]",
        );
        check("[9007199254740992,-9007199254740992]", "[9007199254740992,-9007199254740992]");
        check("[9007199254740991.0,1e-999]", "[9007199254740991,0]");
    }

    #[test]
    fn integers_that_would_lose_digits() {
        for text in [
            "9007199254740993",
            "-9007199254740993",
            "18446744073709551616",
            "1e16",
            "1e20",
            "9007199254740993.0",
        ] {
            refused(text, &format!("the integer {text:?} is beyond 2^53"));
        }
        refused("1e999", "the number \"1e999\" is beyond the range of a double");
        refused("[-1e999]", "the number \"-1e999\" is beyond the range of a double");
    }

    #[test]
    fn depth() {
        let mut value = Value::Null;
        for _ in 0..limits::JSON_DEPTH_MAX {
            value = Value::from(vec![value]);
        }
        assert!(to_bytes(&value).is_ok());
        assert!(matches!(to_bytes(&Value::from(vec![value])), Err(CanonicalError::Depth { .. })));
    }
}
