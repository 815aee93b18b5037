//! A key that is read in any spelling is read again from its one form, with the same id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::crypto::signature::default_algorithms;
use stella_forensic::wire::{json, pem};

fuzz_target!(|bytes: &[u8]| {
    let mut read = vec![PublicKey::from_spki_der(bytes), PublicKey::from_ed25519_bytes(bytes)];
    if let Ok(text) = std::str::from_utf8(bytes) {
        let spellings = [
            PublicKey::from_pem,
            PublicKey::from_ssh,
            PublicKey::from_minisign,
            PublicKey::from_ed25519_hex,
            PublicKey::from_ed25519_base64,
        ];
        read.extend(spellings.map(|spelling| spelling(text)));
    }
    if let Ok(value) = json::parse(bytes) {
        read.push(PublicKey::from_jwk(&value));
    }
    for key in read.into_iter().flatten() {
        let der = key.spki_der();
        let again = PublicKey::from_spki_der(&der).expect("the one form is read");
        assert_eq!((again.id(), again.spki_der()), (key.id(), der.clone()));
        assert_eq!(PublicKey::from_pem(&pem::encode("PUBLIC KEY", &der)).as_ref(), Ok(&key));
        assert!(again.hints().is_subset(&key.hints()));
        assert!(default_algorithms(&key).iter().all(|algorithm| algorithm.fits(key.kind())));
    }
});
