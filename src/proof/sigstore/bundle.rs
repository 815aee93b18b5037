//! `Bundle` of protobuf-specs, versions 0.1, 0.2 and 0.3.
//!
//! One spelling of every member (that of JSON, not that of the protobuf source),
//! base64 of the standard alphabet, and no member that is not known.

use super::cosign::promised;
use crate::anchor::TrustedKey;
use crate::crypto::signature::Algorithm;
use crate::digest::{self, Digest, DigestError, Digests};
use crate::limits;
use crate::proof::attempt::{self, AttemptError, Spellings, attempt};
use crate::proof::detached::{DetachedError, SignedContent};
use crate::proof::dsse::{Envelope, EnvelopeError};
use crate::proof::log::{Body, Entry, EntryError};
use crate::proof::x509::{Certificate, CertificateError};
use crate::wire::base64::{self, Base64Error};
use crate::wire::json::Value;
use crate::wire::pem;
use crate::wire::shape::{Fields, ShapeError};

/// A bundle as it was received; nothing about it is proven.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Of which form it is.
    pub version: Version,
    /// Under what the signature is said to verify.
    pub material: Material,
    /// Entries of logs that are said to be about it.
    pub entries: Vec<Entry>,
    /// Time-stamp tokens over the signature, in DER, unread.
    pub tokens: Vec<Vec<u8>>,
    /// What is signed.
    pub content: Content,
}

/// The forms of bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// An entry has a promise; a proof may be there.
    V0_1,
    /// An entry has a proof with a checkpoint.
    V0_2,
    /// The same, and one certificate instead of a chain.
    V0_3,
}

/// What is signed.
#[derive(Clone, Debug)]
pub enum Content {
    /// A message, which lies elsewhere.
    Message(MessageSignature),
    /// An envelope with one signature.
    Envelope(Envelope),
}

/// A signature over a message that is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSignature {
    /// What the message is said to be.
    pub digest: Digest,
    /// The signature.
    pub signature: Vec<u8>,
}

/// A message that one key has been found to have signed.
///
/// Only [`MessageSignature::signed_by`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedMessage {
    digest: Digest,
    algorithm: Algorithm,
}

/// Under what the signature is said to verify.
#[derive(Clone, Debug)]
pub enum Material {
    /// A certificate, and perhaps some of those above it.
    Certificate {
        /// That of the signer.
        leaf: Certificate,
        /// What came along; material for paths.
        chain: Vec<Certificate>,
    },
    /// A key that the verifier has. The hint selects it and proves nothing.
    Key {
        /// Which one.
        hint: Option<String>,
    },
}

