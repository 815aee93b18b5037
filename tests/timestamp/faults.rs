//! One fault in each token, under a signature that holds.

use std::collections::{BTreeMap, BTreeSet};

use stella_forensic::anchor::{Identity, Revocation, Rules};
use stella_forensic::crypto::signature::Algorithm;
use stella_forensic::digest::{Algorithm as Hash, Digest, Digests};
use stella_forensic::proof::timestamp::{Accuracy, Imprint, TimestampRequest, Token, VerifiedToken};
use stella_forensic::proof::x509::{Anchor, Budget, Certificate, Memo, Name, Oid};
use stella_forensic::time::{Interval, UnixTime};

use super::maker::*;

/// What policy allows by default, and nothing that is there for old signatures.
pub fn rules() -> Rules {
    let modern = Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_legacy());
    Rules {
        algorithms: modern.map(|algorithm| (algorithm, None)).collect::<BTreeMap<_, _>>(),
        at: None,
        revocation: Revocation::Off,
        allow_development: false,
        effects: None,
    }
}

pub fn anchor(certificate: &[u8]) -> Anchor {
    let identity = Identity::new("the-authority").expect("an identity");
    Anchor::new(identity, Certificate::parse(certificate).expect("sound")).expect("usable")
}

fn certificate(der: &[u8]) -> Certificate {
    Certificate::parse(der).expect("sound")
}

/// Verifies under the root of that authority, with changes to what is asked.
fn verify_with(
    authority: &Authority,
    token: &[u8],
    change: impl for<'a> FnOnce(TimestampRequest<'a>) -> TimestampRequest<'a>,
) -> Result<VerifiedToken, String> {
    let token = Token::parse(token).map_err(|error| format!("{error:?}"))?;
    let (anchors, rules, memo) = ([anchor(&authority.root)], rules(), Memo::new());
    let request = change(TimestampRequest::new(Imprint::Bytes(DATA), &anchors, &rules, &memo));
    token.verify(&request, &mut Budget::new(), &mut |_, _| Ok(())).map_err(|error| format!("{error:?}"))
}

fn verify(authority: &Authority, token: &[u8]) -> Result<VerifiedToken, String> {
    verify_with(authority, token, |request| request)
}

/// `expected` is how the error begins, empty where there is none.
#[track_caller]
fn same(found: Result<VerifiedToken, String>, expected: &str) {
    match (&found, expected) {
        (Ok(_), "") => {}
        (Err(error), expected) if !expected.is_empty() && error.starts_with(expected) => {}
        (Ok(_), _) => panic!("accepted, expected {expected}"),
        (Err(error), _) => panic!("{error}, expected {expected:?}"),
    }
}

#[track_caller]
fn check(authority: &Authority, parts: &Parts, expected: &str) {
    same(verify(authority, &authority.token(parts)), expected);
}

#[test]
fn a_sound_token() {
    let authority = Authority::new();
    let token = verify(&authority, &authority.token(&authority.parts())).unwrap();
    assert_eq!(token.gen_time().to_string(), "2025-06-01T12:00:00Z");
    assert_eq!(token.accuracy(), Accuracy::Stated(1_000_000_000));
    assert_eq!(token.interval().earliest.unwrap().to_string(), "2025-06-01T11:59:59Z");
    assert_eq!(token.interval().latest.unwrap().to_string(), "2025-06-01T12:00:01Z");
    assert_eq!(token.signer().der(), authority.certificate);
    assert_eq!(token.path().target(), token.signer());
    assert_eq!(token.algorithm(), Algorithm::EcdsaP256Sha256);
    assert_eq!(token.imprint(), Some(Digest::sha256(DATA)));
    assert!(token.is_examined());
    assert_eq!(token.serial_hex(), "07");
    assert_eq!(token.policy().to_string(), "1.2.3.4");
    assert_eq!(token.authority().to_string(), "the-authority");
}

