use std::collections::BTreeMap;

use super::super::budget::Work;
use super::super::making::*;
use super::*;
use crate::anchor::Revocation;
use crate::wire::der::{self, Tag};

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339(text).unwrap()
}

fn rules() -> Rules {
    Rules {
        algorithms: BTreeMap::from([(Algorithm::Ed25519, None)]),
        at: None,
        revocation: Revocation::IfPresent,
        allow_development: false,
        effects: None,
    }
}

/// A search for tests: root `r` of key 1, and whatever is given.
struct Bed {
    roots: Vec<Made>,
    others: Vec<Made>,
    target: Made,
    usage: Usage,
    rules: Rules,
    at: Option<Interval>,
    policies: PolicyInputs,
    budget: Budget,
}

fn leaf() -> Made {
    Made::leaf("l", 9, "r", 1)
}

/// The path `l`, `c`, `r`.
fn under_ca(ca: Made) -> Bed {
    let mut bed = bed(Made::leaf("l", 9, "c", 2));
    bed.others = vec![ca];
    bed
}

fn ca() -> Made {
    Made::authority("c", 2, "r", 1)
}

fn bed(target: Made) -> Bed {
    Bed {
        roots: vec![Made::root("r", 1)],
        others: Vec::new(),
        target,
        usage: Usage::Any,
        rules: rules(),
        at: Some(Interval {
            earliest: Some(at("2025-01-01T00:00:00Z")),
            latest: Some(at("2025-01-01T00:00:00Z")),
        }),
        policies: PolicyInputs::default(),
        budget: Budget::new(),
    }
}

impl Bed {
    fn find(self) -> Result<Path, PathError> {
        self.find_if(&mut |_, _| Ok(()))
    }

    fn find_if(mut self, acceptable: &mut Acceptable<'_>) -> Result<Path, PathError> {
        let candidates: Vec<_> = self.others.iter().map(Made::certificate).collect();
        let anchors: Vec<_> = self.roots.iter().map(Made::anchor).collect();
        let target = self.target.certificate();
        let memo = Memo::new();
        let request = PathRequest {
            target: &target,
            candidates: &candidates,
            anchors: &anchors,
            usage: self.usage,
            rules: &self.rules,
            at: self.at,
            policies: self.policies,
            memo: &memo,
        };
        find(&request, &mut self.budget, acceptable)
    }

    /// The number of certificates in the path, or the first words of the reason.
    fn check(self, expected: Result<usize, &str>) {
        let found = self.find().map(|path| path.certificates().len());
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(found), Err(expected)) => {
                assert!(found.to_string().contains(expected), "{found}, expected {expected}");
            }
            (found, expected) => panic!("{found:?}, expected {expected:?}"),
        }
    }

    fn usage(mut self, usage: Usage) -> Bed {
        self.usage = usage;
        self
    }

    fn other(mut self, other: Made) -> Bed {
        self.others.push(other);
        self
    }
}

#[test]
fn the_plain_path() {
    bed(leaf()).check(Ok(1));
    under_ca(ca()).check(Ok(2));
    let path = under_ca(ca()).find().unwrap();
    assert_eq!(path.algorithms(), [Algorithm::Ed25519; 2]);
    assert_eq!(path.target().subject().to_string(), "CN=l");
    assert_eq!(path.issuer_of(0).subject().to_string(), "CN=c");
    assert_eq!(path.issuer_of(1), path.anchor().certificate());
}

#[test]
fn nobody_or_the_wrong_one() {
    bed(Made::leaf("l", 9, "x", 1)).check(Err("no certificate and no anchor of CN=x, which issued CN=l"));
    bed(Made::leaf("l", 9, "r", 2)).check(Err("CN=l is not signed by CN=r"));
    under_ca(Made::authority("c", 2, "r", 3)).check(Err("CN=c is not signed by CN=r"));
    under_ca(Made::authority("c", 3, "r", 1)).check(Err("CN=l is not signed by CN=c"));
    bed(Made::leaf("l", 9, "", 1)).check(Err("no certificate and no anchor of , which"));
    let mut nobody = bed(Made::leaf("l", 9, "", 1));
    nobody.roots = vec![Made::root("", 1)];
    nobody.check(Err("no certificate and no anchor"));
    let mut alone = bed(Made::root("s", 9));
    alone.roots.clear();
    alone.check(Err("no certificate and no anchor of CN=s"));
}

