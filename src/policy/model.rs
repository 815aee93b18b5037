//! What a policy says, and its digest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::anchor::{Effects, Identity, Pattern, Revocation, Rules, Wanted};
use crate::crypto::signature::Algorithm;
use crate::digest::Digest;
use crate::finding::CheckId;
use crate::proof::merkle::Recipe;
use crate::statement::slsa::{WantedBuild, WantedSummary};
use crate::time::UnixTime;
use crate::wire::canonical;
use crate::wire::json::Value;

/// A kind of signed word that may vouch for an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Approval {
    /// A layout of in-toto of which the artifact is a product of the last step.
    InTotoLayout,
    /// A signature over the file itself.
    PlainSignature,
    /// A promotion attestation.
    Promotion,
    /// A signed list of digests, such as a signed `SHA256SUMS`.
    SignedList,
    /// A signed manifest of a container or of files.
    SignedManifest,
    /// SLSA provenance that names the artifact as its subject.
    SlsaProvenance,
    /// A verification summary with the result PASSED.
    Vsa,
}

impl Approval {
    /// All of them, in the order of their names.
    pub const ALL: [Approval; 7] = [
        Approval::InTotoLayout,
        Approval::PlainSignature,
        Approval::Promotion,
        Approval::SignedList,
        Approval::SignedManifest,
        Approval::SlsaProvenance,
        Approval::Vsa,
    ];

    /// The word in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Approval::InTotoLayout => "in-toto-layout",
            Approval::PlainSignature => "plain-signature",
            Approval::Promotion => "promotion",
            Approval::SignedList => "signed-list",
            Approval::SignedManifest => "signed-manifest",
            Approval::SlsaProvenance => "slsa-provenance",
            Approval::Vsa => "vsa",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Approval> {
        Approval::ALL.into_iter().find(|approval| approval.name() == name)
    }
}

/// What an unbroken timeline is worth when nothing pins its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WithoutPinnedHead {
    /// Verified, with the statement that it is whole only as far as it goes.
    AsFarAsItGoes,
    /// A cut tail could not be seen, so nothing is established.
    Inconclusive,
}

impl WithoutPinnedHead {
    /// Both of them.
    pub const ALL: [WithoutPinnedHead; 2] =
        [WithoutPinnedHead::AsFarAsItGoes, WithoutPinnedHead::Inconclusive];

    /// The word in policies.
    pub fn name(self) -> &'static str {
        match self {
            WithoutPinnedHead::AsFarAsItGoes => "as-far-as-it-goes",
            WithoutPinnedHead::Inconclusive => "inconclusive",
        }
    }

    /// The value of that name.
    pub fn from_name(name: &str) -> Option<WithoutPinnedHead> {
        WithoutPinnedHead::ALL.into_iter().find(|value| value.name() == name)
    }
}

/// An option of the command line that may go below the policy, where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loosening {
    /// `--allow-development`
    AllowDevelopment,
    /// `--at` before the earliest instant of the policy
    At,
    /// `--min-trust` below the sequence of the policy
    MinTrust,
    /// `--revocation` with a looser mode
    Revocation,
    /// `--threshold` below that of the policy
    Threshold,
}

impl Loosening {
    /// All of them, in the order of their names.
    pub const ALL: [Loosening; 5] = [
        Loosening::AllowDevelopment,
        Loosening::At,
        Loosening::MinTrust,
        Loosening::Revocation,
        Loosening::Threshold,
    ];

    /// The name of the option without its dashes.
    pub fn name(self) -> &'static str {
        match self {
            Loosening::AllowDevelopment => "allow-development",
            Loosening::At => "at",
            Loosening::MinTrust => "min-trust",
            Loosening::Revocation => "revocation",
            Loosening::Threshold => "threshold",
        }
    }

    /// The option of that name.
    pub fn from_name(name: &str) -> Option<Loosening> {
        Loosening::ALL.into_iter().find(|option| option.name() == name)
    }
}

/// So many of these must vouch for every artifact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// For people and reports.
    pub name: String,
    /// Who is in it.
    pub identities: BTreeSet<Identity>,
    /// How many distinct persons of them; from 1 to all of them.
    pub threshold: u32,
}

/// What a vouching statement must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// In statements of this predicate type.
    pub predicate_type: String,
    /// Where in the predicate: an RFC 6901 pointer.
    pub pointer: String,
    /// The member there is a string and equals one of these; never empty.
    pub one_of: BTreeSet<String>,
}

