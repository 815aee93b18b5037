//! Whether a kit is whole and signed by the key that it must be signed by.
//!
//! How it would be attacked: another manifest beside a good envelope (the
//! payload must be the manifest, byte for byte), a file that no list names, a
//! list for `sha256sum` that names other digests than the manifest, an
//! envelope of another type under the same key, the key that everybody has.

use std::collections::BTreeMap;

use crate::anchor::TrustedKey;
use crate::crypto::key::PublicKey;
use crate::crypto::signature::{self, Algorithm as Scheme, Encoding};
use crate::digest::{Algorithm, Digest};
use crate::evidence::Case;
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::kit::manifest::{
    BINARY, CHECKSUMS, CHECKSUMS_SIGNATURE, ENVELOPE, KitManifest, Listed, MANIFEST, NOT_LISTED, PAYLOAD_TYPE,
};
use crate::kit::pinned;
use crate::proof::dsse::{Envelope, EnvelopeError};
use crate::wire::json::{self, JsonError};

/// The files of a kit as they were found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Every file, by path.
    pub files: BTreeMap<String, Listed>,
    /// The bytes of those that were kept.
    pub content: BTreeMap<String, Vec<u8>>,
    /// What was refused while reading.
    pub refused: Vec<Finding>,
}

/// What came of examining a kit.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// What the kit says of itself, once a signature over it was verified.
    pub manifest: Option<KitManifest>,
    /// Every check and what it found.
    pub book: Book,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whole, and signed by the key that was asked for.
    Verified,
    /// Something in it is wrong.
    Rejected,
    /// Nothing is wrong, and something is not established.
    Inconclusive,
}

impl Found {
    /// The files of a kit that intake has read.
    pub fn from_case(case: &Case) -> Found {
        let mut found = Found::default();
        for item in &case.items {
            let path = item.path.as_str().to_owned();
            if let Some(sha256) = item.digests.get(Algorithm::Sha256) {
                found.files.insert(path.clone(), Listed { sha256, size: item.size });
            }
            if let Some(content) = &item.content {
                found.content.insert(path, content.to_vec());
            }
        }
        for fault in &case.faults {
            let check = CheckId::parse(fault.kind.id()).unwrap_or(CheckId::KitContents);
            let mut finding =
                Finding::new(Severity::Failed, check, "refused while reading").found(&fault.found);
            finding.item.clone_from(&fault.path);
            if !fault.expected.is_empty() {
                finding = finding.expected(&fault.expected);
            }
            found.refused.push(finding);
        }
        found
    }
}

impl Examined {
    /// The worst that was found; a kit without a verified signature is at most
    /// inconclusive.
    pub fn standing(&self) -> Standing {
        let worst = self.book.findings.iter().map(|finding| finding.severity).min();
        match worst {
            Some(Severity::Failed) => Standing::Rejected,
            Some(Severity::NotEstablished) => Standing::Inconclusive,
            _ if self.manifest.is_none() => Standing::Inconclusive,
            _ => Standing::Verified,
        }
    }
}

/// Examines the kit `found`, which `key` must have signed. `own` is the digest
/// of the running program, where it is known.
pub fn examine(found: &Found, key: Option<&PublicKey>, own: Option<Digest>) -> Examined {
    let mut book = Book::default();
    for finding in &found.refused {
        book.find(finding.clone());
    }
    let (Some(manifest_bytes), Some(envelope_bytes)) =
        (found.content.get(MANIFEST), found.content.get(ENVELOPE))
    else {
        for name in [MANIFEST, ENVELOPE].into_iter().filter(|name| !found.content.contains_key(*name)) {
            book.find(failed(CheckId::KitContents, "missing").item(name));
        }
        return Examined { manifest: None, book };
    };
    let manifest = match KitManifest::parse_unverified(manifest_bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            book.find(failed(CheckId::KitContents, error.to_string()).item(MANIFEST));
            return Examined { manifest: None, book };
        }
    };
    let signed = check_signature(&manifest, manifest_bytes, envelope_bytes, key, &mut book);
    check_contents(&manifest, found, &mut book);
    check_checksums(&manifest, manifest_bytes, envelope_bytes, found, key, &mut book);
    check_binary(&manifest, own, &mut book);
    Examined { manifest: signed.then_some(manifest), book }
}

