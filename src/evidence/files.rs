//! Files that lie in the file system: those below a directory, or those that
//! were named one by one.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::digest::{Algorithm, AlgorithmSet, Digests, Hasher};
use crate::limits;
use crate::path::EvidencePath;
use crate::wire::unpack::read_from_buffer;

use super::archive::{self, Depth, Opened};
use super::classify::{self, NameClaim};
use super::demand::{Demand, Peek};
use super::faults::{Faults, kind_of};
use super::hashing::{Hashing, Lane, Stream};
use super::measure::Reading;
use super::names;
use super::source::{Folder, Handle, Listed, Refusal, Witness};
use super::{Fault, FaultKind, Item, Kind, Options, Progress};

/// Files, and what was found in them.
pub(super) struct Files {
    origin: Origin,
    pub(super) items: Vec<Item>,
    /// One for each item while the file system is read.
    seen: Vec<Seen>,
    /// Archives among the items, by path.
    pub(super) opened: Vec<(usize, Opened)>,
    pub(super) faults: Faults,
    pub(super) demand: Demand,
    /// Algorithms that attestations ask for, wherever the files lie.
    pub(super) asked: AlgorithmSet,
}

/// Where the files are.
pub(super) enum Origin {
    /// Below this directory.
    Folder(Folder),
    /// Each by itself, in the order of the items.
    Named(Vec<(Arc<Folder>, Vec<u8>)>),
}

/// What is known of a file besides its item.
struct Seen {
    witness: Witness,
    claim: NameClaim,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Listed,
    Measured,
    /// Not to be had; it is no item.
    Lost,
}

/// What reading one file gave besides its item.
struct Done {
    index: usize,
    fault: Option<Fault>,
    peek: Peek,
    opened: Option<Opened>,
}

/// In which order files are read: those that ask for something first.
fn phase(claim: NameClaim) -> u8 {
    match claim {
        NameClaim::List
        | NameClaim::PlacedList
        | NameClaim::Structured(
            Kind::DigestList(_)
            | Kind::DetachedSignature
            | Kind::MinisignSignature
            | Kind::TimestampToken
            | Kind::TlogProof,
        ) => 0,
        NameClaim::None
        | NameClaim::Blob
        | NameClaim::Debris
        | NameClaim::Archive(_)
        | NameClaim::Structured(Kind::Timeline(_)) => 2,
        NameClaim::Structured(_)
        | NameClaim::Attestation
        | NameClaim::Placed
        | NameClaim::Toml
        | NameClaim::Der
        | NameClaim::Json => 1,
    }
}

/// A task for one thread: files that lie in one directory, not too many bytes.
const TASK_FILES: usize = 128;
const TASK_BYTES: u64 = 8 << 20;

/// From here on reading and hashing one file at the same time is worth two threads.
const LARGE_BYTES: u64 = 8 << 20;

impl Files {
    /// Files that were listed, in any order.
    pub(super) fn below(
        folder: Folder,
        mut listed: Vec<Listed>,
        faults: Faults,
        options: &Options<'_>,
    ) -> Files {
        listed.sort_by(|a, b| a.path.cmp(&b.path));
        Files::new(Origin::Folder(folder), listed, faults, options)
    }

    /// Files that were named.
    pub(super) fn named(
        mut named: Vec<(Listed, Arc<Folder>, Vec<u8>)>,
        faults: Faults,
        options: &Options<'_>,
    ) -> Files {
        named.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        let mut listed = Vec::new();
        let mut places = Vec::new();
        for (file, folder, name) in named {
            listed.push(file);
            places.push((folder, name));
        }
        Files::new(Origin::Named(places), listed, faults, options)
    }

    fn new(origin: Origin, listed: Vec<Listed>, faults: Faults, options: &Options<'_>) -> Files {
        let mut items = Vec::with_capacity(listed.len());
        let mut seen = Vec::with_capacity(listed.len());
        for file in listed {
            let claim = classify::by_name(file.path.as_str());
            seen.push(Seen { witness: file.witness, claim, state: State::Listed });
            items.push(Item {
                path: file.path,
                kind: claim.kind(),
                size: file.size,
                digests: Digests::default(),
                content: None,
                timelines: Vec::new(),
            });
        }
        let demand = Demand::new(options);
        Files { origin, items, seen, opened: Vec::new(), faults, demand, asked: AlgorithmSet::EMPTY }
    }

