//! Commits that name an identity of auths: the logs of its bundle, the roots that are
//! pinned, and what auths itself says.

use std::collections::BTreeSet;

use crate::anchor::{Purpose, TrustedKey};
use crate::check::existence::{Existence, Times};
use crate::check::signing::{self, Context};
use crate::check::view::CaseView;
use crate::check::vouching::Signed;
use crate::check::{custody_actor, signature_detached, signature_ssh, trust_known_signer};
use crate::claim::Claim;
use crate::crypto::key::SshKey;
use crate::crypto::signature::Algorithm;
use crate::custody::auths::attestation::{Attestation, PAYLOAD_TYPE};
use crate::custody::auths::{Bundle, DID, Walked, peer};
use crate::digest::Digest;
use crate::fact::{Fact, Means, Named, Standing, Subject, Voucher};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::path::escape;
use crate::proof::git::{Commit, Signature};
use crate::proof::sshsig::{self, SshSignature};
use crate::time::UnixTime;

/// The bundles of a case, walked.
pub struct Identities<'v>(Vec<Walked<'v>>);

/// What was found of a commit.
pub struct Found {
    /// What was established.
    pub facts: Vec<Fact>,
    /// What speaks against it.
    pub doubts: Vec<(Option<crate::anchor::Identity>, Finding)>,
}

impl<'v> Identities<'v> {
    /// Those of the case.
    pub fn of(view: &'v CaseView) -> Identities<'v> {
        let bundle = |index| match view.claim(index) {
            Some(Claim::AuthsBundle(bundle)) => Some(bundle.replay()),
            _ => None,
        };
        Identities((0..view.case.items.len()).filter_map(bundle).collect())
    }

    /// The bundle with the log of the device that a commit names, or the first.
    fn with(&self, commit: &Commit) -> Option<&Walked<'v>> {
        let (_, device) = peer::named(commit)?;
        self.0.iter().find(|walked| walked.of(device).is_some()).or(self.0.first())
    }

    /// Judges a commit by them; `None` where it names no identity, or no bundle is here.
    #[allow(clippy::too_many_arguments)]
    pub fn judge(
        &self,
        context: &Context,
        item: &str,
        raw: &[u8],
        commit: &Commit,
        existence: &Existence,
        standing: &mut Standing,
        book: &mut Book,
    ) -> Option<Found> {
        let walked = self.with(commit)?;
        let pins = pinned(context);
        let now = context.rules.at;
        let answer = |now| peer::commit(raw, commit, walked, &pins, now);
        let verdict = answer(now.unwrap_or(UnixTime::MIN));
        let mut found = Found { facts: Vec::new(), doubts: Vec::new() };
        found.facts.push(told(item, commit, walked, now, &verdict));
        if now.is_none() && answer(UnixTime::MAX) != verdict {
            found.doubts.push((None, custody_actor::term_open()));
            return Some(found);
        }
        let sound = is_sound(commit, walked);
        match verdict.code {
            _ if !sound => found.doubts.push((None, custody_actor::log_unsound())),
            "valid" => admit(context, item, walked, commit, existence, standing, &mut found, book),
            code => found.doubts.push((None, doubt(code, &verdict.detail, commit))),
        }
        let refused = found.doubts.first().filter(|_| verdict.is_valid() && standing.good.is_empty());
        if let Some((_, one)) = refused {
            let detail = "auths' own verifier accepts this";
            book.note(Finding::new(Severity::Note, one.check, detail).item(item));
        }
        Some(found)
    }
}

/// Whether nothing is wrong with the logs of the device and of the identity, which are
/// those of their names, and the identity is the one that the bundle is about.
fn is_sound(commit: &Commit, walked: &Walked<'_>) -> bool {
    let Some(root) = peer::root(commit, walked) else { return true };
    let device = peer::named(commit).map_or("", |(_, device)| device);
    let own = |did: &str| {
        let log = walked.bundle.log(did);
        log.is_none_or(|log| log.begun() == Some(log.prefix()))
            && walked.of(did).is_none_or(|kel| kel.as_ref().is_ok_and(crate::proof::keri::Kel::is_sound))
    };
    own(&root) && own(device) && (walked.of(&root).is_none() || root == walked.bundle.root.did)
}

/// Identities that somebody outside the evidence trusts.
fn pinned(context: &Context) -> BTreeSet<String> {
    let names = context.authorities.iter().map(|authority| authority.identity.as_str());
    names.filter(|name| name.starts_with(DID)).map(str::to_owned).collect()
}

/// The logs of a bundle count where its root is pinned.
pub fn root(view: &CaseView, context: &Context, index: usize, subject: &mut Subject, book: &mut Book) {
    let Some(Claim::AuthsBundle(bundle)) = view.claim(index) else { return };
    let did = &bundle.root.did;
    match pinned(context).contains(did) {
        true => book.pass(CheckId::TrustKnownSigner),
        false => {
            book.find(trust_known_signer::not_pinned(did).item(view.item(index).path.as_str()));
            subject.held_by.insert(CheckId::TrustKnownSigner);
        }
    }
}

