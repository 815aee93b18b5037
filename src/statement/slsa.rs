//! What SLSA provenance says of a build, and whether that is what was wanted:
//! builder, source, branch, tag, commit, inputs; and what a verification
//! summary says of its verifier.
//!
//! SLSA provenance v0.2 and v1, verification summary v1; compared as
//! slsa-verifier does it. Every claim has one place in each version; where two
//! places tell the same thing they have to agree.
//!
//! How it would be attacked:
//! - a fork whose name begins or ends like ours: repositories are compared whole;
//! - a branch that is called like the tag: references are compared with what
//!   they are, `refs/heads/` or `refs/tags/`;
//! - a second `@` in an address, so that two readers cut it in two places: such
//!   an address names nothing;
//! - one place that says what is wanted and another, which the builder filled,
//!   that says the truth: both are read, and have to agree;
//! - the members of another version beside those of its own, for another reader:
//!   then nothing is taken from either;
//! - a release candidate for a release, `v1.2.3-rc1` where `v1` is wanted: only
//!   if it is named in full;
//! - a builder of the right name and an old version: with a version wanted, that one.

use std::collections::BTreeMap;

use super::Statement;
use crate::wire::json::Value;

/// What is wanted of a build; what is `None` is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedBuild {
    /// Who built, `https://...`, with `@version` or without.
    pub builder: Option<String>,
    /// The repository, without scheme: `github.com/org/project`.
    pub source: Option<String>,
    /// The name of a branch.
    pub branch: Option<String>,
    /// The name of a tag.
    pub tag: Option<String>,
    /// `v1`, `v1.2` or `v1.2.3`: a tag of that version, as far as it is given.
    pub versioned_tag: Option<String>,
    /// The commit, in hexadecimal.
    pub commit: Option<String>,
    /// Inputs of the workflow, by name.
    pub inputs: BTreeMap<String, String>,
}

/// What is wanted of a verification summary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedSummary {
    /// Who verified.
    pub verifier: Option<String>,
    /// What was verified, as its producer calls it.
    pub resource: Option<String>,
    /// Levels that it must have reached.
    pub levels: std::collections::BTreeSet<String>,
}

/// How a statement answers to one thing that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The claim, as policy calls it.
    pub claim: String,
    /// What is wanted.
    pub wanted: String,
    /// What it says; `None` where it says nothing.
    pub found: Option<String>,
    /// Whether that is what is wanted.
    pub holds: bool,
}

impl WantedBuild {
    /// Whether anything is asked.
    pub fn is_empty(&self) -> bool {
        *self == WantedBuild::default()
    }

    /// The answers of a provenance, in the order above.
    pub fn of(&self, statement: &Statement) -> Vec<Answer> {
        let build = Build::read(statement);
        let mut answers = Vec::new();
        let mut ask =
            |claim: &str, wanted: &Option<String>, said: Said, holds: &dyn Fn(&str, &str) -> bool| {
                if let Some(wanted) = wanted {
                    answers.push(said.answer(claim.to_owned(), wanted, holds));
                }
            };
        let equal = |found: &str, wanted: &str| found == wanted;
        ask("builder", &self.builder, build.builder, &is_builder);
        ask("source", &self.source, build.source, &equal);
        ask("branch", &self.branch, build.branch, &|found, wanted| is_ref(found, "refs/heads/", wanted));
        ask("tag", &self.tag, build.reference.clone(), &|found, wanted| is_ref(found, "refs/tags/", wanted));
        ask("versioned-tag", &self.versioned_tag, build.reference, &|found, wanted| {
            found.strip_prefix("refs/tags/").is_some_and(|tag| is_version(tag, wanted))
        });
        ask("commit", &self.commit, build.commit, &equal);
        for (name, wanted) in &self.inputs {
            let said = match build.inputs.and_then(|inputs| inputs.get(name)) {
                Some(Value::String(value)) => Said::One(value.clone()),
                Some(Value::Bool(value)) => Said::One(value.to_string()),
                Some(Value::Number(value)) => Said::One(value.text().to_owned()),
                _ => Said::Nothing,
            };
            answers.push(said.answer(format!("inputs.{name}"), wanted, &equal));
        }
        answers
    }
}

