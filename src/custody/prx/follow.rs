//! Follows the lines of one ledger: looks at them by the batch, on several threads
//! where there are any, and takes them in order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use rayon::prelude::*;

use super::chained;
use super::guard::{Guard, Said};
use super::see::{Derived, Peer, Seen, Vouch, see};
use crate::custody::BreakKind::{Actor, Duplicate, Hash, Shape, Signature, Time};
use crate::custody::breaks::{At, Breaks};
use crate::custody::chain::{Chain, zeros};
use crate::custody::display::Display;
use crate::custody::roster::Roster;
use crate::custody::signers::Signers;
use crate::custody::signet::peer::{Answer, PeerBreak, System};
use crate::custody::{BreakKind, Format, Link, Pin, Timeline};
use crate::digest::Digest;
use crate::limits;
use crate::wire::quoted;

pub(in crate::custody) struct Follow {
    roster: Arc<Roster>,
    pins: Vec<Pin>,
    waiting: Vec<(u64, Vec<u8>)>,
    bytes: usize,
    /// The id of the first row names the ledger.
    name: Option<String>,
    chain: Chain,
    last: Digest,
    count: u64,
    breaks: Breaks,
    /// Ids that were met lately: each may be there once.
    known: BTreeSet<Digest>,
    order: VecDeque<Digest>,
    unknown: BTreeSet<String>,
    signers: Signers,
    display: Display,
    guard: Guard,
    peer: Answer,
}

impl Follow {
    pub fn new(roster: Arc<Roster>, pins: Vec<Pin>) -> Follow {
        Follow {
            roster,
            pins,
            waiting: Vec::new(),
            bytes: 0,
            name: None,
            chain: Chain::new(),
            last: zeros(),
            count: 0,
            breaks: Breaks::default(),
            known: BTreeSet::new(),
            order: VecDeque::new(),
            unknown: BTreeSet::new(),
            signers: Signers::default(),
            display: Display::whole(),
            guard: Guard::default(),
            peer: Answer::of(System::Prx),
        }
    }

    pub fn line(&mut self, number: u64, raw: &[u8]) {
        let raw = &raw[..raw.len().min(limits::CUSTODY_LINE_BYTES_MAX + 1)];
        self.bytes += raw.len();
        self.waiting.push((number, raw.to_vec()));
        if self.bytes >= limits::CUSTODY_BATCH_BYTES {
            self.go_on();
        }
    }

    /// A fault that is none of a line's own.
    pub fn fault(
        &mut self,
        kind: BreakKind,
        line: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.go_on();
        self.breaks.broken(kind, At { line, sequence: None }, expected, found);
    }

    /// The same where nothing is proven wrong.
    pub fn open(
        &mut self,
        kind: BreakKind,
        line: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.go_on();
        self.breaks.not_established(kind, At { line, sequence: None }, expected, found);
    }

    /// So many more things were looked at.
    pub fn examined(&mut self, kind: BreakKind, count: usize) {
        (0..count).for_each(|_| self.breaks.examined(kind));
    }

    fn go_on(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let roster = &self.roster;
        let seen: Vec<Seen> = waiting.par_iter().with_min_len(16).map(|(_, raw)| see(raw, roster)).collect();
        for ((line, _), seen) in waiting.into_iter().zip(seen) {
            match seen {
                Seen::Blank => {}
                Seen::Row(row) => self.row(line, &row),
                Seen::Unread(why) => {
                    self.breaks.examined(Shape);
                    self.breaks.broken(Shape, At { line, sequence: None }, "a derivation", why);
                    self.chain.unread();
                    self.peer.untold = Some("a line is no row of a ledger");
                }
            }
        }
    }

