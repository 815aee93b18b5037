//! One envelope, examined: every signature on it, under every key that it may
//! mean, and then whether whoever signed may sign this.
//!
//! The mechanism says "these bytes verify under this key" and nothing more. Who
//! the key belongs to, for what, when, and whether that is enough is asked
//! here, one check at a time, and every answer is written down: a signature
//! that fails does not spoil one that holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Authority, Identity, Persons, Profile, Purpose, Rules, TrustedKey};
use crate::check::certificates::Signers;
use crate::check::existence::{Bound, Existence};
use crate::check::pki::{self, Bag, Pki, Role, Until, Used};
use crate::check::{
    certificate_window, layout_signature, signature_algorithm, signature_bare_payload, signature_dsse,
    signature_shared_key, statement_shape, trust_development, trust_distrusted, trust_known_signer,
    trust_narrowing, trust_purpose, trust_window,
};
use crate::custody::ledger::anchor::Anchor;
use crate::custody::ledger::anchor::PAYLOAD_TYPE as ANCHOR_PAYLOAD_TYPE;
use crate::custody::stellaops::Receipt;
use crate::digest::Digest;
use crate::fact::{Fact, Means, Named, ProvenTime, Standing};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::limits;
use crate::listing::{Approval, FILES_TYPE, FileManifest, KIT_TYPE, Manifest, ManifestForm};
use crate::path;
use crate::proof::dsse::{DsseError, Envelope, SignedEnvelope};
use crate::proof::x509::path::Path;
use crate::statement::layout::Metadata;
use crate::statement::{self, Statement};
use crate::time::Interval;
use crate::wire::json::{self, Value};
use crate::wire::{base64, canonical};

/// What every examination needs to know of trust and policy.
pub struct Context<'t> {
    /// Everyone whom someone outside the evidence trusts for something.
    pub authorities: &'t [Authority],
    /// The part of policy that mechanisms need.
    pub rules: &'t Rules,
    /// Who is the same as whom.
    pub persons: &'t Persons,
    /// How many distinct identities a subject needs.
    pub threshold: usize,
    /// Whether a shared key alone may be enough.
    pub shared_key_suffices: bool,
    /// Signers with certificates in the case that is examined.
    pub certified: Option<Certified<'t>>,
    /// Whether the evidence itself says under what its signature is: a bundle
    /// with a certificate.
    sole: bool,
    /// The hint that stands beside signatures that have none of their own.
    hint: Option<String>,
    /// Keys by every hint that may mean them.
    hints: BTreeMap<&'t str, Vec<(usize, usize)>>,
}

/// The certificates of one case, for those who sign with them.
#[derive(Clone, Copy)]
pub struct Certified<'t> {
    /// Who they are.
    pub signers: &'t Signers,
    /// How many of the authorities are in the trust store itself; the others
    /// are made of certificates.
    pub trusted: usize,
    /// Certificates of the trust store.
    pub pki: &'t Pki<'t>,
    /// What lies in the case.
    pub bag: &'t Bag,
}

