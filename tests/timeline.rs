//! `stella forensic timeline` from outside: what several systems left, in one
//! order, in every form, and the same whatever must not matter.

mod support;

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use support::{binary, root};

fn fixture(path: &str) -> String {
    root().join("fixtures").join(path).to_str().unwrap().to_owned()
}

fn run(arguments: &[&str]) -> (i32, Vec<u8>) {
    let output = Command::new(binary()).args(["forensic", "timeline"]).args(arguments).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), output.stdout)
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let (status, text) = run(&[arguments, &["--output", "json"]].concat());
    (status, serde_json::from_slice(&text).unwrap())
}

fn texts<'v>(course: &'v Value, list: &str, member: &str) -> Vec<&'v str> {
    course[list].as_array().unwrap().iter().map(|one| one[member].as_str().unwrap_or("")).collect()
}

/// A bundle with stamps, a custody timeline, a keyless signature in logs, a
/// promotion: with everybody whom they need.
fn all() -> Vec<String> {
    let evidence = ["bundle-stamped", "custody", "sigstore", "promotion"];
    let trust = ["trust", "trust-pki", "trust-sigstore"];
    let mut arguments: Vec<String> = evidence.map(|one| fixture(&format!("evidence/{one}"))).into();
    arguments.extend(trust.iter().flat_map(|one| ["--trust-roots".to_owned(), fixture(one)]));
    arguments
}

#[test]
fn several_systems_in_one_order() {
    let arguments = all();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (status, course) = json(&arguments);
    assert_eq!((status, course["status"].as_str()), (6, Some("inconclusive")));
    assert_eq!(course["schema"], "stella.timeline/v1");
    let kinds = texts(&course, "moments", "kind");
    let count = |kind: &str| kinds.iter().filter(|one| **one == kind).count();
    assert_eq!((count("custody-event"), count("time-stamp"), count("signature")), (8, 2, 2));
    // What has a stamp over it is bounded from above, by whoever stamped.
    let signed =
        course["moments"].as_array().unwrap().iter().find(|one| one["item"] == "signature.json").unwrap();
    assert_eq!(signed["latest"], "2024-04-20T09:00:01Z");
    assert_eq!(signed["by"], serde_json::json!(["tsa-b@test.invalid"]));
    let relations = texts(&course, "pairs", "relation");
    assert!(relations.iter().all(|relation| *relation == "certainly-before"), "{relations:?}");
}

#[test]
fn a_keyless_signature_and_the_log_that_took_it_in() {
    let (evidence, trust) = (fixture("evidence/sigstore"), fixture("trust-sigstore"));
    let asked = golden_arguments();
    let mut arguments = vec![evidence.as_str(), "--trust-roots", trust.as_str()];
    arguments.extend(asked.iter().map(String::as_str));
    let (status, course) = json(&arguments);
    assert_eq!((status, course["status"].as_str()), (0, Some("verified")));
    let kinds = texts(&course, "moments", "kind");
    assert!(kinds.contains(&"signature") && kinds.contains(&"log-entry"), "{kinds:?}");
    assert!(texts(&course, "pairs", "because").contains(&"logged"));
}

