//! The findings as SARIF 2.1.0, for viewers and gates that collect the results
//! of many tools.
//!
//! SARIF knows findings and no verdict, so a verdict that is not `verified`
//! stands there as a result of its own, in front: a log without results must
//! not come from anything but a verified run.
//!
//! How it would be attacked: a name that becomes an absolute or climbing URI, a
//! text that a viewer takes for a link or a placeholder, a name that differs
//! from another only in invisible characters.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::json::{bytes, finding_value, report_id};
use super::markup::plain;
use super::model::{CaseReport, ItemReport, Report};
use super::{RULES, SCHEMA};
use crate::check;
use crate::digest::{Digest, encode_hex};
use crate::finding::{About, CheckId, Finding};
use crate::path::EvidencePath;
use crate::policy::Status;
use crate::wire::json::Value;

/// Sizes above this are no JSON number that every reader takes.
const LENGTH_MAX: u64 = 1 << 53;

/// Writes one log with one run, and one line feed.
pub fn write_sarif(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&bytes(&log(report)))?;
    out.write_all(b"\n")
}

fn log(report: &Report) -> Value {
    let mut artifacts = Artifacts::default();
    let mut results = Vec::new();
    results.extend(verdict(report));
    for case in &report.cases {
        for finding in &case.findings {
            results.push(result(Some(case), finding, &mut artifacts));
        }
    }
    results.extend(report.book.findings.iter().map(|finding| result(None, finding, &mut artifacts)));
    let bases = report.cases.iter().map(|case| {
        let what = format!("The root of {}: a {} ({}).", case.id, case.form, case.format);
        (case.id.clone(), Value::object([("description", message(&what))]))
    });
    let run = Value::object([
        ("artifacts", Value::Array(artifacts.listed)),
        ("columnKind", Value::from("unicodeCodePoints")),
        ("invocations", Value::Array(vec![invocation(report)])),
        ("originalUriBaseIds", Value::object(bases)),
        ("properties", properties(report)),
        ("results", Value::Array(results)),
        ("tool", Value::object([("driver", driver())])),
    ]);
    Value::object([
        (
            "$schema",
            Value::from(
                "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ),
        ),
        ("runs", Value::Array(vec![run])),
        ("version", Value::from("2.1.0")),
    ])
}

fn driver() -> Value {
    Value::object([
        ("name", Value::from("stella")),
        ("properties", Value::object([("rules", Value::from(RULES))])),
        ("rules", Value::Array(check::ALL.iter().map(|about| rule(about)).collect())),
        ("version", Value::from(env!("CARGO_PKG_VERSION"))),
    ])
}

fn rule(about: &About) -> Value {
    let help = format!(
        "What a pass establishes: {}\n\nWhy it matters: {}\n\nWhat to do: {}\n\nWhere it is written: {}",
        about.establishes, about.why, about.remedy, about.clause
    );
    // Not through `plain`, which would join the paragraphs: these are our own words.
    let text = |text: &str| Value::object([("text", Value::from(braced(text)))]);
    Value::object([
        ("fullDescription", text(&format!("{} {}", about.establishes, about.why))),
        ("help", text(&help)),
        ("id", Value::from(about.id.as_str())),
        ("shortDescription", text(about.title)),
    ])
}

/// That the run came to another verdict than `verified`.
fn verdict(report: &Report) -> Option<Value> {
    let level = match report.status {
        Status::Verified => return None,
        Status::Inconclusive => "warning",
        Status::Rejected => "error",
    };
    let by: Vec<&str> = report.rationale.iter().map(|check| check.as_str()).collect();
    let text =
        format!("The evidence as a whole is {}. Decided by: {}.", report.status.as_str(), by.join(", "));
    let rule = report.rationale.first().copied().unwrap_or(CheckId::ArtifactVouched);
    Some(Value::object([
        ("level", Value::from(level)),
        ("message", message(&text)),
        ("partialFingerprints", fingerprint(text.as_bytes())),
        ("properties", Value::object([("status", Value::from(report.status.as_str()))])),
        ("ruleId", Value::from(rule.as_str())),
        ("ruleIndex", Value::from(rule as u64)),
    ]))
}

fn result(case: Option<&CaseReport>, finding: &Finding, artifacts: &mut Artifacts) -> Value {
    let mut text = finding.detail.clone();
    for (word, value) in [("expected", &finding.expected), ("found", &finding.found), ("at", &finding.at)] {
        if let Some(value) = value {
            text.push_str(&format!("; {word}: {value}"));
        }
    }
    let mut bag = vec![("status", Value::from(finding.severity.as_str()))];
    bag.extend(case.map(|case| ("case", Value::from(case.id.clone()))));
    for (name, value) in [("at", &finding.at), ("expected", &finding.expected), ("found", &finding.found)] {
        bag.extend(value.as_ref().map(|value| (name, Value::from(plain(value)))));
    }
    let mut members = vec![
        ("level", Value::from(finding.severity.severity_word())),
        ("message", message(&text)),
        ("partialFingerprints", fingerprint(&bytes(&finding_value(finding)))),
        ("properties", Value::object(bag)),
        ("ruleId", Value::from(finding.check.as_str())),
        ("ruleIndex", Value::from(finding.check as u64)),
    ];
    let item = finding.item.as_deref().filter(|item| !item.is_empty());
    members.extend(item.map(|item| {
        let location = location(case, item, finding.at.as_deref(), artifacts);
        ("locations", Value::Array(vec![location]))
    }));
    Value::object(members)
}

/// Where an item lies: a file relative to its case, or, for a name that was
/// refused and so leads nowhere, the name alone.
fn location(case: Option<&CaseReport>, item: &str, at: Option<&str>, artifacts: &mut Artifacts) -> Value {
    let Some(uri) = relative_uri(item) else {
        let place = Value::object([
            ("fullyQualifiedName", Value::from(plain(item))),
            ("kind", Value::from("member")),
        ]);
        return Value::object([("logicalLocations", Value::Array(vec![place]))]);
    };
    let mut place = vec![("uri", Value::from(uri))];
    if let Some(case) = case {
        place.push(("uriBaseId", Value::from(case.id.clone())));
        place.extend(artifacts.index(case, item, &place).map(|index| ("index", Value::from(index))));
    }
    let mut physical = vec![("artifactLocation", Value::object(place))];
    physical.extend(at.and_then(region).map(|region| ("region", region)));
    Value::object([("physicalLocation", Value::object(physical))])
}

/// The items that results speak of, each once.
#[derive(Default)]
struct Artifacts {
    listed: Vec<Value>,
    by_path: BTreeMap<(String, String), u64>,
}

impl Artifacts {
    /// The place of an item in the list, where it is an item at all.
    fn index(&mut self, case: &CaseReport, path: &str, place: &[(&'static str, Value)]) -> Option<u64> {
        let at = case.items.binary_search_by(|item| item.path.as_str().cmp(path)).ok();
        let item: &ItemReport = match at {
            Some(at) => &case.items[at],
            None => case.items.iter().find(|item| item.path == path)?,
        };
        let key = (case.id.clone(), path.to_owned());
        if let Some(index) = self.by_path.get(&key) {
            return Some(*index);
        }
        let index = self.listed.len() as u64;
        let mut members = vec![
            ("hashes", Value::object([("sha-256", Value::from(item.digest.hex()))])),
            ("location", Value::object(place.iter().cloned())),
        ];
        if item.size < LENGTH_MAX {
            members.push(("length", Value::from(item.size)));
        }
        self.listed.push(Value::object(members));
        self.by_path.insert(key, index);
        Some(index)
    }
}

fn invocation(report: &Report) -> Value {
    let mut members = vec![("executionSuccessful", Value::from(!report.has_fault()))];
    let left_out: Vec<Value> = report
        .cases
        .iter()
        .filter(|case| case.findings_left_out > 0)
        .map(|case| {
            let text = format!(
                "{} more findings of {} are counted and not listed.",
                case.findings_left_out, case.id
            );
            Value::object([("level", Value::from("warning")), ("message", message(&text))])
        })
        .collect();
    if !left_out.is_empty() {
        members.push(("toolExecutionNotifications", Value::Array(left_out)));
    }
    Value::object(members)
}

fn properties(report: &Report) -> Value {
    let about = &report.about;
    Value::object([
        ("evidence", Value::from(report.checksum.to_string())),
        ("policy", Value::from(about.policy.1.to_string())),
        ("reportId", Value::from(report_id(report).to_string())),
        ("schema", Value::from(SCHEMA)),
        ("status", Value::from(report.status.as_str())),
        ("trust", Value::from(about.trust.digest.to_string())),
    ])
}

fn fingerprint(what: &[u8]) -> Value {
    Value::object([("stellaFinding/v1", Value::from(encode_hex(Digest::sha256(what).bytes())))])
}

/// A plain text message. SARIF 3.11.5: braces are doubled, or they would be
/// placeholders. 3.11.6: `](` would make a link of what stands before it.
fn message(text: &str) -> Value {
    Value::object([("text", Value::from(braced(&plain(text)).replace("](", "] (")))])
}

fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// `line 3 column 5` or `line 3, ...` as a region.
fn region(at: &str) -> Option<Value> {
    let number = |text: &str| -> Option<u64> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|number| (1..1 << 31).contains(number))
    };
    let rest = at.strip_prefix("line ")?;
    let mut members = vec![("startLine", Value::from(number(rest)?))];
    let column = rest.split_once(" column ").and_then(|(line, column)| {
        line.bytes().all(|byte| byte.is_ascii_digit()).then(|| number(column)).flatten()
    });
    members.extend(column.map(|column| ("startColumn", Value::from(column))));
    Some(Value::object(members))
}

/// The path of an item as a relative reference (RFC 3986 4.2), or nothing for a
/// name that is no such path. `%XX` in it is already an escape of ours, and the
/// right one.
fn relative_uri(path: &str) -> Option<String> {
    let parts = path.split('/');
    if parts.clone().any(|part| part.is_empty() || part == "." || part == "..") {
        return None;
    }
    // As strict as a path is, except that `%` and `!` were escaped when it was made.
    EvidencePath::new(path.as_bytes()).ok()?;
    let mut uri = String::with_capacity(path.len());
    for (at, byte) in path.bytes().enumerate() {
        let escape = byte == b'%' && path.as_bytes().get(at + 1..at + 3).is_some_and(is_escape);
        // No `:` at all: in the first part it would end a scheme.
        if byte.is_ascii_alphanumeric() || b"/-._~!".contains(&byte) || escape {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(uri)
}

fn is_escape(digits: &[u8]) -> bool {
    digits.iter().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        assert_eq!(relative_uri(path).as_deref(), expected, "{path}");
    }

    #[test]
    fn uris() {
        check("a/b-1.0_x~.txt", Some("a/b-1.0_x~.txt"));
        check("a b", Some("a%20b"));
        check("ä?#[]", Some("%C3%A4%3F%23%5B%5D"));
        check("http:x", Some("http%3Ax"));
        // A file that is called 100% has the path 100%25, and that URI.
        check("100%25", Some("100%25"));
        check("100%", Some("100%25"));
        check("%2e%2E", Some("%252e%2E"));
        check("outer.tgz!/inner", Some("outer.tgz!/inner"));
        check("</script>\"'", Some("%3C/script%3E%22%27"));
        check("a\u{202E}b\0", None);
        for refused in ["/etc/passwd", "../up", "a/../b", ".", "a//b", "", "C:\\x", "//host/share"] {
            check(refused, None);
        }
    }

    #[test]
    fn regions() {
        let check = |at: &str, expected: Option<&str>| {
            let found = region(at).map(|value| String::from_utf8(bytes(&value)).unwrap());
            assert_eq!(found.as_deref(), expected, "{at}");
        };
        check("line 3 column 5", Some(r#"{"startColumn":5,"startLine":3}"#));
        check("line 3, event 2 of chain x column 9", Some(r#"{"startLine":3}"#));
        check("line 12", Some(r#"{"startLine":12}"#));
        check("line 0", None);
        check("line x", None);
        check("line 99999999999999999999", None);
        check("byte 512 of the archive", None);
    }

    #[test]
    fn texts_make_no_links_and_no_placeholders() {
        let text = |text: &str| message(text).get("text").and_then(Value::as_str).unwrap().to_owned();
        assert_eq!(text("[safe](http://x) {0}"), "[safe] (http://x) {{0}}");
        assert_eq!(text("a\u{202E}b"), "a\\u{{202e}}b");
    }
}
