//! The walk along a log: each event against the one before, the signatures against
//! the keys that then count, changes of keys against what was promised.

use std::collections::{BTreeMap, BTreeSet};

use super::cesr::{Attachment, KeriKey};
use super::event::{Established, Event, EventKind, Seal};
use super::said;
use super::threshold::Threshold;

/// Why a log proves nothing, in auths' words where it has some.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KelError {
    /// There is nothing in it.
    #[error("empty KEL")]
    Empty,
    /// As many signatures as events were expected.
    #[error(
        "KEL/attachment count mismatch ({events} events vs {attachments} attachments): the KEL is unauthenticated, refusing"
    )]
    Attachments {
        /// How many events.
        events: usize,
        /// How many attachments.
        attachments: usize,
    },
    /// The hash of an event is another.
    #[error("Invalid SAID: expected {expected}, got {found}")]
    Said {
        /// At which place.
        sequence: u64,
        /// What it hashes to.
        expected: String,
        /// What it says.
        found: String,
    },
    /// An event of another number.
    #[error("Invalid sequence: expected {expected}, got {found}")]
    Sequence {
        /// Its place.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// The event before is another.
    #[error("Broken chain at sequence {sequence}")]
    Chain {
        /// At which place.
        sequence: u64,
    },
    /// Another log's event.
    #[error("an event of {found} at sequence {sequence} of {expected}")]
    Prefix {
        /// At which place.
        sequence: u64,
        /// Whose log it is.
        expected: String,
        /// Whose event.
        found: String,
    },
    /// Too few of those who must have signed have.
    #[error("Signature verification failed at sequence {sequence}")]
    Signature {
        /// At which place.
        sequence: u64,
    },
    /// Other keys than those promised.
    #[error("Asymmetric key rotation at sequence {sequence}: no signature is by a promised key")]
    Asymmetric {
        /// At which place.
        sequence: u64,
    },
    /// The log does not begin as it must.
    #[error("Invalid inception: {what}")]
    Inception {
        /// What is wrong.
        what: &'static str,
    },
    /// An event that breaks a rule of its kind.
    #[error("Invalid event at sequence {sequence}: {what}")]
    Rule {
        /// At which place.
        sequence: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Nothing may follow.
    #[error(
        "Non-transferable identity: inception had empty next key commitments, no subsequent events allowed"
    )]
    NonTransferable {
        /// At which place.
        sequence: u64,
    },
    /// Nothing may follow.
    #[error("Identity abandoned at sequence {sequence}: no subsequent events allowed")]
    Abandoned {
        /// At which place.
        sequence: u64,
    },
    /// The log allows changes of keys alone.
    #[error("Interaction event at sequence {sequence} rejected: KEL is establishment-only (EO)")]
    EstablishmentOnly {
        /// At which place.
        sequence: u64,
    },
    /// The delegator says nothing of it.
    #[error(
        "Delegator seal not found at sequence {sequence}: delegator {delegator} has no ixn-anchored seal for this event"
    )]
    SealMissing {
        /// At which place.
        sequence: u64,
        /// Who should.
        delegator: String,
    },
    /// It does not say where the delegator does.
    #[error(
        "Delegate source seal missing at sequence {sequence}: delegated event carries no -G back-reference to its anchoring event"
    )]
    SourceMissing {
        /// At which place.
        sequence: u64,
    },
    /// It says that the delegator does somewhere else.
    #[error(
        "Delegation source seal back-reference mismatch at sequence {sequence}: delegate points at a different anchoring event than the delegator's seal"
    )]
    SourceDiffers {
        /// At which place.
        sequence: u64,
    },
}

impl KelError {
    /// At which event it is, where it is at one.
    pub fn sequence(&self) -> Option<u64> {
        match self {
            KelError::Empty | KelError::Attachments { .. } => None,
            KelError::Inception { .. } => Some(0),
            KelError::Sequence { expected, .. } => Some(*expected),
            KelError::Said { sequence, .. }
            | KelError::Chain { sequence }
            | KelError::Prefix { sequence, .. }
            | KelError::Signature { sequence }
            | KelError::Asymmetric { sequence }
            | KelError::Rule { sequence, .. }
            | KelError::NonTransferable { sequence }
            | KelError::Abandoned { sequence }
            | KelError::EstablishmentOnly { sequence }
            | KelError::SealMissing { sequence, .. }
            | KelError::SourceMissing { sequence }
            | KelError::SourceDiffers { sequence } => Some(*sequence),
        }
    }

