//! `stella forensic verify`

#![allow(
    clippy::disallowed_methods,
    reason = "cli reads the environment, the clock on demand, and writes files"
)]

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::anchor::Purpose;
use crate::cli::args::{Output, ReportFormat, Verify};
use crate::cli::collecting;
use crate::cli::failure::Failure;
use crate::cli::{judging, writing};
use crate::policy::Status;
use crate::report::{self, Report};
use crate::trust::TrustStore;
use crate::verify::Outcome;

/// Runs the command; the number is the exit status.
pub fn run(arguments: &Verify) -> u8 {
    let output = collecting::output(arguments.output);
    match verdict(arguments, output) {
        Ok(status) => status,
        Err(failure) => {
            if output != Output::Table {
                // Whoever asked for JSON gets JSON, whatever happened.
                let object = report::error_object(failure.status, &failure.message);
                let _ = io::stdout().write_all(&object);
            }
            super::complain(&failure);
            failure.status
        }
    }
}

fn verdict(arguments: &Verify, output: Output) -> Result<u8, Failure> {
    if std::env::var_os("STELLA_TRUST_ROOTS").is_some() && !arguments.reading.quiet {
        super::note("STELLA_TRUST_ROOTS is set and not read; name trust with --trust-roots");
    }
    if arguments.require_online {
        let message = "an online step was asked for, and this program performs none";
        return Err(Failure { status: 5, message: message.to_owned() });
    }
    let paths: Vec<PathBuf> = arguments.evidence.iter().chain(&arguments.bundles).cloned().collect();
    if paths.is_empty() {
        return Err(Failure::usage("no evidence is named; give a file, a directory, an archive, or -"));
    }
    let reports: Vec<&Path> = arguments.reports.iter().map(|(_, file)| file.as_path()).collect();
    let judged = judging::judge(paths, &arguments.judging, &arguments.reading, &reports)?;
    configured(&judged.outcome, &judged.trust)?;
    let report = judged.report;
    for (format, file) in &arguments.reports {
        write_to(&report, *format, file)?;
    }
    match print(&report, output) {
        // Whoever reads the report has seen enough of it; the verdict stands.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => {
            written.map_err(|error| Failure::fault(format!("the report cannot be written: {error}")))?;
        }
    }
    Ok(match report.status {
        _ if report.has_fault() => 1,
        Status::Rejected => 3,
        Status::Inconclusive => 6,
        Status::Verified => 0,
    })
}

/// Exit 65: nobody is trusted for anything that this evidence needs.
fn configured(outcome: &Outcome, trust: &TrustStore) -> Result<(), Failure> {
    // Rules by which others decide name nobody, where they allow no exceptions.
    let rules = outcome.needs.contains(&Purpose::Custody) && !trust.rules().is_empty();
    if outcome.needs.is_empty()
        || rules
        || outcome.needs.iter().any(|need| trust.authorities_for(*need).next().is_some())
    {
        return Ok(());
    }
    let needs: Vec<&str> = outcome.needs.iter().map(|purpose: &Purpose| purpose.name()).collect();
    // A certificate that another one issued helps to build paths, and ends none.
    let what = match trust.intermediates().is_empty() {
        true => "name whom you trust with --trust-roots PATH",
        false => {
            "the certificates that were given are not self-signed; give their root, or name one as an anchor with \
             --trust-roots PURPOSE=PATH"
        }
    };
    Err(Failure {
        status: 65,
        message: format!(
            "nobody is trusted for {}: {what}; `stella trust status` shows what is set",
            needs.join(" or ")
        ),
    })
}

fn print(report: &Report, output: Output) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match output {
        Output::Json => report::write_json(report, &mut out)?,
        Output::Ndjson => report::write_ndjson(report, &mut out)?,
        Output::Table => {
            let color =
                io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            report::write_table(report, color, &mut out)?;
        }
    }
    out.flush()
}

/// Writes a report to a file, whole or not at all.
fn write_to(report: &Report, format: ReportFormat, file: &Path) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let written = match format {
        ReportFormat::Json => report::write_json(report, &mut bytes),
        ReportFormat::Html => report::write_html(report, &mut bytes),
        ReportFormat::Sarif => report::write_sarif(report, &mut bytes),
        ReportFormat::Junit => report::write_junit(report, &mut bytes),
        ReportFormat::Vsa => report::write_vsa(report, &mut bytes),
    };
    written.map_err(Failure::fault)?;
    writing::whole(file, &bytes)
}
