//! A certificate keeps its bytes, and everything that is asked of it answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::proof::x509::{Certificate, Memo, Name, SignatureAlgorithm};

fuzz_target!(|bytes: &[u8]| {
    let _ = SignatureAlgorithm::parse(bytes);
    let Ok(certificate) = Certificate::parse(bytes) else { return };
    assert_eq!(certificate.der(), bytes);
    assert!(bytes.windows(certificate.tbs().len()).any(|part| part == certificate.tbs()));
    for name in [certificate.subject(), certificate.issuer()] {
        let again = Name::parse(name.der()).expect("it was read before");
        assert_eq!(again, *name);
        let shown = name.to_string();
        assert!(!shown.chars().any(char::is_control) && shown.len() < 600);
    }
    for name in certificate.names() {
        assert!(!name.to_string().chars().any(char::is_control));
    }
    assert_eq!(SignatureAlgorithm::parse(certificate.signature_algorithm_der()).as_ref(), certificate.signature_algorithm());
    if let Ok(key) = certificate.public_key() {
        let memo = Memo::new();
        assert_eq!(certificate.signed_by(key, &memo), certificate.signed_by(key, &memo));
    }
});
