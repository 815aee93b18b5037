//! A bundle, examined: who signed, which logs and clocks saw it, and whether the
//! signature holds.
//!
//! Everything in a bundle is about one signature, so what fails in it is held
//! against whoever made that signature, and against nobody else's. The order is
//! that of what each needs: the certificate, then entries and tokens for the
//! time, then the signature with both.

pub mod beside;
mod entries;
mod signers;

use crate::anchor::{Identity, Purpose};
use crate::check::existence::Existence;
use crate::check::logs::{Logs, Shown};
use crate::check::pki::{Bag, Pki};
use crate::check::signing::{self, Context, Load};
use crate::check::stamps;
use crate::check::statements::{self, Demands, Examined};
use crate::check::view::CaseView;
use crate::check::vouching::Signed;
use crate::check::{
    layout_signature, log_presence, signature_sigstore, statement_subject, trust_known_signer,
};
use crate::claim::BundleAt;
use crate::crypto::key::PublicKey;
use crate::digest::{Algorithm, Digest};
use crate::evidence::Item;
use crate::fact::{Fact, Means, Named, Standing, Voucher};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::proof::detached::{DetachedError, SignedContent};
use crate::proof::dsse::Envelope;
use crate::proof::sigstore::{Bundle, Content, Material, MessageSignature};
use crate::statement::Statement;
use crate::statement::layout::Metadata;

pub use signers::{Keyless, Signer, Signers, signers};

/// What an examination of bundles needs besides what one of envelopes does.
pub struct Bundles<'a> {
    /// What is asked of statements, and whom one trusts.
    pub demands: &'a Demands<'a>,
    /// The logs of the trust store.
    pub logs: &'a Logs<'a>,
    /// Certificates of the trust store.
    pub pki: &'a Pki<'a>,
    /// What lies in the case.
    pub bag: &'a Bag,
    /// The tokens of the case, and what they prove.
    pub stamped: &'a stamps::Examined,
}

/// Examines one bundle of `item`, whose certificate, where it has one, names
/// `signer`.
pub fn examine<'v>(
    view: &CaseView,
    with: &Bundles,
    item: &Item,
    one: &'v BundleAt,
    bundle: &'v Bundle,
    signer: Option<&Signer>,
    load: Load,
) -> Examined<'v> {
    let (at, image) = (one.at.as_deref(), one.image);
    let all = with.demands.context;
    let path = item.path.as_str();
    let confined = signer.map(|signer| all.confined(&signer.certified, with.pki, with.bag));
    let hint = match &bundle.material {
        Material::Key { hint } => hint.as_deref(),
        Material::Certificate { .. } => None,
    };
    let context = confined.unwrap_or_else(|| all.pointed(hint));
    let mut existence = with.stamped.times.existence(context.rules.at, item, &[bundle.signature()]);

    let mut against: Vec<Finding> = signer.map_or_else(Vec::new, |signer| signer.against.clone());
    let mut book = Book::default();
    let key = match bundle.material {
        Material::Key { .. } => made_by(&context, view, bundle),
        Material::Certificate { .. } => None,
    };
    let under = match (&bundle.material, &key) {
        (Material::Certificate { leaf, .. }, _) => entries::Under::Certificate(leaf.der()),
        (_, Some(key)) => entries::Under::Key(key),
        (_, None) => entries::Under::Nothing,
    };
    let logged = entries::examine(path, bundle, under, with.logs, context.rules, &existence);
    logged.proofs.into_iter().for_each(|proof| existence.insert(proof));
    book.merge(logged.book);
    let needs_entry = signer.and_then(|signer| signer.logged.as_ref());
    match needs_entry {
        Some(_) if logged.counted > 0 => book.pass(CheckId::LogPresence),
        Some(issuer) if logged.against.is_empty() => {
            against.push(log_presence::nothing(issuer, bundle.entries.len()));
        }
        Some(_) => {}
        None => book.skip(CheckId::LogPresence, "nobody demands an entry for this signer"),
    }
    // One that nobody knows takes nothing from one that counts.
    for mut finding in logged.against {
        if finding.check == CheckId::LogKnown && (logged.counted > 0 || needs_entry.is_none()) {
            finding.severity = Severity::Note;
            book.note(finding.item(path));
            continue;
        }
        against.push(finding);
    }
    if let Some(signer) = signer {
        book.merge(signer.book.clone());
    }
    for filed in &one.filed {
        match is_about(bundle, image, filed) {
            true => book.pass(CheckId::StatementSubject),
            false => against.push(statement_subject::misfiled(filed)),
        }
    }
    let mut examined = match &bundle.content {
        Content::Envelope(envelope) => {
            let demands = Demands { context: &context, ..*with.demands };
            statements::examine_with(view, &demands, &existence, item, at, envelope, load, &against)
        }
        Content::Message(message) => {
            let certified = signer.is_some();
            self::message(view, &context, &existence, item, at, message, image, certified, hint, &against)
        }
    };
    // A bundle is one thing: what is wrong with a token in it is wrong with it. That
    // is written down already.
    let place = at.map_or("time stamp".to_owned(), |at| format!("{at}, time stamp"));
    let index = view.at(path).expect("the bundle is an item of its case");
    let faults = with.stamped.faults(index, &place);
    if !faults.is_empty() {
        let standing = &mut examined.signed.voucher.standing;
        standing.good.clear();
        standing.held.clear();
        standing.failed.extend(&faults);
        examined.facts.clear();
    }
    examined.book.merge(book);
    // Whoever signed the bundle: it is the log that shows it.
    let shown = logged.shown.into_iter();
    examined.shown = shown.map(|(log, leaf)| Shown::leaf(log, path, leaf)).collect();
    // Links count by the keys that a layout names, which no bundle's certificate has.
    if let Some((_, Metadata::Layout(_))) = examined.said.take() {
        let finding = layout_signature::bundled();
        let standing = &mut examined.signed.voucher.standing;
        hold(&[finding], path, at, standing, &mut examined.facts, &mut examined.book);
    }
    if !examined.signed.voucher.standing.good.is_empty() {
        examined.facts.extend(signer.iter().flat_map(|signer| signer.facts.iter().cloned()));
        examined.facts.extend(logged.facts);
    }
    examined
}

