//! What a token proves, and when it does.
//!
//! The order of the questions is: is it over these bytes, and what was asked
//! for; which certificate signed it, as the signature itself says; may that
//! certificate stamp; does the signature hold; is the certificate trusted at the
//! time in the token. The first that is answered with no is the error.

use std::collections::BTreeSet;

use crate::anchor::{Identity, Rules, Standing};
use crate::crypto::key::KeyError;
use crate::crypto::signature::{Algorithm, SignatureError};
use crate::digest::{Algorithm as Hash, AlgorithmSet, Digest, Digests, encode_hex};
use crate::proof::x509::path::{
    self, Acceptable, Path, PathError, PathRequest, PolicyInputs, Usage, UsageFault,
};
use crate::proof::x509::{Anchor, Budget, Certificate, GeneralName, KeyUsage, Memo, Name, Oid};
use crate::time::{Interval, Position, UnixTime, Window};

use super::attributes::Binding;
use super::cms::SignerId;
use super::token::{Signer, Token};
use super::{oid, tst_info};

/// What a token should be over.
#[derive(Clone, Copy, Debug)]
pub enum Imprint<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Bytes with this digest.
    Digest(&'a Digest),
    /// Bytes with these digests, of which the one that the token uses must be
    /// there.
    Digests(&'a Digests),
    /// Nothing is at hand. What comes out says what the token is over, and not
    /// that it is over anything that matters.
    Unexamined,
}

/// What a token is held against. The anchors are those of *one* authority, and
/// its accuracy and policies go with them: what one authority is trusted with
/// must not be lent to another.
#[derive(Clone, Debug)]
pub struct TimestampRequest<'a> {
    /// What it should be over.
    pub imprint: Imprint<'a>,
    /// With which hash functions it may be made.
    pub imprint_algorithms: AlgorithmSet,
    /// Where a path may end.
    pub anchors: &'a [Anchor],
    /// Certificates beside those in the token, for its signer and above.
    pub candidates: &'a [Certificate],
    /// How far off the clock of the authority may be where the token does not
    /// say, in nanoseconds; `None` is unknown, which is not zero.
    pub accuracy_nanos: Option<u64>,
    /// Whether the instant counts, whatever the token states of its accuracy.
    pub exact: bool,
    /// Under which policies it may be issued; `None` is any.
    pub policies: Option<&'a BTreeSet<Oid>>,
    /// The content octets of the nonce that was sent with the request.
    pub nonce: Option<&'a [u8]>,
    /// Who must have signed it, where somebody in particular must.
    pub signer: Option<&'a Name>,
    /// Which algorithms count.
    pub rules: &'a Rules,
    /// At which time path and algorithms are judged; `None` is the interval of
    /// the token, and where its accuracy is unknown the instant in it.
    pub at: Option<Interval>,
    /// Signatures that were checked before.
    pub memo: &'a Memo,
}

impl<'a> TimestampRequest<'a> {
    /// Asks for nothing beyond what every token must fulfil: SHA-2, and a path to
    /// one of the anchors at the time in the token.
    pub fn new(
        imprint: Imprint<'a>,
        anchors: &'a [Anchor],
        rules: &'a Rules,
        memo: &'a Memo,
    ) -> TimestampRequest<'a> {
        let mut imprint_algorithms = AlgorithmSet::EMPTY;
        for strong in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            imprint_algorithms.insert(strong);
        }
        TimestampRequest {
            imprint,
            imprint_algorithms,
            anchors,
            candidates: &[],
            accuracy_nanos: None,
            exact: false,
            policies: None,
            nonce: None,
            signer: None,
            rules,
            at: None,
            memo,
        }
    }
}

