//! The canonical form of JSON: the author's files, the numbers of RFC 8785
//! Appendix B and the first ten thousand of the published number sequence.

use stella_forensic::wire::{canonical, json};

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "jcs-rfc8785", exceptions: &[], judge, further: nothing_further };

fn judge(files: &Files, case: &Case) -> Judged {
    match case.param("kind") {
        Some("canonicalise") => file(files, case),
        Some("number") => number(case.param("ieee754_hex").expect("a number has bits"), case.param("text")),
        Some("number-file") => {
            let lines = files.text(case.file("0"));
            if Some(lines.lines().count() as u64) != case.params["lines"].as_u64() {
                return Judged::Differs("another number of lines".into());
            }
            let pairs = lines.lines().map(|line| line.split_once(',').expect("bits,text"));
            pairs
                .map(|(bits, text)| number(bits, Some(text)))
                .find(|judged| !matches!(judged, Judged::Accepts))
                .unwrap_or(Judged::Accepts)
        }
        kind => Judged::Differs(format!("a case of kind {kind:?}")),
    }
}

fn file(files: &Files, case: &Case) -> Judged {
    let written = json::parse(&files.bytes(case.file("input")))
        .map_err(|e| e.to_string())
        .and_then(|value| canonical::to_bytes(&value).map_err(|e| e.to_string()));
    match written {
        Ok(bytes) if bytes == **files.bytes(case.file("expected_output")) => Judged::Accepts,
        Ok(bytes) => Judged::Differs(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Judged::Refuses(error),
    }
}

/// The bits give the text, and the text, where we read it, gives itself.
fn number(bits: &str, text: Option<&str>) -> Judged {
    let bits = u64::from_str_radix(bits, 16).expect("bits in hexadecimal");
    let Some(found) = canonical::double_from_bits(bits) else {
        return Judged::Refuses("not finite".into());
    };
    if text != Some(found.as_str()) {
        return Judged::Differs(format!("{bits:016x} is written {found}, expected {text:?}"));
    }
    let value = json::parse(found.as_bytes()).expect("what is written is JSON");
    match canonical::to_bytes(&value) {
        Ok(again) if again == found.as_bytes() => Judged::Accepts,
        // Stricter than the RFC, on purpose: a plain integer beyond 2^53.
        Err(canonical::CanonicalError::IntegerRange { .. })
            if f64::from_bits(bits).abs() > (1u64 << 53) as f64 =>
        {
            Judged::Accepts
        }
        other => Judged::Differs(format!("{found} is written again as {other:?}")),
    }
}
