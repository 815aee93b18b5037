//! Hashes the streams of one archive, on threads of their own where allowed.
//!
//! An archive has to be unpacked by one thread. What comes out, and the archive
//! itself, are hashed by two others, which are handed batches: a channel call
//! for every tiny file would cost more than hashing it.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use crate::digest::{AlgorithmSet, Digests, Hasher};
use crate::limits;

/// One stream among those that are being hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    lane: u8,
    /// Streams of one lane end in the order of these.
    number: u32,
    slot: u8,
}

/// Which thread hashes a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// The archive as it lies there.
    Packed,
    /// The files in it.
    Members,
}

/// Streams that are open at one time on one lane: an archive and one of its
/// members, or a member and one of its own.
const SLOTS: usize = 2;

pub(super) struct Hashing<'scope> {
    lanes: [LaneState<'scope>; 2],
}

#[allow(clippy::large_enum_variant, reason = "there are a handful of lanes")]
enum LaneState<'scope> {
    /// Hashes at once.
    Inline(Slots),
    /// Hands over to a thread.
    Thread {
        batch: Batch,
        sender: SyncSender<Batch>,
        returned: Receiver<Batch>,
        thread: ScopedJoinHandle<'scope, Slots>,
        opened: u32,
        free: [bool; SLOTS],
    },
}

#[derive(Default)]
struct Slots {
    open: [Option<(u32, Hasher)>; SLOTS],
    finished: Vec<Digests>,
    opened: u32,
}

#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    steps: Vec<Step>,
}

enum Step {
    Open(u8, AlgorithmSet),
    Update(u8, u32),
    Close(u8),
}

impl Slots {
    fn open(&mut self, slot: u8, algorithms: AlgorithmSet) -> u32 {
        let number = self.opened;
        self.opened += 1;
        self.finished.push(Digests::default());
        self.open[usize::from(slot)] = Some((number, Hasher::new(algorithms)));
        number
    }

    fn update(&mut self, slot: u8, bytes: &[u8]) {
        let (_, hasher) = self.open[usize::from(slot)].as_mut().expect("a stream is open until it is closed");
        hasher.update(bytes);
    }

    fn close(&mut self, slot: u8) {
        let (number, hasher) = self.open[usize::from(slot)].take().expect("a stream is closed once");
        self.finished[number as usize] = hasher.finish();
    }

    fn take(&mut self, batch: &Batch) {
        let mut at = 0;
        for step in &batch.steps {
            match step {
                Step::Open(slot, algorithms) => {
                    self.open(*slot, *algorithms);
                }
                Step::Update(slot, length) => {
                    let end = at + *length as usize;
                    self.update(*slot, &batch.bytes[at..end]);
                    at = end;
                }
                Step::Close(slot) => self.close(*slot),
            }
        }
    }
}

/// Full enough to be handed over.
const BATCH_BYTES: usize = 2 * limits::READ_BYTES;
const BATCH_STEPS: usize = 4096;
/// Batches on their way to one thread.
const BATCHES: usize = 4;