#[test]
fn the_wrong_one_beside_the_right_one() {
    for seeds in [[2, 3], [3, 2]] {
        let bed = bed(Made::leaf("l", 9, "c", 2));
        let bed = seeds.into_iter().fold(bed, |bed, seed| bed.other(Made::authority("c", seed, "r", 1)));
        bed.check(Ok(2));
    }
    // An impostor of the right name, signed by itself, spoils nothing.
    under_ca(ca()).other(Made::root("c", 3)).other(Made::root("r", 3)).check(Ok(2));
}

#[test]
fn loops_end() {
    let bed = bed(Made::leaf("l", 9, "a", 2))
        .other(Made::authority("a", 2, "b", 3))
        .other(Made::authority("b", 3, "a", 2))
        .other(Made::root("a", 2));
    bed.check(Err("no certificate and no anchor of CN=a, which issued CN=b"));
}

#[test]
fn issuers_must_be_authorities() {
    under_ca(ca().bare()).check(Err("CN=c is no certification authority"));
    let empty = extension(id::BASIC_CONSTRAINTS, true, &sequence(&[]));
    under_ca(ca().bare().with(empty)).check(Err("CN=c is no certification authority"));
    under_ca(ca().bare().version(None)).check(Err("CN=c is no certification authority"));
    under_ca(ca().with(key_usage(0x80))).check(Err("the key usage of CN=c lacks keyCertSign"));
    under_ca(ca().with(key_usage(0x04))).check(Ok(2));
    under_ca(ca().with(key_usage(0x02))).check(Err("lacks keyCertSign"));
}

#[test]
fn anchors_must_be_authorities_too() {
    let with = |root: Made| {
        let mut bed = bed(leaf());
        bed.roots = vec![root];
        bed
    };
    with(Made::root("r", 1).bare()).check(Err("CN=r is no certification authority"));
    with(Made::root("r", 1).bare().version(None)).check(Ok(1));
    with(Made::root("r", 1).with(key_usage(0x80))).check(Err("the key usage of CN=r lacks keyCertSign"));
    // Their window is not asked, and neither is their signature.
    with(Made::root("r", 1).valid("20000101000000Z", "20010101000000Z")).check(Ok(1));
    with(Made::authority("r", 1, "elsewhere", 5)).check(Ok(1));
    let limited = |length| {
        let mut bed = under_ca(ca());
        bed.roots = vec![Made::root("r", 1).bare().with(authority(Some(length)))];
        bed
    };
    limited(0).check(Err("CN=r allows a path length of 0"));
    limited(1).check(Ok(2));
}

#[test]
fn a_target_that_is_the_anchor() {
    let of = |made: Made| {
        let mut bed = bed(made.clone());
        bed.roots = vec![made];
        bed
    };
    let pinned = leaf().bare();
    of(pinned.clone()).check(Ok(1));
    assert!(of(pinned.clone()).find().unwrap().algorithms().is_empty());
    of(pinned.clone().valid("20000101000000Z", "20010101000000Z")).check(Err("CN=l is valid from 2000"));
    of(pinned.clone()).usage(Usage::TimeStamping).check(Err("timeStamping of CN=l is missing"));
    // And nothing is issued by it.
    let mut below = bed(Made::leaf("x", 8, "l", 9));
    below.roots = vec![pinned];
    below.check(Err("CN=l is no certification authority"));
}

#[test]
fn path_lengths() {
    let chain = |length, second: Made| {
        bed(Made::leaf("l", 9, "d", 3)).other(ca().bare().with(authority(Some(length)))).other(second)
    };
    chain(0, Made::authority("d", 3, "c", 2))
        .check(Err("CN=c allows a path length of 0, found a longer one"));
    chain(1, Made::authority("d", 3, "c", 2)).check(Ok(3));
    // A self-issued one in between does not count, the target does not either.
    let rolled = |length| {
        bed(Made::leaf("l", 9, "c", 4))
            .other(ca().bare().with(authority(Some(length))))
            .other(Made::authority("c", 4, "c", 2))
    };
    rolled(0).check(Ok(3));
    let lower = Made::authority("d", 3, "c", 2).bare().with(authority(Some(9)));
    bed(Made::leaf("l", 9, "e", 4))
        .other(ca().bare().with(authority(Some(1))))
        .other(lower)
        .other(Made::authority("e", 4, "d", 3))
        .check(Err("CN=c allows a path length of 1"));
}

