//! Which moments have to do with each other, and how they lie in time.
//!
//! Two moments matter to each other where one is made of the other: the next event
//! of a chain holds the hash of the one before, a stamp is over what it stamps, a
//! statement names the digest of another. Then one came first, whatever clocks say, and
//! proofs that say otherwise contradict each other. Two signatures about the same artifact
//! have no order of their own, and are compared all the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{Moment, Sort};
use crate::limits;
use crate::time::Interval;

/// Why two moments have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// They follow each other in a chain.
    Chain,
    /// The second is a stamp over the first.
    Stamped,
    /// The second is a log's entry about the first.
    Logged,
    /// The second names the first by its digest.
    Names,
    /// Both are about the same artifact.
    SameArtifact,
}

impl Because {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Because::Chain => "chain",
            Because::Stamped => "stamped",
            Because::Logged => "logged",
            Because::Names => "names",
            Because::SameArtifact => "same-artifact",
        }
    }
}

/// What shows how two moments lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Their proven times.
    Times,
    /// The later one holds the digest of the earlier one.
    Hashes,
    /// Nothing does.
    Nothing,
}

impl Shown {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Shown::Times => "times",
            Shown::Hashes => "hashes",
            Shown::Nothing => "nothing",
        }
    }
}

/// How two moments lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The first is over before the second can have begun.
    Before,
    /// Nothing tells which came first.
    Overlapping,
    /// The first has to come first, and is proven to come second.
    Contradictory,
}

impl Relation {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Before => "certainly-before",
            Relation::Overlapping => "overlapping",
            Relation::Contradictory => "contradictory",
        }
    }

    /// How `first` lies to `second`, where it has to come first.
    pub(super) fn of(first: &Interval, second: &Interval) -> Relation {
        let over = |one: &Interval, other: &Interval| matches!((one.latest, other.earliest), (Some(latest), Some(earliest)) if latest < earliest);
        if over(second, first) {
            Relation::Contradictory
        } else if over(first, second) {
            Relation::Before
        } else {
            Relation::Overlapping
        }
    }
}

/// Two moments, by their place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// What has to come first, or, without such an order, what does.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// Why they are compared.
    pub because: Because,
    /// How they lie.
    pub relation: Relation,
    /// What shows it.
    pub shown: Shown,
}

impl Pair {
    fn new(moments: &[Moment], first: usize, second: usize, because: Because) -> Pair {
        let relation = Relation::of(&moments[first].proven, &moments[second].proven);
        let pair = |relation, shown| Pair { first, second, because, relation, shown };
        // A chain that is broken, or whose events do not hold each other's hashes,
        // orders nothing.
        let hashed = match because {
            Because::Chain => moments[first].ties.bound && moments[second].ties.bound,
            Because::SameArtifact => false,
            Because::Stamped | Because::Logged | Because::Names => true,
        };
        match relation {
            // Neither has to be first: then the one that was.
            Relation::Contradictory if because == Because::SameArtifact => Pair {
                first: second,
                second: first,
                because,
                relation: Relation::Before,
                shown: Shown::Times,
            },
            Relation::Contradictory | Relation::Before => pair(relation, Shown::Times),
            Relation::Overlapping if hashed => pair(Relation::Before, Shown::Hashes),
            Relation::Overlapping => pair(relation, Shown::Nothing),
        }
    }
}

/// The signatures of one item, where all are over the same: among several, nothing
/// says which of them a stamp or an entry is about.
fn alone(moments: &[Moment], signatures: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
    let all: Vec<usize> = signatures.collect();
    let over: BTreeSet<_> = all.iter().map(|place| &moments[*place].ties.over).collect();
    let all = if over.len() == 1 { all } else { Vec::new() };
    all.into_iter()
}

/// The moments of one item that are no events.
fn of_item<'m>(
    by_item: &'m BTreeMap<(usize, &'m str), Vec<usize>>,
    item: (usize, &'m str),
) -> impl Iterator<Item = usize> + 'm {
    by_item.get(&item).into_iter().flatten().copied()
}