impl WantedSummary {
    /// Whether anything is asked.
    pub fn is_empty(&self) -> bool {
        *self == WantedSummary::default()
    }

    /// The answers of a summary.
    pub fn of(&self, statement: &Statement) -> Vec<Answer> {
        let predicate = &statement.predicate;
        let mut answers = Vec::new();
        let equal = |found: &str, wanted: &str| found == wanted;
        if let Some(wanted) = &self.verifier {
            let said = Said::at(predicate, &["verifier", "id"]);
            answers.push(said.answer("verifier".to_owned(), wanted, &equal));
        }
        if let Some(wanted) = &self.resource {
            let said = Said::at(predicate, &["resourceUri"]);
            answers.push(said.answer("resource".to_owned(), wanted, &equal));
        }
        let levels = predicate.get("verifiedLevels").and_then(Value::as_array);
        let reached: Vec<&str> = levels.into_iter().flatten().filter_map(Value::as_str).collect();
        for wanted in &self.levels {
            let holds = reached.iter().any(|level| is_level(level, wanted));
            let found = (!reached.is_empty()).then(|| reached.join(", "));
            answers.push(Answer { claim: "levels".to_owned(), wanted: wanted.clone(), found, holds });
        }
        answers
    }
}

/// What is said at the places where one thing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    One(String),
    /// Two places, two answers.
    Torn(String, String),
}

impl Said {
    fn at(value: &Value, path: &[&str]) -> Said {
        let found = path.iter().try_fold(value, |value, name| value.get(name));
        found.and_then(Value::as_str).map_or(Said::Nothing, |text| Said::One(text.to_owned()))
    }

    /// Both places have to agree, where both say something.
    fn and(self, other: Said) -> Said {
        match (self, other) {
            (Said::One(one), Said::One(other)) if one != other => Said::Torn(one, other),
            (Said::Torn(one, other), _) | (_, Said::Torn(one, other)) => Said::Torn(one, other),
            (Said::Nothing, said) | (said, _) => said,
        }
    }

    fn answer(self, claim: String, wanted: &str, holds: &dyn Fn(&str, &str) -> bool) -> Answer {
        let wanted = wanted.to_owned();
        match self {
            Said::Nothing => Answer { claim, wanted, found: None, holds: false },
            Said::One(found) => Answer { holds: holds(&found, &wanted), claim, wanted, found: Some(found) },
            Said::Torn(one, other) => {
                Answer { claim, wanted, found: Some(format!("{one}, and elsewhere {other}")), holds: false }
            }
        }
    }
}

/// What provenance says of a build.
struct Build<'s> {
    builder: Said,
    /// The repository without scheme and reference.
    source: Said,
    /// `refs/...`
    reference: Said,
    /// `refs/heads/...`, also for a build of a tag that came from a branch.
    branch: Said,
    commit: Said,
    inputs: Option<&'s Value>,
}

