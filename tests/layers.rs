//! The floors of the house, and the lints that a compiler does not have.
//!
//! `use` lines and paths of `src/` are read as tokens: comments, strings and
//! code under `#[cfg(test)]` do not count, so a test may look upwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// From the ground up. A room may use every room on a line above its own.
/// Rooms on one line are strangers, unless the line says that a later one may
/// use those before it.
const FLOORS: &[(&[&str], Beside)] = &[
    (&["limits", "time", "digest", "path"], Beside::LaterUsesEarlier),
    (&["wire"], Beside::Strangers),
    (&["crypto"], Beside::Strangers),
    (&["anchor"], Beside::Strangers),
    (&["proof"], Beside::Strangers),
    (&["statement", "custody", "listing"], Beside::Strangers),
    (&["trust", "evidence"], Beside::Strangers),
    (&["claim"], Beside::Strangers),
    (&["finding", "fact"], Beside::LaterUsesEarlier),
    (&["check"], Beside::Strangers),
    (&["policy"], Beside::Strangers),
    (&["verify"], Beside::Strangers),
    (&["report"], Beside::Strangers),
    (&["attest", "sign", "kit"], Beside::LaterUsesEarlier),
    (&["cli"], Beside::Strangers),
];

#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Strangers,
    LaterUsesEarlier,
}

/// The only places that may touch files, the clock, the environment or a
/// terminal, and so the only ones that may switch a ban of clippy.toml off.
const TOUCHES_THE_WORLD: &[&str] =
    &["src/cli/", "src/evidence/source", "src/kit/", "src/sign/", "src/main.rs"];

/// The only files that name a clock or what reads one, and what for.
const KNOWS_A_CLOCK: &[(&str, &str)] = &[
    ("src/cli/judging.rs", "`--at now`"),
    ("src/cli/kit.rs", "`kit status --at now`"),
    ("src/cli/progress.rs", "the bar, on a terminal"),
];

/// Where numbers with a fraction may appear, because RFC 8785 and the JSON of Python and JavaScript are about them.
const KNOWS_FLOATS: &[&str] =
    &["src/wire/canonical", "src/wire/javascript", "src/wire/json", "src/wire/python"];

/// Names that say nothing about what a thing is.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "manager", "data", "info"];

