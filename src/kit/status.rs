//! How old a kit is, and when it stops being sufficient.
//!
//! Nothing here reads a clock: age is measured at an instant that somebody
//! names. Without one there are only instants, and no age.

use std::collections::BTreeMap;

use crate::anchor::{Authority, Purpose};
use crate::kit::manifest::KitManifest;
use crate::policy::Policy;
use crate::time::UnixTime;
use crate::wire::json::Value;

const DAY: i64 = 86_400;

/// What there is to know about the age of a kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitStatus {
    /// The instant for which it holds, where one was named.
    pub at: Option<UnixTime>,
    /// Whole days since the kit was made.
    pub age_days: Option<i64>,
    /// Whole days since the trust store was issued.
    pub trust_age_days: Option<i64>,
    /// Everything that ends, sorted by instant.
    pub ends: Vec<End>,
    /// The first end after which something that the kit can do today cannot be
    /// done any more.
    pub sufficient_until: Option<End>,
}

/// Something that ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// The last instant at which it holds.
    pub at: UnixTime,
    /// What it is.
    pub what: Ending,
}

/// What can end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Ending {
    /// What the kit's maker said of it.
    Kit,
    /// What policy says about the age of a trust store.
    TrustAge,
    /// The last authority of that purpose.
    Purpose(Purpose),
    /// One authority; others of its purposes may go on.
    Authority(String),
    /// An algorithm that policy retires.
    Algorithm(&'static str),
}

impl Ending {
    /// Whether the kit is no longer sufficient without it.
    fn is_needed(&self) -> bool {
        matches!(self, Ending::Kit | Ending::TrustAge | Ending::Purpose(_))
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Ending::Kit => "the kit, as its maker says".into(),
            Ending::TrustAge => "the trust store, by the age that policy allows".into(),
            Ending::Purpose(purpose) => format!("the last authority for {}", purpose.name()),
            Ending::Authority(identity) => format!("the authority {identity}"),
            Ending::Algorithm(name) => format!("the algorithm {name}, which policy retires"),
        }
    }
}

impl KitStatus {
    /// The status of a kit with this manifest, trust and policy at `at`.
    pub fn new(
        manifest: &KitManifest,
        authorities: &[Authority],
        trust_issued: Option<UnixTime>,
        policy: &Policy,
        at: Option<UnixTime>,
    ) -> KitStatus {
        let age = |since: Option<UnixTime>| Some((at?.seconds() - since?.seconds()).div_euclid(DAY));
        let mut ends: Vec<End> = Vec::new();
        let mut end = |at: Option<UnixTime>, what: Ending| ends.extend(at.map(|at| End { at, what }));

        end(manifest.sufficient_until, Ending::Kit);
        let allowed = policy.trust_age_days_max.map(|days| i64::from(days) * DAY);
        let too_old = trust_issued.zip(allowed);
        end(too_old.and_then(|(t, days)| UnixTime::new(t.seconds() + days, 0).ok()), Ending::TrustAge);
        for (algorithm, sunset) in &policy.algorithms {
            end(*sunset, Ending::Algorithm(algorithm.name()));
        }
        let mut last: BTreeMap<Purpose, Option<UnixTime>> = BTreeMap::new();
        for authority in authorities.iter().filter(|authority| authority.distrusted.is_none()) {
            let until = usable_until(authority);
            end(until, Ending::Authority(authority.identity.to_string()));
            for purpose in &authority.purposes {
                let latest = last.entry(*purpose).or_insert(until);
                *latest = latest.zip(until).map(|(a, b)| a.max(b));
            }
        }
        for (purpose, until) in last {
            end(until, Ending::Purpose(purpose));
        }
        ends.sort();
        let sufficient_until = ends.iter().find(|end| end.what.is_needed()).cloned();
        KitStatus {
            at,
            age_days: age(manifest.created),
            trust_age_days: age(trust_issued),
            ends,
            sufficient_until,
        }
    }

    /// Whether the instant that was named lies beyond what the kit suffices for.
    pub fn is_over(&self) -> bool {
        self.at.zip(self.sufficient_until.as_ref()).is_some_and(|(at, end)| at > end.at)
    }

