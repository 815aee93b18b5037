//! Output files: whole or not at all.

#![allow(clippy::disallowed_methods, reason = "cli writes the files that the user named")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cli::failure::Failure;

/// The file that is being written, for the handler of an interruption.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Writes `bytes` beside `file` and moves them there at the end.
pub fn whole(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let cannot =
        |error: std::io::Error| Failure::fault(format!("{} cannot be written: {error}", file.display()));
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name().ok_or_else(|| Failure::usage(format!("{} names no file", file.display())))?);
    name.push(format!(".{}.unfinished", std::process::id()));
    let unfinished = file.with_file_name(name);
    set(Some(unfinished.clone()));
    let written = fs::File::create_new(&unfinished)
        .and_then(|mut handle| handle.write_all(bytes).and_then(|()| handle.sync_all()))
        .and_then(|()| fs::rename(&unfinished, file));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    set(None);
    written.map_err(cannot)
}

/// Takes away what was not finished.
pub fn abandon() {
    if let Ok(mut unfinished) = UNFINISHED.lock()
        && let Some(path) = unfinished.take()
    {
        let _ = fs::remove_file(path);
    }
}

fn set(path: Option<PathBuf>) {
    if let Ok(mut unfinished) = UNFINISHED.lock() {
        *unfinished = path;
    }
}
