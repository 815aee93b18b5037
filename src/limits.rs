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

// --- custody timelines -----------------------------------------------------

/// Longest line of a timeline. A transfer names every item again, so this
/// leaves room for [`CUSTODY_ITEMS_MAX`] items of ordinary names.
pub const CUSTODY_LINE_BYTES_MAX: usize = 4 << 20;

/// Most evidence items that one timeline follows through its transfers. Who
/// has more collects the file that lists them.
pub const CUSTODY_ITEMS_MAX: usize = 16_384;

/// Most bytes of evidence names that one timeline follows, so that the longest
/// names at the largest number stay a few megabytes.
pub const CUSTODY_ITEM_NAME_BYTES_MAX: usize = 4 << 20;

/// Most chains in one file. Each has a state of its own of some kilobytes.
pub const CUSTODY_CHAINS_MAX: usize = 256;

/// How far back a line that comes again is told apart from one that differs.
/// Further back both are only "out of order".
pub const CUSTODY_RECALL_MAX: usize = 512;

/// Most gaps that may still turn out to be lines in the wrong place.
pub const CUSTODY_GAPS_OPEN_MAX: usize = 64;

/// Most signed anchors that one timeline is measured against: a million events
/// in the batches of 1000 that the ledger makes, and some more.
pub const CUSTODY_ANCHORS_MAX: usize = 4096;

/// Most breaks of one timeline that are kept with their particulars; further
/// ones are counted. Whoever repairs a timeline begins with the first.
pub const BREAKS_KEPT_MAX: usize = 100;

/// Most events kept for display at each end of a timeline.
pub const EVENTS_KEPT_MAX: usize = 500;

/// Most handovers kept for display; further ones are counted.
pub const HANDOVERS_KEPT_MAX: usize = 500;

/// Longest text quoted from a line of a timeline, in bytes.
pub const CUSTODY_QUOTE_BYTES_MAX: usize = 160;
