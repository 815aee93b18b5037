//! One fault each, and the published traps.

use super::mint::*;
use super::*;
use crate::anchor::{Identity, Revocation, Rules};
use crate::crypto::key::KeyId;
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::proof::x509::{Anchor, Budget, Certificate, Memo, Oid, Work};
use crate::time::{Interval, UnixTime};
use crate::wire::der::{Tag, encode};

/// The seeds of keys.
const ROOT: u8 = 1;
const LEAF: u8 = 3;
const OTHER: u8 = 7;
const SIGNER: u8 = 8;

/// The day that is asked about.
const ASKED: i64 = 100;

/// Evidence, and how it is asked.
struct World {
    crls: Vec<Crl>,
    responses: Vec<OcspResponse>,
    candidates: Vec<Certificate>,
    root: Certificate,
    anchor: Certificate,
    currency: Currency,
    responders: Responders,
    at: Interval,
    rules: Rules,
    distrusted: Vec<KeyId>,
}

fn exactly(n: i64) -> Interval {
    Interval { earliest: Some(day(n)), latest: Some(day(n)) }
}

fn root() -> Certificate {
    CertSpec::root("Root", ROOT).make()
}

fn leaf() -> Certificate {
    CertSpec::new("Leaf", LEAF, "Root", ROOT).make()
}

fn world(crls: &[CrlSpec], responses: &[OcspSpec]) -> World {
    World {
        crls: crls.iter().map(CrlSpec::make).collect(),
        responses: responses.iter().map(OcspSpec::make).collect(),
        candidates: Vec::new(),
        root: root(),
        anchor: root(),
        currency: Currency::AtOrAfter,
        responders: Responders::Checked,
        at: exactly(ASKED),
        rules: Rules {
            algorithms: [(Algorithm::Ed25519, None)].into(),
            at: None,
            revocation: Revocation::Require,
            allow_development: false,
            effects: None,
        },
        distrusted: Vec::new(),
    }
}

impl World {
    fn within(mut self) -> World {
        self.currency = Currency::Within;
        self
    }

    fn among(mut self, candidates: &[&CertSpec]) -> World {
        self.candidates = candidates.iter().map(|spec| spec.make()).collect();
        self
    }

    fn examine_with(&self, subject: &Certificate, budget: &mut Budget) -> Examination {
        let anchor = Anchor::new(Identity::new("root").unwrap(), self.anchor.clone()).unwrap();
        let data = Data::new(self.crls.clone(), self.responses.clone());
        let context = Context {
            data: &data,
            anchors: std::slice::from_ref(&anchor),
            candidates: &self.candidates,
            rules: &self.rules,
            at: self.at,
            currency: self.currency,
            responders: self.responders,
            memo: &Memo::new(),
            distrusted: Distrust(&|key| self.distrusted.contains(&key.id())),
        };
        examine(subject, &self.root, &context, budget)
    }

    fn examine(&self, subject: &Certificate) -> Examination {
        let answer = self.examine_with(subject, &mut Budget::new());
        let reversed = World {
            crls: self.crls.iter().rev().cloned().collect(),
            responses: self.responses.iter().rev().cloned().collect(),
            candidates: self.candidates.iter().rev().cloned().collect(),
            root: self.root.clone(),
            anchor: self.anchor.clone(),
            rules: self.rules.clone(),
            distrusted: self.distrusted.clone(),
            ..*self
        };
        assert_eq!(reversed.examine_with(subject, &mut Budget::new()), answer, "order does not count");
        answer
    }

    /// The answer about the leaf in one word, with what matters of it.
    fn says(&self) -> String {
        self.says_of(&leaf())
    }

    fn says_of(&self, subject: &Certificate) -> String {
        match self.examine(subject).answer {
            Answer::Good { this_update, .. } => format!("good {this_update}"),
            Answer::Stale { this_update, .. } => format!("stale {this_update}"),
            Answer::Revoked { at, reason, .. } => {
                format!("revoked {at} {}", reason.map_or("-", Reason::name))
            }
            Answer::Missing => "missing".to_owned(),
            Answer::Indeterminate { why } => why.to_string(),
        }
    }
}

fn good_at(n: i64) -> String {
    format!("good {}", day(n))
}

fn stale_at(n: i64) -> String {
    format!("stale {}", day(n))
}

fn revoked_at(n: i64, reason: &str) -> String {
    format!("revoked {} {reason}", day(n))
}

fn list(this_update: i64) -> CrlSpec {
    CrlSpec::new("Root", ROOT, this_update)
}

/// About the leaf, by the root itself.
fn answer(status: Vec<u8>, this_update: i64) -> OcspSpec {
    OcspSpec::new("Root", ROOT, &SingleSpec::new(&leaf(), &root(), status, this_update))
}

const UNKNOWN_EXTENSION: &[u8] = &[0x2B, 0x63];

#[track_caller]
fn refuses(world: World, error: impl Into<RefusalError>) {
    let error = error.into();
    assert_eq!(world.says(), error.to_string());
}

#[test]
fn a_list_speaks_until_its_own_time() {
    assert_eq!(world(&[], &[]).says(), "missing");
    assert_eq!(world(&[list(99)], &[]).says(), stale_at(99));
    assert_eq!(world(&[list(100)], &[]).says(), good_at(100));
    assert_eq!(world(&[list(101)], &[]).says(), good_at(101));
    assert_eq!(world(&[list(99), list(101)], &[]).says(), good_at(101));
    let mut open = world(&[list(101)], &[]);
    open.at = Interval::UNKNOWN;
    assert_eq!(open.says(), stale_at(101), "nothing is after a time without end");
}

#[test]
fn or_while_it_is_current() {
    assert_eq!(world(&[list(99)], &[]).within().says(), good_at(99));
    assert_eq!(world(&[list(93)], &[]).within().says(), good_at(93));
    assert_eq!(world(&[list(92)], &[]).within().says(), stale_at(92));
    assert_eq!(world(&[list(101)], &[]).within().says(), stale_at(101));
    let endless = CrlSpec { next_update: None, ..list(99) };
    assert_eq!(world(&[endless], &[]).within().says(), stale_at(99), "no nextUpdate promises nothing");
}

