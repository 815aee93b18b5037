//! The test vectors of BIP-340, with messages of every length.

use stella_forensic::crypto::schnorr::XOnlyKey;
use stella_forensic::digest::decode_hex;

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "bip340", exceptions: &[], judge, further: nothing_further };

fn judge(_: &Files, case: &Case) -> Judged {
    let bytes = |name: &str| {
        let text = case.params[name].as_str().expect("hexadecimal").to_ascii_lowercase();
        decode_hex(&text).expect("hexadecimal")
    };
    let key = match XOnlyKey::from_bytes(&bytes("public_key")) {
        Ok(key) => key,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    Judged::from_result(key.verify(&bytes("message"), &bytes("signature")))
}
