//! The public conformance suite for clients of Sigstore, through the program:
//! each case by path and by digest, with the exit status that it should have
//! and the check that its name is about. A refusal by an earlier accident is not
//! counted as right.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Case, Files, Judged, Suite};
use crate::support;

pub const SUITE: Suite = Suite { name: "sigstore-conformance", exceptions: &[], judge, further };

/// How each rejecting case has to end: the exit status, and the check.
const REJECTS: [(&str, i32, &str); 48] = [
    ("bundle-empty-certificate-chain_fail", 3, "format.shape"),
    ("bundle-from-wrong-instance_fail", 3, "certificate.path"),
    ("bundle-invalid-base64-signature_fail", 3, "format.base64"),
    ("bundle-malformed-json_fail", 3, "json.syntax"),
    ("bundle-negative-log-index_fail", 3, "format.shape"),
    ("bundle-unknown-version_fail", 3, "format.shape"),
    ("bundle-with-root-cert_fail", 3, "format.shape"),
    ("checkpoint-bad-keyhint_fail", 3, "log.checkpoint"),
    ("checkpoint-wrong-roothash_fail", 3, "log.inclusion"),
    ("dsse-invalid-sig_fail", 3, "signature.dsse"),
    ("dsse-mismatch-envelope_fail", 3, "log.entry"),
    ("dsse-mismatch-sig_fail", 3, "log.entry"),
    ("inclusion-proof-corrupted-hash_fail", 3, "log.inclusion"),
    ("incorrect-public-key_fail", 3, "log.entry"),
    ("integrated-time-in-future_fail", 3, "certificate.window"),
    ("intoto-expired-certificate_fail", 3, "certificate.window"),
    ("intoto-log-entry-mismatch_fail", 3, "log.entry"),
    ("intoto-missing-inclusion-proof_fail", 3, "log.inclusion"),
    ("intoto-set-outside-signing-cert-validity_fail", 3, "certificate.window"),
    ("intoto-tsa-timestamp-outside-cert-validity_fail", 3, "certificate.window"),
    ("invalid-checkpoint-signature_fail", 3, "log.checkpoint"),
    ("invalid-ct-key_fail", 6, "certificate.sct"),
    // The old proof has lost its checkpoint, which its form demands.
    ("invalid-inclusion-proof_fail", 3, "log.inclusion"),
    ("managed-key-no-key_fail", 6, "trust.known-signer"),
    // The wrong key is no key at all, and whoever gives it is told so.
    ("managed-key-wrong-key_fail", 2, ""),
    ("message-digest-mismatch_fail", 3, "signature.sigstore"),
    ("rekor2-checkpoint-missing-log-signature_fail", 3, "log.checkpoint"),
    ("rekor2-checkpoint-missing-origin_fail", 3, "log.checkpoint"),
    ("rekor2-checkpoint-missing-root-hash_fail", 3, "log.checkpoint"),
    ("rekor2-checkpoint-missing-size_fail", 3, "log.checkpoint"),
    ("rekor2-checkpoint-no-matching-signature_fail", 3, "log.checkpoint"),
    ("rekor2-dsse-invalid-sig_fail", 3, "signature.dsse"),
    ("rekor2-dsse-mismatch-envelope_fail", 3, "log.entry"),
    ("rekor2-dsse-mismatch-sig_fail", 3, "log.entry"),
    ("rekor2-no-inclusion-proof_fail", 3, "log.inclusion"),
    ("rekor2-no-timestamp_fail", 6, "certificate.window"),
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", 3, "timestamp.authority"),
    ("rekor2-timestamp-outside-tsa-cert-validity_fail", 3, "timestamp.signature"),
    ("rekor2-timestamp-payload-mismatch_fail", 3, "timestamp.imprint"),
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", 6, "timestamp.authority"),
    ("rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", 6, "timestamp.signer"),
    // Its token is not base64 any more.
    ("rekor2-timestamp-with-incorrect-time_fail", 3, "format.base64"),
    ("set-invalid-signature_fail", 3, "log.promise"),
    ("signature-mismatch_fail", 3, "signature.sigstore"),
    // The trust root is what is malformed.
    ("trust-root-tlog-missing-validity-start_fail", 2, ""),
    ("wrong-hashedrekord-artifact_fail", 3, "log.entry"),
    ("wrong-hashedrekord-cert-and-sig_fail", 3, "log.entry"),
    ("wrong-hashedrekord-entry_fail", 3, "log.entry"),
];

