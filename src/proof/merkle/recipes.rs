//! The recipes by which a bundle or a ledger makes its "Merkle root".
//!
//! A recipe is named by a manifest or a policy. It is never found by trying
//! which one fits: whoever may choose the rule after the fact can make more
//! roots fit. How it would be attacked otherwise: name a weaker rule (so a
//! policy says which it takes), or hide entries before or after what the root
//! covers (so every recipe covers the whole input, and says of the `root` line
//! what it does).
//!
//! Where the format's own documents leave a rule open, we took one; the recipe
//! is then *assumed*, and agreement under it alone establishes nothing.

use crate::digest::{Algorithm, Digest};

use super::rfc6962::{self, Hash};

/// How a root is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipe {
    /// SHA-256 of the bytes of `checksums.txt`. The default; not a tree.
    ChecksumsFileSha256,
    /// `checksums.txt` begins with `root <hex>`; the root covers what follows.
    ChecksumsFileWithRootLine,
    /// RFC 6962 over the lines, or over the leaves given.
    Rfc6962Sha256,
    /// Leaves padded to a power of two.
    Sha256PadPow2,
    /// Over the `merkle_leaf_hash` values of ledger events, in their sequence.
    LedgerAnchor,
}

/// Why no root could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The recipe is not one over a checksums file.
    #[error("the recipe {recipe} is not one over a checksums file", recipe = .recipe.name())]
    NotOfChecksums {
        /// The recipe named.
        recipe: Recipe,
    },
    /// The recipe is not one over leaves.
    #[error("the recipe {recipe} is not one over leaves", recipe = .recipe.name())]
    NotOfLeaves {
        /// The recipe named.
        recipe: Recipe,
    },
    /// The first line is not `root ` and 64 digits.
    #[error("the first line is not 'root' and a SHA-256 in lower-case hexadecimal")]
    RootLine,
    /// The last line has no line feed, or a line is empty.
    #[error("line {line} is empty or has no line feed")]
    Line {
        /// Number of the line, from 1.
        line: u64,
    },
    /// There is nothing to make a root of.
    #[error("there are no leaves")]
    Empty,
    /// A leaf of a ledger is no SHA-256.
    #[error("leaf {index} has {found} bytes, expected 32")]
    LeafLength {
        /// Which leaf, from 0.
        index: u64,
        /// How long it is.
        found: usize,
    },
}

impl Recipe {
    /// All of them.
    pub const ALL: [Recipe; 5] = [
        Recipe::ChecksumsFileSha256,
        Recipe::ChecksumsFileWithRootLine,
        Recipe::Rfc6962Sha256,
        Recipe::Sha256PadPow2,
        Recipe::LedgerAnchor,
    ];

    /// The name by which manifests and policies call it.
    pub fn name(self) -> &'static str {
        match self {
            Recipe::ChecksumsFileSha256 => "checksums-file-sha256",
            Recipe::ChecksumsFileWithRootLine => "checksums-file-root-line",
            Recipe::Rfc6962Sha256 => "rfc6962-sha256",
            Recipe::Sha256PadPow2 => "sha256-pad-pow2",
            Recipe::LedgerAnchor => "ledger-anchor",
        }
    }

    /// The recipe of that name.
    pub fn from_name(name: &str) -> Option<Recipe> {
        Recipe::ALL.into_iter().find(|r| r.name() == name)
    }

    /// Whether a part of the rule is our choice.
    pub fn assumed(self) -> bool {
        self.assumption().is_some()
    }

    /// What was chosen where the format's documents are silent.
    pub fn assumption(self) -> Option<&'static str> {
        match self {
            Recipe::ChecksumsFileSha256 | Recipe::Rfc6962Sha256 => None,
            Recipe::ChecksumsFileWithRootLine => {
                Some("the root is the SHA-256 of the bytes after the line that names it")
            }
            Recipe::Sha256PadPow2 => {
                Some("leaf and node prefixes are those of RFC 6962, and padding leaves are 32 zero bytes")
            }
            Recipe::LedgerAnchor => {
                Some("leaf hashes are taken as they stand, and nodes are made as in RFC 6962")
            }
        }
    }

    /// Makes the root over the bytes of a checksums file. The tree recipes take
    /// each line, without its line feed, as a leaf.
    pub fn of_checksums(self, file: &[u8]) -> Result<Digest, RecipeError> {
        match self {
            Recipe::ChecksumsFileSha256 => Ok(Digest::sha256(file)),
            Recipe::ChecksumsFileWithRootLine => root_line(file).map(|(_, rest)| Digest::sha256(rest)),
            Recipe::Rfc6962Sha256 | Recipe::Sha256PadPow2 => self.of_leaves(lines(file)?),
            Recipe::LedgerAnchor => Err(RecipeError::NotOfChecksums { recipe: self }),
        }
    }

    /// Makes the root over leaves in their order.
    pub fn of_leaves<L: AsRef<[u8]>>(
        self,
        leaves: impl IntoIterator<Item = L>,
    ) -> Result<Digest, RecipeError> {
        let mut tree = rfc6962::Tree::new();
        for leaf in leaves {
            let leaf = leaf.as_ref();
            match self {
                Recipe::Rfc6962Sha256 | Recipe::Sha256PadPow2 => tree.push(leaf),
                Recipe::LedgerAnchor => tree.push_hash(
                    leaf.try_into()
                        .map_err(|_| RecipeError::LeafLength { index: tree.size(), found: leaf.len() })?,
                ),
                Recipe::ChecksumsFileSha256 | Recipe::ChecksumsFileWithRootLine => {
                    return Err(RecipeError::NotOfLeaves { recipe: self });
                }
            }
        }
        if tree.size() == 0 {
            return Err(RecipeError::Empty);
        }
        if self == Recipe::Sha256PadPow2 {
            pad(&mut tree);
        }
        Ok(tree.root())
    }
}

