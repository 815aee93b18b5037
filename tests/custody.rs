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
use stella_forensic::custody::{Fold, Format, Head, Pin, Standing, Timeline};
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
    fold_pinned(format, authorities, &[], file)
}

fn fold_pinned(format: Format, authorities: &[Authority], pins: &[Pin], file: &[u8]) -> Vec<Timeline> {
    let mut fold = Fold::new(format, authorities, pins);
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

/// Small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const PEOPLE: [&str; 6] = ["alice", "alice at home", "bob", "carol", "dora", "erin"];

fn key_of(name: &str) -> &str {
    if name == "alice at home" { "alice" } else { name }
}

/// carol may do something else, dora is distrusted, erin is not there.
fn trust_with_faults() -> Vec<Authority> {
    let mut trusted = Vec::new();
    for name in &PEOPLE[..5] {
        let purpose = if *name == "carol" { Purpose::Attestation } else { Purpose::Custody };
        let mut authority = Authority::new(Identity::new(name).unwrap(), [purpose])
            .with_key(TrustedKey::public(public_key(key_of(name))));
        authority.distrusted = (*name == "dora").then(|| "left".to_owned());
        trusted.push(authority);
    }
    trusted
}

fn trust_for_the_script() -> String {
    let entries: Vec<_> = trust_with_faults()
        .iter()
        .map(|authority| {
            let purposes: Vec<_> = authority.purposes.iter().map(|purpose| purpose.name()).collect();
            let key = signing_key(key_of(authority.identity.as_str())).verifying_key();
            serde_json::json!({
                "identity": authority.identity.as_str(),
                "purposes": purposes,
                "keys": [stella_forensic::digest::encode_hex(key.as_bytes())],
                "distrusted": authority.distrusted.is_some(),
            })
        })
        .collect();
    serde_json::to_string(&entries).unwrap()
}

/// A timeline with some faults in what is signed. `wrong` of zero makes none.
fn timeline(dice: &mut Dice, wrong: usize, first: Option<(u64, Digest)>) -> Vec<(Vec<u8>, u64, Digest)> {
    let (mut sequence, mut previous) = first.unwrap_or((0, zeros()));
    let fault = |dice: &mut Dice| wrong > 0 && dice.one_in(wrong);
    let mut holder = "alice";
    let mut seconds = 1_700_000_000;
    let mut items: Vec<Exhibit> = Vec::new();
    let mut lines = Vec::new();
    for _ in 0..4 + dice.below(8) {
        sequence += 1;
        seconds += dice.below(3) as i64;
        let number = if fault(dice) {
            sequence + 3 - dice.below(5).min(sequence as usize + 2) as u64
        } else {
            sequence
        };
        let actor = if fault(dice) { PEOPLE[dice.below(6)] } else { holder };
        let mut listed = items.clone();
        if fault(dice) && !listed.is_empty() {
            let at = dice.below(listed.len());
            if dice.one_in(2) {
                listed.remove(at);
            } else {
                listed[at].digest = Digest::sha256(&[dice.below(2) as u8]);
            }
        }
        if fault(dice) {
            listed.push(Exhibit { path: "zz/planted", digest: Digest::sha256(b"x") });
        }
        let to = match fault(dice) {
            true => PEOPLE[dice.below(6)],
            false => ["bob", "alice"][usize::from(holder == "bob")],
        };
        let kind = if sequence == 1 && !fault(dice) { 6 } else { dice.below(40) };
        let action = match kind {
            6 => Action::Opened,
            7 => Action::Closed,
            8 => Action::Sealed(listed),
            9..15 => Action::Collected(exhibits()[dice.below(2)..].to_vec()),
            15..22 => Action::Transferred { to, evidence: listed },
            22..26 => Action::RedactionNotice {
                supersedes: (number.saturating_sub(1 + dice.below(3) as u64) + u64::from(fault(dice)) * 4)
                    .max(1),
            },
            _ => Action::Observed,
        };
        match &action {
            Action::Collected(new) if items.is_empty() => items = new.clone(),
            Action::Transferred { to, .. } => holder = PEOPLE.iter().find(|name| *name == to).unwrap(),
            _ => {}
        }
        let needs_note = matches!(action, Action::Observed | Action::RedactionNotice { .. });
        let record = Record {
            case: if fault(dice) { "case-8" } else { "case-7" },
            sequence: number.max(1),
            previous: if fault(dice) { Digest::sha256(b"elsewhere") } else { previous },
            at: UnixTime::new(seconds - i64::from(fault(dice)) * 100, 0).unwrap(),
            actor,
            note: needs_note.then_some("längs \u{1f512} \"\\\u{7f}\n"),
            action,
        };
        let mangle = fault(dice);
        let written = seal_event::<LineError>(&record, |name, message| {
            let signer = if fault(dice) { PEOPLE[dice.below(6)] } else { name };
            let signer = signing_key(key_of(signer));
            let mut sig = signer.sign(message).to_bytes().to_vec();
            sig[10] ^= u8::from(mangle);
            Ok((
                PublicKey::from_ed25519_bytes(signer.verifying_key().as_bytes()).unwrap().id().to_string(),
                sig,
            ))
        });
        let written = written.unwrap();
        previous = written.hash;
        lines.push((written.line, record.sequence, written.hash));
    }
    lines
}

/// A file, with faults in its lines and their order, and a pin for it.
fn random_file(dice: &mut Dice) -> (Vec<u8>, Pin) {
    let wrong = [0, 0, 25, 60, 120][dice.below(5)];
    let events = timeline(dice, wrong, None);
    let pinned = &events[dice.below(events.len())];
    let head = Head { count: pinned.1, hash: pinned.2 };
    let pin = Pin { chain: "case-7".to_owned(), head };
    let mut lines: Vec<Vec<u8>> = events.iter().map(|(line, ..)| line.clone()).collect();
    let foreign = timeline(dice, 0, None);
    for _ in 0..[0, 1, 1, 1, 2, 3][dice.below(6)] {
        let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(10) {
            0 if lines.len() > 1 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[other].clone()),
            2 => lines.swap(at, other),
            3 => {
                let line = lines.remove(at);
                lines.insert(other.min(lines.len()), line);
            }
            4 => {
                let byte = dice.below(lines[at].len());
                lines[at][byte] ^= 1 << dice.below(8);
            }
            5 => lines.insert(at, b"{}".to_vec()),
            6 => {
                // another history, from some event on
                let from = dice.below(events.len());
                let branch = timeline(dice, 0, Some((events[from].1, events[from].2)));
                let count = 1 + dice.below(branch.len());
                let branch = branch.into_iter().take(count).map(|(line, ..)| line);
                lines.splice(at..at, branch).for_each(drop);
            }
            7 => lines.insert(at, foreign[dice.below(foreign.len())].0.clone()),
            8 => {
                // a signature left out: as text, since the writer would not
                let text = String::from_utf8_lossy(&lines[at]).into_owned();
                if let Some((event, _)) = text.split_once(",\"signatures\":[") {
                    lines[at] = format!("{event},\"signatures\":[]}}").into_bytes();
                }
            }
            _ => lines.truncate(at.max(1)),
        }
    }
    let mut bytes = file(&lines);
    if dice.one_in(12) {
        bytes.truncate(bytes.len().saturating_sub(1 + dice.below(40)));
    }
    (bytes, pin)
}