impl<'s> Build<'s> {
    fn read(statement: &'s Statement) -> Build<'s> {
        let predicate = &statement.predicate;
        let has = |name: &str| predicate.get(name).is_some();
        let (old, new) = (["builder", "invocation", "materials"], ["buildDefinition", "runDetails"]);
        match statement.predicate_type.as_str() {
            "https://slsa.dev/provenance/v0.2" if !new.into_iter().any(has) => Build::v02(predicate),
            "https://slsa.dev/provenance/v1"
            | "https://schemas.stella-ops.org/attestations/build-provenance@1"
                if !old.into_iter().any(has) =>
            {
                Build::v1(predicate)
            }
            _ => Build {
                builder: Said::Nothing,
                source: Said::Nothing,
                reference: Said::Nothing,
                branch: Said::Nothing,
                commit: Said::Nothing,
                inputs: None,
            },
        }
    }

    fn v02(predicate: &'s Value) -> Build<'s> {
        let builder = Said::at(predicate, &["builder", "id"]);
        let config = ["invocation", "configSource"];
        let configured = Said::at(predicate, &[config[0], config[1], "uri"]);
        // The first material is the source.
        let nothing = &Value::Null;
        let materials = predicate.get("materials").and_then(Value::as_array).unwrap_or_default();
        let first = materials.first().unwrap_or(nothing);
        let uri = configured.and(Said::at(first, &["uri"]));
        let commit = Said::at(predicate, &[config[0], config[1], "digest", "sha1"]);
        let commit = commit.and(Said::at(first, &["digest", "sha1"]));
        let environment = ["invocation", "environment"].iter().try_fold(predicate, |v, name| v.get(name));
        let environment = environment.unwrap_or(nothing);
        let github = Said::at(environment, &["github_ref"]);
        let kind = Said::at(environment, &["github_ref_type"]);
        let base = Said::at(environment, &["github_event_payload", "base_ref"]);
        let inputs = ["invocation", "environment", "github_event_payload", "inputs"];
        let inputs = inputs.iter().try_fold(predicate, |value, name| value.get(name));
        Build::assemble(builder, uri, github, kind, base, commit, inputs)
    }

    fn v1(predicate: &'s Value) -> Build<'s> {
        let nothing = &Value::Null;
        let builder = Said::at(predicate, &["runDetails", "builder", "id"]);
        let definition = predicate.get("buildDefinition").unwrap_or(nothing);
        let external = definition.get("externalParameters").unwrap_or(nothing);
        // Builders that take a source, those that take a workflow, and those
        // that take the address alone.
        let workflow = |name: &str| Said::at(external, &["workflow", name]);
        let of_workflow = match (workflow("repository"), workflow("ref")) {
            (Said::One(repository), Said::One(reference)) => {
                Said::One(format!("git+{repository}@{reference}"))
            }
            _ => Said::Nothing,
        };
        let taken =
            Said::at(external, &["source", "uri"]).and(Said::at(external, &["source"])).and(of_workflow);
        // What was fetched must be what was asked for.
        let dependencies =
            definition.get("resolvedDependencies").and_then(Value::as_array).unwrap_or_default();
        let uri_of = |dependency: &Value| dependency.get("uri").and_then(Value::as_str).map(str::to_owned);
        let fetched = match &taken {
            Said::One(uri) => dependencies.iter().find(|one| uri_of(one).as_ref() == Some(uri)),
            _ => None,
        };
        let other = fetched.or(dependencies.first()).unwrap_or(nothing);
        let uri = match &taken {
            Said::Nothing => Said::Nothing,
            _ => taken.and(Said::at(other, &["uri"])),
        };
        let commit = Said::at(external, &["source", "digest", "sha1"])
            .and(Said::at(external, &["source", "digest", "gitCommit"]))
            .and(Said::at(fetched.unwrap_or(nothing), &["digest", "sha1"]))
            .and(Said::at(fetched.unwrap_or(nothing), &["digest", "gitCommit"]));
        let internal = definition.get("internalParameters").unwrap_or(nothing);
        let github = Said::at(internal, &["GITHUB_REF"]);
        let kind = Said::at(internal, &["GITHUB_REF_TYPE"]);
        let base = Said::at(internal, &["GITHUB_EVENT_PAYLOAD", "base_ref"]);
        let event = internal.get("GITHUB_EVENT_PAYLOAD").and_then(|event| event.get("inputs"));
        let inputs = definition
            .get("externalParameters")
            .and_then(|external| external.get("inputs").or_else(|| external.get("workflow")?.get("inputs")))
            .or(event);
        Build::assemble(builder, uri, github, kind, base, commit, inputs)
    }

    fn assemble(
        builder: Said,
        uri: Said,
        github: Said,
        kind: Said,
        base: Said,
        commit: Said,
        inputs: Option<&'s Value>,
    ) -> Build<'s> {
        let (source, stated) = match uri {
            Said::One(uri) => match split(&uri) {
                Some((source, reference)) => (
                    Said::One(source.to_owned()),
                    reference.map_or(Said::Nothing, |reference| Said::One(reference.to_owned())),
                ),
                // Shown as it is: it equals nothing that can be wanted.
                None => (Said::One(uri), Said::Nothing),
            },
            torn => (torn, Said::Nothing),
        };
        let mut reference = stated.and(github);
        // A tag that is said to be a branch is neither.
        if let (Said::One(found), Said::One(kind)) = (&reference, &kind) {
            let prefix = match kind.as_str() {
                "branch" => "refs/heads/",
                "tag" => "refs/tags/",
                _ => "refs/",
            };
            if !found.starts_with(prefix) {
                reference = Said::Torn(found.clone(), format!("a {kind}"));
            }
        }
        let branch = match (&reference, base) {
            (Said::One(found), Said::One(base)) if found.starts_with("refs/tags/") => Said::One(base),
            (Said::One(found), _) if found.starts_with("refs/tags/") => Said::Nothing,
            _ => reference.clone(),
        };
        Build { builder, source, reference, branch, commit, inputs }
    }
}

/// `git+https://host/path@reference` as host with path, and reference.
fn split(uri: &str) -> Option<(&str, Option<&str>)> {
    let rest = uri.strip_prefix("git+https://")?;
    match rest.split('@').collect::<Vec<_>>()[..] {
        [source] => Some((source, None)),
        [source, reference] => Some((source, Some(reference))),
        _ => None,
    }
}

/// `https://...` alone fits with every version; with a version it is that one,
/// in full or as the name of a tag.
fn is_builder(found: &str, wanted: &str) -> bool {
    let parts = |id: &'_ str| -> Option<(String, Option<String>)> {
        match id.split('@').collect::<Vec<_>>()[..] {
            [name] => Some((name.to_owned(), None)),
            [name, version] => Some((name.to_owned(), Some(version.to_owned()))),
            _ => None,
        }
    };
    match (parts(found), parts(wanted)) {
        (Some((found, version)), Some((name, wanted))) if found == name => match (version, wanted) {
            (_, None) => true,
            (Some(version), Some(wanted)) => version == wanted || version == format!("refs/tags/{wanted}"),
            (None, Some(_)) => false,
        },
        _ => false,
    }
}

fn is_ref(found: &str, prefix: &str, wanted: &str) -> bool {
    found.strip_prefix(prefix) == Some(wanted)
}

/// A semantic version: its three numbers, as far as they are there, and what
/// follows them.
fn version(text: &str) -> Option<(Vec<u64>, &str)> {
    let rest = text.strip_prefix('v')?;
    let rest = rest.split('+').next().unwrap_or(rest);
    let (numbers, candidate) = rest.split_once('-').map_or((rest, ""), |(numbers, after)| (numbers, after));
    if rest.ends_with('-') {
        return None;
    }
    let numbers: Vec<u64> = numbers.split('.').map(crate::wire::shape::decimal).collect::<Option<_>>()?;
    ((1..=3).contains(&numbers.len()) && (candidate.is_empty() || numbers.len() == 3))
        .then_some((numbers, candidate))
}

/// Whether `tag` is of the version `wanted`, as far as that is given.
fn is_version(tag: &str, wanted: &str) -> bool {
    let (Some((mut found, candidate)), Some((wanted, wanted_candidate))) = (version(tag), version(wanted))
    else {
        return false;
    };
    found.resize(3, 0);
    found.starts_with(&wanted) && candidate == wanted_candidate
}

/// Whether `wanted` can be asked for at all.
pub fn is_versioned_tag(wanted: &str) -> bool {
    version(wanted).is_some()
}

/// Whoever reached a level of a track reached those below it.
fn is_level(found: &str, wanted: &str) -> bool {
    let parts = |level: &'_ str| {
        let (track, level) = level.rsplit_once("_LEVEL_")?;
        Some((track.to_owned(), crate::wire::shape::decimal(level)?))
    };
    match (parts(found), parts(wanted)) {
        (Some((track, found)), Some((of, wanted))) if track.starts_with("SLSA_") => {
            track == of && found >= wanted
        }
        _ => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn statement(version: &str, predicate: &str) -> Statement {
        let text = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{HEX}"}}}}],"predicateType":"{version}","predicate":{predicate}}}"#
        );
        Statement::parse(text.as_bytes()).unwrap()
    }

