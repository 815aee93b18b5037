//! Finding a path from a certificate to an anchor, RFC 5280 section 6.

use std::collections::BTreeSet;

use super::anchor::Anchor;
use super::budget::{Budget, BudgetError, Work};
use super::certificate::{Certificate, LinkError, Version};
use super::constraints;
use super::extensions::{Extension, KeyUsage, id};
use super::memo::Memo;
use super::names::NameForm;
use super::oid::Oid;
use super::policies::Policies;
use super::queue::Queue;
use crate::anchor::{Rules, Standing};
use crate::crypto::key::{KeyError, PublicKey};
use crate::crypto::signature::Algorithm;
use crate::limits;
use crate::time::{Interval, Position, UnixTime, Window};

/// What the key at the end of a path was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Usage {
    /// Issuing time stamps: RFC 3161 2.3 wants the usage critical and alone.
    TimeStamping,
    /// Signing code, documents or mail.
    Signing,
    /// Answering for the status of certificates in the name of their issuer.
    OcspSigning,
    /// Signing CRLs.
    CrlSigning,
    /// Whatever the certificate allows.
    Any,
}

/// The inputs of RFC 5280 6.1.1 about policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyInputs {
    /// user-initial-policy-set; `None` is any policy.
    pub initial: Option<BTreeSet<Oid>>,
    /// initial-explicit-policy
    pub explicit: bool,
    /// initial-policy-mapping-inhibit
    pub inhibit_mapping: bool,
    /// initial-any-policy-inhibit
    pub inhibit_any: bool,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct PathRequest<'a> {
    /// The certificate at the lower end.
    pub target: &'a Certificate,
    /// Certificates that may stand between, in any order; nothing is believed of
    /// them.
    pub candidates: &'a [Certificate],
    /// Where a path may end. All of them are trusted for the purpose at hand.
    pub anchors: &'a [Anchor],
    /// What the target's key was used for.
    pub usage: Usage,
    /// Which algorithms count.
    pub rules: &'a Rules,
    /// When the signature at the end of the path was made. `None` judges no
    /// windows, and gives the window in which the path holds.
    pub at: Option<Interval>,
    /// What is asked of policies.
    pub policies: PolicyInputs,
    /// Signatures that were checked before.
    pub memo: &'a Memo,
}

/// A path that holds.
#[derive(Clone, Debug)]
pub struct Path {
    anchor: Anchor,
    certificates: Vec<Certificate>,
    holds: Window,
    algorithms: Vec<Algorithm>,
    policies: BTreeSet<Oid>,
}

impl Path {
    /// Where it ends.
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The target first; the anchor is not among them, unless it is the target.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificate at the lower end.
    pub fn target(&self) -> &Certificate {
        &self.certificates[0]
    }

    /// Who issued the certificate at `position` of [`Path::certificates`]: the
    /// next one, or the anchor.
    pub fn issuer_of(&self, position: usize) -> &Certificate {
        self.certificates.get(position + 1).unwrap_or(self.anchor.certificate())
    }

    /// When all its certificates are within their windows. The anchor's own
    /// window does not count, see [`Anchor::window`].
    pub fn holds(&self) -> Window {
        self.holds
    }

    /// With which algorithm the certificate at each position is signed. Empty
    /// where the target is itself the anchor.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The policies under which it holds; `anyPolicy` is one of them where
    /// nothing confines it.
    pub fn policies(&self) -> &BTreeSet<Oid> {
        &self.policies
    }
}

/// What is wrong with an extended key usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsageFault {
    /// The extension is not there.
    #[error("is missing")]
    Missing,
    /// The extension is not critical.
    #[error("is not critical")]
    NotCritical,
    /// Other usages stand beside it.
    #[error("is not the only one")]
    NotSole,
    /// It is not among the usages.
    #[error("is not among its usages")]
    NotThere,
}

