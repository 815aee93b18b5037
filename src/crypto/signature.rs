//! The table of signature algorithms, and verification under exactly one of them.
//!
//! A caller names the algorithm; nothing here tries a second one when the first
//! fails. Formats that name no algorithm of their own (DSSE) get theirs from the
//! trusted key, and a bare key gets [`default_algorithms`].
//!
//! How to attack it:
//! - swap the algorithm for a weaker one that the same key also serves (SHA-1,
//!   PKCS#1 v1.5 for PSS): the algorithm is an argument, never read from the signature;
//! - use an RSA key as an HMAC secret: keys have types, `HmacSha256` takes no public key;
//! - change a signature without breaking it: DER is strict, `s` of Ed25519 is
//!   reduced, non-canonical points are refused (ECDSA itself stays malleable in
//!   the sign of `s`: RFC 6979 and FIPS 186-5 allow both, so a signature is never an identifier);
//! - low-order Ed25519 keys, under which one signature fits many messages;
//! - P1363 where DER is expected and the other way round; wrong lengths; zero and oversized integers;
//! - a 512-bit RSA key, a huge modulus or exponent: bounds stand with the key;
//! - hand in the digest of another hash function of the same length: a [`Digest`] carries its algorithm.

use aws_lc_rs::signature as lc;

use crate::crypto::key::{Curve, Kind, Material, PublicKey};
use crate::crypto::mac::MacError;
use crate::crypto::pss::{Pss, PssError};
use crate::crypto::schnorr::SchnorrError;
use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::wire::der::{self, DerError, Tag};

/// A signature algorithm with all its parameters.
///
/// The order is that of the table in docs/formats/keys.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RFC 8032, checked strictly.
    Ed25519,
    /// ECDSA over P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA over P-256 with SHA-384, cut to the curve's length.
    EcdsaP256Sha384,
    /// ECDSA over P-256 with SHA-512, cut to the curve's length.
    EcdsaP256Sha512,
    /// ECDSA over P-384 with SHA-256: what some log and registry keys do.
    EcdsaP384Sha256,
    /// ECDSA over P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA over P-384 with SHA-512, cut to the curve's length.
    EcdsaP384Sha512,
    /// ECDSA over P-521 with SHA-256: what Go's default hash gives.
    EcdsaP521Sha256,
    /// ECDSA over P-521 with SHA-384.
    EcdsaP521Sha384,
    /// ECDSA over P-521 with SHA-512.
    EcdsaP521Sha512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 of SHA-256 and a salt of 32 bytes.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 of SHA-384 and a salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 of SHA-512 and a salt of 64 bytes.
    RsaPssSha512,
    /// Ed25519ph of RFC 8032 without a context: over the SHA-512 of the message. No
    /// key serves it unless somebody says that it does.
    Ed25519ph,
    /// HMAC-SHA-256: a shared key, which proves less.
    HmacSha256,
    /// BIP-340 over the SHA-256 of the message.
    Bip340Sha256,
    /// Legacy: ECDSA over P-256 with SHA-1.
    LegacyEcdsaP256Sha1,
    /// Legacy: RSASSA-PKCS1-v1_5 with SHA-1, modulus of at least 2048 bits.
    LegacyRsaPkcs1Sha1,
    /// Legacy: RSASSA-PKCS1-v1_5 with SHA-1, modulus from 1024 to 2047 bits.
    LegacyRsa1024Pkcs1Sha1,
    /// Legacy: RSASSA-PKCS1-v1_5 with SHA-256, modulus from 1024 to 2047 bits.
    LegacyRsa1024Pkcs1Sha256,
}

/// What an algorithm is made of.
enum Scheme {
    Ed25519,
    Ed25519ph,
    Ecdsa(Curve, Hash),
    Pkcs1(Hash),
    Pss(Hash),
    Schnorr,
    Hmac,
}

