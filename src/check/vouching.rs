//! Who vouches for what.
//!
//! Every signed thing that names files is a voucher. A list or a manifest has
//! the standing of whoever signed it as such; what it names is vouched for
//! through it. Within a closed container that is whoever covers it
//! ([`crate::check::coverage`]). Between cases only the digest in a signed
//! statement travels.

use std::collections::{BTreeMap, BTreeSet};

use crate::anchor::{Persons, Purpose};
use crate::check::container::{self, Roll, Sealed};
use crate::check::coverage::{self, Coverage};
use crate::check::entries::Compared;
use crate::check::view::CaseView;
use crate::check::{artifact_vouched, integrity_signed, signature_threshold, statement_subject};
use crate::digest::{Algorithm, Digest, Digests};
use crate::evidence::{CaseFormat, Item, Kind};
use crate::fact::{Fact, Means, Standing, Subject, SubjectKind, Voucher};
use crate::finding::{Book, CheckId, Severity};

/// A signed thing before it is known what it vouches for.
#[derive(Debug)]
pub struct Signed {
    /// What it is.
    pub voucher: Voucher,
    /// What it hashes to: the payload, or the file with a detached signature.
    pub digest: Digest,
    /// The payload in canonical form, where that may be a manifest.
    pub spelt: Option<Digest>,
    /// Checks that its content failed.
    pub malformed: BTreeSet<CheckId>,
    /// The predicate type, where it is a statement.
    pub predicate_type: Option<String>,
    /// Required claims that it fails or does not make.
    pub claims: BTreeMap<CheckId, Severity>,
}

impl Signed {
    /// One whose content is nothing more than bytes.
    pub fn bytes(voucher: Voucher, digest: Digest) -> Signed {
        Signed {
            voucher,
            digest,
            spelt: None,
            malformed: BTreeSet::new(),
            predicate_type: None,
            claims: BTreeMap::new(),
        }
    }
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
    /// Files by digest for which nobody needs to vouch, because something else
    /// is asked of them.
    pub covered: BTreeSet<Digest>,
}

/// Subjects, and what each case's book has to say about them.
#[derive(Default)]
pub struct Vouched {
    /// What the report answers for.
    pub subjects: Vec<Subject>,
    /// By case.
    pub books: Vec<Book>,
    /// Checks by which each case is broken as a container.
    pub broken: Vec<BTreeSet<CheckId>>,
    /// What was established, by case.
    pub facts: Vec<Vec<Fact>>,
}

/// A list, and who stands behind it as a list.
struct List<'v> {
    case: usize,
    roll: &'v Roll,
    standing: Standing,
    /// Claims that good statements about the list miss.
    claims: BTreeMap<CheckId, Severity>,
    /// Whether it speaks of the files beside it alone.
    confined: bool,
}

/// One content, and everywhere it lies.
struct Content<'e> {
    digest: Digest,
    digests: Digests,
    places: Vec<(usize, &'e Item)>,
}

/// By signed thing and digest, all digests that it gives to what has that one.
type Spellings<'v> = BTreeMap<(usize, Digest), BTreeSet<&'v [Digest]>>;

/// By case and file name, the signed things that use the name for a digest that
/// nothing at hand has.
type Astray<'v> = BTreeMap<(usize, &'v str), BTreeMap<usize, Strayed>>;

/// What a signed thing calls by some name, where nothing at hand is that.
struct Strayed {
    /// The digests of the first.
    first: Vec<Digest>,
    /// How many it calls so in all.
    count: usize,
}

/// Which list speaks against a path, by which check, and how far.
type Objection = (usize, CheckId, Severity);

