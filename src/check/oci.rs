//! Images on disk: every blob against whoever names it, and what was signed of
//! them against what lies there.
//!
//! An image stands or falls with its first document, the manifest or index that
//! `index.json` names: whoever vouches for that vouches for all that hangs on it
//! by digest. Signatures and attestations of cosign and bundles of Sigstore lie
//! in manifests of their own; these are for nobody to vouch for. How it would be
//! attacked: put files between the blobs that nobody names; call a file a
//! signature, so that nobody asks about it; file the signature of one image under
//! the tag of another; annotations are signed by nobody.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::check::entries;
use crate::check::view::CaseView;
use crate::check::{integrity_digest, integrity_media_type, integrity_missing, integrity_unlisted};
use crate::claim::{BundleAt, Claim, ClaimError};
use crate::digest::Digest;
use crate::evidence::{CaseFormat, Kind};
use crate::fact::Fact;
use crate::finding::{Book, CheckId};
use crate::limits;
use crate::listing::Entry;
use crate::listing::oci::{self, Descriptor, Document, Form};
use crate::path::EvidencePath;
use crate::proof::dsse::Envelope;
use crate::proof::log;
use crate::proof::sigstore::cosign::{self, SIMPLE_SIGNING};
use crate::proof::sigstore::{
    Bundle, Content, CosignError, MEDIA_TYPE, Material, MessageSignature, SimpleSigning,
};

/// The type of a layer that is an envelope.
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";

/// The tag of a document in a layout.
const TAG: &str = "org.opencontainers.image.ref.name";

/// What hangs together in a layout.
#[derive(Debug, Default)]
pub struct Graph {
    /// Items for which nobody needs to vouch: they stand or fall with another one,
    /// or speak of one.
    pub carried: BTreeSet<usize>,
    /// Items that are reached from `index.json`.
    reached: BTreeSet<usize>,
    /// Documents that are called documents.
    followed: BTreeSet<usize>,
    /// Items that some document there names, rightly or not.
    named: BTreeSet<usize>,
    /// Manifests that hold signatures and nothing else, with what they are filed under.
    speaking: BTreeMap<usize, BTreeSet<Digest>>,
    /// What was compared.
    book: Book,
    /// How many blobs.
    count: u64,
}

impl Graph {
    /// Follows every descriptor whose blob is what it says.
    pub fn of(view: &CaseView) -> Option<Graph> {
        if view.case.format != CaseFormat::OciLayout {
            return None;
        }
        let mut graph = Graph::default();
        let Some(root) = view.at("index.json") else {
            integrity_missing::demanded("index.json", &mut graph.book);
            return Some(graph);
        };
        graph.reached.extend([Some(root), view.at("oci-layout")].into_iter().flatten());
        let mut queue = VecDeque::from([(root, 0)]);
        while let Some((index, depth)) = queue.pop_front() {
            let Some(document) = document(view, index) else { continue };
            for below in graph.compare(view, index, document) {
                // Each once: many may name one, and a name may lead back.
                if graph.reached.insert(below) && graph.followed.contains(&below) {
                    match depth < limits::OCI_DEPTH_MAX {
                        true => queue.push_back((below, depth + 1)),
                        false => integrity_media_type::too_deep(view.item(below), &mut graph.book),
                    }
                }
            }
        }
        graph.named_by_their_digest(view);
        graph.divide(view, root);
        Some(graph)
    }

    /// What one document names, against the blobs; gives those that are as it says.
    fn compare(&mut self, view: &CaseView, index: usize, document: &Document) -> Vec<usize> {
        let list = view.item(index).path.as_str();
        let mut entries: Vec<Entry> = Vec::new();
        let mut known = BTreeSet::new();
        for descriptor in document.descriptors() {
            let path = descriptor.path();
            let entry = Entry {
                path: EvidencePath::new(path.as_bytes()).expect("two words and digits"),
                digest: descriptor.digest,
                size: Some(descriptor.size),
                at: descriptor.at.clone(),
            };
            // A layer may be there twice; what is said of it has to be the same.
            if !embedded(list, descriptor, view.at(&path).is_some(), &mut self.book)
                && known.insert((entry.digest, entry.size))
            {
                entries.push(entry);
            }
        }
        self.count += entries.len() as u64;
        let compared = entries::compare(view, list, "", &entries, true, &BTreeMap::new(), &mut self.book);
        let mut sound = Vec::new();
        for descriptor in document.descriptors() {
            let path = descriptor.path();
            let wrong = compared.wrong.contains_key(&path)
                || compared.repeated.contains(&path)
                || compared.unmeasured.contains(&path);
            self.named.extend(view.at(&path));
            let Some(found) = view.at(&path).filter(|_| !wrong) else { continue };
            // What an index lists are documents, whatever else it calls them.
            let listed = document.form == Form::Manifest || descriptor.form().is_some();
            if listed && is_called_rightly(view, found, descriptor) {
                self.followed.extend(descriptor.form().map(|_| found));
                self.book.pass(CheckId::IntegrityMediaType);
                sound.push(found);
            } else {
                integrity_media_type::failed(list, view.item(found), descriptor, &mut self.book);
            }
        }
        sound
    }