impl Algorithm {
    /// All of them, in order.
    pub const ALL: [Algorithm; 23] = [
        Algorithm::Ed25519,
        Algorithm::EcdsaP256Sha256,
        Algorithm::EcdsaP256Sha384,
        Algorithm::EcdsaP256Sha512,
        Algorithm::EcdsaP384Sha256,
        Algorithm::EcdsaP384Sha384,
        Algorithm::EcdsaP384Sha512,
        Algorithm::EcdsaP521Sha256,
        Algorithm::EcdsaP521Sha384,
        Algorithm::EcdsaP521Sha512,
        Algorithm::RsaPkcs1Sha256,
        Algorithm::RsaPkcs1Sha384,
        Algorithm::RsaPkcs1Sha512,
        Algorithm::RsaPssSha256,
        Algorithm::RsaPssSha384,
        Algorithm::RsaPssSha512,
        Algorithm::Ed25519ph,
        Algorithm::HmacSha256,
        Algorithm::Bip340Sha256,
        Algorithm::LegacyEcdsaP256Sha1,
        Algorithm::LegacyRsaPkcs1Sha1,
        Algorithm::LegacyRsa1024Pkcs1Sha1,
        Algorithm::LegacyRsa1024Pkcs1Sha256,
    ];

    /// The name that policy files, trust stores and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "ed25519",
            Algorithm::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Algorithm::EcdsaP256Sha384 => "ecdsa-p256-sha384",
            Algorithm::EcdsaP256Sha512 => "ecdsa-p256-sha512",
            Algorithm::EcdsaP384Sha256 => "ecdsa-p384-sha256",
            Algorithm::EcdsaP384Sha384 => "ecdsa-p384-sha384",
            Algorithm::EcdsaP384Sha512 => "ecdsa-p384-sha512",
            Algorithm::EcdsaP521Sha256 => "ecdsa-p521-sha256",
            Algorithm::EcdsaP521Sha384 => "ecdsa-p521-sha384",
            Algorithm::EcdsaP521Sha512 => "ecdsa-p521-sha512",
            Algorithm::RsaPkcs1Sha256 => "rsa-pkcs1-sha256",
            Algorithm::RsaPkcs1Sha384 => "rsa-pkcs1-sha384",
            Algorithm::RsaPkcs1Sha512 => "rsa-pkcs1-sha512",
            Algorithm::RsaPssSha256 => "rsa-pss-sha256",
            Algorithm::RsaPssSha384 => "rsa-pss-sha384",
            Algorithm::RsaPssSha512 => "rsa-pss-sha512",
            Algorithm::Ed25519ph => "ed25519ph",
            Algorithm::HmacSha256 => "hmac-sha256",
            Algorithm::Bip340Sha256 => "bip340-sha256",
            Algorithm::LegacyEcdsaP256Sha1 => "legacy-ecdsa-p256-sha1",
            Algorithm::LegacyRsaPkcs1Sha1 => "legacy-rsa-pkcs1-sha1",
            Algorithm::LegacyRsa1024Pkcs1Sha1 => "legacy-rsa1024-pkcs1-sha1",
            Algorithm::LegacyRsa1024Pkcs1Sha256 => "legacy-rsa1024-pkcs1-sha256",
        }
    }

    /// The algorithm of exactly that name.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|a| a.name() == name)
    }

    /// Whether it is only there to read old signatures, where policy says so.
    pub fn is_legacy(self) -> bool {
        self.name().starts_with("legacy-")
    }

    /// Which digest of the message it signs; `None` where it needs the message
    /// itself (Ed25519, HMAC).
    pub fn digest(self) -> Option<Hash> {
        match self.scheme() {
            Scheme::Ecdsa(_, hash) | Scheme::Pkcs1(hash) | Scheme::Pss(hash) => Some(hash),
            Scheme::Schnorr => Some(Hash::Sha256),
            Scheme::Ed25519ph => Some(Hash::Sha512),
            Scheme::Ed25519 | Scheme::Hmac => None,
        }
    }

    /// The curve of ECDSA; `None` for everything else.
    pub fn curve(self) -> Option<Curve> {
        match self.scheme() {
            Scheme::Ecdsa(curve, _) => Some(curve),
            _ => None,
        }
    }

    /// Whether it hashes as its key suggests: ECDSA with the digest that has the
    /// length of the curve, everything else with SHA-256 or its own. Where a
    /// format leaves the choice open, these are the likely ones.
    pub fn is_native(self) -> bool {
        match self.scheme() {
            Scheme::Ed25519 | Scheme::Ed25519ph | Scheme::Schnorr | Scheme::Hmac => true,
            Scheme::Ecdsa(Curve::P384, hash) => hash == Hash::Sha384,
            Scheme::Ecdsa(Curve::P521, hash) => hash == Hash::Sha512,
            Scheme::Ecdsa(Curve::P256, hash) | Scheme::Pkcs1(hash) | Scheme::Pss(hash) => {
                hash == Hash::Sha256
            }
        }
    }

    /// Whether it is RSASSA-PSS.
    pub fn is_pss(self) -> bool {
        matches!(self.scheme(), Scheme::Pss(_))
    }

    /// Whether a key of that kind can serve it at all.
    pub fn fits(self, kind: Kind) -> bool {
        self.misfit(kind).is_none()
    }

    fn misfit(self, kind: Kind) -> Option<SignatureError> {
        let fits = match self.scheme() {
            Scheme::Ed25519 | Scheme::Ed25519ph => kind == Kind::Ed25519,
            Scheme::Ecdsa(curve, _) => kind == curve.kind(),
            Scheme::Schnorr => kind == Kind::Secp256k1,
            Scheme::Hmac => false,
            Scheme::Pkcs1(_) | Scheme::Pss(_) => match kind {
                Kind::Rsa { bits } => {
                    let (min, max) = self.modulus_bits();
                    if !(min..=max).contains(&bits) {
                        return Some(SignatureError::ModulusBits { algorithm: self, found: bits, min, max });
                    }
                    true
                }
                _ => false,
            },
        };
        (!fits).then_some(SignatureError::Key { algorithm: self, found: kind })
    }

    fn modulus_bits(self) -> (u32, u32) {
        match self {
            Algorithm::LegacyRsa1024Pkcs1Sha1 | Algorithm::LegacyRsa1024Pkcs1Sha256 => {
                (limits::RSA_BITS_LEGACY_MIN, limits::RSA_BITS_MIN - 1)
            }
            _ => (limits::RSA_BITS_MIN, limits::RSA_BITS_MAX),
        }
    }

    fn scheme(self) -> Scheme {
        match self {
            Algorithm::Ed25519 => Scheme::Ed25519,
            Algorithm::EcdsaP256Sha256 => Scheme::Ecdsa(Curve::P256, Hash::Sha256),
            Algorithm::EcdsaP256Sha384 => Scheme::Ecdsa(Curve::P256, Hash::Sha384),
            Algorithm::EcdsaP256Sha512 => Scheme::Ecdsa(Curve::P256, Hash::Sha512),
            Algorithm::EcdsaP384Sha256 => Scheme::Ecdsa(Curve::P384, Hash::Sha256),
            Algorithm::EcdsaP384Sha384 => Scheme::Ecdsa(Curve::P384, Hash::Sha384),
            Algorithm::EcdsaP384Sha512 => Scheme::Ecdsa(Curve::P384, Hash::Sha512),
            Algorithm::EcdsaP521Sha256 => Scheme::Ecdsa(Curve::P521, Hash::Sha256),
            Algorithm::EcdsaP521Sha384 => Scheme::Ecdsa(Curve::P521, Hash::Sha384),
            Algorithm::EcdsaP521Sha512 => Scheme::Ecdsa(Curve::P521, Hash::Sha512),
            Algorithm::RsaPkcs1Sha256 | Algorithm::LegacyRsa1024Pkcs1Sha256 => Scheme::Pkcs1(Hash::Sha256),
            Algorithm::RsaPkcs1Sha384 => Scheme::Pkcs1(Hash::Sha384),
            Algorithm::RsaPkcs1Sha512 => Scheme::Pkcs1(Hash::Sha512),
            Algorithm::RsaPssSha256 => Scheme::Pss(Hash::Sha256),
            Algorithm::RsaPssSha384 => Scheme::Pss(Hash::Sha384),
            Algorithm::RsaPssSha512 => Scheme::Pss(Hash::Sha512),
            Algorithm::Ed25519ph => Scheme::Ed25519ph,
            Algorithm::HmacSha256 => Scheme::Hmac,
            Algorithm::Bip340Sha256 => Scheme::Schnorr,
            Algorithm::LegacyEcdsaP256Sha1 => Scheme::Ecdsa(Curve::P256, Hash::Sha1),
            Algorithm::LegacyRsaPkcs1Sha1 | Algorithm::LegacyRsa1024Pkcs1Sha1 => Scheme::Pkcs1(Hash::Sha1),
        }
    }
}

