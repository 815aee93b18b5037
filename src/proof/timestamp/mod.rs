//! Time-stamp tokens, RFC 3161: an authority signs a digest and a time.
//!
//! [`Token::parse`] reads one, [`Token::verify`] gives a [`VerifiedToken`]: the
//! interval in which it was made, and the path to whoever is trusted for that.
//! What a token is over existed before the end of that interval. It says
//! nothing of what came after, and nothing of who had it.
//!
//! How to attack it:
//! - put a certificate into the bag, which nobody signed: the signer is named by
//!   issuer and serial number or key identifier, and by the digest of its
//!   certificate among what is signed; its place in the bag says nothing. Others
//!   took the rights of a signer (GHSA-xm5m-wgh2-rrg3) or its name
//!   (GHSA-3xxc-pwj6-jgrj) from the first certificate that looked like one; here
//!   the value under whose key the signature held is the one whose rights are
//!   asked, from which the path is searched, and which is handed out;
//! - a certificate of the same key and serial number by another authority: the
//!   digest is another one;
//! - leave the binding out, empty, or hashed with something weak: it is required;
//!   the older form with SHA-1 is enough, since to profit one would need a second
//!   certificate of the *same key* with the same SHA-1 digest;
//! - two signers, of which each reader takes the one it likes: exactly one;
//! - sign something else: the type is checked where it stands and where it is
//!   signed; attributes are required, or a signature over a `TSTInfo` that is a
//!   SET would pass for one over attributes;
//! - a certificate of the authority that is meant for something else: time
//!   stamping must be its only usage, and critical;
//! - stamp with a certificate that was not valid then, or an authority that is
//!   trusted for another time: windows are judged at the interval in the token;
//! - an accuracy that is left out, taken for zero: it is the authority's as the
//!   trust store says, and otherwise unknown;
//! - carry a refusal that holds a token: a refusal it is;
//! - BER with another meaning in another reader: [`ber`].

mod attributes;
pub mod ber;
mod cms;
mod error;
mod oid;
mod response;
mod token;
mod tst_info;
mod verify;

pub use cms::SignerId;
pub use error::TokenError;
pub use response::Refusal;
pub use token::Token;
pub use tst_info::MessageImprint;
pub use verify::{Accuracy, Imprint, SignedToken, TimestampError, TimestampRequest, VerifiedToken};
