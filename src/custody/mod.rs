//! Custody timelines: who held the evidence when, and whether the record of it
//! is whole.
//!
//! A timeline is read line by line and never held: [`Fold`] keeps a head, the
//! open questions and counts, whose size does not depend on the number of
//! events. A [`Break`] is one fault at one line. After a fault the fold finds
//! its feet again by rules that are written beside each kind, so that one
//! fault is one break; what merely follows from an earlier fault is counted as
//! [`Tally::cascaded`].

pub mod auths;
mod breaks;
mod chain;
mod display;
pub mod ledger;
pub mod prx;
mod roster;
mod signers;
pub mod signet;
pub mod stella;
pub mod stellaops;
pub mod tbtc;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::anchor::{Authority, Identity};
use crate::digest::{Algorithm, Digest};
use crate::time::{Interval, UnixTime};

use ledger::anchor::{Anchor, Anchored};
pub use roster::Roster;
pub use signers::{KeyUse, Signer};

/// The formats of timelines that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Key event logs in a bundle of auths, docs/formats/auths.md.
    AuthsKel,
    /// The hash-chained ledger of StellaOps, docs/formats/ledger.md.
    LedgerEventV1,
    /// The provenance ledger of prx, docs/formats/prx.md.
    PrxDerivations,
    /// The audit log of signet, docs/formats/signet.md.
    SignetAudit,
    /// Our own format, docs/formats/custody.md.
    StellaCustodyV1,
    /// One of the timelines of StellaOps without links, docs/formats/stellaops.md.
    StellaOps(stellaops::Schema),
    /// Transitions between attempts of the signer of tBTC, docs/formats/tbtc.md.
    TbtcTranscript,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 9] = [
        Format::AuthsKel,
        Format::LedgerEventV1,
        Format::PrxDerivations,
        Format::SignetAudit,
        Format::StellaCustodyV1,
        Format::StellaOps(stellaops::Schema::Forensics),
        Format::StellaOps(stellaops::Schema::Numbered),
        Format::StellaOps(stellaops::Schema::Clocked),
        Format::TbtcTranscript,
    ];

    /// The name that stands in reports.
    pub fn name(self) -> &'static str {
        match self {
            Format::LedgerEventV1 => "ledger.event.v1",
            Format::PrxDerivations => "prx.derivations",
            Format::AuthsKel => "auths.kel",
            Format::SignetAudit => "signet.audit",
            Format::StellaCustodyV1 => "stella.custody/v1",
            Format::StellaOps(stellaops::Schema::Forensics) => "stellaops.forensics",
            Format::StellaOps(stellaops::Schema::Numbered) => "stellaops.timeline-event",
            Format::StellaOps(stellaops::Schema::Clocked) => "stellaops.timeline-event/v1",
            Format::TbtcTranscript => "tbtc.transcript",
        }
    }

    /// What the documents of the format leave open and we took. A timeline whose
    /// format has assumptions establishes nothing alone.
    pub fn assumptions(self) -> &'static [&'static str] {
        match self {
            Format::LedgerEventV1 => ledger::ASSUMPTIONS,
            Format::StellaOps(schema) => schema.assumptions(),
            Format::AuthsKel => &[],
            Format::PrxDerivations
            | Format::SignetAudit
            | Format::StellaCustodyV1
            | Format::TbtcTranscript => &[],
        }
    }

    /// Whether the hash of an event covers the hash of the one before, so that
    /// a head stands for the whole history. In `ledger.event.v1` the link stands
    /// beside what is hashed; there only anchors cover the history. A transcript
    /// of tBTC has no link at all.
    pub fn head_binds_history(self) -> bool {
        !matches!(self, Format::LedgerEventV1 | Format::TbtcTranscript)
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.name() == name)
    }
}

