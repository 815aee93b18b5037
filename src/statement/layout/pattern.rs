//! Patterns of artifact rules: `*`, `?` and `[...]`, over the whole path.
//!
//! The specification says "bash-style wildcards" and no more. Held here is what
//! its two implementations agree about: `*` is any number of characters, the
//! slash among them, `?` one character, `[a-z]` one of a set, `[!a-z]` one of
//! no such set; nothing is special about a dot at the beginning.
//!
//! How it would be attacked: `*a*a*a*b` against `aaaa...` (no step back further
//! than to the last star, and a budget for all rules of a layout together); a
//! pattern that two readers take for two (`[^a]`, `\*`, a set that is not
//! closed or runs backwards): refused, whoever means it can write another.

/// A pattern, well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    One(char),
    Any,
    Star,
    Set { negated: bool, ranges: Vec<(char, char)> },
}

/// Why a text is not taken for a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// `\`, which escapes for some readers and not for others.
    #[error("a pattern with a backslash, which readers take for two things")]
    Backslash,
    /// `[^`, which negates for some readers and not for others.
    #[error("a pattern with \"[^\", which readers take for two things")]
    Caret,
    /// `[` without its end.
    #[error("a pattern with a set that is not closed")]
    Open,
    /// `[z-a]`
    #[error("a pattern with a range that runs backwards")]
    Backwards,
}

/// More steps were needed than all rules of a layout may take together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(character) = rest.next() {
            parts.push(match character {
                '\\' => return Err(PatternError::Backslash),
                '?' => Part::Any,
                // Two stars are one.
                '*' if parts.last() == Some(&Part::Star) => continue,
                '*' => Part::Star,
                '[' => set(&mut rest)?,
                other => Part::One(other),
            });
        }
        Ok(Pattern { text: text.to_owned(), parts })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether all of `path` is what the pattern means. Each comparison of one
    /// part with one character takes one from `budget`.
    pub fn matches(&self, path: &str, budget: &mut u64) -> Result<bool, Exhausted> {
        let (mut part, mut rest) = (0, path);
        // Where to go on if what follows the last star does not fit after all.
        let mut back: Option<(usize, &str)> = None;
        loop {
            *budget = budget.checked_sub(1).ok_or(Exhausted)?;
            let mut characters = rest.chars();
            let first = characters.next();
            match (self.parts.get(part), first) {
                (Some(Part::Star), _) => {
                    part += 1;
                    back = Some((part, rest));
                    continue;
                }
                (Some(one), Some(first)) if one.is(first) => {
                    part += 1;
                    rest = characters.as_str();
                    continue;
                }
                (None, None) => return Ok(true),
                _ => {}
            }
            let Some((after, from)) = back else { return Ok(false) };
            let mut shorter = from.chars();
            if shorter.next().is_none() {
                return Ok(false);
            }
            back = Some((after, shorter.as_str()));
            (part, rest) = (after, shorter.as_str());
        }
    }
}

impl Part {
    fn is(&self, character: char) -> bool {
        match self {
            Part::One(one) => *one == character,
            Part::Any => true,
            Part::Star => false,
            Part::Set { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

/// What follows `[`, up to and with `]`. A `]` at its beginning is one of it.
fn set(rest: &mut std::iter::Peekable<std::str::Chars>) -> Result<Part, PatternError> {
    let negated = rest.next_if_eq(&'!').is_some();
    let mut members: Vec<char> = Vec::new();
    loop {
        match rest.next().ok_or(PatternError::Open)? {
            ']' if !members.is_empty() => break,
            '\\' => return Err(PatternError::Backslash),
            '^' if members.is_empty() && !negated => return Err(PatternError::Caret),
            other => members.push(other),
        }
    }
    let mut ranges = Vec::new();
    let mut members = &members[..];
    while let Some((first, after)) = members.split_first() {
        members = after;
        match after {
            // A hyphen at the end stands for itself.
            ['-', last, further @ ..] => {
                if last < first {
                    return Err(PatternError::Backwards);
                }
                ranges.push((*first, *last));
                members = further;
            }
            _ => ranges.push((*first, *first)),
        }
    }
    Ok(Part::Set { negated, ranges })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, path: &str, expected: bool) {
        let found = Pattern::parse(pattern).unwrap().matches(path, &mut 1_000_000);
        assert_eq!(found, Ok(expected), "{pattern} {path}");
    }

    #[test]
    fn matches() {
        check("", "", true);
        check("", "a", false);
        check("foo", "foo", true);
        check("foo", "foox", false);
        check("foo", "xfoo", false);
        check("Foo", "foo", false);
        check("*", "", true);
        check("*", "a/b/.c", true);
        check("a/*", "a/b/c", true);
        check("a/*", "a", false);
        check("*.py", "src/a.py", true);
        check("*.py", "src/a.pyc", false);
        check("a*b*c", "axxbyyc", true);
        check("a*b*c", "axxbyy", false);
        check("**", "anything", true);
        check("?", "é", true);
        check("?", "", false);
        check("a?c", "abc", true);
        check("a?c", "a/c", true);
        check("[a-c]x", "bx", true);
        check("[a-c]x", "dx", false);
        check("[!a-c]x", "dx", true);
        check("[!a-c]x", "ax", false);
        check("[]]", "]", true);
        check("[!]]", "]", false);
        check("[a-]", "-", true);
        check("[-a]", "-", true);
        check("[!^]", "^", false);
        check("[a-c-e]", "-", true);
        check("[a-c-e]", "d", false);
        check("a]", "a]", true);
    }

    #[test]
    fn refusals() {
        let check = |pattern: &str, expected| assert_eq!(Pattern::parse(pattern), Err(expected), "{pattern}");
        check("a\\*", PatternError::Backslash);
        check("[\\]]", PatternError::Backslash);
        check("[^a]", PatternError::Caret);
        check("[a", PatternError::Open);
        check("[", PatternError::Open);
        check("[]", PatternError::Open);
        check("[!]", PatternError::Open);
        check("[z-a]", PatternError::Backwards);
    }

    /// The definition, by recursion, which takes for ever on bad patterns.
    fn slow(parts: &[Part], path: &[char]) -> bool {
        match parts.split_first() {
            None => path.is_empty(),
            Some((Part::Star, rest)) => (0..=path.len()).any(|at| slow(rest, &path[at..])),
            Some((part, rest)) => {
                path.split_first().is_some_and(|(first, path)| part.is(*first) && slow(rest, path))
            }
        }
    }

    #[test]
    fn agrees_with_its_definition() {
        const SIGNS: [char; 4] = ['a', 'b', '*', '?'];
        for pattern in 0..4usize.pow(5) {
            let pattern: String = (0..5).map(|at| SIGNS[pattern / 4usize.pow(at) % 4]).collect();
            let pattern = Pattern::parse(&pattern).unwrap();
            for path in 0..64usize {
                let path: String = (0..6).map(|at| if path >> at & 1 == 1 { 'a' } else { 'b' }).collect();
                let expected = slow(&pattern.parts, &path.chars().collect::<Vec<_>>());
                assert_eq!(pattern.matches(&path, &mut 10_000), Ok(expected), "{pattern:?} {path}");
            }
        }
    }

    #[test]
    fn bad_patterns_end() {
        let pattern = Pattern::parse(&"*a".repeat(1000)).unwrap();
        let path = "a".repeat(10_000) + "b";
        let mut budget = 20_000_000;
        assert_eq!(pattern.matches(&path, &mut budget), Ok(false));
        assert_eq!(pattern.matches(&path, &mut 100), Err(Exhausted));
    }
}
