//! The report as JUnit XML, for build servers that show test results.
//!
//! A suite per case with a test per check, a suite for the run, and one for the
//! verdict: policy can leave open what no single check failed, and a build
//! server that saw only the checks would be green where the verdict is not.
//! There are no `error` elements and no times.
//!
//! How it would be attacked: see [`super::markup`]; besides, by a check that
//! examined nothing and so shows green. It is skipped, and says why.

use std::io::{self, Write};

use super::json::report_id;
use super::markup::escaped;
use super::model::{CaseReport, CheckLine, Report, SubjectReport};
use crate::check;
use crate::finding::{CheckId, Coverage, Finding, Severity};
use crate::policy::Status;

/// Writes one document.
pub fn write_junit(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let verdict = verdict_suite(report);
    let run_checks = report.book.coverage.iter();
    let run_checks: Vec<Test> =
        run_checks.map(|(id, coverage)| test(*id, coverage, &report.book.findings)).collect();
    let run = Suite { name: "run", properties: Vec::new(), tests: run_checks };
    let cases: Vec<Suite> = report.cases.iter().map(case_suite).collect();
    let suites: Vec<&Suite> = [&verdict, &run].into_iter().chain(&cases).collect();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let tests: usize = suites.iter().map(|suite| suite.tests.len()).sum();
    let failures: usize = suites.iter().map(|suite| suite.failures()).sum();
    let skipped: usize = suites.iter().map(|suite| suite.skipped()).sum();
    writeln!(
        out,
        "<testsuites name=\"stella\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">",
    )?;
    for suite in suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

struct Suite<'r> {
    name: &'r str,
    properties: Vec<(&'static str, String)>,
    tests: Vec<Test>,
}

struct Test {
    class: String,
    name: String,
    outcome: Outcome,
    /// What was found and decides nothing.
    notes: Vec<String>,
}

enum Outcome {
    Passed,
    Skipped(String),
    /// `failed` or `not-established`, a summary, and the findings.
    Failure(&'static str, String, Vec<String>),
}

impl Suite<'_> {
    fn failures(&self) -> usize {
        self.tests.iter().filter(|test| matches!(test.outcome, Outcome::Failure(..))).count()
    }

    fn skipped(&self) -> usize {
        self.tests.iter().filter(|test| matches!(test.outcome, Outcome::Skipped(_))).count()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            escaped(self.name),
            self.tests.len(),
            self.failures(),
            self.skipped(),
        )?;
        if !self.properties.is_empty() {
            writeln!(out, "    <properties>")?;
            for (name, value) in &self.properties {
                writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escaped(value))?;
            }
            writeln!(out, "    </properties>")?;
        }
        for test in &self.tests {
            test.write(out)?;
        }
        writeln!(out, "  </testsuite>")
    }
}

impl Test {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (class, name) = (escaped(&self.class), escaped(&self.name));
        write!(out, "    <testcase classname=\"{class}\" name=\"{name}\"")?;
        if self.notes.is_empty() && matches!(self.outcome, Outcome::Passed) {
            return writeln!(out, "/>");
        }
        writeln!(out, ">")?;
        match &self.outcome {
            Outcome::Passed => {}
            Outcome::Skipped(why) => writeln!(out, "      <skipped message=\"{}\"/>", escaped(why))?,
            Outcome::Failure(kind, summary, lines) => {
                write!(out, "      <failure type=\"{kind}\" message=\"{}\">", escaped(summary))?;
                write_lines(lines, out)?;
                writeln!(out, "</failure>")?;
            }
        }
        if !self.notes.is_empty() {
            write!(out, "      <system-out>")?;
            write_lines(&self.notes, out)?;
            writeln!(out, "</system-out>")?;
        }
        writeln!(out, "    </testcase>")
    }
}

fn write_lines(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    for (index, line) in lines.iter().enumerate() {
        let end = if index + 1 == lines.len() { "" } else { "\n" };
        write!(out, "{}{end}", escaped(line))?;
    }
    Ok(())
}

