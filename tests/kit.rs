//! Snapshots and kits, made and checked by the release binary and by the
//! programs that a person has without us.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{binary, has_program, root};

fn stella(arguments: &[&str], folder: &Path) -> Output {
    Command::new(binary()).args(arguments).current_dir(folder).output().unwrap()
}

fn run(command: &str, folder: &Path) -> Output {
    Command::new("bash").args(["-euo", "pipefail", "-c", command]).current_dir(folder).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn assert_status(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "{}", text(output));
}

/// A folder with `in/`, the same content every time.
fn input() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("notes.txt", "seen"), ("disk/image.bin", "0101"), ("disk/log/a.log", "")] {
        let path = folder.path().join("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

#[test]
fn a_snapshot_is_the_same_in_other_surroundings() {
    for ending in ["tar", "tgz", "tar.zst"] {
        let (one, two) = (input(), input());
        let create = format!("forensic snapshot create --case C-1 --output out.{ending} in");
        assert_status(&stella(&create.split(' ').collect::<Vec<_>>(), one.path()), 0);
        let elsewhere = format!(
            "umask 077; chmod 0600 in/notes.txt; touch -d 1999-01-01 in/disk; mkdir deep; cd deep; \
             env TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 HOME=/ {} \
             forensic snapshot create --output ../out.{ending} --case C-1 \"$PWD/../in/\"",
            binary().display()
        );
        assert_status(&run(&elsewhere, two.path()), 0);
        let read = |folder: &Path| fs::read(folder.join(format!("out.{ending}"))).unwrap();
        assert!(read(one.path()) == read(two.path()), "{ending}");
    }
}

#[test]
fn a_snapshot_satisfies_the_recipe_of_others() {
    let folder = input();
    let made = stella(
        &["forensic", "snapshot", "create", "--case", "C-1", "--output", "out.tgz", "in"],
        folder.path(),
    );
    assert_status(&made, 0);
    let checked = run(
        "mkdir out; tar -xzf out.tgz -C out; cd out; sha256sum --strict --quiet -c checksums.txt; sha256sum checksums.txt",
        folder.path(),
    );
    assert_status(&checked, 0);
    let root = String::from_utf8(checked.stdout).unwrap()[..64].to_owned();
    assert!(text(&made).starts_with(&format!("root sha256:{root}\n")), "{}", text(&made));
}

#[test]
fn a_snapshot_only_where_it_can_be_made() {
    let check = |arguments: &str, status: i32| {
        let folder = input();
        let full = format!("forensic snapshot create {arguments}");
        let output = stella(&full.split(' ').collect::<Vec<_>>(), folder.path());
        assert_status(&output, status);
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{}", text(&output));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something is left behind");
    };
    check("--case C-1 --output out.tgz nowhere", 4);
    check("--case C-1 --output in/out.tgz in", 2);
    check("--case C-1 --output in in", 2);
    check("--case C-1 --output nowhere/out.tgz in", 2);
    check("--case C-1 --output out.tgz --key in/notes.txt in", 2);
}

#[test]
fn verify_accepts_what_create_made() {
    let folder = input();
    let key = root().join("kit/development-key.pem");
    let public = root().join("kit/development-key.pub.pem");
    let (key, public) = (key.to_str().unwrap(), public.to_str().unwrap());
    for output in ["out", "out.tar", "out.tgz", "out.tar.zst"] {
        let create =
            ["forensic", "snapshot", "create", "--case", "C-1", "--key", key, "--output", output, "in"];
        assert_status(&stella(&create, folder.path()), 0);
        let verify = ["forensic", "verify", "--bundle", output, "--trust-roots", public];
        assert_status(&stella(&verify, folder.path()), 0);
    }
    // One byte of a sealed file.
    fs::write(folder.path().join("out/evidence/notes.txt"), "sEen").unwrap();
    let verify = ["forensic", "verify", "--bundle", "out", "--trust-roots", public];
    let output = stella(&verify, folder.path());
    assert_status(&output, 3);
    assert!(text(&output).contains("integrity.digest"), "{}", text(&output));
}

// --- kits ------------------------------------------------------------------

/// A kit in a folder, made as `make kit` makes it, with the release binary.
fn kit() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(root().join("kit/build.sh"))
        .env("BINARY", binary())
        .env("VERSION", env!("CARGO_PKG_VERSION"))
        .env("OUTPUT", folder.path())
        .env("TRUST", "kit/trust")
        .env("POLICY", "src/policy/default.toml")
        .env("SEQUENCE", "5")
        .env_remove("KEY")
        .current_dir(root())
        .output()
        .unwrap();
    assert_status(&output, 0);
    assert!(text(&output).contains("DEVELOPMENT KIT"));
    assert_status(&run("zstd -dc *.tar.zst | tar -xf -", folder.path()), 0);
    let unpacked = folder.path().join(concat!("stella-kit-", env!("CARGO_PKG_VERSION")));
    (folder, unpacked)
}

