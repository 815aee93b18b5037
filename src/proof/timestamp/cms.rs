//! `SignedData`, RFC 5652 5, as much of it as RFC 3161 2.4.2 lets a token have.
//!
//! How to attack it:
//! - two signers, of whom one reader takes the first and another the last;
//! - a content type that is not the one that is signed, so that bytes signed for
//!   one purpose serve another;
//! - a list of digest algorithms that leaves the signer's out;
//! - a bag of ten thousand certificates; things in it that are none;
//! - content that is elsewhere, or empty.

use std::fmt;

use crate::digest::{Algorithm as Hash, encode_hex};
use crate::limits;
use crate::proof::x509::{Name, NameError, Oid, SignatureAlgorithm, signature::digest_algorithm};
use crate::wire::der::{self, DerError, Element, Reader, Tag};

use super::attributes::{self, SignedAttributes};
use super::error::{TokenError, bounded, within};
use super::oid;

/// What a token is made of; nothing in it is proven.
#[derive(Debug)]
pub(super) struct SignedData<'a> {
    /// The content of the signed OCTET STRING.
    pub content: &'a [u8],
    /// Certificates, whole, as they lie in the bag.
    pub certificates: Vec<&'a [u8]>,
    /// Certificate lists, whole.
    pub crls: Vec<&'a [u8]>,
    /// OCSP responses, whole.
    pub ocsp: Vec<&'a [u8]>,
    pub signer: SignerInfo<'a>,
}

/// The one signer.
#[derive(Debug)]
pub(super) struct SignerInfo<'a> {
    pub id: SignerId,
    pub hash: Hash,
    pub attributes: SignedAttributes,
    pub algorithm: SignatureAlgorithm,
    pub signature: &'a [u8],
    /// All of it.
    pub whole: &'a [u8],
}

/// How the signer's certificate is named. Never by its place in the bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignerId {
    /// By its issuer and its serial number, as content octets.
    IssuerAndSerial {
        /// The issuer.
        issuer: Name,
        /// The content octets of the serial number.
        serial: Vec<u8>,
    },
    /// By its subject key identifier.
    SubjectKeyId(Vec<u8>),
}

/// `CN=..., serial 0x12` or the key identifier in hexadecimal.
impl fmt::Display for SignerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignerId::IssuerAndSerial { issuer, serial } => {
                let serial = serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(serial);
                let shown = &serial[..serial.len().min(limits::SERIAL_BYTES_MAX)];
                write!(f, "serial number {} of {issuer}", encode_hex(shown))
            }
            SignerId::SubjectKeyId(id) => {
                write!(f, "the key {}", encode_hex(&id[..id.len().min(limits::OID_BYTES_MAX)]))
            }
        }
    }
}

/// Reads the content of a `ContentInfo`.
pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Result<SignedData<'a>, TokenError> {
    let found = Oid::read(reader)?;
    if found.content() != oid::SIGNED_DATA {
        return Err(TokenError::ContentType { found });
    }
    let explicit = Tag::context_constructed(0);
    within("SignedData", reader.nested(explicit, |reader| reader.sequence(signed_data)))
}

fn signed_data<'a>(reader: &mut Reader<'a>) -> Result<SignedData<'a>, TokenError> {
    let version = reader.small_integer()?;
    let hashes = reader.nested(Tag::SET, digest_algorithms)?;
    let content = reader.sequence(encapsulated)?;
    let mut newest = 3;
    let mut certificates = Vec::new();
    if reader.peek() == Some(Tag::context_constructed(0)) {
        for element in bag(reader, Tag::context_constructed(0), "certificates")? {
            match element.tag.octet() {
                0x30 => certificates.push(element.whole),
                // Attribute certificates, and formats that are not known here.
                0xA1 => {}
                0xA2 => newest = newest.max(4),
                0xA3 => newest = 5,
                _ => return Err(unexpected(element, "certificates")),
            }
        }
    }
    let (mut crls, mut ocsp) = (Vec::new(), Vec::new());
    if reader.peek() == Some(Tag::context_constructed(1)) {
        for element in bag(reader, Tag::context_constructed(1), "revocation data")? {
            match element.tag.octet() {
                0x30 => crls.push(element.whole),
                0xA1 => {
                    newest = 5;
                    ocsp.extend(other_revocation(element)?);
                }
                _ => return Err(unexpected(element, "revocation data")),
            }
        }
    }
    // RFC 5652 5.1. Signers that only ever write 3 are many.
    if version != 3 && version != newest {
        return Err(TokenError::Version { part: "SignedData", found: version, expected: newest });
    }
    let mut signers = bag(reader, Tag::SET, "signers")?;
    let (Some(signer), true) = (signers.pop(), signers.is_empty()) else {
        return Err(TokenError::Signers { found: signers.len() + usize::from(!signers.is_empty()) });
    };
    let mut read = within("SignerInfo", der::read_all(signer.whole, |r| r.sequence(signer_info)))?;
    read.whole = signer.whole;
    let signer = read;
    // RFC 5652 5.1 lets us refuse what is not in the list.
    if !hashes.contains(&signer.hash) {
        return Err(TokenError::DigestAlgorithms);
    }
    Ok(SignedData { content, certificates, crls, ocsp, signer })
}

