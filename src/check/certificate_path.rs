//! Names in a certificate are worth what its issuer is worth, and so on up to a root that came in
//! by another door than the evidence.

use crate::anchor::Standing;
use crate::finding::{About, CheckId, Finding, Severity};
use crate::proof::x509::path::PathError;
use crate::time::Position;

/// What there is to say about `certificate.path`.
pub const ABOUT: About = About {
    id: CheckId::CertificatePath,
    title: "path to a trusted root",
    establishes: "Certificates lead from this one to a certificate of the trust store that is trusted for the \
        purpose, and every link keeps RFC 5280 section 6: signatures, names, basic constraints, key \
        usage, extended key usage, name constraints, policies, critical extensions.",
    why: "Anybody can make a certificate with any name in it. Only an unbroken path to a root from outside \
        the evidence says that someone answerable issued it.",
    remedy: "If no root was found, get the root of this issuer on another way and give it with \
        `--trust-roots`. If an intermediate is missing, put it beside the certificate. If a rule is \
        broken, have the certificate issued again.",
    clause: "RFC 5280 sections 4.2 and 6.1",
};

/// What keeps a path from holding, under the check that stands for it.
pub fn fault(error: &PathError) -> Finding {
    let (severity, check) = match error {
        PathError::NoIssuer { .. } | PathError::TooLong { .. } => (Severity::NotEstablished, ABOUT.id),
        PathError::Algorithm { standing: Standing::NotEstablished { .. }, .. } => {
            (Severity::NotEstablished, CheckId::SignatureAlgorithm)
        }
        PathError::Algorithm { .. } => (Severity::Failed, CheckId::SignatureAlgorithm),
        PathError::Window { position: Position::Straddling, .. } => {
            (Severity::NotEstablished, CheckId::CertificateWindow)
        }
        PathError::Window { .. } | PathError::NeverTogether => (Severity::Failed, CheckId::CertificateWindow),
        _ => (Severity::Failed, ABOUT.id),
    };
    Finding::new(severity, check, error.to_string())
}

/// The trust store holds no certificate at all for that use.
pub fn nobody() -> Finding {
    Finding::new(
        Severity::NotEstablished,
        ABOUT.id,
        "the trust store has no root for a certificate of that use",
    )
}

/// A limit was reached, and certificates behind it were not tried.
pub fn too_many(max: usize) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, "there are more certificates of signers than are tried")
        .expected(format!("at most {max}"))
}
