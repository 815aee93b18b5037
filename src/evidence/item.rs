//! One file of evidence: its name, what it claims to be, and its digests.

use std::sync::Arc;

use crate::custody;
use crate::digest::{Algorithm, Digests};
use crate::path::EvidencePath;

/// What a file claims to be, by its name and its structure. The normative
/// table is docs/formats/classification.md. A kind is a claim, never trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A file like any other: something that someone may vouch for.
    Artifact,
    /// An archive. First of all one file that someone may vouch for.
    Archive,
    /// A program: an artifact that must not become a source of trust.
    Executable,
    /// A DSSE envelope in JSON.
    DsseEnvelope,
    /// DSSE envelopes, one on each line.
    DsseLines,
    /// A layout of in-toto with `signed` and `signatures`.
    Layout,
    /// A link of in-toto with `signed` and `signatures`.
    Link,
    /// The head of a transparency log: a signed note.
    Checkpoint,
    /// A proof that a file is in a transparency log, as text (C2SP tlog-proof).
    TlogProof,
    /// A proof that a log continues an older head, as text (C2SP tlog-witness).
    TlogConsistency,
    /// Hashes or entries of a log that publishes tiles.
    LogTile,
    /// Entries of a log as Rekor's interface gives them.
    LogEntries,
    /// StellaOps' `rekor-receipt.json`.
    RekorReceipt,
    /// A bundle of Sigstore, or several, one on each line.
    SigstoreBundle,
    /// An in-toto statement without its envelope: unsigned.
    Statement,
    /// `manifest.json` of an evidence bundle.
    BundleManifest,
    /// `checksums.txt` of an evidence bundle.
    ChecksumsText,
    /// Checksums of an evidence bundle in JSON.
    ChecksumsJson,
    /// `signature.json` of an evidence bundle.
    BundleSignature,
    /// `bundle.json` of an evidence bundle.
    BundleInfo,
    /// Manifest of an offline kit or offline update.
    OfflineKitManifest,
    /// `SHA256SUMS` and its like, one digest and one name on each line.
    DigestList(Algorithm),
    /// `bagit.txt`
    BagDeclaration,
    /// `manifest-<algorithm>.txt` of a bag.
    BagManifest(Algorithm),
    /// `tagmanifest-<algorithm>.txt` of a bag.
    BagTagManifest(Algorithm),
    /// `bag-info.txt`
    BagInfo,
    /// A public key in one of its spellings.
    PublicKey,
    /// X.509 certificates.
    Certificate,
    /// A list of revoked certificates.
    Crl,
    /// An answer of an OCSP responder.
    OcspResponse,
    /// An RFC 3161 time-stamp token, or the response that carries one.
    TimestampToken,
    /// `time-anchor.json`, a time for a machine without a clock.
    TimeAnchor,
    /// A trust store. In evidence it is a claim.
    TrustStore,
    /// A policy. In evidence it is a claim.
    Policy,
    /// A custody timeline.
    Timeline(custody::Format),
    /// A ledger of prx in a database, until it is read; then what lies beside one.
    PrxStore,
    /// Rows of signet that were taken out of a log.
    SignetArchive,
    /// An attestation of prx's keeper.
    KeeperAttestation,
    /// A signature over the file whose name it continues.
    DetachedSignature,
    /// A minisign signature over the file whose name it continues.
    MinisignSignature,
    /// A signature of SSH over the file whose name it continues.
    SshSignature,
    /// `manifest.json` of a snapshot of ours.
    SnapshotManifest,
    /// `kit.json` of a kit of ours.
    KitManifest,
    /// A file list of ours, `stella.files/v1`.
    FileManifest,
    /// `oci-layout`
    OciLayout,
    /// `index.json` of an image layout, or an index among its blobs.
    OciIndex,
    /// The manifest of an image, or of what goes with one.
    OciManifest,
    /// The configuration of an image.
    OciConfig,
    /// A payload of cosign that names an image.
    SimpleSigning,
    /// The logs of an identity of auths.
    AuthsBundle,
    /// What an identity of auths says of a device or a file.
    AuthsAttestation,
    /// A commit or tag of git, without its header.
    GitObject,
    /// A file in which git keeps objects and the names of them, or its own business.
    GitStore,
    /// Receipts of rows of signet, one on each line.
    SignetReceipts,
    /// What the signer of tBTC leaves behind.
    Tbtc(custody::tbtc::Form),
    /// What operating systems drop where they go.
    Debris,
}

