//! A root that certifies whoever asks vouches for nobody. What counts is whom the certificate names, and
//! that somebody wanted just him.

use crate::anchor::{Keyless, Wanted};
use crate::finding::{About, CheckId, Finding, Severity};
use crate::path::escape;

/// What there is to say about `signature.identity`.
pub const ABOUT: About = About {
    id: CheckId::SignatureIdentity,
    title: "identity of a keyless signer",
    establishes: "The certificate names one person or workflow, and one provider of identities who vouched for the \
        name; both are those that --identity and --issuer or the policy ask for, and so is everything else that \
        the policy asks of the certificate.",
    why: "Anybody with an account anywhere gets a certificate under the same root.",
    remedy: "Ask the producer under which identity he signs, on another way than the evidence, and name it: \
        --identity NAME --issuer URL, or `[[signature.keyless]]` in a policy.",
    clause: "sigstore client specification, verification against a policy; Fulcio OID information",
};

/// Whom it names cannot be said.
pub fn unread(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}

/// Nobody said whose signature is wanted.
pub fn nobody_asked(found: &Keyless, unissued: bool) -> Finding {
    let (detail, expected) = match unissued {
        true => (
            "--identity names somebody of the trust store; of a signer by a certificate it has to be said who \
             vouches for the name",
            "--issuer URL beside --identity NAME",
        ),
        false => (
            "nobody outside the evidence says whose signature is wanted",
            "--identity and --issuer, or a policy that names signers",
        ),
    };
    Finding::new(Severity::NotEstablished, ABOUT.id, detail)
        .expected(expected)
        .found(escape(found.to_string().as_bytes()))
}

/// Somebody else is wanted.
pub fn another(wanted: &[Wanted], found: &Keyless) -> Finding {
    let each = wanted.iter().map(|one| format!("{} ({})", one.subject, one.issuer));
    let expected: Vec<String> = each.take(4).collect();
    Finding::new(Severity::Failed, ABOUT.id, "signed by somebody else than who is wanted")
        .expected(escape(expected.join(" or ").as_bytes()))
        .found(escape(found.to_string().as_bytes()))
}

/// The right one, and the certificate does not say what is asked of it.
pub fn claim(name: &str, expected: &str, found: Option<&str>) -> Finding {
    let detail = format!("the certificate does not say of {name} what is asked of it");
    let finding = Finding::new(Severity::Failed, ABOUT.id, detail).expected(escape(expected.as_bytes()));
    finding.found(found.map_or("nothing".to_owned(), |text| escape(text.as_bytes())))
}
