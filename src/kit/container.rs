//! Where sealed files go: a directory, or a tar archive, compressed or not.
//!
//! The archive has nothing in it but names, sizes and bytes: owner 0, mode 0644
//! (0755 for programs), the epoch as time. Compression runs on one thread at
//! fixed levels, because the bytes depend on both.
//!
//! Everything is written beside the goal under another name, and renamed when
//! it is complete; what is dropped before is removed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flate2::GzBuilder;
use flate2::write::GzEncoder;

use crate::path::escape;
use crate::wire::tar::{WriteError, Writer};

pub use crate::wire::tar::Mode;

/// Level 9 is some percent larger than 19 and many times quicker.
const ZSTD_LEVEL: i32 = 9;
/// A window of 4 MiB: every reader takes that (RFC 8878 3.1.1.1.2 asks for 8).
const ZSTD_WINDOW_LOG: u32 = 22;
const GZIP_LEVEL: u32 = 6;

/// How a container is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// A directory with files.
    Directory,
    /// `.tar`
    Tar,
    /// `.tar.gz` or `.tgz`
    TarGzip,
    /// `.tar.zst`
    TarZstd,
}

impl Packing {
    /// What the name of the goal asks for: an extension, or else a directory.
    pub fn of(path: &Path) -> Packing {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let ends = |ending: &str| name.ends_with(ending) && name.len() > ending.len();
        if ends(".tar") {
            Packing::Tar
        } else if ends(".tar.gz") || ends(".tgz") {
            Packing::TarGzip
        } else if ends(".tar.zst") || ends(".tzst") {
            Packing::TarZstd
        } else {
            Packing::Directory
        }
    }
}

/// Why a container was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// There is something already.
    #[error("{path} exists, and nothing is overwritten")]
    Exists {
        /// Where.
        path: String,
    },
    /// The goal lies in what is read.
    #[error("{path} lies inside of what is to be sealed")]
    InsideInput {
        /// Where.
        path: String,
    },
    /// The goal has no name or no folder to lie in.
    #[error("{path} cannot be written: {source}")]
    Goal {
        /// Where.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Reading or writing a member failed.
    #[error("{member} cannot be written: {source}")]
    Member {
        /// Which member.
        member: String,
        /// What the system said, or what changed.
        source: io::Error,
    },
}

/// A container that is being written.
pub struct Container {
    goal: PathBuf,
    partial: PathBuf,
    sink: Option<Sink>,
}

enum Sink {
    Directory,
    Tar(Box<Writer<Stream>>),
}