/// The root named by the first line, and what follows that line.
pub fn root_line(file: &[u8]) -> Result<(Digest, &[u8]), RecipeError> {
    let end = file.iter().position(|b| *b == b'\n').ok_or(RecipeError::RootLine)?;
    let (line, rest) = (&file[..end], &file[end + 1..]);
    let hex = line.strip_prefix(b"root ").and_then(|hex| std::str::from_utf8(hex).ok());
    let root = hex.and_then(|hex| Digest::from_hex(Algorithm::Sha256, hex).ok());
    Ok((root.ok_or(RecipeError::RootLine)?, rest))
}

fn lines(file: &[u8]) -> Result<Vec<&[u8]>, RecipeError> {
    let mut lines: Vec<&[u8]> = file.split(|b| *b == b'\n').collect();
    // What follows the last line feed must be nothing.
    if lines.pop().is_some_and(|tail| !tail.is_empty()) {
        return Err(RecipeError::Line { line: lines.len() as u64 + 1 });
    }
    match lines.iter().position(|line| line.is_empty()) {
        Some(index) => Err(RecipeError::Line { line: index as u64 + 1 }),
        None => Ok(lines),
    }
}

/// Nobody knows a leaf whose hash is zero, so padding is no leaf.
const PADDING: Hash = [0; 32];

fn pad(tree: &mut rfc6962::Tree) {
    while !tree.size().is_power_of_two() {
        tree.push_hash(PADDING);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: &[u8] = b"aa  a\nbb  b\ncc  c\n";

    fn check(recipe: Recipe, file: &[u8], expected: Result<&str, RecipeError>) {
        assert_eq!(recipe.of_checksums(file).map(|d| d.hex()), expected.map(str::to_owned), "{recipe:?}");
    }

    #[test]
    fn every_recipe_gives_another_root() {
        let with_line = [b"root ", Digest::sha256(ENTRIES).hex().as_bytes(), b"\n", ENTRIES].concat();
        check(Recipe::ChecksumsFileSha256, ENTRIES, Ok(&Digest::sha256(ENTRIES).hex()));
        check(Recipe::ChecksumsFileSha256, &with_line, Ok(&Digest::sha256(&with_line).hex()));
        check(Recipe::ChecksumsFileWithRootLine, &with_line, Ok(&Digest::sha256(ENTRIES).hex()));
        let leaf = |data: &[u8]| rfc6962::leaf_hash(data);
        let left = rfc6962::node_hash(&leaf(b"aa  a"), &leaf(b"bb  b"));
        let plain = rfc6962::node_hash(&left, &leaf(b"cc  c"));
        check(Recipe::Rfc6962Sha256, ENTRIES, Ok(&crate::digest::encode_hex(&plain)));
        let padded = rfc6962::node_hash(&left, &rfc6962::node_hash(&leaf(b"cc  c"), &[0; 32]));
        check(Recipe::Sha256PadPow2, ENTRIES, Ok(&crate::digest::encode_hex(&padded)));
    }

    #[test]
    fn what_is_no_input() {
        check(Recipe::ChecksumsFileWithRootLine, ENTRIES, Err(RecipeError::RootLine));
        check(Recipe::ChecksumsFileWithRootLine, b"", Err(RecipeError::RootLine));
        check(Recipe::ChecksumsFileWithRootLine, b"root 00\n", Err(RecipeError::RootLine));
        check(Recipe::Rfc6962Sha256, b"a\nb", Err(RecipeError::Line { line: 2 }));
        check(Recipe::Rfc6962Sha256, b"a\n\nb\n", Err(RecipeError::Line { line: 2 }));
        check(Recipe::Sha256PadPow2, b"", Err(RecipeError::Empty));
        let recipe = Recipe::LedgerAnchor;
        check(recipe, ENTRIES, Err(RecipeError::NotOfChecksums { recipe }));
        assert_eq!(recipe.of_leaves([b"short"]), Err(RecipeError::LeafLength { index: 0, found: 5 }));
        let recipe = Recipe::ChecksumsFileSha256;
        assert_eq!(recipe.of_leaves([b"leaf"]), Err(RecipeError::NotOfLeaves { recipe }));
    }

    #[test]
    fn ledger_leaves_are_taken_as_they_stand() {
        let leaves = [Digest::sha256(b"1"), Digest::sha256(b"2"), Digest::sha256(b"3")];
        let raw: Vec<Hash> = leaves.iter().map(|d| d.bytes().try_into().unwrap()).collect();
        let expected = rfc6962::node_hash(&rfc6962::node_hash(&raw[0], &raw[1]), &raw[2]);
        let root = Recipe::LedgerAnchor.of_leaves(leaves.iter().map(Digest::bytes)).unwrap();
        assert_eq!(root.bytes(), expected);
        // One leaf is its own root.
        assert_eq!(Recipe::LedgerAnchor.of_leaves([&raw[0]]).unwrap(), leaves[0]);
    }

    #[test]
    fn names() {
        for recipe in Recipe::ALL {
            assert_eq!(Recipe::from_name(recipe.name()), Some(recipe));
        }
        assert_eq!(Recipe::from_name("merkle"), None);
        assert!(!Recipe::ChecksumsFileSha256.assumed() && Recipe::LedgerAnchor.assumed());
    }
}
