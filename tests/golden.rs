//! Whole reports, byte for byte: the committed ones, and the same again under
//! everything that must not matter.
//!
//! `STELLA_GOLDEN=write cargo test --test golden` writes the committed ones;
//! read the difference before you commit it.

mod support;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{binary, root, schema};

/// A report that is kept: its name, the evidence, and how it is looked at.
struct Golden {
    name: &'static str,
    evidence: &'static [&'static str],
    trust: &'static str,
    /// A file of fixtures/heads with the head to expect.
    head: Option<&'static str>,
    arguments: &'static [&'static str],
    exit: i32,
}

const AT: &str = "2026-06-01T00:00:00Z";

const fn golden(name: &'static str, evidence: &'static [&'static str], exit: i32) -> Golden {
    Golden { name, evidence, trust: "trust", head: None, arguments: &[], exit }
}

const fn pki(
    name: &'static str,
    evidence: &'static [&'static str],
    arguments: &'static [&'static str],
) -> Golden {
    Golden { trust: "trust-pki", arguments, ..golden(name, evidence, 0) }
}

/// The file that the token of the examples is over.
const STAMPED: &str = "sha256:7e57a82487ed8d9480f8de297b71666a5d635c237f366b566995b330c464168d";

/// One for every example in fixtures/evidence, with what makes it accepted or
/// comes nearest to it, and some that are not.
const GOLDEN: &[Golden] = &[
    golden("bag", &["evidence/bag"], 0),
    golden("bundle", &["evidence/bundle"], 0),
    Golden { arguments: &["--at", AT], ..golden("bundle-at", &["evidence/bundle"], 0) },
    golden("bundle-changed", &["evidence/bundle-changed"], 3),
    golden("bundle-tar", &["evidence/bundle.tar"], 0),
    golden("bundle-tar-gz", &["evidence/bundle.tar.gz"], 0),
    golden("bundle-tar-zst", &["evidence/bundle.tar.zst"], 0),
    Golden { head: Some("case.head"), ..golden("custody", &["evidence/custody"], 0) },
    golden("custody-without-head", &["evidence/custody"], 6),
    golden("dsse-lines", &["evidence/dsse-lines"], 0),
    Golden { trust: "trust-ecdsa", ..golden("ecdsa", &["evidence/ecdsa"], 0) },
    Golden { trust: "trust-ecdsa", ..golden("ecdsa-release", &["evidence/ecdsa-release"], 0) },
    Golden { head: Some("findings.head"), ..golden("ledger", &["evidence/ledger"], 6) },
    Golden { arguments: &["--at", AT], ..golden("layout", &["evidence/layout"], 0) },
    Golden { trust: "trust-logs/unwitnessed", ..golden("log", &["evidence/log"], 0) },
    Golden { trust: "trust-sigstore", arguments: KEYLESS, ..golden("image", &["evidence/image"], 0) },
    golden("minisign", &["evidence/minisign"], 0),
    golden("offline-kit", &["evidence/offline-kit"], 0),
    golden("promotion", &["evidence/promotion"], 0),
    golden("release", &["evidence/release"], 0),
    Golden { arguments: &["--threshold", "1"], ..golden("several", SEVERAL, 3) },
    pki("bundle-stamped", &["evidence/bundle-stamped"], &["--at", AT]),
    pki(
        "certificate-signed",
        &["evidence/certificate-signed"],
        &["--at", "2026-01-10T00:00:00Z", "--revocation", "require"],
    ),
    pki("restamped", &["evidence/restamped"], &["--at", AT]),
    pki("stamped", &["evidence/stamped"], &[]),
    pki("time-anchor", &["evidence/time-anchor"], &["--at", AT]),
    pki("token", &["evidence/token/app.tgz.tsr"], &["--artifact", STAMPED]),
    Golden { trust: "trust-sigstore", arguments: KEYLESS, ..golden("sigstore", &["evidence/sigstore"], 0) },
    Golden {
        trust: "trust-sigstore",
        arguments: KEYLESS,
        ..golden("sigstore-provenance", &["evidence/sigstore-provenance"], 0)
    },
    golden("snapshot", &["evidence/snapshot"], 0),
    golden("snapshot-tar", &["evidence/snapshot.tar"], 0),
];

/// Whose bundles the example has.
const KEYLESS: &[&str] = &[
    "--identity",
    "https://forge.test.invalid/org/app/.ci/release.yml@refs/tags/v1.0.0",
    "--issuer",
    "https://token.forge.test.invalid",
];

const SEVERAL: &[&str] = &["evidence/release", "evidence/bundle", "evidence/bundle-changed"];

fn named(name: &str) -> &'static Golden {
    GOLDEN.iter().find(|golden| golden.name == name).expect("it is in the list")
}

impl Golden {
    fn command(&self, fixtures: &Path) -> Command {
        self.command_for("json", fixtures)
    }

    fn command_for(&self, output: &str, fixtures: &Path) -> Command {
        let mut command = Command::new(binary());
        command.args(self.arguments_for(output, fixtures, self.evidence.iter()));
        command
    }