#[test]
fn what_the_token_is_over() {
    let authority = Authority::new();
    let sound = authority.token(&authority.parts());
    let with = |imprint: Imprint<'_>| {
        let token = Token::parse(&sound).unwrap();
        let (anchors, rules, memo) = ([anchor(&authority.root)], rules(), Memo::new());
        let request = TimestampRequest::new(imprint, &anchors, &rules, &memo);
        token.verify(&request, &mut Budget::new(), &mut |_, _| Ok(())).map_err(|error| format!("{error:?}"))
    };
    same(with(Imprint::Bytes(b"something else")), "Imprint {");
    same(with(Imprint::Digest(&Digest::sha256(DATA))), "");
    same(with(Imprint::Digest(&Digest::sha256(b""))), "Imprint {");
    same(with(Imprint::Digest(&Digest::of(Hash::Sha512, DATA))), "ImprintUnmeasured { needed: Sha256 }");
    same(with(Imprint::Digests(&Digests::default())), "ImprintUnmeasured { needed: Sha256 }");
    let unexamined = with(Imprint::Unexamined).unwrap();
    assert!(!unexamined.is_examined());

    let over = |algorithm: &[u8], digest: &[u8]| {
        authority.parts_of(tst_info_over(algorithm, digest, &[&time("20250601120000Z"), SECOND]))
    };
    let digest = |hash| Digest::of(hash, DATA);
    check(&authority, &over(&algorithm(SHA384), digest(Hash::Sha384).bytes()), "");
    check(&authority, &over(&algorithm(SHA512), digest(Hash::Sha512).bytes()), "");
    let null = sequence(&[&oid(SHA256), &[5, 0]]);
    check(&authority, &over(&null, digest(Hash::Sha256).bytes()), "");
    let parameters = sequence(&[&oid(SHA256), &[2, 1, 0]]);
    check(&authority, &over(&parameters, digest(Hash::Sha256).bytes()), "Hash { part: \"message imprint\"");
    let sha1 = over(&algorithm(SHA1), digest(Hash::Sha1).bytes());
    check(&authority, &sha1, "ImprintAlgorithm { found: Sha1 }");
    same(
        verify_with(&authority, &authority.token(&sha1), |mut request| {
            request.imprint_algorithms.insert(Hash::Sha1);
            request
        }),
        "",
    );
    check(&authority, &over(&algorithm(SHA512), digest(Hash::Sha256).bytes()), "ImprintLength {");
    check(&authority, &over(&algorithm(SHA256), digest(Hash::Sha512).bytes()), "ImprintLength {");
    check(&authority, &over(&algorithm(ECDSA_SHA256), &[7; 32]), "Hash { part: \"message imprint\"");
}

#[test]
fn what_was_asked() {
    let authority = Authority::new();
    let nonce = [0x2B, 0, 0xFF];
    let content = tst_info(&[&time("20250601120000Z"), SECOND, &[2, 3], &nonce]);
    let token = authority.token(&authority.parts_of(content));
    let without = authority.token(&authority.parts());
    let asked = |token: &[u8], nonce: &[u8], expected: &str| {
        let nonce = nonce.to_vec();
        let anchors = [anchor(&authority.root)];
        let (rules, memo) = (rules(), Memo::new());
        let request = TimestampRequest {
            nonce: Some(&nonce),
            ..TimestampRequest::new(Imprint::Bytes(DATA), &anchors, &rules, &memo)
        };
        let found = Token::parse(token).unwrap().verify(&request, &mut Budget::new(), &mut |_, _| Ok(()));
        same(found.map_err(|error| format!("{error:?}")), expected);
    };
    asked(&token, &nonce, "");
    asked(&token, &[1], "Nonce { expected: \"01\", found: Some(\"2b00ff\") }");
    asked(&without, &nonce, "Nonce { expected: \"2b00ff\", found: None }");
    same(verify(&authority, &token), "");

    let policies = |dotted: &str| BTreeSet::from([Oid::from_dotted(dotted).unwrap()]);
    for (allowed, expected) in [("1.2.3.4", ""), ("1.2.3.5", "Policy { found: 1.2.3.4 }")] {
        let allowed: &'static BTreeSet<Oid> = Box::leak(Box::new(policies(allowed)));
        let found = verify_with(&authority, &token, |request| TimestampRequest {
            policies: Some(allowed),
            ..request
        });
        same(found, expected);
    }
    for (wanted, expected) in [("Authority", ""), ("Spoofed", "Signer { expected: \"CN=Spoofed\"")] {
        let wanted: &'static Name = Box::leak(Box::new(Name::parse(&name(wanted)).unwrap()));
        let found =
            verify_with(&authority, &token, |request| TimestampRequest { signer: Some(wanted), ..request });
        same(found, expected);
    }
}

