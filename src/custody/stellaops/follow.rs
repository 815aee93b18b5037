//! Follows a file of events that do not name each other.

use std::collections::BTreeSet;

use super::{Made, Place, Provenance, Record, Schema};
use crate::custody::BreakKind::{
    Case, Duplicate, Gap, Genesis, Hash, Head as HeadBreak, Order, Redaction, Shape, Time,
};
use crate::custody::breaks::{At, Breaks};
use crate::custody::display::Display;
use crate::custody::{Format, Head, Link, Pin, PinOutcome, Timeline};
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::wire::quoted;

pub(in crate::custody) struct Follow {
    format: Format,
    schema: Schema,
    pins: Vec<(Pin, Option<Digest>)>,
    breaks: Breaks,
    display: Display,
    tenant: Option<String>,
    /// Ids that were met, the first of them where there are too many.
    seen: BTreeSet<u128>,
    last: Option<Place>,
    count: u64,
    head: Digest,
    lost: u64,
    line: u64,
    provenance: Vec<Provenance>,
    /// Whether it was said that ids of an export cannot be made again.
    open: bool,
}

impl Follow {
    pub fn new(format: Format, schema: Schema, pins: Vec<Pin>) -> Follow {
        Follow {
            format,
            schema,
            pins: pins.into_iter().map(|pin| (pin, None)).collect(),
            breaks: Breaks::default(),
            display: Display::whole(),
            tenant: None,
            seen: BTreeSet::new(),
            last: None,
            count: 0,
            head: Digest::new(Algorithm::Sha256, &[0; 32]).expect("32 bytes"),
            lost: 0,
            line: 0,
            provenance: Vec::new(),
            open: false,
        }
    }

    pub fn line(&mut self, line: u64, raw: &[u8]) {
        self.line = line;
        self.breaks.examined(Shape);
        match Record::read(self.schema, raw) {
            Ok(record) => self.event(line, raw, &record),
            Err(error) => {
                let at = At { line, sequence: None };
                self.breaks.broken(Shape, at, "an event of this timeline", error.to_string());
                self.lost += 1;
            }
        }
    }

    fn event(&mut self, line: u64, raw: &[u8], record: &Record) {
        let at = At { line, sequence: Some(self.count + 1) };
        let tenant = self.tenant.get_or_insert_with(|| record.tenant.clone());
        self.breaks.examined(Case);
        if *tenant != record.tenant {
            let (expected, found) = (quoted(tenant), quoted(&record.tenant));
            self.breaks.broken(Case, at, expected, found);
            self.lost += 1;
            return;
        }
        self.count += 1;
        // Over all lines so far, so that a head that was noted fixes them all.
        let own = Digest::sha256(raw);
        let previous = self.head;
        self.head = Digest::sha256(&[previous.bytes(), own.bytes()].concat());
        for (pin, found) in &mut self.pins {
            if pin.head.count == self.count {
                *found = Some(self.head);
            }
        }
        self.content(at, record);
        if self.repeated(at, record) {
            return;
        }
        self.place(at, record);
        self.redaction(at, record);
        self.remember(record.id);
        if let Some((envelope, payload_type)) = &record.provenance
            && self.provenance.len() < limits::CUSTODY_PROVENANCE_KEPT_MAX
        {
            self.provenance.push(Provenance {
                line,
                envelope: *envelope,
                payload_type: payload_type.clone(),
            });
        }
        let link = Link { sequence: self.count, previous, hash: self.head };
        self.display.event(line, record.at, link, &record.kind, &record.actor);
    }

    /// What follows from the event alone.
    fn content(&mut self, at: At, record: &Record) {
        match record.made {
            Made::No => {}
            Made::From(id) => {
                self.breaks.examined(Hash);
                if id != record.id {
                    self.breaks.broken(Hash, at, format!("eventId {id:032x}"), record.id_text.as_str());
                }
            }
            Made::Open => {
                self.breaks.examined(Hash);
                if !std::mem::replace(&mut self.open, true) {
                    let expected = "what ids and digests are made from";
                    self.breaks.not_established(Hash, at, expected, "an export without it");
                } else {
                    self.breaks.not_established_again(Hash);
                }
            }
        }
        if let Some((stated, computed)) = &record.payload {
            self.breaks.examined(Hash);
            if stated != computed {
                let found = format!("payloadDigest {}", stated.hex());
                self.breaks.broken(Hash, at, format!("payloadDigest {}", computed.hex()), found);
            }
        }
    }

    fn repeated(&mut self, at: At, record: &Record) -> bool {
        self.breaks.examined(Duplicate);
        let again = self.seen.contains(&record.id);
        if again {
            self.breaks.broken(Duplicate, at, "each event once", record.id_text.as_str());
        }
        again
    }

