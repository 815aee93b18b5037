//! Certificates: where paths may end, what lies in a case to build them with,
//! and what revocation data says of them.
//!
//! Certificates, lists and responses in evidence are only material: a path ends
//! at the trust store or nowhere, and a list counts by its signature.

use std::collections::BTreeSet;

use crate::anchor::{Authority, Purpose, Revocation, Rules};
use crate::check::view::CaseView;
use crate::check::{
    revocation_freshness, revocation_presence, revocation_signature, revocation_status, signature_algorithm,
};
use crate::claim::Claim;
use crate::crypto::key::{KeyId, PublicKey};
use crate::digest::Digest;
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::proof::revocation::{self, Answer, Crl, Currency, Data, Examination, OcspResponse, Responders};
use crate::proof::x509::path::{self, Path, PathError, PathRequest, PolicyInputs, Usage};
use crate::proof::x509::{Anchor, Budget, Certificate, Memo};
use crate::time::{Interval, UnixTime};
use crate::trust::TrustStore;

/// The certificates of the trust store, read once.
pub struct Pki<'t> {
    trust: &'t TrustStore,
    /// By the index of the authority.
    anchors: Vec<Vec<Anchor>>,
    intermediates: Vec<Certificate>,
    /// Links that were checked before.
    pub memo: Memo,
}

/// What lies in one case.
#[derive(Default)]
pub struct Bag {
    /// Certificates, of whomever.
    pub certificates: Vec<Certificate>,
    /// Revocation data, of whomever.
    pub data: Data,
}

impl Bag {
    /// Everything of a case that helps to judge certificates, with what its
    /// tokens carry.
    pub fn of(view: &CaseView, pki: &Pki) -> Bag {
        let mut certificates: Vec<Certificate> = pki.intermediates.clone();
        let (mut crls, mut responses): (Vec<Crl>, Vec<OcspResponse>) = Default::default();
        for index in 0..view.case.items.len() {
            match view.claim(index) {
                Some(Claim::Certificates(more)) => certificates.extend(more.iter().cloned()),
                Some(Claim::Crls(more)) => crls.extend(more.iter().cloned()),
                Some(Claim::Ocsp(response)) => responses.push(response.clone()),
                _ => {}
            }
            for token in view.tokens(index) {
                certificates.extend(token.certificates_unverified().iter().cloned());
                crls.extend(token.crls_unverified().filter_map(|der| Crl::parse(der).ok()));
                responses.extend(token.ocsp_unverified().filter_map(|der| OcspResponse::parse(der).ok()));
            }
        }
        certificates.sort_by_key(|certificate| *certificate.fingerprint());
        certificates.dedup_by_key(|certificate| *certificate.fingerprint());
        Bag { certificates, data: Data::new(crls, responses) }
    }
}

