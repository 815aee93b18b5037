//! One block: the fields of POSIX.1-1988 and of GNU tar.

use super::{BLOCK, TarFault};

/// Which fields the block has after the magic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// POSIX: `prefix` continues the name to the left.
    Ustar,
    /// GNU: no prefix, and numbers may be binary.
    Gnu,
}

/// A header block of a dialect that is known, whose checksum is right.
pub(super) struct Header<'a> {
    block: &'a [u8; BLOCK],
    pub(super) dialect: Dialect,
}

const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const CHECKSUM: std::ops::Range<usize> = 148..156;
const LINK: std::ops::Range<usize> = 157..257;
const MAGIC: std::ops::Range<usize> = 257..265;
const PREFIX: std::ops::Range<usize> = 345..500;

/// Fields that nothing here depends on, and that are numbers nevertheless.
const NUMBERS: [(&str, std::ops::Range<usize>); 4] =
    [("mode", 100..108), ("uid", 108..116), ("gid", 116..124), ("mtime", 136..148)];

impl<'a> Header<'a> {
    pub(super) fn new(block: &'a [u8; BLOCK]) -> Result<Header<'a>, TarFault> {
        let dialect = match &block[MAGIC] {
            b"ustar\x0000" => Dialect::Ustar,
            b"ustar  \0" => Dialect::Gnu,
            _ => return Err(TarFault::Magic),
        };
        let found = checksum(block);
        match octal(&block[CHECKSUM]) {
            Ok(Some(expected)) if expected == found => {}
            Ok(Some(expected)) => return Err(TarFault::Checksum { found, expected: expected.to_string() }),
            _ => return Err(TarFault::Checksum { found, expected: "no number".into() }),
        }
        Ok(Header { block, dialect })
    }

    pub(super) fn typeflag(&self) -> u8 {
        self.block[156]
    }

    pub(super) fn size(&self) -> Result<u64, TarFault> {
        let field = &self.block[SIZE];
        let size = match field[0] {
            // POSIX has no binary numbers: a reader that knows only POSIX would
            // look for the next header elsewhere.
            0x80 if self.dialect == Dialect::Gnu => binary(field),
            _ => octal(field).ok().flatten(),
        };
        size.filter(|size| *size <= i64::MAX as u64).ok_or(TarFault::Field { field: "size" })
    }

    /// The fields that are only looked at to see whether they are what they
    /// should be: all is well-formed, or none of it is believed.
    pub(super) fn well_formed(&self) -> Result<(), TarFault> {
        for (field, range) in NUMBERS {
            let bytes = &self.block[range];
            if !matches!(bytes[0], 0x80 | 0xff) && octal(bytes).is_err() {
                return Err(TarFault::Field { field });
            }
        }
        let texts = [("name", NAME), ("linkname", LINK), ("prefix", PREFIX)];
        for (field, range) in texts {
            if field == "prefix" && self.dialect == Dialect::Gnu {
                continue; // times and maps of sparse files stand here
            }
            if text(&self.block[range]).is_none() {
                return Err(TarFault::Field { field });
            }
        }
        Ok(())
    }

    /// The name as this block alone has it.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = until_nul(&self.block[NAME]);
        match self.dialect {
            Dialect::Ustar if self.block[PREFIX.start] != 0 => {
                [until_nul(&self.block[PREFIX]), b"/", name].concat()
            }
            _ => name.to_vec(),
        }
    }

    /// The field `name` alone.
    pub(super) fn short_name(&self) -> &[u8] {
        until_nul(&self.block[NAME])
    }

    pub(super) fn link(&self) -> &[u8] {
        until_nul(&self.block[LINK])
    }

    /// Whether an old GNU sparse map goes on in the next block.
    pub(super) fn sparse_map_continues(&self) -> bool {
        self.block[482] != 0
    }
}

/// The sum of all bytes, those of the checksum counted as spaces.
pub(super) fn checksum(block: &[u8; BLOCK]) -> u64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u64::from(*b)).sum::<u64>();
    sum(&block[..CHECKSUM.start]) + 8 * u64::from(b' ') + sum(&block[CHECKSUM.end..])
}

/// Octal digits, after spaces and before spaces and NULs; `None` if there is
/// nothing but those.
fn octal(field: &[u8]) -> Result<Option<u64>, ()> {
    let start = field.iter().position(|b| *b != b' ').unwrap_or(field.len());
    let rest = &field[start..];
    let digits = rest.iter().take_while(|b| matches!(b, b'0'..=b'7')).count();
    if rest[digits..].iter().any(|b| !matches!(b, b' ' | 0)) {
        return Err(());
    }
    if digits == 0 {
        return Ok(None);
    }
    // A field has at most twelve digits, so nothing overflows.
    Ok(Some(rest[..digits].iter().fold(0, |value, b| value * 8 + u64::from(b - b'0'))))
}

/// GNU's base-256: the first byte is a mark, the rest big-endian.
fn binary(field: &[u8]) -> Option<u64> {
    field[1..].iter().try_fold(0u64, |value, b| value.checked_mul(256)?.checked_add(u64::from(*b)))
}

/// The text before the first NUL, if nothing but NULs follows.
fn text(field: &[u8]) -> Option<&[u8]> {
    let text = until_nul(field);
    field[text.len()..].iter().all(|b| *b == 0).then_some(text)
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|b| *b == 0).unwrap_or(field.len())]
}
