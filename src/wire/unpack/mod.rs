//! What is packed as gzip (RFC 1952) or zstd (RFC 8878), unpacked strictly.
//!
//! How it would be attacked: a gigabyte of zeros in a kilobyte; a second member
//! or frame, which some readers append and others ignore; bytes after the end;
//! a skippable frame, whose content nobody sees; a wrong checksum that nobody
//! looks at; a window that is larger than the machine; a dictionary that is
//! somewhere else; a cut file whose readable part looks whole.
//!
//! So: one member or frame, from the first byte of the file to the last; every
//! checksum that is there is computed; and what comes out is measured against
//! what went in.

mod gzip;
pub mod zlib;
mod zstd;

#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read};

use crate::limits;

/// How something is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// The packing that a file beginning so has.
    pub fn recognise(beginning: &[u8]) -> Option<Packing> {
        if beginning.starts_with(&gzip::MAGIC) {
            Some(Packing::Gzip)
        } else if beginning.starts_with(&zstd::MAGIC) {
            Some(Packing::Zstd)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }
}

/// Why something cannot be unpacked. Comes wrapped in an [`io::Error`], see
/// [`UnpackFault::of`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackFault {
    /// It does not begin as it should.
    #[error("not {}", .packing.name())]
    Magic {
        /// What was expected.
        packing: Packing,
    },
    /// The header is malformed, or asks for what no reader has to have.
    #[error("malformed {} header: {what}", .packing.name())]
    Header {
        /// Of what.
        packing: Packing,
        /// What is wrong.
        what: &'static str,
    },
    /// The content is not what a compressor writes.
    #[error("damaged {}: {what}", .packing.name())]
    Damaged {
        /// Of what.
        packing: Packing,
        /// What is wrong.
        what: String,
    },
    /// A checksum or a length is wrong.
    #[error("the {what} is wrong")]
    Sum {
        /// Which.
        what: &'static str,
    },
    /// The file ends before the content does.
    #[error("the {} ends too early", .packing.name())]
    Truncated {
        /// Of what.
        packing: Packing,
    },
    /// More than one member or frame.
    #[error("{what}")]
    Second {
        /// What it is.
        what: &'static str,
    },
    /// Bytes after the end that are neither.
    #[error("bytes after the end of the {}", .packing.name())]
    Tail {
        /// Of what.
        packing: Packing,
    },
    /// A window above [`limits::ZSTD_WINDOW_BYTES_MAX`].
    #[error("a window of {bytes} bytes")]
    Window {
        /// How large.
        bytes: u64,
    },
    /// Above [`limits::EXPANSION_RATIO_MAX`] or [`limits::EXPANDED_BYTES_MAX`].
    #[error("{packed} bytes became {unpacked} and more")]
    Expansion {
        /// What went in so far.
        packed: u64,
        /// What came out so far.
        unpacked: u64,
    },
}

impl UnpackFault {
    /// The fault in an error of [`Unpacked`].
    pub fn of(error: &io::Error) -> Option<&UnpackFault> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<UnpackFault> for io::Error {
    fn from(fault: UnpackFault) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, fault)
    }
}

/// The unpacked content of `source`. At the end of it, the source is at its end.
pub struct Unpacked<R> {
    source: Counted<R>,
    engine: Engine,
    state: State,
    buffer: Box<[u8]>,
    /// What of the buffer was not given out yet.
    left: std::ops::Range<usize>,
    unpacked: u64,
}

enum Engine {
    Gzip(gzip::Engine),
    Zstd(zstd::Engine),
}

#[derive(Clone, Debug)]
enum State {
    Beginning,
    Inside,
    Finished,
    Failed(UnpackFault),
}

/// What one turn of an engine did.
struct Turn {
    written: usize,
    finished: bool,
}

impl<R: BufRead> Unpacked<R> {
    /// Begins to unpack.
    pub fn new(packing: Packing, source: R) -> io::Result<Unpacked<R>> {
        let engine = match packing {
            Packing::Gzip => Engine::Gzip(gzip::Engine::new()),
            Packing::Zstd => Engine::Zstd(zstd::Engine::new()?),
        };
        Ok(Unpacked {
            source: Counted { source, taken: 0 },
            engine,
            state: State::Beginning,
            buffer: vec![0; limits::READ_BYTES].into(),
            left: 0..0,
            unpacked: 0,
        })
    }

    fn turn(&mut self) -> io::Result<()> {
        if let State::Beginning = self.state {
            match &mut self.engine {
                Engine::Gzip(engine) => engine.begin(&mut self.source)?,
                Engine::Zstd(engine) => engine.begin(&mut self.source)?,
            }
            self.state = State::Inside;
        }
        let turn = match &mut self.engine {
            Engine::Gzip(engine) => engine.turn(&mut self.source, &mut self.buffer)?,
            Engine::Zstd(engine) => engine.turn(&mut self.source, &mut self.buffer)?,
        };
        self.left = 0..turn.written;
        self.unpacked += turn.written as u64;
        let allowed = limits::EXPANSION_FLOOR_BYTES
            .saturating_add(self.source.taken.saturating_mul(limits::EXPANSION_RATIO_MAX));
        if self.unpacked > allowed.min(limits::EXPANDED_BYTES_MAX) {
            self.left = 0..0;
            return Err(UnpackFault::Expansion { packed: self.source.taken, unpacked: self.unpacked }.into());
        }
        if turn.finished {
            self.state = State::Finished;
        }
        Ok(())
    }
}

impl<R: BufRead> BufRead for Unpacked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.left.is_empty() {
            match &self.state {
                State::Finished => break,
                State::Failed(fault) => return Err(fault.clone().into()),
                State::Beginning | State::Inside => {}
            }
            if let Err(error) = self.turn() {
                if let Some(fault) = UnpackFault::of(&error) {
                    self.state = State::Failed(fault.clone());
                }
                return Err(error);
            }
        }
        Ok(&self.buffer[self.left.clone()])
    }

    fn consume(&mut self, amount: usize) {
        self.left.start = (self.left.start + amount).min(self.left.end);
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_from_buffer(self, buffer)
    }
}

/// What `Read::read` is to a reader that has a buffer of its own.
pub fn read_from_buffer(reader: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let bytes = reader.fill_buf()?;
    let length = bytes.len().min(buffer.len());
    buffer[..length].copy_from_slice(&bytes[..length]);
    reader.consume(length);
    Ok(length)
}

/// A source, and how much of it was taken.
struct Counted<R> {
    source: R,
    taken: u64,
}

impl<R: BufRead> Counted<R> {
    /// What comes next; empty at the end.
    fn peek(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        self.source.fill_buf()
    }

    fn take(&mut self, amount: usize) {
        self.source.consume(amount);
        self.taken += amount as u64;
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?.first().copied();
        if byte.is_some() {
            self.take(1);
        }
        Ok(byte)
    }
}