/// Why there is no path. Certificates are named by their subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Nobody at hand has the name of the issuer.
    #[error("no certificate and no anchor of {issuer}, which issued {subject}")]
    NoIssuer {
        /// The certificate where the search ends.
        subject: String,
        /// Who issued it.
        issuer: String,
    },
    /// Only certificates that are already in the path, or too many of them.
    #[error("no anchor within {max} certificates")]
    TooLong {
        /// How many are tried.
        max: usize,
    },
    /// Whoever has the name of the issuer did not sign.
    #[error("{subject} is not signed by {issuer}: {error}")]
    Link {
        /// The certificate.
        subject: String,
        /// Who is said to have issued it.
        issuer: String,
        /// What is wrong with the signature.
        error: LinkError,
    },
    /// The key of an issuer is of a kind that is not known here.
    #[error("the key of {subject}: {error}")]
    Key {
        /// The issuer.
        subject: String,
        /// What is wrong with it.
        error: KeyError,
    },
    /// The search was given up.
    #[error("{0}")]
    Budget(#[from] BudgetError),
    /// An algorithm that does not count, or not at that time.
    #[error("{subject} is signed with {algorithm}, which is {}", standing_word(.standing), algorithm = .algorithm.name())]
    Algorithm {
        /// The certificate.
        subject: String,
        /// How it is signed.
        algorithm: Algorithm,
        /// Forbidden, or not established.
        standing: Standing,
    },
    /// An issuer that may not issue.
    #[error("{subject} is no certification authority")]
    NotAuthority {
        /// The issuer.
        subject: String,
    },
    /// More certificates below an issuer than it allows.
    #[error("{subject} allows a path length of {allowed}, found a longer one")]
    PathLength {
        /// The issuer.
        subject: String,
        /// What it allows.
        allowed: u32,
    },
    /// A key usage that does not cover what the key was used for.
    #[error("the key usage of {subject} lacks {expected}")]
    KeyUsage {
        /// Whose.
        subject: String,
        /// What should be set.
        expected: &'static str,
    },
    /// An extended key usage that does not cover what the key was used for.
    #[error("the extended key usage {expected} of {subject} {fault}")]
    ExtendedKeyUsage {
        /// Whose.
        subject: String,
        /// What should be there.
        expected: &'static str,
        /// How it is not.
        fault: UsageFault,
    },
    /// A critical extension that is not known here.
    #[error("{subject} has the critical extension {oid}, which is not known here")]
    CriticalExtension {
        /// Whose.
        subject: String,
        /// Which.
        oid: Oid,
    },
    /// A name outside what an issuer permits.
    #[error("the name {name} of {subject} is outside what {issuer} permits")]
    NotPermitted {
        /// The certificate.
        subject: String,
        /// The name.
        name: String,
        /// Who confines it.
        issuer: String,
    },
    /// A name inside what an issuer excludes.
    #[error("the name {name} of {subject} is excluded by {issuer}")]
    Excluded {
        /// The certificate.
        subject: String,
        /// The name.
        name: String,
        /// Who excludes it.
        issuer: String,
    },
    /// A name that is confined, and cannot be compared with what confines it.
    #[error("{subject} has a name of the form {}, which {issuer} confines and which is not compared here", .form.name())]
    NotComparable {
        /// The certificate.
        subject: String,
        /// The form.
        form: NameForm,
        /// Who confines it.
        issuer: String,
    },
    /// RFC 5280 6.1.4 (a).
    #[error("{subject} maps anyPolicy")]
    AnyPolicyMapped {
        /// Whose mapping.
        subject: String,
    },
    /// A policy is asked for, and the path holds under none that would do.
    #[error("the path holds under no policy that is asked for, from {subject} on")]
    Policy {
        /// Where the last policy was lost.
        subject: String,
    },
    /// Not within the window of a certificate.
    #[error("{subject} is valid {}, and is used {}", window_words(.window), interval_words(.at))]
    Window {
        /// The certificate.
        subject: String,
        /// Its window.
        window: Window,
        /// When it was used.
        at: Interval,
        /// Outside, or straddling an edge.
        position: Position,
    },
    /// There is no time at which all certificates are within their windows.
    #[error("the certificates of the path are at no time valid together")]
    NeverTogether,
    /// A certificate is revoked.
    #[error("{subject} is revoked since {at}")]
    Revoked {
        /// The certificate.
        subject: String,
        /// Since when.
        at: UnixTime,
    },
    /// Whether a certificate is revoked is not known.
    #[error("whether {subject} is revoked is not established")]
    RevocationNotEstablished {
        /// The certificate.
        subject: String,
    },
}

fn standing_word(standing: &Standing) -> String {
    match standing {
        Standing::Allowed => "allowed".to_owned(),
        Standing::NotEstablished { sunset } => format!("allowed until {sunset}, which is not established"),
        Standing::Forbidden { sunset: Some(sunset) } => format!("forbidden since {sunset}"),
        Standing::Forbidden { sunset: None } => "forbidden".to_owned(),
    }
}

fn window_words(window: &Window) -> String {
    let end = |time: Option<UnixTime>| time.map_or_else(|| "ever".to_owned(), |time| time.to_string());
    format!("from {} to {}", end(window.not_before), end(window.not_after))
}