enum Stream {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Container {
    /// Begins to write `goal`, which must not exist and may not lie in one of
    /// `inputs`.
    pub fn create(goal: &Path, inputs: &[PathBuf]) -> Result<Container, ContainerError> {
        let shown = || shown(goal);
        let refused = |source| ContainerError::Goal { path: shown(), source };
        if goal.symlink_metadata().is_ok() {
            return Err(ContainerError::Exists { path: shown() });
        }
        let name = goal.file_name().ok_or_else(|| refused(io::ErrorKind::InvalidInput.into()))?;
        let parent = match goal.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = parent.canonicalize().map_err(refused)?;
        for input in inputs {
            if input.canonicalize().is_ok_and(|input| folder.starts_with(input)) {
                return Err(ContainerError::InsideInput { path: shown() });
            }
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.partial", std::process::id()));
        let partial = folder.join(hidden);
        let file = |partial: &Path| {
            fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(partial)
                .map(|f| BufWriter::with_capacity(256 << 10, f))
        };
        let tar = |stream| Sink::Tar(Box::new(Writer::new(stream, 0)));
        unfinished(Some(partial.clone()));
        let sink = match Packing::of(goal) {
            Packing::Directory => fs::create_dir(&partial).map(|()| Sink::Directory),
            Packing::Tar => file(&partial).map(|f| tar(Stream::Plain(f))),
            Packing::TarGzip => file(&partial).map(|f| {
                // No name, no time, no operating system (RFC 1952 2.3.1: 255 is unknown).
                let header = GzBuilder::new().mtime(0).operating_system(255);
                tar(Stream::Gzip(header.write(f, flate2::Compression::new(GZIP_LEVEL))))
            }),
            Packing::TarZstd => file(&partial).and_then(|f| {
                let mut encoder = zstd::Encoder::new(f, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                encoder.window_log(ZSTD_WINDOW_LOG)?;
                Ok(tar(Stream::Zstd(encoder)))
            }),
        };
        let sink = sink.map_err(|source| {
            unfinished(None);
            refused(source)
        })?;
        Ok(Container { goal: folder.join(name), partial, sink: Some(sink) })
    }

    /// Adds a member of exactly `size` bytes. Its name is a path that
    /// [`crate::path::EvidencePath`] takes; names come sorted by their bytes.
    pub fn add(
        &mut self,
        name: &str,
        mode: Mode,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), ContainerError> {
        let failed = |source| ContainerError::Member { member: escape(name.as_bytes()), source };
        match self.sink.as_mut().expect("the sink is taken by finish alone, which consumes the container") {
            Sink::Directory => write_file(&self.partial.join(name), mode, size, content).map_err(failed),
            Sink::Tar(writer) => writer.append(name, mode, size, content).map_err(|error| match error {
                WriteError::Io(source) => failed(source),
                other => failed(io::Error::other(other)),
            }),
        }
    }

    /// Completes the container and gives it its name.
    pub fn finish(mut self) -> Result<(), ContainerError> {
        let path = shown(&self.goal);
        let failed = |source| ContainerError::Goal { path: path.clone(), source };
        match self.sink.take().expect("finish is called once: it consumes the container") {
            Sink::Directory => {}
            Sink::Tar(writer) => {
                let written = writer.finish().and_then(|stream| {
                    let mut buffer = match stream {
                        Stream::Plain(buffer) => buffer,
                        Stream::Gzip(encoder) => encoder.finish()?,
                        Stream::Zstd(encoder) => encoder.finish()?,
                    };
                    buffer.flush()?;
                    buffer.get_ref().sync_all()
                });
                if let Err(source) = written {
                    let _ = fs::remove_file(&self.partial);
                    unfinished(None);
                    return Err(failed(source));
                }
            }
        }
        // Under the lock: whoever interrupts finds all of it or nothing.
        let mut place = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let renamed = into_place(&self.partial, &self.goal).map_err(|source| {
            remove(&self.partial);
            failed(source)
        });
        *place = None;
        renamed
    }
}

/// What was begun and not completed leaves nothing behind.
impl Drop for Container {
    fn drop(&mut self) {
        if self.sink.take().is_some() {
            remove(&self.partial);
            unfinished(None);
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(inner) => inner.write(bytes),
            Stream::Gzip(inner) => inner.write(bytes),
            Stream::Zstd(inner) => inner.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(inner) => inner.flush(),
            Stream::Gzip(inner) => inner.flush(),
            Stream::Zstd(inner) => inner.flush(),
        }
    }
}

fn write_file(path: &Path, mode: Mode, size: u64, content: &mut dyn Read) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    let found = io::copy(&mut content.take(size), &mut file)?;
    if found != size || content.read(&mut [0])? != 0 {
        return Err(io::Error::other("its length is not the one that was announced"));
    }
    let bits = match mode {
        Mode::File => 0o644,
        Mode::Program => 0o755,
    };
    file.set_permissions(fs::Permissions::from_mode(bits))?;
    file.sync_all()
}

/// Between the first look and now somebody may have put something there: the
/// system is asked to rename only where nothing is. Where a file system cannot
/// do so, a second look has to be enough.
fn into_place(partial: &Path, goal: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, partial, CWD, goal, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            if goal.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(partial, goal)
        }
        renamed => Ok(renamed?),
    }
}

/// What is being written, for whoever must take it away when the program is
/// interrupted. One container is written at a time.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

