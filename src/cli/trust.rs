//! `stella trust list`, `diff`, `status` and `import`

#![allow(clippy::disallowed_methods, reason = "cli writes where the user says, whole or not at all")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::anchor::{Authority, KeyMaterial, Narrowing, Purpose, TrustedKey};
use crate::attest::json_line;
use crate::cli::args::{At, Output, at};
use crate::cli::failure::Failure;
use crate::cli::load::{self, Origin};
use crate::cli::own::{self, Own};
use crate::cli::{collecting, judging};
use crate::custody::prx::SCHEME;
use crate::digest::Digest;
use crate::kit::pinned::pinned_key;
use crate::policy::Policy;
use crate::time::{UnixTime, Window};
use crate::trust::{
    self, CertificateUse, Diff as Difference, Distrusted, Given, Kit, Naming, Posture, ReplaceError,
    STORE_FILE, Signing, Situation, Step, TrustStore,
};
use crate::wire::json::Value;

/// Say who is trusted, for what and when
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Whom to list, instead of what the kit or the program brings
    #[command(flatten)]
    pub roots: TrustRoots,
    /// The time of validation, in RFC 3339, or `now` for the clock of this machine
    #[arg(long, value_name = "TIME", value_parser = at)]
    pub at: Option<At>,
    /// How to print (default: json, or table on a terminal)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
}

/// Compare two trust stores
#[derive(Clone, Debug, clap::Args)]
pub struct Diff {
    /// The store as it is
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The store as it would be
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// How to print (default: json, or table on a terminal)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
}

/// Say whether this installation can be relied on, and what would make it better
#[derive(Clone, Debug, clap::Args)]
pub struct Status {
    /// Whom to trust, instead of what the kit or the program brings
    #[command(flatten)]
    pub roots: TrustRoots,
    /// The policy, in place of that of the kit or the default
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The lowest sequence of the trust store that will do
    #[arg(long, value_name = "SEQUENCE")]
    pub min_trust: Option<u64>,
    /// The time to measure age at, in RFC 3339, or `now` for the clock of this machine
    #[arg(long, value_name = "TIME", value_parser = at)]
    pub at: Option<At>,
    /// A ledger of prx that somebody would write to: exit status 65 where there is one and no actor of
    /// prx is trusted, as prx itself ends where it could not sign
    #[arg(long, value_name = "PATH")]
    pub ledger: Option<PathBuf>,
    /// How to print (default: json, or table on a terminal)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
}

/// Put a trust store in place, or a newer one in the place of an older
#[derive(Clone, Debug, clap::Args)]
pub struct Import {
    /// The store to import, or keys to make one of
    #[arg(value_name = "SOURCE")]
    pub source: PathBuf,
    /// The folder of the store, to make or to replace
    #[arg(long, value_name = "FOLDER")]
    pub into: PathBuf,
    /// The lowest sequence that is taken
    #[arg(long, value_name = "SEQUENCE")]
    pub min_trust: Option<u64>,
    /// The sequence to give to bare keys, which have none
    #[arg(long, value_name = "SEQUENCE", requires = "issued_at")]
    pub sequence: Option<u64>,
    /// The date of issue to give to bare keys
    #[arg(long, value_name = "TIME", value_parser = time, requires = "sequence")]
    pub issued_at: Option<UnixTime>,
}

/// The options that say whom to trust.
#[derive(Clone, Debug, clap::Args)]
pub struct TrustRoots {
    /// Who is trusted: a trust store, a PEM file, or a directory of them; PURPOSE=PATH fixes for what
    #[arg(long = "trust-roots", value_name = "[PURPOSE=]PATH")]
    pub named: Vec<String>,
    /// What a bare certificate counts for: attestation, timestamp or any
    #[arg(long, value_name = "PURPOSE", value_parser = certificate_use, default_value = "any")]
    pub purpose: CertificateUse,
}

fn time(text: &str) -> Result<UnixTime, String> {
    UnixTime::parse_rfc3339(text).map_err(|error| format!("{error}; write 2026-01-31T12:00:00Z"))
}

