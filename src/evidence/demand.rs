//! What has to be measured of which file besides its SHA-256.
//!
//! A list may come after the files that it lists, and a signature after the
//! file that it is made over. So a container is read first for what it says,
//! and what was then asked for and is not there is measured in a second
//! reading, which must give the same SHA-256.
//!
//! How it would be attacked: ask for everything of every file, to make the work
//! five times as long; that much is granted. Ask in a file that cannot be read:
//! then nothing is asked for, and the check of that file says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::custody::Beside;
use crate::custody::ledger::anchor::{self, Anchor};
use crate::custody::signet::receipt::Receipt;
use crate::digest::{Algorithm, AlgorithmSet};
use crate::limits;
use crate::listing::{self, Grammar};
use crate::path::{EvidencePath, escape};
use crate::proof::detached::MinisignFile;
use crate::proof::sshsig::SshSignature;
use crate::proof::timestamp::Token;
use crate::wire::base64;
use crate::wire::json::{self, Object, Value};

use super::{Item, Kind, Options, classify};

/// What is wanted of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Want {
    /// To be computed; SHA-256 is always among them.
    pub(super) algorithms: AlgorithmSet,
    /// A signature is made over all of its bytes.
    pub(super) whole: bool,
}

/// What one container asks of its files.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// Of every file.
    everywhere: AlgorithmSet,
    /// By path; more than one for a path add up.
    listed: Vec<(String, Want)>,
    /// So many of them are sorted.
    sorted: usize,
    /// What ledgers and logs are compared with.
    pub(super) beside: Arc<Beside>,
    /// Of archives in it.
    inner: BTreeMap<String, Demand>,
}

impl Demand {
    pub(super) fn new(options: &Options<'_>) -> Demand {
        Demand {
            everywhere: AlgorithmSet::only(Algorithm::Sha256).union(options.artifacts),
            ..Demand::default()
        }
    }

    /// What is asked of the files of a container in this one, before it was read.
    pub(super) fn fresh(&self) -> Demand {
        Demand { everywhere: self.everywhere, ..Demand::default() }
    }

    /// What is wanted of `path`.
    pub(super) fn of(&self, path: &str) -> Want {
        let mut want = Want { algorithms: self.everywhere, whole: false };
        // A blob is called by its digest.
        if let Some(algorithm) = classify::blob_algorithm(path).filter(|one| one.is_strong()) {
            want.algorithms.insert(algorithm);
        }
        let (sorted, latest) = self.listed.split_at(self.sorted);
        let from = sorted.partition_point(|(listed, _)| listed.as_str() < path);
        let same = sorted[from..].iter().take_while(|(listed, _)| listed == path);
        for (_, more) in same.chain(latest.iter().filter(|(listed, _)| listed == path)) {
            want.algorithms = want.algorithms.union(more.algorithms);
            want.whole |= more.whole;
        }
        want
    }

    /// What is asked of the members of the archive at `path`.
    pub(super) fn inside(&self, path: &str) -> Option<&Demand> {
        self.inner.get(path)
    }

    pub(super) fn set_inside(&mut self, path: String, demand: Demand) {
        self.inner.insert(path, demand);
    }

    /// Asks for `algorithms` of every file.
    pub(super) fn ask_everywhere(&mut self, algorithms: AlgorithmSet) {
        self.everywhere = self.everywhere.union(algorithms);
    }

