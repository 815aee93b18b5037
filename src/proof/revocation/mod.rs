//! Whether a certificate was revoked: revocation lists (RFC 5280), OCSP
//! responses (RFC 6960), and what both together say about one certificate at
//! one time.
//!
//! Two things are asymmetric, and all of [`status`] follows from that. A
//! revocation counts whenever it is authentic, however old it is and whatever
//! else was carried beside it. Innocence counts only from what is authentic,
//! speaks about this very certificate and every reason, is recent enough for
//! the time in question, and was not said by whoever is in question.
//!
//! How to attack it:
//! - carry the list from before the revocation and leave the later one out:
//!   "good" holds for the time up to the list's own thisUpdate and not beyond;
//! - carry both: a revocation is not outvoted;
//! - carry a list from after the certificate's end, from which its entry was
//!   taken off as RFC 5280 3.3 allows: such a list says nothing about it;
//! - an answer about another certificate: same serial number, other issuer;
//!   same issuer's name, other key; a list of the issuer that is only for
//!   another part of its certificates, or only for some reasons;
//! - a list or response signed by somebody else: a sibling of the authority, an
//!   authority of the same name under another anchor, a certificate that may
//!   not sign lists, a responder that the authority never named, a responder
//!   whose delegation has ended;
//! - a response signed with the very key that is in question, a list of which
//!   the signer's own entry is missing, two signers that vouch for each other:
//!   nobody proves his own innocence, however long the way round;
//! - a delta without its base, or with another base; a delta whose "remove"
//!   takes back what is for ever;
//! - a critical extension that changes what everything else means: the list is
//!   not used at all;
//! - thisUpdate in the future, to have said "good" about all that will come;
//! - a list of a million entries, a response of a million answers, certificates
//!   that sign each other: limits and one budget for the whole search. Entries
//!   are compared where they lie, nothing is built of them;
//! - thisUpdate in the past, before the sunset of an algorithm whose keys can be
//!   broken by now: what clears is judged by when it is known to have existed,
//!   never by when it says it was made;
//! - a responder or signer of lists whose key the trust store distrusts, or one
//!   below such a key: it says nothing, neither for nor against anybody;
//! - strip all of it: then the answer is "missing", which is not "good".

mod crl;
mod source;
mod distribution;
mod fields;
mod ocsp;
mod reason;
mod signer;
mod status;

pub use crl::{Crl, CrlError, Revoked};
pub use distribution::{IssuingDistributionPoint, ScopeError};
pub use fields::FieldError;
pub use ocsp::{
    CertId, CertificateStatus, OcspError, OcspResponse, ResponderId, ResponseStatus, SingleResponse,
};
pub use reason::{Reason, ReasonSet};
pub use source::{Data, Source, SourceKind};
pub use status::{
    Answer, Context, Currency, Distrust, Examination, Refusal, RefusalError, Responders, along, examine,
    status,
};

#[cfg(test)]
mod mint;
#[cfg(test)]
mod tests;
