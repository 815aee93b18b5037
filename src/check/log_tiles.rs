//! Tiles are the tree itself. They can be hashed again, and have to come to the head that the log signed.

use crate::finding::{About, CheckId, Finding, Severity};

/// What there is to say about `log.tiles`.
pub const ABOUT: About = About {
    id: CheckId::LogTiles,
    title: "tiles come to the signed root",
    establishes: "Every tile that is there agrees with every other one, entries with the hashes of leaves and \
        these with the tiles above, and together they come to the root of the checkpoint.",
    why: "A tile that was exchanged could prove any entry to whoever takes the tiles for the tree.",
    remedy: "Export the tiles again from the log or its mirror, for the size that the checkpoint states.",
    clause: "C2SP tlog-tiles; RFC 6962 section 2.1",
};

/// Tiles that do not belong together, or not to this head.
pub fn failed(error: &str) -> Finding {
    Finding::new(Severity::Failed, ABOUT.id, error)
}

/// Not all is there that it takes to come to the root.
pub fn missing(error: &str) -> Finding {
    Finding::new(Severity::NotEstablished, ABOUT.id, error)
}

/// The root follows from tiles of higher levels; there are leaves that nobody looked at.
pub fn unseen(leaf: u64) -> Finding {
    Finding::new(
        Severity::Note,
        ABOUT.id,
        format!("the leaves from {leaf} on are only hashes of hashes here"),
    )
}