/// What auths itself says of a bundle.
pub fn peer_of(view: &CaseView, context: &Context, index: usize) -> Option<Fact> {
    let Some(Claim::AuthsBundle(bundle)) = view.claim(index) else { return None };
    let answer = context.rules.at.map(|now| peer::bundle(bundle, &bundle.replay(), now));
    let kind = match &answer {
        Some(Err(text)) if text.starts_with("bundle is stale") => Some("stale"),
        Some(Err(text)) if text.starts_with("bundle does not self-certify") => Some("not-self-certifying"),
        Some(Err(_)) => Some("unauthenticated"),
        _ => None,
    };
    Some(Fact::Peer {
        item: view.item(index).path.as_str().to_owned(),
        system: "auths",
        command: "auths verify-commit --identity-bundle",
        verdict: match (&answer, kind) {
            (None, _) => "untold",
            (_, None) => "ok",
            _ => "broken",
        },
        why: answer.is_none().then_some("it depends on the time of validation, which was not given"),
        entries: entries(bundle),
        breaks: u64::from(kind.is_some()),
        first: kind.map(|kind| (0, escape(bundle.root.did.as_bytes()), kind)),
        good: None,
        reasons: Vec::new(),
    })
}

fn entries(bundle: &Bundle) -> u64 {
    std::iter::once(&bundle.root).chain(&bundle.devices).map(|log| log.events.len() as u64).sum()
}

/// What auths itself says of a commit.
fn told(
    item: &str,
    commit: &Commit,
    walked: &Walked<'_>,
    now: Option<UnixTime>,
    verdict: &peer::Verdict,
) -> Fact {
    let bundle = now.map(|now| peer::bundle(walked.bundle, walked, now));
    let code = match &bundle {
        Some(Err(_)) => "bundle-refused",
        _ => verdict.code,
    };
    let valid = code == "valid";
    Fact::Peer {
        item: item.to_owned(),
        system: "auths",
        command: "auths verify-commit",
        verdict: match (&bundle, valid) {
            (None, _) => "untold",
            (_, true) => "ok",
            (_, false) => "broken",
        },
        why: bundle.is_none().then_some("it depends on the time of validation, which was not given"),
        entries: 1,
        breaks: u64::from(bundle.is_some() && !valid),
        first: (bundle.is_some() && !valid).then(|| (0, commit.id().hex(), code)),
        good: None,
        reasons: Vec::new(),
    }
}

/// What a refusal of auths' is here.
fn doubt(code: &str, detail: &str, commit: &Commit) -> Finding {
    let (root, device) = peer::named(commit).unwrap_or_default();
    match code {
        "root-not-pinned" => trust_known_signer::not_pinned(root),
        "kel-unavailable device" => trust_known_signer::unknown(Some(device)),
        "kel-unavailable root" => trust_known_signer::unknown(Some(root)),
        "unsigned" => trust_known_signer::nobody(),
        "gpg-unsupported" => signature_ssh::another_kind(),
        "ssh-signature-invalid" => signature_ssh::not_made(device),
        _ => custody_actor::of_commit(device, detail),
    }
}

/// The identity may have signed, and the rules that hold for every signature hold here.
#[allow(clippy::too_many_arguments)]
fn admit(
    context: &Context,
    item: &str,
    walked: &Walked<'_>,
    commit: &Commit,
    existence: &Existence,
    standing: &mut Standing,
    found: &mut Found,
    book: &mut Book,
) {
    let Some(Signature::Ssh(armor)) = commit.signature() else { return };
    let Ok(signature) = SshSignature::parse(armor.as_bytes()) else { return };
    let SshKey::Plain(key) = signature.key_unverified() else { return };
    let key = TrustedKey::ssh(SshKey::Plain(key.clone()));
    let payload_type = sshsig::payload_type(sshsig::GIT);
    let root = &walked.bundle.root.did;
    for authority in context.authorities.iter().filter(|authority| authority.identity.as_str() == root) {
        let what = (signature.algorithm(), payload_type.as_str());
        let admitted =
            signing::admit_detached(context, authority, &key, what, existence, Purpose::Attestation);
        admitted.passed.into_iter().for_each(|check| book.pass(check));
        book.merge(admitted.coverage);
        admitted.notes.into_iter().for_each(|note| book.note(note.item(item)));
        if admitted.findings.is_empty() {
            standing.good.insert(authority.identity.clone());
            found.facts.push(Fact::Signed {
                item: item.to_owned(),
                signer: authority.identity.clone(),
                key: key.id.to_string(),
                algorithm: signature.algorithm().name(),
                payload_type: payload_type.clone(),
                payload: Digest::sha256(commit.payload()),
                subjects: vec![commit.id(), commit.tree],
                time: admitted.time,
            });
        } else {
            found.doubts.extend(admitted.findings.into_iter().map(|finding| (None, finding)));
        }
    }
    if standing.good.is_empty() {
        if found.doubts.is_empty() {
            found.doubts.push((None, trust_known_signer::not_pinned(root)));
        }
        return;
    }
    found.doubts.clear();
    signature_ssh::passed(book);
    trust_known_signer::passed(book);
    book.pass(CheckId::CustodyActor);
}

