//! A certificate that two programs read in two ways is a forger's best tool. So there is one
//! spelling, and it is read to its end.

use crate::claim::ClaimError;
use crate::finding::{About, CheckId};

/// What there is to say about `format.der`.
pub const ABOUT: About = About {
    id: CheckId::FormatDer,
    title: "DER keeps its form",
    establishes: "Every certificate, revocation list, OCSP response and time-stamp token is one DER structure (BER \
        where RFC 3161 tokens may be), read to its last byte.",
    why: "Two readers that make different things of the same bytes are how forged certificates pass: a \
        signature is over bytes, and meaning is read out of them.",
    remedy: "Look at the offset that the finding names. Get the object again from whoever issued it; a copy \
        that was cut or had its line ends changed is the usual cause.",
    clause: "X.690 section 10; RFC 5280 section 4.1; RFC 3161 section 2.4.2; RFC 6960 section 4.2.1",
};

/// Whether the fault is one of DER.
pub fn catches(error: &ClaimError) -> bool {
    error.is_der()
}