/// The elements of a set, counted before anything is made of them.
fn bag<'a>(reader: &mut Reader<'a>, tag: Tag, what: &'static str) -> Result<Vec<Element<'a>>, TokenError> {
    reader.nested(tag, |reader| {
        let mut elements = Vec::new();
        while !reader.is_empty() {
            bounded(what, elements.len() + 1, limits::TOKEN_BAG_MAX)?;
            elements.push(reader.any()?);
        }
        Ok(elements)
    })
}

fn unexpected(element: Element<'_>, part: &'static str) -> TokenError {
    let (expected, found) = (Tag::SEQUENCE, element.tag);
    TokenError::Der { part, error: DerError::Tag { expected, found, offset: 0 } }
}

/// `DigestAlgorithmIdentifiers`: those that are known here.
fn digest_algorithms(reader: &mut Reader<'_>) -> Result<Vec<Hash>, TokenError> {
    let mut known = Vec::new();
    let mut count = 0;
    while !reader.is_empty() {
        count += 1;
        bounded("digest algorithms", count, limits::TOKEN_BAG_MAX)?;
        known.extend(digest_algorithm(reader.element(Tag::SEQUENCE)?.whole));
    }
    Ok(known)
}

/// `EncapsulatedContentInfo`
fn encapsulated<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], TokenError> {
    let found = Oid::read(reader)?;
    if found.content() != oid::TST_INFO {
        return Err(TokenError::SignedContentType { found });
    }
    if reader.is_empty() {
        return Err(TokenError::Detached);
    }
    reader.nested(Tag::context_constructed(0), |reader| Ok(reader.octet_string()?))
}

/// `OtherRevocationInfoFormat`: an OCSP response, or something that is not known
/// here and passed over.
fn other_revocation(element: Element<'_>) -> Result<Option<&[u8]>, TokenError> {
    within(
        "revocation data",
        der::read_all(element.whole, |reader| {
            reader.nested(Tag::context_constructed(1), |reader| {
                let format = Oid::read(reader)?;
                let value = reader.any()?.whole;
                Ok((format.content() == oid::OCSP_RESPONSE).then_some(value))
            })
        }),
    )
}

fn signer_info<'a>(reader: &mut Reader<'a>) -> Result<SignerInfo<'a>, TokenError> {
    let version = reader.small_integer()?;
    let (id, expected) = match reader.peek() {
        Some(tag) if tag == Tag::context(0) => {
            (SignerId::SubjectKeyId(reader.element(tag)?.content.to_vec()), 3)
        }
        _ => (reader.sequence(issuer_and_serial)?, 1),
    };
    // RFC 5652 5.3: the version says which of the two it is.
    if version != expected {
        return Err(TokenError::Version { part: "SignerInfo", found: version, expected });
    }
    let identifier = reader.element(Tag::SEQUENCE)?.whole;
    let part = "digest algorithm of the signer";
    let hash = digest_algorithm(identifier).map_err(|error| TokenError::Hash { part, error })?;
    let signed = reader.optional(Tag::context_constructed(0))?;
    let algorithm_identifier = reader.element(Tag::SEQUENCE)?.whole;
    let signature = reader.octet_string()?;
    let unsigned = reader.optional(Tag::context_constructed(1))?;
    reader.clone().finish()?;

    let algorithm = SignatureAlgorithm::parse_with_digest(algorithm_identifier, hash)
        .map_err(TokenError::SignatureAlgorithm)?;
    // RFC 8419 3.1: what Ed25519 signs here was hashed with SHA-512.
    if algorithm == SignatureAlgorithm::Ed25519 && hash != Hash::Sha512 {
        return Err(TokenError::Ed25519Digest { found: hash });
    }
    bounded("bytes of signature", signature.len(), limits::SIGNATURE_BYTES_MAX)?;
    let signed = signed.ok_or(TokenError::AttributeMissing { attribute: "content-type" })?;
    let attributes = attributes::read(signed.content, identifier, algorithm_identifier)?;
    // Nothing that is not signed is looked at, beyond whether it can be read.
    if let Some(unsigned) = unsigned {
        attributes::skim(unsigned.content)?;
    }
    Ok(SignerInfo { id, hash, attributes, algorithm, signature, whole: &[] })
}

fn issuer_and_serial(reader: &mut Reader<'_>) -> Result<SignerId, TokenError> {
    let issuer = Name::read(reader).map_err(name("issuer of the signer"))?;
    Ok(SignerId::IssuerAndSerial { issuer, serial: reader.integer_as(Tag::INTEGER)?.to_vec() })
}

/// An error in somebody's name.
pub(super) fn name(part: &'static str) -> impl Fn(NameError) -> TokenError {
    move |error| TokenError::Name { part, error }
}
