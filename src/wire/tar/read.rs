//! The strict reader.

use std::io::{self, BufRead};

use super::header::{Dialect, Header};
use super::pax::{self, Records};
use super::{BLOCK, TarFault};
use crate::limits;

/// The next thing in an archive.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A file or directory; a file's content comes from [`Reader::chunk`].
    Member(Member),
    /// A member that is refused; reading goes on after it.
    Refused(Refused),
}

/// A file or directory.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// As it stands there, not yet looked at. That of a directory may end in `/`.
    pub name: Vec<u8>,
    /// Which of the two.
    pub kind: MemberKind,
    /// Length of the content; 0 for a directory.
    pub size: u64,
    /// Where its first header begins.
    pub offset: u64,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// A member that is refused. That its padding is not zero is seen only after
/// its content was given out.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// As it stands there; empty if it concerns no member.
    pub name: Vec<u8>,
    /// Why.
    pub why: TarFault,
    /// Where its first header begins.
    pub offset: u64,
}

/// Why an archive cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TarError {
    /// Something is wrong after which it is unclear where the next header stands.
    #[error("{why}, at offset {offset}")]
    Fault {
        /// What.
        why: TarFault,
        /// Name of the member, as far as it is known.
        name: Vec<u8>,
        /// Where.
        offset: u64,
    },
    /// The archive ends before its end.
    #[error("the archive ends at offset {offset}, {missing}")]
    Truncated {
        /// What is missing.
        missing: &'static str,
        /// Name of the member that is cut, as far as it is known.
        name: Vec<u8>,
        /// Where.
        offset: u64,
    },
    /// The bytes could not be had; a decompressor says here what is wrong.
    #[error("{error}, at offset {offset}")]
    Read {
        /// What the source says.
        error: io::Error,
        /// How far it came.
        offset: u64,
    },
}

/// Reads a tar from beginning to end.
pub struct Reader<R> {
    source: R,
    /// Bytes taken from the source.
    offset: u64,
    /// Bytes shown to the caller and not yet taken.
    shown: usize,
    /// Content of the current member that is still to come.
    remaining: u64,
    /// Padding after it.
    padding: usize,
    /// Name of the current member.
    name: Vec<u8>,
    /// A fault of what was passed over, to be reported next.
    late: Option<Refused>,
}

/// What extension headers say about the member after them.
#[derive(Default)]
struct Extensions {
    pax: Option<Records>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    /// Why the member is refused whatever it is.
    fault: Option<TarFault>,
    /// Where the first of them begins.
    offset: Option<u64>,
}

impl Extensions {
    fn name(&self) -> Option<(&[u8], &'static str)> {
        let pax = self.pax.as_ref().and_then(|p| p.path.as_deref()).map(|name| (name, "a PAX path"));
        pax.or(self.long_name.as_deref().map(|name| (name, "a GNU long name")))
    }

    fn target(&self) -> Option<&[u8]> {
        self.pax.as_ref().and_then(|p| p.linkpath.as_deref()).or(self.long_link.as_deref())
    }
}

impl<R: BufRead> Reader<R> {
    /// Begins an archive.
    pub fn new(source: R) -> Reader<R> {
        Reader { source, offset: 0, shown: 0, remaining: 0, padding: 0, name: Vec::new(), late: None }
    }

    /// How many bytes of the archive were read.
    pub fn offset(&self) -> u64 {
        self.offset + self.shown as u64
    }

    /// What is left of the source.
    pub fn into_inner(self) -> R {
        self.source
    }

