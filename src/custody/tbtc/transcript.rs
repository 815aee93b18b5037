//! Transcripts: how the attempts of a session gave way to one another, and why.
//!
//! A record states a hash of itself, under no key, and does not name the one
//! before: whoever writes a record anew computes its hash, and only the numbers
//! and ids of attempts on both sides show that a record is gone. So a transcript
//! alone is never complete.

use super::{Peer, hex64, identifier, identifiers, moment, text_id};
use crate::custody::breaks::{At, Breaks};
use crate::custody::display::Display;
use crate::custody::{BreakKind, Format, Head, Link, Pin, PinOutcome, Timeline};
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::time::UnixTime;
use crate::wire::json::{self, Value};
use crate::wire::python;
use crate::wire::shape::{Fields, ShapeError};

/// A session's transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The session.
    pub session: String,
    /// How many transitions it says there were.
    pub count: u64,
    /// Those that are here.
    pub records: Vec<Transition>,
}

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The attempt that was given up.
    pub from: u32,
    /// The one after it.
    pub to: u32,
    /// The id of the first.
    pub from_id: String,
    /// The id of the second.
    pub to_id: String,
    round: String,
    request: String,
    /// Who coordinated the first.
    pub from_coordinator: u16,
    /// Who is to coordinate the second.
    pub to_coordinator: u16,
    /// Why.
    pub reason: String,
    /// Who takes part no more.
    pub excluded: Vec<u16>,
    proof: Option<String>,
    /// The hash that it states of itself.
    pub stated: Digest,
    at_seconds: u64,
    /// When it was recorded, by its own word.
    pub at: UnixTime,
}

impl Transcript {
    pub(super) fn read(value: &Value) -> Result<Transcript, ShapeError> {
        let mut fields = Fields::closed(value, "")?;
        let session = fields.str("session_id")?;
        if !text_id(session) {
            return Err(fields.invalid("session_id", "an id of a session", session));
        }
        let (session, count) = (session.to_owned(), fields.u64("transition_count")?);
        let all = fields.array("records")?;
        if all.len() > limits::TBTC_RECORDS_MAX {
            let expected = format!("{} records at most", limits::TBTC_RECORDS_MAX);
            return Err(fields.invalid("records", &expected, &all.len().to_string()));
        }
        let records = all.iter().enumerate().map(|(index, one)| Transition::read(one, index));
        let records = records.collect::<Result<Vec<_>, ShapeError>>()?;
        fields.finish()?;
        Ok(Transcript { session, count, records })
    }
}

