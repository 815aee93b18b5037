//! Who vouches for what.
//!
//! Every signed thing that names files is a voucher. A list or a manifest has
//! the standing of whoever signed it; what it names is vouched for through it.
//! Between cases only the digest in a signed statement travels.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::Persons;
use crate::check::entries::Compared;
use crate::check::view::CaseView;
use crate::check::{artifact_vouched, container, integrity_signed, signature_threshold, statement_subject};
use crate::digest::{Algorithm, Digest, Digests};
use crate::fact::{Means, Named, Standing, Subject, SubjectKind, Voucher};
use crate::finding::{Book, CheckId, Severity};

/// A signed thing before it is known what it vouches for.
#[derive(Debug)]
pub struct Signed {
    /// What it is.
    pub voucher: Voucher,
    /// What it hashes to: the payload, or the file with a detached signature.
    pub digest: Digest,
    /// Checks that its content failed.
    pub malformed: BTreeSet<CheckId>,
    /// The predicate type, where it is a statement.
    pub predicate_type: Option<String>,
    /// Required claims that it fails or does not make.
    pub claims: BTreeMap<CheckId, Severity>,
}

/// All that was learnt of the cases, as far as vouching needs it.
pub struct Vouching<'v, 'e> {
    /// The cases.
    pub views: &'v [CaseView<'e>],
    /// Each case as a container.
    pub containers: &'v [container::Examined],
    /// Signed things of all cases.
    pub signed: Vec<Signed>,
    /// Who is the same as whom.
    pub persons: &'v Persons,
    /// How many distinct persons are asked for.
    pub threshold: usize,
    /// Whether a closed container needs a signature.
    pub container_signed: bool,
    /// The kinds of words that approve.
    pub approving: BTreeSet<Means>,
}

/// Subjects, and what each case's book has to say about them.
pub struct Vouched {
    /// What the report answers for.
    pub subjects: Vec<Subject>,
    /// By case.
    pub books: Vec<Book>,
}

/// A voucher as it speaks about one thing.
struct Word<'a> {
    means: Means,
    standing: &'a Standing,
    predicate_type: Option<&'a str>,
    claims: &'a BTreeMap<CheckId, Severity>,
}

/// Which list speaks against a path, by which check, and how far.
type Objection = (usize, CheckId, Severity);

static NO_CLAIMS: BTreeMap<CheckId, Severity> = BTreeMap::new();

impl Vouching<'_, '_> {
    /// Goes through everything that someone may vouch for.
    pub fn settle(&self) -> Vouched {
        let mut books: Vec<Book> = self.views.iter().map(|_| Book::default()).collect();
        let by_digest = self.index();
        let mut subjects = Vec::new();
        // Lists and containers first: what they name has their standing.
        let mut lists: Vec<(usize, usize, Standing)> = Vec::new();
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for (case, examined) in self.containers.iter().enumerate() {
            let seal = examined.sealed.as_ref().map(|sealed| {
                let subject = self.container(case, sealed, &by_digest, &mut used, &mut books[case]);
                let standing = subject.standing.clone();
                subjects.push(subject);
                standing
            });
            for (number, roll) in examined.rolls.iter().enumerate() {
                let control = self.views[case].is_control(roll.item);
                let standing = match (&seal, &roll.standing) {
                    (Some(standing), _) if control => standing.clone(),
                    (_, Some(standing)) => standing.clone(),
                    _ => {
                        let item = self.views[case].item(roll.item);
                        self.standing_of(&item.digests, &by_digest, &mut used)
                    }
                };
                lists.push((case, number, standing));
            }
        }
        self.artifacts(&lists, &by_digest, &mut used, &mut subjects, &mut books);
        self.attestations(&used, &mut subjects, &mut books);
        Vouched { subjects, books }
    }

    /// How many distinct persons vouch for it by a word that approves.
    pub fn vouchers(&self, subject: &Subject) -> usize {
        self.persons.distinct(&subject.approved_by(&self.approving)).len()
    }

    /// Signed things by every strong digest that they name.
    fn index(&self) -> BTreeMap<Digest, Vec<usize>> {
        let mut by_digest: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        for (number, signed) in self.signed.iter().enumerate() {
            let digests = signed.voucher.names.iter().flat_map(|named| &named.digests);
            for digest in digests.filter(|digest| digest.algorithm().is_strong()) {
                by_digest.entry(*digest).or_default().push(number);
            }
        }
        by_digest
    }

