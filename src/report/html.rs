//! The report as one page: to read, to print, to sign and to keep.
//!
//! Nothing in it is fetched and nothing runs: no script, no image, no font, and
//! a content security policy that allows only the one style sheet inside, by
//! its hash. Whatever status there is stands there as a word; colour only helps.
//!
//! How it would be attacked: see [`super::markup`]; besides, by names in a
//! script that is written from right to left, which would drag their
//! neighbours along. Every cell is isolated.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::SCHEMA;
use super::json::report_id;
use super::markup::escaped;
use super::model::{CaseReport, CheckLine, ItemReport, Report, SubjectReport};
use crate::check;
use crate::digest::Digest;
use crate::fact::Fact;
use crate::finding::{CheckId, Finding, Severity};
use crate::policy::Status;
use crate::wire::base64;
use crate::wire::canonical;

/// The style sheet, exactly as it stands in the page: its hash is in the page.
const STYLE: &str = include_str!("report.css");

/// How many rows of a kind are shown before the rest is only counted. Nobody
/// reads more on paper, and browsers lay out more only slowly.
pub(super) const ROWS_MAX: usize = 2_000;

/// Writes one page.
pub fn write_html(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out };
    page.head(&format!("Evidence {}", report.status.as_str()), STYLE)?;
    page.verdict(report)?;
    page.subjects(report)?;
    page.remedies(report)?;
    for case in &report.cases {
        page.case(case)?;
    }
    page.run(report)?;
    page.repeat(report)?;
    page.foot()
}

/// Writes markup of our own, and text of anybody's escaped.
pub(super) struct Page<'o> {
    pub out: &'o mut dyn Write,
}

