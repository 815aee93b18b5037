//! From what the user named to cases.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::digest::{Algorithm, Digest};
use crate::listing::{self, Grammar};
use crate::path::EvidencePath;

use super::archive::{self, Depth, Opened};
use super::classify;
use super::demand::Demand;
use super::faults::{Faults, kind_of};
use super::files::{Files, Packed, with_hashing};
use super::hashing::Lane;
use super::layout::{self, Contents};
use super::source::{self, Folder, Found, Listed};
use super::stores;
use super::{Case, CaseFormat, CollectError, Evidence, Fault, FaultKind, Form, Item, Kind, Options, Source};

/// Reads everything in `sources` into one set. Neither the order nor the
/// spelling of the sources can be seen in the result.
pub fn collect(sources: Vec<Source>, options: &Options<'_>) -> Result<Evidence, CollectError> {
    if sources.is_empty() {
        return Err(CollectError::NoSource);
    }
    let mut named = Named::default();
    let mut stream = None;
    for source in sources {
        match source {
            Source::Path(path) => named.add(&path)?,
            Source::Stdin(_) if stream.is_some() => return Err(CollectError::StdinTwice),
            Source::Stdin(reader) => stream = Some(reader),
        }
    }
    let work = || read(named, stream, options);
    if options.jobs > 1
        && let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).build()
    {
        return Ok(pool.install(work));
    }
    Ok(work())
}

/// What the user named, opened and not yet read.
#[derive(Default)]
struct Named {
    files: Vec<(Listed, Arc<Folder>, Vec<u8>)>,
    folders: Vec<Folder>,
    faults: Faults,
    /// Directories in which named files lie, so that a thousand files of one
    /// directory do not take a thousand descriptors.
    parents: BTreeMap<PathBuf, Arc<Folder>>,
}

impl Named {
    fn add(&mut self, argument: &Path) -> Result<(), CollectError> {
        let missing = || CollectError::Missing { path: argument.display().to_string() };
        let refused = |name: &[u8], error: io::Error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Err(missing()),
            _ => Ok(Fault::of(crate::path::escape(name), FaultKind::Unreadable, kind_of(&error))),
        };
        let Some(name) = argument.file_name() else {
            match Folder::named(argument) {
                Ok(folder) => self.folders.push(folder),
                Err(error) => self.faults.add(refused(b"", error)?),
            }
            return Ok(());
        };
        let name = std::os::unix::ffi::OsStrExt::as_bytes(name);
        let parent = argument.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
        let folder = match self.parents.get(parent) {
            Some(folder) => folder.clone(),
            None => match Folder::named(parent) {
                Ok(folder) => {
                    let folder = Arc::new(folder);
                    self.parents.insert(parent.to_owned(), folder.clone());
                    folder
                }
                Err(error) => {
                    self.faults.add(refused(name, error)?);
                    return Ok(());
                }
            },
        };
        match folder.look(name) {
            Err(error) => self.faults.add(refused(name, error)?),
            Ok(Found::Refused(kind, what)) => {
                let fault = Fault::of(crate::path::escape(name), kind, what);
                self.faults.add(fault.expected("a regular file or directory"));
            }
            Ok(Found::Folder) => match folder.enter(name) {
                Ok(folder) => self.folders.push(folder),
                Err(error) => self.faults.add(refused(name, error)?),
            },
            Ok(Found::File { size, witness }) => match EvidencePath::new(name) {
                Ok(path) => self.files.push((Listed { path, size, witness }, folder, name.to_vec())),
                Err(why) => self.faults.add(Fault::of_name(name, why)),
            },
        }
        Ok(())
    }
}

fn read(named: Named, stream: Option<Box<dyn Read + Send>>, options: &Options<'_>) -> Evidence {
    let mut all = vec![Files::named(named.files, named.faults, options)];
    for folder in named.folders {
        let mut faults = Faults::default();
        let listed = source::walk(&folder, &mut faults);
        all.push(Files::below(folder, listed, faults, options));
    }
    if let Some(progress) = options.progress {
        for files in &all {
            let (bytes, items) = files.extent();
            progress.expect(bytes, items);
        }
    }
    let stream = stream.map(|reader| read_stream(reader, options));
    all.iter_mut().for_each(|files| files.measure(options));
    // An attestation may name a file by another digest, wherever the file lies.
    let mut asked = all.iter().fold(Default::default(), |asked, files| files.asked.union(asked));
    if let Some((opened, _)) = &stream {
        asked = opened.asked.union(asked);
    }
    for files in &mut all {
        files.ask_everywhere(asked);
        files.measure_again(options);
    }

    let mut all = all.into_iter();
    let loose = all.next().expect("the named files are always there");
    let mut cases: Vec<Case> = Vec::new();
    for files in all {
        let (items, opened, faults) = files.finish();
        cases.extend(layout::cases(Contents::of_folder(items, opened, faults), &Form::Directory, None));
    }
    if let Some((opened, item)) = stream {
        cases.extend(layout::opened_cases(opened, &item, None));
    }
    cases.extend(loose_cases(loose, &cases));
    cases.iter_mut().for_each(|case| stores::settle(case, options));
    cases.sort_by(order);
    // The same thing named twice is one thing.
    cases.dedup_by(|again, first| {
        let (more, mut cuts) = (mem::take(&mut again.cuts), mem::take(&mut first.cuts));
        let same = again == first;
        if same {
            cuts.extend(more);
        } else {
            again.cuts = more;
        }
        first.cuts = cuts;
        same
    });
    Evidence { cases }
}

