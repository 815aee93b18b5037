//! A trusted root of Sigstore that is read is a store that can be written and read
//! again, in which nobody is trusted for attestations.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::Purpose;
use stella_forensic::time::UnixTime;
use stella_forensic::trust::{CertificateUse, Naming, parse_directory, parse_file, to_files};

const BARE: Naming = Naming::Bare(CertificateUse::Any);

fuzz_target!(|bytes: &[u8]| {
    if !bytes.windows(12).any(|part| part == b"trustedroot+") {
        return;
    }
    let Ok(store) = parse_file("trusted_root.json", bytes, BARE, None) else { return };
    assert_eq!(store.authorities_for(Purpose::Attestation).count(), 0);
    let dated = store.numbered(1, UnixTime::new(0, 0).expect("a time")).expect("it has no number");
    let Ok(files) = to_files(&dated) else { return };
    let again = parse_directory(&files, BARE, None).expect("what we write we read");
    assert_eq!(again.digest(), dated.digest());
});
