//! Under which names formats know a key.

use std::collections::BTreeSet;

use super::{Material, PublicKey, jwk, ssh};
use crate::digest::{Digest, encode_hex};
use crate::wire::{base64, pem};

/// All of them, those included that came with the key.
pub(super) fn all(key: &PublicKey) -> BTreeSet<String> {
    let mut hints = key.names.clone();
    digest_of_spki(key, &mut hints);

    if let Material::Schnorr(raw) = &key.material {
        hints.insert(encode_hex(&raw.to_bytes()));
        return hints;
    }

    // OpenSSH; also the key id that go-securesystemslib makes for DSSE.
    hints.insert(ssh::fingerprint(&ssh::blob(&key.material)));

    let thumbprint = base64::encode_url(jwk::thumbprint(&key.material).bytes());
    hints.insert(format!("urn:ietf:params:oauth:jwk-thumbprint:sha-256:{thumbprint}"));
    hints.insert(thumbprint);

    if let Material::Ed25519(raw) = &key.material {
        hints.insert(encode_hex(raw.as_bytes()));
        hints.insert(base64::encode_standard(raw.as_bytes()));
    }
    for id in in_toto(key) {
        hints.insert(id.hex());
    }
    hints
}

/// SHA-256 of the SubjectPublicKeyInfo, in every dress: transparency logs write
/// hexadecimal or base64, sigstore's bundles base64, cosign a prefix of its own.
fn digest_of_spki(key: &PublicKey, hints: &mut BTreeSet<String>) {
    let digest = Digest::sha256(&key.spki);
    let padded = base64::encode_standard(digest.bytes());
    let unpadded = base64::encode_standard_unpadded(digest.bytes());
    for value in [&digest.hex(), &padded, &unpadded] {
        hints.insert(format!("SHA256:{value}"));
        hints.insert(format!("cosign:SHA256-PKIX:{value}"));
    }
    hints.extend([digest.hex(), digest.to_string(), padded]);
}

/// The key ids of TUF, in-toto and securesystemslib: SHA-256 of a canonical JSON
/// object that says how the key is to be used. Versions differ in three ways:
/// whether the object lists hash algorithms, whether the PEM in it ends with a
/// line feed, and how the scheme is called; so one key has several such ids.
fn in_toto(key: &PublicKey) -> Vec<Digest> {
    let pem = pem::encode("PUBLIC KEY", &key.spki);
    let pem = pem.trim_end();
    let with_line_feed = format!("{pem}\n");
    match &key.material {
        Material::Ed25519(raw) => object_digests(&["ed25519"], &["ed25519"], &[&encode_hex(raw.as_bytes())]),
        Material::Ecdsa { curve, .. } => {
            let scheme = format!("ecdsa-sha2-{}", curve.ssh_name());
            object_digests(&["ecdsa", &scheme], &[&scheme], &[pem, &with_line_feed])
        }
        Material::Schnorr(_) => Vec::new(),
        Material::Rsa(_) => {
            object_digests(&["rsa"], &["rsassa-pss-sha256", "rsa-pkcs1v15-sha256"], &[pem, &with_line_feed])
        }
    }
}

fn object_digests(kinds: &[&str], schemes: &[&str], values: &[&str]) -> Vec<Digest> {
    let mut digests = Vec::new();
    for kind in kinds {
        for scheme in schemes {
            for value in values {
                for hashes in ["", r#""keyid_hash_algorithms":["sha256","sha512"],"#] {
                    // Canonical JSON of OLPC: a line feed inside a string stays one.
                    let object = format!(
                        r#"{{{hashes}"keytype":"{kind}","keyval":{{"public":"{value}"}},"scheme":"{scheme}"}}"#
                    );
                    digests.push(Digest::sha256(object.as_bytes()));
                }
            }
        }
    }
    digests
}
