//! Since when something provably existed, by whose word, and whom that excuses.
//!
//! A proof of time is about bytes, so it is found by their digest. It never
//! excuses whoever gave it: the owner of a broken key can stamp any date.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Identity, Persons, Profile};
use crate::crypto::key::KeyId;
use crate::digest::{Algorithm, Digest, Digests, Hasher};
use crate::evidence::Item;
use crate::time::{Interval, Position, UnixTime, Window};

/// That some bytes existed, proven.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    /// When the proof was made: what it is about existed before the end of this.
    pub interval: Interval,
    /// Whose clock it was.
    pub by: Identity,
    /// Of what kind it is: `timestamp`, `log`.
    pub kind: &'static str,
    /// Every key that it rests on, up to the root.
    pub keys: BTreeSet<KeyId>,
}

/// What is proven in one case, by the digest of the bytes that it is about.
/// Times do not travel between cases.
#[derive(Clone, Debug, Default)]
pub struct Times {
    proofs: BTreeMap<Digest, Vec<Proof>>,
}

/// What is proven of one thing.
#[derive(Clone, Debug)]
pub struct Existence {
    at: Option<UnixTime>,
    proofs: Vec<Proof>,
}

/// What a signer may rely on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The best bound from above.
    pub existed: Interval,
    /// Every interval that counts, the best one first; empty without a proof.
    pub proven: Vec<Interval>,
    /// What proves it: `timestamp`, `log`, `validation` or `none`.
    pub by: &'static str,
}

impl Times {
    /// Takes in that bytes of this digest existed.
    pub fn insert(&mut self, digest: Digest, proof: Proof) {
        let proofs = self.proofs.entry(digest).or_default();
        if let Err(place) = proofs.binary_search(&proof) {
            proofs.insert(place, proof);
        }
    }

    /// Everything proven of bytes with one of these digests.
    fn of(&self, digests: &Digests) -> impl Iterator<Item = &Proof> {
        digests.iter().filter_map(|digest| self.proofs.get(&digest)).flatten()
    }

    /// Everything proven of `item` as a file, and of `parts` that stand in it.
    pub fn existence(&self, at: Option<UnixTime>, item: &Item, parts: &[&[u8]]) -> Existence {
        let mut proofs: Vec<Proof> = Vec::new();
        if !self.proofs.is_empty() {
            proofs.extend(self.of(&item.digests).cloned());
            for bytes in parts.iter().copied().chain(item.content.as_deref()) {
                proofs.extend(self.of(&self.measure(bytes)).cloned());
            }
            proofs.sort();
            proofs.dedup();
        }
        Existence { at, proofs }
    }

    /// The earliest proof of `item` as a file by anybody but `those`, and by none
    /// of their keys.
    pub fn by_others<'t>(
        &'t self,
        item: &Item,
        persons: &Persons,
        those: &[(&Identity, BTreeSet<KeyId>)],
    ) -> Option<&'t Proof> {
        let own = |proof: &Proof| {
            those.iter().any(|(who, keys)| persons.same(&proof.by, who) || !proof.keys.is_disjoint(keys))
        };
        let others = self.of(&item.digests).filter(|proof| !own(proof));
        others.min_by_key(|proof| proof.interval.latest.map_or((1, None), |latest| (0, Some(latest))))
    }

    /// With every algorithm by which something is proven, and no other.
    fn measure(&self, bytes: &[u8]) -> Digests {
        let mut algorithms = crate::digest::AlgorithmSet::EMPTY;
        self.proofs
            .keys()
            .map(Digest::algorithm)
            .for_each(|algorithm: Algorithm| algorithms.insert(algorithm));
        let mut hasher = Hasher::new(algorithms);
        hasher.update(bytes);
        hasher.finish()
    }
}

impl Existence {
    /// Nothing but the time of validation is known.
    pub fn unproven(at: Option<UnixTime>) -> Existence {
        Existence { at, proofs: Vec::new() }
    }

    /// Takes in one more proof, about just this.
    pub fn insert(&mut self, proof: Proof) {
        if let Err(place) = self.proofs.binary_search(&proof) {
            self.proofs.insert(place, proof);
        }
    }

    /// What others than `identity`, with other keys than `key`, prove.
    pub fn by_others(&self, identity: &Identity, key: KeyId) -> Vec<Interval> {
        let others = self.proofs.iter().filter(|proof| proof.by != *identity && !proof.keys.contains(&key));
        others.map(|proof| proof.interval).collect()
    }