    /// Everyone who signed something that names these digests.
    fn standing_of(
        &self,
        digests: &Digests,
        by_digest: &BTreeMap<Digest, Vec<usize>>,
        used: &mut BTreeSet<usize>,
    ) -> Standing {
        let mut standing = Standing::default();
        for digest in digests.iter() {
            for number in by_digest.get(&digest).into_iter().flatten() {
                used.insert(*number);
                standing.merge(&self.signed[*number].voucher.standing);
            }
        }
        standing
    }

    fn container(
        &self,
        case: usize,
        sealed: &container::Sealed,
        by_digest: &BTreeMap<Digest, Vec<usize>>,
        used: &mut BTreeSet<usize>,
        book: &mut Book,
    ) -> Subject {
        let mut subject = Subject::new(SubjectKind::Container, Some(sealed.root));
        for (number, signed) in self.signed.iter().enumerate() {
            let own = signed.voucher.case == case
                && sealed
                    .signature
                    .is_some_and(|item| self.views[case].item(item).path.as_str() == signed.voucher.item);
            let names = sealed
                .names
                .iter()
                .any(|digest| by_digest.get(digest).is_some_and(|by| by.contains(&number)));
            if own || names {
                used.insert(number);
                subject.hear(signed.voucher.means_for_container(), &signed.voucher.standing);
            }
        }
        subject.places.insert((case, String::new()));
        subject.held_by.clone_from(&sealed.held_by);
        subject.needs_voucher = self.container_signed;
        let distinct = self.vouchers(&subject);
        let name = sealed.signature.map_or("", |item| self.views[case].item(item).path.as_str());
        if self.container_signed {
            integrity_signed::examine(name, &subject.standing, self.threshold, distinct, book);
        } else {
            book.skip(CheckId::IntegritySigned, "the policy asks for no signature");
        }
        subject
    }

