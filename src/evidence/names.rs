//! The names of one container, all together.
//!
//! How it would be attacked: one name twice, so that two readers take two
//! contents; a name that is a file and a directory; names that become one on
//! another system (`README` and `readme`, two compositions of `ü`).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use unicode_casefold::{Locale, UnicodeCaseFold, Variant};
use unicode_normalization::UnicodeNormalization;

use crate::limits;
use crate::path::EvidencePath;

use super::demand::Want;
use super::faults::Faults;
use super::{Fault, FaultKind, Item};

/// Sorts `items`, keeps the first of each name, and records what is wrong with
/// the names. `folders` are the directories that were named as such.
pub(super) fn settle(items: &mut Vec<Item>, mut folders: Vec<EvidencePath>, faults: &mut Faults) {
    items.sort_by(|a, b| a.path.cmp(&b.path)); // stable: the first one stays the first
    let mut from = 0;
    while from < items.len() {
        let same = items[from..].iter().take_while(|item| item.path == items[from].path).count();
        if same > 1 {
            let found = format!("{same} members of this name");
            let fault = Fault::of(items[from].path.as_str(), FaultKind::DuplicateName, found);
            faults.add(fault.expected("one; the first is shown"));
        }
        from += same;
    }
    items.dedup_by(|b, a| a.path == b.path);
    folders.sort();
    folders.dedup();
    files_that_are_folders(items, &folders, faults);
    folded(items, faults);
    items.shrink_to_fit();
}

fn files_that_are_folders(items: &[Item], folders: &[EvidencePath], faults: &mut Faults) {
    let is_file = |path: &str| items.binary_search_by(|item| item.path.as_str().cmp(path)).is_ok();
    let mut both: Vec<&str> = folders.iter().map(EvidencePath::as_str).filter(|f| is_file(f)).collect();
    let mut last = "";
    for item in items {
        // The files of a directory mostly stand together.
        let mut folder = item.path.parent();
        if folder == last {
            continue;
        }
        last = folder;
        while !folder.is_empty() {
            if is_file(folder) {
                both.push(folder);
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
    both.sort_unstable();
    both.dedup();
    for path in both {
        let fault = Fault::of(path, FaultKind::DuplicateName, "a file and a directory of this name");
        faults.add(fault.expected("one of them"));
    }
}

/// Finds names that are equal after NFC and simple case folding.
fn folded(items: &[Item], faults: &mut Faults) {
    let mut hashes: Vec<(u64, u32)> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let index = u32::try_from(index).expect("limits::ITEMS_MAX is below u32::MAX");
        hashes.push((hash(item.path.as_str()), index));
    }
    hashes.sort_unstable();
    let mut from = 0;
    while from < hashes.len() {
        let same = hashes[from..].iter().take_while(|(hash, _)| *hash == hashes[from].0).count();
        if same > 1 {
            let path = |at: usize| items[hashes[at].1 as usize].path.as_str();
            let mut names: Vec<(String, &str)> =
                (from..from + same).map(|at| (fold(path(at)), path(at))).collect();
            names.sort_unstable();
            for pair in names.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
                let fault = Fault::of(
                    pair[1].1,
                    FaultKind::FoldedName,
                    "equal in another letter case or composition",
                );
                faults.add(fault.expected(format!("a name other than {}", pair[0].1)));
            }
        }
        from += same;
    }
}

fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    if path.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        path.hash(&mut hasher);
    } else {
        fold(path).hash(&mut hasher);
    }
    hasher.finish()
}

fn fold(path: &str) -> String {
    path.nfc().case_fold_with(Variant::Simple, Locale::NonTurkic).nfc().collect()
}

/// Whether more is wanted of `item` than was measured.
pub(super) fn is_unmet(item: &Item, want: Want) -> bool {
    let whole = want.whole && item.kind.is_artifact() && item.size <= limits::SIGNED_BYTES_MAX;
    !want.algorithms.without(item.digests.algorithms()).is_empty() || (whole && item.content.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Kind;

    fn check(files: &[&str], folders: &[&str], expected: &[&str]) {
        let path = |name: &&str| EvidencePath::new(name.as_bytes()).unwrap();
        let mut items: Vec<Item> = files
            .iter()
            .enumerate()
            .map(|(size, name)| Item {
                path: path(name),
                kind: Kind::Artifact,
                size: size as u64,
                digests: Default::default(),
                content: None,
                timelines: Vec::new(),
            })
            .collect();
        let mut faults = Faults::default();
        settle(&mut items, folders.iter().map(path).collect(), &mut faults);
        let found: Vec<String> =
            faults.finish().into_iter().map(|f| format!("{} {}", f.kind.id(), f.path.unwrap())).collect();
        assert_eq!(found, expected);
        assert!(items.windows(2).all(|pair| pair[0].path < pair[1].path));
        // The first of two stays.
        assert!(
            items.iter().all(|item| files[..item.size as usize].iter().all(|f| *f != item.path.as_str()))
        );
    }

    #[test]
    fn clean() {
        check(&["b", "a", "a.b", "c/d", "c/e"], &["c", "empty"], &[]);
    }

    #[test]
    fn twice() {
        check(&["a", "b", "a"], &[], &["intake.duplicate-name a"]);
        check(&["a"], &["a"], &["intake.duplicate-name a"]);
        check(&["a", "a-b", "a/b/c"], &[], &["intake.duplicate-name a"]);
        check(&["x/a", "x/a/b"], &[], &["intake.duplicate-name x/a"]);
    }

    #[test]
    fn folding() {
        check(&["README", "readme"], &[], &["intake.folded-name readme"]);
        check(&["D/a", "d/a"], &[], &["intake.folded-name d/a"]);
        check(&["\u{fc}", "u\u{308}"], &[], &["intake.folded-name \u{fc}"]);
        check(&["\u{212a}", "k", "K"], &[], &["intake.folded-name k", "intake.folded-name \u{212a}"]);
        check(&["\u{3c3}", "\u{3c2}"], &[], &["intake.folded-name \u{3c3}"]);
        // Full folding would make one of these; simple folding does not.
        check(&["stra\u{df}e", "strasse"], &[], &[]);
    }
}