    fn v02(source: &str, material: &str, environment: &str) -> Statement {
        statement(
            "https://slsa.dev/provenance/v0.2",
            &format!(
                r#"{{"builder":{{"id":"https://b/x.yml@refs/tags/v1.2.3"}},"invocation":{{"configSource":{{"uri":"{source}","digest":{{"sha1":"aa"}}}},"environment":{{{environment}}}}},"materials":[{{"uri":"{material}","digest":{{"sha1":"aa"}}}}]}}"#
            ),
        )
    }

    #[track_caller]
    fn check(statement: &Statement, want: impl Fn(&mut WantedBuild), expected: Option<bool>) {
        let mut wanted = WantedBuild::default();
        want(&mut wanted);
        let answers = wanted.of(statement);
        assert_eq!(answers.len(), 1);
        let found = answers[0].found.as_ref().map(|_| answers[0].holds);
        assert_eq!(found, expected, "{answers:?}");
    }

    #[test]
    fn builders() {
        let is =
            |found, wanted, expected| assert_eq!(is_builder(found, wanted), expected, "{found} {wanted}");
        is("https://b/x@refs/tags/v1.2.3", "https://b/x", true);
        is("https://b/x@refs/tags/v1.2.3", "https://b/x@v1.2.3", true);
        is("https://b/x@refs/tags/v1.2.3", "https://b/x@refs/tags/v1.2.3", true);
        is("https://b/x@refs/heads/v1.2.3", "https://b/x@v1.2.3", false);
        is("https://b/x@refs/tags/v1.2.4", "https://b/x@v1.2.3", false);
        is("https://b/x", "https://b/x@v1.2.3", false);
        is("https://b/xy@v1", "https://b/x", false);
        is("https://b/x@v1@v2", "https://b/x", false);
    }