/// Reads `--purpose`.
pub fn certificate_use(text: &str) -> Result<CertificateUse, String> {
    let found = CertificateUse::ALL.into_iter().find(|usage| usage.name() == text);
    found.ok_or_else(|| "one of attestation, timestamp, any".to_owned())
}

/// The trust that holds, and where it is from.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The store.
    pub store: TrustStore,
    /// Where it is from.
    pub source: Origin,
    /// How the kit that the program lies in stands, whether or not its store is used.
    pub kit: Kit,
}

impl TrustRoots {
    fn effective(&self, kit: &Own, at: Option<UnixTime>) -> Result<Effective, Failure> {
        let (store, source) = load::effective_trust(&self.named, self.purpose, at, kit)?;
        Ok(Effective { store, source, kit: standing(kit) })
    }
}

/// How the kit around the program stands.
fn standing(kit: &Own) -> Kit {
    match (kit.manifest(), &kit.refused) {
        (Some(manifest), _) if manifest.development => Kit::Development,
        (Some(_), _) => Kit::Verified,
        // A program without a pinned key is one for development, and so is its kit.
        (None, Some(_)) if pinned_key().is_none() => Kit::Development,
        (None, Some(why)) => Kit::Disagrees(why.clone()),
        (None, None) => Kit::None,
    }
}

impl List {
    /// Lists the trust that holds.
    pub fn run(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let (at, _) = judging::validation(self.at)?;
        let trust = self.roots.effective(&own::kit(&[]), at)?;
        run_list(&trust, collecting::output(self.output), out)
    }
}

impl Diff {
    /// Prints what differs; exit status 0 whether or not something does.
    pub fn run(&self, out: &mut dyn Write) -> Result<(), Failure> {
        run_diff(&read(&self.old)?, &read(&self.new)?, collecting::output(self.output), out)
    }
}

impl Status {
    /// Prints the posture. Exit status 65 where nobody is trusted, and 3 where
    /// the kit is not what is pinned.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let (at, _) = judging::validation(self.at)?;
        let kit = own::kit(&[]);
        let trust = self.roots.effective(&kit, at)?;
        let (policy, source) = load::effective_policy(self.policy.as_deref(), &kit)?;
        let ledger = self.ledger.as_ref().map(|path| path.exists());
        let asked = Asked { min_trust: self.min_trust, at, ledger, output: collecting::output(self.output) };
        run_status(&trust, (&policy, source), &asked, out)
    }
}

impl Import {
    /// Writes the store, whole or not at all, and says what changed.
    pub fn run(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let mut new = read(&self.source)?;
        let old = in_place(&self.into)?;
        if let (Some(sequence), Some(issued_at)) = (self.sequence, self.issued_at) {
            new = new.numbered(sequence, issued_at).map_err(Failure::usage)?;
        }
        run_import(&new, old.as_ref(), self.min_trust, &self.into, out)
    }
}

/// A store that was named by its path.
fn read(path: &Path) -> Result<TrustStore, Failure> {
    let bare = Naming::Bare(CertificateUse::Any);
    trust::parse(&load::given(path)?, bare, None)
        .map_err(|error| Failure::usage(format!("{} cannot be used: {error}", path.display())))
}

/// The store at the place where one is to be put. A folder that is none is
/// left alone.
fn in_place(folder: &Path) -> Result<Option<TrustStore>, Failure> {
    match folder.symlink_metadata() {
        Err(_) => return Ok(None),
        Ok(found) if found.is_symlink() => {
            return Err(Failure::usage(format!("{} is a link: name the folder itself", folder.display())));
        }
        Ok(_) => {}
    }
    match load::given(folder)? {
        Given::Directory(files) if files.is_empty() => Ok(None),
        Given::Directory(files) if files.contains_key(STORE_FILE) => read(folder).map(Some),
        _ => Err(Failure::usage(format!("{} holds something that is no trust store", folder.display()))),
    }
}

