//! Signed attributes, RFC 5652 5.3 and 11, and the two that name the signer's
//! certificate, RFC 2634 5.4 and RFC 5035 3.
//!
//! What is signed is the DER of the attributes as a SET OF. It is made of the
//! bytes as they were received, with the tag of a SET before them; their order
//! is not touched. Of attributes that were received as BER it is made of their
//! form with definite lengths.
//!
//! How to attack it:
//! - leave an attribute out, give it twice, give it two values or none: two
//!   readers take two of them;
//! - swap the certificate: the attributes name it by hash, and only there is it
//!   signed;
//! - name no certificate, or in two attributes two of them;
//! - SHA-1 in the newer attribute, which is there so that it need not be;
//! - an issuer written as another form of name, which a reader passes over;
//! - another digest or signature algorithm outside of what is signed (RFC 6211).

use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::proof::x509::{Name, NameError, Oid, signature::digest_algorithm};
use crate::time::UnixTime;
use crate::wire::der::{self, DerError, Reader, Tag};

use super::error::{TokenError, bounded, within};
use super::oid;
use super::tst_info::digest;

/// What the signer signed beside the digest of the content.
#[derive(Clone, Debug)]
pub(super) struct SignedAttributes {
    /// The SET OF, whole: what the signature is over.
    pub signed: Vec<u8>,
    pub message_digest: Vec<u8>,
    pub signing_time: Option<UnixTime>,
    /// One or both of the attributes that name the certificate, each with its name.
    pub bindings: Vec<Binding>,
}

/// An ESSCertID or ESSCertIDv2: which certificate signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    /// The attribute.
    pub attribute: &'static str,
    /// The digest of the certificate.
    pub digest: Digest,
    /// Its issuer and the content octets of its serial number.
    pub issuer_serial: Option<(Name, Vec<u8>)>,
}

/// An attribute: its type, and the content of its SET of values.
struct Attribute<'a> {
    oid: Oid,
    values: &'a [u8],
}

/// The names of RFC 2985, 2634 and 5035.
const CONTENT_TYPE: &str = "content-type";
const MESSAGE_DIGEST: &str = "message-digest";
const SIGNING_TIME: &str = "signing-time";
const ALGORITHM_PROTECTION: &str = "cms-algorithm-protection";
const SIGNING_CERTIFICATE: &str = "signing-certificate";
const SIGNING_CERTIFICATE_V2: &str = "signing-certificate-v2";

/// Reads the content octets of the signed attributes of a signer with these
/// algorithms.
pub(super) fn read(
    content: &[u8],
    digest_algorithm: &[u8],
    signature_algorithm: &[u8],
) -> Result<SignedAttributes, TokenError> {
    let attributes = within("signed attributes", der::read_all(content, list))?;
    for (at, attribute) in attributes.iter().enumerate() {
        if attributes[..at].iter().any(|earlier| earlier.oid == attribute.oid) {
            return Err(TokenError::AttributeRepeated { attribute: attribute.oid.clone() });
        }
    }
    let find = |oid: &[u8]| attributes.iter().find(|attribute| attribute.oid.content() == oid);
    let required = |oid, attribute| find(oid).ok_or(TokenError::AttributeMissing { attribute });

    let found = required(oid::CONTENT_TYPE, CONTENT_TYPE)?.value(CONTENT_TYPE, |r| Ok(Oid::read(r)?))?;
    if found.content() != oid::TST_INFO {
        return Err(TokenError::ContentTypeAttribute { found });
    }
    let message_digest = required(oid::MESSAGE_DIGEST, MESSAGE_DIGEST)?
        .value(MESSAGE_DIGEST, |reader| Ok(reader.octet_string()?.to_vec()))?;
    let signing_time =
        find(oid::SIGNING_TIME).map(|attribute| attribute.value(SIGNING_TIME, time)).transpose()?;
    if let Some(protection) = find(oid::ALGORITHM_PROTECTION) {
        protection.value(ALGORITHM_PROTECTION, |reader| {
            reader.sequence(|reader| protected(reader, digest_algorithm, signature_algorithm))
        })?;
    }
    let mut bindings = Vec::new();
    for (oid, attribute, version) in [
        (oid::SIGNING_CERTIFICATE, SIGNING_CERTIFICATE, EssVersion::V1),
        (oid::SIGNING_CERTIFICATE_V2, SIGNING_CERTIFICATE_V2, EssVersion::V2),
    ] {
        if let Some(found) = find(oid) {
            bindings.push(found.value(attribute, |r| r.sequence(|r| certificates(r, attribute, version)))?);
        }
    }
    if bindings.is_empty() {
        return Err(TokenError::AttributeMissing { attribute: SIGNING_CERTIFICATE_V2 });
    }
    let signed = der::encode(Tag::SET, &[content]);
    Ok(SignedAttributes { signed, message_digest, signing_time, bindings })
}

/// Whether these are attributes, and not too many.
pub(super) fn skim(content: &[u8]) -> Result<(), TokenError> {
    within("unsigned attributes", der::read_all(content, list)).map(drop)
}

