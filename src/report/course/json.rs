//! The timeline as JSON: `stella.timeline/v1`, docs/formats/timeline.md.

use std::io::{self, Write};

use super::{Chain, Course, Moment, Pair, SCHEMA};
use crate::custody::{self, signet::peer};
use crate::path::escape;
use crate::report::json::bytes;
use crate::time::UnixTime;
use crate::wire::json::Value;

/// One canonical object and a line feed.
pub fn write_course_json(course: &Course, out: &mut dyn Write) -> io::Result<()> {
    let all = Value::object([
        ("chains", Value::Array(course.chains.iter().map(chain_value).collect())),
        ("moments", Value::Array(course.moments.iter().enumerate().map(moment_value).collect())),
        ("momentsLeftOut", Value::from(course.moments_left_out.to_string())),
        ("pairs", Value::Array(course.pairs.iter().map(pair_value).collect())),
        ("pairsLeftOut", Value::from(course.pairs_left_out.to_string())),
        ("schema", Value::from(SCHEMA)),
        ("status", Value::from(course.status.as_str())),
    ]);
    out.write_all(&bytes(&all))?;
    out.write_all(b"\n")
}

/// A line for each chain, then for each moment, then for each pair.
pub fn write_course_ndjson(course: &Course, out: &mut dyn Write) -> io::Result<()> {
    let chains = course.chains.iter().map(|chain| ("chain", chain_value(chain)));
    let moments = course.moments.iter().enumerate().map(|moment| ("moment", moment_value(moment)));
    let pairs = course.pairs.iter().map(|pair| ("pair", pair_value(pair)));
    let left_out = Value::object([
        ("moments", Value::from(course.moments_left_out.to_string())),
        ("pairs", Value::from(course.pairs_left_out.to_string())),
    ]);
    let end = [("leftOut", left_out), ("status", Value::from(course.status.as_str()))];
    for (name, value) in chains.chain(moments).chain(pairs).chain(end) {
        out.write_all(&bytes(&Value::object([(name, value)])))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn time(time: Option<UnixTime>) -> Value {
    time.map_or(Value::Null, |time| Value::from(time.to_string()))
}

/// The name by which pairs call a moment.
pub(super) fn name(place: usize) -> String {
    format!("m{}", place + 1)
}

fn moment_value((place, moment): (usize, &Moment)) -> Value {
    Value::object([
        ("by", Value::Array(moment.by.iter().map(|who| Value::from(who.clone())).collect())),
        ("case", Value::from(moment.case_id.clone())),
        ("chain", moment.chain.clone().map_or(Value::Null, Value::from)),
        ("claim", Value::from(moment.claim.name())),
        ("claimed", time(moment.claimed)),
        ("earliest", time(moment.proven.earliest)),
        ("id", Value::from(name(place))),
        ("item", Value::from(moment.item.clone())),
        ("kind", Value::from(moment.sort.name())),
        ("latest", time(moment.proven.latest)),
        ("place", Value::from(moment.place.clone())),
        (
            "sequence",
            if moment.chain.is_some() { Value::from(moment.sequence.to_string()) } else { Value::Null },
        ),
        ("what", Value::from(moment.what.clone())),
        ("who", Value::from(moment.who.clone())),
    ])
}

fn pair_value(pair: &Pair) -> Value {
    Value::object([
        ("because", Value::from(pair.because.name())),
        ("first", Value::from(name(pair.first))),
        ("relation", Value::from(pair.relation.name())),
        ("second", Value::from(name(pair.second))),
        ("shownBy", Value::from(pair.shown.name())),
    ])
}

fn chain_value(chain: &Chain) -> Value {
    let timeline = chain.timeline;
    let event = |event: &custody::Event| {
        Value::object([
            ("actor", Value::from(escape(event.actor.as_bytes()))),
            ("claimed", Value::from(event.at.to_string())),
            ("event", Value::from(escape(event.kind.as_bytes()))),
            ("hash", Value::from(event.hash.to_string())),
            ("sequence", Value::from(event.sequence.to_string())),
        ])
    };
    let broken = |one: &custody::Break| {
        Value::object([
            ("check", Value::from(format!("custody.{}", one.kind.name()))),
            ("expected", Value::from(one.expected.clone())),
            ("found", Value::from(one.found.clone())),
            ("line", Value::from(one.line.to_string())),
            ("sequence", one.sequence.map_or(Value::Null, |n| Value::from(n.to_string()))),
        ])
    };
    let handover = |one: &custody::Handover| {
        Value::object([
            ("claimed", Value::from(one.at.to_string())),
            ("established", Value::from(one.established)),
            ("from", Value::from(escape(one.from.as_bytes()))),
            ("sequence", Value::from(one.sequence.to_string())),
            ("to", Value::from(escape(one.to.as_bytes()))),
        ])
    };
    let shown = (timeline.first.len() + timeline.last.len()) as u64;
    Value::object([
        ("breaks", Value::Array(timeline.breaks.iter().map(broken).collect())),
        ("case", Value::from(chain.case.clone())),
        ("chain", Value::from(escape(timeline.chain.as_bytes()))),
        ("completeness", Value::from(chain.completeness())),
        ("count", Value::from(timeline.count.to_string())),
        ("events", Value::Array(timeline.first.iter().chain(&timeline.last).map(event).collect())),
        ("eventsLeftOut", Value::from(timeline.count.saturating_sub(shown).to_string())),
        ("format", Value::from(timeline.format.name())),
        ("handovers", Value::Array(timeline.handovers.iter().map(handover).collect())),
        ("head", timeline.head.map_or(Value::Null, |head| Value::from(head.to_string()))),
        ("item", Value::from(chain.item.to_owned())),
        ("peers", Value::Array(timeline.peers.iter().map(peer_value).collect())),
    ])
}

/// What the verifier of the system itself says.
fn peer_value(answer: &peer::Answer) -> Value {
    let broken = |one: &peer::PeerBreak| {
        Value::object([
            ("entry", Value::from(escape(one.entry_id.as_bytes()))),
            ("index", Value::from(one.index.to_string())),
            ("kind", Value::from(one.kind)),
        ])
    };
    Value::object([
        ("archives", Value::from(answer.archives)),
        ("broken", Value::from(answer.broken.to_string())),
        ("breaks", Value::Array(answer.breaks.iter().map(broken).collect())),
        ("entries", Value::from(answer.entries.to_string())),
        ("system", Value::from(answer.system.name())),
        ("verdict", Value::from(answer.verdict())),
        ("why", answer.untold.map_or(Value::Null, Value::from)),
    ])
}