    /// The next member, `None` at the proper end. What is left of the current
    /// member's content is passed over.
    pub fn step(&mut self) -> Result<Option<Step>, TarError> {
        self.pass_over()?;
        if let Some(refused) = self.late.take() {
            return Ok(Some(Step::Refused(refused)));
        }
        let mut extensions = Extensions::default();
        self.name.clear();
        loop {
            let start = self.offset;
            let Some(block) = self.block()? else {
                return Err(self.truncated("before the two blocks of zeros"));
            };
            if block == [0; BLOCK] {
                return match extensions.offset {
                    Some(offset) => Err(fault(TarFault::Extension, Vec::new(), offset)),
                    None => self.end().map(|()| None),
                };
            }
            let header = match Header::new(&block) {
                Ok(header) => header,
                Err(why) => return Err(fault(why, Vec::new(), start)),
            };
            self.name = header.name();
            let size = header.size().map_err(|why| fault(why, self.name.clone(), start))?;
            let offset = *extensions.offset.get_or_insert(start);
            match header.typeflag() {
                b'x' | b'L' | b'K' => self.extension(&header, size, start, &mut extensions)?,
                b'g' => {
                    let bytes = self.small(size, start)?;
                    let why = match extensions.offset {
                        // Only harmless between a member and its extensions if it stands first.
                        Some(first) if first != start => Some(TarFault::Extension),
                        _ => pax::global(&bytes).err(),
                    };
                    if let Some(why) = why {
                        return Ok(Some(Step::Refused(Refused { name: Vec::new(), why, offset: start })));
                    }
                    extensions.offset = None;
                }
                _ => return self.member(&header, size, offset, extensions).map(Some),
            }
        }
    }

    /// The next bytes of the current member's content; empty at its end.
    pub fn chunk(&mut self) -> Result<&[u8], TarError> {
        self.consume(self.shown);
        if self.remaining == 0 {
            return Ok(&[]);
        }
        let available = match fill(&mut self.source) {
            Ok(bytes) => bytes.len(),
            Err(error) => return Err(TarError::Read { error, offset: self.offset }),
        };
        if available == 0 {
            return Err(self.truncated("in the content of a member"));
        }
        self.shown = usize::try_from(self.remaining).map_or(available, |left| left.min(available));
        let offset = self.offset;
        let bytes = self.source.fill_buf().map_err(|error| TarError::Read { error, offset })?;
        Ok(&bytes[..self.shown])
    }

    /// What [`Reader::chunk`] gave and [`Reader::consume`] did not take.
    pub fn rest_of_chunk(&mut self) -> &[u8] {
        match (self.shown, self.source.fill_buf()) {
            (0, _) | (_, Err(_)) => &[],
            (shown, Ok(bytes)) => &bytes[..shown.min(bytes.len())],
        }
    }

