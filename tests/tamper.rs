//! Whatever is done to accepted evidence, nothing new is established by it.
//!
//! Core facts are who signed which payload about what, who stamped which digest,
//! and whom whose root certifies, each with what is proven of its time
//! (tests/tamper/core.rs). After any change none is there that the original's do
//! not imply, and `verified` survives only where the committed map in
//! tests/malleability says so and why.
//!
//! Of every file bytes are changed in one bit, which bit depends on where the
//! byte stands; which bytes, `sampled` says. The file is emptied, cut, doubled,
//! dropped, copied, exchanged with every other one, joined by a stranger, and
//! spelled otherwise (tests/tamper/spelling.rs). Of a tar the members are treated
//! likewise (tests/tamper/archive.rs). Certificates, tokens and what says who was
//! revoked are joined by those of every other example, and give way to them.

#[path = "tamper/archive.rs"]
mod archive;
#[path = "tamper/core.rs"]
mod core;
#[path = "tamper/map.rs"]
mod map;
#[path = "tamper/spelling.rs"]
mod spelling;
#[path = "tamper/token.rs"]
mod token;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stella_forensic::anchor::{Pattern, Revocation, Wanted};
use stella_forensic::custody::{Head, Pin};
use stella_forensic::digest::{AlgorithmSet, Digest};
use stella_forensic::evidence::{self, Options, Source};
use stella_forensic::policy::{self, Policy, Status};
use stella_forensic::proof::detached;
use stella_forensic::time::UnixTime;
use stella_forensic::trust::{self, CertificateUse, Given, Naming, TrustStore};
use stella_forensic::verify::{Request, verify};

use core::Core;
use map::{Map, Where};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn trust(folder: &str) -> TrustStore {
    let place = root().join("fixtures").join(folder);
    if place.is_file() {
        let given = Given::File(folder.to_owned(), fs::read(place).unwrap());
        return trust::parse(&given, Naming::Bare(CertificateUse::Any), None).unwrap();
    }
    let mut files = std::collections::BTreeMap::new();
    for entry in fs::read_dir(place).unwrap() {
        let entry = entry.unwrap();
        files.insert(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    }
    trust::parse(&Given::Directory(files), Naming::Bare(CertificateUse::Any), None).unwrap()
}

/// What is given of it.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// The folder.
    Folder,
    /// Its one file, an archive.
    Archive,
    /// Every file in it.
    Files,
}

/// Evidence under test: files by path, and how it is looked at.
struct Case {
    name: &'static str,
    files: Vec<(String, Vec<u8>)>,
    given: Shape,
    expected: Status,
    request: Request,
    policy: Policy,
    trust: TrustStore,
    place: tempfile::TempDir,
}

impl Case {
    fn of(name: &'static str) -> Case {
        let given = root().join("fixtures/evidence").join(name);
        let shape = if given.is_file() { Shape::Archive } else { Shape::Folder };
        let folder = if shape == Shape::Archive { given.parent().unwrap() } else { &given };
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
        let (policy, request) = (policy::default().clone(), Request::default());
        let (expected, trust, place) = (Status::Verified, trust("trust"), place.unwrap());
        Case { name, files, given: shape, expected, request, policy, trust, place }
    }

    /// With the authorities that have certificates.
    fn pki(name: &'static str) -> Case {
        Case { trust: trust("trust-pki"), ..Case::of(name) }
    }

    /// With whoever signs the bundles of the example.
    fn keyless(mut self) -> Case {
        let exact = |text: &str| Pattern::Exact(text.to_owned());
        self.request.keyless.push(Wanted {
            subject: exact("https://forge.test.invalid/org/app/.ci/release.yml@refs/tags/v1.0.0"),
            issuer: exact("https://token.forge.test.invalid"),
            claims: std::collections::BTreeMap::new(),
        });
        self
    }

    /// Looked at in June of 2026.
    fn at(mut self) -> Case {
        self.request.at = Some(UnixTime::parse_rfc3339("2026-06-01T00:00:00Z").unwrap());
        self
    }

    /// With revocation data for every certificate.
    fn revocation(mut self) -> Case {
        self.policy.revocation = Revocation::Require;
        // When its newest lists are in force.
        self.request.at = Some(UnixTime::parse_rfc3339("2026-01-10T00:00:00Z").unwrap());
        self
    }