#[test]
fn the_certificate_is_named_by_what_is_signed() {
    let authority = Authority::new();
    let ours = &authority.certificate;
    let other = authority.certify(&Template { serial: 0x81, ..Template::stamping() });
    let id = |hash, certificate: &[u8]| ess_id(hash, certificate, &[]);
    let check =
        |binding: Vec<u8>, expected: &str| check(&authority, &authority.parts_bound(binding), expected);
    let v1 = ess(ESS_V1, &[&id(Hash::Sha1, ours)]);
    let v2 = ess(ESS_V2, &[&id(Hash::Sha256, ours)]);
    check(v1.clone(), "");
    check(v2.clone(), "");
    check(ess(ESS_V2, &[&id(Hash::Sha384, ours)]), "");
    check(ess(ESS_V2, &[&id(Hash::Sha512, ours)]), "");
    check([v1.clone(), v2.clone()].concat(), "");
    check([v2.clone(), v1.clone()].concat(), "");
    // Further ids are about attribute certificates, which a token has none of.
    check(ess(ESS_V2, &[&id(Hash::Sha256, ours), &id(Hash::Sha256, &other)]), "");

    let mismatch = |version: &str| format!("EssMismatch {{ attribute: \"{version}\"");
    check(ess(ESS_V1, &[&id(Hash::Sha1, &other)]), &mismatch("signing-certificate"));
    check(ess(ESS_V2, &[&id(Hash::Sha256, &other)]), &mismatch("signing-certificate-v2"));
    check(
        ess(ESS_V2, &[&id(Hash::Sha256, &other), &id(Hash::Sha256, ours)]),
        &mismatch("signing-certificate-v2"),
    );
    let wrong_v1 = ess(ESS_V1, &[&id(Hash::Sha1, &other)]);
    check([v2.clone(), wrong_v1.clone()].concat(), &mismatch("signing-certificate"));
    check([wrong_v1, v2.clone()].concat(), &mismatch("signing-certificate"));
    let wrong_v2 = ess(ESS_V2, &[&id(Hash::Sha256, &other)]);
    check([v1.clone(), wrong_v2].concat(), &mismatch("signing-certificate-v2"));

    check(Vec::new(), "AttributeMissing { attribute: \"signing-certificate-v2\" }");
    check(ess(ESS_V1, &[]), "EssEmpty { attribute: \"signing-certificate\" }");
    check(ess(ESS_V2, &[]), "EssEmpty { attribute: \"signing-certificate-v2\" }");
    check([v1.clone(), v1.clone()].concat(), "AttributeRepeated {");
    check([v2.clone(), v2.clone()].concat(), "AttributeRepeated {");
    let sha1 = sequence(&[&algorithm(SHA1), &octets(Digest::of(Hash::Sha1, ours).bytes())]);
    check(ess(ESS_V2, &[&sha1]), "EssHash { found: Sha1 }");
    let short = sequence(&[&octets(&Digest::sha256(ours).bytes()[..20])]);
    check(
        ess(ESS_V2, &[&short]),
        "DigestLength { part: \"signing-certificate-v2\", hash: Sha256, found: 20 }",
    );
    check(ess(ESS_V1, &[&id(Hash::Sha256, ours)]), "DigestLength { part: \"signing-certificate\"");
    let unknown = sequence(&[&algorithm("1.2.3"), &octets(&[7; 32])]);
    check(ess(ESS_V2, &[&unknown]), "Hash { part: \"signing-certificate-v2\"");
}

#[test]
fn issuer_and_serial_number_in_the_binding() {
    let authority = Authority::new();
    let check = |rest: &[u8], expected: &str| {
        for (version, hash) in [(ESS_V1, Hash::Sha1), (ESS_V2, Hash::Sha256)] {
            let id = ess_id(hash, &authority.certificate, &[rest]);
            check(&authority, &authority.parts_bound(ess(version, &[&id])), expected);
        }
    };
    check(&issuer_serial("Root", 0x80), "");
    check(&issuer_serial("ROOT", 0x80), "");
    check(&issuer_serial("Root", 0x81), "EssIssuerSerial {");
    check(&issuer_serial("Other", 0x80), "EssIssuerSerial {");
    let names = |names: &[u8]| sequence(&[&sequence(&[names]), &integer(0x80)]);
    check(&names(&[]), "EssIssuer {");
    check(&names(&context(7, &[&name("Root")])), "EssIssuer {");
    check(&names(&name("Root")), "EssIssuer {");
    check(&names(&context(4, &[&name("Root")]).repeat(2)), "EssIssuer {");
    check(&sequence(&[&sequence(&[&context(4, &[&name("Root")])])]), "Der { part: \"signing-certificate");
}