#[test]
fn windows() {
    let when = |made: Made, from: Option<&str>, to: Option<&str>| {
        let mut bed = bed(made);
        bed.at = Some(Interval { earliest: from.map(at), latest: to.map(at) });
        bed
    };
    let exactly = |text| when(leaf(), Some(text), Some(text));
    exactly("2020-01-01T00:00:00Z").check(Ok(1));
    exactly("2030-01-01T00:00:00Z").check(Ok(1));
    exactly("2019-12-31T23:59:59Z").check(Err("is valid from 2020-01-01T00:00:00Z"));
    exactly("2030-01-01T00:00:01Z").check(Err("and is used at 2030-01-01T00:00:01Z"));
    let straddling = when(leaf(), None, Some("2025-01-01T00:00:00Z")).find();
    assert!(matches!(straddling, Err(PathError::Window { position: Position::Straddling, .. })));
    let outside = when(leaf(), None, Some("2019-01-01T00:00:00Z")).find();
    assert!(matches!(outside, Err(PathError::Window { position: Position::Outside, .. })));
    under_ca(ca().valid("20260101000000Z", "20300101000000Z")).check(Err("CN=c is valid from 2026"));
    let mut unjudged = under_ca(ca().valid("20260101000000Z", "20400101000000Z"));
    unjudged.at = None;
    let holds = unjudged.find().unwrap().holds();
    assert_eq!(holds.not_before, Some(at("2026-01-01T00:00:00Z")));
    assert_eq!(holds.not_after, Some(at("2030-01-01T00:00:00Z")));
    let mut never = under_ca(ca().valid("20300101000001Z", "20400101000000Z"));
    never.at = None;
    never.check(Err("at no time valid together"));
    let mut reversed = bed(leaf().valid("20300101000000Z", "20200101000000Z"));
    reversed.at = None;
    reversed.check(Err("at no time valid together"));
}

#[test]
fn algorithms_count_by_rule() {
    let with = |sunset: Option<Option<UnixTime>>| {
        let mut bed = under_ca(ca());
        bed.rules.algorithms = sunset.map(|sunset| (Algorithm::Ed25519, sunset)).into_iter().collect();
        bed
    };
    with(Some(None)).check(Ok(2));
    with(None).check(Err("CN=c is signed with ed25519, which is forbidden"));
    with(Some(Some(at("2025-01-01T00:00:00Z")))).check(Err("forbidden since 2025-01-01T00:00:00Z"));
    with(Some(Some(at("2025-01-01T00:00:01Z")))).check(Ok(2));
    let mut unknown = with(Some(Some(at("2025-01-01T00:00:01Z"))));
    unknown.at = None;
    unknown.check(Err("allowed until 2025-01-01T00:00:01Z, which is not established"));
}

#[test]
fn critical_extensions() {
    let odd = |critical| extension(&[0x2A, 3], critical, &[5, 0]);
    bed(leaf().with(odd(false))).check(Ok(1));
    bed(leaf().with(odd(true))).check(Err("CN=l has the critical extension 1.2.3"));
    under_ca(ca().with(odd(true))).check(Err("CN=c has the critical extension 1.2.3"));
    let issuer_names = extension(id::ISSUER_ALT_NAME, true, &sequence(&[&general(2, b"a")]));
    bed(leaf().with(issuer_names)).check(Err("critical extension 2.5.29.18"));
}

