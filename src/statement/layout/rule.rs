//! Artifact rules: what a step may take and make.
//!
//! in-toto specification 4.3.3. The paths of a step's materials, and then of its
//! products, are a queue. Each rule takes out of it what it accounts for, in
//! the order in which the rules stand there; `DISALLOW` fails where something
//! that it means is still there, and `REQUIRE` where something is not. What no
//! rule took and none disallowed is allowed.
//!
//! How it would be attacked:
//! - a rule that accounts for more than it says: `MATCH` takes an artifact only
//!   where the other step has one of the same name below its prefix and of the
//!   same digests, all of them, one of them strong; what is not there or differs
//!   stays in the queue, for a `DISALLOW` to find;
//! - a prefix `dist` that takes `dist-evil/x`: a prefix ends at a slash;
//! - a wildcard in a prefix: there it is a character like any other;
//! - a file that only seems to be modified or created: both are asked of the
//!   link itself and not of what earlier rules left;
//! - rules of unknown words, or with words too many: refused, not passed over;
//! - many rules over many artifacts: a budget for the layout as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::LayoutError;
use super::link::{Artifacts, Link};
use super::pattern::{Exhausted, Pattern};
use crate::wire::json::Value;
use crate::wire::shape::ShapeError;

/// Which of the two lists of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What was there before.
    Materials,
    /// What was there afterwards.
    Products,
}

impl Side {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Side::Materials => "materials",
            Side::Products => "products",
        }
    }

    /// That list of `link`.
    pub fn of(self, link: &Link) -> &Artifacts {
        match self {
            Side::Materials => &link.materials,
            Side::Products => &link.products,
        }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// These are the same as in another step.
    Match(Match),
    /// These products are new.
    Create(Pattern),
    /// These materials are gone.
    Delete(Pattern),
    /// These are there before and afterwards, and differ.
    Modify(Pattern),
    /// These may be there.
    Allow(Pattern),
    /// Nothing of the kind may be left.
    Disallow(Pattern),
    /// This one must be left.
    Require(String),
}

/// `MATCH pattern [IN prefix] WITH side [IN prefix] FROM step`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Of the paths below the prefix.
    pub pattern: Pattern,
    /// Where they lie in the step that has the rule; ends with a slash, or is empty.
    pub below: String,
    /// Where to look in the other step.
    pub side: Side,
    /// Where they lie in the other step; ends with a slash, or is empty.
    pub there: String,
    /// The other step.
    pub step: String,
}

/// Why the rules of a step do not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Something is left that must not be.
    #[error("no rule accounts for it, and rule {rule} disallows it")]
    Disallowed {
        /// Which rule, from one.
        rule: usize,
        /// The first such path.
        path: String,
    },
    /// Something is not there that must be.
    #[error("rule {rule} requires what is not there")]
    Required {
        /// Which rule, from one.
        rule: usize,
        /// What is not there.
        path: String,
    },
    /// All rules of a layout together take too long.
    #[error("the layouts here take more work than is done for them")]
    Exhausted,
}

impl From<Exhausted> for RuleError {
    fn from(_: Exhausted) -> RuleError {
        RuleError::Exhausted
    }
}

/// Reads a list of rules.
pub fn parse_all(pointer: &str, value: &[Value]) -> Result<Vec<Rule>, LayoutError> {
    value.iter().enumerate().map(|(index, rule)| parse(format!("{pointer}/{index}"), rule)).collect()
}

