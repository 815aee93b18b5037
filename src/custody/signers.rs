//! Whose signatures held, under which keys, and when they say to have signed.

use std::collections::BTreeMap;

use crate::anchor::Identity;
use crate::crypto::key::KeyId;
use crate::crypto::signature::Algorithm;
use crate::time::{Interval, UnixTime};

/// What one identity signed in a timeline. Only verified signatures by
/// authorities for custody are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signer {
    /// How many events.
    pub events: u64,
    /// Under which keys.
    pub keys: BTreeMap<KeyId, KeyUse>,
}

/// How one key was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// With which algorithm.
    pub algorithm: Algorithm,
    /// How many events.
    pub events: u64,
    /// From the earliest to the latest time that those events claim.
    pub claimed: Interval,
}

/// Grows by the keys of the trust store, not by events.
#[derive(Default)]
pub(super) struct Signers(BTreeMap<Identity, Signer>);

impl Signers {
    pub fn add(&mut self, identity: Identity, key: KeyId, algorithm: Algorithm, at: UnixTime) {
        let signer = self.0.entry(identity).or_default();
        signer.events += 1;
        let unused =
            KeyUse { algorithm, events: 0, claimed: Interval { earliest: Some(at), latest: Some(at) } };
        let used = signer.keys.entry(key).or_insert(unused);
        used.events += 1;
        used.claimed.earliest = used.claimed.earliest.min(Some(at));
        used.claimed.latest = used.claimed.latest.max(Some(at));
    }

    pub fn finish(self) -> BTreeMap<Identity, Signer> {
        self.0
    }
}
