//! Which logs are trusted, and which witnesses must have seen their heads: a file
//! after C2SP tlog-policy.
//!
//! ```text
//! log <key>
//! witness <name> <key>
//! group <name> any|all|<k> <member>...
//! quorum <name>|none
//! ```
//!
//! How to attack it: let one witness count twice, under two names or in two groups
//! (a key is listed once, and a name is a member once); name a group before it is
//! there, in a ring; leave the quorum out, so that none is asked for (there must be
//! one line, and `none` must be written); bring such a file in as evidence, where
//! it is a claim like any other.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::key::KeyId;
use crate::limits;
use crate::proof::note::{Note, NoteKey, NoteKeyError, NoteSignatureError, Scheme};
use crate::time::UnixTime;
use crate::wire::quoted;
use crate::wire::shape::decimal;

/// Logs, witnesses, and how many of these it takes.
#[derive(Clone, Debug, Default)]
pub struct LogPolicy {
    logs: Vec<NoteKey>,
    witnesses: Vec<(String, NoteKey)>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// So many of these.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<Member>,
}

/// A witness or a group, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// What the witnesses of a policy say of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cosigned {
    /// Those that cosigned it, by the names of their keys, with their times.
    pub by: BTreeMap<String, UnixTime>,
    /// Lines that name a witness and are not by it.
    pub failed: Vec<NoteSignatureError>,
    /// Whether they are enough.
    pub met: bool,
}

/// Why bytes are no such policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogPolicyError {
    /// Not text of the allowed characters.
    #[error("line {line}: a character that such a file may not have")]
    Characters {
        /// Which line, from one.
        line: usize,
    },
    /// A line of another form.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which line, from one.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A key that is none.
    #[error("line {line}: {error}")]
    Key {
        /// Which line, from one.
        line: usize,
        /// What is wrong with it.
        error: NoteKeyError,
    },
    /// A key of the other kind: a log's where a witness's belongs, or the reverse.
    #[error("line {line}: this key signs {found}")]
    Scheme {
        /// Which line, from one.
        line: usize,
        /// What it signs.
        found: Scheme,
    },
    /// A key, or a name, a second time.
    #[error("line {line}: {} stands in an earlier line", quoted(.name))]
    Again {
        /// Which line, from one.
        line: usize,
        /// The name, or the key.
        name: String,
    },
    /// A name that no earlier line defines.
    #[error("line {line}: no earlier line defines {}", quoted(.name))]
    Undefined {
        /// Which line, from one.
        line: usize,
        /// The name.
        name: String,
    },
    /// No quorum, or several.
    #[error("{found} lines say what the quorum is, expected one")]
    Quorum {
        /// How many there are.
        found: usize,
    },
    /// More lines than are read.
    #[error("more than {max} logs, witnesses and groups")]
    TooMany {
        /// How many are read.
        max: usize,
    },
}

/// Whether a file looks like such a policy: its first line that says anything
/// begins with one of the four words.
pub fn is_log_policy(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.trim_ascii());
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let word = first.and_then(|line| line.split(|byte| matches!(byte, b' ' | b'\t')).next());
    matches!(word, Some(b"log" | b"witness" | b"group" | b"quorum"))
}

impl LogPolicy {
    /// Reads such a file.
    pub fn parse(bytes: &[u8]) -> Result<LogPolicy, LogPolicyError> {
        let mut reading = Reading::default();
        let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n');
        for (index, raw) in lines.enumerate() {
            let line = index + 1;
            let allowed = |byte: &u8| *byte == b'\t' || (0x20..=0x7e).contains(byte) || *byte >= 0x80;
            let text = std::str::from_utf8(raw).ok().filter(|text| text.bytes().all(|b| allowed(&b)));
            let text = text.ok_or(LogPolicyError::Characters { line })?;
            let words: Vec<&str> = text.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match words[..] {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                _ => reading.line(line, &words)?,
            }
        }
        match reading.quorums {
            1 => Ok(reading.policy),
            found => Err(LogPolicyError::Quorum { found }),
        }
    }

