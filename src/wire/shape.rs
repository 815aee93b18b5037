//! Strict reading of a JSON object by the names of its members.
//!
//! How it would be attacked: a peer that matches names without regard to case
//! (Go's `encoding/json`, .NET's web defaults) reads `Payload` where we read
//! `payload`, so both are put in, or only the wrong one; a member that we do
//! not know changes the meaning for somebody who does; an optional member of
//! the wrong type is taken for an absent one. So: a member that equals a known
//! name but for case is an error whether or not the known one is there, closed
//! objects refuse what they do not know, and absent and wrong are different.

use super::json::{Object, Value};
use super::quoted;

/// Why a value has not the shape that its format demands.
///
/// Pointers are RFC 6901, below the name that the reader gave to the root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A demanded member is absent.
    #[error("{} is missing", quoted(.pointer))]
    Missing {
        /// The absent member.
        pointer: String,
    },
    /// A member is of another JSON type.
    #[error("{} is {found}, expected {expected}", quoted(.pointer))]
    Type {
        /// The member.
        pointer: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A member that the format does not know.
    #[error("{} is not known here", quoted(.pointer))]
    Unknown {
        /// The member.
        pointer: String,
    },
    /// A member that some readers would take for a known one, and others not.
    #[error("{} is {} but for letter case", quoted(.pointer), quoted(.known))]
    MemberCase {
        /// The name as it stands there.
        found: String,
        /// The name that the format knows.
        known: String,
        /// The member that stands there.
        pointer: String,
    },
    /// Right type, impossible value.
    #[error("{} is {}, expected {expected}", quoted(.pointer), quoted(.found))]
    Value {
        /// The member.
        pointer: String,
        /// What would do.
        expected: String,
        /// What stands there.
        found: String,
    },
}

/// An object that is being read member by member.
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Object,
    pointer: String,
    /// Which members somebody asked for; `None` where others are welcome.
    asked: Option<Vec<bool>>,
}

impl<'a> Fields<'a> {
    /// Reads an object in which members that nobody asks for are welcome.
    pub fn open(value: &'a Value, pointer: impl Into<String>) -> Result<Fields<'a>, ShapeError> {
        let pointer = pointer.into();
        match value {
            Value::Object(object) => Ok(Fields { object, pointer, asked: None }),
            other => Err(wrong_type(pointer, "an object", other)),
        }
    }

    /// Reads an object in which every member must be asked for before [`Fields::finish`].
    pub fn closed(value: &'a Value, pointer: impl Into<String>) -> Result<Fields<'a>, ShapeError> {
        let mut fields = Fields::open(value, pointer)?;
        fields.asked = Some(vec![false; fields.object.len()]);
        Ok(fields)
    }

    /// The pointer to a member.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }

    /// The object itself, for those whose names are not fixed.
    pub fn object_itself(&self) -> &'a Object {
        self.object
    }

    /// Any value; absent is `None`, `null` is `null`.
    pub fn opt_value(&mut self, name: &str) -> Result<Option<&'a Value>, ShapeError> {
        let mut found = None;
        for (position, (member, value)) in self.object.iter().enumerate() {
            if member == name {
                found = Some(value);
                if let Some(asked) = &mut self.asked {
                    asked[position] = true;
                }
            } else if equal_but_for_case(member, name) {
                return Err(ShapeError::MemberCase {
                    found: member.to_owned(),
                    known: name.to_owned(),
                    pointer: self.pointer(member),
                });
            }
        }
        Ok(found)
    }

