//! The same said in other words: other JSON for the same values, other base64
//! for the same bytes, other encodings of the same signature, of a token (see
//! token.rs), of certificates.

use crypto_bigint::{NonZero, U256};
use serde_json::Value;
use stella_forensic::wire::der::{self, DerError, Tag};
use stella_forensic::wire::{base64, pem};

use super::token;

/// Every other spelling of a file, by name.
pub fn respelled(path: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let text = std::str::from_utf8(bytes).ok();
    let lines = text.map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default();
    if text.is_some() {
        all.push(("crlf".into(), lines.join("\r\n").into_bytes()));
        all.push(("bom".into(), [b"\xef\xbb\xbf", bytes].concat()));
        all.push(("line-feed-added".into(), [bytes, b"\n"].concat()));
        all.push(("space-added".into(), [bytes, b" "].concat()));
    }
    let values: Option<Vec<Value>> = lines.iter().map(|line| serde_json::from_str(line).ok()).collect();
    if let Some(values) = values.filter(|values| !values.is_empty()) {
        let write = |values: &[Value], style| {
            let lines = values.iter().map(|value| json(value, style) + "\n");
            lines.collect::<String>().into_bytes()
        };
        all.push(("json-spaces".into(), write(&values, Style::Spaces)));
        all.push(("json-escapes".into(), write(&values, Style::Escapes)));
        all.push(("json-order".into(), write(&values, Style::Backwards)));
        for member in ["payload", "sig"] {
            for (name, change) in BASE64 {
                let mut values = values.clone();
                let changed = values.iter_mut().map(|value| strings(value, member, &change)).sum::<usize>();
                if changed > 0 {
                    all.push((format!("{member}-{name}"), write(&values, Style::Plain)));
                }
            }
        }
        for (name, change) in ECDSA {
            let mut values = values.clone();
            let change = |text: &str| Some(base64::encode_standard(&change(&numbers(text)?)));
            if values.iter_mut().map(|value| strings(value, "sig", &change)).sum::<usize>() > 0 {
                all.push((format!("sig-{name}"), write(&values, Style::Plain)));
            }
        }
    }
    if path.ends_with(".sig") {
        let raw = text.and_then(|text| base64::decode_standard(text.trim_end()).ok());
        let signature = raw.clone().unwrap_or_else(|| bytes.to_vec());
        let wrap = |bytes: Vec<u8>| match raw {
            Some(_) => (base64::encode_standard(&bytes) + "\n").into_bytes(),
            None => bytes,
        };
        let other = match raw {
            Some(_) => ("as-raw-bytes", signature.clone()),
            None => ("as-base64", base64::encode_standard(&signature).into_bytes()),
        };
        all.push((other.0.into(), other.1));
        if let Some(numbers) = sig_value(&signature) {
            all.extend(ECDSA.iter().map(|(name, change)| (format!("sig-{name}"), wrap(change(&numbers)))));
        }
    }
    if path.ends_with(".tsr") {
        all.extend(token::respelled(bytes));
    }
    if path.ends_with(".crl") {
        all.push(("as-pem".into(), pem::encode("X509 CRL", bytes).into_bytes()));
        all.push(("byte-added".into(), [bytes, &[0]].concat()));
    }
    if path.ends_with(".pem") {
        let blocks = pem::blocks(text.unwrap()).unwrap();
        let texts: Vec<String> = blocks.iter().map(|one| pem::encode(&one.label, &one.der)).collect();
        all.push(("pem-without-text".into(), texts.concat().into_bytes()));
        let backwards: String = texts.into_iter().rev().collect();
        all.push(("pem-backwards".into(), backwards.into_bytes()));
        all.push(("as-der".into(), blocks[0].der.clone()));
    }
    all.retain(|(_, other)| other != bytes);
    all
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Spaces,
    Escapes,
    Backwards,
}

fn json(value: &Value, style: Style) -> String {
    let string = |text: &str| match style {
        Style::Escapes => {
            let escaped = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
            format!("\"{}\"", escaped.collect::<String>())
        }
        _ => Value::from(text).to_string(),
    };
    let (comma, colon) = if style == Style::Spaces { (" ,\t", " : ") } else { (",", ":") };
    match value {
        Value::String(text) => string(text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| json(value, style)).collect();
            format!("[{}]", values.join(comma))
        }
        Value::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}{colon}{}", string(name), json(value, style)))
                .collect();
            if style == Style::Backwards {
                members.reverse();
            }
            format!("{{{}}}", members.join(comma))
        }
        _ => value.to_string(),
    }
}

