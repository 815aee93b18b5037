//! Objects of git, read without git: what a commit or tag says, who signed it,
//! and the files of a repository that hold them (docs/formats/git.md).
//!
//! How to attack it:
//! - an object under another id than its own: every id is computed anew from the
//!   bytes, whichever index or file name led to them;
//! - a signature that covers less than what is read: what was signed is the object
//!   without its signature header, byte for byte, and that header is looked for
//!   among the headers alone; a second one is refused;
//! - a delta that copies from beyond its base, grows without end, or is based on
//!   itself; an index that points anywhere; a stream that never ends: all bounded;
//! - `refs/replace`, grafts and alternates, which show another history than the one
//!   that was signed: none of them is followed;
//! - two objects of one SHA-1 id. Whoever signs a commit signs its bytes, but those
//!   name trees and parents by SHA-1: see docs/threat-model.md.

pub mod object;
pub mod store;

pub use object::{Commit, Object, ObjectError, ObjectKind, Signature, Tag, Text};
pub use store::{Repository, StoreError};
