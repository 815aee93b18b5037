//! One accepted story, and every way in which it can go wrong once.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::anchor::{Authority, Identity, Purpose, TrustedKey};
use crate::crypto::key::PublicKey;
use crate::custody::chain::zeros;
use crate::custody::{
    Break, BreakKind, Completeness, Fold, Format, Head, Pin, PinOutcome, Standing, Timeline, recognise,
};

fn signing_key(name: &str) -> SigningKey {
    SigningKey::from_bytes(Digest::sha256(name.as_bytes()).bytes().try_into().unwrap())
}

fn public_key(name: &str) -> PublicKey {
    PublicKey::from_ed25519_bytes(signing_key(name).verifying_key().as_bytes()).unwrap()
}

fn authority(name: &str, purpose: Purpose) -> Authority {
    Authority::new(Identity::new(name).unwrap(), [purpose]).with_key(TrustedKey::public(public_key(name)))
}

fn authorities() -> Vec<Authority> {
    let mut distrusted = authority("dora", Purpose::Custody);
    distrusted.distrusted = Some("left the house".to_owned());
    vec![
        authority("alice", Purpose::Custody),
        authority("bob", Purpose::Custody),
        authority("carol", Purpose::Attestation),
        distrusted,
        // alice again, under a second name
        Authority::new(Identity::new("alice at home").unwrap(), [Purpose::Custody])
            .with_key(TrustedKey::public(public_key("alice"))),
    ]
}

fn digest(text: &str) -> Digest {
    Digest::sha256(text.as_bytes())
}

fn exhibit<'a>(path: &'a str, text: &str) -> Exhibit<'a> {
    Exhibit { path, digest: digest(text) }
}

fn both() -> Vec<Exhibit<'static>> {
    vec![exhibit("disk.img", "disk"), exhibit("notes.txt", "notes")]
}

/// Writes a timeline event by event.
struct Writer {
    head: Option<Head>,
    lines: Vec<Vec<u8>>,
}

impl Writer {
    fn new() -> Writer {
        Writer { head: None, lines: Vec::new() }
    }

    /// The record that would come next.
    fn next<'a>(&self, actor: &'a str, action: Action<'a>) -> Record<'a> {
        let sequence = self.head.map_or(1, |head| head.count + 1);
        let note = matches!(action, Action::Observed | Action::RedactionNotice { .. }).then_some("seen");
        Record {
            case: "case-7",
            sequence,
            previous: self.head.map_or_else(zeros, |head| head.hash),
            at: UnixTime::new(1_700_000_000 + sequence as i64 * 60, 0).unwrap(),
            actor,
            action,
            note,
        }
    }

    fn put(&mut self, record: &Record<'_>) -> &mut Writer {
        self.put_signed(record, |name| name.to_owned())
    }

    /// `key_of` says with whose key each identity signs.
    fn put_signed(&mut self, record: &Record<'_>, key_of: impl Fn(&str) -> String) -> &mut Writer {
        let written = seal_event::<LineError>(record, |name, message| {
            let key = key_of(name);
            Ok((public_key(&key).id().to_string(), signing_key(&key).sign(message).to_bytes().to_vec()))
        });
        let written = written.unwrap();
        self.head = Some(Head { count: record.sequence, hash: written.hash });
        self.lines.push(written.line);
        self
    }

    fn event(&mut self, actor: &str, action: Action<'_>) -> &mut Writer {
        let record = self.next(actor, action);
        self.put(&record)
    }
}

/// Opened and collected by alice, handed to bob, who seals, redacts and closes.
fn story() -> Writer {
    let mut writer = Writer::new();
    writer
        .event("alice", Action::Opened)
        .event("alice", Action::Collected(both()))
        .event("alice", Action::Observed)
        .event("alice", Action::Transferred { to: "bob", evidence: both() })
        .event("bob", Action::Observed)
        .event("bob", Action::Sealed(both()))
        .event("bob", Action::RedactionNotice { supersedes: 3 })
        .event("bob", Action::Closed);
    writer
}

