//! JSON as Python writes it: `json.dumps(value, sort_keys=True,
//! separators=(",", ":"), ensure_ascii=False, allow_nan=False)`, in UTF-8.
//!
//! It is not RFC 8785: names are sorted by code point, integers keep all their
//! digits, and a number with a fraction or an exponent is written by `repr`
//! (`1e-07`, `1e+16`, `12.0`, `-0.0`), so that `1` and `1.0` are two things.
//! How it would be attacked: find two texts with one form that a reader tells
//! apart (`1e400`, which Python reads as infinity and then refuses to write;
//! `-0`, an integer, which is `0`), or have two writers disagree about one value.

use super::canonical;
use super::json::{Number, Value};
use super::quoted;
use crate::limits;

/// Why a value has no such form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PythonError {
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

/// The bytes that Python writes for `value`.
pub fn to_bytes(value: &Value) -> Result<Vec<u8>, PythonError> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value)?;
    Ok(out)
}

/// The same, at the end of `out`.
pub fn write(out: &mut Vec<u8>, value: &Value) -> Result<(), PythonError> {
    nested(out, value, 0)
}

fn nested(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), PythonError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(one) => number(out, one)?,
        Value::String(text) => string(out, text),
        Value::Array(_) | Value::Object(_) if depth == limits::JSON_DEPTH_MAX => {
            return Err(PythonError::Depth { limit: limits::JSON_DEPTH_MAX });
        }
        Value::Array(elements) => {
            out.push(b'[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                nested(out, element, depth + 1)?;
            }
            out.push(b']');
        }
        Value::Object(object) => {
            // The order of code points is that of the bytes of UTF-8.
            let mut members: Vec<(&str, &Value)> = object.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (position, (name, value)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                string(out, name);
                out.push(b':');
                nested(out, value, depth + 1)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// A string; RFC 8785 escapes the same characters in the same way.
pub fn string(out: &mut Vec<u8>, text: &str) {
    canonical::write_string(out, text);
}

fn number(out: &mut Vec<u8>, number: &Number) -> Result<(), PythonError> {
    let text = number.text();
    if number.is_plain_integer() {
        out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
        return Ok(());
    }
    let value: f64 = text.parse().expect("the grammar of JSON numbers is within that of Rust");
    if !value.is_finite() {
        return Err(PythonError::NotFinite { text: text.to_owned() });
    }
    repr(out, value);
    Ok(())
}

/// `repr` of a finite double: the shortest digits that read back as it, with an
/// exponent below 1e-4 and from 1e16. Of two that are as short and as near,
/// Python takes the even one, and so does Ryu; Rust's own writer does not.
fn repr(out: &mut Vec<u8>, value: f64) {
    let mut buffer = ryu_js::Buffer::new();
    let shortest = buffer.format_finite(value.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let exponent: i32 = exponent.parse().expect("an exponent is a small integer");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    // Where the point is in the digits.
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let digits = digits.trim_matches('0');
    let small = |count: usize| i32::try_from(count).expect("a double has few digits");
    let point = small(whole.len()) - small(leading) + exponent;
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if digits.is_empty() {
        out.extend_from_slice(b"0.0");
        return;
    }
    if !(-3..=16).contains(&point) {
        let (first, rest) = digits.split_at(1);
        out.extend_from_slice(first.as_bytes());
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest.as_bytes());
        }
        let exponent = point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        out.extend_from_slice(format!("e{sign}{:02}", exponent.unsigned_abs()).as_bytes());
        return;
    }
    let zeros = |out: &mut Vec<u8>, count: usize| out.resize(out.len() + count, b'0');
    let before = usize::try_from(point).unwrap_or(0);
    let (whole, fraction) = digits.split_at(before.min(digits.len()));
    out.extend_from_slice(if before == 0 { b"0" } else { whole.as_bytes() });
    zeros(out, before - whole.len());
    out.push(b'.');
    if point < 0 {
        zeros(out, point.unsigned_abs() as usize);
    }
    out.extend_from_slice(if fraction.is_empty() { b"0" } else { fraction.as_bytes() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::parse;

    fn check(input: &str, expected: &str) {
        let bytes = to_bytes(&parse(input.as_bytes()).unwrap()).expect(input);
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn integers_keep_their_digits() {
        check("12345678901234567890123", "12345678901234567890123");
        check("-0", "0");
        check("[-1,0,10000000000000000]", "[-1,0,10000000000000000]");
    }

    #[test]
    fn doubles_as_repr() {
        for (input, expected) in [
            ("1.0", "1.0"),
            ("-0.0", "-0.0"),
            ("1e0", "1.0"),
            ("0.1", "0.1"),
            ("12.50", "12.5"),
            ("1e-4", "0.0001"),
            ("0.00012", "0.00012"),
            ("1e-5", "1e-05"),
            ("1.5e-7", "1.5e-07"),
            ("1e15", "1000000000000000.0"),
            ("123456789012345680.0", "1.2345678901234568e+17"),
            ("9999999999999998.0", "9999999999999998.0"),
            ("1e16", "1e+16"),
            ("1.5e300", "1.5e+300"),
            ("5e-324", "5e-324"),
            ("1e-400", "0.0"),
            ("-1e-400", "-0.0"),
            // Halfway between two: the even one.
            ("-1.6355968278980263e14", "-163559682789802.62"),
        ] {
            check(input, expected);
        }
    }

    #[test]
    fn names_by_code_point() {
        check(
            "{\"\u{1f600}\":1,\"\u{fb33}\":2,\"b\":{\"z\":1,\"a\":2}}",
            "{\"b\":{\"a\":2,\"z\":1},\"\u{fb33}\":2,\"\u{1f600}\":1}",
        );
    }

    #[test]
    fn escapes() {
        check(
            r#""\u0000\u001F\u007f\u2028\b\t\n\f\r\"\\\/é""#,
            "\"\\u0000\\u001f\u{7f}\u{2028}\\b\\t\\n\\f\\r\\\"\\\\/é\"",
        );
    }

    #[test]
    fn refused() {
        let error = to_bytes(&parse(b"[1e400]").unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "the number \"1e400\" is beyond the range of a double");
    }
}
