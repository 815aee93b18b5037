//! Who signed a list or a response, and whether that person may.
//!
//! RFC 5280 6.3.3 (f) and (g), RFC 6960 4.2.2.2. Whoever signed is found by
//! name and proven by the signature; then by a path to the same anchor, unless
//! it is the issuer on whose path the question came; then by its own status,
//! which somebody else must say.

use super::status::{Context, Currency, Inquiry, RefusalError, Responders, inquire};
use super::{Answer, Crl, OcspResponse, ResponderId};
use crate::anchor::Standing;
use crate::crypto::key::{KeyError, PublicKey};
use crate::crypto::signature::Algorithm;
use crate::limits;
use crate::proof::x509::path::{PathError, PathRequest, PolicyInputs, Usage, find};
use crate::proof::x509::queue::Queue;
use crate::proof::x509::{Budget, BudgetError, Certificate, KeyUsage, Memo, SignatureAlgorithm, Work};
use crate::time::{Interval, UnixTime};

/// 1.3.6.1.5.5.7.3.9
const OCSP_SIGNING: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
/// 1.3.6.1.5.5.7.48.1.5
const OCSP_NOCHECK: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05];
/// 2.5.29.31
const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 0x1F];
/// 1.3.6.1.5.5.7.1.1
const AUTHORITY_INFORMATION: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];

/// A list or response whose signature holds under somebody who may sign it.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// Whose signature it is.
    pub(super) signer: Certificate,
    /// Whether that one is known not to be revoked, and to have signed while the
    /// algorithm counted. Accusations count without.
    pub(super) innocence: Innocence,
}

/// Whether a signer can clear somebody, or why not.
type Innocence = Result<(), RefusalError>;

