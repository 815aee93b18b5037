//! zlib, RFC 1950: one stream in memory, as git keeps objects.

use flate2::{Decompress, FlushDecompress, Status};

/// What the stream at the front of `bytes` holds, at most `max` bytes, and how many
/// bytes it takes.
pub fn inflate(bytes: &[u8], max: usize) -> Result<(Vec<u8>, usize), &'static str> {
    const STEP: usize = 64 << 10;
    let mut engine = Decompress::new(true);
    let mut made: Vec<u8> = Vec::new();
    loop {
        let used = engine.total_in() as usize;
        let room = made.len();
        // One byte more than may be, so that what is too long is seen to be.
        made.resize((room + STEP).min(max + 1), 0);
        let before = engine.total_out();
        let status = engine.decompress(&bytes[used..], &mut made[room..], FlushDecompress::None);
        made.truncate(room + (engine.total_out() - before) as usize);
        if made.len() > max {
            return Err("an object that is too large");
        }
        match status {
            Ok(Status::StreamEnd) => return Ok((made, engine.total_in() as usize)),
            Ok(_) if engine.total_in() as usize == used && made.len() == room => {
                return Err("a stream that is cut");
            }
            Ok(_) => {}
            Err(_) => return Err("not a stream of zlib"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn streams() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        let text = b"abc".repeat(100_000);
        encoder.write_all(&text).unwrap();
        let packed = encoder.finish().unwrap();
        let longer = [&packed[..], b"rest"].concat();
        assert_eq!(inflate(&longer, text.len()).unwrap(), (text.clone(), packed.len()));
        assert_eq!(inflate(&packed, text.len() - 1), Err("an object that is too large"));
        assert!(inflate(&packed[..packed.len() - 1], text.len()).is_err());
        assert!(inflate(b"", 10).is_err());
        assert!(inflate(b"plain", 10).is_err());
    }
}