    /// Every blob has the name of its digest, also one that nobody names.
    fn named_by_their_digest(&mut self, view: &CaseView) {
        for (index, item) in view.case.items.iter().enumerate() {
            let Some(stated) = named(item.path.as_str()) else { continue };
            match item.digests.get(stated.algorithm()) {
                Some(found) if found == stated => {}
                Some(found) if !self.named.contains(&index) => {
                    integrity_digest::misnamed(item, &stated, &found, &mut self.book);
                }
                _ => {}
            }
            match self.named.contains(&index) {
                true => self.book.pass(CheckId::IntegrityUnlisted),
                false => integrity_unlisted::unreached(item, &mut self.book),
            }
        }
    }

    /// Which documents are images, and what hangs on them.
    fn divide(&mut self, view: &CaseView, root: usize) {
        let Some(top) = document(view, root) else { return };
        for descriptor in &top.blobs {
            let Some(index) = self.sound(view, descriptor) else { continue };
            let tag = descriptor.annotation(TAG).and_then(oci::tagged);
            match speaks(view, self, index, 0) {
                true => self.file(view, index, tag.into_iter().collect(), 0),
                false => self.carry(view, index),
            }
        }
    }

    fn sound(&self, view: &CaseView, descriptor: &Descriptor) -> Option<usize> {
        view.at(&descriptor.path()).filter(|index| self.reached.contains(index))
    }

    /// Notes what a document of signatures is filed under, and that it is one.
    fn file(&mut self, view: &CaseView, index: usize, under: BTreeSet<Digest>, depth: usize) {
        let Some(document) = document(view, index).filter(|_| depth <= limits::OCI_DEPTH_MAX) else { return };
        self.carried.insert(index);
        if document.form == Form::Index {
            let below: Vec<usize> = document.blobs.iter().filter_map(|one| self.sound(view, one)).collect();
            below.into_iter().for_each(|below| self.file(view, below, under.clone(), depth + 1));
            return;
        }
        let about = document.subject.iter().map(|subject| subject.digest).chain(under);
        self.speaking.entry(index).or_default().extend(about.collect::<Vec<_>>());
        for descriptor in document.descriptors() {
            let Some(found) = self.sound(view, descriptor) else { continue };
            if matches!(view.item(found).kind, Kind::OciConfig | Kind::SimpleSigning) {
                self.carried.insert(found);
            }
        }
    }

    /// Everything that hangs on an image, but for the image.
    fn carry(&mut self, view: &CaseView, image: usize) {
        let mut queue = vec![image];
        let mut seen = BTreeSet::from([image]);
        while let Some(index) = queue.pop() {
            for descriptor in document(view, index).into_iter().flat_map(Document::descriptors) {
                let Some(found) = self.sound(view, descriptor) else { continue };
                if seen.insert(found) {
                    self.carried.insert(found);
                    queue.push(found);
                }
            }
        }
    }

    /// Writes down what was compared; gives the checks by which the layout is broken.
    pub fn examine(&self, book: &mut Book, facts: &mut Vec<Fact>) -> BTreeSet<CheckId> {
        let failed =
            |(check, found): (&CheckId, &crate::finding::Coverage)| (found.failed > 0).then_some(*check);
        let broken: BTreeSet<CheckId> = self.book.coverage.iter().filter_map(failed).collect();
        if broken.is_empty() && self.count > 0 {
            facts.push(Fact::Complete { item: "index.json".to_owned(), files: self.count });
        }
        book.merge(self.book.clone());
        broken
    }

    /// Puts what cosign wrote into annotations together with what it is about.
    pub fn assemble(&self, view: &mut CaseView) {
        for (index, filed) in &self.speaking {
            let Some(document) = document(view, *index).cloned() else { continue };
            let mut bundles = Vec::new();
            for (number, layer) in document.blobs.iter().enumerate() {
                let Some(found) = self.sound(view, layer) else { continue };
                let at = Some(format!("layer {number}"));
                let content = view.item(found).content.clone().unwrap_or_default();
                let one = match &mut view.claims[found] {
                    Some(Ok(Claim::Image(_))) => Some(signed_payload(&content, layer)),
                    Some(Ok(Claim::Envelopes(envelopes))) => match envelopes.as_slice() {
                        [one] => one.envelope.as_ref().ok().and_then(|envelope| attested(envelope, layer)),
                        _ => None,
                    },
                    Some(Ok(Claim::Bundles(inside))) => {
                        inside.iter_mut().for_each(|one| one.filed.extend(filed));
                        None
                    }
                    _ => None,
                };
                let Some(read) = one else { continue };
                if matches!(view.claims[found], Some(Ok(Claim::Envelopes(_)))) {
                    // Judged with its annotations, and not a second time without.
                    view.claims[found] = Some(Ok(Claim::Nothing));
                }
                let (image, bundle) = match read {
                    Ok((image, bundle)) => (image, Ok(bundle)),
                    Err(error) => (None, Err(ClaimError::from(error))),
                };
                bundles.push(BundleAt { at, bundle, image, filed: filed.clone() });
            }
            if !bundles.is_empty() {
                view.claims[*index] = Some(Ok(Claim::Bundles(bundles)));
            }
        }
    }
}

