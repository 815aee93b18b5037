//! Signature files: read in one way only, and good for nothing under a key that signed nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::detached::{MinisignFile, SignatureFile, SignedContent};
use stella_forensic::proof::sshsig::{self, SshSignature};

/// Its private half was thrown away.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX";

fuzz_target!(|bytes: &[u8]| {
    let key = TrustedKey::public(PublicKey::from_ssh(KEY).expect("a sound key"));
    let content = SignedContent::Bytes(b"content");
    if let Ok(file) = MinisignFile::parse(bytes) {
        let text = std::str::from_utf8(bytes).expect("what is read is UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[2].strip_prefix("trusted comment: "), Some(file.trusted_comment_unverified()));
        assert_eq!(file.key_name().len(), 16);
        assert!(file.signed_by(&key, content).is_err());
    }
    if let Ok(signature) = SshSignature::parse(bytes) {
        let brought = TrustedKey::ssh(signature.key_unverified().clone());
        assert!(signature.brings(&brought));
        assert!(signature.signed_by(&key, sshsig::FILE, content).is_err());
    }
    if let Ok(file) = SignatureFile::parse(bytes) {
        assert!(file.signed_by(&key, content).is_err());
    }
});
