//! Follows one file of `ledger.event.v1`, which may hold several chains.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::anchor::Anchors;
use super::{Record, leaf_hash, read};
use crate::custody::BreakKind::{Case, Hash, Leaf, Shape, Time};
use crate::custody::breaks::{At, Breaks};
use crate::custody::chain::{Chain, Place};
use crate::custody::display::Display;
use crate::custody::{Beside, Format, Link, Pin, Timeline};
use crate::digest::Digest;
use crate::limits;
use crate::time::UnixTime;
use crate::wire::quoted;

pub(in crate::custody) struct Follow {
    pins: Vec<Pin>,
    beside: Arc<Beside>,
    chains: BTreeMap<String, OneChain>,
    /// The chain of the line before: where the fault of a line is noted whose
    /// own chain cannot be read.
    current: Option<String>,
    /// Faults before the first event of any chain.
    early: Breaks,
    early_unread: u64,
}

struct OneChain {
    tenant: String,
    chain: Chain,
    breaks: Breaks,
    anchors: Anchors,
    display: Display,
    at: Option<UnixTime>,
    last_line: u64,
}

impl Follow {
    pub fn new(pins: Vec<Pin>, beside: Arc<Beside>) -> Follow {
        Follow {
            pins,
            beside,
            chains: BTreeMap::new(),
            current: None,
            early: Breaks::default(),
            early_unread: 0,
        }
    }

    pub fn line(&mut self, number: u64, raw: &[u8]) {
        if let Err(error) = read(raw, |record| self.event(number, record)) {
            self.unreadable(number, "an event of the ledger", error.to_string());
            // It may have been an event of any chain.
            self.early_unread += 1;
            self.chains.values_mut().for_each(|one| one.chain.unread());
        }
    }

    fn unreadable(&mut self, line: u64, expected: &str, found: String) {
        let at = At { line, sequence: None };
        let current = self.current.as_ref().and_then(|id| self.chains.get_mut(id));
        let breaks = current.map_or(&mut self.early, |one| &mut one.breaks);
        breaks.examined(Shape);
        breaks.broken(Shape, at, expected, found);
    }

    fn event(&mut self, line: u64, record: &Record<'_>) {
        if !self.chains.contains_key(record.chain) {
            if self.chains.len() == limits::CUSTODY_CHAINS_MAX {
                let expected = format!("at most {} chains in a file", limits::CUSTODY_CHAINS_MAX);
                self.unreadable(line, &expected, format!("another chain {}", record.chain));
                return;
            }
            let one = self.begin(record);
            self.chains.insert(record.chain.to_owned(), one);
        }
        if self.current.as_deref() != Some(record.chain) {
            self.current = Some(record.chain.to_owned());
        }
        let one = self.chains.get_mut(record.chain).expect("it was put there above");
        one.breaks.examined(Shape);
        one.event(line, record);
    }

    fn begin(&mut self, record: &Record<'_>) -> OneChain {
        let heads = self.pins.iter().filter(|pin| pin.chain == record.chain).map(|pin| pin.head);
        let mut chain = Chain::new();
        chain.expect(heads);
        // Anchors are compared with one chain of their tenant; that there are
        // more of them is found at the end.
        let first = self.chains.values().all(|other| other.tenant != record.tenant);
        for _ in 0..self.early_unread {
            chain.unread();
        }
        OneChain {
            tenant: record.tenant.to_owned(),
            chain,
            breaks: std::mem::take(&mut self.early),
            anchors: Anchors::new(
                self.beside.anchors.iter().filter(|anchor| first && anchor.tenant == record.tenant),
            ),
            display: if self.chains.is_empty() { Display::whole() } else { Display::brief() },
            at: None,
            last_line: 0,
        }
    }