/// Why a token proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// It is over something else.
    #[error("the token is over {found}, expected {expected}")]
    Imprint {
        /// The digest of what is at hand.
        expected: Digest,
        /// The one in the token.
        found: tst_info::MessageImprint,
    },
    /// Its digest has another length than the hash function's: over nothing.
    #[error("the token is over {found}, which no {hash} digest is", hash = .found.hash.name())]
    ImprintLength {
        /// What is in the token.
        found: tst_info::MessageImprint,
    },
    /// Made with a hash function that does not count.
    #[error("the token is over a {found} digest, which does not count", found = .found.name())]
    ImprintAlgorithm {
        /// Which hash function.
        found: Hash,
    },
    /// The digest that would have to be compared was not made.
    #[error("the token is over a {needed} digest, and none was measured", needed = .needed.name())]
    ImprintUnmeasured {
        /// Which hash function.
        needed: Hash,
    },
    /// Issued under a policy that does not count.
    #[error("the token is issued under the policy {found}, which is not among those that count")]
    Policy {
        /// The policy of the token.
        found: Oid,
    },
    /// An answer to another request.
    #[error("the nonce is {}, expected {expected}", .found.as_deref().unwrap_or("missing"))]
    Nonce {
        /// What was sent, in hexadecimal.
        expected: String,
        /// What came back, in hexadecimal.
        found: Option<String>,
    },
    /// No certificate is the one that the signer names.
    #[error("there is no certificate of {wanted}, who signed the token")]
    NoSigner {
        /// How it is named.
        wanted: String,
    },
    /// The certificate is not the one whose digest is signed.
    #[error("{attribute} names a certificate with the digest {expected}, that of {subject} is {found}")]
    EssMismatch {
        /// The attribute that names another one.
        attribute: &'static str,
        /// The digest in it.
        expected: Digest,
        /// The digest of the certificate that was found.
        found: Digest,
        /// Whose it is.
        subject: String,
    },
    /// The certificate has another issuer or serial number than is signed.
    #[error("{attribute} names another issuer or serial number than {subject} has")]
    EssIssuerSerial {
        /// The attribute that names them.
        attribute: &'static str,
        /// Whose certificate it is.
        subject: String,
    },
    /// RFC 3161 2.3: the extended key usage is time stamping, critical and alone.
    #[error("the extended key usage timeStamping of {subject} {fault}")]
    ExtendedKeyUsage {
        /// Whose certificate it is.
        subject: String,
        /// What is wrong with it.
        fault: UsageFault,
    },
    /// The key usage is not, or not only, that of signatures.
    #[error("the key usage of {subject} is not that of signatures alone")]
    KeyUsage {
        /// Whose certificate it is.
        subject: String,
    },
    /// Signed by somebody else than asked for.
    #[error("the token is signed by {found}, expected {expected}")]
    Signer {
        /// Who should have signed.
        expected: String,
        /// Who did.
        found: String,
    },
    /// RFC 3161 2.4.2: `tsa` is one of the names in the certificate.
    #[error("the token names an authority that {subject} is not")]
    TsaName {
        /// Whose certificate it is.
        subject: String,
    },
    /// The signer says it signed when its certificate was not valid.
    #[error("the signing time {found} is outside the window of {subject}")]
    SigningTime {
        /// The signing time.
        found: UnixTime,
        /// Whose certificate it is.
        subject: String,
        /// Its window.
        window: Window,
    },
    /// The signed digest is not that of the content.
    #[error("the message digest is not that of the signed content")]
    MessageDigest,
    /// The key of the certificate is of a kind that is not known here.
    #[error("the key of {subject}: {error}")]
    Key {
        /// Whose certificate it is.
        subject: String,
        /// What is wrong with the key.
        error: KeyError,
    },
    /// The signature does not hold.
    #[error("signature: {0}")]
    Signature(SignatureError),
    /// An algorithm that does not count, or not at that time.
    #[error("the token is signed with {algorithm}, which does not count", algorithm = .algorithm.name())]
    Algorithm {
        /// How it is signed.
        algorithm: Algorithm,
        /// Forbidden, or not established.
        standing: Standing,
    },
    /// No path from the certificate to an anchor of the authority.
    #[error("{0}")]
    Path(PathError),
}

/// A token whose signature holds under the certificate that it binds itself to.
/// Whether anybody trusts that certificate is another question.
///
/// Only [`Token::signed`] makes one.
#[derive(Clone, Debug)]
pub struct SignedToken<'a> {
    token: &'a Token,
    signer: Certificate,
    algorithm: Algorithm,
}

/// How exact the time of a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accuracy {
    /// In nanoseconds, as the token states.
    Stated(u64),
    /// In nanoseconds, as the authority is configured.
    Configured(u64),
    /// Neither says anything; it is not zero.
    Unknown,
}

/// A token that an authority of the trust store made, over what was asked for.
///
/// Only [`Token::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    token: Token,
    examined: bool,
    signer: Certificate,
    algorithm: Algorithm,
    accuracy: Accuracy,
    interval: Interval,
    path: Path,
}

