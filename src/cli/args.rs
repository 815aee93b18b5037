//! The arguments as they are written; what they mean is for the commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::anchor::Revocation;
use crate::cli::{kit, snapshot, trust};
use crate::custody::{Head, Pin};
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::trust::CertificateUse;

/// Verify evidence without a network, and say what was established and what was not
#[derive(Debug, Parser)]
#[command(name = "stella", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 verified, 3 rejected, 6 inconclusive, 4 nothing to examine, \
65 nobody is trusted for this, 2 usage, 1 the tool failed, 130 interrupted.")]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evidence: verify it, look at it, seal it
    #[command(subcommand)]
    Forensic(Forensic),
    /// Trust: who is trusted for what
    #[command(subcommand)]
    Trust(Trust),
    /// Policy: what `verified` takes
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Kits: what an auditor carries into the room
    #[command(subcommand)]
    Kit(Kit),
}

/// Commands on evidence.
#[derive(Debug, Subcommand)]
pub enum Forensic {
    /// Check signatures, digests, roots and custody; the exit code is the verdict
    Verify(Box<Verify>),
    /// Show what evidence claims; nothing is verified and no trust is needed
    Inspect(Inspect),
    /// Show what happened when: custody events, signatures, stamps and entries of logs, as claimed and as proven
    Timeline(Timeline),
    /// Say what a check establishes, why it matters, and what to do when it fails
    Explain(Explain),
    /// Seal files into a deterministic evidence bundle
    #[command(subcommand)]
    Snapshot(Snapshot),
}

/// Commands on snapshots.
#[derive(Debug, Subcommand)]
pub enum Snapshot {
    /// Seal files into an evidence bundle; the same files give the same bytes
    Create(snapshot::Create),
}

/// Options that every command has which reads evidence.
#[derive(Clone, Debug, Args)]
pub struct Reading {
    /// How many threads may work; never changes a verdict
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Print nothing on stderr but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Draw no progress bar
    #[arg(long)]
    pub no_progress: bool,
}

/// Options that every command has which judges evidence.
#[derive(Clone, Debug, Args)]
pub struct Judging {
    /// Who is trusted: a trust store, a PEM file, or a directory of them; PURPOSE=PATH fixes for what
    #[arg(long, value_name = "[PURPOSE=]PATH")]
    pub trust_roots: Vec<String>,
    /// For what a certificate is to be good, as evidence or as a bare root: attestation, timestamp or any
    #[arg(long, value_name = "PURPOSE", value_parser = trust::certificate_use, default_value = "any")]
    pub purpose: CertificateUse,
    /// What `verified` takes, in place of the default policy
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The time of validation, in RFC 3339, or `now` for the clock of this machine
    #[arg(long, value_name = "TIME", value_parser = at)]
    pub at: Option<At>,
    /// What must be vouched for: a file, or ALG:HEX where the file is not at hand. Where the evidence
    /// is nothing but time-stamp tokens: what they must be over
    #[arg(long = "artifact", value_name = "PATH|ALG:HEX")]
    pub artifacts: Vec<String>,
    /// Who must be among those that vouch: by the name in the trust store, or, with --issuer, by the
    /// subject alternative name of a keyless signer
    #[arg(long, value_name = "IDENTITY")]
    pub identity: Vec<String>,
    /// Which provider of identities must have vouched for --identity
    #[arg(long, value_name = "URL", requires = "identity")]
    pub issuer: Option<String>,
    /// How many distinct identities must vouch
    #[arg(long, value_name = "K")]
    pub threshold: Option<u32>,
    /// A head noted elsewhere: the chain must have this event at this place
    #[arg(long = "expect-head", value_name = "CHAIN=COUNT:HASH", value_parser = pin)]
    pub expect_heads: Vec<Pin>,
    /// The lowest sequence of the trust store that will do
    #[arg(long, value_name = "SEQUENCE")]
    pub min_trust: Option<u64>,
    /// What is asked of revocation data: require (every certificate must be cleared), if-present
    /// (what is there counts, absence and age are noted), or off; a policy may forbid a looser one
    #[arg(long, value_name = "MODE", value_parser = revocation)]
    pub revocation: Option<Revocation>,
    /// Let authorities that are marked for development count
    #[arg(long)]
    pub allow_development: bool,
}

