//! Certificate policies, RFC 5280 6.1 with the graph of RFC 9618.
//!
//! The tree of RFC 5280 can be made to grow exponentially. RFC 9618 keeps one
//! node for a policy and level. Of its graph only the lowest level is kept here,
//! and with each node the policies of the anchor's domain that it descends from:
//! that is all that is asked of the graph at the end.

use std::collections::{BTreeMap, BTreeSet};

use super::certificate::Certificate;
use super::extensions::id;
use super::oid::Oid;
use super::path::{PathError, PolicyInputs};

/// The lowest level of the graph, and the counters of 6.1.2.
pub(super) struct Policies {
    level: BTreeMap<Oid, Node>,
    explicit: usize,
    mapping: usize,
    any: usize,
}

/// A policy that a path holds under so far.
#[derive(Clone)]
struct Node {
    /// What the next certificate may call it.
    expected: BTreeSet<Oid>,
    /// What it is in the domain of the anchor.
    origins: BTreeSet<Oid>,
}

fn any() -> Oid {
    Oid::of(id::ANY_POLICY)
}

fn is_any(oid: &Oid) -> bool {
    oid.content() == id::ANY_POLICY
}

fn only(oid: Oid) -> BTreeSet<Oid> {
    BTreeSet::from([oid])
}

fn capped(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Policies {
    /// 6.1.2, for a path of `length` certificates.
    pub(super) fn new(inputs: &PolicyInputs, length: usize) -> Policies {
        let counter = |given: bool| if given { 0 } else { length + 1 };
        Policies {
            level: BTreeMap::from([(any(), Node { expected: only(any()), origins: only(any()) })]),
            explicit: counter(inputs.explicit),
            mapping: counter(inputs.inhibit_mapping),
            any: counter(inputs.inhibit_any),
        }
    }

    /// 6.1.3 (d) to (f), for the next certificate downwards.
    pub(super) fn enter(&mut self, certificate: &Certificate, last: bool) -> Result<(), PathError> {
        self.level = match certificate.policies() {
            Some(policies) if !self.level.is_empty() => self.next_level(policies, certificate, last),
            _ => BTreeMap::new(),
        };
        self.judge(!self.level.is_empty(), certificate)
    }

    fn judge(&self, holds: bool, certificate: &Certificate) -> Result<(), PathError> {
        if holds || self.explicit > 0 {
            return Ok(());
        }
        Err(PathError::Policy { subject: certificate.subject().to_string() })
    }

    fn next_level(&self, policies: &[Oid], certificate: &Certificate, last: bool) -> BTreeMap<Oid, Node> {
        // By what the nodes of this level expect: what all of them descend from.
        let mut expected: BTreeMap<&Oid, BTreeSet<Oid>> = BTreeMap::new();
        for node in self.level.values() {
            for policy in &node.expected {
                expected.entry(policy).or_default().extend(node.origins.iter().cloned());
            }
        }
        let node = |policy: &Oid, origins: BTreeSet<Oid>| {
            (policy.clone(), Node { expected: only(policy.clone()), origins })
        };
        let from_any = self.level.contains_key(&any());
        // (d) (1)
        let mut next: BTreeMap<Oid, Node> = policies
            .iter()
            .filter(|policy| !is_any(policy))
            .filter_map(|policy| match expected.get(policy) {
                Some(origins) => Some(node(policy, origins.clone())),
                None => from_any.then(|| node(policy, only(policy.clone()))),
            })
            .collect();
        // (d) (2)
        let any_counts = self.any > 0 || (!last && certificate.is_self_issued());
        if any_counts && policies.iter().any(is_any) {
            for (policy, origins) in expected {
                if !next.contains_key(policy) {
                    next.extend([node(policy, origins)]);
                }
            }
        }
        next
    }

    /// 6.1.4 (a), (b), (h), (i) and (j): from a certificate to the one below it.
    pub(super) fn descend(&mut self, certificate: &Certificate) -> Result<(), PathError> {
        let mut mappings: BTreeMap<&Oid, BTreeSet<Oid>> = BTreeMap::new();
        for (issuer, subject) in certificate.policy_mappings() {
            if is_any(issuer) || is_any(subject) {
                return Err(PathError::AnyPolicyMapped { subject: certificate.subject().to_string() });
            }
            mappings.entry(issuer).or_default().insert(subject.clone());
        }
        let from_any = self.level.contains_key(&any());
        for (policy, expected) in mappings {
            if self.mapping == 0 {
                self.level.remove(policy);
            } else if let Some(node) = self.level.get_mut(policy) {
                node.expected = expected;
            } else if from_any {
                self.level.insert(policy.clone(), Node { expected, origins: only(policy.clone()) });
            }
        }
        if !certificate.is_self_issued() {
            for counter in [&mut self.explicit, &mut self.mapping, &mut self.any] {
                *counter = counter.saturating_sub(1);
            }
        }
        let constraints = certificate.policy_constraints();
        let lower =
            |counter: &mut usize, to: Option<u32>| *counter = to.map_or(*counter, capped).min(*counter);
        lower(&mut self.explicit, constraints.and_then(|c| c.require_explicit));
        lower(&mut self.mapping, constraints.and_then(|c| c.inhibit_mapping));
        lower(&mut self.any, certificate.inhibit_any_policy());
        Ok(())
    }

    /// 6.1.5 (a), (b) and (g): under which policies the whole path holds.
    pub(super) fn finish(
        mut self,
        inputs: &PolicyInputs,
        target: &Certificate,
    ) -> Result<BTreeSet<Oid>, PathError> {
        self.explicit = self.explicit.saturating_sub(1);
        if target.policy_constraints().and_then(|c| c.require_explicit) == Some(0) {
            self.explicit = 0;
        }
        let ours: BTreeSet<Oid> = self.level.values().flat_map(|node| node.origins.iter().cloned()).collect();
        let valid = match &inputs.initial {
            None => ours,
            Some(initial) if initial.contains(&any()) => ours,
            Some(initial) if ours.contains(&any()) => initial.clone(),
            Some(initial) => ours.intersection(initial).cloned().collect(),
        };
        self.judge(!valid.is_empty(), target)?;
        Ok(valid)
    }
}
