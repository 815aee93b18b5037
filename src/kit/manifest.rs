//! `kit.json`, the manifest `stella.kit/v1`; docs/formats/kit.md.
//!
//! How it would be attacked: a member that another reader takes for another
//! one (the object is closed), a path that climbs, two entries of one name, a
//! binary that is not among the files, a size that is no size.

use std::collections::BTreeMap;

use crate::attest::json_line;
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::path::EvidencePath;
use crate::time::UnixTime;
use crate::wire::json::{self, JsonError, Value};
use crate::wire::shape::{Fields, ShapeError};

/// What the manifest says it is.
pub const SCHEMA: &str = "stella.kit/v1";
/// The payload type under which it is signed.
pub const PAYLOAD_TYPE: &str = crate::listing::KIT_TYPE;

/// The manifest.
pub const MANIFEST: &str = "kit.json";
/// The envelope whose payload is the manifest.
pub const ENVELOPE: &str = "kit.json.dsse.json";
/// The list for `sha256sum -c`.
pub const CHECKSUMS: &str = "checksums.txt";
/// A raw Ed25519 signature over the list, for `openssl pkeyutl`.
pub const CHECKSUMS_SIGNATURE: &str = "checksums.txt.sig";
/// The public half of the key that signed, for `openssl`. Never trusted.
pub const PUBLIC_KEY: &str = "kit.pub.pem";
/// Where the program lies.
pub const BINARY: &str = "bin/stella";
/// Where the trust store lies.
pub const TRUST: &str = "trust";
/// The policy.
pub const POLICY: &str = "policy.toml";

/// The files that the manifest cannot list: itself, and what is made from it.
pub const NOT_LISTED: [&str; 4] = [CHECKSUMS, CHECKSUMS_SIGNATURE, MANIFEST, ENVELOPE];

/// What a kit says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitManifest {
    /// Of the program.
    pub version: String,
    /// What the program runs on.
    pub target: String,
    /// What the program was built with.
    pub compiler: String,
    /// The C library in it.
    pub libc: String,
    /// Grows with every kit that the same people issue.
    pub sequence: u64,
    /// When it was made, where its maker said so.
    pub created: Option<UnixTime>,
    /// Until when its maker holds it to be sufficient.
    pub sufficient_until: Option<UnixTime>,
    /// Signed by the key that everybody has: proves nothing about its origin.
    pub development: bool,
    /// The key that signs it.
    pub key: String,
    /// SHA-256 of the program.
    pub binary: Digest,
    /// Of the trust store, as reports name it.
    pub trust: Digest,
    /// The trust store's own number.
    pub trust_sequence: Option<u64>,
    /// Of the policy, as reports name it.
    pub policy: Digest,
    /// Every file but [`NOT_LISTED`], by path.
    pub files: BTreeMap<String, Listed>,
}

/// One file of a kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it hashes to.
    pub sha256: Digest,
    /// How long it is.
    pub size: u64,
}

/// Why a manifest cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Not JSON by our strict grammar.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member is missing, unknown or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// Another schema.
    #[error("the schema is {found:?}, not {SCHEMA:?}")]
    Schema {
        /// What it says.
        found: String,
    },
    /// A member does not have the form that it must have.
    #[error("{pointer} is not {expected}")]
    Member {
        /// Which one.
        pointer: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A file twice, or one that cannot be listed.
    #[error("{path} is listed twice or cannot be listed")]
    Repeated {
        /// Which one.
        path: String,
    },
    /// The program that is named is not the one that is listed.
    #[error("the program is not {BINARY} as listed")]
    Binary,
}