    /// Takes in what `item` asks of others.
    pub(super) fn learn(&mut self, item: &Item, peek: Peek, options: &Options<'_>) {
        // One more than a ledger is compared with, so that it says there are more.
        let room = (limits::CUSTODY_ANCHORS_MAX + 1).saturating_sub(self.beside.anchors.len());
        if room > 0 && !peek.anchors.is_empty() {
            Arc::make_mut(&mut self.beside).anchors.extend(peek.anchors.into_iter().take(room));
        }
        if item.kind == Kind::SignetReceipts {
            let all = item.content.as_deref().and_then(|bytes| Receipt::parse_all(bytes).ok());
            let read = all.into_iter().flatten().filter_map(|(_, receipt)| receipt.ok());
            let room = limits::CUSTODY_RECEIPTS_MAX.saturating_sub(self.beside.receipts.len());
            Arc::make_mut(&mut self.beside).receipts.extend(read.take(room));
        }
        let path = item.path.as_str();
        let ask = |demand: &mut Demand, path: &str, want: Want| demand.listed.push((path.to_owned(), want));
        let digest = |algorithm| Want { algorithms: AlgorithmSet::only(algorithm), whole: false };
        if let Some((grammar, algorithm)) = grammar(item).filter(|(_, a)| *a != Algorithm::Sha256) {
            let list = item.content.as_deref().and_then(|text| listing::parse_text(grammar, text).ok());
            for entry in list.iter().flat_map(|list| &list.entries) {
                ask(self, &beside(&item.path, entry.path.as_str()), digest(algorithm));
            }
            // `x.sha512` may hold a digest and no name.
            if let Some(file) = classify::continued(path) {
                ask(self, file, digest(algorithm));
            }
        }
        for (name, collected) in item.timelines.iter().flat_map(|timeline| &timeline.exhibits) {
            if collected.algorithm() != Algorithm::Sha256 {
                ask(self, &escape(name.as_bytes()), digest(collected.algorithm()));
            }
        }
        match (item.kind, classify::continued(path)) {
            (Kind::DetachedSignature, Some(file)) => {
                let want = Want { algorithms: options.signed, whole: options.signed_whole };
                ask(self, file, want);
            }
            (Kind::MinisignSignature, Some(file)) => {
                let parsed = item.content.as_deref().and_then(|text| MinisignFile::parse(text).ok());
                let algorithms = parsed.as_ref().map_or(AlgorithmSet::EMPTY, MinisignFile::demanded);
                // The older of the two kinds is made over the file itself.
                let whole = parsed.is_some() && algorithms.is_empty();
                ask(self, file, Want { algorithms, whole });
            }
            (Kind::SshSignature, Some(file)) => {
                let parsed = item.content.as_deref().and_then(|bytes| SshSignature::parse(bytes).ok());
                if let Some(signature) = parsed {
                    ask(self, file, digest(signature.hash()));
                }
            }
            // A leaf is hashed with a byte before it, so no digest of the file will do.
            (Kind::TlogProof, Some(file)) => {
                ask(self, file, Want { algorithms: AlgorithmSet::EMPTY, whole: true });
            }
            (Kind::TimestampToken, _) => {
                let token = item.content.as_deref().and_then(|bytes| Token::parse(bytes).ok());
                let imprint = token.and_then(|token| token.imprint_unverified().digest());
                if let Some(algorithm) = imprint.map(|digest| digest.algorithm()).filter(|a| a.is_strong()) {
                    // It need not lie beside what it is over.
                    self.ask_everywhere(AlgorithmSet::only(algorithm));
                }
            }
            _ => {}
        }
        if self.listed.len() - self.sorted > UNSORTED_MAX {
            self.listed.sort_by(|a, b| a.0.cmp(&b.0));
            self.sorted = self.listed.len();
        }
    }
}

/// So many are looked through one by one.
const UNSORTED_MAX: usize = 16;

