//! How many of the keys have to sign: a number, or weights of which each clause
//! has to come to one.

use std::collections::BTreeSet;

use crate::limits;
use crate::wire::json::Value;

/// A rule of how many keys are enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// So many of them.
    Count(u64),
    /// Clauses of weights, one weight for each key in order.
    Weights(Vec<Vec<Weight>>),
}

/// A fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    numerator: u64,
    denominator: u64,
}

/// Why something is no threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// Neither a number nor weights.
    #[error("neither a number in hexadecimal nor clauses of fractions")]
    Form,
    /// A fraction that is none, or with huge parts.
    #[error("a weight that is no fraction between 0 and 1 of numbers up to {max}", max = limits::KERI_WEIGHT_MAX)]
    Weight,
    /// More than there are keys, or weights for other keys.
    #[error("a threshold for another number of keys than {keys}")]
    Keys {
        /// How many keys there are.
        keys: usize,
    },
    /// A clause that can never be met.
    #[error("a clause that all its keys together do not meet")]
    Unmeetable,
}

impl Threshold {
    /// Reads `"2"`, or `[["1/2","1/2"],["1"]]`.
    pub fn read(value: &Value) -> Result<Threshold, ThresholdError> {
        if let Some(text) = value.as_str() {
            return hexadecimal(text).map(Threshold::Count).ok_or(ThresholdError::Form);
        }
        let outer = value.as_array().filter(|array| !array.is_empty()).ok_or(ThresholdError::Form)?;
        if outer.iter().all(|one| one.as_str().is_some()) {
            return Ok(Threshold::Weights(vec![clause(outer)?]));
        }
        let clauses = outer.iter().map(|one| clause(one.as_array().ok_or(ThresholdError::Form)?));
        clauses.collect::<Result<Vec<_>, _>>().map(Threshold::Weights)
    }

    /// Whether nothing at all is enough.
    pub fn is_zero(&self) -> bool {
        *self == Threshold::Count(0)
    }

    /// Whether it fits to so many keys.
    pub fn fits(&self, keys: usize) -> Result<(), ThresholdError> {
        match self {
            Threshold::Count(count) if *count > keys as u64 => Err(ThresholdError::Keys { keys }),
            Threshold::Count(_) => Ok(()),
            Threshold::Weights(clauses) => {
                if clauses.iter().map(Vec::len).sum::<usize>() != keys {
                    return Err(ThresholdError::Keys { keys });
                }
                match clauses.iter().all(|clause| reaches_one(clause)) {
                    true => Ok(()),
                    false => Err(ThresholdError::Unmeetable),
                }
            }
        }
    }

    /// Whether keys of these places are enough.
    pub fn is_met(&self, places: &BTreeSet<usize>) -> bool {
        match self {
            Threshold::Count(count) => places.len() as u64 >= *count,
            Threshold::Weights(clauses) => {
                let mut first = 0;
                clauses.iter().all(|clause| {
                    let those = clause.iter().enumerate().filter(|(at, _)| places.contains(&(first + at)));
                    let those: Vec<Weight> = those.map(|(_, weight)| *weight).collect();
                    first += clause.len();
                    reaches_one(&those)
                })
            }
        }
    }
}

fn clause(weights: &[Value]) -> Result<Vec<Weight>, ThresholdError> {
    if weights.len() > limits::KERI_KEYS_MAX {
        return Err(ThresholdError::Keys { keys: limits::KERI_KEYS_MAX });
    }
    weights.iter().map(|one| weight(one.as_str().ok_or(ThresholdError::Form)?)).collect()
}

fn weight(text: &str) -> Result<Weight, ThresholdError> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let number = |text: &str| {
        let number: u64 = text.parse().ok()?;
        (number.to_string() == text && number <= limits::KERI_WEIGHT_MAX).then_some(number)
    };
    match (number(numerator), number(denominator)) {
        (Some(numerator), Some(denominator)) if denominator > 0 && numerator <= denominator => {
            Ok(Weight { numerator, denominator })
        }
        _ => Err(ThresholdError::Weight),
    }
}

/// Adds exactly. Where the common denominator grows beyond all bounds, nobody meant
/// these weights, and they reach nothing.
fn reaches_one(weights: &[Weight]) -> bool {
    let (mut numerator, mut denominator) = (0_u128, 1_u128);
    for weight in weights {
        let (n, d) = (u128::from(weight.numerator), u128::from(weight.denominator));
        let common = denominator / gcd(denominator, d);
        let (Some(both), Some(ours), Some(theirs)) =
            (common.checked_mul(d), numerator.checked_mul(d / gcd(denominator, d)), n.checked_mul(common))
        else {
            return false;
        };
        let Some(sum) = ours.checked_add(theirs) else { return false };
        let shared = gcd(sum, both).max(1);
        (numerator, denominator) = (sum / shared, both / shared);
    }
    numerator >= denominator
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Lower-case hexadecimal without leading zeros.
pub(super) fn hexadecimal(text: &str) -> Option<u64> {
    let number = u64::from_str_radix(text, 16).ok()?;
    (format!("{number:x}") == text).then_some(number)
}
