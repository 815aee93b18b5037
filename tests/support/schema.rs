//! Every report that a test sees is held against docs/report.schema.json.

use std::sync::OnceLock;

use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/report.schema.json")).expect("the schema is JSON")
}

/// A validator of whole reports and of error objects, or of lines.
fn validator(of_lines: bool) -> &'static jsonschema::Validator {
    static REPORTS: OnceLock<jsonschema::Validator> = OnceLock::new();
    static LINES: OnceLock<jsonschema::Validator> = OnceLock::new();
    let build = || {
        let mut schema = schema();
        if of_lines {
            let members = schema.as_object_mut().unwrap();
            members.remove("oneOf");
            members.insert("$ref".to_owned(), Value::from("#/$defs/line"));
        }
        jsonschema::draft202012::new(&schema).expect("the schema is one of draft 2020-12")
    };
    if of_lines { LINES.get_or_init(build) } else { REPORTS.get_or_init(build) }
}

fn hold(value: &Value, of_lines: bool) {
    let faults: Vec<String> = validator(of_lines)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "not as docs/report.schema.json says:\n{}", faults.join("\n"));
}

/// Holds `--output json`, a report or an error object, against the schema, and
/// the bytes against RFC 8785. Returns it parsed.
pub fn check_report(bytes: &[u8]) -> Value {
    let value = canonical(bytes.strip_suffix(b"\n").expect("a report ends with a line feed"));
    hold(&value, false);
    value
}

/// Holds every line of `--output ndjson` against the schema. Returns them parsed.
pub fn check_lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).expect("lines are UTF-8");
    assert!(text.ends_with('\n'), "the last line ends");
    let lines: Vec<Value> = text.lines().map(|line| canonical(line.as_bytes())).collect();
    lines.iter().for_each(|line| hold(line, true));
    lines
}

/// Whether the schema takes `value`, for tests of the schema itself.
pub fn accepts(value: &Value) -> bool {
    validator(false).is_valid(value)
}

/// Whether the schema takes `value` as a line.
pub fn accepts_line(value: &Value) -> bool {
    validator(true).is_valid(value)
}

fn canonical(bytes: &[u8]) -> Value {
    let value: Value = serde_json::from_slice(bytes).expect("the report is JSON");
    let again = serde_json_canonicalizer::to_vec(&value).expect("it has a canonical form");
    assert!(again == bytes, "not canonical:\n{}", String::from_utf8_lossy(bytes));
    value
}
