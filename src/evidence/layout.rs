//! What lies at which place: where a container begins, and which files are its.
//!
//! docs/formats/classification.md, tables 4 and 5. How it would be attacked:
//! drop the one file by which a sealed bundle is known, so that it is read as a
//! heap of files of which nobody says that they are all; add a second manifest,
//! so that one reader seals by this and another by that.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::{Algorithm, AlgorithmSet, Digest, Hasher};
use crate::limits;
use crate::path::EvidencePath;
use crate::proof::log::tiles::TileName;
use crate::wire::json::{self, Value};

use super::archive::Opened;
use super::classify;
use super::faults::Faults;
use super::names;
use super::{Case, CaseFormat, Closure, Cut, Effect, Fault, FaultKind, Form, Item, Kind};

/// Everything that one source holds, items sorted by path.
pub(super) struct Contents {
    pub(super) items: Vec<Item>,
    /// Archives among the items.
    pub(super) opened: Vec<(EvidencePath, Opened)>,
    pub(super) faults: Faults,
}

impl Contents {
    /// What lies below a directory; archives by the index of their item.
    pub(super) fn of_folder(
        mut items: Vec<Item>,
        opened: Vec<(usize, Opened)>,
        mut faults: Faults,
    ) -> Contents {
        let mut opened: Vec<(EvidencePath, Opened)> =
            opened.into_iter().map(|(index, opened)| (items[index].path.clone(), opened)).collect();
        opened.sort_by(|a, b| a.0.cmp(&b.0));
        names::settle(&mut items, Vec::new(), &mut faults);
        Contents { items, opened, faults }
    }
}

impl From<Opened> for Contents {
    fn from(mut opened: Opened) -> Contents {
        opened.faults.extend(opened.fatal.take());
        Contents { items: opened.items, opened: opened.inner, faults: opened.faults }
    }
}

/// The names in one directory that mean something at the root of a layout.
#[derive(Default)]
struct Place<'a> {
    /// By file name.
    named: BTreeMap<&'a str, &'a Item>,
    /// Whether there is anything below `data/`.
    data: bool,
    /// Whether there is anything below `tile/`.
    tiles: bool,
    /// Whether there is anything below `objects/`, and below `refs/`.
    objects: bool,
    refs: bool,
}

impl Place<'_> {
    fn has(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    /// The JSON of a file, or what it is where it is none.
    fn json(&self, name: &str) -> Option<Option<Value>> {
        let item = self.named.get(name)?;
        Some(item.content.as_deref().and_then(|text| json::parse(text).ok()))
    }

    /// Table 4, from the top.
    fn format(&self) -> Option<CaseFormat> {
        let schema =
            |value: &Value, wanted: &str| value.get("schema").and_then(Value::as_str) == Some(wanted);
        match self.json("kit.json") {
            Some(None) => return Some(CaseFormat::Kit),
            Some(Some(value)) if schema(&value, "stella.kit/v1") => return Some(CaseFormat::Kit),
            _ => {}
        }
        let manifest = self.json("manifest.json");
        let value = manifest.as_ref().and_then(Option::as_ref);
        if value.is_some_and(|value| schema(value, "stella.snapshot/v1")) {
            return Some(CaseFormat::Snapshot);
        }
        let bag_manifest =
            self.named.keys().any(|name| matches!(classify::bag_manifest(name), Some(Kind::BagManifest(_))));
        if self.has("bagit.txt") || (bag_manifest && self.data) {
            return Some(CaseFormat::Bag);
        }
        let beside = ["manifest.json", "signature.json", "bundle.json", "evidence_bundle.json"];
        let sealed = self.has("checksums.txt") && beside.iter().any(|name| self.has(name));
        if sealed || value.is_some_and(is_bundle_manifest) {
            return Some(CaseFormat::StellaBundle);
        }
        let offline = self.has("offline-manifest.json") || self.has("manifest-offline.json");
        if offline || value.is_some_and(is_offline_manifest) {
            return Some(CaseFormat::OfflineKit);
        }
        if self.has("oci-layout") {
            return Some(CaseFormat::OciLayout);
        }
        if self.has("checkpoint") && self.tiles {
            return Some(CaseFormat::LogTiles);
        }
        let repository = self.has("HEAD") && self.objects && (self.refs || self.has("packed-refs"));
        repository.then_some(CaseFormat::GitRepository)
    }
}

fn is_bundle_manifest(value: &Value) -> bool {
    let names = ["bundleId", "bundle_id", "bundleFormatVersion", "bundle_format_version"];
    names.iter().any(|name| value.get(name).is_some())
}

