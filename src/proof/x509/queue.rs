//! Candidates in an order that nobody can choose.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::certificate::Certificate;
use crate::digest::Digest;

/// Gives out what belongs to certificates by rank, then by fingerprint, each
/// once. What is never asked for is never sorted: a search that gives up after a
/// hundred of ten thousand does not pay for the rest.
pub(in crate::proof) struct Queue<'a, T> {
    all: Vec<&'a T>,
    waiting: BinaryHeap<Reverse<(u8, &'a Digest, usize)>>,
    last: Option<&'a Digest>,
}

impl<'a, T> Queue<'a, T> {
    /// Of all that there are, in whatever order.
    pub(in crate::proof) fn new(
        all: impl Iterator<Item = &'a T>,
        certificate: impl Fn(&'a T) -> &'a Certificate,
        rank: impl Fn(&'a Certificate) -> u8,
    ) -> Queue<'a, T> {
        let all: Vec<&T> = all.collect();
        let place = |(index, one): (usize, &&'a T)| {
            let certificate = certificate(one);
            Reverse((rank(certificate), certificate.fingerprint(), index))
        };
        let waiting = all.iter().enumerate().map(place).collect::<Vec<_>>().into();
        Queue { all, waiting, last: None }
    }
}

impl<'a, T> Iterator for Queue<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            let Reverse((_, fingerprint, index)) = self.waiting.pop()?;
            if self.last.replace(fingerprint) != Some(fingerprint) {
                return Some(self.all[index]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::making::Made;
    use super::*;

    #[test]
    fn by_rank_then_by_fingerprint_each_once() {
        let made: Vec<Certificate> = (0..9).map(|n| Made::leaf("l", n, "r", 1).certificate()).collect();
        let rank = |one: &Certificate| u8::from(one.fingerprint().bytes()[0].is_multiple_of(2));
        let given = |all: &[&Certificate]| -> Vec<Digest> {
            let queue = Queue::new(all.iter().copied(), |one: &Certificate| one, rank);
            queue.map(|one| *one.fingerprint()).collect()
        };
        let mut expected: Vec<&Certificate> = made.iter().collect();
        expected.sort_by_key(|one| (rank(one), *one.fingerprint()));
        let expected: Vec<Digest> = expected.into_iter().map(|one| *one.fingerprint()).collect();
        assert_eq!(given(&made.iter().collect::<Vec<_>>()), expected);
        assert_eq!(given(&made.iter().rev().chain(&made).collect::<Vec<_>>()), expected);
        assert!(given(&[]).is_empty());
    }
}
