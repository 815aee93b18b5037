//! A response that is read can be asked about any certificate without failing,
//! and what is read of it lies in bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::limits;
use stella_forensic::proof::revocation::{CertificateStatus, OcspResponse, Reason};

fuzz_target!(|bytes: &[u8]| {
    let Ok(response) = OcspResponse::parse(bytes) else { return };
    assert_eq!(response.der(), bytes);
    assert!(response.responses().len() <= limits::OCSP_RESPONSES_MAX);
    assert!(response.certificates_unverified().count() <= limits::OCSP_CERTIFICATES_MAX);
    for single in response.responses() {
        assert!(single.next_update.is_none_or(|next| next >= single.this_update));
        if let CertificateStatus::Revoked(revoked) = single.status {
            assert_ne!(revoked.reason, Some(Reason::RemoveFromCrl));
        }
    }
});
