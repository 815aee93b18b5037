//! Mechanisms: each takes a claim and what it needs to verify it, and gives a
//! type that only it can make, or the first fault.

mod attempt;
pub mod detached;
pub mod dsse;
pub mod git;
pub mod keeper;
pub mod keri;
pub mod log;
pub mod merkle;
pub mod metablock;
pub mod note;
pub mod timestamp;
pub mod x509;
pub mod revocation;
pub mod sigstore;
pub mod sshsig;
