//! Offline verification of evidence.
//!
//! The data flows one way:
//!
//! ```text
//! evidence::collect  ->  Evidence       what lies there, each byte hashed once
//! verify::verify     ->  Ledger         facts, findings, coverage: every check, every item
//! policy::judge      ->  Verdict        verified, rejected or inconclusive
//! report             ->  bytes          the same on every machine and at every hour
//! ```
//!
//! The modules stand in reading order; each uses only those above it.

#![forbid(unsafe_code)]

pub mod limits;
pub mod time;
pub mod digest;
pub mod path;
pub mod wire;
pub mod crypto;
pub mod anchor;
pub mod proof;
pub mod custody;
pub mod statement;
pub mod listing;
pub mod trust;
pub mod evidence;
pub mod claim;
pub mod fact;
pub mod finding;
pub mod check;
pub mod policy;
pub mod verify;
pub mod report;
pub mod attest;
pub mod sign;
pub mod kit;
pub mod cli;
