//! Ledgers of prx: its own answers and ours, side by side. The samples lie outside
//! the project (`STELLA_SEEDS`); without them the tests say so.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use stella_forensic::wire::{javascript, json};
use support::{binary, root};

fn samples(of: usize, what: &str) -> Option<PathBuf> {
    let named = std::env::var_os("STELLA_SEEDS").map(PathBuf::from);
    let found = named.clone().unwrap_or_else(|| root().join("../shared/seeds")).join("prx");
    if !found.is_dir() {
        assert!(named.is_none(), "no samples of prx in $STELLA_SEEDS");
        println!("0 of {of} {what}: no samples of prx here");
        return None;
    }
    Some(found)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .unwrap()
}

fn verify(evidence: &Path, config: &Path) -> (i32, Value) {
    let output = Command::new(binary())
        .args(["forensic", "verify", evidence.to_str().unwrap(), "--output", "json", "--trust-roots"])
        .arg(format!("custody={}", config.display()))
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

fn facts<'r>(report: &'r Value, kind: &str) -> Vec<&'r Value> {
    report["cases"][0]["facts"].as_array().unwrap().iter().filter(|fact| fact["kind"] == kind).collect()
}

/// The checks that speak against a ledger, worst first.
fn failed(report: &Value, severity: &str) -> Vec<String> {
    let findings = report["cases"][0]["findings"].as_array().unwrap();
    let mut checks: Vec<String> = findings
        .iter()
        .filter(|finding| finding["status"] == severity)
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect();
    checks.dedup();
    checks.sort();
    checks.dedup();
    checks
}

/// What prx itself says is reproduced: of each row, and of each commit.
fn reproduced(name: &str, report: &Value, expected: &Value) {
    let rows = expected["derivations"].as_array().unwrap();
    let [peer] = facts(report, "peer")[..] else { panic!("{name}: one answer of prx") };
    let bad: Vec<(usize, &Value)> =
        rows.iter().enumerate().filter(|(_, row)| row["prx_verify_slsa_derivation"] == false).collect();
    assert_eq!(peer["entries"], rows.len().to_string(), "{name}");
    assert_eq!(peer["breaks"], bad.len().to_string(), "{name}");
    assert_eq!(peer["verdict"], if bad.is_empty() { "ok" } else { "broken" }, "{name}");
    if let Some((index, row)) = bad.first() {
        assert_eq!(peer["first"]["index"], index.to_string(), "{name}");
        assert_eq!(peer["first"]["kind"], row["prx_reason"], "{name}");
        assert_eq!(peer["first"]["entry"], row["derivation_id"], "{name}");
    }
    let found: BTreeMap<&str, &str> = facts(report, "commit")
        .iter()
        .map(|fact| (fact["commit"].as_str().unwrap(), fact["peer"].as_str().unwrap()))
        .collect();
    for (commit, axis) in expected["commits"].as_object().unwrap() {
        let found = found.get(commit.as_str()).copied().unwrap_or("unchecked");
        assert_eq!(found, axis, "{name}: {commit}");
    }
}