impl<'t> Pki<'t> {
    /// Reads what the trust store holds. A certificate that cannot end a path
    /// ends none.
    pub fn new(trust: &'t TrustStore) -> Pki<'t> {
        let anchors = trust
            .authorities()
            .iter()
            .map(|authority| Anchor::from_authority(authority).into_iter().filter_map(Result::ok).collect())
            .collect();
        let intermediates =
            trust.intermediates().iter().filter_map(|der| Certificate::parse(der).ok()).collect();
        Pki { trust, anchors, intermediates, memo: Memo::new() }
    }

    /// Everybody with certificates who is trusted for `purpose`, with the index
    /// among the authorities.
    pub fn trusted_for(&self, purpose: Purpose) -> impl Iterator<Item = (usize, &'t Authority, &[Anchor])> {
        self.with_anchors().filter(move |(_, authority, _)| authority.may(purpose))
    }

    /// Everybody with certificates.
    pub fn with_anchors(&self) -> impl Iterator<Item = (usize, &'t Authority, &[Anchor])> {
        let all = self.trust.authorities().iter().zip(&self.anchors).enumerate();
        all.map(|(index, (authority, anchors))| (index, authority, &anchors[..]))
            .filter(|(_, _, anchors)| !anchors.is_empty())
    }

    /// Everything that somebody with certificates is trusted for; time stamps
    /// where there is nobody.
    pub fn purposes(&self) -> BTreeSet<Purpose> {
        let all = self.with_anchors().flat_map(|(_, authority, _)| authority.purposes.iter().copied());
        let purposes: BTreeSet<Purpose> = all.collect();
        if purposes.is_empty() { BTreeSet::from([Purpose::Timestamp]) } else { purposes }
    }

    /// Why signatures of that key may not count, whoever has it.
    pub fn distrusted_key(&self, key: &PublicKey) -> Option<String> {
        let id = key.id();
        self.trust.distrust_of_key(&id).map(|why| format!("{id}: {why}"))
    }

    /// Why a certificate of the path may not count whoever issued it.
    pub fn distrusted(&self, path: &Path) -> Option<String> {
        let keys = path.certificates().iter().filter_map(|one| one.public_key().ok()).map(PublicKey::id);
        keys.chain([path.anchor().key().id()])
            .find_map(|id: KeyId| self.trust.distrust_of_key(&id).map(|why| format!("{id}: {why}")))
    }

    /// A path from `target` to one of `anchors`.
    pub fn path(
        &self,
        target: &Certificate,
        bag: &Bag,
        anchors: &[Anchor],
        usage: Usage,
        rules: &Rules,
        at: Option<Interval>,
    ) -> Result<Path, PathError> {
        let request = PathRequest {
            target,
            candidates: &bag.certificates,
            anchors,
            usage,
            rules,
            at,
            policies: PolicyInputs::default(),
            memo: &self.memo,
        };
        path::find(&request, &mut Budget::new(), &mut |_, _| Ok(()))
    }
}

/// Whose certificate it is that revocation data speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Somebody who signs things.
    Signer,
    /// The same with a certificate that ends before anybody could revoke it.
    /// That nothing speaks about it is as it should be.
    ShortLived,
    /// Somebody whose word others rest on: a time-stamp authority.
    Authority,
}

/// What is known of when a certificate was used.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// When, by the word of whoever used it or of others.
    pub at: Interval,
    /// Not after this, by the word of somebody else.
    pub proven_before: Option<UnixTime>,
    /// Until when its status has to be known besides.
    pub until: Option<Until>,
}

/// Until when the status of a certificate has to be known, because a word given
/// with it counts until then by nobody else's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The time of validation: what is in force then is the newest there can be.
    Validation(UnixTime),
    /// When somebody else shows the word to exist: what is asked is the past.
    Proven(UnixTime),
}

impl Until {
    pub(super) fn time(self) -> UnixTime {
        match self {
            Until::Validation(time) | Until::Proven(time) => time,
        }
    }

    fn currency(self) -> Currency {
        match self {
            Until::Validation(_) => Currency::InForce,
            Until::Proven(_) => Currency::AtOrAfter,
        }
    }
}

/// What revocation data says about every certificate of a path, as findings.
/// What is wrong is left to the caller to hold against somebody.
pub fn revocation(
    pki: &Pki,
    bag: &Bag,
    rules: &Rules,
    path: &Path,
    used: Used,
    role: Role,
    book: &mut Book,
) -> Vec<Finding> {
    const CHECKS: [CheckId; 4] = [
        CheckId::RevocationFreshness,
        CheckId::RevocationPresence,
        CheckId::RevocationSignature,
        CheckId::RevocationStatus,
    ];
    if rules.revocation == Revocation::Off {
        CHECKS.iter().for_each(|check| book.skip(*check, "the policy does not look at revocation"));
        return Vec::new();
    }
    let distrusted = |key: &PublicKey| pki.trust.distrust_of_key(&key.id()).is_some();
    let ask = |time: Option<UnixTime>, currency| {
        let context = revocation::Context {
            data: &bag.data,
            anchors: std::slice::from_ref(path.anchor()),
            candidates: &bag.certificates,
            rules,
            at: Interval { earliest: time, latest: time },
            currency,
            responders: Responders::WhereNamed,
            memo: &pki.memo,
            distrusted: revocation::Distrust(&distrusted),
        };
        revocation::along(path, &context, &mut Budget::new())
    };
    // A word of the past is asked about at its own time first, and then about the
    // time until which nobody else speaks for it.
    let until = used.until.map(|until| ask(Some(until.time()), until.currency()));
    let answers = match (until, used.until.map(Until::time) == used.at.latest) {
        (Some(until), true) => until,
        (until, _) => {
            let mut answers = ask(used.at.latest, Currency::AtOrAfter);
            for (one, later) in answers.iter_mut().zip(until.into_iter().flatten()) {
                if matches!(one.answer, Answer::Good { .. }) {
                    *one = later;
                }
            }
            answers
        }
    };
    let demanded = match rules.revocation {
        Revocation::Require => Some(Severity::NotEstablished),
        _ if role == Role::ShortLived => None,
        _ => Some(Severity::Note),
    };
    let mut findings = Vec::new();
    for (position, (examination, certificate)) in answers.iter().zip(path.certificates()).enumerate() {
        let subject = certificate.subject().to_string();
        let role = if position == 0 { role } else { Role::Authority };
        findings.extend(answered(examination, &subject, demanded, used, role, book));
    }
    findings
}