/// What `verified` takes. Every field stands in the file; nothing is implied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What to call it in reports.
    pub id: String,
    /// Checks that must have examined something in every case.
    pub required_checks: BTreeSet<CheckId>,
    /// How many distinct persons must vouch for an artifact; at least 1.
    pub threshold: u32,
    /// Whose words count as vouching; never empty.
    pub approving: BTreeSet<Approval>,
    /// Named groups that must vouch on top, sorted by name.
    pub groups: Vec<Group>,
    /// Predicate types of which every artifact needs a vouching statement.
    pub predicate_types: BTreeSet<String>,
    /// What such statements must hold, sorted.
    pub claims: Vec<Claim>,
    /// What provenance of an artifact must say of its build.
    pub provenance: WantedBuild,
    /// What verification summaries of an artifact must say.
    pub summary: WantedSummary,
    /// Whether a closed container needs a trusted signature over its manifest or root.
    pub container_signed: bool,
    /// What a timeline without a pinned head is worth.
    pub without_pinned_head: WithoutPinnedHead,
    /// Whether a shared key may vouch alone.
    pub shared_key_suffices: bool,
    /// The algorithms that count, each with the instant from which it no longer does.
    pub algorithms: BTreeMap<Algorithm, Option<UnixTime>>,
    /// Whose keyless signatures count; empty is nobody's.
    pub keyless: Vec<Wanted>,
    /// Who may have which effect in a ledger of prx, where that is asked.
    pub effects: Option<Arc<Effects>>,
    /// What is asked of revocation data.
    pub revocation: Revocation,
    /// Recipes for a root that a manifest may name.
    pub recipes: BTreeSet<Recipe>,
    /// Whether authorities marked for development count.
    pub allow_development: bool,
    /// How old the trust store may be at the instant of validation, in days.
    pub trust_age_days_max: Option<u32>,
    /// The lowest sequence of the trust store.
    pub trust_sequence_min: Option<u64>,
    /// The earliest instant of validation that may be asked for.
    pub at_earliest: Option<UnixTime>,
    /// Policies under which time stamps count, as object identifiers; `None` is any.
    pub timestamp_policies: Option<BTreeSet<String>>,
    /// How many days a time stamp must still count at the instant of validation.
    pub timestamp_days_left_min: Option<u32>,
    /// How old a time anchor may be at the instant of validation, in hours.
    pub anchor_age_hours_max: Option<u32>,
    /// Options of the command line that may go below what stands here.
    pub loosen: BTreeSet<Loosening>,
}

impl Policy {
    /// What mechanisms must know of it, for a validation at `at`.
    pub fn rules(&self, at: Option<UnixTime>) -> Rules {
        Rules {
            algorithms: self.algorithms.clone(),
            at,
            revocation: self.revocation,
            allow_development: self.allow_development,
            effects: self.effects.clone(),
        }
    }

    /// The policy as a JSON value, the same for every spelling of the file.
    pub fn describe(&self) -> Value {
        let strings =
            |words: Vec<String>| Value::from(words.into_iter().map(Value::from).collect::<Vec<_>>());
        let names = |words: &BTreeSet<String>| strings(words.iter().cloned().collect());
        let optional = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let groups: Vec<Value> = self
            .groups
            .iter()
            .map(|group| {
                Value::object([
                    ("identities", strings(group.identities.iter().map(Identity::to_string).collect())),
                    ("name", Value::from(group.name.as_str())),
                    ("threshold", Value::from(u64::from(group.threshold))),
                ])
            })
            .collect();
        let claims: Vec<Value> = self
            .claims
            .iter()
            .map(|claim| {
                Value::object([
                    ("oneOf", names(&claim.one_of)),
                    ("pointer", Value::from(claim.pointer.as_str())),
                    ("predicateType", Value::from(claim.predicate_type.as_str())),
                ])
            })
            .collect();
        let algorithms = Value::object(self.algorithms.iter().map(|(algorithm, sunset)| {
            (
                algorithm.name(),
                sunset.map_or(Value::from("allowed"), |sunset| Value::from(sunset.to_string())),
            )
        }));
        // What came later is there only where it says something, so that the
        // digest of a policy from before stays what it was.
        let policies = self.timestamp_policies.as_ref().map(|oids| ("timestampPolicies", names(oids)));
        let days = self.timestamp_days_left_min.map(|days| Value::from(u64::from(days)));
        let hours = self.anchor_age_hours_max.map(|hours| Value::from(u64::from(hours)));
        let keyless: Vec<Value> = self.keyless.iter().map(describe_wanted).collect();
        let keyless = (!keyless.is_empty()).then(|| ("keyless", Value::from(keyless)));
        let provenance = wanted_build(&self.provenance).map(|wanted| ("provenance", wanted));
        let summary = wanted_summary(&self.summary).map(|wanted| ("summary", wanted));
        let later = policies
            .into_iter()
            .chain(provenance)
            .chain(summary)
            .chain(days.map(|days| ("timestampDaysLeftMin", days)))
            .chain(hours.map(|hours| ("timestampAnchorAgeHoursMax", hours)))
            .chain(keyless)
            .chain(self.effects.as_ref().map(|effects| ("effects", describe_effects(effects))));
        Value::object(
            [
                ("algorithms", algorithms),
                ("allowDevelopment", Value::from(self.allow_development)),
                ("approving", strings(self.approving.iter().map(|a| a.name().to_owned()).collect())),
                ("atEarliest", optional(self.at_earliest.map(|at| at.to_string()))),
                ("claims", Value::from(claims)),
                ("containerSigned", Value::from(self.container_signed)),
                ("groups", Value::from(groups)),
                ("id", Value::from(self.id.as_str())),
                ("loosen", strings(self.loosen.iter().map(|l| l.name().to_owned()).collect())),
                ("predicateTypes", names(&self.predicate_types)),
                ("recipes", strings(sorted(self.recipes.iter().map(|r| r.name().to_owned())))),
                ("requiredChecks", strings(self.required_checks.iter().map(|id| id.to_string()).collect())),
                ("revocation", Value::from(self.revocation.name())),
                ("schema", Value::from(super::SCHEMA)),
                ("sharedKeySuffices", Value::from(self.shared_key_suffices)),
                ("threshold", Value::from(u64::from(self.threshold))),
                (
                    "trustAgeDaysMax",
                    self.trust_age_days_max.map_or(Value::Null, |d| Value::from(u64::from(d))),
                ),
                ("trustSequenceMin", optional(self.trust_sequence_min.map(|n| n.to_string()))),
                ("withoutPinnedHead", Value::from(self.without_pinned_head.name())),
            ]
            .into_iter()
            .chain(later),
        )
    }

