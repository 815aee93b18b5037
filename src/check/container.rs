//! A container against what it says of itself: its lists, its root, and what
//! its own signature covers.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::Purpose;
use crate::check::entries::{self, Compared};
use crate::check::oci;
use crate::check::view::CaseView;
use crate::check::{
    integrity_digest, integrity_missing, integrity_payload_matches, integrity_recipe, integrity_root,
    integrity_size, integrity_unlisted,
};
use crate::claim::Claim;
use crate::digest::{Algorithm, Digest};
use crate::evidence::{CaseFormat, Form, Item, Kind};
use crate::fact::{Fact, Means, Named, Standing};
use crate::finding::{Book, CheckId};
use crate::listing::{Entry, Manifest, ManifestForm};
use crate::proof::dsse::Envelope;
use crate::proof::merkle::Recipe;
use crate::statement::Statement;
use crate::wire::{canonical, json};

/// A list in a case, and how it compares with the files beside it.
#[derive(Debug)]
pub struct Roll {
    /// The item that lists.
    pub item: usize,
    /// By what means it vouches, once someone stands behind it.
    pub means: Means,
    /// What it names.
    pub names: Vec<Named>,
    /// How it compares.
    pub compared: Compared,
    /// Who signed it, where it lies in an envelope; otherwise that follows from
    /// whoever signed the item.
    pub standing: Option<Standing>,
}

impl Roll {
    /// The paths that it names by a digest that pins them and was compared. One
    /// that differs is named all the same, and breaks the container.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let Compared { missing, unmeasured, .. } = &self.compared;
        let strong = |named: &&Named| named.digests.iter().any(|digest| digest.algorithm().is_strong());
        let paths = self.names.iter().filter(strong).filter_map(|named| named.path.as_deref());
        paths.filter(move |path| !missing.contains(*path) && !unmeasured.contains(*path))
    }

    /// Those of them whose content is as it says.
    pub fn bound(&self) -> impl Iterator<Item = &str> {
        let Compared { wrong, repeated, .. } = &self.compared;
        self.named().filter(move |path| !wrong.contains_key(*path) && !repeated.contains(*path))
    }
}

/// A closed container after the comparison. Who covers it is asked in
/// [`crate::check::coverage`].
#[derive(Debug)]
pub struct Sealed {
    /// Its control files that list, by the digests that a word about each would
    /// name: its own, and the root that is made from it.
    pub control: Vec<(Digest, usize)>,
    /// The archive that it is: whoever names it names all that is in it.
    pub archive: Option<Digest>,
    /// The canonical form of the manifest, which its signature may spell otherwise.
    pub spelt: Option<(Digest, usize)>,
    /// From a control file to the list whose root it states, and rightly.
    pub states_root: Vec<(usize, usize)>,
    /// The manifest, where the container's own signature claims to be over it.
    pub claimed_payload: Option<usize>,
    /// Files below this are those of the container.
    pub within: &'static str,
    /// Files that no list need name.
    pub exempt: Vec<&'static str>,
    /// For which purpose someone must be trusted to seal it.
    pub purpose: Purpose,
    /// Its root, what two people read to each other, and the file that has it.
    pub root: (Digest, usize),
    /// That the root was recomputed.
    pub rooted: Option<Fact>,
    /// The item that its own signature lies in.
    pub signature: Option<usize>,
    /// Checks that keep it from being verified.
    pub held_by: BTreeSet<CheckId>,
}

/// What was learnt of a case as a container.
#[derive(Debug, Default)]
pub struct Examined {
    /// Its lists.
    pub rolls: Vec<Roll>,
    /// Only for closed formats.
    pub sealed: Option<Sealed>,
    /// Checks by which the container is broken.
    pub broken_by: BTreeSet<CheckId>,
    /// What was established.
    pub facts: Vec<Fact>,
}

