//! Collects what was refused, and says it in the words of intake.

use std::collections::BTreeMap;

use crate::limits;
use crate::path::{PathError, escape};
use crate::wire::tar::{TarError, TarFault};
use crate::wire::unpack::UnpackFault;

use super::{Effect, Fault, FaultKind};

/// The faults of one container. Of each kind the first ones are kept, so that
/// an archive of a million links does not become a million findings.
#[derive(Debug, Default)]
pub(super) struct Faults {
    kept: Vec<Fault>,
    counts: BTreeMap<FaultKind, usize>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        let count = self.counts.entry(fault.kind).or_default();
        *count += 1;
        if *count <= limits::FAULTS_KEPT_MAX {
            self.kept.push(fault);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Sorted, with one more fault for each kind of which some were left out.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        for (kind, count) in self.counts {
            if let Some(more @ 1..) = count.checked_sub(limits::FAULTS_KEPT_MAX) {
                self.kept.push(Fault::of_case(kind, format!("{more} more of this kind, not listed")));
            }
        }
        self.kept.sort();
        self.kept
    }
}

impl Extend<Fault> for Faults {
    fn extend<T: IntoIterator<Item = Fault>>(&mut self, faults: T) {
        faults.into_iter().for_each(|fault| self.add(fault));
    }
}

impl Fault {
    /// A refusal of `path`.
    pub(super) fn of(path: impl Into<String>, kind: FaultKind, found: impl Into<String>) -> Fault {
        Fault { path: Some(path.into()), ..Fault::of_case(kind, found) }
    }

    /// A refusal of a whole case.
    pub(super) fn of_case(kind: FaultKind, found: impl Into<String>) -> Fault {
        let (found, expected) = (found.into(), String::new());
        Fault { path: None, kind, at: None, found, expected, effect: Effect::Refused }
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Fault {
        self.expected = expected.into();
        self
    }

    pub(super) fn at(mut self, offset: u64) -> Fault {
        self.at = Some(offset);
        self
    }

    pub(super) fn unexamined(mut self) -> Fault {
        self.effect = Effect::Unexamined;
        self
    }

    /// A name that was refused, as it stands there.
    pub(super) fn of_name(raw: &[u8], why: PathError) -> Fault {
        let mut shown = escape(raw);
        if shown.len() > NAME_SHOWN_MAX {
            let mut end = NAME_SHOWN_MAX;
            while !shown.is_char_boundary(end) {
                end -= 1;
            }
            shown.truncate(end);
            shown.push_str("...");
        }
        Fault::of(shown, FaultKind::Path, why.to_string())
    }
}

/// A refused name may be a megabyte long.
const NAME_SHOWN_MAX: usize = 512;

/// What a member of a tar was refused for.
pub(super) fn of_member(name: &[u8], why: &TarFault, offset: u64) -> Fault {
    let kind = match why {
        TarFault::Checksum { .. } => FaultKind::TarChecksum,
        TarFault::Link { .. } => FaultKind::Link,
        TarFault::Special { .. } => FaultKind::SpecialFile,
        TarFault::Sparse => FaultKind::Sparse,
        TarFault::Tail | TarFault::Padding => FaultKind::ArchiveTail,
        // At the very beginning it means that this is no tar at all.
        TarFault::Magic if offset == 0 => FaultKind::Compression,
        _ => FaultKind::TarHeaders,
    };
    let found = match why {
        TarFault::Link { target, .. } => {
            format!("{why} to {}", escape(&target[..target.len().min(NAME_SHOWN_MAX)]))
        }
        TarFault::Disagreement { header, .. } => {
            format!(
                "{why}: the header says {}",
                escape(&header.as_bytes()[..header.len().min(NAME_SHOWN_MAX)])
            )
        }
        _ => why.to_string(),
    };
    let expected = match why {
        TarFault::Checksum { .. } => "the sum of the header's bytes".to_owned(),
        TarFault::Magic => "a header of POSIX or GNU tar".to_owned(),
        TarFault::Link { .. } | TarFault::Special { .. } | TarFault::Sparse => {
            "a regular file or directory".to_owned()
        }
        TarFault::Disagreement { extension, .. } => {
            escape(&extension.as_bytes()[..extension.len().min(NAME_SHOWN_MAX)])
        }
        TarFault::ExtensionSize { .. } => format!("at most {} bytes", limits::TAR_EXTENSION_BYTES_MAX),
        TarFault::Tail => "nothing but zeros".to_owned(),
        TarFault::Padding => "zeros".to_owned(),
        _ => String::new(),
    };
    named(name, kind, found).expected(expected).at(offset)
}

/// Why an archive could not be read to its end.
pub(super) fn of_archive(error: &TarError) -> Fault {
    match error {
        TarError::Fault { why, name, offset } => of_member(name, why, *offset),
        TarError::Truncated { missing, name, offset } => {
            let found = format!("the archive ends {missing}");
            named(name, FaultKind::Truncated, found).expected("two blocks of zeros at the end").at(*offset)
        }
        TarError::Read { error, offset } => match UnpackFault::of(error) {
            Some(fault) => of_packing(fault).at(*offset),
            None => Fault::of_case(FaultKind::Unreadable, kind_of(error)).at(*offset),
        },
    }
}

fn of_packing(fault: &UnpackFault) -> Fault {
    let (kind, expected) = match fault {
        UnpackFault::Truncated { .. } => (FaultKind::Truncated, String::new()),
        UnpackFault::Second { .. } => (FaultKind::SecondMember, "one gzip member or zstd frame".to_owned()),
        UnpackFault::Tail { .. } => (FaultKind::ArchiveTail, "nothing".to_owned()),
        UnpackFault::Window { .. } => {
            (FaultKind::Window, format!("at most {} bytes", limits::ZSTD_WINDOW_BYTES_MAX))
        }
        UnpackFault::Expansion { .. } => {
            let (ratio, floor) = (limits::EXPANSION_RATIO_MAX, limits::EXPANSION_FLOOR_BYTES);
            let most = limits::EXPANDED_BYTES_MAX;
            (
                FaultKind::Expansion,
                format!("at most {ratio} times as many and {floor} more, and at most {most}"),
            )
        }
        _ => (FaultKind::Compression, String::new()),
    };
    Fault::of_case(kind, fault.to_string()).expected(expected)
}

fn named(name: &[u8], kind: FaultKind, found: String) -> Fault {
    match name {
        [] => Fault::of_case(kind, found),
        name => Fault::of(escape(&name[..name.len().min(NAME_SHOWN_MAX)]), kind, found),
    }
}

/// What kind of error it is, in words that are the same on every system.
pub(super) fn kind_of(error: &std::io::Error) -> String {
    error.kind().to_string()
}
