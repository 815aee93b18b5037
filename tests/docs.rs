//! What the documents say about the tree is true.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::root;

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every file under `folder` whose name ends so.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| path.to_str().is_some_and(|p| p.ends_with(ending)));
    found.sort();
    found
}

fn documents() -> Vec<PathBuf> {
    let mut all = files("docs", ".md");
    all.extend(["README.md", "SECURITY.md", "CHANGELOG.md"].map(|name| root().join(name)));
    all.extend(files("kit", ".md"));
    all
}

#[test]
fn links_lead_somewhere() {
    let mut dead = Vec::new();
    for document in documents() {
        let folder = document.parent().unwrap();
        // What stands in code is no link: every second part between backticks.
        let text = fs::read_to_string(&document).unwrap();
        let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in prose.split("](").skip(1) {
            let Some((target, _)) = part.split_once(')') else { continue };
            let file = target.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            if !folder.join(file).exists() {
                dead.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn the_map_names_every_room() {
    let map = text("docs/ARCHITECTURE.md");
    let (_, map) = map.split_once("## Map").unwrap();
    let (map, _) = map.split_once("## Invariants").unwrap();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let room = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        if !matches!(room.as_str(), "lib" | "main") {
            assert!(map.contains(&format!("`{room}`")), "{room} is not on the map");
        }
    }
}

#[test]
fn named_make_targets_exist() {
    let makefile = text("Makefile");
    let mut missing = BTreeSet::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for words in text.split("make ").skip(1) {
            let target: String = words.chars().take_while(char::is_ascii_lowercase).collect();
            let before = &text[..text.len() - words.len()];
            // Only where it is code: `make x`, or an indented block.
            let code = text[..before.len() - 5].ends_with('`') || text[..before.len() - 5].ends_with("    ");
            if code && !target.is_empty() && !makefile.contains(&format!("\n{target}:")) {
                missing.insert(target);
            }
        }
    }
    assert!(missing.is_empty(), "no such target: {missing:?}");
}

#[test]
fn decisions_are_numbered_and_whole() {
    let found = files("docs/decisions", ".md");
    let decisions: Vec<_> = found.iter().filter(|path| !path.ends_with("README.md")).collect();
    let mut numbers: Vec<u32> = Vec::new();
    for path in decisions {
        let name = path.file_name().unwrap().to_str().unwrap();
        let number = name[..4].parse().unwrap_or_else(|_| panic!("{name} has no number"));
        numbers.push(number);
        let text = fs::read_to_string(path).unwrap();
        assert!(text.starts_with(&format!("# {number}. ")), "{name}: the heading has another number");
        for heading in ["## Situation", "## Decision", "## What follows"] {
            assert!(text.contains(heading), "{name} lacks {heading}");
        }
    }
    let distinct: BTreeSet<_> = numbers.iter().collect();
    assert_eq!(distinct.len(), numbers.len(), "two decisions share a number: {numbers:?}");
}

#[test]
fn every_check_has_a_section() {
    let Ok(checks) = fs::read_to_string(root().join("docs/checks.md")) else {
        eprintln!("skipped: docs/checks.md is not written yet");
        return;
    };
    for id in stella_forensic::finding::CheckId::ALL {
        assert!(checks.contains(&format!("## {id}\n")) || checks.contains(&format!("## `{id}`\n")), "{id}");
    }
}

#[test]
fn no_path_of_a_machine_stands_in_the_tree() {
    let mut wrong = Vec::new();
    let mut all = documents();
    for (folder, ending) in [("src", ".rs"), ("tests", ".rs"), ("kit", ""), ("checksums", ""), (".ci", "")] {
        all.extend(files(folder, ending));
    }
    all.extend(["Makefile", "Cargo.toml", "clippy.toml", "deny.toml"].map(|name| root().join(name)));
    let banned = [["/wo", "rk/"], ["/ho", "me/"], ["/ro", "ot/"], ["crates", ".io"], ["docs", ".rs/"]]
        .map(|p| p.concat());
    for path in all {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (at, line) in text.lines().enumerate() {
            if banned.iter().any(|word| line.contains(word.as_str())) {
                wrong.push(format!("{}:{}: {line}", path.display(), at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The words between backticks of a document, outside of code blocks.
fn quoted_words(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with("    ")).flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn named_checks_exist() {
    use stella_forensic::finding::CheckId;
    let areas: BTreeSet<&str> =
        CheckId::ALL.iter().map(|id| id.as_str().split_once('.').unwrap().0).collect();
    let mut unknown = BTreeSet::new();
    for document in documents() {
        // These speak of members of files and reports, which are spelt alike.
        let alike = ["docs/formats/policy.md", "docs/formats/trust-store.md", "docs/formats/report.md"];
        if alike.iter().any(|name| document.ends_with(name)) {
            continue;
        }
        let text = fs::read_to_string(&document).unwrap();
        for word in quoted_words(&text) {
            let Some((area, name)) = word.split_once('.') else { continue };
            let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            // A file name such as `custody.md` or `kit.toml` is no check.
            let file = matches!(name, "md" | "rs" | "toml" | "json" | "jsonl" | "ndjson" | "txt");
            if areas.contains(area) && plain && !file && CheckId::parse(word).is_none() {
                unknown.insert(format!("{}: {word}", document.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "no such check: {unknown:?}");
}