/// The bundle is sound and the artifact another one: what is asked about is
/// covered by nobody.
const OTHER_ARTIFACT: (&str, i32, &str) = ("wrong-material_fail", 6, "artifact.demanded");

fn judge(files: &Files, case: &Case) -> Judged {
    for by_digest in [false, true] {
        let (status, report) = verify(files, case, by_digest);
        let way = if by_digest { "by digest" } else { "by path" };
        if case.accept {
            if status != Some(0) {
                return Judged::Differs(format!("{way}: exit {status:?}, {:?}", checks(&report)));
            }
            continue;
        }
        let all = REJECTS.iter().chain([&OTHER_ARTIFACT]);
        let Some((_, expected, check)) = all.into_iter().find(|(id, ..)| *id == case.id) else {
            return Judged::Differs("is not in the list of cases".to_owned());
        };
        let found = checks(&report);
        if status != Some(*expected) || !(check.is_empty() || found.iter().any(|one| one == check)) {
            return Judged::Differs(format!(
                "{way}: exit {status:?}, {found:?}, expected {expected} by {check}"
            ));
        }
    }
    if case.accept { Judged::Accepts } else { Judged::Refuses("as its name says".to_owned()) }
}

/// The exit status and the report of one case.
pub fn verify(files: &Files, case: &Case, by_digest: bool) -> (Option<i32>, Value) {
    let mut command = Command::new(support::binary());
    command.args(["forensic", "verify", "--quiet", "--output", "json"]);
    command.arg(files.path(case.file("bundle")));
    for role in ["key", "trusted_root"] {
        if let Some(file) = case.files.get(role) {
            command.arg("--trust-roots").arg(files.path(file));
        }
    }
    if let (None, Some(identity)) = (case.files.get("key"), case.param("certificate_identity")) {
        command.args(["--identity", identity, "--issuer"]);
        command.arg(case.param("certificate_oidc_issuer").expect("an identity has an issuer"));
    }
    match case.files.get("artifact").filter(|_| !by_digest) {
        Some(file) => command.arg("--artifact").arg(files.path(file)),
        None => {
            let digest = case.param("artifact_sha256").expect("a case has a digest");
            command.arg("--artifact").arg(format!("sha256:{digest}"))
        }
    };
    let output = command.output().expect("the program runs");
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

/// The checks that found something, and those that decided.
pub fn checks(report: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let cases = list(&report["cases"]).into_iter().flat_map(|case| list(&case["findings"]));
    let found = cases.filter(|one| one["severity"] != "note").map(|one| one["check"].clone());
    let decided = list(&report["rationale"]).into_iter();
    let text = |value: Value| value.as_str().map(str::to_owned);
    let mut all: Vec<String> = found.chain(decided).filter_map(text).collect();
    all.sort();
    all.dedup();
    all
}

/// The same through the public protocol, whose exit status says only yes or no.
fn further(files: &Files) -> Vec<(String, bool)> {
    let adapter: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/sigstore-client");
    if !support::has_program("python3") {
        return Vec::new();
    }
    let index = files.json("index.json");
    let (mut right, mut of) = (0, 0);
    for case in index["cases"].as_array().expect("an index has cases").iter().map(Case::read) {
        let digest = format!("sha256:{}", case.param("artifact_sha256").expect("a case has a digest"));
        let path = case.files.get("artifact").map(|file| files.path(file).display().to_string());
        for artifact in path.into_iter().chain([digest]) {
            let mut command = Command::new(&adapter);
            command.env("STELLA_BINARY", support::binary()).arg("verify-bundle");
            command.arg("--bundle").arg(files.path(case.file("bundle")));
            match case.files.get("key") {
                Some(key) => drop(command.arg("--key").arg(files.path(key))),
                None => {
                    command
                        .arg("--certificate-identity")
                        .arg(case.param("certificate_identity").unwrap_or("-"));
                    let issuer = case.param("certificate_oidc_issuer").unwrap_or("-");
                    command.arg("--certificate-oidc-issuer").arg(issuer);
                }
            }
            command.arg("--trusted-root").arg(files.path(case.file("trusted_root"))).arg(artifact);
            let output = command.output().expect("the adapter runs");
            of += 1;
            right += usize::from(output.status.success() == case.accept);
        }
    }
    vec![(format!("the public client protocol: {right} of {of}"), right == of)]
}