fn is_offline_manifest(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    has("payload_sha256") || has("chunks") || (has("created_at") && has("entries"))
}

/// The kind of a file that lies at the root of a layout, where the place says
/// more than its name and structure did.
fn placed(format: CaseFormat, name: &str) -> Option<Kind> {
    use CaseFormat::{Bag, Kit, OfflineKit, Snapshot, StellaBundle};
    match (format, name) {
        (Kit, "kit.json") => Some(Kind::KitManifest),
        (Snapshot, "manifest.json") => Some(Kind::SnapshotManifest),
        (StellaBundle, "manifest.json") => Some(Kind::BundleManifest),
        (OfflineKit, "manifest.json" | "offline-manifest.json" | "manifest-offline.json") => {
            Some(Kind::OfflineKitManifest)
        }
        (StellaBundle | Snapshot, "checksums.txt") => Some(Kind::ChecksumsText),
        (StellaBundle | Snapshot, "checksums.json") => Some(Kind::ChecksumsJson),
        (StellaBundle | Snapshot, "signature.json") => Some(Kind::BundleSignature),
        (StellaBundle | Snapshot, "bundle.json" | "evidence_bundle.json") => Some(Kind::BundleInfo),
        (CaseFormat::LogTiles, "checkpoint") => Some(Kind::Checkpoint),
        (CaseFormat::OciLayout, "oci-layout") => Some(Kind::OciLayout),
        (CaseFormat::OciLayout, "index.json") => Some(Kind::OciIndex),
        (Bag, "bagit.txt") => Some(Kind::BagDeclaration),
        (Bag, "bag-info.txt") => Some(Kind::BagInfo),
        (Bag, name) => classify::bag_manifest(name),
        _ => None,
    }
}

/// The kind of a file whose name means something at the root of a layout, and
/// which lies elsewhere.
fn misplaced(item: &Item) -> Kind {
    let value = || item.content.as_deref().and_then(|text| json::parse(text).ok());
    let schema =
        |wanted: &str| value().is_some_and(|v| v.get("schema").and_then(Value::as_str) == Some(wanted));
    match (item.kind, item.path.file_name()) {
        (Kind::Artifact, "checksums.txt") => {
            item.content.as_deref().map_or(Kind::Artifact, classify::list_by_length)
        }
        (Kind::Artifact, "manifest.json") if schema("stella.snapshot/v1") => Kind::SnapshotManifest,
        (Kind::Artifact, "manifest.json") if value().as_ref().is_some_and(is_bundle_manifest) => {
            Kind::BundleManifest
        }
        (Kind::Artifact, "manifest.json") if value().as_ref().is_some_and(is_offline_manifest) => {
            Kind::OfflineKitManifest
        }
        (Kind::Artifact, "kit.json") if schema("stella.kit/v1") => Kind::KitManifest,
        (kind, _) => kind,
    }
}

/// The kind of a loose file, which lies at no place.
pub(super) fn settle_loose(item: &mut Item) {
    if classify::is_placed(item.path.file_name()) {
        item.kind = misplaced(item);
    }
}

/// The directory in which a layout has its root; `None` for that of the source.
type Root = Option<EvidencePath>;

/// The layouts in one container.
fn roots(items: &[Item]) -> BTreeMap<Root, CaseFormat> {
    let mut places: BTreeMap<Root, Place> = BTreeMap::new();
    for item in items {
        let name = item.path.file_name();
        if classify::is_placed(name) {
            places.entry(item.path.folder()).or_default().named.insert(name, item);
        }
    }
    for (folder, place) in &mut places {
        let below = |name: &str| {
            let inside = folder.as_ref().map_or(format!("{name}/"), |folder| format!("{folder}/{name}/"));
            let next = items.partition_point(|item| item.path.as_str() < inside.as_str());
            items.get(next).is_some_and(|item| item.path.as_str().starts_with(&inside))
        };
        (place.data, place.tiles) = (below("data"), below("tile"));
        (place.objects, place.refs) = (below("objects"), below("refs"));
    }
    places.into_iter().filter_map(|(folder, place)| Some((folder, place.format()?))).collect()
}

/// The one directory under which everything lies, if a layout has its root there.
fn prefix(items: &[Item], roots: &BTreeMap<Root, CaseFormat>) -> Root {
    if roots.contains_key(&None) {
        return None;
    }
    let first = |path: &str| path.split_once('/').map(|(first, _)| first.to_owned());
    let folder = first(items.first()?.path.as_str())?;
    let root = roots.keys().flatten().find(|root| root.as_str() == folder)?;
    items.iter().all(|item| first(item.path.as_str()).as_ref() == Some(&folder)).then(|| root.clone())
}

