//! Examples in fixtures/evidence whose verdict is still to come.

/// Certificates and time stamps are read and do not count yet: when they do,
/// each of these gets its report in tests/golden, its map in tests/malleability,
/// and leaves this list.
pub const AWAITED: [&str; 6] =
    ["bundle-stamped", "certificate-signed", "restamped", "stamped", "time-anchor", "token"];
