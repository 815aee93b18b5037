//! Items that are not what they claim to be, each fault under its own check.

use crate::check::view::CaseView;
use crate::check::{
    artifact_vouched, format_base64, format_der, format_lines, format_shape, json_depth,
    json_duplicate_member, json_member_case, json_syntax, json_trailing, json_utf8, timestamp_granted,
    timestamp_signer, tool_fault, trust_evidence_supplied,
};
use crate::claim::{Claim, ClaimError};
use crate::evidence::{Item, Kind};
use crate::finding::{Book, CheckId, Finding, Severity};

type Catch = (CheckId, fn(&ClaimError) -> bool);

/// The checks of grammar, in the order in which a reader meets the faults.
const JSON: [Catch; 6] = [
    (CheckId::JsonUtf8, json_utf8::catches),
    (CheckId::JsonSyntax, json_syntax::catches),
    (CheckId::JsonDepth, json_depth::catches),
    (CheckId::JsonDuplicateMember, json_duplicate_member::catches),
    (CheckId::JsonTrailing, json_trailing::catches),
    (CheckId::JsonMemberCase, json_member_case::catches),
];
const FORMAT: [Catch; 6] = [
    (CheckId::TimestampGranted, timestamp_granted::catches),
    (CheckId::TimestampSigner, timestamp_signer::catches),
    (CheckId::FormatDer, format_der::catches),
    (CheckId::FormatBase64, format_base64::catches),
    (CheckId::FormatLines, format_lines::catches),
    (CheckId::FormatShape, format_shape::catches),
];

/// The check under which a fault of reading is reported.
pub fn check_of(error: &ClaimError) -> CheckId {
    let catches = JSON.iter().chain(&FORMAT).find(|(_, catches)| catches(error));
    catches.map_or(CheckId::FormatShape, |(id, _)| *id)
}

/// Writes down whether one of several things in an item could be read; gives the
/// check that caught it where it could not.
fn part(item: &Item, at: Option<&str>, error: Option<&ClaimError>, book: &mut Book) -> Option<CheckId> {
    let Some(error) = error else {
        passed(item.kind, book);
        return None;
    };
    let finding = fault(error).item(item.path.as_str());
    let at: Vec<&str> = at.into_iter().chain(finding.at.as_deref()).collect();
    let at = Some(at.join(", ")).filter(|text| !text.is_empty());
    book.find(Finding { at, ..finding });
    Some(check_of(error))
}

/// Writes down what could be read and what could not; returns the items of a
/// declared type that could not, with the check that caught each.
pub fn examine(view: &CaseView, book: &mut Book) -> Vec<(usize, CheckId)> {
    let mut refused = Vec::new();
    for (index, claim) in view.claims.iter().enumerate() {
        let item = view.item(index);
        let path = item.path.as_str();
        match claim {
            None => {
                book.find(tool_fault::broke("reading").item(path));
                refused.push((index, CheckId::ToolFault));
            }
            Some(Err(error)) => {
                let mut finding = fault(error);
                if item.size == 0 {
                    finding.found = Some("an empty file".to_owned());
                }
                book.find(finding.item(path));
                refused.push((index, check_of(error)));
            }
            Some(Ok(Claim::Envelopes(envelopes))) => {
                for one in envelopes {
                    let error = one.envelope.as_ref().err();
                    refused.extend(part(item, one.at.as_deref(), error, book).map(|check| (index, check)));
                }
            }
            Some(Ok(Claim::Bundles(bundles))) => {
                for one in bundles {
                    let error = one.bundle.as_ref().err();
                    refused.extend(part(item, one.at.as_deref(), error, book).map(|check| (index, check)));
                }
            }
            Some(Ok(Claim::Certificates(_))) => {
                passed(item.kind, book);
                trust_evidence_supplied::material(path, book);
            }
            Some(Ok(Claim::Supplied(what))) => trust_evidence_supplied::shown(what, path, book),
            Some(Ok(Claim::Nothing)) => {
                if item.kind == Kind::Debris && !view.is_closed() {
                    artifact_vouched::debris(path, book);
                }
                if item.kind == Kind::Executable {
                    trust_evidence_supplied::shown("a program", path, book);
                }
            }
            Some(Ok(_)) => passed(item.kind, book),
        }
    }
    refused
}

fn fault(error: &ClaimError) -> Finding {
    let mut finding = Finding::new(Severity::Failed, check_of(error), error.to_string());
    finding.expected = error.expected().map(str::to_owned);
    match error.place() {
        Some(place) => finding.at(place),
        None => finding,
    }
}

/// An item of a declared type was read without a fault.
fn passed(kind: Kind, book: &mut Book) {
    if matches!(kind, Kind::Certificate | Kind::Crl | Kind::OcspResponse | Kind::TimestampToken) {
        book.pass(CheckId::FormatDer);
        if kind == Kind::TimestampToken {
            book.pass(CheckId::TimestampGranted);
        }
        return;
    }
    let json = !matches!(
        kind,
        Kind::ChecksumsText
            | Kind::DigestList(_)
            | Kind::BagDeclaration
            | Kind::BagManifest(_)
            | Kind::BagTagManifest(_)
            | Kind::DetachedSignature
            | Kind::MinisignSignature
            | Kind::SshSignature
            | Kind::GitObject
            | Kind::Checkpoint
            | Kind::TlogProof
            | Kind::TlogConsistency
            | Kind::SignetReceipts
    );
    if json {
        JSON.iter().for_each(|(id, _)| book.pass(*id));
    } else {
        book.pass(CheckId::FormatLines);
    }
    if matches!(
        kind,
        Kind::DsseEnvelope
            | Kind::DsseLines
            | Kind::BundleSignature
            | Kind::DetachedSignature
            | Kind::MinisignSignature
            | Kind::SshSignature
    ) {
        book.pass(CheckId::FormatBase64);
    }
    book.pass(CheckId::FormatShape);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::evidence::{Options, Source, collect};

    #[test]
    fn a_reader_that_breaks_hides_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.dsse.json"), "{}").unwrap();
        std::fs::write(folder.path().join("b.dsse.json"), "{").unwrap();
        let evidence = collect(vec![Source::Path(folder.path().into())], &Options::default()).unwrap();
        let mut view = CaseView::new(0, &evidence.cases[0]);
        view.claims[0] = check::guarded(|| panic!("as if by a bug"));
        let mut book = Book::default();
        assert_eq!(examine(&view, &mut book), [(0, CheckId::ToolFault), (1, CheckId::JsonSyntax)]);
        let fault = book.findings.iter().find(|finding| finding.check == CheckId::ToolFault).unwrap();
        assert_eq!((fault.severity, fault.item.as_deref()), (Severity::NotEstablished, Some("a.dsse.json")));
    }
}