impl KitManifest {
    /// The bytes of `kit.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|(path, file)| {
                Value::object([
                    ("path", Value::from(path.as_str())),
                    ("sha256", Value::from(file.sha256.hex())),
                    ("size", Value::from(file.size.to_string())),
                ])
            })
            .collect();
        let mut trust = vec![("digest", Value::from(self.trust.to_string()))];
        trust.extend(self.trust_sequence.map(|number| ("sequence", Value::from(number.to_string()))));
        let mut members = vec![
            ("schema", Value::from(SCHEMA)),
            ("version", Value::from(self.version.as_str())),
            ("target", Value::from(self.target.as_str())),
            ("compiler", Value::from(self.compiler.as_str())),
            ("libc", Value::from(self.libc.as_str())),
            ("sequence", Value::from(self.sequence.to_string())),
            ("development", Value::from(self.development)),
            ("key", Value::from(self.key.as_str())),
            (
                "binary",
                Value::object(
                    [("path", BINARY), ("sha256", &self.binary.hex())].map(|(n, v)| (n, Value::from(v))),
                ),
            ),
            ("trust", Value::object(trust)),
            ("policy", Value::object([("digest", Value::from(self.policy.to_string()))])),
            ("files", Value::from(files)),
        ];
        members.extend(self.created.map(|at| ("createdAt", Value::from(at.to_string()))));
        members.extend(self.sufficient_until.map(|at| ("sufficientUntil", Value::from(at.to_string()))));
        json_line(&Value::object(members))
    }

    /// Reads `kit.json`. Nothing in it is believed before its envelope is verified.
    pub fn parse_unverified(bytes: &[u8]) -> Result<KitManifest, ManifestError> {
        let value = json::parse(bytes)?;
        let mut fields = Fields::closed(&value, "")?;
        let schema = fields.str("schema")?;
        if schema != SCHEMA {
            return Err(ManifestError::Schema { found: crate::path::escape(schema.as_bytes()) });
        }
        let mut binary = Fields::closed(fields.value("binary")?, "/binary")?;
        let binary_path = binary.str("path")?;
        let binary_digest = hex("/binary/sha256", binary.str("sha256")?)?;
        binary.finish()?;
        let mut trust = Fields::closed(fields.value("trust")?, "/trust")?;
        let trust_digest = prefixed("/trust/digest", trust.str("digest")?)?;
        let trust_sequence = trust.opt_decimal("sequence")?;
        trust.finish()?;
        let mut policy = Fields::closed(fields.value("policy")?, "/policy")?;
        let policy_digest = prefixed("/policy/digest", policy.str("digest")?)?;
        policy.finish()?;
        let files = files(fields.array("files")?)?;
        let manifest = KitManifest {
            version: fields.str("version")?.to_owned(),
            target: fields.str("target")?.to_owned(),
            compiler: fields.str("compiler")?.to_owned(),
            libc: fields.str("libc")?.to_owned(),
            sequence: fields.decimal("sequence")?,
            created: time("/createdAt", fields.opt_str("createdAt")?)?,
            sufficient_until: time("/sufficientUntil", fields.opt_str("sufficientUntil")?)?,
            development: fields.bool("development")?,
            key: fields.str("key")?.to_owned(),
            binary: binary_digest,
            trust: trust_digest,
            trust_sequence,
            policy: policy_digest,
            files,
        };
        fields.finish()?;
        let listed = manifest.files.get(BINARY).map(|file| file.sha256);
        if binary_path != BINARY || listed != Some(manifest.binary) {
            return Err(ManifestError::Binary);
        }
        Ok(manifest)
    }

    /// The bytes of `checksums.txt`: every file but itself and its signature.
    pub fn checksums(&self, manifest: &[u8], envelope: &[u8]) -> Vec<u8> {
        let mut listed: BTreeMap<&str, Digest> =
            self.files.iter().map(|(path, file)| (path.as_str(), file.sha256)).collect();
        listed.insert(MANIFEST, Digest::sha256(manifest));
        listed.insert(ENVELOPE, Digest::sha256(envelope));
        let line = |(path, digest): (&str, Digest)| format!("{}  {path}\n", digest.hex());
        listed.into_iter().map(line).collect::<String>().into_bytes()
    }
}

fn files(values: &[Value]) -> Result<BTreeMap<String, Listed>, ManifestError> {
    if values.len() > limits::KIT_FILES_MAX {
        return Err(member("/files", "a list of so few files"));
    }
    let mut files = BTreeMap::new();
    for (index, value) in values.iter().enumerate() {
        let at = format!("/files/{index}");
        let mut fields = Fields::closed(value, &at)?;
        let path = fields.str("path")?.to_owned();
        let sha256 = hex(&format!("{at}/sha256"), fields.str("sha256")?)?;
        let size = fields.decimal("size")?;
        fields.finish()?;
        // In a kit a name is what it looks like.
        if EvidencePath::new(path.as_bytes()).map(|p| p.as_str() != path).unwrap_or(true) {
            return Err(member(&format!("{at}/path"), "the path of a file in a kit"));
        }
        if NOT_LISTED.contains(&path.as_str()) || files.contains_key(&path) {
            return Err(ManifestError::Repeated { path });
        }
        files.insert(path, Listed { sha256, size });
    }
    Ok(files)
}