#[test]
fn time_stamping() {
    let with = |made: Made| bed(made).usage(Usage::TimeStamping);
    with(leaf().with(extended_key_usage(true, &[8]))).check(Ok(1));
    with(leaf()).check(Err("is missing"));
    with(leaf().with(extended_key_usage(false, &[8]))).check(Err("is not critical"));
    with(leaf().with(extended_key_usage(true, &[8, 3]))).check(Err("is not the only one"));
    with(leaf().with(extended_key_usage(true, &[8, 0]))).check(Err("is not the only one"));
    with(leaf().with(extended_key_usage(true, &[0]))).check(Err("is not among its usages"));
    with(leaf().with(extended_key_usage(true, &[3]))).check(Err("is not among its usages"));
    let stamping = || leaf().with(extended_key_usage(true, &[8]));
    with(stamping().with(key_usage(0x80))).check(Ok(1));
    with(stamping().with(key_usage(0x40))).check(Ok(1));
    with(stamping().with(key_usage(0x04))).check(Err("lacks digitalSignature or nonRepudiation"));
    let below = |ca: Made| {
        let mut bed = under_ca(ca).usage(Usage::TimeStamping);
        bed.target = bed.target.with(extended_key_usage(true, &[8]));
        bed
    };
    below(ca()).check(Ok(2));
    below(ca().with(extended_key_usage(false, &[8, 1]))).check(Ok(2));
    below(ca().with(extended_key_usage(false, &[0]))).check(Ok(2));
    below(ca().with(extended_key_usage(false, &[1]))).check(Err("timeStamping of CN=c is not among"));
}

#[test]
fn other_usages() {
    let with = |usage, made: Made| bed(made).usage(usage);
    let signing = |usages: &[u8]| with(Usage::Signing, leaf().with(extended_key_usage(false, usages)));
    with(Usage::Signing, leaf()).check(Ok(1));
    [3, 4, 36, 0].into_iter().for_each(|usage| signing(&[1, usage]).check(Ok(1)));
    signing(&[1, 8]).check(Err("codeSigning, emailProtection or documentSigning of CN=l is not among"));
    with(Usage::Signing, leaf().with(key_usage(0x20))).check(Err("lacks digitalSignature"));
    with(Usage::OcspSigning, leaf()).check(Err("OCSPSigning of CN=l is missing"));
    with(Usage::OcspSigning, leaf().with(extended_key_usage(false, &[0]))).check(Err("is not among"));
    with(Usage::OcspSigning, leaf().with(extended_key_usage(false, &[1, 9]))).check(Ok(1));
    with(Usage::CrlSigning, leaf()).check(Ok(1));
    with(Usage::CrlSigning, leaf().with(key_usage(0x02))).check(Ok(1));
    with(Usage::CrlSigning, leaf().with(key_usage(0x04))).check(Err("lacks cRLSign"));
    with(Usage::Any, leaf().with(extended_key_usage(true, &[1]))).check(Ok(1));
}

#[test]
fn confined_names() {
    let named = |ca: Made, names: &[Vec<u8>]| {
        let mut bed = under_ca(ca);
        bed.target = bed.target.with(alternative_names(names));
        bed
    };
    let dns = |text: &str| general(2, text.as_bytes());
    let permitting = |names: &[Vec<u8>]| ca().with(name_constraints(names, &[]));
    let excluding = |names: &[Vec<u8>]| ca().with(name_constraints(&[], names));
    named(permitting(&[dns("a")]), &[dns("x.a")]).check(Ok(2));
    named(permitting(&[dns("a"), dns("b")]), &[dns("x.b"), dns("a")]).check(Ok(2));
    named(permitting(&[dns("a")]), &[dns("a"), dns("b")]).check(Err("name dNSName:b of CN=l is outside"));
    named(excluding(&[dns("a")]), &[dns("x.a")]).check(Err("name dNSName:x.a of CN=l is excluded by CN=c"));
    named(excluding(&[dns("a")]), &[dns("b")]).check(Ok(2));
    // A form that is not confined is free.
    named(permitting(&[dns("a")]), &[general(1, b"a@b")]).check(Ok(2));
    // Excluded beats permitted.
    named(ca().with(name_constraints(&[dns("a")], &[dns("b.a")])), &[dns("b.a")])
        .check(Err("is excluded by"));
    // A form that is confined and not compared.
    let other = general(0, &[&der::encode(Tag::OID, &[&[0x2A, 3]])[..], &general(0, &[5, 0])].concat());
    named(permitting(std::slice::from_ref(&other)), std::slice::from_ref(&other))
        .check(Err("a name of the form otherName"));
    named(excluding(std::slice::from_ref(&other)), std::slice::from_ref(&other)).check(Err("form otherName"));
    named(permitting(std::slice::from_ref(&other)), &[dns("a")]).check(Ok(2));
    named(excluding(&[dns("a")]), &[dns("a\0b")]).check(Err("a name of the form dNSName"));
    let ip = |octets: &[u8]| general(7, octets);
    named(permitting(&[ip(&[10, 0, 0, 0, 255, 0, 0, 0])]), &[ip(&[10, 1, 2, 3])]).check(Ok(2));
    named(permitting(&[ip(&[10, 0, 0, 0, 255, 0, 0, 0])]), &[ip(&[11, 1, 2, 3])])
        .check(Err("iPAddress:11.1.2.3"));
    named(permitting(&[ip(&[10, 0, 0, 0, 255, 0, 0, 0])]), &[ip(&[0; 16])]).check(Err("iPAddress:0000:0000"));
    let uri = |text: &str| general(6, text.as_bytes());
    named(permitting(&[uri("a.b")]), &[uri("https://a.b/x")]).check(Ok(2));
    named(permitting(&[uri("a.b")]), &[uri("urn:x")])
        .check(Err("uniformResourceIdentifier, which CN=c confines"));
}