#[test]
fn no_floor_uses_one_above_it() {
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        for (used, line) in rooms_used(&file.code, &file.module) {
            if let Err(why) = may_use(&room, &used) {
                wrong.push(format!("{}:{line}: {why}", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_on_a_floor() {
    let mut wrong = BTreeSet::new();
    for room in sources().iter().filter_map(Source::room) {
        if floor(&room).is_none() {
            wrong.insert(room);
        }
    }
    assert!(wrong.is_empty(), "on no floor of tests/layers.rs: {wrong:?}");
}

#[test]
fn unsafe_code_is_forbidden() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    for name in ["src/lib.rs", "src/main.rs"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{name}");
    }
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    assert_absent(&[".", "unwrap", "("], |_| false);
}

#[test]
fn no_order_that_could_reach_a_report() {
    assert_absent(&["HashMap"], |_| false);
    assert_absent(&["HashSet"], |_| false);
}

#[test]
fn no_number_with_a_fraction() {
    let known = |name: &str| KNOWS_FLOATS.iter().any(|prefix| name.starts_with(prefix));
    assert_absent(&["f64"], known);
    assert_absent(&["f32"], known);
}

#[test]
fn no_clock_environment_or_printing_in_the_core() {
    let touches = |name: &str| TOUCHES_THE_WORLD.iter().any(|prefix| name.starts_with(prefix));
    for words in [
        &["SystemTime"][..],
        &["Instant"],
        &["env", "::", "var"],
        &["env", "::", "args"],
        &["println", "!"],
        &["print", "!"],
        &["eprintln", "!"],
        &["eprint", "!"],
        &["std", "::", "fs"],
        &["std", "::", "net"],
        &["Command", "::", "new"],
        // Only these rooms may ask to be excused from a ban.
        &["disallowed_methods"],
        &["disallowed_types"],
        &["disallowed_macros"],
    ] {
        assert_absent(words, touches);
    }
    for words in [&["std", "::", "net"][..], &["TcpStream"], &["UdpSocket"], &["UnixStream"]] {
        assert_absent(words, |_| false);
    }
}

#[test]
fn a_clock_is_named_only_where_it_is_asked_for() {
    let clocks = ["SystemTime", "Instant", "UNIX_EPOCH", "elapsed", "indicatif", "sleep", "park_timeout"];
    let names = |file: &&Source| file.code.iter().any(|token| clocks.contains(&token.text.as_str()));
    let found: Vec<&str> = sources().iter().filter(names).map(|file| file.name.as_str()).collect();
    let known: Vec<&str> = KNOWS_A_CLOCK.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, known, "see docs/ARCHITECTURE.md, no clock");
    // Two calls in all, each where somebody wrote `now`.
    let now = |file: &Source| {
        file.code
            .windows(3)
            .filter(|at| at[1].text == "::" && at[2].text == "now" && at[0].text != "At")
            .count()
    };
    let calls: Vec<(&str, usize)> = sources()
        .iter()
        .map(|file| (file.name.as_str(), now(file)))
        .filter(|(_, calls)| *calls > 0)
        .collect();
    assert_eq!(calls, [("src/cli/judging.rs", 1), ("src/cli/kit.rs", 1)]);
    let verify = sources().iter().find(|file| file.name == "src/cli/judging.rs").unwrap();
    let code: String = verify.code.iter().map(|token| token.text.as_str()).collect();
    assert!(code.contains("At::Now)=>{letsince=SystemTime::now("), "only on `--at now`");
}

#[test]
fn no_crate_opens_a_socket_or_brings_a_second_curve() {
    // deny.toml says the same to cargo-deny; this needs nothing installed.
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let deny = fs::read_to_string(root().join("deny.toml")).unwrap();
    let banned: Vec<&str> =
        deny.split("{ crate = \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(banned.contains(&"socket2") && banned.contains(&"rsa"));
    for name in banned {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name} is in Cargo.lock");
    }
}

#[test]
fn tests_run_the_binary_that_was_built_apart_from_them() {
    // Cargo builds the one that it offers to tests with the features of
    // dev-dependencies, which the shipped one does not have.
    let offered = ["CARGO_BIN", "_EXE"].concat();
    let mut files = Vec::new();
    rust_files(&root().join("tests"), &mut files);
    files.retain(|file| fs::read_to_string(file).unwrap().contains(&offered));
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn no_file_has_an_empty_name() {
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|file| file.module.iter().any(|part| EMPTY_NAMES.contains(&part.as_str())))
        .map(|file| file.name.clone())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn assert_absent(words: &[&str], excused: impl Fn(&str) -> bool) {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !excused(&file.name)) {
        for at in file.code.windows(words.len()) {
            if at.iter().map(|token| token.text.as_str()).eq(words.iter().copied()) {
                wrong.push(format!("{}:{}: {}", file.name, at[0].line, words.concat()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

// --- floors ----------------------------------------------------------------

fn floor(room: &str) -> Option<(usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(height, (rooms, _))| {
        rooms.iter().position(|name| *name == room).map(|place| (height, place))
    })
}

fn may_use(room: &str, used: &str) -> Result<(), String> {
    let (Some(own), Some(other)) = (floor(room), floor(used)) else {
        return Err(format!("{room} uses {used}: one of them is on no floor"));
    };
    if room == used || other.0 < own.0 {
        return Ok(());
    }
    match other.0 == own.0 {
        true if FLOORS[own.0].1 == Beside::LaterUsesEarlier && other.1 < own.1 => Ok(()),
        true => Err(format!("{room} uses {used}, which stands beside it")),
        false => Err(format!("{room} uses {used}, which stands above it")),
    }
}

/// Every top-level module that `code` of `module` names by `crate::` or by
/// climbing with `super::`, with the line.
fn rooms_used(code: &[Token], module: &[String]) -> Vec<(String, usize)> {
    let text = |at: usize| code.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut inline: Vec<usize> = Vec::new(); // depths at which `mod x {` opened
    let mut at = 0;
    while at < code.len() {
        match text(at) {
            "mod" if text(at + 2) == "{" => inline.push(depth + 1),
            "{" => depth += 1,
            "}" => {
                if inline.last() == Some(&depth) {
                    inline.pop();
                }
                depth -= 1;
            }
            "crate" if text(at + 1) == "::" => names_after(code, at + 2, &mut found),
            "super" if text(at + 1) == "::" && (at == 0 || text(at - 1) != "::") => {
                let mut climbed = 1;
                let mut next = at + 2;
                while text(next) == "super" && text(next + 1) == "::" {
                    climbed += 1;
                    next += 2;
                }
                if climbed == module.len() + inline.len() {
                    names_after(code, next, &mut found);
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// `a::...` gives `a`; `{a::b, c as d, e::{f, g}}` gives `a`, `c` and `e`.
fn names_after(code: &[Token], at: usize, found: &mut Vec<(String, usize)>) {
    let Some(first) = code.get(at) else { return };
    if first.text != "{" {
        // A name in capitals or a function at the root of the crate is no room.
        if code.get(at + 1).is_some_and(|t| t.text == "::") || floor(&first.text).is_some() {
            found.push((first.text.clone(), first.line));
        }
        return;
    }
    let mut depth = 0usize;
    let mut expects_name = true;
    for token in &code[at..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => expects_name = true,
            name if depth == 1 && expects_name => {
                expects_name = false;
                if name != "self" {
                    found.push((name.to_owned(), token.line));
                }
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

// --- source ----------------------------------------------------------------

#[derive(Clone, Debug, PartialEq)]
struct Token {
    text: String,
    line: usize,
}

struct Source {
    /// `src/wire/json.rs`
    name: String,
    /// `["wire", "json"]`; nothing for lib.rs.
    module: Vec<String>,
    /// What is compiled outside tests.
    code: Vec<Token>,
}

impl Source {
    fn room(&self) -> Option<String> {
        if self.name == "src/main.rs" { None } else { self.module.first().cloned() }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of `src/`, read once for all tests.
fn sources() -> &'static [Source] {
    static SOURCES: OnceLock<Vec<Source>> = OnceLock::new();
    SOURCES.get_or_init(read_sources)
}

fn read_sources() -> Vec<Source> {
    let mut names = Vec::new();
    rust_files(&root().join("src"), &mut names);
    names.sort();
    let mut only_tests = BTreeSet::new();
    let mut read = BTreeMap::new();
    for path in names {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let module = module_of(&name);
        let (code, test_modules) = without_tests(&tokens(&fs::read_to_string(&path).unwrap()));
        for child in test_modules {
            only_tests.insert([module.clone(), vec![child]].concat());
        }
        read.insert(name, (module, code));
    }
    read.into_iter()
        .filter(|(_, (module, _))| !(1..=module.len()).any(|n| only_tests.contains(&module[..n])))
        .map(|(name, (module, code))| Source { name, module, code })
        .collect()
}

fn rust_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn module_of(name: &str) -> Vec<String> {
    let inside = name.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if parts == ["lib"] || parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// Identifiers, `::`, and single characters; no comments, strings or lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let is = |at: usize, c: char| chars.get(at) == Some(&c);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let start = at;
        let c = chars[at];
        if c == '/' && is(at + 1, '/') {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if c == '/' && is(at + 1, '*') {
            let mut depth = 0;
            loop {
                if is(at, '/') && is(at + 1, '*') {
                    depth += 1;
                    at += 2;
                } else if is(at, '*') && is(at + 1, '/') {
                    depth -= 1;
                    at += 2;
                } else {
                    at += 1;
                }
                if depth == 0 || at >= chars.len() {
                    break;
                }
            }
        } else if c == '"' {
            at = string_end(&chars, at);
        } else if c == '\'' {
            // 'a' and '\n' are characters, 'a alone is a lifetime.
            if is(at + 1, '\\') {
                at += 3;
                while at < chars.len() && chars[at - 1] != '\'' {
                    at += 1;
                }
            } else if is(at + 2, '\'') {
                at += 3;
            } else {
                at += 2;
            }
        } else if word(c) {
            while at < chars.len() && word(chars[at]) {
                at += 1;
            }
            let name: String = chars[start..at].iter().collect();
            let raw_string = name.ends_with('r') && name.len() <= 2 && (is(at, '"') || is(at, '#'));
            if raw_string {
                let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
                if is(at + hashes, '"') {
                    at += hashes + 1;
                    while !(chars[at] == '"' && (1..=hashes).all(|n| is(at + n, '#'))) {
                        at += 1;
                    }
                    at += hashes + 1;
                }
            } else if matches!(name.as_str(), "b" | "c") && is(at, '"') {
                at = string_end(&chars, at);
            } else {
                found.push(Token { text: name, line });
            }
        } else if c == ':' && is(at + 1, ':') {
            found.push(Token { text: "::".into(), line });
            at += 2;
        } else {
            if !c.is_whitespace() {
                found.push(Token { text: c.into(), line });
            }
            at += 1;
        }
        at = at.min(chars.len());
        line += chars[start..at].iter().filter(|c| **c == '\n').count();
    }
    found
}

/// The place after the string literal whose opening quote is at `at`.
fn string_end(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The code without items under `#[cfg(test)]`, and the names of modules in
/// files of their own that are declared so.
fn without_tests(code: &[Token]) -> (Vec<Token>, Vec<String>) {
    let text = |at: usize| code.get(at).map_or("", |token| token.text.as_str());
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < code.len() {
        let starts = ["#", "[", "cfg", "(", "test", ")", "]"];
        let all = ["#", "[", "cfg", "(", "all", "(", "test"];
        let opens = |words: &[&str]| words.iter().enumerate().all(|(n, word)| text(at + n) == *word);
        if !opens(&starts) && !opens(&all) {
            kept.push(code[at].clone());
            at += 1;
            continue;
        }
        while text(at) == "#" {
            at = group_end(code, at + 1);
        }
        if text(at) == "pub" {
            at = if text(at + 1) == "(" { group_end(code, at + 1) } else { at + 1 };
        }
        if text(at) == "mod" && text(at + 2) == ";" {
            modules.push(text(at + 1).to_owned());
        }
        let is_use = text(at) == "use";
        while at < code.len() && text(at) != ";" && (is_use || text(at) != "{") {
            at = if matches!(text(at), "(" | "[" | "{") { group_end(code, at) } else { at + 1 };
        }
        at = if text(at) == "{" { group_end(code, at) } else { at + 1 };
    }
    (kept, modules)
}

/// The place after the bracket that closes the one at `at`.
fn group_end(code: &[Token], mut at: usize) -> usize {
    let mut depth = 0;
    while at < code.len() {
        match code[at].text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

// --- the reader itself -----------------------------------------------------

#[test]
fn paths_are_found_in_every_spelling() {
    let check = |module: &[&str], source: &str, expected: &[&str]| {
        let module: Vec<String> = module.iter().map(|m| (*m).to_owned()).collect();
        let (code, _) = without_tests(&tokens(source));
        let found: Vec<String> = rooms_used(&code, &module).into_iter().map(|(room, _)| room).collect();
        assert_eq!(found, expected, "{source}");
    };
    check(&["a"], "use crate::wire::json;", &["wire"]);
    check(&["a"], "use crate::{limits, wire::{self, json}, time as t};", &["limits", "wire", "time"]);
    check(&["a"], "fn f() { crate::cli::run() }", &["cli"]);
    check(&["a"], "use super::cli::run;", &["cli"]);
    check(&["a", "b"], "use super::cli::run;", &[]);
    check(&["a", "b"], "use super::super::cli::run;", &["cli"]);
    check(&["a"], "mod x { use super::super::cli; } use super::wire;", &["cli", "wire"]);
    check(&["a"], "// use crate::cli;\n/* crate::cli /* */ */ const S: &str = \"crate::cli\";", &[]);
    check(&["a"], "const S: &str = r#\"crate::cli::x \"# ; const B: &[u8] = b\"crate::cli::y\";", &[]);
    check(&["a"], "fn f<'a>(c: char) { c == '\"'; c == '\\''; crate::cli::x() }", &["cli"]);
    check(&["a"], "#[cfg(test)] mod tests { use crate::cli; } use crate::wire;", &["wire"]);
    check(&["a"], "#[cfg(test)] use crate::{cli, report}; use crate::wire;", &["wire"]);
    check(&["a"], "#[cfg(test)] #[allow(x)] pub(crate) mod twin; use crate::wire;", &["wire"]);
}

#[test]
fn floors_are_strict() {
    assert!(may_use("cli", "limits").is_ok());
    assert!(may_use("path", "limits").is_ok());
    assert!(may_use("limits", "path").is_err());
    assert!(may_use("evidence", "trust").is_err());
    assert!(may_use("trust", "evidence").is_err());
    assert!(may_use("wire", "crypto").is_err());
    assert!(may_use("kit", "sign").is_ok());
    assert!(may_use("sign", "kit").is_err());
    assert!(may_use("kit", "nowhere").is_err());
}
