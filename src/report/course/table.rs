//! The timeline for a person at a terminal.

use std::io::{self, Write};

use super::json::name;
use super::{Chain, Course, Moment, Relation, Shown};
use crate::custody::ledger::anchor::Anchored;
use crate::path::{escape, escape_text};
use crate::time::Interval;

/// Chains first, then everything in one order, then what contradicts each other.
pub fn write_course_table(course: &Course, out: &mut dyn Write) -> io::Result<()> {
    for chain in &course.chains {
        table(chain, out)?;
    }
    if course.moments.is_empty() {
        return Ok(());
    }
    writeln!(out, "what happened, in one order (proven times in brackets, claims after them)")?;
    let several = course.moments.iter().any(|moment| moment.case != course.moments[0].case);
    for (place, moment) in course.moments.iter().enumerate() {
        let case = if several { format!("{}:", moment.case_id) } else { String::new() };
        writeln!(
            out,
            "  {:>5}  {:<44} {:<13}  {}: {}  {case}{}{}",
            name(place),
            proven(&moment.proven),
            moment.sort.name(),
            moment.who,
            moment.what,
            moment.item,
            at(moment),
        )?;
        if let Some(claimed) = moment.claimed {
            writeln!(out, "         claimed {claimed}: {}", moment.claim.sentence())?;
        }
    }
    if course.moments_left_out > 0 {
        writeln!(out, "  {} more are left out", course.moments_left_out)?;
    }
    let count = |relation: Relation, shown: Shown| {
        course.pairs.iter().filter(|pair| (pair.relation, pair.shown) == (relation, shown)).count()
    };
    writeln!(
        out,
        "  of {} pairs that matter, {} are in order by proven times, {} by hashes alone, {} overlap, {} contradict each other",
        course.pairs.len(),
        count(Relation::Before, Shown::Times),
        count(Relation::Before, Shown::Hashes),
        count(Relation::Overlapping, Shown::Nothing),
        course.contradictions().count(),
    )?;
    for pair in course.contradictions() {
        let (first, second) = (&course.moments[pair.first], &course.moments[pair.second]);
        writeln!(
            out,
            "  contradiction: {} has to come before {} ({})",
            name(pair.first),
            name(pair.second),
            pair.because.name()
        )?;
        writeln!(out, "    expected {} after {}", name(pair.second), proven(&first.proven))?;
        writeln!(out, "    found    {}", proven(&second.proven))?;
    }
    Ok(())
}

/// An interval for a person.
pub(super) fn proven(interval: &Interval) -> String {
    match (interval.earliest, interval.latest) {
        (None, None) => "[not proven]".to_owned(),
        (None, Some(latest)) => format!("[until {latest}]"),
        (Some(earliest), None) => format!("[from {earliest}]"),
        (Some(earliest), Some(latest)) if earliest == latest => format!("[{earliest}]"),
        (Some(earliest), Some(latest)) => format!("[{earliest}, {latest}]"),
    }
}

/// Where in its item.
pub(super) fn at(moment: &Moment) -> String {
    match (&moment.chain, moment.place.as_str()) {
        (Some(chain), _) => format!(", event {} of {chain}", moment.sequence),
        (None, "") => String::new(),
        (None, place) => format!(", {}", escape_text(place)),
    }
}

fn table(chain: &Chain, out: &mut dyn Write) -> io::Result<()> {
    let timeline = chain.timeline;
    writeln!(out, "{} ({})", escape_text(chain.item), timeline.format.name())?;
    let head = timeline.head.map_or("none".to_owned(), |head| head.to_string());
    writeln!(out, "  chain {}, {} events, head {head}", escape(timeline.chain.as_bytes()), timeline.count)?;
    writeln!(out, "  {}", chain.completeness())?;
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
    for (stated, found) in timeline.anchors.iter().map(Anchored::compared) {
        if let Some(found) = found {
            writeln!(out, "  an anchor, signed by whomever, says something else")?;
            writeln!(out, "    expected {stated}")?;
            writeln!(out, "    found    {found}")?;
        }
    }
    for answer in &timeline.peers {
        let archives = if answer.archives { ", with archives" } else { "" };
        let why = answer.untold.map_or(String::new(), |why| format!(": {why}"));
        writeln!(
            out,
            "  {} itself{archives}: {}, {} breaks{why}",
            answer.system.name(),
            answer.verdict(),
            answer.broken
        )?;
    }
    for one in &timeline.breaks {
        writeln!(out, "  line {}: custody.{}", one.line, one.kind.name())?;
        writeln!(out, "    expected {}", escape_text(&one.expected))?;
        writeln!(out, "    found    {}", escape_text(&one.found))?;
    }
    Ok(())
}
