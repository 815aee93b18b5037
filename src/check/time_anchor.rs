//! `verification: passed`, says the file about itself.

use crate::finding::{About, CheckId};

/// What there is to say about `time.anchor`.
pub const ABOUT: About = About {
    id: CheckId::TimeAnchor,
    title: "time anchor holds",
    establishes: "A `time-anchor.json` names a time that a token proves: the token's digest is the one named, it \
        is by a known authority, and the time is its.",
    why: "The anchor tells a machine without a clock how late it is. A false one makes stale evidence \
        fresh.",
    remedy: "Get the anchor again together with its token. The member `verification` in it is a claim of \
        whoever wrote it, and is not used.",
    clause: "docs/interop-stellaops.md, time anchors",
};
