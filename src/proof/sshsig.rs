//! Signatures of `ssh-keygen -Y sign`: PROTOCOL.sshsig of OpenSSH, in armor or bare.
//!
//! The signature brings its own public key, which says whom to ask about and
//! proves nothing. It is made over a frame: the magic, a namespace (what the
//! signature is for), the name of a hash and that hash of the message. A key in a
//! device signs over more: for which application, whether somebody touched it, a
//! counter, and where a browser made it, what the browser wrote about that
//! (PROTOCOL.u2f).
//!
//! How to attack it:
//! - pass a signature over a commit for one over a file: the namespace is an
//!   argument of the verifier, and part of what was signed;
//! - bring a key of one's own: only a key of the trust store counts, and it must
//!   be the very one that the signature brings;
//! - SHA-1 by way of `ssh-rsa`: refused by name, like every scheme that the key
//!   does not serve;
//! - spell one signature in several ways: integers are in their shortest form,
//!   nothing follows the last field, `reserved` is empty;
//! - a device that signs while nobody is there: refused, see docs/deviations.md;
//! - a text of a browser with a second challenge in it: the text must begin with
//!   the challenge and the origin exactly as they are, and the origin has no quote.

use super::detached::{DetachedError, SignedContent, SignedFile};
use crate::anchor::{KeyMaterial, TrustedKey};
use crate::crypto::key::{Curve, KeyError, Kind, PublicKey, SshKey};
use crate::crypto::signature::{self, Algorithm, Encoding};
use crate::digest::{Algorithm as Hash, Digest};
use crate::limits;
use crate::wire::base64::{self, Base64Error};
use crate::wire::ssh::{Reader, SshFieldError, strings};

/// What a signature in binary form begins with.
pub const MAGIC: &[u8] = b"SSHSIG";

/// The first line of the armor.
pub const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";

/// The last line of the armor.
pub const END: &str = "-----END SSH SIGNATURE-----";

/// The namespace of files, `ssh-keygen`'s own.
pub const FILE: &str = "file";

/// The namespace of commits and tags.
pub const GIT: &str = "git";

/// How a scope of a trust store spells a namespace as a payload type.
pub fn payload_type(namespace: &str) -> String {
    format!("sshsig:{namespace}")
}

/// A signature, unproven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshSignature {
    key: SshKey,
    namespace: String,
    hash: Hash,
    algorithm: Algorithm,
    encoding: Encoding,
    signature: Vec<u8>,
    device: Option<Device>,
}

/// What a device adds to what it signs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Device {
    flags: u8,
    counter: u32,
    /// Where a browser stood between.
    browser: Option<Browser>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Browser {
    origin: String,
    /// The text that the browser made, which holds the challenge.
    said: Vec<u8>,
    extensions: Vec<u8>,
}

