//! Key event logs of KERI, as auths writes them (docs/formats/auths.md).
//!
//! An identifier is the hash of the event that began it, and every change of its
//! keys was promised by the event before: whoever steals the keys of today cannot
//! change them. [`replay`] walks a log and says which keys count at its end.
//!
//! auths' own verifier accepts logs that it should not. The walk goes on over each
//! such place as auths does and writes it down ([`Laxity`]), so that one walk gives
//! both answers: a [`Kel`] is what auths says, and it is [sound](Kel::is_sound) only
//! where nothing of that kind was met.
//!
//! How to attack it:
//! - cut events off the end, to bring back keys that were replaced and devices that
//!   were revoked: nothing in the log shows it, see docs/threat-model.md;
//! - a member that is neither hashed nor signed: names are fixed for each kind of
//!   event, and the bytes are made anew from exactly those;
//! - a threshold of nothing, one key listed twice, one signature counted twice;
//! - a rotation to keys that were never promised, or a promise met by position
//!   while the signature is of another key;
//! - a delegation that only one side knows of: the seal of the delegator and the
//!   delegate's pointer to it must agree;
//! - thousands of keys, or fractions that overflow: all lists are bounded.

mod cesr;
mod event;
mod log;
mod said;
mod threshold;

#[cfg(test)]
mod tests;

pub use cesr::{Attachment, CesrError, IndexedSignature, KeriKey};
pub use event::{Event, EventError, EventKind, Seal};
pub use log::{Kel, KelError, Laxity, replay};
pub use said::{compact, of_key, of_value};
pub use threshold::{Threshold, ThresholdError};