    /// Any value, even `null`.
    pub fn value(&mut self, name: &str) -> Result<&'a Value, ShapeError> {
        match self.opt_value(name)? {
            Some(value) => Ok(value),
            None => Err(ShapeError::Missing { pointer: self.pointer(name) }),
        }
    }

    /// Takes note that the format knows this member, and reads nothing.
    pub fn skip(&mut self, name: &str) -> Result<(), ShapeError> {
        self.opt_value(name).map(drop)
    }

    /// A string.
    pub fn str(&mut self, name: &str) -> Result<&'a str, ShapeError> {
        self.required(name, STRING, Value::as_str)
    }

    /// A string, if it is there; `null` counts as absent, here and below.
    pub fn opt_str(&mut self, name: &str) -> Result<Option<&'a str>, ShapeError> {
        self.optional(name, STRING, Value::as_str)
    }

    /// A truth value.
    pub fn bool(&mut self, name: &str) -> Result<bool, ShapeError> {
        self.required(name, TRUTH, Value::as_bool)
    }

    /// A truth value, if it is there.
    pub fn opt_bool(&mut self, name: &str) -> Result<Option<bool>, ShapeError> {
        self.optional(name, TRUTH, Value::as_bool)
    }

    /// A JSON number that is a plain integer of 64 bits without sign.
    pub fn u64(&mut self, name: &str) -> Result<u64, ShapeError> {
        self.opt_u64(name)?.ok_or_else(|| ShapeError::Missing { pointer: self.pointer(name) })
    }

    /// Such a number, if it is there.
    pub fn opt_u64(&mut self, name: &str) -> Result<Option<u64>, ShapeError> {
        match self.opt_value(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => match number.as_u64() {
                Some(value) => Ok(Some(value)),
                None => Err(self.invalid(name, "a plain integer of 64 bits without sign", number.text())),
            },
            Some(other) => Err(wrong_type(self.pointer(name), "a number", other)),
        }
    }

    /// A string that spells an integer of 64 bits without sign, in the only
    /// way: digits, no leading zeros.
    pub fn decimal(&mut self, name: &str) -> Result<u64, ShapeError> {
        self.opt_decimal(name)?.ok_or_else(|| ShapeError::Missing { pointer: self.pointer(name) })
    }

    /// Such a string, if it is there.
    pub fn opt_decimal(&mut self, name: &str) -> Result<Option<u64>, ShapeError> {
        let Some(text) = self.opt_str(name)? else { return Ok(None) };
        match decimal(text) {
            Some(value) => Ok(Some(value)),
            None => Err(self.invalid(name, "an integer of 64 bits without sign, in digits", text)),
        }
    }

    /// An array.
    pub fn array(&mut self, name: &str) -> Result<&'a [Value], ShapeError> {
        self.required(name, ARRAY, Value::as_array)
    }

    /// An array, if it is there.
    pub fn opt_array(&mut self, name: &str) -> Result<Option<&'a [Value]>, ShapeError> {
        self.optional(name, ARRAY, Value::as_array)
    }

    /// The elements of an array, each with the pointer to it.
    pub fn elements(
        &mut self,
        name: &str,
    ) -> Result<impl ExactSizeIterator<Item = (String, &'a Value)> + use<'a>, ShapeError> {
        let elements = self.array(name)?;
        let pointer = self.pointer(name);
        Ok(elements.iter().enumerate().map(move |(i, element)| (format!("{pointer}/{i}"), element)))
    }

    /// An array of strings.
    pub fn strings(&mut self, name: &str) -> Result<Vec<&'a str>, ShapeError> {
        self.elements(name)?
            .map(|(pointer, element)| element.as_str().ok_or_else(|| wrong_type(pointer, STRING, element)))
            .collect()
    }

    /// An object, to be searched by names that are not fixed.
    pub fn object(&mut self, name: &str) -> Result<&'a Object, ShapeError> {
        self.required(name, OBJECT, Value::as_object)
    }

    /// An object, if it is there.
    pub fn opt_object(&mut self, name: &str) -> Result<Option<&'a Object>, ShapeError> {
        self.optional(name, OBJECT, Value::as_object)
    }

    /// An object, to be read as [`Fields::open`] does.
    pub fn nested_open(&mut self, name: &str) -> Result<Fields<'a>, ShapeError> {
        Fields::open(self.value(name)?, self.pointer(name))
    }

    /// An object, if it is there, to be read as [`Fields::open`] does.
    pub fn opt_nested_open(&mut self, name: &str) -> Result<Option<Fields<'a>>, ShapeError> {
        match self.opt_value(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(value) => Fields::open(value, self.pointer(name)).map(Some),
        }
    }

    /// An object, to be read as [`Fields::closed`] does.
    pub fn nested_closed(&mut self, name: &str) -> Result<Fields<'a>, ShapeError> {
        Fields::closed(self.value(name)?, self.pointer(name))
    }

    /// An object, if it is there, to be read as [`Fields::closed`] does.
    pub fn opt_nested_closed(&mut self, name: &str) -> Result<Option<Fields<'a>>, ShapeError> {
        match self.opt_value(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(value) => Fields::closed(value, self.pointer(name)).map(Some),
        }
    }

    /// The error for a member whose type is right and whose value is not.
    pub fn invalid(&self, name: &str, expected: &str, found: &str) -> ShapeError {
        ShapeError::Value {
            pointer: self.pointer(name),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }

    /// To be called when all has been asked for: refuses what a closed object has beyond it.
    pub fn finish(self) -> Result<(), ShapeError> {
        let Some(asked) = &self.asked else { return Ok(()) };
        match self.object.iter().zip(asked).find(|(_, asked)| !**asked) {
            None => Ok(()),
            Some(((name, _), _)) => Err(ShapeError::Unknown { pointer: self.pointer(name) }),
        }
    }

    fn required<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        read: fn(&'a Value) -> Option<T>,
    ) -> Result<T, ShapeError> {
        let value = self.value(name)?;
        read(value).ok_or_else(|| wrong_type(self.pointer(name), expected, value))
    }

    fn optional<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        read: fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ShapeError> {
        match self.opt_value(name)? {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                read(value).map(Some).ok_or_else(|| wrong_type(self.pointer(name), expected, value))
            }
        }
    }
}