    fn arguments_for<'e>(
        &self,
        output: &str,
        fixtures: &Path,
        evidence: impl Iterator<Item = &'e &'static str>,
    ) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["forensic", "verify", "--output", output, "--trust-roots"].map(OsString::from).into();
        arguments.push(fixtures.join(self.trust).into());
        arguments.extend(evidence.map(|path| fixtures.join(path).into()));
        arguments.extend(self.arguments.iter().map(OsString::from));
        if let Some(head) = self.head {
            let head = fs::read_to_string(root().join("fixtures/heads").join(head)).unwrap();
            arguments.extend(["--expect-head", head.trim_end()].map(OsString::from));
        }
        arguments
    }
}

fn run(mut command: Command) -> Output {
    command.output().expect("the binary runs")
}

fn fixtures() -> PathBuf {
    root().join("fixtures")
}

#[track_caller]
fn same(name: &str, under: &str, expected: &[u8], found: &Output) {
    assert!(
        found.stdout == expected,
        "{name} under {under}: another report\n{}\n{}",
        String::from_utf8_lossy(&found.stdout),
        String::from_utf8_lossy(&found.stderr)
    );
}

#[test]
fn reports_are_the_committed_ones() {
    let write = std::env::var_os("STELLA_GOLDEN").is_some_and(|value| value == "write");
    for golden in GOLDEN {
        let output = run(golden.command(&fixtures()));
        assert_eq!(output.status.code(), Some(golden.exit), "{}: {:?}", golden.name, output);
        schema::check_report(&output.stdout);
        let file = root().join(format!("tests/golden/{}.json", golden.name));
        if write {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &output.stdout).unwrap();
        }
        let committed = fs::read(&file).unwrap_or_default();
        same(golden.name, "nothing in particular", &committed, &output);
    }
}

#[test]
fn lines_and_error_objects_are_as_the_schema_says() {
    for golden in GOLDEN {
        let whole = schema::check_report(&run(golden.command(&fixtures())).stdout);
        let output = run(golden.command_for("ndjson", &fixtures()));
        assert_eq!(output.status.code(), Some(golden.exit));
        let lines = schema::check_lines(&output.stdout);
        assert_eq!(lines.last().unwrap()["verdict"]["reportId"], whole["reportId"]);
    }
    let fails = |arguments: &[&str], exit: i32| {
        let mut command = Command::new(binary());
        command.args(["forensic", "verify", "--output", "json"]).args(arguments).current_dir(fixtures());
        let output = run(command);
        assert_eq!(output.status.code(), Some(exit), "{output:?}");
        let object = schema::check_report(&output.stdout);
        assert_eq!(object["error"]["code"], exit);
    };
    fails(&["no/such/evidence"], 4);
    fails(&["evidence/release"], 65);
    fails(&["evidence/release", "--policy", "no/such/policy.toml"], 2);
}

#[test]
fn nothing_around_the_run_matters() {
    let elsewhere = tempfile::tempdir().unwrap();
    for golden in GOLDEN {
        let expected = run(golden.command(&fixtures())).stdout;
        let check = |under: &str, change: &dyn Fn(&mut Command)| {
            let mut command = golden.command(&fixtures());
            change(&mut command);
            same(golden.name, under, &expected, &run(command));
        };
        check("a second run", &|_| {});
        for jobs in ["1", "2", "8"] {
            check(&format!("--jobs {jobs}"), &|command| {
                command.args(["--jobs", jobs]);
            });
        }
        check("another time zone", &|command| {
            command.env("TZ", "Asia/Kathmandu");
        });
        check("another locale", &|command| {
            command.env("LANG", "tr_TR.UTF-8").env("LC_ALL", "tr_TR.UTF-8");
        });
        check("another home", &|command| {
            command.env("HOME", "/nonexistent");
        });
        check("no environment", &|command| {
            command.env_clear();
        });
        check("another directory", &|command| {
            command.current_dir(elsewhere.path());
        });
        check("a terminal that wants colours", &|command| {
            command.env("CLICOLOR_FORCE", "1");
        });
        check("a stale variable", &|command| {
            command.env("STELLA_TRUST_ROOTS", "/nonexistent");
        });
        check("offline by variable", &|command| {
            command.env("STELLA_OFFLINE", "1");
        });
        check("--offline", &|command| {
            command.arg("--offline");
        });
    }
}

#[test]
fn every_example_has_a_report() {
    for entry in fs::read_dir(fixtures().join("evidence")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("evidence/{name}");
        let known = GOLDEN.iter().any(|golden| golden.evidence.iter().any(|one| one.starts_with(&path)));
        assert!(known, "{path} is in no report that is kept");
    }
}

