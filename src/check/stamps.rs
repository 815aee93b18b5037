//! Time-stamp tokens of a case: whose they are, what they are over, and which
//! of them still count.
//!
//! They are taken from the youngest to the oldest, because a younger one may be
//! what keeps an older one alive: its authority shows that the older token
//! existed before the certificate behind it expired, was revoked, or an
//! algorithm was broken. That is the sliding of EN 319 102-1 5.6.2, with time
//! running backwards from the validation. An authority never helps itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Authority, Persons, Purpose, Rules};
use crate::check::existence::{Proof, Times};
use crate::check::pki::{self, Bag, Pki, Role, Until, Used};
use crate::check::view::CaseView;
use crate::check::{
    certificate_path, reading, signature_algorithm, timestamp_authority, timestamp_imprint, timestamp_order,
    timestamp_validity, trust_development, trust_distrusted,
};
use crate::claim::{BundleAt, Claim, EnvelopeAt, Over};
use crate::digest::{Algorithm, Digest};
use crate::evidence;
use crate::fact::{Fact, ProvenTime};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::limits;
use crate::proof::timestamp::{Imprint, TimestampError, TimestampRequest, Token, VerifiedToken};
use crate::proof::x509::Budget;
use crate::proof::x509::path::{PathError, Usage};
use crate::time::{Interval, UnixTime};

/// What the examination needs besides the case.
pub struct Clocks<'t> {
    /// Certificates of the trust store.
    pub pki: &'t Pki<'t>,
    /// Who is the same as whom.
    pub persons: &'t Persons,
    /// What policy lets count.
    pub rules: &'t Rules,
    /// From where time is followed backwards: the time of validation, or else
    /// the date of the trust store.
    pub control: Option<UnixTime>,
    /// Under which policies tokens count; `None` is any.
    pub policies: Option<&'t BTreeSet<String>>,
    /// For how many days after the validation they must still count.
    pub days_left_min: Option<u32>,
    /// What somebody asked about by digest.
    pub wanted: &'t BTreeSet<Digest>,
}

/// The tokens of one case after the examination.
#[derive(Default)]
pub struct Examined {
    /// What they prove.
    pub times: Times,
    /// What was established.
    pub facts: Vec<Fact>,
    /// Each of them.
    pub stamps: Vec<Stamp>,
    /// What is wrong with tokens that stand in items, by item and place.
    faults: BTreeMap<(usize, String), BTreeSet<CheckId>>,
    /// Checks that break a container which holds such a token.
    pub broken_by: BTreeSet<CheckId>,
}

/// What is wrong with a token itself, whatever becomes of trust and policy.
const OWN: [CheckId; 6] = [
    CheckId::CertificatePath,
    CheckId::CertificateWindow,
    CheckId::TimestampAuthority,
    CheckId::TimestampImprint,
    CheckId::TimestampSignature,
    CheckId::TimestampSigner,
];

impl Examined {
    fn blame(&mut self, item: usize, at: &str, checks: impl IntoIterator<Item = CheckId>) {
        let checks: BTreeSet<CheckId> = checks.into_iter().collect();
        if !checks.is_empty() {
            self.faults.entry((item, at.to_owned())).or_default().extend(checks);
        }
    }

    /// What is wrong with tokens of `item` that stand at places which begin so.
    pub fn faults(&self, item: usize, at: &str) -> BTreeSet<CheckId> {
        let all = self.faults.iter().filter(|((of, place), _)| *of == item && place.starts_with(at));
        all.flat_map(|(_, checks)| checks).copied().collect()
    }
}

/// One token.
pub struct Stamp {
    /// The item that it is, or in which it stands.
    pub item: usize,
    /// Whether it is the whole item.
    pub whole: bool,
    /// What it is over.
    pub imprint: Option<Digest>,
    /// When it was made, where it counts.
    pub interval: Option<Interval>,
    /// What speaks against it.
    pub against: BTreeMap<CheckId, Severity>,
}

/// A token and where it is.
struct Found<'v> {
    item: usize,
    path: &'v str,
    at: Option<&'v str>,
    token: &'v Token,
    over: Over,
}

/// A token whose authority is known.
struct Attributed<'t> {
    authority: &'t Authority,
    token: VerifiedToken,
}

