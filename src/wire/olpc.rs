//! The canonical form of JSON of the OLPC project, in which in-toto and TUF
//! sign what is not in an envelope.
//!
//! Members in the order of their names, no white space, integers alone, and in
//! strings nothing escaped but `"` and `\`: control characters stand there raw,
//! so that the form itself is not JSON, and is never parsed.
//!
//! How it would be attacked: a signature is over this form, not over the bytes
//! received, so two texts with one form are the same to the signer. That is
//! sound while every value has one form and every form one value: a number that
//! readers round differently (`1.0`, `1e2`, `-0`, integers beyond 2^53) has none
//! here; names are sorted by code point, which for UTF-8 is the order of bytes;
//! members that stand there twice were refused by the reader.

use super::json::Value;
use super::quoted;

/// Why a value has no such form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OlpcError {
    /// A number with a fraction or an exponent, a negative zero, or one that
    /// cannot be told from its neighbours as a double.
    #[error("the number {} has no canonical form", quoted(.text))]
    Number {
        /// The number as written.
        text: String,
    },
}

/// The largest integer that every reader reads as itself.
const INTEGER_MAX: u64 = 1 << 53;

/// The canonical bytes of `value`. Its depth was bounded when it was read.
pub fn to_bytes(value: &Value) -> Result<Vec<u8>, OlpcError> {
    let mut bytes = Vec::new();
    write(value, &mut bytes)?;
    Ok(bytes)
}

fn write(value: &Value, bytes: &mut Vec<u8>) -> Result<(), OlpcError> {
    match value {
        Value::Null => bytes.extend(b"null"),
        Value::Bool(true) => bytes.extend(b"true"),
        Value::Bool(false) => bytes.extend(b"false"),
        Value::Number(number) => match number.as_i64() {
            Some(integer) if integer.unsigned_abs() <= INTEGER_MAX => {
                bytes.extend(integer.to_string().bytes());
            }
            _ => return Err(OlpcError::Number { text: number.text().to_owned() }),
        },
        Value::String(text) => string(text, bytes),
        Value::Array(elements) => {
            bytes.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    bytes.push(b',');
                }
                write(element, bytes)?;
            }
            bytes.push(b']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&str, &Value)> = object.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            bytes.push(b'{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    bytes.push(b',');
                }
                string(name, bytes);
                bytes.push(b':');
                write(member, bytes)?;
            }
            bytes.push(b'}');
        }
    }
    Ok(())
}

fn string(text: &str, bytes: &mut Vec<u8>) {
    bytes.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            bytes.push(b'\\');
        }
        bytes.push(byte);
    }
    bytes.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::parse;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let found = to_bytes(&parse(text.as_bytes()).unwrap());
        let found = found.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|error| error.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
    }

    #[test]
    fn forms() {
        check("{}", Ok("{}"));
        check("[ ]", Ok("[]"));
        check(r#" { "b" : [ 1 , -2 , true , null ] , "a" : { } } "#, Ok(r#"{"a":{},"b":[1,-2,true,null]}"#));
        check(r#""a\n\t\"\\\u00e9/""#, Ok("\"a\n\t\\\"\\\\é/\""));
        check(
            r#"{"é":1,"z":2,"\ud83d\ude00":3,"\uffff":4}"#,
            Ok("{\"z\":2,\"é\":1,\"\u{ffff}\":4,\"😀\":3}"),
        );
        check("9007199254740992", Ok("9007199254740992"));
    }

    #[test]
    fn numbers_that_readers_differ_about() {
        for text in ["1.0", "1e2", "-0", "9007199254740993", "-9007199254740993", "18446744073709551616"] {
            check(text, Err(&format!("the number {text:?} has no canonical form")));
        }
    }
}
