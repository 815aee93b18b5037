//! Transcripts: what is typed, the exit status, and every byte that comes back.
//!
//! `STELLA_GOLDEN=write cargo test --test cli` writes them; read the difference
//! before you commit it.

mod support;

use std::fs;
use std::process::Command;

use support::{binary, root};

/// A name, and the arguments; `@` stands for the folder of the fixtures.
const TRANSCRIPTS: &[(&str, &[&str])] = &[
    ("help", &["--help"]),
    ("help-forensic", &["forensic", "--help"]),
    ("help-forensic-verify", &["forensic", "verify", "--help"]),
    ("help-forensic-inspect", &["forensic", "inspect", "--help"]),
    ("help-forensic-timeline", &["forensic", "timeline", "--help"]),
    ("help-forensic-explain", &["forensic", "explain", "--help"]),
    ("help-forensic-snapshot-create", &["forensic", "snapshot", "create", "--help"]),
    ("help-trust", &["trust", "--help"]),
    ("help-trust-list", &["trust", "list", "--help"]),
    ("help-trust-import", &["trust", "import", "--help"]),
    ("help-trust-diff", &["trust", "diff", "--help"]),
    ("help-trust-status", &["trust", "status", "--help"]),
    ("help-policy-show", &["policy", "show", "--help"]),
    ("help-kit", &["kit", "--help"]),
    ("help-kit-build", &["kit", "build", "--help"]),
    ("help-kit-verify", &["kit", "verify", "--help"]),
    ("help-kit-status", &["kit", "status", "--help"]),
    ("version", &["--version"]),
    (
        "verify-bundle",
        &["forensic", "verify", "@/evidence/bundle", "--trust-roots", "@/trust", "--output", "table"],
    ),
    (
        "verify-bundle-changed",
        &["forensic", "verify", "@/evidence/bundle-changed", "--trust-roots", "@/trust", "--output", "table"],
    ),
    (
        "verify-ndjson",
        &["forensic", "verify", "@/evidence/release", "--trust-roots", "@/trust", "--output", "ndjson"],
    ),
    ("verify-nobody-trusted", &["forensic", "verify", "@/evidence/bundle", "--output", "table"]),
    ("verify-nobody-trusted-json", &["forensic", "verify", "@/evidence/bundle", "--output", "json"]),
    ("verify-nothing-there", &["forensic", "verify", "@/no/such/place", "--trust-roots", "@/trust"]),
    ("verify-no-evidence", &["forensic", "verify", "--trust-roots", "@/trust", "--output", "json"]),
    (
        "verify-trust-is-no-trust",
        &["forensic", "verify", "@/evidence/bundle", "--trust-roots", "@/evidence/release/manual.txt"],
    ),
    (
        "verify-trust-in-evidence",
        &["forensic", "verify", "@", "--trust-roots", "@/trust", "--output", "json"],
    ),
    (
        "verify-loosened",
        &["forensic", "verify", "@/evidence/bundle", "--trust-roots", "@/trust", "--revocation", "off"],
    ),
    (
        "verify-bad-time",
        &["forensic", "verify", "@/evidence/bundle", "--at", "yesterday", "--output", "json"],
    ),
    ("verify-bad-option", &["forensic", "verify", "--no-such-option"]),
    ("verify-require-online", &["forensic", "verify", "@/evidence/bundle", "--require-online"]),
    (
        "verify-report-over-trust",
        &[
            "forensic",
            "verify",
            "@/evidence/bundle",
            "--trust-roots",
            "@/trust",
            "--report",
            "json=@/trust/trust.json",
        ],
    ),
    ("inspect", &["forensic", "inspect", "@/evidence/release", "--output", "table"]),
    ("inspect-json", &["forensic", "inspect", "@/evidence/bundle", "--output", "json"]),
    ("timeline-none", &["forensic", "timeline", "@/evidence/bundle"]),
    (
        "timeline-no-head",
        &["forensic", "timeline", "@/evidence/custody", "--trust-roots", "@/trust", "--output", "table"],
    ),
    (
        "timeline-broken",
        &[
            "forensic",
            "timeline",
            "@/vectors/custody.link/another-hash_fail/loose/case.custody.jsonl",
            "--output",
            "table",
        ],
    ),
    ("explain", &["forensic", "explain", "signature.bare-payload"]),
    ("explain-list", &["forensic", "explain"]),
    ("explain-unknown", &["forensic", "explain", "no.such"]),
    ("trust-list", &["trust", "list", "--trust-roots", "@/trust"]),
    ("policy-show", &["policy", "show"]),
];

