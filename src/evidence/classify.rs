//! What a file claims to be, by its name and its structure.
//!
//! docs/formats/classification.md is the table, and this follows it row by row.
//! How it would be attacked: let a broken attestation pass for a mere file; let
//! a file that nobody checks pass for an attestation; spell a member so that
//! this reader misses it and another finds it.

use crate::custody;
use crate::digest::Algorithm;
use crate::limits;
use crate::proof::keeper;
use crate::proof::log::tiles::TileName;
use crate::proof::{git, sigstore, sshsig};
use crate::wire::base64;
use crate::wire::der::{self, Tag};
use crate::wire::json::{self, Value};
use crate::wire::pem;
use crate::wire::sqlite;

use super::demand::Peek;
use super::{Compression, Kind};

/// What a name alone says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameClaim {
    /// Dropped by an operating system.
    Debris,
    /// An archive, packed so.
    Archive(Compression),
    /// This kind, or one that its structure refines.
    Structured(Kind),
    /// A list whose algorithm stands in it.
    List,
    /// It means something at the root of a layout.
    Placed,
    /// The same, and it is a list of digests.
    PlacedList,
    /// Perhaps a policy.
    Toml,
    /// Perhaps a certificate, or what goes with one.
    Der,
    /// Perhaps an attestation.
    Json,
    /// An envelope, or one on each line.
    Attestation,
    /// Perhaps a part of an image layout.
    Blob,
    /// Nothing.
    None,
}

impl NameClaim {
    /// The kind of a file of that name about which nothing else is known.
    pub(super) fn kind(self) -> Kind {
        match self {
            NameClaim::Debris => Kind::Debris,
            NameClaim::Archive(_) => Kind::Archive,
            NameClaim::Structured(kind) => kind,
            NameClaim::List => Kind::DigestList(Algorithm::Sha256),
            NameClaim::Attestation => Kind::DsseEnvelope,
            NameClaim::Placed
            | NameClaim::PlacedList
            | NameClaim::Toml
            | NameClaim::Der
            | NameClaim::Json
            | NameClaim::Blob
            | NameClaim::None => Kind::Artifact,
        }
    }

    /// How large a file may be to be read whole.
    pub(super) fn size_max(self) -> u64 {
        match self {
            NameClaim::List
            | NameClaim::PlacedList
            | NameClaim::Structured(Kind::DigestList(_) | Kind::Crl) => limits::LIST_BYTES_MAX,
            _ => limits::STRUCTURED_BYTES_MAX,
        }
    }
}

/// Directories in which everything was dropped by an operating system.
const DEBRIS_FOLDERS: [&str; 8] = [
    "System Volume Information",
    "$RECYCLE.BIN",
    "lost+found",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    ".TemporaryItems",
    "__MACOSX",
];

const DEBRIS_FILES: [&str; 4] = [".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini"];

/// Names that mean something at the root of a layout, beside those of a bag.
const PLACED: [&str; 15] = [
    "HEAD",
    "packed-refs",
    "checkpoint",
    "oci-layout",
    "index.json",
    "manifest.json",
    "checksums.json",
    "signature.json",
    "bundle.json",
    "evidence_bundle.json",
    "kit.json",
    "offline-manifest.json",
    "manifest-offline.json",
    "bagit.txt",
    "bag-info.txt",
];

/// How the endings of table 2 read; the longest first where one ends another.
const ENDINGS: &[(&str, NameClaim)] = {
    use NameClaim::{Archive, Attestation, Der, Json, Structured, Toml};
    const CUSTODY: NameClaim = Structured(Kind::Timeline(custody::Format::StellaCustodyV1));
    const LEDGER: NameClaim = Structured(Kind::Timeline(custody::Format::LedgerEventV1));
    const PRX: NameClaim = Structured(Kind::Timeline(custody::Format::PrxDerivations));
    const SIGNET: NameClaim = Structured(Kind::Timeline(custody::Format::SignetAudit));
    // Which of the three its first line says.
    const EVENTS: NameClaim =
        Structured(Kind::Timeline(custody::Format::StellaOps(custody::stellaops::Schema::Forensics)));
    &[
        (".tar.gz", Archive(Compression::Gzip)),
        (".tgz", Archive(Compression::Gzip)),
        (".tar.zst", Archive(Compression::Zstd)),
        (".tzst", Archive(Compression::Zstd)),
        (".tar", Archive(Compression::None)),
        (".dsse.jsonl", Structured(Kind::DsseLines)),
        (".dsse.ndjson", Structured(Kind::DsseLines)),
        (".intoto.jsonl", Structured(Kind::DsseLines)),
        (".intoto.ndjson", Structured(Kind::DsseLines)),
        (".custody.jsonl", CUSTODY),
        (".custody.ndjson", CUSTODY),
        (".ledger.jsonl", LEDGER),
        (".ledger.ndjson", LEDGER),
        (".sigstore", Structured(Kind::SigstoreBundle)),
        (".sigstore.json", Structured(Kind::SigstoreBundle)),
        (".sigstore.jsonl", Structured(Kind::SigstoreBundle)),
        (".sigstore.ndjson", Structured(Kind::SigstoreBundle)),
        (".derivations.jsonl", PRX),
        (".ledger.sqlite", Structured(Kind::PrxStore)),
        (".timeline.jsonl", EVENTS),
        (".timeline.ndjson", EVENTS),
        (".signet-receipt", Structured(Kind::SignetReceipts)),
        (".signet-receipts", Structured(Kind::SignetReceipts)),
        (".signet.jsonl", SIGNET),
        (".signet.ndjson", SIGNET),
        (".commit", Structured(Kind::GitObject)),
        ("existing-operators.json", Structured(Kind::Tbtc(custody::tbtc::Form::Existing))),
        (".dsse", Structured(Kind::DsseEnvelope)),
        (".dsse.json", Structured(Kind::DsseEnvelope)),
        (".intoto.json", Structured(Kind::DsseEnvelope)),
        (".att", Attestation),
        (".layout", Structured(Kind::Layout)),
        (".minisig", Structured(Kind::MinisignSignature)),
        (".sig", Structured(Kind::DetachedSignature)),
        (".signature", Structured(Kind::DetachedSignature)),
        (".tlog-proof", Structured(Kind::TlogProof)),
        (".checkpoint", Structured(Kind::Checkpoint)),
        (".jwk", Structured(Kind::PublicKey)),
        (".pub", Structured(Kind::PublicKey)),
        (".crt", Structured(Kind::Certificate)),
        (".cer", Structured(Kind::Certificate)),
        (".crl", Structured(Kind::Crl)),
        (".ocsp", Structured(Kind::OcspResponse)),
        (".ocsp.der", Structured(Kind::OcspResponse)),
        (".ors", Structured(Kind::OcspResponse)),
        (".tsr", Structured(Kind::TimestampToken)),
        (".tst", Structured(Kind::TimestampToken)),
        (".der", Der),
        (".pem", Der),
        (".cert", Der),
        (".toml", Toml),
        (".json", Json),
    ]
};