#[test]
fn certificates_that_somebody_put_into_the_bag() {
    let authority = Authority::new();
    let stranger = Key::generate();
    // GHSA-3xxc-pwj6-jgrj: a name that is to be reported, in a certificate that
    // nobody issued.
    let spoofed = Template { subject: "Spoofed".into(), ..Template::stamping() };
    let spoofed = [spoofed.sign(&stranger, &stranger), spoofed.sign(&authority.key, &stranger)];
    // The same key, issuer and serial number, and other rights.
    let mut template = Template::stamping();
    template.extensions.remove(1);
    let swapped = authority.certify(&template);
    let forged = template.sign(&authority.key, &stranger);
    let ours = &authority.certificate;
    for injected in [&spoofed[0], &spoofed[1], &swapped, &forged, &authority.root] {
        for bag in [vec![injected, ours], vec![ours, injected], vec![injected, injected, ours]] {
            let certificates = bag.into_iter().cloned().collect();
            let parts = Parts { certificates, ..authority.parts() };
            let token = verify(&authority, &authority.token(&parts)).unwrap();
            assert_eq!(token.signer().der(), ours, "who signed does not depend on what lies beside it");
            assert_eq!(token.path().target().der(), ours);
        }
    }
    for only in [&swapped, &forged, &spoofed[1]] {
        let parts = Parts { certificates: vec![only.clone()], ..authority.parts() };
        check(&authority, &parts, "EssMismatch {");
    }
    // Bound to the forged one, which the root did not sign.
    check(&authority, &authority.parts_under(&forged), "Path(Link {");
    check(&authority, &authority.parts_under(&spoofed[1]), "Path(Link {");
    check(&authority, &authority.parts_under(&swapped), "");
    let parts = Parts { certificates: vec![authority.root.clone()], ..authority.parts() };
    check(&authority, &parts, "NoSigner { wanted: \"serial number 80 of CN=Root\" }");
}

#[test]
fn rights_are_those_of_the_signer_and_not_of_a_certificate_beside_it() {
    // GHSA-xm5m-wgh2-rrg3: a certificate of the same root without the right to
    // stamp signs, and a forged one with that right lies before it.
    let mut template = Template::stamping();
    template.extensions[0] = extended_key_usage(true, &["1.3.6.1.5.5.7.3.3"]);
    let authority = Authority::with(template);
    let stranger = Key::generate();
    let forged = Template::stamping().sign(&stranger, &stranger);
    for bag in [[&forged, &authority.certificate], [&authority.certificate, &forged]] {
        let parts = Parts { certificates: bag.map(Clone::clone).to_vec(), ..authority.parts() };
        check(&authority, &parts, "ExtendedKeyUsage { subject: \"CN=Authority\", fault: NotThere }");
    }
}

#[test]
fn signers_from_elsewhere() {
    let authority = Authority::new();
    let parts = Parts { certificates: Vec::new(), ..authority.parts() };
    let token = authority.token(&parts);
    same(verify(&authority, &token), "NoSigner {");
    let candidates: &'static [Certificate] = Box::leak(Box::new([certificate(&authority.certificate)]));
    same(verify_with(&authority, &token, |request| TimestampRequest { candidates, ..request }), "");
    // The certificate of the authority itself may be what is trusted.
    let anchors: &'static [Anchor] = Box::leak(Box::new([anchor(&authority.certificate)]));
    same(verify_with(&authority, &token, |request| TimestampRequest { anchors, ..request }), "");
    let none: &'static [Anchor] = &[];
    let sound = authority.token(&authority.parts());
    same(verify_with(&authority, &sound, |request| TimestampRequest { anchors: none, ..request }), "Path(");
    let strangers: &'static [Anchor] = Box::leak(Box::new([anchor(&Authority::new().root)]));
    same(
        verify_with(&authority, &sound, |request| TimestampRequest { anchors: strangers, ..request }),
        "Path(Link {",
    );
}

#[test]
fn signers_named_by_their_key() {
    let authority = Authority::new();
    let by_key = |id: &[u8]| [&[0x80, id.len() as u8][..], id].concat();
    let parts = Parts { signer: by_key(KEY_ID), signer_version: 3, ..authority.parts() };
    check(&authority, &parts, "");
    let wrong = Parts { signer: by_key(b"another"), ..parts.clone() };
    check(&authority, &wrong, "NoSigner { wanted: \"the key 616e6f74686572\" }");
    let version = "Version { part: \"SignerInfo\", found: ";
    check(&authority, &Parts { signer_version: 1, ..parts }, &format!("{version}1, expected: 3 }}"));
    let parts = authority.parts();
    check(&authority, &Parts { signer_version: 3, ..parts.clone() }, &format!("{version}3, expected: 1 }}"));
    check(&authority, &Parts { signer_version: 2, ..parts }, &format!("{version}2, expected: 1 }}"));
}

#[test]
fn one_signer() {
    let authority = Authority::new();
    check(&authority, &Parts { signers: 2, ..authority.parts() }, "Signers { found: 2 }");
    check(&authority, &Parts { signers: 0, ..authority.parts() }, "Signers { found: 0 }");
    check(&authority, &Parts { signers: 65, ..authority.parts() }, "TooMany { what: \"signers\"");
}

