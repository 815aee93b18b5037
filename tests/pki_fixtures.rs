//! A second opinion on what the issuer of the fixtures makes: the `openssl`
//! command accepts what is in order and refuses what is not, so that our issuer
//! and our verifier do not share a mistake.
//!
//! Without that command the tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use stella_forensic::digest::Digest;
use stella_forensic::wire::base64;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn present() -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("there is no openssl here: nothing was compared");
    }
    found
}

fn openssl(arguments: &[&str]) -> Output {
    Command::new("openssl").args(arguments).current_dir(fixtures()).output().expect("openssl starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// A certificate of the folder of keys.
fn certificate(name: &str) -> String {
    format!("keys/pki/{name}.TEST-CERT.pem")
}

/// In March and May of 2024, and on the day of the audit.
const SIGNED: &str = "1709294400";
const RESTAMPED: &str = "1714564800";
const AUDIT: &str = "1768003200";

#[track_caller]
fn path(root: &str, intermediates: &[&str], leaf: &str, purpose: &str, at: &str) {
    let (root, leaf) = (certificate(root), certificate(leaf));
    let between: Vec<String> = intermediates.iter().map(|name| certificate(name)).collect();
    let mut arguments = vec!["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-attime", at];
    arguments.extend(["-CAfile", &root]);
    if !purpose.is_empty() {
        arguments.extend(["-purpose", purpose]);
    }
    between.iter().for_each(|one| arguments.extend(["-untrusted", one]));
    arguments.push(&leaf);
    let output = openssl(&arguments);
    assert!(output.status.success(), "{leaf}: {}", said(&output));
}

#[test]
fn paths() {
    if !present() {
        return;
    }
    let stamping = "timestampsign";
    for leaf in ["tsa-a", "tsa-a-stolen", "tsa-a-replaced"] {
        path("root-ca-a", &["tsa-issuing-ca-a"], leaf, stamping, AUDIT);
    }
    path("root-ca-a", &["tsa-issuing-ca-a"], "tsa-a-2024", stamping, SIGNED);
    path("root-ca-b", &[], "tsa-b", stamping, AUDIT);
    path("root-ca-c", &["code-signing-ca"], "signer", "", SIGNED);
    path("root-ca-a", &["tsa-issuing-ca-a"], "ocsp-responder-a", "ocsphelper", AUDIT);
    path("root-ca-c", &["code-signing-ca"], "ocsp-responder-c", "ocsphelper", AUDIT);
}

#[test]
fn keys_belong_to_their_certificates() {
    if !present() {
        return;
    }
    let mut found = 0;
    for entry in fs::read_dir(fixtures().join("keys/pki")).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.to_str().and_then(|path| path.strip_suffix(".TEST-KEY.pem")) else { continue };
        let public = openssl(&["pkey", "-pubout", "-in", path.to_str().unwrap()]);
        let certified = openssl(&["x509", "-noout", "-pubkey", "-in", &format!("{name}.TEST-CERT.pem")]);
        assert!(public.status.success() && certified.status.success(), "{name}");
        assert_eq!(public.stdout, certified.stdout, "{name}");
        let subject =
            said(&openssl(&["x509", "-noout", "-subject", "-in", &format!("{name}.TEST-CERT.pem")]));
        assert!(subject.contains("TEST"), "{subject}");
        found += 1;
    }
    assert_eq!(found, 14);
}

#[track_caller]
fn list(file: &str, issuer: &str, holds: bool) {
    let output = openssl(&["crl", "-inform", "DER", "-noout", "-in", file, "-CAfile", &certificate(issuer)]);
    // The exit status says only whether it could be read.
    assert_eq!(said(&output).contains("verify OK"), holds, "{file}: {}", said(&output));
}

#[test]
fn lists() {
    if !present() {
        return;
    }
    let folder = "evidence/certificate-signed";
    list(&format!("{folder}/tsa-issuing-ca.crl"), "tsa-issuing-ca-a", true);
    list(&format!("{folder}/tsa-root-a.crl"), "root-ca-a", true);
    list(&format!("{folder}/code-signing-ca.crl"), "code-signing-ca", true);
    list(&format!("{folder}/code-signing-root.crl"), "root-ca-c", true);
    list("evidence/restamped/tsa-root-b.crl", "root-ca-b", true);
    list("evidence/restamped/tsa-root-b.crl", "root-ca-a", false);
    // And what it says about whom.
    let text = said(&openssl(&[
        "crl",
        "-inform",
        "DER",
        "-noout",
        "-text",
        "-in",
        &format!("{folder}/tsa-issuing-ca.crl"),
    ]));
    for line in ["Serial Number: 1003", "Key Compromise", "Serial Number: 1004", "Superseded"] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn answers() {
    if !present() {
        return;
    }
    let response = "evidence/bundle-stamped/tsa/ocsp/tsa-a.der";
    let (issuer, subject) = (certificate("tsa-issuing-ca-a"), certificate("tsa-a"));
    let ask = |root: &str| {
        let root = certificate(root);
        // It reads the clock; so much slack covers every year.
        let mut arguments = vec!["ocsp", "-respin", response, "-issuer", &issuer, "-cert", &subject];
        arguments.extend(["-no-CApath", "-no-CAstore", "-CAfile", &root, "-attime", AUDIT]);
        arguments.extend(["-validity_period", "2000000000"]);
        said(&openssl(&arguments))
    };
    let text = ask("root-ca-a");
    assert!(text.contains("Response verify OK") && text.contains(": good"), "{text}");
    assert!(!text.contains("WARNING: Status times invalid"), "{text}");
    assert!(ask("root-ca-c").contains("Response Verify Failure"));
}

#[track_caller]
fn stamp(token: &Path, data: &[u8], root: &str, at: &str, holds: bool) {
    let digest = Digest::sha256(data).hex();
    let output = openssl(&[
        "ts",
        "-verify",
        "-in",
        token.to_str().unwrap(),
        "-digest",
        &digest,
        "-CAfile",
        &certificate(root),
        "-attime",
        at,
    ]);
    assert_eq!(output.status.success(), holds, "{}: {}", token.display(), said(&output));
}

#[test]
fn tokens() {
    if !present() {
        return;
    }
    let file = |path: &str| fixtures().join("evidence").join(path);
    let read = |path: &str| fs::read(file(path)).unwrap();
    for folder in ["stamped", "restamped", "certificate-signed"] {
        let envelope = read(&format!("{folder}/app.tgz.intoto.json"));
        let token = file(&format!("{folder}/app.tgz.intoto.json.tsr"));
        stamp(&token, &envelope, "root-ca-a", SIGNED, true);
        stamp(&token, b"another file", "root-ca-a", SIGNED, false);
        stamp(&token, &envelope, "root-ca-b", SIGNED, false);
    }
    // The first of two no longer holds by itself, the second does.
    let first = read("restamped/app.tgz.intoto.json.tsr");
    let envelope = read("restamped/app.tgz.intoto.json");
    stamp(&file("restamped/app.tgz.intoto.json.tsr"), &envelope, "root-ca-a", AUDIT, false);
    stamp(&file("restamped/app.tgz.intoto.json.tsr.tsr"), &first, "root-ca-b", AUDIT, true);
    stamp(&file("restamped/app.tgz.intoto.json.tsr.tsr"), &first, "root-ca-b", RESTAMPED, true);
    stamp(&file("token/app.tgz.tsr"), &read("stamped/app.tgz"), "root-ca-a", AUDIT, true);
    let challenge = read("time-anchor/airgap/challenge.bin");
    stamp(&file("time-anchor/airgap/challenge.bin.tsr"), &challenge, "root-ca-a", AUDIT, true);
}

#[test]
fn tokens_in_a_bundle() {
    if !present() {
        return;
    }
    let folder = fixtures().join("evidence/bundle-stamped");
    let json =
        |name: &str| -> Value { serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap() };
    let decode = |value: &Value| base64::decode_standard(value.as_str().unwrap()).unwrap();
    let place = tempfile::tempdir().unwrap();
    let token = place.path().join("token.tsr");

    fs::write(&token, decode(&json("manifest.json")["timestamps"][0]["token"])).unwrap();
    let sbom = fs::read(folder.join("evidence/sbom.json")).unwrap();
    stamp(&token, &sbom, "root-ca-a", AUDIT, true);

    let signature = json("signature.json");
    fs::write(&token, decode(&signature["timestampToken"])).unwrap();
    stamp(&token, &decode(&signature["signatures"][0]["sig"]), "root-ca-b", AUDIT, true);
}
