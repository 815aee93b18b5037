//! One file as its bytes come by: what it is, and what of it is kept.
//!
//! How it would be attacked: let the parser see other bytes than the hash does
//! (a file that changes, two reads); be so large that holding it is the attack;
//! be a log of a million rows, or of one row that never ends.

use std::sync::Arc;

use crate::custody;
use crate::custody::Beside;
use crate::limits;

use super::classify::{self, Beginning, NameClaim};
use super::demand::{Peek, Want};
use super::{Fault, FaultKind, Kind, Options};

/// Reads one file, chunk by chunk, beside the hasher.
pub(super) struct Reading<'a> {
    claim: NameClaim,
    size: u64,
    state: State,
    options: &'a Options<'a>,
    beside: &'a Arc<Beside>,
    /// Wanted whole by a signature over it.
    held: bool,
    oversize: Option<u64>,
}

enum State {
    /// Not known yet what it is.
    Head(Vec<u8>),
    /// Kept whole.
    Hold(Vec<u8>),
    /// A timeline.
    Lines(Box<Lines>),
    /// Only hashed.
    Opaque(Kind),
}

/// What a file turned out to be.
pub(super) struct Outcome {
    pub(super) kind: Kind,
    pub(super) content: Option<Arc<[u8]>>,
    pub(super) timelines: Vec<custody::Timeline>,
    pub(super) peek: Peek,
    /// `found` and `expected` of an [`FaultKind::ItemSize`].
    pub(super) oversize: Option<(String, String)>,
}

impl Outcome {
    /// The fault about `path`, if there is one.
    pub(super) fn fault(&self, path: &str) -> Option<Fault> {
        let (found, expected) = self.oversize.clone()?;
        Some(Fault::of(path, FaultKind::ItemSize, found).expected(expected))
    }
}

impl<'a> Reading<'a> {
    /// Begins a file of `size` bytes.
    pub(super) fn new(
        claim: NameClaim,
        size: u64,
        want: Want,
        options: &'a Options<'a>,
        beside: &'a Arc<Beside>,
    ) -> Reading<'a> {
        let held = want.whole && size <= limits::SIGNED_BYTES_MAX;
        Reading { claim, size, state: State::Head(Vec::new()), options, beside, held, oversize: None }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Opaque(_) => {}
            State::Hold(content) => content.extend_from_slice(bytes),
            State::Lines(lines) => lines.push(bytes),
            State::Head(head) if head.is_empty() => {
                // Nearly always the first chunk decides, and need not be copied.
                if !self.decide(bytes, bytes.len() as u64 == self.size) {
                    self.state = State::Head(bytes.to_vec());
                }
            }
            State::Head(head) => {
                let mut head = std::mem::take(head);
                head.extend_from_slice(bytes);
                if !self.decide(&head, head.len() as u64 == self.size) {
                    self.state = State::Head(head);
                }
            }
        }
    }

    /// Whether `head` suffices to know what to do.
    fn decide(&mut self, head: &[u8], complete: bool) -> bool {
        let hold = |size: u64| {
            let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            content.extend_from_slice(head);
            State::Hold(content)
        };
        self.state = match classify::by_beginning(self.claim, head, complete) {
            Beginning::Short => return false,
            Beginning::Timeline(format) => {
                let nobody = || Arc::new(custody::Roster::new(&[]));
                let roster = self.options.roster.cloned().unwrap_or_else(nobody);
                let fold = custody::Fold::among(format, &roster, self.options.pins, self.beside);
                let mut lines = Box::new(Lines { format, fold, begun: Vec::new() });
                lines.push(head);
                State::Lines(lines)
            }
            Beginning::Structure if self.size <= self.claim.size_max() => hold(self.size),
            Beginning::Structure => {
                let claimed = !matches!(
                    self.claim,
                    NameClaim::None | NameClaim::Blob | NameClaim::Json | NameClaim::Toml | NameClaim::Placed
                );
                let kind = self.claim.kind();
                if claimed || classify::looks_signed(head) {
                    self.oversize = Some(self.claim.size_max());
                }
                State::Opaque(if claimed || self.oversize.is_none() { kind } else { Kind::DsseEnvelope })
            }
            Beginning::Opaque(_) if self.held => hold(self.size),
            Beginning::Opaque(kind) => State::Opaque(kind),
        };
        true
    }

    pub(super) fn finish(mut self) -> Outcome {
        if let State::Head(head) = &mut self.state {
            let head = std::mem::take(head);
            self.decide(&head, true);
        }
        let oversize =
            self.oversize.map(|limit| (format!("{} bytes", self.size), format!("at most {limit} bytes")));
        let (content, timelines, peek) = (None, Vec::new(), Peek::default());
        let mut outcome = Outcome { kind: Kind::Artifact, content, timelines, peek, oversize };
        match self.state {
            State::Head(_) => unreachable!("a complete head always decides"),
            State::Opaque(kind) => outcome.kind = kind,
            State::Lines(lines) => {
                outcome.kind = Kind::Timeline(lines.format);
                outcome.timelines = lines.finish();
            }
            State::Hold(content) => {
                (outcome.kind, outcome.peek) = classify::by_content(self.claim, &content);
                let program = matches!(
                    classify::by_beginning(NameClaim::None, &content, true),
                    Beginning::Opaque(Kind::Executable)
                );
                if outcome.kind == Kind::AuthsBundle {
                    let roster = Arc::new(custody::Roster::new(&[]));
                    let format = custody::Format::AuthsKel;
                    let mut fold = custody::Fold::among(format, &roster, self.options.pins, self.beside);
                    fold.line(&content);
                    outcome.timelines = fold.finish(true);
                }
                if outcome.kind == Kind::Artifact && program {
                    outcome.kind = Kind::Executable;
                }
                let placed = matches!(self.claim, NameClaim::Placed | NameClaim::PlacedList);
                if outcome.kind == Kind::Tbtc(custody::tbtc::Form::Transcript) {
                    let (nobody, format) =
                        (Arc::new(custody::Roster::new(&[])), custody::Format::TbtcTranscript);
                    let mut fold = custody::Fold::among(format, &nobody, self.options.pins, self.beside);
                    fold.line(&content);
                    outcome.timelines = fold.finish(true);
                }
                if self.held || placed || !outcome.kind.is_artifact() {
                    outcome.content = Some(content.into());
                }
            }
        }
        outcome
    }
}

/// Hands a timeline to its fold, line by line.
struct Lines {
    format: custody::Format,
    fold: custody::Fold,
    /// What is there of a line whose end is not.
    begun: Vec<u8>,
}

impl Lines {
    fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|b| *b == b'\n') {
            let (line, rest) = bytes.split_at(end);
            if self.begun.is_empty() {
                self.fold.line(line);
            } else {
                self.begin(line);
                self.fold.line(&self.begun);
                self.begun.clear();
            }
            bytes = &rest[1..];
        }
        self.begin(bytes);
    }

    /// Keeps the beginning of a line, and of one that is too long just so much
    /// that the fold sees that it is.
    fn begin(&mut self, bytes: &[u8]) {
        let room = (limits::CUSTODY_LINE_BYTES_MAX + 1).saturating_sub(self.begun.len());
        self.begun.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn finish(mut self) -> Vec<custody::Timeline> {
        let complete = self.begun.is_empty();
        if !complete {
            self.fold.line(&self.begun);
        }
        self.fold.finish(complete)
    }
}
