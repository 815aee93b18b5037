//! A name that is taken can be given back, has one spelling, shows nothing that
//! misleads, and cannot pass for a member of an archive.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::limits;
use stella_forensic::path::{EvidencePath, escape, escape_text, misleads};

/// The rules, one by one.
fn allowed(raw: &[u8]) -> bool {
    let parts: Vec<&[u8]> = raw.split(|byte| *byte == b'/').collect();
    !raw.contains(&0)
        && !raw.contains(&b'\\')
        && raw.len() <= limits::PATH_BYTES_MAX
        && parts.len() <= limits::PATH_DEPTH_MAX
        && parts.iter().all(|part| !part.is_empty() && !part.ends_with(b".") && !part.ends_with(b" "))
        && parts.iter().all(|part| part.get(1) != Some(&b':') || !part[0].is_ascii_alphabetic())
}

fuzz_target!(|bytes: &[u8]| {
    let shown = escape(bytes);
    assert!(!shown.contains('!') && !shown.chars().any(misleads));
    // Undoing it gives the bytes: so no two names are shown alike.
    let mut undone = Vec::new();
    let mut rest = shown.as_bytes();
    while let [byte, after @ ..] = rest {
        if let [b'%', high, low, after @ ..] = rest {
            let digit = |d: &u8| (*d as char).to_digit(16).expect("two digits follow") as u8;
            undone.push(digit(high) * 16 + digit(low));
            rest = after;
        } else {
            undone.push(*byte);
            rest = after;
        }
    }
    assert_eq!(undone, bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        assert!(!escape_text(text).chars().any(misleads));
    }

    let path = EvidencePath::new(bytes);
    assert_eq!(path.is_ok(), allowed(bytes));
    let Ok(path) = path else { return };
    assert_eq!(path.as_str(), shown);
    assert_eq!(path.raw(), bytes);
    match path.folder() {
        Some(folder) => {
            assert_eq!(EvidencePath::new(&folder.raw()), Ok(folder.clone()));
            let name = path.below(folder.as_str()).expect("it lies in its folder");
            assert_eq!((name.as_str(), path.parent()), (path.file_name(), folder.as_str()));
            assert_eq!(EvidencePath::new(&name.raw()), Ok(name));
        }
        None => assert_eq!(path.file_name(), path.as_str()),
    }
    let member = path.inside(&path);
    assert_eq!(member.as_str().matches("!/").count(), 1);
    assert_ne!(EvidencePath::new(member.as_str().as_bytes()), Ok(member));
});
