//! One case as the checks see it: its items, each read once, and found by path.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::claim::{self, Claim, ClaimError, EmbeddedToken};
use crate::evidence::{Case, CaseFormat, Closure, Item, Kind};
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
    by_path: BTreeMap<&'e str, usize>,
    /// Whether files lie here that someone may vouch for.
    artifacts: bool,
}

impl<'e> CaseView<'e> {
    /// Reads every item of the case.
    pub fn new(index: usize, case: &'e Case) -> CaseView<'e> {
        let claims: Vec<Option<Result<Claim, ClaimError>>> =
            case.items.par_iter().map(|item| super::guarded(|| claim::read(item))).collect();
        let by_path = case.items.iter().enumerate().map(|(i, item)| (item.path.as_str(), i)).collect();
        let artifacts = case.items.iter().any(|item| item.kind.is_artifact());
        let mut embedded = BTreeMap::new();
        for (index, (item, claim)) in case.items.iter().zip(&claims).enumerate() {
            let Some(Ok(claim)) = claim else { continue };
            let tokens = super::guarded(|| claim::embedded_tokens(item, claim)).unwrap_or_default();
            if !tokens.is_empty() {
                embedded.insert(index, tokens);
            }
        }
        CaseView { index, case, claims, embedded, by_path, artifacts }
    }

    /// The item at that path.
    pub fn at(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
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
            (kind, _) if kind.is_artifact() => true,
            (_, None) => false,
            (Kind::TrustStore | Kind::Policy, _) => true,
            // It was called a key for its first bytes, and is none.
            (Kind::PublicKey, Some(Claim::Nothing)) => true,
            (Kind::PublicKey | Kind::Statement | Kind::FileManifest, _) => self.artifacts,
            _ => false,
        }
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
            ),
        }
    }
}
