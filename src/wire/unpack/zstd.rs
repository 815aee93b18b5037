//! zstd, RFC 8878: one frame. Its header is read here, to name what is refused;
//! its blocks by the library.

use std::io::{self, BufRead};

use ::zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::{Counted, Packing, Turn, UnpackFault};
use crate::limits;

pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// RFC 8878 3.1.2: `0x184D2A50` to `0x184D2A5F`, little-endian.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// RFC 8878 3.1.1.1: magic, descriptor, window, dictionary, content size.
const HEADER_BYTES_MAX: usize = 18;

pub(super) struct Engine {
    decoder: Decoder<'static>,
    /// Beginning of the frame, still to be given to the library.
    header: Vec<u8>,
}

impl Engine {
    pub(super) fn new() -> io::Result<Engine> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(limits::ZSTD_WINDOW_BYTES_MAX.ilog2()))?;
        Ok(Engine { decoder, header: Vec::new() })
    }

    pub(super) fn begin<R: BufRead>(&mut self, source: &mut Counted<R>) -> io::Result<()> {
        while self.header.len() < HEADER_BYTES_MAX {
            match source.byte()? {
                Some(byte) => self.header.push(byte),
                None => break,
            }
        }
        let (magic, fields) = self.header.split_at(self.header.len().min(4));
        if magic != MAGIC {
            return Err(match magic {
                [first, rest @ ..] if first & 0xf0 == 0x50 && *rest == SKIPPABLE => {
                    UnpackFault::Second { what: "a skippable frame" }.into()
                }
                _ => UnpackFault::Magic { packing: Packing::Zstd }.into(),
            });
        }
        let window = window(fields)?;
        if window > limits::ZSTD_WINDOW_BYTES_MAX {
            return Err(UnpackFault::Window { bytes: window }.into());
        }
        Ok(())
    }

    pub(super) fn turn<R: BufRead>(
        &mut self,
        source: &mut Counted<R>,
        buffer: &mut [u8],
    ) -> io::Result<Turn> {
        loop {
            let from_header = !self.header.is_empty();
            let input = if from_header { self.header.as_slice() } else { source.peek()? };
            let at_end = input.is_empty();
            let mut input = InBuffer::around(input);
            let mut output = OutBuffer::around(&mut *buffer);
            let hint = self
                .decoder
                .run(&mut input, &mut output)
                .map_err(|error| UnpackFault::Damaged { packing: Packing::Zstd, what: error.to_string() })?;
            let (read, written) = (input.pos(), output.pos());
            if from_header {
                self.header.drain(..read);
            } else {
                source.take(read);
            }
            if hint == 0 {
                if !self.header.is_empty() {
                    let rest = std::mem::take(&mut self.header);
                    return Err(after(&rest));
                }
                let mut rest = Vec::new();
                while let (true, Some(byte)) = (rest.len() < 4, source.byte()?) {
                    rest.push(byte);
                }
                return if rest.is_empty() {
                    Ok(Turn { written, finished: true })
                } else {
                    Err(after(&rest))
                };
            }
            if written > 0 {
                return Ok(Turn { written, finished: false });
            }
            if at_end {
                return Err(UnpackFault::Truncated { packing: Packing::Zstd }.into());
            }
        }
    }
}

/// What it is that follows the frame.
fn after(rest: &[u8]) -> io::Error {
    match rest {
        rest if rest.starts_with(&MAGIC) => UnpackFault::Second { what: "a second zstd frame" },
        [first, rest @ ..] if first & 0xf0 == 0x50 && rest.starts_with(&SKIPPABLE) => {
            UnpackFault::Second { what: "a skippable frame" }
        }
        _ => UnpackFault::Tail { packing: Packing::Zstd },
    }
    .into()
}

/// The window that the frame asks for, from the fields after its magic.
fn window(fields: &[u8]) -> Result<u64, UnpackFault> {
    let wrong = |what| UnpackFault::Header { packing: Packing::Zstd, what };
    let cut = UnpackFault::Truncated { packing: Packing::Zstd };
    let (descriptor, rest) = fields.split_first().ok_or(cut.clone())?;
    // RFC 8878 3.1.1.1.1
    let single_segment = descriptor & 0x20 != 0;
    if descriptor & 0x08 != 0 {
        return Err(wrong("the reserved bit is set"));
    }
    if descriptor & 0x03 != 0 {
        return Err(wrong("it needs a dictionary"));
    }
    if !single_segment {
        let byte = *rest.first().ok_or(cut)?;
        // RFC 8878 3.1.1.1.2
        let base = 1u64 << (10 + (byte >> 3));
        return Ok(base + base / 8 * u64::from(byte & 7));
    }
    // RFC 8878 3.1.1.1.4: without a window, it is as large as the content.
    let size = match descriptor >> 6 {
        0 => 1,
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(rest.get(..size).ok_or(cut)?);
    Ok(u64::from_le_bytes(bytes) + if size == 2 { 256 } else { 0 })
}
