//! What all lists and responses together say about one certificate at one time.
//!
//! A certificate is *revoked* if anything authentic says so. It is *good* if it
//! is not, and something that is authentic, about it, complete as to reasons and
//! recent enough says nothing of it. The asymmetry is deliberate: for guilt the
//! signature and the path of the signer suffice, for innocence the signer's own
//! status must be established, by others.

use super::distribution::{covered, may_speak};
use super::signer::Signed;
use super::source::{Data, Source};
use super::{CertificateStatus, Crl, Reason, ReasonSet, Revoked, ScopeError};
use crate::anchor::{Rules, Standing};
use crate::crypto::key::{KeyError, KeyId, PublicKey};
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::limits;
use crate::proof::x509::path::{Path, PathError};
use crate::proof::x509::{Anchor, Budget, BudgetError, Certificate, Memo, Oid, Work};
use crate::time::{Interval, UnixTime};

/// From when something must be to speak about a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Currency {
    /// thisUpdate is at or after the end of the interval in question: whoever
    /// said it could know of everything until then. This is what evidence of
    /// the past is held to.
    AtOrAfter,
    /// The interval lies between thisUpdate and nextUpdate, as RFC 5280 6.3
    /// and RFC 6960 4.2.2.1 have it for somebody who asks at that moment. A
    /// revocation between thisUpdate and the time in question is not seen.
    Within,
    /// Either: in force at that time, or from later. This is what the time of
    /// validation is held to, of which nothing can be issued afterwards.
    InForce,
}

/// When a delegated responder's own status must be established.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Responders {
    /// Always, unless its certificate says id-pkix-ocsp-nocheck.
    Checked,
    /// The same, but not where its certificate names neither a distribution
    /// point nor a responder. RFC 6960 4.2.2.2.1 leaves that to policy.
    WhereNamed,
}

/// What a question is asked with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What was found.
    pub data: &'a Data,
    /// Where paths of signers may end; RFC 5280 6.3.3 (f): at the anchor of the
    /// path that the certificate in question is on.
    pub anchors: &'a [Anchor],
    /// Certificates that signers may be among, or be issued by.
    pub candidates: &'a [Certificate],
    /// Which algorithms count, and the time of validation.
    pub rules: &'a Rules,
    /// The time that the answer must speak about.
    pub at: Interval,
    /// From when the data must be for that.
    pub currency: Currency,
    /// How responders are held.
    pub responders: Responders,
    /// Signatures that were checked before.
    pub memo: &'a Memo,
    /// Whose word about status counts for nothing.
    pub distrusted: Distrust<'a>,
}

/// Which keys the trust store distrusts: whoever signs with one of them, or
/// below one of them, neither clears nor accuses.
#[derive(Clone, Copy)]
pub struct Distrust<'a>(pub &'a dyn Fn(&PublicKey) -> bool);

impl Distrust<'_> {
    /// No key is distrusted.
    pub const OF_NOBODY: Distrust<'static> = Distrust(&|_| false);
}

impl std::fmt::Debug for Distrust<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Distrust")
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not revoked, as far as that time.
    Good {
        /// What says so.
        by: Vec<Source>,
        /// Until when it can have known of everything.
        this_update: UnixTime,
        /// When more was promised.
        next_update: Option<UnixTime>,
    },
    /// Revoked, at whatever time; what the date and reason excuse is for
    /// whoever asked to say.
    Revoked {
        /// What says so.
        by: Source,
        /// The date of revocation.
        at: UnixTime,
        /// Why, where that is said.
        reason: Option<Reason>,
        /// Since when the key is thought to be in other hands, where that is said.
        invalidity: Option<UnixTime>,
    },
    /// Not revoked when last heard of, which is not recent enough.
    Stale {
        /// What says so.
        by: Vec<Source>,
        /// Until when it can have known of everything.
        this_update: UnixTime,
        /// When more was promised.
        next_update: Option<UnixTime>,
        /// The time that was asked about.
        wanted: Interval,
    },
    /// Nothing at hand speaks about it.
    Missing,
    /// Something does, and none of it can be relied on.
    Indeterminate {
        /// The most telling reason; all are in the [`Examination`].
        why: Box<RefusalError>,
    },
}