    /// How much there is to read.
    pub(super) fn extent(&self) -> (u64, u64) {
        (self.items.iter().map(|item| item.size).sum(), self.items.len() as u64)
    }

    /// Reads every file once, those that ask for something first.
    pub(super) fn measure(&mut self, options: &Options<'_>) {
        let mut archives = 0;
        let closed: Vec<bool> = self
            .seen
            .iter()
            .map(|seen| {
                let archive = matches!(seen.claim, NameClaim::Archive(_));
                archives += usize::from(archive);
                archive && archives > limits::INNER_ARCHIVES_MAX
            })
            .collect();
        let held = AtomicU64::new(0);
        for now in 0..3 {
            let chosen = |seen: &Seen, _: &Item| phase(seen.claim) == now;
            let depth = match self.origin {
                Origin::Folder(_) => Depth::Inner,
                Origin::Named(_) => Depth::Outer,
            };
            let may_open = |index: usize| if closed[index] { None } else { Some(depth) };
            let done = self.read(&chosen, &may_open, &held, options);
            for one in done {
                if let Some(fault) = one.fault {
                    self.faults.add(fault);
                }
                self.asked = self.asked.union(one.peek.algorithms);
                let item = &self.items[one.index];
                if self.seen[one.index].state == State::Measured {
                    self.demand.learn(item, one.peek, options);
                }
                self.opened.extend(one.opened.map(|opened| (one.index, opened)));
            }
        }
        for (index, _) in closed.iter().enumerate().filter(|(_, closed)| **closed) {
            self.faults.add(archive::too_many_archives(&self.items[index].path));
        }
        for (_, opened) in &self.opened {
            self.asked = self.asked.union(opened.asked);
        }
        if held.into_inner() > limits::HELD_BYTES_MAX {
            self.items.iter_mut().for_each(|item| item.content = None);
            self.faults.add(archive::too_much_held());
        }
    }

    /// Asks for `algorithms` of every file, here and in archives.
    pub(super) fn ask_everywhere(&mut self, algorithms: AlgorithmSet) {
        self.demand.ask_everywhere(algorithms);
        self.opened.iter_mut().for_each(|(_, opened)| opened.ask_everywhere(algorithms));
    }

    /// Reads once more what was asked for too late.
    pub(super) fn measure_again(&mut self, options: &Options<'_>) {
        let unmet: Vec<bool> =
            self.items.iter().map(|item| names::is_unmet(item, self.demand.of(item.path.as_str()))).collect();
        let before = std::mem::take(&mut self.opened);
        let mut again = BTreeSet::new();
        for (index, opened) in before {
            if opened.is_unmet() {
                let path = self.items[index].path.as_str().to_owned();
                self.demand.set_inside(path, opened.into_demand());
                again.insert(index);
            } else {
                self.opened.push((index, opened));
            }
        }
        if again.is_empty() && !unmet.contains(&true) {
            return;
        }
        let held = AtomicU64::new(0);
        let depth = match self.origin {
            Origin::Folder(_) => Depth::Inner,
            Origin::Named(_) => Depth::Outer,
        };
        let may_open = |index: usize| again.contains(&index).then_some(depth);
        let indices: BTreeSet<usize> = unmet
            .iter()
            .enumerate()
            .filter(|(index, unmet)| **unmet || again.contains(index))
            .map(|(index, _)| index)
            .filter(|index| self.seen[*index].state == State::Measured)
            .collect();
        let before: Vec<(usize, Item)> =
            indices.iter().map(|index| (*index, self.items[*index].clone())).collect();
        indices.iter().for_each(|index| self.seen[*index].state = State::Listed);
        let chosen = |seen: &Seen, _: &Item| seen.state == State::Listed;
        let done = self.read(&chosen, &may_open, &held, options);
        for one in done {
            self.opened.extend(one.opened.map(|opened| (one.index, opened)));
            if let Some(fault) = one.fault.filter(|fault| fault.kind != FaultKind::ItemSize) {
                self.faults.add(fault);
            }
        }
        for (index, old) in before {
            let sha256 = |item: &Item| item.digests.get(Algorithm::Sha256);
            let now = &mut self.items[index];
            if self.seen[index].state == State::Measured && sha256(now) != sha256(&old) {
                self.faults.add(Refusal::Changed.fault(now.path.as_str()));
                self.seen[index].state = State::Lost;
            }
            // What was understood in the first reading stays.
            if old.content.is_some() || !old.timelines.is_empty() {
                (now.kind, now.content, now.timelines) = (old.kind, old.content, old.timelines);
            }
        }
    }

