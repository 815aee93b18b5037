//! Whatever is done to accepted evidence, nothing new is established by it.
//!
//! Core facts are (signer, payload, subject, proven interval). After any change
//! they are a subset of the original's, and `verified` survives only where the
//! committed map in tests/malleability says so and why.
//!
//! Of every file each byte is changed in one bit, which bit depends on where it
//! stands (of a file above 64 KiB every n-th byte); the file is emptied, cut,
//! doubled, dropped, copied, exchanged with every other one, joined by a
//! stranger, and spelled otherwise (tests/tamper/spelling.rs). Of a tar the
//! members are treated likewise (tests/tamper/archive.rs).

#[path = "tamper/archive.rs"]
mod archive;
#[path = "support/awaited.rs"]
mod awaited;
#[path = "tamper/map.rs"]
mod map;
#[path = "tamper/spelling.rs"]
mod spelling;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stella_forensic::custody::{Head, Pin};
use stella_forensic::evidence::{self, Options, Source};
use stella_forensic::fact::Fact;
use stella_forensic::policy::{self, Status};
use stella_forensic::trust::{self, CertificateUse, Given, Naming, TrustStore};
use stella_forensic::verify::{Request, verify};

use awaited::AWAITED;
use map::{Map, Where};

type Core = BTreeSet<(String, String, String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn trust(folder: &str) -> TrustStore {
    let mut files = std::collections::BTreeMap::new();
    for entry in fs::read_dir(root().join("fixtures").join(folder)).unwrap() {
        let entry = entry.unwrap();
        files.insert(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    }
    trust::parse(&Given::Directory(files), Naming::Bare(CertificateUse::Any), None).unwrap()
}

/// Evidence under test: files by path, and how it is looked at.
struct Case {
    name: &'static str,
    files: Vec<(String, Vec<u8>)>,
    /// The one file that is given; else the folder is.
    archive: bool,
    expected: Status,
    pins: Vec<Pin>,
    trust: TrustStore,
    place: tempfile::TempDir,
}

impl Case {
    fn of(name: &'static str) -> Case {
        let given = root().join("fixtures/evidence").join(name);
        let archive = given.is_file();
        let folder = if archive { given.parent().unwrap() } else { &given };
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&given).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.push((path, fs::read(entry.path()).unwrap()));
            }
        }
        assert!(!files.is_empty(), "{name} is no fixture");
        let shm = Path::new("/dev/shm");
        let place = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
        let (expected, pins, trust) = (Status::Verified, Vec::new(), trust("trust"));
        Case { name, files, archive, expected, pins, trust, place: place.unwrap() }
    }

    /// With the head that somebody noted elsewhere.
    fn head(mut self, name: &str) -> Case {
        let text = fs::read_to_string(root().join("fixtures/heads").join(name)).unwrap();
        let (chain, head) = text.trim_end().rsplit_once('=').unwrap();
        self.pins.push(Pin { chain: chain.to_owned(), head: Head::parse(head).unwrap() });
        self
    }

    fn folder(&self) -> PathBuf {
        self.place.path().join("evidence")
    }

    /// Writes everything as it was.
    fn restore(&self) {
        let _ = fs::remove_dir_all(self.folder());
        for (path, bytes) in &self.files {
            self.write(path, bytes);
        }
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.place.path().join("evidence").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    fn verify(&self) -> (Status, Core) {
        let roster = std::sync::Arc::new(stella_forensic::custody::Roster::new(self.trust.authorities()));
        let options = Options { roster: Some(&roster), pins: &self.pins, ..Options::default() };
        let given = if self.archive { self.folder().join(self.name) } else { self.folder() };
        let source = Source::Path(given);
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

/// What became of the changes.
struct Judge<'c> {
    case: &'c Case,
    original: Core,
    map: Map,
    new_facts: Vec<String>,
    unexplained: BTreeSet<(String, String, Where)>,
    tried: u64,
}

impl Judge<'_> {
    fn at(&mut self, deed: &str, path: &str, place: Where) {
        self.tried += 1;
        let (status, core) = self.case.verify();
        if let Some(new) = core.difference(&self.original).next() {
            self.new_facts.push(format!("{deed} {path} {place:?}: establishes {new:?}"));
        }
        if status == Status::Verified && !self.map.explains(deed, path, &place) {
            self.unexplained.insert((deed.to_owned(), path.to_owned(), place));
        }
    }

    fn named(&mut self, deed: &str, path: &str, name: &str) {
        self.at(deed, path, Where::Named(name.to_owned()));
    }

    /// Whether `bytes` in place of the file are still accepted.
    fn content(&mut self, deed: &str, path: &str, name: &str, bytes: &[u8]) {
        self.case.write(path, bytes);
        self.named(deed, path, name);
    }
}