// --- list --------------------------------------------------------------------

/// Prints a store.
pub fn run_list(trust: &Effective, output: Output, out: &mut dyn Write) -> Result<(), Failure> {
    let written = match output {
        Output::Json | Output::Ndjson => out.write_all(&json_line(&list_value(trust))),
        Output::Table => list_table(trust, out),
    };
    written.map_err(Failure::fault)
}

fn list_value(trust: &Effective) -> Value {
    let store = &trust.store;
    let mut members: Vec<(String, Value)> = match store.describe() {
        Value::Object(object) => {
            object.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
        }
        _ => Vec::new(),
    };
    members.retain(|(name, _)| name != "schema");
    let unused = store.unused().iter().map(|unused| {
        Value::object([("name", Value::from(unused.name.as_str())), ("why", Value::from(unused.why))])
    });
    let persons = store.authorities().iter().map(|authority| {
        (authority.identity.to_string(), store.persons().canonical(&authority.identity).to_string())
    });
    let persons: BTreeMap<String, String> = persons.collect();
    let distrusted: Vec<Value> = store
        .authorities()
        .iter()
        .filter(|authority| authority.distrusted.is_some())
        .map(|authority| Value::from(authority.identity.as_str()))
        .collect();
    members.extend([
        ("digest".to_owned(), Value::from(store.digest().to_string())),
        ("distrustedAuthorities".to_owned(), Value::from(distrusted)),
        ("origin".to_owned(), store.origin().map_or(Value::Null, Value::from)),
        ("persons".to_owned(), Value::object(persons.into_iter().map(|(name, is)| (name, Value::from(is))))),
        ("schema".to_owned(), Value::from("stella.trust-list/v1")),
        ("source".to_owned(), Value::from(trust.source.name())),
        ("unused".to_owned(), Value::from(unused.collect::<Vec<_>>())),
    ]);
    Value::object(members)
}

fn list_table(trust: &Effective, out: &mut dyn Write) -> io::Result<()> {
    let store = &trust.store;
    writeln!(out, "trust     {} ({})", store.digest(), trust.source.name())?;
    writeln!(out, "sequence  {}", numbered(store))?;
    if let Some(origin) = store.origin() {
        writeln!(out, "origin    {origin}")?;
    }
    if store.authorities().is_empty() {
        writeln!(out, "nobody is trusted for anything")?;
    }
    for authority in store.authorities() {
        writeln!(out)?;
        authority_lines(store, authority, out)?;
    }
    let heading = |out: &mut dyn Write, text: &str| writeln!(out, "\n{text}");
    if !store.distrusted().is_empty() {
        heading(out, "distrusted")?;
    }
    for entry in store.distrusted() {
        match &entry.whom {
            Distrusted::Identity(identity) => writeln!(out, "  {identity}: {}", entry.reason)?,
            Distrusted::Key(id) => writeln!(out, "  key {id}: {}", entry.reason)?,
        }
    }
    if !store.intermediates().is_empty() {
        heading(out, "intermediate certificates, no anchors")?;
    }
    for der in store.intermediates() {
        writeln!(out, "  {}", Digest::sha256(der))?;
    }
    if !store.log_policies().is_empty() {
        heading(out, "witnesses of logs")?;
    }
    for policy in store.log_policies() {
        let witnesses: Vec<&str> = policy.witnesses().map(|key| key.name()).collect();
        let asked = if policy.asks() { policy.quorum_text() } else { "nobody is asked for".to_owned() };
        writeln!(out, "  {asked}; known: {}", witnesses.join(", "))?;
    }
    if !store.unused().is_empty() {
        heading(out, "not used")?;
    }
    for unused in store.unused() {
        writeln!(out, "  {}: {}", unused.name, unused.why)?;
    }
    Ok(())
}