#[test]
fn confined_subjects() {
    let subject = |ca: Made, subject: &str| {
        let mut bed = under_ca(ca);
        bed.target.subject = subject.to_owned();
        bed
    };
    let directory = |text: &str| general(4, &name(text));
    let permitting = |text: &str| ca().with(name_constraints(&[directory(text)], &[]));
    subject(permitting("O=a"), "O=A,CN=l").check(Ok(2));
    subject(permitting("O=a"), "O=b,CN=l").check(Err("of CN=l,O=b is outside"));
    subject(permitting("O=a"), "CN=l,O=a").check(Err("is outside"));
    // No subject, no directory name.
    subject(permitting("O=a"), "").check(Ok(2));
    subject(ca().with(name_constraints(&[], &[directory("")])), "CN=l").check(Err("is excluded"));
    let mail = |text: &str| ca().with(name_constraints(&[general(1, text.as_bytes())], &[]));
    subject(mail("a.b"), "E=x@a.b").check(Ok(2));
    subject(mail("a.b"), "E=x@c.d").check(Err("rfc822Name:x@c.d"));
    // Beside an alternative name too.
    let mut beside = subject(mail("a.b"), "E=x@c.d");
    beside.target = beside.target.with(alternative_names(&[general(1, b"x@a.b")]));
    beside.check(Err("rfc822Name:x@c.d"));
}

#[test]
fn self_issued_names_are_free_but_not_at_the_end() {
    let confined = ca().with(name_constraints(&[general(4, &name("O=a"))], &[]));
    // `c` is outside of what it permits, and rolls its key over.
    let rolled = Made::authority("c", 4, "c", 2);
    let mut below = bed(Made::leaf("O=a,CN=l", 9, "c", 4)).other(confined.clone()).other(rolled);
    below.at = None;
    below.check(Ok(3));
    bed(Made::leaf("c", 4, "c", 2)).other(confined).check(Err("is outside what CN=c permits"));
}

#[test]
fn anchors_confine() {
    let mut bed = bed(leaf().with(alternative_names(&[general(2, b"b")])));
    bed.roots = vec![Made::root("r", 1).with(name_constraints(&[general(2, b"a")], &[]))];
    bed.check(Err("is outside what CN=r permits"));
}

