//! Timelines of a case: the walk was made while they were measured; here its
//! breaks become findings, and each chain a subject.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::signing::{self, Context};
use crate::check::view::CaseView;
use crate::check::{
    archives, auths, chain, custody_actor, custody_anchor, custody_case, custody_completeness,
    custody_duplicate, custody_fork, custody_gap, custody_genesis, custody_handover, custody_hash,
    custody_head, custody_leaf, custody_link, custody_order, custody_record, custody_redaction,
    custody_rehash, custody_shape, custody_signature, custody_time, integrity_recipe, records, stamps,
};
use crate::custody::ledger::anchor::Anchor;
use crate::custody::signet::peer::{Answer, System};
use crate::custody::{Format, Pin, Roster, Signer, Timeline};
use crate::evidence::Evidence;
use crate::fact::{Fact, Subject, SubjectKind, TimelineLine};
use crate::finding::{Book, CheckId, Finding, Severity};

/// Every kind of break, each in its own file; anchors are asked for apart.
const WALK: [fn(&str, &Timeline, &mut Book); 18] = [
    custody_actor::examine,
    custody_case::examine,
    custody_duplicate::examine,
    custody_fork::examine,
    custody_gap::examine,
    custody_genesis::examine,
    custody_handover::examine,
    custody_hash::examine,
    custody_head::examine,
    custody_leaf::examine,
    custody_link::examine,
    custody_order::examine,
    custody_record::examine,
    custody_redaction::examine,
    custody_rehash::examine,
    custody_shape::examine,
    custody_signature::examine,
    custody_time::examine,
];

/// One chain after the examination.
pub struct Examined {
    /// The chain as something that the report answers for.
    pub subject: Subject,
    /// That it was walked, and what the verifier of its own system says.
    pub facts: Vec<Fact>,
}

/// Examines every chain of every timeline of the case. `anchors` are those that
/// somebody trusted for custody signed.
pub fn examine(
    view: &CaseView,
    context: &Context,
    anchors: &[Anchor],
    stamped: &stamps::Examined,
    book: &mut Book,
) -> Vec<Examined> {
    let times = &stamped.times;
    let mut examined = Vec::new();
    // Rows in archives are authenticated by the same keys as those in logs.
    let archives = view.case.items.iter().flat_map(|item| &item.timelines).any(|one| !one.parts.is_empty());
    let roster = Arc::new(Roster::new(if archives { context.authorities } else { &[] }));
    for (index, item) in view.case.items.iter().enumerate() {
        let path = item.path.as_str();
        for timeline in &item.timelines {
            WALK.iter().for_each(|walk| walk(path, timeline, book));
            let keys = |signer: &Signer| signer.keys.keys().copied().collect();
            let those: Vec<_> = timeline.signers.iter().map(|(who, signer)| (who, keys(signer))).collect();
            let proof = times.by_others(item, context.persons, &those);
            let complete = custody_completeness::examine(path, timeline, proof, book);
            let mut subject = Subject::new(SubjectKind::Timeline, timeline.head.map(|head| head.hash));
            subject.needs_voucher = false;
            subject.places.insert((view.index, path.to_owned()));
            tallied(timeline, &mut subject);
            if !complete {
                subject.held_by.insert(CheckId::CustodyCompleteness);
            }
            for assumption in timeline.format.assumptions() {
                integrity_recipe::assumed(path, timeline.format.name(), assumption, book);
                subject.held_by.insert(CheckId::IntegrityRecipe);
            }
            match custody_anchor::examine(path, timeline, anchors, book) {
                Some(Severity::Failed) => drop(subject.rejected_by.insert(CheckId::CustodyAnchor)),
                Some(_) => drop(subject.held_by.insert(CheckId::CustodyAnchor)),
                None => {}
            }
            // A stamp by nobody known says no less than none.
            for stamp in stamped.stamps.iter().filter(|stamp| stamp.item == index && !stamp.whole) {
                let failed = stamp.against.iter().filter(|(_, severity)| **severity == Severity::Failed);
                subject.rejected_by.extend(failed.map(|(check, _)| *check));
            }
            let archived = archives::examine(view, path, timeline, &roster, &mut subject, book);
            for one in &archived.walked {
                WALK.iter().for_each(|walk| walk(one.path, &one.timeline, book));
                custody_anchor::examine(one.path, &one.timeline, &[], book);
                tallied(&one.timeline, &mut subject);
                signers(context, one.path, &one.timeline, &mut subject, book);
                subject.places.insert((view.index, one.path.to_owned()));
                let stamps = one.timeline.stamps.rows.len() as u64 + one.timeline.stamps.left_out;
                if stamps > 0 {
                    custody_anchor::unasked(one.path, stamps, book);
                    subject.held_by.insert(CheckId::CustodyAnchor);
                }
            }
            if timeline.stamps.left_out > 0 {
                custody_anchor::unasked(path, timeline.stamps.left_out, book);
                subject.held_by.insert(CheckId::CustodyAnchor);
            }
            signers(context, path, timeline, &mut subject, book);
            if timeline.format == Format::AuthsKel {
                auths::root(view, context, index, &mut subject, book);
            }
            match exhibits(view, path, timeline, book) {
                Some(Severity::Failed) => drop(subject.rejected_by.insert(CheckId::CustodyRehash)),
                Some(_) => drop(subject.held_by.insert(CheckId::CustodyRehash)),
                None => {}
            }
            effects(context, path, timeline, &mut subject, book);
            records::provenance(view, path, timeline, &mut subject, book);
            let told = records::transcript(view, index, context, &mut subject, book);
            let fact = timeline.head.filter(|_| subject.rejected_by.is_empty()).map(|head| Fact::Chain {
                item: path.to_owned(),
                chain: chain::shown(&timeline.chain),
                count: timeline.count,
                head: head.hash,
                signers: timeline.signers.iter().map(|(who, signer)| (who.clone(), signer.events)).collect(),
                pinned: complete,
            });
            let mut facts = Vec::from_iter(fact);
            facts.extend(archived.answer.iter().map(|answer| peer(path, answer, &subject, book)));
            facts.extend(timeline.peers.iter().map(|answer| peer(path, answer, &subject, book)));
            facts.extend(commits(context, path, timeline));
            facts.extend(told);
            if std::ptr::eq(timeline, &item.timelines[0]) {
                facts.extend(auths::peer_of(view, context, index));
            }
            examined.push(Examined { subject, facts });
        }
    }
    examined
}

