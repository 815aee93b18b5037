//! What a binary knows of its own making: the key that is pinned in it, and
//! the tools that it was built with. Reads two files and asks two programs for
//! their version; touches no network.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script reads its environment and speaks to cargo by printing"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// How the SubjectPublicKeyInfo of every Ed25519 key begins, in base64.
const ED25519: &str = "MCowBQYDK2VwAyEA";

fn main() {
    println!("cargo:rerun-if-env-changed=STELLA_KIT_KEY");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=kit/development-key.pub.pem");

    let development = key(Path::new("kit/development-key.pub.pem"));
    let pinned = match pinned_file() {
        None => String::new(),
        Some(file) => {
            println!("cargo:rerun-if-changed={}", file.display());
            let key = key(&file);
            assert!(key != development, "everybody has the development key: it is never pinned");
            key
        }
    };
    println!("cargo:rustc-env=STELLA_DEVELOPMENT_KEY={development}");
    println!("cargo:rustc-env=STELLA_PINNED_KEY={pinned}");
    println!("cargo:rustc-env=STELLA_TARGET={}", env::var("TARGET").unwrap_or_default());
    println!(
        "cargo:rustc-env=STELLA_COMPILER={}",
        first_line(&env::var("RUSTC").unwrap_or_else(|_| "rustc".into()), "-V")
    );
    println!("cargo:rustc-env=STELLA_LIBC={}", first_line("getconf", "GNU_LIBC_VERSION"));
}

/// `$STELLA_KIT_KEY`, or kit/pinned.pem where there is one.
fn pinned_file() -> Option<PathBuf> {
    if let Some(given) = env::var_os("STELLA_KIT_KEY").filter(|value| !value.is_empty()) {
        return Some(given.into());
    }
    let standing = Path::new("kit/pinned.pem");
    // Watched also while it is absent, so that laying it there has an effect.
    println!("cargo:rerun-if-changed=kit");
    standing.exists().then(|| standing.to_owned())
}

/// The base64 text of an Ed25519 public key in PEM.
fn key(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (begin, body, end) = (lines.next(), lines.next(), lines.next());
    assert!(
        begin == Some("-----BEGIN PUBLIC KEY-----") && end == Some("-----END PUBLIC KEY-----"),
        "{} is not one PEM public key",
        file.display()
    );
    let body = body.unwrap_or_default();
    assert!(
        body.len() == 60 && body.starts_with(ED25519) && lines.next().is_none(),
        "{} is not an Ed25519 key: kits are signed with Ed25519",
        file.display()
    );
    body.to_owned()
}

fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}
