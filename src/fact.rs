//! What was established, by whom, and about what.
//!
//! The ledger is all that policy sees: subjects (what was asked about), vouchers
//! (who says what of them), facts, findings and coverage. Evidence itself does
//! not reach `policy::judge`.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Identity, Purpose};
use crate::digest::{Digest, Digests};
use crate::finding::{Book, CheckId};
use crate::time::Interval;

/// How far the signatures over one thing carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Identities that signed and may: these count.
    pub good: BTreeSet<Identity>,
    /// Identities that signed, with what keeps them from counting fully.
    pub held: BTreeMap<Identity, CheckId>,
    /// Checks that failed on a signature.
    pub failed: BTreeSet<CheckId>,
    /// Checks that could not be established on a signature.
    pub open: BTreeSet<CheckId>,
}

impl Standing {
    /// Takes over what another signature over the same thing established.
    pub fn merge(&mut self, other: &Standing) {
        self.good.extend(other.good.iter().cloned());
        for (identity, check) in &other.held {
            self.held.entry(identity.clone()).or_insert(*check);
        }
        self.failed.extend(&other.failed);
        self.open.extend(&other.open);
    }
}

/// What kind of statement names an artifact; policy says which kinds approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// A signature over the file's own bytes.
    Signature,
    /// A signed list of digests.
    List,
    /// A signed manifest, or a signed root over one.
    Manifest,
    /// SLSA provenance.
    Provenance,
    /// A promotion attestation.
    Promotion,
    /// A verification summary that says PASSED.
    Summary,
    /// The last step of a supply chain that a layout describes.
    Layout,
    /// Something else that names the artifact: SBOM, VEX, scan result.
    Other,
}

impl Means {
    /// The word in policy files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Means::Signature => "signature",
            Means::List => "list",
            Means::Manifest => "manifest",
            Means::Provenance => "provenance",
            Means::Promotion => "promotion",
            Means::Summary => "summary",
            Means::Layout => "layout",
            Means::Other => "other",
        }
    }

    /// Whether such a word about a list, a manifest or a root is one about what
    /// hangs on it. Provenance says how the list was made and a scan what was
    /// found in it; a list names its members as files: none of them says
    /// anything of what the list names.
    pub fn passes_on(self, approving: &BTreeSet<Means>) -> bool {
        match self {
            Means::Signature => true,
            Means::Manifest => approving.contains(&Means::Manifest),
            _ => false,
        }
    }
}

/// One thing that a voucher is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Its digests; any strong one pins it.
    pub digests: Vec<Digest>,
    /// The name that the producer chose, a claim.
    pub name: Option<String>,
    /// The path within the voucher's case that it names, where it is a list.
    pub path: Option<String>,
}

/// Something that speaks about artifacts, and how far its signatures carry.
#[derive(Clone, Debug)]
pub struct Voucher {
    /// Which case it lies in.
    pub case: usize,
    /// Which item.
    pub item: String,
    /// What kind of statement it is.
    pub means: Means,
    /// For which purpose its signers were admitted. A word speaks only where
    /// that purpose is asked for.
    pub purpose: Purpose,
    /// What it is about.
    pub names: Vec<Named>,
    /// Who stands behind it.
    pub standing: Standing,
}

/// A thing that the report answers for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What sort of thing.
    pub kind: SubjectKind,
    /// What it hashes to; for a timeline its head.
    pub digest: Option<Digest>,
    /// All digests that were measured of it.
    pub digests: Digests,
    /// Where it lies: (case, path).
    pub places: BTreeSet<(usize, String)>,
    /// Who vouches, by what.
    pub vouched_by: BTreeSet<(Identity, Means)>,
    /// Who stands behind it, and what failed or stayed open on the way.
    pub standing: Standing,
    /// Checks that reject it whoever vouches.
    pub rejected_by: BTreeSet<CheckId>,
    /// Checks that keep it from being verified whoever vouches.
    pub held_by: BTreeSet<CheckId>,
    /// Checks that speak against it where nobody vouches for it.
    pub doubted_by: BTreeSet<CheckId>,
    /// Whether it needs someone to vouch for it at all.
    pub needs_voucher: bool,
    /// Attestations and lists of trusted signers that name it: (case, path).
    pub attestations: BTreeSet<(usize, String)>,
    /// Types of the trusted statements that name it.
    pub predicate_types: BTreeSet<String>,
    /// Required claims, by predicate type, that a trusted statement of that
    /// type fails (or does not make); empty where all are met.
    pub claims: BTreeMap<CheckId, crate::finding::Severity>,
}

