//! Archives of signet: rows that were taken out of a log, packed, under a Merkle
//! root, in whose place a marker stands in the log.
//!
//! How it would be attacked: let the marker lead to a file elsewhere (only the
//! last part of its path is used, and only among the evidence); leave rows out
//! and build a tree over the rest, or repeat the last row, which a tree that
//! pairs an odd node with itself does not show (so rows are linked and counted);
//! edit a row and keep its HMAC, which is all that the tree covers; write behind
//! the end; pack a flood; have a row hold U+2028, at which others split lines.

use std::io::{BufRead as _, Read as _};
use std::sync::Arc;

use super::Stored;
use super::follow::Follow;
use super::peer::{Segment, Walk};
use super::seen::{Asked, Seen, see};
use crate::custody::{Roster, Timeline};
use crate::digest::{Digest, decode_hex, encode_hex};
use crate::limits;
use crate::wire::json;
use crate::wire::shape::{Fields, ShapeError};
use crate::wire::unpack::{Packing, Unpacked};

/// What an archive begins with; its version follows.
pub const MAGIC: &[u8] = b"SIGNET-ARCHIVE-V";

/// A row of a log that stands for archived ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Its line, from 1.
    pub line: u64,
    /// Its name.
    pub entry_id: String,
    /// The last part of the path that it names, which is all that is used of it.
    pub archive: String,
    /// How many rows are said to be there.
    pub count: u64,
    /// The root that is said to be theirs.
    pub root: String,
    /// Whether its own signature is right, where its key is known.
    pub signed: Option<bool>,
    /// Whether the row was authenticated.
    pub vouched: bool,
    /// The HMAC of the last archived row, as it says.
    pub previous: Stored,
    /// What it states for itself.
    pub stated: Stored,
    /// What signet finds wrong with the row alone.
    pub own: Option<&'static str>,
    /// The head of the chain and its number before the archived rows.
    pub before: (Stored, u64),
}

/// Why a file is no archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Another version.
    #[error("an archive of another version than 1")]
    Version,
    /// A part is not where it must be.
    #[error("no {part} where it must be")]
    Part {
        /// Which one.
        part: &'static str,
    },
    /// The header is no JSON.
    #[error("header: {0}")]
    Json(#[from] json::JsonError),
    /// The header has another shape.
    #[error("header: {0}")]
    Shape(#[from] ShapeError),
    /// The tree does not have the root that stands beside it.
    #[error("the tree has the root {computed}, and {stored} stands beside it")]
    Tree {
        /// What follows from the leaves.
        computed: String,
        /// What is said.
        stored: String,
    },
    /// The rows cannot be unpacked.
    #[error("the rows cannot be unpacked")]
    Packed,
    /// A line is no row.
    #[error("line {line} is no row: {why}")]
    Row {
        /// Which one, from 1.
        line: u64,
        /// Why not.
        why: String,
    },
    /// Another number of rows than the header says.
    #[error("{found} rows, and the header says {stated}")]
    Count {
        /// How many there are.
        found: u64,
        /// How many there should be.
        stated: u64,
    },
}

/// What was found in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Its rows, followed as what continues the log.
    pub timeline: Timeline,
    /// Its rows, as signet follows them.
    pub segment: Segment,
    /// The root of the tree over its rows.
    pub root: String,
    /// What the header says of that.
    pub header_root: String,
    /// What the tree in it says of that.
    pub tree_root: String,
    /// How many rows there are.
    pub count: u64,
    /// The HMAC of the last one.
    pub last: Stored,
    /// Whether signet splits its lines elsewhere, and so cannot read it.
    pub split_by_signet: bool,
}

/// Reads an archive and follows its rows from that head on.
pub fn read(bytes: &[u8], roster: &Arc<Roster>, before: (Stored, u64)) -> Result<Archive, ArchiveError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(ArchiveError::Part { part: "magic" })?;
    let rest = rest.strip_prefix(b"1\n").ok_or(ArchiveError::Version)?;
    let (header, rest) = until(rest, b"\n", "header")?;
    let header = json::parse(header)?;
    let mut fields = Fields::closed(&header, "")?;
    if fields.u64("archive_format_version")? != 1 {
        return Err(ArchiveError::Version);
    }
    let (stated, header_root) = (fields.u64("entry_count")?, fields.str("merkle_root")?.to_owned());
    for name in ["range_end", "range_start", "signet_version"] {
        fields.str(name)?;
    }
    fields.finish()?;
    let rest = rest.strip_prefix(b"MERKLE-START\n").ok_or(ArchiveError::Part { part: "MERKLE-START" })?;
    let (tree, rest) = until(rest, b"\nMERKLE-END\n", "MERKLE-END")?;
    let tree_root = tree_root(tree)?;
    let rest = rest.strip_prefix(b"ENTRIES-START\n").ok_or(ArchiveError::Part { part: "ENTRIES-START" })?;
    let packed = rest.strip_suffix(b"\nENTRIES-END\n").ok_or(ArchiveError::Part { part: "ENTRIES-END" })?;
    rows(packed, roster, before, stated, header_root, tree_root)
}

fn until<'b>(bytes: &'b [u8], end: &[u8], part: &'static str) -> Result<(&'b [u8], &'b [u8]), ArchiveError> {
    let at = bytes.windows(end.len()).position(|window| window == end);
    let at = at.ok_or(ArchiveError::Part { part })?;
    Ok((&bytes[..at], &bytes[at + end.len()..]))
}

