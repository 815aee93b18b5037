//! Evidence made in memory: files with the kinds that they would be given,
//! signed by keys that exist for tests only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use stella_forensic::anchor::{Authority, Identity, Purpose, TrustedKey};
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::custody::{self, BreakKind, Head, Tally, Timeline};
use stella_forensic::digest::{Algorithm, AlgorithmSet, Digest, Hasher};
use stella_forensic::evidence::{
    Case, CaseFormat, Compression, Effect, Evidence, Fault, FaultKind, Form, Item, Kind,
};
use stella_forensic::path::EvidencePath;
use stella_forensic::policy::{self, Policy};
use stella_forensic::proof::dsse::pae;
use stella_forensic::proof::merkle::Recipe;
use stella_forensic::report::{About, At, Report, TrustLine};
use stella_forensic::time::Interval;
use stella_forensic::trust::TrustStore;
use stella_forensic::verify::{Outcome, Request, verify};
use stella_forensic::wire::base64;
use stella_forensic::wire::json as wire;

pub const STATEMENT: &str = "application/vnd.in-toto+json";
pub const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

/// Someone with a key.
#[derive(Clone)]
pub struct Person {
    name: String,
    key: SigningKey,
}

/// A person whose key follows from the name.
pub fn person(name: &str) -> Person {
    let seed = Digest::sha256(format!("test key of {name}").as_bytes());
    let key = SigningKey::from_bytes(seed.bytes().try_into().expect("32 bytes"));
    Person { name: name.to_owned(), key }
}

impl Person {
    pub fn public(&self) -> PublicKey {
        PublicKey::from_ed25519_bytes(self.key.verifying_key().as_bytes()).expect("a key of ours")
    }

    pub fn identity(&self) -> Identity {
        Identity::new(&self.name).expect("a plain name")
    }

    /// Trusted for attestation.
    pub fn trusted(&self) -> Authority {
        self.trusted_for(&[Purpose::Attestation])
    }

    pub fn trusted_for(&self, purposes: &[Purpose]) -> Authority {
        Authority::new(self.identity(), purposes.iter().copied()).with_key(TrustedKey::public(self.public()))
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).to_bytes().to_vec()
    }

    fn key_id(&self) -> String {
        self.public().id().to_string()
    }
}

/// An envelope over `payload` as `payload_type`, signed by each of `signers`.
pub fn envelope(payload_type: &str, payload: &[u8], signers: &[&Person]) -> Vec<u8> {
    let message = pae(payload_type, payload);
    let signatures = signers.iter().map(|one| (one.key_id(), one.sign(&message)));
    envelope_with(payload_type, payload, signatures.collect())
}

/// An envelope with whatever signatures, each with its key id.
pub fn envelope_with(payload_type: &str, payload: &[u8], signatures: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let signatures: Vec<Value> = signatures
        .iter()
        .map(|(keyid, sig)| json!({"keyid": keyid, "sig": base64::encode_standard(sig)}))
        .collect();
    json!({
        "payload": base64::encode_standard(payload),
        "payloadType": payload_type,
        "signatures": signatures,
    })
    .to_string()
    .into_bytes()
}

/// An in-toto statement about files of these names and contents.
pub fn statement(predicate_type: &str, predicate: Value, about: &[(&str, &[u8])]) -> Vec<u8> {
    let subjects: Vec<Value> = about
        .iter()
        .map(|(name, content)| json!({"name": name, "digest": {"sha256": Digest::sha256(content).hex()}}))
        .collect();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": predicate_type,
        "predicate": predicate,
    })
    .to_string()
    .into_bytes()
}

/// Provenance of one file, signed.
pub fn provenance(name: &str, content: &[u8], signers: &[&Person]) -> Vec<u8> {
    envelope(STATEMENT, &statement(PROVENANCE, json!({}), &[(name, content)]), signers)
}

pub fn path(name: &str) -> EvidencePath {
    EvidencePath::new(name.as_bytes()).expect("a name that is taken")
}

