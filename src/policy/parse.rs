//! From TOML to a [`Policy`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::de::DeTable;

use super::SCHEMA;
use super::located::{Entry, PolicyError, PolicyErrorKind, Section, Text, one_of, shown};
use super::model::{Approval, Claim, Group, Loosening, Policy, WithoutPinnedHead};
use crate::anchor::{Effects, Identity, Pattern, Revocation, Wanted};
use crate::crypto::signature::Algorithm;
use crate::finding::CheckId;
use crate::limits;
use crate::path::misleads;
use crate::proof::merkle::Recipe;
use crate::proof::sigstore::CLAIMS;
use crate::statement::slsa::{self, WantedBuild, WantedSummary};
use crate::time::UnixTime;

/// Reads a policy, all of it, or says where the first fault is.
pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    if bytes.len() > limits::POLICY_BYTES_MAX {
        return Err(Text("").error(0, PolicyErrorKind::TooLong { found: bytes.len() }));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Text(text),
        Err(error) => {
            let sound = std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("valid up to here");
            return Err(Text(sound).error(sound.len(), PolicyErrorKind::Utf8));
        }
    };
    let table = DeTable::parse(text.0).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        text.error(offset, PolicyErrorKind::Syntax { message: error.message().to_owned() })
    })?;
    policy(Section::root(text, table.get_ref()))
}

fn policy(mut root: Section<'_, '_>) -> Result<Policy, PolicyError> {
    let schema = root.required("schema")?;
    if schema.str()? != SCHEMA {
        return Err(schema.wrong_value(format!("\"{SCHEMA}\""), shown(schema.str()?)));
    }
    let id = word(&root.required("id")?)?;
    let required_checks = root.required("required-checks")?.set("the id of a check", CheckId::parse)?;

    let mut artifact = root.required("artifact")?.section()?;
    let threshold = artifact.required("threshold")?.integer(1, limits::THRESHOLD_MAX.into())?;
    let approving = named_set(&artifact.required("approving")?, &Approval::ALL, Approval::name)?;
    if approving.is_empty() {
        return Err(artifact.required("approving")?.wrong_value("at least one kind", "an empty array"));
    }
    let groups = artifact.optional("group").map_or(Ok(Vec::new()), |entry| groups(&entry))?;
    artifact.finish()?;

    let mut statement = root.required("statement")?.section()?;
    let predicate_types = word_set(&statement.required("predicate-types")?)?;
    let claims = statement.optional("claim").map_or(Ok(Vec::new()), |entry| claims(&entry))?;
    statement.finish()?;

    let provenance = root.optional("provenance").map_or(Ok(WantedBuild::default()), |entry| build(&entry))?;
    let summary = root.optional("summary").map_or(Ok(WantedSummary::default()), |entry| summary(&entry))?;

    let mut container = root.required("container")?.section()?;
    let container_signed = container.required("signed")?.bool()?;
    container.finish()?;

    let mut custody = root.required("custody")?.section()?;
    let without_pinned_head =
        named(&custody.required("without-pinned-head")?, &WithoutPinnedHead::ALL, WithoutPinnedHead::name)?;
    let effects = custody.optional("effects").map(|entry| effects(&entry)).transpose()?;
    custody.finish()?;

    let mut signature = root.required("signature")?.section()?;
    let shared_key_suffices = signature.required("shared-key-suffices")?.bool()?;
    let algorithms = algorithms(signature.required("algorithms")?.section()?)?;
    let keyless = signature.optional("keyless").map_or(Ok(Vec::new()), |entry| keyless(&entry))?;
    signature.finish()?;

    let mut revocation = root.required("revocation")?.section()?;
    let revocation_mode = named(&revocation.required("mode")?, &Revocation::ALL, Revocation::name)?;
    revocation.finish()?;

    let mut merkle = root.required("merkle")?.section()?;
    let recipes = named_set(&merkle.required("recipes")?, &Recipe::ALL, Recipe::name)?;
    merkle.finish()?;

    let mut trust = root.required("trust")?.section()?;
    let allow_development = trust.required("allow-development")?.bool()?;
    let days = |entry: Entry<'_, '_>| entry.integer(0, limits::TRUST_AGE_DAYS_MAX.into());
    let trust_age_days_max = trust.optional("max-age-days").map(days).transpose()?;
    // TOML promises no integers beyond 63 bits.
    let trust_sequence_min =
        trust.optional("min-sequence").map(|entry| entry.integer(0, i64::MAX as u64)).transpose()?;
    let at_earliest = trust.optional("earliest-at").map(|entry| entry.time()).transpose()?;
    trust.finish()?;

    let (mut timestamp_policies, mut timestamp_days_left_min, mut anchor_age_hours_max) = (None, None, None);
    if let Some(timestamp) = root.optional("timestamp") {
        let mut timestamp = timestamp.section()?;
        let oids = |entry: Entry<'_, '_>| {
            entry.set("an object identifier such as 1.2.3.4", |text| is_oid(text).then(|| text.to_owned()))
        };
        timestamp_policies = timestamp.optional("policies").map(oids).transpose()?;
        timestamp_days_left_min = timestamp.optional("days-left-min").map(days).transpose()?;
        let hours = |entry: Entry<'_, '_>| entry.integer(0, limits::ANCHOR_AGE_HOURS_MAX.into());
        anchor_age_hours_max = timestamp.optional("anchor-age-hours-max").map(hours).transpose()?;
        timestamp.finish()?;
    }

    let mut loosen = root.required("loosen")?.section()?;
    let loosening = named_set(&loosen.required("options")?, &Loosening::ALL, Loosening::name)?;
    loosen.finish()?;
    root.finish()?;

    let small = |value: u64| u32::try_from(value).expect("the bounds above are of 32 bits");
    Ok(Policy {
        id,
        required_checks,
        threshold: small(threshold),
        approving,
        groups,
        predicate_types,
        claims,
        provenance,
        summary,
        container_signed,
        without_pinned_head,
        shared_key_suffices,
        algorithms,
        keyless,
        effects: effects.map(Arc::new),
        revocation: revocation_mode,
        recipes,
        allow_development,
        trust_age_days_max: trust_age_days_max.map(small),
        trust_sequence_min,
        at_earliest,
        timestamp_policies,
        timestamp_days_left_min: timestamp_days_left_min.map(small),
        anchor_age_hours_max: anchor_age_hours_max.map(small),
        loosen: loosening,
    })
}

