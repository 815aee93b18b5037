//! Paths for two validators to disagree about.
//!
//! A [`Chain`] is what both are given. It comes from PKITS, or from a small
//! hierarchy of Ed25519 keys whose certificates are changed and then signed
//! again, so that a change reaches the validators and does not end at a
//! signature. The changes come from a generator with a fixed seed: every run
//! makes the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::PathBuf;

use ed25519_dalek::{Signer, SigningKey};
use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::proof::x509::path::{PathRequest, PolicyInputs, Usage, find};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo, Oid};
use stella_forensic::time::{Interval, UnixTime};
use stella_forensic::wire::der::{Tag, encode, encode_bit_string, encode_unsigned_integer};

/// A certificate, its issuers from the anchor downwards, and the inputs.
#[derive(Clone)]
pub struct Chain {
    pub id: String,
    pub anchor: Vec<u8>,
    pub issuers: Vec<Vec<u8>>,
    pub target: Vec<u8>,
    /// Seconds since 1970.
    pub at: i64,
    pub policies: PolicyInputs,
}

/// Accepted, or the kind of error.
pub type Answer = Result<(), String>;

/// What we say.
pub fn ours(chain: &Chain) -> Answer {
    path(chain).map(drop)
}

/// The issuers in the path that we find, from the anchor downwards.
pub fn path(chain: &Chain) -> Result<Vec<Vec<u8>>, String> {
    let target = Certificate::parse(&chain.target).map_err(|error| kind(&error))?;
    let mut unread = None;
    let mut issuers = Vec::new();
    for der in &chain.issuers {
        match Certificate::parse(der) {
            Ok(issuer) => issuers.push(issuer),
            Err(error) => unread = Some(error),
        }
    }
    let anchor = Certificate::parse(&chain.anchor).expect("the anchor is sound");
    let anchor = Anchor::new(Identity::new("anchor").expect("an identity"), anchor).expect("and has a key");
    let rules = Rules {
        algorithms: BTreeMap::from([(Algorithm::RsaPkcs1Sha256, None), (Algorithm::Ed25519, None)]),
        at: None,
        revocation: Revocation::Off,
        allow_development: false, effects: None,
    };
    let at = Some(UnixTime::new(chain.at, 0).expect("a time"));
    let request = PathRequest {
        target: &target,
        candidates: &issuers,
        anchors: &[anchor],
        usage: Usage::Any,
        rules: &rules,
        at: Some(Interval { earliest: at, latest: at }),
        policies: chain.policies.clone(),
        memo: &Memo::new(),
    };
    match find(&request, &mut Budget::new(), &mut |_, _| Ok(())) {
        Ok(path) => Ok(path.certificates()[1..].iter().rev().map(|one| one.der().to_vec()).collect()),
        // Nobody issued it because the issuer cannot be read.
        Err(error) => Err(unread.map_or_else(|| kind(&error), |unread| kind(&unread))),
    }
}

/// The names of the variants of an error, down to three of them.
pub fn kind(error: &impl Debug) -> String {
    let text = format!("{error:?}");
    let mut names = Vec::new();
    let mut quoted = false;
    for part in text.split_inclusive('"') {
        if !quoted {
            let words = part.split(|c: char| !c.is_alphanumeric());
            names
                .extend(words.filter(|w| w.starts_with(|c: char| c.is_ascii_uppercase())).map(str::to_owned));
        }
        quoted ^= part.ends_with('"');
    }
    names.truncate(3);
    names.join("/")
}

/// Counts how two validators agree, by what each says.
#[derive(Default)]
pub struct Tally {
    pub both_accept: u32,
    pub both_refuse: u32,
    /// What we say and what they say, and the chains.
    pub differ: BTreeMap<(String, String), Vec<String>>,
}

/// Runs both over all chains.
pub fn compare(chains: impl Iterator<Item = Chain>, theirs: impl Fn(&Chain) -> Answer) -> Tally {
    let mut tally = Tally::default();
    for chain in chains {
        match (ours(&chain), theirs(&chain)) {
            (Ok(()), Ok(())) => tally.both_accept += 1,
            (Err(_), Err(_)) => tally.both_refuse += 1,
            (ours, theirs) => {
                let word = |answer: Answer| answer.err().unwrap_or_else(|| "accepts".to_owned());
                tally.differ.entry((word(ours), word(theirs))).or_default().push(chain.id);
            }
        }
    }
    tally
}

