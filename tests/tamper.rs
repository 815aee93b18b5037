//! Whatever is done to accepted evidence, nothing new is established by it.
//!
//! Core facts are (signer, payload, subject, proven interval). After any change
//! they are a subset of the original's, and `verified` survives only where the
//! committed map in tests/malleability says so and why.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stella_forensic::custody::Pin;
use stella_forensic::evidence::{self, Options, Source};
use stella_forensic::fact::Fact;
use stella_forensic::policy::{self, Status};
use stella_forensic::trust::{self, CertificateUse, Given, Naming, TrustStore};
use stella_forensic::verify::{Request, verify};

type Core = BTreeSet<(String, String, String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn trust() -> TrustStore {
    let mut files = std::collections::BTreeMap::new();
    for entry in fs::read_dir(root().join("fixtures/trust")).unwrap() {
        let entry = entry.unwrap();
        files.insert(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    }
    trust::parse(&Given::Directory(files), Naming::Bare(CertificateUse::Any), None).unwrap()
}

/// Evidence under test: files by path, and how it is looked at.
struct Case {
    name: &'static str,
    files: Vec<(String, Vec<u8>)>,
    pins: Vec<Pin>,
    trust: TrustStore,
    place: tempfile::TempDir,
}

impl Case {
    fn of(name: &'static str, pins: Vec<Pin>) -> Case {
        let folder = root().join("fixtures/evidence").join(name);
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                files.push((path, fs::read(entry.path()).unwrap()));
            }
        }
        assert!(!files.is_empty(), "{name} is no fixture");
        let shm = Path::new("/dev/shm");
        let place = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
        Case { name, files, pins, trust: trust(), place: place.unwrap() }
    }

    /// Writes everything as it was.
    fn restore(&self) -> PathBuf {
        let folder = self.place.path().join("evidence");
        let _ = fs::remove_dir_all(&folder);
        for (path, bytes) in &self.files {
            self.write(path, bytes);
        }
        folder
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.place.path().join("evidence").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    fn verify(&self) -> (Status, Core) {
        let options =
            Options { authorities: self.trust.authorities(), pins: &self.pins, ..Options::default() };
        let source = Source::Path(self.place.path().join("evidence"));
        let Ok(evidence) = evidence::collect(vec![source], &options) else {
            return (Status::Inconclusive, Core::new());
        };
        let request = Request { pins: self.pins.clone(), ..Request::default() };
        let outcome = verify(&evidence, &self.trust, policy::default(), &request);
        let mut core = Core::new();
        for fact in outcome.ledger.cases.iter().flat_map(|case| &case.facts) {
            match fact {
                Fact::Signed { signer, payload, subjects, time, .. } => {
                    let mut insert = |subject: String| {
                        core.insert((signer.to_string(), payload.to_string(), subject, format!("{time:?}")));
                    };
                    subjects.iter().for_each(|subject| insert(subject.to_string()));
                    if subjects.is_empty() {
                        insert(String::new());
                    }
                }
                Fact::Chain { chain, head, signers, .. } => {
                    for signer in signers.keys() {
                        core.insert((signer.to_string(), head.to_string(), chain.clone(), String::new()));
                    }
                }
                _ => {}
            }
        }
        (outcome.verdict.whole.status, core)
    }
}

/// One line of a map: what is changed where, and why that does no harm.
/// `flip PATH FROM-TO why`, `drop PATH why`, `swap`, `add`, ...
struct Map(Vec<(String, String, std::ops::Range<usize>, bool)>);

impl Map {
    fn read(name: &str) -> Map {
        let file = root().join(format!("tests/malleability/{name}.txt"));
        let text = fs::read_to_string(&file).unwrap_or_default();
        let mut lines = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.splitn(4, ' ');
            let (deed, path, range) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let (from, to) = range.split_once('-').unwrap();
            assert!(words.next().is_some_and(|why| why.len() > 10), "{line}: says no reason");
            let range = from.parse().unwrap()..to.parse().unwrap();
            lines.push((deed.to_owned(), path.to_owned(), range, false));
        }
        Map(lines)
    }

    fn allows(&mut self, deed: &str, path: &str, at: usize) -> bool {
        let mut allowed = false;
        for (d, p, range, used) in &mut self.0 {
            if d == deed && p == path && range.contains(&at) {
                *used = true;
                allowed = true;
            }
        }
        allowed
    }
}

fn tamper(case: &Case) {
    case.restore();
    let (status, original) = case.verify();
    assert_eq!(status, Status::Verified, "{} is not accepted", case.name);
    assert!(!original.is_empty(), "{} establishes nothing", case.name);
    let mut map = Map::read(case.name);
    let mut wrong = Vec::new();
    let mut tried = 0u64;
    let mut judge = |deed: &str, path: &str, at: usize| {
        tried += 1;
        let (status, core) = case.verify();
        if !core.is_subset(&original) {
            wrong.push(format!("{deed} {path} {at}: establishes {:?}", core.difference(&original).next()));
        }
        if status == Status::Verified && !map.allows(deed, path, at) {
            wrong.push(format!("{deed} {path} {at}-{}", at + 1));
        }
    };
    for (path, bytes) in &case.files {
        // Every byte, or a fixed sample of a large file.
        let step = bytes.len() / (64 << 10) + 1;
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            case.write(path, &changed);
            judge("flip", path, at);
        }
        for (deed, changed) in [
            ("truncate", bytes[..bytes.len() / 2].to_vec()),
            ("truncate-one", bytes[..bytes.len().saturating_sub(1)].to_vec()),
            ("repeat", [&bytes[..], &bytes[..]].concat()),
            ("empty", Vec::new()),
        ] {
            case.write(path, &changed);
            judge(deed, path, 0);
        }
        case.restore();
        fs::remove_file(case.place.path().join("evidence").join(path)).unwrap();
        judge("drop", path, 0);
        case.restore();
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        case.write(&format!("{folder}added.bin"), b"added");
        judge("add", path, 0);
        case.restore();
        for (other, content) in &case.files {
            if other != path && content != bytes {
                case.write(path, content);
                case.write(other, bytes);
                judge("swap", path, 0);
                case.write(path, bytes);
                case.write(other, content);
            }
        }
    }
    let stale: Vec<_> =
        map.0.iter().filter(|(.., used)| !used).map(|(d, p, r, _)| format!("{d} {p} {r:?}")).collect();
    println!("{}: {tried} changes, {} facts", case.name, original.len());
    assert!(wrong.is_empty(), "{}: {}\n{}", case.name, wrong.len(), wrong.join("\n"));
    assert!(stale.is_empty(), "{}: the map lists what no longer survives: {stale:?}", case.name);
}

#[test]
fn bundle() {
    tamper(&Case::of("bundle", Vec::new()));
}

#[test]
fn release() {
    tamper(&Case::of("release", Vec::new()));
}
