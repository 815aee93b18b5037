//! The tables of docs/verdict.md, row by row. Where a row is about what a check
//! finds, evidence goes through `verify`; where it is about what follows, a
//! ledger is made by hand and judged.
//!
//! Rows about certificates, revocation, log receipts and inspections have no
//! test here: nothing of that kind is read yet, and what is not read is not
//! established.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use stella_forensic::anchor::{Authority, Identity, Persons, Profile, Purpose, TrustedKey};
use stella_forensic::crypto::mac::SharedKey;
use stella_forensic::custody::{BreakKind, Head, Pin};
use stella_forensic::digest::{Algorithm, Digest};
use stella_forensic::evidence::{Case, CaseFormat, Effect, FaultKind, Kind};
use stella_forensic::fact::{CaseLedger, Ledger, Means, Standing, Subject, SubjectKind};
use stella_forensic::finding::{Book, CheckId, Finding, Severity};
use stella_forensic::limits::{KEY_TRIAL_BYTES_MAX, KEY_TRIALS_MAX};
use stella_forensic::policy::{self, Approval, Group, Judgement, Policy, Status, WithoutPinnedHead, judge};
use stella_forensic::proof::dsse::pae;
use stella_forensic::time::{UnixTime, Window};
use stella_forensic::verify::Outcome;
use support::evidence::*;

use Severity::{Failed, NotEstablished, Note};
use Status::{Inconclusive, Rejected, Verified};

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339(text).unwrap()
}

fn findings(outcome: &Outcome) -> Vec<&Finding> {
    let ledger = &outcome.ledger;
    ledger.cases.iter().flat_map(|case| &case.book.findings).chain(&ledger.book.findings).collect()
}

/// A verification, of which everything that decided against it is explained.
fn verify(given: &Given) -> Outcome {
    let outcome = given.verify();
    let found = findings(&outcome).into_iter().filter(|finding| finding.severity != Note);
    let found: BTreeSet<CheckId> = found.map(|finding| finding.check).collect();
    let verdict = &outcome.verdict;
    for judgement in verdict.subjects.iter().chain(&verdict.cases).chain([&verdict.whole]) {
        assert!(!judgement.by.is_empty() || judgement.status == Verified, "{verdict:?}");
        assert!(judgement.status == Verified || judgement.by.is_subset(&found), "{judgement:?} {found:?}");
    }
    outcome
}

/// That `check` ended so, and that the run came to that verdict because of it.
fn ends(given: &Given, check: CheckId, severity: Severity, status: Status) {
    let outcome = verify(given);
    let found = findings(&outcome);
    assert!(
        found.iter().any(|finding| finding.check == check && finding.severity == severity),
        "no {} finding of {check} in {found:#?}",
        severity.as_str()
    );
    let whole = &outcome.verdict.whole;
    assert_eq!(whole.status, status, "{found:#?} {whole:?}");
    assert!(status == Verified || whole.by.contains(&check), "{whole:?}");
}

fn status(given: &Given) -> Status {
    verify(given).verdict.whole.status
}

/// The status of the artifact at `path`.
fn artifact_status(given: &Given, path: &str) -> Status {
    let outcome = verify(given);
    let subjects = outcome.ledger.subjects.iter().zip(&outcome.verdict.subjects);
    let found = subjects.filter(|(subject, _)| subject.places.iter().any(|(_, place)| place == path));
    found.map(|(_, judgement)| judgement.status).next().expect("it is a subject")
}

/// `app` with an envelope over `payload` beside it.
fn open_with(envelope: &[u8]) -> Case {
    let items = vec![artifact("app", b"app"), item("app.intoto.json", Kind::DsseEnvelope, envelope)];
    case(CaseFormat::Open, items)
}

/// `app` with provenance that `signer` signed, verified for `authority`.
fn signed(signer: &Person, authority: Authority) -> Given {
    given(vec![open_with(&provenance("app", b"app", &[signer]))], vec![authority])
}

// What happened, and the result.

#[test]
fn a_digest_that_came_out_otherwise_failed() {
    let alice = person("alice");
    let mut bag = bag(&[("data/a", b"a")], &[&alice]);
    bag.items.iter_mut().find(|item| item.path.as_str() == "data/a").unwrap().digests =
        artifact("x", b"another").digests;
    ends(&given(vec![bag], vec![alice.trusted()]), CheckId::IntegrityDigest, Failed, Rejected);
}

#[test]
fn a_size_that_came_out_otherwise_failed() {
    let alice = person("alice");
    let mut bundle = bundle(&[("evidence/a", b"a")], "checksums-file-sha256", &[&alice]);
    bundle.items.iter_mut().find(|item| item.path.as_str() == "evidence/a").unwrap().size = 7;
    ends(&given(vec![bundle], vec![alice.trusted()]), CheckId::IntegritySize, Failed, Rejected);
}

#[test]
fn a_root_that_came_out_otherwise_failed() {
    let alice = person("alice");
    let mut bundle = bundle(&[("evidence/a", b"a")], "checksums-file-sha256", &[&alice]);
    let info = json!({"bundleId": "b", "rootHash": Digest::sha256(b"another").hex()}).to_string();
    replace(&mut bundle, item("bundle.json", Kind::BundleInfo, info.as_bytes()));
    ends(&given(vec![bundle], vec![alice.trusted()]), CheckId::IntegrityRoot, Failed, Rejected);
}

#[test]
fn a_link_of_a_timeline_that_came_out_otherwise_failed() {
    let alice = person("alice");
    let mut broken = timeline(&[&alice], true);
    broken.tallies.get_mut(&BreakKind::Link).unwrap().broken = 1;
    let given = custody(broken, &alice);
    let outcome = given.verify();
    assert_eq!(outcome.verdict.whole.status, Rejected);
    assert!(outcome.verdict.whole.by.contains(&CheckId::CustodyLink));
}

