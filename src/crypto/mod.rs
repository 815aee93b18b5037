//! Keys, signatures and message authentication codes.
//!
//! Nothing here knows a file format beyond the spellings of a key, and
//! nothing here decides whether a key is to be believed.

pub mod key;
pub mod mac;
pub mod pss;
pub mod schnorr;
pub mod signature;
#[cfg(test)]
pub(crate) mod vectors;
