//! The outline of a certificate is what its place in the DER says, ends where
//! the bytes end, and is the same wherever it is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::{CertificateOutline, SelfSigned, Usage};
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::digest::Digest;

/// The elements of DER one after the other: tag, whole, content. Only what a
/// certificate needs, with short and long lengths.
fn elements(mut rest: &[u8]) -> Option<Vec<(u8, &[u8], &[u8])>> {
    let mut all = Vec::new();
    while let [tag, first, ..] = *rest {
        let (header, length) = match first {
            0..0x80 => (2, usize::from(first)),
            _ => {
                let count = usize::from(first & 0x7f);
                let octets = rest.get(2..2 + count)?;
                (2 + count, octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)))
            }
        };
        let whole = rest.get(..header + length)?;
        all.push((tag, whole, &whole[header..]));
        rest = &rest[whole.len()..];
    }
    rest.is_empty().then_some(all)
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(outline) = CertificateOutline::read(bytes) else { return };
    let certificate = elements(bytes).expect("one element");
    assert_eq!(certificate.len(), 1, "all of it is the certificate");
    let parts = elements(certificate[0].2).expect("three parts");
    assert_eq!(parts.len(), 3);
    let tbs = elements(parts[0].2).expect("the fields");
    let first = usize::from(tbs[0].0 == 0xa0);
    assert_eq!(tbs[first + 1].1, parts[1].1, "one algorithm");
    assert_eq!(outline.issuer, tbs[first + 2].1);
    assert_eq!(outline.subject, tbs[first + 4].1);
    assert_eq!(outline.spki, tbs[first + 5].1);
    match PublicKey::from_spki_der(outline.spki) {
        Ok(key) => assert_eq!(outline.key_id(), key.id()),
        Err(_) => {
            assert_eq!(outline.key_id().digest(), &Digest::sha256(outline.spki));
            assert_ne!(outline.self_signed(), SelfSigned::Yes);
        }
    }
    if outline.self_signed() == SelfSigned::Yes {
        assert_eq!(outline.issuer, outline.subject);
    }
    // Without the extension there is room for everything.
    let extended = bytes.windows(3).any(|window| window == b"\x55\x1d\x25");
    assert!(
        extended || (outline.leaves_room_for(Usage::Signing) && outline.leaves_room_for(Usage::TimeStamping))
    );
    // Every certificate ends where it ends.
    assert!(CertificateOutline::read(&bytes[..bytes.len() - 1]).is_err());
    assert!(CertificateOutline::read(&[bytes, &[0]].concat()).is_err());
});