fn interval_words(interval: &Interval) -> String {
    match (interval.earliest, interval.latest) {
        (Some(a), Some(b)) if a == b => format!("at {a}"),
        (Some(a), Some(b)) => format!("between {a} and {b}"),
        (Some(a), None) => format!("after {a}"),
        (None, Some(b)) => format!("before {b}"),
        (None, None) => "at an unknown time".to_owned(),
    }
}

/// What has a say in whether a path that is otherwise sound is taken: revocation.
/// If it says no, the search goes on to the next path.
pub type Acceptable<'a> = dyn FnMut(&Path, &mut Budget) -> Result<(), PathError> + 'a;

/// The first path that holds and that `acceptable` takes.
///
/// Where there is none, the reason is that of the path that came furthest: a
/// whole one before a signature of an anchor that does not hold, and that before
/// one that ends anywhere else. The order in which candidates and anchors are
/// given has no influence on anything.
pub fn find(
    request: &PathRequest<'_>,
    budget: &mut Budget,
    acceptable: &mut Acceptable<'_>,
) -> Result<Path, PathError> {
    let mut search = Search {
        request,
        chain: vec![request.target],
        algorithms: Vec::new(),
        furthest: None,
        budget,
        acceptable,
    };
    if let Some(path) = search.target_itself()? {
        return Ok(path);
    }
    if let Some(path) = search.upwards()? {
        return Ok(path);
    }
    let (_, error) = search.furthest.expect("a search without a path leaves a reason");
    Err(error)
}

/// How far a path came. Later variants are further, then larger numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// So many certificates, and no further.
    Certificates(usize),
    /// The name of an anchor, whose key did not sign the last of so many.
    AnchorName(usize),
    /// An anchor; what is wrong is in the table of [`PathError::telling`].
    Anchor(u8),
}

impl PathError {
    /// Of whole paths that fail, the reason to tell is the one that is nearest to
    /// a path that holds; that a certificate is revoked comes before everything.
    fn telling(&self) -> u8 {
        match self {
            PathError::Revoked { .. } => 9,
            PathError::RevocationNotEstablished { .. } => 8,
            PathError::Window { position: Position::Straddling, .. } => 7,
            PathError::Algorithm { standing: Standing::NotEstablished { .. }, .. } => 6,
            PathError::Window { .. } => 5,
            PathError::NeverTogether => 4,
            PathError::Algorithm { .. } => 3,
            PathError::ExtendedKeyUsage { .. } => 2,
            PathError::Policy { .. } | PathError::AnyPolicyMapped { .. } => 1,
            _ => 0,
        }
    }
}

struct Search<'a, 'b> {
    request: &'b PathRequest<'a>,
    /// From the target upwards; each is signed by the next.
    chain: Vec<&'b Certificate>,
    /// With what each but the last is signed.
    algorithms: Vec<Algorithm>,
    furthest: Option<(Reached, PathError)>,
    budget: &'b mut Budget,
    acceptable: &'b mut Acceptable<'b>,
}

