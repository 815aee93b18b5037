//! The layout of a snapshot: files sealed into an evidence bundle.
//!
//! ```text
//! manifest.json      stella.snapshot/v1: case, recipe, and every sealed file
//! bundle.json        the bundle's id and state
//! instructions.txt   how to check it with other programs
//! evidence/...       the sealed files
//! checksums.txt      `<sha256>  <path>` of all of the above, sorted bytewise
//! signature.json     optional: a DSSE envelope over a statement about the root
//! ```
//!
//! The root is the SHA-256 of `checksums.txt`. Only `checksums.txt` and
//! `signature.json` cannot be listed in it; that is why `bundle.json`, which is
//! listed, does not state the root.
//!
//! Nothing here depends on a moment, an owner or a machine: the same names and
//! bytes give the same bundle.

use crate::attest::json_line;
use crate::digest::Digest;
use crate::limits;
use crate::path::misleads;
use crate::proof::merkle::recipes::Recipe;
use crate::time::UnixTime;
use crate::wire::json::Value;

/// What the manifest says it is.
pub const SCHEMA: &str = "stella.snapshot/v1";
/// Where sealed files lie.
pub const FOLDER: &str = "evidence";
/// The predicate type of the statement about the root.
pub const PREDICATE_TYPE: &str = "stellaops.evidence.bundle.v1";
/// The payload type under which the statement is signed.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The largest size that JSON carries without loss (RFC 8785, appendix D).
const SIZE_MAX: u64 = 1 << 53;

/// One sealed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the bundle, as text that is safe to print.
    pub path: String,
    /// What it hashes to.
    pub sha256: Digest,
    /// How long it is.
    pub size: u64,
}

/// Why files cannot be sealed as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Nothing to seal.
    #[error("there is no file to seal")]
    Empty,
    /// The case id is empty, too long, or would mislead a reader.
    #[error(
        "the case id is empty, longer than {} bytes, or has characters that cannot be shown",
        limits::CASE_ID_BYTES_MAX
    )]
    CaseId,
    /// A name that `sha256sum` would write in another way, or that a person could not see.
    #[error("the name {path} cannot stand in a checksums file as it is")]
    Name {
        /// Escaped.
        path: String,
    },
    /// Two files of one name.
    #[error("two files would be called {path}")]
    Duplicate {
        /// Which name.
        path: String,
    },
    /// Longer than a manifest can say.
    #[error("{path} has {size} bytes, more than a manifest can say")]
    Size {
        /// Which file.
        path: String,
        /// Its length.
        size: u64,
    },
    /// So many files that the manifest could not be read again.
    #[error("{name} would have {size} bytes, and at most {} are read", limits::STRUCTURED_BYTES_MAX)]
    TooLarge {
        /// Which file of the bundle.
        name: &'static str,
        /// How long it would be.
        size: u64,
    },
}

/// The files of a bundle that are made, not sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    case_id: String,
    bundle_id: String,
    created: Option<UnixTime>,
    listed: Vec<(String, Digest)>,
    /// `manifest.json`
    pub manifest: Vec<u8>,
    /// `bundle.json`
    pub bundle: Vec<u8>,
    /// `instructions.txt`
    pub instructions: Vec<u8>,
    /// `checksums.txt`
    pub checksums: Vec<u8>,
    /// SHA-256 of `checksums.txt`.
    pub root: Digest,
}