    /// Reads the chosen files, several at a time, each into its item.
    fn read(
        &mut self,
        chosen: &(dyn Fn(&Seen, &Item) -> bool + Sync),
        may_open: &(dyn Fn(usize) -> Option<Depth> + Sync),
        held: &AtomicU64,
        options: &Options<'_>,
    ) -> Vec<Done> {
        let large = self
            .items
            .iter()
            .zip(&self.seen)
            .filter(|(item, seen)| chosen(seen, item) && item.size >= LARGE_BYTES)
            .count();
        let context = Context {
            origin: &self.origin,
            demand: &self.demand,
            // With many large files every thread has one to itself.
            threaded: options.jobs > 1 && large < options.jobs,
            held,
            options,
        };
        let mut tasks = Vec::new();
        let (mut items, mut seen, mut first) = (&mut self.items[..], &mut self.seen[..], 0);
        while !items.is_empty() {
            let mut bytes = 0;
            let parent = items[0].path.parent();
            let length = items
                .iter()
                .take(TASK_FILES)
                .take_while(|item| {
                    let room = bytes < TASK_BYTES;
                    bytes += item.size;
                    room && item.path.parent() == parent
                })
                .count()
                .max(1);
            let (some_items, rest) = std::mem::take(&mut items).split_at_mut(length);
            let (some_seen, rest_seen) = std::mem::take(&mut seen).split_at_mut(length);
            (items, seen) = (rest, rest_seen);
            if some_items.iter().zip(some_seen.iter()).any(|(item, seen)| chosen(seen, item)) {
                tasks.push(Task { first, items: some_items, seen: some_seen });
            }
            first += length;
        }
        let run = |buffer: &mut Vec<u8>, task: &mut Task<'_>| {
            if buffer.is_empty() {
                // Zero pages of the system, not a loop over bytes that are read into anyway.
                *buffer = vec![0; limits::READ_BYTES];
            }
            context.run(task, chosen, may_open, buffer)
        };
        if options.jobs <= 1 || tasks.len() == 1 {
            let mut buffer = Vec::new();
            return tasks.iter_mut().flat_map(|task| run(&mut buffer, task)).collect();
        }
        tasks.par_iter_mut().map_init(Vec::new, run).flatten_iter().collect()
    }

    /// What was found: items in the order of their names (two named files may
    /// have one), archives among them by index, faults. What could not be had
    /// is no item.
    pub(super) fn finish(self) -> (Vec<Item>, Vec<(usize, Opened)>, Faults) {
        let Files { mut items, seen, mut opened, faults, .. } = self;
        let measured: Vec<bool> = seen.iter().map(|seen| seen.state == State::Measured).collect();
        drop(seen);
        if measured.contains(&false) {
            opened.retain(|(index, _)| measured[*index]);
            for (index, _) in &mut opened {
                *index -= measured[..*index].iter().filter(|measured| !**measured).count();
            }
            let mut kept = measured.into_iter();
            items.retain(|_| kept.next().expect("one for each item"));
        }
        (items, opened, faults)
    }
}

struct Task<'a> {
    first: usize,
    items: &'a mut [Item],
    seen: &'a mut [Seen],
}

struct Context<'a> {
    origin: &'a Origin,
    demand: &'a Demand,
    threaded: bool,
    held: &'a AtomicU64,
    options: &'a Options<'a>,
}