impl<'b> Search<'_, 'b> {
    /// Keeps the reason of the path that came furthest; of equals the first.
    fn note(&mut self, reached: Reached, error: PathError) {
        if self.furthest.as_ref().is_none_or(|(furthest, _)| reached > *furthest) {
            self.furthest = Some((reached, error));
        }
    }

    /// A certificate that the trust store holds itself needs no issuer. All else
    /// is asked of it as of any other.
    fn target_itself(&mut self) -> Result<Option<Path>, PathError> {
        let target = self.request.target;
        let request = self.request;
        let anchor = request.anchors.iter().find(|anchor| anchor.certificate() == target);
        anchor.map_or(Ok(None), |anchor| self.whole(anchor))
    }

    /// Looks for issuers of the last certificate of the chain.
    fn upwards(&mut self) -> Result<Option<Path>, PathError> {
        let last = self.chain[self.chain.len() - 1];
        let length = self.chain.len();
        let mut nobody = true;
        // RFC 5280 4.1.2.4: an issuer has a name; without one there is nothing to chain by.
        let named = |issuer: &Certificate| !last.issuer().is_empty() && issuer.subject() == last.issuer();
        let PathRequest { anchors, candidates, .. } = *self.request;
        self.budget.charge_times(Work::Steps, candidates.len() / limits::PATH_NAMES_PER_STEP)?;
        let anchors = anchors.iter().filter(|anchor| named(anchor.certificate()));
        for anchor in Queue::new(anchors, Anchor::certificate, |anchor| unlikely(last, anchor)) {
            nobody = false;
            match self.link(last, anchor.certificate(), Ok(anchor.key()))? {
                Err(error) => self.note(Reached::AnchorName(length), error),
                Ok(algorithm) => {
                    self.algorithms.push(algorithm);
                    if let Some(path) = self.whole(anchor)? {
                        return Ok(Some(path));
                    }
                    self.algorithms.pop();
                }
            }
        }
        // The same name and key again leads nowhere new.
        let namesakes: Vec<&[u8]> =
            self.chain.iter().filter(|one| named(one)).map(|one| one.spki_der()).collect();
        let candidates = candidates.iter().filter(|candidate| {
            let named = named(candidate);
            nobody &= !named;
            named && !namesakes.contains(&candidate.spki_der())
        });
        for candidate in Queue::new(candidates, |one| one, |candidate| unlikely(last, candidate)) {
            if length == limits::PATH_CERTIFICATES_MAX {
                let max = limits::PATH_CERTIFICATES_MAX;
                self.note(Reached::Certificates(length), PathError::TooLong { max });
                break;
            }
            match self.link(last, candidate, candidate.public_key())? {
                Err(error) => self.note(Reached::Certificates(length), error),
                Ok(algorithm) => {
                    self.algorithms.push(algorithm);
                    self.chain.push(candidate);
                    if let Some(path) = self.upwards()? {
                        return Ok(Some(path));
                    }
                    self.chain.pop();
                    self.algorithms.pop();
                }
            }
        }
        if nobody || self.furthest.is_none() {
            let (subject, issuer) = (last.subject().to_string(), last.issuer().to_string());
            self.note(Reached::Certificates(length), PathError::NoIssuer { subject, issuer });
        }
        Ok(None)
    }

    /// Whether `issuer` signed `certificate`: the signature alone. The outer
    /// error ends the search, the inner one this path.
    fn link(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        key: Result<&PublicKey, &KeyError>,
    ) -> Result<Result<Algorithm, PathError>, BudgetError> {
        self.budget.charge(Work::Steps)?;
        let key = match key {
            Ok(key) => key,
            Err(error) => {
                let subject = issuer.subject().to_string();
                return Ok(Err(PathError::Key { subject, error: error.clone() }));
            }
        };
        self.budget.charge(Work::Signatures)?;
        Ok(certificate.signed_by(key, self.request.memo).map_err(|error| PathError::Link {
            subject: certificate.subject().to_string(),
            issuer: issuer.subject().to_string(),
            error,
        }))
    }

    /// Judges the chain that ends at this anchor. `None` lets the search go on.
    fn whole(&mut self, anchor: &Anchor) -> Result<Option<Path>, PathError> {
        let judged = judge(self.request, anchor, &self.chain, &self.algorithms, self.budget);
        let accepted = judged.and_then(|path| (self.acceptable)(&path, self.budget).map(|()| path));
        match accepted {
            Ok(path) => Ok(Some(path)),
            Err(PathError::Budget(error)) => Err(error.into()),
            Err(error) => {
                self.note(Reached::Anchor(error.telling()), error);
                Ok(None)
            }
        }
    }
}

/// How little the key identifiers speak for this issuer. They are hints: whoever
/// makes a certificate writes into it what they like.
fn unlikely(certificate: &Certificate, issuer: &Certificate) -> u8 {
    let Some(wanted) = certificate.authority_key_id() else { return 1 };
    if wanted.serial.as_deref().is_some_and(|serial| serial != issuer.serial()) {
        return 2;
    }
    match (&wanted.key_id, issuer.subject_key_id()) {
        (Some(wanted), Some(found)) if wanted == found => 0,
        (Some(_), Some(_)) => 2,
        _ => 1,
    }
}

