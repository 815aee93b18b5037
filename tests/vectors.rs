//! Every vector below fixtures/vectors, run through the binary.
//!
//! A vector has one fault, and the check that must catch it is the name of its
//! folder: a parse error cannot hide behind a bad signature. What git cannot
//! carry (links, sockets, files that change) is made here, at run time.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use stella_forensic::evidence::{self, FaultKind, Progress, Source};
use stella_forensic::finding::CheckId;

/// Rejecting vectors that are made here, and by which test.
const LIVE: [(&str, &str); 5] = [
    ("intake.changed", "a_file_that_grows"),
    ("intake.item-count", "one_item_too_many"),
    ("intake.link", "links_in_a_directory"),
    ("intake.special-file", "special_files_in_a_directory"),
    ("intake.unreadable", "a_file_that_nobody_may_read"),
];

/// Checks without a rejecting vector (`fail` or `open`), and why.
const NEVER_REJECT: [(&str, &str); 1] = [(
    "trust.evidence-supplied",
    "what evidence brings is shown and never used; trust.known-signer has vectors in which it would have to help",
)];

/// Checks without an accepting vector, and why.
const NEVER_ACCEPT: [(&str, &str); 0] = [];

/// Checks that no file in evidence can make speak.
const EXEMPT: [(&str, &str); 4] = [
    ("tool.fault", "evidence that broke the tool would be a bug to mend; a unit test breaks a reader"),
    (
        "kit.binary",
        "only `kit verify` knows which program runs; the unit tests of kit::verify have both outcomes",
    ),
    ("kit.contents", "only `kit verify` knows the layout of a kit; tests/kit.rs has both outcomes"),
    ("kit.signature", "only `kit verify` has a pinned key; tests/kit.rs has both outcomes"),
];

/// What must come of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    Pass,
    Fail,
    Open,
}

struct Vector {
    check: String,
    name: String,
    folder: PathBuf,
    comes: Comes,
}

