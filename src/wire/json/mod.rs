//! JSON, RFC 8259, read strictly.
//!
//! How it would be attacked: say one thing to us and another to a peer (a
//! member twice, a member twice in two spellings, a byte-order mark, bytes
//! that are not UTF-8, half a surrogate pair, a second value after the
//! first); lose digits (`9007199254740993`); or exhaust us (nesting, a million
//! members that must all be compared with each other, `[0,0,0,...]`, a number
//! of a million digits). So: one reader for all evidence, duplicates refused
//! after unescaping, the text of a number kept, everything bounded.

mod error;
mod number;
mod object;
mod parse;

pub use error::{Found, JsonError, JsonErrorKind};
pub use number::Number;
pub use object::{DuplicateMember, Object};
pub use parse::{parse, parse_dangerous_last_wins};

/// A JSON value as it was received.
///
/// Two values are equal if they hold the same members in whatever order;
/// numbers are equal if they are spelt alike.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, its digits untouched.
    Number(Number),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

impl Value {
    /// An object of our own making.
    ///
    /// # Panics
    /// If a name is given twice: our own formats have distinct names.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        let members = members.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Value::Object(Object::from_members(members).expect("the names that we write are distinct"))
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is one that [`Number::as_u64`] can give.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The object, if this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The member of that name, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// What this is, for messages: `an object`, `a string` ...
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Value {
        Value::Number(Number::from(value))
    }
}

impl From<Vec<Value>> for Value {
    fn from(elements: Vec<Value>) -> Value {
        Value::Array(elements)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_small() {
        assert!(size_of::<Value>() <= 32, "{}", size_of::<Value>());
    }
}
