//! Timelines as a user of the library meets them: whole files, the reference
//! verifier, speed.

use std::time::Instant;

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use sha2::Digest as _;
use stella_forensic::anchor::{Authority, Identity, Purpose, TrustedKey};
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::custody::ledger;
use stella_forensic::custody::stella::{Action, Exhibit, LineError, Record, seal_event};
use stella_forensic::custody::{Fold, Format, Timeline};
use stella_forensic::digest::Digest;
use stella_forensic::time::UnixTime;
use stella_forensic::wire::json;

fn signing_key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&sha2::Sha256::digest(name.as_bytes()).into())
}

fn public_key(name: &str) -> PublicKey {
    PublicKey::from_ed25519_bytes(signing_key(name).verifying_key().as_bytes()).unwrap()
}

fn authorities(names: &[&str]) -> Vec<Authority> {
    let authority = |name: &&str| {
        Authority::new(Identity::new(name).unwrap(), [Purpose::Custody])
            .with_key(TrustedKey::public(public_key(name)))
    };
    names.iter().map(authority).collect()
}

fn zeros() -> Digest {
    Digest::new(stella_forensic::digest::Algorithm::Sha256, &[0; 32]).unwrap()
}

fn exhibits() -> Vec<Exhibit<'static>> {
    let exhibit = |path, content: &[u8]| Exhibit { path, digest: Digest::sha256(content) };
    vec![exhibit("disk.img", b"disk"), exhibit("notes/first \"day\".txt", b"notes")]
}

/// Events of every kind, passing between alice and bob.
fn story(events: u64) -> Vec<Vec<u8>> {
    let (mut previous, mut holder) = (zeros(), "alice");
    let mut lines = Vec::new();
    for sequence in 1..=events {
        let other = if holder == "alice" { "bob" } else { "alice" };
        let (action, note) = match sequence {
            1 => (Action::Opened, None),
            2 => {
                (Action::Collected(exhibits()), Some("taken from the desk, l\u{e4}ngs \u{1f512}\n\"sealed\""))
            }
            n if n == events => (Action::Closed, None),
            n if n + 1 == events => (Action::Sealed(exhibits()), None),
            n => match n % 3 {
                0 => (Action::Transferred { to: other, evidence: exhibits() }, None),
                1 => (Action::Observed, Some("looked at")),
                _ => (Action::RedactionNotice { supersedes: n - 1 }, Some("a name stood there")),
            },
        };
        let record = Record {
            case: "case-7",
            sequence,
            previous,
            at: UnixTime::new(1_700_000_000 + sequence as i64, 250_000_000).unwrap(),
            actor: holder,
            note,
            action,
        };
        if matches!(record.action, Action::Transferred { .. }) {
            holder = other;
        }
        let written = seal_event::<LineError>(&record, |name, message| {
            let sig = signing_key(name).sign(message).to_bytes().to_vec();
            Ok((public_key(name).id().to_string(), sig))
        });
        let written = written.unwrap();
        previous = written.hash;
        lines.push(written.line);
    }
    lines
}

fn ledger_story(events: u64) -> Vec<Vec<u8>> {
    let mut previous = zeros();
    let mut lines = Vec::new();
    for sequence in 1..=events {
        let event = format!(
            r#"{{"actor":{{"id":"scanner-7","type":"system"}},"chainId":"11111111-2222-3333-4444-555555555555","finding":{{"artifactId":"sha256:abcdef0123456789","id":"finding-{sequence}","vulnId":"CVE-2026-12345"}},"id":"00000000-0000-0000-0000-{sequence:012}","occurredAt":"2026-01-02T03:04:05.000Z","payload":{{"severity":"high","state":"open","note":"as reported by the scanner"}},"policyVersion":"sha256:0123456789abcdef","recordedAt":"2026-01-02T03:04:05.500Z","sequence":{sequence},"tenant":"acme","type":"finding.created"}}"#
        );
        let value = json::parse(event.as_bytes()).unwrap();
        let hash = Digest::sha256(&stella_forensic::wire::canonical::to_bytes(&value).unwrap());
        let leaf = ledger::leaf_hash(&hash, sequence);
        lines.push(
            format!(
                r#"{{"event":{event},"event_hash":"{}","merkle_leaf_hash":"{}","previous_hash":"{}"}}"#,
                hash.hex(),
                leaf.hex(),
                previous.hex()
            )
            .into_bytes(),
        );
        previous = hash;
    }
    lines
}

/// Splits as a reader of files does.
fn fold(format: Format, authorities: &[Authority], file: &[u8]) -> Vec<Timeline> {
    let mut fold = Fold::new(format, authorities, &[]);
    let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    let complete = lines.pop_if(|tail| tail.is_empty()).is_some();
    lines.iter().for_each(|line| fold.line(line));
    fold.finish(complete)
}

