//! Every bound in the program, each with its reason.
//!
//! A bound is charged per item and never shared between items, so that one
//! hostile file cannot use up what an honest one needs. Exceeding a bound is
//! a finding that names the bound and the value.

// --- names -----------------------------------------------------------------

/// Longest evidence path, in bytes. Linux gives up at 4096.
pub const PATH_BYTES_MAX: usize = 4096;

/// Deepest nesting of directories in an evidence path. Real bundles use under ten.
pub const PATH_DEPTH_MAX: usize = 64;

// --- items -----------------------------------------------------------------

/// Most items in one container. A million tiny files is a stated load; this
/// leaves room above it and stops an archive that only exists to exhaust us.
pub const ITEMS_MAX: usize = 2_000_000;

/// Largest file that is held in memory because its format is understood.
/// The largest real attestations (SBOMs inside DSSE) are about 20 MiB.
pub const STRUCTURED_BYTES_MAX: u64 = 32 << 20;
