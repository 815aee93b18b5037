//! What `verified` takes: the policy `stella.policy/v1`.
//!
//! A policy file replaces the default as a whole and says everything that it
//! decides, so that whoever reads it need not know what it leaves out. The form
//! is described in docs/formats/policy.md.
//!
//! How this would be attacked: misspell a key so that its rule quietly does not
//! hold; leave a list of approving kinds empty, or a threshold at nought, so
//! that nothing is demanded; name one person twice in a group; write a sunset
//! without a zone, or with a second that no calendar has; loosen by an option
//! what the policy holds tight; nest tables until the reader falls over.

mod judge;
mod located;
mod model;
mod options;
mod parse;
mod print;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub use judge::{Judgement, Status, Verdict, approving, judge, short_of_groups, unmet};
pub use located::{Place, PolicyError, PolicyErrorKind};
pub use model::{Approval, Claim, Group, Loosening, Policy, WithoutPinnedHead};
pub use options::{OptionError, Options};
pub use parse::parse;
pub use print::to_toml;

/// The name of the form that is read here.
pub const SCHEMA: &str = "stella.policy/v1";

/// The default policy as text, with its comments: what `policy show` prints.
pub const DEFAULT_TOML: &str = include_str!("default.toml");

static DEFAULT: LazyLock<Policy> =
    LazyLock::new(|| parse(DEFAULT_TOML.as_bytes()).expect("a test reads the text that is compiled in"));

/// The policy that holds where no other one is given.
pub fn default() -> &'static Policy {
    &DEFAULT
}
