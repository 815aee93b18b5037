//! Why some files are no trust.

use crate::anchor::{Identity, OutlineError, Purpose};
use crate::crypto::key::{KeyError, KeyId};
use crate::crypto::mac::MacError;
use crate::crypto::signature::Algorithm;
use crate::digest::Digest;
use crate::path::{PathError, escape};
use crate::wire::base64::Base64Error;
use crate::wire::json::JsonError;
use crate::wire::pem::PemError;
use crate::wire::shape::ShapeError;

/// What is wrong with a source of trust, and in which of its files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {kind}")]
pub struct TrustError {
    /// The name of the file, escaped for printing.
    pub file: String,
    /// What is wrong.
    pub kind: TrustErrorKind,
}

impl TrustError {
    pub(super) fn new(file: &str, kind: impl Into<TrustErrorKind>) -> TrustError {
        TrustError { file: escape(file.as_bytes()), kind: kind.into() }
    }
}

/// What can be wrong with a source of trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustErrorKind {
    /// More bytes than trust has.
    #[error("{found} bytes, at most {limit} are read")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// More files, authorities or keys than trust has.
    #[error("{found} {what}, at most {limit} are read")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// Nothing in it that could be trusted.
    #[error("no key and no certificate that is an anchor")]
    Empty,
    /// Content of no form that is known.
    #[error("neither a key, nor a certificate, nor a trust store")]
    Unrecognised,
    /// A private key where public ones belong.
    #[error("a private key, expected public ones")]
    PrivateKey,
    /// A line of `allowed_signers` that is none.
    #[error("line {line}: {what}")]
    AllowedSigner {
        /// Which one, from one.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A policy for logs that is none.
    #[error("{0}")]
    LogPolicy(#[from] super::log_policy::LogPolicyError),
    /// Not JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// JSON, and not in its canonical form.
    #[error("not canonical JSON (RFC 8785), from byte {offset} on")]
    NotCanonical {
        /// The first byte that is another one.
        offset: usize,
    },
    /// A `null`, which would be a second spelling of an absent member.
    #[error("'null' occurs, expected the member to be absent")]
    Null,
    /// A member that is missing, unknown, of the wrong type, or wrong.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// A text that is no public key.
    #[error("{0}")]
    Key(KeyError),
    /// A text that is no shared key.
    #[error("{0}")]
    Shared(#[from] MacError),
    /// Not PEM.
    #[error("{0}")]
    Pem(#[from] PemError),
    /// A PEM block that is neither a public key nor a certificate.
    #[error("a PEM block {label:?}, expected a public key or a certificate")]
    Label {
        /// What it is called.
        label: String,
    },
    /// Several PEM blocks where one belongs.
    #[error("{found} PEM blocks, expected one")]
    Blocks {
        /// How many there are.
        found: usize,
    },
    /// Bytes that are no certificate.
    #[error("{0}")]
    Certificate(#[from] OutlineError),
    /// A reference that leads out of the folder or is spelt oddly.
    #[error("{pointer} refers to a file that cannot be: {error}")]
    Reference {
        /// Where the reference stands.
        pointer: String,
        /// What is wrong with it.
        error: PathError,
    },
    /// A reference to a file that is not there.
    #[error("{pointer} refers to {path}, which is not there")]
    Missing {
        /// Where the reference stands.
        pointer: String,
        /// The name that it gives.
        path: String,
    },
    /// A file that is not the one that was meant.
    #[error("{pointer} refers to {path} with {expected}, found {found}")]
    Digest {
        /// Where the reference stands.
        pointer: String,
        /// The name that it gives.
        path: String,
        /// The digest that stands in the store.
        expected: Digest,
        /// The digest of the file.
        found: Digest,
    },
    /// An identity that stands there twice.
    #[error("the identity '{0}' stands there twice")]
    RepeatedIdentity(Identity),
    /// Two identities that a reader would take for one.
    #[error("the identities '{0}' and '{1}' differ only in letter case or composition")]
    AlikeIdentities(Identity, Identity),
    /// A key twice in one authority.
    #[error("the key {0} stands there twice in one authority")]
    RepeatedKey(KeyId),
    /// An identity made of a key id, and the authority has no such key.
    #[error("the identity '{0}' is the id of a key that the authority does not have")]
    ForeignKeyIdentity(Identity),
    /// An authority that could never be recognised.
    #[error("the authority '{0}' has neither a key nor a certificate")]
    NoKey(Identity),
    /// A log's name where there is no log.
    #[error("the authority '{0}' has the name of a log and is trusted for none")]
    NoLog(Identity),
    /// A key in base64 or DER that is none.
    #[error("{pointer} is not in base64: {error}")]
    Base64 {
        /// Where it stands.
        pointer: String,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// An algorithm that the key cannot serve.
    #[error("the key {key} cannot serve {algorithm}", algorithm = .algorithm.name())]
    Algorithm {
        /// Which key.
        key: KeyId,
        /// The algorithm named.
        algorithm: Algorithm,
    },
    /// A key too weak for any algorithm that it would get without being asked.
    #[error("the key {0} is too weak for any algorithm that is not named expressly")]
    Weak(KeyId),
    /// A window that ends before it begins.
    #[error("{pointer} ends before it begins")]
    WindowReversed {
        /// Where the window stands.
        pointer: String,
    },
    /// A key whose window lies outside that of its authority.
    #[error("{pointer} has a window that does not meet that of its authority")]
    WindowsApart {
        /// Where the key stands.
        pointer: String,
    },
    /// A shared key for something that must convince third parties.
    #[error("the authority '{identity}' has a shared key and the purpose {purpose}")]
    SharedPurpose {
        /// Which authority.
        identity: Identity,
        /// The purpose that a shared key cannot serve.
        purpose: Purpose,
    },
    /// A keyring of signet for something else than custody.
    #[error("a keyring holds shared keys, and serves only custody: give it as custody=PATH")]
    KeyringPurpose,
    /// A trust map of prx for something else than custody.
    #[error("a trust map of prx names actors of its ledgers: give it as custody=PATH")]
    ActorsPurpose,
    /// Rules of another system for something else than custody.
    #[error("rules of another system serve only custody: give them as custody=PATH")]
    RulesPurpose,
    /// An accuracy for somebody who issues no time stamps.
    #[error("the authority '{0}' has an accuracy and not the purpose timestamp")]
    Accuracy(Identity),
    /// A purpose given on the command line for a store that gives its own.
    #[error("a trust store names its own purposes, and {purpose} was given for it")]
    NamedStore {
        /// The purpose given.
        purpose: Purpose,
    },
    /// A self-signed certificate that may not issue certificates.
    #[error("a self-signed certificate that is no certificate authority, given without a purpose")]
    NotAuthority,
    /// An extended key usage that leaves nothing which bare material counts for.
    #[error(
        "the extended key usage of the certificate leaves neither attestation nor timestamp as asked for"
    )]
    NoUsage,
    /// A certificate that names itself as issuer under an algorithm not known here.
    #[error("the certificate names itself as issuer under an algorithm that is not known here")]
    SelfSignatureUnknown,
    /// The fingerprint beside a certificate is of another one.
    #[error("{pointer} is the fingerprint of another certificate, found {found}")]
    Fingerprint {
        /// Where the fingerprint stands.
        pointer: String,
        /// That of the certificate.
        found: Digest,
    },
}