impl<'t> Context<'t> {
    /// Indexes the trust store by hint.
    pub fn new(
        authorities: &'t [Authority],
        rules: &'t Rules,
        persons: &'t Persons,
        threshold: usize,
        shared_key_suffices: bool,
    ) -> Context<'t> {
        let mut hints: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (a, authority) in authorities.iter().enumerate() {
            for (k, key) in authority.keys.iter().enumerate() {
                for hint in &key.hints {
                    hints.entry(hint).or_default().push((a, k));
                }
            }
        }
        Context {
            authorities,
            rules,
            persons,
            threshold,
            shared_key_suffices,
            certified: None,
            sole: false,
            hint: None,
            hints,
        }
    }

    /// The same with signers who have certificates in a case.
    pub fn with_signers(&self, signers: &'t Signers, pki: &'t Pki<'t>, bag: &'t Bag) -> Context<'t> {
        let trusted = self.authorities.len();
        let all = match signers.authorities.is_empty() {
            true => self.authorities,
            false => &signers.authorities,
        };
        let mut context =
            Context::new(all, self.rules, self.persons, self.threshold, self.shared_key_suffices);
        context.certified = Some(Certified { signers, trusted, pki, bag });
        context
    }

    /// The same with nobody but those whom one certificate makes: what a bundle
    /// with that certificate is verified under.
    pub fn confined<'s>(&self, signers: &'s Signers, pki: &'s Pki<'s>, bag: &'s Bag) -> Context<'s>
    where
        't: 's,
    {
        let (persons, threshold) = (self.persons, self.threshold);
        let mut context =
            Context::new(&signers.authorities, self.rules, persons, threshold, self.shared_key_suffices);
        context.certified = Some(Certified { signers, trusted: 0, pki, bag });
        context.sole = true;
        context
    }

    /// The same for signatures that have their hint beside them.
    pub fn pointed(&self, hint: Option<&str>) -> Context<'t> {
        let (persons, threshold) = (self.persons, self.threshold);
        let mut context =
            Context::new(self.authorities, self.rules, persons, threshold, self.shared_key_suffices);
        context.certified = self.certified;
        context.hint = hint.map(str::to_owned);
        context
    }

    /// What is wrong with the certificate of a key that `signed` holds under.
    pub fn refused(&self, signed: impl Fn(&TrustedKey) -> bool) -> Option<&'t Finding> {
        let refused = &self.certified?.signers.refused;
        refused.iter().find(|one| signed(&one.key)).map(|one| &one.finding)
    }

    /// How many distinct persons these are.
    pub fn distinct(&self, identities: &BTreeSet<Identity>) -> usize {
        self.persons.distinct(identities).len()
    }

    fn hinted(&self, hint: Option<&str>) -> Vec<(usize, usize)> {
        hint.and_then(|hint| self.hints.get(hint)).cloned().unwrap_or_default()
    }

    fn all_keys(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.authorities
            .iter()
            .enumerate()
            .flat_map(|(a, authority)| (0..authority.keys.len()).map(move |k| (a, k)))
    }

    /// Every key, with the authority that holds it.
    pub fn keys(&self) -> impl Iterator<Item = (&'t Authority, &'t TrustedKey)> + '_ {
        self.all_keys().map(|at| self.key(at))
    }

    /// The certificates behind a key that is not in the trust store itself.
    fn path_of(&self, authority: &Authority) -> Option<(Certified<'t>, &'t Path)> {
        let certified = self.certified?;
        let made = self.authorities.get(certified.trusted..)?;
        let index = made.iter().position(|one| std::ptr::eq(one, authority))?;
        Some((certified, certified.signers.paths.get(index)?))
    }

    fn key(&self, (a, k): (usize, usize)) -> (&'t Authority, &'t TrustedKey) {
        (&self.authorities[a], &self.authorities[a].keys[k])
    }
}

/// What a signed payload turned out to say.
#[derive(Debug)]
pub enum Content {
    /// An in-toto statement or a promotion.
    Statement(Statement),
    /// A signed list of the files beside it.
    Files(FileManifest),
    /// The manifest of a kit.
    Kit(Box<Manifest>),
    /// A Merkle root over a ledger.
    Anchor(Anchor),
    /// That something was imported, or refused.
    Receipt(Receipt),
    /// A layout or a link of in-toto.
    InToto(Metadata),
    /// Anything else: whoever signed it vouches for these bytes as a file.
    Opaque,
}

impl Content {
    /// For which purpose someone must be trusted to say this.
    pub fn purpose(&self) -> Purpose {
        match self {
            Content::Statement(s) if s.kind() == statement::Kind::Promotion => Purpose::Promotion,
            Content::Kit(_) => Purpose::Kit,
            Content::Anchor(_) | Content::Receipt(_) => Purpose::Custody,
            _ => Purpose::Attestation,
        }
    }

    /// By what means it vouches.
    pub fn means(&self) -> Means {
        match self {
            Content::Statement(statement) => match statement.kind() {
                statement::Kind::Provenance => Means::Provenance,
                statement::Kind::SummaryPassed => Means::Summary,
                statement::Kind::Promotion => Means::Promotion,
                statement::Kind::Manifest => Means::Manifest,
                statement::Kind::Signature => Means::Signature,
                statement::Kind::SummaryOther | statement::Kind::Other => Means::Other,
            },
            Content::Files(_) => Means::List,
            Content::Kit(_) => Means::Manifest,
            Content::InToto(Metadata::Layout(_)) => Means::Layout,
            Content::Anchor(_) | Content::Receipt(_) | Content::InToto(Metadata::Link(_)) => Means::Other,
            Content::Opaque => Means::Signature,
        }
    }

