//! The outputs: each holds what its readers rely on, whatever stands in the
//! evidence.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};
use stella_forensic::digest::{Digest, decode_hex};
use stella_forensic::evidence::{CaseFormat, FaultKind, Kind};
use stella_forensic::fact::{Fact, ProvenTime};
use stella_forensic::finding::{CheckId, Finding, Severity};
use stella_forensic::policy::Status;
use stella_forensic::report::{
    KitLine, Report, error_object, report_id, write_html, write_json, write_junit, write_ndjson, write_sarif,
    write_table, write_vsa,
};
use stella_forensic::statement::{Kind as StatementKind, Statement};
use stella_forensic::time::UnixTime;
use stella_forensic::wire::base64;
use support::evidence::*;
use support::markup::{self, Document};
use support::schema;

fn json_of(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_json(report, &mut bytes).unwrap();
    bytes
}

fn lines_of(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_ndjson(report, &mut bytes).unwrap();
    bytes
}

fn sarif_of(report: &Report) -> Value {
    let mut bytes = Vec::new();
    write_sarif(report, &mut bytes).unwrap();
    assert!(bytes.ends_with(b"\n"));
    serde_json::from_slice(&bytes).unwrap()
}

fn junit_of(report: &Report) -> (String, Document) {
    let mut bytes = Vec::new();
    write_junit(report, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let document = markup::read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    (text, document)
}

fn html_of(report: &Report) -> (String, Document) {
    let mut bytes = Vec::new();
    write_html(report, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let document = markup::read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    (text, document)
}

fn vsa_of(report: &Report) -> (Value, Statement) {
    let mut bytes = Vec::new();
    write_vsa(report, &mut bytes).unwrap();
    (serde_json::from_slice(&bytes).unwrap(), Statement::parse(&bytes).unwrap())
}

/// An artifact with signed provenance.
fn verified() -> Given {
    let alice = person("alice");
    let items = vec![
        artifact("app.tgz", b"app"),
        item("app.intoto.json", Kind::DsseEnvelope, &provenance("app.tgz", b"app", &[&alice])),
    ];
    given(vec![case(CaseFormat::Open, items)], vec![alice.trusted()])
}

/// A file that nobody vouches for, beside one that somebody does.
fn inconclusive() -> Given {
    let mut given = verified();
    given.cases[0].items.push(artifact("readme", b"read me"));
    given.cases[0].items.sort_by(|a, b| a.path.cmp(&b.path));
    given.request.at = Some(UnixTime::parse_rfc3339("2026-01-02T03:04:05Z").unwrap());
    given
}

/// Many faults of many kinds, in several cases, with names that mean harm.
fn rejected() -> Given {
    let (alice, mallory) = (person("alice"), person("mallory"));
    let hostile = "</script><b x='\"'>&amp;]]>\u{202E}\u{7}\u{2028}%41!.txt";
    let mut bag = bag(&[("data/a", b"a"), ("data/b", b"b")], &[&alice]);
    bag.items.retain(|item| item.path.as_str() != "data/b");
    bag.items.push(artifact("data/unlisted", b"x"));
    bag.items.push(artifact(&format!("data/{hostile}"), b"y"));
    bag.items.sort_by(|a, b| a.path.cmp(&b.path));
    let forged = envelope_with(
        "application/<x>\u{202E}",
        b"{}",
        vec![(alice.public().id().to_string(), vec![0; 64]), (hostile.to_owned(), mallory.sign(b"x"))],
    );
    let mut open = case(
        CaseFormat::Open,
        vec![
            artifact(hostile, b"hostile"),
            item("broken.json", Kind::DsseEnvelope, b"{\"a\":1,\"a\":2}"),
            item("forged.intoto.json", Kind::DsseEnvelope, &forged),
            item("key.pub", Kind::PublicKey, b"-----BEGIN PUBLIC KEY-----"),
            item("unsigned.json", Kind::Statement, &statement("t", json!({}), &[("f", b"f")])),
            timeline_item(timeline(&[&mallory], false)),
        ],
    );
    open.faults = vec![
        fault(Some("../../etc/passwd"), FaultKind::Path),
        fault(Some("/etc/passwd"), FaultKind::Path),
        fault(Some("link"), FaultKind::Link),
        fault(None, FaultKind::ItemCount),
    ];
    let mut inner = archive(vec![artifact("inner.txt", b"inner")]);
    inner.name = Some(path("outer.tgz").inside(&path("stick")));
    given(vec![bag, open, inner], vec![alice.trusted()])
}

/// Nothing to judge.
fn nothing() -> Given {
    given(vec![case(CaseFormat::Open, Vec::new())], vec![person("alice").trusted()])
}

fn all() -> Vec<(Report, Status)> {
    let reports = [verified(), inconclusive(), rejected(), nothing()].map(|given| given.report());
    let expected = [Status::Verified, Status::Inconclusive, Status::Rejected, Status::Inconclusive];
    let all: Vec<(Report, Status)> = reports.into_iter().zip(expected).collect();
    for (report, status) in &all {
        assert_eq!(report.status, *status, "{:?}", report.rationale);
    }
    all
}

#[test]
fn json_is_as_the_schema_says() {
    for (report, status) in all() {
        let value = schema::check_report(&json_of(&report));
        assert_eq!(value["status"], status.as_str());
        for case in value["cases"].as_array().unwrap() {
            assert_eq!(case["checks"].as_array().unwrap().len(), CheckId::ALL.len(), "every check is listed");
        }
    }
}

#[test]
fn error_objects_are_as_the_schema_says() {
    for code in [1, 2, 4, 65] {
        let value = schema::check_report(&error_object(code, "no \u{202E} \"trust\"\n"));
        assert_eq!(value["status"], "error");
        assert_eq!(value["error"]["code"], code);
        assert_eq!(value["error"]["message"], "no \\u{202e} \"trust\" ");
    }
}

#[test]
fn lines_are_as_the_schema_says() {
    for (report, _) in all() {
        let lines = schema::check_lines(&lines_of(&report));
        let kinds: BTreeSet<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert!(kinds.contains("case") && kinds.contains("verdict"));
        let last = lines.last().unwrap();
        assert_eq!(last["verdict"]["reportId"], report_id(&report).to_string());
        let whole: Value = serde_json::from_slice(&json_of(&report)).unwrap();
        for member in ["checksum", "rationale", "reportId", "schema", "signature", "status"] {
            assert_eq!(last["verdict"][member], whole[member]);
        }
        let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
        assert_eq!(count("case"), report.cases.len());
        assert_eq!(count("item"), report.cases.iter().map(|case| case.items.len()).sum::<usize>());
        assert_eq!(count("subject"), report.subjects.len());
    }
}

/// The schema is worth something only if it refuses.
#[test]
fn the_schema_is_strict() {
    let mut report = rejected().report();
    report.cases[0].facts = facts();
    report.about.kit =
        Some(KitLine { version: "1".to_owned(), digest: Digest::sha256(b"kit"), development: true });
    let whole: Value = serde_json::from_slice(&json_of(&report)).unwrap();
    assert!(schema::accepts(&whole));
    // Every object everywhere: no member more, and none less.
    let mut pointers = Vec::new();
    objects(&whole, String::new(), &mut pointers);
    assert!(pointers.len() > 50, "{}", pointers.len());
    for pointer in pointers {
        let mut more = whole.clone();
        more.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().insert("extra".to_owned(), json!(1));
        assert!(!schema::accepts(&more), "a member more at {pointer:?}");
        let names: Vec<String> =
            whole.pointer(&pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for name in names.iter().filter(|name| !["at", "expected", "found"].contains(&name.as_str())) {
            let mut less = whole.clone();
            less.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name);
            assert!(!schema::accepts(&less), "{pointer:?} without {name}");
        }
    }
    for (pointer, wrong) in [
        ("/status", json!("ok")),
        ("/status", json!("error")),
        ("/reportId", json!("sha256:00")),
        ("/signature", json!("good")),
        ("/rationale/0", json!("no.such-Check")),
        ("/at/source", json!("clock")),
        ("/trust/authorities", json!(1.5)),
        ("/trust/source", json!("evidence")),
        ("/cases/0/items/0/size", json!(7)),
        ("/cases/0/items/0/size", json!("07")),
        ("/cases/0/items/0/path", json!("a\u{202E}b")),
        ("/cases/0/findings/0/severity", json!("note")),
        ("/cases/0/id", json!("/tmp/x")),
        ("/subject/0", json!("SHA256:00")),
    ] {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = wrong;
        assert!(!schema::accepts(&changed), "{pointer}");
    }
    assert!(!schema::accepts_line(&whole), "a report is no line");
    assert!(!schema::accepts_line(&json!({"type": "item", "subject": {}})));
}

/// One of each kind.
fn facts() -> Vec<Fact> {
    let item = || "x".to_owned();
    let digest = Digest::sha256(b"x");
    let time = ProvenTime { interval: (None, Some("2026-01-02T03:04:05.5Z".to_owned())), by: "token" };
    vec![
        Fact::Signed {
            item: item(),
            signer: person("alice").identity(),
            key: digest.to_string(),
            algorithm: "ed25519",
            payload_type: "file".to_owned(),
            payload: digest,
            subjects: vec![digest],
            time,
        },
        Fact::Complete { item: item(), files: 7 },
        Fact::Layout { item: item(), steps: vec![(item(), [digest.to_string()].into())] },
        Fact::Root { item: item(), recipe: "rfc6962-sha256", root: digest },
        Fact::Chain {
            item: item(),
            chain: item(),
            count: 7,
            head: digest,
            signers: BTreeMap::from([(person("alice").identity(), 7)]),
            pinned: false,
        },
    ]
}

fn objects(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(pointer.clone());
            members.iter().for_each(|(name, value)| objects(value, format!("{pointer}/{name}"), found));
        }
        // The first ones of a list stand for all.
        Value::Array(values) => values
            .iter()
            .enumerate()
            .take(3)
            .for_each(|(i, value)| objects(value, format!("{pointer}/{i}"), found)),
        _ => {}
    }
}