impl Transition {
    fn read(value: &Value, index: usize) -> Result<Transition, ShapeError> {
        let mut fields = Fields::closed(value, format!("/records/{index}"))?;
        let attempt = |fields: &mut Fields<'_>, name: &str| {
            let number = fields.u64(name)?;
            let found = || fields.invalid(name, "a number from 1 to 128", &number.to_string());
            u32::try_from(number).ok().filter(|n| (1..=super::ATTEMPTS_MAX).contains(n)).ok_or_else(found)
        };
        let from = attempt(&mut fields, "from_attempt_number")?;
        let to = attempt(&mut fields, "to_attempt_number")?;
        let from_id = hex64(&mut fields, "from_attempt_id")?;
        let to_id = hex64(&mut fields, "to_attempt_id")?;
        let round = fields.str("previous_round_id")?.to_owned();
        let request = fields.str("previous_sign_request_fingerprint")?.to_owned();
        let from_coordinator = identifier(&mut fields, "from_coordinator_identifier")?;
        let to_coordinator = identifier(&mut fields, "to_coordinator_identifier")?;
        let reason = fields.str("reason")?.to_owned();
        let excluded = match fields.opt_array("excluded_member_identifiers")? {
            Some(_) => identifiers(&mut fields, "excluded_member_identifiers")?,
            None => Vec::new(),
        };
        if !excluded.windows(2).all(|pair| pair[0] < pair[1]) {
            let expected = "each member once, ascending";
            return Err(fields.invalid("excluded_member_identifiers", expected, "something else"));
        }
        let proof = match fields.opt_str("invalid_share_proof_fingerprint")? {
            Some(_) => Some(hex64(&mut fields, "invalid_share_proof_fingerprint")?),
            None => None,
        };
        match (reason.as_str(), &proof, excluded.is_empty()) {
            ("coordinator_timeout", None, _) | ("invalid_share_proof", Some(_), false) => {}
            ("coordinator_timeout", ..) => {
                let (name, expected) = ("invalid_share_proof_fingerprint", "nothing, after a timeout");
                return Err(fields.invalid(name, expected, "a fingerprint"));
            }
            ("invalid_share_proof", ..) => {
                let expected = "coordinator_timeout, or the fingerprint of a proof and whom it excludes";
                return Err(fields.invalid("reason", expected, &reason));
            }
            _ => {
                let expected = "coordinator_timeout or invalid_share_proof";
                return Err(fields.invalid("reason", expected, &reason));
            }
        }
        let stated = hex64(&mut fields, "transcript_hash")?;
        let stated = Digest::from_hex(Algorithm::Sha256, &stated).expect("64 digits");
        let at_seconds = fields.u64("recorded_at_unix")?;
        let at = moment(at_seconds).ok_or_else(|| {
            fields.invalid("recorded_at_unix", "seconds until the year 9999", &at_seconds.to_string())
        })?;
        fields.finish()?;
        Ok(Transition {
            from,
            to,
            from_id,
            to_id,
            round,
            request,
            from_coordinator,
            to_coordinator,
            reason,
            excluded,
            proof,
            stated,
            at_seconds,
            at,
        })
    }

    /// The text whose hash it states: the record in its fixed order with an empty
    /// `transcript_hash`.
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        let mut separator = b'{';
        let mut name = |out: &mut Vec<u8>, name: &str| {
            out.push(separator);
            separator = b',';
            python::string(out, name);
            out.push(b':');
        };
        let number = |out: &mut Vec<u8>, number: u64| out.extend_from_slice(number.to_string().as_bytes());
        name(&mut out, "from_attempt_number");
        number(&mut out, self.from.into());
        name(&mut out, "to_attempt_number");
        number(&mut out, self.to.into());
        for (member, text) in [
            ("from_attempt_id", &self.from_id),
            ("to_attempt_id", &self.to_id),
            ("previous_round_id", &self.round),
            ("previous_sign_request_fingerprint", &self.request),
        ] {
            name(&mut out, member);
            python::string(&mut out, text);
        }
        name(&mut out, "from_coordinator_identifier");
        number(&mut out, self.from_coordinator.into());
        name(&mut out, "to_coordinator_identifier");
        number(&mut out, self.to_coordinator.into());
        name(&mut out, "reason");
        python::string(&mut out, &self.reason);
        if !self.excluded.is_empty() {
            name(&mut out, "excluded_member_identifiers");
            let ids: Vec<String> = self.excluded.iter().map(u16::to_string).collect();
            out.extend_from_slice(format!("[{}]", ids.join(",")).as_bytes());
        }
        if let Some(proof) = &self.proof {
            name(&mut out, "invalid_share_proof_fingerprint");
            python::string(&mut out, proof);
        }
        name(&mut out, "transcript_hash");
        python::string(&mut out, "");
        name(&mut out, "recorded_at_unix");
        number(&mut out, self.at_seconds);
        out.push(b'}');
        out
    }
}

/// Takes a transcript line by line, though it is one text.
#[derive(Default)]
pub(in crate::custody) struct Whole {
    text: Vec<u8>,
    pins: Vec<Pin>,
}

impl Whole {
    pub fn new(pins: Vec<Pin>) -> Whole {
        Whole { text: Vec::new(), pins }
    }

    pub fn line(&mut self, raw: &[u8]) {
        let room = (limits::CUSTODY_LINE_BYTES_MAX + 1).saturating_sub(self.text.len());
        self.text.extend_from_slice(&raw[..raw.len().min(room)]);
        self.text.push(b'\n');
    }

    pub fn finish(self) -> Timeline {
        let read = || {
            if self.text.len() > limits::CUSTODY_LINE_BYTES_MAX {
                return Err(format!("more than {} bytes", limits::CUSTODY_LINE_BYTES_MAX));
            }
            let value = json::parse(&self.text).map_err(|error| error.to_string())?;
            Transcript::read(&value).map_err(|error| error.to_string())
        };
        match read() {
            Ok(transcript) => timeline(&transcript, &self.pins),
            Err(found) => {
                let mut breaks = Breaks::default();
                breaks.examined(BreakKind::Shape);
                let at = At { line: 1, sequence: None };
                breaks.broken(BreakKind::Shape, at, "a transcript", found);
                let (breaks, tallies) = breaks.finish();
                Timeline::unread(Format::TbtcTranscript, breaks, tallies)
            }
        }
    }
}

