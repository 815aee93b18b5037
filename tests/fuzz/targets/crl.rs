//! A list that is read has entries that can be looked up, and nothing that
//! nobody signed clears or accuses anybody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::proof::revocation::Crl;

fuzz_target!(|bytes: &[u8]| {
    let Ok(crl) = Crl::parse(bytes) else { return };
    assert_eq!(crl.der(), bytes);
    assert!(crl.next_update().is_none_or(|next| next >= crl.this_update()));
    // The walk over the entries must not fail, whatever is looked for.
    for serial in [&[0][..], &[1], &[0x80], &[0, 0x80], &[0x7F; 20], &[1; 200]] {
        let found = crl.lookup(crl.issuer(), serial);
        assert!(found.is_none() || crl.entry_count() > 0);
    }
});
