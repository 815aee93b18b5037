//! Who may act in a timeline, and whether a signature is his.
//!
//! How it would be attacked: sign with a key that is trusted for something
//! else; name an identity and sign with another one's key; hand over to
//! oneself under a second name; name a key that nobody knows, to be merely
//! "unknown" where a wrong signature would be a fault.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Authority, Identity, KeyMaterial, Persons, Purpose};
use crate::crypto::key::{KeyId, Kind, PublicKey};
use crate::crypto::mac::SharedKey;
use crate::crypto::signature::{self, Algorithm, Encoding};

/// The authorities, by name and by key. Made once for all the timelines of a
/// run.
#[derive(Debug)]
pub struct Roster {
    authorities: Vec<Authority>,
    by_name: BTreeMap<String, Vec<usize>>,
    by_key: BTreeMap<String, BTreeSet<usize>>,
    /// Shared keys by every name that a format may give them: authority and key.
    by_hint: BTreeMap<String, Vec<(usize, usize)>>,
    persons: Persons,
}

/// A shared key of the trust store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared<'r> {
    /// Whose, by place in the trust store.
    pub authority: usize,
    /// Which of his keys.
    pub index: usize,
    /// The key.
    pub key: &'r SharedKey,
}

/// How an identity stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    /// May act in timelines.
    Authorised,
    /// Is in the trust store, and may not.
    Refused(&'static str),
    /// Is not in the trust store.
    Unknown,
}

/// How a signature stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// By this key of the identity, and whether the entry of the trust store
    /// that holds the key may act.
    By(Identity, KeyId, Algorithm, Actor),
    /// The key that is named is not in the trust store.
    UnknownKey,
    /// Proven wrong.
    Wrong(String),
}

impl Roster {
    /// `authorities` may be the whole trust store.
    pub fn new(authorities: &[Authority]) -> Roster {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut by_key: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut by_hint: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (index, authority) in authorities.iter().enumerate() {
            by_name.entry(authority.identity.as_str().to_owned()).or_default().push(index);
            for (place, key) in authority.keys.iter().enumerate() {
                by_key.entry(key.id.to_string()).or_default().insert(index);
                for hint in key.hints.iter().filter(|_| key.is_shared()) {
                    by_hint.entry(hint.clone()).or_default().push((index, place));
                }
            }
        }
        let persons = Persons::of(authorities);
        Roster { authorities: authorities.to_vec(), by_name, by_key, by_hint, persons }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Authority> {
        self.by_name.get(name).into_iter().flatten().map(|index| &self.authorities[*index])
    }

    /// Whether `name` may sign events of `event_type`.
    pub(super) fn actor(&self, name: &str, event_type: &str) -> Actor {
        best(self.named(name), event_type)
    }

    /// Whether both names are one person, as far as the trust store knows.
    pub(super) fn same_person(&self, a: &str, b: &str) -> bool {
        match (Identity::new(a), Identity::new(b)) {
            (Ok(a), Ok(b)) => self.persons.same(&a, &b),
            _ => a == b,
        }
    }

    /// The shared keys of that name, whoever holds them and for whatever.
    pub(super) fn shared(&self, name: &str) -> impl Iterator<Item = Shared<'_>> {
        self.by_hint.get(name).into_iter().flatten().filter_map(|(authority, index)| {
            match &self.authorities[*authority].keys[*index].material {
                KeyMaterial::Shared(key) => Some(Shared { authority: *authority, index: *index, key }),
                KeyMaterial::Public(_) | KeyMaterial::Security(_) => None,
            }
        })
    }

    /// The public keys for `algorithm` of that name, or that nobody gave a name.
    pub(super) fn public(&self, name: &str, algorithm: Algorithm) -> Vec<(usize, usize, &PublicKey)> {
        let mut found = Vec::new();
        for (at, authority) in self.authorities.iter().enumerate() {
            for (index, key) in authority.keys.iter().enumerate() {
                let KeyMaterial::Public(public) = &key.material else { continue };
                let named = || key.hints.contains(name) || key.hints.len() == public.hints().len();
                if key.algorithms.contains(&algorithm) && named() {
                    found.push((at, index, public));
                }
            }
        }
        found
    }

