//! The table of contents of the product: what is checked, in what order.
//!
//! Integrity needs nothing but bytes; signatures need the trust store;
//! statements need signatures; timelines need both; and who vouches for what
//! needs all of them. Then policy judges the ledger. Nothing here reads a file,
//! a clock or the environment: the same arguments give the same outcome.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::anchor::{Persons, Purpose, Wanted};
use crate::check::certificates::{self, Alone, Signers};
use crate::check::container;
use crate::check::existence::Times;
use crate::check::logs::{self, Logs};
use crate::check::pki::{Bag, Pki};
use crate::check::signing::{Content, Context, Load};
use crate::check::sigstore::{self, Keyless};
use crate::check::stamps::{self, Clocks};
use crate::check::view::CaseView;
use crate::check::vouching::{Signed, Vouched, Vouching};
use crate::check::{
    self, artifact_demanded, auths, detached, git, keeper, layouts, reading, records, refusal,
    signature_threshold, statement_claims, statement_predicate_type, statements, time_anchor, timelines,
    tool_fault, trust_freshness, trust_sequence,
};
use crate::claim::Claim;
use crate::custody::Pin;
use crate::digest::{Algorithm, Digest};
use crate::evidence::{Case, Evidence, Form, Kind};
use crate::fact::{CaseLedger, ItemLine, Ledger, Means, Subject, SubjectKind};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::policy::{self, Policy, Verdict, judge};
use crate::time::UnixTime;
use crate::trust::{CertificateUse, TrustStore};

/// What the user asks for besides what policy says.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The time of validation.
    pub at: Option<UnixTime>,
    /// What must be vouched for.
    pub artifacts: BTreeSet<Digest>,
    /// Whose keyless signatures are asked for.
    pub keyless: Vec<Wanted>,
    /// Heads that someone noted outside the evidence.
    pub pins: Vec<Pin>,
    /// For what a certificate on its own should be good.
    pub usage: CertificateUse,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// What was established.
    pub ledger: Ledger,
    /// What follows.
    pub verdict: Verdict,
    /// Purposes that something in the evidence needs an authority for.
    pub needs: BTreeSet<Purpose>,
}