#[test]
fn revoked_beats_good() {
    let revoking = list(120).entry(entry(&[5], 110, &[reason(1)]));
    assert_eq!(world(std::slice::from_ref(&revoking), &[]).says(), revoked_at(110, "keyCompromise"));
    // An old list, or an old answer, is carried to hide it.
    assert_eq!(world(&[list(100), revoking.clone()], &[]).says(), revoked_at(110, "keyCompromise"));
    assert_eq!(world(&[revoking], &[answer(good(), 130)]).says(), revoked_at(110, "keyCompromise"));
    let old = list(50).entry(entry(&[5], 40, &[reason(4)]));
    assert_eq!(world(&[old.clone(), list(200)], &[]).says(), revoked_at(40, "superseded"));
    assert_eq!(world(&[old, list(100)], &[]).within().says(), revoked_at(40, "superseded"));
    assert_eq!(world(&[list(200)], &[answer(revoked(90, None), 95)]).says(), revoked_at(90, "-"));
}

#[test]
fn the_worst_revocation_is_told() {
    let soft = entry(&[5], 10, &[reason(4)]);
    let hard = entry(&[5], 20, &[reason(1)]);
    assert_eq!(
        world(&[list(30).entry(soft.clone()).entry(hard.clone())], &[]).says(),
        revoked_at(20, "keyCompromise")
    );
    assert_eq!(
        world(&[list(30).entry(hard), list(31).entry(soft)], &[]).says(),
        revoked_at(20, "keyCompromise")
    );
    let one = list(30).entry(entry(&[5], 20, &[]));
    assert_eq!(world(&[one, list(31).entry(entry(&[5], 15, &[reason(0)]))], &[]).says(), revoked_at(20, "-"));
}

#[test]
fn invalidity_date() {
    let date = extension(&[0x55, 0x1D, 24], false, &time(day(60)));
    let crl = list(120).entry(entry(&[5], 110, &[reason(1), date]));
    let Answer::Revoked { at, invalidity, .. } = world(&[crl], &[]).examine(&leaf()).answer else {
        panic!("revoked");
    };
    assert_eq!((at, invalidity), (day(110), Some(day(60))));
}

#[test]
fn another_certificate() {
    // The same serial number from another issuer.
    let other = CrlSpec::new("Other", OTHER, 120).entry(entry(&[5], 110, &[]));
    assert_eq!(world(std::slice::from_ref(&other), &[]).says(), "missing");
    assert_eq!(world(&[other, list(100)], &[]).says(), good_at(100));
    // Another serial number from the same.
    for serial in [&[4][..], &[0, 0x85], &[5, 5], &[6]] {
        assert_eq!(world(&[list(100).entry(entry(serial, 110, &[]))], &[]).says(), good_at(100));
    }
    for serial in [&[0x85][..], &[0, 0x85], &[0x7F; 20]] {
        let subject = CertSpec::new("Leaf", LEAF, "Root", ROOT).serial(serial).make();
        let listed = world(&[list(100).entry(entry(serial, 90, &[]))], &[]);
        assert_eq!(listed.says_of(&subject), revoked_at(90, "-"), "{serial:02x?}");
        assert_eq!(listed.says(), good_at(100));
    }
}

#[test]
fn a_list_that_somebody_else_signed() {
    // A sibling of the same name, which claims the same key identifier too.
    let identifier = extension(&[0x55, 0x1D, 35], false, &seq(&[&encode(Tag::context(0), &[&[1; 20]])]));
    let forged = CrlSpec { signer: OTHER, ..list(100) }.with(identifier);
    refuses(world(std::slice::from_ref(&forged), &[]), SignatureError::Mismatch);
    let sibling = CertSpec::root("Root", OTHER);
    let impostor = world(std::slice::from_ref(&forged), &[]).among(&[&sibling]);
    assert!(
        matches!(impostor.examine(&leaf()).answer, Answer::Indeterminate { why } if matches!(*why, RefusalError::Path(_)))
    );
    // And it cannot accuse anybody either.
    let accusing = CrlSpec { signer: OTHER, ..list(100) }.entry(entry(&[5], 90, &[]));
    assert_eq!(world(&[accusing, list(100)], &[]).among(&[&sibling]).says(), good_at(100));
}

#[test]
fn crl_sign() {
    let mut with = world(&[list(100)], &[]);
    with.root = CertSpec::new("Root", ROOT, "Root", ROOT).with(authority()).with(key_usage(0x04)).make();
    with.anchor = with.root.clone();
    refuses(with, RefusalError::CrlSign);
    let mut without = world(&[list(100)], &[]);
    without.root = CertSpec::new("Root", ROOT, "Root", ROOT).with(authority()).make();
    without.anchor = without.root.clone();
    assert_eq!(without.says(), good_at(100), "no key usage confines nothing");
}

#[test]
fn algorithms_are_judged() {
    let mut world = world(&[list(100)], &[]);
    world.rules.algorithms.insert(Algorithm::Ed25519, Some(day(100)));
    world.rules.at = Some(day(100));
    assert!(world.says().contains("does not count at that time"));
    world.rules.algorithms.insert(Algorithm::Ed25519, Some(day(101)));
    assert_eq!(world.says(), good_at(100));
}

/// A key that can be broken by now signs that it is still the day before.
#[test]
fn a_claimed_time_outlives_no_algorithm() {
    let judged = |mut world: World, at: Option<i64>| {
        world.rules.algorithms.insert(Algorithm::Ed25519, Some(day(150)));
        world.rules.at = at.map(day);
        world.says()
    };
    let gone = "signed with ed25519, which does not count at that time";
    for at in [None, Some(150), Some(4000)] {
        assert_eq!(judged(world(&[list(100)], &[]), at), gone);
        assert_eq!(judged(world(&[], &[answer(good(), 100)]), at), gone);
        let listed = list(100).entry(entry(&[5], 90, &[]));
        assert_eq!(judged(world(&[listed], &[]), at), revoked_at(90, "-"), "it accuses as before");
    }
    assert_eq!(judged(world(&[list(100)], &[]), Some(149)), good_at(100));
    assert_eq!(judged(world(&[], &[answer(good(), 100)]), Some(149)), good_at(100));
    let responder = CertSpec::new("Responder", SIGNER, "Root", ROOT)
        .serial(&[6])
        .with(extended(OCSP_SIGNING))
        .with(extension(NOCHECK, false, &[5, 0]));
    let single = SingleSpec::new(&leaf(), &root(), good(), 100);
    let response = OcspSpec::new("Responder", SIGNER, &single).bringing(&responder.make());
    assert_eq!(judged(world(&[], std::slice::from_ref(&response)), None), gone);
    assert_eq!(judged(world(&[], &[response]), Some(149)), good_at(100));
}

