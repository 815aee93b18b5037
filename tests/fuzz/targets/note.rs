//! A note is what it was read from, byte for byte, and so is a checkpoint; keys
//! that never signed anything verify nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::log::LogKey;
use stella_forensic::proof::note::{Checkpoint, Note, NoteKey};

/// Keys whose private halves were thrown away.
const KEYS: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB3D9GcLn0BZF42VM4vtlhbtpiBgHCGAI1nEdHD4UvsB5LNWN9ck8uPq7NFGvrWn/Znth4sOeOsOaZCRhkNT3bQ=",
];

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = NoteKey::parse(text)
    {
        assert!(text.starts_with(key.name()));
    }
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_text().as_bytes(), bytes);
        if let Ok(checkpoint) = Checkpoint::parse(note.text_unverified()) {
            assert_eq!(checkpoint.to_text(), note.text_unverified());
        }
        for line in KEYS {
            let key = TrustedKey::public(PublicKey::from_ssh(line).expect("a sound key"));
            let name = &note.signatures()[0].name;
            assert!(LogKey::of(None, key.clone()).expect("a log").checkpoint(&note).is_err());
            assert!(note.signed_by(&NoteKey::plain(name, key.clone()).expect("a name")).is_err());
            if let Ok(key) = NoteKey::cosignature(name, key) {
                assert!(note.signed_by(&key).is_err());
            }
        }
    }
});
