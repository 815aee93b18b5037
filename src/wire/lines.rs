//! Lines: what ends them, how long they may be, whether the last one ended.
//!
//! How it would be attacked: a carriage return that belongs to the line for
//! one reader and to its end for another (and so to what is hashed or not); a
//! line without end that fills the memory; a last line cut short by a crash or
//! by someone who wants it overlooked.

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// LF. A CR before it is an error; elsewhere it is content.
    Lf,
    /// LF or CR LF.
    LfOrCrLf,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: u64,
    /// The bytes without what ends the line.
    pub content: &'a [u8],
    /// Whether it is ended; only the last one may be not.
    pub ended: bool,
}

/// Why bytes are not lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// Longer than the format allows.
    #[error("line {number} has more than {limit} bytes")]
    TooLong {
        /// Which line.
        number: u64,
        /// The bound.
        limit: usize,
    },
    /// CR LF where only LF ends a line.
    #[error("line {number} ends with a carriage return")]
    CarriageReturn {
        /// Which line.
        number: u64,
    },
}

/// The lines of `bytes`, none longer than `limit`. After an error no more come.
///
/// Nothing at all is no line; a single LF is one empty line.
pub fn lines(bytes: &[u8], ending: Ending, limit: usize) -> Lines<'_> {
    Lines { rest: bytes, ending, limit, number: 0 }
}

/// See [`lines`].
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    ending: Ending,
    limit: usize,
    number: u64,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let raw = &self.rest[..end.unwrap_or(self.rest.len())];
        self.rest = end.map_or(&[], |end| &self.rest[end + 1..]);
        let line = content(raw, end.is_some(), self.ending, self.limit, self.number);
        if line.is_err() {
            self.rest = &[];
        }
        Some(line.map(|content| Line { number: self.number, content, ended: end.is_some() }))
    }
}

/// The content of a line from its bytes before LF.
fn content(raw: &[u8], ended: bool, ending: Ending, limit: usize, number: u64) -> Result<&[u8], LineError> {
    let too_long = LineError::TooLong { number, limit };
    // The length before the ending, as a stream must: it may never see the end.
    if raw.len() > limit.saturating_add(1) {
        return Err(too_long);
    }
    let content = match (raw.strip_suffix(b"\r"), ending) {
        // Without LF it may be half of an ending or content: the line is not ended either way.
        (Some(content), Ending::LfOrCrLf) if ended => content,
        (Some(_), Ending::Lf) if ended => return Err(LineError::CarriageReturn { number }),
        _ => raw,
    };
    if content.len() > limit { Err(too_long) } else { Ok(content) }
}

/// Cuts a stream into lines, holding no more than one of them.
#[derive(Clone, Debug)]
pub struct Splitter {
    begun: Vec<u8>,
    ending: Ending,
    limit: usize,
    number: u64,
}

impl Splitter {
    /// A splitter at the beginning of a stream.
    pub fn new(ending: Ending, limit: usize) -> Splitter {
        Splitter { begun: Vec::new(), ending, limit, number: 0 }
    }

    /// Takes the next bytes and hands on every line that ends in them. After
    /// an error there is nothing more to be had from this stream.
    pub fn feed(&mut self, mut bytes: &[u8], mut line: impl FnMut(Line<'_>)) -> Result<(), LineError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.number += 1;
            let raw = if self.begun.is_empty() {
                &bytes[..end]
            } else {
                self.begin(&bytes[..end])?;
                &self.begun
            };
            let content = content(raw, true, self.ending, self.limit, self.number)?;
            line(Line { number: self.number, content, ended: true });
            self.begun.clear();
            bytes = &bytes[end + 1..];
        }
        self.number += 1;
        self.begin(bytes)?;
        self.number -= 1;
        Ok(())
    }