/// What a key is trusted for when whoever trusts it names no algorithm.
///
/// An RSA key below [`limits::RSA_BITS_MIN`] gets nothing.
pub fn default_algorithms(key: &PublicKey) -> &'static [Algorithm] {
    match key.kind() {
        Kind::Ed25519 => &[Algorithm::Ed25519],
        Kind::EcdsaP256 => &[Algorithm::EcdsaP256Sha256],
        Kind::EcdsaP384 => &[Algorithm::EcdsaP384Sha384, Algorithm::EcdsaP384Sha256],
        Kind::EcdsaP521 => &[Algorithm::EcdsaP521Sha512, Algorithm::EcdsaP521Sha256],
        Kind::Rsa { bits } if bits >= limits::RSA_BITS_MIN => {
            &[Algorithm::RsaPkcs1Sha256, Algorithm::RsaPssSha256]
        }
        Kind::Rsa { .. } => &[],
        Kind::Secp256k1 => &[Algorithm::Bip340Sha256],
    }
}

/// How the two integers of an ECDSA signature are written. Other algorithms
/// have one spelling, and this says nothing about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// ECDSA-Sig-Value of RFC 3279 in DER.
    Der,
    /// `r` and `s` side by side, each as long as the curve's order (IEEE P1363).
    P1363,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The key is of a kind that cannot serve the algorithm.
    #[error("{algorithm} cannot be checked with a key of kind {found}", algorithm = .algorithm.name())]
    Key {
        /// The algorithm asked for.
        algorithm: Algorithm,
        /// The kind of the key.
        found: Kind,
    },
    /// The RSA modulus is shorter or longer than the algorithm allows.
    #[error("{algorithm} wants a modulus of {min} to {max} bits, found {found}", algorithm = .algorithm.name())]
    ModulusBits {
        /// The algorithm asked for.
        algorithm: Algorithm,
        /// Length of the modulus.
        found: u32,
        /// Shortest that is allowed.
        min: u32,
        /// Longest that is allowed.
        max: u32,
    },
    /// The signature has a length that no signature of this key has.
    #[error("a signature of {found} bytes, expected {expected}")]
    Length {
        /// How long it is.
        found: usize,
        /// How long it must be.
        expected: usize,
    },
    /// The signature is not an ECDSA-Sig-Value in DER.
    #[error("not a DER ECDSA signature")]
    Der,
    /// The digest at hand is of another hash function than the algorithm's.
    #[error("{algorithm} signs a {expected} digest, found {found}", algorithm = .algorithm.name(), expected = .expected.name(), found = .found.name())]
    Digest {
        /// The algorithm asked for.
        algorithm: Algorithm,
        /// The hash function that it signs.
        expected: Hash,
        /// The hash function of the digest at hand.
        found: Hash,
    },
    /// The algorithm signs the message itself, and only a digest is at hand.
    #[error("{algorithm} signs the message itself, a digest is not enough", algorithm = .algorithm.name())]
    NeedsMessage {
        /// The algorithm asked for.
        algorithm: Algorithm,
    },
    /// Parameters of RSASSA-PSS that no key of this size can serve.
    #[error("{0}")]
    Pss(#[from] PssError),
    /// The mathematics says no.
    #[error("the signature does not match")]
    Mismatch,
}

