//! Whole reports, byte for byte: the committed ones, and the same again under
//! everything that must not matter.
//!
//! `STELLA_GOLDEN=write cargo test --test golden` writes the committed ones;
//! read the difference before you commit it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{binary, root, schema};

/// A report that is kept: its name, the evidence, and further arguments.
struct Golden {
    name: &'static str,
    evidence: &'static [&'static str],
    arguments: &'static [&'static str],
    exit: i32,
}

const AT: &str = "2026-06-01T00:00:00Z";

const GOLDEN: &[Golden] = &[
    Golden { name: "bundle", evidence: &["evidence/bundle"], arguments: &[], exit: 0 },
    Golden { name: "bundle-at", evidence: &["evidence/bundle"], arguments: &["--at", AT], exit: 0 },
    Golden { name: "bundle-changed", evidence: &["evidence/bundle-changed"], arguments: &[], exit: 3 },
    Golden { name: "bundle-tar", evidence: &["evidence/bundle.tar"], arguments: &[], exit: 0 },
    Golden { name: "release", evidence: &["evidence/release"], arguments: &[], exit: 0 },
    Golden {
        name: "several",
        evidence: &["evidence/release", "evidence/bundle", "evidence/bundle-changed"],
        arguments: &["--threshold", "1"],
        exit: 3,
    },
];

impl Golden {
    fn command(&self, fixtures: &Path) -> Command {
        self.command_for("json", fixtures)
    }

    fn command_for(&self, output: &str, fixtures: &Path) -> Command {
        let mut command = Command::new(binary());
        command.args(["forensic", "verify", "--output", output]);
        command.arg("--trust-roots").arg(fixtures.join("trust"));
        command.args(self.evidence.iter().map(|path| fixtures.join(path)));
        command.args(self.arguments);
        command
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
fn the_order_and_the_place_of_files_do_not_matter() {
    let golden = &GOLDEN[5];
    let expected = run(golden.command(&fixtures())).stdout;
    let place = tempfile::tempdir().unwrap();
    // Written backwards, with other modes and times, and named in another order.
    let mut files: Vec<_> = walkdir::WalkDir::new(fixtures())
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path())
        .filter(|path| {
            path.to_str().is_some_and(|path| path.contains("/evidence/") || path.contains("/trust/"))
        })
        .filter(|path| !path.to_str().unwrap().contains("/vectors/"))
        .collect();
    files.sort();
    files.reverse();
    for file in files {
        let to = place.path().join("x").join(file.strip_prefix(fixtures()).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, &to).unwrap();
    }
    let mut command = Command::new("sh");
    command.arg("-c").arg("umask 077; exec \"$@\"").arg("sh").arg(binary());
    command
        .args(["forensic", "verify", "--output", "json", "--trust-roots"])
        .arg(place.path().join("x/trust"));
    for path in golden.evidence.iter().rev() {
        command.arg("--bundle").arg(place.path().join("x").join(path));
    }
    command.args(golden.arguments);
    same(golden.name, "another order and place", &expected, &run(command));
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
        let mut command = GOLDEN[0].command(&fixtures());
        command.args(["--at", "now"]);
        at(&mut command, year);
        let report: serde_json::Value = serde_json::from_slice(&run(command).stdout).unwrap();
        assert_eq!(report["at"]["source"], "clock");
        assert_eq!(report["at"]["time"], format!("{year}-02-03T04:05:06Z"));
    }
}

#[test]
fn no_network_is_touched() {
    let golden = &GOLDEN[5];
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
            let calls: Vec<&str> =
                text.lines().filter(|line| line.contains('(') && !line.contains("+++")).collect();
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
