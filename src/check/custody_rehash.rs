//! Evidence changes hands and nobody looks whether it is still the same. The receiving party must
//! hash anew what it received, and the new digest must be the one from before.

use crate::finding::{About, CheckId};

/// What there is to say about `custody.rehash`.
pub const ABOUT: About = About {
    id: CheckId::CustodyRehash,
    title: "re-hash at each transfer",
    establishes: "At each transfer the evidence was hashed again, and the digests are those recorded at the \
        transfer before; the last ones are those of the evidence given here, where it is given.",
    why: "Without it, the time and place of an exchange cannot be narrowed down: the chain of hands is \
        whole and the thing in the hands is another.",
    remedy: "Look for the transfer between which the digest changed, and speak to its two parties. If no \
        re-hash was made, say so in your report; it cannot be made up for.",
    clause: "docs/formats/custody.md, transfer",
};