    /// Whether it is about who delegated what.
    pub fn is_delegation(&self) -> bool {
        matches!(
            self,
            KelError::SealMissing { .. } | KelError::SourceMissing { .. } | KelError::SourceDiffers { .. }
        )
    }
}

/// What auths accepts, and nobody should.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Laxity {
    /// A threshold that is met by nobody at all.
    ThresholdZero,
    /// One key that counts twice.
    RepeatedKey,
    /// A member that nothing covers.
    Member(String),
    /// A member that is not there.
    Absent(&'static str),
    /// A size that is not its own.
    Size,
    /// A delegate who changed to no keys, and goes on.
    Abandoned,
    /// A rule that is not asked of delegates.
    Rule(&'static str),
    /// A seal with the hash of the event, and of another place or log.
    Seal,
    /// An event of somebody else in the log.
    Prefix,
}

/// What a log comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kel {
    /// Whose it is.
    pub prefix: String,
    /// Who delegates to it.
    pub delegator: Option<String>,
    /// Keys of each event that established some, the first first.
    pub keys: Vec<Vec<KeriKey>>,
    /// Number of the last event.
    pub sequence: u64,
    /// Whether it was given up.
    pub abandoned: bool,
    /// What auths passes over: the event, and what.
    pub laxities: Vec<(u64, Laxity)>,
    anchors: Vec<Anchor>,
}

/// A seal, and the event that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Anchor {
    sequence: u64,
    said: String,
    seal: Seal,
}

impl Kel {
    /// Whether there was nothing that only auths accepts.
    pub fn is_sound(&self) -> bool {
        self.laxities.is_empty()
    }

    /// The keys that count at its end.
    pub fn current(&self) -> &[KeriKey] {
        self.keys.last().map_or(&[], Vec::as_slice)
    }

    /// Hashes that it anchors on their own, with the number of the event.
    pub fn digests(&self) -> impl Iterator<Item = (u64, &str)> {
        let alone = |anchor: &&Anchor| anchor.seal.prefix.is_none() && anchor.seal.sequence.is_none();
        self.anchors
            .iter()
            .filter(alone)
            .filter_map(|anchor| Some((anchor.sequence, anchor.seal.said.as_deref()?)))
    }

    /// Where it anchors that event, by its hash alone.
    fn anchors(&self, said: &str) -> Option<&Anchor> {
        self.anchors
            .iter()
            .find(|anchor| anchor.seal.prefix.is_some() && anchor.seal.said.as_deref() == Some(said))
    }
}

/// What counts after so many events.
struct State {
    keys: Established,
    witnesses: BTreeSet<String>,
    establishment_only: bool,
    abandoned: bool,
    /// Only by the strict reading.
    given_up: bool,
}

/// Walks a log. `delegator` is the log of whoever might delegate to it.
pub fn replay(
    events: &[Event],
    attachments: &[Attachment],
    delegator: Option<&Kel>,
) -> Result<Kel, KelError> {
    if events.len() != attachments.len() {
        return Err(KelError::Attachments { events: events.len(), attachments: attachments.len() });
    }
    let first = events.first().ok_or(KelError::Empty)?;
    let mut kel = Kel {
        prefix: first.prefix.clone(),
        delegator: first.delegator.clone(),
        keys: Vec::new(),
        sequence: 0,
        abandoned: false,
        laxities: Vec::new(),
        anchors: Vec::new(),
    };
    let mut state: Option<State> = None;
    let mut before = "";
    for (place, (event, attachment)) in events.iter().zip(attachments).enumerate() {
        let sequence = place as u64;
        shape(event, sequence, &mut kel);
        if event.computed != event.said {
            let (expected, found) = (event.computed.clone(), event.said.clone());
            return Err(KelError::Said { sequence, expected, found });
        }
        match &mut state {
            None => state = Some(begin(event, attachment, delegator, &mut kel)?),
            Some(state) => {
                if event.sequence != sequence {
                    return Err(KelError::Sequence { expected: sequence, found: event.sequence });
                }
                if event.prior.as_deref() != Some(before) {
                    return Err(KelError::Chain { sequence });
                }
                follow(state, event, attachment, sequence, delegator, &mut kel)?;
            }
        }
        if let Some(established) = &event.established {
            kel.keys.push(established.keys.clone());
        }
        let anchor = |seal: &Seal| Anchor { sequence, said: event.said.clone(), seal: seal.clone() };
        kel.anchors.extend(event.seals.iter().map(anchor));
        kel.sequence = sequence;
        before = &event.said;
    }
    kel.abandoned = state.is_some_and(|state| state.abandoned);
    Ok(kel)
}

