//! Signatures of a group. Whatever way a threshold of signers took to make one
//! (FROST), it is a plain signature under the key of the group, or under that
//! key tweaked as Taproot does. One over Ed25519 is a signature file like any
//! other.

use super::{Judged, Peer, Signed};
use crate::crypto::key::PublicKey;
use crate::crypto::schnorr::XOnlyKey;
use crate::custody::BreakKind;
use crate::digest::{Digest, decode_hex};
use crate::wire::json::Value;
use crate::wire::shape::{Fields, ShapeError};

/// How the key of the group was changed before it signed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tweak {
    None,
    /// By itself and a root of scripts, which is empty where there are none.
    By(Vec<u8>),
}

/// A group's signature over a message.
#[derive(Clone, Debug)]
pub struct Signature {
    internal: XOnlyKey,
    effective: Option<Vec<u8>>,
    tweak: Tweak,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signature {
    pub(super) fn read(value: &Value) -> Result<Signature, ShapeError> {
        let mut fields = Fields::open(value, "")?;
        let bytes = |fields: &mut Fields<'_>, name: &str| {
            let text = fields.str(name)?;
            decode_hex(text).ok_or_else(|| fields.invalid(name, "lower-case hexadecimal", text))
        };
        let internal = bytes(&mut fields, "internal_key_compressed")?;
        let x = match internal.as_slice() {
            [2 | 3, x @ ..] => XOnlyKey::from_bytes(x).ok(),
            _ => None,
        };
        let expected = "a compressed point of secp256k1";
        let internal =
            x.ok_or_else(|| fields.invalid("internal_key_compressed", expected, "something else"))?;
        let root = match fields.opt_value("merkle_root")? {
            None | Some(Value::Null) => None,
            Some(_) => {
                let root = bytes(&mut fields, "merkle_root")?;
                if root.len() != 32 {
                    return Err(fields.invalid("merkle_root", "32 bytes", &format!("{} bytes", root.len())));
                }
                Some(root)
            }
        };
        let mode = fields.opt_str("mode")?;
        let tweak = match (mode, root) {
            (None | Some("untweaked"), None) => Tweak::None,
            (Some("key-path-only-tweak"), None) => Tweak::By(Vec::new()),
            (None | Some("script-root-tweak"), Some(root)) => Tweak::By(root),
            (mode, _) => {
                let expected = "untweaked, key-path-only-tweak, or script-root-tweak with a root";
                return Err(fields.invalid("mode", expected, mode.unwrap_or("none")));
            }
        };
        let effective = match fields.opt_str("effective_key_xonly")? {
            Some(_) => Some(bytes(&mut fields, "effective_key_xonly")?),
            None => None,
        };
        let message = bytes(&mut fields, "message")?;
        let signature = bytes(&mut fields, "signature")?;
        fields.finish()?;
        Ok(Signature { internal, effective, tweak, message, signature })
    }

    /// Whether the signature holds under the key that follows. It is signed by
    /// the group, whatever tweak was used.
    pub fn judge(&self) -> Judged {
        let mut judged = Judged::default();
        let key = match &self.tweak {
            Tweak::None => Ok(self.internal.clone()),
            Tweak::By(root) => self.internal.tweaked(root),
        };
        let at = "signature";
        match key {
            Err(error) => judged.broken(BreakKind::Hash, "merkle_root", "a tweak", error.to_string()),
            Ok(key) => {
                if let Some(stated) = &self.effective {
                    let [computed, stated] = [&key.to_bytes()[..], stated].map(crate::digest::encode_hex);
                    judged.compare(BreakKind::Hash, "effective_key_xonly", &computed, &stated);
                }
                match key.verify(&self.message, &self.signature) {
                    Ok(()) => {
                        judged.passed.push(BreakKind::Signature);
                        let both =
                            [&self.internal, &key].map(|key| PublicKey::from_xonly_bytes(&key.to_bytes()));
                        let mut keys: Vec<PublicKey> = both.into_iter().flatten().collect();
                        keys.dedup();
                        judged.signed.push(Signed { keys, payload: Digest::sha256(&self.message) });
                    }
                    Err(error) => {
                        let expected = "a signature of BIP-340 under the key of the group";
                        judged.broken(BreakKind::Signature, at, expected, error.to_string());
                    }
                }
            }
        }
        let verdict = if judged.faults.is_empty() { "ok" } else { "broken" };
        judged.peer = Some(Peer { command: "verify", verdict, reasons: Vec::new(), untold: None });
        judged
    }
}
