//! StellaOps' receipts of Rekor: `rekor-receipt.json`, the proof inside a promotion,
//! and entries as Rekor's own interface gives them (entry packs).
//!
//! A receipt has a way to a root and neither the leaf that it begins at nor the
//! size of the tree. The size is that of the checkpoint; the leaf is the body of
//! the entry, which has to lie elsewhere in the evidence. Until it does, the receipt
//! proves nothing.
//!
//! How to attack it: take the id of an entry, which ends with the hash of a leaf,
//! for the leaf itself (the hash of a body is computed, and the id has to agree);
//! a checkpoint that is named by a path out of the evidence; a root of the receipt's
//! own choice; the body of another entry.

use super::{Entry, HeadError, Included, InclusionError, InclusionProof, LogKey};
use crate::digest::{decode_hex, encode_hex};
use crate::limits;
use crate::proof::note::Note;
use crate::time::UnixTime;
use crate::wire::base64::{self, Base64Error};
use crate::wire::json::Value;
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

/// A receipt as it was received; nothing about it is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    uuid: String,
    index: u64,
    root: Vec<u8>,
    hashes: Vec<Vec<u8>>,
    /// How many leaves, where the receipt says so.
    size: Option<u64>,
    checkpoint: Place,
}

/// Where the checkpoint of a receipt is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In it.
    Inline(String),
    /// In a file beside it.
    Path(String),
}