fn parse(pointer: String, value: &Value) -> Result<Rule, LayoutError> {
    let shape = |expected: &'static str, found: &Value| {
        LayoutError::Shape(ShapeError::Type { pointer: pointer.clone(), expected, found: found.type_name() })
    };
    let words = value.as_array().ok_or_else(|| shape("an array of strings", value))?;
    let words: Vec<&str> = words
        .iter()
        .map(|word| word.as_str().ok_or_else(|| shape("an array of strings", word)))
        .collect::<Result<_, _>>()?;
    let unknown = || LayoutError::Rule { pointer: pointer.clone() };
    let pattern = |text: &str| {
        Pattern::parse(text).map_err(|error| LayoutError::Pattern { pointer: pointer.clone(), error })
    };
    // Both implementations read the words of the grammar in any case.
    let is = |word: &str, expected: &str| word.eq_ignore_ascii_case(expected);
    let (kind, rest) = words.split_first().ok_or_else(unknown)?;
    if is(kind, "match") {
        let Some((text, mut rest)) = rest.split_first() else { return Err(unknown()) };
        let mut clause = |word: &str| match rest {
            [first, value, after @ ..] if is(first, word) => {
                rest = after;
                Some(*value)
            }
            _ => None,
        };
        let below = clause("in");
        let side = match clause("with") {
            Some(side) if is(side, "materials") => Side::Materials,
            Some(side) if is(side, "products") => Side::Products,
            _ => return Err(unknown()),
        };
        let there = clause("in");
        let step = clause("from").ok_or_else(unknown)?;
        if !rest.is_empty() {
            return Err(unknown());
        }
        let (below, there, step) = (folder(below), folder(there), step.to_owned());
        return Ok(Rule::Match(Match { pattern: pattern(text)?, below, side, there, step }));
    }
    let [text] = rest else { return Err(unknown()) };
    if is(kind, "require") {
        return Ok(Rule::Require((*text).to_owned()));
    }
    let pattern = pattern(text)?;
    Ok(match kind.to_ascii_lowercase().as_str() {
        "create" => Rule::Create(pattern),
        "delete" => Rule::Delete(pattern),
        "modify" => Rule::Modify(pattern),
        "allow" => Rule::Allow(pattern),
        "disallow" => Rule::Disallow(pattern),
        _ => return Err(unknown()),
    })
}

/// A prefix as it is put before a path.
fn folder(prefix: Option<&str>) -> String {
    match prefix {
        None | Some("") => String::new(),
        Some(prefix) if prefix.ends_with('/') => prefix.to_owned(),
        Some(prefix) => format!("{prefix}/"),
    }
}

/// Whether `rules` hold for one side of `link`, where `links` are those of all
/// steps of the layout.
pub fn apply(
    rules: &[Rule],
    side: Side,
    link: &Link,
    links: &BTreeMap<&str, &Link>,
    budget: &mut u64,
) -> Result<(), RuleError> {
    let own = side.of(link);
    let mut queue: BTreeSet<&str> = own.keys().map(String::as_str).collect();
    for (index, rule) in rules.iter().enumerate() {
        let rule_number = index + 1;
        let mut fits = |pattern: &Pattern, path: &str| pattern.matches(path, budget);
        let mut taken: Vec<&str> = Vec::new();
        match rule {
            Rule::Require(path) => {
                if !queue.contains(path.as_str()) {
                    return Err(RuleError::Required { rule: rule_number, path: path.clone() });
                }
            }
            Rule::Disallow(pattern) => {
                for path in &queue {
                    if fits(pattern, path)? {
                        return Err(RuleError::Disallowed { rule: rule_number, path: (*path).to_owned() });
                    }
                }
            }
            Rule::Match(rule) => {
                let Some(other) = links.get(rule.step.as_str()) else { continue };
                let there = rule.side.of(other);
                for path in &queue {
                    let Some(name) = path.strip_prefix(rule.below.as_str()) else { continue };
                    if !fits(&rule.pattern, name)? {
                        continue;
                    }
                    let found = there.get(&format!("{}{name}", rule.there));
                    if found.is_some_and(|found| found.same(&own[*path])) {
                        taken.push(*path);
                    }
                }
            }
            Rule::Create(pattern) => take(&queue, &mut taken, |path| {
                Ok(!link.materials.contains_key(path) && fits(pattern, path)?)
            })?,
            Rule::Delete(pattern) => {
                take(&queue, &mut taken, |path| {
                    Ok(!link.products.contains_key(path) && fits(pattern, path)?)
                })?;
            }
            Rule::Modify(pattern) => take(&queue, &mut taken, |path| {
                let modified = match (link.materials.get(path), link.products.get(path)) {
                    (Some(before), Some(after)) => before.differ(after),
                    _ => false,
                };
                Ok(modified && fits(pattern, path)?)
            })?,
            Rule::Allow(pattern) => take(&queue, &mut taken, |path| fits(pattern, path))?,
        }
        for path in taken {
            queue.remove(path);
        }
    }
    Ok(())
}

