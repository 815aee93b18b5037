//! The store itself: sealed, sorted, with distrust applied.

use std::collections::{BTreeMap, BTreeSet};

use super::SCHEMA;
use super::log_policy::LogPolicy;
use crate::anchor::{
    Accompanied, Authority, CertificateOutline, Chain, Identity, KeyMaterial, LogName, Narrowing, Persons,
    Purpose, TrustedKey,
};
use crate::crypto::key::{KeyId, PublicKey, SshKey};
use crate::crypto::signature::Algorithm;
use crate::digest::{Digest, encode_hex};
use crate::time::{UnixTime, Window};
use crate::wire::canonical;
use crate::wire::json::Value;

/// Whom a store withdraws trust from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distrusted {
    /// A person: all authorities of that identity, and of every identity that
    /// shares a key with it.
    Identity(Identity),
    /// One key, whoever else has it and under whatever name.
    Key(KeyId),
}

/// An entry of `distrusted`. Beats everything else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distrust {
    /// Whom.
    pub whom: Distrusted,
    /// Why, for people.
    pub reason: String,
}

/// Something in a source of trust that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unused {
    /// The file or entry, escaped for printing.
    pub name: String,
    /// Why.
    pub why: &'static str,
}

/// A file of rules by which another system decides, as somebody outside the
/// evidence has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rules {
    /// What rules they are.
    pub form: &'static str,
    /// SHA-256 of the file.
    pub digest: Digest,
}

/// A store that has a sequence was to be given another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store has a sequence of its own: {sequence}")]
pub struct AlreadyNumbered {
    /// The sequence that it has.
    pub sequence: u64,
}

/// What parsers gather, before it becomes a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub authorities: Vec<Authority>,
    pub intermediates: BTreeSet<Vec<u8>>,
    pub distrusted: BTreeSet<Distrust>,
    pub sequence: Option<u64>,
    pub issued_at: Option<UnixTime>,
    pub supersedes: Option<Digest>,
    pub origin: Option<String>,
    pub unused: BTreeSet<Unused>,
    pub log_policies: Vec<LogPolicy>,
    pub rules: BTreeSet<Rules>,
}

/// Who is trusted for what. Sorted, without repetitions, distrust applied: the
/// same content is the same store, wherever its files lay and in what order.
#[derive(Clone, Debug)]
pub struct TrustStore {
    authorities: Vec<Authority>,
    persons: Persons,
    intermediates: BTreeSet<Vec<u8>>,
    distrusted: BTreeSet<Distrust>,
    distrusted_keys: BTreeMap<KeyId, String>,
    sequence: Option<u64>,
    issued_at: Option<UnixTime>,
    supersedes: Option<Digest>,
    origin: Option<String>,
    unused: BTreeSet<Unused>,
    log_policies: Vec<LogPolicy>,
    rules: BTreeSet<Rules>,
    digest: Digest,
}

impl Draft {
    /// Makes the store of it.
    pub fn seal(self) -> TrustStore {
        let mut authorities: BTreeMap<Vec<u8>, Authority> = BTreeMap::new();
        for mut authority in self.authorities {
            // What was decided before is decided afresh, from the list below.
            authority.distrusted = None;
            authority.keys.iter_mut().for_each(|key| key.distrusted = None);
            authority.keys.sort_by_key(|key| key.id);
            authority.certificates.sort();
            authorities.insert(canonical(&describe_authority(&authority)), authority);
        }
        let mut authorities: Vec<Authority> = authorities.into_values().collect();
        // Stable: authorities of one identity keep the order of their descriptions.
        authorities.sort_by(|a, b| a.identity.cmp(&b.identity));
        let persons = Persons::of(&authorities);
        let distrusted_keys = distrust(&mut authorities, &persons, &self.distrusted);
        let mut log_policies = self.log_policies;
        log_policies.sort_by_key(LogPolicy::lines);
        log_policies.dedup_by_key(|policy| policy.lines());
        let mut store = TrustStore {
            authorities,
            persons,
            intermediates: self.intermediates,
            distrusted: self.distrusted,
            distrusted_keys,
            sequence: self.sequence,
            issued_at: self.issued_at,
            supersedes: self.supersedes,
            origin: self.origin,
            unused: self.unused,
            log_policies,
            rules: self.rules,
            digest: Digest::sha256(b""),
        };
        store.digest = Digest::sha256(&canonical(&store.describe()));
        store
    }
}