/// Compares every list of the case with its files, and a closed container with
/// its root. `recipes` are those that the policy lets a manifest name.
pub fn examine(view: &CaseView, recipes: &BTreeSet<Recipe>, book: &mut Book) -> Examined {
    let mut examined = Examined::default();
    let closed = view.is_closed();
    for (index, claim) in view.claims.iter().enumerate() {
        let Some(Ok(claim)) = claim else { continue };
        let item = view.item(index);
        let (entries, means) = match claim {
            Claim::List(list) => (&list.entries, Means::List),
            Claim::Manifest(manifest) => (&manifest.entries, Means::Manifest),
            _ => continue,
        };
        let base = item.path.parent();
        let path = item.path.as_str();
        let strict = closed && view.is_control(index);
        let compared = entries::compare(view, path, base, entries, strict, &BTreeMap::new(), book);
        if compared.agrees() {
            examined.facts.push(Fact::Complete { item: path.to_owned(), files: entries.len() as u64 });
        }
        examined.rolls.push(Roll {
            item: index,
            means,
            names: named(base, entries),
            compared,
            standing: None,
        });
    }
    match view.case.format {
        CaseFormat::StellaBundle | CaseFormat::Snapshot => bundle(view, recipes, &mut examined, book),
        CaseFormat::Bag => bag(view, &mut examined, book),
        CaseFormat::Kit => kit(view, &mut examined, book),
        CaseFormat::OciLayout => {
            let compare = |images: &oci::Graph| images.examine(book, &mut examined.facts);
            let broken = view.images.as_ref().map(compare).unwrap_or_default();
            examined.broken_by.extend(broken);
        }
        _ => {}
    }
    if closed {
        let control = examined.rolls.iter().filter(|roll| view.is_control(roll.item));
        let unmeasured = control.into_iter().any(|roll| !roll.compared.unmeasured.is_empty());
        if let Some(sealed) = examined.sealed.as_mut().filter(|_| unmeasured) {
            sealed.held_by.insert(CheckId::IntegrityDigest);
        }
        let failed = |check: &CheckId| book.coverage.get(check).is_some_and(|coverage| coverage.failed > 0);
        examined.broken_by.extend(INTEGRITY.into_iter().filter(failed));
    }
    examined
}

/// The checks whose failure anywhere in a closed container breaks it.
const INTEGRITY: [CheckId; 7] = [
    CheckId::IntegrityDigest,
    CheckId::IntegritySize,
    CheckId::IntegrityMissing,
    CheckId::IntegrityUnlisted,
    CheckId::IntegrityRepeatedEntry,
    CheckId::IntegrityRoot,
    CheckId::IntegrityPayloadMatches,
];

fn named(base: &str, entries: &[Entry]) -> Vec<Named> {
    let name = |entry: &Entry| Named {
        digests: vec![entry.digest],
        name: None,
        path: Some(entries::below(base, entry.path.as_str())),
    };
    entries.iter().map(name).collect()
}

fn sha256(item: &Item) -> Digest {
    item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256")
}

/// A StellaOps bundle or a snapshot of ours.
fn bundle(view: &CaseView, recipes: &BTreeSet<Recipe>, examined: &mut Examined, book: &mut Book) {
    let manifest_at = view.of_kind(Kind::BundleManifest).or(view.of_kind(Kind::SnapshotManifest));
    let checksums_at = view.of_kind(Kind::ChecksumsText);
    let signature = view.of_kind(Kind::BundleSignature);
    let (Some(manifest_at), Some(checksums_at)) = (manifest_at, checksums_at) else {
        for (missing, name) in [(manifest_at, "manifest.json"), (checksums_at, "checksums.txt")] {
            if missing.is_none() {
                integrity_missing::demanded(name, book);
            }
        }
        return;
    };
    let manifest = match view.claim(manifest_at) {
        Some(Claim::Manifest(manifest)) => Some(&**manifest),
        _ => None,
    };
    let claims_manifest = |at: usize| match (view.claim(at), manifest) {
        (Some(Claim::Envelopes(envelopes)), Some(manifest)) => {
            let read = envelopes.iter().filter_map(|one| one.envelope.as_ref().ok());
            read.into_iter().any(|envelope| same(envelope, manifest))
        }
        _ => false,
    };
    let claimed_payload = signature.is_some_and(claims_manifest).then_some(manifest_at);

    let mut sealed = Sealed {
        control: Vec::new(),
        archive: archive_digest(view),
        spelt: manifest.and_then(spelt).map(|digest| (digest, manifest_at)),
        states_root: Vec::new(),
        claimed_payload,
        within: "",
        exempt: vec!["checksums.txt", "signature.json", "bundle.json"],
        purpose: Purpose::Attestation,
        root: (sha256(view.item(checksums_at)), checksums_at),
        rooted: None,
        signature,
        held_by: BTreeSet::new(),
    };
    root(view, manifest_at, manifest, recipes, &mut sealed, book);
    sealed.control = examined
        .rolls
        .iter()
        .filter(|roll| view.is_control(roll.item))
        .map(|roll| (sha256(view.item(roll.item)), roll.item))
        .chain([sealed.root])
        .collect();
    let mut names: BTreeSet<Digest> = sealed.control.iter().map(|(digest, _)| *digest).collect();
    names.extend(sealed.archive);
    if let Some(Claim::Envelopes(envelopes)) = signature.and_then(|at| view.claim(at)) {
        let path = view.item(signature.expect("its claim was read")).path.as_str();
        for envelope in envelopes.iter().filter_map(|one| one.envelope.as_ref().ok()) {
            covers(path, envelope, manifest, &names, book);
        }
    }
    examined.sealed = Some(sealed);
}

