//! What attestations say: in-toto statements (v0.1 and v1) and StellaOps'
//! promotion predicate, which carries its type in `_type`.
//!
//! How it would be attacked: a second `subject` or `predicateType` that another
//! parser prefers (duplicate and letter-case members are refused below us), a
//! digest of a weak algorithm only, a subject without any digest that "matches"
//! everything, a digest in another spelling of the same bytes, a statement type
//! that merely begins like ours, thousands of subjects.

pub mod layout;
pub mod slsa;

use crate::digest::{Algorithm, Digest};
use crate::limits;
use crate::wire::json::{self, JsonError, Value};
use crate::wire::shape::{Fields, ShapeError};

/// The payload type under which DSSE carries in-toto statements.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The payload type that StellaOps names for promotions, and for nothing else.
pub const PROMOTION_PAYLOAD_TYPE: &str = "StellaOps.PromotionAttestation@1";

const TYPE_V01: &str = "https://in-toto.io/Statement/v0.1";
const TYPE_V1: &str = "https://in-toto.io/Statement/v1";
/// What a promotion says to be, in `_type`.
pub const TYPE_PROMOTION: &str = "stella.ops/promotion@v1";

/// The predicate type of a plain signature of cosign in an envelope.
pub const TYPE_SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

/// Which spelling of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `https://in-toto.io/Statement/v0.1`
    V01,
    /// `https://in-toto.io/Statement/v1`
    V1,
    /// `stella.ops/promotion@v1` in `_type`, with its members at the top.
    Promotion,
}

/// A statement, well formed. Whether anyone signed it is another matter: make
/// it from the payload of a `SignedEnvelope`, or call it a claim.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Which spelling.
    pub form: Form,
    /// What it is about.
    pub subjects: Vec<Subject>,
    /// The type of what it says.
    pub predicate_type: String,
    /// What it says.
    pub predicate: Value,
}

/// One thing that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// A name that the producer chose; never proof of anything.
    pub name: Option<String>,
    /// The digests whose algorithm is known here.
    pub digests: Vec<Digest>,
}

impl Subject {
    /// The digests that pin content: SHA-256 or stronger.
    pub fn strong(&self) -> impl Iterator<Item = Digest> {
        self.digests.iter().copied().filter(|d| d.algorithm().is_strong())
    }
}

/// Why a payload is not a statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not JSON by our strict grammar.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member is missing or of the wrong type.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// `_type` is none that is read here.
    #[error("the statement type is not one that is read here")]
    Type {
        /// What `_type` says.
        found: String,
    },
    /// `subject` is empty: a statement about nothing.
    #[error("the statement has no subject")]
    NoSubject,
    /// A subject without a digest would match everything.
    #[error("a subject has no digest")]
    NoDigest {
        /// Its place in `subject`.
        index: usize,
    },
    /// A digest is not lower-case hexadecimal of its algorithm's length.
    #[error("a digest is malformed: {reason}")]
    Digest {
        /// Its place in `subject`.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// More subjects than [`limits::STATEMENT_SUBJECTS_MAX`].
    #[error("{found} subjects, at most {} are read", limits::STATEMENT_SUBJECTS_MAX)]
    TooMany {
        /// How many there are.
        found: usize,
    },
}

impl Statement {
    /// Reads a payload. All of it must be one statement.
    pub fn parse(payload: &[u8]) -> Result<Statement, StatementError> {
        Statement::from_value(&json::parse(payload)?)
    }

    /// Reads a payload that must be a promotion in the form of its own.
    pub fn parse_promotion(payload: &[u8]) -> Result<Statement, StatementError> {
        let statement = Statement::parse(payload)?;
        match statement.form {
            Form::Promotion => Ok(statement),
            Form::V01 => Err(StatementError::Type { found: TYPE_V01.to_owned() }),
            Form::V1 => Err(StatementError::Type { found: TYPE_V1.to_owned() }),
        }
    }

