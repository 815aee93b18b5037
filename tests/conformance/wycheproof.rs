//! Project Wycheproof: ECDSA in both encodings, Ed25519, RSA PKCS#1 v1.5 and PSS.
//!
//! Keys are read from their SubjectPublicKeyInfo. Every PSS signature is
//! checked twice: by the library's own check and by aws-lc with the same
//! parameters, and the two must say the same.

use aws_lc_rs::signature as lc;
use serde_json::Value;
use stella_forensic::crypto::key::{KeyError, PublicKey};
use stella_forensic::crypto::pss::{Pss, SaltLength};
use stella_forensic::crypto::signature::{self, Algorithm, Encoding, SignatureError};
use stella_forensic::digest::{Algorithm as Hash, Digest, decode_hex};
use stella_forensic::wire::json;

use super::{Case, Files, Judged, Suite};

pub const SUITE: Suite = Suite { name: "wycheproof", exceptions: &[], judge, further };

fn judge(files: &Files, case: &Case) -> Judged {
    let (file, test) = case.file("0").split_once("#tcId=").expect("cases name a test in a file");
    let suite = files.json(file);
    let group = &suite["testGroups"][case.params["group"].as_u64().expect("a group") as usize];
    let tests = group["tests"].as_array().expect("a group has tests");
    let test: u64 = test.parse().expect("a test is named by its number");
    let test = tests.iter().find(|t| t["tcId"] == test).expect("the test is in its group");
    assert_eq!(test["result"], case.params["result"], "{}", case.id);
    check(group, test)
}

fn check(group: &Value, test: &Value) -> Judged {
    let key = match PublicKey::from_spki_der(&hex(&group["publicKeyDer"])) {
        Ok(key) => key,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let (message, sig) = (hex(&test["msg"]), hex(&test["sig"]));
    let hash = group["sha"].as_str().map(hash);
    let kind = group["type"].as_str().expect("a group has a type");
    let verify = |name: String, encoding| {
        let algorithm = Algorithm::from_name(&name).unwrap_or_else(|| panic!("{name}"));
        signature::verify(algorithm, encoding, &key, &message, &sig)
    };
    let sha = hash.map(Hash::name).unwrap_or_default();
    let curve = || match group["publicKey"]["curve"].as_str() {
        Some("secp256r1") => "p256",
        Some("secp384r1") => "p384",
        Some("secp521r1") => "p521",
        other => panic!("{other:?}"),
    };
    Judged::from_result(match kind {
        "EddsaVerify" => verify("ed25519".into(), Encoding::Der),
        "EcdsaVerify" => verify(format!("ecdsa-{}-{sha}", curve()), Encoding::Der),
        "EcdsaP1363Verify" => verify(format!("ecdsa-{}-{sha}", curve()), Encoding::P1363),
        "RsassaPkcs1Verify" => verify(format!("rsa-pkcs1-{sha}"), Encoding::Der),
        "RsassaPssVerify" => {
            assert_eq!(group["sha"], group["mgfSha"]);
            let salt = group["sLen"].as_u64().expect("PSS has a salt") as usize;
            let hash = hash.expect("PSS has a hash");
            let digest = Digest::of(hash, &message);
            let parameters = Pss { mgf: hash, salt: SaltLength::Exactly(salt) };
            let ours = signature::verify_pss_digest(&parameters, &key, &digest, &sig);
            let twin =
                lc::UnparsedPublicKey::new(pss_of_aws_lc(hash, salt), key.spki_der()).verify(&message, &sig);
            if ours.is_ok() != twin.is_ok() {
                return Judged::Differs(format!("our PSS says {ours:?}, aws-lc {twin:?}"));
            }
            if salt == hash.size() && verify(format!("rsa-pss-{sha}"), Encoding::Der).is_ok() != ours.is_ok()
            {
                return Judged::Differs(format!("with named parameters {ours:?}, by name otherwise"));
            }
            ours.map(drop)
        }
        other => panic!("{other}"),
    })
}

fn pss_of_aws_lc(hash: Hash, salt: usize) -> &'static lc::RsaParameters {
    const fn with(parameters: lc::RsaParameters, salt: u16) -> lc::RsaParameters {
        parameters.with_pss_salt_length(lc::RsaPssSaltLength::Custom(salt))
    }
    match (hash, salt) {
        (Hash::Sha256, 0) => &const { with(lc::RSA_PSS_2048_8192_SHA256, 0) },
        (Hash::Sha256, 32) => &const { with(lc::RSA_PSS_2048_8192_SHA256, 32) },
        (Hash::Sha384, 48) => &const { with(lc::RSA_PSS_2048_8192_SHA384, 48) },
        (Hash::Sha512, 32) => &const { with(lc::RSA_PSS_2048_8192_SHA512, 32) },
        (Hash::Sha512, 64) => &const { with(lc::RSA_PSS_2048_8192_SHA512, 64) },
        other => panic!("{other:?}"),
    }
}

