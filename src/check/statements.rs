//! Signed things of a case: each envelope examined, and what it says compared
//! with what lies beside it.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::container::Roll;
use crate::check::existence::{Existence, Times};
use crate::check::logs::Shown;
use crate::check::signing::{self, Content, Context, Load};
use crate::check::view::CaseView;
use crate::check::{
    entries, integrity_divergence, integrity_unlisted, sigstore, statement_claims, trust_known_signer,
};
use crate::custody::ledger::anchor::Anchor;
use crate::digest::{Algorithm, Digest};
use crate::evidence::Item;
use crate::fact::{Fact, Means, Named, Standing, Voucher};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::listing::{DIVERGENCE_TYPE, FileManifest};
use crate::proof::dsse::Envelope;
use crate::statement::layout::Metadata;
use crate::statement::slsa::{WantedBuild, WantedSummary};
use crate::statement::{Kind, Statement};
use crate::wire::json::Value;

use super::vouching::Signed;

/// A claim that the policy requires of statements of some predicate type: the
/// pointer into the predicate, and the values that will do.
pub type RequiredClaim = (String, BTreeSet<String>);

/// What is asked of statements.
pub struct Demands<'a> {
    /// Trust and rules.
    pub context: &'a Context<'a>,
    /// Required claims by predicate type.
    pub claims: &'a BTreeMap<String, Vec<RequiredClaim>>,
    /// What provenance must say of a build.
    pub provenance: &'a WantedBuild,
    /// What verification summaries must say.
    pub summary: &'a WantedSummary,
}

/// One envelope, and what follows from it for its case.
pub struct Examined<'v> {
    /// What it vouches for.
    pub signed: Signed,
    /// What was established.
    pub facts: Vec<Fact>,
    /// What was examined.
    pub book: Book,
    /// A signed list of files, compared with the files.
    pub roll: Option<Roll>,
    /// A signed anchor of a ledger.
    pub anchor: Option<Anchor>,
    /// Checks by which a list that claims to be closed is broken.
    pub broken_by: BTreeSet<CheckId>,
    /// A layout or link of in-toto, with the envelope that says so.
    pub said: Option<(&'v Envelope, Metadata)>,
    /// What logs showed in its entries.
    pub shown: Vec<Shown>,
}

impl Examined<'_> {
    /// One that says nothing of other files.
    pub fn of(signed: Signed, facts: Vec<Fact>, book: Book) -> Self {
        Examined {
            signed,
            facts,
            book,
            roll: None,
            anchor: None,
            broken_by: BTreeSet::new(),
            said: None,
            shown: Vec::new(),
        }
    }
}

/// Examines one envelope of `item`, which asks for so much in all.
#[allow(clippy::too_many_arguments, reason = "one envelope with everything that bears on it")]
pub fn examine<'v>(
    view: &CaseView,
    demands: &Demands,
    times: &Times,
    item: &Item,
    at: Option<&str>,
    envelope: &'v Envelope,
    load: Load,
    against: &[Finding],
) -> Examined<'v> {
    let parts: Vec<&[u8]> = envelope.signatures().iter().map(|signature| &signature.sig[..]).collect();
    let existence = times.existence(demands.context.rules.at, item, &parts);
    examine_with(view, demands, &existence, item, at, envelope, load, against)
}

/// The same where it is known what is proven of it, and what speaks against
/// whoever signed.
#[allow(clippy::too_many_arguments, reason = "one envelope with everything that bears on it")]
pub fn examine_with<'v>(
    view: &CaseView,
    demands: &Demands,
    existence: &Existence,
    item: &Item,
    at: Option<&str>,
    envelope: &'v Envelope,
    load: Load,
    against: &[Finding],
) -> Examined<'v> {
    let path = item.path.as_str();
    let outcome = super::guarded(|| {
        let mut one = signing::examine(demands.context, path, at, envelope, existence, load);
        sigstore::hold(against, path, at, &mut one.standing, &mut one.facts, &mut one.book);
        one
    });
    let Some(one) = outcome else { return broke(view, item) };
    let mut book = one.book;
    let mut malformed = BTreeSet::new();
    if one.content.is_none() {
        malformed.insert(CheckId::StatementShape);
    }
    let mut predicate_type = None;
    let mut claims = BTreeMap::new();
    let (mut roll, mut anchor) = (None, None);
    let mut broken_by = BTreeSet::new();
    match &one.content {
        Some(Content::Statement(statement)) => {
            predicate_type = Some(statement.predicate_type.clone());
            if !one.standing.good.is_empty() {
                claims = required(path, statement, demands, &mut book);
            }
        }
        Some(Content::Files(files)) if !one.standing.good.is_empty() => {
            let compared = compare(view, demands.context, item, files, &mut broken_by, &mut book);
            roll = Some(Roll { standing: Some(one.standing.clone()), ..compared });
        }
        Some(Content::Anchor(signed)) if !one.standing.good.is_empty() => anchor = Some(signed.clone()),
        _ => {}
    }
    let said = match one.content {
        Some(Content::InToto(said)) => Some((envelope, said)),
        _ => None,
    };
    let voucher = Voucher {
        case: view.index,
        item: path.to_owned(),
        means: one.means,
        purpose: one.purpose,
        names: one.names,
        standing: one.standing,
    };
    Examined {
        signed: Signed { voucher, digest: one.payload, spelt: one.spelt, malformed, predicate_type, claims },
        facts: one.facts,
        book,
        roll,
        anchor,
        broken_by,
        said,
        shown: Vec::new(),
    }
}

