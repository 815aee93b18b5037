//! Lists of files as JSON: StellaOps' bundle manifest (EB1), checksums (EB2),
//! bundle.json and offline-kit manifests, our own snapshot manifest, the kit
//! manifest, and `stella.files/v1`, a signed list of the files beside it.
//!
//! StellaOps' documents spell the same entry in three ways (`canonicalPath`,
//! `path`, `name`; `sha256`, `hash`; `sizeBytes`, `size`). All three are read;
//! an entry that uses two spellings of one thing is refused, because two
//! readers would take two different files for it.

use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::listing::{Entry, ListingError};
use crate::path::EvidencePath;
use crate::proof::merkle::recipes::Recipe;
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError};

/// Which manifest it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestForm {
    /// `stella.snapshot/v1`, written by `stella forensic snapshot create`.
    Snapshot,
    /// `stella.kit/v1`.
    Kit,
    /// StellaOps' evidence bundle manifest.
    Bundle,
    /// StellaOps' checksums as JSON.
    Checksums,
    /// A manifest of an offline kit.
    OfflineKit,
}

/// What a JSON manifest says.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Which spelling.
    pub form: ManifestForm,
    /// The name the producer gave it (bundle id, case id, version), a claim.
    pub id: Option<String>,
    /// When it claims to have been made.
    pub created: Option<String>,
    /// The files.
    pub entries: Vec<Entry>,
    /// The Merkle recipe that it names, if it names one.
    pub recipe: Option<Recipe>,
    /// The root that it claims, and where.
    pub root: Option<(Digest, &'static str)>,
    /// The whole value, for the comparison with a signed payload.
    pub value: Value,
}

impl Manifest {
    /// Reads a manifest of the form that its members show.
    pub fn parse(value: &Value) -> Result<Manifest, ListingError> {
        let mut fields = Fields::open(value, "")?;
        let form = match fields.opt_str("schema")? {
            Some("stella.snapshot/v1") => ManifestForm::Snapshot,
            Some("stella.kit/v1") => ManifestForm::Kit,
            _ if value.get("algorithm").is_some() && value.get("root").is_some() => ManifestForm::Checksums,
            _ if value.get("payload_sha256").is_some() || value.get("created_at").is_some() => {
                ManifestForm::OfflineKit
            }
            _ => ManifestForm::Bundle,
        };
        let id = match form {
            ManifestForm::Snapshot => fields.opt_str("caseId")?,
            ManifestForm::Kit | ManifestForm::OfflineKit => fields.opt_str("version")?,
            ManifestForm::Bundle | ManifestForm::Checksums => fields.opt_str("bundleId")?,
        };
        let id = id.map(str::to_owned);
        let created = match form {
            ManifestForm::OfflineKit => fields.opt_str("created_at")?,
            ManifestForm::Checksums => fields.opt_str("generatedAt")?,
            _ => fields.opt_str("createdAt")?,
        };
        let created = created.map(str::to_owned);
        let list = if form == ManifestForm::Kit { "files" } else { "entries" };
        let entries = entries(list, fields.array(list)?)?;
        let (recipe, root) = match form {
            ManifestForm::Checksums => {
                if fields.str("algorithm")? != "sha256" {
                    return Err(value_error("/algorithm", "sha256", fields.str("algorithm")?));
                }
                (None, Some((hex_root("/root", fields.str("root")?)?, "root")))
            }
            _ => {
                let recipe = match fields.opt_object("merkle")? {
                    Some(merkle) => merkle.get("recipe").and_then(Value::as_str).map(recipe).transpose()?,
                    None => fields.opt_str("recipe")?.map(recipe).transpose()?,
                };
                let root = match fields.opt_value("hashSummary")? {
                    None => None,
                    Some(summary) => {
                        let mut summary = Fields::open(summary, "/hashSummary")?;
                        let algorithm = summary.opt_str("algorithm")?.unwrap_or("sha256");
                        if algorithm != "sha256" {
                            return Err(value_error("/hashSummary/algorithm", "sha256", algorithm));
                        }
                        let root = summary.opt_str("merkleRoot")?;
                        let root = root.map(|hex| hex_root("/hashSummary/merkleRoot", hex)).transpose()?;
                        summary.opt_str("checksumsPath")?;
                        summary.finish()?;
                        root.map(|digest| (digest, "hashSummary.merkleRoot"))
                    }
                };
                (recipe, root)
            }
        };
        fields.finish()?;
        Ok(Manifest { form, id, created, entries, recipe, root, value: value.clone() })
    }
}

