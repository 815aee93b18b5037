//! Our verdict on bundles of Sigstore beside that of `sigstore-verify`, over the
//! public suites and over bundles that were changed. What it refuses and we accept is
//! in a table here, with the reason, and in docs/deviations.md in words; what it
//! accepts and we refuse is counted by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::{Bundle, DerPublicKey, Sha256Hash};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, Verifier};
use stella_forensic::anchor::{Pattern, Wanted};
use stella_forensic::digest::Digest;
use stella_forensic::evidence::{self, Options, Source};
use stella_forensic::policy::{self, Status};
use stella_forensic::trust::{self, CertificateUse, Given, Naming, TrustStore};
use stella_forensic::verify::{Request, verify};
use stella_forensic::wire::base64;

/// What we accept and it does not, by the change, and why.
const EXPLAINED: [(&str, &str); 11] = [
    (
        "bit /verificationMaterial/timestampVerificationData/rfc3161Timestamps/*/signedTimestamp",
        "the token is nobody's whom anybody trusts, and so as if it were not there; the promise has the time",
    ),
    ("bit /verificationMaterial/tlogEntries/*/logId/keyId", KEY),
    ("swap /verificationMaterial/tlogEntries/*/logId", KEY),
    ("swap /verificationMaterial/tlogEntries/*/logId/keyId", KEY),
    ("drop /verificationMaterial/tlogEntries", KEY),
    ("drop /verificationMaterial/tlogEntries/*", KEY),
    ("drop /verificationMaterial/tlogEntries/*/inclusionProof/checkpoint", FIRST),
    ("drop /verificationMaterial/tlogEntries/*/inclusionProof/checkpoint/envelope", FIRST),
    ("character /verificationMaterial/tlogEntries/*/logIndex", PLACE),
    ("drop /verificationMaterial/tlogEntries/*/logIndex", PLACE),
    ("swap /verificationMaterial/tlogEntries/*/logIndex", PLACE),
];

const KEY: &str =
    "a trusted key signed, and nobody demands a log of it: an entry of an unknown log is a note";
const FIRST: &str =
    "version 0.1 demands a promise and no proof; a proof without a checkpoint counts for nothing";
const PLACE: &str =
    "Rekor v2 signs no place in the whole log; the proof goes by its own, and nothing else is shown";

fn suites() -> Option<PathBuf> {
    let given = std::env::var_os("STELLA_CONFORMANCE").map(PathBuf::from);
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    given.or_else(|| here.ancestors().map(|a| a.join("shared/conformance")).find(|p| p.is_dir()))
}

/// One case of a suite, with whom both sides trust.
struct Case {
    id: String,
    bundle: Vec<u8>,
    digest: String,
    identity: Option<(String, String)>,
    ours: TrustStore,
    theirs: Option<Verifier>,
    key: Option<DerPublicKey>,
}

fn cases() -> Vec<Case> {
    let Some(suites) = suites() else {
        eprintln!("skipped: no suites (set STELLA_CONFORMANCE)");
        return Vec::new();
    };
    let mut cases = Vec::new();
    for suite in ["sigstore-conformance", "sigstore-clients"] {
        let folder = suites.join(suite);
        let read = |file: &str| std::fs::read(folder.join(file)).expect("the suite has its files");
        let index: Value = serde_json::from_slice(&read("index.json")).expect("JSON");
        for case in index["cases"].as_array().expect("cases") {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let files = &case["files"];
            let root = read(files["trusted_root"].as_str().expect("a root"));
            let mut stores = vec![("root.json", root.clone())];
            let key = text(&files["key"]).map(|file| read(&file));
            stores.extend(key.clone().map(|pem| ("key.pem", pem)));
            let parsed: Result<Vec<TrustStore>, _> = stores
                .into_iter()
                .map(|(name, bytes)| {
                    trust::parse(&Given::File(name.into(), bytes), Naming::Bare(CertificateUse::Any), None)
                })
                .collect();
            let Ok(parsed) = parsed else { continue };
            let theirs = String::from_utf8(root).ok().and_then(|root| TrustedRoot::from_json(&root).ok());
            let params = &case["params"];
            let identity =
                text(&params["certificate_identity"]).zip(text(&params["certificate_oidc_issuer"]));
            let digest = text(&params["artifact_sha256"]).expect("a digest");
            if digest.len() != 64 {
                continue;
            }
            cases.push(Case {
                id: text(&case["id"]).expect("an id"),
                bundle: read(files["bundle"].as_str().expect("a bundle")),
                digest,
                identity: identity.filter(|_| key.is_none()),
                ours: TrustStore::merge(&parsed),
                theirs: theirs.and_then(|root| Verifier::new(&root).ok()),
                key: key.and_then(|pem| DerPublicKey::from_pem(&String::from_utf8(pem).ok()?).ok()),
            });
        }
    }
    cases
}

