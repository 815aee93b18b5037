//! Whose token is it? The signature alone does not say under which certificate it was made.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};

/// What there is to say about `timestamp.signer`.
pub const ABOUT: About = About {
    id: CheckId::TimestampSigner,
    title: "token bound to its signer",
    establishes: "Exactly one signer, named by issuer and serial number or by key id, whose certificate the signed \
        attributes bind by its hash (ESSCertID), and which may do nothing but issue time stamps (a \
        critical, sole extended key usage).",
    why: "Without the binding, another certificate for the same key can be slipped in, with another name \
        or another end; without the usage, any key of the issuer's makes time.",
    remedy: "A token without the binding is not one by RFC 3161: report it to the authority and have the file \
        stamped elsewhere.",
    clause: "RFC 3161 sections 2.3 and 2.4.1; RFC 5035; RFC 5816",
};

/// Whether the fault is that the token is not bound to one signer.
pub fn catches(error: &ClaimError) -> bool {
    error.is_unbound()
}