    #[test]
    fn versions() {
        let is = |tag, wanted, expected| assert_eq!(is_version(tag, wanted), expected, "{tag} {wanted}");
        for wanted in ["v13", "v13.0", "v13.0.30"] {
            is("v13.0.30", wanted, true);
        }
        for wanted in ["v2", "v0", "v13.1", "v12.9", "v13.0.29", "v13.0.31", "13", "v", "v1x", "v13.", "v013"]
        {
            is("v13.0.30", wanted, false);
        }
        is("v14", "v14.0", true);
        is("v14", "v14.1", false);
        is("v14.2", "v14.2.0", true);
        is("v14.2", "v14.2.1", false);
        is("v1.2.3-rc1", "v1", false);
        is("v1.2.3-rc1", "v1.2.3", false);
        is("v1.2.3-rc1", "v1.2.3-rc1", true);
        is("v1.2.3+meta", "v1.2.3", true);
        is("main", "v1", false);
        is("v1.2.3.4", "v1", false);
    }

    #[test]
    fn sources_and_references() {
        let uri = "git+https://github.com/o/p@refs/heads/main";
        let plain = v02(uri, uri, "");
        let source = |name: &'static str| move |wanted: &mut WantedBuild| wanted.source = Some(name.into());
        let branch = |name: &'static str| move |wanted: &mut WantedBuild| wanted.branch = Some(name.into());
        let tag = |name: &'static str| move |wanted: &mut WantedBuild| wanted.tag = Some(name.into());
        check(&plain, source("github.com/o/p"), Some(true));
        for other in ["github.com/o/pA", "Agithub.com/o/p", "github.com/oA/p", "github.com/o", "o/p"] {
            check(&plain, source(other), Some(false));
        }
        check(&plain, branch("main"), Some(true));
        check(&plain, branch("master"), Some(false));
        check(&plain, tag("main"), Some(false));
        check(&plain, |wanted| wanted.commit = Some("aa".into()), Some(true));
        // Two places that disagree.
        let torn = v02(uri, "git+https://github.com/o/p@refs/heads/other", "");
        check(&torn, source("github.com/o/p"), Some(false));
        let torn = v02(uri, uri, r#""github_ref":"refs/heads/other""#);
        check(&torn, branch("main"), Some(false));
        check(&torn, source("github.com/o/p"), Some(true));
        let torn = v02(uri, uri, r#""github_ref":"refs/heads/main","github_ref_type":"tag""#);
        check(&torn, branch("main"), Some(false));
        // Two readers, two cuts.
        let two = "git+https://github.com/o/p@x@refs/heads/main";
        check(&v02(two, two, ""), source("github.com/o/p"), Some(false));
        check(&v02(two, two, ""), branch("main"), None);
        let ssh = "git+ssh://github.com/o/p@refs/heads/main";
        check(&v02(ssh, ssh, ""), source("github.com/o/p"), Some(false));
        // A tag, and the branch that it came from.
        let tagged = "git+https://github.com/o/p@refs/tags/v1.0.0";
        check(&v02(tagged, tagged, ""), tag("v1.0.0"), Some(true));
        check(&v02(tagged, tagged, ""), branch("main"), None);
        let event = r#""github_event_payload":{"base_ref":"refs/heads/main"}"#;
        check(&v02(tagged, tagged, event), branch("main"), Some(true));
        let inputs = r#""github_event_payload":{"inputs":{"level":"3"}}"#;
        let input = |value: &'static str| {
            move |wanted: &mut WantedBuild| drop(wanted.inputs.insert("level".into(), value.into()))
        };
        check(&v02(uri, uri, inputs), input("3"), Some(true));
        check(&v02(uri, uri, inputs), input("2"), Some(false));
        check(&plain, input("3"), None);
    }

    #[test]
    fn versions_of_provenance() {
        let v1 = "https://slsa.dev/provenance/v1";
        let source = |wanted: &mut WantedBuild| wanted.source = Some("github.com/o/p".into());
        let uri = "git+https://github.com/o/p@refs/tags/v1";
        let definition = |external: &str, fetched: &str| {
            format!(
                r#"{{"buildDefinition":{{"externalParameters":{external},"resolvedDependencies":[{{"uri":"x"}},{{"uri":"{fetched}"}}]}},"runDetails":{{"builder":{{"id":"https://b"}}}}}}"#
            )
        };
        let external = format!(r#"{{"source":{{"uri":"{uri}"}}}}"#);
        let workflow =
            r#"{"workflow":{"repository":"https://github.com/o/p","ref":"refs/tags/v1","path":"w"}}"#;
        check(&statement(v1, &definition(&external, uri)), source, Some(true));
        check(&statement(v1, &definition(workflow, uri)), source, Some(true));
        check(&statement(v1, &definition(&format!(r#"{{"source":"{uri}"}}"#), uri)), source, Some(true));
        // What was fetched is not what was asked for.
        check(
            &statement(v1, &definition(&external, "git+https://github.com/e/p@refs/tags/v1")),
            source,
            Some(false),
        );
        check(&statement(v1, &definition("{}", uri)), source, None);
        check(
            &statement(v1, &definition(&external, uri)),
            |wanted| wanted.tag = Some("v1".into()),
            Some(true),
        );
        // With the members of the other version beside its own it says nothing.
        let both = definition(&external, uri).replacen('{', r#"{"builder":{"id":"https://b"},"#, 1);
        check(&statement(v1, &both), source, None);
        check(&statement(v1, &both), |wanted| wanted.builder = Some("https://b".into()), None);
        check(&statement("https://slsa.dev/provenance/v0.1", &definition(&external, uri)), source, None);
    }

    #[test]
    fn summaries() {
        let summary = statement(
            "https://slsa.dev/verification_summary/v1",
            r#"{"verifier":{"id":"https://v"},"resourceUri":"pkg:x","verificationResult":"PASSED","verifiedLevels":["SLSA_BUILD_LEVEL_3","OTHER"]}"#,
        );
        let check = |verifier: &str, resource: &str, level: &str, expected: [bool; 3]| {
            let wanted = WantedSummary {
                verifier: Some(verifier.into()),
                resource: Some(resource.into()),
                levels: [level.to_owned()].into(),
            };
            let found: Vec<bool> = wanted.of(&summary).iter().map(|answer| answer.holds).collect();
            assert_eq!(found, expected, "{verifier} {resource} {level}");
        };
        check("https://v", "pkg:x", "SLSA_BUILD_LEVEL_3", [true; 3]);
        check("https://v", "pkg:x", "SLSA_BUILD_LEVEL_2", [true; 3]);
        check("https://v", "pkg:x", "OTHER", [true; 3]);
        check("https://v/", "pkg:xy", "SLSA_BUILD_LEVEL_4", [false; 3]);
        check("https://v", "pkg:x", "SLSA_SOURCE_LEVEL_1", [true, true, false]);
    }
}