/// A place in memory for the one file that is read.
fn place() -> PathBuf {
    let folder = Path::new("/dev/shm");
    let folder = if folder.is_dir() { folder.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("stella-oracle-{}.sigstore.json", std::process::id()))
}

impl Case {
    /// Verified, and about the artifact.
    fn we_say(&self, bundle: &[u8], place: &Path) -> bool {
        std::fs::write(place, bundle).expect("a file is written");
        let Ok(evidence) = evidence::collect(vec![Source::Path(place.to_owned())], &Options::default())
        else {
            return false;
        };
        let asked = self.identity.iter().map(|(subject, issuer)| Wanted {
            subject: Pattern::Exact(subject.clone()),
            issuer: Pattern::Exact(issuer.clone()),
            claims: BTreeMap::new(),
        });
        let request = Request { keyless: asked.collect(), ..Request::default() };
        let outcome = verify(&evidence, &self.ours, policy::default(), &request);
        let digest = Digest::parse(&format!("sha256:{}", self.digest)).expect("a digest");
        let facts = outcome.ledger.cases.iter().flat_map(|case| &case.facts);
        let names = |fact: &stella_forensic::fact::Fact| match fact {
            stella_forensic::fact::Fact::Signed { subjects, .. } => subjects.contains(&digest),
            _ => false,
        };
        outcome.verdict.whole.status == Status::Verified && facts.into_iter().any(names)
    }

    fn they_say(&self, bundle: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(bundle).map_err(|error| error.to_string())?;
        let bundle = Bundle::from_json(text).map_err(|error| error.to_string())?;
        let verifier = self.theirs.as_ref().ok_or("no trusted root")?;
        let digest = Sha256Hash::from_hex(&self.digest).map_err(|error| error.to_string())?;
        let result = match (&self.identity, &self.key) {
            (Some((identity, issuer)), _) => {
                let policy = VerificationPolicy::new(identity.as_str(), issuer.as_str());
                verifier.verify(digest, &bundle, &policy)
            }
            (None, Some(key)) => {
                let policy = PublicKeyVerificationPolicy::new(key.clone());
                verifier.verify(digest, &bundle, &policy)
            }
            (None, None) => return Err("neither an identity nor a key".to_owned()),
        };
        result.map(drop).map_err(|error| error.to_string())
    }
}

/// The pointers to every value in a bundle.
fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    all.push(at.clone());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| pointers(value, format!("{at}/{name}"), all));
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(n, value)| pointers(value, format!("{at}/{n}"), all));
        }
        _ => {}
    }
}