/// Changes every string that is called `name`, and says how many it changed.
fn strings(value: &mut Value, name: &str, change: &dyn Fn(&str) -> Option<String>) -> usize {
    match value {
        Value::Array(values) => values.iter_mut().map(|value| strings(value, name, change)).sum(),
        Value::Object(members) => {
            let mut changed = 0;
            for (member, value) in members.iter_mut() {
                match value {
                    Value::String(text) if member == name => {
                        let other = change(text).filter(|other| other != text);
                        changed += usize::from(other.is_some());
                        *text = other.unwrap_or_else(|| text.clone());
                    }
                    _ => changed += strings(value, name, change),
                }
            }
            changed
        }
        _ => 0,
    }
}

type Respell = fn(&str) -> Option<String>;

const BASE64: [(&str, Respell); 5] = [
    ("base64url", |text| Some(text.replace('+', "-").replace('/', "_"))),
    ("base64-mixed", |text| Some(text.replacen('+', "-", 1)).filter(|other| other.contains(['+', '/']))),
    ("base64-unpadded", |text| Some(text.trim_end_matches('=').to_owned())),
    ("base64-line-feed", |text| Some(format!("{}\n{}", &text[..4], &text[4..]))),
    ("base64-loose-bits", |text| {
        // The bits that the padding leaves over.
        let last = text.trim_end_matches('=');
        let over = (last.len() < text.len()).then(|| last.as_bytes()[last.len() - 1])?;
        let next = ALPHABET.find(over as char).map(|at| &ALPHABET[at + 1..at + 2])?;
        Some(format!("{}{next}{}", &last[..last.len() - 1], &text[last.len()..]))
    }),
];

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The order of P-256.
const N: U256 = U256::from_be_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

type Numbers = [U256; 2];

/// `r` and `s` of an ECDSA-Sig-Value over P-256.
fn sig_value(signature: &[u8]) -> Option<Numbers> {
    let padded = |number: &[u8]| {
        let mut bytes = [0; 32];
        let at = 32usize.checked_sub(number.len())?;
        bytes[at..].copy_from_slice(number);
        Some(U256::from_be_slice(&bytes))
    };
    let read: Result<[Vec<u8>; 2], DerError> = der::read_all(signature, |reader| {
        reader.sequence(|reader| {
            let r = reader.unsigned_integer()?.to_vec();
            Ok([r, reader.unsigned_integer()?.to_vec()])
        })
    });
    let [r, s] = read.ok()?;
    Some([padded(&r)?, padded(&s)?])
}

fn numbers(text: &str) -> Option<Numbers> {
    sig_value(&base64::decode_standard(text).ok()?)
}

fn bytes(number: &U256) -> [u8; 32] {
    number.to_be_bytes().into()
}

fn integer(number: &U256) -> Vec<u8> {
    der::encode_unsigned_integer(&bytes(number))
}

fn sequence(r: &[u8], s: &[u8]) -> Vec<u8> {
    der::encode(Tag::SEQUENCE, &[r, s])
}

fn negated(s: &U256) -> U256 {
    s.neg_mod(&NonZero::new(N).expect("it is not zero"))
}

type Reencode = fn(&Numbers) -> Vec<u8>;

/// The same signature in other encodings, and what ECDSA takes for the same.
const ECDSA: [(&str, Reencode); 9] = [
    ("n-s", |[r, s]| sequence(&integer(r), &integer(&negated(s)))),
    ("r||s", |[r, s]| [bytes(r), bytes(s)].concat()),
    ("r||n-s", |[r, s]| [bytes(r), bytes(&negated(s))].concat()),
    // BER: a length in the long form, a length without end, an integer with a zero too many.
    ("ber-long-length", |[r, s]| {
        let der = sequence(&integer(r), &integer(s));
        [&[0x30, 0x81], &der[1..]].concat()
    }),
    ("ber-indefinite-length", |[r, s]| [&[0x30, 0x80], &integer(r)[..], &integer(s), &[0, 0]].concat()),
    ("ber-zero-before-r", |[r, s]| {
        let r = integer(r);
        sequence(&[&[2, r[1] + 1, 0], &r[2..]].concat(), &integer(s))
    }),
    ("byte-after-der", |[r, s]| [&sequence(&integer(r), &integer(s))[..], &[0]].concat()),
    ("byte-in-sequence", |[r, s]| sequence(&integer(r), &[&integer(s)[..], &[5, 0]].concat())),
    ("s+n", |[r, s]| {
        let (sum, carry) = s.carrying_add(&N, crypto_bigint::Limb::ZERO);
        let sum = [&[carry.0 as u8][..], &bytes(&sum)].concat();
        sequence(&integer(r), &der::encode_unsigned_integer(&sum))
    }),
];
