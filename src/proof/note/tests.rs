use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::crypto::key::PublicKey;

/// The example of golang.org/x/mod/sumdb/note.
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETERS: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/// The key of Rekor v1, as transparency-dev writes it.
const REKOR: &str = "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";

fn pair(seed: u8) -> (SigningKey, TrustedKey) {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let public = PublicKey::from_ed25519_bytes(key.verifying_key().as_bytes()).unwrap();
    (key, TrustedKey::public(public))
}

fn plain(name: &str, seed: u8) -> NoteKey {
    NoteKey::plain(name, pair(seed).1).unwrap()
}

fn witness(name: &str, seed: u8) -> NoteKey {
    NoteKey::cosignature(name, pair(seed).1).unwrap()
}

fn line(key: &NoteKey, signature: &[u8]) -> String {
    let (name, hash) = (key.name().to_owned(), key.hash());
    NoteSignature { name, hash, signature: signature.to_vec() }.to_line()
}

fn signed(key: &NoteKey, seed: u8, text: &str) -> String {
    line(key, &pair(seed).0.sign(text.as_bytes()).to_bytes())
}

fn cosigned(key: &NoteKey, seed: u8, time: u64, text: &str) -> String {
    let signature = pair(seed).0.sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
    line(key, &[&time.to_be_bytes()[..], &signature.to_bytes()].concat())
}

fn note(text: &str, lines: &[String]) -> Note {
    Note::parse(format!("{text}\n{}", lines.concat()).as_bytes()).unwrap()
}

#[test]
fn the_example_of_the_first_implementation() {
    let key = NoteKey::parse(PETER).unwrap();
    let note = note(TEXT, &[PETERS.to_owned()]);
    let signed = note.signed_by(&key).unwrap();
    assert_eq!((signed.text(), signed.name(), signed.time()), (TEXT, "PeterNeumann", None));
    assert_eq!(note.to_text(), format!("{TEXT}\n{PETERS}"));
    let other = TEXT.replace("problem is", "problem was");
    let changed = super::Note::parse(format!("{other}\n{PETERS}").as_bytes()).unwrap();
    assert!(matches!(changed.signed_by(&key), Err(NoteSignatureError::Mismatch { line: 1, .. })));
}