/// Whom the example of a keyless signature is by, as the committed report was asked.
fn golden_arguments() -> Vec<String> {
    let report: Value =
        serde_json::from_slice(&std::fs::read(root().join("tests/golden/sigstore.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let request = &report["request"];
    let who =
        request["identities"].as_array().unwrap().iter().flat_map(|one| ["--identity".to_owned(), text(one)]);
    who.chain(["--issuer".to_owned(), text(&request["issuer"])]).collect()
}

/// The stamps of rows carry along the chain that holds them.
#[test]
fn stamps_inside_a_chain_bound_its_neighbours() {
    let (status, course) = json(&vector("custody.anchor/signet-stamped_pass"));
    assert_eq!(status, 6);
    let events: Vec<&Value> =
        course["moments"].as_array().unwrap().iter().filter(|one| one["kind"] == "custody-event").collect();
    let bounds: Vec<(&Value, &Value)> = events.iter().map(|one| (&one["earliest"], &one["latest"])).collect();
    let (early, late) =
        (&serde_json::json!("2025-12-19T23:59:59Z"), &serde_json::json!("2025-12-20T00:00:01Z"));
    let nothing = &Value::Null;
    // Rows 2 to 4 of six are stamped.
    assert_eq!(
        bounds,
        [(nothing, late), (nothing, late), (early, late), (early, late), (early, nothing), (early, nothing)]
    );
}

#[test]
fn stamps_that_run_backwards_contradict_each_other() {
    let (status, course) = json(&vector("custody.time/signet-stamps-backwards_open"));
    assert_eq!((status, course["status"].as_str()), (3, Some("rejected")));
    assert!(texts(&course, "pairs", "relation").contains(&"contradictory"));
    // A chain that is broken carries nothing.
    let (_, course) = json(&vector("custody.anchor/signet-stamp-of-another-row_fail"));
    assert!(!texts(&course, "pairs", "relation").contains(&"contradictory"));
    let events = course["moments"].as_array().unwrap().iter().filter(|one| one["kind"] == "custody-event");
    assert!(events.into_iter().all(|one| one["earliest"].is_null() && one["latest"].is_null()));
}

/// The arguments of a vector, as far as a timeline takes them.
fn vector(name: &str) -> Vec<&'static str> {
    let folder = fixture(&format!("vectors/{name}"));
    let text = std::fs::read_to_string(format!("{folder}/arguments")).unwrap();
    let arguments =
        text.lines().map(|one| one.replace("{fixtures}", &fixture("")).replace("{vector}", &folder));
    let all = [format!("{folder}/loose")].into_iter().chain(arguments);
    all.map(|one| &*one.leak()).collect()
}

#[test]
fn nothing_but_the_evidence_matters() {
    let arguments = all();
    let page = |arguments: &[&str], number: usize| -> (i32, Vec<u8>, Vec<u8>) {
        let name = format!("stella-timeline-{}-{number}.html", std::process::id());
        let file: PathBuf = std::env::temp_dir().join(name);
        let report = format!("html={}", file.display());
        let (status, text) = run(&[arguments, &["--report", &report, "--output", "json"]].concat());
        let page = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        (status, text, page)
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let first = page(&arguments, 0);
    for (number, jobs) in ["1", "2", "8"].into_iter().enumerate() {
        let again = page(&[&arguments[..], &["--jobs", jobs]].concat(), number + 1);
        assert!(first == again, "another timeline with {jobs} jobs");
    }
    let mut turned = arguments.clone();
    turned[..4].reverse();
    assert!(first == page(&turned, 9), "another timeline for another order of arguments");
    let text = String::from_utf8(first.2).unwrap();
    assert!(text.contains("<svg ") && !text.contains("<script") && !text.contains(" style="));
    for end in ["svg", "table", "section", "text", "title"] {
        let opened = text.matches(&format!("<{end} ")).count() + text.matches(&format!("<{end}>")).count();
        assert_eq!(opened, text.matches(&format!("</{end}>")).count(), "{end}");
    }
}

/// Each form of the output ends with the same status, and has each moment.
#[test]
fn every_form() {
    let arguments = all();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (_, course) = json(&arguments);
    let ids = texts(&course, "moments", "id");
    for form in ["ndjson", "table"] {
        let (status, text) = run(&[&arguments[..], &["--output", form]].concat());
        assert_eq!(status, 6, "{form}");
        let text = String::from_utf8(text).unwrap();
        for id in &ids {
            let sought = if form == "table" { format!(" {id} ") } else { format!("\"id\":\"{id}\"") };
            assert!(text.contains(&sought), "{form}: {id}");
        }
    }
}