fn tamper(case: &Case) {
    case.restore();
    let (status, original) = case.verify();
    assert_eq!(status, case.expected, "{}", case.name);
    assert!(!original.is_empty(), "{} establishes nothing", case.name);
    let map = Map::read(case.name);
    let (new_facts, unexplained) = (Vec::new(), BTreeSet::new());
    let mut judge = Judge { case, original, map, new_facts, unexplained, tried: 0 };
    for (path, bytes) in &case.files {
        flip(&mut judge, path, bytes);
        judge.content("truncate", path, "half", &bytes[..bytes.len() / 2]);
        judge.content("truncate", path, "one", &bytes[..bytes.len().saturating_sub(1)]);
        judge.content("truncate", path, "all", &[]);
        judge.content("repeat", path, "-", &[&bytes[..], &bytes[..]].concat());
        if case.archive {
            if path.ends_with(".tar") {
                for (deed, name, other) in archive::changed(bytes) {
                    judge.content(deed, path, &name, &other);
                }
            }
            case.write(path, bytes);
            continue;
        }
        for (name, other) in spelling::respelled(path, bytes) {
            judge.content("respell", path, &name, &other);
        }
        case.write(path, bytes);
        files(&mut judge, path, bytes);
    }
    println!("{}: {} changes, {} facts", case.name, judge.tried, judge.original.len());
    let (new, lines, stale) = (judge.new_facts, map::lines(&judge.unexplained), judge.map.stale());
    assert!(new.is_empty(), "{}: {}\n{}", case.name, new.len(), new.join("\n"));
    assert!(lines.is_empty(), "{}: accepted, and not in the map:\n{}", case.name, lines.join("\n"));
    assert!(stale.is_empty(), "{}: in the map, and not accepted:\n{}", case.name, stale.join("\n"));
}

/// Changes one bit of every byte, or of a fixed sample of a large file.
fn flip(judge: &mut Judge, path: &str, bytes: &[u8]) {
    let step = bytes.len() / (64 << 10) + 1;
    let mut changed = bytes.to_vec();
    for at in (0..bytes.len()).step_by(step) {
        changed[at] ^= 1 << (at % 8);
        judge.case.write(path, &changed);
        judge.at("flip", path, Where::At(at));
        changed[at] = bytes[at];
    }
}

/// Drops, copies and exchanges the file, and adds another beside it.
fn files(judge: &mut Judge, path: &str, bytes: &[u8]) {
    let case = judge.case;
    let place = |path: &str| case.folder().join(path);
    fs::remove_file(place(path)).unwrap();
    judge.named("drop", path, "-");
    case.write(path, bytes);
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let added = format!("{folder}added.bin");
    case.write(&added, b"added");
    judge.named("add", path, "-");
    fs::remove_file(place(&added)).unwrap();
    let copy = format!("{folder}copy-of-{}", &path[folder.len()..]);
    case.write(&copy, bytes);
    judge.named("copy", path, "-");
    fs::remove_file(place(&copy)).unwrap();
    for (other, content) in &case.files {
        if path < other.as_str() && content != bytes {
            case.write(path, content);
            case.write(other, bytes);
            judge.named("swap", path, other);
            case.write(path, bytes);
            case.write(other, content);
        }
    }
}

/// A test for each, and their names.
macro_rules! examples {
    ($($name:ident: $case:expr,)*) => {
        $(
            #[test]
            fn $name() {
                tamper(&$case);
            }
        )*
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

examples! {
    bag: Case::of("bag"),
    bundle: Case::of("bundle"),
    bundle_tar: Case::of("bundle.tar"),
    bundle_tar_gz: Case::of("bundle.tar.gz"),
    bundle_tar_zst: Case::of("bundle.tar.zst"),
    custody: Case::of("custody").head("case.head"),
    dsse_lines: Case::of("dsse-lines"),
    ecdsa: Case { trust: trust("trust-ecdsa"), ..Case::of("ecdsa") },
    ecdsa_release: Case { trust: trust("trust-ecdsa"), ..Case::of("ecdsa-release") },
    ledger: Case { expected: Status::Inconclusive, ..Case::of("ledger").head("findings.head") },
    minisign: Case::of("minisign"),
    offline_kit: Case::of("offline-kit"),
    promotion: Case::of("promotion"),
    release: Case::of("release"),
    snapshot: Case::of("snapshot"),
    snapshot_tar: Case::of("snapshot.tar"),
}

#[test]
fn every_example_is_tampered_with() {
    for entry in fs::read_dir(root().join("fixtures/evidence")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let tampered = NAMES.contains(&name.replace(['-', '.'], "_").as_str());
        let excepted = AWAITED.contains(&name.as_str()) || name == "bundle-changed";
        assert!(tampered != excepted, "nobody tampers with {name}, or it is still excepted");
    }
}
