//! Small stores, each with one fault; and the rules that hold between stores.

use super::*;
use crate::anchor::making::{self, Made, public_key};
use crate::anchor::{Authority, Identity, Profile, TrustedKey};
use crate::crypto::key::PublicKey;
use crate::crypto::mac::SharedKey;
use crate::digest::Digest;
use crate::time::Window;
use crate::wire::json::{self, Value};
use crate::wire::{base64, canonical, pem};

const BARE: Naming = Naming::Bare(CertificateUse::Any);
const SECRET: &[u8] = b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

fn canonical_bytes(text: &str) -> Vec<u8> {
    let value = json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    canonical::to_bytes(&value).unwrap()
}

fn spki_pem(seed: u8) -> String {
    pem::encode("PUBLIC KEY", &public_key(seed).spki_der())
}

fn raw(seed: u8) -> Vec<u8> {
    public_key(seed).spki_der()[12..].to_vec()
}

fn ssh(seed: u8) -> String {
    let mut blob = Vec::new();
    for part in [b"ssh-ed25519".as_slice(), &raw(seed)] {
        blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend(part);
    }
    format!("ssh-ed25519 {} someone@desk", base64::encode_standard(&blob))
}

fn minisign(seed: u8) -> String {
    let bytes = [b"Ed12345678".as_slice(), &raw(seed)].concat();
    format!("untrusted comment: minisign public key\n{}\n", base64::encode_standard(&bytes))
}

fn jwk(seed: u8) -> String {
    format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64::encode_url(&raw(seed)))
}

fn certificate_pem(der: &[u8]) -> String {
    pem::encode("CERTIFICATE", der)
}

fn quoted(text: &str) -> String {
    String::from_utf8(canonical::to_bytes(&Value::from(text)).unwrap()).unwrap()
}

/// A store with everything in it, and the files that belong to it.
fn full() -> (String, BTreeMap<String, Vec<u8>>) {
    let mut files = BTreeMap::new();
    let mut put = |name: &str, bytes: Vec<u8>| -> String {
        let reference = format!(r#""path":"{name}","sha256":"{}""#, Digest::sha256(&bytes).hex());
        files.insert(name.to_owned(), bytes);
        reference
    };
    let release = put("keys/release.pem", spki_pem(1).into_bytes());
    let tsa = put("certificates/tsa.pem", certificate_pem(&making::root("t", 7, &[8])).into_bytes());
    let secret = put("shared/desk.hex", SECRET.to_vec());
    let text = format!(
        r#"{{
  "schema": "stella.trust/v1",
  "sequence": "12",
  "issuedAt": "2026-01-02T03:04:05Z",
  "supersedes": "{supersedes}",
  "source": "made by hand",
  "authorities": [
    {{"identity": "release@example.org", "name": "Release team", "purposes": ["attestation", "promotion"],
      "keys": [
        {{{release}, "algorithms": ["ed25519"], "hints": ["release-2026"], "notBefore": "2026-01-01T00:00:00Z"}},
        {{"pem": {old}, "notAfter": "2026-01-31T00:00:00Z"}}],
      "narrowing": {{"payloadTypes": ["application/vnd.in-toto+json"], "predicateTypes": ["p"], "buildTypes": ["b"]}},
      "notBefore": "2025-01-01T00:00:00Z", "notAfter": "2027-01-01T00:00:00Z", "development": true}},
    {{"identity": "tsa.example.org", "purposes": ["timestamp"], "certificates": [{{{tsa}}}],
      "profile": "short-lived", "accuracyNanos": "1000000000"}},
    {{"identity": "desk", "purposes": ["custody"], "keys": [{{"shared": {{{secret}}}}}]}}
  ],
  "intermediates": [{{"pem": {intermediate}}}],
  "distrusted": [{{"key": "{gone}", "reason": "stolen"}}, {{"identity": "mallory", "reason": "left"}}]
}}"#,
        supersedes = Digest::sha256(b"earlier"),
        old = quoted(&spki_pem(2)),
        intermediate = quoted(&certificate_pem(
            &Made { subject: "i", issuer: "r", seed: 5, signer: 6, authority: Some(true), usages: &[] }.der()
        )),
        gone = public_key(9).id(),
    );
    (text, files)
}

fn read(text: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<TrustStore, TrustError> {
    let mut files = files.clone();
    files.insert(STORE_FILE.to_owned(), canonical_bytes(text));
    parse_directory(&files, BARE, None)
}

/// The full store with `from` replaced by `to` once.
#[track_caller]
fn changed(from: &str, to: &str) -> Result<TrustStore, TrustError> {
    let (text, files) = full();
    assert_eq!(text.matches(from).count(), 1, "{from:?} must occur once");
    read(&text.replace(from, to), &files)
}

#[track_caller]
fn refused(from: &str, to: &str, expected: &str) {
    let error = changed(from, to).map(|_| ()).expect_err(to);
    assert_eq!(error.to_string(), format!("trust.json: {expected}"));
}

fn file(text: impl Into<Vec<u8>>, naming: Naming) -> Result<TrustStore, TrustErrorKind> {
    parse_file("given", &text.into(), naming, None).map_err(|error| error.kind)
}

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339(text).unwrap()
}

fn identity(text: &str) -> Identity {
    Identity::new(text).unwrap()
}

#[test]
fn everything_is_read() {
    let (text, files) = full();
    let store = read(&text, &files).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((store.sequence(), store.issued_at()), (Some(12), Some(at("2026-01-02T03:04:05Z"))));
    assert_eq!(store.supersedes(), Some(Digest::sha256(b"earlier")));
    assert_eq!(store.origin(), Some("made by hand"));
    assert_eq!((store.intermediates().len(), store.distrusted().len(), store.unused().len()), (1, 2, 0));
    let names: Vec<&str> = store.authorities().iter().map(|a| a.identity.as_str()).collect();
    assert_eq!(names, ["desk", "release@example.org", "tsa.example.org"]);

    let [desk, release, tsa] = store.authorities() else { panic!() };
    assert!(desk.keys[0].is_shared() && desk.may(Purpose::Custody) && !desk.development);
    assert_eq!((desk.name.as_str(), desk.profile), ("desk", Profile::LongLived));
    assert!(tsa.keys.is_empty() && tsa.certificates.len() == 1);
    assert_eq!((tsa.profile, tsa.accuracy_nanos), (Profile::ShortLived, Some(1_000_000_000)));
    assert_eq!(release.name, "Release team");
    assert!(release.development && release.keys.len() == 2);
    assert!(release.narrowing.allows_build_type(Some("b")) && !release.narrowing.allows_build_type(None));
    assert_eq!(release.window.not_after, Some(at("2027-01-01T00:00:00Z")));
    let key = release.key(&public_key(1).id()).unwrap();
    assert_eq!(key.window, Window { not_before: Some(at("2026-01-01T00:00:00Z")), not_after: None });
    let keys = || store.authorities().iter().flat_map(|authority| &authority.keys);
    assert_eq!(keys().filter(|key| key.is_hinted_by("release-2026")).count(), 1);
    assert_eq!(keys().filter(|key| key.is_hinted_by(&public_key(2).id().to_string())).count(), 1);
    assert_eq!(store.distrust_of_key(&public_key(9).id()), Some("stolen"));
    assert_eq!(store.distrust_of_key(&public_key(1).id()), None);
    assert_eq!(store.authorities_for(Purpose::Timestamp).count(), 1);
}

