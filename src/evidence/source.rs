//! The only place that opens evidence.
//!
//! How it would be attacked: a link that leads out; a FIFO that never answers;
//! a device that does something when it is opened; a directory that becomes a
//! link between being listed and being entered; a file that is another one when
//! it is read again, or changes while it is read.
//!
//! So: names are looked at before they are opened, opened relative to the
//! directory they were found in, without following and without blocking, and
//! looked at again when they are open. After the last byte size and times must
//! be as before the first one.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, statat};

use crate::limits;
use crate::path::EvidencePath;

use super::faults::{Faults, kind_of};
use super::{Fault, FaultKind};

/// Whether a file is still the one that was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    inode: u64,
    modified: u64,
    changed: u64,
}

impl Witness {
    fn of(stat: &Stat) -> Witness {
        // Only compared, so it does not matter where it wraps.
        let nanoseconds =
            |seconds: i64, rest: i64| (seconds as u64).wrapping_mul(1_000_000_000).wrapping_add(rest as u64);
        Witness {
            inode: stat.st_ino,
            modified: nanoseconds(stat.st_mtime, stat.st_mtime_nsec as i64),
            changed: nanoseconds(stat.st_ctime, stat.st_ctime_nsec as i64),
        }
    }
}

/// What lies under a name.
pub(super) enum Found {
    /// A regular file.
    File { size: u64, witness: Witness },
    /// A directory.
    Folder,
    /// What is refused, and what it is.
    Refused(FaultKind, &'static str),
}

impl Found {
    fn of(stat: &Stat) -> Found {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Found::File { size: stat.st_size as u64, witness: Witness::of(stat) },
            FileType::Directory => Found::Folder,
            FileType::Symlink => Found::Refused(FaultKind::Link, "a symbolic link"),
            FileType::Fifo => Found::Refused(FaultKind::SpecialFile, "a FIFO"),
            FileType::Socket => Found::Refused(FaultKind::SpecialFile, "a socket"),
            FileType::CharacterDevice => Found::Refused(FaultKind::SpecialFile, "a character device"),
            FileType::BlockDevice => Found::Refused(FaultKind::SpecialFile, "a block device"),
            _ => Found::Refused(FaultKind::SpecialFile, "neither a file nor a directory"),
        }
    }
}

const OPEN: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

/// An open directory.
pub(super) struct Folder(OwnedFd);

/// An open file.
pub(super) struct Handle {
    file: File,
    size: u64,
    witness: Witness,
}

impl Folder {
    /// The directory at a path that the user gave. Directories on the way there
    /// may be links: they are his.
    pub(super) fn named(path: &Path) -> io::Result<Folder> {
        let flags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
        Ok(Folder(openat(CWD, path, flags, Mode::empty())?))
    }