#[test]
fn policies_of_a_path() {
    let explicit = |ca: Made, leaf_policies: &[u8], initial: &[u8]| {
        let mut bed = under_ca(ca);
        if !leaf_policies.is_empty() {
            bed.target = bed.target.with(policies(leaf_policies));
        }
        bed.policies.explicit = true;
        bed.policies.initial =
            (!initial.is_empty()).then(|| initial.iter().map(|n| Oid::of(&[0x2A, *n])).collect());
        bed
    };
    let with = |all: &[u8]| ca().with(policies(all));
    explicit(with(&[1]), &[1], &[]).check(Ok(2));
    explicit(with(&[1, 2]), &[2, 3], &[2]).check(Ok(2));
    explicit(with(&[1, 2]), &[2, 3], &[1]).check(Err("under no policy that is asked for"));
    explicit(with(&[1]), &[2], &[]).check(Err("under no policy that is asked for, from CN=l on"));
    explicit(ca(), &[1], &[]).check(Err("from CN=c on"));
    explicit(with(&[1]), &[], &[]).check(Err("from CN=l on"));
    explicit(with(&[0]), &[1], &[1]).check(Ok(2));
    explicit(with(&[0]), &[0], &[1]).check(Ok(2));
    explicit(with(&[1]), &[0], &[1]).check(Ok(2));
    let mut inhibited = explicit(with(&[0]), &[1], &[1]);
    inhibited.policies.inhibit_any = true;
    inhibited.check(Err("under no policy"));
    let mapping = |from: u8, to: u8| {
        extension(id::POLICY_MAPPINGS, true, &sequence(&[&sequence(&[&policy(from), &policy(to)])]))
    };
    explicit(with(&[1]).with(mapping(1, 2)), &[2], &[1]).check(Ok(2));
    explicit(with(&[1]).with(mapping(1, 2)), &[2], &[2]).check(Err("under no policy"));
    explicit(with(&[1]).with(mapping(1, 2)), &[1], &[]).check(Err("under no policy"));
    explicit(with(&[0]).with(mapping(1, 2)), &[2], &[1]).check(Ok(2));
    explicit(with(&[1]).with(mapping(0, 2)), &[2], &[]).check(Err("CN=c maps anyPolicy"));
    explicit(with(&[1]).with(mapping(1, 0)), &[2], &[]).check(Err("CN=c maps anyPolicy"));
    let mut inhibited = explicit(with(&[1]).with(mapping(1, 2)), &[2], &[1]);
    inhibited.policies.inhibit_mapping = true;
    inhibited.check(Err("under no policy"));
    let require =
        extension(id::POLICY_CONSTRAINTS, true, &sequence(&[&der::encode(Tag::context(0), &[&[0]])]));
    let mut required = under_ca(ca().with(require));
    required.target = required.target.with(policies(&[1]));
    required.check(Err("under no policy that is asked for"));
    let path = explicit(with(&[0]), &[1, 2], &[]).find().unwrap();
    let shown: Vec<_> = path.policies().iter().map(Oid::to_string).collect();
    assert_eq!(shown, ["1.2.1", "1.2.2"]);
}

/// Ten levels that each map every policy to every other one: the tree of RFC
/// 5280 would have 16^10 leaves.
#[test]
fn policies_do_not_multiply() {
    let all: Vec<u8> = (1..=16).collect();
    let pairs: Vec<u8> =
        all.iter().flat_map(|a| all.iter().flat_map(|b| sequence(&[&policy(*a), &policy(*b)]))).collect();
    let mapped = extension(id::POLICY_MAPPINGS, false, &sequence(&[&pairs]));
    let mut made = bed(Made::leaf("l", 99, "c10", 10).with(policies(&all)));
    for n in 1..=10 {
        let issuer = if n == 1 { "r".to_owned() } else { format!("c{}", n - 1) };
        let one = Made::authority(&format!("c{n}"), n, &issuer, if n == 1 { 1 } else { n - 1 });
        made.others.push(one.with(policies(&all)).with(mapped.clone()));
    }
    made.policies.explicit = true;
    assert_eq!(made.find().unwrap().policies().len(), 16);
}

#[test]
fn budgets_end_a_search() {
    let of = |work, max| {
        let mut bed = under_ca(ca());
        bed.budget = Budget::with(work, max);
        bed
    };
    of(Work::Signatures, 2).check(Ok(2));
    of(Work::Signatures, 1).check(Err("more than 100 signatures in one search"));
    of(Work::Steps, 1).check(Err("steps in one search"));
    let names: Vec<_> = (0..20).map(|n| general(2, format!("n{n}").as_bytes())).collect();
    let mut many = under_ca(ca().with(name_constraints(&[], &[general(2, b"x"), general(2, b"y")])));
    many.target = many.target.with(alternative_names(&names));
    many.budget = Budget::with(Work::Comparisons, 39);
    many.check(Err("comparisons of names in one search"));
}