/// Why an envelope does not carry the manifest under a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KitSignatureError {
    /// The envelope is not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The envelope is no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is signed as something else.
    #[error("the payload type is {found}, not {PAYLOAD_TYPE}")]
    Type {
        /// What it is signed as.
        found: String,
    },
    /// It is about another manifest.
    #[error("the payload is not the manifest beside it")]
    Payload,
    /// The key signed nothing here.
    #[error("none of {signatures} signatures is one by {key}")]
    Nobody {
        /// How many there are.
        signatures: usize,
        /// Who was looked for.
        key: String,
    },
    /// A signature names the key and does not verify under it.
    #[error("the signature that names {key} does not verify under it: {reason}")]
    Mismatch {
        /// Which key.
        key: String,
        /// What the mechanism said.
        reason: String,
    },
}

/// Whether `key` signed exactly `manifest` as a kit manifest.
pub fn signed_by(manifest: &[u8], envelope: &[u8], key: &PublicKey) -> Result<(), KitSignatureError> {
    let envelope = Envelope::parse(&json::parse(envelope)?)?;
    if envelope.payload_type() != PAYLOAD_TYPE {
        let found = crate::path::escape(envelope.payload_type().as_bytes());
        return Err(KitSignatureError::Type { found });
    }
    let trusted = TrustedKey::public(key.clone());
    let name = trusted.id.to_string();
    let mut mismatch = None;
    for (index, signature) in envelope.signatures().iter().enumerate() {
        match envelope.signed_by(index, &trusted) {
            Ok(signed) if signed.payload() == manifest => return Ok(()),
            Ok(_) => return Err(KitSignatureError::Payload),
            Err(error) if signature.keyid.as_deref().is_some_and(|hint| trusted.is_hinted_by(hint)) => {
                mismatch = Some(error.to_string());
            }
            Err(_) => {}
        }
    }
    match mismatch {
        Some(reason) => Err(KitSignatureError::Mismatch { key: name, reason }),
        None => Err(KitSignatureError::Nobody { signatures: envelope.signatures().len(), key: name }),
    }
}

fn check_signature(
    manifest: &KitManifest,
    manifest_bytes: &[u8],
    envelope: &[u8],
    key: Option<&PublicKey>,
    book: &mut Book,
) -> bool {
    let check = CheckId::KitSignature;
    let Some(key) = key else {
        let detail = "no key is pinned in this program, and none was given";
        book.find(Finding::new(Severity::NotEstablished, check, detail).item(ENVELOPE));
        return false;
    };
    let everybody = *key == pinned::development_key();
    match signed_by(manifest_bytes, envelope, key) {
        Ok(()) => {}
        Err(error @ KitSignatureError::Nobody { .. }) => {
            let finding = Finding::new(Severity::NotEstablished, check, error.to_string()).item(ENVELOPE);
            book.find(finding.expected(key.id().to_string()).found(&manifest.key));
            return false;
        }
        Err(error) => {
            book.find(failed(check, error.to_string()).item(ENVELOPE));
            return false;
        }
    }
    if manifest.key != key.id().to_string() {
        let finding = failed(check, "the manifest names another key than the one that signed it");
        book.find(finding.item(MANIFEST).expected(key.id().to_string()).found(&manifest.key));
        return false;
    }
    if everybody && !manifest.development {
        let detail = "signed by the development key, and not marked as a development kit";
        book.find(failed(check, detail).item(MANIFEST));
        return false;
    }
    book.pass(check);
    if manifest.development {
        let detail = "a development kit: everybody has the key that signed it";
        book.find(Finding::new(Severity::NotEstablished, CheckId::TrustDevelopment, detail).item(MANIFEST));
    }
    true
}

fn check_contents(manifest: &KitManifest, found: &Found, book: &mut Book) {
    let check = CheckId::KitContents;
    for (path, listed) in &manifest.files {
        match found.files.get(path) {
            None => book.find(failed(check, "missing").item(path)),
            Some(file) if file == listed => book.pass(check),
            Some(file) if file.size != listed.size => {
                let finding = failed(check, "has another size than the manifest says").item(path);
                book.find(finding.expected(listed.size.to_string()).found(file.size.to_string()));
            }
            Some(file) => {
                let finding = failed(check, "has another digest than the manifest says").item(path);
                book.find(finding.expected(listed.sha256.to_string()).found(file.sha256.to_string()));
            }
        }
    }
    for path in found.files.keys() {
        if !manifest.files.contains_key(path) && !NOT_LISTED.contains(&path.as_str()) {
            book.find(failed(check, "in the kit and not in its manifest").item(path));
        }
    }
}