/// Checks everything and judges it.
pub fn verify(evidence: &Evidence, trust: &TrustStore, policy: &Policy, request: &Request) -> Outcome {
    let rules = policy.rules(request.at);
    // What lies there, and what it says.
    let views = CaseView::all(&evidence.cases);

    // Who is who: a certificate may give one key to two of those who are trusted.
    let pki = Pki::new(trust);
    let bags: Vec<Bag> = views.iter().map(|view| Bag::of(view, &pki)).collect();
    let signers: Vec<Signers> = views
        .iter()
        .zip(&bags)
        .map(|(view, bag)| certificates::signers(view, bag, &pki, trust.authorities(), &rules))
        .collect();
    let named = policy.groups.iter().any(|group| group.name == "--identity");
    let unissued = named && request.keyless.is_empty();
    let keyless = Keyless { policy: &policy.keyless, asked: &request.keyless, unissued };
    let bundled: Vec<sigstore::Signers> = views
        .iter()
        .zip(&bags)
        .map(|(view, bag)| sigstore::signers(view, bag, &pki, trust, &rules, keyless))
        .collect();
    let certified = signers.iter().flat_map(|one| &one.authorities);
    let certified = certified.chain(bundled.iter().flat_map(sigstore::Signers::authorities));
    let persons = Persons::of(trust.authorities().iter().chain(certified));
    let context = Context::new(
        trust.authorities(),
        &rules,
        &persons,
        policy.threshold as usize,
        policy.shared_key_suffices,
    );

    let mut books: Vec<Book> = views.iter().map(|_| Book::default()).collect();
    let mut subjects: Vec<Subject> = Vec::new();
    let mut broken: Vec<BTreeSet<CheckId>> = Vec::new();
    for (view, book) in views.iter().zip(&mut books) {
        check::intake(view, book);
        broken.push(refusal::broken_by(view));
        subjects.extend(refused_subjects(view, book, broken.last_mut().expect("pushed above")));
    }

    // Integrity.
    let mut containers = Vec::new();
    for (view, book) in views.iter().zip(&mut books) {
        let examine = |book: &mut Book| container::examine(view, &policy.recipes, book);
        let examined = of_case(view, "comparing", book, &mut subjects, examine);
        broken[view.index].extend(&examined.broken_by);
        containers.push(examined);
    }

    // What is proven of when things existed.
    let clocks = Clocks {
        pki: &pki,
        persons: &persons,
        rules: &rules,
        control: request.at.or(trust.issued_at()),
        policies: policy.timestamp_policies.as_ref(),
        days_left_min: policy.timestamp_days_left_min,
        wanted: &request.artifacts,
    };
    let mut stamped: Vec<stamps::Examined> = Vec::new();
    for (view, (bag, book)) in views.iter().zip(bags.iter().zip(&mut books)) {
        let examine = |book: &mut Book| stamps::examine(view, bag, &clocks, book);
        stamped.push(of_case(view, "reading the time stamps of", book, &mut subjects, examine));
    }

    // What logs have taken in, and who has seen it.
    let ledgers = Logs::of(trust, &rules);
    let mut logged: Vec<logs::Examined> = Vec::new();
    for (view, book) in views.iter().zip(&mut books) {
        let times = &mut stamped[view.index].times;
        let examine = |book: &mut Book| ledgers.examine(view, times, book);
        logged.push(of_case(view, "reading what logs left in", book, &mut subjects, examine));
    }

    // Signatures and statements.
    let mut facts: Vec<Vec<_>> = containers.iter_mut().map(|one| std::mem::take(&mut one.facts)).collect();
    let mut signed: Vec<Signed> = Vec::new();
    let mut anchors: Vec<Vec<_>> = views.iter().map(|_| Vec::new()).collect();
    let mut needs = BTreeSet::new();
    for (view, examined) in views.iter().zip(&mut stamped) {
        facts[view.index].append(&mut examined.facts);
        if view.is_closed() {
            broken[view.index].extend(&examined.broken_by);
        }
        if !examined.stamps.is_empty() {
            needs.insert(Purpose::Timestamp);
        }
        let left = &mut logged[view.index];
        facts[view.index].append(&mut left.facts);
        if view.is_closed() {
            broken[view.index].extend(&left.broken_by);
        }
        if !left.files.is_empty() {
            needs.insert(Purpose::Log);
        }
    }
    let claims = claims_by_type(policy);
    for view in &views {
        let context = context.with_signers(&signers[view.index], &pki, &bags[view.index]);
        let demands = statements::Demands {
            claims: &claims,
            context: &context,
            provenance: &policy.provenance,
            summary: &policy.summary,
        };
        facts[view.index].extend(signers[view.index].facts.iter().cloned());
        if let Some(finding) = &signers[view.index].beyond {
            books[view.index].find(finding.clone());
        }
        let times = &stamped[view.index].times;
        let bag = &bags[view.index];
        let stamped = &stamped[view.index];
        let with = sigstore::Bundles { demands: &demands, logs: &ledgers, pki: &pki, bag, stamped };
        let mut examined = envelopes(view, &demands, times, &ledgers);
        examined.extend(bundles(view, &with, &bundled[view.index]));
        // A certificate in an envelope is of no use here, but asks for the same trust.
        let certified = view.claims.iter().flatten().flatten().any(Claim::brings_certificates);
        let bundled = view.claims.iter().flatten().flatten().any(|claim| matches!(claim, Claim::Bundles(_)));
        if certified || bundled || view.case.items.iter().any(|item| item.kind == Kind::SigstoreBundle) {
            needs.insert(Purpose::IdentityIssuer);
        }
        let settle = |_: &mut Book| layouts::settle(&context, trust, examined);
        let book = &mut books[view.index];
        for one in of_case(view, "judging the layouts of", book, &mut subjects, settle) {
            books[view.index].merge(one.book);
            facts[view.index].extend(one.facts);
            needs.insert(one.signed.voucher.purpose);
            containers[view.index].rolls.extend(one.roll);
            anchors[view.index].extend(one.anchor);
            broken[view.index].extend(one.broken_by);
            logged[view.index].shown.extend(one.shown);
            signed.push(one.signed);
        }
        let examine = |_: &mut Book| {
            let mut all = detached::examine(view, &context, times);
            all.extend(auths::attested(view, &context, times));
            all.extend(keeper::examine(view, &context, times));
            all
        };
        let book = &mut books[view.index];
        for one in of_case(view, "reading the signature files of", book, &mut subjects, examine) {
            books[view.index].merge(one.book);
            facts[view.index].extend(one.facts);
            needs.insert(one.signed.voucher.purpose);
            signed.push(one.signed);
        }
    }

    // Timelines.
    for view in &views {
        let book = &mut books[view.index];
        let (anchors, stamped) = (&anchors[view.index], &stamped[view.index]);
        let examine = |book: &mut Book| timelines::examine(view, &context, anchors, stamped, book);
        for one in of_case(view, "judging the timelines of", book, &mut subjects, examine) {
            needs.insert(Purpose::Custody);
            if policy.threshold > 1 {
                let acted = persons.distinct(&one.subject.standing.good).len();
                for (_, path) in &one.subject.places {
                    let book = &mut books[view.index];
                    signature_threshold::examine(path, acted, policy.threshold as usize, true, book);
                }
            }
            facts[view.index].extend(one.facts);
            subjects.push(one.subject);
        }
    }

    // Commits and tags.
    for view in &views {
        let book = &mut books[view.index];
        let times = &stamped[view.index].times;
        let examine = |book: &mut Book| git::examine(view, &context, times, book);
        for mut one in of_case(view, "judging the commits of", book, &mut subjects, examine) {
            needs.insert(Purpose::Attestation);
            if policy.threshold > 1
                && persons.distinct(&one.subject.standing.good).len() < policy.threshold as usize
            {
                one.subject.held_by.insert(CheckId::SignatureThreshold);
                for (_, path) in &one.subject.places {
                    let acted = persons.distinct(&one.subject.standing.good).len();
                    let book = &mut books[view.index];
                    signature_threshold::examine(path, acted, policy.threshold as usize, true, book);
                }
            }
            facts[view.index].extend(one.facts);
            subjects.push(one.subject);
        }
    }

    // Records of other systems, each on its own.
    let with = records::With { context: &context, rules: trust.rules(), at: request.at };
    for view in &views {
        let book = &mut books[view.index];
        let examine = |book: &mut Book| records::examine(view, &with, book);
        for one in of_case(view, "judging the records of", book, &mut subjects, examine) {
            needs.insert(Purpose::Custody);
            facts[view.index].extend(one.facts);
            subjects.push(one.subject);
        }
    }

    // Who vouches for what.
    // Single objects are signed by nobody who could be asked for.
    let asks = policy.threshold > 1
        || !policy.groups.is_empty()
        || !policy.predicate_types.is_empty()
        || !policy.claims.is_empty()
        || !policy.provenance.is_empty()
        || !policy.summary.is_empty();
    let covered = match asks {
        true => BTreeSet::new(),
        false => certificates::covered(&views, &stamped, &logged, &request.artifacts),
    };
    let vouching = Vouching {
        views: &views,
        containers: &containers,
        signed,
        persons: &persons,
        threshold: policy.threshold as usize,
        container_signed: policy.container_signed,
        approving: policy::approving(policy),
        covered,
    };
    let mut book = Book::default();
    let vouched = check::guarded(|| vouching.settle()).unwrap_or_else(|| {
        book.find(tool_fault::broke("asking who vouches for what, in"));
        subjects.push(broke());
        Vouched::default()
    });
    subjects.extend(vouched.subjects);
    for (book, more) in books.iter_mut().zip(vouched.books) {
        book.merge(more);
    }
    for (facts, more) in facts.iter_mut().zip(vouched.facts) {
        facts.extend(more);
    }
    for (broken_by, more) in broken.iter_mut().zip(vouched.broken) {
        broken_by.extend(more);
    }
    if subjects.iter().any(|subject| subject.kind == SubjectKind::Artifact) {
        needs.insert(Purpose::Attestation);
    }

    // Times for machines without a clock.
    let budget = policy.anchor_age_hours_max.map(|hours| time_anchor::Budget { hours, at: request.at });
    for (view, book) in views.iter().zip(&mut books) {
        subjects.extend(time_anchors(view, &stamped[view.index], budget, book));
    }

    // Things that are judged on their own, where nothing else is there to be.
    for view in &views {
        let left = &logged[view.index].files;
        let alone = Alone { pki: &pki, bag: &bags[view.index], rules: &rules, usage: request.usage, left };
        let (book, facts) = (&mut books[view.index], &mut facts[view.index]);
        let stamps = &stamped[view.index].stamps;
        needs.extend(alone.examine(view, stamps, &request.artifacts, &mut subjects, facts, book));
    }
    if asks {
        let alone = [
            SubjectKind::TimestampToken,
            SubjectKind::Certificate,
            SubjectKind::Revocation,
            SubjectKind::LogHead,
            SubjectKind::LogProof,
            SubjectKind::Record,
        ];
        for subject in subjects.iter_mut().filter(|subject| alone.contains(&subject.kind)) {
            subject.held_by.insert(CheckId::SignatureThreshold);
            for (case, path) in &subject.places {
                signature_threshold::nobody(path, &mut books[*case]);
            }
        }
    }

    // Whether each log showed one history, in whatever cases.
    let shown: Vec<(usize, &[logs::Shown])> =
        logged.iter().enumerate().map(|(case, one)| (case, one.shown.as_slice())).collect();
    let forked = logs::histories(&ledgers, &shown, &mut books);
    let of_logs = [SubjectKind::LogHead, SubjectKind::LogProof];
    for subject in subjects.iter_mut().filter(|subject| of_logs.contains(&subject.kind)) {
        if forked.iter().any(|log| !log.places.is_disjoint(&subject.places)) {
            subject.rejected_by.insert(CheckId::LogConsistency);
        }
    }
    subjects.extend(forked);

    // The run as a whole.
    let mut held_by = BTreeSet::new();
    let age_max = policy.trust_age_days_max.map(|days| u64::from(days) * 86_400);
    let mut rejected_by = BTreeSet::new();
    match trust_sequence::examine(trust.sequence(), policy.trust_sequence_min, &mut book) {
        Some(Severity::Failed) => drop(rejected_by.insert(trust_sequence::ABOUT.id)),
        Some(_) => drop(held_by.insert(trust_sequence::ABOUT.id)),
        None => {}
    }
    if !trust_freshness::examine(trust.issued_at(), request.at, age_max, &mut book) {
        held_by.insert(trust_freshness::ABOUT.id);
    }
    timelines::pins_without_chain(evidence, &request.pins, &mut book, &mut held_by);
    demanded(&request.artifacts, &vouching, &mut subjects, &mut book);
    required_types(&policy.predicate_types, &mut subjects, &mut books, &mut book);
    wanted_statements(policy, &mut subjects, &mut books, &mut book);
    groups(policy, &persons, &subjects, &mut books, &mut book);
    for subject in &mut subjects {
        subject.held_by.extend(&held_by);
        subject.rejected_by.extend(&rejected_by);
    }

    let mut cases = Vec::new();
    for (view, ((book, facts), broken_by)) in views.iter().zip(books.into_iter().zip(facts).zip(broken)) {
        cases.push(case_ledger(view, book, facts, broken_by));
    }
    let mut ledger = Ledger { cases, subjects, book };
    let verdict = judge(&ledger, policy, &persons);
    required_checks(policy, &mut ledger);
    Outcome { ledger, verdict, needs }
}