/// What is signed, in its parts.
struct Object<'a> {
    digest: &'a [u8],
    algorithm: &'a SignatureAlgorithm,
    message: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Inquiry<'a> {
    /// The time that a signer's certificate is judged at.
    fn when(&self, signed: UnixTime) -> Interval {
        match self.context.currency {
            Currency::Within => self.at,
            Currency::AtOrAfter | Currency::InForce => {
                Interval { earliest: Some(signed), latest: Some(signed) }
            }
        }
    }

    /// Who signed a list.
    pub(super) fn list_signer(
        &mut self,
        crl: &Crl,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Signed, RefusalError> {
        let digest = crl.fingerprint();
        let object = Object {
            digest: digest.bytes(),
            algorithm: crl.algorithm(),
            message: crl.tbs(),
            signature: crl.signature(),
        };
        let mut told = RefusalError::NoSigner { name: crl.issuer().to_string() };
        if issuer.subject() == crl.issuer() {
            match self.signed_by_issuer(&object, crl.this_update(), issuer, true, budget) {
                Ok(innocence) => return Ok(Signed { signer: issuer.clone(), innocence }),
                Err(error @ RefusalError::Budget(_)) => return Err(error),
                Err(error) => told = told.more_telling(error),
            }
        }
        let when = self.when(crl.this_update());
        let named = |candidate: &Certificate| candidate.subject() == crl.issuer() && candidate != issuer;
        let candidates = self.candidates(&[], limits::PATH_NAMES_PER_STEP, named, budget)?;
        self.who_clears(candidates, told, budget, |inquiry, candidate, budget| {
            may_sign_lists(candidate)?;
            let lasting = inquiry.signed_by(&object, candidate, &when, budget)?;
            Ok(inquiry.trusted(candidate, issuer, Usage::CrlSigning, &when, budget)?.and(lasting))
        })
    }

    /// The first candidate whose word clears, or else one whose word can only
    /// accuse, or else why there is neither. `examine` says which of them one is.
    fn who_clears(
        &mut self,
        candidates: Queue<'_, Certificate>,
        mut told: RefusalError,
        budget: &mut Budget,
        examine: impl Fn(&mut Self, &Certificate, &mut Budget) -> Result<Innocence, RefusalError>,
    ) -> Result<Signed, RefusalError> {
        let mut accusing = None;
        for candidate in candidates {
            let charged = budget.charge(Work::Steps).map_err(RefusalError::from);
            match charged.and_then(|()| examine(self, candidate, budget)) {
                Ok(Ok(())) => return Ok(Signed { signer: candidate.clone(), innocence: Ok(()) }),
                Ok(innocence) => accusing = Some(Signed { signer: candidate.clone(), innocence }),
                Err(error) => {
                    told = told.more_telling(error);
                    if matches!(told, RefusalError::Budget(_)) {
                        break;
                    }
                }
            }
        }
        accusing.ok_or(told)
    }

    /// Who signed a response about a certificate of `issuer`.
    pub(super) fn response_signer(
        &mut self,
        response: &OcspResponse,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<Signed, RefusalError> {
        let digest = response.fingerprint();
        let object = Object {
            digest: digest.bytes(),
            algorithm: response.algorithm(),
            message: response.tbs(),
            signature: response.signature(),
        };
        let mut told = RefusalError::NoResponder;
        if response.responder().names(issuer) {
            match self.signed_by_issuer(&object, response.produced_at(), issuer, false, budget) {
                Ok(innocence) => return Ok(Signed { signer: issuer.clone(), innocence }),
                Err(error @ RefusalError::Budget(_)) => return Err(error),
                Err(error) => told = told.more_telling(error),
            }
        }
        let mut brought: Vec<Certificate> = Vec::new();
        for der in response.certificates_unverified() {
            budget.charge(Work::Steps)?;
            brought.extend(Certificate::parse(der).ok());
        }
        let when = self.when(response.produced_at());
        let per_step = match response.responder() {
            ResponderId::Name(_) => limits::PATH_NAMES_PER_STEP,
            ResponderId::Key(_) => limits::RESPONDER_KEYS_PER_STEP,
        };
        let named = |candidate: &Certificate| response.responder().names(candidate) && candidate != issuer;
        let candidates = self.candidates(&brought, per_step, named, budget)?;
        self.who_clears(candidates, told, budget, |inquiry, candidate, budget| {
            inquiry.delegated(candidate, issuer, budget)?;
            let lasting = inquiry.signed_by(&object, candidate, &when, budget)?;
            Ok(inquiry.trusted(candidate, issuer, Usage::OcspSigning, &when, budget)?.and(lasting))
        })
    }

    /// Everybody who may have signed, in an order that nobody can choose. Whoever
    /// has another name is not even sorted.
    fn candidates<'c>(
        &self,
        brought: &'c [Certificate],
        per_step: usize,
        named: impl Fn(&Certificate) -> bool,
        budget: &mut Budget,
    ) -> Result<Queue<'c, Certificate>, BudgetError>
    where
        'a: 'c,
    {
        let context: &'c Context<'c> = self.context;
        let looked_at = context.anchors.len() + context.candidates.len() + brought.len();
        budget.charge_times(Work::Steps, looked_at / per_step)?;
        let anchors = context.anchors.iter().map(|anchor| anchor.certificate());
        let all = anchors.chain(context.candidates).chain(brought).filter(|one| named(one));
        Ok(Queue::new(all, |one| one, |_| 0))
    }

    /// The issuer on whose path the question came. Its window and its status
    /// are judged there; what it signs after its end is not.
    fn signed_by_issuer(
        &self,
        object: &Object<'_>,
        signed: UnixTime,
        issuer: &Certificate,
        list: bool,
        budget: &mut Budget,
    ) -> Result<Innocence, RefusalError> {
        if list {
            may_sign_lists(issuer)?;
        }
        let lasting = self.signed_by(object, issuer, &self.when(signed), budget)?;
        let is_anchor = self.context.anchors.iter().any(|anchor| anchor.certificate() == issuer);
        match issuer.window().not_after {
            Some(not_after) if not_after < signed && !is_anchor => {
                Err(RefusalError::SignerExpired { not_after, signed })
            }
            _ => Ok(lasting),
        }
    }

    /// The signature itself. It accuses if its algorithm counted when it was
    /// made, as it says; it clears only if that is known from elsewhere.
    fn signed_by(
        &self,
        object: &Object<'_>,
        signer: &Certificate,
        when: &Interval,
        budget: &mut Budget,
    ) -> Result<Innocence, RefusalError> {
        budget.charge(Work::Signatures)?;
        let key = signer.public_key().map_err(KeyError::clone)?;
        let memo = self.context.memo;
        let algorithm =
            memo.verify(object.digest, object.algorithm, key, object.message, object.signature)?;
        self.not_distrusted(key)?;
        match self.context.rules.algorithm(algorithm, when) {
            Standing::Allowed => Ok(self.lasting(algorithm)),
            standing => Err(RefusalError::Algorithm { algorithm, standing }),
        }
    }

    /// Whether an algorithm still counts for what is known of when data was made:
    /// that it exists at the time of validation. Whoever can forge the signature
    /// can write any earlier time into it.
    fn lasting(&self, algorithm: Algorithm) -> Innocence {
        let existed = match self.context.currency {
            Currency::Within => self.at,
            Currency::AtOrAfter | Currency::InForce => {
                Interval { earliest: None, latest: self.context.rules.at }
            }
        };
        match self.context.rules.algorithm(algorithm, &existed) {
            Standing::Allowed => Ok(()),
            standing => Err(RefusalError::Algorithm { algorithm, standing }),
        }
    }

    fn not_distrusted(&self, key: &PublicKey) -> Result<(), RefusalError> {
        match (self.context.distrusted.0)(key) {
            true => Err(RefusalError::Distrusted { key: key.id() }),
            false => Ok(()),
        }
    }

    /// RFC 6960 4.2.2.2: a responder that the issuer itself has named, for this
    /// and with the key that the certificate in question is signed with.
    fn delegated(
        &self,
        responder: &Certificate,
        issuer: &Certificate,
        budget: &mut Budget,
    ) -> Result<(), RefusalError> {
        if self.asked.iter().any(|key| key == responder.spki_der()) {
            return Err(RefusalError::Circular);
        }
        if responder.issuer() != issuer.subject() {
            return Err(RefusalError::NotDelegated);
        }
        if !responder.extended_key_usage().is_some_and(|usage| usage.has(OCSP_SIGNING)) {
            return Err(RefusalError::SigningUsage);
        }
        budget.charge(Work::Signatures)?;
        let key = issuer.public_key().map_err(KeyError::clone)?;
        responder.signed_by(key, self.context.memo).map_err(|_| RefusalError::NotDelegated)?;
        Ok(())
    }

    /// Whether there is a path from a signer to the anchor, and inside that,
    /// whether its certificates are known not to be revoked.
    fn trusted(
        &mut self,
        signer: &Certificate,
        issuer: &Certificate,
        usage: Usage,
        when: &Interval,
        budget: &mut Budget,
    ) -> Result<Innocence, RefusalError> {
        if self.asked.iter().any(|key| key == signer.spki_der()) {
            return Err(RefusalError::Circular);
        }
        if self.asked.len() > limits::REVOCATION_DEPTH_MAX {
            return Err(RefusalError::Depth { max: limits::REVOCATION_DEPTH_MAX });
        }
        let context = self.context;
        let candidates = [std::slice::from_ref(issuer), context.candidates].concat();
        let request = PathRequest {
            target: signer,
            candidates: &candidates,
            anchors: context.anchors,
            usage,
            rules: context.rules,
            at: Some(*when),
            policies: PolicyInputs::default(),
            memo: context.memo,
        };
        // A path of which nothing bad is known is enough to accuse; no other path,
        // however bad, takes that away.
        let mut unclear: Option<RefusalError> = None;
        let mut refused: Option<RefusalError> = None;
        let found = find(&request, budget, &mut |path, budget| {
            let delegated = usage == Usage::OcspSigning;
            let next = path.issuer_of(0);
            if !delegated && !related(signer, next, issuer, context.memo, budget)? {
                refused.get_or_insert(RefusalError::Apart);
                return Err(unestablished(signer));
            }
            if delegated && (next.subject() != issuer.subject() || next.spki_der() != issuer.spki_der()) {
                return Err(PathError::RevocationNotEstablished { subject: signer.subject().to_string() });
            }
            let keys = path.certificates().iter().filter_map(|one| one.public_key().ok());
            for key in keys.chain([path.anchor().key()]) {
                if let Err(error) = self.not_distrusted(key) {
                    refused = Some(error);
                    return Err(unestablished(signer));
                }
            }
            for (position, certificate) in path.certificates().iter().enumerate() {
                if self.asked.iter().any(|key| key == certificate.spki_der()) {
                    refused = Some(RefusalError::Circular);
                    return Err(unestablished(certificate));
                }
                let questioned = certificate == issuer || self.settled.contains(certificate);
                if let Some(algorithm) = path.algorithms().get(position).filter(|_| !questioned)
                    && let Err(error) = self.lasting(*algorithm)
                {
                    unclear.get_or_insert(error);
                    return Err(unestablished(certificate));
                }
                // What is above the issuer is judged on the path of the question.
                let judged_elsewhere = certificate == path.anchor().certificate()
                    || questioned
                    || delegated && (position > 0 || self.excused(certificate));
                if judged_elsewhere {
                    continue;
                }
                let next = path.issuer_of(position);
                match inquire(self, certificate, next, *when, budget).answer {
                    Answer::Good { .. } => {}
                    Answer::Revoked { at, .. } => {
                        refused = Some(RefusalError::SignerRevoked { at });
                        return Err(PathError::Revoked { subject: certificate.subject().to_string(), at });
                    }
                    answer => {
                        let status = answer.name();
                        let why = match answer {
                            Answer::Indeterminate { why } => Some(why),
                            _ => None,
                        };
                        unclear.get_or_insert(RefusalError::SignerStatus { status, why });
                        return Err(unestablished(certificate));
                    }
                }
            }
            Ok(())
        });
        match (found, unclear, refused) {
            (Ok(_), ..) => Ok(Ok(())),
            (Err(PathError::Budget(error)), ..) => Err(error.into()),
            (Err(_), Some(unclear), _) => Ok(Err(unclear)),
            (Err(_), None, Some(error)) => Err(error),
            (Err(error), None, None) => Err(RefusalError::Path(Box::new(error))),
        }
    }

    /// RFC 6960 4.2.2.2.1: the issuer says that a responder need not be checked,
    /// or names no way to check it and leaves it to whoever asks.
    fn excused(&self, responder: &Certificate) -> bool {
        let has = |oid| responder.extension(oid).is_some();
        has(OCSP_NOCHECK)
            || self.context.responders == Responders::WhereNamed
                && !has(CRL_DISTRIBUTION_POINTS)
                && !has(AUTHORITY_INFORMATION)
    }
}

