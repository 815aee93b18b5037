//! One order for all moments: by their times, and never against what came first.
//!
//! A thing of which no time is known stands directly before the first that came
//! after it, and events of a chain stay in the order of the chain. Where proofs
//! contradict each other there is no such order, and times decide.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::Moment;
use super::pairs::{self, Because, Relation};
use crate::time::UnixTime;

/// The moments in that order; given are they by their times.
pub(super) fn ordered(moments: Vec<Moment>) -> Vec<Moment> {
    let (pairs, _) = pairs::pairs(&moments);
    let mut after: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); moments.len()];
    for pair in pairs {
        if pair.because != Because::SameArtifact && pair.relation != Relation::Contradictory {
            after[pair.first].insert(pair.second);
        }
    }
    // Each no later than whatever came after it.
    let mut times: Vec<Option<UnixTime>> = moments.iter().map(Moment::instant).collect();
    for place in walk(&after, |place| place).into_iter().rev() {
        let next = after[place].iter().filter_map(|next| times[*next]).min();
        times[place] = match (times[place], next) {
            (Some(own), Some(next)) => Some(own.min(next)),
            (own, next) => own.or(next),
        };
    }
    let order = walk(&after, |place| (times[place].is_none(), times[place], place));
    let mut moments: Vec<Option<Moment>> = moments.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| moments[place].take()).collect()
}

/// Every place, none before one that it comes after; among several the one with
/// the smallest key. In a circle the first place breaks it.
fn walk<K: Ord>(after: &[BTreeSet<usize>], key: impl Fn(usize) -> K) -> Vec<usize> {
    let mut before = vec![0_usize; after.len()];
    after.iter().flatten().for_each(|next| before[*next] += 1);
    let mut free: BinaryHeap<Reverse<(K, usize)>> = BinaryHeap::new();
    let mut left: BTreeSet<usize> = (0..after.len()).collect();
    free.extend(
        (0..after.len()).filter(|place| before[*place] == 0).map(|place| Reverse((key(place), place))),
    );
    let mut order = Vec::with_capacity(after.len());
    while let Some(first) = left.first().copied() {
        let place = free.pop().map_or(first, |Reverse((_, place))| place);
        if !left.remove(&place) {
            continue;
        }
        order.push(place);
        for next in &after[place] {
            before[*next] -= 1;
            if before[*next] == 0 {
                free.push(Reverse((key(*next), *next)));
            }
        }
    }
    order
}