/// Computes the root by the recipe that the manifest names, else by the default
/// one, and compares every place that claims it.
fn root(
    view: &CaseView,
    manifest_at: usize,
    manifest: Option<&Manifest>,
    recipes: &BTreeSet<Recipe>,
    sealed: &mut Sealed,
    book: &mut Book,
) {
    let (mut computed, checksums_at) = sealed.root;
    let checksums = view.item(checksums_at);
    let list = checksums.path.as_str();
    let named = manifest.and_then(|manifest| manifest.recipe);
    let recipe = named.unwrap_or(Recipe::ChecksumsFileSha256);
    if !recipes.contains(&recipe) {
        integrity_root::impossible(
            list,
            "the policy does not allow the recipe that the manifest names",
            book,
        );
    } else {
        match recipe.of_checksums(checksums.content.as_deref().unwrap_or_default()) {
            Ok(root) => computed = root,
            Err(error) => integrity_root::impossible(list, &error.to_string(), book),
        }
    }
    let mut established = integrity_recipe::examine(view.item(manifest_at).path.as_str(), recipe, book);
    let line = match view.claim(checksums_at) {
        Some(Claim::List(list)) => list.root,
        _ => None,
    };
    if let Some(claimed) = line {
        if named == Some(Recipe::ChecksumsFileWithRootLine) {
            integrity_root::examine(list, "line 1", claimed, computed, book);
        } else {
            integrity_recipe::unnamed(list, book);
            established = false;
        }
    }
    if established {
        sealed.rooted = Some(Fact::Root { item: list.to_owned(), recipe: recipe.name(), root: computed });
    } else {
        sealed.held_by.insert(CheckId::IntegrityRecipe);
    }
    for (index, claim) in view.claims.iter().enumerate() {
        let path = view.item(index).path.as_str();
        match claim {
            Some(Ok(Claim::Manifest(manifest))) if view.is_control(index) => {
                if let Some((claimed, member)) = manifest.root
                    && integrity_root::examine(path, member, claimed, computed, book)
                {
                    sealed.states_root.push((index, checksums_at));
                }
            }
            Some(Ok(Claim::BundleInfo(info))) => {
                // bundle.json cannot be listed; what it says twice must agree.
                let id = match manifest.map(|manifest| manifest.form) {
                    // A snapshot's manifest is called by its case.
                    Some(ManifestForm::Snapshot) => &info.case,
                    _ => &info.id,
                };
                if let (Some(id), Some(manifest)) = (id, manifest.and_then(|m| m.id.as_ref())) {
                    integrity_payload_matches::ids(path, manifest, id, book);
                }
                if let Some(claimed) = info.root {
                    integrity_root::examine(path, "rootHash", claimed, computed, book);
                }
            }
            _ => {}
        }
    }
    sealed.root = (computed, checksums_at);
}

fn archive_digest(view: &CaseView) -> Option<Digest> {
    match view.case.form {
        Form::Archive { digest, .. } => Some(digest),
        _ => None,
    }
}

/// The digest of the manifest in canonical form.
fn spelt(manifest: &Manifest) -> Option<Digest> {
    canonical::to_bytes(&manifest.value).ok().map(|bytes| Digest::sha256(&bytes))
}

