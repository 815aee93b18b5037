//! One sequence number, two lines. Readers that keep the first and readers that keep the last tell
//! different stories from the same file.

use crate::finding::{About, CheckId};

/// What there is to say about `custody.duplicate`.
pub const ABOUT: About = About {
    id: CheckId::CustodyDuplicate,
    title: "no repeated sequence number",
    establishes: "No sequence number occurs twice in a chain.",
    why: "With two events under one number, the same file shows one history to the auditor and another to \
        the court's tool.",
    remedy: "Compare both lines with another copy of the timeline, and ask the custodian how the second \
        came about. Merging them by hand destroys the evidence of the fault.",
    clause: "docs/formats/custody.md, sequence; StellaOps `ledger.event.v1`, sequence without gaps from 1",
};
