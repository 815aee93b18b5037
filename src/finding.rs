//! What a check has to say: its id, how it ended, and what it found.
//!
//! A finding is data. What is wrong stands in it (found, expected, where);
//! why it matters and what to do is written once per check, in [`About`].

use std::collections::BTreeMap;
use std::fmt;

use crate::limits;

macro_rules! check_ids {
    ($($variant:ident = $text:literal,)*) => {
        /// The name of a check: the same word in reports, files, vectors and docs/checks.md.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CheckId {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl CheckId {
            /// Every check there is, in the order of the report.
            pub const ALL: &[CheckId] = &[$(CheckId::$variant,)*];

            /// The id as reports spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(CheckId::$variant => $text,)* }
            }
        }
    };
}

// Sorted by their text, so that the derived order is the order of the report.
check_ids! {
    ArtifactDemanded = "artifact.demanded",
    ArtifactVouched = "artifact.vouched",
    CertificatePath = "certificate.path",
    CertificateSct = "certificate.sct",
    CertificateWindow = "certificate.window",
    CustodyActor = "custody.actor",
    CustodyAnchor = "custody.anchor",
    CustodyCase = "custody.case",
    CustodyCompleteness = "custody.completeness",
    CustodyDuplicate = "custody.duplicate",
    CustodyFork = "custody.fork",
    CustodyGap = "custody.gap",
    CustodyGenesis = "custody.genesis",
    CustodyHandover = "custody.handover",
    CustodyHash = "custody.hash",
    CustodyHead = "custody.head",
    CustodyLeaf = "custody.leaf",
    CustodyLink = "custody.link",
    CustodyOrder = "custody.order",
    CustodyRecord = "custody.record",
    CustodyRedaction = "custody.redaction",
    CustodyRehash = "custody.rehash",
    CustodyShape = "custody.shape",
    CustodySignature = "custody.signature",
    CustodyTime = "custody.time",
    FormatBase64 = "format.base64",
    FormatDer = "format.der",
    FormatLines = "format.lines",
    FormatShape = "format.shape",
    GitHistory = "git.history",
    GitObject = "git.object",
    IntakeArchiveTail = "intake.archive-tail",
    IntakeChanged = "intake.changed",
    IntakeCompression = "intake.compression",
    IntakeDuplicateName = "intake.duplicate-name",
    IntakeExpansion = "intake.expansion",
    IntakeFoldedName = "intake.folded-name",
    IntakeItemCount = "intake.item-count",
    IntakeItemSize = "intake.item-size",
    IntakeLink = "intake.link",
    IntakePath = "intake.path",
    IntakeSecondMember = "intake.second-member",
    IntakeSparse = "intake.sparse",
    IntakeSpecialFile = "intake.special-file",
    IntakeTarChecksum = "intake.tar-checksum",
    IntakeTarHeaders = "intake.tar-headers",
    IntakeTruncated = "intake.truncated",
    IntakeUnreadable = "intake.unreadable",
    IntakeWindow = "intake.window",
    IntegrityDigest = "integrity.digest",
    IntegrityDivergence = "integrity.divergence",
    IntegrityMediaType = "integrity.media-type",
    IntegrityMissing = "integrity.missing",
    IntegrityPayloadMatches = "integrity.payload-matches",
    IntegrityRecipe = "integrity.recipe",
    IntegrityRepeatedEntry = "integrity.repeated-entry",
    IntegrityRoot = "integrity.root",
    IntegritySigned = "integrity.signed",
    IntegritySize = "integrity.size",
    IntegrityUnlisted = "integrity.unlisted",
    JsonDepth = "json.depth",
    JsonDuplicateMember = "json.duplicate-member",
    JsonMemberCase = "json.member-case",
    JsonSyntax = "json.syntax",
    JsonTrailing = "json.trailing",
    JsonUtf8 = "json.utf8",
    KitBinary = "kit.binary",
    KitContents = "kit.contents",
    KitSignature = "kit.signature",
    LayoutExpiry = "layout.expiry",
    LayoutInspection = "layout.inspection",
    LayoutRule = "layout.rule",
    LayoutSignature = "layout.signature",
    LayoutStep = "layout.step",
    LogCheckpoint = "log.checkpoint",
    LogConsistency = "log.consistency",
    LogEntry = "log.entry",
    LogInclusion = "log.inclusion",
    LogKnown = "log.known",
    LogPresence = "log.presence",
    LogPromise = "log.promise",
    LogReceipt = "log.receipt",
    LogTiles = "log.tiles",
    LogTime = "log.time",
    LogWitness = "log.witness",
    RevocationFreshness = "revocation.freshness",
    RevocationPresence = "revocation.presence",
    RevocationSignature = "revocation.signature",
    RevocationStatus = "revocation.status",
    SignatureAlgorithm = "signature.algorithm",
    SignatureBarePayload = "signature.bare-payload",
    SignatureDetached = "signature.detached",
    SignatureDsse = "signature.dsse",
    SignatureIdentity = "signature.identity",
    SignatureSharedKey = "signature.shared-key",
    SignatureSigstore = "signature.sigstore",
    SignatureSsh = "signature.ssh",
    SignatureThreshold = "signature.threshold",
    StatementClaims = "statement.claims",
    StatementLaunch = "statement.launch",
    StatementPredicateType = "statement.predicate-type",
    StatementShape = "statement.shape",
    StatementSubject = "statement.subject",
    TimeAnchor = "time.anchor",
    TimestampAuthority = "timestamp.authority",
    TimestampGranted = "timestamp.granted",
    TimestampImprint = "timestamp.imprint",
    TimestampOrder = "timestamp.order",
    TimestampSignature = "timestamp.signature",
    TimestampSigner = "timestamp.signer",
    TimestampValidity = "timestamp.validity",
    ToolFault = "tool.fault",
    TrustDevelopment = "trust.development",
    TrustDistrusted = "trust.distrusted",
    TrustEvidenceSupplied = "trust.evidence-supplied",
    TrustFreshness = "trust.freshness",
    TrustKnownSigner = "trust.known-signer",
    TrustNarrowing = "trust.narrowing",
    TrustPurpose = "trust.purpose",
    TrustSequence = "trust.sequence",
    TrustWindow = "trust.window",
}

