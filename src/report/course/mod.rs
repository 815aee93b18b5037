//! What happened when: every event of a timeline, signature, time stamp and entry
//! of a log in one order, each with the interval in which it provably happened.
//!
//! An interval has two ends. A stamp over something bounds it from above: it
//! existed by then. What has a stamp inside it is bounded from below: it was made
//! after. A chain whose hashes bind its history carries both along: what comes
//! before a stamped event existed too, what comes after a row with a stamp in it is
//! younger. What somebody merely wrote down stands beside the interval and never
//! in it.
//!
//! How it would be attacked: by a claim that looks like a proof (they are apart in
//! every form of the output); by a chain that is broken, whose stamps then say
//! nothing of its other events (they are carried along unbroken chains only); by
//! a stamp over another row (then the walk found it wrong, and none counts); and by
//! so many events that the one which matters is lost (what is left out is counted).

mod html;
mod json;
mod order;
mod pairs;
mod svg;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::custody::{BreakKind, Completeness, Timeline};
use crate::evidence::Evidence;
use crate::fact::{Fact, ProvenTime};
use crate::limits;
use crate::path::{escape, escape_text};
use crate::policy::Status;
use crate::report::model::case_ids;
use crate::time::{Interval, UnixTime};
use crate::verify::Outcome;

pub use html::write_course_html;
pub use json::{write_course_json, write_course_ndjson};
pub use pairs::{Because, Pair, Relation, Shown};
pub use table::write_course_table;

/// The name of the form.
pub const SCHEMA: &str = "stella.timeline/v1";

/// Everything that happened, as far as the evidence tells.
#[derive(Debug)]
pub struct Course<'e> {
    /// What follows.
    pub status: Status,
    /// The chains, each with the case and the item in which it stands.
    pub chains: Vec<Chain<'e>>,
    /// Everything with a time, sorted.
    pub moments: Vec<Moment>,
    /// How many moments are not among them.
    pub moments_left_out: u64,
    /// Which moments have to do with each other, and how they lie.
    pub pairs: Vec<Pair>,
    /// How many pairs are not among them.
    pub pairs_left_out: u64,
}

/// A chain of events.
#[derive(Debug)]
pub struct Chain<'e> {
    /// The id of the case.
    pub case: String,
    /// The item.
    pub item: &'e str,
    /// What was learnt of it.
    pub timeline: &'e Timeline,
    /// Whether a pin or a proof of time fixes its last event.
    pub fixed: bool,
}

impl Chain<'_> {
    fn key(&self) -> impl Ord + '_ {
        (self.case.as_str(), self.item, self.timeline.chain.as_str())
    }

    /// Whether anything may be missing at its end.
    pub fn completeness(&self) -> String {
        match self.timeline.completeness() {
            Completeness::Pinned => "pinned at its last event".to_owned(),
            _ if self.fixed => "fixed at its last event by a proof of time".to_owned(),
            Completeness::PinnedUntil { count } => {
                format!("pinned up to event {count}; what follows may lack its tail")
            }
            Completeness::PinnedEvent { count } => {
                format!("event {count} is pinned; the history before it is not covered")
            }
            Completeness::NotEstablished => "completeness not established".to_owned(),
        }
    }
}

/// What sort of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// An event of a timeline.
    Event,
    /// A signature was made.
    Signature,
    /// An authority stamped something.
    Stamp,
    /// A log took something in.
    Entry,
    /// A log signed its head.
    Head,
}

impl Sort {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Sort::Event => "custody-event",
            Sort::Signature => "signature",
            Sort::Stamp => "time-stamp",
            Sort::Entry => "log-entry",
            Sort::Head => "log-head",
        }
    }
}

/// How what is claimed lies to what is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Nothing is claimed.
    None,
    /// Nothing is proven that it could be held against.
    Open,
    /// It lies inside what is proven.
    Consistent,
    /// It was written down later than it says.
    TooEarly,
    /// It was there before it says.
    TooLate,
}

