//! Where things really lie, whatever names lead there.
//!
//! Two names may mean one file (a hard link, a link on the way, a mount on a
//! second place), and some names mean no file at all: a FIFO keeps whoever opens
//! it waiting for ever. What is read for trust or policy, and what is written,
//! is asked for here.

#![allow(clippy::disallowed_methods, reason = "cli opens what the user named")]

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::limits;

/// A file or directory, by what it is and not by what it is called.
type Place = (u64, u64);

fn place(metadata: &Metadata) -> Place {
    (metadata.dev(), metadata.ino())
}

fn at(path: &Path) -> Option<Place> {
    fs::metadata(path).ok().map(|metadata| place(&metadata))
}

/// Opens a regular file, and nothing else: without waiting for anybody, and
/// without becoming the owner of a terminal.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
    // What a device does when it is opened is not for us to find out.
    regular(&fs::metadata(path)?)?;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

fn regular(metadata: &Metadata) -> io::Result<()> {
    match metadata.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "no regular file")),
    }
}

/// Whether `path` is `folder` or lies somewhere below it.
pub fn lies_in(path: &Path, folder: &Path) -> bool {
    let (Ok(path), Some(folder)) = (fs::canonicalize(path), at(folder)) else { return false };
    path.ancestors().any(|above| at(above) == Some(folder))
}

/// A file at or below `one` that lies at or below one of `others` too, by
/// another name.
pub fn shared(one: &Path, others: &[PathBuf]) -> Option<PathBuf> {
    let linked = |metadata: &Metadata| metadata.is_file() && metadata.nlink() > 1;
    let ours: BTreeSet<Place> =
        files(one).filter(|(_, metadata)| linked(metadata)).map(|(_, metadata)| place(&metadata)).collect();
    if ours.is_empty() {
        return None;
    }
    let mut theirs = others.iter().flat_map(|other| files(other));
    theirs.find(|(_, metadata)| linked(metadata) && ours.contains(&place(metadata))).map(|(path, _)| path)
}

/// What lies at a path that the user gave, and below it.
fn files(path: &Path) -> impl Iterator<Item = (PathBuf, Metadata)> {
    let entries = walkdir::WalkDir::new(path).follow_links(false).into_iter().take(limits::ITEMS_MAX);
    // The path itself may be a link: it is the user's own.
    let metadata = |entry: &walkdir::DirEntry| match entry.depth() {
        0 => fs::metadata(entry.path()).ok(),
        _ => entry.metadata().ok(),
    };
    entries.filter_map(Result::ok).filter_map(move |entry| Some((entry.path().to_owned(), metadata(&entry)?)))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for path in [folder.path(), &fifo, Path::new("/dev/zero")] {
            assert_eq!(open(path).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(open(&folder.path().join("file")).is_ok());
    }

    #[test]
    fn names_do_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/b")).unwrap();
        fs::create_dir(at("c")).unwrap();
        fs::write(at("a/b/key"), "").unwrap();
        std::os::unix::fs::symlink(at("a"), at("link")).unwrap();
        assert!(lies_in(&at("a/b"), &at("a")));
        assert!(lies_in(&at("link/b/key"), &at("a/b")));
        assert!(lies_in(&at("a/b/key"), &at("link")));
        assert!(!lies_in(&at("a"), &at("a/b")));
        assert!(!lies_in(&at("nothing"), &at("a")));
        assert_eq!(shared(&at("c"), &[at("a")]), None);
        fs::hard_link(at("a/b/key"), at("c/other")).unwrap();
        assert_eq!(shared(&at("c"), &[at("a")]), Some(at("a/b/key")));
        assert_eq!(shared(&at("c/other"), &[at("a/b/key")]), Some(at("a/b/key")));
    }
}
