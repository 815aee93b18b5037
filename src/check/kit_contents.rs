//! One file of the kit is exchanged on the way: the policy loosened, a root added, the instruction
//! sheet changed. The kit is a closed container like any other.

use crate::finding::{About, CheckId};

/// What there is to say about `kit.contents`.
pub const ABOUT: About = About {
    id: CheckId::KitContents,
    title: "kit is complete and unchanged",
    establishes: "Every file that the signed kit manifest lists is present with its digest and size, and \
        there is no other file.",
    why: "Whoever can change the policy or the roots of a kit decides all verdicts given with it.",
    remedy: "Get the kit again from where it was issued and compare the digest of the whole archive on \
        another way.",
    clause: "docs/formats/kit.md, manifest",
};