impl CheckId {
    /// The check of that name.
    pub fn parse(text: &str) -> Option<CheckId> {
        CheckId::ALL.iter().copied().find(|id| id.as_str() == text)
    }

    /// What StellaOps calls its failures. Reports never use these names.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            CheckId::LogCheckpoint => &["ERR_REKOR_CHECKPOINT_INVALID"],
            CheckId::LogInclusion => &["ERR_REKOR_PROOF_INVALID"],
            CheckId::LogReceipt => &["ERR_REKOR_REFERENCE_UNCOVERED"],
            CheckId::LogTiles => {
                &["ERR_REKOR_ROOT_MISMATCH", "ERR_REKOR_TILE_DIGEST_MISMATCH", "ERR_REKOR_TILE_MISSING"]
            }
            _ => &[],
        }
    }

    /// The check of that name, or the one that StellaOps calls so.
    pub fn parse_or_alias(text: &str) -> Option<CheckId> {
        let alias = || CheckId::ALL.iter().copied().find(|id| id.aliases().contains(&text));
        CheckId::parse(text).or_else(alias)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What there is to know about a check, each sentence written once and used by
/// `explain`, the table, the other outputs and docs/checks.md.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Which check.
    pub id: CheckId,
    /// A title of a few words.
    pub title: &'static str,
    /// What a pass establishes.
    pub establishes: &'static str,
    /// Why it matters: what an attacker or an accident would otherwise reach.
    pub why: &'static str,
    /// What a person does when it fails or cannot be established.
    pub remedy: &'static str,
    /// The clause of the standard or format that asks for it.
    pub clause: &'static str,
}