    fn place(&mut self, at: At, record: &Record) {
        let lost = std::mem::take(&mut self.lost);
        let before = self.last.clone();
        if matches!(record.place, Place::None) {
            return;
        }
        let told = |place: &Place| match place {
            Place::Time(time, _) => time.to_string(),
            Place::Number(number) => format!("eventSeq {number}"),
            Place::Clock(ms, counter, node) => quoted(&format!("{ms}:{counter}:{node}")),
            Place::None => String::new(),
        };
        self.breaks.examined(Order);
        if matches!(record.place, Place::Time(..)) {
            self.breaks.examined(Time);
        }
        match (&before, &record.place) {
            (None, Place::Number(first)) => {
                self.breaks.examined(Genesis);
                // An export may begin later on purpose: nobody says that it may not.
                if *first > 1 {
                    let expected = "eventSeq 0 or 1";
                    self.breaks.not_established(Genesis, at, expected, format!("eventSeq {first}"));
                }
            }
            (None, _) => {}
            (Some(Place::Number(last)), Place::Number(next)) if next > last => {
                self.breaks.examined(Gap);
                let missing = next - last - 1;
                match missing {
                    0 => {}
                    // As many as could not be read.
                    _ if missing <= lost => self.breaks.cascaded(Gap),
                    _ => {
                        let expected = format!("eventSeq {}", last + 1);
                        self.breaks.broken(Gap, at, expected, format!("eventSeq {next}"));
                    }
                }
            }
            (Some(Place::Time(last, _)), Place::Time(next, _)) if next < last => {
                self.breaks.broken(Time, at, format!("not before {last}"), next.to_string());
                return;
            }
            (Some(last), next) if next > last => {}
            (Some(last), next) => {
                let expected = format!("after {}", told(last));
                self.breaks.broken(Order, at, expected, told(next));
                return;
            }
        }
        self.last = Some(record.place.clone());
    }

    fn redaction(&mut self, at: At, record: &Record) {
        if !record.redacts && record.supersedes.is_none() {
            return;
        }
        self.breaks.examined(Redaction);
        let expected = "the id of an earlier event";
        let Some(target) = &record.supersedes else {
            return self.breaks.broken(Redaction, at, expected, "none");
        };
        match super::ulid(target) {
            Some(id) if self.seen.contains(&id) => {}
            Some(_) if self.seen.len() >= limits::CUSTODY_IDS_MAX => {
                self.breaks.not_established(Redaction, at, "an event among those remembered", quoted(target));
            }
            _ => self.breaks.broken(Redaction, at, expected, quoted(target)),
        }
    }

    fn remember(&mut self, id: u128) {
        if self.seen.len() < limits::CUSTODY_IDS_MAX {
            self.seen.insert(id);
        }
    }

    /// Ends the file. `cut_at` is the last line, if it had no line feed.
    pub fn finish(mut self, cut_at: Option<u64>) -> Timeline {
        if let Some(line) = cut_at {
            self.breaks.examined(Shape);
            let at = At { line, sequence: None };
            self.breaks.broken(Shape, at, "a line feed at the end", "the end of the file");
        }
        let chain = self.tenant.clone().filter(|tenant| !tenant.is_empty());
        let chain = chain.unwrap_or_else(|| self.format.name().to_owned());
        let at = At { line: self.line, sequence: Some(self.count) };
        let mut pins = Vec::new();
        for (pin, found) in self.pins.iter().filter(|(pin, _)| pin.chain == chain) {
            self.breaks.examined(HeadBreak);
            let outcome = match found {
                Some(found) if *found == pin.head.hash => {
                    PinOutcome::Matched { behind: self.count - pin.head.count }
                }
                Some(found) => {
                    self.breaks.broken(HeadBreak, at, pin.head.to_string(), found.hex());
                    PinOutcome::Differs { found: *found }
                }
                None => {
                    let found = format!("{} events", self.count);
                    self.breaks.broken(HeadBreak, at, pin.head.to_string(), found);
                    PinOutcome::NotReached
                }
            };
            pins.push((pin.head, outcome));
        }
        let (breaks, tallies) = self.breaks.finish();
        let shown = self.display.finish();
        Timeline {
            chain,
            count: self.count,
            head: (self.count > 0).then_some(Head { count: self.count, hash: self.head }),
            claimed: shown.claimed,
            first: shown.first,
            last: shown.last,
            pins,
            provenance: self.provenance,
            ..Timeline::unread(self.format, breaks, tallies)
        }
    }
}
