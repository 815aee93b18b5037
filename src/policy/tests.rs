//! Small policies, each with one fault, and the exact place of the fault.

use super::*;
use crate::anchor::{Identity, Revocation};
use crate::limits;
use crate::time::UnixTime;

/// The default in its plain spelling, with `from` replaced by `to` once.
fn changed(from: &str, to: &str) -> String {
    let plain = to_toml(default());
    assert_eq!(plain.matches(from).count(), 1, "{from:?} must occur once");
    plain.replace(from, to)
}

/// The place of the text `mark` in `text`, counted independently.
fn place_of(text: &str, mark: &str) -> (usize, usize) {
    let at = text.find(mark).unwrap_or_else(|| panic!("no {mark:?}"));
    let line = text[..at].split('\n').count();
    let column = text[..at].split('\n').next_back().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}

/// Replaces `from` by `to`; the error must begin at `mark` and read `expected`.
#[track_caller]
fn check(from: &str, to: &str, mark: &str, expected: &str) {
    let text = changed(from, to);
    let error = parse(text.as_bytes()).expect_err("one fault is in it");
    let (line, column) = place_of(&text, mark);
    assert_eq!(error.to_string(), format!("line {line}, column {column}: {expected}"));
}

#[test]
fn the_default_is_the_table_of_the_contract() {
    let policy = default();
    assert_eq!(policy.threshold, 1, "an artifact: at least one vouching authority");
    assert_eq!(policy.approving.len(), Approval::ALL.len(), "every kind of vouching that there is");
    assert!(policy.groups.is_empty() && policy.predicate_types.is_empty() && policy.claims.is_empty());
    assert!(policy.container_signed, "a closed container: a trusted signature");
    assert_eq!(policy.without_pinned_head, WithoutPinnedHead::Inconclusive, "a timeline: a pinned head");
    assert_eq!(policy.revocation, Revocation::IfPresent, "a certificate: what is present counts");
    assert!(!policy.shared_key_suffices, "a shared key: never alone");
    assert!(!policy.allow_development);
    assert!(policy.algorithms.keys().all(|a| !a.is_legacy()), "nothing with SHA-1 or short keys");
    let current = crate::crypto::signature::Algorithm::ALL.iter().filter(|a| !a.is_legacy()).count();
    assert_eq!(policy.algorithms.len(), current);
    assert_eq!(policy.loosen.iter().copied().collect::<Vec<_>>(), [Loosening::AllowDevelopment]);
}

#[test]
fn printing_and_reading_give_the_same() {
    let round = |policy: &Policy| {
        let text = to_toml(policy);
        let read = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(&read, policy, "{text}");
        assert_eq!(read.digest(), policy.digest());
        assert_eq!(to_toml(&read), text);
    };
    round(default());
    let mut full = default().clone();
    full.id = "quotes \" and \\ and ümlaut and 日本".into();
    full.required_checks = [crate::finding::CheckId::ArtifactVouched].into();
    let identities = ["b@x", "a@x"].map(|name| Identity::new(name).unwrap()).into();
    full.groups = vec![Group { name: "g".into(), identities, threshold: 2 }];
    full.predicate_types = ["https://slsa.dev/provenance/v1".into()].into();
    full.claims = vec![Claim {
        predicate_type: "p".into(),
        pointer: "/a~1b/~0/0".into(),
        one_of: ["x".into(), "y\\".into()].into(),
    }];
    full.provenance.builder = Some("https://b.invalid/x@v1".into());
    full.provenance.source = Some("github.com/o/p".into());
    full.provenance.branch = Some("main".into());
    full.provenance.tag = Some("v1.2.3".into());
    full.provenance.versioned_tag = Some("v1".into());
    full.provenance.commit = Some("00".into());
    full.provenance.inputs = [("a b".into(), "c".into())].into();
    full.summary.verifier = Some("https://v.invalid".into());
    full.summary.resource = Some("pkg:x".into());
    full.summary.levels = ["SLSA_BUILD_LEVEL_3".into()].into();
    full.container_signed = false;
    full.without_pinned_head = WithoutPinnedHead::AsFarAsItGoes;
    full.shared_key_suffices = true;
    full.revocation = Revocation::Require;
    full.recipes.clear();
    full.algorithms.values_mut().for_each(|sunset| *sunset = Some(at("2030-01-01T00:00:00.25Z")));
    full.allow_development = true;
    full.trust_age_days_max = Some(0);
    full.trust_sequence_min = Some(i64::MAX as u64);
    full.at_earliest = Some(at("1999-12-31T23:59:59Z"));
    full.timestamp_policies = Some(["1.2.3.4".into(), "2.999.1".into()].into());
    full.timestamp_days_left_min = Some(90);
    full.anchor_age_hours_max = Some(72);
    full.loosen = Loosening::ALL.into();
    round(&full);
    assert_ne!(full.digest(), default().digest());
}

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339(text).unwrap()
}

