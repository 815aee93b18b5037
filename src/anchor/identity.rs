//! Who an authority is, in one bounded, printable spelling.

use std::fmt;

use unicode_casefold::UnicodeCaseFold;
use unicode_normalization::UnicodeNormalization;

use crate::crypto::key::KeyId;
use crate::digest::Digest;
use crate::limits;
use crate::path::misleads;

/// The name by which thresholds, reports and policies know a signer.
///
/// Compared byte by byte. The prefix `key:` belongs to bare keys, whose
/// identity is their key id and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(String);

/// Why a text cannot name an authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Nothing to call it by.
    #[error("the identity is empty")]
    Empty,
    /// Longer than [`limits::IDENTITY_BYTES_MAX`].
    #[error("an identity of {found} bytes, expected at most {}", limits::IDENTITY_BYTES_MAX)]
    TooLong {
        /// How long it is.
        found: usize,
    },
    /// A character that a reader would not see, or would see in another place.
    #[error("the identity contains U+{:04X}, which a reader cannot see", u32::from(*found))]
    Invisible {
        /// The character.
        found: char,
    },
    /// White space where a reader does not look for it: at an end, doubled, or
    /// other than U+0020.
    #[error("the identity has white space at an end, in a row, or other than U+0020")]
    Space,
    /// Begins with `key:` and does not go on as `sha256:<hex>`.
    #[error("an identity that begins with 'key:' must be 'key:sha256:<hex>'")]
    Reserved,
}

impl Identity {
    /// The only way to make one from text.
    pub fn new(text: &str) -> Result<Identity, IdentityError> {
        if text.is_empty() {
            return Err(IdentityError::Empty);
        }
        if text.len() > limits::IDENTITY_BYTES_MAX {
            return Err(IdentityError::TooLong { found: text.len() });
        }
        if let Some(found) = text.chars().find(|c| misleads(*c)) {
            return Err(IdentityError::Invisible { found });
        }
        let space = |c: char| c.is_whitespace();
        if text.starts_with(space)
            || text.ends_with(space)
            || text.contains("  ")
            || text.chars().any(|c| space(c) && c != ' ')
        {
            return Err(IdentityError::Space);
        }
        if let Some(id) = text.strip_prefix("key:")
            && (!id.starts_with("sha256:") || Digest::parse(id).is_err())
        {
            return Err(IdentityError::Reserved);
        }
        Ok(Identity(text.to_owned()))
    }

    /// The identity of a key that nobody gave a name: its SHA-256 key id.
    pub fn of_bare_key(id: &KeyId) -> Identity {
        Identity(format!("key:{id}"))
    }

    /// Whether it is only a key id, and so says nothing about a person.
    pub fn is_bare_key(&self) -> bool {
        self.0.starts_with("key:")
    }

    /// The key that it is the id of, where it is only that.
    pub fn bare_key(&self) -> Option<KeyId> {
        let digest = Digest::parse(self.0.strip_prefix("key:")?);
        Some(KeyId::new(digest.expect("an identity of that prefix has a digest behind it")))
    }

    /// The same for every identity that differs only in letter case or in how
    /// its characters are composed. Never compared for trust, only to refuse
    /// two identities that a reader would take for one.
    pub fn folded(&self) -> String {
        self.0.nfc().collect::<String>().as_str().case_fold().nfc().collect()
    }

    /// The text, safe to print.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |text: &str, expected: Result<(), IdentityError>| {
            assert_eq!(Identity::new(text).map(|_| ()), expected, "{text:?}");
        };
        check("release@example.org", Ok(()));
        check("Überprüfer der Stelle 7", Ok(()));
        check("", Err(IdentityError::Empty));
        check(" a", Err(IdentityError::Space));
        check("a ", Err(IdentityError::Space));
        check("a  b", Err(IdentityError::Space));
        check("a\u{a0}b", Err(IdentityError::Space));
        check("a\u{3000}b", Err(IdentityError::Space));
        check("a\tb", Err(IdentityError::Invisible { found: '\t' }));
        check("a\u{202e}b", Err(IdentityError::Invisible { found: '\u{202e}' }));
        check("a\u{200b}", Err(IdentityError::Invisible { found: '\u{200b}' }));
        check(&"x".repeat(limits::IDENTITY_BYTES_MAX), Ok(()));
        let found = limits::IDENTITY_BYTES_MAX + 1;
        check(&"x".repeat(found), Err(IdentityError::TooLong { found }));
        check("key:mine", Err(IdentityError::Reserved));
        check("key:sha256:00", Err(IdentityError::Reserved));
        check(
            &format!("key:{}", Digest::of(crate::digest::Algorithm::Sha1, b"")),
            Err(IdentityError::Reserved),
        );
    }

    #[test]
    fn folding() {
        let folded = |text: &str| Identity::new(text).unwrap().folded();
        assert_eq!(folded("Alice@Example.ORG"), folded("alice@example.org"));
        assert_eq!(folded("\u{c4}"), folded("a\u{308}"));
        assert_ne!(folded("alice"), folded("al1ce"));
    }

    #[test]
    fn bare_keys_have_the_one_spelling() {
        let bare = Identity::of_bare_key(&crate::crypto::mac::SharedKey::from_bytes(&[1; 32]).unwrap().id());
        assert_eq!(Identity::new(bare.as_str()), Ok(bare.clone()));
        assert!(bare.is_bare_key());
        assert_eq!(bare.bare_key().map(|id| format!("key:{id}")).as_deref(), Some(bare.as_str()));
        assert_eq!(Identity::new("keystone").unwrap().bare_key(), None);
        assert!(!Identity::new("keystone").unwrap().is_bare_key());
    }
}