/// The page in docs/formats says the same as the program: a verifier written
/// from it alone finds the same breaks.
#[test]
fn the_reference_agrees() {
    let mut dice = Dice(0x5eed_0f57_e11a);
    let directory = tempfile::tempdir().unwrap();
    let trust_file = directory.path().join("trust.json");
    std::fs::write(&trust_file, trust_for_the_script()).unwrap();
    // More of them with `STELLA_REFERENCE_CASES`.
    let cases = std::env::var("STELLA_REFERENCE_CASES").map_or(200, |cases| cases.parse().unwrap());
    let trusted = trust_with_faults();
    // A run of the script has one set of pins, so every tenth file gets its own.
    let mut runs: Vec<(Option<Pin>, Vec<Vec<u8>>)> = vec![(None, vec![file(&story(9)), file(&story(40))])];
    for number in 0..cases {
        let (bytes, pin) = random_file(&mut dice);
        match number % 10 {
            0 => runs.push((Some(pin), vec![bytes])),
            _ => runs[0].1.push(bytes),
        }
    }
    let mut kinds = std::collections::BTreeMap::new();
    for (pin, files) in &runs {
        let mut command = std::process::Command::new("python3");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/custody.py")).arg(&trust_file);
        for (index, bytes) in files.iter().enumerate() {
            let name = directory.path().join(index.to_string());
            std::fs::write(&name, bytes).unwrap();
            command.arg(name);
        }
        if let Some(pin) = pin {
            command.arg("--pin").arg(format!("{}={}", pin.chain, pin.head));
        }
        let Ok(output) = command.output() else {
            println!("no python3: the reference verifier of stella.custody/v1 was not run");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answers = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answers.lines().count(), files.len());
        for (bytes, answer) in files.iter().zip(answers.lines()) {
            let pins = pin.as_slice();
            let mut ours = Vec::new();
            for timeline in fold_pinned(Format::StellaCustodyV1, &trusted, pins, bytes) {
                assert!(timeline.breaks.len() < 100);
                for found in timeline.breaks {
                    let standing = match found.standing {
                        Standing::Broken => "proven",
                        Standing::NotEstablished => "not-established",
                    };
                    *kinds.entry(found.kind.name()).or_insert(0) += 1;
                    ours.push(serde_json::json!([found.line, found.kind.name(), standing]));
                }
            }
            let theirs: serde_json::Value = serde_json::from_str(answer).unwrap();
            assert_eq!(theirs, serde_json::Value::from(ours), "{}", String::from_utf8_lossy(bytes));
        }
    }
    println!("breaks found by both: {kinds:?}");
    // Every kind that the format has was among them.
    assert_eq!(kinds.len(), 15, "{kinds:?}");
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
