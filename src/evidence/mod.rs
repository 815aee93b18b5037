//! What lies there: names, kinds, sizes and digests, and the content of what
//! has a structure. Nothing here is trusted, and nothing here decides anything.
//!
//! ```text
//! scan     names and sizes; bounded structured items are read whole, and hashed
//!          from the same buffer, so that what is parsed is what was hashed
//! demand   which algorithms besides SHA-256 the lists and signatures ask for
//! measure  every other byte once, with all that is demanded of it
//! ```

mod archive;
mod case;
mod classify;
mod collect;
mod demand;
mod faults;
mod files;
mod hashing;
mod item;
mod layout;
mod measure;
mod names;
mod source;
mod stores;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::custody::{Pin, Roster};
use crate::digest::AlgorithmSet;

pub use case::{Case, CaseFormat, Closure, Compression, Cut, Effect, Evidence, Fault, FaultKind, Form};
pub use classify::{certificates_of, continued, is_named};
pub use collect::collect;
pub use item::{Item, Kind};

/// Where evidence is taken from.
pub enum Source {
    /// A file, a directory or an archive.
    Path(std::path::PathBuf),
    /// A tar stream, compressed or not.
    Stdin(Box<dyn std::io::Read + Send>),
}

/// Told how far the reading is. Called from several threads.
pub trait Progress: Sync {
    /// More bytes and items than known before are to be read.
    fn expect(&self, bytes: u64, items: u64);
    /// So many bytes and items were read.
    fn advance(&self, bytes: u64, items: u64);
}

/// How to read, and what is asked for besides what the evidence asks for.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// How many threads may work; 0 counts as 1. Never changes what is found.
    pub jobs: usize,
    /// Who is told how far it is.
    pub progress: Option<&'a dyn Progress>,
    /// Who may act in a timeline; nobody where there is none.
    pub roster: Option<&'a Arc<Roster>>,
    /// Heads of timelines that someone noted outside the evidence.
    pub pins: &'a [Pin],
    /// Measured of every file: the algorithms of `--artifact ALG:HEX`.
    pub artifacts: AlgorithmSet,
    /// Measured of a file beside which a detached signature lies: what
    /// [`crate::proof::detached::demanded`] says of the keys of the trust store.
    pub signed: AlgorithmSet,
    /// Whether such a file is held whole, up to
    /// [`crate::limits::SIGNED_BYTES_MAX`]: a key of the trust store signs
    /// content rather than digests (Ed25519, HMAC).
    pub signed_whole: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            jobs: 1,
            progress: None,
            roster: None,
            pins: &[],
            artifacts: AlgorithmSet::EMPTY,
            signed: AlgorithmSet::EMPTY,
            signed_whole: true,
        }
    }
}

/// Why there is no evidence to speak of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// A path that was named leads nowhere.
    #[error("nothing is found at {path}")]
    Missing {
        /// As it was given.
        path: String,
    },
    /// No source was named.
    #[error("no evidence was named")]
    NoSource,
    /// Standard input can be read once.
    #[error("standard input was named more than once")]
    StdinTwice,
}