#[test]
fn every_check_id_is_one_for_the_schema() {
    let mut whole: Value = serde_json::from_slice(&json_of(&verified().report())).unwrap();
    whole["rationale"] = CheckId::ALL.iter().map(|id| id.as_str()).collect();
    assert!(schema::accepts(&whole));
}

#[test]
fn the_report_id_is_recomputed() {
    for (report, _) in all() {
        let mut value: Value = serde_json::from_slice(&json_of(&report)).unwrap();
        let said = value.as_object_mut().unwrap().remove("reportId").unwrap();
        let canonical = serde_json_canonicalizer::to_vec(&value).unwrap();
        assert_eq!(said, Digest::sha256(&canonical).to_string());
    }
}

#[test]
fn the_reference_recomputes_the_report_id() {
    if !support::has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = support::root().join("tests/reference/report_id.py");
    let run = |bytes: &[u8]| {
        let file = folder.path().join("report.json");
        std::fs::write(&file, bytes).unwrap();
        let output = Command::new("python3").arg(&script).arg(&file).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    for (report, _) in all() {
        let bytes = json_of(&report);
        let (status, printed) = run(&bytes);
        assert_eq!(status, Some(0));
        assert!(printed.starts_with(&report_id(&report).to_string()), "{printed}");
        let text = String::from_utf8(bytes).unwrap();
        let changed = text.replacen("\"signature\":\"", "\"signature\":\"x", 1);
        assert_eq!(run(changed.as_bytes()).0, Some(1));
        assert_eq!(run(text.trim_end().as_bytes()).0, Some(2), "no line feed");
        assert_eq!(run(text.replacen("\":", "\" :", 1).as_bytes()).0, Some(2), "white space");
        let twice = text.replacen("{\"at\"", "{\"at\":1,\"at\"", 1);
        assert_eq!(run(twice.as_bytes()).0, Some(2), "a member twice");
    }
}

/// The block of docs/formats/report.md that begins with these words.
fn recipe(begins: &str) -> String {
    let page = std::fs::read_to_string(support::root().join("docs/formats/report.md")).unwrap();
    let at = page.find(&format!("\n    {begins}")).unwrap();
    let lines = page[at + 1..].lines().take_while(|line| line.starts_with("    "));
    lines.map(|line| format!("{}\n", &line[4..])).collect()
}

#[test]
fn the_recipes_of_the_page_recompute_the_report_id() {
    let folder = tempfile::tempdir().unwrap();
    for (report, _) in all() {
        std::fs::write(folder.path().join("report.json"), json_of(&report)).unwrap();
        let run = |program: &str, recipe: String| {
            let output =
                Command::new(program).args(["-c", &recipe]).current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "{recipe}{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        if support::has_program("jq") {
            let printed = run("sh", recipe("jq --join-output"));
            assert!(printed.starts_with(&report_id(&report).hex()), "{printed}");
        }
        if support::has_program("python3") {
            run("python3", recipe("import hashlib"));
        }
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    type Write = fn(&Report, &mut dyn std::io::Write) -> std::io::Result<()>;
    let writers: [Write; 7] =
        [write_json, write_ndjson, write_sarif, write_junit, write_html, write_vsa, |report, out| {
            write_table(report, false, out)
        }];
    for given in [verified, inconclusive, rejected] {
        for write in writers {
            let [mut once, mut again] = [Vec::new(), Vec::new()];
            write(&given().report(), &mut once).unwrap();
            write(&given().report(), &mut again).unwrap();
            assert!(once == again);
        }
    }
}

#[test]
fn sarif_holds_every_finding() {
    for (report, status) in all() {
        let log = sarif_of(&report);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), CheckId::ALL.len());
        let results = run["results"].as_array().unwrap();
        let found = report.cases.iter().map(|case| case.findings.len()).sum::<usize>();
        let verdict = usize::from(status != Status::Verified);
        assert_eq!(results.len(), found + report.book.findings.len() + verdict);
        for result in results {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["help"]["text"].as_str().unwrap().contains("What to do: "));
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
            for location in result["locations"].as_array().into_iter().flatten() {
                sarif_location(location, run);
            }
        }
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(run["properties"]["status"], status.as_str());
    }
}