impl Subject {
    /// A subject that nobody has spoken about yet.
    pub fn new(kind: SubjectKind, digest: Option<Digest>) -> Subject {
        Subject {
            kind,
            digest,
            digests: Digests::default(),
            places: BTreeSet::new(),
            vouched_by: BTreeSet::new(),
            standing: Standing::default(),
            rejected_by: BTreeSet::new(),
            held_by: BTreeSet::new(),
            doubted_by: BTreeSet::new(),
            needs_voucher: true,
            attestations: BTreeSet::new(),
            predicate_types: BTreeSet::new(),
            claims: BTreeMap::new(),
        }
    }

    /// The identities whose word is of one of these kinds. Only they vouch; an
    /// attestation on its own is asked for its signature, whatever it says.
    pub fn approved_by(&self, approving: &BTreeSet<Means>) -> BTreeSet<Identity> {
        let any = self.kind == SubjectKind::Attestation;
        let words = self.vouched_by.iter().filter(|(_, means)| any || approving.contains(means));
        words.map(|(identity, _)| identity.clone()).collect()
    }

    /// Takes in what one voucher says.
    pub fn hear(&mut self, means: Means, standing: &Standing) {
        self.vouched_by.extend(standing.good.iter().map(|identity| (identity.clone(), means)));
        self.standing.merge(standing);
    }

    /// Something says otherwise: with a trusted signature under it that rejects
    /// the subject, without one only where nobody vouches.
    pub fn contradicted(&mut self, check: CheckId, signed: bool) {
        let by = if signed { &mut self.rejected_by } else { &mut self.doubted_by };
        by.insert(check);
    }

    /// Takes in which required claims a trusted statement misses.
    pub fn claims_from(&mut self, claims: &BTreeMap<CheckId, crate::finding::Severity>) {
        for (check, severity) in claims {
            let worst = self.claims.entry(*check).or_insert(*severity);
            *worst = (*worst).min(*severity);
        }
    }
}

/// What sort of thing a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A file that someone may vouch for.
    Artifact,
    /// An attestation whose artifact is not at hand.
    Attestation,
    /// A closed container.
    Container,
    /// A custody timeline.
    Timeline,
    /// A time-stamp token on its own.
    TimestampToken,
    /// The head of a log on its own.
    LogHead,
    /// A proof, an entry or a receipt of a log on its own.
    LogProof,
    /// A log that showed two histories.
    Log,
    /// A commit or tag of git.
    GitObject,
    /// A time for a machine without a clock.
    TimeAnchor,
    /// A certificate on its own.
    Certificate,
    /// A revocation list or OCSP response on its own.
    Revocation,
    /// A record that another system made of a decision or of a signature.
    Record,
    /// An item of a declared type that could not be read.
    Unreadable,
}

impl SubjectKind {
    /// The word in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            SubjectKind::Artifact => "artifact",
            SubjectKind::Attestation => "attestation",
            SubjectKind::Container => "container",
            SubjectKind::Timeline => "timeline",
            SubjectKind::TimestampToken => "timestamp-token",
            SubjectKind::LogHead => "log-head",
            SubjectKind::LogProof => "log-proof",
            SubjectKind::Log => "log",
            SubjectKind::GitObject => "git-object",
            SubjectKind::TimeAnchor => "time-anchor",
            SubjectKind::Certificate => "certificate",
            SubjectKind::Revocation => "revocation",
            SubjectKind::Record => "record",
            SubjectKind::Unreadable => "unreadable",
        }
    }
}

