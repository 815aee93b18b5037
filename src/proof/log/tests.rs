use p256::ecdsa::signature::Signer as _;

use super::*;
use crate::anchor::TrustedKey;
use crate::crypto::key::{Curve, PublicKey};
use crate::digest::{Digest, encode_hex};
use crate::limits;
use crate::proof::merkle::{ProofError, rfc6962};
use crate::proof::note::{Checkpoint, Note, NoteKey, NoteSignature, NoteSignatureError};
use crate::time::{Position, UnixTime, Window};
use crate::wire::json::{self, Value};
use crate::wire::{base64, der, pem};

enum Pair {
    Ecdsa(Box<p256::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

fn ecdsa(seed: u8) -> Pair {
    Pair::Ecdsa(Box::new(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()))
}

fn ed25519(seed: u8) -> Pair {
    Pair::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])))
}

impl Pair {
    fn public(&self) -> PublicKey {
        match self {
            Pair::Ecdsa(key) => {
                PublicKey::from_ec_point(Curve::P256, key.verifying_key().to_sec1_point(false).as_bytes())
                    .unwrap()
            }
            Pair::Ed25519(key) => PublicKey::from_ed25519_bytes(key.verifying_key().as_bytes()).unwrap(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Pair::Ecdsa(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                let (r, s) = signature.split_bytes();
                let both = [der::encode_unsigned_integer(&r), der::encode_unsigned_integer(&s)].concat();
                der::encode(der::Tag::SEQUENCE, &[&both])
            }
            Pair::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }

    fn log(&self, name: &str) -> LogKey {
        LogKey::new(name, self.public(), Window::OPEN).unwrap()
    }

    /// A note over `text`, signed under `name`.
    fn note(&self, name: &str, text: &str) -> String {
        let hash = NoteKey::plain(name, TrustedKey::public(self.public())).unwrap().hash();
        let line = NoteSignature { name: name.into(), hash, signature: self.sign(text.as_bytes()) };
        format!("{text}\n{}", line.to_line())
    }
}

/// Some leaves, the third of them `body`.
fn tree(body: &[u8]) -> (Vec<Vec<u8>>, Digest) {
    let leaves: Vec<Vec<u8>> = (0..5u8).map(|n| if n == 2 { body.to_vec() } else { vec![n] }).collect();
    let root = rfc6962::root(&leaves);
    (leaves, root)
}

/// The way from leaf 2 of 5 to the root.
fn path(leaves: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let hash = |n: usize| rfc6962::leaf_hash(&leaves[n]);
    let left = rfc6962::node_hash(&hash(0), &hash(1));
    vec![hash(3).to_vec(), left.to_vec(), hash(4).to_vec()]
}

fn b64(bytes: &[u8]) -> Value {
    Value::String(base64::encode_standard(bytes))
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

const BODY: &[u8] = b"{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\"}";
const ORIGIN: &str = "log.example - 42";

/// An entry with everything, made by `pair`.
fn entry(pair: &Pair, log_id: &[u8], body: &[u8]) -> Value {
    let (leaves, root) = tree(body);
    let message = format!(
        r#"{{"body":"{}","integratedTime":1700,"logID":"{}","logIndex":1002}}"#,
        base64::encode_standard(body),
        encode_hex(log_id)
    );
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 5, root, extensions: Vec::new() };
    let note = pair.note("log.example", &checkpoint.to_text());
    let hashes = path(&leaves).iter().map(|hash| b64(hash)).collect();
    Value::object([
        ("logIndex", text("1002")),
        ("logId", Value::object([("keyId", b64(log_id))])),
        ("kindVersion", Value::object([("kind", text("hashedrekord")), ("version", text("0.0.1"))])),
        ("integratedTime", text("1700")),
        ("inclusionPromise", Value::object([("signedEntryTimestamp", b64(&pair.sign(message.as_bytes())))])),
        (
            "inclusionProof",
            Value::object([
                ("logIndex", text("2")),
                ("rootHash", b64(root.bytes())),
                ("treeSize", text("5")),
                ("hashes", Value::Array(hashes)),
                ("checkpoint", Value::object([("envelope", Value::String(note))])),
            ]),
        ),
        ("canonicalizedBody", b64(body)),
    ])
}

fn spelt(value: &Value) -> String {
    String::from_utf8(crate::wire::canonical::to_bytes(value).unwrap()).unwrap()
}

fn parse(spelling: &str) -> Result<Entry, EntryError> {
    Entry::parse(&json::parse(spelling.as_bytes()).unwrap(), "")
}

#[test]
fn promised_and_included_under_both_kinds_of_keys() {
    for pair in [ecdsa(1), ed25519(1)] {
        let log = pair.log("log.example");
        let id = pair.public().id();
        let entry = parse(&spelt(&entry(&pair, id.digest().bytes(), BODY))).unwrap();
        let promised = entry.promised(&log).unwrap();
        assert_eq!((promised.time().seconds(), promised.index(), promised.key_id()), (1700, 1002, id));
        let included = entry.included(&log).unwrap();
        assert_eq!((included.index(), included.checkpoint().size()), (2, 5));
        assert_eq!(included.checkpoint().origin(), ORIGIN);
        assert_eq!(included.leaf_hash(), entry.leaf_hash());
        // What is shown of the head is itself a note that the log signed.
        let head = Note::parse(included.checkpoint().to_text().as_bytes()).unwrap();
        assert_eq!(&log.checkpoint(&head).unwrap(), included.checkpoint());
        // The same key under another name is another log.
        let other = pair.log("other.example");
        assert!(entry.promised(&other).is_ok(), "a promise names the key alone");
        assert!(matches!(entry.included(&other), Err(InclusionError::Head(error)) if error.is_unknown()));
    }
}

#[test]
fn every_change_of_an_entry_is_found() {
    let pair = ecdsa(1);
    let log = pair.log("log.example");
    let good = spelt(&entry(&pair, pair.public().id().digest().bytes(), BODY));
    let b64_of = |bytes: &[u8]| base64::encode_standard(bytes);
    let body = b64_of(BODY);
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        parse(&good.replacen(from, to, 1))
    };
    // The promise: time, index, body.
    for (from, to) in [
        ("\"integratedTime\":\"1700\"", "\"integratedTime\":\"1701\""),
        ("\"logIndex\":\"1002\"", "\"logIndex\":\"1003\""),
        (",\"logIndex\":\"1002\"", ""),
        (&*body, &*b64_of(b"{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\"}")),
    ] {
        assert_eq!(changed(from, to).unwrap().promised(&log), Err(PromiseError::Mismatch), "{from}");
    }
    // A time of zero is none, and a promise without time proves nothing.
    let untimed = changed("\"integratedTime\":\"1700\"", "\"integratedTime\":\"0\"").unwrap();
    assert_eq!(untimed.promised(&log), Err(PromiseError::NoTime));
    // The proof: index, size, root, body, a hash, the head.
    let index = changed("\"logIndex\":\"2\"", "\"logIndex\":\"3\"").unwrap().included(&log);
    assert!(matches!(index, Err(InclusionError::Proof(ProofError::Root { .. }))), "{index:?}");
    let outside = changed("\"logIndex\":\"2\"", "\"logIndex\":\"5\"").unwrap().included(&log);
    assert!(matches!(outside, Err(InclusionError::Proof(ProofError::Index { .. }))), "{outside:?}");
    let size = changed("\"treeSize\":\"5\"", "\"treeSize\":\"6\"").unwrap().included(&log);
    assert_eq!(size, Err(InclusionError::Size { stated: 6, signed: 5 }));
    let leaf = changed(&body, &b64_of(b"{}")).unwrap();
    assert!(matches!(leaf.included(&log), Err(InclusionError::Proof(ProofError::Root { .. }))));
    // A root of one's own, to which the proof leads, under the head of another tree.
    let (leaves, root) = tree(b"{}");
    let mut forged = good.replace(&body, &b64_of(b"{}"));
    let old = tree(BODY);
    let (from, to) = (b64_of(old.1.bytes()), b64_of(root.bytes()));
    forged = forged.replacen(&format!("\"rootHash\":\"{from}\""), &format!("\"rootHash\":\"{to}\""), 1);
    assert_eq!(path(&leaves), path(&old.0));
    let forged = parse(&forged).unwrap();
    assert!(forged.proof().unwrap().leads_to_stated_root(forged.leaf_hash().bytes()).is_ok());
    assert!(matches!(forged.included(&log), Err(InclusionError::Root { .. })));
    // The same with the head rewritten: then it is not signed.
    let rewritten = parse(&good.replace(&body, &b64_of(b"{}")).replace(&from, &to)).unwrap();
    let error = rewritten.included(&log).unwrap_err();
    let mismatch = HeadError::Signature(NoteSignatureError::Mismatch { line: 1, name: "log.example".into() });
    assert_eq!(error, InclusionError::Head(mismatch));
    // Another origin, another log id.
    let origin = changed(ORIGIN, "other.example - 42").unwrap().included(&log);
    assert!(matches!(origin, Err(InclusionError::Head(HeadError::Signature(_)))), "{origin:?}");
    let stranger = ecdsa(2);
    let id = b64_of(pair.public().id().digest().bytes());
    let other = changed(&id, &b64_of(stranger.public().id().digest().bytes())).unwrap();
    assert!(matches!(other.promised(&log), Err(PromiseError::OtherLog { .. })));
    assert!(matches!(other.included(&log), Err(InclusionError::OtherLog { .. })));
    assert_eq!(other.promised(&stranger.log("log.example")), Err(PromiseError::Mismatch));
}

#[test]
fn the_origin_belongs_to_the_name() {
    let pair = ed25519(1);
    let root = Digest::sha256(b"");
    let head = |origin: &str, name: &str| {
        let text = Checkpoint { origin: origin.into(), size: 0, root, extensions: Vec::new() }.to_text();
        let note = Note::parse(pair.note(name, &text).as_bytes()).unwrap();
        let unnamed = LogKey::of(None, TrustedKey::public(pair.public())).unwrap();
        (pair.log("log").checkpoint(&note).is_ok(), unnamed.checkpoint(&note).is_ok())
    };
    assert_eq!(head("log", "log"), (true, true));
    assert_eq!(head("log - 17", "log"), (true, true));
    assert_eq!(head("gol", "gol"), (false, true));
    for origin in ["log2", "log - ", "log - x", "log -17", "log - 17 - 18", "lo", "gol - 17"] {
        assert_eq!(head(origin, "log"), (false, false), "{origin}");
    }
}

#[test]
fn lines_of_others_do_not_matter_and_a_failing_line_of_the_log_does() {
    let (pair, stranger) = (ecdsa(1), ed25519(9));
    let text = Checkpoint { origin: "log".into(), size: 0, root: Digest::sha256(b""), extensions: vec![] };
    let text = text.to_text();
    let own = pair.note("log", &text);
    let line = |note: &str| note.rsplit_once("\n\n").unwrap().1.to_owned();
    let log = pair.log("log");
    let judge =
        |note: String| log.checkpoint(&Note::parse(note.as_bytes()).unwrap()).map(|head| head.to_text());
    let strange = format!("{own}{}", line(&stranger.note("log", &text)));
    assert_eq!(judge(strange), Ok(own.clone()));
    let failing = format!("{own}{}", line(&pair.note("log", "another text\n")));
    assert!(matches!(
        judge(failing),
        Err(HeadError::Signature(NoteSignatureError::Mismatch { line: 2, .. }))
    ));
    assert!(judge(stranger.note("log", &text)).unwrap_err().is_unknown());
    // No checkpoint, and signed all the same.
    assert!(matches!(judge(pair.note("log", "log\n1\n")), Err(HeadError::Checkpoint(_))));
}

#[test]
fn windows_include_both_ends() {
    let pair = ecdsa(1);
    let entry = parse(&spelt(&entry(&pair, pair.public().id().digest().bytes(), BODY))).unwrap();
    let at = |seconds| UnixTime::new(seconds, 0).ok();
    let position = |not_before, not_after| {
        let window = Window { not_before: at(not_before), not_after: at(not_after) };
        let log = LogKey::new("log.example", pair.public(), window).unwrap();
        entry.promised(&log).unwrap().position()
    };
    assert_eq!(position(1700, 1700), Position::Inside);
    assert_eq!(position(1701, 1800), Position::Outside);
    assert_eq!(position(1600, 1699), Position::Outside);
}

#[test]
fn what_is_no_entry() {
    let pair = ecdsa(1);
    let good = spelt(&entry(&pair, pair.public().id().digest().bytes(), BODY));
    let hash = base64::encode_standard(&path(&tree(BODY).0)[0]);
    let many = vec![format!("\"{hash}\""); limits::MERKLE_PATH_MAX + 1].join(",");
    let body = base64::encode_standard(BODY);
    for (from, to) in [
        ("\"logIndex\":\"1002\"", "\"logIndex\":\"-1\""),
        ("\"logIndex\":\"1002\"", "\"logIndex\":-1"),
        ("\"logIndex\":\"1002\"", "\"logIndex\":\"01\""),
        ("\"logIndex\":\"1002\"", "\"logIndex\":1.5"),
        ("\"integratedTime\":\"1700\"", "\"integratedTime\":\"18446744073709551615\""),
        ("\"logIndex\":\"1002\"", "\"logindex\":\"1002\""),
        ("\"inclusionProof\":{", "\"inclusionproof\":{"),
        (&*body, ""),
        (&*body, &body[..body.len() - 1]),
        (&*format!("\"{hash}\""), &*many),
        (&*format!("\"{hash}\""), "7"),
        (&*format!("\"{hash}\""), "\"!\""),
    ] {
        assert!(good.contains(from), "{from}");
        assert!(parse(&good.replacen(from, to, 1)).is_err(), "{to}");
    }
    // Numbers as numbers are what protobuf's JSON also allows.
    assert!(parse(&good.replace("\"1002\"", "1002")).unwrap().promised(&pair.log("log.example")).is_ok());
}

#[test]
fn bodies_of_every_kind() {
    let key = ecdsa(7).public();
    let key_pem = base64::encode_standard(pem::encode("PUBLIC KEY", &key.spki_der()).as_bytes());
    let spki = base64::encode_standard(&key.spki_der());
    let cert_pem = base64::encode_standard(pem::encode("CERTIFICATE", b"der").as_bytes());
    let (cert, sig) = (base64::encode_standard(b"der"), base64::encode_standard(b"sig"));
    let twice = base64::encode_standard(sig.as_bytes());
    let digest = Digest::sha256(b"artifact");
    let (hex, raw) = (digest.hex(), base64::encode_standard(digest.bytes()));
    let hash = format!(r#"{{"algorithm":"sha256","value":"{hex}"}}"#);
    let output = format!(r#"{{"algorithm":"SHA2_256","digest":"{raw}"}}"#);
    let body = |kind: &str, version: &str, spec: String| {
        format!(r#"{{"apiVersion":"{version}","kind":"{kind}","spec":{spec}}}"#)
    };
    let read = |text: &str| Body::parse(text.as_bytes(), None);
    let by_key = LoggedSignature { signature: b"sig".to_vec(), verifier: Verifier::Key(Box::new(key)) };
    let by_cert =
        LoggedSignature { signature: b"sig".to_vec(), verifier: Verifier::Certificate(b"der".to_vec()) };
    let artifact = |signature: &LoggedSignature| Body::Artifact { digest, signature: signature.clone() };

    let rekord = |verifier: &str| {
        body(
            "hashedrekord",
            "0.0.1",
            format!(
                r#"{{"data":{{"hash":{hash}}},"signature":{{"content":"{sig}","publicKey":{{"content":"{verifier}"}}}}}}"#
            ),
        )
    };
    assert_eq!(read(&rekord(&key_pem)), Ok(artifact(&by_key)));
    assert_eq!(read(&rekord(&cert_pem)), Ok(artifact(&by_cert)));
    let verifier_2 = |verifier: &str| format!(r#"{{"content":"{sig}","verifier":{verifier}}}"#);
    let (raw_key, raw_cert) = (
        format!(r#"{{"publicKey":{{"rawBytes":"{spki}"}},"keyDetails":"PKIX_ECDSA_P256_SHA_256"}}"#),
        format!(r#"{{"x509Certificate":{{"rawBytes":"{cert}"}},"keyDetails":"PKIX_ECDSA_P256_SHA_256"}}"#),
    );
    let rekord_2 = |verifier: &str| {
        let signature = verifier_2(verifier);
        body(
            "hashedrekord",
            "0.0.2",
            format!(r#"{{"hashedRekordV002":{{"data":{output},"signature":{signature}}}}}"#),
        )
    };
    assert_eq!(read(&rekord_2(&raw_key)), Ok(artifact(&by_key)));
    assert_eq!(read(&rekord_2(&raw_cert)), Ok(artifact(&by_cert)));

    let envelope = |envelope, payload_type: Option<&str>, signature: &LoggedSignature| Body::Envelope {
        payload: digest,
        envelope,
        payload_type: payload_type.map(str::to_owned),
        signatures: vec![signature.clone()],
    };
    let dsse = body(
        "dsse",
        "0.0.1",
        format!(
            r#"{{"envelopeHash":{hash},"payloadHash":{hash},"signatures":[{{"signature":"{sig}","verifier":"{cert_pem}"}}]}}"#
        ),
    );
    assert_eq!(read(&dsse), Ok(envelope(Some(digest), None, &by_cert)));
    let signature = verifier_2(&raw_cert);
    let dsse_2 = body(
        "dsse",
        "0.0.2",
        format!(r#"{{"dsseV002":{{"payloadHash":{output},"signatures":[{signature}]}}}}"#),
    );
    assert_eq!(read(&dsse_2), Ok(envelope(None, None, &by_cert)));
    let intoto = body(
        "intoto",
        "0.0.2",
        format!(
            r#"{{"content":{{"envelope":{{"payloadType":"t","signatures":[{{"publicKey":"{key_pem}","sig":"{twice}"}}]}},"hash":{hash},"payloadHash":{hash}}}}}"#
        ),
    );
    assert_eq!(read(&intoto), Ok(envelope(Some(digest), Some("t"), &by_key)));

    // The kind beside the body is that of the body.
    let stated = |kind: &str, version: &str| {
        let stated = KindVersion { kind: kind.into(), version: version.into() };
        Body::parse(dsse.as_bytes(), Some(&stated))
    };
    assert!(stated("dsse", "0.0.1").is_ok());
    assert!(matches!(stated("dsse", "0.0.2"), Err(BodyError::Kind { .. })));
    assert!(matches!(stated("intoto", "0.0.1"), Err(BodyError::Kind { .. })));

    for (of, from, to) in [
        (&dsse, "dsse", "rekord"),
        (&dsse, "0.0.1", "0.0.3"),
        (&dsse, "sha256", "sha1"),
        (&dsse, "sha256", "sha512"),
        (&dsse, &*cert_pem, "bm9uZQ=="),
        (&dsse_2, &*format!("[{signature}]"), "[]"),
        (&dsse_2, "SHA2_256", "SHA2_384"),
        (&dsse_2, "SHA2_256", "SHA1"),
        (
            &dsse_2,
            "\"x509Certificate\":{",
            &*format!("\"publicKey\":{{\"rawBytes\":\"{spki}\"}},\"x509Certificate\":{{"),
        ),
        (&dsse_2, "x509Certificate", "x509certificate"),
        (&dsse_2, "x509Certificate", "distinguishedName"),
        (&intoto, &*twice, &*base64::encode_standard(b"no base64")),
        (&intoto, &*twice, &*base64::encode_standard(b"\xff")),
    ] {
        assert!(of.contains(from), "{from}");
        assert!(read(&of.replace(from, to)).is_err(), "{from} -> {to}");
    }
    let many = vec![signature.clone(); limits::SIGNATURES_MAX + 1].join(",");
    assert!(matches!(read(&dsse_2.replace(&signature, &many)), Err(BodyError::TooLong { .. })));
}

/// A log that grows: its leaves, its key.
struct Log {
    pair: Pair,
    leaves: Vec<Vec<u8>>,
}

impl Log {
    fn of(seed: u8, size: usize) -> Log {
        Log { pair: ed25519(seed), leaves: (0..size).map(|n| format!("leaf {n}").into_bytes()).collect() }
    }

    fn key(&self) -> LogKey {
        self.pair.log("log.example")
    }

    fn note(&self, size: usize) -> Note {
        let root = rfc6962::root(&self.leaves[..size]);
        let size = size as u64;
        let checkpoint = Checkpoint { origin: "log.example".into(), size, root, extensions: vec![] };
        Note::parse(self.pair.note("log.example", &checkpoint.to_text()).as_bytes()).unwrap()
    }

    fn head(&self, size: usize) -> SignedCheckpoint {
        self.key().checkpoint(&self.note(size)).unwrap()
    }

    fn path(&self, index: usize, size: usize) -> Vec<rfc6962::Hash> {
        rfc6962::twin::path(index, &self.leaves[..size])
    }

    fn included(&self, index: usize, size: usize) -> Included {
        let leaf = Digest::new(crate::digest::Algorithm::Sha256, &rfc6962::leaf_hash(&self.leaves[index]));
        self.head(size).includes(&leaf.unwrap(), index as u64, &self.path(index, size)).unwrap()
    }
}

#[test]
fn a_log_that_only_grew_has_no_fork() {
    let log = Log::of(1, 40);
    let mut all = History::default();
    for size in 1..40 {
        for index in 0..size {
            let mut history = History::default();
            history.head(&log.head(39));
            for included in [log.included(index, size), log.included(size - 1, size)] {
                history.included(&included);
                all.included(&included);
            }
            assert_eq!(history.fork(), None, "{index} of {size}");
        }
    }
    assert_eq!(all.fork(), None);
    assert_eq!(all.heads().len(), 39);
}

#[test]
fn a_rewritten_leaf_shows() {
    let honest = Log::of(1, 33);
    for changed in [0, 1, 7, 15, 16, 31] {
        let mut forked = Log::of(1, 33);
        forked.leaves[changed] = b"rewritten".to_vec();
        // Under heads of one size nothing but the heads is needed.
        let mut heads = History::default();
        heads.head(&honest.head(33));
        heads.head(&forked.head(33));
        let fork = heads.fork().unwrap();
        assert_eq!((fork.one.size(), fork.other.size(), fork.first, fork.last), (33, 33, 0, 32));
        assert_ne!(fork.one.root(), fork.other.root());
        // The leaf itself under two heads: the leaf.
        let mut leaf = History::default();
        leaf.included(&honest.included(changed, 32));
        leaf.included(&forked.included(changed, 33));
        let fork = leaf.fork().unwrap();
        assert_eq!((fork.one.size(), fork.other.size()), (32, 33));
        assert_eq!((fork.first, fork.last), (changed as u64, changed as u64));
        // Other leaves, whose ways lead past it: a range that has it.
        for other in 0..32 {
            let mut history = History::default();
            history.included(&honest.included(other, 32));
            history.included(&forked.included(32, 33));
            let fork = history.fork().unwrap();
            assert!((fork.first..=fork.last).contains(&(changed as u64)), "{other}: {fork:?}");
        }
    }
}

#[test]
fn a_smaller_head_follows_from_a_later_proof() {
    let log = Log::of(1, 50);
    for size in 1..49 {
        let mut history = History::default();
        history.head(&log.head(size));
        // The way of the next leaf passes by exactly the older tree.
        history.included(&log.included(size, 50));
        assert_eq!((history.fork(), history.joined()), (None, 1), "{size}");
        let mut other = Log::of(1, 50);
        other.leaves[0] = b"rewritten".to_vec();
        let mut history = History::default();
        history.head(&other.head(size));
        history.included(&log.included(size, 50));
        let fork = history.fork().unwrap();
        assert_eq!((fork.one.size(), fork.other.size()), (size as u64, 50));
    }
}

#[test]
fn heads_that_continue_each_other() {
    let log = Log::of(1, 9);
    // From RFC 9162 2.1.4.1: 8 is full, so the proof is the ninth leaf alone.
    let path = [rfc6962::leaf_hash(&log.leaves[8])];
    assert!(log.head(9).continues(&log.head(8), &path).is_ok());
    assert!(log.head(9).continues(&log.head(7), &path).is_err());
    assert!(log.head(8).continues(&log.head(9), &path).is_err());
    let text = |old: &str| {
        let hash = base64::encode_standard(&path[0]);
        format!("old {old}\n{hash}\n\n{}", log.note(9).to_text())
    };
    let proof = TlogConsistency::parse(text("8").as_bytes()).unwrap();
    assert_eq!(proof.old(), 8);
    let newer = log.key().checkpoint(proof.note()).unwrap();
    assert!(proof.between(&log.head(8), &newer).is_ok());
    assert!(proof.between(&log.head(7), &newer).is_err());
    assert!(TlogConsistency::parse(text("08").as_bytes()).is_err());
}

#[test]
fn proofs_as_text() {
    let log = Log::of(1, 7);
    let hashes: String =
        log.path(5, 7).iter().map(|hash| format!("{}\n", base64::encode_standard(hash))).collect();
    let note = log.note(7).to_text();
    let text =
        |extra: &str, index: &str| format!("c2sp.org/tlog-proof@v1\n{extra}index {index}\n{hashes}\n{note}");
    let leaf = Digest::new(crate::digest::Algorithm::Sha256, &rfc6962::leaf_hash(&log.leaves[5])).unwrap();
    let read = |text: &str| TlogProof::parse(text.as_bytes());
    let proof = read(&text("extra aGVsbG8=\n", "5")).unwrap();
    assert_eq!(proof.extra_unverified(), Some(&b"hello"[..]));
    let included = proof.included(&leaf, &log.key()).unwrap();
    assert_eq!((included.index(), included.checkpoint().size()), (5, 7));
    assert!(matches!(
        read(&text("", "4")).unwrap().included(&leaf, &log.key()),
        Err(InclusionError::Proof(_))
    ));
    assert!(proof.included(&Digest::sha256(b"x"), &log.key()).is_err());
    let other = ed25519(2).log("log.example");
    assert!(matches!(proof.included(&leaf, &other), Err(InclusionError::Head(error)) if error.is_unknown()));
    for bad in [
        text("", "05"),
        text("", "+5"),
        text("", ""),
        text("extra !\n", "5"),
        text("extra aGVsbG8=\nextra aGVsbG8=\n", "5"),
        text("", "5").replace("@v1", "@v2"),
        text("", "5").replace("\n\n", "\n"),
        text("", "5").replacen("index 5\n", "index 5\nAAAA\n", 1),
        text("", "5").replacen("index 5\n", &format!("index 5\n{}", &hashes.repeat(30)), 1),
        text("", "5").replacen("index 5\n", "", 1),
        text("", "5").replace('\n', "\r\n"),
        text("", "5") + "\n",
        format!(" {}", text("", "5")),
    ] {
        assert!(read(&bad).is_err(), "{bad}");
    }
}

/// A tree of any size in tiles, by their names; without partial tiles that lie in full ones.
fn tiled(leaves: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut row: Vec<rfc6962::Hash> = leaves.iter().map(|leaf| rfc6962::leaf_hash(leaf)).collect();
    let named = |level: &str, index: usize, width: usize| {
        let number = match index {
            0..1000 => format!("{index:03}"),
            _ => format!("x{:03}/{:03}", index / 1000, index % 1000),
        };
        let part = if width == 256 { String::new() } else { format!(".p/{width}") };
        format!("tile/{level}/{number}{part}")
    };
    for (index, chunk) in leaves.chunks(256).enumerate() {
        let entries = chunk.iter().flat_map(|leaf| [&(leaf.len() as u16).to_be_bytes()[..], leaf].concat());
        files.push((named("entries", index, chunk.len()), entries.collect()));
    }
    for level in 0.. {
        for (index, chunk) in row.chunks(256).enumerate() {
            files.push((named(&level.to_string(), index, chunk.len()), chunk.concat()));
        }
        let full = row.chunks_exact(256).map(|chunk| {
            let mut row = chunk.to_vec();
            while row.len() > 1 {
                row = row.chunks_exact(2).map(|pair| rfc6962::node_hash(&pair[0], &pair[1])).collect();
            }
            row[0]
        });
        row = full.collect();
        if row.is_empty() {
            break;
        }
    }
    files
}

#[test]
fn tiles_come_to_the_root() {
    use super::tiles::{TileError, TileName, TileTree};
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 700] {
        let log = Log::of(1, size);
        let root = rfc6962::root(&log.leaves);
        let files = tiled(&log.leaves);
        let add = |files: &[(String, Vec<u8>)]| {
            let mut tree = TileTree::new(size as u64);
            for (name, bytes) in files {
                tree.add(TileName::parse(name).unwrap(), bytes)?;
            }
            tree.root(root.bytes()).map(|()| tree)
        };
        let mut tree = add(&files).unwrap();
        assert_eq!(tree.unexplained(), None);
        assert!(matches!(tree.root(&[0; 32]), Err(TileError::Root { .. })));
        // Every file changed, cut, or in the place of another: found.
        for (number, (name, bytes)) in files.iter().enumerate() {
            let mut changed = files.clone();
            *changed[number].1.last_mut().unwrap() ^= 1;
            assert!(add(&changed).is_err(), "{size}: {name} changed");
            changed[number].1 = bytes[..bytes.len() - 1].to_vec();
            assert!(add(&changed).is_err(), "{size}: {name} cut");
            changed[number].1 = [&bytes[..], &[0]].concat();
            assert!(add(&changed).is_err(), "{size}: {name} longer");
        }
        // Entries alone, or hashes alone, are enough for the root.
        let entries: Vec<_> = files.iter().filter(|(name, _)| name.contains("entries")).cloned().collect();
        assert!(add(&entries).is_ok(), "{size}");
        let without: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("tile/0/")).cloned().collect();
        assert!(add(&without).is_ok(), "{size}");
        if size > 0 {
            assert!(matches!(add(&[]), Err(TileError::Missing { .. })));
            // Beyond the tree that was signed.
            let mut small = TileTree::new(size as u64 - 1);
            let all = files.iter().map(|(name, bytes)| small.add(TileName::parse(name).unwrap(), bytes));
            assert!(all.into_iter().any(|one| matches!(one, Err(TileError::Beyond { .. }))), "{size}");
        }
        if size > 256 {
            // With the upper tiles alone the root follows, and the leaves were not seen.
            let is_upper =
                |name: &str| name.starts_with("tile/1/") || (name.contains("/0/") && name.contains(".p/"));
            let upper: Vec<_> = files.iter().filter(|(name, _)| is_upper(name)).cloned().collect();
            assert_eq!(add(&upper).unwrap().unexplained(), Some((0, 0)), "{size}");
        }
    }
}

#[test]
fn names_of_tiles_have_one_spelling() {
    use super::tiles::TileName;
    let hashes = |level, index, width| Some(TileName::Hashes { level, index, width });
    assert_eq!(TileName::parse("tile/0/000"), hashes(0, 0, 256));
    assert_eq!(TileName::parse("tile/1/x001/x234/067.p/9"), hashes(1, 1_234_067, 9));
    assert_eq!(TileName::parse("tile/entries/x001/000"), Some(TileName::Entries { index: 1000, width: 256 }));
    for bad in [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/x/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/0/",
        "tile/0/000/",
        "tiles/0/000",
        "/tile/0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(TileName::parse(bad), None, "{bad}");
    }
}

#[test]
fn receipts_need_the_body() {
    let pair = ecdsa(1);
    let log = pair.log("log.example");
    let whole = entry(&pair, pair.public().id().digest().bytes(), BODY);
    let entry = parse(&spelt(&whole)).unwrap();
    let proof = entry.proof().unwrap();
    let hex = |bytes: &[u8]| Value::from(encode_hex(bytes));
    let uuid = format!("0123456789abcdef{}", entry.leaf_hash().hex());
    let receipt = |checkpoint: &str| {
        Value::object([
            ("uuid", Value::from(uuid.clone())),
            ("logIndex", json::parse(b"2").unwrap()),
            ("rootHash", hex(proof.stated_root())),
            ("hashes", Value::Array(proof.hashes().iter().map(|hash| hex(hash)).collect())),
            ("checkpoint", Value::from(checkpoint.to_owned())),
        ])
    };
    let note = proof.note_unverified().unwrap();
    let read = Receipt::parse(&receipt(note)).unwrap();
    assert_eq!(read.checkpoint(), &Place::Inline(note.to_owned()));
    let note_read = Note::parse(note.as_bytes()).unwrap();
    let included = read.included(&entry, &note_read, &log).unwrap();
    assert_eq!((included.index(), included.checkpoint().size()), (2, 5));
    assert_eq!(
        Receipt::parse(&receipt("checkpoint.sig")).unwrap().checkpoint(),
        &Place::Path("checkpoint.sig".into())
    );
    // Another body, another index, another root, another head.
    let other = Entry::promised_only(vec![], 2, UnixTime::new(1, 0).unwrap(), vec![], b"{}".to_vec());
    assert!(matches!(read.included(&other, &note_read, &log), Err(ReceiptError::Uuid { .. })));
    let spelt_receipt = spelt(&receipt(note));
    let judge = |from: &str, to: &str| {
        assert!(spelt_receipt.contains(from), "{from}");
        let value = json::parse(spelt_receipt.replacen(from, to, 1).as_bytes()).unwrap();
        Receipt::parse(&value).and_then(|receipt| receipt.included(&entry, &note_read, &log))
    };
    assert!(judge("\"logIndex\":2", "\"logIndex\":3").is_err());
    assert!(judge("\"logIndex\":2", "\"logIndex\":-1").is_err());
    assert!(judge("\"logIndex\":2", "\"logIndex\":2,\"treeSize\":5").is_err());
    let root = encode_hex(proof.stated_root());
    let changed =
        judge(&format!("\"rootHash\":\"{root}\""), &format!("\"rootHash\":\"{}\"", "ab".repeat(32)));
    assert!(matches!(changed, Err(ReceiptError::Inclusion(InclusionError::Root { .. }))));
    assert!(judge(&root, &root.to_uppercase()).is_err());
    assert!(judge("0123456789abcdef", "0123").is_err());
    assert!(judge("0123456789abcdef", "").is_ok(), "an id without the tree");

    // The same entry as Rekor's interface gives it.
    let api = Value::object([(
        uuid.clone(),
        Value::object([
            ("body", b64(BODY)),
            ("integratedTime", json::parse(b"1700").unwrap()),
            ("logID", hex(entry.log_id())),
            ("logIndex", json::parse(b"1002").unwrap()),
            (
                "verification",
                Value::object([
                    ("signedEntryTimestamp", b64(entry.promise().unwrap())),
                    (
                        "inclusionProof",
                        Value::object([
                            ("logIndex", json::parse(b"2").unwrap()),
                            ("treeSize", json::parse(b"5").unwrap()),
                            ("rootHash", hex(proof.stated_root())),
                            ("hashes", Value::Array(proof.hashes().iter().map(|hash| hex(hash)).collect())),
                            ("checkpoint", Value::from(note.to_owned())),
                        ]),
                    ),
                ]),
            ),
        ]),
    )]);
    let [(name, given)] = &Entry::parse_api(&api).unwrap()[..] else { panic!("one entry") };
    assert!(given.has_uuid(name));
    assert_eq!(given.promised(&log).unwrap().time().seconds(), 1700);
    assert_eq!(given.included(&log), entry.included(&log));

    // And as a promotion has it, where of the checkpoint the note alone counts.
    let promotion = Value::object([
        ("uuid", Value::from(uuid)),
        ("logIndex", json::parse(b"2").unwrap()),
        (
            "inclusionProof",
            Value::object([
                ("rootHash", hex(proof.stated_root())),
                ("hashes", Value::Array(proof.hashes().iter().map(|hash| hex(hash)).collect())),
                ("treeSize", json::parse(b"5").unwrap()),
                (
                    "checkpoint",
                    Value::object([
                        ("origin", Value::from("another".to_owned())),
                        ("size", json::parse(b"9").unwrap()),
                        ("hash", Value::from("00".to_owned())),
                        ("signedNote", b64(note.as_bytes())),
                    ]),
                ),
            ]),
        ),
    ]);
    let promoted = Receipt::of_promotion(&promotion, "/rekor").unwrap();
    assert_eq!(promoted.included(&entry, &note_read, &log), Ok(included));
}

/// A head that was verified is remembered by its whole text, for its own key.
#[test]
fn what_is_remembered_of_heads_answers_for_nothing_else() {
    let text = |size: usize, root: Digest| {
        let origin = "log.example".to_owned();
        Checkpoint { origin, size: size as u64, root, extensions: vec![] }.to_text()
    };
    let (log, other) = (Log::of(1, 9), Log::of(2, 9));
    let note = log.pair.note("log.example", &text(9, rfc6962::root(&log.leaves)));
    let (key, another) = (log.key(), other.key());
    let first = key.head(&note).unwrap();
    assert_eq!(key.head(&note), Ok(first.clone()));
    assert_eq!(key.checkpoint(&Note::parse(note.as_bytes()).unwrap()), Ok(first));
    assert!(matches!(another.head(&note), Err(HeadError::Signature(_))));
    let changed = note.replacen("\n9\n", "\n8\n", 1);
    assert_ne!(changed, note);
    assert!(matches!(key.head(&changed), Err(HeadError::Signature(_))));
    // And what fails is asked again.
    assert!(matches!(key.head(&changed), Err(HeadError::Signature(_))));
}
