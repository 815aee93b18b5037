//! Three signatures by one person, under three names, with an old key and a new one. Counting
//! signatures or key ids makes a committee of him; counting identities does not.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::path;

/// What there is to say about `signature.threshold`.
pub const ABOUT: About = About {
    id: CheckId::SignatureThreshold,
    title: "enough distinct identities",
    establishes: "As many different identities of the trust store as the policy demands have signed for \
        this subject. An identity with several keys counts once, and one key under two names counts once.",
    why: "A single stolen key, or a single bribed person, would meet a requirement that was meant for \
        several.",
    remedy: "See in the report who signed and who was not counted and why; ask the missing parties for \
        their signatures.",
    clause: "DSSE protocol, multi-signature verification (at least t of n unique keys); docs/verdict.md, \
        thresholds",
};

/// Too few of a group that the policy names vouch for `item`.
pub fn group(item: Option<&str>, name: &str, distinct: usize, threshold: u32, book: &mut Book) {
    let detail = format!("too few of the group {} vouch for this", path::escape(name.as_bytes()));
    let mut finding = Finding::new(Severity::NotEstablished, ABOUT.id, detail)
        .expected(threshold.to_string())
        .found(distinct.to_string());
    finding.item = item.map(str::to_owned);
    book.find(finding);
}

/// Whether `distinct` identities are as many as are asked for.
pub fn examine(item: &str, distinct: usize, threshold: usize, any: bool, book: &mut Book) {
    if distinct >= threshold {
        book.pass(ABOUT.id);
    } else if any {
        book.find(
            Finding::new(
                Severity::NotEstablished,
                ABOUT.id,
                "fewer distinct identities signed than are asked for",
            )
            .item(item)
            .expected(threshold.to_string())
            .found(distinct.to_string()),
        );
    } else {
        book.skip(ABOUT.id, "nobody who is trusted signed");
    }
}

/// Signers are asked for, and this is a thing that none of them signs.
pub fn nobody(path: &str, book: &mut Book) {
    let detail = "signers are asked for, and a single object has none of them";
    book.find(Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(path));
}
