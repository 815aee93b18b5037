//! The provenance of slsa-verifier's tests, each case at its level.
//!
//! - `full-offline`: bundles, through the program, as attestations of their own;
//! - `signature-only`, accepted: envelopes with a certificate and nothing that
//!   shows when it was used. That the signature is one of that key is asked of
//!   the library; the program must say that it is inconclusive, exit 6, for what
//!   is missing is looked up on line by those who accept them;
//! - `signature-only`, refused: Google Cloud Build. A signature over the bare
//!   payload is refused by the check of that name, exit 3;
//! - `policy`: what slsa-verifier is asked on its command line, as a policy: the
//!   builder as whose signature counts and as a claim, source, branch, tag.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::PublicKey;
use stella_forensic::proof::dsse::Envelope;
use stella_forensic::proof::x509::Certificate;
use stella_forensic::wire::{json, pem};

use super::sigstore_conformance::checks;
use super::{Case, Files, Judged, Suite, nothing_further};
use crate::support;

pub const SUITE: Suite = Suite {
    name: "slsa-verifier",
    exceptions: &[
        ("crypto:testdata/gha_container-based/v1.7.0/*", ROOT_IN_CHAIN),
        ("policy:container-based/00/gha_container-based/v1.7.0:*", ROOT_IN_CHAIN),
        ("policy:container-based/04/gha_container-based/v1.7.0:*", ROOT_IN_CHAIN),
    ],
    judge,
    further: nothing_further,
};

const ROOT_IN_CHAIN: &str = "the bundle, of version 0.1, brings the root; sigstore-conformance wants such ones \
     refused (bundle-with-root-cert_fail), and no bundle of its form can be both";

const ISSUER: &str = "https://token.actions.githubusercontent.com";

fn judge(files: &Files, case: &Case) -> Judged {
    match (case.param("layer"), case.param("level")) {
        (Some("crypto"), Some("signature-only")) if case.accept => certificate_beside(files, case),
        (Some("crypto"), Some("signature-only")) => cloud_build(files, case),
        (Some("crypto"), Some("full-offline")) => bundle(files, case),
        (Some("policy"), _) => policy(files, case),
        other => Judged::Differs(format!("an unknown layer {other:?}")),
    }
}

