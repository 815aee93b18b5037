//! Layouts of in-toto, held against the links that lie beside them.
//!
//! A layout counts as far as its owners do: whoever signed it must be in the
//! trust store, like every signer, and how many of them there must be is for
//! policy to say. The keys in a layout are trusted by its owners, for the steps
//! that name them, and by nobody for anything else. What a layout whose demands
//! are all met comes to are the products of its last step: those its owners
//! vouch for.
//!
//! How it would be attacked:
//! - the owners' key out of the layout, or out of the evidence: owners are only
//!   those of the trust store;
//! - one functionary under two key ids, with two keys that the trust store calls
//!   one person's, or twice: persons are counted, and keys, never ids or links;
//! - a link by a functionary of another step, or about another step, or renamed:
//!   its own `name` says which step it is about, and that is signed;
//! - two links for one step that differ, so that each reader takes the one that
//!   he likes: all that count have to agree;
//! - a link left out: the threshold of its step is not met;
//! - a layout in place of a link, which lies below itself, or too deep, or whose
//!   own time is over, or that asks to run something: judged like the first one;
//! - a functionary whose key is distrusted, or an algorithm that policy does not
//!   allow: held as for every signature;
//! - an expired layout, and a clock turned back: only `--at` is asked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::Identity;
use crate::check::existence::Existence;
use crate::check::signing::Context;
use crate::check::statements::Examined;
use crate::check::{
    layout_expiry, layout_inspection, layout_rule, layout_signature, layout_step, signature_algorithm,
};
use crate::crypto::key::KeyId;
use crate::crypto::signature::Algorithm;
use crate::digest::Digest;
use crate::fact::{Fact, Named};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::limits;
use crate::path;
use crate::statement::layout::{Layout, LayoutKey, Link, Metadata, RuleError, Side, Step, apply};
use crate::trust::TrustStore;

/// Judges every layout of the case whose signer may sign, and takes out what a
/// layout answers for: links and layouts of its steps.
pub fn settle<'v>(
    context: &Context,
    trust: &TrustStore,
    mut examined: Vec<Examined<'v>>,
) -> Vec<Examined<'v>> {
    let layouts = |link: bool| {
        let is = move |one: &Examined| {
            let layout = matches!(one.said, Some((_, Metadata::Layout(_))));
            layout && one.signed.voucher.item.ends_with(".link") == link
        };
        examined.iter().enumerate().filter(move |(_, one)| is(one)).map(|(number, _)| number)
    };
    // What lies where a link should may be part of another layout; else it
    // stands for itself.
    let order: Vec<usize> = layouts(false).chain(layouts(true)).collect();
    let mut answered: BTreeSet<usize> = BTreeSet::new();
    let mut judged: Vec<(usize, Found, Book)> = Vec::new();
    let mut work = Work {
        trials: limits::LAYOUT_TRIALS_MAX,
        looks: limits::LAYOUT_LOOKS_MAX,
        cut: false,
        patterns: limits::LAYOUT_PATTERN_STEPS_MAX,
        made: BTreeMap::new(),
    };
    let index = Index::of(&examined);
    for number in order {
        let one = &examined[number];
        let Some((_, Metadata::Layout(layout))) = &one.said else { continue };
        if answered.contains(&number) {
            continue;
        }
        let mut walk = Walk {
            context,
            trust,
            all: &examined,
            book: Book::default(),
            index: &index,
            answered: &mut answered,
            work: &mut work,
        };
        if one.signed.voucher.standing.good.is_empty() {
            walk.book.skip(CheckId::LayoutStep, "nobody who is trusted signed the layout");
            let book = walk.book;
            judged.push((number, Found::default(), book));
            continue;
        }
        let item = one.signed.voucher.item.as_str();
        let folder = item.rsplit_once('/').map_or("", |(folder, _)| folder);
        let found = walk.layout(layout, item, folder, &mut vec![one.signed.digest]);
        let book = walk.book;
        judged.push((number, found, book));
    }
    let mut facts: Vec<Fact> = Vec::new();
    let mut kept: BTreeMap<usize, Examined> = examined.drain(..).enumerate().collect();
    let mut books = Book::default();
    for number in &answered {
        let Some(one) = kept.remove(number) else { continue };
        facts.extend(one.facts);
        // Who does not know the functionary does not need to: the layout does.
        if !one.signed.voucher.standing.good.is_empty() {
            books.merge(one.book);
        }
    }
    for (number, found, book) in judged {
        let Some(one) = kept.get_mut(&number) else { continue };
        one.book.merge(book);
        one.book.merge(std::mem::take(&mut books));
        one.facts.append(&mut facts);
        found.tell(one);
    }
    kept.into_values().collect()
}