impl Tally {
    /// Every class of disagreement must be in the table, and every line of the
    /// table must still be needed.
    pub fn judge(&self, name: &str, explained: &[(&str, &str, &str)]) {
        println!("{name}: both accept {}, both refuse {}", self.both_accept, self.both_refuse);
        let mut wrong = Vec::new();
        let mut used = BTreeSet::new();
        for ((ours, theirs), chains) in &self.differ {
            let line = explained.iter().position(|(a, b, _)| a == ours && b == theirs);
            let why = line.map_or("NOT EXPLAINED", |line| explained[line].2);
            println!("  {:5}  we: {ours}, they: {theirs}: {why} ({})", chains.len(), chains[0]);
            match line {
                Some(line) => drop(used.insert(line)),
                None => wrong.push(format!("{ours} | {theirs} | {:?}", &chains[..chains.len().min(5)])),
            }
        }
        let unused = (0..explained.len()).filter(|line| !used.contains(line));
        wrong.extend(unused.map(|line| format!("no longer occurs: {:?}", explained[line])));
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

// --- PKITS -------------------------------------------------------------------

/// The cases of PKITS, where they are at hand. Revocation is not asked.
pub fn pkits() -> Option<Vec<Chain>> {
    let directory = conformance()?.join("pkits");
    let index = std::fs::read(directory.join("index.json")).ok()?;
    let index: serde_json::Value = serde_json::from_slice(&index).expect("the index is JSON");
    let file = |name: &serde_json::Value| {
        std::fs::read(directory.join(name.as_str().expect("a name"))).expect("a file of the index")
    };
    let cases = index["cases"].as_array().expect("cases");
    Some(
        cases
            .iter()
            .map(|case| {
                let files = case["files"].as_object().expect("files");
                let others = (0..).map_while(|n| files.get(&format!("other{n}")));
                let given = &case["params"]["policy_params"];
                let flag = |name: &str| given[name].as_bool().unwrap_or(false);
                let oid = |oid: &serde_json::Value| {
                    Oid::from_dotted(oid.as_str().expect("dotted")).expect("dotted")
                };
                Chain {
                    id: case["id"].as_str().expect("an id").to_owned(),
                    anchor: file(&files["root"]),
                    issuers: others.map(file).collect(),
                    target: file(&files["leaf"]),
                    at: UnixTime::parse_rfc3339("2012-01-01T00:00:00Z").expect("a time").seconds(),
                    policies: PolicyInputs {
                        initial: given["user_initial_policy_set"]
                            .as_array()
                            .map(|set| set.iter().map(oid).collect()),
                        explicit: flag("initial_explicit_policy"),
                        inhibit_mapping: flag("initial_policy_mapping_inhibit"),
                        inhibit_any: flag("initial_any_policy_inhibit"),
                    },
                }
            })
            .collect(),
    )
}

fn conformance() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("STELLA_CONFORMANCE") {
        return Some(given.into());
    }
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|up| up.join("shared/conformance")).find(|path| path.is_dir())
}

// --- a hierarchy and its changes -----------------------------------------------

/// SplitMix64.
pub struct Chance(u64);

