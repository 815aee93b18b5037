//! What several tests need: the release binary, built apart from the tests so
//! that it has no feature which only they switch on.

#![allow(dead_code, reason = "each test uses its own part")]

pub mod evidence;
pub mod markup;
pub mod schema;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder of Cargo.toml.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `stella` under test: `$STELLA_BINARY`, or target/release/stella, which
/// is built once (quickly, where `make test` has done so already).
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("STELLA_BINARY") {
            return PathBuf::from(given);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--release", "--locked", "--bin", "stella"])
            .current_dir(root())
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the release binary does not build");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        target.join("release/stella")
    })
}

/// The folder of a public suite: `$STELLA_CONFORMANCE`, or `shared/conformance`
/// beside any folder above this one. Absent data is said and skipped, unless
/// `STELLA_CONFORMANCE_REQUIRED` is set.
pub fn conformance(suite: &str) -> Option<PathBuf> {
    let given = std::env::var_os("STELLA_CONFORMANCE").map(PathBuf::from);
    let beside = || root().ancestors().map(|a| a.join("shared/conformance")).find(|p| p.is_dir());
    let found = given.or_else(beside).map(|folder| folder.join(suite)).filter(|folder| folder.is_dir());
    if found.is_none() {
        assert!(
            std::env::var_os("STELLA_CONFORMANCE_REQUIRED").is_none(),
            "the suite {suite} is required and not there"
        );
        eprintln!("skipped: no suite {suite} (set STELLA_CONFORMANCE)");
    }
    found
}

/// Where the samples of other systems are: `$STELLA_SEEDS`, or `shared/seeds`
/// beside any folder above this one.
pub fn seeds() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STELLA_SEEDS") {
        return Some(PathBuf::from(folder));
    }
    root().ancestors().skip(1).map(|above| above.join("shared/seeds")).find(|seeds| seeds.is_dir())
}

/// Whether a program is installed; says so where it is not.
pub fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    if !found {
        eprintln!("skipped: {name} is not installed");
    }
    found
}