/// What a layout came to.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    /// The whole as one link, where every step has one.
    summary: Option<Link>,
    /// Who carried out each step.
    steps: Vec<(String, BTreeSet<String>)>,
}

impl Found {
    fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Note)
    }

    /// Puts it into what was examined as the word of its owners.
    fn tell(self, one: &mut Examined) {
        let holds = self.holds();
        let (voucher, summary) = (&mut one.signed.voucher, self.summary);
        let products = summary.iter().flat_map(|link| &link.products);
        voucher.names = products
            .map(|(name, hashes)| Named {
                digests: hashes.digests().collect(),
                name: Some(path::escape(name.as_bytes())),
                path: None,
            })
            .collect();
        let standing = &mut voucher.standing;
        if !holds {
            // They did sign; that it counts for nothing is for what they signed to answer.
            let of = |severity| move |finding: &&Finding| finding.severity == severity;
            standing.failed.extend(self.findings.iter().filter(of(Severity::Failed)).map(|one| one.check));
            let open = self.findings.iter().filter(of(Severity::NotEstablished)).map(|one| one.check);
            standing.open.extend(open);
            standing.good.clear();
        } else if !standing.good.is_empty() {
            one.facts.push(Fact::Layout { item: voucher.item.clone(), steps: self.steps });
        }
        for finding in self.findings {
            one.book.find(finding);
        }
    }
}

/// One layout with all that lies in it, being judged.
struct Walk<'w, 'v> {
    context: &'w Context<'w>,
    trust: &'w TrustStore,
    all: &'w [Examined<'v>],
    book: Book,
    /// What a layout answers for.
    answered: &'w mut BTreeSet<usize>,
    index: &'w Index<'w>,
    work: &'w mut Work,
}

/// What may still be done for all layouts of a case, and what was.
struct Work {
    trials: u64,
    looks: u64,
    /// Something was not looked at for lack of either: then nothing holds any
    /// more, for it may say otherwise than what was.
    cut: bool,
    patterns: u64,
    /// By envelope, signature, key and the algorithms that it has: the one
    /// under which the signature holds.
    made: BTreeMap<Trial, Option<Algorithm>>,
}

type Trial = (usize, usize, KeyId, BTreeSet<Algorithm>);

/// Links by the step that they name, and layouts that lie where links do.
struct Index<'w> {
    links: BTreeMap<&'w str, Vec<usize>>,
    layouts: Vec<usize>,
}