fn list<'a>(reader: &mut Reader<'a>) -> Result<Vec<Attribute<'a>>, TokenError> {
    let mut attributes = Vec::new();
    while !reader.is_empty() {
        bounded("attributes", attributes.len() + 1, limits::TOKEN_BAG_MAX)?;
        attributes.push(reader.sequence(|reader| -> Result<_, TokenError> {
            Ok(Attribute { oid: Oid::read(reader)?, values: reader.element(Tag::SET)?.content })
        })?);
    }
    Ok(attributes)
}

impl<'a> Attribute<'a> {
    /// Reads the one value of an attribute that has one.
    fn value<T>(
        &self,
        attribute: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let count = |reader: &mut Reader<'a>| -> Result<usize, TokenError> {
            let mut found = 0;
            while !reader.is_empty() {
                reader.any()?;
                found += 1;
            }
            Ok(found)
        };
        match within(attribute, der::read_all(self.values, count))? {
            1 => within(attribute, der::read_all(self.values, read)),
            found => Err(TokenError::AttributeValues { attribute, found }),
        }
    }
}

/// RFC 5652 11.3: a `UTCTime` or `GeneralizedTime`.
fn time(reader: &mut Reader<'_>) -> Result<UnixTime, TokenError> {
    Ok(match reader.peek() {
        Some(Tag::GENERALIZED_TIME) => reader.generalized_time()?,
        _ => reader.utc_time()?,
    })
}

/// RFC 6211 3: the algorithms once more, and this time signed.
fn protected(reader: &mut Reader<'_>, digest: &[u8], signature: &[u8]) -> Result<(), TokenError> {
    let found = reader.element(Tag::SEQUENCE)?;
    if !same_algorithm(found.content, digest)? {
        return Err(TokenError::AlgorithmProtection { part: "digest" });
    }
    // [1] for a signature, [2] for a MAC; a token has the former.
    let found = reader.element(Tag::context_constructed(1))?;
    if !same_algorithm(found.content, signature)? {
        return Err(TokenError::AlgorithmProtection { part: "signature" });
    }
    Ok(())
}

/// Whether the content of one AlgorithmIdentifier says the same as another one.
/// No parameters and NULL are the same, RFC 6211 3.
fn same_algorithm(content: &[u8], whole: &[u8]) -> Result<bool, TokenError> {
    let other = der::read_all(whole, |reader| reader.element(Tag::SEQUENCE))?.content;
    let plain = |content: &[u8]| content.strip_suffix(&[5, 0]).unwrap_or(content).to_vec();
    Ok(plain(content) == plain(other))
}

#[derive(Clone, Copy, PartialEq)]
enum EssVersion {
    V1,
    V2,
}

/// `SigningCertificate` and `SigningCertificateV2`: a list of certificates, of
/// which the first is the signer's, and policies.
fn certificates(
    reader: &mut Reader<'_>,
    attribute: &'static str,
    version: EssVersion,
) -> Result<Binding, TokenError> {
    let mut bindings = reader.nested(Tag::SEQUENCE, |reader| -> Result<Vec<Binding>, TokenError> {
        let mut bindings = Vec::new();
        while !reader.is_empty() {
            bounded("certificate identifiers", bindings.len() + 1, limits::TOKEN_BAG_MAX)?;
            bindings.push(reader.sequence(|reader| certificate_id(reader, attribute, version))?);
        }
        Ok(bindings)
    })?;
    reader.optional(Tag::SEQUENCE)?;
    // RFC 5035 3: further ones restrict which attribute certificates count.
    if bindings.is_empty() { Err(TokenError::EssEmpty { attribute }) } else { Ok(bindings.swap_remove(0)) }
}

/// `ESSCertID` and `ESSCertIDv2`
fn certificate_id(
    reader: &mut Reader<'_>,
    attribute: &'static str,
    version: EssVersion,
) -> Result<Binding, TokenError> {
    let hash = match (version, reader.peek()) {
        // RFC 5035 4: a hash algorithm that is left out is SHA-256.
        (EssVersion::V2, Some(Tag::SEQUENCE)) => {
            let identifier = reader.element(Tag::SEQUENCE)?.whole;
            digest_algorithm(identifier).map_err(|error| TokenError::Hash { part: attribute, error })?
        }
        (EssVersion::V2, _) => Hash::Sha256,
        (EssVersion::V1, _) => Hash::Sha1,
    };
    if version == EssVersion::V2 && hash == Hash::Sha1 {
        return Err(TokenError::EssHash { found: hash });
    }
    let digest = digest(attribute, hash, reader.octet_string()?)?;
    let issuer_serial = match reader.is_empty() {
        true => None,
        false => Some(reader.sequence(|reader| issuer_serial(reader, attribute))?),
    };
    Ok(Binding { attribute, digest, issuer_serial })
}

/// `IssuerSerial`. RFC 5035 4: of a certificate that is no attribute
/// certificate, the issuer is its issuer as a directoryName, and nothing else.
fn issuer_serial(reader: &mut Reader<'_>, attribute: &'static str) -> Result<(Name, Vec<u8>), TokenError> {
    let name = reader
        .nested(Tag::SEQUENCE, |reader| {
            reader.nested(Tag::context_constructed(4), |reader| reader.element(Tag::SEQUENCE))
        })
        .map_err(|error: DerError| TokenError::EssIssuer { attribute, error })?;
    let issuer =
        Name::parse(name.whole).map_err(|error: NameError| TokenError::Name { part: attribute, error })?;
    Ok((issuer, reader.integer_as(Tag::INTEGER)?.to_vec()))
}