/// Digest algorithms as the names of lists spell them.
const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("sha1", Algorithm::Sha1),
    ("sha256", Algorithm::Sha256),
    ("sha384", Algorithm::Sha384),
    ("sha512", Algorithm::Sha512),
    ("b2", Algorithm::Blake2b512),
];

/// What `path` (relative, escaped) says by itself.
pub(super) fn by_name(path: &str) -> NameClaim {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folders.split('/').any(|folder| DEBRIS_FOLDERS.contains(&folder)) {
        return NameClaim::Debris;
    }
    let lower = name.to_ascii_lowercase();
    if name.starts_with("._") || DEBRIS_FILES.contains(&lower.as_str()) {
        return NameClaim::Debris;
    }
    if name == "checksums.txt" || bag_manifest(name).is_some() {
        return NameClaim::PlacedList;
    }
    if is_blob(path) {
        return NameClaim::Blob;
    }
    if PLACED.contains(&name) || is_tile(path) || git_part(path).is_some() {
        return NameClaim::Placed;
    }
    match lower.as_str() {
        "allowed_signers" | "trusted_root.json" | "time-anchor-trust-roots.json" => {
            return NameClaim::Structured(Kind::TrustStore);
        }
        "time-anchor.json" => return NameClaim::Structured(Kind::TimeAnchor),
        "rekor-receipt.json" => return NameClaim::Structured(Kind::RekorReceipt),
        "custody.jsonl" | "custody.ndjson" | "derivations.jsonl" | "ledger.sqlite" | "ledger.jsonl"
        | "ledger.ndjson" | "signet.jsonl" | "signet.ndjson" | "timeline.jsonl" | "timeline.ndjson" => {
            return by_name(&format!("x.{lower}"));
        }
        "existing-operators.json" => return by_name(&format!("x-{lower}")),
        _ => {}
    }
    if is_link(&lower) {
        return NameClaim::Structured(Kind::Link);
    }
    // An ending alone is a hidden file, not a file of that kind.
    let ending = ENDINGS.iter().find(|(ending, _)| lower.len() > ending.len() && lower.ends_with(ending));
    match ending {
        Some((_, claim)) => *claim,
        None => list(&lower),
    }
}

