//! Keeps what is shown of a timeline: both ends, the handovers, the times.

use std::collections::VecDeque;

use super::{Event, Handover, Link};
use crate::limits;
use crate::time::{Interval, UnixTime};

pub(super) struct Display {
    /// How many events at each end.
    kept_max: usize,
    first: Vec<Event>,
    last: VecDeque<Event>,
    handovers: Vec<Handover>,
    claimed: Interval,
}

/// What is left at the end.
pub(super) struct Shown {
    pub first: Vec<Event>,
    pub last: Vec<Event>,
    pub handovers: Vec<Handover>,
    pub claimed: Interval,
}

impl Display {
    /// Of a file with one chain, or the first of several.
    pub fn whole() -> Display {
        Display::of(limits::EVENTS_KEPT_MAX)
    }

    /// Of every further chain in a file.
    pub fn brief() -> Display {
        Display::of(limits::EVENTS_KEPT_FURTHER_MAX)
    }

    fn of(kept_max: usize) -> Display {
        Display {
            kept_max,
            first: Vec::new(),
            last: VecDeque::new(),
            handovers: Vec::new(),
            claimed: Interval::UNKNOWN,
        }
    }

    pub fn event(&mut self, line: u64, at: UnixTime, link: Link, kind: &str, actor: &str) {
        let claimed = &mut self.claimed;
        claimed.earliest = Some(claimed.earliest.map_or(at, |earliest| earliest.min(at)));
        claimed.latest = claimed.latest.max(Some(at));
        let full = self.last.len() == self.kept_max;
        // The oldest one that goes lends its strings to the new one.
        let mut event = match full.then(|| self.last.pop_front()).flatten() {
            Some(oldest) => oldest,
            None => {
                Event { line, sequence: 0, kind: String::new(), actor: String::new(), at, hash: link.hash }
            }
        };
        for (text, new) in [(&mut event.kind, kind), (&mut event.actor, actor)] {
            text.clear();
            text.push_str(new);
        }
        (event.line, event.sequence, event.at, event.hash) = (line, link.sequence, at, link.hash);
        if self.first.len() < self.kept_max {
            self.first.push(event);
        } else {
            self.last.push_back(event);
        }
    }

    pub fn handover(&mut self, handover: Handover) {
        if self.handovers.len() < limits::HANDOVERS_KEPT_MAX {
            self.handovers.push(handover);
        }
    }

    pub fn finish(self) -> Shown {
        Shown { first: self.first, last: self.last.into(), handovers: self.handovers, claimed: self.claimed }
    }
}