    /// Why that authority may not sign events of `event_type`.
    pub(super) fn refused(&self, authority: usize, event_type: &str) -> Option<&'static str> {
        refusal(&self.authorities[authority], event_type)
    }

    /// Whether there is any shared key.
    pub(super) fn holds_shared(&self) -> bool {
        !self.by_hint.is_empty()
    }

    /// Why whoever holds that key may not sign events of `event_type` with it.
    pub(super) fn refused_shared(&self, shared: &Shared<'_>, event_type: &str) -> Option<&'static str> {
        let authority = &self.authorities[shared.authority];
        let distrusted = authority.keys[shared.index].distrusted.as_ref().map(|_| "a distrusted key");
        distrusted.or_else(|| refusal(authority, event_type))
    }

    /// The shared key at that place.
    pub(super) fn shared_at(&self, authority: usize, index: usize) -> Option<&SharedKey> {
        match &self.authorities[authority].keys[index].material {
            KeyMaterial::Shared(key) => Some(key),
            KeyMaterial::Public(_) | KeyMaterial::Security(_) => None,
        }
    }

    /// Whose key that is, and which.
    pub(super) fn key(&self, authority: usize, index: usize) -> (&Identity, KeyId) {
        let authority = &self.authorities[authority];
        (&authority.identity, authority.keys[index].id)
    }

    /// Whether the key of that id made `sig` over the message for `name`, and
    /// what the entries that hold the key let it say. The message is made only
    /// if there is such a key.
    pub(super) fn signed(
        &self,
        name: &str,
        keyid: &str,
        event_type: &str,
        message: impl Fn() -> Vec<u8>,
        sig: &[u8],
    ) -> Signed {
        let Some(owners) = self.by_key.get(keyid) else { return Signed::UnknownKey };
        let owners = owners.iter().map(|index| &self.authorities[*index]);
        let mut own = owners.clone().filter(|authority| authority.identity.as_str() == name);
        // A name may have several entries, each with keys of its own: only one
        // that holds this key can speak for it, and the best of them does.
        let standing = best(own.clone(), event_type);
        let authorises = |authority: &&Authority| refusal(authority, event_type).is_none();
        let Some(authority) = own.clone().find(authorises).or_else(|| own.next()) else {
            let owner = owners.map(|authority| authority.identity.as_str()).next().unwrap_or_default();
            return Signed::Wrong(format!("signed with a key of {owner}"));
        };
        let key = authority.keys.iter().find(|key| key.id.to_string() == keyid);
        let key = key.expect("the key was found under this authority");
        // A distrusted authority is refused as an actor, which is one fault.
        if let Some(reason) = &key.distrusted {
            return Signed::Wrong(format!("signed with a distrusted key: {reason}"));
        }
        let KeyMaterial::Public(public) = &key.material else {
            return Signed::Wrong("signed with a shared key".to_owned());
        };
        let algorithm = algorithm_of(public);
        if !key.algorithms.contains(&algorithm) {
            return Signed::Wrong(format!("the key is not trusted with {}", algorithm.name()));
        }
        match signature::verify(algorithm, Encoding::Der, public, &message(), sig) {
            Ok(()) => Signed::By(authority.identity.clone(), key.id, algorithm, standing),
            Err(error) => Signed::Wrong(error.to_string()),
        }
    }
}

impl Roster {
    /// Whether anybody of that name has a public key here, for whatever.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.named(name).any(|authority| authority.keys.iter().any(|key| !key.is_shared()))
    }

    /// Whether a key of that name made `sig`, whatever it may be used for. Nothing
    /// of ours rests on it: it is what another verifier would ask.
    pub(super) fn holds(&self, name: &str, message: &[u8], sig: &[u8]) -> bool {
        self.named(name).flat_map(|authority| &authority.keys).any(|key| match &key.material {
            KeyMaterial::Public(public) => {
                signature::verify(algorithm_of(public), Encoding::Der, public, message, sig).is_ok()
            }
            _ => false,
        })
    }

    /// The same as [`Self::signed`] where no key is named: any key of that name.
    pub(super) fn signed_as(&self, name: &str, event_type: &str, message: &[u8], sig: &[u8]) -> Signed {
        let keys = self.named(name).flat_map(|authority| &authority.keys).filter(|key| !key.is_shared());
        let ids: BTreeSet<String> = keys.map(|key| key.id.to_string()).collect();
        let mut worst = Signed::UnknownKey;
        for id in ids {
            match self.signed(name, &id, event_type, || message.to_vec(), sig) {
                by @ Signed::By(..) => return by,
                other => worst = other,
            }
        }
        worst
    }

    /// The same where a key is named, and nobody who would hold it.
    pub(super) fn signed_with(&self, keyid: &str, event_type: &str, message: &[u8], sig: &[u8]) -> Signed {
        let owner = self.by_key.get(keyid).and_then(|owners| owners.first());
        match owner.map(|index| self.authorities[*index].identity.as_str().to_owned()) {
            Some(name) => self.signed(&name, keyid, event_type, || message.to_vec(), sig),
            None => Signed::UnknownKey,
        }
    }
}

/// Why that entry may not sign events.
fn refusal(authority: &Authority, event_type: &str) -> Option<&'static str> {
    if authority.distrusted.is_some() {
        Some("a distrusted authority")
    } else if !authority.may(Purpose::Custody) {
        Some("an authority for other purposes")
    } else if !authority.narrowing.allows_payload_type(Some(event_type)) {
        Some("an authority confined to other content")
    } else {
        None
    }
}

/// What the entry says that lets an actor say most; distrust of one beats all.
fn best<'a>(entries: impl Iterator<Item = &'a Authority>, event_type: &str) -> Actor {
    let mut standing = Actor::Unknown;
    for authority in entries {
        standing = match (refusal(authority, event_type), standing) {
            (Some(found), _) if authority.distrusted.is_some() => return Actor::Refused(found),
            (None, _) | (_, Actor::Authorised) => Actor::Authorised,
            (Some(found), _) => Actor::Refused(found),
        };
    }
    standing
}

/// docs/formats/custody.md, signatures: one algorithm for each kind of key.
pub(super) fn algorithm_of(key: &PublicKey) -> Algorithm {
    match key.kind() {
        Kind::Ed25519 => Algorithm::Ed25519,
        Kind::EcdsaP256 => Algorithm::EcdsaP256Sha256,
        Kind::EcdsaP384 => Algorithm::EcdsaP384Sha384,
        Kind::EcdsaP521 => Algorithm::EcdsaP521Sha512,
        Kind::Rsa { .. } => Algorithm::RsaPssSha256,
        Kind::Secp256k1 => Algorithm::Bip340Sha256,
    }
}