/// What a person checks without us must be what we check.
fn check_checksums(
    manifest: &KitManifest,
    manifest_bytes: &[u8],
    envelope: &[u8],
    found: &Found,
    key: Option<&PublicKey>,
    book: &mut Book,
) {
    let expected = manifest.checksums(manifest_bytes, envelope);
    match found.files.get(CHECKSUMS) {
        None => book.find(failed(CheckId::KitContents, "missing").item(CHECKSUMS)),
        Some(file) if file.sha256 != Digest::sha256(&expected) => {
            let detail = "does not list what the manifest lists";
            book.find(failed(CheckId::KitContents, detail).item(CHECKSUMS));
        }
        Some(_) => book.pass(CheckId::KitContents),
    }
    let Some(key) = key else { return };
    match found.content.get(CHECKSUMS_SIGNATURE) {
        None => book.find(failed(CheckId::KitContents, "missing").item(CHECKSUMS_SIGNATURE)),
        Some(raw) => {
            let verified = signature::verify(Scheme::Ed25519, Encoding::Der, key, &expected, raw);
            // Another key than ours signed the manifest too; one finding says it.
            match verified {
                Ok(()) => book.pass(CheckId::KitSignature),
                Err(_) if manifest.key != key.id().to_string() => {}
                Err(error) => {
                    book.find(failed(CheckId::KitSignature, error.to_string()).item(CHECKSUMS_SIGNATURE));
                }
            }
        }
    }
}

fn check_binary(manifest: &KitManifest, own: Option<Digest>, book: &mut Book) {
    match own {
        None => book.skip(CheckId::KitBinary, "the running program was not measured"),
        Some(own) if own == manifest.binary => book.pass(CheckId::KitBinary),
        Some(own) => {
            let detail = "the program that runs is another one than the kit's";
            let finding = Finding::new(Severity::Note, CheckId::KitBinary, detail).item(BINARY);
            book.find(finding.expected(manifest.binary.to_string()).found(own.to_string()));
        }
    }
}

