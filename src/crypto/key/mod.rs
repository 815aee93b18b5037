//! Public keys, and every spelling of them that some format uses.
//!
//! A [`PublicKey`] is always usable: on its curve, of a size within bounds,
//! canonical. Two spellings of the same key are equal and have the same
//! [`KeyId`], which is taken over one form that is made here, the
//! SubjectPublicKeyInfo with named curve and uncompressed point.
//!
//! How to attack it:
//! - the same key under two ids, to be counted twice: ids come from the key,
//!   never from the bytes it was read from, and one spelling is accepted where
//!   DER would allow several (compressed points, absent NULL, long lengths);
//! - a point off the curve or at infinity, a low-order or non-canonical
//!   Ed25519 key, an RSA modulus that is even, tiny or huge, an even exponent;
//! - trailing bytes after a key, members after a JWK's, a second PEM block;
//! - a private key where a public one belongs: refused, and never echoed;
//! - a key whose *name* (key id, comment, `kid`) imitates another's: names are
//!   hints for finding a key, see [`PublicKey::hints`], and prove nothing.

use std::collections::BTreeSet;
use std::fmt;

use crate::crypto::schnorr::{SchnorrError, XOnlyKey};
use crate::digest::{Digest, decode_hex};
use crate::limits;
use crate::wire::base64::{self, Base64Error};
use crate::wire::der::DerError;
use crate::wire::json::Value;
use crate::wire::pem::{self, PemError};
use crate::wire::shape::ShapeError;
use crate::wire::ssh::SshFieldError;

mod compressed;
mod hints;
pub mod jwk;
pub mod minisign;
mod spki;
mod ssh;

pub use ssh::{SecurityKey, SshKey};

/// A curve of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// NIST P-256, also secp256r1.
    P256,
    /// NIST P-384, also secp384r1.
    P384,
    /// NIST P-521, also secp521r1.
    P521,
}

impl Curve {
    /// All of them.
    pub const ALL: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];

    /// Bytes of a coordinate, and of the order.
    pub fn size(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The kind of a key on it.
    pub fn kind(self) -> Kind {
        match self {
            Curve::P256 => Kind::EcdsaP256,
            Curve::P384 => Kind::EcdsaP384,
            Curve::P521 => Kind::EcdsaP521,
        }
    }

    /// `P-256`: the name in JWK.
    pub fn name(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
        }
    }

    /// `nistp256`: the name in SSH keys and in-toto schemes.
    pub fn ssh_name(self) -> &'static str {
        match self {
            Curve::P256 => "nistp256",
            Curve::P384 => "nistp384",
            Curve::P521 => "nistp521",
        }
    }
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Ed25519.
    Ed25519,
    /// ECDSA over P-256.
    EcdsaP256,
    /// ECDSA over P-384.
    EcdsaP384,
    /// ECDSA over P-521.
    EcdsaP521,
    /// RSA.
    Rsa {
        /// Length of the modulus in bits.
        bits: u32,
    },
    /// The `x` of a point of secp256k1, for BIP-340.
    Secp256k1,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Ed25519 => f.write_str("Ed25519"),
            Kind::EcdsaP256 => f.write_str("ECDSA P-256"),
            Kind::EcdsaP384 => f.write_str("ECDSA P-384"),
            Kind::EcdsaP521 => f.write_str("ECDSA P-521"),
            Kind::Rsa { bits } => write!(f, "RSA {bits}"),
            Kind::Secp256k1 => f.write_str("BIP-340"),
        }
    }
}

/// The identifier of a key: SHA-256 of its SubjectPublicKeyInfo in DER.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Digest);

impl KeyId {
    pub(crate) fn new(digest: Digest) -> KeyId {
        KeyId(digest)
    }

    /// The digest that it is.
    pub fn digest(&self) -> &Digest {
        &self.0
    }
}

/// `sha256:<hex>`
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A key that signatures can be checked with.
///
/// Equality and order are those of the key itself; names that came with it do not count.
#[derive(Clone)]
pub struct PublicKey {
    material: Material,
    spki: Vec<u8>,
    /// Names that came with the key: a `kid`, a minisign key id.
    names: BTreeSet<String>,
}