/// A file as intake would measure it.
pub fn item(name: &str, kind: Kind, content: &[u8]) -> Item {
    let mut algorithms = AlgorithmSet::only(Algorithm::Sha256);
    [Algorithm::Sha1, Algorithm::Sha384, Algorithm::Sha512].into_iter().for_each(|a| algorithms.insert(a));
    let mut hasher = Hasher::new(algorithms);
    hasher.update(content);
    Item {
        path: path(name),
        kind,
        size: content.len() as u64,
        digests: hasher.finish(),
        content: Some(Arc::from(content)),
        timelines: Vec::new(),
    }
}

pub fn artifact(name: &str, content: &[u8]) -> Item {
    item(name, Kind::Artifact, content)
}

/// A directory of that layout.
pub fn case(format: CaseFormat, mut items: Vec<Item>) -> Case {
    items.sort_by(|a, b| a.path.cmp(&b.path));
    Case {
        form: Form::Directory,
        format,
        name: None,
        prefix: None,
        cuts: Default::default(),
        items,
        faults: Vec::new(),
    }
}

pub fn loose(items: Vec<Item>) -> Case {
    Case { form: Form::Loose, ..case(CaseFormat::Open, items) }
}

pub fn archive(items: Vec<Item>) -> Case {
    let digest = Digest::sha256(b"the archive");
    let form = Form::Archive { compression: Compression::Gzip, digest, size: 11 };
    Case { form, ..case(CaseFormat::Open, items) }
}

pub fn fault(path: Option<&str>, kind: FaultKind) -> Fault {
    Fault {
        path: path.map(str::to_owned),
        kind,
        at: None,
        found: "this".to_owned(),
        expected: String::new(),
        effect: Effect::Refused,
    }
}

/// `<digest>  <path>` for each file.
pub fn checksums(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut lines: Vec<String> =
        files.iter().map(|(name, content)| format!("{}  {name}\n", Digest::sha256(content).hex())).collect();
    lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
    lines.concat().into_bytes()
}

/// A bag of one file, whose payload manifest is signed beside it.
pub fn bag(files: &[(&str, &[u8])], signers: &[&Person]) -> Case {
    let manifest = checksums(files);
    let mut items: Vec<Item> = files.iter().map(|(name, content)| artifact(name, content)).collect();
    items.push(item(
        "bagit.txt",
        Kind::BagDeclaration,
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    ));
    items.push(item("manifest-sha256.txt", Kind::BagManifest(Algorithm::Sha256), &manifest));
    for (number, signer) in signers.iter().enumerate() {
        let bytes = envelope("text/plain", &manifest, &[signer]);
        items.push(item(&format!("manifest-{number}.intoto.json"), Kind::DsseEnvelope, &bytes));
    }
    case(CaseFormat::Bag, items)
}

/// An evidence bundle whose manifest names `recipe`, its root signed.
pub fn bundle(files: &[(&str, &[u8])], recipe: &str, signers: &[&Person]) -> Case {
    let entries: Vec<Value> = files
        .iter()
        .map(|(name, content)| {
            json!({"canonicalPath": name, "sha256": Digest::sha256(content).hex(), "sizeBytes": content.len()})
        })
        .collect();
    let manifest = json!({"bundleId": "b", "entries": entries, "merkle": {"recipe": recipe}}).to_string();
    let mut listed: Vec<(&str, &[u8])> = files.to_vec();
    listed.push(("manifest.json", manifest.as_bytes()));
    let list = checksums(&listed);
    let recipe = Recipe::from_name(recipe).expect("a recipe that is known");
    let root = recipe.of_checksums(&list).expect("a root of checksums").hex();
    let info = json!({"bundleId": "b", "rootHash": root}).to_string();
    let signed = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "checksums.txt", "digest": {"sha256": root}}],
        "predicateType": "stellaops.evidence.bundle.v1",
        "predicate": {},
    });
    let mut items: Vec<Item> = files.iter().map(|(name, content)| artifact(name, content)).collect();
    items.push(item("manifest.json", Kind::BundleManifest, manifest.as_bytes()));
    items.push(item("checksums.txt", Kind::ChecksumsText, &list));
    items.push(item("bundle.json", Kind::BundleInfo, info.as_bytes()));
    let signature = envelope(STATEMENT, signed.to_string().as_bytes(), signers);
    items.push(item("signature.json", Kind::BundleSignature, &signature));
    case(CaseFormat::StellaBundle, items)
}

