//! `stella kit build`, `verify` and `status`

#![allow(clippy::disallowed_methods, reason = "cli opens what the user named, and knows which program runs")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::attest::json_line;
use crate::cli::failure::Failure;
use crate::cli::snapshot::source_date_epoch;
use crate::crypto::key::PublicKey;
use crate::digest::Digest;
use crate::evidence::{self, CaseFormat, CollectError, Source};
use crate::finding::{Finding, Severity};
use crate::kit::container::ContainerError;
use crate::kit::input::{self, Input, InputError};
use crate::kit::manifest::{KitManifest, POLICY, TRUST};
use crate::kit::pack::{self, Names, PackError, Request};
use crate::kit::status::KitStatus;
use crate::kit::verify::{Examined, Found, Standing, examine};
use crate::kit::{own, pinned};
use crate::limits;
use crate::path::misleads;
use crate::policy;
use crate::sign::Ed25519File;
use crate::time::UnixTime;
use crate::trust::{self, CertificateUse, Naming, TrustError, TrustStore};
use crate::wire::json::Value;

/// How a kit is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

/// Sign and pack a folder into a kit
#[derive(Clone, Debug, clap::Args)]
pub struct Build {
    /// Holds bin/stella, trust/, policy.toml and whatever else goes along
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Where to: a name ending in .tar.zst, or a directory to make
    #[arg(long, value_name = "PATH")]
    pub output: PathBuf,
    /// The Ed25519 key (PKCS#8 PEM) whose public half is pinned in bin/stella
    #[arg(long, value_name = "PEM")]
    pub key: PathBuf,
    /// The number of this kit; it only ever grows
    #[arg(long, value_name = "NUMBER")]
    pub sequence: u64,
    /// Until when the kit is held to be sufficient
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<UnixTime>,
}

/// Check that a kit is whole and signed by the pinned key
#[derive(Clone, Debug, clap::Args)]
pub struct Verify {
    /// The kit: its archive, or the folder it was unpacked to
    #[arg(value_name = "KIT")]
    pub kit: PathBuf,
    /// The public key that must have signed it, instead of the pinned one
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value = "table")]
    pub output: Output,
}

/// Say how old a kit is and when it stops being sufficient
#[derive(Clone, Debug, clap::Args)]
pub struct Status {
    /// The folder of the kit; without it, the one that this program lies in
    #[arg(value_name = "KIT")]
    pub kit: Option<PathBuf>,
    /// The public key that must have signed it, instead of the pinned one
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// The instant to measure age at: RFC 3339, or `now`
    #[arg(long, value_name = "TIME", value_parser = at)]
    pub at: Option<UnixTime>,
    /// How to report
    #[arg(long, value_enum, default_value = "table")]
    pub output: Output,
}

impl Build {
    /// Packs, and prints the fingerprint that has to travel another way.
    pub fn run(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let signer = Ed25519File::open(&self.key).map_err(Failure::usage)?;
        let request = Request {
            folder: &self.folder,
            output: &self.output,
            signer: &signer,
            sequence: self.sequence,
            created: source_date_epoch()?,
            sufficient_until: self.until,
        };
        let packed = pack::pack(&request, &names).map_err(|error| match &error {
            PackError::Input(InputError::Unreadable { source, .. })
                if source.kind() == io::ErrorKind::NotFound =>
            {
                Failure::missing(error)
            }
            PackError::Input(InputError::Unreadable { .. })
            | PackError::Container(ContainerError::Member { .. }) => Failure::fault(error),
            _ => Failure::usage(error),
        })?;
        let mut print = || -> io::Result<()> {
            describe(out, &packed.manifest)?;
            writeln!(out, "fingerprint of the key: {}", packed.fingerprint.hex())?;
            writeln!(out, "give the fingerprint to your auditors on another way than the kit")
        };
        print().map_err(Failure::fault)
    }
}