/// Deterministic numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// One change, and what it is called.
fn changed(dice: &mut Dice, own: &Value, others: &[Value]) -> Option<(String, Vec<u8>)> {
    let mut all = Vec::new();
    pointers(own, String::new(), &mut all);
    let at = all[dice.roll(all.len())].clone();
    let mut value = own.clone();
    let written = |value: &Value| serde_json::to_vec(value).expect("JSON");
    match dice.roll(10) {
        // A bit of what a text decodes to, or of the text.
        0..=5 => {
            let strings: Vec<&String> =
                all.iter().filter(|at| own.pointer(at).is_some_and(Value::is_string)).collect();
            let at = strings[dice.roll(strings.len())].clone();
            let text = value.pointer(&at)?.as_str()?.to_owned();
            let decoded = base64::decode_standard(&text).ok().filter(|bytes| bytes.len() > 6);
            let (name, text) = match decoded {
                Some(mut bytes) => {
                    let bit = dice.roll(bytes.len() * 8);
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    ("bit", base64::encode_standard(&bytes))
                }
                None => {
                    let mut bytes = text.into_bytes();
                    let bit = dice.roll(bytes.len() * 7);
                    *bytes.get_mut(bit / 7)? ^= 1 << (bit % 7);
                    ("character", String::from_utf8(bytes).ok()?)
                }
            };
            *value.pointer_mut(&at)? = Value::from(text);
            Some((format!("{name} {}", general(&at)), written(&value)))
        }
        6 => {
            let (above, name) = at.rsplit_once('/')?;
            match value.pointer_mut(above)? {
                Value::Object(members) => drop(members.remove(name)?),
                Value::Array(values) => drop(values.remove(name.parse().ok()?)),
                _ => return None,
            }
            Some((format!("drop {}", general(&at)), written(&value)))
        }
        7 => {
            let (above, name) = at.rsplit_once('/')?;
            let copy = value.pointer(&at)?.clone();
            match value.pointer_mut(above)? {
                Value::Array(values) => values.insert(name.parse().ok()?, copy),
                Value::Object(_) => {
                    // Twice the same member: text, because a value has it once.
                    let text = String::from_utf8(written(own)).ok()?;
                    let member = format!("{}:{}", Value::from(name), copy);
                    let place = text.find(&member)?;
                    let text = format!("{}{member},{}", &text[..place], &text[place..]);
                    return Some((format!("repeat {}", general(&at)), text.into_bytes()));
                }
                _ => return None,
            }
            Some((format!("repeat {}", general(&at)), written(&value)))
        }
        // The same part of another bundle.
        _ => {
            let other = &others[dice.roll(others.len())];
            let part = other.pointer(&at)?.clone();
            if part == *own.pointer(&at)? {
                return None;
            }
            *value.pointer_mut(&at)? = part;
            Some((format!("swap {}", general(&at)), written(&value)))
        }
    }
}

/// Without the numbers of elements.
fn general(pointer: &str) -> String {
    let part = |part: &str| if part.parse::<usize>().is_ok() { "*".to_owned() } else { part.to_owned() };
    pointer.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn the_public_suites() {
    let place = place();
    let (mut both, mut neither, mut wrong) = (0, 0, Vec::new());
    for case in cases() {
        match (case.we_say(&case.bundle, &place), case.they_say(&case.bundle)) {
            (true, Ok(())) => both += 1,
            (false, Err(_)) => neither += 1,
            (true, Err(error)) => wrong.push(format!("we accept {}: {error}", case.id)),
            (false, Ok(())) => wrong.push(format!("they accept {}", case.id)),
        }
    }
    let _ = std::fs::remove_file(&place);
    println!("accepted by both {both}, refused by both {neither}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn changed_bundles() {
    let count: usize = std::env::var("STELLA_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(50_000);
    let place = place().with_extension("changed.sigstore.json");
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.they_say(&case.bundle).is_ok()).collect();
    let values: Vec<Value> =
        cases.iter().map(|case| serde_json::from_slice(&case.bundle).expect("JSON")).collect();
    if cases.is_empty() {
        return;
    }
    let mut dice = Dice(4);
    let (mut tried, mut both, mut neither) = (0, 0, 0);
    let mut ours: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut theirs: BTreeMap<String, usize> = BTreeMap::new();
    while tried < count {
        let which = dice.roll(cases.len());
        let Some((what, bundle)) = changed(&mut dice, &values[which], &values) else { continue };
        tried += 1;
        let case = &cases[which];
        match (case.we_say(&bundle, &place), case.they_say(&bundle)) {
            (true, Ok(())) => both += 1,
            (false, Err(_)) => neither += 1,
            (true, Err(error)) => {
                ours.entry(what).or_default().insert(format!("{error} ({})", case.id));
            }
            (false, Ok(())) => *theirs.entry(what).or_default() += 1,
        }
    }
    let _ = std::fs::remove_file(&place);
    println!("{tried} changes: accepted by both {both}, refused by both {neither}");
    println!("they accept and we refuse: {}", theirs.values().sum::<usize>());
    theirs.iter().for_each(|(what, count)| println!("  {count:5} {what}"));
    ours.retain(|what, _| !EXPLAINED.iter().any(|(change, _)| change == what));
    for (what, errors) in &ours {
        println!("we accept and they refuse: {what}: {errors:?}");
    }
    assert!(ours.is_empty(), "{} kinds of changes are accepted by us alone", ours.len());
}
