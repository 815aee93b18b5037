//! Object identifiers, as the content octets that DER compares.

/// id-signedData, RFC 5652 5.1.
pub const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// id-ct-TSTInfo, RFC 3161 2.4.2.
pub const TST_INFO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04];
/// id-contentType, RFC 5652 11.1.
pub const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
/// id-messageDigest, RFC 5652 11.2.
pub const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
/// id-signingTime, RFC 5652 11.3.
pub const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05];
/// id-aa-CMSAlgorithmProtection, RFC 6211 2.
pub const ALGORITHM_PROTECTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x34];
/// id-aa-signingCertificate, RFC 2634 5.4.
pub const SIGNING_CERTIFICATE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0C];
/// id-aa-signingCertificateV2, RFC 5035 3.
pub const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F];
/// id-ri-ocsp-response, RFC 5940 2.1.
pub const OCSP_RESPONSE: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x10, 0x02];
/// id-kp-timeStamping, RFC 3161 2.3.
pub const TIME_STAMPING: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::x509::Oid;

    #[test]
    fn texts() {
        let check = |octets: &[u8], expected: &str| assert_eq!(Oid::of(octets).to_string(), expected);
        check(SIGNED_DATA, "1.2.840.113549.1.7.2");
        check(TST_INFO, "1.2.840.113549.1.9.16.1.4");
        check(CONTENT_TYPE, "1.2.840.113549.1.9.3");
        check(MESSAGE_DIGEST, "1.2.840.113549.1.9.4");
        check(SIGNING_TIME, "1.2.840.113549.1.9.5");
        check(ALGORITHM_PROTECTION, "1.2.840.113549.1.9.52");
        check(SIGNING_CERTIFICATE, "1.2.840.113549.1.9.16.2.12");
        check(SIGNING_CERTIFICATE_V2, "1.2.840.113549.1.9.16.2.47");
        check(OCSP_RESPONSE, "1.3.6.1.5.5.7.16.2");
        check(TIME_STAMPING, "1.3.6.1.5.5.7.3.8");
    }
}
