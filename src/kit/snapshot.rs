//! `forensic snapshot create`: reads files twice, once to measure and once to
//! write, and the second reading must give the bytes of the first.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::attest::json_line;
use crate::attest::snapshot::{Entry, FOLDER, Layout, LayoutError, PAYLOAD_TYPE};
use crate::digest::Digest;
use crate::kit::container::{Container, ContainerError, Mode};
use crate::kit::input::{self, InputError, Measured};
use crate::limits;
use crate::sign::{self, SignError, Signer};
use crate::time::UnixTime;

/// What to seal.
pub struct Request<'a> {
    /// To which case it belongs.
    pub case_id: &'a str,
    /// Files and directories. A directory stands for its content.
    pub inputs: &'a [PathBuf],
    /// A name ending in `.tar`, `.tar.gz`, `.tgz` or `.tar.zst`, or a directory to make.
    pub output: &'a std::path::Path,
    /// When it was made, where somebody says so.
    pub created: Option<UnixTime>,
    /// Who signs the root.
    pub signer: Option<&'a dyn Signer>,
}

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of `checksums.txt`.
    pub root: Digest,
    /// How many files.
    pub files: usize,
    /// How many bytes they have together.
    pub bytes: u64,
    /// The key that signed, where one did.
    pub signed_by: Option<String>,
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// An input is not what may be sealed.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The files cannot be laid out.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The output was not written.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// Nothing was signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// Seals `request.inputs` into `request.output`, whole or not at all.
pub fn create(request: &Request<'_>) -> Result<Sealed, SnapshotError> {
    let mut container = Container::create(request.output, request.inputs)?;
    let measured: Vec<Measured> = input::gather(request.inputs, FOLDER)?
        .into_par_iter()
        .map(input::measure)
        .collect::<Result<_, _>>()?;
    let entries = measured
        .iter()
        .map(|file| Entry { path: file.input.path.clone(), sha256: file.sha256, size: file.size })
        .collect();
    let layout = Layout::new(request.case_id, request.created, entries)?;

    let mut made = vec![
        ("bundle.json", layout.bundle.clone()),
        ("checksums.txt", layout.checksums.clone()),
        ("instructions.txt", layout.instructions.clone()),
        ("manifest.json", layout.manifest.clone()),
    ];
    if let Some(signer) = request.signer {
        let envelope = json_line(&sign::envelope(PAYLOAD_TYPE, &layout.statement(), &[signer])?);
        let size = envelope.len() as u64;
        if size > limits::STRUCTURED_BYTES_MAX {
            return Err(LayoutError::TooLarge { name: "signature.json", size }.into());
        }
        made.push(("signature.json", envelope));
    }
    // Members come sorted by name; `checksums.txt` is thereby read before the
    // files that it lists.
    let (before, after) = made.split_at(made.partition_point(|(name, _)| *name < FOLDER));
    let add_made = |container: &mut Container, files: &[(&str, Vec<u8>)]| {
        files.iter().try_for_each(|(name, bytes)| {
            container.add(name, Mode::File, bytes.len() as u64, &mut bytes.as_slice())
        })
    };
    add_made(&mut container, before)?;
    for file in &measured {
        container.add(&file.input.path, Mode::File, file.size, &mut file.reopen()?)?;
    }
    add_made(&mut container, after)?;
    container.finish()?;
    Ok(Sealed {
        root: layout.root,
        files: measured.len(),
        bytes: measured.iter().map(|file| file.size).sum(),
        signed_by: request.signer.map(|signer| signer.public_key().id().to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::container::Packing;
    use crate::sign::Ed25519File;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::Command;

    fn seal(output: &Path, inputs: &[PathBuf]) -> Result<Sealed, SnapshotError> {
        create(&Request { case_id: "ACME-123", inputs, output, created: None, signer: None })
    }

    fn some_files(folder: &Path, order: &[&str]) {
        for name in order {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name.as_bytes()).unwrap();
        }
    }

    const NAMES: [&str; 5] = ["b", "a/c", "a-b", "empty/deep/d", "grün"];

    #[test]
    fn same_files_same_bytes() {
        for name in ["out.tar", "out.tgz", "out.tar.zst"] {
            let one = tempfile::tempdir().unwrap();
            let two = tempfile::tempdir().unwrap();
            let backwards: Vec<&str> = NAMES.into_iter().rev().collect();
            some_files(&one.path().join("in"), &NAMES);
            some_files(&two.path().join("other name"), &backwards);
            fs::set_permissions(two.path().join("other name/b"), fs::Permissions::from_mode(0o400)).unwrap();
            let a = seal(&one.path().join(name), &[one.path().join("in")]).unwrap();
            let b = seal(&two.path().join(name), &[two.path().join("./other name/")]).unwrap();
            assert_eq!(a, b);
            assert_eq!(a.files, NAMES.len());
            assert_eq!(fs::read(one.path().join(name)).unwrap(), fs::read(two.path().join(name)).unwrap());
        }
    }

    #[test]
    fn sha256sum_agrees() {
        let folder = tempfile::tempdir().unwrap();
        some_files(&folder.path().join("in"), &NAMES);
        let sealed = seal(&folder.path().join("out"), &[folder.path().join("in")]).unwrap();
        let run = |arguments: &[&str]| {
            Command::new("sha256sum").args(arguments).current_dir(folder.path().join("out")).output().unwrap()
        };
        let checked = run(&["--strict", "-c", "checksums.txt"]);
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        assert_eq!(String::from_utf8(checked.stdout).unwrap().lines().count(), NAMES.len() + 3);
        let root = String::from_utf8(run(&["checksums.txt"]).stdout).unwrap();
        assert_eq!(root, format!("{}  checksums.txt\n", sealed.root.hex()));
    }

    #[test]
    fn long_names_survive_the_archive() {
        let folder = tempfile::tempdir().unwrap();
        let long = format!("{}/{}", "d".repeat(120), "ü".repeat(110));
        some_files(&folder.path().join("in"), &[&long]);
        seal(&folder.path().join("out.tar"), &[folder.path().join("in")]).unwrap();
        let mut archive = tar::Archive::new(fs::File::open(folder.path().join("out.tar")).unwrap());
        let sealed = archive.entries().unwrap().map(Result::unwrap).nth(2).unwrap();
        assert_eq!(sealed.path().unwrap().to_str().unwrap(), format!("{FOLDER}/{long}"));
    }

    #[test]
    fn a_signature_is_over_the_root() {
        let folder = tempfile::tempdir().unwrap();
        some_files(&folder.path().join("in"), &NAMES);
        let key = folder.path().join("key.pem");
        fs::write(&key, include_str!("../../kit/development-key.pem")).unwrap();
        let signer = Ed25519File::open(&key).unwrap();
        let sealed = create(&Request {
            case_id: "c",
            inputs: &[folder.path().join("in")],
            output: &folder.path().join("out"),
            created: None,
            signer: Some(&signer),
        })
        .unwrap();
        let envelope = fs::read(folder.path().join("out/signature.json")).unwrap();
        let envelope = crate::wire::json::parse(&envelope).unwrap();
        let payload = envelope.get("payload").unwrap().as_str().unwrap();
        let payload = crate::wire::base64::decode_standard(payload).unwrap();
        let statement = crate::statement::Statement::parse(&payload).unwrap();
        assert_eq!(statement.predicate_type, crate::attest::snapshot::PREDICATE_TYPE);
        assert_eq!(statement.subjects[0].digests, [sealed.root]);
        assert_eq!(sealed.signed_by.unwrap(), signer.public_key().id().to_string());
    }

    #[test]
    fn refusals_leave_nothing() {
        let check = |prepare: &dyn Fn(&Path), expected: &str| {
            for output in ["out", "out.tar", "out.tgz", "out.tar.zst"] {
                let folder = tempfile::tempdir().unwrap();
                let input = folder.path().join("in");
                some_files(&input, &["a"]);
                prepare(&input);
                let error = seal(&folder.path().join(output), &[input]).unwrap_err();
                assert!(error.to_string().contains(expected), "{error}");
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{output}");
            }
        };
        check(&|input| symlink("a", input.join("b")).unwrap(), "symbolic link");
        check(&|input| symlink("/", input.join("b")).unwrap(), "symbolic link");
        check(&|input| fifo(&input.join("b")), "neither a regular file");
        check(&|input| drop(std::os::unix::net::UnixListener::bind(input.join("b")).unwrap()), "neither");
        check(&|input| some_files(input, &["A"]), "one name");
        check(&|input| some_files(input, &["x\\y"]), "backslash");
        check(&|input| some_files(input, &["x\ny"]), "cannot stand");
        check(&|input| some_files(input, &["x."]), "dot or a space");
        check(&|input| fs::remove_file(input.join("a")).unwrap(), "no file to seal");
    }

    fn fifo(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    #[test]
    fn inputs_of_one_name_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        some_files(folder.path(), &["one/a", "two/a"]);
        let inputs = [folder.path().join("one"), folder.path().join("two/a")];
        assert!(seal(&folder.path().join("out"), &inputs).is_err());
        assert!(matches!(
            seal(&folder.path().join("out"), &[folder.path().join("nowhere")]),
            Err(SnapshotError::Input(InputError::Unreadable { .. }))
        ));
        assert_eq!(Packing::of(Path::new("out")), Packing::Directory);
    }

    #[test]
    fn a_file_that_changes_is_not_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        for (before, after) in [("12", "13"), ("12", "1"), ("12", "123"), ("", "1")] {
            fs::write(&file, before).unwrap();
            let input = input::Input { path: "evidence/a".into(), file: file.clone() };
            let measured = input::measure(input).unwrap();
            fs::write(&file, after).unwrap();
            let mut sink = Vec::new();
            let found = std::io::copy(&mut measured.reopen().unwrap(), &mut sink);
            assert!(found.is_err(), "{before} {after}");
        }
    }
}
