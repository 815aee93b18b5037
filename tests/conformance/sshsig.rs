//! Signatures of OpenSSH's own unit tests, each with its key and with what it is
//! not: another namespace, other data, another key.

use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::SshKey;
use stella_forensic::proof::detached::SignedContent;
use stella_forensic::proof::sshsig::SshSignature;

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "sshsig", exceptions: &[], judge, further: nothing_further };

fn judge(files: &Files, case: &Case) -> Judged {
    let line = files.text(case.file("key"));
    let key = match SshKey::from_line(&line) {
        Ok(key) => TrustedKey::ssh(key),
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let signature = match SshSignature::parse(&files.bytes(case.file("sig"))) {
        Ok(signature) => signature,
        Err(error) => return Judged::Refuses(error.to_string()),
    };
    let namespace = case.params["namespace"].as_str().expect("a case has a namespace");
    let data = files.bytes(case.file("data"));
    Judged::from_result(signature.signed_by(&key, namespace, SignedContent::Bytes(&data)))
}
