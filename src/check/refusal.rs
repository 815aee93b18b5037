//! What intake refused, as findings, and what follows from it.

use std::collections::BTreeSet;

use crate::check::view::CaseView;
use crate::evidence::{Effect, Fault, FaultKind, Form};
use crate::finding::{Book, CheckId, Finding, Severity};

/// Refusals that concern an archive as a whole: where one occurs, two readers
/// may take two different contents out of it.
const OF_ARCHIVES: [FaultKind; 10] = [
    FaultKind::DuplicateName,
    FaultKind::TarChecksum,
    FaultKind::TarHeaders,
    FaultKind::ArchiveTail,
    FaultKind::Truncated,
    FaultKind::Compression,
    FaultKind::SecondMember,
    FaultKind::Window,
    FaultKind::Expansion,
    FaultKind::ItemCount,
];

/// Refusals after which reading stopped, so that nobody knows what else lies
/// there: where no item is named, they concern the case as a whole.
const STOPPED: [FaultKind; 3] = [FaultKind::ItemCount, FaultKind::ItemSize, FaultKind::Changed];

/// Refusals that only an archive can give cause for.
const ONLY_ARCHIVES: [FaultKind; 8] = [
    FaultKind::Sparse,
    FaultKind::TarChecksum,
    FaultKind::TarHeaders,
    FaultKind::ArchiveTail,
    FaultKind::Truncated,
    FaultKind::Compression,
    FaultKind::SecondMember,
    FaultKind::Window,
];

/// Writes the refusals of one kind into `book` as findings of check `id`.
pub fn examine(view: &CaseView, book: &mut Book, id: CheckId, kind: FaultKind) {
    let faults: Vec<&Fault> = view.case.faults.iter().filter(|fault| fault.kind == kind).collect();
    for fault in &faults {
        let mut finding = Finding::new(severity(view, fault), id, detail(fault));
        finding.item.clone_from(&fault.path);
        finding.found = Some(fault.found.clone()).filter(|text| !text.is_empty());
        finding.expected = Some(fault.expected.clone()).filter(|text| !text.is_empty());
        finding.at = fault.at.map(|offset| format!("byte {offset} of the archive"));
        book.find(finding);
    }
    let archive = matches!(view.case.form, Form::Archive { .. });
    if ONLY_ARCHIVES.contains(&kind) {
        if archive && faults.is_empty() {
            book.pass(id);
        } else if !archive {
            book.skip(id, "not an archive");
        }
    } else {
        book.pass_many(id, view.case.items.len() as u64);
    }
}

fn severity(view: &CaseView, fault: &Fault) -> Severity {
    match (fault.effect, fault.kind) {
        (Effect::Unexamined, _) | (_, FaultKind::Unreadable) => Severity::NotEstablished,
        (_, FaultKind::FoldedName) if !view.is_closed() => Severity::Note,
        _ => Severity::Failed,
    }
}

fn detail(fault: &Fault) -> &'static str {
    match (fault.effect, fault.kind) {
        (Effect::Unexamined, _) => "left unexamined",
        (_, FaultKind::Path) => "the name is refused",
        (_, FaultKind::DuplicateName) => "the name is there twice",
        (_, FaultKind::FoldedName) => "two names differ only in letter case or composition",
        (_, FaultKind::Link) => "a link is refused",
        (_, FaultKind::SpecialFile) => "neither a regular file nor a directory",
        (_, FaultKind::Sparse) => "a sparse member is refused",
        (_, FaultKind::TarChecksum) => "the checksum of a header is wrong",
        (_, FaultKind::TarHeaders) => "the headers of a member are malformed or disagree",
        (_, FaultKind::ArchiveTail) => "something follows the end of the archive",
        (_, FaultKind::Truncated) => "the archive is cut short",
        (_, FaultKind::Compression) => "the compressed data is damaged or of another kind",
        (_, FaultKind::SecondMember) => "a second compressed member follows the first",
        (_, FaultKind::Window) => "the compression window is larger than the limit",
        (_, FaultKind::Expansion) => "expands beyond the limit",
        (_, FaultKind::ItemCount) => "holds more items than the limit",
        (_, FaultKind::ItemSize) => "larger than the limit",
        (_, FaultKind::Changed) => "changed while it was read",
        (_, FaultKind::Unreadable) => "cannot be read",
    }
}

/// The checks by which the case as a container is broken.
pub fn broken_by(view: &CaseView) -> BTreeSet<CheckId> {
    let archive = matches!(view.case.form, Form::Archive { .. });
    view.case
        .faults
        .iter()
        .filter(|fault| severity(view, fault) == Severity::Failed)
        .filter(|fault| {
            view.is_closed()
                || (archive && OF_ARCHIVES.contains(&fault.kind))
                || (fault.path.is_none() && STOPPED.contains(&fault.kind))
        })
        .map(check)
        .collect()
}

/// Refused things, which lie where artifacts lie and were not measured: (path,
/// check, whether it is proven wrong). Nobody can vouch for what has no digest,
/// and whoever unpacks the release gets it nevertheless. The path is empty where
/// the case itself could not be read to its end.
pub fn unmeasured<'v>(view: &'v CaseView) -> impl Iterator<Item = (&'v str, CheckId, Severity)> {
    view.case.faults.iter().filter_map(move |fault| {
        let concerns = match (&fault.path, fault.kind) {
            _ if fault.effect != Effect::Refused => false,
            (None, kind) => kind == FaultKind::Unreadable,
            // Both names are there and were measured.
            (Some(_), FaultKind::FoldedName) => false,
            (Some(_), _) => true,
        };
        let path = fault.path.as_deref().unwrap_or_default();
        concerns.then(|| (path, check(fault), severity(view, fault)))
    })
}

fn check(fault: &Fault) -> CheckId {
    CheckId::parse(fault.kind.id()).expect("every refusal is a check of the same name")
}
