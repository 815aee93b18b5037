//! From paths and options to a verdict: what `verify` and `timeline` have in
//! common.

#![allow(clippy::disallowed_methods, reason = "cli reads the clock on demand, and measures files")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::anchor::{self, Identity, Keyless, Pattern};
use crate::cli::args::{Artifact, At, Judging, Reading, artifact};
use crate::cli::collecting::{self, Wanted, collect};
use crate::cli::failure::Failure;
use crate::cli::load::{self, Origin};
use crate::cli::{own, places, writing};
use crate::digest::{Algorithm, AlgorithmSet, Digest};
use crate::evidence::Evidence;
use crate::policy::{Group, Options, Policy};
use crate::report::{self, About, Report, TrustLine};
use crate::time::UnixTime;
use crate::trust::TrustStore;
use crate::verify::{self, Outcome, Request};
use crate::wire::json::Value;

/// Evidence, and what came of it.
pub(super) struct Judged {
    /// What was read.
    pub evidence: Evidence,
    /// Who is trusted.
    pub trust: TrustStore,
    /// What was established, and what follows.
    pub outcome: Outcome,
    /// The same as it is reported.
    pub report: Report,
}

/// Reads what lies at `paths` and judges it. `reports` are files that will be
/// written: none of them may be one that is read.
pub(super) fn judge(
    paths: Vec<PathBuf>,
    arguments: &Judging,
    reading: &Reading,
    reports: &[&Path],
) -> Result<Judged, Failure> {
    let (time, at) = validation(arguments.at)?;
    let kit = own::kit(&paths);
    if let (Some(why), false) = (&kit.refused, reading.quiet) {
        super::note(&format!("the kit around this program does not count: {why}"));
    }
    let (policy, policy_source) = policy(arguments, &paths, &kit, time)?;
    let (trust, trust_source) = trust(arguments, &paths, &kit, time)?;
    let artifacts = artifacts(arguments)?;
    let read = paths.iter().chain(&artifacts.files).cloned();
    let named = arguments.trust_roots.iter().map(|text| load::purpose_and_path(text).1);
    let read: Vec<PathBuf> = read.chain(named).chain(arguments.policy.clone()).collect();
    writing::beside(reports, &read)?;

    // A file that must be covered is evidence too.
    let mut sources = paths;
    sources
        .extend(artifacts.files.iter().filter(|file| !lies_in(file, &sources)).cloned().collect::<Vec<_>>());
    let mut algorithms = AlgorithmSet::EMPTY;
    artifacts.digests.iter().for_each(|digest| algorithms.insert(digest.algorithm()));
    let wanted =
        Wanted { authorities: trust.authorities(), pins: &arguments.expect_heads, artifacts: algorithms };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(collecting::jobs(reading)).build();
    let pool = pool.map_err(Failure::fault)?;
    let evidence = collect(&sources, reading, &wanted)?;
    let mut pins = arguments.expect_heads.clone();
    pins.sort_by_key(|pin| (pin.chain.clone(), pin.head));
    pins.dedup();
    let usage = arguments.purpose;
    let keyless = asked(arguments);
    let request = Request { at: time, artifacts: artifacts.digests.clone(), keyless, pins, usage };
    let outcome = pool.install(|| verify::verify(&evidence, &trust, &policy, &request));

    let about = About {
        request: echoed(arguments, &request, &policy),
        at,
        kit: kit.line(),
        policy: (policy.id.clone(), policy.digest(), policy_source.name().to_owned()),
        trust: TrustLine {
            digest: trust.digest(),
            sequence: trust.sequence(),
            issued_at: trust.issued_at().map(|time| time.to_string()),
            source: trust_source.name().to_owned(),
            authorities: trust.authorities().len() as u64,
        },
    };
    let report = Report::new(&outcome, about);
    Ok(Judged { evidence, trust, outcome, report })
}

/// The time of validation, and where it came from.
pub(super) fn validation(at: Option<At>) -> Result<(Option<UnixTime>, report::At), Failure> {
    let (time, source) = match at {
        None => return Ok((None, report::At { time: None, source: "none" })),
        Some(At::Time(time)) => (time, "argument"),
        Some(At::Now) => {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let seconds =
                since.map_err(|_| Failure::usage("the clock stands before 1970; give --at TIME"))?;
            let time = UnixTime::new(seconds.as_secs() as i64, 0);
            (time.map_err(|_| Failure::usage("the clock stands beyond 9999; give --at TIME"))?, "clock")
        }
    };
    Ok((Some(time), report::At { time: Some(time.to_string()), source }))
}