/// The transcript as a timeline of its session. Each event has the number of the
/// attempt that was given up.
pub fn timeline(transcript: &Transcript, pins: &[Pin]) -> Timeline {
    let (mut breaks, mut display) = (Breaks::default(), Display::whole());
    let mut before: Option<&Transition> = None;
    let mut lost = 0;
    for (index, record) in transcript.records.iter().enumerate() {
        let at = At { line: index as u64 + 1, sequence: Some(record.from.into()) };
        breaks.examined(BreakKind::Hash);
        let computed = Digest::sha256(&record.text());
        if computed != record.stated {
            breaks.broken(BreakKind::Hash, at, computed.hex(), record.stated.hex());
        }
        lost += follow(&mut breaks, at, before, record);
        display.event(
            at.line,
            record.at,
            Link {
                sequence: record.from.into(),
                previous: before.map_or(Digest::sha256(b""), |r| r.stated),
                hash: record.stated,
            },
            &record.reason,
            &format!("coordinator {}", record.from_coordinator),
        );
        before = Some(record);
    }
    let last = transcript.records.len() as u64;
    let at = At { line: last.max(1), sequence: before.map(|record| record.from.into()) };
    breaks.examined(BreakKind::Gap);
    match (transcript.count == last, transcript.count == last + lost) {
        (true, _) => {}
        // Those that are missing between the others are said already.
        (_, true) => breaks.cascaded(BreakKind::Gap),
        _ => breaks.broken(
            BreakKind::Gap,
            at,
            format!("{} transitions", transcript.count),
            format!("{last} records"),
        ),
    }
    let mine = pins.iter().filter(|pin| pin.chain == transcript.session);
    let outcome = |head: &Head| {
        let found = transcript.records.iter().position(|record| u64::from(record.from) == head.count);
        match found.map(|at| (at, transcript.records[at].stated)) {
            None => PinOutcome::NotReached,
            Some((at, hash)) if hash == head.hash => PinOutcome::Matched { behind: last - 1 - at as u64 },
            Some((_, found)) => PinOutcome::Differs { found },
        }
    };
    let pins: Vec<(Head, PinOutcome)> = mine.map(|pin| (pin.head, outcome(&pin.head))).collect();
    for (head, outcome) in &pins {
        breaks.examined(BreakKind::Head);
        match outcome {
            PinOutcome::Matched { .. } => {}
            PinOutcome::Differs { found } => {
                breaks.broken(BreakKind::Head, at, head.to_string(), found.hex());
            }
            PinOutcome::NotReached => {
                breaks.broken(BreakKind::Head, at, head.to_string(), "no record of that attempt");
            }
        }
    }
    let (breaks, tallies) = breaks.finish();
    let shown = display.finish();
    Timeline {
        chain: transcript.session.clone(),
        count: last,
        head: before.map(|record| Head { count: record.from.into(), hash: record.stated }),
        claimed: shown.claimed,
        first: shown.first,
        last: shown.last,
        pins,
        ..Timeline::unread(Format::TbtcTranscript, breaks, tallies)
    }
}

/// How a record goes on from the one before; gives how many are missing between.
fn follow(breaks: &mut Breaks, at: At, before: Option<&Transition>, record: &Transition) -> u64 {
    use BreakKind::{Actor, Duplicate, Gap, Genesis, Link, Order, Time};
    breaks.examined(Order);
    if record.to != record.from + 1 {
        let expected = format!("from attempt {} to {}", record.from, record.from + 1);
        breaks.broken(Order, at, expected, format!("to {}", record.to));
    }
    breaks.examined(Actor);
    if record.excluded.contains(&record.to_coordinator) {
        let expected = "a coordinator who takes part";
        breaks.broken(Actor, at, expected, format!("{}, who is excluded", record.to_coordinator));
    }
    breaks.examined(Link);
    if record.from_id == record.to_id {
        breaks.broken(Link, at, "ids that differ", record.to_id.as_str());
    }
    let Some(before) = before else {
        breaks.examined(Genesis);
        if record.from != 1 {
            let (expected, found) = ("a transition from attempt 1", format!("from {}", record.from));
            breaks.broken(Genesis, at, expected, found);
        }
        return u64::from(record.from - 1);
    };
    for kind in [Duplicate, Gap, Time] {
        breaks.examined(kind);
    }
    let expected = format!("a transition from attempt {}", before.to);
    let found = format!("from {}", record.from);
    if record == before {
        breaks.broken(Duplicate, at, expected, found);
        return 0;
    }
    if record.from > before.to {
        breaks.broken(Gap, at, expected, found);
        return u64::from(record.from - before.to);
    }
    if record.from < before.to {
        breaks.broken(Order, at, expected, found);
        return 0;
    }
    if record.from_id != before.to_id {
        breaks.broken(Link, at, before.to_id.as_str(), record.from_id.as_str());
    } else if record.from_coordinator != before.to_coordinator {
        let expected = format!("coordinator {}", before.to_coordinator);
        breaks.broken(Link, at, expected, format!("coordinator {}", record.from_coordinator));
    }
    if record.at < before.at {
        breaks.broken(Time, at, format!("not before {}", before.at), record.at.to_string());
    }
    0
}

/// What tBTC itself says of it: hashes, number and continuity.
pub fn peer(transcript: &Transcript) -> Peer {
    let reason = || {
        if transcript.count != transcript.records.len() as u64 {
            return Some("transition_count_mismatch");
        }
        let mut next = 1;
        for record in &transcript.records {
            if Digest::sha256(&record.text()) != record.stated {
                return Some("transcript_hash_mismatch");
            }
            if record.from != next || record.to != next + 1 {
                return Some("attempt_continuity");
            }
            next = record.to;
        }
        None
    };
    let reasons: Vec<&'static str> = reason().into_iter().collect();
    let verdict = if reasons.is_empty() { "ok" } else { "broken" };
    Peer { command: "transcript audit", verdict, reasons, untold: None }
}
