//! What an issuer of identities writes into a certificate: Fulcio's extensions
//! under 1.3.6.1.4.1.57264.1 and the subject alternative name.
//!
//! The extensions up to 6 hold bare text, the later ones a UTF8String in DER. Of
//! the provider of identities there is one of each; where both stand there, they
//! must agree.

use std::collections::BTreeMap;

use crate::anchor::Keyless;
use crate::limits;
use crate::path::{escape, misleads};
use crate::proof::x509::{Certificate, GeneralName};
use crate::wire::der::{self, DerError, Reader, Tag};

/// What a certificate says of a keyless signer, as far as anybody believes the
/// certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who it is, and by whose word.
    pub keyless: Keyless,
    /// What else it says, by the names of docs/formats/sigstore.md.
    pub claims: BTreeMap<String, String>,
}

/// Why a certificate names no keyless signer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeylessError {
    /// No name, or several.
    #[error("the certificate has {found} subject alternative names, expected one")]
    Names {
        /// How many there are.
        found: usize,
    },
    /// A name that is neither an address nor a user name.
    #[error("the subject alternative name is neither an address, a URI nor a user name")]
    Form,
    /// Nobody is said to have vouched for the name.
    #[error("the certificate does not say which provider of identities vouched for the name")]
    NoIssuer,
    /// The old and the new extension name two.
    #[error("the certificate names two providers of identities, '{old}' and '{new}'")]
    TwoIssuers {
        /// In the bare text.
        old: String,
        /// In DER.
        new: String,
    },
    /// An extension that is no text.
    #[error(
        "the extension {name} is no text of at most {} bytes that a reader can see",
        limits::CLAIM_BYTES_MAX
    )]
    Text {
        /// Which.
        name: &'static str,
    },
}

/// 1.3.6.1.4.1.57264.1, the last arc left out.
const ARC: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01];

/// The number under which a user name is a subject alternative name.
const USER_NAME: u8 = 7;

/// The names of the extensions, by their last arc.
pub const CLAIMS: [(u8, &str); 21] = [
    (1, "issuer-text"),
    (2, "workflow-trigger"),
    (3, "workflow-sha"),
    (4, "workflow-name"),
    (5, "workflow-repository"),
    (6, "workflow-ref"),
    (8, "issuer"),
    (9, "build-signer-uri"),
    (10, "build-signer-digest"),
    (11, "runner-environment"),
    (12, "source-repository-uri"),
    (13, "source-repository-digest"),
    (14, "source-repository-ref"),
    (15, "source-repository-identifier"),
    (16, "source-repository-owner-uri"),
    (17, "source-repository-owner-identifier"),
    (18, "build-config-uri"),
    (19, "build-config-digest"),
    (20, "build-trigger"),
    (21, "run-invocation-uri"),
    (22, "source-repository-visibility"),
];

/// Whether an issuer of identities speaks in it: then it is for one signature of
/// somebody who has no key of his own.
pub fn is_keyless(certificate: &Certificate) -> bool {
    [1, 8].into_iter().any(|number| certificate.extension(&[ARC, &[number]].concat()).is_some())
}

impl Said {
    /// Reads it off a certificate.
    pub fn by(certificate: &Certificate) -> Result<Said, KeylessError> {
        let mut claims = BTreeMap::new();
        for (number, name) in CLAIMS {
            let oid = [ARC, &[number]].concat();
            let Some(extension) = certificate.extension(&oid) else { continue };
            let value = extension.value.as_slice();
            let text = match number {
                1..=6 => std::str::from_utf8(value).ok(),
                _ => der::read_all(value, utf8).ok(),
            };
            let is_text = |text: &&str| text.len() <= limits::CLAIM_BYTES_MAX && !text.chars().any(misleads);
            let text = text.filter(is_text).ok_or(KeylessError::Text { name })?;
            claims.insert(name.to_owned(), text.to_owned());
        }
        let issuer = match (claims.remove("issuer-text"), claims.get("issuer")) {
            (Some(old), Some(new)) if old != *new => {
                let new = new.clone();
                return Err(KeylessError::TwoIssuers { old, new });
            }
            (old, new) => {
                old.or(new.cloned()).filter(|text| !text.is_empty()).ok_or(KeylessError::NoIssuer)?
            }
        };
        claims.insert("issuer".to_owned(), issuer.clone());
        let subject = subject(certificate)?;
        Ok(Said { keyless: Keyless { subject, issuer }, claims })
    }
}

/// The one name. With two, each reader could take another.
fn subject(certificate: &Certificate) -> Result<String, KeylessError> {
    let [name] = certificate.names() else {
        return Err(KeylessError::Names { found: certificate.names().len() });
    };
    let text = match name {
        GeneralName::Email(text) | GeneralName::Uri(text) | GeneralName::Dns(text) => text.clone(),
        GeneralName::Other(der) => der::read_all(der, user_name).map_err(|_| KeylessError::Form)?.to_owned(),
        _ => return Err(KeylessError::Form),
    };
    match text.is_empty() || text.chars().any(misleads) {
        true => Err(KeylessError::Form),
        false => Ok(text),
    }
}

/// `[0] { OID, [0] UTF8String }`
fn user_name<'a>(reader: &mut Reader<'a>) -> Result<&'a str, DerError> {
    reader.nested(Tag::context_constructed(0), |reader| {
        let oid = reader.oid()?;
        if oid.strip_prefix(ARC) != Some(&[USER_NAME]) {
            return Err(DerError::Content { kind: "user name", offset: 0 });
        }
        reader.nested(Tag::context_constructed(0), utf8)
    })
}

fn utf8<'a>(reader: &mut Reader<'a>) -> Result<&'a str, DerError> {
    let content = reader.element(Tag::UTF8_STRING)?.content;
    std::str::from_utf8(content).map_err(|_| DerError::Content { kind: "UTF8String", offset: 0 })
}

impl Said {
    /// Everything as pairs for people, escaped.
    pub fn lines(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.claims.iter().map(|(name, value)| (name.clone(), escape(value.as_bytes())))
    }
}
