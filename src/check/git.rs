//! Commits and tags: as files of their own, and in a repository from its refs back.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Identity, Purpose};
use crate::check::auths::Identities;
use crate::check::existence::{Existence, Times};
use crate::check::signing::{self, Context};
use crate::check::view::CaseView;
use crate::check::{git_history, git_object, signature_ssh, trust_known_signer};
use crate::claim::Claim;
use crate::digest::Digest;
use crate::evidence::{CaseFormat, Kind};
use crate::fact::{Fact, Means, Standing, Subject, SubjectKind};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::limits;
use crate::proof::detached::{DetachedError, SignedContent};
use crate::proof::git::object::parse_id;
use crate::proof::git::{ObjectKind, Repository, Signature, StoreError, Text};
use crate::proof::sshsig::{self, SshSignature};

/// One commit or tag after the examination.
pub struct Examined {
    /// As something that the report answers for.
    pub subject: Subject,
    /// What was established.
    pub facts: Vec<Fact>,
}

/// Examines the commits and tags of a case.
pub fn examine(view: &CaseView, context: &Context, times: &Times, book: &mut Book) -> Vec<Examined> {
    let mut examined = Vec::new();
    let identities = Identities::of(view);
    for (index, item) in view.case.items.iter().enumerate() {
        let Some(Claim::Git(text)) = view.claim(index) else { continue };
        let path = item.path.as_str();
        let existence = times.existence(context.rules.at, item, &[]);
        let mut one = {
            let raw = item.content.as_deref().unwrap_or_default();
            let object = Known { context, identities: &identities, raw, text, existence: &existence };
            judged(&object, path, None, book)
        };
        let name = item.path.file_name();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        match parse_id(stem) {
            Some(id) if id != text.id() => {
                one.subject.rejected_by.insert(CheckId::GitObject);
                book.find(git_object::named(stem, &text.id().hex()).item(path));
            }
            Some(_) => git_object::passed(book),
            None => book.skip(CheckId::GitObject, "the name of the file is no id"),
        }
        one.subject.places.insert((view.index, path.to_owned()));
        examined.push(one);
    }
    if view.case.format == CaseFormat::GitRepository {
        examined.extend(repository(view, context, &identities, book));
    }
    examined
}

/// One commit or tag, and what is known around it.
struct Known<'k> {
    context: &'k Context<'k>,
    identities: &'k Identities<'k>,
    /// The whole object.
    raw: &'k [u8],
    text: &'k Text,
    existence: &'k Existence,
}

/// What speaks for and against one commit or tag.
fn judged(known: &Known, item: &str, at: Option<&str>, book: &mut Book) -> Examined {
    let context = known.context;
    let mut subject = Subject::new(SubjectKind::GitObject, Some(known.text.id()));
    subject.needs_voucher = false;
    let (facts, doubts) = signer(known, item, &mut subject.standing, book);
    let mut standing = Standing::default();
    for finding in signing::weigh(context, doubts, &mut standing) {
        let finding = finding.item(item);
        book.find(match at {
            Some(at) => finding.at(at),
            None => finding,
        });
    }
    let good = subject.standing.good.iter().cloned();
    subject.vouched_by.extend(good.map(|identity| (identity, Means::Signature)));
    if subject.standing.good.is_empty() {
        subject.rejected_by.extend(&standing.failed);
        subject.held_by.extend(&standing.open);
        subject.held_by.extend(standing.held.values());
        if subject.rejected_by.is_empty() && subject.held_by.is_empty() {
            // Nobody stands behind it, whatever was said.
            subject.held_by.insert(CheckId::TrustKnownSigner);
        }
    }
    Examined { subject, facts }
}

type Doubt = (Option<Identity>, Finding);

/// Who signed it, and what speaks against that.
fn signer(known: &Known, item: &str, standing: &mut Standing, book: &mut Book) -> (Vec<Fact>, Vec<Doubt>) {
    let (facts, doubts) = by_key(known, item, standing, book);
    let Text::Commit(commit) = known.text else { return (facts, doubts) };
    if !facts.is_empty() {
        return (facts, doubts);
    }
    // Nobody whose key is in the trust store: perhaps the device of a pinned identity.
    let Known { context, identities, raw, existence, .. } = known;
    match identities.judge(context, item, raw, commit, existence, standing, book) {
        Some(found) => (found.facts, found.doubts),
        None => (facts, doubts),
    }
}