/// The key of the trust store that made the signature, where one did.
fn made_by(context: &Context, view: &CaseView, bundle: &Bundle) -> Option<PublicKey> {
    let made = |key: &crate::anchor::TrustedKey| match &bundle.content {
        Content::Envelope(envelope) => envelope.signed_by(0, key).is_ok(),
        Content::Message(message) => message.signed_by(key, at_hand(view, message)).is_ok(),
    };
    let (_, key) = context.keys().find(|(_, key)| made(key))?;
    match &key.material {
        crate::anchor::KeyMaterial::Public(key) => Some(key.clone()),
        crate::anchor::KeyMaterial::Security(_) | crate::anchor::KeyMaterial::Shared(_) => None,
    }
}

/// The file that was signed, where it lies in the case.
fn at_hand<'v>(view: &'v CaseView, message: &MessageSignature) -> Option<SignedContent<'v>> {
    let found = view.with_digest(&message.digest)?;
    Some(match &found.content {
        Some(bytes) => SignedContent::Bytes(bytes),
        None => SignedContent::Digests(&found.digests),
    })
}

#[allow(clippy::too_many_arguments, reason = "one signature with everything that bears on it")]
fn message(
    view: &CaseView,
    context: &Context,
    existence: &Existence,
    item: &Item,
    at: Option<&str>,
    message: &MessageSignature,
    image: Option<Digest>,
    certified: bool,
    hint: Option<&str>,
    against: &[Finding],
) -> Examined<'static> {
    let path = item.path.as_str();
    let content = at_hand(view, message);
    let mut book = Book::default();
    let mut standing = Standing::default();
    let mut facts = Vec::new();
    let mut doubts: Vec<(Option<Identity>, Finding)> = Vec::new();
    let (mut verified, mut named, mut told) = (false, false, None);
    let mut good = Vec::new();
    for (authority, key) in context.keys() {
        named |= hint.is_some_and(|hint| key.is_hinted_by(hint));
        match message.signed_by(key, content) {
            Ok(signed) => {
                verified = true;
                let purpose = Purpose::Attestation;
                let admitted = signing::admit_detached(
                    context,
                    authority,
                    key,
                    (signed.algorithm(), ""),
                    existence,
                    purpose,
                );
                admitted.passed.into_iter().for_each(|check| book.pass(check));
                book.merge(admitted.coverage);
                admitted.notes.into_iter().for_each(|note| book.note(note.item(path)));
                let who = authority.identity.clone();
                if admitted.findings.is_empty() {
                    good.push(Fact::Signed {
                        item: path.to_owned(),
                        signer: who,
                        key: key.id.to_string(),
                        algorithm: signed.algorithm().name(),
                        payload_type: "file".to_owned(),
                        payload: signed.digest(),
                        subjects: vec![image.unwrap_or_else(|| signed.digest())],
                        time: admitted.time,
                    });
                } else {
                    let held = admitted.findings.iter().all(|one| one.severity != Severity::Failed);
                    let who = held.then_some(who);
                    doubts.extend(admitted.findings.into_iter().map(|finding| (who.clone(), finding)));
                }
            }
            Err(error) => told = told.or(Some(error)),
        }
    }
    if verified {
        book.pass(CheckId::SignatureSigstore);
        book.pass(CheckId::TrustKnownSigner);
        if !good.is_empty() {
            // The same key under a second name that may not sign decides nothing.
            doubts.clear();
        }
    } else if let Some(finding) = context.refused(|key| message.signed_by(key, content).is_ok()) {
        doubts.push((None, finding.clone()));
    } else {
        let finding = match (certified, told) {
            (_, Some(error @ (DetachedError::NeedsContent { .. } | DetachedError::NeedsDigest { .. }))) => {
                signature_sigstore::unmeasured(&error.to_string())
            }
            (true, told) => {
                signature_sigstore::failed(&told.map_or("no key".to_owned(), |error| error.to_string()))
            }
            (false, _) if named => signature_sigstore::failed_hint(hint.unwrap_or_default()),
            (false, _) => trust_known_signer::unknown(hint),
        };
        doubts.push((None, finding));
    }
    for fact in good {
        if let Fact::Signed { signer, .. } = &fact {
            standing.good.insert(signer.clone());
        }
        facts.push(fact);
    }
    for finding in signing::weigh(context, doubts, &mut standing) {
        book.find(placed(finding, path, at));
    }
    hold(against, path, at, &mut standing, &mut facts, &mut book);
    // What names an image was signed for that image, not for itself.
    let about = image.unwrap_or(message.digest);
    let names = vec![Named { digests: vec![about], name: None, path: None }];
    let digest = match message.digest.algorithm() {
        Algorithm::Sha256 => message.digest,
        _ => item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256"),
    };
    let voucher = Voucher {
        case: view.index,
        item: path.to_owned(),
        means: Means::Signature,
        purpose: Purpose::Attestation,
        names,
        standing,
    };
    Examined::of(Signed::bytes(voucher, digest), facts, book)
}