#[test]
fn attributes() {
    let authority = Authority::new();
    let sound = authority.parts();
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut parts = authority.parts();
        change(&mut parts.attributes);
        parts
    };
    let check =
        |change: &dyn Fn(&mut Vec<Vec<u8>>), expected: &str| check(&authority, &with(change), expected);
    check(&|all| drop(all.remove(0)), "AttributeMissing { attribute: \"content-type\" }");
    check(&|all| drop(all.remove(1)), "AttributeMissing { attribute: \"message-digest\" }");
    check(&|all| all.push(all[0].clone()), "AttributeRepeated { attribute: 1.2.840.113549.1.9.3 }");
    check(&|all| all.push(all[1].clone()), "AttributeRepeated { attribute: 1.2.840.113549.1.9.4 }");
    let other_type = attribute(CONTENT_TYPE, &[&oid("1.2.840.113549.1.7.1")]);
    check(&|all| all[0] = other_type.clone(), "ContentTypeAttribute {");
    check(&|all| all[1] = message_digest(b"other"), "MessageDigest");
    check(&|all| all[1] = attribute(MESSAGE_DIGEST, &[&octets(&[])]), "MessageDigest");
    let values = |count| format!("AttributeValues {{ attribute: \"message-digest\", found: {count} }}");
    let digest = octets(Digest::sha256(&sound.content).bytes());
    check(&|all| all[1] = attribute(MESSAGE_DIGEST, &[]), &values(0));
    check(&|all| all[1] = attribute(MESSAGE_DIGEST, &[&digest, &digest]), &values(2));
    // What is unknown is signed, and left alone; in whatever order.
    check(&|all| all.push(attribute("1.2.3", &[&[5, 0], &[5, 0]])), "");
    check(&|all| all.reverse(), "");
    let mixed = |count: u8| (0..count).map(|n| attribute(&format!("1.2.{n}"), &[])).collect::<Vec<_>>();
    check(&|all| all.extend(mixed(61)), "");
    check(&|all| all.extend(mixed(62)), "TooMany { what: \"attributes\"");

    let signed_at = |text: &str| attribute(SIGNING_TIME, &[&time(text)]);
    check(&|all| all.push(signed_at("20250601120000Z")), "");
    check(&|all| all.push(signed_at("20191231235959Z")), "SigningTime {");
    check(&|all| all.push(signed_at("20300101000000Z")), "SigningTime {");
    check(&|all| all.push(signed_at("2025060112Z")), "Der { part: \"signing-time\"");

    let protected = |digest: &str, signature: &str| {
        let signature = context(1, &[&oid(signature)]);
        attribute(ALGORITHM_PROTECTION, &[&sequence(&[&algorithm(digest), &signature])])
    };
    check(&|all| all.push(protected(SHA256, ECDSA_SHA256)), "");
    check(&|all| all.push(protected(SHA512, ECDSA_SHA256)), "AlgorithmProtection { part: \"digest\" }");
    check(
        &|all| all.push(protected(SHA256, "1.2.840.10045.4.3.4")),
        "AlgorithmProtection { part: \"signature\" }",
    );
}

#[test]
fn no_signed_attributes() {
    // A signature over the content itself. Where that is taken, the content of
    // one token could be the attributes of another.
    let authority = Authority::new();
    let parts = Parts { attributes: Vec::new(), ..authority.parts() };
    let token = authority.token_signed(&parts, &authority.key.sign(&parts.content));
    same(verify(&authority, &token), "AttributeMissing { attribute: \"content-type\" }");
}

#[test]
fn signatures() {
    let authority = Authority::new();
    let parts = authority.parts();
    let message = set(&[&parts.attributes.concat()]);
    let signed = |signature: &[u8]| verify(&authority, &authority.token_signed(&parts, signature));
    same(signed(&authority.key.sign(&message)), "");
    same(signed(&Key::generate().sign(&message)), "Signature(Mismatch)");
    same(signed(&authority.key.sign(&context(0, &[&parts.attributes.concat()]))), "Signature(Mismatch)");
    same(signed(&authority.key.sign(&parts.content)), "Signature(Mismatch)");
    same(signed(&[]), "Signature(Der)");
}