#[test]
fn the_digest_is_of_the_meaning() {
    assert_eq!(parse(to_toml(default()).as_bytes()).unwrap().digest(), default().digest());
    let same = changed("\"plain-signature\", \"promotion\"", "\"promotion\",  # and\n 'plain-signature'");
    assert_eq!(parse(same.as_bytes()).unwrap().digest(), default().digest());
    for (from, to) in [
        ("id = \"stella.default/1\"", "id = \"other\""),
        ("threshold = 1", "threshold = 2"),
        ("\"vsa\"", "\"vsa\"]\n[[artifact.group]]\nname='g'\nthreshold=1\nidentities=['a'"),
        ("predicate-types = []", "predicate-types = ['x']"),
        ("\"promotion\", ", ""),
        ("signed = true", "signed = false"),
        ("= \"inconclusive\"", "= \"as-far-as-it-goes\""),
        ("suffices = false", "suffices = true"),
        ("\ned25519 = \"allowed\"", ""),
        ("\ned25519 = \"allowed\"", "\ned25519 = 2030-01-01T00:00:00Z"),
        ("if-present", "require"),
        ("\"rfc6962-sha256\", ", ""),
        ("development = false", "development = true"),
        ("development = false", "development = false\nmax-age-days = 1"),
        ("development = false", "development = false\nmin-sequence = 1"),
        ("development = false", "development = false\nearliest-at = 2030-01-01T00:00:00Z"),
        ("options = [\"allow-development\"]", "options = []"),
        ("required-checks = []", "required-checks = ['trust.window']"),
    ] {
        let text = changed(from, to);
        let policy = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_ne!(policy.digest(), default().digest(), "{to}");
    }
}

#[test]
fn keys() {
    check("threshold = 1", "treshold = 1", "[artifact]", "missing key 'threshold' in [artifact]");
    check(
        "signed = true",
        "signed = true\nsealed = true",
        "sealed",
        "unknown key 'sealed' in [container], expected \"signed\"",
    );
    check(
        "allow-development = false",
        "  max-age = 3\nallow-development = false",
        "max-age",
        "unknown key 'max-age' in [trust], expected \"allow-development\", \"max-age-days\", \"min-sequence\" or \"earliest-at\"",
    );
    check(
        "signed = true",
        "signed = true\nsigned = true",
        "signed = true\n\n[cust",
        "not TOML: duplicate key",
    );
    check("[revocation]", "[revokation]", "schema", "missing key 'revocation' in the policy");
    check(
        "[loosen]",
        "[extra]\n[loosen]",
        "extra]",
        "unknown key 'extra' in the policy, expected \"schema\", \"id\", \"required-checks\", \"artifact\", \"statement\", \"provenance\", \"summary\", \"container\", \"custody\", \"signature\", \"revocation\", \"merkle\", \"trust\", \"timestamp\" or \"loosen\"",
    );
    let oid = "[timestamp]\npolicies = [\"1..2\"]\n[loosen]";
    let expected = "'timestamp.policies' is \"1..2\", expected an object identifier such as 1.2.3.4";
    check("[loosen]", oid, "\"1..2\"", expected);
    check("\ned25519 =", "\n  ed2519 =", "ed2519", &unknown_algorithm("ed2519"));
    check("\ned25519 =", "\n\"a\\u202Eb\" =", "\"a\\u202E", &unknown_algorithm("a\\u{202e}b"));
}

fn unknown_algorithm(name: &str) -> String {
    let all: Vec<String> =
        crate::crypto::signature::Algorithm::ALL.iter().map(|a| format!("\"{}\"", a.name())).collect();
    let (last, first) = all.split_last().unwrap();
    format!("unknown key '{name}' in [signature.algorithms], expected {} or {last}", first.join(", "))
}

