//! JSON, RFC 8259, read strictly.
//!
//! How it would be attacked: say one thing to us and another to a peer (a
//! member twice, a member twice in two spellings, a byte-order mark, bytes
//! that are not UTF-8, half a surrogate pair, a second value after the
//! first); lose digits (`9007199254740993`); or exhaust us (nesting, a million
//! members that must all be compared with each other, `[0,0,0,...]`, a number
//! of a million digits). So: one reader for all evidence, duplicates refused
//! after unescaping, the text of a number kept, everything bounded.

use std::fmt;

use super::quoted;
use crate::limits;

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

/// A number as it was spelt; nothing is rounded until somebody asks.
#[derive(Clone)]
pub struct Number(Spelling);

/// Short ones lie in place: a file of a million numbers is not a million allocations.
#[derive(Clone)]
enum Spelling {
    Short { length: u8, bytes: [u8; SHORT_BYTES_MAX] },
    Long(Box<str>),
}

/// What fits beside the length without making [`Value`] larger.
const SHORT_BYTES_MAX: usize = 22;

impl Number {
    /// `text` must already follow the grammar.
    fn spelt(text: &str) -> Number {
        if text.len() > SHORT_BYTES_MAX {
            return Number(Spelling::Long(text.into()));
        }
        let mut bytes = [0; SHORT_BYTES_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Number(Spelling::Short { length: text.len() as u8, bytes })
    }

    /// The digits as received.
    pub fn text(&self) -> &str {
        match &self.0 {
            Spelling::Short { length, bytes } => {
                str::from_utf8(&bytes[..usize::from(*length)]).expect("a number is ASCII")
            }
            Spelling::Long(text) => text,
        }
    }

    /// Whether it is written without fraction and exponent.
    pub fn is_plain_integer(&self) -> bool {
        self.text().bytes().all(|b| b.is_ascii_digit() || b == b'-')
    }

    /// The value, if it is a plain integer in range: `1`, not `1.0` or `1e0`.
    pub fn as_u64(&self) -> Option<u64> {
        // `parse` would also take `+1`, which the grammar has no place for.
        self.text().parse().ok()
    }

    /// The value, if it is a plain integer in range. `-0` is none.
    pub fn as_i64(&self) -> Option<i64> {
        match self.text() {
            "-0" => None,
            text => text.parse().ok(),
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        Number::spelt(&value.to_string())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Number {}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({})", self.text())
    }
}

/// Members in the order received, no name twice.
#[derive(Clone, Default)]
pub struct Object {
    members: Vec<(String, Value)>,
    /// Positions in the order of the names; only for objects that are too
    /// large to be searched one by one. Boxed twice to keep [`Value`] small.
    #[allow(clippy::box_collection)]
    sorted: Option<Box<Vec<u32>>>,
}

/// A name was given twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member {} is there twice", quoted(.name))]
pub struct DuplicateMember {
    /// The name.
    pub name: String,
    /// Position of the second one.
    pub position: usize,
}

/// Up to here a search one by one is quicker than a sorted index.
const UNSORTED_MAX: usize = 16;

impl Object {
    /// An object without members.
    pub fn new() -> Object {
        Object::default()
    }

    /// An object of these members, if no name is there twice.
    pub fn from_members(members: Vec<(String, Value)>) -> Result<Object, DuplicateMember> {
        let duplicate = |position: usize| DuplicateMember { name: members[position].0.clone(), position };
        if members.len() <= UNSORTED_MAX {
            for (position, (name, _)) in members.iter().enumerate() {
                if members[..position].iter().any(|(earlier, _)| earlier == name) {
                    return Err(duplicate(position));
                }
            }
            return Ok(Object { members, sorted: None });
        }
        let name = |position: u32| members[position as usize].0.as_str();
        let count = u32::try_from(members.len()).expect("limits::JSON_VALUES_MAX is below u32::MAX");
        let mut sorted: Vec<u32> = (0..count).collect();
        sorted.sort_unstable_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
        let second =
            sorted.windows(2).filter(|pair| name(pair[0]) == name(pair[1])).map(|pair| pair[1]).min();
        match second {
            Some(position) => Err(duplicate(position as usize)),
            None => Ok(Object { members, sorted: Some(Box::new(sorted)) }),
        }
    }

    /// Adds a member at the end, unless there is one of that name.
    ///
    /// Large objects are built quicker by [`Object::from_members`].
    pub fn push(&mut self, name: impl Into<String>, value: Value) -> Result<(), DuplicateMember> {
        let name = name.into();
        let position = self.members.len();
        if let Some(sorted) = &mut self.sorted {
            let members = &self.members;
            match sorted.binary_search_by(|at| members[*at as usize].0.as_str().cmp(&name)) {
                Ok(_) => return Err(DuplicateMember { name, position }),
                Err(at) => {
                    sorted.insert(at, u32::try_from(position).expect("fewer members than u32::MAX fit"))
                }
            }
            self.members.push((name, value));
            return Ok(());
        }
        if self.members.iter().any(|(earlier, _)| *earlier == name) {
            return Err(DuplicateMember { name, position });
        }
        self.members.push((name, value));
        if self.members.len() > UNSORTED_MAX {
            *self = Object::from_members(std::mem::take(&mut self.members)).expect("just compared");
        }
        Ok(())
    }

    /// The value of that member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).map(|position| &self.members[position].1)
    }

    /// Where that member stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        match &self.sorted {
            None => self.members.iter().position(|(known, _)| known == name),
            Some(sorted) => sorted
                .binary_search_by(|at| self.members[*at as usize].0.as_str().cmp(name))
                .ok()
                .map(|found| sorted[found] as usize),
        }
    }

    /// The members in the order received.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        // Names are unique on both sides, so equal counts and one direction suffice.
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Why bytes are not JSON that we accept, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, at line {line} column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Offset of the offending byte.
    pub offset: usize,
    /// Its line, counted from 1.
    pub line: usize,
    /// Its column in characters, counted from 1.
    pub column: usize,
}