    /// What it is about.
    pub(super) fn names(&self, payload: &[u8]) -> Vec<Named> {
        let listed = |entries: &[crate::listing::Entry]| {
            let named = |entry: &crate::listing::Entry| Named {
                digests: vec![entry.digest],
                name: None,
                path: Some(entry.path.as_str().to_owned()),
            };
            entries.iter().map(named).collect::<Vec<_>>()
        };
        match self {
            Content::Statement(statement) => statement
                .subjects
                .iter()
                .map(|subject| Named {
                    digests: subject.digests.clone(),
                    name: subject.name.as_deref().map(|name| path::escape(name.as_bytes())),
                    path: None,
                })
                .collect(),
            Content::Files(files) => listed(&files.entries),
            // What a layout comes to is known when its links are.
            Content::Anchor(_) | Content::InToto(_) => Vec::new(),
            Content::Receipt(receipt) => {
                vec![Named { digests: vec![receipt.hash], name: None, path: None }]
            }
            // What a kit lists is for the kit to hold, and for nobody else.
            Content::Kit(_) | Content::Opaque => {
                vec![Named { digests: vec![Digest::sha256(payload)], name: None, path: None }]
            }
        }
    }
}

/// One envelope after the examination.
#[derive(Debug)]
pub struct Examined {
    /// Who stands behind it.
    pub standing: Standing,
    /// What it says; only from a payload that verified, unless `unverified`.
    pub content: Option<Content>,
    /// Whether nobody known signed it, so that `content` is only a claim.
    pub unverified: bool,
    /// By what means it vouches.
    pub means: Means,
    /// What it is about.
    pub names: Vec<Named>,
    /// SHA-256 of its payload.
    pub payload: Digest,
    /// SHA-256 of its payload in canonical form, where it is JSON of a type
    /// that is not read here: the same manifest may be spelt in another way.
    pub spelt: Option<Digest>,
    /// The purpose that a signer needs.
    pub purpose: Purpose,
    /// What was established.
    pub facts: Vec<Fact>,
    /// What was examined.
    pub book: Book,
}

/// A signature that verified, and under whose key.
struct Valid<'t> {
    index: usize,
    authority: &'t Authority,
    key: &'t TrustedKey,
    algorithm: crate::crypto::signature::Algorithm,
}

/// What an item asks for in all, summed over its envelopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Different signatures.
    pub signatures: usize,
    /// Bytes that they are made over, once for each of them.
    pub bytes: u64,
}