#[test]
fn whoever_is_distrusted_says_nothing() {
    let key = |of: &Certificate| of.public_key().unwrap().id();
    let says = |mut world: World, distrusted: &[KeyId]| {
        world.distrusted = distrusted.to_vec();
        world.says()
    };
    let told = |key| RefusalError::Distrusted { key }.to_string();
    let responder = CertSpec::new("Responder", SIGNER, "Root", ROOT)
        .serial(&[6])
        .with(extended(OCSP_SIGNING))
        .with(extension(NOCHECK, false, &[5, 0]));
    let by_responder = |status| {
        let single = SingleSpec::new(&leaf(), &root(), status, 100);
        world(&[], &[OcspSpec::new("Responder", SIGNER, &single).bringing(&responder.make())])
    };
    let (bad, above) = (key(&responder.make()), key(&root()));
    assert_eq!(says(by_responder(good()), &[]), good_at(100));
    for status in [good(), revoked(90, None)] {
        assert_eq!(says(by_responder(status.clone()), &[bad]), told(bad));
        assert_eq!(says(by_responder(status), &[above]), told(above), "nor does anybody below");
    }
    let listed = list(100).entry(entry(&[5], 90, &[]));
    assert_eq!(says(world(&[list(100)], &[]), &[above]), told(above));
    assert_eq!(says(world(&[listed], &[]), &[above]), told(above));
    // Others are still heard.
    let both = World { crls: vec![list(101).make()], ..by_responder(good()) };
    assert_eq!(says(both, &[bad]), good_at(101));
}

/// Thousands of lists and certificates of the issuer's name: the first that
/// nobody signed uses everything up, and none is looked at after it.
#[test]
fn junk_of_the_right_name_is_given_up() {
    let forged = |n: i64| CrlSpec { signer: OTHER, ..list(100 + n) };
    let namesakes: Vec<CertSpec> =
        (0..300_u16).map(|n| CertSpec::root("Root", OTHER + 1).serial(&(0x4000 + n).to_be_bytes())).collect();
    let namesakes: Vec<&CertSpec> = namesakes.iter().collect();
    let mut junk = world(&[], &[]).among(&namesakes);
    junk.crls = (0..300).map(|n| forged(n).make()).collect();
    let examination = junk.examine(&leaf());
    assert_eq!(examination.refusals.len(), 1);
    assert!(matches!(examination.refusals[0].error, RefusalError::Budget(_)));
    assert_eq!(examination.answer.name(), "indeterminate");
    // Of other names they are not even steps of their own.
    let strangers: Vec<CertSpec> = (0..300_u16)
        .map(|n| CertSpec::root("Other", OTHER + 1).serial(&(0x4000 + n).to_be_bytes()))
        .collect();
    let strangers: Vec<&CertSpec> = strangers.iter().collect();
    let beside = world(&[signers_list(100)], &[]).among(&strangers);
    let examination = beside.examine_with(&leaf(), &mut Budget::with(Work::Steps, 5));
    assert!(matches!(examination.refusals[0].error, RefusalError::Signature(_)));
}

#[test]
fn critical_extensions() {
    let oid = Oid::of(UNKNOWN_EXTENSION);
    let unknown = |critical| extension(UNKNOWN_EXTENSION, critical, &[5, 0]);
    assert_eq!(world(&[list(100).with(unknown(false))], &[]).says(), good_at(100));
    refuses(world(&[list(100).with(unknown(true))], &[]), RefusalError::Critical { oid: oid.clone() });
    let marked = |critical| list(100).entry(entry(&[9], 90, &[unknown(critical)]));
    assert_eq!(world(&[marked(false)], &[]).says(), good_at(100));
    refuses(world(&[marked(true)], &[]), RefusalError::CriticalInEntry { oid: oid.clone() });
    // Another list that can be read still counts.
    assert_eq!(world(&[marked(true), list(100)], &[]).says(), good_at(100));
    let single = SingleSpec::new(&leaf(), &root(), good(), 100);
    let one = |critical| OcspSpec::new("Root", ROOT, &single.clone().with(unknown(critical)));
    assert_eq!(world(&[], &[one(false)]).says(), good_at(100));
    refuses(world(&[], &[one(true)]), RefusalError::Critical { oid: oid.clone() });
    let whole = |critical| answer(good(), 100).with(unknown(critical));
    assert_eq!(world(&[], &[whole(false)]).says(), good_at(100));
    refuses(world(&[], &[whole(true)]), RefusalError::Critical { oid });
    let nonce = extension(&[0x2B, 6, 1, 5, 5, 7, 48, 1, 2], true, &octets(&[1; 16]));
    assert_eq!(world(&[], &[answer(good(), 100).with(nonce)]).says(), good_at(100));
}

#[test]
fn which_certificates_a_list_is_for() {
    let user = encode(Tag::context(1), &[&[0xFF]]);
    let ca = encode(Tag::context(2), &[&[0xFF]]);
    let attribute = encode(Tag::context(5), &[&[0xFF]]);
    let confined = |parts: &[&[u8]]| world(&[list(100).with(idp(parts))], &[]);
    assert_eq!(confined(&[]).says(), good_at(100));
    assert_eq!(confined(&[&user]).says(), good_at(100));
    refuses(confined(&[&ca]), ScopeError::OnlyCaCertificates);
    refuses(confined(&[&attribute]), ScopeError::OnlyAttributeCertificates);
    let below = CertSpec::new("Leaf", LEAF, "Root", ROOT).with(authority()).make();
    assert_eq!(confined(&[&ca]).says_of(&below), good_at(100));
    assert_eq!(confined(&[&user]).says_of(&below), ScopeError::OnlyUserCertificates.to_string());
    // Whoever is listed is revoked, wherever he is listed.
    let listed = list(100).with(idp(&[&ca])).entry(entry(&[5], 90, &[]));
    assert_eq!(world(&[listed], &[]).says(), revoked_at(90, "-"));
}

