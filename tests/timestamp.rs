//! Time-stamp tokens that are made here: by an authority that signs whatever is
//! wrong with them, and by `openssl ts`, which is asked about them as well.

#[path = "timestamp/faults.rs"]
mod faults;
#[path = "timestamp/maker.rs"]
mod maker;
#[path = "timestamp/openssl.rs"]
mod openssl;
