//! Trust comes from outside the evidence, whatever the evidence brings.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn fixtures() -> PathBuf {
    support::root().join("fixtures")
}

fn verify(arguments: &[&str]) -> Output {
    Command::new(support::binary())
        .args(["forensic", "verify", "--output", "json"])
        .args(arguments)
        .env_remove("STELLA_TRUST_ROOTS")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths here are UTF-8")
}

/// Exit 2, an error object on stdout, and one line on stderr.
#[track_caller]
fn refused(arguments: &[&str], part: &str) {
    let output = verify(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON was asked for");
    assert_eq!(object["status"], "error");
    assert_eq!(object["error"]["code"], 2);
    let message = object["error"]["message"].as_str().expect("it says why");
    assert!(message.contains(part), "{arguments:?}: {message}");
    assert!(!output.stderr.is_empty());
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The evidence of every fixture: directories, archives, and loose files.
fn evidence() -> Vec<Vec<PathBuf>> {
    let mut all: Vec<Vec<PathBuf>> =
        below(&fixtures().join("evidence")).into_iter().map(|path| vec![path]).collect();
    for check in below(&fixtures().join("vectors")) {
        for vector in below(&check) {
            let mut paths = Vec::new();
            for path in below(&vector) {
                match path.file_name().and_then(|name| name.to_str()) {
                    Some("loose") => paths.extend(below(&path)),
                    Some(name) if name == "evidence" || name.starts_with("evidence.") => paths.push(path),
                    _ => {}
                }
            }
            all.push(paths);
        }
    }
    all
}

#[test]
fn nothing_is_verified_without_trust() {
    let all = evidence();
    assert!(all.len() > 100);
    for paths in all {
        let output = verify(&paths.iter().map(|path| text(path)).collect::<Vec<_>>());
        assert!(matches!(output.status.code(), Some(3 | 6 | 65)), "{paths:?}: {output:?}");
    }
}

/// A release with everything beside it that one would need to trust it.
fn release() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        fs::create_dir_all(to).unwrap();
        for path in below(from) {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    };
    copy(&fixtures().join("evidence/release"), folder.path());
    copy(&fixtures().join("trust"), &folder.path().join("trust"));
    fs::copy(fixtures().join("keys/alice.pub.pem"), folder.path().join("alice.pub.pem")).unwrap();
    fs::copy(support::root().join("src/policy/default.toml"), folder.path().join("policy.toml")).unwrap();
    folder
}

#[test]
fn trust_and_policy_in_the_evidence_are_refused() {
    let folder = release();
    let trust = fixtures().join("trust");
    let (evidence, trust) = (text(folder.path()), text(&trust));
    let inside = |name: &str| format!("{evidence}/{name}");
    for root in [
        inside("trust"),
        inside("trust/trust.json"),
        inside("alice.pub.pem"),
        inside("trust/../alice.pub.pem"),
        format!("attestation={}", inside("alice.pub.pem")),
        evidence.to_owned(),
    ] {
        refused(&[evidence, "--trust-roots", &root], "lies in the evidence");
        // Good trust beside it does not help it in.
        refused(&[evidence, "--trust-roots", trust, "--trust-roots", &root], "lies in the evidence");
        refused(&["--bundle", evidence, "--trust-roots", &root], "lies in the evidence");
    }
    refused(&[evidence, "--trust-roots", trust, "--policy", &inside("policy.toml")], "lies in the evidence");
    // Named one by one, and by another name that leads there.
    let key = inside("alice.pub.pem");
    refused(&[&inside("program.sh"), &key, "--trust-roots", &key], "lies in the evidence");
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("trust"), &link).unwrap();
    refused(&[evidence, "--trust-roots", text(&link)], "lies in the evidence");
}

#[test]
fn the_environment_brings_no_trust() {
    let evidence = fixtures().join("evidence/release");
    let output = Command::new(support::binary())
        .args(["forensic", "verify", "--output", "json"])
        .arg(&evidence)
        .env("STELLA_TRUST_ROOTS", fixtures().join("trust"))
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(65), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("STELLA_TRUST_ROOTS") && said.contains("--trust-roots"), "{said}");
}

#[test]
fn a_program_in_the_evidence_brings_no_trust() {
    let folder = release();
    let program = folder.path().join("stella");
    fs::copy(support::binary(), &program).unwrap();
    let output = Command::new(&program)
        .args(["forensic", "verify", "--output", "json"])
        .arg(folder.path())
        .env_remove("STELLA_TRUST_ROOTS")
        .stdin(Stdio::null())
        .output()
        .expect("the copy runs");
    assert_eq!(output.status.code(), Some(65), "{output:?}");
}

#[test]
fn a_policy_is_not_loosened_by_options() {
    let evidence = fixtures().join("evidence/release");
    let trust = fixtures().join("trust");
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    let default = fs::read_to_string(support::root().join("src/policy/default.toml")).unwrap();
    let change = |text: String, from: &str, to: &str| {
        assert!(text.contains(from), "the default policy says {from}");
        text.replacen(from, to, 1)
    };
    let strict = change(default, "threshold = 1", "threshold = 2");
    let strict = change(
        strict,
        "allow-development = false",
        "allow-development = false\nmin-sequence = 7\nearliest-at = 2026-01-01T00:00:00Z",
    );
    let strict = change(strict, "options = [\"allow-development\"]", "options = []");
    fs::write(&policy, strict).unwrap();
    let base = [text(&evidence), "--trust-roots", text(&trust), "--policy", text(&policy)];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    // As it stands, and tightened, it works.
    for more in [&[][..], &["--threshold", "2"], &["--threshold", "3"], &["--min-trust", "7"]] {
        assert_eq!(verify(&with(more)).status.code(), Some(6), "{more:?}");
    }
    for (more, part) in [
        (&["--threshold", "1"][..], "threshold"),
        (&["--min-trust", "6"], "min-trust"),
        (&["--revocation", "off"], "revocation"),
        (&["--at", "2025-12-31T23:59:59Z"], "at"),
        (&["--allow-development"], "allow-development"),
        (&["--threshold", "0"], "threshold"),
        (&["--threshold", "many"], "threshold"),
        (&["--no-such-option"], "no-such-option"),
    ] {
        refused(&with(more), part);
    }
}