#[test]
fn the_printed_page_works_as_printed() {
    if !(has_program("openssl") && has_program("zstd") && has_program("python3")) {
        return;
    }
    let (_folder, kit) = kit();
    let page = fs::read_to_string(kit.join("INSTRUCTIONS.txt")).unwrap();
    // Commands stand indented by seven; a step is a block of them.
    let mut steps: Vec<String> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("       ") {
            Some(command) if !command.starts_with(char::is_numeric) => {
                if !inside {
                    steps.push(String::new());
                }
                steps.last_mut().unwrap().push_str(&format!("{command}\n"));
                inside = true;
            }
            _ => inside = false,
        }
    }
    assert_eq!(steps.len(), 7, "{steps:#?}");
    let says = |step: usize, expected: &str| {
        let output = run(&steps[step], &kit);
        assert_status(&output, 0);
        assert!(text(&output).contains(expected), "{}\n{}", steps[step], text(&output));
    };
    says(0, "-");
    says(1, "Signature Verified Successfully");
    says(2, "ALL GOOD");
    says(3, "NOTHING ADDED");
    says(4, "self-test passed");
    // Each of them notices what it is there for.
    fs::write(kit.join("autorun.inf"), "").unwrap();
    assert_ne!(run(&steps[3], &kit).status.code(), Some(0));
    fs::remove_file(kit.join("autorun.inf")).unwrap();
    let policy = fs::read(kit.join("policy.toml")).unwrap();
    fs::write(kit.join("policy.toml"), [&policy[..], b"\n"].concat()).unwrap();
    assert_ne!(run(&steps[2], &kit).status.code(), Some(0));
    run(
        "sha256sum policy.toml > new; sed -i '/  policy.toml/d' checksums.txt; cat new >> checksums.txt; rm new",
        &kit,
    );
    assert_eq!(run(&steps[2], &kit).status.code(), Some(0));
    assert_ne!(run(&steps[1], &kit).status.code(), Some(0));
}

#[test]
fn a_kit_is_verified_packed_and_unpacked() {
    if !(has_program("zstd") && has_program("python3")) {
        return;
    }
    let (folder, kit) = kit();
    let archive = format!("{}.tar.zst", kit.display());
    let public = root().join("kit/development-key.pub.pem");
    let verify = |path: &str| {
        stella(&["kit", "verify", path, "--key", public.to_str().unwrap(), "--output", "json"], folder.path())
    };
    for path in [kit.to_str().unwrap(), &archive] {
        let output = verify(path);
        // A development kit is never more.
        assert_status(&output, 6);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["status"], "inconclusive");
        assert_eq!(report["kit"]["development"], true);
        assert_eq!(report["kit"]["sequence"], "5");
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0]["check"], "trust.development");
    }
    // The binary of the tests has no key pinned; without one nothing is established.
    assert_status(&stella(&["kit", "verify", &archive], folder.path()), 6);

    let check = |change: &dyn Fn(&Path), expected: &str| {
        let copy = folder.path().join("copy");
        let _ = fs::remove_dir_all(&copy);
        assert_status(&run(&format!("cp -R {} copy", kit.display()), folder.path()), 0);
        change(&copy);
        let output = verify(copy.to_str().unwrap());
        assert_status(&output, 3);
        assert!(text(&output).contains(expected), "{}", text(&output));
    };
    check(&|copy| fs::write(copy.join("policy.toml"), "x").unwrap(), "kit.contents");
    check(&|copy| fs::write(copy.join("more"), "x").unwrap(), "kit.contents");
    check(&|copy| fs::remove_file(copy.join("LICENSE")).unwrap(), "kit.contents");
    check(&|copy| fs::write(copy.join("checksums.txt.sig"), [0; 64]).unwrap(), "kit.signature");
    check(&|copy| std::os::unix::fs::symlink("LICENSE", copy.join("more")).unwrap(), "intake.link");
}

#[test]
fn the_kit_says_how_old_it_is() {
    if !(has_program("zstd") && has_program("python3")) {
        return;
    }
    let (folder, kit) = kit();
    let public = root().join("kit/development-key.pub.pem");
    let inside = kit.join("bin/stella");
    assert_eq!(fs::metadata(&inside).unwrap().permissions().mode() & 0o777, 0o755);
    let output = Command::new(&inside)
        .args(["kit", "status", "--at", "2026-02-01T00:00:00Z", "--key"])
        .arg(&public)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_status(&output, 0);
    assert!(text(&output).contains("sequence 5"), "{}", text(&output));
    // Not every program lies in a kit, and no key is pinned in this one.
    assert_status(&stella(&["kit", "status"], folder.path()), 4);
    assert_status(&Command::new(&inside).args(["kit", "status"]).output().unwrap(), 65);
}