/// A walked timeline of `count` events by `signers`, with nothing wrong.
pub fn timeline(signers: &[&Person], pinned: bool) -> Timeline {
    let head = Head { count: 3, hash: Digest::sha256(b"head") };
    let tally = Tally { examined: 3, ..Tally::default() };
    Timeline {
        format: custody::Format::StellaCustodyV1,
        chain: "case-7".to_owned(),
        count: 3,
        head: Some(head),
        breaks: Vec::new(),
        tallies: BreakKind::ALL.into_iter().map(|kind| (kind, tally)).collect(),
        claimed: Interval::UNKNOWN,
        first: Vec::new(),
        last: Vec::new(),
        handovers: Vec::new(),
        signers: signers
            .iter()
            .map(|one| {
                let used = custody::KeyUse {
                    algorithm: stella_forensic::crypto::signature::Algorithm::Ed25519,
                    events: 3,
                    claimed: Interval::UNKNOWN,
                };
                let keys = BTreeMap::from([(one.public().id(), used)]);
                (one.identity(), custody::Signer { events: 3, keys })
            })
            .collect(),
        exhibits: BTreeMap::new(),
        anchors: Vec::new(),
        pins: match pinned {
            true => vec![(head, custody::PinOutcome::Matched { behind: 0 })],
            false => Vec::new(),
        },
        bound: true,
        peers: Vec::new(),
        stamps: Default::default(),
        parts: Vec::new(),
        provenance: Vec::new(),
        receipts: Vec::new(),
        guard: Default::default(),
    }
}

pub fn timeline_item(timeline: Timeline) -> Item {
    let kind = Kind::Timeline(timeline.format);
    Item { timelines: vec![timeline], content: None, ..item("custody.ndjson", kind, b"lines") }
}

/// A whole verification.
#[derive(Clone)]
pub struct Given {
    pub cases: Vec<Case>,
    pub trusted: Vec<Authority>,
    pub policy: Policy,
    pub request: Request,
}

/// With the default policy and nothing asked for.
pub fn given(cases: Vec<Case>, trusted: Vec<Authority>) -> Given {
    Given { cases, trusted, policy: policy::default().clone(), request: Request::default() }
}

impl Given {
    pub fn verify(&self) -> Outcome {
        let evidence = Evidence { cases: self.cases.clone() };
        verify(&evidence, &TrustStore::of(self.trusted.clone()), &self.policy, &self.request)
    }

    pub fn report(&self) -> Report {
        Report::new(&self.verify(), self.about())
    }

    fn about(&self) -> About {
        let trust = TrustStore::of(self.trusted.clone());
        let list = |texts: BTreeSet<String>| wire::Value::Array(texts.into_iter().map(Into::into).collect());
        let artifacts = self.request.artifacts.iter().map(Digest::to_string).collect();
        let pins = self.request.pins.iter().map(|pin| format!("{}={}", pin.chain, pin.head)).collect();
        About {
            request: wire::Value::object([
                ("allowDevelopment", wire::Value::from(self.policy.allow_development)),
                ("artifacts", list(artifacts)),
                ("expectHeads", list(pins)),
                ("identities", list(BTreeSet::new())),
                ("minTrust", wire::Value::Null),
                ("purpose", wire::Value::from("any")),
                ("revocation", wire::Value::from(self.policy.revocation.name())),
                ("threshold", wire::Value::from(u64::from(self.policy.threshold))),
            ]),
            at: match self.request.at {
                Some(time) => At { time: Some(time.to_string()), source: "argument" },
                None => At { time: None, source: "none" },
            },
            kit: None,
            policy: (self.policy.id.clone(), self.policy.digest(), "built-in".to_owned()),
            trust: TrustLine {
                digest: trust.digest(),
                sequence: trust.sequence(),
                issued_at: trust.issued_at().map(|time| time.to_string()),
                source: "argument".to_owned(),
                authorities: trust.authorities().len() as u64,
            },
        }
    }
}