impl<'scope> Hashing<'scope> {
    /// Everything on this thread.
    pub(super) fn inline() -> Hashing<'scope> {
        Hashing { lanes: [LaneState::Inline(Slots::default()), LaneState::Inline(Slots::default())] }
    }

    /// On two threads of `scope`.
    pub(super) fn threaded<'env>(scope: &'scope Scope<'scope, 'env>) -> Hashing<'scope> {
        let lane = || {
            let (sender, batches) = sync_channel::<Batch>(BATCHES);
            let (back, returned) = sync_channel::<Batch>(BATCHES + 2);
            let thread = scope.spawn(move || {
                let mut slots = Slots::default();
                for mut batch in batches {
                    slots.take(&batch);
                    batch.bytes.clear();
                    batch.steps.clear();
                    // Nobody wants it any more at the end.
                    let _ = back.try_send(batch);
                }
                slots
            });
            LaneState::Thread {
                batch: Batch::default(),
                sender,
                returned,
                thread,
                opened: 0,
                free: [true; SLOTS],
            }
        };
        Hashing { lanes: [lane(), lane()] }
    }

    pub(super) fn open(&mut self, lane: Lane, algorithms: AlgorithmSet) -> Stream {
        let state = &mut self.lanes[lane as usize];
        let (number, slot) = match state {
            LaneState::Inline(slots) => {
                let slot = slots.open.iter().position(Option::is_none).expect("two streams at most") as u8;
                (slots.open(slot, algorithms), slot)
            }
            LaneState::Thread { batch, opened, free, .. } => {
                let slot = free.iter().position(|free| *free).expect("two streams at most");
                free[slot] = false;
                let number = *opened;
                *opened += 1;
                batch.steps.push(Step::Open(slot as u8, algorithms));
                (number, slot as u8)
            }
        };
        state.hand_over(false);
        Stream { lane: lane as u8, number, slot }
    }

    pub(super) fn update(&mut self, stream: Stream, bytes: &[u8]) {
        let state = &mut self.lanes[usize::from(stream.lane)];
        match state {
            LaneState::Inline(slots) => slots.update(stream.slot, bytes),
            LaneState::Thread { batch, .. } => {
                for part in bytes.chunks(u32::MAX as usize) {
                    batch.bytes.extend_from_slice(part);
                    batch.steps.push(Step::Update(stream.slot, part.len() as u32));
                }
            }
        }
        state.hand_over(false);
    }

    pub(super) fn close(&mut self, stream: Stream) {
        let state = &mut self.lanes[usize::from(stream.lane)];
        match state {
            LaneState::Inline(slots) => slots.close(stream.slot),
            LaneState::Thread { batch, free, .. } => {
                batch.steps.push(Step::Close(stream.slot));
                free[usize::from(stream.slot)] = true;
            }
        }
        state.hand_over(false);
    }

    /// The digests of all streams, which must be closed.
    pub(super) fn finish(self) -> Hashed {
        Hashed(self.lanes.map(|mut lane| {
            lane.hand_over(true);
            match lane {
                LaneState::Inline(slots) => slots.finished,
                LaneState::Thread { sender, thread, .. } => {
                    drop(sender);
                    match thread.join() {
                        Ok(slots) => slots.finished,
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
            }
        }))
    }
}

impl LaneState<'_> {
    fn hand_over(&mut self, all: bool) {
        let LaneState::Thread { batch, sender, returned, .. } = self else { return };
        if !all && batch.bytes.len() < BATCH_BYTES && batch.steps.len() < BATCH_STEPS {
            return;
        }
        let next = returned.try_recv().unwrap_or_default();
        // If the thread is gone it panicked, which `finish` hands on.
        let _ = sender.send(std::mem::replace(batch, next));
    }
}

/// What all streams of one archive hash to.
pub(super) struct Hashed([Vec<Digests>; 2]);

impl Hashed {
    pub(super) fn take(&mut self, stream: Stream) -> Digests {
        std::mem::take(&mut self.0[usize::from(stream.lane)][stream.number as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{Algorithm, Digest};

    fn run(mut hashing: Hashing<'_>) -> Vec<String> {
        let sha256 = AlgorithmSet::only(Algorithm::Sha256);
        let both = sha256.union(AlgorithmSet::only(Algorithm::Sha512));
        let packed = hashing.open(Lane::Packed, both);
        let mut streams = Vec::new();
        let large = vec![7; 3 * BATCH_BYTES];
        for number in 0..10_000u32 {
            let outer = hashing.open(Lane::Members, sha256);
            let inner = hashing.open(Lane::Members, sha256);
            hashing.update(outer, &number.to_le_bytes());
            hashing.update(inner, b"inner");
            hashing.update(outer, b"outer");
            hashing.close(inner);
            hashing.close(outer);
            streams.extend([outer, inner]);
        }
        hashing.update(packed, &large);
        hashing.close(packed);
        let mut hashed = hashing.finish();
        let mut found: Vec<String> = hashed.take(packed).iter().map(|d| d.to_string()).collect();
        found.extend(
            streams
                .into_iter()
                .flat_map(|s| hashed.take(s).iter().map(|d| d.to_string()).collect::<Vec<_>>()),
        );
        found
    }

    #[test]
    fn threads_change_nothing() {
        let inline = run(Hashing::inline());
        let threaded = std::thread::scope(|scope| run(Hashing::threaded(scope)));
        assert_eq!(inline, threaded);
        assert_eq!(inline.len(), 2 + 20_000);
        assert_eq!(inline[0], Digest::of(Algorithm::Sha256, &vec![7; 3 * BATCH_BYTES]).to_string());
        assert_eq!(inline[2], Digest::sha256(b"\0\0\0\0outer").to_string());
        assert_eq!(inline[3], Digest::sha256(b"inner").to_string());
    }
}
