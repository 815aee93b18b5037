//! What is shipped reads no clock while it verifies: kit/clockless.py, on the
//! static binary that `make static` left (or `$STELLA_STATIC`), and on the
//! unoptimised one.

mod support;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| support::root().join("target"), PathBuf::from)
}

/// Runs the script, which says with 77 that nothing can be shown here.
fn shown(arguments: &[&OsStr]) {
    if !support::has_program("python3") {
        return;
    }
    let script = support::root().join("kit/clockless.py");
    let shown = Command::new("python3").arg(script).args(arguments).output().unwrap();
    let text = [&shown.stdout[..], &shown.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    match shown.status.code() {
        Some(77) => eprintln!("{text}"),
        code => assert_eq!(code, Some(0), "{text}"),
    }
}

#[test]
fn the_static_binary_reads_no_clock() {
    let built = target().join("x86_64-unknown-linux-gnu/dist/stella");
    let binary = std::env::var_os("STELLA_STATIC").map_or(built, PathBuf::from);
    match binary.is_file() {
        true => shown(&[binary.as_os_str()]),
        false => eprintln!("skipped: there is no static binary (make static)"),
    }
}

#[test]
fn a_clock_lies_only_behind_what_is_known() {
    // The unoptimised build that cargo makes beside these tests: it has its
    // symbols, and nothing in it is inlined away.
    let binary = target().join("debug/stella");
    let tools = ["objdump", "nm", "readelf"].iter().all(|tool| support::has_program(tool));
    if tools && binary.is_file() {
        shown(&[OsStr::new("--symbols"), binary.as_os_str()]);
    }
}
