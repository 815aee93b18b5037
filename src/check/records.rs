//! Records of other systems that stand alone: decisions, attestations, evidence
//! of fraud, signatures of groups. A decision is made again from the files that
//! lie in the same folder, one of each kind.

use std::collections::BTreeSet;

use crate::check::signing::{self, Context};
use crate::check::view::CaseView;
use crate::check::{chain, custody_record, trust_evidence_supplied, trust_known_signer, trust_narrowing};
use crate::claim::Claim;
use crate::crypto::signature::Algorithm;
use crate::custody::signet::receipt::{self, Met, Vouched};
use crate::custody::tbtc::{self, Form, Judged, PAYLOAD_TYPE, Peer, Record, admission, tee};
use crate::custody::{BreakKind, Standing, Timeline};
use crate::digest::{self, encode_hex};
use crate::evidence::Kind;
use crate::fact::{Fact, ProvenTime, Subject, SubjectKind};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::time::{Interval, UnixTime};
use crate::trust::Rules;

/// What records are examined with.
pub struct With<'a> {
    /// Who is trusted.
    pub context: &'a Context<'a>,
    /// By which rules others may decide.
    pub rules: &'a BTreeSet<Rules>,
    /// The time of validation.
    pub at: Option<UnixTime>,
}

/// One record after the examination.
pub struct Examined {
    /// The record as something that the report answers for.
    pub subject: Subject,
    /// Who signed it, and what its own system says.
    pub facts: Vec<Fact>,
}

/// The records of a folder.
struct Folder<'v> {
    view: &'v CaseView<'v>,
    parent: &'v str,
}

impl<'v> Folder<'v> {
    fn of(view: &'v CaseView<'v>, index: usize) -> Folder<'v> {
        Folder { view, parent: view.item(index).path.parent() }
    }

    fn all(&self, form: Form) -> Vec<(usize, &'v Record)> {
        let items = self.view.case.items.iter().enumerate();
        let here =
            items.filter(|(_, item)| item.kind == Kind::Tbtc(form) && item.path.parent() == self.parent);
        let read = here.filter_map(|(index, _)| match self.view.claim(index) {
            Some(Claim::Tbtc(record)) => Some((index, &**record)),
            _ => None,
        });
        read.collect()
    }

    fn has(&self, form: Form) -> bool {
        let mut items = self.view.case.items.iter();
        items.any(|item| item.kind == Kind::Tbtc(form) && item.path.parent() == self.parent)
    }
}

/// The one record of a form in a folder, and of what it was found out how it stands.
struct Inputs<'v, 'w> {
    folder: Folder<'v>,
    path: &'v str,
    with: &'w With<'w>,
    findings: Vec<Finding>,
}

impl<'v> Inputs<'v, '_> {
    /// `needed`: without it nothing follows.
    fn one(&mut self, form: Form, needed: bool) -> Option<&'v Record> {
        let (what, all) = (form.name(), self.folder.all(form));
        match all[..] {
            [(index, record)] => {
                if form.is_rules() {
                    self.rules(form, index);
                }
                Some(record)
            }
            [] if !needed => None,
            [] => {
                self.findings.push(custody_record::input(self.path, what, "none in its folder"));
                None
            }
            _ => {
                let found = format!("{} of them in its folder", all.len());
                self.findings.push(custody_record::input(self.path, what, &found));
                None
            }
        }
    }

    /// Rules count if they are those of the trust store, byte for byte.
    fn rules(&mut self, form: Form, index: usize) {
        let item = self.folder.view.item(index);
        let digest = item.digests.get(digest::Algorithm::Sha256);
        let mut given = self.with.rules.iter().filter(|rules| rules.form == form.name()).peekable();
        let any = given.peek().is_some();
        if !given.any(|rules| Some(rules.digest) == digest) {
            self.findings.push(custody_record::rules(self.path, item.path.as_str(), any));
        }
    }
}