/// Why some bytes are no signature of SSH.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SshsigError {
    /// Longer than any signature file.
    #[error("a signature file of {found} bytes, at most {max} are read")]
    TooLong {
        /// How long it is.
        found: usize,
        /// How much is read.
        max: usize,
    },
    /// Neither armor nor the magic.
    #[error("neither the armor nor the magic of an SSH signature")]
    Form,
    /// What stands in the armor is not base64.
    #[error("{0}")]
    Base64(#[from] Base64Error),
    /// Not the fields that should be there.
    #[error("{0}")]
    Field(#[from] SshFieldError),
    /// A version that is not read here.
    #[error("version {found}, expected 1")]
    Version {
        /// Which one.
        found: u32,
    },
    /// The key in it is none.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// A text that is empty, too long, or not UTF-8.
    #[error("{field} that is empty, too long, or not UTF-8")]
    Text {
        /// Which one.
        field: &'static str,
    },
    /// Something where nothing may be yet.
    #[error("{bytes} bytes in the reserved field")]
    Reserved {
        /// How many.
        bytes: usize,
    },
    /// A hash function that is none of the two.
    #[error("the hash {}, expected sha256 or sha512", crate::wire::quoted(.found))]
    Hash {
        /// Its name.
        found: String,
    },
    /// A scheme that the key in it does not serve.
    #[error("a signature of type {}, which a key of type {key} does not make", crate::wire::quoted(.found))]
    Scheme {
        /// Its name.
        found: String,
        /// What the key is.
        key: Kind,
    },
    /// Integers longer than the curve.
    #[error("integers that are longer than the order of {curve}", curve = .curve.name())]
    Integers {
        /// Which curve.
        curve: Curve,
    },
}

impl SshSignature {
    /// Reads the armor, or what is inside of it.
    pub fn parse(bytes: &[u8]) -> Result<SshSignature, SshsigError> {
        let max = limits::SIGNATURE_FILE_BYTES_MAX;
        if bytes.len() > max {
            return Err(SshsigError::TooLong { found: bytes.len(), max });
        }
        if bytes.starts_with(MAGIC) {
            return SshSignature::from_blob(bytes);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SshsigError::Form)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let inside = text.strip_prefix(BEGIN).and_then(|text| text.strip_prefix('\n'));
        let inside = inside.and_then(|text| text.strip_suffix(END)?.strip_suffix('\n'));
        let lines: Vec<&str> = inside.ok_or(SshsigError::Form)?.split('\n').collect();
        // Lines of one length and a last one that is no longer: one armor, one spelling.
        let (last, full) = lines.split_last().expect("a split has at least one part");
        let width = lines[0].len();
        if full.iter().any(|line| line.len() != width) || last.is_empty() || last.len() > width {
            return Err(SshsigError::Form);
        }
        SshSignature::from_blob(&base64::decode_standard(&lines.concat())?)
    }

    fn from_blob(bytes: &[u8]) -> Result<SshSignature, SshsigError> {
        let mut reader = Reader::new(bytes);
        if reader.bytes(MAGIC.len())? != MAGIC {
            return Err(SshsigError::Form);
        }
        match reader.uint32()? {
            1 => {}
            found => return Err(SshsigError::Version { found }),
        }
        let key = SshKey::from_blob(reader.string()?)?;
        let namespace = text(reader.string()?, "a namespace")?;
        match reader.string()?.len() {
            0 => {}
            bytes => return Err(SshsigError::Reserved { bytes }),
        }
        let hash = match reader.string()? {
            b"sha256" => Hash::Sha256,
            b"sha512" => Hash::Sha512,
            other => return Err(SshsigError::Hash { found: String::from_utf8_lossy(other).into_owned() }),
        };
        let inner = reader.string()?;
        reader.finish()?;
        let mut reader = Reader::new(inner);
        let scheme = text(reader.string()?, "a type of signature")?;
        let (plain, device) = match &key {
            SshKey::Plain(key) => (key, false),
            SshKey::Security(key) => (key.public(), true),
        };
        let wrong = || SshsigError::Scheme { found: scheme.clone(), key: plain.kind() };
        let web = scheme == "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
        let (algorithm, curve) = match (plain.kind(), device) {
            (Kind::Ed25519, false) if scheme == "ssh-ed25519" => (Algorithm::Ed25519, None),
            (Kind::Ed25519, true) if scheme == "sk-ssh-ed25519@openssh.com" => (Algorithm::Ed25519, None),
            (Kind::EcdsaP256, true) if scheme == "sk-ecdsa-sha2-nistp256@openssh.com" || web => {
                (Algorithm::EcdsaP256Sha256, Some(Curve::P256))
            }
            (Kind::EcdsaP256, false) if scheme == "ecdsa-sha2-nistp256" => {
                (Algorithm::EcdsaP256Sha256, Some(Curve::P256))
            }
            (Kind::EcdsaP384, false) if scheme == "ecdsa-sha2-nistp384" => {
                (Algorithm::EcdsaP384Sha384, Some(Curve::P384))
            }
            (Kind::EcdsaP521, false) if scheme == "ecdsa-sha2-nistp521" => {
                (Algorithm::EcdsaP521Sha512, Some(Curve::P521))
            }
            (Kind::Rsa { .. }, false) if scheme == "rsa-sha2-256" => (Algorithm::RsaPkcs1Sha256, None),
            (Kind::Rsa { .. }, false) if scheme == "rsa-sha2-512" => (Algorithm::RsaPkcs1Sha512, None),
            _ => return Err(wrong()),
        };
        let (signature, encoding) = match curve {
            Some(curve) => (side_by_side(reader.string()?, curve)?, Encoding::P1363),
            None => (reader.string()?.to_vec(), Encoding::Der),
        };
        let device = match device {
            false => None,
            true => {
                let (flags, counter) = (reader.octet()?, reader.uint32()?);
                let browser = match web {
                    false => None,
                    true => Some(Browser {
                        origin: text(reader.string()?, "an origin")?,
                        said: reader.string()?.to_vec(),
                        extensions: reader.string()?.to_vec(),
                    }),
                };
                Some(Device { flags, counter, browser })
            }
        };
        reader.finish()?;
        Ok(SshSignature { key, namespace, hash, algorithm, encoding, signature, device })
    }

    /// The key that it brings. Whoever wrote the signature chose it.
    pub fn key_unverified(&self) -> &SshKey {
        &self.key
    }

    /// What it says it is for.
    pub fn namespace_unverified(&self) -> &str {
        &self.namespace
    }

    /// Over which digest of the message it is made.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// By which algorithm it is made.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `key` is the one that it brings.
    pub fn brings(&self, key: &TrustedKey) -> bool {
        match (&key.material, &self.key) {
            (KeyMaterial::Public(known), SshKey::Plain(brought)) => known == brought,
            (KeyMaterial::Security(known), SshKey::Security(brought)) => known == brought,
            _ => false,
        }
    }

    /// Verifies the content under one trusted key, for one purpose.
    pub fn signed_by(
        &self,
        key: &TrustedKey,
        namespace: &str,
        content: SignedContent<'_>,
    ) -> Result<SignedFile, DetachedError> {
        if !self.brings(key) {
            return Err(DetachedError::Mismatch);
        }
        if !key.algorithms.contains(&self.algorithm) {
            return Err(DetachedError::NoAlgorithm { key: key.id });
        }
        if self.namespace != namespace {
            let (found, expected) = (self.namespace.clone(), namespace.to_owned());
            return Err(DetachedError::Namespace { found, expected });
        }
        let digest = content.digest(self.hash).ok_or(DetachedError::NeedsDigest { digest: self.hash })?;
        self.verify(&digest)?;
        Ok(SignedFile::of(content, key.id, self.algorithm))
    }

    /// Whether the key in it made it over a message of that digest, under the
    /// namespace that it states.
    pub fn verify(&self, message: &Digest) -> Result<(), DetachedError> {
        let name = self.hash.name().as_bytes();
        let fields = strings(&[self.namespace.as_bytes(), b"", name, message.bytes()]);
        let frame = [MAGIC, &fields].concat();
        let (public, signed) = match (&self.key, &self.device) {
            (SshKey::Plain(key), None) => (key, frame),
            (SshKey::Security(key), Some(device)) => {
                (key.public(), device.signed(key.application(), &frame)?)
            }
            _ => return Err(DetachedError::Mismatch),
        };
        verify(self.algorithm, self.encoding, public, &signed, &self.signature)
    }
}

fn verify(
    algorithm: Algorithm,
    encoding: Encoding,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), DetachedError> {
    match signature::verify(algorithm, encoding, key, message, signature) {
        Ok(()) => Ok(()),
        Err(signature::SignatureError::Mismatch) => Err(DetachedError::Mismatch),
        Err(error) => Err(DetachedError::Malformed(error)),
    }
}

impl Device {
    /// WebAuthn 6.1: bits of the flags.
    const PRESENT: u8 = 0x01;
    const ATTESTED: u8 = 0x40;
    const EXTENDED: u8 = 0x80;

    /// What the device signs when it is asked to sign `frame`.
    fn signed(&self, application: &str, frame: &[u8]) -> Result<Vec<u8>, DetachedError> {
        if self.flags & Device::PRESENT == 0 {
            return Err(DetachedError::Untouched);
        }
        let (extensions, said) = match &self.browser {
            None => (&[][..], Digest::sha256(frame)),
            Some(browser) => {
                let challenge = base64::encode_url(frame);
                let begins = format!(
                    r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{}""#,
                    browser.origin
                );
                let extended = self.flags & Device::EXTENDED != 0;
                if browser.origin.contains(['"', '\\'])
                    || self.flags & Device::ATTESTED != 0
                    || extended == browser.extensions.is_empty()
                    || !browser.said.starts_with(begins.as_bytes())
                {
                    return Err(DetachedError::Mismatch);
                }
                (&browser.extensions[..], Digest::sha256(&browser.said))
            }
        };
        let application = Digest::sha256(application.as_bytes());
        let counter = self.counter.to_be_bytes();
        Ok([application.bytes(), &[self.flags], &counter, extensions, said.bytes()].concat())
    }
}

fn text(bytes: &[u8], field: &'static str) -> Result<String, SshsigError> {
    let text = std::str::from_utf8(bytes).ok();
    let sound = text.filter(|text| !text.is_empty() && text.len() <= limits::TRUST_WORD_BYTES_MAX);
    sound.map(str::to_owned).ok_or(SshsigError::Text { field })
}

/// RFC 5656 3.1.2: two integers, here as long as the curve's order.
fn side_by_side(bytes: &[u8], curve: Curve) -> Result<Vec<u8>, SshsigError> {
    let mut reader = Reader::new(bytes);
    let (r, s) = (reader.mpint()?, reader.mpint()?);
    reader.finish()?;
    let size = curve.size();
    let mut both = vec![0; 2 * size];
    for (part, magnitude) in both.chunks_exact_mut(size).zip([r, s]) {
        let at = size.checked_sub(magnitude.len()).ok_or(SshsigError::Integers { curve })?;
        part[at..].copy_from_slice(magnitude);
    }
    Ok(both)
}
