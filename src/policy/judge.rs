//! From what was established to what follows.
//!
//! The judge sees the ledger and never the evidence. A subject is worth the
//! worst of what it needs, a case the worst of its subjects and of itself as a
//! container, the report the worst of its cases. What was not established
//! counts as nothing.

use std::collections::BTreeSet;

use super::{Approval, Group, Policy, WithoutPinnedHead};
use crate::anchor::Persons;
use crate::fact::{CaseLedger, Ledger, Means, Subject, SubjectKind};
use crate::finding::{Book, CheckId, Severity};

/// One of three values; the order is from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Everything that is needed was established.
    Verified,
    /// Something that is needed was not established.
    Inconclusive,
    /// Something is wrong.
    Rejected,
}

impl Status {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Verified => "verified",
            Status::Inconclusive => "inconclusive",
            Status::Rejected => "rejected",
        }
    }
}

/// A value, and the checks that decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The value.
    pub status: Status,
    /// The checks that kept it from being better; for `verified`, those that
    /// carried it.
    pub by: BTreeSet<CheckId>,
}

/// The judgements on everything in a ledger.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// On the whole.
    pub whole: Judgement,
    /// On each subject, in the order of the ledger.
    pub subjects: Vec<Judgement>,
    /// On each case, in the order of the ledger.
    pub cases: Vec<Judgement>,
}

/// Judges.
pub fn judge(ledger: &Ledger, policy: &Policy, persons: &Persons) -> Verdict {
    let subjects: Vec<Judgement> =
        ledger.subjects.iter().map(|subject| on_subject(subject, ledger, policy, persons)).collect();
    let cases: Vec<Judgement> = ledger
        .cases
        .iter()
        .enumerate()
        .map(|(index, case)| on_case(index, case, ledger, &subjects, policy))
        .collect();
    let whole = match worst(cases.iter().chain(&subjects)) {
        Some(judgement) if !ledger.subjects.is_empty() => judgement,
        // Nothing was asked about: nothing follows.
        Some(judgement) if judgement.status == Status::Rejected => judgement,
        _ => Judgement { status: Status::Inconclusive, by: BTreeSet::from([CheckId::ArtifactVouched]) },
    };
    Verdict { whole, subjects, cases }
}

fn on_subject(subject: &Subject, ledger: &Ledger, policy: &Policy, persons: &Persons) -> Judgement {
    let mut rejected = subject.rejected_by.clone();
    let mut open = subject.held_by.clone();
    for (case, _) in &subject.places {
        // A container that is not whole takes down what came from it.
        rejected.extend(&ledger.cases[*case].broken_by);
    }
    let mut carried = BTreeSet::new();
    if subject.kind == SubjectKind::Timeline {
        let accepted = policy.without_pinned_head == WithoutPinnedHead::AsFarAsItGoes;
        let cut = accepted && open.remove(&CheckId::CustodyCompleteness);
        carried.insert(if cut { CheckId::CustodyLink } else { CheckId::CustodyCompleteness });
    }
    if subject.kind == SubjectKind::Container && !subject.needs_voucher {
        carried.insert(CheckId::IntegrityDigest);
    }
    match subject.kind {
        SubjectKind::TimestampToken => drop(carried.insert(CheckId::TimestampAuthority)),
        SubjectKind::GitObject => drop(carried.insert(CheckId::SignatureSsh)),
        SubjectKind::LogHead => drop(carried.insert(CheckId::LogCheckpoint)),
        SubjectKind::LogProof => drop(carried.insert(CheckId::LogInclusion)),
        SubjectKind::Record => drop(carried.insert(CheckId::CustodyRecord)),
        SubjectKind::TimeAnchor => drop(carried.insert(CheckId::TimeAnchor)),
        SubjectKind::Certificate => drop(carried.insert(CheckId::CertificatePath)),
        SubjectKind::Revocation => drop(carried.insert(CheckId::RevocationSignature)),
        _ => {}
    }
    if subject.needs_voucher {
        let good = subject.approved_by(&approving(policy));
        let distinct = persons.distinct(good.iter());
        let enough = distinct.len() >= policy.threshold as usize;
        if enough {
            carried.insert(match subject.kind {
                SubjectKind::Container => CheckId::IntegritySigned,
                SubjectKind::Attestation => CheckId::SignatureDsse,
                _ => CheckId::ArtifactVouched,
            });
        } else {
            rejected.extend(&subject.standing.failed);
            rejected.extend(&subject.doubted_by);
            open.extend(&subject.standing.open);
            open.extend(subject.standing.held.values());
            let explained = !rejected.is_empty() || !open.is_empty();
            open.extend(shortfall(subject, distinct.len(), explained));
        }
    }
    // A timeline has no voucher, and a commit neither: who acted in it is who can be asked for.
    let acted = persons.distinct(&subject.standing.good).len();
    let too_few = matches!(subject.kind, SubjectKind::Timeline | SubjectKind::GitObject)
        && acted < policy.threshold as usize
        && policy.threshold > 1;
    if too_few || !short_of_groups(subject, policy, persons).is_empty() {
        open.insert(CheckId::SignatureThreshold);
    }
    for (check, severity) in &subject.claims {
        match severity {
            Severity::Failed => rejected.insert(*check),
            _ => open.insert(*check),
        };
    }
    if !rejected.is_empty() {
        Judgement { status: Status::Rejected, by: rejected }
    } else if !open.is_empty() {
        Judgement { status: Status::Inconclusive, by: open }
    } else {
        Judgement { status: Status::Verified, by: carried }
    }
}

