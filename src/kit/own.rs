//! The kit that the running program lies in, if it lies in one.
//!
//! Its trust store and policy count only after its manifest is verified under
//! the pinned key and names this very program; otherwise a program that is
//! laid beside somebody's store would take it for its own.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::crypto::key::PublicKey;
use crate::digest::Digest;
use crate::kit::input::{self, Input, InputError};
use crate::kit::manifest::{BINARY, ENVELOPE, KitManifest, MANIFEST, ManifestError, POLICY, TRUST};
use crate::kit::verify::{KitSignatureError, signed_by};
use crate::limits;

/// What a kit gives to the program in it.
#[derive(Clone, Debug)]
pub struct OwnKit {
    /// Verified.
    pub manifest: KitManifest,
    /// The files of the trust store, by their name in it.
    pub trust: BTreeMap<String, Vec<u8>>,
    /// The policy.
    pub policy: Vec<u8>,
}

/// Why the kit around the program does not count.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnKitError {
    /// A file of it cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The manifest is malformed.
    #[error("the kit manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// The manifest is not signed by the key.
    #[error("the kit manifest: {0}")]
    Signature(#[from] KitSignatureError),
    /// No key is pinned, and none was given.
    #[error("no key is pinned in this program, so it cannot tell its kit from another")]
    NoKey,
    /// The manifest is of another program.
    #[error("the kit is one of another program: it names {expected}, this is {found}")]
    OtherProgram {
        /// What the manifest names.
        expected: Digest,
        /// What runs.
        found: Digest,
    },
    /// A file is not the one that was packed.
    #[error("{path} is not the file that was packed")]
    Changed {
        /// Which one.
        path: String,
    },
    /// Longer than what is read.
    #[error("{path} is too long to be read")]
    TooLarge {
        /// Which one.
        path: String,
    },
}

/// The folder of the kit in which the program `executable` lies, by its place
/// alone: `<kit>/bin/stella` beside `<kit>/kit.json`.
pub fn folder_unverified(executable: &Path) -> Option<PathBuf> {
    let folder = executable.parent()?.parent()?;
    let at_its_place = executable == folder.join(BINARY);
    (at_its_place && folder.join(MANIFEST).symlink_metadata().is_ok()).then(|| folder.to_owned())
}

/// Opens the kit at `folder` for the program `executable`, which `key` must
/// have signed. Reads the program, the trust store and the policy, and nothing else.
pub fn open(folder: &Path, executable: &Path, key: Option<&PublicKey>) -> Result<OwnKit, OwnKitError> {
    let key = key.ok_or(OwnKitError::NoKey)?;
    let manifest_bytes = read(folder, MANIFEST)?;
    signed_by(&manifest_bytes, &read(folder, ENVELOPE)?, key)?;
    let manifest = KitManifest::parse_unverified(&manifest_bytes)?;

    let own = input::measure(Input { path: BINARY.into(), file: executable.to_owned() })?.sha256;
    if own != manifest.binary {
        return Err(OwnKitError::OtherProgram { expected: manifest.binary, found: own });
    }
    let mut trust = BTreeMap::new();
    for path in manifest.files.keys() {
        if let Some(name) = path.strip_prefix(TRUST).and_then(|rest| rest.strip_prefix('/')) {
            trust.insert(name.to_owned(), read_listed(folder, path, &manifest)?);
        }
    }
    let policy = read_listed(folder, POLICY, &manifest)?;
    Ok(OwnKit { manifest, trust, policy })
}

/// The bytes of a file that must be the listed one: what is used is what was hashed.
fn read_listed(folder: &Path, path: &str, manifest: &KitManifest) -> Result<Vec<u8>, OwnKitError> {
    let bytes = read(folder, path)?;
    match manifest.files.get(path) {
        Some(listed) if listed.sha256 == Digest::sha256(&bytes) => Ok(bytes),
        _ => Err(OwnKitError::Changed { path: path.to_owned() }),
    }
}

fn read(folder: &Path, path: &str) -> Result<Vec<u8>, OwnKitError> {
    let file = folder.join(path);
    let mut bytes = Vec::new();
    input::open_file(&file)?
        .take(limits::STRUCTURED_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| input::unreadable(&file, source))?;
    if bytes.len() as u64 > limits::STRUCTURED_BYTES_MAX {
        return Err(OwnKitError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::pack::{self, Names, Request};
    use crate::kit::pinned;
    use crate::sign::Ed25519File;
    use std::fs;

    fn packed() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        for (name, content) in
            [(BINARY, "program"), ("trust/trust.json", "{}"), (POLICY, "policy"), ("a.txt", "")]
        {
            let path = source.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let signer = Ed25519File::open(Path::new("kit/development-key.pem")).unwrap();
        let request = Request {
            folder: &source,
            output: &folder.path().join("kit"),
            signer: &signer,
            sequence: 1,
            created: None,
            sufficient_until: None,
        };
        let digest = Digest::sha256(b"");
        pack::pack(&request, &|_, _| Ok(Names { trust: digest, trust_sequence: None, policy: digest }))
            .unwrap();
        folder
    }

    #[test]
    fn the_kit_around_a_program() {
        let folder = packed();
        let kit = folder.path().join("kit");
        let program = kit.join(BINARY);
        assert_eq!(folder_unverified(&program), Some(kit.clone()));
        let own = open(&kit, &program, Some(&pinned::development_key())).unwrap();
        assert_eq!(own.trust, BTreeMap::from([("trust.json".to_owned(), b"{}".to_vec())]));
        assert_eq!(own.policy, b"policy");
        assert!(own.manifest.development);
        assert!(matches!(open(&kit, &program, None), Err(OwnKitError::NoKey)));
    }

    #[test]
    fn not_by_its_place_alone() {
        let folder = packed();
        assert_eq!(folder_unverified(&folder.path().join("source/bin/stella")), None);
        assert_eq!(folder_unverified(&folder.path().join("kit/policy.toml")), None);
        assert_eq!(folder_unverified(Path::new("stella")), None);
    }

    #[test]
    fn refusals() {
        let check = |change: &dyn Fn(&Path), expected: &str| {
            let folder = packed();
            let kit = folder.path().join("kit");
            change(&kit);
            let error = open(&kit, &kit.join(BINARY), Some(&pinned::development_key())).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        };
        let write = |name: &'static str, content: &'static str| {
            move |kit: &Path| fs::write(kit.join(name), content).unwrap()
        };
        check(&write(BINARY, "other"), "of another program");
        check(&write("trust/trust.json", "{ }"), "trust/trust.json is not the file that was packed");
        check(&write(POLICY, "loose"), "policy.toml is not the file that was packed");
        check(&write(MANIFEST, "{}"), "the payload is not the manifest");
        check(&write(ENVELOPE, "{}"), "kit manifest");
        check(&|kit: &Path| fs::remove_file(kit.join(POLICY)).unwrap(), "policy.toml");
        check(
            &|kit: &Path| {
                fs::rename(kit.join(POLICY), kit.join("p")).unwrap();
                std::os::unix::fs::symlink("p", kit.join(POLICY)).unwrap();
            },
            "symbolic link",
        );
    }
}