/// What BIP-340 says, in the same words as other signatures.
impl From<SchnorrError> for SignatureError {
    fn from(error: SchnorrError) -> SignatureError {
        match error {
            SchnorrError::Length { found } => SignatureError::Length { found, expected: 64 },
            _ => SignatureError::Mismatch,
        }
    }
}

/// A MAC is judged in the same words as a signature.
impl From<MacError> for SignatureError {
    fn from(error: MacError) -> SignatureError {
        match error {
            MacError::TagLength { found } => SignatureError::Length { found, expected: 32 },
            _ => SignatureError::Mismatch,
        }
    }
}

/// Checks a signature over a message under exactly this algorithm.
pub fn verify(
    algorithm: Algorithm,
    encoding: Encoding,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    match algorithm.digest() {
        Some(hash) => verify_digest(algorithm, encoding, key, &Digest::of(hash, message), signature),
        None => match (algorithm.misfit(key.kind()), key.material()) {
            (None, Material::Ed25519(key)) => ed25519(key, message, signature),
            (misfit, _) => Err(misfit.unwrap_or(SignatureError::Key { algorithm, found: key.kind() })),
        },
    }
}

/// Checks a signature over a message of which only the digest is at hand, as of
/// a file that was streamed.
pub fn verify_digest(
    algorithm: Algorithm,
    encoding: Encoding,
    key: &PublicKey,
    digest: &Digest,
    signature: &[u8],
) -> Result<(), SignatureError> {
    if let Some(misfit) = algorithm.misfit(key.kind()) {
        return Err(misfit);
    }
    let expected = algorithm.digest().ok_or(SignatureError::NeedsMessage { algorithm })?;
    if digest.algorithm() != expected {
        return Err(SignatureError::Digest { algorithm, expected, found: digest.algorithm() });
    }
    match (algorithm.scheme(), key.material()) {
        (Scheme::Ecdsa(curve, hash), Material::Ecdsa { point, .. }) => {
            let parameters = ecdsa_parameters(curve, hash);
            match encoding {
                Encoding::Der => {
                    ecdsa_sig_value(signature)?;
                    check(parameters, point, digest, signature)
                }
                Encoding::P1363 => check(parameters, point, digest, &p1363_to_der(curve, signature)?),
            }
        }
        (Scheme::Ed25519ph, Material::Ed25519(key)) => ed25519ph(key, digest, signature),
        (Scheme::Pkcs1(hash), Material::Rsa(rsa)) => {
            rsa_length(rsa.size(), signature)?;
            check(pkcs1_parameters(hash), rsa.pkcs1_der(), digest, signature)
        }
        (Scheme::Pss(hash), Material::Rsa(rsa)) => {
            rsa_length(rsa.size(), signature)?;
            check(pss_parameters(hash), rsa.pkcs1_der(), digest, signature)
        }
        (Scheme::Schnorr, Material::Schnorr(key)) => Ok(key.verify(digest.bytes(), signature)?),
        _ => Err(SignatureError::Key { algorithm, found: key.kind() }),
    }
}

