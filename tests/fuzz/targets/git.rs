//! Objects and packs of git: an object comes out under its own id, or not at all.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::Algorithm;
use stella_forensic::proof::git::object::parse_id;
use stella_forensic::proof::git::{Repository, Text};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = Text::parse(bytes) {
        assert!(text.payload().len() <= bytes.len());
    }
    // An index, two bytes that say how long it is in front, and its pack.
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let Some((index, pack)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { return };
    let loose = "objects/4b/825dc642cb6eb9a060e54bf8d69288fbee4904";
    let files: BTreeMap<&str, &[u8]> =
        [("objects/pack/pack-0.idx", index), ("objects/pack/pack-0.pack", pack), (loose, pack)].into();
    let Ok(repository) = Repository::open(&files) else { return };
    let mut ids: Vec<String> = index.get(1032..).unwrap_or_default().chunks_exact(20).map(hex).collect();
    ids.push(loose.replace("objects", "").replace('/', ""));
    for id in ids.iter().take(16).filter_map(|id| parse_id(id)) {
        if let Ok(object) = repository.read(&id) {
            assert_eq!(object.id(Algorithm::Sha1), id);
        }
    }
});

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
