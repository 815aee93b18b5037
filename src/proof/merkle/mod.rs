//! Merkle trees: roots, proofs that something is in one, and the recipes by
//! which bundles and ledgers make theirs. The forms are described in
//! docs/formats/merkle.md.

pub mod proof;
pub mod recipes;
pub mod rfc6962;

pub use proof::{Consistency, Consistent, Included, Inclusion, ProofError};
pub use recipes::{Recipe, RecipeError};