/// Each time anchor of a case, held against the token that it names.
fn time_anchors(
    view: &CaseView,
    examined: &stamps::Examined,
    budget: Option<time_anchor::Budget>,
    book: &mut Book,
) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (index, item) in view.case.items.iter().enumerate() {
        let Some(Claim::TimeAnchor(anchor)) = view.claim(index) else { continue };
        let named = examined.stamps.iter().find(|stamp| {
            stamp.whole && view.item(stamp.item).digests.get(Algorithm::Sha256) == Some(anchor.token)
        });
        let finding = time_anchor::examine(anchor, named.and_then(|stamp| stamp.interval), budget);
        if finding.is_none() {
            book.pass(CheckId::TimeAnchor);
        }
        let (kind, digest) = (SubjectKind::TimeAnchor, item.digests.get(Algorithm::Sha256));
        let findings = finding.into_iter().collect();
        subjects.push(certificates::subject(view, index, kind, digest, findings, book));
    }
    subjects
}

/// Runs what looks at a case as a whole. Where it breaks, the other cases are
/// examined all the same, and the case is worth no more than what is known.
fn of_case<T: Default>(
    view: &CaseView,
    doing: &str,
    book: &mut Book,
    subjects: &mut Vec<Subject>,
    examine: impl FnOnce(&mut Book) -> T,
) -> T {
    check::guarded(|| examine(book)).unwrap_or_else(|| {
        book.find(tool_fault::broke(doing));
        let mut subject = broke();
        subject.places.insert((view.index, String::new()));
        subjects.push(subject);
        T::default()
    })
}