/// Examines every record of the case but transcripts, which are timelines.
pub fn examine(view: &CaseView, with: &With, book: &mut Book) -> Vec<Examined> {
    let mut examined = Vec::new();
    for (index, item) in view.case.items.iter().enumerate() {
        if let Some(Claim::Receipts(receipts)) = view.claim(index) {
            examined.push(self::receipts(view, index, receipts, with.context, book));
            continue;
        }
        let (Kind::Tbtc(form), Some(Claim::Tbtc(record))) = (item.kind, view.claim(index)) else { continue };
        if form.is_rules() {
            trust_evidence_supplied::shown("rules of another system", item.path.as_str(), book);
            continue;
        }
        let folder = Folder::of(view, index);
        let path = item.path.as_str();
        let mut inputs = Inputs { folder, path, with, findings: Vec::new() };
        let Some(judged) = judge(&mut inputs, form, record) else { continue };
        let mut subject = Subject::new(SubjectKind::Record, item.digests.get(digest::Algorithm::Sha256));
        subject.needs_voucher = false;
        subject.places.insert((view.index, path.to_owned()));
        if inputs.findings.is_empty() {
            book.pass(CheckId::CustodyRecord);
        }
        for finding in inputs.findings {
            held(&mut subject, finding, book);
        }
        if judged.signed.is_empty() && judged.faults.iter().all(|fault| fault.standing != Standing::Broken) {
            held(&mut subject, custody_record::unsigned(path), book);
        }
        let facts = told(path, &judged, with.context, &mut subject, book);
        examined.push(Examined { subject, facts });
    }
    examined
}