#[test]
fn a_limit_exceeded_failed() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    assert_eq!(status(&given), Verified);
    given.cases[0].faults = vec![fault(Some("large.json"), FaultKind::ItemSize)];
    ends(&given, CheckId::IntakeItemSize, Failed, Rejected);
    // What lies beyond was not looked at, so nothing can be said of the whole.
    for mut beyond in [open_with(b"{}"), archive(Vec::new()), loose(Vec::new())] {
        beyond.items = signed(&alice, alice.trusted()).cases.remove(0).items;
        beyond.faults = vec![fault(None, FaultKind::ItemCount)];
        let given = support::evidence::given(vec![beyond], vec![alice.trusted()]);
        ends(&given, CheckId::IntakeItemCount, Failed, Rejected);
    }
}

#[test]
fn an_item_that_does_not_keep_the_format_it_claims_failed() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.cases[0].items.insert(1, item("app.intoto.jsonl", Kind::DsseLines, b"no envelope\n"));
    ends(&given, CheckId::JsonSyntax, Failed, Rejected);
    assert_eq!(artifact_status(&given, "app"), Verified, "it does not reject the sound file beside it");
    let shapeless = open_with(b"{\"payload\":\"\",\"payloadType\":\"x\"}");
    ends(
        &support::evidence::given(vec![shapeless], vec![alice.trusted()]),
        CheckId::FormatShape,
        Failed,
        Rejected,
    );
}

#[test]
fn a_statement_that_does_not_keep_its_form_failed_even_when_signed() {
    let alice = person("alice");
    let case = open_with(&envelope(STATEMENT, b"{\"_type\":\"https://in-toto.io/Statement/v9\"}", &[&alice]));
    ends(&given(vec![case], vec![alice.trusted()]), CheckId::StatementShape, Failed, Rejected);
}

#[test]
fn a_listed_file_missing_from_a_closed_container_failed() {
    let alice = person("alice");
    let mut bag = bag(&[("data/a", b"a"), ("data/b", b"b")], &[&alice]);
    bag.items.retain(|item| item.path.as_str() != "data/b");
    ends(&given(vec![bag], vec![alice.trusted()]), CheckId::IntegrityMissing, Failed, Rejected);
}

#[test]
fn an_unlisted_file_in_a_closed_container_failed() {
    let alice = person("alice");
    let mut bag = bag(&[("data/a", b"a")], &[&alice]);
    replace(&mut bag, artifact("data/b", b"b"));
    ends(&given(vec![bag], vec![alice.trusted()]), CheckId::IntegrityUnlisted, Failed, Rejected);
}

#[test]
fn what_an_open_list_names_and_is_not_there_is_not_examined() {
    let alice = person("alice");
    let list = checksums(&[("app", b"app"), ("gone", b"gone")]);
    let signature = envelope("text/plain", &list, &[&alice]);
    let items = vec![
        item("SHA256SUMS", Kind::DigestList(Algorithm::Sha256), &list),
        item("SHA256SUMS.intoto.json", Kind::DsseEnvelope, &signature),
        artifact("app", b"app"),
    ];
    let mut given = given(vec![case(CaseFormat::Open, items)], vec![alice.trusted()]);
    assert_eq!(status(&given), Verified);
    replace(&mut given.cases[0], artifact("unlisted", b"unlisted"));
    ends(&given, CheckId::ArtifactVouched, NotEstablished, Inconclusive);
    assert_eq!(artifact_status(&given, "app"), Verified);
}

#[test]
fn a_list_entry_that_stands_there_twice_failed() {
    let alice = person("alice");
    let files: &[(&str, &[u8])] = &[("data/a", b"a")];
    let mut bag = bag(files, &[&alice]);
    let twice = [checksums(files), checksums(files)].concat();
    replace(&mut bag, item("manifest-sha256.txt", Kind::BagManifest(Algorithm::Sha256), &twice));
    ends(&given(vec![bag], vec![alice.trusted()]), CheckId::IntegrityRepeatedEntry, Failed, Rejected);
}

#[test]
fn a_json_member_that_stands_there_twice_failed() {
    let alice = person("alice");
    let case = open_with(b"{\"payload\":\"\",\"payload\":\"\"}");
    ends(&given(vec![case], vec![alice.trusted()]), CheckId::JsonDuplicateMember, Failed, Rejected);
}

#[test]
fn a_name_that_stands_there_twice_failed() {
    let alice = person("alice");
    let mut archive = archive(signed(&alice, alice.trusted()).cases.remove(0).items);
    archive.faults = vec![fault(Some("app"), FaultKind::DuplicateName)];
    ends(&given(vec![archive], vec![alice.trusted()]), CheckId::IntakeDuplicateName, Failed, Rejected);
}

#[test]
fn a_forbidden_encoding_failed() {
    let alice = person("alice");
    let envelope =
        json!({"payload": "YR==", "payloadType": "x", "signatures": [{"sig": "AA=="}]}).to_string();
    let given = given(vec![open_with(envelope.as_bytes())], vec![alice.trusted()]);
    ends(&given, CheckId::FormatBase64, Failed, Rejected);
}

