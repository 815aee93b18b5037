use ed25519_dalek::{Signer, SigningKey};

use super::*;
use crate::anchor::KeyMaterial;
use crate::crypto::key::PublicKey;
use crate::crypto::mac::SharedKey;
use crate::crypto::vectors;
use crate::wire::base64::encode_standard;
use crate::wire::json;

const TYPE: &str = "application/vnd.in-toto+json";
const PAYLOAD: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1"}"#;

fn signer(seed: u8) -> (SigningKey, TrustedKey) {
    let secret = SigningKey::from_bytes(&[seed; 32]);
    let public = PublicKey::from_ed25519_bytes(secret.verifying_key().as_bytes()).unwrap();
    (secret, TrustedKey::public(public))
}

fn envelope(payload_type: &str, payload: &[u8], signatures: &[Vec<u8>]) -> Envelope {
    let signatures: Vec<String> =
        signatures.iter().map(|sig| format!(r#"{{"keyid":"","sig":"{}"}}"#, encode_standard(sig))).collect();
    let text = format!(
        r#"{{"payloadType":"{payload_type}","payload":"{}","signatures":[{}]}}"#,
        encode_standard(payload),
        signatures.join(",")
    );
    Envelope::parse(&json::parse(text.as_bytes()).unwrap()).unwrap()
}

/// The example in the protocol.
#[test]
fn encoding() {
    assert_eq!(
        pae("http://example.com/HelloWorld", b"hello world"),
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    );
    assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
    // Bytes are counted, not characters.
    assert_eq!(pae("\u{e9}", b"\xff\0"), b"DSSEv1 2 \xc3\xa9 2 \xff\0");
}

#[test]
fn signed() {
    let (secret, key) = signer(1);
    let sig = secret.sign(&pae(TYPE, PAYLOAD)).to_vec();
    let envelope = envelope(TYPE, PAYLOAD, std::slice::from_ref(&sig));
    assert_eq!(envelope.signatures(), [EnvelopeSignature { keyid: None, sig, certified: false }]);
    let signed = envelope.signed_by(0, &key).unwrap();
    assert_eq!(signed.payload(), PAYLOAD);
    assert_eq!(signed.payload_type(), TYPE);
    assert_eq!((signed.index(), signed.key_id(), signed.algorithm()), (0, key.id, Algorithm::Ed25519));
}

#[test]
fn not_signed() {
    let (secret, key) = signer(1);
    let (_, other) = signer(2);
    let sig = secret.sign(&pae(TYPE, PAYLOAD)).to_vec();
    let check = |payload_type: &str, payload: &[u8], sig: &[u8], key: &TrustedKey, expected: DsseError| {
        let found = envelope(payload_type, payload, &[sig.to_vec()]).signed_by(0, key);
        assert_eq!(found.map(drop), Err(expected), "{payload_type} {payload:?}");
    };
    check(TYPE, PAYLOAD, &sig, &other, DsseError::Mismatch);
    check("text/plain", PAYLOAD, &sig, &key, DsseError::Mismatch);
    check(TYPE, b"{}", &sig, &key, DsseError::Mismatch);
    check(TYPE, &PAYLOAD[1..], &sig, &key, DsseError::Mismatch);
    // What ends the type may not become the start of the payload.
    check("application/vnd.in-toto+jso", b"n", &sig, &key, DsseError::Mismatch);
    let length = DsseError::Malformed(SignatureError::Length { found: 63, expected: 64 });
    check(TYPE, PAYLOAD, &sig[1..], &key, length);
    let found = envelope(TYPE, PAYLOAD, std::slice::from_ref(&sig)).signed_by(1, &key).map(drop);
    assert_eq!(found, Err(DsseError::NoSuchSignature { index: 1, count: 1 }));
    let mut none = key.clone();
    none.algorithms.clear();
    check(TYPE, PAYLOAD, &sig, &none, DsseError::NoAlgorithm { key: key.id });
    none.algorithms.insert(Algorithm::EcdsaP256Sha256);
    check(TYPE, PAYLOAD, &sig, &none, DsseError::NoAlgorithm { key: key.id });
}

#[test]
fn bare_payload() {
    let (secret, key) = signer(1);
    let bare = secret.sign(PAYLOAD).to_vec();
    let found = envelope(TYPE, PAYLOAD, &[bare]).signed_by(0, &key).map(drop);
    assert_eq!(found, Err(DsseError::BarePayload { algorithm: Algorithm::Ed25519 }));
    let shared = SharedKey::from_bytes(&[9; 32]).unwrap();
    let tag = shared.tag(PAYLOAD).to_vec();
    let found = envelope(TYPE, PAYLOAD, &[tag]).signed_by(0, &TrustedKey::shared(shared)).map(drop);
    assert_eq!(found, Err(DsseError::BarePayload { algorithm: Algorithm::HmacSha256 }));
}

#[test]
fn shared_key() {
    let secret = SharedKey::from_bytes(&[9; 32]).unwrap();
    let tag = secret.tag(&pae(TYPE, PAYLOAD)).to_vec();
    let key = TrustedKey::shared(secret);
    let signed = envelope(TYPE, PAYLOAD, std::slice::from_ref(&tag)).signed_by(0, &key).unwrap();
    assert_eq!((signed.algorithm(), signed.key_id()), (Algorithm::HmacSha256, key.id));
    let found = envelope(TYPE, PAYLOAD, &[tag[..31].to_vec()]).signed_by(0, &key).map(drop);
    assert_eq!(found, Err(DsseError::Malformed(SignatureError::Length { found: 31, expected: 32 })));
    let other = TrustedKey::shared(SharedKey::from_bytes(&[8; 32]).unwrap());
    let found = envelope(TYPE, PAYLOAD, &[tag]).signed_by(0, &other).map(drop);
    assert_eq!(found, Err(DsseError::Mismatch));
}

/// A public key is no secret: whoever reads it as one signs for its owner.
#[test]
fn public_key_is_no_shared_key() {
    let (_, mut key) = signer(1);
    let KeyMaterial::Public(public) = &key.material else { panic!() };
    let confused = SharedKey::from_bytes(&public.spki_der()).unwrap();
    let tag = confused.tag(&pae(TYPE, PAYLOAD)).to_vec();
    key.algorithms.insert(Algorithm::HmacSha256);
    assert!(envelope(TYPE, PAYLOAD, &[tag]).signed_by(0, &key).is_err());
}

/// Two spellings of one ECDSA signature, and algorithms outside the key's set.
#[test]
fn ecdsa() {
    use aws_lc_rs::signature::{self as lc, KeyPair};
    let random = aws_lc_rs::rand::SystemRandom::new();
    let secret = lc::EcdsaKeyPair::generate(&lc::ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let public =
        PublicKey::from_ec_point(crate::crypto::key::Curve::P256, secret.public_key().as_ref()).unwrap();
    let mut key = TrustedKey::public(public);
    let der = secret.sign(&random, &pae(TYPE, PAYLOAD)).unwrap().as_ref().to_vec();
    let (r, s) = crate::wire::der::read_all(&der, |reader| {
        reader.sequence(|reader| {
            Ok::<_, crate::wire::der::DerError>((reader.unsigned_integer()?, reader.unsigned_integer()?))
        })
    })
    .unwrap();
    let pad = |integer: &[u8]| [&vec![0; 32 - integer.len()], integer].concat();
    let raw = [pad(r), pad(s)].concat();
    let both = envelope(TYPE, PAYLOAD, &[der, raw]);
    for index in [0, 1] {
        assert_eq!(both.signed_by(index, &key).unwrap().algorithm(), Algorithm::EcdsaP256Sha256);
    }
    key.algorithms = [Algorithm::EcdsaP256Sha512].into();
    assert_eq!(both.signed_by(0, &key).map(drop), Err(DsseError::Mismatch));
    key.algorithms = [Algorithm::EcdsaP384Sha256].into();
    assert_eq!(both.signed_by(0, &key).map(drop), Err(DsseError::NoAlgorithm { key: key.id }));
}

/// A 1024-bit key and SHA-1 count only where the store says so by name.
#[test]
fn legacy_is_never_a_default() {
    let public = PublicKey::from_pem(vectors::RSA1024.pem).unwrap();
    let mut key = TrustedKey::public(public);
    let any = envelope(TYPE, PAYLOAD, &[vec![1; 128]]);
    assert_eq!(any.signed_by(0, &key).map(drop), Err(DsseError::NoAlgorithm { key: key.id }));
    key.algorithms.insert(Algorithm::LegacyRsa1024Pkcs1Sha256);
    assert_eq!(any.signed_by(0, &key).map(drop), Err(DsseError::Mismatch));
}

#[test]
fn parsed() {
    let check = |text: &str| {
        let value = json::parse(text.as_bytes()).unwrap();
        Envelope::parse(&value).map(drop).map_err(|error| error.to_string())
    };
    let sound = r#"{"payload":"e30=","payloadType":"t","signatures":[{"sig":"AA=="}]}"#;
    assert_eq!(check(sound), Ok(()));
    for (from, to) in [
        (r#""signatures""#, r#""extra":null,"signatures""#),
        (r#"{"sig""#, r#"{"cert":"x","keyid":"a","sig""#),
        (r#"{"sig""#, r#"{"keyid":null,"sig""#),
        (r#""AA==""#, r#""-_-_""#),
        (r#""AA==""#, r#""""#),
        (r#""e30=""#, r#""""#),
    ] {
        assert_eq!(check(&sound.replace(from, to)), Ok(()), "{to}");
    }
    for (from, to, expected) in [
        (r#"[{"sig":"AA=="}]"#, "[]", "an envelope without signatures"),
        (r#""t""#, r#""""#, "an empty payload type"),
        (r#""e30=""#, r#""e30""#, "payload: expected 1 padding characters, found 0"),
        (r#""e30=""#, r#""e31=""#, "payload: the last base64 character has bits that belong to no byte"),
        (r#""e30=""#, r#""e3 0=""#, "payload: expected a base64 character, found ' ' at offset 2"),
        (r#""AA==""#, r#""+_+_""#, "signature 0: both base64 alphabets in one text"),
    ] {
        assert_eq!(check(&sound.replace(from, to)), Err(expected.to_owned()), "{to}");
    }
    for (from, to) in [
        (r#"[{"sig":"AA=="}]"#, "{}"),
        (r#"[{"sig":"AA=="}]"#, "null"),
        (r#"[{"sig":"AA=="}]"#, "[null]"),
        (r#"[{"sig":"AA=="}]"#, r#"[{}]"#),
        (r#""signatures""#, r#""Signatures":[],"signatures""#),
        (r#""payloadType""#, r#""payloadtype":"u","payloadType""#),
        (r#""payload":"#, r#""PAYLOAD":"","payload":"#),
        (r#"{"sig""#, r#"{"keyID":"a","sig""#),
        (r#"{"sig""#, r#"{"Sig":"","sig""#),
        (r#""sig":"AA==""#, r#""sig":0"#),
        (r#"{"sig""#, r#"{"keyid":7,"sig""#),
    ] {
        assert!(check(&sound.replace(from, to)).is_err(), "{to}");
    }
    let many = |count: usize| sound.replace(r#"{"sig":"AA=="}"#, &vec![r#"{"sig":"AA=="}"#; count].join(","));
    assert_eq!(check(&many(64)), Ok(()));
    assert_eq!(check(&many(65)), Err("65 signatures, at most 64 are read".into()));
    let long = "x".repeat(1025);
    assert!(check(&sound.replace(r#""t""#, &format!("\"{long}\""))).is_err());
    assert!(check(&sound.replace(r#"{"sig""#, &format!(r#"{{"keyid":"{long}","sig""#))).is_err());
    let big = encode_standard(&vec![0; limits::SIGNATURE_BYTES_MAX + 1]);
    assert!(check(&sound.replace("AA==", &big)).is_err());
}
