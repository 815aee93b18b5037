//! Sealing files into containers: snapshots of evidence, and kits.
//!
//! The same input gives the same bytes: names are sorted, and no owner, mode,
//! moment or machine is written. What is read is opened without following
//! links and without blocking; what is written is there whole or not at all.

#![allow(clippy::disallowed_methods, reason = "this room reads what is sealed and writes what is made")]

pub mod container;
pub mod input;
pub mod manifest;
pub mod own;
pub mod pack;
pub mod pinned;
pub mod snapshot;
pub mod status;
pub mod verify;