impl<'w> Index<'w> {
    fn of(all: &'w [Examined]) -> Index<'w> {
        let mut index = Index { links: BTreeMap::new(), layouts: Vec::new() };
        for (number, one) in all.iter().enumerate() {
            match &one.said {
                Some((_, Metadata::Link(link))) => index.links.entry(&link.name).or_default().push(number),
                Some(_) if one.signed.voucher.item.ends_with(".link") => index.layouts.push(number),
                _ => {}
            }
        }
        index
    }

    /// What may be about that step, in the order of the items.
    fn of_step(&self, step: &Step) -> BTreeSet<usize> {
        let links = self.links.get(step.name.as_str()).into_iter().flatten();
        links.chain(&self.layouts).copied().collect()
    }
}

/// A step, and the links that count for it.
#[derive(Default)]
struct Carried<'w> {
    link: Option<Cow<'w, Link>>,
    keys: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl<'w> Walk<'w, '_> {
    /// `item` says `layout`, and its links lie below `folder`; `above` are the
    /// digests of the layouts in which it lies, its own the last.
    fn layout(&mut self, layout: &'w Layout, item: &str, folder: &str, above: &mut Vec<Digest>) -> Found {
        let mut found = Found::default();
        let at = self.context.rules.at;
        found.findings.extend(layout_expiry::examine(layout.expires, at, &mut self.book));
        if layout.inspections.is_empty() {
            layout_inspection::passed(&mut self.book);
        }
        found.findings.extend(layout.inspections.iter().map(layout_inspection::not_run));
        if layout.steps.is_empty() {
            found.findings.push(layout_step::no_steps());
        }
        let mut links: Vec<(&str, Cow<Link>)> = Vec::new();
        for step in &layout.steps {
            let carried = self.step(layout, step, folder, above);
            found.findings.extend(carried.findings);
            found.steps.push((path::escape(step.name.as_bytes()), carried.keys));
            links.extend(carried.link.map(|link| (step.name.as_str(), link)));
        }
        // Rules hold of all steps together, and not of what happens to be there.
        if links.len() == layout.steps.len() {
            found.findings.extend(self.rules(layout, &links));
            let products = links.last().map_or(0, |(_, last)| last.products.len() as u64);
            let steps = products.saturating_mul(limits::LAYOUT_PRODUCT_STEPS);
            let left = self.work.patterns.checked_sub(steps);
            self.work.patterns = left.unwrap_or_default();
            if let (Some(step), None) = (layout.steps.last(), left) {
                found.findings.push(layout_rule::failed(&step.name, Side::Products, &RuleError::Exhausted));
            } else if let (Some((_, first)), Some((_, last))) = (links.first(), links.last()) {
                found.summary = Some(Link {
                    name: String::new(),
                    materials: first.materials.clone(),
                    products: last.products.clone(),
                    command: last.command.clone(),
                });
            }
        }
        for finding in &mut found.findings {
            finding.item.get_or_insert_with(|| item.to_owned());
        }
        found
    }

    fn rules(&mut self, layout: &Layout, links: &[(&str, Cow<Link>)]) -> Vec<Finding> {
        let by_name: BTreeMap<&str, &Link> = links.iter().map(|(name, link)| (*name, &**link)).collect();
        let mut findings = Vec::new();
        for step in &layout.steps {
            let link = by_name[step.name.as_str()];
            for (side, rules) in [(Side::Materials, &step.materials), (Side::Products, &step.products)] {
                match apply(rules, side, link, &by_name, &mut self.work.patterns) {
                    Ok(()) => layout_rule::passed(&mut self.book),
                    Err(error) => findings.push(layout_rule::failed(&step.name, side, &error)),
                }
            }
        }
        findings
    }

