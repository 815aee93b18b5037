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

/// Tokens given alone of which `openssl` says something else than we do, and why.
const OTHERWISE: [(&str, &str); 19] = [
    ("certificate.window/token-after-the-end_fail", "it takes the time as an argument, not from the token"),
    ("certificate.window/token-across-the-end_open", "the same"),
    ("certificate.window/token-before-the-beginning_fail", "the same"),
    ("format.der/another-type-signed_fail", "it does not compare the signed type with that of the content"),
    ("format.der/byte-after-a-token_fail", "it stops reading where the token ends"),
    ("format.der/unknown-critical-extension-in-a-token_fail", "it does not look at extensions"),
    ("signature.algorithm/token-by-rsa-1024_fail", "its default lets short keys count"),
    ("signature.algorithm/token-by-rsa-sha1_fail", "its default lets SHA-1 count"),
    ("timestamp.authority/a-policy-that-does-not-count_fail", "it is not asked about policies"),
    ("timestamp.authority/across-the-end-of-its-window_open", "its trust has no window"),
    ("timestamp.authority/tob-sigstore-11_fail", "the same"),
    ("timestamp.imprint/another-file-asked-about_fail", "it is asked about the right one"),
    ("timestamp.imprint/nothing-at-hand_open", "the same"),
    ("timestamp.order/after-the-validation_fail", "it takes the time as an argument"),
    ("timestamp.validity/days-too-few_open", "it asks for no days to come"),
    ("timestamp.validity/days-unknown_open", "the same"),
    ("timestamp.signer/binding-twice_fail", "it looks at the first of each kind"),
    ("timestamp.signer/named-by-key_pass", "it reads PKCS#7, which has no such name"),
    ("timestamp.signer/certificates-beside_pass", "it is not given what lies beside"),
];

fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every vector that is one token over the released file.
#[test]
fn vectors_of_tokens() {
    if !present() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let roots = place.path().join("roots.pem");
    let both = ["root-ca-a", "root-ca-b"].map(|name| fs::read(fixtures().join(certificate(name))).unwrap());
    fs::write(&roots, both.concat()).unwrap();
    let app = Digest::sha256(&fs::read(fixtures().join("evidence/stamped/app.tgz")).unwrap()).hex();
    let checks = ["certificate.window", "format.der", "signature.algorithm", "timestamp."];
    let (mut compared, mut met, mut wrong) = (0, 0, Vec::new());
    for check in below(&fixtures().join("vectors")) {
        let id = check.file_name().unwrap().to_str().unwrap().to_owned();
        if !checks.iter().any(|prefix| id.starts_with(prefix)) {
            continue;
        }
        for vector in below(&check) {
            let token = vector.join("loose/app.tgz.tsr");
            if !token.exists() {
                continue;
            }
            let name = format!("{id}/{}", vector.file_name().unwrap().to_str().unwrap());
            let ask = |form: &[&str]| {
                let token = token.to_str().unwrap();
                let mut arguments = vec!["ts", "-verify", "-in", token, "-digest", &app, "-attime", SIGNED];
                arguments.extend(["-CAfile", roots.to_str().unwrap()]);
                arguments.extend(form);
                openssl(&arguments)
            };
            let holds = ask(&[]).status.success() || ask(&["-token_in"]).status.success();
            let agrees = holds == name.ends_with("_pass");
            let listed = OTHERWISE.iter().any(|(known, _)| *known == name);
            if agrees == listed {
                wrong.push(format!("{name}: openssl says {holds}"));
            }
            compared += 1;
            met += usize::from(listed);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(met == OTHERWISE.len(), "of what openssl takes otherwise, {met} are there");
    println!("{compared} tokens compared");
}

/// Every vector that is a certificate for time stamps and what is above it.
#[test]
fn vectors_of_certificates() {
    // It asks nothing of usages above the leaf.
    const LENIENT: [&str; 1] = ["issuer-for-another-usage_fail"];
    if !present() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let roots = place.path().join("roots.pem");
    let both = ["root-ca-a", "root-ca-b"].map(|name| fs::read(fixtures().join(certificate(name))).unwrap());
    fs::write(&roots, both.concat()).unwrap();
    for vector in below(&fixtures().join("vectors/certificate.path")) {
        let name = vector.file_name().unwrap().to_str().unwrap();
        let (leaf, issuers) = (vector.join("loose/leaf.pem"), vector.join("loose/issuers.pem"));
        if !leaf.exists() {
            continue;
        }
        let mut arguments = vec!["verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-attime", AUDIT];
        arguments.extend(["-purpose", "timestampsign", "-CAfile", roots.to_str().unwrap()]);
        if issuers.exists() {
            arguments.extend(["-untrusted", issuers.to_str().unwrap()]);
        }
        arguments.push(leaf.to_str().unwrap());
        let output = openssl(&arguments);
        let expected = name.ends_with("_pass") || LENIENT.contains(&name);
        assert_eq!(output.status.success(), expected, "{name}: {}", said(&output));
    }
}
