use ed25519_dalek::{Signer, SigningKey};

use super::*;
use crate::crypto::vectors::{self, MESSAGE, SIGNATURES};
use crate::wire::base64::encode_standard;

const FILE: &[u8] = b"the bytes of a release\n";
const COMMENT: &str = "timestamp:1700000000\tfile:release.tar";

fn signer(seed: u8) -> (SigningKey, TrustedKey) {
    let secret = SigningKey::from_bytes(&[seed; 32]);
    let public = PublicKey::from_ed25519_bytes(secret.verifying_key().as_bytes()).unwrap();
    (secret, TrustedKey::public(public))
}

fn digests(hashes: &[Hash], bytes: &[u8]) -> Digests {
    let mut set = AlgorithmSet::EMPTY;
    hashes.iter().for_each(|hash| set.insert(*hash));
    let mut hasher = Hasher::new(set);
    hasher.update(bytes);
    hasher.finish()
}

/// A file as minisign writes it.
fn minisig(secret: &SigningKey, kind: &[u8; 2], comment: &str) -> String {
    let signature = match kind {
        b"ED" => secret.sign(Digest::of(Hash::Blake2b512, FILE).bytes()),
        _ => secret.sign(FILE),
    };
    let global = secret.sign(&[&signature.to_bytes()[..], comment.as_bytes()].concat());
    format!(
        "untrusted comment: signature from minisign secret key\n{}\ntrusted comment: {comment}\n{}\n",
        encode_standard(&[&kind[..], &[1, 2, 3, 4, 5, 6, 7, 8], &signature.to_bytes()].concat()),
        encode_standard(&global.to_bytes()),
    )
}

#[test]
fn minisign_signed() {
    let (secret, key) = signer(1);
    let measured = digests(&[Hash::Sha256, Hash::Blake2b512], FILE);
    for (kind, parsed) in [(b"Ed", Minisign::Legacy), (b"ED", Minisign::Prehashed)] {
        let file = MinisignFile::parse(minisig(&secret, kind, COMMENT).as_bytes()).unwrap();
        assert_eq!((file.kind(), file.key_name()), (parsed, "0807060504030201"));
        let signed = file.signed_by(&key, SignedContent::Bytes(FILE)).unwrap();
        assert_eq!(signed.trusted_comment(), Some(COMMENT));
        assert_eq!((signed.key_id(), signed.algorithm()), (key.id, Algorithm::Ed25519));
        assert_eq!(signed.digests().get(Hash::Sha256), Some(Digest::sha256(FILE)));
        let streamed = file.signed_by(&key, SignedContent::Digests(&measured));
        match parsed {
            Minisign::Legacy => {
                assert_eq!(streamed, Err(DetachedError::NeedsContent { algorithm: Algorithm::Ed25519 }));
            }
            Minisign::Prehashed => assert_eq!(streamed.unwrap().digests(), &measured),
        }
    }
}

#[test]
fn minisign_refused() {
    let (secret, key) = signer(1);
    let (other_secret, other) = signer(2);
    let text = minisig(&secret, b"ED", COMMENT);
    let check = |text: &str, key: &TrustedKey, content: &[u8], expected: DetachedError| {
        let found = MinisignFile::parse(text.as_bytes())
            .and_then(|file| file.signed_by(key, SignedContent::Bytes(content)));
        assert_eq!(found, Err(expected), "{text}");
    };
    check(&text, &other, FILE, DetachedError::Mismatch);
    check(&text, &key, b"other bytes", DetachedError::Mismatch);
    check(&text.replace("release.tar", "release.zip"), &key, FILE, DetachedError::TrustedComment);
    // The comment of another signature by the same key.
    let replayed = minisig(&secret, b"Ed", "another").lines().skip(2).collect::<Vec<_>>().join("\n");
    let mixed: Vec<&str> = text.lines().take(2).chain(replayed.lines()).collect();
    check(&mixed.join("\n"), &key, FILE, DetachedError::TrustedComment);
    // A prehashed signature dressed as a legacy one over the digest.
    let digest = Digest::of(Hash::Blake2b512, FILE);
    let dressed = text.replacen("RUQ", "RWQ", 1);
    assert_ne!(dressed, text);
    check(&dressed, &key, FILE, DetachedError::Mismatch);
    let file = MinisignFile::parse(dressed.as_bytes()).unwrap();
    assert!(file.signed_by(&key, SignedContent::Bytes(digest.bytes())).is_ok(), "and says what it is over");
    assert_eq!(file.kind(), Minisign::Legacy);
    // A key that is trusted for something else.
    let mut narrowed = key.clone();
    narrowed.algorithms.clear();
    check(&text, &narrowed, FILE, DetachedError::NoAlgorithm { key: key.id });
    let rsa = TrustedKey::public(PublicKey::from_pem(vectors::RSA2048.pem).unwrap());
    let expected = DetachedError::NoAlgorithm { key: rsa.id };
    check(&text, &rsa, FILE, expected);
    let missing = digests(&[Hash::Sha256], FILE);
    let file = MinisignFile::parse(text.as_bytes()).unwrap();
    assert_eq!(
        file.signed_by(&key, SignedContent::Digests(&missing)),
        Err(DetachedError::NeedsDigest { digest: Hash::Blake2b512 })
    );
    let foreign = minisig(&other_secret, b"ED", COMMENT);
    assert!(
        MinisignFile::parse(foreign.as_bytes()).unwrap().signed_by(&key, SignedContent::Bytes(FILE)).is_err()
    );
}

