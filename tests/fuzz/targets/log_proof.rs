//! Proofs as text, receipts, tiles and policies for logs: what a key that never
//! signed has not signed is not proven, and tiles come to one root.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::digest::Digest;
use stella_forensic::proof::log::tiles::{TileName, TileTree};
use stella_forensic::proof::log::{Entry, LogKey, Receipt, TlogConsistency, TlogProof};
use stella_forensic::trust::{LogPolicy, is_log_policy};
use stella_forensic::wire::json;

/// A key whose private half was thrown away.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX";

fuzz_target!(|bytes: &[u8]| {
    let log = || {
        let key = TrustedKey::public(PublicKey::from_ssh(KEY).expect("a sound key"));
        LogKey::of(None, key).expect("a log")
    };
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert!(proof.included(&Digest::sha256(bytes), &log()).is_err());
    }
    if let Ok(proof) = TlogConsistency::parse(bytes) {
        assert!(log().checkpoint(proof.note()).is_err());
    }
    if let Ok(policy) = LogPolicy::parse(bytes) {
        assert!(is_log_policy(bytes));
        assert!(policy.quorum_text().len() < bytes.len() + 64);
    }
    if let Ok(value) = json::parse(bytes) {
        let _ = (Receipt::parse(&value), Receipt::of_promotion(&value, ""));
        for (uuid, entry) in Entry::parse_api(&value).unwrap_or_default() {
            let named = log().known_as(entry.log_id());
            assert!(entry.promised(&named).is_err() && entry.included(&named).is_err());
            let _ = entry.has_uuid(&uuid);
        }
    }
    // A size, then tiles: a name and its length in one byte each.
    let Some(([size, many], mut rest)) = bytes.split_first_chunk::<2>() else { return };
    let size = u64::from(*size) << (many % 16);
    let mut tree = TileTree::new(size);
    while let Some(([name, length, length_2], after)) = rest.split_first_chunk::<3>() {
        let length = (usize::from(*length) << 8 | usize::from(*length_2)).min(after.len());
        let name = match name % 4 {
            0 => TileName::Entries { index: u64::from(name / 4), width: 1 },
            level => TileName::Hashes {
                level: u32::from(level - 1),
                index: u64::from(name / 4),
                width: length as u64 / 32,
            },
        };
        let _ = tree.add(name, &after[..length]);
        rest = &after[length..];
    }
    let missing = tree.unexplained();
    assert!(missing.is_none_or(|(_, index)| index < size));
    let one = tree.root(&[0; 32]).is_ok();
    assert!(!(one && tree.root(&[1; 32]).is_ok()));
});