    /// Takes `amount` bytes of the last chunk, for callers that read piecewise.
    pub fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.shown);
        self.source.consume(amount);
        self.offset += amount as u64;
        self.remaining -= amount as u64;
        self.shown -= amount;
    }

    /// Passes over the rest of the content and its padding.
    fn pass_over(&mut self) -> Result<(), TarError> {
        while !self.chunk()?.is_empty() {}
        let start = self.offset;
        let mut padding = [0; BLOCK];
        let length = std::mem::take(&mut self.padding);
        if self.exactly(&mut padding[..length])? < length {
            return Err(self.truncated("in the padding after a member"));
        }
        if padding[..length].iter().any(|b| *b != 0) && self.late.is_none() {
            let name = std::mem::take(&mut self.name);
            self.late = Some(Refused { name, why: TarFault::Padding, offset: start });
        }
        Ok(())
    }

    /// A header of POSIX or GNU that belongs to the member after it.
    fn extension(
        &mut self,
        header: &Header<'_>,
        size: u64,
        start: u64,
        extensions: &mut Extensions,
    ) -> Result<(), TarError> {
        let typeflag = header.typeflag();
        let bytes = self.small(size, start)?;
        let so_far = (&extensions.pax, &extensions.long_name, &extensions.long_link);
        let fault = match typeflag {
            // One kind of extension for one member, and each once: who would win?
            b'x' if !matches!(so_far, (None, None, None)) => Some(TarFault::Extension),
            b'L' | b'K' if extensions.pax.is_some() || header.dialect != Dialect::Gnu => {
                Some(TarFault::Extension)
            }
            b'L' if extensions.long_name.is_some() => Some(TarFault::Extension),
            b'K' if extensions.long_link.is_some() => Some(TarFault::Extension),
            b'x' => match pax::records(&bytes) {
                Ok(records) => {
                    extensions.pax = Some(records);
                    None
                }
                Err(why) => {
                    extensions.pax = Some(Records::default());
                    Some(why)
                }
            },
            _ => match bytes.split_last() {
                Some((0, name)) if !name.is_empty() && !name.contains(&0) => {
                    let slot =
                        if typeflag == b'L' { &mut extensions.long_name } else { &mut extensions.long_link };
                    *slot = Some(name.to_vec());
                    None
                }
                _ => Some(TarFault::Field { field: "long name" }),
            },
        };
        if extensions.fault.is_none() {
            extensions.fault = fault;
        }
        Ok(())
    }

    /// A header that stands for something itself.
    fn member(
        &mut self,
        header: &Header<'_>,
        size: u64,
        offset: u64,
        extensions: Extensions,
    ) -> Result<Step, TarError> {
        let typeflag = header.typeflag();
        let name = extensions.name().map_or_else(|| header.name(), |(name, _)| name.to_vec());
        self.name.clone_from(&name);
        let size = match extensions.pax.as_ref().and_then(|pax| pax.size) {
            None => size,
            Some(extended) => agreed_size(size, extended).map_err(|why| fault(why, name.clone(), offset))?,
        };
        // For these the readers differ in whether content follows.
        if matches!(typeflag, b'1'..=b'6') && size != 0 {
            let why = TarFault::SizeOfEmpty { typeflag: typeflag.into(), size };
            return Err(fault(why, name, offset));
        }
        let target = extensions.target().unwrap_or(header.link());
        let sparse = extensions.pax.as_ref().is_some_and(|pax| pax.sparse);
        let what = match typeflag {
            _ if extensions.fault.is_some() => Err(extensions.fault.clone().expect("just seen")),
            b'0' | 0 if sparse => Err(TarFault::Sparse),
            b'0' | 0 | b'5' => header.well_formed().and_then(|()| {
                agreed_name(header, extensions.name())?;
                if !target.is_empty() {
                    let extension = String::from_utf8_lossy(target).into_owned();
                    let header = "no link".to_owned();
                    return Err(TarFault::Disagreement { what: "the type", extension, header });
                }
                Ok(if typeflag == b'5' { MemberKind::Directory } else { MemberKind::File })
            }),
            b'1' | b'2' => Err(TarFault::Link { hard: typeflag == b'1', target: target.to_vec() }),
            b'S' => {
                let mut continues = header.sparse_map_continues();
                while continues {
                    let Some(map) = self.block()? else {
                        return Err(self.truncated("in the map of a sparse member"));
                    };
                    continues = map[504] != 0;
                }
                Err(TarFault::Sparse)
            }
            _ => Err(TarFault::Special { typeflag: typeflag.into() }),
        };
        self.expect_content(size);
        Ok(match what {
            Ok(kind) => Step::Member(Member { name, kind, size, offset }),
            Err(why) => Step::Refused(Refused { name, why, offset }),
        })
    }

    fn expect_content(&mut self, size: u64) {
        self.remaining = size;
        self.padding = (BLOCK - (size % BLOCK as u64) as usize) % BLOCK;
    }

    /// The content of an extension header, whole.
    fn small(&mut self, size: u64, start: u64) -> Result<Vec<u8>, TarError> {
        if size > limits::TAR_EXTENSION_BYTES_MAX {
            return Err(fault(TarFault::ExtensionSize { size }, self.name.clone(), start));
        }
        self.expect_content(size);
        let mut bytes = vec![0; size as usize];
        if self.exactly(&mut bytes)? < bytes.len() {
            return Err(self.truncated("in an extension header"));
        }
        self.remaining = 0;
        self.pass_over()?;
        Ok(bytes)
    }

    /// After the first block of zeros: a second one, and nothing else.
    fn end(&mut self) -> Result<(), TarError> {
        let start = self.offset;
        let Some(block) = self.block()? else {
            return Err(self.truncated("before the second block of zeros"));
        };
        if block != [0; BLOCK] {
            return Err(fault(TarFault::Tail, Vec::new(), start));
        }
        loop {
            let start = self.offset;
            // Writers fill the last record with blocks of zeros, and nothing smaller.
            let mut rest = [0; BLOCK];
            match self.exactly(&mut rest)? {
                0 => return Ok(()),
                BLOCK if rest == [0; BLOCK] => {}
                _ => return Err(fault(TarFault::Tail, Vec::new(), start)),
            }
        }
    }

    /// A whole block; `None` if the source is at its end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, TarError> {
        let mut block = [0; BLOCK];
        match self.exactly(&mut block)? {
            0 => Ok(None),
            BLOCK => Ok(Some(block)),
            _ => Err(self.truncated("in a header")),
        }
    }

    /// Fills `buffer` as far as the source goes.
    fn exactly(&mut self, buffer: &mut [u8]) -> Result<usize, TarError> {
        let mut filled = 0;
        while filled < buffer.len() {
            let bytes = match fill(&mut self.source) {
                Ok(bytes) => bytes,
                Err(error) => return Err(TarError::Read { error, offset: self.offset }),
            };
            if bytes.is_empty() {
                break;
            }
            let length = bytes.len().min(buffer.len() - filled);
            buffer[filled..filled + length].copy_from_slice(&bytes[..length]);
            self.source.consume(length);
            self.offset += length as u64;
            filled += length;
        }
        Ok(filled)
    }

    fn truncated(&mut self, missing: &'static str) -> TarError {
        TarError::Truncated { missing, name: std::mem::take(&mut self.name), offset: self.offset }
    }
}