impl Load {
    /// Both together.
    pub fn plus(self, other: Load) -> Load {
        Load {
            signatures: self.signatures.saturating_add(other.signatures),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    /// With another envelope.
    pub fn and(self, envelope: &Envelope) -> Load {
        let signatures = envelope.distinct();
        let bytes = (envelope.length() as u64).saturating_mul(signatures as u64);
        Load {
            signatures: self.signatures.saturating_add(signatures),
            bytes: self.bytes.saturating_add(bytes),
        }
    }
}

/// What one key says to one signature.
#[derive(Clone, Copy)]
enum Answer {
    Made(crate::crypto::signature::Algorithm),
    MadeBare,
    NotMade,
}

/// Examines `envelope`, which lies in `item` together with as many signatures
/// as `load` says, its own among them.
pub fn examine(
    context: &Context,
    item: &str,
    at: Option<&str>,
    envelope: &Envelope,
    existence: &Existence,
    load: Load,
) -> Examined {
    // Each signature has the same share, so that neither their order nor the
    // number of threads decides which keys are tried on which.
    let metablock = envelope.value_unverified().is_some();
    let of_signature = if metablock { CheckId::LayoutSignature } else { CheckId::SignatureDsse };
    let share = limits::KEY_TRIALS_MAX / load.signatures.max(1);
    let mut answers: BTreeMap<(&[u8], (usize, usize)), Answer> = BTreeMap::new();
    let mut seen: BTreeSet<(&[u8], Option<&str>)> = BTreeSet::new();
    let mut pending: Vec<Finding> = Vec::new();
    let mut book = Book::default();
    let mut valid: Vec<Valid> = Vec::new();
    let mut signed: Option<SignedEnvelope> = None;
    let mut standing = Standing::default();
    for (index, signature) in envelope.signatures().iter().enumerate() {
        let place = place(at, index);
        let hint = signature.keyid.as_deref().or(context.hint.as_deref());
        if !seen.insert((&signature.sig, hint)) {
            book.skip(of_signature, "the same signature again");
            continue;
        }
        let mut candidates = context.hinted(hint);
        let named = candidates.len();
        // A key id proves nothing, so the keys that it does not name are asked
        // too, after those that it does.
        let others: Vec<_> = context.all_keys().filter(|key| !candidates.contains(key)).collect();
        let trials = others.len();
        let over_all = others.iter().filter(|key| context.key(**key).1.goes_over_all()).count() as u64;
        // Once over the encoding, once over the bare payload.
        let hashed = over_all.saturating_mul(2).saturating_mul(load.bytes);
        let refused = match () {
            () if trials > share => {
                Some(trust_known_signer::too_many_trials(trials.saturating_mul(load.signatures)))
            }
            () if hashed > limits::KEY_TRIAL_BYTES_MAX => Some(trust_known_signer::too_much_to_hash(hashed)),
            () => None,
        };
        candidates.extend(others);
        let mut bare = None;
        let mut beyond = None;
        let mut found: Vec<Valid> = Vec::new();
        for (number, candidate) in candidates.into_iter().enumerate() {
            let (authority, key) = context.key(candidate);
            // What one key signed no other key did; it may stand there again
            // under another name.
            if found.first().is_some_and(|valid| valid.key.id != key.id) {
                continue;
            }
            if number >= named && refused.is_some() && found.is_empty() {
                beyond = refused;
                break;
            }
            let ask = || match envelope.signed_by(index, key) {
                Ok(envelope) => {
                    let algorithm = envelope.algorithm();
                    signed.get_or_insert(envelope);
                    Answer::Made(algorithm)
                }
                Err(DsseError::BarePayload { .. }) => Answer::MadeBare,
                Err(_) => Answer::NotMade,
            };
            match *answers.entry((&signature.sig, candidate)).or_insert_with(ask) {
                Answer::Made(algorithm) => found.push(Valid { index, authority, key, algorithm }),
                Answer::MadeBare => bare = Some(authority.identity.clone()),
                Answer::NotMade => {}
            }
        }
        let finding = if !found.is_empty() {
            if metablock {
                layout_signature::passed(&mut book);
            } else {
                signature_dsse::passed(&mut book);
                signature_bare_payload::passed(&mut book);
            }
            trust_known_signer::passed(&mut book);
            valid.append(&mut found);
            continue;
        } else if let Some(finding) = context.refused(|key| envelope.signed_by(index, key).is_ok()) {
            finding.clone()
        } else if let Some(identity) = bare {
            signature_bare_payload::failed(&identity)
        } else if named > 0 && metablock {
            layout_signature::failed(hint.unwrap_or_default())
        } else if context.sole {
            signature_dsse::failed_certified()
        } else if named > 0 {
            signature_dsse::failed(hint.unwrap_or_default())
        } else if let Some(finding) = beyond {
            finding
        } else {
            match signature.certified {
                true => trust_known_signer::certificate_beside(),
                false => trust_known_signer::unknown(hint),
            }
        };
        pending.push(finding.item(item).at(place));
    }
    let unverified = signed.is_none();
    let payload = signed.as_ref().map_or(envelope.payload_unverified(), SignedEnvelope::payload);
    let payload_digest = Digest::sha256(payload);
    let content = match content(envelope, payload) {
        Ok(content) => {
            if matches!(content, Content::Statement(_) | Content::InToto(_)) {
                statement_shape::passed(&mut book);
            }
            Some(content)
        }
        Err(error) => {
            let finding = statement_shape::failed(&error).item(item);
            standing.failed.insert(finding.check);
            book.find(match at {
                Some(at) => finding.at(at),
                None => finding,
            });
            None
        }
    };
    let purpose = content.as_ref().map_or(Purpose::Attestation, Content::purpose);
    let subject = Admission {
        context,
        payload_type: envelope.payload_type(),
        content: content.as_ref(),
        purpose,
        existence,
    };
    let mut facts = Vec::new();
    // One signature may verify under a key that several authorities hold: the
    // one that may say most speaks for it.
    let mut by_index: BTreeMap<usize, Vec<(Admitted, &Valid)>> = BTreeMap::new();
    for one in &valid {
        by_index.entry(one.index).or_default().push((subject.admit(one), one));
    }
    for (index, mut admitted) in by_index {
        admitted.sort_by(|(a, x), (b, y)| {
            (a.rank(), &x.authority.identity).cmp(&(b.rank(), &y.authority.identity))
        });
        let (verdict, one) = admitted.swap_remove(0);
        let identity = one.authority.identity.clone();
        for check in &verdict.passed {
            book.pass(*check);
        }
        book.merge(verdict.coverage);
        let at_signature = place(at, index);
        for note in verdict.notes {
            book.note(note.item(item).at(at_signature.clone()));
        }
        if verdict.findings.is_empty() {
            facts.push(Fact::Signed {
                item: item.to_owned(),
                signer: identity.clone(),
                key: one.key.id.to_string(),
                algorithm: one.algorithm.name(),
                payload_type: match metablock {
                    true => "signed".to_owned(),
                    false => path::escape(envelope.payload_type().as_bytes()),
                },
                payload: payload_digest,
                subjects: Vec::new(),
                time: verdict.time,
            });
            standing.good.insert(identity);
            continue;
        }
        if verdict.findings.iter().all(|finding| finding.severity != Severity::Failed) {
            standing.held.entry(identity).or_insert(verdict.findings[0].check);
        }
        let place = place(at, index);
        pending.extend(verdict.findings.into_iter().map(|finding| finding.item(item).at(place.clone())));
    }
    let met = context.distinct(&standing.good) >= context.threshold;
    for mut finding in pending {
        match finding.severity {
            Severity::Failed => standing.failed.insert(finding.check),
            _ => standing.open.insert(finding.check),
        };
        if met {
            // What one signer did wrong does not spoil what enough others did right.
            finding.severity = Severity::Note;
        }
        book.find(finding);
    }
    let names = content.as_ref().map_or_else(Vec::new, |content| content.names(payload));
    let digests: Vec<Digest> = names.iter().flat_map(|named| named.digests.iter().copied()).collect();
    for fact in &mut facts {
        if let Fact::Signed { subjects, .. } = fact {
            subjects.clone_from(&digests);
        }
    }
    let means = content.as_ref().map_or(Means::Other, Content::means);
    let spelt = matches!(content, Some(Content::Opaque)).then(|| spelt(payload)).flatten();
    let payload = payload_digest;
    Examined { standing, content, unverified, means, names, payload, spelt, purpose, facts, book }
}

/// Whether one signer may say this: each rule is a check of its own.
struct Admission<'c> {
    context: &'c Context<'c>,
    payload_type: &'c str,
    content: Option<&'c Content>,
    purpose: Purpose,
    existence: &'c Existence,
}

/// What came of asking whether somebody may have signed something.
pub struct Admitted {
    /// Checks that had nothing against it.
    pub passed: Vec<CheckId>,
    /// What speaks against it.
    pub findings: Vec<Finding>,
    /// What is worth knowing of it.
    pub notes: Vec<Finding>,
    /// What was examined besides.
    pub coverage: Book,
    /// When it was signed, as far as that is proven.
    pub time: ProvenTime,
}

impl Admitted {
    fn rank(&self) -> (usize, usize) {
        let failed = self.findings.iter().filter(|f| f.severity == Severity::Failed).count();
        (failed, self.findings.len())
    }
}

impl Admission<'_> {
    fn admit(&self, one: &Valid) -> Admitted {
        let (authority, key) = (one.authority, one.key);
        let statement = match self.content {
            Some(Content::Statement(statement)) => Some(statement),
            _ => None,
        };
        admitted(
            self.context,
            authority,
            key,
            one.algorithm,
            self.existence,
            [
                (CheckId::TrustPurpose, trust_purpose::examine(authority, self.purpose)),
                (CheckId::TrustNarrowing, trust_narrowing::examine(authority, self.payload_type, statement)),
            ],
        )
    }
}