/// Whether what is signed names this image.
fn is_about(bundle: &Bundle, image: Option<Digest>, filed: &Digest) -> bool {
    match &bundle.content {
        Content::Message(message) => image.unwrap_or(message.digest) == *filed,
        Content::Envelope(envelope) => match Statement::parse(envelope.payload_unverified()) {
            Ok(statement) => {
                statement.subjects.iter().flat_map(|subject| subject.strong()).any(|one| one == *filed)
            }
            // Something else than a statement names nothing, and counts for nothing.
            Err(_) => true,
        },
    }
}

/// Holds `against` whoever signed: he counts no longer, and it is written down.
pub fn hold(
    against: &[Finding],
    item: &str,
    at: Option<&str>,
    standing: &mut Standing,
    facts: &mut Vec<Fact>,
    book: &mut Book,
) {
    let Some(first) = against.iter().map(|finding| (finding.severity, finding.check)).min() else { return };
    for identity in std::mem::take(&mut standing.good) {
        standing.held.entry(identity).or_insert(first.1);
    }
    if first.0 == Severity::Failed {
        // He did not merely fail to show something.
        standing.held.clear();
    }
    facts.clear();
    for finding in against {
        match finding.severity {
            Severity::Failed => standing.failed.insert(finding.check),
            _ => standing.open.insert(finding.check),
        };
        let known =
            book.findings.iter().any(|one| one.check == finding.check && one.detail == finding.detail);
        if !known {
            book.find(placed(finding.clone(), item, at));
        }
    }
}

fn placed(finding: Finding, item: &str, at: Option<&str>) -> Finding {
    let place: Vec<String> = at.map(str::to_owned).into_iter().chain(finding.at.clone()).collect();
    let finding = finding.item(item);
    if place.is_empty() { finding } else { finding.at(place.join(", ")) }
}

/// How much the envelope of a bundle asks for.
pub fn load(bundle: &Bundle) -> Load {
    match &bundle.content {
        Content::Envelope(envelope) => Load::default().and(envelope),
        Content::Message(_) => Load { signatures: 1, bytes: 0 },
    }
}

/// What a message signature is over, or the payload of an envelope.
pub fn digest(bundle: &Bundle) -> Digest {
    match &bundle.content {
        Content::Message(message) => message.digest,
        Content::Envelope(envelope) => Digest::sha256(Envelope::payload_unverified(envelope)),
    }
}
