//! The grammars against other people's readers and against themselves, on
//! values, texts and bytes that nobody chose.

use proptest::prelude::*;
use stella_forensic::wire::canonical::{self, CanonicalError};
use stella_forensic::wire::json::{self, JsonErrorKind, Value};
use stella_forensic::wire::{base64, der, lines, pem};

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }
}

/// The same value in the terms of another reader.
fn translated(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => serde_json::from_str(number.text()).expect("both have the same numbers"),
        Value::String(text) => text.as_str().into(),
        Value::Array(elements) => elements.iter().map(translated).collect(),
        Value::Object(object) => {
            object.iter().map(|(name, value)| (name.to_owned(), translated(value))).collect()
        }
    }
}

/// ECMA-262, Number::toString, step by step, on the digits that Rust finds: the
/// slow twin of what the canonical form writes numbers with.
fn ecmascript(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let (digits, exponent) = {
        // As few digits as tell the number apart; of those that do, the closest,
        // and of two as close, the even one. Rust's shortest form takes the
        // upper one then, its rounded form the even one.
        let shortest = format!("{:e}", value.abs());
        let places = shortest.find('e').expect("{:e} writes an exponent").saturating_sub(2);
        let rounded = format!("{:.places$e}", value.abs());
        let text = if rounded.parse() == Ok(value.abs()) { rounded } else { shortest };
        let (digits, exponent) = text.split_once('e').expect("{:e} writes an exponent");
        (digits.replace('.', ""), exponent.parse::<i32>().unwrap())
    };
    if value == 0.0 {
        return "0".into();
    }
    let k = digits.len() as i32;
    let n = exponent + 1;
    let zeros = |count: i32| "0".repeat(count as usize);
    let written = if k <= n && n <= 21 {
        format!("{digits}{}", zeros(n - k))
    } else if 0 < n && n <= 21 {
        format!("{}.{}", &digits[..n as usize], &digits[n as usize..])
    } else if -6 < n && n <= 0 {
        format!("0.{}{digits}", zeros(-n))
    } else {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{first}{point}{rest}e{}{}", if n > 0 { "+" } else { "-" }, (n - 1).abs())
    };
    format!("{sign}{written}")
}

/// Characters of every kind that the grammars treat apart.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        Just('"'),
        Just('\\'),
        Just('/'),
        prop::char::range('\0', '\u{1f}'),
        prop::char::range('a', 'e'),
        prop::char::range('\u{7e}', '\u{ff}'),
        prop::char::range('\u{d7fe}', '\u{e001}'),
        prop::char::range('\u{fffe}', '\u{10001}'),
        any::<char>(),
    ]
}

fn string() -> impl Strategy<Value = String> {
    prop::collection::vec(character(), 0..12).prop_map(String::from_iter)
}

/// A string as JSON, each character plain or escaped as the byte beside it says.
fn spelt(text: &str, choice: &[u8]) -> String {
    let mut out = String::from("\"");
    for (character, choice) in text.chars().zip(choice.iter().cycle()) {
        let must = character < ' ' || character == '"' || character == '\\';
        if must || choice % 4 == 0 {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&if choice % 8 == 0 {
                    format!("\\u{unit:04x}")
                } else {
                    format!("\\u{unit:04X}")
                });
            }
        } else {
            out.push(character);
        }
    }
    out.push('"');
    out
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i32>().prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>()
            .prop_filter("JSON has no others", |n| n.is_finite())
            .prop_map(|n| serde_json::to_string(&n).unwrap()),
        any::<f64>().prop_filter("JSON has no others", |n| n.is_finite()).prop_map(|n| format!("{n:e}")),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
    ]
}

