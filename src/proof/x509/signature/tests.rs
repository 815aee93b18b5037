use super::*;
use crate::proof::x509::making::{integer, sequence};

fn oid(content: &[u8]) -> Vec<u8> {
    der::encode(Tag::OID, &[content])
}

fn pkcs1(last: u8) -> Vec<u8> {
    oid(&[PKCS1, &[last]].concat())
}

const NULL: &[u8] = &[5, 0];

#[test]
fn the_table() {
    let check = |contents: &[&[u8]], expected: Option<SignatureAlgorithm>| {
        assert_eq!(SignatureAlgorithm::parse(&sequence(contents)).ok(), expected, "{contents:02x?}");
    };
    let ecdsa = |last: &[u8]| oid(&[ECDSA, last].concat());
    check(&[&oid(ED25519)], Some(SignatureAlgorithm::Ed25519));
    check(&[&oid(ED25519), NULL], None);
    check(&[&ecdsa(&[3, 2])], Some(SignatureAlgorithm::Ecdsa(Hash::Sha256)));
    check(&[&ecdsa(&[1])], Some(SignatureAlgorithm::Ecdsa(Hash::Sha1)));
    check(&[&ecdsa(&[3, 2]), NULL], None);
    check(&[&pkcs1(11), NULL], Some(SignatureAlgorithm::RsaPkcs1(Hash::Sha256)));
    check(&[&pkcs1(5), NULL], Some(SignatureAlgorithm::RsaPkcs1(Hash::Sha1)));
    check(&[&pkcs1(11)], Some(SignatureAlgorithm::RsaPkcs1(Hash::Sha256)));
    check(&[&pkcs1(11), &[5, 1, 0]], None);
    check(&[&pkcs1(11), NULL, NULL], None);
    // MD5, SHA-224, a kind of key, DSA.
    check(&[&pkcs1(4), NULL], None);
    check(&[&pkcs1(14), NULL], None);
    check(&[&pkcs1(1), NULL], None);
    check(&[&oid(EC_PUBLIC_KEY)], None);
    check(&[&oid(b"\x2a\x86\x48\xce\x38\x04\x03")], None);
}

#[test]
fn with_the_digest_of_a_signer() {
    let check = |contents: &[&[u8]], hash, expected: Option<SignatureAlgorithm>| {
        let found = SignatureAlgorithm::parse_with_digest(&sequence(contents), hash).ok();
        assert_eq!(found, expected, "{contents:02x?}");
    };
    check(&[&pkcs1(1), NULL], Hash::Sha512, Some(SignatureAlgorithm::RsaPkcs1(Hash::Sha512)));
    check(&[&pkcs1(1)], Hash::Sha256, Some(SignatureAlgorithm::RsaPkcs1(Hash::Sha256)));
    check(&[&pkcs1(11), NULL], Hash::Sha256, Some(SignatureAlgorithm::RsaPkcs1(Hash::Sha256)));
    check(&[&pkcs1(11), NULL], Hash::Sha512, None);
    check(&[&oid(EC_PUBLIC_KEY)], Hash::Sha384, Some(SignatureAlgorithm::Ecdsa(Hash::Sha384)));
    check(&[&oid(ED25519)], Hash::Sha512, Some(SignatureAlgorithm::Ed25519));
}

#[test]
fn pss_parameters() {
    let explicit = |n, content: &[u8]| der::encode(Tag::context_constructed(n), &[content]);
    let sha = |last: u8| sequence(&[&oid(&[SHA2, &[last]].concat()), NULL]);
    let mgf = |hash: &[u8]| sequence(&[&pkcs1(8), hash]);
    let check = |parameters: &[Vec<u8>], expected: Option<(Hash, Hash, usize)>| {
        let identifier = sequence(&[&pkcs1(10), &sequence(&[&parameters.concat()])]);
        let found = match SignatureAlgorithm::parse(&identifier) {
            Ok(SignatureAlgorithm::RsaPss {
                hash,
                parameters: Pss { mgf, salt: SaltLength::Exactly(salt) },
            }) => Some((hash, mgf, salt)),
            Ok(other) => panic!("{other:?}"),
            Err(_) => None,
        };
        assert_eq!(found, expected, "{parameters:02x?}");
    };
    check(&[], Some((Hash::Sha1, Hash::Sha1, 20)));
    let all = [explicit(0, &sha(1)), explicit(1, &mgf(&sha(1))), explicit(2, &integer(32))];
    check(&all, Some((Hash::Sha256, Hash::Sha256, 32)));
    check(&[&all[..], &[explicit(3, &integer(1))]].concat(), Some((Hash::Sha256, Hash::Sha256, 32)));
    check(&[&all[..], &[explicit(3, &integer(2))]].concat(), None);
    check(&[all[1].clone(), all[0].clone()], None);
    check(&[explicit(0, &sha(2)), explicit(1, &mgf(&sha(1)))], Some((Hash::Sha384, Hash::Sha256, 20)));
    check(&[explicit(2, &[2, 1, 0xFF])], None);
    check(&[explicit(2, &[2, 3, 1, 0, 0])], None);
    check(&[explicit(2, &[2, 2, 1, 0])], Some((Hash::Sha1, Hash::Sha1, 256)));
    check(&[explicit(1, &sequence(&[&pkcs1(9), &sha(1)]))], None);
    check(&[explicit(1, &sequence(&[&pkcs1(8)]))], None);
    check(&[explicit(0, &sequence(&[&pkcs1(11), NULL]))], None);
    assert!(SignatureAlgorithm::parse(&sequence(&[&pkcs1(10)])).is_err());
}

#[test]
fn names_in_the_table() {
    let check = |algorithm: SignatureAlgorithm, kind, expected: Option<Algorithm>| {
        assert_eq!(algorithm.with_key(kind), expected, "{algorithm:?} {kind}");
    };
    let rsa = |bits| Kind::Rsa { bits };
    let pkcs1 = SignatureAlgorithm::RsaPkcs1;
    check(pkcs1(Hash::Sha256), rsa(2048), Some(Algorithm::RsaPkcs1Sha256));
    check(pkcs1(Hash::Sha256), rsa(1024), Some(Algorithm::LegacyRsa1024Pkcs1Sha256));
    check(pkcs1(Hash::Sha1), rsa(2048), Some(Algorithm::LegacyRsaPkcs1Sha1));
    check(pkcs1(Hash::Sha1), rsa(1024), Some(Algorithm::LegacyRsa1024Pkcs1Sha1));
    check(pkcs1(Hash::Sha512), rsa(1024), None);
    check(pkcs1(Hash::Sha256), Kind::EcdsaP256, None);
    check(SignatureAlgorithm::Ecdsa(Hash::Sha256), Kind::EcdsaP256, Some(Algorithm::EcdsaP256Sha256));
    check(SignatureAlgorithm::Ecdsa(Hash::Sha1), Kind::EcdsaP256, Some(Algorithm::LegacyEcdsaP256Sha1));
    check(SignatureAlgorithm::Ecdsa(Hash::Sha256), Kind::EcdsaP521, Some(Algorithm::EcdsaP521Sha256));
    check(SignatureAlgorithm::Ed25519, Kind::EcdsaP256, None);
}