impl Layout {
    /// Lays out `entries`, whose paths begin with [`FOLDER`], in any order.
    pub fn new(
        case_id: &str,
        created: Option<UnixTime>,
        mut entries: Vec<Entry>,
    ) -> Result<Layout, LayoutError> {
        if case_id.trim().is_empty()
            || case_id.len() > limits::CASE_ID_BYTES_MAX
            || case_id.chars().any(misleads)
        {
            return Err(LayoutError::CaseId);
        }
        if entries.is_empty() {
            return Err(LayoutError::Empty);
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        for pair in entries.windows(2) {
            if pair[0].path == pair[1].path {
                return Err(LayoutError::Duplicate { path: pair[0].path.clone() });
            }
        }
        for entry in &entries {
            if entry.path.contains('\\') || entry.path.chars().any(misleads) {
                return Err(LayoutError::Name { path: crate::path::escape(entry.path.as_bytes()) });
            }
            if entry.size > SIZE_MAX {
                return Err(LayoutError::Size { path: entry.path.clone(), size: entry.size });
            }
        }

        let manifest = bounded("manifest.json", manifest(case_id, created, &entries))?;
        let bundle_id = bundle_id(&Digest::sha256(&manifest));
        let bundle = bundle(case_id, &bundle_id, created);
        let instructions = INSTRUCTIONS.as_bytes().to_vec();

        let mut listed: Vec<(String, Digest)> = entries.into_iter().map(|e| (e.path, e.sha256)).collect();
        listed.push(("manifest.json".into(), Digest::sha256(&manifest)));
        listed.push(("bundle.json".into(), Digest::sha256(&bundle)));
        listed.push(("instructions.txt".into(), Digest::sha256(&instructions)));
        listed.sort();
        let checksums = bounded("checksums.txt", checksums(&listed))?;
        let root = Recipe::ChecksumsFileSha256
            .of_checksums(&checksums)
            .expect("the recipe is one over a checksums file, which has lines");
        Ok(Layout {
            case_id: case_id.to_owned(),
            bundle_id,
            created,
            listed,
            manifest,
            bundle,
            instructions,
            checksums,
            root,
        })
    }

    /// The statement that a signature over this bundle signs: its subject is
    /// the root.
    pub fn statement(&self) -> Vec<u8> {
        let hashes = self.listed.iter().map(|(path, digest)| (path.clone(), Value::from(digest.hex())));
        let mut predicate = vec![
            ("bundle_id", Value::from(self.bundle_id.as_str())),
            ("case_id", Value::from(self.case_id.as_str())),
            ("hashes", Value::object(hashes)),
            (
                "layout",
                Value::object([
                    ("checksumsPath", Value::from("checksums.txt")),
                    ("manifestPath", Value::from("manifest.json")),
                    ("schema", Value::from(SCHEMA)),
                ]),
            ),
            ("merkle", Value::object([("recipe", Value::from(Recipe::ChecksumsFileSha256.name()))])),
            ("producer", Value::from("stella")),
            // Of the profiles that StellaOps names, the one without outside rules.
            ("signing_profile", Value::from("sovereign-default")),
            ("subject_merkle_root", Value::from(self.root.hex())),
            ("transparency", Value::Null),
            ("transparency_reason", Value::from("offline")),
        ];
        if let Some(created) = self.created {
            predicate.push(("produced_at", Value::from(created.to_string())));
        }
        let statement = Value::object([
            ("_type", Value::from("https://in-toto.io/Statement/v1")),
            (
                "subject",
                Value::from(vec![Value::object([
                    ("name", Value::from("checksums.txt")),
                    ("digest", Value::object([("sha256", Value::from(self.root.hex()))])),
                ])]),
            ),
            ("predicateType", Value::from(PREDICATE_TYPE)),
            ("predicate", Value::object(predicate)),
        ]);
        // Without a line feed: the payload is the canonical form itself.
        let mut bytes = json_line(&statement);
        bytes.pop();
        bytes
    }
}

fn manifest(case_id: &str, created: Option<UnixTime>, entries: &[Entry]) -> Vec<u8> {
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| {
            Value::object([
                ("canonicalPath", Value::from(entry.path.as_str())),
                ("sha256", Value::from(entry.sha256.hex())),
                ("sizeBytes", Value::from(entry.size)),
            ])
        })
        .collect();
    let mut members = vec![
        ("schema", Value::from(SCHEMA)),
        ("caseId", Value::from(case_id)),
        ("recipe", Value::from(Recipe::ChecksumsFileSha256.name())),
        ("entries", Value::from(entries)),
    ];
    if let Some(created) = created {
        members.push(("createdAt", Value::from(created.to_string())));
    }
    json_line(&Value::object(members))
}

fn bundle(case_id: &str, bundle_id: &str, created: Option<UnixTime>) -> Vec<u8> {
    let mut members = vec![
        ("bundleId", Value::from(bundle_id)),
        ("caseId", Value::from(case_id)),
        ("checksumsPath", Value::from("checksums.txt")),
        ("status", Value::from("sealed")),
    ];
    if let Some(created) = created {
        members.push(("createdAt", Value::from(created.to_string())));
    }
    json_line(&Value::object(members))
}

fn checksums(listed: &[(String, Digest)]) -> Vec<u8> {
    let mut text = String::new();
    for (path, digest) in listed {
        text.push_str(&digest.hex());
        text.push_str("  ");
        text.push_str(path);
        text.push('\n');
    }
    text.into_bytes()
}

