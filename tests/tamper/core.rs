//! What evidence establishes, without where it lies and by which key.

use std::collections::BTreeSet;

use stella_forensic::fact::{Fact, ProvenTime};
use stella_forensic::time::UnixTime;

/// The core of the facts of a case.
#[derive(Debug, Default)]
pub struct Core(BTreeSet<Established>);

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Established {
    kind: &'static str,
    /// Who signed, stamped, or has the root.
    who: String,
    /// The digest of the payload, the imprint, the certified subject, the head.
    what: String,
    /// What the payload is about, the certified key, the chain.
    about: String,
    /// Not before and not after, as far as that is proven.
    time: (Option<UnixTime>, Option<UnixTime>),
}

impl<'f> FromIterator<&'f Fact> for Core {
    fn from_iter<T: IntoIterator<Item = &'f Fact>>(facts: T) -> Core {
        let mut core = BTreeSet::new();
        let mut insert = |kind, who: String, what: String, about: String, time| {
            core.insert(Established { kind, who, what, about, time });
        };
        for fact in facts {
            match fact {
                Fact::Signed { signer, payload, subjects, time, .. } => {
                    let mut insert = |about: String| {
                        insert("signed", signer.to_string(), payload.to_string(), about, interval(time));
                    };
                    subjects.iter().for_each(|subject| insert(subject.to_string()));
                    if subjects.is_empty() {
                        insert(String::new());
                    }
                }
                Fact::Stamped { authority, imprint, time, .. } => {
                    let (who, what) = (authority.to_string(), imprint.to_string());
                    insert("stamped", who, what, String::new(), interval(time));
                }
                Fact::Certified { authority, subject, key, window, .. } => {
                    // For how long is as much a part of it as whom.
                    let about = format!("{key} {window:?}");
                    insert("certified", authority.to_string(), subject.clone(), about, (None, None));
                }
                Fact::Chain { chain, head, signers, .. } => {
                    for signer in signers.keys() {
                        insert("chain", signer.to_string(), head.to_string(), chain.clone(), (None, None));
                    }
                }
                // Under another name it is the same layout.
                Fact::Layout { steps, .. } => {
                    insert("layout", format!("{steps:?}"), String::new(), String::new(), (None, None));
                }
                Fact::Keyless { signer, authority, serial, claims, window, .. } => {
                    let about = format!("{serial} {claims:?} {window:?}");
                    insert("keyless", authority.to_string(), signer.to_string(), about, (None, None));
                }
                Fact::Logged { log, index, leaf, size, root, time, .. } => {
                    // Each is proven by itself: a promise that is lost takes nothing from the proof.
                    if let (Some(root), Some(size), Some(leaf)) = (root, size, leaf) {
                        insert(
                            "included",
                            log.to_string(),
                            format!("{root} {size}"),
                            leaf.clone(),
                            (None, None),
                        );
                    }
                    if let (Some(root), Some(size), None) = (root, size, leaf) {
                        let head = format!("{root} {size}");
                        insert("head", log.to_string(), head, String::new(), (None, None));
                    }
                    if let Some(index) = index {
                        insert("promised", log.to_string(), index.clone(), String::new(), interval(time));
                    }
                }
                // What another verifier would say establishes nothing.
                Fact::Complete { .. } | Fact::Root { .. } | Fact::Peer { .. } | Fact::Commit { .. } => {}
            }
        }
        Core(core)
    }
}

impl Core {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With what another one establishes.
    pub fn extend(&mut self, other: Core) {
        self.0.extend(other.0);
    }

    /// Something that `original` does not imply, where there is such a thing.
    /// The same at a time of which less is proven is nothing new.
    pub fn beyond(&self, original: &Core) -> Option<String> {
        let implied = |new: &&Established| original.0.iter().any(|known| known.implies(new));
        let new = self.0.iter().find(|new| !implied(new))?;
        Some(format!("{new:?}"))
    }
}

impl Established {
    fn implies(&self, other: &Established) -> bool {
        let (from, to) = (self.time.0, self.time.1);
        let early = other.time.0.is_none_or(|other| from.is_some_and(|from| other <= from));
        let late = other.time.1.is_none_or(|other| to.is_some_and(|to| to <= other));
        let same = |one: &Established| (one.kind, one.who.clone(), one.what.clone(), one.about.clone());
        early && late && same(self) == same(other)
    }
}

fn interval(time: &ProvenTime) -> (Option<UnixTime>, Option<UnixTime>) {
    let read = |text: &Option<String>| text.as_deref().map(|text| UnixTime::parse_rfc3339(text).unwrap());
    (read(&time.interval.0), read(&time.interval.1))
}

#[test]
fn less_proven_is_nothing_new() {
    let at = |seconds| UnixTime::new(seconds, 0).unwrap();
    let fact = |who: &str, from: Option<i64>, to: Option<i64>| Established {
        kind: "signed",
        who: who.into(),
        what: String::new(),
        about: String::new(),
        time: (from.map(at), to.map(at)),
    };
    let check = |found: Established, new: bool| {
        let original = Core([fact("a", None, Some(20)), fact("b", Some(10), Some(20))].into());
        assert_eq!(Core([found].into()).beyond(&original).is_some(), new);
    };
    check(fact("a", None, Some(20)), false);
    check(fact("a", None, Some(21)), false);
    check(fact("a", None, None), false);
    check(fact("b", Some(9), Some(20)), false);
    check(fact("a", None, Some(19)), true);
    check(fact("a", Some(1), Some(20)), true);
    check(fact("b", Some(11), Some(20)), true);
    check(fact("c", None, None), true);
}