/// Checks an RSASSA-PSS signature with parameters that stand in the format (X.509
/// and CMS write them out), and says under which name policy judges it. The
/// modulus must be at least [`limits::RSA_BITS_MIN`] long, and the digest one of
/// SHA-2; the hash inside MGF1 need not resist collisions, and may be SHA-1.
pub fn verify_pss_digest(
    parameters: &Pss,
    key: &PublicKey,
    digest: &Digest,
    signature: &[u8],
) -> Result<Algorithm, SignatureError> {
    let algorithm = match digest.algorithm() {
        Hash::Sha256 => Algorithm::RsaPssSha256,
        Hash::Sha384 => Algorithm::RsaPssSha384,
        Hash::Sha512 => Algorithm::RsaPssSha512,
        found @ (Hash::Sha1 | Hash::Blake2b512) => {
            let (algorithm, expected) = (Algorithm::RsaPssSha256, Hash::Sha256);
            return Err(SignatureError::Digest { algorithm, expected, found });
        }
    };
    if let Some(misfit) = algorithm.misfit(key.kind()) {
        return Err(misfit);
    }
    let Material::Rsa(rsa) = key.material() else {
        return Err(SignatureError::Key { algorithm, found: key.kind() });
    };
    rsa_length(rsa.size(), signature)?;
    match parameters.verify(rsa, digest, signature) {
        Ok(()) => Ok(algorithm),
        Err(PssError::Mismatch) => Err(SignatureError::Mismatch),
        Err(other) => Err(SignatureError::Pss(other)),
    }
}

/// RFC 8032 5.1.7, and beyond it: `A` of small order and non-canonical `A` are
/// refused with the key; `R` of small order by `verify_strict`; a non-canonical
/// `R` because the encodings are compared, not the points.
fn ed25519(
    key: &ed25519_dalek::VerifyingKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let signature = ed25519_dalek::Signature::from_slice(signature)
        .map_err(|_| SignatureError::Length { found: signature.len(), expected: 64 })?;
    key.verify_strict(message, &signature).map_err(|_| SignatureError::Mismatch)
}

/// The same over a digest, RFC 8032 5.1 with `F` = 1 and no context: what is signed
/// begins with other bytes, so that no signature is one of both kinds.
fn ed25519ph(
    key: &ed25519_dalek::VerifyingKey,
    digest: &Digest,
    signature: &[u8],
) -> Result<(), SignatureError> {
    let signature = ed25519_dalek::Signature::from_slice(signature)
        .map_err(|_| SignatureError::Length { found: signature.len(), expected: 64 })?;
    let computed = Computed(digest.bytes().try_into().map_err(|_| SignatureError::Mismatch)?);
    key.verify_prehashed_strict(computed, None, &signature).map_err(|_| SignatureError::Mismatch)
}