impl Vouching<'_, '_> {
    /// Goes through everything that someone may vouch for.
    pub fn settle(&self) -> Vouched {
        let mut vouched = Vouched {
            subjects: Vec::new(),
            books: self.views.iter().map(|_| Book::default()).collect(),
            broken: self.views.iter().map(|_| BTreeSet::new()).collect(),
            facts: self.views.iter().map(|_| Vec::new()).collect(),
        };
        let by_digest = self.index();
        // Lists and containers first: what they name has their standing.
        let mut lists: Vec<List> = Vec::new();
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for (case, examined) in self.containers.iter().enumerate() {
            let coverage = examined.sealed.as_ref().map(|sealed| {
                let (view, signed) = (&self.views[case], &self.signed);
                let coverage = Coverage::of(view, examined, sealed, signed, &by_digest, &self.approving);
                self.container(case, sealed, &coverage, &mut vouched);
                used.extend(&coverage.about);
                coverage
            });
            for roll in &examined.rolls {
                lists.push(self.list(case, roll, coverage.as_ref(), &by_digest, &mut used));
            }
        }
        self.artifacts(&lists, &by_digest, &mut used, &mut vouched);
        self.attestations(&used, &mut vouched.subjects, &mut vouched.books);
        vouched
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
                let numbers = by_digest.entry(*digest).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
        }
        by_digest
    }

    /// What each signed thing gives a file besides a digest by which it names
    /// it. A list of files was compared already, and may allow alternatives.
    fn spellings(&self) -> Spellings<'_> {
        let mut spellings = Spellings::new();
        for (number, signed) in self.signed.iter().enumerate() {
            for named in signed.voucher.names.iter().filter(|named| named.path.is_none()) {
                for digest in named.digests.iter().filter(|digest| digest.algorithm().is_strong()) {
                    spellings.entry((number, *digest)).or_default().insert(&named.digests);
                }
            }
        }
        spellings
    }

    /// A list with everyone whose word about it is one about what it lists.
    fn list<'v>(
        &'v self,
        case: usize,
        roll: &'v Roll,
        coverage: Option<&Coverage>,
        by_digest: &BTreeMap<Digest, Vec<usize>>,
        used: &mut BTreeSet<usize>,
    ) -> List<'v> {
        let view = &self.views[case];
        let of_kit = view.item(roll.item).kind == Kind::KitManifest;
        let mut list = List {
            case,
            roll,
            standing: Standing::default(),
            claims: BTreeMap::new(),
            // A kit says what belongs to it, and that is all it says.
            confined: of_kit,
        };
        match (&roll.standing, coverage) {
            (Some(standing), _) => list.standing.clone_from(standing),
            (None, Some(coverage)) if view.is_control(roll.item) => {
                coverage.words(roll.item).for_each(|word| list.hear(&self.signed[word]));
            }
            _ => {
                for digest in view.item(roll.item).digests.iter() {
                    for number in by_digest.get(&digest).into_iter().flatten() {
                        used.insert(*number);
                        let Voucher { means, purpose, .. } = &self.signed[*number].voucher;
                        if *purpose == Purpose::Attestation && !of_kit && means.passes_on(&self.approving) {
                            list.hear(&self.signed[*number]);
                        }
                    }
                }
            }
        }
        list
    }

    fn container(&self, case: usize, sealed: &Sealed, coverage: &Coverage, vouched: &mut Vouched) {
        let (view, examined) = (&self.views[case], &self.containers[case]);
        let sealers = coverage.sealers(view, examined, sealed, &self.signed);
        let book = &mut vouched.books[case];
        let mut held_by = sealed.held_by.clone();
        // A bag was compared with each of its payload manifests.
        if view.case.format != CaseFormat::Bag {
            held_by.extend(coverage::unlisted(view, examined, sealed, &sealers.trusted, book));
            let failed = |check: &CheckId| book.coverage.get(check).is_some_and(|found| found.failed > 0);
            vouched.broken[case].extend(Some(CheckId::IntegrityUnlisted).filter(failed));
        }
        // The root is what was signed, not what somebody put beside it.
        let (root, item) = sealed.root;
        let signed = sealers.trusted.is_empty() || sealers.trusted.contains(&item);
        let first = sealers.trusted.first().filter(|_| !signed).map(|item| view.item(*item));
        let digest = first.and_then(|item| item.digests.get(Algorithm::Sha256)).unwrap_or(root);
        vouched.facts[case].extend(sealed.rooted.clone().filter(|_| signed));

        let mut subject = Subject::new(SubjectKind::Container, Some(digest));
        let name = sealed.signature.map_or("", |item| view.item(item).path.as_str());
        let words: BTreeSet<usize> = coverage.by_item.values().flatten().copied().collect();
        for number in words {
            let voucher = &self.signed[number].voucher;
            // Only those count whose word reaches everything.
            let mut standing = voucher.standing.clone();
            standing.good.retain(|identity| sealers.whole.contains(identity));
            subject.hear(Means::Manifest, &standing);
        }
        for number in &coverage.about {
            let Voucher { case: of, item, standing, .. } = &self.signed[*number].voucher;
            if *of == case && item == name {
                subject.standing.merge(&Standing { good: BTreeSet::new(), ..standing.clone() });
            }
        }
        subject.places.insert((case, String::new()));
        subject.held_by = held_by;
        subject.needs_voucher = self.container_signed;
        let distinct = self.vouchers(&subject);
        if self.container_signed {
            integrity_signed::examine(name, &subject.standing, self.threshold, distinct, book);
        } else {
            book.skip(CheckId::IntegritySigned, "the policy asks for no signature");
        }
        vouched.subjects.push(subject);
    }

    /// Every content for which somebody must vouch somewhere, in the order of the evidence.
    fn contents(&self) -> Vec<Content<'_>> {
        let mut contents: Vec<Content> = Vec::new();
        let mut by_digest: BTreeMap<Digest, usize> = BTreeMap::new();
        for view in self.views {
            let items = view.case.items.iter().enumerate();
            for (_, item) in items.filter(|(index, _)| view.needs_voucher(*index)) {
                let digest =
                    item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256");
                if self.covered.contains(&digest) {
                    continue;
                }
                let at = *by_digest.entry(digest).or_insert(contents.len());
                if at == contents.len() {
                    contents.push(Content { digest, digests: Digests::default(), places: Vec::new() });
                }
                contents[at].digests.merge(&item.digests);
                contents[at].places.push((view.index, item));
            }
        }
        contents
    }

    fn artifacts(
        &self,
        lists: &[List],
        by_digest: &BTreeMap<Digest, Vec<usize>>,
        used: &mut BTreeSet<usize>,
        vouched: &mut Vouched,
    ) {
        // What lists name by a strong digest, and what they say of paths.
        let mut listed: BTreeMap<Digest, BTreeSet<usize>> = BTreeMap::new();
        let mut paths: BTreeMap<(usize, &str), Vec<Objection>> = BTreeMap::new();
        let mut answered: BTreeSet<(usize, &str)> = BTreeSet::new();
        for (number, List { case, roll, .. }) in lists.iter().enumerate() {
            for named in &roll.names {
                for digest in named.digests.iter().filter(|digest| digest.algorithm().is_strong()) {
                    listed.entry(*digest).or_default().insert(number);
                }
            }
            let Compared { wrong, repeated, unmeasured, .. } = &roll.compared;
            let wrong = wrong.iter().map(|(path, check)| (path, *check, Severity::Failed));
            let repeated =
                repeated.iter().map(|path| (path, CheckId::IntegrityRepeatedEntry, Severity::Failed));
            let unmeasured =
                unmeasured.iter().map(|path| (path, CheckId::IntegrityDigest, Severity::NotEstablished));
            for (path, check, severity) in wrong.chain(repeated).chain(unmeasured) {
                for found in self.views[*case].beneath(path) {
                    let at = (found.case, found.item.path.as_str());
                    paths.entry(at).or_default().push((number, check, severity));
                }
            }
        }
        let (spellings, astray) = (self.spellings(), self.astray());
        for Content { digest, digests, places } in self.contents() {
            let mut subject = Subject::new(SubjectKind::Artifact, Some(digest));
            let mut disputed: Vec<(&Signed, Digest)> = Vec::new();
            let strong = || digests.iter().filter(|digest| digest.algorithm().is_strong());
            let mut words: BTreeSet<usize> = BTreeSet::new();
            for measured in strong() {
                for number in by_digest.get(&measured).into_iter().flatten() {
                    used.insert(*number);
                    let signed = &self.signed[*number];
                    match spellings.get(&(*number, measured)).and_then(|them| disagreeing(them, &digests)) {
                        None => drop(words.insert(*number)),
                        Some(other) if !signed.voucher.standing.good.is_empty() => {
                            disputed.push((signed, other))
                        }
                        Some(_) => {}
                    }
                }
            }
            for signed in words.iter().map(|number| &self.signed[*number]).filter(|one| one.is_of_files()) {
                signed.speak(&mut subject);
            }
            let naming: BTreeSet<usize> =
                strong().filter_map(|measured| listed.get(&measured)).flatten().copied().collect();
            for list in naming.iter().map(|number| &lists[*number]) {
                if !list.confined || places.iter().all(|(case, _)| *case == list.case) {
                    subject.hear(list.roll.means, &list.standing);
                    if !list.standing.good.is_empty() {
                        let path = self.views[list.case].item(list.roll.item).path.as_str();
                        subject.attestations.insert((list.case, path.to_owned()));
                    }
                    subject.claims_from(&list.claims);
                }
            }
            for (case, item) in &places {
                let path = item.path.as_str();
                object(&mut subject, lists, paths.get(&(*case, path)).into_iter().flatten());
                answered.insert((*case, path));
            }
            for (case, item) in &places {
                let (path, book) = (item.path.as_str(), &mut vouched.books[*case]);
                for (signed, other) in &disputed {
                    let good = !subject.standing.good.is_empty();
                    let severity = if good { Severity::Note } else { Severity::Failed };
                    let found = digests.get(other.algorithm()).expect("it was compared");
                    statement_subject::mismatched(
                        &signed.voucher.item,
                        path,
                        &[*other],
                        0,
                        &found,
                        severity,
                        book,
                    );
                    subject.contradicted(CheckId::StatementSubject, false);
                }
                self.mismatches((*case, path), &digest, &astray, &mut subject, book);
                subject.places.insert((*case, path.to_owned()));
            }
            let distinct = self.vouchers(&subject);
            for (case, path) in &subject.places {
                let book = &mut vouched.books[*case];
                signature_threshold::examine(path, distinct, self.threshold, distinct > 0, book);
                if distinct > 0 {
                    artifact_vouched::passed(book);
                } else {
                    let failed = !subject.standing.failed.is_empty();
                    let severity = if failed { Severity::Failed } else { Severity::NotEstablished };
                    artifact_vouched::open(path, &digest, severity, book);
                }
            }
            subject.digests = digests;
            vouched.subjects.push(subject);
        }
        // Nobody need vouch for a signature or for what systems leave behind; but
        // if somebody did, it has to be that.
        for ((case, path), objections) in paths.into_iter().filter(|(at, _)| !answered.contains(at)) {
            let view = &self.views[case];
            let item = view.item(view.at(path).expect("an objection is to something that lies there"));
            // A container that is not as it says of itself is broken as a whole.
            let own = |list: &List| list.case == case && view.is_closed() && view.is_control(list.roll.item);
            let objections = objections.iter().filter(|(number, ..)| !own(&lists[*number]));
            let mut subject = Subject::new(SubjectKind::Artifact, item.digests.get(Algorithm::Sha256));
            object(&mut subject, lists, objections);
            if !subject.rejected_by.is_empty() || !subject.held_by.is_empty() {
                subject.needs_voucher = false;
                subject.digests.clone_from(&item.digests);
                subject.places.insert((case, path.to_owned()));
                vouched.subjects.push(subject);
            }
        }
    }

    /// Files that trusted statements of a case name, and that are not at hand.
    fn astray(&self) -> Astray<'_> {
        let mut astray = Astray::new();
        let items = self.views.iter().flat_map(|view| &view.case.items);
        let mut at_hand: Option<BTreeSet<Digest>> = None;
        for (number, signed) in self.signed.iter().enumerate() {
            if signed.voucher.standing.good.is_empty() {
                continue;
            }
            for named in &signed.voucher.names {
                // A path in a list was compared already.
                let (Some(name), None) = (&named.name, &named.path) else { continue };
                let strong = named.digests.iter().copied().filter(|digest| digest.algorithm().is_strong());
                let strong: Vec<Digest> = strong.collect();
                let at_hand = at_hand.get_or_insert_with(|| {
                    items.clone().flat_map(|item| item.digests.iter().collect::<Vec<_>>()).collect()
                });
                if strong.is_empty() || strong.iter().any(|digest| at_hand.contains(digest)) {
                    continue;
                }
                let file = name.rsplit('/').next().unwrap_or(name);
                let by = astray.entry((signed.voucher.case, file)).or_default();
                by.entry(number).or_insert(Strayed { first: strong, count: 0 }).count += 1;
            }
        }
        astray
    }

    /// A file that has the name that a trusted statement uses, where nothing at
    /// hand has the digest: whoever looks for that file finds another one.
    fn mismatches(
        &self,
        (case, path): (usize, &str),
        digest: &Digest,
        astray: &Astray,
        subject: &mut Subject,
        book: &mut Book,
    ) {
        let file = path.rsplit('/').next().unwrap_or(path);
        for (number, Strayed { first, count }) in astray.get(&(case, file)).into_iter().flatten() {
            let item = &self.signed[*number].voucher.item;
            let severity = if self.vouchers(subject) > 0 { Severity::Note } else { Severity::Failed };
            statement_subject::mismatched(item, path, first, count - 1, digest, severity, book);
            subject.contradicted(CheckId::StatementSubject, false);
        }
    }

    /// Something that was asked for by digest and is not at hand: whoever names
    /// that digest vouches for it, if it is one that pins anything.
    pub fn absent(&self, digest: &Digest) -> Subject {
        let mut subject = Subject::new(SubjectKind::Artifact, Some(*digest));
        for signed in self.signed.iter().filter(|_| digest.algorithm().is_strong()) {
            if signed.is_of_files() && signed.voucher.names.iter().any(|named| named.digests.contains(digest))
            {
                signed.speak(&mut subject);
            }
        }
        subject
    }

    /// Signed things whose artifacts are not at hand are themselves what is
    /// asked about.
    fn attestations(&self, used: &BTreeSet<usize>, subjects: &mut Vec<Subject>, books: &mut [Book]) {
        let nearby = Nearby::new(self.views);
        for (number, signed) in self.signed.iter().enumerate() {
            let book = &mut books[signed.voucher.case];
            if used.contains(&number) {
                statement_subject::matched(book);
                continue;
            }
            statement_subject::absent(book);
            if let Some(named) = signed.voucher.names.iter().find(|named| named.path.is_none()) {
                statement_subject::orphan(&signed.voucher.item, named, nearby.of(signed), book);
            }
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
            subject.claims_from(&signed.claims);
            subject.places.insert((signed.voucher.case, signed.voucher.item.clone()));
            let distinct = self.persons.distinct(&subject.standing.good).len();
            signature_threshold::examine(&signed.voucher.item, distinct, self.threshold, distinct > 0, book);
            subjects.push(subject);
        }
    }
}

