//! A kit with a good manifest and an exchanged binary would read its trust from the manifest that
//! does not speak of it. So the manifest must name the digest of the very program that runs.

use crate::finding::{About, CheckId};

/// What there is to say about `kit.binary`.
pub const ABOUT: About = About {
    id: CheckId::KitBinary,
    title: "kit manifest names this binary",
    establishes: "The signed kit manifest lists the running program with its SHA-256. Only then does the \
        kit's trust store count.",
    why: "Otherwise any program could adopt any kit's trust, or a kit be given another program.",
    remedy: "Check the program as the printed page says (`sha256sum`, `openssl pkeyutl -verify -rawin`), on \
        a machine you trust, before you run anything from the kit.",
    clause: "docs/formats/kit.md, manifest; docs/verdict.md, trust",
};