    /// The logs, each as its key.
    pub fn logs(&self) -> &[NoteKey] {
        &self.logs
    }

    /// The witnesses, each as its key.
    pub fn witnesses(&self) -> impl Iterator<Item = &NoteKey> {
        self.witnesses.iter().map(|(_, key)| key)
    }

    /// Whether this log is one of those that the policy speaks about, under
    /// whatever name it signs: no other name frees it from its witnesses.
    pub fn covers(&self, key: KeyId) -> bool {
        self.logs.iter().any(|log| log.trusted().id == key)
    }

    /// Whether any witness is asked for.
    pub fn asks(&self) -> bool {
        self.quorum.is_some()
    }

    /// The lines of a note that are by witnesses of this policy, and whether they
    /// are enough. A failing line counts for nothing, and takes nothing away; nor
    /// does a witness whose key is `distrusted` count.
    pub fn cosigned(&self, note: &Note, distrusted: &dyn Fn(&KeyId) -> bool) -> Cosigned {
        let mut cosigned = Cosigned::default();
        let mut present = BTreeSet::new();
        let witnesses = self.witnesses.iter().enumerate();
        for (index, (_, key)) in witnesses.filter(|(_, (_, key))| !distrusted(&key.trusted().id)) {
            match note.signed_by(key) {
                Ok(signed) => {
                    present.insert(index);
                    let time = signed.time().expect("a cosignature has a time");
                    cosigned.by.insert(key.name().to_owned(), time);
                }
                Err(NoteSignatureError::Absent { .. }) => {}
                Err(error) => cosigned.failed.push(error),
            }
        }
        cosigned.met = self.quorum.is_none_or(|quorum| self.holds(quorum, &present));
        cosigned
    }

    /// A group holds where enough of its members do. Members come before their
    /// group and belong to one, so this visits each once.
    fn holds(&self, member: Member, present: &BTreeSet<usize>) -> bool {
        match member {
            Member::Witness(index) => present.contains(&index),
            Member::Group(index) => {
                let Group { threshold, members, .. } = &self.groups[index];
                members.iter().filter(|member| self.holds(**member, present)).count() >= *threshold
            }
        }
    }

    /// All that it says, a line each, in one order: the same for every spelling and
    /// without addresses, which nothing here asks.
    pub fn lines(&self) -> Vec<String> {
        let name = |member: &Member| match member {
            Member::Witness(index) => self.witnesses[*index].0.clone(),
            Member::Group(index) => self.groups[*index].name.clone(),
        };
        let id = |key: &NoteKey| format!("{} {}", key.name(), key.trusted().id);
        let logs = self.logs.iter().map(|key| format!("log {}", id(key)));
        let mut lines: Vec<String> = logs.collect();
        lines.extend(self.witnesses.iter().map(|(name, key)| format!("witness {name} {}", id(key))));
        lines.sort();
        for Group { name: group, threshold, members } in &self.groups {
            let members: Vec<String> = members.iter().map(name).collect();
            lines.push(format!("group {group} {threshold} {}", members.join(" ")));
        }
        lines.push(format!("quorum {}", self.quorum.as_ref().map_or("none".to_owned(), name)));
        lines
    }

    /// The quorum in words, for people.
    pub fn quorum_text(&self) -> String {
        match self.quorum {
            None => "none".to_owned(),
            Some(Member::Witness(index)) => self.witnesses[index].0.clone(),
            Some(Member::Group(index)) => {
                let Group { name, threshold, members } = &self.groups[index];
                format!("{threshold} of {} in {name}", members.len())
            }
        }
    }
}

/// A policy of which some lines are read.
#[derive(Default)]
struct Reading {
    policy: LogPolicy,
    names: BTreeMap<String, Member>,
    members: BTreeSet<String>,
    quorums: usize,
}

