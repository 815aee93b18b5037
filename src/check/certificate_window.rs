//! What was valid then may be expired now, and the other way round: windows are held against
//! proven times, never against a clock.

use crate::finding::{About, CheckId};

/// What there is to say about `certificate.window`.
pub const ABOUT: About = About {
    id: CheckId::CertificateWindow,
    title: "certificate valid at its time",
    establishes: "At the time that is proven (or, for a certificate alone, at `--at`), every certificate of the \
        path was within its validity.",
    why: "An expired certificate is no longer watched: nobody revokes it when its key leaks.",
    remedy: "Look for a time stamp by another authority from before the end of the validity. For a \
        certificate alone give the time that you ask about with `--at`.",
    clause: "RFC 5280 sections 4.1.2.5 and 6.1.3 (a)(2)",
};
