//! A receipt names an entry and has neither its body nor the size of the tree. The entry has to lie beside it.

use crate::digest::Digest;
use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.receipt`.
pub const ABOUT: About = About {
    id: CheckId::LogReceipt,
    title: "receipt and entry belong together",
    establishes: "The body of the entry that a receipt is for is at hand, its hash is the one in the id of the \
        entry, and the checkpoint is in the receipt or beside it.",
    why: "A receipt of StellaOps holds a path without the leaf it begins at. By itself it would fit any entry that \
        somebody claims.",
    remedy: "Export the evidence again with the pack of entries (`tlog/entries`), or put the entry as Rekor gives \
        it beside the receipt.",
    clause: "StellaOps rekor-receipt schema; Rekor, entry ids",
};

/// The entry is not at hand.
pub fn without_entry(uuid: &str) -> Finding {
    let detail = "the receipt has neither leaf nor tree size, and the entry that it is for is not at hand";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(uuid)
}

/// The checkpoint is not at hand.
pub fn without_checkpoint(path: &str) -> Finding {
    let detail = "the checkpoint that the receipt names is not at hand";
    Finding::new(Severity::NotEstablished, ABOUT.id, detail).expected(crate::path::escape(path.as_bytes()))
}

/// The id is that of another entry.
pub fn other(uuid: &str, leaf: &Digest) -> Finding {
    let detail = "the id does not end with the hash of the entry";
    Finding::new(Severity::Failed, ABOUT.id, detail)
        .expected(leaf.hex())
        .found(crate::path::escape(uuid.as_bytes()))
}

/// The receipt is not for this entry.
pub fn failed(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}
