//! Whose word covers which part of a closed container.
//!
//! How it would be attacked: a signature covers one control file, and another
//! one, which nobody signed, is read as if it were signed too; a word of another
//! kind or for another purpose, about the same digest, is taken for a seal; two
//! signers cover half each and are counted as two. So every word starts at the
//! bytes that it names, goes on only along digests that were found right, and a
//! signer seals a container only if that reaches every file in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::Identity;
use crate::check::container::{Examined, Roll, Sealed};
use crate::check::integrity_unlisted;
use crate::check::view::CaseView;
use crate::check::vouching::Signed;
use crate::digest::Digest;
use crate::fact::Means;
use crate::finding::{Book, CheckId, Severity};

/// Words by the control files that they cover.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Every word that is about the container, of whatever kind.
    pub about: BTreeSet<usize>,
    /// By control file, the words that cover it. Whether anybody good stands
    /// behind a word is a second question.
    pub by_item: BTreeMap<usize, BTreeSet<usize>>,
}

/// Who covers what, of a container that may be covered in part.
#[derive(Debug, Default)]
pub struct Sealers {
    /// Those whose words reach every file of the container.
    pub whole: BTreeSet<Identity>,
    /// Control files that somebody good covers.
    pub trusted: BTreeSet<usize>,
}

impl Coverage {
    /// From the words that name a part of the container to everything that
    /// hangs on what they name.
    pub fn of(
        view: &CaseView,
        examined: &Examined,
        sealed: &Sealed,
        signed: &[Signed],
        by_digest: &BTreeMap<Digest, Vec<usize>>,
        approving: &BTreeSet<Means>,
    ) -> Coverage {
        let mut coverage = Coverage::default();
        let own = sealed.signature.map(|item| view.item(item).path.as_str());
        let named = |digest: &Digest| by_digest.get(digest).into_iter().flatten().copied();
        let carries = |number: &usize| {
            let voucher = &signed[*number].voucher;
            voucher.purpose == sealed.purpose && voucher.means.passes_on(approving)
        };
        for (digest, item) in &sealed.control {
            coverage.about.extend(named(digest));
            coverage.by_item.entry(*item).or_default().extend(named(digest).filter(carries));
        }
        if let Some(digest) = &sealed.archive {
            coverage.about.extend(named(digest));
            for item in sealed.control.iter().map(|(_, item)| *item) {
                coverage.by_item.entry(item).or_default().extend(named(digest).filter(carries));
            }
        }
        for (number, one) in signed.iter().enumerate() {
            if one.voucher.case == view.index && own == Some(one.voucher.item.as_str()) {
                coverage.about.insert(number);
                // The manifest is the payload, spelt in another way.
                if let Some((spelt, item)) = sealed.spelt
                    && one.spelt == Some(spelt)
                    && carries(&number)
                {
                    coverage.by_item.entry(item).or_default().insert(number);
                }
            }
        }
        coverage.close(&edges(view, examined, sealed));
        coverage
    }

    /// Along the edges until nothing is added.
    fn close(&mut self, edges: &BTreeSet<(usize, usize)>) {
        loop {
            let mut grown = false;
            for (from, to) in edges {
                let words = self.by_item.get(from).cloned().unwrap_or_default();
                let there = self.by_item.entry(*to).or_default();
                let before = there.len();
                there.extend(words);
                grown |= there.len() > before;
            }
            if !grown {
                return;
            }
        }
    }

    /// The words that cover this control file.
    pub fn words(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.by_item.get(&item).into_iter().flatten().copied()
    }

    /// Who seals the container.
    pub fn sealers(
        &self,
        view: &CaseView,
        examined: &Examined,
        sealed: &Sealed,
        signed: &[Signed],
    ) -> Sealers {
        let mut covered: BTreeMap<&Identity, BTreeSet<usize>> = BTreeMap::new();
        for (item, words) in &self.by_item {
            for identity in words.iter().flat_map(|word| &signed[*word].voucher.standing.good) {
                covered.entry(identity).or_default().insert(*item);
            }
        }
        let mut sealers = Sealers::default();
        for (identity, items) in covered {
            let rolls = examined.rolls.iter().filter(|roll| items.contains(&roll.item));
            let named: BTreeSet<&str> = rolls.flat_map(Roll::named).collect();
            let reached = |(index, path): (usize, &str)| {
                !path.starts_with(sealed.within)
                    || sealed.exempt.contains(&path)
                    || items.contains(&index)
                    || named.contains(path)
            };
            let all = view.case.items.iter().enumerate();
            if all.map(|(index, item)| (index, item.path.as_str())).all(reached) {
                sealers.whole.insert(identity.clone());
            }
            sealers.trusted.extend(items);
        }
        sealers
    }
}

/// From each control file to those whose content it fixes: the ones that it
/// lists with a strong digest that is right, and the list whose root it states.
fn edges(view: &CaseView, examined: &Examined, sealed: &Sealed) -> BTreeSet<(usize, usize)> {
    let is_control = |item: &usize| sealed.control.iter().any(|(_, control)| control == item);
    let mut edges: BTreeSet<(usize, usize)> = sealed.states_root.iter().copied().collect();
    for roll in examined.rolls.iter().filter(|roll| is_control(&roll.item)) {
        let listed = roll.bound().filter_map(|path| view.at(path));
        edges.extend(listed.filter(is_control).map(|to| (roll.item, to)));
    }
    edges
}

/// Looks for files that no list names. Where somebody good covers a list, only
/// such lists count: what another one names besides is not established.
pub fn unlisted(
    view: &CaseView,
    examined: &Examined,
    sealed: &Sealed,
    trusted: &BTreeSet<usize>,
    book: &mut Book,
) -> BTreeSet<CheckId> {
    let is_control = |item: &usize| sealed.control.iter().any(|(_, control)| control == item);
    let lists = || examined.rolls.iter().filter(|roll| is_control(&roll.item));
    let all: BTreeSet<&str> =
        lists().flat_map(|roll| roll.compared.listed.iter().map(String::as_str)).collect();
    let mut exempt = sealed.exempt.clone();
    let (listed, unsure) = if trusted.is_empty() {
        // Nobody stands behind anything: the container against its own claims.
        exempt.extend(sealed.claimed_payload.map(|item| view.item(item).path.as_str()));
        (all, BTreeSet::new())
    } else {
        exempt.extend(trusted.iter().map(|item| view.item(*item).path.as_str()));
        let covered = lists().filter(|roll| trusted.contains(&roll.item));
        (covered.flat_map(Roll::named).collect(), all)
    };
    match integrity_unlisted::examine(view, sealed.within, &listed, &unsure, &exempt, book) {
        Some(Severity::NotEstablished) => BTreeSet::from([CheckId::IntegrityUnlisted]),
        _ => BTreeSet::new(),
    }
}
