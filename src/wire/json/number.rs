//! Numbers, as text.

use std::fmt;

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
    pub(super) fn spelt(text: &str) -> Number {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
