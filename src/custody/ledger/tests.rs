//! One accepted ledger, and every way in which it can go wrong once.

use std::sync::Arc;

use super::anchor::{Anchor, AnchorError, AnchorOutcome};
use super::*;
use crate::custody::chain::zeros;
use crate::custody::{
    Beside, BreakKind, Completeness, Fold, Format, Head, Pin, PinOutcome, Roster, Timeline, recognise,
};
use crate::proof::merkle::Recipe;

const CHAIN: &str = "11111111-2222-3333-4444-555555555555";

/// What an event is made of; changed by the tests.
#[derive(Clone)]
struct Draft {
    chain: String,
    tenant: String,
    sequence: u64,
    previous: Digest,
    /// Second within the minute in which it was recorded.
    second: u64,
    payload: String,
}

struct Entry {
    line: Vec<u8>,
    hash: Digest,
}

impl Draft {
    fn event(&self) -> String {
        let Draft { chain, tenant, sequence, second, payload, .. } = self;
        format!(
            r#"{{"id":"00000000-0000-0000-0000-{sequence:012}","type":"finding.created","tenant":"{tenant}","chainId":"{chain}","sequence":{sequence},"policyVersion":"p1","finding":{{"id":"f","artifactId":"a","vulnId":"CVE-1"}},"actor":{{"id":"scanner","type":"system"}},"occurredAt":"2026-01-02T03:04:00.000Z","recordedAt":"2026-01-02T03:04:{second:02}.500Z","payload":{payload}}}"#
        )
    }

    fn write(&self) -> Entry {
        let hash =
            Digest::sha256(&canonical::to_bytes(&json::parse(self.event().as_bytes()).unwrap()).unwrap());
        Entry { line: line(&self.event(), &hash, &self.previous, &leaf_hash(&hash, self.sequence)), hash }
    }
}

fn line(event: &str, hash: &Digest, previous: &Digest, leaf: &Digest) -> Vec<u8> {
    format!(
        r#"{{"event":{event},"event_hash":"{}","merkle_leaf_hash":"{}","previous_hash":"{}"}}"#,
        hash.hex(),
        leaf.hex(),
        previous.hex()
    )
    .into_bytes()
}