fn failed(check: CheckId, detail: impl Into<String>) -> Finding {
    Finding::new(Severity::Failed, check, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::manifest::tests::manifest;
    use crate::sign::{self, Ed25519File, Signer};
    use std::path::Path;

    const FILES: [(&str, &[u8]); 3] =
        [(BINARY, b"program"), ("policy.toml", b"policy"), ("trust/trust.json", b"{}")];

    /// A key of the test's own, so that the kit is not a development kit.
    fn signer(seed: u8) -> Ed25519File {
        let mut der =
            crate::wire::pem::blocks(include_str!("../../kit/development-key.pem")).unwrap()[0].der.clone();
        der[16] = seed;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        std::fs::write(&path, crate::wire::pem::encode("PRIVATE KEY", &der)).unwrap();
        Ed25519File::open(&path).unwrap()
    }

    fn kit(signer: &dyn Signer, change: impl FnOnce(&mut KitManifest)) -> Found {
        let mut said = manifest(&FILES);
        said.key = signer.public_key().id().to_string();
        change(&mut said);
        let bytes = said.to_bytes();
        let envelope = crate::attest::json_line(&sign::envelope(PAYLOAD_TYPE, &bytes, &[signer]).unwrap());
        let checksums = said.checksums(&bytes, &envelope);
        let signature = sign::sign(signer, &checksums).unwrap();
        let mut found = Found::default();
        for (path, content) in FILES {
            put(&mut found, path, content);
        }
        put(&mut found, MANIFEST, &bytes);
        put(&mut found, ENVELOPE, &envelope);
        put(&mut found, CHECKSUMS, &checksums);
        put(&mut found, CHECKSUMS_SIGNATURE, &signature);
        found
    }

    fn put(found: &mut Found, path: &str, content: &[u8]) {
        let listed = Listed { sha256: Digest::sha256(content), size: content.len() as u64 };
        found.files.insert(path.into(), listed);
        found.content.insert(path.into(), content.to_vec());
    }

    fn findings(examined: &Examined) -> Vec<(Severity, CheckId, Option<&str>)> {
        examined.book.findings.iter().map(|f| (f.severity, f.check, f.item.as_deref())).collect()
    }

    #[test]
    fn a_whole_kit_is_verified() {
        let signer = signer(1);
        let examined = examine(&kit(&signer, |_| {}), Some(signer.public_key()), None);
        assert_eq!(findings(&examined), []);
        assert_eq!(examined.standing(), Standing::Verified);
        assert_eq!(examined.manifest.unwrap().sequence, 7);
    }

    #[test]
    fn every_flipped_byte_of_every_file_shows() {
        let signer = signer(1);
        let good = kit(&signer, |_| {});
        for (path, content) in &good.content {
            for at in (0..content.len()).step_by(7) {
                let mut bytes = content.clone();
                bytes[at] ^= 1;
                let mut bad = good.clone();
                put(&mut bad, path, &bytes);
                let standing = examine(&bad, Some(signer.public_key()), None).standing();
                assert_ne!(standing, Standing::Verified, "{path} {at}");
            }
            let mut bad = good.clone();
            bad.files.remove(path);
            bad.content.remove(path);
            assert_eq!(
                examine(&bad, Some(signer.public_key()), None).standing(),
                Standing::Rejected,
                "{path}"
            );
        }
    }

    #[test]
    fn one_fault_one_finding() {
        let own = signer(1);
        let check = |change: &dyn Fn(&mut Found), expected: &[(Severity, CheckId, Option<&str>)]| {
            let mut found = kit(&own, |_| {});
            change(&mut found);
            assert_eq!(findings(&examine(&found, Some(own.public_key()), None)), expected);
        };
        let contents = |item| (Severity::Failed, CheckId::KitContents, Some(item));
        let signature = |item| (Severity::Failed, CheckId::KitSignature, Some(item));
        check(&|found| put(found, BINARY, b"prOgram"), &[contents(BINARY)]);
        check(&|found| put(found, "autorun.inf", b""), &[contents("autorun.inf")]);
        check(
            &|found| {
                found.files.remove("policy.toml");
            },
            &[contents("policy.toml")],
        );
        check(&|found| put(found, CHECKSUMS, b""), &[contents(CHECKSUMS)]);
        check(&|found| put(found, CHECKSUMS_SIGNATURE, &[0; 64]), &[signature(CHECKSUMS_SIGNATURE)]);
        check(&|found| put(found, MANIFEST, b"{}"), &[contents(MANIFEST)]);
        // Another manifest that would be good, had anybody signed it.
        check(
            &|found| {
                let mut other = KitManifest::parse_unverified(&found.content[MANIFEST]).unwrap();
                other.sequence = 8;
                let list = other.checksums(&other.to_bytes(), &found.content[ENVELOPE]);
                put(found, MANIFEST, &other.to_bytes());
                put(found, CHECKSUMS_SIGNATURE, &sign::sign(&own, &list).unwrap());
                put(found, CHECKSUMS, &list);
            },
            &[signature(ENVELOPE)],
        );
    }

    #[test]
    fn another_key_is_nobody() {
        let (own, other) = (signer(1), signer(2));
        let examined = examine(&kit(&other, |_| {}), Some(own.public_key()), None);
        assert_eq!(findings(&examined), [(Severity::NotEstablished, CheckId::KitSignature, Some(ENVELOPE))]);
        assert_eq!((examined.standing(), examined.manifest), (Standing::Inconclusive, None));
        let examined = examine(&kit(&own, |_| {}), None, None);
        assert_eq!(examined.standing(), Standing::Inconclusive);
        // Signed by the one, and it says that it was the other.
        let name = other.public_key().id().to_string();
        let examined = examine(&kit(&own, |m| m.key = name), Some(own.public_key()), None);
        assert_eq!(findings(&examined)[0], (Severity::Failed, CheckId::KitSignature, Some(MANIFEST)));
    }

    #[test]
    fn a_development_kit_is_marked_whatever_it_says() {
        let everybody = Ed25519File::open(Path::new("kit/development-key.pem")).unwrap();
        let key = everybody.public_key();
        let marked = examine(&kit(&everybody, |m| m.development = true), Some(key), None);
        assert_eq!(
            findings(&marked),
            [(Severity::NotEstablished, CheckId::TrustDevelopment, Some(MANIFEST))]
        );
        assert_eq!(marked.standing(), Standing::Inconclusive);
        let unmarked = examine(&kit(&everybody, |_| {}), Some(key), None);
        assert_eq!(unmarked.standing(), Standing::Rejected);
        assert_eq!(unmarked.manifest, None);
    }

    #[test]
    fn the_running_program_is_compared() {
        let signer = signer(1);
        let found = kit(&signer, |_| {});
        let key = Some(signer.public_key());
        let same = examine(&found, key, Some(Digest::sha256(b"program")));
        assert_eq!(same.book.coverage[&CheckId::KitBinary].passed, 1);
        let other = examine(&found, key, Some(Digest::sha256(b"other")));
        assert_eq!(findings(&other), [(Severity::Note, CheckId::KitBinary, Some(BINARY))]);
        assert_eq!(other.standing(), Standing::Verified);
    }

    #[test]
    fn another_payload_type_is_no_kit() {
        let signer = signer(1);
        let bytes = manifest(&FILES).to_bytes();
        let envelope = sign::envelope("application/vnd.in-toto+json", &bytes, &[&signer]).unwrap();
        let found = signed_by(&bytes, &crate::attest::json_line(&envelope), signer.public_key());
        assert!(matches!(found, Err(KitSignatureError::Type { .. })));
    }
}
