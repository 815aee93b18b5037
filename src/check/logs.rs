//! What transparency logs left in a case: heads, proofs, entries and receipts that
//! are files of their own; and whether all that was shown of one log belongs to one
//! history.
//!
//! A log never vouches for anything: that it has a file says that the file was
//! there, and for how long. What comes of a proof is a time, where somebody who is
//! trusted for times signed one: the log itself in a promise, witnesses in their
//! cosignatures.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Authority, Identity, Purpose, Rules, TrustedKey};
use crate::check::existence::{Proof, Times};
use crate::check::view::CaseView;
use crate::check::{
    certificates, log_checkpoint, log_consistency, log_inclusion, log_known, log_promise, log_receipt,
    log_tiles, log_time, log_witness, signature_algorithm, trust_development, trust_distrusted,
};
use crate::claim::{Claim, EntryAt};
use crate::crypto::key::KeyId;
use crate::digest::{Algorithm, Digest, encode_hex};
use crate::evidence::{self, CaseFormat, Item, Kind};
use crate::fact::{Fact, ProvenTime, Subject, SubjectKind};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::proof::dsse::Envelope;
use crate::proof::log::tiles::{self, Rehashed, TileError, TileName, TileTree};
use crate::proof::log::{
    Body, Entry, Fork, HeadError, History, Included, InclusionError, LogKey, Place, Receipt, ReceiptError,
    SignedCheckpoint, TlogConsistency, TlogProof,
};
use crate::proof::merkle::rfc6962;
use crate::proof::note::Note;
use crate::statement;
use crate::time::{Interval, Position, UnixTime};
use crate::trust::TrustStore;
use crate::wire::json::{self, Value};

/// The logs of a trust store, and which witnesses they must have.
pub struct Logs<'t> {
    keys: Vec<(&'t Authority, LogKey)>,
    trust: &'t TrustStore,
    rules: &'t Rules,
}

/// What logs left in one case.
#[derive(Default)]
pub struct Examined {
    /// What was established.
    pub facts: Vec<Fact>,
    /// Each file that a log left.
    pub files: Vec<File>,
    /// Checks that break a container in which they lie.
    pub broken_by: BTreeSet<CheckId>,
    /// Every head that a trusted log signed, with what is proven under it.
    pub shown: Vec<Shown>,
}

/// One file that a log left.
pub struct File {
    /// Which item.
    pub item: usize,
    /// What sort of thing it is when it is judged on its own.
    pub kind: SubjectKind,
    /// What it is about.
    pub over: Option<Digest>,
    /// What speaks against it.
    pub against: BTreeMap<CheckId, Severity>,
}

/// Something that a log showed.
#[derive(Debug)]
pub struct Shown {
    /// Which log.
    pub log: Identity,
    /// In which item.
    pub path: String,
    /// What.
    pub what: What,
}

/// A head, or more than a head.
#[derive(Debug)]
pub enum What {
    /// A head alone.
    Head(SignedCheckpoint),
    /// A leaf under a head.
    Leaf(Included),
    /// Tiles that come to a head.
    Tiles(Box<Rehashed>),
}

impl Shown {
    /// A leaf, in an entry that stands in another item.
    pub fn leaf(log: Identity, path: &str, leaf: Included) -> Shown {
        Shown { log, path: path.to_owned(), what: What::Leaf(leaf) }
    }
}

/// Items, each with the number of its case.
type Places<'s> = BTreeSet<(usize, &'s str)>;

/// What is said of one file while it is examined.
#[derive(Default)]
struct Sayings {
    findings: Vec<Finding>,
    facts: Vec<Fact>,
    shown: Vec<What>,
    log: Option<Identity>,
    over: Option<Digest>,
}

/// A head that is signed by a log that may.
struct Head<'t> {
    authority: &'t Authority,
    log: &'t LogKey,
    head: SignedCheckpoint,
    /// When witnesses saw it.
    seen: Vec<(Identity, UnixTime, KeyId)>,
}

