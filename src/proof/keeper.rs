//! Attestations of prx's keeper: a statement of in-toto with a signature beside it,
//! over the statement as JavaScript writes it with sorted names.
//!
//! Level 2 says that a work cell was launched, level 3 that a commit was written from
//! it. How it would be attacked: a member called `__proto__`, which the signed form
//! does not have; a member twice; a launch of another cell, which is why a write
//! names its launch by digest; a write of one commit beside another.

use crate::digest::{Digest, decode_hex};
use crate::wire::base64;
use crate::wire::javascript;
use crate::wire::json::{self, JsonError, Value};
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

/// What the build types of such statements begin with.
pub const BUILD_TYPE: &str = "https://claude.ai/buildTypes/ocap-";

/// What is attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// An image was made.
    Image,
    /// A work cell was launched.
    Launch,
    /// A commit was written.
    Write,
}

impl Level {
    /// The word in build types and links.
    pub fn name(self) -> &'static str {
        match self {
            Level::Image => "image",
            Level::Launch => "launch",
            Level::Write => "write",
        }
    }

    fn of(build_type: &str) -> Option<Level> {
        let word = build_type.strip_prefix(BUILD_TYPE)?.strip_suffix("/v1")?;
        [Level::Image, Level::Launch, Level::Write].into_iter().find(|level| level.name() == word)
    }
}

/// An attestation, read and not yet believed.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// What it attests.
    pub level: Level,
    /// The commits that it is about.
    pub commits: Vec<String>,
    /// The digest of the launch that it names, where it names one.
    pub launch: Option<Digest>,
    /// The first 16 digits of the digest of a key in PEM; a hint.
    pub key_hint: Option<String>,
    /// The bytes of the signature.
    pub signature: Vec<u8>,
    signed: Vec<u8>,
}

/// Why a text is no such attestation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Other members.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A member that the signature does not cover.
    #[error("a member {}, which no signature covers", javascript::PROTO)]
    Proto,
    /// A statement about something else.
    #[error("the build type {}, expected {BUILD_TYPE}image, -launch or -write", quoted(.found))]
    BuildType {
        /// What stands there.
        found: String,
    },
    /// The signature is no base64.
    #[error("a signature that is no base64")]
    Signature,
    /// A link whose digest is none.
    #[error("a link to a launch without the SHA-256 of one")]
    Link,
}

/// Whether a value looks like one.
pub fn recognise(value: &Value) -> bool {
    let build_type = || {
        let statement = value.get("statement")?;
        statement.get("predicate")?.get("buildDefinition")?.get("buildType")?.as_str()
    };
    value.get("signature").is_some() && build_type().is_some_and(|text| text.starts_with(BUILD_TYPE))
}

impl Attestation {
    /// Reads one.
    pub fn parse(text: &[u8]) -> Result<Attestation, AttestationError> {
        let value = json::parse(text)?;
        let mut fields = Fields::closed(&value, "")?;
        let statement = fields.value("statement")?;
        let signature = fields.str("signature")?;
        let key_hint = fields.opt_str("keyId")?.map(str::to_owned);
        // What it repeats is computed here.
        fields.skip("statementDigest")?;
        fields.finish()?;
        if javascript::names_proto(statement) {
            return Err(AttestationError::Proto);
        }
        let of = |names: &[&str]| names.iter().try_fold(statement, |value, name| value.get(name));
        let build_type = of(&["predicate", "buildDefinition", "buildType"]).and_then(Value::as_str);
        let build_type = build_type.unwrap_or("");
        let level = Level::of(build_type)
            .ok_or_else(|| AttestationError::BuildType { found: build_type.to_owned() })?;
        let subjects = statement.get("subject").and_then(Value::as_array).unwrap_or_default();
        let commits = subjects.iter().filter_map(|one| one.get("digest")?.get("gitCommit")?.as_str());
        let links = of(&["predicate", "runDetails", "ocap_links"]).and_then(Value::as_array);
        // The first of that level counts.
        let launch = links
            .unwrap_or_default()
            .iter()
            .find(|link| link.get("level").and_then(Value::as_str) == Some(Level::Launch.name()));
        let launch = match launch {
            None => None,
            Some(link) => {
                let hex = link.get("digest").and_then(|digest| digest.get("sha256")?.as_str());
                let digest = hex.and_then(|hex| Digest::from_hex(crate::digest::Algorithm::Sha256, hex).ok());
                Some(digest.ok_or(AttestationError::Link)?)
            }
        };
        Ok(Attestation {
            level,
            commits: commits.map(str::to_owned).collect(),
            launch,
            key_hint,
            signature: base64::decode_standard(signature).map_err(|_| AttestationError::Signature)?,
            signed: javascript::sorted(statement),
        })
    }

    /// What the signature is over.
    pub fn signed_unverified(&self) -> &[u8] {
        &self.signed
    }

    /// The digest by which others name it.
    pub fn digest(&self) -> Digest {
        Digest::sha256(&self.signed)
    }

    /// Whether the hint is that of a key in this PEM text.
    pub fn is_hinted_by(&self, pem: &str) -> bool {
        let hint = self.key_hint.as_deref().and_then(decode_hex);
        hint.is_some_and(|hint| hint.len() == 8 && Digest::sha256(pem.as_bytes()).bytes().starts_with(&hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: &str = r#"{"statement":{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"repo","digest":{"gitCommit":"aa"}}],"predicate":{"buildDefinition":{"buildType":"https://claude.ai/buildTypes/ocap-write/v1"},"runDetails":{"ocap_links":[{"level":"image","digest":{"sha256":"no"}},{"level":"launch","digest":{"sha256":"HEX"}}]}}},"signature":"AAAA","keyId":"0011223344556677"}"#;

    #[test]
    fn reads_levels_links_and_commits() {
        let text = WRITE.replace("HEX", &"ab".repeat(32));
        let read = Attestation::parse(text.as_bytes()).unwrap();
        assert_eq!((read.level, read.commits.as_slice()), (Level::Write, ["aa".to_owned()].as_slice()));
        assert_eq!(read.launch.unwrap().hex(), "ab".repeat(32));
        assert!(read.signed_unverified().starts_with(br#"{"_type":"#));
        assert!(recognise(&json::parse(text.as_bytes()).unwrap()));
    }

    #[test]
    fn hostile() {
        let check = |text: String, expected: &str| {
            let error = Attestation::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        let good = WRITE.replace("HEX", &"ab".repeat(32));
        check(WRITE.to_owned(), "launch");
        check(good.replace("\"name\":\"repo\"", "\"__proto__\":1"), "__proto__");
        check(good.replace("ocap-write", "ocap-other"), "build type");
        check(good.replace("AAAA", "A-_A"), "base64");
        check(good.replace("\"keyId\"", "\"more\":1,\"keyId\""), "more");
        check(good.replace("\"keyId\"", "\"signature\":\"AAAA\",\"keyId\""), "twice");
    }
}