/// Check signatures, digests, roots and custody; the exit code is the verdict
#[derive(Debug, Args)]
pub struct Verify {
    /// Evidence: files, directories, .tar, .tar.gz, .tar.zst, or - for a tar stream
    #[arg(value_name = "EVIDENCE")]
    pub evidence: Vec<PathBuf>,
    /// The same as EVIDENCE
    #[arg(long = "bundle", value_name = "PATH")]
    pub bundles: Vec<PathBuf>,
    /// How to judge
    #[command(flatten)]
    pub judging: Judging,
    /// Ends with status 5: nothing here is ever done online
    #[arg(long, conflicts_with = "offline")]
    pub require_online: bool,
    /// Accepted for compatibility: this tool is always offline
    #[arg(long)]
    pub offline: bool,
    /// How to print the result (default: json, or table on a terminal)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
    /// Write the report also to a file: json, html, sarif, junit or vsa
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report_file)]
    pub reports: Vec<(ReportFormat, PathBuf)>,
    /// How to read
    #[command(flatten)]
    pub reading: Reading,
}

/// Show what evidence claims; nothing is verified and no trust is needed
#[derive(Debug, Args)]
pub struct Inspect {
    /// Evidence: files, directories, archives, or - for a tar stream
    #[arg(value_name = "PATH", required = true)]
    pub evidence: Vec<PathBuf>,
    /// How to print (default: json, or table on a terminal)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
    /// How to read
    #[command(flatten)]
    pub reading: Reading,
}

/// Show what happened when: custody events, signatures, stamps and entries of logs, as claimed and as proven
#[derive(Debug, Args)]
pub struct Timeline {
    /// Evidence: files, directories, archives, or - for a tar stream
    #[arg(value_name = "PATH", required = true)]
    pub evidence: Vec<PathBuf>,
    /// How to judge
    #[command(flatten)]
    pub judging: Judging,
    /// How to print (default: json, or table on a terminal)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
    /// Write the timeline also to a file: json, or html, which is drawn
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = course_file)]
    pub reports: Vec<(CourseFormat, PathBuf)>,
    /// How to read
    #[command(flatten)]
    pub reading: Reading,
}

/// Say what a check establishes, why it matters, and what to do when it fails
#[derive(Debug, Args)]
pub struct Explain {
    /// The check, as reports name it; nothing lists all
    #[arg(value_name = "CHECK")]
    pub check: Option<String>,
    /// Print the whole of docs/checks.md
    #[arg(long, conflicts_with = "check")]
    pub all: bool,
}

/// Commands on kits.
#[derive(Debug, Subcommand)]
pub enum Kit {
    /// Pack a folder into a signed kit; the same folder gives the same bytes
    Build(kit::Build),
    /// Check a kit: its signature, its files, and whether it names this program
    Verify(kit::Verify),
    /// Say how old everything in the kit is, and when it stops being sufficient
    Status(kit::Status),
}

/// Commands on trust.
#[derive(Debug, Subcommand)]
pub enum Trust {
    /// Say who is trusted, for what and when
    List(trust::List),
    /// Compare two trust stores
    Diff(trust::Diff),
    /// Say whether this installation can be relied on, and what would make it better
    Status(trust::Status),
    /// Put a trust store in place, or a newer one in the place of an older
    Import(trust::Import),
}

/// Commands on policy.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Print the policy that holds, with its digest
    Show(PolicyShow),
}

