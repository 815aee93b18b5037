//! Images on disk: `oci-layout`, `index.json`, indexes and manifests of the OCI
//! image specification 1.1, and those of Docker that have the same shape.
//!
//! How to attack it: a document that is an index for one reader and a manifest
//! for another (CVE-2021-41190); a descriptor that calls a blob what it is not; a
//! digest by an algorithm that is none; one blob named with two sizes.

use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::wire::base64;
use crate::wire::json::{Object, Value};
use crate::wire::shape::{Fields, ShapeError};

/// The media types of indexes.
pub const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// The media types of manifests.
pub const MANIFESTS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

/// A blob as somebody else names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// What it is said to be.
    pub media_type: String,
    /// What it hashes to.
    pub digest: Digest,
    /// How long it is.
    pub size: u64,
    /// Its content, where that stands in the descriptor besides.
    pub data: Option<Vec<u8>>,
    /// Texts about it, by name.
    pub annotations: Vec<(String, String)>,
    /// Where it stands.
    pub at: String,
}

/// What a document that names blobs is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It names manifests, one for each platform.
    Index,
    /// It names the parts of one image.
    Manifest,
}

/// An index or a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which of the two.
    pub form: Form,
    /// What it says it is, where it does.
    pub media_type: Option<String>,
    /// The configuration of an image.
    pub config: Option<Descriptor>,
    /// Layers of an image, or what an index lists.
    pub blobs: Vec<Descriptor>,
    /// What it is about, where it goes with another document.
    pub subject: Option<Descriptor>,
}

impl Descriptor {
    /// The text of that name.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Where the blob lies in a layout.
    pub fn path(&self) -> String {
        format!("blobs/{}/{}", self.digest.algorithm().name(), self.digest.hex())
    }

    /// Whether an index or a manifest is said to be behind it.
    pub fn form(&self) -> Option<Form> {
        let of = |list: [&str; 2]| list.contains(&self.media_type.as_str());
        if of(INDEXES) {
            return Some(Form::Index);
        }
        of(MANIFESTS).then_some(Form::Manifest)
    }

    fn read(mut fields: Fields<'_>) -> Result<Descriptor, ShapeError> {
        let at = fields.pointer("").trim_end_matches('/').to_owned();
        let media_type = fields.str("mediaType")?.to_owned();
        let text = fields.str("digest")?;
        let digest = Digest::parse(text).ok();
        let known = digest.filter(|one| matches!(one.algorithm(), Algorithm::Sha256 | Algorithm::Sha512));
        // The name is part of a path, so it has one spelling.
        let digest = known
            .filter(|one| one.to_string() == text)
            .ok_or_else(|| fields.invalid("digest", "sha256: or sha512: and lower-case digits", text))?;
        let size = fields.u64("size")?;
        let data = match fields.opt_str("data")? {
            None => None,
            Some(text) => {
                let decoded = base64::decode_standard(text);
                Some(decoded.map_err(|error| fields.invalid("data", "base64", &error.to_string()))?)
            }
        };
        let annotations = annotations(fields.opt_object("annotations")?);
        Ok(Descriptor { media_type, digest, size, data, annotations, at })
    }
}

fn annotations(object: Option<&Object>) -> Vec<(String, String)> {
    let pairs = object.into_iter().flat_map(Object::iter);
    pairs.filter_map(|(name, value)| Some((name.to_owned(), value.as_str()?.to_owned()))).collect()
}