/// What nothing covers, or is not there.
fn shape(event: &Event, sequence: u64, kel: &mut Kel) {
    let members = event.unknown.iter().map(|name| Laxity::Member(name.clone()));
    let absent = event.absent.iter().map(|name| Laxity::Absent(name));
    kel.laxities.extend(members.chain(absent).map(|laxity| (sequence, laxity)));
    if !event.sized {
        kel.laxities.push((sequence, Laxity::Size));
    }
    if event.prefix != kel.prefix {
        kel.laxities.push((sequence, Laxity::Prefix));
    }
    if let Some(established) = &event.established {
        let distinct: BTreeSet<_> = established.keys.iter().map(|key| &key.key).collect();
        if distinct.len() != established.keys.len() {
            kel.laxities.push((sequence, Laxity::RepeatedKey));
        }
        let promised = !established.next.is_empty() && established.next_threshold.is_zero();
        if established.threshold.is_zero() || promised {
            kel.laxities.push((sequence, Laxity::ThresholdZero));
        }
    }
}

fn begin(
    event: &Event,
    attachment: &Attachment,
    delegator: Option<&Kel>,
    kel: &mut Kel,
) -> Result<State, KelError> {
    let wrong = |what| KelError::Inception { what };
    let established = match &event.established {
        Some(established) if event.kind.begins() => established,
        _ => return Err(wrong("the first event begins no log")),
    };
    if event.sequence != 0 {
        return Err(KelError::Sequence { expected: 0, found: event.sequence });
    }
    signed(event, attachment, established, 0)?;
    if established.keys.is_empty() {
        return Err(wrong("no key"));
    }
    match event.prefix.starts_with('E') {
        true if event.prefix != event.said => return Err(wrong("a prefix that is not its hash")),
        false
            if KeriKey::read(&event.prefix).ok().as_ref().map(|key| &key.key)
                != Some(&established.keys[0].key) =>
        {
            return Err(wrong("a prefix that is not its key"));
        }
        _ => {}
    }
    thresholds(established).map_err(wrong)?;
    let witnesses: BTreeSet<String> = event.witnesses[0].iter().cloned().collect();
    if witnesses.len() != event.witnesses[0].len() {
        return Err(wrong("a witness twice"));
    }
    backed(established, witnesses.len()).map_err(wrong)?;
    delegated(event, attachment, 0, delegator, kel)?;
    Ok(State {
        keys: established.clone(),
        witnesses,
        establishment_only: event.traits.iter().any(|name| name == "EO"),
        abandoned: false,
        given_up: false,
    })
}

fn thresholds(established: &Established) -> Result<(), &'static str> {
    let fits = |threshold: &Threshold, count: usize| threshold.is_zero() || threshold.fits(count).is_ok();
    match () {
        () if !fits(&established.threshold, established.keys.len()) => {
            Err("a threshold that its keys do not fit")
        }
        () if !fits(&established.next_threshold, established.next.len()) => {
            Err("a threshold that its promises do not fit")
        }
        () => Ok(()),
    }
}

fn backed(established: &Established, witnesses: usize) -> Result<(), &'static str> {
    match established.witness_threshold > witnesses as u64 {
        true => Err("more witnesses wanted than there are"),
        false => Ok(()),
    }
}

fn follow(
    state: &mut State,
    event: &Event,
    attachment: &Attachment,
    sequence: u64,
    delegator: Option<&Kel>,
    kel: &mut Kel,
) -> Result<(), KelError> {
    if state.keys.next.is_empty() && !state.given_up {
        return Err(match state.abandoned {
            true => KelError::Abandoned { sequence },
            false => KelError::NonTransferable { sequence },
        });
    }
    if state.given_up {
        kel.laxities.push((sequence, Laxity::Abandoned));
    }
    let Some(established) = &event.established else {
        if state.establishment_only {
            return Err(KelError::EstablishmentOnly { sequence });
        }
        return signed(event, attachment, &state.keys, sequence).map(drop);
    };
    if event.kind.begins() {
        return Err(KelError::Rule { sequence, what: "a second beginning" });
    }
    let by = signed(event, attachment, established, sequence)?;
    promised(&state.keys, established, attachment, &by, sequence)?;
    let rules = rotated(state, event, established);
    if event.kind == EventKind::DelegatedRotation {
        // auths asks nothing of this of a delegate, and leaves its witnesses as they were.
        if let Err(what) = rules {
            kel.laxities.push((sequence, Laxity::Rule(what)));
        }
        if established.next.is_empty() {
            kel.laxities.push((sequence, Laxity::Abandoned));
            state.given_up = true;
        }
        delegated(event, attachment, sequence, delegator, kel)?;
    } else {
        state.witnesses = rules.map_err(|what| KelError::Rule { sequence, what })?;
        state.abandoned = established.next.is_empty();
    }
    state.keys = established.clone();
    Ok(())
}