#[test]
fn algorithms() {
    let authority = Authority::new();
    let parts = authority.parts();
    let check = |parts: Parts, expected: &str| check(&authority, &parts, expected);
    let listed = [algorithm("1.2.3"), algorithm(SHA1), algorithm(SHA256)].concat();
    check(Parts { digest_algorithms: listed, ..parts.clone() }, "");
    check(Parts { digest_algorithms: algorithm(SHA512), ..parts.clone() }, "DigestAlgorithms");
    check(Parts { digest_algorithms: Vec::new(), ..parts.clone() }, "DigestAlgorithms");
    let null = sequence(&[&oid(SHA256), &[5, 0]]);
    check(Parts { digest_algorithm: null, ..parts.clone() }, "");
    let unknown = "Hash { part: \"digest algorithm of the signer\"";
    check(Parts { digest_algorithm: algorithm("1.2.3"), ..parts.clone() }, unknown);
    let others = ["1.2.840.10045.4.3.4", "1.2.840.113549.1.1.12", "1.2.3"];
    for other in others {
        check(Parts { signature_algorithm: algorithm(other), ..parts.clone() }, "SignatureAlgorithm(");
    }
    check(
        Parts { signature_algorithm: algorithm("1.3.101.112"), ..parts.clone() },
        "Ed25519Digest { found: Sha256 }",
    );
    let sha256_rsa = sequence(&[&oid("1.2.840.113549.1.1.11"), &[5, 0]]);
    check(Parts { signature_algorithm: sha256_rsa, ..parts.clone() }, "Signature(Key {");
    let forbidden = |mut rules: Rules| {
        rules.algorithms.remove(&Algorithm::EcdsaP256Sha256);
        rules
    };
    let rules: &'static Rules = Box::leak(Box::new(forbidden(rules())));
    let found =
        verify_with(&authority, &authority.token(&parts), |request| TimestampRequest { rules, ..request });
    same(found, "Algorithm { algorithm: EcdsaP256Sha256, standing: Forbidden");
}

#[test]
fn usages() {
    let check = |change: &dyn Fn(&mut Vec<Vec<u8>>), expected: &str| {
        let mut template = Template::stamping();
        change(&mut template.extensions);
        let authority = Authority::with(template);
        check(&authority, &authority.parts(), expected);
    };
    let fault = |fault: &str| format!("ExtendedKeyUsage {{ subject: \"CN=Authority\", fault: {fault} }}");
    const CODE: &str = "1.3.6.1.5.5.7.3.3";
    const ANY: &str = "2.5.29.37.0";
    check(&|all| drop(all.remove(0)), &fault("Missing"));
    check(&|all| all[0] = extended_key_usage(false, &[TIME_STAMPING]), &fault("NotCritical"));
    check(&|all| all[0] = extended_key_usage(true, &[TIME_STAMPING, CODE]), &fault("NotSole"));
    check(&|all| all[0] = extended_key_usage(true, &[TIME_STAMPING, ANY]), &fault("NotSole"));
    check(&|all| all[0] = extended_key_usage(true, &[TIME_STAMPING, TIME_STAMPING]), &fault("NotSole"));
    check(&|all| all[0] = extended_key_usage(true, &[ANY]), &fault("NotThere"));
    check(&|all| all[0] = extended_key_usage(true, &[CODE]), &fault("NotThere"));
    let usage = "KeyUsage { subject: \"CN=Authority\" }";
    check(&|all| drop(all.remove(1)), "");
    check(&|all| all[1] = key_usage(0x40), "");
    check(&|all| all[1] = key_usage(0xC0), "");
    check(&|all| all[1] = key_usage(0x20), usage);
    check(&|all| all[1] = key_usage(0x84), usage);
    check(&|all| all[1] = key_usage(0x02), usage);
    check(&|all| all.push(extension("1.2.3", true, &[5, 0])), "Path(CriticalExtension {");
}

#[test]
fn times_and_windows() {
    let authority = Authority::new();
    let stamped = |text: &str, accuracy: &[u8]| {
        authority.token(&authority.parts_of(tst_info(&[&time(text), accuracy])))
    };
    let check = |text: &str, accuracy: &[u8], expected: &str| {
        same(verify(&authority, &stamped(text, accuracy)), expected);
    };
    check("20200101000001Z", SECOND, "");
    check("20200101000000.9Z", SECOND, "Path(Window {");
    check("20200101000000Z", SECOND, "Path(Window {");
    check("20291231235958Z", SECOND, "");
    check("20291231235958.1Z", SECOND, "Path(Window {");
    check("20191231235959Z", SECOND, "Path(Window {");
    check("20300101000000Z", SECOND, "Path(Window {");
    // Nobody says how exact it is: then nothing is known of when it was.
    let token = verify(&authority, &stamped("20250601120000Z", &[])).unwrap();
    assert_eq!((token.accuracy(), token.interval()), (Accuracy::Unknown, Interval::UNKNOWN));
    check("20191231235959Z", &[], "Path(Window {");
    check("20300101000000Z", &[], "Path(Window {");
    let configured = |text: &str, expected: &str| {
        let found = verify_with(&authority, &stamped(text, &[]), |request| TimestampRequest {
            accuracy_nanos: Some(2_000_000_000),
            ..request
        });
        same(found.clone(), expected);
        found.ok()
    };
    let token = configured("20250601120000Z", "").unwrap();
    assert_eq!(token.accuracy(), Accuracy::Configured(2_000_000_000));
    assert_eq!(token.interval().latest.unwrap().to_string(), "2025-06-01T12:00:02Z");
    configured("20200101000001Z", "Path(Window {");
    // What the token states counts, whatever is configured.
    let found = verify_with(&authority, &stamped("20250601120000Z", SECOND), |request| TimestampRequest {
        accuracy_nanos: Some(0),
        ..request
    });
    assert_eq!(found.unwrap().accuracy(), Accuracy::Stated(1_000_000_000));
    // Judged at another time.
    let later = Some(UnixTime::parse_rfc3339("2031-01-01T00:00:00Z").unwrap());
    let at = Some(Interval { earliest: later, latest: later });
    let sound = stamped("20250601120000Z", SECOND);
    same(verify_with(&authority, &sound, |request| TimestampRequest { at, ..request }), "Path(Window {");
}