/// What is wrong with bytes that are not JSON that we accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The grammar of RFC 8259 wants something else here.
    #[error("expected {expected}, found {found}")]
    Syntax {
        /// What stands there.
        found: Found,
        /// What should.
        expected: &'static str,
    },
    /// Nested deeper than [`limits::JSON_DEPTH_MAX`].
    #[error("nested deeper than {limit}")]
    Depth {
        /// The bound.
        limit: usize,
    },
    /// More values than [`limits::JSON_VALUES_MAX`].
    #[error("more than {limit} values")]
    Values {
        /// The bound.
        limit: usize,
    },
    /// One object has two members of that name, perhaps spelt differently.
    #[error("the member {} is there twice", quoted(.name))]
    DuplicateMember {
        /// The name, unescaped.
        name: String,
    },
    /// Something follows the value.
    #[error("expected nothing after the value, found {found}")]
    Trailing {
        /// What follows.
        found: Found,
    },
    /// RFC 8259 8.1: not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// RFC 8259 8.1 forbids to write it, and readers disagree about it.
    #[error("begins with a byte-order mark")]
    ByteOrderMark,
    /// An escaped surrogate without its other half stands for no character.
    #[error("half of a surrogate pair")]
    Surrogate,
    /// A number longer than [`limits::JSON_NUMBER_BYTES_MAX`].
    #[error("a number of more than {limit} characters")]
    NumberLength {
        /// The bound.
        limit: usize,
    },
}

/// What stands where something else was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing more.
    End,
    /// This character.
    Character(char),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::End => f.write_str("the end"),
            Found::Character(character) => write!(f, "{character:?}"),
        }
    }
}

/// Reads one value that takes up all of `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let fault = |fault: Fault| located(bytes, fault);
    let text = str::from_utf8(bytes).map_err(|e| fault(Fault(JsonErrorKind::Utf8, e.valid_up_to())))?;
    if text.starts_with('\u{FEFF}') {
        return Err(fault(Fault(JsonErrorKind::ByteOrderMark, 0)));
    }
    let mut parser =
        Parser { text, bytes, at: 0, values: 0, elements: vec![], members: vec![], names: vec![] };
    parser.document().map_err(fault)
}

/// What is wrong and at which offset; the line is counted only when one is needed.
struct Fault(JsonErrorKind, usize);

fn located(bytes: &[u8], Fault(kind, offset): Fault) -> JsonError {
    let before = &bytes[..offset];
    let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    // Whatever is wrong, what stands before it is UTF-8: a character is a byte that continues none.
    let characters = before[line_start..].iter().filter(|b| **b & 0xC0 != 0x80).count();
    JsonError {
        kind,
        offset,
        line: 1 + before.iter().filter(|b| **b == b'\n').count(),
        column: 1 + characters,
    }
}