    /// The links for one step: by whom they are, and whether they are enough.
    fn step(&mut self, layout: &Layout, step: &Step, folder: &str, above: &mut Vec<Digest>) -> Carried<'w> {
        let mut carried = Carried::default();
        let mut pending = keys_missing(layout, step);
        let mut counted: Vec<(KeyId, Cow<Link>)> = Vec::new();
        let all = self.all;
        for number in self.index.of_step(step) {
            if self.work.cut {
                break;
            }
            let one = &all[number];
            let Some((_, said)) = &one.said else { continue };
            let item = one.signed.voucher.item.as_str();
            if !is_for(step, said, item, folder) {
                continue;
            }
            self.answered.insert(number);
            match self.work.looks.checked_sub(1) {
                Some(left) => self.work.looks = left,
                None => self.work.cut = true,
            }
            let key = match self.functionary(layout, step, number) {
                Ok(key) => key,
                Err(finding) => {
                    pending.push(finding.item(item));
                    continue;
                }
            };
            layout_signature::passed(&mut self.book);
            match said {
                Metadata::Link(link) => counted.push((key, Cow::Borrowed(&**link))),
                Metadata::Layout(inner) => {
                    let found = self.below(inner, step, one, above);
                    if let Some(link) = found.summary.clone().filter(|_| found.holds()) {
                        counted.push((key, Cow::Owned(link)));
                    }
                    pending.extend(found.findings);
                }
            }
        }
        let persons: BTreeSet<String> = counted.iter().map(|(key, _)| self.person(key)).collect();
        let met = persons.len() >= step.threshold;
        let agree = counted.windows(2).all(|pair| {
            let (one, other) = (&pair[0].1, &pair[1].1);
            one.materials == other.materials && one.products == other.products
        });
        if self.work.cut {
            pending.push(layout_step::too_many(&step.name));
        } else if met && agree {
            // What one functionary did wrong does not spoil what enough others did right.
            pending.iter_mut().for_each(|finding| finding.severity = Severity::Note);
            carried.keys = counted.iter().map(|(key, _)| key.to_string()).collect();
            let link = counted.swap_remove(0).1;
            if !step.command.is_empty() && link.command != step.command {
                pending.push(layout_step::command(&step.name, &step.command, &link.command));
            }
            layout_step::passed(&mut self.book);
            carried.link = Some(link);
        } else if !met {
            pending.push(layout_step::too_few(&step.name, persons.len(), step.threshold));
        } else {
            pending.push(layout_step::disagree(&step.name));
        }
        carried.findings = pending;
        carried
    }

    /// A layout in place of a link; its links lie in a directory that is called
    /// like it.
    fn below(&mut self, inner: &'w Layout, step: &Step, one: &'w Examined, above: &mut Vec<Digest>) -> Found {
        let item = one.signed.voucher.item.as_str();
        let fault = |finding: Finding| Found { findings: vec![finding.item(item)], ..Found::default() };
        if above.contains(&one.signed.digest) {
            return fault(layout_step::cyclic(&step.name));
        }
        if above.len() >= limits::LAYOUT_DEPTH_MAX {
            return fault(layout_step::too_deep(&step.name));
        }
        above.push(one.signed.digest);
        let folder = item.strip_suffix(".link").unwrap_or(item);
        let found = self.layout(inner, item, folder, above);
        above.pop();
        found
    }

    /// The key of a functionary of `step` that made a signature on it.
    fn functionary(&mut self, layout: &Layout, step: &Step, number: usize) -> Result<KeyId, Finding> {
        let Some((envelope, _)) = &self.all[number].said else {
            return Err(layout_step::not_named(&step.name));
        };
        let mut fault = None;
        let mut other = None;
        for (index, signature) in envelope.signatures().iter().enumerate() {
            let hint = signature.keyid.as_deref();
            let means = |id: &str| match (hint, layout.keys.get(id)) {
                (Some(hint), Some(LayoutKey::Usable(key))) => hint == id || key.is_hinted_by(hint),
                _ => false,
            };
            // A key id that names nobody here is no hint at all.
            let hinted = layout.keys.keys().any(|id| means(id));
            for (id, key) in &layout.keys {
                let LayoutKey::Usable(key) = key else { continue };
                let (may, named) = (step.keys.contains(id), means(id));
                if (hinted && !named) || (!hinted && !may) {
                    continue;
                }
                let trial = (number, index, key.id, key.algorithms.clone());
                let made = match self.work.made.get(&trial) {
                    Some(made) => *made,
                    None => {
                        match self.work.trials.checked_sub(1) {
                            Some(left) => self.work.trials = left,
                            None => {
                                self.work.cut = true;
                                return Err(layout_step::not_named(&step.name));
                            }
                        }
                        let made = envelope.signed_by(index, key).ok().map(|signed| signed.algorithm());
                        self.work.made.insert(trial, made);
                        made
                    }
                };
                match made {
                    Some(_) if !may => other = Some(layout_step::another_step(&step.name)),
                    Some(algorithm) => match self.against(&step.name, &key.id, algorithm) {
                        None => return Ok(key.id),
                        Some(finding) => fault = Some(finding),
                    },
                    None if named && may && fault.is_none() => {
                        fault = Some(layout_signature::of_link(hint.unwrap_or_default()));
                    }
                    None => {}
                }
            }
        }
        Err(fault.or(other).unwrap_or_else(|| layout_step::not_named(&step.name)))
    }

    /// What speaks against a key although its signature holds.
    fn against(&self, step: &str, key: &KeyId, algorithm: Algorithm) -> Option<Finding> {
        let held = self.context.keys().filter(|(_, held)| held.id == *key);
        let mut reasons = held.filter_map(|(authority, held)| authority.distrust_of(held));
        if let Some(reason) = self.trust.distrust_of_key(key).or_else(|| reasons.next()) {
            return Some(layout_step::distrusted(step, reason));
        }
        let rules = self.context.rules;
        let nobody = BTreeSet::new();
        let unproven = Existence::unproven(rules.at);
        let existed = unproven.bound(self.context.persons, &Identity::of_bare_key(key), &nobody).existed;
        signature_algorithm::examine(rules, algorithm, &existed)
    }

    /// Who it is: a person of the trust store, or else the key itself.
    fn person(&self, key: &KeyId) -> String {
        let known = self.context.keys().find(|(_, held)| held.id == *key);
        match known {
            Some((authority, _)) => self.context.persons.canonical(&authority.identity).to_string(),
            None => format!("key {key}"),
        }
    }
}

