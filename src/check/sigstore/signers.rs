//! Who made the signature of a bundle, as far as its certificate says.
//!
//! Asked before anything is verified, because thresholds want to know who is the
//! same as whom. A certificate is believed where it leads to an issuer of
//! identities, through that issuer's own chain; it counts where the identity in
//! it is wanted, and where a log of certificates promised to show it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::anchor::{Authority, Identity, Purpose, Rules, TrustedKey, Wanted};
use crate::check::certificates::{self, Refused};
use crate::check::pki::{self, Bag, Pki};
use crate::check::view::CaseView;
use crate::check::{
    certificate_path, certificate_sct, signature_algorithm, signature_identity, trust_development,
    trust_distrusted,
};
use crate::claim::Claim;
use crate::digest::encode_hex;
use crate::fact::Fact;
use crate::finding::{Book, CheckId, Finding};
use crate::proof::sigstore::{Bundle, Material, Said, promises};
use crate::proof::x509::Budget;
use crate::proof::x509::Certificate;
use crate::proof::x509::path::{self, Path, PathError, PathRequest, PolicyInputs, Usage};
use crate::time::{Interval, Position, Window};
use crate::trust::TrustStore;

/// Whose signatures are wanted: by the policy, and by whoever asks now. Both
/// have to agree, and one of them has to say something.
#[derive(Clone, Copy, Debug)]
pub struct Keyless<'p> {
    /// In the policy.
    pub policy: &'p [Wanted],
    /// In the call.
    pub asked: &'p [Wanted],
    /// Whether the call names an identity and nobody who vouches for names.
    pub unissued: bool,
}

/// The signers of the bundles in one case, by item and place in it.
#[derive(Default)]
pub struct Signers(pub BTreeMap<(usize, usize), Signer>);

/// Whom the certificate of one bundle names.
#[derive(Default)]
pub struct Signer {
    /// Everybody as whom its key may be taken: the same person once for each
    /// issuer of the trust store to which the certificate leads.
    pub certified: certificates::Signers,
    /// What speaks against whoever signed, whatever he signed.
    pub against: Vec<Finding>,
    /// What was examined.
    pub book: Book,
    /// The issuer that demands an entry of a log, where it does.
    pub logged: Option<Identity>,
    /// What was established where the signature holds.
    pub facts: Vec<Fact>,
}

impl Signers {
    /// Everybody in it, for those who ask who is the same as whom.
    pub fn authorities(&self) -> impl Iterator<Item = &Authority> {
        self.0.values().flat_map(|signer| &signer.certified.authorities)
    }
}

/// The signers of all bundles with certificates in a case.
pub fn signers(
    view: &CaseView,
    bag: &Bag,
    pki: &Pki,
    trust: &TrustStore,
    rules: &Rules,
    keyless: Keyless,
) -> Signers {
    let mut work = Vec::new();
    for index in 0..view.case.items.len() {
        let Some(Claim::Bundles(bundles)) = view.claim(index) else { continue };
        for (place, one) in bundles.iter().enumerate() {
            if let Ok(Bundle { material: Material::Certificate { leaf, chain }, .. }) = &one.bundle {
                work.push(((index, place), leaf, chain));
            }
        }
    }
    let examined = work.into_par_iter().map(|(at, leaf, chain)| {
        let item = view.item(at.0).path.as_str();
        let one = super::super::guarded(|| signer(item, leaf, chain, bag, pki, trust, rules, keyless));
        (at, one.unwrap_or_else(broke))
    });
    Signers(examined.collect())
}

fn broke() -> Signer {
    let finding = super::super::tool_fault::broke("examining the certificate of a bundle");
    Signer { against: vec![finding], ..Signer::default() }
}