/// RFC 5280 6.1, from the anchor down, for a chain whose signatures hold.
fn judge(
    request: &PathRequest<'_>,
    anchor: &Anchor,
    chain: &[&Certificate],
    algorithms: &[Algorithm],
    budget: &mut Budget,
) -> Result<Path, PathError> {
    let root = anchor.certificate();
    let mut length = PathLength::NONE;
    let mut confining: Vec<&Certificate> = Vec::new();
    // A target that is itself the anchor has no signature to be judged.
    if !algorithms.is_empty() {
        may_issue(root, root.version() == Version::V1)?;
        length.lower(root);
        confining.extend(root.name_constraints().map(|_| root));
    }
    let mut policies = Policies::new(&request.policies, chain.len());
    let mut holds = Window::OPEN;
    for (position, certificate) in chain.iter().copied().enumerate().rev() {
        let last = position == 0;
        let exempt = certificate.is_self_issued() && !last;
        if let Some(algorithm) = algorithms.get(position) {
            algorithm_counts(request, certificate, *algorithm)?;
        }
        within_window(request, certificate)?;
        holds = both(holds, certificate.window()).ok_or(PathError::NeverTogether)?;
        // 6.1.3 (b) and (c)
        if !exempt {
            constraints::check(certificate, &confining, budget)?;
        }
        policies.enter(certificate, last)?;
        known_extensions(certificate)?;
        if last {
            fits_usage(request.usage, certificate)?;
        } else {
            // 6.1.4
            policies.descend(certificate)?;
            confining.extend(certificate.name_constraints().map(|_| certificate));
            may_issue(certificate, false)?;
            if !exempt {
                length.descend()?;
            }
            length.lower(certificate);
            leaves_room_for(request.usage, certificate)?;
        }
    }
    Ok(Path {
        anchor: anchor.clone(),
        certificates: chain.iter().copied().cloned().collect(),
        holds,
        algorithms: algorithms.to_vec(),
        policies: policies.finish(&request.policies, request.target)?,
    })
}

/// How many certificates that are not self-issued may still follow before the
/// last, and who says so.
struct PathLength {
    left: Option<u32>,
    allowed: u32,
    by: String,
}

impl PathLength {
    const NONE: PathLength = PathLength { left: None, allowed: 0, by: String::new() };

    /// 6.1.4 (l)
    fn descend(&mut self) -> Result<(), PathError> {
        if let Some(left) = &mut self.left {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| PathError::PathLength { subject: self.by.clone(), allowed: self.allowed })?;
        }
        Ok(())
    }

    /// 6.1.4 (m)
    fn lower(&mut self, certificate: &Certificate) {
        let Some(allowed) = certificate.basic_constraints().and_then(|c| c.path_length) else { return };
        if self.left.is_none_or(|left| allowed < left) {
            *self = PathLength { left: Some(allowed), allowed, by: certificate.subject().to_string() };
        }
    }
}

/// 6.1.4 (k) and (n). An anchor of version 1 could not say that it is an authority.
fn may_issue(issuer: &Certificate, said_elsewhere: bool) -> Result<(), PathError> {
    let subject = || issuer.subject().to_string();
    if !said_elsewhere && !issuer.basic_constraints().is_some_and(|c| c.authority) {
        return Err(PathError::NotAuthority { subject: subject() });
    }
    if issuer.key_usage().is_some_and(|usage| !usage.any_of(KeyUsage::CERT_SIGN)) {
        return Err(PathError::KeyUsage { subject: subject(), expected: "keyCertSign" });
    }
    Ok(())
}

fn algorithm_counts(
    request: &PathRequest<'_>,
    certificate: &Certificate,
    algorithm: Algorithm,
) -> Result<(), PathError> {
    let at = request.at.unwrap_or(Interval::UNKNOWN);
    match request.rules.algorithm(algorithm, &at) {
        Standing::Allowed => Ok(()),
        standing => {
            Err(PathError::Algorithm { subject: certificate.subject().to_string(), algorithm, standing })
        }
    }
}

/// 6.1.3 (a) (2)
fn within_window(request: &PathRequest<'_>, certificate: &Certificate) -> Result<(), PathError> {
    let Some(at) = request.at else { return Ok(()) };
    match certificate.window().position(&at) {
        Position::Inside => Ok(()),
        position => {
            let subject = certificate.subject().to_string();
            Err(PathError::Window { subject, window: certificate.window(), at, position })
        }
    }
}

/// What two windows leave open together.
fn both(a: Window, b: Window) -> Option<Window> {
    // `None` sorts first: the least lower bound, but the greatest upper one.
    let not_before = a.not_before.max(b.not_before);
    let not_after = match (a.not_after, b.not_after) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    match (not_before, not_after) {
        (Some(from), Some(to)) if from > to => None,
        _ => Some(Window { not_before, not_after }),
    }
}

