//! Follows one log of signet: reads and authenticates rows by the batch, on
//! several threads where there are any, and links them in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Stored;
use super::archive::Marker;
use super::links::{Links, Place, digest};
use super::peer::{self, Answer, Part, Walk};
use super::receipt::{Met, Vouched};
use super::seen::{Asked, Entry, Lax, Seen, SeenMarker, Vouch, see};
use super::stamp::Stamps;
use crate::crypto::signature::Algorithm;
use crate::custody::BreakKind::{Actor, Anchor, Hash, Shape, Signature};
use crate::custody::breaks::{At, Breaks, cut};
use crate::custody::display::Display;
use crate::custody::roster::Roster;
use crate::custody::{Beside, Format, KeyUse, Link, Pin, Signer, Timeline};
use crate::limits;
use crate::time::{Interval, UnixTime};
use crate::wire::quoted;

pub(in crate::custody) struct Follow {
    roster: Arc<Roster>,
    pins: Vec<Pin>,
    batch: Batch,
    /// The name of the first row.
    chain: Option<String>,
    links: Links,
    breaks: Breaks,
    /// Names of keys that nobody knows.
    unknown: BTreeSet<String>,
    signers: BTreeMap<(usize, usize), KeyUse>,
    /// Whether every row was authenticated.
    bound: bool,
    display: Display,
    stamps: Stamps,
    peer: Walk,
    /// The rows since the last marker, as signet sees them.
    segment: Walk,
    parts: Vec<Part>,
    beside: Arc<Beside>,
    /// Which receipts name a row, by its name.
    receipts: BTreeMap<String, Vec<usize>>,
    met: Vec<Met>,
}

/// Lines that were not looked at yet.
#[derive(Default)]
struct Batch {
    first: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Batch {
    fn push(&mut self, number: u64, raw: &[u8]) {
        if self.ends.is_empty() {
            self.first = number;
        }
        // The end of a line that is too long is of no interest.
        self.bytes.extend_from_slice(&raw[..raw.len().min(limits::CUSTODY_LINE_BYTES_MAX + 1)]);
        self.ends.push(self.bytes.len());
    }

    /// Each line by its number.
    fn lines(&self) -> Vec<(u64, &[u8])> {
        let mut start = 0;
        let line = |(number, end): (u64, &usize)| {
            let line = &self.bytes[start..*end];
            start = *end;
            (number, line)
        };
        (self.first..).zip(&self.ends).map(line).collect()
    }
}

impl Follow {
    pub fn new(roster: Arc<Roster>, pins: Vec<Pin>) -> Follow {
        let mut peer = Walk::new(false, false);
        if !roster.holds_shared() {
            peer.untold("it answers only whoever gives it the key");
        }
        Follow {
            roster,
            pins,
            batch: Batch::default(),
            chain: None,
            links: Links::new(),
            breaks: Breaks::default(),
            unknown: BTreeSet::new(),
            signers: BTreeMap::new(),
            bound: true,
            display: Display::whole(),
            stamps: Stamps::default(),
            peer,
            segment: Walk::segment(),
            parts: Vec::new(),
            beside: Arc::default(),
            receipts: BTreeMap::new(),
            met: Vec::new(),
        }
    }

    /// The same with receipts that its rows are held against.
    pub fn beside(mut self, beside: &Arc<Beside>) -> Follow {
        for (index, receipt) in beside.receipts.iter().enumerate() {
            self.receipts.entry(receipt.entry.clone()).or_default().push(index);
        }
        Follow { beside: beside.clone(), ..self }
    }

    /// Rows that continue a log after that head and number.
    pub fn after(roster: Arc<Roster>, before: (Stored, u64)) -> Follow {
        Follow { links: Links::after(before), ..Follow::new(roster, Vec::new()) }
    }

    /// Breaks that follow from one are one in what signet says.
    pub fn summarised(mut self) -> Follow {
        self.peer = Walk::new(true, false);
        self
    }

    pub fn line(&mut self, number: u64, raw: &[u8]) {
        self.batch.push(number, raw);
        if self.batch.bytes.len() >= limits::CUSTODY_BATCH_BYTES {
            self.go_on();
        }
    }