    /// Reads a parsed payload.
    pub fn from_value(value: &Value) -> Result<Statement, StatementError> {
        let mut fields = Fields::open(value, "")?;
        let form = match fields.str("_type")? {
            TYPE_V01 => Form::V01,
            TYPE_V1 => Form::V1,
            TYPE_PROMOTION => Form::Promotion,
            other => return Err(StatementError::Type { found: other.to_owned() }),
        };
        let listed = fields.array("subject")?;
        if listed.is_empty() {
            return Err(StatementError::NoSubject);
        }
        if listed.len() > limits::STATEMENT_SUBJECTS_MAX {
            return Err(StatementError::TooMany { found: listed.len() });
        }
        let subjects =
            listed.iter().enumerate().map(|(index, one)| subject(index, one)).collect::<Result<_, _>>()?;
        let (predicate_type, predicate) = match form {
            Form::Promotion => {
                fields.array("materials")?;
                fields.value("promotion")?;
                (TYPE_PROMOTION.to_owned(), value.clone())
            }
            Form::V01 | Form::V1 => {
                let predicate_type = fields.str("predicateType")?.to_owned();
                (predicate_type, fields.opt_value("predicate")?.cloned().unwrap_or(Value::Null))
            }
        };
        fields.finish()?;
        Ok(Statement { form, subjects, predicate_type, predicate })
    }

    /// The build type that a SLSA provenance names, where there is one: at the
    /// place that its version gives it. One that has another version's place
    /// too says two things to two readers, and so names none.
    pub fn build_type(&self) -> Option<&str> {
        let at = |parts: &[&str]| parts.iter().try_fold(&self.predicate, |value, part| value.get(part));
        let places: [&[&str]; 3] = [&["buildDefinition", "buildType"], &["buildType"], &["recipe", "type"]];
        let own: &[usize] = match self.predicate_type.as_str() {
            "https://slsa.dev/provenance/v1" => &[0],
            "https://slsa.dev/provenance/v0.2" => &[1],
            "https://slsa.dev/provenance/v0.1" => &[2],
            // Its page shows no place; either of the later ones will do.
            "https://schemas.stella-ops.org/attestations/build-provenance@1" => &[0, 1],
            _ => return None,
        };
        let mut present = (0..places.len()).filter(|place| at(places[*place]).is_some());
        match (present.next(), present.next()) {
            (Some(only), None) if own.contains(&only) => at(places[only])?.as_str(),
            _ => None,
        }
    }

    /// What sort of thing is said, as far as approval goes.
    pub fn kind(&self) -> Kind {
        match self.predicate_type.as_str() {
            TYPE_PROMOTION => Kind::Promotion,
            "https://slsa.dev/provenance/v0.1"
            | "https://slsa.dev/provenance/v0.2"
            | "https://slsa.dev/provenance/v1"
            | "https://schemas.stella-ops.org/attestations/build-provenance@1" => Kind::Provenance,
            "https://slsa.dev/verification_summary/v0.2" | "https://slsa.dev/verification_summary/v1" => {
                let result = self.predicate.get("verificationResult").and_then(Value::as_str);
                if result == Some("PASSED") { Kind::SummaryPassed } else { Kind::SummaryOther }
            }
            "stellaops.evidence.bundle.v1" | "stellaops.evidence.integrity.v1" => Kind::Manifest,
            "https://stella-ops.org/attestations/offline-update/1" => Kind::Manifest,
            TYPE_SIGNATURE => Kind::Signature,
            _ => Kind::Other,
        }
    }
}

/// What sort of statement it is, as far as approval goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SLSA provenance of any version.
    Provenance,
    /// A verification summary that says PASSED.
    SummaryPassed,
    /// A verification summary that says anything else.
    SummaryOther,
    /// A promotion between environments.
    Promotion,
    /// A sealed list of files or its root.
    Manifest,
    /// That somebody signed it, and nothing else.
    Signature,
    /// Anything else (SBOM, VEX, scan, ...): a fact about the artifact, no approval of it.
    Other,
}

