//! `kit build`: takes a folder with everything that a kit holds, signs and packs it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::attest::json_line;
use crate::digest::Digest;
use crate::kit::container::{Container, ContainerError, Mode, Packing};
use crate::kit::input::{self, InputError, Measured};
use crate::kit::manifest::{
    BINARY, CHECKSUMS, CHECKSUMS_SIGNATURE, ENVELOPE, KitManifest, Listed, MANIFEST, NOT_LISTED,
    PAYLOAD_TYPE, POLICY, PUBLIC_KEY, TRUST,
};
use crate::kit::pinned;
use crate::limits;
use crate::sign::{self, SignError, Signer};
use crate::time::UnixTime;
use crate::wire::pem;

/// What to pack.
pub struct Request<'a> {
    /// `bin/stella`, `trust/...`, `policy.toml`, and whatever else goes along.
    pub folder: &'a Path,
    /// A name ending in `.tar.zst` and the like, or a directory to make.
    pub output: &'a Path,
    /// Who signs.
    pub signer: &'a dyn Signer,
    /// The number of this kit.
    pub sequence: u64,
    /// When it was made, where somebody says so.
    pub created: Option<UnixTime>,
    /// Until when it is held to be sufficient.
    pub sufficient_until: Option<UnixTime>,
}

/// What the trust store and the policy of a kit are called in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// Digest of the trust store.
    pub trust: Digest,
    /// Its sequence.
    pub trust_sequence: Option<u64>,
    /// Digest of the policy.
    pub policy: Digest,
}

/// Why no kit was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A file is not what may be packed.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The output was not written.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// Nothing was signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A kit without it is none.
    #[error("{path} is missing in what is to be packed")]
    Missing {
        /// Which file.
        path: &'static str,
    },
    /// Made while packing, and there already.
    #[error("{path} is made while packing, and lies there already")]
    Reserved {
        /// Which file.
        path: String,
    },
    /// A name that a kit cannot have.
    #[error("the name {path} cannot stand in a kit")]
    Name {
        /// Escaped.
        path: String,
    },
    /// More than a kit may hold.
    #[error("more files or bytes than a kit may hold")]
    TooLarge,
    /// The key that signs is not the one that the program would ask for.
    #[error("the program does not have {key} pinned, which signs: build it with this key")]
    NotPinned {
        /// Which key.
        key: String,
    },
    /// The trust store or the policy cannot be read.
    #[error("{path}: {reason}")]
    Unusable {
        /// Which of them.
        path: String,
        /// Why.
        reason: String,
    },
}

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// What the kit says of itself.
    pub manifest: KitManifest,
    /// SHA-256 of the public key, which travels another way than the kit.
    pub fingerprint: Digest,
}

/// Reads the files of a trust store and a policy.
pub type ReadNames<'a> = dyn Fn(&BTreeMap<String, Vec<u8>>, &[u8]) -> Result<Names, PackError> + 'a;