/// Which format a file of lines is, by its first line (without the line feed).
/// Looks only at the discriminating members; whether the rest is sound is the
/// business of [`Fold`].
pub fn recognise(first_line: &[u8]) -> Option<Format> {
    if !first_line.starts_with(b"{") {
        return None;
    }
    // One way along the line, however many names there are to look for.
    let mut signs = [
        b"\"schema\":\"stella.custody/v1\"".as_slice(),
        b"\"event_hash\"",
        b"\"previous_hash\"",
        b"\"merkle_leaf_hash\"",
        b"\"check_name\"",
        b"\"decision\"",
        b"\"entry_id\"",
        b"\"hmac\"",
        b"\"owner_type\"",
        b"\"prev_hmac\"",
        b"\"ts_ns\"",
        b"\"derivationId\"",
        b"\"manifest\"",
        b"\"ts\"",
        b"\"event_id\"",
        b"\"tenant\"",
        b"\"timestamp\"",
        b"\"category\"",
        b"\"eventId\"",
        b"\"tenantId\"",
        b"\"eventType\"",
        b"\"occurredAt\"",
        b"\"tHlc\"",
        b"\"payloadDigest\"",
        b"\"t_hlc\"",
        b"\"payload_digest\"",
    ]
    .map(|sign| (sign, false));
    let quotes = first_line.iter().enumerate().filter(|(_, byte)| **byte == b'"');
    for rest in quotes.map(|(at, _)| &first_line[at..]) {
        if let Some((_, seen)) = signs.iter_mut().find(|(sign, _)| rest.starts_with(sign)) {
            *seen = true;
        }
    }
    let all = |signs: &[(&[u8], bool)]| signs.iter().all(|(_, seen)| *seen);
    let (custody, rest) = signs.split_at(1);
    let (ledger, rest) = rest.split_at(3);
    let (signet, rest) = rest.split_at(7);
    let (prx, rest) = rest.split_at(3);
    let (forensics, rest) = rest.split_at(4);
    let (numbered, rest) = rest.split_at(4);
    let (clocked, exported) = rest.split_at(2);
    if all(custody) {
        return Some(Format::StellaCustodyV1);
    }
    if all(ledger) {
        return Some(Format::LedgerEventV1);
    }
    if all(prx) {
        return Some(Format::PrxDerivations);
    }
    if all(forensics) {
        return Some(Format::StellaOps(stellaops::Schema::Forensics));
    }
    if all(clocked) || all(exported) {
        return Some(Format::StellaOps(stellaops::Schema::Clocked));
    }
    if all(numbered) {
        return Some(Format::StellaOps(stellaops::Schema::Numbered));
    }
    // One of them may be what was tampered with.
    (signet.iter().filter(|(_, seen)| *seen).count() >= signet.len() - 1).then_some(Format::SignetAudit)
}

/// What can be wrong with a timeline. Each kind is a check of its own,
/// `custody.<name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakKind {
    /// A line is not an event of the format in its one spelling.
    Shape,
    /// The first event does not begin a timeline, or a later one begins again.
    Genesis,
    /// Events are missing.
    Gap,
    /// Events stand in another order than they were numbered, or after the end.
    Order,
    /// The same event stands there twice.
    Duplicate,
    /// Two different events claim the same place.
    Fork,
    /// The hash of the previous event is not the one recorded.
    Link,
    /// An event's recorded hash is not the hash of its content.
    Hash,
    /// An event's recorded Merkle leaf is not made from its hash and sequence.
    Leaf,
    /// A signed anchor does not agree with the events it covers.
    Anchor,
    /// An event belongs to another case (ledger: another tenant).
    Case,
    /// A signature is missing or wrong.
    Signature,
    /// Whoever acted is nobody who may.
    Actor,
    /// Someone acted without having been handed the evidence.
    Handover,
    /// The evidence, hashed again, is not what was collected.
    Rehash,
    /// A redaction names no earlier event.
    Redaction,
    /// Claimed times run backwards.
    Time,
    /// The timeline contradicts a pinned head.
    Head,
    /// A record does not follow from what it was made from.
    Record,
}

impl BreakKind {
    /// Every kind, in order.
    pub const ALL: [BreakKind; 19] = [
        BreakKind::Shape,
        BreakKind::Genesis,
        BreakKind::Gap,
        BreakKind::Order,
        BreakKind::Duplicate,
        BreakKind::Fork,
        BreakKind::Link,
        BreakKind::Hash,
        BreakKind::Leaf,
        BreakKind::Anchor,
        BreakKind::Case,
        BreakKind::Signature,
        BreakKind::Actor,
        BreakKind::Handover,
        BreakKind::Rehash,
        BreakKind::Redaction,
        BreakKind::Time,
        BreakKind::Head,
        BreakKind::Record,
    ];

    /// The part of the check's id after `custody.`.
    pub fn name(self) -> &'static str {
        match self {
            BreakKind::Shape => "shape",
            BreakKind::Genesis => "genesis",
            BreakKind::Gap => "gap",
            BreakKind::Order => "order",
            BreakKind::Duplicate => "duplicate",
            BreakKind::Fork => "fork",
            BreakKind::Link => "link",
            BreakKind::Hash => "hash",
            BreakKind::Leaf => "leaf",
            BreakKind::Anchor => "anchor",
            BreakKind::Case => "case",
            BreakKind::Signature => "signature",
            BreakKind::Actor => "actor",
            BreakKind::Handover => "handover",
            BreakKind::Rehash => "rehash",
            BreakKind::Redaction => "redaction",
            BreakKind::Time => "time",
            BreakKind::Head => "head",
            BreakKind::Record => "record",
        }
    }
}