/// Whether a signer of lists belongs to the issuer whose certificates he lists:
/// one of them has issued the other, or the same key both. RFC 5280 6.3.3 (f)
/// asks for the same anchor and the name alone; then any authority below that
/// anchor could clear the certificates of any other, by naming a signer so.
fn related(
    signer: &Certificate,
    next: &Certificate,
    issuer: &Certificate,
    memo: &Memo,
    budget: &mut Budget,
) -> Result<bool, BudgetError> {
    if next.subject() == issuer.subject() && next.spki_der() == issuer.spki_der() {
        return Ok(true);
    }
    for above in [next, signer] {
        if issuer.issuer() != above.subject() {
            continue;
        }
        budget.charge(Work::Signatures)?;
        if above.public_key().is_ok_and(|key| issuer.signed_by(key, memo).is_ok()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unestablished(certificate: &Certificate) -> PathError {
    PathError::RevocationNotEstablished { subject: certificate.subject().to_string() }
}

/// RFC 5280 6.3.3 (f): where a key usage is stated, cRLSign is part of it.
fn may_sign_lists(signer: &Certificate) -> Result<(), RefusalError> {
    match signer.key_usage() {
        Some(usage) if !usage.any_of(KeyUsage::CRL_SIGN) => Err(RefusalError::CrlSign),
        _ => Ok(()),
    }
}