/// `bundle.json`: ids and the root hash.
#[derive(Clone, Debug)]
pub struct BundleInfo {
    /// The bundle's id, a claim.
    pub id: Option<String>,
    /// The case that it was sealed for, a claim; snapshots of ours name one.
    pub case: Option<String>,
    /// The root that it claims.
    pub root: Option<Digest>,
}

impl BundleInfo {
    /// Reads `bundle.json`; the root may be bare hexadecimal or `sha256:...`.
    pub fn parse(value: &Value) -> Result<BundleInfo, ListingError> {
        let mut fields = Fields::open(value, "")?;
        let id = fields.opt_str("bundleId")?.map(str::to_owned);
        let case = fields.opt_str("caseId")?.map(str::to_owned);
        let root = fields.opt_str("rootHash")?.map(|hex| hex_root("/rootHash", hex)).transpose()?;
        fields.finish()?;
        Ok(BundleInfo { id, case, root })
    }
}

/// `stella.files/v1`: the payload of a signed list of the files beside it.
#[derive(Clone, Debug)]
pub struct FileManifest {
    /// Whether files that it does not list reject the place it lies in.
    pub closed: bool,
    /// The files.
    pub entries: Vec<Entry>,
    /// Files that are known to differ from what is listed, and who agreed.
    pub divergences: Vec<Divergence>,
}

/// One file that is allowed to differ.
#[derive(Clone, Debug)]
pub struct Divergence {
    /// Which file.
    pub path: EvidencePath,
    /// What it is known to hash to instead.
    pub actual: Digest,
    /// Why, in the words of those who agreed.
    pub reason: String,
    /// The signatures of those who agreed.
    pub approvals: Vec<Approval>,
    /// Where in the list this stands.
    pub at: String,
}

/// One signature over [`Divergence::approved_bytes`].
#[derive(Clone, Debug)]
pub struct Approval {
    /// A hint at the key.
    pub keyid: Option<String>,
    /// The signature, in base64.
    pub sig: String,
}

/// The payload type of the bytes that approvals sign.
pub const DIVERGENCE_TYPE: &str = "application/vnd.stella.divergence+json";
/// The payload type of the manifest of a kit.
pub const KIT_TYPE: &str = "application/vnd.stella.kit+json";
/// The payload type of a signed file manifest.
pub const FILES_TYPE: &str = "application/vnd.stella.files+json";

impl Divergence {
    /// What an approval signs, as the payload of the DSSE pre-authentication
    /// encoding with [`DIVERGENCE_TYPE`].
    pub fn approved_bytes(&self, listed: Digest) -> Vec<u8> {
        let value = Value::object([
            ("actual", Value::from(self.actual.to_string())),
            ("listed", Value::from(listed.to_string())),
            ("path", Value::from(self.path.as_str().to_owned())),
            ("reason", Value::from(self.reason.clone())),
        ]);
        crate::wire::canonical::to_bytes(&value).expect("four strings have a canonical form")
    }

    /// Whether the digest or the reason only holds a place: a digest of one
    /// repeated byte or of the empty file, a reason of nothing or `TODO`.
    pub fn is_placeholder(&self) -> bool {
        let bytes = self.actual.bytes();
        let reason = self.reason.trim().to_ascii_lowercase();
        bytes.iter().all(|byte| *byte == bytes[0])
            || self.actual == Digest::sha256(b"")
            || reason.len() < 8
            || ["todo", "tbd", "fixme", "placeholder", "xxx"].iter().any(|word| reason.starts_with(word))
    }
}

