//! What belongs together: the files of one container, or the loose files.

use std::collections::BTreeSet;

use crate::digest::Digest;
use crate::path::EvidencePath;

use super::Item;

/// All evidence of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// In an order that depends on their content alone.
    pub cases: Vec<Case>,
}

/// One container, or all loose files together.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// How its files were found.
    pub form: Form,
    /// Which layout it has.
    pub format: CaseFormat,
    /// Its place in the evidence that holds it; `None` for what was named by the user.
    pub name: Option<EvidencePath>,
    /// The one directory of an archive under which everything lies, where the
    /// layout begins there; paths of items are relative to it.
    pub prefix: Option<EvidencePath>,
    /// Where it was cut out of something that holds other cases too.
    pub cuts: BTreeSet<Cut>,
    /// Sorted by path.
    pub items: Vec<Item>,
    /// Sorted.
    pub faults: Vec<Fault>,
}

/// One place of a case in a directory or archive that several cases share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// Over the names and digests of everything that was divided.
    pub whole: Digest,
    /// The directory in it that is the root of the case; `None` for the whole's own.
    pub root: Option<EvidencePath>,
}

/// How the files of a case were found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Files that were named one by one.
    Loose,
    /// A directory.
    Directory,
    /// An archive.
    Archive {
        /// What is around the tar.
        compression: Compression,
        /// Of the archive as it lies there.
        digest: Digest,
        /// Of the archive as it lies there.
        size: u64,
    },
}

/// What is around a tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compression {
    /// Nothing.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// The layout of a case, by the manifest at its fixed place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CaseFormat {
    /// None: files beside each other.
    Open,
    /// An evidence bundle as StellaOps seals it.
    StellaBundle,
    /// A bag, RFC 8493.
    Bag,
    /// A snapshot of ours.
    Snapshot,
    /// A kit of ours.
    Kit,
    /// An offline kit or offline update of StellaOps.
    OfflineKit,
    /// What a log that publishes tiles has published.
    LogTiles,
    /// Images, as the OCI image specification lays them out.
    OciLayout,
    /// A repository of git: the folder `.git`, or a bare one.
    GitRepository,
}

/// What it means that a file is not listed, or a listed one is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closure {
    /// Not vouched for; not examined.
    Open,
    /// A fault.
    Closed,
}

impl CaseFormat {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            CaseFormat::Open => "open",
            CaseFormat::StellaBundle => "stella-bundle",
            CaseFormat::Bag => "bag",
            CaseFormat::Snapshot => "snapshot",
            CaseFormat::Kit => "kit",
            CaseFormat::OfflineKit => "offline-kit",
            CaseFormat::LogTiles => "log-tiles",
            CaseFormat::OciLayout => "oci-layout",
            CaseFormat::GitRepository => "git-repository",
        }
    }

    /// Whether its manifest claims to list everything.
    pub fn closure(self) -> Closure {
        match self {
            CaseFormat::Open
            | CaseFormat::OfflineKit
            | CaseFormat::LogTiles
            | CaseFormat::OciLayout
            | CaseFormat::GitRepository => Closure::Open,
            CaseFormat::StellaBundle | CaseFormat::Bag | CaseFormat::Snapshot | CaseFormat::Kit => {
                Closure::Closed
            }
        }
    }
}

/// Something that was refused while reading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The name it concerns, escaped; `None` for the case as a whole.
    pub path: Option<String>,
    /// Which refusal.
    pub kind: FaultKind,
    /// Byte offset in the archive (after decompression), where there is one.
    pub at: Option<u64>,
    /// What was found.
    pub found: String,
    /// What is allowed; empty where `found` says all.
    pub expected: String,
    /// What follows from it.
    pub effect: Effect,
}

/// What follows from a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The item, or the case where no item is named, is refused.
    Refused,
    /// Nothing is wrong with the item as an artifact, but something about it
    /// was left unexamined: an archive in the evidence that could be a
    /// container and is too large to be opened.
    Unexamined,
}

/// The refusals of intake. Each is a check of its own, of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// A name that climbs, is absolute, or has two spellings.
    Path,
    /// Two members of the same name, or a name that is both file and directory.
    DuplicateName,
    /// Names that are equal after NFC and simple case folding. Recorded
    /// always; whether it is a fault depends on the closure of the case.
    FoldedName,
    /// A symbolic or hard link.
    Link,
    /// A device, a FIFO, a socket.
    SpecialFile,
    /// A sparse member.
    Sparse,
    /// A header whose checksum is wrong.
    TarChecksum,
    /// Headers that are malformed, or disagree with one another.
    TarHeaders,
    /// Members or bytes after the end of an archive.
    ArchiveTail,
    /// The end is missing.
    Truncated,
    /// Not the compression that the name claims, or damaged.
    Compression,
    /// A second gzip member or zstd frame.
    SecondMember,
    /// A zstd window above the bound.
    Window,
    /// Expands beyond the bounds.
    Expansion,
    /// More items than the bound.
    ItemCount,
    /// A structured item larger than the bound.
    ItemSize,
    /// Changed while it was read.
    Changed,
    /// Could not be opened or read.
    Unreadable,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [FaultKind; 18] = [
        FaultKind::Path,
        FaultKind::DuplicateName,
        FaultKind::FoldedName,
        FaultKind::Link,
        FaultKind::SpecialFile,
        FaultKind::Sparse,
        FaultKind::TarChecksum,
        FaultKind::TarHeaders,
        FaultKind::ArchiveTail,
        FaultKind::Truncated,
        FaultKind::Compression,
        FaultKind::SecondMember,
        FaultKind::Window,
        FaultKind::Expansion,
        FaultKind::ItemCount,
        FaultKind::ItemSize,
        FaultKind::Changed,
        FaultKind::Unreadable,
    ];

    /// The id of the check.
    pub fn id(self) -> &'static str {
        match self {
            FaultKind::Path => "intake.path",
            FaultKind::DuplicateName => "intake.duplicate-name",
            FaultKind::FoldedName => "intake.folded-name",
            FaultKind::Link => "intake.link",
            FaultKind::SpecialFile => "intake.special-file",
            FaultKind::Sparse => "intake.sparse",
            FaultKind::TarChecksum => "intake.tar-checksum",
            FaultKind::TarHeaders => "intake.tar-headers",
            FaultKind::ArchiveTail => "intake.archive-tail",
            FaultKind::Truncated => "intake.truncated",
            FaultKind::Compression => "intake.compression",
            FaultKind::SecondMember => "intake.second-member",
            FaultKind::Window => "intake.window",
            FaultKind::Expansion => "intake.expansion",
            FaultKind::ItemCount => "intake.item-count",
            FaultKind::ItemSize => "intake.item-size",
            FaultKind::Changed => "intake.changed",
            FaultKind::Unreadable => "intake.unreadable",
        }
    }
}