/// Marks whom `distrusted` means, and gives the keys that it names.
fn distrust(
    authorities: &mut [Authority],
    persons: &Persons,
    distrusted: &BTreeSet<Distrust>,
) -> BTreeMap<KeyId, String> {
    let mut keys = BTreeMap::new();
    for Distrust { whom, reason } in distrusted {
        match whom {
            Distrusted::Key(id) => {
                keys.entry(*id).or_insert_with(|| reason.clone());
            }
            Distrusted::Identity(identity) => {
                // The name of a bare key means the key, whoever else has it.
                if let Some(id) = identity.bare_key() {
                    keys.entry(id).or_insert_with(|| reason.clone());
                }
                // In doubt it is meant: nobody loses a distrust by a capital letter.
                let folded = identity.folded();
                for authority in authorities.iter_mut() {
                    let meant =
                        persons.same(identity, &authority.identity) || authority.identity.folded() == folded;
                    if meant && authority.distrusted.is_none() {
                        authority.distrusted = Some(reason.clone());
                    }
                }
            }
        }
    }
    for authority in authorities {
        for key in &mut authority.keys {
            key.distrusted = keys.get(&key.id).cloned();
        }
        if let Some(reason) = &authority.distrusted {
            let certified =
                authority.certificates.iter().filter_map(|der| CertificateOutline::read(der).ok());
            let certified = certified.map(|outline| outline.key_id());
            for id in authority.keys.iter().map(|key| key.id).chain(certified) {
                keys.entry(id).or_insert_with(|| reason.clone());
            }
        }
    }
    keys
}

impl TrustStore {
    /// A store of these authorities and nothing else, for callers that have no file.
    pub fn of(authorities: impl IntoIterator<Item = Authority>) -> TrustStore {
        Draft { authorities: authorities.into_iter().collect(), ..Draft::default() }.seal()
    }

