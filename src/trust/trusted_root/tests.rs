//! A trusted root with everything in it, and what happens when one thing is not
//! as it should be.

use crate::anchor::making::{self, Made, public_key};
use crate::anchor::{Accompanied, Identity, Profile, Purpose};
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::trust::{CertificateUse, Naming, TrustErrorKind, TrustStore, parse_file, to_files};
use crate::wire::base64;

fn encoded(bytes: &[u8]) -> String {
    base64::encode_standard(bytes)
}

fn intermediate() -> Vec<u8> {
    Made { subject: "i", issuer: "r", seed: 5, signer: 4, authority: Some(true), usages: &[3] }.der()
}

fn stamper() -> Vec<u8> {
    Made { subject: "s", issuer: "t", seed: 8, signer: 7, authority: None, usages: &[8] }.der()
}

fn text() -> String {
    let key = |seed| encoded(&public_key(seed).spki_der());
    let log = |url: &str, seed| {
        format!(
            r#"{{"baseUrl":"{url}","hashAlgorithm":"SHA2_256","publicKey":{{"rawBytes":"{}","keyDetails":"PKIX_ED25519","validFor":{{"start":"2023-01-01T00:00:00Z"}}}},"logId":{{"keyId":"{}"}}}}"#,
            key(seed),
            encoded(&[seed; 32]),
        )
    };
    let chain = |all: &[Vec<u8>]| {
        let each: Vec<String> =
            all.iter().map(|der| format!(r#"{{"rawBytes":"{}"}}"#, encoded(der))).collect();
        format!(r#""certChain":{{"certificates":[{}]}}"#, each.join(","))
    };
    format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{}],"certificateAuthorities":[{{"subject":{{"organization":"o","commonName":"c"}},"uri":"https://issuer.example","validFor":{{"start":"2022-01-01T00:00:00Z","end":"2032-01-01T00:00:00.5Z"}},{}}}],"ctlogs":[{}],"timestampAuthorities":[{{"subject":{{"organization":"o","commonName":"clock"}},"validFor":{{"start":"2024-01-01T00:00:00Z"}},{}}}]}}"#,
        log("https://log.example/", 1),
        chain(&[intermediate(), making::root("r", 4, &[])]),
        log("https://log.example/", 2),
        chain(&[stamper(), making::root("t", 7, &[])]),
    )
}

fn read(text: &str) -> Result<TrustStore, TrustErrorKind> {
    let naming = Naming::Bare(CertificateUse::Any);
    parse_file("trusted_root.json", text.as_bytes(), naming, None).map_err(|error| error.kind)
}

#[track_caller]
fn refused(from: &str, to: &str, expected: &str) {
    let text = text();
    assert!(text.contains(from), "{from:?} does not occur");
    let error = read(&text.replacen(from, to, 1)).map(|_| ()).expect_err(to);
    assert!(error.to_string().contains(expected), "{error}, expected {expected:?}");
}

#[test]
fn each_part_is_an_authority_of_its_own() {
    let store = read(&text()).unwrap();
    let part = |purpose| {
        let mut all = store.authorities_for(purpose);
        let one = all.next().unwrap();
        assert!(all.next().is_none());
        one
    };
    let at = |text: &str| Some(UnixTime::parse_rfc3339(text).unwrap());

    let issuer = part(Purpose::IdentityIssuer);
    assert_eq!(issuer.identity, Identity::new("issuer.example").unwrap());
    assert_eq!(issuer.profile, Profile::ShortLived);
    assert_eq!(issuer.accompanied, Accompanied { promise: true, entry: true });
    assert_eq!(issuer.certificates, [making::root("r", 4, &[])]);
    assert_eq!(issuer.window.not_after, at("2032-01-01T00:00:00.5Z"));
    let digest = Digest::sha256(&intermediate());
    assert!(issuer.admits(&[Digest::sha256(b"any"), digest]));
    assert!(!issuer.admits(&[Digest::sha256(b"any"), Digest::sha256(b"another")]));
    assert_eq!(issuer.purposes.len(), 1, "a root of certificates vouches for nothing");

    let log = part(Purpose::Log);
    let name = log.log.as_ref().unwrap();
    assert_eq!(name.origin, "log.example");
    assert!(name.ids.contains(&vec![1; 32]) && name.ids.contains(public_key(1).id().digest().bytes()));
    assert_eq!(log.window.not_before, at("2023-01-01T00:00:00Z"));
    let ct_log = part(Purpose::CertificateTransparency);
    assert_ne!(log.identity, ct_log.identity, "two at one place are told apart");

    let clock = part(Purpose::Timestamp);
    assert_eq!(clock.identity.as_str(), "o clock");
    assert!(clock.admits(&[Digest::sha256(&stamper())]));
    assert!(!clock.admits(&[Digest::sha256(b"another of the same root")]));
    assert!(store.intermediates().contains(&stamper()) && store.intermediates().contains(&intermediate()));
}