impl Claim {
    fn of(claimed: Option<UnixTime>, proven: &Interval) -> Claim {
        let Some(claimed) = claimed else { return Claim::None };
        if proven.latest.is_some_and(|latest| claimed > latest) {
            return Claim::TooLate;
        }
        if proven.earliest.is_some_and(|earliest| claimed < earliest) {
            return Claim::TooEarly;
        }
        if *proven == Interval::UNKNOWN { Claim::Open } else { Claim::Consistent }
    }

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Claim::None => "none",
            Claim::Open => "unproven",
            Claim::Consistent => "consistent",
            Claim::TooEarly => "too-early",
            Claim::TooLate => "too-late",
        }
    }

    /// The same for a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Claim::None => "nothing is claimed",
            Claim::Open => "nothing proves it",
            Claim::Consistent => "as proven",
            Claim::TooEarly => "contradicted: this was written down later than it says",
            Claim::TooLate => "contradicted: this was there before it says",
        }
    }

    /// Whether a proof says otherwise.
    pub fn is_contradicted(self) -> bool {
        matches!(self, Claim::TooEarly | Claim::TooLate)
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What sort of thing.
    pub sort: Sort,
    /// The case.
    pub case: usize,
    /// Its id.
    pub case_id: String,
    /// The item, escaped.
    pub item: String,
    /// Where in the item: the line of an event, or the place of a stamp.
    pub place: String,
    /// The chain, where it is an event of one.
    pub chain: Option<String>,
    /// The number of the event in its chain, else 0.
    pub sequence: u64,
    /// What, in a few words.
    pub what: String,
    /// Who.
    pub who: String,
    /// When, as somebody says.
    pub claimed: Option<UnixTime>,
    /// When, as is proven.
    pub proven: Interval,
    /// Who proves it.
    pub by: BTreeSet<String>,
    /// How the two lie.
    pub claim: Claim,
    /// What was signed or stamped, and what it is about: by these pairs find each other.
    pub(crate) ties: Ties,
}

/// Digests and paths by which moments have to do with each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ties {
    /// What this is.
    pub is: BTreeSet<String>,
    /// What this speaks about.
    pub about: BTreeSet<String>,
    /// Paths of the case that this stamp is over.
    pub covers: BTreeSet<String>,
    /// What this signature is over.
    pub over: String,
    /// Whether this event holds the hash of the one before, in a chain that is whole.
    pub bound: bool,
}

impl Moment {
    /// One instant that stands for it where one has to be chosen: what is proven
    /// comes before what is claimed.
    fn instant(&self) -> Option<UnixTime> {
        self.proven.earliest.or(self.proven.latest).or(self.claimed)
    }

    fn key(&self) -> impl Ord + '_ {
        let instant = self.instant();
        (
            instant.is_none(),
            instant,
            self.case,
            self.item.as_str(),
            self.sequence,
            self.sort,
            self.place.as_str(),
        )
    }
}

/// What stamps prove along one item.
#[derive(Default)]
struct Bounds {
    /// Over the whole of it.
    whole: Vec<(Interval, String)>,
    /// In it and over one of its lines.
    lines: BTreeMap<u64, Vec<(Interval, String)>>,
}

impl Bounds {
    fn of(item: &str, facts: &[Fact]) -> Bounds {
        let mut bounds = Bounds::default();
        for fact in facts {
            let Fact::Stamped { item: stamp, at, covers, authority, time, .. } = fact else { continue };
            let proven = (interval(time), authority.to_string());
            let line = at.as_deref().and_then(|at| at.strip_prefix("line ")?.parse().ok());
            match line {
                Some(line) if stamp == item => bounds.lines.entry(line).or_default().push(proven),
                _ if covers.iter().any(|path| path == item) => bounds.whole.push(proven),
                _ => {}
            }
        }
        bounds
    }

    /// When the event of that line happened, and who proves it. `carried` says
    /// whether the chain is whole, so that its hashes carry times along.
    fn around(&self, line: u64, carried: bool) -> (Interval, BTreeSet<String>) {
        let (mut proven, mut by) = (Interval::UNKNOWN, BTreeSet::new());
        let above =
            if carried { self.lines.range(line..).flat_map(|(_, all)| all).collect() } else { Vec::new() };
        let above = above.into_iter().chain(&self.whole).filter_map(|(at, who)| Some((at.latest?, who)));
        if let Some((latest, who)) = above.min() {
            proven.latest = Some(latest);
            by.insert(who.clone());
        }
        let below =
            if carried { self.lines.range(..line).flat_map(|(_, all)| all).collect() } else { Vec::new() };
        let below = below.into_iter().filter_map(|(at, who)| Some((at.earliest?, who)));
        if let Some((earliest, who)) = below.max() {
            proven.earliest = Some(earliest);
            by.insert(who.clone());
        }
        (proven, by)
    }
}