impl Kind {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Artifact => "artifact",
            Kind::Archive => "archive",
            Kind::Executable => "executable",
            Kind::DsseEnvelope => "dsse-envelope",
            Kind::DsseLines => "dsse-lines",
            Kind::Layout => "layout",
            Kind::Link => "link",
            Kind::Checkpoint => "checkpoint",
            Kind::TlogProof => "tlog-proof",
            Kind::TlogConsistency => "tlog-consistency",
            Kind::LogTile => "log-tile",
            Kind::LogEntries => "log-entries",
            Kind::RekorReceipt => "rekor-receipt",
            Kind::SigstoreBundle => "sigstore-bundle",
            Kind::Statement => "statement",
            Kind::BundleManifest => "bundle-manifest",
            Kind::ChecksumsText => "checksums-text",
            Kind::ChecksumsJson => "checksums-json",
            Kind::BundleSignature => "bundle-signature",
            Kind::BundleInfo => "bundle-info",
            Kind::OfflineKitManifest => "offline-kit-manifest",
            Kind::DigestList(_) => "digest-list",
            Kind::BagDeclaration => "bag-declaration",
            Kind::BagManifest(_) => "bag-manifest",
            Kind::BagTagManifest(_) => "bag-tag-manifest",
            Kind::BagInfo => "bag-info",
            Kind::PublicKey => "public-key",
            Kind::Certificate => "certificate",
            Kind::Crl => "crl",
            Kind::OcspResponse => "ocsp-response",
            Kind::TimestampToken => "timestamp-token",
            Kind::TimeAnchor => "time-anchor",
            Kind::TrustStore => "trust-store",
            Kind::Policy => "policy",
            Kind::Timeline(_) => "timeline",
            Kind::KeeperAttestation => "keeper-attestation",
            Kind::PrxStore => "database-part",
            Kind::SignetArchive => "signet-archive",
            Kind::DetachedSignature => "detached-signature",
            Kind::MinisignSignature => "minisign-signature",
            Kind::SshSignature => "ssh-signature",
            Kind::SnapshotManifest => "snapshot-manifest",
            Kind::KitManifest => "kit-manifest",
            Kind::FileManifest => "file-manifest",
            Kind::OciLayout => "oci-layout",
            Kind::OciIndex => "oci-index",
            Kind::OciManifest => "oci-manifest",
            Kind::OciConfig => "oci-config",
            Kind::SimpleSigning => "simple-signing",
            Kind::AuthsBundle => "auths-bundle",
            Kind::AuthsAttestation => "auths-attestation",
            Kind::GitObject => "git-object",
            Kind::GitStore => "git-store",
            Kind::SignetReceipts => "signet-receipts",
            Kind::Tbtc(form) => form.name(),
            Kind::Debris => "debris",
        }
    }

    /// Whether it is something that someone may vouch for.
    pub fn is_artifact(self) -> bool {
        matches!(self, Kind::Artifact | Kind::Archive | Kind::Executable)
    }

    /// Whether it names the blobs of an image layout.
    pub fn is_document(self) -> bool {
        matches!(self, Kind::OciIndex | Kind::OciManifest)
    }

    /// Whether it means something among the blobs of an image layout, and nowhere else.
    pub fn is_of_blobs(self) -> bool {
        matches!(self, Kind::OciIndex | Kind::OciManifest | Kind::OciConfig | Kind::SimpleSigning)
    }

    /// Whether it says something about other files or about events: an archive
    /// that holds such an item is a container, and one that holds none is an
    /// artifact.
    pub fn speaks(self) -> bool {
        !self.is_artifact()
            && !matches!(
                self,
                Kind::Debris
                    | Kind::PublicKey
                    | Kind::Certificate
                    | Kind::Crl
                    | Kind::OcspResponse
                    | Kind::TrustStore
                    | Kind::Policy
            )
    }
}

/// One file of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name, relative to the root of the case.
    pub path: EvidencePath,
    /// What it claims to be.
    pub kind: Kind,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 always, and what was demanded of it.
    pub digests: Digests,
    /// The very bytes that were hashed, where the kind has a structure to be
    /// parsed, or a signature beside the file needs them whole.
    pub content: Option<Arc<[u8]>>,
    /// One for each chain in it, where it is a timeline.
    pub timelines: Vec<custody::Timeline>,
}
