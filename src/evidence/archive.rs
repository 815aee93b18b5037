//! The files in an archive, in one pass.
//!
//! One thread unpacks; what comes by is hashed by others. Archives in it are
//! opened as they pass, one level deep, to look for a manifest: an inner
//! archive is read through the bytes that are being hashed as its own.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

use crate::digest::AlgorithmSet;
use crate::limits;
use crate::path::{EvidencePath, PathError};
use crate::wire::tar::{self, Member, MemberKind, Step, TarError};
use crate::wire::unpack::{Packing, Unpacked, read_from_buffer};

use super::classify::{self, NameClaim};
use super::demand::Demand;
use super::faults::{self, Faults};
use super::hashing::{Hashed, Hashing, Lane, Stream};
use super::measure::Reading;
use super::names;
use super::{Compression, Fault, FaultKind, Item, Kind, Options};

/// Whether archives in an archive are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// It was named by the user.
    Outer,
    /// It lies in other evidence.
    Inner,
}

/// What an archive holds.
pub(super) struct Opened {
    pub(super) compression: Compression,
    pub(super) items: Vec<Item>,
    /// Archives among the items, by path.
    pub(super) inner: Vec<(EvidencePath, Opened)>,
    /// About its members.
    pub(super) faults: Faults,
    /// Why it was not read to its end.
    pub(super) fatal: Option<Fault>,
    /// What its items ask for.
    pub(super) demand: Demand,
    /// Algorithms that attestations in it ask for, wherever the files lie.
    pub(super) asked: AlgorithmSet,
    /// A ledger was read before an anchor.
    ledger_too_early: bool,
    streams: Vec<Stream>,
    folders: Vec<EvidencePath>,
    held: u64,
}

/// Reads the archive `packed` and what is behind its end. `expected` is what
/// its name says.
pub(super) fn open(
    packed: &mut dyn BufRead,
    expected: Option<Compression>,
    depth: Depth,
    demand: Demand,
    hashing: &RefCell<Hashing<'_>>,
    options: &Options<'_>,
) -> Opened {
    let mut opened = Opened {
        compression: expected.unwrap_or(Compression::None),
        items: Vec::new(),
        inner: Vec::new(),
        faults: Faults::default(),
        fatal: None,
        demand,
        asked: AlgorithmSet::EMPTY,
        ledger_too_early: false,
        streams: Vec::new(),
        folders: Vec::new(),
        held: 0,
    };
    opened.fatal = match opened.recognise(packed, expected) {
        Ok(None) => opened.read(tar::Reader::new(&mut *packed), depth, hashing, options).err(),
        Ok(Some(packing)) => match Unpacked::new(packing, &mut *packed) {
            Ok(unpacked) => opened.read(tar::Reader::new(unpacked), depth, hashing, options).err(),
            Err(error) => Some(Fault::of_case(FaultKind::Unreadable, faults::kind_of(&error))),
        },
        Err(fault) => Some(fault),
    };
    // Whatever was wrong, all of it is hashed.
    if let Err(error) = drain(packed) {
        let unreadable = Fault::of_case(FaultKind::Unreadable, faults::kind_of(&error));
        opened.fatal.get_or_insert(unreadable);
    }
    opened
}