/// Whether the payload is the manifest, spelt in whatever way.
fn same(envelope: &Envelope, manifest: &Manifest) -> bool {
    let Ok(payload) = json::parse(envelope.payload_unverified()) else { return false };
    match (canonical::to_bytes(&payload), canonical::to_bytes(&manifest.value)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// The container's own signature must be about the container: its payload is
/// the manifest, or a statement that names the root or the manifest.
fn covers(
    path: &str,
    envelope: &Envelope,
    manifest: Option<&Manifest>,
    names: &BTreeSet<Digest>,
    book: &mut Book,
) {
    if manifest.is_some_and(|manifest| same(envelope, manifest)) {
        return integrity_payload_matches::passed(book);
    }
    let subjects: Vec<Digest> = match Statement::parse(envelope.payload_unverified()) {
        Ok(statement) => statement.subjects.iter().flat_map(|subject| subject.strong()).collect(),
        Err(_) => Vec::new(),
    };
    if subjects.iter().any(|digest| names.contains(digest)) {
        return integrity_payload_matches::passed(book);
    }
    let expected = names.iter().map(Digest::to_string).collect::<Vec<_>>().join(" or ");
    let (detail, found) = if subjects.is_empty() {
        (
            "the container's own signature covers another manifest",
            Digest::sha256(envelope.payload_unverified()).to_string(),
        )
    } else {
        let found = subjects.iter().map(Digest::to_string).collect::<Vec<_>>().join(", ");
        ("the container's own signature names another root", found)
    };
    integrity_payload_matches::failed(path, detail, expected, found, book);
}

/// RFC 8493: every payload file stands in every payload manifest; a tag manifest
/// lists the tag files. Tag files that none lists are outside what is closed.
fn bag(view: &CaseView, examined: &mut Examined, book: &mut Book) {
    let payload = |index: usize| matches!(view.item(index).kind, Kind::BagManifest(_));
    let strongest = |(item, kind): &(usize, Kind)| match kind {
        Kind::BagManifest(algorithm) | Kind::BagTagManifest(algorithm) => {
            (algorithm.is_strong(), *algorithm, *item)
        }
        _ => (false, Algorithm::Sha1, *item),
    };
    let manifests: Vec<(usize, Kind)> = (0..view.case.items.len())
        .filter(|index| payload(*index))
        .map(|index| (index, view.item(index).kind))
        .collect();
    if manifests.is_empty() {
        integrity_missing::demanded("manifest-sha256.txt or manifest-sha512.txt", book);
        return;
    }
    if view.of_kind(Kind::BagDeclaration).is_none() {
        integrity_missing::demanded("bagit.txt", book);
    }
    for roll in examined.rolls.iter().filter(|roll| payload(roll.item)) {
        let listed = roll.compared.listed.iter().map(String::as_str).collect();
        integrity_unlisted::examine(view, "data/", &listed, &BTreeSet::new(), &[], book);
    }
    oxum(view, book);
    let mut held_by = BTreeSet::new();
    if !manifests.iter().any(|one| strongest(one).0) {
        integrity_digest::weak(view.item(manifests[0].0).path.as_str(), book);
        held_by.insert(CheckId::IntegrityDigest);
    }
    // What a signature over a bag names: its tag manifest where it has one,
    // which lists the payload manifests, else a payload manifest.
    let tags = (0..view.case.items.len()).map(|index| (index, view.item(index).kind));
    let tag = tags.filter(|(_, kind)| matches!(kind, Kind::BagTagManifest(_))).max_by_key(strongest);
    let top = tag.or(manifests.iter().copied().max_by_key(strongest)).expect("there is a manifest").0;
    let lists = examined.rolls.iter().filter(|roll| view.is_control(roll.item));
    let control = lists.map(|roll| (sha256(view.item(roll.item)), roll.item)).collect();
    examined.sealed = Some(Sealed {
        control,
        archive: archive_digest(view),
        spelt: None,
        states_root: Vec::new(),
        claimed_payload: None,
        // Tag files that no list names are outside what is closed.
        within: "data/",
        exempt: Vec::new(),
        purpose: Purpose::Attestation,
        root: (sha256(view.item(top)), top),
        rooted: None,
        signature: None,
        held_by,
    });
}

/// RFC 8493 2.2.2: what `bag-info.txt` says of the payload as a whole.
fn oxum(view: &CaseView, book: &mut Book) {
    let Some(item) = view.of_kind(Kind::BagInfo).map(|index| view.item(index)) else { return };
    let text = String::from_utf8_lossy(item.content.as_deref().unwrap_or_default());
    let payload = || view.case.items.iter().filter(|item| item.path.as_str().starts_with("data/"));
    let (bytes, files) = (payload().map(|item| item.size).sum(), payload().count() as u64);
    let stated = text.lines().filter_map(|line| line.split_once(':'));
    let mut stated = stated.filter(|(label, _)| label.eq_ignore_ascii_case("Payload-Oxum"));
    if let Some((_, first)) = stated.next() {
        integrity_size::payload(item.path.as_str(), first.trim(), bytes, files, book);
    }
    if let Some((_, second)) = stated.next() {
        integrity_size::payload_again(item.path.as_str(), second.trim(), book);
    }
}

/// What a kit cannot list: itself, and what is made from it.
pub const KIT_NOT_LISTED: [&str; 4] =
    ["kit.json", "kit.json.dsse.json", "checksums.txt", "checksums.txt.sig"];

/// A kit of ours that lies in the evidence: a container like any other, and no
/// source of trust. Its manifest alone says what belongs to it.
fn kit(view: &CaseView, examined: &mut Examined, book: &mut Book) {
    let Some(manifest) = view.of_kind(Kind::KitManifest) else {
        return integrity_missing::demanded("kit.json", book);
    };
    let root = (sha256(view.item(manifest)), manifest);
    examined.sealed = Some(Sealed {
        control: vec![root],
        archive: archive_digest(view),
        spelt: None,
        states_root: Vec::new(),
        claimed_payload: None,
        within: "",
        exempt: KIT_NOT_LISTED.to_vec(),
        purpose: Purpose::Kit,
        root,
        rooted: None,
        signature: None,
        held_by: BTreeSet::new(),
    });
}