fn take<'q>(
    queue: &BTreeSet<&'q str>,
    taken: &mut Vec<&'q str>,
    mut is: impl FnMut(&str) -> Result<bool, Exhausted>,
) -> Result<(), Exhausted> {
    for path in queue {
        if is(path)? {
            taken.push(*path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    fn rules(text: &str) -> Result<Vec<Rule>, String> {
        let value = json::parse(text.as_bytes()).unwrap();
        parse_all("/r", value.as_array().unwrap()).map_err(|error| error.to_string())
    }

    /// `a=1 b=2`: paths, each with a digest that stands for its content.
    fn link(materials: &str, products: &str) -> Link {
        let side = |text: &str| {
            let entries = text.split_whitespace().map(|one| {
                let (path, content) = one.split_once('=').unwrap();
                let digest = crate::digest::Digest::sha256(content.as_bytes()).hex();
                (path.to_owned(), Value::object([("sha256", Value::from(digest))]))
            });
            Value::object(entries)
        };
        let value = Value::object([
            ("command", Value::Array(Vec::new())),
            ("materials", side(materials)),
            ("name", Value::from("own")),
            ("products", side(products)),
        ]);
        Link::from_value(&value).unwrap()
    }

    #[track_caller]
    fn check(text: &str, side: Side, own: &Link, other: &Link, expected: Result<(), &str>) {
        let links = BTreeMap::from([("own", own), ("other", other)]);
        let found = apply(&rules(text).unwrap(), side, own, &links, &mut 100_000);
        let found = found.map_err(|error| match error {
            RuleError::Disallowed { path, .. } | RuleError::Required { path, .. } => path,
            RuleError::Exhausted => "exhausted".to_owned(),
        });
        assert_eq!(found, expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn each_kind() {
        use Side::{Materials, Products};
        let own = link("kept=1 changed=1 gone=1", "kept=1 changed=2 new=1");
        let none = Link::default();
        let check = |text: &str, side, expected| check(text, side, &own, &none, expected);
        check("[]", Products, Ok(()));
        check(r#"[["DISALLOW","*"]]"#, Products, Err("changed"));
        check(r#"[["ALLOW","*"],["DISALLOW","*"]]"#, Products, Ok(()));
        check(r#"[["CREATE","*"],["DISALLOW","*"]]"#, Products, Err("changed"));
        check(r#"[["CREATE","*"],["MODIFY","*"],["DISALLOW","*"]]"#, Products, Err("kept"));
        check(r#"[["create","*"],["Modify","*"],["ALLOW","k*"],["disallow","*"]]"#, Products, Ok(()));
        check(r#"[["DELETE","*"],["DISALLOW","gone"]]"#, Materials, Ok(()));
        check(r#"[["DELETE","*"],["DISALLOW","*"]]"#, Materials, Err("changed"));
        check(r#"[["DELETE","*"],["MODIFY","*"],["DISALLOW","*"]]"#, Materials, Err("kept"));
        check(r#"[["CREATE","*"],["DISALLOW","new"]]"#, Products, Ok(()));
        check(r#"[["CREATE","*"],["DISALLOW","gone"]]"#, Materials, Err("gone"));
        check(r#"[["REQUIRE","new"]]"#, Products, Ok(()));
        check(r#"[["REQUIRE","new"]]"#, Materials, Err("new"));
        check(r#"[["ALLOW","new"],["REQUIRE","new"]]"#, Products, Err("new"));
        check(r#"[["REQUIRE","n*"]]"#, Products, Err("n*"));
        // The order counts.
        check(r#"[["DISALLOW","new"],["ALLOW","*"]]"#, Products, Err("new"));
    }

    #[test]
    fn matches_with_another_step() {
        let own = link("", "a=1 b=9 dist/a=1 dist-evil/a=1 dist/sub/c=3");
        let other = link("m=1", "a=1 b=2 out/a=1 out/sub/c=3 *=1");
        let check = |text: &str, expected| check(text, Side::Products, &own, &other, expected);
        let rest = r#"["ALLOW","dist*"],["DISALLOW","*"]]"#;
        check(&format!(r#"[["MATCH","*","WITH","PRODUCTS","FROM","other"],{rest}"#), Err("b"));
        check(&format!(r#"[["MATCH","*","WITH","PRODUCTS","FROM","other"],["ALLOW","b"],{rest}"#), Ok(()));
        check(&format!(r#"[["MATCH","a","WITH","MATERIALS","FROM","other"],["ALLOW","b"],{rest}"#), Err("a"));
        check(&format!(r#"[["MATCH","*","WITH","PRODUCTS","FROM","nowhere"],{rest}"#), Err("a"));
        let allowed = r#"["ALLOW","a"],["ALLOW","b"],["DISALLOW","*"]]"#;
        let prefixed = |below: &str, there: &str| {
            format!(
                r#"[["MATCH","*","IN","{below}","WITH","PRODUCTS","IN","{there}","FROM","other"],{allowed}"#
            )
        };
        check(&prefixed("dist", "out"), Err("dist-evil/a"));
        check(&prefixed("dist/", "out/"), Err("dist-evil/a"));
        check(&prefixed("dist-evil", "out"), Err("dist/a"));
        check(&prefixed("d*", "out"), Err("dist-evil/a"));
        check(&prefixed("dist", "ou"), Err("dist-evil/a"));
        let one = r#"[["MATCH","a","IN","dist","WITH","PRODUCTS","FROM","other"],["DISALLOW","dist/a"]]"#;
        check(one, Ok(()));
        let one = r#"[["MATCH","a","WITH","PRODUCTS","IN","out","FROM","other"],["DISALLOW","a"]]"#;
        check(one, Ok(()));
    }

    #[test]
    fn what_is_no_rule() {
        for text in [
            r#"[[]]"#,
            r#"[["ALLOW"]]"#,
            r#"[["ALLOW","a","b"]]"#,
            r#"[["PERMIT","a"]]"#,
            r#"[["MATCH","a"]]"#,
            r#"[["MATCH","a","WITH","PRODUCTS"]]"#,
            r#"[["MATCH","a","WITH","BYPRODUCTS","FROM","s"]]"#,
            r#"[["MATCH","a","FROM","s","WITH","PRODUCTS"]]"#,
            r#"[["MATCH","a","IN","x","IN","y","WITH","PRODUCTS","FROM","s"]]"#,
            r#"[["MATCH","a","WITH","PRODUCTS","FROM","s","IN","x"]]"#,
        ] {
            assert_eq!(rules(text).unwrap_err(), "\"/r/0\" is no artifact rule", "{text}");
        }
        assert!(rules(r#"["ALLOW *"]"#).is_err() && rules(r#"[["ALLOW",1]]"#).is_err());
        assert!(rules(r#"[["ALLOW","[a"]]"#).is_err());
        let own = link("", "a=1");
        let links = BTreeMap::new();
        let all = rules(r#"[["ALLOW","*"]]"#).unwrap();
        assert_eq!(apply(&all, Side::Products, &own, &links, &mut 1), Err(RuleError::Exhausted));
    }
}