    fn artifacts(
        &self,
        lists: &[(usize, usize, Standing)],
        by_digest: &BTreeMap<Digest, Vec<usize>>,
        used: &mut BTreeSet<usize>,
        subjects: &mut Vec<Subject>,
        books: &mut [Book],
    ) {
        // What lists name by a strong digest, and what they say of paths.
        let mut listed: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        let mut paths: BTreeMap<(usize, &str), Vec<Objection>> = BTreeMap::new();
        for (number, (case, roll, _)) in lists.iter().enumerate() {
            let roll = &self.containers[*case].rolls[*roll];
            for named in &roll.names {
                for digest in named.digests.iter().filter(|digest| digest.algorithm().is_strong()) {
                    listed.entry(*digest).or_default().push(number);
                }
            }
            let Compared { wrong, repeated, unmeasured, .. } = &roll.compared;
            let wrong = wrong.iter().map(|(path, check)| (path, *check, Severity::Failed));
            let repeated =
                repeated.iter().map(|path| (path, CheckId::IntegrityRepeatedEntry, Severity::Failed));
            let unmeasured =
                unmeasured.iter().map(|path| (path, CheckId::IntegrityDigest, Severity::NotEstablished));
            for (path, check, severity) in wrong.chain(repeated).chain(unmeasured) {
                paths.entry((*case, path)).or_default().push((number, check, severity));
            }
        }
        let names = self.names_used();
        let at_hand: BTreeSet<Digest> = match names.is_empty() {
            true => BTreeSet::new(),
            false => self.measured(),
        };
        let mut by_content: BTreeMap<Digest, usize> = BTreeMap::new();
        for view in self.views {
            for (_, item) in
                view.case.items.iter().enumerate().filter(|(index, _)| view.needs_voucher(*index))
            {
                let path = item.path.as_str();
                let digest =
                    item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256");
                let mut words: Vec<Word> = Vec::new();
                let mut disputed: Vec<(&Signed, Digest)> = Vec::new();
                for measured in item.digests.iter().filter(|digest| digest.algorithm().is_strong()) {
                    for number in by_digest.get(&measured).into_iter().flatten() {
                        used.insert(*number);
                        let signed = &self.signed[*number];
                        match signed.disagreeing(&measured, &item.digests) {
                            None => words.push(signed.word()),
                            Some(other) if !signed.voucher.standing.good.is_empty() => {
                                disputed.push((signed, other))
                            }
                            Some(_) => {}
                        }
                    }
                    for number in listed.get(&measured).into_iter().flatten() {
                        let (case, roll, standing) = &lists[*number];
                        let means = self.containers[*case].rolls[*roll].means;
                        words.push(Word { means, standing, predicate_type: None, claims: &NO_CLAIMS });
                    }
                }
                let book = &mut books[view.index];
                let mut subject = Subject::new(SubjectKind::Artifact, Some(digest));
                for word in &words {
                    subject.hear(word.means, word.standing);
                    subject.predicate_types.extend(word.good_type());
                    subject.claims_from(word.predicate_type, word.claims, !word.standing.good.is_empty());
                }
                // A list that someone stands behind and that says otherwise of
                // this very path rejects it; one that nobody signed only counts
                // where nobody vouches.
                for (number, check, severity) in paths.get(&(view.index, path)).into_iter().flatten() {
                    let signed = !lists[*number].2.good.is_empty();
                    match severity {
                        Severity::Failed => subject.contradicted(*check, signed),
                        // Not measured is not otherwise.
                        _ if signed => drop(subject.held_by.insert(*check)),
                        _ => {}
                    }
                }
                for (signed, other) in disputed {
                    let vouched = !subject.standing.good.is_empty();
                    let severity = if vouched { Severity::Note } else { Severity::Failed };
                    let found = item.digests.get(other.algorithm()).expect("it was compared");
                    statement_subject::mismatched(
                        &signed.voucher.item,
                        path,
                        &[other],
                        &found,
                        severity,
                        book,
                    );
                    subject.contradicted(CheckId::StatementSubject, false);
                }
                self.mismatches((view.index, path), &digest, &names, &at_hand, &mut subject, book);
                subject.places.insert((view.index, path.to_owned()));
                match by_content.get(&digest) {
                    None => {
                        by_content.insert(digest, subjects.len());
                        subject.digests.merge(&item.digests);
                        subjects.push(subject);
                    }
                    Some(first) => subjects[*first].join(subject),
                }
            }
        }
        for subject in subjects.iter().filter(|subject| subject.kind == SubjectKind::Artifact) {
            let digest = subject.digest.expect("an artifact was measured");
            let distinct = self.vouchers(subject);
            for (case, path) in &subject.places {
                let book = &mut books[*case];
                signature_threshold::examine(path, distinct, self.threshold, distinct > 0, book);
                if distinct > 0 {
                    artifact_vouched::passed(book);
                } else {
                    let failed = !subject.standing.failed.is_empty();
                    let severity = if failed { Severity::Failed } else { Severity::NotEstablished };
                    artifact_vouched::open(path, &digest, severity, book);
                }
            }
        }
    }

    /// Files that trusted statements of a case name, by file name.
    fn names_used(&self) -> BTreeMap<(usize, &str), Vec<(&Signed, &Named)>> {
        let mut names: BTreeMap<(usize, &str), Vec<(&Signed, &Named)>> = BTreeMap::new();
        for signed in self.signed.iter().filter(|signed| !signed.voucher.standing.good.is_empty()) {
            for named in &signed.voucher.names {
                // A path in a list was compared already.
                if let (Some(name), None) = (&named.name, &named.path) {
                    let file = name.rsplit('/').next().unwrap_or(name);
                    names.entry((signed.voucher.case, file)).or_default().push((signed, named));
                }
            }
        }
        names
    }

    /// Every digest that was measured of anything.
    fn measured(&self) -> BTreeSet<Digest> {
        let items = self.views.iter().flat_map(|view| &view.case.items);
        items.flat_map(|item| item.digests.iter().collect::<Vec<_>>()).collect()
    }