impl<'t> Logs<'t> {
    /// Those that are trusted as logs.
    pub fn of(trust: &'t TrustStore, rules: &'t Rules) -> Logs<'t> {
        let mut keys = Vec::new();
        for authority in trust.authorities_for(Purpose::Log) {
            for key in &authority.keys {
                // Windows that do not meet leave nothing open, as no key does.
                let Some(window) = authority.window_of(key) else { continue };
                let name =
                    authority.log.as_ref().map(|log| log.origin.as_str()).filter(|name| !name.is_empty());
                let Ok(mut log) = LogKey::of(name, TrustedKey { window, ..key.clone() }) else { continue };
                for id in authority.log.iter().flat_map(|log| &log.ids) {
                    log = log.known_as(id);
                }
                keys.push((authority, log));
            }
        }
        Logs { keys, trust, rules }
    }

    /// The keys that may be meant by the id of a log, and whose they are.
    pub fn named_by(&self, id: &[u8]) -> impl Iterator<Item = &(&'t Authority, LogKey)> {
        self.keys.iter().filter(|(_, log)| log.is_named_by(id))
    }

    /// Examines all that logs left in a case. What is proven of times goes to `times`.
    pub fn examine(&self, view: &CaseView, times: &mut Times, book: &mut Book) -> Examined {
        let mut examined = Examined::default();
        // Heads first: what continues them is looked for among them.
        let mut heads: Vec<SignedCheckpoint> = Vec::new();
        for index in 0..view.case.items.len() {
            let Some(Claim::Checkpoint(claimed)) = view.claim(index) else { continue };
            let mut said = Sayings::default();
            if let Some(head) = self.head(&claimed.0, &mut said, book) {
                heads.push(head.head.clone());
                self.time(&head, &mut said, book);
                if view.case.format == CaseFormat::LogTiles && view.item(index).path.as_str() == "checkpoint"
                {
                    let tree = tiles(view, &head.head, &mut said, book);
                    said.shown.extend(tree.map(|tree| What::Tiles(Box::new(tree))));
                }
                said.facts.push(self.fact(view, index, &head, None));
                said.shown.push(What::Head(head.head));
            }
            self.close(view, index, SubjectKind::LogHead, said, &mut examined, book);
        }
        for index in 0..view.case.items.len() {
            let mut said = Sayings::default();
            match view.claim(index) {
                Some(Claim::TlogProof(proof)) => self.proof(view, index, proof, times, &mut said, book),
                Some(Claim::TlogConsistency(proof)) => {
                    self.consistency(view, index, proof, &heads, &mut said, book);
                }
                Some(Claim::LogEntries(entries)) => {
                    for one in entries {
                        let from = said.findings.len();
                        self.entry(view, index, one, times, &mut said, book);
                        for finding in &mut said.findings[from..] {
                            finding.at = Some(one.at.clone());
                        }
                    }
                }
                Some(Claim::Receipt(receipt)) => self.receipt(view, index, receipt, &mut said, book),
                Some(Claim::Envelopes(envelopes)) => {
                    let envelopes = envelopes.iter().filter_map(|one| one.envelope.as_ref().ok());
                    for receipt in envelopes.filter_map(promoted) {
                        self.embedded(view, index, receipt, &mut examined, book);
                    }
                    continue;
                }
                _ => continue,
            }
            self.close(view, index, SubjectKind::LogProof, said, &mut examined, book);
        }
        examined
    }

    /// Writes down what was said of a file.
    fn close(
        &self,
        view: &CaseView,
        index: usize,
        kind: SubjectKind,
        said: Sayings,
        examined: &mut Examined,
        book: &mut Book,
    ) {
        let path = view.item(index).path.as_str();
        let mut against: BTreeMap<CheckId, Severity> = BTreeMap::new();
        for finding in said.findings {
            let finding = finding.item(path);
            if finding.severity == Severity::Note {
                book.note(finding);
                continue;
            }
            let worst = against.entry(finding.check).or_insert(finding.severity);
            *worst = (*worst).min(finding.severity);
            book.find(finding);
        }
        let wrong = against.iter().filter(|(_, severity)| **severity == Severity::Failed);
        examined.broken_by.extend(wrong.map(|(check, _)| *check));
        if against.is_empty() {
            examined.facts.extend(said.facts);
        }
        if let Some(log) = said.log {
            let shown = |what| Shown { log: log.clone(), path: path.to_owned(), what };
            examined.shown.extend(said.shown.into_iter().map(shown));
        }
        examined.files.push(File { item: index, kind, over: said.over, against });
    }

    /// Who of the trusted logs signed this head, and who has seen it.
    fn head(&self, note: &Note, said: &mut Sayings, book: &mut Book) -> Option<Head<'_>> {
        let named =
            self.keys.iter().filter(|(_, log)| note.signatures().iter().any(|line| log.names_line(line)));
        let mut told: Option<HeadError> = None;
        for (authority, log) in named {
            let head = match log.checkpoint(note) {
                Ok(head) => head,
                Err(error) => {
                    told.get_or_insert(error);
                    continue;
                }
            };
            log_known::passed(book);
            book.pass(CheckId::LogCheckpoint);
            self.standing(authority, log, said, book);
            said.log = Some(authority.identity.clone());
            let seen = self.witnesses(note, log, said, book);
            return Some(Head { authority, log, head, seen });
        }
        said.findings.push(match told {
            Some(error) => log_checkpoint::failed(&error.to_string()),
            None => {
                let names: Vec<&str> = note.signatures().iter().map(|line| line.name.as_str()).collect();
                log_known::nobody(&names)
            }
        });
        None
    }

    /// Whether the log may speak at all.
    fn standing(&self, authority: &Authority, log: &LogKey, said: &mut Sayings, book: &mut Book) {
        match authority.distrust_of(log.trusted()) {
            Some(reason) => said.findings.push(trust_distrusted::certified(&authority.identity, reason)),
            None => book.pass(CheckId::TrustDistrusted),
        }
        match trust_development::examine(authority, self.rules.allow_development) {
            Some(finding) => said.findings.push(finding),
            None => book.pass(CheckId::TrustDevelopment),
        }
    }

    /// The cosignatures of a head, by each policy that speaks about its log.
    fn witnesses(
        &self,
        note: &Note,
        log: &LogKey,
        said: &mut Sayings,
        book: &mut Book,
    ) -> Vec<(Identity, UnixTime, KeyId)> {
        let mut seen = Vec::new();
        let id = log.trusted().id;
        let covering = self.trust.log_policies().iter().filter(|policy| policy.covers(id));
        let mut asked = false;
        for policy in covering {
            let distrusted = |key: &_| self.trust.distrust_of_key(key).is_some();
            let cosigned = policy.cosigned(note, &distrusted);
            for key in policy.witnesses() {
                let Some(time) = cosigned.by.get(key.name()) else { continue };
                let id = key.trusted().id;
                let identity = Identity::new(key.name()).unwrap_or_else(|_| Identity::of_bare_key(&id));
                seen.push((identity, *time, id));
            }
            if !policy.asks() {
                continue;
            }
            asked = true;
            match log_witness::examine(&cosigned, &policy.quorum_text()) {
                Some(finding) => said.findings.push(finding),
                None => book.pass(CheckId::LogWitness),
            }
            said.findings.extend(cosigned.failed.iter().map(|error| {
                let finding = log_witness::failing(&error.to_string());
                // It counts for nothing, and takes nothing away from the others.
                if cosigned.met { finding } else { Finding { severity: Severity::Failed, ..finding } }
            }));
        }
        if !asked {
            book.skip(CheckId::LogWitness, "no policy asks for witnesses of this log");
        }
        seen
    }

    /// When the head was seen, held against the window of the log and the time of
    /// validation.
    fn time(&self, head: &Head, said: &mut Sayings, book: &mut Book) {
        if head.seen.is_empty() {
            book.skip(CheckId::LogTime, "a head has no time unless witnesses give it one");
        }
        for (_, time, _) in &head.seen {
            let at = Interval { earliest: Some(*time), latest: Some(*time) };
            self.at(&head.authority.identity, head.log, &at, said, book);
        }
        self.algorithms(head.log, head.seen.iter().map(|(_, time, _)| *time).min(), said);
    }

    fn at(&self, log: &Identity, key: &LogKey, at: &Interval, said: &mut Sayings, book: &mut Book) {
        let later = self.rules.at.filter(|validation| at.earliest.is_some_and(|time| time > *validation));
        match (later, key.position(at)) {
            (Some(validation), _) => said.findings.push(log_time::later(at, validation)),
            (None, Position::Inside) => book.pass(CheckId::LogTime),
            (None, _) => said.findings.push(log_time::outside(log, at, Some(key.trusted().window))),
        }
    }

    /// Whether policy lets any of the algorithms count that the key serves.
    fn algorithms(&self, log: &LogKey, at: Option<UnixTime>, said: &mut Sayings) {
        let at = at.map_or(Interval::UNKNOWN, Interval::until);
        let all =
            log.trusted().algorithms.iter().map(|one| signature_algorithm::examine(self.rules, *one, &at));
        let all: Vec<Option<Finding>> = all.collect();
        if all.iter().all(Option::is_some) {
            said.findings.extend(all.into_iter().flatten().take(1));
        }
    }

    /// A proof that the file beside it is in a log.
    fn proof(
        &self,
        view: &CaseView,
        index: usize,
        proof: &TlogProof,
        times: &mut Times,
        said: &mut Sayings,
        book: &mut Book,
    ) {
        let head = self.head(proof.note(), said, book);
        if let Some(head) = &head {
            self.time(head, said, book);
        }
        let path = view.item(index).path.as_str();
        let beside = evidence::continued(path).and_then(|path| view.at(path));
        let content = beside.and_then(|beside| Some((beside, view.item(beside).content.as_deref()?)));
        let Some((beside, content)) = content else {
            said.findings.push(log_inclusion::nothing(beside.is_some()));
            return;
        };
        said.over = view.item(beside).digests.get(Algorithm::Sha256);
        let leaf =
            Digest::new(Algorithm::Sha256, &rfc6962::leaf_hash(content)).expect("32 bytes are a SHA-256");
        let Some(head) = head else { return };
        match proof.included(&leaf, head.log) {
            Err(error) => said.findings.push(log_inclusion::failed(&error.to_string())),
            Ok(included) => {
                book.pass(CheckId::LogInclusion);
                said.facts.push(self.fact(view, index, &head, Some(&included)));
                said.shown.push(What::Leaf(included));
                // A bad line of another log must not lend its time.
                let counts = said.findings.iter().all(|finding| finding.severity == Severity::Note);
                for (by, time, key) in head.seen.iter().filter(|_| counts) {
                    let interval = Interval { earliest: Some(*time), latest: Some(*time) };
                    let proof = Proof { interval, by: by.clone(), kind: "cosignature", keys: [*key].into() };
                    said.over.iter().for_each(|digest| times.insert(*digest, proof.clone()));
                }
            }
        }
    }

    /// A proof that a head continues another one that lies here.
    fn consistency(
        &self,
        view: &CaseView,
        index: usize,
        proof: &TlogConsistency,
        heads: &[SignedCheckpoint],
        said: &mut Sayings,
        book: &mut Book,
    ) {
        let Some(head) = self.head(proof.note(), said, book) else { return };
        self.time(&head, said, book);
        let same = |older: &&SignedCheckpoint| {
            older.key_id() == head.head.key_id()
                && older.origin() == head.head.origin()
                && older.size() == proof.old()
        };
        let mut any = false;
        for older in heads.iter().filter(same) {
            any = true;
            match proof.between(older, &head.head) {
                Ok(()) => book.pass(CheckId::LogConsistency),
                Err(error) => {
                    said.findings.push(log_consistency::failed(&error.to_string(), older, &head.head))
                }
            }
        }
        if !any {
            said.findings.push(log_consistency::nothing(proof.old()));
        }
        said.facts.push(self.fact(view, index, &head, None));
        said.shown.push(What::Head(head.head));
    }

    /// An entry as Rekor's interface gives it: its promise and its proof.
    fn entry(
        &self,
        view: &CaseView,
        index: usize,
        one: &EntryAt,
        times: &mut Times,
        said: &mut Sayings,
        book: &mut Book,
    ) {
        let entry = &one.entry;
        match &one.uuid {
            None => book.skip(CheckId::LogReceipt, "the entry has no id"),
            Some(uuid) if entry.has_uuid(uuid) => book.pass(CheckId::LogReceipt),
            Some(uuid) => said.findings.push(log_receipt::other(uuid, &entry.leaf_hash())),
        }
        // Two keys may bear one id, as of a log that changed its key and not its name.
        let holds = |(_, log): &&(&Authority, LogKey)| {
            entry.promise().is_none_or(|_| entry.promised(log).is_ok())
                && entry.proof().is_none_or(|_| entry.included(log).is_ok())
        };
        let found = self.named_by(entry.log_id()).find(holds);
        let Some((authority, log)) = found.or_else(|| self.named_by(entry.log_id()).next()) else {
            said.findings.push(log_known::unknown(&encode_hex(entry.log_id())));
            return;
        };
        log_known::passed(book);
        said.log = Some(authority.identity.clone());
        self.standing(authority, log, said, book);
        let mut promised = None;
        match entry.promise() {
            None => book.skip(CheckId::LogPromise, "the entry has none"),
            Some(_) => match entry.promised(log) {
                Err(error) => said.findings.push(log_promise::failed(&error.to_string())),
                Ok(found) => {
                    book.pass(CheckId::LogPromise);
                    let at = Interval { earliest: Some(found.time()), latest: Some(found.time()) };
                    self.at(&authority.identity, log, &at, said, book);
                    promised = Some(at);
                }
            },
        }
        self.algorithms(log, promised.and_then(|at| at.latest), said);
        let mut included = None;
        match entry.proof() {
            None => book.skip(CheckId::LogInclusion, "the entry has no proof"),
            Some(proof) => match entry.included(log) {
                Err(InclusionError::Head(error)) => {
                    said.findings.push(log_checkpoint::failed(&error.to_string()))
                }
                Err(error) => said.findings.push(log_inclusion::failed(&error.to_string())),
                Ok(found) => {
                    book.pass(CheckId::LogCheckpoint);
                    book.pass(CheckId::LogInclusion);
                    let note = proof.note_unverified().and_then(|text| Note::parse(text.as_bytes()).ok());
                    let note = note.expect("a proof was verified under it");
                    self.witnesses(&note, log, said, book);
                    included = Some(found);
                }
            },
        }
        if promised.is_none() && included.is_none() {
            if said.findings.is_empty() {
                said.findings.push(log_inclusion::neither());
            }
            return;
        }
        let body = entry.body_unverified().ok();
        said.over = body.as_ref().map(digest_of);
        let head = included.as_ref().map(Included::checkpoint);
        said.facts.push(Fact::Logged {
            item: view.item(index).path.as_str().to_owned(),
            log: authority.identity.clone(),
            index: promised.map(|_| entry.index().to_string()),
            leaf: included.as_ref().map(|found| found.index().to_string()),
            size: head.map(|head| head.size().to_string()),
            root: head.map(|head| head.root()),
            time: ProvenTime::new(
                &promised.unwrap_or(Interval::UNKNOWN),
                if promised.is_some() { "log" } else { "none" },
            ),
        });
        let counts = said.findings.iter().all(|finding| finding.severity == Severity::Note);
        if let (Some(interval), Some(body), true) = (promised, &body, counts) {
            let by = authority.identity.clone();
            let proof = Proof { interval, by, kind: "log", keys: [log.trusted().id].into() };
            times.insert(digest_of(body), proof.clone());
            // The signature stands in the body, so it was there as well.
            for logged in body.signatures() {
                times.insert(Digest::sha256(&logged.signature), proof.clone());
            }
        }
        said.shown.extend(included.map(What::Leaf));
    }

    /// StellaOps' receipt: its entry and its checkpoint have to lie somewhere here.
    fn receipt(&self, view: &CaseView, index: usize, receipt: &Receipt, said: &mut Sayings, book: &mut Book) {
        let note = match self.checkpoint_of(view, index, receipt) {
            Ok(note) => note,
            Err(finding) => return said.findings.push(finding),
        };
        let head = self.head(&note, said, book);
        if let Some(head) = &head {
            self.time(head, said, book);
            said.shown.push(What::Head(head.head.clone()));
        }
        let Some(entry) = entries(view).find(|entry| receipt.is_of(entry)) else {
            said.findings.push(log_receipt::without_entry(receipt.uuid()));
            return;
        };
        let Some(head) = head else { return };
        match receipt.included(&entry, &note, head.log) {
            Err(ReceiptError::Inclusion(error)) => {
                said.findings.push(log_inclusion::failed(&error.to_string()))
            }
            Err(error) => said.findings.push(log_receipt::failed(&error.to_string())),
            Ok(included) => {
                book.pass(CheckId::LogReceipt);
                book.pass(CheckId::LogInclusion);
                said.over = entry.body_unverified().ok().as_ref().map(digest_of);
                said.facts.push(self.fact(view, index, &head, Some(&included)));
                said.shown = vec![What::Leaf(included)];
            }
        }
    }

    /// What is wrong with the proof in a promotion, where it is one and has one.
    pub fn against(&self, view: &CaseView, index: usize, envelope: &Envelope) -> Vec<Finding> {
        let mut said = Sayings::default();
        match promoted(envelope) {
            None => {}
            Some(Ok(receipt)) => self.receipt(view, index, &receipt, &mut said, &mut Book::default()),
            Some(Err(error)) => said.findings.push(log_receipt::failed(&error.to_string())),
        }
        said.findings.retain(|finding| finding.severity == Severity::Failed);
        said.findings
    }

    /// The proof in a promotion. Nothing rests on it, so that one whose entry is
    /// not here is only told of; one that does not hold is as wrong as any other.
    fn embedded(
        &self,
        view: &CaseView,
        index: usize,
        receipt: Result<Receipt, ReceiptError>,
        examined: &mut Examined,
        book: &mut Book,
    ) {
        // What is wrong with it is held against whoever signed the promotion.
        let (Ok(receipt), mut said) = (receipt, Sayings::default()) else { return };
        self.receipt(view, index, &receipt, &mut said, book);
        if said.findings.iter().any(|finding| finding.severity == Severity::Failed) {
            return;
        }
        let path = view.item(index).path.as_str();
        let holds = said.findings.is_empty();
        for finding in said.findings {
            book.note(Finding { severity: Severity::Note, ..finding }.item(path));
        }
        if let Some(log) = said.log {
            let shown = |what| Shown { log: log.clone(), path: path.to_owned(), what };
            examined.shown.extend(said.shown.into_iter().map(shown));
        }
        if holds {
            examined.facts.extend(said.facts);
        }
    }

    /// In the receipt, or in a file beside it.
    fn checkpoint_of(&self, view: &CaseView, index: usize, receipt: &Receipt) -> Result<Note, Finding> {
        match receipt.checkpoint() {
            Place::Inline(text) => {
                Note::parse(text.as_bytes()).map_err(|error| log_checkpoint::failed(&error.to_string()))
            }
            Place::Path(name) => {
                let folder = view.item(index).path.parent();
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                match view.at(&path).and_then(|at| view.claim(at)) {
                    Some(Claim::Checkpoint(claimed)) => Ok(claimed.0.clone()),
                    _ => Err(log_receipt::without_checkpoint(name)),
                }
            }
        }
    }

    fn fact(&self, view: &CaseView, index: usize, head: &Head, included: Option<&Included>) -> Fact {
        let first = head.seen.iter().map(|(_, time, _)| *time).min();
        let at =
            first.map_or(Interval::UNKNOWN, |time| Interval { earliest: Some(time), latest: Some(time) });
        Fact::Logged {
            item: view.item(index).path.as_str().to_owned(),
            log: head.authority.identity.clone(),
            index: None,
            leaf: included.map(|included| included.index().to_string()),
            size: Some(head.head.size().to_string()),
            root: Some(head.head.root()),
            time: ProvenTime::new(&at, if first.is_some() { "cosignature" } else { "none" }),
        }
    }
}