    /// Several sources as one. What one of them distrusts, none of them brings
    /// back. Sequence and date are the lowest of those that trust anybody, and
    /// unknown if one of these has none: a bare key beside a store is as old as
    /// nobody knows.
    pub fn merge<'a>(stores: impl IntoIterator<Item = &'a TrustStore>) -> TrustStore {
        let stores: Vec<&TrustStore> = stores.into_iter().collect();
        if let [only] = stores[..] {
            return only.clone();
        }
        let mut merged = Draft::default();
        for store in &stores {
            merged.authorities.extend(store.authorities.iter().cloned());
            merged.intermediates.extend(store.intermediates.iter().cloned());
            merged.distrusted.extend(store.distrusted.iter().cloned());
            merged.unused.extend(store.unused.iter().cloned());
            merged.log_policies.extend(store.log_policies.iter().cloned());
            merged.rules.extend(store.rules.iter().cloned());
        }
        let trusting = || stores.iter().filter(|store| !store.authorities.is_empty());
        // `None` is less than any number, so one unknown makes the whole unknown.
        merged.sequence = trusting().map(|store| store.sequence).min().flatten();
        merged.issued_at = trusting().map(|store| store.issued_at).min().flatten();
        merged.seal()
    }

    /// This store without whatever `other` distrusts.
    pub fn without_distrusted_by(&self, other: &TrustStore) -> TrustStore {
        let mut draft = self.to_draft();
        draft.distrusted.extend(other.distrusted.iter().cloned());
        draft.seal()
    }

    pub(super) fn to_draft(&self) -> Draft {
        Draft {
            authorities: self.authorities.clone(),
            intermediates: self.intermediates.clone(),
            distrusted: self.distrusted.clone(),
            sequence: self.sequence,
            issued_at: self.issued_at,
            supersedes: self.supersedes,
            origin: self.origin.clone(),
            unused: self.unused.clone(),
            log_policies: self.log_policies.clone(),
            rules: self.rules.clone(),
        }
    }

    /// Everybody, sorted by identity; also the distrusted, who are marked.
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// Those trusted for `purpose`; also the distrusted, who are marked.
    pub fn authorities_for(&self, purpose: Purpose) -> impl Iterator<Item = &Authority> {
        self.authorities.iter().filter(move |authority| authority.may(purpose))
    }

    /// Those who could be relied on for something: not distrusted, and with a
    /// certificate or a key that is not.
    pub fn usable(&self) -> impl Iterator<Item = &Authority> {
        self.authorities.iter().filter(|authority| {
            let keys = authority.keys.iter().any(|key| key.distrusted.is_none());
            authority.distrusted.is_none() && (keys || !authority.certificates.is_empty())
        })
    }

    /// Whether nobody in it could be relied on for anything.
    pub fn is_unconfigured(&self) -> bool {
        self.usable().next().is_none()
    }

    /// The same with a number and a date, which bare keys do not have.
    pub fn numbered(&self, sequence: u64, issued_at: UnixTime) -> Result<TrustStore, AlreadyNumbered> {
        if let Some(sequence) = self.sequence {
            return Err(AlreadyNumbered { sequence });
        }
        let mut draft = self.to_draft();
        (draft.sequence, draft.issued_at) = (Some(sequence), Some(issued_at));
        Ok(draft.seal())
    }

    /// Who is the same as whom.
    pub fn persons(&self) -> &Persons {
        &self.persons
    }

    /// Certificates to build paths with, which are no anchors.
    pub fn intermediates(&self) -> &BTreeSet<Vec<u8>> {
        &self.intermediates
    }

    /// The list of the distrusted, sorted.
    pub fn distrusted(&self) -> &BTreeSet<Distrust> {
        &self.distrusted
    }

    /// Why no certificate or signature of that key may count, where that is so.
    /// Covers keys that the store does not hold otherwise.
    pub fn distrust_of_key(&self, id: &KeyId) -> Option<&str> {
        self.distrusted_keys.get(id).map(String::as_str)
    }

    /// Its number; only ever grows.
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// When it was issued, by its own word.
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.issued_at
    }

    /// The digest of the store that it takes the place of.
    pub fn supersedes(&self) -> Option<Digest> {
        self.supersedes
    }

    /// Where its content comes from, by its own word.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Which logs must have which witnesses.
    pub fn log_policies(&self) -> &[LogPolicy] {
        &self.log_policies
    }

    /// Files of rules that decisions of other systems may rest on.
    pub fn rules(&self) -> &BTreeSet<Rules> {
        &self.rules
    }

    /// What lay there and is not used.
    pub fn unused(&self) -> &BTreeSet<Unused> {
        &self.unused
    }

    /// SHA-256 over the canonical JSON of [`TrustStore::describe`]: the same for
    /// every layout of files and every order.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The effective store as a JSON value: all that can touch a verdict, and
    /// nothing of where it lay.
    pub fn describe(&self) -> Value {
        let distrusted: Vec<Value> = self
            .distrusted
            .iter()
            .map(|Distrust { whom, reason }| {
                let (kind, name) = match whom {
                    Distrusted::Identity(identity) => ("identity", identity.to_string()),
                    Distrusted::Key(id) => ("key", id.to_string()),
                };
                Value::object([(kind, Value::from(name)), ("reason", Value::from(reason.as_str()))])
            })
            .collect();
        let mut members = vec![
            ("authorities", Value::from(self.authorities.iter().map(describe_authority).collect::<Vec<_>>())),
            ("distrusted", Value::from(distrusted)),
            ("intermediates", digests(&self.intermediates)),
            ("issuedAt", optional(self.issued_at)),
            ("schema", Value::from(SCHEMA)),
            ("sequence", optional(self.sequence)),
            ("supersedes", optional(self.supersedes)),
        ];
        // Only where there are some: the digest of a store from before stays what it was.
        if !self.log_policies.is_empty() {
            let policies = self.log_policies.iter().map(|policy| strings(policy.lines()));
            members.push(("logPolicies", Value::from(policies.collect::<Vec<_>>())));
        }
        if !self.rules.is_empty() {
            let rules = self.rules.iter().map(|Rules { form, digest }| {
                Value::object([("digest", Value::from(digest.to_string())), ("form", Value::from(*form))])
            });
            members.push(("rules", Value::from(rules.collect::<Vec<_>>())));
        }
        Value::object(members)
    }
}

fn canonical(value: &Value) -> Vec<u8> {
    canonical::to_bytes(value).expect("there are no numbers in it, and it is four deep")
}

fn optional(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Null, |value| Value::from(value.to_string()))
}

pub(super) fn strings(words: impl IntoIterator<Item = impl Into<String>>) -> Value {
    Value::from(words.into_iter().map(|word| Value::from(word.into())).collect::<Vec<_>>())
}