#[test]
fn the_order_and_the_place_of_files_do_not_matter() {
    let place = tempfile::tempdir().unwrap();
    // Written backwards, with other times, and named in another order.
    let mut files: Vec<_> = walkdir::WalkDir::new(fixtures())
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(fixtures()).unwrap().to_owned())
        .filter(|path| path.starts_with("evidence") || path.to_str().unwrap().starts_with("trust"))
        .collect();
    files.sort();
    files.reverse();
    for umask in ["077", "000"] {
        let other = place.path().join(umask);
        for file in &files {
            let to = other.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(fixtures().join(file), &to).unwrap();
            let mode = if umask == "077" { 0o600 } else { 0o777 };
            fs::set_permissions(&to, PermissionsExt::from_mode(mode)).unwrap();
        }
        for golden in GOLDEN {
            let expected = run(golden.command(&fixtures())).stdout;
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!("umask {umask}; exec \"$@\"")).arg("sh").arg(binary());
            command.args(golden.arguments_for("json", &other, golden.evidence.iter().rev()));
            same(golden.name, &format!("another order, place and umask {umask}"), &expected, &run(command));
        }
    }
}

/// libfaketime, which Debian's package brings.
fn faketime() -> Option<PathBuf> {
    let found = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        .map(|triple| PathBuf::from(format!("/usr/lib/{triple}/faketime/libfaketime.so.1")))
        .into_iter()
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: libfaketime is not installed");
    }
    found
}

#[test]
fn the_clock_does_not_matter() {
    let Some(library) = faketime() else { return };
    let at = |command: &mut Command, year: &str| {
        command
            .env("LD_PRELOAD", &library)
            .env("FAKETIME", format!("{year}-02-03 04:05:06"))
            .env("TZ", "UTC");
    };
    for golden in GOLDEN {
        let expected = run(golden.command(&fixtures())).stdout;
        for year in ["2001", "2045"] {
            let mut command = golden.command(&fixtures());
            at(&mut command, year);
            same(golden.name, year, &expected, &run(command));
        }
    }
    // That the clock was another one: `--at now` is the one way to see it.
    for year in ["2001", "2045"] {
        let mut command = named("bundle").command(&fixtures());
        command.args(["--at", "now"]);
        at(&mut command, year);
        let report: serde_json::Value = serde_json::from_slice(&run(command).stdout).unwrap();
        assert_eq!(report["at"]["source"], "clock");
        assert_eq!(report["at"]["time"], format!("{year}-02-03T04:05:06Z"));
    }
}

/// The system call in a line of `strace -f -o`: `PID name(...`.
///
/// A line `PID ???( <unfinished ...>` is none: a thread was killed by the end of
/// its process before strace could read what it had stopped at, which happens
/// when the machine is busy.
fn system_call(line: &str) -> Option<&str> {
    let (_, call) = line.split_once(' ')?;
    let (name, _) =
        call.trim_start().strip_prefix("<... ").unwrap_or(call.trim_start()).split_once(['(', ' '])?;
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_').then_some(name)
}

#[test]
fn calls_are_told_from_what_else_strace_writes() {
    let check = |line: &str, expected: Option<&str>| assert_eq!(system_call(line), expected, "{line}");
    check("12 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3", Some("socket"));
    check("1234  connect(3, {sa_family=AF_INET}, 16 <unfinished ...>", Some("connect"));
    check("1234  <... connect resumed>) = 0", Some("connect"));
    check("1234  ???( <unfinished ...>", None);
    check("1234  ????( <unfinished ...>", None);
    check("1234  <... ??? resumed>) = ?", None);
    check("1234  +++ exited with 3 +++", None);
    check("1234  --- SIGCHLD {si_signo=SIGCHLD} ---", None);
}

/// Where nobody would need a network, and where lists and responses could be
/// fetched: demanded, and here, or not here.
const WITHOUT_NETWORK: [&str; 4] = ["several", "certificate-signed", "bundle-stamped", "token"];

#[test]
fn no_network_is_touched() {
    for name in WITHOUT_NETWORK {
        no_network_is_touched_by(named(name));
    }
}

fn no_network_is_touched_by(golden: &Golden) {
    let expected = run(golden.command(&fixtures())).stdout;
    if support::has_program("strace") {
        let trace = tempfile::NamedTempFile::new().unwrap();
        let inner = golden.command(&fixtures());
        let mut command = Command::new("strace");
        command.args(["-f", "-e", "trace=network", "-o"]).arg(trace.path()).arg(inner.get_program());
        command.args(inner.get_args());
        let output = run(command);
        let text = fs::read_to_string(trace.path()).unwrap();
        if text.contains("exited with") {
            same(golden.name, "strace", &expected, &output);
            let calls: Vec<&str> = text.lines().filter(|line| system_call(line).is_some()).collect();
            assert!(calls.is_empty(), "network calls: {calls:?}");
        } else {
            eprintln!("skipped: strace may not trace here");
        }
    }
    if support::has_program("unshare") {
        let inner = golden.command(&fixtures());
        let mut command = Command::new("unshare");
        command.args(["--net", "--map-root-user", "--user"]).arg(inner.get_program()).args(inner.get_args());
        let output = run(command);
        if output.stdout.is_empty() {
            eprintln!("skipped: no empty network namespace can be made here");
        } else {
            same(golden.name, "an empty network namespace", &expected, &output);
        }
    }
}