/// Every pair that matters, contradictions first, and how many were left out.
pub(super) fn pairs(moments: &[Moment]) -> (Vec<Pair>, u64) {
    let mut found: BTreeSet<(usize, usize, Because)> = BTreeSet::new();
    let mut left_out = 0;
    let mut add = |first: usize, second: usize, because: Because| {
        if first == second {
        } else if found.len() < limits::MOMENT_PAIRS_MAX {
            found.insert((first, second, because));
        } else {
            left_out += 1;
        }
    };
    let mut chains: BTreeMap<(usize, &str, &str), Vec<usize>> = BTreeMap::new();
    let mut by_item: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    let mut is: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut about: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, moment) in moments.iter().enumerate() {
        match &moment.chain {
            Some(chain) => {
                chains.entry((moment.case, &moment.item, chain)).or_default().push(place);
            }
            None => by_item.entry((moment.case, &moment.item)).or_default().push(place),
        }
        moment.ties.is.iter().for_each(|digest| is.entry(digest).or_default().push(place));
        if moment.sort == Sort::Signature {
            moment.ties.about.iter().for_each(|digest| about.entry(digest).or_default().push(place));
        }
    }
    for events in chains.values_mut() {
        events.sort_by_key(|place| (moments[*place].sequence, *place));
        events.windows(2).for_each(|pair| add(pair[0], pair[1], Because::Chain));
    }
    for (place, moment) in moments.iter().enumerate() {
        let others = |item| of_item(&by_item, (moment.case, item));
        match moment.sort {
            Sort::Stamp => {
                for path in &moment.ties.covers {
                    others(path).filter(|other| moments[*other].place.is_empty()).for_each(|other| {
                        add(other, place, Because::Stamped);
                    });
                    // Over a timeline: over its last event, and so over all of them.
                    let ends = chains.range((moment.case, path.as_str(), "")..);
                    let ends = ends.take_while(|((case, item, _), _)| (*case, *item) == (moment.case, path));
                    ends.filter_map(|(_, events)| events.last())
                        .for_each(|last| add(*last, place, Because::Stamped));
                }
                // Inside a file: over a signature that stands there too, or over a row.
                if !moment.place.is_empty() && moment.ties.covers.is_empty() {
                    let beside = others(&moment.item).filter(|other| moments[*other].sort == Sort::Signature);
                    alone(moments, beside).for_each(|other| add(other, place, Because::Stamped));
                    let rows = chains.range((moment.case, moment.item.as_str(), "")..);
                    let rows =
                        rows.take_while(|((case, item, _), _)| (*case, *item) == (moment.case, &moment.item));
                    let rows = rows.flat_map(|(_, events)| events);
                    rows.filter(|row| moments[**row].place == moment.place)
                        .for_each(|row| add(*row, place, Because::Stamped));
                }
            }
            Sort::Entry => {
                let signed = others(&moment.item).filter(|other| moments[*other].sort == Sort::Signature);
                alone(moments, signed).for_each(|other| add(other, place, Because::Logged));
            }
            Sort::Signature => {
                for digest in &moment.ties.about {
                    for named in is.get(digest.as_str()).into_iter().flatten() {
                        add(*named, place, Because::Names);
                    }
                    for other in
                        about.get(digest.as_str()).into_iter().flatten().filter(|other| **other > place)
                    {
                        add(place, *other, Because::SameArtifact);
                    }
                }
            }
            Sort::Event | Sort::Head => {}
        }
    }
    let mut pairs: Vec<Pair> = found
        .into_iter()
        .map(|(first, second, because)| Pair::new(moments, first, second, because))
        .collect();
    pairs.sort_by_key(|pair| (pair.relation != Relation::Contradictory, *pair));
    (pairs, left_out)
}