impl Chance {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

fn sequence(contents: &[&[u8]]) -> Vec<u8> {
    encode(Tag::SEQUENCE, contents)
}

fn oid(dotted: &str) -> Vec<u8> {
    encode(Tag::OID, &[Oid::from_dotted(dotted).expect("dotted").content()])
}

fn name(parts: &[(Tag, &str)]) -> Vec<u8> {
    let part = |(tag, text): &(Tag, &str)| {
        encode(Tag::SET, &[&sequence(&[&oid("2.5.4.3"), &encode(*tag, &[text.as_bytes()])])])
    };
    sequence(&[&parts.iter().flat_map(part).collect::<Vec<u8>>()])
}

fn extension(dotted: &str, critical: Option<u8>, value: &[u8]) -> Vec<u8> {
    let critical = critical.map(|octet| encode(Tag::BOOLEAN, &[&[octet]])).unwrap_or_default();
    sequence(&[&oid(dotted), &critical, &encode(Tag::OCTET_STRING, &[value])])
}

fn spki(seed: u8) -> Vec<u8> {
    let key = SigningKey::from_bytes(&[seed; 32]).verifying_key();
    sequence(&[&sequence(&[&oid("1.3.101.112")]), &encode_bit_string(key.as_bytes())])
}

fn validity(from: (Tag, &str), to: (Tag, &str)) -> Vec<u8> {
    sequence(&[&encode(from.0, &[from.1.as_bytes()]), &encode(to.0, &[to.1.as_bytes()])])
}

fn signed(tbs: &[u8], signer: u8) -> Vec<u8> {
    let signature = SigningKey::from_bytes(&[signer; 32]).sign(tbs).to_bytes();
    sequence(&[tbs, &sequence(&[&oid("1.3.101.112")]), &encode_bit_string(&signature)])
}

/// The fields of a certificate, before they are put together.
#[derive(Clone)]
struct Fields {
    version: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    validity: Vec<u8>,
    subject: Vec<u8>,
    spki: Vec<u8>,
    extensions: Vec<Vec<u8>>,
}

impl Fields {
    fn new(subject: &str, seed: u8, issuer: &str, extensions: Vec<Vec<u8>>) -> Fields {
        Fields {
            version: version(2),
            serial: encode_unsigned_integer(&[seed]),
            issuer: name(&[(Tag::UTF8_STRING, issuer)]),
            validity: validity((Tag::UTC_TIME, "200101000000Z"), (Tag::UTC_TIME, "300101000000Z")),
            subject: name(&[(Tag::UTF8_STRING, subject)]),
            spki: spki(seed),
            extensions,
        }
    }

