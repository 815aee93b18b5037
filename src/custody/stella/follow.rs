//! Follows one file of `stella.custody/v1`, line by line.

use std::sync::Arc;

use super::{Action, EVENT_TYPE, Line, Record, link_hash, read, signed_bytes};
use crate::custody::BreakKind::{self, Actor, Case, Shape};
use crate::custody::breaks::{At, Breaks};
use crate::custody::chain::{Chain, Place};
use crate::custody::display::Display;
use crate::custody::roster::{self, Roster, Signed};
use crate::custody::signers::Signers;
use crate::custody::{Format, Handover, Link, Pin, Timeline};
use crate::wire::quoted;

use super::keeping::Keeping;

pub(in crate::custody) struct Follow {
    roster: Arc<Roster>,
    pins: Vec<Pin>,
    /// The case of the first event; there is one in a file.
    case: Option<String>,
    chain: Chain,
    breaks: Breaks,
    keeping: Keeping,
    signers: Signers,
    display: Display,
}

/// What the signatures of an event came to.
struct Signatures {
    /// None is wrong.
    sound: bool,
    /// All that are needed are there and good, by those who may.
    established: bool,
}

impl Follow {
    pub fn new(roster: Arc<Roster>, pins: Vec<Pin>) -> Follow {
        Follow {
            roster,
            pins,
            case: None,
            chain: Chain::new(),
            breaks: Breaks::default(),
            keeping: Keeping::new(),
            signers: Signers::default(),
            display: Display::whole(),
        }
    }

    pub fn line(&mut self, number: u64, raw: &[u8]) {
        self.breaks.examined(Shape);
        if let Err(error) = read(raw, |line| self.event(number, raw, line)) {
            let at = At { line: number, sequence: None };
            self.breaks.broken(Shape, at, "an event in its one spelling", error.to_string());
            self.chain.unread();
        }
    }

    fn event(&mut self, number: u64, raw: &[u8], line: &Line<'_>) {
        let record = &line.record;
        let at = At { line: number, sequence: Some(record.sequence) };
        self.breaks.examined(Case);
        match &self.case {
            None => {
                let heads = self.pins.iter().filter(|pin| pin.chain == record.case).map(|pin| pin.head);
                self.chain.expect(heads);
                self.case = Some(record.case.to_owned());
            }
            Some(case) if case == record.case => {}
            Some(case) => {
                self.breaks.broken(Case, at, quoted(case), quoted(record.case));
                self.chain.unread();
                return;
            }
        }
        let hash = link_hash(record.case, record.sequence, &record.previous, raw);
        let link = Link { sequence: record.sequence, previous: record.previous, hash };
        let place = self.chain.follow(&mut self.breaks, number, link);
        if place == Place::Echo {
            return;
        }
        let signatures = self.signatures(at, line);
        if place == Place::Late && signatures.sound {
            self.keeping.take_late(record);
        }
        if !place.continues() {
            return;
        }
        if signatures.sound {
            self.keeping.take(&mut self.breaks, at, record, place);
        } else {
            // Nobody signed what this event says, so nothing follows from it.
            self.chain.doubt(None);
            self.keeping.lose();
        }
        self.show(number, record, link, &signatures);
    }

    fn signatures(&mut self, at: At, line: &Line<'_>) -> Signatures {
        let (record, breaks) = (&line.record, &mut self.breaks);
        let message = || signed_bytes(line.event);
        let mut result = Signatures { sound: true, established: true };
        let hands_over = match &record.action {
            Action::Transferred { to, .. } if self.roster.same_person(record.actor, to) => {
                let found = format!("{} on both sides", quoted(record.actor));
                breaks.broken(BreakKind::Handover, at, "two parties", found);
                result.established = false;
                true
            }
            action => matches!(action, Action::Transferred { .. }),
        };
        for name in record.signers() {
            breaks.examined(Actor);
            breaks.examined(BreakKind::Signature);
            let actor = self.roster.actor(name, EVENT_TYPE);
            match actor {
                roster::Actor::Authorised => {}
                roster::Actor::Refused(found) => {
                    breaks.broken(Actor, at, format!("{} as an authority for custody", quoted(name)), found)
                }
                roster::Actor::Unknown => breaks.not_established(
                    Actor,
                    at,
                    format!("{} in the trust store", quoted(name)),
                    "nobody of that identity",
                ),
            }
            let authorised = actor == roster::Actor::Authorised;
            let Some(signature) = line.signatures.iter().find(|s| s.actor == name) else {
                let kind = if hands_over { BreakKind::Handover } else { BreakKind::Signature };
                breaks.broken(kind, at, format!("a signature of {}", quoted(name)), "none");
                result.established = false;
                continue;
            };
            match self.roster.signed(name, signature.keyid, EVENT_TYPE, message, &signature.sig) {
                Signed::By(identity, key, algorithm, roster::Actor::Authorised) if authorised => {
                    self.signers.add(identity, key, algorithm, record.at);
                }
                Signed::By(.., of_key) => {
                    result.established = false;
                    if let (true, roster::Actor::Refused(found)) = (authorised, of_key) {
                        // Another entry of that name may act, with other keys.
                        let expected = format!("a key that {} has for custody", quoted(name));
                        breaks.broken(Actor, at, expected, format!("a key of {found}"));
                    }
                }
                Signed::UnknownKey => {
                    result.established = false;
                    if actor == roster::Actor::Unknown {
                        // That nobody knows him says it already.
                        breaks.cascaded(BreakKind::Signature);
                    } else {
                        breaks.not_established(
                            BreakKind::Signature,
                            at,
                            format!("a key of {}", quoted(name)),
                            signature.keyid,
                        );
                    }
                }
                Signed::Wrong(found) => {
                    result = Signatures { sound: false, established: false };
                    breaks.broken(
                        BreakKind::Signature,
                        at,
                        format!("a signature of {}", quoted(name)),
                        found,
                    );
                }
            }
        }
        result
    }

    fn show(&mut self, line: u64, record: &Record<'_>, link: Link, signatures: &Signatures) {
        self.display.event(line, record.at, link, record.action.kind(), record.actor);
        if let Action::Transferred { to, evidence } = &record.action {
            self.display.handover(Handover {
                line,
                sequence: record.sequence,
                from: record.actor.to_owned(),
                to: (*to).to_owned(),
                at: record.at,
                items: evidence.len() as u64,
                established: signatures.established,
            });
        }
    }

    /// Ends the file. `cut_at` is the last line, if it had no line feed.
    pub fn finish(mut self, cut_at: Option<u64>) -> Timeline {
        if let Some(line) = cut_at {
            let at = At { line, sequence: None };
            self.breaks.broken(Shape, at, "a line feed at the end", "the end of the file");
        }
        let (count, head) = (self.chain.count(), self.chain.head());
        let pins = self.chain.finish(&mut self.breaks);
        let (breaks, tallies) = self.breaks.finish();
        let shown = self.display.finish();
        Timeline {
            chain: self.case.unwrap_or_default(),
            count,
            head,
            claimed: shown.claimed,
            first: shown.first,
            last: shown.last,
            handovers: shown.handovers,
            signers: self.signers.finish(),
            exhibits: self.keeping.exhibits().collect(),
            pins,
            ..Timeline::unread(Format::StellaCustodyV1, breaks, tallies)
        }
    }
}