/// `<step>.<the beginning of a key id>.link`
fn is_link(lower: &str) -> bool {
    let parts = lower.strip_suffix(".link").and_then(|rest| rest.rsplit_once('.'));
    parts.is_some_and(|(step, id)| {
        !step.is_empty() && id.len() >= 6 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// `SHA256SUMS`, `x_SHA512SUMS.txt`, `x.sha256`, `x_checksums.txt`
fn list(lower: &str) -> NameClaim {
    for (name, algorithm) in ALGORITHMS {
        let claim = NameClaim::Structured(Kind::DigestList(algorithm));
        for ending in ["sums", "sums.txt", "sum.txt"] {
            let Some(before) = lower.strip_suffix(ending).and_then(|rest| rest.strip_suffix(name)) else {
                continue;
            };
            if before.is_empty() || before.ends_with(['_', '-', '.']) {
                return claim;
            }
        }
        let sidecar = lower.rsplit_once('.').filter(|(file, _)| !file.is_empty());
        if sidecar
            .and_then(|(_, ending)| ending.strip_prefix(name))
            .is_some_and(|s| matches!(s, "" | "sum" | "sums"))
        {
            return claim;
        }
    }
    if lower.ends_with("checksums.txt") || lower.ends_with("checksums") {
        return NameClaim::List;
    }
    NameClaim::None
}

/// Whether a path ends like that of a tile; only below the root of a log's own
/// layout is it one.
pub(super) fn is_tile(path: &str) -> bool {
    let mut below = path;
    loop {
        if TileName::parse(below).is_some() {
            return true;
        }
        match below.split_once('/') {
            Some((_, rest)) => below = rest,
            None => return false,
        }
    }
}

/// Whether a path ends like that of a blob of an image layout.
pub(super) fn is_blob(path: &str) -> bool {
    blob_algorithm(path).is_some()
}

/// The algorithm by which a blob is called: `blobs/<algorithm>/<digits>`.
pub(super) fn blob_algorithm(path: &str) -> Option<Algorithm> {
    let (folders, hex) = path.rsplit_once('/')?;
    let (above, name) = folders.rsplit_once('/')?;
    let algorithm = Algorithm::from_name(name).filter(|_| above == "blobs" || above.ends_with("/blobs"))?;
    let digits = hex.len() == algorithm.size() * 2 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then_some(algorithm)
}

/// What a blob of an image layout is by its members, where it is nothing that is
/// known elsewhere too.
fn by_blob(text: &[u8]) -> Option<Kind> {
    let value = json::parse(text).ok()?;
    let has = |name: &str| value.get(name).is_some();
    if has("schemaVersion") && has("manifests") {
        return Some(Kind::OciIndex);
    }
    if has("schemaVersion") && (has("layers") || has("config")) {
        return Some(Kind::OciManifest);
    }
    if has("critical") {
        return Some(Kind::SimpleSigning);
    }
    let empty = value.as_object().is_some_and(|object| object.iter().next().is_none());
    (empty || (has("rootfs") && (has("architecture") || has("os")))).then_some(Kind::OciConfig)
}

/// The part of a path from the root of a repository on, for files that hold objects
/// and names of them; only below the root of one they are that.
pub(super) fn git_part(path: &str) -> Option<&str> {
    let mut below = path;
    loop {
        if is_git_store(below) {
            return Some(below);
        }
        below = below.split_once('/')?.1;
    }
}

/// Whether a path from the root of a repository is that of a file with objects or refs.
pub(super) fn is_git_store(path: &str) -> bool {
    let hexadecimal = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(rest) = path.strip_prefix("objects/") {
        let pack = rest.strip_prefix("pack/pack-").and_then(|name| name.rsplit_once('.'));
        let loose = rest.split_once('/').is_some_and(|(first, rest)| {
            first.len() == 2 && matches!(rest.len(), 38 | 62) && hexadecimal(first) && hexadecimal(rest)
        });
        return loose || pack.is_some_and(|(id, ending)| hexadecimal(id) && matches!(ending, "pack" | "idx"));
    }
    matches!(path, "HEAD" | "packed-refs" | "shallow")
        || ["refs/heads/", "refs/tags/", "refs/remotes/"].iter().any(|folder| path.starts_with(folder))
}

/// Whether git keeps its own business at that path of a repository. Hooks are none of
/// it, but for the samples that are never run: git would run what lies there.
pub(super) fn is_git_business(path: &str) -> bool {
    const FILES: [&str; 20] = [
        "config",
        "description",
        "index",
        "gc.log",
        "ORIG_HEAD",
        "FETCH_HEAD",
        "COMMIT_EDITMSG",
        "MERGE_HEAD",
        "MERGE_MSG",
        "MERGE_MODE",
        "info/exclude",
        "info/attributes",
        "info/sparse-checkout",
        "info/refs",
        "objects/info/packs",
        "objects/info/alternates",
        "objects/info/commit-graph",
        "logs/HEAD",
        "refs/stash",
        "logs/refs/stash",
    ];
    const FOLDERS: [&str; 6] = [
        "logs/refs/heads/",
        "logs/refs/remotes/",
        "objects/info/commit-graphs/",
        "refs/notes/",
        "refs/pull/",
        "refs/replace/",
    ];
    let beside_packs = path.strip_prefix("objects/pack/pack-").and_then(|name| name.rsplit_once('.'));
    let sample = path.strip_prefix("hooks/").is_some_and(|name| name.ends_with(".sample"));
    FILES.contains(&path)
        || sample
        || FOLDERS.iter().any(|folder| path.starts_with(folder))
        || beside_packs.is_some_and(|(_, ending)| matches!(ending, "rev" | "bitmap" | "keep" | "mtimes"))
}

/// Whether a file of that name means something at the root of a layout.
pub(super) fn is_placed(name: &str) -> bool {
    name == "checksums.txt" || PLACED.contains(&name) || bag_manifest(name).is_some()
}

/// The algorithm of `manifest-<alg>.txt` or `tagmanifest-<alg>.txt`, and which
/// of the two it is.
pub(super) fn bag_manifest(name: &str) -> Option<Kind> {
    let (tag, rest) = match name.strip_prefix("tag") {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let algorithm = rest.strip_prefix("manifest-")?.strip_suffix(".txt")?;
    let algorithm = Algorithm::from_name(algorithm)?;
    Some(if tag { Kind::BagTagManifest(algorithm) } else { Kind::BagManifest(algorithm) })
}

/// Whether the name alone claims that kind. What does not hold what its name
/// claims is a fault; what only looked like it by its first bytes is a file.
pub fn is_named(path: &str, kind: Kind) -> bool {
    by_name(path) == NameClaim::Structured(kind)
}

/// The file that a signature or digest file of this path continues:
/// `a/app.tgz` for `a/app.tgz.sig`, `a/app.tgz.tsr` and `a/app.tgz.sha256`.
pub fn continued(path: &str) -> Option<&str> {
    let (file, ending) = path.rsplit_once('.')?;
    let lower = ending.to_ascii_lowercase();
    let signature = matches!(lower.as_str(), "minisig" | "sig" | "signature" | "tsr" | "tst" | "tlog-proof");
    let digest = ALGORITHMS
        .iter()
        .any(|(name, _)| lower.strip_prefix(name).is_some_and(|s| matches!(s, "" | "sum" | "sums")));
    (!file.is_empty() && (signature || digest)).then_some(file)
}

/// Where the certificate may lie that goes with a signature or an attestation at
/// `path`: beside it, or beside what it continues.
pub fn certificates_of(path: &str) -> impl Iterator<Item = String> + '_ {
    let file = path.rsplit_once('.').map(|(file, _)| file).filter(|file| !file.is_empty());
    let endings = [".pem", ".crt", ".cert", ".cer"];
    [Some(path), file].into_iter().flatten().flat_map(move |path| endings.map(|end| format!("{path}{end}")))
}

/// What is known of a file before all of it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// Not enough to say.
    Short,
    /// A timeline: read it by lines.
    Timeline(custody::Format),
    /// Read it whole, if it is not too large.
    Structure,
    /// Only its digest is of interest.
    Opaque(Kind),
}

/// Enough to recognise a program or a PEM block.
const MAGIC_BYTES: usize = 64;

/// Judges the beginning of a file whose name claims no structure.
pub(super) fn by_beginning(claim: NameClaim, head: &[u8], complete: bool) -> Beginning {
    match claim {
        NameClaim::Debris => return Beginning::Opaque(Kind::Debris),
        NameClaim::Archive(_) => return Beginning::Opaque(Kind::Archive),
        // The name says which format, unless the first line says another.
        NameClaim::Structured(Kind::Timeline(format)) => {
            return match first_line(head, complete) {
                None => Beginning::Short,
                Some(line) => Beginning::Timeline(custody::recognise(line).unwrap_or(format)),
            };
        }
        NameClaim::Structured(_)
        | NameClaim::Attestation
        | NameClaim::List
        | NameClaim::Placed
        | NameClaim::PlacedList
        | NameClaim::Toml
        | NameClaim::Der => {
            return Beginning::Structure;
        }
        NameClaim::Json | NameClaim::Blob | NameClaim::None => {}
    }
    if head.len() < MAGIC_BYTES && !complete {
        return Beginning::Short;
    }
    if is_database(head) {
        return Beginning::Structure;
    }
    if is_program(head) {
        return Beginning::Opaque(Kind::Executable);
    }
    let text = without_mark(head).trim_ascii_start();
    if text.is_empty() && !complete && head.len() < limits::READ_BYTES {
        return Beginning::Short;
    }
    if text.starts_with(b"{") {
        return match first_line(head, complete) {
            None => Beginning::Short,
            // Asked again only where something stands before the text.
            Some(line) => match custody::recognise(line)
                .or_else(|| (text.len() < head.len()).then(|| signet(text)).flatten())
            {
                Some(format) => Beginning::Timeline(format),
                None => Beginning::Structure,
            },
        };
    }
    if text.starts_with(custody::signet::archive::MAGIC) {
        return Beginning::Structure;
    }
    if text.starts_with(b"-----BEGIN ")
        || text.starts_with(b"untrusted comment:")
        || ssh_key(text)
        || git::Text::is_claimed(head)
        || by_lines(head).is_some()
    {
        return Beginning::Structure;
    }
    Beginning::Opaque(Kind::Artifact)
}

/// A database of SQLite, or what belongs to one.
fn is_database(head: &[u8]) -> bool {
    let ahead = [0x37, 0x7f, 0x06];
    head.starts_with(sqlite::MAGIC) || head.starts_with(sqlite::JOURNAL_MAGIC) || head.starts_with(&ahead)
}

/// `text` without a byte-order mark, with which JSON may not begin: what looks
/// like an attestation behind one is examined, and refused.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// Signet reads past a byte-order mark and empty lines.
fn signet(text: &[u8]) -> Option<custody::Format> {
    let line = text.split(|byte| *byte == b'\n').next()?;
    custody::recognise(line).filter(|format| *format == custody::Format::SignetAudit)
}

/// The first line, if all of it is there or it is longer than any may be.
fn first_line(head: &[u8], complete: bool) -> Option<&[u8]> {
    match head.iter().position(|b| *b == b'\n') {
        Some(end) => Some(&head[..end]),
        None if complete || head.len() > limits::CUSTODY_LINE_BYTES_MAX => Some(head),
        None => None,
    }
}

/// Whether what cannot be held looks like an attestation nevertheless.
pub(super) fn looks_signed(head: &[u8]) -> bool {
    contains(head, b"\"payloadType\"")
}

/// Whether a text says that it is a bundle of Sigstore.
fn looks_bundled(text: &[u8]) -> bool {
    contains(text, sigstore::MEDIA_TYPE.as_bytes())
}

/// The kind of a file that was read whole.
pub(super) fn by_content(claim: NameClaim, content: &[u8]) -> (Kind, Peek) {
    if matches!(claim, NameClaim::None | NameClaim::Blob) && is_database(content) {
        // A journal shows whose it is only by its name, which `stores` looks at.
        let ledger = !content.starts_with(sqlite::MAGIC) || custody::prx::store::is_ledger(content);
        return (if ledger { Kind::PrxStore } else { Kind::Artifact }, Peek::default());
    }
    let text = content.trim_ascii_start();
    let (structure, peek) = match without_mark(text).starts_with(b"{") {
        true => by_json(text),
        false => (by_text(text), Peek::default()),
    };
    let kind = match claim {
        NameClaim::Structured(kind) => match (kind, structure) {
            (Kind::DsseEnvelope, Some(Kind::Statement)) => Kind::Statement,
            (Kind::DsseEnvelope | Kind::DsseLines | Kind::DetachedSignature, Some(Kind::SigstoreBundle)) => {
                Kind::SigstoreBundle
            }
            (Kind::DetachedSignature, Some(found)) if can_be_beside(found) => found,
            (Kind::DetachedSignature, Some(Kind::Checkpoint)) => Kind::Checkpoint,
            (Kind::PublicKey, Some(Kind::Certificate)) => Kind::Certificate,
            (Kind::Layout | Kind::Link, Some(found @ (Kind::DsseEnvelope | Kind::Layout | Kind::Link))) => {
                found
            }
            _ => kind,
        },
        NameClaim::Attestation => match structure {
            Some(found @ (Kind::DsseLines | Kind::SigstoreBundle | Kind::Statement)) => found,
            _ => Kind::DsseEnvelope,
        },
        NameClaim::List => list_by_length(content),
        NameClaim::Toml if contains(content, b"stella.policy/v1") => Kind::Policy,
        NameClaim::Der => by_der(content)
            .or_else(|| by_text(without_comments(content)))
            .or_else(|| pem::unwrapped(content).map(|_| Kind::Certificate))
            .unwrap_or(Kind::Artifact),
        NameClaim::Debris | NameClaim::Archive(_) | NameClaim::Toml => claim.kind(),
        NameClaim::Blob => structure.or_else(|| by_blob(text)).unwrap_or(Kind::Artifact),
        // What it means at a place is for `layout` to say.
        NameClaim::Placed | NameClaim::PlacedList | NameClaim::Json | NameClaim::None => {
            structure.unwrap_or(Kind::Artifact)
        }
    };
    (kind, peek)
}

/// What a signature file may be besides a signature and nothing else.
fn can_be_beside(found: Kind) -> bool {
    matches!(found, Kind::DsseEnvelope | Kind::MinisignSignature | Kind::SshSignature)
}

/// The kind of a `checksums.txt` that belongs to no layout, and of its like.
pub(super) fn list_by_length(content: &[u8]) -> Kind {
    let first = content.split(|b| *b == b'\n').find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let digits = first.unwrap_or_default().iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let algorithm = [Algorithm::Sha1, Algorithm::Sha384, Algorithm::Sha512].into_iter();
    Kind::DigestList(algorithm.into_iter().find(|a| a.size() * 2 == digits).unwrap_or(Algorithm::Sha256))
}

fn by_json(text: &[u8]) -> (Option<Kind>, Peek) {
    if let Ok(value) = json::parse(text) {
        let kind = by_members(&value);
        let asks =
            matches!(kind, Some(Kind::DsseEnvelope | Kind::Statement | Kind::Link | Kind::SigstoreBundle));
        return (kind, if asks { Peek::into_value(&value) } else { Peek::default() });
    }
    // Several values, one on each line?
    let mut lines = text.split(|b| *b == b'\n').map(json::parse);
    let first = lines.next().and_then(Result::ok);
    let kind = match first.as_ref().and_then(by_members) {
        Some(Kind::DsseEnvelope) => Kind::DsseLines,
        Some(Kind::SigstoreBundle) => Kind::SigstoreBundle,
        Some(Kind::LogEntries) => return (Some(Kind::LogEntries), Peek::default()),
        _ => {
            let kind = if looks_bundled(text) { Kind::SigstoreBundle } else { Kind::DsseEnvelope };
            return ((looks_signed(text) || looks_bundled(text)).then_some(kind), Peek::default());
        }
    };
    let mut peek = Peek::default();
    first.into_iter().chain(lines.filter_map(Result::ok)).for_each(|v| peek.merge(Peek::into_value(&v)));
    (Some(kind), peek)
}

fn by_members(value: &Value) -> Option<Kind> {
    let object = value.as_object()?;
    let has = |name: &str| object.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if has("payloadType") && has("payload") && has("signatures") {
        return Some(Kind::DsseEnvelope);
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    // Without its media type it is still recognised, and refused by its reader.
    if text("mediaType").is_some_and(|found| found.starts_with(sigstore::MEDIA_TYPE))
        || has("verificationMaterial")
        || (has("base64Signature") && has("rekorBundle"))
    {
        return Some(Kind::SigstoreBundle);
    }
    if text("_type").is_some_and(|t| t.starts_with("https://in-toto.io/Statement/")) {
        return Some(Kind::Statement);
    }
    let signed = object.iter().find(|(known, _)| known.eq_ignore_ascii_case("signed"));
    if let Some((_, signed)) = signed.filter(|_| has("signatures")) {
        match signed.get("_type").and_then(Value::as_str) {
            Some("layout") => return Some(Kind::Layout),
            Some("link") => return Some(Kind::Link),
            _ => {}
        }
    }
    if keeper::recognise(value) {
        return Some(Kind::KeeperAttestation);
    }
    if ["uuid", "logIndex", "rootHash", "hashes", "checkpoint"].into_iter().all(has) {
        return Some(Kind::RekorReceipt);
    }
    // As cosign wrote down the promise of a log by itself.
    if value.get("SignedEntryTimestamp").is_some() && value.get("Payload").is_some() {
        return Some(Kind::LogEntries);
    }
    // By the id of each entry; one is enough to know it by.
    let entry = object.iter().next().and_then(|(_, entry)| entry.as_object());
    if entry.is_some_and(|entry| {
        ["body", "logID", "logIndex", "integratedTime"].iter().all(|name| entry.get(name).is_some())
    }) {
        return Some(Kind::LogEntries);
    }
    if custody::auths::Bundle::is_claimed(value) {
        return Some(Kind::AuthsBundle);
    }
    if custody::auths::attestation::Attestation::is_claimed(value) {
        return Some(Kind::AuthsAttestation);
    }
    match text("schema") {
        Some("stella.trust/v1") => return Some(Kind::TrustStore),
        Some("stella.files/v1") => return Some(Kind::FileManifest),
        _ => {}
    }
    text("kty").map(|_| Kind::PublicKey).or_else(|| custody::tbtc::recognise(value).map(Kind::Tbtc))
}

fn by_text(text: &[u8]) -> Option<Kind> {
    if text.starts_with(custody::signet::archive::MAGIC) {
        return Some(Kind::SignetArchive);
    }
    if text.starts_with(sshsig::MAGIC) {
        return Some(Kind::SshSignature);
    }
    if text.starts_with(b"untrusted comment:") {
        let trusted = text.split(|b| *b == b'\n').any(|line| line.starts_with(b"trusted comment:"));
        return Some(if trusted { Kind::MinisignSignature } else { Kind::PublicKey });
    }
    if let Some(rest) = text.strip_prefix(b"-----BEGIN ") {
        let line = rest.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
        let label = line.strip_suffix(b"-----")?;
        return match label {
            b"CERTIFICATE" => Some(Kind::Certificate),
            b"X509 CRL" => Some(Kind::Crl),
            b"SSH SIGNATURE" => Some(Kind::SshSignature),
            _ if label.ends_with(b"PUBLIC KEY") => Some(Kind::PublicKey),
            _ => None,
        };
    }
    if ssh_key(text) {
        return Some(Kind::PublicKey);
    }
    if git::Text::is_claimed(text) {
        return Some(Kind::GitObject);
    }
    by_lines(text)
}

/// What logs write, by its first lines: the name of a proof and its version, `old`
/// and a number, or an origin, a number and a root.
fn by_lines(text: &[u8]) -> Option<Kind> {
    let mut lines = text.split(|b| *b == b'\n').take(3);
    let (first, second, third) = (lines.next()?, lines.next()?, lines.next()?);
    let digits = |text: &[u8]| (1..=20).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let hash = |text: &[u8]| {
        text.len() == 44 && std::str::from_utf8(text).is_ok_and(|t| base64::decode_standard(t).is_ok())
    };
    if first.starts_with(b"c2sp.org/tlog-proof@") {
        return Some(Kind::TlogProof);
    }
    if first.strip_prefix(b"old ").is_some_and(digits) && (second.is_empty() || hash(second)) {
        return Some(Kind::TlogConsistency);
    }
    (!first.is_empty() && digits(second) && hash(third)).then_some(Kind::Checkpoint)
}

/// What a file in DER is by its outermost elements. None of the four can be
/// taken for another: an OCSP response begins with an enumeration, a token with
/// the type of its content, and what is signed in a certificate goes on in
/// other types than what is signed in a revocation list.
fn by_der(content: &[u8]) -> Option<Kind> {
    const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    // Tokens may be in BER, where the end of an element is not known at its beginning.
    if content.strip_prefix(&[0x30, 0x80]).is_some_and(|rest| rest.starts_with(&SIGNED_DATA)) {
        return Some(Kind::TimestampToken);
    }
    let outer = der::beginning(content).element(Tag::SEQUENCE).ok()?.content;
    let first = der::beginning(outer).any().ok()?;
    if outer.starts_with(&SIGNED_DATA) {
        return Some(Kind::TimestampToken);
    }
    if first.tag.octet() == 0x0a {
        return Some(Kind::OcspResponse);
    }
    if first.tag != Tag::SEQUENCE {
        return None;
    }
    let mut inner = der::beginning(first.content);
    let tags: Vec<u8> = std::iter::from_fn(|| inner.any().ok().map(|e| e.tag.octet())).take(4).collect();
    match tags.as_slice() {
        [0xa0, 0x02, ..] | [0x02, 0x30, 0x30, 0x30] => Some(Kind::Certificate),
        [0x02, 0x30, 0x30, 0x17 | 0x18] | [0x30, 0x30, 0x17 | 0x18, ..] => Some(Kind::Crl),
        [0x02] | [0x02, 0x30] | [0x02, 0x03] | [0x02, 0x30, 0x03] => Some(Kind::TimestampToken),
        _ => None,
    }
}

/// What follows lines of comment; bundles of certificates have them before each.
fn without_comments(mut text: &[u8]) -> &[u8] {
    while text.starts_with(b"# ") || text.starts_with(b"\n") || text.starts_with(b"\r\n") {
        let end = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
        text = &text[end..];
    }
    text
}

fn ssh_key(text: &[u8]) -> bool {
    const TYPES: [&str; 7] = [
        "ssh-ed25519 ",
        "ssh-rsa ",
        "ecdsa-sha2-nistp256 ",
        "ecdsa-sha2-nistp384 ",
        "ecdsa-sha2-nistp521 ",
        "sk-ssh-ed25519@openssh.com ",
        "sk-ecdsa-sha2-nistp256@openssh.com ",
    ];
    TYPES.iter().any(|name| text.starts_with(name.as_bytes()))
}

fn is_program(head: &[u8]) -> bool {
    let word = |at: usize| head.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    match word(0) {
        Some(0x7f45_4c46) => true,                                           // ELF
        Some(0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe) => true, // Mach-O
        // Mach-O for several processors; a Java class has its version there.
        Some(0xcafe_babe) => word(4).is_some_and(|count| count < 0x20),
        // Where the header of a Windows program stands, behind that of DOS.
        _ => head.starts_with(b"MZ") && word(0x3c).is_some_and(|at| at.swap_bytes() < 0x1000),
    }
}

pub(super) fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_by_its_outermost_elements() {
        let check = |content: &[u8], expected| {
            assert_eq!(by_content(by_name("x.der"), content).0, expected, "{content:02x?}");
        };
        let sequence = |parts: &[&[u8]]| der::encode(Tag::SEQUENCE, parts);
        let empty = sequence(&[]);
        let (one, time) = ([0x02, 1, 1], [0x17, 0]);
        let signed_data = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
        let signed = |parts: &[&[u8]]| sequence(&[&sequence(parts), &empty, &[0x03, 1, 0]]);
        check(&signed(&[&[0xa0, 3, 2, 1, 2], &one, &empty]), Kind::Certificate);
        check(&signed(&[&one, &empty, &empty, &empty]), Kind::Certificate);
        check(&signed(&[&one, &empty, &empty, &time]), Kind::Crl);
        check(&signed(&[&empty, &empty, &time]), Kind::Crl);
        check(&sequence(&[&[0x0a, 1, 0], &empty]), Kind::OcspResponse);
        check(&sequence(&[&signed_data, &[0xa0, 0]]), Kind::TimestampToken);
        check(&sequence(&[&sequence(&[&one])]), Kind::TimestampToken);
        check(&sequence(&[&sequence(&[&one, &empty])]), Kind::TimestampToken);
        check(&[&[0x30, 0x80][..], &signed_data, &[0xa0, 0x80]].concat(), Kind::TimestampToken);
        check(&sequence(&[&sequence(&[&[0x06, 1, 0]]), &[0x03, 1, 0]]), Kind::Artifact);
        check(b"", Kind::Artifact);
        check(b"0\x82", Kind::Artifact);
        check(b"text", Kind::Artifact);
    }

    #[test]
    fn what_goes_with_certificates() {
        let of = NameClaim::Structured;
        name("tsa/chain/root.crt", of(Kind::Certificate));
        name("a.CER", of(Kind::Certificate));
        name("a.crl", of(Kind::Crl));
        name("tsa/ocsp/a.ocsp.der", of(Kind::OcspResponse));
        name("a.ocsp", of(Kind::OcspResponse));
        name("a.ors", of(Kind::OcspResponse));
        name("app.tgz.tsr", of(Kind::TimestampToken));
        name("app.tst", of(Kind::TimestampToken));
        name("a.der", NameClaim::Der);
        name("a.PEM", NameClaim::Der);
        content("a.pem", "# of whom\n\n-----BEGIN CERTIFICATE-----\n", Kind::Certificate);
        content("a.txt", "# of whom\n\n-----BEGIN CERTIFICATE-----\n", Kind::Artifact);
        content("a.pem", "#!/bin/sh\n-----BEGIN CERTIFICATE-----\n", Kind::Artifact);
    }

    #[track_caller]
    fn name(path: &str, expected: NameClaim) {
        assert_eq!(by_name(path), expected, "{path}");
    }

    #[test]
    fn debris() {
        for path in [
            ".DS_Store",
            "a/.DS_Store",
            "._x",
            "a/._x.json",
            "Thumbs.db",
            "DESKTOP.INI",
            "System Volume Information/WPSettings.dat",
            "$RECYCLE.BIN/S-1/x.json",
            "lost+found/#1",
            "__MACOSX/a/SHA256SUMS",
        ] {
            name(path, NameClaim::Debris);
        }
        name("my.DS_Store", NameClaim::None);
        name("lost+found", NameClaim::None);
        name("x/system volume information/a", NameClaim::None);
    }

    #[test]
    fn archives() {
        name("a.tar", NameClaim::Archive(Compression::None));
        name("a-1.0.TAR.GZ", NameClaim::Archive(Compression::Gzip));
        name("x/a.tgz", NameClaim::Archive(Compression::Gzip));
        name("a.tar.zst", NameClaim::Archive(Compression::Zstd));
        name("a.tzst", NameClaim::Archive(Compression::Zstd));
        for path in ["a.tar.xz", "a.zip", "a.gz", "tar", ".tar", "a.tar.gz.part"] {
            name(path, NameClaim::None);
        }
    }

    #[test]
    fn lists() {
        let of = |algorithm| NameClaim::Structured(Kind::DigestList(algorithm));
        for path in [
            "SHA256SUMS",
            "sha256sums.txt",
            "sha256sum.txt",
            "app_1.0_SHA256SUMS",
            "x-sha256sums",
            "x.sha256sums",
            "app.tgz.sha256",
            "app.sha256sum",
            "a/b/SHA256SUMS",
        ] {
            name(path, of(Algorithm::Sha256));
        }
        name("SHA512SUMS", of(Algorithm::Sha512));
        name("SHA1SUMS", of(Algorithm::Sha1));
        name("SHA384SUMS", of(Algorithm::Sha384));
        name("B2SUMS", of(Algorithm::Blake2b512));
        name("app.sha512", of(Algorithm::Sha512));
        name("app_1.0_checksums.txt", NameClaim::List);
        name("CHECKSUMS", NameClaim::List);
        name("checksums.txt", NameClaim::PlacedList);
        for path in ["sha256", ".sha256", "xsha256sums", "MD5SUMS", "sums", "sha256.txt", "assumptions"] {
            name(path, NameClaim::None);
        }
    }

    #[test]
    fn signatures_and_attestations() {
        let of = NameClaim::Structured;
        name("a.intoto.jsonl", of(Kind::DsseLines));
        name("a.dsse.json", of(Kind::DsseEnvelope));
        name("SHA256SUMS.dsse", of(Kind::DsseEnvelope));
        name("a.sig", of(Kind::DetachedSignature));
        name("a.MINISIG", of(Kind::MinisignSignature));
        name("cosign.pub", of(Kind::PublicKey));
        name("custody.jsonl", of(Kind::Timeline(custody::Format::StellaCustodyV1)));
        name("case.ledger.ndjson", of(Kind::Timeline(custody::Format::LedgerEventV1)));
        name("time-anchor-trust-roots.json", of(Kind::TrustStore));
        name("sbom.json", NameClaim::Json);
        name("manifest-sha512.txt", NameClaim::PlacedList);
        name("tagmanifest-sha256.txt", NameClaim::PlacedList);
        name("manifest-md5.txt", NameClaim::None);
        name("Manifest.json", NameClaim::Json);
    }

    #[test]
    fn what_a_signature_continues() {
        assert_eq!(continued("a/app.tgz.sig"), Some("a/app.tgz"));
        assert_eq!(continued("app.SHA256"), Some("app"));
        assert_eq!(continued("app.minisig"), Some("app"));
        assert_eq!(continued("app.pub"), None);
        assert_eq!(continued("sig"), None);
    }

    #[track_caller]
    fn content(path: &str, text: &str, expected: Kind) {
        assert_eq!(by_content(by_name(path), text.as_bytes()).0, expected, "{path} {text}");
    }

    const DSSE: &str = r#"{"payloadType":"t","payload":"","signatures":[]}"#;

    #[test]
    fn json() {
        content("x.json", DSSE, Kind::DsseEnvelope);
        content("x", DSSE, Kind::DsseEnvelope);
        content("x.sig", DSSE, Kind::DsseEnvelope);
        content("x.json", &DSSE.replace("payloadType", "PayloadType"), Kind::DsseEnvelope);
        content("x.json", &DSSE.replace("payloadType", "p\\u0061yloadType"), Kind::DsseEnvelope);
        content("x.json", &DSSE.replace(']', ""), Kind::DsseEnvelope);
        content("x.json", &format!("\u{feff}{DSSE}"), Kind::DsseEnvelope);
        content("x.json", &DSSE.replace("payload\"", "payloadType\""), Kind::DsseEnvelope);
        content("x.json", &format!("{DSSE}\n{DSSE}\n"), Kind::DsseLines);
        content("x.json", r#"{"payloadType":"t","payload":""}"#, Kind::Artifact);
        content("x.json", r#"{"a":1}"#, Kind::Artifact);
        content("x.json", r#"{"a":1"#, Kind::Artifact);
        let statement = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[]}"#;
        content("x.json", statement, Kind::Statement);
        content("x.intoto.json", statement, Kind::Statement);
        content("x.intoto.json", "{", Kind::DsseEnvelope);
        content("x.dsse", "", Kind::DsseEnvelope);
        content("x.json", r#"{"schema":"stella.trust/v1"}"#, Kind::TrustStore);
        content("x.json", r#"{"schema":"stella.files/v1"}"#, Kind::FileManifest);
        content("x.json", r#"{"kty":"OKP"}"#, Kind::PublicKey);
        content("signature.json", DSSE, Kind::DsseEnvelope);
        content("signature.json", "{}", Kind::Artifact);
    }

    #[test]
    fn texts() {
        content("x.pem", "-----BEGIN CERTIFICATE-----\n", Kind::Certificate);
        content("x.pub", "-----BEGIN CERTIFICATE-----\r\n", Kind::Certificate);
        content("x.pem", "-----BEGIN X509 CRL-----\n", Kind::Crl);
        content("x", "-----BEGIN PUBLIC KEY-----\n", Kind::PublicKey);
        content("x", "-----BEGIN RSA PUBLIC KEY-----\n", Kind::PublicKey);
        content("x", "-----BEGIN PRIVATE KEY-----\n", Kind::Artifact);
        content("x", "ssh-ed25519 AAAA me\n", Kind::PublicKey);
        content("x", "untrusted comment: k\nRWQ\n", Kind::PublicKey);
        content("x.sig", "untrusted comment: k\nRWQ\ntrusted comment: t\n\n", Kind::MinisignSignature);
        content("x.sig", "MEUC", Kind::DetachedSignature);
        content("x.sig", "-----BEGIN SSH SIGNATURE-----\n", Kind::SshSignature);
        content("x", "-----BEGIN SSH SIGNATURE-----\n", Kind::SshSignature);
        content("x.sig", "SSHSIG\0\0", Kind::SshSignature);
        let tree = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
        content("x", &format!("{tree}author A"), Kind::GitObject);
        content("x", &format!("{tree}other"), Kind::Artifact);
        content("x.commit", "", Kind::GitObject);
        content("policy.toml", "schema = \"stella.policy/v1\"\n", Kind::Policy);
        content("Cargo.toml", "[package]\n", Kind::Artifact);
        let hex = |digits: usize| format!("# list\n{}  a\n", "0".repeat(digits));
        content("x_checksums.txt", &hex(64), Kind::DigestList(Algorithm::Sha256));
        content("x_checksums.txt", &hex(128), Kind::DigestList(Algorithm::Sha512));
        content("x_checksums.txt", &hex(40), Kind::DigestList(Algorithm::Sha1));
        content("x_checksums.txt", "", Kind::DigestList(Algorithm::Sha256));
    }

    #[test]
    fn beginnings() {
        let check = |head: &[u8], complete: bool, expected: Beginning| {
            assert_eq!(by_beginning(NameClaim::None, head, complete), expected);
        };
        let elf = [b"\x7fELF".as_slice(), &[0; 60]].concat();
        check(&elf, false, Beginning::Opaque(Kind::Executable));
        check(&elf[..10], false, Beginning::Short);
        let class = [b"\xca\xfe\xba\xbe\0\0\0\x34".as_slice(), &[0; 60]].concat();
        check(&class, true, Beginning::Opaque(Kind::Artifact));
        let mut windows = [0; 64];
        windows[..2].copy_from_slice(b"MZ");
        windows[0x3c] = 0x80;
        check(&windows, true, Beginning::Opaque(Kind::Executable));
        check(
            b"MZ is how this text begins, and it goes on until it is long enough.",
            true,
            Beginning::Opaque(Kind::Artifact),
        );
        check(b"", true, Beginning::Opaque(Kind::Artifact));
        check(b"{\"a\":", false, Beginning::Short);
        check(b"{\"a\":", true, Beginning::Structure);
        check("\u{feff}{".as_bytes(), true, Beginning::Structure);
        check(b" \n{\"a\":1}", true, Beginning::Structure);
        let line = br#"{"schema":"stella.custody/v1","x":""}"#;
        check(
            &[line.as_slice(), b"\n{}"].concat(),
            true,
            Beginning::Timeline(custody::Format::StellaCustodyV1),
        );
        let text = [b"plain text ".as_slice(); 8].concat();
        check(&text, false, Beginning::Opaque(Kind::Artifact));
    }
}