#[test]
fn the_name_of_the_authority() {
    let mut template = Template::stamping();
    let names = sequence(&[&[0x82, 3, b'a', b'.', b'b'], &context(4, &[&name("Alias")])]);
    template.extensions.push(extension("2.5.29.17", false, &names));
    let authority = Authority::with(template);
    let check = |general: &[u8], expected: &str| {
        let content = tst_info(&[&time("20250601120000Z"), SECOND, &context(0, &[general])]);
        check(&authority, &authority.parts_of(content), expected);
    };
    check(&context(4, &[&name("Authority")]), "");
    check(&context(4, &[&name("AUTHORITY")]), "");
    check(&context(4, &[&name("Alias")]), "");
    check(&[0x82, 3, b'a', b'.', b'b'], "");
    check(&context(4, &[&name("Root")]), "TsaName { subject: \"CN=Authority\" }");
    check(&[0x82, 3, b'a', b'.', b'c'], "TsaName { subject: \"CN=Authority\" }");
    check(&name("Authority"), "TsaName { fault:");
}

#[test]
fn extensions_of_the_token() {
    let authority = Authority::new();
    let check = |critical: bool, expected: &str| {
        let extensions = context(1, &[&extension("1.2.3", critical, &[5, 0])]);
        let content = tst_info(&[&time("20250601120000Z"), SECOND, &extensions]);
        check(&authority, &authority.parts_of(content), expected);
    };
    check(false, "");
    check(true, "CriticalExtension { found: 1.2.3 }");
}

#[test]
fn versions_and_types() {
    let authority = Authority::new();
    let parts = authority.parts();
    let check = |parts: Parts, expected: &str| check(&authority, &parts, expected);
    for version in [0, 1, 2, 4, 5] {
        check(Parts { version, ..parts.clone() }, "Version { part: \"SignedData\"");
    }
    let other = context(1, &[&oid("1.3.6.1.5.5.7.16.2"), &sequence(&[&[10, 1, 0]])]);
    let revocation =
        Some([sequence(&[&[5, 0]]), other.clone(), context(1, &[&oid("1.2.3"), &[5, 0]])].concat());
    for (version, expected) in [(3, ""), (5, ""), (4, "Version {"), (1, "Version {")] {
        check(Parts { version, revocation: revocation.clone(), ..parts.clone() }, expected);
    }
    let token = Token::parse(&authority.token(&Parts { revocation, ..parts.clone() })).unwrap();
    assert_eq!(token.crls_unverified().collect::<Vec<_>>(), [sequence(&[&[5, 0]])]);
    assert_eq!(token.ocsp_unverified().collect::<Vec<_>>(), [sequence(&[&[10, 1, 0]])]);
    check(Parts { revocation: Some(vec![5, 0]), ..parts.clone() }, "Der { part: \"revocation data\"");
    check(Parts { content_type: "1.2.840.113549.1.7.1", ..parts.clone() }, "SignedContentType {");
    check(Parts { certificates: vec![vec![5, 0]], ..parts.clone() }, "Der { part: \"certificates\"");
    let garbage = vec![authority.certificate.clone(), sequence(&[])];
    check(Parts { certificates: garbage, ..parts.clone() }, "Certificate { index: 1");
    let many = vec![authority.certificate.clone(); 65];
    check(Parts { certificates: many, ..parts.clone() }, "TooMany { what: \"certificates\"");
    check(Parts { unsigned: Some(attribute("1.2.3", &[&authority.token(&parts)])), ..parts.clone() }, "");
    check(Parts { unsigned: Some(attribute("1.2.3", &[]).repeat(65)), ..parts.clone() }, "TooMany {");
    check(Parts { unsigned: Some(vec![5, 0]), ..parts.clone() }, "Der { part: \"unsigned attributes\"");
    check(Parts { content: Vec::new(), ..parts }, "Der { part: \"TSTInfo\"");
}

