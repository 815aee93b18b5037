//! Runs public test suites against the library and counts what it accepts and
//! what it refuses apart: a verifier that refuses everything would look good
//! in one figure.
//!
//! The suites are no part of the repository. They lie in `$STELLA_CONFORMANCE`
//! or in `shared/conformance` beside one of the directories above this one.
//! Each has an `index.json` that lists its cases. If they are absent the run
//! says so and passes, unless `$STELLA_CONFORMANCE_REQUIRED` is set.
//!
//! To add a suite: a file in this directory with `pub const SUITE: Suite`, a
//! `mod` line and an entry in [`SUITES`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

mod bip340;
mod cctv_ed25519;
mod dsse_intoto;
mod jcs_rfc8785;
mod json_parsing;
mod openssl_ocsp;
mod pkits;
mod pyca_x509;
mod rekor_log_evidence;
mod rfc6962_merkle;
mod rfc3161;
mod sigstore_clients;
mod sigstore_conformance;
mod slsa_verifier;
mod sshsig;
mod wycheproof;

/// The suites that are run.
const SUITES: &[Suite] = &[
    bip340::SUITE,
    cctv_ed25519::SUITE,
    dsse_intoto::SUITE,
    jcs_rfc8785::SUITE,
    json_parsing::SUITE,
    openssl_ocsp::SUITE,
    pkits::SUITE,
    pyca_x509::SUITE,
    rekor_log_evidence::SUITE,
    rfc6962_merkle::SUITE,
    rfc3161::SUITE,
    sigstore_clients::SUITE,
    sigstore_conformance::SUITE,
    slsa_verifier::SUITE,
    sshsig::SUITE,
    wycheproof::SUITE,
];

/// The suites that there are.
const NAMES: [&str; 16] = [
    "bip340",
    "cctv-ed25519",
    "dsse-intoto",
    "jcs-rfc8785",
    "json-parsing",
    "openssl-ocsp",
    "pkits",
    "pyca-x509",
    "rekor-log-evidence",
    "rfc3161",
    "rfc6962-merkle",
    "sigstore-clients",
    "sigstore-conformance",
    "slsa-verifier",
    "sshsig",
    "wycheproof",
];

/// How one suite is run.
pub struct Suite {
    /// The name of its directory.
    pub name: &'static str,
    /// Cases that we decide otherwise than the suite, each with the reason. A
    /// `*` at the end stands for any rest. One that comes out as the suite has
    /// it, and one that matches no case, is a failure.
    pub exceptions: &'static [(&'static str, &'static str)],
    /// What we say to one case.
    pub judge: fn(&Files, &Case) -> Judged,
    /// What else is to be said about the files of the suite: each a sentence
    /// and whether it holds.
    pub further: fn(&Files) -> Vec<(String, bool)>,
}

/// For suites about which nothing further is to be said.
#[allow(dead_code)]
pub fn nothing_further(_: &Files) -> Vec<(String, bool)> {
    Vec::new()
}

/// What we say to one case.
#[derive(Debug)]
#[allow(dead_code)]
pub enum Judged {
    /// Accepted, with the result that the suite gives where it gives one.
    Accepts,
    /// Refused, with the error as a sentence.
    Refuses(String),
    /// Neither: another result than the suite gives. Never right.
    Differs(String),
    /// We have no part that decides this; why. Never counted as right.
    NotCovered(&'static str),
}

impl Judged {
    /// Accepted or refused.
    #[allow(dead_code)]
    pub fn from_result<T, E: std::fmt::Display>(result: Result<T, E>) -> Judged {
        match result {
            Ok(_) => Judged::Accepts,
            Err(error) => Judged::Refuses(error.to_string()),
        }
    }
}

/// One case of an index.
#[derive(Debug)]
pub struct Case {
    pub id: String,
    pub accept: bool,
    /// Files by their role; `0`, `1` ... where the index gives a list.
    pub files: BTreeMap<String, String>,
    pub params: Value,
    #[allow(dead_code)]
    pub why: String,
}

impl Case {
    fn read(value: &Value) -> Case {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let name = |value: &Value| value.as_str().expect("files are named by strings").to_owned();
        let files = match &value["files"] {
            Value::Array(list) => {
                list.iter().enumerate().map(|(i, file)| (i.to_string(), name(file))).collect()
            }
            Value::Object(roles) => {
                roles.iter().filter(|(_, f)| f.is_string()).map(|(role, f)| (role.clone(), name(f))).collect()
            }
            _ => BTreeMap::new(),
        };
        let accept = match value["expected"].as_str() {
            Some("accept") => true,
            Some("reject") => false,
            other => panic!("a case expects {other:?}"),
        };
        Case { id: text("id"), accept, files, params: value["params"].clone(), why: text("why") }
    }