/// Reads a tar stream, which can be read once: what is asked for too late is
/// not there.
fn read_stream(reader: Box<dyn Read + Send>, options: &Options<'_>) -> (Opened, Item) {
    with_hashing(options.jobs > 1, |hashing| {
        let hashing = RefCell::new(hashing);
        let demand = Demand::new(options);
        let stream = hashing.borrow_mut().open(Lane::Packed, demand.of("-").algorithms);
        let mut packed = Packed::new(reader, &hashing, stream, None, options.progress);
        let mut opened = archive::open(&mut packed, None, Depth::Outer, demand, &hashing, options);
        let size = packed.read;
        hashing.borrow_mut().close(stream);
        let mut hashed = hashing.into_inner().finish();
        opened.resolve(&mut hashed);
        let path = EvidencePath::new(b"-").expect("a hyphen is a name");
        let digests = hashed.take(stream);
        (opened, Item { path, kind: Kind::Archive, size, digests, content: None, timelines: Vec::new() })
    })
}

/// The files that were named one by one, and the archives among them that are
/// cases of their own. `others` is what was found in directories.
fn loose_cases(files: Files, others: &[Case]) -> Vec<Case> {
    let (items, opened, faults) = files.finish();
    let mut opened: BTreeMap<usize, Opened> = opened.into_iter().collect();
    let mut loose: Vec<Item> = Vec::new();
    let mut archives: Vec<(Item, Vec<Case>, bool)> = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match opened.remove(&index) {
            None => loose.push(item),
            Some(opened) => {
                let broken = opened.fatal.is_some();
                let cases = layout::opened_cases(opened, &item, None);
                archives.push((item, cases, broken));
            }
        }
    }
    let speaks = |case: &Case| case.format != CaseFormat::Open || case.items.iter().any(|i| i.kind.speaks());
    loose.iter_mut().for_each(layout::settle_loose);
    let anyone = loose.iter().any(|item| item.kind.speaks())
        || others.iter().any(speaks)
        || archives.iter().any(|(_, cases, _)| cases.iter().any(speaks));
    let mut found = Vec::new();
    for (item, cases, broken) in archives {
        let refused = cases.iter().any(|case| !case.faults.is_empty());
        let container = broken || cases.iter().any(speaks) || (refused && !anyone);
        if !container || loose.iter().any(|other| is_about(other, item.path.as_str())) {
            loose.push(item);
        }
        if container {
            found.extend(cases);
        }
    }
    distinguish(&mut loose);
    if !loose.is_empty() || !faults.is_empty() {
        let contents = Contents::of_folder(loose, Vec::new(), faults);
        found.extend(layout::cases(contents, &Form::Loose, None));
    }
    found
}

/// Whether the loose file `item` says something about the file called `name`.
fn is_about(item: &Item, name: &str) -> bool {
    if classify::continued(item.path.as_str()) == Some(name) {
        return item.kind.speaks();
    }
    let Kind::DigestList(algorithm) = item.kind else { return false };
    let list =
        item.content.as_deref().and_then(|text| listing::parse_text(Grammar::Sums(algorithm), text).ok());
    list.is_some_and(|list| list.entries.iter().any(|entry| entry.path.as_str() == name))
}

fn sha256(item: &Item) -> Digest {
    item.digests.get(Algorithm::Sha256).expect("every item is measured with SHA-256")
}

/// Of one file that was named twice one is kept; different files of one name
/// become members of their digests.
fn distinguish(items: &mut Vec<Item>) {
    items.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| sha256(a).cmp(&sha256(b))));
    items.dedup_by(|b, a| a.path == b.path && sha256(a) == sha256(b));
    let same = |a: Option<&Item>, b: &Item| a.is_some_and(|a| a.path == b.path);
    let renamed: Vec<bool> = (0..items.len())
        .map(|at| {
            let before = at.checked_sub(1).and_then(|at| items.get(at));
            same(before, &items[at]) || same(items.get(at + 1), &items[at])
        })
        .collect();
    for (item, _) in items.iter_mut().zip(renamed).filter(|(_, renamed)| *renamed) {
        let folder = EvidencePath::new(sha256(item).hex().as_bytes()).expect("hexadecimal is a name");
        item.path = item.path.inside(&folder);
    }
    items.sort_by(|a, b| a.path.cmp(&b.path));
}

/// A total order over what is in a case. Cases that are equal under it are equal.
fn order(a: &Case, b: &Case) -> Ordering {
    fn head(case: &Case) -> (&Form, &Option<EvidencePath>, CaseFormat, &Option<EvidencePath>) {
        (&case.form, &case.name, case.format, &case.prefix)
    }
    fn items(case: &Case) -> impl Iterator<Item = (&EvidencePath, Digest, Kind)> {
        case.items.iter().map(|item| (&item.path, sha256(item), item.kind))
    }
    head(a).cmp(&head(b)).then_with(|| items(a).cmp(items(b))).then_with(|| a.faults.cmp(&b.faults))
}