    fn tbs(&self) -> Vec<u8> {
        let extensions = match self.extensions.is_empty() {
            true => Vec::new(),
            false => encode(Tag::context_constructed(3), &[&sequence(&[&self.extensions.concat()])]),
        };
        sequence(&[
            &self.version,
            &self.serial,
            &sequence(&[&oid("1.3.101.112")]),
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.spki,
            &extensions,
        ])
    }
}

fn version(n: u8) -> Vec<u8> {
    encode(Tag::context_constructed(0), &[&encode_unsigned_integer(&[n])])
}

fn general(form: u8, content: &[u8]) -> Vec<u8> {
    let tag = if form == 4 { Tag::context_constructed(4) } else { Tag::context(form) };
    encode(tag, &[content])
}

const CRITICAL: Option<u8> = Some(0xFF);

fn authority(flag: Option<u8>, path_length: Option<u8>) -> Vec<u8> {
    let flag = flag.map(|octet| encode(Tag::BOOLEAN, &[&[octet]])).unwrap_or_default();
    let length = path_length.map(|n| encode_unsigned_integer(&[n])).unwrap_or_default();
    sequence(&[&flag, &length])
}

fn subtrees(n: u8, bases: &[Vec<u8>]) -> Vec<u8> {
    let all: Vec<u8> = bases.iter().flat_map(|base| sequence(&[base])).collect();
    encode(Tag::context_constructed(n), &[&all])
}

fn dns(text: &str) -> Vec<u8> {
    general(2, text.as_bytes())
}

/// What an extension is exchanged for.
fn pool() -> Vec<Vec<u8>> {
    let mut pool = Vec::new();
    for critical in [None, CRITICAL] {
        let mut add = |dotted: &str, value: &[u8]| pool.push(extension(dotted, critical, value));
        add("2.5.29.19", &authority(None, None));
        add("2.5.29.19", &authority(CRITICAL, None));
        add("2.5.29.19", &authority(CRITICAL, Some(0)));
        add("2.5.29.19", &authority(None, Some(0)));
        for bits in [&[0, 0x80][..], &[1, 0x06], &[2, 0x04], &[7, 0x80], &[0], &[1, 0xFE]] {
            add("2.5.29.15", &encode(Tag::BIT_STRING, &[bits]));
        }
        let usages = |all: &[&str]| sequence(&[&all.iter().flat_map(|u| oid(u)).collect::<Vec<u8>>()]);
        add("2.5.29.37", &usages(&["1.3.6.1.5.5.7.3.2"]));
        add("2.5.29.37", &usages(&["1.3.6.1.5.5.7.3.8"]));
        add("2.5.29.37", &usages(&["2.5.29.37.0"]));
        add("2.5.29.37", &usages(&[]));
        let names = |all: &[Vec<u8>]| sequence(&[&all.concat()]);
        add("2.5.29.17", &names(&[dns("a.example"), general(7, &[10, 0, 0, 1])]));
        add("2.5.29.17", &names(&[dns("*.b.example"), general(1, b"x@a.example")]));
        add("2.5.29.17", &names(&[general(6, b"https://a.example/"), general(7, &[0; 16])]));
        add("2.5.29.17", &names(&[general(4, &name(&[(Tag::UTF8_STRING, "d")]))]));
        add("2.5.29.17", &names(&[general(7, &[10, 0, 0])]));
        add("2.5.29.17", &names(&[]));
        let trees = |permitted: &[Vec<u8>], excluded: &[Vec<u8>]| {
            let of = |n, all: &[Vec<u8>]| if all.is_empty() { vec![] } else { subtrees(n, all) };
            sequence(&[&of(0, permitted), &of(1, excluded)])
        };
        add("2.5.29.30", &trees(&[dns("example")], &[]));
        add("2.5.29.30", &trees(&[dns("b.example")], &[]));
        add("2.5.29.30", &trees(&[], &[dns("b.example")]));
        add("2.5.29.30", &trees(&[], &[dns("x.b.example")]));
        add("2.5.29.30", &trees(&[general(7, &[10, 0, 0, 0, 255, 0, 0, 0])], &[]));
        add("2.5.29.30", &trees(&[], &[general(7, &[10, 0, 0, 0, 255, 0, 0, 0])]));
        add("2.5.29.30", &trees(&[general(7, &[10, 0, 0, 0, 255, 0, 255, 0])], &[]));
        add("2.5.29.30", &trees(&[general(1, b"a.example")], &[]));
        add("2.5.29.30", &trees(&[], &[general(6, b"a.example")]));
        add("2.5.29.30", &trees(&[general(4, &name(&[(Tag::UTF8_STRING, "L")]))], &[]));
        add("2.5.29.30", &trees(&[], &[general(4, &name(&[(Tag::PRINTABLE_STRING, "l")]))]));
        add("2.5.29.30", &trees(&[], &[]));
        let policies =
            |all: &[&str]| sequence(&[&all.iter().flat_map(|p| sequence(&[&oid(p)])).collect::<Vec<u8>>()]);
        add("2.5.29.32", &policies(&["1.2.3"]));
        add("2.5.29.32", &policies(&["1.2.4", "2.5.29.32.0"]));
        add("2.5.29.32", &policies(&["1.2.3", "1.2.3"]));
        add("2.5.29.33", &sequence(&[&sequence(&[&oid("1.2.3"), &oid("1.2.4")])]));
        add("2.5.29.33", &sequence(&[&sequence(&[&oid("1.2.3"), &oid("2.5.29.32.0")])]));
        add("2.5.29.36", &sequence(&[&encode(Tag::context(0), &[&[0]])]));
        add("2.5.29.36", &sequence(&[&encode(Tag::context(1), &[&[0]])]));
        add("2.5.29.36", &sequence(&[]));
        add("2.5.29.54", &encode_unsigned_integer(&[0]));
        add("2.5.29.14", &encode(Tag::OCTET_STRING, &[b"other"]));
        add("2.5.29.35", &sequence(&[&encode(Tag::context(0), &[b"other"])]));
        add("2.5.29.18", &sequence(&[&dns("issuer.example")]));
        add("1.2.3.4", &[5, 0]);
    }
    pool.push(extension("2.5.29.19", Some(0), &authority(CRITICAL, None)));
    pool.push(extension("2.5.29.19", Some(1), &authority(CRITICAL, None)));
    pool.push(extension("2.5.29.19", CRITICAL, &authority(Some(0), None)));
    pool
}

/// So many changed chains: anchor, one issuer, target.
pub fn mutated(count: usize) -> impl Iterator<Item = Chain> {
    let key_usage = |bits: &[u8]| extension("2.5.29.15", CRITICAL, &encode(Tag::BIT_STRING, &[bits]));
    let key_id = |id: &[u8]| extension("2.5.29.14", None, &encode(Tag::OCTET_STRING, &[id]));
    let issuer_key_id =
        |id: &[u8]| extension("2.5.29.35", None, &sequence(&[&encode(Tag::context(0), &[id])]));
    let policy = extension("2.5.29.32", None, &sequence(&[&sequence(&[&oid("1.2.3")])]));
    let names = extension("2.5.29.17", None, &sequence(&[&dns("x.b.example"), &general(7, &[10, 1, 2, 3])]));
    let issuing = |length| extension("2.5.29.19", CRITICAL, &authority(CRITICAL, length));
    let root = Fields::new("R", 1, "R", vec![issuing(None), key_usage(&[1, 0x06]), key_id(b"r")]);
    let issuer = Fields::new(
        "C",
        2,
        "R",
        vec![issuing(Some(0)), key_usage(&[1, 0x06]), key_id(b"c"), issuer_key_id(b"r"), policy.clone()],
    );
    let target = Fields::new(
        "L",
        9,
        "C",
        vec![key_usage(&[7, 0x80]), key_id(b"l"), issuer_key_id(b"c"), names, policy],
    );
    let anchor = signed(&root.tbs(), 1);
    let pool = pool();
    let mut chance = Chance(2026);
    (0..count).map(move |n| {
        let change_issuer = chance.below(2) == 0;
        let (fields, signer) = if change_issuer { (&issuer, 1) } else { (&target, 2) };
        let changed = change(fields, signer, &pool, &mut chance);
        let (issuer, target) = match change_issuer {
            true => (changed, signed(&target.tbs(), 2)),
            false => (signed(&issuer.tbs(), 1), changed),
        };
        let policies = PolicyInputs { explicit: chance.below(4) == 0, ..PolicyInputs::default() };
        Chain {
            id: format!("mutated {n}"),
            anchor: anchor.clone(),
            issuers: vec![issuer],
            target,
            at: 1_750_000_000,
            policies,
        }
    })
}

/// One change or two, signed again.
fn change(fields: &Fields, signer: u8, pool: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut fields = fields.clone();
    for _ in 0..1 + chance.below(2) {
        let at = chance.below(fields.extensions.len().max(1));
        let some = !fields.extensions.is_empty();
        match chance.below(12) {
            0 if some => drop(fields.extensions.remove(at)),
            1 if some => fields.extensions.push(fields.extensions[at].clone()),
            2 if some => fields.extensions.swap(0, at),
            3 | 4 if some => fields.extensions[at] = chance.of(pool).clone(),
            5 | 6 => fields.extensions.push(chance.of(pool).clone()),
            7 => {
                let times = [
                    (Tag::UTC_TIME, "200101000000Z"),
                    (Tag::UTC_TIME, "990101000000Z"),
                    (Tag::UTC_TIME, "300101000000Z"),
                    (Tag::UTC_TIME, "2001010000Z"),
                    (Tag::UTC_TIME, "200101000000+0000"),
                    (Tag::GENERALIZED_TIME, "20200101000000Z"),
                    (Tag::GENERALIZED_TIME, "20200101000000.5Z"),
                    (Tag::GENERALIZED_TIME, "99991231235959Z"),
                    (Tag::GENERALIZED_TIME, "20300230000000Z"),
                ];
                fields.validity = validity(*chance.of(&times), *chance.of(&times));
            }
            8 => {
                let versions = [vec![], version(0), version(1), version(2), version(3)];
                fields.version = chance.of(&versions).clone();
            }
            9 => {
                let serials: [&[u8]; 6] = [&[0], &[0xFF], &[1; 20], &[1; 21], &[1; 22], &[0, 1]];
                fields.serial = encode(Tag::INTEGER, &[*chance.of(&serials)]);
            }
            10 => {
                let names = [
                    name(&[(Tag::UTF8_STRING, "C")]),
                    name(&[(Tag::UTF8_STRING, " c ")]),
                    name(&[(Tag::PRINTABLE_STRING, "C")]),
                    name(&[(Tag::PRINTABLE_STRING, "R")]),
                    name(&[(Tag::TELETEX_STRING, "L")]),
                    name(&[]),
                ];
                let new = chance.of(&names).clone();
                if chance.below(2) == 0 { fields.issuer = new } else { fields.subject = new }
            }
            _ => {}
        }
    }
    let mut tbs = fields.tbs();
    match chance.below(4) {
        0 => {
            let at = chance.below(tbs.len());
            tbs[at] ^= 1 << chance.below(8);
        }
        1 if chance.below(3) == 0 => {
            let at = chance.below(tbs.len());
            tbs[at] = chance.below(256) as u8;
        }
        _ => {}
    }
    let mut der = signed(&tbs, signer);
    if chance.below(16) == 0 {
        let at = chance.below(der.len());
        der[at] ^= 1 << chance.below(8);
    }
    der
}