    fn row(&mut self, line: u64, row: &Derived) {
        self.count += 1;
        let at = At { line, sequence: Some(self.count) };
        if self.name.is_none() {
            let mine = self.pins.iter().filter(|pin| pin.chain == row.id).map(|pin| pin.head);
            self.chain.expect(mine);
            self.name = Some(row.id.clone());
        }
        let before = self.last;
        self.last = chained(&before, &row.id);
        let link = Link { sequence: self.count, previous: before, hash: self.last };
        self.chain.follow(&mut self.breaks, line, link);

        self.breaks.examined(Shape);
        if let Some(flaw) = &row.flaw {
            self.breaks.broken(Shape, at, "a row as prx writes it", flaw.clone());
        }
        self.breaks.examined(Hash);
        if let Some(own) = &row.own_id {
            self.breaks.broken(Hash, at, format!("the id of its manifest, {own}"), quoted(&row.id));
        }
        self.breaks.examined(Duplicate);
        if !self.remember(Digest::sha256(row.id.as_bytes())) {
            self.breaks.broken(Duplicate, at, "each derivation once", format!("{} again", quoted(&row.id)));
        }
        self.vouched(at, row);
        self.peer(row);
        let sound = row.flaw.is_none()
            && row.own_id.is_none()
            && row.differs.is_empty()
            && row.time.is_none()
            && matches!(row.vouch, Vouch::By(..));
        self.guard.add(&Said {
            line,
            commits: &row.commits,
            effect: row.effect.as_ref(),
            verified: row.peer.is_verified(),
            untold: if let Peer::Untold(why) = row.peer { Some(why) } else { None },
            sound,
        });
        if let Some(when) = row.at {
            let kind = match &row.effect {
                Some((_, effect)) => format!("git {effect}"),
                None => row.producer.rsplit('/').next().unwrap_or("").to_owned(),
            };
            self.display.event(line, when, link, &kind, &row.producer);
        }
    }

    /// Whether an id is new, as far as we remember.
    fn remember(&mut self, id: Digest) -> bool {
        if !self.known.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > limits::CUSTODY_IDS_KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    fn vouched(&mut self, at: At, row: &Derived) {
        let breaks = &mut self.breaks;
        breaks.examined(Signature);
        match &row.vouch {
            Vouch::Unsigned => {
                breaks.not_established(Signature, at, "an envelope that its actor signed", "none");
                return;
            }
            Vouch::Unknown(who) => {
                let room = self.unknown.len() < limits::CUSTODY_UNKNOWN_KEYS_MAX;
                breaks.examined(Actor);
                if room && self.unknown.insert(who.clone()) {
                    let expected = "an actor whom the trust store holds for custody";
                    breaks.not_established(Actor, at, expected, who.clone());
                } else {
                    breaks.not_established_again(Actor);
                }
            }
            Vouch::Refused(why) => {
                breaks.examined(Actor);
                breaks.broken(Actor, at, "an actor who may act in a ledger", *why);
            }
            Vouch::Wrong(why) => {
                breaks.broken(Signature, at, "an envelope that its actor signed", why.clone());
                return;
            }
            Vouch::By(who, key, algorithm) => {
                breaks.examined(Actor);
                if let Some(when) = row.at {
                    self.signers.add(who.clone(), *key, *algorithm, when);
                }
            }
        }
        // What was signed is held against the row whoever signed it.
        if let Some(first) = row.differs.first() {
            let parts: Vec<&str> = row.differs.iter().map(|one| one.part).collect();
            let expected = format!("a statement about this row: {} {}", first.part, first.expected);
            let found = format!("{} (differs in {})", first.found, parts.join(", "));
            breaks.broken(Signature, at, expected, found);
        }
        breaks.examined(Time);
        if let Some(time) = &row.time {
            breaks.broken(
                Time,
                at,
                format!("the time that was signed, {}", time.found),
                time.expected.clone(),
            );
        }
    }

    fn peer(&mut self, row: &Derived) {
        let index = self.count - 1;
        self.peer.entries += 1;
        match row.peer {
            Peer::Untold(why) => self.peer.untold = Some(why),
            Peer::Says("verified") => self.peer.good = Some((index, row.id.clone())),
            Peer::Says(kind) => {
                self.peer.broken += 1;
                if self.peer.breaks.len() < limits::BREAKS_KEPT_MAX {
                    self.peer.breaks.push(PeerBreak { index, entry_id: row.id.clone(), kind });
                }
            }
        }
    }

    /// Ends the file. Whether its last line has a line feed says nothing: an export
    /// ends as it likes, and a row that was cut is no JSON.
    pub fn finish(mut self) -> Timeline {
        self.go_on();
        if self.count == 0 {
            self.breaks.examined(Shape);
            let at = At { line: 1, sequence: None };
            self.breaks.broken(Shape, at, "a first derivation", "a ledger without any");
        }
        let (head, count) = (self.chain.head(), self.chain.count());
        let pins = self.chain.finish(&mut self.breaks);
        let (breaks, tallies) = self.breaks.finish();
        let shown = self.display.finish();
        let signers: BTreeMap<_, _> = self.signers.finish();
        Timeline {
            chain: self.name.unwrap_or_default(),
            count,
            head,
            claimed: shown.claimed,
            first: shown.first,
            last: shown.last,
            pins,
            signers,
            peers: vec![self.peer],
            guard: self.guard,
            ..Timeline::unread(Format::PrxDerivations, breaks, tallies)
        }
    }
}
