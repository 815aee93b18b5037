//! Trust and policy from where the user pointed, or from the kit, or from what
//! is compiled in; never from the evidence and never from the environment.

#![allow(clippy::disallowed_methods, reason = "cli reads the files that the user named")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::anchor::Purpose;
use crate::cli::failure::Failure;
use crate::cli::own::Own;
use crate::cli::places;
use crate::limits;
use crate::policy::{self, Policy};
use crate::time::UnixTime;
use crate::trust::{self, CertificateUse, Given, Naming, TrustStore};

/// Where trust or policy came from, as the report says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An argument.
    Argument,
    /// The kit that the binary belongs to.
    Kit,
    /// What is compiled in.
    BuiltIn,
}

impl Origin {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Argument => "argument",
            Origin::Kit => "kit",
            Origin::BuiltIn => "built-in",
        }
    }
}

/// `[PURPOSE=]PATH`: a purpose only where the word before the `=` is one.
pub fn purpose_and_path(text: &str) -> (Option<Purpose>, PathBuf) {
    match text.split_once('=') {
        Some((word, path)) => match Purpose::from_name(word) {
            Some(purpose) => (Some(purpose), PathBuf::from(path)),
            None => (None, PathBuf::from(text)),
        },
        None => (None, PathBuf::from(text)),
    }
}

/// Whether a source of trust that is not there was meant to have a purpose.
fn no_purpose(text: &str) -> Option<String> {
    let (word, _) = text.split_once('=')?;
    let meant = Purpose::from_name(word).is_none() && !word.is_empty() && !word.contains(['/', '.']);
    let known: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    meant.then(|| format!("'{word}' is no purpose; expected one of {}", known.join(", ")))
}

/// The trust that holds: what was named, else that of the kit, else what is
/// compiled in. Whom the kit or the program distrusts, no argument brings back.
pub fn effective_trust(
    named: &[String],
    usage: CertificateUse,
    at: Option<UnixTime>,
    kit: &Own,
) -> Result<(TrustStore, Origin), Failure> {
    let (mut store, origin) = match (named, kit.trust()) {
        ([], Some(store)) => (store.clone(), Origin::Kit),
        ([], None) => (trust::built_in().clone(), Origin::BuiltIn),
        (named, _) => (trust_roots(named, usage, at)?, Origin::Argument),
    };
    for other in kit.trust().into_iter().chain([trust::built_in()]) {
        if !other.distrusted().is_subset(store.distrusted()) {
            store = store.without_distrusted_by(other);
        }
    }
    Ok((store, origin))
}

/// The policy that holds before options touch it: the file named, else that of
/// the kit, else the default.
pub fn effective_policy(file: Option<&Path>, kit: &Own) -> Result<(Policy, Origin), Failure> {
    match (file, kit.policy()) {
        (Some(path), _) => Ok((policy(path)?, Origin::Argument)),
        (None, Some(policy)) => Ok((policy.clone(), Origin::Kit)),
        (None, None) => Ok((policy::default().clone(), Origin::BuiltIn)),
    }
}

/// Reads every source of trust that was named and puts them together.
pub fn trust_roots(
    named: &[String],
    usage: CertificateUse,
    at: Option<UnixTime>,
) -> Result<TrustStore, Failure> {
    let mut stores = Vec::new();
    for text in named {
        let (purpose, path) = purpose_and_path(text);
        let naming = purpose.map_or(Naming::Bare(usage), Naming::Purpose);
        let given = given(&path).map_err(|failure| match no_purpose(text) {
            Some(message) => Failure::usage(message),
            None => failure,
        })?;
        stores.push(trust::parse(&given, naming, at).map_err(|error| {
            Failure::usage(format!("the trust roots at {} cannot be used: {error}", path.display()))
        })?);
    }
    Ok(TrustStore::merge(stores.iter()))
}

/// A file, or the files of a directory, for the trust parsers.
pub fn given(path: &Path) -> Result<Given, Failure> {
    let metadata = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
    if !metadata.is_dir() {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        return Ok(Given::File(name, bounded(path)?));
    }
    let mut files = BTreeMap::new();
    let mut total = 0;
    for entry in walkdir::WalkDir::new(path).follow_links(false).max_depth(limits::TRUST_DEPTH_MAX) {
        let entry = entry.map_err(|error| {
            Failure::usage(format!("the trust roots at {} cannot be read: {error}", path.display()))
        })?;
        if entry.file_type().is_dir() {
            continue;
        }
        let inside = entry.path().strip_prefix(path).expect("what a walk finds lies below where it began");
        let name = inside
            .to_str()
            .ok_or_else(|| Failure::usage(format!("a name below {} is not UTF-8", path.display())))?;
        if !entry.file_type().is_file() {
            return Err(Failure::usage(format!("{} is no regular file", entry.path().display())));
        }
        if files.len() >= limits::TRUST_FILES_MAX {
            let limit = limits::TRUST_FILES_MAX;
            return Err(Failure::usage(format!("{} holds more than {limit} files", path.display())));
        }
        let bytes = bounded(entry.path())?;
        total += bytes.len();
        if total > limits::TRUST_FOLDER_BYTES_MAX {
            let limit = limits::TRUST_FOLDER_BYTES_MAX;
            return Err(Failure::usage(format!("{} holds more than {limit} bytes", path.display())));
        }
        files.insert(name.to_owned(), bytes);
    }
    Ok(Given::Directory(files))
}

/// The policy of a file.
pub fn policy(path: &Path) -> Result<Policy, Failure> {
    let bytes = bounded(path)?;
    policy::parse(&bytes)
        .map_err(|error| Failure::usage(format!("the policy {} cannot be used: {error}", path.display())))
}

/// A file that the user named for trust or policy, read whole.
pub fn bounded(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = places::open(path).map_err(|error| cannot_read(path, &error))?;
    let mut bytes = Vec::new();
    let limit = limits::TRUST_BYTES_MAX as u64;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::usage(format!("{} is longer than {limit} bytes", path.display())));
    }
    Ok(bytes)
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", path.display()))
}

/// Refuses trust and policy that lie in the evidence, and such as hold it: what
/// someone else brought cannot say whom to believe.
pub fn outside_evidence(what: &str, path: &Path, evidence: &[PathBuf]) -> Result<(), Failure> {
    let refuse = |how: &str, place: &Path| {
        Err(Failure::usage(format!(
            "{what} {} {how} the evidence {}: trust comes from outside the evidence",
            path.display(),
            place.display()
        )))
    };
    for place in evidence {
        if places::lies_in(path, place) {
            return refuse("lies in", place);
        }
        if places::lies_in(place, path) {
            return refuse("holds", place);
        }
    }
    match places::shared(path, evidence) {
        Some(place) => refuse("is, by another name,", place.as_path()),
        None => Ok(()),
    }
}