/// What follows, for the run and for each subject.
fn verdict_suite(report: &Report) -> Suite<'static> {
    let about = &report.about;
    let whole = Test {
        class: "verdict".to_owned(),
        name: "the evidence as a whole".to_owned(),
        outcome: decided(report.status, report.rationale.iter().copied()),
        notes: Vec::new(),
    };
    let mut properties = vec![
        ("status", report.status.as_str().to_owned()),
        ("reportId", report_id(report).to_string()),
        ("evidence", report.checksum.to_string()),
        ("policy", about.policy.1.to_string()),
        ("trust", about.trust.digest.to_string()),
    ];
    properties.extend(about.at.time.clone().map(|time| ("at", time)));
    let tests = std::iter::once(whole).chain(report.subjects.iter().map(subject)).collect();
    Suite { name: "verdict", properties, tests }
}

fn subject(subject: &SubjectReport) -> Test {
    let place = subject.paths.first().filter(|path| !path.is_empty()).or(subject.digest.as_ref());
    Test {
        class: format!("verdict.{}", subject.kind),
        name: match place {
            Some(place) if place.ends_with(':') => format!("{place}the container"),
            Some(place) => place.clone(),
            None => subject.kind.to_owned(),
        },
        outcome: decided(subject.status, subject.rationale.iter().copied()),
        notes: subject.vouched_by.iter().map(|(who, by)| format!("vouched for by {who} ({by})")).collect(),
    }
}

fn decided(status: Status, by: impl Iterator<Item = CheckId>) -> Outcome {
    let kind = match status {
        Status::Verified => return Outcome::Passed,
        Status::Inconclusive => "not-established",
        Status::Rejected => "failed",
    };
    let by: Vec<&str> = by.map(CheckId::as_str).collect();
    Outcome::Failure(kind, format!("{}: {}", status.as_str(), by.join(", ")), Vec::new())
}

fn case_suite(case: &CaseReport) -> Suite<'_> {
    let mut properties = vec![
        ("status", case.status.as_str().to_owned()),
        ("form", case.form.to_owned()),
        ("format", case.format.to_owned()),
        ("checksum", case.checksum.to_string()),
    ];
    properties.extend(case.name.clone().map(|name| ("name", name)));
    if case.findings_left_out > 0 {
        properties.push(("findingsLeftOut", case.findings_left_out.to_string()));
    }
    let tests = case.checks.iter().map(|CheckLine { id, coverage }| test(*id, coverage, &case.findings));
    Suite { name: &case.id, properties, tests: tests.collect() }
}

fn test(id: CheckId, coverage: &Coverage, findings: &[Finding]) -> Test {
    let area = id.as_str().split('.').next().unwrap_or_default();
    let own = |note: bool| {
        let of_kind = move |finding: &&Finding| (finding.severity == Severity::Note) == note;
        findings.iter().filter(move |finding| finding.check == id).filter(of_kind).map(line)
    };
    let summary = || {
        let Coverage { failed, not_established, .. } = coverage;
        let counts = format!("{failed} failed, {not_established} not established of {}", coverage.examined());
        format!("{}: {counts}", check::about(id).title)
    };
    let remedy = || std::iter::once(format!("what to do: {}", check::about(id).remedy));
    let outcome = if coverage.failed > 0 {
        Outcome::Failure("failed", summary(), own(false).chain(remedy()).collect())
    } else if coverage.not_established > 0 {
        Outcome::Failure("not-established", summary(), own(false).chain(remedy()).collect())
    } else if coverage.examined() == 0 {
        let why: Vec<&str> = coverage.skipped.keys().copied().collect();
        let nothing = "nothing of this kind is in the evidence".to_owned();
        Outcome::Skipped(if why.is_empty() { nothing } else { why.join("; ") })
    } else {
        Outcome::Passed
    };
    Test {
        class: format!("stella.{area}"),
        name: id.as_str().to_owned(),
        outcome,
        notes: own(true).collect(),
    }
}

fn line(finding: &Finding) -> String {
    let mut line = format!("{}: ", finding.severity.as_str());
    if let Some(item) = finding.item.as_deref().filter(|item| !item.is_empty()) {
        line.push_str(&format!("{item}: "));
    }
    line.push_str(&finding.detail);
    for (word, value) in [("expected", &finding.expected), ("found", &finding.found), ("at", &finding.at)] {
        if let Some(value) = value {
            line.push_str(&format!("; {word} {value}"));
        }
    }
    line
}
