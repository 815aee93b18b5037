//! Output files: whole or not at all.

#![allow(clippy::disallowed_methods, reason = "cli writes the files that the user named")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cli::failure::Failure;
use crate::cli::places;

/// The file that is being written, for the handler of an interruption.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Refuses to write a report over anything that is read, or into it, over what
/// is no regular file, or two of them to one place: asked before the reading
/// begins, so that a slip of the hand costs nothing.
pub fn beside(files: &[&Path], read: &[PathBuf]) -> Result<(), Failure> {
    let mut targets = BTreeSet::new();
    for file in files {
        let refuse = |why: String| Err(Failure::usage(format!("the report {} {why}", file.display())));
        let name =
            file.file_name().ok_or_else(|| Failure::usage(format!("{} names no file", file.display())))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let over = |one: &&PathBuf| {
            places::lies_in(folder, one)
                || places::lies_in(file, one)
                || places::shared(file, &[(*one).clone()]).is_some()
        };
        if let Some(one) = read.iter().find(over) {
            return refuse(format!("would be written over or into {}, which is read", one.display()));
        }
        if fs::symlink_metadata(file).is_ok_and(|there| !there.is_file()) {
            return refuse("would replace something that is no regular file".to_owned());
        }
        let target = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).join(name);
        if !targets.insert(target) {
            return refuse("is asked for twice".to_owned());
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
