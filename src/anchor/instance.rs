//! What the parts of a signing service that issues certificates to persons say
//! of themselves in a trust root, beside their keys.
//!
//! How this would be attacked: pass one log off as another whose key it shares;
//! let an authority that the same root certified stand in for the one that the
//! trust root lists; leave out what an issuer demands beside its certificates,
//! so that nobody asks for it.

use std::collections::BTreeSet;

use crate::digest::{Algorithm, Digest};

/// How a transparency log is called where its key cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogName {
    /// The first line of its checkpoints: the host of its base URL, with the path
    /// where there is one.
    pub origin: String,
    /// The ids by which entries and promises name it.
    pub ids: BTreeSet<Vec<u8>>,
    /// With what its tree is hashed.
    pub hash: Algorithm,
}

/// To which certificates paths below the anchors of an authority are confined.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain {
    /// SHA-256 of those that may issue.
    pub between: BTreeSet<Digest>,
    /// SHA-256 of the only ones that may sign, where they are listed.
    pub leaves: Option<BTreeSet<Digest>>,
}

/// What must come with a certificate of an issuer of identities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accompanied {
    /// In the certificate: the promise of a certificate transparency log.
    pub promise: bool,
    /// With what is signed: the entry of a transparency log.
    pub entry: bool,
}

impl Chain {
    /// Whether a path of these certificates, by SHA-256 and the target first,
    /// stays within.
    pub fn admits(&self, path: &[Digest]) -> bool {
        let Some((leaf, between)) = path.split_first() else { return false };
        let leaf_fits = self.leaves.as_ref().is_none_or(|leaves| leaves.contains(leaf));
        leaf_fits && between.iter().all(|one| self.between.contains(one))
    }
}

impl Accompanied {
    /// Nothing.
    pub const BY_NOTHING: Accompanied = Accompanied { promise: false, entry: false };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_within_a_chain() {
        let digest = |text: &str| Digest::sha256(text.as_bytes());
        let chain = |leaves: Option<&[&str]>| Chain {
            between: BTreeSet::from([digest("i")]),
            leaves: leaves.map(|all| all.iter().map(|one| digest(one)).collect()),
        };
        let check = |chain: &Chain, path: &[&str], expected| {
            let path: Vec<Digest> = path.iter().map(|one| digest(one)).collect();
            assert_eq!(chain.admits(&path), expected, "{path:?}");
        };
        check(&chain(None), &["x", "i"], true);
        check(&chain(None), &["x"], true);
        check(&chain(None), &["x", "j"], false);
        check(&chain(None), &[], false);
        check(&chain(Some(&["a"])), &["a", "i"], true);
        check(&chain(Some(&["a"])), &["x", "i"], false);
        check(&chain(Some(&["a"])), &["i"], false);
    }
}