    /// Looks at the lines that wait.
    fn go_on(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        let lines = batch.lines();
        let roster = &self.roster;
        let asked = Asked { receipts: &self.beside.receipts, by_entry: Some(&self.receipts) };
        let look = |(number, raw): &(u64, &[u8])| see(raw, *number == 1, roster, &asked);
        let seen: Vec<Seen> = lines.par_iter().with_min_len(64).map(look).collect();
        for ((number, _), seen) in lines.into_iter().zip(seen) {
            self.seen(number, seen);
        }
        batch.bytes.clear();
        batch.ends.clear();
        self.batch = batch;
    }

    fn seen(&mut self, line: u64, seen: Seen) {
        match seen {
            Seen::Blank => {}
            Seen::Row(entry) => {
                for (index, payload, vouched) in &entry.receipts {
                    let receipt = self.beside.receipts[*index].clone();
                    let by = match vouched {
                        Vouched::By(authority, key) => {
                            let (identity, id) = self.roster.key(*authority, *key);
                            Some((identity.clone(), id))
                        }
                        _ => None,
                    };
                    self.met.push(Met { receipt, line, payload: *payload, vouched: *vouched, by });
                }
                self.peer.row(&entry);
                let room = self.parts.len() < limits::CUSTODY_ARCHIVES_MAX;
                match &entry.marker {
                    Some(marker) if room => self.marker(line, &entry, marker),
                    _ => {
                        self.segment.row(&entry);
                        self.row(line, &entry);
                    }
                }
            }
            Seen::Unread(why, lax) => {
                for walk in [&mut self.peer, &mut self.segment] {
                    match &lax {
                        Lax::Malformed => walk.malformed(),
                        Lax::Row(entry) => walk.row(entry),
                        Lax::Untold(why) => walk.untold(why),
                    }
                }
                self.unreadable(line, "a row of the log", why);
                self.links.unread();
                self.bound = false;
            }
        }
    }

    fn unreadable(&mut self, line: u64, expected: &str, found: String) {
        self.breaks.examined(Shape);
        self.breaks.broken(Shape, At { line, sequence: None }, expected, found);
    }

    /// A row that stands for rows in an archive, which are looked at when the
    /// whole case was read.
    fn marker(&mut self, line: u64, entry: &Entry, marker: &SeenMarker) {
        self.begin(entry);
        let before = self.links.place();
        let rows = std::mem::replace(&mut self.segment, Walk::segment());
        self.parts.push(Part::Rows(rows.into_segment()));
        self.parts.push(Part::Marker(Box::new(Marker {
            line,
            entry_id: cut(entry.entry_id.clone()),
            archive: cut(marker.archive.clone()),
            count: marker.count,
            root: cut(marker.root.clone()),
            signed: marker.signed,
            vouched: matches!(entry.vouch, Vouch::By(..)),
            previous: entry.previous,
            stated: entry.stated,
            own: peer::own(entry.vouch),
            before,
        })));
        self.links.elsewhere(&mut self.breaks, line, entry.previous, marker.count);
        let at = At { line, sequence: None };
        self.spelt(at, entry);
        self.vouched(at, entry, true);
        if marker.signed == Some(false) {
            self.breaks.examined(Anchor);
            self.breaks.broken(Anchor, at, "the marker's own signature", "another one");
        }
        self.shown(line, self.links.place().1, entry);
    }

    fn begin(&mut self, entry: &Entry) {
        if self.chain.is_none() {
            let mine = self.pins.iter().filter(|pin| pin.chain == entry.entry_id).map(|pin| pin.head);
            self.links.expect(mine);
            self.chain = Some(entry.entry_id.clone());
        }
    }

    fn spelt(&mut self, at: At, entry: &Entry) {
        self.breaks.examined(Shape);
        if let Some(flaw) = &entry.flaw {
            self.breaks.broken(Shape, at, "a row as its writer spells it", flaw.clone());
        }
    }

    fn shown(&mut self, line: u64, sequence: u64, entry: &Entry) {
        let hash = digest(entry.stated.unwrap_or_default());
        let link = Link { sequence, previous: digest(entry.previous.unwrap_or_default()), hash };
        self.display.event(line, entry.at, link, &entry.kind, &entry.owner);
    }

