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

/// The database says what its export says.
#[test]
fn a_ledger_as_a_database() {
    let Some(folder) = samples(2, "databases") else { return };
    let config = folder.join("config.json");
    let (status, report) = verify(&folder.join("ledger/ledger.sqlite"), &config);
    reproduced("ledger.sqlite", &report, &read(&folder.join("ledger/expected.json")));
    assert_eq!((status, failed(&report, "failed")), (6, vec![]));
    let (_, exported) = verify(&folder.join("ledger/derivations.jsonl"), &config);
    let heads = |report: &Value| facts(report, "chain")[0]["head"].clone();
    assert_eq!(heads(&report), heads(&exported));
    // A copy without what lay beside it is never an empty ledger.
    let (status, report) = verify(&folder.join("ledger-trap-missing-wal/ledger.sqlite"), &config);
    assert_eq!((status, failed(&report, "failed")), (3, vec!["custody.shape".to_owned()]));
    let text = report.to_string();
    assert!(text.contains("write-ahead") && text.contains("-wal"), "{text}");
}

const DATABASES: &str = "
import json, os, random, shutil, sqlite3, sys
folder = sys.argv[1]
random.seed(7)
def text(n): return ''.join(random.choice('abcäß€😀\\'\\\"\\\\') for _ in range(n))
for number in range(24):
    path = f'{folder}/{number}.sqlite'
    base = sqlite3.connect(path)
    base.execute(f'pragma page_size = {random.choice([512, 1024, 4096, 65536])}')
    if number % 3 == 1: base.execute('pragma auto_vacuum = full')
    ahead = number % 4 >= 2
    if ahead: base.execute('pragma journal_mode = wal'); base.execute('pragma wal_autocheckpoint = 0')
    base.execute('create table other (x, y)')
    base.execute('create table t (id text primary key not null, \"body, x\" text, n integer, k integer)')
    base.execute('create table numbered (id integer primary key, note text)')
    for row in range(random.choice([0, 1, 40, 900])):
        size = random.choice([0, 3, 50, 480, 5000, 70000 if row < 5 else 9])
        n = random.choice([0, 1, -1, 127, -129, 2**31, -2**40, 2**62, None])
        base.execute('insert into t values (?, ?, ?, ?)', (str(row), text(size), n, row))
        base.execute('insert into numbered (note) values (?)', (text(4),))
    base.commit()
    if number % 2: base.execute('delete from t where k % 3 = 0'); base.commit()
    base.execute('alter table t add column late text'); base.commit()
    base.execute('insert into t values (?, ?, ?, ?, ?)', ('last', 'x', 5, 6, 'late')); base.commit()
    if ahead and number % 4 == 3:
        base.execute('pragma wal_checkpoint(truncate)'); base.execute('delete from t where k = 2'); base.commit()
    rows = [list(map(str, row)) for row in base.execute('select id, \"body, x\", n, late from t order by rowid')]
    notes = [list(map(str, row)) for row in base.execute('select id, note from numbered order by rowid')]
    if ahead:
        # What was not committed is in the file beside it, and does not count.
        for one in ('', '-wal'): shutil.copy(path + one, f'{path}.copy{one}')
    base.close()
    if ahead:
        for one in ('', '-wal'): os.replace(f'{path}.copy{one}', path + one)
    with open(f'{folder}/{number}.json', 'w') as out: json.dump([rows, notes], out)
";

/// Our reader beside SQLite itself.
#[test]
fn databases_as_sqlite_reads_them() {
    use stella_forensic::wire::sqlite::{Cell, Database};
    if !support::has_program("python3") {
        println!("0 databases of SQLite: no python3 here");
        return;
    }
    let folder = std::env::temp_dir().join(format!("stella-sqlite-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let status = Command::new("python3").args(["-c", DATABASES]).arg(&folder).status().unwrap();
    assert!(status.success());
    let text = |cell: &Cell| match cell {
        Cell::Null => "None".to_owned(),
        Cell::Integer(integer) => integer.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Other => panic!("nothing else is in there"),
    };
    let (mut all, mut ahead) = (0, 0);
    for number in 0..24 {
        let path = folder.join(format!("{number}.sqlite"));
        let (main, wal) = (fs::read(&path).unwrap(), fs::read(format!("{}-wal", path.display())).ok());
        let database = Database::open(&main, wal.as_deref()).unwrap();
        ahead += usize::from(database.is_ahead());
        let rows = database.rows("t", ["id", "body, x", "n", "late"]).unwrap();
        let notes = database.rows("numbered", ["id", "note"]).unwrap();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let notes: Vec<Vec<String>> = notes.iter().map(|row| row.iter().map(text).collect()).collect();
        all += rows.len() + notes.len();
        let expected: (Vec<Vec<String>>, Vec<Vec<String>>) =
            serde_json::from_slice(&fs::read(folder.join(format!("{number}.json"))).unwrap()).unwrap();
        assert!((rows, notes) == expected, "database {number}");
        // Cut or changed anywhere, it is read or refused, and neither takes long.
        for at in (0..main.len()).step_by(main.len() / 61 + 1) {
            let mut changed = main.clone();
            changed[at] ^= 0x41;
            if let Ok(database) = Database::open(&changed, wal.as_deref()) {
                let _ = database.rows("t", ["id", "n"]);
            }
            let _ = Database::open(&main[..at], wal.as_deref()).map(|one| one.rows("t", ["id"]));
        }
    }
    assert_eq!(ahead, 12);
    fs::remove_dir_all(&folder).unwrap();
    println!("{all} rows in 24 databases as SQLite reads them, 12 of them with a write-ahead log");
}

/// prx's tables of what it decides about signing.
#[test]
fn decisions_about_signing() {
    use stella_forensic::trust::{Master, Setup, Signing};
    let Some(folder) = samples(2, "tables of decisions") else { return };
    let tables = read(&folder.join("decision-tables.json"));
    let (mut decisions, mut postures) = (0, 0);
    for row in tables["ci_signing_decision"].as_array().unwrap() {
        let truth = |name: &str| row[name].as_bool().unwrap();
        let found = Signing::decide(truth("ledger_in_scope"), truth("signer_present"));
        assert_eq!(found.name(), row["decision"].as_str().unwrap());
        decisions += 1;
    }
    for row in tables["provenance_status_posture"].as_array().unwrap() {
        let inputs = &row["inputs"];
        let setup = Setup {
            per_actor: inputs["perActor"].as_bool().unwrap(),
            master: match inputs["masterSource"].as_str().unwrap() {
                "operator-file" => Master::OperatorFile,
                "config-file" => Master::ConfigFile,
                "dev-bootstrap" => Master::DevBootstrap,
                other => panic!("{other}"),
            },
            trusted: inputs["trustedActors"].as_u64().unwrap() as usize,
            drifted: inputs["drift"].as_array().unwrap().len(),
            enforced: inputs["enforced"].as_bool().unwrap(),
        };
        assert_eq!(setup.posture().name(), row["posture"].as_str().unwrap(), "{}", row["name"]);
        postures += 1;
    }
    println!("{decisions} decisions and {postures} postures of prx");
}

/// A ledger in scope and nobody to sign for it ends with 65, in every form.
#[test]
fn a_ledger_and_nobody_to_sign() {
    let fixture = |path: &str| root().join("fixtures/vectors").join(path);
    let case = fixture("custody.shape/prx-database_pass");
    let (ledger, map) = (case.join("loose/ledger.sqlite"), case.join("prx-config.json"));
    let status = |arguments: &[&str], output: &str| {
        let all = [&["trust", "status", "--output", output][..], arguments].concat();
        let output = Command::new(binary()).args(all).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let ledger = ledger.to_str().unwrap();
    let trusted = format!("custody={}", map.display());
    let somebody = root().join("fixtures/trust");
    for form in ["json", "table"] {
        let (code, text) = status(&["--ledger", ledger, "--trust-roots", somebody.to_str().unwrap()], form);
        assert_eq!(code, 65, "{text}");
        assert!(text.contains("fail") && text.contains("custody=FILE"), "{text}");
        let (code, text) = status(&["--ledger", ledger, "--trust-roots", &trusted], form);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("sign"), "{text}");
        let (code, text) = status(&["--ledger", "/no/such/ledger", "--trust-roots", &trusted], form);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("skip"), "{text}");
    }
}