/// Packs `request.folder`. `names` reads the trust store and the policy: the
/// command does that with the readers that verification uses.
pub fn pack(request: &Request<'_>, names: &ReadNames<'_>) -> Result<Packed, PackError> {
    let mut container = Container::create(request.output, &[request.folder.to_owned()])?;
    let measured = measure(request.folder)?;
    let content = read(&measured, BINARY)?.ok_or(PackError::Missing { path: BINARY })?;
    let key = request.signer.public_key();
    let development = *key == pinned::development_key();
    // The pinned key stands in the program as text; see kit::pinned.
    let spelling = pinned::spelling(key);
    if !development && !contains(&content, spelling.as_bytes()) {
        return Err(PackError::NotPinned { key: key.id().to_string() });
    }
    let policy = read(&measured, POLICY)?.ok_or(PackError::Missing { path: POLICY })?;
    let mut trust = BTreeMap::new();
    for file in &measured {
        if let Some(name) = file.input.path.strip_prefix(TRUST).and_then(|rest| rest.strip_prefix('/')) {
            let bytes = read(&measured, &file.input.path)?.unwrap_or_default();
            trust.insert(name.to_owned(), bytes);
        }
    }
    if trust.is_empty() {
        return Err(PackError::Missing { path: TRUST });
    }
    let names = names(&trust, &policy)?;

    let public = pem::encode("PUBLIC KEY", &key.spki_der()).into_bytes();
    let mut files: BTreeMap<String, Listed> = measured
        .iter()
        .map(|file| (file.input.path.clone(), Listed { sha256: file.sha256, size: file.size }))
        .collect();
    files.insert(PUBLIC_KEY.into(), Listed { sha256: Digest::sha256(&public), size: public.len() as u64 });
    let manifest = KitManifest {
        version: pinned::VERSION.into(),
        target: pinned::TARGET.into(),
        compiler: pinned::COMPILER.into(),
        libc: pinned::LIBC.into(),
        sequence: request.sequence,
        created: request.created,
        sufficient_until: request.sufficient_until,
        development,
        key: key.id().to_string(),
        binary: Digest::sha256(&content),
        trust: names.trust,
        trust_sequence: names.trust_sequence,
        policy: names.policy,
        files,
    };
    let manifest_bytes = manifest.to_bytes();
    let envelope = json_line(&sign::envelope(PAYLOAD_TYPE, &manifest_bytes, &[request.signer])?);
    let checksums = manifest.checksums(&manifest_bytes, &envelope);
    let signature = sign::sign(request.signer, &checksums)?;

    let mut made: BTreeMap<&str, Vec<u8>> = BTreeMap::from([
        (CHECKSUMS, checksums),
        (CHECKSUMS_SIGNATURE, signature),
        (ENVELOPE, envelope),
        (MANIFEST, manifest_bytes),
        (PUBLIC_KEY, public),
    ]);
    // In an archive everything lies in one folder, so that unpacking it
    // somewhere does not strew files about.
    let prefix = match Packing::of(request.output) {
        Packing::Directory => String::new(),
        _ => format!("stella-kit-{}/", manifest.version),
    };
    let mut by_name: BTreeMap<String, Option<&Measured>> =
        measured.iter().map(|file| (file.input.path.clone(), Some(file))).collect();
    by_name.extend(made.keys().map(|name| ((*name).to_owned(), None)));
    for (path, file) in by_name {
        let name = format!("{prefix}{path}");
        match file {
            Some(file) => container.add(&name, mode(&path), file.size, &mut file.reopen()?)?,
            None => {
                let bytes = made.remove(path.as_str()).expect("every name without a file was made above");
                container.add(&name, Mode::File, bytes.len() as u64, &mut bytes.as_slice())?;
            }
        }
    }
    container.finish()?;
    Ok(Packed { manifest, fingerprint: *key.id().digest() })
}

fn measure(folder: &Path) -> Result<Vec<Measured>, PackError> {
    let inputs = input::gather(&[PathBuf::from(folder)], "")?;
    if inputs.len() > limits::KIT_FILES_MAX {
        return Err(PackError::TooLarge);
    }
    for input in &inputs {
        if NOT_LISTED.contains(&input.path.as_str()) || input.path == PUBLIC_KEY {
            return Err(PackError::Reserved { path: input.path.clone() });
        }
        let escaped = crate::path::escape(input.path.as_bytes());
        if escaped != input.path {
            return Err(PackError::Name { path: escaped });
        }
    }
    let measured: Vec<Measured> = inputs.into_iter().map(input::measure).collect::<Result<_, _>>()?;
    if measured.iter().map(|file| file.size).sum::<u64>() > limits::KIT_BYTES_MAX {
        return Err(PackError::TooLarge);
    }
    Ok(measured)
}