#[test]
fn only_canonical_json() {
    let (text, files) = full();
    let good = canonical_bytes(&text);
    let with = |bytes: &[u8]| {
        let mut files = files.clone();
        files.insert(STORE_FILE.to_owned(), bytes.to_vec());
        parse_directory(&files, BARE, None).map_err(|error| error.kind)
    };
    let good_text = std::str::from_utf8(&good).unwrap();
    assert!(with(&good).is_ok());
    assert!(with(format!("{good_text}\n").as_bytes()).is_ok());
    let not_canonical = |text: String| {
        let kind = with(text.as_bytes()).map(|_| ()).unwrap_err();
        assert!(matches!(kind, TrustErrorKind::NotCanonical { .. }), "{kind}");
    };
    not_canonical(format!("{good_text}\n\n"));
    not_canonical(format!(" {good_text}"));
    not_canonical(format!("{good_text}\r\n"));
    not_canonical(good_text.replacen("desk", "d\\u0065sk", 1));
    not_canonical(good_text.replacen(",\"schema\"", ", \"schema\"", 1));
    let moved = good_text.replacen("\"sequence\":\"12\",", "", 1).replacen('{', "{\"sequence\":\"12\",", 1);
    not_canonical(moved);
    for twice in ["\"sequence\":\"13\",", "\"sequ\\u0065nce\":\"13\","] {
        let text = good_text.replacen("\"sequence\"", &format!("{twice}\"sequence\""), 1);
        assert!(matches!(with(text.as_bytes()), Err(TrustErrorKind::Json(_))), "{twice}");
    }
    assert!(matches!(with(b""), Err(TrustErrorKind::Json(_))));
    assert!(matches!(with(&good[..good.len() - 1]), Err(TrustErrorKind::Json(_))));
    assert_eq!(
        with(b" {}").map(|_| ()),
        Err(TrustErrorKind::NotCanonical { offset: 0 }),
        "the place of the first difference"
    );
    let long = vec![b' '; crate::limits::TRUST_BYTES_MAX + 1];
    assert!(matches!(with(&long), Err(TrustErrorKind::TooLong { .. })));
}

#[test]
fn members() {
    refused("\"sequence\": \"12\"", "\"sequence\": 12", "\"/sequence\" is a number, expected a string");
    refused(
        "\"12\"",
        "\"012\"",
        "\"/sequence\" is \"012\", expected an integer of 64 bits without sign, in digits",
    );
    refused("\"sequence\": \"12\",", "", "\"/sequence\" is missing");
    refused("\"issuedAt\": \"2026-01-02T03:04:05Z\",", "", "\"/issuedAt\" is missing");
    refused(
        "stella.trust/v1",
        "stella.trust/v2",
        "\"/schema\" is \"stella.trust/v2\", expected stella.trust/v1",
    );
    refused("\"source\"", "\"sources\"", "\"/sources\" is not known here");
    refused("\"source\"", "\"Sequence\"", "\"/Sequence\" is \"sequence\" but for letter case");
    refused("\"made by hand\"", "null", "'null' occurs, expected the member to be absent");
    refused(
        "\"made by hand\"",
        "\"\"",
        "\"/source\" is \"\", expected 1 to 1024 bytes that a reader can see",
    );
    refused(
        "\"made by hand\"",
        "\"a\\u202eb\"",
        "\"/source\" is \"a\\u{202e}b\", expected 1 to 1024 bytes that a reader can see",
    );
    refused(
        "\"development\": true",
        "\"development\": \"true\"",
        "\"/authorities/0/development\" is a string, expected a truth value",
    );
    refused(
        "\"profile\": \"short-lived\"",
        "\"profile\": \"Short-lived\"",
        "\"/authorities/1/profile\" is \"Short-lived\", expected \"short-lived\" or \"long-lived\"",
    );
    refused(
        "[\"custody\"]",
        "[\"custodian\"]",
        "\"/authorities/2/purposes/0\" is \"custodian\", expected a known name",
    );
    refused("[\"custody\"]", "[]", "\"/authorities/2/purposes\" is \"none\", expected at least one element");
    refused(
        "[\"custody\"]",
        "[\"custody\", \"custody\"]",
        "\"/authorities/2/purposes/1\" is \"custody\", expected an element that is not there yet",
    );
    refused("\"purposes\": [\"custody\"],", "", "\"/authorities/2/purposes\" is missing");
    refused(
        "\"desk\"",
        "\" desk\"",
        "\"/authorities/2/identity\" is \" desk\", expected an identity: the identity has white space at an end, in a row, or other than U+0020",
    );
    refused(
        "\"supersedes\": \"sha256:",
        "\"supersedes\": \"sha1:",
        &format!(
            "\"/supersedes\" is \"sha1:{}\"... (69 bytes), expected sha256:<lower-case hexadecimal>",
            &Digest::sha256(b"earlier").hex()[..59]
        ),
    );
    refused(
        "{\"identity\": \"mallory\"",
        "{\"identity\": \"mallory\", \"key\": \"x\"",
        "\"/distrusted/1/key\" is \"both or neither\", expected either key or identity",
    );
    refused(
        "{\"identity\": \"mallory\", \"reason\": \"left\"}",
        "{\"reason\": \"left\"}",
        "\"/distrusted/1/key\" is \"both or neither\", expected either key or identity",
    );
    refused(", \"reason\": \"left\"", "", "\"/distrusted/1/reason\" is missing");
    refused(
        "\"predicateTypes\": [\"p\"]",
        "\"predicateTypes\": []",
        "\"/authorities/0/narrowing/predicateTypes\" is \"none\", expected at least one element",
    );
    refused(
        "{\"payloadTypes\": [\"application/vnd.in-toto+json\"], \"predicateTypes\": [\"p\"], \"buildTypes\": [\"b\"]}",
        "{}",
        "\"/authorities/0/narrowing/payloadTypes\" is missing",
    );
}