impl Context<'_> {
    fn run(
        &self,
        task: &mut Task<'_>,
        chosen: &dyn Fn(&Seen, &Item) -> bool,
        may_open: &dyn Fn(usize) -> Option<Depth>,
        buffer: &mut [u8],
    ) -> Vec<Done> {
        // Opened once for all files of the task.
        let parent = match self.origin {
            Origin::Folder(root) => Some(root.descend(&raw_parent(&task.items[0].path))),
            Origin::Named(_) => None,
        };
        let mut done = Vec::new();
        for (offset, (item, seen)) in task.items.iter_mut().zip(task.seen.iter_mut()).enumerate() {
            if !chosen(seen, item) {
                continue;
            }
            let index = task.first + offset;
            let handle = match (self.origin, &parent) {
                (Origin::Named(places), _) => {
                    let (folder, name) = &places[index];
                    folder.open(name, item.size, seen.witness)
                }
                (_, Some(Ok(folder))) => folder.open(&raw_name(&item.path), item.size, seen.witness),
                (_, Some(Err(error))) if error.kind() == io::ErrorKind::PermissionDenied => {
                    Err(Refusal::Unreadable(kind_of(error)))
                }
                _ => Err(Refusal::Changed),
            };
            let read = handle.and_then(|handle| self.read(handle, item, seen.claim, may_open(index), buffer));
            self.advance(1);
            match read {
                Ok((fault, peek, opened)) => {
                    seen.state = State::Measured;
                    // Nearly all files have nothing to tell.
                    let speaks = item.content.is_some() || !item.timelines.is_empty();
                    if fault.is_some() || opened.is_some() || speaks {
                        done.push(Done { index, fault, peek, opened });
                    }
                }
                Err(refusal) => {
                    seen.state = State::Lost;
                    let fault = Some(refusal.fault(item.path.as_str()));
                    done.push(Done { index, fault, peek: Peek::default(), opened: None });
                }
            }
        }
        done
    }

    fn advance(&self, items: u64) {
        if let Some(progress) = self.options.progress {
            progress.advance(0, items);
        }
    }

    fn read(
        &self,
        mut handle: Handle,
        item: &mut Item,
        claim: NameClaim,
        depth: Option<Depth>,
        buffer: &mut [u8],
    ) -> Result<(Option<Fault>, Peek, Option<Opened>), Refusal> {
        let want = self.demand.of(item.path.as_str());
        let mut reading = Reading::new(claim, item.size, want, self.options, &self.demand.beside);
        let mut opened = None;
        let mut length = 0;
        let threaded = self.threaded && item.size >= LARGE_BYTES;
        match (claim, depth) {
            (NameClaim::Archive(compression), Some(depth)) => {
                let demand = self.demand.inside(item.path.as_str()).cloned();
                let demand = demand.unwrap_or_else(|| self.demand.fresh());
                let (read, digests, archive) = with_hashing(threaded, |hashing| {
                    let hashing = RefCell::new(hashing);
                    let stream = hashing.borrow_mut().open(Lane::Packed, want.algorithms);
                    let mut packed =
                        Packed::new(&mut handle, &hashing, stream, Some(&mut reading), self.options.progress);
                    let mut archive =
                        archive::open(&mut packed, Some(compression), depth, demand, &hashing, self.options);
                    let read = packed.read;
                    hashing.borrow_mut().close(stream);
                    let mut hashed = hashing.into_inner().finish();
                    archive.resolve(&mut hashed);
                    (read, hashed.take(stream), archive)
                });
                (length, item.digests, opened) = (read, digests, Some(archive));
            }
            _ if threaded => {
                let digests = with_hashing(true, |mut hashing| {
                    let stream = hashing.open(Lane::Members, want.algorithms);
                    let read = self.pump(&mut handle, item.size, buffer, |bytes| {
                        hashing.update(stream, bytes);
                        reading.push(bytes);
                        length += bytes.len() as u64;
                    });
                    hashing.close(stream);
                    let digests = hashing.finish().take(stream);
                    read.map(|()| digests)
                });
                item.digests = digests?;
            }
            _ => {
                let mut hasher = Hasher::new(want.algorithms);
                self.pump(&mut handle, item.size, buffer, |bytes| {
                    hasher.update(bytes);
                    reading.push(bytes);
                    length += bytes.len() as u64;
                })?;
                item.digests = hasher.finish();
            }
        }
        if length != item.size {
            return Err(Refusal::Changed);
        }
        handle.unchanged(length)?;
        let outcome = reading.finish();
        let fault = outcome.fault(item.path.as_str());
        item.kind = outcome.kind;
        item.timelines = outcome.timelines;
        item.content = outcome.content;
        if let Some(content) = &item.content {
            // Over the bound nothing of the container is held, see `measure`.
            let before = self.held.fetch_add(content.len() as u64, Ordering::Relaxed);
            if before + content.len() as u64 > limits::HELD_BYTES_MAX {
                item.content = None;
            }
        }
        Ok((fault, outcome.peek, opened))
    }

    /// Reads `size` bytes. Whether there are more by now, [`Handle::unchanged`]
    /// sees without another reading.
    fn pump(
        &self,
        handle: &mut Handle,
        size: u64,
        buffer: &mut [u8],
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), Refusal> {
        let mut left = size;
        while left > 0 {
            match handle.read(buffer) {
                Ok(0) => return Ok(()),
                Ok(length) => {
                    take(&buffer[..length]);
                    left = left.saturating_sub(length as u64);
                    if let Some(progress) = self.options.progress {
                        progress.advance(length as u64, 0);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Refusal::Unreadable(kind_of(&error))),
            }
        }
        Ok(())
    }
}

