//! The only room with a clock, an environment, a terminal and exit codes.

pub mod failure;
pub mod kit;
pub mod snapshot;