#[allow(clippy::too_many_arguments, reason = "one certificate with everything that bears on it")]
fn signer(
    item: &str,
    leaf: &Certificate,
    chain: &[Certificate],
    bag: &Bag,
    pki: &Pki,
    trust: &TrustStore,
    rules: &Rules,
    keyless: Keyless,
) -> Signer {
    let mut signer = Signer::default();
    let Ok(key) = leaf.public_key() else {
        let error = leaf.public_key().expect_err("just seen").to_string();
        signer.against.push(signature_identity::unread(&error));
        return signer;
    };
    let mut key = TrustedKey::public(key.clone());
    key.hints.insert(leaf.fingerprint().hex());
    let (paths, told) = paths(leaf, chain, bag, pki, rules);
    if paths.is_empty() {
        let finding = told.map_or_else(certificate_path::nobody, |error| certificate_path::fault(&error));
        signer.certified.refused.push(Refused { key: key.clone(), finding: finding.clone() });
        signer.against.push(finding);
    }
    let named = Said::by(leaf).map_err(|error| error.to_string());
    let named = named.and_then(|said| match said.keyless.identity() {
        Ok(identity) => Ok((said, identity)),
        Err(error) => Err(error.to_string()),
    });
    let (said, identity) = match named {
        Ok(named) => named,
        Err(error) => {
            // The key may well have made the signature; it is nobody's.
            let finding = signature_identity::unread(&error);
            signer.certified.refused.push(Refused { key, finding: finding.clone() });
            signer.against.push(finding);
            return signer;
        }
    };
    match wanted(&said, keyless) {
        Some(finding) => signer.against.push(finding),
        None => signer.book.pass(CheckId::SignatureIdentity),
    }
    for (issuer, path) in paths {
        if let Some(reason) = issuer.distrusted.clone() {
            signer.against.push(trust_distrusted::certified(&issuer.identity, &reason));
        }
        let distrusted = pki.distrusted(&path);
        if signer.certified.paths.is_empty() {
            // The promise is about the certificate and who issued it, and that is
            // the same whatever the trust store calls the issuer.
            promised(issuer, leaf, path.issuer_of(0), trust, rules, &mut signer);
        }
        if issuer.accompanied.entry {
            signer.logged = Some(issuer.identity.clone());
        }
        signer.facts.push(fact(item, &identity, issuer, leaf, &path, &said));
        signer.certified.authorities.push(Authority {
            identity: identity.clone(),
            name: identity.to_string(),
            certificates: Vec::new(),
            keys: vec![TrustedKey { distrusted, ..key.clone() }],
            purposes: [Purpose::Attestation, Purpose::Promotion].into(),
            ..issuer.clone()
        });
        signer.certified.paths.push(path);
    }
    signer
}