/// Whether a fault is proven, or only that nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Computed, and wrong: the check failed.
    Broken,
    /// Nobody we know says so: the check is not established.
    NotEstablished,
}

/// One fault at one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// Number of the line in the file, from 1.
    pub line: u64,
    /// Which check it belongs to.
    pub kind: BreakKind,
    /// Proven wrong, or not established.
    pub standing: Standing,
    /// The number that the event gives itself, where it could be read.
    pub sequence: Option<u64>,
    /// What should stand there.
    pub expected: String,
    /// What does, quoted to at most [`crate::limits::CUSTODY_QUOTE_BYTES_MAX`] bytes.
    pub found: String,
}

/// What one check did on a timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many events (anchors, pins) it looked at.
    pub examined: u64,
    /// How many were wrong.
    pub broken: u64,
    /// How many could not be established.
    pub not_established: u64,
    /// How many were left unjudged because an earlier fault explains them.
    pub cascaded: u64,
}

/// The state of a chain after so many events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// Sequence of the last event.
    pub count: u64,
    /// Its hash, SHA-256.
    pub hash: Digest,
}

/// Why a text is not a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not COUNT:HASH with a count from 1 and 64 lower-case hexadecimal digits")]
pub struct HeadError;

impl Head {
    /// Reads `COUNT:HASH`, in one spelling only.
    pub fn parse(text: &str) -> Result<Head, HeadError> {
        let (count, hash) = text.split_once(':').ok_or(HeadError)?;
        let count = decimal(count).filter(|n| *n > 0).ok_or(HeadError)?;
        let hash = Digest::from_hex(Algorithm::Sha256, hash).map_err(|_| HeadError)?;
        Ok(Head { count, hash })
    }
}

/// `COUNT:HASH`, as it is written down and read back.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.count, self.hash.hex())
    }
}

/// A head that someone noted outside the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Which chain: a case id, or a ledger's chain id.
    pub chain: String,
    /// What its head was.
    pub head: Head,
}

/// How a timeline stands to a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinOutcome {
    /// The event of that number has that hash; so many events follow it.
    Matched {
        /// Events after the pinned one, which the pin says nothing of.
        behind: u64,
    },
    /// The event of that number has another hash.
    Differs {
        /// The hash found there.
        found: Digest,
    },
    /// The timeline ends before, or lacks that event.
    NotReached,
}

/// Whether it is known that nothing was cut off the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// A pin agrees with the very last event.
    Pinned,
    /// A pin agrees with an earlier event; what follows may have lost its tail.
    PinnedUntil {
        /// Sequence up to which it is established.
        count: u64,
    },
    /// A pin agrees with one event, but in this format the hash of an event
    /// says nothing of those before it ([`Format::head_binds_history`]).
    PinnedEvent {
        /// Sequence of that event.
        count: u64,
    },
    /// No pin agrees.
    NotEstablished,
}

/// What one event says of itself. Claims, until signatures and links stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of its line, from 1.
    pub line: u64,
    /// Its sequence in the chain.
    pub sequence: u64,
    /// What kind of event, in the format's word.
    pub kind: String,
    /// Who says to have acted.
    pub actor: String,
    /// When it says to have happened.
    pub at: UnixTime,
    /// Its hash in the chain.
    pub hash: Digest,
}

/// How an event is tied to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Sequence of the event.
    pub sequence: u64,
    /// The hash it names as that of the event before.
    pub previous: Digest,
    /// Its own hash.
    pub hash: Digest,
}

/// Events that are missing: from `first` to `last`, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// First missing sequence.
    pub first: u64,
    /// Last missing sequence.
    pub last: u64,
}

/// Evidence passing from one custodian to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Number of the line, from 1.
    pub line: u64,
    /// Sequence of the event.
    pub sequence: u64,
    /// Who gave.
    pub from: String,
    /// Who received.
    pub to: String,
    /// When, as claimed.
    pub at: UnixTime,
    /// How many items of evidence were hashed again.
    pub items: u64,
    /// Whether both signatures are good.
    pub established: bool,
}