/// One of a few words.
fn named<T: Copy>(
    entry: &Entry<'_, '_>,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, PolicyError> {
    let word = entry.str()?;
    all.iter()
        .copied()
        .find(|value| name(*value) == word)
        .ok_or_else(|| entry.wrong_value(one_of(all.iter().map(|value| name(*value))), shown(word)))
}

/// A set of a few words.
fn named_set<T: Copy + Ord>(
    entry: &Entry<'_, '_>,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<BTreeSet<T>, PolicyError> {
    let expected = one_of(all.iter().map(|value| name(*value)));
    entry.set(&expected, |word| all.iter().copied().find(|value| name(*value) == word))
}

/// Two numbers at least, with dots between and no zeros in front.
fn is_oid(text: &str) -> bool {
    let is_number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    is_word(text) && text.contains('.') && text.split('.').all(is_number)
}

/// A word of the user's own: printable, bounded, not empty.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= limits::POLICY_WORD_BYTES_MAX && !text.chars().any(misleads)
}

fn word_expected() -> String {
    format!("1 to {} bytes that a reader can see", limits::POLICY_WORD_BYTES_MAX)
}

fn word(entry: &Entry<'_, '_>) -> Result<String, PolicyError> {
    let text = entry.str()?;
    if is_word(text) { Ok(text.to_owned()) } else { Err(entry.wrong_value(word_expected(), shown(text))) }
}

fn word_set(entry: &Entry<'_, '_>) -> Result<BTreeSet<String>, PolicyError> {
    entry.set(&word_expected(), |text| is_word(text).then(|| text.to_owned()))
}

fn groups(entry: &Entry<'_, '_>) -> Result<Vec<Group>, PolicyError> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for table in entry.array()? {
        let mut section = table.section()?;
        let name = section.required("name")?;
        let identities = section.required("identities")?;
        let threshold = section.required("threshold")?;
        section.finish()?;
        let set =
            identities.set("an identity as a trust store spells it", |text| Identity::new(text).ok())?;
        if set.is_empty() {
            return Err(identities.wrong_value("at least one identity", "an empty array"));
        }
        let group = Group {
            name: word(&name)?,
            threshold: u32::try_from(threshold.integer(1, set.len() as u64)?)
                .expect("a policy is too short for more identities"),
            identities: set,
        };
        if groups.contains_key(&group.name) {
            return Err(name.repeated(&group.name));
        }
        groups.insert(group.name.clone(), group);
    }
    Ok(groups.into_values().collect())
}