/// A list or response that is not relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which.
    pub source: Source,
    /// Why not.
    pub error: RefusalError,
}

/// The answer, and everything that was looked at for it and put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The answer.
    pub answer: Answer,
    /// What speaks about the certificate and is not relied on.
    pub refusals: Vec<Refusal>,
}

/// Why a list or response is not relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusalError {
    /// Nobody at hand has the name of the issuer of a list.
    #[error("no certificate of {name}, which issued the list")]
    NoSigner {
        /// The issuer of the list.
        name: String,
    },
    /// Nobody at hand is the responder.
    #[error("no certificate of the responder")]
    NoResponder,
    /// The signature is not that of whoever is named.
    #[error("{0}")]
    Signature(#[from] SignatureError),
    /// A key of another kind than is known here.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// RFC 5280 4.2.1.3: the key usage of whoever signed a list lacks cRLSign.
    #[error("the key usage of whoever signed the list lacks cRLSign")]
    CrlSign,
    /// RFC 6960 4.2.2.2: the responder's certificate was not made for that.
    #[error("the certificate of the responder lacks the extended key usage OCSPSigning")]
    SigningUsage,
    /// RFC 6960 4.2.2.2: the responder was not named by the issuer itself.
    #[error("the responder is not delegated by the issuer of the certificate")]
    NotDelegated,
    /// Whoever signed the list has the right name, and nothing to do with the
    /// issuer of the certificate.
    #[error("the signer of the list is not of the issuer of the certificate")]
    Apart,
    /// An algorithm that does not count, or not at that time.
    #[error("signed with {algorithm}, which does not count at that time", algorithm = .algorithm.name())]
    Algorithm {
        /// Which.
        algorithm: Algorithm,
        /// How it stands.
        standing: Standing,
    },
    /// There is no path from the signer to the anchor.
    #[error("the certificate of the signer: {0}")]
    Path(Box<PathError>),
    /// The signature was made after the end of the signer's certificate.
    #[error("signed at {signed}, after the end of the signer's certificate at {not_after}")]
    SignerExpired {
        /// The end.
        not_after: UnixTime,
        /// When it was signed, as it says.
        signed: UnixTime,
    },
    /// The key in question is the one that answers, by itself or round about.
    #[error("it is said by whoever is in question")]
    Circular,
    /// The signer is revoked.
    #[error("the signer's certificate is revoked since {at}")]
    SignerRevoked {
        /// Since when.
        at: UnixTime,
    },
    /// The trust store distrusts whoever signed, or somebody above.
    #[error("signed under the key {key}, which is distrusted")]
    Distrusted {
        /// Whose key that is.
        key: KeyId,
    },
    /// Whether the signer is revoked is not known.
    #[error("the status of the signer's certificate is {status}{}", because(.why))]
    SignerStatus {
        /// What is known of it.
        status: &'static str,
        /// Why it is not more.
        why: Option<Box<RefusalError>>,
    },
    /// Signers of signers of signers.
    #[error("more than {max} signers that depend on each other")]
    Depth {
        /// How many are followed.
        max: usize,
    },
    /// The search was given up.
    #[error("{0}")]
    Budget(#[from] BudgetError),
    /// RFC 5280 5.2, RFC 6960 4.4: a critical extension that is not known here.
    #[error("the critical extension {oid} is not known here")]
    Critical {
        /// Which.
        oid: Oid,
    },
    /// RFC 5280 5.3: the same in one of the entries.
    #[error("the critical extension {oid} of an entry is not known here")]
    CriticalInEntry {
        /// Which.
        oid: Oid,
    },
    /// It is authentic, and not about this certificate.
    #[error("{0}")]
    Scope(#[from] ScopeError),
    /// Nothing at hand speaks about all reasons.
    #[error("the lists at hand do not cover all reasons")]
    Reasons,
    /// A delta without the list that it changes.
    #[error("a delta without the list that it continues")]
    DeltaAlone,
    /// The responder does not know the certificate.
    #[error("the responder does not know the certificate")]
    Unknown,
    /// RFC 5280 3.3: entries of expired certificates are taken off.
    #[error(
        "made at {this_update}, after the certificate's end at {not_after}, when it need no longer be listed"
    )]
    AfterEnd {
        /// The end of the certificate.
        not_after: UnixTime,
        /// When the data was made.
        this_update: UnixTime,
    },
    /// It is from after the time of validation.
    #[error("made at {this_update}, after the time of validation {at}")]
    Future {
        /// When the data was made, as it says.
        this_update: UnixTime,
        /// The time of validation.
        at: UnixTime,
    },
}

