//! Certificates of signers that lie in a case, and certificates, revocation
//! lists and OCSP responses that are given on their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Authority, Identity, Purpose, Rules, TrustedKey};
use crate::check::pki::{self, Bag, Pki, Role, Used};
use crate::check::stamps::Stamp;
use crate::check::view::CaseView;
use crate::check::{certificate_path, certificate_window, revocation_signature, trust_distrusted};
use crate::claim::Claim;
use crate::crypto::key::KeyId;
use crate::digest::Digest;
use crate::fact::{Fact, Subject, SubjectKind};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::limits;
use crate::proof::revocation::{Crl, OcspResponse};
use crate::proof::x509::path::{Path, PathError, Usage};
use crate::proof::x509::{Certificate, KeyUsage};
use crate::time::{Interval, UnixTime, Window};
use crate::trust::CertificateUse;

/// What the certificates of one case make of its signers.
#[derive(Default)]
pub struct Signers {
    /// Everybody who is trusted, and whoever has a certificate from them.
    pub authorities: Vec<Authority>,
    /// How a certified key leads to the authority.
    pub paths: BTreeMap<(Identity, KeyId), Path>,
    /// Keys whose certificates lead nowhere, with why.
    pub refused: Vec<Refused>,
    /// What was established.
    pub facts: Vec<Fact>,
}

/// A key whose certificate does not hold.
pub struct Refused {
    /// The key.
    pub key: TrustedKey,
    /// What is wrong with its certificate.
    pub finding: Finding,
}

/// The signers of a case that have certificates in it. A certificate makes its
/// key one more key of the authority whose root it leads to: for what that one
/// is trusted, in the window of the path, and counted as that one person.
pub fn signers(view: &CaseView, bag: &Bag, pki: &Pki, trusted: &[Authority], rules: &Rules) -> Signers {
    let mut signers = Signers::default();
    if !signs(view) {
        return signers;
    }
    let mut tried: BTreeSet<KeyId> = BTreeSet::new();
    for (item, certificate) in leaves(view) {
        let Ok(key) = certificate.public_key() else { continue };
        if tried.len() >= limits::CERTIFIED_SIGNERS_MAX || !tried.insert(key.id()) {
            continue;
        }
        let mut key = TrustedKey::public(key.clone());
        key.hints.insert(certificate.fingerprint().hex());
        let found = pki.with_anchors().filter_map(|(index, authority, anchors)| {
            // The leaf's usage and the place fix what a certified key is for;
            // never kits, logs or custody.
            let signs = [Purpose::Attestation, Purpose::Promotion].iter().any(|one| authority.may(*one));
            signs.then(|| (index, pki.path(certificate, bag, anchors, Usage::Signing, rules, None)))
        });
        let mut told: Option<PathError> = None;
        let mut led = false;
        for (index, path) in found {
            let path = match path {
                Ok(path) => path,
                Err(error) => {
                    if told.as_ref().is_none_or(|told| matches!(told, PathError::NoIssuer { .. })) {
                        told = Some(error);
                    }
                    continue;
                }
            };
            led = true;
            let mut authority = Authority { certificates: Vec::new(), ..trusted[index].clone() };
            let distrusted = pki.distrusted(&path);
            authority.keys = vec![TrustedKey { distrusted, ..key.clone() }];
            signers.facts.push(certified(view, item, &authority.identity, certificate, &path));
            signers.paths.insert((authority.identity.clone(), key.id), path);
            signers.authorities.push(authority);
        }
        if let (false, Some(error)) = (led, told) {
            signers.refused.push(Refused { key, finding: certificate_path::fault(&error) });
        }
    }
    if !signers.authorities.is_empty() {
        signers.authorities.splice(0..0, trusted.iter().cloned());
    }
    signers
}

/// Whether anything in the case is signed.
fn signs(view: &CaseView) -> bool {
    (0..view.case.items.len())
        .any(|index| matches!(view.claim(index), Some(Claim::Envelopes(_) | Claim::Detached(_))))
}

/// The certificates of a case that do not issue others, with their items.
fn leaves<'v>(view: &'v CaseView) -> impl Iterator<Item = (usize, &'v Certificate)> {
    (0..view.case.items.len()).flat_map(move |index| {
        let certificates = match view.claim(index) {
            Some(Claim::Certificates(certificates)) => certificates.as_slice(),
            _ => &[],
        };
        certificates.iter().filter(|one| !is_authority(one)).map(move |one| (index, one))
    })
}

fn is_authority(certificate: &Certificate) -> bool {
    certificate.basic_constraints().is_some_and(|constraints| constraints.authority)
}

