//! `kit build`: takes a folder with everything that a kit holds, signs and packs it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::attest::json_line;
use crate::digest::Digest;
use crate::kit::container::{Container, ContainerError, Mode, Packing};
use crate::kit::input::{self, InputError, Measured};
use crate::kit::manifest::{
    BINARY, CHECKSUMS, CHECKSUMS_SIGNATURE, ENVELOPE, KitManifest, Listed, MANIFEST, NOT_LISTED, PAYLOAD_TYPE,
    POLICY, PUBLIC_KEY, TRUST,
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

/// Packs `request.folder`. `names` reads the trust store and the policy: the
/// command does that with the readers that verification uses.
pub fn pack(
    request: &Request<'_>,
    names: &dyn Fn(&[(String, Vec<u8>)], &[u8]) -> Result<Names, PackError>,
) -> Result<Packed, PackError> {
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
    let mut trust = Vec::new();
    for file in &measured {
        if let Some(name) = file.input.path.strip_prefix(TRUST).and_then(|rest| rest.strip_prefix('/')) {
            let bytes = read(&measured, &file.input.path)?.unwrap_or_default();
            trust.push((name.to_owned(), bytes));
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
