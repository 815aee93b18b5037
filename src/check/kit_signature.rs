//! A kit that vouches for itself with a key that it brings along vouches for nothing. The key must
//! be one that this program or the auditor had before.

use crate::finding::{About, CheckId};

/// What there is to say about `kit.signature`.
pub const ABOUT: About = About {
    id: CheckId::KitSignature,
    title: "kit manifest signed by a pinned key",
    establishes: "The kit manifest is signed by a key that is pinned in the binary or was given by \
        argument, for the purpose `kit`.",
    why: "Anybody can make a kit that is consistent in itself; with it he would bring his own roots.",
    remedy: "Compare the fingerprint on the printed page with the one you received on another way. If no \
        key is pinned it is a development kit and says so everywhere.",
    clause: "DSSE protocol; docs/formats/kit.md, signature",
};