#[test]
fn times_and_windows() {
    let spelling = |text: &str| {
        let expected = format!(
            "\"/issuedAt\" is {text:?}, expected an RFC 3339 time in UTC with 'Z', in its shortest form"
        );
        refused("2026-01-02T03:04:05Z", text, &expected);
    };
    spelling("2026-01-02T03:04:05+00:00");
    spelling("2026-01-02T03:04:05.0Z");
    spelling("2026-01-02t03:04:05Z");
    spelling("2026-01-02");
    spelling("2026-02-30T00:00:00Z");
    refused(
        "\"notAfter\": \"2027-01-01T00:00:00Z\"",
        "\"notAfter\": \"2024-12-31T23:59:59Z\"",
        "/authorities/0 ends before it begins",
    );
    refused(
        "\"notAfter\": \"2026-01-31T00:00:00Z\"",
        "\"notAfter\": \"2024-12-31T23:59:59Z\"",
        "/authorities/0/keys/1 has a window that does not meet that of its authority",
    );
    refused(
        "\"hints\": [\"release-2026\"], ",
        "\"notAfter\": \"2025-12-31T00:00:00Z\", ",
        "/authorities/0/keys/0 ends before it begins",
    );
}

#[test]
fn identities() {
    refused("\"tsa.example.org\"", "\"desk\"", "the identity 'desk' stands there twice");
    refused(
        "\"tsa.example.org\"",
        "\"Desk\"",
        "the identities 'Desk' and 'desk' differ only in letter case or composition",
    );
    refused(
        "\"identity\": \"desk\"",
        "\"identity\": \"key:desk\"",
        "\"/authorities/2/identity\" is \"key:desk\", expected an identity: an identity that begins with 'key:' must be 'key:sha256:<hex>'",
    );
    let foreign = format!("key:{}", public_key(3).id());
    refused(
        "\"release@example.org\"",
        &quoted(&foreign),
        &format!("the identity '{foreign}' is the id of a key that the authority does not have"),
    );
    let own = format!("key:{}", public_key(2).id());
    assert!(changed("\"release@example.org\"", &quoted(&own)).is_ok());
}

#[test]
fn keys() {
    let again = format!("{{\"pem\": {}, \"notAfter\"", quoted(&spki_pem(2)));
    let same = format!("{{\"pem\": {}, \"notAfter\"", quoted(&spki_pem(1)));
    refused(&again, &same, &format!("the key {} stands there twice in one authority", public_key(1).id()));
    let both = format!("{{\"ssh\": {}, \"pem\": {}, \"notAfter\"", quoted(&ssh(2)), quoted(&spki_pem(2)));
    refused(
        &again,
        &both,
        "\"/authorities/0/keys/1/path\" is \"2 of them\", expected exactly one of path, pem, ssh, minisign, jwk, bip340 and shared",
    );
    refused(
        &again,
        "{\"notAfter\"",
        "\"/authorities/0/keys/1/path\" is \"0 of them\", expected exactly one of path, pem, ssh, minisign, jwk, bip340 and shared",
    );
    let digest_beside = format!("{{\"pem\": {}, \"sha256\": \"00\", \"notAfter\"", quoted(&spki_pem(2)));
    refused(&again, &digest_beside, "\"/authorities/0/keys/1/sha256\" is not known here");
    refused(
        "[\"ed25519\"]",
        "[\"hmac-sha256\"]",
        &format!("the key {} cannot serve hmac-sha256", public_key(1).id()),
    );
    refused(
        "[\"ed25519\"]",
        "[\"ecdsa-p256-sha256\"]",
        &format!("the key {} cannot serve ecdsa-p256-sha256", public_key(1).id()),
    );
    refused(
        "[\"ed25519\"]",
        "[]",
        "\"/authorities/0/keys/0/algorithms\" is \"none\", expected at least one element",
    );
    refused(
        "[\"ed25519\"]",
        "[\"EdDSA\"]",
        "\"/authorities/0/keys/0/algorithms/0\" is \"EdDSA\", expected a known name",
    );
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";
    refused(
        &again,
        &format!("{{\"pem\": {}, \"notAfter\"", quoted(private)),
        "a private key, expected public ones",
    );
    let (text, _) = full();
    let certificates = text.find("\"certificates\": [{").unwrap();
    let end = certificates + text[certificates..].find("}]").unwrap() + 2;
    let member = &text[certificates..end];
    refused(
        member,
        "\"certificates\": []",
        "the authority 'tsa.example.org' has neither a key nor a certificate",
    );
    refused(&format!("{member},"), "", "the authority 'tsa.example.org' has neither a key nor a certificate");
    refused(
        "[\"timestamp\"]",
        "[\"log\"]",
        "the authority 'tsa.example.org' has an accuracy and not the purpose timestamp",
    );
}

#[test]
fn shared_keys() {
    for purpose in Purpose::ALL {
        let result = changed("[\"custody\"]", &format!("[\"{purpose}\"]"));
        let may = [Purpose::Attestation, Purpose::Promotion, Purpose::Custody].contains(&purpose);
        let refusal = TrustErrorKind::SharedPurpose { identity: identity("desk"), purpose };
        match result {
            Ok(_) => assert!(may, "{purpose}"),
            Err(error) => assert!(!may && error.kind == refusal, "{error}"),
        }
    }
    let (text, files) = full();
    let with = |secret: &[u8]| {
        let mut files = files.clone();
        let old = Digest::sha256(SECRET).hex();
        files.insert("shared/desk.hex".to_owned(), secret.to_vec());
        read(&text.replace(&old, &Digest::sha256(secret).hex()), &files)
            .map_err(|error| error.kind.to_string())
    };
    assert!(with(SECRET.strip_suffix(b"\n").unwrap()).is_ok());
    let other = "\"/authorities/2/keys/0/shared/path\" is \"other content\", expected a file of lower-case hexadecimal on one line";
    // The text of a public key as a secret: everybody would know it.
    for secret in [
        spki_pem(1).as_bytes(),
        ssh(1).as_bytes(),
        b"0001020304050607 08090a0b0c0d0e0f",
        b"AABBCCDD",
        b"00\n\n",
    ] {
        assert_eq!(with(secret).map(|_| ()).unwrap_err(), other);
    }
    assert!(with(b"0011223344").map(|_| ()).unwrap_err().contains("a shared key of 5 bytes"));
    assert_eq!(with(b"").map(|_| ()).unwrap_err(), "a shared key of 0 bytes, expected 16 to 4096");
    // A shared key where a public one is referred to.
    let (from, to) = ("keys/release.pem", "shared/desk.hex");
    let swapped =
        text.replace(from, to).replace(&Digest::sha256(&files[from]).hex(), &Digest::sha256(SECRET).hex());
    assert_eq!(read(&swapped, &files).map(|_| ()).unwrap_err().kind, TrustErrorKind::Unrecognised);
    let as_mac =
        changed("\"shared\": {", "\"algorithms\": [\"ed25519\"], \"shared\": {").map(|_| ()).unwrap_err();
    assert!(matches!(as_mac.kind, TrustErrorKind::Algorithm { .. }), "{as_mac}");
}