/// What stands for all that was not examined.
fn broke() -> Subject {
    let mut subject = Subject::new(SubjectKind::Unreadable, None);
    subject.held_by.insert(CheckId::ToolFault);
    subject.needs_voucher = false;
    subject
}

/// Things of a declared type that could not be read, and refused ones that
/// somebody asked about: each is its own subject, because nothing else can
/// answer for it.
fn refused_subjects(view: &CaseView, book: &mut Book, broken_by: &mut BTreeSet<CheckId>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (index, check) in reading::examine(view, book) {
        let item = view.item(index);
        let mut subject = Subject::new(SubjectKind::Unreadable, item.digests.get(Algorithm::Sha256));
        match check {
            CheckId::ToolFault => subject.held_by.insert(check),
            _ => subject.rejected_by.insert(check),
        };
        if view.is_control(index) && check != CheckId::ToolFault {
            broken_by.insert(check);
        }
        subject.needs_voucher = false;
        subject.places.insert((view.index, item.path.as_str().to_owned()));
        subjects.push(subject);
    }
    for (path, check, severity) in refusal::unmeasured(view) {
        let mut subject = Subject::new(SubjectKind::Unreadable, None);
        match severity {
            Severity::Failed => subject.rejected_by.insert(check),
            _ => subject.held_by.insert(check),
        };
        subject.needs_voucher = false;
        subject.places.insert((view.index, path.to_owned()));
        subjects.push(subject);
    }
    subjects
}