/// The groups of which too few vouch for `subject`, and how many do. Whatever
/// needs a voucher needs them: an artifact, a container, an attestation alone; of
/// a timeline, whoever signed events in it.
pub fn short_of_groups<'p>(
    subject: &Subject,
    policy: &'p Policy,
    persons: &Persons,
) -> Vec<(&'p Group, usize)> {
    let kinds = [SubjectKind::Artifact, SubjectKind::Container, SubjectKind::Attestation];
    let vouching = match subject.kind {
        SubjectKind::Timeline => persons.distinct(&subject.standing.good),
        kind if subject.needs_voucher && kinds.contains(&kind) => {
            persons.distinct(&subject.approved_by(&approving(policy)))
        }
        _ => return Vec::new(),
    };
    let found = |group: &Group| persons.distinct(&group.identities).intersection(&vouching).count();
    let groups = policy.groups.iter().map(|group| (group, found(group)));
    groups.filter(|(group, found)| *found < group.threshold as usize).collect()
}

/// The check that stands for too few vouchers. Whoever signed an attestation in
/// vain is a better reason than that nobody signed it.
fn shortfall(subject: &Subject, distinct: usize, explained: bool) -> Option<CheckId> {
    match (subject.kind, distinct) {
        (SubjectKind::Container, _) => Some(CheckId::IntegritySigned),
        (SubjectKind::Attestation, 0) => (!explained).then_some(CheckId::SignatureDsse),
        // Nowhere at hand: it was asked for by digest.
        (_, 0) if subject.places.is_empty() => Some(CheckId::ArtifactDemanded),
        (_, 0) => Some(CheckId::ArtifactVouched),
        _ => Some(CheckId::SignatureThreshold),
    }
}

/// The kinds of words that the policy lets approve.
pub fn approving(policy: &Policy) -> BTreeSet<Means> {
    let means = |approval: &Approval| match approval {
        Approval::InTotoLayout => Means::Layout,
        Approval::PlainSignature => Means::Signature,
        Approval::SignedList => Means::List,
        Approval::SignedManifest => Means::Manifest,
        Approval::SlsaProvenance => Means::Provenance,
        Approval::Promotion => Means::Promotion,
        Approval::Vsa => Means::Summary,
    };
    policy.approving.iter().map(means).collect()
}

/// The checks that the policy requires and that examined nothing, neither in
/// this case nor in the run as a whole.
pub fn unmet(case: &CaseLedger, ledger: &Ledger, policy: &Policy) -> BTreeSet<CheckId> {
    let ran = |book: &Book, check: &CheckId| {
        book.coverage.get(check).is_some_and(|coverage| coverage.examined() > 0)
    };
    let required = policy.required_checks.iter().copied();
    required.filter(|check| !ran(&case.book, check) && !ran(&ledger.book, check)).collect()
}

fn on_case(
    index: usize,
    case: &CaseLedger,
    ledger: &Ledger,
    subjects: &[Judgement],
    policy: &Policy,
) -> Judgement {
    let own = ledger
        .subjects
        .iter()
        .zip(subjects)
        .filter(|(subject, _)| subject.places.iter().any(|(c, _)| *c == index));
    let mut all: Vec<Judgement> = own.map(|(_, judgement)| judgement.clone()).collect();
    if !case.broken_by.is_empty() {
        all.push(Judgement { status: Status::Rejected, by: case.broken_by.clone() });
    }
    if all.is_empty() {
        // Only things that speak about other cases, or nothing at all.
        let coverage = case.book.coverage.iter();
        let failed: BTreeSet<CheckId> =
            coverage.filter(|(_, coverage)| coverage.failed > 0).map(|(check, _)| *check).collect();
        all.push(if !failed.is_empty() {
            Judgement { status: Status::Rejected, by: failed }
        } else if case.speaks {
            Judgement { status: Status::Verified, by: BTreeSet::new() }
        } else {
            Judgement { status: Status::Inconclusive, by: BTreeSet::from([CheckId::ArtifactVouched]) }
        });
    }
    let unmet = unmet(case, ledger, policy);
    if !unmet.is_empty() {
        all.push(Judgement { status: Status::Inconclusive, by: unmet });
    }
    worst(all.iter()).expect("there is at least one")
}

/// The worst status, with everything that decided it.
fn worst<'a>(judgements: impl Iterator<Item = &'a Judgement>) -> Option<Judgement> {
    let mut worst: Option<Judgement> = None;
    for judgement in judgements {
        match &mut worst {
            Some(so_far) if so_far.status == judgement.status => so_far.by.extend(&judgement.by),
            Some(so_far) if so_far.status > judgement.status => {}
            _ => worst = Some(judgement.clone()),
        }
    }
    worst
}