/// What a walk found speaks against what was walked.
fn tallied(timeline: &Timeline, subject: &mut Subject) {
    for (kind, tally) in &timeline.tallies {
        if tally.broken > 0 {
            subject.rejected_by.insert(chain::check_of(*kind));
        } else if tally.not_established > 0 {
            subject.held_by.insert(chain::check_of(*kind));
        }
    }
}

/// What the verifier of the system itself says, and a note where it accepts what
/// we reject.
fn peer(path: &str, answer: &Answer, subject: &Subject, book: &mut Book) -> Fact {
    if let (Some(check), "ok") = (subject.rejected_by.first(), answer.verdict()) {
        let detail = format!("{}'s own verifier accepts this", answer.system.name());
        book.note(Finding::new(Severity::Note, *check, detail).item(path));
    }
    Fact::Peer {
        item: path.to_owned(),
        system: answer.system.name(),
        command: match (answer.system, answer.archives) {
            (System::Signet, true) => "signet audit verify --including-archives",
            (System::Signet, false) => "signet audit verify",
            (System::Prx, _) => "verifySlsaDerivation of each row",
        },
        verdict: answer.verdict(),
        reasons: Vec::new(),
        why: answer.untold,
        entries: answer.entries,
        breaks: answer.broken,
        first: answer
            .breaks
            .first()
            .map(|one| (one.index, crate::path::escape(one.entry_id.as_bytes()), one.kind)),
        good: answer.good.clone(),
    }
}

/// Who may have had which effect, where policy says so.
fn effects(context: &Context, path: &str, timeline: &Timeline, subject: &mut Subject, book: &mut Book) {
    let Some(table) = &context.rules.effects else { return };
    for ((actor, effect), (rows, line)) in &timeline.guard.effects {
        let standing = table.ownership(actor.as_deref(), effect);
        if standing.is_allowed() {
            book.pass(CheckId::CustodyActor);
            continue;
        }
        book.find(custody_actor::orphan(actor.as_deref(), effect, standing, *line, *rows).item(path));
        subject.rejected_by.insert(CheckId::CustodyActor);
    }
}