/// Text of a decimal number in its one spelling.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// What was learnt of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Which format the file has.
    pub format: Format,
    /// Case id, or a ledger's chain id; empty if no line could be read.
    pub chain: String,
    /// How many lines were events of this chain.
    pub count: u64,
    /// Last event, where there is one.
    pub head: Option<Head>,
    /// The faults by line, the first [`crate::limits::BREAKS_KEPT_MAX`] of them.
    pub breaks: Vec<Break>,
    /// What each check examined, and how it ended; complete where `breaks` is cut.
    pub tallies: BTreeMap<BreakKind, Tally>,
    /// From the earliest to the latest claimed time.
    pub claimed: Interval,
    /// First events, for display.
    pub first: Vec<Event>,
    /// Last events that are not among the first, for display.
    pub last: Vec<Event>,
    /// Handovers, the first [`crate::limits::HANDOVERS_KEPT_MAX`] of them.
    pub handovers: Vec<Handover>,
    /// Who signed, as far as signatures hold under keys trusted for custody.
    pub signers: BTreeMap<Identity, Signer>,
    /// The evidence that was collected, by name, with its digest at that time.
    pub exhibits: BTreeMap<String, Digest>,
    /// Each anchor that was given for the tenant of this chain, and how it fared.
    pub anchors: Vec<Anchored>,
    /// Each pin that names this chain, and how it fared.
    pub pins: Vec<(Head, PinOutcome)>,
    /// Whether its head stands for the whole history: by its format
    /// ([`Format::head_binds_history`]), and because what binds it was computed.
    pub bound: bool,
    /// What the verifier of the system itself says of it, where it has one.
    pub peers: Vec<signet::peer::Answer>,
    /// Time stamps over its rows, whose authorities are not asked yet.
    pub stamps: signet::stamp::Kept,
    /// The log in parts, where rows of it lie in archives.
    pub parts: Vec<signet::peer::Part>,
    /// What its events say of envelopes, the first of it.
    pub provenance: Vec<stellaops::Provenance>,
    /// The receipts whose rows were met.
    pub receipts: Vec<signet::receipt::Met>,
    /// The commits that it is about, as prx asks for them before a merge.
    pub guard: prx::guard::Guard,
}

impl Timeline {
    /// Of a file of which no event could be read.
    fn unread(format: Format, breaks: Vec<Break>, tallies: BTreeMap<BreakKind, Tally>) -> Timeline {
        Timeline {
            format,
            chain: String::new(),
            count: 0,
            head: None,
            breaks,
            tallies,
            claimed: Interval::UNKNOWN,
            first: Vec::new(),
            last: Vec::new(),
            handovers: Vec::new(),
            signers: BTreeMap::new(),
            exhibits: BTreeMap::new(),
            anchors: Vec::new(),
            pins: Vec::new(),
            bound: format.head_binds_history(),
            peers: Vec::new(),
            stamps: signet::stamp::Kept::default(),
            parts: Vec::new(),
            provenance: Vec::new(),
            receipts: Vec::new(),
            guard: prx::guard::Guard::default(),
        }
    }

    /// How often each kind of fault was proven.
    pub fn break_counts(&self) -> BTreeMap<BreakKind, u64> {
        self.tallies.iter().filter(|(_, t)| t.broken > 0).map(|(kind, t)| (*kind, t.broken)).collect()
    }

    /// Whether nothing is known to be missing at the end.
    pub fn completeness(&self) -> Completeness {
        let matched = self.pins.iter().filter_map(|(head, outcome)| match outcome {
            PinOutcome::Matched { behind } => Some((*behind, head.count)),
            _ => None,
        });
        match matched.min() {
            Some((_, count)) if !self.bound => Completeness::PinnedEvent { count },
            Some((0, _)) => Completeness::Pinned,
            Some((_, count)) => Completeness::PinnedUntil { count },
            None => Completeness::NotEstablished,
        }
    }
}

/// What lies beside timelines and is held against them while they are read.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Anchors of ledgers.
    pub anchors: Vec<Anchor>,
    /// Receipts of rows of signet.
    pub receipts: Vec<signet::receipt::Receipt>,
}

