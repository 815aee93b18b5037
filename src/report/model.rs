//! What a report holds, in the order in which it is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::Identity;
use crate::digest::{Digest, Hasher};
use crate::fact::{CaseLedger, Fact, Subject, TimelineLine};
use crate::finding::{Book, CheckId, Coverage, Finding, Severity};
use crate::limits;
use crate::policy::{Judgement, Status};
use crate::verify::Outcome;
use crate::wire::json::Value;

/// Everything around the outcome that a reader needs in order to repeat it.
#[derive(Clone, Debug)]
pub struct About {
    /// Every option that can touch the verdict, as understood.
    pub request: Value,
    /// The time of validation.
    pub at: At,
    /// The kit that the binary belongs to.
    pub kit: Option<KitLine>,
    /// `id`, `digest`, `source` of the policy.
    pub policy: (String, Digest, String),
    /// The trust store.
    pub trust: TrustLine,
}

/// The time of validation and where it came from.
#[derive(Clone, Debug, Default)]
pub struct At {
    /// RFC 3339, where one was given.
    pub time: Option<String>,
    /// `argument`, `clock` or `none`.
    pub source: &'static str,
}

/// The kit that the binary belongs to.
#[derive(Clone, Debug)]
pub struct KitLine {
    /// Its version.
    pub version: String,
    /// Digest of its trust, policy and rules.
    pub digest: Digest,
    /// Whether it is one for development.
    pub development: bool,
}

/// The trust store, as the report names it.
#[derive(Clone, Debug)]
pub struct TrustLine {
    /// Digest of what is effective.
    pub digest: Digest,
    /// Its sequence.
    pub sequence: Option<u64>,
    /// When it was issued.
    pub issued_at: Option<String>,
    /// `argument`, `kit` or `built-in`.
    pub source: String,
    /// How many authorities it holds.
    pub authorities: u64,
}

/// The whole.
#[derive(Clone, Debug)]
pub struct Report {
    /// What follows.
    pub status: Status,
    /// SHA-256 over the checksums of the cases.
    pub checksum: Digest,
    /// `verified`, `failed`, `unknown` or `none`.
    pub signature: &'static str,
    /// The checks that decided.
    pub rationale: BTreeSet<CheckId>,
    /// How to repeat it.
    pub about: About,
    /// An answer for each thing.
    pub subjects: Vec<SubjectReport>,
    /// What was done where.
    pub cases: Vec<CaseReport>,
    /// Checks and findings of the run as a whole, sorted.
    pub book: Book,
}

/// The answer for one subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectReport {
    /// What it hashes to.
    pub digest: Option<String>,
    /// What sort of thing.
    pub kind: &'static str,
    /// Where it lies.
    pub paths: Vec<String>,
    /// What follows for it.
    pub status: Status,
    /// The checks that decided.
    pub rationale: Vec<CheckId>,
    /// Who vouches, by what.
    pub vouched_by: Vec<(Identity, &'static str)>,
    /// What they signed that names it.
    pub attestations: Vec<String>,
}

/// One case.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// From its content.
    pub id: String,
    /// What follows for it.
    pub status: Status,
    /// Form, format and checksum.
    pub form: &'static str,
    /// The format of the container.
    pub format: &'static str,
    /// SHA-256 over what it holds.
    pub checksum: Digest,
    /// The name under which it was found inside other evidence.
    pub name: Option<String>,
    /// What lies in it.
    pub items: Vec<ItemReport>,
    /// Every check.
    pub checks: Vec<CheckLine>,
    /// Sorted and cut.
    pub findings: Vec<Finding>,
    /// How many were cut.
    pub findings_left_out: u64,
    /// What was established.
    pub facts: Vec<Fact>,
    /// Claimed events.
    pub timeline: Vec<TimelineLine>,
    /// Checks that left something open.
    pub not_established: Vec<CheckId>,
}

