//! What an envelope is read as is what its encoding says, and a key that never
//! signed anything verifies nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::dsse::{Envelope, pae};
use stella_forensic::wire::json;

/// Keys whose private halves were thrown away.
const KEYS: [&str; 3] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB3D9GcLn0BZF42VM4vtlhbtpiBgHCGAI1nEdHD4UvsB5LNWN9ck8uPq7NFGvrWn/Znth4sOeOsOaZCRhkNT3bQ=",
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAFd+VC8Gh9FcJ0Hg/ZPVq/hXoRxzTcp351YOayas4MJUjo2Vnm2sbbDrNuqkfPbKikXD7bphirafzVGK2nGDWXpIgB+eSe9Dqy3ry6RcNn256ZU5Xm1Mn85BLEy71tdAvJFF/T5GkCOjqfv2q7vVfp2qTiXLnQWJceW2uMfSxJR3ovDSw==",
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = json::parse(bytes) else { return };
    let Ok(envelope) = Envelope::parse(&value) else { return };
    let payload = envelope.payload_unverified();
    let encoded = pae(envelope.payload_type(), payload);
    assert!(encoded.ends_with(payload) && encoded.starts_with(b"DSSEv1 "));
    assert!(!envelope.signatures().is_empty());
    let count = envelope.signatures().len();
    for line in KEYS {
        let key = TrustedKey::public(PublicKey::from_ssh(line).expect("a sound key"));
        for index in (0..count.min(2)).chain([count]) {
            assert!(envelope.signed_by(index, &key).is_err());
        }
    }
});
