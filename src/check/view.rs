//! One case as the checks see it: its items, each read once, and found by path.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::check::archives;
use crate::check::oci;
use crate::check::sigstore::beside;
use crate::claim::{self, Claim, ClaimError, EmbeddedToken};
use crate::digest::Digest;
use crate::evidence::{Case, CaseFormat, Closure, Cut, Item, Kind};
use crate::proof::timestamp::Token;

/// A case with what its items say.
pub struct CaseView<'e> {
    /// Its place among the cases.
    pub index: usize,
    /// The case.
    pub case: &'e Case,
    /// What each item says, in the order of the items; `None` where the reader
    /// itself broke.
    pub claims: Vec<Option<Result<Claim, ClaimError>>>,
    /// Tokens that stand in other items.
    pub embedded: BTreeMap<usize, Vec<EmbeddedToken>>,
    /// What hangs together in an image layout.
    pub images: Option<oci::Graph>,
    by_path: BTreeMap<&'e str, usize>,
    /// Made when somebody first asks.
    by_digest: OnceLock<BTreeMap<Digest, usize>>,
    /// Cases that were cut out of this one, by the directory in which they lie.
    inner: BTreeMap<String, Vec<(usize, &'e Case)>>,
    /// Whether files lie here that someone may vouch for.
    artifacts: bool,
}

/// An item, and the case in which it lies.
#[derive(Clone, Copy)]
pub struct Found<'e> {
    /// The number of the case.
    pub case: usize,
    /// The item.
    pub item: &'e Item,
}

impl<'e> CaseView<'e> {
    /// Reads every item of the case.
    pub fn new(index: usize, case: &'e Case) -> CaseView<'e> {
        let mut claims: Vec<Option<Result<Claim, ClaimError>>> =
            case.items.par_iter().map(|item| super::guarded(|| claim::read(item))).collect();
        beside::assemble(case, &mut claims);
        let by_path = case.items.iter().enumerate().map(|(i, item)| (item.path.as_str(), i)).collect();
        let artifacts = case.items.iter().any(|item| item.kind.is_artifact() || item.kind.is_document());
        let mut view = CaseView {
            index,
            case,
            claims,
            embedded: BTreeMap::new(),
            images: None,
            by_path,
            by_digest: OnceLock::new(),
            inner: BTreeMap::new(),
            artifacts,
        };
        if let Some(images) = super::guarded(|| oci::Graph::of(&view)).flatten() {
            images.assemble(&mut view);
            view.images = Some(images);
        }
        for (index, (item, claim)) in case.items.iter().zip(&view.claims).enumerate() {
            let Some(Ok(claim)) = claim else { continue };
            let tokens = super::guarded(|| claim::embedded_tokens(item, claim)).unwrap_or_default();
            if !tokens.is_empty() {
                view.embedded.insert(index, tokens);
            }
        }
        view
    }

    /// Reads every case.
    pub fn all(cases: &'e [Case]) -> Vec<CaseView<'e>> {
        let mut views: Vec<CaseView> =
            cases.iter().enumerate().map(|(index, case)| CaseView::new(index, case)).collect();
        let mut by_cut: BTreeMap<(&Digest, &str), Vec<usize>> = BTreeMap::new();
        let root = |cut: &'e Cut| cut.root.as_ref().map_or("", |root| root.as_str());
        for (index, case) in cases.iter().enumerate() {
            for cut in &case.cuts {
                by_cut.entry((&cut.whole, root(cut))).or_default().push(index);
            }
        }
        for ((whole, inside), inner) in &by_cut {
            let mut above = *inside;
            while !above.is_empty() {
                above = above.rsplit_once('/').map_or("", |(above, _)| above);
                let folder = inside[above.len()..].trim_start_matches('/');
                for outer in by_cut.get(&(*whole, above)).into_iter().flatten() {
                    let cases = inner.iter().map(|index| (*index, &cases[*index]));
                    views[*outer].inner.entry(folder.to_owned()).or_default().extend(cases);
                }
            }
        }
        views
    }

    /// The item at that path.
    pub fn at(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The first item that has this digest among those that were measured.
    pub fn with_digest(&self, digest: &Digest) -> Option<&'e Item> {
        let by_digest = self.by_digest.get_or_init(|| {
            let mut by_digest = BTreeMap::new();
            for (index, item) in self.case.items.iter().enumerate() {
                item.digests.iter().for_each(|digest| {
                    by_digest.entry(digest).or_insert(index);
                });
            }
            by_digest
        });
        by_digest.get(digest).map(|index| self.item(*index))
    }

    /// What lies at that path: here, else in what was cut out of this case. A
    /// layout that somebody put around a file does not hide it from a list.
    pub fn beneath(&self, path: &str) -> Vec<Found<'e>> {
        if let Some(index) = self.at(path) {
            let item = self.item(index);
            return vec![Found { case: self.index, item }];
        }
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            let Some(cases) = self.inner.get(folder) else { continue };
            let rest = &path[folder.len() + 1..];
            let lies = |(case, found): &(usize, &'e Case)| {
                let at = found.items.binary_search_by(|item| item.path.as_str().cmp(rest)).ok()?;
                Some(Found { case: *case, item: &found.items[at] })
            };
            return cases.iter().filter_map(lies).collect();
        }
        Vec::new()
    }