struct Parser<'a> {
    /// The same bytes twice: slices of `text` need no second look at their UTF-8.
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    values: usize,
    /// Elements and members of all containers that are still open, each
    /// container's above those of the one around it: a finished container is
    /// moved out with one allocation of its exact size.
    elements: Vec<Value>,
    members: Vec<(String, Value)>,
    /// Where the names in `members` stand.
    names: Vec<usize>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Value, Fault> {
        self.space();
        let value = self.value(0)?;
        self.space();
        match self.found() {
            Found::End => Ok(value),
            found => Err(Fault(JsonErrorKind::Trailing { found }, self.at)),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Fault> {
        self.values += 1;
        if self.values > limits::JSON_VALUES_MAX {
            return Err(Fault(JsonErrorKind::Values { limit: limits::JSON_VALUES_MAX }, self.at));
        }
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => self.nested(depth, Parser::object),
            Some(b'[') => self.nested(depth, Parser::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn nested(
        &mut self,
        depth: usize,
        container: fn(&mut Self, usize) -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        if depth == limits::JSON_DEPTH_MAX {
            return Err(Fault(JsonErrorKind::Depth { limit: limits::JSON_DEPTH_MAX }, self.at));
        }
        container(self, depth + 1)
    }

    fn array(&mut self, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(Vec::new()));
        }
        let base = self.elements.len();
        loop {
            let element = self.value(depth)?;
            self.elements.push(element);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break self.at += 1,
                _ => return Err(self.expected("',' or ']'")),
            }
            self.space();
        }
        Ok(Value::Array(self.elements.drain(base..).collect()))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Object::new()));
        }
        // Two bases: the name of the member that this object is the value of is already there.
        let (base, names_base) = (self.members.len(), self.names.len());
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a member name"));
            }
            self.names.push(self.at);
            let name = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.expected("':'"));
            }
            self.at += 1;
            self.space();
            let value = self.value(depth)?;
            self.members.push((name, value));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break self.at += 1,
                _ => return Err(self.expected("',' or '}'")),
            }
            self.space();
        }
        let object = Object::from_members(self.members.drain(base..).collect()).map_err(|duplicate| {
            Fault(
                JsonErrorKind::DuplicateMember { name: duplicate.name },
                self.names[names_base + duplicate.position],
            )
        })?;
        self.names.truncate(names_base);
        Ok(Value::Object(object))
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at + 1;
        self.at = plain_until(self.bytes, start);
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(self.text[start..self.at - 1].to_owned());
        }
        let mut string = String::with_capacity((self.at - start) * 2);
        let mut copied = start;
        loop {
            string.push_str(&self.text[copied..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                _ => return Err(self.expected("a character of a string or '\"'")),
            }
            copied = self.at;
            self.at = plain_until(self.bytes, self.at);
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        self.at += 1;
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.escaped_unicode(start);
            }
            _ => return Err(self.expected("one of '\"\\/bfnrtu' after '\\'")),
        };
        self.at += 1;
        Ok(character)
    }

    fn escaped_unicode(&mut self, start: usize) -> Result<char, Fault> {
        let first = self.four_digits()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let half = || Fault(JsonErrorKind::Surrogate, start);
        let high = first.checked_sub(0xD800).filter(|high| *high < 0x400).ok_or_else(half)?;
        if !self.bytes[self.at..].starts_with(b"\\u") {
            return Err(half());
        }
        self.at += 2;
        let second = self.four_digits()?;
        let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or_else(half)?;
        Ok(char::from_u32(0x1_0000 + (high << 10) + low).expect("20 bits above 0xFFFF are characters"))
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            value = value << 4 | digit.ok_or_else(|| self.expected("a hexadecimal digit"))?;
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            // RFC 8259 6: no leading zeros.
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        if self.at - start > limits::JSON_NUMBER_BYTES_MAX {
            return Err(Fault(JsonErrorKind::NumberLength { limit: limits::JSON_NUMBER_BYTES_MAX }, start));
        }
        Ok(Value::Number(Number::spelt(&self.text[start..self.at])))
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, Fault> {
        for letter in word.bytes() {
            if self.peek() != Some(letter) {
                return Err(self.expected(word));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn found(&self) -> Found {
        // `at` only ever moves past whole characters.
        self.text[self.at..].chars().next().map_or(Found::End, Found::Character)
    }

    fn expected(&self, expected: &'static str) -> Fault {
        Fault(JsonErrorKind::Syntax { found: self.found(), expected }, self.at)
    }
}

/// The first place from `at` on where a string ends, escapes or is wrong:
/// `"`, `\`, a control character, or the end of the bytes.
///
/// Eight bytes at a time, because base64 payloads are megabytes long: a byte
/// less than n borrows into its top bit when n is taken from it, and the
/// lowest bit that is set is never a false one.
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let stop = (quote | backslash | control) & TOPS;
        if stop != 0 {
            return at + stop.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Value) {
        assert_eq!(parse(input.as_bytes()), Ok(expected), "{input}");
    }

    fn refused(input: &[u8], expected: &str) {
        let error = parse(input).expect_err(&String::from_utf8_lossy(input));
        assert_eq!(error.to_string(), expected);
    }

    fn number(text: &str) -> Value {
        Value::Number(Number::spelt(text))
    }

    #[test]
    fn values() {
        check("null", Value::Null);
        check(" true\r\n\t", Value::Bool(true));
        check("false", Value::Bool(false));
        check("[]", Value::Array(vec![]));
        check("[ ]", Value::Array(vec![]));
        check("{}", Value::Object(Object::new()));
        check("[1,[2],{\"a\":[3]}]", {
            let inner = Value::object([("a", Value::from(vec![Value::from(3)]))]);
            Value::from(vec![Value::from(1), Value::from(vec![Value::from(2)]), inner])
        });
    }

    #[test]
    fn strings() {
        check(r#""""#, "".into());
        check(r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t".into());
        check(r#""\u0000\u00e9\u20AC""#, "\0é€".into());
        check(r#""\uD834\udd1e""#, "𝄞".into());
        check("\"é€𝄞\u{7f}\"", "é€𝄞\u{7f}".into());
        for plain in 0..40 {
            let text = "x".repeat(plain);
            check(&format!("\"{text}\""), text.as_str().into());
            check(&format!("\"{text}\\n{text}\""), format!("{text}\n{text}").into());
        }
    }

    #[test]
    fn numbers_keep_their_text() {
        for text in ["0", "-0", "1.50", "1E+2", "1e-2", "-12.5e07", "123456789012345678901234567890"] {
            check(text, number(text));
        }
    }

    #[test]
    fn plain_integers_only() {
        let of = |text| {
            let number = Number::spelt(text);
            (number.as_u64(), number.as_i64())
        };
        assert_eq!(of("7"), (Some(7), Some(7)));
        assert_eq!(of("-7"), (None, Some(-7)));
        assert_eq!(of("0"), (Some(0), Some(0)));
        assert_eq!(of("-0"), (None, None));
        assert_eq!(of("1.0"), (None, None));
        assert_eq!(of("1e0"), (None, None));
        assert_eq!(of("18446744073709551615"), (Some(u64::MAX), None));
        assert_eq!(of("18446744073709551616"), (None, None));
        assert_eq!(of("-9223372036854775808"), (None, Some(i64::MIN)));
        assert_eq!(Number::from(u64::MAX).text(), "18446744073709551615");
    }

    #[test]
    fn what_is_wrong_and_where() {
        refused(b"", "expected a value, found the end, at line 1 column 1");
        refused(b" \n ", "expected a value, found the end, at line 2 column 2");
        refused(b"[1,]", "expected a value, found ']', at line 1 column 4");
        refused(b"[1 2]", "expected ',' or ']', found '2', at line 1 column 4");
        refused(b"{\"a\":1,}", "expected a member name, found '}', at line 1 column 8");
        refused(b"{\n  \"\xc3\xa9\" 1}", "expected ':', found '1', at line 2 column 7");
        refused(b"nul", "expected null, found the end, at line 1 column 4");
        refused(b"NaN", "expected a value, found 'N', at line 1 column 1");
        refused(b"01", "expected nothing after the value, found '1', at line 1 column 2");
        refused(b"1.", "expected a digit, found the end, at line 1 column 3");
        refused(b"-", "expected a digit, found the end, at line 1 column 2");
        refused(b"+1", "expected a value, found '+', at line 1 column 1");
        refused(b"{} {}", "expected nothing after the value, found '{', at line 1 column 4");
        refused(b"\"a\nb\"", "expected a character of a string or '\"', found '\\n', at line 1 column 3");
        refused(b"\"a", "expected a character of a string or '\"', found the end, at line 1 column 3");
        refused(b"\"\\x\"", "expected one of '\"\\/bfnrtu' after '\\', found 'x', at line 1 column 3");
        refused(b"\"\\u12G4\"", "expected a hexadecimal digit, found 'G', at line 1 column 6");
        refused(b"\"\\u\xc3\xa9\"", "expected a hexadecimal digit, found 'é', at line 1 column 4");
        refused("\u{202e}".as_bytes(), "expected a value, found '\\u{202e}', at line 1 column 1");
    }

    #[test]
    fn what_peers_read_differently() {
        refused(b"\xef\xbb\xbf{}", "begins with a byte-order mark, at line 1 column 1");
        refused(b"[\"\xff\"]", "not UTF-8, at line 1 column 3");
        refused(b"\"\xed\xa0\x80\"", "not UTF-8, at line 1 column 2");
        refused(br#""\ud834""#, "half of a surrogate pair, at line 1 column 2");
        refused(br#""\udd1e""#, "half of a surrogate pair, at line 1 column 2");
        refused(br#""\ud834\u0041""#, "half of a surrogate pair, at line 1 column 2");
        refused(br#""\ud834\ud834""#, "half of a surrogate pair, at line 1 column 2");
        refused(br#"{"a":1,"b":2,"a":1}"#, "the member \"a\" is there twice, at line 1 column 14");
        refused(br#"{"a":1,"\u0061":1}"#, "the member \"a\" is there twice, at line 1 column 8");
        refused(br#"[{"x":{"":1,"":1}}]"#, "the member \"\" is there twice, at line 1 column 13");
    }

    #[test]
    fn bounds() {
        let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(parse(&nested(limits::JSON_DEPTH_MAX)).is_ok());
        refused(&nested(limits::JSON_DEPTH_MAX + 1), "nested deeper than 128, at line 1 column 129");
        refused(&vec![b'['; 1_000_000], "nested deeper than 128, at line 1 column 129");
        let digits = "1".repeat(limits::JSON_NUMBER_BYTES_MAX);
        check(&digits, number(&digits));
        refused(format!("{digits}1").as_bytes(), "a number of more than 1024 characters, at line 1 column 1");
        let many = format!("[0{}]", ",0".repeat(limits::JSON_VALUES_MAX - 1));
        assert!(matches!(parse(many.as_bytes()).unwrap_err().kind, JsonErrorKind::Values { .. }));
    }

    #[test]
    fn large_objects_are_searched_and_compared_quickly() {
        let member = |i: usize| format!("\"{:x}\":{i}", i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let members: Vec<String> = (0..200_000).map(member).collect();
        let text = format!("{{{}}}", members.join(","));
        let value = parse(text.as_bytes()).unwrap();
        let object = value.as_object().unwrap();
        for (position, (name, value)) in object.iter().enumerate() {
            assert_eq!(object.position(name), Some(position));
            assert_eq!(value.as_u64(), Some(position as u64));
        }
        assert_eq!(object.get("nothing"), None);
        assert_eq!(value, value.clone());
        let twice = format!("{{{},{}}}", members.join(","), members[77]);
        let error = parse(twice.as_bytes()).unwrap_err();
        assert!(matches!(error.kind, JsonErrorKind::DuplicateMember { .. }));
        assert_eq!(error.offset, text.len());
    }

    #[test]
    fn the_first_repetition_is_named() {
        let names: Vec<String> = (0..30).map(|i| format!("\"{}\":0", i % 20)).collect();
        let error = parse(format!("{{{}}}", names.join(",")).as_bytes()).unwrap_err();
        assert_eq!(error.kind, JsonErrorKind::DuplicateMember { name: "0".into() });
    }

    #[test]
    fn building() {
        let mut object = Object::new();
        for i in (0..50u64).rev() {
            object.push(i.to_string(), Value::from(i)).unwrap();
            let twice = object.push(i.to_string(), Value::Null).unwrap_err();
            assert_eq!(twice, DuplicateMember { name: i.to_string(), position: object.len() });
        }
        assert_eq!(object.len(), 50);
        assert_eq!(object.iter().next(), Some(("49", &Value::from(49))));
        assert_eq!(object.get("7"), Some(&Value::from(7)));
        let ascending = Value::object((0..50u64).map(|i| (i.to_string(), Value::from(i))));
        assert_eq!(Value::Object(object), ascending, "order does not matter");
    }

    #[test]
    fn values_stay_small() {
        assert!(size_of::<Value>() <= 32, "{}", size_of::<Value>());
    }
}