    /// Ends the file. `cut_at` is the last line, if it had no line feed.
    pub fn finish(mut self, cut_at: Option<u64>) -> Vec<Timeline> {
        if let Some(line) = cut_at {
            self.unreadable(line, "a line feed at the end", "the end of the file".to_owned());
        }
        if self.chains.is_empty() {
            let (breaks, tallies) = self.early.finish();
            return Vec::from_iter(
                (!breaks.is_empty()).then(|| Timeline::unread(Format::LedgerEventV1, breaks, tallies)),
            );
        }
        let mut tenants: BTreeMap<String, u64> = BTreeMap::new();
        for one in self.chains.values() {
            *tenants.entry(one.tenant.clone()).or_default() += 1;
        }
        self.chains
            .into_iter()
            .map(|(id, one)| {
                let alone = tenants.get(&one.tenant) == Some(&1);
                one.finish(id, alone)
            })
            .collect()
    }
}

impl OneChain {
    fn event(&mut self, line: u64, record: &Record<'_>) {
        let at = At { line, sequence: Some(record.sequence) };
        let breaks = &mut self.breaks;
        breaks.examined(Case);
        if record.tenant != self.tenant {
            breaks.broken(Case, at, quoted(&self.tenant), quoted(record.tenant));
            self.chain.unread();
            return;
        }
        self.last_line = line;
        let link = Link { sequence: record.sequence, previous: record.previous, hash: record.hash };
        let place = self.chain.follow(breaks, line, link);
        if place == Place::Echo {
            return;
        }
        let leaf = self.hashes(at, record);
        match place {
            Place::Late => self.anchors.disturb(record.recorded_at, record.recorded_at),
            Place::AfterLoss => self.anchors.missing_before(record.recorded_at),
            _ => {}
        }
        if !place.continues() {
            return;
        }
        if let Some(leaf) = leaf {
            self.time(at, record.recorded_at);
            self.anchors.leaf(record.recorded_at, &leaf);
        } else {
            self.chain.doubt(Some(record.stated_hash));
            self.anchors.disturb(UnixTime::MIN, UnixTime::MAX);
        }
        self.display.event(line, record.recorded_at, link, record.kind, record.actor);
    }

    /// The event's leaf, if the event is what its hash says.
    fn hashes(&mut self, at: At, record: &Record<'_>) -> Option<Digest> {
        self.breaks.examined(Hash);
        self.breaks.examined(Leaf);
        let sound = record.hash == record.stated_hash;
        if !sound {
            self.breaks.broken(Hash, at, record.hash.hex(), record.stated_hash.hex());
        }
        // Made from the stated hash it is not a second fault.
        let stated = leaf_hash(&record.stated_hash, record.sequence);
        let made = if sound { stated } else { leaf_hash(&record.hash, record.sequence) };
        if record.stated_leaf != stated && record.stated_leaf != made {
            self.breaks.broken(Leaf, at, stated.hex(), record.stated_leaf.hex());
        }
        sound.then_some(made)
    }

    /// Compared with the event before only, as in `stella.custody/v1`.
    fn time(&mut self, at: At, recorded: UnixTime) {
        if let Some(before) = self.at.replace(recorded) {
            self.breaks.examined(Time);
            if recorded < before {
                self.breaks.broken(Time, at, format!("not before {before}"), recorded.to_string());
            }
        }
    }

    fn finish(mut self, id: String, alone: bool) -> Timeline {
        let head = self.chain.head();
        let count = self.chain.count();
        let at = At { line: self.last_line, sequence: head.map(|head| head.count) };
        let anchors = self.anchors.finish(&mut self.breaks, at, alone);
        let pins = self.chain.finish(&mut self.breaks);
        let (breaks, tallies) = self.breaks.finish();
        let shown = self.display.finish();
        Timeline {
            chain: id,
            count,
            head,
            claimed: shown.claimed,
            first: shown.first,
            last: shown.last,
            pins,
            anchors,
            ..Timeline::unread(Format::LedgerEventV1, breaks, tallies)
        }
    }
}
