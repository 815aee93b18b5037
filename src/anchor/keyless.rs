//! Persons who sign with certificates of a minute, and whose word is wanted.
//!
//! Their keys say nothing, and neither does the root: it certifies whoever
//! asks. What counts is who the certificate names and who said so to the
//! issuer, and that somebody outside the evidence asked for just these two.
//!
//! How this would be attacked: take the right name from another provider of
//! identities; take a name that merely contains or begins like the right one;
//! put brackets into a name, so that two pairs read alike; name nobody, so that
//! everybody fits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Identity, IdentityError};

/// Who a certificate names, and by whose word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keyless {
    /// Subject alternative name.
    pub subject: String,
    /// The provider of identities.
    pub issuer: String,
}

/// A text as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// Just this one, byte by byte.
    Exact(String),
    /// The whole text, where `*` stands for any characters but `/`, and `**`
    /// for any at all.
    Glob(String),
}

/// Whose signatures are wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// What the subject alternative name must be.
    pub subject: Pattern,
    /// What the provider of identities must be.
    pub issuer: Pattern,
    /// What else the certificate must say, by the name of the extension: one
    /// of these values.
    pub claims: BTreeMap<String, BTreeSet<Pattern>>,
}

impl Keyless {
    /// The pair in the one spelling of reports: `subject (issuer)`. What could
    /// make two pairs read alike is escaped.
    pub fn identity(&self) -> Result<Identity, IdentityError> {
        Identity::new(&self.to_string())
    }
}

impl fmt::Display for Keyless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", escaped(&self.subject), escaped(&self.issuer))
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            c => out.push(c),
        }
    }
    out
}

impl Wanted {
    /// Whether this is one of those who are asked for, whatever else the
    /// certificate says.
    pub fn names(&self, keyless: &Keyless) -> bool {
        self.subject.fits(&keyless.subject) && self.issuer.fits(&keyless.issuer)
    }

    /// The first claim that the certificate does not make, or makes otherwise.
    pub fn missed<'a>(&'a self, said: &BTreeMap<String, String>) -> Option<(&'a str, &'a BTreeSet<Pattern>)> {
        let meets = |name: &str, one_of: &BTreeSet<Pattern>| {
            said.get(name).is_some_and(|value| one_of.iter().any(|pattern| pattern.fits(value)))
        };
        let missed = self.claims.iter().find(|(name, one_of)| !meets(name, one_of));
        missed.map(|(name, one_of)| (name.as_str(), one_of))
    }

    /// Whether it means one person and no other.
    pub fn is_exact(&self) -> bool {
        [&self.subject, &self.issuer].iter().all(|pattern| matches!(pattern, Pattern::Exact(_)))
    }
}

impl Pattern {
    /// Whether all of `text` is what is asked for.
    pub fn fits(&self, text: &str) -> bool {
        match self {
            Pattern::Exact(wanted) => wanted == text,
            Pattern::Glob(glob) => glob_fits(glob.as_bytes(), text.as_bytes()),
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        match self {
            Pattern::Exact(text) | Pattern::Glob(text) => text,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// In time that grows with the product of the lengths, whatever the pattern:
/// `here[i]` says whether the pattern up to some place fits the first `i` bytes.
fn glob_fits(glob: &[u8], text: &[u8]) -> bool {
    let mut here: Vec<bool> = (0..=text.len()).map(|length| length == 0).collect();
    let mut at = 0;
    while at < glob.len() {
        let mut next = vec![false; text.len() + 1];
        if glob[at] == b'*' {
            let any = glob.get(at + 1) == Some(&b'*');
            let mut reached = false;
            for length in 0..=text.len() {
                let crossed = length > 0 && !any && text[length - 1] == b'/';
                reached = here[length] || (reached && !crossed);
                next[length] = reached;
            }
            at += if any { 2 } else { 1 };
        } else {
            for length in 1..=text.len() {
                next[length] = here[length - 1] && text[length - 1] == glob[at];
            }
            at += 1;
        }
        here = next;
    }
    here[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |glob: &str, text: &str, expected| {
            assert_eq!(Pattern::Glob(glob.into()).fits(text), expected, "{glob} {text}");
        };
        check("https://h/o/*", "https://h/o/r", true);
        check("https://h/o/*", "https://h/o/r/x", false);
        check("https://h/o/**", "https://h/o/r/x", true);
        check("https://h/o/**", "https://h/o2/r", false);
        check("https://h/o/*/w@refs/tags/v*", "https://h/o/r/w@refs/tags/v1.2", true);
        check("https://h/o/*/w@refs/tags/v*", "https://h/o/r/w@refs/heads/v1", false);
        check("*@example.org", "a@example.org", true);
        check("*@example.org", "a@example.org.evil", false);
        check("", "", true);
        check("*", "", true);
        check("a.c", "abc", false);
        let exact = Pattern::Exact("a*".into());
        assert!(exact.fits("a*") && !exact.fits("ab"));
    }

    #[test]
    fn a_pattern_of_many_stars_has_an_end() {
        let glob = Pattern::Glob("*a".repeat(200));
        assert!(!glob.fits(&"a".repeat(150)));
    }

    #[test]
    fn pairs_read_apart() {
        let pair = |subject: &str, issuer: &str| {
            Keyless { subject: subject.into(), issuer: issuer.into() }.identity().unwrap()
        };
        assert_eq!(pair("a@b", "https://i").as_str(), "a@b (https://i)");
        assert_ne!(pair("a (i)", "j"), pair("a", "i) (j"));
        assert_ne!(pair("a (i)", "j"), pair("a", "i"));
        assert_ne!(pair("a b", "i"), pair("a%20b", "i"));
    }

    #[test]
    fn both_must_fit_and_every_claim() {
        let exact = |text: &str| Pattern::Exact(text.to_owned());
        let mut wanted = Wanted { subject: exact("s"), issuer: exact("i"), claims: BTreeMap::new() };
        let who = |subject: &str, issuer: &str| Keyless { subject: subject.into(), issuer: issuer.into() };
        assert!(wanted.names(&who("s", "i")));
        assert!(!wanted.names(&who("s", "j")) && !wanted.names(&who("t", "i")));
        wanted.claims.insert("ref".into(), BTreeSet::from([exact("refs/heads/main")]));
        let said = |value: &str| BTreeMap::from([("ref".to_owned(), value.to_owned())]);
        assert_eq!(wanted.missed(&said("refs/heads/main")), None);
        assert_eq!(wanted.missed(&said("refs/heads/dev")).map(|(name, _)| name), Some("ref"));
        assert_eq!(wanted.missed(&BTreeMap::new()).map(|(name, _)| name), Some("ref"));
    }
}