    /// A file that has the name that a trusted statement uses, where nothing at
    /// hand has the digest: whoever looks for that file finds another one.
    fn mismatches(
        &self,
        (case, path): (usize, &str),
        digest: &Digest,
        names: &BTreeMap<(usize, &str), Vec<(&Signed, &Named)>>,
        at_hand: &BTreeSet<Digest>,
        subject: &mut Subject,
        book: &mut Book,
    ) {
        let file = path.rsplit('/').next().unwrap_or(path);
        for (signed, named) in names.get(&(case, file)).into_iter().flatten() {
            let strong: Vec<Digest> =
                named.digests.iter().copied().filter(|digest| digest.algorithm().is_strong()).collect();
            if strong.is_empty() || strong.iter().any(|digest| at_hand.contains(digest)) {
                continue;
            }
            let severity = if self.vouchers(subject) > 0 { Severity::Note } else { Severity::Failed };
            statement_subject::mismatched(&signed.voucher.item, path, &strong, digest, severity, book);
            subject.contradicted(CheckId::StatementSubject, false);
        }
    }

    /// Something that was asked for by digest and is not at hand: whoever names
    /// that digest vouches for it, if it is one that pins anything.
    pub fn absent(&self, digest: &Digest) -> Subject {
        let mut subject = Subject::new(SubjectKind::Artifact, Some(*digest));
        for signed in self.signed.iter().filter(|_| digest.algorithm().is_strong()) {
            if signed.voucher.names.iter().any(|named| named.digests.contains(digest)) {
                subject.hear(signed.voucher.means, &signed.voucher.standing);
                subject.predicate_types.extend(signed.word().good_type());
                let good = !signed.voucher.standing.good.is_empty();
                subject.claims_from(signed.predicate_type.as_deref(), &signed.claims, good);
            }
        }
        subject
    }

    /// Signed things whose artifacts are not at hand are themselves what is
    /// asked about.
    fn attestations(&self, used: &BTreeSet<usize>, subjects: &mut Vec<Subject>, books: &mut [Book]) {
        for (number, signed) in self.signed.iter().enumerate() {
            let book = &mut books[signed.voucher.case];
            if used.contains(&number) {
                statement_subject::matched(book);
                continue;
            }
            statement_subject::absent(book);
            let weak = !signed.voucher.names.is_empty()
                && signed
                    .voucher
                    .names
                    .iter()
                    .all(|named| named.digests.iter().all(|d| !d.algorithm().is_strong()));
            if weak {
                statement_subject::weak(&signed.voucher.item, book);
            }
            let mut subject = Subject::new(SubjectKind::Attestation, Some(signed.digest));
            subject.hear(Means::Signature, &signed.voucher.standing);
            subject.rejected_by.clone_from(&signed.malformed);
            if weak {
                subject.held_by.insert(CheckId::StatementSubject);
            }
            subject.claims_from(
                signed.predicate_type.as_deref(),
                &signed.claims,
                !signed.voucher.standing.good.is_empty(),
            );
            subject.places.insert((signed.voucher.case, signed.voucher.item.clone()));
            let distinct = self.persons.distinct(&subject.standing.good).len();
            signature_threshold::examine(&signed.voucher.item, distinct, self.threshold, distinct > 0, book);
            subjects.push(subject);
        }
    }
}

impl Signed {
    /// The digest by which whatever names `measured` names another file than
    /// the one that has these digests, where it does so in every place.
    fn disagreeing(&self, measured: &Digest, digests: &Digests) -> Option<Digest> {
        let mut other = None;
        for named in self.voucher.names.iter().filter(|named| named.digests.contains(measured)) {
            // A list of files was compared already, and may allow alternatives.
            let strong = named.digests.iter().filter(|d| d.algorithm().is_strong() && named.path.is_none());
            let wrong = |d: &&Digest| digests.get(d.algorithm()).is_some_and(|found| found != **d);
            other = Some(*strong.clone().find(wrong)?);
        }
        other
    }

    fn word(&self) -> Word<'_> {
        Word {
            means: self.voucher.means,
            standing: &self.voucher.standing,
            predicate_type: self.predicate_type.as_deref(),
            claims: &self.claims,
        }
    }
}

impl Word<'_> {
    /// The predicate type, where someone good stands behind the word.
    fn good_type(&self) -> Option<String> {
        self.predicate_type.filter(|_| !self.standing.good.is_empty()).map(str::to_owned)
    }
}

impl Voucher {
    /// A plain statement about a root says as much as a manifest does.
    fn means_for_container(&self) -> Means {
        match self.means {
            Means::Other => Means::Other,
            _ => Means::Manifest,
        }
    }
}