#[test]
fn keys_in_text() {
    let (scheme, hash) = {
        let key = NoteKey::parse(REKOR).unwrap();
        (key.scheme(), key.hash())
    };
    assert_eq!((scheme, hash), (Scheme::Plain, [0xc0, 0xd2, 0x3d, 0x6a]));
    let bad = [
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a3+",
        "PeterNeumann+c74f20a3+!!!!",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        // A type that nobody has assigned; the key is for something else.
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        // The same key as a witness has another hash.
        "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ];
    for text in bad {
        assert!(NoteKey::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_known_key_that_fails_is_an_error_and_an_unknown_one_is_not() {
    let (key, other) = (plain("log", 1), plain("log", 2));
    assert_ne!(key.hash(), other.hash());
    let good = signed(&key, 1, TEXT);
    let strange = signed(&other, 2, TEXT);
    // By another key under the hash of ours: as whoever searches for four bytes would.
    let forged = line(&key, &pair(2).0.sign(TEXT.as_bytes()).to_bytes());
    let signed_by = |lines: &[&String]| {
        let lines: Vec<String> = lines.iter().map(|line| (*line).clone()).collect();
        note(TEXT, &lines).signed_by(&key).map(|signed| signed.lines().to_vec())
    };
    assert_eq!(signed_by(&[&good]), Ok(vec![1]));
    assert_eq!(signed_by(&[&strange, &good]), Ok(vec![2]));
    assert_eq!(signed_by(&[&good, &good]), Ok(vec![1, 2]));
    assert_eq!(signed_by(&[&strange]), Err(NoteSignatureError::Absent { name: "log".into() }));
    let fails = |line| Err(NoteSignatureError::Mismatch { line, name: "log".into() });
    assert_eq!(signed_by(&[&forged]), fails(1));
    assert_eq!(signed_by(&[&good, &forged]), fails(2));
    // The name of one key over the hash of another names nobody.
    let renamed = good.replace(" log ", " gol ");
    assert_eq!(signed_by(&[&renamed]), Err(NoteSignatureError::Absent { name: "log".into() }));
}

#[test]
fn a_cosignature_is_no_signature_and_says_when() {
    let (log, w) = (plain("log", 1), witness("w", 3));
    let note_of = |lines: &[String]| note(TEXT, lines);
    let time = |note: &Note| note.signed_by(&w).map(|signed| signed.time().map(UnixTime::seconds));
    assert_eq!(time(&note_of(&[signed(&log, 1, TEXT), cosigned(&w, 3, 1700, TEXT)])), Ok(Some(1700)));
    let twice = [cosigned(&w, 3, 1800, TEXT), cosigned(&w, 3, 1700, TEXT)];
    assert_eq!(time(&note_of(&twice)), Ok(Some(1700)));
    // The text alone is not what a witness signs, nor the reverse.
    let bare = pair(3).0.sign(TEXT.as_bytes()).to_bytes();
    let untimed = [&1700u64.to_be_bytes()[..], &bare].concat();
    assert!(matches!(time(&note_of(&[line(&w, &untimed)])), Err(NoteSignatureError::Mismatch { .. })));
    let as_log = plain("w", 3);
    let cosignature = cosigned(&w, 3, 1700, TEXT);
    assert!(!note_of(std::slice::from_ref(&cosignature)).names(&as_log));
    // Another time than the signed one, and none that a calendar has.
    for stated in [1701u64, 0, u64::MAX, i64::MAX as u64] {
        let rest = &pair(3).0.sign(format!("cosignature/v1\ntime 1700\n{TEXT}").as_bytes()).to_bytes();
        let forged = line(&w, &[&stated.to_be_bytes()[..], rest].concat());
        assert!(time(&note_of(&[forged])).is_err(), "{stated}");
    }
    let short = line(&w, &[0; 7]);
    assert!(matches!(time(&note_of(&[short])), Err(NoteSignatureError::Time { line: 1, .. })));
    let ecdsa = NoteKey::parse(REKOR).unwrap();
    assert!(matches!(NoteKey::cosignature("w", ecdsa.trusted().clone()), Err(NoteKeyError::Kind { .. })));
}

#[test]
fn what_is_no_note() {
    let good = format!("{TEXT}\n{PETERS}");
    let bad = [
        String::new(),
        "\n".into(),
        TEXT.into(),
        format!("{TEXT}\n"),
        good.trim_end().into(),
        format!("{good}\n"),
        format!("{good}x\n"),
        good.replace('\u{2014}', "-"),
        good.replace(" x08g", "  x08g"),
        good.replace("PeterNeumann", "Peter\u{a0}Neumann"),
        good.replace("\u{2014} PeterNeumann", "\u{2014} Peter+Neumann"),
        good.replace("\u{2014} PeterNeumann", "\u{2014} "),
        good.replace("nAM=\n", "nAM=\r\n"),
        good.replace("your problem,", "your\tproblem,"),
        // Bits that belong to no byte, no padding, the other alphabet, nothing.
        good.replace("nAM=\n", "nAN=\n"),
        good.replace("nAM=\n", "nAM\n"),
        good.replace('/', "_"),
        format!("{TEXT}\n\u{2014} PeterNeumann x08gow==\n"),
        format!("{TEXT}\n{}", PETERS.repeat(limits::NOTE_SIGNATURES_MAX + 1)),
        "x".repeat(limits::NOTE_BYTES_MAX) + &good,
    ];
    assert!(Note::parse(good.as_bytes()).is_ok());
    for text in bad {
        assert!(Note::parse(text.as_bytes()).is_err(), "{text:?}");
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::Utf8));
    let many = format!("{TEXT}\n{}", PETERS.repeat(limits::NOTE_SIGNATURES_MAX));
    assert_eq!(Note::parse(many.as_bytes()).unwrap().signatures().len(), limits::NOTE_SIGNATURES_MAX);
}

#[test]
fn the_last_empty_line_is_the_border() {
    let key = plain("log", 1);
    // A text that looks like a note itself: its signatures are text.
    let inner = format!("origin\n\n{PETERS}");
    let note = note(&inner, &[signed(&key, 1, &inner)]);
    assert_eq!(note.text_unverified(), inner);
    assert_eq!(note.signatures().len(), 1);
    assert_eq!(note.signed_by(&key).unwrap().text(), inner);
}

#[test]
fn checkpoints() {
    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let good = format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n");
    let read = Checkpoint::parse(&good).unwrap();
    assert_eq!((&*read.origin, read.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(read.to_text(), good);
    let more = format!("{good}Timestamp: 17\nanything\n");
    assert_eq!(Checkpoint::parse(&more).unwrap().extensions, ["Timestamp: 17", "anything"]);
    assert_eq!(Checkpoint::parse(&more).unwrap().to_text(), more);
    let nothing = base64::encode_standard(Digest::sha256(b"").bytes());
    assert!(Checkpoint::parse(&format!("log\n0\n{nothing}\n")).is_ok());
    let bad = [
        String::new(),
        "\n".into(),
        "log\n".into(),
        "log\n1\n".into(),
        format!("\n1\n{ROOT}\n"),
        format!("1\n{ROOT}\n"),
        format!("log\n{ROOT}\n"),
        format!("log\n0\n{ROOT}\n"),
        format!("log\n01\n{ROOT}\n"),
        format!("log\n+1\n{ROOT}\n"),
        format!("log\n-1\n{ROOT}\n"),
        format!("log\n1 \n{ROOT}\n"),
        format!("log\n18446744073709551616\n{ROOT}\n"),
        "log\n1\nAAAA\n".into(),
        format!("log\n1\n{}\n", ROOT.replace("q2I=", "q2J=")),
        format!("log\n1\n{ROOT}\n\nmore\n"),
        format!("log\n1\n{ROOT}\n\n"),
        format!("log\n\n1\n{ROOT}\n"),
        format!("{}\n1\n{ROOT}\n", "x".repeat(limits::LOG_NAME_BYTES_MAX + 1)),
        format!("log\n1\n{ROOT}\n{}", "x\n".repeat(limits::CHECKPOINT_EXTENSIONS_MAX + 1)),
    ];
    for text in bad {
        assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
    }
}
