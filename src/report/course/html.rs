//! The timeline as one page with a drawing: to read, to print and to file.
//!
//! Like the report ([`crate::report::write_html`]) it fetches nothing and runs nothing. Everything
//! that is drawn stands in a table too, in the same order.

use std::io::{self, Write};

use super::json::name;
use super::table::{at, proven};
use super::{Chain, Course, Moment, Relation, svg};
use crate::custody::BreakKind;
use crate::path::{escape, escape_text};
use crate::report::html::{Page, ROWS_MAX};

/// The style sheet of reports, and what the drawing needs.
const STYLE: &str = concat!(include_str!("../report.css"), include_str!("course.css"));

/// Writes one page.
pub fn write_course_html(course: &Course, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out };
    page.head("Timeline", STYLE)?;
    page.raw("<header>\n<p>What happened when, as far as the evidence proves it</p>\n<h1>Timeline: ")?;
    page.word(course.status.as_str())?;
    page.raw("</h1>\n<dl>\n")?;
    let many = |count: usize, left_out: u64| match left_out {
        0 => count.to_string(),
        more => format!("{count}, and {more} more that are left out"),
    };
    page.pair("Moments", &many(course.moments.len(), course.moments_left_out))?;
    page.pair("Pairs that matter", &many(course.pairs.len(), course.pairs_left_out))?;
    page.pair("Contradictions", &course.contradictions().count().to_string())?;
    let wrong = course.moments.iter().filter(|moment| moment.claim.is_contradicted()).count();
    page.pair("Claims that a proof contradicts", &wrong.to_string())?;
    page.raw("</dl>\n</header>\n<main>\n")?;
    contradictions(&mut page, course)?;
    drawing(&mut page, course)?;
    moments(&mut page, course)?;
    pairs(&mut page, course)?;
    missing(&mut page, course)?;
    chains(&mut page, course)?;
    page.foot()
}

fn contradictions(page: &mut Page, course: &Course) -> io::Result<()> {
    if course.contradictions().next().is_none() {
        return Ok(());
    }
    page.raw("<section>\n<h2>Contradictions</h2>\n<p>In each line the first has to have come first, and is proven to have come second.</p>\n")?;
    page.table("Proofs that cannot both be right", &["First", "Proven", "Second", "Proven", "Because"])?;
    for pair in course.contradictions().take(ROWS_MAX) {
        let (first, second) = (&course.moments[pair.first], &course.moments[pair.second]);
        page.within("<tr><th scope=\"row\">", &called(pair.first, first), "</th>")?;
        page.cell(&proven(&first.proven))?;
        page.cell(&called(pair.second, second))?;
        page.cell(&proven(&second.proven))?;
        page.cell(pair.because.name())?;
        page.raw("</tr>\n")?;
    }
    page.end_table(course.contradictions().count())?;
    page.raw("</section>\n")
}

fn called(place: usize, moment: &Moment) -> String {
    format!("{}: {} {} ({}{})", name(place), moment.who, moment.what, moment.item, at(moment))
}

fn drawing(page: &mut Page, course: &Course) -> io::Result<()> {
    let scale = svg::Scale::of(course);
    if scale.is_empty() {
        return Ok(());
    }
    page.raw(
        "<section>\n<h2>Drawing</h2>\n<p>A full bar is the interval in which something provably happened. A \
         dashed bar with an arrow is open at that end: it happened at some time before, or after. A ring is \
         what somebody claims, and a cross over it says that a proof contradicts the claim. Columns are the \
         instants that something names, in order; distances are not to scale.</p>\n",
    )?;
    let drawn = &course.moments[..course.moments.len().min(svg::ROWS_DRAWN_MAX)];
    for (number, rows) in drawn.chunks(svg::ROWS).enumerate() {
        page.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Drawing\">\n")?;
        page.out.write_all(svg::draw(&scale, rows, number * svg::ROWS, number).as_bytes())?;
        page.raw("</div>\n")?;
    }
    if drawn.len() < course.moments.len() {
        let more = format!("{} more are not drawn.", course.moments.len() - drawn.len());
        page.within("<p>", &more, "</p>\n")?;
    }
    page.raw("</section>\n")
}

fn moments(page: &mut Page, course: &Course) -> io::Result<()> {
    page.raw("<section>\n<h2>Moments</h2>\n")?;
    if course.moments.is_empty() {
        return page.raw("<p>Nothing here has a time.</p>\n</section>\n");
    }
    let columns = ["Moment", "What", "Who", "Where", "Proven", "By", "Claimed", "The claim"];
    page.table("Everything in one order: by what is proven, else by what is claimed", &columns)?;
    for (place, moment) in course.moments.iter().enumerate().take(ROWS_MAX) {
        page.within("<tr><th scope=\"row\" class=\"name\">", &name(place), "</th>")?;
        page.cell(&format!("{}: {}", moment.sort.name(), moment.what))?;
        page.cell(&moment.who)?;
        page.cell(&format!("{}: {}{}", moment.case_id, moment.item, at(moment)))?;
        page.cell(&proven(&moment.proven))?;
        page.lines(&Vec::from_iter(&moment.by), "nobody")?;
        page.cell(&moment.claimed.map_or("nothing".to_owned(), |at| at.to_string()))?;
        match moment.claim.is_contradicted() {
            true => page.within("<td><span class=\"bad\">", moment.claim.sentence(), "</span></td>")?,
            false => page.cell(moment.claim.sentence())?,
        }
        page.raw("</tr>\n")?;
    }
    page.end_table(course.moments.len())?;
    page.raw("</section>\n")
}