#[test]
fn distribution_points() {
    let points = |points: &[&[u8]]| {
        CertSpec::new("Leaf", LEAF, "Root", ROOT).with(extension(POINTS, false, &seq(points))).make()
    };
    let (one, two) = (point_uri("http://crl.example/1"), point_uri("http://crl.example/2"));
    let at_one = world(&[list(100).with(idp(&[&one]))], &[]);
    assert_eq!(at_one.says_of(&points(&[&seq(&[&one])])), good_at(100));
    assert_eq!(at_one.says_of(&points(&[&seq(&[&two]), &seq(&[&one])])), good_at(100));
    assert_eq!(at_one.says_of(&points(&[&seq(&[&two])])), ScopeError::OtherPoint.to_string());
    assert_eq!(at_one.says(), ScopeError::OtherPoint.to_string());
    assert_eq!(world(&[list(100)], &[]).says_of(&points(&[&seq(&[&two])])), good_at(100));
    // A relative name on one side, the whole name on the other.
    let attribute = seq(&[&encode(Tag::OID, &[&[0x55, 4, 3]]), &encode(Tag::UTF8_STRING, &[b"CRL1"])]);
    let relative = explicit(0, &explicit(1, &attribute));
    let rdn = |common: &str| {
        let value = encode(Tag::UTF8_STRING, &[common.as_bytes()]);
        encode(Tag::SET, &[&seq(&[&encode(Tag::OID, &[&[0x55, 4, 3]]), &value])])
    };
    let whole = |first: &str| explicit(0, &explicit(0, &explicit(4, &seq(&[&rdn(first), &rdn("crl1")]))));
    let by_relative = world(&[list(100).with(idp(&[&relative]))], &[]);
    assert_eq!(by_relative.says_of(&points(&[&seq(&[&whole("Root")])])), good_at(100));
    assert_eq!(by_relative.says_of(&points(&[&seq(&[&whole("Other")])])), ScopeError::OtherPoint.to_string());
    assert_eq!(by_relative.says_of(&points(&[&seq(&[&relative])])), good_at(100));
}

#[test]
fn reasons_add_up() {
    // Bits 1 and 2, and the others.
    let compromise = encode(Tag::context(3), &[&[5, 0x60]]);
    let others = encode(Tag::context(3), &[&[7, 0x1F, 0x80]]);
    let (first, second) = (list(105).with(idp(&[&compromise])), list(100).with(idp(&[&others])));
    refuses(world(std::slice::from_ref(&first), &[]), RefusalError::Reasons);
    assert_eq!(world(&[first.clone(), second.clone()], &[]).says(), good_at(100), "as old as the older");
    let old = CrlSpec { this_update: 99, ..second.clone() };
    assert_eq!(world(&[first.clone(), old], &[]).says(), stale_at(99));
    let listed = second.entry(entry(&[5], 90, &[reason(4)]));
    assert_eq!(world(&[first.clone(), listed], &[]).says(), revoked_at(90, "superseded"));
    // A point for some reasons confines a list for all.
    let reasons = encode(Tag::context(1), &[&[5, 0x60]]);
    let point = seq(&[&point_uri("http://crl.example/"), &reasons]);
    let subject =
        CertSpec::new("Leaf", LEAF, "Root", ROOT).with(extension(POINTS, false, &seq(&[&point]))).make();
    let at_point = world(&[list(100).with(idp(&[&point_uri("http://crl.example/")]))], &[]);
    assert_eq!(at_point.says_of(&subject), RefusalError::Reasons.to_string());
    let empty = list(100).with(idp(&[&encode(Tag::context(3), &[&[0]])]));
    refuses(world(&[empty], &[]), ScopeError::OtherPoint);
}

#[test]
fn deltas() {
    let base = |n| list(80).with(crl_number(n));
    let delta = |of, n| list(100).with(delta_of(of)).with(crl_number(n));
    assert_eq!(world(&[base(1)], &[]).says(), stale_at(80));
    assert_eq!(world(&[base(1), delta(1, 3)], &[]).says(), good_at(100));
    assert_eq!(world(&[base(2), delta(1, 3)], &[]).says(), good_at(100), "a later base will do");
    // RFC 5280 5.2.4: the base is at least as new as the delta's, and older than the delta.
    for wrong in [base(1), base(3)] {
        let result = world(&[wrong, delta(2, 3)], &[]);
        assert_eq!(result.says(), stale_at(80));
        let refusals = result.examine(&leaf()).refusals;
        assert!(refusals.iter().any(|refusal| refusal.error == RefusalError::DeltaAlone));
    }
    refuses(world(&[delta(1, 3)], &[]), RefusalError::DeltaAlone);
    let scoped = base(1).with(idp(&[&encode(Tag::context(1), &[&[0xFF]])]));
    assert_eq!(world(&[scoped, delta(1, 3)], &[]).says(), stale_at(80), "another scope");
    // What is on either of them is revoked.
    let hit = |reasons: &[Vec<u8>]| entry(&[5], 70, reasons);
    assert_eq!(world(&[base(1).entry(hit(&[])), delta(1, 3)], &[]).says(), revoked_at(70, "-"));
    assert_eq!(world(&[base(1), delta(1, 3).entry(hit(&[]))], &[]).says(), revoked_at(70, "-"));
    assert_eq!(
        world(&[delta(1, 3).entry(hit(&[]))], &[]).says(),
        revoked_at(70, "-"),
        "without its base too"
    );
}

#[test]
fn a_hold_is_lifted_and_nothing_else() {
    let base = |code| list(80).with(crl_number(1)).entry(entry(&[5], 70, &[reason(code)]));
    let delta =
        |code| list(100).with(delta_of(1)).with(crl_number(3)).entry(entry(&[5], 90, &[reason(code)]));
    assert_eq!(world(&[base(6), delta(8)], &[]).within().says(), good_at(100));
    // When it was lifted is not said, so what lies after its beginning stays held.
    let at = |n| {
        let mut world = world(&[base(6), delta(8)], &[]);
        world.at = exactly(n);
        world.says()
    };
    assert_eq!(at(69), good_at(100));
    assert_eq!([at(70), at(100)], [70; 2].map(|n| revoked_at(n, "certificateHold")));
    assert_eq!(world(&[base(6)], &[]).says(), revoked_at(70, "certificateHold"));
    assert_eq!(world(&[base(1), delta(8)], &[]).says(), revoked_at(70, "keyCompromise"));
    assert_eq!(world(&[base(6), delta(1)], &[]).says(), revoked_at(90, "keyCompromise"));
    let plain = list(80).with(crl_number(1));
    assert_eq!(world(&[plain, delta(8)], &[]).says(), good_at(100), "held and released in between");
    // A later list without the entry does not say that the hold was lifted.
    assert_eq!(
        world(&[base(6), list(120).with(crl_number(9))], &[]).says(),
        revoked_at(70, "certificateHold")
    );
    // A delta of another base lifts nothing.
    let foreign = list(100).with(delta_of(2)).with(crl_number(3)).entry(entry(&[5], 90, &[reason(8)]));
    assert_eq!(world(&[base(6), foreign], &[]).says(), revoked_at(70, "certificateHold"));
}

