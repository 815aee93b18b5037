//! Rows of signet that were taken out of a log: the archives that its markers
//! name, among the files of the case and nowhere else.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::view::CaseView;
use crate::custody::signet::archive::{self, Archive, ArchiveError, Marker};
use crate::custody::signet::peer::{self, Answer, Lookup, Part};
use crate::custody::{Roster, Timeline};
use crate::digest::encode_hex;
use crate::evidence::{Case, Kind};
use crate::fact::Subject;
use crate::finding::{Book, CheckId, Finding, Severity};

/// The rows of an archive, and where they lie.
pub struct Walked<'v> {
    /// The path of the archive.
    pub path: &'v str,
    /// Its rows.
    pub timeline: Timeline,
}

/// What the archives of a log came to.
#[derive(Default)]
pub struct Examined<'v> {
    /// Those that could be read, in the order of the log.
    pub walked: Vec<Walked<'v>>,
    /// What signet says of log and archives.
    pub answer: Option<Answer>,
}

fn markers(timeline: &Timeline) -> impl Iterator<Item = &Marker> {
    timeline.parts.iter().filter_map(|part| match part {
        Part::Marker(marker) => Some(&**marker),
        Part::Rows(_) => None,
    })
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a log of the case names the item as an archive.
pub fn is_named(case: &Case, index: usize) -> bool {
    let name = base(case.items[index].path.as_str());
    let logs = case.items.iter().flat_map(|item| &item.timelines);
    logs.flat_map(markers).any(|marker| marker.archive == name)
}

/// The archive of that name, if there is one and not several.
fn find(view: &CaseView, name: &str) -> Option<usize> {
    let items = view.case.items.iter().enumerate();
    let mut found =
        items.filter(|(_, item)| item.kind == Kind::SignetArchive && base(item.path.as_str()) == name);
    let (index, _) = found.next()?;
    found.next().is_none().then_some(index)
}

/// Follows every archive of the log at `path`, and holds it against its marker.
pub fn examine<'v>(
    view: &'v CaseView,
    path: &str,
    timeline: &Timeline,
    roster: &Arc<Roster>,
    subject: &mut Subject,
    book: &mut Book,
) -> Examined<'v> {
    let mut read: Vec<(u64, Option<Result<Archive, ArchiveError>>)> = Vec::new();
    let mut walked = Vec::new();
    let mut seen = BTreeSet::new();
    for marker in markers(timeline) {
        let at = format!("line {}", marker.line);
        let mut fault =
            |check: CheckId, severity: Severity, detail: &str, expected: String, found: String| {
                let finding = Finding::new(severity, check, detail.to_owned()).item(path).at(at.clone());
                book.find(finding.expected(expected).found(found));
                match severity {
                    Severity::Failed => subject.rejected_by.insert(check),
                    _ => subject.held_by.insert(check),
                };
            };
        let named = crate::path::escape(marker.archive.as_bytes());
        let expected = format!("{named} with {} rows", marker.count);
        let Some(index) = find(view, &marker.archive) else {
            let detail = "rows lie in an archive that is not here";
            fault(
                CheckId::CustodyGap,
                Severity::NotEstablished,
                detail,
                expected,
                "none of that name".to_owned(),
            );
            read.push((marker.line, None));
            continue;
        };
        let item = view.item(index);
        if !seen.insert(index) {
            let detail = "two markers stand for the same archive";
            fault(CheckId::CustodyDuplicate, Severity::Failed, detail, "each archive once".to_owned(), named);
            read.push((marker.line, None));
            continue;
        }
        let content = item.content.as_deref().unwrap_or_default();
        let archive = archive::read(content, roster, marker.before);
        match &archive {
            Ok(archive) => {
                for (what, root) in [
                    ("the rows", &archive.root),
                    ("the header", &archive.header_root),
                    ("the tree", &archive.tree_root),
                ] {
                    if *root != marker.root {
                        let detail = "the marker names another root than its archive has";
                        let found = format!("{}, of {what}", crate::path::escape(root.as_bytes()));
                        let expected = crate::path::escape(marker.root.as_bytes());
                        fault(CheckId::CustodyAnchor, Severity::Failed, detail, expected, found);
                        break;
                    }
                }
                if archive.count != marker.count {
                    let detail = "the archive has another number of rows than its marker says";
                    fault(
                        CheckId::CustodyAnchor,
                        Severity::Failed,
                        detail,
                        expected,
                        format!("{} rows", archive.count),
                    );
                }
                if archive.last != marker.previous {
                    let shown =
                        |tag: Option<[u8; 32]>| tag.map_or("nothing".to_owned(), |tag| encode_hex(&tag));
                    let detail = "the marker does not follow the last row of its archive";
                    let (expected, found) = (shown(archive.last), shown(marker.previous));
                    fault(CheckId::CustodyLink, Severity::Failed, detail, expected, found);
                }
                if !archive.timeline.parts.is_empty() {
                    let detail = "an archive holds a marker, whose own archive is not looked for";
                    let (expected, found) = ("rows and no marker".to_owned(), named.clone());
                    fault(CheckId::CustodyGap, Severity::NotEstablished, detail, expected, found);
                }
                walked.push(Walked { path: item.path.as_str(), timeline: archive.timeline.clone() });
            }
            Err(error) => {
                let detail = "the archive of the marker is none";
                fault(CheckId::CustodyShape, Severity::Failed, detail, named, error.to_string());
            }
        }
        read.push((marker.line, Some(archive)));
    }
    if read.is_empty() {
        return Examined::default();
    }
    let lookup = |marker: &Marker| match read.iter().find(|(line, _)| *line == marker.line) {
        Some((_, Some(Ok(archive)))) => Lookup::Found(archive),
        Some((_, Some(Err(_)))) => Lookup::Invalid,
        _ => Lookup::Missing,
    };
    Examined { answer: Some(peer::with_archives(&timeline.parts, lookup)), walked }
}
