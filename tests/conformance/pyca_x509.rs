//! OCSP responses of the `cryptography` project: which of them say anything.

use stella_forensic::proof::revocation::OcspResponse;

use super::{Case, Files, Judged, Suite, nothing_further};

pub const SUITE: Suite = Suite { name: "pyca-x509", exceptions: &[], judge, further: nothing_further };

fn judge(files: &Files, case: &Case) -> Judged {
    Judged::from_result(OcspResponse::parse(&files.bytes(case.file("0"))))
}
