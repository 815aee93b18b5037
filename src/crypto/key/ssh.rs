//! SSH public keys: the line of a `.pub` file, and the blob inside it.
//!
//! RFC 4253 6.6 for the frame and `ssh-rsa`, RFC 5656 3.1 for ECDSA, RFC 8709 4
//! for Ed25519, PROTOCOL.u2f of OpenSSH for keys that live in a device. Options in
//! front of the type (`authorized_keys`) and certificates are refused: each would
//! change what the key is good for. A [`SecurityKey`] is no [`PublicKey`]: what it
//! signs is never the message alone, and it serves no format but SSH's own.

use super::{Curve, KeyError, KeyId, Material, PublicKey};
use crate::digest::Digest;
use crate::wire::base64;
use crate::wire::ssh::{Reader, mpint, strings};

/// Keys that live in a device, by the name of their type.
const SECURITY: [&str; 2] = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

/// A key as SSH knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SshKey {
    /// One that signs what it is given.
    Plain(PublicKey),
    /// One that signs in a device, and what the device adds.
    Security(SecurityKey),
}

/// A key in a device (FIDO U2F): it signs for an application, and says whether
/// somebody touched it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityKey {
    public: PublicKey,
    application: String,
}

impl SecurityKey {
    /// The key that the mathematics is done with.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// For which application it signs: `ssh:`, as a rule.
    pub fn application(&self) -> &str {
        &self.application
    }

    /// SHA-256 of the blob: the same numbers as a plain key are another key.
    pub fn id(&self) -> KeyId {
        KeyId::new(Digest::sha256(&self.blob()))
    }

    /// What stands in base64.
    pub fn blob(&self) -> Vec<u8> {
        let application = self.application.as_bytes();
        match &self.public.material {
            Material::Ecdsa { curve, point } => {
                strings(&[SECURITY[1].as_bytes(), curve.ssh_name().as_bytes(), point, application])
            }
            Material::Ed25519(key) => strings(&[SECURITY[0].as_bytes(), key.as_bytes(), application]),
            Material::Rsa(_) | Material::Schnorr(_) => {
                unreachable!("no security key is read that is of these")
            }
        }
    }
}

impl SshKey {
    /// The blob of a key, all of it.
    pub fn from_blob(blob: &[u8]) -> Result<SshKey, KeyError> {
        let mut reader = Reader::new(blob);
        let name = reader.string()?;
        let name = std::str::from_utf8(name)
            .map_err(|_| KeyError::Text { expected: "the name of an SSH key type" })?;
        let point = |reader: &mut Reader, curve: Curve| {
            if reader.string()? != curve.ssh_name().as_bytes() {
                return Err(KeyError::Text { expected: "the curve that the SSH key type names" });
            }
            PublicKey::from_ec_point(curve, reader.string()?)
        };
        let key = match name {
            "ssh-ed25519" => PublicKey::from_ed25519_bytes(reader.string()?)?,
            "ssh-rsa" => {
                let (exponent, modulus) = (reader.mpint()?, reader.mpint()?);
                PublicKey::from_rsa(modulus, exponent)?
            }
            _ if name == SECURITY[0] => PublicKey::from_ed25519_bytes(reader.string()?)?,
            _ if name == SECURITY[1] => point(&mut reader, Curve::P256)?,
            _ => {
                let curve = Curve::ALL
                    .into_iter()
                    .find(|curve| name.strip_prefix("ecdsa-sha2-") == Some(curve.ssh_name()))
                    .ok_or_else(|| KeyError::Unsupported { found: name.to_owned() })?;
                point(&mut reader, curve)?
            }
        };
        let key = match SECURITY.contains(&name) {
            false => SshKey::Plain(key),
            true => {
                let text = std::str::from_utf8(reader.string()?);
                let application =
                    text.map_err(|_| KeyError::Text { expected: "the name of an application" })?;
                SshKey::Security(SecurityKey { public: key, application: application.to_owned() })
            }
        };
        reader.finish()?;
        Ok(key)
    }

    /// Reads `ssh-ed25519 AAAA... comment`.
    pub fn from_line(text: &str) -> Result<SshKey, KeyError> {
        let line = super::bounded(text)?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        if line.chars().any(char::is_control) {
            return Err(KeyError::Text { expected: "one line with an SSH public key" });
        }
        let mut words = line.splitn(3, ' ');
        let (Some(name), Some(blob)) = (words.next(), words.next()) else {
            return Err(KeyError::Text { expected: "an SSH key type and its base64" });
        };
        SshKey::from_words(name, blob)
    }

    /// Reads the type of a key and its base64.
    pub fn from_words(name: &str, blob: &str) -> Result<SshKey, KeyError> {
        let blob = base64::decode_standard(blob)?;
        if Reader::new(&blob).string()? != name.as_bytes() {
            return Err(KeyError::Text { expected: "the same SSH key type outside and inside the base64" });
        }
        SshKey::from_blob(&blob)
    }

    /// What stands in base64.
    pub fn blob(&self) -> Vec<u8> {
        match self {
            SshKey::Plain(key) => blob(&key.material),
            SshKey::Security(key) => key.blob(),
        }
    }

    /// The type of the key and its base64.
    pub fn line(&self) -> String {
        let blob = self.blob();
        let name = Reader::new(&blob).string().expect("a blob begins with its type");
        format!("{} {}", String::from_utf8_lossy(name), base64::encode_standard(&blob))
    }

    /// As `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.blob())
    }
}

/// `SHA256:` and base64 without padding, over the blob.
pub(super) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", base64::encode_standard_unpadded(Digest::sha256(blob).bytes()))
}

/// Reads the line of a plain key.
pub(super) fn parse(text: &str) -> Result<PublicKey, KeyError> {
    let name = text.split(' ').next().unwrap_or_default();
    match SshKey::from_line(text) {
        Ok(SshKey::Plain(key)) => Ok(key),
        Err(error) if !SECURITY.contains(&name) => Err(error),
        _ => Err(KeyError::Unsupported { found: name.to_owned() }),
    }
}

/// The blob of a key: what stands in base64, and what fingerprints are taken over.
pub(super) fn blob(material: &Material) -> Vec<u8> {
    match material {
        Material::Ed25519(key) => strings(&[b"ssh-ed25519", key.as_bytes()]),
        Material::Ecdsa { curve, point } => {
            let name = format!("ecdsa-sha2-{}", curve.ssh_name());
            strings(&[name.as_bytes(), curve.ssh_name().as_bytes(), point])
        }
        Material::Rsa(key) => {
            let [exponent, modulus] = [&key.exponent_bytes(), key.modulus()].map(mpint);
            strings(&[b"ssh-rsa", &exponent, &modulus])
        }
        // OpenSSH knows no such keys.
        Material::Schnorr(_) => Vec::new(),
    }
}
