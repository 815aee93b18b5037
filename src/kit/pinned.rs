//! What this binary knows of its own making; see build.rs.

use crate::crypto::key::PublicKey;
use crate::wire::base64;

/// The compiler, as `rustc -V` names itself.
pub const COMPILER: &str = env!("STELLA_COMPILER");
/// The C library that a static binary carries.
pub const LIBC: &str = env!("STELLA_LIBC");
/// The target it was built for.
pub const TARGET: &str = env!("STELLA_TARGET");
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

const PINNED: &str = env!("STELLA_PINNED_KEY");
const DEVELOPMENT: &str = env!("STELLA_DEVELOPMENT_KEY");

/// The key that signs kits of this binary, or none in a development build.
pub fn pinned_key() -> Option<PublicKey> {
    (!PINNED.is_empty()).then(|| key(PINNED))
}

/// The key whose private half lies in the sources for everybody: never trusted,
/// only recognised, so that what it signs can be marked.
pub fn development_key() -> PublicKey {
    key(DEVELOPMENT)
}

fn key(base64_of_spki: &str) -> PublicKey {
    let der = base64::decode_standard(base64_of_spki).expect("build.rs lets nothing else through");
    PublicKey::from_spki_der(&der).expect("build.rs lets only Ed25519 keys through, and a test reads them")
}

/// How `key` stands in a binary that has it pinned.
pub fn spelling(key: &PublicKey) -> String {
    base64::encode_standard(&key.spki_der())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_can_be_read() {
        assert_eq!(spelling(&development_key()), DEVELOPMENT);
        assert_ne!(PINNED, DEVELOPMENT);
        assert_eq!(pinned_key().map(|key| spelling(&key)).unwrap_or_default(), PINNED);
    }

    #[test]
    fn the_making_is_known() {
        assert!(COMPILER.starts_with("rustc "), "{COMPILER:?}");
        assert!(!TARGET.is_empty());
    }
}
