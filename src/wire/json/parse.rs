//! The reader: one pass, bytewise, over text that is known to be UTF-8.

use std::collections::BTreeMap;

use super::error::{Found, JsonError, JsonErrorKind};
use super::{Number, Object, Value};
use crate::limits;

/// Reads one value that takes up all of `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    read(bytes, false)
}

/// The same, but of members of one name the last one counts, as it does for many
/// readers. Good only for saying what such a reader would have understood.
pub fn parse_dangerous_last_wins(bytes: &[u8]) -> Result<Value, JsonError> {
    read(bytes, true)
}

fn read(bytes: &[u8], last_wins: bool) -> Result<Value, JsonError> {
    let fault = |fault: Fault| located(bytes, fault);
    let text = str::from_utf8(bytes).map_err(|e| fault(Fault(JsonErrorKind::Utf8, e.valid_up_to())))?;
    if text.starts_with('\u{FEFF}') {
        return Err(fault(Fault(JsonErrorKind::ByteOrderMark, 0)));
    }
    let mut parser =
        Parser { text, bytes, at: 0, values: 0, elements: vec![], members: vec![], names: vec![], last_wins };
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
    /// Whether a name may be there twice.
    last_wins: bool,
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
        if self.last_wins {
            let last: BTreeMap<String, Value> = self.members.drain(base..).collect();
            self.members.extend(last);
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
}