    /// Ends the stream: hands on the last line if it is not ended.
    pub fn finish(self, mut line: impl FnMut(Line<'_>)) -> Result<(), LineError> {
        if self.begun.is_empty() {
            return Ok(());
        }
        let number = self.number + 1;
        let content = content(&self.begun, false, self.ending, self.limit, number)?;
        line(Line { number, content, ended: false });
        Ok(())
    }

    fn begin(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        // One more than the limit, for a CR that may turn out to be part of the ending.
        if self.begun.len() + bytes.len() > self.limit.saturating_add(1) {
            return Err(LineError::TooLong { number: self.number, limit: self.limit });
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (Vec<(Vec<u8>, bool)>, Option<LineError>);

    fn whole(bytes: &[u8], ending: Ending, limit: usize) -> Read {
        let mut read = (vec![], None);
        for (line, number) in lines(bytes, ending, limit).zip(1..) {
            match line {
                Ok(line) => {
                    assert_eq!(line.number, number);
                    read.0.push((line.content.to_vec(), line.ended));
                }
                Err(error) => read.1 = Some(error),
            }
        }
        read
    }

    fn streamed(bytes: &[u8], ending: Ending, limit: usize, chunk: usize) -> Read {
        let mut read = vec![];
        let mut splitter = Splitter::new(ending, limit);
        let mut take = |line: Line<'_>| {
            read.push((line.content.to_vec(), line.ended));
            assert_eq!(line.number, read.len() as u64);
        };
        let error = bytes
            .chunks(chunk)
            .try_for_each(|chunk| splitter.feed(chunk, &mut take))
            .and_then(|()| splitter.finish(&mut take))
            .err();
        (read, error)
    }

    fn check(
        bytes: &[u8],
        ending: Ending,
        limit: usize,
        expected: &[(&[u8], bool)],
        error: Option<LineError>,
    ) {
        let expected = (expected.iter().map(|(line, ended)| (line.to_vec(), *ended)).collect(), error);
        assert_eq!(whole(bytes, ending, limit), expected, "{:?}", bytes.escape_ascii().to_string());
        for chunk in 1..=bytes.len().max(1) {
            assert_eq!(streamed(bytes, ending, limit, chunk), expected, "in chunks of {chunk}");
        }
    }

    #[test]
    fn ends() {
        use Ending::*;
        check(b"", Lf, 9, &[], None);
        check(b"\n", Lf, 9, &[(b"", true)], None);
        check(b"a\nb\n", Lf, 9, &[(b"a", true), (b"b", true)], None);
        check(b"a\nb", Lf, 9, &[(b"a", true), (b"b", false)], None);
        check(b"a\n\nb", Lf, 9, &[(b"a", true), (b"", true), (b"b", false)], None);
        check(b"a\rb\n", Lf, 9, &[(b"a\rb", true)], None);
        check(b"a\nb\r\n", Lf, 9, &[(b"a", true)], Some(LineError::CarriageReturn { number: 2 }));
        check(b"a\nb\r", Lf, 9, &[(b"a", true), (b"b\r", false)], None);
        check(b"a\r\nb\n", LfOrCrLf, 9, &[(b"a", true), (b"b", true)], None);
        check(b"a\r\r\n", LfOrCrLf, 9, &[(b"a\r", true)], None);
        check(b"a\r", LfOrCrLf, 9, &[(b"a\r", false)], None);
        check(b"\r\n", LfOrCrLf, 9, &[(b"", true)], None);
    }

    #[test]
    fn bounds() {
        use Ending::*;
        let long = |number| Some(LineError::TooLong { number, limit: 2 });
        check(b"ab\ncd", Lf, 2, &[(b"ab", true), (b"cd", false)], None);
        check(b"ab\r\n", LfOrCrLf, 2, &[(b"ab", true)], None);
        check(b"abc\n", Lf, 2, &[], long(1));
        check(b"a\nabc", Lf, 2, &[(b"a", true)], long(2));
        check(b"a\nabcd\n", LfOrCrLf, 2, &[(b"a", true)], long(2));
        check(b"ab\r", LfOrCrLf, 2, &[], long(1));
    }
}