fn authority_lines(store: &TrustStore, authority: &Authority, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}", authority.identity)?;
    if authority.name != authority.identity.as_str() {
        write!(out, "  {}", authority.name)?;
    }
    if authority.development {
        write!(out, "  [development]")?;
    }
    writeln!(out)?;
    if let Some(reason) = &authority.distrusted {
        writeln!(out, "  DISTRUSTED  {reason}")?;
    }
    let person = store.persons().canonical(&authority.identity);
    if *person != authority.identity {
        writeln!(out, "  same as     {person}")?;
    }
    let purposes: Vec<&str> = authority.purposes.iter().map(|purpose| purpose.name()).collect();
    writeln!(out, "  may         {}", purposes.join(", "))?;
    let Narrowing { payload_types, predicate_types, build_types } = &authority.narrowing;
    for (what, set) in [("payload", payload_types), ("predicate", predicate_types), ("build", build_types)] {
        for word in set.iter().flatten() {
            writeln!(out, "  only        {what} {word}")?;
        }
    }
    if authority.window != Window::OPEN {
        writeln!(out, "  window      {}", span(&authority.window))?;
    }
    for key in &authority.keys {
        writeln!(out, "  key         {}", key_line(key))?;
    }
    for der in &authority.certificates {
        writeln!(out, "  certificate {} {}", Digest::sha256(der), authority.profile.name())?;
    }
    if let Some(nanos) = authority.accuracy_nanos {
        writeln!(out, "  accuracy    {nanos} ns where its tokens do not say")?;
    }
    Ok(())
}

fn key_line(key: &TrustedKey) -> String {
    let kind = match &key.material {
        KeyMaterial::Public(public) => public.kind().to_string(),
        KeyMaterial::Security(key) => format!("{} in a device", key.public().kind()),
        KeyMaterial::Shared(_) => "shared key".to_owned(),
    };
    let mut line = format!("{} {kind}", key.id);
    if key.window != Window::OPEN {
        line += &format!(", {}", span(&key.window));
    }
    if let Some(reason) = &key.distrusted {
        line += &format!(", DISTRUSTED: {reason}");
    }
    line
}

fn span(window: &Window) -> String {
    match (window.not_before, window.not_after) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (Some(from), Some(to)) => format!("from {from} until {to}"),
    }
}

fn numbered(store: &TrustStore) -> String {
    match (store.sequence(), store.issued_at()) {
        (Some(sequence), Some(at)) => format!("{sequence}, issued {at}"),
        (Some(sequence), None) => sequence.to_string(),
        _ => "none".to_owned(),
    }
}

// --- diff --------------------------------------------------------------------

/// Prints what differs between two stores.
pub fn run_diff(
    old: &TrustStore,
    new: &TrustStore,
    output: Output,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let diff = trust::diff(old, new);
    let written = match output {
        Output::Json | Output::Ndjson => out.write_all(&json_line(&diff_value(&diff))),
        Output::Table => diff_table(&diff, out),
    };
    written.map_err(Failure::fault)
}

fn diff_value(diff: &Difference) -> Value {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    let changes: Vec<Value> = diff
        .changes
        .iter()
        .map(|change| {
            Value::object([
                ("change", Value::from(change.kind.name())),
                ("member", Value::from(change.member.as_str())),
                ("new", text(&change.new)),
                ("old", text(&change.old)),
                ("subject", Value::from(change.subject.as_str())),
            ])
        })
        .collect();
    let side = |(digest, sequence): &(Digest, Option<u64>)| {
        Value::object([
            ("digest", Value::from(digest.to_string())),
            ("sequence", sequence.map_or(Value::Null, |n| Value::from(n.to_string()))),
        ])
    };
    Value::object([
        ("changes", Value::from(changes)),
        ("new", side(&diff.new)),
        ("old", side(&diff.old)),
        ("schema", Value::from("stella.trust-diff/v1")),
    ])
}

fn diff_table(diff: &Difference, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "old {}", diff.old.0)?;
    writeln!(out, "new {}", diff.new.0)?;
    if diff.changes.is_empty() {
        writeln!(out, "no difference")?;
    }
    for change in &diff.changes {
        writeln!(out, "{change}")?;
    }
    Ok(())
}