/// Every envelope of a case, examined in parallel and put back in order.
fn envelopes<'v>(
    view: &'v CaseView,
    demands: &statements::Demands,
    times: &Times,
    ledgers: &Logs,
) -> Vec<statements::Examined<'v>> {
    let mut work = Vec::new();
    for (index, item) in view.case.items.iter().enumerate() {
        if let Some(Claim::Envelopes(envelopes)) = view.claim(index) {
            let read =
                || envelopes.iter().filter_map(|one| Some((one.at.as_deref(), one.envelope.as_ref().ok()?)));
            let load = read().fold(Load::default(), |load, (_, envelope)| load.and(envelope));
            work.extend(read().map(|(at, envelope)| (index, item, at, envelope, load)));
        }
    }
    let mut examined: Vec<_> = work
        .into_par_iter()
        .map(|(index, item, at, envelope, load)| {
            let against = check::guarded(|| ledgers.against(view, index, envelope))
                .unwrap_or_else(|| vec![tool_fault::broke("reading the proof in")]);
            statements::examine(view, demands, times, item, at, envelope, load, &against)
        })
        .collect();
    for (index, item) in view.case.items.iter().enumerate() {
        let content = match view.claim(index) {
            // Part of an image, for which somebody else has to vouch.
            Some(Claim::Statement(_)) if view.is_carried(index) => continue,
            Some(Claim::Statement(statement)) => Content::Statement(statement.clone()),
            Some(Claim::Files(files)) => Content::Files(files.clone()),
            _ => continue,
        };
        examined.push(statements::unsigned(view, item, &content));
    }
    examined
}