    /// SHA-256 over the canonical JSON of [`Policy::describe`]: the same for
    /// every spelling, order and comment.
    pub fn digest(&self) -> Digest {
        let bytes = canonical::to_bytes(&self.describe()).expect("numbers in a policy are small integers");
        Digest::sha256(&bytes)
    }
}

fn describe_wanted(wanted: &Wanted) -> Value {
    let pattern = |pattern: &Pattern| {
        let kind = if matches!(pattern, Pattern::Exact(_)) { "exact" } else { "pattern" };
        Value::object([(kind, Value::from(pattern.text()))])
    };
    let claims = wanted
        .claims
        .iter()
        .map(|(name, one_of)| (name.as_str(), Value::from(one_of.iter().map(pattern).collect::<Vec<_>>())));
    Value::object([
        ("claims", Value::object(claims)),
        ("issuer", pattern(&wanted.issuer)),
        ("subject", pattern(&wanted.subject)),
    ])
}

fn describe_effects(effects: &Effects) -> Value {
    let names = |words: &BTreeSet<String>| Value::Array(words.iter().cloned().map(Value::from).collect());
    let owners = effects.owners.iter().map(|(effect, owners)| (effect.as_str(), names(owners)));
    Value::object([
        ("blocked", names(&effects.blocked)),
        ("owners", Value::object(owners)),
        ("roles", names(&effects.roles)),
    ])
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    words.collect::<BTreeSet<String>>().into_iter().collect()
}

/// What is asked of builds, where something is.
fn wanted_build(wanted: &WantedBuild) -> Option<Value> {
    let WantedBuild { builder, source, branch, tag, versioned_tag, commit, inputs } = wanted;
    let named = [
        ("branch", branch),
        ("builder", builder),
        ("commit", commit),
        ("source", source),
        ("tag", tag),
        ("versionedTag", versioned_tag),
    ];
    let mut members: Vec<(&str, Value)> =
        named.into_iter().filter_map(|(name, text)| Some((name, Value::from(text.clone()?)))).collect();
    if !inputs.is_empty() {
        let inputs = inputs.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())));
        members.push(("inputs", Value::object(inputs)));
    }
    (!wanted.is_empty()).then(|| Value::object(members))
}

/// What is asked of verification summaries, where something is.
fn wanted_summary(wanted: &WantedSummary) -> Option<Value> {
    let WantedSummary { verifier, resource, levels } = wanted;
    let mut members: Vec<(&str, Value)> = [("resource", resource), ("verifier", verifier)]
        .into_iter()
        .filter_map(|(name, text)| Some((name, Value::from(text.clone()?))))
        .collect();
    if !levels.is_empty() {
        let levels = levels.iter().map(|level| Value::from(level.as_str())).collect();
        members.push(("levels", Value::Array(levels)));
    }
    (!wanted.is_empty()).then(|| Value::object(members))
}
