//! The only room with a clock, an environment, a terminal and exit codes.
//!
//! Manners: stdout carries the result and nothing else; stderr carries one line
//! of error, in words that say what to do, and a progress bar where stderr is a
//! terminal; every command ends with a status of docs/verdict.md.

#![allow(clippy::print_stderr, reason = "cli is where a person is spoken to")]
#![allow(clippy::disallowed_macros, reason = "cli is where a person is spoken to")]
#![allow(clippy::disallowed_methods, reason = "cli reads the arguments and ends the process")]

pub mod args;
pub mod collecting;
pub mod explain;
pub mod failure;
pub mod kit;
pub mod inspect;
mod judging;
pub mod load;
pub mod own;
pub mod places;
pub mod progress;
pub mod snapshot;
pub mod timeline;
pub mod trust;
pub mod verify;
pub mod writing;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command, Forensic, Kit, PolicyCommand, Snapshot, Trust};
use failure::Failure;

/// Under this name the program is `stella forensic verify`.
const SHORT_NAME: &str = "stella-forensic-verify";

/// The whole program.
pub fn main() -> ExitCode {
    // A broken pipe is the reader's way to say that it has enough.
    std::panic::set_hook(Box::new(|_| {}));
    let _ = ctrlc::set_handler(|| {
        writing::abandon();
        crate::kit::container::abandon();
        std::process::exit(130);
    });
    let arguments = under_short_name(std::env::args_os().collect());
    let json = wants_json(&arguments);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, json),
    };
    let status = std::panic::catch_unwind(|| run(&cli, json)).unwrap_or_else(|_| {
        let failure = Failure::fault("the tool itself broke; this is a bug, and nothing was decided");
        if json {
            let _ = io::stdout().write_all(&crate::report::error_object(failure.status, &failure.message));
        }
        complain(&failure);
        failure.status
    });
    ExitCode::from(status)
}

/// Whether the call is one about evidence whose result goes out as JSON.
/// Asked of the words themselves: an error comes before they have a meaning.
fn wants_json(arguments: &[OsString]) -> bool {
    let words: Vec<_> = arguments.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let mut commands = words.iter().filter(|word| !word.starts_with('-'));
    let evidence = commands.next().is_some_and(|word| word == "forensic")
        && commands.next().is_some_and(|word| ["verify", "inspect", "timeline"].contains(&&**word));
    let named = words.iter().enumerate().rev().find_map(|(at, word)| match word.strip_prefix("--output") {
        Some("") => words.get(at + 1).map(AsRef::as_ref),
        Some(value) => value.strip_prefix('='),
        None => None,
    });
    evidence && named.map_or_else(|| !io::stdout().is_terminal(), |value| value != "table")
}

fn run(cli: &Cli, json: bool) -> u8 {
    let outcome = match &cli.command {
        Command::Forensic(Forensic::Verify(arguments)) => return verify::run(arguments),
        Command::Forensic(Forensic::Inspect(arguments)) => inspect::run(arguments),
        Command::Forensic(Forensic::Timeline(arguments)) => timeline::run(arguments),
        Command::Forensic(Forensic::Explain(arguments)) => explain::run(arguments),
        Command::Forensic(Forensic::Snapshot(Snapshot::Create(arguments))) => {
            arguments.run(&mut io::stdout().lock()).map(|()| 0)
        }
        Command::Trust(Trust::List(arguments)) => arguments.run(&mut io::stdout().lock()).map(|()| 0),
        Command::Trust(Trust::Diff(arguments)) => arguments.run(&mut io::stdout().lock()).map(|()| 0),
        Command::Trust(Trust::Status(arguments)) => arguments.run(&mut io::stdout().lock()),
        Command::Trust(Trust::Import(arguments)) => arguments.run(&mut io::stdout().lock()).map(|()| 0),
        Command::Policy(PolicyCommand::Show(arguments)) => explain::policy(arguments),
        Command::Kit(Kit::Build(arguments)) => arguments.run(&mut io::stdout().lock()).map(|()| 0),
        Command::Kit(Kit::Verify(arguments)) => arguments.run(&mut io::stdout().lock()),
        Command::Kit(Kit::Status(arguments)) => arguments.run(&mut io::stdout().lock()),
    };
    outcome.unwrap_or_else(|failure| {
        if json {
            let _ = io::stdout().write_all(&crate::report::error_object(failure.status, &failure.message));
        }
        complain(&failure);
        failure.status
    })
}

/// The arguments, with `forensic verify` put in where the program was called by
/// its short name.
fn under_short_name(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let short = arguments
        .first()
        .and_then(|name| std::path::Path::new(name).file_name())
        .is_some_and(|name| name == SHORT_NAME);
    if short {
        arguments.splice(1..1, ["forensic", "verify"].map(OsString::from));
    }
    arguments
}

/// Help goes to stdout and is no failure; everything else is a usage error, and
/// whoever asked for JSON gets that as JSON too.
fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    if json {
        let _ = io::stdout().write_all(&crate::report::error_object(2, &line));
    }
    // What was typed stands in the message: as it is only where it misleads nobody.
    match text.chars().any(|one| one != '\n' && crate::path::misleads(one)) {
        true => text.lines().for_each(|line| {
            let _ = writeln!(io::stderr(), "{}", crate::path::escape_text(line));
        }),
        false => drop(error.print()),
    }
    ExitCode::from(2)
}

/// One line on stderr about why there is no result.
pub fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr(), "stella: {}", crate::path::escape_text(&failure.message));
}

/// One line on stderr that somebody should know.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "stella: note: {}", crate::path::escape_text(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_or_not() {
        let wants = |words: &str| wants_json(&words.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(wants("stella forensic verify --output json --bogus"));
        assert!(wants("stella forensic verify --output=ndjson --bogus"));
        assert!(wants("stella --bogus forensic verify x --output json"));
        assert!(!wants("stella forensic verify --output table --bogus"));
        assert!(!wants("stella forensic verify --output json --output=table"));
        assert!(wants("stella forensic inspect --output json"));
        assert!(!wants("stella forensic explain --output json"));
        assert!(!wants("stella"));
    }

    #[test]
    fn the_short_name_is_the_long_command() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            under_short_name(words(&["/bin/stella-forensic-verify", "x"])),
            words(&["/bin/stella-forensic-verify", "forensic", "verify", "x"])
        );
        assert_eq!(under_short_name(words(&["stella", "x"])), words(&["stella", "x"]));
    }
}