#[test]
fn a_link_a_device_and_a_path_that_are_refused_failed() {
    let alice = person("alice");
    let kinds = [
        (FaultKind::Link, CheckId::IntakeLink),
        (FaultKind::SpecialFile, CheckId::IntakeSpecialFile),
        (FaultKind::Path, CheckId::IntakePath),
    ];
    for (kind, check) in kinds {
        // Named by the user: asked about. In a closed container: part of what was sealed.
        let mut named = loose(signed(&alice, alice.trusted()).cases.remove(0).items);
        let mut sealed = bag(&[("data/a", b"a")], &[&alice]);
        for case in [&mut named, &mut sealed] {
            case.faults = vec![fault(Some("x"), kind)];
            ends(&given(vec![case.clone()], vec![alice.trusted()]), check, Failed, Rejected);
        }
        // Lying about in a directory: who takes the files takes it too.
        let mut beside = signed(&alice, alice.trusted());
        beside.cases[0].faults = vec![fault(Some("x"), kind)];
        ends(&beside, check, Failed, Rejected);
    }
}

#[test]
fn what_could_not_be_read_is_not_established() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.cases[0].faults = vec![fault(Some("x"), FaultKind::Unreadable)];
    ends(&given, CheckId::IntakeUnreadable, NotEstablished, Inconclusive);
    let mut unexamined = fault(Some("large.tgz"), FaultKind::Expansion);
    unexamined.effect = Effect::Unexamined;
    given.cases[0].faults = vec![unexamined];
    ends(&given, CheckId::IntakeExpansion, NotEstablished, Verified);
}

#[test]
fn a_signature_that_names_a_trusted_key_and_does_not_verify_under_it_failed() {
    let alice = person("alice");
    let content = statement(PROVENANCE, json!({}), &[("app", b"app")]);
    let other = alice.sign(b"something else");
    let forged = envelope_with(STATEMENT, &content, vec![(alice.public().id().to_string(), other)]);
    ends(&given(vec![open_with(&forged)], vec![alice.trusted()]), CheckId::SignatureDsse, Failed, Rejected);
}

#[test]
fn more_signatures_without_a_name_than_keys_may_be_tried_on_failed() {
    let alice = person("alice");
    let named = provenance("app", b"app", &[&alice]);
    let nameless = envelope_with("text/plain", b"x", (0..64).map(|n| (String::new(), vec![n])).collect());
    // 64 signatures on each line, one key of the store that none of them names.
    let lines = |count: usize| {
        let all = std::iter::once(&named).chain(std::iter::repeat_n(&nameless, count));
        all.flat_map(|line| [&line[..], b"\n"].concat()).collect::<Vec<u8>>()
    };
    let given = |count: usize| {
        let items = vec![artifact("app", b"app"), item("all.intoto.jsonl", Kind::DsseLines, &lines(count))];
        given(vec![case(CaseFormat::Open, items)], vec![alice.trusted()])
    };
    let most = KEY_TRIALS_MAX / 64;
    ends(&given(most - 1), CheckId::TrustKnownSigner, NotEstablished, Inconclusive);
    ends(&given(most), CheckId::TrustKnownSigner, Failed, Rejected);
    // What names its key is found among however many others.
    assert_eq!(artifact_status(&given(most), "app"), Verified);
}

#[test]
fn more_to_hash_for_keys_that_nobody_names_than_is_reasonable_failed() {
    let people: Vec<Person> = (0..40).map(|n| person(&format!("person {n}"))).collect();
    let trusted: Vec<_> = people.iter().map(Person::trusted).collect();
    // 64 signatures, 40 keys, each over the encoding and over the payload.
    let longest = KEY_TRIAL_BYTES_MAX / (64 * 40 * 2);
    let given = |length: u64| {
        let payload = vec![b'x'; length as usize];
        let signatures = (0..64).map(|n| (String::new(), vec![n])).collect();
        let nameless = envelope_with("text/plain", &payload, signatures);
        given(vec![open_with(&nameless)], trusted.clone())
    };
    ends(&given(longest), CheckId::TrustKnownSigner, Failed, Rejected);
    ends(&given(1 << 10), CheckId::TrustKnownSigner, NotEstablished, Inconclusive);
}

#[test]
fn a_signature_over_the_bare_payload_failed() {
    let alice = person("alice");
    let content = statement(PROVENANCE, json!({}), &[("app", b"app")]);
    let bare = envelope_with(STATEMENT, &content, vec![(String::new(), alice.sign(&content))]);
    let given = given(vec![open_with(&bare)], vec![alice.trusted()]);
    ends(&given, CheckId::SignatureBarePayload, Failed, Rejected);
}

#[test]
fn an_authority_for_another_purpose_failed() {
    let alice = person("alice");
    for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Attestation) {
        ends(&signed(&alice, alice.trusted_for(&[purpose])), CheckId::TrustPurpose, Failed, Rejected);
    }
}

#[test]
fn an_authority_narrowed_to_something_else_failed() {
    let alice = person("alice");
    let mut narrowed = alice.trusted();
    narrowed.narrowing.predicate_types = Some(BTreeSet::from(["https://example.org/other".to_owned()]));
    ends(&signed(&alice, narrowed), CheckId::TrustNarrowing, Failed, Rejected);
}

#[test]
fn a_distrusted_authority_failed() {
    let alice = person("alice");
    // The list of a store marks keys and authorities; `TrustStore::of` seals
    // without a list, so the mark is set behind it.
    let outcome = |mark: fn(&mut Authority)| {
        let mut authority = alice.trusted();
        mark(&mut authority);
        stella_forensic::check::trust_distrusted::examine(&authority, &authority.keys[0]).map(|f| f.severity)
    };
    assert_eq!(outcome(|_| {}), None);
    assert_eq!(outcome(|authority| authority.distrusted = Some("stolen".to_owned())), Some(Failed));
    assert_eq!(outcome(|authority| authority.keys[0].distrusted = Some("stolen".to_owned())), Some(Failed));
}

