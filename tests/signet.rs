//! Logs of signet: its own verdict and ours, side by side. The samples lie
//! beside the repository (`$STELLA_SEEDS`), and Python's writer on the machine.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use stella_forensic::anchor::{Authority, Identity, Purpose, TrustedKey};
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::crypto::mac::SharedKey;
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::custody::signet::archive;
use stella_forensic::custody::signet::peer::{self, Lookup, Part};
use stella_forensic::custody::signet::receipt::{Receipt, Vouched};
use stella_forensic::custody::{Beside, Fold, Format, Roster, Timeline};
use stella_forensic::trust::{self, Naming, TrustStore};
use stella_forensic::wire::{json, python};

/// The folder of that system, or a line that says how many were not run.
fn samples(of: usize, what: &str) -> Option<PathBuf> {
    let found = support::seeds().map(|seeds| seeds.join("signet")).filter(|folder| folder.is_dir());
    if found.is_none() {
        assert!(std::env::var_os("STELLA_SEEDS").is_none(), "no samples of signet in $STELLA_SEEDS");
        println!("0 of {of} {what}: no samples of signet here");
    }
    found
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Walks a log under a keyring.
fn walk(log: &[u8], keyring: &[u8]) -> Timeline {
    walk_with(log, keyring, |fold| fold)
}

fn walk_with(log: &[u8], keyring: &[u8], prepare: impl FnOnce(Fold) -> Fold) -> Timeline {
    let store = trust::parse_file("keyring.json", keyring, Naming::Purpose(Purpose::Custody), None).unwrap();
    let mut fold = prepare(Fold::new(Format::SignetAudit, store.authorities(), &[]));
    let mut lines: Vec<&[u8]> = log.split(|byte| *byte == b'\n').collect();
    let complete = lines.pop_if(|tail| tail.is_empty()).is_some();
    lines.iter().for_each(|line| fold.line(line));
    let mut timelines = fold.finish(complete);
    timelines.pop().unwrap()
}

/// What signet wrote, without its texts.
fn expected(path: &Path) -> serde_json::Value {
    let report: serde_json::Value = serde_json::from_slice(&read(path)).unwrap();
    let breaks = report["breaks"].as_array().unwrap().iter().map(
        |one| serde_json::json!({"index": one["index"], "entry_id": one["entry_id"], "kind": one["kind"]}),
    );
    serde_json::json!({
        "breaks": breaks.collect::<Vec<_>>(),
        "ok": report["ok"],
        "total_entries": report["total_entries"],
        "last_known_good_index": report["last_known_good_index"],
        "last_known_good_hmac": report["last_known_good_hmac"],
    })
}

/// What we say that it says.
fn answered(answer: &stella_forensic::custody::signet::peer::Answer) -> serde_json::Value {
    let breaks = answer
        .breaks
        .iter()
        .map(|one| serde_json::json!({"index": one.index, "entry_id": one.entry_id, "kind": one.kind}));
    let good = answer.good.clone();
    serde_json::json!({
        "breaks": breaks.collect::<Vec<_>>(),
        "ok": answer.verdict() == "ok",
        "total_entries": answer.entries,
        "last_known_good_index": good.as_ref().map_or(-1, |good| good.0 as i64),
        "last_known_good_hmac": good.map_or(String::new(), |good| good.1),
    })
}

/// Every case, with signet's verdict and ours: the checks that fail or stay open, by
/// line. What is empty stays open for want of a pinned head (`custody.completeness`).
const STRICT: &[(&str, &str, &str)] = &[
    ("bad-enum", "broken", "3:shape"),
    ("blank-lines", "ok", ""),
    ("bom", "ok", ""),
    ("delete-first", "broken", "1:genesis"),
    ("delete-middle", "broken", "3:link"),
    ("delete-tail", "ok", ""),
    ("drop-key-id", "broken", "3:signature"),
    ("duplicate-row", "broken", "3:duplicate"),
    ("empty", "ok", "1:shape"),
    ("extra-top-level-field", "ok", "3:shape"),
    ("forge-insert", "broken", "2:shape 2:hash"),
    ("hmac-null", "broken", "3:shape"),
    ("hmac-uppercase", "broken", "3:shape"),
    ("invalid-utf8", "broken", "1:shape"),
    ("key-id-list", "broken", "3:signature"),
    ("missing-field", "broken", "3:shape"),
    ("modify-decision", "broken", "2:hash"),
    ("modify-metadata", "broken", "2:hash"),
    ("modify-owner", "broken", "1:hash"),
    ("modify-reason", "broken", "3:hash"),
    ("nan", "broken", "2:shape"),
    ("prev-hmac-flip", "broken", "3:link"),
    ("reformatted-line", "ok", "2:shape"),
    ("reorder-adjacent", "broken", "3:order"),
    ("truncated-line", "broken", "3:shape"),
    ("ts-bool", "broken", "3:shape"),
    ("unknown-key-id", "broken", "3:signature"),
    ("wrong-secret", "broken", "1:hash 2:hash 3:hash 4:hash 5:hash 6:hash"),
];

fn strict(timeline: &Timeline) -> String {
    let breaks = timeline.breaks.iter().map(|one| format!("{}:{}", one.line, one.kind.name()));
    breaks.collect::<Vec<_>>().join(" ")
}

#[test]
fn tampered_logs() {
    let Some(folder) = samples(28, "tampered logs") else { return };
    let (mut accepts, mut rejects, mut seen) = (0, 0, Vec::new());
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder.join("tamper-noop")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in &cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let keyring = match name {
            "wrong-secret" => {
                let ring: serde_json::Value =
                    serde_json::from_slice(&read(&folder.join("chain-rotation/keyring.json"))).unwrap();
                let secret = ring["keys"]["2026-05-17"].clone();
                serde_json::json!({"active": "k1", "keys": {"k1": secret}}).to_string().into_bytes()
            }
            _ => read(&folder.join("chain-noop/keyring.json")),
        };
        let timeline = walk(&read(&case.join("audit.jsonl")), &keyring);
        let expected = expected(&case.join("expected-report.json"));
        assert_eq!(answered(&timeline.peers[0]), expected, "{name}");
        if expected["ok"] == true {
            accepts += 1
        } else {
            rejects += 1
        }
        seen.push((name.to_owned(), timeline.peers[0].verdict(), strict(&timeline)));
        let report = case.join("expected-report.summarize-cascades.json");
        if report.exists() {
            let summarised = walk_with(&read(&case.join("audit.jsonl")), &keyring, Fold::cascades_summarised);
            assert_eq!(answered(&summarised.peers[0]), self::expected(&report), "{name}");
        }
    }
    let seen: Vec<(&str, &str, &str)> =
        seen.iter().map(|(name, verdict, breaks)| (name.as_str(), *verdict, breaks.as_str())).collect();
    assert_eq!(seen, STRICT);
    println!("signet's own verdict on {} tampered logs: {accepts} accepts, {rejects} rejects", cases.len());
}

