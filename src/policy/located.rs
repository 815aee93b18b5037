//! TOML with the place of every key and value, read to the last key.
//!
//! A [`Section`] gives out its keys one by one and says at the end which were
//! never asked for, so that a misspelt key is an error and not a rule that
//! quietly does not hold.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::limits;
use crate::time::{TimeError, UnixTime};

/// A place in the text, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which line.
    pub line: usize,
    /// Which character of the line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is no policy, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct PolicyError {
    /// Where the fault begins.
    pub place: Place,
    /// What the fault is.
    pub kind: PolicyErrorKind,
}

/// What can be wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// Longer than [`limits::POLICY_BYTES_MAX`].
    #[error("a policy of {found} bytes, expected at most {}", limits::POLICY_BYTES_MAX)]
    TooLong {
        /// How long it is.
        found: usize,
    },
    /// Not UTF-8 from here on.
    #[error("not UTF-8")]
    Utf8,
    /// Not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// What the grammar says.
        message: String,
    },
    /// A key that no policy has here.
    #[error("unknown key '{key}' in {section}, expected {expected}")]
    Unknown {
        /// The key as it stands there, shown safely.
        key: String,
        /// Where in the structure.
        section: String,
        /// The keys that may stand there.
        expected: String,
    },
    /// A key that every policy must have.
    #[error("missing key '{key}' in {section}")]
    Missing {
        /// The key.
        key: &'static str,
        /// Where in the structure.
        section: String,
    },
    /// A value of the wrong type.
    #[error("'{key}' is {found}, expected {expected}")]
    Type {
        /// The key with its section.
        key: String,
        /// The type that it must have.
        expected: &'static str,
        /// The type that it has.
        found: &'static str,
    },
    /// A value of the right type that means nothing here.
    #[error("'{key}' is {found}, expected {expected}")]
    Value {
        /// The key with its section.
        key: String,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The same thing twice in a list that is a set.
    #[error("'{key}' lists {found} twice")]
    Repeated {
        /// The key with its section.
        key: String,
        /// What stands there twice.
        found: String,
    },
}

/// The text, to turn offsets into places.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(pub &'t str);

impl Text<'_> {
    pub fn place(self, offset: usize) -> Place {
        let before = self.0.get(..offset.min(self.0.len())).unwrap_or(self.0);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            line: before.bytes().filter(|b| *b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    pub fn error(self, offset: usize, kind: PolicyErrorKind) -> PolicyError {
        PolicyError { place: self.place(offset), kind }
    }
}

/// One value with its place and with a name for messages.
pub(super) struct Entry<'t, 'v> {
    text: Text<'t>,
    /// The key with its section, such as `artifact.threshold`.
    pub name: String,
    span: Range<usize>,
    value: &'v DeValue<'t>,
}

/// A table of which every key must be asked for.
pub(super) struct Section<'t, 'v> {
    text: Text<'t>,
    name: String,
    /// Where the table begins, for what is missing in it.
    start: usize,
    table: &'v DeTable<'t>,
    asked: Vec<&'static str>,
}

/// `text` in quotes, escaped and cut, for messages.
pub(super) fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    let cut: String = text.chars().take(SHOWN_MAX).collect();
    let dots = if cut.len() < text.len() { "..." } else { "" };
    let safe: String = cut
        .chars()
        .map(|c| if crate::path::misleads(c) { c.escape_unicode().to_string() } else { c.to_string() })
        .collect();
    format!("\"{safe}{dots}\"")
}

impl<'t, 'v> Section<'t, 'v> {
    pub fn root(text: Text<'t>, table: &'v DeTable<'t>) -> Section<'t, 'v> {
        Section { text, name: String::new(), start: 0, table, asked: Vec::new() }
    }

    fn place_in_words(&self) -> String {
        if self.name.is_empty() { "the policy".to_owned() } else { format!("[{}]", self.name) }
    }

    fn full_name(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    pub fn optional(&mut self, key: &'static str) -> Option<Entry<'t, 'v>> {
        self.asked.push(key);
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Entry { text: self.text, name: self.full_name(key), span: value.span(), value: value.get_ref() })
    }

    pub fn required(&mut self, key: &'static str) -> Result<Entry<'t, 'v>, PolicyError> {
        let missing = PolicyErrorKind::Missing { key, section: self.place_in_words() };
        self.optional(key).ok_or_else(|| self.text.error(self.start, missing))
    }

    /// The key that begins at `offset` is none that may stand here.
    pub fn unknown(&self, offset: usize, key: &str, expected: String) -> PolicyError {
        let key = shown(key).trim_matches('"').to_owned();
        self.text.error(offset, PolicyErrorKind::Unknown { key, section: self.place_in_words(), expected })
    }

