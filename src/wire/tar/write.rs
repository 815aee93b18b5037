//! The deterministic writer: the same members give the same bytes.
//!
//! ustar where a name fits, one PAX record where it does not. Owner 0, no
//! owner's name, one time for all, members in the order of their names.

use std::io::{self, Read, Write};

use super::{BLOCK, header};
use crate::path::{EvidencePath, PathError};

/// What may be done with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0644
    File,
    /// 0755
    Program,
}

/// Why a member cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The reader would refuse the name.
    #[error("{name:?}: {why}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        why: PathError,
    },
    /// Members come sorted by the bytes of their names, each once.
    #[error("{name:?} does not come after {previous:?}")]
    Order {
        /// The name.
        name: String,
        /// The one before it.
        previous: String,
    },
    /// The content is not as long as was said.
    #[error("{name:?} was to have {expected} bytes, and has {found}")]
    Size {
        /// The name.
        name: String,
        /// As was said.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// The source or the sink failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes a tar.
pub struct Writer<W> {
    sink: W,
    mtime: u64,
    previous: String,
}

impl<W: Write> Writer<W> {
    /// Begins an archive in which every member was last changed at `mtime`,
    /// in seconds since 1970.
    pub fn new(sink: W, mtime: u64) -> Writer<W> {
        Writer { sink, mtime, previous: String::new() }
    }

    /// Adds a file of `size` bytes.
    pub fn append(
        &mut self,
        name: &str,
        mode: Mode,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), WriteError> {
        EvidencePath::new(name.as_bytes()).map_err(|why| WriteError::Name { name: name.into(), why })?;
        if name <= self.previous.as_str() {
            return Err(WriteError::Order { name: name.into(), previous: self.previous.clone() });
        }
        self.previous = name.into();
        let (prefix, short, fits) = split(name);
        let mut records = String::new();
        if !fits {
            records += &record("path", name);
        }
        if size > OCTAL_SIZE_MAX {
            records += &record("size", &size.to_string());
        }
        if !records.is_empty() {
            // Named after the member, so that the archive does not depend on
            // how many extensions came before.
            let of = format!("PaxHeaders/{}", cut(name, 80));
            self.sink.write_all(&self.block(&of, "", Mode::File, b'x', records.len() as u64))?;
            self.sink.write_all(records.as_bytes())?;
            self.pad(records.len() as u64)?;
        }
        let shown = if size > OCTAL_SIZE_MAX { 0 } else { size };
        self.sink.write_all(&self.block(short, prefix, mode, b'0', shown))?;
        let found = io::copy(&mut content.take(size), &mut self.sink)?;
        let more = found == size && content.read(&mut [0])? != 0;
        if found != size || more {
            let found = found + u64::from(more);
            return Err(WriteError::Size { name: name.into(), expected: size, found });
        }
        self.pad(size)?;
        Ok(())
    }

    /// Ends the archive.
    pub fn finish(mut self) -> io::Result<W> {
        self.sink.write_all(&[0; 2 * BLOCK])?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn pad(&mut self, size: u64) -> io::Result<()> {
        let over = (size % BLOCK as u64) as usize;
        self.sink.write_all(&[0; BLOCK][..(BLOCK - over) % BLOCK])
    }

    fn block(&self, name: &str, prefix: &str, mode: Mode, typeflag: u8, size: u64) -> [u8; BLOCK] {
        let mode = match mode {
            Mode::File => 0o644,
            Mode::Program => 0o755,
        };
        let mut block = [0; BLOCK];
        let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name);
        put(100, &format!("{mode:07o}"));
        put(108, "0000000");
        put(116, "0000000");
        put(124, &format!("{size:011o}"));
        // Eleven octal digits reach the year 2242; what is later is written as that.
        put(136, &format!("{:011o}", self.mtime.min(OCTAL_SIZE_MAX)));
        put(257, "ustar\x0000");
        put(329, "0000000");
        put(337, "0000000");
        put(345, prefix);
        block[156] = typeflag;
        let sum = format!("{:06o}\0 ", header::checksum(&block));
        block[148..156].copy_from_slice(sum.as_bytes());
        block
    }
}

/// What eleven octal digits hold.
const OCTAL_SIZE_MAX: u64 = (1 << 33) - 1;

/// `prefix`, `name`, and whether the two say all of it.
fn split(name: &str) -> (&str, &str, bool) {
    if name.is_ascii() {
        if name.len() <= 100 {
            return ("", name, true);
        }
        let slashes = name.match_indices('/').map(|(at, _)| at);
        for at in slashes {
            if at <= 155 && name.len() - at - 1 <= 100 {
                return (&name[..at], &name[at + 1..], true);
            }
        }
    }
    ("", cut(name, 100), false)
}

/// The first characters that fit `length` bytes.
fn cut(text: &str, length: usize) -> &str {
    let mut end = text.len().min(length);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A PAX record, whose length counts its own digits.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n")
}
