//! A statement says what another JSON reader finds in it, and says it again in
//! its canonical form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::Algorithm;
use stella_forensic::statement::{Form, Kind, Statement};
use stella_forensic::wire::{canonical, json};

fuzz_target!(|bytes: &[u8]| {
    let Ok(statement) = Statement::parse(bytes) else { return };
    let twin: serde_json::Value = serde_json::from_slice(bytes).expect("what we accept serde_json accepts");
    assert!(!statement.subjects.is_empty());
    assert_eq!(twin["subject"].as_array().map(Vec::len), Some(statement.subjects.len()));
    for (subject, twin) in statement.subjects.iter().zip(twin["subject"].as_array().expect("counted above")) {
        assert_eq!(subject.name.as_deref(), twin["name"].as_str());
        let named = twin["digest"].as_object().expect("a subject has digests");
        assert!(!named.is_empty());
        // Every digest whose name is known, and no other.
        let known = named.iter().filter_map(|(name, hex)| Some((Algorithm::from_statement_name(name)?, hex)));
        let mut known: Vec<_> =
            known.map(|(algorithm, hex)| (algorithm, hex.as_str().expect("hex"))).collect();
        let hexes: Vec<_> = subject.digests.iter().map(|digest| (digest.algorithm(), digest.hex())).collect();
        let mut ours: Vec<_> = hexes.iter().map(|(algorithm, hex)| (*algorithm, hex.as_str())).collect();
        known.sort();
        ours.sort();
        assert_eq!(ours, known);
        assert!(subject.strong().all(|digest| digest.bytes().len() >= 32));
    }
    match statement.form {
        Form::Promotion => assert_eq!(twin["_type"], statement.predicate_type.as_str()),
        _ => assert_eq!(twin["predicateType"], statement.predicate_type.as_str()),
    }
    if statement.kind() == Kind::SummaryPassed {
        assert_eq!(twin["predicate"]["verificationResult"], "PASSED");
    }
    if let Some(build_type) = statement.build_type() {
        assert_eq!(statement.kind(), Kind::Provenance);
        let predicate = &twin["predicate"];
        assert!(
            predicate["buildDefinition"]["buildType"] == build_type || predicate["buildType"] == build_type
        );
    }
    let value = json::parse(bytes).expect("parsed above");
    let Ok(form) = canonical::to_bytes(&value) else { return };
    let again = Statement::parse(&form).expect("the canonical form is the same statement");
    assert_eq!(again.subjects.len(), statement.subjects.len());
    for (ours, theirs) in statement.subjects.iter().zip(&again.subjects) {
        let sorted = |subject: &stella_forensic::statement::Subject| {
            let mut digests = subject.digests.clone();
            digests.sort();
            digests
        };
        assert_eq!((&ours.name, sorted(ours)), (&theirs.name, sorted(theirs)));
    }
    assert_eq!((again.form, again.kind()), (statement.form, statement.kind()));
});