impl Verify {
    /// Examines the kit; the exit status is that of `forensic verify`.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let key = key(self.key.as_deref())?;
        let options = evidence::Options::default();
        let evidence = evidence::collect(vec![Source::Path(self.kit.clone())], &options).map_err(
            |error| match error {
                CollectError::Missing { .. } => Failure::missing(error),
                other => Failure::usage(other),
            },
        )?;
        let Some(case) = evidence.cases.iter().find(|c| c.format == CaseFormat::Kit && c.name.is_none())
        else {
            return Err(Failure::missing(format!("{} holds no kit", shown(&self.kit))));
        };
        let own = own_program().and_then(|program| measure(&program));
        let examined = examine(&Found::from_case(case), key.as_ref(), own);
        let (status, word) = match examined.standing() {
            Standing::Verified => (0, "verified"),
            Standing::Rejected => (3, "rejected"),
            Standing::Inconclusive => (6, "inconclusive"),
        };
        let written = match self.output {
            Output::Json => out.write_all(&json_line(&report(&examined, word, key.as_ref()))),
            Output::Table => table(out, &examined, word, key.as_ref()),
        };
        written.map_err(Failure::fault)?;
        Ok(status)
    }
}

impl Status {
    /// Prints the age of the kit; exit status 6 where it is no longer sufficient.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let key = key(self.key.as_deref())?;
        let program = own_program().ok_or_else(|| Failure::fault("this program cannot find its own file"))?;
        let folder = match &self.kit {
            Some(folder) => folder.clone(),
            None => own::folder_unverified(&program)
                .ok_or_else(|| Failure::missing("this program lies in no kit: name the folder of one"))?,
        };
        let program = if self.kit.is_some() { folder.join(crate::kit::manifest::BINARY) } else { program };
        let kit = own::open(&folder, &program, key.as_ref()).map_err(|error| match &error {
            own::OwnKitError::NoKey => {
                Failure { status: 65, message: format!("{error}: give it with --key") }
            }
            own::OwnKitError::Input(_) => Failure::missing(error),
            _ => Failure::rejected(error),
        })?;
        let policy = policy::parse(&kit.policy).map_err(|e| Failure::usage(format!("{POLICY}: {e}")))?;
        let store = store(&kit.trust).map_err(|e| Failure::usage(format!("{TRUST}: {e}")))?;
        let status = KitStatus::new(&kit.manifest, store.authorities(), store.issued_at(), &policy, self.at);
        let written = match self.output {
            Output::Json => {
                let Value::Object(mut object) = status.to_value() else {
                    return Err(Failure::fault("a status that is no object"));
                };
                for (name, value) in about(&kit.manifest) {
                    object.push(name, value).map_err(|_| Failure::fault("a status with a member twice"))?;
                }
                out.write_all(&json_line(&Value::Object(object)))
            }
            Output::Table => ages(out, &kit.manifest, &status),
        };
        written.map_err(Failure::fault)?;
        Ok(if status.is_over() { 6 } else { 0 })
    }
}

/// Reads trust and policy as verification will.
fn names(trust: &BTreeMap<String, Vec<u8>>, policy: &[u8]) -> Result<Names, PackError> {
    let unusable = |path: &str, reason: String| PackError::Unusable { path: path.into(), reason };
    let store = store(trust).map_err(|error| unusable(TRUST, error.to_string()))?;
    let policy = policy::parse(policy).map_err(|error| unusable(POLICY, error.to_string()))?;
    let development = pinned::development_key().id();
    if store.authorities().iter().any(|authority| authority.key(&development).is_some()) {
        return Err(unusable(TRUST, "it trusts the development key, which everybody has".into()));
    }
    // RFC 2606: names under .invalid belong to nobody. The fixtures use them,
    // and the private halves of the fixtures' keys are published.
    if let Some(test) = store.authorities().iter().find(|a| a.identity.as_str().ends_with(".invalid")) {
        return Err(unusable(TRUST, format!("it trusts {}, which is a name for tests", test.identity)));
    }
    Ok(Names { trust: store.digest(), trust_sequence: store.sequence(), policy: policy.digest() })
}

