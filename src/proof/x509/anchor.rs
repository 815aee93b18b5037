//! Where a path ends.

use super::certificate::{Certificate, CertificateError};
use crate::anchor::{Authority, Identity};
use crate::crypto::key::{KeyError, PublicKey};
use crate::time::Window;

/// A certificate that the trust store holds for an authority.
///
/// RFC 5280 6.1.1 takes from it the name and the key; RFC 5937 lets it confine
/// what is below it, and so it does here: path length, name constraints, whether
/// it may issue at all. Its own window is not part of a path (an anchor is
/// trusted because the store says so, from when to when the store says so), and
/// neither are its signature, policies and extended key usage.
#[derive(Clone, Debug)]
pub struct Anchor {
    authority: Identity,
    certificate: Certificate,
    key: PublicKey,
}

/// Why a certificate of a trust store cannot end a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// It is no certificate.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// Its key is of no kind that is known here.
    #[error("{0}")]
    Key(#[from] KeyError),
}

impl Anchor {
    /// A certificate of that authority.
    pub fn new(authority: Identity, certificate: Certificate) -> Result<Anchor, AnchorError> {
        let key = certificate.public_key().map_err(KeyError::clone)?.clone();
        Ok(Anchor { authority, certificate, key })
    }

    /// All certificates of an authority that can end a path, and for each other
    /// one why it cannot.
    pub fn from_authority(authority: &Authority) -> Vec<Result<Anchor, AnchorError>> {
        let read = |der: &Vec<u8>| Anchor::new(authority.identity.clone(), Certificate::parse(der)?);
        authority.certificates.iter().map(read).collect()
    }

    /// Whose it is.
    pub fn authority(&self) -> &Identity {
        &self.authority
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// From its notBefore to its notAfter, which no path is judged by.
    pub fn window(&self) -> Window {
        self.certificate.window()
    }
}