fn subject(index: usize, value: &Value) -> Result<Subject, StatementError> {
    let pointer = format!("/subject/{index}");
    let mut fields = Fields::open(value, &pointer)?;
    let name = fields.opt_str("name")?.map(str::to_owned);
    let listed = fields.object("digest")?;
    fields.finish()?;
    let mut digests = Vec::new();
    let mut unread = false;
    for (algorithm, hex) in listed.iter() {
        let Some(hex) = hex.as_str() else {
            let reason = format!("{algorithm} is not a string");
            return Err(StatementError::Digest { index, reason });
        };
        match Algorithm::from_statement_name(algorithm) {
            Some(known) => digests.push(
                Digest::from_hex(known, hex)
                    .map_err(|e| StatementError::Digest { index, reason: e.to_string() })?,
            ),
            None => unread = true,
        }
    }
    if digests.is_empty() && !unread {
        return Err(StatementError::NoDigest { index });
    }
    Ok(Subject { name, digests })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn check(template: &str, expected: Result<&str, &str>) {
        let text = template.replace("HEX", HEX);
        let found = Statement::parse(text.as_bytes());
        match (&found, expected) {
            (Ok(statement), Ok(predicate_type)) => assert_eq!(statement.predicate_type, predicate_type),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            _ => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn build_types() {
        let check = |version: &str, predicate: &str, expected: Option<&str>| {
            let text = format!(
                r#"{{"_type":"{TYPE_V1}","subject":[{{"digest":{{"sha256":"{HEX}"}}}}],"predicateType":"{version}","predicate":{predicate}}}"#
            );
            assert_eq!(Statement::parse(text.as_bytes()).unwrap().build_type(), expected, "{text}");
        };
        let (v1, v2, v3) = (
            "https://slsa.dev/provenance/v1",
            "https://slsa.dev/provenance/v0.2",
            "https://slsa.dev/provenance/v0.1",
        );
        let (new, old, oldest) =
            (r#""buildDefinition":{"buildType":"n"}"#, r#""buildType":"o""#, r#""recipe":{"type":"r"}"#);
        check(v1, &format!("{{{new}}}"), Some("n"));
        check(v2, &format!("{{{old}}}"), Some("o"));
        check(v3, &format!("{{{oldest}}}"), Some("r"));
        check(v1, &format!("{{{old}}}"), None);
        check(v2, &format!("{{{new}}}"), None);
        check(v3, &format!("{{{old}}}"), None);
        for version in [v1, v2, v3] {
            check(version, &format!("{{{old},{new}}}"), None);
        }
        check(v1, r#"{"buildDefinition":{"buildType":1}}"#, None);
        check("https://test.invalid/v1", &format!("{{{new}}}"), None);
    }

    #[test]
    fn statements() {
        check(
            r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"HEX"}}],"predicateType":"p","predicate":{}}"#,
            Ok("p"),
        );
        check(
            r#"{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"digest":{"sha256":"HEX","gitCommit":"00"}}],"predicateType":"p"}"#,
            Ok("p"),
        );
        check(
            r#"{"_type":"stella.ops/promotion@v1","subject":[{"name":"a","digest":{"sha256":"HEX"}}],"materials":[],"promotion":{}}"#,
            Ok("stella.ops/promotion@v1"),
        );
    }

    #[test]
    fn refusals() {
        let with = |subject: &str| {
            format!(
                r#"{{"_type":"https://in-toto.io/Statement/v1","subject":{subject},"predicateType":"p","predicate":{{}}}}"#
            )
        };
        check(&with("[]"), Err("no subject"));
        check(&with(r#"[{"name":"a","digest":{}}]"#), Err("no digest"));
        check(&with(r#"[{"name":"a","digest":{"sha256":"00"}}]"#), Err("wants 32 bytes"));
        check(
            &with(&format!(r#"[{{"name":"a","digest":{{"sha256":"{}"}}}}]"#, HEX.to_uppercase())),
            Err("lower-case"),
        );
        check(r#"{"_type":"https://in-toto.io/Statement/v1.0"}"#, Err("statement type"));
        check("{", Err(""));
    }
}