// --- status ------------------------------------------------------------------

/// What the user asked of `trust status`.
pub struct Asked {
    /// `--min-trust`
    pub min_trust: Option<u64>,
    /// `--at`
    pub at: Option<UnixTime>,
    /// Whether there is something at `--ledger`.
    pub ledger: Option<bool>,
    /// `--output`
    pub output: Output,
}

/// All that a status says.
struct Report<'a> {
    trust: &'a Effective,
    policy: (&'a Policy, Origin),
    situation: Situation,
    posture: Posture,
    steps: Vec<Step>,
    age: Option<i64>,
    /// What is decided about the ledger in scope, and how many actors could be verified.
    ledger: Option<(Signing, usize)>,
}

/// Prints the posture and the steps to the next better one.
pub fn run_status(
    trust: &Effective,
    policy: (&Policy, Origin),
    asked: &Asked,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let usable: Vec<&Authority> = trust.store.usable().collect();
    let situation = Situation {
        kit: trust.kit.clone(),
        authorities: usable.len(),
        development: usable.iter().filter(|authority| authority.development).count(),
        sequence: trust.store.sequence(),
        demanded: policy.0.trust_sequence_min.max(asked.min_trust),
        signatures_required: policy.0.container_signed,
    };
    let (posture, mut steps) = trust::posture(&situation);
    let acts = |authority: &&&Authority| {
        authority.may(Purpose::Custody) && authority.identity.as_str().starts_with(SCHEME)
    };
    let actors = usable.iter().filter(acts).count();
    let ledger = asked.ledger.map(|there| (Signing::decide(there, actors > 0), actors));
    let unsigned = matches!(ledger, Some((Signing::Fail, _)));
    if unsigned {
        steps.insert(0, Step::NameActors);
    }
    let age = age_days(trust.store.issued_at(), asked.at);
    let report = Report { trust, policy, situation, posture, steps, age, ledger };
    let written = match asked.output {
        Output::Json | Output::Ndjson => out.write_all(&json_line(&report.value())),
        Output::Table => report.table(out),
    };
    written.map_err(Failure::fault)?;
    Ok(match posture {
        _ if unsigned => 65,
        Posture::Unconfigured => 65,
        Posture::Drifted => 3,
        _ => 0,
    })
}

/// Whole days from the date of issue to the instant of validation; `None` where
/// one of them is unknown, or the date lies after it.
fn age_days(issued: Option<UnixTime>, at: Option<UnixTime>) -> Option<i64> {
    let (issued, at) = (issued?, at?);
    (at >= issued).then(|| (at.seconds() - issued.seconds()) / 86_400)
}

fn kit_word(kit: &Kit) -> &'static str {
    match kit {
        Kit::None => "none",
        Kit::Development => "development",
        Kit::Verified => "verified",
        Kit::Disagrees(_) => "disagrees",
    }
}