/// The proof that a promotion brings in its member `rekor`, where it is one and
/// does. It proves itself, so that it may be read before the signature.
fn promoted(envelope: &Envelope) -> Option<Result<Receipt, ReceiptError>> {
    const MEMBER: &[u8] = b"rekor\"";
    let payload = envelope.payload_unverified();
    // Nearly no payload has it, and need not be parsed here.
    if !payload.windows(MEMBER.len()).any(|window| window == MEMBER) {
        return None;
    }
    let value = json::parse(payload).ok()?;
    let promotion = value.get("_type").and_then(Value::as_str) == Some(statement::TYPE_PROMOTION);
    let proof = value.get("rekor").filter(|proof| promotion && **proof != Value::Null)?;
    Some(Receipt::of_promotion(proof, "/rekor"))
}

/// The tiles of a log, hashed again up to the root of its head.
fn tiles(view: &CaseView, head: &SignedCheckpoint, said: &mut Sayings, book: &mut Book) -> Option<Rehashed> {
    let mut tree = TileTree::new(head.size());
    let mut sound = true;
    for item in view.case.items.iter().filter(|item| item.kind == Kind::LogTile) {
        let path = item.path.as_str();
        let (Some(name), Some(content)) = (TileName::parse(path), item.content.as_deref()) else { continue };
        match tree.add(name, content) {
            Ok(()) => book.pass(CheckId::LogTiles),
            Err(error) => {
                sound = false;
                said.findings.push(log_tiles::failed(&error.to_string()).at(path));
            }
        }
    }
    match tree.under(head) {
        Ok(tree) => {
            book.pass(CheckId::LogTiles);
            if let Some((_, leaf)) = tree.unexplained() {
                book.note(log_tiles::unseen(leaf).item("checkpoint"));
            }
            return Some(tree).filter(|_| sound);
        }
        // What is wrong with a tile has been said.
        Err(_) if !sound => {}
        Err(error @ TileError::Missing { .. }) => said.findings.push(log_tiles::missing(&error.to_string())),
        Err(error) => said.findings.push(log_tiles::failed(&error.to_string())),
    }
    None
}

