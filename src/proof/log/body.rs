//! What a log wrote down of a signature: the body of an entry of Rekor.
//!
//! Six kinds: `hashedrekord` 0.0.1 and 0.0.2 (an artifact), `dsse` 0.0.1 and 0.0.2
//! and `intoto` 0.0.2 (an envelope). Whatever their shape, they come to the same
//! here: a digest, and signatures each with the key or certificate it is under.
//!
//! How to attack it: a body of another kind than the entry says, so that a reader
//! looks where nothing is; a digest under an algorithm of another length; a
//! verifier that is a key for one reader and a certificate for another; several
//! certificates (the first is the signer's); no signatures at all.

use super::KindVersion;
use crate::crypto::key::{KeyError, PublicKey};
use crate::digest::{Algorithm, Digest, DigestError};
use crate::limits;
use crate::wire::base64::{self, Base64Error};
use crate::wire::json::{self, JsonError};
use crate::wire::pem::{self, PemError};
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

/// What was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A signature over an artifact.
    Artifact {
        /// Its digest.
        digest: Digest,
        /// The signature.
        signature: LoggedSignature,
    },
    /// A DSSE envelope.
    Envelope {
        /// The digest of its payload.
        payload: Digest,
        /// The digest of the envelope as it was handed in. Version 0.0.2 of `dsse`
        /// writes none down.
        envelope: Option<Digest>,
        /// The type of the payload, where it is written down.
        payload_type: Option<String>,
        /// Its signatures; at least one.
        signatures: Vec<LoggedSignature>,
    },
}

/// A signature as the log wrote it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedSignature {
    /// The bytes of the signature.
    pub signature: Vec<u8>,
    /// Under what it is said to verify.
    pub verifier: Verifier,
}

/// Under what a signature is said to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verifier {
    /// A certificate, in DER.
    Certificate(Vec<u8>),
    /// A bare key.
    Key(Box<PublicKey>),
}