/// Something established about the evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Someone known signed something, and may.
    Signed {
        /// The item that carries the signature.
        item: String,
        /// Who.
        signer: Identity,
        /// With which key.
        key: String,
        /// By which algorithm.
        algorithm: &'static str,
        /// What payload type, or `file` for a detached signature.
        payload_type: String,
        /// What was signed.
        payload: Digest,
        /// The digests of what the payload is about.
        subjects: Vec<Digest>,
        /// When, as far as that is proven.
        time: ProvenTime,
    },
    /// A list or manifest agrees with everything that lies there.
    Complete {
        /// The item that lists.
        item: String,
        /// How many files it lists.
        files: u64,
    },
    /// A root was recomputed.
    Root {
        /// The item whose root it is.
        item: String,
        /// By which recipe.
        recipe: &'static str,
        /// The value.
        root: Digest,
    },
    /// An authority of the trust store stamped something.
    Stamped {
        /// The item that is the token, or in which it stands.
        item: String,
        /// Where in the item, where it is not the item itself.
        at: Option<String>,
        /// Whose clock it was.
        authority: Identity,
        /// The subject of the certificate that signed.
        signer: String,
        /// What was stamped.
        imprint: Digest,
        /// What of the case has that digest.
        covers: Vec<String>,
        /// Under which policy.
        policy: String,
        /// The token's serial number.
        serial: String,
        /// When.
        time: ProvenTime,
        /// From when on the token no longer counts unless it is stamped again.
        until: Option<String>,
    },
    /// A certificate leads to an authority of the trust store.
    Certified {
        /// The item.
        item: String,
        /// The subject.
        subject: String,
        /// The serial number.
        serial: String,
        /// Whose root it leads to.
        authority: Identity,
        /// The key.
        key: String,
        /// How many certificates lie between.
        between: u64,
        /// When all of them are valid.
        window: (Option<String>, Option<String>),
    },
    /// All that a layout asks for was found.
    Layout {
        /// The layout.
        item: String,
        /// Who carried out each step: by its name, ids of keys.
        steps: Vec<(String, BTreeSet<String>)>,
    },
    /// A person whom an issuer of identities certified signed something.
    Keyless {
        /// The item.
        item: String,
        /// Who: subject and provider of identities together.
        signer: Identity,
        /// The subject alternative name.
        subject: String,
        /// The provider of identities.
        issuer: String,
        /// Whose root the certificate leads to.
        authority: Identity,
        /// The serial number of the certificate.
        serial: String,
        /// What else the certificate says.
        claims: BTreeMap<String, String>,
        /// When the certificate is valid.
        window: (Option<String>, Option<String>),
    },
    /// A log of the trust store has an entry about something.
    Logged {
        /// The item.
        item: String,
        /// Which log.
        log: Identity,
        /// The place in the whole log, where the log signed it.
        index: Option<String>,
        /// The place in the tree, where it is proven.
        leaf: Option<String>,
        /// How many leaves that tree has.
        size: Option<String>,
        /// Its root.
        root: Option<Digest>,
        /// When the log took it in, as far as it signed that.
        time: ProvenTime,
    },
    /// A custody chain was walked.
    Chain {
        /// The item.
        item: String,
        /// The chain's own id, a claim unless signed.
        chain: String,
        /// How many events.
        count: u64,
        /// The hash of the last one.
        head: Digest,
        /// Who signed how many of them.
        signers: BTreeMap<Identity, u64>,
        /// Whether a pin or stamp fixes the head.
        pinned: bool,
    },
    /// What the verifier of another system says of its own evidence. It changes
    /// nothing in the verdict.
    Peer {
        /// The item.
        item: String,
        /// Which system.
        system: &'static str,
        /// What it would be called as.
        command: &'static str,
        /// `ok` or `broken`, `allow` or `reject`, or `untold`, where its answer cannot be told.
        verdict: &'static str,
        /// Its reasons, in its own words and order, where it gives any.
        reasons: Vec<&'static str>,
        /// Why it cannot be told.
        why: Option<&'static str>,
        /// How many entries it walks.
        entries: u64,
        /// How many breaks it reports.
        breaks: u64,
        /// The first of them: index, id of the entry, kind, in its own words.
        first: Option<(u64, String, &'static str)>,
        /// The last entry that it finds good: index and hash.
        good: Option<(u64, String)>,
    },
    /// What prx would answer about a commit before a merge, and what we do.
    Commit {
        /// The ledger.
        item: String,
        /// The commit.
        commit: String,
        /// How many derivations made it.
        rows: u64,
        /// prx's answer: `verified`, `unsigned` or `untold`.
        peer: &'static str,
        /// Ours: `verified` or `unsigned`.
        strict: &'static str,
    },
}

/// An interval with what proves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProvenTime {
    /// Earliest and latest, in RFC 3339.
    pub interval: (Option<String>, Option<String>),
    /// What proves it; `none` where nothing does.
    pub by: &'static str,
}

impl ProvenTime {
    /// From an interval.
    pub fn new(interval: &Interval, by: &'static str) -> ProvenTime {
        let text = |time: Option<crate::time::UnixTime>| time.map(|t| t.to_string());
        ProvenTime { interval: (text(interval.earliest), text(interval.latest)), by }
    }
}

/// An item as the report lists it.
#[derive(Clone, Debug)]
pub struct ItemLine {
    /// Its path in the case.
    pub path: String,
    /// What it was taken for.
    pub kind: &'static str,
    /// Its SHA-256.
    pub digest: Digest,
    /// Its length.
    pub size: u64,
}

/// An event of a timeline as the report lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimelineLine {
    /// Which item it stands in.
    pub item: String,
    /// Which chain.
    pub chain: String,
    /// Its sequence number.
    pub sequence: u64,
    /// What it claims to be.
    pub event: String,
    /// When it claims to have happened.
    pub claimed: Option<String>,
    /// Who it claims acted.
    pub actor: Option<String>,
}