fn because(why: &Option<Box<RefusalError>>) -> String {
    why.as_ref().map_or_else(String::new, |why| format!(": {why}"))
}

impl RefusalError {
    /// How much further the examination came before it failed.
    fn rank(&self) -> u8 {
        match self {
            RefusalError::NoSigner { .. } | RefusalError::NoResponder => 0,
            RefusalError::Signature(_) | RefusalError::Key(_) => 1,
            RefusalError::CrlSign | RefusalError::SigningUsage | RefusalError::NotDelegated => 2,
            RefusalError::Scope(_) => 3,
            RefusalError::Path(_) | RefusalError::SignerExpired { .. } | RefusalError::Algorithm { .. } => 4,
            RefusalError::Apart => 4,
            RefusalError::Budget(_) => 7,
            RefusalError::DeltaAlone | RefusalError::Reasons => 5,
            _ => 6,
        }
    }

    /// Whether nobody knows what it would have said.
    fn is_given_up(&self) -> bool {
        match self {
            RefusalError::Budget(_) | RefusalError::Depth { .. } => true,
            RefusalError::SignerStatus { why: Some(why), .. } => why.is_given_up(),
            _ => false,
        }
    }

    /// The one that says more.
    pub(super) fn more_telling(self, other: RefusalError) -> RefusalError {
        if other.rank() > self.rank() { other } else { self }
    }
}

impl Answer {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Answer::Good { .. } => "good",
            Answer::Revoked { .. } => "revoked",
            Answer::Stale { .. } => "stale",
            Answer::Missing => "missing",
            Answer::Indeterminate { .. } => "indeterminate",
        }
    }
}

/// Whether `subject`, which `issuer` issued, is revoked.
///
/// `issuer` is the next certificate of a path that holds; whether *it* is revoked
/// is another question, and [`along`] asks it.
pub fn status(
    subject: &Certificate,
    issuer: &Certificate,
    context: &Context<'_>,
    budget: &mut Budget,
) -> Answer {
    examine(subject, issuer, context, budget).answer
}

/// The same, with what was put aside.
pub fn examine(
    subject: &Certificate,
    issuer: &Certificate,
    context: &Context<'_>,
    budget: &mut Budget,
) -> Examination {
    let mut inquiry = Inquiry { context, at: context.at, asked: Vec::new(), settled: &[] };
    inquire(&mut inquiry, subject, issuer, context.at, budget)
}

/// The status of every certificate of a path, the target's first. Signers must
/// have a path to the anchor of this one. The anchor itself is not asked about:
/// whether it is trusted is what the trust store says.
pub fn along(path: &Path, context: &Context<'_>, budget: &mut Budget) -> Vec<Examination> {
    let anchors = std::slice::from_ref(path.anchor());
    let candidates = [path.certificates(), context.candidates].concat();
    let context = Context { anchors, candidates: &candidates, ..*context };
    let certificates = path.certificates();
    let asked = certificates.iter().enumerate().filter(|(_, one)| *one != path.anchor().certificate());
    asked
        .map(|(position, subject)| {
            let settled = &certificates[position + 1..];
            let mut inquiry = Inquiry { context: &context, at: context.at, asked: Vec::new(), settled };
            inquire(&mut inquiry, subject, path.issuer_of(position), context.at, budget)
        })
        .collect()
}

/// One question, and those that led to it.
pub(super) struct Inquiry<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) at: Interval,
    /// The keys in question, of which none can answer.
    pub(super) asked: Vec<Vec<u8>>,
    /// Certificates whose status is asked for elsewhere.
    pub(super) settled: &'a [Certificate],
}

/// Something that says nothing against the certificate.
struct Clear {
    by: Vec<Source>,
    reasons: ReasonSet,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
}