impl Report<'_> {
    fn value(&self) -> Value {
        let optional = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let (store, situation) = (&self.trust.store, &self.situation);
        let policy = Value::object([
            ("digest", Value::from(self.policy.0.digest().to_string())),
            ("id", Value::from(self.policy.0.id.as_str())),
            ("source", Value::from(self.policy.1.name())),
        ]);
        let trust = Value::object([
            ("ageDays", optional(self.age.map(|days| days.to_string()))),
            ("authorities", Value::from(situation.authorities.to_string())),
            ("demandedSequence", optional(situation.demanded.map(|n| n.to_string()))),
            ("development", Value::from(situation.development.to_string())),
            ("digest", Value::from(store.digest().to_string())),
            ("issuedAt", optional(store.issued_at().map(|at| at.to_string()))),
            ("sequence", optional(store.sequence().map(|n| n.to_string()))),
            ("source", Value::from(self.trust.source.name())),
        ]);
        let steps: Vec<Value> = self.steps.iter().map(|step| Value::from(step.to_string())).collect();
        let ledger = self.ledger.map(|(decision, actors)| {
            let actors = Value::from(actors.to_string());
            ("ledger", Value::object([("actors", actors), ("decision", Value::from(decision.name()))]))
        });
        let members = [
            ("kit", Value::from(kit_word(&self.trust.kit))),
            ("policy", policy),
            ("posture", Value::from(self.posture.name())),
            ("schema", Value::from("stella.trust-status/v1")),
            ("steps", Value::from(steps)),
            ("trust", trust),
        ];
        Value::object(members.into_iter().chain(ledger))
    }

    fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        let (store, situation) = (&self.trust.store, &self.situation);
        writeln!(out, "posture   {}", self.posture)?;
        writeln!(out, "kit       {}", kit_word(&self.trust.kit))?;
        writeln!(out, "trust     {} ({})", store.digest(), self.trust.source.name())?;
        write!(out, "sequence  {}", numbered(store))?;
        if let Some(demanded) = situation.demanded {
            write!(out, ", at least {demanded} is demanded")?;
        }
        match self.age {
            Some(days) => writeln!(out, ", {days} days old")?,
            None => writeln!(out)?,
        }
        let (all, development) = (situation.authorities, situation.development);
        writeln!(out, "relied on {all}, of which {development} for development")?;
        let (policy, source) = self.policy;
        writeln!(out, "policy    {} {} ({})", policy.id, policy.digest(), source.name())?;
        if let Some((decision, actors)) = self.ledger {
            writeln!(out, "ledger    {}, {actors} actors of prx are trusted", decision.name())?;
        }
        for (number, step) in self.steps.iter().enumerate() {
            if number == 0 {
                writeln!(out, "\nto stand better:")?;
            }
            writeln!(out, "  {}. {step}", number + 1)?;
        }
        Ok(())
    }
}

// --- import ------------------------------------------------------------------

/// Writes `new` to the folder `into`, where `old` is in place, and says what
/// changed by it.
pub fn run_import(
    new: &TrustStore,
    old: Option<&TrustStore>,
    min_trust: Option<u64>,
    into: &Path,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    trust::may_replace(old, new, min_trust).map_err(|error| match error {
        ReplaceError::Unnumbered => {
            Failure::usage(format!("{error}: give it both with --sequence and --issued-at"))
        }
        error => Failure::rejected(error),
    })?;
    let files = trust::to_files(new).map_err(Failure::usage)?;
    write_folder(into, &files)
        .map_err(|error| Failure::fault(format!("{} was not written: {error}", into.display())))?;
    let mut print = || -> io::Result<()> {
        let empty = TrustStore::of([]);
        diff_table(&trust::diff(old.unwrap_or(&empty), new), out)?;
        writeln!(out, "imported  {}", numbered(new))
    };
    print().map_err(Failure::fault)
}

/// Writes a folder beside its place and then puts it there, in exchange for what
/// is there. Whoever looks sees the old one or the new one, never half of one.
fn write_folder(into: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let name = into.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let parent = match into.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.partial", std::process::id()));
    let partial = parent.join(hidden);
    // Fails where something of that name is: it is not ours to remove.
    fs::DirBuilder::new().mode(0o755).create(&partial)?;
    let written = fill(&partial, files).and_then(|()| put(&partial, into));
    // Now it holds what was never finished, or what was replaced.
    let swept = match partial.symlink_metadata() {
        Ok(_) => fs::remove_dir_all(&partial),
        Err(_) => Ok(()),
    };
    written.and(swept)
}