/// Files of each case by their names without versions.
struct Nearby<'v>(BTreeMap<(usize, String), &'v str>);

impl<'v> Nearby<'v> {
    fn new(views: &[CaseView<'v>]) -> Nearby<'v> {
        let mut nearby = BTreeMap::new();
        for view in views {
            for item in view.case.items.iter().filter(|item| item.kind.is_artifact()) {
                if let Some(name) = without_version(item.path.file_name()) {
                    nearby.entry((view.index, name)).or_insert(item.path.as_str());
                }
            }
        }
        Nearby(nearby)
    }

    /// A file that is called like one that `signed` names, but for the version.
    fn of(&self, signed: &Signed) -> Option<&'v str> {
        let names = signed.voucher.names.iter().filter_map(|named| named.name.as_deref());
        let file = |name: &str| name.rsplit('/').next().map(str::to_owned);
        let known = |name: String| self.0.get(&(signed.voucher.case, name)).copied();
        names.filter_map(file).find_map(|name| known(without_version(&name)?))
    }
}

/// `app-#.tar.gz` for `app-1.0.2.tar.gz`; nothing where there is no number.
fn without_version(name: &str) -> Option<String> {
    let mut short = String::new();
    for character in name.chars() {
        match character.is_ascii_digit() {
            true if short.ends_with("#.") => drop(short.pop()),
            true if short.ends_with('#') => {}
            true => short.push('#'),
            false => short.push(character),
        }
    }
    short.contains('#').then_some(short)
}

/// A list that someone stands behind and that says otherwise of this very path
/// rejects it; one that nobody signed only counts where nobody vouches.
fn object<'o>(subject: &mut Subject, lists: &[List], objections: impl IntoIterator<Item = &'o Objection>) {
    for (number, check, severity) in objections {
        let signed = !lists[*number].standing.good.is_empty();
        match severity {
            Severity::Failed => subject.contradicted(*check, signed),
            // Not measured is not otherwise.
            _ if signed => drop(subject.held_by.insert(*check)),
            _ => {}
        }
    }
}