/// What a ledger of prx comes to for each commit.
fn commits<'t>(
    context: &'t Context,
    path: &'t str,
    timeline: &'t Timeline,
) -> impl Iterator<Item = Fact> + 't {
    let table = context.rules.effects.as_deref();
    timeline.guard.commits.iter().map(move |(commit, one)| Fact::Commit {
        item: path.to_owned(),
        commit: commit.clone(),
        rows: one.rows,
        peer: one.peer(table).name(),
        strict: one.strict(table).name(),
    })
}

/// The rules that hold for every signature hold for those on events too.
fn signers(context: &Context, path: &str, timeline: &Timeline, subject: &mut Subject, book: &mut Book) {
    for (identity, signer) in &timeline.signers {
        let named = || context.authorities.iter().filter(|authority| authority.identity == *identity);
        for (id, used) in &signer.keys {
            // A key may be given several times, each time for another purpose:
            // the entry that lets it say most speaks for it.
            let entries = named().filter_map(|authority| Some((authority, authority.key(id)?)));
            let admitted =
                entries.map(|(authority, key)| signing::admit_event(context, authority, key, used.algorithm));
            let failed = |findings: &[Finding]| {
                findings.iter().filter(|finding| finding.severity == Severity::Failed).count()
            };
            let best = admitted.min_by_key(|(_, findings)| (failed(findings), findings.len()));
            let (passed, findings) =
                best.unwrap_or_else(|| (Vec::new(), vec![custody_actor::without_key(id)]));
            passed.into_iter().for_each(|check| book.pass(check));
            for finding in findings {
                match finding.severity {
                    Severity::Failed => subject.rejected_by.insert(finding.check),
                    _ => subject.held_by.insert(finding.check),
                };
                let at = format!("{} events of {identity}", used.events);
                book.find(finding.item(path).at(at));
            }
        }
        subject.standing.good.insert(identity.clone());
    }
}

/// What was collected, where it lies beside the timeline, must still be that.
/// Returns the worst that any of it says.
fn exhibits(view: &CaseView, path: &str, timeline: &Timeline, book: &mut Book) -> Option<Severity> {
    let mut worst = None;
    for (name, digest) in &timeline.exhibits {
        let name = crate::path::escape(name.as_bytes());
        for item in view.beneath(&name).iter().map(|found| found.item) {
            match item.digests.get(digest.algorithm()) {
                Some(found) if found != *digest => {
                    worst = Some(Severity::Failed);
                    custody_rehash::differs(path, &name, digest, &found, book);
                }
                Some(_) => custody_rehash::same(book),
                None => {
                    worst = worst.or(Some(Severity::NotEstablished));
                    custody_rehash::unmeasured(path, &name, digest, book);
                }
            }
        }
    }
    worst
}

/// Pins that name a chain which is not in the evidence.
pub fn pins_without_chain(
    evidence: &Evidence,
    pins: &[Pin],
    book: &mut Book,
    held_by: &mut BTreeSet<CheckId>,
) {
    for pin in pins {
        let mut timelines =
            evidence.cases.iter().flat_map(|case| &case.items).flat_map(|item| &item.timelines);
        if !timelines.any(|timeline| timeline.chain == pin.chain) {
            book.find(
                Finding::new(
                    Severity::NotEstablished,
                    custody_head::ABOUT.id,
                    "no timeline of that name is here",
                )
                .expected(format!(
                    "chain {} with head {}",
                    chain::shown(&pin.chain),
                    pin.head
                )),
            );
            held_by.insert(custody_head::ABOUT.id);
        }
    }
}

/// The first and last events of each chain, for display.
pub fn lines(view: &CaseView) -> Vec<TimelineLine> {
    let mut lines = Vec::new();
    for item in &view.case.items {
        for timeline in &item.timelines {
            for event in timeline.first.iter().chain(&timeline.last) {
                lines.push(TimelineLine {
                    item: item.path.as_str().to_owned(),
                    chain: chain::shown(&timeline.chain),
                    sequence: event.sequence,
                    event: crate::path::escape(event.kind.as_bytes()),
                    claimed: Some(event.at.to_string()),
                    actor: Some(crate::path::escape(event.actor.as_bytes())),
                });
            }
        }
    }
    lines
}