fn pairs(page: &mut Page, course: &Course) -> io::Result<()> {
    if course.pairs.is_empty() {
        return Ok(());
    }
    page.raw("<section>\n<h2>What came before what</h2>\n")?;
    page.table("Pairs that matter to each other", &["First", "Second", "Because", "Relation", "Shown by"])?;
    for pair in course.pairs.iter().take(ROWS_MAX) {
        page.within("<tr><th scope=\"row\">", &called(pair.first, &course.moments[pair.first]), "</th>")?;
        page.cell(&called(pair.second, &course.moments[pair.second]))?;
        page.cell(pair.because.name())?;
        match pair.relation {
            Relation::Contradictory => {
                page.within("<td><span class=\"bad\">", pair.relation.name(), "</span></td>")?;
            }
            _ => page.cell(pair.relation.name())?,
        }
        page.cell(pair.shown.name())?;
        page.raw("</tr>\n")?;
    }
    page.end_table(course.pairs.len())?;
    page.raw("</section>\n")
}

/// Gaps and handovers that nobody signed for.
fn missing(page: &mut Page, course: &Course) -> io::Result<()> {
    page.raw("<section>\n<h2>Gaps and missing handovers</h2>\n")?;
    let lacks = |kind: BreakKind| matches!(kind, BreakKind::Gap | BreakKind::Handover | BreakKind::Genesis);
    let breaks: Vec<_> = course
        .chains
        .iter()
        .flat_map(|chain| chain.timeline.breaks.iter().map(move |one| (chain, one)))
        .filter(|(_, one)| lacks(one.kind))
        .collect();
    let handovers: Vec<_> = course
        .chains
        .iter()
        .flat_map(|chain| chain.timeline.handovers.iter().map(move |one| (chain, one)))
        .filter(|(_, one)| !one.established)
        .collect();
    if breaks.is_empty() && handovers.is_empty() {
        page.raw("<p>None was found in the chains that are here.</p>\n")?;
    }
    if !breaks.is_empty() {
        page.table("Where chains have holes", &["Chain", "Line", "Check", "Expected", "Found"])?;
        for (chain, one) in breaks.iter().take(ROWS_MAX) {
            page.within("<tr><th scope=\"row\">", &called_chain(chain), "</th>")?;
            page.cell(&one.line.to_string())?;
            page.cell(&format!("custody.{}", one.kind.name()))?;
            page.cell(&escape_text(&one.expected))?;
            page.cell(&escape_text(&one.found))?;
            page.raw("</tr>\n")?;
        }
        page.end_table(breaks.len())?;
    }
    if !handovers.is_empty() {
        page.table("Handovers that lack a signature", &["Chain", "Event", "From", "To", "Claimed"])?;
        for (chain, one) in handovers.iter().take(ROWS_MAX) {
            page.within("<tr><th scope=\"row\">", &called_chain(chain), "</th>")?;
            page.cell(&one.sequence.to_string())?;
            page.cell(&escape(one.from.as_bytes()))?;
            page.cell(&escape(one.to.as_bytes()))?;
            page.cell(&one.at.to_string())?;
            page.raw("</tr>\n")?;
        }
        page.end_table(handovers.len())?;
    }
    page.raw("</section>\n")
}

fn called_chain(chain: &Chain) -> String {
    format!("{} in {}:{}", escape(chain.timeline.chain.as_bytes()), chain.case, chain.item)
}

fn chains(page: &mut Page, course: &Course) -> io::Result<()> {
    if course.chains.is_empty() {
        return Ok(());
    }
    page.raw("<section>\n<h2>Chains</h2>\n")?;
    page.table("How far each chain bears", &["Chain", "Format", "Events", "Head", "Completeness", "Faults"])?;
    for chain in course.chains.iter().take(ROWS_MAX) {
        let timeline = chain.timeline;
        page.within("<tr><th scope=\"row\">", &called_chain(chain), "</th>")?;
        page.cell(timeline.format.name())?;
        page.cell(&timeline.count.to_string())?;
        page.code_cell(&timeline.head.map_or("none".to_owned(), |head| head.to_string()))?;
        page.cell(&chain.completeness())?;
        let faults: Vec<String> = timeline
            .tallies
            .iter()
            .filter(|(_, tally)| tally.broken + tally.not_established > 0)
            .map(|(kind, tally)| {
                format!("custody.{}: {} wrong, {} open", kind.name(), tally.broken, tally.not_established)
            })
            .collect();
        page.lines(&faults, "none")?;
        page.raw("</tr>\n")?;
    }
    page.end_table(course.chains.len())?;
    page.raw("</section>\n")
}
