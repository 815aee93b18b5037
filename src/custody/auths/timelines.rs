//! The logs of a bundle as timelines: what the walk found becomes breaks.

use std::collections::BTreeMap;

use super::{Bundle, Log};
use crate::custody::breaks::{At, Breaks};
use crate::custody::{BreakKind, Format, Head, Pin, PinOutcome, Timeline};
use crate::proof::keri::{Kel, KelError, Laxity};

/// One for each log of the bundle; none where it cannot be read, which is said elsewhere.
pub fn of_bundle(bytes: &[u8], pins: &[Pin]) -> Vec<Timeline> {
    let Ok(bundle) = Bundle::parse(bytes) else { return Vec::new() };
    let walked = bundle.replay();
    let devices = bundle.devices.iter().filter_map(|log| Some((log, walked.devices.get(log.did.as_str())?)));
    std::iter::once((&bundle.root, &walked.root))
        .chain(devices)
        .map(|(log, kel)| timeline(log, kel, pins))
        .collect()
}

fn at(sequence: u64) -> At {
    At { line: sequence + 1, sequence: Some(sequence) }
}

fn timeline(log: &Log, kel: &Result<Kel, KelError>, pins: &[Pin]) -> Timeline {
    let mut breaks = Breaks::default();
    let failed = kel.as_ref().err();
    // What comes after the first fault was not looked at.
    let reached = failed.map_or(log.events.len() as u64, |error| error.sequence().map_or(0, |at| at + 1));
    for (place, event) in (0..reached).zip(&log.events) {
        let always = [BreakKind::Shape, BreakKind::Hash, BreakKind::Signature, BreakKind::Actor];
        always.into_iter().for_each(|kind| breaks.examined(kind));
        match place {
            0 => breaks.examined(BreakKind::Genesis),
            _ => [BreakKind::Gap, BreakKind::Order, BreakKind::Link]
                .into_iter()
                .for_each(|kind| breaks.examined(kind)),
        }
        if event.kind.establishes() && (place > 0 || event.kind.is_delegated()) {
            breaks.examined(BreakKind::Handover);
        }
    }
    for (place, event) in (0..reached).zip(&log.events) {
        let wanted = event.established.as_ref().map_or(0, |established| established.witness_threshold);
        if wanted > 0 {
            let expected = format!("receipts of {wanted} witnesses");
            breaks.not_established(BreakKind::Signature, at(place), expected, "receipts are not read here");
        }
    }
    if let Some(begun) = log.begun().filter(|begun| *begun != log.prefix()) {
        breaks.broken(BreakKind::Genesis, at(0), log.prefix(), begun);
    }
    match kel {
        Err(error) => {
            let (kind, expected) = of_error(error);
            breaks.broken(kind, at(error.sequence().unwrap_or(0)), expected, error.to_string());
        }
        Ok(kel) => {
            for (sequence, laxity) in &kel.laxities {
                let (kind, expected, found) = of_laxity(laxity);
                breaks.broken(kind, at(*sequence), expected, found);
            }
        }
    }
    let mut outcomes = Vec::new();
    for pin in pins.iter().filter(|pin| pin.chain == log.did) {
        let place = usize::try_from(pin.head.count).ok().and_then(|count| count.checked_sub(1));
        let outcome = match place.and_then(|place| log.events.get(place)).map(|event| event.digest()) {
            None => PinOutcome::NotReached,
            Some(found) if found != pin.head.hash => PinOutcome::Differs { found },
            Some(_) => PinOutcome::Matched { behind: log.events.len() as u64 - pin.head.count },
        };
        breaks.examined(BreakKind::Head);
        let last = at((log.events.len() as u64).saturating_sub(1));
        match &outcome {
            PinOutcome::Matched { .. } => {}
            PinOutcome::Differs { found } => {
                breaks.broken(BreakKind::Head, last, pin.head.to_string(), found.hex());
            }
            PinOutcome::NotReached => {
                let found = format!("{} events", log.events.len());
                breaks.broken(BreakKind::Head, last, pin.head.to_string(), found);
            }
        }
        outcomes.push((pin.head, outcome));
    }
    let head = log.events.last().map(|event| Head { count: log.events.len() as u64, hash: event.digest() });
    let (breaks, tallies) = breaks.finish();
    let signers = BTreeMap::new();
    Timeline {
        chain: log.did.clone(),
        count: log.events.len() as u64,
        head,
        pins: outcomes,
        // Behind a fault nothing was computed.
        bound: kel.is_ok(),
        signers,
        ..Timeline::unread(Format::AuthsKel, breaks, tallies)
    }
}

fn of_error(error: &KelError) -> (BreakKind, &'static str) {
    match error {
        KelError::Empty | KelError::Inception { .. } => (BreakKind::Genesis, "an event that begins a log"),
        KelError::Attachments { .. } => (BreakKind::Signature, "signatures beside every event"),
        KelError::Said { .. } => (BreakKind::Hash, "an event that hashes to its name"),
        KelError::Sequence { expected, found } if found > expected => (BreakKind::Gap, "the next event"),
        KelError::Sequence { .. } => (BreakKind::Order, "the next event"),
        KelError::Chain { .. } => (BreakKind::Link, "the hash of the event before"),
        KelError::Prefix { .. } => (BreakKind::Case, "an event of this log"),
        KelError::Signature { .. } => (BreakKind::Signature, "enough signatures by keys that count"),
        KelError::Rule { .. } => (BreakKind::Shape, "an event that keeps the rules of its kind"),
        KelError::NonTransferable { .. }
        | KelError::Abandoned { .. }
        | KelError::EstablishmentOnly { .. } => (BreakKind::Order, "no such event here"),
        _ => (BreakKind::Handover, "keys or a delegation that somebody entitled announced"),
    }
}

fn of_laxity(laxity: &Laxity) -> (BreakKind, &'static str, String) {
    match laxity {
        Laxity::ThresholdZero => {
            (BreakKind::Signature, "a threshold that somebody has to meet", "a threshold of 0".to_owned())
        }
        Laxity::RepeatedKey => (BreakKind::Signature, "distinct keys", "one key listed twice".to_owned()),
        Laxity::Member(name) => (BreakKind::Shape, "the members of the event and no other", name.clone()),
        Laxity::Absent(name) => (BreakKind::Shape, "all members of the event", format!("no {name}")),
        Laxity::Size => (BreakKind::Shape, "the size of the event", "another".to_owned()),
        Laxity::Abandoned => {
            (BreakKind::Actor, "nothing after a change to no keys", "a delegate that goes on".to_owned())
        }
        Laxity::Rule(what) => (BreakKind::Handover, "the rules of a change of keys", (*what).to_owned()),
        Laxity::Seal => (
            BreakKind::Handover,
            "a seal with prefix, number and hash of the event",
            "the hash alone".to_owned(),
        ),
        Laxity::Prefix => (BreakKind::Case, "an event of this log", "another prefix".to_owned()),
    }
}
