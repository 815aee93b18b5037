//! Inclusion and consistency proofs of RFC 6962 and RFC 9162, right and spoilt.

use serde_json::Value;
use stella_forensic::proof::merkle::{Consistency, Inclusion};
use stella_forensic::wire::base64;

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "rfc6962-merkle", exceptions: &[], judge, further: nothing_further };

fn judge(files: &Files, case: &Case) -> Judged {
    let proof = files.json(case.file("0"));
    let result = match case.param("kind") {
        Some("inclusion") => inclusion(&proof),
        Some("consistency") => consistency(&proof),
        other => return Judged::Differs(format!("unknown kind {other:?}")),
    };
    match result {
        Ok(()) => Judged::Accepts,
        Err(error) => Judged::Refuses(error),
    }
}

fn inclusion(proof: &Value) -> Result<(), String> {
    let (index, size) = (number(proof, "leafIdx")?, number(proof, "treeSize")?);
    let claim = Inclusion::new(index, size, &path(proof)?).map_err(|error| error.to_string())?;
    let verified = claim.verify(&bytes(&proof["leafHash"])?, &bytes(&proof["root"])?);
    verified.map(|_| ()).map_err(|error| error.to_string())
}

fn consistency(proof: &Value) -> Result<(), String> {
    let (older, newer) = (number(proof, "size1")?, number(proof, "size2")?);
    let claim = Consistency::new(older, newer, &path(proof)?).map_err(|error| error.to_string())?;
    let verified = claim.verify(&bytes(&proof["root1"])?, &bytes(&proof["root2"])?);
    verified.map(|_| ()).map_err(|error| error.to_string())
}

fn number(proof: &Value, name: &str) -> Result<u64, String> {
    proof[name].as_u64().ok_or_else(|| format!("{name} is {}", proof[name]))
}

/// Without hashes it is `null`.
fn path(proof: &Value) -> Result<Vec<Vec<u8>>, String> {
    proof["proof"].as_array().into_iter().flatten().map(bytes).collect()
}

/// `null` is how the suite spells no bytes.
fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    base64::decode_standard(value.as_str().unwrap_or_default()).map_err(|error| error.to_string())
}
