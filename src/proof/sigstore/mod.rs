//! Sigstore's bundles: a signature with all that is needed to judge it without
//! the network, as protobuf-specs describe them (`sigstore_bundle.proto`), and
//! the certificates that such signatures are made with.
//!
//! Nothing here is believed. [`Bundle`] is what the file says; [`Content`] and
//! [`Material`] are verified by the mechanisms of their own kinds (DSSE, paths of
//! certificates, logs, time stamps). What is verified here is the one thing that
//! only these certificates have: the promise of a certificate transparency log
//! over the certificate without that promise ([`VerifiedPromise`]).
//!
//! How to attack it:
//! - a form of an unknown version, which means what its reader does not know;
//! - two kinds of content, or two of material, of which two readers see one each;
//! - no certificate, an authority's own among the chain, two signatures in the
//!   envelope of which only one is logged;
//! - a digest of the message that is not what was signed: it is what the
//!   signature is verified over, and what the artifact is found by;
//! - two names in a certificate, of which each reader takes another; the same
//!   extension twice; the old and the new spelling of an extension that disagree;
//! - a promise for another certificate, by another issuer's key, at a time when
//!   the log did not have its key.

mod bundle;
mod certificate;
pub mod cosign;
mod sct;

pub use bundle::{
    Bundle, BundleError, Content, MEDIA_TYPE, Material, MessageSignature, SignedMessage, Version,
};
pub use certificate::{CLAIMS, KeylessError, Said, is_keyless};
pub use cosign::{CosignError, SimpleSigning};
pub use sct::{Promise, PromiseError, VerifiedPromise, promises};
