//! A key is good for a time. A signature after its end may be the thief's, who found the old key in
//! the waste; and who cannot show when it was made cannot show that it was before.

use crate::finding::{About, CheckId};

/// What there is to say about `trust.window`.
pub const ABOUT: About = About {
    id: CheckId::TrustWindow,
    title: "within the authority's window",
    establishes: "The proven time of each signature lies inside the window of the authority and key that \
        made it, with the whole of its uncertainty. Wholly outside is failed; across an edge, or with no \
        proven time where one is needed, is not established.",
    why: "Retired keys are guarded less than current ones, and claimed dates can be chosen freely.",
    remedy: "Look for a proof of time (a time-stamp token or log entry) by another authority. If there is \
        none, have the artifact signed again by a current key.",
    clause: "docs/verdict.md, time; docs/formats/trust.md, windows; RFC 5280 section 4.1.2.5",
};
