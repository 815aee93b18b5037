//! Tiles: the hashes of a log's tree in files of 256, and its entries (C2SP
//! tlog-tiles, height 8).
//!
//! `tile/<level>/<n>` has the hashes at height 8 * level, from 256 * n on; the last
//! one of a level may be partial, `<n>.p/<width>`. `<n>` is written in groups of
//! three digits, all but the last after an `x`: 1234067 is `x001/x234/067`.
//! `tile/entries/<n>` has the entries themselves, each after its length in two bytes.
//!
//! Everything that is there is hashed again: entries to leaves, leaves to nodes,
//! nodes to the tiles above, and all to the root that the log signed.
//!
//! How to attack it: a tile that is sound and belongs elsewhere (its place is in
//! its name, and the tile above says what it has to come to); a partial tile that
//! is not the one that this size of the tree has; two tiles for one place that
//! differ; tiles left out, so that a part is never looked at: then the root does not
//! follow, and what is missing is named.

use super::{Nodes, SignedCheckpoint};
use crate::limits;
use crate::proof::merkle::rfc6962::{Hash, leaf_hash, node_hash};

/// Hashes or entries in one tile.
pub const WIDTH: u64 = 256;

/// What a file of a log with tiles is, by its path below the log's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TileName {
    /// Hashes at height 8 * `level`.
    Hashes {
        /// The level.
        level: u32,
        /// Which tile of the level.
        index: u64,
        /// How many hashes, 256 in a full one.
        width: u64,
    },
    /// Entries.
    Entries {
        /// Which bundle.
        index: u64,
        /// How many entries, 256 in a full one.
        width: u64,
    },
}

/// Why tiles are not those of the tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// A tile is not as long as its width says.
    #[error("a tile of {found} bytes, expected {expected}")]
    Length {
        /// How long it is.
        found: usize,
        /// How long it should be.
        expected: usize,
    },
    /// Entries that do not fill their file, or do not end with it.
    #[error("the entries end at {found} of {width}")]
    Entries {
        /// How many could be read.
        found: u64,
        /// How many there should be.
        width: u64,
    },
    /// A tile beyond the size of the tree.
    #[error("the tile is beyond the {size} leaves of the tree")]
    Beyond {
        /// How large the tree is.
        size: u64,
    },
    /// Hashes that do not come to what another tile says of them.
    #[error("the hash at height {height} and place {index} is another one in another tile")]
    Mismatch {
        /// The height in the tree.
        height: u32,
        /// The place at that height.
        index: u64,
    },
    /// Not all of the tree is there.
    #[error("the tile of the hash at height {height} and place {index} is missing")]
    Missing {
        /// The height in the tree.
        height: u32,
        /// The place at that height.
        index: u64,
    },
    /// All is there, and comes to another root.
    #[error("the tiles come to the root {found}, the checkpoint says {expected}")]
    Root {
        /// What the log signed, in hexadecimal.
        expected: String,
        /// What the tiles come to.
        found: String,
    },
}

/// The tree that tiles make up, as far as they are there.
#[derive(Clone, Debug)]
pub struct TileTree {
    size: u64,
    nodes: Nodes,
}

/// Tiles that come to the root that a log signed.
///
/// Only [`TileTree::under`] makes one.
#[derive(Clone, Debug)]
pub struct Rehashed {
    head: SignedCheckpoint,
    nodes: Nodes,
    unexplained: Option<(u32, u64)>,
}

impl Rehashed {
    /// The head.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.head
    }

    /// Every full subtree that is known of it.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// As [`TileTree::unexplained`].
    pub fn unexplained(&self) -> Option<(u32, u64)> {
        self.unexplained
    }
}

impl TileName {
    /// Reads `tile/<level>/<n>[.p/<width>]` or `tile/entries/<n>[.p/<width>]`.
    pub fn parse(path: &str) -> Option<TileName> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, WIDTH),
            Some((number, width)) => {
                let width = crate::wire::shape::decimal(width).filter(|width| (1..WIDTH).contains(width))?;
                (number, width)
            }
        };
        let index = number_of(number)?;
        if level == "entries" {
            return Some(TileName::Entries { index, width });
        }
        // Six bits of height would do for any size.
        let level = crate::wire::shape::decimal(level).filter(|level| *level < 8)?;
        Some(TileName::Hashes { level: u32::try_from(level).ok()?, index, width })
    }
}