/// The rules that hold for every signature of whatever form.
fn admitted<const N: usize>(
    context: &Context,
    authority: &Authority,
    key: &TrustedKey,
    algorithm: crate::crypto::signature::Algorithm,
    existence: &Existence,
    more: [(CheckId, Option<Finding>); N],
) -> Admitted {
    let rules = context.rules;
    // A keyless signer is the person in the certificate. Who runs the issuer may
    // run a log or a clock as well: trust says so, and not the evidence.
    let path = context.path_of(authority).filter(|_| !context.sole);
    let mut keys = path.map_or_else(BTreeSet::new, |(_, path)| pki::keys(path));
    keys.insert(key.id);
    let bound = existence.bound(context.persons, &authority.identity, &keys);
    let shared = key.is_shared() && !context.shared_key_suffices;
    let always = [
        (CheckId::TrustDistrusted, trust_distrusted::examine(authority, key)),
        (CheckId::SignatureAlgorithm, signature_algorithm::examine(rules, algorithm, &bound.existed)),
        (CheckId::TrustWindow, trust_window::examine(authority, key, &bound, rules.at)),
        (CheckId::TrustDevelopment, trust_development::examine(authority, rules.allow_development)),
        (CheckId::SignatureSharedKey, signature_shared_key::examine(authority, shared)),
    ];
    let time = match bound.proven.is_empty() || bound.by == "validation" {
        true => ProvenTime::new(&Interval::UNKNOWN, "none"),
        // Signed before it was stamped; how long before, nobody knows.
        false => ProvenTime::new(&Interval { earliest: None, ..bound.existed }, bound.by),
    };
    let mut admitted = Admitted {
        passed: Vec::new(),
        findings: Vec::new(),
        notes: Vec::new(),
        coverage: Book::default(),
        time,
    };
    if let Some((certified, path)) = context.path_of(authority) {
        // Certificates of keyless signers have no subject but the other names.
        let subject = match context.sole {
            true => authority.identity.to_string(),
            false => path.target().subject().to_string(),
        };
        admitted.coverage.pass(CheckId::CertificatePath);
        // A time of validation is no proof of when something was signed.
        let existed = Bound { existed: Interval::UNKNOWN, ..bound.clone() };
        let proven = if bound.proven.is_empty() { &existed } else { &bound };
        match certificate_window::examine(&subject, &path.holds(), authority.profile, proven) {
            None => admitted.coverage.pass(CheckId::CertificateWindow),
            Some(finding) => admitted.findings.push(finding),
        }
        admitted.findings.extend(pki::algorithms(rules, path, &bound.existed));
        let used = Used {
            // Not earlier than what? Nobody knows: proofs bound it from above.
            at: Interval { earliest: None, ..bound.existed },
            proven_before: bound.existed.latest.filter(|_| bound.by != "validation"),
            until: bound.existed.latest.filter(|_| bound.by == "validation").map(Until::Validation),
        };
        let (pki, bag, book) = (certified.pki, certified.bag, &mut admitted.coverage);
        let role = match authority.profile {
            Profile::ShortLived => Role::ShortLived,
            Profile::LongLived => Role::Signer,
        };
        let revocation = pki::revocation(pki, bag, rules, path, used, role, book);
        let (notes, findings): (Vec<_>, Vec<_>) =
            revocation.into_iter().partition(|finding| finding.severity == Severity::Note);
        admitted.notes.extend(notes);
        admitted.findings.extend(findings);
    }
    for (check, finding) in always.into_iter().chain(more) {
        match finding {
            None => admitted.passed.push(check),
            Some(finding) => admitted.findings.push(finding),
        }
    }
    admitted.findings.sort();
    admitted
}