/// Whether an archive that lies in other evidence is a container.
fn is_container(opened: &Opened) -> bool {
    let roots = roots(&opened.items);
    roots.contains_key(&None) || prefix(&opened.items, &roots).is_some()
}

/// The cases of one source. `name` is where it lies in other evidence.
pub(super) fn cases(contents: Contents, form: &Form, name: Option<&EvidencePath>) -> Vec<Case> {
    let Contents { mut items, opened, mut faults } = contents;
    let mut cases = Vec::new();
    for (path, inner) in opened {
        let Ok(at) = items.binary_search_by(|item| item.path.cmp(&path)) else { continue };
        if is_container(&inner) {
            cases.extend(opened_cases(inner, &items[at], Some(&path)));
        } else if let Some(fault) = inner.fatal {
            faults.add(fault_of_file(&path, fault));
        }
    }
    let mut roots = if *form == Form::Loose { BTreeMap::new() } else { roots(&items) };
    if roots.len() > limits::CONTAINERS_MAX {
        let found = format!("{} directories that are containers", roots.len());
        let expected = format!("at most {}", limits::CONTAINERS_MAX);
        faults.add(Fault::of_case(FaultKind::ItemCount, found).expected(expected));
        roots = roots.into_iter().take(limits::CONTAINERS_MAX).collect();
    }
    let mut faults = faults.finish();
    let prefix = if matches!(form, Form::Archive { .. }) { prefix(&items, &roots) } else { None };
    if let Some(folder) = &prefix {
        relate(&mut items, &mut faults, folder);
        let cut = |root: Root| match root {
            Some(root) if root == *folder => Some(None),
            Some(root) => root.below(folder.as_str()).map(Some),
            None => None,
        };
        roots = roots.into_iter().filter_map(|(root, format)| Some((cut(root)?, format))).collect();
    }
    let divided = roots.keys().any(Option::is_some).then(|| whole(&items));
    for region in regions(items, faults, roots) {
        let root = region.root.clone();
        let mut case = region.into_case(form.clone());
        case.name = match (name, &root) {
            (Some(outer), Some(own)) => Some(own.inside(outer)),
            (outer, own) => own.as_ref().or(outer).cloned(),
        };
        if root.is_none() {
            case.prefix.clone_from(&prefix);
        }
        case.cuts = divided.map(|whole| Cut { whole, root }).into_iter().collect();
        cases.push(case);
    }
    // What holds nothing but other cases is none.
    let others = cases.len() > 1;
    cases.retain(|case| {
        !others || case.format != CaseFormat::Open || !case.items.is_empty() || !case.faults.is_empty()
    });
    cases
}

/// What is about to be divided, whoever named it and in whatever order.
fn whole(items: &[Item]) -> Digest {
    let mut hasher = Hasher::new(AlgorithmSet::only(Algorithm::Sha256));
    for item in items {
        hasher.update(item.path.as_str().as_bytes());
        hasher.update(&[0]);
        hasher.update(sha256(item).bytes());
    }
    hasher.finish().get(Algorithm::Sha256).expect("it was asked for")
}

fn sha256(item: &Item) -> Digest {
    item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256")
}

/// What is wrong with an archive in other evidence that is no container.
fn fault_of_file(path: &EvidencePath, fault: Fault) -> Fault {
    // A cut or damaged file is not what its name says. What makes it a bad
    // container, or what keeps us from looking, says nothing about a file.
    let damaged =
        matches!(fault.kind, FaultKind::Compression | FaultKind::Truncated | FaultKind::TarChecksum);
    let effect = if damaged { Effect::Refused } else { Effect::Unexamined };
    Fault { path: Some(path.as_str().to_owned()), effect, ..fault }
}

/// The cases of an archive that is a container; `item` is the archive itself.
pub(super) fn opened_cases(opened: Opened, item: &Item, name: Option<&EvidencePath>) -> Vec<Case> {
    let form = Form::Archive { compression: opened.compression, digest: sha256(item), size: item.size };
    cases(opened.into(), &form, name)
}

/// The files of one case, with paths that are still those of the source.
struct Region {
    root: Root,
    format: CaseFormat,
    /// A closed case around it, which keeps its files too.
    around: Option<usize>,
    /// Whether containers within it are cases of their own.
    deeper: bool,
    items: Vec<Item>,
    faults: Vec<Fault>,
}

