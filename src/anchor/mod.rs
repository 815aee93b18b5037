//! What trust *is*, below the mechanisms that need it.
//!
//! An [`Authority`] is taken whole: keys, purposes, narrowing, window, profile
//! and marks belong together, and a mechanism that received them one by one
//! could pair the key of one authority with the window of another.
//!
//! How this would be attacked: use a key for a purpose it was not given for;
//! spell one signer as two, to meet a threshold alone; bring a distrusted key
//! back under a new name; let a missing time count as "inside the window"; let
//! an absent build type pass a list of allowed build types.

mod authority;
mod effects;
mod identity;
mod instance;
mod keyless;
mod outline;
mod persons;
mod purpose;
mod rules;

pub use authority::{Authority, KeyMaterial, Narrowing, TrustedKey};
pub use effects::{Effects, Ownership};
pub use identity::{Identity, IdentityError};
pub use instance::{Accompanied, Chain, LogName};
pub use keyless::{Keyless, Pattern, Wanted};
#[cfg(test)]
pub(crate) use outline::making;
pub use outline::{CertificateOutline, OutlineError, SelfSigned, Usage};
pub use persons::Persons;
pub use purpose::{Profile, Purpose};
pub use rules::{Revocation, Rules, Standing};
