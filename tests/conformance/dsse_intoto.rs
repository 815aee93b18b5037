//! DSSE envelopes that other projects carry, under the keys that they carry
//! with them. A key is trusted for the default algorithms of its kind, and a
//! threshold counts distinct keys.

use std::collections::BTreeSet;

use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::dsse::Envelope;
use stella_forensic::wire::json;

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "dsse-intoto", exceptions: &[], judge, further: nothing_further };

fn judge(files: &Files, case: &Case) -> Judged {
    let value = match json::parse(&files.bytes(case.file("envelope"))) {
        Ok(value) => value,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let envelope = match Envelope::parse(&value) {
        Ok(envelope) => envelope,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let keys: Vec<TrustedKey> = case
        .files
        .keys()
        .filter(|role| role.starts_with("key"))
        .map(|role| PublicKey::from_pem(&files.text(case.file(role))).expect("the keys are sound"))
        .map(TrustedKey::public)
        .collect();
    let indexes = 0..envelope.signatures().len();
    let signed: Vec<_> = indexes
        .flat_map(|index| keys.iter().map(move |key| (index, key)))
        .filter_map(|(index, key)| envelope.signed_by(index, key).ok())
        .collect();
    for one in &signed {
        if case.param("payload_type").is_some_and(|expected| expected != one.payload_type()) {
            return Judged::Differs(format!("payload type {}", one.payload_type()));
        }
    }
    if let Some(expected) = case.params["verified_indexes"].as_array() {
        let found: BTreeSet<u64> = signed.iter().map(|one| one.index() as u64).collect();
        let expected: BTreeSet<u64> = expected.iter().filter_map(|index| index.as_u64()).collect();
        if found != expected {
            return Judged::Differs(format!("signatures {found:?} verify"));
        }
    }
    let signers: BTreeSet<_> = signed.iter().map(|one| one.key_id()).collect();
    let threshold = case.params["threshold"].as_u64().unwrap_or(1) as usize;
    if signers.len() < threshold {
        return Judged::Refuses(format!("{} of {threshold} keys", signers.len()));
    }
    Judged::Accepts
}