fn sarif_location(location: &Value, run: &Value) {
    let place = &location["physicalLocation"]["artifactLocation"];
    let Some(uri) = place["uri"].as_str() else {
        assert!(location["logicalLocations"][0]["fullyQualifiedName"].is_string());
        return;
    };
    assert_relative(uri);
    if let Some(base) = place["uriBaseId"].as_str() {
        assert!(run["originalUriBaseIds"][base]["uri"].is_null(), "no absolute place is known");
    }
    if let Some(index) = place["index"].as_u64() {
        let artifact = &run["artifacts"][index as usize];
        assert_eq!(artifact["location"]["uri"], place["uri"]);
        assert_eq!(artifact["hashes"]["sha-256"].as_str().unwrap().len(), 64);
    }
}

/// RFC 3986: no scheme, no authority, nothing that climbs, only legal characters.
fn assert_relative(uri: &str) {
    assert!(!uri.is_empty() && !uri.contains(':') && !uri.starts_with('/'), "{uri}");
    assert!(uri.split('/').all(|part| !["", ".", ".."].contains(&part)), "{uri}");
    assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~!%".contains(&b)), "{uri}");
    for part in uri.split('%').skip(1) {
        assert!(decode_hex(&part[..2].to_lowercase()).is_some(), "{uri}");
    }
}