/// Examines every token of the case.
pub fn examine(view: &CaseView, bag: &Bag, clocks: &Clocks, book: &mut Book) -> Examined {
    let mut examined = Examined::default();
    let mut judged: Vec<(Found, Vec<Finding>, Option<Attributed>)> = Vec::new();
    let found = tokens(view, &mut examined, book);
    let index = Index::of(view, &found);
    for found in found {
        let mut findings = Vec::new();
        imprint(view, clocks, &index, &found, &mut findings, book);
        let attributed = super::guarded(|| attribute(bag, clocks, &found, book))
            .unwrap_or_else(|| Err(super::tool_fault::broke("examining a time-stamp token")));
        let attributed = match attributed {
            Ok(attributed) => Some(attributed),
            Err(finding) => {
                findings.push(finding);
                None
            }
        };
        judged.push((found, findings, attributed));
    }
    // The youngest first; what is not known of is no help to anybody.
    judged.sort_by_key(|(found, _, attributed)| {
        let latest = attributed.as_ref().and_then(|one| one.token.interval().latest);
        (std::cmp::Reverse(latest), found.item, found.at)
    });
    // Tokens that count, by the item that they are: younger ones come first.
    let mut counted: BTreeMap<usize, Interval> = BTreeMap::new();
    for (found, mut findings, attributed) in judged {
        let mut interval = None;
        if let Some(attributed) = attributed {
            let inner = attributed.token.interval();
            // It is over a younger token that counts, and says that it is older.
            let imprint = attributed.token.imprint();
            let under =
                imprint.iter().flat_map(|over| index.items(over)).filter_map(|item| counted.get(item));
            for younger in under {
                if let (Some(outer), Some(younger)) = (inner.latest, younger.earliest)
                    && outer < younger
                {
                    findings.push(timestamp_order::contradiction(outer, younger));
                }
            }
            outlive(view, bag, clocks, &examined.times, &found, &attributed, &mut findings, book);
            if findings.iter().all(|finding| finding.severity == Severity::Note) {
                interval = Some(inner);
                if found.at.is_none() {
                    counted.insert(found.item, inner);
                }
                let fact = establish(view, &index, &found, &attributed, &mut examined.times, book);
                examined.facts.push(fact);
            }
        }
        let mut against: BTreeMap<CheckId, Severity> = BTreeMap::new();
        for finding in findings {
            if finding.severity != Severity::Note {
                let worst = against.entry(finding.check).or_insert(finding.severity);
                *worst = (*worst).min(finding.severity);
            }
            let finding = match found.at {
                Some(at) => finding.item(found.path).at(at),
                None => finding.item(found.path),
            };
            match finding.severity {
                Severity::Note => book.note(finding),
                _ => book.find(finding),
            }
        }
        const INTRINSIC: [CheckId; 3] =
            [CheckId::TimestampImprint, CheckId::TimestampSigner, CheckId::TimestampSignature];
        let wrong = |check: &&CheckId| against.get(check) == Some(&Severity::Failed);
        examined.broken_by.extend(INTRINSIC.iter().filter(wrong));
        if let Some(at) = found.at {
            let own = against
                .iter()
                .filter(|(check, severity)| **severity == Severity::Failed && OWN.contains(check));
            examined.blame(found.item, at, own.map(|(check, _)| *check));
        }
        examined.stamps.push(Stamp {
            item: found.item,
            whole: found.at.is_none(),
            imprint: found.token.imprint_unverified().digest(),
            interval,
            against,
        });
    }
    examined
}

/// The tokens of a case: files, and what stands in other files.
fn tokens<'v>(view: &'v CaseView, examined: &mut Examined, book: &mut Book) -> Vec<Found<'v>> {
    let mut found = Vec::new();
    for index in 0..view.case.items.len() {
        let path = view.item(index).path.as_str();
        if let Some(Claim::Token(token)) = view.claim(index) {
            found.push(Found { item: index, path, at: None, token, over: Over::File });
        }
        for one in view.embedded.get(&index).into_iter().flatten() {
            let at = Some(one.at.as_str());
            match &one.token {
                Ok(token) => found.push(Found { item: index, path, at, token, over: one.over }),
                Err(error) => {
                    let check = reading::check_of(error);
                    examined.broken_by.insert(check);
                    examined.blame(index, &one.at, [check]);
                    let finding = Finding::new(Severity::Failed, check, error.to_string());
                    book.find(finding.item(path).at(one.at.clone()));
                }
            }
        }
    }
    found
}