fn policy(
    arguments: &Judging,
    evidence: &[PathBuf],
    kit: &own::Own,
    at: Option<UnixTime>,
) -> Result<(Policy, Origin), Failure> {
    if let Some(path) = &arguments.policy {
        load::outside_evidence("the policy", path, evidence)?;
    }
    let (base, origin) = load::effective_policy(arguments.policy.as_deref(), kit)?;
    let options = Options {
        at,
        threshold: arguments.threshold,
        revocation: arguments.revocation,
        min_trust: arguments.min_trust,
        allow_development: arguments.allow_development,
    };
    let mut policy = base.with(&options).map_err(Failure::usage)?;
    // Anybody can have as many accounts as a pattern has room for.
    if policy.threshold > 1 && policy.keyless.iter().any(|wanted| !wanted.is_exact()) {
        return Err(Failure::usage(
            "a threshold above 1 needs keyless signers that are named exactly, and the policy has patterns",
        ));
    }
    if !arguments.identity.is_empty() {
        let mut identities = BTreeSet::new();
        for name in &arguments.identity {
            let identity = match &arguments.issuer {
                None => Identity::new(name),
                Some(issuer) => Keyless { subject: name.clone(), issuer: issuer.clone() }.identity(),
            };
            identities.insert(identity.map_err(|error| Failure::usage(format!("--identity: {error}")))?);
        }
        let threshold = identities.len() as u32;
        policy.groups.push(Group { name: "--identity".to_owned(), identities, threshold });
        policy.groups.sort();
    }
    Ok((policy, origin))
}

fn trust(
    arguments: &Judging,
    evidence: &[PathBuf],
    kit: &own::Own,
    at: Option<UnixTime>,
) -> Result<(TrustStore, Origin), Failure> {
    for text in &arguments.trust_roots {
        let (_, path) = load::purpose_and_path(text);
        load::outside_evidence("the trust root", &path, evidence)?;
    }
    load::effective_trust(&arguments.trust_roots, arguments.purpose, at, kit)
}

/// The keyless signers that are named in the call, exactly.
fn asked(arguments: &Judging) -> Vec<anchor::Wanted> {
    let Some(issuer) = &arguments.issuer else { return Vec::new() };
    let exact = |text: &String| Pattern::Exact(text.clone());
    let named: BTreeSet<anchor::Wanted> = arguments
        .identity
        .iter()
        .map(|name| anchor::Wanted { subject: exact(name), issuer: exact(issuer), claims: BTreeMap::new() })
        .collect();
    named.into_iter().collect()
}

/// What must be vouched for: digests, and files that are measured like evidence.
struct Demanded {
    digests: BTreeSet<Digest>,
    files: Vec<PathBuf>,
}

fn artifacts(arguments: &Judging) -> Result<Demanded, Failure> {
    let mut demanded = Demanded { digests: BTreeSet::new(), files: Vec::new() };
    for text in &arguments.artifacts {
        match artifact(text).map_err(|error| Failure::usage(format!("--artifact {text}: {error}")))? {
            Artifact::Digest(digest) => drop(demanded.digests.insert(digest)),
            Artifact::Path(path) => {
                demanded.digests.insert(measured(&path)?);
                demanded.files.push(path);
            }
        }
    }
    Ok(demanded)
}

fn measured(path: &Path) -> Result<Digest, Failure> {
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::missing(format!("--artifact {}: nothing is there", path.display()))
        }
        _ => Failure::usage(format!("--artifact {}: {error}", path.display())),
    };
    let file = places::open(path).map_err(cannot)?;
    let mut hasher = crate::digest::Hasher::new(AlgorithmSet::only(Algorithm::Sha256));
    let mut reader = io::BufReader::with_capacity(1 << 18, file);
    loop {
        let buffer = io::BufRead::fill_buf(&mut reader).map_err(cannot)?;
        if buffer.is_empty() {
            break;
        }
        hasher.update(buffer);
        let length = buffer.len();
        io::BufRead::consume(&mut reader, length);
    }
    Ok(hasher.finish().get(Algorithm::Sha256).expect("the one algorithm asked for is computed"))
}

/// Whether a file is read with the evidence anyway.
fn lies_in(file: &Path, evidence: &[PathBuf]) -> bool {
    evidence.iter().any(|place| places::lies_in(file, place))
}

/// Every effective option that can touch the verdict, by content and never by
/// the spelling of a path.
fn echoed(arguments: &Judging, request: &Request, policy: &Policy) -> Value {
    let list = |texts: Vec<String>| Value::Array(texts.into_iter().map(Value::from).collect());
    let mut identities: Vec<String> =
        arguments.identity.iter().map(|text| crate::path::escape(text.as_bytes())).collect();
    identities.sort();
    identities.dedup();
    let issuer =
        arguments.issuer.iter().map(|text| ("issuer", Value::from(crate::path::escape(text.as_bytes()))));
    let members = [
        ("allowDevelopment", Value::from(policy.allow_development)),
        ("artifacts", list(request.artifacts.iter().map(Digest::to_string).collect())),
        (
            "expectHeads",
            list(
                request
                    .pins
                    .iter()
                    .map(|pin| format!("{}={}", crate::path::escape(pin.chain.as_bytes()), pin.head))
                    .collect(),
            ),
        ),
        ("identities", list(identities)),
        ("purpose", Value::from(request.usage.name())),
        ("minTrust", policy.trust_sequence_min.map_or(Value::Null, |n| Value::from(n.to_string()))),
        ("revocation", Value::from(policy.revocation.name())),
        ("threshold", Value::from(u64::from(policy.threshold))),
    ];
    Value::object(members.into_iter().chain(issuer))
}