#[test]
fn sarif_speaks_of_a_verdict_that_no_finding_explains() {
    let mut report = nothing().report();
    report.cases.iter_mut().for_each(|case| case.findings.clear());
    let results = &sarif_of(&report)["runs"][0]["results"];
    assert_eq!(results[0]["level"], "warning");
    assert_eq!(results[0]["properties"]["status"], "inconclusive");
}

#[test]
fn sarif_says_what_was_left_out() {
    let mut report = verified().report();
    report.cases[0].findings_left_out = 12;
    let told = &sarif_of(&report)["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(told["message"]["text"].as_str().unwrap().starts_with("12 more findings"));
}

#[test]
fn junit_counts_what_it_holds() {
    for (report, status) in all() {
        let (_, document) = junit_of(&report);
        let suites: Vec<_> = document.all("testsuite").collect();
        assert_eq!(suites.len(), 2 + report.cases.len());
        for (suite, case) in suites[2..].iter().zip(&report.cases) {
            assert_eq!(suite.attribute("name"), Some(case.id.as_str()));
            assert_eq!(suite.attribute("tests"), Some(CheckId::ALL.len().to_string().as_str()));
        }
        let whole = document.all("testsuites").next().unwrap();
        let count = |name: &str| whole.attribute(name).unwrap().parse::<usize>().unwrap();
        assert_eq!(count("tests"), document.all("testcase").count());
        assert_eq!(count("failures"), document.all("failure").count());
        assert_eq!(count("skipped"), document.all("skipped").count());
        assert_eq!(count("errors") + document.all("error").count(), 0);
        assert_eq!(count("failures") == 0, status == Status::Verified);
        let kinds = document.all("failure").map(|failure| failure.attribute("type").unwrap());
        let kinds: BTreeSet<&str> = kinds.collect();
        assert!(kinds.iter().all(|kind| ["failed", "not-established"].contains(kind)));
        assert_eq!(kinds.contains("failed"), status == Status::Rejected);
    }
}

#[test]
fn junit_is_read_by_another_reader() {
    if !support::has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (report, _) in all() {
        let file = folder.path().join("report.xml");
        std::fs::write(&file, junit_of(&report).0).unwrap();
        let script = "import sys,xml.dom.minidom as m;print(len(m.parse(sys.argv[1])\
                      .getElementsByTagName('testcase')))";
        let output = Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let count = junit_of(&report).1.all("testcase").count();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), count.to_string());
    }
}