/// The digest by which what is named so is another file than the one that has
/// `digests`, where that is so of every place that names it. All that can be
/// computed must agree, weak digests too: no two readers shall take two files
/// for the one that is meant.
fn disagreeing(spellings: &BTreeSet<&[Digest]>, digests: &Digests) -> Option<Digest> {
    let wrong = |digest: &&Digest| digests.get(digest.algorithm()).is_some_and(|found| found != **digest);
    let mut other = None;
    for spelling in spellings {
        other = Some(*spelling.iter().find(wrong)?);
    }
    other
}

impl Signed {
    /// Whether its purpose is one for which files are spoken of. What describes
    /// a kit or a timeline does so for that alone.
    fn is_of_files(&self) -> bool {
        matches!(self.voucher.purpose, Purpose::Attestation | Purpose::Promotion)
    }

    /// Says of `subject` what it says.
    fn speak(&self, subject: &mut Subject) {
        subject.hear(self.voucher.means, &self.voucher.standing);
        if !self.voucher.standing.good.is_empty() {
            subject.attestations.insert((self.voucher.case, self.voucher.item.clone()));
            subject.predicate_types.extend(self.predicate_type.clone());
        }
        subject.claims_from(&self.claims);
    }
}

impl List<'_> {
    /// Takes in a word about the list, with the claims that it misses.
    fn hear(&mut self, signed: &Signed) {
        self.standing.merge(&signed.voucher.standing);
        for (check, severity) in &signed.claims {
            let worst = self.claims.entry(*check).or_insert(*severity);
            *worst = (*worst).min(*severity);
        }
    }
}
