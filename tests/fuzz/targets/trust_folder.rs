//! Keys and certificates in files side by side, in any spelling, make the same store whatever the files are called.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::Purpose;
use stella_forensic::time::UnixTime;
use stella_forensic::trust::{CertificateUse, Naming, parse_directory, parse_file, to_files};

fuzz_target!(|bytes: &[u8]| {
    // Files are parted by four zero bytes, which no text has.
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(4).position(|window| window == [0; 4]) {
        parts.push(&rest[..at]);
        rest = &rest[at + 4..];
    }
    parts.push(rest);
    let folder = |name: fn(usize) -> String| -> BTreeMap<String, Vec<u8>> {
        parts.iter().enumerate().map(|(at, part)| (name(at), part.to_vec())).collect()
    };
    let at = UnixTime::new(1_767_225_600, 0).ok();
    for naming in [Naming::Bare(CertificateUse::Any), Naming::Purpose(Purpose::Log)] {
        let _ = parse_file("one", bytes, naming, at);
        let one = parse_directory(&folder(|at| format!("{at}.pem")), naming, at);
        let other = parse_directory(&folder(|at| format!("x/{}.pub", 9999 - at)), naming, at);
        assert_eq!(one.is_ok(), other.is_ok());
        let (Ok(one), Ok(other)) = (one, other) else { continue };
        assert_eq!(one.digest(), other.digest());
        let Ok(store) = one.numbered(1, at.expect("a time")) else { continue };
        let Ok(written) = to_files(&store) else { continue };
        let again =
            parse_directory(&written, Naming::Bare(CertificateUse::Any), at).expect("what we write we read");
        assert_eq!(again.digest(), store.digest());
    }
});
