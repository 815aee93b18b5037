//! What an envelope says, compared with the row in which it stands.

use super::{Row, parts};
use crate::wire::javascript::sorted;
use crate::wire::json::{Object, Value};
use crate::wire::quoted;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const SLSA: &str = "https://slsa.dev/provenance/v1";
const DERIVATION: &str = "https://anchored-chain.dev/Derivation/v0.1";

/// How a statement differs from its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Which part.
    pub part: &'static str,
    /// What the row says.
    pub expected: String,
    /// What was signed.
    pub found: String,
}

/// Everything in which `statement` differs from `row`.
pub(super) fn differences(row: &Row, statement: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |part, expected: &str, signed: Option<&str>| {
        if signed != Some(expected) {
            let signed = signed.map_or("nothing".to_owned(), quoted);
            found.push(Difference { part, expected: quoted(expected), found: signed });
        }
    };
    let text = |value: Option<&'_ Value>| value.and_then(Value::as_str).map(str::to_owned);
    compare("type", STATEMENT, text(statement.get("_type")).as_deref());
    let predicate = statement.get("predicate");
    let of = |names: &[&str]| names.iter().try_fold(predicate?, |value, name| value.get(name));
    let manifest = &row.manifest;
    let (inputs, params) = match text(statement.get("predicateType")).as_deref() {
        Some(DERIVATION) => {
            compare("producer", manifest.producer, text(of(&["producer"])).as_deref());
            let signed = of(&["materials"]).and_then(Value::as_object).and_then(materials);
            let contracts = of(&["contracts"]).map(sorted);
            if contracts.as_deref() != Some(&*sorted(&Value::Array(manifest.contracts.to_vec()))) {
                let (expected, signed) = ("those of the row".to_owned(), "others".to_owned());
                found.push(Difference { part: "contracts", expected, found: signed });
            }
            (signed, of(&["params"]))
        }
        other => {
            compare("predicate type", SLSA, other);
            compare("builder", manifest.producer, text(of(&["runDetails", "builder", "id"])).as_deref());
            let metadata = |name| text(of(&["runDetails", "metadata", name]));
            compare("invocation", row.id, metadata("invocationId").as_deref());
            compare("time", &row.started, metadata("startedOn").as_deref());
            let resolved = of(&["buildDefinition", "resolvedDependencies"]).and_then(Value::as_array);
            if !manifest.contracts.is_empty() {
                let found_there = format!("{} of them", manifest.contracts.len());
                let nothing = "none in a row with such a statement".to_owned();
                found.push(Difference { part: "contracts", expected: nothing, found: found_there });
            }
            (resolved.and_then(named), of(&["buildDefinition", "externalParameters"]))
        }
    };
    let subjects = statement.get("subject").and_then(Value::as_array).and_then(named);
    for (part, there, signed) in
        [("outputs", manifest.outputs, subjects), ("inputs", manifest.inputs, inputs)]
    {
        let mut there = listed(there);
        let mut signed = signed.unwrap_or_else(|| vec![("nothing that can be read".into(), String::new())]);
        there.sort();
        signed.sort();
        if there != signed {
            found.push(Difference { part, expected: shown(&there), found: shown(&signed) });
        }
    }
    if params.map(sorted) != Some(sorted(manifest.params)) {
        let (expected, signed) = ("those of the row".to_owned(), "others".to_owned());
        found.push(Difference { part: "parameters", expected, found: signed });
    }
    found
}

type Named = Vec<(String, String)>;

fn listed(digests: &Object) -> Named {
    digests.iter().map(|(name, digest)| (name.to_owned(), digest.as_str().unwrap_or("").to_owned())).collect()
}

/// `[{name, digest: {algorithm: hex}}]`: SHA-256, else the first algorithm by name.
fn named(list: &[Value]) -> Option<Named> {
    list.iter()
        .map(|one| {
            let digest = one.get("digest")?.as_object()?;
            let hex = |name: &str| digest.get(name)?.as_str().map(|hex| format!("{name}:{hex}"));
            let first = digest.iter().map(|(name, _)| name).min()?;
            let text = hex("sha256").or_else(|| hex(first))?;
            parts(&text)?;
            Some((one.get("name")?.as_str()?.to_owned(), text))
        })
        .collect()
}

/// `{name: {sha256: hex}}`.
fn materials(object: &Object) -> Option<Named> {
    object
        .iter()
        .map(|(name, digest)| Some((name.to_owned(), format!("sha256:{}", digest.get("sha256")?.as_str()?))))
        .collect()
}

fn shown(list: &Named) -> String {
    let all: Vec<String> = list.iter().map(|(name, digest)| quoted(&format!("{name} {digest}"))).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// The id of the builder in a statement that can be read, whatever else it says.
pub(super) fn builder(statement: &Value) -> Option<&str> {
    statement.get("predicate")?.get("runDetails")?.get("builder")?.get("id")?.as_str()
}

/// Whether a statement is of the kind that names no builder.
pub(super) fn is_derivation(statement: &Value) -> bool {
    statement.get("predicateType").and_then(Value::as_str) == Some(DERIVATION)
}