/// A JSON text in some spelling, with names that are often the same.
fn text() -> impl Strategy<Value = String> {
    let space = prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\r\n\t")];
    let spelt = || (string(), prop::collection::vec(any::<u8>(), 1..4)).prop_map(|(t, c)| spelt(&t, &c));
    let leaf =
        prop_oneof![Just("null".to_owned()), Just("true".into()), Just("false".into()), number(), spelt()];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        let element = (space.clone(), inner, space.clone()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        let member = (space.clone(), spelt(), element.clone()).prop_map(|(a, n, v)| format!("{a}{n}{a}:{v}"));
        prop_oneof![
            prop::collection::vec(element, 0..8).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec(member, 0..24).prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

/// What we accept the other reader accepts, as the same value; what it accepts
/// and we do not has one of the reasons for which we are stricter.
fn agrees(bytes: &[u8]) -> Result<(), TestCaseError> {
    match (json::parse(bytes), serde_json::from_slice::<serde_json::Value>(bytes)) {
        (Ok(ours), Ok(theirs)) => prop_assert_eq!(translated(&ours), theirs),
        (Err(_), Err(_)) => {}
        // We keep the digits and leave it to others to find no room for them.
        (Ok(_), Err(error)) => prop_assert!(error.to_string().starts_with("number out of range"), "{error}"),
        (Err(error), Ok(_)) => {
            prop_assert!(matches!(error.kind, JsonErrorKind::DuplicateMember { .. }), "{error}")
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn json_texts_are_read_as_others_read_them(text in text()) {
        agrees(text.as_bytes())?;
    }

    #[test]
    fn json_texts_with_faults_too(
        text in text(),
        faults in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte, kind) in faults {
            let structural = b"{}[],:\"\\ 0-.eEtfn\n\xc3"[usize::from(byte) % 19];
            let at = at.index(bytes.len() + 1);
            match kind {
                0 => bytes.insert(at, byte),
                1 => bytes.insert(at, structural),
                2 if at < bytes.len() => bytes[at] = structural,
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        agrees(&bytes)?;
    }

    #[test]
    fn bytes_of_any_kind_too(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        agrees(&bytes)?;
    }

    #[test]
    fn canonical_form_is_a_fixed_point_and_the_one_of_others(text in text()) {
        let Ok(value) = json::parse(text.as_bytes()) else { return Ok(()) };
        match canonical::to_bytes(&value) {
            Ok(bytes) => {
                let again = json::parse(&bytes).expect("canonical JSON is JSON");
                prop_assert_eq!(canonical::to_bytes(&again), Ok(bytes.clone()));
                let theirs = serde_json_canonicalizer::to_vec(&translated(&value)).expect("they write everything");
                prop_assert_eq!(String::from_utf8(bytes), String::from_utf8(theirs));
            }
            Err(error) => prop_assert!(matches!(error, CanonicalError::IntegerRange { .. }), "{error}"),
        }
    }

    #[test]
    fn numbers_are_written_as_ecmascript_says(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        let written = canonical::double_from_bits(bits);
        prop_assert_eq!(&written, &value.is_finite().then(|| ecmascript(value)));
        if let Some(written) = written {
            prop_assert_eq!(written.parse::<f64>(), Ok(value));
        }
    }

    #[test]
    fn numbers_of_everyday_size_too(digits in 0..10_000_000_000_000_000_u64, scale in -30..30i32) {
        let value: f64 = format!("{digits}e{scale}").parse().unwrap();
        prop_assert_eq!(canonical::double_from_bits(value.to_bits()), Some(ecmascript(value)));
    }

    #[test]
    fn base64_has_one_spelling(text in "[AQgw/+_=-]{0,9}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(base64::decode_standard(&base64::encode_standard(&bytes)), Ok(bytes.clone()));
        prop_assert_eq!(base64::decode_url(&base64::encode_url(&bytes)), Ok(bytes.clone()));
        if let Ok(bytes) = base64::decode_standard(&text) {
            prop_assert_eq!(base64::encode_standard(&bytes), text.as_str());
        }
        if let Ok(bytes) = base64::decode_url(&text) {
            prop_assert_eq!(base64::encode_url(&bytes), text.as_str());
        }
        let either = base64::decode_standard(&text).or_else(|_| base64::decode_url_padded(&text)).ok();
        prop_assert_eq!(base64::decode_dsse(&text).ok(), either);
    }

    #[test]
    fn pem_has_one_spelling(der in prop::collection::vec(any::<u8>(), 1..200), label in "[A-Z0-9]{1,9}( [A-Z0-9]{1,9})?") {
        let text = pem::encode(&label, &der);
        let block = pem::Block { label, der };
        prop_assert_eq!(pem::blocks(&text), Ok(vec![block]));
    }

    #[test]
    fn der_integers_have_one_spelling(content in prop::collection::vec(any::<u8>(), 0..5)) {
        let element = der::encode(der::Tag::INTEGER, &[&content]);
        if let Ok(magnitude) = der::read_all(&element, |reader| reader.unsigned_integer()) {
            prop_assert_eq!(der::encode_unsigned_integer(magnitude), element);
        }
    }

    #[test]
    fn lines_are_the_same_whole_and_in_pieces(
        bytes in "[a\r\n]{0,40}", cuts in prop::collection::vec(1..5usize, 1..40), crlf: bool, limit in 0..6usize,
    ) {
        let ending = if crlf { lines::Ending::LfOrCrLf } else { lines::Ending::Lf };
        let whole: Result<Vec<_>, _> = lines::lines(bytes.as_bytes(), ending, limit)
            .map(|line| line.map(|line| (line.number, line.content.to_vec(), line.ended)))
            .collect();
        let mut pieces = Vec::new();
        let mut take = |line: lines::Line<'_>| pieces.push((line.number, line.content.to_vec(), line.ended));
        let mut splitter = lines::Splitter::new(ending, limit);
        let mut rest = bytes.as_bytes();
        let mut fed = Ok(());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() || fed.is_err() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            fed = splitter.feed(piece, &mut take);
            rest = after;
        }
        let fed = fed.and_then(|()| splitter.finish(&mut take));
        prop_assert_eq!(fed.map(|()| pieces), whole);
    }
}

#[test]
fn numbers_beside_powers_of_two_too() {
    for exponent in 0..2047u64 {
        for bits in [exponent << 52, (exponent << 52) + 1, (exponent << 52).saturating_sub(1)] {
            assert_eq!(canonical::double_from_bits(bits), Some(ecmascript(f64::from_bits(bits))), "{bits:x}");
        }
    }
}