/// What the token is over, as far as that is at hand.
fn imprint(
    view: &CaseView,
    clocks: &Clocks,
    index: &Index,
    found: &Found,
    findings: &mut Vec<Finding>,
    book: &mut Book,
) {
    let Some(digest) = found.token.imprint_unverified().digest() else {
        findings.push(timestamp_imprint::no_digest(&found.token.imprint_unverified().to_string()));
        return;
    };
    if !digest.algorithm().is_strong() {
        findings.push(timestamp_imprint::weak(&digest));
        return;
    }
    let beside = match found.at {
        None => evidence::continued(found.path).and_then(|path| view.at(path)),
        Some(_) => None,
    };
    let finding = if let Some(beside) = beside {
        let (path, measured) = (view.item(beside).path.as_str(), measured(view, beside, digest.algorithm()));
        match measured {
            Some(measured) if measured == digest => None,
            Some(measured) => Some(timestamp_imprint::differs(path, &measured, &digest)),
            None => Some(timestamp_imprint::unmeasured(path, &digest)),
        }
    } else if found.over == Over::Row {
        // The walk along the rows compared them.
        return;
    } else if found.over == Over::Signature {
        let over = signatures(view, found.item).any(|sig| Digest::of(digest.algorithm(), sig) == digest);
        (!over).then(|| timestamp_imprint::elsewhere(&digest, "a signature that stands beside it"))
    } else if !index.items(&digest).is_empty() || clocks.wanted.contains(&digest) {
        None
    } else {
        let wanted = clocks.wanted.iter().find(|wanted| wanted.algorithm() == digest.algorithm());
        Some(match wanted {
            Some(wanted) => timestamp_imprint::differs("what was asked about", wanted, &digest),
            None => timestamp_imprint::nothing(&digest),
        })
    };
    match finding {
        Some(finding) => findings.push(finding),
        None => book.pass(CheckId::TimestampImprint),
    }
}

/// The digest of an item by that algorithm, where it was or can be measured.
fn measured(view: &CaseView, index: usize, algorithm: Algorithm) -> Option<Digest> {
    let item = view.item(index);
    let content = || Some(Digest::of(algorithm, item.content.as_deref()?));
    item.digests.get(algorithm).or_else(content)
}

/// The items of a case by every digest that one of its tokens may be over.
struct Index(BTreeMap<Digest, Vec<usize>>);

impl Index {
    fn of(view: &CaseView, tokens: &[Found]) -> Index {
        let imprints = tokens.iter().filter_map(|found| found.token.imprint_unverified().digest());
        let algorithms: BTreeSet<Algorithm> =
            imprints.map(|digest| digest.algorithm()).filter(|algorithm| algorithm.is_strong()).collect();
        let mut items: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        for algorithm in algorithms {
            for index in 0..view.case.items.len() {
                if let Some(digest) = measured(view, index, algorithm) {
                    items.entry(digest).or_default().push(index);
                }
            }
        }
        Index(items)
    }

    /// The items of that digest.
    fn items(&self, digest: &Digest) -> &[usize] {
        self.0.get(digest).map_or(&[], Vec::as_slice)
    }

    fn paths(&self, view: &CaseView, digest: &Digest) -> Vec<String> {
        self.items(digest).iter().map(|index| view.item(*index).path.as_str().to_owned()).collect()
    }
}

/// The signatures of the envelopes in an item.
fn signatures<'v>(view: &'v CaseView, index: usize) -> impl Iterator<Item = &'v [u8]> {
    let (envelopes, bundles): (&[EnvelopeAt], &[BundleAt]) = match view.claim(index) {
        Some(Claim::Envelopes(envelopes)) => (envelopes, &[]),
        Some(Claim::Bundles(bundles)) => (&[], bundles),
        _ => (&[], &[]),
    };
    let envelopes = envelopes.iter().filter_map(|one| one.envelope.as_ref().ok());
    let bundles = bundles.iter().filter_map(|one| Some(one.bundle.as_ref().ok()?.signature()));
    envelopes.flat_map(|envelope| envelope.signatures()).map(|signature| &signature.sig[..]).chain(bundles)
}