/// Why a JSON value is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Members are missing, unknown, of another type, or look-alikes.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// A member is not base64.
    #[error("{pointer}: {error}")]
    Base64 {
        /// Which member.
        pointer: String,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// An envelope that is none.
    #[error("{0}")]
    Envelope(#[from] EnvelopeError),
    /// An entry that is none.
    #[error("{0}")]
    Entry(#[from] EntryError),
    /// A certificate that is none.
    #[error("{pointer}: {error}")]
    Certificate {
        /// Where it stands.
        pointer: String,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// The digest has another length than its algorithm.
    #[error("{pointer}: {error}")]
    Digest {
        /// Where it stands.
        pointer: String,
        /// What is wrong with it.
        error: DigestError,
    },
    /// More than anybody needs.
    #[error("{pointer}: {found} elements or bytes, at most {max} are read")]
    TooMany {
        /// Where they stand.
        pointer: String,
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// A root in the bundle: whoever believed it believed anybody.
    #[error("{pointer} is signed by itself; roots come with trust, never with evidence")]
    Root {
        /// Where it stands.
        pointer: String,
    },
}

impl BundleError {
    /// The fault of shape that is behind it, where one is.
    pub fn shape(&self) -> Option<&ShapeError> {
        match self {
            BundleError::Shape(error)
            | BundleError::Envelope(EnvelopeError::Shape(error))
            | BundleError::Entry(EntryError::Shape(error)) => Some(error),
            _ => None,
        }
    }

    /// Whether a text in base64 is behind it.
    pub fn is_base64(&self) -> bool {
        matches!(
            self,
            BundleError::Base64 { .. }
                | BundleError::Envelope(EnvelopeError::Payload(_) | EnvelopeError::Signature { .. })
                | BundleError::Entry(EntryError::Base64 { .. })
        )
    }

    /// Whether something in DER is behind it.
    pub fn is_der(&self) -> bool {
        matches!(self, BundleError::Certificate { .. })
    }
}

/// How every media type of a bundle begins.
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle";

const MEDIA_TYPES: [(&str, Version); 4] = [
    ("application/vnd.dev.sigstore.bundle+json;version=0.1", Version::V0_1),
    ("application/vnd.dev.sigstore.bundle+json;version=0.2", Version::V0_2),
    ("application/vnd.dev.sigstore.bundle+json;version=0.3", Version::V0_3),
    ("application/vnd.dev.sigstore.bundle.v0.3+json", Version::V0_3),
];

impl Bundle {
    /// Reads one; also of the form that cosign wrote before there were bundles.
    pub fn parse(value: &Value) -> Result<Bundle, BundleError> {
        if value.get("base64Signature").is_some() {
            return legacy(value);
        }
        let mut fields = Fields::closed(value, "")?;
        let version = Version::read(&mut fields)?;
        let mut verification = fields.nested_closed("verificationMaterial")?;
        let material = Material::read(&mut verification, version)?;
        let entries = entries(&mut verification)?;
        let tokens = tokens(&mut verification)?;
        verification.finish()?;
        let message = fields.opt_nested_closed("messageSignature")?;
        let content = match (message, fields.opt_value("dsseEnvelope")?) {
            (Some(message), None | Some(Value::Null)) => Content::Message(MessageSignature::read(message)?),
            (None, Some(envelope)) => Content::Envelope(one_signature(envelope)?),
            (message, _) => {
                let found = if message.is_some() { "both" } else { "neither" };
                let expected = "either it or dsseEnvelope";
                return Err(fields.invalid("messageSignature", expected, found).into());
            }
        };
        fields.finish()?;
        Ok(Bundle { version, material, entries, tokens, content })
    }

    /// The bytes of its signature: what time stamps are over.
    pub fn signature(&self) -> &[u8] {
        match &self.content {
            Content::Message(message) => &message.signature,
            Content::Envelope(envelope) => &envelope.signatures()[0].sig,
        }
    }
}

impl Version {
    fn read(fields: &mut Fields<'_>) -> Result<Version, BundleError> {
        let found = fields.str("mediaType")?;
        let known = MEDIA_TYPES.iter().find(|(name, _)| *name == found);
        let expected = "the media type of a bundle of version 0.1, 0.2 or 0.3";
        Ok(known.ok_or_else(|| fields.invalid("mediaType", expected, found))?.1)
    }

    /// The number.
    pub fn name(self) -> &'static str {
        match self {
            Version::V0_1 => "0.1",
            Version::V0_2 => "0.2",
            Version::V0_3 => "0.3",
        }
    }
}

impl Material {
    fn read(fields: &mut Fields<'_>, version: Version) -> Result<Material, BundleError> {
        let key = fields.opt_nested_closed("publicKey")?;
        let chain = fields.opt_nested_closed("x509CertificateChain")?;
        let single = fields.opt_nested_closed("certificate")?;
        let given = [key.is_some(), chain.is_some(), single.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            let expected = "exactly one of publicKey, x509CertificateChain and certificate";
            let found = format!("{} of them", given.iter().filter(|given| **given).count());
            return Err(fields.invalid("certificate", expected, &found).into());
        }
        if let Some(mut key) = key {
            let hint = key.opt_str("hint")?.filter(|hint| !hint.is_empty());
            let (pointer, max) = (key.pointer("hint"), limits::ENVELOPE_NAME_BYTES_MAX);
            key.finish()?;
            let found = hint.map_or(0, str::len);
            if found > max {
                return Err(BundleError::TooMany { pointer, found, max });
            }
            return Ok(Material::Key { hint: hint.map(str::to_owned) });
        }
        if let Some(single) = single {
            let (leaf, _) = certificate(single)?;
            return Ok(Material::Certificate { leaf, chain: Vec::new() });
        }
        let mut chain = chain.expect("one of the three is there");
        if version == Version::V0_3 {
            let (expected, found) = ("certificate, of version 0.3 on", "a chain");
            return Err(fields.invalid("x509CertificateChain", expected, found).into());
        }
        let pointer = chain.pointer("certificates");
        let elements: Vec<_> = chain.elements("certificates")?.collect();
        bounded(&pointer, elements.len(), limits::BUNDLE_CHAIN_MAX)?;
        chain.finish()?;
        let mut certificates = Vec::new();
        for (pointer, element) in elements {
            let (one, pointer) = certificate(Fields::closed(element, pointer)?)?;
            if !certificates.is_empty() && one.is_self_issued() {
                return Err(BundleError::Root { pointer });
            }
            certificates.push(one);
        }
        let mut certificates = certificates.into_iter();
        match certificates.next() {
            Some(leaf) => Ok(Material::Certificate { leaf, chain: certificates.collect() }),
            None => Err(ShapeError::Value {
                pointer,
                expected: "at least one certificate".to_owned(),
                found: "none".to_owned(),
            }
            .into()),
        }
    }
}

/// `{base64Signature, cert, rekorBundle: {SignedEntryTimestamp, Payload}}`, of cosign
/// 1 and 2 (`sign-blob --bundle`). Which message it is about stands in the entry
/// alone; `cert` is PEM, or base64 of that, and a key where it is empty.
fn legacy(value: &Value) -> Result<Bundle, BundleError> {
    let mut fields = Fields::closed(value, "")?;
    let signature = bytes(&mut fields, "base64Signature")?;
    bounded(&fields.pointer("base64Signature"), signature.len(), limits::SIGNATURE_BYTES_MAX)?;
    let material = match fields.opt_str("cert")?.filter(|text| !text.is_empty()) {
        None => Material::Key { hint: None },
        Some(text) => {
            let pointer = fields.pointer("cert");
            let blocks = match text.starts_with("-----BEGIN ") {
                true => pem::blocks(text).ok(),
                false => {
                    let decoded = base64::decode_standard(text);
                    let decoded =
                        decoded.map_err(|error| BundleError::Base64 { pointer: pointer.clone(), error })?;
                    std::str::from_utf8(&decoded).ok().and_then(|text| pem::blocks(text).ok())
                }
            };
            let expected = "one certificate or public key in PEM";
            let wrong = || fields.invalid("cert", expected, "something else");
            match blocks.as_deref() {
                Some([block]) if block.label == "CERTIFICATE" => match Certificate::parse(&block.der) {
                    Ok(leaf) => Material::Certificate { leaf, chain: Vec::new() },
                    Err(error) => return Err(BundleError::Certificate { pointer, error }),
                },
                // A key in the evidence is nobody's; the trusted ones are tried.
                Some([block]) if block.label == "PUBLIC KEY" => Material::Key { hint: None },
                _ => return Err(wrong().into()),
            }
        }
    };
    let mut rekor = fields.nested_closed("rekorBundle")?;
    let entry = promised(&mut rekor)?;
    let Ok(Body::Artifact { digest, .. }) = entry.body_unverified() else {
        return Err(rekor.invalid("Payload", "an entry about an artifact", "something else").into());
    };
    rekor.finish()?;
    fields.finish()?;
    let content = Content::Message(MessageSignature { digest, signature });
    Ok(Bundle::of_parts(material, vec![entry], Vec::new(), content))
}

/// `X509Certificate`, with the pointer to its bytes.
fn certificate(mut fields: Fields<'_>) -> Result<(Certificate, String), BundleError> {
    let der = bytes(&mut fields, "rawBytes")?;
    let pointer = fields.pointer("rawBytes");
    fields.finish()?;
    match Certificate::parse(&der) {
        Ok(certificate) => Ok((certificate, pointer)),
        Err(error) => Err(BundleError::Certificate { pointer, error }),
    }
}

fn entries(fields: &mut Fields<'_>) -> Result<Vec<Entry>, BundleError> {
    let Some(found) = fields.opt_array("tlogEntries")? else { return Ok(Vec::new()) };
    bounded(&fields.pointer("tlogEntries"), found.len(), limits::BUNDLE_ENTRIES_MAX)?;
    let elements = fields.elements("tlogEntries")?;
    let entry = |(pointer, element): (String, &Value)| {
        // No other members: a name that is spelt otherwise takes something out.
        let mut members = Fields::closed(element, pointer.as_str())?;
        members.value("kindVersion")?;
        for name in
            ["canonicalizedBody", "inclusionPromise", "inclusionProof", "integratedTime", "logId", "logIndex"]
        {
            members.skip(name)?;
        }
        members.finish()?;
        Ok(Entry::parse(element, &pointer)?)
    };
    elements.map(entry).collect()
}

/// `TimestampVerificationData`
fn tokens(fields: &mut Fields<'_>) -> Result<Vec<Vec<u8>>, BundleError> {
    let Some(mut data) = fields.opt_nested_closed("timestampVerificationData")? else {
        return Ok(Vec::new());
    };
    let mut tokens = Vec::new();
    if let Some(found) = data.opt_array("rfc3161Timestamps")? {
        bounded(&data.pointer("rfc3161Timestamps"), found.len(), limits::BUNDLE_ENTRIES_MAX)?;
        for (pointer, element) in data.elements("rfc3161Timestamps")? {
            let mut token = Fields::closed(element, pointer)?;
            tokens.push(bytes(&mut token, "signedTimestamp")?);
            token.finish()?;
        }
    }
    data.finish()?;
    Ok(tokens)
}

/// What is logged and stamped is one signature; a second one would be neither.
fn one_signature(value: &Value) -> Result<Envelope, BundleError> {
    let envelope = Envelope::parse(value)?;
    match envelope.signatures().len() {
        1 => Ok(envelope),
        found => Err(ShapeError::Value {
            pointer: "/dsseEnvelope/signatures".to_owned(),
            expected: "one signature".to_owned(),
            found: found.to_string(),
        }
        .into()),
    }
}

impl MessageSignature {
    fn read(mut fields: Fields<'_>) -> Result<MessageSignature, BundleError> {
        let mut digest = fields.nested_closed("messageDigest")?;
        let name = digest.str("algorithm")?;
        let algorithm = match name {
            "SHA2_256" => digest::Algorithm::Sha256,
            "SHA2_384" => digest::Algorithm::Sha384,
            "SHA2_512" => digest::Algorithm::Sha512,
            _ => return Err(digest.invalid("algorithm", "SHA2_256, SHA2_384 or SHA2_512", name).into()),
        };
        let octets = bytes(&mut digest, "digest")?;
        let pointer = digest.pointer("digest");
        digest.finish()?;
        let digest =
            Digest::new(algorithm, &octets).map_err(|error| BundleError::Digest { pointer, error })?;
        let signature = bytes(&mut fields, "signature")?;
        bounded(&fields.pointer("signature"), signature.len(), limits::SIGNATURE_BYTES_MAX)?;
        fields.finish()?;
        Ok(MessageSignature { digest, signature })
    }

    /// Verifies the signature under one key, over the message whose digest is
    /// stated. `content` is that message, where it is at hand; keys that sign
    /// whole messages need it.
    pub fn signed_by(
        &self,
        key: &TrustedKey,
        content: Option<SignedContent<'_>>,
    ) -> Result<SignedMessage, DetachedError> {
        let bytes = match content {
            Some(SignedContent::Bytes(bytes))
                if Digest::of(self.digest.algorithm(), bytes) == self.digest =>
            {
                Some(bytes)
            }
            _ => None,
        };
        let measured = |digests: &Digests, hash| {
            let same = digests.get(self.digest.algorithm()) == Some(self.digest);
            digests.get(hash).filter(|_| same)
        };
        let digest = |hash: digest::Algorithm| {
            if hash == self.digest.algorithm() {
                return Some(self.digest);
            }
            match (bytes, content) {
                (Some(bytes), _) => Some(Digest::of(hash, bytes)),
                (None, Some(SignedContent::Digests(digests))) => measured(digests, hash),
                _ => None,
            }
        };
        let at_hand = attempt::Content { bytes, digest: &digest };
        match attempt(key, Spellings::Der, &at_hand, &self.signature) {
            Ok(algorithm) => Ok(SignedMessage { digest: self.digest, algorithm }),
            Err(AttemptError::NoAlgorithm) => Err(DetachedError::NoAlgorithm { key: key.id }),
            Err(AttemptError::Malformed(error)) => Err(DetachedError::Malformed(error)),
            Err(AttemptError::Mismatch) => Err(DetachedError::Mismatch),
            Err(AttemptError::Needs(algorithm)) => Err(match algorithm.digest() {
                Some(digest) => DetachedError::NeedsDigest { digest },
                None => DetachedError::NeedsContent { algorithm },
            }),
        }
    }
}

impl SignedMessage {
    /// The digest of what was signed.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The algorithm that was used.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

pub(super) fn bytes(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, BundleError> {
    let text = fields.str(name)?;
    base64::decode_standard(text)
        .map_err(|error| BundleError::Base64 { pointer: fields.pointer(name), error })
}

pub(super) fn bounded(pointer: &str, found: usize, max: usize) -> Result<(), BundleError> {
    if found > max {
        return Err(BundleError::TooMany { pointer: pointer.to_owned(), found, max });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    fn text() -> String {
        let digest = base64::encode_standard(&[7; 32]);
        format!(
            concat!(
                r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","#,
                r#""messageSignature":{{"messageDigest":{{"algorithm":"SHA2_256","digest":"{}"}},"signature":"AAAA"}},"#,
                r#""verificationMaterial":{{"publicKey":{{"hint":"k"}},"tlogEntries":[]}}}}"#
            ),
            digest
        )
    }

    fn read(text: &str) -> Result<Bundle, BundleError> {
        Bundle::parse(&json::parse(text.as_bytes()).expect("JSON"))
    }

    /// One change, and what is said of it.
    #[track_caller]
    fn refused(from: &str, to: &str, told: &str) {
        let sound = text();
        assert!(sound.contains(from), "{from}");
        let error = read(&sound.replacen(from, to, 1)).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }

    #[test]
    fn one_thing_is_wrong() {
        let bundle = read(&text()).unwrap();
        assert_eq!((bundle.version, bundle.signature()), (Version::V0_3, &[0, 0, 0][..]));
        refused("v0.3+json", "v0.4+json", "/mediaType");
        refused(r#""mediaType""#, r#""MediaType""#, "letter case");
        refused(r#""messageSignature""#, r#""message""#, "either it or dsseEnvelope");
        refused("SHA2_256", "SHA1", "SHA2_256, SHA2_384 or SHA2_512");
        refused("SHA2_256", "SHA2_512", "64 bytes, found 32");
        refused(r#""AAAA""#, r#""AAA""#, "/messageSignature/signature");
        refused(r#""AAAA""#, r#""AA-_""#, "/messageSignature/signature");
        refused(
            r#""publicKey":{"hint":"k"}"#,
            r#""certificate":{"rawBytes":"AAAA"}"#,
            "/certificate/rawBytes",
        );
        refused(r#""publicKey":{"hint":"k"},"#, "", "0 of them");
        let both = r#""publicKey":{"hint":"k"},"certificate":{"rawBytes":"AAAA"}"#;
        refused(r#""publicKey":{"hint":"k"}"#, both, "2 of them");
        refused(r#""hint":"k""#, r#""hint":"k","key":"AAAA""#, "not known here");
        refused(r#""tlogEntries":[]"#, r#""tlogEntries":[7]"#, "an object");
        refused(r#""tlogEntries":[]"#, r#""tlogEntries":[{}]"#, "kindVersion");
        refused(r#""tlogEntries":[]"#, r#""tlogEntries":[],"other":1"#, "not known here");
        let many = format!(r#""tlogEntries":[{}]"#, vec!["{}"; limits::BUNDLE_ENTRIES_MAX + 1].join(","));
        refused(r#""tlogEntries":[]"#, &many, "at most 32");
        let stamp =
            r#""tlogEntries":[],"timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"?"}]}"#;
        refused(r#""tlogEntries":[]"#, stamp, "/signedTimestamp");
    }
}
