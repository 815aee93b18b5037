//! JSON as JavaScript writes it: `JSON.stringify` of what `JSON.parse` read, and
//! the sorted form that several systems make with it.
//!
//! An object of JavaScript has an order of its own: members whose name is an array
//! index (0 to 4294967294, without a leading zero) come first, by number, and the
//! others as they were put in. Sorting names and building an object of them is
//! therefore not RFC 8785; and a member called `__proto__` that is *assigned* does
//! not become a member. How it would be attacked: with both of these, so that two
//! texts have one form: whoever relies on the sorted form refuses the name.

use super::canonical;
use super::json::{Number, Value};

/// What vanishes from an object that is built by assignment.
pub const PROTO: &str = "__proto__";

/// `JSON.stringify` of what `JSON.parse` makes of `value`.
pub fn stringify(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value, false);
    out
}

/// The same after every object was built anew with its names sorted by UTF-16 unit.
pub fn sorted(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value, true);
    out
}

fn write(out: &mut Vec<u8>, value: &Value, sort: bool) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(one) => number(out, one),
        Value::String(text) => canonical::write_string(out, text),
        Value::Array(elements) => {
            out.push(b'[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(out, element, sort);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&str, &Value)> = object.iter().collect();
            if sort {
                members.retain(|(name, _)| *name != PROTO);
                members.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            }
            // A stable sort: what is no index stays as it was.
            members.sort_by_key(|(name, _)| index(name).map_or(u64::MAX, u64::from));
            out.push(b'{');
            for (position, (name, value)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                canonical::write_string(out, name);
                out.push(b':');
                write(out, value, sort);
            }
            out.push(b'}');
        }
    }
}

/// Whether a member called [`PROTO`] is anywhere.
pub fn names_proto(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(names_proto),
        Value::Object(object) => object.iter().any(|(name, value)| name == PROTO || names_proto(value)),
        _ => false,
    }
}

/// The name as an index of an array, ECMA-262 6.1.7.
fn index(name: &str) -> Option<u32> {
    let plain = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    name.parse().ok().filter(|index| plain && *index < u32::MAX)
}

/// Every number is a double; what is beyond all doubles is infinite, and written as null.
fn number(out: &mut Vec<u8>, number: &Number) {
    let value: f64 = number.text().parse().expect("the grammar of JSON numbers is within that of Rust");
    match value.is_finite() {
        true => out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes()),
        false => out.extend_from_slice(b"null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    fn check(text: &str, whole: &str, by_name: &str) {
        let value = json::parse(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(stringify(&value)).unwrap(), whole, "{text}");
        assert_eq!(String::from_utf8(sorted(&value)).unwrap(), by_name, "{text}");
    }

    #[test]
    fn objects() {
        check(
            r#"{"b":1,"10":2,"9":3,"a":{"01":4,"0":5}}"#,
            r#"{"9":3,"10":2,"b":1,"a":{"0":5,"01":4}}"#,
            r#"{"9":3,"10":2,"a":{"0":5,"01":4},"b":1}"#,
        );
        // The first number that is no index any more, and the last that is one.
        check(
            r#"{"a":0,"4294967295":1,"4294967294":2}"#,
            r#"{"4294967294":2,"a":0,"4294967295":1}"#,
            r#"{"4294967294":2,"4294967295":1,"a":0}"#,
        );
        check(r#"{"z":1,"__proto__":{"a":1}}"#, r#"{"z":1,"__proto__":{"a":1}}"#, r#"{"z":1}"#);
        // UTF-16: the surrogate pair sorts before U+FB33.
        check(
            "{\"\u{fb33}\":1,\"\u{1f600}\":2}",
            "{\"\u{fb33}\":1,\"\u{1f600}\":2}",
            "{\"\u{1f600}\":2,\"\u{fb33}\":1}",
        );
    }

    #[test]
    fn scalars() {
        check(
            "[1.0,-0,1e21,1e-7,9007199254740993,1e400]",
            "[1,0,1e+21,1e-7,9007199254740992,null]",
            "[1,0,1e+21,1e-7,9007199254740992,null]",
        );
        check(r#"["\/\u2028\u001f\n"]"#, "[\"/\u{2028}\\u001f\\n\"]", "[\"/\u{2028}\\u001f\\n\"]");
    }
}