/// `x001/x234/067`
fn number_of(text: &str) -> Option<u64> {
    let mut groups = text.split('/').peekable();
    let mut number: u64 = 0;
    let mut first = true;
    while let Some(group) = groups.next() {
        let digits = match groups.peek() {
            Some(_) => group.strip_prefix('x')?,
            None => group,
        };
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // One spelling: no groups of zeros in front.
        if first && groups.peek().is_some() && digits == "000" {
            return None;
        }
        first = false;
        number = number.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(number)
}

impl TileTree {
    /// For a tree of `size` leaves; the size is that of a signed checkpoint.
    pub fn new(size: u64) -> TileTree {
        TileTree { size, nodes: Nodes::default() }
    }

    /// Takes in a tile of hashes or a bundle of entries.
    pub fn add(&mut self, name: TileName, bytes: &[u8]) -> Result<(), TileError> {
        match name {
            TileName::Hashes { level, index, width } => {
                let expected = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(32);
                if bytes.len() != expected {
                    return Err(TileError::Length { found: bytes.len(), expected });
                }
                let hashes: Vec<Hash> =
                    bytes.chunks_exact(32).map(|hash| hash.try_into().expect("chunks of 32")).collect();
                self.fill(8 * level, index, &hashes)
            }
            TileName::Entries { index, width } => {
                let hashes: Vec<Hash> = entries(bytes, width)?.into_iter().map(leaf_hash).collect();
                self.fill(0, index, &hashes)
            }
        }
    }

    /// Hashes that lie side by side at `height`, from tile `index` on: each of them,
    /// and the subtrees that they fill together, up to the one that the tile above has.
    fn fill(&mut self, height: u32, index: u64, hashes: &[Hash]) -> Result<(), TileError> {
        let beyond = TileError::Beyond { size: self.size };
        let first = index.checked_mul(WIDTH).ok_or(beyond.clone())?;
        let last = first.checked_add(hashes.len() as u64).ok_or(beyond.clone())?;
        if u128::from(last) << height > u128::from(self.size) {
            return Err(beyond);
        }
        let (mut row, mut first, mut height) = (hashes.to_vec(), first, height);
        loop {
            for (place, hash) in row.iter().enumerate() {
                let index = first + place as u64;
                if self.nodes.insert(height, index, *hash, 0).is_some() {
                    return Err(TileError::Mismatch { height, index });
                }
            }
            if row.len() < 2 {
                return Ok(());
            }
            // A last one without a neighbour is in no full subtree yet.
            row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            first /= 2;
            height += 1;
        }
    }

    /// The tiles as the tree of this head, where they come to its root.
    pub fn under(mut self, head: &SignedCheckpoint) -> Result<Rehashed, TileError> {
        self.root(head.root().bytes())?;
        Ok(Rehashed { head: head.clone(), unexplained: self.unexplained(), nodes: self.nodes })
    }

    /// Whether the tiles come to this root.
    pub fn root(&mut self, expected: &[u8]) -> Result<(), TileError> {
        self.join()?;
        let mut rest = self.size;
        while rest != 0 {
            let height = rest.trailing_zeros();
            rest &= rest - 1;
            let index = rest >> height;
            if self.nodes.get(height, index).is_none() {
                return Err(TileError::Missing { height, index });
            }
        }
        let found = match self.nodes.root(self.size) {
            Some((root, _)) => root.to_vec(),
            None => crate::digest::Digest::sha256(b"").bytes().to_vec(),
        };
        if found != expected {
            let hex = crate::digest::encode_hex;
            return Err(TileError::Root { expected: hex(expected), found: hex(&found) });
        }
        Ok(())
    }

    /// Joins neighbours that lie in different tiles, up to the root.
    fn join(&mut self) -> Result<(), TileError> {
        for height in 8..u64::BITS - 1 {
            let row: Vec<(u64, Hash)> = self.nodes.at(height).collect();
            let pairs = row.windows(2).filter(|pair| pair[0].0 % 2 == 0 && pair[0].0 + 1 == pair[1].0);
            for pair in pairs {
                let (height, index) = (height + 1, pair[0].0 / 2);
                if self.nodes.insert(height, index, node_hash(&pair[0].1, &pair[1].1), 0).is_some() {
                    return Err(TileError::Mismatch { height, index });
                }
            }
        }
        Ok(())
    }

    /// The hash of a leaf, where it is there.
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.nodes.get(0, index)
    }

    /// The first hash that a tile of a lower level should explain and none does:
    /// the leaves below it were not looked at.
    pub fn unexplained(&self) -> Option<(u32, u64)> {
        let mut missing = None;
        let mut index = 0;
        // Full tiles of leaves, by what is above them.
        while index < self.size {
            if self.nodes.get(0, index).is_none() {
                missing = Some((0, index));
                break;
            }
            index += WIDTH;
        }
        missing
    }
}

/// The entries of a bundle, each after its length.
pub fn entries(bytes: &[u8], width: u64) -> Result<Vec<&[u8]>, TileError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    let ends = |found: usize| TileError::Entries { found: found as u64, width };
    while (entries.len() as u64) < width.min(limits::TILE_WIDTH_MAX) {
        let (length, after) = rest.split_first_chunk::<2>().ok_or(ends(entries.len()))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let entry = after.get(..length).ok_or(ends(entries.len()))?;
        entries.push(entry);
        rest = &after[length..];
    }
    match rest.is_empty() {
        true => Ok(entries),
        false => Err(ends(entries.len())),
    }
}