fn fill(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for (name, bytes) in files {
        let secret = name.starts_with("shared/");
        let path = folder.join(name);
        if let Some(below) = path.parent().filter(|below| *below != folder) {
            let mode = if secret { 0o700 } else { 0o755 };
            fs::DirBuilder::new().mode(mode).recursive(true).create(below)?;
        }
        let mode = if secret { 0o600 } else { 0o644 };
        let mut file = File::options().write(true).create_new(true).mode(mode).open(&path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

fn put(partial: &Path, into: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if into.symlink_metadata().is_ok() {
        renameat_with(CWD, partial, CWD, into, RenameFlags::EXCHANGE)?;
    } else {
        renameat_with(CWD, partial, CWD, into, RenameFlags::NOREPLACE)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchor::making::public_key;
    use crate::policy;
    use crate::wire::json;

    fn store(sequence: u64, names: &[(&str, u8)]) -> TrustStore {
        let authorities: Vec<String> = names
            .iter()
            .map(|(name, seed)| {
                let key = crate::wire::base64::encode_url(&public_key(*seed).spki_der()[12..]);
                let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{key}"}}"#);
                format!(r#"{{"identity":"{name}","keys":[{{"jwk":{jwk}}}],"purposes":["attestation"]}}"#)
            })
            .collect();
        let text = format!(
            r#"{{"authorities":[{}],"issuedAt":"2026-01-01T00:00:00Z","schema":"stella.trust/v1","sequence":"{sequence}"}}"#,
            authorities.join(",")
        );
        trust::parse_file("s", text.as_bytes(), Naming::Bare(CertificateUse::Any), None).unwrap()
    }

    fn trust(store: TrustStore, kit: Kit) -> Effective {
        Effective { store, source: Origin::Argument, kit }
    }

    fn text(run: impl FnOnce(&mut dyn Write)) -> String {
        let mut out = Vec::new();
        run(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn listing() {
        let trust = trust(store(3, &[("a@example.org", 1), ("b@example.org", 1)]), Kit::None);
        let table = text(|out| run_list(&trust, Output::Table, out).unwrap());
        let (digest, id) = (trust.store.digest(), public_key(1).id());
        assert_eq!(
            table,
            format!(
                "trust     {digest} (argument)\nsequence  3, issued 2026-01-01T00:00:00Z\n\n\
                 a@example.org\n  may         attestation\n  key         {id} Ed25519\n\n\
                 b@example.org\n  same as     a@example.org\n  may         attestation\n  key         {id} Ed25519\n"
            )
        );
        let value = text(|out| run_list(&trust, Output::Json, out).unwrap());
        let value = json::parse(value.trim_end().as_bytes()).unwrap();
        assert_eq!(value.get("digest").and_then(Value::as_str), Some(digest.to_string().as_str()));
        let persons = value.get("persons").unwrap();
        assert_eq!(persons.get("b@example.org").and_then(Value::as_str), Some("a@example.org"));
    }

    #[test]
    fn posture_and_exit_status() {
        let policy = (policy::default(), Origin::BuiltIn);
        let check = |trust: &Effective, min: Option<u64>, status: u8, posture: &str| {
            let table = text(|out| {
                let asked = Asked { min_trust: min, at: None, ledger: None, output: Output::Table };
                let found = run_status(trust, policy, &asked, out).unwrap();
                assert_eq!(found, status);
            });
            assert!(table.starts_with(&format!("posture   {posture}\n")), "{table}");
            let object = text(|out| {
                let asked = Asked { min_trust: min, at: None, ledger: None, output: Output::Json };
                run_status(trust, policy, &asked, out).unwrap();
            });
            let value = json::parse(object.trim_end().as_bytes()).unwrap();
            assert_eq!(value.get("posture").and_then(Value::as_str), Some(posture));
        };
        check(&trust(TrustStore::of([]), Kit::None), None, 65, "unconfigured");
        check(&trust(trust::built_in().clone(), Kit::Verified), None, 65, "unconfigured");
        check(&trust(store(3, &[("a", 1)]), Kit::None), None, 0, "bootstrap");
        check(&trust(store(3, &[("a", 1)]), Kit::Verified), None, 0, "production");
        check(&trust(store(3, &[("a", 1)]), Kit::Verified), Some(3), 0, "production");
        check(&trust(store(3, &[("a", 1)]), Kit::Verified), Some(4), 0, "bootstrap");
        let drifted = Kit::Disagrees("another program".into());
        check(&trust(store(3, &[("a", 1)]), drifted), None, 3, "drifted");
    }

    #[test]
    fn age_is_measured_against_the_instant_given() {
        let time = |text| UnixTime::parse_rfc3339(text).ok();
        let issued = time("2026-01-01T00:00:00Z");
        assert_eq!(age_days(issued, time("2026-01-31T23:59:59Z")), Some(30));
        assert_eq!(age_days(issued, issued), Some(0));
        assert_eq!(age_days(issued, time("2025-12-31T00:00:00Z")), None);
        assert_eq!(age_days(issued, None), None);
    }

    fn import(source: &Path, into: &Path) -> Result<String, Failure> {
        let import = Import {
            source: source.to_owned(),
            into: into.to_owned(),
            min_trust: None,
            sequence: None,
            issued_at: None,
        };
        let mut out = Vec::new();
        import.run(&mut out).map(|()| String::from_utf8(out).unwrap())
    }

    /// What lies below a folder, by name.
    fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        match load::given(folder).unwrap() {
            Given::Directory(files) => files,
            Given::File(..) => panic!("a folder"),
        }
    }

    #[test]
    fn importing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, store) in [("2", store(2, &[("a", 1)])), ("3", store(3, &[("a", 2)]))] {
            write_folder(&at(name), &trust::to_files(&store).unwrap()).unwrap();
        }
        let place = at("place");
        let said = import(&at("2"), &place).unwrap();
        assert!(
            said.contains("added authority a")
                && said.ends_with("imported  2, issued 2026-01-01T00:00:00Z\n")
        );
        assert_eq!(below(&place), below(&at("2")));
        assert!(import(&at("2"), &place).unwrap().contains("no difference"));
        import(&at("3"), &place).unwrap();
        assert_eq!(below(&place), below(&at("3")));

        let older = import(&at("2"), &place).unwrap_err();
        assert_eq!((older.status, below(&place)), (3, below(&at("3"))));
        assert_eq!(older.message, "the store has sequence 2, and the one in place has 3");

        // Nothing is left beside the stores.
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["2", "3", "place"]);
    }

    #[test]
    fn importing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_folder(&at("good"), &trust::to_files(&store(2, &[("a", 1)])).unwrap()).unwrap();
        fs::create_dir(at("other")).unwrap();
        fs::write(at("other/mine.txt"), "kept").unwrap();
        std::os::unix::fs::symlink(at("other"), at("link")).unwrap();
        fs::write(at("file"), "kept").unwrap();
        for place in ["other", "link", "file"] {
            assert_eq!(import(&at("good"), &at(place)).unwrap_err().status, 2, "{place}");
        }
        assert_eq!(fs::read_to_string(at("other/mine.txt")).unwrap(), "kept");
        assert_eq!(import(&at("none"), &at("new")).unwrap_err().status, 2);
        assert!(!at("new").exists());

        // Bare keys become a store only with a number.
        let key = crate::wire::pem::encode("PUBLIC KEY", &public_key(1).spki_der());
        fs::write(at("key.pem"), key).unwrap();
        assert_eq!(import(&at("key.pem"), &at("new")).unwrap_err().status, 2);
        let numbered = Import {
            source: at("key.pem"),
            into: at("new"),
            min_trust: None,
            sequence: Some(1),
            issued_at: UnixTime::parse_rfc3339("2026-01-01T00:00:00Z").ok(),
        };
        numbered.run(&mut Vec::new()).unwrap();
        assert_eq!(read(&at("new")).unwrap().sequence(), Some(1));
        // A store has its own.
        let again = Import { source: at("good"), into: at("newer"), ..numbered };
        assert_eq!(again.run(&mut Vec::new()).unwrap_err().status, 2);
    }

    #[test]
    fn secrets_are_for_the_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let files =
            BTreeMap::from([("shared/x.hex".to_owned(), vec![1]), ("trust.json".to_owned(), vec![2])]);
        write_folder(&folder.path().join("s"), &files).unwrap();
        let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!((mode("s/shared"), mode("s/shared/x.hex")), (0, 0));
    }
}
