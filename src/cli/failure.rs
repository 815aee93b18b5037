//! Why a command of the producing side ends without its result, and with which
//! exit status. The numbers are those of `forensic verify`, as far as they apply.

use std::fmt;

/// One line for a person, and a status for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit status.
    pub status: u8,
    /// What went wrong, with what to do where that is known.
    pub message: String,
}

impl Failure {
    /// The tool or the machine failed.
    pub fn fault(message: impl fmt::Display) -> Failure {
        Failure { status: 1, message: message.to_string() }
    }

    /// What was asked for cannot be done so.
    pub fn usage(message: impl fmt::Display) -> Failure {
        Failure { status: 2, message: message.to_string() }
    }

    /// What was given is not what it says.
    pub fn rejected(message: impl fmt::Display) -> Failure {
        Failure { status: 3, message: message.to_string() }
    }

    /// Nothing is there.
    pub fn missing(message: impl fmt::Display) -> Failure {
        Failure { status: 4, message: message.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