/// Alice, trusted in a window, asked at a time.
fn windowed(from: Option<&str>, to: Option<&str>, profile: Profile, asked: Option<&str>) -> Given {
    let alice = person("alice");
    let mut authority = alice.trusted();
    authority.window = Window { not_before: from.map(at), not_after: to.map(at) };
    authority.profile = profile;
    let mut given = signed(&alice, authority);
    given.request.at = asked.map(at);
    given
}

const Y2020: Option<&str> = Some("2020-01-01T00:00:00Z");
const Y2021: Option<&str> = Some("2021-01-01T00:00:00Z");
const Y2022: Option<&str> = Some("2022-01-01T00:00:00Z");

#[test]
fn a_proven_time_wholly_outside_the_window_failed() {
    // At the latest 2020, and nobody could have signed before 2021.
    let given = windowed(Y2021, None, Profile::LongLived, Y2020);
    ends(&given, CheckId::TrustWindow, Failed, Rejected);
}

#[test]
fn a_proven_time_across_an_edge_is_not_established() {
    ends(
        &windowed(None, Y2021, Profile::LongLived, Y2022),
        CheckId::TrustWindow,
        NotEstablished,
        Inconclusive,
    );
    // One that lives briefly wants the whole of the interval inside.
    ends(
        &windowed(Y2020, Y2022, Profile::ShortLived, Y2021),
        CheckId::TrustWindow,
        NotEstablished,
        Inconclusive,
    );
    assert_eq!(status(&windowed(Y2020, Y2022, Profile::LongLived, Y2021)), Verified);
}

#[test]
fn no_proven_time_where_one_is_needed_is_not_established() {
    ends(
        &windowed(None, Y2021, Profile::LongLived, None),
        CheckId::TrustWindow,
        NotEstablished,
        Inconclusive,
    );
    assert_eq!(status(&windowed(None, None, Profile::ShortLived, None)), Verified);
}

#[test]
fn a_signature_by_nobody_we_know_is_not_established() {
    let (alice, mallory) = (person("alice"), person("mallory"));
    ends(&signed(&mallory, alice.trusted()), CheckId::TrustKnownSigner, NotEstablished, Inconclusive);
}

#[test]
fn a_statement_that_nobody_signed_is_not_established() {
    let alice = person("alice");
    let bare = item("app.json", Kind::Statement, &statement(PROVENANCE, json!({}), &[("app", b"app")]));
    let case = case(CaseFormat::Open, vec![artifact("app", b"app"), bare]);
    let given = given(vec![case], vec![alice.trusted()]);
    ends(&given, CheckId::TrustKnownSigner, NotEstablished, Inconclusive);
}

#[test]
fn an_authority_for_development_is_not_established() {
    let alice = person("alice");
    let mut given = signed(&alice, Authority { development: true, ..alice.trusted() });
    ends(&given, CheckId::TrustDevelopment, NotEstablished, Inconclusive);
    given.policy.allow_development = true;
    assert_eq!(status(&given), Verified);
}

#[test]
fn a_freshness_rule_without_a_time_is_not_established() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.policy.trust_age_days_max = Some(30);
    ends(&given, CheckId::TrustFreshness, NotEstablished, Inconclusive);
}

#[test]
fn an_unknown_sequence_where_one_is_demanded_is_not_established() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.policy.trust_sequence_min = Some(2);
    ends(&given, CheckId::TrustSequence, NotEstablished, Inconclusive);
}

#[test]
fn a_timeline_without_a_pinned_head_is_not_established() {
    let alice = person("alice");
    let mut given = custody(timeline(&[&alice], false), &alice);
    ends(&given, CheckId::CustodyCompleteness, NotEstablished, Inconclusive);
    given.policy.without_pinned_head = WithoutPinnedHead::AsFarAsItGoes;
    assert_eq!(status(&given), Verified);
    let pinned = custody(timeline(&[&alice], true), &alice).verify();
    assert_eq!(pinned.verdict.whole.status, Verified);
    assert!(pinned.verdict.whole.by.contains(&CheckId::CustodyCompleteness), "what carried it is said");
}

#[test]
fn a_pin_on_a_timeline_that_is_not_there_is_not_established() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    let head = Head { count: 3, hash: Digest::sha256(b"head") };
    given.request.pins = vec![Pin { chain: "case-9".to_owned(), head }];
    ends(&given, CheckId::CustodyHead, NotEstablished, Inconclusive);
}

#[test]
fn a_recipe_that_was_assumed_in_part_is_not_established() {
    let alice = person("alice");
    let assumed = bundle(&[("evidence/a", b"a")], "sha256-pad-pow2", &[&alice]);
    ends(
        &given(vec![assumed], vec![alice.trusted()]),
        CheckId::IntegrityRecipe,
        NotEstablished,
        Inconclusive,
    );
    for known in ["checksums-file-sha256", "rfc6962-sha256"] {
        let known = bundle(&[("evidence/a", b"a")], known, &[&alice]);
        assert_eq!(status(&given(vec![known], vec![alice.trusted()])), Verified);
    }
}

#[test]
fn nothing_but_a_shared_key_is_not_established() {
    let secret = SharedKey::from_bytes(&[7; 32]).unwrap();
    let content = statement(PROVENANCE, json!({}), &[("app", b"app")]);
    let tag = secret.tag(&pae(STATEMENT, &content)).to_vec();
    let authority = Authority::new(Identity::new("service").unwrap(), [Purpose::Attestation])
        .with_key(TrustedKey::shared(secret.clone()));
    let only = envelope_with(STATEMENT, &content, vec![(secret.id().to_string(), tag.clone())]);
    let mut given = given(vec![open_with(&only)], vec![authority]);
    ends(&given, CheckId::SignatureSharedKey, NotEstablished, Inconclusive);
    // With a signature beside it, it decides nothing.
    let alice = person("alice");
    given.trusted.push(alice.trusted());
    let message = pae(STATEMENT, &content);
    let both = envelope_with(
        STATEMENT,
        &content,
        vec![(secret.id().to_string(), tag), (alice.public().id().to_string(), alice.sign(&message))],
    );
    given.cases = vec![open_with(&both)];
    ends(&given, CheckId::SignatureSharedKey, Note, Verified);
    given.policy.threshold = 2;
    assert_eq!(status(&given), Inconclusive, "a shared key is no second person");
}