fn file(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// No byte of an accepted file is without meaning.
    #[test]
    fn any_changed_byte_of_a_timeline_is_a_break(at in any::<prop::sample::Index>(), flip in 1u8..) {
        let good = file(&story(9));
        let trusted = authorities(&["alice", "bob"]);
        let mut bad = good.clone();
        bad[at.index(good.len())] ^= flip;
        let timelines = fold(Format::StellaCustodyV1, &trusted, &bad);
        let broken: usize = timelines.iter().map(|timeline| timeline.breaks.len()).sum();
        prop_assert!(broken > 0, "byte {} with {flip}", at.index(good.len()));
    }

    /// Of a ledger, whose lines may be spelt freely, only white space is.
    #[test]
    fn any_changed_byte_of_a_ledger_is_a_break(at in any::<prop::sample::Index>(), flip in 1u8..) {
        let good = file(&ledger_story(5));
        let mut bad = good.clone();
        bad[at.index(good.len())] ^= flip;
        let timelines = fold(Format::LedgerEventV1, &[], &bad);
        let broken: usize = timelines.iter().map(|timeline| timeline.breaks.len()).sum();
        prop_assert!(broken > 0, "byte {} with {flip}", at.index(good.len()));
    }

    #[test]
    fn garbage_is_no_panic(file in prop::collection::vec(any::<u8>(), 0..2000)) {
        for format in [Format::LedgerEventV1, Format::StellaCustodyV1] {
            fold(format, &[], &file);
        }
    }
}

#[test]
fn every_file_that_is_cut_short_shows_it() {
    let lines = story(9);
    let good = file(&lines);
    let trusted = authorities(&["alice", "bob"]);
    for length in 1..good.len() {
        let breaks = &fold(Format::StellaCustodyV1, &trusted, &good[..length])[0].breaks;
        // Only a cut between two lines leaves no trace; for that there are pins.
        assert_eq!(breaks.is_empty(), good[length - 1] == b'\n', "{length} bytes");
        assert!(breaks.len() < 2);
    }
}

/// `cargo test --release --test custody -- --ignored --nocapture`, with part of
/// a measurement's name in `STELLA_SPEED` where only some are wanted.
#[test]
#[ignore = "measures"]
fn speed() {
    let wanted = std::env::var("STELLA_SPEED").unwrap_or_default();
    let report = |what: &str, lines: &[Vec<u8>], run: &dyn Fn()| {
        if !what.contains(&wanted) {
            return;
        }
        let bytes: usize = lines.iter().map(Vec::len).sum();
        let start = Instant::now();
        let mut rounds = 0;
        while start.elapsed().as_secs() < 2 {
            run();
            rounds += 1;
        }
        let seconds = start.elapsed().as_secs_f64();
        let (events, megabytes) =
            ((rounds * lines.len()) as f64 / seconds, (rounds * bytes) as f64 / 1e6 / seconds);
        println!("{what:<44} {events:>10.0} events/s {megabytes:>8.1} MB/s");
    };
    let (custody, ledger) = (story(3000), ledger_story(3000));
    let trusted = authorities(&["alice", "bob"]);
    let run = |format, authorities: &[Authority], lines: &[Vec<u8>]| {
        let mut fold = Fold::new(format, authorities, &[]);
        lines.iter().for_each(|line| fold.line(line));
        std::hint::black_box(fold.finish(true));
    };
    for (name, lines) in [("stella.custody/v1", &custody), ("ledger.event.v1", &ledger)] {
        report(&format!("{name}: peer, SHA-256 of each line"), lines, &|| {
            lines.iter().for_each(|line| {
                std::hint::black_box(sha2::Sha256::digest(line));
            })
        });
        report(&format!("{name}: peer, serde_json to a value"), lines, &|| {
            lines.iter().for_each(|line| {
                std::hint::black_box(serde_json::from_slice::<serde_json::Value>(line).unwrap());
            })
        });
        report(&format!("{name}: our parser alone"), lines, &|| {
            lines.iter().for_each(|line| {
                std::hint::black_box(json::parse(line).unwrap());
            })
        });
    }
    report("stella.custody/v1: followed, signers unknown", &custody, &|| {
        run(Format::StellaCustodyV1, &[], &custody)
    });
    report("stella.custody/v1: followed, signatures verified", &custody, &|| {
        run(Format::StellaCustodyV1, &trusted, &custody)
    });
    report("ledger.event.v1: followed", &ledger, &|| run(Format::LedgerEventV1, &[], &ledger));
}