/// Everything that was established about one case.
#[derive(Clone, Debug)]
pub struct CaseLedger {
    /// `loose`, `directory`, `archive`.
    pub form: &'static str,
    /// The format of the container.
    pub format: &'static str,
    /// Whether the format is closed.
    pub closed: bool,
    /// SHA-256 over what it holds.
    pub checksum: Digest,
    /// The name under which it was found inside other evidence.
    pub name: Option<String>,
    /// What lies in it.
    pub items: Vec<ItemLine>,
    /// Coverage and findings.
    pub book: Book,
    /// What was established.
    pub facts: Vec<Fact>,
    /// Claimed events.
    pub timeline: Vec<TimelineLine>,
    /// Whether something in it speaks about files, here or in other cases.
    pub speaks: bool,
    /// Checks that reject the case as a container, and so all that came from it.
    pub broken_by: BTreeSet<CheckId>,
}

/// All that policy sees.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// By case, in report order.
    pub cases: Vec<CaseLedger>,
    /// What the report answers for.
    pub subjects: Vec<Subject>,
    /// Findings about the run as a whole: trust and options.
    pub book: Book,
}

impl Fact {
    /// The item that it is about.
    pub fn item(&self) -> &str {
        match self {
            Fact::Signed { item, .. }
            | Fact::Complete { item, .. }
            | Fact::Root { item, .. }
            | Fact::Stamped { item, .. }
            | Fact::Certified { item, .. }
            | Fact::Layout { item, .. }
            | Fact::Keyless { item, .. }
            | Fact::Logged { item, .. }
            | Fact::Chain { item, .. }
            | Fact::Commit { item, .. }
            | Fact::Peer { item, .. } => item,
        }
    }

    /// The fact as a sentence for a person.
    pub fn sentence(&self) -> String {
        match self {
            Fact::Signed { item, signer, algorithm, .. } => format!("{signer} signed {item} ({algorithm})"),
            Fact::Stamped { item, authority, time, .. } => match &time.interval {
                (Some(earliest), Some(latest)) if earliest == latest => {
                    format!("{authority} stamped {item} at {earliest}")
                }
                (Some(earliest), Some(latest)) => {
                    format!("{authority} stamped {item} between {earliest} and {latest}")
                }
                _ => format!("{authority} stamped {item}"),
            },
            Fact::Certified { item, subject, authority, .. } => {
                format!("{subject} in {item} is certified under {authority}")
            }
            Fact::Layout { item, steps } => {
                let by: BTreeSet<&String> = steps.iter().flat_map(|(_, keys)| keys).collect();
                format!(
                    "all {} steps of {item} were carried out as it asks, under {} keys",
                    steps.len(),
                    by.len()
                )
            }
            Fact::Keyless { item, subject, issuer, authority, .. } => {
                format!("{subject} signed {item}, by the word of {issuer}, certified under {authority}")
            }
            Fact::Logged { item, log, size: Some(size), index: None, leaf: None, .. } => {
                format!("{log} signed the head of {size} leaves in {item}")
            }
            Fact::Logged { item, log, time, .. } => match &time.interval.1 {
                Some(at) => format!("{log} took in {item} at {at}"),
                None => format!("{log} has an entry about {item}"),
            },
            Fact::Complete { item, files } => format!("all {files} files that {item} lists are as listed"),
            Fact::Root { recipe, root, .. } => format!("the root is {root} ({recipe})"),
            Fact::Commit { item, commit, rows, peer, strict } => {
                format!("commit {commit} in {item}, {rows} derivations: {strict}; prx itself says {peer}")
            }
            Fact::Peer { item, system, verdict, why: None, reasons, .. } if !reasons.is_empty() => {
                format!("{system} itself says of {item}: {verdict}, {}", reasons.join(", "))
            }
            Fact::Peer { item, system, verdict, why, entries, first, .. } => match (first, why) {
                (_, Some(why)) => format!("what {system} itself says of {item} cannot be told: {why}"),
                (Some((index, _, kind)), None) => {
                    format!("{system} itself says of {item}: {verdict}, first {kind} at index {index}")
                }
                (None, None) => format!("{system} itself says of {item}: {verdict}, {entries} entries"),
            },
            Fact::Chain { item, chain, count, pinned, .. } => {
                let head = if *pinned { "its head is pinned" } else { "its head is not pinned" };
                format!("chain {chain} in {item} is unbroken over {count} events; {head}")
            }
        }
    }
}
