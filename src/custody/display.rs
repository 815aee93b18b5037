//! Keeps what is shown of a timeline: both ends, the handovers, the times.

use std::collections::VecDeque;

use super::{Event, Handover};
use crate::limits;
use crate::time::Interval;

pub(super) struct Display {
    pub first: Vec<Event>,
    pub last: VecDeque<Event>,
    pub handovers: Vec<Handover>,
    pub claimed: Interval,
}

/// What is left at the end.
pub(super) struct Shown {
    pub first: Vec<Event>,
    pub last: Vec<Event>,
    pub handovers: Vec<Handover>,
    pub claimed: Interval,
}

impl Default for Display {
    fn default() -> Display {
        Display {
            first: Vec::new(),
            last: VecDeque::new(),
            handovers: Vec::new(),
            claimed: Interval::UNKNOWN,
        }
    }
}

impl Display {
    pub fn event(&mut self, event: Event) {
        let claimed = &mut self.claimed;
        claimed.earliest = Some(claimed.earliest.map_or(event.at, |at| at.min(event.at)));
        claimed.latest = claimed.latest.max(Some(event.at));
        if self.first.len() < limits::EVENTS_KEPT_MAX {
            self.first.push(event);
            return;
        }
        if self.last.len() == limits::EVENTS_KEPT_MAX {
            self.last.pop_front();
        }
        self.last.push_back(event);
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