/// Whose token it is. Signature first, then trust: what is wrong with the token
/// itself is wrong whomever one trusts.
fn attribute<'t>(
    bag: &Bag,
    clocks: &Clocks<'t>,
    found: &Found,
    book: &mut Book,
) -> Result<Attributed<'t>, Finding> {
    let pki = clocks.pki;
    let all_anchors = || pki.with_anchors().flat_map(|(_, _, anchors)| anchors);
    let further = bag.certificates.iter().chain(all_anchors().map(|anchor| anchor.certificate()));
    let signed = found.token.signed(further, &pki.memo).map_err(|error| fault(&error))?;
    book.pass(CheckId::TimestampSigner);
    book.pass(CheckId::TimestampSignature);
    let mut best: Option<Attributed> = None;
    let mut told: Option<TimestampError> = None;
    for (_, authority, anchors) in pki.trusted_for(Purpose::Timestamp) {
        let mut request = TimestampRequest::new(Imprint::Unexamined, anchors, clocks.rules, &pki.memo);
        request.candidates = &bag.certificates;
        request.exact = authority.exact;
        request.accuracy_nanos = authority.accuracy_nanos.or(Some(limits::ACCURACY_UNSTATED_NANOS));
        match found.token.verify(&request, &mut Budget::new(), &mut |path, _| pki::confined(authority, path))
        {
            Ok(token) => {
                // Distrust beats everything, also another entry for the same root.
                let reason = authority.distrusted.clone().or_else(|| pki.distrusted(token.path()));
                if let Some(reason) = reason {
                    return Err(trust_distrusted::certified(&authority.identity, &reason));
                }
                if best.is_none() {
                    best = Some(Attributed { authority, token });
                }
            }
            Err(error) if told.as_ref().is_none_or(is_nobody) => told = Some(error),
            Err(_) => {}
        }
    }
    if let Some(best) = best {
        book.pass(CheckId::CertificatePath);
        book.pass(CheckId::CertificateWindow);
        book.pass(CheckId::TrustDistrusted);
        return Ok(best);
    }
    if let Some(error) = told.filter(|error| !is_nobody(error)) {
        return Err(fault(&error));
    }
    let other = pki.with_anchors().filter(|(_, authority, _)| !authority.may(Purpose::Timestamp));
    let interval = found.token.interval_unverified(Some(limits::ACCURACY_UNSTATED_NANOS));
    for (_, authority, anchors) in other {
        let path = pki.path(signed.signer(), bag, anchors, Usage::TimeStamping, clocks.rules, Some(interval));
        if path.is_ok() {
            return Err(timestamp_authority::other_purpose(&authority.identity));
        }
    }
    Err(timestamp_authority::unknown(&signed.signer().subject().to_string()))
}

/// Whether an error says no more than that this authority did not issue it.
fn is_nobody(error: &TimestampError) -> bool {
    matches!(error, TimestampError::Path(PathError::NoIssuer { .. } | PathError::TooLong { .. }))
}

/// The check that stands for what is wrong with a token.
fn fault(error: &TimestampError) -> Finding {
    let check = match error {
        TimestampError::Path(error) => return certificate_path::fault(error),
        TimestampError::Algorithm { algorithm, .. } => {
            let finding = Finding::new(Severity::Failed, CheckId::SignatureAlgorithm, error.to_string());
            return finding.found(algorithm.name());
        }
        TimestampError::MessageDigest
        | TimestampError::Signature(_)
        | TimestampError::Key { .. }
        | TimestampError::SigningTime { .. } => CheckId::TimestampSignature,
        TimestampError::Imprint { .. }
        | TimestampError::ImprintAlgorithm { .. }
        | TimestampError::ImprintUnmeasured { .. } => CheckId::TimestampImprint,
        TimestampError::Policy { .. } | TimestampError::Nonce { .. } => CheckId::TimestampAuthority,
        TimestampError::NoSigner { .. } => {
            return Finding::new(Severity::NotEstablished, CheckId::TimestampSigner, error.to_string());
        }
        _ => CheckId::TimestampSigner,
    };
    Finding::new(Severity::Failed, check, error.to_string())
}