/// Whether the hashes of a chain carry what a stamp over one event proves to the
/// others: nothing of it was found wrong, and its stamps are over what they stand in.
fn is_whole(timeline: &Timeline) -> bool {
    let anchored = timeline.tallies.get(&BreakKind::Anchor).is_none_or(|tally| tally.not_established == 0);
    timeline.bound && anchored && timeline.tallies.values().all(|tally| tally.broken == 0)
}

impl<'e> Course<'e> {
    /// What the evidence and the outcome of its examination tell.
    pub fn new(evidence: &'e Evidence, outcome: &Outcome) -> Course<'e> {
        let ids = case_ids(&outcome.ledger.cases);
        let (mut chains, mut moments) = (Vec::new(), Vec::new());
        for (index, (case, ledger)) in evidence.cases.iter().zip(&outcome.ledger.cases).enumerate() {
            let of_case = Case { index, id: &ids[index], facts: &ledger.facts };
            for item in &case.items {
                let bounds = Bounds::of(item.path.as_str(), &ledger.facts);
                let alone = item.timelines.len() == 1;
                for timeline in &item.timelines {
                    let (case, item_path) = (ids[index].clone(), item.path.as_str());
                    let fixed = of_case.fixed(item_path, timeline);
                    chains.push(Chain { case, item: item_path, timeline, fixed });
                    let carried = alone && is_whole(timeline);
                    let events = timeline.first.iter().chain(&timeline.last);
                    moments.extend(events.map(|event| {
                        let (proven, by) = bounds.around(event.line, carried);
                        of_case.event(item.path.as_str(), &timeline.chain, event, (proven, by), carried)
                    }));
                }
            }
            let digests =
                ledger.items.iter().map(|item| (item.path.as_str(), item.digest.to_string())).collect();
            moments.extend(ledger.facts.iter().filter_map(|fact| of_case.moment(fact, &digests)));
        }
        chains.sort_by(|a, b| a.key().cmp(&b.key()));
        moments.sort_by(|a, b| a.key().cmp(&b.key()));
        let moments_left_out = moments.len().saturating_sub(limits::MOMENTS_MAX) as u64;
        moments.truncate(limits::MOMENTS_MAX);
        let moments = order::ordered(moments);
        let (pairs, pairs_left_out) = pairs::pairs(&moments);
        let mut course = Course {
            status: outcome.verdict.whole.status,
            chains,
            moments,
            moments_left_out,
            pairs,
            pairs_left_out,
        };
        course.status = course.status.max(course.asked());
        course
    }

    /// Whether anything happened at all.
    pub fn is_empty(&self) -> bool {
        self.chains.is_empty() && self.moments.is_empty()
    }

    /// What follows from the times alone.
    fn asked(&self) -> Status {
        if self.contradictions().next().is_some() {
            Status::Rejected
        } else if self.moments.iter().any(|moment| moment.claim.is_contradicted()) {
            Status::Inconclusive
        } else {
            Status::Verified
        }
    }

    /// Pairs of which one has to come first and is proven not to.
    pub fn contradictions(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| pair.relation == Relation::Contradictory)
    }
}

/// One case while its moments are made.
struct Case<'c> {
    index: usize,
    id: &'c str,
    facts: &'c [Fact],
}