/// Receipts of signet, held against the rows of the logs of the case.
fn receipts(
    view: &CaseView,
    index: usize,
    receipts: &[receipt::Line],
    context: &Context,
    book: &mut Book,
) -> Examined {
    let item = view.item(index);
    let path = item.path.as_str();
    let mut subject = Subject::new(SubjectKind::Record, item.digests.get(digest::Algorithm::Sha256));
    subject.needs_voucher = false;
    subject.places.insert((view.index, path.to_owned()));
    let (mut facts, mut bad, mut untold) = (Vec::new(), 0, None);
    for (line, receipt) in receipts {
        let at = format!("line {line}");
        let fault =
            |severity, check, detail: &str| Finding::new(severity, check, detail).item(path).at(at.clone());
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(error) => {
                let finding =
                    fault(Severity::Failed, CheckId::CustodyShape, "the line is no receipt of signet");
                held(&mut subject, finding.found(error.to_string()), book);
                bad += 1;
                continue;
            }
        };
        let met = view.case.items.iter().flat_map(|item| &item.timelines).flat_map(|one| &one.receipts);
        let all: Vec<&Met> = met.filter(|met| met.receipt == *receipt).collect();
        // Of rows with one name the receipt is for one; that there are two the log says.
        let best = all.iter().find(|met| matches!(met.vouched, Vouched::By(..))).or(all.first());
        let Some(met) = best else {
            let detail = "the receipt names a row that is in no log here";
            let finding = fault(Severity::NotEstablished, CheckId::CustodyRecord, detail);
            held(&mut subject, finding.found(escaped(&receipt.entry)), book);
            untold = Some("a row that is not here");
            continue;
        };
        let place = format!("the row in line {}", met.line);
        match met.vouched {
            Vouched::By(..) => {
                book.pass(CheckId::CustodyRecord);
                book.pass(CheckId::CustodySignature);
                let Some((identity, id)) = &met.by else { continue };
                let mut named = context.authorities.iter().filter(|one| one.identity == *identity);
                let found = named.find_map(|one| Some((one, one.key(id)?)));
                let Some((authority, key)) = found else { continue };
                let (passed, findings) = signing::admit_event(context, authority, key, receipt.algorithm);
                passed.into_iter().for_each(|check| book.pass(check));
                let sound = findings.is_empty();
                findings.into_iter().for_each(|one| held(&mut subject, one.item(path).at(at.clone()), book));
                subject.standing.good.insert(authority.identity.clone());
                facts.extend(sound.then(|| Fact::Signed {
                    item: path.to_owned(),
                    signer: authority.identity.clone(),
                    key: key.id.to_string(),
                    algorithm: receipt.algorithm.name(),
                    payload_type: receipt::RECEIPT_TYPE.to_owned(),
                    payload: met.payload,
                    subjects: Vec::new(),
                    time: ProvenTime::new(&Interval::UNKNOWN, "none"),
                }));
            }
            Vouched::Refused(why) => {
                let finding = fault(Severity::Failed, CheckId::CustodyActor, chain::detail(BreakKind::Actor));
                held(&mut subject, finding.expected("a key trusted for custody").found(why), book);
            }
            Vouched::Agrees => {
                let detail = "the receipt states the HMAC that its row states, and nobody gave the secret";
                held(&mut subject, fault(Severity::NotEstablished, CheckId::CustodySignature, detail), book);
                untold = Some("it answers only whoever gives it the key");
            }
            Vouched::Unknown => {
                let finding = trust_known_signer::unknown(Some(&receipt.key)).item(path).at(at.clone());
                held(&mut subject, finding, book);
                untold = Some("it answers only whoever gives it the key");
            }
            Vouched::Wrong => {
                let detail = "the receipt is not over its row as it lies here";
                let finding = fault(Severity::Failed, CheckId::CustodySignature, detail);
                held(&mut subject, finding.expected(place), book);
                bad += 1;
            }
        }
    }
    let untold = untold.filter(|_| bad == 0);
    if let (Some(check), 0, None) = (subject.rejected_by.first(), bad, untold) {
        let detail = "signet's own verifier accepts these receipts";
        book.note(Finding::new(Severity::Note, *check, detail).item(path));
    }
    facts.push(Fact::Peer {
        item: path.to_owned(),
        system: "signet",
        command: "verify_receipt of each line",
        verdict: match (bad, untold) {
            (0, None) => "ok",
            (0, Some(_)) => "untold",
            _ => "broken",
        },
        reasons: Vec::new(),
        why: untold,
        entries: receipts.len() as u64,
        breaks: bad,
        first: None,
        good: None,
    });
    Examined { subject, facts }
}

/// `None` for what another record of the folder speaks for.
fn judge(inputs: &mut Inputs<'_, '_>, form: Form, record: &Record) -> Option<Judged> {
    let at = inputs.with.at.and_then(|at| u64::try_from(at.seconds()).ok());
    Some(match record {
        Record::Attempt(context) => context.judge(),
        Record::Provenance(gate) => gate.judge(at),
        Record::Fraud(evidence) => evidence.judge(),
        Record::Group(signature) => signature.judge(),
        Record::Decision(decision) => match inputs.folder.has(Form::Token) {
            true => enclave(inputs, Some(decision), at),
            false => admitted(inputs, Some(decision), at),
        },
        Record::Candidate(_) | Record::Override(_) | Record::Token(_)
            if inputs.folder.has(Form::Decision) =>
        {
            return None;
        }
        Record::Override(_) if inputs.folder.has(Form::Candidate) => return None,
        Record::Candidate(_) | Record::Override(_) => admitted(inputs, None, at),
        Record::Token(_) => enclave(inputs, None, at),
        _ => {
            debug_assert!(form == Form::Transcript, "rules were passed over before");
            return None;
        }
    })
}