impl FileManifest {
    /// Reads the payload of a signed file manifest.
    pub fn parse(value: &Value) -> Result<FileManifest, ListingError> {
        let mut fields = Fields::closed(value, "")?;
        let schema = fields.str("schema")?;
        if schema != "stella.files/v1" {
            return Err(value_error("/schema", "stella.files/v1", schema));
        }
        let closed = fields.opt_bool("closed")?.unwrap_or(false);
        let entries = entries("files", fields.array("files")?)?;
        let mut divergences = Vec::new();
        for (index, one) in fields.opt_array("divergences")?.unwrap_or(&[]).iter().enumerate() {
            divergences.push(divergence(index, one)?);
        }
        fields.finish()?;
        Ok(FileManifest { closed, entries, divergences })
    }
}

fn divergence(index: usize, value: &Value) -> Result<Divergence, ListingError> {
    let at = format!("/divergences/{index}");
    let mut fields = Fields::closed(value, &at)?;
    let path = path(index, fields.str("path")?)?;
    let actual = hex_root(&format!("{at}/actual"), fields.str("actual")?)?;
    let reason = fields.str("reason")?.to_owned();
    let mut approvals = Vec::new();
    for (place, one) in fields.array("approvals")?.iter().enumerate() {
        let mut approval = Fields::closed(one, format!("{at}/approvals/{place}"))?;
        let keyid = approval.opt_str("keyid")?.map(str::to_owned);
        let sig = approval.str("sig")?.to_owned();
        approval.finish()?;
        approvals.push(Approval { keyid, sig });
    }
    fields.finish()?;
    Ok(Divergence { path, actual, reason, approvals, at })
}

fn entries(list: &str, values: &[Value]) -> Result<Vec<Entry>, ListingError> {
    if values.len() > limits::LISTING_ENTRIES_MAX {
        let expected = format!("at most {} entries", limits::LISTING_ENTRIES_MAX);
        return Err(value_error(&format!("/{list}"), &expected, &values.len().to_string()));
    }
    values.iter().enumerate().map(|(index, one)| entry(list, index, one)).collect()
}

fn entry(list: &str, index: usize, value: &Value) -> Result<Entry, ListingError> {
    let at = format!("/{list}/{index}");
    let mut fields = Fields::open(value, &at)?;
    let name = one_of(&at, &["canonicalPath", "path", "name"], &mut fields)?;
    let hex = one_of(&at, &["sha256", "hash"], &mut fields)?;
    let digest = hex_root(&at, hex)?;
    let path = path(index, name)?;
    let mut size = None;
    for member in ["sizeBytes", "size"] {
        // Our own manifests write sizes as strings, StellaOps' as numbers.
        let found = match value.get(member) {
            Some(Value::String(_)) => fields.decimal(member).map(Some)?,
            _ => fields.opt_u64(member)?,
        };
        if found.is_some() && size.is_some() {
            return Err(value_error(&at, "one size", "sizeBytes and size"));
        }
        size = size.or(found);
    }
    fields.finish()?;
    Ok(Entry { path, digest, size, at })
}

/// The value of exactly one of several members that mean the same.
fn one_of<'v>(at: &str, names: &[&'static str], fields: &mut Fields<'v>) -> Result<&'v str, ListingError> {
    let mut found: Option<&str> = None;
    for name in names {
        if let Some(text) = fields.opt_str(name)? {
            if found.is_some() {
                return Err(value_error(at, &format!("one of {}", names.join(", ")), "several of them"));
            }
            found = Some(text);
        }
    }
    found.ok_or_else(|| value_error(at, &format!("one of {}", names.join(", ")), "none of them"))
}

fn path(index: usize, name: &str) -> Result<EvidencePath, ListingError> {
    EvidencePath::new(name.as_bytes()).map_err(|reason| ListingError::Path { line: index + 1, reason })
}

/// SHA-256 as bare hexadecimal or with the prefix `sha256:`.
fn hex_root(at: &str, text: &str) -> Result<Digest, ListingError> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    Digest::from_hex(Algorithm::Sha256, hex)
        .map_err(|e| value_error(at, "a SHA-256 in hexadecimal", &e.to_string()))
}

fn recipe(name: &str) -> Result<Recipe, ListingError> {
    Recipe::from_name(name).ok_or_else(|| ListingError::Recipe { found: name.to_owned() })
}

fn value_error(pointer: &str, expected: &str, found: &str) -> ListingError {
    ListingError::Shape(ShapeError::Value {
        pointer: pointer.to_owned(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    })
}
