//! A whole stream through intake, checks and policy: nobody whom the store
//! knows signed any of it, so it is never verified, no check breaks, and a
//! second time it comes to the same report.
#![no_main]

use std::io::Cursor;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use stella_forensic::anchor::{Authority, Identity, Purpose, TrustedKey};
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::custody::Roster;
use stella_forensic::evidence::{Options, Source, collect};
use stella_forensic::finding::CheckId;
use stella_forensic::policy::{self, Status};
use stella_forensic::trust::TrustStore;
use stella_forensic::verify::{Request, verify};
use stella_forensic::wire::tar::{Mode, Writer};

/// Its private half was thrown away.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX";

/// Files from the input: each a line with its name and one with its length in
/// decimal, and so many bytes.
fn archive(mut rest: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), 0);
    let line = |rest: &mut &[u8]| {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let text = str::from_utf8(&rest[..end]).ok()?;
        *rest = &rest[end + 1..];
        Some(text.to_owned())
    };
    while let (Some(name), Some(length)) = (line(&mut rest), line(&mut rest)) {
        let length = length.parse().unwrap_or(rest.len()).min(rest.len());
        let (content, after) = rest.split_at(length);
        rest = after;
        if writer.append(&name, Mode::File, length as u64, &mut &content[..]).is_err() {
            break;
        }
    }
    writer.finish().expect("memory does not fail")
}

fuzz_target!(|bytes: &[u8]| {
    let archive = archive(bytes);
    let key = TrustedKey::public(PublicKey::from_ssh(KEY).expect("a sound key"));
    let identity = Identity::new("nobody").expect("a plain name");
    let trust = TrustStore::of([Authority::new(identity, Purpose::ALL).with_key(key)]);
    let run = || {
        let roster = Arc::new(Roster::new(trust.authorities()));
        let options = Options { roster: Some(&roster), ..Options::default() };
        let source = vec![Source::Stdin(Box::new(Cursor::new(archive.clone())))];
        let evidence = collect(source, &options).expect("a stream is always a case");
        verify(&evidence, &trust, policy::default(), &Request::default())
    };
    let outcome = run();
    assert_ne!(outcome.verdict.whole.status, Status::Verified);
    for case in &outcome.ledger.cases {
        let broke =
            case.book.coverage.get(&CheckId::ToolFault).map_or(0, |coverage| coverage.not_established);
        assert_eq!(broke, 0, "{:?}", case.book.findings);
    }
    assert!(outcome.ledger.subjects.iter().all(|subject| subject.vouched_by.is_empty()));
    let again = run();
    assert_eq!(format!("{:?}", again.ledger), format!("{:?}", outcome.ledger));
    assert_eq!(format!("{:?}", again.verdict), format!("{:?}", outcome.verdict));
});