/// Who of the trust store signed it, and what speaks against that.
fn by_key(known: &Known, item: &str, standing: &mut Standing, book: &mut Book) -> (Vec<Fact>, Vec<Doubt>) {
    let Known { context, text, existence, .. } = known;
    let armor = match text.signature() {
        None => return (Vec::new(), vec![(None, trust_known_signer::nobody())]),
        Some(Signature::Ssh(armor)) => armor,
        Some(Signature::Pgp | Signature::Other) => {
            return (Vec::new(), vec![(None, signature_ssh::another_kind())]);
        }
    };
    let signature = match SshSignature::parse(armor.as_bytes()) {
        Ok(signature) => signature,
        Err(error) => return (Vec::new(), vec![(None, signature_ssh::malformed(&error))]),
    };
    let name = signature.key_unverified().fingerprint();
    let payload_type = sshsig::payload_type(sshsig::GIT);
    let (mut facts, mut doubts, mut wrong) = (Vec::new(), Vec::new(), None);
    let mut verified = false;
    for (authority, key) in context.keys().filter(|(_, key)| signature.brings(key)) {
        let content = SignedContent::Bytes(text.payload());
        let signed = match signature.signed_by(key, sshsig::GIT, content) {
            Ok(signed) => signed,
            Err(error) => {
                wrong = Some((authority.identity.clone(), error));
                continue;
            }
        };
        verified = true;
        let signing::Admitted { passed, findings, notes, coverage, time } = signing::admit_detached(
            context,
            authority,
            key,
            (signed.algorithm(), &payload_type),
            existence,
            Purpose::Attestation,
        );
        passed.into_iter().for_each(|check| book.pass(check));
        book.merge(coverage);
        notes.into_iter().for_each(|note| book.note(note.item(item)));
        if findings.is_empty() {
            standing.good.insert(authority.identity.clone());
            facts.push(Fact::Signed {
                item: item.to_owned(),
                signer: authority.identity.clone(),
                key: key.id.to_string(),
                algorithm: signed.algorithm().name(),
                payload_type: payload_type.clone(),
                payload: Digest::sha256(text.payload()),
                subjects: vec![text.id(), text.leads_to()],
                time,
            });
        } else {
            let held = findings.iter().all(|finding| finding.severity != Severity::Failed);
            let who = held.then(|| authority.identity.clone());
            doubts.extend(findings.into_iter().map(|finding| (who.clone(), finding)));
        }
    }
    if verified {
        signature_ssh::passed(book);
        trust_known_signer::passed(book);
        if !facts.is_empty() {
            doubts.clear();
        }
    } else if let Some((identity, error)) = wrong {
        doubts.push((None, signature_ssh::failed(&text.to_string(), &identity, &error)));
    } else {
        doubts.push((None, trust_known_signer::unknown(Some(&name))));
    }
    (facts, doubts)
}

/// A repository: what its refs stand at is what the report answers for.
fn repository(view: &CaseView, context: &Context, identities: &Identities, book: &mut Book) -> Vec<Examined> {
    let store = view.case.items.iter().filter(|item| item.kind == Kind::GitStore);
    let files: BTreeMap<&str, &[u8]> =
        store.filter_map(|item| Some((item.path.as_str(), item.content.as_deref()?))).collect();
    let broken = |finding: Finding, book: &mut Book| {
        let mut subject = Subject::new(SubjectKind::GitObject, None);
        subject.needs_voucher = false;
        subject.places.insert((view.index, "HEAD".to_owned()));
        match finding.severity {
            Severity::Failed => subject.rejected_by.insert(finding.check),
            _ => subject.held_by.insert(finding.check),
        };
        book.find(finding.item("HEAD"));
        vec![Examined { subject, facts: Vec::new() }]
    };
    let repository = match Repository::open(&files) {
        Ok(repository) => repository,
        Err(error) => return broken(git_object::failed(&error), book),
    };
    let mut tips: BTreeMap<Digest, Vec<&str>> = BTreeMap::new();
    for (name, id) in repository.refs() {
        tips.entry(*id).or_default().push(name);
    }
    if tips.is_empty() {
        return broken(git_history::empty(), book);
    }
    let mut walk =
        Walk { repository: &repository, context, seen: BTreeSet::new(), signed: Default::default() };
    let existence = Existence::unproven(context.rules.at);
    let mut examined = Vec::new();
    // What is wrong with a history is wrong with all that may rest on it.
    let (mut rejected, mut held) = (BTreeSet::new(), BTreeSet::new());
    for (id, names) in &tips {
        // Where the file of a ref is, else where all of them stand.
        let lies = |name: &&&str| view.at(name).is_some();
        let item = names.iter().find(lies).copied().unwrap_or("packed-refs");
        let at = names.join(", ");
        let mut one = match walk.text(id) {
            Ok(Some((text, raw))) => {
                let object = Known { context, identities, raw: &raw, text: &text, existence: &existence };
                judged(&object, item, Some(&at), book)
            }
            // A ref to a tree or to a file names something that nobody signs.
            Ok(None) => continue,
            Err(finding) => {
                walk.seen.insert(*id);
                let mut one = broken(finding.at(at.clone()), book).remove(0);
                one.subject.digest = Some(*id);
                one
            }
        };
        for finding in walk.back(*id, book) {
            match finding.severity {
                Severity::Failed => drop(rejected.insert(finding.check)),
                Severity::NotEstablished => drop(held.insert(finding.check)),
                Severity::Note => {}
            }
            book.find(finding.item(item).at(at.clone()));
        }
        one.subject.places = names
            .iter()
            .map(|name| (view.index, if view.at(name).is_some() { *name } else { "packed-refs" }.to_owned()))
            .collect();
        examined.push(one);
    }
    for one in &mut examined {
        one.subject.rejected_by.extend(&rejected);
        one.subject.held_by.extend(&held);
    }
    book.note(git_history::told(&walk.signed).item("HEAD"));
    examined
}

