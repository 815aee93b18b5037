//! Statements and manifests that we make. Pure: what goes in decides what
//! comes out, byte for byte.

pub mod snapshot;

use crate::wire::canonical;
use crate::wire::json::Value;

/// How every JSON file of ours is written: RFC 8785 and one line feed.
///
/// # Panics
/// If `value` has no canonical form. Ours are made of strings and of sizes
/// below 2^53.
pub(crate) fn json_line(value: &Value) -> Vec<u8> {
    let mut bytes = canonical::to_bytes(value).expect("strings and sizes have a canonical form");
    bytes.push(b'\n');
    bytes
}