#[test]
fn a_fault_of_the_tool_is_not_established() {
    let mut subject = vouched_artifact();
    subject.held_by.insert(CheckId::ToolFault);
    judged(&[subject], &policy(), Inconclusive, &[CheckId::ToolFault]);
}

#[test]
fn keys_and_programs_in_the_evidence_are_a_note() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    let key = stella_forensic::wire::pem::encode("PUBLIC KEY", &alice.public().spki_der());
    replace(&mut given.cases[0], item("key.pub", Kind::PublicKey, key.as_bytes()));
    // Beside files that are asked about it is one itself; beside none it is a claim.
    ends(&given, CheckId::ArtifactVouched, NotEstablished, Inconclusive);
    given.cases[0].items.retain(|item| !item.kind.is_artifact());
    ends(&given, CheckId::TrustEvidenceSupplied, Note, Verified);
    replace(&mut given.cases[0], item("key.pub", Kind::PublicKey, b"x"));
    ends(&given, CheckId::FormatShape, Failed, Rejected);
    replace(&mut given.cases[0], item("key.pub", Kind::PublicKey, key.as_bytes()));
    replace(&mut given.cases[0], item("config", Kind::PublicKey, b"x"));
    ends(&given, CheckId::ArtifactVouched, NotEstablished, Inconclusive);
}

// A bad signature beside enough good ones.

#[test]
fn a_failed_or_unknown_signature_does_not_spoil_a_threshold_that_others_meet() {
    let (alice, bob, mallory) = (person("alice"), person("bob"), person("mallory"));
    let content = statement(PROVENANCE, json!({}), &[("app", b"app")]);
    let message = pae(STATEMENT, &content);
    let id = |one: &Person| one.public().id().to_string();
    let signatures = vec![
        (id(&bob), vec![0; 64]),
        (id(&mallory), mallory.sign(&message)),
        (id(&alice), alice.sign(&message)),
    ];
    let case = open_with(&envelope_with(STATEMENT, &content, signatures));
    let mut given = given(vec![case], vec![alice.trusted(), bob.trusted()]);
    ends(&given, CheckId::SignatureDsse, Note, Verified);
    ends(&given, CheckId::TrustKnownSigner, Note, Verified);
    given.policy.threshold = 2;
    ends(&given, CheckId::SignatureDsse, Failed, Rejected);
}

// Thresholds count identities.

#[test]
fn an_authority_with_two_keys_is_one() {
    let (old, new) = (person("old"), person("new"));
    let one = old.trusted().with_key(TrustedKey::public(new.public()));
    let content = statement(PROVENANCE, json!({}), &[("app", b"app")]);
    let case = open_with(&envelope(STATEMENT, &content, &[&old, &new]));
    let mut given = given(vec![case], vec![one]);
    assert_eq!(status(&given), Verified);
    given.policy.threshold = 2;
    ends(&given, CheckId::SignatureThreshold, NotEstablished, Inconclusive);
}

#[test]
fn one_key_under_two_names_is_one() {
    let alice = person("alice");
    let again = Authority::new(Identity::new("bob").unwrap(), [Purpose::Attestation])
        .with_key(TrustedKey::public(alice.public()));
    let mut given = signed(&alice, alice.trusted());
    given.trusted.push(again);
    given.policy.threshold = 2;
    ends(&given, CheckId::SignatureThreshold, NotEstablished, Inconclusive);
}

#[test]
fn one_signature_repeated_is_one() {
    let alice = person("alice");
    let content = statement(PROVENANCE, json!({}), &[("app", b"app")]);
    let case = open_with(&envelope(STATEMENT, &content, &[&alice, &alice, &alice]));
    let mut given = given(vec![case], vec![alice.trusted()]);
    given.policy.threshold = 2;
    ends(&given, CheckId::SignatureThreshold, NotEstablished, Inconclusive);
}

#[test]
fn two_who_sign_apart_are_two() {
    let (alice, bob) = (person("alice"), person("bob"));
    let mut given = signed(&alice, alice.trusted());
    given.trusted.push(bob.trusted());
    replace(
        &mut given.cases[0],
        item("bob.intoto.json", Kind::DsseEnvelope, &provenance("app", b"app", &[&bob])),
    );
    given.policy.threshold = 2;
    assert_eq!(status(&given), Verified);
}

#[test]
fn a_group_needs_its_own_members() {
    let (alice, bob) = (person("alice"), person("bob"));
    let mut given = signed(&alice, alice.trusted());
    given.trusted.push(bob.trusted());
    let group = |who: &[&Person], threshold| Group {
        name: "release".to_owned(),
        identities: who.iter().map(|one| one.identity()).collect(),
        threshold,
    };
    given.policy.groups = vec![group(&[&alice, &bob], 1)];
    assert_eq!(status(&given), Verified);
    given.policy.groups = vec![group(&[&bob], 1)];
    ends(&given, CheckId::SignatureThreshold, NotEstablished, Inconclusive);
    given.policy.groups = vec![group(&[&alice, &bob], 2)];
    ends(&given, CheckId::SignatureThreshold, NotEstablished, Inconclusive);
}

// Artifacts and vouching.

