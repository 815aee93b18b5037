//! Lists of files with digests: what a manifest or a checksums file says that
//! a container holds. Whether it holds it is for `check::integrity_*` to say.

mod json;
pub mod oci;
mod text;

use crate::digest::Digest;
use crate::path::{EvidencePath, PathError};
use crate::wire::json::JsonError;
use crate::wire::shape::ShapeError;

pub use json::{
    Approval, BundleInfo, DIVERGENCE_TYPE, Divergence, FILES_TYPE, FileManifest, KIT_TYPE, Manifest,
    ManifestForm,
};
pub use text::{Grammar, TextList, parse as parse_text};

/// One file as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it should lie.
    pub path: EvidencePath,
    /// What it should hash to.
    pub digest: Digest,
    /// How long it should be, where the list says.
    pub size: Option<u64>,
    /// Where in the list this stands.
    pub at: String,
}

/// Why a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListingError {
    /// Nothing in it.
    #[error("the list is empty")]
    Empty,
    /// No line feed at the end: it may have been cut.
    #[error("the list ends in the middle of line {line}")]
    Unfinished {
        /// The last line.
        line: usize,
    },
    /// Not UTF-8.
    #[error("line {line} is not UTF-8")]
    Utf8 {
        /// Which line.
        line: usize,
    },
    /// A carriage return, which terminals and other readers treat differently.
    #[error("line {line} contains a carriage return")]
    CarriageReturn {
        /// Which line.
        line: usize,
    },
    /// Neither an entry nor anything else that the grammar knows.
    #[error("line {line} is not of the form '<digest>  <path>'")]
    Line {
        /// Which line.
        line: usize,
    },
    /// A malformed digest.
    #[error("the digest of line {line} is malformed: {reason}")]
    Digest {
        /// Which line or entry.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A refused path.
    #[error("the path of line {line} is refused: {reason}")]
    Path {
        /// Which line or entry.
        line: usize,
        /// Why.
        reason: PathError,
    },
    /// A Merkle recipe that is not known here.
    #[error("the Merkle recipe {found:?} is not one that is known here")]
    Recipe {
        /// What is named.
        found: String,
    },
    /// Not JSON by our strict grammar.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member is missing or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}
