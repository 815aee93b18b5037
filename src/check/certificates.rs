//! Certificates of signers that lie in a case, and certificates, revocation
//! lists and OCSP responses that are given on their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::anchor::{Authority, Identity, Purpose, Rules, TrustedKey};
use crate::check::logs;
use crate::check::pki::{self, Bag, Pki, Role, Until, Used};
use crate::check::stamps::{self, Stamp};
use crate::check::view::CaseView;
use crate::check::{
    certificate_path, certificate_window, revocation_signature, signature_algorithm, trust_distrusted,
};
use crate::claim::Claim;
use crate::crypto::key::{KeyId, PublicKey};
use crate::crypto::signature::Algorithm;
use crate::digest::Digest;
use crate::evidence::{CaseFormat, Form, Kind};
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
    /// How the keys of those after the trusted ones lead there, in their order.
    pub paths: Vec<Path>,
    /// Keys whose certificates lead nowhere, with why.
    pub refused: Vec<Refused>,
    /// What was established.
    pub facts: Vec<Fact>,
    /// Whether there were more than are tried.
    pub beyond: Option<Finding>,
}

/// For what a key may be good by a certificate alone.
static CERTIFIED: LazyLock<BTreeSet<Purpose>> =
    LazyLock::new(|| BTreeSet::from([Purpose::Attestation, Purpose::Promotion]));

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
    // Whether an algorithm still counted is asked when it is known when.
    let mut rules = rules.clone();
    rules.algorithms.values_mut().for_each(|sunset| *sunset = None);
    let mut made: BTreeSet<KeyId> = BTreeSet::new();
    let mut refused: BTreeMap<KeyId, Refused> = BTreeMap::new();
    for (item, certificate) in leaves(view) {
        let Ok(key) = certificate.public_key() else { continue };
        if signers.paths.len() >= limits::CERTIFIED_SIGNERS_MAX {
            signers.beyond = Some(certificate_path::too_many(limits::CERTIFIED_SIGNERS_MAX));
            break;
        }
        let mut key = TrustedKey::public(key.clone());
        key.hints.insert(certificate.fingerprint().hex());
        let mut told: Option<PathError> = None;
        for (index, authority, anchors) in pki.with_anchors() {
            // The leaf's usage and the place fix what a certified key is for;
            // never kits, logs or custody.
            let purposes: BTreeSet<Purpose> = authority.purposes.intersection(&CERTIFIED).copied().collect();
            if purposes.is_empty() {
                continue;
            }
            let path = match pki.path(certificate, bag, anchors, Usage::Signing, &rules, None) {
                Ok(path) => path,
                Err(error) => {
                    if told.as_ref().is_none_or(|told| matches!(told, PathError::NoIssuer { .. })) {
                        told = Some(error);
                    }
                    continue;
                }
            };
            let distrusted = pki.distrusted(&path);
            signers.facts.push(certified(view, item, &authority.identity, certificate, &path));
            signers.paths.push(path);
            signers.authorities.push(Authority {
                certificates: Vec::new(),
                keys: vec![TrustedKey { distrusted, ..key.clone() }],
                purposes,
                ..trusted[index].clone()
            });
            made.insert(key.id);
        }
        if let Some(error) = told {
            let finding = certificate_path::fault(&error);
            refused.entry(key.id).or_insert(Refused { key, finding });
        }
    }
    signers.refused = refused.into_values().filter(|one| !made.contains(&one.key.id)).collect();
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
    /// What logs left in the case.
    pub left: &'a [logs::File],
}