#[test]
fn tampered_ledgers() {
    let Some(folder) = samples(28, "tampered ledgers") else { return };
    // By case: the checks that reject it, or leave it open, beside completeness.
    let expected: &[(&str, &[&str], &[&str])] = &[
        ("00-good", &[], &[]),
        ("01-signature-bit-flip", &["custody.signature"], &[]),
        ("02-signed-by-other-actor", &["custody.signature"], &[]),
        ("03-signed-by-outsider", &["custody.signature"], &[]),
        ("04-actor-not-in-trust-map", &["custody.actor"], &["custody.actor"]),
        ("05-unsigned", &[], &["custody.signature"]),
        ("06-empty-signatures", &["custody.signature"], &[]),
        ("07-payload-pretty-printed", &["custody.shape"], &[]),
        ("08-payload-duplicate-key", &["custody.shape"], &[]),
        ("09-integer-like-keys-not-in-js-order", &["custody.shape"], &[]),
        ("10-payload-base64url", &["custody.shape"], &["custody.actor"]),
        ("11-payload-type-changed", &["custody.signature"], &[]),
        ("12-predicate-type-other", &["custody.signature"], &[]),
        ("13-keyid-wrong", &[], &[]),
        ("14-keyid-absent", &[], &[]),
        ("15-two-signatures-first-bad", &[], &[]),
        ("16-manifest-id-mismatch", &["custody.hash", "custody.signature"], &[]),
        ("17-grafted-envelope", &["custody.signature"], &[]),
        ("18-manifest-extra-output", &["custody.signature"], &[]),
        ("19-proto-key-in-manifest", &["custody.shape"], &[]),
        ("20-orphan-effect", &["custody.actor"], &[]),
        ("21-orphan-effect-forge-commit", &["custody.actor"], &[]),
        ("22-non-role-actor-push", &[], &[]),
        ("23-signature-s-plus-l", &["custody.signature"], &[]),
        ("24-builder-id-unparseable", &["custody.signature"], &["custody.actor"]),
        ("25-one-good-one-unsigned-row", &[], &["custody.signature"]),
        ("26-payload-invalid-utf8", &["custody.shape"], &["custody.actor"]),
        ("27-startedOn-differs-from-ts", &["custody.time"], &[]),
    ];
    let mut wrong = Vec::new();
    let (mut accepts, mut rejects) = (0, 0);
    for (name, rejected_by, open) in expected {
        let case = folder.join("tamper").join(name);
        let (status, report) = verify(&case.join("derivations.jsonl"), &folder.join("config.json"));
        reproduced(name, &report, &read(&case.join("expected.json")));
        let mut held = failed(&report, "not-established");
        held.retain(|check| check != "custody.completeness");
        let found = (failed(&report, "failed"), held);
        if (
            found.0.iter().map(String::as_str).collect::<Vec<_>>(),
            found.1.iter().map(String::as_str).collect::<Vec<_>>(),
        ) != (rejected_by.to_vec(), open.to_vec())
        {
            wrong.push(format!("{name}: {found:?}"));
        }
        // No ledger is known to be whole.
        let expected = if rejected_by.is_empty() { 6 } else { 3 };
        if status != expected {
            wrong.push(format!("{name}: status {status}"));
        }
        match facts(&report, "peer")[0]["verdict"].as_str() {
            Some("ok") => accepts += 1,
            _ => rejects += 1,
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("prx's own answers to {} ledgers: {accepts} accepts, {rejects} rejects", expected.len());
}

#[test]
fn a_whole_ledger() {
    let Some(folder) = samples(1, "whole ledgers") else { return };
    let (status, report) = verify(&folder.join("ledger/derivations.jsonl"), &folder.join("config.json"));
    reproduced("ledger", &report, &read(&folder.join("ledger/expected.json")));
    assert_eq!((status, failed(&report, "failed")), (6, vec![]));
    let strict: Vec<&Value> = facts(&report, "commit").into_iter().map(|fact| &fact["strict"]).collect();
    assert_eq!(strict, ["verified"]);
}

#[test]
fn ids_of_manifests() {
    let Some(folder) = samples(1, "sets of manifests") else { return };
    let vectors = read(&folder.join("manifest-digest-vectors.json"));
    let vectors = vectors["vectors"].as_array().unwrap();
    for vector in vectors {
        let text = vector["manifest_json"].as_str().unwrap();
        let Ok(value) =
            json::parse(text.as_bytes()).or_else(|_| json::parse_dangerous_last_wins(text.as_bytes()))
        else {
            // Half a character is refused on reading.
            assert!(text.contains("\\ud"), "{}", vector["name"]);
            continue;
        };
        let canonical = String::from_utf8(javascript::sorted(&value)).unwrap();
        assert_eq!(canonical, vector["canonical_json"].as_str().unwrap(), "{}", vector["name"]);
    }
    println!("{} manifests have the canonical form that prx gives them", vectors.len());
}

/// Our writer beside the real thing, over texts of every kind.
#[test]
fn javascript_writes_the_same() {
    const SCRIPT: &str = "
const sort = v => Array.isArray(v) ? v.map(sort) : v && typeof v === 'object'
  ? Object.keys(v).sort().reduce((o, k) => { o[k] = sort(v[k]); return o; }, {}) : v;
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n').slice(0, -1)) {
  const value = JSON.parse(line);
  console.log(JSON.stringify(value) + '\\t' + JSON.stringify(sort(value)));
}";
    if !support::has_program("node") {
        println!("0 texts written by JavaScript: no node here");
        return;
    }
    let texts = texts(20_000);
    let mut child = Command::new("node")
        .args(["-e", SCRIPT])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = texts.iter().map(|text| format!("{text}\n")).collect::<String>();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), texts.len());
    for (text, line) in texts.iter().zip(lines) {
        let value = json::parse(text.as_bytes()).unwrap();
        let ours = [javascript::stringify(&value), javascript::sorted(&value)]
            .map(|t| String::from_utf8(t).unwrap());
        assert_eq!(ours.join("\t"), line, "{text}");
    }
    println!("{} texts as JavaScript writes them", texts.len());
}

fn texts(count: u64) -> Vec<String> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut texts = Vec::new();
    for _ in 0..count {
        let double = f64::from_bits(next());
        let number = if double.is_finite() { format!("{double:e}") } else { "-0".to_owned() };
        let index = match next() % 4 {
            0 => (next() % 12).to_string(),
            1 => (u64::from(u32::MAX) - next() % 3).to_string(),
            2 => format!("0{}", next() % 10),
            _ => "__proto__".to_owned(),
        };
        let characters: String = (0..next() % 6)
            .filter_map(|_| match next() % 5 {
                0 => char::from_u32((next() % 0x30) as u32),
                1 => char::from_u32(0x2000 + (next() % 0x100) as u32),
                2 => char::from_u32(0xE000 + (next() % 0x2000) as u32),
                3 => char::from_u32(0x1_0000 + (next() % 0x1000) as u32),
                _ => char::from_u32((next() % 0x80) as u32),
            })
            .filter(|character| *character != '\u{2028}' && *character != '\u{2029}')
            .collect();
        let name = serde_json::to_string(&format!("n{characters}")).unwrap();
        let whole = next();
        texts.push(format!(
            "{{\"b\":[{number},{whole},{{\"17\":{name},\"{index}\":null}}],{name}:true,\"10\":1.50,\"9\":\"\\u0041\",\"{index}x\":{{}}}}"
        ));
    }
    texts
}