fn unfinished(partial: Option<PathBuf>) {
    *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = partial;
}

/// Takes away what was begun. Called when the program is about to end; the
/// lock is kept, so that nothing more is begun or put in place.
pub fn abandon() {
    let mut place = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(partial) = place.take() {
        // Another thread may still be adding to it.
        for _ in 0..ABANDON_TRIES {
            remove(&partial);
            if partial.symlink_metadata().is_err() {
                break;
            }
        }
    }
    std::mem::forget(place);
}

/// A folder is empty at some time between two files.
const ABANDON_TRIES: usize = 100;

fn remove(partial: &Path) {
    if partial.is_dir() {
        let _ = fs::remove_dir_all(partial);
    } else {
        let _ = fs::remove_file(partial);
    }
}

fn shown(path: &Path) -> String {
    escape(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(goal: &Path) -> Result<(), ContainerError> {
        let mut container = Container::create(goal, &[])?;
        container.add("a", Mode::File, 1, &mut &b"1"[..])?;
        container.add("bin/b", Mode::Program, 2, &mut &b"22"[..])?;
        container.finish()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_name_says_how() {
        let check = |name: &str, expected| assert_eq!(Packing::of(Path::new(name)), expected, "{name}");
        check("a.tar", Packing::Tar);
        check("a.tgz", Packing::TarGzip);
        check("a.TAR.GZ", Packing::TarGzip);
        check("a.tar.zst", Packing::TarZstd);
        check("a.zip", Packing::Directory);
        check(".tar", Packing::Directory);
        check("a", Packing::Directory);
    }

    #[test]
    fn twice_the_same_bytes() {
        for ending in ["tar", "tgz", "tar.zst"] {
            let folder = tempfile::tempdir().unwrap();
            let (one, two) =
                (folder.path().join(format!("1.{ending}")), folder.path().join(format!("2.{ending}")));
            write(&one).unwrap();
            write(&two).unwrap();
            assert_eq!(fs::read(one).unwrap(), fs::read(two).unwrap(), "{ending}");
        }
    }

    #[test]
    fn a_directory_has_the_modes() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("out")).unwrap();
        assert_eq!(names(folder.path()), ["out"]);
        let mode = |name: &str| {
            fs::metadata(folder.path().join("out").join(name)).unwrap().permissions().mode() & 0o777
        };
        assert_eq!((mode("a"), mode("bin/b")), (0o644, 0o755));
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left() {
        for name in ["out", "out.tar", "out.tgz", "out.tar.zst"] {
            let folder = tempfile::tempdir().unwrap();
            let goal = folder.path().join(name);
            for (size, content) in [(2, &b"1"[..]), (1, b"22")] {
                let mut container = Container::create(&goal, &[]).unwrap();
                assert!(container.add("a", Mode::File, size, &mut &content[..]).is_err());
                drop(container);
                assert_eq!(names(folder.path()), [""; 0], "{name}");
            }
            write(&goal).unwrap();
            assert!(matches!(write(&goal), Err(ContainerError::Exists { .. })));
            // It came up while we were writing.
            let other = folder.path().join(format!("other-{name}"));
            let container = Container::create(&other, &[]).unwrap();
            fs::write(&other, "theirs").unwrap();
            assert!(container.finish().is_err());
            assert_eq!(fs::read(&other).unwrap(), b"theirs");
            assert_eq!(names(folder.path()).len(), 2, "{name}");
        }
    }

    #[test]
    fn never_into_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in");
        fs::create_dir_all(input.join("deep")).unwrap();
        for goal in ["in/out.tar", "in/deep/out", "in/../in/out.tgz"] {
            let found =
                Container::create(&folder.path().join(goal), std::slice::from_ref(&input)).map(|_| ());
            assert!(matches!(found, Err(ContainerError::InsideInput { .. })), "{goal}");
        }
        assert!(Container::create(&folder.path().join("out.tar"), &[input]).is_ok());
    }
}