/// A chain of `count` events; `change` may alter each before it is written.
fn chain_of(id: &str, count: u64, change: impl Fn(&mut Draft)) -> Vec<Entry> {
    let mut previous = zeros();
    (1..=count)
        .map(|sequence| {
            let mut draft = Draft {
                chain: id.to_owned(),
                tenant: "acme".to_owned(),
                sequence,
                previous,
                second: sequence,
                payload: format!(r#"{{"n":{sequence}}}"#),
            };
            change(&mut draft);
            let entry = draft.write();
            previous = entry.hash;
            entry
        })
        .collect()
}

fn story() -> Vec<Entry> {
    chain_of(CHAIN, 8, |_| ())
}

fn lines(entries: &[Entry]) -> Vec<Vec<u8>> {
    entries.iter().map(|entry| entry.line.clone()).collect()
}

fn fold(lines: &[Vec<u8>], pins: &[Pin], anchors: &[Anchor]) -> Vec<Timeline> {
    let nobody = Arc::new(Roster::new(&[]));
    let mut fold = Fold::among(
        Format::LedgerEventV1,
        &nobody,
        pins,
        &Arc::new(Beside { anchors: anchors.to_vec(), ..Beside::default() }),
    );
    lines.iter().for_each(|line| fold.line(line));
    fold.finish(true)
}

fn breaks(timeline: &Timeline) -> Vec<(u64, BreakKind)> {
    timeline.breaks.iter().map(|b| (b.line, b.kind)).collect()
}

fn check(lines: &[Vec<u8>], expected: &[(u64, BreakKind)]) -> Timeline {
    let mut timelines = fold(lines, &[], &[]);
    assert_eq!(timelines.len(), 1);
    assert_eq!(breaks(&timelines[0]), expected, "{:#?}", timelines[0].breaks);
    timelines.remove(0)
}

fn changed(at: u64, change: impl Fn(&mut Draft)) -> Vec<Vec<u8>> {
    lines(&chain_of(CHAIN, 8, |draft| {
        if draft.sequence == at {
            change(draft);
        }
    }))
}

fn replace(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn the_story_is_unbroken() {
    let timeline = check(&lines(&story()), &[]);
    assert_eq!((timeline.chain.as_str(), timeline.count), (CHAIN, 8));
    assert_eq!(timeline.head, Some(Head { count: 8, hash: story()[7].hash }));
    assert_eq!(recognise(&story()[0].line), Some(Format::LedgerEventV1));
    assert_eq!(timeline.first[0].actor, "scanner");
    for kind in [BreakKind::Hash, BreakKind::Leaf, BreakKind::Shape, BreakKind::Case] {
        assert_eq!(timeline.tallies[&kind].examined, 8, "{kind:?}");
    }
    assert!(!timeline.tallies.contains_key(&BreakKind::Signature));
    assert!(!timeline.format.assumptions().is_empty());
}

#[test]
fn the_spelling_of_a_line_is_free() {
    let mut all = lines(&story());
    all[2] = replace(&all[2], ",\"type\"", " , \"type\"");
    check(&all, &[]);
}

#[test]
fn chain_faults() {
    let all = lines(&story());
    let mut gap = all.clone();
    gap.remove(3);
    check(&gap, &[(4, BreakKind::Gap)]);
    let mut turned = all.clone();
    turned.swap(3, 4);
    check(&turned, &[(5, BreakKind::Order)]);
    let mut twice = all.clone();
    twice.insert(4, all[2].clone());
    check(&twice, &[(5, BreakKind::Duplicate)]);
    let mut fork = all.clone();
    fork.insert(5, changed(5, |d| d.payload = "1".to_owned())[4].clone());
    check(&fork, &[(6, BreakKind::Fork)]);
    check(&all[1..], &[(1, BreakKind::Genesis)]);
    check(&changed(1, |d| d.previous = Digest::sha256(b"x")), &[(1, BreakKind::Genesis)]);
    check(&changed(4, |d| d.previous = Digest::sha256(b"x")), &[(4, BreakKind::Link)]);
    check(&changed(4, |d| d.previous = zeros()), &[(4, BreakKind::Genesis)]);
    check(&changed(4, |d| d.second = 1), &[(4, BreakKind::Time)]);
    check(&changed(4, |d| d.second = 59), &[(5, BreakKind::Time)]);
    check(&changed(4, |d| d.tenant = "other".to_owned()), &[(4, BreakKind::Case)]);
}

#[test]
fn hashes_and_leaves() {
    let story = story();
    // content altered, hash left
    let mut all = lines(&story);
    all[3] = replace(&all[3], "\"n\":4", "\"n\":5");
    check(&all, &[(4, BreakKind::Hash)]);
    // hash altered, content left: the leaf still is that of the content
    let mut all = lines(&story);
    all[3] = replace(&all[3], &story[3].hash.hex(), &Digest::sha256(b"x").hex());
    check(&all, &[(4, BreakKind::Hash)]);
    // leaf altered
    let mut all = lines(&story);
    all[3] = replace(&all[3], &leaf_hash(&story[3].hash, 4).hex(), &leaf_hash(&story[3].hash, 5).hex());
    check(&all, &[(4, BreakKind::Leaf)]);
    // content and hash altered, leaf left
    let rewritten = chain_of(CHAIN, 8, |draft| {
        if draft.sequence == 4 {
            draft.payload = "4".to_owned();
        }
    });
    let leaf = |entries: &[Entry]| leaf_hash(&entries[3].hash, 4).hex();
    let mut all = lines(&rewritten);
    all[3] = replace(&all[3], &leaf(&rewritten), &leaf(&story));
    check(&all, &[(4, BreakKind::Leaf)]);
}

/// The event's hash does not cover the link, so that a rewritten event whose
/// successor's link is mended goes unnoticed, whatever head is pinned. This is
/// why a pin establishes nothing of a ledger's history, and an anchor does.
#[test]
fn a_rewritten_history_shows_only_in_an_anchor() {
    let story = story();
    let pin = Pin { chain: CHAIN.to_owned(), head: Head { count: 8, hash: story[7].hash } };
    let all = changed(4, |d| d.payload = "\"rewritten\"".to_owned());
    let timelines = fold(&all, std::slice::from_ref(&pin), &[anchor(&story, 1, 8)]);
    assert_eq!(breaks(&timelines[0]), []);
    assert!(matches!(timelines[0].anchors[0].outcome, AnchorOutcome::Differs { count: 8, .. }));
    assert_eq!(timelines[0].pins[0].1, PinOutcome::Matched { behind: 0 });
    assert_eq!(timelines[0].completeness(), Completeness::PinnedEvent { count: 8 });
}

fn payload(tenant: &str, root: &Digest, count: u64, from: u64, to: u64) -> String {
    format!(
        r#"{{"leafCount":{count},"policyHash":"p","rootHash":"{}","schemaVersion":"ledger.event.v1","tenant":"{tenant}","windowEnd":"2026-01-02T03:04:{to:02}.500Z","windowStart":"2026-01-02T03:04:{from:02}.000Z"}}"#,
        root.hex()
    )
}

/// The anchor that the ledger's maker would give for these events.
fn anchor(entries: &[Entry], from: u64, to: u64) -> Anchor {
    let leaves = (from..=to).map(|n| leaf_hash(&entries[n as usize - 1].hash, n));
    let leaves: Vec<_> = leaves.collect();
    let root = Recipe::LedgerAnchor.of_leaves(leaves.iter().map(Digest::bytes)).unwrap();
    Anchor::parse(payload("acme", &root, to - from + 1, from, to).as_bytes()).unwrap()
}

#[test]
fn anchors() {
    let story = story();
    let all = lines(&story);
    let outcomes = |lines: &[Vec<u8>], anchors: &[Anchor]| {
        let timelines = fold(lines, &[], anchors);
        let outcomes: Vec<_> = timelines[0].anchors.iter().map(|a| a.outcome).collect();
        (outcomes, breaks(&timelines[0]))
    };
    use AnchorOutcome::{Disturbed, Matched};
    let two = [anchor(&story, 1, 5), anchor(&story, 6, 8)];
    assert_eq!(outcomes(&all, &two), (vec![Matched, Matched], vec![]));
    assert_eq!(outcomes(&all, &[anchor(&story, 2, 2)]), (vec![Matched], vec![]));
    // overlapping windows
    let three = [anchor(&story, 1, 8), anchor(&story, 3, 4), anchor(&story, 4, 6)];
    assert_eq!(outcomes(&all, &three), (vec![Matched; 3], vec![]));
    // another root, another number
    let mut wrong = anchor(&story, 1, 8);
    wrong.root = Digest::sha256(b"x");
    let (found, breaks_found) = outcomes(&all, &[wrong]);
    assert!(matches!(found[0], AnchorOutcome::Differs { count: 8, .. }));
    // No break: anybody may have made the anchor.
    assert_eq!(breaks_found, []);
    let differ = |lines: &[Vec<u8>], anchors: &[Anchor]| {
        let (found, breaks) = outcomes(lines, anchors);
        assert_eq!(breaks, []);
        found.iter().map(|outcome| matches!(outcome, AnchorOutcome::Differs { .. })).collect::<Vec<_>>()
    };
    let mut wrong = anchor(&story, 1, 8);
    wrong.leaf_count = 9;
    assert_eq!(differ(&all, &[wrong]), [true]);
    // the tail was cut: nothing in the chain shows it, the anchor does
    assert_eq!(differ(&all[..7], &two), [false, true]);
    assert_eq!(differ(&all[..5], &two), [false, true]);
    // two wrong anchors
    let mut both = two.clone();
    both.iter_mut().for_each(|anchor| anchor.root = Digest::sha256(b"x"));
    assert_eq!(differ(&all, &both), [true, true]);
    // a gap, a swap and an altered event explain an anchor, and not the other one
    let mut gap = all.clone();
    gap.remove(1);
    assert_eq!(outcomes(&gap, &two), (vec![Disturbed, Matched], vec![(2, BreakKind::Gap)]));
    let mut swapped = all.clone();
    swapped.swap(6, 7);
    assert_eq!(outcomes(&swapped, &two).1, [(8, BreakKind::Order)]);
    let mut altered = all.clone();
    altered[2] = replace(&altered[2], "\"n\":3", "\"n\":4");
    assert_eq!(outcomes(&altered, &two), (vec![Disturbed, Matched], vec![(3, BreakKind::Hash)]));
    // of another tenant
    let mut foreign = anchor(&story, 1, 8);
    foreign.tenant = "other".to_owned();
    assert_eq!(outcomes(&all, &[foreign]), (vec![], vec![]));
}

#[test]
fn anchor_payloads() {
    let good = payload("acme", &Digest::sha256(b"x"), 1, 1, 2);
    assert!(Anchor::parse(good.as_bytes()).is_ok());
    for (from, to) in [
        ("ledger.event.v1", "ledger.event.v2"),
        ("\"leafCount\":1", "\"leafCount\":0"),
        ("\"leafCount\":1", "\"leafCount\":\"1\""),
        ("\"tenant\":\"acme\"", "\"tenant\":\"\""),
        ("\"policyHash\":\"p\",", ""),
        (".500Z", "Z"),
        ("{", "{\"extra\":1,"),
        ("\"rootHash\":\"", "\"rootHash\":\"sha256:"),
    ] {
        assert!(good.contains(from));
        assert!(Anchor::parse(good.replacen(from, to, 1).as_bytes()).is_err(), "{from} {to}");
    }
    let turned = payload("acme", &Digest::sha256(b"x"), 1, 3, 2);
    assert!(matches!(Anchor::parse(turned.as_bytes()), Err(AnchorError::Window { .. })));
}

#[test]
fn several_chains_in_one_file() {
    let other = "99999999-2222-3333-4444-555555555555";
    let (a, b) = (story(), chain_of(other, 8, |_| ()));
    let mixed: Vec<Vec<u8>> = a.iter().zip(&b).flat_map(|(a, b)| [a.line.clone(), b.line.clone()]).collect();
    let timelines = fold(&mixed, &[], &[anchor(&a, 1, 8)]);
    assert_eq!(timelines.iter().map(|t| t.chain.as_str()).collect::<Vec<_>>(), [CHAIN, other]);
    for timeline in &timelines {
        assert_eq!(timeline.count, 8);
        assert_eq!(timeline.break_counts().len(), 0);
    }
    // The order of leaves over several chains is not known.
    assert_eq!(timelines[0].anchors[0].outcome, AnchorOutcome::SeveralChains);
    assert_eq!(timelines[0].tallies[&BreakKind::Anchor].not_established, 1);
    assert_eq!(timelines[1].anchors, []);
    // A fault is one of its chain.
    let mut faulty = mixed.clone();
    faulty.remove(7);
    let timelines = fold(&faulty, &[], &[]);
    assert_eq!(breaks(&timelines[0]), []);
    assert_eq!(breaks(&timelines[1]), [(9, BreakKind::Gap)]);
    // A line that cannot be read is noted with the chain before it, and
    // explains the gap in whichever chain it was.
    let mut unread = mixed.clone();
    unread[7] = b"?".to_vec();
    let timelines = fold(&unread, &[], &[]);
    assert_eq!(breaks(&timelines[0]), [(8, BreakKind::Shape)]);
    assert_eq!(breaks(&timelines[1]), []);
    // ... also before there is any chain.
    let mut early = mixed.clone();
    early[0] = b"?".to_vec();
    let timelines = fold(&early, &[], &[]);
    assert_eq!(breaks(&timelines[1]), [(1, BreakKind::Shape)]);
    assert_eq!(breaks(&timelines[0]), []);
}

#[test]
fn chains_are_bounded() {
    let mut fold = Fold::new(Format::LedgerEventV1, &[], &[]);
    for n in 0..limits::CUSTODY_CHAINS_MAX + 3 {
        let id = format!("11111111-2222-3333-4444-{n:012}");
        fold.line(&chain_of(&id, 1, |_| ())[0].line);
    }
    let timelines = fold.finish(true);
    assert_eq!(timelines.len(), limits::CUSTODY_CHAINS_MAX);
    assert_eq!(timelines.iter().map(|t| t.breaks.len()).sum::<usize>(), 3);
}

#[test]
fn anchors_are_bounded() {
    let story = story();
    let many = vec![anchor(&story, 1, 8); limits::CUSTODY_ANCHORS_MAX + 2];
    let timelines = fold(&lines(&story), &[], &many);
    assert_eq!(timelines[0].anchors.len(), limits::CUSTODY_ANCHORS_MAX);
    assert_eq!(timelines[0].breaks.len(), 1);
    assert_eq!(timelines[0].breaks[0].found, "2 more");
}

#[test]
fn shapes() {
    let story = lines(&story());
    let bad: Vec<(&str, &str)> = vec![
        ("{\"event\"", "{\"more\":1,\"event\""),
        ("{\"event\"", "{\"Event\":1,\"event\""),
        ("\"event_hash\":\"", "\"event_hash\":\"sha256:"),
        (",\"previous_hash\"", ",\"previousHash\""),
        ("\"sequence\":4", "\"sequence\":0"),
        ("\"sequence\":4", "\"sequence\":\"4\""),
        ("\"sequence\":4", "\"sequence\":4.0"),
        ("system", "robot"),
        (".500Z", ".50Z"),
        (".500Z", ".500+00:00"),
        ("11111111-", "1111111-1"),
        ("55555555\"", "5555555A\""),
        ("\"payload\":{\"n\":4}", "\"payload\":9007199254740993"),
        ("\"payload\"", "\"pay\\u006coad\":1,\"payload\""),
        ("\"tenant\":\"acme\"", "\"tenant\":\"\""),
        ("\"policyVersion\":\"p1\",", ""),
        ("\"vulnId\"", "\"vuln\""),
        ("}", "}}"),
    ];
    for (from, to) in bad {
        let mut all = story.clone();
        all[3] = replace(&all[3], from, to);
        check(&all, &[(4, BreakKind::Shape)]);
    }
    let mut fold = Fold::new(Format::LedgerEventV1, &[], &[]);
    story.iter().for_each(|line| fold.line(line));
    assert_eq!(breaks(&fold.finish(false)[0]), [(8, BreakKind::Shape)]);
    let timelines = super::tests::fold(&[b"{}".to_vec()], &[], &[]);
    assert_eq!((timelines.len(), timelines[0].chain.as_str()), (1, ""));
}

#[test]
fn optional_members_are_covered_by_the_hash() {
    let with = |d: &mut Draft| {
        d.payload = r#"null,"airgap":{"bundle":"b"},"evidenceBundleRef":"e","x":1"#.to_owned()
    };
    check(&changed(4, with), &[]);
    check(&changed(4, |d| d.payload = "null,\"evidenceBundleRef\":1".to_owned()), &[(4, BreakKind::Shape)]);
}

/// Nothing of a line can change unnoticed, but for white space.
#[test]
fn every_flipped_bit_shows() {
    let story = lines(&story());
    for at in 0..story[3].len() {
        let mut bad = story.clone();
        bad[3][at] ^= 1 << (at % 8);
        assert_ne!(breaks(&fold(&bad, &[], &[])[0]), [], "byte {at}");
    }
}
