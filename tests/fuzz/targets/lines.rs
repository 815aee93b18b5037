//! Lines are the same from the whole and from pieces, and nothing is lost between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::wire::lines::{Ending, Line, Splitter, lines};

fuzz_target!(|input: (u8, u8, bool, &[u8])| {
    let (piece, limit, crlf, bytes) = input;
    let (ending, limit) = (if crlf { Ending::LfOrCrLf } else { Ending::Lf }, usize::from(limit));
    let whole: Result<Vec<_>, _> = lines(bytes, ending, limit).collect();
    let mut pieces = Vec::new();
    let mut take = |line: Line<'_>| pieces.push((line.number, line.content.to_vec(), line.ended));
    let mut splitter = Splitter::new(ending, limit);
    let fed = bytes.chunks(usize::from(piece).max(1)).try_for_each(|piece| splitter.feed(piece, &mut take));
    let fed = fed.and_then(|()| splitter.finish(&mut take)).map(|()| pieces);
    let owned = |line: &Line<'_>| (line.number, line.content.to_vec(), line.ended);
    assert_eq!(fed, whole.clone().map(|all| all.iter().map(owned).collect()));
    if let (Ok(whole), Ending::Lf) = (whole, ending) {
        let joined: Vec<u8> =
            whole.iter().flat_map(|l| l.content.iter().copied().chain(l.ended.then_some(b'\n'))).collect();
        assert_eq!(joined, bytes);
    }
});