#[test]
fn rotation() {
    let Some(folder) = samples(3, "rotated logs") else { return };
    let folder = folder.join("chain-rotation");
    let log = read(&folder.join("audit.jsonl"));
    let ring: serde_json::Value = serde_json::from_slice(&read(&folder.join("keyring.json"))).unwrap();
    for (report, keys) in [
        ("expected-report.json", &["2026-05-17", "k1"][..]),
        ("expected-report.only-k1.json", &["k1"]),
        ("expected-report.only-new-key.json", &["2026-05-17"]),
    ] {
        let held = keys.iter().map(|name| (name.to_string(), ring["keys"][name].clone()));
        let held: serde_json::Map<String, serde_json::Value> = held.collect();
        let ring = serde_json::json!({"active": keys[0], "keys": held}).to_string();
        let timeline = walk(&log, ring.as_bytes());
        assert_eq!(answered(&timeline.peers[0]), expected(&folder.join(report)), "{report}");
        let open: u64 = timeline.tallies.values().map(|tally| tally.not_established).sum();
        assert!(timeline.break_counts().is_empty(), "{report}: {}", strict(&timeline));
        assert_eq!((open, timeline.bound), if keys.len() == 2 { (0, true) } else { (3, false) });
    }
}

#[test]
fn canonical_payloads() {
    let Some(folder) = samples(1, "sets of canonical payloads") else { return };
    let folder = folder.join("chain-noop");
    let payloads: serde_json::Value =
        serde_json::from_slice(&read(&folder.join("canonical-payloads.json"))).unwrap();
    let log = read(&folder.join("audit.jsonl"));
    let rows: Vec<&[u8]> = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let payloads = payloads.as_array().unwrap();
    assert_eq!(rows.len(), payloads.len());
    for (row, payload) in rows.iter().zip(payloads) {
        let value = json::parse(row).unwrap();
        let row = stella_forensic::custody::signet::Row::read(&value).unwrap();
        let text =
            payload.as_object().unwrap().values().filter_map(|v| v.as_str()).find(|v| v.starts_with('{'));
        assert_eq!(String::from_utf8(row.payload().unwrap()).unwrap(), text.unwrap());
    }
}

