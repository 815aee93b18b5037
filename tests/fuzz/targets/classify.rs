//! Whatever a file is called and whatever is in it, it becomes one item of one
//! kind, and the same one a second time. The first line is the name.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::Digest;
use stella_forensic::evidence::{Kind, Options, Source, collect};
use stella_forensic::wire::tar::{Mode, Writer};

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|b| *b == b'\n') else { return };
    let Ok(name) = str::from_utf8(&bytes[..end]) else { return };
    let content = &bytes[end + 1..];
    let mut writer = Writer::new(Vec::new(), 0);
    if writer.append(name, Mode::File, content.len() as u64, &mut &content[..]).is_err() {
        return;
    }
    let archive = writer.finish().expect("memory does not fail");
    let source = || vec![Source::Stdin(Box::new(Cursor::new(archive.clone())))];
    let evidence = collect(source(), &Options::default()).expect("a stream is always a case");
    let items: Vec<_> = evidence.cases.iter().flat_map(|case| &case.items).collect();
    // An archive may be a container besides; then its members are items too.
    assert!(!items.is_empty());
    let digest = Digest::sha256(content);
    let item = items.iter().find(|item| item.digests.iter().any(|d| d == digest)).expect("the file itself");
    if item.content.is_none() {
        assert!(item.kind.is_artifact() || matches!(item.kind, Kind::Debris | Kind::Timeline(_)));
    }
    assert_eq!(collect(source(), &Options::default()).expect("as before"), evidence);
});
