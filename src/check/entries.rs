//! A list of files beside the files that it lists.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::view::CaseView;
use crate::check::{integrity_digest, integrity_missing, integrity_repeated_entry, integrity_size};
use crate::digest::Digest;
use crate::evidence::Item;
use crate::finding::{Book, CheckId};
use crate::listing::Entry;

/// How a list compares with what lies there.
#[derive(Debug, Default)]
pub struct Compared {
    /// Paths that it lists.
    pub listed: BTreeSet<String>,
    /// Paths whose file is not what the list says, with the check that says so.
    pub wrong: BTreeMap<String, CheckId>,
    /// Paths that it lists and that are not there.
    pub missing: BTreeSet<String>,
    /// Paths that it lists twice.
    pub repeated: BTreeSet<String>,
    /// Paths whose digest was not measured.
    pub unmeasured: BTreeSet<String>,
}

impl Compared {
    /// Whether everything that the list says is so.
    pub fn agrees(&self) -> bool {
        self.wrong.is_empty()
            && self.missing.is_empty()
            && self.repeated.is_empty()
            && self.unmeasured.is_empty()
    }
}

/// Compares `entries`, which the item `list` carries, with the files below
/// `base`. `closed` says that a file that is listed must be there. `excused`
/// are digests that a file may have instead of the one listed.
pub fn compare(
    view: &CaseView,
    list: &str,
    base: &str,
    entries: &[Entry],
    closed: bool,
    excused: &BTreeMap<String, Digest>,
    book: &mut Book,
) -> Compared {
    let mut compared = Compared::default();
    for entry in entries {
        let path = below(base, entry.path.as_str());
        if !compared.listed.insert(path.clone()) {
            integrity_repeated_entry::failed(list, &path, entry, book);
            compared.repeated.insert(path);
            continue;
        }
        integrity_repeated_entry::passed(book);
        let found = view.beneath(&path);
        if found.is_empty() {
            integrity_missing::missing(list, &path, entry, closed, book);
            if closed {
                compared.missing.insert(path);
            }
            continue;
        }
        integrity_missing::present(book);
        let excused = excused.get(&path);
        for item in found.iter().map(|found| found.item) {
            let size = integrity_size::examine(list, &path, entry, item, excused, book);
            let digest = integrity_digest::examine(list, &path, entry, item, excused, book);
            match digest {
                Some(false) => drop(compared.wrong.insert(path.clone(), CheckId::IntegrityDigest)),
                _ if !size => drop(compared.wrong.insert(path.clone(), CheckId::IntegritySize)),
                Some(true) => {}
                None => drop(compared.unmeasured.insert(path.clone())),
            }
        }
    }
    compared
}

/// `path` as seen from the root of the case.
pub fn below(base: &str, path: &str) -> String {
    if base.is_empty() { path.to_owned() } else { format!("{base}/{path}") }
}

/// The digest of `item` by the algorithm that the entry uses.
pub fn measured(item: &Item, entry: &Entry) -> Option<Digest> {
    item.digests.get(entry.digest.algorithm())
}
