//! The verdict as an unsigned SLSA verification summary: an in-toto statement
//! for somebody else's policy, once somebody has signed it.
//!
//! It is a claim and nothing more until then, and whoever signs it says it.
//! Rules, on the side of saying too little:
//!
//! - `PASSED` only where the whole run is `verified`; then every subject is.
//! - Otherwise `FAILED`, about the subjects that are not verified. Of verified
//!   subjects of such a run nothing is said: verify those alone for that.
//! - Subjects are artifacts and containers with a SHA-256 digest. An attestation
//!   or a timeline is evidence, and a summary about its digest would read as
//!   approval of what it talks about. Where nothing is left to name, the
//!   statement is about the checksum of the evidence.
//! - No SLSA level is claimed, because none is evaluated.
//! - `timeVerified` is the time given with `--at`, and absent without one. SLSA
//!   asks for it, so the signer adds it: there is no clock here.

use std::io::{self, Write};

use super::json::{bytes, report_id};
use super::model::{Report, SubjectReport};
use super::{RULES, SCHEMA};
use crate::digest::{Algorithm, Digest};
use crate::policy::Status;
use crate::wire::base64;
use crate::wire::json::Value;

/// Who is named as verifier: this program and no person. A signature adds who
/// ran it; consumers accept pairs of signer and verifier.
const VERIFIER: &str = "urn:stella:forensic-verify";

/// What is said beyond SLSA's members. Its rules want a URI as the name.
const EXTENSION: &str = "urn:stella:report";

/// Writes one statement and one line feed.
pub fn write_vsa(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&bytes(&statement(report)))?;
    out.write_all(b"\n")
}

fn statement(report: &Report) -> Value {
    let about = &report.about;
    let passed = report.status == Status::Verified;
    let (result, level) = if passed { ("PASSED", "SLSA_BUILD_LEVEL_0") } else { ("FAILED", "FAILED") };
    let (policy, policy_digest, _) = &about.policy;
    let mut predicate = vec![
        (
            "policy",
            Value::object([
                ("digest", digest_set(policy_digest)),
                ("name", Value::from(policy.clone())),
                ("uri", Value::from(named_by(policy_digest))),
            ]),
        ),
        ("resourceUri", Value::from(named_by(&report.checksum))),
        (
            EXTENSION,
            Value::object([
                ("evidence", Value::from(report.checksum.to_string())),
                ("reportId", Value::from(report_id(report).to_string())),
                ("schema", Value::from(SCHEMA)),
                ("status", Value::from(report.status.as_str())),
                ("trust", Value::from(about.trust.digest.to_string())),
            ]),
        ),
        ("verificationResult", Value::from(result)),
        ("verifiedLevels", Value::Array(vec![Value::from(level)])),
        (
            "verifier",
            Value::object([
                ("id", Value::from(VERIFIER)),
                (
                    "version",
                    Value::object([
                        ("rules", Value::from(RULES)),
                        ("stella", Value::from(env!("CARGO_PKG_VERSION"))),
                    ]),
                ),
            ]),
        ),
    ];
    predicate.extend(about.at.time.clone().map(|time| ("timeVerified", Value::from(time))));
    Value::object([
        ("_type", Value::from("https://in-toto.io/Statement/v1")),
        ("predicate", Value::object(predicate)),
        ("predicateType", Value::from("https://slsa.dev/verification_summary/v1")),
        ("subject", Value::Array(subjects(report, passed))),
    ])
}

fn subjects(report: &Report, passed: bool) -> Vec<Value> {
    let mut listed: Vec<Value> = Vec::new();
    for subject in &report.subjects {
        let nameable = matches!(subject.kind, "artifact" | "container");
        let meant = (subject.status == Status::Verified) == passed;
        let digest = subject.digest.as_deref().and_then(|text| Digest::parse(text).ok());
        let digest = digest.filter(|digest| digest.algorithm() == Algorithm::Sha256);
        if let (true, true, Some(digest)) = (nameable, meant, digest) {
            let mut members = vec![("digest", digest_set(&digest))];
            members.extend(name(subject).map(|name| ("name", Value::from(name))));
            listed.push(Value::object(members));
        }
    }
    if listed.is_empty() {
        listed.push(Value::object([
            ("digest", digest_set(&report.checksum)),
            ("name", Value::from("the evidence as a whole")),
        ]));
    }
    listed
}

/// The first place of a subject; the root of a container has no name.
fn name(subject: &SubjectReport) -> Option<String> {
    let place = subject.paths.first()?;
    (!place.is_empty() && !place.ends_with(':')).then(|| place.clone())
}

fn digest_set(digest: &Digest) -> Value {
    Value::object([(digest.algorithm().name(), Value::from(digest.hex()))])
}

/// RFC 6920: a URI that names a thing by its SHA-256 and no place.
fn named_by(digest: &Digest) -> String {
    let algorithm = match digest.algorithm() {
        Algorithm::Sha256 => "sha-256",
        other => other.name(),
    };
    format!("ni:///{algorithm};{}", base64::encode_url(digest.bytes()))
}