#[test]
fn a_kind_that_approves_nothing_vouches_for_nothing() {
    let alice = person("alice");
    let sbom = statement("https://spdx.dev/Document", json!({}), &[("app", b"app")]);
    let mut given = given(vec![open_with(&envelope(STATEMENT, &sbom, &[&alice]))], vec![alice.trusted()]);
    ends(&given, CheckId::ArtifactVouched, NotEstablished, Inconclusive);
    given.cases = vec![open_with(&provenance("app", b"app", &[&alice]))];
    assert_eq!(status(&given), Verified);
    given.policy.approving = BTreeSet::from([Approval::Vsa]);
    ends(&given, CheckId::ArtifactVouched, NotEstablished, Inconclusive);
}

#[test]
fn a_summary_vouches_only_when_it_passed() {
    let alice = person("alice");
    for (result, expected) in [("PASSED", Verified), ("FAILED", Inconclusive), ("passed", Inconclusive)] {
        let summary = statement(
            "https://slsa.dev/verification_summary/v1",
            json!({"verificationResult": result}),
            &[("app", b"app")],
        );
        let case = open_with(&envelope(STATEMENT, &summary, &[&alice]));
        assert_eq!(status(&given(vec![case], vec![alice.trusted()])), expected, "{result}");
    }
}

#[test]
fn a_promotion_wants_an_authority_for_promotion() {
    let alice = person("alice");
    let promotion = json!({
        "_type": "stella.ops/promotion@v1",
        "subject": [{"name": "app", "digest": {"sha256": Digest::sha256(b"app").hex()}}],
        "materials": [],
        "promotion": {},
    });
    let case = open_with(&envelope(STATEMENT, promotion.to_string().as_bytes(), &[&alice]));
    let mut given = given(vec![case], vec![alice.trusted()]);
    ends(&given, CheckId::TrustPurpose, Failed, Rejected);
    given.trusted = vec![alice.trusted_for(&[Purpose::Promotion])];
    assert_eq!(status(&given), Verified);
}

#[test]
fn a_weak_digest_names_nothing() {
    let alice = person("alice");
    let sha1 = Digest::of(Algorithm::Sha1, b"app").hex();
    let weak = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha1": sha1}}],
        "predicateType": PROVENANCE,
        "predicate": {},
    });
    let case = open_with(&envelope(STATEMENT, weak.to_string().as_bytes(), &[&alice]));
    let mut given = given(vec![case], vec![alice.trusted()]);
    assert_eq!(artifact_status(&given, "app"), Inconclusive);
    assert_eq!(status(&given), Inconclusive);
    // Nor does it when it is asked for by that digest.
    given.cases[0].items.remove(0);
    given.request.artifacts = BTreeSet::from([Digest::of(Algorithm::Sha1, b"app")]);
    ends(&given, CheckId::ArtifactDemanded, NotEstablished, Inconclusive);
}

#[test]
fn a_name_with_another_digest_is_an_exchange() {
    let alice = person("alice");
    let case = open_with(&provenance("app", b"the app that was built", &[&alice]));
    ends(&given(vec![case], vec![alice.trusted()]), CheckId::StatementSubject, Failed, Rejected);
}

#[test]
fn between_cases_a_digest_travels() {
    let alice = person("alice");
    let statement = item("a.intoto.json", Kind::DsseEnvelope, &provenance("app", b"app", &[&alice]));
    let cases = vec![case(CaseFormat::Open, vec![statement]), loose(vec![artifact("other-name", b"app")])];
    assert_eq!(status(&given(cases, vec![alice.trusted()])), Verified);
}

#[test]
fn what_was_asked_for_must_be_covered() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.request.artifacts = BTreeSet::from([Digest::sha256(b"app")]);
    assert_eq!(status(&given), Verified);
    given.request.artifacts.insert(Digest::sha256(b"another"));
    ends(&given, CheckId::ArtifactDemanded, NotEstablished, Inconclusive);
    // Named by a verified statement, and not at hand.
    given.cases[0].items.remove(0);
    given.request.artifacts = BTreeSet::from([Digest::sha256(b"app")]);
    assert_eq!(status(&given), Verified);
}

// What each kind of evidence needs.

#[test]
fn an_artifact_needs_a_voucher_and_whole_containers() {
    judged(&[vouched_artifact()], &policy(), Verified, &[CheckId::ArtifactVouched]);
    let mut nobody = Subject::new(SubjectKind::Artifact, None);
    judged(&[nobody.clone()], &policy(), Inconclusive, &[CheckId::ArtifactDemanded]);
    nobody.places.insert((0, "app".to_owned()));
    let verdict = judge_of(vec![case_of()], vec![nobody], &policy());
    assert_eq!(verdict.whole, by(Inconclusive, &[CheckId::ArtifactVouched]));
    let mut from_broken = vouched_artifact();
    from_broken.places.insert((0, "app".to_owned()));
    let mut case = case_of();
    case.broken_by.insert(CheckId::IntegrityDigest);
    let verdict = judge_of(vec![case], vec![from_broken], &policy());
    assert_eq!(verdict.subjects[0], by(Rejected, &[CheckId::IntegrityDigest]));
    assert_eq!(verdict.whole.status, Rejected);
}

#[test]
fn an_artifact_needs_as_many_vouchers_as_asked_for() {
    let mut policy = policy();
    policy.threshold = 2;
    judged(&[vouched_artifact()], &policy, Inconclusive, &[CheckId::SignatureThreshold]);
    let mut two = vouched_artifact();
    two.hear(Means::List, &good(&["bob"]));
    judged(&[two], &policy, Verified, &[CheckId::ArtifactVouched]);
    // Not two by one kind that approves nothing.
    let mut one = vouched_artifact();
    one.hear(Means::Other, &good(&["bob"]));
    judged(&[one], &policy, Inconclusive, &[CheckId::SignatureThreshold]);
}

