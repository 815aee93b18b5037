//! Links: what a functionary says that he took and what he made of it.
//!
//! How it would be attacked: two spellings of one path (`a/./b`, `a//b`), one of
//! which a rule knows; an artifact under two digests of which a reader compares
//! the one that fits; no strong digest at all, so that any file is the same.

use std::collections::BTreeMap;

use super::{LayoutError, strings};
use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::wire::json::Value;
use crate::wire::shape::Fields;

/// What one functionary reports of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The step that it is about.
    pub name: String,
    /// What was there before.
    pub materials: Artifacts,
    /// What was there afterwards.
    pub products: Artifacts,
    /// What was run, as he says.
    pub command: Vec<String>,
}

/// Files by path, each with its digests.
pub type Artifacts = BTreeMap<String, Hashes>;

/// The digests of one file, by the name of the algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes(BTreeMap<String, String>);

impl Hashes {
    /// The digests whose algorithm is known here.
    pub fn digests(&self) -> impl Iterator<Item = Digest> {
        self.0
            .iter()
            .filter_map(|(name, hex)| Digest::from_hex(Algorithm::from_statement_name(name)?, hex).ok())
    }

    /// Whether both are digests of one content: the same algorithms with the
    /// same values, of which one is as strong as SHA-256.
    pub fn same(&self, other: &Hashes) -> bool {
        self == other && self.digests().any(|digest| digest.algorithm().is_strong())
    }

    /// Whether they are of two contents: every algorithm that both name has
    /// another value, and there is one.
    pub fn differ(&self, other: &Hashes) -> bool {
        let mut both = self.0.iter().filter_map(|(name, hex)| Some((hex, other.0.get(name)?))).peekable();
        both.peek().is_some() && both.all(|(one, other)| one != other)
    }
}

impl Link {
    /// Reads what a link says.
    pub fn from_value(value: &Value) -> Result<Link, LayoutError> {
        let mut fields = Fields::open(value, "")?;
        let link = Link {
            name: fields.str("name")?.to_owned(),
            materials: artifacts("materials", fields.value("materials")?)?,
            products: artifacts("products", fields.value("products")?)?,
            command: strings(&mut fields, "command")?,
        };
        fields.finish()?;
        let found = link.materials.len() + link.products.len();
        if found > limits::LISTING_ENTRIES_MAX {
            return Err(LayoutError::TooMany { what: "artifacts", found, max: limits::LISTING_ENTRIES_MAX });
        }
        Ok(link)
    }
}

fn artifacts(which: &'static str, value: &Value) -> Result<Artifacts, LayoutError> {
    let listed = Fields::open(value, format!("/{which}"))?;
    let mut artifacts = Artifacts::new();
    for (path, hashes) in listed.object_itself().iter() {
        if !is_normal(path) {
            return Err(LayoutError::Path { path: path.to_owned() });
        }
        let fields = Fields::open(hashes, listed.pointer(path))?;
        let mut found = BTreeMap::new();
        for (name, hex) in fields.object_itself().iter() {
            let hex = hex.as_str().ok_or_else(|| fields.invalid(name, "a string", hex.type_name()))?;
            if let Some(algorithm) = Algorithm::from_statement_name(name) {
                Digest::from_hex(algorithm, hex)
                    .map_err(|error| fields.invalid(name, &error.to_string(), hex))?;
            }
            found.insert(name.to_owned(), hex.to_owned());
        }
        artifacts.insert(path.to_owned(), Hashes(found));
    }
    Ok(artifacts)
}

/// Whether there is no shorter spelling of the path, so that readers who look
/// for one find the same as those who do not.
fn is_normal(path: &str) -> bool {
    let mut named = path.is_empty();
    for part in path.strip_prefix('/').unwrap_or(path).split('/') {
        match part {
            "" | "." => return false,
            ".." if named || path.starts_with('/') => return false,
            ".." => {}
            _ => named = true,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::parse;

    #[test]
    fn paths_in_one_spelling() {
        for path in ["a", "a/b", ".a", "../a", "../../a/b", "a b", "/usr/bin/a", "a..", "..a/b", ".."] {
            assert!(is_normal(path), "{path}");
        }
        for path in ["", "/", ".", "./a", "a/", "a//b", "a/./b", "a/../b", "../a/..", "//a", "/../a"] {
            assert!(!is_normal(path), "{path}");
        }
    }

    fn hashes(text: &str) -> Hashes {
        let value = parse(text.as_bytes()).unwrap();
        let all = Value::object([("a", value)]);
        artifacts("products", &all).unwrap().remove("a").unwrap()
    }

    #[test]
    fn same_and_different() {
        let hex = |byte: &str, size: usize| byte.repeat(size);
        let (a, b) = (hex("aa", 32), hex("bb", 32));
        let one = hashes(&format!(r#"{{"sha256":"{a}"}}"#));
        let other = hashes(&format!(r#"{{"sha256":"{b}"}}"#));
        let more = hashes(&format!(r#"{{"sha256":"{a}","sha512":"{}"}}"#, hex("aa", 64)));
        let torn = hashes(&format!(r#"{{"sha256":"{a}","sha512":"{}"}}"#, hex("bb", 64)));
        let apart = hashes(&format!(r#"{{"sha512":"{}"}}"#, hex("aa", 64)));
        let weak = hashes(&format!(r#"{{"md5":"{}","sha1":"{}"}}"#, hex("aa", 16), hex("aa", 20)));
        let unknown = hashes(r#"{"whirlpool":"00"}"#);
        assert!(one.same(&one) && more.same(&more));
        // Two readers shall not take two files for one.
        assert!(!one.same(&more) && !one.same(&other) && !more.same(&torn));
        assert!(!weak.same(&weak) && !unknown.same(&unknown), "nothing pins the content");
        assert!(one.differ(&other) && !one.differ(&one));
        assert!(!one.differ(&apart), "nobody can say");
        assert!(!more.differ(&torn), "one algorithm says so and the other not");
    }
}