impl Case<'_> {
    fn event(
        &self,
        item: &str,
        chain: &str,
        event: &crate::custody::Event,
        (proven, by): (Interval, BTreeSet<String>),
        bound: bool,
    ) -> Moment {
        Moment {
            sort: Sort::Event,
            case: self.index,
            case_id: self.id.to_owned(),
            item: item.to_owned(),
            place: format!("line {}", event.line),
            chain: Some(escape(chain.as_bytes())),
            sequence: event.sequence,
            what: escape(event.kind.as_bytes()),
            who: escape(event.actor.as_bytes()),
            claimed: Some(event.at),
            proven,
            by,
            claim: Claim::of(Some(event.at), &proven),
            ties: Ties { is: BTreeSet::from([event.hash.to_string()]), bound, ..Ties::default() },
        }
    }

    /// Whether nothing is missing at the end of a chain.
    fn fixed(&self, path: &str, timeline: &Timeline) -> bool {
        let named = crate::check::chain::shown(&timeline.chain);
        self.facts.iter().any(|fact| {
            matches!(fact, Fact::Chain { item, chain, pinned: true, .. } if item == path && *chain == named)
        })
    }

    /// What a fact says of a time.
    fn moment(&self, fact: &Fact, digests: &BTreeMap<&str, String>) -> Option<Moment> {
        let mut ties = Ties::default();
        let (sort, place, what, who, time, by) = match fact {
            Fact::Signed { item, signer, payload_type, payload, subjects, time, .. } => {
                ties.over = payload.to_string();
                ties.is.extend(digests.get(item.as_str()).cloned());
                ties.about.extend(subjects.iter().map(|subject| subject.to_string()));
                // A detached signature is about what was signed.
                if payload_type == "file" {
                    ties.about.insert(payload.to_string());
                }
                let what = format!("signed {}", escape_text(payload_type));
                (Sort::Signature, String::new(), what, signer.to_string(), time, self.provers(item))
            }
            Fact::Stamped { item, at, authority, covers, imprint, time, .. } => {
                ties.covers.extend(covers.iter().cloned());
                ties.about.insert(imprint.to_string());
                ties.is.extend(digests.get(item.as_str()).filter(|_| at.is_none()).cloned());
                let what = match covers.as_slice() {
                    [] if at.as_deref().is_some_and(|at| at.starts_with("line ")) => {
                        "stamped this row".to_owned()
                    }
                    [] => "stamped what stands beside it".to_owned(),
                    [one] => format!("stamped {one}"),
                    [one, rest @ ..] => format!("stamped {one} and {} more", rest.len()),
                };
                let who = authority.to_string();
                (Sort::Stamp, at.clone().unwrap_or_default(), what, who.clone(), time, BTreeSet::from([who]))
            }
            Fact::Logged { log, index, leaf, size, time, .. } => {
                let who = log.to_string();
                let by =
                    if time.interval.1.is_some() { BTreeSet::from([who.clone()]) } else { BTreeSet::new() };
                let (sort, what) = match (index, leaf, size) {
                    (None, None, Some(size)) => (Sort::Head, format!("signed the head of {size} leaves")),
                    (Some(index), ..) => (Sort::Entry, format!("took in entry {index}")),
                    (None, Some(leaf), _) => (Sort::Entry, format!("has leaf {leaf}")),
                    (None, None, None) => (Sort::Entry, "has an entry".to_owned()),
                };
                (sort, String::new(), what, who, time, by)
            }
            _ => return None,
        };
        let proven = interval(time);
        Some(Moment {
            sort,
            case: self.index,
            case_id: self.id.to_owned(),
            item: fact.item().to_owned(),
            place,
            chain: None,
            sequence: 0,
            what,
            who,
            claimed: None,
            proven,
            by: if proven == Interval::UNKNOWN { BTreeSet::new() } else { by },
            claim: Claim::None,
            ties,
        })
    }

    /// Whose times there are over an item.
    fn provers(&self, item: &str) -> BTreeSet<String> {
        let over = |fact: &Fact| match fact {
            Fact::Stamped { item: stamp, covers, authority, .. } => {
                (stamp == item || covers.iter().any(|path| path == item)).then(|| authority.to_string())
            }
            Fact::Logged { item: logged, log, time, .. } => {
                (logged == item && time.interval.1.is_some()).then(|| log.to_string())
            }
            _ => None,
        };
        self.facts.iter().filter_map(over).collect()
    }
}

/// The times of a fact as times.
fn interval(time: &ProvenTime) -> Interval {
    let read = |text: &Option<String>| text.as_deref().and_then(|text| UnixTime::parse_rfc3339(text).ok());
    Interval { earliest: read(&time.interval.0), latest: read(&time.interval.1) }
}