fn store(files: &BTreeMap<String, Vec<u8>>) -> Result<TrustStore, TrustError> {
    trust::parse_directory(files, Naming::Bare(CertificateUse::Any), None)
}

fn key(given: Option<&Path>) -> Result<Option<PublicKey>, Failure> {
    let Some(path) = given else { return Ok(pinned::pinned_key()) };
    let failed = |reason: String| Failure::usage(format!("the key {}: {reason}", shown(path)));
    let length = path.metadata().map_err(|error| failed(error.to_string()))?.len();
    if length > limits::KEY_TEXT_BYTES_MAX as u64 {
        return Err(failed("longer than any key".into()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    PublicKey::from_pem(&text).map(Some).map_err(|error| failed(error.to_string()))
}

/// The file of the running program, links resolved.
pub fn own_program() -> Option<PathBuf> {
    std::env::current_exe().and_then(|path| path.canonicalize()).ok()
}

fn measure(program: &Path) -> Option<Digest> {
    let input = Input { path: "stella".into(), file: program.to_owned() };
    input::measure(input).ok().map(|measured| measured.sha256)
}

fn time(text: &str) -> Result<UnixTime, String> {
    UnixTime::parse_rfc3339(text).map_err(|error| error.to_string())
}

fn at(text: &str) -> Result<UnixTime, String> {
    if text != "now" {
        return time(text);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    seconds
        .and_then(|s| UnixTime::new(s, 0).ok())
        .ok_or_else(|| "the clock shows no time that has a name".into())
}

// --- words -----------------------------------------------------------------

fn about(manifest: &KitManifest) -> Vec<(&'static str, Value)> {
    let time = |at: Option<UnixTime>| at.map_or(Value::Null, |at| Value::from(at.to_string()));
    vec![
        ("binary", Value::from(manifest.binary.to_string())),
        ("compiler", Value::from(manifest.compiler.as_str())),
        ("createdAt", time(manifest.created)),
        ("development", Value::from(manifest.development)),
        ("key", Value::from(manifest.key.as_str())),
        ("libc", Value::from(manifest.libc.as_str())),
        ("policy", Value::from(manifest.policy.to_string())),
        ("sequence", Value::from(manifest.sequence.to_string())),
        ("target", Value::from(manifest.target.as_str())),
        ("trust", Value::from(manifest.trust.to_string())),
        ("trustSequence", manifest.trust_sequence.map_or(Value::Null, |n| Value::from(n.to_string()))),
        ("version", Value::from(manifest.version.as_str())),
    ]
}

fn report(examined: &Examined, word: &str, key: Option<&PublicKey>) -> Value {
    let mut findings: Vec<&Finding> = examined.book.findings.iter().collect();
    findings.sort();
    let optional = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    let finding = |finding: &&Finding| {
        Value::object([
            ("check", Value::from(finding.check.as_str())),
            ("detail", Value::from(finding.detail.as_str())),
            ("expected", optional(&finding.expected)),
            ("found", optional(&finding.found)),
            ("item", optional(&finding.item)),
            ("severity", Value::from(finding.severity.as_str())),
        ])
    };
    let checks = examined.book.coverage.iter().map(|(check, coverage)| {
        Value::object([
            ("failed", Value::from(coverage.failed)),
            ("id", Value::from(check.as_str())),
            ("notEstablished", Value::from(coverage.not_established)),
            ("passed", Value::from(coverage.passed)),
        ])
    });
    Value::object([
        ("checks", Value::from(checks.collect::<Vec<_>>())),
        ("findings", Value::from(findings.iter().map(finding).collect::<Vec<_>>())),
        ("key", key.map_or(Value::Null, |key| Value::from(key.id().to_string()))),
        ("kit", examined.manifest.as_ref().map_or(Value::Null, |manifest| Value::object(about(manifest)))),
        ("schema", Value::from("stella.kit-report/v1")),
        ("status", Value::from(word)),
    ])
}

fn table(out: &mut dyn Write, examined: &Examined, word: &str, key: Option<&PublicKey>) -> io::Result<()> {
    writeln!(out, "kit: {word}")?;
    match key {
        Some(key) => writeln!(out, "must be signed by {}", key.id())?,
        None => writeln!(out, "no key is pinned in this program; name one with --key")?,
    }
    if let Some(manifest) = &examined.manifest {
        describe(out, manifest)?;
    }
    let mut findings: Vec<&Finding> = examined.book.findings.iter().collect();
    findings.sort();
    for finding in findings {
        let item = finding.item.as_deref().unwrap_or("the kit");
        writeln!(out, "{}  {}  {item}: {}", finding.severity.as_str(), finding.check, finding.detail)?;
        for (word, text) in [("expected", &finding.expected), ("found", &finding.found)] {
            if let Some(text) = text {
                writeln!(out, "    {word} {}", printable(text))?;
            }
        }
    }
    if examined.book.findings.iter().all(|finding| finding.severity == Severity::Note) {
        let passed: u64 = examined.book.coverage.values().map(|coverage| coverage.passed).sum();
        writeln!(out, "{passed} things were checked, and nothing is wrong")?;
    }
    Ok(())
}

fn describe(out: &mut dyn Write, manifest: &KitManifest) -> io::Result<()> {
    if manifest.development {
        writeln!(out, "DEVELOPMENT KIT: everybody has the key that signed it")?;
    }
    writeln!(out, "version {} for {}", printable(&manifest.version), printable(&manifest.target))?;
    writeln!(out, "built with {}, {}", printable(&manifest.compiler), printable(&manifest.libc))?;
    writeln!(out, "sequence {}", manifest.sequence)?;
    if let Some(created) = manifest.created {
        writeln!(out, "made at {created}")?;
    }
    writeln!(out, "program {}", manifest.binary)?;
    writeln!(out, "trust   {}", manifest.trust)?;
    writeln!(out, "policy  {}", manifest.policy)?;
    writeln!(out, "signed by {}", printable(&manifest.key))
}

fn ages(out: &mut dyn Write, manifest: &KitManifest, status: &KitStatus) -> io::Result<()> {
    describe(out, manifest)?;
    match (status.at, status.age_days, status.trust_age_days) {
        (None, ..) => writeln!(out, "no age: name an instant with --at")?,
        (Some(at), kit, trust) => {
            writeln!(out, "at {at}")?;
            match kit {
                Some(days) => writeln!(out, "the kit is {days} days old")?,
                None => writeln!(out, "the kit does not say when it was made")?,
            }
            match trust {
                Some(days) => writeln!(out, "the trust store is {days} days old")?,
                None => writeln!(out, "the trust store does not say when it was issued")?,
            }
        }
    }
    for end in &status.ends {
        writeln!(out, "until {}  {}", end.at, printable(&end.what.words()))?;
    }
    match &status.sufficient_until {
        None => writeln!(out, "nothing in it ends by itself"),
        Some(end) if status.is_over() => {
            writeln!(out, "NO LONGER SUFFICIENT since {} ({})", end.at, printable(&end.what.words()))
        }
        Some(end) => writeln!(out, "sufficient until {} ({})", end.at, printable(&end.what.words())),
    }
}

/// Text of a kit, with nothing in it that a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|c| if misleads(c) { '\u{fffd}' } else { c }).collect()
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const KEY: &str = "kit/development-key.pem";
    const PUBLIC: &str = "kit/development-key.pub.pem";

    fn folder(trust: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let content = folder.path().join("content");
        for (name, text) in
            [("bin/stella", "program"), ("trust/trust.json", trust), ("policy.toml", policy::DEFAULT_TOML)]
        {
            let path = content.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn build(folder: &Path, output: &str) -> (Result<(), Failure>, String) {
        let mut out = Vec::new();
        let build = Build {
            folder: folder.join("content"),
            output: folder.join(output),
            key: KEY.into(),
            sequence: 4,
            until: Some(time("2030-01-01T00:00:00Z").unwrap()),
        };
        let result = build.run(&mut out);
        (result, String::from_utf8(out).unwrap())
    }

    fn status(kit: PathBuf, at: &str, output: Output) -> (Result<u8, Failure>, String) {
        let mut out = Vec::new();
        let status = Status { kit: Some(kit), key: Some(PUBLIC.into()), at: Some(time(at).unwrap()), output };
        let result = status.run(&mut out);
        (result, String::from_utf8(out).unwrap())
    }

    const TRUST: &str = include_str!("../../kit/trust/trust.json");

    #[test]
    fn built_and_aged() {
        let folder = folder(TRUST);
        let (result, printed) = build(folder.path(), "kit");
        assert_eq!(result, Ok(()));
        assert!(printed.starts_with("DEVELOPMENT KIT"), "{printed}");
        let fingerprint = pinned::development_key().id().digest().hex();
        assert!(printed.contains(&format!("fingerprint of the key: {fingerprint}")), "{printed}");

        let kit = folder.path().join("kit");
        let (result, printed) = status(kit.clone(), "2026-01-31T00:00:00Z", Output::Table);
        assert_eq!(result, Ok(0));
        assert!(printed.contains("the trust store is 30 days old"), "{printed}");
        assert!(printed.contains("sequence 4"), "{printed}");
        let (result, printed) = status(kit.clone(), "2031-01-01T00:00:00Z", Output::Table);
        assert_eq!(result, Ok(6));
        assert!(printed.contains("NO LONGER SUFFICIENT since "), "{printed}");
        let (_, printed) = status(kit, "2026-01-31T00:00:00Z", Output::Json);
        let value = crate::wire::json::parse(printed.as_bytes()).unwrap();
        assert_eq!(value.get("trustAgeDays").unwrap().as_str(), Some("30"));
        assert_eq!(value.get("development").unwrap().as_bool(), Some(true));
    }

    #[test]
    fn what_cannot_be_used_is_not_packed() {
        let check = |trust: &str, policy: &str, expected: &str| {
            let folder = folder(trust);
            fs::write(folder.path().join("content/policy.toml"), policy).unwrap();
            let failure = build(folder.path(), "kit.tar.zst").0.unwrap_err();
            assert_eq!(failure.status, 2);
            assert!(failure.message.contains(expected), "{failure}");
            assert!(!folder.path().join("kit.tar.zst").exists());
        };
        check("{}", policy::DEFAULT_TOML, "trust: ");
        check(TRUST, "schema = 1", "policy.toml: ");
    }

    #[test]
    fn the_development_key_is_never_trusted() {
        let folder = folder(TRUST);
        let content = folder.path().join("content/trust");
        fs::remove_file(content.join("trust.json")).unwrap();
        fs::copy(PUBLIC, content.join("key.pem")).unwrap();
        let failure = build(folder.path(), "kit").0.unwrap_err();
        assert!(failure.message.contains("everybody has"), "{failure}");
    }

    #[test]
    fn nor_are_the_keys_of_the_fixtures() {
        let folder = folder(TRUST);
        let content = folder.path().join("content/trust");
        fs::remove_file(content.join("trust.json")).unwrap();
        for entry in fs::read_dir("fixtures/trust").unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, content.join(path.file_name().unwrap())).unwrap();
        }
        let failure = build(folder.path(), "kit").0.unwrap_err();
        assert!(failure.message.contains("a name for tests"), "{failure}");
    }

    #[test]
    fn a_kit_that_was_changed_has_no_status() {
        let folder = folder(TRUST);
        build(folder.path(), "kit").0.unwrap();
        let kit = folder.path().join("kit");
        fs::write(kit.join("bin/stella"), "other").unwrap();
        assert_eq!(status(kit, "2026-01-31T00:00:00Z", Output::Table).0.unwrap_err().status, 3);
        let nowhere = status(folder.path().join("none"), "2026-01-31T00:00:00Z", Output::Table);
        assert_eq!(nowhere.0.unwrap_err().status, 4);
    }
}