fn claims(entry: &Entry<'_, '_>) -> Result<Vec<Claim>, PolicyError> {
    let mut claims = BTreeMap::new();
    for table in entry.array()? {
        let mut section = table.section()?;
        let predicate_type = word(&section.required("predicate-type")?)?;
        let pointer = section.required("pointer")?;
        let values = section.required("one-of")?;
        section.finish()?;
        let path = pointer.str()?;
        if !is_pointer(path) {
            return Err(pointer.wrong_value("a JSON pointer (RFC 6901)", shown(path)));
        }
        let one_of = word_set(&values)?;
        if one_of.is_empty() {
            return Err(values.wrong_value("at least one value", "an empty array"));
        }
        let claim = Claim { predicate_type: predicate_type.clone(), pointer: path.to_owned(), one_of };
        if claims.insert((predicate_type, path.to_owned()), claim).is_some() {
            return Err(pointer.repeated(path));
        }
    }
    Ok(claims.into_values().collect())
}

/// Signers without keys of their own: each names a subject and a provider of
/// identities, exactly or by a pattern, and what else a certificate must say.
fn keyless(entry: &Entry<'_, '_>) -> Result<Vec<Wanted>, PolicyError> {
    let mut all = BTreeSet::new();
    for table in entry.array()? {
        let mut section = table.section()?;
        let subject = pattern(&mut section, "subject", "subject-pattern")?;
        let issuer = pattern(&mut section, "issuer", "issuer-pattern")?;
        let mut claims = BTreeMap::new();
        if let Some(said) = section.optional("claims") {
            let said = said.section()?;
            for (name, key, entry) in said.entries() {
                let names = || CLAIMS.iter().map(|(_, name)| *name);
                if !names().any(|known| known == name) {
                    return Err(said.unknown(key, name, one_of(names())));
                }
                let one_of: BTreeSet<Pattern> = word_set(&entry)?.into_iter().map(starred).collect();
                if one_of.is_empty() {
                    return Err(entry.wrong_value("at least one value", "an empty array"));
                }
                claims.insert(name.to_owned(), one_of);
            }
        }
        section.finish()?;
        all.insert(Wanted { subject, issuer, claims });
    }
    Ok(all.into_iter().collect())
}

/// One of two keys: a text that must be met exactly, or a pattern.
/// `[custody.effects]`: roles, what nobody may do, and who owns the rest.
fn effects(entry: &Entry<'_, '_>) -> Result<Effects, PolicyError> {
    let mut section = entry.section()?;
    let roles = word_set(&section.required("roles")?)?;
    let blocked = word_set(&section.required("blocked")?)?;
    let mut owners = BTreeMap::new();
    for (effect, _, entry) in section.required("owners")?.section()?.entries() {
        if !is_word(effect) || owners.len() == limits::CUSTODY_EFFECTS_MAX {
            return Err(entry.wrong_value(word_expected(), shown(effect)));
        }
        owners.insert(effect.to_owned(), word_set(&entry)?);
    }
    section.finish()?;
    Ok(Effects { roles, blocked, owners })
}