fn hex(pointer: &str, text: &str) -> Result<Digest, ManifestError> {
    Digest::from_hex(Algorithm::Sha256, text).map_err(|_| member(pointer, "a SHA-256 in hexadecimal"))
}

fn prefixed(pointer: &str, text: &str) -> Result<Digest, ManifestError> {
    let digest = Digest::parse(text).ok().filter(|digest| digest.algorithm() == Algorithm::Sha256);
    digest.ok_or_else(|| member(pointer, "'sha256:' and hexadecimal"))
}

fn time(pointer: &str, text: Option<&str>) -> Result<Option<UnixTime>, ManifestError> {
    text.map(UnixTime::parse_rfc3339).transpose().map_err(|_| member(pointer, "an RFC 3339 time"))
}

fn member(pointer: &str, expected: &'static str) -> ManifestError {
    ManifestError::Member { pointer: pointer.to_owned(), expected }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A manifest over these files, of which one must be the program.
    pub fn manifest(files: &[(&str, &[u8])]) -> KitManifest {
        let listed = |content: &[u8]| Listed { sha256: Digest::sha256(content), size: content.len() as u64 };
        let files: BTreeMap<String, Listed> =
            files.iter().map(|(path, content)| ((*path).to_owned(), listed(content))).collect();
        KitManifest {
            version: "0.0.0".into(),
            target: "x".into(),
            compiler: "rustc".into(),
            libc: "glibc".into(),
            sequence: 7,
            created: None,
            sufficient_until: None,
            development: false,
            key: "sha256:00".into(),
            binary: files[BINARY].sha256,
            trust: Digest::sha256(b"trust"),
            trust_sequence: Some(3),
            policy: Digest::sha256(b"policy"),
            files,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut one = manifest(&[(BINARY, b"program"), ("trust/trust.json", b"{}")]);
        assert_eq!(KitManifest::parse_unverified(&one.to_bytes()), Ok(one.clone()));
        one.created = UnixTime::parse_rfc3339("2025-01-01T00:00:00Z").ok();
        one.sufficient_until = UnixTime::parse_rfc3339("2026-01-01T00:00:00Z").ok();
        one.trust_sequence = None;
        assert_eq!(KitManifest::parse_unverified(&one.to_bytes()), Ok(one));
    }

    #[test]
    fn one_change_at_a_time_is_refused() {
        let good = String::from_utf8(manifest(&[(BINARY, b"program"), ("a", b"1")]).to_bytes()).unwrap();
        let check = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            let bad = good.replacen(from, to, 1);
            assert!(KitManifest::parse_unverified(bad.as_bytes()).is_err(), "{bad}");
        };
        check("stella.kit/v1", "stella.kit/v2");
        check("{\"binary\"", "{\"extra\":1,\"binary\"");
        check("{\"binary\"", "{\"Version\":\"1\",\"binary\"");
        check("\"sequence\":\"7\"", "\"sequence\":7");
        check("\"sequence\":\"7\"", "\"sequence\":\"07\"");
        check("\"development\":false", "\"development\":\"no\"");
        check("\"path\":\"a\"", "\"path\":\"../a\"");
        check("\"path\":\"a\"", "\"path\":\"a%41\"");
        check("\"path\":\"a\"", "\"path\":\"kit.json\"");
        check("\"path\":\"a\"", "\"path\":\"bin/stella\"");
        check("\"path\":\"bin/stella\"", "\"path\":\"a\""); // the program is elsewhere
        check("\"digest\":\"sha256:", "\"digest\":\"sha512:");
        check("\"size\":\"1\"", "\"size\":\"-1\"");
    }

    #[test]
    fn the_list_has_everything_but_itself() {
        let text = manifest(&[(BINARY, b"program"), ("zz", b"")]).checksums(b"m", b"e");
        let text = String::from_utf8(text).unwrap();
        let names: Vec<&str> = text.lines().map(|line| &line[66..]).collect();
        assert_eq!(names, [BINARY, MANIFEST, ENVELOPE, "zz"]);
    }
}