    /// Every key is known: each was asked for.
    pub fn finish(self) -> Result<(), PolicyError> {
        let unknown = self
            .table
            .keys()
            .filter(|name| !self.asked.iter().any(|asked| name.get_ref() == asked))
            .min_by_key(|name| name.span().start);
        match unknown {
            None => Ok(()),
            Some(name) => {
                let expected = one_of(self.asked.iter().copied());
                Err(self.unknown(name.span().start, name.get_ref(), expected))
            }
        }
    }

    /// The entries of a table whose keys are not fixed, in the order of the text.
    pub fn entries(&self) -> Vec<(&'v str, usize, Entry<'t, 'v>)> {
        let mut all: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                let entry = Entry {
                    text: self.text,
                    name: self.full_name(key.get_ref()),
                    span: value.span(),
                    value: value.get_ref(),
                };
                (key.get_ref().as_ref(), key.span().start, entry)
            })
            .collect();
        all.sort_by_key(|(_, start, _)| *start);
        all
    }
}

/// `"a", "b" or "c"`.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

impl<'t, 'v> Entry<'t, 'v> {
    fn wrong_type(&self, expected: &'static str) -> PolicyError {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.text.error(self.span.start, PolicyErrorKind::Type { key: self.name.clone(), expected, found })
    }

    pub fn wrong_value(&self, expected: impl Into<String>, found: impl Into<String>) -> PolicyError {
        let (expected, found) = (expected.into(), found.into());
        self.text.error(self.span.start, PolicyErrorKind::Value { key: self.name.clone(), expected, found })
    }

    pub fn str(&self) -> Result<&'v str, PolicyError> {
        match self.value {
            DeValue::String(text) => Ok(text.as_ref()),
            _ => Err(self.wrong_type("a string")),
        }
    }

    pub fn bool(&self) -> Result<bool, PolicyError> {
        match self.value {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    /// A whole number from `min` to `max`, in plain decimal digits.
    pub fn integer(&self, min: u64, max: u64) -> Result<u64, PolicyError> {
        let DeValue::Integer(integer) = self.value else {
            return Err(self.wrong_type("an integer"));
        };
        let plain = integer.radix() == 10 && integer.as_str().bytes().all(|b| b.is_ascii_digit());
        match integer.as_str().parse() {
            Ok(value) if plain && (min..=max).contains(&value) => Ok(value),
            _ => Err(self.wrong_value(format!("an integer from {min} to {max}"), integer.as_str())),
        }
    }

    /// An instant: a TOML time with an offset, as a literal.
    pub fn time(&self) -> Result<UnixTime, PolicyError> {
        let DeValue::Datetime(time) = self.value else {
            return Err(self.wrong_type("a time with an offset, such as 2030-01-01T00:00:00Z"));
        };
        if time.offset.is_none() || time.date.is_none() || time.time.is_none() {
            return Err(self.wrong_value("a date and time with an offset", time.to_string()));
        }
        // The literal as it stands: the library would drop what it cannot hold.
        let literal = self.text.0.get(self.span.clone()).unwrap_or_default();
        UnixTime::parse_rfc3339(literal).map_err(|error| {
            let expected = match error {
                TimeError::Range => "an instant of the calendar",
                _ => "the spelling of RFC 3339 with 'T' and 'Z' in capitals",
            };
            self.wrong_value(expected, literal)
        })
    }

    pub fn is_time(&self) -> bool {
        matches!(self.value, DeValue::Datetime(_))
    }

    pub fn section(&self) -> Result<Section<'t, 'v>, PolicyError> {
        match self.value {
            DeValue::Table(table) => Ok(Section {
                text: self.text,
                name: self.name.clone(),
                start: self.span.start,
                table,
                asked: Vec::new(),
            }),
            _ => Err(self.wrong_type("a table")),
        }
    }

    pub fn array(&self) -> Result<Vec<Entry<'t, 'v>>, PolicyError> {
        let DeValue::Array(array) = self.value else {
            return Err(self.wrong_type("an array"));
        };
        let entry = |value: &'v Spanned<DeValue<'t>>| Entry {
            text: self.text,
            name: self.name.clone(),
            span: value.span(),
            value: value.get_ref(),
        };
        Ok(array.iter().map(entry).collect())
    }

    /// A set of words; each is turned into a value, and none stands there twice.
    pub fn set<T: Ord>(
        &self,
        expected: &str,
        mut read: impl FnMut(&str) -> Option<T>,
    ) -> Result<BTreeSet<T>, PolicyError> {
        let mut seen = BTreeSet::new();
        for entry in self.array()? {
            let word = entry.str()?;
            let value = read(word).ok_or_else(|| entry.wrong_value(expected, shown(word)))?;
            if !seen.insert(value) {
                let kind = PolicyErrorKind::Repeated { key: self.name.clone(), found: shown(word) };
                return Err(self.text.error(entry.span.start, kind));
            }
        }
        Ok(seen)
    }

    pub fn repeated(&self, found: &str) -> PolicyError {
        let kind = PolicyErrorKind::Repeated { key: self.name.clone(), found: shown(found) };
        self.text.error(self.span.start, kind)
    }
}