fn fold(lines: &[Vec<u8>], pins: &[Pin]) -> Timeline {
    let mut fold = Fold::new(Format::StellaCustodyV1, &authorities(), pins);
    lines.iter().for_each(|line| fold.line(line));
    let mut timelines = fold.finish(true);
    assert_eq!(timelines.len(), 1);
    timelines.remove(0)
}

/// Exactly these breaks, by line, kind and standing.
fn check_standing(lines: &[Vec<u8>], expected: &[(u64, BreakKind, Standing)]) -> Timeline {
    let timeline = fold(lines, &[]);
    let found: Vec<_> = timeline.breaks.iter().map(|b| (b.line, b.kind, b.standing)).collect();
    assert_eq!(found, expected, "{:#?}", timeline.breaks);
    timeline
}

fn check(lines: &[Vec<u8>], expected: &[(u64, BreakKind)]) -> Timeline {
    let expected: Vec<_> = expected.iter().map(|(line, kind)| (*line, *kind, Standing::Broken)).collect();
    check_standing(lines, &expected)
}

/// The story with another record put in place of event `at`, and the rest
/// written after it.
fn with(at: usize, change: impl Fn(&mut Record<'_>), key_of: impl Fn(&str) -> String + Copy) -> Writer {
    let original = story();
    let mut writer = Writer::new();
    for (index, line) in original.lines.iter().enumerate() {
        read(line, |line| {
            let mut record = line.record.clone();
            record.previous = writer.head.map_or_else(zeros, |head| head.hash);
            if index + 1 == at {
                change(&mut record);
                writer.put_signed(&record, key_of);
            } else {
                writer.put(&record);
            }
        })
        .unwrap();
    }
    writer
}

fn changed(at: usize, change: impl Fn(&mut Record<'_>)) -> Vec<Vec<u8>> {
    with(at, change, |name: &str| name.to_owned()).lines
}

fn replace(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn the_story_is_unbroken() {
    let timeline = check(&story().lines, &[]);
    assert_eq!(timeline.chain, "case-7");
    assert_eq!(timeline.count, 8);
    assert_eq!(timeline.head, story().head);
    assert_eq!(timeline.completeness(), Completeness::NotEstablished);
    let events: BTreeMap<_, _> = timeline.signers.iter().map(|(id, s)| (id.as_str(), s.events)).collect();
    assert_eq!(events, BTreeMap::from([("alice", 4), ("bob", 5)]));
    let [handover] = timeline.handovers.as_slice() else { panic!("one handover") };
    assert!(handover.established && handover.from == "alice" && handover.to == "bob");
    assert_eq!(timeline.exhibits.len(), 2);
    assert_eq!(timeline.first.len(), 8);
    let examined = |kind| timeline.tallies.get(&kind).map_or(0, |tally| tally.examined);
    for (kind, expected) in [
        (BreakKind::Shape, 8),
        (BreakKind::Genesis, 1),
        (BreakKind::Gap, 8),
        (BreakKind::Link, 7),
        (BreakKind::Case, 8),
        (BreakKind::Signature, 9),
        (BreakKind::Actor, 9),
        (BreakKind::Handover, 7),
        (BreakKind::Rehash, 2),
        (BreakKind::Redaction, 1),
        (BreakKind::Time, 7),
        (BreakKind::Hash, 0),
        (BreakKind::Head, 0),
    ] {
        assert_eq!(examined(kind), expected, "{kind:?}");
    }
}

#[test]
fn recognised_by_its_first_line() {
    assert_eq!(recognise(&story().lines[0]), Some(Format::StellaCustodyV1));
}

#[test]
fn lines_taken_out_put_in_and_turned_round() {
    let story = story().lines;
    let mut lines = story.clone();
    lines.remove(4);
    check(&lines, &[(5, BreakKind::Gap)]);
    check(&story[1..], &[(1, BreakKind::Genesis)]);
    let mut lines = story.clone();
    lines.swap(1, 2);
    check(&lines, &[(3, BreakKind::Order)]);
    let mut lines = story.clone();
    lines.swap(3, 4);
    check(&lines, &[(5, BreakKind::Order)]);
    let mut lines = story.clone();
    lines.insert(2, story[1].clone());
    check(&lines, &[(3, BreakKind::Duplicate)]);
    check(&[story.clone(), story.clone()].concat(), &[(9, BreakKind::Duplicate)]);
    // A cut tail does not show without a pin.
    check(&story[..5], &[]);
}

#[test]
fn two_histories() {
    let lines = story().lines;
    let mut other = Writer::new();
    other.head = story_head(2);
    other.event("alice", Action::Closed);
    let mut forked = lines.clone();
    forked.insert(3, other.lines[0].clone());
    check(&forked, &[(4, BreakKind::Fork)]);
    let mut appended = lines.clone();
    appended.push(other.lines[0].clone());
    check(&appended, &[(9, BreakKind::Fork)]);
}

fn story_head(count: u64) -> Option<Head> {
    let timeline = fold(&story().lines[..count as usize], &[]);
    timeline.head
}

#[test]
fn links_and_beginnings() {
    let link = |record: &mut Record<'_>| record.previous = digest("elsewhere");
    check(&changed(3, link), &[(3, BreakKind::Link)]);
    check(&changed(1, link), &[(1, BreakKind::Genesis)]);
    check(&changed(1, |r| r.action = Action::Closed), &[(1, BreakKind::Genesis), (2, BreakKind::Order)]);
    check(
        &changed(1, |r| (r.action, r.note) = (Action::Observed, Some("no beginning"))),
        &[(1, BreakKind::Genesis)],
    );
    check(&changed(3, |r| (r.action, r.note) = (Action::Opened, None)), &[(3, BreakKind::Genesis)]);
    check(&changed(3, |r| r.previous = zeros()), &[(3, BreakKind::Genesis)]);
}

#[test]
fn numbers() {
    check(&changed(3, |r| r.sequence = 9), &[(3, BreakKind::Gap)]);
    check(&changed(3, |r| r.sequence = 2), &[(3, BreakKind::Duplicate)]);
}

#[test]
fn another_case() {
    check(&changed(3, |r| r.case = "case-8"), &[(3, BreakKind::Case)]);
    let mut lines = story().lines;
    lines.insert(3, changed(3, |r| r.case = "case-8")[2].clone());
    check(&lines, &[(4, BreakKind::Case)]);
}

#[test]
fn signatures() {
    let signed = |at, key_of: fn(&str) -> String| with(at, |_| (), key_of).lines;
    let as_named: fn(&str) -> String = |name| name.to_owned();
    check(&signed(3, as_named), &[]);
    // by another one's key, by nobody's
    check(&signed(3, |_| "bob".to_owned()), &[(3, BreakKind::Signature)]);
    check_standing(
        &signed(3, |_| "nobody".to_owned()),
        &[(3, BreakKind::Signature, Standing::NotEstablished)],
    );
    // exchanged afterwards, with the chain made anew over it
    let mut writer = Writer::new();
    for (index, line) in story().lines.iter().enumerate() {
        read(line, |line| {
            let mut record = line.record.clone();
            record.previous = writer.head.map_or_else(zeros, |head| head.hash);
            let written = seal_event::<LineError>(&record, |name, message| {
                let mut message = message.to_vec();
                if index == 2 {
                    message.push(b' ');
                }
                let key = signing_key(name);
                Ok((public_key(name).id().to_string(), key.sign(&message).to_bytes().to_vec()))
            })
            .unwrap();
            writer.head = Some(Head { count: record.sequence, hash: written.hash });
            writer.lines.push(written.line);
        })
        .unwrap();
    }
    check(&writer.lines, &[(3, BreakKind::Signature)]);
    // altered in place: the link after it follows from that
    let mut lines = story().lines;
    lines[2] = replace(&lines[2], "seen", "sewn");
    let timeline = check(&lines, &[(3, BreakKind::Signature)]);
    assert_eq!(timeline.tallies[&BreakKind::Link].cascaded, 1);
}

#[test]
fn a_signature_belongs_to_its_place() {
    // The same event, signed for another case, does not pass in this one.
    let mut foreign = Writer::new();
    foreign.head = story_head(2);
    let mut record = foreign.next("alice", Action::Observed);
    record.case = "case-8";
    foreign.put(&record);
    let mut lines = story().lines;
    lines[2] = replace(&foreign.lines[0], "case-8", "case-7");
    check(&lines, &[(3, BreakKind::Signature)]);
}

/// Writes one line with the signatures given, chained after the story's first `count`.
fn tail_with(count: u64, record: impl Fn(&Writer) -> Record<'static>, leave_out: &str) -> Vec<Vec<u8>> {
    let mut writer = Writer::new();
    writer.head = story_head(count);
    let record = record(&writer);
    let event = record.to_bytes().unwrap();
    let mut signatures = Vec::new();
    for name in record.signers().into_iter().filter(|name| *name != leave_out) {
        let sig = signing_key(name).sign(&signed_bytes(&event)).to_bytes();
        signatures.push(Value::object([
            ("actor", Value::from(name)),
            ("keyid", Value::from(public_key(name).id().to_string())),
            ("sig", Value::from(base64::encode_standard(&sig))),
        ]));
    }
    let line = join(&event, &canonical::to_bytes(&Value::from(signatures)).unwrap());
    [&story().lines[..count as usize], &[line]].concat()
}

#[test]
fn missing_signatures() {
    check(&tail_with(2, |w| w.next("alice", Action::Observed), "nobody"), &[]);
    check(&tail_with(2, |w| w.next("alice", Action::Observed), "alice"), &[(3, BreakKind::Signature)]);
    let transfer = |w: &Writer| w.next("alice", Action::Transferred { to: "bob", evidence: both() });
    check(&tail_with(2, transfer, "nobody"), &[]);
    check(&tail_with(2, transfer, "alice"), &[(3, BreakKind::Handover)]);
    let timeline = check(&tail_with(2, transfer, "bob"), &[(3, BreakKind::Handover)]);
    assert!(!timeline.handovers[0].established);
}

#[test]
fn actors() {
    // alice hands over to somebody, who goes on
    let story_with = |name: &'static str| {
        let mut writer = Writer::new();
        writer.event("alice", Action::Opened);
        let record = writer.next("alice", Action::Transferred { to: name, evidence: Vec::new() });
        writer.put_signed(&record, |name| name.trim_end_matches(" at home").to_owned());
        writer.lines
    };
    check(&story_with("bob"), &[]);
    check(&story_with("carol"), &[(2, BreakKind::Actor)]);
    check(&story_with("dora"), &[(2, BreakKind::Actor)]);
    check_standing(&story_with("erin"), &[(2, BreakKind::Actor, Standing::NotEstablished)]);
    check(&story_with("alice"), &[(2, BreakKind::Handover)]);
    check(&story_with("alice at home"), &[(2, BreakKind::Handover)]);
}

/// The entry that authorises must be the one whose key signed.
#[test]
fn a_name_with_two_entries() {
    let with_key = |purpose, key: &str| {
        Authority::new(Identity::new("alice").unwrap(), [purpose])
            .with_key(TrustedKey::public(public_key(key)))
    };
    let mut writer = Writer::new();
    writer.event("alice", Action::Opened);
    let found = |authorities: &[Authority]| {
        let mut fold = Fold::new(Format::StellaCustodyV1, authorities, &[]);
        writer.lines.iter().for_each(|line| fold.line(line));
        let timeline = fold.finish(true).remove(0);
        let kinds: Vec<_> = timeline.breaks.iter().map(|b| (b.line, b.kind, b.standing)).collect();
        (kinds, timeline.signers.len())
    };
    let refused = (vec![(1, BreakKind::Actor, Standing::Broken)], 0);
    let custody = with_key(Purpose::Custody, "another key");
    assert_eq!(found(&[custody.clone(), with_key(Purpose::Attestation, "alice")]), refused);
    assert_eq!(found(&[with_key(Purpose::Attestation, "alice"), custody]), refused);
    // The same key twice: the entry that lets it say most speaks.
    let both = [with_key(Purpose::Attestation, "alice"), with_key(Purpose::Custody, "alice")];
    assert_eq!(found(&both), (vec![], 1));
}

#[test]
fn handovers() {
    // bob acts before he was given the evidence
    check(&changed(3, |r| r.actor = "bob"), &[(3, BreakKind::Handover)]);
    // alice acts on after she gave it away
    check(&changed(5, |r| r.actor = "alice"), &[(5, BreakKind::Handover)]);
    // the handover itself was never recorded
    let mut writer = Writer::new();
    writer
        .event("alice", Action::Opened)
        .event("bob", Action::Observed)
        .event("bob", Action::Observed)
        .event("alice", Action::Observed)
        .event("bob", Action::Transferred { to: "alice", evidence: Vec::new() })
        .event("alice", Action::Closed);
    let timeline = check(&writer.lines, &[(2, BreakKind::Handover)]);
    assert_eq!(timeline.tallies[&BreakKind::Handover].cascaded, 3);
}

fn transfer(evidence: Vec<Exhibit<'static>>) -> impl Fn(&mut Record<'_>) {
    move |record| record.action = Action::Transferred { to: "bob", evidence: evidence.clone() }
}

#[test]
fn rehashing() {
    let disk = exhibit("disk.img", "disk");
    check(&changed(4, transfer(both())), &[]);
    check(&changed(4, transfer(vec![exhibit("disk.img", "other"), both()[1]])), &[(4, BreakKind::Rehash)]);
    check(&changed(4, transfer(vec![disk])), &[(4, BreakKind::Rehash)]);
    check(
        &changed(4, transfer([both(), vec![exhibit("planted.txt", "x")]].concat())),
        // From here on it is followed, so the seal lacks it: the second fault.
        &[(4, BreakKind::Rehash), (6, BreakKind::Rehash)],
    );
    check(&changed(4, transfer(Vec::new())), &[(4, BreakKind::Rehash)]);
    check(&changed(6, |r| r.action = Action::Sealed(vec![disk])), &[(6, BreakKind::Rehash)]);
    check(
        &changed(3, |r| (r.action, r.note) = (Action::Collected(vec![disk]), None)),
        &[(3, BreakKind::Rehash)],
    );
    // changed for good: reported where it shows first
    let mut writer = Writer::new();
    let new = || vec![exhibit("disk.img", "new")];
    writer
        .event("alice", Action::Opened)
        .event("alice", Action::Collected(vec![disk]))
        .event("alice", Action::Transferred { to: "bob", evidence: new() })
        .event("bob", Action::Transferred { to: "alice", evidence: new() })
        .event("alice", Action::Sealed(new()));
    let timeline = check(&writer.lines, &[(3, BreakKind::Rehash)]);
    assert_eq!(timeline.tallies[&BreakKind::Rehash].cascaded, 2);
}

#[test]
fn redactions_and_ends() {
    let redact = |supersedes| changed(7, move |r| r.action = Action::RedactionNotice { supersedes });
    check(&redact(1), &[]);
    check(&redact(6), &[]);
    check(&redact(7), &[(7, BreakKind::Redaction)]);
    check(&redact(9), &[(7, BreakKind::Redaction)]);
    // A redaction does not remove what it speaks of.
    let mut lines = story().lines;
    lines.remove(2);
    check(&lines, &[(3, BreakKind::Gap)]);
    check(&changed(5, |r| (r.action, r.note) = (Action::Closed, None)), &[(6, BreakKind::Order)]);
    let mut writer = story();
    writer.lines.truncate(6);
    writer.head = story_head(6);
    writer.event("bob", Action::Collected(vec![exhibit("late.txt", "late")]));
    check(&writer.lines, &[(7, BreakKind::Order)]);
}

#[test]
fn times() {
    let at = |record: &Record<'_>, seconds| UnixTime::new(record.at.seconds() + seconds, 0).unwrap();
    check(&changed(5, |r| r.at = at(r, -60)), &[]);
    check(&changed(5, |r| r.at = at(r, -61)), &[(5, BreakKind::Time)]);
    check(&changed(5, |r| r.at = at(r, 61)), &[(6, BreakKind::Time)]);
    check(&changed(5, |r| r.at = UnixTime::MAX), &[(6, BreakKind::Time)]);
}

#[test]
fn shapes() {
    let good = story().lines[2].clone();
    let bad: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("white space", replace(&good, ",\"at\"", ", \"at\"")),
        ("at the end", [&good[..], b" "].concat()),
        ("carriage return", [&good[..], b"\r"].concat()),
        ("escaped", replace(&good, "seen", "\\u0073een")),
        ("cut", good[..good.len() - 1].to_vec()),
        ("null", replace(&good, "\"seen\"", "null")),
        ("number", replace(&good, "\"sequence\":\"3\"", "\"sequence\":3")),
        ("leading zero", replace(&good, "\"sequence\":\"3\"", "\"sequence\":\"03\"")),
        ("zero", replace(&good, "\"sequence\":\"3\"", "\"sequence\":\"0\"")),
        ("unknown member", replace(&good, ",\"at\"", ",\"arm\":\"x\",\"at\"")),
        ("letter case", replace(&good, "{\"actor\"", "{\"Actor\":\"x\",\"actor\"")),
        ("foreign member", replace(&good, "\"schema\"", "\"rank\":\"x\",\"schema\"")),
        ("other kind", replace(&good, "observed", "obscured")),
        ("no note", replace(&good, "\"note\":\"seen\",", "")),
        ("schema", replace(&good, "custody/v1", "custody/v2")),
        ("upper-case hash", replace(&good, "\"previous\":\"", "\"previous\":\"A")),
        ("fraction", replace(&good, "Z\",\"case\"", ".0Z\",\"case\"")),
        ("offset", replace(&good, "Z\",\"case\"", "+00:00\",\"case\"")),
        ("invisible", replace(&good, "case-7", "case-\u{200b}7")),
        ("padding", replace(&good, "==\"}", "\"}")),
        ("supersedes", replace(&good, "\"}", "\",\"supersedes\":\"1\"}")),
        ("signer", replace(&good, "[{\"actor\":\"alice\"", "[{\"actor\":\"bob\"")),
        ("other hint", replace(&good, "sha256:", "sha512:")),
    ];
    for (what, line) in bad {
        let mut lines = story().lines;
        lines[2] = line;
        let timeline = fold(&lines, &[]);
        let found: Vec<_> = timeline.breaks.iter().map(|b| (b.line, b.kind)).collect();
        assert_eq!(found, [(3, BreakKind::Shape)], "{what}: {:#?}", timeline.breaks);
    }
    // evidence
    let good = story().lines[1].clone();
    for (from, to) in [
        ("disk.img", "/disk.img"),
        ("disk.img", "../disk.img"),
        ("disk.img", "zzz.img"),
        ("disk.img", "notes.txt"),
        ("sha256:", "sha1:"),
        ("sha256:", "blake2b512:"),
        ("sha256:", ""),
    ] {
        let mut lines = story().lines;
        lines[1] = replace(&good, from, to);
        let found = fold(&lines, &[]);
        let shape: Vec<_> = found.breaks.iter().filter(|b| b.line == 2).map(|b| b.kind).collect();
        assert_eq!(shape, [BreakKind::Shape], "{from} {to}: {:#?}", found.breaks);
    }
}

#[test]
fn a_file_that_was_cut() {
    let lines = story().lines;
    let run = |count: usize, last: &[u8], complete| {
        let mut fold = Fold::new(Format::StellaCustodyV1, &authorities(), &[]);
        lines[..count].iter().for_each(|line| fold.line(line));
        fold.line(last);
        let breaks: Vec<Break> = fold.finish(complete).remove(0).breaks;
        breaks.iter().map(|b| (b.line, b.kind)).collect::<Vec<_>>()
    };
    assert_eq!(run(7, &lines[7], true), []);
    assert_eq!(run(7, &lines[7], false), [(8, BreakKind::Shape)]);
    for cut in [1, 8, 100, lines[7].len() - 1] {
        assert_eq!(run(7, &lines[7][..cut], false), [(8, BreakKind::Shape)]);
    }
    // Everything was taken from it.
    for format in [Format::StellaCustodyV1, Format::LedgerEventV1] {
        let timelines = Fold::new(format, &[], &[]).finish(true);
        assert_eq!((timelines.len(), timelines[0].format, timelines[0].head), (1, format, None));
        assert_eq!(timelines[0].breaks[0].kind, BreakKind::Shape);
    }
    let mut fold = Fold::new(Format::StellaCustodyV1, &[], &[]);
    fold.line(b"nothing");
    let timelines = fold.finish(true);
    assert_eq!((timelines.len(), timelines[0].chain.as_str(), timelines[0].count), (1, "", 0));
    assert_eq!(timelines[0].breaks.len(), 1);
}

#[test]
fn pins() {
    let lines = story().lines;
    let pin = |count: u64| Pin { chain: "case-7".to_owned(), head: story_head(count).unwrap() };
    let outcome = |lines: &[Vec<u8>], pin: Pin| {
        let timeline = fold(lines, &[pin]);
        let breaks: Vec<_> = timeline.breaks.iter().map(|b| b.kind).collect();
        (timeline.pins[0].1, timeline.completeness(), breaks)
    };
    assert_eq!(outcome(&lines, pin(8)), (PinOutcome::Matched { behind: 0 }, Completeness::Pinned, vec![]));
    assert_eq!(
        outcome(&lines, pin(5)),
        (PinOutcome::Matched { behind: 3 }, Completeness::PinnedUntil { count: 5 }, vec![])
    );
    // The tail was cut.
    assert_eq!(
        outcome(&lines[..7], pin(8)),
        (PinOutcome::NotReached, Completeness::NotEstablished, vec![BreakKind::Head])
    );
    // The whole history was written anew.
    let (found, _, breaks) = outcome(&changed(1, |r| r.note = Some("anew")), pin(8));
    assert!(matches!(found, PinOutcome::Differs { .. }));
    assert_eq!(breaks, [BreakKind::Head]);
    // A pin of another chain is none.
    let timeline = fold(&lines, &[Pin { chain: "case-8".to_owned(), ..pin(8) }]);
    assert_eq!(timeline.pins, []);
}

#[test]
fn the_writer_refuses_what_the_reader_would() {
    let writer = Writer::new();
    let refuse = |change: fn(&mut Record<'_>)| {
        let mut record = writer.next("alice", Action::Opened);
        change(&mut record);
        let sign = |_: &str, _: &[u8]| Ok((public_key("alice").id().to_string(), vec![1; 64]));
        assert!(seal_event::<LineError>(&record, sign).is_err());
    };
    refuse(|r| r.case = "");
    refuse(|r| r.actor = " alice");
    refuse(|r| r.sequence = 0);
    refuse(|r| r.note = Some(""));
    refuse(|r| r.action = Action::Observed);
    refuse(|r| r.action = Action::Collected(Vec::new()));
    refuse(|r| r.action = Action::Collected(both().into_iter().rev().collect()));
}

/// The numbers of docs/formats/custody.md.
#[test]
fn the_example_of_the_specification() {
    let line = b"{\"event\":{},\"signatures\":[]}";
    assert_eq!(
        link_hash("case-7", 1, &zeros(), line).hex(),
        "c8668751ea1fc2072456d6e3ce085ee980c5714188574169a04749f52acfdaaf"
    );
    assert_eq!(signed_bytes(b"{}"), b"DSSEv1 44 application/vnd.stella.custody.event.v1+json 2 {}");
}

/// Every bit of every byte of every line: nothing goes unnoticed.
#[test]
fn every_flipped_bit_shows() {
    let lines = story().lines;
    for (index, line) in lines.iter().enumerate() {
        // All bytes of the two shortest lines, every 7th of the others, with
        // one bit that moves along.
        let step = if line.len() < 500 { 1 } else { 7 };
        for at in (0..line.len()).step_by(step) {
            let mut bad = lines.clone();
            bad[index][at] ^= 1 << (at % 8);
            let timeline = fold(&bad, &[]);
            assert!(!timeline.breaks.is_empty(), "line {} byte {at}", index + 1);
        }
    }
}