impl Token {
    /// Verifies everything. `acceptable` is asked about each path, and may have
    /// the search go on, as for revocation.
    pub fn verify(
        &self,
        request: &TimestampRequest<'_>,
        budget: &mut Budget,
        acceptable: &mut Acceptable<'_>,
    ) -> Result<VerifiedToken, TimestampError> {
        self.check_imprint(request)?;
        self.check_answer(request)?;
        let anchors = request.anchors.iter().map(Anchor::certificate);
        let SignedToken { signer, algorithm, .. } =
            self.signed(request.candidates.iter().chain(anchors), request.memo)?;
        if let Some(expected) = request.signer.filter(|expected| *expected != signer.subject()) {
            let [expected, found] = [expected, signer.subject()].map(Name::to_string);
            return Err(TimestampError::Signer { expected, found });
        }

        let accuracy = match (self.tst.accuracy, request.accuracy_nanos) {
            (Some(nanos), _) => Accuracy::Stated(nanos),
            (None, Some(nanos)) => Accuracy::Configured(nanos),
            (None, None) => Accuracy::Unknown,
        };
        // Where nobody says how exact the time is, nothing is known of when it
        // was. That the instant itself fits is asked all the same: whatever the
        // truth is, an interval around an instant outside is not inside.
        let interval = match request.exact {
            true => self.tst.gen_time.interval(),
            false => self.interval_unverified(request.accuracy_nanos),
        };
        let at = request.at.unwrap_or(match accuracy {
            Accuracy::Unknown => self.tst.gen_time.interval(),
            _ => interval,
        });
        let standing = request.rules.algorithm(algorithm, &at);
        if standing != Standing::Allowed {
            return Err(TimestampError::Algorithm { algorithm, standing });
        }
        let candidates = [&self.certificates, request.candidates].concat();
        let wanted = PathRequest {
            target: &signer,
            candidates: &candidates,
            anchors: request.anchors,
            usage: Usage::TimeStamping,
            rules: request.rules,
            at: Some(at),
            policies: PolicyInputs::default(),
            memo: request.memo,
        };
        let path = path::find(&wanted, budget, acceptable).map_err(TimestampError::Path)?;
        let examined = !matches!(request.imprint, Imprint::Unexamined);
        Ok(VerifiedToken { token: self.clone(), examined, signer, algorithm, accuracy, interval, path })
    }

