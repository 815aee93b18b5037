//! Certificates after RFC 5280: reading them, and finding a path from one of
//! them to an anchor.
//!
//! Nothing here is re-encoded: a signature is checked over the bytes that
//! arrived, names are kept as they arrived beside the form in which they are
//! compared. A [`Certificate`] is read, not believed; what makes it believed is
//! [`path::find`], which gives a [`path::Path`].
//!
//! How to attack it:
//! - a leaf that issues: no basicConstraints, a `cA` that is false, a key usage
//!   without keyCertSign, a path length that is used up, an X.509 v1 certificate
//!   in the middle of a path;
//! - an issuer of the right name and another key; a key identifier that points
//!   at the wrong one (they order candidates and decide nothing);
//! - a critical extension that nobody here knows; an extension twice, of which
//!   two readers see different ones; extensions in a version 1 certificate;
//! - the inner signature algorithm beside another outer one;
//! - names that evade constraints: in another letter case, in a subject instead
//!   of an extension, in a form whose constraint is not understood, as a
//!   wildcard, with a NUL, an address with a mask that has holes;
//! - a self-issued certificate to slip under a path length or a constraint;
//! - a policy out of `anyPolicy`, a mapping to it or from it;
//! - a hundred certificates of one name that sign each other, ten thousand names
//!   against ten thousand constraints, policies that multiply: budgets, and a
//!   policy set that is at most as large as what the certificates name;
//! - a wrong certificate in the bag, so that the honest path is not looked for:
//!   the search goes on, and tells the reason that says most;
//! - the order in which a bag is packed: candidates are sorted first;
//! - a second spelling of one certificate: DER alone, to the last bit.

mod anchor;
mod budget;
#[cfg(test)]
pub(crate) mod making;
mod certificate;
mod constraints;
mod extensions;
mod memo;
mod name;
mod names;
mod oid;
pub mod path;
mod policies;
pub(in crate::proof) mod queue;
pub mod signature;

pub use anchor::{Anchor, AnchorError};
pub use budget::{Budget, BudgetError, Work};
pub use certificate::{Certificate, CertificateError, LinkError, Version, time};
pub use extensions::{
    AuthorityKeyId, BasicConstraints, DistributionPoint, DistributionPointName, ExtendedKeyUsage, Extension,
    ExtensionError, Extensions, KeyUsage, NameConstraints, PolicyConstraints, ValueError, id,
};
pub use memo::Memo;
pub use name::{Attribute, Name, NameError};
pub use names::{GeneralName, NameForm};
pub use oid::{Oid, OidError};
pub use signature::{AlgorithmError, SignatureAlgorithm};