#[test]
fn html_runs_nothing_and_fetches_nothing() {
    for (report, status) in all() {
        let (text, document) = html_of(&report);
        let allowed = [
            "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1",
            "h2", "h3", "p", "dl", "dt", "dd", "div", "table", "caption", "thead", "tbody", "tr", "th", "td",
            "ul", "li", "code", "span", "br", "q",
        ];
        for element in &document.elements {
            assert!(allowed.contains(&element.name.as_str()), "{element:?}");
            for (name, value) in &element.attributes {
                assert!(
                    !name.starts_with("on") && !["src", "href", "style"].contains(&name.as_str()),
                    "{name}"
                );
                assert!(name == "content" || !value.contains("url("), "{value}");
            }
        }
        assert!(!document.style.contains("url(") && !document.style.contains("@import"));
        let hash = base64::encode_standard(Digest::sha256(document.style.as_bytes()).bytes());
        let policy = document.all("meta").find_map(|meta| {
            meta.attribute("http-equiv").filter(|name| *name == "Content-Security-Policy")?;
            meta.attribute("content")
        });
        let expected =
            format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
        assert_eq!(policy, Some(expected.as_str()));
        assert!(text.find("Content-Security-Policy") < text.find("<style>"), "it holds for the style too");
        assert!(document.text.contains(status.as_str()));
    }
}

#[test]
fn html_can_be_read_without_eyes() {
    for (report, _) in all() {
        let (_, document) = html_of(&report);
        assert_eq!(document.all("html").next().unwrap().attribute("lang"), Some("en"));
        assert_eq!(document.all("h1").count(), 1);
        assert_eq!(document.all("main").count(), 1);
        // Headings go down one level at a time.
        let levels: Vec<u8> = document
            .elements
            .iter()
            .filter_map(|element| element.name.strip_prefix('h')?.parse().ok())
            .collect();
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        for header in document.all("th") {
            assert!(matches!(header.attribute("scope"), Some("col" | "row")));
        }
        let signing = document.all("table").filter(|table| table.attribute("class") == Some("sign")).count();
        assert_eq!(document.all("table").count(), document.all("caption").count() + signing);
        // Whoever scrolls a table with the keyboard hears which.
        for region in document.all("div") {
            assert_eq!(region.attribute("tabindex"), Some("0"));
            assert!(region.attribute("aria-label").is_some_and(|label| !label.is_empty()));
        }
    }
}

#[test]
fn html_says_everything_that_matters() {
    let given = inconclusive();
    let report = given.report();
    let text = html_of(&report).1.text;
    let about = stella_forensic::check::about(CheckId::ArtifactVouched);
    for part in [
        "inconclusive",
        "readme",
        "app.tgz",
        "alice (provenance)",
        about.title,
        "Treat the artifact as unknown.",
        "An attacker who can add one file",
        "names this artifact by SHA-256",
        "alice signed app.intoto.json (ed25519)",
        "its time is not proven",
        "2026-01-02T03:04:05Z (argument)",
        "\"threshold\":1",
        "How to repeat this",
        "Signature",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains('`'), "code is marked up as code");
    for digest in [report_id(&report), report.checksum, report.about.policy.1, report.about.trust.digest] {
        assert!(text.contains(&digest.to_string()));
    }
}