#[test]
fn expired_certificates_are_taken_off() {
    let subject = CertSpec::new("Leaf", LEAF, "Root", ROOT).until(110).make();
    let after = RefusalError::AfterEnd { not_after: day(110), this_update: day(111) }.to_string();
    assert_eq!(world(&[list(110)], &[]).says_of(&subject), good_at(110));
    assert_eq!(world(&[list(111)], &[]).says_of(&subject), after);
    assert_eq!(world(&[list(105), list(111)], &[]).says_of(&subject), good_at(105));
    let keeping = |since| list(111).with(extension(&[0x55, 0x1D, 60], false, &time(day(since))));
    assert_eq!(world(&[keeping(110)], &[]).says_of(&subject), good_at(111));
    assert_eq!(world(&[keeping(111)], &[]).says_of(&subject), after);
    let cutoff = |since| extension(&[0x2B, 6, 1, 5, 5, 7, 48, 1, 6], false, &time(day(since)));
    let single = SingleSpec::new(&subject, &root(), good(), 111);
    let response = |single: SingleSpec| world(&[], &[OcspSpec::new("Root", ROOT, &single)]);
    assert_eq!(response(single.clone()).says_of(&subject), after);
    assert_eq!(response(single.clone().with(cutoff(100))).says_of(&subject), good_at(111));
    assert_eq!(response(single.with(cutoff(111))).says_of(&subject), after);
    // What is still on it is revoked.
    let listed = world(&[list(111).entry(entry(&[5], 90, &[]))], &[]);
    assert_eq!(listed.says_of(&subject), revoked_at(90, "-"));
}

#[test]
fn the_future_clears_nobody() {
    let at = |n, crl: CrlSpec| {
        let mut world = world(&[crl], &[]);
        world.rules.at = Some(day(n));
        world
    };
    refuses(at(104, list(105)), RefusalError::Future { this_update: day(105), at: day(104) });
    assert_eq!(at(105, list(105)).says(), good_at(105));
    assert_eq!(at(104, list(105).entry(entry(&[5], 90, &[]))).says(), revoked_at(90, "-"));
}

#[test]
fn a_list_signed_after_the_end_of_its_signer() {
    let subject = CertSpec::new("Leaf", LEAF, "CA", OTHER).make();
    let issuer = |end| CertSpec::new("CA", OTHER, "Root", ROOT).with(authority()).until(end).make();
    let mut world = world(&[CrlSpec::new("CA", OTHER, 100)], &[]);
    world.root = issuer(100);
    assert_eq!(world.says_of(&subject), good_at(100));
    world.root = issuer(99);
    let late = RefusalError::SignerExpired { not_after: day(99), signed: day(100) };
    assert_eq!(world.says_of(&subject), late.to_string());
    // When an anchor ends is for the trust store to say.
    let mut trusted = self::world(&[list(100)], &[]);
    trusted.root = CertSpec::root("Root", ROOT).until(99).make();
    trusted.anchor = trusted.root.clone();
    assert_eq!(trusted.says(), good_at(100));
}

fn signer_is(status: &'static str, why: Option<RefusalError>) -> String {
    RefusalError::SignerStatus { status, why: why.map(Box::new) }.to_string()
}

/// A second certificate of the root's name, by the root, for lists alone.
fn list_signer() -> CertSpec {
    CertSpec::new("Root", SIGNER, "Root", ROOT).serial(&[6]).with(key_usage(0x02))
}

fn signers_list(this_update: i64) -> CrlSpec {
    CrlSpec { signer: SIGNER, ..list(this_update) }
}

#[test]
fn a_signer_other_than_the_issuer() {
    // Which of the root's own certificates the root's own lists are for.
    let for_ca = |crl: CrlSpec| crl.with(idp(&[&point_uri("http://crl.example/signers")]));
    let point = seq(&[&seq(&[&point_uri("http://crl.example/signers")])]);
    let signer = list_signer().with(extension(POINTS, false, &point));
    let plain = world(&[signers_list(100)], &[]).among(&[&signer]);
    assert_eq!(
        plain.says(),
        signer_is("indeterminate", Some(RefusalError::Circular)),
        "its own list does not speak of it"
    );
    let cleared = world(&[signers_list(100), for_ca(list(100))], &[]).among(&[&signer]);
    assert_eq!(cleared.says(), good_at(100));
    let too_old = world(&[signers_list(100), for_ca(list(99))], &[]).among(&[&signer]);
    assert_eq!(too_old.says(), signer_is("stale", None));
    let gone =
        world(&[signers_list(100), for_ca(list(100)).entry(entry(&[6], 50, &[]))], &[]).among(&[&signer]);
    assert_eq!(gone.says(), RefusalError::SignerRevoked { at: day(50) }.to_string());
    // To accuse, the signature and the path are enough.
    let accusing = signers_list(100).entry(entry(&[5], 90, &[]));
    assert_eq!(world(&[accusing, list(110)], &[]).among(&[&signer]).says(), revoked_at(90, "-"));
    // Without cRLSign it is nobody.
    let weak = CertSpec::new("Root", SIGNER, "Root", ROOT).serial(&[6]).with(key_usage(0x80));
    assert_eq!(world(&[signers_list(100)], &[]).among(&[&weak]).says(), RefusalError::CrlSign.to_string());
}

#[test]
fn nobody_proves_his_own_innocence() {
    // The key in question signs the list from which it is missing.
    let own = world(&[signers_list(100)], &[]).among(&[&list_signer()]);
    assert_eq!(own.says_of(&list_signer().make()), RefusalError::Circular.to_string());
    // The same key under another certificate is the same key.
    let twin = CertSpec::new("Root", SIGNER, "Root", ROOT).serial(&[9]).with(key_usage(0x02));
    let twins = world(&[signers_list(100)], &[]).among(&[&twin]);
    assert_eq!(twins.says_of(&list_signer().make()), RefusalError::Circular.to_string());
    // A response signed with the certificate's own key, which is even a responder's.
    let responder = CertSpec::new("Responder", LEAF, "Root", ROOT).with(extended(OCSP_SIGNING));
    let subject = responder.make();
    let single = SingleSpec::new(&subject, &root(), good(), 100);
    let response = OcspSpec::new("Responder", LEAF, &single).bringing(&subject);
    assert_eq!(world(&[], &[response]).says_of(&subject), RefusalError::Circular.to_string());
    // Two responders that vouch for each other.
    let other = CertSpec::new("Second", OTHER, "Root", ROOT).serial(&[8]).with(extended(OCSP_SIGNING));
    let about = |of: &CertSpec, by: &CertSpec| {
        let single = SingleSpec::new(&of.make(), &root(), good(), 100);
        OcspSpec::new(by.subject, by.key, &single).bringing(&by.make())
    };
    let round = world(&[], &[about(&responder, &other), about(&other, &responder)]);
    assert_eq!(round.says_of(&subject), signer_is("indeterminate", Some(RefusalError::Circular)));
    // And one that the root itself vouches for.
    let single = SingleSpec::new(&other.make(), &root(), good(), 100);
    let cleared = world(&[], &[about(&responder, &other), OcspSpec::new("Root", ROOT, &single)]);
    assert_eq!(cleared.says_of(&subject), good_at(100));
}