const STRING: &str = "a string";
const TRUTH: &str = "a truth value";
const ARRAY: &str = "an array";
const OBJECT: &str = "an object";

fn wrong_type(pointer: String, expected: &'static str, found: &Value) -> ShapeError {
    ShapeError::Type { pointer, expected, found: found.type_name() }
}

/// An integer spelt in the one accepted way: `0`, `7`, `10`, not `07` or `+7`.
pub fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether a reader that ignores case could take one name for the other.
///
/// Names of formats are ASCII, but `ſ` and `K` (the Kelvin sign) fold to
/// letters of ASCII, and Go's reader folds them.
fn equal_but_for_case(found: &str, known: &str) -> bool {
    let folds = |a: char, b: char| {
        a == b || a.to_lowercase().eq(b.to_lowercase()) || a.to_uppercase().eq(b.to_uppercase())
    };
    // No folding changes the length by more than `K`, three bytes for one.
    if found.is_ascii() {
        return found.eq_ignore_ascii_case(known);
    }
    found.len() <= known.len() * 3
        && found.chars().count() == known.chars().count()
        && found.chars().zip(known.chars()).all(|(a, b)| folds(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::parse;

    fn read<T: std::fmt::Debug>(
        text: &str,
        read: impl for<'a> FnOnce(&mut Fields<'a>) -> Result<T, ShapeError>,
    ) -> Result<T, String> {
        let value = parse(text.as_bytes()).unwrap();
        let mut fields = Fields::closed(&value, "").map_err(|e| e.to_string())?;
        let result = read(&mut fields).map_err(|e| e.to_string())?;
        fields.finish().map_err(|e| e.to_string())?;
        Ok(result)
    }

    fn refused<T: std::fmt::Debug>(found: Result<T, String>, expected: &str) {
        assert_eq!(found.expect_err(expected), expected);
    }

    #[test]
    fn every_kind() {
        let text =
            r#"{"s":"x","b":true,"n":7,"d":"18446744073709551615","a":["p","q"],"o":{"i":1},"v":null}"#;
        let done = read(text, |f| {
            assert_eq!(f.str("s")?, "x");
            assert!(f.bool("b")?);
            assert_eq!(f.u64("n")?, 7);
            assert_eq!(f.decimal("d")?, u64::MAX);
            assert_eq!(f.strings("a")?, ["p", "q"]);
            assert_eq!(f.array("a")?.len(), 2);
            assert_eq!(f.elements("a")?.nth(1).unwrap().0, "/a/1");
            assert_eq!(f.object("o")?.len(), 1);
            let mut nested = f.nested_closed("o")?;
            assert_eq!(nested.u64("i")?, 1);
            nested.finish()?;
            assert_eq!(f.value("v")?, &Value::Null);
            assert_eq!(f.opt_str("v")?, None);
            assert_eq!(f.opt_str("absent")?, None);
            assert_eq!(f.opt_nested_closed("v")?.map(|_| ()), None);
            f.skip("absent")
        });
        assert_eq!(done, Ok(()));
    }

    #[test]
    fn absent_and_wrong_are_different() {
        refused(read("{}", |f| f.str("a").map(drop)), "\"/a\" is missing");
        refused(read("{}", |f| f.decimal("a/b~")), "\"/a~1b~0\" is missing");
        refused(read(r#"{"a":1}"#, |f| f.str("a").map(drop)), "\"/a\" is a number, expected a string");
        refused(read(r#"{"a":1}"#, |f| f.opt_str("a").map(drop)), "\"/a\" is a number, expected a string");
        refused(read(r#"{"a":null}"#, |f| f.str("a").map(drop)), "\"/a\" is null, expected a string");
        refused(read(r#"{"a":"7"}"#, |f| f.u64("a")), "\"/a\" is a string, expected a number");
        refused(
            read(r#"{"a":[{"b":1},2]}"#, |f| f.strings("a").map(drop)),
            "\"/a/0\" is an object, expected a string",
        );
        refused(read("[]", |_| Ok(())), "\"\" is an array, expected an object");
    }

    #[test]
    fn integers_in_one_spelling() {
        for text in ["1.0", "1e1", "-1", "-0", "18446744073709551616"] {
            let found = read(&format!("{{\"a\":{text}}}"), |f| f.u64("a"));
            refused(found, &format!("\"/a\" is {text:?}, expected a plain integer of 64 bits without sign"));
        }
        for text in ["", "01", "+1", "-1", " 1", "1 ", "1.0", "0x1", "١", "18446744073709551616"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("10"), Some(10));
    }

    #[test]
    fn unknown_members() {
        refused(read(r#"{"a":1,"b":2}"#, |f| f.u64("a")), "\"/b\" is not known here");
        let value = parse(br#"{"a":1,"b":2}"#).unwrap();
        let mut fields = Fields::open(&value, "root").unwrap();
        assert_eq!(fields.u64("a"), Ok(1));
        assert_eq!(fields.finish(), Ok(()));
    }

    #[test]
    fn other_letter_case() {
        let case = |name: &str, known: &str| {
            let one = format!("{{\"{name}\":1}}");
            let both = format!("{{\"{known}\":1,\"{name}\":1}}");
            for text in [&one, &both] {
                let value = parse(text.as_bytes()).unwrap();
                let mut fields = Fields::open(&value, "").unwrap();
                assert_eq!(
                    fields.opt_u64(known),
                    Err(ShapeError::MemberCase {
                        found: name.into(),
                        known: known.into(),
                        pointer: format!("/{name}")
                    }),
                    "{text}"
                );
            }
        };
        case("Payload", "payload");
        case("PAYLOADTYPE", "payloadType");
        case("\u{17F}ignatures", "signatures");
        case("\u{212A}eyid", "keyid");
        case("s\u{131}g", "sig");
        let value = parse(br#"{"payloads":1,"pay":2,"p\u00e4yload":3}"#).unwrap();
        assert_eq!(Fields::open(&value, "").unwrap().opt_u64("payload"), Ok(None));
    }

    #[test]
    fn hostile_names_are_shown_harmlessly() {
        refused(read("{\"\\u001b[2J\\u202e\":1}", |_| Ok(())), r#""/\u{1b}[2J\u{202e}" is not known here"#);
        let long = format!("{{\"{}\":1}}", "x".repeat(100_000));
        let message = read(&long, |_| Ok(())).unwrap_err();
        assert!(message.len() < 200, "{message}");
    }
}
