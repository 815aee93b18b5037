//! What is wrong with bytes, and where.

use std::fmt;

use crate::wire::quoted;

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
    /// Nested deeper than [`crate::limits::JSON_DEPTH_MAX`].
    #[error("nested deeper than {limit}")]
    Depth {
        /// The bound.
        limit: usize,
    },
    /// More values than [`crate::limits::JSON_VALUES_MAX`].
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
    /// A number longer than [`crate::limits::JSON_NUMBER_BYTES_MAX`].
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