#[test]
fn indirect_lists() {
    let crl_issuer = explicit(2, &explicit(4, &name("Lists")));
    let point = seq(&[&seq(&[&point_uri("http://crl.example/"), &crl_issuer])]);
    let subject = CertSpec::new("Leaf", LEAF, "Root", ROOT).with(extension(POINTS, false, &point)).make();
    let signer = CertSpec::new("Lists", SIGNER, "Root", ROOT).serial(&[6]).with(key_usage(0x02));
    let indirect = encode(Tag::context(4), &[&[0xFF]]);
    let lists = |parts: &[&[u8]]| CrlSpec::new("Lists", SIGNER, 100).with(idp(parts));
    let says = |crl: CrlSpec| {
        world(&[crl, list(100).with(idp(&[&point_uri("http://other.example/")]))], &[answer_about(&signer)])
            .among(&[&signer])
            .says_of(&subject)
    };
    let of = |common: &str, serial: u8| entry(&[serial], 90, &[certificate_issuer(common)]);
    let place = point_uri("http://crl.example/");
    assert_eq!(says(lists(&[&place, &indirect])), good_at(100));
    assert_eq!(says(lists(&[&place])), ScopeError::NotIndirect.to_string());
    assert_eq!(says(lists(&[&place, &indirect]).entry(of("Root", 5))), revoked_at(90, "-"));
    assert_eq!(says(lists(&[&place, &indirect]).entry(of("Other", 5))), good_at(100));
    // Without an issuer of its own, an entry is of the one before; the first of
    // the list's own issuer.
    assert_eq!(says(lists(&[&place, &indirect]).entry(entry(&[5], 90, &[]))), good_at(100));
    let follows = lists(&[&place, &indirect]).entry(of("Root", 7)).entry(entry(&[5], 90, &[]));
    assert_eq!(says(follows), revoked_at(90, "-"));
    let between =
        lists(&[&place, &indirect]).entry(of("Root", 7)).entry(of("Other", 8)).entry(entry(&[5], 90, &[]));
    assert_eq!(says(between), good_at(100));
    // A certificate that does not name this issuer is none of its business.
    let stranger = world(&[lists(&[&place, &indirect]).entry(of("Root", 5))], &[]).among(&[&signer]);
    assert_eq!(stranger.says(), "missing");
}

/// By the root, that a certificate of the root's is good.
fn answer_about(subject: &CertSpec) -> OcspSpec {
    OcspSpec::new("Root", ROOT, &SingleSpec::new(&subject.make(), &root(), good(), 100))
}

#[test]
fn responses_of_the_issuer_itself() {
    assert_eq!(world(&[], &[answer(good(), 100)]).says(), good_at(100));
    assert_eq!(world(&[], &[answer(good(), 99)]).says(), stale_at(99));
    assert_eq!(world(&[], &[answer(good(), 99)]).within().says(), good_at(99));
    assert_eq!(world(&[], &[answer(revoked(90, Some(1)), 100)]).says(), revoked_at(90, "keyCompromise"));
    refuses(world(&[], &[answer(unknown(), 100)]), RefusalError::Unknown);
    let key = Digest::of(Hash::Sha1, &key_bits(&root()));
    let by_key = OcspSpec { responder: explicit(2, &octets(key.bytes())), ..answer(good(), 100) };
    assert_eq!(world(&[], &[by_key]).says(), good_at(100));
    let by_nobody = OcspSpec { responder: explicit(2, &octets(&[0; 20])), ..answer(good(), 100) };
    refuses(world(&[], &[by_nobody]), RefusalError::NoResponder);
    let forged = OcspSpec { signer: OTHER, ..answer(good(), 100) };
    refuses(world(&[], &[forged]), SignatureError::Mismatch);
    // thisUpdate cannot lie after the moment of signing.
    let ahead = OcspSpec { produced_at: 98, ..answer(good(), 100) };
    assert_eq!(world(&[], &[ahead]).says(), stale_at(98));
    let endless = SingleSpec { next_update: None, ..SingleSpec::new(&leaf(), &root(), good(), 100) };
    assert_eq!(world(&[], &[OcspSpec::new("Root", ROOT, &endless)]).says(), good_at(100));
    assert_eq!(world(&[], &[OcspSpec::new("Root", ROOT, &endless)]).within().says(), stale_at(100));
}

#[test]
fn responses_about_another_certificate() {
    let single = SingleSpec::new(&leaf(), &root(), good(), 100);
    let says = |single: &SingleSpec| world(&[], &[OcspSpec::new("Root", ROOT, single)]).says();
    for hash in [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        assert_eq!(says(&SingleSpec { hash, ..single.clone() }), good_at(100), "{hash:?}");
        assert_eq!(says(&SingleSpec { hash, serial: vec![6], ..single.clone() }), "missing");
        assert_eq!(says(&SingleSpec { hash, issuer_name: name("Other"), ..single.clone() }), "missing");
        let issuer_key = key_bits(&CertSpec::root("Root", OTHER).make());
        assert_eq!(says(&SingleSpec { hash, issuer_key, ..single.clone() }), "missing");
    }
    // Several answers in one response: each counts for its own certificate.
    let other = SingleSpec { serial: vec![6], status: revoked(90, None), ..single.clone() };
    assert_eq!(world(&[], &[OcspSpec::new("Root", ROOT, &other).and(&single)]).says(), good_at(100));
    let twice = SingleSpec { status: revoked(90, None), ..single.clone() };
    assert_eq!(world(&[], &[OcspSpec::new("Root", ROOT, &single).and(&twice)]).says(), revoked_at(90, "-"));
}