#[test]
fn references() {
    let reference = |path: &str, why: &str| {
        let expected = format!("/authorities/0/keys/0/path refers to a file that cannot be: {why}");
        refused("keys/release.pem", path, &expected);
    };
    reference("../release.pem", "the name climbs with '..'");
    reference("keys/../keys/release.pem", "the name climbs with '..'");
    reference("/etc/keys/release.pem", "the name is absolute");
    reference("./keys/release.pem", "the name has an empty or '.' part");
    reference("keys//release.pem", "the name has an empty or '.' part");
    reference("keys\\\\release.pem", "the name contains a backslash");
    reference("C:release.pem", "the name has a drive letter");
    reference("keys/release.pem\\u0000", "the name contains NUL");
    reference("", "the name is empty");
    refused(
        "keys/release.pem",
        "keys/Release.pem",
        "/authorities/0/keys/0/path refers to keys/Release.pem, which is not there",
    );

    let (text, mut files) = full();
    let expected = Digest::sha256(spki_pem(1).as_bytes());
    files.insert("keys/release.pem".to_owned(), spki_pem(3).into_bytes());
    let error = read(&text, &files).map(|_| ()).unwrap_err();
    let found = Digest::sha256(spki_pem(3).as_bytes());
    assert_eq!(
        error.to_string(),
        format!(
            "trust.json: /authorities/0/keys/0/path refers to keys/release.pem with {expected}, found {found}"
        )
    );
    let upper = expected.hex().to_uppercase();
    refused(
        &expected.hex(),
        &upper,
        &format!("\"/authorities/0/keys/0/sha256\" is {upper:?}, expected SHA-256 in lower-case hexadecimal"),
    );
}

#[test]
fn what_no_one_refers_to_is_named() {
    let (text, mut files) = full();
    let before = read(&text, &files).unwrap();
    files.insert("keys/other.pem".to_owned(), spki_pem(4).into_bytes());
    files.insert("a!b\n".to_owned(), Vec::new());
    let store = read(&text, &files).unwrap();
    let unused: Vec<&str> = store.unused().iter().map(|unused| unused.name.as_str()).collect();
    assert_eq!(unused, ["a%21b%0A", "keys/other.pem"]);
    assert_eq!(store.digest(), before.digest());
    assert_eq!(
        store
            .authorities()
            .iter()
            .flat_map(|one| &one.keys)
            .filter(|key| key.is_hinted_by(&public_key(4).id().to_string()))
            .count(),
        0
    );
}

#[test]
fn the_digest_is_of_the_content() {
    let (text, files) = full();
    let store = read(&text, &files).unwrap();
    let reference = format!(
        "\"path\":\"keys/release.pem\",\"sha256\":\"{}\"",
        Digest::sha256(spki_pem(1).as_bytes()).hex()
    );
    for spelling in [
        format!("\"pem\": {}", quoted(&spki_pem(1))),
        format!("\"ssh\": {}", quoted(&ssh(1))),
        format!("\"jwk\": {}", jwk(1)),
    ] {
        let other = changed(&reference, &spelling).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(other.digest(), store.digest(), "{spelling}");
    }
    // minisign keys carry a name of their own, which is a hint.
    let named = changed(&reference, &format!("\"minisign\": {}", quoted(&minisign(1)))).unwrap();
    assert_ne!(named.digest(), store.digest());
    let (first, second) = ("\"sequence\": \"12\",", "\"attestation\", \"promotion\"");
    assert_eq!(changed(second, "\"promotion\", \"attestation\"").unwrap().digest(), store.digest());
    assert_eq!(changed("\"made by hand\"", "\"made by foot\"").unwrap().digest(), store.digest());
    for (from, to) in [
        (first, "\"sequence\": \"13\","),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"),
        ("\"Release team\"", "\"The release team\""),
        (second, "\"attestation\""),
        ("\"hints\": [\"release-2026\"], ", ""),
        ("\"notAfter\": \"2026-01-31T00:00:00Z\"", "\"notAfter\": \"2026-01-30T00:00:00Z\""),
        ("\"notBefore\": \"2025-01-01T00:00:00Z\", ", ""),
        (", \"development\": true", ""),
        ("\"buildTypes\": [\"b\"]", "\"buildTypes\": [\"c\"]"),
        ("\"profile\": \"short-lived\", ", ""),
        ("\"1000000000\"", "\"1000000001\""),
        ("\"stolen\"", "\"lost\""),
        ("\"mallory\"", "\"eve\""),
    ] {
        let other = changed(from, to).unwrap_or_else(|error| panic!("{error}"));
        assert_ne!(other.digest(), store.digest(), "{to}");
    }
}

#[test]
fn bare_keys() {
    let expected = identity(&format!("key:{}", public_key(1).id()));
    let der = public_key(1).spki_der();
    let forms: [Vec<u8>; 6] = [
        spki_pem(1).into(),
        format!("Some words before it\n{}", spki_pem(1)).into(),
        ssh(1).into(),
        minisign(1).into(),
        jwk(1).into(),
        der.clone(),
    ];
    for form in &forms {
        let store = file(form.clone(), BARE).unwrap_or_else(|kind| panic!("{kind}"));
        let [only] = store.authorities() else { panic!("one authority") };
        assert_eq!(only.identity, expected);
        assert_eq!(only.purposes, [Purpose::Attestation].into());
        assert!(!only.development && only.window == Window::OPEN && store.sequence().is_none());
    }
    let two = file(format!("{}{}", spki_pem(1), spki_pem(2)), BARE).unwrap();
    assert_eq!(two.authorities().len(), 2);
    let two = file(format!("{}\n{}\n", ssh(1), ssh(2)), BARE).unwrap();
    assert_eq!(two.authorities().len(), 2);
}