fn drain(source: &mut dyn BufRead) -> io::Result<()> {
    loop {
        match source.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(bytes) => {
                let length = bytes.len();
                source.consume(length);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Opened {
    /// Name and content have to agree on how it is packed.
    fn recognise(
        &mut self,
        packed: &mut dyn BufRead,
        expected: Option<Compression>,
    ) -> Result<Option<Packing>, Fault> {
        let unreadable =
            |error: io::Error| Fault::of_case(FaultKind::Unreadable, faults::kind_of(&error)).at(0);
        let packing = Packing::recognise(packed.fill_buf().map_err(unreadable)?);
        let found = match packing {
            None => Compression::None,
            Some(Packing::Gzip) => Compression::Gzip,
            Some(Packing::Zstd) => Compression::Zstd,
        };
        self.compression = expected.unwrap_or(found);
        if self.compression != found {
            let shown = |compression: Compression| match compression {
                Compression::None => "neither gzip nor zstd",
                Compression::Gzip => "gzip",
                Compression::Zstd => "zstd",
            };
            let expected = match self.compression {
                Compression::None => "a tar without compression",
                other => shown(other),
            };
            return Err(Fault::of_case(FaultKind::Compression, shown(found)).expected(expected).at(0));
        }
        Ok(packing)
    }

    fn read<R: BufRead>(
        &mut self,
        mut reader: tar::Reader<R>,
        depth: Depth,
        hashing: &RefCell<Hashing<'_>>,
        options: &Options<'_>,
    ) -> Result<(), Fault> {
        loop {
            match reader.step().map_err(|error| faults::of_archive(&error))? {
                None => return Ok(()),
                Some(Step::Refused(refused)) => {
                    self.faults.add(faults::of_member(&refused.name, &refused.why, refused.offset));
                }
                Some(Step::Member(member)) => {
                    self.member(&mut reader, &member, depth, hashing, options)
                        .map_err(|error| faults::of_archive(&error))?;
                }
            }
            if self.items.len() + self.folders.len() >= limits::ITEMS_MAX {
                let found = format!("{} and more", limits::ITEMS_MAX);
                let expected = format!("fewer than {}", limits::ITEMS_MAX);
                return Err(Fault::of_case(FaultKind::ItemCount, found)
                    .expected(expected)
                    .at(reader.offset()));
            }
        }
    }

    fn member<R: BufRead>(
        &mut self,
        reader: &mut tar::Reader<R>,
        member: &Member,
        depth: Depth,
        hashing: &RefCell<Hashing<'_>>,
        options: &Options<'_>,
    ) -> Result<(), TarError> {
        let path = match relative(member) {
            Ok(None) => return Ok(()),
            Ok(Some(path)) => path,
            Err(why) => {
                self.faults.add(Fault::of_name(&member.name, why).at(member.offset));
                return Ok(());
            }
        };
        if member.kind == MemberKind::Directory {
            self.folders.push(path);
            return Ok(());
        }
        let claim = classify::by_name(path.as_str());
        let want = self.demand.of(path.as_str());
        let archive = match claim {
            NameClaim::Archive(compression) if depth == Depth::Outer && self.opens_more(&path) => {
                Some(compression)
            }
            _ => None,
        };
        let stream = hashing.borrow_mut().open(Lane::Members, want.algorithms);
        let mut reading = Reading::new(claim, member.size, want, options, &self.demand.beside);
        let mut failed = None;
        match archive {
            Some(compression) => {
                let demand = self.demand.inside(path.as_str()).cloned();
                let demand = demand.unwrap_or_else(|| self.demand.fresh());
                let mut bytes = MemberBytes { reader, hashing, stream, reading: &mut reading, failed: None };
                let inner = open(&mut bytes, Some(compression), Depth::Inner, demand, hashing, options);
                failed = bytes.failed;
                self.inner.push((path.clone(), inner));
            }
            None => loop {
                match reader.chunk() {
                    Ok([]) => break,
                    Ok(bytes) => {
                        hashing.borrow_mut().update(stream, bytes);
                        reading.push(bytes);
                    }
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            },
        }
        hashing.borrow_mut().close(stream);
        if let Some(error) = failed {
            // What is cut is no item.
            self.inner.retain(|(inner, _)| *inner != path);
            return Err(error);
        }
        let outcome = reading.finish();
        self.faults.extend(outcome.fault(path.as_str()));
        let mut item = Item {
            path,
            kind: outcome.kind,
            size: member.size,
            digests: Default::default(),
            content: outcome.content,
            timelines: outcome.timelines,
        };
        self.asked = self.asked.union(outcome.peek.algorithms);
        let beside = self.demand.beside.len();
        self.demand.learn(&item, outcome.peek, options);
        let log = |item: &Item| {
            use crate::custody::Format::{LedgerEventV1, SignetAudit};
            matches!(item.kind, Kind::Timeline(LedgerEventV1 | SignetAudit))
        };
        self.ledger_too_early |= self.demand.beside.len() > beside && self.items.iter().any(log);
        self.held += item.content.as_ref().map_or(0, |content| content.len() as u64);
        if self.held > limits::HELD_BYTES_MAX {
            item.content = None;
        }
        self.items.push(item);
        self.streams.push(stream);
        Ok(())
    }

    /// Whether one more archive may be opened.
    fn opens_more(&mut self, path: &EvidencePath) -> bool {
        let more = self.inner.len() < limits::INNER_ARCHIVES_MAX;
        if !more {
            self.faults.add(too_many_archives(path));
        }
        more
    }

    /// Takes the digests, and puts the items in order.
    pub(super) fn resolve(&mut self, hashed: &mut Hashed) {
        for (item, stream) in self.items.iter_mut().zip(std::mem::take(&mut self.streams)) {
            item.digests = hashed.take(stream);
        }
        names::settle(&mut self.items, std::mem::take(&mut self.folders), &mut self.faults);
        if self.held > limits::HELD_BYTES_MAX {
            self.items.iter_mut().for_each(|item| item.content = None);
            self.faults.add(too_much_held());
        }
        self.inner.sort_by(|a, b| a.0.cmp(&b.0));
        self.inner.dedup_by(|b, a| a.0 == b.0);
        for (_, inner) in &mut self.inner {
            inner.resolve(hashed);
            self.asked = self.asked.union(inner.asked);
        }
    }

    /// Asks for `algorithms` of every file, here and in archives.
    pub(super) fn ask_everywhere(&mut self, algorithms: AlgorithmSet) {
        self.demand.ask_everywhere(algorithms);
        self.inner.iter_mut().for_each(|(_, inner)| inner.ask_everywhere(algorithms));
    }

    /// Whether another reading would find more that is asked for.
    pub(super) fn is_unmet(&self) -> bool {
        self.ledger_too_early
            || self.items.iter().any(|item| names::is_unmet(item, self.demand.of(item.path.as_str())))
            || self.inner.iter().any(|(_, inner)| inner.is_unmet())
    }

    /// What to ask for in another reading.
    pub(super) fn into_demand(self) -> Demand {
        let mut demand = self.demand;
        for (path, inner) in self.inner {
            demand.set_inside(path.as_str().to_owned(), inner.into_demand());
        }
        demand
    }
}

pub(super) fn too_many_archives(path: &EvidencePath) -> Fault {
    let found = "one archive too many to be looked into";
    let expected = format!("at most {}", limits::INNER_ARCHIVES_MAX);
    Fault::of(path.as_str(), FaultKind::ItemCount, found).expected(expected).unexamined()
}

pub(super) fn too_much_held() -> Fault {
    let expected = format!("at most {} bytes", limits::HELD_BYTES_MAX);
    Fault::of_case(FaultKind::ItemSize, "structured files larger than that together").expected(expected)
}

/// The name of a member as a path; `None` for the root itself.
fn relative(member: &Member) -> Result<Option<EvidencePath>, PathError> {
    let mut name = member.name.as_slice();
    if member.kind == MemberKind::Directory {
        name = name.strip_suffix(b"/").unwrap_or(name);
        if matches!(name, b"" | b".") {
            return Ok(None);
        }
    }
    // What `tar -c .` writes.
    name = name.strip_prefix(b"./").unwrap_or(name);
    EvidencePath::new(name).map(Some)
}

/// The bytes of a member that is an archive itself: hashed as they are read.
struct MemberBytes<'a, 'h, 'o, R> {
    reader: &'a mut tar::Reader<R>,
    hashing: &'a RefCell<Hashing<'h>>,
    stream: Stream,
    reading: &'a mut Reading<'o>,
    failed: Option<TarError>,
}

impl<R: BufRead> BufRead for MemberBytes<'_, '_, '_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.failed.is_some() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.reader.rest_of_chunk().is_empty() {
            match self.reader.chunk() {
                Ok(bytes) => {
                    self.hashing.borrow_mut().update(self.stream, bytes);
                    self.reading.push(bytes);
                }
                Err(error) => {
                    self.failed = Some(error);
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        Ok(self.reader.rest_of_chunk())
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}

impl<R: BufRead> Read for MemberBytes<'_, '_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_from_buffer(self, buffer)
    }
}