fn admitted(inputs: &mut Inputs<'_, '_>, recorded: Option<&admission::Decision>, at: Option<u64>) -> Judged {
    let policy = inputs.one(Form::Policy, true);
    let candidate = inputs.one(Form::Candidate, true);
    let existing = inputs.one(Form::Existing, true);
    let exception = inputs.one(Form::Override, false);
    let registry = inputs.one(Form::Registry, false);
    let (Some(Record::Policy(policy)), Some(Record::Candidate(candidate))) = (policy, candidate) else {
        return Judged::default();
    };
    let given = admission::Inputs {
        policy,
        candidate,
        existing: match existing {
            Some(Record::Existing(existing)) => existing,
            _ => &[],
        },
        exception: match exception {
            Some(Record::Override(exception)) => Some(exception),
            _ => None,
        },
        registry: match registry {
            Some(Record::Registry(registry)) => Some(registry),
            _ => None,
        },
    };
    admission::judge(&given, recorded, at)
}

fn enclave(inputs: &mut Inputs<'_, '_>, recorded: Option<&admission::Decision>, at: Option<u64>) -> Judged {
    let token = inputs.one(Form::Token, true);
    let enclaves = inputs.one(Form::Enclaves, true);
    let keyset = inputs.one(Form::Keyset, true);
    let denylist = inputs.one(Form::Denylist, true);
    match (token, enclaves, keyset, denylist) {
        (
            Some(Record::Token(token)),
            Some(Record::Enclaves(enclaves)),
            Some(Record::Keyset(keyset)),
            Some(Record::Denylist(denylist)),
        ) => tee::judge(&tee::Inputs { token, enclaves, keyset, denylist }, recorded, at),
        _ => Judged::default(),
    }
}

/// What else lies in the case about the attempts of a transcript, and what tBTC
/// says of it.
pub fn transcript(
    view: &CaseView,
    index: usize,
    context: &Context,
    subject: &mut Subject,
    book: &mut Book,
) -> Vec<Fact> {
    let Some(Claim::Tbtc(record)) = view.claim(index) else { return Vec::new() };
    let Record::Transcript(transcript) = &**record else { return Vec::new() };
    let contexts = view.claims.iter().flatten().filter_map(|claim| match claim {
        Ok(Claim::Tbtc(record)) => match &**record {
            Record::Attempt(attempt) if attempt.session.as_ref() == Some(&transcript.session) => {
                Some(attempt)
            }
            _ => None,
        },
        _ => None,
    });
    let contexts: Vec<&tbtc::attempt::Context> = contexts.collect();
    let mut judged = tbtc::continued(transcript, &contexts);
    judged.peer = Some(tbtc::transcript::peer(transcript));
    told(view.item(index).path.as_str(), &judged, context, subject, book)
}

/// What events say of the envelopes that they came from, held against those of
/// the case. What an event says about its own verification is not asked.
pub fn provenance(view: &CaseView, path: &str, timeline: &Timeline, subject: &mut Subject, book: &mut Book) {
    let mut missing = 0;
    for said in &timeline.provenance {
        let items = view.case.items.iter().enumerate();
        let mut same = items
            .filter(|(_, item)| item.digests.get(digest::Algorithm::Sha256) == Some(said.envelope))
            .filter_map(|(index, _)| match view.claim(index) {
                Some(Claim::Envelopes(envelopes)) => envelopes.first()?.envelope.as_ref().ok(),
                _ => None,
            });
        match same.next().map(|envelope| envelope.payload_type()) {
            None => missing += 1,
            Some(found) if found == said.payload_type => book.pass(CheckId::CustodyRecord),
            Some(found) => {
                let detail = "the event says something else of its envelope than the envelope itself";
                let finding = Finding::new(Severity::Failed, CheckId::CustodyRecord, detail).item(path);
                let finding = finding.at(format!("line {}", said.line));
                held(subject, finding.expected(escaped(found)).found(escaped(&said.payload_type)), book);
            }
        }
    }
    if missing > 0 {
        let found = format!("{missing} that are not here");
        held(subject, custody_record::input(path, "the envelopes that events name", &found), book);
    }
}

