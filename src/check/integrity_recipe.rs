//! `Merkle root` means at least five different computations in this field. A tool that tries them
//! until one fits gives an attacker five chances, and a tool that guesses proves a guess.

use crate::finding::{About, CheckId};

/// What there is to say about `integrity.recipe`.
pub const ABOUT: About = About {
    id: CheckId::IntegrityRecipe,
    title: "recipe named and known",
    establishes: "The rule by which a root is computed is named by the manifest or by policy, and it is one \
        whose definition is public in full. Recipes of which a part had to be assumed are computed, marked \
        as assumed, and never suffice alone.",
    why: "Under a recipe that is chosen to fit, two different sets of files can have the same root.",
    remedy: "Have the producer name the recipe in the manifest, or set it in the policy after agreeing on \
        it with the producer.",
    clause: "RFC 6962 section 2.1; docs/interop-stellaops.md, roots",
};