/// One attestation about a file, after the examination.
pub use crate::check::detached::Examined as Attested;

/// Examines the attestations of a case: who says what of which file.
pub fn attested(view: &CaseView, context: &Context, times: &Times) -> Vec<Attested> {
    let identities = Identities::of(view);
    let mut examined = Vec::new();
    for (index, item) in view.case.items.iter().enumerate() {
        let Some(Claim::AuthsAttestation(attestation)) = view.claim(index) else { continue };
        let existence = times.existence(context.rules.at, item, &[]);
        let path = item.path.as_str();
        let (mut book, mut standing, mut facts) = (Book::default(), Standing::default(), Vec::new());
        let doubts = match identities.said(context, attestation) {
            Err(finding) => vec![(None, finding)],
            Ok((root, algorithm, key)) => {
                signature_detached::passed(&mut book);
                trust_known_signer::passed(&mut book);
                let mut doubts = Vec::new();
                for authority in context.authorities.iter().filter(|one| one.identity.as_str() == root) {
                    let what = (algorithm, PAYLOAD_TYPE);
                    let purpose = Purpose::Attestation;
                    let admitted =
                        signing::admit_detached(context, authority, &key, what, &existence, purpose);
                    admitted.passed.into_iter().for_each(|check| book.pass(check));
                    book.merge(admitted.coverage);
                    admitted.notes.into_iter().for_each(|note| book.note(note.item(path)));
                    if admitted.findings.is_empty() {
                        standing.good.insert(authority.identity.clone());
                        facts.push(Fact::Signed {
                            item: path.to_owned(),
                            signer: authority.identity.clone(),
                            key: key.id.to_string(),
                            algorithm: algorithm.name(),
                            payload_type: PAYLOAD_TYPE.to_owned(),
                            payload: Digest::sha256(attestation.signed()),
                            subjects: attestation.file.into_iter().collect(),
                            time: admitted.time,
                        });
                    } else {
                        let held = admitted.findings.iter().all(|one| one.severity != Severity::Failed);
                        let who = held.then(|| authority.identity.clone());
                        doubts.extend(admitted.findings.into_iter().map(|one| (who.clone(), one)));
                    }
                }
                if standing.good.is_empty() { doubts } else { Vec::new() }
            }
        };
        for finding in signing::weigh(context, doubts, &mut standing) {
            book.find(finding.item(path));
        }
        let digest = Digest::sha256(attestation.signed());
        let names = attestation.file.map(|digest| Named { digests: vec![digest], name: None, path: None });
        let voucher = Voucher {
            case: view.index,
            item: path.to_owned(),
            means: Means::Signature,
            purpose: Purpose::Attestation,
            names: names.into_iter().collect(),
            standing,
        };
        examined.push(Attested { signed: Signed::bytes(voucher, digest), facts, book });
    }
    examined
}

impl Identities<'_> {
    /// By which pinned identity an attestation was made, or why by none.
    fn said(
        &self,
        context: &Context,
        attestation: &Attestation,
    ) -> Result<(String, Algorithm, TrustedKey), Finding> {
        let issuer = &attestation.issuer;
        let Some(walked) = self.0.iter().find(|walked| walked.bundle.root.did == *issuer) else {
            return Err(trust_known_signer::unknown(Some(issuer)));
        };
        if !pinned(context).contains(issuer) {
            return Err(trust_known_signer::not_pinned(issuer));
        }
        let log = &walked.bundle.root;
        let kel = walked.root.as_ref().ok().filter(|kel| kel.is_sound() && log.begun() == Some(log.prefix()));
        let Some(key) = kel.filter(|kel| !kel.abandoned).and_then(|kel| kel.current().first()) else {
            return Err(custody_actor::log_unsound());
        };
        let algorithm =
            attestation.signed_by(&key.key).map_err(|error| signature_detached::unsigned(issuer, &error))?;
        let past = |until: Option<UnixTime>| match (until, context.rules.at) {
            (None, _) => Ok(false),
            (Some(until), Some(at)) => Ok(at > until),
            (Some(_), None) => Err(custody_actor::term_open()),
        };
        let early = context
            .rules
            .at
            .is_some_and(|at| attestation.made.seconds() > at.seconds().saturating_add(AHEAD));
        if attestation.revoked_at.is_some() && context.rules.at.is_none() {
            return Err(custody_actor::term_open());
        }
        let revoked = attestation.revoked_at.zip(context.rules.at).is_some_and(|(revoked, at)| revoked <= at);
        match () {
            () if revoked => Err(custody_actor::no_more(issuer, "the attestation was taken back")),
            () if past(attestation.expires_at)? => {
                Err(custody_actor::no_more(issuer, "the attestation expired"))
            }
            () if early => Err(custody_actor::no_more(issuer, "the attestation is of the future")),
            () => Ok((issuer.clone(), algorithm, TrustedKey::public(key.key.clone()))),
        }
    }
}

/// So many seconds the clock of an issuer may be ahead, as auths has it.
const AHEAD: i64 = 300;
