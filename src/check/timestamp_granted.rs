//! An authority may answer no. Its refusal is signed by nobody and proves nothing.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};

/// What there is to say about `timestamp.granted`.
pub const ABOUT: About = About {
    id: CheckId::TimestampGranted,
    title: "time stamp granted",
    establishes: "The response carries a token: its status is granted, or granted with modifications.",
    why: "A refusal looks much like a token to whoever only looks for the file.",
    remedy: "Read the authority's own words in the finding and ask it again; the refusal is kept as a record \
        that the attempt was made.",
    clause: "RFC 3161 section 2.4.2",
};

/// Whether the fault is a refusal of the authority.
pub fn catches(error: &ClaimError) -> bool {
    error.is_refusal()
}
