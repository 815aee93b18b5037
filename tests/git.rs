//! Repositories that git itself made: every object read as git reads it, and every
//! signature of SSH judged as git judges it. Where there is no git, nothing is run.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use stella_forensic::anchor::TrustedKey;
use stella_forensic::crypto::key::SshKey;
use stella_forensic::proof::detached::SignedContent;
use stella_forensic::proof::git::object::parse_id;
use stella_forensic::proof::git::{Repository, Signature, Text};
use stella_forensic::proof::sshsig::{self, SshSignature};

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "1784000000 +0000")
        .env("GIT_COMMITTER_DATE", "1784000000 +0000")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    run(folder, "git", arguments).unwrap_or_else(|| panic!("git {arguments:?}"))
}

/// The files below `.git`, by their names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Reads everything that git lists, and compares it with what git prints.
fn same_as_git(folder: &Path) -> usize {
    let held = files(&folder.join(".git"));
    let held: BTreeMap<&str, &[u8]> =
        held.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let repository = Repository::open(&held).unwrap();
    let listed =
        git(folder, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"]);
    let listed = String::from_utf8(listed).unwrap();
    for line in listed.lines() {
        let (id, kind) = line.split_once(' ').unwrap();
        let object =
            repository.read(&parse_id(id).unwrap()).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(object.kind.name(), kind, "{line}");
        assert_eq!(object.body, git(folder, &["cat-file", kind, id]), "{line}");
    }
    let head = String::from_utf8(git(folder, &["rev-parse", "HEAD"])).unwrap();
    assert_eq!(repository.refs()["HEAD"], parse_id(head.trim()).unwrap());
    listed.lines().count()
}

#[test]
fn repositories_of_git() {
    for format in ["sha1", "sha256"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        if run(folder, "git", &["init", "-q", "-b", "main", "--object-format", format]).is_none() {
            println!("0 of 2 repositories: no git that makes them here");
            return;
        }
        git(folder, &["config", "user.name", "Test"]);
        git(folder, &["config", "user.email", "test@test.invalid"]);
        git(folder, &["config", "gc.auto", "0"]);
        let key = folder.join("key");
        let keyed =
            run(folder, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()]);
        if keyed.is_some() {
            git(folder, &["config", "gpg.format", "ssh"]);
            git(folder, &["config", "user.signingkey", key.to_str().unwrap()]);
        } else {
            println!("no ssh-keygen here: nothing is signed");
        }
        let mut text = String::new();
        for number in 0..30 {
            text.push_str(&format!(
                "line {number} of a text that grows, and is packed as changes of itself\n"
            ));
            std::fs::write(folder.join("text"), &text).unwrap();
            git(folder, &["add", "text"]);
            let sign = if keyed.is_some() && number % 3 == 0 { "-S" } else { "--no-gpg-sign" };
            git(folder, &["commit", "-q", sign, "-m", &format!("change {number}")]);
        }
        if keyed.is_some() {
            git(folder, &["tag", "-s", "-m", "a tag", "v1"]);
        }
        let loose = same_as_git(folder);
        git(folder, &["gc", "-q", "--aggressive"]);
        assert!(files(&folder.join(".git")).keys().any(|name| name.ends_with(".pack")));
        assert_eq!(same_as_git(folder), loose);
        if keyed.is_some() {
            signatures(folder, &key);
        }
        println!("git, {format}: {loose} objects read as git reads them, loose and packed");
    }
}

/// What git finds good is good here, and what was changed is not.
fn signatures(folder: &Path, key: &Path) {
    let line = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    std::fs::write(folder.join("allowed"), format!("test@test.invalid {line}")).unwrap();
    git(folder, &["config", "gpg.ssh.allowedSignersFile", folder.join("allowed").to_str().unwrap()]);
    let key = TrustedKey::ssh(SshKey::from_line(&line).unwrap());
    let commits = String::from_utf8(git(folder, &["rev-list", "HEAD"])).unwrap();
    let (mut good, mut unsigned) = (0, 0);
    let names = commits.lines().map(|id| ("commit", id)).chain([("tag", "v1")]);
    for (kind, name) in names {
        let bytes = git(folder, &["cat-file", kind, name]);
        let text = Text::parse(&bytes).unwrap();
        let Some(Signature::Ssh(armor)) = text.signature() else {
            assert!(run(folder, "git", &["verify-commit", name]).is_none(), "{name}");
            unsigned += 1;
            continue;
        };
        assert!(run(folder, "git", &[&format!("verify-{kind}"), name]).is_some(), "{name}");
        let signature = SshSignature::parse(armor.as_bytes()).unwrap();
        let verified =
            |payload: &[u8]| signature.signed_by(&key, sshsig::GIT, SignedContent::Bytes(payload)).is_ok();
        assert!(verified(text.payload()), "{name}");
        let mut changed = text.payload().to_vec();
        changed[40] ^= 1;
        assert!(!verified(&changed), "{name}");
        assert_eq!(
            text.id(),
            parse_id(String::from_utf8(git(folder, &["rev-parse", name])).unwrap().trim()).unwrap()
        );
        good += 1;
    }
    assert_eq!((good, unsigned), (11, 20));
}
