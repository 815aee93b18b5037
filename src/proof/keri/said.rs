//! Identifiers that are hashes of what they stand in, and the bytes that are hashed.

use crate::digest::Digest;
use crate::wire::base64;
use crate::wire::canonical;
use crate::wire::json::Value;

/// Length of an identifier that is a BLAKE3-256 hash, as text.
const LENGTH: usize = 44;

/// The text of a BLAKE3-256 hash: `E` and 43 characters.
fn text(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes);
    let padded = [&[0][..], hash.as_bytes()].concat();
    let text = base64::encode_url(&padded);
    format!("E{}", &text[1..])
}

/// The commitment to a key: over its text.
pub fn of_key(qb64: &str) -> String {
    text(qb64.as_bytes())
}

/// The members of an event in their order, and what each is.
pub(super) type Members<'a> = Vec<(&'static str, Value)>;

/// The event as it is hashed: placeholders in `d`, and in `prefix` too where the
/// event gives the log its name; the size in `v` is that of these bytes.
pub(super) fn of_event(members: &Members<'_>, self_addressing: bool) -> String {
    let placeholder = || Value::from("#".repeat(LENGTH));
    let with_size = |size: usize| -> String {
        let members: Members<'_> = members
            .iter()
            .map(|(name, value)| match *name {
                "v" => (*name, Value::from(version(size))),
                "d" => (*name, placeholder()),
                "i" if self_addressing => (*name, placeholder()),
                _ => (*name, value.clone()),
            })
            .collect();
        of_members(&members)
    };
    let size = with_size(0).len();
    text(with_size(size).as_bytes())
}

/// `KERI10JSON00012f_`
pub(super) fn version(size: usize) -> String {
    format!("KERI10JSON{size:06x}_")
}

/// An object with its members in this order and no white space.
pub(super) fn of_members(members: &Members<'_>) -> String {
    let mut out = String::from("{");
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        string(name, &mut out);
        out.push(':');
        write(value, &mut out);
    }
    out.push('}');
    out
}

/// A value without white space, members in the order in which they stand there.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// The hash of a value in canonical form that carries none: `d` and `v` are added
/// to it, as auths does for attestations.
pub fn of_value(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    let others = object.iter().filter(|(name, _)| !matches!(*name, "d" | "v"));
    let others: Vec<(String, Value)> = others.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let with_size = |size: usize| {
        let own =
            [("d".to_owned(), Value::from("#".repeat(LENGTH))), ("v".to_owned(), Value::from(version(size)))];
        canonical::to_bytes(&Value::object(others.iter().cloned().chain(own))).ok()
    };
    let size = with_size(0)?.len();
    Some(text(&with_size(size)?))
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(number.text()),
        Value::String(text) => string(text, out),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (index, (name, value)) in object.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// Escapes as serde_json does: what has to be, in the short form where there is one.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// What pins and time stamps of ours know an event by.
pub(super) fn sha256(bytes: &str) -> Digest {
    Digest::sha256(bytes.as_bytes())
}