/// Why something is no receipt, or none of this entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
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
    /// More than is read.
    #[error("{pointer}: {found} elements, at most {max} are read")]
    TooLong {
        /// Which member.
        pointer: String,
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// The id of the entry is that of another leaf.
    #[error("the id {} does not end with the hash of the entry, {leaf}", quoted(.uuid))]
    Uuid {
        /// The id.
        uuid: String,
        /// The hash of the body that is at hand.
        leaf: String,
    },
    /// The receipt does not hold for the body.
    #[error("{0}")]
    Inclusion(#[from] InclusionError),
}

impl Receipt {
    /// Reads `rekor-receipt.json`: `{uuid, logIndex, rootHash, hashes, checkpoint}`
    /// and nothing else.
    pub fn parse(value: &Value) -> Result<Receipt, ReceiptError> {
        let mut fields = Fields::closed(value, "")?;
        let uuid = uuid(&mut fields)?;
        let index = fields.u64("logIndex")?;
        let root = hex(&mut fields, "rootHash")?;
        let hashes = hexes(&mut fields)?;
        let checkpoint = fields.str("checkpoint")?;
        fields.finish()?;
        // Only a note has more than one line.
        let checkpoint = match checkpoint.contains('\n') {
            true => Place::Inline(checkpoint.to_owned()),
            false => Place::Path(checkpoint.to_owned()),
        };
        Ok(Receipt { uuid, index, root, hashes, size: None, checkpoint })
    }

    /// Reads the member `rekor` of a promotion: `{uuid, logIndex, inclusionProof:
    /// {rootHash, hashes, treeSize, checkpoint: {origin, size, hash, signedNote}}}`.
    /// Of the checkpoint only the note counts.
    pub fn of_promotion(value: &Value, pointer: &str) -> Result<Receipt, ReceiptError> {
        let mut fields = Fields::open(value, pointer)?;
        let uuid = uuid(&mut fields)?;
        let index = fields.u64("logIndex")?;
        let mut proof = fields.nested_open("inclusionProof")?;
        let root = hex(&mut proof, "rootHash")?;
        let hashes = hexes(&mut proof)?;
        let size = Some(proof.u64("treeSize")?);
        let mut checkpoint = proof.nested_open("checkpoint")?;
        let (text, at) = (checkpoint.str("signedNote")?, checkpoint.pointer("signedNote"));
        let note = base64::decode_standard(text)
            .map_err(|error| ReceiptError::Base64 { pointer: at.clone(), error })?;
        let note = String::from_utf8(note)
            .map_err(|_| checkpoint.invalid("signedNote", "base64 of a text in UTF-8", "other bytes"))?;
        Ok(Receipt { uuid, index, root, hashes, size, checkpoint: Place::Inline(note) })
    }

    /// The id of the entry: the hash of its leaf, perhaps after the id of the tree.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// Where the entry is said to be.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Where its checkpoint is.
    pub fn checkpoint(&self) -> &Place {
        &self.checkpoint
    }

    /// Whether this may be the entry that the receipt is for, by its id alone.
    pub fn is_of(&self, entry: &Entry) -> bool {
        self.uuid.ends_with(&entry.leaf_hash().hex())
    }

    /// Verifies that `body`, the entry's own, is in the tree whose head `note` is
    /// signed by the log that has this key.
    pub fn included(&self, entry: &Entry, note: &Note, log: &LogKey) -> Result<Included, ReceiptError> {
        if !self.is_of(entry) {
            let leaf = entry.leaf_hash().hex();
            return Err(ReceiptError::Uuid { uuid: self.uuid.clone(), leaf });
        }
        let signed = log.checkpoint(note).map_err(InclusionError::Head)?;
        if self.root != signed.root().bytes() {
            let (stated, signed) = (encode_hex(&self.root), signed.root().hex());
            return Err(InclusionError::Root { stated, signed }.into());
        }
        if let Some(stated) = self.size.filter(|size| *size != signed.size()) {
            return Err(InclusionError::Size { stated, signed: signed.size() }.into());
        }
        let included = signed.includes(&entry.leaf_hash(), self.index, &self.hashes);
        Ok(included.map_err(InclusionError::Proof)?)
    }

    /// The note inside of it.
    pub fn inline_note(&self) -> Option<Result<Note, HeadError>> {
        match &self.checkpoint {
            Place::Inline(text) => {
                Some(Note::parse(text.as_bytes()).map_err(|error| HeadError::Checkpoint(error.into())))
            }
            Place::Path(_) => None,
        }
    }
}

/// Entries as Rekor's interface gives them: `{"<uuid>": {body, integratedTime,
/// logID, logIndex, verification: {inclusionProof, signedEntryTimestamp}}}`.
pub(super) fn api_entries(value: &Value) -> Result<Vec<(String, Entry)>, ReceiptError> {
    let fields = Fields::open(value, "")?;
    let mut entries = Vec::new();
    for (uuid, _) in fields.object_itself().iter() {
        let mut named = Fields::open(value, "")?;
        let mut entry = named.nested_open(uuid)?;
        let body = decoded(&mut entry, "body")?;
        let log = entry.str("logID")?;
        let log_id = decode_hex(log).ok_or_else(|| entry.invalid("logID", "hexadecimal", log))?;
        let index = entry.u64("logIndex")?;
        let seconds = entry.u64("integratedTime")?;
        let time = i64::try_from(seconds).ok().and_then(|seconds| UnixTime::new(seconds, 0).ok());
        let time = time.ok_or_else(|| entry.invalid("integratedTime", "a time", &seconds.to_string()))?;
        let (mut promise, mut proof) = (None, None);
        if let Some(mut verification) = entry.opt_nested_open("verification")? {
            if verification.opt_str("signedEntryTimestamp")?.is_some() {
                promise = Some(decoded(&mut verification, "signedEntryTimestamp")?);
            }
            if let Some(mut stated) = verification.opt_nested_open("inclusionProof")? {
                let (index, size) = (stated.u64("logIndex")?, stated.u64("treeSize")?);
                let (root, hashes) = (hex(&mut stated, "rootHash")?, hexes(&mut stated)?);
                let note = stated.opt_str("checkpoint")?.filter(|note| !note.is_empty());
                if let Some(found) = note.map(str::len).filter(|found| *found > limits::NOTE_BYTES_MAX) {
                    let (pointer, max) = (stated.pointer("checkpoint"), limits::NOTE_BYTES_MAX);
                    return Err(ReceiptError::TooLong { pointer, found, max });
                }
                proof = Some(InclusionProof::of(index, size, root, hashes, note.map(str::to_owned)));
            }
        }
        entries.push((uuid.to_owned(), Entry::of(log_id, index, Some(time), promise, proof, body)));
    }
    Ok(entries)
}

/// 64 digits, or 80 with the tree before them.
fn uuid(fields: &mut Fields<'_>) -> Result<String, ShapeError> {
    let text = fields.str("uuid")?;
    let sound = matches!(text.len(), 64 | 80) && decode_hex(text).is_some();
    match sound {
        true => Ok(text.to_owned()),
        false => Err(fields.invalid("uuid", "64 or 80 digits of lower-case hexadecimal", text)),
    }
}

fn hex(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, ShapeError> {
    let text = fields.str(name)?;
    let bytes = decode_hex(text).filter(|bytes| bytes.len() == 32);
    bytes.ok_or_else(|| fields.invalid(name, "64 digits of lower-case hexadecimal", text))
}

fn hexes(fields: &mut Fields<'_>) -> Result<Vec<Vec<u8>>, ReceiptError> {
    let texts = fields.strings("hashes")?;
    let (found, max) = (texts.len(), limits::MERKLE_PATH_MAX);
    if found > max {
        return Err(ReceiptError::TooLong { pointer: fields.pointer("hashes"), found, max });
    }
    let read = |text: &&str| {
        let bytes = decode_hex(text).filter(|bytes| bytes.len() == 32);
        bytes.ok_or_else(|| fields.invalid("hashes", "64 digits of lower-case hexadecimal each", text))
    };
    Ok(texts.iter().map(read).collect::<Result<_, _>>()?)
}

fn decoded(fields: &mut Fields<'_>, name: &str) -> Result<Vec<u8>, ReceiptError> {
    let text = fields.str(name)?;
    base64::decode_standard(text)
        .map_err(|error| ReceiptError::Base64 { pointer: fields.pointer(name), error })
}

impl Entry {
    /// Reads what Rekor's interface gives: entries by their ids.
    pub fn parse_api(value: &Value) -> Result<Vec<(String, Entry)>, ReceiptError> {
        api_entries(value)
    }

    /// Whether an id is that of this entry: it ends with the hash of the leaf.
    pub fn has_uuid(&self, uuid: &str) -> bool {
        matches!(uuid.len(), 64 | 80) && uuid.ends_with(&self.leaf_hash().hex())
    }
}