impl Reading {
    fn line(&mut self, line: usize, words: &[&str]) -> Result<(), LogPolicyError> {
        let LogPolicy { logs, witnesses, groups, .. } = &self.policy;
        let max = limits::LOG_POLICY_LINES_MAX;
        if logs.len() + witnesses.len() + groups.len() >= max {
            return Err(LogPolicyError::TooMany { max });
        }
        match *words {
            ["log", key] | ["log", key, _] => {
                let key = key_of(line, key, Scheme::Plain)?;
                // Nor is a witness its own log.
                let witness = |(_, witness): &(String, NoteKey)| witness.trusted().id == key.trusted().id;
                if logs.iter().any(|log| log.trusted().id == key.trusted().id)
                    || witnesses.iter().any(witness)
                {
                    return Err(LogPolicyError::Again { line, name: key.name().to_owned() });
                }
                self.policy.logs.push(key);
            }
            ["witness", name, key] | ["witness", name, key, _] => {
                let key = key_of(line, key, Scheme::Cosignature)?;
                let known = logs.iter().chain(witnesses.iter().map(|(_, witness)| witness));
                if known.map(|known| known.trusted().id).any(|id| id == key.trusted().id) {
                    return Err(LogPolicyError::Again { line, name: key.name().to_owned() });
                }
                let member = Member::Witness(witnesses.len());
                self.define(line, name, member)?;
                self.policy.witnesses.push((name.to_owned(), key));
            }
            ["group", name, threshold, ref members @ ..] if !members.is_empty() => {
                let threshold = match threshold {
                    "any" => Some(1),
                    "all" => Some(members.len()),
                    k => decimal(k).and_then(|k| usize::try_from(k).ok()),
                };
                let threshold = threshold.filter(|k| (1..=members.len()).contains(k));
                let expected = "any, all, or a number from 1 to that of the members";
                let threshold = threshold.ok_or(LogPolicyError::Line { line, expected })?;
                let members = members
                    .iter()
                    .map(|member| {
                        let defined = self.defined(line, member)?;
                        match self.members.insert((*member).to_owned()) {
                            true => Ok(defined),
                            false => Err(LogPolicyError::Again { line, name: (*member).to_owned() }),
                        }
                    })
                    .collect::<Result<_, _>>()?;
                let member = Member::Group(self.policy.groups.len());
                self.define(line, name, member)?;
                self.policy.groups.push(Group { name: name.to_owned(), threshold, members });
            }
            ["quorum", name] => {
                self.quorums += 1;
                self.policy.quorum = match name {
                    "none" => None,
                    name => Some(self.defined(line, name)?),
                };
            }
            _ => {
                let expected = "log, witness, group or quorum, and what belongs to it";
                return Err(LogPolicyError::Line { line, expected });
            }
        }
        Ok(())
    }

    fn define(&mut self, line: usize, name: &str, member: Member) -> Result<(), LogPolicyError> {
        if name == "none" || self.names.insert(name.to_owned(), member).is_some() {
            return Err(LogPolicyError::Again { line, name: name.to_owned() });
        }
        Ok(())
    }

    fn defined(&self, line: usize, name: &str) -> Result<Member, LogPolicyError> {
        let undefined = || LogPolicyError::Undefined { line, name: name.to_owned() };
        self.names.get(name).copied().ok_or_else(undefined)
    }
}