/// Every bundle of a case, likewise.
fn bundles<'v>(
    view: &'v CaseView,
    with: &sigstore::Bundles,
    signers: &sigstore::Signers,
) -> Vec<statements::Examined<'v>> {
    let mut work = Vec::new();
    for (index, item) in view.case.items.iter().enumerate() {
        let Some(Claim::Bundles(bundles)) = view.claim(index) else { continue };
        let read = || {
            bundles
                .iter()
                .enumerate()
                .filter_map(|(place, one)| Some((place, one, one.bundle.as_ref().ok()?)))
        };
        let load = read().fold(Load::default(), |load, (_, _, bundle)| load.plus(sigstore::load(bundle)));
        work.extend(
            read().map(|(place, one, bundle)| (item, one, bundle, signers.0.get(&(index, place)), load)),
        );
    }
    work.into_par_iter()
        .map(|(item, one, bundle, signer, load)| {
            check::guarded(|| sigstore::examine(view, with, item, one, bundle, signer, load))
                .unwrap_or_else(|| statements::broke(view, item))
        })
        .collect()
}

/// What was demanded by digest: a subject of its own where nothing at hand has
/// that digest.
fn demanded(artifacts: &BTreeSet<Digest>, vouching: &Vouching, subjects: &mut Vec<Subject>, book: &mut Book) {
    if artifacts.is_empty() {
        book.skip(CheckId::ArtifactDemanded, "no artifact was asked for");
    }
    for digest in artifacts {
        // Tokens that lie alone are what is judged, and this is what they are over.
        if vouching.covered.contains(digest) {
            artifact_demanded::examine(digest, true, book);
            continue;
        }
        let at_hand = subjects.iter().position(|subject| {
            subject.kind == SubjectKind::Artifact
                && (subject.digest == Some(*digest)
                    || subject.digests.get(digest.algorithm()) == Some(*digest))
        });
        let vouched = match at_hand {
            Some(index) => {
                let vouched = vouching.vouchers(&subjects[index]) > 0;
                if !vouched {
                    subjects[index].held_by.insert(artifact_demanded::ABOUT.id);
                }
                vouched
            }
            None => {
                let subject = vouching.absent(digest);
                let vouched = vouching.vouchers(&subject) > 0;
                subjects.push(subject);
                vouched
            }
        };
        artifact_demanded::examine(digest, vouched, book);
    }
}

/// Every artifact needs a trusted statement of every required type, also one
/// that was demanded and is nowhere at hand.
fn required_types(
    required: &BTreeSet<String>,
    subjects: &mut [Subject],
    books: &mut [Book],
    whole: &mut Book,
) {
    for subject in subjects.iter_mut().filter(|subject| subject.kind == SubjectKind::Artifact) {
        let types = &subject.predicate_types;
        let mut all = true;
        for (case, path) in &subject.places {
            all &= statement_predicate_type::examine(path, required, types, &mut books[*case]);
        }
        if subject.places.is_empty() {
            let digest = subject.digest.map(|digest| digest.to_string()).unwrap_or_default();
            all &= statement_predicate_type::examine(&digest, required, types, whole);
        }
        if !all {
            subject.held_by.insert(statement_predicate_type::ABOUT.id);
        }
    }
}

/// What the policy wants said of a build or by a verifier has to be said of
/// every artifact by somebody.
fn wanted_statements(policy: &Policy, subjects: &mut [Subject], books: &mut [Book], whole: &mut Book) {
    let wanted = [
        (!policy.provenance.is_empty(), Means::Provenance, "provenance"),
        (!policy.summary.is_empty(), Means::Summary, "a verification summary"),
    ];
    for subject in subjects.iter_mut().filter(|subject| subject.kind == SubjectKind::Artifact) {
        for (asked, means, what) in wanted {
            if !asked || !subject.needs_voucher || subject.vouched_by.iter().any(|(_, by)| *by == means) {
                continue;
            }
            subject.held_by.insert(CheckId::StatementClaims);
            for (case, path) in &subject.places {
                statement_claims::nobody(Some(path), what, &mut books[*case]);
            }
            if subject.places.is_empty() {
                let digest = subject.digest.map(|digest| digest.to_string());
                statement_claims::nobody(digest.as_deref(), what, whole);
            }
        }
    }
}