#[test]
fn what_is_written_down_reads_back() {
    let store = read(&text()).unwrap().numbered(1, UnixTime::new(0, 0).unwrap()).unwrap();
    let files = to_files(&store).unwrap();
    let naming = Naming::Bare(CertificateUse::Any);
    let again = crate::trust::parse_directory(&files, naming, None).unwrap();
    assert_eq!(again.describe(), store.describe());
    assert_eq!(again.digest(), store.digest());
}

#[test]
fn one_thing_is_wrong() {
    refused("version=0.1", "version=0.9", "/mediaType");
    refused(r#""tlogs""#, r#""Tlogs""#, "letter case");
    refused(r#""tlogs""#, r#""moreLogs""#, "not known here");
    refused(r#""start":"2023-01-01T00:00:00Z""#, "", "validFor/start\" is missing");
    refused(r#""start":"2023-01-01T00:00:00Z""#, r#""start":null"#, "validFor/start\" is missing");
    refused(r#""start":"2022-01-01T00:00:00Z""#, r#""start":"2033-01-01T00:00:00Z""#, "validFor/start");
    refused("PKIX_ED25519", "PKIX_ECDSA_P256_SHA_256", "keyDetails");
    refused(r#""logId":{"keyId":""#, r#""logId":{"keyId":"?"#, "base64");
    refused(r#""certificates":["#, r#""certificates":[7,"#, "an object");
    let empty = text();
    let from = empty.find(r#""certificates":["#).unwrap() + r#""certificates":["#.len();
    let to = from + empty[from..].find(']').unwrap();
    let empty = format!("{}{}", &empty[..from], &empty[to..]);
    assert!(read(&empty).map(|_| ()).unwrap_err().to_string().contains("at least one certificate"));
}

#[test]
fn keys_of_other_kinds_are_named_and_not_used() {
    let store = read(&text().replacen("PKIX_ED25519", "ML_DSA_65", 1)).unwrap();
    assert_eq!(store.authorities_for(Purpose::Log).count(), 0);
    assert_eq!(store.unused().len(), 1);
    // Whoever has a log has one, also where its key is of no use here.
    let issuer = store.authorities_for(Purpose::IdentityIssuer).next().unwrap();
    assert!(issuer.accompanied.entry);
}

#[test]
fn a_key_signs_as_its_details_say_and_not_otherwise() {
    let algorithms = |details: &str| {
        let store = read(&text().replacen("PKIX_ED25519", details, 1)).unwrap();
        let log = store.authorities_for(Purpose::Log).next().unwrap();
        log.keys[0].algorithms.iter().map(|one| one.name()).collect::<Vec<_>>()
    };
    assert_eq!(algorithms("PKIX_ED25519"), ["ed25519"]);
    assert_eq!(algorithms("PKIX_ED25519_PH"), ["ed25519ph"]);
}

#[test]
fn it_is_given_without_a_purpose() {
    let naming = Naming::Purpose(Purpose::Attestation);
    let error = parse_file("x.json", text().as_bytes(), naming, None).map(|_| ()).unwrap_err();
    assert!(matches!(error.kind, TrustErrorKind::NamedStore { .. }));
}
