//! The trust store: who is trusted for what, always from outside the evidence.
//!
//! One form of our own, `stella.trust/v1` (docs/formats/trust-store.md), and
//! the forms in which keys usually lie about: PEM, SSH lines, minisign, JWK,
//! StellaOps' roots for time anchors, Sigstore's trusted roots, `allowed_signers`
//! of SSH, names of identities of auths. No file is opened here; callers hand in
//! names and bytes.
//!
//! How this would be attacked: bring a key in by a second spelling of the
//! store (members twice, white space, another order), or by a file that the
//! store refers to and whose bytes changed; climb out of the folder by a
//! reference; hand over an older store, in which a distrusted key is still
//! trusted; trust one key under two names; let a text in PEM pass for the secret
//! of a MAC; let an intermediate certificate, or one that only bears its
//! issuer's name, pass for an anchor; reverse a window, so that nobody knows
//! what it says.

mod allowed_signers;
mod actors;
mod bare;
mod built_in;
mod change;
mod error;
mod form;
mod identities;
mod keyring;
mod log_policy;
mod posture;
mod roots;
mod rules;
mod signing;
mod store;
mod trusted_root;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use built_in::built_in;
pub use change::{Change, ChangeKind, Diff, ReplaceError, diff, may_replace};
pub use error::{TrustError, TrustErrorKind};
pub use log_policy::{Cosigned, LogPolicy, LogPolicyError, is_log_policy};
pub use posture::{Kit, Posture, Situation, Step, posture};
pub use signing::{Master, Setup, Signing};
pub use store::{AlreadyNumbered, Distrust, Distrusted, Rules, TrustStore, Unused};
pub use write::{WriteError, to_files};

use crate::anchor::Purpose;
use crate::time::UnixTime;

/// The name of the form of our own.
pub const SCHEMA: &str = "stella.trust/v1";

/// The file that makes a folder a store.
pub const STORE_FILE: &str = "trust.json";

/// For what bare material counts, which says nothing of that itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Given without a purpose: raw keys are for attestation, and self-signed
    /// authorities for that part of this which their extended key usage leaves.
    Bare(CertificateUse),
    /// Given as `PURPOSE=PATH`.
    Purpose(Purpose),
}

impl Naming {
    /// For what raw keys count.
    fn of_keys(self) -> Purpose {
        match self {
            Naming::Bare(_) => Purpose::Attestation,
            Naming::Purpose(purpose) => purpose,
        }
    }
}

/// `--purpose`: for what a bare certificate may count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificateUse {
    /// Both of the others.
    #[default]
    Any,
    /// Certificates of signers.
    Attestation,
    /// Certificates of time-stamp authorities.
    Timestamp,
}

impl CertificateUse {
    /// All of them.
    pub const ALL: [CertificateUse; 3] =
        [CertificateUse::Any, CertificateUse::Attestation, CertificateUse::Timestamp];

    /// The word of the option.
    pub fn name(self) -> &'static str {
        match self {
            CertificateUse::Any => "any",
            CertificateUse::Attestation => "attestation",
            CertificateUse::Timestamp => "timestamp",
        }
    }
}

/// What a caller read from where the user pointed, whole and unjudged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// One file: its name and its bytes.
    File(String, Vec<u8>),
    /// The files of a folder: names relative to it with `/` between the parts.
    Directory(BTreeMap<String, Vec<u8>>),
}

/// Reads one source of trust. `at` is the instant of validation, against which
/// roots with an end of their own are held.
pub fn parse(given: &Given, naming: Naming, at: Option<UnixTime>) -> Result<TrustStore, TrustError> {
    match given {
        Given::File(name, bytes) => bare::parse_file(name, bytes, naming, at),
        Given::Directory(files) => parse_directory(files, naming, at),
    }
}

/// Reads a folder: a store if it has a `trust.json`, and else keys and
/// certificates lying side by side.
pub fn parse_directory(
    files: &BTreeMap<String, Vec<u8>>,
    naming: Naming,
    at: Option<UnixTime>,
) -> Result<TrustStore, TrustError> {
    match (files.contains_key(STORE_FILE), naming) {
        (true, Naming::Bare(_)) => form::parse(files),
        (true, Naming::Purpose(purpose)) => {
            Err(TrustError::new(STORE_FILE, TrustErrorKind::NamedStore { purpose }))
        }
        (false, naming) => bare::parse_directory(files, naming, at),
    }
}

/// Reads one file of bare material or a `trust.json` that refers to no other.
pub fn parse_file(
    name: &str,
    bytes: &[u8],
    naming: Naming,
    at: Option<UnixTime>,
) -> Result<TrustStore, TrustError> {
    bare::parse_file(name, bytes, naming, at)
}
