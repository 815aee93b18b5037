//! Signatures in files of their own, beside the files that they cover.

use crate::anchor::Purpose;
use crate::check::existence::{Existence, Times};
use crate::check::signing::{self, Context};
use crate::check::view::CaseView;
use crate::check::vouching::Signed;
use crate::check::{container, signature_detached, signature_ssh, trust_known_signer};
use crate::claim::{Claim, Detached};
use crate::digest::{Algorithm, Digest};
use crate::evidence::{self, CaseFormat, Item, Kind};
use crate::fact::{Fact, Means, Named, Standing, Voucher};
use crate::finding::{Book, Finding, Severity};
use crate::proof::detached::{DetachedError, SignedContent};

/// One signature file after the examination.
pub struct Examined {
    /// What it vouches for.
    pub signed: Signed,
    /// What was established.
    pub facts: Vec<Fact>,
    /// What was examined.
    pub book: Book,
}

/// Examines every signature file of the case.
pub fn examine(view: &CaseView, context: &Context, times: &Times) -> Vec<Examined> {
    let mut examined = Vec::new();
    for (index, item) in view.case.items.iter().enumerate() {
        if let Some(Claim::Detached(signature)) = view.claim(index) {
            examined.push(one(view, context, times, item, signature));
        }
    }
    examined
}

fn one(view: &CaseView, context: &Context, times: &Times, item: &Item, signature: &Detached) -> Examined {
    let existence = times.existence(context.rules.at, item, &[]);
    let path = item.path.as_str();
    let target = evidence::continued(path).unwrap_or_default();
    let mut book = Book::default();
    let mut standing = Standing::default();
    let mut facts = Vec::new();
    let mut names = Vec::new();
    let mut digest = sha256(item);
    let mut purpose = Purpose::Attestation;
    match view.at(target) {
        None => {
            let finding = signature_detached::alone(target).item(path);
            standing.open.insert(finding.check);
            book.find(finding);
        }
        Some(at) => {
            let covered = view.item(at);
            digest = sha256(covered);
            purpose = asked(view, covered);
            names.push(Named {
                digests: covered.digests.iter().collect(),
                name: None,
                path: Some(target.to_owned()),
            });
            let (found, findings) =
                signers(context, purpose, path, covered, signature, &existence, &mut book);
            for (signer, fact) in found {
                standing.good.insert(signer);
                facts.push(fact(path, digest));
            }
            for finding in signing::weigh(context, findings, &mut standing) {
                book.find(finding.item(path));
            }
        }
    }
    let voucher = Voucher {
        case: view.index,
        item: path.to_owned(),
        means: Means::Signature,
        purpose,
        names,
        standing,
    };
    let signed = Signed::bytes(voucher, digest);
    Examined { signed, facts, book }
}

/// For which purpose someone must be trusted to sign that file: what describes
/// a kit is for those who make kits, whatever form their signature has.
fn asked(view: &CaseView, covered: &Item) -> Purpose {
    let of_kit =
        view.case.format == CaseFormat::Kit && container::KIT_NOT_LISTED.contains(&covered.path.as_str());
    if of_kit || covered.kind == Kind::KitManifest { Purpose::Kit } else { Purpose::Attestation }
}

type Made = Box<dyn FnOnce(&str, Digest) -> Fact>;
type Doubt = (Option<crate::anchor::Identity>, Finding);

/// Who made the signature, and what speaks against it.
fn signers(
    context: &Context,
    purpose: Purpose,
    item: &str,
    covered: &Item,
    signature: &Detached,
    existence: &Existence,
    book: &mut Book,
) -> (Vec<(crate::anchor::Identity, Made)>, Vec<Doubt>) {
    let target = covered.path.as_str();
    let content = match &covered.content {
        Some(bytes) => SignedContent::Bytes(bytes),
        None => SignedContent::Digests(&covered.digests),
    };
    let mut good: Vec<(crate::anchor::Identity, Made)> = Vec::new();
    let mut doubts: Vec<Doubt> = Vec::new();
    let (mut verified, mut named, mut unmeasured) = (false, None, false);
    let key_name = signature.key_name();
    let payload_type = signature.payload_type();
    for (authority, key) in context.keys() {
        let hinted = key_name.as_ref().is_some_and(|name| key.hints.contains(name));
        match signature.signed_by(key, content) {
            Ok(signed) => {
                verified = true;
                let signing::Admitted { passed, findings, notes, coverage, time } = signing::admit_detached(
                    context,
                    authority,
                    key,
                    (signed.algorithm(), &payload_type),
                    existence,
                    purpose,
                );
                passed.into_iter().for_each(|check| book.pass(check));
                book.merge(coverage);
                notes.into_iter().for_each(|note| book.note(note.item(item)));
                if findings.is_empty() {
                    let (signer, id, algorithm) =
                        (authority.identity.clone(), key.id.to_string(), signed.algorithm().name());
                    let who = signer.clone();
                    good.push((
                        signer,
                        Box::new(move |item, digest| Fact::Signed {
                            item: item.to_owned(),
                            signer: who,
                            key: id,
                            algorithm,
                            payload_type: "file".to_owned(),
                            payload: digest,
                            subjects: vec![digest],
                            time,
                        }),
                    ));
                } else {
                    let held = findings.iter().all(|finding| finding.severity != Severity::Failed);
                    let who = held.then(|| authority.identity.clone());
                    doubts.extend(findings.into_iter().map(|finding| (who.clone(), finding)));
                }
            }
            Err(DetachedError::NeedsContent { .. } | DetachedError::NeedsDigest { .. }) => unmeasured = true,
            Err(error) if hinted => named = Some((authority.identity.clone(), error)),
            Err(_) => {}
        }
    }
    if verified {
        match signature {
            Detached::Ssh(_) => signature_ssh::passed(book),
            _ => signature_detached::passed(book),
        }
        trust_known_signer::passed(book);
        if !good.is_empty() {
            // The same key under a second name that may not sign decides nothing.
            doubts.clear();
        }
    } else if let Some(finding) = context.refused(|key| signature.signed_by(key, content).is_ok()) {
        doubts.push((None, finding.clone()));
    } else if let Some((identity, error)) = named {
        doubts.push((
            None,
            match signature {
                Detached::Ssh(_) => signature_ssh::failed(target, &identity, &error),
                _ => signature_detached::failed(target, &identity),
            },
        ));
    } else if unmeasured {
        doubts.push((None, signature_detached::unmeasured(target)));
    } else {
        doubts.push((None, trust_known_signer::unknown(key_name.as_deref())));
    }
    (good, doubts)
}

fn sha256(item: &Item) -> Digest {
    item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256")
}
