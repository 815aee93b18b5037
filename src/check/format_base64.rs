//! Base64 has several alphabets, optional padding and unused bits. A tolerant decoder reads many
//! texts as the same bytes, so a file can be changed without its content changing, and two decoders
//! can read different bytes from one text.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};

/// What there is to say about `format.base64`.
pub const ABOUT: About = About {
    id: CheckId::FormatBase64,
    title: "one spelling of base64",
    establishes: "Every base64 text is in the alphabet and padding that its format names, without foreign \
        characters, and with unused bits zero.",
    why: "Texts that differ and decode alike defeat comparison by digest; texts that decode differently in \
        two tools defeat every signature check.",
    remedy: "Ask the producer to encode by the book. A difference here is usually a faulty tool, sometimes \
        an attempt to smuggle.",
    clause: "RFC 4648 sections 3.2, 3.3 and 3.5; DSSE envelope specification (standard or URL-safe \
        alphabet)",
};

/// Whether the fault is one of base64.
pub fn catches(error: &ClaimError) -> bool {
    error.is_base64()
}