#[test]
fn responses() {
    let authority = Authority::new();
    let token = authority.token(&authority.parts());
    let response = |status: &[u8], rest: &[u8]| sequence(&[&sequence(&[&[2, 1], status]), rest]);
    same(verify(&authority, &response(&[0], &token)), "");
    same(verify(&authority, &response(&[1], &token)), "");
    same(verify(&authority, &response(&[2], &token)), "Refused(Refusal { status: 2");
    same(verify(&authority, &response(&[2], &[])), "Refused(Refusal { status: 2");
    same(verify(&authority, &response(&[0], &[])), "NoToken");
    same(verify(&authority, &response(&[0], &[&token[..], &token].concat())), "Der { part: \"response\"");
    same(verify(&authority, &[&token[..], &[0]].concat()), "Der {");
    same(verify(&authority, &token[..token.len() - 1]), "Der {");
    same(verify(&authority, &[]), "Der {");
    let data = sequence(&[&oid("1.2.840.113549.1.7.1"), &context(0, &[&octets(b"x")])]);
    same(verify(&authority, &data), "ContentType {");
}

/// The same bytes with every constructed element outside of certificates of
/// indefinite length, and the signed content in pieces.
fn to_ber(der: &[u8], content: &[u8], certificates: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der;
    while let [tag, first, ..] = *rest {
        let size = if first < 0x80 { 2 } else { 2 + usize::from(first & 0x7F) };
        let length = match first {
            0..=0x7F => usize::from(first),
            _ => rest[2..size].iter().fold(0, |length, octet| length << 8 | usize::from(*octet)),
        };
        let (whole, after) = rest.split_at(size + length);
        let inner = &whole[size..];
        if certificates.contains(&whole) {
            out.extend_from_slice(whole);
        } else if tag == 0x04 && inner == content {
            out.extend([0x24, 0x80]);
            for piece in inner.chunks(50) {
                out.extend(octets(piece));
            }
            out.extend([0, 0]);
        } else if tag & 0x20 != 0 {
            out.extend([tag, 0x80]);
            out.extend(to_ber(inner, content, certificates));
            out.extend([0, 0]);
        } else {
            out.extend_from_slice(whole);
        }
        rest = after;
    }
    out
}

#[test]
fn ber() {
    let authority = Authority::new();
    let parts = authority.parts();
    let der = authority.token(&parts);
    let ber = to_ber(&der, &parts.content, &[&authority.certificate]);
    assert!(ber.len() > der.len() && ber[1] == 0x80);
    let token = verify(&authority, &ber).unwrap();
    assert_eq!(token.signer().der(), authority.certificate);
    let response = sequence(&[&sequence(&[&[2, 1, 0]]), &ber]);
    same(verify(&authority, &response), "");
    same(verify(&authority, &[&ber[..], &[0]].concat()), "Ber(Trailing)");
    same(verify(&authority, &ber[..ber.len() - 1]), "Ber(Truncated)");
    // A certificate is DER: nothing is mended in it.
    let ber = to_ber(&der, &parts.content, &[]);
    same(verify(&authority, &ber), "Ber(Indefinite)");
    // One length that is longer than it needs to be.
    let mut long = vec![0x30, 0x84, 0, 0];
    long.extend(((der.len() - 4) as u16).to_be_bytes());
    long.extend(&der[4..]);
    assert_eq!(der[1], 0x82);
    same(verify(&authority, &long), "");
}

#[test]
fn nothing_is_checked_twice() {
    let authority = Authority::new();
    let tokens = ["20250601120000Z", "20250601120001Z", "20250601120002Z"]
        .map(|text| authority.token(&authority.parts_of(tst_info(&[&time(text), SECOND]))));
    let (anchors, rules, memo) = ([anchor(&authority.root)], rules(), Memo::new());
    let request = TimestampRequest::new(Imprint::Bytes(DATA), &anchors, &rules, &memo);
    for token in tokens.iter().chain(&tokens) {
        let token = Token::parse(token).unwrap();
        token.verify(&request, &mut Budget::new(), &mut |_, _| Ok(())).unwrap();
    }
    assert_eq!(memo.checked(), 1 + 3, "one certificate, three tokens, each seen twice");
}

#[test]
fn whoever_asks_may_refuse_a_path() {
    use stella_forensic::proof::x509::path::PathError;
    let authority = Authority::new();
    let token = Token::parse(&authority.token(&authority.parts())).unwrap();
    let (anchors, rules, memo) = ([anchor(&authority.root)], rules(), Memo::new());
    let request = TimestampRequest::new(Imprint::Bytes(DATA), &anchors, &rules, &memo);
    let found = token.verify(&request, &mut Budget::new(), &mut |path, _| {
        Err(PathError::RevocationNotEstablished { subject: path.target().subject().to_string() })
    });
    same(found.map_err(|error| format!("{error:?}")), "Path(RevocationNotEstablished {");
}