/// Texts of JSON of every kind, by a generator of our own.
fn texts(count: u64) -> Vec<String> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut texts: Vec<String> = Vec::new();
    for _ in 0..count {
        let bits = next();
        let double = f64::from_bits(bits);
        if double.is_finite() {
            texts.push(format!("{double:e}"));
            texts.push(format!("{double:?}"));
        }
        let scaled = (next() % 1_000_000_000_000) as f64 / 10_f64.powi((next() % 24) as i32 - 6);
        texts.push(format!("{scaled:e}"));
        texts.push(format!("-{}{}", next(), next()));
        let characters: String = (0..next() % 8)
            .filter_map(|_| match next() % 6 {
                0 => char::from_u32((next() % 0x30) as u32),
                1 => char::from_u32((next() % 0x80) as u32),
                2 => char::from_u32(0x2000 + (next() % 0x100) as u32),
                3 => char::from_u32(0xE000 + (next() % 0x2000) as u32),
                _ => char::from_u32((next() % 0x11_0000) as u32),
            })
            .collect();
        let name = serde_json::to_string(&characters).unwrap();
        texts.push(format!(
            "{{{name}:[true,null,{name}],\"b\":{{}},\"\u{1f600}\":1,\"\u{fb33}\":-0,\"ab\":1.0}}"
        ));
    }
    for whole in
        ["-0", "-0.0", "0e5", "1e22", "1e16", "1e-4", "9007199254740993", "9007199254740993.0", "1e-400"]
    {
        texts.push(whole.to_owned());
    }
    texts
}

#[test]
fn python_writes_the_same() {
    const SCRIPT: &str = "import json, sys
for line in sys.stdin.buffer.read().split(b'\\n')[:-1]:
    try: value = json.loads(line)
    except ValueError: print('unread'); continue
    text = json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False, allow_nan=False)
    sys.stdout.buffer.write(text.encode('utf-8').hex().encode() + b'\\n'); sys.stdout.buffer.flush()
";
    // A member that escapes to the same name twice is refused by us.
    let texts: Vec<String> =
        texts(4000).into_iter().filter(|text| json::parse(text.as_bytes()).is_ok()).collect();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("texts");
    std::fs::write(&input, texts.iter().map(|text| format!("{text}\n")).collect::<String>()).unwrap();
    let python =
        Command::new("python3").args(["-c", SCRIPT]).stdin(std::fs::File::open(&input).unwrap()).output();
    let Ok(output) = python else {
        println!("0 of {} texts: no python3 here", texts.len());
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut count = 0;
    for (text, theirs) in texts.iter().zip(lines.lines()) {
        let ours = python::to_bytes(&json::parse(text.as_bytes()).unwrap()).unwrap();
        let ours: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(ours, theirs, "{text}");
        count += 1;
    }
    assert_eq!(count, texts.len());
    println!("{count} texts written as Python writes them");
}

