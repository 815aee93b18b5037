//! Every byte of what logs leave behind, changed: nothing that is verified stays
//! so, but where nobody signed and nobody reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use stella_forensic::digest::Digest;
use stella_forensic::evidence::{self, Options, Source};
use stella_forensic::policy::{self, Status};
use stella_forensic::trust::{self, CertificateUse, Given, Naming, TrustStore};
use stella_forensic::verify::{Request, verify};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn trust(name: &str) -> TrustStore {
    let bytes = fs::read(fixtures().join("trust-logs").join(name)).unwrap();
    trust::parse(&Given::File(name.into(), bytes), Naming::Bare(CertificateUse::Any), None).unwrap()
}

/// A vector that is verified: its files, and how they are looked at.
struct Example {
    folder: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    trust: TrustStore,
    request: Request,
    place: tempfile::TempDir,
}

impl Example {
    fn of(vector: &str) -> Example {
        let folder = fixtures().join("vectors").join(vector);
        let loose = folder.join("loose");
        let files: BTreeMap<String, Vec<u8>> = fs::read_dir(&loose)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        let arguments = fs::read_to_string(folder.join("arguments")).unwrap();
        let store = arguments.lines().find_map(|line| line.split_once("trust-logs/")).unwrap().1;
        let mut request = Request::default();
        request.artifacts.extend(arguments.lines().filter_map(|line| Digest::parse(line).ok()));
        let place = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." });
        Example { folder, files, trust: trust(store), request, place: place.unwrap() }
    }

    fn status(&self, files: &BTreeMap<String, Vec<u8>>) -> Status {
        let mut sources = Vec::new();
        for name in self.files.keys() {
            let path = self.place.path().join(name);
            let _ = fs::remove_file(&path);
        }
        for (name, bytes) in files {
            let path = self.place.path().join(name);
            fs::write(&path, bytes).unwrap();
            sources.push(Source::Path(path));
        }
        let Ok(evidence) = evidence::collect(sources, &Options::default()) else {
            return Status::Inconclusive;
        };
        verify(&evidence, &self.trust, policy::default(), &self.request).verdict.whole.status
    }
}

/// Where a file may be changed and stay verified, and why.
fn harmless(name: &str, bytes: &[u8], at: usize) -> Option<&'static str> {
    let text = String::from_utf8_lossy(bytes);
    let within = |from: &str, to: &str| {
        let start = text.find(from).filter(|start| *start <= at)?;
        let end = text[start..].find(to).map(|end| start + end)?;
        (at < end).then_some(())
    };
    // More witnesses signed than it takes, so that one may be lost.
    if name.ends_with(".tlog-proof") && within("\u{2014} witness-", "\u{0}").is_none() {
        let line = text[..at.min(text.len())].rfind('\n').map_or(0, |end| end + 1);
        if text[line..].starts_with("\u{2014} witness-") {
            return Some("a witness that is one too many");
        }
    }
    if name == "rekor-receipt.json" && within("0102030405060708", "\"").is_some() {
        let from = text.find("0102030405060708").unwrap_or(0);
        return (at < from + 16).then_some("the number of a tree is in nothing that is signed");
    }
    if name.starts_with("entr") {
        // The number of the tree, which stands before the hash of the leaf.
        if (2..18).contains(&at) {
            return Some("the number of a tree is in nothing that is signed");
        }
        // A member of another name is none of ours; the other proof is enough.
        let names = ["\"inclusionProof\"", "\"signedEntryTimestamp\""];
        if names
            .iter()
            .any(|name| text.find(name).is_some_and(|from| (from..from + name.len()).contains(&at)))
        {
            return Some("one of two proofs is gone");
        }
    }
    within("extra ", "\nindex").map(|()| "words that nobody signed")
}

fn tamper(vector: &str) -> (usize, usize) {
    let example = Example::of(vector);
    assert_eq!(example.status(&example.files), Status::Verified, "{vector}");
    let (mut tried, mut survived) = (0, 0);
    let mut wrong = BTreeSet::new();
    for (name, bytes) in &example.files {
        let mut files = example.files.clone();
        for at in 0..bytes.len() {
            let changed = files.get_mut(name).unwrap();
            changed[at] ^= 1 << (at % 7);
            let status = example.status(&files);
            tried += 1;
            if status == Status::Verified {
                survived += 1;
                if harmless(name, bytes, at).is_none() {
                    wrong.insert((name.clone(), at));
                }
            }
            files.get_mut(name).unwrap()[at] ^= 1 << (at % 7);
        }
        // Cut anywhere, emptied, doubled, gone, with something after it.
        let mut deeds: Vec<Vec<u8>> = (0..bytes.len()).step_by(7).map(|at| bytes[..at].to_vec()).collect();
        deeds.extend([bytes.repeat(2), [&bytes[..], b"\n"].concat(), [&bytes[..], b"x"].concat()]);
        for deed in deeds {
            let length = deed.len();
            files.insert(name.clone(), deed);
            tried += 1;
            if example.status(&files) == Status::Verified && harmless(name, bytes, length).is_none() {
                // One line feed more or less is the same JSON, and an entry twice is that entry.
                let same = length.abs_diff(bytes.len()) == 1 || length == 2 * bytes.len();
                if !(name.contains("json") && same) {
                    wrong.insert((name.clone(), length));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{vector} ({}): {wrong:?}", example.folder.display());
    (tried, survived)
}

#[test]
fn heads() {
    let (tried, survived) = tamper("log.checkpoint/head_pass");
    assert!(tried > 150 && survived == 0, "{survived} of {tried}");
    let (tried, survived) = tamper("log.witness/two-of-three_pass");
    assert!(tried > 400 && survived == 0, "{survived} of {tried}");
}

#[test]
fn proofs() {
    let (tried, survived) = tamper("log.inclusion/file-in-a-log_pass");
    assert!(tried > 800 && survived < 300, "{survived} of {tried}");
    tamper("log.inclusion/with-words-that-nobody-signed_pass");
}

#[test]
fn entries_and_receipts() {
    tamper("log.promise/entry-as-the-interface-gives-it_pass");
    tamper("log.receipt/with-a-pinned-checkpoint_pass");
}

#[test]
fn a_proof_does_not_wander() {
    // Sound proofs beside other files, and heads under other names: nothing of it is verified.
    let example = Example::of("log.inclusion/file-in-a-log_pass");
    let mut files = example.files.clone();
    let proof = files.remove("app.tlog-proof").unwrap();
    files.insert("other.tlog-proof".into(), proof);
    assert_ne!(example.status(&files), Status::Verified);
}