#[test]
fn colours_can_be_told_from_the_paper() {
    // WCAG 2.1, 1.4.3: at least 4.5 to 1. Integers suffice for a table of squares.
    let css = html_of(&verified().report()).1.style;
    let blocks: Vec<&str> =
        css.split(":root {").skip(1).map(|block| block.split('}').next().unwrap()).collect();
    assert_eq!(blocks.len(), 3, "light, dark, print");
    for block in blocks {
        let colour = |name: &str| {
            let hex = block.split(&format!("--{name}: #")).nth(1).unwrap();
            decode_hex(&hex[..6]).unwrap()
        };
        for name in ["ink", "good", "bad", "open"] {
            for ground in ["paper", "soft"] {
                assert!(contrast(&colour(name), &colour(ground)) >= 4.5, "{name} on {ground} in {block}");
            }
        }
    }
}

fn contrast(a: &[u8], b: &[u8]) -> f64 {
    let luminance = |colour: &[u8]| {
        let part = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour[0]) + 0.7152 * part(colour[1]) + 0.0722 * part(colour[2])
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn a_summary_passes_only_where_all_is_verified() {
    let (value, statement) = vsa_of(&verified().report());
    assert_eq!(statement.kind(), StatementKind::SummaryPassed);
    assert_eq!(statement.subjects.len(), 1);
    assert_eq!(statement.subjects[0].name.as_deref(), Some("app.tgz"));
    assert_eq!(statement.subjects[0].digests, [Digest::sha256(b"app")]);
    let predicate = &value["predicate"];
    assert_eq!(predicate["verificationResult"], "PASSED");
    assert_eq!(predicate["verifiedLevels"], json!(["SLSA_BUILD_LEVEL_0"]));
    assert!(predicate.get("timeVerified").is_none() && predicate.get("inputAttestations").is_none());
    let policy = &predicate["policy"];
    let digest = decode_hex(policy["digest"]["sha256"].as_str().unwrap()).unwrap();
    assert_eq!(policy["uri"], format!("ni:///sha-256;{}", base64::encode_url(&digest)));

    let (value, statement) = vsa_of(&inconclusive().report());
    assert_eq!(statement.kind(), StatementKind::SummaryOther);
    let names: Vec<_> = statement.subjects.iter().map(|subject| subject.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["readme"], "nothing is said of what is verified in a run that is not");
    assert_eq!(value["predicate"]["verificationResult"], "FAILED");
    assert_eq!(value["predicate"]["verifiedLevels"], json!(["FAILED"]));
    assert_eq!(value["predicate"]["timeVerified"], "2026-01-02T03:04:05Z");

    let report = nothing().report();
    let (value, statement) = vsa_of(&report);
    assert_eq!(statement.subjects[0].digests, [report.checksum]);
    assert_eq!(value["predicate"]["verificationResult"], "FAILED");
    assert_eq!(vsa_of(&rejected().report()).0["predicate"]["verificationResult"], "FAILED");
}

#[test]
fn a_summary_of_a_timeline_or_an_attestation_approves_no_digest_of_it() {
    let alice = person("alice");
    let alone = item("a.intoto.json", Kind::DsseEnvelope, &provenance("gone", b"gone", &[&alice]));
    let report = given(vec![case(CaseFormat::Open, vec![alone])], vec![alice.trusted()]).report();
    assert_eq!(report.status, Status::Verified);
    let (_, statement) = vsa_of(&report);
    assert_eq!(statement.subjects.len(), 1);
    assert_eq!(statement.subjects[0].digests, [report.checksum]);
}

/// Pieces that have broken reports of other tools.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("</script>"),
        Just("<script>alert(1)</script>"),
        Just("\"'`"),
        Just("\u{202E}"),
        Just("\0"),
        Just("]]>"),
        Just("<![CDATA["),
        Just("--><!--"),
        Just("&lt;&#0;"),
        Just("\u{FFFE}\u{FFFF}"),
        Just("\r\n\t\u{85}\u{2028}"),
        Just("[a](javascript:x)"),
        Just("{0}{{"),
        Just("../../"),
        Just("/etc/"),
        Just("C:\\"),
        Just("%00%zz%"),
        Just("http://x/"),
        Just("a"),
        Just("\u{5D0}\u{627}\u{1F600}"),
    ];
    prop_oneof![proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()), any::<String>(),]
}