fn fixtures() -> PathBuf {
    support::root().join("fixtures")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn vectors() -> Vec<Vector> {
    let root = fixtures().join("vectors");
    let mut all = Vec::new();
    for check in names(&root) {
        assert!(CheckId::parse(&check).is_some(), "{check} is no check");
        for name in names(&root.join(&check)) {
            let comes = match name.rsplit_once('_') {
                Some((_, "pass")) => Comes::Pass,
                Some((_, "fail")) => Comes::Fail,
                Some((_, "open")) => Comes::Open,
                _ => panic!("{check}/{name} does not say what comes of it"),
            };
            all.push(Vector { folder: root.join(&check).join(&name), check: check.clone(), name, comes });
        }
    }
    all
}

/// The lines of a file of the vector, where it is there.
fn lines(path: &Path) -> Option<Vec<String>> {
    fs::read_to_string(path).ok().map(|text| text.lines().map(str::to_owned).collect())
}

fn verify(arguments: &[String]) -> Output {
    let mut command = Command::new(support::binary());
    command.args(["forensic", "verify", "--output", "json"]).args(arguments);
    command.stdin(Stdio::null()).output().expect("the binary runs")
}

fn run(vector: &Vector) -> Result<(), String> {
    let mut arguments = Vec::new();
    let path = |path: PathBuf| path.into_os_string().into_string().unwrap();
    for name in names(&vector.folder) {
        match name.as_str() {
            "loose" => {
                let folder = vector.folder.join("loose");
                arguments.extend(names(&folder).into_iter().map(|file| path(folder.join(file))));
            }
            name if name == "evidence" || name.starts_with("evidence.") => {
                arguments.push(path(vector.folder.join(name)));
            }
            _ => {}
        }
    }
    let fill = |text: &str| {
        text.replace("{vector}", &path(vector.folder.clone())).replace("{fixtures}", &path(fixtures()))
    };
    let more = lines(&vector.folder.join("arguments"))
        .unwrap_or_else(|| vec!["--trust-roots".into(), "{fixtures}/trust".into()]);
    arguments.extend(more.iter().map(|text| fill(text)));
    let also: BTreeSet<String> = lines(&vector.folder.join("also")).unwrap_or_default().into_iter().collect();
    let exit = lines(&vector.folder.join("exit")).map(|lines| lines[0].trim().parse().unwrap());
    let expected = exit.unwrap_or(match vector.comes {
        Comes::Pass => 0,
        Comes::Fail => 3,
        Comes::Open => 6,
    });
    judge(&verify(&arguments), &vector.check, vector.comes, expected, &also)
}

/// Whether what came out is what had to.
fn judge(
    output: &Output,
    check: &str,
    comes: Comes,
    expected: i32,
    also: &BTreeSet<String>,
) -> Result<(), String> {
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!(
            "exit {:?}, no report ({error}): {}",
            output.status.code(),
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let findings = findings(&report);
    let shown = || -> String {
        let line = |f: &Value| {
            format!("\n    {} {} {} {} {}", f["status"], f["check"], f["item"], f["detail"], f["found"])
        };
        let decides = |f: &&Value| f["status"] != "note";
        findings.iter().copied().filter(decides).map(line).collect()
    };
    let said = |status: &str| -> BTreeSet<&str> {
        let of = |f: &&Value| f["status"] == status;
        findings.iter().copied().filter(of).map(|f| f["check"].as_str().unwrap()).collect()
    };
    if output.status.code() != Some(expected) {
        return Err(format!("exit {:?}, not {expected}{}", output.status.code(), shown()));
    }
    if report["schema"] != "stella.report/v1" {
        return Err(format!("the schema is {}", report["schema"]));
    }
    let status = match expected {
        0 => "verified",
        3 => "rejected",
        6 => "inconclusive",
        _ => return Ok(()),
    };
    if report["status"] != status {
        return Err(format!("exit {expected} and status {}", report["status"]));
    }
    let failed = said("failed");
    match comes {
        Comes::Pass if passed(&report, check) == 0 => {
            return Err(format!("{check} passed nothing{}", shown()));
        }
        Comes::Pass if findings.iter().any(|f| f["check"] == check && f["status"] != "note") => {
            return Err(format!("{check} found something{}", shown()));
        }
        Comes::Fail if !failed.contains(check) => {
            return Err(format!("{check} did not fail{}", shown()));
        }
        Comes::Open if !said("not-established").contains(check) => {
            return Err(format!("{check} is not open{}", shown()));
        }
        _ => {}
    }
    let others: Vec<&&str> = failed.iter().filter(|id| **id != check && !also.contains(**id)).collect();
    if !others.is_empty() || (comes == Comes::Open && failed.contains(check)) {
        return Err(format!("{failed:?} failed{}", shown()));
    }
    match also
        .iter()
        .find(|id| !failed.contains(id.as_str()) && !said("not-established").contains(id.as_str()))
    {
        Some(quiet) => Err(format!("`also` names {quiet}, which found nothing")),
        None => Ok(()),
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn findings(report: &Value) -> Vec<&Value> {
    let cases = list(report, "cases").iter().flat_map(|case| list(case, "findings"));
    list(report, "findings").iter().chain(cases).collect()
}

/// How many things passed `check`, anywhere in the report.
fn passed(report: &Value, check: &str) -> u64 {
    let cases = list(report, "cases").iter().flat_map(|case| list(case, "checks"));
    let rows = list(report, "checks").iter().chain(cases).filter(|row| row["id"] == check);
    rows.map(|row| row["passed"].as_str().unwrap().parse::<u64>().unwrap()).sum()
}

#[test]
fn each_vector_is_caught_by_its_check() {
    let all = vectors();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(vector) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = run(vector) {
                        let name = format!("{}/{}", vector.check, vector.name);
                        wrong.lock().unwrap().insert(name, why);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let shown: String = wrong.iter().map(|(name, why)| format!("\n  {name}: {why}")).collect();
    assert!(wrong.is_empty(), "{} of {} vectors:{shown}", wrong.len(), all.len());
    println!("{} vectors", all.len());
}

#[test]
fn each_check_has_vectors() {
    let all = vectors();
    let has = |id: &str, comes: &[Comes]| all.iter().any(|v| v.check == id && comes.contains(&v.comes));
    let within = |table: &[(&str, &str)], id: &str| table.iter().any(|(known, _)| *known == id);
    let mut bare = Vec::new();
    for id in CheckId::ALL.iter().map(|id| id.as_str()).filter(|id| !within(&EXEMPT, id)) {
        if !within(&NEVER_ACCEPT, id) && !has(id, &[Comes::Pass]) {
            bare.push(format!("{id} accepts nothing"));
        }
        let live = within(&LIVE, id) || within(&NEVER_REJECT, id);
        if !live && !has(id, &[Comes::Fail, Comes::Open]) {
            bare.push(format!("{id} rejects nothing"));
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
}

/// A copy of the release folder of the fixtures, to put something into.
fn release() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = fixtures().join("evidence/release");
    for name in names(&from) {
        fs::copy(from.join(&name), folder.path().join(&name)).unwrap();
    }
    folder
}

/// The same for a sealed bundle.
fn bundle() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = fixtures().join("evidence/bundle");
    for entry in walkdir::WalkDir::new(&from).sort_by_file_name() {
        let entry = entry.unwrap();
        let to = folder.path().join(entry.path().strip_prefix(&from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
    folder
}

fn trusting(path: &Path) -> Vec<String> {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    vec![text(path), "--trust-roots".into(), text(&fixtures().join("trust"))]
}

#[track_caller]
fn check(output: &Output, id: &str, comes: Comes, expected: i32) {
    if let Err(why) = judge(output, id, comes, expected, &BTreeSet::new()) {
        panic!("{id}: {why}");
    }
}

#[test]
fn links_in_a_directory() {
    for target in ["checksums.txt", "/etc/passwd", "nowhere", "."] {
        let folder = bundle();
        symlink(target, folder.path().join("evidence/link")).unwrap();
        check(&verify(&trusting(folder.path())), "intake.link", Comes::Fail, 3);
    }
    // In a heap too: who copies the release gets it.
    let folder = release();
    symlink("/bin/sh", folder.path().join("install.sh")).unwrap();
    check(&verify(&trusting(folder.path())), "intake.link", Comes::Fail, 3);
    // A link named by itself, in place of the evidence that was asked about.
    let folder = release();
    symlink("program.sh", folder.path().join("link")).unwrap();
    check(&verify(&trusting(&folder.path().join("link"))), "intake.link", Comes::Fail, 3);
}

/// Names that a checkout on another system could not carry.
#[test]
fn names_in_a_directory() {
    for name in ["..\\outside", "more.", "more ", "C:more"] {
        let folder = bundle();
        fs::write(folder.path().join("evidence").join(name), "x").unwrap();
        check(&verify(&trusting(folder.path())), "intake.path", Comes::Fail, 3);
        let folder = release();
        fs::write(folder.path().join(name), "x").unwrap();
        check(&verify(&trusting(folder.path())), "intake.path", Comes::Fail, 3);
    }
    // Not UTF-8: a name like any other, and one that no list has.
    let folder = bundle();
    let name = std::ffi::OsStr::from_bytes(b"more\xff");
    fs::write(folder.path().join("evidence").join(name), "x").unwrap();
    check(&verify(&trusting(folder.path())), "integrity.unlisted", Comes::Fail, 3);
}

#[test]
fn special_files_in_a_directory() {
    let folder = bundle();
    let made = Command::new("mkfifo").arg(folder.path().join("evidence/fifo")).status();
    assert!(made.expect("mkfifo runs").success());
    check(&verify(&trusting(folder.path())), "intake.special-file", Comes::Fail, 3);

    let folder = release();
    assert!(Command::new("mkfifo").arg(folder.path().join("fifo")).status().unwrap().success());
    check(&verify(&trusting(folder.path())), "intake.special-file", Comes::Fail, 3);

    let folder = bundle();
    let _socket = UnixListener::bind(folder.path().join("evidence/socket")).unwrap();
    check(&verify(&trusting(folder.path())), "intake.special-file", Comes::Fail, 3);
}

#[test]
fn a_file_that_nobody_may_read() {
    let folder = release();
    let file = folder.path().join("secret.bin");
    fs::write(&file, "nobody reads this").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    // Somebody who may read everything has to do without this one.
    if fs::File::open(&file).is_ok() {
        return;
    }
    check(&verify(&trusting(folder.path())), "intake.unreadable", Comes::Open, 6);
}

/// A stream that breaks off, as a pulled stick does.
struct Broken;

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn a_stream_that_breaks_off() {
    let sources = vec![Source::Stdin(Box::new(Broken))];
    let found = evidence::collect(sources, &evidence::Options::default()).unwrap();
    let faults: Vec<_> = found.cases.iter().flat_map(|case| &case.faults).collect();
    assert!(faults.iter().any(|fault| fault.kind == FaultKind::Unreadable), "{faults:?}");
}

/// Appends to a file as soon as reading is announced: after names and sizes
/// were noted, and before the bytes are read.
struct Appends(PathBuf);

impl Progress for Appends {
    fn expect(&self, _bytes: u64, _items: u64) {
        let mut file = fs::OpenOptions::new().append(true).open(&self.0).unwrap();
        file.write_all(b"and more").unwrap();
    }

    fn advance(&self, _bytes: u64, _items: u64) {}
}

#[test]
fn a_file_that_grows() {
    let folder = release();
    let file = folder.path().join("growing.bin");
    fs::write(&file, vec![7; 1 << 20]).unwrap();
    let appends = Appends(file);
    let options = evidence::Options { progress: Some(&appends), ..evidence::Options::default() };
    let found = evidence::collect(vec![Source::Path(folder.path().into())], &options).unwrap();
    let faults: Vec<_> = found.cases.iter().flat_map(|case| &case.faults).collect();
    assert!(
        faults.iter().any(|f| f.kind == FaultKind::Changed && f.path.as_deref() == Some("growing.bin")),
        "{faults:?}"
    );
}

/// A tar header of an empty directory, by hand.
fn header(name: &str) -> [u8; 512] {
    let mut block = [0u8; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    for (at, digits) in
        [(100, "0000755"), (108, "0000000"), (116, "0000000"), (124, "00000000000"), (136, "00000000000")]
    {
        block[at..at + digits.len()].copy_from_slice(digits.as_bytes());
    }
    block[148..156].fill(b' ');
    block[156] = b'5';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[test]
fn one_item_too_many() {
    let mut child = Command::new(support::binary())
        .args(["forensic", "verify", "--output", "json", "-", "--trust-roots"])
        .arg(fixtures().join("trust"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = std::io::BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
    let writer = std::thread::spawn(move || {
        for number in 0..=stella_forensic::limits::ITEMS_MAX {
            // Whoever refuses may close the pipe.
            if stdin.write_all(&header(&format!("{number:08}"))).is_err() {
                return;
            }
        }
        let _ = stdin.write_all(&[0; 1024]);
        let _ = stdin.flush();
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    check(&output, "intake.item-count", Comes::Fail, 3);
}