#[test]
fn transcripts() {
    let write = std::env::var_os("STELLA_GOLDEN").is_some_and(|value| value == "write");
    let fixtures = root().join("fixtures").to_str().unwrap().to_owned();
    let folder = root().join("tests/cli");
    let mut wrong = Vec::new();
    for (name, arguments) in TRANSCRIPTS {
        let output = Command::new(binary())
            .args(arguments.iter().map(|argument| argument.replace('@', &fixtures)))
            .env_clear()
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&fixtures, "@");
        let transcript = format!(
            "$ stella {}\n(status {})\n--- stdout\n{}--- stderr\n{}",
            arguments.join(" "),
            output.status.code().unwrap_or(-1),
            text(&output.stdout),
            text(&output.stderr)
        );
        let file = folder.join(format!("{name}.txt"));
        if write {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &transcript).unwrap();
        }
        if fs::read_to_string(&file).unwrap_or_default() != transcript {
            wrong.push(transcript);
        }
    }
    assert!(wrong.is_empty(), "{} other transcripts:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// What is no text is a usage error like any other.
#[test]
fn an_argument_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = Command::new(binary());
    command.args(["forensic", "verify", "x", "--bogus"]).arg(std::ffi::OsStr::from_bytes(b"\xff"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.starts_with(b"{"), "{output:?}");
}

/// A slip of the hand must not cost the evidence, or whom one trusts.
#[test]
fn reports_are_not_written_over_what_is_read() {
    let place = tempfile::tempdir().unwrap();
    let fixtures = root().join("fixtures");
    let evidence = place.path().join("ev.tar");
    fs::copy(fixtures.join("evidence/bundle.tar"), &evidence).unwrap();
    let key = place.path().join("key.pem");
    fs::copy(fixtures.join("keys/alice.pub.pem"), &key).unwrap();
    std::os::unix::fs::symlink("ev.tar", place.path().join("link")).unwrap();
    let before = fs::read(&evidence).unwrap();
    fs::hard_link(&evidence, place.path().join("hard")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path().join("fifo")).status().unwrap().success());
    fs::write(place.path().join("other"), "").unwrap();
    std::os::unix::fs::symlink("other", place.path().join("other-link")).unwrap();
    for name in
        ["ev.tar", "key.pem", "link", "./ev.tar", "hard", "fifo", "other-link", "new --report html=new"]
    {
        let mut command = Command::new(binary());
        command.args(["forensic", "verify"]).arg(&evidence).arg("--trust-roots").arg(&key);
        let reports = format!("json={name}");
        command.current_dir(place.path()).arg("--report").args(reports.split(' '));
        assert_eq!(command.output().unwrap().status.code(), Some(2), "{name}");
    }
    assert_eq!(fs::read(&evidence).unwrap(), before);
    assert_eq!(fs::read(&key).unwrap(), fs::read(fixtures.join("keys/alice.pub.pem")).unwrap());
}

#[test]
fn the_short_name_is_the_long_command() {
    let place = tempfile::tempdir().unwrap();
    let short = place.path().join("stella-forensic-verify");
    std::os::unix::fs::symlink(binary(), &short).unwrap();
    let fixtures = root().join("fixtures");
    let bundle = fixtures.join("evidence/bundle");
    let run = |program: &std::path::Path, words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words).arg("--bundle").arg(&bundle).arg("--trust-roots").arg(fixtures.join("trust"));
        command.output().unwrap()
    };
    let long = run(binary(), &["forensic", "verify"]);
    assert_eq!(long.status.code(), Some(0));
    assert_eq!(run(&short, &[]).stdout, long.stdout);
}