/// The entries that lie in a case: as Rekor's interface gives them, in bundles, and
/// in tiles, where an entry is nothing but its body.
fn entries<'v>(view: &'v CaseView) -> impl Iterator<Item = Cow<'v, Entry>> {
    (0..view.case.items.len()).flat_map(|index| match view.claim(index) {
        Some(Claim::LogEntries(entries)) => entries.iter().map(|one| Cow::Borrowed(&one.entry)).collect(),
        Some(Claim::Bundles(bundles)) => {
            let read = bundles.iter().filter_map(|one| one.bundle.as_ref().ok());
            read.flat_map(|bundle| &bundle.entries).map(Cow::Borrowed).collect()
        }
        _ => in_tile(view.item(index)),
    })
}

fn in_tile<'v>(item: &'v Item) -> Vec<Cow<'v, Entry>> {
    let name = TileName::parse(item.path.as_str()).filter(|_| item.kind == Kind::LogTile);
    let (Some(TileName::Entries { width, .. }), Some(content)) = (name, item.content.as_deref()) else {
        return Vec::new();
    };
    let bodies = tiles::entries(content, width).unwrap_or_default();
    bodies.into_iter().map(|body| Cow::Owned(Entry::of_body(body.to_vec()))).collect()
}

/// What an entry is about.
fn digest_of(body: &Body) -> Digest {
    match body {
        Body::Artifact { digest, .. } => *digest,
        Body::Envelope { payload, .. } => *payload,
    }
}