/// The numbers of a key, in the form that verification wants.
#[derive(Clone)]
pub(crate) enum Material {
    Ed25519(ed25519_dalek::VerifyingKey),
    /// `04 || x || y`
    Ecdsa {
        curve: Curve,
        point: Vec<u8>,
    },
    Rsa(RsaKey),
    Schnorr(XOnlyKey),
}

/// Modulus and exponent, within bounds.
#[derive(Clone)]
pub(crate) struct RsaKey {
    modulus: Vec<u8>,
    exponent: u64,
    bits: u32,
    pkcs1: Vec<u8>,
}

impl RsaKey {
    /// Length of the modulus in bits.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// Length of the modulus, and of a signature, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.modulus.len()
    }

    /// Big-endian, without leading zeros.
    pub(crate) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// Odd, at least 3.
    pub(crate) fn exponent(&self) -> u64 {
        self.exponent
    }

    /// The exponent, big-endian, without leading zeros.
    fn exponent_bytes(&self) -> Vec<u8> {
        self.exponent.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect()
    }

    /// RSAPublicKey of RFC 8017 A.1.1.
    pub(crate) fn pkcs1_der(&self) -> &[u8] {
        &self.pkcs1
    }
}

/// Why some input is not a public key of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is longer than any key.
    #[error("a key of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// The longest that is read.
        max: usize,
    },
    /// Base64 that is not in the one form asked for.
    #[error("{0}")]
    Base64(#[from] Base64Error),
    /// Not lower-case hexadecimal.
    #[error("not lower-case hexadecimal")]
    Hex,
    /// Not DER.
    #[error("{0}")]
    Der(#[from] DerError),
    /// Not PEM.
    #[error("{0}")]
    Pem(#[from] PemError),
    /// No PEM block, or several.
    #[error("{found} PEM blocks, expected one")]
    Blocks {
        /// How many there are.
        found: usize,
    },
    /// JSON of another shape than a JWK.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// The text breaks the grammar of its spelling.
    #[error("expected {expected}")]
    Text {
        /// What should stand there.
        expected: &'static str,
    },
    /// Not the fields of an SSH key.
    #[error("{0}")]
    SshField(#[from] SshFieldError),
    /// Bytes after the key.
    #[error("{bytes} bytes after the key")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// A key of a kind, curve or use that is not supported.
    #[error("{} is no kind of key that is read here", crate::wire::quoted(.found))]
    Unsupported {
        /// The name that was found.
        found: String,
    },
    /// A private or symmetric key where a public one belongs.
    #[error("a private or symmetric key, expected a public one")]
    Private,
    /// An Ed25519 key has another length than 32 bytes.
    #[error("an Ed25519 key of {found} bytes, expected 32")]
    Ed25519Length {
        /// How long it is.
        found: usize,
    },
    /// The bytes are no point, or a point not spelled in its one canonical way.
    #[error("not a canonical Ed25519 point")]
    Ed25519Point,
    /// A point of small order: one signature under it fits many messages.
    #[error("an Ed25519 point of small order")]
    Ed25519SmallOrder,
    /// Not the key of a signer of BIP-340.
    #[error("{0}")]
    Schnorr(#[from] SchnorrError),
    /// The point has an odd `y`: BIP-340 knows its `x` alone, and takes the even one.
    #[error("a point of secp256k1 with an odd y, expected the even one that BIP-340 takes")]
    OddY,
    /// The point is compressed, at infinity, or of the wrong length.
    #[error("not an uncompressed point of {curve}: {found} bytes, expected {expected}", curve = .curve.name())]
    PointForm {
        /// The curve that was named.
        curve: Curve,
        /// How many bytes there are.
        found: usize,
        /// How many there should be, the leading `04` included.
        expected: usize,
    },
    /// The coordinates do not satisfy the equation of the curve.
    #[error("the point is not on {curve}", curve = .curve.name())]
    OffCurve {
        /// The curve that was named.
        curve: Curve,
    },
    /// The RSA modulus is too short or too long.
    #[error("an RSA modulus of {found} bits, expected {min} to {max}")]
    ModulusBits {
        /// Its length.
        found: u32,
        /// The shortest that is read.
        min: u32,
        /// The longest that is read.
        max: u32,
    },
    /// An RSA modulus or exponent starts with a zero byte, or is empty.
    #[error("an RSA number with leading zeros")]
    LeadingZero,
    /// The RSA modulus is even.
    #[error("an RSA modulus that is even")]
    ModulusEven,
    /// The RSA exponent is even, one, or too long.
    #[error("an RSA exponent that is even, one, or longer than {max} bits")]
    Exponent {
        /// The longest that is read.
        max: u32,
    },
}

impl PublicKey {
    /// A raw Ed25519 key, as formats carry it that name the algorithm elsewhere.
    pub fn from_ed25519_bytes(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        let bytes: &[u8; 32] =
            bytes.try_into().map_err(|_| KeyError::Ed25519Length { found: bytes.len() })?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Ed25519Point)?;
        if key.is_weak() {
            return Err(KeyError::Ed25519SmallOrder);
        }
        // RFC 8032 5.1.3 step 1: `y` is below 2^255 - 19. (A negative zero `x` is
        // possible for two points only, and both are of small order.)
        if bytes[0] >= 0xed && bytes[1..31].iter().all(|b| *b == 0xff) && bytes[31] & 0x7f == 0x7f {
            return Err(KeyError::Ed25519Point);
        }
        Ok(PublicKey::new(Material::Ed25519(key)))
    }

    /// A raw Ed25519 key in 64 digits of lower-case hexadecimal.
    pub fn from_ed25519_hex(text: &str) -> Result<PublicKey, KeyError> {
        PublicKey::from_ed25519_bytes(&decode_hex(bounded(text)?).ok_or(KeyError::Hex)?)
    }

    /// A raw Ed25519 key in base64 of the standard alphabet, padded.
    pub fn from_ed25519_base64(text: &str) -> Result<PublicKey, KeyError> {
        PublicKey::from_ed25519_bytes(&base64::decode_standard(bounded(text)?)?)
    }

    /// The 32 bytes of the `x` of a key of BIP-340.
    pub fn from_xonly_bytes(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        Ok(PublicKey::new(Material::Schnorr(XOnlyKey::from_bytes(bytes)?)))
    }

    /// The same in 64 digits of lower-case hexadecimal.
    pub fn from_xonly_hex(text: &str) -> Result<PublicKey, KeyError> {
        PublicKey::from_xonly_bytes(&decode_hex(bounded(text)?).ok_or(KeyError::Hex)?)
    }

    /// A SubjectPublicKeyInfo in DER.
    pub fn from_spki_der(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        spki::parse(bytes)
    }

    /// One PEM block, `PUBLIC KEY` or `RSA PUBLIC KEY`.
    pub fn from_pem(text: &str) -> Result<PublicKey, KeyError> {
        let blocks = pem::blocks(bounded(text)?)?;
        let [block] = &blocks[..] else {
            return Err(KeyError::Blocks { found: blocks.len() });
        };
        match &*block.label {
            "PUBLIC KEY" => spki::parse(&block.der),
            "RSA PUBLIC KEY" => spki::parse_rsa_public_key(&block.der),
            label if label.ends_with("PRIVATE KEY") => Err(KeyError::Private),
            label => Err(KeyError::Unsupported { found: label.to_owned() }),
        }
    }

    /// A JSON Web Key; see [`jwk`].
    pub fn from_jwk(value: &Value) -> Result<PublicKey, KeyError> {
        jwk::parse(value)
    }

    /// A public key of minisign or signify; see [`minisign`].
    pub fn from_minisign(text: &str) -> Result<PublicKey, KeyError> {
        minisign::parse(bounded(text)?)
    }

    /// The line of an SSH public key file: `ssh-ed25519`, `ssh-rsa` or `ecdsa-sha2-nistp...`.
    pub fn from_ssh(text: &str) -> Result<PublicKey, KeyError> {
        ssh::parse(bounded(text)?)
    }

    /// A point as SEC 1 2.3.3 writes it without compression: `04 || x || y`.
    pub fn from_ec_point(curve: Curve, point: &[u8]) -> Result<PublicKey, KeyError> {
        let expected = 1 + 2 * curve.size();
        if point.len() != expected || point[0] != 4 {
            return Err(KeyError::PointForm { curve, found: point.len(), expected });
        }
        use aws_lc_rs::signature as lc;
        let parameters = match curve {
            Curve::P256 => &lc::ECDSA_P256_SHA256_ASN1,
            Curve::P384 => &lc::ECDSA_P384_SHA384_ASN1,
            Curve::P521 => &lc::ECDSA_P521_SHA512_ASN1,
        };
        lc::ParsedPublicKey::new(parameters, point).map_err(|_| KeyError::OffCurve { curve })?;
        Ok(PublicKey::new(Material::Ecdsa { curve, point: point.to_vec() }))
    }

    /// A point of P-256 in the compressed form of SEC 1: `02 || x` or `03 || x`.
    pub fn from_p256_compressed(point: &[u8]) -> Result<PublicKey, KeyError> {
        let curve = Curve::P256;
        let whole = compressed::p256(point).ok_or(KeyError::OffCurve { curve })?;
        PublicKey::from_ec_point(curve, &whole)
    }

    /// An RSA key from modulus and exponent, both big-endian without leading zeros.
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, KeyError> {
        if [modulus, exponent].iter().any(|n| n.first().is_none_or(|b| *b == 0)) {
            return Err(KeyError::LeadingZero);
        }
        let (min, max) = (limits::RSA_BITS_LEGACY_MIN, limits::RSA_BITS_MAX);
        let bits = bit_length(modulus);
        if !(min..=max).contains(&bits) {
            return Err(KeyError::ModulusBits { found: bits, min, max });
        }
        if modulus.last().is_none_or(|b| b % 2 == 0) {
            return Err(KeyError::ModulusEven);
        }
        let max = limits::RSA_EXPONENT_BITS_MAX;
        let exponent_bits = bit_length(exponent);
        if exponent_bits > max {
            return Err(KeyError::Exponent { max });
        }
        let exponent = exponent.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        if exponent < 3 || exponent % 2 == 0 {
            return Err(KeyError::Exponent { max });
        }
        let pkcs1 = spki::encode_rsa_public_key(modulus, exponent);
        Ok(PublicKey::new(Material::Rsa(RsaKey { modulus: modulus.to_vec(), exponent, bits, pkcs1 })))
    }

    fn new(material: Material) -> PublicKey {
        let spki = spki::encode(&material);
        PublicKey { material, spki, names: BTreeSet::new() }
    }

    pub(crate) fn material(&self) -> &Material {
        &self.material
    }

    /// What kind of key it is.
    pub fn kind(&self) -> Kind {
        match &self.material {
            Material::Ed25519(_) => Kind::Ed25519,
            Material::Ecdsa { curve, .. } => curve.kind(),
            Material::Rsa(key) => Kind::Rsa { bits: key.bits },
            Material::Schnorr(_) => Kind::Secp256k1,
        }
    }

    /// The 32 bytes of an Ed25519 key.
    pub fn ed25519_bytes(&self) -> Option<[u8; 32]> {
        match &self.material {
            Material::Ed25519(key) => Some(key.to_bytes()),
            _ => None,
        }
    }

    /// The 32 bytes of a key of BIP-340.
    pub fn xonly_bytes(&self) -> Option<[u8; 32]> {
        match &self.material {
            Material::Schnorr(key) => Some(key.to_bytes()),
            _ => None,
        }
    }

    /// SubjectPublicKeyInfo in DER, in the one form that ids are taken over.
    pub fn spki_der(&self) -> Vec<u8> {
        self.spki.clone()
    }

    /// The identifier of the key.
    pub fn id(&self) -> KeyId {
        KeyId::new(Digest::sha256(&self.spki))
    }

    /// Every spelling by which some format names this key. A hint finds a key
    /// to try; it never proves that the key was used.
    pub fn hints(&self) -> BTreeSet<String> {
        hints::all(self)
    }
}

fn bounded(text: &str) -> Result<&str, KeyError> {
    let max = limits::KEY_TEXT_BYTES_MAX;
    if text.len() > max {
        return Err(KeyError::TooLong { found: text.len(), max });
    }
    Ok(text)
}

/// Bits of a big-endian integer without leading zeros.
fn bit_length(integer: &[u8]) -> u32 {
    integer.first().map_or(0, |first| 8 * integer.len() as u32 - first.leading_zeros())
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &PublicKey) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &PublicKey) -> std::cmp::Ordering {
        self.spki.cmp(&other.spki)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.kind(), self.id())
    }
}

#[cfg(test)]
mod tests;
