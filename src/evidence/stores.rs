//! Databases that hold a timeline: read when everything beside them was.

use std::sync::Arc;

use crate::custody::prx::store::{self, Files};
use crate::custody::{Format, Roster};

use super::{Case, Kind, Options};

/// What stands at the end of the names of files that belong to a database.
const BESIDE: [&str; 3] = ["-journal", "-shm", "-wal"];

/// Reads the ledgers of a case that are databases.
pub(super) fn settle(case: &mut Case, options: &Options<'_>) {
    let nobody = || Arc::new(Roster::new(&[]));
    let ledgers: Vec<usize> =
        (0..case.items.len()).filter(|index| case.items[*index].kind == Kind::PrxStore).collect();
    let mut parts = Vec::new();
    for index in ledgers {
        let item = &case.items[index];
        let path = item.path.as_str();
        // A file that belongs to a database is none itself.
        let whole = BESIDE.iter().find_map(|end| path.strip_suffix(end));
        if whole.is_some_and(|whole| case.items.iter().any(|one| one.path.as_str() == whole)) {
            continue;
        }
        let Some(main) = item.content.clone() else { continue };
        let beside = |end: &str| {
            let name = format!("{path}{end}");
            case.items.binary_search_by(|one| one.path.as_str().cmp(&name)).ok()
        };
        let content = |end: &str| beside(end).and_then(|at| case.items[at].content.clone());
        let (wal, journal) = (content("-wal"), content("-journal"));
        let files = Files { main: &main, wal: wal.as_deref(), journal: journal.as_deref() };
        let roster = options.roster.cloned().unwrap_or_else(nobody);
        let timeline = store::walk(files, &roster, options.pins);
        parts.extend(BESIDE.iter().filter_map(|end| beside(end)));
        let item = &mut case.items[index];
        (item.kind, item.timelines) = (Kind::Timeline(Format::PrxDerivations), vec![timeline]);
    }
    for item in &mut case.items {
        // What belongs to no ledger is a file like any other.
        if item.kind == Kind::PrxStore {
            item.kind = Kind::Artifact;
        }
    }
    for part in parts {
        case.items[part].kind = Kind::PrxStore;
    }
}