/// Keys that the step names and that nobody can sign with here.
fn keys_missing(layout: &Layout, step: &Step) -> Vec<Finding> {
    let missing = |id: &String| match layout.keys.get(id) {
        Some(LayoutKey::Usable(_)) => None,
        Some(LayoutKey::Unusable(why)) => Some(layout_step::unusable(&step.name, id, why)),
        None => Some(layout_step::absent_key(&step.name, id)),
    };
    step.keys.iter().filter_map(missing).collect()
}

/// Whether it is a link about that step, or a layout in place of one, among
/// those that lie below `folder`.
fn is_for(step: &Step, said: &Metadata, item: &str, folder: &str) -> bool {
    let (lies, file) = item.rsplit_once('/').unwrap_or(("", item));
    match said {
        Metadata::Link(link) => link.name == step.name && is_below(lies, folder),
        // It says nothing of the step that it stands for; its file does.
        Metadata::Layout(_) => {
            let name = format!("{}.", path::escape(step.name.as_bytes()));
            let id = file.strip_suffix(".link").and_then(|file| file.strip_prefix(&name));
            let begins = |id: &str| {
                id.len() >= KEY_ID_PREFIX_MIN && step.keys.iter().any(|whole| whole.starts_with(id))
            };
            id.is_some_and(begins) && is_below(lies, folder)
        }
    }
}

/// in-toto specification 4.4 has six characters at the least; its
/// implementations write eight.
const KEY_ID_PREFIX_MIN: usize = 6;

/// Whether what lies in `lies` belongs to a layout whose links lie in `folder`:
/// there or deeper, and not in the directory of a layout below it.
fn is_below(lies: &str, folder: &str) -> bool {
    let rest = match folder {
        "" => lies,
        folder => match lies.strip_prefix(folder) {
            Some("") => "",
            Some(rest) if rest.starts_with('/') => &rest[1..],
            _ => return false,
        },
    };
    let of_layout = |part: &str| {
        part.rsplit_once('.').is_some_and(|(step, id)| {
            !step.is_empty() && id.len() >= KEY_ID_PREFIX_MIN && id.bytes().all(|b| b.is_ascii_hexdigit())
        })
    };
    rest.is_empty() || !rest.split('/').any(of_layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_links_lie() {
        let check = |lies, folder, expected| assert_eq!(is_below(lies, folder), expected, "{lies} {folder}");
        check("", "", true);
        check("links", "", true);
        check("links", "links", true);
        check("links/more", "links", true);
        check("link", "links", false);
        check("linksmore", "links", false);
        check("", "links", false);
        check("build.776a00e2", "", false);
        check("build.776a00e2", "build.776a00e2", true);
        check("a/build.776a00e2/b", "a", false);
        check("v1.2", "", true);
    }
}