/// The grammar of a list, before it is known whether it lies in a layout.
fn grammar(item: &Item) -> Option<(Grammar, Algorithm)> {
    let bag = |algorithm| Some((Grammar::Bag(algorithm), algorithm));
    match (item.kind, classify::bag_manifest(item.path.file_name())) {
        (Kind::DigestList(algorithm), _) => Some((Grammar::Sums(algorithm), algorithm)),
        (Kind::BagManifest(algorithm) | Kind::BagTagManifest(algorithm), _) => bag(algorithm),
        (_, Some(Kind::BagManifest(algorithm) | Kind::BagTagManifest(algorithm))) => bag(algorithm),
        (Kind::Artifact, _) if item.path.file_name() == "checksums.txt" => {
            match classify::list_by_length(item.content.as_deref()?) {
                Kind::DigestList(algorithm) => Some((Grammar::Sums(algorithm), algorithm)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `name`, which stands in the list at `list`, as a path of the container.
fn beside(list: &EvidencePath, name: &str) -> String {
    match list.parent() {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// What an attestation asks for, seen while it was classified. Nothing of it is
/// verified; it only decides what is measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Peek {
    /// Digests by which it names files.
    pub(super) algorithms: AlgorithmSet,
    /// Anchors of a ledger.
    pub(super) anchors: Vec<Anchor>,
}

impl Peek {
    /// Looks into an envelope or statement.
    pub(super) fn into_value(value: &Value) -> Peek {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if let Some(link) = value.get("signed") {
            return Peek { algorithms: products(link), anchors: Vec::new() };
        }
        if let Some(envelope) = value.get("dsseEnvelope") {
            return Peek::into_envelope(envelope);
        }
        if let Some(digest) = value.get("messageSignature").and_then(|message| message.get("messageDigest")) {
            let mut algorithms = AlgorithmSet::EMPTY;
            match digest.get("algorithm").and_then(Value::as_str) {
                Some("SHA2_384") => algorithms.insert(Algorithm::Sha384),
                Some("SHA2_512") => algorithms.insert(Algorithm::Sha512),
                _ => {}
            }
            return Peek { algorithms, anchors: Vec::new() };
        }
        if text("_type").is_some() {
            return Peek { algorithms: subjects(value), anchors: Vec::new() };
        }
        Peek::into_envelope(value)
    }

    fn into_envelope(value: &Value) -> Peek {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let payload = text("payload").and_then(|payload| base64::decode_dsse(payload).ok());
        let Some(payload) = payload else { return Peek::default() };
        if text("payloadType") == Some(anchor::PAYLOAD_TYPE) {
            let anchors = Anchor::parse(&payload).into_iter().collect();
            return Peek { algorithms: AlgorithmSet::EMPTY, anchors };
        }
        // Nearly every statement names SHA-256 alone, and need not be parsed here.
        // With an escape in it a name may be spelt in many ways.
        let said = ["\"sha512\"", "\"sha384\"", "\"sha1\"", "\"blake2b", "\\u"];
        let other = said.iter().any(|name| classify::contains(&payload, name.as_bytes()));
        let statement = if other { json::parse(&payload).ok() } else { None };
        let named = |said: &Value| subjects(said).union(products(said));
        Peek { algorithms: statement.as_ref().map_or(AlgorithmSet::EMPTY, named), anchors: Vec::new() }
    }

    pub(super) fn merge(&mut self, other: Peek) {
        self.algorithms = self.algorithms.union(other.algorithms);
        let room = (limits::CUSTODY_ANCHORS_MAX + 1).saturating_sub(self.anchors.len());
        self.anchors.extend(other.anchors.into_iter().take(room));
    }
}

fn subjects(statement: &Value) -> AlgorithmSet {
    let mut wanted = AlgorithmSet::EMPTY;
    for subject in statement.get("subject").and_then(Value::as_array).unwrap_or_default() {
        let Some(digests) = subject.get("digest").and_then(Value::as_object) else { continue };
        // All of them, so that no two readers take two files for the one meant.
        // Weak ones too: they vouch for nothing, and may not contradict.
        let named = digests.iter().filter_map(|(name, _)| Algorithm::from_statement_name(name));
        named.for_each(|algorithm| wanted.insert(algorithm));
    }
    wanted
}

/// What a link of in-toto says that it made.
fn products(link: &Value) -> AlgorithmSet {
    let mut wanted = AlgorithmSet::EMPTY;
    for (_, digests) in link.get("products").and_then(Value::as_object).into_iter().flat_map(Object::iter) {
        let names = digests.as_object().into_iter().flat_map(Object::iter);
        let named = names.filter_map(|(name, _)| Algorithm::from_statement_name(name));
        named.for_each(|algorithm| wanted.insert(algorithm));
    }
    wanted
}