/// Certificates of one name that all sign each other.
#[test]
fn a_clique_ends() {
    let mut clique = bed(Made::leaf("l", 99, "x", 10));
    clique.others = (10..40).flat_map(|a| (10..40).map(move |b| Made::authority("x", a, "x", b))).collect();
    clique.check(Err("more than 100 signatures in one search"));
}

#[test]
fn too_long() {
    let long = |n: u8| {
        let name = |n: u8| if n == 0 { "r".to_owned() } else { format!("c{n}") };
        let key = |n: u8| if n == 0 { 1 } else { 100 + n };
        let mut bed = bed(Made::leaf("l", 9, &name(n), key(n)));
        bed.others = (1..=n).map(|n| Made::authority(&name(n), key(n), &name(n - 1), key(n - 1))).collect();
        bed
    };
    let most = limits::PATH_CERTIFICATES_MAX;
    long(most as u8 - 1).check(Ok(most));
    long(most as u8).check(Err("no anchor within 12 certificates"));
}

#[test]
fn the_most_telling_reason_whatever_the_order() {
    let expired = ca().valid("20000101000000Z", "20010101000000Z");
    let stranger = Made::authority("c", 2, "nobody", 5);
    let leaf_only = Made::authority("c", 2, "r", 1).bare();
    let all = [expired, stranger, leaf_only];
    for first in 0..3 {
        let mut bed = bed(Made::leaf("l", 9, "c", 2));
        bed.others = (0..3).map(|n| all[(first + n) % 3].clone()).collect();
        bed.check(Err("CN=c is valid from 2000"));
    }
}

#[test]
fn what_is_not_acceptable_lets_the_search_go_on() {
    let two = || {
        let mut bed = under_ca(ca()).other(Made::authority("c", 2, "s", 5));
        bed.roots.push(Made::root("s", 5));
        bed
    };
    for refused in ["CN=r", "CN=s"] {
        let path = two().find_if(&mut |path, _| match path.anchor().certificate().subject().to_string() {
            name if name == refused => {
                Err(PathError::Revoked { subject: "CN=c".into(), at: at("2021-01-01T00:00:00Z") })
            }
            _ => Ok(()),
        });
        assert_ne!(path.unwrap().anchor().certificate().subject().to_string(), refused);
    }
    let refused = two().find_if(&mut |_, _| {
        Err(PathError::Revoked { subject: "CN=c".into(), at: at("2021-01-01T00:00:00Z") })
    });
    assert_eq!(refused.unwrap_err().to_string(), "CN=c is revoked since 2021-01-01T00:00:00Z");
}

#[test]
fn key_identifiers_are_hints() {
    let key_id =
        |bytes: &[u8]| extension(id::SUBJECT_KEY_ID, false, &der::encode(Tag::OCTET_STRING, &[bytes]));
    let issuer_key_id = |bytes: &[u8]| {
        extension(id::AUTHORITY_KEY_ID, false, &sequence(&[&der::encode(Tag::context(0), &[bytes])]))
    };
    let mut wrong = under_ca(ca().with(key_id(b"a")));
    wrong.target = wrong.target.with(issuer_key_id(b"b"));
    wrong.check(Ok(2));
    // With the hint, the right one of twenty is tried first.
    let mut right = bed(Made::leaf("l", 9, "c", 2).with(issuer_key_id(&[2])));
    right.others = (2..22).map(|n| Made::authority("c", n, "r", 1).with(key_id(&[n]))).collect();
    right.budget = Budget::with(Work::Signatures, 2);
    right.check(Ok(2));
}

#[test]
fn checked_once_and_charged_every_time() {
    let memo = Memo::new();
    let (target, ca, anchor) =
        (Made::leaf("l", 9, "c", 2).certificate(), ca().certificate(), Made::root("r", 1).anchor());
    let rules = rules();
    let request = PathRequest {
        target: &target,
        candidates: &[ca],
        anchors: &[anchor],
        usage: Usage::Any,
        rules: &rules,
        at: None,
        policies: PolicyInputs::default(),
        memo: &memo,
    };
    for _ in 0..3 {
        find(&request, &mut Budget::with(Work::Signatures, 2), &mut |_, _| Ok(())).unwrap();
        assert_eq!(memo.checked(), 2);
        assert!(find(&request, &mut Budget::with(Work::Signatures, 1), &mut |_, _| Ok(())).is_err());
    }
}
