//! Attestations of prx's keeper: who signed each, and whether the launch that a
//! write names is here and signed, too.

use std::collections::BTreeSet;

use crate::anchor::{KeyMaterial, Purpose};
use crate::check::detached::Examined;
use crate::check::existence::Times;
use crate::check::signing::{self, Context};
use crate::check::view::CaseView;
use crate::check::vouching::Signed;
use crate::check::{signature_detached, statement_launch, trust_known_signer};
use crate::claim::Claim;
use crate::crypto::signature::{self, Algorithm, Encoding};
use crate::custody::prx::ROW_TYPE;
use crate::digest::Digest;
use crate::fact::{Fact, Means, Named, Standing, Voucher};
use crate::finding::{Book, Severity};
use crate::proof::keeper::{Attestation, Level};
use crate::wire::pem;

/// Examines every attestation of the case: launches first, because writes name them.
pub fn examine(view: &CaseView, context: &Context, times: &Times) -> Vec<Examined> {
    let mut all: Vec<(usize, &Attestation)> = (0..view.case.items.len())
        .filter_map(|index| match view.claim(index) {
            Some(Claim::Keeper(attestation)) => Some((index, &**attestation)),
            _ => None,
        })
        .collect();
    all.sort_by_key(|(index, attestation)| (attestation.level == Level::Write, *index));
    let mut launches: BTreeSet<Digest> = BTreeSet::new();
    let mut examined = Vec::new();
    for (index, attestation) in all {
        let one = one(view, context, times, index, attestation, &launches);
        if attestation.level == Level::Launch && !one.signed.voucher.standing.good.is_empty() {
            launches.insert(attestation.digest());
        }
        examined.push(one);
    }
    examined
}

fn one(
    view: &CaseView,
    context: &Context,
    times: &Times,
    index: usize,
    attestation: &Attestation,
    launches: &BTreeSet<Digest>,
) -> Examined {
    let item = view.item(index);
    let path = item.path.as_str();
    let existence = times.existence(context.rules.at, item, &[]);
    let digest = attestation.digest();
    let (mut book, mut standing) = (Book::default(), Standing::default());
    let (mut facts, mut doubts, mut verified, mut named) = (Vec::new(), Vec::new(), false, None);
    for (authority, key) in context.keys() {
        let KeyMaterial::Public(public) = &key.material else { continue };
        let hinted = attestation.is_hinted_by(&pem::encode("PUBLIC KEY", &public.spki_der()));
        let message = attestation.signed_unverified();
        let signed =
            signature::verify(Algorithm::Ed25519, Encoding::Der, public, message, &attestation.signature);
        if signed.is_err() {
            named = named.or(hinted.then(|| authority.identity.clone()));
            continue;
        }
        verified = true;
        let made = (Algorithm::Ed25519, ROW_TYPE);
        let signing::Admitted { passed, findings, notes, coverage, time } =
            signing::admit_detached(context, authority, key, made, &existence, Purpose::Attestation);
        passed.into_iter().for_each(|check| book.pass(check));
        book.merge(coverage);
        notes.into_iter().for_each(|note| book.note(note.item(path)));
        if !findings.is_empty() {
            let held = findings.iter().all(|finding| finding.severity != Severity::Failed);
            let who = held.then(|| authority.identity.clone());
            doubts.extend(findings.into_iter().map(|finding| (who.clone(), finding)));
            continue;
        }
        standing.good.insert(authority.identity.clone());
        facts.push(Fact::Signed {
            item: path.to_owned(),
            signer: authority.identity.clone(),
            key: key.id.to_string(),
            algorithm: Algorithm::Ed25519.name(),
            payload_type: ROW_TYPE.to_owned(),
            payload: digest,
            subjects: Vec::new(),
            time,
        });
    }
    if verified {
        signature_detached::passed(&mut book);
        trust_known_signer::passed(&mut book);
        if !standing.good.is_empty() {
            doubts.clear();
        }
    } else if let Some(identity) = named {
        doubts.push((None, signature_detached::failed("the statement beside it", &identity)));
    } else {
        doubts.push((None, trust_known_signer::unknown(attestation.key_hint.as_deref())));
    }
    // What a write comes from: only a launch that somebody trusted signed counts.
    let launch = match (attestation.level, attestation.launch) {
        (Level::Write, Some(launch)) if launches.contains(&launch) => {
            statement_launch::passed(&mut book);
            None
        }
        (Level::Write, Some(launch)) => Some(statement_launch::elsewhere(&launch)),
        (Level::Write, None) => Some(statement_launch::unnamed()),
        (Level::Image | Level::Launch, _) => None,
    };
    for finding in signing::weigh(context, doubts, &mut standing) {
        book.find(finding.item(path));
    }
    // However many signed it.
    if let Some(finding) = launch {
        match finding.severity {
            Severity::Failed => standing.failed.insert(finding.check),
            _ => standing.open.insert(finding.check),
        };
        standing.good.clear();
        facts.clear();
        book.find(finding.item(path));
    }
    let voucher = Voucher {
        case: view.index,
        item: path.to_owned(),
        means: Means::Signature,
        purpose: Purpose::Attestation,
        names: vec![Named { digests: vec![digest], name: None, path: None }],
        standing,
    };
    Examined { signed: Signed::bytes(voucher, digest), facts, book }
}