/// A report with text of somebody's wherever there can be some.
fn filled(mut text: impl FnMut() -> String) -> Report {
    let mut report = rejected().report();
    report.about.policy.0 = text();
    for subject in &mut report.subjects {
        subject.paths.iter_mut().for_each(|path| *path = text());
    }
    for case in &mut report.cases {
        case.name = Some(text());
        case.items.iter_mut().for_each(|item| item.path = text());
        let finding = Finding::new(Severity::Failed, CheckId::JsonSyntax, text()).item(text());
        let finding = finding.found(text()).expected(text()).at(format!("line {}", text()));
        case.findings.push(finding);
        for line in &mut case.timeline {
            line.event = text();
            line.actor = Some(text());
        }
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Text of anybody's, in every field that can hold some, through every output.
    #[test]
    fn hostile_text_harms_no_output(texts in proptest::collection::vec(hostile(), 8)) {
        let mut next = texts.iter().cycle().cloned();
        let report = filled(|| next.next().unwrap());
        let value: Value = serde_json::from_slice(&json_of(&report)).unwrap();
        prop_assert_eq!(&value["policy"]["id"], &report.about.policy.0);
        for line in String::from_utf8(lines_of(&report)).unwrap().split_terminator('\n') {
            prop_assert!(serde_json::from_str::<Value>(line).is_ok());
        }
        let log = sarif_of(&report);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            for location in result["locations"].as_array().into_iter().flatten() {
                sarif_location(location, &log["runs"][0]);
            }
            let message = result["message"]["text"].as_str().unwrap();
            prop_assert!(!message.contains("]("), "{}", message);
            prop_assert!(!message.replace("{{", "").replace("}}", "").contains(['{', '}']), "{}", message);
        }
        let shape = |document: &Document| document.elements.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
        // The same elements as with harmless text: nothing was taken for markup.
        let harmless = filled(|| "x".to_owned());
        prop_assert_eq!(shape(&junit_of(&report).1), shape(&junit_of(&harmless).1));
        prop_assert_eq!(shape(&html_of(&report).1), shape(&html_of(&harmless).1));
        prop_assert!(vsa_of(&report).0["predicate"]["verificationResult"] == "FAILED");
    }

    /// Names, key ids and types of anybody's, through verification: what comes
    /// out is a report as the schema says.
    #[test]
    fn hostile_evidence_gives_a_report_as_the_schema_says(
        texts in proptest::collection::vec(hostile(), 6),
        bytes in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let alice = person("alice");
        let mut items = Vec::new();
        for text in texts.iter().filter(|text| stella_forensic::path::EvidencePath::new(text.as_bytes()).is_ok()) {
            items.push(artifact(text, text.as_bytes()));
        }
        let signed = statement(&texts[0], json!({"x": texts[1]}), &[(&texts[2], b"x"), (&texts[3], b"")]);
        items.push(item("1.json", Kind::DsseEnvelope, &envelope(STATEMENT, &signed, &[&alice])));
        items.push(item("2.json", Kind::DsseEnvelope, &envelope_with(
            &texts[4], &bytes, vec![(texts[5].clone(), vec![1; 64])])));
        items.push(item("3.json", Kind::DsseEnvelope, &bytes));
        items.push(item("4.json", Kind::Statement, json!({&texts[0]: 1, "_type": texts[1]}).to_string().as_bytes()));
        items.push(item("5.txt", Kind::DigestList(stella_forensic::digest::Algorithm::Sha256), texts[2].as_bytes()));
        items.push(item("6.json", Kind::BundleManifest, json!({"merkle": {"recipe": texts[3]}}).to_string().as_bytes()));
        items.sort_by(|a, b| a.path.cmp(&b.path));
        items.dedup_by(|a, b| a.path == b.path);
        let report = given(vec![case(CaseFormat::Open, items)], vec![alice.trusted()]).report();
        schema::check_report(&json_of(&report));
        schema::check_lines(&lines_of(&report));
        junit_of(&report);
        html_of(&report);
    }
}
