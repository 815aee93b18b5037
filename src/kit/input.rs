//! What is to be sealed: regular files, and nothing that only looks like one.
//!
//! How it would be attacked: a link that leads out of the folder, a FIFO that
//! blocks for ever, a device, a file that is swapped between its two readings
//! (the second must give the digest of the first), a name in two spellings, a
//! folder that is deeper than any stack.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, OFlags, fstat, open, openat};
use unicode_casefold::UnicodeCaseFold;
use unicode_normalization::UnicodeNormalization;

use crate::digest::{Algorithm, AlgorithmSet, Digest, Hasher};
use crate::limits;
use crate::path::{EvidencePath, PathError, escape};

/// A regular file, with the path it shall have in the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path in the container.
    pub path: String,
    /// Where the file lies.
    pub file: PathBuf,
}

/// A file as it was when it was first read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Which file.
    pub input: Input,
    /// What it hashes to.
    pub sha256: Digest,
    /// How long it is.
    pub size: u64,
}

/// Why something cannot be sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The system would not give it.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// Where it lies.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A link: it would be sealed under a name that is not its own.
    #[error("{path} is a symbolic link")]
    Link {
        /// Where it lies.
        path: String,
    },
    /// A device, a FIFO, a socket.
    #[error("{path} is neither a regular file nor a directory")]
    Special {
        /// Where it lies.
        path: String,
    },
    /// A name that evidence may not have.
    #[error("the name {path} is refused: {reason}")]
    Name {
        /// The name, escaped.
        path: String,
        /// What is wrong with it.
        reason: PathError,
    },
    /// Not UTF-8: a manifest could not say it.
    #[error("the name {path} is not UTF-8")]
    NotText {
        /// The name, escaped.
        path: String,
    },
    /// Two names that some file systems take for one.
    #[error("{first} and {second} are one name where case or composition is not told apart")]
    Folded {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// More files than a container may hold.
    #[error("more than {} files", limits::ITEMS_MAX)]
    TooMany,
    /// The file was another one when it was read again.
    #[error("{path} changed while it was read")]
    Changed {
        /// Where it lies.
        path: String,
    },
}

/// Every file under `sources`, sorted by its path in the container: the
/// content of a directory, a file by its name; all of it under `folder`.
pub fn gather(sources: &[PathBuf], folder: &str) -> Result<Vec<Input>, InputError> {
    let mut found = Vec::new();
    for source in sources {
        let (handle, kind) = open_any(source)?;
        match kind {
            FileType::RegularFile => {
                let name = source.file_name().unwrap_or_default();
                found.push(Input { path: name_of(folder, name)?, file: source.clone() });
            }
            _ => walk(handle, source, folder, &mut found)?,
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    refuse_folded(&found)?;
    Ok(found)
}

/// Reads `input` once.
pub fn measure(input: Input) -> Result<Measured, InputError> {
    let mut hasher = Hasher::new(AlgorithmSet::only(Algorithm::Sha256));
    let mut size = 0;
    let mut file = open_file(&input.file)?;
    let mut buffer = vec![0; 128 << 10];
    loop {
        let count = file.read(&mut buffer).map_err(|source| unreadable(&input.file, source))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        size += count as u64;
    }
    let sha256 = hasher.finish().get(Algorithm::Sha256).expect("the one algorithm asked for is computed");
    Ok(Measured { input, sha256, size })
}

impl Measured {
    /// Opens the file again. What it gives is checked against the first
    /// reading at its end: a file that changed ends in an error.
    pub fn reopen(&self) -> Result<Reread<'_>, InputError> {
        let file = open_file(&self.input.file)?;
        Ok(Reread {
            file,
            first: self,
            hasher: Some(Hasher::new(AlgorithmSet::only(Algorithm::Sha256))),
            left: self.size,
        })
    }
}

/// A second reading that must give what the first gave.
pub struct Reread<'a> {
    file: File,
    first: &'a Measured,
    hasher: Option<Hasher>,
    left: u64,
}