/// Everything that needs a voucher needs so many of every group that the policy
/// names.
fn groups(policy: &Policy, persons: &Persons, subjects: &[Subject], books: &mut [Book], book: &mut Book) {
    for subject in subjects {
        for (group, found) in policy::short_of_groups(subject, policy, persons) {
            for (case, path) in &subject.places {
                // A container has no path of its own.
                let path = Some(path.as_str()).filter(|path| !path.is_empty());
                signature_threshold::group(path, &group.name, found, group.threshold, &mut books[*case]);
            }
            if subject.places.is_empty() {
                signature_threshold::group(None, &group.name, found, group.threshold, book);
            }
        }
    }
}

/// Says of every case which checks the policy requires and which examined
/// nothing. Only after the judge, who counts what was examined.
fn required_checks(policy: &Policy, ledger: &mut Ledger) {
    let unmet: Vec<BTreeSet<CheckId>> =
        ledger.cases.iter().map(|case| policy::unmet(case, ledger, policy)).collect();
    for (case, unmet) in ledger.cases.iter_mut().zip(unmet) {
        for check in unmet {
            let detail = "the policy requires this check, and there was nothing for it to examine";
            case.book.find(Finding::new(Severity::NotEstablished, check, detail));
        }
    }
}

/// The claims that the policy requires, by predicate type.
fn claims_by_type(policy: &Policy) -> BTreeMap<String, Vec<statements::RequiredClaim>> {
    let mut claims: BTreeMap<String, Vec<statements::RequiredClaim>> = BTreeMap::new();
    for claim in &policy.claims {
        let required = (claim.pointer.clone(), claim.one_of.clone());
        claims.entry(claim.predicate_type.clone()).or_default().push(required);
    }
    claims
}

fn case_ledger(
    view: &CaseView,
    book: Book,
    mut facts: Vec<crate::fact::Fact>,
    broken_by: BTreeSet<CheckId>,
) -> CaseLedger {
    let case = view.case;
    facts.sort();
    facts.dedup();
    CaseLedger {
        form: match case.form {
            Form::Loose => "loose",
            Form::Directory => "directory",
            Form::Archive { .. } => "archive",
        },
        format: case.format.name(),
        closed: view.is_closed(),
        checksum: checksum(case),
        name: case.name.as_ref().map(|name| name.as_str().to_owned()),
        items: case
            .items
            .iter()
            .map(|item| ItemLine {
                path: item.path.as_str().to_owned(),
                kind: item.kind.name(),
                digest: item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256"),
                size: item.size,
            })
            .collect(),
        book,
        facts,
        timeline: timelines::lines(view),
        speaks: case.items.iter().any(|item| item.kind.speaks()),
        broken_by,
    }
}

/// SHA-256 over the lines `<sha256> <size> <path>` of the items in order, and
/// of what was refused: the same for a directory and for an archive of it.
pub fn checksum(case: &Case) -> Digest {
    let mut hasher = crate::digest::Hasher::new(crate::digest::AlgorithmSet::only(Algorithm::Sha256));
    for item in &case.items {
        let digest = item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256");
        hasher.update(format!("{} {} {}\n", digest.hex(), item.size, item.path).as_bytes());
    }
    for fault in &case.faults {
        let path = fault.path.as_deref().unwrap_or("");
        hasher.update(format!("refused {} {path}\n", fault.kind.id()).as_bytes());
    }
    hasher.finish().get(Algorithm::Sha256).expect("the one algorithm asked for is computed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{CaseFormat, Options, Source, collect};

    #[test]
    fn what_breaks_on_one_case_leaves_it_open_and_the_others_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "a").unwrap();
        let evidence = collect(vec![Source::Path(folder.path().into())], &Options::default()).unwrap();
        let view = CaseView::new(0, &evidence.cases[0]);
        assert_eq!(view.case.format, CaseFormat::Open);
        let (mut book, mut subjects) = (Book::default(), Vec::new());
        let found: Vec<u8> =
            of_case(&view, "comparing", &mut book, &mut subjects, |_| panic!("as if by a bug"));
        assert_eq!(found, []);
        assert_eq!(book.findings[0].check, CheckId::ToolFault);
        assert_eq!(subjects[0].held_by, BTreeSet::from([CheckId::ToolFault]));
        let whole = of_case(&view, "comparing", &mut book, &mut subjects, |_| vec![1]);
        assert_eq!((whole, subjects.len()), (vec![1], 1));
    }
}
