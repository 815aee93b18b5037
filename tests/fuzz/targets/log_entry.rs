//! Entries and their bodies: nothing is proven by a key that never signed, and a
//! way that leads to a root leads to no other one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::log::{Body, Entry, LogKey};
use stella_forensic::wire::json;

/// A key whose private half was thrown away.
const KEY: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB3D9GcLn0BZF42VM4vtlhbtpiBgHCGAI1nEdHD4UvsB5LNWN9ck8uPq7NFGvrWn/Znth4sOeOsOaZCRhkNT3bQ=";

fuzz_target!(|bytes: &[u8]| {
    if let Ok(body) = Body::parse(bytes, None) {
        assert!(!body.signatures().is_empty());
    }
    let Ok(value) = json::parse(bytes) else { return };
    let Ok(entry) = Entry::parse(&value, "") else { return };
    assert!(!entry.body_bytes().is_empty());
    let _ = entry.body_unverified();
    let key = TrustedKey::public(PublicKey::from_ssh(KEY).expect("a sound key"));
    let log = LogKey::of(None, key).expect("a log").known_as(entry.log_id());
    assert!(entry.promised(&log).is_err() && entry.included(&log).is_err());
    if let Some(proof) = entry.proof() {
        let mut leaf = entry.leaf_hash().bytes().to_vec();
        if proof.leads_to_stated_root(&leaf).is_ok() {
            leaf[0] ^= 1;
            assert!(proof.leads_to_stated_root(&leaf).is_err());
        }
    }
});
