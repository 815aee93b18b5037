//! Who is the same as whom, so that thresholds count persons and not names.
//!
//! Two authorities that hold one key between them are one person, and so is
//! whoever shares another key with either of them. Otherwise one private key,
//! written into a store under two names, would meet a threshold of two.

use std::collections::{BTreeMap, BTreeSet};

use super::{Authority, CertificateOutline, Identity};
use crate::crypto::key::KeyId;

/// The identities of a trust store, joined wherever they share a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Persons {
    /// Every identity that is known, and the one that stands for it.
    canonical: BTreeMap<Identity, Identity>,
}

impl Persons {
    /// Joins the identities of `authorities`. The order does not matter.
    pub fn of<'a>(authorities: impl IntoIterator<Item = &'a Authority>) -> Persons {
        let mut groups: Vec<(BTreeSet<Identity>, BTreeSet<KeyId>)> = Vec::new();
        for authority in authorities {
            let mut names = BTreeSet::from([authority.identity.clone()]);
            let mut keys = key_ids(authority);
            // A bare key and a named authority with that key meet here too.
            groups.retain_mut(|(other_names, other_keys)| {
                let apart = names.is_disjoint(other_names) && keys.is_disjoint(other_keys);
                if !apart {
                    names.append(other_names);
                    keys.append(other_keys);
                }
                apart
            });
            groups.push((names, keys));
        }
        let mut canonical = BTreeMap::new();
        for (names, _) in groups {
            // A name that a person chose says more than a key id.
            let representative = names
                .iter()
                .find(|name| !name.is_bare_key())
                .or(names.first())
                .expect("a group begins with one name")
                .clone();
            for name in names {
                canonical.insert(name, representative.clone());
            }
        }
        Persons { canonical }
    }

    /// The one identity that stands for `identity`. One that is not in the
    /// store stands for itself.
    pub fn canonical<'a>(&'a self, identity: &'a Identity) -> &'a Identity {
        self.canonical.get(identity).unwrap_or(identity)
    }

    /// The distinct persons among `identities`: what a threshold counts.
    pub fn distinct<'a>(&self, identities: impl IntoIterator<Item = &'a Identity>) -> BTreeSet<Identity> {
        identities.into_iter().map(|identity| self.canonical(identity).clone()).collect()
    }

    /// Whether both are one person.
    pub fn same(&self, a: &Identity, b: &Identity) -> bool {
        self.canonical(a) == self.canonical(b)
    }
}

/// The ids of all its keys, those of its certificates included.
fn key_ids(authority: &Authority) -> BTreeSet<KeyId> {
    let certified = authority.certificates.iter().filter_map(|der| CertificateOutline::read(der).ok());
    authority.keys.iter().map(|key| key.id).chain(certified.map(|outline| outline.key_id())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Purpose, TrustedKey, making};
    use super::*;
    use crate::crypto::mac::SharedKey;

    fn authority(name: &str, keys: &[u8]) -> Authority {
        let mut authority = Authority::new(Identity::new(name).unwrap(), [Purpose::Attestation]);
        for byte in keys {
            authority.keys.push(TrustedKey::shared(SharedKey::from_bytes(&[*byte; 32]).unwrap()));
        }
        authority
    }

    /// Checks in the order given and in the reverse.
    fn check(authorities: &[(&str, &[u8])], expected: &[(&str, &str)]) {
        let made: Vec<Authority> = authorities.iter().map(|(name, keys)| authority(name, keys)).collect();
        let persons = Persons::of(&made);
        assert_eq!(persons, Persons::of(made.iter().rev()), "the order must not matter");
        for (name, stands) in expected {
            let name = Identity::new(name).unwrap();
            assert_eq!(persons.canonical(&name).as_str(), *stands, "{authorities:?}");
        }
    }

    #[test]
    fn shared_keys_join() {
        check(&[("a", &[1]), ("b", &[2])], &[("a", "a"), ("b", "b")]);
        check(&[("a", &[1]), ("b", &[1])], &[("a", "a"), ("b", "a")]);
        check(&[("a", &[1]), ("b", &[2]), ("c", &[1, 2])], &[("a", "a"), ("b", "a"), ("c", "a")]);
        check(&[("d", &[4]), ("c", &[3, 4]), ("b", &[2, 3]), ("a", &[1, 2])], &[("d", "a"), ("b", "a")]);
        check(&[("a", &[1]), ("a", &[2]), ("b", &[2])], &[("b", "a")]);
        check(&[("a", &[]), ("b", &[])], &[("a", "a"), ("b", "b")]);
        check(&[], &[("nobody", "nobody")]);
    }

    #[test]
    fn a_chosen_name_stands_for_a_bare_key() {
        let named = authority("zebra", &[1]);
        let id = named.keys[0].id;
        let mut bare = authority("x", &[1]);
        bare.identity = Identity::new(&format!("key:{id}")).unwrap();
        let persons = Persons::of([&bare, &named]);
        assert_eq!(persons.canonical(&bare.identity).as_str(), "zebra");
        assert_eq!(persons.distinct([&bare.identity, &named.identity]).len(), 1);
        assert!(persons.same(&bare.identity, &named.identity));
    }

    #[test]
    fn a_certificate_is_a_name_for_its_key() {
        let mut certified = authority("a", &[]);
        certified.certificates.push(making::root("any", 9, &[]));
        let mut raw = authority("b", &[]);
        raw.keys.push(TrustedKey::public(making::public_key(9)));
        assert!(Persons::of([&certified, &raw]).same(&certified.identity, &raw.identity));
        certified.certificates = vec![making::root("any", 8, &[])];
        assert!(!Persons::of([&certified, &raw]).same(&certified.identity, &raw.identity));
    }

    /// The definition, computed the slow way: joined is the transitive closure
    /// of "shares a key or a name".
    #[test]
    #[allow(clippy::needless_range_loop, reason = "the closure is written as the definition has it")]
    fn agrees_with_the_transitive_closure() {
        for case in 0u32..4096 {
            let keys = |n: u32| -> Vec<u8> {
                (0..4u8).filter(|key| case >> (n * 3) & 7 & (1 + u32::from(*key)) != 0).collect()
            };
            let all: Vec<Authority> =
                ["a", "b", "c", "d"].iter().zip(0..).map(|(name, n)| authority(name, &keys(n))).collect();
            let mut reach = [[false; 4]; 4];
            for i in 0..4 {
                for j in 0..4 {
                    reach[i][j] = i == j || keys(i as u32).iter().any(|key| keys(j as u32).contains(key));
                }
            }
            for k in 0..4 {
                for i in 0..4 {
                    for j in 0..4 {
                        reach[i][j] |= reach[i][k] && reach[k][j];
                    }
                }
            }
            let persons = Persons::of(&all);
            for i in 0..4 {
                for j in 0..4 {
                    assert_eq!(persons.same(&all[i].identity, &all[j].identity), reach[i][j], "case {case}");
                }
            }
        }
    }
}