/// How the certificate leads to issuers of identities.
fn paths<'t>(
    leaf: &Certificate,
    chain: &[Certificate],
    bag: &Bag,
    pki: &Pki<'t>,
    rules: &Rules,
) -> (Vec<(&'t Authority, Path)>, Option<PathError>) {
    // Whether an algorithm still counted is asked when it is known when.
    let mut rules = rules.clone();
    rules.algorithms.values_mut().for_each(|sunset| *sunset = None);
    let together: Vec<Certificate>;
    let candidates = match chain.is_empty() {
        true => &bag.certificates,
        false => {
            together = [&bag.certificates, chain].concat();
            &together
        }
    };
    let mut paths = Vec::new();
    let mut told: Option<PathError> = None;
    for (_, issuer, anchors) in pki.trusted_for(Purpose::IdentityIssuer) {
        let request = PathRequest {
            target: leaf,
            candidates,
            anchors,
            usage: Usage::Signing,
            rules: &rules,
            at: None,
            policies: PolicyInputs::default(),
            memo: &pki.memo,
        };
        match path::find(&request, &mut Budget::new(), &mut |path, _| pki::confined(issuer, path)) {
            Ok(path) => paths.push((issuer, path)),
            Err(error) if told.as_ref().is_none_or(|told| matches!(told, PathError::NoIssuer { .. })) => {
                told = Some(error);
            }
            Err(_) => {}
        }
    }
    (paths, told)
}

/// What speaks against the identity.
fn wanted(said: &Said, Keyless { policy, asked, unissued }: Keyless) -> Option<Finding> {
    if policy.is_empty() && asked.is_empty() {
        return Some(signature_identity::nobody_asked(&said.keyless, unissued));
    }
    for list in [policy, asked].into_iter().filter(|list| !list.is_empty()) {
        let mut named = list.iter().filter(|wanted| wanted.names(&said.keyless)).peekable();
        if named.peek().is_none() {
            return Some(signature_identity::another(list, &said.keyless));
        }
        let missed: Vec<_> = named.map(|wanted| wanted.missed(&said.claims)).collect();
        // One entry has to be met whole.
        if let (true, Some(Some((name, one_of)))) =
            (missed.iter().all(Option::is_some), missed.first().copied())
        {
            let expected: Vec<&str> = one_of.iter().map(|pattern| pattern.text()).collect();
            let found = said.claims.get(name).map(String::as_str);
            return Some(signature_identity::claim(name, &expected.join(" or "), found));
        }
    }
    None
}

/// Asks the promises of the certificate.
fn promised(
    issuer: &Authority,
    leaf: &Certificate,
    issued_by: &Certificate,
    trust: &TrustStore,
    rules: &Rules,
    signer: &mut Signer,
) {
    let promises = match promises(leaf) {
        Ok(promises) => promises,
        Err(error) => {
            signer.against.push(certificate_sct::unread(&error.to_string()));
            return;
        }
    };
    if promises.is_empty() {
        match issuer.accompanied.promise {
            true => signer.against.push(certificate_sct::absent(&issuer.identity)),
            false => signer.book.skip(CheckId::CertificateSct, "the issuer's instance has no such logs"),
        }
        return;
    }
    let (mut kept, mut faults) = (false, Vec::new());
    for promise in &promises {
        let named =
            |log: &&Authority| log.log.as_ref().is_some_and(|name| name.ids.contains(promise.log_id()));
        for log in trust.authorities_for(Purpose::CertificateTransparency).filter(named) {
            for key in &log.keys {
                let verified = match promise.made_by(key, leaf, issued_by) {
                    Ok(verified) => verified,
                    Err(error) => {
                        faults.push(certificate_sct::failed(&log.identity, &error.to_string()));
                        continue;
                    }
                };
                let time = Some(verified.time());
                let at = Interval { earliest: time, latest: time };
                let found = faults.len();
                if let Some(reason) = log.distrust_of(key) {
                    faults.push(trust_distrusted::certified(&log.identity, reason));
                }
                if log.key_position(key, &at) != Position::Inside {
                    let error = "the signed certificate timestamp lies outside the window of the log";
                    faults.push(certificate_sct::failed(&log.identity, error));
                }
                faults.extend(signature_algorithm::examine(rules, verified.algorithm(), &at));
                faults.extend(trust_development::examine(log, rules.allow_development));
                kept |= faults.len() == found;
            }
        }
    }
    match (kept, faults.is_empty()) {
        (true, _) => signer.book.pass(CheckId::CertificateSct),
        (false, false) => signer.against.append(&mut faults),
        (false, true) if issuer.accompanied.promise => {
            let ids: Vec<String> = promises.iter().map(|promise| encode_hex(promise.log_id())).collect();
            signer.against.push(certificate_sct::unknown(&ids));
        }
        (false, true) => signer.book.skip(CheckId::CertificateSct, "the issuer's instance has no such logs"),
    }
}

fn fact(
    item: &str,
    identity: &Identity,
    issuer: &Authority,
    leaf: &Certificate,
    path: &Path,
    said: &Said,
) -> Fact {
    let Window { not_before, not_after } = path.holds();
    Fact::Keyless {
        item: item.to_owned(),
        signer: identity.clone(),
        subject: crate::path::escape(said.keyless.subject.as_bytes()),
        issuer: crate::path::escape(said.keyless.issuer.as_bytes()),
        authority: issuer.identity.clone(),
        serial: leaf.serial_hex(),
        claims: said.lines().collect(),
        window: (not_before.map(|time| time.to_string()), not_after.map(|time| time.to_string())),
    }
}
