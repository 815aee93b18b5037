//! `stella forensic timeline`: custody events in the order of their chains, as
//! they are claimed, and how far the chain bears them.

use std::io::{self, Write};

use crate::anchor::Authority;
use crate::cli::args::{Output, Timeline};
use crate::cli::collecting::{self, Wanted, collect};
use crate::cli::failure::Failure;
use crate::cli::{load, own};
use crate::custody::{self, Completeness};
use crate::evidence::Evidence;
use crate::path::{escape, escape_text};
use crate::trust::CertificateUse;
use crate::wire::canonical;
use crate::wire::json::Value;

/// Runs the command; the number is the exit status.
pub fn run(arguments: &Timeline) -> Result<u8, Failure> {
    let kit = own::kit(&arguments.evidence);
    if let (Some(why), false) = (&kit.refused, arguments.reading.quiet) {
        super::note(&format!("the kit around this program does not count: {why}"));
    }
    for text in &arguments.trust_roots {
        let (_, path) = load::purpose_and_path(text);
        load::outside_evidence("the trust root", &path, &arguments.evidence)?;
    }
    let (trust, _) = load::effective_trust(&arguments.trust_roots, CertificateUse::Any, None, &kit)?;
    let authorities: &[Authority] = trust.authorities();
    let wanted = Wanted { authorities, pins: &arguments.expect_heads, ..Wanted::default() };
    let evidence = collect(&arguments.evidence, &arguments.reading, &wanted)?;
    if chains(&evidence).next().is_none() {
        return Err(Failure::missing("no custody timeline lies at the given paths"));
    }
    print(&evidence, collecting::output(arguments.output), &mut io::stdout().lock())
        .map_err(|error| Failure::fault(format!("the result cannot be written: {error}")))?;
    Ok(status(&evidence))
}

/// 3 where a chain is broken, 6 where something of one is not established: the
/// numbers of `forensic verify`, which asks for more.
fn status(evidence: &Evidence) -> u8 {
    let tallies = || chains(evidence).flat_map(|(_, timeline)| timeline.tallies.values());
    let open = |timeline: &custody::Timeline| {
        timeline.completeness() != Completeness::Pinned
            || !timeline.format.assumptions().is_empty()
            || timeline.anchors.iter().any(|anchor| anchor.compared().1.is_some())
    };
    if tallies().any(|tally| tally.broken > 0) {
        3
    } else if tallies().any(|tally| tally.not_established > 0) || chains(evidence).any(|(_, one)| open(one)) {
        6
    } else {
        0
    }
}

fn chains(evidence: &Evidence) -> impl Iterator<Item = (&str, &custody::Timeline)> {
    evidence
        .cases
        .iter()
        .flat_map(|case| &case.items)
        .flat_map(|item| item.timelines.iter().map(|timeline| (item.path.as_str(), timeline)))
}

fn print(evidence: &Evidence, output: Output, out: &mut dyn Write) -> io::Result<()> {
    if output == Output::Table {
        for (item, timeline) in chains(evidence) {
            table(item, timeline, out)?;
        }
        return Ok(());
    }
    let values: Vec<Value> = chains(evidence).map(|(item, timeline)| value(item, timeline)).collect();
    if output == Output::Ndjson {
        for value in &values {
            out.write_all(&bytes(value))?;
            out.write_all(b"\n")?;
        }
        return Ok(());
    }
    let all =
        Value::object([("chains", Value::Array(values)), ("schema", Value::from("stella.timeline/v1"))]);
    out.write_all(&bytes(&all))?;
    out.write_all(b"\n")
}

fn bytes(value: &Value) -> Vec<u8> {
    canonical::to_bytes(value).expect("numbers are written as strings here")
}

fn completeness(timeline: &custody::Timeline) -> String {
    match timeline.completeness() {
        Completeness::Pinned => "pinned at its last event".to_owned(),
        Completeness::PinnedUntil { count } => {
            format!("pinned up to event {count}; what follows may lack its tail")
        }
        Completeness::PinnedEvent { count } => {
            format!("event {count} is pinned; the history before it is not covered")
        }
        Completeness::NotEstablished => "completeness not established".to_owned(),
    }
}

fn value(item: &str, timeline: &custody::Timeline) -> Value {
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
        ("chain", Value::from(escape(timeline.chain.as_bytes()))),
        ("completeness", Value::from(completeness(timeline))),
        ("count", Value::from(timeline.count.to_string())),
        ("events", Value::Array(timeline.first.iter().chain(&timeline.last).map(event).collect())),
        ("eventsLeftOut", Value::from(timeline.count.saturating_sub(shown).to_string())),
        ("format", Value::from(timeline.format.name())),
        ("handovers", Value::Array(timeline.handovers.iter().map(handover).collect())),
        ("head", timeline.head.map_or(Value::Null, |head| Value::from(head.to_string()))),
        ("item", Value::from(item.to_owned())),
        ("peers", Value::Array(timeline.peers.iter().map(peer).collect())),
    ])
}

/// What the verifier of the system itself says.
fn peer(answer: &custody::signet::peer::Answer) -> Value {
    let broken = |one: &custody::signet::peer::PeerBreak| {
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
        ("system", Value::from("signet")),
        ("verdict", Value::from(answer.verdict())),
        ("why", answer.untold.map_or(Value::Null, Value::from)),
    ])
}

fn table(item: &str, timeline: &custody::Timeline, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({})", escape_text(item), timeline.format.name())?;
    let head = timeline.head.map_or("none".to_owned(), |head| head.to_string());
    writeln!(out, "  chain {}, {} events, head {head}", escape(timeline.chain.as_bytes()), timeline.count)?;
    writeln!(out, "  {}", completeness(timeline))?;
    let mut last = 0_u64;
    for event in timeline.first.iter().chain(&timeline.last) {
        if event.sequence > last.saturating_add(1) {
            writeln!(out, "  ...")?;
        }
        last = event.sequence;
        writeln!(
            out,
            "  {:>6}  {}  {:<12} {}",
            event.sequence,
            event.at,
            escape(event.kind.as_bytes()),
            escape(event.actor.as_bytes())
        )?;
    }
    for one in &timeline.handovers {
        let established = if one.established { "both signed" } else { "not established" };
        let (from, to) = (escape(one.from.as_bytes()), escape(one.to.as_bytes()));
        writeln!(out, "  handover at {}: {from} to {to}, {established}", one.sequence)?;
    }
    for (stated, found) in timeline.anchors.iter().map(custody::ledger::anchor::Anchored::compared) {
        if let Some(found) = found {
            writeln!(out, "  an anchor, signed by whomever, says something else")?;
            writeln!(out, "    expected {stated}")?;
            writeln!(out, "    found    {found}")?;
        }
    }
    for answer in &timeline.peers {
        let archives = if answer.archives { ", with archives" } else { "" };
        let why = answer.untold.map_or(String::new(), |why| format!(": {why}"));
        writeln!(out, "  signet itself{archives}: {}, {} breaks{why}", answer.verdict(), answer.broken)?;
    }
    for one in &timeline.breaks {
        writeln!(out, "  line {}: custody.{}", one.line, one.kind.name())?;
        writeln!(out, "    expected {}", escape_text(&one.expected))?;
        writeln!(out, "    found    {}", escape_text(&one.found))?;
    }
    Ok(())
}