impl Alone<'_> {
    /// What of a case is judged on its own: tokens and what logs left, or else
    /// certificates, or else revocation data, where nothing in it is anything but that and the
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
        // A file that was asked about, and that no token is over, is judged as well.
        let others = subjects.iter().filter(here).any(|subject| subject.kind != SubjectKind::Artifact);
        if !is_single(view, wanted) || others {
            return BTreeSet::new();
        }
        let mut tokens: Vec<Subject> = self.tokens(view, stamps);
        let mut purposes = BTreeSet::new();
        if !tokens.is_empty() {
            purposes.insert(Purpose::Timestamp);
        }
        if !self.left.is_empty() {
            purposes.insert(Purpose::Log);
            tokens.extend(logs::alone(view, self.left));
        }
        let (found, purposes) = if !tokens.is_empty() {
            (tokens, purposes)
        } else {
            let certificates = self.certificates(view, facts, book);
            // Beside a certificate that nobody else issued, lists speak about it;
            // beside authorities alone, they are what was given.
            let mut found = certificates;
            if leaves(view).next().is_none() {
                found.extend(self.revocation(view, book));
            }
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
        // By the name as it is spelt: whoever spells it otherwise is judged too.
        let mut issuers: BTreeMap<&[u8], Vec<&Digest>> = BTreeMap::new();
        for (_, certificate) in &all {
            let same = issuers.entry(certificate.issuer().der()).or_default();
            // Two tell whether there is another one.
            if same.len() < 2 {
                same.push(certificate.fingerprint());
            }
        }
        for (item, certificate) in &all {
            let issues = is_authority(certificate)
                && issuers
                    .get(certificate.subject().der())
                    .is_some_and(|others| others.iter().any(|other| *other != certificate.fingerprint()));
            if issues || self.answers(view, certificate) {
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
        let Ok(key) = certificate.public_key() else { return false };
        if !is_authority(certificate) {
            return false;
        }
        let mut claims = (0..view.case.items.len()).filter_map(|index| view.claim(index));
        claims.any(|claim| match claim {
            Claim::Crls(crls) => crls.iter().any(|crl| {
                crl.issuer() == certificate.subject() && crl.signed_by(key, &self.pki.memo).is_ok()
            }),
            Claim::Ocsp(response) => {
                let mut brought =
                    response.certificates_unverified().filter_map(|der| Certificate::parse(der).ok());
                let by = |key: &PublicKey| response.signed_by(key, &self.pki.memo).is_ok();
                (response.responder().names(certificate) && by(key))
                    || brought.any(|one| {
                        one.issuer() == certificate.subject()
                            && one.public_key().is_ok_and(by)
                            && one.signed_by(key, &self.pki.memo).is_ok()
                    })
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
                let until = self.rules.at.map(Until::Validation);
                let used = Used { at, proven_before: self.rules.at, until };
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
            CertificateUse::Any => signs.into_iter().chain(stamps).collect(),
        }
    }

    /// Revocation lists and OCSP responses, where nothing else is there to be
    /// judged.
    pub fn revocation(&self, view: &CaseView, book: &mut Book) -> Vec<Subject> {
        let mut subjects = Vec::new();
        for index in 0..view.case.items.len() {
            let findings: Vec<Finding> = match view.claim(index) {
                Some(Claim::Crls(crls)) => crls.iter().filter_map(|crl| self.list(crl, book)).collect(),
                Some(Claim::Ocsp(response)) => self.response(response, book).into_iter().collect(),
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

    fn list(&self, crl: &Crl, book: &mut Book) -> Option<Finding> {
        let named = |one: &&Certificate| one.subject() == crl.issuer();
        let issuers: Vec<&Certificate> = self.everybody().filter(named).collect();
        let what = format!("the list of {}", crl.issuer());
        let may = |one: &Certificate| {
            one.key_usage().is_none_or(|usage| usage.any_of(KeyUsage::CRL_SIGN)).then_some(Usage::Any)
        };
        let signed =
            |one: &Certificate| one.public_key().ok().and_then(|key| crl.signed_by(key, &self.pki.memo).ok());
        self.signed(&what, crl.this_update(), &issuers, &may, &signed, book)
    }

    fn response(&self, response: &OcspResponse, book: &mut Book) -> Option<Finding> {
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
            one.public_key().ok().and_then(|key| response.signed_by(key, &self.pki.memo).ok())
        };
        self.signed("the response", response.produced_at(), &responders, &may, &signed, book)
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
        signed: &dyn Fn(&Certificate) -> Option<Algorithm>,
        book: &mut Book,
    ) -> Option<Finding> {
        if named.is_empty() {
            return Some(revocation_signature::nobody(what));
        }
        let mut told = revocation_signature::wrong(what);
        if let Some(at) = self.rules.at.filter(|at| stated > *at) {
            return Some(revocation_signature::future(what, stated, at));
        }
        let at = Interval { earliest: Some(stated), latest: Some(stated) };
        for signer in named {
            let (Some(algorithm), Some(usage)) = (signed(signer), may(signer)) else { continue };
            for (_, authority, anchors) in self.pki.with_anchors() {
                let own = anchors.iter().any(|anchor| anchor.certificate() == *signer);
                // An anchor needs no path; whether it counts is asked all the same.
                let path = match self.pki.path(signer, self.bag, anchors, usage, self.rules, Some(at)) {
                    Ok(path) => Some(path),
                    Err(_) if own => None,
                    Err(error) => {
                        told = certificate_path::fault(&error);
                        continue;
                    }
                };
                let key = signer.public_key().ok().and_then(|key| self.pki.distrusted_key(key));
                let reason = authority.distrusted.clone().or(key);
                let reason = reason.or_else(|| path.as_ref().and_then(|path| self.pki.distrusted(path)));
                if let Some(reason) = reason {
                    return Some(trust_distrusted::certified(&authority.identity, &reason));
                }
                let existed = self.rules.at.map_or(Interval::UNKNOWN, Interval::until);
                if let Some(finding) = signature_algorithm::examine(self.rules, algorithm, &existed) {
                    return Some(finding);
                }
                let Some(path) = path.filter(|_| !own) else {
                    return super::trust_development::examine(authority, self.rules.allow_development);
                };
                let until = self.rules.at.filter(|at| stated < *at).map(Until::Validation);
                let used = Used { at, proven_before: None, until };
                let (pki, bag) = (self.pki, self.bag);
                let said = pki::revocation(pki, bag, self.rules, &path, used, Role::Authority, book);
                let against = said.into_iter().find(|finding| finding.severity != Severity::Note);
                return against
                    .or_else(|| super::trust_development::examine(authority, self.rules.allow_development));
            }
        }
        Some(told)
    }
}

/// Whether nothing was given but single objects, each by itself, and files that
/// were asked about. A folder or an archive is more than what lies in it: who
/// strips it down to one token must not get a better answer.
pub fn is_single(view: &CaseView, wanted: &BTreeSet<Digest>) -> bool {
    // What a log publishes is one object, however many files it is.
    let single = view.case.form == Form::Loose || view.case.format == CaseFormat::LogTiles;
    single
        && view.case.items.iter().all(|item| match item.kind {
            Kind::TimestampToken | Kind::Certificate | Kind::Crl | Kind::OcspResponse => true,
            Kind::Checkpoint | Kind::TlogProof | Kind::TlogConsistency => true,
            Kind::LogEntries | Kind::RekorReceipt | Kind::LogTile => true,
            kind => kind.is_artifact() && item.digests.iter().any(|digest| wanted.contains(&digest)),
        })
}

/// Where single objects are all that was given, the files that were asked about
/// are what tokens should be over, and nobody needs to vouch for them. Gives
/// every digest of what a token that counts is over.
pub fn covered(
    views: &[CaseView],
    stamped: &[stamps::Examined],
    logged: &[logs::Examined],
    wanted: &BTreeSet<Digest>,
) -> BTreeSet<Digest> {
    if !views.iter().all(|view| is_single(view, wanted)) {
        return BTreeSet::new();
    }
    let stamps = stamped.iter().flat_map(|examined| &examined.stamps);
    let counted = stamps.filter(|stamp| stamp.whole && stamp.against.is_empty());
    let mut over: BTreeSet<Digest> = counted.filter_map(|stamp| stamp.imprint).collect();
    let left = logged.iter().flat_map(|examined| &examined.files);
    over.extend(left.filter(|file| file.against.is_empty()).filter_map(|file| file.over));
    let mut covered: BTreeSet<Digest> = wanted.intersection(&over).copied().collect();
    for item in views.iter().flat_map(|view| &view.case.items) {
        if item.digests.iter().any(|digest| over.contains(&digest)) {
            covered.extend(item.digests.iter());
        }
    }
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
            Severity::Note => {
                book.note(finding.item(path));
                continue;
            }
        }
        book.find(finding.item(path));
    }
    subject
}
