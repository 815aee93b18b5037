//! tar: a strict reader and a deterministic writer.
//!
//! A tar is blocks of 512 bytes: a header, the content padded to whole blocks,
//! the next header, and at the end two blocks of zeros. Three generations of
//! extensions let one header overrule another (ustar prefix, GNU long names,
//! PAX records), and readers disagree about who wins. That is the attack: two
//! programs that read one archive and see two sets of files.
//!
//! How else it would be attacked: members after the end, where some readers
//! go on and others stop; sizes that no two readers take alike (base-256,
//! signs, spaces, a link with a size); a second record of the same key; names
//! with bytes after their NUL; content hidden in padding; sparse members,
//! whose content depends on the reader; links and devices; a record that is
//! longer than it says; a global record that renames everything after it.
//!
//! So whatever can be read in two ways is refused. A refusal of one member
//! ([`Step::Refused`]) leaves the others readable; one after which it is
//! unclear where the next header stands is the end ([`TarError`]).
//! docs/formats/intake.md states the rules.

mod header;
mod pax;
mod read;
mod write;

#[cfg(test)]
pub(crate) mod hostile;
#[cfg(test)]
mod tests;

pub use read::{Member, MemberKind, Reader, Refused, Step, TarError};
pub use write::{Mode, WriteError, Writer};

/// What is wrong with a header, a record or the end of a tar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TarFault {
    /// The sum of the header's bytes is not what it says.
    #[error("the header's bytes sum up to {found}, and it says {expected}")]
    Checksum {
        /// Computed.
        found: u64,
        /// Recorded, or what stands there instead of a number.
        expected: String,
    },
    /// Neither POSIX nor GNU.
    #[error("no magic of ustar or GNU tar")]
    Magic,
    /// A field that is no number, or a text that goes on after its NUL.
    #[error("malformed field {field}")]
    Field {
        /// Which one.
        field: &'static str,
    },
    /// A member that may not have content has a size.
    #[error("type {typeflag:?} with a size of {size}")]
    SizeOfEmpty {
        /// The type.
        typeflag: char,
        /// The size.
        size: u64,
    },
    /// A symbolic or hard link.
    #[error("{}", if *.hard { "a hard link" } else { "a symbolic link" })]
    Link {
        /// Hard, rather than symbolic.
        hard: bool,
        /// Where it points.
        target: Vec<u8>,
    },
    /// A device, a FIFO, or a type that nobody has to know.
    #[error("a member of type {typeflag:?}")]
    Special {
        /// The type.
        typeflag: char,
    },
    /// Content with holes, in one of GNU's spellings.
    #[error("a sparse member")]
    Sparse,
    /// A PAX record that does not follow the grammar, or two of one key.
    #[error("malformed PAX records: {what}")]
    Records {
        /// What is wrong.
        what: &'static str,
    },
    /// An extension header longer than [`crate::limits::TAR_EXTENSION_BYTES_MAX`].
    #[error("an extension header of {size} bytes")]
    ExtensionSize {
        /// How long.
        size: u64,
    },
    /// Two headers say different things about one member.
    #[error("the headers disagree about {what}")]
    Disagreement {
        /// About what.
        what: &'static str,
        /// What the extension says.
        extension: String,
        /// What the header itself says.
        header: String,
    },
    /// A global record that changes the members after it.
    #[error("a global record sets {key}")]
    Global {
        /// Which record.
        key: String,
    },
    /// An extension header where none can be.
    #[error("an extension header that belongs to no member, or a second one")]
    Extension,
    /// Something follows the end.
    #[error("bytes after the end of the archive")]
    Tail,
    /// Padding that is not zero.
    #[error("bytes between the members that are not zero")]
    Padding,
}

/// The size of everything.
const BLOCK: usize = 512;
