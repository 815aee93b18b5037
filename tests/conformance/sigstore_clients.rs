//! Bundles that other clients of Sigstore carry, through the program. Those whose
//! predicate approves nothing are verified as attestations; that they name the
//! artifact is read off the report.

use super::sigstore_conformance::{checks, verify};
use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "sigstore-clients", exceptions: &[], judge, further: nothing_further };

/// An artifact is not approved by what merely publishes it.
const ATTESTATIONS: [&str; 2] = [
    "rust/verify/bundles/conda-attestation-rekor2.sigstore.json",
    "rust/verify/bundles/conda-attestation.sigstore.json",
];

fn judge(files: &Files, case: &Case) -> Judged {
    for by_digest in [false, true] {
        let (status, report) = verify(files, case, by_digest);
        let found = checks(&report);
        let attestation = ATTESTATIONS.contains(&case.id.as_str());
        let right = match (case.accept, status) {
            (true, Some(6)) if attestation => {
                // Nobody of those who are asked for approves it, and nothing else is wrong.
                let held = |value: &serde_json::Value| {
                    ["artifact.demanded", "artifact.vouched", "signature.threshold"]
                        .iter()
                        .any(|one| value == one)
                };
                let rationale = report["rationale"].as_array().cloned().unwrap_or_default();
                let digest = format!("sha256:{}", case.param("artifact_sha256").unwrap_or_default());
                let facts = report["cases"][0]["facts"].as_array().cloned().unwrap_or_default();
                let names = |fact: &serde_json::Value| {
                    let subjects = fact["subjects"].as_array().cloned().unwrap_or_default();
                    fact["kind"] == "signed" && subjects.iter().any(|one| one == digest.as_str())
                };
                rationale.iter().all(held) && facts.iter().any(names)
            }
            (true, status) => status == Some(0) && !attestation,
            // One case gives a digest that is none, which is an error of the call.
            (false, status) => matches!(status, Some(2 | 3 | 6)),
        };
        if !right {
            return Judged::Differs(format!("exit {status:?}, {found:?}"));
        }
    }
    if case.accept { Judged::Accepts } else { Judged::Refuses("by the program".to_owned()) }
}
