use super::*;
use crate::wire::json;

fn read(text: &str) -> Result<String, String> {
    let value = json::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    Row::read(&value).map(|row| row.manifest.id()).map_err(|error| error.to_string())
}

fn row(manifest: &str) -> String {
    format!(r#"{{"derivationId":"x","manifest":{manifest},"ts":1785628800000}}"#)
}

const MANIFEST: &str = r#"{"producer":"p","inputs":{"a":"sha256:00"},"outputs":{},"contracts":[],"params":{"b":1,"a":{"10":1,"9":2}}}"#;

#[test]
fn the_id_is_that_of_the_sorted_manifest() {
    let sorted = r#"{"contracts":[],"inputs":{"a":"sha256:00"},"outputs":{},"params":{"a":{"9":2,"10":1},"b":1},"producer":"p"}"#;
    assert_eq!(read(&row(MANIFEST)), Ok(Digest::sha256(sorted.as_bytes()).to_string()));
}

#[test]
fn hostile_rows() {
    let check = |text: &str, expected: &str| {
        let found = read(text).unwrap_err();
        assert!(found.contains(expected), "{text}: {found}");
    };
    check(&row(&MANIFEST.replace("\"b\":1", "\"__proto__\":1")), "__proto__");
    check(&row(&MANIFEST.replace("\"9\":2", "\"__proto__\":{}")), "__proto__");
    check(&row(&MANIFEST.replace("\"b\":1", "\"b\":1,\"b\":2")), "twice");
    check(&row(&MANIFEST.replace("\"contracts\":[],", "")), "contracts");
    check(&row(&MANIFEST.replace("\"contracts\":[]", "\"contracts\":[],\"more\":1")), "more");
    check(&row(&MANIFEST.replace("sha256:00", "sha256:0G")), "NAME:HEX");
    check(&row(&MANIFEST.replace("sha256:00", "00")), "NAME:HEX");
    check(&row(&MANIFEST.replace("\"p\"", "7")), "producer");
    check(&row(MANIFEST).replace("1785628800000", "1.5"), "ts");
    check(&row(MANIFEST).replace("1785628800000", "-1"), "ts");
    check(&row(MANIFEST).replace("1785628800000", "99999999999999999999"), "ts");
    check(&row(MANIFEST).replace("1785628800000", "9999999999999999999"), "ts");
    check(&row(MANIFEST).replace("\"ts\"", "\"more\":1,\"ts\""), "more");
}

#[test]
fn actors() {
    assert_eq!(actor("prx://keeper/push"), Some("keeper"));
    assert_eq!(actor("prx://keeper/a/b"), Some("keeper"));
    for text in ["prx://keeper", "prx:///push", "keeper/push", "PRX://keeper/push", ""] {
        assert_eq!(actor(text), None, "{text}");
    }
}

#[test]
fn times_as_javascript_writes_them() {
    let at = |millis: &str| time(&json::parse(millis.as_bytes()).unwrap()).unwrap().1;
    assert_eq!(at("1785628800000"), "2026-08-02T00:00:00.000Z");
    assert_eq!(at("7"), "1970-01-01T00:00:00.007Z");
}

/// What is open about effects without a table, and what follows with one.
#[test]
fn the_two_answers_about_a_commit() {
    use crate::anchor::Effects;
    use guard::{Axis, Guard, Said};
    let commits = ["c".to_owned()];
    let push = (Some("forge".to_owned()), "push".to_owned());
    let said = |verified, sound| Said {
        line: 1,
        commits: &commits,
        effect: Some(&push),
        verified,
        untold: None,
        sound,
    };
    let mut guard = Guard::default();
    guard.add(&said(true, false));
    let axes = |guard: &Guard, table: Option<&Effects>| {
        (guard.commits["c"].peer(table), guard.commits["c"].strict(table))
    };
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mut table = Effects { roles: set(&["forge"]), ..Effects::default() };
    assert_eq!(axes(&guard, None), (Axis::Untold, Axis::Unsigned));
    assert_eq!(axes(&guard, Some(&table)), (Axis::Unsigned, Axis::Unsigned));
    table.owners.insert("push".to_owned(), set(&["forge"]));
    assert_eq!(axes(&guard, Some(&table)), (Axis::Verified, Axis::Unsigned));
    guard.add(&said(false, true));
    assert_eq!(axes(&guard, Some(&table)), (Axis::Unsigned, Axis::Unsigned));
    assert_eq!(axes(&guard, None).0, Axis::Unsigned);
}