#[test]
fn minisign_grammar() {
    let (secret, _) = signer(1);
    let text = minisig(&secret, b"ED", COMMENT);
    let parse = |text: &str| MinisignFile::parse(text.as_bytes()).map(drop);
    assert_eq!(parse(&text), Ok(()));
    assert_eq!(parse(text.trim_end()), Ok(()));
    let lines: Vec<&str> = text.lines().collect();
    for kept in 0..4 {
        assert!(parse(&lines[..kept].join("\n")).is_err(), "{kept} lines");
    }
    for wrong in [
        text.replace('\n', "\r\n"),
        format!("{text}\n"),
        format!("{text}more\n"),
        text.replacen("untrusted comment: ", "comment: ", 1),
        text.replacen("\ntrusted comment: ", "\nuntrusted comment: ", 1),
        text.replacen("RUQ", "RUU", 1),
        format!("{}\n{}=\n{}\n{}\n", lines[0], lines[1], lines[2], lines[3]),
        format!("{}\n{}\n{}\n{}\n", lines[0], lines[3], lines[2], lines[1]),
        format!("{text}{}", "x".repeat(70_000)),
    ] {
        assert!(parse(&wrong).is_err(), "{wrong}");
    }
    let mut bytes = text.clone().into_bytes();
    let at = text.find("trusted comment: timestamp").unwrap() + 20;
    bytes[at] = 0xff;
    assert_eq!(
        MinisignFile::parse(&bytes).map(drop),
        Err(DetachedError::Line { line: 3, expected: "UTF-8" })
    );
    let two = DetachedError::Line { line: 2, expected: "a signature of kind Ed or ED" };
    assert_eq!(parse(&text.replacen("RUQ", "RUU", 1)), Err(two));
}

#[test]
fn plain_signature_files() {
    for (algorithm, vector, signature) in SIGNATURES {
        let mut key = TrustedKey::public(PublicKey::from_pem(vector.pem).unwrap());
        key.algorithms = [algorithm].into();
        let raw = base64::decode_standard(signature).unwrap();
        for spelling in [signature.as_bytes(), format!("{signature}\n").as_bytes(), &raw] {
            let file = SignatureFile::parse(spelling).unwrap();
            let signed = file.signed_by(&key, SignedContent::Bytes(MESSAGE)).unwrap();
            assert_eq!((signed.algorithm(), signed.trusted_comment()), (algorithm, None));
            let streamed = |hashes: &[Hash]| {
                file.signed_by(&key, SignedContent::Digests(&digests(hashes, MESSAGE))).map(drop)
            };
            match algorithm.digest() {
                None => {
                    assert_eq!(streamed(&Hash::ALL), Err(DetachedError::NeedsContent { algorithm }));
                    assert!(demanded(&key).is_empty());
                }
                Some(digest) => {
                    assert_eq!(streamed(&Hash::ALL), Ok(()));
                    assert_eq!(streamed(&[Hash::Blake2b512]), Err(DetachedError::NeedsDigest { digest }));
                    assert_eq!(demanded(&key), AlgorithmSet::only(digest));
                }
            }
            let other = file.signed_by(&key, SignedContent::Bytes(FILE));
            assert_eq!(other, Err(DetachedError::Mismatch));
        }
    }
}

/// A question that one missing digest leaves open is open, whatever the others say.
#[test]
fn open_beats_mismatch() {
    let mut key = TrustedKey::public(PublicKey::from_pem(vectors::P384.pem).unwrap());
    let (_, _, signature) =
        SIGNATURES.iter().find(|(algorithm, ..)| *algorithm == Algorithm::EcdsaP384Sha384).unwrap();
    let file = SignatureFile::parse(signature.as_bytes()).unwrap();
    let sha256 = digests(&[Hash::Sha256], MESSAGE);
    let open = Err(DetachedError::NeedsDigest { digest: Hash::Sha384 });
    assert_eq!(file.signed_by(&key, SignedContent::Digests(&sha256)), open);
    key.algorithms.remove(&Algorithm::EcdsaP384Sha384);
    let closed = Err(DetachedError::Mismatch);
    assert_eq!(file.signed_by(&key, SignedContent::Digests(&sha256)), closed);
}

#[test]
fn plain_signature_grammar() {
    let check = |bytes: &[u8], expected: Result<usize, DetachedError>| {
        assert_eq!(SignatureFile::parse(bytes).map(|file| file.signature.len()), expected, "{bytes:?}");
    };
    check(b"", Err(DetachedError::Empty));
    check(b"\n", Err(DetachedError::Empty));
    check(b"AAAA", Ok(3));
    check(b"AAAA\n", Ok(3));
    check(
        b"AAA",
        Err(DetachedError::Base64 { line: 1, error: Base64Error::Padding { expected: 1, found: 0 } }),
    );
    // Not base64 throughout, so raw bytes: none of these is a signature of anything.
    check(b"AAAA\r\n", Ok(6));
    check(b"AAAA\nAAAA\n", Ok(10));
    let wrapped = |width: usize, last: usize| format!("{}\n{}\n", "A".repeat(width), "A".repeat(last));
    check(wrapped(64, 4).as_bytes(), Ok(51));
    check(wrapped(76, 76).as_bytes(), Ok(114));
    check(wrapped(64, 68).as_bytes(), Ok(134));
    check(wrapped(64, 0).as_bytes(), Ok(66));
    check(wrapped(60, 4).as_bytes(), Ok(66));
    check(format!("{}\r\nAAAA", "A".repeat(64)).as_bytes(), Ok(70));
    check(b"-_-_", Ok(4));
    check(&[0x30; 16 << 10], Ok(12 << 10));
    check(&[0xff; (16 << 10) + 1], Err(DetachedError::TooLong { found: (16 << 10) + 1, max: 16 << 10 }));
    check(&[0xff; 70_000], Err(DetachedError::TooLong { found: 70_000, max: 64 << 10 }));
}
