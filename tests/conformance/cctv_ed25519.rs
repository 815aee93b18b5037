//! The Ed25519 edge cases of CCTV: points of low order and their second
//! spellings, as keys and as the `R` of a signature.
//!
//! The index lists the 490 that RFC 8032 says to refuse. The rest carry flags
//! and no verdict; what the strict rules make of them is stated below.

use serde_json::Value;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::crypto::signature::{self, Algorithm, Encoding};
use stella_forensic::digest::decode_hex;

use super::{Case, Files, Judged, Suite};

pub const SUITE: Suite = Suite { name: "cctv-ed25519", exceptions: &[], judge, further };

fn judge(files: &Files, case: &Case) -> Judged {
    let vectors = files.json(case.file("0"));
    let number = case.params["index"].as_u64().expect("a case has an index") as usize;
    let vector = &vectors[number];
    assert_eq!(vector["number"].as_u64(), Some(number as u64));
    check(vector)
}

fn check(vector: &Value) -> Judged {
    let bytes = |name: &str| decode_hex(vector[name].as_str().expect("hexadecimal")).expect("hexadecimal");
    let key = match PublicKey::from_ed25519_bytes(&bytes("key")) {
        Ok(key) => key,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let message = vector["msg"].as_str().expect("a message").as_bytes();
    Judged::from_result(signature::verify(Algorithm::Ed25519, Encoding::Der, &key, message, &bytes("sig")))
}

/// Strict means: refused whenever a point is of low order or spelled a second
/// way, or when the equation holds only after multiplying by the cofactor.
fn further(files: &Files) -> Vec<(String, bool)> {
    let vectors = files.json("ed25519vectors.json");
    let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
    for vector in vectors.as_array().expect("a list of vectors") {
        let flags: Vec<&str> =
            vector["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let strict =
            ["low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R"];
        let expected = !flags.iter().any(|flag| strict.contains(flag));
        let accepts = matches!(check(vector), Judged::Accepts);
        *(if accepts { &mut accepted } else { &mut refused }) += 1;
        if accepts != expected {
            wrong.push(vector["number"].to_string());
        }
    }
    vec![(
        format!(
            "cctv-ed25519: of all vectors {accepted} accepted, {refused} refused, against the rules {wrong:?}"
        ),
        wrong.is_empty() && accepted > 0,
    )]
}