#[test]
fn types() {
    check(
        "signed = true",
        "signed = 'yes'",
        "'yes'",
        "'container.signed' is a string, expected true or false",
    );
    check(
        "signed = true",
        "signed = 1",
        "1\n\n[cust",
        "'container.signed' is an integer, expected true or false",
    );
    check("threshold = 1", "threshold = 1.0", "1.0", "'artifact.threshold' is a float, expected an integer");
    check("threshold = 1", "threshold = '1'", "'1'", "'artifact.threshold' is a string, expected an integer");
    check(
        "[container]\nsigned = true",
        "[[container]]\nsigned = true",
        "[[container]]",
        "'container' is an array, expected a table",
    );
    check(
        "predicate-types = []",
        "predicate-types = 'x'",
        "'x'",
        "'statement.predicate-types' is a string, expected an array",
    );
    check(
        "predicate-types = []",
        "predicate-types = ['x', 7]",
        "7]",
        "'statement.predicate-types' is an integer, expected a string",
    );
    check(
        "\ned25519 = \"allowed\"",
        "\ned25519 = true",
        "true\necdsa-p256-sha256",
        "'signature.algorithms.ed25519' is a boolean, expected a string",
    );
    check(
        "development = false",
        "development = false\nearliest-at = '2030-01-01T00:00:00Z'",
        "'2030",
        "'trust.earliest-at' is a string, expected a time with an offset, such as 2030-01-01T00:00:00Z",
    );
}

#[test]
fn values() {
    let range = "expected an integer from 1 to 1000";
    check("threshold = 1", "threshold = 0", "0\nappr", &format!("'artifact.threshold' is 0, {range}"));
    check("threshold = 1", "threshold = -1", "-1\nappr", &format!("'artifact.threshold' is -1, {range}"));
    check("threshold = 1", "threshold = 0x1", "0x1", &format!("'artifact.threshold' is 1, {range}"));
    check("threshold = 1", "threshold = 1001", "1001", &format!("'artifact.threshold' is 1001, {range}"));
    check(
        "threshold = 1",
        "threshold = 99999999999999999999999",
        "9999",
        &format!("'artifact.threshold' is 99999999999999999999999, {range}"),
    );
    check(
        "stella.policy/v1",
        "stella.policy/v2",
        "\"stella.policy/v2",
        "'schema' is \"stella.policy/v2\", expected \"stella.policy/v1\"",
    );
    check(
        "= \"inconclusive\"",
        "= \"verified\"",
        "\"verified\"",
        "'custody.without-pinned-head' is \"verified\", expected \"as-far-as-it-goes\" or \"inconclusive\"",
    );
    check(
        "if-present",
        "If-Present",
        "\"If-Present",
        "'revocation.mode' is \"If-Present\", expected \"off\", \"if-present\" or \"require\"",
    );
    check(
        "id = \"stella.default/1\"",
        "id = \"\"",
        "\"\"",
        "'id' is \"\", expected 1 to 1024 bytes that a reader can see",
    );
    check(
        "id = \"stella.default/1\"",
        "id = \"a\\u0007\"",
        "\"a\\u",
        "'id' is \"a\\u{7}\", expected 1 to 1024 bytes that a reader can see",
    );
    check(
        "required-checks = []",
        "required-checks = ['trust.windows']",
        "'trust.w",
        "'required-checks' is \"trust.windows\", expected the id of a check",
    );
    check("\"vsa\"", "\"vsa\", \"vsa\"", "\"vsa\"]", "'artifact.approving' lists \"vsa\" twice");
    check(
        "options = [\"allow-development\"]",
        "options = [\"quiet\"]",
        "\"quiet\"",
        "'loosen.options' is \"quiet\", expected \"allow-development\", \"at\", \"min-trust\", \"revocation\" or \"threshold\"",
    );
    check(
        "development = false",
        "development = false\nmin-sequence = -1",
        "-1\n",
        "'trust.min-sequence' is -1, expected an integer from 0 to 9223372036854775807",
    );
    let plain = to_toml(default());
    let line = plain.lines().find(|line| line.starts_with("approving")).unwrap();
    check(
        line,
        "approving = []",
        "[]\n\n[statement]",
        "'artifact.approving' is an empty array, expected at least one kind",
    );
}

