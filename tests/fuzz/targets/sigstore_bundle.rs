//! Bundles: what is read has a signature, and nobody made it whose key was thrown
//! away; a certificate in it is read without harm, and promised to no log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::sigstore::{Bundle, Content, Material, Said, promises};
use stella_forensic::proof::x509::Certificate;
use stella_forensic::wire::json;

/// A key whose private half was thrown away.
const KEY: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB3D9GcLn0BZF42VM4vtlhbtpiBgHCGAI1nEdHD4UvsB5LNWN9ck8uPq7NFGvrWn/Znth4sOeOsOaZCRhkNT3bQ=";

fn certificate(one: &Certificate, key: &TrustedKey) {
    if let Ok(said) = Said::by(one) {
        assert!(!said.keyless.subject.is_empty() && !said.keyless.issuer.is_empty());
    }
    for promise in promises(one).unwrap_or_default() {
        assert!(promise.made_by(key, one, one).is_err());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let key = TrustedKey::public(PublicKey::from_ssh(KEY).expect("a sound key"));
    if let Ok(one) = Certificate::parse(bytes) {
        certificate(&one, &key);
    }
    let Ok(value) = json::parse(bytes) else { return };
    let Ok(bundle) = Bundle::parse(&value) else { return };
    match &bundle.content {
        Content::Message(message) => assert!(message.signed_by(&key, None).is_err()),
        Content::Envelope(envelope) => {
            assert_eq!(envelope.signatures().len(), 1);
            assert!(envelope.signed_by(0, &key).is_err());
        }
    }
    if let Material::Certificate { leaf, chain } = &bundle.material {
        std::iter::once(leaf).chain(chain).for_each(|one| certificate(one, &key));
    }
});