fn key_of(line: usize, text: &str, scheme: Scheme) -> Result<NoteKey, LogPolicyError> {
    let key = NoteKey::parse(text).map_err(|error| LogPolicyError::Key { line, error })?;
    match key.scheme() == scheme {
        true => Ok(key),
        false => Err(LogPolicyError::Scheme { line, found: key.scheme() }),
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;
    use crate::anchor::TrustedKey;
    use crate::crypto::key::PublicKey;
    use crate::proof::note::NoteSignature;
    use crate::wire::base64;

    const TEXT: &str = "log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

    fn pair(seed: u8) -> (SigningKey, TrustedKey) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = PublicKey::from_ed25519_bytes(key.verifying_key().as_bytes()).unwrap();
        (key, TrustedKey::public(public))
    }

    fn vkey(name: &str, seed: u8, kind: u8) -> String {
        let (key, trusted) = pair(seed);
        let note_key = match kind {
            1 => NoteKey::plain(name, trusted),
            _ => NoteKey::cosignature(name, trusted),
        };
        let hash = crate::digest::encode_hex(&note_key.unwrap().hash());
        let bytes = [&[kind][..], key.verifying_key().as_bytes()].concat();
        format!("{name}+{hash}+{}", base64::encode_standard(&bytes))
    }

    fn cosignature(name: &str, seed: u8, time: u64) -> String {
        let (key, trusted) = pair(seed);
        let signed = key.sign(format!("cosignature/v1\ntime {time}\n{TEXT}").as_bytes());
        let hash = NoteKey::cosignature(name, trusted).unwrap().hash();
        let signature = [&time.to_be_bytes()[..], &signed.to_bytes()].concat();
        NoteSignature { name: name.into(), hash, signature }.to_line()
    }

    /// The example of the specification: two of X1..X3, and any of Y1..Y3.
    fn example() -> String {
        let mut text = format!("# an example\n\nlog {} https://log.example/\n", vkey("log", 1, 1));
        for (n, name) in ["X1", "X2", "X3", "Y1", "Y2", "Y3"].iter().enumerate() {
            text += &format!("witness {name} {}\n", vkey(name, 10 + n as u8, 4));
        }
        text + "group X 2 X1 X2 X3\n\tgroup Y  any Y1 Y2 Y3 \ngroup both all X Y\nquorum both\n"
    }

    fn asked(policy: &str, witnesses: &[(&str, u8)]) -> Cosigned {
        let lines: String = witnesses.iter().map(|(name, seed)| cosignature(name, *seed, 17)).collect();
        let note = Note::parse(format!("{TEXT}\n\u{2014} x AAAAAAA=\n{lines}").as_bytes()).unwrap();
        LogPolicy::parse(policy.as_bytes()).unwrap().cosigned(&note, &|_| false)
    }

    #[test]
    fn a_quorum_is_of_witnesses_and_not_of_lines() {
        let policy = example();
        assert!(is_log_policy(policy.as_bytes()));
        let met = |witnesses: &[(&str, u8)]| asked(&policy, witnesses).met;
        assert!(met(&[("X1", 10), ("X3", 12), ("Y2", 14)]));
        assert!(!met(&[("X1", 10), ("Y1", 13), ("Y2", 14), ("Y3", 15)]));
        assert!(!met(&[("X1", 10), ("X2", 11), ("X3", 12)]));
        // One of them twice, and one under the name of another.
        assert!(!met(&[("X1", 10), ("X1", 10), ("Y1", 13)]));
        assert!(!met(&[("X1", 10), ("X2", 10), ("Y1", 13)]));
        assert!(!met(&[]));
        let strangers = asked(&policy, &[("X1", 10), ("X9", 99), ("Y1", 13)]);
        assert!(!strangers.met && strangers.failed.is_empty());
        assert_eq!(strangers.by.keys().collect::<Vec<_>>(), ["X1", "Y1"]);
        assert_eq!(strangers.by["X1"].seconds(), 17);
    }

    #[test]
    fn a_failing_line_takes_nothing_away() {
        let policy = example();
        let forged = cosignature("X2", 11, 17).replacen("AAAAAAAAABE", "AAAAAAAAABI", 1);
        let lines =
            [("X1", 10), ("X3", 12), ("Y1", 13)].map(|(name, seed)| cosignature(name, seed, 17)).concat();
        let note = |lines: &str| Note::parse(format!("{TEXT}\n{lines}").as_bytes()).unwrap();
        let read = LogPolicy::parse(policy.as_bytes()).unwrap();
        let moved = cosignature("X2", 11, 18);
        let (moved, real) = (note(&moved).signatures()[0].clone(), note(&forged).signatures()[0].clone());
        // The time of one over the signature of another.
        let signature = [&moved.signature[..8], &real.signature[8..]].concat();
        let forged = NoteSignature { signature, ..real }.to_line();
        let cosigned = read.cosigned(&note(&(lines.clone() + &forged)), &|_| false);
        assert!(cosigned.met);
        assert_eq!(cosigned.failed.len(), 1);
        assert!(
            !read
                .cosigned(&note(&(cosignature("X1", 10, 17) + &forged + &cosignature("Y1", 13, 17))), &|_| {
                    false
                })
                .met
        );
    }

    #[test]
    fn none_has_to_be_written() {
        let log = format!("log {}\n", vkey("log", 1, 1));
        assert!(asked(&format!("{log}quorum none\n"), &[]).met);
        assert_eq!(LogPolicy::parse(log.as_bytes()).unwrap_err(), LogPolicyError::Quorum { found: 0 });
        let twice = format!("{log}quorum none\nquorum none\n");
        assert_eq!(LogPolicy::parse(twice.as_bytes()).unwrap_err(), LogPolicyError::Quorum { found: 2 });
        let one = format!("witness a {}\nquorum a\n", vkey("w", 2, 4));
        assert!(asked(&one, &[("w", 2)]).met && !asked(&one, &[]).met);
    }

    #[test]
    fn what_is_no_policy() {
        let (a, b) = (vkey("a", 1, 4), vkey("b", 2, 4));
        let two = format!("witness a {a}\nwitness b {b}\n");
        let bad = [
            "quorum a\n".into(),
            format!("{two}quorum c\n"),
            // One key under two names, and one name twice.
            format!("witness a {a}\nwitness b {}\nquorum a\n", vkey("b", 1, 4)),
            format!("witness a {a}\nwitness a {b}\nquorum a\n"),
            format!("log {}\nlog {}\nquorum none\n", vkey("l", 1, 1), vkey("m", 1, 1)),
            // A log that is its own witness.
            format!("log {}\nwitness w {}\nquorum w\n", vkey("l", 1, 1), vkey("w", 1, 4)),
            format!("witness w {}\nlog {}\nquorum w\n", vkey("w", 1, 4), vkey("l", 1, 1)),
            // A member twice, in one group or in two; itself; what comes later.
            format!("{two}group g 2 a a\nquorum g\n"),
            format!("{two}group g any a\ngroup h any a b\nquorum h\n"),
            format!("{two}group g any g\nquorum g\n"),
            format!("{two}group g any h\ngroup h any a\nquorum g\n"),
            format!("{two}group g 0 a b\nquorum g\n"),
            format!("{two}group g 3 a b\nquorum g\n"),
            format!("{two}group g 02 a b\nquorum g\n"),
            format!("{two}group g any\nquorum g\n"),
            format!("{two}group none any a\nquorum none\n"),
            format!("{two}group g any none\nquorum g\n"),
            // A log's key where a witness's belongs, and the reverse.
            format!("witness a {}\nquorum a\n", vkey("a", 1, 1)),
            format!("log {a}\nquorum none\n"),
            format!("{two}quorum a b\n"),
            format!("{two}witnesses a\nquorum a\n"),
            format!("{two}quorum a\r\n"),
            format!("{two}quorum a\u{7f}\n"),
        ];
        for text in bad {
            assert!(LogPolicy::parse(text.as_bytes()).is_err(), "{text}");
        }
        let many = "# \n".repeat(10_000) + &two + "quorum b";
        assert!(LogPolicy::parse(many.as_bytes()).is_ok());
        assert!(
            !is_log_policy(b"ssh-ed25519 AAAA\n") && !is_log_policy(b"logs\n") && !is_log_policy(b"\n# x")
        );
    }
}