#[test]
fn delegated_responders() {
    let responder = |by: u8| CertSpec::new("Responder", SIGNER, "Root", by).serial(&[6]);
    let single = SingleSpec::new(&leaf(), &root(), good(), 100);
    let response = |spec: &CertSpec| OcspSpec::new("Responder", SIGNER, &single).bringing(&spec.make());
    let says = |spec: CertSpec| world(&[], &[response(&spec)]).says();
    let nocheck = || extension(NOCHECK, false, &[5, 0]);
    let sound = responder(ROOT).with(extended(OCSP_SIGNING));
    assert_eq!(says(sound.clone().with(nocheck())), good_at(100));
    assert_eq!(says(responder(ROOT).with(nocheck())), RefusalError::SigningUsage.to_string());
    let any_usage: &[u8] = &[0x55, 0x1D, 37, 0];
    assert_eq!(
        says(responder(ROOT).with(nocheck()).with(extended(any_usage))),
        RefusalError::SigningUsage.to_string()
    );
    let foreign = CertSpec { issuer: "Other", ..sound.clone() }.with(nocheck());
    assert_eq!(says(foreign), RefusalError::NotDelegated.to_string());
    let forged = responder(OTHER).with(extended(OCSP_SIGNING)).with(nocheck());
    assert_eq!(says(forged), RefusalError::NotDelegated.to_string(), "the name is right, the key is not");
    let ended = sound.clone().with(nocheck()).until(99);
    assert!(says(ended).starts_with("the certificate of the signer:"));
    let brought_by_nobody = OcspSpec::new("Responder", SIGNER, &single);
    assert_eq!(
        world(&[], std::slice::from_ref(&brought_by_nobody)).says(),
        RefusalError::NoResponder.to_string()
    );
    let found = sound.clone().with(nocheck());
    assert_eq!(world(&[], &[brought_by_nobody]).among(&[&found]).says(), good_at(100));
    // Its own status.
    assert_eq!(says(sound.clone()), signer_is("missing", None));
    let mut trusting = world(&[], &[response(&sound)]);
    trusting.responders = Responders::WhereNamed;
    assert_eq!(trusting.says(), good_at(100));
    let point = extension(POINTS, false, &seq(&[&seq(&[&point_uri("http://crl.example/")])]));
    let mut named = world(&[], &[response(&sound.clone().with(point))]);
    named.responders = Responders::WhereNamed;
    assert_eq!(named.says(), signer_is("missing", None));
    let checked =
        |crl: CrlSpec| world(&[crl.with(idp(&[&point_uri("http://x.example/")]))], &[response(&sound)]);
    assert_eq!(
        checked(list(100).entry(entry(&[6], 50, &[]))).says(),
        RefusalError::SignerRevoked { at: day(50) }.to_string()
    );
    assert_eq!(world(&[], &[response(&sound), answer_about(&sound)]).says(), good_at(100));
    // To accuse, that is not asked.
    let accusing = SingleSpec { status: revoked(90, None), ..single.clone() };
    let accusing = OcspSpec::new("Responder", SIGNER, &accusing).bringing(&sound.make());
    assert_eq!(world(&[], &[accusing]).says(), revoked_at(90, "-"));
}

#[test]
fn a_million_entries() {
    let count = 1_000_000_u32;
    let mut crl = list(100);
    // Serial numbers of three octets, none of which is ours.
    let mut entries = Vec::with_capacity(count as usize * 24);
    for n in 0..count {
        let serial = [1 + (n >> 16) as u8 % 0x7E, (n >> 8) as u8, n as u8];
        entries.extend_from_slice(&[0x30, 22, 2, 3]);
        entries.extend_from_slice(&serial);
        entries.extend_from_slice(b"\x18\x0f20200101000000Z");
    }
    crl.entries = vec![entries, entry(&[5], 90, &[reason(1)])];
    let listed = crl.make();
    assert_eq!(listed.entry_count(), count as usize + 1);
    assert_eq!(listed.lookup(&parsed("Root"), &[6]), None);
    let found = listed.lookup(&parsed("Root"), &[5]).unwrap();
    assert_eq!((found.at, found.reason), (day(90), Some(Reason::KeyCompromise)));
    let mut world = world(&[], &[]);
    world.crls = vec![listed];
    assert_eq!(world.examine_with(&leaf(), &mut Budget::new()).answer.name(), "revoked");
    let few = world.examine_with(&leaf(), &mut Budget::with(Work::Steps, 500));
    assert_eq!(few.answer.name(), "indeterminate");
}

/// Another authority below the same anchor names a signer like the one whose
/// certificates it wants to clear.
#[test]
fn an_authority_speaks_for_its_own_certificates() {
    let ca = |subject, key, issuer, signer, serial: u8| {
        CertSpec::new(subject, key, issuer, signer).serial(&[serial]).with(authority()).with(key_usage(0x06))
    };
    let subject = CertSpec::new("Leaf", LEAF, "CA", OTHER).make();
    let evil = ca("Evil", 9, "Root", ROOT, 21);
    let says = |signer: CertSpec, own: CrlSpec| {
        let lists = [CrlSpec::new("CA", SIGNER, 100), own, list(100), CrlSpec::new("Evil", 9, 100)];
        let mut world = world(&lists, &[]).among(&[&evil, &signer]);
        world.root = ca("CA", OTHER, "Root", ROOT, 20).make();
        world.says_of(&subject)
    };
    let unrelated = CrlSpec::new("Nobody", 10, 100);
    assert_eq!(says(ca("CA", SIGNER, "Root", ROOT, 22), unrelated.clone()), good_at(100));
    assert_eq!(says(ca("CA", SIGNER, "Evil", 9, 22), unrelated), RefusalError::Apart.to_string());
}

#[test]
fn what_was_not_looked_at_clears_nobody() {
    let lists = world(&[list(100), list(101)], &[]);
    let answer = |signatures| {
        lists.examine_with(&leaf(), &mut Budget::with(Work::Signatures, signatures)).answer.name()
    };
    assert_eq!([0, 1, 2].map(answer), ["indeterminate", "indeterminate", "good"]);
}

#[test]
fn searches_are_bounded() {
    let mut budget = Budget::with(Work::Signatures, 1);
    let lists = world(&[list(100), list(101)], &[]);
    let examination = lists.examine_with(&leaf(), &mut budget);
    assert_eq!(examination.refusals.len(), 1);
    assert!(matches!(examination.refusals[0].error, RefusalError::Budget(_)));
}

