//! `Merkle root` means at least five different computations in this field. A tool that tries them
//! until one fits gives an attacker five chances, and a tool that guesses proves a guess.

use crate::finding::{About, Book, CheckId, Finding, Severity};
use crate::proof::merkle::recipes::Recipe;

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

/// Whether the recipe is one whose every step is documented.
pub fn examine(item: &str, recipe: Recipe, book: &mut Book) -> bool {
    match recipe.assumption() {
        None => {
            book.pass(ABOUT.id);
            true
        }
        Some(assumption) => {
            let detail = format!("the recipe is assumed: {assumption}");
            book.find(
                Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item).found(recipe.name()),
            );
            false
        }
    }
}

/// A root stands in the list and nothing names the recipe by which it was made.
pub fn unnamed(item: &str, book: &mut Book) {
    let detail = "the list carries a root, and neither manifest nor policy names the recipe for it";
    book.find(Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item).at("line 1"));
}

/// A format whose documents leave something open that we took one way.
pub fn assumed(item: &str, format: &str, assumption: &str, book: &mut Book) {
    let detail = format!("a rule of the format is assumed: {assumption}");
    book.find(Finding::new(Severity::NotEstablished, ABOUT.id, detail).item(item).found(format));
}
