//! The entry of a log as Sigstore's bundles carry it: `TransparencyLogEntry` of
//! sigstore's protobuf-specs, in JSON.
//!
//! How to attack it: numbers below zero or in a second spelling; a body that is
//! another one than the one that is hashed (there is one, and everything is taken
//! from its bytes); a kind beside the body that is not the one in it; the zero that
//! encoders leave out (an index that is absent is 0, a time that is 0 is absent).

use super::{Body, BodyError};
use crate::limits;
use crate::time::UnixTime;
use crate::wire::base64::{self, Base64Error};
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError, decimal};

/// An entry as it was received; nothing about it is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    log_id: Vec<u8>,
    index: u64,
    kind: Option<KindVersion>,
    integrated_time: Option<UnixTime>,
    promise: Option<Vec<u8>>,
    proof: Option<InclusionProof>,
    body: Vec<u8>,
}

/// Of which kind an entry says to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindVersion {
    /// `hashedrekord`, `dsse`, `intoto` ...
    pub kind: String,
    /// `0.0.1` ...
    pub version: String,
}

/// The way from a leaf to a root, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    index: u64,
    size: u64,
    root: Vec<u8>,
    hashes: Vec<Vec<u8>>,
    note: Option<String>,
}

/// Why a JSON value is no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Members are missing, of another type, or look-alikes.
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
    /// A time that no calendar has.
    #[error("{pointer}: no time of a calendar")]
    Time {
        /// Which member.
        pointer: String,
    },
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
    /// An entry without a body is nothing that could be in a tree.
    #[error("{pointer}: an entry without a body")]
    NoBody {
        /// Which member.
        pointer: String,
    },
}

impl Entry {
    /// Reads an element of `tlogEntries`; `pointer` says where it stands.
    pub fn parse(value: &Value, pointer: &str) -> Result<Entry, EntryError> {
        let mut fields = Fields::open(value, pointer)?;
        let index = whole(&mut fields, "logIndex")?.unwrap_or(0);
        let mut log = fields.nested_open("logId")?;
        let log_id = bytes(&mut log, "keyId")?;
        let kind = match fields.opt_nested_open("kindVersion")? {
            None => None,
            Some(mut kind) => Some(KindVersion {
                kind: kind.str("kind")?.to_owned(),
                version: kind.str("version")?.to_owned(),
            }),
        };
        let time = whole(&mut fields, "integratedTime")?.filter(|seconds| *seconds != 0);
        let integrated_time = time.map(|seconds| read_time(seconds, &fields)).transpose()?;
        let promise = match fields.opt_nested_open("inclusionPromise")? {
            None => None,
            Some(mut promise) => {
                let signature = bytes(&mut promise, "signedEntryTimestamp")?;
                let pointer = promise.pointer("signedEntryTimestamp");
                bounded(pointer, signature.len(), limits::SIGNATURE_BYTES_MAX)?;
                (!signature.is_empty()).then_some(signature)
            }
        };
        let proof = fields.opt_nested_open("inclusionProof")?.map(InclusionProof::read).transpose()?;
        let body = bytes(&mut fields, "canonicalizedBody")?;
        if body.is_empty() {
            return Err(EntryError::NoBody { pointer: fields.pointer("canonicalizedBody") });
        }
        Ok(Entry { log_id, index, kind, integrated_time, promise, proof, body })
    }

    /// An entry with a promise and no proof, as bundles carried it before they
    /// were called bundles.
    pub fn promised_only(
        log_id: Vec<u8>,
        index: u64,
        integrated_time: UnixTime,
        promise: Vec<u8>,
        body: Vec<u8>,
    ) -> Entry {
        let (integrated_time, promise) = (Some(integrated_time), Some(promise));
        Entry { log_id, index, kind: None, integrated_time, promise, proof: None, body }
    }

    /// An entry of which nothing is there but its body, as in a tile: its log and
    /// its place are for others to say.
    pub fn of_body(body: Vec<u8>) -> Entry {
        Entry::of(Vec::new(), 0, None, None, None, body)
    }

    pub(super) fn of(
        log_id: Vec<u8>,
        index: u64,
        integrated_time: Option<UnixTime>,
        promise: Option<Vec<u8>>,
        proof: Option<InclusionProof>,
        body: Vec<u8>,
    ) -> Entry {
        let integrated_time = integrated_time.filter(|time| time.seconds() != 0);
        Entry { log_id, index, kind: None, integrated_time, promise, proof, body }
    }

