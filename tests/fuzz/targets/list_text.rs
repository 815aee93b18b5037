//! A list as text is written again in the plainest spelling of its grammar and
//! read as the same list. The first byte chooses the grammar.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stella_forensic::digest::Algorithm;
use stella_forensic::listing::{Entry, Grammar, TextList, parse_text};

fn grammar(choice: u8) -> Grammar {
    let algorithm = Algorithm::ALL[usize::from(choice / 3) % Algorithm::ALL.len()];
    match choice % 3 {
        0 => Grammar::Checksums,
        1 => Grammar::Sums(algorithm),
        _ => Grammar::Bag(algorithm),
    }
}

fn written(grammar: Grammar, list: &TextList) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(root) = &list.root {
        text.extend(format!("root {}\n", root.hex()).bytes());
    }
    for entry in &list.entries {
        let name = String::from_utf8(entry.path.raw()).expect("a line is UTF-8");
        let name = match grammar {
            Grammar::Bag(_) => name.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D"),
            _ => name,
        };
        text.extend(format!("{}  {name}\n", entry.digest.hex()).bytes());
    }
    text
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else { return };
    let grammar = grammar(*choice);
    let Ok(list) = parse_text(grammar, text) else { return };
    assert!(text.ends_with(b"\n") && !text.contains(&b'\r'));
    assert!(list.root.is_none() || grammar == Grammar::Checksums);
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    assert!(list.entries.len() + usize::from(list.root.is_some()) <= lines);
    if list.entries.is_empty() && list.root.is_none() {
        return;
    }
    let again = parse_text(grammar, &written(grammar, &list)).expect("the plain spelling is read");
    let content = |list: &TextList| {
        let plain = |entry: &Entry| (entry.path.clone(), entry.digest, entry.size);
        (list.root, list.entries.iter().map(plain).collect::<Vec<_>>())
    };
    assert_eq!(content(&again), content(&list));
});