#[test]
fn lists_that_are_none() {
    let check = |spec: CrlSpec, expected: &str| {
        let found = spec.parse().map(drop).map_err(|error| error.to_string());
        assert_eq!(found, if expected.is_empty() { Ok(()) } else { Err(expected.to_owned()) });
    };
    check(list(1), "");
    check(CrlSpec { version: Vec::new(), ..list(1) }, "");
    check(CrlSpec { version: integer(&[0]), ..list(1) }, "version number 0, expected 1 or none");
    check(CrlSpec { version: integer(&[2]), ..list(1) }, "version number 2, expected 1 or none");
    let first = CrlSpec { version: Vec::new(), ..list(1) };
    check(first.clone().entry(entry(&[5], 1, &[])), "");
    check(first.clone().entry(entry(&[5], 1, &[reason(1)])), "extensions in a list of version 1");
    check(first.with(crl_number(1)), "extensions in a list of version 1");
    check(list(1).with(crl_number(1)).with(crl_number(2)), "the extension 2.5.29.20 twice");
    let twice = entry(&[5], 1, &[reason(1), reason(4)]);
    check(list(1).entry(twice), "the entry extension 2.5.29.21 occurs twice");
    check(list(1).entry(entry(&[5], 1, &[reason(7)])), "7 is no reason for a revocation");
    check(list(1).entry(entry(&[5], 1, &[reason(8)])), "removeFromCRL in a list that is no delta");
    check(list(1).with(delta_of(1)).entry(entry(&[5], 1, &[reason(8)])), "");
    let foreign = entry(&[5], 1, &[certificate_issuer("Other")]);
    check(
        list(1).entry(foreign.clone()),
        "an entry names another issuer, and the list is not marked as indirect",
    );
    check(list(1).with(idp(&[&encode(Tag::context(4), &[&[0xFF]])])).entry(foreign), "");
    let order = CrlSpec { next_update: Some(0), ..list(1) };
    check(order, &format!("nextUpdate {} lies before thisUpdate {}", day(0), day(1)));
    let other = seq(&[&encode(Tag::OID, &[&[0x2B, 0x65, 0x71]])]);
    check(
        CrlSpec { inner_algorithm: other, ..list(1) },
        "the signature algorithm differs from the one that is signed",
    );
    let whole = list(1).entry(entry(&[5], 1, &[reason(1)])).with(crl_number(1)).der();
    for end in 0..whole.len() {
        assert!(Crl::parse(&whole[..end]).is_err(), "{end}");
    }
    assert!(Crl::parse(&[&whole[..], &[0]].concat()).is_err());
    let long = vec![0; limits::CRL_BYTES_MAX + 1];
    assert!(matches!(Crl::parse(&long), Err(CrlError::TooLong { .. })));
}

#[test]
fn responses_that_are_none() {
    let check = |spec: OcspSpec, expected: &str| {
        let found = spec.parse().map(drop).map_err(|error| error.to_string());
        assert_eq!(found, if expected.is_empty() { Ok(()) } else { Err(expected.to_owned()) });
    };
    let sound = answer(good(), 1);
    check(sound.clone(), "");
    for version in 0..2 {
        let explicit = explicit(0, &integer(&[version]));
        check(
            OcspSpec { version: explicit, ..sound.clone() },
            &format!("version number {version}, expected none"),
        );
    }
    let kind = vec![0x2B, 6, 1, 5, 5, 7, 48, 1, 2];
    check(OcspSpec { kind, ..sound.clone() }, "a response of the type 1.3.6.1.5.5.7.48.1.2");
    check(OcspSpec { status: 4, ..sound.clone() }, "4 is no status of a response");
    check(OcspSpec { status: 6, ..sound.clone() }, "content in a response whose status is unauthorized");
    let responder = explicit(2, &octets(&[0; 32]));
    check(OcspSpec { responder, ..sound.clone() }, "a responder named by 32 bytes, expected 20");
    let single = SingleSpec::new(&leaf(), &root(), good(), 1);
    let of = |single: SingleSpec| OcspSpec::new("Root", ROOT, &single);
    check(
        of(SingleSpec { next_update: Some(0), ..single.clone() }),
        &format!("nextUpdate {} lies before thisUpdate {}", day(0), day(1)),
    );
    check(
        of(SingleSpec { status: explicit(3, &[]), ..single.clone() }),
        "tag 0xa3 is no status of a certificate",
    );
    check(
        of(SingleSpec { status: revoked(1, Some(8)), ..single.clone() }),
        "removeFromCRL is no reason for a revocation",
    );
    check(
        of(SingleSpec { status: revoked(1, Some(7)), ..single.clone() }),
        "7 is no reason for a revocation",
    );
    for (code, status) in [
        (1, "malformedRequest"),
        (2, "internalError"),
        (3, "tryLater"),
        (5, "sigRequired"),
        (6, "unauthorized"),
    ] {
        let bare =
            OcspResponse::parse(&seq(&[&enumerated(code)])).map(drop).map_err(|error| error.to_string());
        assert_eq!(bare, Err(format!("the responder did not answer: {status}")));
    }
    assert_eq!(OcspResponse::parse(&seq(&[&enumerated(0)])).map(drop), Err(OcspError::NoContent));
    let whole = sound.bringing(&leaf()).der();
    for end in 0..whole.len() {
        assert!(OcspResponse::parse(&whole[..end]).is_err(), "{end}");
    }
    assert!(OcspResponse::parse(&[&whole[..], &[0]].concat()).is_err());
    let long = vec![0; limits::OCSP_BYTES_MAX + 1];
    assert!(matches!(OcspResponse::parse(&long), Err(OcspError::TooLong { .. })));
}

#[test]
fn a_reason_beside_the_status() {
    let single = |reason| SingleSpec::new(&leaf(), &root(), revoked(90, reason), 100);
    let says = |single: SingleSpec| world(&[], &[OcspSpec::new("Root", ROOT, &single)]).says();
    assert_eq!(says(single(None).with(reason(4))), revoked_at(90, "superseded"));
    assert_eq!(says(single(Some(4)).with(reason(1))), revoked_at(90, "keyCompromise"));
    assert_eq!(says(single(Some(1)).with(reason(4))), revoked_at(90, "keyCompromise"));
}

#[test]
fn damage_anywhere_clears_nobody() {
    let sound = list(100).entry(entry(&[9], 90, &[reason(1)])).with(crl_number(1));
    let der = sound.der();
    for at in 0..der.len() {
        let mut damaged = der.clone();
        damaged[at] ^= 1;
        let Ok(crl) = Crl::parse(&damaged) else { continue };
        let mut world = world(&[], &[]);
        world.crls = vec![crl];
        let answer = world.examine_with(&leaf(), &mut Budget::new()).answer;
        assert!(!matches!(answer, Answer::Good { .. } | Answer::Revoked { .. }), "{at}: {answer:?}");
    }
    let der = answer(good(), 100).der();
    for at in 0..der.len() {
        let mut damaged = der.clone();
        damaged[at] ^= 1;
        let Ok(response) = OcspResponse::parse(&damaged) else { continue };
        let mut world = world(&[], &[]);
        world.responses = vec![response];
        let answer = world.examine_with(&leaf(), &mut Budget::new()).answer;
        assert!(!matches!(answer, Answer::Good { .. } | Answer::Revoked { .. }), "{at}: {answer:?}");
    }
}

/// Keeps the seconds out of the way.
#[test]
fn days() {
    assert_eq!(day(0), UnixTime::parse_rfc3339("2020-01-01T00:00:00Z").unwrap());
}