/// Whether `authority` may, for `purpose`, sign a file with a detached
/// signature, made with `key` by `algorithm`: what was wrong, by severity.
pub fn admit_detached(
    context: &Context,
    authority: &Authority,
    key: &TrustedKey,
    (algorithm, payload_type): (crate::crypto::signature::Algorithm, &str),
    existence: &Existence,
    purpose: Purpose,
) -> Admitted {
    admitted(
        context,
        authority,
        key,
        algorithm,
        existence,
        [
            (CheckId::TrustPurpose, trust_purpose::examine(authority, purpose)),
            // Most detached signatures have no payload type, so a narrowing to some excludes them.
            (CheckId::TrustNarrowing, trust_narrowing::examine(authority, payload_type, None)),
        ],
    )
}

/// Puts what speaks against signers into `standing`, and gives it back as it is
/// to be told: what one signer did wrong does not spoil what enough others did
/// right, and is a note there. Each doubt is about a signer, where that is known.
pub fn weigh(
    context: &Context,
    doubts: Vec<(Option<Identity>, Finding)>,
    standing: &mut Standing,
) -> Vec<Finding> {
    let met = context.distinct(&standing.good) >= context.threshold;
    let mut told = Vec::with_capacity(doubts.len());
    for (identity, mut finding) in doubts {
        match (finding.severity, identity) {
            (Severity::Failed, _) => drop(standing.failed.insert(finding.check)),
            (_, Some(identity)) => drop(standing.held.insert(identity, finding.check)),
            (_, None) => drop(standing.open.insert(finding.check)),
        }
        if met {
            finding.severity = Severity::Note;
        }
        told.push(finding);
    }
    told
}

