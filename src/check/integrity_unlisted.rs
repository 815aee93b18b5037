//! A file is added that nobody listed. Nothing signed has changed, every digest is right, and the
//! new `setup.sh` lies among the signed ones as if it belonged.

use std::collections::BTreeSet;

use crate::check::view::CaseView;
use crate::digest::Algorithm;
use crate::evidence::Item;
use crate::finding::{About, Book, CheckId, Finding, Severity};

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

/// Looks for files of a closed container that no list names. `unsure` are names
/// that stand only in a list that nobody trusted signed; `exempt` are the files
/// that cannot list themselves: they are noted with their digests. The worst
/// that was found is returned.
pub fn examine(
    view: &CaseView,
    within: &str,
    listed: &BTreeSet<&str>,
    unsure: &BTreeSet<&str>,
    exempt: &[&str],
    book: &mut Book,
) -> Option<Severity> {
    let mut worst = None;
    for item in view.case.items.iter().filter(|item| item.path.as_str().starts_with(within)) {
        let path = item.path.as_str();
        if listed.contains(path) {
            book.pass(ABOUT.id);
            continue;
        }
        let digest = item.digests.get(Algorithm::Sha256).map(|digest| digest.to_string());
        let (severity, detail) = if exempt.contains(&path) {
            (Severity::Note, "cannot list itself")
        } else if unsure.contains(path) {
            (Severity::NotEstablished, "only a list that nobody trusted signed names this file")
        } else {
            (Severity::Failed, "a file that no list names lies in a closed container")
        };
        if severity != Severity::Note {
            worst = Some(worst.map_or(severity, |worst: Severity| worst.min(severity)));
        }
        let finding = Finding::new(severity, ABOUT.id, detail).item(path);
        book.find(Finding { found: digest, ..finding });
    }
    worst
}

/// A blob of an image layout to which nothing there refers. Layouts may hold such
/// blobs; somebody has to vouch for each.
pub fn unreached(item: &Item, book: &mut Book) {
    let detail = "nothing in the layout refers to this blob";
    book.find(Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item.path.as_str()));
}