    /// What `signer`, who rests on `keys`, may rely on: proofs by anybody but
    /// himself, that rest on none of his keys. That it exists at the time of
    /// validation bounds it too, and nobody needs to prove that.
    pub fn bound(&self, persons: &Persons, signer: &Identity, keys: &BTreeSet<KeyId>) -> Bound {
        let mut proven: Vec<(Interval, &'static str)> = self
            .proofs
            .iter()
            .filter(|proof| !persons.same(&proof.by, signer) && proof.keys.is_disjoint(keys))
            .map(|proof| (proof.interval, proof.kind))
            .collect();
        proven.sort_by_key(|(interval, _)| interval.latest.map_or((1, None), |latest| (0, Some(latest))));
        let validation = self.at.map(Interval::until);
        let earlier = |interval: &Interval| match (interval.latest, self.at) {
            (Some(latest), Some(at)) => latest <= at,
            (latest, _) => latest.is_some(),
        };
        let (existed, by) = match proven.first().filter(|(interval, _)| earlier(interval)) {
            Some((interval, kind)) => (*interval, *kind),
            None => match validation {
                Some(validation) => (validation, "validation"),
                None => (Interval::UNKNOWN, "none"),
            },
        };
        Bound { existed, proven: proven.into_iter().map(|(interval, _)| interval).collect(), by }
    }
}

impl Bound {
    /// How it lies to a window.
    ///
    /// A proof of time bounds a signature from above. For long-lived keys that
    /// is enough: it existed before the end, and before the beginning nobody
    /// could have made it. Short-lived ones want every proof wholly inside, and
    /// one at least.
    pub fn position(&self, window: &Window, profile: Profile) -> Position {
        match (profile, self.existed.latest) {
            // Only a bound from above: what existed then may be older, never younger.
            (Profile::LongLived, Some(latest)) => {
                let last = Interval { earliest: Some(latest), latest: Some(latest) };
                match window.position(&last) {
                    Position::Inside => Position::Inside,
                    _ => window.position(&Interval::until(latest)),
                }
            }
            (Profile::ShortLived, _) if !self.proven.is_empty() => {
                let positions = self.proven.iter().map(|proven| window.position(proven));
                positions.max_by_key(|position| *position as u8).expect("it is not empty")
            }
            _ => window.position(&self.existed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixTime {
        UnixTime::new(seconds, 0).unwrap()
    }

    fn proof(by: &str, from: i64, to: i64) -> Proof {
        let interval = Interval { earliest: Some(at(from)), latest: Some(at(to)) };
        let keys = BTreeSet::from([key(by)]);
        Proof { interval, by: Identity::new(by).unwrap(), kind: "timestamp", keys }
    }

    fn key(name: &str) -> KeyId {
        crate::anchor::TrustedKey::shared(
            crate::crypto::mac::SharedKey::from_bytes(Digest::sha256(name.as_bytes()).bytes()).unwrap(),
        )
        .id
    }

    fn bound(now: Option<i64>, proofs: &[Proof], signer: &str) -> Bound {
        let existence = Existence { at: now.map(at), proofs: proofs.to_vec() };
        let keys = BTreeSet::from([key(signer)]);
        existence.bound(&Persons::default(), &Identity::new(signer).unwrap(), &keys)
    }

    #[test]
    fn the_earliest_proof_of_another_counts() {
        let proofs = [proof("clock-b", 50, 60), proof("clock-a", 20, 30), proof("self", 1, 2)];
        let found = bound(Some(100), &proofs, "self");
        assert_eq!((found.existed, found.by), (proofs[1].interval, "timestamp"));
        assert_eq!(found.proven, [proofs[1].interval, proofs[0].interval]);
    }

    #[test]
    fn nobody_proves_his_own_time() {
        let proofs = [proof("self", 1, 2)];
        assert_eq!(
            bound(None, &proofs, "self"),
            Bound { existed: Interval::UNKNOWN, proven: vec![], by: "none" }
        );
        assert_eq!(bound(Some(9), &proofs, "self").existed, Interval::until(at(9)));
    }

    #[test]
    fn a_key_proves_nothing_for_itself_under_another_name() {
        let mut proof = proof("clock", 1, 2);
        proof.keys.insert(key("self"));
        assert_eq!(bound(None, &[proof], "self").by, "none");
    }

    #[test]
    fn a_proof_from_after_the_validation_bounds_nothing() {
        let found = bound(Some(10), &[proof("clock", 20, 30)], "self");
        assert_eq!((found.existed, found.by), (Interval::until(at(10)), "validation"));
    }

    #[test]
    fn found_by_any_digest_of_the_bytes() {
        let mut times = Times::default();
        times.insert(Digest::sha256(b"x"), proof("clock", 1, 2));
        times.insert(Digest::sha256(b"x"), proof("clock", 1, 2));
        let measured = times.measure(b"x");
        assert_eq!(times.of(&measured).count(), 1);
        assert_eq!(times.of(&times.measure(b"y")).count(), 0);
    }
}
