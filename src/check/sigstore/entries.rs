//! The entries of logs in a bundle: whose they are, whether they hold, whether
//! they are about this bundle, and what time they prove.

use crate::anchor::{Authority, Rules, TrustedKey};
use crate::check::existence::{Existence, Proof};
use crate::check::logs::Logs;
use crate::check::{
    log_checkpoint, log_entry, log_inclusion, log_known, log_promise, log_time, signature_algorithm,
    trust_development, trust_distrusted,
};
use crate::crypto::key::PublicKey;
use crate::digest::{Digest, encode_hex};
use crate::fact::{Fact, ProvenTime};
use crate::finding::{Book, CheckId, Finding, Severity};
use crate::proof::dsse;
use crate::proof::log::{Body, Entry, Included, InclusionError, LogKey, LoggedSignature, Promised, Verifier};
use crate::proof::sigstore::{Bundle, Content, Version};
use crate::time::{Interval, Position, Window};

/// Under what the signature of a bundle verifies.
#[derive(Clone, Copy)]
pub enum Under<'a> {
    /// This certificate.
    Certificate(&'a [u8]),
    /// This key of the trust store.
    Key(&'a PublicKey),
    /// Nobody knows.
    Nothing,
}

/// What the entries of a bundle come to.
#[derive(Default)]
pub struct Examined {
    /// What they prove of when it was signed.
    pub proofs: Vec<Proof>,
    /// What speaks against the bundle.
    pub against: Vec<Finding>,
    /// What was examined.
    pub book: Book,
    /// What was established.
    pub facts: Vec<Fact>,
    /// How many count.
    pub counted: usize,
    /// Leaves of logs, each with the head that it is under.
    pub shown: Vec<(crate::anchor::Identity, Included)>,
}

/// Examines every entry of `bundle`. `existence` is what others prove of it.
pub fn examine(
    item: &str,
    bundle: &Bundle,
    under: Under,
    logs: &Logs,
    rules: &Rules,
    existence: &Existence,
) -> Examined {
    let mut examined = Examined::default();
    for (place, entry) in bundle.entries.iter().enumerate() {
        let at = format!("entry {place}");
        let mut found = Vec::new();
        if bundle.entries[..place].contains(entry) {
            found.push(log_entry::repeated());
        } else {
            one(item, bundle, entry, under, logs, rules, existence, &mut found, &mut examined);
        }
        examined.against.extend(found.into_iter().map(|finding| finding.at(at.clone())));
    }
    examined
}

#[allow(clippy::too_many_arguments, reason = "one entry with everything that bears on it")]
fn one(
    item: &str,
    bundle: &Bundle,
    entry: &Entry,
    under: Under,
    logs: &Logs,
    rules: &Rules,
    existence: &Existence,
    found: &mut Vec<Finding>,
    examined: &mut Examined,
) {
    // What it says is asked whoever runs the log.
    match entry.body_unverified() {
        Err(error) => found.push(log_entry::unread(&error.to_string())),
        Ok(body) => match describes(bundle, &body, under) {
            Some(finding) => found.push(finding),
            None => examined.book.pass(CheckId::LogEntry),
        },
    }
    let known: Vec<_> = logs.named_by(entry.log_id()).collect();
    if known.is_empty() {
        found.push(log_known::unknown(&encode_hex(entry.log_id())));
        return;
    }
    log_known::passed(&mut examined.book);
    // Two keys may bear one id, as of a log that changed its key and not its
    // name: the one under which most holds speaks for it.
    let mut best: Option<(Vec<Finding>, Book, Standing)> = None;
    for (authority, log) in known {
        let (findings, book, standing) = under_key(bundle.version, entry, authority, log, rules, existence);
        if best.as_ref().is_none_or(|(fewer, ..)| findings.len() < fewer.len()) {
            best = Some((findings, book, standing));
        }
    }
    let (findings, book, standing) = best.expect("one at least is known");
    examined.book.merge(book);
    examined.shown.extend(standing.included.clone().map(|leaf| (standing.log.clone(), leaf)));
    let failed = |findings: &[Finding]| findings.iter().any(|finding| finding.severity != Severity::Note);
    if !failed(&findings) && !failed(found) {
        examined.counted += 1;
        examined.facts.push(standing.fact(item, entry));
        examined.proofs.extend(standing.proof);
    }
    found.extend(findings);
}

/// What an entry is worth under one key.
struct Standing {
    log: crate::anchor::Identity,
    promised: Option<Promised>,
    included: Option<Included>,
    proof: Option<Proof>,
}

impl Standing {
    fn fact(&self, item: &str, entry: &Entry) -> Fact {
        let at = self.promised.as_ref().map(|promised| promised.time());
        let interval = Interval { earliest: at, latest: at };
        let head = self.included.as_ref().map(Included::checkpoint);
        Fact::Logged {
            item: item.to_owned(),
            log: self.log.clone(),
            index: self.promised.as_ref().map(|_| entry.index().to_string()),
            leaf: self.included.as_ref().map(|included| included.index().to_string()),
            size: head.map(|head| head.size().to_string()),
            root: head.map(|head| head.root()),
            time: ProvenTime::new(&interval, if at.is_some() { "log" } else { "none" }),
        }
    }
}

fn under_key(
    version: Version,
    entry: &Entry,
    authority: &Authority,
    log: &LogKey,
    rules: &Rules,
    existence: &Existence,
) -> (Vec<Finding>, Book, Standing) {
    let (mut found, mut book) = (Vec::new(), Book::default());
    let key = log.trusted();
    if let Some(reason) = authority.distrust_of(key) {
        found.push(trust_distrusted::certified(&authority.identity, reason));
    }
    found.extend(trust_development::examine(authority, rules.allow_development));
    let mut standing =
        Standing { log: authority.identity.clone(), promised: None, included: None, proof: None };
    match (entry.promise(), version) {
        (None, Version::V0_1) => found.push(log_promise::absent()),
        (None, _) => book.skip(CheckId::LogPromise, "the entry has none, and its form demands none"),
        (Some(_), _) => match entry.promised(log) {
            Err(error) => found.push(log_promise::failed(&error.to_string())),
            Ok(promised) => {
                book.pass(CheckId::LogPromise);
                standing.promised = Some(promised);
            }
        },
    }
    match (entry.proof(), version) {
        (None, Version::V0_1) => {
            book.skip(CheckId::LogInclusion, "the entry has no proof, and its form demands none")
        }
        // The first form allowed proofs without a signed head, which prove nothing.
        (Some(proof), Version::V0_1) if proof.note_unverified().is_none() => {
            book.skip(CheckId::LogInclusion, "the proof has no checkpoint, and its form demands none");
        }
        _ => match entry.included(log) {
            Err(InclusionError::Head(error)) => found.push(log_checkpoint::failed(&error.to_string())),
            Err(error) => found.push(log_inclusion::failed(&error.to_string())),
            Ok(included) => {
                book.pass(CheckId::LogCheckpoint);
                book.pass(CheckId::LogInclusion);
                standing.included = Some(included);
            }
        },
    }
    let window = key.window;
    match &standing.promised {
        Some(promised) => {
            let at = Interval { earliest: Some(promised.time()), latest: Some(promised.time()) };
            if promised.position() != Position::Inside {
                found.push(log_time::outside(&authority.identity, &at, Some(window)));
            } else {
                book.pass(CheckId::LogTime);
                standing.proof = Some(Proof {
                    interval: at,
                    by: authority.identity.clone(),
                    kind: "log",
                    keys: [key.id].into(),
                });
            }
            algorithms(key, rules, &at, &mut found);
        }
        // Such a log has no clock: what it took in existed when others say so.
        None if standing.included.is_some() => {
            let others = existence.by_others(&authority.identity, key.id);
            match others.iter().find(|at| outside(&window, at)) {
                Some(at) => found.push(log_time::outside(&authority.identity, at, Some(window))),
                None if others.is_empty() => {
                    book.skip(CheckId::LogTime, "the entry has no time, and nobody else proves one");
                }
                None => book.pass(CheckId::LogTime),
            }
            algorithms(key, rules, &others.first().copied().unwrap_or(Interval::UNKNOWN), &mut found);
        }
        None => {}
    }
    (found, book, standing)
}

/// Whether a proven time lies wholly outside, before or after.
fn outside(window: &Window, at: &Interval) -> bool {
    window.position(at) == Position::Outside
}

/// What policy says of the algorithms that the key of a log serves.
fn algorithms(key: &TrustedKey, rules: &Rules, at: &Interval, found: &mut Vec<Finding>) {
    let examined = key.algorithms.iter().map(|one| signature_algorithm::examine(rules, *one, at));
    let all: Vec<Option<Finding>> = examined.collect();
    // A key may serve several; one that counts is enough.
    if all.iter().all(Option::is_some) {
        found.extend(all.into_iter().flatten().take(1));
    }
}

/// How the body of an entry differs from what it should be about.
fn describes(bundle: &Bundle, body: &Body, under: Under) -> Option<Finding> {
    let [logged] = body.signatures() else {
        let found = format!("{} signatures", body.signatures().len());
        return Some(log_entry::differs("number of signatures", "1", found));
    };
    let digest = |expected: Digest, found: Digest| {
        (expected != found).then(|| log_entry::differs("digest", expected.to_string(), found.to_string()))
    };
    let differs = match (&bundle.content, body) {
        (Content::Message(message), Body::Artifact { digest: found, .. }) => digest(message.digest, *found),
        (Content::Envelope(envelope), Body::Envelope { payload, payload_type, .. }) => {
            // The digest of the whole envelope, where one is written down, is over
            // the bytes that were handed in, which no bundle has. Payload, type,
            // signature and key are all that is in an envelope.
            let expected = Digest::of(payload.algorithm(), envelope.payload_unverified());
            let of_type = payload_type.as_ref().filter(|found| *found != envelope.payload_type());
            digest(expected, *payload).or_else(|| {
                of_type.map(|found| log_entry::differs("payload type", envelope.payload_type(), found))
            })
        }
        // Rekor v2 logs an envelope as what its signature is over.
        (Content::Envelope(envelope), Body::Artifact { digest: found, .. }) => {
            let encoding = dsse::pae(envelope.payload_type(), envelope.payload_unverified());
            digest(Digest::of(found.algorithm(), &encoding), *found)
        }
        (Content::Message(_), Body::Envelope { .. }) => {
            Some(log_entry::differs("content", "a message signature", "an envelope"))
        }
    };
    differs.or_else(|| of_signature(bundle.signature(), logged, under))
}

fn of_signature(signature: &[u8], logged: &LoggedSignature, under: Under) -> Option<Finding> {
    let text = |bytes: &[u8]| Digest::sha256(bytes).to_string();
    if logged.signature != signature {
        return Some(log_entry::differs("signature", text(signature), text(&logged.signature)));
    }
    let (expected, found) = match (under, &logged.verifier) {
        (Under::Certificate(der), Verifier::Certificate(found)) if der == found => return None,
        (Under::Key(key), Verifier::Key(found)) if *key == **found => return None,
        // Which key it should be is asked where the signature is.
        (Under::Nothing, _) => return None,
        (Under::Certificate(der), found) => (text(der), shown(found)),
        (Under::Key(key), found) => (key.id().to_string(), shown(found)),
    };
    Some(log_entry::differs("certificate or key", expected, found))
}

fn shown(verifier: &Verifier) -> String {
    match verifier {
        Verifier::Certificate(der) => format!("the certificate {}", Digest::sha256(der)),
        Verifier::Key(key) => format!("the key {}", key.id()),
    }
}
