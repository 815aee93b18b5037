//! A file is added that nobody listed. Nothing signed has changed, every digest is right, and the
//! new `setup.sh` lies among the signed ones as if it belonged.

use crate::finding::{About, CheckId};

/// What there is to say about `integrity.unlisted`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityUnlisted,
    title: "no unlisted file",
    establishes: "A closed container holds no file outside its list, apart from those few that cannot list \
        themselves; these are named in the report with their digests.",
    why: "What lies in a sealed container is taken for part of it, by people and by installers that take \
        whole directories.",
    remedy: "Find out where the file comes from. If an operating system dropped it, have the container \
        copied again without it; the original stays as it is.",
    clause: "RFC 8493 section 3 (valid, complete); docs/formats/classification.md, closed and open",
};
