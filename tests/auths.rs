//! Identity bundles and commits of auths: its own verdict, word for word, and what
//! ours finds in logs that it accepts. The samples lie beside the repository
//! (`$STELLA_SEEDS`).

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use stella_forensic::custody::auths::{Bundle, peer};
use stella_forensic::proof::git::Text;
use stella_forensic::proof::keri::Laxity;
use stella_forensic::time::UnixTime;

/// Where the samples of other systems are.
fn seeds() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STELLA_SEEDS") {
        return Some(PathBuf::from(folder));
    }
    let mut folder = support::root().to_path_buf();
    while folder.pop() {
        let seeds = folder.join("shared/seeds");
        if seeds.is_dir() {
            return Some(seeds);
        }
    }
    None
}

/// The folder of that system, or a line that says how many were not run.
fn samples(of: usize, what: &str) -> Option<PathBuf> {
    let found = seeds().map(|seeds| seeds.join("auths")).filter(|folder| folder.is_dir());
    if found.is_none() {
        assert!(std::env::var_os("STELLA_SEEDS").is_none(), "no samples of auths in $STELLA_SEEDS");
        println!("0 of {of} {what}: no samples of auths here");
    }
    found
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&read(path)).unwrap()
}

fn pins(path: &Path) -> BTreeSet<String> {
    serde_json::from_slice(&read(path)).unwrap()
}

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339(text).unwrap()
}

/// What auths says of a commit, as the samples spell it.
fn detail(
    bytes: &[u8],
    walked: &stella_forensic::custody::auths::Walked<'_>,
    pins: &BTreeSet<String>,
    now: UnixTime,
) -> String {
    let Text::Commit(commit) = Text::parse(bytes).unwrap() else { panic!("a tag") };
    peer::commit(bytes, &commit, walked, pins, now).detail
}

/// What our reading finds in the logs that auths accepts, by case.
const LAX: [(&str, &[&str]); 6] = [
    ("device-delegated-rotation-to-empty-n", &["abandoned"]),
    ("duplicate-key-counts-twice", &["repeated-key"]),
    ("event-unknown-field", &["member"]),
    ("rotation-config-trait-added", &["member c"]),
    ("rotation-members-dropped", &["absent a", "absent ba", "absent br"]),
    ("threshold-zero-bogus-signature", &["threshold-zero"]),
];

fn word(laxity: &Laxity) -> String {
    match laxity {
        Laxity::ThresholdZero => "threshold-zero".to_owned(),
        Laxity::RepeatedKey => "repeated-key".to_owned(),
        Laxity::Member(name) if name == "c" => "member c".to_owned(),
        Laxity::Member(_) => "member".to_owned(),
        Laxity::Absent(name) => format!("absent {name}"),
        Laxity::Size => "size".to_owned(),
        Laxity::Abandoned => "abandoned".to_owned(),
        Laxity::Rule(what) => format!("rule {what}"),
        Laxity::Seal => "seal".to_owned(),
        Laxity::Prefix => "prefix".to_owned(),
    }
}

#[test]
fn synthetic_logs() {
    let Some(folder) = samples(38, "logs that were made") else { return };
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder.join("synthetic-kel")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let lax: BTreeMap<&str, &[&str]> = LAX.into_iter().collect();
    let (mut accepted, mut refused, mut commits, mut ours) = (0, 0, 0, 0);
    for case in &cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let expected = json(&case.join("expected.json"));
        let now = at(expected["now"].as_str().unwrap());
        let bundle =
            Bundle::parse(&read(&case.join("bundle.json"))).unwrap_or_else(|error| panic!("{name}: {error}"));
        let walked = bundle.replay();
        let answer = match peer::bundle(&bundle, &walked, now) {
            Ok(text) => format!("ok {text}"),
            Err(text) => format!("err {text}"),
        };
        assert_eq!(answer, expected["bundle"].as_str().unwrap(), "{name}");
        if answer.starts_with("err") {
            refused += 1;
            assert_eq!(expected["commits"].as_object().map_or(0, |commits| commits.len()), 0, "{name}");
        } else {
            accepted += 1;
            let pins = pins(&case.join("roots.json"));
            for (commit, verdict) in expected["commits"].as_object().unwrap() {
                let found = detail(&read(&case.join(commit)), &walked, &pins, now);
                assert_eq!(found, verdict["detail"].as_str().unwrap(), "{name}: {commit}");
                commits += 1;
            }
        }
        let kels = std::iter::once(&walked.root).chain(walked.devices.values());
        let found: BTreeSet<String> = kels
            .filter_map(|kel| kel.as_ref().ok())
            .flat_map(|kel| &kel.laxities)
            .map(|(_, one)| word(one))
            .collect();
        let expected: BTreeSet<String> =
            lax.get(name).copied().unwrap_or_default().iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(found, expected, "{name}");
        ours += usize::from(!found.is_empty());
    }
    println!(
        "auths: {} logs, {accepted} accepted and {refused} refused by it as expected, {commits} commits; {ours} of the accepted refused by us",
        cases.len()
    );
    assert_eq!((cases.len(), ours), (38, 6));
}

