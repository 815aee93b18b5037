//! Transparency logs: what a log says of its tree, that an entry is in it, and
//! when the log promised to take it in. The forms are described in
//! docs/formats/logs.md.
//!
//! Three proofs, each with a type that only it makes. [`Promised`]: the log
//! signed the entry with a time (a "signed entry timestamp"). [`SignedCheckpoint`]:
//! the log signed the head of its tree. [`Included`]: the entry is in a tree whose
//! head the log signed.
//!
//! How to attack it:
//! - a proof that leads to its own root: the root and the size are those of the
//!   *signed* checkpoint, and what the proof states of them has to agree;
//! - the position in the whole log for that in the tree: the proof goes by its
//!   own index, and each is only used for what it is;
//! - a promise by another log, under a log's id: the id must be the key's, and the
//!   key has to verify;
//! - a body that says less than the entry around it, or another kind: see [`Body`];
//! - a time that nobody signed: Rekor v2 has none, and an unsigned one is never read
//!   as proof;
//! - one log under two names, to be counted twice: whoever counts, counts authorities.

mod body;
mod entry;
mod history;
mod inclusion;
mod key;
mod promise;
mod receipt;
mod spoken;
pub mod tiles;

pub use body::{Body, BodyError, LoggedSignature, Verifier};
pub use entry::{Entry, EntryError, InclusionProof, KindVersion};
pub use history::{Fork, History, Nodes};
pub use inclusion::{Included, InclusionError};
pub use key::{HeadError, LogKey, SignedCheckpoint};
pub use promise::{PromiseError, Promised};
pub use receipt::{Place, Receipt, ReceiptError};
pub use spoken::{TlogConsistency, TlogProof, TlogProofError};

#[cfg(test)]
mod tests;