/// Gives `work` something that hashes.
pub(super) fn with_hashing<T>(threaded: bool, work: impl FnOnce(Hashing<'_>) -> T) -> T {
    match threaded {
        true => std::thread::scope(|scope| work(Hashing::threaded(scope))),
        false => work(Hashing::inline()),
    }
}

fn raw_parent(path: &EvidencePath) -> Vec<u8> {
    let raw = path.raw();
    raw.iter().rposition(|b| *b == b'/').map_or(Vec::new(), |slash| raw[..slash].to_vec())
}

fn raw_name(path: &EvidencePath) -> Vec<u8> {
    let raw = path.raw();
    raw.iter().rposition(|b| *b == b'/').map_or(raw.clone(), |slash| raw[slash + 1..].to_vec())
}

/// The bytes of an archive as it lies there: hashed as they are read.
pub(super) struct Packed<'a, 'h, 'o, R> {
    source: R,
    hashing: &'a RefCell<Hashing<'h>>,
    stream: Stream,
    reading: Option<&'a mut Reading<'o>>,
    progress: Option<&'a dyn Progress>,
    buffer: Box<[u8]>,
    left: std::ops::Range<usize>,
    /// How many bytes there were.
    pub(super) read: u64,
}

impl<'a, 'h, 'o, R: Read> Packed<'a, 'h, 'o, R> {
    pub(super) fn new(
        source: R,
        hashing: &'a RefCell<Hashing<'h>>,
        stream: Stream,
        reading: Option<&'a mut Reading<'o>>,
        progress: Option<&'a dyn Progress>,
    ) -> Packed<'a, 'h, 'o, R> {
        let buffer = vec![0; limits::READ_BYTES].into();
        Packed { source, hashing, stream, reading, progress, buffer, left: 0..0, read: 0 }
    }
}

impl<R: Read> BufRead for Packed<'_, '_, '_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left.is_empty() {
            let length = self.source.read(&mut self.buffer)?;
            self.left = 0..length;
            self.read += length as u64;
            self.hashing.borrow_mut().update(self.stream, &self.buffer[..length]);
            if let Some(reading) = &mut self.reading {
                reading.push(&self.buffer[..length]);
            }
            if let Some(progress) = self.progress {
                progress.advance(length as u64, 0);
            }
        }
        Ok(&self.buffer[self.left.clone()])
    }

    fn consume(&mut self, amount: usize) {
        self.left.start = (self.left.start + amount).min(self.left.end);
    }
}

impl<R: Read> Read for Packed<'_, '_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_from_buffer(self, buffer)
    }
}