fn fill<R: BufRead>(source: &mut R) -> io::Result<&[u8]> {
    // A first call in a loop of its own, because a borrow may not leave a loop
    // that goes on in another branch.
    loop {
        match source.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    source.fill_buf()
}

fn fault(why: TarFault, name: Vec<u8>, offset: u64) -> TarError {
    TarError::Fault { why, name, offset }
}

/// Eleven octal digits hold sizes below this. Up to there a header has no
/// reason to say anything else than its extension.
const OCTAL_SIZE_MAX: u64 = (1 << 33) - 1;

/// The size of a member whose PAX records give one too.
fn agreed_size(header: u64, extended: u64) -> Result<u64, TarFault> {
    let stand_in = extended > OCTAL_SIZE_MAX && matches!(header, 0 | OCTAL_SIZE_MAX);
    if header == extended || stand_in {
        return Ok(extended);
    }
    Err(TarFault::Disagreement {
        what: "the size",
        extension: extended.to_string(),
        header: header.to_string(),
    })
}

/// Whether a header may stand under that name of its extension.
///
/// A name of fewer than 100 ASCII characters fits the header, so both have to
/// be the same. A longer or other name does not, and every program leaves
/// something else of it there: its beginning (GNU tar, Python), its ASCII
/// characters (Go), `?` for each other character (Python), its ends without
/// the middle (libarchive). What they have in common is the rule: only
/// characters of the name, in their order, or `?` for one that is not ASCII.
fn agreed_name(header: &Header<'_>, extended: Option<(&[u8], &'static str)>) -> Result<(), TarFault> {
    let Some((name, what)) = extended else { return Ok(()) };
    let own = header.name();
    let (name, own) = (without_slash(name), without_slash(&own));
    let agreed = if name.is_ascii() && name.len() < 100 {
        own == name
    } else {
        let short = without_slash(header.short_name());
        own == name || (is_left_of(short, name) && !climbs(short))
    };
    if agreed {
        return Ok(());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(TarFault::Disagreement { what, extension: text(name), header: text(own) })
}

fn without_slash(name: &[u8]) -> &[u8] {
    name.strip_suffix(b"/").unwrap_or(name)
}

fn is_left_of(short: &[u8], name: &[u8]) -> bool {
    let mut rest = name.iter();
    short.iter().all(|b| rest.any(|n| n == b || (*b == b'?' && !n.is_ascii())))
}

fn climbs(name: &[u8]) -> bool {
    name.starts_with(b"/") || name.split(|b| *b == b'/').any(|part| part == b"..")
}