fn digests<'a>(all: impl IntoIterator<Item = &'a Vec<u8>>) -> Value {
    let sorted: BTreeSet<String> = all.into_iter().map(|der| Digest::sha256(der).to_string()).collect();
    strings(sorted)
}

/// One authority as the digest covers it.
pub(super) fn describe_authority(authority: &Authority) -> Value {
    let mut keys: Vec<(KeyId, Value)> =
        authority.keys.iter().map(|key| (key.id, describe_key(key))).collect();
    keys.sort_by_key(|(id, _)| *id);
    let mut members = vec![
        ("accuracyNanos", optional(authority.accuracy_nanos)),
        ("certificates", digests(&authority.certificates)),
        ("development", Value::from(authority.development)),
        ("identity", Value::from(authority.identity.as_str())),
        ("keys", Value::from(keys.into_iter().map(|(_, key)| key).collect::<Vec<_>>())),
        ("name", Value::from(authority.name.as_str())),
        ("narrowing", describe_narrowing(&authority.narrowing)),
        ("notAfter", optional(authority.window.not_after)),
        ("notBefore", optional(authority.window.not_before)),
        ("profile", Value::from(authority.profile.name())),
        ("purposes", strings(sorted_names(&authority.purposes, Purpose::name))),
    ];
    members.extend(instance_members(authority));
    Value::object(members)
}

/// What only the parts of a signing service have; absent of all others.
pub(super) fn instance_members(authority: &Authority) -> Vec<(&'static str, Value)> {
    let mut members = Vec::new();
    if authority.exact {
        members.push(("exact", Value::from(true)));
    }
    let Accompanied { promise, entry } = authority.accompanied;
    let demanded = [("entry", entry), ("promise", promise)];
    let demanded: Vec<&str> = demanded.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
    if !demanded.is_empty() {
        members.push(("accompanied", strings(demanded)));
    }
    if let Some(Chain { between, leaves }) = &authority.chain {
        let hex = |all: &BTreeSet<Digest>| strings(all.iter().map(Digest::to_string));
        let mut chain = vec![("between", hex(between))];
        chain.extend(leaves.iter().map(|leaves| ("leaves", hex(leaves))));
        members.push(("chain", Value::object(chain)));
    }
    if let Some(LogName { origin, ids, hash }) = &authority.log {
        let ids = strings(ids.iter().map(|id| encode_hex(id)));
        let (hash, origin) = (Value::from(hash.name()), Value::from(origin.as_str()));
        members.push(("log", Value::object([("hash", hash), ("ids", ids), ("origin", origin)])));
    }
    members
}

fn describe_narrowing(narrowing: &Narrowing) -> Value {
    let set = |types: &Option<BTreeSet<String>>| types.as_ref().map_or(Value::Null, strings);
    Value::object([
        ("buildTypes", set(&narrowing.build_types)),
        ("payloadTypes", set(&narrowing.payload_types)),
        ("predicateTypes", set(&narrowing.predicate_types)),
    ])
}

fn describe_key(key: &TrustedKey) -> Value {
    let Window { not_before, not_after } = key.window;
    Value::object([
        ("algorithms", strings(sorted_names(&key.algorithms, Algorithm::name))),
        ("hints", strings(named_hints(key))),
        ("id", Value::from(key.id.to_string())),
        ("kind", Value::from(if key.is_shared() { "shared" } else { "public" })),
        ("notAfter", optional(not_after)),
        ("notBefore", optional(not_before)),
    ])
}

/// Names in the order of their bytes, whatever the order of the enumeration.
pub(super) fn sorted_names<'a, T: Copy + 'a>(
    all: impl IntoIterator<Item = &'a T>,
    name: fn(T) -> &'static str,
) -> BTreeSet<&'static str> {
    all.into_iter().map(|value| name(*value)).collect()
}

/// The hints of a key that do not follow from the key: those that a later
/// version could not derive either.
pub(super) fn named_hints(key: &TrustedKey) -> BTreeSet<String> {
    let derived = match &key.material {
        KeyMaterial::Public(public) => {
            PublicKey::from_spki_der(&public.spki_der()).expect("the encoding of a key reads back").hints()
        }
        KeyMaterial::Security(key) => TrustedKey::ssh(SshKey::Security(key.clone())).hints,
        KeyMaterial::Shared(shared) => TrustedKey::shared(shared.clone()).hints,
    };
    key.hints.difference(&derived).cloned().collect()
}