    /// Given file by file: what is judged on its own is named on its own.
    fn files(self) -> Case {
        Case { given: Shape::Files, ..self }
    }

    /// With a question for a file of another example.
    fn artifact(mut self, path: &str) -> Case {
        let bytes = fs::read(root().join("fixtures/evidence").join(path)).unwrap();
        self.request.artifacts.insert(Digest::sha256(&bytes));
        self
    }

    /// With the head that somebody noted elsewhere.
    fn head(mut self, name: &str) -> Case {
        let text = fs::read_to_string(root().join("fixtures/heads").join(name)).unwrap();
        let (chain, head) = text.trim_end().rsplit_once('=').unwrap();
        self.request.pins.push(Pin { chain: chain.to_owned(), head: Head::parse(head).unwrap() });
        self
    }

    /// Whether there are certificates or tokens in it.
    fn has_pki(&self) -> bool {
        self.files.iter().any(|(path, _)| is_pki(path))
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
        let keys = || self.trust.authorities().iter().flat_map(|authority| &authority.keys);
        let options = Options {
            roster: Some(&roster),
            pins: &self.request.pins,
            signed: keys().map(detached::demanded).fold(AlgorithmSet::EMPTY, AlgorithmSet::union),
            signed_whole: keys().flat_map(|key| &key.algorithms).any(|one| one.digest().is_none()),
            ..Options::default()
        };
        let given = match self.given {
            Shape::Folder => vec![self.folder()],
            Shape::Archive => vec![self.folder().join(self.name)],
            Shape::Files => fs::read_dir(self.folder()).unwrap().map(|entry| entry.unwrap().path()).collect(),
        };
        let sources = given.into_iter().map(Source::Path).collect();
        let Ok(evidence) = evidence::collect(sources, &options) else {
            return (Status::Inconclusive, Core::default());
        };
        let outcome = verify(&evidence, &self.trust, &self.policy, &self.request);
        let facts = outcome.ledger.cases.iter().flat_map(|case| &case.facts);
        (outcome.verdict.whole.status, facts.collect())
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
        if let Some(new) = core.beyond(&self.original) {
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
    let facts = original.len();
    let map = Map::read(case.name);
    let (new_facts, unexplained) = (Vec::new(), BTreeSet::new());
    let mut judge = Judge { case, original, map, new_facts, unexplained, tried: 0 };
    for (path, bytes) in &case.files {
        flip(&mut judge, path, bytes);
        judge.content("truncate", path, "half", &bytes[..bytes.len() / 2]);
        judge.content("truncate", path, "one", &bytes[..bytes.len().saturating_sub(1)]);
        judge.content("truncate", path, "all", &[]);
        judge.content("repeat", path, "-", &[&bytes[..], &bytes[..]].concat());
        if case.given == Shape::Archive {
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
    if case.has_pki() {
        strangers(&mut judge);
    }
    println!("{}: {} changes, {facts} facts", case.name, judge.tried);
    let (new, lines, stale) = (judge.new_facts, map::lines(&judge.unexplained), judge.map.stale());
    assert!(new.is_empty(), "{}: {}\n{}", case.name, new.len(), new.join("\n"));
    assert!(lines.is_empty(), "{}: accepted, and not in the map:\n{}", case.name, lines.join("\n"));
    assert!(stale.is_empty(), "{}: in the map, and not accepted:\n{}", case.name, stale.join("\n"));
}

/// Changes one bit of every byte of a sample.
fn flip(judge: &mut Judge, path: &str, bytes: &[u8]) {
    let mut changed = bytes.to_vec();
    for at in sampled(judge.case, bytes) {
        changed[at] ^= 1 << (at % 8);
        judge.case.write(path, &changed);
        judge.at("flip", path, Where::At(at));
        changed[at] = bytes[at];
    }
}

/// Which bytes of a file are changed: every one, but
///
/// - of a file above 64 KiB every n-th, so that there are no more than so many;
/// - where certificates or tokens are (all but `token`, which is one and nothing
///   else) every fifth, and of files above 2 KiB every eleventh: envelopes,
///   lists and manifests are changed byte by byte in the other examples;
/// - of what is not verified as it stands every third: only a new fact counts;
/// - of zeros with zeros for 16 bytes around them, which pad, every seventh.
///
/// None of these has a divisor in common with eight, so every bit has its turn.
fn sampled(case: &Case, bytes: &[u8]) -> Vec<usize> {
    let step = match bytes.len() {
        _ if case.expected != Status::Verified => 3,
        // A bundle is certificates, tokens and base64 of what else there is.
        length if (case.name.starts_with("sigstore") || case.name == "image") && length > 2 << 10 => 5,
        length if !case.has_pki() || case.name == "token" => (length / (64 << 10)) | 1,
        length if length > 2 << 10 => 11,
        _ => 5,
    };
    let padding = |at: usize| {
        let around = bytes.get(at.saturating_sub(16)..at + 16).unwrap_or_default();
        !around.is_empty() && around.iter().all(|byte| *byte == 0)
    };
    let every = (0..bytes.len()).step_by(step);
    every.filter(|at| at % 7 == 0 || !padding(*at)).collect()
}

/// Whether a file is a certificate, a token, or says who was revoked.
fn is_pki(path: &str) -> bool {
    [".pem", ".crl", ".der", ".tsr"].iter().any(|ending| path.ends_with(ending))
}

/// Puts the certificates, tokens, lists and responses of the other examples
/// beside those of this one, and in place of them. What those establish at home
/// they may establish here.
fn strangers(judge: &mut Judge) {
    let case = judge.case;
    let examples = EXAMPLES.iter().map(|example| example());
    for other in examples.filter(|other| other.has_pki() && other.name != case.name) {
        other.restore();
        judge.original.extend(other.verify().1);
        for (path, bytes) in other.files.iter().filter(|(path, _)| is_pki(path)) {
            let name = path.rsplit('/').next().expect("there is a last part");
            let from = format!("{}/{path}", other.name);
            let beside = format!("stranger-{name}");
            case.write(&beside, bytes);
            judge.named("join", &from, "-");
            fs::remove_file(case.folder().join(&beside)).unwrap();
            for (own, content) in case.files.iter().filter(|(own, content)| is_pki(own) && content != bytes) {
                case.write(own, bytes);
                judge.named("replace", own, &from);
                case.write(own, content);
            }
        }
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
        const EXAMPLES: &[fn() -> Case] = &[$(|| $case),*];
    };
}

examples! {
    bag: Case::of("bag"),
    bundle: Case::of("bundle"),
    bundle_stamped: Case::pki("bundle-stamped").at(),
    bundle_tar: Case::of("bundle.tar"),
    bundle_tar_gz: Case::of("bundle.tar.gz"),
    bundle_tar_zst: Case::of("bundle.tar.zst"),
    certificate_signed: Case::pki("certificate-signed").at().revocation(),
    custody: Case::of("custody").head("case.head"),
    dsse_lines: Case::of("dsse-lines"),
    ecdsa: Case { trust: trust("trust-ecdsa"), ..Case::of("ecdsa") },
    ecdsa_release: Case { trust: trust("trust-ecdsa"), ..Case::of("ecdsa-release") },
    image: Case { trust: trust("trust-sigstore"), ..Case::of("image") }.keyless(),
    layout: Case::of("layout").at(),
    ledger: Case { expected: Status::Inconclusive, ..Case::of("ledger").head("findings.head") },
    log: Case { trust: trust("trust-logs/unwitnessed"), ..Case::of("log") },
    minisign: Case::of("minisign"),
    offline_kit: Case::of("offline-kit"),
    promotion: Case::of("promotion"),
    release: Case::of("release"),
    restamped: Case::pki("restamped").at(),
    sigstore: Case { trust: trust("trust-sigstore"), ..Case::of("sigstore") }.keyless(),
    sigstore_provenance: Case { trust: trust("trust-sigstore"), ..Case::of("sigstore-provenance") }.keyless(),
    snapshot: Case::of("snapshot"),
    snapshot_tar: Case::of("snapshot.tar"),
    stamped: Case::pki("stamped"),
    time_anchor: Case::pki("time-anchor").at(),
    token: Case::pki("token").files().artifact("stamped/app.tgz"),
}

#[test]
fn every_example_is_tampered_with() {
    for entry in fs::read_dir(root().join("fixtures/evidence")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let tampered = NAMES.contains(&name.replace(['-', '.'], "_").as_str());
        assert!(tampered || name == "bundle-changed", "nobody tampers with {name}");
    }
}