    /// Verifies the signature under the certificate that it names, from the
    /// token or from `further`; trusts nobody.
    pub fn signed<'a>(
        &'a self,
        further: impl IntoIterator<Item = &'a Certificate>,
        memo: &Memo,
    ) -> Result<SignedToken<'a>, TimestampError> {
        let signer = self.signer_among(self.certificates.iter().chain(further))?;
        let subject = || signer.subject().to_string();
        check_usage(&signer)?;
        if self.tst.tsa.as_ref().is_some_and(|name| !is_name_of(name, &signer)) {
            return Err(TimestampError::TsaName { subject: subject() });
        }
        let Signer { hash, attributes, algorithm, signature, whole, .. } = &self.signer;
        if let Some(found) = attributes.signing_time {
            let at = Interval { earliest: Some(found), latest: Some(found) };
            if signer.window().position(&at) != Position::Inside {
                let window = signer.window();
                return Err(TimestampError::SigningTime { found, subject: subject(), window });
            }
        }
        if Digest::of(*hash, &self.content).bytes() != attributes.message_digest {
            return Err(TimestampError::MessageDigest);
        }
        let key = signer
            .public_key()
            .map_err(|error| TimestampError::Key { subject: subject(), error: error.clone() })?;
        let algorithm = memo
            .verify(whole, algorithm, key, &attributes.signed, signature)
            .map_err(TimestampError::Signature)?;
        Ok(SignedToken { token: self, signer, algorithm })
    }

    fn check_imprint(&self, request: &TimestampRequest<'_>) -> Result<(), TimestampError> {
        let found = &self.tst.imprint;
        let hash = found.hash;
        if !request.imprint_algorithms.contains(hash) {
            return Err(TimestampError::ImprintAlgorithm { found: hash });
        }
        let expected = match request.imprint {
            Imprint::Bytes(bytes) => Some(Digest::of(hash, bytes)),
            Imprint::Digest(digest) => Some(*digest).filter(|digest| digest.algorithm() == hash),
            Imprint::Digests(digests) => digests.get(hash),
            Imprint::Unexamined => return Ok(()),
        };
        match (found.digest(), expected) {
            (None, _) => Err(TimestampError::ImprintLength { found: found.clone() }),
            (_, None) => Err(TimestampError::ImprintUnmeasured { needed: hash }),
            (Some(digest), Some(expected)) if digest != expected => {
                Err(TimestampError::Imprint { expected, found: found.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Policy and nonce: whether it answers the question that was asked.
    fn check_answer(&self, request: &TimestampRequest<'_>) -> Result<(), TimestampError> {
        if request.policies.is_some_and(|policies| !policies.contains(&self.tst.policy)) {
            return Err(TimestampError::Policy { found: self.tst.policy.clone() });
        }
        match request.nonce {
            Some(expected) if self.tst.nonce.as_deref() != Some(expected) => Err(TimestampError::Nonce {
                expected: encode_hex(expected),
                found: self.tst.nonce.as_deref().map(encode_hex),
            }),
            _ => Ok(()),
        }
    }

    /// The certificate that the signer names, twice: by issuer and serial number
    /// or key identifier, which is not signed, and by its digest, which is.
    fn signer_among<'a>(
        &self,
        certificates: impl Iterator<Item = &'a Certificate>,
    ) -> Result<Certificate, TimestampError> {
        let named = certificates.filter(|certificate| match &self.signer.id {
            SignerId::IssuerAndSerial { issuer, serial } => {
                certificate.serial() == serial && certificate.issuer() == issuer
            }
            SignerId::SubjectKeyId(id) => certificate.subject_key_id() == Some(id),
        });
        let mut reason = None;
        for certificate in named {
            match self.signer.attributes.bindings.iter().try_for_each(|b| check_binding(b, certificate)) {
                Ok(()) => return Ok(certificate.clone()),
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        Err(reason.unwrap_or_else(|| TimestampError::NoSigner { wanted: self.signer.id.to_string() }))
    }
}

fn check_binding(binding: &Binding, certificate: &Certificate) -> Result<(), TimestampError> {
    let (attribute, expected) = (binding.attribute, binding.digest);
    let subject = || certificate.subject().to_string();
    let found = match expected.algorithm() {
        Hash::Sha256 => *certificate.fingerprint(),
        hash => Digest::of(hash, certificate.der()),
    };
    if found != expected {
        return Err(TimestampError::EssMismatch { attribute, expected, found, subject: subject() });
    }
    match &binding.issuer_serial {
        Some((issuer, serial)) if issuer != certificate.issuer() || serial != certificate.serial() => {
            Err(TimestampError::EssIssuerSerial { attribute, subject: subject() })
        }
        _ => Ok(()),
    }
}

/// RFC 3161 2.3. A certificate that may do something else as well is one whose
/// key others can have sign for them.
fn check_usage(certificate: &Certificate) -> Result<(), TimestampError> {
    let subject = || certificate.subject().to_string();
    let fault = match certificate.extended_key_usage() {
        None => Some(UsageFault::Missing),
        Some(usage) if !usage.has(oid::TIME_STAMPING) => Some(UsageFault::NotThere),
        Some(usage) if usage.purposes.len() != 1 => Some(UsageFault::NotSole),
        Some(usage) if !usage.critical => Some(UsageFault::NotCritical),
        Some(_) => None,
    };
    if let Some(fault) = fault {
        return Err(TimestampError::ExtendedKeyUsage { subject: subject(), fault });
    }
    const SIGNATURES: u16 = KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION;
    match certificate.key_usage() {
        Some(usage) if !usage.any_of(SIGNATURES) || usage.any_of(!SIGNATURES) => {
            Err(TimestampError::KeyUsage { subject: subject() })
        }
        _ => Ok(()),
    }
}

/// Whether a name is the subject of a certificate, or one of its other names.
fn is_name_of(name: &GeneralName, certificate: &Certificate) -> bool {
    let subject = matches!(name, GeneralName::Directory(name) if name == certificate.subject());
    subject || certificate.names().contains(name)
}

impl SignedToken<'_> {
    /// The token.
    pub fn token(&self) -> &Token {
        self.token
    }

    /// Whose signature holds.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// How it is signed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl VerifiedToken {
    /// What the authority wrote; how it relates to when it happened is in
    /// [`VerifiedToken::interval`].
    pub fn gen_time(&self) -> UnixTime {
        self.token.tst.gen_time.instant()
    }

    /// When the token was made. What it is over existed at its end.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// How exact that is, and who says so.
    pub fn accuracy(&self) -> Accuracy {
        self.accuracy
    }

    /// What the token is over; `None` where that has the length of no digest.
    pub fn imprint(&self) -> Option<Digest> {
        self.token.tst.imprint.digest()
    }

    /// Whether that was compared with anything; see [`Imprint::Unexamined`].
    pub fn is_examined(&self) -> bool {
        self.examined
    }

    /// The serial number in hexadecimal, without the zero that makes it positive.
    pub fn serial_hex(&self) -> String {
        match self.token.tst.serial.as_slice() {
            [0, magnitude @ ..] if !magnitude.is_empty() => encode_hex(magnitude),
            content => encode_hex(content),
        }
    }

    /// The policy under which it is issued.
    pub fn policy(&self) -> &Oid {
        &self.token.tst.policy
    }

    /// The content octets of the nonce.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.token.tst.nonce.as_deref()
    }

    /// Whether the authority says that its tokens can be ordered by their times
    /// alone, whatever their accuracy.
    pub fn is_ordered(&self) -> bool {
        self.token.tst.ordering
    }

    /// Its extensions, none of which is critical.
    pub fn extensions(&self) -> &[Oid] {
        &self.token.tst.extensions
    }

    /// The certificate whose key made it.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// How it is signed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// From the signer to the anchor.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose anchor that is.
    pub fn authority(&self) -> &Identity {
        self.path.anchor().authority()
    }

    /// The token itself, with what came along in it.
    pub fn token(&self) -> &Token {
        &self.token
    }
}
