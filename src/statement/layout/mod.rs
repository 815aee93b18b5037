//! in-toto layouts and links (in-toto specification 1.0, chapter 4).
//!
//! A layout says which steps a product went through, whose keys sign for each,
//! and what each may take and make. A link is what one functionary reports of
//! one step. Here is what they say; whether it holds is asked in
//! `check::layouts`.
//!
//! How it would be attacked, beside what stands in the files below:
//! - a layout in which two steps have one name, so that one link serves both;
//! - a threshold of none, of more keys than there are, or that is no integer;
//! - a step whose keys the layout does not have: nobody can sign for it, and
//!   nothing else may;
//! - a layout of thousands of steps, keys and rules: bounded;
//! - a link that says `layout`, or a layout where a link is wanted: which it is
//!   stands in `_type`, and that is signed.

mod key;
mod link;
mod pattern;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

pub use key::LayoutKey;
pub use link::{Artifacts, Hashes, Link};
pub use pattern::{Pattern, PatternError};
pub use rule::{Match, Rule, RuleError, Side, apply};

use crate::limits;
use crate::time::{TimeError, UnixTime};
use crate::wire::json::Value;
use crate::wire::quoted;
use crate::wire::shape::{Fields, ShapeError};

/// What a layout says.
#[derive(Clone, Debug)]
pub struct Layout {
    /// After this it counts for nothing.
    pub expires: UnixTime,
    /// Keys of functionaries, by the ids that steps call them.
    pub keys: BTreeMap<String, LayoutKey>,
    /// In order; names are distinct.
    pub steps: Vec<Step>,
    /// What whoever verifies is to run.
    pub inspections: Vec<Inspection>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What links call it.
    pub name: String,
    /// How many distinct functionaries must report it; at least 1.
    pub threshold: usize,
    /// Who may.
    pub keys: BTreeSet<String>,
    /// What is asked of the materials.
    pub materials: Vec<Rule>,
    /// What is asked of the products.
    pub products: Vec<Rule>,
    /// What should have been run; decides nothing.
    pub command: Vec<String>,
}

/// Something to be run by whoever verifies, and never run here.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What the layout calls it.
    pub name: String,
    /// What would be run.
    pub run: Vec<String>,
}

/// A layout or a link.
#[derive(Clone, Debug)]
pub enum Metadata {
    /// `_type` is `layout`.
    Layout(Box<Layout>),
    /// `_type` is `link`.
    Link(Box<Link>),
}

/// Why something is neither.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A member is missing or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// `_type` is none that is read here.
    #[error("the type is {}, expected layout or link", quoted(.found))]
    Type {
        /// What `_type` says.
        found: String,
    },
    /// `expires` is no time.
    #[error("expires: {0}")]
    Expires(TimeError),
    /// A name is there twice, among steps and inspections together.
    #[error("the name {} is there twice", quoted(.name))]
    Repeated {
        /// The name.
        name: String,
    },
    /// More than are read.
    #[error("{found} {what}, at most {max} are read")]
    TooMany {
        /// What there are many of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// A private key, so that anybody can be the functionary.
    #[error("{} holds a private key", quoted(.pointer))]
    PrivateKey {
        /// Where.
        pointer: String,
    },
    /// A list of words that is no rule.
    #[error("{} is no artifact rule", quoted(.pointer))]
    Rule {
        /// Where.
        pointer: String,
    },
    /// A pattern that readers take for different things.
    #[error("{}: {error}", quoted(.pointer))]
    Pattern {
        /// Where.
        pointer: String,
        /// What is wrong with it.
        error: PatternError,
    },
    /// A path that has a shorter spelling.
    #[error("the path {} is not in its shortest spelling", quoted(.path))]
    Path {
        /// The path.
        path: String,
    },
}

impl Metadata {
    /// Whether a payload says, in `_type`, that it is one of them.
    pub fn is_claimed(value: &Value) -> bool {
        matches!(value.get("_type").and_then(Value::as_str), Some("layout" | "link"))
    }

    /// Reads what was signed.
    pub fn from_value(value: &Value) -> Result<Metadata, LayoutError> {
        let mut fields = Fields::open(value, "")?;
        match fields.str("_type")? {
            "layout" => Layout::from_value(value).map(|layout| Metadata::Layout(Box::new(layout))),
            "link" => Link::from_value(value).map(|link| Metadata::Link(Box::new(link))),
            other => Err(LayoutError::Type { found: other.to_owned() }),
        }
    }
}

impl Layout {
    fn from_value(value: &Value) -> Result<Layout, LayoutError> {
        let mut fields = Fields::open(value, "")?;
        let expires = UnixTime::parse_rfc3339(fields.str("expires")?).map_err(LayoutError::Expires)?;
        let keys_at = fields.pointer("keys");
        let listed = fields.object("keys")?;
        bounded("keys", listed.len(), limits::LAYOUT_KEYS_MAX)?;
        let mut keys = BTreeMap::new();
        for (id, key) in listed.iter() {
            keys.insert(id.to_owned(), key::parse(format!("{keys_at}/{id}"), key)?);
        }
        let mut names = BTreeSet::new();
        let mut named = |name: &str| match names.insert(name.to_owned()) {
            true => Ok(()),
            false => Err(LayoutError::Repeated { name: name.to_owned() }),
        };
        let elements = fields.elements("steps")?;
        bounded("steps", elements.len(), limits::LAYOUT_STEPS_MAX)?;
        let mut steps = Vec::new();
        let mut rules = 0;
        for (pointer, element) in elements {
            let step = Step::parse(pointer, element)?;
            named(&step.name)?;
            rules += step.materials.len() + step.products.len();
            bounded("rules", rules, limits::LAYOUT_RULES_MAX)?;
            steps.push(step);
        }
        let elements = fields.elements("inspect")?;
        bounded("inspections", elements.len(), limits::LAYOUT_STEPS_MAX)?;
        let mut inspections = Vec::new();
        for (pointer, element) in elements {
            let inspection = Inspection::parse(pointer, element)?;
            named(&inspection.name)?;
            inspections.push(inspection);
        }
        fields.finish()?;
        Ok(Layout { expires, keys, steps, inspections })
    }
}