fn hash(name: &str) -> Hash {
    Hash::from_name(&name.replace("SHA-", "sha")).unwrap_or_else(|| panic!("{name}"))
}

fn hex(value: &Value) -> Vec<u8> {
    decode_hex(value.as_str().expect("hexadecimal")).expect("hexadecimal")
}

/// What the index does not list: tests that Wycheproof calls acceptable, and
/// the other spellings in which it gives its keys.
fn further(files: &Files) -> Vec<(String, bool)> {
    let (mut lenient, mut keys, mut spellings, mut wrong) = (0, 0, 0, Vec::new());
    for file in files.names().into_iter().filter(|name| name.ends_with("_test.json")) {
        let suite = files.json(&file);
        for group in suite["testGroups"].as_array().expect("a suite has groups") {
            for test in group["tests"].as_array().expect("a group has tests") {
                if test["result"] == "acceptable" {
                    lenient += 1;
                    if !matches!(check(group, test), Judged::Refuses(_)) {
                        wrong.push(format!("{file}#{}: acceptable, and accepted", test["tcId"]));
                    }
                }
            }
            keys += 1;
            let key = PublicKey::from_spki_der(&hex(&group["publicKeyDer"]));
            let pem = group["publicKeyPem"].as_str().expect("a group has a PEM key");
            for (name, other) in [("PEM", Some(PublicKey::from_pem(pem))), ("JWK", jwk(group))] {
                let Some(other) = other else { continue };
                spellings += 1;
                if key.is_err() || other != key {
                    wrong.push(format!("{file}: {name} gives {other:?}, DER {key:?}"));
                }
            }
        }
    }
    vec![
        (format!("wycheproof: {lenient} acceptable tests are refused; {wrong:?}"), wrong.is_empty()),
        (format!("wycheproof: {spellings} other spellings of {keys} keys were read"), spellings > keys),
        ("wycheproof: a short RSA modulus is refused with its length".into(), short_modulus(files)),
    ]
}

fn jwk(group: &Value) -> Option<Result<PublicKey, KeyError>> {
    let value = ["publicKeyJwk", "keyJwk"].into_iter().map(|name| &group[name]).find(|v| v.is_object())?;
    Some(PublicKey::from_jwk(&json::parse(value.to_string().as_bytes()).expect("serde_json writes JSON")))
}

/// The same signatures under an algorithm for shorter keys only.
fn short_modulus(files: &Files) -> bool {
    let suite = files.json("rsa_signature_2048_sha256_test.json");
    let group = &suite["testGroups"][0];
    let key = PublicKey::from_spki_der(&hex(&group["publicKeyDer"])).expect("a sound key");
    let (message, sig) = (hex(&group["tests"][0]["msg"]), hex(&group["tests"][0]["sig"]));
    let legacy = Algorithm::LegacyRsa1024Pkcs1Sha256;
    matches!(
        signature::verify(legacy, Encoding::Der, &key, &message, &sig),
        Err(SignatureError::ModulusBits { found: 2048, min: 1024, max: 2047, .. })
    )
}
