//! A token that is read has a time within its own interval, reads the same from
//! its definite form, and proves nothing where nobody is trusted.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::{Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::proof::timestamp::{Imprint, TimestampRequest, Token, ber};
use stella_forensic::proof::x509::{Budget, Memo};

fuzz_target!(|bytes: &[u8]| {
    let definite = ber::definite(bytes);
    if let Ok(definite) = &definite {
        assert_eq!(ber::definite(definite).as_ref(), Ok(definite), "once is enough");
        assert!(definite.len() <= bytes.len() + bytes.len() / 2);
    }
    let token = match Token::parse(bytes) {
        Ok(token) => token,
        Err(error) => return assert!(error.to_string().len() < 4096),
    };
    // What is opaque to the reader of DER need not be whole inside.
    let Ok(definite) = definite else { return };
    let again = Token::parse(&definite).expect("it was read in this form");
    assert_eq!(format!("{again:?}"), format!("{token:?}"));

    let interval = token.interval_unverified(Some(1));
    let time = Some(token.gen_time_unverified());
    assert!(interval.earliest <= time && interval.latest.is_none_or(|latest| Some(latest) >= time));

    let rules = Rules {
        algorithms: BTreeMap::from_iter(Algorithm::ALL.map(|algorithm| (algorithm, None))),
        at: None,
        revocation: Revocation::Off,
        allow_development: false, effects: None,
    };
    let memo = Memo::new();
    let request = TimestampRequest::new(Imprint::Unexamined, &[], &rules, &memo);
    assert!(token.verify(&request, &mut Budget::new(), &mut |_, _| Ok(())).is_err());
});