    /// The log that the entry says to be in.
    pub fn log_id(&self) -> &[u8] {
        &self.log_id
    }

    /// Where in the whole log, over all its trees. Only a promise proves it.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Of which kind it says to be, beside its body.
    pub fn kind(&self) -> Option<&KindVersion> {
        self.kind.as_ref()
    }

    /// When the log is said to have taken it in. Only a promise proves it.
    pub fn integrated_time_unverified(&self) -> Option<UnixTime> {
        self.integrated_time
    }

    /// The signed entry timestamp.
    pub fn promise(&self) -> Option<&[u8]> {
        self.promise.as_deref()
    }

    /// The way to the root.
    pub fn proof(&self) -> Option<&InclusionProof> {
        self.proof.as_ref()
    }

    /// The bytes that the log has: what is signed and hashed.
    pub fn body_bytes(&self) -> &[u8] {
        &self.body
    }

    /// What the body says. It has to be of the kind that stands beside it.
    pub fn body_unverified(&self) -> Result<Body, BodyError> {
        Body::parse(&self.body, self.kind.as_ref())
    }
}

impl InclusionProof {
    fn read(mut fields: Fields<'_>) -> Result<InclusionProof, EntryError> {
        let index = whole(&mut fields, "logIndex")?.unwrap_or(0);
        let size = whole(&mut fields, "treeSize")?.unwrap_or(0);
        let root = bytes(&mut fields, "rootHash")?;
        let mut hashes = Vec::new();
        if let Some(elements) = fields.opt_array("hashes")? {
            // Before anything is decoded: no tree is as deep.
            bounded(fields.pointer("hashes"), elements.len(), limits::MERKLE_PATH_MAX)?;
            for (pointer, element) in fields.elements("hashes")? {
                let expected = "a string";
                let text = element.as_str().ok_or(ShapeError::Type {
                    pointer: pointer.clone(),
                    expected,
                    found: element.type_name(),
                })?;
                hashes.push(
                    base64::decode_standard(text).map_err(|error| EntryError::Base64 { pointer, error })?,
                );
            }
        }
        let note = match fields.opt_nested_open("checkpoint")? {
            None => None,
            Some(mut checkpoint) => checkpoint.opt_str("envelope")?.filter(|text| !text.is_empty()),
        };
        if let Some(note) = note {
            bounded(fields.pointer("checkpoint"), note.len(), limits::NOTE_BYTES_MAX)?;
        }
        Ok(InclusionProof { index, size, root, hashes, note: note.map(str::to_owned) })
    }

    pub(super) fn of(
        index: u64,
        size: u64,
        root: Vec<u8>,
        hashes: Vec<Vec<u8>>,
        note: Option<String>,
    ) -> InclusionProof {
        InclusionProof { index, size, root, hashes, note }
    }

    /// Where the leaf is said to lie in the tree.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How large the proof says the tree is.
    pub fn stated_size(&self) -> u64 {
        self.size
    }

    /// What the proof says its root is.
    pub fn stated_root(&self) -> &[u8] {
        &self.root
    }

    /// The hashes on the way, leaf side first.
    pub fn hashes(&self) -> &[Vec<u8>] {
        &self.hashes
    }

    /// The checkpoint, a signed note.
    pub fn note_unverified(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// Protobuf's JSON spells numbers of 64 bits as strings; readers have to take
/// numbers too. Nothing is spelt below zero here.
fn whole(fields: &mut Fields<'_>, name: &str) -> Result<Option<u64>, EntryError> {
    Ok(match fields.opt_value(name)? {
        Some(Value::String(text)) => match decimal(text) {
            Some(value) => Some(value),
            None => return Err(fields.invalid(name, "a whole number, not below zero", text).into()),
        },
        _ => fields.opt_u64(name)?,
    })
}

fn bytes(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, EntryError> {
    let text = fields.str(name)?;
    base64::decode_standard(text).map_err(|error| EntryError::Base64 { pointer: fields.pointer(name), error })
}

fn read_time(seconds: u64, fields: &Fields<'_>) -> Result<UnixTime, EntryError> {
    let time = i64::try_from(seconds).ok().and_then(|seconds| UnixTime::new(seconds, 0).ok());
    time.ok_or_else(|| EntryError::Time { pointer: fields.pointer("integratedTime") })
}

fn bounded(pointer: String, found: usize, max: usize) -> Result<(), EntryError> {
    if found > max {
        return Err(EntryError::TooLong { pointer, found, max });
    }
    Ok(())
}