/// Whether `authority` may have signed an event of a timeline with `key`. That
/// it is one for custody was asked on the walk.
pub fn admit_event(
    context: &Context,
    authority: &Authority,
    key: &TrustedKey,
    algorithm: crate::crypto::signature::Algorithm,
) -> (Vec<CheckId>, Vec<Finding>) {
    let purpose = (CheckId::TrustPurpose, trust_purpose::examine(authority, Purpose::Custody));
    let existence = Existence::unproven(context.rules.at);
    let admitted = admitted(context, authority, key, algorithm, &existence, [purpose]);
    (admitted.passed, admitted.findings)
}

/// The identities whose approvals hold over `payload`, each given as a key id
/// and a signature in base64.
pub fn approvers(
    context: &Context,
    payload_type: &str,
    payload: &[u8],
    approvals: &[Approval],
) -> BTreeSet<Identity> {
    let mut identities = BTreeSet::new();
    let signature = |approval: &Approval| {
        let mut members = vec![("sig", Value::from(approval.sig.clone()))];
        members.extend(approval.keyid.clone().map(|keyid| ("keyid", Value::from(keyid))));
        Value::object(members)
    };
    for approval in approvals {
        // Each on its own: a malformed one must not hide the others.
        let envelope = Value::object([
            ("payload", Value::from(base64::encode_standard(payload))),
            ("payloadType", Value::from(payload_type)),
            ("signatures", Value::Array(vec![signature(approval)])),
        ]);
        let Ok(envelope) = Envelope::parse(&envelope) else { continue };
        for candidate in context.all_keys() {
            let (authority, key) = context.key(candidate);
            let Ok(signed) = envelope.signed_by(0, key) else { continue };
            let existence = Existence::unproven(context.rules.at);
            let (purpose, what) = (Purpose::Attestation, (signed.algorithm(), ""));
            let admitted = admit_detached(context, authority, key, what, &existence, purpose);
            if admitted.findings.is_empty() {
                identities.insert(authority.identity.clone());
            }
        }
    }
    identities
}

fn place(at: Option<&str>, index: usize) -> String {
    match at {
        Some(at) => format!("{at}, signature {index}"),
        None => format!("signature {index}"),
    }
}

/// What a payload of that type says. The type was signed too, and it alone
/// decides: a payload that merely looks like one of ours is a file to its signer.
fn content(envelope: &Envelope, payload: &[u8]) -> Result<Content, crate::claim::ClaimError> {
    if let Some(said) = envelope.value_unverified() {
        return Ok(Content::InToto(Metadata::from_value(said)?));
    }
    Ok(match envelope.payload_type() {
        statement::PAYLOAD_TYPE => {
            let said = json::parse(payload)?;
            match Metadata::is_claimed(&said) {
                true => Content::InToto(Metadata::from_value(&said)?),
                false => Content::Statement(Statement::from_value(&said)?),
            }
        }
        statement::PROMOTION_PAYLOAD_TYPE => Content::Statement(Statement::parse_promotion(payload)?),
        FILES_TYPE => Content::Files(FileManifest::parse(&json::parse(payload)?)?),
        KIT_TYPE => {
            let manifest = Manifest::parse(&json::parse(payload)?)?;
            match manifest.form {
                ManifestForm::Kit => Content::Kit(Box::new(manifest)),
                _ => Content::Opaque,
            }
        }
        ANCHOR_PAYLOAD_TYPE => Content::Anchor(Anchor::parse(payload)?),
        // No payload type of its own is documented: it is known by its members.
        _ => Receipt::parse(payload).map_or(Content::Opaque, Content::Receipt),
    })
}

/// The digest of the canonical form of `payload`, where it is JSON.
fn spelt(payload: &[u8]) -> Option<Digest> {
    let value = json::parse(payload).ok()?;
    Some(Digest::sha256(&canonical::to_bytes(&value).ok()?))
}
