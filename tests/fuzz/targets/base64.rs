//! Whatever is decoded is encoded to the same text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::base64::*;

fuzz_target!(|text: &str| {
    let check = |decoded: Result<Vec<u8>, Base64Error>, encode: fn(&[u8]) -> String| {
        if let Ok(bytes) = &decoded {
            assert_eq!(encode(bytes), text);
        }
        decoded.ok()
    };
    let standard = check(decode_standard(text), encode_standard);
    let url = check(decode_url_padded(text), encode_url_padded);
    check(decode_standard_unpadded(text), encode_standard_unpadded);
    check(decode_url(text), encode_url);
    assert_eq!(decode_dsse(text).ok(), standard.or(url));
});