    /// The file of that role.
    pub fn file(&self, role: &str) -> &str {
        self.files.get(role).unwrap_or_else(|| panic!("{} has no file {role}", self.id))
    }

    /// The parameter of that name, if it is a string.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params[name].as_str()
    }
}

/// The files of one suite; what was read once is kept.
pub struct Files {
    directory: PathBuf,
    bytes: RefCell<BTreeMap<String, Rc<Vec<u8>>>>,
    json: RefCell<BTreeMap<String, Rc<Value>>>,
}

impl Files {
    /// The bytes of a file.
    pub fn bytes(&self, file: &str) -> Rc<Vec<u8>> {
        let read = || {
            let path = self.directory.join(file);
            Rc::new(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        };
        self.bytes.borrow_mut().entry(file.to_owned()).or_insert_with(read).clone()
    }

    /// A file that is UTF-8.
    #[allow(dead_code)]
    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file).to_vec()).unwrap_or_else(|e| panic!("{file}: {e}"))
    }

    /// A file that is JSON.
    #[allow(dead_code)]
    pub fn json(&self, file: &str) -> Rc<Value> {
        let bytes = self.bytes(file);
        let read = || Rc::new(serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{file}: {e}")));
        self.json.borrow_mut().entry(file.to_owned()).or_insert_with(read).clone()
    }

    /// Where a file lies.
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// The names of all files in the directory itself, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.directory).expect("the suite is there");
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.expect("readable").file_name().into_string().expect("names are UTF-8")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}

/// Accepts or rejects: how many there are and how many came out so.
#[derive(Default, Debug, PartialEq)]
struct Count {
    right: usize,
    of: usize,
}

#[derive(Default, Debug)]
struct Score {
    accepts: Count,
    rejects: Count,
    excepted: usize,
    not_covered: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

fn score(exceptions: &[(&str, &str)], judged: &[(&Case, Judged)]) -> Score {
    let mut score = Score::default();
    let mut used = BTreeSet::new();
    for (case, judged) in judged {
        let count = if case.accept { &mut score.accepts } else { &mut score.rejects };
        count.of += 1;
        let right = matches!((case.accept, judged), (true, Judged::Accepts) | (false, Judged::Refuses(_)));
        count.right += usize::from(right);
        if let Judged::NotCovered(why) = judged {
            *score.not_covered.entry(why).or_default() += 1;
            continue;
        }
        let exception = exceptions.iter().find(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(prefix) => case.id.starts_with(prefix),
            None => case.id == *pattern,
        });
        match exception {
            Some((pattern, _)) if right => {
                used.insert(*pattern);
                score.failures.push(format!("{}: is listed as an exception and comes out right", case.id));
            }
            Some((pattern, _)) => {
                used.insert(*pattern);
                score.excepted += 1;
            }
            None if right => {}
            None => {
                let expected = if case.accept { "accept" } else { "reject" };
                score.failures.push(format!("{}: expected {expected}, {judged:?} ({})", case.id, case.why));
            }
        }
    }
    for (pattern, _) in exceptions.iter().filter(|(pattern, _)| !used.contains(pattern)) {
        score.failures.push(format!("{pattern}: is listed as an exception and matches no case"));
    }
    score
}