impl Document {
    /// Reads one. Which it is, its members say; those of both are refused.
    pub fn parse(value: &Value) -> Result<Document, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let version = fields.u64("schemaVersion")?;
        if version != 2 {
            return Err(fields.invalid("schemaVersion", "2", &version.to_string()));
        }
        let media_type = fields.opt_str("mediaType")?.filter(|text| !text.is_empty()).map(str::to_owned);
        let listed = fields.opt_array("manifests")?.is_some();
        let parts = fields.opt_array("layers")?.is_some() || fields.opt_value("config")?.is_some();
        let form = match (listed, parts) {
            (true, false) => Form::Index,
            (false, true) => Form::Manifest,
            (true, true) => {
                return Err(fields.invalid("manifests", "those of an index or those of a manifest", "both"));
            }
            (false, false) => return Err(fields.invalid("manifests", "manifests or layers", "neither")),
        };
        let (list, types) = match form {
            Form::Index => ("manifests", INDEXES),
            Form::Manifest => ("layers", MANIFESTS),
        };
        if let Some(found) = media_type.as_deref().filter(|found| !types.contains(found)) {
            return Err(fields.invalid("mediaType", &types.join(" or "), found));
        }
        let config = match fields.opt_nested_open("config")? {
            Some(config) => Some(Descriptor::read(config)?),
            None if form == Form::Manifest => {
                return Err(fields.invalid("config", "a descriptor", "nothing"));
            }
            None => None,
        };
        let elements: Vec<_> = fields.elements(list)?.collect();
        let (found, max) = (elements.len(), limits::OCI_DESCRIPTORS_MAX);
        if found > max {
            let expected = format!("at most {max} descriptors");
            return Err(fields.invalid(list, &expected, &found.to_string()));
        }
        let read = |(pointer, element)| Descriptor::read(Fields::open(element, pointer)?);
        let blobs = elements.into_iter().map(read).collect::<Result<_, ShapeError>>()?;
        let subject = fields.opt_nested_open("subject")?.map(Descriptor::read).transpose()?;
        Ok(Document { form, media_type, config, blobs, subject })
    }

    /// Every blob that it names, but for the document that it goes with.
    pub fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.blobs)
    }
}

/// Reads `oci-layout`.
pub fn version(value: &Value) -> Result<(), ShapeError> {
    let mut fields = Fields::open(value, "")?;
    let found = fields.str("imageLayoutVersion")?;
    if found == "1.0.0" { Ok(()) } else { Err(fields.invalid("imageLayoutVersion", "1.0.0", found)) }
}

/// The document that a tag of cosign's is about: `sha256-<digits>.sig`, or without
/// an ending where it lists what goes with it.
pub fn tagged(name: &str) -> Option<Digest> {
    // A tag may stand behind the name of a repository.
    let tag = name.rsplit_once(':').map_or(name, |(_, tag)| tag);
    let tag = tag.split('.').next().unwrap_or(tag);
    Digest::parse(&tag.replacen('-', ":", 1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    fn document(text: &str) -> Result<Document, ShapeError> {
        Document::parse(&json::parse(text.as_bytes()).expect("JSON"))
    }

    #[test]
    fn documents_are_one_thing() {
        let blob = format!(r#"{{"mediaType":"x","digest":"sha256:{}","size":1}}"#, "0".repeat(64));
        let index = document(&format!(r#"{{"schemaVersion":2,"manifests":[{blob}]}}"#)).unwrap();
        assert_eq!((index.form, index.blobs[0].at.as_str()), (Form::Index, "/manifests/0"));
        assert_eq!(index.blobs[0].path(), format!("blobs/sha256/{}", "0".repeat(64)));
        let manifest = document(&format!(r#"{{"schemaVersion":2,"config":{blob},"layers":[]}}"#)).unwrap();
        assert_eq!((manifest.form, manifest.descriptors().count()), (Form::Manifest, 1));
        for wrong in [
            format!(r#"{{"schemaVersion":2,"config":{blob},"layers":[],"manifests":[]}}"#),
            format!(r#"{{"schemaVersion":1,"manifests":[{blob}]}}"#),
            r#"{"schemaVersion":2}"#.to_owned(),
            r#"{"schemaVersion":2,"layers":[]}"#.to_owned(),
            format!(r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[]}}"#, MANIFESTS[0]),
            format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, blob.replace("sha256", "md5")),
            format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, blob.replace("00", "AA")),
        ] {
            assert!(document(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_tags_are_about() {
        let digest = Digest::sha256(b"");
        let tag = format!("sha256-{}", digest.hex());
        for name in [tag.clone(), format!("{tag}.sig"), format!("registry.test.invalid:5000/app:{tag}.att")] {
            assert_eq!(tagged(&name), Some(digest), "{name}");
        }
        assert_eq!(tagged("v1.0.0"), None);
        assert_eq!(tagged("registry.test.invalid/app"), None);
    }
}