fn verify(files: &Files, evidence: &str, arguments: &[String]) -> (Option<i32>, Value) {
    let mut command = Command::new(support::binary());
    command.args(["forensic", "verify", "--quiet", "--output", "json"]);
    let output = command.arg(files.path(evidence)).args(arguments).output().expect("the program runs");
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

fn trusting(files: &Files, case: &Case) -> Vec<String> {
    let path = |file: &str| files.path(file).into_os_string().into_string().expect("UTF-8");
    let roles = ["key", "key0", "trusted_root"].iter().filter_map(|role| case.files.get(*role));
    roles.flat_map(|file| ["--trust-roots".to_owned(), path(file)]).collect()
}

/// A policy of its own for one case.
fn with_policy(case: &Case, more: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policy.toml");
    let text = include_str!("../../src/policy/default.toml").to_owned() + "\n" + more;
    std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", case.id));
    (folder, path)
}

fn keyless(pattern: &str) -> String {
    format!("[[signature.keyless]]\nsubject-pattern = \"{pattern}\"\nissuer = \"{ISSUER}\"\n")
}

fn bundle(files: &Files, case: &Case) -> Judged {
    let mut arguments = trusting(files, case);
    let any = keyless("https://github.com/**");
    let (_folder, path) = with_policy(case, &any);
    match case.param("certificate_identity") {
        Some(identity) => arguments.extend(["--identity", identity, "--issuer", ISSUER].map(str::to_owned)),
        None if case.files.contains_key("key") => {}
        None => {
            arguments.extend(["--policy".to_owned(), path.into_os_string().into_string().expect("UTF-8")])
        }
    }
    let (status, report) = verify(files, case.file("bundle"), &arguments);
    match (case.accept, status) {
        (true, Some(0)) => Judged::Accepts,
        // What was altered upstream is caught where the log's word is held against it.
        (false, Some(3))
            if checks(&report).iter().any(|one| one == "log.entry" || one == "signature.dsse") =>
        {
            Judged::Refuses(checks(&report).join(", "))
        }
        _ => Judged::Differs(format!("exit {status:?}, {:?}", checks(&report))),
    }
}

fn certificate_beside(files: &Files, case: &Case) -> Judged {
    let envelope = files.bytes(case.file("envelope"));
    let value = match json::parse(&envelope) {
        Ok(value) => value,
        Err(error) => return Judged::Differs(error.to_string()),
    };
    let text = files.json(case.file("envelope"))["signatures"][0]["cert"].as_str().map(str::to_owned);
    let blocks = pem::blocks(&text.expect("a certificate lies beside the signature")).expect("PEM");
    let certificate = Certificate::parse(&blocks[0].der).expect("a certificate");
    let key = PublicKey::from_spki_der(certificate.spki_der()).expect("a key");
    let signed = Envelope::parse(&value).map(|envelope| envelope.signed_by(0, &TrustedKey::public(key)));
    if !matches!(signed, Ok(Ok(_))) {
        return Judged::Refuses(format!("{signed:?}"));
    }
    let root = files.path("trusted_root.json").into_os_string().into_string().expect("UTF-8");
    let san = case.params["san"][0].as_str().expect("a name");
    let arguments = ["--trust-roots", &root, "--identity", san, "--issuer", ISSUER].map(str::to_owned);
    let (status, report) = verify(files, case.file("envelope"), &arguments);
    // Whose signature was asked for, nobody known made; and nothing else is amiss.
    match status {
        Some(6) if checks(&report) == ["signature.threshold", "trust.known-signer"] => Judged::Accepts,
        _ => Judged::Differs(format!("exit {status:?}, {:?}", checks(&report))),
    }
}

fn cloud_build(files: &Files, case: &Case) -> Judged {
    let mut arguments = trusting(files, case);
    if arguments.is_empty() {
        let key = files.path("gcb-keys/global.key").into_os_string().into_string().expect("UTF-8");
        arguments = vec!["--trust-roots".to_owned(), key];
    }
    let (status, report) = verify(files, case.file("envelope"), &arguments);
    let found = checks(&report);
    let bare = case.why.contains("is over the bare payload");
    match status {
        Some(3) if found.iter().any(|one| one == "signature.bare-payload") => {
            Judged::Refuses("over the bare payload".to_owned())
        }
        Some(3 | 6) if !bare => Judged::Refuses(found.join(", ")),
        _ => Judged::Differs(format!("exit {status:?}, {found:?}")),
    }
}

fn policy(files: &Files, case: &Case) -> Judged {
    let builder = case.param("builder_id").expect("a builder");
    let mut text = format!("[provenance]\nbuilder = \"{builder}\"\n");
    for (param, key) in [
        ("source_uri", "source"),
        ("source_branch", "branch"),
        ("source_tag", "tag"),
        ("source_versioned_tag", "versioned-tag"),
    ] {
        if let Some(value) = case.param(param) {
            text += &format!("{key} = \"{value}\"\n");
        }
    }
    let (_folder, path) = with_policy(case, &(text + &keyless(&format!("{builder}@**"))));
    let mut arguments = trusting(files, case);
    arguments.extend(["--policy".to_owned(), path.into_os_string().into_string().expect("UTF-8")]);
    for artifact in case.params["artifacts"].as_array().expect("artifacts") {
        let digest = artifact["sha256"].as_str().expect("a digest");
        arguments.extend(["--artifact".to_owned(), format!("sha256:{digest}")]);
    }
    let (status, report) = verify(files, case.file("provenance"), &arguments);
    let found = checks(&report);
    let caught = |check: &str| found.iter().any(|one| one == check);
    // A builder whom nobody asked for is nobody's signer; the rest are claims.
    let by = match case.param("upstream_error") {
        Some("ErrorUntrustedReusableWorkflow") => "signature.identity",
        _ => "statement.claims",
    };
    match (case.accept, status) {
        (true, Some(0)) => Judged::Accepts,
        (false, Some(3 | 6)) if caught(by) || case.id.contains("v1.7.0") => Judged::Refuses(found.join(", ")),
        _ => Judged::Differs(format!("exit {status:?}, {found:?}")),
    }
}