#[test]
fn times() {
    let sunset = |literal: &str, expected: &str| {
        let to = format!("\ned25519 = {literal}");
        check(
            "\ned25519 = \"allowed\"",
            &to,
            literal,
            &format!("'signature.algorithms.ed25519' is {literal}, expected {expected}"),
        );
    };
    let zone = "a date and time with an offset";
    sunset("2030-01-01", zone);
    sunset("12:30:00", zone);
    sunset("2030-01-01T00:00:00", zone);
    let capitals = "the spelling of RFC 3339 with 'T' and 'Z' in capitals";
    sunset("2030-01-01t00:00:00Z", capitals);
    sunset("2030-01-01 00:00:00Z", capitals);
    sunset("2030-01-01T00:00:00z", capitals);
    sunset("2030-01-01T00:00:00.0000000001Z", capitals);
    sunset("2030-12-31T23:59:60Z", "an instant of the calendar");
    sunset("\"2030-01-01T00:00:00Z\"", "\"allowed\" or a time");
    sunset("\"forbidden\"", "\"allowed\" or a time");
    let text = changed("\ned25519 = \"allowed\"", "\ned25519 = 2030-01-01T02:00:00.5+02:00");
    let policy = parse(text.as_bytes()).unwrap();
    let ed25519 = crate::crypto::signature::Algorithm::Ed25519;
    assert_eq!(policy.algorithms[&ed25519], Some(at("2030-01-01T00:00:00.5Z")));
}

#[test]
fn groups() {
    let group = |body: &str, mark: &str, expected: &str| {
        let to = format!("\n\n[[artifact.group]]\n{body}\n[statement]\npre");
        check("\n\n[statement]\npre", &to, mark, expected);
    };
    group("name='g'\nthreshold=1", "[[artifact.group]]", "missing key 'identities' in [artifact.group]");
    group(
        "name='g'\nthreshold=1\nidentities=[]",
        "[]\n[state",
        "'artifact.group.identities' is an empty array, expected at least one identity",
    );
    group(
        "name='g'\nthreshold=3\nidentities=['a', 'b']",
        "3\n",
        "'artifact.group.threshold' is 3, expected an integer from 1 to 2",
    );
    group(
        "name='g'\nthreshold=0\nidentities=['a']",
        "0\niden",
        "'artifact.group.threshold' is 0, expected an integer from 1 to 1",
    );
    group(
        "name='g'\nthreshold=2\nidentities=['a', 'a']",
        "'a']",
        "'artifact.group.identities' lists \"a\" twice",
    );
    group(
        "name='g'\nthreshold=1\nidentities=[' a']",
        "' a'",
        "'artifact.group.identities' is \" a\", expected an identity as a trust store spells it",
    );
    let twice = "name='g'\nthreshold=1\nidentities=['a']\n[[artifact.group]]\nname=\"g\"\nthreshold=1\nidentities=['b']";
    group(twice, "\"g\"", "'artifact.group.name' lists \"g\" twice");
}

#[test]
fn claims() {
    let claim = |body: &str, mark: &str, expected: &str| {
        let to = format!("predicate-types = []\n[[statement.claim]]\n{body}");
        check("predicate-types = []", &to, mark, expected);
    };
    let pointer = |text: &str| {
        let body = format!("predicate-type='p'\npointer='{text}'\none-of=['x']");
        let mark = format!("'{text}'\none");
        claim(
            &body,
            &mark,
            &format!("'statement.claim.pointer' is \"{text}\", expected a JSON pointer (RFC 6901)"),
        );
    };
    pointer("");
    pointer("a/b");
    pointer("/a~");
    pointer("/a~2");
    claim(
        "predicate-type='p'\npointer='/a'\none-of=[]",
        "[]\n\n[container]",
        "'statement.claim.one-of' is an empty array, expected at least one value",
    );
    let twice = "predicate-type='p'\npointer='/a'\none-of=['x']\n[[statement.claim]]\npredicate-type='p'\npointer=\"/a\"\none-of=['y']";
    claim(twice, "\"/a\"", "'statement.claim.pointer' lists \"/a\" twice");
}