    /// Item number `index`.
    pub fn item(&self, index: usize) -> &'e Item {
        &self.case.items[index]
    }

    /// What item number `index` says, where it could be read.
    pub fn claim(&self, index: usize) -> Option<&Claim> {
        self.claims[index].as_ref()?.as_ref().ok()
    }

    /// Whether somebody must vouch for the item as a file. What evidence brings
    /// along to be trusted or obeyed is used for nothing here, but somebody may
    /// take it from here: it is asked about like the files that it lies beside.
    /// So is what nobody signed and names other files.
    pub fn needs_voucher(&self, index: usize) -> bool {
        match (self.item(index).kind, self.claim(index)) {
            _ if self.is_carried(index) => false,
            (kind, _) if kind.is_artifact() => true,
            (kind, _) if kind.is_of_blobs() => self.item(index).path.as_str() != "index.json",
            (_, None) => false,
            (Kind::TrustStore | Kind::Policy, _) => true,
            // It was called a key for its first bytes, and is none.
            (Kind::PublicKey, Some(Claim::Nothing)) => true,
            (Kind::PublicKey | Kind::Statement | Kind::FileManifest, _) => self.artifacts,
            // A log that names it says what it must hold.
            (Kind::PrxStore, _) => false,
            (Kind::SignetArchive, _) => self.artifacts && !archives::is_named(self.case, index),
            _ => false,
        }
    }

    /// Whether it stands or falls with an image, or speaks of one.
    pub fn is_carried(&self, index: usize) -> bool {
        self.images.as_ref().is_some_and(|images| images.carried.contains(&index))
    }

    /// The tokens of item number `index`, as far as they could be read.
    pub fn tokens(&self, index: usize) -> impl Iterator<Item = &Token> {
        let own = match self.claim(index) {
            Some(Claim::Token(token)) => Some(&**token),
            _ => None,
        };
        let embedded = self.embedded.get(&index).into_iter().flatten();
        own.into_iter().chain(embedded.filter_map(|one| one.token.as_ref().ok()))
    }

    /// The one item of that kind at the root of the container, where there is
    /// one. Deeper down lie the files of others, which were sealed as evidence.
    pub fn of_kind(&self, kind: Kind) -> Option<usize> {
        self.case.items.iter().position(|item| item.kind == kind && item.path.parent().is_empty())
    }

    /// Whether unlisted and missing files are faults here.
    pub fn is_closed(&self) -> bool {
        self.case.format.closure() == Closure::Closed
    }

    /// Whether the item is part of how the container describes itself, so that
    /// a fault in it is a fault of the container.
    pub fn is_control(&self, index: usize) -> bool {
        match self.case.format {
            CaseFormat::Open => false,
            _ if !self.item(index).path.parent().is_empty() => false,
            _ => matches!(
                self.item(index).kind,
                Kind::BundleManifest
                    | Kind::ChecksumsText
                    | Kind::ChecksumsJson
                    | Kind::BundleSignature
                    | Kind::BundleInfo
                    | Kind::SnapshotManifest
                    | Kind::KitManifest
                    | Kind::OfflineKitManifest
                    | Kind::BagDeclaration
                    | Kind::BagManifest(_)
                    | Kind::BagTagManifest(_)
                    | Kind::OciLayout
                    | Kind::OciIndex
            ),
        }
    }
}
