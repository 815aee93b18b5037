//! Two builds that should be equal are not, and somebody has said why. The list of excuses is the
//! first thing an attacker would like to be on, so an excuse names the exact digest that it excuses
//! and two people who approved it.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::listing::Divergence;

/// What there is to say about `integrity.divergence`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityDivergence,
    title: "divergence allowed by two",
    establishes: "Every file that differs from the manifest's digest is on the signed list of divergences, \
        with exactly the digest found here and with approvals by two different identities of the trust \
        store.",
    why: "An open-ended exception, a placeholder digest or a single approval would allow any content under \
        the name of a known difference.",
    remedy: "Have the divergence explained and approved anew with the true digest, or replace the file by \
        the one that the manifest lists.",
    clause: "docs/formats/files.md, divergences",
};

/// How many distinct identities must agree that a file may differ.
pub const APPROVALS_MIN: usize = 2;

/// Whether a divergence is agreed to by enough identities, and says something.
pub fn examine(item: &str, divergence: &Divergence, approvers: usize, book: &mut Book) -> bool {
    let detail = if divergence.is_placeholder() {
        "the divergence only holds a place"
    } else if approvers < APPROVALS_MIN {
        "too few distinct identities agreed to the divergence"
    } else {
        book.pass(ABOUT.id);
        return true;
    };
    book.find(
        Finding::new(Severity::Failed, ABOUT.id, detail)
            .item(item)
            .expected(format!("{APPROVALS_MIN} approvals of {}", divergence.path))
            .found(format!("{approvers} approvals, {}", divergence.actual))
            .at(divergence.at.clone()),
    );
    false
}