/// Gives every file to the case whose root is nearest above it. A closed case
/// keeps the files of those within it, and is looked into one level deep, so
/// that no file is in more than two cases.
fn regions(items: Vec<Item>, faults: Vec<Fault>, roots: BTreeMap<Root, CaseFormat>) -> Vec<Region> {
    let format = roots.get(&None).copied().unwrap_or(CaseFormat::Open);
    let mut regions = vec![Region {
        root: None,
        format,
        around: None,
        deeper: true,
        items: Vec::new(),
        faults: Vec::new(),
    }];
    let mut by_root: BTreeMap<String, usize> = BTreeMap::new();
    // A directory sorts before what is below it.
    for (root, format) in roots {
        let Some(root) = root else { continue };
        let outer = nearest(&by_root, root.parent());
        let closed = regions[outer].format.closure() == Closure::Closed;
        if !closed || regions[outer].deeper {
            by_root.insert(root.as_str().to_owned(), regions.len());
            let (around, deeper) = (closed.then_some(outer), regions[outer].deeper && !closed);
            regions.push(Region {
                root: Some(root),
                format,
                around,
                deeper,
                items: Vec::new(),
                faults: Vec::new(),
            });
        }
    }
    if by_root.is_empty() {
        (regions[0].items, regions[0].faults) = (items, faults);
        return regions;
    }
    for item in items {
        let owner = nearest(&by_root, item.path.parent());
        if let Some(around) = regions[owner].around {
            regions[around].items.push(item.clone());
        }
        regions[owner].items.push(item);
    }
    for fault in faults {
        let folder =
            fault.path.as_deref().and_then(|path| path.rsplit_once('/')).map_or("", |(folder, _)| folder);
        let owner = nearest(&by_root, folder);
        if let Some(around) = regions[owner].around {
            regions[around].faults.push(fault.clone());
        }
        regions[owner].faults.push(fault);
    }
    regions
}

/// The case whose root is `folder` or the nearest directory above it.
fn nearest(by_root: &BTreeMap<String, usize>, mut folder: &str) -> usize {
    loop {
        if let Some(index) = by_root.get(folder) {
            return *index;
        }
        match folder.rsplit_once('/') {
            Some((above, _)) => folder = above,
            None => return 0,
        }
    }
}

/// Makes paths relative to `folder`, below which all items lie.
fn relate(items: &mut [Item], faults: &mut [Fault], folder: &EvidencePath) {
    for item in items {
        item.path = item.path.below(folder.as_str()).expect("chosen because all items lie below it");
    }
    let cut = format!("{folder}/");
    for fault in faults {
        if let Some(rest) = fault.path.as_deref().and_then(|path| path.strip_prefix(&cut)) {
            fault.path = Some(rest.to_owned());
        }
    }
}

impl Region {
    fn into_case(self, form: Form) -> Case {
        let Region { root, format, mut items, mut faults, .. } = self;
        if let Some(root) = &root {
            relate(&mut items, &mut faults, root);
        }
        let of_git =
            |item: &Item| format == CaseFormat::GitRepository && classify::is_git_store(item.path.as_str());
        for item in items.iter_mut().filter(|item| classify::is_placed(item.path.file_name())) {
            let name = item.path.as_str();
            if of_git(item) {
                continue;
            }
            let placed = if name.contains('/') { None } else { placed(format, name) };
            item.kind = placed.unwrap_or_else(|| misplaced(item));
            if item.kind.is_artifact() {
                item.content = None;
            }
        }
        for item in items.iter_mut().filter(|item| classify::is_tile(item.path.as_str())) {
            // Of a path from the root of the log, and of no other.
            if format == CaseFormat::LogTiles && TileName::parse(item.path.as_str()).is_some() {
                item.kind = Kind::LogTile;
            } else if item.kind.is_artifact() {
                item.content = None;
            }
        }
        for item in items.iter_mut().filter(|item| item.kind.is_of_blobs()) {
            let path = item.path.as_str();
            let lies = path == "index.json" || (path.starts_with("blobs/") && classify::is_blob(path));
            if format != CaseFormat::OciLayout || !lies {
                (item.kind, item.content) = (Kind::Artifact, None);
            }
        }
        for item in items.iter_mut() {
            let path = item.path.as_str();
            let (kept, own) = (classify::is_git_store(path), classify::is_git_business(path));
            if format == CaseFormat::GitRepository && (kept || own) {
                item.kind = Kind::GitStore;
                if !kept {
                    item.content = None;
                }
            } else if item.kind.is_artifact() && classify::git_part(path).is_some() {
                item.content = None;
            }
        }
        faults.sort();
        Case { form, format, name: None, prefix: None, cuts: BTreeSet::new(), items, faults }
    }
}
