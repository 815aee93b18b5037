//! Output files: whole or not at all.

#![allow(clippy::disallowed_methods, reason = "cli writes the files that the user named")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cli::failure::Failure;

/// The file that is being written, for the handler of an interruption.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Refuses to write `file` over anything that is read, or into it: asked before
/// the reading begins, so that a slip of the hand costs nothing.
pub fn beside(file: &Path, read: &[PathBuf]) -> Result<(), Failure> {
    let name = file.file_name().ok_or_else(|| Failure::usage(format!("{} names no file", file.display())))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Where it would come to lie, and what a link of that name leads to.
    let places = [fs::canonicalize(folder).map(|folder| folder.join(name)), fs::canonicalize(file)];
    for place in places.into_iter().flatten() {
        let taken = read.iter().find(|one| fs::canonicalize(one).is_ok_and(|one| place.starts_with(one)));
        if let Some(one) = taken {
            return Err(Failure::usage(format!(
                "the report {} would be written over or into {}, which is read",
                file.display(),
                one.display()
            )));
        }
    }
    Ok(())
}

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