    /// For programs.
    pub fn to_value(&self) -> Value {
        let days = |days: Option<i64>| days.map_or(Value::Null, |days| Value::from(days.to_string()));
        let end = |end: &End| {
            Value::object([("at", Value::from(end.at.to_string())), ("what", Value::from(end.what.words()))])
        };
        Value::object([
            ("ageDays", days(self.age_days)),
            ("at", self.at.map_or(Value::Null, |at| Value::from(at.to_string()))),
            ("ends", Value::from(self.ends.iter().map(end).collect::<Vec<_>>())),
            ("sufficientUntil", self.sufficient_until.as_ref().map_or(Value::Null, end)),
            ("trustAgeDays", days(self.trust_age_days)),
        ])
    }
}

/// The last instant at which the authority and one of its keys are in their windows.
fn usable_until(authority: &Authority) -> Option<UnixTime> {
    let keys = authority.keys.iter().filter(|key| key.distrusted.is_none());
    // `None` is for ever: one key without an end, or none at all (certificates).
    let latest =
        keys.map(|key| key.window.not_after).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b))).flatten();
    match (authority.window.not_after, latest) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchor::{Identity, TrustedKey};
    use crate::kit::manifest::{BINARY, tests::manifest};
    use crate::kit::pinned;

    fn time(text: &str) -> Option<UnixTime> {
        Some(UnixTime::parse_rfc3339(text).unwrap())
    }

    fn authority(name: &str, purposes: &[Purpose], until: Option<UnixTime>) -> Authority {
        let mut authority = Authority::new(Identity::new(name).unwrap(), purposes.iter().copied())
            .with_key(TrustedKey::public(pinned::development_key()));
        authority.window.not_after = until;
        authority
    }

    #[test]
    fn the_last_authority_of_a_purpose_decides() {
        let mut kit = manifest(&[(BINARY, b"")]);
        kit.created = time("2025-01-01T00:00:00Z");
        let authorities = [
            authority("a", &[Purpose::Attestation], time("2026-01-01T00:00:00Z")),
            authority("b", &[Purpose::Attestation, Purpose::Custody], time("2027-01-01T00:00:00Z")),
            authority("c", &[Purpose::Custody], None),
        ];
        let at = time("2025-01-31T12:00:00Z");
        let status =
            KitStatus::new(&kit, &authorities, time("2024-12-31T00:00:00Z"), crate::policy::default(), at);
        assert_eq!((status.age_days, status.trust_age_days), (Some(30), Some(31)));
        let end = status.sufficient_until.clone().unwrap();
        assert_eq!(
            (end.what, Some(end.at)),
            (Ending::Purpose(Purpose::Attestation), time("2027-01-01T00:00:00Z"))
        );
        assert!(!status.is_over());

        kit.sufficient_until = time("2025-01-31T00:00:00Z");
        let status = KitStatus::new(&kit, &authorities, None, crate::policy::default(), at);
        assert_eq!(status.sufficient_until.as_ref().map(|end| &end.what), Some(&Ending::Kit));
        assert!(status.is_over());
    }

    #[test]
    fn without_an_instant_there_is_no_age() {
        let mut kit = manifest(&[(BINARY, b"")]);
        kit.created = time("2025-01-01T00:00:00Z");
        let status = KitStatus::new(&kit, &[], None, crate::policy::default(), None);
        assert_eq!((status.age_days, status.is_over()), (None, false));
        assert_eq!(status.sufficient_until, None);
    }

    #[test]
    fn a_key_ends_before_its_authority() {
        let mut one = authority("a", &[Purpose::Attestation], time("2027-01-01T00:00:00Z"));
        one.keys[0].window.not_after = time("2026-01-01T00:00:00Z");
        assert_eq!(usable_until(&one), time("2026-01-01T00:00:00Z"));
        let mut endless = TrustedKey::public(pinned::development_key());
        endless.window.not_after = None;
        one.keys.push(endless);
        assert_eq!(usable_until(&one), time("2027-01-01T00:00:00Z"));
    }
}
