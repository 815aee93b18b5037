//! What mechanisms must know of policy before they begin.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Effects;
use crate::crypto::signature::Algorithm;
use crate::time::{Interval, UnixTime};

/// What is asked of revocation data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revocation {
    /// Not looked at.
    Off,
    /// What is there counts; absence is stated.
    IfPresent,
    /// Absence leaves the certificate not established.
    Require,
}

impl Revocation {
    /// All of them, from the loosest to the tightest.
    pub const ALL: [Revocation; 3] = [Revocation::Off, Revocation::IfPresent, Revocation::Require];

    /// The word in policies and arguments.
    pub fn name(self) -> &'static str {
        match self {
            Revocation::Off => "off",
            Revocation::IfPresent => "if-present",
            Revocation::Require => "require",
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Revocation> {
        Revocation::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// How an algorithm stands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Policy lists it, and the time lies before its sunset.
    Allowed,
    /// It has a sunset, and the time is not known well enough to tell.
    NotEstablished {
        /// From when on it no longer counts.
        sunset: UnixTime,
    },
    /// Not listed, or used at or after its sunset.
    Forbidden {
        /// From when on it no longer counts; `None` where it never did.
        sunset: Option<UnixTime>,
    },
}

/// The part of a policy that goes into mechanisms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The algorithms that count, each with the instant from which it no longer
    /// does. What is not in here is forbidden.
    pub algorithms: BTreeMap<Algorithm, Option<UnixTime>>,
    /// The instant of validation; never an assumed time of signing.
    pub at: Option<UnixTime>,
    /// What is asked of revocation data.
    pub revocation: Revocation,
    /// Whether authorities marked for development count.
    pub allow_development: bool,
    /// Who may have which effect, where policy says so.
    pub effects: Option<Arc<Effects>>,
}

impl Rules {
    /// How `algorithm` stands for something that provably existed in `proven`.
    pub fn algorithm(&self, algorithm: Algorithm, proven: &Interval) -> Standing {
        let sunset = match self.algorithms.get(&algorithm) {
            None => return Standing::Forbidden { sunset: None },
            Some(None) => return Standing::Allowed,
            Some(Some(sunset)) => *sunset,
        };
        if proven.latest.is_some_and(|latest| latest < sunset) {
            Standing::Allowed
        } else if proven.earliest.is_some_and(|earliest| earliest >= sunset) {
            Standing::Forbidden { sunset: Some(sunset) }
        } else {
            Standing::NotEstablished { sunset }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sunset() {
        let at = |seconds| UnixTime::new(seconds, 0).unwrap();
        let rules = Rules {
            algorithms: BTreeMap::from([
                (Algorithm::Ed25519, None),
                (Algorithm::EcdsaP256Sha256, Some(at(100))),
            ]),
            at: None,
            revocation: Revocation::IfPresent,
            allow_development: false,
            effects: None,
        };
        let between = |from, to| Interval { earliest: Some(at(from)), latest: Some(at(to)) };
        let check = |algorithm, interval: Interval, expected| {
            assert_eq!(rules.algorithm(algorithm, &interval), expected, "{interval:?}");
        };
        let ecdsa = Algorithm::EcdsaP256Sha256;
        let (unclear, gone) =
            (Standing::NotEstablished { sunset: at(100) }, Standing::Forbidden { sunset: Some(at(100)) });
        check(Algorithm::Ed25519, Interval::UNKNOWN, Standing::Allowed);
        check(Algorithm::EcdsaP384Sha384, between(0, 1), Standing::Forbidden { sunset: None });
        check(ecdsa, Interval::UNKNOWN, unclear);
        check(ecdsa, Interval::until(at(99)), Standing::Allowed);
        check(ecdsa, Interval::until(at(100)), unclear);
        check(ecdsa, Interval { earliest: Some(at(99)), latest: None }, unclear);
        check(ecdsa, Interval { earliest: Some(at(100)), latest: None }, gone);
        check(ecdsa, between(50, 99), Standing::Allowed);
        check(ecdsa, between(99, 100), unclear);
        check(ecdsa, between(100, 100), gone);
    }

    #[test]
    fn tighter_is_greater() {
        assert!(Revocation::Require > Revocation::IfPresent && Revocation::IfPresent > Revocation::Off);
        for mode in Revocation::ALL {
            assert_eq!(Revocation::from_name(mode.name()), Some(mode));
        }
    }
}