fn answered(
    examination: &Examination,
    subject: &str,
    demanded: Option<Severity>,
    used: Used,
    role: Role,
    book: &mut Book,
) -> Option<Finding> {
    match &examination.answer {
        Answer::Good { .. } => {
            book.pass(CheckId::RevocationSignature);
            book.pass(CheckId::RevocationPresence);
            book.pass(CheckId::RevocationFreshness);
            book.pass(CheckId::RevocationStatus);
            None
        }
        Answer::Revoked { by, at, reason, invalidity } => {
            book.pass(CheckId::RevocationSignature);
            book.pass(CheckId::RevocationPresence);
            let revoked = revocation_status::Revoked {
                subject,
                by: by.to_string(),
                at: *at,
                reason: *reason,
                invalidity: *invalidity,
            };
            let finding = revocation_status::examine(&revoked, used, role);
            if finding.severity == Severity::Note {
                book.pass(CheckId::RevocationStatus);
            }
            Some(finding)
        }
        Answer::Missing if demanded.is_none() => {
            const WHY: &str = "short-lived certificates end before anybody revokes them";
            book.skip(CheckId::RevocationPresence, WHY);
            book.skip(CheckId::RevocationStatus, WHY);
            None
        }
        unknown => {
            let demanded = demanded.unwrap_or(Severity::Note);
            if matches!(unknown, Answer::Stale { .. }) {
                book.pass(CheckId::RevocationSignature);
                book.pass(CheckId::RevocationPresence);
            }
            if demanded == Severity::Note {
                book.skip(CheckId::RevocationStatus, "nothing at hand says, and the policy does not ask");
            }
            Some(unanswered(examination, subject, demanded, used.until))
        }
    }
}

/// Nothing says that the certificate is good, and nothing says that it is not.
fn unanswered(examination: &Examination, subject: &str, severity: Severity, until: Option<Until>) -> Finding {
    match &examination.answer {
        Answer::Stale { by, this_update, wanted, .. } => {
            let by = by.first().map(ToString::to_string).unwrap_or_default();
            let until = until.filter(|until| Some(until.time()) == wanted.latest);
            revocation_freshness::stale(severity, subject, &by, *this_update, wanted.latest, until)
        }
        Answer::Indeterminate { why } => {
            let source = examination.refusals.iter().find(|refusal| refusal.error == **why);
            let source = source.map(|refusal| refusal.source.to_string());
            revocation_signature::refused(severity, subject, source, why)
        }
        _ => revocation_presence::missing(severity, subject),
    }
}

/// Whether a path is one of those to which the authority at its end is confined.
pub fn confined(authority: &Authority, path: &Path) -> Result<(), PathError> {
    let certificates: Vec<Digest> = path.certificates().iter().map(|one| *one.fingerprint()).collect();
    // A listed signer that is the anchor itself needs nobody between.
    if authority.admits(&certificates) {
        return Ok(());
    }
    let (subject, issuer) = (path.target().subject().to_string(), path.target().issuer().to_string());
    Err(PathError::NoIssuer { subject, issuer })
}

/// Every key that a path rests on, the root's among them.
pub fn keys(path: &Path) -> BTreeSet<KeyId> {
    let certified = path.certificates().iter().filter_map(|one| one.public_key().ok());
    certified.map(PublicKey::id).chain([path.anchor().key().id()]).collect()
}

/// Whether the algorithms of a path count for something that existed in
/// `existed`, by the word of somebody who is not in it.
pub fn algorithms(rules: &Rules, path: &Path, existed: &Interval) -> Vec<Finding> {
    let used: BTreeSet<_> = path.algorithms().iter().copied().collect();
    used.into_iter().filter_map(|algorithm| signature_algorithm::examine(rules, algorithm, existed)).collect()
}