/// The digest that the name of a blob states.
pub fn named(path: &str) -> Option<Digest> {
    let (algorithm, hex) = path.strip_prefix("blobs/")?.split_once('/')?;
    Digest::parse(&format!("{algorithm}:{hex}")).ok()
}

fn document<'v>(view: &'v CaseView, index: usize) -> Option<&'v Document> {
    match view.claim(index) {
        Some(Claim::Document(document)) => Some(document),
        _ => None,
    }
}

/// Whether the content stands in the descriptor, rightly, and nowhere else.
fn embedded(list: &str, descriptor: &Descriptor, at_hand: bool, book: &mut Book) -> bool {
    let Some(data) = &descriptor.data else { return false };
    let found = Digest::of(descriptor.digest.algorithm(), data);
    if found != descriptor.digest || data.len() as u64 != descriptor.size {
        integrity_digest::embedded(list, &descriptor.at, &descriptor.digest, &found, book);
        return false;
    }
    book.pass(CheckId::IntegrityDigest);
    !at_hand
}

/// Whether a blob is what its descriptor calls it, as far as that is known here.
fn is_called_rightly(view: &CaseView, found: usize, descriptor: &Descriptor) -> bool {
    let kind = view.item(found).kind;
    match (descriptor.form(), descriptor.media_type.as_str()) {
        (Some(form), called) => document(view, found).is_some_and(|document| {
            document.form == form && document.media_type.as_deref().is_none_or(|own| own == called)
        }),
        (None, SIMPLE_SIGNING) => kind == Kind::SimpleSigning,
        (None, ENVELOPE) => kind == Kind::DsseEnvelope,
        (None, called) if called.starts_with(MEDIA_TYPE) => kind == Kind::SigstoreBundle,
        (None, _) => true,
    }
}

/// Whether a document holds signatures and nothing else.
fn speaks(view: &CaseView, graph: &Graph, index: usize, depth: usize) -> bool {
    let Some(document) = document(view, index).filter(|_| depth <= limits::OCI_DEPTH_MAX) else {
        return false;
    };
    let one = |descriptor: &Descriptor| match document.form {
        Form::Index => {
            graph.sound(view, descriptor).is_some_and(|below| speaks(view, graph, below, depth + 1))
        }
        Form::Manifest => {
            let called = descriptor.media_type.as_str();
            matches!(called, SIMPLE_SIGNING | ENVELOPE) || called.starts_with(MEDIA_TYPE)
        }
    };
    !document.blobs.is_empty() && document.blobs.iter().all(one)
}

/// What a bundle has besides what is signed: material, entries, tokens.
type Parts = (Material, Vec<log::Entry>, Vec<Vec<u8>>);

/// What is signed, and the image that it names by itself.
type Read = Result<(Option<Digest>, Bundle), CosignError>;

/// What goes with a signature in the annotations of its layer.
fn beside(layer: &Descriptor) -> Result<Parts, CosignError> {
    let text = |name: &str| layer.annotation(name).filter(|text| !text.is_empty());
    let mut certificates = Vec::new();
    if let Some(pem) = text("dev.sigstore.cosign/certificate") {
        certificates = cosign::chain("certificate", pem)?;
        if let Some(pem) = text("dev.sigstore.cosign/chain") {
            certificates.extend(cosign::chain("chain", pem)?);
        }
    }
    let material = Material::beside(&certificates).unwrap_or(Material::Key { hint: None });
    let entries = text("dev.sigstore.cosign/bundle").map(cosign::rekor_bundle_text).transpose()?;
    let tokens = text("dev.sigstore.cosign/rfc3161timestamp").map(cosign::stamp).transpose()?;
    Ok((material, entries.into_iter().collect(), tokens.into_iter().collect()))
}

/// A payload that names an image, under the signature in the annotations.
fn signed_payload(content: &[u8], layer: &Descriptor) -> Read {
    let image = SimpleSigning::parse(content)?.image;
    let signature =
        cosign::signature(layer.annotation("dev.cosignproject.cosign/signature").unwrap_or_default())?;
    let (material, entries, tokens) = beside(layer)?;
    let content = Content::Message(MessageSignature { digest: layer.digest, signature });
    Ok((Some(image), Bundle::of_parts(material, entries, tokens, content)))
}

/// An envelope with what stands in the annotations; one of several signatures
/// has nothing there that could be theirs.
fn attested(envelope: &Envelope, layer: &Descriptor) -> Option<Read> {
    if envelope.signatures().len() != 1 {
        return None;
    }
    let content = Content::Envelope(envelope.clone());
    let bundle = |(material, entries, tokens)| (None, Bundle::of_parts(material, entries, tokens, content));
    Some(beside(layer).map(bundle))
}
