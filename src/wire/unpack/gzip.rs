//! gzip, RFC 1952: a header, a deflate stream, CRC-32 and length.

use std::io::{self, BufRead};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Counted, Packing, Turn, UnpackFault};
use crate::limits;

pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

// RFC 1952 2.3.1
const TEXT: u8 = 1;
const HEADER_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

pub(super) struct Engine {
    inflate: Decompress,
    crc: Crc,
}

impl Engine {
    pub(super) fn new() -> Engine {
        Engine { inflate: Decompress::new(false), crc: Crc::new() }
    }

    pub(super) fn begin<R: BufRead>(&mut self, source: &mut Counted<R>) -> io::Result<()> {
        let mut header = HeaderBytes { source, crc: Crc::new() };
        let magic = [header.first()?, header.first()?];
        if magic != [Some(MAGIC[0]), Some(MAGIC[1])] {
            return Err(UnpackFault::Magic { packing: Packing::Gzip }.into());
        }
        let wrong = |what| UnpackFault::Header { packing: Packing::Gzip, what };
        if header.byte()? != 8 {
            return Err(wrong("the method is not deflate").into());
        }
        let flags = header.byte()?;
        if flags & !(TEXT | HEADER_CRC | EXTRA | NAME | COMMENT) != 0 {
            return Err(wrong("reserved flags are set").into());
        }
        for _ in 0..6 {
            header.byte()?; // time, extra flags, operating system
        }
        if flags & EXTRA != 0 {
            let length = u16::from_le_bytes([header.byte()?, header.byte()?]);
            for _ in 0..length {
                header.byte()?;
            }
        }
        for text in [NAME, COMMENT] {
            if flags & text == 0 {
                continue;
            }
            let mut length = 0;
            while header.byte()? != 0 {
                length += 1;
                if length > limits::PATH_BYTES_MAX {
                    return Err(wrong("a name or comment is too long").into());
                }
            }
        }
        if flags & HEADER_CRC != 0 {
            let expected = (header.crc.sum() & 0xffff) as u16;
            if u16::from_le_bytes([header.byte()?, header.byte()?]) != expected {
                return Err(UnpackFault::Sum { what: "CRC-16 of the header" }.into());
            }
        }
        Ok(())
    }

    pub(super) fn turn<R: BufRead>(
        &mut self,
        source: &mut Counted<R>,
        buffer: &mut [u8],
    ) -> io::Result<Turn> {
        loop {
            let input = source.peek()?;
            let at_end = input.is_empty();
            let (read, wrote) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(input, buffer, FlushDecompress::None)
                .map_err(|error| UnpackFault::Damaged { packing: Packing::Gzip, what: error.to_string() })?;
            let read = (self.inflate.total_in() - read) as usize;
            let written = (self.inflate.total_out() - wrote) as usize;
            source.take(read);
            self.crc.update(&buffer[..written]);
            if status == Status::StreamEnd {
                self.end(source)?;
                return Ok(Turn { written, finished: true });
            }
            if written > 0 {
                return Ok(Turn { written, finished: false });
            }
            if at_end {
                return Err(truncated());
            }
            if read == 0 {
                let what = "no progress".to_owned();
                return Err(UnpackFault::Damaged { packing: Packing::Gzip, what }.into());
            }
        }
    }

    fn end<R: BufRead>(&mut self, source: &mut Counted<R>) -> io::Result<()> {
        let mut trailer = [0; 8];
        for byte in &mut trailer {
            *byte = source.byte()?.ok_or_else(truncated)?;
        }
        let word =
            |at: usize| u32::from_le_bytes([trailer[at], trailer[at + 1], trailer[at + 2], trailer[at + 3]]);
        if word(0) != self.crc.sum() {
            return Err(UnpackFault::Sum { what: "CRC-32" }.into());
        }
        // RFC 1952 2.3.1: the length modulo 2^32
        if u64::from(word(4)) != self.inflate.total_out() & 0xffff_ffff {
            return Err(UnpackFault::Sum { what: "length" }.into());
        }
        match (source.byte()?, source.byte()?) {
            (None, _) => Ok(()),
            (Some(first), Some(second)) if [first, second] == MAGIC => {
                Err(UnpackFault::Second { what: "a second gzip member" }.into())
            }
            _ => Err(UnpackFault::Tail { packing: Packing::Gzip }.into()),
        }
    }
}

/// The header as it is read, for it may have a checksum of its own.
struct HeaderBytes<'a, R> {
    source: &'a mut Counted<R>,
    crc: Crc,
}

impl<R: BufRead> HeaderBytes<'_, R> {
    fn first(&mut self) -> io::Result<Option<u8>> {
        let byte = self.source.byte()?;
        self.crc.update(byte.as_slice());
        Ok(byte)
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.first()?.ok_or_else(truncated)
    }
}

fn truncated() -> io::Error {
    UnpackFault::Truncated { packing: Packing::Gzip }.into()
}