fn certified(
    view: &CaseView,
    item: usize,
    identity: &Identity,
    certificate: &Certificate,
    path: &Path,
) -> Fact {
    let text = |time: Option<UnixTime>| time.map(|time| time.to_string());
    let Window { not_before, not_after } = path.holds();
    let key = certificate.public_key().map(|key| key.id().to_string()).unwrap_or_default();
    Fact::Certified {
        item: view.item(item).path.as_str().to_owned(),
        subject: certificate.subject().to_string(),
        serial: certificate.serial_hex(),
        authority: identity.clone(),
        key,
        between: path.certificates().len().saturating_sub(1) as u64,
        window: (text(not_before), text(not_after)),
    }
}

/// What one asks of something that is given on its own.
pub struct Alone<'a> {
    /// Certificates of the trust store.
    pub pki: &'a Pki<'a>,
    /// What lies in the case.
    pub bag: &'a Bag,
    /// What policy lets count.
    pub rules: &'a Rules,
    /// For what a certificate should be good.
    pub usage: CertificateUse,
}

impl Alone<'_> {
    /// What of a case is judged on its own: tokens, or else certificates, or
    /// else revocation data, where nothing in it is anything but that and the
    /// files that were asked about. Gives the purposes that somebody must be
    /// trusted for.
    pub fn examine(
        &self,
        view: &CaseView,
        stamps: &[Stamp],
        wanted: &BTreeSet<Digest>,
        subjects: &mut Vec<Subject>,
        facts: &mut Vec<Fact>,
        book: &mut Book,
    ) -> BTreeSet<Purpose> {
        let here = |subject: &&Subject| subject.places.iter().any(|(case, _)| *case == view.index);
        if view.is_closed() || subjects.iter().filter(here).any(|subject| !asked(subject, wanted)) {
            return BTreeSet::new();
        }
        let tokens: Vec<Subject> = self.tokens(view, stamps);
        let (found, purposes) = if !tokens.is_empty() {
            (tokens, BTreeSet::from([Purpose::Timestamp]))
        } else {
            let certificates = self.certificates(view, facts, book);
            let found = match certificates.is_empty() {
                true => self.revocation(view, book),
                false => certificates,
            };
            let purposes = match (found.is_empty(), self.usage) {
                (true, _) => BTreeSet::new(),
                (_, CertificateUse::Timestamp) => BTreeSet::from([Purpose::Timestamp]),
                (_, CertificateUse::Attestation) => BTreeSet::from([Purpose::Attestation]),
                (_, CertificateUse::Any) => self.pki.purposes(),
            };
            (found, purposes)
        };
        subjects.extend(found);
        purposes
    }

    /// Tokens that are files, with what they are over as their digests.
    fn tokens(&self, view: &CaseView, stamps: &[Stamp]) -> Vec<Subject> {
        let whole = stamps.iter().filter(|stamp| stamp.whole);
        let tokens = whole.map(|stamp| {
            let item = view.item(stamp.item);
            let digest = item.digests.get(crate::digest::Algorithm::Sha256);
            let mut subject = Subject::new(SubjectKind::TimestampToken, digest);
            subject.needs_voucher = false;
            subject.places.insert((view.index, item.path.as_str().to_owned()));
            for (check, severity) in &stamp.against {
                match severity {
                    Severity::Failed => subject.rejected_by.insert(*check),
                    _ => subject.held_by.insert(*check),
                };
            }
            if stamp.against.is_empty() {
                stamp.imprint.into_iter().for_each(|digest| subject.digests.insert(digest));
            }
            subject
        });
        tokens.collect()
    }

    /// The certificates of a case, where nothing else is there to be judged:
    /// each that issued none of the others.
    pub fn certificates(&self, view: &CaseView, facts: &mut Vec<Fact>, book: &mut Book) -> Vec<Subject> {
        let mut subjects = Vec::new();
        let all: Vec<(usize, &Certificate)> = (0..view.case.items.len())
            .flat_map(|index| match view.claim(index) {
                Some(Claim::Certificates(certificates)) => {
                    certificates.iter().map(|one| (index, one)).collect::<Vec<_>>()
                }
                _ => Vec::new(),
            })
            .collect();
        for (item, certificate) in &all {
            let issues = |other: &Certificate| {
                other != *certificate && other.issuer() == certificate.subject() && is_authority(certificate)
            };
            if all.iter().any(|(_, other)| issues(other)) || self.answers(view, certificate) {
                continue;
            }
            let mut findings = Vec::new();
            match self.certificate(certificate, &mut findings, book) {
                Ok((identity, path)) => facts.push(certified(view, *item, &identity, certificate, &path)),
                Err(finding) => findings.push(finding),
            }
            let digest = Some(*certificate.fingerprint());
            subjects.push(subject(view, *item, SubjectKind::Certificate, digest, findings, book));
        }
        subjects
    }

    /// Whether revocation data of the case is by this certificate, so that it
    /// came along for that.
    fn answers(&self, view: &CaseView, certificate: &Certificate) -> bool {
        let mut claims = (0..view.case.items.len()).filter_map(|index| view.claim(index));
        claims.any(|claim| match claim {
            Claim::Crls(crls) => crls.iter().any(|crl| crl.issuer() == certificate.subject()),
            Claim::Ocsp(response) => {
                let mut brought = response.certificates_unverified().map(Certificate::parse);
                response.responder().names(certificate)
                    || brought.any(|one| one.is_ok_and(|one| one.issuer() == certificate.subject()))
            }
            _ => false,
        })
    }

    fn certificate(
        &self,
        certificate: &Certificate,
        findings: &mut Vec<Finding>,
        book: &mut Book,
    ) -> Result<(Identity, Path), Finding> {
        let mut told: Option<PathError> = None;
        for (_, authority, anchors) in self.pki.with_anchors() {
            for usage in self.usages(certificate, authority) {
                let path = self.pki.path(certificate, self.bag, anchors, usage, self.rules, None);
                let path = match path {
                    Ok(path) => path,
                    Err(error) => {
                        if told.as_ref().is_none_or(|told| matches!(told, PathError::NoIssuer { .. })) {
                            told = Some(error);
                        }
                        continue;
                    }
                };
                let reason = authority.distrusted.clone().or_else(|| self.pki.distrusted(&path));
                if let Some(reason) = reason {
                    return Err(trust_distrusted::certified(&authority.identity, &reason));
                }
                book.pass(CheckId::CertificatePath);
                book.pass(CheckId::TrustDistrusted);
                let at = self
                    .rules
                    .at
                    .map_or(Interval::UNKNOWN, |at| Interval { earliest: Some(at), latest: Some(at) });
                match certificate_window::alone(certificate, &path.holds(), &at) {
                    Some(finding) => findings.push(finding),
                    None => book.pass(CheckId::CertificateWindow),
                }
                findings.extend(pki::algorithms(self.rules, &path, &at));
                let used = Used { at, proven_before: self.rules.at };
                findings.extend(pki::revocation(
                    self.pki,
                    self.bag,
                    self.rules,
                    &path,
                    used,
                    Role::Signer,
                    book,
                ));
                findings.extend(super::trust_development::examine(authority, self.rules.allow_development));
                return Ok((authority.identity.clone(), path));
            }
        }
        Err(told.map_or_else(certificate_path::nobody, |error| certificate_path::fault(&error)))
    }

    /// For what a certificate under this authority may be good.
    fn usages(&self, certificate: &Certificate, authority: &Authority) -> Vec<Usage> {
        let stamps = authority.may(Purpose::Timestamp).then_some(Usage::TimeStamping);
        let signs = [Purpose::Attestation, Purpose::Promotion].iter().any(|one| authority.may(*one));
        let signs = signs.then_some(Usage::Signing);
        match self.usage {
            CertificateUse::Timestamp => stamps.into_iter().collect(),
            CertificateUse::Attestation => signs.into_iter().collect(),
            // One that issues others has no use of its own.
            CertificateUse::Any if is_authority(certificate) => vec![Usage::Any],
            CertificateUse::Any => {
                let rest = stamps.is_none() && signs.is_none();
                let any = rest.then_some(Usage::Any);
                signs.into_iter().chain(stamps).chain(any).collect()
            }
        }
    }

    /// Revocation lists and OCSP responses, where nothing else is there to be
    /// judged.
    pub fn revocation(&self, view: &CaseView, book: &mut Book) -> Vec<Subject> {
        let mut subjects = Vec::new();
        for index in 0..view.case.items.len() {
            let findings: Vec<Finding> = match view.claim(index) {
                Some(Claim::Crls(crls)) => crls.iter().filter_map(|crl| self.list(crl)).collect(),
                Some(Claim::Ocsp(response)) => self.response(response).into_iter().collect(),
                _ => continue,
            };
            if findings.is_empty() {
                book.pass(CheckId::RevocationSignature);
                book.pass(CheckId::CertificatePath);
            }
            let digest = view.item(index).digests.get(crate::digest::Algorithm::Sha256);
            subjects.push(subject(view, index, SubjectKind::Revocation, digest, findings, book));
        }
        subjects
    }

    fn list(&self, crl: &Crl) -> Option<Finding> {
        let named = |one: &&Certificate| one.subject() == crl.issuer();
        let issuers: Vec<&Certificate> = self.everybody().filter(named).collect();
        let what = format!("the list of {}", crl.issuer());
        let may = |one: &Certificate| {
            one.key_usage().is_none_or(|usage| usage.any_of(KeyUsage::CRL_SIGN)).then_some(Usage::Any)
        };
        let signed =
            |one: &Certificate| one.public_key().is_ok_and(|key| crl.signed_by(key, &self.pki.memo).is_ok());
        self.signed(&what, crl.this_update(), &issuers, &may, &signed)
    }

    fn response(&self, response: &OcspResponse) -> Option<Finding> {
        let brought: Vec<Certificate> =
            response.certificates_unverified().filter_map(|der| Certificate::parse(der).ok()).collect();
        let all = self.everybody().chain(&brought);
        let responders: Vec<&Certificate> = all.filter(|one| response.responder().names(one)).collect();
        // A responder signs for whoever named it; an authority for itself.
        let may = |one: &Certificate| match is_authority(one) {
            true => Some(Usage::Any),
            false => Some(Usage::OcspSigning),
        };
        let signed = |one: &Certificate| {
            one.public_key().is_ok_and(|key| response.signed_by(key, &self.pki.memo).is_ok())
        };
        self.signed("the response", response.produced_at(), &responders, &may, &signed)
    }

    fn everybody(&self) -> impl Iterator<Item = &Certificate> {
        let anchors = self.pki.with_anchors().flat_map(|(_, _, anchors)| anchors);
        anchors.map(|anchor| anchor.certificate()).chain(&self.bag.certificates)
    }

    /// What speaks against a list or response: by whom it is signed, and how
    /// that one leads to the trust store at the time that it states.
    fn signed(
        &self,
        what: &str,
        stated: UnixTime,
        named: &[&Certificate],
        may: &dyn Fn(&Certificate) -> Option<Usage>,
        signed: &dyn Fn(&Certificate) -> bool,
    ) -> Option<Finding> {
        if named.is_empty() {
            return Some(revocation_signature::nobody(what));
        }
        let mut told = revocation_signature::wrong(what);
        let at = Interval { earliest: Some(stated), latest: Some(stated) };
        for signer in named.iter().filter(|one| signed(one)) {
            let Some(usage) = may(signer) else { continue };
            for (_, _, anchors) in self.pki.with_anchors() {
                if anchors.iter().any(|anchor| anchor.certificate() == *signer) {
                    return None;
                }
                match self.pki.path(signer, self.bag, anchors, usage, self.rules, Some(at)) {
                    Ok(_) => return None,
                    Err(error) => told = certificate_path::fault(&error),
                }
            }
        }
        Some(told)
    }
}