/// One item.
#[derive(Clone, Debug)]
pub struct ItemReport {
    /// Its path in the case.
    pub path: String,
    /// What it was taken for.
    pub kind: &'static str,
    /// Its SHA-256.
    pub digest: Digest,
    /// Its length.
    pub size: u64,
    /// `passed`, `failed`, `not-established`, or `skipped` where nothing
    /// examined it.
    pub status: &'static str,
}

/// What one check did in one case.
#[derive(Clone, Debug)]
pub struct CheckLine {
    /// Which.
    pub id: CheckId,
    /// How it went.
    pub coverage: Coverage,
}

impl Report {
    /// From the outcome of a verification.
    pub fn new(outcome: &Outcome, about: About) -> Report {
        let ledger = &outcome.ledger;
        let ids = case_ids(&ledger.cases);
        let prefixes = prefixes(&ledger.cases, &ids);
        let mut subjects: Vec<SubjectReport> = ledger
            .subjects
            .iter()
            .zip(&outcome.verdict.subjects)
            .map(|(subject, judgement)| subject_report(subject, judgement, &prefixes))
            .collect();
        subjects.sort();
        let worst = item_worst(outcome);
        let mut cases: Vec<CaseReport> = ledger
            .cases
            .iter()
            .enumerate()
            .map(|(index, case)| {
                case_report(case, ids[index].clone(), outcome.verdict.cases[index].status, &worst[index])
            })
            .collect();
        cases.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let mut hasher = Hasher::new(crate::digest::AlgorithmSet::only(crate::digest::Algorithm::Sha256));
        for case in &cases {
            hasher.update(format!("{}\n", case.checksum.hex()).as_bytes());
        }
        let checksum = hasher
            .finish()
            .get(crate::digest::Algorithm::Sha256)
            .expect("the one algorithm asked for is computed");
        let mut book = ledger.book.clone();
        book.findings.sort();
        Report {
            status: outcome.verdict.whole.status,
            checksum,
            signature: signature_word(outcome),
            rationale: outcome.verdict.whole.by.clone(),
            about,
            subjects,
            cases,
            book,
        }
    }

    /// The digests of the subjects, each once.
    pub fn subject_digests(&self) -> BTreeSet<&str> {
        self.subjects.iter().filter_map(|subject| subject.digest.as_deref()).collect()
    }

    /// Whether the tool itself broke somewhere.
    pub fn has_fault(&self) -> bool {
        let broke = |book: &[CheckLine]| {
            book.iter().any(|line| line.id == CheckId::ToolFault && line.coverage.not_established > 0)
        };
        self.cases.iter().any(|case| broke(&case.checks))
    }
}

/// One word on all signatures together.
fn signature_word(outcome: &Outcome) -> &'static str {
    let count = |check: CheckId| {
        let mut sum = Coverage::default();
        for case in &outcome.ledger.cases {
            if let Some(coverage) = case.book.coverage.get(&check) {
                sum.passed += coverage.passed;
                sum.failed += coverage.failed;
                sum.not_established += coverage.not_established;
            }
        }
        sum
    };
    let made = [
        CheckId::SignatureDsse,
        CheckId::SignatureBarePayload,
        CheckId::SignatureDetached,
        CheckId::SignatureSsh,
    ]
    .map(count);
    if made.iter().any(|coverage| coverage.failed > 0) {
        "failed"
    } else if made[0].passed + made[2].passed > 0 {
        "verified"
    } else if count(CheckId::TrustKnownSigner).not_established > 0 {
        "unknown"
    } else {
        "none"
    }
}

/// `case-` and the beginning of the checksum; a number where two have the same.
pub(super) fn case_ids(cases: &[CaseLedger]) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    cases
        .iter()
        .map(|case| {
            let id = format!("case-{}", &case.checksum.hex()[..16]);
            let count = seen.entry(id.clone()).or_insert(0);
            *count += 1;
            if *count == 1 { id } else { format!("{id}-{count}") }
        })
        .collect()
}

/// What stands before the paths of a case where the report spans several.
fn prefixes(cases: &[CaseLedger], ids: &[String]) -> Vec<String> {
    let single = cases.len() == 1;
    cases.iter().zip(ids).map(|(_, id)| if single { String::new() } else { format!("{id}:") }).collect()
}