#[test]
fn a_statement_whose_artifact_is_not_there_needs_its_signature_and_its_content() {
    let mut subject = Subject::new(SubjectKind::Attestation, None);
    judged(&[subject.clone()], &policy(), Inconclusive, &[CheckId::SignatureDsse]);
    subject.hear(Means::Signature, &good(&["alice"]));
    judged(&[subject.clone()], &policy(), Verified, &[CheckId::SignatureDsse]);
    subject.rejected_by.insert(CheckId::StatementShape);
    judged(&[subject], &policy(), Rejected, &[CheckId::StatementShape]);
    // Somebody unknown is a better reason than nobody.
    let mut unknown = Subject::new(SubjectKind::Attestation, None);
    unknown.standing.open.insert(CheckId::TrustKnownSigner);
    judged(&[unknown], &policy(), Inconclusive, &[CheckId::TrustKnownSigner]);
    // And through the whole: the artifact is said not to have been examined.
    let alice = person("alice");
    let alone = item("a.intoto.json", Kind::DsseEnvelope, &provenance("gone", b"gone", &[&alice]));
    let outcome = given(vec![case(CaseFormat::Open, vec![alone])], vec![alice.trusted()]).verify();
    assert_eq!(outcome.verdict.whole.status, Verified);
    let skipped = &outcome.ledger.cases[0].book.coverage[&CheckId::StatementSubject].skipped;
    assert_eq!(skipped.get("the artifact is not at hand"), Some(&1));
}

#[test]
fn a_closed_container_needs_digests_completeness_and_a_signature() {
    let (alice, mallory) = (person("alice"), person("mallory"));
    let files: &[(&str, &[u8])] = &[("data/a", b"a")];
    assert_eq!(status(&given(vec![bag(files, &[&alice])], vec![alice.trusted()])), Verified);
    for signers in [&[][..], &[&mallory]] {
        let given = given(vec![bag(files, signers)], vec![alice.trusted()]);
        ends(&given, CheckId::IntegritySigned, NotEstablished, Inconclusive);
    }
    let mut unasked = given(vec![bag(files, &[])], vec![alice.trusted()]);
    unasked.policy.container_signed = false;
    let outcome = unasked.verify();
    let container = outcome.ledger.subjects.iter().position(|s| s.kind == SubjectKind::Container).unwrap();
    assert_eq!(outcome.verdict.subjects[container].status, Verified);
    assert_eq!(outcome.verdict.whole.status, Inconclusive, "nobody vouches for what is in it");
}

#[test]
fn a_closed_container_needs_as_many_signers_as_asked_for() {
    let (alice, bob) = (person("alice"), person("bob"));
    let trusted = vec![alice.trusted(), bob.trusted()];
    let mut one = given(vec![bag(&[("data/a", b"a")], &[&alice])], trusted.clone());
    one.policy.threshold = 2;
    ends(&one, CheckId::IntegritySigned, NotEstablished, Inconclusive);
    let mut two = given(vec![bag(&[("data/a", b"a")], &[&alice, &bob])], trusted);
    two.policy.threshold = 2;
    assert_eq!(status(&two), Verified);
}

#[test]
fn what_was_not_measured_is_not_established() {
    let alice = person("alice");
    let mut bag = bag(&[("data/a", b"a")], &[&alice]);
    let list = format!("{}  data/a\n", Digest::of(Algorithm::Blake2b512, b"a").hex());
    let manifest = item("manifest-blake2b512.txt", Kind::BagManifest(Algorithm::Blake2b512), list.as_bytes());
    replace(&mut bag, manifest);
    ends(&given(vec![bag], vec![alice.trusted()]), CheckId::IntegrityDigest, NotEstablished, Inconclusive);
}

#[test]
fn a_timeline_needs_to_be_unbroken_by_authorised_actors_and_complete() {
    let alice = person("alice");
    assert_eq!(status(&custody(timeline(&[&alice], true), &alice)), Verified);
    for kind in BreakKind::ALL {
        let check = CheckId::parse(&format!("custody.{}", kind.name())).unwrap();
        for (broken, expected) in [(true, Rejected), (false, Inconclusive)] {
            let mut timeline = timeline(&[&alice], true);
            let tally = timeline.tallies.get_mut(&kind).unwrap();
            *(if broken { &mut tally.broken } else { &mut tally.not_established }) = 1;
            let whole = custody(timeline, &alice).verify().verdict.whole;
            assert_eq!(whole.status, expected, "{check}");
            assert!(whole.by.contains(&check));
        }
    }
    // Trusted for something else only.
    let mut given = custody(timeline(&[&alice], true), &alice);
    given.trusted = vec![alice.trusted()];
    ends(&given, CheckId::TrustPurpose, Failed, Rejected);
    // Given twice, once for something else: whichever entry comes first.
    for purposes in [[Purpose::Attestation, Purpose::Custody], [Purpose::Custody, Purpose::Attestation]] {
        given.trusted = purposes.iter().map(|purpose| alice.trusted_for(&[*purpose])).collect();
        assert_eq!(status(&given), Verified);
    }
}

// From results to a verdict.