/// An authentic list, and what it says.
struct Heard<'a> {
    crl: &'a Crl,
    signed: Signed,
    entry: Option<Revoked>,
}

/// What was gathered so far.
#[derive(Default)]
struct Findings {
    guilt: Vec<(Source, Revoked)>,
    clear: Vec<Clear>,
    refusals: Vec<Refusal>,
}

pub(super) fn inquire(
    inquiry: &mut Inquiry<'_>,
    subject: &Certificate,
    issuer: &Certificate,
    at: Interval,
    budget: &mut Budget,
) -> Examination {
    let before = std::mem::replace(&mut inquiry.at, at);
    inquiry.asked.push(subject.spki_der().to_vec());
    let mut findings = Findings::default();
    inquiry.ask_lists(subject, issuer, &mut findings, budget);
    inquiry.ask_responses(subject, issuer, &mut findings, budget);
    let answer = inquiry.conclude(&mut findings);
    inquiry.asked.pop();
    inquiry.at = before;
    Examination { answer, refusals: findings.refusals }
}

impl Inquiry<'_> {
    fn ask_lists(
        &mut self,
        subject: &Certificate,
        issuer: &Certificate,
        findings: &mut Findings,
        budget: &mut Budget,
    ) {
        let mut heard: Vec<Heard<'_>> = Vec::new();
        for crl in self.context.data.crls().iter().filter(|crl| may_speak(subject, crl.issuer())) {
            match self.hear(crl, subject, issuer, budget) {
                Ok(one) => heard.push(one),
                Err(error) => {
                    // Whatever lies behind it could not be looked at either.
                    let given_up = matches!(error, RefusalError::Budget(_));
                    findings.refuse(crl.source(), error);
                    if given_up {
                        break;
                    }
                }
            }
        }
        for one in &heard {
            match one.entry {
                Some(Revoked { reason: Some(Reason::RemoveFromCrl), .. }) => {}
                Some(entry) if !(self.is_over(entry) && heard.iter().any(|delta| lifts(delta, one))) => {
                    findings.guilt.push((one.crl.source(), entry));
                }
                _ => {}
            }
            if one.crl.is_delta() {
                if !heard.iter().any(|base| belongs(one, base)) {
                    findings.refuse(one.crl.source(), RefusalError::DeltaAlone);
                }
                continue;
            }
            if let Err(error) = self.clear_by_list(one, &heard, subject, findings) {
                findings.refuse(one.crl.source(), error);
            }
        }
    }

    /// Whether a hold that was taken back is none for the time in question. When
    /// it was taken back is not said, only when it was known: of the past, what
    /// lies before the hold is free of it.
    fn is_over(&self, hold: Revoked) -> bool {
        match self.context.currency {
            Currency::Within | Currency::InForce => true,
            Currency::AtOrAfter => self.at.latest.is_some_and(|latest| latest < hold.at),
        }
    }

    /// A list whose signature holds, and its entry.
    fn hear<'d>(
        &mut self,
        crl: &'d Crl,
        subject: &Certificate,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Heard<'d>, RefusalError> {
        budget.charge(Work::Steps)?;
        let signed = self.list_signer(crl, issuer, budget)?;
        if let Some(oid) = crl.unprocessable() {
            return Err(RefusalError::Critical { oid: oid.clone() });
        }
        if let Some(oid) = crl.unprocessable_entry() {
            return Err(RefusalError::CriticalInEntry { oid: oid.clone() });
        }
        // A list of another issuer speaks for others only if it says so; whether
        // it lists this certificate is then a question of its entries.
        if crl.issuer() != subject.issuer() && !crl.is_indirect() {
            return Err(ScopeError::NotIndirect.into());
        }
        for _ in 0..=crl.entry_count() / limits::CRL_ENTRIES_PER_STEP {
            budget.charge(Work::Steps)?;
        }
        Ok(Heard { crl, signed, entry: crl.lookup(subject.issuer(), subject.serial()) })
    }

    /// What a complete list, alone and with each of its deltas, clears.
    fn clear_by_list(
        &self,
        base: &Heard<'_>,
        heard: &[Heard<'_>],
        subject: &Certificate,
        findings: &mut Findings,
    ) -> Result<(), RefusalError> {
        let reasons = covered(base.crl.point(), base.crl.issuer(), subject)?;
        base.signed.innocence.clone()?;
        let mut found = Vec::new();
        if base.entry.is_none() {
            self.believable(base.crl.this_update(), base.crl.expired_since(), subject)?;
            found.push(Clear {
                by: vec![base.crl.source()],
                reasons,
                this_update: base.crl.this_update(),
                next_update: base.crl.next_update(),
            });
        }
        for delta in heard.iter().filter(|delta| belongs(delta, base)) {
            let removed = delta.entry.is_some_and(|entry| entry.reason == Some(Reason::RemoveFromCrl));
            let held = base.entry.is_some_and(|entry| entry.reason == Some(Reason::CertificateHold));
            let clears = match (base.entry, delta.entry) {
                (None, None) => true,
                (None, Some(_)) => removed,
                (Some(_), _) => held && removed,
            };
            if !clears {
                continue;
            }
            if let Err(error) = &delta.signed.innocence {
                findings.refuse(delta.crl.source(), error.clone());
                continue;
            }
            let since = delta.crl.expired_since().or(base.crl.expired_since());
            let this_update = delta.crl.this_update();
            if let Err(error) = self.believable(this_update, since, subject) {
                findings.refuse(delta.crl.source(), error);
                continue;
            }
            found.push(Clear {
                by: vec![base.crl.source(), delta.crl.source()],
                reasons,
                this_update,
                next_update: delta.crl.next_update(),
            });
        }
        findings.clear.extend(found);
        Ok(())
    }

    fn ask_responses(
        &mut self,
        subject: &Certificate,
        issuer: &Certificate,
        findings: &mut Findings,
        budget: &mut Budget,
    ) {
        for response in self.context.data.responses() {
            let mut signed: Option<Result<Signed, RefusalError>> = None;
            for single in response.responses() {
                if let Err(error) = budget.charge(Work::Steps) {
                    findings.refuse(response.source(), error.into());
                    return;
                }
                if !single.certificate.names(subject, issuer) {
                    continue;
                }
                let signed =
                    signed.get_or_insert_with(|| self.response_signer(response, issuer, budget)).clone();
                let critical = response.unprocessable().or(single.unprocessable.as_ref());
                let said = signed.and_then(|signed| match (critical, single.status) {
                    (Some(oid), _) => Err(RefusalError::Critical { oid: oid.clone() }),
                    (None, CertificateStatus::Unknown) => Err(RefusalError::Unknown),
                    (None, CertificateStatus::Revoked(revoked)) => Ok(Some(revoked)),
                    (None, CertificateStatus::Good) => signed.innocence.map(|()| None),
                });
                // Nobody can know more than at the moment of signing.
                let this_update = single.this_update.min(response.produced_at());
                let said = said.and_then(|said| match said {
                    Some(revoked) => Ok(Some(revoked)),
                    None => self.believable(this_update, single.archive_cutoff, subject).map(|()| None),
                });
                match said {
                    Ok(Some(revoked)) => findings.guilt.push((response.source(), revoked)),
                    Ok(None) => findings.clear.push(Clear {
                        by: vec![response.source()],
                        reasons: ReasonSet::ALL,
                        this_update,
                        next_update: single.next_update,
                    }),
                    Err(error) => {
                        let given_up = matches!(error, RefusalError::Budget(_));
                        findings.refuse(response.source(), error);
                        if given_up {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Whether data of that time can clear a certificate at all.
    fn believable(
        &self,
        this_update: UnixTime,
        expired_since: Option<UnixTime>,
        subject: &Certificate,
    ) -> Result<(), RefusalError> {
        if let Some(at) = self.context.rules.at.filter(|at| *at < this_update) {
            return Err(RefusalError::Future { this_update, at });
        }
        match subject.window().not_after {
            Some(not_after)
                if not_after < this_update && expired_since.is_none_or(|since| not_after < since) =>
            {
                Err(RefusalError::AfterEnd { not_after, this_update })
            }
            _ => Ok(()),
        }
    }

    fn is_current(&self, clear: &Clear) -> bool {
        let Interval { earliest, latest } = self.at;
        let after = || latest.is_some_and(|latest| clear.this_update >= latest);
        let within = || {
            earliest.is_some_and(|earliest| clear.this_update <= earliest)
                && latest.zip(clear.next_update).is_some_and(|(latest, next)| latest <= next)
        };
        match self.context.currency {
            Currency::AtOrAfter => after(),
            Currency::Within => within(),
            Currency::InForce => after() || within(),
        }
    }

    fn conclude(&self, findings: &mut Findings) -> Answer {
        let worst = findings.guilt.drain(..).reduce(
            |one, other| {
                if one.1.worse(other.1) == one.1 { one } else { other }
            },
        );
        if let Some((by, Revoked { at, reason, invalidity })) = worst {
            return Answer::Revoked { by, at, reason, invalidity };
        }
        // What was not looked at to the end might have been a revocation, and
        // whoever packs the evidence chooses how much there is to look at.
        if let Some(refusal) = findings.refusals.iter().find(|refusal| refusal.error.is_given_up()) {
            return Answer::Indeterminate { why: Box::new(refusal.error.clone()) };
        }
        // The newest first, so that few are enough.
        findings.clear.sort_by(|a, b| (b.this_update, &a.by).cmp(&(a.this_update, &b.by)));
        let current = |clear: &&Clear| self.is_current(clear);
        if let Some((by, this_update, next_update)) = complete(findings.clear.iter().filter(current)) {
            return Answer::Good { by, this_update, next_update };
        }
        if let Some((by, this_update, next_update)) = complete(findings.clear.iter()) {
            return Answer::Stale { by, this_update, next_update, wanted: self.at };
        }
        for clear in &findings.clear {
            for source in &clear.by {
                findings.refusals.push(Refusal { source: *source, error: RefusalError::Reasons });
            }
        }
        let errors = findings.refusals.iter().map(|refusal| refusal.error.clone());
        match errors.reduce(RefusalError::more_telling) {
            Some(why) => Answer::Indeterminate { why: Box::new(why) },
            None => Answer::Missing,
        }
    }
}

impl Findings {
    fn refuse(&mut self, source: Source, error: RefusalError) {
        self.refusals.push(Refusal { source, error });
    }
}

/// As many as it takes to speak about every reason; as old as the oldest of them.
fn complete<'a>(
    clears: impl Iterator<Item = &'a Clear>,
) -> Option<(Vec<Source>, UnixTime, Option<UnixTime>)> {
    let clears: Vec<&Clear> = clears.collect();
    let alone = clears.iter().find(|clear| clear.reasons.is_all());
    let mut taken: Vec<&Clear> = Vec::new();
    match alone {
        Some(clear) => taken.push(clear),
        None => {
            let mut reasons = ReasonSet::NONE;
            for clear in clears {
                if reasons.or(clear.reasons) != reasons {
                    reasons = reasons.or(clear.reasons);
                    taken.push(clear);
                }
            }
            if !reasons.is_all() {
                return None;
            }
        }
    }
    let mut by: Vec<Source> = taken.iter().flat_map(|clear| clear.by.iter().copied()).collect();
    by.sort();
    by.dedup();
    let this_update = taken.iter().map(|clear| clear.this_update).min()?;
    let next_update = taken.iter().filter_map(|clear| clear.next_update).min();
    Some((by, this_update, next_update))
}

/// RFC 5280 6.3.3 (c) and (h): a delta continues a list of the same scope and
/// signer.
fn belongs(delta: &Heard<'_>, base: &Heard<'_>) -> bool {
    delta.crl.continues(base.crl) && delta.signed.signer.spki_der() == base.signed.signer.spki_der()
}

/// Whether a delta takes back the hold that a list speaks of. Nothing else can
/// be taken back.
fn lifts(delta: &Heard<'_>, list: &Heard<'_>) -> bool {
    let held = list.entry.is_some_and(|entry| entry.reason == Some(Reason::CertificateHold));
    let removed = delta.entry.is_some_and(|entry| entry.reason == Some(Reason::RemoveFromCrl));
    let later = belongs(delta, list)
        || delta.crl.succeeds(list.crl) && delta.signed.signer.spki_der() == list.signed.signer.spki_der();
    held && removed && later && delta.signed.innocence.is_ok()
}