#[test]
fn not_even_toml() {
    let whole = |bytes: &[u8], expected: &str| {
        assert_eq!(parse(bytes).map(|_| ()).unwrap_err().to_string(), expected);
    };
    whole(b"", "line 1, column 1: missing key 'schema' in the policy");
    whole(b"schema = \"stella.policy/v1\"\n\xff", "line 2, column 1: not UTF-8");
    whole("# \u{e9}\n# \u{e9}\u{e9}".as_bytes().split_last().unwrap().1, "line 2, column 4: not UTF-8");
    whole(
        &vec![b'#'; limits::POLICY_BYTES_MAX + 1],
        "line 1, column 1: a policy of 262145 bytes, expected at most 262144",
    );
    let error = parse(b"# \xc3\xa9\n\xc3\xa9 = 1").unwrap_err();
    assert_eq!((error.place.line, error.place.column), (2, 1), "{error}");
    let error = parse("id = \"é\" x".as_bytes()).unwrap_err();
    assert_eq!((error.place.line, error.place.column), (1, 10), "{error}");
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(matches!(parse(deep.as_bytes()).unwrap_err().kind, PolicyErrorKind::Syntax { .. }));
    let dotted = format!("{}b = 1", "a.".repeat(60_000));
    assert!(parse(dotted.as_bytes()).is_err());
}

#[test]
fn options_tighten_always_and_loosen_where_freed() {
    let mut policy = default().clone();
    policy.threshold = 2;
    policy.trust_sequence_min = Some(5);
    policy.at_earliest = Some(at("2026-01-01T00:00:00Z"));
    policy.loosen.clear();
    let none = Options::default();
    assert_eq!(policy.with(&none).as_ref(), Ok(&policy), "no option, no change");

    let tighter = [
        Options { threshold: Some(2), ..none.clone() },
        Options { threshold: Some(3), ..none.clone() },
        Options { revocation: Some(Revocation::IfPresent), ..none.clone() },
        Options { revocation: Some(Revocation::Require), ..none.clone() },
        Options { min_trust: Some(5), ..none.clone() },
        Options { min_trust: Some(6), ..none.clone() },
        Options { at: policy.at_earliest, ..none.clone() },
        Options { at: Some(at("2027-01-01T00:00:00Z")), ..none.clone() },
    ];
    for options in tighter {
        let with = policy.with(&options).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(with.threshold, options.threshold.unwrap_or(2));
        assert_eq!(with.revocation, options.revocation.unwrap_or(Revocation::IfPresent));
        assert_eq!(with.trust_sequence_min, options.min_trust.or(Some(5)));
    }

    let looser = [
        (Loosening::Threshold, Options { threshold: Some(1), ..none.clone() }),
        (Loosening::Revocation, Options { revocation: Some(Revocation::Off), ..none.clone() }),
        (Loosening::MinTrust, Options { min_trust: Some(4), ..none.clone() }),
        (Loosening::At, Options { at: Some(at("2025-12-31T23:59:59Z")), ..none.clone() }),
        (Loosening::AllowDevelopment, Options { allow_development: true, ..none.clone() }),
    ];
    for (option, options) in &looser {
        let refused = policy.with(options);
        assert!(
            matches!(&refused, Err(OptionError::Loosens { option: o, .. }) if o == option),
            "{refused:?}"
        );
        for other in Loosening::ALL {
            policy.loosen = [other].into();
            assert_eq!(
                policy.with(options).is_ok(),
                other == *option,
                "{} by {}",
                option.name(),
                other.name()
            );
        }
        policy.loosen.clear();
    }

    for found in [0, limits::THRESHOLD_MAX + 1] {
        policy.loosen = Loosening::ALL.into();
        let refused = policy.with(&Options { threshold: Some(found), ..none.clone() });
        assert_eq!(refused, Err(OptionError::Threshold { found }));
    }
    let refused = default().with(&Options { revocation: Some(Revocation::Off), ..none }).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "--revocation off is looser than the policy 'stella.default/1', which demands if-present"
    );
}

#[test]
fn rules_follow_from_policy() {
    let at = Some(at("2026-01-01T00:00:00Z"));
    let rules = default().rules(at);
    assert_eq!(rules.algorithms, default().algorithms);
    assert_eq!((rules.at, rules.revocation, rules.allow_development), (at, Revocation::IfPresent, false));
}