    /// What lies under `name` in it.
    pub(super) fn look(&self, name: &[u8]) -> io::Result<Found> {
        Ok(Found::of(&statat(&self.0, OsStr::from_bytes(name), AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// The directory `name` in it.
    pub(super) fn enter(&self, name: &[u8]) -> io::Result<Folder> {
        let flags = OPEN.union(OFlags::DIRECTORY);
        Ok(Folder(openat(&self.0, OsStr::from_bytes(name), flags, Mode::empty())?))
    }

    /// The directory at `path` below it; empty for itself.
    pub(super) fn descend(&self, path: &[u8]) -> io::Result<Folder> {
        let mut folder = Folder(self.0.try_clone()?);
        for name in path.split(|b| *b == b'/').filter(|name| !name.is_empty()) {
            folder = folder.enter(name)?;
        }
        Ok(folder)
    }

    /// The regular file `name` in it, if it still is what `witness` saw.
    pub(super) fn open(&self, name: &[u8], size: u64, witness: Witness) -> Result<Handle, Refusal> {
        let open = || -> io::Result<Handle> {
            let fd = openat(&self.0, OsStr::from_bytes(name), OPEN, Mode::empty())?;
            match Found::of(&fstat(&fd)?) {
                Found::File { size, witness } => Ok(Handle { file: File::from(fd), size, witness }),
                _ => Err(io::ErrorKind::InvalidInput.into()),
            }
        };
        match open() {
            Ok(handle) if handle.size == size && handle.witness == witness => Ok(handle),
            Ok(_) => Err(Refusal::Changed),
            // It was a regular file a moment ago.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) => {
                Err(Refusal::Changed)
            }
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                Err(Refusal::Changed)
            }
            Err(error) => Err(Refusal::Unreadable(kind_of(&error))),
        }
    }

    fn names(&self) -> io::Result<Vec<CString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_owned();
            if !matches!(name.to_bytes(), b"." | b"..") {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Why a file was not read.
pub(super) enum Refusal {
    /// It is not what it was.
    Changed,
    /// The system refuses.
    Unreadable(String),
}

impl Refusal {
    pub(super) fn fault(self, path: &str) -> Fault {
        match self {
            Refusal::Changed => Fault::of(path, FaultKind::Changed, "another size, time or file than before")
                .expected("no change"),
            Refusal::Unreadable(why) => Fault::of(path, FaultKind::Unreadable, why),
        }
    }
}

impl Handle {
    /// Whether it is what it was when it was opened, and `read` bytes long.
    pub(super) fn unchanged(&self, read: u64) -> Result<(), Refusal> {
        match fstat(&self.file).map(|stat| Found::of(&stat)) {
            Ok(Found::File { size, witness }) if size == read && witness == self.witness => Ok(()),
            Ok(_) => Err(Refusal::Changed),
            Err(error) => Err(Refusal::Unreadable(kind_of(&error.into()))),
        }
    }
}

impl Read for Handle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

/// A regular file that was found.
pub(super) struct Listed {
    pub(super) path: EvidencePath,
    pub(super) size: u64,
    pub(super) witness: Witness,
}

/// Everything below `root`, in no order.
pub(super) fn walk(root: &Folder, faults: &mut Faults) -> Vec<Listed> {
    let mut files = Vec::new();
    let mut folders: Vec<Vec<u8>> = vec![Vec::new()];
    let mut seen = 0usize;
    while let Some(path) = folders.pop() {
        let shown = || crate::path::escape(&path);
        let (folder, names) = match root.descend(&path).and_then(|f| f.names().map(|names| (f, names))) {
            Ok(found) => found,
            Err(error) if path.is_empty() => {
                faults.add(Fault::of_case(FaultKind::Unreadable, kind_of(&error)));
                continue;
            }
            Err(error) => {
                faults.add(Fault::of(shown(), FaultKind::Unreadable, kind_of(&error)));
                continue;
            }
        };
        for name in names {
            let name = name.to_bytes();
            let mut raw = path.clone();
            if !raw.is_empty() {
                raw.push(b'/');
            }
            raw.extend_from_slice(name);
            seen += 1;
            if seen > limits::ITEMS_MAX {
                // Which ones came first depends on the file system.
                let found = format!("more than {}", limits::ITEMS_MAX);
                faults.add(Fault::of_case(FaultKind::ItemCount, found));
                return Vec::new();
            }
            let path = match EvidencePath::new(&raw) {
                Ok(path) => path,
                Err(why) => {
                    faults.add(Fault::of_name(&raw, why));
                    continue;
                }
            };
            match folder.look(name) {
                Ok(Found::File { size, witness }) => files.push(Listed { path, size, witness }),
                Ok(Found::Folder) => folders.push(raw),
                Ok(Found::Refused(kind, what)) => {
                    faults.add(Fault::of(path.as_str(), kind, what).expected("a regular file or directory"));
                }
                Err(error) => faults.add(Fault::of(path.as_str(), FaultKind::Unreadable, kind_of(&error))),
            }
        }
    }
    files
}