#[test]
fn trust_does_not_come_with_the_evidence() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let fixtures = root().join("fixtures");
    for folder in ["stick/evidence", "roots"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::copy(fixtures.join("keys/mallory.pub.pem"), at("stick/evidence/mallory.pub.pem")).unwrap();
    fs::copy(fixtures.join("keys/alice.pub.pem"), at("stick/alice.pub.pem")).unwrap();
    fs::copy(fixtures.join("keys/alice.pub.pem"), at("roots/alice.pub.pem")).unwrap();
    let run = |trust: &str, evidence: &str| {
        let mut command = Command::new(binary());
        command.args(["forensic", "verify", "--trust-roots", trust, evidence]).current_dir(place.path());
        command.output().unwrap().status.code()
    };
    assert_eq!(run("roots", "stick/evidence"), Some(6));
    assert_eq!(run("stick", "stick/evidence"), Some(2));
    assert_eq!(run("stick/evidence", "stick"), Some(2));
    assert_eq!(run("stick/evidence", "stick/evidence/mallory.pub.pem"), Some(2));
    fs::hard_link(at("stick/evidence/mallory.pub.pem"), at("roots/mallory.pub.pem")).unwrap();
    assert_eq!(run("roots", "stick/evidence"), Some(2));
    assert_eq!(run("roots/mallory.pub.pem", "stick"), Some(2));
    assert_eq!(run("roots/alice.pub.pem", "stick"), Some(6));
}

#[test]
fn nothing_waits_for_a_fifo() {
    let place = tempfile::tempdir().unwrap();
    let fifo = place.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let (fifo, fixtures) = (fifo.to_str().unwrap(), root().join("fixtures"));
    let verify = |option: &str| {
        let mut command = Command::new(binary());
        command.args(["forensic", "verify", option, fifo]).arg(fixtures.join("evidence/release"));
        command
    };
    let mut commands = vec![verify("--artifact"), verify("--trust-roots"), verify("--policy")];
    for words in [["trust", "list"], ["trust", "diff"], ["policy", "show"]] {
        let mut command = Command::new(binary());
        match words {
            ["trust", "diff"] => command.args(words).arg(fifo),
            ["policy", _] => command.args(words).args(["--policy", fifo]),
            _ => command.args(words).args(["--trust-roots", fifo]),
        };
        if words[1] == "diff" {
            command.arg(fixtures.join("trust"));
        }
        commands.push(command);
    }
    for mut command in commands {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("no regular file"), "{output:?}");
    }
}

#[test]
fn reports_are_written_whole_and_not_into_the_evidence() {
    let place = tempfile::tempdir().unwrap();
    let fixtures = root().join("fixtures");
    let run = |report: String| {
        let mut command = Command::new(binary());
        command.args(["forensic", "verify", "--output", "json"]).arg(fixtures.join("evidence/bundle"));
        command.arg("--trust-roots").arg(fixtures.join("trust")).arg("--report").arg(report);
        command.output().unwrap()
    };
    for format in ["json", "html", "sarif", "junit", "vsa"] {
        let file = place.path().join(format);
        let output = run(format!("{format}={}", file.display()));
        assert_eq!(output.status.code(), Some(0), "{format}: {output:?}");
        let written = fs::read(&file).unwrap();
        assert!(written.len() > 100, "{format}");
        if format == "json" {
            assert_eq!(written, output.stdout);
        }
    }
    let inside = fixtures.join("evidence/bundle/report.json");
    assert_eq!(run(format!("json={}", inside.display())).status.code(), Some(2));
    assert!(!inside.exists());
    let nowhere = place.path().join("no/such/folder/report.json");
    assert_eq!(run(format!("json={}", nowhere.display())).status.code(), Some(1));
    // Nothing unfinished is left.
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 5);
}