impl Read for Reread<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let changed =
            || io::Error::other(InputError::Changed { path: shown(&self.first.input.file) }.to_string());
        let count = self.file.read(buffer)?;
        let Some(hasher) = &mut self.hasher else { return Ok(0) };
        if count as u64 > self.left {
            return Err(changed());
        }
        hasher.update(&buffer[..count]);
        self.left -= count as u64;
        // The last bytes are handed out only after the whole was compared.
        if self.left == 0 || (count == 0 && !buffer.is_empty()) {
            let digests = self.hasher.take().map(Hasher::finish).unwrap_or_default();
            if self.left != 0 || digests.get(Algorithm::Sha256) != Some(self.first.sha256) {
                return Err(changed());
            }
            if self.file.read(&mut [0])? != 0 {
                return Err(changed());
            }
        }
        Ok(count)
    }
}

const FLAGS: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

fn open_any(path: &Path) -> Result<(OwnedFd, FileType), InputError> {
    let handle = open(path, FLAGS, Mode::empty()).map_err(|error| refused(path, error))?;
    let kind = kind(&handle, path)?;
    Ok((handle, kind))
}

pub(super) fn open_file(path: &Path) -> Result<File, InputError> {
    match open_any(path)? {
        (handle, FileType::RegularFile) => Ok(File::from(handle)),
        _ => Err(InputError::Special { path: shown(path) }),
    }
}

fn kind(handle: &OwnedFd, path: &Path) -> Result<FileType, InputError> {
    let stat = fstat(handle).map_err(|error| refused(path, error))?;
    match FileType::from_raw_mode(stat.st_mode) {
        kind @ (FileType::RegularFile | FileType::Directory) => Ok(kind),
        _ => Err(InputError::Special { path: shown(path) }),
    }
}

/// Adds every file below `directory`, which lies at `at` and becomes `folder`.
fn walk(directory: OwnedFd, at: &Path, folder: &str, found: &mut Vec<Input>) -> Result<(), InputError> {
    let mut names: Vec<CString> = Vec::new();
    for entry in Dir::read_from(&directory).map_err(|error| refused(at, error))? {
        let name = entry.map_err(|error| refused(at, error))?.file_name().to_owned();
        if name.as_bytes() != b"." && name.as_bytes() != b".." {
            names.push(name);
        }
    }
    names.sort();
    for name in names {
        let name = OsStr::from_bytes(name.as_bytes());
        let file = at.join(name);
        let path = name_of(folder, name)?;
        let handle = openat(&directory, name, FLAGS, Mode::empty()).map_err(|error| refused(&file, error))?;
        match kind(&handle, &file)? {
            FileType::RegularFile => found.push(Input { path, file }),
            // name_of has bounded the depth, and with it this recursion.
            _ => walk(handle, &file, &path, found)?,
        }
        if found.len() > limits::ITEMS_MAX {
            return Err(InputError::TooMany);
        }
    }
    Ok(())
}

fn name_of(folder: &str, name: &OsStr) -> Result<String, InputError> {
    let raw = [folder.as_bytes(), name.as_bytes()].join(&b"/"[usize::from(folder.is_empty())..]);
    EvidencePath::new(&raw).map_err(|reason| InputError::Name { path: escape(&raw), reason })?;
    String::from_utf8(raw).map_err(|error| InputError::NotText { path: escape(error.as_bytes()) })
}

fn refuse_folded(inputs: &[Input]) -> Result<(), InputError> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for input in inputs {
        let folded: String = input.path.nfc().case_fold().nfc().collect();
        if let Some(first) = seen.insert(folded, &input.path) {
            return Err(InputError::Folded {
                first: escape(first.as_bytes()),
                second: escape(input.path.as_bytes()),
            });
        }
    }
    Ok(())
}

fn refused(path: &Path, error: rustix::io::Errno) -> InputError {
    match error {
        // What O_NOFOLLOW says of a link.
        rustix::io::Errno::LOOP => InputError::Link { path: shown(path) },
        // What a socket says to open.
        rustix::io::Errno::NXIO => InputError::Special { path: shown(path) },
        other => unreadable(path, other.into()),
    }
}

pub(super) fn unreadable(path: &Path, source: io::Error) -> InputError {
    InputError::Unreadable { path: shown(path), source }
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_bytes())
}