#[test]
fn bare_refusals() {
    let check = |text: &[u8], expected: &str| {
        let kind = file(text, BARE).map(|_| ()).expect_err(expected);
        assert_eq!(kind.to_string(), expected);
    };
    let unrecognised = "neither a key, nor a certificate, nor a trust store";
    check(b"", unrecognised);
    check(b"hello", unrecognised);
    check(b"{\"a\":1}", unrecognised);
    check(
        b"{\"kty\":\"OKP\",\"kty\":\"EC\"}",
        &json::parse(b"{\"kty\":\"OKP\",\"kty\":\"EC\"}").unwrap_err().to_string(),
    );
    let private = "a private key, expected public ones";
    check(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", private);
    check(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", private);
    check(b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", private);
    check(jwk(1).replace("\"kty\"", "\"d\":\"AA\",\"kty\"").as_bytes(), private);
    check(
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        "a PEM block \"X509 CRL\", expected a public key or a certificate",
    );
    assert!(file(&spki_pem(1).as_bytes()[..60], BARE).is_err());
    assert!(file(&public_key(1).spki_der()[..20], BARE).is_err());
    assert!(file("ssh-dss AAAA", BARE).is_err());
    let weak = PublicKey::from_rsa(&[vec![0x80], vec![1; 127]].concat(), &[1, 0, 1]).unwrap();
    let text = pem::encode("PUBLIC KEY", &weak.spki_der());
    assert_eq!(file(text, BARE).map(|_| ()), Err(TrustErrorKind::Weak(weak.id())));
}

#[test]
fn every_ordered_pair_of_purposes() {
    for given in Purpose::ALL {
        let store = file(spki_pem(1), Naming::Purpose(given)).unwrap();
        for wanted in Purpose::ALL {
            assert_eq!(
                store.authorities_for(wanted).count(),
                usize::from(given == wanted),
                "{given} for {wanted}"
            );
        }
    }
}

#[test]
fn bare_certificates() {
    let der = |authority, usages: &[u8], signer| {
        Made { subject: "r", issuer: "r", seed: 1, signer, authority, usages }.der()
    };
    let purposes = |der: &[u8], naming| {
        let store = file(certificate_pem(der), naming)?;
        let [only] = store.authorities() else { return Ok(Vec::new()) };
        assert_eq!(only.identity.to_string(), format!("key:{}", public_key(1).id()));
        assert!(only.keys.is_empty() && only.certificates == [der]);
        Ok(only.purposes.iter().copied().collect::<Vec<_>>())
    };
    use CertificateUse::{Any, Attestation, Timestamp};
    use Purpose as P;
    let bare = |usage| Naming::Bare(usage);
    let any = der(Some(true), &[], 1);
    assert_eq!(purposes(&any, bare(Any)), Ok(vec![P::Attestation, P::Timestamp]));
    assert_eq!(purposes(&any, bare(Attestation)), Ok(vec![P::Attestation]));
    assert_eq!(purposes(&any, bare(Timestamp)), Ok(vec![P::Timestamp]));
    let stamping = der(Some(true), &[8], 1);
    assert_eq!(purposes(&stamping, bare(Any)), Ok(vec![P::Timestamp]));
    assert_eq!(purposes(&stamping, bare(Attestation)), Err(TrustErrorKind::NoUsage));
    let signing = der(Some(true), &[3], 1);
    assert_eq!(purposes(&signing, bare(Any)), Ok(vec![P::Attestation]));
    assert_eq!(purposes(&signing, bare(Timestamp)), Err(TrustErrorKind::NoUsage));
    assert_eq!(purposes(&der(Some(true), &[1], 1), bare(Any)), Err(TrustErrorKind::NoUsage));
    for not_authority in [None, Some(false)] {
        assert_eq!(purposes(&der(not_authority, &[], 1), bare(Any)), Err(TrustErrorKind::NotAuthority));
    }
    // Never kit, log or custody without a name, always what it is named.
    for purpose in Purpose::ALL {
        for der in [&any, &der(None, &[1], 1)] {
            assert_eq!(purposes(der, Naming::Purpose(purpose)), Ok(vec![purpose]));
        }
    }
}

#[test]
fn intermediates_are_no_anchors() {
    let intermediate =
        Made { subject: "i", issuer: "r", seed: 2, signer: 1, authority: Some(true), usages: &[] }.der();
    // Bears the name of its issuer and another signature.
    let impostor =
        Made { subject: "r", issuer: "r", seed: 2, signer: 1, authority: Some(true), usages: &[] }.der();
    let root = making::root("r", 1, &[]);
    let named = Naming::Purpose(Purpose::Attestation);
    for der in [&intermediate, &impostor] {
        for form in [certificate_pem(der).into_bytes(), der.clone()] {
            let store = file(form.clone(), BARE).unwrap();
            assert!(store.authorities().is_empty() && store.is_unconfigured());
            assert_eq!(store.intermediates().iter().next(), Some(der));
            assert_eq!(file(form, named).unwrap().authorities().len(), 1, "named, it is an anchor");
        }
        let chain = format!("{}{}", certificate_pem(der), certificate_pem(&root));
        for naming in [BARE, named] {
            let store = file(chain.clone(), naming).unwrap();
            assert_eq!((store.authorities().len(), store.intermediates().len()), (1, 1));
        }
    }
    let two = format!("{}{}", certificate_pem(&intermediate), certificate_pem(&impostor));
    let store = file(two, named).unwrap();
    assert!(store.authorities().is_empty(), "which of the two was meant, nobody said");
}

#[test]
fn folders_of_keys() {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    files.insert("README".into(), b"words".to_vec());
    files.insert("a.pem".into(), spki_pem(1).into());
    files.insert("deep/b.pub".into(), ssh(2).into());
    let read = |files: &BTreeMap<String, Vec<u8>>| parse_directory(files, BARE, None);
    let store = read(&files).unwrap();
    assert_eq!(store.authorities().len(), 2);
    assert_eq!(store.unused().iter().map(|unused| unused.name.as_str()).collect::<Vec<_>>(), ["README"]);
    // The same content under other names is the same store.
    let renamed = BTreeMap::from([("z.pem".into(), spki_pem(1).into()), ("y".into(), ssh(2).into())]);
    assert_eq!(read(&renamed).unwrap().digest(), store.digest());
    // A second spelling of a key adds nobody.
    files.insert("c.jwk".into(), jwk(1).into());
    assert_eq!(read(&files).unwrap().digest(), store.digest());

    for (name, content) in [
        ("broken.pem", "words"),
        ("BROKEN.PEM", ""),
        ("broken.json", "{"),
        ("other.json", "[]"),
        ("odd.json", "{}"),
        ("unpromised", "-----BEGIN PUBLIC KEY-----\n"),
        ("k", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
    ] {
        let mut files = files.clone();
        files.insert(name.to_owned(), content.as_bytes().to_vec());
        let error = read(&files).map(|_| ()).expect_err(name);
        assert_eq!(error.file, name);
    }
    assert!(read(&BTreeMap::new()).unwrap().is_unconfigured());
    let many = (0..=crate::limits::TRUST_FILES_MAX).map(|n| (n.to_string(), Vec::new())).collect();
    assert!(matches!(read(&many).unwrap_err().kind, TrustErrorKind::TooMany { .. }));
}

#[test]
fn a_store_names_its_own_purposes() {
    let (text, files) = full();
    let mut files = files.clone();
    files.insert(STORE_FILE.to_owned(), canonical_bytes(&text));
    let named = Naming::Purpose(Purpose::Kit);
    let error = parse_directory(&files, named, None).map(|_| ()).unwrap_err();
    assert_eq!(error.kind, TrustErrorKind::NamedStore { purpose: Purpose::Kit });
    // The file alone refers to files that are not there.
    let alone = file(canonical_bytes(&text), BARE).map(|_| ()).unwrap_err();
    assert!(matches!(alone, TrustErrorKind::Missing { .. }), "{alone}");
    let inline = format!(
        r#"{{"schema":"stella.trust/v1","sequence":"1","issuedAt":"2026-01-01T00:00:00Z",
            "authorities":[{{"identity":"a","purposes":["log"],"keys":[{{"jwk":{}}}]}}]}}"#,
        jwk(1)
    );
    assert_eq!(file(canonical_bytes(&inline), BARE).unwrap().authorities().len(), 1);
    assert!(file(canonical_bytes(&inline), named).is_err());
    assert!(file(inline, BARE).is_err(), "not canonical");
}

fn anchors(rfc3161: &str, roughtime: &str) -> String {
    format!(r#"{{"version":1,"roughtime":[{roughtime}],"rfc3161":[{rfc3161}]}}"#)
}

fn anchor_entries() -> (String, String) {
    let der = making::root("t", 7, &[8]);
    let window = r#""validFrom":"2025-01-01T00:00:00Z","validTo":"2026-01-01T00:00:00Z""#;
    let rfc3161 = format!(
        r#"{{"name":"tsa","certificatePem":{},"fingerprintSha256":"{}",{window}}}"#,
        quoted(&certificate_pem(&der)),
        Digest::sha256(&der).hex()
    );
    let key = base64::encode_standard(&raw(1));
    (rfc3161, format!(r#"{{"name":"rough","publicKeyBase64":"{key}",{window}}}"#))
}

#[test]
fn time_anchor_roots() {
    let (rfc3161, roughtime) = anchor_entries();
    let text = anchors(&rfc3161, &roughtime);
    let store = file(text.clone(), BARE).unwrap_or_else(|kind| panic!("{kind}"));
    let [rough, tsa] = store.authorities() else { panic!("two roots") };
    // Whatever the format of a token, it finds no root of the other format.
    assert!(rough.certificates.is_empty() && rough.keys.len() == 1);
    assert!(tsa.keys.is_empty() && tsa.certificates.len() == 1);
    for root in [rough, tsa] {
        assert_eq!(root.purposes, [Purpose::Timestamp].into());
        assert_eq!(root.window.not_after, Some(at("2026-01-01T00:00:00Z")));
    }
    assert!(file(text.clone(), Naming::Purpose(Purpose::Timestamp)).is_ok());
    assert!(file(text.clone(), Naming::Purpose(Purpose::Log)).is_err());

    let used = |time: &str| parse_file("roots.json", text.as_bytes(), BARE, Some(at(time))).unwrap();
    assert_eq!(used("2025-06-01T00:00:00Z").authorities().len(), 2);
    assert_eq!(used("2026-01-01T00:00:00Z").authorities().len(), 2);
    for time in ["2026-01-01T00:00:01Z", "2024-12-31T23:59:59Z"] {
        let store = used(time);
        assert_eq!((store.authorities().len(), store.unused().len()), (0, 2), "{time}");
    }
}

#[test]
fn time_anchor_roots_refused() {
    let (rfc3161, roughtime) = anchor_entries();
    let good = anchors(&rfc3161, &roughtime);
    let check = |from: &str, to: &str, expected: &str| {
        assert!(good.contains(from), "{from}");
        let kind = file(good.replacen(from, to, 1), BARE).map(|_| ()).expect_err(to);
        assert_eq!(kind.to_string(), expected);
    };
    check("\"version\":1", "\"version\":2", "\"/version\" is \"2\", expected 1");
    check("\"version\":1,", "", "\"/version\" is missing");
    check("\"version\":1", "\"version\":1,\"rfc9999\":[]", "\"/rfc9999\" is not known here");
    check(
        "\"name\":\"rough\"",
        "\"name\":\"\"",
        "\"/roughtime/0/name\" is \"\", expected an identity: the identity is empty",
    );
    check("\"validFrom\":\"2025", "\"validFrom\":\"2027", "/roughtime/0/validFrom ends before it begins");
    check(
        "\"validTo\":\"2026-01-01T00:00:00Z\"",
        "\"validTo\":\"soon\"",
        "\"/roughtime/0/validTo\" is \"soon\", expected an RFC 3339 time",
    );
    check("publicKeyBase64", "certificatePem", "\"/roughtime/0/publicKeyBase64\" is missing");
    check(
        "\"name\":\"tsa\"",
        "\"publicKeyBase64\":\"AA==\",\"name\":\"tsa\"",
        "\"/rfc3161/0/publicKeyBase64\" is not known here",
    );
    let found = Digest::sha256(&making::root("t", 7, &[8]));
    check(
        &found.hex(),
        &Digest::sha256(b"").hex(),
        &format!("/rfc3161/0/fingerprintSha256 is the fingerprint of another certificate, found {found}"),
    );
    assert!(file(good.replacen(&found.hex(), &found.hex().to_uppercase(), 1), BARE).is_ok());
}

fn authority(name: &str, seeds: &[u8]) -> Authority {
    let mut authority = Authority::new(identity(name), [Purpose::Attestation]);
    authority.keys = seeds.iter().map(|seed| TrustedKey::public(public_key(*seed))).collect();
    authority
}

#[test]
fn merging() {
    let (a, b) = (TrustStore::of([authority("a", &[1])]), TrustStore::of([authority("b", &[2])]));
    let merged = TrustStore::merge([&a, &b]);
    assert_eq!(merged.authorities().len(), 2);
    assert_eq!(merged.digest(), TrustStore::merge([&b, &a]).digest());
    assert_eq!(merged.digest(), TrustStore::merge([&b, &a, &merged]).digest());
    assert_eq!(TrustStore::merge([&a]).digest(), a.digest());
    assert!(TrustStore::merge([]).is_unconfigured());

    let numbered =
        |sequence, name: &str| store(sequence, "2026-01-01T00:00:00Z", &[authority(name, &[1])], &[]);
    let (five, seven) = (numbered(5, "a"), numbered(7, "b"));
    assert_eq!(TrustStore::merge([&seven, &five]).sequence(), Some(5));
    assert_eq!(TrustStore::merge([&seven, &a]).sequence(), None, "a bare key is as old as nobody knows");
    assert_eq!(TrustStore::merge([&seven, built_in()]).sequence(), Some(7), "nobody in there is trusted");
    assert_eq!(TrustStore::merge([&seven, &a]).issued_at(), None);
}

/// A store made of parts, through its form.
fn store(sequence: u64, issued: &str, authorities: &[Authority], distrusted: &[(&str, &str)]) -> TrustStore {
    let entries: Vec<String> = authorities
        .iter()
        .map(|authority| {
            let keys: Vec<String> = authority
                .keys
                .iter()
                .map(|key| {
                    let crate::anchor::KeyMaterial::Public(public) = &key.material else { panic!() };
                    format!("{{\"pem\":{}}}", quoted(&pem::encode("PUBLIC KEY", &public.spki_der())))
                })
                .collect();
            let name = quoted(authority.identity.as_str());
            format!("{{\"identity\":{name},\"purposes\":[\"attestation\"],\"keys\":[{}]}}", keys.join(","))
        })
        .collect();
    let withdrawn: Vec<String> = distrusted
        .iter()
        .map(|(whom, reason)| {
            let kind = if whom.starts_with("sha256:") { "key" } else { "identity" };
            format!("{{\"{kind}\":\"{whom}\",\"reason\":\"{reason}\"}}")
        })
        .collect();
    let text = format!(
        r#"{{"schema":"stella.trust/v1","sequence":"{sequence}","issuedAt":"{issued}","authorities":[{}],"distrusted":[{}]}}"#,
        entries.join(","),
        withdrawn.join(",")
    );
    file(canonical_bytes(&text), BARE).unwrap_or_else(|kind| panic!("{kind}"))
}

#[test]
fn distrust_beats_every_source() {
    let key = public_key(1).id().to_string();
    let by_key = store(1, "2026-01-01T00:00:00Z", &[], &[(&key, "stolen")]);
    let argument = TrustStore::of([authority("a", &[1, 2]), authority("b", &[1]), authority("c", &[3])]);
    let merged = TrustStore::merge([&argument, &by_key]);
    assert_eq!(merged.digest(), argument.without_distrusted_by(&by_key).digest_without_number(&merged));
    let reasons: Vec<Vec<Option<&str>>> = merged
        .authorities()
        .iter()
        .map(|authority| authority.keys.iter().map(|key| authority.distrust_of(key)).collect())
        .collect();
    let of = |name: &str| {
        let position = merged.authorities().iter().position(|a| a.identity.as_str() == name).unwrap();
        reasons[position].iter().flatten().count()
    };
    assert_eq!((of("a"), of("b"), of("c")), (1, 1, 0), "the key, whoever has it; the other key stays");

    // A person is distrusted under all names, and with all keys.
    let by_name = store(1, "2026-01-01T00:00:00Z", &[], &[("b", "left")]);
    let merged = TrustStore::merge([&argument, &by_name]);
    let gone: Vec<bool> = merged.authorities().iter().map(|a| a.distrusted.is_some()).collect();
    assert_eq!(gone, [true, true, false], "a shares a key with b");
    for seed in [1, 2] {
        assert_eq!(merged.distrust_of_key(&public_key(seed).id()), Some("left"));
    }
    assert_eq!(merged.distrust_of_key(&public_key(3).id()), None);
    assert!(!merged.is_unconfigured());

    // The bare key of somebody distrusted, given as an argument.
    let named = store(1, "2026-01-01T00:00:00Z", &[authority("b", &[1])], &[("b", "left")]);
    let bare = file(spki_pem(1), BARE).unwrap();
    let merged = TrustStore::merge([&bare, &named]);
    assert!(merged.authorities().iter().all(|authority| authority.distrusted.is_some()));
    assert!(merged.is_unconfigured());
    let only_key = TrustStore::merge([&bare, &by_key]);
    assert!(only_key.is_unconfigured(), "its only key is distrusted");
}

impl TrustStore {
    /// The digest with the sequence and date of another store.
    fn digest_without_number(&self, other: &TrustStore) -> Digest {
        let mut draft = self.to_draft();
        (draft.sequence, draft.issued_at) = (other.sequence(), other.issued_at());
        draft.seal().digest()
    }
}

#[test]
fn distrust_reaches_certificates() {
    let mut issuer = authority("ca", &[]);
    issuer.certificates.push(making::root("r", 1, &[]));
    let gone = store(1, "2026-01-01T00:00:00Z", &[], &[("ca", "broken into")]);
    let merged = TrustStore::merge([&TrustStore::of([issuer]), &gone]);
    assert_eq!(merged.distrust_of_key(&public_key(1).id()), Some("broken into"));
}

#[test]
fn replacing() {
    let jan = "2026-01-01T00:00:00Z";
    let a = [authority("a", &[1])];
    let old = store(5, jan, &a, &[]);
    let check = |new: &TrustStore, expected: Result<(), &str>| {
        let found = may_replace(Some(&old), new, None).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    };
    check(&old, Ok(()));
    check(&store(6, jan, &a, &[]), Ok(()));
    check(&store(6, "2026-02-01T00:00:00Z", &[], &[]), Ok(()));
    check(&store(4, jan, &a, &[]), Err("the store has sequence 4, and the one in place has 5"));
    check(&store(5, jan, &[], &[]), Err("the store has sequence 5 like the one in place, and other content"));
    check(
        &store(6, "2025-12-31T00:00:00Z", &a, &[]),
        Err("the store was issued at 2025-12-31T00:00:00Z, and the one in place at 2026-01-01T00:00:00Z"),
    );
    check(&TrustStore::of(a.clone()), Err("the store has no sequence and no date of issue"));

    let superseding = |digest: &Digest| {
        let text = format!(
            r#"{{"schema":"stella.trust/v1","sequence":"6","issuedAt":"{jan}","authorities":[],"supersedes":"{digest}"}}"#
        );
        file(canonical_bytes(&text), BARE).unwrap()
    };
    check(&superseding(&old.digest()), Ok(()));
    let other = Digest::sha256(b"other");
    check(
        &superseding(&other),
        Err(&format!("the store supersedes {other}, and the one in place is {}", old.digest())),
    );

    let new = store(6, jan, &a, &[]);
    assert_eq!(may_replace(None, &new, Some(6)), Ok(()));
    assert_eq!(may_replace(None, &new, Some(7)), Err(ReplaceError::BelowDemanded { found: 6, demanded: 7 }));
    assert_eq!(may_replace(None, &TrustStore::of([]), None), Err(ReplaceError::Unnumbered));
}

#[test]
fn differences() {
    let jan = "2026-01-01T00:00:00Z";
    let key = public_key(9).id().to_string();
    let old = store(5, jan, &[authority("a", &[1, 2]), authority("b", &[3])], &[(&key, "stolen")]);
    assert!(diff(&old, &old).changes.is_empty());
    let new = store(6, jan, &[authority("a", &[2, 4]), authority("c", &[5])], &[]);
    let lines: Vec<String> = diff(&old, &new)
        .changes
        .iter()
        .map(|change| format!("{} {} {}", change.kind.name(), change.subject, change.member))
        .collect();
    let mut rotated = vec![
        format!("removed authority a key {}", public_key(1).id()),
        format!("added authority a key {}", public_key(4).id()),
    ];
    rotated.sort_by_key(|line| line.split(' ').next_back().map(str::to_owned));
    let mut expected = rotated;
    expected.extend([
        "removed authority b ".to_owned(),
        "added authority c ".to_owned(),
        format!("removed distrust of key {key} "),
        "changed store sequence".to_owned(),
    ]);
    assert_eq!(lines, expected);
    let sequence = &diff(&old, &new).changes[5];
    assert_eq!(sequence.to_string(), "changed store sequence: \"5\" -> \"6\"");
    assert_eq!(diff(&old, &new).old, (old.digest(), Some(5)));

    // Whatever changes the digest is a difference, and the other way round.
    let (text, files) = full();
    let base = read(&text, &files).unwrap();
    for (from, to) in [
        ("\"Release team\"", "\"x\""),
        ("\"1000000000\"", "\"1\""),
        ("\"stolen\"", "\"lost\""),
        ("\"12\"", "\"13\""),
    ] {
        assert_eq!(diff(&base, &changed(from, to).unwrap()).changes.len(), 1, "{to}");
    }
}

#[test]
fn writing_and_reading_give_the_same() {
    let (text, files) = full();
    let store = read(&text, &files).unwrap();
    let written = to_files(&store).unwrap();
    let names: Vec<&str> = written.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 1 + 2 + 1 + 1 + 1, "{names:?}");
    let again = parse_directory(&written, BARE, None).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.digest(), store.digest());
    assert_eq!(again.origin(), store.origin());
    assert!(again.unused().is_empty());
    assert_eq!(to_files(&again).unwrap(), written);
    let text = String::from_utf8(written[STORE_FILE].clone()).unwrap();
    assert!(!text.contains("0001020304"), "no secret stands in the store itself");
    assert!(written.iter().any(|(name, bytes)| name.starts_with("shared/") && bytes == SECRET));

    assert_eq!(to_files(&TrustStore::of([authority("a", &[1])])), Err(WriteError::Unnumbered));
    let jan = "2026-01-01T00:00:00Z";
    let (one, two) = (store_of(1, jan, 1), store_of(1, jan, 2));
    assert_eq!(to_files(&TrustStore::merge([&one, &two])), Err(WriteError::RepeatedIdentity("a".into())));
}

fn store_of(sequence: u64, issued: &str, seed: u8) -> TrustStore {
    store(sequence, issued, &[authority("a", &[seed])], &[])
}

#[test]
fn the_built_in_store_trusts_nobody_yet() {
    let store = built_in();
    assert!(store.is_unconfigured() && store.authorities().is_empty());
    assert!(store.origin().is_some() && store.issued_at().is_some() && store.sequence().is_some());
}

#[test]
fn postures() {
    let production = Situation {
        kit: Kit::Verified,
        authorities: 3,
        development: 0,
        sequence: Some(5),
        demanded: Some(5),
        signatures_required: true,
    };
    let check = |situation: Situation, expected, steps: &[Step]| {
        assert_eq!(posture(&situation), (expected, steps.to_vec()), "{situation:?}");
    };
    let base = || production.clone();
    check(base(), Posture::Production, &[]);
    check(Situation { demanded: None, ..base() }, Posture::Production, &[]);
    check(Situation { authorities: 0, ..base() }, Posture::Unconfigured, &[Step::NameTrust]);
    check(Situation { kit: Kit::None, ..base() }, Posture::Bootstrap, &[Step::UseSignedKit]);
    check(Situation { kit: Kit::Development, ..base() }, Posture::Bootstrap, &[Step::UseSignedKit]);
    check(Situation { development: 2, ..base() }, Posture::Bootstrap, &[Step::ReplaceDevelopment(2)]);
    check(Situation { sequence: None, ..base() }, Posture::Bootstrap, &[Step::NumberTrust]);
    check(
        Situation { sequence: Some(4), ..base() },
        Posture::Bootstrap,
        &[Step::RenewTrust { found: 4, demanded: 5 }],
    );
    check(Situation { signatures_required: false, ..base() }, Posture::Bootstrap, &[Step::RequireSignatures]);
    let how = || "another binary".to_owned();
    let drifted = [Step::SettleKit(how())];
    check(Situation { kit: Kit::Disagrees(how()), ..base() }, Posture::Drifted, &drifted);
    check(Situation { kit: Kit::Disagrees(how()), authorities: 0, ..base() }, Posture::Drifted, &drifted);
    let worst =
        Situation { kit: Kit::None, development: 3, sequence: None, signatures_required: false, ..base() };
    assert_eq!(posture(&worst).1.len(), 4);
}

#[test]
fn two_names_for_one_key_are_one_person() {
    let (text, files) = full();
    let store = read(&text, &files).unwrap();
    let bare = file(spki_pem(1), BARE).unwrap();
    let merged = TrustStore::merge([&store, &bare]);
    let named = identity("release@example.org");
    let bare = &bare.authorities()[0].identity;
    assert_eq!(merged.persons().distinct([&named, bare]), [named.clone()].into());
}

#[test]
fn secrets_are_never_shown() {
    let (text, files) = full();
    let store = read(&text, &files).unwrap();
    let shown = format!("{store:?} {:?}", SharedKey::from_bytes(&[7; 32]));
    assert!(!shown.contains("00010203") && !shown.contains("[0, 1, 2, 3"));
}

#[test]
fn a_keyring_of_signet_is_for_custody() {
    let read = |text: &str, naming| super::parse_file("ring.json", text.as_bytes(), naming, None);
    let custody = Naming::Purpose(Purpose::Custody);
    let secret = "00".repeat(16);
    let ring = |names: &str| format!(r#"{{"active":"k1","keys":{{{names}}}}}"#);
    let two = ring(&format!(r#""k1":"{secret}","2026-05-17":"{}""#, "01".repeat(32)));
    let store = read(&two, custody).unwrap();
    let [authority] = store.authorities() else { panic!("one authority") };
    assert_eq!(authority.purposes, [Purpose::Custody].into());
    let hints: Vec<bool> = ["k1", "2026-05-17"]
        .iter()
        .map(|name| authority.keys.iter().any(|key| key.is_hinted_by(name)))
        .collect();
    assert_eq!((hints, authority.keys.len()), (vec![true, true], 2));
    assert!(!format!("{store:?}").contains(&secret));
    for naming in [Naming::Bare(CertificateUse::Any), Naming::Purpose(Purpose::Attestation)] {
        let error = read(&two, naming).unwrap_err().to_string();
        assert!(error.contains("serves only custody"), "{error}");
    }
    for (text, expected) in [
        (ring(&format!(r#""k2":"{secret}""#)), "the name of one of the keys"),
        (ring(&format!(r#""k1":"{secret}","k2":"{secret}""#)), "twice"),
        (ring(r#""k1":"00""#), "a shared key of 1 bytes"),
        (ring(r#""k1":"0X00000000000000000000000000000000""#), "lower-case hexadecimal"),
        (ring(&format!(r#""k1":"{secret}","a b":"{}""#, "02".repeat(16))), "names of letters"),
    ] {
        let error = read(&text, custody).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(!error.contains("0000000000"), "{error}");
    }
}