/// Whether the token counts at the time of validation.
#[allow(clippy::too_many_arguments, reason = "one token with everything that bears on it")]
fn outlive(
    view: &CaseView,
    bag: &Bag,
    clocks: &Clocks,
    times: &Times,
    found: &Found,
    attributed: &Attributed,
    findings: &mut Vec<Finding>,
    book: &mut Book,
) {
    let Attributed { authority, token } = attributed;
    let interval = token.interval();
    // Who else shows that this token existed, and since when.
    let others = times.existence(None, view.item(found.item), &[]).bound(
        clocks.persons,
        &authority.identity,
        &pki::keys(token.path()),
    );
    let proven = others.existed.latest;
    let latest = match (clocks.control, proven) {
        (Some(control), Some(proven)) => Some(control.min(proven)),
        (control, proven) => control.or(proven),
    };
    if let Some(at) = clocks.rules.at {
        match interval.earliest {
            Some(earliest) if earliest > at => findings.push(timestamp_order::after(&interval, at)),
            _ => book.pass(CheckId::TimestampOrder),
        }
    } else {
        book.pass(CheckId::TimestampOrder);
    }
    if let Some(policies) = clocks.policies.filter(|oids| !oids.contains(&token.policy().to_string())) {
        findings.push(timestamp_authority::policy(&token.policy().to_string(), policies));
    }
    match timestamp_authority::examine(authority, &interval) {
        Some(finding) => findings.push(finding),
        None => book.pass(CheckId::TimestampAuthority),
    }
    match trust_development::examine(authority, clocks.rules.allow_development) {
        Some(finding) => findings.push(finding),
        None => book.pass(CheckId::TrustDevelopment),
    }
    // An authority that is trusted no longer is like one whose certificate ended.
    let ends = [token.path().holds().not_after, authority.window.not_after];
    let end = ends.into_iter().flatten().min();
    match (latest, end) {
        (None, Some(end)) => {
            book.skip(CheckId::TimestampValidity, "no time of validation was given");
            findings.push(timestamp_validity::unasked(end));
        }
        (Some(latest), Some(end)) if latest > end => {
            findings.push(timestamp_validity::expired(end, latest));
        }
        (_, end) => {
            book.pass(CheckId::TimestampValidity);
            // One that a younger token covers needs not last.
            let days = clocks.days_left_min.filter(|_| proven.is_none());
            findings.extend(end.and_then(|end| timestamp_validity::too_soon(end, clocks.rules.at, days)));
            let last = end.filter(|_| proven.is_none());
            findings.extend(last.map(|end| timestamp_validity::until(&authority.identity, end)));
        }
    }
    let existed = latest.map_or(Interval::UNKNOWN, Interval::until);
    match signature_algorithm::examine(clocks.rules, token.algorithm(), &existed) {
        Some(finding) => findings.push(finding),
        None => book.pass(CheckId::SignatureAlgorithm),
    }
    findings.extend(pki::algorithms(clocks.rules, token.path(), &existed));
    // Its own clock says when it was at work, and cannot say that its key was not
    // stolen since.
    let until = match (proven, clocks.control) {
        (Some(proven), Some(control)) if control < proven => Some(Until::Validation(control)),
        (Some(proven), _) => Some(Until::Proven(proven)),
        (None, control) => control.map(Until::Validation),
    };
    let until = until.filter(|until| interval.latest.is_none_or(|stamped| stamped < until.time()));
    let used = Used { at: interval, proven_before: proven, until };
    findings.extend(pki::revocation(
        clocks.pki,
        bag,
        clocks.rules,
        token.path(),
        used,
        Role::Authority,
        book,
    ));
}

/// Takes the token in: what it is over existed.
fn establish(
    view: &CaseView,
    index: &Index,
    found: &Found,
    attributed: &Attributed,
    times: &mut Times,
    book: &mut Book,
) -> Fact {
    let Attributed { authority, token } = attributed;
    let imprint = token.imprint().expect("a token that nothing speaks against is over a digest");
    let (interval, by, keys) = (token.interval(), authority.identity.clone(), pki::keys(token.path()));
    let proof = Proof { interval, by, kind: "timestamp", keys };
    times.insert(imprint, proof);
    if found.at.is_some() {
        book.pass(CheckId::FormatDer);
    }
    Fact::Stamped {
        item: found.path.to_owned(),
        at: found.at.map(str::to_owned),
        authority: authority.identity.clone(),
        signer: token.signer().subject().to_string(),
        imprint,
        covers: index.paths(view, &imprint),
        policy: token.policy().to_string(),
        serial: token.serial_hex(),
        time: ProvenTime::new(&token.interval(), "timestamp"),
        until: token.path().holds().not_after.map(|end| end.to_string()),
    }
}