/// The rules of a change of keys; gives the witnesses from then on.
fn rotated(
    state: &State,
    event: &Event,
    established: &Established,
) -> Result<BTreeSet<String>, &'static str> {
    thresholds(established)?;
    if established.keys.is_empty() {
        return Err("no key");
    }
    let [_, gone, come] = &event.witnesses;
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<String>>();
    let (gone_set, come_set) = (set(gone), set(come));
    if gone_set.len() != gone.len() || come_set.len() != come.len() || !gone_set.is_disjoint(&come_set) {
        return Err("a witness twice");
    }
    if !gone_set.is_subset(&state.witnesses) {
        return Err("a witness that goes and was none");
    }
    let mut witnesses: BTreeSet<String> = state.witnesses.difference(&gone_set).cloned().collect();
    if !witnesses.is_disjoint(&come_set) {
        return Err("a witness that comes and is one");
    }
    witnesses.extend(come_set);
    backed(established, witnesses.len())?;
    Ok(witnesses)
}

/// Which keys signed; enough of them have to.
fn signed(
    event: &Event,
    attachment: &Attachment,
    keys: &Established,
    sequence: u64,
) -> Result<BTreeSet<usize>, KelError> {
    let mut by = BTreeSet::new();
    for one in &attachment.signatures {
        let key = keys.keys.get(one.index);
        if key.is_some_and(|key| key.signed(event.text.as_bytes(), &one.signature)) {
            by.insert(one.index);
        }
    }
    match !attachment.signatures.is_empty() && keys.threshold.is_met(&by) {
        true => Ok(by),
        false => Err(KelError::Signature { sequence }),
    }
}

/// Whether enough of those who signed were promised by the event before.
fn promised(
    before: &Established,
    now: &Established,
    attachment: &Attachment,
    by: &BTreeSet<usize>,
    sequence: u64,
) -> Result<(), KelError> {
    let mut kept = BTreeSet::new();
    // The same key for two promises would be one hand twice.
    let mut known: BTreeMap<usize, String> = BTreeMap::new();
    for one in attachment.signatures.iter().filter(|one| by.contains(&one.index)) {
        let Some(key) = now.keys.get(one.index) else { continue };
        let place = one.prior.unwrap_or(one.index);
        let hash = known.entry(one.index).or_insert_with(|| said::of_key(&key.text));
        if before.next.get(place) == Some(hash) {
            kept.insert(place);
        }
    }
    if before.next_threshold.is_met(&kept) {
        Ok(())
    } else if kept.is_empty() && now.keys.len() != before.next.len() {
        Err(KelError::Asymmetric { sequence })
    } else {
        Err(KelError::Signature { sequence })
    }
}

/// Whether the delegator anchored the event, and the event says where.
fn delegated(
    event: &Event,
    attachment: &Attachment,
    sequence: u64,
    delegator: Option<&Kel>,
    kel: &mut Kel,
) -> Result<(), KelError> {
    if !event.kind.is_delegated() {
        return Ok(());
    }
    let name = event.delegator.clone().unwrap_or_default();
    let missing = || KelError::SealMissing { sequence, delegator: name.clone() };
    let anchor = delegator.and_then(|delegator| delegator.anchors(&event.said)).ok_or_else(missing)?;
    let (at, said) = attachment.source.as_ref().ok_or(KelError::SourceMissing { sequence })?;
    if *at != u128::from(anchor.sequence) || *said != anchor.said {
        return Err(KelError::SourceDiffers { sequence });
    }
    let seal = &anchor.seal;
    let whole = seal.prefix.as_deref() == Some(&event.prefix) && seal.sequence == Some(sequence);
    let by_whom =
        delegator.is_some_and(|delegator| delegator.prefix == name) && kel.delegator == event.delegator;
    if !whole || !by_whom {
        kel.laxities.push((sequence, Laxity::Seal));
    }
    Ok(())
}