impl Page<'_> {
    /// Markup: only from literals here.
    pub fn raw(&mut self, markup: &'static str) -> io::Result<()> {
        self.out.write_all(markup.as_bytes())
    }

    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(escaped(text).as_bytes())
    }

    /// `text` between a start tag and its end tag.
    pub fn within(&mut self, start: &'static str, text: &str, end: &'static str) -> io::Result<()> {
        self.raw(start)?;
        self.text(text)?;
        self.raw(end)
    }

    /// Text of ours, in which what stands between backticks is code.
    fn prose(&mut self, text: &'static str) -> io::Result<()> {
        for (number, part) in text.split('`').enumerate() {
            match number % 2 {
                0 => self.text(part)?,
                _ => self.within("<code>", part, "</code>")?,
            }
        }
        Ok(())
    }

    pub fn cell(&mut self, text: &str) -> io::Result<()> {
        self.within("<td>", text, "</td>")
    }

    pub fn code_cell(&mut self, text: &str) -> io::Result<()> {
        self.within("<td><code>", text, "</code></td>")
    }

    /// A status as a word in a class of its own.
    pub fn word(&mut self, word: &'static str) -> io::Result<()> {
        let class = match word {
            "verified" | "passed" => "<span class=\"good\">",
            "rejected" | "failed" => "<span class=\"bad\">",
            "inconclusive" | "not-established" => "<span class=\"open\">",
            _ => "<span class=\"plain\">",
        };
        self.within(class, word, "</span>")
    }

    /// Begins a table that scrolls where it is too wide for the window.
    pub fn table(&mut self, caption: &str, columns: &[&'static str]) -> io::Result<()> {
        self.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")?;
        self.text(caption)?;
        self.within("\"><table><caption>", caption, "</caption><thead><tr>")?;
        for column in columns {
            self.within("<th scope=\"col\">", column, "</th>")?;
        }
        self.raw("</tr></thead><tbody>\n")
    }

    pub fn end_table(&mut self, rows: usize) -> io::Result<()> {
        self.raw("</tbody></table></div>\n")?;
        if rows > ROWS_MAX {
            let more = format!("{} more are in the report in JSON, which lists all.", rows - ROWS_MAX);
            self.within("<p>", &more, "</p>\n")?;
        }
        Ok(())
    }

    /// Begins a page that has this style sheet and no other.
    pub fn head(&mut self, title: &str, style: &'static str) -> io::Result<()> {
        self.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
        let hash = base64::encode_standard(Digest::sha256(style.as_bytes()).bytes());
        writeln!(
            self.out,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">"
        )?;
        self.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")?;
        self.raw("<meta name=\"color-scheme\" content=\"light dark\">\n")?;
        self.raw("<meta name=\"referrer\" content=\"no-referrer\">\n")?;
        self.within("<title>", title, " - stella</title>\n<style>")?;
        self.raw(style)?;
        self.raw("</style>\n</head>\n<body>\n")
    }

    fn verdict(&mut self, report: &Report) -> io::Result<()> {
        let meaning = match report.status {
            Status::Verified => "Everything that the policy asks for was established.",
            Status::Inconclusive => {
                "Something that the policy asks for was not established. This is no approval: only \
                 \u{201C}verified\u{201D} is one."
            }
            Status::Rejected => "Something was computed, and it is wrong.",
        };
        self.raw("<header>\n<p>Report on evidence</p>\n<h1>Verdict: ")?;
        self.word(report.status.as_str())?;
        self.within("</h1>\n<p>", meaning, "</p>\n<dl>\n")?;
        let id = report_id(report).to_string();
        self.pair("Report", &id)?;
        self.pair("Evidence", &report.checksum.to_string())?;
        let by: Vec<&str> = report.rationale.iter().map(|check| check.as_str()).collect();
        self.pair("Decided by", if by.is_empty() { "no check".to_owned() } else { by.join(", ") }.as_str())?;
        self.pair("Signatures", report.signature)?;
        self.raw("</dl>\n</header>\n<main>\n")
    }

    pub fn pair(&mut self, name: &'static str, value: &str) -> io::Result<()> {
        self.within("<dt>", name, "</dt>")?;
        self.within("<dd><code>", value, "</code></dd>\n")
    }

    fn subjects(&mut self, report: &Report) -> io::Result<()> {
        self.raw("<section>\n<h2>Subjects</h2>\n")?;
        if report.subjects.is_empty() {
            return self.raw("<p>There was nothing to judge.</p>\n</section>\n");
        }
        // The worst first: on paper the first page is read best.
        let mut subjects: Vec<&SubjectReport> = report.subjects.iter().collect();
        subjects.sort_by_key(|subject| std::cmp::Reverse(subject.status));
        self.table(
            "What the report answers for",
            &["Status", "What", "Where", "Vouched for by", "Because of"],
        )?;
        for subject in subjects.iter().take(ROWS_MAX) {
            self.raw("<tr><th scope=\"row\">")?;
            self.word(subject.status.as_str())?;
            self.raw("</th>")?;
            self.within("<td>", subject.kind, "<br>")?;
            self.within("<code>", subject.digest.as_deref().unwrap_or("no digest"), "</code></td>")?;
            let places: Vec<String> = subject.paths.iter().map(|path| place(path)).collect();
            self.lines(&places, "not at hand")?;
            let vouched: Vec<String> =
                subject.vouched_by.iter().map(|(who, by)| format!("{who} ({by})")).collect();
            self.lines(&vouched, "nobody")?;
            let by: Vec<&str> = subject.rationale.iter().map(|check| check.as_str()).collect();
            self.cell(&by.join(", "))?;
            self.raw("</tr>\n")?;
        }
        self.end_table(subjects.len())?;
        self.raw("</section>\n")
    }

    /// A cell with a line for each text.
    pub fn lines<T: AsRef<str>>(&mut self, texts: &[T], none: &str) -> io::Result<()> {
        if texts.is_empty() {
            return self.cell(none);
        }
        self.raw("<td><ul>")?;
        for text in texts.iter().take(ROWS_MAX) {
            self.within("<li>", text.as_ref(), "</li>")?;
        }
        if texts.len() > ROWS_MAX {
            self.within("<li>", &format!("and {} more", texts.len() - ROWS_MAX), "</li>")?;
        }
        self.raw("</ul></td>")
    }

    /// What every check that did not pass is for, and what to do, each once.
    fn remedies(&mut self, report: &Report) -> io::Result<()> {
        let found = report.cases.iter().flat_map(|case| &case.findings).chain(&report.book.findings);
        let mut open: BTreeSet<CheckId> =
            found.filter(|finding| finding.severity != Severity::Note).map(|finding| finding.check).collect();
        if report.status != Status::Verified {
            open.extend(&report.rationale);
        }
        self.raw("<section>\n<h2>What to do</h2>\n")?;
        if open.is_empty() {
            self.raw("<p>Nothing: no check failed, and none was left open.</p>\n")?;
        }
        for id in open {
            let about = check::about(id);
            self.within("<h3>", about.title, " <code>")?;
            self.within("", id.as_str(), "</code></h3>\n")?;
            self.raw("<p>")?;
            self.prose(about.remedy)?;
            self.raw("</p>\n<p class=\"why\">")?;
            self.prose(about.why)?;
            self.raw("</p>\n")?;
        }
        self.raw("</section>\n")
    }

    fn case(&mut self, case: &CaseReport) -> io::Result<()> {
        self.within("<section>\n<h2>Case <code>", &case.id, "</code></h2>\n<p>")?;
        self.word(case.status.as_str())?;
        let name = case.name.as_ref().map_or_else(String::new, |name| format!(", found at {name}"));
        let what = format!(": {} ({}), {} items{name}", case.form, case.format, case.items.len());
        self.text(&what)?;
        self.within("<br><code>", &case.checksum.to_string(), "</code></p>\n")?;
        self.findings(&case.findings, case.findings_left_out)?;
        self.facts(&case.facts)?;
        self.open(&case.not_established)?;
        self.checks(&case.checks)?;
        self.items(&case.items)?;
        self.timeline(case)?;
        self.raw("</section>\n")
    }

    fn run(&mut self, report: &Report) -> io::Result<()> {
        self.raw("<section>\n<h2>The run as a whole</h2>\n")?;
        self.findings(&report.book.findings, 0)?;
        let checks: Vec<CheckLine> = report
            .book
            .coverage
            .iter()
            .map(|(id, coverage)| CheckLine { id: *id, coverage: coverage.clone() })
            .collect();
        self.checks(&checks)?;
        self.raw("</section>\n")
    }

    fn findings(&mut self, findings: &[Finding], left_out: u64) -> io::Result<()> {
        self.raw("<h3>Findings</h3>\n")?;
        if findings.is_empty() && left_out == 0 {
            return self.raw("<p>None.</p>\n");
        }
        self.table("Findings", &["Status", "Check", "Where", "What", "Expected", "Found"])?;
        for finding in findings.iter().take(ROWS_MAX) {
            self.raw("<tr><th scope=\"row\">")?;
            self.word(finding.severity.as_str())?;
            self.raw("</th>")?;
            self.code_cell(finding.check.as_str())?;
            let mut at = finding.item.as_deref().map_or("the whole".to_owned(), place);
            if let Some(place) = &finding.at {
                at = format!("{at}, {place}");
            }
            self.cell(&at)?;
            self.cell(&finding.detail)?;
            self.code_cell(finding.expected.as_deref().unwrap_or(""))?;
            self.code_cell(finding.found.as_deref().unwrap_or(""))?;
            self.raw("</tr>\n")?;
        }
        self.end_table(findings.len())?;
        if left_out > 0 {
            let more = format!("{left_out} more findings were counted and are listed nowhere.");
            self.within("<p>", &more, "</p>\n")?;
        }
        Ok(())
    }

    fn facts(&mut self, facts: &[Fact]) -> io::Result<()> {
        self.raw("<h3>What was established</h3>\n")?;
        if facts.is_empty() {
            return self.raw("<p>Nothing.</p>\n");
        }
        self.raw("<ul>\n")?;
        for fact in facts.iter().take(ROWS_MAX) {
            self.within("<li>", &fact.sentence(), "")?;
            if let Fact::Signed { key, payload, time, .. } = fact {
                let bound = |edge: &Option<String>| edge.clone().unwrap_or_else(|| "unknown".to_owned());
                let (from, to) = (bound(&time.interval.0), bound(&time.interval.1));
                let proof = match time.by {
                    "none" => "its time is not proven".to_owned(),
                    by => format!("made between {from} and {to}, proven by {by}"),
                };
                self.within("; ", &proof, "<br><code>key ")?;
                self.within("", key, "</code><br><code>over ")?;
                self.within("", &payload.to_string(), "</code>")?;
            }
            self.raw("</li>\n")?;
        }
        self.raw("</ul>\n")?;
        if facts.len() > ROWS_MAX {
            let more = format!("And {} more, in the report in JSON.", facts.len() - ROWS_MAX);
            self.within("<p>", &more, "</p>\n")?;
        }
        Ok(())
    }

    fn open(&mut self, checks: &[CheckId]) -> io::Result<()> {
        self.raw("<h3>What was not established</h3>\n")?;
        if checks.is_empty() {
            return self.raw("<p>No check was left open.</p>\n");
        }
        self.raw("<ul>\n")?;
        for id in checks {
            let about = check::about(*id);
            self.within("<li>", about.title, " (<code>")?;
            self.within("", id.as_str(), "</code>). A pass would have established: ")?;
            self.prose(about.establishes)?;
            self.raw("</li>\n")?;
        }
        self.raw("</ul>\n")
    }

    fn checks(&mut self, checks: &[CheckLine]) -> io::Result<()> {
        self.raw("<h3>Checks</h3>\n")?;
        self.table(
            "Every check, and how many things it examined",
            &["Check", "Examined", "Passed", "Failed", "Not established", "Skipped"],
        )?;
        for CheckLine { id, coverage } in checks {
            self.within("<tr><th scope=\"row\"><code>", id.as_str(), "</code></th>")?;
            let counts = [coverage.examined(), coverage.passed, coverage.failed, coverage.not_established];
            for count in counts {
                self.within("<td class=\"number\">", &count.to_string(), "</td>")?;
            }
            let mut skipped: Vec<String> =
                coverage.skipped.iter().map(|(why, count)| format!("{count}: {why}")).collect();
            if skipped.is_empty() && coverage.examined() == 0 {
                skipped.push("nothing of this kind is in the evidence".to_owned());
            }
            self.cell(&skipped.join("; "))?;
            self.raw("</tr>\n")?;
        }
        self.end_table(checks.len())
    }

    fn items(&mut self, items: &[ItemReport]) -> io::Result<()> {
        self.raw("<h3>Items</h3>\n")?;
        if items.is_empty() {
            return self.raw("<p>None.</p>\n");
        }
        self.table("What lies there", &["Status", "Path", "Kind", "Size in bytes", "SHA-256"])?;
        for item in items.iter().take(ROWS_MAX) {
            self.raw("<tr><th scope=\"row\">")?;
            self.word(item.status)?;
            self.raw("</th>")?;
            self.cell(&item.path)?;
            self.cell(item.kind)?;
            self.within("<td class=\"number\">", &item.size.to_string(), "</td>")?;
            self.code_cell(&item.digest.hex())?;
            self.raw("</tr>\n")?;
        }
        self.end_table(items.len())
    }

    fn timeline(&mut self, case: &CaseReport) -> io::Result<()> {
        if case.timeline.is_empty() {
            return Ok(());
        }
        self.raw("<h3>Timeline</h3>\n")?;
        let columns = ["Number", "Chain", "Event", "Claimed time", "Claimed actor", "Item"];
        self.table("First and last events, as they claim to have happened", &columns)?;
        for line in case.timeline.iter().take(ROWS_MAX) {
            self.within("<tr><th scope=\"row\">", &line.sequence.to_string(), "</th>")?;
            for text in [
                &line.chain,
                &line.event,
                line.claimed.as_deref().unwrap_or(""),
                line.actor.as_deref().unwrap_or(""),
                &line.item,
            ] {
                self.cell(text)?;
            }
            self.raw("</tr>\n")?;
        }
        self.end_table(case.timeline.len())
    }

    fn repeat(&mut self, report: &Report) -> io::Result<()> {
        let about = &report.about;
        self.raw("<section>\n<h2>How to repeat this</h2>\n")?;
        self.raw(
            "<p>The same evidence, trust, policy and options give the same report on every machine and at \
             every hour. Verify the evidence again with what is named here, and compare the line \
             <q>Report</q> at the top, digit by digit.</p>\n<dl>\n",
        )?;
        let request = canonical::to_bytes(&about.request).unwrap_or_default();
        self.pair("Options", &String::from_utf8_lossy(&request))?;
        let time = about.at.time.as_deref().unwrap_or("none given");
        self.pair("Time of validation", &format!("{time} ({})", about.at.source))?;
        let (id, digest, source) = &about.policy;
        self.pair("Policy", &format!("{id}, {digest} ({source})"))?;
        let trust = &about.trust;
        let sequence = trust.sequence.map_or("none".to_owned(), |sequence| sequence.to_string());
        let issued = trust.issued_at.as_deref().unwrap_or("at an unknown time");
        self.pair(
            "Trust",
            &format!(
                "{}, sequence {sequence}, issued {issued}, {} authorities ({})",
                trust.digest, trust.authorities, trust.source
            ),
        )?;
        if let Some(kit) = &about.kit {
            let development = if kit.development { ", for development only" } else { "" };
            self.pair("Kit", &format!("{}, {}{development}", kit.version, kit.digest))?;
        }
        let tool = format!("stella {}, rules {}, {SCHEMA}", env!("CARGO_PKG_VERSION"), super::RULES);
        self.pair("Tool", &tool)?;
        self.raw("</dl>\n</section>\n")
    }

    pub fn foot(&mut self) -> io::Result<()> {
        self.raw(
            "</main>\n<footer>\n<p>Who signs here has compared the report number with the one on the \
             machine.</p>\n<table class=\"sign\"><tbody><tr><th scope=\"row\">Name</th><td></td></tr>\
             <tr><th scope=\"row\">Date</th><td></td></tr><tr><th scope=\"row\">Signature</th><td></td></tr>\
             </tbody></table>\n</footer>\n</body>\n</html>\n",
        )
    }
}

/// A place as a person calls it: the root of a container has an empty path.
fn place(path: &str) -> String {
    let root = path.is_empty() || path.ends_with(':');
    if root { format!("{path}the container") } else { path.to_owned() }
}