fn subject_report(subject: &Subject, judgement: &Judgement, prefixes: &[String]) -> SubjectReport {
    let mut vouched_by: Vec<(Identity, &'static str)> =
        subject.vouched_by.iter().map(|(identity, means)| (identity.clone(), means.as_str())).collect();
    vouched_by.sort();
    vouched_by.dedup();
    let mut paths: Vec<String> =
        subject.places.iter().map(|(case, path)| format!("{}{path}", prefixes[*case])).collect();
    paths.sort();
    let attestations: BTreeSet<String> =
        subject.attestations.iter().map(|(case, path)| format!("{}{path}", prefixes[*case])).collect();
    SubjectReport {
        attestations: attestations.into_iter().collect(),
        digest: subject.digest.map(|digest| digest.to_string()),
        kind: subject.kind.as_str(),
        paths,
        status: judgement.status,
        rationale: judgement.by.iter().copied().collect(),
        vouched_by,
    }
}

/// By case, the worst that was said of each path.
fn item_worst(outcome: &Outcome) -> Vec<BTreeMap<&str, &'static str>> {
    let ledger = &outcome.ledger;
    let mut worst: Vec<BTreeMap<&str, &'static str>> = ledger.cases.iter().map(|_| BTreeMap::new()).collect();
    for (index, case) in ledger.cases.iter().enumerate() {
        for fact in &case.facts {
            worst[index].insert(fact.item(), "passed");
            if let Fact::Stamped { covers, .. } = fact {
                for path in covers {
                    worst[index].entry(path).or_insert("passed");
                }
            }
        }
    }
    for (subject, judgement) in ledger.subjects.iter().zip(&outcome.verdict.subjects) {
        let word = match judgement.status {
            Status::Verified => "passed",
            Status::Inconclusive => "not-established",
            Status::Rejected => "failed",
        };
        for (case, path) in &subject.places {
            worst[*case].insert(path, word);
        }
    }
    for (index, case) in ledger.cases.iter().enumerate() {
        let kept = case.book.findings.iter();
        let kept = kept.filter_map(|finding| Some((finding.item.as_ref()?, finding.severity)));
        let others = case.book.marks.iter().map(|(item, severity)| (item, *severity));
        for (item, severity) in kept.chain(others) {
            match severity {
                Severity::Failed => worst[index].insert(item, "failed"),
                Severity::NotEstablished if worst[index].get(item.as_str()) != Some(&"failed") => {
                    worst[index].insert(item, "not-established")
                }
                _ => None,
            };
        }
    }
    worst
}

fn case_report(
    case: &CaseLedger,
    id: String,
    status: Status,
    worst: &BTreeMap<&str, &'static str>,
) -> CaseReport {
    let mut findings = case.book.findings.clone();
    findings.sort();
    findings.dedup();
    let hidden: u64 = case.book.left_out.values().sum();
    let cut = findings.len().saturating_sub(limits::FINDINGS_MAX) as u64;
    findings.truncate(limits::FINDINGS_MAX);
    let checks: Vec<CheckLine> = CheckId::ALL
        .iter()
        .map(|id| CheckLine { id: *id, coverage: case.book.coverage.get(id).cloned().unwrap_or_default() })
        .collect();
    let not_established =
        checks.iter().filter(|line| line.coverage.not_established > 0).map(|line| line.id).collect();
    CaseReport {
        id,
        status,
        form: case.form,
        format: case.format,
        checksum: case.checksum,
        name: case.name.clone(),
        items: case
            .items
            .iter()
            .map(|item| ItemReport {
                path: item.path.clone(),
                kind: item.kind,
                digest: item.digest,
                size: item.size,
                status: worst.get(item.path.as_str()).copied().unwrap_or("skipped"),
            })
            .collect(),
        checks,
        findings,
        findings_left_out: cut + hidden,
        facts: case.facts.clone(),
        timeline: case.timeline.clone(),
        not_established,
    }
}
