//! The arithmetic, over the attributes as they were received.

use crate::finding::{About, CheckId};

/// What there is to say about `timestamp.signature`.
pub const ABOUT: About = About {
    id: CheckId::TimestampSignature,
    title: "token's signature holds",
    establishes: "The signature over the signed attributes verifies under the key of the bound certificate, and \
        the attributes name the content and its digest.",
    why: "Everything that a token says is worth what its signature is worth.",
    remedy: "Get the token again. If it never verified, the authority's answer was changed on the way or the \
        authority is at fault.",
    clause: "RFC 5652 sections 5.4 and 5.6; RFC 3161 section 2.4.2",
};