/// Print the policy that holds, with its digest
#[derive(Debug, Args)]
pub struct PolicyShow {
    /// A policy file; without it what the kit or the binary brings
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// One canonical JSON object
    Json,
    /// A JSON object on each line
    Ndjson,
    /// For a person
    Table,
}

/// The forms of `--report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// The report itself
    Json,
    /// One page to read and print
    Html,
    /// For code scanning
    Sarif,
    /// For build servers
    Junit,
    /// A verification summary, unsigned
    Vsa,
}

/// The forms of `--report` for a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CourseFormat {
    /// What `--output json` prints
    Json,
    /// One page to read and print, with a drawing
    Html,
}

/// `--at`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The clock, because somebody said so.
    Now,
    /// A given time.
    Time(UnixTime),
}

/// Reads `--at`.
pub fn at(text: &str) -> Result<At, String> {
    match text {
        "now" => Ok(At::Now),
        _ => UnixTime::parse_rfc3339(text)
            .map(At::Time)
            .map_err(|error| format!("{error}; write 2026-01-31T12:00:00Z, or now")),
    }
}

/// The chain comes before the last `=`, because its name is free.
fn pin(text: &str) -> Result<Pin, String> {
    let (chain, head) = text.rsplit_once('=').ok_or("no '=' between chain and head")?;
    if chain.is_empty() {
        return Err("no chain before the '='".to_owned());
    }
    let head = Head::parse(head).map_err(|error| error.to_string())?;
    Ok(Pin { chain: chain.to_owned(), head })
}

fn revocation(text: &str) -> Result<Revocation, String> {
    Revocation::from_name(text).ok_or_else(|| "one of require, if-present, off".to_owned())
}

fn report_file(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    format_and_file(text)
}

fn course_file(text: &str) -> Result<(CourseFormat, PathBuf), String> {
    format_and_file(text)
}

fn format_and_file<F: ValueEnum>(text: &str) -> Result<(F, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("no '=' between format and file")?;
    let format = F::from_str(format, false)?;
    match file {
        "" => Err("no file after the '='".to_owned()),
        file => Ok((format, PathBuf::from(file))),
    }
}

/// `--artifact`: a digest where it reads as one, else a path.
pub fn artifact(text: &str) -> Result<Artifact, String> {
    let known = |name: &str| crate::digest::Algorithm::from_name(name).is_some();
    match text.split_once(':') {
        Some((name, _)) if known(name) => {
            let digest = Digest::parse(text).map_err(|error| error.to_string())?;
            match digest.algorithm().is_strong() {
                true => Ok(Artifact::Digest(digest)),
                false => Err("no digest as strong as SHA-256".to_owned()),
            }
        }
        Some((name, hex)) if hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Err(format!("'{name}' is no digest that counts; expected sha256:HEX, sha384:HEX or sha512:HEX"))
        }
        _ => Ok(Artifact::Path(PathBuf::from(text))),
    }
}

/// What must be vouched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// By digest.
    Digest(Digest),
    /// A file to measure.
    Path(PathBuf),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn pins() {
        let hash = "0".repeat(64);
        assert_eq!(pin(&format!("a=b=3:{hash}")).unwrap().chain, "a=b");
        assert!(pin("a").is_err());
        assert!(pin(&format!("=3:{hash}")).is_err());
        assert!(pin("a=3:00").is_err());
    }

    #[test]
    fn artifacts() {
        assert!(matches!(artifact("a:b"), Ok(Artifact::Path(_))));
        assert!(artifact("sha256:00").is_err());
        assert!(artifact(&format!("md5:{}", "0".repeat(32))).is_err());
        assert!(artifact(&format!("SHA256:{}", "0".repeat(64))).is_err());
        assert!(artifact(&format!("sha1:{}", "0".repeat(40))).is_err());
        assert!(matches!(artifact(&format!("sha256:{}", "0".repeat(64))), Ok(Artifact::Digest(_))));
    }
}