fn pattern(
    section: &mut Section<'_, '_>,
    exact: &'static str,
    glob: &'static str,
) -> Result<Pattern, PolicyError> {
    match section.optional(glob) {
        None => Ok(Pattern::Exact(word(&section.required(exact)?)?)),
        Some(entry) if section.optional(exact).is_none() => Ok(Pattern::Glob(word(&entry)?)),
        Some(entry) => Err(entry.wrong_value(format!("either {exact} or {glob}"), "both")),
    }
}

/// A value with a star in it is a pattern.
fn starred(text: String) -> Pattern {
    if text.contains('*') { Pattern::Glob(text) } else { Pattern::Exact(text) }
}

/// What provenance must say. A section that asks for nothing is a mistake.
fn build(entry: &Entry<'_, '_>) -> Result<WantedBuild, PolicyError> {
    let mut section = entry.section()?;
    let mut inputs = BTreeMap::new();
    if let Some(entry) = section.optional("inputs") {
        for (name, _, value) in entry.section()?.entries() {
            inputs.insert(name.to_owned(), word(&value)?);
        }
    }
    let holding = |entry: Entry<'_, '_>, expected: &str, is: fn(&str) -> bool| {
        let text = word(&entry)?;
        if is(&text) { Ok(text) } else { Err(entry.wrong_value(expected, shown(&text))) }
    };
    let whole = |text: &str| !text.contains("://") && !text.contains('@') && !text.ends_with('/');
    let name = |text: &str| !text.starts_with("refs/");
    let wanted = WantedBuild {
        builder: section.optional("builder").map(|entry| word(&entry)).transpose()?,
        source: section
            .optional("source")
            .map(|entry| holding(entry, "a repository without scheme and reference: \"host/path\"", whole))
            .transpose()?,
        branch: section
            .optional("branch")
            .map(|entry| holding(entry, "a name without refs/", name))
            .transpose()?,
        tag: section.optional("tag").map(|entry| holding(entry, "a name without refs/", name)).transpose()?,
        versioned_tag: section
            .optional("versioned-tag")
            .map(|entry| holding(entry, "\"v1\", \"v1.2\" or \"v1.2.3\"", slsa::is_versioned_tag))
            .transpose()?,
        commit: section.optional("commit").map(|entry| word(&entry)).transpose()?,
        inputs,
    };
    section.finish()?;
    match wanted.is_empty() {
        true => Err(entry.wrong_value("at least one claim", "none")),
        false => Ok(wanted),
    }
}

/// What verification summaries must say.
fn summary(entry: &Entry<'_, '_>) -> Result<WantedSummary, PolicyError> {
    let mut section = entry.section()?;
    let wanted = WantedSummary {
        verifier: section.optional("verifier").map(|entry| word(&entry)).transpose()?,
        resource: section.optional("resource").map(|entry| word(&entry)).transpose()?,
        levels: section.optional("levels").map_or(Ok(BTreeSet::new()), |entry| word_set(&entry))?,
    };
    section.finish()?;
    match wanted.is_empty() {
        true => Err(entry.wrong_value("at least one claim", "none")),
        false => Ok(wanted),
    }
}

/// RFC 6901 3, of printable characters: `/` before every part, `~` only as `~0` and `~1`.
fn is_pointer(text: &str) -> bool {
    is_word(text)
        && text.starts_with('/')
        && text.split('~').skip(1).all(|after| after.starts_with(['0', '1']))
}

fn algorithms(section: Section<'_, '_>) -> Result<BTreeMap<Algorithm, Option<UnixTime>>, PolicyError> {
    let mut algorithms = BTreeMap::new();
    for (name, key, entry) in section.entries() {
        let Some(algorithm) = Algorithm::from_name(name) else {
            let expected = one_of(Algorithm::ALL.iter().map(|a| a.name()));
            return Err(section.unknown(key, name, expected));
        };
        let sunset = match entry.is_time() {
            true => Some(entry.time()?),
            false if entry.str()? == "allowed" => None,
            false => return Err(entry.wrong_value("\"allowed\" or a time", shown(entry.str()?))),
        };
        algorithms.insert(algorithm, sunset);
    }
    Ok(algorithms)
}