    fn row(&mut self, line: u64, entry: &Entry) {
        self.begin(entry);
        let place = self.links.follow(&mut self.breaks, line, entry.previous, entry.stated);
        let (number, linked) = match place {
            Place::Next(number) => (Some(number), true),
            Place::Apart(number) => (Some(number), false),
            Place::Late => (None, true),
            Place::Echo => return,
        };
        let at = At { line, sequence: number };
        self.spelt(at, entry);
        self.vouched(at, entry, linked);
        if let Some(stamp) = &entry.stamp {
            self.stamps.add(&mut self.breaks, at, entry, stamp);
        }
        if let Some(sequence) = number {
            self.shown(line, sequence, entry);
        }
    }

    /// Who authenticated the row.
    fn vouched(&mut self, at: At, entry: &Entry, linked: bool) {
        let breaks = &mut self.breaks;
        breaks.examined(Signature);
        self.bound &= matches!(entry.vouch, Vouch::By(..));
        match entry.vouch {
            Vouch::NoKey => breaks.broken(Signature, at, "the name of a key", "none"),
            Vouch::NotText => breaks.broken(Signature, at, "the name of a key", "something that is no text"),
            Vouch::Unknown => {
                // A log that hides its key names a million: the first few tell it.
                let room = self.unknown.len() < limits::CUSTODY_UNKNOWN_KEYS_MAX;
                if room && self.unknown.insert(entry.key.clone()) {
                    let found = format!(
                        "{}, of which nobody gave the secret: links are compared, content is not",
                        quoted(&entry.key)
                    );
                    breaks.not_established(Signature, at, "a shared key that the trust store holds", found);
                } else {
                    breaks.not_established_again(Signature);
                }
            }
            Vouch::Wrong => {
                breaks.examined(Hash);
                self.links.forged();
                // The HMAC covers the link: one fault is not two.
                match linked {
                    true => breaks.broken(
                        Hash,
                        at,
                        format!("the HMAC of the row under the key {}", quoted(&entry.key)),
                        "another one",
                    ),
                    false => breaks.cascaded(Hash),
                }
            }
            Vouch::Refused(why) => {
                breaks.examined(Hash);
                breaks.examined(Actor);
                breaks.broken(Actor, at, "a key trusted for custody", why);
            }
            Vouch::By(authority, key) => {
                breaks.examined(Hash);
                breaks.examined(Actor);
                let unused = KeyUse { algorithm: Algorithm::HmacSha256, events: 0, claimed: point(entry.at) };
                let used = self.signers.entry((authority, key)).or_insert(unused);
                used.events += 1;
                used.claimed.earliest = used.claimed.earliest.min(Some(entry.at));
                used.claimed.latest = used.claimed.latest.max(Some(entry.at));
            }
        }
    }

    /// What signet says of the rows so far.
    pub fn answers(self) -> Vec<Answer> {
        vec![self.peer.finish()]
    }

    /// Ends the file. `cut_at` is the last line, if it had no line feed.
    pub fn finish(mut self, cut_at: Option<u64>) -> Timeline {
        self.go_on();
        if let Some(line) = cut_at {
            self.unreadable(line, "a line feed at the end", "the end of the file".to_owned());
        }
        if self.chain.is_none() && self.bound {
            self.unreadable(1, "a first row", "empty lines".to_owned());
        }
        let (head, count) = (self.links.head(), self.links.count());
        let pins = self.links.finish(&mut self.breaks);
        let (breaks, tallies) = self.breaks.finish();
        let shown = self.display.finish();
        let mut signers: BTreeMap<_, Signer> = BTreeMap::new();
        for ((authority, key), used) in self.signers {
            let (identity, id) = self.roster.key(authority, key);
            let signer = signers.entry(identity.clone()).or_default();
            signer.events += used.events;
            signer.keys.insert(id, used);
        }
        let peers = vec![self.peer.finish()];
        let mut parts = self.parts;
        if !parts.is_empty() {
            parts.push(Part::Rows(self.segment.into_segment()));
        }
        Timeline {
            chain: self.chain.unwrap_or_default(),
            count,
            head,
            claimed: shown.claimed,
            first: shown.first,
            last: shown.last,
            pins,
            signers,
            bound: self.bound,
            peers,
            stamps: self.stamps.finish(),
            receipts: self.met,
            parts,
            ..Timeline::unread(Format::SignetAudit, breaks, tallies)
        }
    }
}

fn point(at: UnixTime) -> Interval {
    Interval { earliest: Some(at), latest: Some(at) }
}
