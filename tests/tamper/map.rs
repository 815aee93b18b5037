//! The committed map of what may be changed without `verified` being lost.
//!
//! One line for each: `DEED PATH WHERE WHY`. `WHERE` is a range of offsets for a
//! flip (`17` or `17-23`, both ends in it), and names what was done for every
//! other deed (`-` where there is nothing to name). A line that explains nothing
//! is stale, and so is a range whose ends explain nothing.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;

/// Where in a file something was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// One byte.
    At(usize),
    /// What was done.
    Named(String),
}

enum Pattern {
    Range(RangeInclusive<usize>),
    Named(String),
}

struct Line {
    text: String,
    deed: String,
    path: String,
    pattern: Pattern,
    used: BTreeSet<Where>,
}

pub struct Map(Vec<Line>);

impl Map {
    pub fn read(name: &str) -> Map {
        let file = super::root().join(format!("tests/malleability/{name}.txt"));
        let text = fs::read_to_string(&file).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Map(lines.map(Line::read).collect())
    }

    /// Whether a line says why that is no harm.
    pub fn explains(&mut self, deed: &str, path: &str, place: &Where) -> bool {
        let mut explained = false;
        for line in self.0.iter_mut().filter(|line| line.deed == deed && line.path == path) {
            let matches = match (&line.pattern, place) {
                (Pattern::Range(range), Where::At(at)) => range.contains(at),
                (Pattern::Named(name), Where::Named(done)) => name == done,
                _ => false,
            };
            if matches {
                line.used.insert(place.clone());
                explained = true;
            }
        }
        explained
    }

    /// The lines that explain nothing, or less than they say.
    pub fn stale(&self) -> Vec<String> {
        let stale = |line: &&Line| match &line.pattern {
            Pattern::Range(range) => {
                let ends = [*range.start(), *range.end()];
                ends.iter().any(|end| !line.used.contains(&Where::At(*end)))
            }
            Pattern::Named(_) => line.used.is_empty(),
        };
        self.0.iter().filter(stale).map(|line| line.text.clone()).collect()
    }
}

impl Line {
    fn read(text: &str) -> Line {
        let mut words = text.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("{text}: DEED PATH WHERE WHY")).to_owned();
        let (deed, path, place, why) = (word(), word(), word(), word());
        assert!(why.len() > 10, "{text}: says no reason");
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text} is no offset"));
        let pattern = match deed.as_str() {
            "flip" => {
                let (from, to) = place.split_once('-').unwrap_or((&place, &place));
                Pattern::Range(number(from)..=number(to))
            }
            _ => Pattern::Named(place),
        };
        Line { text: text.to_owned(), deed, path, pattern, used: BTreeSet::new() }
    }
}

/// What survived and is not in the map, as lines to judge and to copy: flips
/// that lie close together are one line.
pub fn lines(survived: &BTreeSet<(String, String, Where)>) -> Vec<String> {
    let mut lines: Vec<(String, String, usize, usize)> = Vec::new();
    let mut named = Vec::new();
    for (deed, path, place) in survived {
        match place {
            Where::Named(name) => named.push(format!("{deed} {path} {name} ?")),
            Where::At(at) => match lines.last_mut() {
                Some((d, p, _, to)) if d == deed && p == path && at - *to <= 3 => *to = *at,
                _ => lines.push((deed.clone(), path.clone(), *at, *at)),
            },
        }
    }
    let lines = lines.into_iter().map(|(deed, path, from, to)| match from == to {
        true => format!("{deed} {path} {from} ?"),
        false => format!("{deed} {path} {from}-{to} ?"),
    });
    lines.chain(named).collect()
}