fn read(measured: &[Measured], path: &str) -> Result<Option<Vec<u8>>, PackError> {
    let Some(file) = measured.iter().find(|file| file.input.path == path) else { return Ok(None) };
    let mut bytes = Vec::new();
    let failed = |source| input::unreadable(&file.input.file, source);
    file.reopen()?.read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

fn mode(path: &str) -> Mode {
    if path == BINARY || path.ends_with(".sh") { Mode::Program } else { Mode::File }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::verify::{Found, Standing, examine};
    use crate::sign::Ed25519File;
    use std::fs;
    use std::process::Command;

    fn source(folder: &Path, files: &[(&str, &[u8])]) -> PathBuf {
        let source = folder.join("source");
        for (name, content) in files {
            let path = source.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        source
    }

    fn names(_: &BTreeMap<String, Vec<u8>>, _: &[u8]) -> Result<Names, PackError> {
        Ok(Names { trust: Digest::sha256(b""), trust_sequence: Some(1), policy: Digest::sha256(b"") })
    }

    fn pack_with(key: &Path, folder: &Path, output: &str) -> Result<Packed, PackError> {
        let signer = Ed25519File::open(key).unwrap();
        let request = Request {
            folder: &folder.join("source"),
            output: &folder.join(output),
            signer: &signer,
            sequence: 3,
            created: None,
            sufficient_until: None,
        };
        pack(&request, &names)
    }

    const KEY: &str = "kit/development-key.pem";
    const FILES: [(&str, &[u8]); 3] = [(BINARY, b"program"), ("trust/t.json", b"{}"), (POLICY, b"p")];

    #[test]
    fn a_person_checks_it_with_other_programs() {
        let folder = tempfile::tempdir().unwrap();
        source(folder.path(), &FILES);
        let packed = pack_with(Path::new(KEY), folder.path(), "kit").unwrap();
        let run = |program: &str, arguments: &str| {
            let output = Command::new(program)
                .args(arguments.split(' '))
                .current_dir(folder.path().join("kit"))
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{program} {arguments}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        };
        run("sha256sum", "--strict --quiet -c checksums.txt");
        run(
            "openssl",
            "pkeyutl -verify -rawin -pubin -inkey kit.pub.pem -in checksums.txt -sigfile checksums.txt.sig",
        );
        let der = run("openssl", "pkey -pubin -in kit.pub.pem -outform DER");
        assert_eq!(Digest::sha256(&der), packed.fingerprint);
    }

    #[test]
    fn what_is_packed_is_verified() {
        let folder = tempfile::tempdir().unwrap();
        source(folder.path(), &FILES);
        let packed = pack_with(Path::new(KEY), folder.path(), "kit").unwrap();
        let mut found = Found::default();
        for input in input::gather(&[folder.path().join("kit")], "").unwrap() {
            let bytes = fs::read(&input.file).unwrap();
            found.content.insert(input.path.clone(), bytes);
            let measured = input::measure(input).unwrap();
            found.files.insert(measured.input.path, Listed { sha256: measured.sha256, size: measured.size });
        }
        let examined = examine(&found, Some(&pinned::development_key()), Some(Digest::sha256(b"program")));
        assert_eq!(examined.standing(), Standing::Inconclusive); // a development kit
        assert_eq!(examined.book.findings.len(), 1);
        assert_eq!(examined.manifest, Some(packed.manifest));
    }

    #[test]
    fn twice_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        source(folder.path(), &FILES);
        for name in ["1.tar.zst", "2.tar.zst"] {
            pack_with(Path::new(KEY), folder.path(), name).unwrap();
        }
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read("1.tar.zst"), read("2.tar.zst"));
    }

    #[test]
    fn refusals_leave_nothing() {
        let check = |files: &[(&str, &[u8])], expected: &str| {
            let folder = tempfile::tempdir().unwrap();
            source(folder.path(), files);
            let error = pack_with(Path::new(KEY), folder.path(), "kit.tar.zst").unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        };
        check(&FILES[1..], "bin/stella is missing");
        check(&FILES[..2], "policy.toml is missing");
        check(&[FILES[0], FILES[2]], "trust is missing");
        check(&[FILES[0], FILES[1], FILES[2], ("kit.json", b"")], "lies there already");
        check(&[FILES[0], FILES[1], FILES[2], ("kit.pub.pem", b"")], "lies there already");
        check(&[FILES[0], FILES[1], FILES[2], ("a%b", b"")], "cannot stand");
    }

    #[test]
    fn the_program_must_have_the_key_that_signs() {
        let folder = tempfile::tempdir().unwrap();
        let mut der = pem::blocks(include_str!("../../kit/development-key.pem")).unwrap()[0].der.clone();
        der[20] ^= 1;
        let key = folder.path().join("key.pem");
        fs::write(&key, pem::encode("PRIVATE KEY", &der)).unwrap();
        source(folder.path(), &FILES);
        assert!(matches!(pack_with(&key, folder.path(), "kit"), Err(PackError::NotPinned { .. })));
        let pinned = pinned::spelling(Ed25519File::open(&key).unwrap().public_key());
        source(folder.path(), &[(BINARY, format!("pro{pinned}gram").as_bytes())]);
        assert!(!pack_with(&key, folder.path(), "kit").unwrap().manifest.development);
    }
}
