//! Signatures and attestations whose certificate lies in a file of its own, as
//! cosign wrote them before there were bundles: put together to what a bundle
//! would have been.
//!
//! A certificate counts as one of these where an issuer of identities speaks in
//! it; with another one beside it, a signature stays what it was. Entries are
//! taken from wherever in the case they lie, by the signature that they are
//! about, and are held against it like those of a bundle. How it would be
//! attacked: a certificate of somebody else beside the signature, the entry of
//! another one; both are what `log.entry` and `signature.sigstore` ask about.

use std::collections::BTreeMap;

use crate::anchor::TrustedKey;
use crate::claim::{BundleAt, Claim, ClaimError, Detached, EnvelopeAt};
use crate::digest::Algorithm;
use crate::evidence::{self, Case};
use crate::limits;
use crate::proof::dsse::Envelope;
use crate::proof::log::Entry;
use crate::proof::sigstore::{Bundle, Content, Material, MessageSignature, is_keyless};
use crate::proof::x509::Certificate;

/// What the items of a case say, as far as it could be read.
type Claims = [Option<Result<Claim, ClaimError>>];

/// Puts together what was written in several files.
pub fn assemble(case: &Case, claims: &mut Claims) {
    let mut found = Vec::new();
    for (index, item) in case.items.iter().enumerate() {
        let path = item.path.as_str();
        let speaks = match &claims[index] {
            Some(Ok(Claim::Detached(Detached::Plain(_)))) => evidence::continued(path).is_some(),
            Some(Ok(Claim::Envelopes(found))) => {
                path.to_ascii_lowercase().ends_with(".att") && found.iter().all(is_single)
            }
            _ => false,
        };
        if let Some(material) = speaks.then(|| material(case, claims, path)).flatten() {
            found.push((index, material));
        }
    }
    if found.is_empty() {
        return;
    }
    let entries = entries(claims);
    let of = |signature: &[u8]| entries.get(signature).cloned().unwrap_or_default();
    for (index, material) in found {
        let bundles = match &claims[index] {
            Some(Ok(Claim::Detached(Detached::Plain(file)))) => {
                let path = case.items[index].path.as_str();
                let covered = evidence::continued(path).and_then(|path| at(case, path));
                let digest = covered.and_then(|at| case.items[at].digests.get(Algorithm::Sha256));
                let Some(digest) = digest else { continue };
                let signature = file.signature_unverified().to_vec();
                let entries = of(&signature);
                let content = Content::Message(MessageSignature { digest, signature });
                let bundle = Bundle::of_parts(material, entries, Vec::new(), content);
                vec![BundleAt::new(None, Ok(bundle))]
            }
            Some(Ok(Claim::Envelopes(envelopes))) => {
                envelopes.iter().map(|one| attestation(one, &material, &of)).collect()
            }
            _ => continue,
        };
        claims[index] = Some(Ok(Claim::Bundles(bundles)));
    }
}

/// The certificate that goes with what lies at `path`.
fn material(case: &Case, claims: &Claims, path: &str) -> Option<Material> {
    let certificates = |path: String| match &claims[at(case, &path)?] {
        Some(Ok(Claim::Certificates(certificates))) => Some(&certificates[..]),
        _ => None,
    };
    let keyless = |list: &&[Certificate]| list.first().is_some_and(is_keyless);
    evidence::certificates_of(path).filter_map(certificates).find(keyless).and_then(Material::beside)
}

fn at(case: &Case, path: &str) -> Option<usize> {
    case.items.binary_search_by(|item| item.path.as_str().cmp(path)).ok()
}

/// What is logged is one signature.
fn is_single(one: &EnvelopeAt) -> bool {
    one.envelope.as_ref().is_ok_and(|envelope| envelope.signatures().len() == 1)
}

fn signed_under(envelope: &Envelope, material: &Material) -> bool {
    let Material::Certificate { leaf, .. } = material else { return false };
    leaf.public_key().is_ok_and(|key| envelope.signed_by(0, &TrustedKey::public(key.clone())).is_ok())
}

/// One envelope under that certificate. Of several in a file it is that of those
/// whose signature verifies under it, and of one alone in any case.
fn attestation(one: &EnvelopeAt, material: &Material, of: &dyn Fn(&[u8]) -> Vec<Entry>) -> BundleAt {
    let at = one.at.clone();
    let bundle = match &one.envelope {
        Err(error) => Err(error.clone()),
        Ok(envelope) => {
            let signature = envelope.signatures().first().map_or(&[][..], |one| &one.sig);
            let entries = of(signature);
            let content = Content::Envelope(envelope.clone());
            let made = at.is_none() || signed_under(envelope, material);
            let material = if made { material.clone() } else { Material::Key { hint: None } };
            Ok(Bundle::of_parts(material, entries, Vec::new(), content))
        }
    };
    BundleAt::new(at, bundle)
}

/// Entries of logs, by the signatures that they say they are about. Where several
/// are of one place of one log, that with a proof stands for them.
fn entries(claims: &Claims) -> BTreeMap<Vec<u8>, Vec<Entry>> {
    let mut entries: BTreeMap<Vec<u8>, Vec<Entry>> = BTreeMap::new();
    let mut add = |entry: &Entry| {
        let Ok(body) = entry.body_unverified() else { return };
        for logged in body.signatures() {
            let of = entries.entry(logged.signature.clone()).or_default();
            let same = |one: &Entry| one.log_id() == entry.log_id() && one.index() == entry.index();
            match of.iter().position(same) {
                Some(known) if of[known].proof().is_none() => of[known] = entry.clone(),
                None if of.len() < limits::BUNDLE_ENTRIES_MAX => of.push(entry.clone()),
                _ => {}
            }
        }
    };
    for claim in claims.iter().flatten().flatten() {
        match claim {
            Claim::LogEntries(found) => found.iter().for_each(|one| add(&one.entry)),
            Claim::Bundles(bundles) => {
                let read = bundles.iter().filter_map(|one| one.bundle.as_ref().ok());
                read.flat_map(|bundle| &bundle.entries).for_each(&mut add);
            }
            _ => {}
        }
    }
    entries
}