/// Puts together all that was shown of each log, over all cases, and gives the
/// logs that showed two histories, each a subject of its own.
pub fn histories(logs: &Logs, examined: &[(usize, &[Shown])], books: &mut [Book]) -> Vec<Subject> {
    // A key that two authorities have is that of one log, whoever was asked about it.
    let mut owners: BTreeMap<KeyId, &Identity> = BTreeMap::new();
    for (authority, log) in &logs.keys {
        owners.entry(log.trusted().id).or_insert(&authority.identity);
    }
    // By log and origin: what was shown, and in which items of which cases.
    let mut logs: BTreeMap<(&Identity, &str), (History, Places)> = BTreeMap::new();
    for (case, shown) in examined {
        for one in *shown {
            let head = match &one.what {
                What::Head(head) => head,
                What::Leaf(included) => included.checkpoint(),
                What::Tiles(tree) => tree.checkpoint(),
            };
            let log = owners.get(&head.key_id()).copied().unwrap_or(&one.log);
            let (history, places) = logs.entry((log, head.origin())).or_default();
            places.insert((*case, one.path.as_str()));
            match &one.what {
                What::Head(head) => drop(history.head(head)),
                What::Leaf(included) => history.included(included),
                What::Tiles(tree) => history.tiles(tree),
            }
        }
    }
    let mut subjects = Vec::new();
    for ((log, _), (history, places)) in logs {
        let Some((first, _)) = places.first() else { continue };
        let heads = history.heads().len() as u64;
        let Some(fork) = history.fork() else {
            let joined = history.joined() as u64;
            books[*first].pass_many(CheckId::LogConsistency, joined);
            if heads > joined + 1 {
                let why = "nothing here leads from one head of the log to another one";
                books[*first].skip(CheckId::LogConsistency, why);
            }
            continue;
        };
        subjects.push(forked(log, &fork, &places, books));
    }
    subjects
}

fn forked(log: &Identity, fork: &Fork, places: &Places, books: &mut [Book]) -> Subject {
    let mut subject = Subject::new(SubjectKind::Log, None);
    subject.needs_voucher = false;
    subject.rejected_by.insert(CheckId::LogConsistency);
    let mut told = BTreeSet::new();
    for (case, path) in places {
        subject.places.insert((*case, (*path).to_owned()));
        // Once for each case: it is about the log, not about the file.
        if told.insert(*case) {
            books[*case].find(log_consistency::forked(log, fork).item(*path));
        }
    }
    subject
}

/// The files of logs that are judged on their own.
pub fn alone(view: &CaseView, files: &[File]) -> Vec<Subject> {
    let subject = |file: &File| {
        let digest = view.item(file.item).digests.get(Algorithm::Sha256);
        let mut subject =
            certificates::subject(view, file.item, file.kind, digest, Vec::new(), &mut Book::default());
        for (check, severity) in &file.against {
            match severity {
                Severity::Failed => subject.rejected_by.insert(*check),
                _ => subject.held_by.insert(*check),
            };
        }
        subject
    };
    files.iter().map(subject).collect()
}