#[test]
fn real_bundles() {
    let Some(folder) = samples(35, "commits of auths itself") else { return };
    let (mut valid, mut other) = (0, 0);
    for name in ["real-ci-bundle", "real-registry-bundle"] {
        let folder = folder.join(name);
        let expected = json(&folder.join("expected.json"));
        let bundle = Bundle::parse(&read(&folder.join("bundle.json"))).unwrap();
        let walked = bundle.replay();
        assert!(walked.root.as_ref().unwrap().is_sound(), "{name}");
        for kel in walked.devices.values() {
            assert!(kel.as_ref().unwrap().is_sound(), "{name}");
        }
        let pins = pins(&folder.join("roots.json"));
        for (commit, verdicts) in expected["commits"].as_object().unwrap() {
            let bytes = read(&folder.join(format!("commits/{commit}.commit")));
            assert_eq!(Text::parse(&bytes).unwrap().id().hex(), *commit);
            for now in expected["nows"].as_array().unwrap() {
                let now = now.as_str().unwrap();
                assert!(peer::bundle(&bundle, &walked, at(now)).is_ok());
                let found = detail(&bytes, &walked, &pins, at(now));
                assert_eq!(found, verdicts[now]["detail"].as_str().unwrap(), "{name}: {commit} at {now}");
                *(if found.starts_with("valid") { &mut valid } else { &mut other }) += 1;
            }
        }
    }
    println!("auths: 35 commits of its own, {valid} verdicts valid and {other} others, each as expected");
}

/// Events of other programs: their hashes, and a log whose change of keys takes one out.
#[test]
fn events_of_keripy() {
    use stella_forensic::proof::keri::{Attachment, Event, KelError, replay};
    let Some(folder) = samples(7, "events of keripy") else { return };
    let folder = folder.join("fixtures");
    let event = |path: &str| {
        let value = stella_forensic::wire::json::parse(&read(&folder.join(path))).unwrap();
        let event = Event::read(&value).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(event.computed, event.said, "{path}");
        assert!(event.sized && event.unknown.is_empty() && event.absent.is_empty(), "{path}");
        assert_eq!(event.text.as_bytes(), read(&folder.join(path)).trim_ascii(), "{path}");
        event
    };
    let attachment = |path: &str| {
        let text = String::from_utf8(read(&folder.join(path))).unwrap();
        Attachment::read(text.trim()).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    event("keripy/icp.bin");
    let log = [event("keripy/rot_remove.icp.json"), event("keripy/rot_remove.rot.json")];
    let beside = [attachment("keripy/rot_remove.icp.att"), attachment("keripy/rot_remove.rot.att")];
    let kel = replay(&log, &beside, None).unwrap();
    assert!(kel.is_sound() && kel.current().len() == 2);
    // Delegation: where the delegate points is where the delegator anchored it.
    let (delegate, anchor) = (event("keripy/delegation.dip.json"), event("keripy/delegation.ixn.json"));
    event("keripy/delegation.delegator.json");
    let source = attachment("keripy/delegation.dip.att").source.unwrap();
    assert_eq!(source, (1, anchor.said.clone()));
    assert_eq!(anchor.seals[0].said.as_ref(), Some(&delegate.said));
    let alone = replay(&[delegate], &[attachment("keripy/delegation.dip.att")], None);
    assert!(matches!(alone, Err(KelError::SealMissing { sequence: 0, .. })), "{alone:?}");
    // The fixture of the conformance suite has its members sorted; they are hashed in order.
    let list = stella_forensic::wire::json::parse(&read(&folder.join("conformance/fixtures/kel-p256.json")))
        .unwrap();
    for value in list.as_array().unwrap() {
        let event = Event::read(value).unwrap();
        assert_eq!(event.computed, event.said);
    }
}

/// Attestations of its registry: by whom they are, and by whom they only say they are.
#[test]
fn attestations() {
    use stella_forensic::custody::auths::attestation::{Attestation, Unsigned};
    let Some(folder) = samples(3, "attestations") else { return };
    let (mut held, mut refused) = (0, 0);
    for (bundle, name, expected) in [
        ("real-ci-bundle", "ci-bundle-agent-attestation", Err(Unsigned::Identity)),
        ("real-registry-bundle", "did_key_zDnaekzsT4o4uSTMuQjKGKTcCvV6CdHUkkTYfcwCFZSZpsbtz", Ok(())),
        ("real-registry-bundle", "did_keri_EFBGdabu4x82TD_Wn9gI3qUpDjnK3idAz4qLRS2YmdQy", Ok(())),
    ] {
        let bundle = Bundle::parse(&read(&folder.join(bundle).join("bundle.json"))).unwrap();
        let walked = bundle.replay();
        let root = walked.root.as_ref().unwrap();
        let path = folder.join(format!("fixtures/registry-attestations/{name}.json"));
        let attestation = Attestation::parse(&read(&path)).unwrap();
        assert_eq!(attestation.issuer, bundle.root.did);
        let found = attestation.signed_by(&root.current()[0].key).map(drop);
        assert_eq!(found, expected, "{name}");
        *(if found.is_ok() { &mut held } else { &mut refused }) += 1;
        let text = String::from_utf8(read(&path)).unwrap();
        let dated = text.replacen("\"timestamp\": \"2026", "\"timestamp\": \"2025", 1);
        assert_ne!(dated, text);
        let dated = Attestation::parse(dated.as_bytes()).unwrap();
        assert_eq!(dated.signed_by(&root.current()[0].key).map(drop), Err(Unsigned::Device), "{name}");
    }
    println!("auths: 3 attestations, {held} by whom they name and {refused} not");
}