/// The root that stands in the tree, which must follow from its leaves.
fn tree_root(tree: &[u8]) -> Result<String, ArchiveError> {
    let broken = || ArchiveError::Part { part: "tree" };
    fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
        let (first, rest) = bytes.split_first_chunk::<4>()?;
        Some((u32::from_be_bytes(*first) as usize, rest))
    }
    let rest = tree.strip_prefix(b"MERKLE-V1\n").ok_or_else(broken)?;
    let (count, rest) = number(rest).ok_or_else(broken)?;
    let (length, rest) = number(rest).filter(|(length, _)| *length == 64).ok_or_else(broken)?;
    let (leaves, rest) =
        rest.split_at_checked(count.checked_mul(length).ok_or_else(broken)?).ok_or_else(broken)?;
    let (length, root) = number(rest).ok_or_else(broken)?;
    if length != root.len() || length != 64 {
        return Err(broken());
    }
    let mut computed = Tree::default();
    for leaf in leaves.chunks_exact(64) {
        let leaf = str::from_utf8(leaf).ok().and_then(decode_hex).ok_or_else(broken)?;
        computed.push(leaf.try_into().map_err(|_| broken())?);
    }
    let (computed, stored) = (computed.root(), String::from_utf8_lossy(root).into_owned());
    match computed == stored {
        true => Ok(computed),
        false => Err(ArchiveError::Tree { computed, stored: crate::custody::breaks::cut(stored) }),
    }
}

fn rows(
    packed: &[u8],
    roster: &Arc<Roster>,
    before: (Stored, u64),
    stated: u64,
    header_root: String,
    tree_root: String,
) -> Result<Archive, ArchiveError> {
    // The one reader of what is packed: a bounded flood, one member, nothing behind it.
    let mut reader = Unpacked::new(Packing::Gzip, packed).map_err(|_| ArchiveError::Packed)?;
    let mut follow = Follow::after(roster.clone(), before);
    let (mut walk, mut tree) = (Walk::segment(), Tree::default());
    let (mut line, mut number, mut count, mut last) = (Vec::new(), 0, 0, None);
    let mut split_by_signet = false;
    loop {
        line.clear();
        let room = limits::CUSTODY_LINE_BYTES_MAX as u64 + 2;
        let read = (&mut reader).take(room).read_until(b'\n', &mut line).map_err(|_| ArchiveError::Packed)?;
        if read == 0 {
            break;
        }
        number += 1;
        let raw = line.strip_suffix(b"\n").unwrap_or(&line);
        split_by_signet |= splits(raw);
        let entry = match see(raw, false, roster, &Asked::default()) {
            Seen::Blank => continue,
            Seen::Row(entry) => entry,
            Seen::Unread(why, _) => return Err(ArchiveError::Row { line: number, why }),
        };
        count += 1;
        last = entry.stated;
        tree.push(hash(encode_hex(&entry.stated.unwrap_or_default()).as_bytes()));
        walk.row(&entry);
        follow.line(number, raw);
    }
    if count != stated {
        return Err(ArchiveError::Count { found: count, stated });
    }
    if count == 0 {
        return Err(ArchiveError::Part { part: "row" });
    }
    Ok(Archive {
        timeline: follow.finish(None),
        segment: walk.into_segment(),
        root: tree.root(),
        header_root,
        tree_root,
        count,
        last,
        split_by_signet,
    })
}

/// Whether Python's `splitlines` finds another end of a line in it.
fn splits(raw: &[u8]) -> bool {
    let text = String::from_utf8_lossy(raw.strip_suffix(b"\r").unwrap_or(raw));
    let ends = ['\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'];
    text.contains(ends)
}

/// A tree in which an odd last node is paired with itself, leaf by leaf.
#[derive(Default)]
struct Tree {
    /// The node of each level that has no partner yet.
    open: Vec<Option<[u8; 32]>>,
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Digest::sha256(bytes).bytes().try_into().expect("a SHA-256 has 32 bytes")
}

fn pair(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash([&left[..], right].concat().as_slice())
}

impl Tree {
    fn push(&mut self, leaf: [u8; 32]) {
        let mut node = leaf;
        for level in &mut self.open {
            match level.take() {
                None => {
                    *level = Some(node);
                    return;
                }
                Some(left) => node = pair(&left, &node),
            }
        }
        self.open.push(Some(node));
    }

    /// In hexadecimal; empty without leaves.
    fn root(self) -> String {
        let mut carried: Option<[u8; 32]> = None;
        let levels = self.open.len();
        for (level, open) in self.open.into_iter().enumerate() {
            let last = level + 1 == levels;
            carried = match (open, carried) {
                (None, None) => None,
                (Some(only), None) if last => Some(only),
                (None, Some(only)) if last => Some(only),
                (Some(left), None) => Some(pair(&left, &left)),
                (None, Some(left)) => Some(pair(&left, &left)),
                (Some(left), Some(right)) => Some(pair(&left, &right)),
            };
        }
        carried.map_or(String::new(), |root| encode_hex(&root))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the format says it, level by level.
    fn slow(leaves: &[[u8; 32]]) -> String {
        let mut level = leaves.to_vec();
        while level.len() > 1 {
            if level.len() % 2 == 1 {
                level.push(level[level.len() - 1]);
            }
            level = level.chunks(2).map(|two| pair(&two[0], &two[1])).collect();
        }
        encode_hex(&level[0])
    }

    #[test]
    fn the_tree_agrees_with_its_slow_twin() {
        let leaves: Vec<[u8; 32]> = (0..70_u8).map(|n| [n; 32]).collect();
        for count in 1..=leaves.len() {
            let mut tree = Tree::default();
            leaves[..count].iter().for_each(|leaf| tree.push(*leaf));
            assert_eq!(tree.root(), slow(&leaves[..count]), "{count} leaves");
        }
    }
}
