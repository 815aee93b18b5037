//! A store as files, in one layout: the same store gives the same bytes.

use std::collections::BTreeMap;

use super::store::{Distrust, Distrusted, TrustStore, instance_members, named_hints, sorted_names, strings};
use super::{SCHEMA, STORE_FILE};
use crate::anchor::{Authority, KeyMaterial, Narrowing, Purpose, TrustedKey};
use crate::crypto::key::SshKey;
use crate::crypto::signature::Algorithm;
use crate::digest::{Digest, encode_hex};
use crate::time::Window;
use crate::wire::json::{Object, Value};
use crate::wire::{canonical, pem};

/// Why a store cannot be written down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// It came from bare keys, or from several sources of which one has no number.
    #[error("a store needs a sequence and a date of issue")]
    Unnumbered,
    /// It came with a policy for logs, which stays a file of its own.
    #[error("a policy for logs is no part of a store; give it beside the store")]
    LogPolicy,
    /// It came with rules of another system, which stay files of their own.
    #[error("rules of another system are no part of a store; give them beside the store")]
    Rules,
    /// It holds one identity several times, as a merged store may.
    #[error("the identity '{0}' stands there several times")]
    RepeatedIdentity(String),
}

/// The files of the store: `trust.json`, and one file per key and certificate,
/// named by its digest. Those below `shared/` are secrets.
pub fn to_files(store: &TrustStore) -> Result<BTreeMap<String, Vec<u8>>, WriteError> {
    let (Some(sequence), Some(issued_at)) = (store.sequence(), store.issued_at()) else {
        return Err(WriteError::Unnumbered);
    };
    if !store.log_policies().is_empty() {
        return Err(WriteError::LogPolicy);
    }
    if !store.rules().is_empty() {
        return Err(WriteError::Rules);
    }
    for pair in store.authorities().windows(2) {
        if pair[0].identity == pair[1].identity {
            return Err(WriteError::RepeatedIdentity(pair[0].identity.to_string()));
        }
    }
    let mut files = Files(BTreeMap::new());
    let authorities: Vec<Value> =
        store.authorities().iter().map(|authority| files.authority(authority)).collect();
    let intermediates: Vec<Value> =
        store.intermediates().iter().map(|der| files.certificate("intermediates", der)).collect();
    let mut members = Members::default();
    members.add("schema", Value::from(SCHEMA));
    members.add("sequence", Value::from(sequence.to_string()));
    members.add("issuedAt", Value::from(issued_at.to_string()));
    members.add_text("supersedes", store.supersedes());
    members.add_text("source", store.origin());
    members.add("authorities", Value::from(authorities));
    members.add_filled("intermediates", intermediates);
    members.add_filled("distrusted", store.distrusted().iter().map(distrust).collect());
    let mut bytes = canonical::to_bytes(&members.done()).expect("there are no numbers in it");
    bytes.push(b'\n');
    files.0.insert(STORE_FILE.to_owned(), bytes);
    Ok(files.0)
}

struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Adds a file and refers to it.
    fn refer(&mut self, folder: &str, name: &str, bytes: Vec<u8>) -> Members {
        let path = format!("{folder}/{name}");
        let mut members = Members::default();
        members.add("path", Value::from(path.as_str()));
        members.add("sha256", Value::from(Digest::sha256(&bytes).hex()));
        self.0.insert(path, bytes);
        members
    }

    fn certificate(&mut self, folder: &str, der: &[u8]) -> Value {
        let name = format!("{}.pem", Digest::sha256(der).hex());
        self.refer(folder, &name, pem::encode("CERTIFICATE", der).into_bytes()).done()
    }

    fn key(&mut self, key: &TrustedKey) -> Value {
        let id = key.id.digest().hex();
        let mut members = match &key.material {
            KeyMaterial::Public(public) => {
                let text = pem::encode("PUBLIC KEY", &public.spki_der());
                self.refer("keys", &format!("{id}.pem"), text.into_bytes())
            }
            KeyMaterial::Security(key) => {
                let line = SshKey::Security(key.clone()).line();
                self.refer("keys", &format!("{id}.pub"), format!("{line}\n").into_bytes())
            }
            KeyMaterial::Shared(shared) => {
                let line = format!("{}\n", encode_hex(shared.dangerous_secret()));
                let reference = self.refer("shared", &format!("{id}.hex"), line.into_bytes());
                let mut members = Members::default();
                members.add("shared", reference.done());
                members
            }
        };
        members.add("algorithms", strings(sorted_names(&key.algorithms, Algorithm::name)));
        members.add_filled("hints", named_hints(key).into_iter().map(Value::from).collect());
        members.add_window(key.window);
        members.done()
    }

    fn authority(&mut self, authority: &Authority) -> Value {
        let keys = authority.keys.iter().map(|key| self.key(key)).collect();
        let certificates =
            authority.certificates.iter().map(|der| self.certificate("certificates", der)).collect();
        let mut members = Members::default();
        members.add("identity", Value::from(authority.identity.as_str()));
        members.add("name", Value::from(authority.name.as_str()));
        members.add("purposes", strings(sorted_names(&authority.purposes, Purpose::name)));
        members.add_filled("keys", keys);
        members.add_filled("certificates", certificates);
        if !authority.narrowing.is_none() {
            members.add("narrowing", narrowing(&authority.narrowing));
        }
        members.add_window(authority.window);
        members.add("profile", Value::from(authority.profile.name()));
        members.add_text("accuracyNanos", authority.accuracy_nanos);
        members.add("development", Value::from(authority.development));
        for (name, value) in instance_members(authority) {
            members.add(name, value);
        }
        members.done()
    }
}

fn narrowing(narrowing: &Narrowing) -> Value {
    let mut members = Members::default();
    let sets = [
        ("payloadTypes", &narrowing.payload_types),
        ("predicateTypes", &narrowing.predicate_types),
        ("buildTypes", &narrowing.build_types),
    ];
    for (name, set) in sets {
        if let Some(set) = set {
            members.add(name, strings(set));
        }
    }
    members.done()
}

fn distrust(Distrust { whom, reason }: &Distrust) -> Value {
    let (kind, name) = match whom {
        Distrusted::Identity(identity) => ("identity", identity.to_string()),
        Distrusted::Key(id) => ("key", id.to_string()),
    };
    Value::object([(kind, Value::from(name)), ("reason", Value::from(reason.as_str()))])
}

/// The members of an object, absent where there is nothing to say.
#[derive(Default)]
struct Members(Object);

impl Members {
    fn add(&mut self, name: &str, value: Value) {
        self.0.push(name, value).expect("every member is added once");
    }

    fn add_text(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(name, Value::from(value.to_string()));
        }
    }

    fn add_filled(&mut self, name: &str, values: Vec<Value>) {
        if !values.is_empty() {
            self.add(name, Value::from(values));
        }
    }

    fn add_window(&mut self, window: Window) {
        self.add_text("notBefore", window.not_before);
        self.add_text("notAfter", window.not_after);
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}
