//! The revocation data at hand.

use super::{Crl, OcspResponse};
use crate::digest::Digest;

/// Lists and responses, unproven, each once and in an order that does not
/// depend on how they were packed.
#[derive(Clone, Debug, Default)]
pub struct Data {
    crls: Vec<Crl>,
    responses: Vec<OcspResponse>,
}

/// What kind of evidence something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// A complete revocation list.
    Crl,
    /// A list of changes.
    DeltaCrl,
    /// An OCSP response.
    Ocsp,
}

/// Which list or response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

impl SourceKind {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            SourceKind::Crl => "revocation list",
            SourceKind::DeltaCrl => "delta revocation list",
            SourceKind::Ocsp => "OCSP response",
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.digest)
    }
}

impl Data {
    /// What was found, in whatever order.
    pub fn new(mut crls: Vec<Crl>, mut responses: Vec<OcspResponse>) -> Data {
        crls.sort_by_key(Crl::fingerprint);
        crls.dedup_by_key(|crl| crl.fingerprint());
        responses.sort_by_key(OcspResponse::fingerprint);
        responses.dedup_by_key(|response| response.fingerprint());
        Data { crls, responses }
    }

    /// The lists.
    pub fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// The responses.
    pub fn responses(&self) -> &[OcspResponse] {
        &self.responses
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.crls.is_empty() && self.responses.is_empty()
    }
}

impl Crl {
    /// How reports name it.
    pub fn source(&self) -> Source {
        let kind = if self.is_delta() { SourceKind::DeltaCrl } else { SourceKind::Crl };
        Source { kind, digest: self.fingerprint() }
    }
}

impl OcspResponse {
    /// How reports name it.
    pub fn source(&self) -> Source {
        Source { kind: SourceKind::Ocsp, digest: self.fingerprint() }
    }
}