fn run(suite: &Suite, directory: PathBuf) -> Score {
    let files = Files { directory, bytes: RefCell::default(), json: RefCell::default() };
    let index = files.json("index.json");
    let cases: Vec<Case> =
        index["cases"].as_array().expect("an index has cases").iter().map(Case::read).collect();
    let judged: Vec<(&Case, Judged)> = cases
        .iter()
        .map(|case| {
            let judged = catch_unwind(AssertUnwindSafe(|| (suite.judge)(&files, case)));
            (case, judged.unwrap_or_else(|_| Judged::Differs("it panicked".into())))
        })
        .collect();
    let mut score = score(suite.exceptions, &judged);
    for (name, count) in [("accept", &score.accepts), ("reject", &score.rejects)] {
        if index["counts"][name].as_u64() != Some(count.of as u64) {
            score
                .failures
                .push(format!("the index counts {} {name}, there are {}", index["counts"][name], count.of));
        }
    }
    let further = (suite.further)(&files);
    println!(
        "{:<22} accepts {:>4} of {:>4}   rejects {:>4} of {:>4}   exceptions {:>3}   not covered {:>3}{}",
        suite.name,
        score.accepts.right,
        score.accepts.of,
        score.rejects.right,
        score.rejects.of,
        score.excepted,
        score.not_covered.values().sum::<usize>(),
        if further.is_empty() { String::new() } else { format!("   further {}", further.len()) },
    );
    for (pattern, reason) in suite.exceptions {
        println!("    exception {pattern}: {reason}");
    }
    for (why, count) in &score.not_covered {
        println!("    not covered {count}: {why}");
    }
    score.failures.extend(further.into_iter().filter(|(_, holds)| !holds).map(|(what, _)| what));
    score
}

/// Where the suites lie.
fn locate() -> Option<PathBuf> {
    if let Some(directory) = std::env::var_os("STELLA_CONFORMANCE") {
        return Some(PathBuf::from(directory)).filter(|directory| directory.is_dir());
    }
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/conformance"))
        .find(|directory| directory.is_dir())
}

/// Runs all suites whose name contains one of the arguments; exits with 1 on any failure.
pub fn main() {
    the_score_is_strict();
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let required = std::env::var_os("STELLA_CONFORMANCE_REQUIRED").is_some();
    let directory = locate();
    let (mut ran, mut failures) = (0, Vec::new());
    for suite in SUITES {
        if !wanted.is_empty() && !wanted.iter().any(|part| suite.name.contains(part.as_str())) {
            continue;
        }
        match directory.as_ref().map(|all| all.join(suite.name)).filter(|one| one.is_dir()) {
            Some(directory) => {
                ran += 1;
                let score = run(suite, directory);
                failures
                    .extend(score.failures.into_iter().map(|failure| format!("{}: {failure}", suite.name)));
            }
            None if required => failures.push(format!("{}: demanded, and not there", suite.name)),
            None => {}
        }
    }
    for name in NAMES.iter().filter(|name| SUITES.iter().all(|suite| suite.name != **name)) {
        println!("{name:<22} not run");
    }
    println!("conformance: {ran} of {} suites", NAMES.len());
    if directory.is_none() {
        println!("conformance: the suites are not there; $STELLA_CONFORMANCE names their directory");
    }
    const SHOWN_MAX: usize = 100;
    for failure in failures.iter().take(SHOWN_MAX) {
        println!("FAILED {failure}");
    }
    if !failures.is_empty() {
        println!("conformance: {} failures", failures.len());
        std::process::exit(1);
    }
}

/// The counting itself, on cases made up for it.
fn the_score_is_strict() {
    let case = |id: &str, accept| Case {
        id: id.into(),
        accept,
        files: BTreeMap::new(),
        params: Value::Null,
        why: String::new(),
    };
    let (good, bad) = (case("good", true), case("bad", false));
    let refuses = || Judged::Refuses("no".into());
    let check =
        |exceptions: &[(&str, &str)], on_good: Judged, on_bad: Judged, right: [usize; 2], failures| {
            let score = score(exceptions, &[(&good, on_good), (&bad, on_bad)]);
            assert_eq!([score.accepts.right, score.rejects.right], right);
            assert_eq!(score.failures.len(), failures, "{:?}", score.failures);
        };
    check(&[], Judged::Accepts, refuses(), [1, 1], 0);
    check(&[], refuses(), refuses(), [0, 1], 1);
    check(&[], Judged::Accepts, Judged::Accepts, [1, 0], 1);
    check(&[], Judged::Differs(String::new()), Judged::Differs(String::new()), [0, 0], 2);
    check(&[], Judged::NotCovered("x"), Judged::NotCovered("x"), [0, 0], 0);
    check(&[("good", "why")], refuses(), refuses(), [0, 1], 0);
    check(&[("good", "why")], Judged::Accepts, refuses(), [1, 1], 1);
    check(&[("go*", "why")], refuses(), refuses(), [0, 1], 0);
    check(&[("other", "why")], Judged::Accepts, refuses(), [1, 1], 1);
}