/// The way back from the refs, each object once.
struct Walk<'w> {
    repository: &'w Repository<'w>,
    context: &'w Context<'w>,
    seen: BTreeSet<Digest>,
    signed: git_history::Signed,
}

impl Walk<'_> {
    /// The commit or tag of that id; `None` for something else.
    fn text(&self, id: &Digest) -> Result<Option<(Text, Vec<u8>)>, Finding> {
        let object = match self.repository.read(id) {
            Ok(object) => object,
            Err(StoreError::Missing { id }) => return Err(git_history::missing(&id)),
            Err(error) => return Err(git_object::failed(&error)),
        };
        match object.kind {
            ObjectKind::Commit | ObjectKind::Tag => match Text::parse(&object.body) {
                Ok(text) if text.kind() == object.kind => Ok(Some((text, object.body))),
                Ok(_) => Err(git_object::shape(id, "another kind of object than its header says")),
                Err(error) => Err(git_object::shape(id, &error.to_string())),
            },
            ObjectKind::Tree | ObjectKind::Blob => Ok(None),
        }
    }

    /// Reads what is on the way back from `tip` and was not read before.
    fn back(&mut self, tip: Digest, book: &mut Book) -> Vec<Finding> {
        let (mut next, mut findings) = (vec![tip], Vec::new());
        while let Some(id) = next.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            if self.seen.len() > limits::GIT_WALK_MAX {
                findings.push(git_history::beyond(limits::GIT_WALK_MAX));
                return findings;
            }
            let text = match self.text(&id) {
                Ok(Some((text, _))) => text,
                Ok(None) => continue,
                Err(finding) => {
                    findings.push(finding);
                    continue;
                }
            };
            git_object::passed(book);
            findings.extend(self.count(&text));
            match &text {
                Text::Commit(commit) if !self.repository.is_cut_at(&id) => next.extend(&commit.parents),
                Text::Commit(_) => {}
                Text::Tag(tag) => next.push(tag.object),
            }
        }
        if findings.is_empty() {
            git_history::passed(book);
        }
        findings
    }

    /// Counts who signed it; a signature that names a trusted key and does not hold is
    /// told wherever it stands.
    fn count(&mut self, text: &Text) -> Option<Finding> {
        let signature = match text.signature() {
            None => {
                self.signed.nobody += 1;
                return None;
            }
            Some(Signature::Ssh(armor)) => SshSignature::parse(armor.as_bytes()).ok(),
            Some(_) => None,
        };
        let mut wrong: Option<(Identity, DetachedError)> = None;
        for (authority, key) in self.context.keys() {
            let Some(signature) = signature.as_ref().filter(|signature| signature.brings(key)) else {
                continue;
            };
            match signature.signed_by(key, sshsig::GIT, SignedContent::Bytes(text.payload())) {
                Ok(_) => {
                    self.signed.known += 1;
                    return None;
                }
                Err(error) => wrong = Some((authority.identity.clone(), error)),
            }
        }
        self.signed.others += 1;
        wrong.map(|(identity, error)| signature_ssh::failed(&text.to_string(), &identity, &error))
    }
}