/// Status and report of the program on these files.
fn verify(files: &[PathBuf], trust: &[String]) -> (i32, serde_json::Value) {
    let mut command = Command::new(support::binary());
    command.args(["forensic", "verify", "--output", "json"]).args(files);
    for one in trust {
        command.args(["--trust-roots", one]);
    }
    let output = command.output().expect("the program runs");
    let report = serde_json::from_slice(&output.stdout).expect("a report");
    (output.status.code().unwrap(), report)
}

fn checks_that(report: &serde_json::Value, severity: &str) -> String {
    let findings =
        report["cases"].as_array().unwrap().iter().flat_map(|case| case["findings"].as_array().unwrap());
    let found: std::collections::BTreeSet<&str> = findings
        .filter(|finding| finding["status"] == severity)
        .map(|finding| finding["check"].as_str().unwrap())
        .collect();
    found.into_iter().collect::<Vec<_>>().join(" ")
}

/// What signet answers with the archives of that folder.
fn with_archives(folder: &Path) -> stella_forensic::custody::signet::peer::Answer {
    let keyring = read(&folder.join("keyring.json"));
    let timeline = walk(&read(&folder.join("audit.jsonl")), &keyring);
    if timeline.parts.is_empty() {
        return timeline.peers[0].clone();
    }
    let store = trust::parse_file("keyring.json", &keyring, Naming::Purpose(Purpose::Custody), None).unwrap();
    let roster = Arc::new(Roster::new(store.authorities()));
    let archives: Vec<_> = timeline
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Marker(marker) => Some(marker),
            Part::Rows(_) => None,
        })
        .map(|marker| {
            let bytes = std::fs::read(folder.join(&marker.archive)).ok();
            (marker.line, bytes.map(|bytes| archive::read(&bytes, &roster, marker.before)))
        })
        .collect();
    peer::with_archives(&timeline.parts, |marker| {
        match archives.iter().find(|(line, _)| *line == marker.line) {
            Some((_, Some(Ok(archive)))) => Lookup::Found(archive),
            Some((_, Some(Err(_)))) => Lookup::Invalid,
            _ => Lookup::Missing,
        }
    })
}

/// Every case with archives: our exit status, and the checks that fail.
const COMPACTED: &[(&str, i32, &str)] = &[
    ("chain-compacted", 6, ""),
    ("chain-compacted-full-sweep", 6, ""),
    ("chain-compacted-u2028-signet-bug", 6, ""),
    ("tamper-compacted/archive-gzip-bitflip", 3, "custody.shape"),
    ("tamper-compacted/archive-missing", 6, ""),
    ("tamper-compacted/archive-row-dropped", 3, "custody.anchor custody.link"),
    ("tamper-compacted/archive-row-duplicated", 3, "custody.anchor custody.duplicate"),
    ("tamper-compacted/archive-row-edited", 3, "custody.hash"),
    ("tamper-compacted/archive-stored-root", 3, "custody.shape"),
    ("tamper-compacted/archive-version-2", 3, "custody.shape"),
    ("tamper-compacted/baseline-moved", 6, ""),
    ("tamper-compacted/marker-removed", 3, "custody.genesis"),
    ("tamper-compacted/marker-root-changed", 3, "custody.anchor custody.hash"),
];

