use super::*;
use crate::crypto::pss::SaltLength;
use crate::crypto::vectors::{self, KEYS, KeyVector, MESSAGE, SIGNATURES};
use crate::wire::base64::decode_standard;

fn key(vector: &KeyVector) -> PublicKey {
    PublicKey::from_pem(vector.pem).expect(vector.name)
}

fn bytes(text: &str) -> Vec<u8> {
    decode_standard(text).expect("the vectors are base64")
}

#[test]
fn names_are_unique_and_read_back() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(Algorithm::ALL.iter().filter(|other| other.name() == algorithm.name()).count(), 1);
    }
    assert!(Algorithm::ALL.is_sorted());
    for name in ["", "Ed25519", "ED25519", "rsa-pss-sha1", "none", "rsa-pkcs1-sha256 "] {
        assert_eq!(Algorithm::from_name(name), None, "{name}");
    }
}

#[test]
fn every_name_is_documented() {
    let document = include_str!("../../../docs/formats/keys.md");
    for algorithm in Algorithm::ALL {
        assert!(document.contains(&format!("`{}`", algorithm.name())), "{}", algorithm.name());
    }
}

/// Every signature verifies under its own algorithm and key, and under no other
/// pair of the table.
#[test]
fn exactly_one_algorithm_and_one_key() {
    for (algorithm, signer, signature) in SIGNATURES {
        let signature = bytes(signature);
        for vector in KEYS {
            for other in Algorithm::ALL {
                let result = verify(other, Encoding::Der, &key(vector), MESSAGE, &signature);
                let right = other == algorithm && vector.name == signer.name;
                assert_eq!(
                    result.is_ok(),
                    right,
                    "{algorithm:?} as {other:?} with {}: {result:?}",
                    vector.name
                );
                if !other.fits(key(vector).kind()) {
                    assert!(
                        matches!(
                            result,
                            Err(SignatureError::Key { .. } | SignatureError::ModulusBits { .. })
                        ),
                        "{result:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_algorithm_has_a_signature() {
    // A shared key has tests of its own; RFC 8032 and BIP-340 have vectors.
    let elsewhere = [Algorithm::HmacSha256, Algorithm::Ed25519ph, Algorithm::Bip340Sha256];
    for algorithm in Algorithm::ALL.into_iter().filter(|a| !elsewhere.contains(a)) {
        assert!(SIGNATURES.iter().any(|(a, ..)| *a == algorithm), "{}", algorithm.name());
    }
}

#[test]
fn a_digest_is_as_good_as_the_message() {
    for (algorithm, signer, signature) in SIGNATURES {
        let (key, signature) = (key(signer), bytes(signature));
        let with =
            |hash| verify_digest(algorithm, Encoding::Der, &key, &Digest::of(hash, MESSAGE), &signature);
        let Some(expected) = algorithm.digest() else {
            assert_eq!(with(Hash::Sha512), Err(SignatureError::NeedsMessage { algorithm }));
            continue;
        };
        for hash in Hash::ALL {
            let wanted = match hash == expected {
                true => Ok(()),
                false => Err(SignatureError::Digest { algorithm, expected, found: hash }),
            };
            assert_eq!(with(hash), wanted);
        }
        let other = Digest::of(expected, b"stellar");
        let result = verify_digest(algorithm, Encoding::Der, &key, &other, &signature);
        assert_eq!(result, Err(SignatureError::Mismatch));
    }
}

#[test]
fn no_byte_of_a_signature_is_idle() {
    for (algorithm, signer, signature) in SIGNATURES {
        let (key, signature) = (key(signer), bytes(signature));
        let fails = |signature: &[u8], what: &str| {
            assert!(
                verify(algorithm, Encoding::Der, &key, MESSAGE, signature).is_err(),
                "{algorithm:?}: {what}"
            );
        };
        for bit in 0..signature.len() * 8 {
            let mut other = signature.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            fails(&other, "a bit flipped");
        }
        for length in 0..signature.len() {
            fails(&signature[..length], "cut");
        }
        fails(&[&signature[..], &[0]].concat(), "a byte more");
        fails(&[&[0], &signature[..]].concat(), "a byte in front");
    }
}

#[test]
fn defaults_hold_nothing_weak() {
    for vector in KEYS {
        let key = key(vector);
        for algorithm in default_algorithms(&key) {
            assert!(algorithm.fits(key.kind()) && !algorithm.is_legacy(), "{}", algorithm.name());
        }
    }
    let names = |vector| default_algorithms(&key(vector)).iter().map(|a| a.name()).collect::<Vec<_>>();
    assert_eq!(names(&vectors::ED25519), ["ed25519"]);
    assert_eq!(names(&vectors::P256), ["ecdsa-p256-sha256"]);
    assert_eq!(names(&vectors::P384), ["ecdsa-p384-sha384", "ecdsa-p384-sha256"]);
    assert_eq!(names(&vectors::P521), ["ecdsa-p521-sha512", "ecdsa-p521-sha256"]);
    assert_eq!(names(&vectors::RSA2048), ["rsa-pkcs1-sha256", "rsa-pss-sha256"]);
    assert_eq!(names(&vectors::RSA1024), [""; 0]);
}

/// The two integers of a DER signature, side by side.
fn p1363(curve: Curve, signature: &[u8]) -> Vec<u8> {
    crate::wire::der::read_all(signature, |reader| {
        reader.sequence(|reader| {
            let mut out = vec![];
            for _ in 0..2 {
                let integer = reader.unsigned_integer()?;
                out.extend(std::iter::repeat_n(0, curve.size() - integer.len()));
                out.extend(integer);
            }
            Ok::<_, crate::wire::der::DerError>(out)
        })
    })
    .unwrap()
}

#[test]
fn p1363_only_where_asked_for() {
    for (algorithm, signer, signature) in SIGNATURES {
        let Scheme::Ecdsa(curve, _) = algorithm.scheme() else { continue };
        let (key, der) = (key(signer), bytes(signature));
        let raw = p1363(curve, &der);
        assert_eq!(p1363_to_der(curve, &raw), Ok(der.clone()));
        let with = |encoding, signature: &[u8]| verify(algorithm, encoding, &key, MESSAGE, signature);
        assert_eq!(with(Encoding::P1363, &raw), Ok(()));
        assert_eq!(with(Encoding::Der, &raw), Err(SignatureError::Der));
        let expected = 2 * curve.size();
        for wrong in [&der[..], &raw[1..], &[&raw[..], &[0]].concat(), &[]] {
            let found = wrong.len();
            assert_eq!(with(Encoding::P1363, wrong), Err(SignatureError::Length { found, expected }));
        }
        // FIPS 186-5 6.4.2: both integers are at least one.
        for zero in [vec![0; expected], [&raw[..curve.size()], &vec![0; curve.size()]].concat()] {
            assert_eq!(with(Encoding::P1363, &zero), Err(SignatureError::Mismatch));
        }
    }
}

#[test]
fn ecdsa_der_in_one_form() {
    let (algorithm, signer, signature) = SIGNATURES[1];
    let (key, der) = (key(signer), bytes(signature));
    let check = |signature: &[u8]| {
        let result = verify(algorithm, Encoding::Der, &key, MESSAGE, signature);
        assert_eq!(result, Err(SignatureError::Der), "{signature:02x?}");
    };
    // A long length, an indefinite one, a padded integer, something after the second.
    check(&[&[0x30, 0x81, der[1]], &der[2..]].concat());
    check(&[&[0x30, 0x80], &der[2..], &[0, 0]].concat());
    check(&[&[0x30, der[1] + 1, 2, der[3] + 1, 0], &der[4..]].concat());
    check(&[&[0x30, der[1] + 2], &der[2..], &[5, 0]].concat());
    check(&[0x30, 6, 2, 1, 0xff, 2, 1, 1]);
    check(&[0x30, 3, 2, 1, 1]);
    check(&[0x30, 0]);
    check(&[]);
}

/// RFC 8032 5.1.7: `S` is below the order of the group; adding it gives the
/// same equation and another signature.
#[test]
fn ed25519_malleability() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (algorithm, signer, signature) = SIGNATURES[0];
    let mut signature = bytes(signature);
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    let result = verify(algorithm, Encoding::Der, &key(signer), MESSAGE, &signature);
    assert_eq!(result, Err(SignatureError::Mismatch));
}

#[test]
fn pss_with_named_parameters() {
    let key = key(&vectors::RSA2048);
    let digest = Digest::sha256(MESSAGE);
    let check = |mgf, salt, signature: &str, expected: Result<(), SignatureError>| {
        let found = verify_pss_digest(&Pss { mgf, salt }, &key, &digest, &bytes(signature));
        assert_eq!(found, expected.map(|()| Algorithm::RsaPssSha256), "{mgf:?} {salt:?}");
    };
    use SaltLength::{Any, Exactly};
    let mismatch = || Err(SignatureError::Mismatch);
    let odd = vectors::PSS_MGF1_SHA1_SALT_20;
    check(Hash::Sha1, Exactly(20), odd, Ok(()));
    check(Hash::Sha1, Any, odd, Ok(()));
    check(Hash::Sha256, Exactly(20), odd, mismatch());
    check(Hash::Sha1, Exactly(32), odd, mismatch());
    check(Hash::Sha1, Exactly(19), odd, mismatch());
    check(Hash::Sha1, Exactly(21), odd, mismatch());
    let longest = vectors::PSS_SALT_MAX;
    check(Hash::Sha256, Exactly(222), longest, Ok(()));
    check(Hash::Sha256, Any, longest, Ok(()));
    check(Hash::Sha256, Exactly(32), longest, mismatch());
    check(Hash::Sha256, Exactly(221), longest, mismatch());
    let short = SignatureError::Pss(PssError::TooShort { modulus: 256, digest: 32, salt: 223 });
    check(Hash::Sha256, Exactly(223), longest, Err(short));
    check(
        Hash::Sha256,
        Exactly(usize::MAX),
        longest,
        Err(SignatureError::Pss(PssError::TooShort { modulus: 256, digest: 32, salt: usize::MAX })),
    );
    for (algorithm, _, signature) in SIGNATURES {
        let Scheme::Pss(hash) = algorithm.scheme() else { continue };
        let digest = Digest::of(hash, MESSAGE);
        let with = |salt| verify_pss_digest(&Pss { mgf: hash, salt }, &key, &digest, &bytes(signature));
        assert_eq!(with(Exactly(hash.size())), Ok(algorithm));
        assert_eq!(with(Any), Ok(algorithm));
        assert_eq!(with(Exactly(0)), Err(SignatureError::Mismatch));
        // Every bit counts here too.
        for bit in (0..2048).step_by(7) {
            let mut other = bytes(signature);
            other[bit / 8] ^= 1 << (bit % 8);
            let result = verify_pss_digest(&Pss { mgf: hash, salt: Any }, &key, &digest, &other);
            assert_eq!(result, Err(SignatureError::Mismatch));
        }
    }
    for weak in [Hash::Sha1, Hash::Blake2b512] {
        let parameters = Pss { mgf: weak, salt: Any };
        let found = verify_pss_digest(&parameters, &key, &Digest::of(weak, MESSAGE), &bytes(odd));
        assert!(matches!(found, Err(SignatureError::Digest { found, .. }) if found == weak));
    }
}

proptest::proptest! {
    /// aws-lc signs, and we accept; what we accept after damage it accepts too.
    #[test]
    fn ed25519_twin(
        seed: [u8; 32],
        message: Vec<u8>,
        damage in proptest::option::of((0_usize..96 * 8, 0_u8..2)),
    ) {
        use aws_lc_rs::signature::KeyPair;
        let pair = lc::Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let mut both = [pair.public_key().as_ref(), pair.sign(&message).as_ref()].concat();
        if let Some((bit, whole)) = damage {
            both[bit / 8] ^= if whole == 1 { 0xff } else { 1 << (bit % 8) };
        }
        let (key, signature) = both.split_at(32);
        let ours = PublicKey::from_ed25519_bytes(key)
            .map(|key| verify(Algorithm::Ed25519, Encoding::Der, &key, &message, signature).is_ok());
        let theirs = lc::UnparsedPublicKey::new(&lc::ED25519, key).verify(&message, signature).is_ok();
        proptest::prop_assert!(ours != Ok(true) || theirs);
        if damage.is_none() {
            proptest::prop_assert_eq!(ours, Ok(true));
        }
    }

    /// Any two integers in range come back from DER as they went in.
    #[test]
    fn p1363_and_back(bytes in proptest::collection::vec(proptest::num::u8::ANY, 132)) {
        for curve in Curve::ALL {
            let raw = &bytes[..2 * curve.size()];
            let der = p1363_to_der(curve, raw).unwrap();
            proptest::prop_assert_eq!(ecdsa_sig_value(&der), Ok(()));
            proptest::prop_assert_eq!(p1363(curve, &der), raw);
        }
    }
}

/// RFC 8032 7.3, and the two kinds apart.
#[test]
fn ed25519_over_a_digest() {
    use ed25519_dalek::Signer as _;
    let hex = |text: &str| crate::digest::decode_hex(text).expect("hexadecimal");
    let secret = hex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42");
    let secret = ed25519_dalek::SigningKey::from_bytes(&secret.try_into().expect("32 bytes"));
    let key = PublicKey::from_ed25519_bytes(secret.verifying_key().as_bytes()).expect("a key");
    let made = hex("98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41\
         31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");
    let check = |algorithm, message: &[u8], signature: &[u8]| {
        verify(algorithm, Encoding::Der, &key, message, signature)
    };
    assert_eq!(check(Algorithm::Ed25519ph, b"abc", &made), Ok(()));
    assert_eq!(check(Algorithm::Ed25519ph, b"abd", &made), Err(SignatureError::Mismatch));
    assert_eq!(check(Algorithm::Ed25519, b"abc", &made), Err(SignatureError::Mismatch));
    let plain = secret.sign(b"abc").to_bytes();
    assert_eq!(check(Algorithm::Ed25519ph, b"abc", &plain), Err(SignatureError::Mismatch));
    let short = verify(Algorithm::Ed25519ph, Encoding::Der, &key, b"abc", &made[1..]);
    assert_eq!(short, Err(SignatureError::Length { found: 63, expected: 64 }));
    let other = Digest::of(Hash::Sha256, b"abc");
    assert!(verify_digest(Algorithm::Ed25519ph, Encoding::Der, &key, &other, &made).is_err());
}
