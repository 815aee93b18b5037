//! Many places in a bundle state its root: the manifest, the checksums, the statement's subject,
//! the index. If they may differ, one of them can be chosen for signing and another for reading.

use crate::digest::Digest;
use crate::finding::{About, Book, CheckId, Finding, Severity};

/// What there is to say about `integrity.root`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityRoot,
    title: "computed root is every claimed root",
    establishes: "The root computed from the files here by the named recipe equals every root that the \
        container claims, wherever it claims one.",
    why: "A signature over a root protects the files only if that root is really theirs.",
    remedy: "Compare the places named in the finding. If only the computed root differs, a file or the list \
        was changed after sealing.",
    clause: "StellaOps evidence locker, verify offline (root is the SHA-256 of checksums.txt); RFC 6962 \
        section 2.1",
};

/// Whether a claimed root is the one computed.
pub fn examine(item: &str, member: &str, claimed: Digest, computed: Digest, book: &mut Book) -> bool {
    if claimed == computed {
        book.pass(ABOUT.id);
        return true;
    }
    book.find(
        Finding::new(
            Severity::Failed,
            ABOUT.id,
            "the root that is claimed is not the root of what lies there",
        )
        .item(item)
        .expected(computed.to_string())
        .found(claimed.to_string())
        .at(member),
    );
    false
}

/// The recipe does not fit what lies there.
pub fn impossible(item: &str, why: &str, book: &mut Book) {
    book.find(Finding::new(Severity::Failed, ABOUT.id, format!("no root can be computed: {why}")).item(item));
}