/// RFC 9562 5.8: a UUID of version 8 over bits of our own choice, here those
/// of the manifest's digest, so that the same files have the same id.
fn bundle_id(manifest: &Digest) -> String {
    let mut bits = [0; 16];
    bits.copy_from_slice(&manifest.bytes()[..16]);
    bits[6] = bits[6] & 0x0f | 0x80;
    bits[8] = bits[8] & 0x3f | 0x80;
    let hex = crate::digest::encode_hex(&bits);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn bounded(name: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, LayoutError> {
    let size = bytes.len() as u64;
    if size > limits::STRUCTURED_BYTES_MAX { Err(LayoutError::TooLarge { name, size }) } else { Ok(bytes) }
}

const INSTRUCTIONS: &str = "\
How to check this bundle without the program that made it

1. In the folder that holds this file:
       sha256sum -c checksums.txt
   Every line must end in OK. A file that no line names does not belong here;
   only checksums.txt and signature.json are not named.
2. The root of the bundle is the digest of the list:
       sha256sum checksums.txt
   Compare it with the root that you were given another way.
3. signature.json, where there is one, is a DSSE envelope. Its payload (base64)
   is a statement whose subject is the root. Who signed it is for a key to say
   that you have from somewhere else than this bundle:
       stella forensic verify --bundle . --trust-roots KEY.pem
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::{Manifest, ManifestForm};
    use crate::wire::json;

    fn entry(path: &str, content: &[u8]) -> Entry {
        Entry { path: path.into(), sha256: Digest::sha256(content), size: content.len() as u64 }
    }

    fn layout(entries: &[(&str, &[u8])]) -> Result<Layout, LayoutError> {
        Layout::new("ACME-123", None, entries.iter().map(|(p, c)| entry(p, c)).collect())
    }

    #[test]
    fn order_does_not_matter() {
        let one = layout(&[("evidence/b", b"2"), ("evidence/a", b"1")]).unwrap();
        let two = layout(&[("evidence/a", b"1"), ("evidence/b", b"2")]).unwrap();
        assert_eq!(one, two);
        assert_ne!(one.root, layout(&[("evidence/a", b"2"), ("evidence/b", b"1")]).unwrap().root);
    }

    #[test]
    fn the_list_is_sorted_by_bytes_and_has_the_root() {
        let found = layout(&[("evidence/a-b", b"1"), ("evidence/a/c", b"2"), ("evidence/Z", b"3")]).unwrap();
        let text = String::from_utf8(found.checksums.clone()).unwrap();
        let paths: Vec<&str> = text.lines().map(|line| &line[66..]).collect();
        let expected = [
            "bundle.json",
            "evidence/Z",
            "evidence/a-b",
            "evidence/a/c",
            "instructions.txt",
            "manifest.json",
        ];
        assert_eq!(paths, expected);
        assert_eq!(found.root, Digest::sha256(&found.checksums));
    }

    #[test]
    fn our_own_reader_reads_it() {
        let found = layout(&[("evidence/a", b"1")]).unwrap();
        let manifest = Manifest::parse(&json::parse(&found.manifest).unwrap()).unwrap();
        assert_eq!(manifest.form, ManifestForm::Snapshot);
        assert_eq!(manifest.id.as_deref(), Some("ACME-123"));
        assert_eq!(manifest.recipe, Some(Recipe::ChecksumsFileSha256));
        assert_eq!(manifest.entries.len(), 1);
        assert_eq!(manifest.entries[0].digest, Digest::sha256(b"1"));
        assert_eq!(manifest.entries[0].size, Some(1));
        assert_eq!(manifest.entries[0].path.as_str(), "evidence/a");
    }

    #[test]
    fn a_time_only_where_one_is_given() {
        let made = |at| Layout::new("c", at, vec![entry("evidence/a", b"1")]).unwrap();
        let at = UnixTime::parse_rfc3339("2025-01-01T00:00:00Z").unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!text(&made(None).manifest).contains("createdAt"));
        assert!(!text(&made(None).statement()).contains("produced_at"));
        assert!(text(&made(Some(at)).manifest).contains("\"createdAt\":\"2025-01-01T00:00:00Z\""));
        assert!(text(&made(Some(at)).statement()).contains("\"produced_at\":\"2025-01-01T00:00:00Z\""));
    }

    #[test]
    fn refusals() {
        let check = |found: Result<Layout, LayoutError>, expected: &str| {
            let error = found.map(|_| ()).unwrap_err();
            assert!(format!("{error:?}").starts_with(expected), "{error:?}");
        };
        check(layout(&[]), "Empty");
        check(layout(&[("evidence/a\nb", b"")]), "Name");
        check(layout(&[("evidence/a\rb", b"")]), "Name");
        check(layout(&[("evidence/a\\b", b"")]), "Name");
        check(layout(&[("evidence/\u{202e}a", b"")]), "Name");
        check(layout(&[("evidence/a", b"1"), ("evidence/a", b"1")]), "Duplicate");
        let case = |id: &str| Layout::new(id, None, vec![entry("evidence/a", b"1")]);
        check(case(""), "CaseId");
        check(case(" "), "CaseId");
        check(case("a\nb"), "CaseId");
        check(case(&"a".repeat(limits::CASE_ID_BYTES_MAX + 1)), "CaseId");
        let mut huge = entry("evidence/a", b"1");
        huge.size = SIZE_MAX + 1;
        check(Layout::new("c", None, vec![huge]), "Size");
    }

    #[test]
    fn the_id_is_a_uuid_of_version_8() {
        let id = bundle_id(&Digest::sha256(b"abc"));
        assert_eq!(id, "ba7816bf-8f01-8fea-8141-40de5dae2223");
    }
}