/// How an examination of one thing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Computed, and wrong.
    Failed,
    /// Could not be established either way.
    NotEstablished,
    /// Worth knowing; decides nothing.
    Note,
}

impl Severity {
    /// The word in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Failed => "failed",
            Severity::NotEstablished => "not-established",
            Severity::Note => "note",
        }
    }
}

impl Severity {
    /// How much it weighs, in the three words that other tools know.
    pub fn severity_word(self) -> &'static str {
        match self {
            Severity::Failed => "error",
            Severity::NotEstablished => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing that one check found. The field order is the total order in which
/// findings are reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// Which check.
    pub check: CheckId,
    /// The item it concerns, or `None` for the case as a whole.
    pub item: Option<String>,
    /// What is wrong: lower case, no advice.
    pub detail: String,
    /// What was expected, where that can be said.
    pub expected: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
    /// Where in the item: a line, an offset, a JSON pointer.
    pub at: Option<String>,
}

impl Finding {
    /// A finding with a detail only.
    pub fn new(severity: Severity, check: CheckId, detail: impl Into<String>) -> Finding {
        Finding { severity, check, item: None, detail: detail.into(), expected: None, found: None, at: None }
    }

    /// The same about `item`.
    pub fn item(mut self, item: impl Into<String>) -> Finding {
        self.item = Some(item.into());
        self
    }

    /// The same with what was expected.
    pub fn expected(mut self, expected: impl Into<String>) -> Finding {
        self.expected = Some(expected.into());
        self
    }

    /// The same with what was found.
    pub fn found(mut self, found: impl Into<String>) -> Finding {
        self.found = Some(found.into());
        self
    }

    /// The same with a place.
    pub fn at(mut self, at: impl Into<String>) -> Finding {
        self.at = Some(at.into());
        self
    }
}

/// How many things a check examined and how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Passed.
    pub passed: u64,
    /// Computed and wrong.
    pub failed: u64,
    /// Could not be established.
    pub not_established: u64,
    /// Left out, with the reason: why -> how many.
    pub skipped: BTreeMap<&'static str, u64>,
}

impl Coverage {
    /// Everything that was looked at.
    pub fn examined(&self) -> u64 {
        self.passed + self.failed + self.not_established
    }
}

/// The findings and the coverage of one case, as the checks write them.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// By check.
    pub coverage: BTreeMap<CheckId, Coverage>,
    /// In no order yet; the report sorts them.
    pub findings: Vec<Finding>,
    /// How many findings of a check were counted and not kept.
    pub left_out: BTreeMap<CheckId, u64>,
    /// The worst that findings which were not kept said of an item.
    pub marks: BTreeMap<String, Severity>,
}

impl Book {
    /// One thing passed `check`.
    pub fn pass(&mut self, check: CheckId) {
        self.pass_many(check, 1);
    }

    /// `count` things passed `check`.
    pub fn pass_many(&mut self, check: CheckId, count: u64) {
        self.coverage.entry(check).or_default().passed += count;
    }

    /// One thing was not looked at by `check`.
    pub fn skip(&mut self, check: CheckId, why: &'static str) {
        *self.coverage.entry(check).or_default().skipped.entry(why).or_default() += 1;
    }

    /// A finding, counted by its severity. A note counts as passed: the thing
    /// was examined and what was found decides nothing.
    pub fn find(&mut self, finding: Finding) {
        let coverage = self.coverage.entry(finding.check).or_default();
        match finding.severity {
            Severity::Failed => coverage.failed += 1,
            Severity::NotEstablished => coverage.not_established += 1,
            Severity::Note => coverage.passed += 1,
        }
        self.findings.push(finding);
        self.bound();
    }

