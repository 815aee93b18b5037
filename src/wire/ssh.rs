//! Fields as SSH writes them, RFC 4251 section 5: a length of four bytes in
//! front of each string, integers in their shortest form.
//!
//! How to attack it: a length beyond the end; an integer with needless zeros, so
//! that one value has two spellings; bytes after the last field.

/// Why some bytes are not the fields that were expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SshFieldError {
    /// The bytes end before the field does.
    #[error("a field that ends after the bytes do")]
    Short,
    /// An integer that is zero, negative or longer than it has to be.
    #[error("an integer that is not positive and in its shortest form")]
    Integer,
    /// Bytes that no field accounts for.
    #[error("{bytes} bytes after the last field")]
    Trailing {
        /// How many.
        bytes: usize,
    },
}

/// Takes fields off the front of some bytes.
#[derive(Clone, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// At the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader(bytes)
    }

    /// So many bytes as they stand.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], SshFieldError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(SshFieldError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// One byte.
    pub fn octet(&mut self) -> Result<u8, SshFieldError> {
        self.bytes(1).map(|taken| taken[0])
    }

    /// A number of 32 bits.
    pub fn uint32(&mut self) -> Result<u32, SshFieldError> {
        let taken = self.bytes(4)?;
        Ok(u32::from_be_bytes(taken.try_into().expect("four were taken")))
    }

    /// A string: any bytes, their length in front.
    pub fn string(&mut self) -> Result<&'a [u8], SshFieldError> {
        let length = self.uint32()?;
        self.bytes(length as usize)
    }

    /// The magnitude of a positive integer, without the zero that keeps its sign.
    pub fn mpint(&mut self) -> Result<&'a [u8], SshFieldError> {
        match self.string()? {
            [0, rest @ ..] if rest.first().is_some_and(|octet| *octet >= 0x80) => Ok(rest),
            integer if integer.first().is_some_and(|octet| (1..0x80).contains(octet)) => Ok(integer),
            _ => Err(SshFieldError::Integer),
        }
    }

    /// Says that nothing is left.
    pub fn finish(self) -> Result<(), SshFieldError> {
        match self.0.len() {
            0 => Ok(()),
            bytes => Err(SshFieldError::Trailing { bytes }),
        }
    }
}

/// Strings one after the other, each with its length in front.
pub fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u32).to_be_bytes());
        bytes.extend(*part);
    }
    bytes
}

/// A positive integer, with a zero in front where the top bit would mean a sign.
pub fn mpint(magnitude: &[u8]) -> Vec<u8> {
    let sign = magnitude.first().is_some_and(|octet| *octet >= 0x80);
    std::iter::repeat_n(0, usize::from(sign)).chain(magnitude.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let bytes = [&strings(&[b"ab", b""])[..], &[7, 0, 0, 1, 0]].concat();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.string(), Ok(&b"ab"[..]));
        assert_eq!(reader.string(), Ok(&b""[..]));
        assert_eq!(reader.octet(), Ok(7));
        assert_eq!(reader.clone().finish(), Err(SshFieldError::Trailing { bytes: 4 }));
        assert_eq!(reader.uint32(), Ok(256));
        assert_eq!(reader.octet(), Err(SshFieldError::Short));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(Reader::new(&[0, 0, 0, 2, 1]).string(), Err(SshFieldError::Short));
        assert_eq!(Reader::new(&[0xff; 4]).string(), Err(SshFieldError::Short));
    }

    #[test]
    fn integers_have_one_spelling() {
        let read = |magnitude: &[u8]| Reader::new(&strings(&[magnitude])).mpint().map(<[u8]>::to_vec);
        for magnitude in [&[1][..], &[0x7f, 0], &[0x80], &[0xff, 1]] {
            assert_eq!(read(&mpint(magnitude)), Ok(magnitude.to_vec()));
        }
        for wrong in [&[][..], &[0], &[0, 1], &[0x80], &[0, 0, 0x80]] {
            assert_eq!(read(wrong), Err(SshFieldError::Integer), "{wrong:?}");
        }
    }
}