/// A SHA-512 that was computed before, for a library that wants to finish it itself.
#[derive(Clone)]
struct Computed([u8; 64]);

impl Default for Computed {
    fn default() -> Computed {
        Computed([0; 64])
    }
}

impl sha2::digest::HashMarker for Computed {}

impl sha2::digest::OutputSizeUser for Computed {
    type OutputSize = sha2::digest::consts::U64;
}

impl sha2::digest::Update for Computed {
    fn update(&mut self, _: &[u8]) {}
}

impl sha2::digest::FixedOutput for Computed {
    fn finalize_into(self, output: &mut sha2::digest::Output<Computed>) {
        output.copy_from_slice(&self.0);
    }
}

fn rsa_length(expected: usize, signature: &[u8]) -> Result<(), SignatureError> {
    // RFC 8017 8.1.2 and 8.2.2, step 1.
    if signature.len() != expected {
        return Err(SignatureError::Length { found: signature.len(), expected });
    }
    Ok(())
}

fn check(
    parameters: &'static dyn lc::VerificationAlgorithm,
    key: &[u8],
    digest: &Digest,
    signature: &[u8],
) -> Result<(), SignatureError> {
    use aws_lc_rs::digest as lcd;
    let hash = match digest.algorithm() {
        Hash::Sha1 => &lcd::SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &lcd::SHA256,
        Hash::Sha384 => &lcd::SHA384,
        Hash::Sha512 => &lcd::SHA512,
        Hash::Blake2b512 => return Err(SignatureError::Mismatch),
    };
    let digest = lcd::Digest::import_less_safe(digest.bytes(), hash)
        .expect("a digest has the length of its own hash function");
    lc::UnparsedPublicKey::new(parameters, key)
        .verify_digest(&digest, signature)
        .map_err(|_| SignatureError::Mismatch)
}

fn ecdsa_parameters(curve: Curve, hash: Hash) -> &'static lc::EcdsaVerificationAlgorithm {
    match (curve, hash) {
        (Curve::P256, Hash::Sha1) => &lc::ECDSA_P256_SHA1_ASN1,
        (Curve::P256, Hash::Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Hash::Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
        (Curve::P256, _) => &lc::ECDSA_P256_SHA256_ASN1,
        (Curve::P384, Hash::Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
        (Curve::P384, _) => &lc::ECDSA_P384_SHA384_ASN1,
        (Curve::P521, Hash::Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Hash::Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, _) => &lc::ECDSA_P521_SHA512_ASN1,
    }
}

/// The length of the modulus is ours to judge, see [`Algorithm::modulus_bits`],
/// so the widest range is taken where the library has several.
fn pkcs1_parameters(hash: Hash) -> &'static lc::RsaParameters {
    match hash {
        Hash::Sha1 => &lc::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha384 => &lc::RSA_PKCS1_2048_8192_SHA384,
        Hash::Sha512 => &lc::RSA_PKCS1_2048_8192_SHA512,
        _ => &lc::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    }
}

fn pss_parameters(hash: Hash) -> &'static lc::RsaParameters {
    match hash {
        Hash::Sha384 => &lc::RSA_PSS_2048_8192_SHA384,
        Hash::Sha512 => &lc::RSA_PSS_2048_8192_SHA512,
        _ => &lc::RSA_PSS_2048_8192_SHA256,
    }
}

/// Whether the bytes are an ECDSA-Sig-Value (RFC 3279 2.2.3) in the one form of
/// DER. The library says so too; this is for the error, and a second lock.
pub fn ecdsa_sig_value(signature: &[u8]) -> Result<(), SignatureError> {
    der::read_all(signature, |reader| {
        reader.sequence(|reader| reader.unsigned_integer().and_then(|_| reader.unsigned_integer()).map(drop))
    })
    .map_err(|_: DerError| SignatureError::Der)
}

/// Writes `r || s` as ECDSA-Sig-Value. Whether the integers are in range is
/// for whoever verifies to say; here only the lengths count.
pub fn p1363_to_der(curve: Curve, signature: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let half = curve.size();
    if signature.len() != 2 * half {
        return Err(SignatureError::Length { found: signature.len(), expected: 2 * half });
    }
    let (r, s) = signature.split_at(half);
    let [r, s] = [r, s].map(der::encode_unsigned_integer);
    Ok(der::encode(Tag::SEQUENCE, &[&r, &s]))
}

#[cfg(test)]
mod tests;