/// Writes down what was found, and gives what was established.
fn told(path: &str, judged: &Judged, context: &Context, subject: &mut Subject, book: &mut Book) -> Vec<Fact> {
    judged.passed.iter().for_each(|kind| book.pass(chain::check_of(*kind)));
    for fault in &judged.faults {
        let severity = match fault.standing {
            Standing::Broken => Severity::Failed,
            Standing::NotEstablished => Severity::NotEstablished,
        };
        let finding = Finding::new(severity, chain::check_of(fault.kind), chain::detail(fault.kind));
        let (expected, found) = (escaped(&fault.expected), escaped(&fault.found));
        held(subject, finding.item(path).at(fault.at).expected(expected).found(found), book);
    }
    let mut facts = Vec::new();
    for signed in &judged.signed {
        facts.extend(signer(path, signed, context, subject, book));
    }
    facts.extend(judged.peer.as_ref().map(|answer| peer(path, answer, subject, book)));
    facts
}

fn escaped(text: &str) -> String {
    crate::path::escape(text.as_bytes())
}

fn held(subject: &mut Subject, finding: Finding, book: &mut Book) {
    match finding.severity {
        Severity::Failed => subject.rejected_by.insert(finding.check),
        _ => subject.held_by.insert(finding.check),
    };
    book.find(finding);
}

/// Whose key that is, and whether he may sign this.
fn signer(
    path: &str,
    signed: &tbtc::Signed,
    context: &Context,
    subject: &mut Subject,
    book: &mut Book,
) -> Option<Fact> {
    let ids: Vec<_> = signed.keys.iter().map(|key| key.id()).collect();
    let entries = context.authorities.iter().flat_map(|authority| {
        let key = ids.iter().find_map(|id| authority.key(id));
        key.map(|key| (authority, key))
    });
    let admitted = entries.map(|(authority, key)| {
        let (passed, mut findings) = signing::admit_event(context, authority, key, Algorithm::Bip340Sha256);
        findings.extend(trust_narrowing::examine(authority, PAYLOAD_TYPE, None));
        (authority, key, passed, findings)
    });
    let failed =
        |findings: &[Finding]| findings.iter().filter(|finding| finding.severity == Severity::Failed).count();
    let best = admitted.min_by_key(|(.., findings)| (failed(findings), findings.len()));
    let Some((authority, key, passed, findings)) = best else {
        let hint = signed.keys.first().map(|key| encode_hex(&key.xonly_bytes().unwrap_or_default()));
        held(subject, trust_known_signer::unknown(hint.as_deref()).item(path), book);
        return None;
    };
    trust_known_signer::passed(book);
    passed.into_iter().for_each(|check| book.pass(check));
    let sound = findings.is_empty();
    findings.into_iter().for_each(|finding| held(subject, finding.item(path), book));
    subject.standing.good.insert(authority.identity.clone());
    sound.then(|| Fact::Signed {
        item: path.to_owned(),
        signer: authority.identity.clone(),
        key: key.id.to_string(),
        algorithm: Algorithm::Bip340Sha256.name(),
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload: signed.payload,
        subjects: Vec::new(),
        time: ProvenTime::new(&Interval::UNKNOWN, "none"),
    })
}

/// What tBTC itself says, and a note where it accepts what we reject.
fn peer(path: &str, answer: &Peer, subject: &Subject, book: &mut Book) -> Fact {
    if let (Some(check), "ok" | "allow") = (subject.rejected_by.first(), answer.verdict) {
        let detail = "tBTC's own verifier accepts this record";
        book.note(Finding::new(Severity::Note, *check, detail).item(path));
    }
    Fact::Peer {
        item: path.to_owned(),
        system: "tbtc-signer",
        command: answer.command,
        verdict: answer.verdict,
        reasons: answer.reasons.clone(),
        why: answer.untold,
        entries: 1,
        breaks: answer.reasons.len() as u64,
        first: None,
        good: None,
    }
}
