//! From a [`Policy`] back to TOML, in one spelling.

use std::fmt::Write;

use super::SCHEMA;
use super::model::Policy;
use crate::anchor::{Identity, Pattern, Wanted};
use crate::path::misleads;
use crate::proof::merkle::Recipe;

/// The policy as a file that reads back as the same policy.
pub fn to_toml(policy: &Policy) -> String {
    let mut out = String::new();
    write(&mut out, policy).expect("writing to a string does not fail");
    out
}

fn write(out: &mut String, policy: &Policy) -> std::fmt::Result {
    let names = |words: Vec<&str>| array(words.into_iter());
    writeln!(out, "schema = {}", quoted(SCHEMA))?;
    writeln!(out, "id = {}", quoted(&policy.id))?;
    writeln!(
        out,
        "required-checks = {}",
        names(policy.required_checks.iter().map(|id| id.as_str()).collect())
    )?;

    writeln!(out, "\n[artifact]")?;
    writeln!(out, "threshold = {}", policy.threshold)?;
    writeln!(out, "approving = {}", names(policy.approving.iter().map(|kind| kind.name()).collect()))?;
    for group in &policy.groups {
        writeln!(out, "\n[[artifact.group]]")?;
        writeln!(out, "name = {}", quoted(&group.name))?;
        writeln!(out, "identities = {}", array(group.identities.iter().map(Identity::as_str)))?;
        writeln!(out, "threshold = {}", group.threshold)?;
    }

    writeln!(out, "\n[statement]")?;
    writeln!(out, "predicate-types = {}", array(policy.predicate_types.iter().map(String::as_str)))?;
    for claim in &policy.claims {
        writeln!(out, "\n[[statement.claim]]")?;
        writeln!(out, "predicate-type = {}", quoted(&claim.predicate_type))?;
        writeln!(out, "pointer = {}", quoted(&claim.pointer))?;
        writeln!(out, "one-of = {}", array(claim.one_of.iter().map(String::as_str)))?;
    }

    let wanted = &policy.provenance;
    if !wanted.is_empty() {
        writeln!(out, "\n[provenance]")?;
        let named = [
            ("builder", &wanted.builder),
            ("source", &wanted.source),
            ("branch", &wanted.branch),
            ("tag", &wanted.tag),
            ("versioned-tag", &wanted.versioned_tag),
            ("commit", &wanted.commit),
        ];
        for (name, text) in named {
            if let Some(text) = text {
                writeln!(out, "{name} = {}", quoted(text))?;
            }
        }
        if !wanted.inputs.is_empty() {
            writeln!(out, "[provenance.inputs]")?;
        }
        for (name, value) in &wanted.inputs {
            writeln!(out, "{} = {}", quoted(name), quoted(value))?;
        }
    }
    let wanted = &policy.summary;
    if !wanted.is_empty() {
        writeln!(out, "\n[summary]")?;
        for (name, text) in [("verifier", &wanted.verifier), ("resource", &wanted.resource)] {
            if let Some(text) = text {
                writeln!(out, "{name} = {}", quoted(text))?;
            }
        }
        if !wanted.levels.is_empty() {
            writeln!(out, "levels = {}", array(wanted.levels.iter().map(String::as_str)))?;
        }
    }
    writeln!(out, "\n[container]\nsigned = {}", policy.container_signed)?;
    writeln!(out, "\n[custody]\nwithout-pinned-head = {}", quoted(policy.without_pinned_head.name()))?;
    if let Some(effects) = &policy.effects {
        writeln!(out, "\n[custody.effects]")?;
        for (name, words) in [("roles", &effects.roles), ("blocked", &effects.blocked)] {
            writeln!(out, "{name} = {}", array(words.iter().map(String::as_str)))?;
        }
        writeln!(out, "[custody.effects.owners]")?;
        for (effect, owners) in &effects.owners {
            writeln!(out, "{} = {}", quoted(effect), array(owners.iter().map(String::as_str)))?;
        }
    }
    writeln!(out, "\n[signature]\nshared-key-suffices = {}", policy.shared_key_suffices)?;
    writeln!(out, "\n[signature.algorithms]")?;
    for (algorithm, sunset) in &policy.algorithms {
        match sunset {
            None => writeln!(out, "{} = \"allowed\"", algorithm.name())?,
            Some(sunset) => writeln!(out, "{} = {sunset}", algorithm.name())?,
        }
    }
    for Wanted { subject, issuer, claims } in &policy.keyless {
        writeln!(out, "\n[[signature.keyless]]")?;
        for (name, pattern) in [("subject", subject), ("issuer", issuer)] {
            match pattern {
                Pattern::Exact(text) => writeln!(out, "{name} = {}", quoted(text))?,
                Pattern::Glob(text) => writeln!(out, "{name}-pattern = {}", quoted(text))?,
            }
        }
        if !claims.is_empty() {
            writeln!(out, "[signature.keyless.claims]")?;
        }
        for (name, one_of) in claims {
            writeln!(out, "{name} = {}", array(one_of.iter().map(Pattern::text)))?;
        }
    }
    writeln!(out, "\n[revocation]\nmode = {}", quoted(policy.revocation.name()))?;
    let mut recipes: Vec<&str> = policy.recipes.iter().map(|recipe: &Recipe| recipe.name()).collect();
    recipes.sort_unstable();
    writeln!(out, "\n[merkle]\nrecipes = {}", names(recipes))?;

    writeln!(out, "\n[trust]\nallow-development = {}", policy.allow_development)?;
    if let Some(days) = policy.trust_age_days_max {
        writeln!(out, "max-age-days = {days}")?;
    }
    if let Some(sequence) = policy.trust_sequence_min {
        writeln!(out, "min-sequence = {sequence}")?;
    }
    if let Some(at) = policy.at_earliest {
        writeln!(out, "earliest-at = {at}")?;
    }
    if policy.timestamp_policies.is_some()
        || policy.timestamp_days_left_min.is_some()
        || policy.anchor_age_hours_max.is_some()
    {
        writeln!(out, "\n[timestamp]")?;
    }
    if let Some(oids) = &policy.timestamp_policies {
        writeln!(out, "policies = {}", array(oids.iter().map(String::as_str)))?;
    }
    if let Some(days) = policy.timestamp_days_left_min {
        writeln!(out, "days-left-min = {days}")?;
    }
    if let Some(hours) = policy.anchor_age_hours_max {
        writeln!(out, "anchor-age-hours-max = {hours}")?;
    }
    writeln!(
        out,
        "\n[loosen]\noptions = {}",
        names(policy.loosen.iter().map(|option| option.name()).collect())
    )
}

fn array<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", words.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML; what a reader could not see is spelt out.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            c if misleads(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
