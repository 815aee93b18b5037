//! What cosign wrote before there were bundles: a signature in one place, and in
//! others, file by file or annotation by annotation, what is needed to judge it.
//!
//! SIGNATURE_SPEC.md and BUNDLE_SPEC.md of cosign; the payload is that of
//! containers-signature(5), *simple signing*. How to attack it: a payload that
//! names another image than the one that it lies beside; a second spelling of
//! its one member that counts; the entry of another signature; a root among the
//! certificates of the chain.

use super::bundle::{Bundle, BundleError, Content, Material, Version};
use crate::digest::{Digest, DigestError, decode_hex};
use crate::limits;
use crate::proof::log::Entry;
use crate::proof::x509::{Certificate, CertificateError};
use crate::time::UnixTime;
use crate::wire::base64::{self, Base64Error};
use crate::wire::json::{self, JsonError, Value};
use crate::wire::pem::{self, PemError};
use crate::wire::shape::{Fields, ShapeError};

/// The type of a payload that names an image.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// What `critical.type` says in it.
const SIGNATURE_TYPE: &str = "cosign container image signature";

/// A payload of simple signing, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleSigning {
    /// The digest of the manifest of the image.
    pub image: Digest,
}

/// Why what was written beside a signature cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CosignError {
    /// Not JSON.
    #[error("{what}: {error}")]
    Json {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        error: JsonError,
    },
    /// Members are missing, of another type, or look-alikes.
    #[error("{what}: {error}")]
    Shape {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        error: ShapeError,
    },
    /// Not base64.
    #[error("{what}: {error}")]
    Base64 {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// Not PEM.
    #[error("{what}: {error}")]
    Pem {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        error: PemError,
    },
    /// PEM of something else.
    #[error("{what}: expected certificates in PEM, found {found}")]
    Label {
        /// Which part.
        what: &'static str,
        /// What stands there, escaped.
        found: String,
    },
    /// A certificate that is none.
    #[error("{what}: {error}")]
    Certificate {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// An entry of a log that is none.
    #[error("{what}: {error}")]
    Entry {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        error: Box<BundleError>,
    },
    /// A digest that is none, or one that pins nothing.
    #[error("critical.image.docker-manifest-digest: {error}")]
    Digest {
        /// What is wrong with it.
        error: DigestError,
    },
    /// More than is read.
    #[error("{what}: {found} bytes or elements, at most {max} are read")]
    TooLong {
        /// Which part.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
}

impl CosignError {
    /// The fault of shape that is behind it, where one is.
    pub fn shape(&self) -> Option<&ShapeError> {
        match self {
            CosignError::Shape { error, .. } => Some(error),
            CosignError::Entry { error, .. } => error.shape(),
            _ => None,
        }
    }

    /// Whether something in DER is behind it.
    pub fn is_der(&self) -> bool {
        matches!(self, CosignError::Pem { .. } | CosignError::Label { .. } | CosignError::Certificate { .. })
    }
}

impl SimpleSigning {
    /// Reads `{critical: {identity, image: {docker-manifest-digest}, type}, optional}`.
    pub fn parse(content: &[u8]) -> Result<SimpleSigning, CosignError> {
        let what = "payload";
        let value = json::parse(content).map_err(|error| CosignError::Json { what, error })?;
        let read = || -> Result<String, ShapeError> {
            let mut fields = Fields::closed(&value, "")?;
            let mut critical = fields.nested_closed("critical")?;
            let stated = critical.str("type")?;
            if stated != SIGNATURE_TYPE {
                return Err(critical.invalid("type", SIGNATURE_TYPE, stated));
            }
            let mut image = critical.nested_closed("image")?;
            let digest = image.str("docker-manifest-digest")?.to_owned();
            image.finish()?;
            // What the signer called the image, and which nobody asks about.
            critical.skip("identity")?;
            critical.finish()?;
            fields.skip("optional")?;
            fields.finish()?;
            Ok(digest)
        };
        let digest = read().map_err(|error| CosignError::Shape { what, error })?;
        let image = Digest::parse(&digest).map_err(|error| CosignError::Digest { error })?;
        match image.algorithm().is_strong() {
            true => Ok(SimpleSigning { image }),
            false => Err(CosignError::Digest { error: DigestError::Algorithm }),
        }
    }
}

/// The certificates of a text in PEM. None is a root: those come with trust,
/// and cosign writes them down nevertheless; they are left out.
pub fn chain(what: &'static str, text: &str) -> Result<Vec<Certificate>, CosignError> {
    let blocks = pem::blocks(text).map_err(|error| CosignError::Pem { what, error })?;
    let (found, max) = (blocks.len(), limits::BUNDLE_CHAIN_MAX);
    if found > max {
        return Err(CosignError::TooLong { what, found, max });
    }
    let mut certificates = Vec::new();
    for block in blocks {
        if block.label != "CERTIFICATE" {
            let found = crate::path::escape(block.label.as_bytes());
            return Err(CosignError::Label { what, found });
        }
        let read = Certificate::parse(&block.der);
        certificates.push(read.map_err(|error| CosignError::Certificate { what, error })?);
    }
    Ok(certificates)
}

/// `{SignedEntryTimestamp, Payload: {body, integratedTime, logIndex, logID}}`: an
/// entry with the promise of its log.
pub fn rekor_bundle(value: &Value) -> Result<Entry, BundleError> {
    let mut fields = Fields::closed(value, "")?;
    let entry = promised(&mut fields)?;
    fields.finish()?;
    Ok(entry)
}

pub(super) fn promised(rekor: &mut Fields<'_>) -> Result<Entry, BundleError> {
    let promise = super::bundle::bytes(rekor, "SignedEntryTimestamp")?;
    let pointer = rekor.pointer("SignedEntryTimestamp");
    super::bundle::bounded(&pointer, promise.len(), limits::SIGNATURE_BYTES_MAX)?;
    let mut payload = rekor.nested_closed("Payload")?;
    let body = super::bundle::bytes(&mut payload, "body")?;
    let (seconds, index) = (payload.u64("integratedTime")?, payload.u64("logIndex")?);
    let time = i64::try_from(seconds).ok().and_then(|seconds| UnixTime::new(seconds, 0).ok());
    let time =
        time.ok_or_else(|| payload.invalid("integratedTime", "a time of a calendar", &seconds.to_string()))?;
    let id = payload.str("logID")?;
    let log = decode_hex(id).filter(|id| !id.is_empty() && id.len() <= limits::LOG_ID_BYTES_MAX);
    let log = log.ok_or_else(|| payload.invalid("logID", "the id of a log in lower-case hexadecimal", id))?;
    payload.finish()?;
    Ok(Entry::promised_only(log, index, time, promise, body))
}

/// The same as a text, such as an annotation.
pub fn rekor_bundle_text(text: &str) -> Result<Entry, CosignError> {
    let what = "bundle";
    let value = json::parse(text.as_bytes()).map_err(|error| CosignError::Json { what, error })?;
    rekor_bundle(&value).map_err(|error| CosignError::Entry { what, error: Box::new(error) })
}

/// `{SignedRFC3161Timestamp: "<base64>"}`, of what a time-stamp authority answered.
pub fn stamp(text: &str) -> Result<Vec<u8>, CosignError> {
    let what = "time stamp";
    let value = json::parse(text.as_bytes()).map_err(|error| CosignError::Json { what, error })?;
    let read = || {
        let mut fields = Fields::closed(&value, "")?;
        let token = fields.str("SignedRFC3161Timestamp")?;
        fields.finish()?;
        Ok(token)
    };
    let token = read().map_err(|error| CosignError::Shape { what, error })?;
    base64::decode_standard(token).map_err(|error| CosignError::Base64 { what, error })
}

/// A signature in base64.
pub fn signature(text: &str) -> Result<Vec<u8>, CosignError> {
    let what = "signature";
    let decoded = base64::decode_standard(text).map_err(|error| CosignError::Base64 { what, error })?;
    let (found, max) = (decoded.len(), limits::SIGNATURE_BYTES_MAX);
    if found > max { Err(CosignError::TooLong { what, found, max }) } else { Ok(decoded) }
}

impl Material {
    /// What certificates that lie beside a signature say: the first is the
    /// signer's; of the others, roots are left out.
    pub fn beside(certificates: &[Certificate]) -> Option<Material> {
        let (leaf, chain) = certificates.split_first()?;
        let chain = chain.iter().filter(|one| !one.is_self_issued()).take(limits::BUNDLE_CHAIN_MAX);
        Some(Material::Certificate { leaf: leaf.clone(), chain: chain.cloned().collect() })
    }
}

impl Bundle {
    /// One put together of parts that were written apart. It counts as the first
    /// form: its entries have to be promised.
    pub fn of_parts(
        material: Material,
        entries: Vec<Entry>,
        tokens: Vec<Vec<u8>>,
        content: Content,
    ) -> Bundle {
        Bundle { version: Version::V0_1, material, entries, tokens, content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = concat!(
        r#"{"critical":{"identity":{"docker-reference":"x"},"image":{"docker-manifest-digest":"sha256:"#,
        "0000000000000000000000000000000000000000000000000000000000000000",
        r#""},"type":"cosign container image signature"},"optional":null}"#
    );

    #[test]
    fn a_payload_names_one_image() {
        assert_eq!(SimpleSigning::parse(PAYLOAD.as_bytes()).unwrap().image.bytes(), [0; 32]);
        let check = |from: &str, to: &str, told: &str| {
            assert!(PAYLOAD.contains(from), "{from}");
            let error = SimpleSigning::parse(PAYLOAD.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        };
        check("cosign container image signature", "atomic container signature", "/critical/type");
        check("docker-manifest-digest", "Docker-manifest-digest", "letter case");
        check("sha256:0000", "sha256:000", "digest");
        check("sha256:", "md5:", "no digest algorithm");
        check(r#""optional":null"#, r#""optional":null,"more":1"#, "not known here");
        check(r#""optional":null"#, r#""critical":null"#, "twice");
        check(r#""image":{"#, r#""image":{"other":1,"#, "not known here");
    }

    #[test]
    fn what_stands_in_annotations() {
        assert_eq!(stamp(r#"{"SignedRFC3161Timestamp":"AAAA"}"#).unwrap(), [0, 0, 0]);
        assert!(stamp(r#"{"SignedRFC3161Timestamp":"AAA"}"#).is_err());
        assert!(stamp(r#"{"SignedRFC3161Timestamp":"AAAA","more":1}"#).is_err());
        assert!(signature("AAAA").is_ok() && signature("AA-_").is_err());
        assert!(chain("chain", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").is_err());
        let entry = r#"{"SignedEntryTimestamp":"AAAA","Payload":{"body":"AAAA","integratedTime":1,"logIndex":2,"logID":"00"}}"#;
        assert_eq!(rekor_bundle_text(entry).unwrap().index(), 2);
        for (from, to) in [("\"00\"", "\"0G\""), ("\"00\"", "\"\""), (":2", ":-2"), (":1,", ":\"1\",")] {
            assert!(rekor_bundle_text(&entry.replacen(from, to, 1)).is_err(), "{from} {to}");
        }
    }
}