#[test]
fn a_case_is_worth_the_worst_of_its_subjects_and_the_report_the_worst_of_its_cases() {
    let of = |status: Status, case: usize| {
        let mut subject = vouched_artifact();
        subject.places = BTreeSet::from([(case, "x".to_owned())]);
        match status {
            Verified => {}
            Inconclusive => drop(subject.held_by.insert(CheckId::TrustFreshness)),
            Rejected => drop(subject.rejected_by.insert(CheckId::IntegrityDigest)),
        }
        subject
    };
    let all = [Verified, Inconclusive, Rejected];
    for a in all {
        for b in all {
            for c in all {
                let cases = vec![case_of(), case_of()];
                let verdict = judge_of(cases, vec![of(a, 0), of(b, 0), of(c, 1)], &policy());
                assert_eq!(verdict.cases[0].status, a.max(b));
                assert_eq!(verdict.cases[1].status, c);
                assert_eq!(verdict.whole.status, a.max(b).max(c));
            }
        }
    }
}

#[test]
fn nothing_to_judge_is_inconclusive() {
    assert_eq!(judge_of(Vec::new(), Vec::new(), &policy()).whole.status, Inconclusive);
    assert_eq!(judge_of(vec![case_of()], Vec::new(), &policy()).whole.status, Inconclusive);
    let mut speaks = case_of();
    speaks.speaks = true;
    assert_eq!(judge_of(vec![speaks], Vec::new(), &policy()).whole.status, Inconclusive);
    let mut broken = case_of();
    broken.broken_by.insert(CheckId::IntakeTruncated);
    assert_eq!(
        judge_of(vec![broken], Vec::new(), &policy()).whole,
        by(Rejected, &[CheckId::IntakeTruncated])
    );
}

#[test]
fn a_check_that_policy_requires_must_have_examined_something() {
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.policy.required_checks = BTreeSet::from([CheckId::SignatureDsse]);
    assert_eq!(status(&given), Verified);
    given.policy.required_checks.insert(CheckId::CustodyHash);
    ends(&given, CheckId::CustodyHash, NotEstablished, Inconclusive);
    // Checks of the run as a whole are in no case, and count for all.
    given.policy.required_checks = BTreeSet::from([CheckId::TrustFreshness]);
    ends(&given, CheckId::TrustFreshness, NotEstablished, Inconclusive);
    given.policy.trust_age_days_max = Some(1);
    assert_eq!(given.verify().verdict.whole.by, BTreeSet::from([CheckId::TrustFreshness]));
    let mut run = Book::default();
    run.pass(CheckId::TrustFreshness);
    let mut policy = policy();
    policy.required_checks = BTreeSet::from([CheckId::TrustFreshness]);
    let mut subject = vouched_artifact();
    subject.places.insert((0, "app".to_owned()));
    let ledger = Ledger { cases: vec![case_of()], subjects: vec![subject], book: run };
    assert_eq!(judge(&ledger, &policy, &Persons::default()).whole.status, Verified);
}

#[test]
fn an_older_trust_store_than_demanded_rejects() {
    let mut book = Book::default();
    let examine = stella_forensic::check::trust_sequence::examine;
    assert_eq!(examine(Some(1), Some(2), &mut book), Some(Failed));
    assert_eq!(examine(None, Some(2), &mut book), Some(NotEstablished));
    assert_eq!(examine(Some(2), Some(2), &mut book), None);
    assert_eq!(examine(None, None, &mut book), None);
}

#[test]
fn required_claims_that_fail_reject_and_that_lack_hold() {
    for (severity, expected) in [(Failed, Rejected), (NotEstablished, Inconclusive)] {
        let mut subject = vouched_artifact();
        subject.claims = BTreeMap::from([(CheckId::StatementClaims, severity)]);
        judged(&[subject], &policy(), expected, &[CheckId::StatementClaims]);
    }
    let alice = person("alice");
    let mut given = signed(&alice, alice.trusted());
    given.policy.predicate_types = BTreeSet::from(["https://example.org/review".to_owned()]);
    ends(&given, CheckId::StatementPredicateType, NotEstablished, Inconclusive);
}

// Made by hand.

fn policy() -> Policy {
    policy::default().clone()
}

fn good(names: &[&str]) -> Standing {
    Standing { good: names.iter().map(|name| Identity::new(name).unwrap()).collect(), ..Standing::default() }
}

fn vouched_artifact() -> Subject {
    let mut subject = Subject::new(SubjectKind::Artifact, Some(Digest::sha256(b"app")));
    subject.hear(Means::Signature, &good(&["alice"]));
    subject
}

fn case_of() -> CaseLedger {
    CaseLedger {
        form: "directory",
        format: "open",
        closed: false,
        checksum: Digest::sha256(b"case"),
        name: None,
        items: Vec::new(),
        book: Book::default(),
        facts: Vec::new(),
        timeline: Vec::new(),
        speaks: false,
        broken_by: BTreeSet::new(),
    }
}

fn judge_of(cases: Vec<CaseLedger>, subjects: Vec<Subject>, policy: &Policy) -> policy::Verdict {
    judge(&Ledger { cases, subjects, book: Book::default() }, policy, &Persons::default())
}

fn by(status: Status, checks: &[CheckId]) -> Judgement {
    Judgement { status, by: checks.iter().copied().collect() }
}

fn judged(subjects: &[Subject], policy: &Policy, status: Status, checks: &[CheckId]) {
    assert_eq!(judge_of(Vec::new(), subjects.to_vec(), policy).whole, by(status, checks));
}

fn custody(timeline: stella_forensic::custody::Timeline, by: &Person) -> Given {
    given(
        vec![case(CaseFormat::Open, vec![timeline_item(timeline)])],
        vec![by.trusted_for(&[Purpose::Custody])],
    )
}

/// Puts `item` in the place of the one of that name, or beside the others.
fn replace(case: &mut Case, item: stella_forensic::evidence::Item) {
    case.items.retain(|other| other.path != item.path);
    case.items.push(item);
    case.items.sort_by(|a, b| a.path.cmp(&b.path));
}
