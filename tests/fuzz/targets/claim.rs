//! Any bytes taken for any kind: read the same twice, only as what the kind
//! says, and an error has its place in exactly one check. The first byte
//! chooses the kind.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use stella_forensic::claim::{self, Claim, ClaimError};
use stella_forensic::custody;
use stella_forensic::digest::{Algorithm, AlgorithmSet, Hasher};
use stella_forensic::evidence::{Item, Kind};
use stella_forensic::path::EvidencePath;

const KINDS: [Kind; 58] = [
    Kind::Artifact,
    Kind::Archive,
    Kind::Executable,
    Kind::DsseEnvelope,
    Kind::DsseLines,
    Kind::Statement,
    Kind::BundleManifest,
    Kind::ChecksumsText,
    Kind::ChecksumsJson,
    Kind::BundleSignature,
    Kind::BundleInfo,
    Kind::OfflineKitManifest,
    Kind::DigestList(Algorithm::Sha256),
    Kind::DigestList(Algorithm::Sha1),
    Kind::BagDeclaration,
    Kind::BagManifest(Algorithm::Sha512),
    Kind::BagTagManifest(Algorithm::Sha256),
    Kind::BagInfo,
    Kind::PublicKey,
    Kind::Certificate,
    Kind::TrustStore,
    Kind::Policy,
    Kind::Timeline(custody::Format::LedgerEventV1),
    Kind::Timeline(custody::Format::StellaCustodyV1),
    Kind::DetachedSignature,
    Kind::MinisignSignature,
    Kind::SnapshotManifest,
    Kind::KitManifest,
    Kind::FileManifest,
    Kind::Debris,
    // Later ones behind those before, so that what was found stays found.
    Kind::Layout,
    Kind::Link,
    Kind::Checkpoint,
    Kind::TlogProof,
    Kind::TlogConsistency,
    Kind::LogTile,
    Kind::LogEntries,
    Kind::RekorReceipt,
    Kind::SigstoreBundle,
    Kind::Crl,
    Kind::OcspResponse,
    Kind::TimestampToken,
    Kind::TimeAnchor,
    Kind::OciLayout,
    Kind::OciIndex,
    Kind::OciManifest,
    Kind::OciConfig,
    Kind::SimpleSigning,
    Kind::Timeline(custody::Format::PrxDerivations),
    Kind::Timeline(custody::Format::SignetAudit),
    Kind::KeeperAttestation,
    Kind::PrxStore,
    Kind::SignetArchive,
    Kind::SshSignature,
    Kind::GitObject,
    Kind::AuthsBundle,
    Kind::AuthsAttestation,
    Kind::GitStore,
];

fn fits(kind: Kind, claim: &Claim, content: &[u8]) -> bool {
    match claim {
        Claim::Envelopes(all) => match kind {
            Kind::DsseEnvelope | Kind::BundleSignature | Kind::Layout | Kind::Link => {
                all.len() == 1 && all[0].envelope.is_ok()
            }
            Kind::DsseLines => all.len() == content.split_inclusive(|byte| *byte == b'\n').count(),
            _ => false,
        },
        Claim::Bundles(all) => kind == Kind::SigstoreBundle && !all.is_empty(),
        Claim::Files(_) => kind == Kind::FileManifest,
        Claim::Certificates(all) => kind == Kind::Certificate && !all.is_empty(),
        Claim::Crls(all) => kind == Kind::Crl && !all.is_empty(),
        Claim::Ocsp(_) => kind == Kind::OcspResponse,
        Claim::Token(_) => kind == Kind::TimestampToken,
        Claim::Checkpoint(_) => kind == Kind::Checkpoint,
        Claim::TlogProof(_) => kind == Kind::TlogProof,
        Claim::TlogConsistency(_) => kind == Kind::TlogConsistency,
        Claim::LogEntries(all) => kind == Kind::LogEntries && !all.is_empty(),
        Claim::Receipt(_) => kind == Kind::RekorReceipt,
        Claim::TimeAnchor(_) => kind == Kind::TimeAnchor,
        Claim::Statement(_) => kind == Kind::Statement,
        Claim::List(_) => matches!(
            kind,
            Kind::ChecksumsText | Kind::DigestList(_) | Kind::BagManifest(_) | Kind::BagTagManifest(_)
        ),
        Claim::Manifest(_) => matches!(
            kind,
            Kind::BundleManifest
                | Kind::ChecksumsJson
                | Kind::OfflineKitManifest
                | Kind::SnapshotManifest
                | Kind::KitManifest
        ),
        Claim::BundleInfo(_) => kind == Kind::BundleInfo,
        Claim::BagDeclaration => kind == Kind::BagDeclaration,
        Claim::Detached(_) => matches!(kind, Kind::DetachedSignature | Kind::MinisignSignature | Kind::SshSignature),
        Claim::AuthsAttestation(_) => kind == Kind::AuthsAttestation,
        Claim::AuthsBundle(_) => kind == Kind::AuthsBundle,
        Claim::Keeper(_) => kind == Kind::KeeperAttestation,
        Claim::Receipts(_) => kind == Kind::SignetReceipts,
        Claim::Tbtc(_) => matches!(kind, Kind::Tbtc(_)),
        Claim::Git(_) => kind == Kind::GitObject,
        Claim::Supplied(_) => {
            matches!(kind, Kind::PublicKey | Kind::TrustStore | Kind::Policy)
        }
        Claim::Document(_) => kind.is_document(),
        Claim::Image(_) => kind == Kind::SimpleSigning,
        Claim::Nothing => {
            !kind.speaks()
                || matches!(kind, Kind::Timeline(_) | Kind::BagInfo | Kind::LogTile | Kind::SignetArchive)
                || matches!(kind, Kind::OciLayout | Kind::OciConfig)
                || matches!(kind, Kind::Timeline(_) | Kind::BagInfo | Kind::LogTile | Kind::SignetArchive | Kind::GitStore)
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, content)) = bytes.split_first() else { return };
    let kind = KINDS[usize::from(*choice) % KINDS.len()];
    let mut hasher = Hasher::new(AlgorithmSet::only(Algorithm::Sha256));
    hasher.update(content);
    let mut item = Item {
        path: EvidencePath::new(b"item").expect("a plain name"),
        kind,
        size: content.len() as u64,
        digests: hasher.finish(),
        content: Some(Arc::from(content)),
        timelines: Vec::new(),
    };
    let read = claim::read(&item);
    assert_eq!(format!("{read:?}"), format!("{:?}", claim::read(&item)));
    match &read {
        Ok(claim) => assert!(fits(kind, claim, content), "{kind:?} as {claim:?}"),
        Err(error) => {
            let causes = [
                error.json_kind().is_some(),
                error.shape().is_some(),
                error.is_base64(),
                error.is_der(),
                error.is_lines(),
            ];
            assert!(causes.iter().filter(|cause| **cause).count() <= 1, "{error}");
            assert_eq!(error.place().is_some(), error.json_kind().is_some());
            assert!(!error.to_string().is_empty());
        }
    }
    // What was not held is never taken for what it is not.
    item.content = None;
    match claim::read(&item) {
        Ok(claim) => assert!(matches!(claim, Claim::Nothing)),
        Err(error) => assert_eq!(error, ClaimError::NotHeld),
    }
});