/// Whether it is a file that was only asked about, of which nobody says anything.
fn asked(subject: &Subject, wanted: &BTreeSet<Digest>) -> bool {
    let digests = || subject.digest.into_iter().chain(subject.digests.iter());
    subject.kind == SubjectKind::Artifact
        && subject.vouched_by.is_empty()
        && digests().any(|digest| wanted.contains(&digest))
}

/// Where tokens are all that there is to be judged, the files that somebody
/// asked about are what they should be over, and nobody needs to vouch for
/// them. Takes those that a token covers out of the subjects; gives their
/// digests.
pub fn covered(subjects: &mut Vec<Subject>, wanted: &BTreeSet<Digest>) -> BTreeSet<Digest> {
    let token = |subject: &Subject| subject.kind == SubjectKind::TimestampToken;
    if !subjects.iter().all(|subject| token(subject) || asked(subject, wanted)) {
        return BTreeSet::new();
    }
    let tokens = subjects.iter().filter(|subject| token(subject));
    let over: BTreeSet<Digest> = tokens.flat_map(|one| one.digests.iter().collect::<Vec<_>>()).collect();
    let mut covered: BTreeSet<Digest> = wanted.intersection(&over).copied().collect();
    subjects.retain(|subject| {
        let digests: Vec<Digest> = subject.digest.into_iter().chain(subject.digests.iter()).collect();
        let takes = !token(subject) && digests.iter().any(|digest| over.contains(digest));
        if takes {
            covered.extend(digests.iter().filter(|digest| wanted.contains(digest)));
        }
        !takes
    });
    covered
}

/// A subject with what speaks against it.
pub fn subject(
    view: &CaseView,
    item: usize,
    kind: SubjectKind,
    digest: Option<crate::digest::Digest>,
    findings: Vec<Finding>,
    book: &mut Book,
) -> Subject {
    let mut subject = Subject::new(kind, digest);
    let path = view.item(item).path.as_str();
    subject.needs_voucher = false;
    subject.places.insert((view.index, path.to_owned()));
    for finding in findings {
        match finding.severity {
            Severity::Failed => drop(subject.rejected_by.insert(finding.check)),
            Severity::NotEstablished => drop(subject.held_by.insert(finding.check)),
            Severity::Note => {}
        }
        book.find(finding.item(path));
    }
    subject
}