/// Why bytes are no body that is read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Not JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// Members are missing, of another type, or look-alikes.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// The kind in the body is another one than that beside it.
    #[error("the body is of the kind {found}, the entry says {expected}")]
    Kind {
        /// In the body.
        found: String,
        /// Beside it.
        expected: String,
    },
    /// A kind that is not read.
    #[error("bodies of the kind {} are not read", quoted(.found))]
    Unsupported {
        /// Which kind.
        found: String,
    },
    /// A member is not base64.
    #[error("{pointer}: {error}")]
    Base64 {
        /// Which member.
        pointer: String,
        /// What is wrong with it.
        error: Base64Error,
    },
    /// A member is no digest.
    #[error("{pointer}: {error}")]
    Digest {
        /// Which member.
        pointer: String,
        /// What is wrong with it.
        error: DigestError,
    },
    /// The text is not PEM, or not UTF-8.
    #[error("{pointer}: {error}")]
    Pem {
        /// Which member.
        pointer: String,
        /// What is wrong with it.
        error: PemError,
    },
    /// The key is none.
    #[error("{pointer}: {error}")]
    Key {
        /// Which member.
        pointer: String,
        /// What is wrong with it.
        error: KeyError,
    },
    /// Neither key nor certificate, or both.
    #[error("{pointer}: expected {expected}")]
    Verifier {
        /// Which member.
        pointer: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// Nobody signed.
    #[error("a body without signatures")]
    NoSignatures,
    /// More than is read.
    #[error("{pointer}: {found} bytes or elements, at most {max} are read")]
    TooLong {
        /// Which member.
        pointer: String,
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
}

impl Body {
    /// Reads a body. Where `stated` says of which kind it is, it has to be of that kind.
    pub fn parse(bytes: &[u8], stated: Option<&KindVersion>) -> Result<Body, BodyError> {
        let value = json::parse(bytes)?;
        let mut fields = Fields::open(&value, "")?;
        let (kind, version) = (fields.str("kind")?, fields.str("apiVersion")?);
        if let Some(stated) = stated
            && (stated.kind != kind || stated.version != version)
        {
            let name = |kind: &str, version: &str| quoted(&format!("{kind} {version}"));
            let (found, expected) = (name(kind, version), name(&stated.kind, &stated.version));
            return Err(BodyError::Kind { found, expected });
        }
        let spec = fields.nested_open("spec")?;
        match (kind, version) {
            ("hashedrekord", "0.0.1") => hashedrekord_1(spec),
            ("hashedrekord", "0.0.2") => hashedrekord_2(spec),
            ("dsse", "0.0.1") => dsse_1(spec),
            ("dsse", "0.0.2") => dsse_2(spec),
            ("intoto", "0.0.2") => intoto_2(spec),
            _ => Err(BodyError::Unsupported { found: format!("{kind} {version}") }),
        }
    }

    /// The signatures, at least one.
    pub fn signatures(&self) -> &[LoggedSignature] {
        match self {
            Body::Artifact { signature, .. } => std::slice::from_ref(signature),
            Body::Envelope { signatures, .. } => signatures,
        }
    }
}

/// `{data: {hash: {algorithm, value}}, signature: {content, publicKey: {content}}}`
fn hashedrekord_1(mut spec: Fields<'_>) -> Result<Body, BodyError> {
    let mut data = spec.nested_open("data")?;
    let digest = hash(data.nested_open("hash")?)?;
    let mut signature = spec.nested_open("signature")?;
    let content = content(&mut signature, "content")?;
    let verifier = verifier_pem(&mut signature.nested_open("publicKey")?, "content")?;
    Ok(Body::Artifact { digest, signature: LoggedSignature { signature: content, verifier } })
}

/// `{hashedRekordV002: {data: {algorithm, digest}, signature: {content, verifier}}}`
fn hashedrekord_2(mut spec: Fields<'_>) -> Result<Body, BodyError> {
    let mut entry = spec.nested_open("hashedRekordV002")?;
    let digest = hash_output(entry.nested_open("data")?)?;
    let signature = signature_2(entry.nested_open("signature")?)?;
    Ok(Body::Artifact { digest, signature })
}

/// `{envelopeHash, payloadHash, signatures: [{signature, verifier}]}`
fn dsse_1(mut spec: Fields<'_>) -> Result<Body, BodyError> {
    let envelope = Some(hash(spec.nested_open("envelopeHash")?)?);
    let payload = hash(spec.nested_open("payloadHash")?)?;
    let signatures = signatures(&mut spec, |mut fields| {
        let signature = content(&mut fields, "signature")?;
        Ok(LoggedSignature { signature, verifier: verifier_pem(&mut fields, "verifier")? })
    })?;
    Ok(Body::Envelope { payload, envelope, payload_type: None, signatures })
}

/// `{dsseV002: {payloadHash: {algorithm, digest}, signatures: [{content, verifier}]}}`
fn dsse_2(mut spec: Fields<'_>) -> Result<Body, BodyError> {
    let mut entry = spec.nested_open("dsseV002")?;
    let payload = hash_output(entry.nested_open("payloadHash")?)?;
    let signatures = signatures(&mut entry, signature_2)?;
    Ok(Body::Envelope { payload, envelope: None, payload_type: None, signatures })
}

/// `{content: {envelope: {payloadType, signatures: [{sig, publicKey}]}, hash, payloadHash}}`
fn intoto_2(mut spec: Fields<'_>) -> Result<Body, BodyError> {
    let mut entry = spec.nested_open("content")?;
    let envelope = Some(hash(entry.nested_open("hash")?)?);
    let payload = hash(entry.nested_open("payloadHash")?)?;
    let mut dsse = entry.nested_open("envelope")?;
    let payload_type = Some(dsse.str("payloadType")?.to_owned());
    let signatures = signatures(&mut dsse, |mut fields| {
        // Rekor encodes what was base64 already.
        let once = content(&mut fields, "sig")?;
        let pointer = fields.pointer("sig");
        let text = String::from_utf8(once).map_err(|_| BodyError::Base64 {
            pointer: pointer.clone(),
            error: Base64Error::Length { found: 0 },
        })?;
        let signature = base64::decode_dsse(&text).map_err(|error| BodyError::Base64 { pointer, error })?;
        Ok(LoggedSignature { signature, verifier: verifier_pem(&mut fields, "publicKey")? })
    })?;
    Ok(Body::Envelope { payload, envelope, payload_type, signatures })
}

/// `{algorithm: "sha256", value: "<hex>"}`
fn hash(mut fields: Fields<'_>) -> Result<Digest, BodyError> {
    let name = fields.str("algorithm")?;
    let strong = Algorithm::from_name(name).filter(|algorithm| algorithm.is_strong());
    let algorithm = strong.ok_or_else(|| fields.invalid("algorithm", "a strong hash function", name))?;
    let value = fields.str("value")?;
    Digest::from_hex(algorithm, value)
        .map_err(|error| BodyError::Digest { pointer: fields.pointer("value"), error })
}

/// `HashOutput` of protobuf-specs: `{algorithm: "SHA2_256", digest: "<base64>"}`
fn hash_output(mut fields: Fields<'_>) -> Result<Digest, BodyError> {
    let name = fields.str("algorithm")?;
    let algorithm = match name {
        "SHA2_256" => Algorithm::Sha256,
        "SHA2_384" => Algorithm::Sha384,
        "SHA2_512" => Algorithm::Sha512,
        _ => return Err(fields.invalid("algorithm", "SHA2_256, SHA2_384 or SHA2_512", name).into()),
    };
    let bytes = content(&mut fields, "digest")?;
    Digest::new(algorithm, &bytes)
        .map_err(|error| BodyError::Digest { pointer: fields.pointer("digest"), error })
}

fn signatures<'a>(
    fields: &mut Fields<'a>,
    read: impl Fn(Fields<'a>) -> Result<LoggedSignature, BodyError>,
) -> Result<Vec<LoggedSignature>, BodyError> {
    let elements = fields.elements("signatures")?;
    let (found, max) = (elements.len(), limits::SIGNATURES_MAX);
    if found > max {
        return Err(BodyError::TooLong { pointer: fields.pointer("signatures"), found, max });
    }
    let signatures: Vec<_> = elements
        .map(|(pointer, element)| read(Fields::open(element, pointer)?))
        .collect::<Result<_, BodyError>>()?;
    if signatures.is_empty() {
        return Err(BodyError::NoSignatures);
    }
    Ok(signatures)
}

/// `{content, verifier: {publicKey: {rawBytes} | x509Certificate: {rawBytes}}}`
fn signature_2(mut fields: Fields<'_>) -> Result<LoggedSignature, BodyError> {
    let signature = content(&mut fields, "content")?;
    let mut verifier = fields.nested_open("verifier")?;
    let (key, certificate) =
        (verifier.opt_nested_open("publicKey")?, verifier.opt_nested_open("x509Certificate")?);
    let verifier = match (key, certificate) {
        (Some(mut key), None) => {
            let spki = content(&mut key, "rawBytes")?;
            let key = PublicKey::from_spki_der(&spki)
                .map_err(|error| BodyError::Key { pointer: fields.pointer("verifier"), error })?;
            Verifier::Key(Box::new(key))
        }
        (None, Some(mut certificate)) => Verifier::Certificate(content(&mut certificate, "rawBytes")?),
        _ => {
            let expected = "a key or a certificate, and not both";
            return Err(BodyError::Verifier { pointer: fields.pointer("verifier"), expected });
        }
    };
    Ok(LoggedSignature { signature, verifier })
}

/// A key or a certificate in PEM, in base64.
fn verifier_pem(fields: &mut Fields<'_>, name: &str) -> Result<Verifier, BodyError> {
    let bytes = content(fields, name)?;
    let pointer = fields.pointer(name);
    let expected = "a key or a certificate in PEM";
    let Ok(text) = String::from_utf8(bytes) else { return Err(BodyError::Verifier { pointer, expected }) };
    let blocks = match pem::blocks(&text) {
        Ok(blocks) => blocks,
        Err(error) => return Err(BodyError::Pem { pointer, error }),
    };
    match blocks.into_iter().next() {
        Some(block) if block.label == "CERTIFICATE" => Ok(Verifier::Certificate(block.der)),
        Some(_) => match PublicKey::from_pem(&text) {
            Ok(key) => Ok(Verifier::Key(Box::new(key))),
            Err(error) => Err(BodyError::Key { pointer, error }),
        },
        None => Err(BodyError::Verifier { pointer, expected }),
    }
}

/// Base64 of a signature, a digest, a key or a certificate.
fn content(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, BodyError> {
    let bytes = base64::decode_standard(fields.str(name)?)
        .map_err(|error| BodyError::Base64 { pointer: fields.pointer(name), error })?;
    let max = limits::CERTIFICATE_BYTES_MAX;
    if bytes.len() > max {
        return Err(BodyError::TooLong { pointer: fields.pointer(name), found: bytes.len(), max });
    }
    Ok(bytes)
}