#[test]
fn compacted_logs() {
    let Some(folder) = samples(13, "compacted logs") else { return };
    let mut cases = vec!["chain-compacted", "chain-compacted-full-sweep", "chain-compacted-u2028-signet-bug"];
    let tampered: Vec<String> = std::fs::read_dir(folder.join("tamper-compacted"))
        .unwrap()
        .map(|entry| format!("tamper-compacted/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    cases.extend(tampered.iter().map(String::as_str));
    cases.sort_unstable();
    let (mut seen, mut accepts) = (Vec::new(), 0);
    for case in &cases {
        let case_folder = folder.join(case);
        let expected = expected(&case_folder.join("expected-report.with-archives.json"));
        assert_eq!(answered(&with_archives(&case_folder)), expected, "{case}");
        accepts += usize::from(expected["ok"] == true);
        let live = case_folder.join("expected-report.live-only.json");
        if live.exists() {
            let timeline =
                walk(&read(&case_folder.join("audit.jsonl")), &read(&case_folder.join("keyring.json")));
            assert_eq!(answered(&timeline.peers[0]), self::expected(&live), "{case}");
        }
        let files: Vec<PathBuf> = ["audit.jsonl", "archive-1.bin"]
            .iter()
            .map(|name| case_folder.join(name))
            .filter(|path| path.exists())
            .collect();
        let trust = format!("custody={}", case_folder.join("keyring.json").display());
        let (status, report) = verify(&files, &[trust]);
        seen.push((*case, status, checks_that(&report, "failed")));
    }
    let seen: Vec<(&str, i32, &str)> =
        seen.iter().map(|(case, status, checks)| (*case, *status, checks.as_str())).collect();
    assert_eq!(seen, COMPACTED);
    println!(
        "signet's own verdict on {} logs with archives: {accepts} accepts, {} rejects",
        cases.len(),
        cases.len() - accepts
    );
}

#[test]
fn stamped_logs() {
    let Some(folder) = samples(2, "stamped logs") else { return };
    for (case, status, failed, stamped) in
        [("chain-rfc3161", 6, "", 5), ("tamper-rfc3161-insider-rewrite", 3, "custody.anchor", 5)]
    {
        let folder = folder.join(case);
        let timeline = walk(&read(&folder.join("audit.jsonl")), &read(&folder.join("keyring.json")));
        assert_eq!(answered(&timeline.peers[0]), expected(&folder.join("expected-report.json")), "{case}");
        let trust = [
            format!("custody={}", folder.join("keyring.json").display()),
            format!("timestamp={}", folder.join("tsa-root.pem").display()),
        ];
        let (found, report) = verify(&[folder.join("audit.jsonl")], &trust);
        assert_eq!((found, checks_that(&report, "failed").as_str()), (status, failed), "{case}");
        let facts = report["cases"][0]["facts"].as_array().unwrap();
        let of = |kind: &str| facts.iter().filter(|fact| fact["kind"] == kind).count();
        assert_eq!((of("stamped"), of("peer")), (stamped, 1), "{case}");
        let (_, without) = verify(&[folder.join("audit.jsonl")], &trust[1..]);
        assert!(checks_that(&without, "failed").is_empty(), "{case}");
    }
}

#[test]
fn receipts() {
    let Some(folder) = samples(17, "receipts") else { return };
    let folder = folder.join("chain-noop");
    let cases: serde_json::Value = serde_json::from_slice(&read(&folder.join("receipts.json"))).unwrap();
    let pem = String::from_utf8(read(&folder.join("receipt-ed25519.pub.pem"))).unwrap();
    let ring = trust::parse_file(
        "keyring.json",
        &read(&folder.join("keyring.json")),
        Naming::Purpose(Purpose::Custody),
        None,
    );
    let public = PublicKey::from_pem(&pem).unwrap();
    let mut key = TrustedKey::public(public);
    key.hints.insert("signet-sample-2026q2".to_owned());
    let named = Authority::new(Identity::new("receipts").unwrap(), [Purpose::Custody]).with_key(key);
    let store = TrustStore::merge([&ring.unwrap(), &TrustStore::of([named.clone()])]);
    let log = read(&folder.join("audit.jsonl"));
    let met = |receipts: Vec<Receipt>, authorities: &[Authority]| {
        let roster = Arc::new(Roster::new(authorities));
        let beside = Arc::new(Beside { receipts, ..Beside::default() });
        let mut fold = Fold::among(Format::SignetAudit, &roster, &[], &beside);
        let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.for_each(|line| fold.line(line));
        fold.finish(true).pop().unwrap().receipts
    };
    let (mut accepts, mut rejects) = (0, 0);
    for case in cases.as_array().unwrap() {
        let header = case["header"].as_str().unwrap();
        // Whoever has a receipt has it for the row that he asked about.
        let valid = Receipt::parse(header).is_ok_and(|receipt| {
            let own = receipt.entry == case["entry_id"];
            let met = met(vec![receipt], store.authorities());
            own && matches!(met[0].vouched, Vouched::By(..))
        });
        assert_eq!(valid, case["expect"] == "valid", "{case}");
        *(if valid { &mut accepts } else { &mut rejects }) += 1;
    }
    // Without the secret: receipts of Ed25519 are all that can be established.
    let all: Vec<Receipt> = cases
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["expect"] == "valid")
        .map(|case| Receipt::parse(case["header"].as_str().unwrap()).unwrap())
        .collect();
    for met in met(all, &[named]) {
        let signed = met.receipt.algorithm == Algorithm::Ed25519;
        assert_eq!(matches!(met.vouched, Vouched::By(..)), signed);
        assert_eq!(met.vouched == Vouched::Agrees, !signed);
    }
    println!("receipts of signet: {accepts} accepts, {rejects} rejects");
    assert_eq!(rejects, 5);
}

/// So many rows, `STELLA_ROWS` of them: a million takes minutes in a debug build.
fn rows() -> u64 {
    std::env::var("STELLA_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(20_000)
}

#[test]
fn one_bit_in_a_long_log() {
    use std::io::Write as _;
    let secret = SharedKey::from_bytes(&[0x5e; 32]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (log, ring) = (folder.path().join("gate.signet.jsonl"), folder.path().join("keyring.json"));
    std::fs::write(&ring, format!(r#"{{"active":"k1","keys":{{"k1":"{}"}}}}"#, "5e".repeat(32))).unwrap();
    let flipped = rows() * 2 / 3;
    let mut out = std::io::BufWriter::new(std::fs::File::create(&log).unwrap());
    let mut previous = String::new();
    for number in 1..=rows() {
        let row = |hmac: &str| {
            format!(
                r#"{{"approval_chain":[],"check_name":"regex_content","decision":"allow","entry_id":"e-{number}",{hmac}"metadata":{{"_signing_key_id":"k1"}},"owner_id":"gate","owner_type":"agent","prev_hmac":"{previous}","reason":"nothing found","request_fingerprint":"","ts_ns":{}}}"#,
                1_767_225_600_000_000_000 + number
            )
        };
        let hmac = stella_forensic::digest::encode_hex(&secret.tag(row("").as_bytes()));
        let mut line = row(&format!(r#""hmac":"{hmac}","#)).into_bytes();
        if number == flipped {
            let at = line.windows(7).position(|word| word == b"nothing").unwrap();
            line[at] ^= 1;
        }
        out.write_all(&line).unwrap();
        out.write_all(b"\n").unwrap();
        previous = hmac;
    }
    out.into_inner().unwrap();
    let report = Command::new(support::binary())
        .args(["forensic", "verify", "--output", "json", "--trust-roots"])
        .arg(format!("custody={}", ring.display()))
        .arg(&log)
        .output()
        .unwrap();
    assert_eq!(report.status.code(), Some(3));
    // The first and last rows are shown, however many there are.
    assert!(report.stdout.len() < 256 << 10, "a report of {} bytes", report.stdout.len());
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let findings = report["cases"][0]["findings"].as_array().unwrap();
    let failed: Vec<_> = findings.iter().filter(|finding| finding["status"] == "failed").collect();
    let [one] = failed[..] else { panic!("{failed:?}") };
    assert_eq!(one["check"], "custody.hash");
    assert_eq!(one["at"], format!("line {flipped}, event {flipped} of chain e-1"));
    println!("one bit in {} rows: line {flipped}", rows());
}
