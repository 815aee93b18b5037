//! Whatever stands in a report, its outputs keep their structure: no markup,
//! control or bidi character of the evidence comes out as one.
#![no_main]

#[path = "../../support/markup.rs"]
#[allow(dead_code)]
mod markup;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::Digest;
use stella_forensic::evidence::{Case, CaseFormat, Evidence, Form};
use stella_forensic::fact::{Fact, ProvenTime, TimelineLine};
use stella_forensic::finding::{CheckId, Finding, Severity};
use stella_forensic::path::{EvidencePath, misleads};
use stella_forensic::policy;
use stella_forensic::report::{
    About, At, ItemReport, Report, SubjectReport, TrustLine, write_html, write_json, write_junit,
    write_ndjson, write_sarif, write_table, write_vsa,
};
use stella_forensic::statement::Statement;
use stella_forensic::trust::TrustStore;
use stella_forensic::verify::{Request, verify};
use stella_forensic::wire::{canonical, json};

type Write = fn(&Report, &mut dyn std::io::Write) -> std::io::Result<()>;

static PLAIN: LazyLock<Report> = LazyLock::new(|| {
    let trust = TrustStore::of([]);
    let case = Case {
        form: Form::Directory,
        format: CaseFormat::Open,
        name: None,
        prefix: None,
        items: Vec::new(),
        faults: Vec::new(),
        cuts: Default::default(),
    };
    let outcome = verify(&Evidence { cases: vec![case] }, &trust, policy::default(), &Request::default());
    let about = About {
        request: json::Value::object([("threshold", json::Value::from(1_u64))]),
        at: At { time: None, source: "none" },
        kit: None,
        policy: ("default".to_owned(), policy::default().digest(), "built-in".to_owned()),
        trust: TrustLine {
            digest: trust.digest(),
            sequence: None,
            issued_at: None,
            source: "argument".to_owned(),
            authorities: 0,
        },
    };
    Report::new(&outcome, about)
});

/// A report in which `text` stands wherever evidence can put text, and `path`
/// wherever a path stands.
fn with(text: &str, path: &str) -> Report {
    let mut report = PLAIN.clone();
    let digest = Digest::sha256(b"x");
    let text = || text.to_owned();
    let path = || path.to_owned();
    let case = &mut report.cases[0];
    case.name = Some(path());
    case.items.push(ItemReport { path: path(), kind: "artifact", digest, size: 1, status: "failed" });
    for severity in [Severity::Failed, Severity::NotEstablished, Severity::Note] {
        let finding = Finding::new(severity, CheckId::SignatureDsse, text());
        case.findings.push(finding.item(path()).expected(text()).found(text()).at(text()));
    }
    let coverage =
        &mut case.checks.iter_mut().find(|line| line.id == CheckId::SignatureDsse).expect("listed").coverage;
    (coverage.failed, coverage.not_established, coverage.passed) = (1, 1, 1);
    case.facts.push(Fact::Signed {
        item: path(),
        signer: stella_forensic::anchor::Identity::new("alice").expect("a plain name"),
        key: digest.to_string(),
        algorithm: "ed25519",
        payload_type: text(),
        payload: digest,
        subjects: vec![digest],
        time: ProvenTime { interval: (None, None), by: "none" },
    });
    case.timeline.push(TimelineLine {
        item: path(),
        chain: text(),
        sequence: 1,
        event: text(),
        claimed: Some(text()),
        actor: Some(text()),
    });
    report.subjects.push(SubjectReport {
        digest: Some(digest.to_string()),
        kind: "artifact",
        paths: vec![path()],
        status: report.status,
        rationale: vec![CheckId::SignatureDsse],
        vouched_by: Vec::new(),
        attestations: vec![text()],
    });
    report
}

fn text_of(write: Write, report: &Report) -> String {
    let mut bytes = Vec::new();
    write(report, &mut bytes).expect("memory does not fail");
    let text = String::from_utf8(bytes).expect("all outputs are UTF-8");
    // RFC 8785 writes U+007F to U+009F as they are; what is shown to people has none.
    assert!(!text.chars().any(|c| c < ' ' && c != '\n'), "a control character");
    text
}

fn shows_nothing_that_misleads(text: &str) {
    assert!(!text.chars().any(|c| c != '\n' && misleads(c)));
}

/// Names of elements and attributes, in order.
fn outline(text: &str) -> Vec<String> {
    let document = markup::read(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let one = |element: &markup::Element| {
        let attributes: Vec<&str> = element.attributes.iter().map(|(name, _)| name.as_str()).collect();
        format!("{} {attributes:?} in {:?}", element.name, element.within)
    };
    document.elements.iter().map(one).collect()
}

/// The outlines of the page and of the test results, and the lines of the
/// table, where the text is harmless.
static EXPECTED: LazyLock<([Vec<String>; 2], usize)> = LazyLock::new(|| {
    let plain = with("x", "x");
    let outlines = [write_html as Write, write_junit].map(|write| outline(&text_of(write, &plain)));
    (outlines, lines(&text_of(table, &plain)))
});

fn table(report: &Report, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    write_table(report, false, out)
}

fn lines(table: &str) -> usize {
    table.lines().filter(|line| !line.is_empty()).count()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let path = EvidencePath::new(bytes);
    let path = path.as_ref().map_or("x", EvidencePath::as_str);
    let hostile = with(text, path);
    for (write, expected) in [write_html as Write, write_junit].into_iter().zip(&EXPECTED.0) {
        let shown = text_of(write, &hostile);
        shows_nothing_that_misleads(&shown);
        assert_eq!(&outline(&shown), expected);
    }
    let sarif = text_of(write_sarif, &hostile);
    shows_nothing_that_misleads(&sarif);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(4));
    let table = text_of(table, &hostile);
    shows_nothing_that_misleads(&table);
    assert_eq!(lines(&table), EXPECTED.1, "{table}");
    for write in [write_json as Write, write_vsa] {
        let shown = text_of(write, &hostile);
        let value = json::parse(shown.as_bytes()).expect("our own JSON");
        assert_eq!(canonical::to_bytes(&value).as_deref(), Ok(shown.trim_end_matches('\n').as_bytes()));
    }
    Statement::parse(text_of(write_vsa, &hostile).as_bytes()).expect("a statement");
    for line in text_of(write_ndjson, &hostile).lines() {
        json::parse(line.as_bytes()).expect("our own JSON");
    }
});
