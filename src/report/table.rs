//! The report for a person at a terminal.
//!
//! What it must not do: show a string from evidence as it is. Names were made
//! safe when they became paths; everything else is escaped here once more.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::json::report_id;
use super::model::{CaseReport, Report, SubjectReport};
use crate::check;
use crate::finding::{CheckId, Finding, Severity};
use crate::path::escape_text;
use crate::policy::Status;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How many lines of a kind are shown before the rest is only counted.
const SHOWN_MAX: usize = 40;

/// Writes the report; `color` says whether the terminal wants styles.
pub fn write_table(report: &Report, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, color };
    page.verdict(report)?;
    page.subjects(report)?;
    for case in &report.cases {
        page.case(case)?;
    }
    page.findings("The run as a whole", &report.book.findings, 0)?;
    page.open(report)?;
    page.foot(report)
}

struct Page<'o> {
    out: &'o mut dyn Write,
    color: bool,
}

impl Page<'_> {
    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        if self.color { write!(self.out, "{style}{text}{style:#}") } else { write!(self.out, "{text}") }
    }

    fn status(&mut self, status: Status) -> io::Result<()> {
        let style = match status {
            Status::Verified => GOOD,
            Status::Inconclusive => OPEN,
            Status::Rejected => BAD,
        };
        self.styled(style, &format!("{:<13}", status.as_str()))
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out)?;
        self.styled(BOLD, text)?;
        writeln!(self.out)
    }

    fn verdict(&mut self, report: &Report) -> io::Result<()> {
        let (style, meaning) = match report.status {
            Status::Verified => (GOOD, "everything that the policy asks for was established"),
            Status::Inconclusive => (OPEN, "something that the policy asks for was not established"),
            Status::Rejected => (BAD, "something is wrong"),
        };
        self.styled(style, &report.status.as_str().to_uppercase())?;
        writeln!(self.out, "  {meaning}")?;
        if report.status != Status::Verified {
            let by: Vec<&str> = report.rationale.iter().map(|check| check.as_str()).collect();
            writeln!(self.out, "decided by: {}", by.join(", "))?;
        }
        Ok(())
    }

    fn subjects(&mut self, report: &Report) -> io::Result<()> {
        self.heading("Subjects")?;
        if report.subjects.is_empty() {
            return writeln!(self.out, "  none");
        }
        // The worst first; the report itself has them by digest.
        let mut subjects: Vec<&SubjectReport> = report.subjects.iter().collect();
        subjects.sort_by(|a, b| {
            (b.status, a.kind, &a.paths, &a.digest).cmp(&(a.status, b.kind, &b.paths, &b.digest))
        });
        for subject in subjects.iter().take(SHOWN_MAX) {
            write!(self.out, "  ")?;
            self.status(subject.status)?;
            let place = match subject.paths.as_slice() {
                [] => "not at hand".to_owned(),
                [one] if one.is_empty() || one.ends_with(':') => format!("{one}(the container)"),
                [one] => one.clone(),
                [one, rest @ ..] => format!("{one} and {} more", rest.len()),
            };
            writeln!(self.out, "{} {}", subject.kind, escape_text(&place))?;
            if let Some(digest) = &subject.digest {
                writeln!(self.out, "               {digest}")?;
            }
            for (identity, by) in &subject.vouched_by {
                writeln!(
                    self.out,
                    "               vouched for by {} ({by})",
                    escape_text(identity.as_str())
                )?;
            }
            if subject.status != Status::Verified && !subject.rationale.is_empty() {
                let by: Vec<&str> = subject.rationale.iter().map(|check| check.as_str()).collect();
                writeln!(self.out, "               because of {}", by.join(", "))?;
            }
        }
        if subjects.len() > SHOWN_MAX {
            writeln!(self.out, "  and {} more; --output json lists all", subjects.len() - SHOWN_MAX)?;
        }
        Ok(())
    }

    fn case(&mut self, case: &CaseReport) -> io::Result<()> {
        let name = case.name.as_ref().map_or_else(String::new, |name| format!(" at {}", escape_text(name)));
        self.heading(&format!(
            "{}: {} ({}), {} items{name}",
            case.id,
            case.form,
            case.format,
            case.items.len()
        ))?;
        write!(self.out, "  ")?;
        self.status(case.status)?;
        writeln!(self.out, "{}", case.checksum)?;
        let passed: Vec<String> = case
            .checks
            .iter()
            .filter(|line| line.coverage.passed > 0 && line.coverage.passed == line.coverage.examined())
            .map(|line| format!("{} ({})", line.id, line.coverage.passed))
            .collect();
        if !passed.is_empty() {
            wrapped(self.out, "  passed: ", &passed)?;
        }
        for fact in case.facts.iter().take(SHOWN_MAX) {
            writeln!(self.out, "  established: {}", escape_text(&fact.sentence()))?;
        }
        self.findings("  Findings", &case.findings, case.findings_left_out)
    }

    fn findings(&mut self, heading: &str, findings: &[Finding], left_out: u64) -> io::Result<()> {
        if findings.is_empty() && left_out == 0 {
            return Ok(());
        }
        writeln!(self.out, "{heading}")?;
        for finding in findings.iter().take(SHOWN_MAX) {
            let style = match finding.severity {
                Severity::Failed => BAD,
                Severity::NotEstablished => OPEN,
                Severity::Note => DIM,
            };
            write!(self.out, "    ")?;
            self.styled(style, finding.severity.as_str())?;
            let item =
                finding.item.as_deref().map_or_else(String::new, |item| format!("  {}", escape_text(item)));
            writeln!(self.out, "  {}{item}", finding.check)?;
            writeln!(self.out, "      {}", escape_text(&finding.detail))?;
            for (name, text) in
                [("expected", &finding.expected), ("found", &finding.found), ("at", &finding.at)]
            {
                if let Some(text) = text {
                    writeln!(self.out, "      {name:<9}{}", escape_text(text))?;
                }
            }
        }
        let more = left_out + findings.len().saturating_sub(SHOWN_MAX) as u64;
        if more > 0 {
            writeln!(self.out, "    and {more} more; --output json lists those that are kept")?;
        }
        Ok(())
    }

    /// What to do about every check that did not pass, each once.
    fn open(&mut self, report: &Report) -> io::Result<()> {
        let mut checks: Vec<CheckId> = report
            .cases
            .iter()
            .flat_map(|case| &case.findings)
            .chain(&report.book.findings)
            .filter(|finding| finding.severity != Severity::Note)
            .map(|finding| finding.check)
            .collect();
        checks.sort();
        checks.dedup();
        if checks.is_empty() {
            return Ok(());
        }
        self.heading("What to do")?;
        for id in checks {
            let about = check::about(id);
            writeln!(self.out, "  {id}")?;
            let words: Vec<String> = about.remedy.split_whitespace().map(str::to_owned).collect();
            filled(self.out, "    ", " ", &words)?;
        }
        Ok(())
    }

    fn foot(&mut self, report: &Report) -> io::Result<()> {
        let about = &report.about;
        self.heading("To repeat this")?;
        writeln!(self.out, "  report   {}", report_id(report))?;
        writeln!(self.out, "  evidence {}", report.checksum)?;
        let sequence = about.trust.sequence.map_or("none".to_owned(), |n| n.to_string());
        writeln!(
            self.out,
            "  trust    {} ({}, sequence {sequence}, {} authorities)",
            about.trust.digest, about.trust.source, about.trust.authorities
        )?;
        let (id, digest, source) = &about.policy;
        writeln!(self.out, "  policy   {digest} ({source}, {})", escape_text(id))?;
        let time = about.at.time.as_deref().unwrap_or("none given");
        writeln!(self.out, "  at       {time} ({})", about.at.source)?;
        if let Some(kit) = &about.kit {
            let development = if kit.development { ", for development only" } else { "" };
            writeln!(self.out, "  kit      {} ({}{development})", kit.digest, escape_text(&kit.version))?;
        }
        Ok(())
    }
}

fn wrapped(out: &mut dyn Write, first: &str, words: &[String]) -> io::Result<()> {
    filled(out, first, ", ", words)
}

/// `words` in lines of at most 100 characters, the later ones indented.
fn filled(out: &mut dyn Write, first: &str, between: &str, words: &[String]) -> io::Result<()> {
    let indent = " ".repeat(first.len());
    let mut line = first.to_owned();
    for (index, word) in words.iter().enumerate() {
        let last = index + 1 == words.len();
        let piece = if last { word.clone() } else { format!("{word}{between}") };
        if line.len() > indent.len() && line.len() + piece.trim_end().len() > 100 {
            writeln!(out, "{}", line.trim_end())?;
            line.clone_from(&indent);
        }
        line.push_str(&piece);
    }
    writeln!(out, "{}", line.trim_end())
}