/// A statement or a list of ours without its envelope: a claim that nobody
/// signed.
pub fn unsigned(view: &CaseView, item: &Item, content: &Content) -> Examined<'static> {
    let mut book = Book::default();
    let path = item.path.as_str();
    book.find(trust_known_signer::nobody().item(path));
    let voucher = Voucher {
        case: view.index,
        item: path.to_owned(),
        means: content.means(),
        purpose: content.purpose(),
        names: content.names(&[]),
        standing: Standing { open: BTreeSet::from([CheckId::TrustKnownSigner]), ..Standing::default() },
    };
    let predicate_type = match content {
        Content::Statement(statement) => Some(statement.predicate_type.clone()),
        _ => None,
    };
    let digest = item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256");
    let (malformed, claims) = (BTreeSet::new(), BTreeMap::new());
    let signed = Signed { voucher, digest, spelt: None, malformed, predicate_type, claims };
    Examined::of(signed, Vec::new(), book)
}

/// The examination itself broke: nothing is established.
pub fn broke(view: &CaseView, item: &Item) -> Examined<'static> {
    let mut book = Book::default();
    book.find(super::tool_fault::broke("examining").item(item.path.as_str()));
    let standing = Standing { open: BTreeSet::from([CheckId::ToolFault]), ..Standing::default() };
    let digest = item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256");
    let voucher = Voucher {
        case: view.index,
        item: item.path.as_str().to_owned(),
        means: Means::Other,
        purpose: crate::anchor::Purpose::Attestation,
        names: Vec::new(),
        standing,
    };
    let signed = Signed::bytes(voucher, digest);
    Examined::of(signed, Vec::new(), book)
}

/// Which required claims a trusted statement fails or does not make.
fn required(
    path: &str,
    statement: &Statement,
    demands: &Demands,
    book: &mut Book,
) -> BTreeMap<CheckId, Severity> {
    let mut missed = BTreeMap::new();
    for (pointer, one_of) in demands.claims.get(&statement.predicate_type).into_iter().flatten() {
        let found = pointed(&statement.predicate, pointer).and_then(Value::as_str);
        if found.is_some_and(|found| one_of.contains(found)) {
            statement_claims::passed(book);
            continue;
        }
        let severity = if found.is_some() { Severity::Failed } else { Severity::NotEstablished };
        let worst = missed.entry(CheckId::StatementClaims).or_insert(severity);
        *worst = (*worst).min(severity);
        let expected = one_of.iter().cloned().collect::<Vec<_>>().join(" or ");
        let found = found.map(|text| crate::path::escape(text.as_bytes()));
        statement_claims::failed(path, pointer, &expected, found, book);
    }
    let answers = match statement.kind() {
        Kind::Provenance => demands.provenance.of(statement),
        Kind::SummaryPassed | Kind::SummaryOther => demands.summary.of(statement),
        _ => Vec::new(),
    };
    for answer in answers {
        if answer.holds {
            statement_claims::passed(book);
            continue;
        }
        let severity = if answer.found.is_some() { Severity::Failed } else { Severity::NotEstablished };
        let worst = missed.entry(CheckId::StatementClaims).or_insert(severity);
        *worst = (*worst).min(severity);
        let found = answer.found.map(|text| crate::path::escape(text.as_bytes()));
        statement_claims::failed(path, &answer.claim, &answer.wanted, found, book);
    }
    missed
}

/// RFC 6901.
fn pointed<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    let mut here = value;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        here = match here {
            Value::Array(values) => {
                values.get(name.parse::<usize>().ok().filter(|n| n.to_string() == name)?)?
            }
            _ => here.get(&name)?,
        };
    }
    Some(here)
}

/// Compares a signed list of files with the files beside it. A file may differ
/// where at least two distinct identities agreed to just that difference.
fn compare(
    view: &CaseView,
    context: &Context,
    item: &Item,
    files: &FileManifest,
    broken_by: &mut BTreeSet<CheckId>,
    book: &mut Book,
) -> Roll {
    let (list, base) = (item.path.as_str(), item.path.parent());
    let mut excused: BTreeMap<String, Digest> = BTreeMap::new();
    for divergence in &files.divergences {
        let listed =
            files.entries.iter().find(|entry| entry.path == divergence.path).map(|entry| entry.digest);
        let approvers = listed.map_or(0, |listed| {
            let bytes = divergence.approved_bytes(listed);
            context.distinct(&signing::approvers(context, DIVERGENCE_TYPE, &bytes, &divergence.approvals))
        });
        if integrity_divergence::examine(list, divergence, approvers, book) {
            excused.insert(entries::below(base, divergence.path.as_str()), divergence.actual);
        } else {
            broken_by.insert(CheckId::IntegrityDivergence);
        }
    }
    let compared = entries::compare(view, list, base, &files.entries, files.closed, &excused, book);
    if files.closed {
        let within = if base.is_empty() { String::new() } else { format!("{base}/") };
        let listed = compared.listed.iter().map(String::as_str).collect();
        if integrity_unlisted::examine(view, &within, &listed, &BTreeSet::new(), &[list], book).is_some() {
            broken_by.insert(CheckId::IntegrityUnlisted);
        }
        if !compared.missing.is_empty() {
            broken_by.insert(CheckId::IntegrityMissing);
        }
        broken_by.extend(compared.wrong.values());
        if !compared.repeated.is_empty() {
            broken_by.insert(CheckId::IntegrityRepeatedEntry);
        }
    }
    let mut names: Vec<Named> = Vec::new();
    for entry in &files.entries {
        let path = entries::below(base, entry.path.as_str());
        let mut digests = vec![entry.digest];
        digests.extend(excused.get(&path));
        names.push(Named { digests, name: None, path: Some(path) });
    }
    let index = view.at(list).expect("the list is an item of its case");
    Roll { item: index, means: Means::List, names, compared, standing: None }
}