    /// Keeps what the report will list: the first of their order. Cutting early
    /// and often leaves the same ones as cutting once at the end.
    fn bound(&mut self) {
        if self.findings.len() < limits::FINDINGS_HELD_MAX {
            return;
        }
        self.findings.sort();
        self.findings.dedup();
        for finding in self.findings.drain(limits::FINDINGS_MAX.min(self.findings.len())..) {
            *self.left_out.entry(finding.check).or_default() += 1;
            if let Some(item) = finding.item.filter(|_| finding.severity != Severity::Note) {
                let worst = self.marks.entry(item).or_insert(finding.severity);
                *worst = (*worst).min(finding.severity);
            }
        }
    }

    /// Something worth knowing about a thing that is counted otherwise.
    pub fn note(&mut self, finding: Finding) {
        debug_assert_eq!(finding.severity, Severity::Note);
        self.findings.push(finding);
        self.bound();
    }

    /// `count` more things ended like that, and their findings are not kept.
    pub fn left_out(&mut self, check: CheckId, severity: Severity, count: u64) {
        if count == 0 {
            return;
        }
        let coverage = self.coverage.entry(check).or_default();
        match severity {
            Severity::Failed => coverage.failed += count,
            Severity::NotEstablished => coverage.not_established += count,
            Severity::Note => coverage.passed += count,
        }
        *self.left_out.entry(check).or_default() += count;
    }

    /// Takes over what another examination wrote.
    pub fn merge(&mut self, other: Book) {
        for (check, theirs) in other.coverage {
            let ours = self.coverage.entry(check).or_default();
            ours.passed += theirs.passed;
            ours.failed += theirs.failed;
            ours.not_established += theirs.not_established;
            for (why, count) in theirs.skipped {
                *ours.skipped.entry(why).or_default() += count;
            }
        }
        self.findings.extend(other.findings);
        for (check, count) in other.left_out {
            *self.left_out.entry(check).or_default() += count;
        }
        for (item, severity) in other.marks {
            let worst = self.marks.entry(item).or_insert(severity);
            *worst = (*worst).min(severity);
        }
        self.bound();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_unique() {
        assert!(CheckId::ALL.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()));
        for id in CheckId::ALL {
            assert_eq!(CheckId::parse(id.as_str()), Some(*id));
        }
        assert_eq!(CheckId::parse("no.such"), None);
        assert_eq!(CheckId::parse_or_alias("no.such"), None);
        let aliases: Vec<&str> = CheckId::ALL.iter().flat_map(|id| id.aliases()).copied().collect();
        assert_eq!(aliases.len(), 6);
        for alias in aliases {
            let id = CheckId::parse_or_alias(alias).unwrap();
            assert!(id.aliases().contains(&alias) && CheckId::parse(alias).is_none());
        }
    }

    #[test]
    fn cutting_early_keeps_what_cutting_once_keeps() {
        let count = 2 * limits::FINDINGS_HELD_MAX;
        // The worst come last, so that each cut has to give way to them.
        let findings = (0..count).rev().map(|n| {
            let severity = if n % 3 == 0 { Severity::Failed } else { Severity::NotEstablished };
            Finding::new(severity, CheckId::ALL[n % 5], format!("{n:06}")).item(format!("item {}", n % 7))
        });
        let mut all: Vec<Finding> = findings.clone().collect();
        all.sort();
        let mut book = Book::default();
        findings.for_each(|finding| book.find(finding));
        assert!(book.findings.len() < limits::FINDINGS_HELD_MAX);
        book.findings.sort();
        assert_eq!(book.findings[..limits::FINDINGS_MAX], all[..limits::FINDINGS_MAX]);
        let left_out: u64 = book.left_out.values().sum();
        assert_eq!(left_out as usize + book.findings.len(), count);
        // What is not kept is still counted, and still said of its item.
        let failed: u64 = book.coverage.values().map(|coverage| coverage.failed).sum();
        assert_eq!(failed as usize, count.div_ceil(3));
        assert_eq!(book.marks.len(), 7);
        assert!(book.marks.values().all(|severity| *severity == Severity::Failed));
    }
}
