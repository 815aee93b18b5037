//! Evidence from the paths of the command line.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::anchor::Authority;
use crate::cli::args::{Output, Reading};
use crate::cli::failure::Failure;
use crate::cli::progress::Bar;
use crate::custody::{Pin, Roster};
use crate::digest::AlgorithmSet;
use crate::evidence::{self, Evidence, Options, Source};
use crate::proof::detached;

/// What else the reading must know.
#[derive(Default)]
pub struct Wanted<'a> {
    /// Who is trusted: events of timelines are checked while they are read.
    pub authorities: &'a [Authority],
    /// Heads noted elsewhere.
    pub pins: &'a [Pin],
    /// Algorithms that artifacts were demanded by.
    pub artifacts: AlgorithmSet,
}

/// Reads everything at `paths`.
pub fn collect(paths: &[PathBuf], reading: &Reading, wanted: &Wanted) -> Result<Evidence, Failure> {
    let mut sources = Vec::new();
    for path in paths {
        sources.push(match path.as_path() == Path::new("-") {
            true if std::io::stdin().is_terminal() => {
                return Err(Failure::usage(
                    "- stands for a tar stream on standard input, and that is a terminal",
                ));
            }
            true => Source::Stdin(Box::new(std::io::stdin())),
            false => Source::Path(path.clone()),
        });
    }
    let mut signed = AlgorithmSet::EMPTY;
    let mut signed_whole = false;
    for key in wanted.authorities.iter().flat_map(|authority| &authority.keys) {
        signed = signed.union(detached::demanded(key));
        // Some sign content rather than digests.
        signed_whole |= key.algorithms.iter().any(|algorithm| algorithm.digest().is_none());
    }
    let bar = Bar::wanted(reading);
    let roster = Arc::new(Roster::new(wanted.authorities));
    let options = Options {
        jobs: jobs(reading),
        progress: bar.as_ref().map(|bar| bar as &dyn evidence::Progress),
        artifacts: wanted.artifacts,
        signed,
        signed_whole,
        roster: Some(&roster),
        pins: wanted.pins,
    };
    let collected = evidence::collect(sources, &options);
    if let Some(bar) = &bar {
        bar.finish();
    }
    let evidence = collected.map_err(Failure::missing)?;
    let examinable = evidence.cases.iter().any(|case| !case.items.is_empty() || !case.faults.is_empty());
    if !examinable {
        return Err(Failure::missing("nothing examinable lies at the given paths"));
    }
    Ok(evidence)
}

/// How many threads work: what was asked for, or as many as the machine has.
pub fn jobs(reading: &Reading) -> usize {
    reading.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// The output that was asked for, or the one that fits where stdout leads.
pub fn output(asked: Option<Output>) -> Output {
    asked.unwrap_or(if std::io::stdout().is_terminal() { Output::Table } else { Output::Json })
}