impl Beside {
    /// How much it is.
    pub fn len(&self) -> usize {
        self.anchors.len() + self.receipts.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads one file of lines.
pub struct Fold {
    lines: u64,
    format: Format,
    follow: Follow,
}

enum Follow {
    Stella(Box<stella::follow::Follow>),
    Ledger(Box<ledger::follow::Follow>),
    Signet(Box<signet::follow::Follow>),
    /// A bundle is one value, however many lines it is on.
    Auths(Vec<u8>, Vec<Pin>),
    Prx(Box<prx::follow::Follow>),
    Tbtc(Box<tbtc::transcript::Whole>),
    StellaOps(Box<stellaops::follow::Follow>),
}

impl Fold {
    /// Begins a file. `authorities` may be the whole trust store: whoever is in
    /// it for another purpose is refused as an actor, whoever is not in it is
    /// unknown. `pins` are heads noted outside the evidence.
    pub fn new(format: Format, authorities: &[Authority], pins: &[Pin]) -> Fold {
        Fold::among(format, &Arc::new(Roster::new(authorities)), pins, &Arc::default())
    }

    /// The same for one of many files, with anchors that lie beside a ledger.
    /// Nothing of them needs to be verified: that the events agree with an
    /// anchor, or do not, says nothing about who made it.
    pub fn among(format: Format, roster: &Arc<Roster>, pins: &[Pin], beside: &Arc<Beside>) -> Fold {
        let (lines, pins) = (0, pins.to_vec());
        let follow = match format {
            Format::StellaCustodyV1 => {
                Follow::Stella(Box::new(stella::follow::Follow::new(roster.clone(), pins)))
            }
            Format::LedgerEventV1 => {
                Follow::Ledger(Box::new(ledger::follow::Follow::new(pins, beside.clone())))
            }
            Format::PrxDerivations => Follow::Prx(Box::new(prx::follow::Follow::new(roster.clone(), pins))),
            Format::AuthsKel => Follow::Auths(Vec::new(), pins),
            Format::SignetAudit => {
                Follow::Signet(Box::new(signet::follow::Follow::new(roster.clone(), pins).beside(beside)))
            }
            Format::StellaOps(schema) => {
                Follow::StellaOps(Box::new(stellaops::follow::Follow::new(format, schema, pins)))
            }
            Format::TbtcTranscript => Follow::Tbtc(Box::new(tbtc::transcript::Whole::new(pins))),
        };
        Fold { lines, format, follow }
    }

    /// What signet says is as with `--summarize-cascades`: links that are broken
    /// one after the other are one break.
    pub fn cascades_summarised(self) -> Fold {
        let follow = match self.follow {
            Follow::Signet(follow) => Follow::Signet(Box::new(follow.summarised())),
            other => other,
        };
        Fold { follow, ..self }
    }

    /// Takes the next line, without its line feed.
    pub fn line(&mut self, raw: &[u8]) {
        self.lines += 1;
        match &mut self.follow {
            Follow::Stella(follow) => follow.line(self.lines, raw),
            Follow::Ledger(follow) => follow.line(self.lines, raw),
            Follow::Signet(follow) => follow.line(self.lines, raw),
            Follow::Auths(bytes, _) => {
                bytes.extend_from_slice(raw);
                bytes.push(b'\n');
            }
            Follow::Prx(follow) => follow.line(self.lines, raw),
            Follow::Tbtc(whole) => whole.line(raw),
            Follow::StellaOps(follow) => follow.line(self.lines, raw),
        }
    }

    /// Ends the file. `complete_last_line` says whether the last line had its
    /// line feed; without it the file was cut. A file without lines is what is
    /// left of a timeline from which everything was taken.
    pub fn finish(self, complete_last_line: bool) -> Vec<Timeline> {
        if self.lines == 0 {
            let mut breaks = breaks::Breaks::default();
            let at = breaks::At { line: 1, sequence: None };
            breaks.examined(BreakKind::Shape);
            breaks.broken(BreakKind::Shape, at, "a first event", "the end of the file");
            let (breaks, tallies) = breaks.finish();
            let mut timeline = Timeline::unread(self.format, breaks, tallies);
            if let Follow::Signet(follow) = self.follow {
                timeline.peers = follow.answers();
            }
            return vec![timeline];
        }
        let cut_at = (!complete_last_line).then_some(self.lines);
        match self.follow {
            Follow::Stella(follow) => vec![follow.finish(cut_at)],
            Follow::Ledger(follow) => follow.finish(cut_at),
            Follow::Signet(follow) => vec![follow.finish(cut_at)],
            Follow::Auths(bytes, pins) => auths::timelines::of_bundle(&bytes, &pins),
            Follow::Prx(follow) => vec![follow.finish()],
            Follow::Tbtc(whole) => vec![whole.finish()],
            Follow::StellaOps(follow) => vec![follow.finish(cut_at)],
        }
    }
}