/// 6.1.4 (o) and 6.1.5 (f). Those of revocation are known because whoever is
/// asked whether a path is acceptable reads them.
fn known_extensions(certificate: &Certificate) -> Result<(), PathError> {
    const KNOWN: [&[u8]; 13] = [
        id::SUBJECT_KEY_ID,
        id::KEY_USAGE,
        id::SUBJECT_ALT_NAME,
        id::BASIC_CONSTRAINTS,
        id::NAME_CONSTRAINTS,
        id::CRL_DISTRIBUTION_POINTS,
        id::CERTIFICATE_POLICIES,
        id::POLICY_MAPPINGS,
        id::AUTHORITY_KEY_ID,
        id::POLICY_CONSTRAINTS,
        id::EXTENDED_KEY_USAGE,
        id::INHIBIT_ANY_POLICY,
        id::OCSP_NOCHECK,
    ];
    let unknown = |one: &&Extension| one.critical && !KNOWN.contains(&one.oid.content());
    match certificate.extensions().iter().find(unknown) {
        Some(Extension { oid, .. }) => {
            let subject = certificate.subject().to_string();
            Err(PathError::CriticalExtension { subject, oid: oid.clone() })
        }
        None => Ok(()),
    }
}

/// 1.3.6.1.5.5.7.3, id-kp.
const KEY_PURPOSES: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3];

impl Usage {
    /// The last arcs of the extended key usages that cover it, and their names.
    fn purposes(self) -> (&'static [u8], &'static str) {
        match self {
            Usage::TimeStamping => (&[8], "timeStamping"),
            Usage::Signing => (&[3, 4, 36], "codeSigning, emailProtection or documentSigning"),
            Usage::OcspSigning => (&[9], "OCSPSigning"),
            Usage::CrlSigning | Usage::Any => (&[], ""),
        }
    }

    fn is_purpose(self, oid: &Oid) -> bool {
        let last = oid.content().strip_prefix(KEY_PURPOSES);
        last.is_some_and(|last| last.len() == 1 && self.purposes().0.contains(&last[0]))
    }
}

/// What the target's own extensions must say.
fn fits_usage(usage: Usage, target: &Certificate) -> Result<(), PathError> {
    let (_, expected) = usage.purposes();
    let extended =
        |fault| Err(PathError::ExtendedKeyUsage { subject: target.subject().to_string(), expected, fault });
    match (usage, target.extended_key_usage()) {
        (Usage::Any | Usage::CrlSigning, _) | (Usage::Signing, None) => {}
        (Usage::Signing, Some(found)) => {
            let any = found.has(id::ANY_USAGE);
            if !any && !found.purposes.iter().any(|oid| usage.is_purpose(oid)) {
                return extended(UsageFault::NotThere);
            }
        }
        (Usage::TimeStamping | Usage::OcspSigning, None) => return extended(UsageFault::Missing),
        // RFC 6960 4.2.2.2 and RFC 3161 2.3 name the usage; "any" would be none.
        (Usage::TimeStamping | Usage::OcspSigning, Some(found)) => {
            if !found.purposes.iter().any(|oid| usage.is_purpose(oid)) {
                return extended(UsageFault::NotThere);
            }
            // RFC 3161 2.3: critical, and the only one.
            if usage == Usage::TimeStamping && found.purposes.len() > 1 {
                return extended(UsageFault::NotSole);
            }
            if usage == Usage::TimeStamping && !found.critical {
                return extended(UsageFault::NotCritical);
            }
        }
    }
    let (bits, expected) = match usage {
        Usage::Any => return Ok(()),
        Usage::CrlSigning => (KeyUsage::CRL_SIGN, "cRLSign"),
        Usage::TimeStamping | Usage::Signing | Usage::OcspSigning => {
            (KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION, "digitalSignature or nonRepudiation")
        }
    };
    if target.key_usage().is_some_and(|found| !found.any_of(bits)) {
        return Err(PathError::KeyUsage { subject: target.subject().to_string(), expected });
    }
    Ok(())
}

/// RFC 5280 says nothing of extended key usages above the target. Authorities
/// use them to confine those below, everybody else reads them so, and so do we;
/// but not for answers about status, which every authority may delegate.
fn leaves_room_for(usage: Usage, issuer: &Certificate) -> Result<(), PathError> {
    let (Usage::TimeStamping | Usage::Signing, Some(found)) = (usage, issuer.extended_key_usage()) else {
        return Ok(());
    };
    if found.has(id::ANY_USAGE) || found.purposes.iter().any(|oid| usage.is_purpose(oid)) {
        return Ok(());
    }
    let (_, expected) = usage.purposes();
    let subject = issuer.subject().to_string();
    Err(PathError::ExtendedKeyUsage { subject, expected, fault: UsageFault::NotThere })
}

#[cfg(test)]
mod tests;