impl Step {
    fn parse(pointer: String, value: &Value) -> Result<Step, LayoutError> {
        let mut fields = Fields::open(value, pointer)?;
        let threshold = fields.opt_u64("threshold")?.unwrap_or(1);
        let max = limits::LAYOUT_KEYS_MAX as u64;
        if !(1..=max).contains(&threshold) {
            return Err(fields.invalid("threshold", "a positive integer", &threshold.to_string()).into());
        }
        let keys: BTreeSet<String> = fields.strings("pubkeys")?.into_iter().map(str::to_owned).collect();
        let step = Step {
            name: name(&mut fields)?,
            threshold: threshold as usize,
            keys,
            materials: rules(&mut fields, "expected_materials")?,
            products: rules(&mut fields, "expected_products")?,
            command: strings(&mut fields, "expected_command")?,
        };
        fields.finish()?;
        Ok(step)
    }
}

impl Inspection {
    fn parse(pointer: String, value: &Value) -> Result<Inspection, LayoutError> {
        let mut fields = Fields::open(value, pointer)?;
        // Rules that nobody will apply are still read: a layout is read whole.
        rules(&mut fields, "expected_materials")?;
        rules(&mut fields, "expected_products")?;
        let inspection = Inspection { name: name(&mut fields)?, run: strings(&mut fields, "run")? };
        fields.finish()?;
        Ok(inspection)
    }
}

fn name(fields: &mut Fields) -> Result<String, ShapeError> {
    match fields.str("name")? {
        "" => Err(fields.invalid("name", "a name", "")),
        name if name.len() > limits::ENVELOPE_NAME_BYTES_MAX => {
            Err(fields.invalid("name", "a name of at most 1024 bytes", name))
        }
        name => Ok(name.to_owned()),
    }
}

fn rules(fields: &mut Fields, member: &str) -> Result<Vec<Rule>, LayoutError> {
    let pointer = fields.pointer(member);
    rule::parse_all(&pointer, fields.array(member)?)
}

/// A list of strings; absent is empty.
fn strings(fields: &mut Fields, member: &str) -> Result<Vec<String>, ShapeError> {
    match fields.opt_array(member)? {
        None => Ok(Vec::new()),
        Some(_) => Ok(fields.strings(member)?.into_iter().map(str::to_owned).collect()),
    }
}

fn bounded(what: &'static str, found: usize, max: usize) -> Result<(), LayoutError> {
    if found > max { Err(LayoutError::TooMany { what, found, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    const LAYOUT: &str = r#"{"_type":"layout","expires":"2030-01-01T00:00:00Z","readme":"","keys":{},
        "steps":[{"_type":"step","name":"build","threshold":1,"pubkeys":["k"],"expected_command":["make"],
        "expected_materials":[],"expected_products":[["CREATE","app"],["DISALLOW","*"]]}],
        "inspect":[{"_type":"inspection","name":"untar","run":["tar","xf","app"],
        "expected_materials":[],"expected_products":[]}]}"#;

    #[track_caller]
    fn check(text: &str, expected: Result<(), &str>) {
        let found = Metadata::from_value(&json::parse(text.as_bytes()).unwrap());
        let found = found.map(drop).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn layouts() {
        check(LAYOUT, Ok(()));
        let with = |from: &str, to: &str, expected| {
            assert!(LAYOUT.contains(from), "{from}");
            check(&LAYOUT.replacen(from, to, 1), expected);
        };
        with("2030-01-01T00:00:00Z", "2030-01-01", Err("expires: not an RFC 3339 time with a zone"));
        with(
            "\"threshold\":1",
            "\"threshold\":0",
            Err("\"/steps/0/threshold\" is \"0\", expected a positive integer"),
        );
        with(
            "\"threshold\":1",
            "\"threshold\":1.5",
            Err("\"/steps/0/threshold\" is \"1.5\", expected a plain integer of 64 bits without sign"),
        );
        with("\"threshold\":1,", "", Ok(()));
        with("untar", "build", Err("the name \"build\" is there twice"));
        with(
            "[\"CREATE\",\"app\"]",
            "[\"MAKE\",\"app\"]",
            Err("\"/steps/0/expected_products/0\" is no artifact rule"),
        );
        with("\"name\":\"build\"", "\"name\":\"\"", Err("\"/steps/0/name\" is \"\", expected a name"));
        with("\"layout\"", "\"root\"", Err("the type is \"root\", expected layout or link"));
        with("\"inspect\"", "\"Inspect\"", Err("\"/Inspect\" is \"inspect\" but for letter case"));
        check(r#"{"_type":"link","name":"build","materials":{},"products":{},"byproducts":{}}"#, Ok(()));
        check(r#"{"_type":"link","name":"build","materials":{}}"#, Err("\"/products\" is missing"));
    }
}
